"""Looking at all items for a subject at a step over live facts; nothing is written here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import has_request_context, url_for

from app.catalogues.models import CatalogueEntry
from app.catalogues.reading import Head
from app.conditions.facts import Value
from app.conditions.gathering import divisions_of, facts_of, practice_of
from app.conditions.jurisdiction import in_force_at
from app.core.canonical import canonical_json, digest_both
from app.core.db import db
from app.core.errors import Problem, Refused
from app.gates.kinds import Step
from app.gates.queries import codes_at
from app.negative_lists import wording
from app.negative_lists.item_file import Item
from app.negative_lists.judging import ANSWER, Judgement, blocks, case_of, judge, reached
from app.negative_lists.kinds import Outcome
from app.negative_lists.models import Answer, Exemption
from app.negative_lists.queries import (
    ROLE_OF,
    exemptions_of,
    is_valid,
    item_in_force,
    item_of,
    items_in_force,
    newest_answers,
)
from app.subjects.models import PartyRole, Subject, SubjectKind

# A contract is judged when it is signed; everything else is a step of a project.
STEPS: dict[SubjectKind, tuple[Step, ...]] = {
    SubjectKind.CONTRACT: (Step.CONTRACT,),
    SubjectKind.PROJECT: tuple(step for step in Step if step is not Step.CONTRACT),
}
PAGES = {
    SubjectKind.CONTRACT: "negative_lists.of_contract",
    SubjectKind.PROJECT: "negative_lists.of_project",
}


@dataclass(frozen=True)
class JudgedItem:
    """One item under the version in force: what it came to, what is missing, and the answer or exemption behind it.

    `beaten_by` is the code of the local item that takes its place here; `left_out`: the chosen practice has it not.
    `once_exempted`: it names no gate of the step, and is judged because leave was given from it before.
    """

    item: Item
    entry: CatalogueEntry
    outcome: Outcome
    missing: tuple[str, ...] = ()
    exemption: Exemption | None = None
    answer: Answer | None = None
    beaten_by: str = ""
    left_out: bool = False
    once_exempted: bool = False

    @property
    def blocks(self) -> bool:
        return blocks(self.item.severity, self.outcome)


@dataclass(frozen=True)
class Screening:
    """All items for a subject at a step over the facts of one moment. The same `basis` gives the same outcomes."""

    step: Step
    facts: Mapping[str, Value]
    outcomes: tuple[JudgedItem, ...]
    basis: str
    subject: Subject

    def of(self, *outcomes: Outcome) -> tuple[JudgedItem, ...]:
        return tuple(one for one in self.outcomes if one.outcome in outcomes)

    @property
    def applicable(self) -> tuple[JudgedItem, ...]:
        return tuple(one for one in self.outcomes if one.outcome is not Outcome.NOT_APPLICABLE)

    @property
    def blocking(self) -> tuple[JudgedItem, ...]:
        return tuple(one for one in self.outcomes if one.blocks)

    @property
    def hits(self) -> tuple[JudgedItem, ...]:
        return self.of(Outcome.HIT)

    @property
    def unknown(self) -> tuple[JudgedItem, ...]:
        return self.of(Outcome.UNKNOWN)

    @property
    def unrecorded(self) -> tuple[JudgedItem, ...]:
        return self.of(Outcome.UNRECORDED)


@dataclass(frozen=True)
class Seen:
    """What every item is judged against in one look at a subject."""

    facts: Mapping[str, Value]
    answers: Mapping[str, Answer]
    exemptions: Mapping[str, Exemption]
    # Every item from which leave was ever given, whatever became of it.
    once_exempted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Gates:
    """The codes of the gates of a step, and of it with all steps before it."""

    here: frozenset[str]
    so_far: frozenset[str]


def look(subject: Subject, step: Step, values: Mapping[str, Value] | None = None) -> Screening:
    """Judges every item in force as things stand now, at one step."""
    return _look(subject, step, Gates(codes_at(subject, step), codes_at(subject, *_up_to(subject, step))), values)


def look_anywhere(subject: Subject) -> Screening:
    """The same at all steps of its kind of subject at once: whether an item is hit or unknown at any of them."""
    steps = STEPS[subject.kind]
    anywhere = codes_at(subject, *steps)
    return _look(subject, steps[0], Gates(anywhere, anywhere), None)


def _up_to(subject: Subject, step: Step) -> tuple[Step, ...]:
    """The steps until this one, in their order."""
    steps = STEPS[subject.kind]
    return steps[: steps.index(step) + 1] if step in steps else (step,)


def _look(subject: Subject, step: Step, gates: Gates, values: Mapping[str, Value] | None) -> Screening:
    seen = seen_of(subject, facts_of(subject) if values is None else values)
    entries = items_in_force()
    practice = practice_of(subject)
    found = in_force_at(entries, divisions_of(subject), practice, head_of, lambda entry: item_of(entry).list)
    here, left_out = ({entry.id for entry in some} for some in (found.rules, found.left_out))
    outcomes = []
    for entry in entries:
        item = item_of(entry)
        was_exempted = entry.code in seen.once_exempted
        is_judged, once_exempted = reached(gates.here, gates.so_far, item.gates, was_exempted)
        if entry.id in here and item.subject.value == subject.kind.value and is_judged:
            outcomes.append(_judged(item, entry, seen, once_exempted))
        elif entry.id in here or entry.code in found.beaten or not item.head.practice:
            # What another practice brings is nothing here: neither judged nor kept with the run.
            beaten_by, out = found.beaten.get(entry.code, ""), entry.id in left_out
            outcomes.append(JudgedItem(item, entry, Outcome.NOT_APPLICABLE, beaten_by=beaten_by, left_out=out))
    return Screening(step, seen.facts, tuple(outcomes), _basis(step, outcomes, seen.facts), subject)


def head_of(entry: CatalogueEntry) -> Head:
    return item_of(entry).head


def _judged(item: Item, entry: CatalogueEntry, seen: Seen, once_exempted: bool) -> JudgedItem:
    found, answer = judged(item, seen)
    outcome = Outcome(found.outcome)
    used = seen.exemptions.get(entry.code) if outcome is Outcome.EXEMPTED else None
    return JudgedItem(item, entry, outcome, found.missing, used, answer, once_exempted=once_exempted)


def seen_of(subject: Subject, facts: Mapping[str, Value]) -> Seen:
    exemptions = exemptions_of(subject)
    valid = {one.item_code: one for one in exemptions if is_valid(one)}
    once = frozenset(one.item_code for one in exemptions if one.valid_until is not None)
    return Seen(facts, newest_answers(subject), valid, once)


def judged(item: Item, seen: Seen) -> tuple[Judgement, Answer | None]:
    """What an item comes to, in force or only proposed, and the answer that counts for it."""
    truth = item.condition.judge(seen.facts) if item.condition else None
    answer = _counting(item, seen)
    is_exempted = item.head.code in seen.exemptions
    said = answer.is_hit if answer else None
    return judge(case_of(item.method.value, item.severity.value, truth, said, is_exempted)), answer


def _counting(item: Item, seen: Seen) -> Answer | None:
    """The newest answer, if it still counts: a hit until it is answered anew, a "no" for the facts and the question
    that it was given to."""
    answer = seen.answers.get(item.head.code) if item.question else None
    if answer is None or answer.is_hit:
        return answer
    same_question = _question_of(answer) == item.question
    return answer if same_question and answer.facts == seen_by(item, seen.facts) else None


def _question_of(answer: Answer) -> object:
    entry = db.session.get(CatalogueEntry, answer.item_entry_id)
    return item_of(entry).question if entry else None


def seen_by(item: Item, facts: Mapping[str, Value]) -> str:
    """What an item's condition sees of the facts, as canonical text."""
    names = item.condition.facts if item.condition else ()
    return canonical_json({name: facts[name] for name in names if name in facts})


