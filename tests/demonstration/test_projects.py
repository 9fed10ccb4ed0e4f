"""Projects of the demonstration: every phase and fate is there, and nobody skipped a gate on the way."""

import json
from collections import Counter

import sqlalchemy as sa

from app.acceptances.handover_models import Handover, HandoverItem
from app.acceptances.kinds import AcceptanceState, HandoverItemState, Stage
from app.acceptances.models import Acceptance
from app.assessments.models import Assessment
from app.audit.models import TrailEntry
from app.contracts.models import Contract, ContractState
from app.core.clock import local, today
from app.core.db import db
from app.demonstration import organisations as places
from app.demonstration.projects_early import EARLY
from app.demonstration.projects_later import LATER
from app.demonstration.projects_story import FATES
from app.demonstration.projects_taken_in import ROWS, workbook
from app.gates.kinds import ObligationState, Phase, Step, Verdict
from app.gates.models import Decision, Obligation
from app.gates.queries import is_overdue
from app.intake.models import Intake
from app.lifecycle.models import Expedite, Task, TaskState
from app.negative_lists.kinds import ExemptionState, Level
from app.negative_lists.models import Answer, Exemption
from app.organisations.models import Organisation
from app.procurement.kinds import ProcurementState, Purpose
from app.procurement.models import Procurement
from app.procurement.queries import deadlines_of
from app.projects.change_kinds import ChangeRoute, ChangeState
from app.projects.change_models import ProjectChange
from app.projects.kinds import PHASE_OF, DeclarationState, ProjectKind, ProjectState
from app.projects.ledger import nearest
from app.projects.models import DuplicateVerdict, Project
from app.projects.queries import authorities_of, client_of
from app.projects.steps import REVIEW, problems_at
from app.responsibilities.models import DutyList, DutyListState
from app.rulebook.models import RuleDraft
from app.services.models import LedgerEntry
from tests.demonstration.test_loading import demo

__all__ = ["demo"]

S = ProjectState
# What was decided on the way to each state; a project that builds nothing goes from approval to operation.
WAY = (Step.APPROVE, Step.BUILD, Step.TRIAL, Step.ACCEPT, Step.HAND_OVER)
REACHED = {
    S.APPROVED: 1,
    S.SUSPENDED: 1,
    S.TERMINATED: 1,
    S.BUILDING: 2,
    S.TRIAL: 3,
    S.ACCEPTED: 4,
    S.OPERATING: 5,
    S.EVALUATING: 5,
}


def everything(kind):
    return db.session.scalars(sa.select(kind).order_by(kind.id)).all()


def projects(*states):
    return [one for one in everything(Project) if not states or one.state in states]


def project_of(fate):
    title = next(one.title for one in (*EARLY, *LATER) if one.fate == fate)
    return next(one for one in projects() if one.subject.title == title)


def decisions(project):
    found = sa.select(Decision).where(Decision.subject_id == project.subject_id).order_by(Decision.id)
    return db.session.scalars(found).all()


def test_every_state_and_every_phase_is_there(demo):
    states = Counter(one.state for one in projects())
    assert set(states) == set(ProjectState)
    assert {PHASE_OF[state] for state in states if state in PHASE_OF} == set(Phase)
    assert sum(states.values()) == len(EARLY) + len(LATER) + len(ROWS)
    assert {one.fate for one in (*EARLY, *LATER)} == set(FATES)


def test_no_gate_was_skipped(demo):
    for project in (one for one in projects(*REACHED) if not one.is_taken_in):
        # A change of the project is decided on the way, and is no step of it.
        passed = [one for one in decisions(project) if one.verdict.lets_through and one.step is not Step.CHANGE]
        builds = project.current.kind is not ProjectKind.MAINTAIN
        wanted = WAY[: REACHED[project.state]] if builds else (Step.APPROVE, Step.HAND_OVER)
        assert [one.step for one in passed] == list(wanted), project.subject.title
        inputs = [line for one in passed for gate in json.loads(one.gates) for line in gate["inputs"]]
        assert inputs
        assert all(line["met"] is True for line in inputs), project.subject.title


def test_each_is_decided_by_its_authority_and_by_another_than_asked(demo):
    authorities = set()
    for project in projects():
        client, (authority,) = client_of(project), authorities_of(project)
        assert client.id != authority.id
        for one in (one for one in decisions(project) if one.step in {Step.APPROVE, Step.ACCEPT}):
            assert one.decider_org == authority.id
            assert one.decided_by != one.proposed_by
            authorities.add(db.session.get(Organisation, one.decider_org).code)
    assert authorities == {places.AUTHORITY, places.CITY_AUTHORITY}


