"""The calendar that deadlines use, with every holiday notice loaded, and the deadlines that the law sets."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, has_request_context, request
from flask_babel import get_locale

from app.calendars.calendar_file import CATALOGUE_KIND
from app.calendars.statutory_file import DEADLINE_KIND, StatutoryDeadline, Term, Unit
from app.calendars.working_calendar import WorkingCalendar
from app.calendars.working_time import DueDay, days_due, months_due, workday_due, workdays_between
from app.catalogues.queries import content_of, current, parsed
from app.core.clock import today

DEFAULT_CALENDAR = "cn-workdays"


def calendar_in_force(code: str = DEFAULT_CALENDAR, on: date | None = None) -> WorkingCalendar:
    """The stored calendar on a day (today); a page that only reads asks for it once for all its deadlines."""
    day = on or today()
    if not (has_request_context() and request.method == "GET"):
        return _calendar(code, day)
    known: dict[tuple[str, date], WorkingCalendar] = g.setdefault("calendars", {})
    if (code, day) not in known:
        known[code, day] = _calendar(code, day)
    return known[code, day]


def _calendar(code: str, day: date) -> WorkingCalendar:
    found: WorkingCalendar = parsed(current(CATALOGUE_KIND, code, day))
    return found


def deadline(start: date, workdays: int) -> DueDay:
    """The day `workdays` working days after `start` (not counted), and whether it is provisional."""
    return workday_due(calendar_in_force(), start, workdays)


def workdays_left(due_on: date, day: date | None = None) -> int:
    """Working days from today until a due day: 0 on the day itself, negative when it has passed."""
    calendar, present = calendar_in_force(), day or today()
    if due_on >= present:
        return workdays_between(calendar, present, due_on)
    return -max(1, workdays_between(calendar, due_on, present))


# --- deadlines that the law sets -------------------------------------------------------------------------------------

MONTHS_A_YEAR = 12


def statutory(code: str, on: date | None = None) -> StatutoryDeadline:
    """The rule as it is in force on a day (today); `NotFound` when there is none."""
    found: StatutoryDeadline = parsed(current(DEADLINE_KIND, code, on or today()))
    return found


def due_by(code: str, start: date, case: int | None = None) -> DueDay:
    """The last day by a rule for what began on `start`, which is not counted (民法典 §201), and if it is provisional.

    `case` chooses one of several terms. Of a shortest time it is the first day on which the time has passed.
    """
    rule = statutory(code)
    return _due(rule.term if case is None else rule.terms[case], start, rule.rolls)


def _due(term: Term, start: date, rolls: bool) -> DueDay:
    calendar = calendar_in_force()
    if term.unit is Unit.WORKDAYS:
        return workday_due(calendar, start, term.number)
    if term.unit is Unit.DAYS:
        return days_due(calendar, start, term.number, roll=rolls)
    if term.unit is Unit.MONTHS:
        return months_due(calendar, start, term.number, roll=rolls)
    if term.unit is Unit.YEARS:
        return months_due(calendar, start, term.number * MONTHS_A_YEAR, roll=rolls)
    raise LookupError("hours run from a moment, not from a day")


# --- the page of a year ----------------------------------------------------------------------------------------------

FIRST_YEAR, LAST_YEAR = 1990, 2100


@dataclass(frozen=True)
class DayCell:
    """A day of a month: worked or not, and whether the notice made it so (`off`, `made_up`)."""

    day: date
    worked: bool
    off: bool
    made_up: bool


@dataclass(frozen=True)
class Month:
    """A month in weeks from Monday to Sunday; None stands for days of its neighbours."""

    number: int
    weeks: Sequence[Sequence[DayCell | None]]
    workdays: int


@dataclass(frozen=True)
class Holiday:
    """One holiday as the notice arranges it."""

    name: str
    rest: Sequence[str]
    work: Sequence[str]


@dataclass(frozen=True)
class YearPage:
    """A year of the calendar with the notice it rests on; without one every day of it is provisional."""

    year: int
    years: Sequence[int]
    months: Sequence[Month]
    holidays: Sequence[Holiday]
    notices: Sequence[dict[str, Any]]
    citation: str
    provisional: bool

    @property
    def workdays(self) -> int:
        return sum(month.workdays for month in self.months)


def year_page(wanted: str, code: str = DEFAULT_CALENDAR) -> YearPage:
    """The year that was asked for; this year when the question is not understood."""
    entry = current(CATALOGUE_KIND, code, today())
    content, calendar = content_of(entry), calendar_in_force(code)
    year = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) == 4 else today().year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        year = today().year
    blocks = content.get("years", {})
    block = blocks.get(str(year), {})
    return YearPage(
        year=year,
        years=sorted({today().year, year, *map(int, blocks)}, reverse=True),
        months=[_month(calendar, year, number) for number in range(1, 13)],
        holidays=[_holiday(one) for one in block.get("holidays", [])],
        notices=block.get("notices", []),
        citation=content.get("citation", ""),
        provisional=calendar.is_provisional(date(year, 1, 1), date(year, 12, 31)),
    )


def _month(calendar: WorkingCalendar, year: int, number: int) -> Month:
    weeks = [
        [_cell(calendar, date(year, number, day)) if day else None for day in week]
        for week in Calendar().monthdayscalendar(year, number)
    ]
    return Month(number, weeks, sum(cell.worked for week in weeks for cell in week if cell))


def _cell(calendar: WorkingCalendar, day: date) -> DayCell:
    worked, usual = calendar.is_workday(day), bool(calendar.week[day.weekday()])
    return DayCell(day, worked, off=not worked and (usual or day in calendar.holidays), made_up=worked and not usual)


def _holiday(content: dict[str, Any]) -> Holiday:
    english = str(get_locale() or "zh").startswith("en")
    name = content.get("en", content["zh"]) if english else content["zh"]
    return Holiday(name, content.get("rest", []), content.get("work", []))
