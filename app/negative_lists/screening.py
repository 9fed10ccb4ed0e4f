"""Looking at all items for a subject at a step over live facts; nothing is written here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import has_request_context, url_for

from app.catalogues.models import CatalogueEntry
from app.conditions.facts import Value
from app.conditions.gathering import divisions_of, facts_of, practice_of
from app.conditions.jurisdiction import in_force_at
from app.core.canonical import canonical_json, digest_both
from app.core.db import db
from app.core.errors import Problem
from app.gates.kinds import Step
from app.gates.queries import codes_at
from app.negative_lists import wording
from app.negative_lists.item_file import Item
from app.negative_lists.judging import blocks, case_of, judge
from app.negative_lists.kinds import Outcome
from app.negative_lists.models import Answer, Exemption
from app.negative_lists.queries import item_of, items_in_force, newest_answers, valid_exemptions
from app.subjects.models import Subject, SubjectKind

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

    `beaten_by` is the code of the local item that takes its place here.
    """

    item: Item
    entry: CatalogueEntry
    outcome: Outcome
    missing: tuple[str, ...] = ()
    exemption: Exemption | None = None
    answer: Answer | None = None
    beaten_by: str = ""

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
class _Seen:
    """What every item of one look is judged against."""

    facts: Mapping[str, Value]
    answers: Mapping[str, Answer]
    exemptions: Mapping[str, Exemption]


def look(subject: Subject, step: Step, values: Mapping[str, Value] | None = None) -> Screening:
    """Judges every item in force as things stand now, at one step."""
    return _look(subject, step, codes_at(subject, step), values)


def look_anywhere(subject: Subject) -> Screening:
    """The same at all steps of its kind of subject at once: whether an item is hit or unknown at any of them."""
    steps = STEPS[subject.kind]
    return _look(subject, steps[0], codes_at(subject, *steps), None)


def _look(subject: Subject, step: Step, gates: frozenset[str], values: Mapping[str, Value] | None) -> Screening:
    seen = _Seen(
        facts=facts_of(subject) if values is None else values,
        answers=newest_answers(subject),
        exemptions=valid_exemptions(subject),
    )
    entries = items_in_force()
    found = in_force_at(entries, divisions_of(subject), practice_of(subject), lambda entry: item_of(entry).head)
    here = {entry.id for entry in found.rules}
    outcomes = []
    for entry in entries:
        item = item_of(entry)
        if entry.id in here and item.subject.value == subject.kind.value and gates & {*item.gates}:
            outcomes.append(_judged(item, entry, seen))
        else:
            beaten_by = found.beaten.get(entry.code, "")
            outcomes.append(JudgedItem(item, entry, Outcome.NOT_APPLICABLE, beaten_by=beaten_by))
    return Screening(step, seen.facts, tuple(outcomes), _basis(step, outcomes, seen.facts), subject)


def _judged(item: Item, entry: CatalogueEntry, seen: _Seen) -> JudgedItem:
    truth = item.condition.judge(seen.facts) if item.condition else None
    answer = _counting(item, entry, seen)
    exemption = seen.exemptions.get(entry.code)
    case = case_of(
        item.method.value, item.severity.value, truth, answer.is_hit if answer else None, exemption is not None
    )
    found = judge(case)
    outcome = Outcome(found.outcome)
    used = exemption if outcome is Outcome.EXEMPTED else None
    return JudgedItem(item, entry, outcome, found.missing, used, answer)


def _counting(item: Item, entry: CatalogueEntry, seen: _Seen) -> Answer | None:
    """The newest answer, if it still counts: a hit until it is answered anew, a "no" for the facts and the question
    that it was given to."""
    answer = seen.answers.get(entry.code) if item.question else None
    if answer is None or answer.is_hit:
        return answer
    same_question = answer.item_entry_id == entry.id or _question_of(answer) == item.question
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
