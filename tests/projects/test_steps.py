"""From approval to exit: every step judges the records of that moment, one at a time, and nothing goes around it."""

import contextvars
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit import act
from app.conditions.facts import FACTS
from app.conditions.gathering import Provider
from app.core.clock import clock, now, today
from app.core.db import db, intend_to_write, unit_of_work
from app.core.errors import DomainError, NotAllowed, Refused, Stale, WrongState
from app.core.permissions import Permission, Role
from app.gates.kinds import Step, Verdict
from app.gates.models import Decision
from app.lifecycle.models import Task, TaskState
from app.negative_lists import actions as lists
from app.negative_lists.facts import party_facts, screening_facts
from app.negative_lists.kinds import Cause
from app.negative_lists.models import CheckRun
from app.projects import actions, declaring
from app.projects.facts import project_facts
from app.projects.kinds import Deployment, ProjectKind, ProjectState
from app.projects.models import Project
from app.projects.queries import evaluation_window
from app.projects.rulings import about_declaration
from app.projects.steps import problems_at, take
from app.projects.workflow import moves
from app.subjects.models import PartyRole
from tests.factories import MOMENT, person
from tests.procurement.room import joined as won
from tests.projects import room
from tests.separation.breaking import attempt

P, S, V = Permission, ProjectState, Verdict
# What rooms above would have recorded by the time a project operates.
ABOVE = {
    "duty.signed_version": 1,
    "duty.findings": 0,
    "procurement.awarded": ("build", "operate", "supervise"),
    "procurement.contracted": ("build", "operate", "supervise"),
    "procurement.contracted_total": 280_000_000,
    "procurement.over_budget": 0,
    "procurement.without_basis": 0,
    "procurement.short_notice": 0,
    "procurement.without_fair_review": 0,
    "procurement.late_signing": 0,
    "procurement.late_publication": 0,
    "procurement.late_filing": 0,
    "procurement.largest_non_open": 200_000_000,
    "procurement.split_total": 0,
    "procurement.open_tender_threshold": 400_000_000,
    "procurement.making_winners": ("RIVAL", "OPERATOR"),
    "procurement.watching_winners": ("WATCHER",),
    "project.running_contracts": 0,
    "project.ended_contracts": 0,
    "figures.sources": ("agency_log", "operator_report"),
    "figures.flagged_usage": 0,
    "assessment.poor_contracts": 0,
    "assessment.deductions_without_basis": 0,
    "acceptance.preliminary": "passed",
    "acceptance.preliminary_open": 0,
    "acceptance.final": "passed",
    "acceptance.final_open": 0,
    "acceptance.trial_days": 31,
    "handover.items": 8,
    "handover.open_items": 0,
    "handover.classes": (
        *("source_code", "data", "accounts", "assets", "documents", "people", "monitoring", "emergency"),
    ),
}
PAPERS = (
    *("mlps_filing", "build_summary", "financial_report", "audit_report", "security_assessment"),
    *("archive_acceptance", "emergency_plan"),
)
WAY = (
    (Step.TRIAL, "signatory", P.ACCEPTANCE_CONCLUDE),
    (Step.ACCEPT, "authority_lead", P.ACCEPTANCE_APPROVE),
    (Step.HAND_OVER, "signatory", P.HANDOVER_CONCLUDE),
)


@pytest.fixture
def above(app, monkeypatch):
    """What the rooms above know, as a test wants it."""
    known = dict(ABOVE)
    every = frozenset(name.partition(".")[0] for name in FACTS)
    given = (screening_facts, party_facts, project_facts, lambda _subject: known)
    monkeypatch.setitem(app.extensions, "fact_providers", tuple(Provider(every, one) for one in given))
    return known


def joined(w, project):
    """Builder, supervisor and operator have joined."""
    roles = (("rival", PartyRole.BUILDER), ("operator", PartyRole.OPERATOR), ("watcher", PartyRole.SUPERVISOR))
    for key, role in roles:
        won(w, project, key, role)
    for kind in PAPERS:
        room.register(w, project, kind)
    return project


def stepped(w, project, step, key, permission, verdict=V.PASSED):
    """The step as the room that keeps it takes it."""
    room.answered(w, project, step)
    reason = "" if verdict.lets_through else "不具备条件。"
    with act(w.actor(key), permission, ref=project.ref):
        return take(w.actor(key), project, step, room.Ruling(verdict, reason, ("补充",)), about_declaration(project))


