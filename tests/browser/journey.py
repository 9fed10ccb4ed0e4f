"""A served installation whose clock the test sets: months pass between two requests, people sign in again each time.

The application runs in the test's own process: every request, every job and every action of the test sees the moment
that the journey has come to. The clock runs on from there, so that what follows is later than what it follows.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask_migrate import upgrade
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.core.clock import clock
from app.core.db import db, unit_of_work
from app.core.jobs import run_due
from app.scheduler.timetable import JOBS
from tests import factories, machine
from tests.browser.house import House
from tests.browser.seeding import settled

SECRET = "only-for-tests-only-for-tests-only-for-tests"
DAY = "%Y-%m-%d %H:%M"


class Quiet(WSGIRequestHandler):
    """Says nothing of each request: what a page must not do is seen by the eyes on it."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing."""


class Journey:
    """The installation, the moment, and people at their desks; `notes` keeps the codes of what came to be."""

    def __init__(self, browser: Browser, folder: Path | None = None) -> None:
        self.folder = folder or machine.fast_folder()
        self.moment, self.since = factories.MOMENT, time.monotonic()
        self.notes: dict[str, str] = {}
        self.app = create_app(
            {
                "SECRET_KEY": SECRET,
                "SQLALCHEMY_DATABASE_URI": f"sqlite:///{self.folder / 'journey.sqlite'}",
                "INSTANCE": str(self.folder),
                "EVIDENCE_FOLDER": str(self.folder / "evidence"),
            }
        )
        self.server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=Quiet)
        self.house = House(SimpleNamespace(port=self.server.server_port), {}, browser)
        self.contexts: dict[str, BrowserContext] = {}
        self.open = ExitStack()

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        with clock.at(self.now):
            return self.app.wsgi_app(environ, start_response)

    # --- time --------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.moment + timedelta(seconds=time.monotonic() - self.since)

    def until(self, day: str) -> None:
        """Goes on to a later moment: "2026-03-09 09:00", where the people live. All jobs run there once."""
        reached = datetime.strptime(day, DAY).replace(tzinfo=factories.MOMENT.tzinfo)
        assert reached > self.now, day
        self.moment, self.since = reached, time.monotonic()
        self.work()

    def work(self) -> dict[str, int]:
        """What the scheduler does in this slot."""
        with clock.at(self.now), self.app.app_context():
            try:
                return run_due(JOBS)
            finally:
                db.session.remove()

    # --- the installation --------------------------------------------------------------------------------------------

    @contextmanager
    def running(self) -> Iterator[Journey]:
        """Served by a thread of this process; nothing of it stays behind."""
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.open.close()
            self.server.shutdown()
            thread.join(timeout=20)
            self.server.server_close()
            with self.app.app_context():
                db.engine.dispose()
            shutil.rmtree(self.folder, ignore_errors=True)

    def people_arrive(self) -> None:
        """The standing world, everybody past the first change of password."""
        with self.acting(migrated=False) as w:
            for key in factories.PEOPLE:
                settled(w, key)

    @contextmanager
    def acting(self, migrated: bool = True) -> Iterator[factories.World]:
        """The world for acts without the web: what somebody did by hand before and others repeat."""
        with clock.at(self.now), self.app.app_context():
            if not migrated:
                upgrade()
            try:
                with unit_of_work():
                    yield factories.world()
            finally:
                db.session.remove()

    # --- people ------------------------------------------------------------------------------------------------------

    @contextmanager
    def desk(self, key: str) -> Iterator[Page]:
        """A person signs in by the form, works and leaves; on the way no page did what it must not do."""
        if key not in self.contexts:
            # Kept to the end: what a browser has of the styles, it does not fetch again.
            self.contexts[key] = self.open.enter_context(self.house.person())
        context = self.contexts[key]
        context.clear_cookies()
        page, eyes = self.house.sign_in(context, key)
        yield page
        assert eyes.seen + self.house.policy_violations(page) == [], key
        page.close()
