"""The life of a project as a table: who may move it from where to where, and what must hold before."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.errors import Problem
from app.core.permissions import Permission
from app.gates.kinds import Step
from app.gates.queries import next_round, opinions_of
from app.gates.queries import problems_at as gate_problems
from app.lifecycle.workflow import Transition, Workflow
from app.projects.kinds import ProjectState
from app.projects.models import Project
from app.projects.queries import acted_for
from app.projects.steps import problems_at
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of

P, S = Permission, ProjectState
# What may be halted, and go on from there later.
HALTABLE = frozenset({S.APPROVED, S.BUILDING, S.TRIAL, S.ACCEPTED, S.OPERATING})
# What runs has a way out of its own.
RUNNING = frozenset({S.OPERATING, S.EVALUATING})
# Ended for good; everything stays readable.
ENDED = frozenset({S.EXITED, S.REFUSED, S.TERMINATED})


def _has_role(actor: Actor, project: Project, role: PartyRole) -> bool:
    return any(
        party.organisation_id == actor.organisation_id and party.role is role for party in parties_of(project.subject)
    )


def is_client(actor: Actor, project: Project) -> bool:
    return _has_role(actor, project, PartyRole.CLIENT)


def is_authority(actor: Actor, project: Project) -> bool:
    return _has_role(actor, project, PartyRole.COMPETENT_AUTHORITY)


def gates_open(step: Step) -> Callable[[Actor, Project], list[Problem]]:
    """Everything that gates and lists ask for at a step is on record, judged as the records stand now."""

    def guard(_actor: Actor, project: Project) -> list[Problem]:
        return problems_at(project, step)

    return guard


def may_be_evaluated(_actor: Actor, project: Project) -> list[Problem]:
    """What gates ask of an evaluation; what lists find is no reason not to hand one in."""
    return gate_problems(project.subject, Step.EVALUATE)


def independent(actor: Actor, project: Project) -> Iterable[Problem]:
    """Who asked for the decision, acted for the client or recorded an opinion for it does not decide (I8)."""
    remedy = _("请由本机构其他负责人审批。")
    why = _("申报、登记与审批须由不同的人办理（四眼原则）。")
    if project.current.submitted_by == actor.user_id:
        yield Problem(_("提交审批的人不能审批同一项目。"), why=why, remedy=remedy)
    elif acted_for(project, actor.user_id) not in {None, actor.organisation_id}:
        yield Problem(_("您曾代表其他机构办理本项目，不能审批。"), why=why, remedy=remedy)
    round_ = next_round(project.subject, Step.APPROVE)
    if any(one.recorded_by == actor.user_id for one in opinions_of(project.subject, Step.APPROVE, round_)):
        yield Problem(_("您登记过本轮的评审意见，不能再作出审批决定。"), why=why, remedy=remedy)


def never_submitted(_actor: Actor, project: Project) -> Iterable[Problem]:
    """What the authority has had before it is ended by the authority alone."""
    if any(one.sealed_at is not None for one in project.versions):
        yield Problem(
            _("本项目已经提交过审批，不能作废。"),
            why=_("提交过的申报由主管部门处理，退回和撤回的记录须保留。"),
            remedy=_("不再申报的，请由主管部门办理“终止项目”。"),
        )


def not_in_operation(_actor: Actor, project: Project) -> Iterable[Problem]:
    """What operates leaves through its exit, halted or not: a contract runs, data and keys are with the operator."""
    if project.suspended_from in RUNNING:
        yield Problem(
            _("本项目暂停前已经投运，不能终止。"),
            why=_("运营中的项目只能经“退出”结束：先移交和返还数据、结清合同，再注销；暂停不改变这一要求。"),
            remedy=_("请先恢复项目，再由项目单位按退出要求办理“项目退出”。"),
        )


def transition(
    act: Permission, sources: Iterable[ProjectState], target: ProjectState | None, **more: Any
) -> Transition[Project]:
    return Transition(act, frozenset(sources), target, **more)


WORKFLOW: Workflow[Project] = Workflow(
    "project",
    (
        transition(P.PROJECT_DECLARE, {S.PLANNED, S.DRAFT}, None, relation=is_client),
        transition(
            P.PROJECT_DISCARD,
            {S.PLANNED, S.DRAFT},
            None,
            relation=is_client,
            guards=(never_submitted,),
            needs_reason=True,
            dangerous=True,
        ),
        transition(P.PROJECT_SUBMIT, {S.DRAFT}, S.SUBMITTED, relation=is_client, guards=(gates_open(Step.SUBMIT),)),
        transition(P.PROJECT_WITHDRAW, {S.SUBMITTED}, S.DRAFT, relation=is_client, needs_reason=True),
        transition(P.PROJECT_OPINE, {S.SUBMITTED, S.EVALUATING}, None, relation=is_authority),
        transition(P.PROJECT_DECIDE, {S.SUBMITTED}, S.APPROVED, relation=is_authority, guards=(independent,)),
        transition(P.PROJECT_RETURN, {S.SUBMITTED}, S.DRAFT, relation=is_authority, needs_reason=True),
        transition(P.PROJECT_BUILD, {S.APPROVED}, S.BUILDING, relation=is_client, guards=(gates_open(Step.BUILD),)),
        transition(P.PROJECT_EVALUATE, {S.OPERATING}, S.EVALUATING, relation=is_client, guards=(may_be_evaluated,)),
        transition(P.PROJECT_CONCLUDE, {S.EVALUATING}, S.OPERATING, relation=is_authority),
        transition(
            P.PROJECT_EXIT,
            {S.OPERATING, S.EVALUATING},
            S.EXITED,
            relation=is_client,
            guards=(gates_open(Step.EXIT),),
            needs_reason=True,
            dangerous=True,
        ),
        transition(P.PROJECT_SUSPEND, HALTABLE, S.SUSPENDED, relation=is_authority, needs_reason=True, dangerous=True),
        transition(P.PROJECT_RESUME, {S.SUSPENDED}, None, relation=is_authority, needs_reason=True),
        transition(
            P.PROJECT_TERMINATE,
            {S.DRAFT, S.SUBMITTED, S.SUSPENDED, *HALTABLE} - {S.OPERATING},
            S.TERMINATED,
            relation=is_authority,
            guards=(not_in_operation,),
            needs_reason=True,
            dangerous=True,
        ),
    ),
)


def moves() -> list[tuple[str, str]]:
    """Every move from state to state: the table's, and those of acts whose outcome decides or that others take."""
    beside = {
        (S.PLANNED, S.DRAFT),
        (S.SUBMITTED, S.REFUSED),
        (S.BUILDING, S.TRIAL),
        (S.TRIAL, S.ACCEPTED),
        (S.ACCEPTED, S.OPERATING),
        (S.APPROVED, S.OPERATING),
        *((S.SUSPENDED, state) for state in HALTABLE),
    }
    return sorted({*WORKFLOW.moves(), *((before.value, after.value) for before, after in beside)})
