"""Periods as values: `2026-09-01T13`, `2026-09-01`, `2026-09`, `2026-Q3`, `2026`, half-open in the configured zone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from app.core.clock import local, zone

FIRST_YEAR, LAST_YEAR = 1900, 2199


class BadPeriod(ValueError):
    """The text names no period of the calendar."""


class PeriodKind(StrEnum):
    """How long a period is; in this order each fits whole into the later ones."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def rank(self) -> int:
        return list(PeriodKind).index(self)


_SHAPES = {
    PeriodKind.HOUR: re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2})", re.ASCII),
    PeriodKind.DAY: re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII),
    PeriodKind.MONTH: re.compile(r"(\d{4})-(\d{2})", re.ASCII),
    PeriodKind.QUARTER: re.compile(r"(\d{4})-Q([1-4])", re.ASCII),
    PeriodKind.YEAR: re.compile(r"(\d{4})", re.ASCII),
}


@dataclass(frozen=True)
class Period:
    """One period, known by its text. `start` is in it, `end` is the start of the next one.

    An hour that the clock skips (a change to summer time) is no period; one that it shows twice is one of two hours.
    """

    text: str

    def __post_init__(self) -> None:
        vars(self)["_opening"] = _opening(self.text)
        if self.kind is PeriodKind.HOUR and self.start == self.end:
            raise BadPeriod(f"the clock skips this hour: {self.text}")

    @property
    def kind(self) -> PeriodKind:
        found: PeriodKind = vars(self)["_opening"][0]
        return found

    @property
    def opening(self) -> datetime:
        """The first moment as the wall clock shows it, without zone."""
        found: datetime = vars(self)["_opening"][1]
        return found

    @property
    def first_day(self) -> date:
        return self.opening.date()

    @property
    def last_day(self) -> date:
        closing = _after(self.kind, self.opening)
        return self.first_day if self.kind is PeriodKind.HOUR else closing.date() - timedelta(days=1)

    @cached_property
    def start(self) -> datetime:
        return _moment(self.opening)

    @cached_property
    def end(self) -> datetime:
        return _moment(_after(self.kind, self.opening))

    @property
    def next(self) -> "Period":
        following = _after(self.kind, self.opening)
        while self.kind is PeriodKind.HOUR and _skipped(following):
            following += timedelta(hours=1)
        return Period(_text(self.kind, following))

    @property
    def previous(self) -> "Period":
        earlier = _open(self.kind, self.opening - timedelta(hours=1))
        while self.kind is PeriodKind.HOUR and _skipped(earlier):
            earlier -= timedelta(hours=1)
        return Period(_text(self.kind, earlier))

    @property
    def parents(self) -> tuple["Period", ...]:
        """The longer periods that this one lies in, shortest first."""
        return tuple(self.within(kind) for kind in PeriodKind if kind.rank > self.kind.rank)

    def within(self, kind: PeriodKind) -> "Period":
        """The period of a longer (or the same) kind that this one lies in."""
        if kind.rank < self.kind.rank:
            raise ValueError(f"a {self.kind} lies in no {kind}")
        return Period(_text(kind, self.opening))

    def split(self, kind: PeriodKind) -> list["Period"]:
        """The periods of a shorter (or the same) kind that make this one up, in order."""
        if kind.rank > self.kind.rank:
            raise ValueError(f"a {self.kind} is not made of {kind}s")
        first = Period(_text(kind, self.opening))
        return list(periods_until(first, self.end))

    def contains(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def covers(self, other: "Period") -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.start < end and start < self.end

    def __lt__(self, other: "Period") -> bool:
        return (self.start, self.end) < (other.start, other.end)

    def __str__(self) -> str:
        return self.text


def period_of_day(kind: PeriodKind, day: date) -> Period:
    """The period of a kind that a day lies in (an hour: the day's first)."""
    return Period(_text(kind, datetime(day.year, day.month, day.day)))  # noqa: DTZ001 - a wall-clock reading


def period_at(kind: PeriodKind, moment: datetime) -> Period:
    """The period of a kind that a moment lies in."""
    return Period(_text(kind, local(moment).replace(tzinfo=None)))


def periods_until(first: Period, end: datetime) -> Iterator[Period]:
    """The period and those after it that begin before a moment."""
    while first.start < end:
        yield first
        first = first.next


def day_start(day: date) -> datetime:
    """The first moment of a day in the configured zone."""
    return _moment(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - a wall-clock reading


def _opening(text: str) -> tuple[PeriodKind, datetime]:
    for kind, shape in _SHAPES.items():
        found = shape.fullmatch(text)
        if found is None:
            continue
        parts = [int(part) for part in found.groups()]
        if not FIRST_YEAR <= parts[0] <= LAST_YEAR:
            break
        if kind is PeriodKind.QUARTER:
            parts[1] = parts[1] * 3 - 2
        try:
            return kind, datetime(*(parts + [1, 1][: max(0, 3 - len(parts))]))  # type: ignore[arg-type] # noqa: DTZ001
        except ValueError as error:
            raise BadPeriod(f"no day of the calendar: {text}") from error
    raise BadPeriod(f"not a period: {text!r}")


def _text(kind: PeriodKind, at: datetime) -> str:
    """The text of the period of a kind that a wall-clock reading lies in."""
    if kind is PeriodKind.QUARTER:
        return f"{at.year:04d}-Q{(at.month + 2) // 3}"
    return at.isoformat()[: {"hour": 13, "day": 10, "month": 7, "year": 4}[kind]]


def _open(kind: PeriodKind, at: datetime) -> datetime:
    return _opening(_text(kind, at))[1]


def _after(kind: PeriodKind, opening: datetime) -> datetime:
    """The wall-clock reading at which the next period opens."""
    if kind is PeriodKind.HOUR:
        return opening + timedelta(hours=1)
    if kind is PeriodKind.DAY:
        return opening + timedelta(days=1)
    months = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}[kind]
    years, month = divmod(opening.month - 1 + months, 12)
    return opening.replace(year=opening.year + years, month=month + 1)


def _moment(wall: datetime) -> datetime:
    # fold=0: of an hour shown twice the first, and what is skipped is the moment of the change itself.
    return wall.replace(tzinfo=zone()).astimezone(UTC)


def _skipped(wall: datetime) -> bool:
    return _moment(wall) == _moment(wall + timedelta(hours=1))
