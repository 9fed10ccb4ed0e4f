"""Judges rows of figures: every wrong cell with its row, column and reason; nothing is rounded or guessed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from app.core.money import BadNumber, parse_decimal
from app.core.periods import BadPeriod, Period

MILLION = 10**6
MAX_WHOLE_DIGITS = 12
NOT_REQUIRED, DATE_CELL = "-", "date:"
LONGEST = {"channel": 40, "reason": 400, "evidence": 200, "note": 400}
_NUMBER = re.compile(r"(-?)(\d{1,12})(?:\.(\d+))?", re.ASCII)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Measure:
    """What a contract asks of one service by one indicator, as far as a figure is judged by it."""

    service_id: int
    service_code: str
    service_name: str
    indicator: str
    name: str
    entry_id: int
    unit: str
    units: frozenset[str]
    decimals: int
    # The period for which a figure is owed, and all for which one is taken.
    due: str
    kinds: frozenset[str]
    ratio: bool = False
    # A share of a whole: never above 100 %.
    share: bool = False
    signed: bool = False
    # Measured per incident: where nothing happened, nothing is required.
    per_event: bool = False

    @property
    def key(self) -> tuple[int, str]:
        return self.service_id, self.indicator


@dataclass(frozen=True)
class Window:
    """When figures may lie: the contract's term, not after the present, not in a closed period."""

    start: datetime
    end: datetime
    now: datetime
    closed: tuple[tuple[datetime, datetime, str], ...] = ()

    def closing(self, period: Period) -> str:
        return next((text for start, end, text in self.closed if start <= period.start and period.end <= end), "")


class RowProblem(NamedTuple):
    """One thing that is wrong in one row; `given` is what stood there, `extra` what the words name besides."""

    row: int
    column: str
    code: str
    given: str = ""
    extra: str = ""


class FigureRow(NamedTuple):
    """One accepted row; numbers in whole millionths."""

    row: int
    measure: Measure
    period: Period
    channel: str
    standing: str
    value: int | None
    denominator: int | None
    reason: str
    evidence: str
    note: str

    @property
    def key(self) -> tuple[int, str, str, str]:
        return self.measure.service_id, self.measure.indicator, self.period.text, self.channel

    @property
    def content(self) -> tuple[Any, ...]:
        """What makes a revision: equal content is no correction."""
        return self.standing, self.value, self.denominator, self.reason, self.evidence, self.note


@dataclass
class Judged:
    """Everything that was found in a file."""

    rows: list[Any] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    row_count: int = 0


