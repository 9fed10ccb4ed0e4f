"""Looking at a condition while it is written: what is wrong with it, what it says, what it comes to for a subject."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask_babel import gettext as _

from app.catalogues.queries import said
from app.conditions import reminding
from app.conditions.cel import Condition, compile_condition
from app.conditions.explaining import Said, explain
from app.conditions.facts import FACTS, UNKEPT, Fact, FactType, Value
from app.conditions.gathering import codes_of, facts_of, word_of
from app.core.actors import Actor
from app.core.db import db
from app.core.errors import Problem, Refused
from app.gates.pages import fact_label, value_in_words
from app.rulebook.picking import OPERATORS, TYPES, Operator, operator_of, piece
from app.subjects.models import Subject, SubjectKind
from app.subjects.queries import in_reach

# Sentences of an explanation as lines; deeper ones are drawn further in.
DEEPEST = 6
OFFERED = 100
JUDGED_KINDS = (SubjectKind.PROJECT, SubjectKind.CONTRACT)


@dataclass(frozen=True)
class Line:
    """One sentence of an explanation and how far inside it stands."""

    depth: int
    text: str


@dataclass(frozen=True)
class Seen:
    """What one fact of a condition is for the chosen subject."""

    name: str
    label: str
    value: str
    is_known: bool
    is_kept: bool
    source: str


@dataclass(frozen=True)
class Look:
    """Everything templates/rulebook/_judged.html reads. `truth` is yes, no or unknown; empty without a subject."""

    text: str
    problems: tuple[Problem, ...] = ()
    lines: tuple[Line, ...] = ()
    facts: tuple[Seen, ...] = ()
    subject: Subject | None = None
    stranger: str = ""
    truth: str = ""
    flaw: str = ""
    reminders: tuple[Problem, ...] = ()

    @property
    def missing(self) -> tuple[Seen, ...]:
        return tuple(one for one in self.facts if not one.is_known)


def look(actor: Actor, text: str, subject_code: str = "") -> Look:
    """What a condition comes to as it stands now; nothing is written."""
    if not text.strip():
        return Look(text)
    try:
        condition = compile_condition(text.strip())
    except Refused as refusal:
        return Look(text, tuple(_told(one) for one in refusal.problems))
    strange = tuple(strange_codes(text))
    if strange:
        return Look(text, strange)
    lines = tuple(explained(text))
    return replace(_looked(actor, condition, lines, subject_code), reminders=_reminded(condition))


def _reminded(condition: Condition) -> tuple[Problem, ...]:
    return tuple(_told(one) for one in reminding.reminders(condition))


def _looked(actor: Actor, condition: Condition, lines: tuple[Line, ...], subject_code: str) -> Look:
    """What a sound condition says, and what it comes to where a subject is named."""
    text = condition.text
    if not subject_code.strip():
        return Look(text, lines=lines, facts=tuple(_seen(name, {}) for name in condition.facts))
    subject = subject_named(actor, subject_code)
    if subject is None:
        facts = tuple(_seen(name, {}) for name in condition.facts)
        return Look(text, lines=lines, facts=facts, stranger=subject_code.strip())
    return _judged(condition, subject, lines)


def _judged(condition: Condition, subject: Subject, lines: tuple[Line, ...]) -> Look:
    values = facts_of(subject, condition.facts)
    truth = condition.judge(values)
    word = "unknown" if truth.value is None else "yes" if truth.value else "no"
    facts = tuple(_seen(name, values) for name in condition.facts)
    return Look(condition.text, lines=lines, facts=facts, subject=subject, truth=word, flaw=truth.flaw)


def _told(problem: Problem) -> Problem:
    return Problem(said(problem.what), remedy=said(problem.remedy), place=problem.place)


def strange_codes(text: str) -> list[Problem]:
    """What a condition that compiles compares with a field that can never be that, with what the field may be."""
    return [_told(one) for one in reminding.strange_codes(text, codes_of, word_of)]


def _seen(name: str, values: Mapping[str, Value]) -> Seen:
    fact = FACTS[name]
    value = value_in_words(name, values[name]) if name in values else ""
    return Seen(name, fact_label(name), value, name in values, name not in UNKEPT, said(fact.source))


def explained(text: str) -> Iterator[Line]:
    """A condition that compiles in plain words, line by line; one that does not, nothing."""
    try:
        compile_condition(text.strip())
    except Refused:
        return
    yield from _lines(explain(text.strip(), word_of), 0)


def _lines(sentence: Said, depth: int) -> Iterator[Line]:
    yield Line(min(depth, DEEPEST), said(sentence.text))
    for part in sentence.parts:
        yield from _lines(part, depth + 1)


def subject_named(actor: Actor, code: str) -> Subject | None:
    """A project or contract that this person may see."""
    wanted = (Subject.code == code.strip(), Subject.kind.in_(JUDGED_KINDS), in_reach(actor))
    return db.session.scalar(sa.select(Subject).where(*wanted))


def subjects_offered(actor: Actor) -> Sequence[Subject]:
    """The newest projects and contracts in reach; any other is typed."""
    wanted = (Subject.kind.in_(JUDGED_KINDS), in_reach(actor))
    return db.session.scalars(sa.select(Subject).where(*wanted).order_by(Subject.id.desc()).limit(OFFERED)).all()


# --- the field picker ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offered:
    """One field as the picker lists it."""

    name: str
    label: str
    type: str
    is_kept: bool


def fields_offered() -> list[tuple[str, list[Offered]]]:
    """Every field of the dictionary under the record that keeps it, in the dictionary's order."""
    found: dict[str, list[Offered]] = {}
    for fact in FACTS.values():
        one = Offered(fact.name, said(fact.label), said(TYPES[fact.type]), fact.kept)
        found.setdefault(said(fact.source), []).append(one)
    return list(found.items())


@dataclass(frozen=True)
class Picked:
    """Everything templates/rulebook/_picked.html reads: one field, what can be asked of it, and the piece that is."""

    fact: Fact
    label: str
    type: str
    source: str
    operators: list[tuple[str, str]]
    operator: Operator
    codes: list[tuple[str, str]]
    value: str
    piece: str
    problem: str

    @property
    def input(self) -> str:
        """How the value is typed."""
        if self.operator.counts or self.fact.type is FactType.WHOLE:
            return "number"
        if self.fact.type is FactType.MONEY:
            return "money"
        return "date" if self.fact.type is FactType.DAY else "text"


def picked(name: str, key: str = "", value: str = "") -> Picked | None:
    """A field that was picked; None where the dictionary has no such one."""
    fact = FACTS.get(name)
    if fact is None:
        return None
    operator = operator_of(fact, key)
    made, problem = "", ""
    try:
        made = piece(fact, operator, value)
    except Refused as refusal:
        problem = said(refusal.problems[0].what)
    return Picked(
        fact=fact,
        label=said(fact.label),
        type=said(TYPES[fact.type]),
        source=said(fact.source),
        operators=[(one.key, said(one.label)) for one in OPERATORS[fact.type]],
        operator=operator,
        codes=[(code, str(word_of(name, code))) for code in codes_of(name)],
        value=value,
        piece=made,
        problem=problem,
    )


def with_piece(text: str, made: str) -> str:
    """A condition with one more piece, that must hold as well."""
    return f"{text.rstrip()} && {made}" if text.strip() else made


def truth_words(truth: str) -> tuple[str, str]:
    """Word and tone of what a condition came to."""
    words = {"yes": (_("条件成立"), "info"), "no": (_("条件不成立"), "neutral"), "unknown": (_("不明"), "warn")}
    word, tone = words[truth]
    return str(word), tone