def building(w):
    project = joined(w, room.approved(w))
    room.answered(w, project, Step.BUILD)
    actions.start_build(w.actor("signatory"), project)
    return project


def operating(w):
    project = building(w)
    for step, key, permission in WAY:
        stepped(w, project, step, key, permission)
    return project


def open_tasks(project, permission):
    found = sa.select(Task).where(Task.subject_id == project.subject_id, Task.permission == permission)
    return [one.workdays for one in db.session.scalars(found.where(Task.state == TaskState.OPEN))]


def causes(project):
    found = sa.select(CheckRun.cause).where(CheckRun.subject_id == project.subject_id)
    return set(db.session.scalars(found))


# --- the whole way ---------------------------------------------------------------------------------------------------


def test_a_project_goes_all_the_way_and_each_step_is_decided_on_record(w, above):
    project = operating(w)
    assert project.state is S.OPERATING
    days = ("approved_on", "build_started_on", "trial_from", "accepted_on", "operation_from")
    assert [getattr(project, day) for day in days] == [today()] * 5
    (task,) = db.session.scalars(sa.select(Task).where(Task.permission == P.PROJECT_EVALUATE))
    window = evaluation_window(project)
    assert window.first < window.last
    assert timedelta(0) <= window.last - task.due_on < timedelta(days=10)
    with pytest.raises(Refused):
        actions.evaluate(w.actor("officer"), project)
    later = today() + timedelta(days=400)
    with clock.at(MOMENT + timedelta(days=400)):
        room.register(w, project, "self_evaluation", issued_on=later)
        room.effects_answered(w, project)
        actions.evaluate(w.actor("officer"), project)
        assert open_tasks(project, P.PROJECT_CONCLUDE) == [20]
        room.answered(w, project, Step.EVALUATE)
        actions.conclude(w.actor("authority_lead"), project, room.Ruling(V.PASSED))
        assert (project.state, project.ended_on) == (S.OPERATING, None)
        room.register(w, project, "exit_certificate", issued_on=later)
        room.answered(w, project, Step.EXIT)
        actions.exit_project(w.actor("signatory"), project, "合同期满，服务并入新平台。")
    assert (project.state, project.ended_on) == (S.EXITED, later)
    taken = db.session.scalars(sa.select(Decision.step).order_by(Decision.id)).all()
    assert [one.value for one in taken] == ["approve", "build", "trial", "accept", "hand_over", "evaluate", "exit"]
    assert Cause.STEP in causes(project)


def test_a_self_evaluation_serves_once(w, above):
    project = operating(w)
    room.register(w, project, "self_evaluation")
    with clock.at(now() + timedelta(days=400)):
        room.effects_answered(w, project)
        actions.evaluate(w.actor("officer"), project)
        room.answered(w, project, Step.EVALUATE)
        actions.conclude(w.actor("authority_lead"), project, room.Ruling(V.RETURNED, "数据不全", ("补充使用量",)))
        assert project.state is S.OPERATING
        assert open_tasks(project, P.PROJECT_EVALUATE) == [10]
        with pytest.raises(Refused):
            actions.evaluate(w.actor("officer"), project)


def test_where_nothing_is_built_handover_follows_approval(w, above):
    project = room.approved(w, kind=ProjectKind.MAINTAIN)
    assert open_tasks(project, P.PROJECT_BUILD) == []
    joined(w, project)
    assert next(str(one.what) for one in problems_at(project, Step.BUILD)).startswith("运行维护类项目没有")
    with pytest.raises(Refused):
        actions.start_build(w.actor("signatory"), project)
    stepped(w, project, Step.HAND_OVER, "signatory", P.HANDOVER_CONCLUDE)
    assert (project.state, project.operation_from) == (S.OPERATING, today())


def test_what_was_not_passed_stays_where_it_is(w, above):
    project = building(w)
    stepped(w, project, Step.TRIAL, "signatory", P.ACCEPTANCE_CONCLUDE, V.RETURNED)
    assert (project.state, project.trial_from) == (S.BUILDING, None)
    stepped(w, project, Step.TRIAL, "signatory", P.ACCEPTANCE_CONCLUDE)
    assert project.state is S.TRIAL