def millionths(text: str, places: int) -> int:
    """A plain decimal in whole millionths; raises `BadNumber` with a code: number, decimals, size."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return _with_commas(text, places)
    sign, whole, decimals = found.group(1), found.group(2), (found.group(3) or "").rstrip("0")
    if len(decimals) > places:
        raise BadNumber("decimals")
    number = int(whole) * MILLION + (int(decimals.ljust(6, "0")) if decimals else 0)
    return -number if sign else number


def _with_commas(text: str, places: int) -> int:
    try:
        plain = parse_decimal(text, 40)
    except BadNumber:
        raise BadNumber("number") from None
    if abs(plain) >= 10**MAX_WHOLE_DIGITS:
        raise BadNumber("size")
    return millionths(f"{plain:f}", places)


class FigureJudge:
    """Judges row after row; what many rows share (service, indicator, unit, period) is looked up once."""

    def __init__(self, measures: Iterable[Measure], window: Window, header: Sequence[str]) -> None:
        self.window = window
        self.by_key = {(one.service_code, one.indicator): one for one in measures}
        self.services = {one.service_code for one in self.by_key.values()}
        self.places = {name: place for place, name in enumerate(header)}
        self.seen: dict[tuple[int, str, str, str], int] = {}
        self.judged = Judged()
        self._measures: dict[tuple[str, str, str], Measure | RowProblem] = {}
        self._periods: dict[tuple[str, frozenset[str]], Period | RowProblem] = {}
        self._optional: list[str] = [name for name in ("channel", "reason", "evidence", "note") if name in self.places]

    def judge(self, rows: Iterable[tuple[int, Sequence[str]]]) -> Judged:
        for number, cells in rows:
            self.judged.row_count += 1
            self._row(number, cells)
        return self.judged

    def _row(self, number: int, cells: Sequence[str]) -> None:
        before = len(self.judged.problems)
        if len(cells) > len(self.places) and any(cell.strip() for cell in cells[len(self.places) :]):
            self._refuse(RowProblem(number, "", "surplus"))
        measure = self._measure(number, cells)
        period = self._period(number, cells, measure)
        texts = self._texts(number, cells) if self._optional else {}
        if measure is None:
            self._shapes(number, cells)
            return
        figure = self._value(number, cells, measure, texts.get("reason", ""))
        if period is None or figure is None or len(self.judged.problems) > before:
            return
        row = FigureRow(
            number,
            measure,
            period,
            texts.get("channel", ""),
            *figure,
            texts.get("reason", ""),
            texts.get("evidence", ""),
            texts.get("note", ""),
        )
        first = self.seen.setdefault(row.key, number)
        if first != number:
            self._refuse(RowProblem(number, "", "doubled", extra=str(first)))
        else:
            self.judged.rows.append(row)

    def _refuse(self, problem: RowProblem) -> None:
        self.judged.problems.append(problem)

    def _cell(self, cells: Sequence[str], name: str) -> str:
        place = self.places.get(name, -1)
        return cells[place].strip() if 0 <= place < len(cells) else ""

    def _measure(self, number: int, cells: Sequence[str]) -> Measure | None:
        key = (self._cell(cells, "service"), self._cell(cells, "indicator"), self._cell(cells, "unit"))
        found = self._measures.get(key)
        if found is None:
            found = self._measures[key] = self._find_measure(*key)
        if isinstance(found, RowProblem):
            self._refuse(found._replace(row=number))
            return None if found.column != "unit" else self.by_key[key[:2]]
        return found

    def _find_measure(self, service: str, indicator: str, unit: str) -> Measure | RowProblem:
        if service not in self.services:
            return RowProblem(0, "service", "unknown_service" if service else "blank", service)
        measure = self.by_key.get((service, indicator))
        if measure is None:
            return RowProblem(0, "indicator", "unknown_indicator" if indicator else "blank", indicator, service)
        if unit and unit not in measure.units:
            return RowProblem(0, "unit", "unit", unit, measure.unit)
        return measure

    def _period(self, number: int, cells: Sequence[str], measure: Measure | None) -> Period | None:
        text = self._cell(cells, "period")
        key = (text, measure.kinds if measure else frozenset())
        found = self._periods.get(key)
        if found is None:
            found = self._periods[key] = self._find_period(*key)
        if isinstance(found, RowProblem):
            self._refuse(found._replace(row=number))
            return None
        return found

    def _find_period(self, text: str, kinds: frozenset[str]) -> Period | RowProblem:
        if not text:
            return RowProblem(0, "period", "blank")
        if text.startswith(DATE_CELL):
            return RowProblem(0, "period", "date_cell", text.removeprefix(DATE_CELL))
        try:
            period = Period(text)
        except BadPeriod:
            return RowProblem(0, "period", "bad_period", text)
        if kinds and period.kind.value not in kinds:
            return RowProblem(0, "period", "period_kind", text, ",".join(sorted(kinds)))
        if period.end > self.window.now:
            return RowProblem(0, "period", "not_over", text)
        if not period.overlaps(self.window.start, self.window.end):
            return RowProblem(0, "period", "outside_term", text)
        closed = self.window.closing(period)
        return RowProblem(0, "period", "closed", text, closed) if closed else period

    def _texts(self, number: int, cells: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in self._optional:
            text = self._cell(cells, name)
            if len(text) > LONGEST[name]:
                self._refuse(RowProblem(number, name, "too_long", text[:20], str(LONGEST[name])))
            elif text and _CONTROL.search(text):
                self._refuse(RowProblem(number, name, "control"))
            found[name] = text
        return found

    def _value(
        self, number: int, cells: Sequence[str], measure: Measure, reason: str
    ) -> tuple[str, int | None, int | None] | None:
        text, said = self._cell(cells, "value"), self._cell(cells, "denominator")
        denominator = self._denominator(number, said) if said else None
        if not text:
            if not reason:
                self._refuse(RowProblem(number, "reason", "missing_reason"))
            if said:
                self._refuse(RowProblem(number, "denominator", "missing_with_denominator"))
            return "missing", None, None
        if text == NOT_REQUIRED:
            if not (measure.per_event or (measure.ratio and denominator == 0)):
                self._refuse(RowProblem(number, "value", "required", text))
            return "not_required", None, denominator
        if measure.ratio and (not said or denominator == 0):
            code = "denominator_zero" if said else "denominator_needed"
            self._refuse(RowProblem(number, "denominator", code))
        value = self._number(number, text, measure)
        return None if value is None else ("value", value, denominator)

    def _shapes(self, number: int, cells: Sequence[str]) -> None:
        """What can be said of the numbers of a row whose indicator is not known: whether they are plain numbers."""
        text, said = self._cell(cells, "value"), self._cell(cells, "denominator")
        if text not in {"", NOT_REQUIRED}:
            try:
                millionths(text, 6)
            except BadNumber as error:
                self._refuse(RowProblem(number, "value", str(error), text[:40], "6"))
        if said:
            self._denominator(number, said)

    def _number(self, number: int, text: str, measure: Measure) -> int | None:
        try:
            value = millionths(text, measure.decimals)
        except BadNumber as error:
            self._refuse(RowProblem(number, "value", str(error), text[:40], str(measure.decimals)))
            return None
        if value < 0 and not measure.signed:
            self._refuse(RowProblem(number, "value", "negative", text))
        if measure.share and value > 100 * MILLION:
            self._refuse(RowProblem(number, "value", "over_100", text))
        return value

    def _denominator(self, number: int, text: str) -> int | None:
        try:
            value = millionths(text, 6)
        except BadNumber as error:
            self._refuse(RowProblem(number, "denominator", str(error), text[:40], "6"))
            return None
        if value < 0:
            self._refuse(RowProblem(number, "denominator", "negative", text))
        return value
