"""Why a check comes out on another basis than the one before: rules, exemptions, facts or answers."""

from collections.abc import Mapping
from dataclasses import dataclass

RULES, EXEMPTIONS, FACTS, ANSWERS = "rules_changed", "exemption_changed", "facts_changed", "answered"


@dataclass(frozen=True)
class Ground:
    """What one judged item rested on: the version that held, what it saw of the facts, the answer and the exemption
    that counted (by their keys), and whether it is judged only because it was exempted once."""

    version: int
    facts: str
    answer: int | None = None
    exemption: int | None = None
    once_exempted: bool = False


def differing(before: Mapping[str, Ground], after: Mapping[str, Ground]) -> tuple[str, ...]:
    """Everything that differs between two runs of a step, by item code, what weighs most first.

    An answer that no longer counts because its facts or its question changed follows from these, and is not a cause.
    """
    pairs = [(before[code], after[code]) for code in sorted(before.keys() & after.keys())]
    come = [after[code] for code in after.keys() - before.keys()]
    gone = [before[code] for code in before.keys() - after.keys()]
    other_rules = any(old.version != new.version for old, new in pairs)
    found = {
        RULES: other_rules or bool(gone) or any(not one.once_exempted for one in come),
        EXEMPTIONS: any(one.once_exempted for one in come) or any(old.exemption != new.exemption for old, new in pairs),
        # Another version may ask for other facts: only the same one tells whether they changed.
        FACTS: any(old.version == new.version and old.facts != new.facts for old, new in pairs),
        ANSWERS: any(old.answer != new.answer for old, new in pairs),
    }
    return tuple(cause for cause, is_one in found.items() if is_one)


def cause_of(before: Mapping[str, Ground], after: Mapping[str, Ground]) -> str:
    """The one that a run is kept under."""
    found = differing(before, after)
    return found[0] if found else FACTS