def test_no_project_ends_while_a_contract_of_it_runs(w, above):
    project = operating(w)
    room.answered(w, project, Step.EXIT)
    room.register(w, project, "exit_certificate")
    above["project.running_contracts"] = 1
    with pytest.raises(Refused) as refusal:
        actions.exit_project(w.actor("signatory"), project, "停用")
    assert [one.place for one in refusal.value.problems] == ["procurement"]


# --- facts of the moment ---------------------------------------------------------------------------------------------

CLOSING = {
    "no builder": lambda w, above, project: None,
    "a list no longer signed": lambda w, above, project: above.pop("duty.signed_version"),
    "a build contract that is gone": lambda w, above, project: above.update({"procurement.contracted": ("operate",)}),
    "contracts above the budget": lambda w, above, project: above.update({"procurement.contracted_total": 10**12}),
}


@pytest.mark.parametrize("name", CLOSING)
def test_a_fact_that_changed_after_approval_closes_the_next_gate(w, above, name):
    project = room.approved(w)
    if name != "no builder":
        joined(w, project)
        room.answered(w, project, Step.BUILD)
        assert problems_at(project, Step.BUILD) == []
    CLOSING[name](w, above, project)
    with pytest.raises(Refused) as refusal:
        actions.start_build(w.actor("signatory"), project)
    assert refusal.value.problems
    assert all(one.what and one.remedy for one in refusal.value.problems)
    assert project.state is S.APPROVED


def test_unknown_is_missing_and_everything_is_told_at_once(w, above):
    above.clear()
    project = room.approved(w)
    found = problems_at(project, Step.BUILD)
    assert {one.place for one in found} >= {"procurement", "duties"}
    assert len(found) >= 4


def exempted(w, project, item="NL-A13", days=30):
    """A restricted item that is hit, exempted from for some days."""
    until = today() + timedelta(days=days)
    wish = lists.Wish(item, "政务云暂不具备所需的专用加速卡。", until)
    asked = lists.request_exemption(w.actor("officer"), project.subject, wish, room.paper("论证.pdf"))
    return lists.grant(w.actor("authority_lead"), asked, lists.Grant(until, "同意过渡使用。"))


def test_an_exemption_opens_the_gate_until_its_day_and_not_after(w):
    project = room.declared(w, deployment=Deployment.OWN_ROOM)
    with pytest.raises(Refused) as refusal:
        actions.submit(w.actor("officer"), project, room.seen_digest(project))
    assert [one.place for one in refusal.value.problems] == ["NL-A13"]
    exempted(w, project)
    actions.submit(w.actor("officer"), project, room.seen_digest(project))
    room.reviewed(w, project)
    db.session.commit()
    with clock.at(MOMENT + timedelta(days=31)):
        with pytest.raises(Refused) as refusal:
            room.decided(w, project)
        assert [one.place for one in refusal.value.problems] == ["NL-A13"]
        db.session.rollback()
    with clock.at(MOMENT + timedelta(days=30)):
        assert room.decided(w, project).state is S.APPROVED


def test_a_forbidden_item_keeps_the_gate_closed_whatever_else_is_there(w):
    project = room.reviewed(w, room.submitted(w))
    room.judged(w, project, "whole")
    with pytest.raises(Refused) as refusal:
        room.decided(w, project)
    assert {one.place for one in refusal.value.problems} == {"duplicates", "NL-A11"}


# --- one at a time ---------------------------------------------------------------------------------------------------


