"""The drafts that wait for somebody: to be reviewed, published, or gone on with after they were sent back."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.core.actors import Actor
from app.core.db import db
from app.core.permissions import Permission
from app.rulebook.mandates import mandated_everywhere, may_rule, places_of
from app.rulebook.models import DraftState, RuleDraft


def waiting_for(actor: Actor, limit: int | None = None) -> list[RuleDraft]:
    """Drafts on which this person can do the next thing, the oldest first. What another authority has to review or
    publish is not among them: it could not be done, only looked at."""
    found = list(db.session.scalars(_next_for(actor)))
    if any(draft.drafted_by != actor.user_id for draft in found) and not mandated_everywhere(actor):
        places = {draft.id: places_of(draft) for draft in found}
        ours = {place: may_rule(actor, place) for place in {one for some in places.values() for one in some}}
        found = [one for one in found if one.drafted_by == actor.user_id or all(ours[at] for at in places[one.id])]
    return found[:limit]


def count_waiting(actor: Actor) -> int:
    return len(waiting_for(actor))


def _next_for(actor: Actor) -> sa.Select[RuleDraft]:
    ways: list[sa.ColumnElement[bool]] = []
    others = RuleDraft.drafted_by != actor.user_id
    if actor.may(Permission.RULE_REVIEW):
        ways.append(sa.and_(RuleDraft.state == DraftState.SUBMITTED, others))
    if actor.may(Permission.RULE_PUBLISH):
        ways.append(sa.and_(RuleDraft.state == DraftState.REVIEWED, others))
    if actor.may(Permission.RULE_DRAFT):
        own = (RuleDraft.drafted_by == actor.user_id, RuleDraft.returned_reason != "")
        ways.append(sa.and_(RuleDraft.state == DraftState.DRAFT, *own))
    read = sa.select(RuleDraft).options(joinedload(RuleDraft.author), joinedload(RuleDraft.base))
    return read.where(sa.or_(sa.false(), *ways)).order_by(RuleDraft.id)