def test_every_act_on_a_project_is_on_its_trail(demo):
    told = Counter(db.session.scalars(sa.select(TrailEntry.ref).where(TrailEntry.ref.like("project:%"))))
    assert set(told) == {one.ref for one in projects()}
    assert max(told.values()) > 100


def test_one_was_returned_with_a_notice_and_one_came_back(demo):
    returned, again = project_of("returned"), project_of("resubmitted")
    for project in (returned, again):
        (decision,) = decisions(project)
        assert decision.verdict is Verdict.RETURNED
        assert len(json.loads(decision.notice)) >= 2
        assert project.versions[0].state is DeclarationState.RETURNED
    assert returned.state is S.DRAFT
    assert again.state is S.SUBMITTED


def test_one_was_refused_with_reasons_for_its_duplicates(demo):
    (refused,) = projects(S.REFUSED)
    (decision,) = decisions(refused)
    assert decision.verdict is Verdict.REFUSED
    assert len(decision.reason) > 20
    verdicts = Counter(one.verdict for one in everything(DuplicateVerdict))
    assert verdicts["whole"] == 1
    assert verdicts["none"] > 10


def test_the_nearest_of_one_that_waits_is_almost_the_same(demo):
    waiting = project_of("doubled")
    assert waiting.state is S.SUBMITTED
    best = nearest(waiting.current)[0]
    assert best.score >= 80
    assert best.work.name == project_of("operating").subject.title


def test_a_late_decision_was_handed_up_and_urged(demo):
    late = project_of("late")
    deciding = db.session.scalars(
        sa.select(Task).where(Task.subject_id == late.subject_id, Task.state == TaskState.OPEN)
    ).all()
    overdue = [one for one in deciding if one.permission in REVIEW]
    assert len(overdue) == 1
    assert all(one.escalated_on is not None and one.due_on < today() for one in overdue)
    urged = db.session.scalars(sa.select(Expedite).join(Task).where(Task.subject_id == late.subject_id)).all()
    assert len(urged) == 1


def test_conditions_are_owed_reported_accepted_and_overdue(demo):
    found = [one for one in everything(Obligation) if one.subject_id == project_of("conditional").subject_id]
    states = Counter(one.state for one in found)
    assert states == {ObligationState.ACCEPTED: 1, ObligationState.REPORTED: 1, ObligationState.OPEN: 2}
    assert sum(is_overdue(one) for one in found) == 1


def test_a_lapsed_exemption_closes_the_way_again(demo):
    states = {one.state for one in everything(Exemption)}
    assert states == {ExemptionState.REQUESTED, ExemptionState.GRANTED, ExemptionState.LAPSED}
    for fate, closed in (("exempted", False), ("lapsed", True)):
        for step in (Step.PROCURE, Step.BUILD):
            told = [str(one.what) for one in problems_at(project_of(fate), step)]
            assert any("NL-A13" in one for one in told) is closed
    # Its purchase is planned, and cannot be announced.
    assert [one.state for one in everything(Procurement) if one.project_id == project_of("lapsed").id] == [
        ProcurementState.PLANNED
    ]


def test_a_city_s_project_was_exempted_by_the_province_which_was_consulted(demo):
    project = project_of("exempted")
    (authority,) = authorities_of(project)
    (exemption,) = (one for one in everything(Exemption) if one.subject_id == project.subject_id)
    assert exemption.level is Level.PROVINCE
    assert (authority.code, exemption.decider_organisation.code) == (places.CITY_AUTHORITY, places.AUTHORITY)
    assert exemption.decider_role is None
    (waiting,) = (one for one in everything(Exemption) if one.state is ExemptionState.REQUESTED)
    asked = sa.select(Task.organisation_id).where(Task.item == waiting.code, Task.state == TaskState.OPEN)
    assert [db.session.get(Organisation, one).code for one in db.session.scalars(asked)] == [places.AUTHORITY]


def test_questions_are_answered_by_clients_and_by_authorities(demo):
    assert {one.answerer_role for one in everything(Answer)} == {"client", "competent_authority"}
    assert {one.item_code for one in everything(Answer)} >= {"NL-C01", "NL-C04", "NL-C08", "NL-C13"}
    assert not any(one.is_hit for one in everything(Answer))


