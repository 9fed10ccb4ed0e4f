"""The calendar that deadlines use: the one of the catalogue in force, with every holiday notice loaded."""

from datetime import date

from app.calendars.calendar_file import CATALOGUE_KIND
from app.calendars.working_calendar import WorkingCalendar
from app.calendars.working_time import DueDay, workday_due, workdays_between
from app.catalogues.queries import current, parsed
from app.core.clock import today

DEFAULT_CALENDAR = "cn-workdays"


def calendar_in_force(code: str = DEFAULT_CALENDAR, on: date | None = None) -> WorkingCalendar:
    """The stored calendar on a day (today)."""
    found: WorkingCalendar = parsed(current(CATALOGUE_KIND, code, on or today()))
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