def _basis(step: Step, outcomes: Iterable[JudgedItem], facts: Mapping[str, Value]) -> str:
    judged = [one for one in outcomes if one.outcome is not Outcome.NOT_APPLICABLE]
    content = [
        {
            "item": one.entry.code,
            "digest": one.entry.digest,
            "facts": seen_by(one.item, facts),
            "answer": one.answer.id if one.answer else None,
            "exemption": one.exemption.code if one.exemption else None,
        }
        for one in judged
    ]
    return digest_both(canonical_json({"step": step.value, "items": content}).encode()).sha256


def open_questions(screening: Screening) -> set[PartyRole]:
    """Whose answers are waited for, of items that keep the step closed."""
    return {ROLE_OF[one.item.asked] for one in screening.blocking if ANSWER in one.missing}


def item_for(subject: Subject, code: str) -> CatalogueEntry:
    """The item in force, if it is one for this kind of subject."""
    entry = item_in_force(code)
    if entry is None:
        raise Refused(wording.no_such_item(code))
    if item_of(entry).subject.value != subject.kind.value:
        raise Refused(wording.another_kind(code))
    return entry


def problems(screening: Screening) -> list[Problem]:
    """Everything that keeps the step closed, hits before what cannot be told, each with source and remedy."""
    listed = sorted(screening.blocking, key=lambda one: one.outcome is not Outcome.HIT)
    page = address(screening.subject, screening.step)
    return [
        wording.standing_against(one.item, one.outcome, one.missing, f"{page}#{one.entry.code}" if page else "")
        for one in listed
    ]


def not_recorded(screening: Screening) -> list[Problem]:
    """What cannot be told because no room records it yet: it closes nothing, and whoever decides has to see it."""
    page = address(screening.subject, screening.step)
    return [
        wording.standing_against(one.item, one.outcome, one.missing, f"{page}#{one.entry.code}" if page else "")
        for one in screening.unrecorded
    ]


def address(subject: Subject, step: Step) -> str:
    """The page on which a subject's screening is read; empty where no page is being made."""
    return url_for(PAGES[subject.kind], code=subject.code, step=step.value) if has_request_context() else ""
