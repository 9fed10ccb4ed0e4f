"""What the pages of a handover show: every item and what its conclusion still asks, one item with its deeds."""

from dataclasses import dataclass

from app.acceptances import wording
from app.acceptances.content import seen_digest
from app.acceptances.going_on import goes_on
from app.acceptances.handing_over import TURNS, things_for
from app.acceptances.handover_models import Handover, HandoverItem
from app.acceptances.kinds import Deed
from app.acceptances.material import own_files
from app.acceptances.pages import Gap, Turn, gap_at, turns_of
from app.acceptances.workflow import HANDOVER_WORKFLOW
from app.core.actors import Actor
from app.core.errors import Problem
from app.core.permissions import Permission
from app.evidence.models import EvidenceFile
from app.gates.kinds import Step
from app.gates.wording import source_in_words
from app.lifecycle.workflow import Offer
from app.projects.models import Project

P = Permission
_ACTS = (
    *(P.HANDOVER_DELIVER, P.HANDOVER_RECEIVE, P.HANDOVER_TAKE_OVER, P.HANDOVER_WITNESS),
    P.HANDOVER_CONCLUDE,
)


@dataclass(frozen=True)
class HandoverPage:
    """Everything templates/acceptances/handover.html reads."""

    project: Project
    handover: Handover
    acts: frozenset[str]
    obstacles: list[Problem]
    gap: Gap | None
    is_halted: bool
    seen: str
    turns: list[Turn]

    @property
    def done(self) -> int:
        return sum(1 for one in self.handover.items if one.is_done)


@dataclass(frozen=True)
class ThingPage:
    """Everything templates/acceptances/thing.html reads."""

    project: Project
    handover: Handover
    item: HandoverItem
    source: str
    deeds: frozenset[str]
    may_settle: bool
    files: list[EvidenceFile]


def handover_page(actor: Actor, project: Project, handover: Handover) -> HandoverPage:
    """The handover with everything in it and, while it is open, everything that its conclusion still asks."""
    offers = {offer.transition.act: offer for offer in offers_of(actor, handover)}
    ending = offers.get(P.HANDOVER_CONCLUDE)
    return HandoverPage(
        project=project,
        handover=handover,
        acts=frozenset(key.value for key, offer in offers.items() if offer.possible),
        obstacles=list(ending.problems) if ending else [],
        gap=_gap(project, handover) if goes_on(handover) else None,
        is_halted=handover.is_open and not goes_on(handover),
        seen=seen_digest(handover),
        turns=turns_of(actor, project.subject, _ACTS, handover.code),
    )


def offers_of(actor: Actor, handover: Handover) -> list[Offer]:
    """What the actor may do with a handover; nothing while its project is halted."""
    return HANDOVER_WORKFLOW.offers(actor, handover) if goes_on(handover) else []


def _gap(project: Project, handover: Handover) -> Gap:
    waiting = [one for one in handover.items if not one.is_done]
    missing = [wording.items_not_arrived([one.number for one in waiting])] if waiting else []
    return gap_at(project, Step.HAND_OVER, {}, missing)


def thing_page(actor: Actor, project: Project, handover: Handover, item: HandoverItem) -> ThingPage:
    """One item with every deed on it, and what this actor may do with it now."""
    offers = {offer.transition.act for offer in offers_of(actor, handover)}
    deeds = {deed.value for deed in Deed if TURNS[deed].permission in offers and item.state in TURNS[deed].sources}
    if item.deliverer_id != actor.organisation_id:
        deeds.discard(Deed.DELIVERED.value)
    if not item.takes_over:
        deeds.discard(Deed.TAKEN_OVER.value)
    return ThingPage(
        project=project,
        handover=handover,
        item=item,
        source=_source_of(project, item),
        deeds=frozenset(deeds),
        may_settle=P.HANDOVER_OPEN in offers and not item.entries,
        files=own_files(actor, project.subject) if deeds else [],
    )


def _source_of(project: Project, item: HandoverItem) -> str:
    """On whose authority the list names the thing; empty where a person added it or the list has changed since."""
    thing = next((one for one in things_for(project) if one.head.code == item.entry_code), None)
    return source_in_words(thing.head) if thing else ""