def test_purchases_are_planned_announced_awarded_and_contracted(demo):
    found = everything(Procurement)
    assert {one.state for one in found} == {
        *(ProcurementState.PLANNED, ProcurementState.ANNOUNCED, ProcurementState.AWARDED, ProcurementState.CONTRACTED)
    }
    (waiting,) = (one for one in found if one.state is ProcurementState.AWARDED)
    (signing,) = deadlines_of(waiting)
    assert signing.done_on is None
    assert abs((signing.due.day - today()).days) <= 14
    assert all(one.published_on and one.filed_on for one in found if one.state is ProcurementState.CONTRACTED)


def test_responsibility_lists_are_drafted_signed_and_changed(demo):
    states = Counter(one.state for one in everything(DutyList))
    assert {DutyListState.DRAFT, DutyListState.SIGNING, DutyListState.SIGNED, DutyListState.SUPERSEDED} == set(states)
    assert all(one.amends_id for one in everything(DutyList) if one.number > 1)


def test_one_is_built_on_time_and_one_is_late(demo):
    own = [one for one in projects(S.BUILDING) if not one.is_taken_in]
    assert sorted(one.current.planned_until < today() for one in own) == [False, True]


def test_acceptance_failed_once_passed_and_goes_on(demo):
    rounds = [one for one in everything(Acceptance) if one.project_id == project_of("trial").id]
    assert [(one.stage, one.state) for one in rounds] == [
        (Stage.PRELIMINARY, AcceptanceState.FAILED),
        (Stage.PRELIMINARY, AcceptanceState.PASSED),
        (Stage.FINAL, AcceptanceState.OPEN),
    ]
    assert all(one.opinions and one.results for item in rounds[:2] for one in item.items)
    assert any(one.result is None for one in rounds[2].items)


def test_a_part_of_a_handover_has_arrived(demo):
    whole = db.session.scalars(sa.select(Handover).where(Handover.project_id == project_of("handing_over").id)).one()
    states = {one.state for one in everything(HandoverItem) if one.handover_id == whole.id}
    assert states == set(HandoverItemState) - {HandoverItemState.TAKEN_OVER}


def test_contracts_of_projects_run_once_these_are_handed_over(demo):
    drawn = {one.project_id: one for one in everything(Contract) if one.procurement_id is not None}
    for fate, state in (
        ("operating", ContractState.IN_FORCE),
        ("maintained", ContractState.IN_FORCE),
        ("evaluating", ContractState.IN_FORCE),
        ("exited", ContractState.EXPIRED),
    ):
        project = project_of(fate)
        contract = drawn[project.id]
        assert contract.state is state
        assert contract.current.term_from > project.operation_from
    judged = [one for one in everything(Assessment) if one.contract_id == drawn[project_of("operating").id].id]
    assert len({one.period for one in judged}) == 1
    assert len(drawn) == 4


def test_what_ran_before_was_taken_in_as_it_stood(demo):
    taken = [one for one in projects() if one.is_taken_in]
    assert len(taken) == len(ROWS)
    (intake,) = everything(Intake)
    assert (intake.project_count, intake.contract_count) == (len(ROWS), 1)
    assert not any(decisions(one) for one in taken)
    assert all(local(one.current.sealed_at).date() == one.taken_in_on for one in taken)
    assert {bool(one.current.estimate_fen) for one in taken} == {True, False}


def test_the_workbook_is_the_same_every_time():
    assert workbook() == workbook()


def test_operating_is_bought_for_all_that_operate(demo):
    bought = {
        one.project_id for one in everything(Procurement) if one.purpose is Purpose.OPERATE and one.contract_number
    }
    own = {one.id for one in projects(S.OPERATING, S.EVALUATING, S.EXITED) if not one.is_taken_in}
    assert own == bought


def test_changes_are_filed_or_wait_for_their_decision(demo):
    found = {one.state: one for one in db.session.scalars(sa.select(ProjectChange))}
    assert set(found) == {ChangeState.FILED, ChangeState.COUNTERSIGNED}
    assert found[ChangeState.FILED].net_fen == 0
    assert found[ChangeState.COUNTERSIGNED].route is ChangeRoute.APPROVAL


def test_rules_are_revised_and_an_older_ledger_was_taken_over_twice(demo):
    assert sorted(one.state.value for one in db.session.scalars(sa.select(RuleDraft))) == [
        "draft", "published", "reviewed", "submitted"
    ]  # fmt: skip
    versions = Counter(one.version for one in db.session.scalars(sa.select(LedgerEntry)))
    assert versions == {1: 6, 2: 2}
