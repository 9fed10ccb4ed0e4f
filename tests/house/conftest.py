"""An app for tests that look at it from outside: its routes and tables, without a database behind it."""

import pytest


@pytest.fixture(scope="session")
def bare_app(tmp_path_factory):
    """The app with every room registered; nothing is migrated, so nothing may be asked of its database."""
    from app import create_app

    folder = tmp_path_factory.mktemp("bare")
    where = {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'bare.sqlite'}", "INSTANCE": str(folder)}
    app = create_app({"TESTING": True, "SECRET_KEY": "s" * 48, "EVIDENCE_FOLDER": str(folder / "evidence"), **where})
    yield app
    from app.core.db import db

    with app.app_context():
        db.engine.dispose()
