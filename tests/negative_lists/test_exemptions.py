"""The life of an exemption: who asks, who decides, until when it holds, and how it ends; and attacks on each."""

from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.core.clock import clock, today
from app.core.db import db
from app.core.errors import NotAllowed, Refused, WrongState
from app.core.permissions import Role
from app.gates.kinds import Step
from app.lifecycle.models import Task, TaskState
from app.negative_lists import actions, queries, screening
from app.negative_lists.actions import Grant
from app.negative_lists.jobs import rescreen
from app.negative_lists.judging import latest_end
from app.negative_lists.kinds import Cause, ExemptionState
from app.negative_lists.workflow import moves
from tests.factories import MOMENT, joins, leaves, signing
from tests.negative_lists.room import ITEM, file, granted, own_room, requested, wish
from tests.projects.room import declared

S = ExemptionState


@pytest.fixture
def project(w):
    return own_room(w)


def outcome(subject, code=ITEM, step=Step.SUBMIT):
    return next(one.outcome.value for one in screening.look(subject, step).outcomes if one.entry.code == code)


def open_tasks(subject):
    rows = db.session.scalars(sa.select(Task).where(Task.subject_id == subject.id, Task.state == TaskState.OPEN))
    return {(task.permission, task.item, task.organisation_id) for task in rows}


def problems_of(w, subject, by="officer", upload=True, **changes):
    with pytest.raises(Refused) as caught:
        actions.request_exemption(w.actor(by), subject, wish(**changes), file() if upload else None)
    return [problem.place for problem in caught.value.problems]


# --- the straight way ------------------------------------------------------------------------------------------------


def test_asked_for_by_the_client_granted_by_the_authority_it_opens_the_step(w, project):
    subject = project.subject
    assert outcome(subject) == "hit"
    exemption = requested(w, subject)
    assert exemption.code == f"HM-{subject.code}-1"
    assert ("exemption:decide", exemption.code, w.org("authority").id) in open_tasks(subject)
    assert outcome(subject) == "hit"
    granted(w, exemption)
    assert outcome(subject) == "exempted"
    assert screening.look(subject, Step.SUBMIT).blocking == ()
    assert exemption.decided_by == w.user("authority_lead").id
    assert exemption.decider_role.value == "competent_authority"
    assert not [one for one in open_tasks(subject) if one[0].startswith("exemption:")]


def test_a_refusal_has_a_reason_and_the_client_may_ask_anew(w, project):
    exemption = requested(w, project.subject)
    with pytest.raises(Refused):
        actions.refuse(w.actor("authority_lead"), exemption, "  ")
    actions.refuse(w.actor("authority_lead"), exemption, "政务云已支持。")
    assert (exemption.state, exemption.valid_until, outcome(project.subject)) == (S.REFUSED, None, "hit")
    again = actions.request_exemption(w.actor("officer"), project.subject, wish(), file("新材料.pdf"))
    assert again.code.endswith("-2")


def test_a_request_is_taken_back_before_it_is_decided(w, project):
    exemption = requested(w, project.subject)
    actions.withdraw_exemption(w.actor("second_officer"), exemption)
    assert exemption.state is S.WITHDRAWN
    assert open_tasks(project.subject) == set()
    for act in (
        lambda: granted(w, exemption),
        lambda: actions.refuse(w.actor("authority_lead"), exemption, "x"),
        lambda: actions.withdraw_exemption(w.actor("officer"), exemption),
        lambda: actions.revoke(w.actor("authority_lead"), exemption, "x"),
    ):
        with pytest.raises(WrongState):
            act()


def test_every_move_is_one_the_database_knows():
    assert moves() == [
        ("granted", "lapsed"),
        ("granted", "revoked"),
        ("requested", "granted"),
        ("requested", "refused"),
        ("requested", "withdrawn"),
    ]


# --- what is asked for -----------------------------------------------------------------------------------------------


def test_a_forbidden_item_is_never_exempted(w):
    project = declared(w, papers=("feasibility",))
    assert "item" in problems_of(w, project.subject, item_code="NL-A17")


def test_what_is_clear_needs_no_exemption(w):
    assert problems_of(w, declared(w).subject) == ["item"]


