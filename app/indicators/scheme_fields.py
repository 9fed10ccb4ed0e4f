"""The values that schemes are written with: numbers within bounds, aims, bands, steps, how a figure is taken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from app.catalogues.reading import Reader
from app.catalogues.wording import N_
from app.indicators.bands import WrittenBand, band_flaws, bands_of
from app.indicators.exact import decimals_of, shown
from app.indicators.scheme_terms import Aim, Amount, Banded, Counting, Handling, Met, MissingRule, SmallRule, Steps

MAX_PLACES = 6
NOTHING, WHOLE = Decimal(0), Decimal(100)


@dataclass(frozen=True)
class Defaults:
    """What a scheme says once for all its items; `repeats` tells whether it has a repeat rule at all."""

    precision: int
    missing: MissingRule
    min_denominator: Decimal | None
    small: SmallRule
    repeats: bool


def number(reader: Reader, key: str, least: Decimal | None = None, most: Decimal | None = None) -> Decimal:
    """A decimal that must be there; zero stands in for one that was refused."""
    if not reader.has(key):
        reader.refuse(key, N_("缺少 %(key)s", key=key), N_("请补上这一项。"))
        return NOTHING
    found = reader.decimal(key)
    if found is None:
        return NOTHING
    if (least is not None and found < least) or (most is not None and found > most):
        reader.refuse(key, N_("%(key)s 的值 %(value)s 超出范围", key=key, value=shown(found)), _range(least, most))
    return found


def _range(least: Decimal | None, most: Decimal | None) -> str:
    if least is None or most is None:
        return N_("应不小于 %(least)s。", least=shown(least or NOTHING))
    return N_("应在 %(least)s 到 %(most)s 之间。", least=shown(least), most=shown(most))


def more_than_nothing(reader: Reader, key: str) -> Decimal:
    before = len(reader.problems)
    found = number(reader, key, least=NOTHING)
    if found == 0 and len(reader.problems) == before:
        reader.refuse(key, N_("%(key)s 应大于 0", key=key), N_("请填写大于 0 的数。"))
    return found


def percent(reader: Reader, key: str, most: Decimal | None = WHOLE) -> Decimal:
    return number(reader, key, NOTHING, most)


def places(reader: Reader, key: str, default: int | None = None) -> int:
    """A number of decimals."""
    found = reader.whole(key, default)
    if found > MAX_PLACES:
        reader.refuse(key, N_("小数位数超过 %(n)s", n=MAX_PLACES), N_("请填 0 到 %(n)s。", n=MAX_PLACES))
    return min(found, MAX_PLACES)


def amount(reader: Reader) -> Amount:
    """`{percent: "10"}` of the fee, or `{fen: 100000}`."""
    if reader.has("percent") is reader.has("fen"):
        reader.refuse("", N_("percent 和 fen 必须且只能写一项"), N_("请写费用的百分比，或者写以分为单位的金额。"))
    if reader.has("fen"):
        return Amount(fen=reader.whole("fen"))
    return Amount(percent=percent(reader, "percent", most=None) if reader.has("percent") else NOTHING)


def maybe_amount(reader: Reader, key: str) -> Amount | None:
    return amount(reader.inside(key)) if reader.has(key) else None


def refuse_doubled(reader: Reader, key: str, codes: Iterable[str]) -> None:
    """Refuses a code that stands twice, because its figure would count twice."""
    seen: set[str] = set()
    for code in codes:
        if code and code in seen:
            reader.refuse(key, N_("编码 %(code)s 重复", code=code), N_("同一指标在这里只能出现一次。"))
        seen.add(code)


def handling(reader: Reader, defaults: Defaults) -> Handling:
    """How the figure of an item is taken: the scheme's rules, but for those that the item writes itself."""
    repeats = reader.flag("repeat")
    if repeats and not defaults.repeats:
        reader.refuse("repeat", N_("方案没有写明 repeat 规则"), N_("请在方案里写 repeat: {factor: 2}，或去掉这一项。"))
    missing = reader.choice("missing", MissingRule) if reader.has("missing") else None
    own = more_than_nothing(reader, "min_denominator") if reader.has("min_denominator") else None
    return Handling(
        precision=places(reader, "precision", defaults.precision),
        missing=missing or defaults.missing,
        min_denominator=own or defaults.min_denominator,
        small=defaults.small,
        repeats=repeats,
    )


# --- aims, steps, bands ----------------------------------------------------------------------------------------------


def aim(reader: Reader, precision: int) -> Aim:
    """`at_least`, `at_most`, or both for a range."""
    found = Aim(reader.decimal("at_least"), reader.decimal("at_most"))
    if not reader.has("at_least") and not reader.has("at_most"):
        reader.refuse("", N_("缺少 at_least 或 at_most"), N_("请写明要求不低于或不高于多少。"))
    if found.at_least is not None and found.at_most is not None and found.at_least > found.at_most:
        reader.refuse("at_least", N_("at_least 大于 at_most"), N_("请改正区间的上下限。"))
    for key, bound in (("at_least", found.at_least), ("at_most", found.at_most)):
        refuse_finer(reader, key, bound, precision)
    return found


def refuse_finer(reader: Reader, key: str, bound: Decimal | None, precision: int) -> None:
    """A bound with more decimals than figures are compared at could never be met exactly."""
    if bound is not None and decimals_of(bound) > precision:
        what = N_("界限 %(bound)s 的小数位数超过比较精度 %(n)s", bound=shown(bound), n=precision)
        reader.refuse(key, what, N_("请提高 precision，或减少界限的小数位数。"))


def read_steps(reader: Reader, precision: int) -> Steps:
    return Steps(
        aim=aim(reader, precision),
        step=more_than_nothing(reader, "step"),
        points=more_than_nothing(reader, "points"),
        counting=reader.choice("counting", Counting) or Counting.BEGUN,
        most=more_than_nothing(reader, "most") if reader.has("most") else None,
    )


def read_met(reader: Reader, precision: int) -> Met:
    return Met(aim(reader, precision))


def read_bands(reader: Reader, precision: int, worth: str, most: Decimal | None = None) -> Banded:
    """A list of bands, best first; `worth` is the key of what a band is worth."""
    readers = list(reader.each("bands"))
    written = [written_band(one, precision, number(one, worth, NOTHING, most)) for one in readers]
    refuse_band_flaws(reader, "bands", written)
    return Banded(bands_of(written))


def written_band(reader: Reader, precision: int, worth: Decimal) -> WrittenBand:
    found = {key: reader.decimal(key) for key in ("at_least", "at_most", "below", "above")}
    for key, bound in found.items():
        refuse_finer(reader, key, bound, precision)
    return WrittenBand(worth=worth, **found)


def refuse_band_flaws(reader: Reader, key: str, written: Sequence[WrittenBand]) -> None:
    for flaw in band_flaws(written):
        remedy = N_("各档从最好的写起，界限依次相接；最后一档不写界限，包含其余所有值。")
        reader.refuse(f"{key}.{flaw.place}", flaw.what, remedy)


def refuse_wrong_way(reader: Reader, found: Banded, rising: bool) -> None:
    """Scores must fall and points must rise from the best band to the worst."""
    for place, (better, worse) in enumerate(pairwise(found.bands.bands), 1):
        if (worse.worth < better.worth) if rising else (worse.worth > better.worth):
            what = N_("第 %(n)s 档比更好的一档还有利", n=place + 1)
            reader.refuse(f"bands.{place}", what, N_("请按由好到差的顺序写各档。"))
