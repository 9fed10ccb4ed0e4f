"""Conditions of decisions: reported with evidence, accepted by other hands, sent back, overdue, dropped."""

import importlib
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.audit import act
from app.core.actors import permissions_of
from app.core.clock import clock
from app.core.db import db
from app.core.errors import NotAllowed, Refused, WrongState
from app.core.permissions import Permission, Role
from app.gates import obligations
from app.gates.kinds import ObligationState
from app.gates.queries import is_overdue, obligation_in_reach, open_obligations, overdue_among
from app.gates.workflow import moves
from app.lifecycle.actions import go_on, stand_still
from app.lifecycle.models import Task, TaskState
from tests import factories as make
from tests.gates import room
from tests.separation.breaking import attempt

P = Permission


@pytest.fixture
def owed(w, subject):
    return room.obliged(w, subject)


def tasks(session, owed, state=TaskState.OPEN):
    found = session.scalars(sa.select(Task).where(Task.item == owed.code, Task.state == state).order_by(Task.id))
    return [(one.permission, one.organisation_id, one.due_on.isoformat()) for one in found]


def reported(w, owed, text="已补充并经评估", by="officer", upload=None):
    return obligations.report(w.actor(by), owed, text, upload)


def test_the_life_of_a_condition(w, owed, db_session):
    agency, authority = w.org("agency").id, w.org("authority").id
    assert tasks(db_session, owed) == [(P.OBLIGATION_REPORT, agency, "2026-04-01")]
    reported(w, owed, upload=room.paper())
    assert (owed.state, owed.reported_by) == (ObligationState.REPORTED, w.user("officer").id)
    assert len(owed.sha256) == 64
    assert tasks(db_session, owed) == [(P.OBLIGATION_ACCEPT, authority, "2026-03-09")]
    obligations.send_back(w.actor("authority_officer"), owed, "缺评估意见")
    assert (owed.state, owed.returned_reason) == (ObligationState.OPEN, "缺评估意见")
    assert tasks(db_session, owed) == [(P.OBLIGATION_REPORT, agency, "2026-03-09")]
    reported(w, owed, "评估意见已附", "second_officer")
    assert (owed.returned_reason, owed.sha256) == ("", None)
    obligations.accept(w.actor("authority_officer"), owed)
    assert (owed.state, owed.accepted_by) == (ObligationState.ACCEPTED, w.user("authority_officer").id)
    assert tasks(db_session, owed) == []
    assert len(tasks(db_session, owed, TaskState.DONE)) == 4
    assert open_obligations(owed.subject) == 0


@pytest.mark.parametrize(
    "by, refusal",
    [
        ("operator_officer", NotAllowed),
        ("other_officer", NotAllowed),
        ("authority_officer", NotAllowed),
        ("signatory", NotAllowed),
    ],
)
def test_only_the_owner_reports(w, owed, by, refusal):
    with pytest.raises(refusal):
        reported(w, owed, by=by)


def test_nothing_is_reported_without_words_or_twice(w, owed):
    with pytest.raises(Refused):
        reported(w, owed, " ")
    reported(w, owed)
    with pytest.raises(WrongState):
        reported(w, owed)


def test_only_the_authority_answers_and_only_what_was_reported(w, owed):
    officer = w.actor("authority_officer")
    with pytest.raises(WrongState):
        obligations.accept(officer, owed)
    reported(w, owed)
    for actor in (w.actor("officer"), make.person(w.org("other_agency"), Role.AUTHORITY_OFFICER)):
        with pytest.raises(NotAllowed):
            obligations.accept(actor, owed)
    with pytest.raises(Refused):
        obligations.send_back(officer, owed, " ")
    obligations.accept(officer, owed)
    with pytest.raises(WrongState):
        obligations.send_back(officer, owed, "再看看")


def test_whoever_reported_does_not_accept_after_changing_his_desk(w, owed):
    reported(w, owed)
    make.joins(w.user("officer"), w.org("authority"), Role.AUTHORITY_OFFICER)
    at_authority = next(one for one in w.actor("officer").identities if one.organisation_id == w.org("authority").id)
    moved = replace(w.actor("officer"), identity=at_authority, permissions=permissions_of(at_authority.roles))
    with pytest.raises(Refused) as refusal:
        obligations.accept(moved, owed)
    assert "不能自己核销" in str(refusal.value)


def test_a_condition_is_overdue_from_the_day_after_until_it_is_reported(w, owed):
    for days, late in ((30, False), (31, True)):
        with clock.at(make.MOMENT + timedelta(days=days)):
            assert is_overdue(owed) is late
    with clock.at(make.MOMENT + timedelta(days=40)):
        assert overdue_among([owed]) == 1
        reported(w, owed)
        assert not is_overdue(owed)