def test_an_item_that_is_unknown_can_be_exempted(w):
    project = own_room(w, lines=[])
    assert outcome(project.subject, "NL-C12") == "unknown"
    exemption = requested(w, project.subject, item_code="NL-C12")
    granted(w, exemption)
    assert outcome(project.subject, "NL-C12") == "exempted"


def test_everything_that_is_wrong_is_told_at_once(w, project):
    found = problems_of(w, project.subject, upload=False, reason=" ", wanted_until=today())
    assert found == ["reason", "wanted_until", "file"]


ENDS = [(0, False), (-1, False), (1, True), (731, True), (732, False)]


@pytest.mark.parametrize("days, fine", ENDS)
def test_it_always_has_an_end_within_two_years(w, project, days, fine):
    until = today() + timedelta(days=days)
    if fine:
        assert requested(w, project.subject, wanted_until=until).wanted_until == until
    else:
        assert problems_of(w, project.subject, wanted_until=until) == ["wanted_until"]


def test_two_years_from_a_leap_day_end_in_february():
    assert latest_end(date(2028, 2, 29)) == date(2030, 2, 28)
    assert latest_end(date(2026, 3, 2)) == date(2028, 3, 2)


def test_one_request_or_grant_of_an_item_at_a_time(w, project):
    exemption = requested(w, project.subject)
    assert problems_of(w, project.subject) == ["item"]
    granted(w, exemption)
    assert problems_of(w, project.subject) == ["item"]


def test_without_a_competent_authority_nobody_can_grant_it(w):
    contract = signing(w)
    places = problems_of(w, contract.subject, item_code="NL-C11")
    assert places == ["item", ""]


ASKING = [
    "signatory",
    "authority_officer",
    "authority_lead",
    "operator_officer",
    "inspector",
    "leader",
    "other_officer",
]


@pytest.mark.parametrize("by", ASKING)
def test_only_the_clients_officer_asks(w, project, by):
    with pytest.raises(NotAllowed):
        requested(w, project.subject, by=by)


# --- who decides -----------------------------------------------------------------------------------------------------

DECIDING = ["officer", "signatory", "authority_officer", "operator_signatory", "inspector", "leader", "other_signatory"]


@pytest.mark.parametrize("by", DECIDING)
def test_only_the_authoritys_lead_decides(w, project, by):
    exemption = requested(w, project.subject)
    with pytest.raises(NotAllowed):
        actions.grant(w.actor(by), exemption, Grant(exemption.wanted_until, "同意"))
    with pytest.raises(NotAllowed):
        actions.refuse(w.actor(by), exemption, "不同意")


@contextmanager
def changed_employer(w, key, employer):
    """The person as a lead of another organisation, some days later."""
    with clock.at(MOMENT + timedelta(days=3)):
        leaves(w.user(key), w.org("agency"))
        joins(w.user(key), w.org(employer), Role.AUTHORITY_LEAD)
        yield w.actor(key)


def test_who_asked_never_decides_whoever_employs_him_later(w, project):
    """I8, I11: the officer goes to the authority and becomes its lead; he still cannot grant what he asked for."""
    exemption = requested(w, project.subject)
    with changed_employer(w, "officer", "authority") as lead, pytest.raises(Refused):
        actions.grant(lead, exemption, Grant(exemption.wanted_until, "同意"))
    assert exemption.state is S.REQUESTED


def test_who_acted_for_the_client_never_decides_either(w):
    """Somebody else of the agency wrote the declaration, changed sides of the street, and would now let it through."""
    project = own_room(w, by="second_officer")
    exemption = requested(w, project.subject)
    with changed_employer(w, "second_officer", "authority") as lead, pytest.raises(Refused) as caught:
        actions.grant(lead, exemption, Grant(exemption.wanted_until, "同意"))
    assert "代表项目单位" in str(caught.value.problems[0].what)


def test_another_authority_decides_nothing(w, project):
    exemption = requested(w, project.subject)
    with changed_employer(w, "second_officer", "finance") as lead, pytest.raises(NotAllowed):
        actions.grant(lead, exemption, Grant(exemption.wanted_until, "同意"))


