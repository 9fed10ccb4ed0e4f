"""A project from its opening to its decision: who asks whom, what is sealed, what every ending leaves behind."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import TrailEntry
from app.calendars.queries import calendar_in_force
from app.calendars.working_time import workdays_between
from app.core.actors import permissions_of
from app.core.clock import clock, today
from app.core.db import db
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.core.permissions import Permission, Role
from app.gates.actions import ConditionFacts
from app.gates.kinds import ObligationState, Phase, Step, Verdict
from app.gates.models import Decision, Obligation
from app.lifecycle.jobs import remind_and_escalate
from app.lifecycle.models import Task, TaskState
from app.lifecycle.queries import open_tasks_of, stands_still
from app.negative_lists.kinds import Cause
from app.negative_lists.models import CheckRun
from app.organisations import actions as organisations
from app.organisations.models import MandateKind, OrganisationKind
from app.projects import actions, declaring
from app.projects.kinds import DeclarationState, ProjectState
from app.projects.queries import competent_authority_of, phase_of
from app.projects.rulings import told_before
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of
from tests.factories import MANAGES, MOMENT, joins, organisation, person, region
from tests.projects import room

P, S, D, V = Permission, ProjectState, DeclarationState, Verdict


def owed(project):
    """Who owes what: (organisation code, permission), in order."""
    tasks = db.session.scalars(sa.select(Task).where(Task.subject_id == project.subject_id))
    return sorted((one.organisation.code, one.permission) for one in tasks if one.state is TaskState.OPEN)


def words(refusal):
    return " ".join(str(one.what) for one in refusal.value.problems)


# --- opening ---------------------------------------------------------------------------------------------------------


def test_opening_names_client_and_nearest_authority_and_counts_on(w):
    first, second = room.opened(w), room.opened(w, title="第二个项目")
    assert [first.code, second.code] == ["XM-4401-2026-0001", "XM-4401-2026-0002"]
    assert first.state is S.DRAFT
    assert {(one.organisation.code, one.role) for one in parties_of(first.subject)} == {
        ("AGENCY", PartyRole.CLIENT),
        ("AUTHORITY", PartyRole.COMPETENT_AUTHORITY),
    }
    assert owed(first) == []


def test_the_nearest_mandate_decides_and_never_the_clients_own(w):
    city = organisation("市政数局", kind=OrganisationKind.AUTHORITY, sides=MANAGES, code="CITY")
    organisations.give_mandate(w.actor("system_admin"), city, region("4401"), MandateKind.COMPETENT)
    assert competent_authority_of(w.org("agency")) == city
    assert competent_authority_of(w.org("other_agency")) == w.org("authority")
    assert competent_authority_of(city) == w.org("authority")
    assert competent_authority_of(w.org("authority")) is None


def test_without_a_competent_authority_nothing_is_opened_and_it_is_said_why(w):
    officer = person(w.org("authority"), Role.AGENCY_OFFICER)
    with pytest.raises(Refused) as refusal:
        actions.open_project(officer, "自己的项目")
    assert "没有登记主管部门" in words(refusal)
    assert refusal.value.problems[0].remedy


def test_a_planned_project_begins_its_declaration_later_under_the_same_code(w):
    project = room.opened(w, planned=True)
    assert project.state is S.PLANNED
    with pytest.raises(WrongState):
        actions.submit(w.actor("officer"), project, room.seen_digest(project))
    actions.begin(w.actor("officer"), project)
    assert project.state is S.DRAFT
    with pytest.raises(WrongState) as refusal:
        actions.begin(w.actor("officer"), project)
    assert "已经开始申报" in words(refusal)


@pytest.mark.parametrize("planned", [True, False])
def test_what_was_never_submitted_is_given_up_and_stays_readable(w, planned):
    project = room.opened(w, planned=planned) if planned else room.declared(w)
    actions.discard(w.actor("officer"), project, "与市级平台合并建设")
    assert (project.state, project.ended_on, owed(project)) == (S.TERMINATED, today(), [])
    assert phase_of(project) is Phase.DECLARATION
    leaf = db.session.scalars(
        sa.select(TrailEntry).where(TrailEntry.ref == project.ref).order_by(TrailEntry.seq.desc())
    ).first()
    assert leaf.verb == P.PROJECT_DISCARD
    assert "与市级平台合并建设" in leaf.details
    assert len(project.current.costs) == (0 if planned else 1)
    with pytest.raises(WrongState):
        declaring.set_basics(w.actor("officer"), project, room.basics(), None)


def test_giving_up_needs_a_reason_and_is_the_clients(w):
    project = room.declared(w)
    with pytest.raises(Refused):
        actions.discard(w.actor("officer"), project, " ")
    for key in ("authority_lead", "signatory", "other_officer"):
        with pytest.raises(NotAllowed):
            actions.discard(w.actor(key), project, "不再建设")
    assert project.state is S.DRAFT


@pytest.mark.parametrize("back", ["withdrawn", "returned"])
def test_what_the_authority_has_had_is_not_given_up(w, back):
    project = room.submitted(w)
    if back == "withdrawn":
        actions.withdraw(w.actor("officer"), project, "补充")
    else:
        room.returned(w, project=project)
    with pytest.raises(Refused) as refusal:
        actions.discard(w.actor("officer"), project, "不再建设")
    assert "已经提交过审批" in words(refusal)
    assert project.state is S.DRAFT


@pytest.mark.parametrize("key", ["other_officer", "authority_officer", "operator_officer", "signatory"])
def test_nobody_else_declares_or_submits(w, key):
    project = room.declared(w)
    with pytest.raises(NotAllowed):
        actions.submit(w.actor(key), project, room.seen_digest(project))


# --- submitting and taking back --------------------------------------------------------------------------------------


def test_submitting_seals_what_was_read_checks_the_lists_and_asks_the_authority(w):
    project = room.declared(w)
    digest = room.seen_digest(project)
    actions.submit(w.actor("officer"), project, digest)
    version = project.current
    assert (project.state, version.state, version.sha256) == (S.SUBMITTED, D.SUBMITTED, digest)
    assert json.loads(version.content)["code"] == project.code
    assert version.submitted_by == w.user("officer").id
    assert owed(project) == [("AUTHORITY", P.DUPLICATE_JUDGE)]
    run = db.session.scalars(sa.select(CheckRun).where(CheckRun.subject_id == project.subject_id)).one()
    assert (run.step, run.cause) == (Step.SUBMIT, Cause.STEP)


def test_the_authority_owes_one_thing_at_a_time_and_all_of_it_by_the_same_day(w):
    project = room.submitted(w)
    officer = w.actor("authority_officer")
    then = {
        P.DUPLICATE_JUDGE: lambda: room.judged(w, project),
        P.PROJECT_OPINE: lambda: actions.opine(officer, project, room.opinion(), None),
        P.PROJECT_DECIDE: lambda: None,
    }
    due = set()
    for permission, work in then.items():
        assert owed(project) == [("AUTHORITY", permission)]
        task = db.session.scalars(sa.select(Task).where(Task.permission == permission)).one()
        assert task.workdays == 20
        due.add(task.due_on)
        with clock.at(MOMENT + timedelta(days=3)):
            work()
    assert len(due) == 1


def test_an_incomplete_declaration_is_refused_with_everything_at_once(w):
    project = room.opened(w)
    with pytest.raises(Refused) as refusal:
        actions.submit(w.actor("officer"), project, room.seen_digest(project))
    found = refusal.value.problems
    assert len(found) > 8
    assert all(one.remedy for one in found)
    assert any(one.article for one in found)
    assert project.state is S.DRAFT


def test_a_paper_that_was_only_uploaded_is_no_registered_paper(w):
    """An upload in place of a record meets no input: the kind is what the register says, not a file's name."""
    project = room.declared(w, papers=tuple(one for one in room.PAPERS if one != "crypto_plan"))
    room.register(w, project, "other")
    with pytest.raises(Refused) as refusal:
        actions.submit(w.actor("officer"), project, room.seen_digest(project))
    assert [one.place for one in refusal.value.problems] == ["documents"]


