"""What exists is taken in as it stands: all rows or none, marked as such, with nothing invented before today."""

import json

import pytest
import sqlalchemy as sa

from app.audit.models import TrailEntry
from app.contracts import drafting
from app.contracts.models import Contract, ContractState
from app.core.clock import today
from app.core.db import db
from app.core.errors import NotAllowed, Refused
from app.core.permissions import Permission
from app.evidence.models import EvidenceFile
from app.gates.kinds import Step
from app.gates.models import Decision
from app.intake import actions
from app.intake.models import Intake, IntakeRow, Sheet
from app.intake.queries import typed_row
from app.lifecycle.models import Task
from app.organisations import actions as organisations
from app.organisations.models import MandateKind
from app.projects import actions as project_actions
from app.projects.kinds import DeclarationState, ProjectKind, ProjectState
from app.projects.ledger import nearest
from app.projects.models import Project
from app.projects.steps import problems_at
from app.subjects.models import PartyRole, SubjectPerson
from tests import factories
from tests.intake import room
from tests.projects import room as projects_room


def projects():
    return list(db.session.scalars(sa.select(Project).where(Project.taken_in_on.is_not(None)).order_by(Project.id)))


def contract_taken_in(w, **changes):
    made = room.taken_in(w, [room.project()], [room.paper(**changes)])
    row = next(one for one in made.rows if one.sheet is Sheet.CONTRACT)
    return db.session.scalars(sa.select(Contract).where(Contract.subject_id == row.subject_id)).one()


def places(refusal):
    return [one.place for one in refusal.value.problems]


# --- a project -------------------------------------------------------------------------------------------------------


def test_an_operating_project_is_on_record_with_what_is_known(w):
    found = room.operating(w)
    assert found.state is ProjectState.OPERATING
    assert (found.taken_in_on, found.taken_in_basis) == (today(), room.OPERATING["basis"])
    assert found.approval_number == "穗数〔2023〕15号"
    days = (found.approved_on, found.build_started_on, found.trial_from, found.accepted_on, found.operation_from)
    assert [str(day) for day in days] == ["2023-03-01", "2023-04-01", "2023-10-08", "2023-12-20", "2024-01-01"]
    version = found.current
    assert version.state is DeclarationState.APPROVED
    assert (version.kind, version.estimate_fen, version.design_budget_fen) == (ProjectKind.NEW, 3 * 10**8, 288_000_050)
    assert [(one.name, one.baseline, one.is_new) for one in version.services] == [
        ("热线受理", None, False),
        ("工单回访", None, False),
    ]
    roles = {party.role: party.organisation.code for party in found.subject.parties}
    assert roles == {
        PartyRole.CLIENT: "AGENCY",
        PartyRole.COMPETENT_AUTHORITY: "AUTHORITY",
        PartyRole.OPERATOR: "OPERATOR",
        PartyRole.SUPERVISOR: "WATCHER",
    }


def test_what_is_not_known_stays_unknown(w):
    room.taken_in(w, [room.bare()])
    (found,) = projects()
    assert found.state is ProjectState.APPROVED
    assert found.approved_on is found.operation_from is None
    assert found.approval_number == ""
    version = found.current
    assert version.kind is version.category is version.estimate_fen is version.plan_item is version.budget_item is None
    assert version.submitted_by is None
    content = json.loads(version.content)
    assert content["taken_in"] == {
        "on": today().isoformat(),
        "basis": room.BARE["basis"],
        "state": "approved",
        "approval_number": "",
        "days": {},
        "remarks": [],
    }
    assert content["money"]["estimate_fen"] is None


