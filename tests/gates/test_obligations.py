"""Conditions of decisions: reported with evidence, accepted by other hands, sent back, overdue, dropped."""

import importlib
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit import act
from app.core.actors import permissions_of
from app.core.clock import clock
from app.core.errors import NotAllowed, Refused, WrongState
from app.core.permissions import Permission, Role
from app.gates import obligations
from app.gates.kinds import ObligationState
from app.gates.queries import is_overdue, obligation_in_reach, open_obligations, overdue_among
from app.gates.workflow import moves
from app.lifecycle.models import Task, TaskState
from tests import factories as make
from tests.gates import room

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
