"""Calendars that the tests of this room share."""

from datetime import datetime

from app.calendars.inline_calendar import parse_inline_calendar

OFFICE = {str(day): [["09:00", "12:00"], ["14:00", "18:00"]] for day in range(1, 6)}
NINE_TO_SIX = {str(day): [["09:00", "18:00"]] for day in range(1, 6)}
ROUND_THE_CLOCK = {str(day): [["00:00", "24:00"]] for day in range(1, 8)}


def calendar(week=OFFICE, tz="Asia/Shanghai", holidays=(), overrides=None):
    return parse_inline_calendar({"tz": tz, "week": week, "holidays": list(holidays), "overrides": overrides or {}})


def at(text):
    """A moment; without a zone it is Shanghai's."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else datetime.fromisoformat(text + "+08:00")


def pauses(*pairs):
    return [(at(begin), at(end) if end else None) for begin, end in pairs]
