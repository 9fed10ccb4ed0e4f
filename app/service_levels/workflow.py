"""The life of a claim for time that is not to count: claimed by the operator, decided by the client or withdrawn."""

from flask_babel import gettext as _

from app.contracts.workflow import is_client
from app.core.actors import Actor
from app.core.errors import Problem
from app.core.permissions import Permission
from app.figures.measures import closed_periods
from app.lifecycle.workflow import Transition, Workflow
from app.service_levels.models import Exclusion, ExclusionState
from app.service_levels.wording import period_closed

P, S = Permission, ExclusionState


def by_client(actor: Actor, exclusion: Exclusion) -> bool:
    return is_client(actor, exclusion.contract)


def by_claimer(actor: Actor, exclusion: Exclusion) -> bool:
    return actor.organisation_id == exclusion.claimer_org_id


def not_the_claimer(actor: Actor, exclusion: Exclusion) -> list[Problem]:
    """I1, I2: keys hold it as well; here it is said in words."""
    if actor.user_id != exclusion.claimed_by:
        return []
    return [Problem(_("不能裁定本人申报的除外时段。"), why=_("申报与裁定须由两方的两人办理（四眼原则）。"))]


def not_closed(_actor: Actor, exclusion: Exclusion) -> list[Problem]:
    """I9: what is measured in a closed period stays as it is."""
    return [
        period_closed(one.period)
        for one in closed_periods(exclusion.contract)
        if one.starts_at < exclusion.ends_at and one.ends_at > exclusion.begins_at
    ]


WORKFLOW: Workflow[Exclusion] = Workflow(
    "exclusion",
    (
        Transition(
            P.EXCLUSION_DECIDE,
            frozenset({S.CLAIMED}),
            None,
            relation=by_client,
            guards=(not_the_claimer, not_closed),
        ),
        Transition(P.EXCLUSION_WITHDRAW, frozenset({S.CLAIMED}), S.WITHDRAWN, relation=by_claimer),
    ),
)
