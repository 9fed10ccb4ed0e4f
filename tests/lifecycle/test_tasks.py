"""Tasks: owed by an organisation, done or dropped once, and computed again when a holiday notice comes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.audit import act
from app.audit.models import TrailEntry
from app.calendars.working_time import DueDay
from app.core.actors import SYSTEM
from app.core.clock import clock
from app.core.permissions import Permission
from app.lifecycle import actions
from app.lifecycle.jobs import recompute_deadlines
from app.lifecycle.models import Task, TaskState
from app.lifecycle.queries import count_own_tasks, deadline_of, own_tasks
from tests import factories as make

P = Permission


def opened(w, contract, workdays=5, permission=P.CONTRACT_SUBMIT, to="agency"):
    with act(w.actor("officer"), P.CONTRACT_DRAFT, ref=contract.ref):
        return actions.open_task(contract.subject, w.org(to).id, permission, workdays)


@pytest.fixture
def contract(w):
    return w.contract("draft")


@pytest.mark.parametrize(
    "day, workdays, due, provisional",
    [
        ("2026-03-02", 1, "2026-03-03", False),
        ("2026-03-06", 1, "2026-03-09", False),
        ("2026-03-07", 1, "2026-03-09", False),
        ("2026-09-30", 1, "2026-10-08", False),
        ("2026-12-31", 3, "2027-01-05", True),
    ],
)
def test_working_days_are_counted_from_the_day_after(w, contract, day, workdays, due, provisional):
    with clock.at(datetime.fromisoformat(f"{day}T09:00:00+08:00")):
        task = opened(w, contract, workdays)
    assert (task.due_on, task.provisional) == (date.fromisoformat(due), provisional)


def test_one_organisation_owes_one_act_once(w, contract, db_session):
    opened(w, contract)
    with pytest.raises(sa.exc.IntegrityError):
        opened(w, contract)


def test_a_task_is_done_by_the_organisation_that_owed_it(w, contract):
    ours, theirs = opened(w, contract), opened(w, contract, to="operator")
    officer = w.actor("officer")
    with act(officer, P.CONTRACT_DRAFT, ref=contract.ref):
        actions.finish_task(officer, contract.subject, P.CONTRACT_SUBMIT)
    assert (ours.state, theirs.state) == (TaskState.DONE, TaskState.OPEN)
    assert (ours.ended_by, ours.ended_at) == (officer.user_id, make.MOMENT)
    with act(officer, P.CONTRACT_DRAFT, ref=contract.ref):
        actions.drop_tasks(officer, contract.subject)
    assert (ours.state, theirs.state) == (TaskState.DONE, TaskState.DROPPED)


def test_a_person_sees_the_tasks_that_he_may_do_by_deadline(w, db_session):
    officer, signatory = w.actor("officer"), w.actor("signatory")
    assert count_own_tasks(officer) == 0
    assert count_own_tasks(signatory) == 1
    assert count_own_tasks(w.actor("operator_signatory")) == 2
    assert count_own_tasks(w.actor("rival_signatory")) == 0
    due = [task.due_on for task in db_session.scalars(own_tasks(w.actor("operator_signatory")))]
    assert due == sorted(due)


@pytest.mark.parametrize(
    "days, left, overdue", [(0, 5, False), (1, 4, False), (7, 0, False), (8, -1, True), (14, -5, True)]
)
def test_a_deadline_says_how_many_working_days_are_left(w, contract, days, left, overdue):
    task = opened(w, contract)
    with clock.at(make.MOMENT + timedelta(days=days)):
        shown = deadline_of(task)
    assert (shown.days_left, shown.overdue, shown.due) == (left, overdue, "2026-03-09")


def test_a_provisional_deadline_moves_when_the_notice_comes_and_then_stays(w, contract, db_session, monkeypatch):
    with clock.at(datetime.fromisoformat("2026-12-31T09:00:00+08:00")):
        provisional, _other = opened(w, contract, 3), opened(w, contract, 3, to="operator")
        db_session.commit()
        assert recompute_deadlines() == 0
        monkeypatch.setattr(actions, "deadline", lambda start, workdays: DueDay(date(2027, 1, 7), provisional=False))
        assert recompute_deadlines() == 2
        db_session.commit()
        assert (provisional.due_on, provisional.provisional) == (date(2027, 1, 7), False)
        assert recompute_deadlines() == 0
    leaf = db_session.scalars(sa.select(TrailEntry).order_by(TrailEntry.seq.desc()).limit(1)).one()
    assert (leaf.verb, leaf.user_id) == ("task:recompute", None)
    assert "2027-01-07" in leaf.details


def test_a_done_task_is_never_computed_again(w, contract, db_session, monkeypatch):
    with clock.at(datetime.fromisoformat("2026-12-31T09:00:00+08:00")):
        task = opened(w, contract, 3)
        with act(SYSTEM, P.TASK_RECOMPUTE, ref=contract.ref):
            actions.drop_tasks(SYSTEM, contract.subject)
        monkeypatch.setattr(actions, "deadline", lambda start, workdays: DueDay(date(2027, 1, 7), provisional=False))
        assert recompute_deadlines() == 0
    assert (task.due_on, db_session.get(Task, task.id).state) == (date(2027, 1, 5), TaskState.DROPPED)
