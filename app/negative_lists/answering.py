"""Questions of items are answered by whoever is asked, one or all that are open at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from werkzeug.datastructures import FileStorage

from app.audit import act
from app.catalogues.models import CatalogueEntry
from app.conditions.facts import Value
from app.conditions.gathering import facts_of
from app.core.actors import Actor, must
from app.core.clock import now
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused
from app.core.permissions import Permission, Side
from app.evidence.actions import attach
from app.lifecycle.actions import finish_task
from app.negative_lists import wording
from app.negative_lists.actions import MOST_TEXT, store_run
from app.negative_lists.kinds import Cause
from app.negative_lists.models import Answer
from app.negative_lists.queries import ROLE_OF, has_role, item_of, newest_run
from app.negative_lists.screening import item_for, look, open_questions, seen_by
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole, Subject

P = Permission


@dataclass(frozen=True)
class AnswerFacts:
    """What a person answers: whether what the item forbids is the case, what was examined, and its file."""

    item_code: str
    is_hit: bool
    note: str
    upload: FileStorage | None = None


def answer(actor: Actor, subject: Subject, facts: AnswerFacts) -> Answer:
    """Whoever an item asks answers its question; a later answer takes its place."""
    return answer_all(actor, subject, [facts])[0]


def answer_all(actor: Actor, subject: Subject, given: Sequence[AnswerFacts]) -> list[Answer]:
    """Several questions at once, over the same facts: all of them are kept, or none and every problem is said."""
    must(actor, P.CHECK_ANSWER)
    entries = [item_for(subject, facts.item_code) for facts in given]
    problems = [one for facts, entry in zip(given, entries, strict=True) for one in _problems(facts, entry, given)]
    if problems or not given:
        raise Refused(problems or wording.nothing_answered())
    roles = {ROLE_OF[item_of(entry).asked] for entry in entries}
    for entry in entries:
        if not has_role(actor, subject, ROLE_OF[item_of(entry).asked]):
            raise NotAllowed(wording.not_asked(item_of(entry).asked))
    values = facts_of(subject)
    with act(actor, P.CHECK_ANSWER, ref=subject.ref) as running:
        hits = [one.item_code for one in given if one.is_hit]
        running.note(item=" ".join(one.code for one in entries), hit=" ".join(hits))
        side = stand_for_side(actor, subject)
        kept = [_kept(actor, subject, side, facts, entry, values) for facts, entry in zip(given, entries, strict=True)]
        db.session.add_all(kept)
        db.session.flush()
        _after_answers(actor, subject, roles, values)
    return kept


def _problems(facts: AnswerFacts, entry: CatalogueEntry, given: Sequence[AnswerFacts]) -> list[Problem]:
    found = []
    if item_of(entry).question is None:
        found.append(wording.no_question(entry.code))
    if not 0 < len(facts.note.strip()) <= MOST_TEXT:
        found.append(wording.note_missing())
    if len(given) > 1:
        found = [replace(one, place=f"{one.place}_{entry.code}") for one in found]
    return found


def _kept(
    actor: Actor, subject: Subject, side: Side, facts: AnswerFacts, entry: CatalogueEntry, values: dict[str, Value]
) -> Answer:
    item = item_of(entry)
    kept = attach(actor, subject, facts.upload, entry.code) if facts.upload else None
    return Answer(
        subject_id=subject.id,
        item_entry_id=entry.id,
        item_code=entry.code,
        is_hit=facts.is_hit,
        facts=seen_by(item, values),
        note=facts.note.strip(),
        sha256=kept.sha256 if kept else None,
        answered_by=actor.user_id,
        answerer_org=actor.organisation_id,
        answerer_side=side,
        answerer_role=ROLE_OF[item.asked],
        answered_at=now(),
    )


def _after_answers(actor: Actor, subject: Subject, roles: set[PartyRole], values: dict[str, Value]) -> None:
    """The newest run follows the answers; the task ends when nothing is left to answer."""
    newest = newest_run(subject)
    if newest is None:
        return
    # An answer is no fact: what was known when it was given is what is judged.
    found = look(subject, newest.step, values)
    if not roles & open_questions(found):
        finish_task(actor, subject, P.CHECK_ANSWER)
    store_run(actor, subject, found, Cause.ANSWERED)
