"""The frame of every test: one app per worker and backend, and for each test a fresh copy of a migrated database.

A test that asks for `app`, `client`, `runner` or `db_session` uses data: it runs once on SQLite and once on PostgreSQL,
or on SQLite only when marked `sqlite_only`. Every other test pays nothing. Databases are made by the migrations, once
per worker and backend; a test gets a copy of that (a file, or CREATE DATABASE … TEMPLATE).
"""

from __future__ import annotations

import contextvars
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import machine, postgres

BACKENDS = ("sqlite", "postgresql")
TEST_CONFIG = {
    "TESTING": True,
    "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
    "WTF_CSRF_ENABLED": False,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" not in metafunc.fixturenames:
        return
    sqlite_only = next(metafunc.definition.iter_markers("sqlite_only"), None) is not None
    on_postgresql = pytest.param("postgresql", marks=[pytest.mark.postgres, *_without_postgresql()])
    metafunc.parametrize("backend", ["sqlite"] if sqlite_only else ["sqlite", on_postgresql], indirect=True)


def _without_postgresql() -> list[pytest.MarkDecorator]:
    if postgres.find_binaries() is not None:
        return []
    return [pytest.mark.skip(reason="not run: no PostgreSQL binaries")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    lacking = {
        "browser": (machine.chromium() is None, "not run: no Chromium"),
        "shared_data": (machine.shared_data() is None, "not run: GUANYUN_SHARED_DATA is not set"),
    }
    for item in items:
        for marker, (absent, reason) in lacking.items():
            if absent and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


class SqliteDatabase:
    """A file that every test gets a fresh copy of."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "test.sqlite"
        self.template = folder / "template.sqlite"
        self.url = f"sqlite:///{self.file}"

    def keep_as_template(self) -> None:
        shutil.copyfile(self.file, self.template)

    def reset(self) -> None:
        for leftover in (Path(f"{self.file}-wal"), Path(f"{self.file}-shm")):
            leftover.unlink(missing_ok=True)
        shutil.copyfile(self.template, self.file)


class PostgresqlDatabase:
    """A database that is dropped and copied from a template database for every test."""

    name = "guanyun_test"
    template = "guanyun_template"

    def __init__(self) -> None:
        postgres.create_database(self.name)
        self.url = postgres.server_url(self.name)

    def keep_as_template(self) -> None:
        postgres.create_database(self.template, template=self.name)

    def reset(self) -> None:
        postgres.drop_database(self.name)
        postgres.create_database(self.name, template=self.template)


class Backend:
    """One app on one kind of database, migrated once; `fresh` gives the next test its own copy."""

    def __init__(self, name: str) -> None:
        from app import create_app

        self.name = name
        self.folder = machine.fast_folder()
        self.database = SqliteDatabase(self.folder) if name == "sqlite" else PostgresqlDatabase()
        self.evidence = self.folder / "evidence"
        where = {
            "SQLALCHEMY_DATABASE_URI": self.database.url,
            "INSTANCE": str(self.folder),
            "EVIDENCE_FOLDER": str(self.evidence),
        }
        self.app = create_app({**TEST_CONFIG, **where})
        self.migrate()
        self.database.keep_as_template()

    def migrate(self) -> None:
        from flask_migrate import upgrade

        with self.app.app_context():
            upgrade()
        self.disconnect()

    def disconnect(self) -> None:
        from app.core.db import db

        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def fresh(self) -> Any:
        self.disconnect()
        self.database.reset()
        shutil.rmtree(self.evidence, ignore_errors=True)
        self.evidence.mkdir()
        return self.app


@pytest.fixture(scope="session")
def backends() -> Iterator[dict[str, Backend]]:
    """The backends that this worker has started so far."""
    started: dict[str, Backend] = {}
    yield started
    for backend in started.values():
        backend.disconnect()
        shutil.rmtree(backend.folder, ignore_errors=True)


@pytest.fixture
def backend(request: pytest.FixtureRequest, backends) -> Backend:
    """The database of this test: parametrized, see `pytest_generate_tests`."""
    name = request.param
    if name not in backends:
        backends[name] = Backend(name)
    return backends[name]


@pytest.fixture
def app(backend: Backend) -> Iterator[Any]:
    """The app on a fresh copy of the migrated database, no context pushed."""
    yield backend.fresh()
    backend.disconnect()


@pytest.fixture
def db_session(app) -> Iterator[Any]:
    """The database session inside an app context. What it holds is committed before `client` sends a request."""
    from app.core.db import db, intend_to_write

    with app.app_context():
        # As in an unsafe request: SQLite takes its write lock first.
        intend_to_write()
        yield db.session
        db.session.rollback()
        intend_to_write(False)


@pytest.fixture
def client(app) -> Any:
    """Flask's test client whose requests see nothing of the test's own app context (see `fresh_context_client`)."""
    app.test_client_class = fresh_context_client()
    return app.test_client()


@pytest.fixture
def runner(app) -> Any:
    """Runs `flask` commands: `runner.invoke(args=["catalog", "load"])`."""
    return app.test_cli_runner()


def fresh_context_client() -> type:
    """A client class that runs each request as a server does: no app context of the test around it.

    Flask would otherwise reuse the test's context, and with it the signed-in person and the language in `g`. The clock
    that a test has set stays set, because the rest of the context is kept.
    """
    from flask import has_app_context
    from flask.globals import _cv_app
    from flask.testing import FlaskClient

    from app.core.db import db, intend_to_write

    class FreshContextClient(FlaskClient):
        def open(self, *args: Any, **kwargs: Any) -> Any:
            if has_app_context():
                db.session.commit()

            def alone() -> Any:
                if has_app_context():
                    _cv_app.set(None)  # type: ignore[arg-type]
                intend_to_write(False)
                return super(FreshContextClient, self).open(*args, **kwargs)

            return contextvars.copy_context().run(alone)

    return FreshContextClient
