"""Figures that a person should look at: each finding with the numbers that explain it; nothing is decided here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from app.core.periods import Period, PeriodKind
from app.figures.figure_rules import MILLION, FigureRow

CONSTANT_RUN = 3
SAME_SERVICES = 5
# Against how many earlier values of the same kind of period a jump is measured, and how many there must be.
REMEMBERED, ENOUGH = 12, 4
FULL = 100 * MILLION
Series = tuple[int, str, str, str, int]


@dataclass(frozen=True)
class Flag:
    """`row` is the row it was found in; `params` are whole millionths, counts and texts for the words."""

    row: FigureRow
    code: str
    params: dict[str, Any] = field(default_factory=dict)


def series_of(row: FigureRow) -> Series:
    """Values that can be compared: the same service, indicator, channel and kind of period; days by their weekday."""
    kind = row.period.kind
    weekday = row.period.first_day.weekday() if kind is PeriodKind.DAY else 0
    return row.measure.service_id, row.measure.indicator, row.channel, kind.value, weekday


def flags_of(rows: Sequence[FigureRow], earlier: dict[Series, list[tuple[str, int]]]) -> list[Flag]:
    """Everything that stands out in one submission; `earlier` are stored values by series, as (period, value)."""
    found = [flag for row in rows for flag in _within(row)]
    found += _same_over_services(rows)
    found += _against_history(rows, earlier)
    return found


def _within(row: FigureRow) -> Iterable[Flag]:
    # A count with its whole beside it (online of all): a part larger than the whole cannot be.
    if row.value is not None and row.denominator is not None and not row.measure.ratio and row.value > row.denominator:
        yield Flag(row, "part_above_whole", {"value": row.value, "whole": row.denominator})


def _same_over_services(rows: Sequence[FigureRow]) -> Iterable[Flag]:
    groups: dict[tuple[str, str, str, int], list[FigureRow]] = defaultdict(list)
    for row in rows:
        # A full mark or a plain zero is often the same everywhere; other numbers are not.
        if row.value is not None and row.value not in (0, FULL):
            groups[(row.measure.indicator, row.period.text, row.channel, row.value)].append(row)
    for (_indicator, _period, _channel, value), group in groups.items():
        services = len({row.measure.service_id for row in group})
        if services >= SAME_SERVICES:
            for row in group:
                yield Flag(row, "same_over_services", {"value": value, "services": services})


def _against_history(rows: Sequence[FigureRow], earlier: dict[Series, list[tuple[str, int]]]) -> Iterable[Flag]:
    series: dict[Series, list[FigureRow]] = defaultdict(list)
    for row in rows:
        if row.value is not None and row.period.kind is not PeriodKind.HOUR:
            series[series_of(row)].append(row)
    for key, group in series.items():
        group.sort(key=lambda row: row.period.text)
        fresh = {row.period.text for row in group}
        known = [one for one in earlier.get(key, ()) if one[0] not in fresh]
        yield from _along(group, sorted(known))


def _along(group: Sequence[FigureRow], known: list[tuple[str, int]]) -> Iterable[Flag]:
    past: list[tuple[str, int]] = []
    for row in group:
        value = row.value if row.value is not None else 0
        while known and known[0][0] < row.period.text:
            past.append(known.pop(0))
        if row.measure.share and value == FULL and _run_of_full(row.period, past) + 1 >= CONSTANT_RUN:
            yield Flag(row, "constant_full", {"periods": _run_of_full(row.period, past) + 1})
        jump = _jump(value, [one for _text, one in past[-REMEMBERED:]])
        if jump is not None:
            yield Flag(row, "jump", {"value": value, "median": jump, "periods": min(len(past), REMEMBERED)})
        past.append((row.period.text, value))


def _run_of_full(period: Period, past: Sequence[tuple[str, int]]) -> int:
    """How many periods directly before this one stood at 100 %."""
    known, run = dict(past[-REMEMBERED:]), 0
    step = 7 if period.kind is PeriodKind.DAY else 1
    while True:
        for _number in range(step):
            period = period.previous
        if known.get(period.text) != FULL:
            return run
        run += 1


def _jump(value: int, past: Sequence[int]) -> int | None:
    """The usual value when this one is far from it: more than five median deviations and more than half of it."""
    if len(past) < ENOUGH:
        return None
    usual = int(median(past))
    spread = median(abs(one - usual) for one in past)
    away = abs(value - usual)
    # From nothing every step is a jump; that says little.
    return usual if usual and away > 5 * spread and 2 * away > abs(usual) else None