def test_what_changed_after_it_was_read_is_not_submitted(w):
    project = room.declared(w)
    seen = room.seen_digest(project)
    declaring.set_money(w.actor("second_officer"), project, room.money(design_budget_fen=280_000_000), None)
    with pytest.raises(Stale):
        actions.submit(w.actor("officer"), project, seen)


def test_withdrawing_keeps_the_version_and_opens_the_next(w):
    project = room.submitted(w)
    draft = actions.withdraw(w.actor("officer"), project, "补充材料")
    assert (project.state, draft.number, draft.state) == (S.DRAFT, 2, D.DRAFT)
    assert project.versions[0].state is D.WITHDRAWN
    assert draft.purpose == project.versions[0].purpose
    assert owed(project) == []


# --- returning -------------------------------------------------------------------------------------------------------


def test_a_return_tells_everything_at_once_and_asks_the_client(w):
    project = room.returned(w, ("补充概算明细", "  ", "补充概算明细", "补充绩效目标"))
    decision = db.session.scalars(sa.select(Decision)).one()
    *found, first, second = json.loads(decision.notice)
    assert (first, second) == ("补充概算明细", "补充绩效目标")
    assert found
    assert (decision.verdict, decision.decider_role) == (V.RETURNED, PartyRole.COMPETENT_AUTHORITY)
    assert (project.state, project.versions[0].state, project.current.number) == (S.DRAFT, D.RETURNED, 2)
    assert owed(project) == [("AGENCY", P.PROJECT_SUBMIT)]
    task = db.session.scalars(sa.select(Task).where(Task.permission == P.PROJECT_SUBMIT)).one()
    assert task.workdays == 10


