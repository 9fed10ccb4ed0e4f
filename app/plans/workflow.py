"""The life of a plan as a table: proposed, then agreed or refused by the other side, or withdrawn by one's own."""

from app.contracts import workflow as contracts
from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import Problem
from app.core.permissions import Permission
from app.lifecycle.workflow import Transition, Workflow
from app.plans.models import Plan, PlanState
from app.plans.queries import other_agreed
from app.plans.wording import begun

P, S = Permission, PlanState


def by_client(actor: Actor, plan: Plan) -> bool:
    return contracts.is_client(actor, plan.contract)


def by_operator(actor: Actor, plan: Plan) -> bool:
    return contracts.is_operator(actor, plan.contract)


def not_begun(_actor: Actor, plan: Plan) -> list[Problem]:
    """I10: a change of rules that was left lying until its first period began comes too late."""
    return [begun(plan.first)] if plan.first_starts_at <= now() and other_agreed(plan) else []


WORKFLOW: Workflow[Plan] = Workflow(
    "plan",
    (
        Transition(P.PLAN_AGREE, frozenset({S.PROPOSED}), S.AGREED, relation=by_operator, guards=(not_begun,)),
        Transition(P.PLAN_REFUSE, frozenset({S.PROPOSED}), S.REFUSED, relation=by_operator, needs_reason=True),
        Transition(P.PLAN_PROPOSE, frozenset({S.PROPOSED}), S.WITHDRAWN, relation=by_client),
    ),
)