def test_no_decision_acceptance_or_submission_is_invented(w):
    found = room.operating(w)
    trail = db.session.scalars(sa.select(TrailEntry).where(TrailEntry.ref == found.ref)).all()
    assert [one.verb for one in trail] == [Permission.PROJECT_TAKE_IN]
    assert db.session.scalars(sa.select(Decision).where(Decision.subject_id == found.subject_id)).all() == []
    assert db.session.scalars(sa.select(EvidenceFile).where(EvidenceFile.subject_id == found.subject_id)).all() == []
    (bound,) = db.session.scalars(sa.select(SubjectPerson).where(SubjectPerson.subject_id == found.subject_id))
    assert bound.user_id == w.user("officer").id


def test_nothing_typed_is_lost(w):
    found = room.operating(w)
    row = typed_row(found.subject)
    assert row.sheet is Sheet.PROJECT
    kept = json.loads(row.content)
    assert kept["note"] == room.OPERATING["note"]
    assert kept["design_budget"] == "2,880,000.50"


@pytest.mark.parametrize(
    "state, more",
    [
        ("已批准", {}),
        ("建设中", {"builders": "OPERATOR"}),
        ("试运行", {"builders": "OPERATOR"}),
        ("已验收待移交", {}),
        ("运营中", {"operators": "OPERATOR"}),
    ],
)
def test_every_state_can_be_taken_in_without_a_single_day(w, state, more):
    room.taken_in(w, [room.bare(state=state, **more)])
    (found,) = projects()
    assert str(found.state.label) == state


def test_a_service_on_the_ledger_is_linked_by_code_or_by_its_only_name(w):
    one, other = factories.service(w.actor("officer"), "热线受理"), factories.service(w.actor("officer"), "工单回访")
    found = room.operating(w, services=f"{one.code}；工单回访；语音存档")
    assert [line.service.code if line.service else None for line in found.current.services] == [
        one.code,
        other.code,
        None,
    ]


def test_a_project_taken_in_is_compared_with_proposals(w):
    found = room.operating(w)
    mine = projects_room.opened(w, "other_officer", "深圳市12345热线平台")
    assert nearest(mine.current)[0].work.key == f"project:{found.code}"


# --- the road from there ---------------------------------------------------------------------------------------------


def test_an_operating_project_is_halted_resumed_and_evaluated_like_any_other(w):
    found = room.operating(w)
    lead = w.actor("authority_lead")
    project_actions.suspend(lead, found, "核查数据安全")
    assert found.state is ProjectState.SUSPENDED
    project_actions.resume(lead, found, "已整改")
    assert found.state is ProjectState.OPERATING
    projects_room.register(w, found, "self_evaluation", issued_on=today())
    project_actions.evaluate(w.actor("officer"), found)
    assert found.state is ProjectState.EVALUATING


def test_gates_of_the_steps_ahead_are_asked_and_those_behind_are_not(w):
    room.taken_in(w, [room.bare(kind="新建")])
    (found,) = projects()
    assert found.state is ProjectState.APPROVED
    told = {str(one.what) for one in problems_at(found, Step.BUILD)}
    assert told
    with pytest.raises(Refused):
        project_actions.start_build(w.actor("signatory"), found)
    assert found.state is ProjectState.APPROVED


def test_what_happens_here_next_is_owed_from_today(w):
    room.taken_in(w, [room.bare(kind="新建")])
    (found,) = projects()
    (task,) = db.session.scalars(sa.select(Task).where(Task.subject_id == found.subject_id))
    assert (task.permission, task.started_on) == (Permission.PROJECT_BUILD, today())


# --- all or nothing --------------------------------------------------------------------------------------------------


def test_one_wrong_row_keeps_the_whole_file_out_and_every_problem_is_told(w):
    rows = [room.project(), room.bare(state="已完成"), room.bare(name="第三个", operators="NOBODY")]
    with pytest.raises(Refused) as refusal:
        room.taken_in(w, rows, [room.paper(mode="口头")])
    assert places(refusal) == [
        "“项目”表第 3 行 “当前状态”",
        "“项目”表第 4 行 “运营单位编码”",
        "“合同”表第 2 行 “合同方式”",
    ]
    assert all(one.remedy for one in refusal.value.problems)
    assert projects() == []
    assert db.session.scalars(sa.select(Intake)).all() == []


