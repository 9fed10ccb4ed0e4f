"""The life of a condition as a table: owed, reported by its owner, accepted or sent back by the authority."""

from collections.abc import Iterable

from app.core.actors import Actor
from app.core.errors import Problem
from app.core.permissions import ROLE_PERMISSIONS, ROLE_SIDES, Permission
from app.gates import wording
from app.gates.kinds import ObligationState
from app.gates.models import Obligation
from app.lifecycle.queries import stands_still
from app.lifecycle.workflow import Transition, Workflow
from app.subjects.models import Party, PartyRole
from app.subjects.queries import parties_of

P, S = Permission, ObligationState
# The sides whose people can report that a condition was met.
_REPORTING = frozenset(side for role, side in ROLE_SIDES.items() if P.OBLIGATION_REPORT in ROLE_PERMISSIONS[role])


def may_owe(party: Party) -> bool:
    """Whether a condition can be put on a party: its people must be able to report on it."""
    return party.side in _REPORTING


def by_owner(actor: Actor, obligation: Obligation) -> bool:
    return actor.organisation_id == obligation.owner_id


def by_authority(actor: Actor, obligation: Obligation) -> bool:
    return any(
        one.organisation_id == actor.organisation_id and one.role is PartyRole.COMPETENT_AUTHORITY
        for one in parties_of(obligation.subject)
    )


def other_hands(actor: Actor, obligation: Obligation) -> Iterable[Problem]:
    """Who reported does not accept (I8)."""
    return [wording.own_report()] if obligation.reported_by == actor.user_id else []


def time_runs(_actor: Actor, obligation: Obligation) -> Iterable[Problem]:
    """Nothing is asked of anybody while the subject stands still."""
    pause = stands_still(obligation.subject)
    if pause is not None:
        yield wording.stands_still(pause.started_on)


WORKFLOW: Workflow[Obligation] = Workflow(
    "obligation",
    (
        Transition(P.OBLIGATION_REPORT, frozenset({S.OPEN}), S.REPORTED, relation=by_owner, guards=(time_runs,)),
        Transition(
            P.OBLIGATION_ACCEPT,
            frozenset({S.REPORTED}),
            S.ACCEPTED,
            relation=by_authority,
            guards=(time_runs, other_hands),
        ),
    ),
)


def moves() -> list[tuple[str, str]]:
    """Every move: the table's, sending a report back, and dropping what is owed with the thing it was about."""
    beside = {(S.REPORTED, S.OPEN), (S.OPEN, S.DROPPED), (S.REPORTED, S.DROPPED)}
    return sorted({*WORKFLOW.moves(), *((before.value, after.value) for before, after in beside)})
