"""The life of an exemption: asked for by the client, decided by others of the authority, over by its day or revoked."""

import sqlalchemy as sa

from app.core.actors import Actor
from app.core.db import db
from app.core.errors import Problem
from app.core.permissions import Permission
from app.lifecycle.workflow import Transition, Workflow
from app.negative_lists import wording
from app.negative_lists.kinds import ExemptionState
from app.negative_lists.models import Exemption
from app.negative_lists.offices import may_decide
from app.subjects.models import SubjectPerson

P, S = Permission, ExemptionState


def by_requester(actor: Actor, exemption: Exemption) -> bool:
    return actor.organisation_id == exemption.requester_org


def of_its_level(actor: Actor, exemption: Exemption) -> bool:
    """An authority of the level that its request fixed, never the organisation that asked."""
    return may_decide(actor, exemption)


def who_may_end(actor: Actor, exemption: Exemption) -> bool:
    """Who granted it, or another of the same level."""
    return actor.organisation_id == exemption.decider_org or may_decide(actor, exemption)


def by_system(actor: Actor, _exemption: Exemption) -> bool:
    return actor.is_system


def other_hands(actor: Actor, exemption: Exemption) -> list[Problem]:
    """I8, I11: keys and guards hold it as well; here it is said in words."""
    if actor.user_id == exemption.requested_by:
        return [wording.own_request()]
    acted = sa.select(SubjectPerson.id).where(
        SubjectPerson.subject_id == exemption.subject_id,
        SubjectPerson.user_id == actor.user_id,
        SubjectPerson.organisation_id == exemption.requester_org,
    )
    return [wording.acted_for_client()] if db.session.scalar(acted) else []


WORKFLOW: Workflow[Exemption] = Workflow(
    "exemption",
    (
        Transition(
            P.EXEMPTION_DECIDE,
            frozenset({S.REQUESTED}),
            None,
            relation=of_its_level,
            guards=(other_hands,),
            needs_reason=True,
        ),
        Transition(P.EXEMPTION_REQUEST, frozenset({S.REQUESTED}), S.WITHDRAWN, relation=by_requester),
        Transition(
            P.EXEMPTION_REVOKE,
            frozenset({S.GRANTED}),
            S.REVOKED,
            relation=who_may_end,
            needs_reason=True,
            dangerous=True,
        ),
        Transition(P.EXEMPTION_LAPSE, frozenset({S.GRANTED}), S.LAPSED, relation=by_system),
    ),
)


def moves() -> list[tuple[str, str]]:
    """Every move: the table's, and the two that a decision comes to."""
    decided = {(S.REQUESTED.value, S.GRANTED.value), (S.REQUESTED.value, S.REFUSED.value)}
    return sorted({*WORKFLOW.moves(), *decided})