def at_once(app, project, works):
    """Each work with its own session, all begun after every one has read the project; what came of each."""
    key, gate, outcomes = project.id, threading.Barrier(len(works), timeout=20), {}
    db.session.commit()
    db.session.remove()

    def run(number, work):
        with app.app_context():
            intend_to_write(False)
            mine = db.session.get_one(Project, key)
            seen = room.seen_digest(mine)
            db.session.rollback()
            gate.wait()
            try:
                with unit_of_work():
                    work(db.session.get_one(Project, key), seen)
                outcomes[number] = "done"
            except DomainError as refusal:
                outcomes[number] = refusal.status

    runs = [contextvars.copy_context() for _one in works]
    threads = [
        threading.Thread(target=c.run, args=(run, n, one)) for n, (c, one) in enumerate(zip(runs, works, strict=True))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    intend_to_write()
    return outcomes


def test_of_two_who_decide_at_once_the_second_is_told(app, w):
    project = room.reviewed(w, room.submitted(w))
    leads = [w.actor("authority_lead"), person(w.org("authority"), Role.AUTHORITY_LEAD)]
    works = [lambda p, seen, lead=lead: actions.decide(lead, p, room.Ruling(V.PASSED), seen) for lead in leads]
    outcomes = at_once(app, project, works)
    assert sorted(map(str, outcomes.values())) == ["409", "done"]
    assert db.session.scalar(sa.select(sa.func.count(Decision.id))) == 1


def test_a_return_or_a_withdrawal_during_a_decision_leaves_one_of_them(app, w):
    project = room.reviewed(w, room.submitted(w))
    lead, second, officer = (
        w.actor("authority_lead"),
        person(w.org("authority"), Role.AUTHORITY_LEAD),
        w.actor("officer"),
    )
    outcomes = at_once(
        app,
        project,
        [
            lambda p, seen: actions.decide(lead, p, room.Ruling(V.PASSED), seen),
            lambda p, _seen: actions.return_for_change(second, p, "材料不全", ("补充",)),
            lambda p, _seen: actions.withdraw(officer, p, "撤回修改"),
        ],
    )
    assert sorted(map(str, outcomes.values())) == ["409", "409", "done"]


def test_a_decision_on_what_was_read_before_it_came_again_is_stale(w):
    project = room.reviewed(w, room.submitted(w))
    seen = room.seen_digest(project)
    actions.withdraw(w.actor("officer"), project, "修改概算")
    declaring.set_money(w.actor("officer"), project, room.money(design_budget_fen=299_000_000), None)
    with pytest.raises(WrongState):
        actions.decide(w.actor("authority_lead"), project, room.Ruling(V.REFUSED, "理由"), seen)
    actions.submit(w.actor("officer"), project, room.seen_digest(project))
    with pytest.raises(Stale):
        actions.decide(w.actor("authority_lead"), project, room.Ruling(V.REFUSED, "理由"), seen)


# --- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["officer", "authority_lead", "other_signatory", "operator_signatory"])
def test_only_the_clients_signatory_lets_the_building_begin(w, above, key):
    project = joined(w, room.approved(w))
    with pytest.raises(NotAllowed):
        actions.start_build(w.actor(key), project)


@pytest.mark.parametrize("step, key, permission", WAY)
def test_no_step_is_taken_out_of_its_turn(w, above, step, key, permission):
    project = joined(w, room.approved(w))
    with pytest.raises(WrongState), act(w.actor(key), permission, ref=project.ref):
        take(w.actor(key), project, step, room.Ruling(V.PASSED), about_declaration(project))


# --- by SQL ----------------------------------------------------------------------------------------------------------

MOVE = "UPDATE projects SET act_id = :act, state = :state WHERE code = :code"


@pytest.mark.parametrize(
    "make, state",
    [
        (room.declared, "submitted"),
        (room.declared, "approved"),
        (room.declared, "operating"),
        (room.submitted, "approved"),
        (room.submitted, "refused"),
        (room.submitted, "building"),
        (room.approved, "building"),
        (room.approved, "trial"),
        (room.approved, "operating"),
        (room.approved, "exited"),
        (room.suspended, "building"),
        (room.terminated, "draft"),
        (room.refused, "draft"),
    ],
)
def test_no_gate_is_gone_around_by_sql(w, make, state):
    project = make(w)
    db.session.commit()
    assert attempt(db.session, MOVE, {"state": state, "code": project.code})


DECIDE = (
    "INSERT INTO decisions (id, act_id, subject_id, step, round, verdict, reason, notice, about, about_digest, gates, "
    "facts, facts_digest, proposed_by, proposer_org, decided_by, decider_org, decider_side, decider_role, decided_at) "
    "SELECT 999, :act, subject_id, step, round + 1, 'passed', '', '[]', about, about_digest, gates, facts, "
    "facts_digest, proposed_by, proposer_org, :by, decider_org, decider_side, decider_role, decided_at "
    "FROM decisions WHERE id = :id"
)


def test_a_decision_by_its_proposer_is_refused_by_the_database_too(w):
    room.returned(w)
    made = db.session.scalars(sa.select(Decision)).one()
    db.session.commit()
    assert attempt(db.session, DECIDE, {"by": made.proposed_by, "id": made.id})
    assert attempt(db.session, DECIDE, {"by": made.decided_by, "id": made.id}) == ""


def test_the_database_knows_the_same_moves(w):
    revision = __import__("migrations.versions.0014_projects", fromlist=["MOVES"])
    assert sorted({tuple(one) for one in revision.MOVES}) == moves()