def test_a_second_return_knows_what_was_told_before(w):
    project = room.replied(w, room.returned(w, ("补充概算明细",)))
    actions.submit(w.actor("officer"), project, room.seen_digest(project))
    first = told_before(project, Step.APPROVE)
    assert first[-1] == "补充概算明细"
    room.returned(w, ("补充概算明细", "补充安全方案"), project)
    assert told_before(project, Step.APPROVE) == (*first, "补充安全方案")
    assert [one.state for one in project.versions] == [D.RETURNED, D.RETURNED, D.DRAFT]


@pytest.mark.parametrize("reason, notice", [("", ("补充概算",)), ("材料不全", ()), ("材料不全", ("  ",))])
def test_a_return_without_reason_or_points_is_refused(w, reason, notice):
    project = room.reviewed(w, room.submitted(w))
    with pytest.raises(Refused):
        actions.return_for_change(w.actor("authority_lead"), project, reason, notice)


# --- deciding --------------------------------------------------------------------------------------------------------


def test_an_approval_keeps_rules_and_facts_and_asks_for_the_build(w):
    project = room.approved(w)
    decision = db.session.scalars(sa.select(Decision)).one()
    assert (project.state, project.current.state) == (S.APPROVED, D.APPROVED)
    assert (project.approved_on, project.approval_number) == (today(), "粤数审〔2026〕12号")
    assert decision.about_digest == project.current.sha256
    assert {one["code"] for one in json.loads(decision.gates)} >= {"G-03", "G-09", "G-10"}
    assert json.loads(decision.facts)["duplicate.verdict"] == "none"
    assert owed(project) == [("AGENCY", P.PROJECT_BUILD)]


def test_conditions_become_owed(w):
    project = room.reviewed(w, room.submitted(w))
    condition = ConditionFacts("补充数据共享方案", w.org("agency").id, today() + timedelta(days=30))
    room.decided(w, project, V.CONDITIONAL, conditions=(condition,))
    obligation = db.session.scalars(sa.select(Obligation)).one()
    assert (project.state, obligation.text, obligation.state) == (S.APPROVED, "补充数据共享方案", ObligationState.OPEN)
    assert ("AGENCY", P.OBLIGATION_REPORT) in owed(project)


def test_a_refusal_ends_the_project_with_its_reason(w):
    project = room.refused(w)
    decision = db.session.scalars(sa.select(Decision)).one()
    assert (project.state, project.current.state, project.ended_on) == (S.REFUSED, D.REFUSED, today())
    assert decision.reason == "建设必要性不足。"
    assert project.approved_on is None
    assert owed(project) == []


