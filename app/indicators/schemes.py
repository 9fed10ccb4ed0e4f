"""Reads a scheme, the catalogue entry by which periods are scored and deductions made; strict, all problems at once."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.catalogues.kinds import Reference
from app.catalogues.reading import Reader, read_head
from app.catalogues.wording import N_
from app.indicators import scheme_fields as fields
from app.indicators.bands import WrittenBand
from app.indicators.deduction_rules import read_deductions
from app.indicators.exact import shown
from app.indicators.scheme_fields import NOTHING, WHOLE, Defaults
from app.indicators.scheme_terms import (
    TOTAL,
    Banded,
    Bonus,
    BonusItem,
    DeductionTerms,
    Function,
    Grade,
    Group,
    Item,
    Linear,
    Member,
    Met,
    MissingRule,
    Qualitative,
    Scheme,
    SmallRule,
    Steps,
    Veto,
)

SCHEME_KIND = "scheme"
MAX_FACTOR = Decimal(10)
# More than anybody weighs against each other, few enough that a trial of many periods is quick.
MAX_ITEMS = 100


class FunctionKind(StrEnum):
    """How an item's figure becomes a score from 0 to 100."""

    BANDS = "bands"
    LINEAR = "linear"
    MET = "met"
    QUALITATIVE = "qualitative"
    STEPS = "steps"


def parse_scheme(content: dict[str, Any]) -> Scheme:
    """Reads one entry strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    head = read_head(reader)
    rounding = fields.places(reader, "rounding", 2)
    defaults, factor = _defaults(reader)
    scheme = Scheme(
        head=head,
        rounding=rounding,
        repeat_factor=factor,
        members=_members(reader, defaults),
        grades=_grades(reader, rounding),
        bonus=_bonus(reader.inside("bonus")) if reader.has("bonus") else None,
        vetoes=_vetoes(reader) if reader.has("vetoes") else (),
        deductions=_deductions(reader, defaults),
    )
    fields.refuse_doubled(reader, "items", (item.code for item in scheme.items))
    for key, count in (("items", len(scheme.items)), ("deductions", len(scheme.deductions.rules))):
        if count > MAX_ITEMS:
            reader.refuse(key, N_("超过 %(n)s 项", n=MAX_ITEMS), N_("请减少项目，或拆成几个方案。"))
    reader.finish()
    return scheme


def scheme_references(scheme: Scheme) -> Iterator[Reference]:
    """The indicators that a scheme relies on."""
    yield from _indicators_of(scheme.members, "items")
    for place, extra in enumerate(scheme.bonus.items if scheme.bonus else ()):
        yield Reference("indicator", extra.indicator, f"bonus.items.{place}.indicator")
    for place, rule in enumerate(scheme.deductions.rules):
        if rule.indicator != TOTAL:
            yield Reference("indicator", rule.indicator, f"deductions.rules.{place}.indicator")


def _indicators_of(members: Iterable[Member], place: str) -> Iterator[Reference]:
    for number, member in enumerate(members):
        here = f"{place}.{number}"
        if isinstance(member, Group):
            yield from _indicators_of(member.members, f"{here}.items")
        elif member.of_indicator:
            yield Reference("indicator", member.code, f"{here}.indicator")


def _defaults(reader: Reader) -> tuple[Defaults, Decimal]:
    factor = Decimal(1)
    if reader.has("repeat"):
        factor = fields.number(reader.inside("repeat"), "factor", Decimal(1), MAX_FACTOR)
    least, small = None, SmallRule.REWEIGHT
    if reader.has("small_numbers"):
        inner = reader.inside("small_numbers")
        least = fields.more_than_nothing(inner, "min_denominator")
        small = inner.choice("rule", SmallRule) or small
    precision = fields.places(reader, "precision")
    missing = reader.choice("missing", MissingRule) or MissingRule.HOLD
    return Defaults(precision, missing, least, small, reader.has("repeat")), factor


# --- the tree --------------------------------------------------------------------------------------------------------


def _members(reader: Reader, defaults: Defaults) -> tuple[Member, ...]:
    readers, before = list(reader.each("items")), len(reader.problems)
    weights = [fields.more_than_nothing(one, "weight") for one in readers]
    total = sum(weights, NOTHING)
    # A weight that was refused already would only be refused a second time here.
    if total != WHOLE and len(reader.problems) == before and reader.data.get("items") is not None:
        what = N_("权重合计为 %(total)s，应为 100", total=shown(total))
        reader.refuse("items", what, N_("请调整权重：每一层、每一组内部的权重合计都应正好为 100。"))
    return tuple(_member(one, weight, defaults) for one, weight in zip(readers, weights, strict=True))


def _member(reader: Reader, weight: Decimal, defaults: Defaults) -> Member:
    if reader.has("items"):
        return Group(reader.text("code"), reader.words("name"), weight, _members(reader, defaults))
    function_reader = reader.inside("function")
    handling = fields.handling(reader, defaults)
    function = _function(function_reader, handling.precision)
    code, of_indicator = _code(reader, function)
    if handling.repeats and isinstance(function, Qualitative):
        reader.refuse("repeat", N_("定性评分没有重复未达标规则"), N_("请去掉 repeat。"))
    return Item(code, reader.maybe_words("name"), weight, function, handling, of_indicator)


def _code(reader: Reader, function: Function) -> tuple[str, bool]:
    """An indicator's code; a judgement of people may have a code and a name of its own."""
    if reader.has("code") and isinstance(function, Qualitative) and not reader.has("indicator"):
        if not reader.has("name"):
            reader.refuse("name", N_("缺少 %(key)s", key="name"), N_("请补上这一项。"))
        return reader.text("code"), False
    return reader.text("indicator"), True


