"""Whose list it is, a project's or a contract's, and what differs: who drafts it, when it rests, phases, address."""

from collections.abc import Callable

import sqlalchemy as sa
from flask_babel import gettext as _

from app.contracts.models import Contract, ContractState
from app.contracts.queries import contract_in_reach
from app.contracts.workflow import is_client as is_client_of_contract
from app.core.actors import Actor
from app.core.db import db
from app.core.errors import Problem
from app.projects.kinds import ProjectState
from app.projects.models import Project
from app.projects.queries import project_in_reach, project_of
from app.projects.workflow import ENDED
from app.projects.workflow import is_client as is_client_of_project
from app.responsibilities.template import phases_walked
from app.subjects.models import Subject, SubjectKind

Holder = Project | Contract
PROJECTS, CONTRACTS = "projects", "contracts"
IN_REACH: dict[str, Callable[[Actor, str], Holder | None]] = {
    PROJECTS: project_in_reach,
    CONTRACTS: contract_in_reach,
}
CONTRACT_CODES = "HT-"
ENDED_CONTRACTS = frozenset({ContractState.EXPIRED, ContractState.TERMINATED, ContractState.VOID})
# What a contract of operation covers, and what one adds that takes over from a project or also buys the building.
OPERATED = ("operation", "evaluation", "exit")
TAKEN_OVER = ("handover",)
BUILT = ("build", "acceptance")


def home_of(holder: Holder) -> str:
    """The first part of its addresses."""
    return PROJECTS if isinstance(holder, Project) else CONTRACTS


def home_of_code(code: str) -> str:
    """Codes of projects and contracts never meet: each begins with letters of its own."""
    return CONTRACTS if code.startswith(CONTRACT_CODES) else PROJECTS


def holder_of(subject: Subject) -> Holder | None:
    """The project or contract of a subject."""
    if subject.kind is SubjectKind.PROJECT:
        return project_of(subject)
    return db.session.scalar(sa.select(Contract).where(Contract.subject_id == subject.id))


def is_client(actor: Actor, holder: Holder) -> bool:
    if isinstance(holder, Project):
        return is_client_of_project(actor, holder)
    return is_client_of_contract(actor, holder)


def project_behind(holder: Holder) -> Project | None:
    """The project itself, or the one that a contract serves."""
    return holder if isinstance(holder, Project) else holder.project


def rests(holder: Holder) -> bool:
    """While a project is suspended neither its list nor those of its contracts move."""
    project = project_behind(holder)
    return project is not None and project.state is ProjectState.SUSPENDED


def has_ended(holder: Holder) -> bool:
    return holder.state in (ENDED if isinstance(holder, Project) else ENDED_CONTRACTS)


def halted() -> Problem:
    return Problem(
        _("项目已暂停，暂停期间不编制、不签署权责清单。"),
        why=_("暂停期间不办理任何环节，期限也停止计算。"),
        remedy=_("请等主管部门恢复项目后再办理。"),
    )


def over(holder: Holder) -> Problem:
    """Nothing of its list changes any more."""
    kept = _("已签的清单仍可查看和导出。")
    if isinstance(holder, Project):
        return Problem(_("项目已经结束（%(state)s），权责清单不再变更。", state=holder.state.label), remedy=kept)
    return Problem(_("合同已经结束（%(state)s），权责清单不再变更。", state=holder.state.label), remedy=kept)


def going_on(holder: Holder) -> list[Problem]:
    """Of what has ended the lists stay as they are, of what is halted until it is resumed."""
    if rests(holder):
        return [halted()]
    return [over(holder)] if has_ended(holder) else []


# --- phases ----------------------------------------------------------------------------------------------------------


def phases_of(holder: Holder) -> tuple[str, ...]:
    """The phases that a project walks, or that a contract covers."""
    return _walked(holder) if isinstance(holder, Project) else _covered(holder)


def _covered(contract: Contract) -> tuple[str, ...]:
    """Operation to exit; the handover of a project that builds; the building where it was bought in one."""
    purchase, project = contract.procurement, contract.project
    builds = purchase is not None and len(purchase.purpose.covers) > 1
    walked = _walked(project) if project is not None else ()
    before = tuple(phase for phase in (*(BUILT if builds else ()), *TAKEN_OVER) if phase in walked)
    return (*before, *OPERATED)


def _walked(project: Project) -> tuple[str, ...]:
    """By its kind, and from where it stood when it was taken in."""
    newest = project.versions[-1] if project.versions else None
    kind = newest.kind.value if newest and newest.kind else ""
    return phases_walked(kind, _phase_taken_in(project))


def _phase_taken_in(project: Project) -> str:
    """The phase that a project taken in had reached that day; empty for one that was declared here."""
    day = project.taken_in_on
    if day is None:
        return ""
    reached = (
        (project.operation_from, "operation"),
        (project.accepted_on, "handover"),
        (project.trial_from, "acceptance"),
        (project.build_started_on, "build"),
    )
    return next((phase for begun, phase in reached if begun is not None and begun <= day), "procurement")
