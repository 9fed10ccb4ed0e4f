"""The facts of the form `screen`, read strictly: known names, the right type, and values of closed lists only."""

import difflib
from collections.abc import Iterable, Mapping

from app.calendars.calendar_fields import listed, mapping
from app.calendars.flaws import Flaw, below
from app.catalogues.wording import N_
from app.conditions.facts import FACTS, Fact, FactType, Value
from app.whatif import fields
from app.whatif.gathered import Gathering
from app.whatif.rules import Rules

MOST_CODES = 500
# Of a closed list that is longer only the nearest values are named, and some to show how they look.
MOST_NAMED = 60
NEAREST = 3
# How alike two values are written at least, of 1: a short code with another ending is another code.
ALIKE = 0.7
# The largest number that the evaluator holds.
LARGEST = 2**63 - 1
# Sums that go down as well as up; every other number is a count or an amount.
SIGNED = frozenset({"change.net"})


def facts(value: object, rules: Rules) -> dict[str, Value]:
    """Facts by name out of their sections; what is null is as if it had not been said."""
    sections = mapping(value, "facts", {name.split(".")[0] for name in FACTS})
    found: dict[str, Value] = {}
    gathering = Gathering()
    for section, inner in sections.items():
        path = below("facts", section)
        known = {name.partition(".")[2]: fact for name, fact in FACTS.items() if name.startswith(f"{section}.")}
        with gathering.keeping():
            for key, one in mapping(inner, path, known).items():
                with gathering.keeping():
                    if one is not None:
                        found[known[key].name] = _value(known[key], one, below(path, key), rules)
    gathering.finish()
    return found


def _value(fact: Fact, value: object, path: str, rules: Rules) -> Value:
    if fact.type is FactType.FLAG:
        return fields.flag(value, path)
    if fact.type in (FactType.WHOLE, FactType.MONEY):
        return _number(fact, value, path)
    if fact.type is FactType.CODES:
        return _codes(fact, value, path, rules)
    given = text(value, path)
    # The empty text: what is recorded as not there.
    if not given:
        return given
    if fact.type is FactType.DAY:
        return fields.day(given, path).isoformat()
    _one_of(fact, given, path, rules)
    return given


def _number(fact: Fact, value: object, path: str) -> int:
    lowered = isinstance(value, int) and not isinstance(value, bool) and fact.name in SIGNED
    number = value if lowered and isinstance(value, int) else fields.whole(value, path)
    if abs(number) > LARGEST:
        raise Flaw(N_("数字太大。"), path)
    return number


def _codes(fact: Fact, value: object, path: str, rules: Rules) -> tuple[str, ...]:
    found = texts(value, path)
    gathering = Gathering()
    for place, one in enumerate(found):
        with gathering.keeping():
            if not one.strip():
                raise Flaw(N_("应为非空文字。"), below(path, place))
            _one_of(fact, one, below(path, place), rules)
    gathering.finish()
    return tuple(found)


def _one_of(fact: Fact, given: str, path: str, rules: Rules) -> None:
    allowed = rules.allowed(fact.name)
    if allowed and given not in allowed:
        raise unlisted(given, path, {code: rules.shown(fact.name, code) for code in allowed}, rules.comma)


def unlisted(given: str, path: str, allowed: Mapping[str, str], comma: str) -> Flaw:
    """The refusal of what is on no list: the nearest value, and all (of a long list some) of those that are on it.

    `allowed` says each value as it is shown.
    """
    values = comma.join(list(allowed.values())[:MOST_NAMED]) + ("……" if len(allowed) > MOST_NAMED else "")
    near = nearest(given, allowed)
    if near:
        reason = N_("没有“%(given)s”这个值，最接近的是：%(near)s。可用的值：%(values)s。")
        return Flaw(reason, path, given=given[:80], near=comma.join(near), values=values)
    return Flaw(N_("没有“%(given)s”这个值。可用的值：%(values)s。"), path, given=given[:80], values=values)


def nearest(given: str, allowed: Iterable[str]) -> list[str]:
    """The values that are written alike, the nearest first."""
    folded = {one.casefold(): one for one in allowed}
    return [
        folded[one] for one in difflib.get_close_matches(given.strip().casefold()[:80], folded, n=NEAREST, cutoff=ALIKE)
    ]


def texts(value: object, path: str) -> list[str]:
    """A list of texts, each once."""
    items = listed(value, path)
    if len(items) > MOST_CODES:
        raise Flaw(N_("一次最多 %(most)s 项。"), path, most=MOST_CODES)
    found = [text(item, below(path, place)) for place, item in enumerate(items)]
    for place, item in enumerate(found):
        if item in found[:place]:
            raise Flaw(N_("“%(given)s”重复出现。"), below(path, place), given=item[:80])
    return found


def text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise Flaw(N_("应为文字。"), path)
    return value
