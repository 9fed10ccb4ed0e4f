"""F9 for reports: several schedulers produce what is due at once, some killed -9 with a report half written.

`python -m tests.torture.reports seed CONTRACTS` fills the installation that the environment names with contracts
whose first two months are due. `… race WORKERS KILLED` forks schedulers for one slot and prints how each ended.
`… finish` runs one more slot and prints what is there: every period must have come once and whole. A third argument
of race is the moment (the regular test in tests/reports brings its own contract).
"""

# ruff: noqa: T201 - a program that is run by another and answers on standard output

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import sys
from datetime import datetime
from multiprocessing.synchronize import Barrier
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_migrate import upgrade

from app import create_app
from app.audit.verifier import verify
from app.core.clock import clock
from app.core.db import db, unit_of_work
from app.evidence import store
from app.reports import actions, queries
from app.reports.jobs import produce_due
from app.reports.models import Report, ReportFile, ReportRun
from tests import factories

# Contracts run from 2 March 2026 on; their March and April are due by then.
LATER = datetime(2026, 5, 11, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
WITHIN = 600
# How far a scheduler comes before it is killed.
FIRST_REPORTS = 4


def seed(count: int) -> dict[str, Any]:
    app = create_app()
    with app.app_context():
        upgrade()
        with unit_of_work(), clock.at(factories.MOMENT):
            w = factories.world()
            for _number in range(count):
                factories.plan(w, factories.in_force(w))
        with clock.at(LATER):
            owed = len(list(queries.owed()))
        db.engine.dispose()
    return {"owed": owed}


def scheduler(barrier: Barrier, moment: datetime, dies_after: int | None) -> None:
    """One scheduler in one slot; one that dies has claim, assessment and report written and nothing committed."""
    app, left, whole = create_app(), dies_after, actions._store_files

    def dying(report: Report) -> None:
        nonlocal left
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        whole(report)

    with app.app_context(), clock.at(moment):
        barrier.wait(timeout=WITHIN)
        with mock.patch.object(actions, "_store_files", whole if dies_after is None else dying):
            produce_due()
        db.session.remove()
        db.engine.dispose()


def race(workers: int, killed: int, moment: datetime = LATER) -> list[int | None]:
    """How each scheduler ended. Forked before anything is set: the typesetter's threads would not live in a child."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(workers)
    # With nobody left to go on, each dies on its first report; among others, somewhere on the way.
    ends = [random.randrange(FIRST_REPORTS) if killed < workers else 0 for _number in range(killed)]
    lives = [*ends, *[None] * (workers - killed)]
    running = [context.Process(target=scheduler, args=(barrier, moment, one)) for one in lives]
    for one in running:
        one.start()
    for one in running:
        one.join(timeout=WITHIN)
    return [one.exitcode for one in running]


def finish() -> dict[str, Any]:
    """One more slot, then what is there."""
    app = create_app()
    with app.app_context(), clock.at(LATER):
        produce_due(limit=10_000)
        with unit_of_work():
            found = {
                "reports": db.session.scalar(sa.select(sa.func.count()).select_from(Report)),
                "runs": db.session.scalar(sa.select(sa.func.count()).select_from(ReportRun)),
                "owed": len(list(queries.owed())),
                "leaves": db.session.scalar(
                    sa.text("SELECT count(*) FROM trail_entries WHERE verb = 'report:produce'")
                ),
                "files": sum(1 for one in db.session.scalars(sa.select(ReportFile)) if store.read(one.sha256)),
                "trail": "ok" if verify().ok else "broken",
            }
        db.engine.dispose()
    return found


def wrong(owed: int, found: dict[str, Any]) -> list[str]:
    """What is not as it must be."""
    meant = {"reports": owed, "runs": owed, "owed": 0, "leaves": owed, "files": 3 * owed, "trail": "ok"}
    return [f"{name}: {found[name]} instead of {value}" for name, value in meant.items() if found[name] != value]


def main(verb: str, *arguments: str) -> object:
    if verb == "seed":
        return seed(int(arguments[0]))
    if verb == "race":
        moment = datetime.fromisoformat(arguments[2]) if len(arguments) > 2 else LATER
        return race(int(arguments[0]), int(arguments[1]), moment)
    return finish()


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
