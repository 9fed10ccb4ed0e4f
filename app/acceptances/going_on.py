"""Whether a round or a handover still goes on: one act at a time on it, judged on what the one before has left."""

import sqlalchemy as sa

from app.acceptances import wording
from app.acceptances.handover_models import Handover
from app.acceptances.kinds import AcceptanceState, HandoverState, Stage
from app.acceptances.models import Acceptance
from app.core.db import db, serialise
from app.core.errors import WrongState
from app.projects.kinds import ProjectState
from app.projects.models import Project

# In which state of a project each stage is opened, judged and concluded.
STAGES = {ProjectState.BUILDING: Stage.PRELIMINARY, ProjectState.TRIAL: Stage.FINAL}
HANDED_OVER_IN = frozenset({ProjectState.ACCEPTED, ProjectState.APPROVED})


def goes_on(thing: Acceptance | Handover) -> bool:
    """Open, and its project neither suspended nor ended since."""
    if isinstance(thing, Acceptance):
        return thing.is_open and STAGES.get(thing.project.state) is thing.stage
    return thing.is_open and thing.project.state in HANDED_OVER_IN


def alone_with(acceptance: Acceptance) -> None:
    """Waits for whoever is at the round, then reads it as he left it; refuses one that no longer goes on."""
    serialise(f"acceptance:{acceptance.code}")
    db.session.flush()
    if _state(Acceptance, acceptance.id) is not AcceptanceState.OPEN:
        raise WrongState(wording.concluded_already(acceptance.code))
    state = _project_state(acceptance.project_id)
    if STAGES.get(state) is not acceptance.stage:
        raise WrongState(wording.not_to_accept(state))
    db.session.refresh(acceptance)
    db.session.expire(acceptance, ["items"])
    for one in acceptance.items:
        db.session.expire(one)


def alone_with_handover(handover: Handover) -> None:
    """The same of a handover."""
    serialise(f"handover:{handover.code}")
    db.session.flush()
    if _state(Handover, handover.id) is not HandoverState.OPEN:
        raise WrongState(wording.handover_concluded(handover.code))
    state = _project_state(handover.project_id)
    if state not in HANDED_OVER_IN:
        raise WrongState(wording.not_to_hand_over(state))
    db.session.refresh(handover)
    db.session.expire(handover, ["items"])
    for one in handover.items:
        db.session.expire(one)


def _state(kind: type[Acceptance] | type[Handover], key: int) -> object:
    return db.session.scalar(sa.select(kind.state).where(kind.id == key))


def _project_state(key: int) -> ProjectState:
    return db.session.scalars(sa.select(Project.state).where(Project.id == key)).one()
