"""A working calendar as a value: weekly sessions, days off, dates with sessions of their own, years with a notice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from app.calendars.flaws import Flaw
from app.catalogues.wording import N_

SECONDS_A_DAY = 86_400


@dataclass(frozen=True, order=True)
class Session:
    """A stretch of wall-clock time on one day, [begin, end), in seconds after midnight; 86 400 is 24:00."""

    begin: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.begin < self.end <= SECONDS_A_DAY:
            raise Flaw(N_("时段的结束时间必须晚于开始时间，且都在当日 00:00 至 24:00 之内；跨午夜的时段请拆成两段。"))


Sessions = tuple[Session, ...]
CLOSED: Sessions = ()


def in_order(sessions: Iterable[Session]) -> Sessions:
    """The sessions of a day by time, touching ones joined; overlapping ones are refused, as nobody can mean them."""
    day: list[Session] = []
    for session in sorted(sessions):
        if day and session.begin < day[-1].end:
            raise Flaw(N_("同一天的时段相互重叠。"))
        if day and session.begin == day[-1].end:
            day[-1] = Session(day[-1].begin, session.end)
        else:
            day.append(session)
    return tuple(day)


@dataclass(frozen=True)
class WorkingCalendar:
    """When work is done, in the wall-clock time of one zone.

    week           seven entries, Monday first (ISO weekday 1 … 7)
    holidays       whole days off
    overrides      dates whose sessions replace those of week and holidays; an empty tuple closes the day.
                   Make-up working days (调休上班) are overrides. An override wins over a holiday of the same date.
    noticed_years  years whose arrangement is published; None when the calendar does not wait for notices.
                   The year Y counts as known through 31 December once its own notice is out, although the notice
                   of Y+1 can still move days of December Y (跨年调休): nobody could ever call a December final
                   otherwise. When that notice is loaded its December days win, and what was computed is recomputed.
    """

    zone: ZoneInfo
    week: tuple[Sessions, ...]
    holidays: frozenset[date] = frozenset()
    overrides: Mapping[date, Sessions] = field(default_factory=dict)
    noticed_years: frozenset[int] | None = None
    code: str = ""

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("a week has seven days, Monday first")

    def sessions_on(self, day: date) -> Sessions:
        """The sessions of a date, by time, none overlapping or touching."""
        own = self.overrides.get(day)
        if own is not None:
            return own
        return CLOSED if day in self.holidays else self.week[day.weekday()]

    def is_workday(self, day: date) -> bool:
        return bool(self.sessions_on(day))

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether any day of [first, last] lies in a year whose notice is not known."""
        if self.noticed_years is None or last < first:
            return False
        return any(year not in self.noticed_years for year in range(first.year, last.year + 1))