def _function(reader: Reader, precision: int) -> Function:
    kind = reader.choice("kind", FunctionKind)
    return _FUNCTIONS[kind](reader, precision) if kind else Qualitative(1)


def _linear(reader: Reader, _precision: int) -> Linear:
    floor, target = fields.number(reader, "floor"), fields.number(reader, "target")
    if reader.data.get("target") is not None and floor == target:
        reader.refuse("target", N_("下限与目标相同"), N_("请写两个不同的值；只看是否达到的请用 kind: met。"))
    return Linear(floor, target)


def _banded(reader: Reader, precision: int) -> Banded:
    found = fields.read_bands(reader, precision, "score", WHOLE)
    fields.refuse_wrong_way(reader, found, rising=False)
    return found


def _steps(reader: Reader, precision: int) -> Steps:
    return fields.read_steps(reader, precision)


def _met(reader: Reader, precision: int) -> Met:
    return fields.read_met(reader, precision)


def _qualitative(reader: Reader, _precision: int) -> Qualitative:
    scorers = reader.whole("scorers", 1)
    if scorers < 1:
        reader.refuse("scorers", N_("至少要有一名评分人"), N_("请填写 1 或更大的整数。"))
    return Qualitative(scorers)


_FUNCTIONS: dict[FunctionKind, Callable[[Reader, int], Function]] = {
    FunctionKind.BANDS: _banded,
    FunctionKind.LINEAR: _linear,
    FunctionKind.MET: _met,
    FunctionKind.QUALITATIVE: _qualitative,
    FunctionKind.STEPS: _steps,
}


# --- grades, bonus, vetoes -------------------------------------------------------------------------------------------


def _grades(reader: Reader, rounding: int) -> tuple[Grade, ...]:
    readers = list(reader.each("grades"))
    made = tuple(Grade(one.words("name"), one.decimal("at_least")) for one in readers)
    written = [
        WrittenBand(grade.at_least, None, one.decimal("below"), None, NOTHING)
        for grade, one in zip(made, readers, strict=True)
    ]
    if reader.data.get("grades") is not None:
        fields.refuse_band_flaws(reader, "grades", written)
    for one, grade in zip(readers, made, strict=True):
        fields.refuse_finer(one, "at_least", grade.at_least, rounding)
    fields.refuse_doubled(reader, "grades", (grade.name.zh for grade in made))
    return made


def _bonus(reader: Reader) -> Bonus:
    cap = fields.number(reader, "cap", NOTHING, WHOLE)
    items = tuple(
        BonusItem(
            one.text("indicator"),
            fields.more_than_nothing(one, "points"),
            fields.more_than_nothing(one, "per") if one.has("per") else Decimal(1),
        )
        for one in reader.each("items")
    )
    fields.refuse_doubled(reader, "items", (one.indicator for one in items))
    return Bonus(cap, items)


def _vetoes(reader: Reader) -> tuple[Veto, ...]:
    found = tuple(Veto(one.text("code"), one.words("name")) for one in reader.each("vetoes"))
    fields.refuse_doubled(reader, "vetoes", (one.code for one in found))
    return found


def _deductions(reader: Reader, defaults: Defaults) -> DeductionTerms:
    return read_deductions(reader.inside("deductions"), defaults) if reader.has("deductions") else DeductionTerms(())
