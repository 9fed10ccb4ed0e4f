"""Who may do what in a round of acceptance and in a handover, and while it is open."""

from collections.abc import Callable, Iterator
from typing import Any

from flask_babel import gettext as _

from app.acceptances.handover_models import Handover
from app.acceptances.kinds import AcceptanceState, Deed, HandoverState, Stage
from app.acceptances.models import Acceptance
from app.acceptances.queries import role_of
from app.core.actors import Actor
from app.core.errors import Problem
from app.core.permissions import Permission
from app.lifecycle.workflow import Transition, Workflow
from app.subjects.models import PartyRole as R

P = Permission
_A, _H = frozenset({AcceptanceState.OPEN}), frozenset({HandoverState.OPEN})


def standing_as(*roles: R) -> Callable[[Actor, Any], bool]:
    """The actor's organisation holds one of the roles in the project."""

    def relation(actor: Actor, thing: Any) -> bool:
        return role_of(actor, thing.project.subject, *roles) is not None

    return relation


def concludes(stage: Stage, role: R) -> Callable[[Actor, Acceptance], bool]:
    """Each stage has its own concluder."""
    stands = standing_as(role)

    def relation(actor: Actor, acceptance: Acceptance) -> bool:
        return acceptance.stage is stage and stands(actor, acceptance)

    return relation


def another_judges(actor: Actor, acceptance: Acceptance) -> Iterator[Problem]:
    """Four eyes: who opened the round or judged an item of it does not conclude it."""
    why, remedy = _("组织、逐项验收与作出结论须由不同的人办理（四眼原则）。"), _("请由本机构其他负责人办理。")
    if acceptance.opened_by == actor.user_id:
        yield Problem(_("您组织了本次验收，不能作出结论。"), why=why, remedy=remedy)
    if any(one.judged_by == actor.user_id for item in acceptance.items for one in item.results):
        yield Problem(_("您在本次验收中判定过验收项，不能作出结论。"), why=why, remedy=remedy)


def another_receives(actor: Actor, handover: Handover) -> Iterator[Problem]:
    """Four eyes: who opened the handover or received an item does not conclude it."""
    why, remedy = _("组织、接收与作出结论须由不同的人办理（四眼原则）。"), _("请由本机构其他负责人办理。")
    if handover.opened_by == actor.user_id:
        yield Problem(_("您组织了本次移交，不能作出结论。"), why=why, remedy=remedy)
    own = {Deed.RECEIVED, Deed.SENT_BACK}
    if any(one.done_by == actor.user_id and one.deed in own for item in handover.items for one in item.entries):
        yield Problem(_("您接收或退回过移交事项，不能作出结论。"), why=why, remedy=remedy)


WORKFLOW: Workflow[Acceptance] = Workflow(
    "acceptance",
    (
        Transition(P.ACCEPTANCE_OPEN, _A, None, relation=standing_as(R.CLIENT)),
        Transition(P.ACCEPTANCE_DELIVER, _A, None, relation=standing_as(R.BUILDER, R.OPERATOR)),
        Transition(P.ACCEPTANCE_OPINE, _A, None, relation=standing_as(R.SUPERVISOR)),
        Transition(P.ACCEPTANCE_JUDGE, _A, None, relation=standing_as(R.CLIENT)),
        Transition(
            P.ACCEPTANCE_CONCLUDE,
            _A,
            None,
            relation=concludes(Stage.PRELIMINARY, R.CLIENT),
            guards=(another_judges,),
            needs_reason=True,
        ),
        Transition(
            P.ACCEPTANCE_APPROVE,
            _A,
            None,
            relation=concludes(Stage.FINAL, R.COMPETENT_AUTHORITY),
            guards=(another_judges,),
            needs_reason=True,
        ),
    ),
)

HANDOVER_WORKFLOW: Workflow[Handover] = Workflow(
    "handover",
    (
        Transition(P.HANDOVER_OPEN, _H, None, relation=standing_as(R.CLIENT)),
        Transition(P.HANDOVER_DELIVER, _H, None, relation=standing_as(R.BUILDER, R.OPERATOR)),
        Transition(P.HANDOVER_RECEIVE, _H, None, relation=standing_as(R.CLIENT)),
        Transition(P.HANDOVER_TAKE_OVER, _H, None, relation=standing_as(R.OPERATOR)),
        Transition(P.HANDOVER_WITNESS, _H, None, relation=standing_as(R.SUPERVISOR)),
        Transition(
            P.HANDOVER_CONCLUDE,
            _H,
            HandoverState.CONCLUDED,
            relation=standing_as(R.CLIENT),
            guards=(another_receives,),
            needs_reason=True,
        ),
    ),
)