def test_the_same_file_is_taken_in_once_and_the_same_projects_too(w):
    content = room.workbook([room.bare()])
    actions.take_in(w.actor("officer"), "一.xlsx", content)
    for by in ("officer", "second_officer", "authority_officer"):
        with pytest.raises(Refused) as refusal:
            actions.take_in(w.actor(by), "二.xlsx", content)
        assert places(refusal) == ["file"]
    with pytest.raises(Refused) as refusal:
        room.taken_in(w, [room.bare(), room.bare(name="另一个项目")])
    assert places(refusal) == ["“项目”表第 2 行 “项目名称”"]
    assert len(projects()) == 1


def test_codes_follow_each_other(w):
    room.taken_in(w, [room.bare(name=f"项目{number}") for number in range(3)])
    assert [one.code for one in projects()] == [f"XM-4401-2026-{number:04d}" for number in (1, 2, 3)]


def test_conflicts_of_sides_and_of_control_are_refused_with_the_others(w):
    factories.controls(w.org("operator"), w.org("watcher"))
    with pytest.raises(Refused) as refusal:
        room.taken_in(w, [room.project()])
    (problem,) = refusal.value.problems
    assert "OPERATOR" in str(problem.what)
    assert "WATCHER" in str(problem.what)


# --- by whom ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["signatory", "operator_officer", "inspector", "authority_lead", "leader", "supervisor"])
def test_others_take_nothing_in(w, by):
    with pytest.raises(NotAllowed):
        room.taken_in(w, [room.bare()], by=by)


def test_an_agency_takes_in_its_own_only(w):
    with pytest.raises(Refused) as refusal:
        room.taken_in(w, [room.bare(client="OTHER-AGENCY"), room.bare(client="NOBODY")])
    told = [str(one.what) for one in refusal.value.problems]
    assert told == ["您不能为“OTHER-AGENCY”录入项目。", "您不能为“NOBODY”录入项目。"]


def test_the_authority_takes_in_for_everybody_under_its_mandate(w):
    room.taken_in(w, [room.bare(), room.bare(client="OTHER-AGENCY")], by="authority_officer")
    one, other = projects()
    assert one.code.startswith("XM-4401-")
    assert other.code.startswith("XM-4403-")
    (bound,) = db.session.scalars(sa.select(SubjectPerson).where(SubjectPerson.subject_id == other.subject_id))
    assert bound.organisation_id == w.org("authority").id


def test_an_authority_above_is_no_party_and_stands_on_no_side(w):
    city = factories.organisation("深圳市数据局", kind=factories.K.AUTHORITY, place="4403", sides=factories.MANAGES)
    organisations.give_mandate(w.actor("system_admin"), city, factories.region("4403"), MandateKind.COMPETENT)
    db.session.flush()
    room.taken_in(w, [room.bare(client="OTHER-AGENCY")], by="authority_officer")
    (found,) = projects()
    assert {one.organisation.code for one in found.subject.parties} == {"OTHER-AGENCY", city.code}
    assert db.session.scalars(sa.select(SubjectPerson).where(SubjectPerson.subject_id == found.subject_id)).all() == []


# --- a contract ------------------------------------------------------------------------------------------------------


def test_a_contract_becomes_a_draft_of_its_project_and_waits_for_its_scan(w):
    contract = contract_taken_in(w)
    assert contract.state is ContractState.DRAFT
    assert contract.project is projects()[0]
    version = contract.current
    assert (str(version.term_from), str(version.term_until)) == ("2024-01-01", "2026-12-31")
    assert (version.amount_fen, version.mode.code) == (540_000_000, "government_procurement")
    assert (version.paper_number, version.paper_signed_on, version.paper_sha256) == (None, None, None)
    kept = json.loads(typed_row(contract.subject).content)
    assert (kept["paper_number"], kept["paper_signed_on"]) == ("穗数合〔2023〕88号", "2023-12-25")
    (task,) = db.session.scalars(sa.select(Task).where(Task.subject_id == contract.subject_id))
    assert (task.permission, task.organisation_id) == (Permission.CONTRACT_SUBMIT, w.org("agency").id)
    trail = db.session.scalars(sa.select(TrailEntry.verb).where(TrailEntry.ref == contract.ref)).all()
    assert trail == [Permission.PROJECT_TAKE_IN]


