"""What one item comes to: from its condition, a person's answer and an exemption; unknown is never clear."""

from dataclasses import dataclass

# What is missing when it is no fact: a person's answer, or a condition that could not be evaluated.
ANSWER = "answer"
CONDITION = "condition"
# Severities that keep a step closed, and the one that can be exempted.
BLOCKING = frozenset({"forbidden", "restricted"})
EXEMPTIBLE = "restricted"
OPEN = frozenset({"hit", "unknown"})


@dataclass(frozen=True)
class Case:
    """All that one item is judged by. `truth` is what its condition came to (None: unknown, `missing` says why); an
    item without a condition has None and nothing missing. `answer` is a person's, where one counts: True is a hit."""

    method: str
    severity: str
    truth: bool | None = None
    missing: tuple[str, ...] = ()
    answer: bool | None = None
    is_exempted: bool = False


@dataclass(frozen=True)
class Judgement:
    """`outcome` is clear, hit, exempted or unknown; an unknown one names what is missing."""

    outcome: str
    missing: tuple[str, ...] = ()


def judge(case: Case) -> Judgement:
    """An exemption covers a hit and what cannot be told, of restricted items only."""
    is_hit, missing = _told(case)
    if is_hit is False:
        return Judgement("clear")
    if case.is_exempted and case.severity == EXEMPTIBLE:
        return Judgement("exempted", missing)
    return Judgement("hit") if is_hit else Judgement("unknown", missing)


def _told(case: Case) -> tuple[bool | None, tuple[str, ...]]:
    """Whether the item is hit. What a person found counts whatever the condition says; his "no" only where he was
    asked: a condition that is known and true is then answered, one that is unknown no longer matters."""
    if case.method == "machine":
        return case.truth, _untold(case)
    if case.answer is not None:
        return case.answer, ()
    if case.method == "person" or case.truth is True:
        return None, (ANSWER,)
    return case.truth, _untold(case)


def _untold(case: Case) -> tuple[str, ...]:
    """What keeps a condition from being judged."""
    return () if case.truth is not None else case.missing or (CONDITION,)


def blocks(severity: str, outcome: str) -> bool:
    """Whether an outcome keeps the step closed; what is only noted never does."""
    return severity in BLOCKING and outcome in OPEN
