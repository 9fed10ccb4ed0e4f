"""Several schedulers produce each period exactly once, also when some of them are killed on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import sqlalchemy as sa

from app.audit.models import TrailEntry
from app.audit.verifier import verify
from app.core.db import db
from app.evidence import store
from app.reports.models import Report, ReportRun
from tests.house.source import ROOT
from tests.reports.room import LATER

SCHEDULERS = 4
BOTH = [("2026-03", 1), ("2026-04", 1)]


def race(app, schedulers: int, killed: int = 0) -> list[int]:
    """Lets the schedulers go at the same moment, in processes of their own; how each ended."""
    db.session.remove()
    db.engine.dispose()
    ours = {
        "GUANYUN_INSTANCE": app.config["INSTANCE"],
        "GUANYUN_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "GUANYUN_EVIDENCE": app.config["EVIDENCE_FOLDER"],
        "GUANYUN_SECRET_KEY": app.config["SECRET_KEY"],
        "PYTHONPATH": str(ROOT),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUANYUN_", "COV_CORE"))}
    command = [sys.executable, "-m", "tests.torture.reports", "race", str(schedulers), str(killed), LATER.isoformat()]
    done = subprocess.run(command, cwd=ROOT, env=kept | ours, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def stored() -> list[tuple[str, int]]:
    rows = db.session.execute(sa.select(Report.period, Report.edition).order_by(Report.starts_at, Report.edition))
    return [(period, edition) for period, edition in rows]


def assert_whole() -> None:
    """Every report has its run, its leaf and its files, none of them double, and the trail holds."""
    runs = db.session.scalars(sa.select(ReportRun.period).order_by(ReportRun.period)).all()
    assert runs == [period for period, _edition in stored()]
    leaves = sa.select(sa.func.count()).where(TrailEntry.verb == "report:produce")
    assert db.session.scalar(leaves) == len(runs)
    for report in db.session.scalars(sa.select(Report)):
        assert len(report.files) == 3
        assert all(store.read(one.sha256) for one in report.files)
    assert verify().ok


def test_several_schedulers_produce_each_period_once_also_after_some_were_killed(app, room):
    """One test, because processes of their own cost more than what is done with them."""
    assert race(app, schedulers=2, killed=2) == [-signal.SIGKILL] * 2
    assert stored() == []
    assert_whole()
    assert race(app, SCHEDULERS) == [0] * SCHEDULERS
    assert stored() == BOTH
    assert_whole()
