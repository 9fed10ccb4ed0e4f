"""Reads of negative lists: lists and items in force, runs, answers and exemptions of a subject, in reach or not."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, current, parsed
from app.core.actors import Actor
from app.core.batches import of_each
from app.core.clock import today
from app.core.db import db
from app.core.errors import NotFound
from app.negative_lists.item_file import LIST_KIND, Asked, Item, NegativeList
from app.negative_lists.judging import ITEM_KIND
from app.negative_lists.kinds import ExemptionState, Severity
from app.negative_lists.models import Answer, CheckRun, Exemption, ItemOutcome
from app.subjects.models import PartyRole, Subject
from app.subjects.queries import in_reach, parties_of

OPEN_STATES = (ExemptionState.REQUESTED, ExemptionState.GRANTED)
# The party that answers, by whom an item asks.
ROLE_OF = {Asked.CLIENT: PartyRole.CLIENT, Asked.AUTHORITY: PartyRole.COMPETENT_AUTHORITY}


# --- the rules -------------------------------------------------------------------------------------------------------


def item_of(entry: CatalogueEntry) -> Item:
    found: Item = parsed(entry)
    return found


def lists_in_force() -> list[NegativeList]:
    """Every list in force today, by code."""
    return [parsed(entry) for entry in all_current(LIST_KIND, today())]


def items_in_force() -> list[CatalogueEntry]:
    """The versions in force today of all items, by code."""
    return list(all_current(ITEM_KIND, today()))


def exemptible_codes() -> frozenset[str]:
    """The items of today that can be exempted at all."""
    return frozenset(entry.code for entry in items_in_force() if item_of(entry).severity is Severity.RESTRICTED)


def item_in_force(code: str) -> CatalogueEntry | None:
    """The version of an item that is in force today."""
    try:
        return current(ITEM_KIND, code, today())
    except NotFound:
        return None


# --- runs and answers ------------------------------------------------------------------------------------------------


def newest_run(subject: Subject) -> CheckRun | None:
    return db.session.scalars(
        sa.select(CheckRun).where(CheckRun.subject_id == subject.id).order_by(CheckRun.number.desc()).limit(1)
    ).first()


def runs_of(subject: Subject) -> list[CheckRun]:
    """Every run of a subject, newest first."""
    return list(
        db.session.scalars(
            sa.select(CheckRun)
            .where(CheckRun.subject_id == subject.id)
            .options(joinedload(CheckRun.runner))
            .order_by(CheckRun.number.desc())
        )
    )


def run_of(subject: Subject, number: int) -> CheckRun | None:
    """One run with the outcomes of all its items."""
    return db.session.scalar(
        sa.select(CheckRun)
        .where(CheckRun.subject_id == subject.id, CheckRun.number == number)
        .options(
            joinedload(CheckRun.runner),
            selectinload(CheckRun.outcomes).joinedload(ItemOutcome.item),
            selectinload(CheckRun.outcomes).joinedload(ItemOutcome.answer).joinedload(Answer.answerer),
        )
    )


def answers_of(subject: Subject) -> list[Answer]:
    """Every answer given for a subject, newest first; earlier ones stay readable."""
    return of_each(subject.id, _answers) or []


def _answers(subjects: Collection[int]) -> dict[int, list[Answer]]:
    found = sa.select(Answer).where(Answer.subject_id.in_(subjects)).options(joinedload(Answer.answerer))
    answers: dict[int, list[Answer]] = {}
    for one in db.session.scalars(found.order_by(Answer.id.desc())):
        answers.setdefault(one.subject_id, []).append(one)
    return answers


def newest_answers(subject: Subject) -> dict[str, Answer]:
    """The newest answer to each item."""
    return {one.item_code: one for one in reversed(answers_of(subject))}


# --- exemptions ------------------------------------------------------------------------------------------------------


def exemptions_of(subject: Subject) -> list[Exemption]:
    """Every exemption that was asked for, newest first."""
    return of_each(subject.id, _exemptions) or []


def _exemptions(subjects: Collection[int]) -> dict[int, list[Exemption]]:
    found = sa.select(Exemption).where(Exemption.subject_id.in_(subjects)).order_by(Exemption.id.desc())
    exemptions: dict[int, list[Exemption]] = {}
    for one in db.session.scalars(found):
        exemptions.setdefault(one.subject_id, []).append(one)
    return exemptions


def is_valid(exemption: Exemption) -> bool:
    """Granted and not at its end today; nobody has to lapse it for it to be over."""
    until = exemption.valid_until
    return exemption.state is ExemptionState.GRANTED and until is not None and until >= today()


def open_exemption(subject: Subject, item_code: str) -> Exemption | None:
    """The one that waits for a decision or holds; of an item there is at most one."""
    return next(
        (one for one in exemptions_of(subject) if one.item_code == item_code and one.state in OPEN_STATES), None
    )


def exemptions_in_reach(actor: Actor) -> sa.Select[Any]:
    """Exemptions for subjects that the actor may see."""
    return sa.select(Exemption).join(Subject, Subject.id == Exemption.subject_id).where(in_reach(actor))


def exemption_in_reach(actor: Actor, code: str) -> Exemption | None:
    found: Exemption | None = db.session.scalar(
        exemptions_in_reach(actor)
        .where(Exemption.code == code)
        .options(joinedload(Exemption.subject), joinedload(Exemption.requester), joinedload(Exemption.decider))
    )
    return found


def exemptions_over() -> list[Exemption]:
    """Granted exemptions whose day has passed."""
    return list(
        db.session.scalars(
            sa.select(Exemption)
            .where(Exemption.state == ExemptionState.GRANTED, Exemption.valid_until < today())
            .order_by(Exemption.id)
        )
    )


# --- who -------------------------------------------------------------------------------------------------------------


def holders(subject: Subject, role: PartyRole) -> list[int]:
    """The organisations in a role of a subject."""
    return sorted({one.organisation_id for one in parties_of(subject) if one.role is role})


def has_role(actor: Actor, subject: Subject, role: PartyRole) -> bool:
    return actor.organisation_id in holders(subject, role)


def subject_by_code(actor: Actor, code: str) -> Subject | None:
    """The project or contract of a code when the actor may see it; codes are unique across both."""
    return db.session.scalar(sa.select(Subject).where(Subject.code == code, in_reach(actor)))
