"""Contracts of projects: what asks for them to be drawn, what they wait for, and what they tell the purchase."""

from collections.abc import Collection

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _

from app.conditions.gathering import facts_of
from app.contracts.content import draft_of
from app.contracts.models import Contract, ContractState
from app.contracts.rules import flaws
from app.core.actors import Actor
from app.core.batches import of_each
from app.core.clock import today
from app.core.db import db
from app.core.errors import Problem
from app.core.permissions import Permission
from app.gates import queries as gates
from app.gates.kinds import Step
from app.negative_lists import screening
from app.negative_lists.actions import store_run
from app.negative_lists.kinds import Cause
from app.procurement.awards import release_contract, settle
from app.procurement.checks import ContractFacts
from app.projects.kinds import ProjectState
from app.projects.models import Project
from app.projects.panels import Panel, PanelRow
from app.projects.workflow import ENDED

S = ContractState
RUNNING = frozenset({S.IN_FORCE, S.TERMINATING})
ENDED_EARLY = frozenset({S.TERMINATING, S.TERMINATED})
HANDED_OVER = frozenset({ProjectState.OPERATING, ProjectState.EVALUATING})
# Nothing new is concluded for a project that stands still or is over.
HALTED = frozenset({ProjectState.SUSPENDED, *ENDED})


# --- before signing --------------------------------------------------------------------------------------------------


def gates_open(_actor: Actor, contract: Contract) -> list[Problem]:
    """Everything that gates and lists ask for where contracts are concluded.

    Judged once the text is whole: before that, what is missing is named as such, and facts would only be unknown. A
    contract that was signed on paper before is taken in as it is.
    """
    version = contract.current
    if version.is_existing or flaws(draft_of(version)):
        return []
    values = facts_of(contract.subject)
    found = screening.look(contract.subject, Step.CONTRACT, values)
    return [*gates.problems_at(contract.subject, Step.CONTRACT, values), *screening.problems(found)]


def goes_on(_actor: Actor, contract: Contract) -> list[Problem]:
    """The project of the contract neither stands still nor is over."""
    project = contract.project
    if project is None or project.state not in HALTED:
        return []
    return [
        Problem(
            _("项目%(state)s，合同不能提交会签或签署。", state=project.state.label),
            why=_("暂停期间或终了之后不再为项目订立合同。"),
            remedy=_("请等项目恢复后再办理；不再需要的，退回修改后作废。"),
        )
    ]


def keep_check(actor: Actor, contract: Contract) -> None:
    """Keeps what lists said when the contract went out for signing. Part of a running act."""
    if not contract.current.is_existing:
        store_run(actor, contract.subject, screening.look(contract.subject, Step.CONTRACT), Cause.STEP)


# --- after signing ---------------------------------------------------------------------------------------------------


def waits_for_handover(contract: Contract) -> bool:
    """Signed, but what it is about has not been handed over yet."""
    return contract.project is not None and contract.project.state not in HANDED_OVER


def handed_over(_actor: Actor, contract: Contract) -> list[Problem]:
    """What is not handed over is not operated."""
    if not waits_for_handover(contract):
        return []
    return [
        Problem(
            _("项目尚未移交投运，运营合同不能生效。"),
            why=_("项目移交投运之后才开始运营、考核和付费。"),
            remedy=_("移交结论作出后，到期的合同自动生效。"),
        )
    ]


def tell_purchase(actor: Actor, contract: Contract) -> None:
    """All have signed: the purchase it was drawn from is contracted. Part of a running act."""
    if contract.procurement is not None:
        version = contract.current
        settle(actor, contract.procurement, ContractFacts(contract.code, today(), version.amount_fen))


def give_back(actor: Actor, contract: Contract) -> None:
    """The draft is given up: another contract may be drawn from the purchase. Part of a running act."""
    if contract.procurement is not None:
        # The guard on purchases asks for the void contract, so that one is written first.
        db.session.flush()
        release_contract(actor, contract.procurement)


# --- reads -----------------------------------------------------------------------------------------------------------


def contracts_of(project: Project) -> list[Contract]:
    """The contracts of a project by code, those given up too."""
    return list(
        db.session.scalars(sa.select(Contract).where(Contract.project_id == project.id).order_by(Contract.code))
    )


def running_contracts(project_subject_id: int) -> int:
    """How many contracts of a project are in force, or not ended yet."""
    return of_each(project_subject_id, _number_of, RUNNING) or 0


def ended_early(project_subject_id: int) -> int:
    """How many contracts of a project were ended before their term, or are being ended."""
    return of_each(project_subject_id, _number_of, ENDED_EARLY) or 0


def _number_of(subjects: Collection[int], states: frozenset[ContractState]) -> dict[int, int]:
    """By the subject of the project, how many of its contracts are in one of these states."""
    counted = (
        sa.select(Project.subject_id, sa.func.count(Contract.id))
        .join(Project, Project.id == Contract.project_id)
        .where(Project.subject_id.in_(subjects), Contract.state.in_(states))
        .group_by(Project.subject_id)
    )
    return dict(iter(db.session.execute(counted)))


def contracts_panel(actor: Actor, project: Project) -> Panel | None:
    """The contracts of a project with their states, on the pages of the project."""
    found = contracts_of(project) if actor.may(Permission.CONTRACT_READ) else []
    if not found:
        return None
    rows = tuple(
        PanelRow(one.code, one.state.label, url_for("contracts.detail", code=one.code), one.state.tone) for one in found
    )
    return Panel("contracts", _("运营合同"), rows)