GRANTED_ENDS = [(-1, False), (0, True), (364, True), (365, True), (366, False)]


@pytest.mark.parametrize("days, fine", GRANTED_ENDS)
def test_it_is_granted_for_no_longer_than_was_asked(w, project, days, fine):
    exemption = requested(w, project.subject)
    until = today() + timedelta(days=days)
    if fine:
        assert granted(w, exemption, until).valid_until == until
    else:
        with pytest.raises(Refused):
            granted(w, exemption, until)
        assert exemption.state is S.REQUESTED


# --- how it ends -----------------------------------------------------------------------------------------------------


def test_its_last_day_still_counts_and_the_day_after_closes_the_step(w, project):
    subject = project.subject
    actions.run_check(w.actor("officer"), subject, Step.SUBMIT)
    exemption = granted(w, requested(w, subject), date(2026, 3, 31))
    assert queries.newest_run(subject).cause is Cause.EXEMPTION_CHANGED
    with clock.at(datetime(2026, 3, 31, 23, 0, tzinfo=ZoneInfo("Asia/Shanghai"))):
        assert outcome(subject) == "exempted"
        assert rescreen() == 0
    with clock.at(datetime(2026, 4, 1, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))):
        # Nobody has written it down yet, and it is over all the same.
        assert (exemption.state, outcome(subject)) == (S.GRANTED, "hit")
        assert rescreen() == 1
        assert (exemption.state, exemption.ended_on) == (S.LAPSED, date(2026, 3, 31))
        newest = queries.newest_run(subject)
        assert (newest.cause, newest.blocking, newest.run_by) == (Cause.EXEMPTION_CHANGED, 1, None)
        assert ("exemption:request", "", w.org("agency").id) in open_tasks(subject)
        assert rescreen() == 0
        assert queries.newest_run(subject) == newest
        granted(w, requested(w, subject))
        assert outcome(subject) == "exempted"
        assert ("exemption:request", "", w.org("agency").id) not in open_tasks(subject)


def test_a_revocation_has_a_reason_closes_the_step_and_is_for_good(w, project):
    subject = project.subject
    actions.run_check(w.actor("officer"), subject, Step.SUBMIT)
    exemption = granted(w, requested(w, subject))
    with pytest.raises(Refused):
        actions.revoke(w.actor("authority_lead"), exemption, "")
    actions.revoke(w.actor("authority_lead"), exemption, "条件没有落实。")
    assert (exemption.state, exemption.ended_on, exemption.end_reason) == (S.REVOKED, today(), "条件没有落实。")
    assert outcome(subject) == "hit"
    newest = queries.newest_run(subject)
    assert (newest.number, newest.cause, newest.blocking) == (3, Cause.EXEMPTION_CHANGED, 1)
    with pytest.raises(WrongState):
        actions.revoke(w.actor("authority_lead"), exemption, "再来一次")


@pytest.mark.parametrize("by", DECIDING)
def test_only_the_authoritys_lead_revokes(w, project, by):
    exemption = granted(w, requested(w, project.subject))
    with pytest.raises(NotAllowed):
        actions.revoke(w.actor(by), exemption, "x")


@pytest.mark.parametrize("by", ["officer", "authority_lead", "inspector"])
def test_no_person_writes_its_end_down(w, project, by):
    exemption = granted(w, requested(w, project.subject))
    with pytest.raises(NotAllowed):
        actions.lapse(w.actor(by), exemption)


def test_an_exemption_holds_for_its_own_project_only(w, project):
    other = own_room(w, title="另一个平台")
    granted(w, requested(w, project.subject))
    assert (outcome(project.subject), outcome(other.subject)) == ("exempted", "hit")


def test_who_does_not_see_the_project_does_not_see_its_exemption(w, project):
    exemption = requested(w, project.subject)
    for by in ("officer", "authority_lead", "inspector", "leader"):
        assert queries.exemption_in_reach(w.actor(by), exemption.code) == exemption
    for by in ("other_officer", "operator_officer", "rival_signatory"):
        assert queries.exemption_in_reach(w.actor(by), exemption.code) is None
