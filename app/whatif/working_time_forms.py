"""The forms `due` and `elapsed`: JSON in, the functions of `calendars.working_time`, JSON out."""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from app.calendars import working_time
from app.calendars.calendar_fields import mapping
from app.calendars.flaws import Flaw
from app.calendars.working_calendar import WorkingCalendar
from app.calendars.working_time import DueDay
from app.catalogues.wording import N_
from app.whatif import fields

Form = Mapping[str, Any]

# What a `due` form counts in decides which other keys it has.
DUE_KEYS = {
    "minutes": ("calendar", "start", "minutes", "pauses"),
    "workdays": ("calendar", "start_date", "workdays"),
    "days": ("calendar", "start_date", "days", "roll"),
    "months": ("calendar", "start_date", "months", "roll"),
}
ELAPSED_KEYS = ("calendar", "start", "end", "pauses")


def due(form: Form) -> dict[str, Any]:
    """When a period ends: `minutes` of working time, `workdays`, calendar `days` or `months`."""
    units = [unit for unit in DUE_KEYS if unit in form]
    if len(units) != 1:
        raise Flaw(N_("minutes、workdays、days、months 必须且只能写一项。"))
    start = "start" if units[0] == "minutes" else "start_date"
    mapping(form, "", DUE_KEYS[units[0]], required=(start,))
    return _COUNTERS[units[0]](form, fields.calendar(form))


def elapsed(form: Form) -> dict[str, Any]:
    """Working minutes between two moments: an integer when whole, otherwise a decimal as text, 6 places, half up."""
    mapping(form, "", ELAPSED_KEYS, required=("start", "end"))
    found = working_time.elapsed(
        fields.calendar(form),
        fields.moment(form["start"], "start"),
        fields.moment(form["end"], "end"),
        fields.pauses(form.get("pauses", []), "pauses"),
    )
    return {"minutes": _minutes(found.minutes), "provisional": found.provisional}


def _due_minutes(form: Form, calendar: WorkingCalendar) -> dict[str, Any]:
    start = fields.moment(form["start"], "start")
    minutes = fields.minutes(form["minutes"], "minutes")
    found = working_time.due(calendar, start, minutes, fields.pauses(form.get("pauses", []), "pauses"))
    if found.at is None:
        return {"due": None, "running": False, "provisional": found.provisional}
    return {"due": found.at.isoformat(), "provisional": found.provisional}


def _due_workdays(form: Form, calendar: WorkingCalendar) -> dict[str, Any]:
    start, workdays = fields.day(form["start_date"], "start_date"), fields.whole(form["workdays"], "workdays")
    return _day(working_time.workday_due(calendar, start, workdays))


def _due_days(form: Form, calendar: WorkingCalendar) -> dict[str, Any]:
    start, days = fields.day(form["start_date"], "start_date"), fields.whole(form["days"], "days")
    return _day(working_time.days_due(calendar, start, days, fields.flag(form.get("roll", False), "roll")))


def _due_months(form: Form, calendar: WorkingCalendar) -> dict[str, Any]:
    start, months = fields.day(form["start_date"], "start_date"), fields.whole(form["months"], "months")
    return _day(working_time.months_due(calendar, start, months, fields.flag(form.get("roll", False), "roll")))


_COUNTERS: dict[str, Callable[[Form, WorkingCalendar], dict[str, Any]]] = {
    "minutes": _due_minutes,
    "workdays": _due_workdays,
    "days": _due_days,
    "months": _due_months,
}


def _day(found: DueDay) -> dict[str, Any]:
    return {"due_date": found.day.isoformat(), "provisional": found.provisional}


def _minutes(exact: Fraction) -> int | str:
    if exact.denominator == 1:
        return exact.numerator
    rounded = (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    return f"{rounded.normalize():f}"
