"""What each service costs in one period: the money that shares and percentages are taken of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.assessments.derivation import stood_in
from app.assessments.material import MONTHS, Line, Material, Reported
from app.catalogues.wording import N_, Wording
from app.core.money import show_fen
from app.core.periods import PeriodKind
from app.indicators.exact import short, shown, whole_fen

FEN_PER_YUAN = 100
# A third of a quarter may have endless decimals; shown ones end.
EXPECTED_PLACES = 2

# Of one service, by indicator and period, over all channels together.
Counts = Mapping[tuple[str, str], Reported]


@dataclass(frozen=True)
class Fee:
    """The fee of one service in the period; None where it is not known. `owed`: a figure is to come that tells it.

    `year_fen` is what a year costs, by use at the expected volume.
    """

    service: str
    fen: int | None
    year_fen: int | None
    how: Wording
    figures: tuple[Reported, ...] = ()
    owed: bool = False


def fees_of(material: Material) -> dict[str, Fee]:
    """By service. A fee stands for whole pay periods: what is agreed for a month, a quarter pays three times."""
    counts: dict[int, dict[tuple[str, str], Reported]] = {}
    for one in material.figures:
        if one.channel == "":
            counts.setdefault(one.service_id, {})[one.indicator, one.period] = one
    return {line.service: _fee(line, material, counts.get(line.service_id, {})) for line in material.lines}


def total_of(fees: Iterable[Fee]) -> int | None:
    known = [one.fen for one in fees]
    return None if None in known else sum(fen for fen in known if fen is not None)


def _fee(line: Line, material: Material, counts: Counts) -> Fee:
    if line.fee_fen is None:
        return _by_use(line, line.unit_price or Decimal(0), material, counts)
    paid = MONTHS[line.pay_period]
    year = whole_fen(Fraction(line.fee_fen * MONTHS["year"], paid))
    if material.is_partial:
        return _from_handover(line, line.fee_fen, material, year)
    fen = whole_fen(Fraction(line.fee_fen * material.months, paid))
    if paid == material.months:
        return Fee(line.service, fen, year, N_("固定费用 %(fee)s 元", fee=show_fen(fen)))
    how = N_(
        "固定费用 %(fee)s 元 × %(months)s ÷ %(paid)s 个月 = %(sum)s 元",
        fee=show_fen(line.fee_fen),
        months=material.months,
        paid=paid,
        sum=show_fen(fen),
    )
    return Fee(line.service, fen, year, how)


def _from_handover(line: Line, fee_fen: int, material: Material, year: int) -> Fee:
    """Before the handover nothing is operated and nothing paid: each pay period counts by its days of operation."""
    pay, period = PeriodKind(line.pay_period), material.period
    if pay.rank <= period.kind.rank:
        exact = sum((fee_fen * material.share(one) for one in period.split(pay)), Fraction(0))
    else:
        exact = Fraction(fee_fen * material.months, MONTHS[line.pay_period]) * material.share(period)
    fen = whole_fen(exact)
    how = N_(
        "项目 %(day)s 移交投运，每期固定费用 %(fee)s 元只计投运之后的天数，本期共 %(sum)s 元",
        day=str(material.begins),
        fee=show_fen(fee_fen),
        sum=show_fen(fen),
    )
    return Fee(line.service, fen, year, how)


def _by_use(line: Line, price: Decimal, material: Material, counts: Counts) -> Fee:
    period = material.period
    expected = line.expected(MONTHS["year"])
    year = None if expected is None else whole_fen(Fraction(price) * expected * FEN_PER_YUAN)
    if not line.usage:
        return Fee(line.service, None, year, N_("按量计价，但没有登记使用量指标，费用无从计算"))
    for periods in _ways(line, material):
        found = [counts.get((line.usage, text)) for text in periods]
        used = tuple(one for one in found if one is not None and one.value is not None)
        if len(used) == len(periods):
            return _counted(line, price, used, year)
    due = MONTHS[line.usage_due] <= MONTHS[period.kind.value]
    if not due and (fee := _expected(line, price, material, year)) is not None:
        return fee
    how = N_("没有本期的使用量 %(code)s，费用尚不能计算", code=line.usage)
    return Fee(line.service, None, year, how, tuple(_there(line, material, counts)), owed=due)


def _expected(line: Line, price: Decimal, material: Material, year: int | None) -> Fee | None:
    """Use is counted only over a longer period than is judged: its share of what the contract expects stands for it."""
    volume = line.expected(material.months)
    if volume is None:
        return None
    volume *= material.share(material.period)
    fen = whole_fen(Fraction(price) * volume * FEN_PER_YUAN)
    how = N_(
        "使用量按更长的周期计量，本期按合同预计用量折算：单价 %(price)s 元 × %(volume)s = %(sum)s 元",
        price=shown(price),
        volume=short(volume, EXPECTED_PLACES),
        sum=show_fen(fen),
    )
    return Fee(line.service, fen, year, how)


def _ways(line: Line, material: Material) -> list[list[str]]:
    """The periods whose figures together tell the use: as it is paid, as it is owed, or the period itself.

    What was over before the handover tells nothing, and nobody owes it.
    """
    ways, period, begins = [], material.period, material.begins
    for kind in dict.fromkeys((PeriodKind(line.pay_period), PeriodKind(line.usage_due), period.kind)):
        if kind.rank <= period.kind.rank:
            ways.append([one.text for one in period.split(kind) if begins is None or one.last_day >= begins])
    return ways


def _there(line: Line, material: Material, counts: Counts) -> Iterable[Reported]:
    """The figures that are there, in order, although they do not tell the whole."""
    for text in _ways(line, material)[0]:
        one = counts.get((line.usage, text))
        if one is not None:
            yield one


def _counted(line: Line, price: Decimal, used: tuple[Reported, ...], year: int | None) -> Fee:
    volume = sum((one.value for one in used if one.value is not None), Decimal(0))
    fen = whole_fen(Fraction(price) * Fraction(volume) * FEN_PER_YUAN)
    how = N_(
        "单价 %(price)s 元 × 使用量 %(volume)s = %(sum)s 元",
        price=shown(price),
        volume=shown(volume),
        sum=show_fen(fen),
    )
    return Fee(line.service, fen, year, stood_in(how, used), used)
