"""What is said of the conditions of a rule beyond what compiles: codes that no field has, and what ought to be seen."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.catalogues.wording import N_, Wording
from app.conditions.cel import Condition, compile_condition
from app.conditions.closed import Codes, Stranger, strangers
from app.conditions.facts import FACTS, UNKEPT
from app.conditions.misfits import misfits
from app.conditions.slips import at_place
from app.conditions.tokens import Pieces
from app.core.errors import Problem, Refused

# The conditions of a parsed entry, each at its place.
Conditions = Callable[[Any], Iterable[tuple[str, Condition]]]
# The word of a code of a fact: (name of the fact, code).
WordOf = Callable[[str, str], str]


def strange_codes(text: str, codes: Codes, word: WordOf) -> list[Problem]:
    """What a condition that compiles compares with a field that can never be that, with what the field may be; and
    what of it has not the form of its field, or cannot be checked."""
    text = text.strip()
    try:
        compile_condition(text)
    except Refused:
        return []
    pieces = Pieces(text)
    return [
        *(at_place(pieces, one.at, *_told(one, word)) for one in strangers(text, codes)),
        *misfits(text, codes),
    ]


def _told(one: Stranger, word: WordOf) -> tuple[Wording, Wording]:
    what = N_(
        "“%(label)s”（%(fact)s）没有 %(text)s 这个值，比较永远不会成立。",
        label=FACTS[one.fact].label,
        fact=one.fact,
        text=f'"{one.text}"',
    )
    allowed = "、".join(f"{code}（{word(one.fact, code)}）" for code in one.allowed)
    return what, N_("可用的值：%(values)s。", values=allowed)


def never_true(conditions: Conditions, codes: Codes, word: WordOf) -> Callable[[Any], Iterator[Problem]]:
    """What the entries of a kind are refused for: comparisons that never hold, at the place of their condition."""

    def refused(parsed: Any) -> Iterator[Problem]:
        for place, condition in conditions(parsed):
            for one in strange_codes(condition.text, codes, word):
                yield Problem(N_("条件不对：%(what)s", what=one.what), remedy=one.remedy, place=place)

    return refused


def reminders(condition: Condition) -> list[Problem]:
    """What is no mistake, and hardly meant: a condition that facts do not change, or one of which none is kept."""
    told = condition.judge({})
    if told.value is not None:
        what = N_("条件总是成立，与任何字段的值无关") if told.value else N_("条件总不成立，与任何字段的值无关")
        return [Problem(what, remedy=N_("请核对是否漏写了字段。"), place="1:1")]
    if condition.facts and UNKEPT.issuperset(condition.facts):
        what = N_("条件用到的字段都还没有记录，结果总是不明")
        return [Problem(what, remedy=N_("可以改用有记录的字段，或加一个由人回答的问题。"), place="1:1")]
    return []


def conspicuous(conditions: Conditions) -> Callable[[Any], Iterator[Problem]]:
    """The reminders of all conditions of an entry, each at its place."""

    def reminded(parsed: Any) -> Iterator[Problem]:
        for place, condition in conditions(parsed):
            yield from (Problem(one.what, remedy=one.remedy, place=place) for one in reminders(condition))

    return reminded
