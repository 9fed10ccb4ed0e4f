"""The life of a purchase as a table: what the client's officer records, and what another of its people confirms."""

from collections.abc import Iterable

from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.errors import Problem, WrongState
from app.core.permissions import Permission
from app.lifecycle.workflow import Transition, Workflow
from app.procurement.kinds import LIVE, ProcurementState
from app.procurement.models import Procurement
from app.projects import workflow as projects

P, S = Permission, ProcurementState


def by_client(actor: Actor, procurement: Procurement) -> bool:
    return projects.is_client(actor, procurement.project)


def award_recorded(_actor: Actor, procurement: Procurement) -> Iterable[Problem]:
    if not procurement.has_award:
        yield Problem(_("还没有登记中标（成交）结果。"), remedy=_("请经办人先登记结果并附通知书。"), place="award")


def another_person(actor: Actor, procurement: Procurement) -> Iterable[Problem]:
    """Four eyes: who planned the purchase or recorded its award does not confirm it."""
    if actor.user_id in {procurement.recorded_by, procurement.awarded_by}:
        yield Problem(
            _("登记采购的人不能确认同一采购的结果。"),
            why=_("登记与确认须由两人办理（四眼原则）。"),
            remedy=_("请由本机构其他负责人确认。"),
        )


WORKFLOW: Workflow[Procurement] = Workflow(
    "procurement",
    (
        # One permission for everything that is recorded; the action says which state it needs and where it leads.
        Transition(P.PROCUREMENT_RECORD, LIVE, None, relation=by_client),
        Transition(
            P.PROCUREMENT_CONFIRM,
            frozenset({S.ANNOUNCED}),
            S.AWARDED,
            relation=by_client,
            guards=(award_recorded, another_person),
        ),
    ),
)


def moves() -> list[tuple[str, str]]:
    """Every move from state to state: the table's, and those of the acts of recording."""
    beside = {
        (S.PLANNED, S.ANNOUNCED),
        (S.AWARDED, S.CONTRACTED),
        (S.PLANNED, S.FAILED),
        (S.ANNOUNCED, S.FAILED),
        (S.PLANNED, S.CANCELLED),
        (S.ANNOUNCED, S.CANCELLED),
        (S.AWARDED, S.CANCELLED),
    }
    return sorted({*WORKFLOW.moves(), *((before.value, after.value) for before, after in beside)})


def expect_state(procurement: Procurement, *allowed: ProcurementState) -> None:
    """Refuses what cannot be recorded where the purchase stands."""
    if procurement.state not in allowed:
        listed = _("、").join(str(state.label) for state in allowed)
        raise WrongState(
            Problem(
                _("采购现在是“%(state)s”，不能办理。", state=procurement.state.label),
                why=_("只有在“%(allowed)s”时才能办理。", allowed=listed),
                remedy=_("请刷新页面查看最新状态。"),
            )
        )