def condition(w, **changes):
    whole = {"text": "补充方案", "owner_id": w.org("agency").id, "due_on": today() + timedelta(days=9)}
    return ConditionFacts(**(whole | changes))


BAD_RULINGS = {
    "a refusal without reasons": lambda w: {"verdict": V.REFUSED, "reason": "  "},
    "a return in place of a decision": lambda w: {"verdict": V.RETURNED, "notice": ("补充",)},
    "conditions that are none": lambda w: {"verdict": V.CONDITIONAL},
    "conditions of a clean pass": lambda w: {"verdict": V.PASSED, "conditions": (condition(w),)},
    "a condition for a stranger": lambda w: {
        "verdict": V.CONDITIONAL,
        "conditions": (condition(w, owner_id=w.org("rival").id),),
    },
    "a condition for yesterday": lambda w: {
        "verdict": V.CONDITIONAL,
        "conditions": (condition(w, due_on=today() - timedelta(days=1)),),
    },
}


@pytest.mark.parametrize("name", BAD_RULINGS)
def test_a_ruling_that_is_not_whole_is_refused(w, name):
    project = room.reviewed(w, room.submitted(w))
    with pytest.raises(Refused):
        room.decided(w, project, **({"reason": ""} | BAD_RULINGS[name](w)))
    db.session.rollback()


def test_nothing_passes_while_the_gates_miss_something_but_it_can_be_refused(w):
    project = room.submitted(w)
    with pytest.raises(Refused) as refusal:
        room.decided(w, project)
    assert {one.place for one in refusal.value.problems} >= {"decisions", "duplicates", "documents"}
    room.decided(w, project, V.REFUSED)
    assert project.state is S.REFUSED


@pytest.mark.parametrize(
    "key", ["officer", "signatory", "authority_officer", "leader", "inspector", "other_signatory", "operator_signatory"]
)
def test_nobody_but_the_authoritys_lead_decides(w, key):
    project = room.reviewed(w, room.submitted(w))
    with pytest.raises(NotAllowed):
        actions.decide(w.actor(key), project, room.Ruling(V.PASSED), room.seen_digest(project))


def test_a_lead_of_another_authority_does_not_decide(w):
    other = organisation("邻市政数局", kind=OrganisationKind.AUTHORITY, sides=MANAGES, code="NEIGHBOUR")
    stranger = person(other, Role.AUTHORITY_LEAD)
    project = room.reviewed(w, room.submitted(w))
    with pytest.raises(NotAllowed):
        actions.decide(stranger, project, room.Ruling(V.PASSED), room.seen_digest(project))


def test_who_acted_for_the_client_never_decides_even_after_a_change_of_work(w):
    project = room.reviewed(w, room.submitted(w))
    joins(w.user("officer"), w.org("authority"), Role.AUTHORITY_LEAD)
    moved = w.actor("officer")
    identity = next(one for one in moved.identities if one.organisation_code == "AUTHORITY")
    turned = replace(moved, identity=identity, permissions=permissions_of(identity.roles))
    with pytest.raises(Refused) as refusal:
        actions.decide(turned, project, room.Ruling(V.PASSED), room.seen_digest(project))
    assert "提交审批的人不能审批" in words(refusal)


def test_who_recorded_an_opinion_does_not_decide_the_round(w):
    both = person(w.org("authority"), Role.AUTHORITY_OFFICER, Role.AUTHORITY_LEAD)
    project = room.reviewed(w, room.submitted(w))
    actions.opine(both, project, room.opinion(giver_name="郭专家"), None)
    with pytest.raises(Refused) as refusal:
        actions.decide(both, project, room.Ruling(V.PASSED), room.seen_digest(project))
    assert "登记过本轮的评审意见" in words(refusal)


@pytest.mark.parametrize("make", [room.opened, room.approved, room.refused, room.suspended, room.terminated])
def test_opinions_and_decisions_belong_to_what_was_submitted(w, make):
    project = make(w)
    with pytest.raises(WrongState):
        actions.opine(w.actor("authority_officer"), project, room.opinion(), None)
    with pytest.raises(WrongState):
        actions.decide(w.actor("authority_lead"), project, room.Ruling(V.PASSED), room.seen_digest(project))
    with pytest.raises(WrongState):
        actions.return_for_change(w.actor("authority_lead"), project, "理由", ("补充",))


