"""The life of a contract as a table: who may move it from where to where, and what must hold before."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from app.contracts.adding import as_before
from app.contracts.admitted import admitted
from app.contracts.content import draft_of
from app.contracts.models import Contract, ContractState
from app.contracts.of_projects import gates_open, goes_on, handed_over
from app.contracts.rules import flaws
from app.contracts.wording import explain
from app.core.actors import Actor
from app.core.errors import Problem
from app.core.permissions import Permission
from app.lifecycle.workflow import Transition, Workflow
from app.subjects.actions import explain_conflicts
from app.subjects.models import PartyRole
from app.subjects.queries import conflicts_among, parties_of

P, S = Permission, ContractState
SIGNING_ROLES = frozenset({PartyRole.CLIENT, PartyRole.OPERATOR})


def _role_of(actor: Actor, contract: Contract, roles: frozenset[PartyRole]) -> bool:
    return any(
        party.organisation_id == actor.organisation_id and party.role in roles for party in parties_of(contract.subject)
    )


def is_client(actor: Actor, contract: Contract) -> bool:
    return _role_of(actor, contract, frozenset({PartyRole.CLIENT}))


def is_operator(actor: Actor, contract: Contract) -> bool:
    return _role_of(actor, contract, frozenset({PartyRole.OPERATOR}))


def is_signing_party(actor: Actor, contract: Contract) -> bool:
    return _role_of(actor, contract, SIGNING_ROLES)


def by_system(actor: Actor, _contract: Contract) -> bool:
    return actor.is_system


def complete(_actor: Actor, contract: Contract) -> list[Problem]:
    """Everything missing, each problem once."""
    return [explain(flaw) for flaw in flaws(draft_of(contract.current))]


def separated(_actor: Actor, contract: Contract) -> list[Problem]:
    """No party controls another of a different side today (stakes may have changed since it was added)."""
    standings = {(party.organisation_id, party.side) for party in parties_of(contract.subject)}
    return explain_conflicts(conflicts_among(standings))


def not_the_submitter(actor: Actor, contract: Contract) -> Iterable[Problem]:
    if contract.current.submitted_by == actor.user_id:
        yield Problem(
            _("提交会签的人不能签署同一版合同。"),
            why=_("提交与签署须由两人办理（四眼原则）。"),
            remedy=_("请由本机构其他负责人签署。"),
        )


def not_signed_yet(actor: Actor, contract: Contract) -> Iterable[Problem]:
    if any(one.organisation_id == actor.organisation_id for one in contract.current.signatures):
        yield Problem(_("您的机构已经签署。"), why=_("每个当事机构只签署一次。"))


def transition(
    act: Permission, sources: set[ContractState], target: ContractState | None, **more: Any
) -> Transition[Contract]:
    return Transition(act, frozenset(sources), target, **more)


WORKFLOW: Workflow[Contract] = Workflow(
    "contract",
    (
        transition(P.CONTRACT_DRAFT, {S.DRAFT}, None, relation=is_client),
        transition(
            P.CONTRACT_SUBMIT,
            {S.DRAFT},
            S.SIGNING,
            relation=is_client,
            guards=(complete, separated, admitted, goes_on, as_before, gates_open),
        ),
        transition(
            P.CONTRACT_SIGN,
            {S.SIGNING},
            S.SIGNED,
            relation=is_signing_party,
            guards=(not_the_submitter, not_signed_yet, separated, admitted, goes_on),
        ),
        transition(P.CONTRACT_RETURN, {S.SIGNING}, S.DRAFT, relation=is_signing_party, needs_reason=True),
        transition(P.CONTRACT_VOID, {S.DRAFT}, S.VOID, relation=is_client, needs_reason=True, dangerous=True),
        transition(P.CONTRACT_TAKE_EFFECT, {S.SIGNED}, S.IN_FORCE, relation=by_system, guards=(handed_over,)),
        transition(P.CONTRACT_EXPIRE, {S.IN_FORCE, S.TERMINATING}, S.EXPIRED, relation=by_system),
        transition(
            P.CONTRACT_PROPOSE_TERMINATION,
            {S.IN_FORCE},
            S.TERMINATING,
            relation=is_client,
            needs_reason=True,
            dangerous=True,
        ),
        transition(
            P.CONTRACT_AGREE_TERMINATION,
            {S.TERMINATING},
            S.TERMINATED,
            relation=is_operator,
            needs_reason=True,
            dangerous=True,
        ),
        transition(P.CONTRACT_REFUSE_TERMINATION, {S.TERMINATING}, S.IN_FORCE, relation=is_operator, needs_reason=True),
        transition(P.CONTRACT_ATTACH, set(S) - {S.VOID}, None, relation=is_signing_party),
    ),
)
