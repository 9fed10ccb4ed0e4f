"""A job runs once in its slot: its work in one transaction with the slot, or in units of its own that stay done."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.core.clock import clock
from app.core.db import db, unit_of_work
from app.core.jobs import Job, JobRun, run_due

HOUR = timedelta(hours=1)
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
SLOT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def mark(name):
    """Something written by a job."""
    db.session.add(JobRun(job=name, slot=SLOT, finished_at=NOW, done=1))


def stored():
    db.session.rollback()
    return sorted(db.session.scalars(sa.select(JobRun.job)))


@pytest.fixture
def context(app):
    with app.app_context(), clock.at(NOW):
        yield
        db.session.remove()


def in_units(fails=False):
    def work():
        with unit_of_work():
            mark("first")
        if fails:
            raise RuntimeError("half way")
        return 1

    return Job("job", HOUR, work, own_units=True)


def in_one(fails=False):
    def work():
        mark("first")
        if fails:
            raise RuntimeError("half way")
        return 1

    return Job("job", HOUR, work)


@pytest.mark.parametrize("make", [in_units, in_one])
def test_a_slot_is_done_once(context, make):
    assert run_due([make()]) == {"job": 1}
    assert stored() == ["first", "job"]
    assert run_due([make()]) == {}
    with clock.at(NOW + HOUR), pytest.raises(sa.exc.IntegrityError):
        # The next slot runs again: what the job marks is there already.
        run_due([make()])


@pytest.mark.parametrize("make, left", [(in_units, ["first"]), (in_one, [])])
def test_a_failed_job_leaves_its_slot_open_and_only_whole_units_behind(context, make, left):
    with pytest.raises(RuntimeError):
        run_due([make(fails=True)])
    assert stored() == left


def test_two_that_share_the_work_note_the_slot_once(context):
    def work():
        with unit_of_work():
            mark("job")
        return 1

    assert run_due([Job("job", HOUR, work, own_units=True)]) == {"job": 1}
    assert stored() == ["job"]