def test_what_is_owed_ends_with_its_project(w, subject, db_session):
    first = room.obliged(w, subject, room.condition(w), room.condition(w, "第二项"))
    second = first.decision.obligations[1]
    reported(w, second)
    lead = w.actor("authority_lead")
    with act(lead, P.PROJECT_TERMINATE, ref=subject.ref, reason="取消"):
        assert obligations.drop_open(lead, subject) == 2
    assert {first.state, second.state} == {ObligationState.DROPPED}
    assert tasks(db_session, first) == tasks(db_session, second) == []
    with pytest.raises(WrongState):
        reported(w, first)


def test_a_condition_is_seen_by_parties_and_mandates_only(w, owed):
    for key in ("officer", "authority_lead", "inspector", "leader"):
        assert obligation_in_reach(w.actor(key), owed.code) is owed
    for key in ("other_officer", "operator_officer"):
        assert obligation_in_reach(w.actor(key), owed.code) is None


def test_the_moves_are_those_of_the_workflow():
    revision = importlib.import_module("migrations.versions.0012_gates")
    assert sorted(revision.MOVES) == moves()


# --- while the project stands still ----------------------------------------------------------------------------------


def resumed(subject):
    """Its time runs again, and what is owed is owed later, as projects do it."""
    obligations.postpone(subject, go_on(subject))


def stopped(w, subject, change=stand_still):
    with act(w.actor("authority_lead"), P.PROJECT_SUSPEND, ref=subject.ref):
        return change(subject)


def test_nothing_is_reported_or_answered_while_time_stands_still(w, owed):
    stopped(w, owed.subject)
    with pytest.raises(Refused) as refusal:
        reported(w, owed)
    assert "暂停期间不受理批复条件的报送和核销" in str(refusal.value)
    stopped(w, owed.subject, go_on)
    reported(w, owed)
    stopped(w, owed.subject)
    answer = w.actor("authority_officer")
    for answered in (obligations.accept, lambda actor, one: obligations.send_back(actor, one, "缺评估意见")):
        with pytest.raises(Refused) as refusal:
            answered(answer, owed)
        assert "暂停" in str(refusal.value)
    assert owed.state is ObligationState.REPORTED


def test_a_condition_is_owed_later_by_the_working_days_that_stood_still(w, owed):
    assert owed.due_on == date(2026, 4, 1)
    for begin, end in ((timedelta(days=1), timedelta(days=8)), (timedelta(days=30), timedelta(days=60))):
        with clock.at(make.MOMENT + begin):
            stopped(w, owed.subject)
        with clock.at(make.MOMENT + end):
            assert not is_overdue(owed)
            stopped(w, owed.subject, resumed)
    assert (owed.due_on, owed.owed_until) == (date(2026, 4, 1), date(2026, 5, 11))
    with clock.at(make.MOMENT + timedelta(days=71)):
        assert is_overdue(owed)


def test_what_stood_still_for_no_working_day_is_owed_as_before(w, owed):
    stopped(w, owed.subject)
    stopped(w, owed.subject, resumed)
    assert (owed.postponed_to, owed.owed_until) == (None, owed.due_on)


def test_a_condition_falls_with_its_project_even_while_that_stands_still(w, owed):
    stopped(w, owed.subject)
    with act(w.actor("authority_lead"), P.PROJECT_TERMINATE, ref=owed.subject.ref):
        assert obligations.drop_open(w.actor("authority_lead"), owed.subject) == 1
    assert owed.state is ObligationState.DROPPED


def test_the_database_lets_nothing_be_reported_while_time_stands_still(w, owed):
    who = {"by": w.user("officer").id, "org": w.org("agency").id, "it": owed.id}
    report = (
        "UPDATE obligations SET act_id = :act, state = 'reported', report = '已落实', reported_by = :by, "
        "reporter_org = :org, reporter_side = 'management', reporter_role = 'client', "
        "reported_at = '2026-03-02 01:00:00' WHERE id = :it"
    )
    # Whoever reported once stands for his side, so that only what is attacked stands against it.
    reported(w, owed)
    obligations.send_back(w.actor("authority_officer"), owed, "缺评估意见")
    db.session.commit()
    assert attempt(db.session, report, who) == ""
    stopped(w, owed.subject)
    db.session.commit()
    assert "while time stands still" in attempt(db.session, report, who)


def test_the_database_moves_the_day_only_for_time_that_stood_still_and_never_back(w, owed):
    later = "UPDATE obligations SET act_id = :act, postponed_to = :day WHERE id = :it"
    day = {"it": owed.id, "day": "2026-05-01"}
    db.session.commit()
    assert "later only by the time that stood still" in attempt(db.session, later, day)
    stopped(w, owed.subject)
    with clock.at(make.MOMENT + timedelta(days=8)):
        stopped(w, owed.subject, resumed)
    db.session.commit()
    assert attempt(db.session, later, day) == ""
    for back in ("2026-04-02", None, "2026-01-01"):
        assert attempt(db.session, later, day | {"day": back})