def test_a_paper_that_was_typed_once_is_not_taken_in_again(w):
    contract_taken_in(w)
    code = projects()[0].code
    with pytest.raises(Refused) as refusal:
        room.taken_in(w, [], [room.paper(project=code, title="同一份合同")])
    assert places(refusal) == ["“合同”表第 2 行 “原合同编号”"]
    room.taken_in(w, [], [room.paper(project=code, title="补充协议", paper_number="")])


def test_a_contract_of_an_operating_project_taken_in_is_confirmed_and_in_force(w):
    contract = contract_taken_in(w)
    officer = w.actor("officer")
    paper = {
        "paper_number": "穗数合〔2023〕88号",
        "paper_signed_on": factories.date(2023, 12, 25),
        "paper_sha256": factories.paper_file(w, contract),
    }
    version = contract.current
    facts = factories.terms(
        title=contract.subject.title,
        mode=version.mode,
        term_from=version.term_from,
        term_until=version.term_until,
        amount_fen=version.amount_fen,
        **paper,
    )
    drafting.set_terms(officer, contract, facts, None)
    factories.add_line(officer, contract)
    factories.submit(w, contract)
    for signatory in ("signatory", "operator_signatory"):
        factories.sign(w, contract, signatory)
    assert contract.state is ContractState.IN_FORCE
    assert contract.current.is_existing


def test_a_project_out_of_sight_is_not_named_by_a_contract(w):
    other = projects_room.opened(w, "other_officer", "别人的项目")
    with pytest.raises(Refused) as refusal:
        room.taken_in(w, [], [room.paper(project=other.code)])
    assert places(refusal) == ["“合同”表第 2 行 “所属项目”"]


def test_a_project_on_record_takes_further_contracts(w):
    found = room.operating(w)
    made = room.taken_in(w, [], [room.paper(project=found.code)])
    assert (made.project_count, made.contract_count) == (0, 1)


# --- by SQL ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["intake_previews", "intakes", "intake_rows"])
def test_what_was_taken_in_is_never_changed_or_deleted(w, table):
    content = room.workbook([room.bare()])
    actions.preview(w.actor("officer"), "存量.xlsx", content)
    actions.take_in(w.actor("officer"), "存量.xlsx", content)
    db.session.flush()
    column = "content" if table == "intake_rows" else "file_name"
    for statement in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(sa.exc.DBAPIError, match="never"), db.session.begin_nested():
            db.session.execute(sa.text(statement))


def test_a_row_leads_only_to_what_was_taken_in(w):
    made = room.taken_in(w, [room.bare()])
    declared = projects_room.opened(w, title="自己申报的项目")
    db.session.flush()
    row = {"intake_id": made.id, "sheet": Sheet.PROJECT, "line": 9, "content": "{}", "act_id": made.act_id}
    with pytest.raises(sa.exc.DBAPIError), db.session.begin_nested():
        db.session.execute(sa.insert(IntakeRow.__table__).values(subject_id=declared.subject_id, **row))


def test_outside_an_act_nothing_is_taken_in(w):
    made = room.taken_in(w, [room.bare()])
    db.session.commit()
    columns = {one.key: getattr(made, one.key) for one in Intake.__table__.columns if one.key != "id"}
    with pytest.raises(sa.exc.DBAPIError, match="inside a new act"), db.session.begin_nested():
        db.session.execute(sa.insert(Intake.__table__).values(**{**columns, "sha256": "0" * 64}))
