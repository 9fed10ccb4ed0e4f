"""What one item comes to: from its condition, a person's answer and an exemption; unknown is never clear."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date

from app.conditions.facts import UNKEPT
from app.conditions.truth import Truth

# The kind of catalogue entry that an item is.
ITEM_KIND = "negative_item"
# What is missing when it is no fact: a person's answer, or a condition that could not be evaluated.
ANSWER = "answer"
CONDITION = "condition"
# Severities that keep a step closed, and the one that can be exempted.
BLOCKING = frozenset({"forbidden", "restricted"})
EXEMPTIBLE = "restricted"
OPEN = frozenset({"hit", "unknown"})
# For how long an exemption may be asked at most; a default of the product.
LONGEST_YEARS = 2
# What cannot be told because of facts alone that no room records: shown and counted apart, never clear.
UNRECORDED = "unrecorded"


@dataclass(frozen=True)
class Case:
    """All that one item is judged by. `truth` is what its condition came to (None: unknown, `missing` says why); an
    item without a condition has None and nothing missing. `is_unrecorded` says that no room records any of what is
    missing. `answer` is a person's, where one counts: True is a hit."""

    method: str
    severity: str
    truth: bool | None = None
    missing: tuple[str, ...] = ()
    answer: bool | None = None
    is_exempted: bool = False
    is_unrecorded: bool = False


def case_of(method: str, severity: str, truth: Truth | None, answer: bool | None, is_exempted: bool) -> Case:
    """The case of an item of which the condition came to `truth` (None: the item has no condition)."""
    missing = truth.missing or ((CONDITION,) if truth.flaw else ()) if truth else ()
    is_unrecorded = bool(truth and truth.missing) and UNKEPT.issuperset(missing)
    return Case(method, severity, truth.value if truth else None, missing, answer, is_exempted, is_unrecorded)


@dataclass(frozen=True)
class Judgement:
    """`outcome` is clear, hit, exempted, unknown or unrecorded; the latter two name what is missing."""

    outcome: str
    missing: tuple[str, ...] = ()


def judge(case: Case) -> Judgement:
    """An exemption covers a hit and what cannot be told, of restricted items only."""
    is_hit, missing = _told(case)
    if is_hit is False:
        return Judgement("clear")
    if case.is_exempted and case.severity == EXEMPTIBLE:
        return Judgement("exempted", missing)
    if is_hit:
        return Judgement("hit")
    return Judgement(UNRECORDED if case.is_unrecorded and ANSWER not in missing else "unknown", missing)


def _told(case: Case) -> tuple[bool | None, tuple[str, ...]]:
    """Whether the item is hit. What a person found counts whatever the condition says; his "no" only where he was
    asked: a condition that is known and true is then answered, one that is unknown no longer matters. He is also asked
    where the condition rests on what no room records: a question can be answered, such a fact cannot be entered."""
    if case.method == "machine":
        return case.truth, _untold(case)
    if case.answer is not None:
        return case.answer, ()
    if case.method == "person" or case.truth is True or case.is_unrecorded:
        return None, (ANSWER,)
    return case.truth, _untold(case)


def _untold(case: Case) -> tuple[str, ...]:
    """What keeps a condition from being judged."""
    return () if case.truth is not None else case.missing or (CONDITION,)


def reached(at_step: Set[str], so_far: Set[str], gates: Iterable[str], was_exempted: bool) -> tuple[bool, bool]:
    """Whether an item is judged at a step, and whether only because it was exempted once.

    `at_step` are the gates of the step, `so_far` those of it and of every step before it. What was exempted once is
    judged at every step after the first that it names: leave to go on that is over closes all ways, not only some.
    """
    named = not at_step.isdisjoint(gates)
    after = was_exempted and not named and not so_far.isdisjoint(gates)
    return named or after, after


def blocks(severity: str, outcome: str) -> bool:
    """Whether an outcome keeps the step closed; what is only noted never does."""
    return severity in BLOCKING and outcome in OPEN


def latest_end(begins: date) -> date:
    """The last day for which an exemption that begins on a day can be asked."""
    try:
        return begins.replace(year=begins.year + LONGEST_YEARS)
    except ValueError:
        return date(begins.year + LONGEST_YEARS, 2, 28)