# --- halting and ending ----------------------------------------------------------------------------------------------


def test_a_suspended_project_refuses_every_step_and_goes_on_from_where_it_stood(w):
    project = room.suspended(w)
    assert (project.state, project.suspended_from) == (S.SUSPENDED, S.APPROVED)
    # What is owed stays owed; only its time stands still.
    assert owed(project) == [("AGENCY", P.PROJECT_BUILD)]
    with pytest.raises(WrongState):
        actions.start_build(w.actor("signatory"), project)
    with pytest.raises(WrongState):
        actions.suspend(w.actor("authority_lead"), project, "再停一次")
    actions.resume(w.actor("authority_lead"), project, "资金已落实")
    assert (project.state, project.suspended_from) == (S.APPROVED, None)
    assert owed(project) == [("AGENCY", P.PROJECT_BUILD)]


def test_while_a_project_stands_still_every_deadline_of_it_does(w):
    project = room.decided(w, room.reviewed(w, room.submitted(w)), V.CONDITIONAL, conditions=(condition(w),))
    lead = w.actor("authority_lead")
    before = {task.id: task.due_on for task in open_tasks_of(project.subject)}
    assert len(before) == 2
    with clock.at(MOMENT + timedelta(days=1)):
        actions.suspend(lead, project, "资金来源待核实")
    with clock.at(MOMENT + timedelta(days=200)):
        remind_and_escalate()
        assert {(one.reminded_on, one.escalated_on) for one in open_tasks_of(project.subject)} == {(None, None)}
    with clock.at(MOMENT + timedelta(days=8)):
        actions.resume(lead, project, "资金已落实")
    calendar = calendar_in_force()
    for task in open_tasks_of(project.subject):
        assert workdays_between(calendar, before[task.id], task.due_on) == 5
    owed_one = db.session.scalars(sa.select(Obligation)).one()
    assert workdays_between(calendar, owed_one.due_on, owed_one.owed_until) == 5


def test_a_suspended_project_is_terminated_with_its_time(w):
    project = room.suspended(w)
    actions.terminate(w.actor("authority_lead"), project, "机构改革")
    assert (project.state, stands_still(project.subject), owed(project)) == (S.TERMINATED, None, [])


def test_a_termination_drops_what_was_owed_and_keeps_the_papers(w):
    project = room.reviewed(w, room.submitted(w))
    room.decided(w, project, V.CONDITIONAL, conditions=(condition(w),))
    actions.terminate(w.actor("authority_lead"), project, "机构改革")
    assert (project.state, project.ended_on) == (S.TERMINATED, today())
    assert db.session.scalars(sa.select(Obligation)).one().state is ObligationState.DROPPED
    assert owed(project) == []


@pytest.mark.parametrize("act", [actions.suspend, actions.resume, actions.terminate, actions.withdraw])
def test_halting_and_ending_ask_for_a_reason(w, act):
    made = {actions.resume: room.suspended, actions.withdraw: room.submitted}.get(act, room.approved)(w)
    key = "officer" if act is actions.withdraw else "authority_lead"
    with pytest.raises(Refused) as refusal:
        act(w.actor(key), made, "  ")
    assert refusal.value.problems[0].place == "reason"


@pytest.mark.parametrize("make", [room.refused, room.terminated])
@pytest.mark.parametrize("act", [actions.suspend, actions.resume, actions.terminate])
def test_what_has_ended_is_never_taken_up_again(w, make, act):
    with pytest.raises(WrongState):
        act(w.actor("authority_lead"), make(w), "理由")


@pytest.mark.parametrize(
    "make, phase",
    [
        (room.opened, "declaration"),
        (room.submitted, "approval"),
        (room.approved, "procurement"),
        (room.suspended, "procurement"),
        (room.terminated, "procurement"),
        (room.refused, "approval"),
        (room.returned, "declaration"),
    ],
)
def test_a_project_stays_in_the_phase_it_had_reached(w, make, phase):
    assert phase_of(make(w)).value == phase
