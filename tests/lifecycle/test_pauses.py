"""Time that stands still: nothing becomes due meanwhile, and what was left of a deadline is left of it afterwards."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.audit import act
from app.audit.models import TrailEntry
from app.core.clock import clock
from app.core.db import db
from app.core.permissions import Permission
from app.lifecycle import actions
from app.lifecycle.jobs import recompute_deadlines, remind_and_escalate
from app.lifecycle.models import Pause, Task, TaskState
from app.lifecycle.queries import deadline_of, late, stands_still
from tests import factories as make
from tests.separation.breaking import attempt

P = Permission


def at(day):
    return clock.at(datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=ZoneInfo("Asia/Shanghai")))


@pytest.fixture
def contract(w):
    """A draft whose other tasks are out of the way."""
    found = w.contract("draft")
    with act(w.actor("officer"), P.CONTRACT_DRAFT, ref=found.ref):
        for task in db.session.scalars(sa.select(Task).where(Task.state == TaskState.OPEN)):
            task.state, task.ended_at = TaskState.DROPPED, make.MOMENT
    return found


def changed(w, contract, change):
    """Something is done to the subject inside an act; committed."""
    with act(w.actor("officer"), P.CONTRACT_DRAFT, ref=contract.ref):
        done = change(contract.subject)
    db.session.commit()
    return done


def owed(w, contract, workdays=5):
    """Due on Monday 9 March where it is five working days from Monday 2 March."""
    agency = w.org("agency").id
    return changed(w, contract, lambda it: actions.open_task(it, agency, P.CONTRACT_SUBMIT, workdays))


@pytest.mark.parametrize(
    "stopped, resumed, due",
    [
        ("2026-03-02", "2026-03-02", "2026-03-09"),
        ("2026-03-03", "2026-03-04", "2026-03-10"),
        ("2026-03-06", "2026-03-09", "2026-03-10"),
        ("2026-03-07", "2026-03-08", "2026-03-09"),
        ("2026-03-04", "2026-04-01", "2026-04-07"),
        # What was overdue when time stopped is as much overdue when it goes on.
        ("2026-03-11", "2026-03-13", "2026-03-11"),
    ],
)
def test_a_deadline_moves_by_the_working_days_that_stood_still(w, contract, stopped, resumed, due):
    task = owed(w, contract)
    with at(stopped):
        before = deadline_of(task).days_left
        changed(w, contract, actions.stand_still)
        assert deadline_of(task).days_left == before
    with at(resumed):
        assert deadline_of(task).days_left == before
        changed(w, contract, actions.go_on)
        assert deadline_of(task).days_left == before
    assert (task.due_on.isoformat(), task.pause) == (due, None)


def test_nothing_is_urged_or_overdue_while_time_stands_still(w, contract):
    task = owed(w, contract)
    with at("2026-03-04"):
        changed(w, contract, actions.stand_still)
        assert stands_still(contract.subject)
    for day in ("2026-03-06", "2026-03-10", "2026-06-01"):
        with at(day):
            assert remind_and_escalate() == 0
            assert deadline_of(task).stopped
            assert not deadline_of(task).overdue
            assert db.session.scalars(sa.select(Task).where(late(date.fromisoformat(day)))).all() == []
    with at("2026-06-01"):
        changed(w, contract, actions.go_on)
        assert remind_and_escalate() == 0
    with at("2026-06-04"):
        assert remind_and_escalate() == 1
    with at("2026-06-05"):
        assert remind_and_escalate() == 1
    assert (task.reminded_on, task.escalated_on) == (date(2026, 6, 4), date(2026, 6, 5))


def test_two_pauses_add_up_and_computing_again_changes_nothing(w, contract):
    task = owed(w, contract, workdays=10)
    assert task.due_on == date(2026, 3, 16)
    for stopped, resumed in (("2026-03-03", "2026-03-05"), ("2026-03-10", "2026-03-17")):
        with at(stopped):
            changed(w, contract, actions.stand_still)
        with at(resumed):
            changed(w, contract, actions.go_on)
    assert task.due_on == date(2026, 3, 25)
    with act(w.actor("officer"), P.CONTRACT_DRAFT, ref=contract.ref):
        task.provisional = True
    db.session.commit()
    assert recompute_deadlines() == 1
    assert (task.due_on, task.provisional) == (date(2026, 3, 25), False)


def test_what_is_asked_for_meanwhile_has_all_its_time_afterwards(w, contract):
    with at("2026-03-03"):
        changed(w, contract, actions.stand_still)
    with at("2026-03-10"):
        task = owed(w, contract, workdays=3)
        assert (task.due_on, deadline_of(task).days_left) == (date(2026, 3, 13), 3)
    with at("2026-03-20"):
        assert deadline_of(task).days_left == 3
        changed(w, contract, actions.go_on)
    assert task.due_on == date(2026, 3, 25)


def test_time_that_runs_is_not_let_run_again(w, contract):
    task = owed(w, contract)
    assert changed(w, contract, actions.go_on) == 0
    assert task.due_on == date(2026, 3, 9)


def test_the_trail_keeps_the_old_day_beside_the_new_one(w, contract, db_session):
    task = owed(w, contract)
    with at("2026-03-03"):
        changed(w, contract, actions.stand_still)
    with at("2026-03-05"):
        assert changed(w, contract, actions.go_on) == 2
    said = db_session.scalars(sa.select(TrailEntry.details).order_by(TrailEntry.seq.desc())).first()
    assert f'"tasks:{task.id}":{{"due_on":["2026-03-09","2026-03-11"]}}' in said


# --- by SQL ----------------------------------------------------------------------------------------------------------


def refused(statement, **values):
    return attempt(db.session, statement, values)


@pytest.mark.parametrize("column", ["reminded_on", "escalated_on"])
def test_the_database_urges_nothing_while_time_stands_still(w, contract, column):
    task = owed(w, contract)
    urge = f"UPDATE tasks SET act_id = :act, {column} = '2026-03-10' WHERE id = :id"
    assert refused(urge, id=task.id) == ""
    changed(w, contract, actions.stand_still)
    assert "while time stands still" in refused(urge, id=task.id)


def test_a_pause_is_one_at_a_time_and_keeps_its_days(w, contract):
    pause = changed(w, contract, actions.stand_still)
    again = (
        "INSERT INTO pauses (subject_id, started_on, row_version, id, act_id) VALUES (:it, '2026-03-02', 1, 99, :act)"
    )
    assert refused(again, it=contract.subject_id)
    for change in ("started_on = '2026-01-01'", "ended_on = '2026-01-01'", "subject_id = subject_id + 1"):
        assert refused(f"UPDATE pauses SET act_id = :act, {change} WHERE id = :id", id=pause.id)
    with at("2026-03-05"):
        changed(w, contract, actions.go_on)
    assert "set once" in refused("UPDATE pauses SET act_id = :act, ended_on = NULL WHERE id = :id", id=pause.id)
    assert "never deleted" in refused("DELETE FROM pauses")
    assert refused("UPDATE pauses SET act_id = act_id, row_version = 9 WHERE id = :id", id=pause.id)
    assert db.session.scalars(sa.select(Pause)).one().ended_on == date(2026, 3, 5)
