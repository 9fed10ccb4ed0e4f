"""Working minutes and days: sessions, pauses, closed time, daylight saving, bounds."""

import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from app.calendars.builtin_calendars import builtin_calendar
from app.calendars.flaws import Flaw, NoWorkingTime
from app.calendars.working_time import (
    closes_at,
    days_due,
    due,
    elapsed,
    is_working_time,
    merged_pauses,
    months_due,
    next_workday,
    next_working_moment,
    workday_before,
    workday_due,
    workdays_between,
    working_periods,
)
from tests.calendars.calendars import NINE_TO_SIX, ROUND_THE_CLOCK, at, calendar, pauses

# September 2026: the 21st is a Monday.
DUE = {
    "inside one session": ("2026-09-21T09:00", 60, "2026-09-21T10:00"),
    "over the lunch break": ("2026-09-21T11:30", 60, "2026-09-21T14:30"),
    "stays at the end of a session": ("2026-09-21T09:00", 180, "2026-09-21T12:00"),
    "one minute more goes on after lunch": ("2026-09-21T09:00", 181, "2026-09-21T14:01"),
    "stays at the close of the day": ("2026-09-21T09:00", 420, "2026-09-21T18:00"),
    "goes on the next day": ("2026-09-21T17:30", 60, "2026-09-22T09:30"),
    "goes on after the weekend": ("2026-09-18T17:30", 60, "2026-09-21T09:30"),
    "from before the opening": ("2026-09-21T06:00", 60, "2026-09-21T10:00"),
    "from after the close": ("2026-09-21T19:00", 60, "2026-09-22T10:00"),
    "from the lunch break": ("2026-09-21T12:30", 60, "2026-09-21T15:00"),
    "from the weekend": ("2026-09-19T10:00", 60, "2026-09-21T10:00"),
    "a working day is the hours of one, not 24 hours": ("2026-09-21T10:00", 420, "2026-09-22T10:00"),
    "seconds are kept": ("2026-09-21T09:00:21", 120, "2026-09-21T11:00:21"),
    "half a minute": ("2026-09-21T09:00", Decimal("0.5"), "2026-09-21T09:00:30"),
    "no minutes are due at once": ("2026-09-21T10:00", 0, "2026-09-21T10:00"),
    "no minutes are due at once in closed time": ("2026-09-20T03:00", 0, "2026-09-20T03:00"),
}


@pytest.mark.parametrize("start, minutes, expected", DUE.values(), ids=DUE)
def test_due_counts_working_minutes_only(start, minutes, expected):
    assert due(calendar(), at(start), minutes).at == at(expected)


PAUSED = {
    "a pause adds its length": ([("2026-09-21T10:00", "2026-09-21T10:30")], "2026-09-21T11:30"),
    "two pauses add up": (
        [("2026-09-21T09:30", "2026-09-21T09:45"), ("2026-09-21T10:00", "2026-09-21T10:30")],
        "2026-09-21T11:45",
    ),
    "order makes no difference": (
        [("2026-09-21T10:00", "2026-09-21T10:30"), ("2026-09-21T09:30", "2026-09-21T09:45")],
        "2026-09-21T11:45",
    ),
    "an overlap counts once": (
        [("2026-09-21T10:00", "2026-09-21T10:30"), ("2026-09-21T10:15", "2026-09-21T10:45")],
        "2026-09-21T11:45",
    ),
    "the same pause twice counts once": (
        [("2026-09-21T10:00", "2026-09-21T10:30"), ("2026-09-21T10:00", "2026-09-21T10:30")],
        "2026-09-21T11:30",
    ),
    "touching pauses are one": (
        [("2026-09-21T10:00", "2026-09-21T10:15"), ("2026-09-21T10:15", "2026-09-21T10:30")],
        "2026-09-21T11:30",
    ),
    "a pause within another adds nothing": (
        [("2026-09-21T10:00", "2026-09-21T11:00"), ("2026-09-21T10:10", "2026-09-21T10:20")],
        "2026-09-21T12:00",
    ),
    "a pause of no length adds nothing": ([("2026-09-21T10:00", "2026-09-21T10:00")], "2026-09-21T11:00"),
    "lunch inside a pause is not added": ([("2026-09-21T10:00", "2026-09-21T15:00")], "2026-09-21T16:00"),
    "a night inside a pause is not added": ([("2026-09-21T10:00", "2026-09-22T09:00")], "2026-09-22T10:00"),
    "a weekend inside a pause is not added": ([("2026-09-21T10:00", "2026-09-28T10:00")], "2026-09-28T11:00"),
    "a pause in closed time adds nothing": ([("2026-09-20T09:00", "2026-09-21T09:00")], "2026-09-21T11:00"),
    "a pause from before the start counts from the start": (
        [("2026-09-18T15:00", "2026-09-21T09:30")],
        "2026-09-21T11:30",
    ),
    "a pause after the due moment adds nothing": ([("2026-09-21T11:30", "2026-09-21T17:00")], "2026-09-21T11:00"),
    "a pause from the due moment on adds nothing": ([("2026-09-21T11:00", "2026-09-21T17:00")], "2026-09-21T11:00"),
    "an open pause stops the clock": ([("2026-09-21T10:00", None)], None),
    "an open pause from before the start stops the clock": ([("2026-09-01T10:00", None)], None),
    "an open pause swallows what follows": (
        [("2026-09-21T10:00", None), ("2026-09-21T10:10", "2026-09-21T10:20")],
        None,
    ),
    "an open pause from the due moment on is too late": ([("2026-09-21T11:00", None)], "2026-09-21T11:00"),
    "an open pause after the due moment is too late": ([("2026-09-22T11:00", None)], "2026-09-21T11:00"),
}


@pytest.mark.parametrize("stops, expected", PAUSED.values(), ids=PAUSED)
def test_two_hours_from_nine_with_pauses(stops, expected):
    found = due(calendar(), at("2026-09-21T09:00"), 120, pauses(*stops))
    assert found.at == (at(expected) if expected else None)
    assert found.running is bool(expected)


ELAPSED = {
    "inside a session": ("2026-09-21T09:00", "2026-09-21T10:00", [], 60),
    "lunch is left out": ("2026-09-21T11:30", "2026-09-21T14:30", [], 60),
    "closed time holds nothing": ("2026-09-19T00:00", "2026-09-21T09:00", [], 0),
    "a week": ("2026-09-14T00:00", "2026-09-21T00:00", [], 5 * 420),
    "backwards is nothing": ("2026-09-21T10:00", "2026-09-21T09:00", [], 0),
    "a pause is taken out": ("2026-09-21T09:00", "2026-09-21T10:45", [("2026-09-21T10:00", "2026-09-21T10:30")], 75),
    "an open pause runs on": ("2026-09-21T09:00", "2026-09-25T18:00", [("2026-09-21T10:00", None)], 60),
    "paused throughout": ("2026-09-21T09:00", "2026-09-21T12:00", [("2026-09-21T08:00", "2026-09-21T12:30")], 0),
    "seconds count": ("2026-09-21T09:00:30", "2026-09-21T09:01:00", [], Fraction(1, 2)),
}


@pytest.mark.parametrize("start, end, stops, expected", ELAPSED.values(), ids=ELAPSED)
def test_elapsed_counts_working_time_outside_pauses(start, end, stops, expected):
    assert elapsed(calendar(), at(start), at(end), pauses(*stops)).minutes == expected


def test_a_pause_of_the_past_is_kept_when_the_hours_or_the_calendar_change():
    stops = pauses(("2026-09-21T10:00", "2026-09-21T11:00"))
    start = at("2026-09-21T09:00")
    assert due(calendar(), start, 120, stops).at == at("2026-09-21T12:00")
    assert due(calendar(), start, 240, stops).at == at("2026-09-21T16:00")
    assert due(calendar(NINE_TO_SIX), start, 240, stops).at == at("2026-09-21T14:00")
    assert due(calendar(holidays=["2026-09-22"]), start, 420, stops).at == at("2026-09-23T10:00")


def test_a_holiday_is_skipped_and_an_override_wins_over_it():
    closed = calendar(holidays=["2026-09-21", "2026-09-22"], overrides={"2026-09-22": [["10:00", "11:00"]]})
    assert due(closed, at("2026-09-21T09:00"), 60).at == at("2026-09-22T11:00")
    assert due(closed, at("2026-09-21T09:00"), 61).at == at("2026-09-23T09:01")


def test_an_empty_override_closes_a_working_day():
    assert due(calendar(overrides={"2026-09-21": []}), at("2026-09-21T09:00"), 60).at == at("2026-09-22T10:00")


def test_sessions_up_to_midnight_run_on_without_a_seam():
    always = calendar(ROUND_THE_CLOCK)
    assert due(always, at("2026-09-21T23:00"), 24 * 60).at == at("2026-09-22T23:00")
    night = calendar({"1": [["22:00", "24:00"]], "2": [["00:00", "06:00"]]})
    assert due(night, at("2026-09-21T23:00"), 120).at == at("2026-09-22T01:00")
    assert next(working_periods(night, at("2026-09-21T12:00"))) == (at("2026-09-21T22:00"), at("2026-09-22T06:00"))
    assert due(night, at("2026-09-21T22:00"), 120).at.isoformat() == "2026-09-22T00:00:00+08:00"


CLOCK_CHANGES = {
    # 24 × 7 in zones that change their clocks: minutes are real minutes.
    "a night of 23 hours": ("Europe/Berlin", ROUND_THE_CLOCK, "2026-03-28T12:00+01:00", 1440, "2026-03-29T13:00+02:00"),
    "a night of 25 hours": ("Europe/Berlin", ROUND_THE_CLOCK, "2026-10-24T12:00+02:00", 1440, "2026-10-25T11:00+01:00"),
    # Office hours stay on the wall clock.
    "the opening moves with the clocks": (
        "Europe/Berlin",
        NINE_TO_SIX,
        "2026-03-27T17:00+01:00",
        120,
        "2026-03-30T10:00+02:00",
    ),
    "and back": ("America/New_York", NINE_TO_SIX, "2026-10-30T17:00-04:00", 120, "2026-11-02T10:00-05:00"),
    # 02:00–03:00 does not exist on 2026-03-29 and exists twice on 2026-10-25 (Sundays).
    "a skipped hour holds no working time": (
        "Europe/Berlin",
        {"7": [["01:00", "04:00"]]},
        "2026-03-29T00:00+01:00",
        120,
        "2026-03-29T04:00+02:00",
    ),
    "a repeated hour counts twice": (
        "Europe/Berlin",
        {"7": [["01:00", "04:00"]]},
        "2026-10-25T00:00+02:00",
        240,
        "2026-10-25T04:00+01:00",
    ),
    "a session inside the skipped hour does not happen": (
        "Europe/Berlin",
        {"7": [["02:15", "02:45"]]},
        "2026-03-29T00:00+01:00",
        30,
        "2026-04-05T02:45+02:00",
    ),
    "a session that ends inside the repeated hour happens in two parts": (
        "Europe/Berlin",
        {"7": [["01:00", "02:30"]]},
        "2026-10-25T00:00+02:00",
        120,
        "2026-10-25T02:30+01:00",
    ),
    "a zone that moves by half an hour": (
        "Australia/Lord_Howe",
        ROUND_THE_CLOCK,
        "2026-04-04T12:00+11:00",
        1440,
        "2026-04-05T11:30+10:30",
    ),
    "a day that a zone left out altogether": (
        "Pacific/Apia",
        ROUND_THE_CLOCK,
        "2011-12-29T12:00-10:00",
        1440,
        "2011-12-31T12:00+14:00",
    ),
    # Shanghai changed its clocks from 1986 to 1991: forward on 1986-05-04 at 02:00, back on 1986-09-14.
    "Shanghai in spring 1986": (
        "Asia/Shanghai",
        ROUND_THE_CLOCK,
        "1986-05-03T12:00+08:00",
        1440,
        "1986-05-04T13:00+09:00",
    ),
    "Shanghai in autumn 1986": (
        "Asia/Shanghai",
        ROUND_THE_CLOCK,
        "1986-09-13T12:00+09:00",
        1440,
        "1986-09-14T11:00+08:00",
    ),
    "Shanghai's office hours in summer 1988": (
        "Asia/Shanghai",
        NINE_TO_SIX,
        "1988-04-15T17:00+08:00",
        120,
        "1988-04-18T10:00+09:00",
    ),
}


@pytest.mark.parametrize("tz, week, start, minutes, expected", CLOCK_CHANGES.values(), ids=CLOCK_CHANGES)
def test_due_across_a_change_of_clocks(tz, week, start, minutes, expected):
    found = due(calendar(week, tz), at(start), minutes)
    assert found.at.isoformat()[:16] + found.at.isoformat()[-6:] == expected
    assert elapsed(calendar(week, tz), at(start), found.at).minutes == minutes


@pytest.mark.parametrize("year", range(1985, 1993))
def test_shanghai_years_are_whole_however_often_the_clocks_change(year):
    begin, end = (datetime(one, 1, 1, tzinfo=UTC) - timedelta(hours=8) for one in (year, year + 1))
    assert elapsed(calendar(ROUND_THE_CLOCK), begin, end).worked == end - begin


def test_the_zone_of_the_question_and_of_the_host_make_no_difference():
    assert due(calendar(), at("2026-09-21T01:00+00:00"), 60).at == at("2026-09-21T10:00")
    code = (
        # The package `app` itself puts the web application together; an empty one is enough here.
        "import sys, types; app = types.ModuleType('app'); app.__path__ = ['app']; sys.modules['app'] = app\n"
        "from tests.calendars.calendars import *; from app.calendars.working_time import *;"
        "print(due(calendar(), at('2026-09-18T17:30'), 60).at, closes_at(calendar(), at('2026-09-18T09:00').date()))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"TZ": tz, "PYTHONPATH": str(Path.cwd())},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for tz in ("UTC", "Asia/Shanghai", "America/New_York", "Pacific/Apia", "Asia/Kathmandu")
    }
    assert said == {"2026-09-21 09:30:00+08:00 2026-09-18 18:00:00+08:00\n"}


# --- days ---

DAYS = {
    "the first day is not counted": (workday_due, ("2026-09-14", 1), "2026-09-15"),
    "a weekend is skipped": (workday_due, ("2026-09-11", 1), "2026-09-14"),
    "no working days are the day itself": (workday_due, ("2026-09-13", 0), "2026-09-13"),
    "make-up Saturdays count": (workday_due, ("2026-02-13", 1), "2026-02-14"),
    "the Spring Festival is skipped": (workday_due, ("2026-02-13", 2), "2026-02-24"),
    "working days back from an end": (workday_before, ("2026-02-24", 2), "2026-02-13"),
    "calendar days": (days_due, ("2026-01-20", 30), "2026-02-19"),
    "calendar days roll off a holiday": (days_due, ("2026-01-20", 30, True), "2026-02-24"),
    "a last day that is worked stays": (days_due, ("2026-01-25", 20, True), "2026-02-14"),
    "no days roll too": (days_due, ("2026-10-01", 0, True), "2026-10-08"),
    "months end on the corresponding day": (months_due, ("2026-03-15", 1), "2026-04-15"),
    "a month without the day ends on its last": (months_due, ("2026-01-31", 1), "2026-02-28"),
    "in a leap year on the 29th": (months_due, ("2024-01-31", 1), "2024-02-29"),
    "a year from 29 February": (months_due, ("2024-02-29", 12), "2025-02-28"),
    "the 30th of a longer month": (months_due, ("2026-04-30", 1), "2026-05-30"),
    "months roll": (months_due, ("2026-08-02", 2, True), "2026-10-08"),
    "fifteen years": (months_due, ("2011-06-10", 180), "2026-06-10"),
}


@pytest.mark.parametrize("count, given, expected", DAYS.values(), ids=DAYS)
def test_periods_in_days_and_months(count, given, expected):
    start, *rest = given
    assert count(builtin_calendar(), date.fromisoformat(start), *rest).day == date.fromisoformat(expected)


# As published with the rules that the product follows.
WORKDAYS = [
    ("2025-01-24", 1, "2025-01-26"),
    ("2025-01-24", 2, "2025-01-27"),
    ("2025-01-27", 1, "2025-02-05"),
    ("2025-04-30", 3, "2025-05-08"),
    ("2025-09-26", 1, "2025-09-28"),
    ("2025-09-30", 5, "2025-10-14"),
    ("2026-01-01", 1, "2026-01-04"),
    ("2026-02-13", 1, "2026-02-14"),
    ("2026-02-13", 2, "2026-02-24"),
    ("2026-02-14", 5, "2026-02-28"),
]


@pytest.mark.parametrize("start, count, expected", WORKDAYS)
def test_working_days_by_the_notices(start, count, expected):
    found = workday_due(builtin_calendar(), date.fromisoformat(start), count)
    assert (found.day, found.provisional) == (date.fromisoformat(expected), False)


def test_remaining_working_days_count_down_and_go_negative():
    office = builtin_calendar()
    days = [workdays_between(office, date(2026, 2, day), date(2026, 2, 24)) for day in (13, 14, 15, 24, 25, 26)]
    assert days == [2, 1, 1, 0, -1, -2]


def test_a_period_ends_at_the_close_of_business_or_at_midnight():
    assert closes_at(calendar(), date(2026, 9, 18)) == at("2026-09-18T18:00")
    assert closes_at(calendar(), date(2026, 9, 19)) == at("2026-09-20T00:00")
    assert closes_at(calendar(ROUND_THE_CLOCK, "Europe/Berlin"), date(2026, 3, 29)) == at("2026-03-30T00:00+02:00")


def test_the_end_of_a_session_is_no_longer_working_time():
    moments = {"2026-09-21T09:00": True, "2026-09-21T11:59": True, "2026-09-21T12:00": False, "2026-09-20T10:00": False}
    assert {text: is_working_time(calendar(), at(text)) for text in moments} == moments
    assert next_working_moment(calendar(), at("2026-09-21T12:00")) == at("2026-09-21T14:00")
    assert next_working_moment(calendar(), at("2026-09-21T10:30")) == at("2026-09-21T10:30")


# --- years without a notice ---


@pytest.mark.parametrize(
    "start, minutes, stops, expected",
    [
        ("2026-12-31T09:00", 420, [], False),
        ("2026-12-31T09:00", 421, [], True),
        ("2027-03-01T09:00", 1, [], True),
        ("2026-12-30T09:00", 60, [("2026-12-30T09:30", None)], False),
        ("2026-12-30T09:00", 6000, [("2027-01-04T09:30", None)], True),
        ("2003-12-31T09:00", 6000, [], True),
    ],
)
def test_minutes_that_touch_an_unknown_year_are_provisional(start, minutes, stops, expected):
    assert due(builtin_calendar(), at(start), minutes, pauses(*stops)).provisional is expected


def test_elapsed_time_in_an_unknown_year_is_provisional():
    office = builtin_calendar()
    assert elapsed(office, at("2026-12-31T09:00"), at("2027-01-01T00:00")).provisional is False
    assert elapsed(office, at("2026-12-31T09:00"), at("2027-01-01T00:01")).provisional is True
    assert elapsed(office, at("2027-05-01T09:00"), at("2027-05-01T09:00")).provisional is False


@pytest.mark.parametrize(
    "found, expected",
    [
        (workday_due(builtin_calendar(), date(2026, 12, 30), 1), False),
        (workday_due(builtin_calendar(), date(2026, 12, 30), 2), True),
        (days_due(builtin_calendar(), date(2026, 12, 20), 30, roll=True), True),
        (days_due(builtin_calendar(), date(2026, 12, 20), 30), False),
        (days_due(builtin_calendar(), date(2026, 12, 1), 30, roll=True), False),
        (workday_before(builtin_calendar(), date(2027, 1, 1), 1), False),
        (workday_before(builtin_calendar(), date(2027, 1, 5), 1), True),
    ],
)
def test_days_in_an_unknown_year_are_provisional_when_the_calendar_was_asked(found, expected):
    assert found.provisional is expected


def test_a_calendar_without_notices_is_never_provisional():
    assert due(calendar(), at("2150-01-01T09:00"), 60).provisional is False


# --- bounds ---

NEVER_OPEN = calendar({})
REFUSED = {
    "negative minutes": lambda: due(calendar(), at("2026-09-21T09:00"), -1),
    "minutes that are no number": lambda: due(calendar(), at("2026-09-21T09:00"), float("nan")),
    "endless minutes": lambda: due(calendar(), at("2026-09-21T09:00"), Decimal("Infinity")),
    "more minutes than there are": lambda: due(calendar(), at("2026-09-21T09:00"), 10**30),
    "more minutes than the calendar reaches": lambda: due(calendar(), at("2190-09-21T09:00"), 10**7),
    "a start without zone": lambda: due(calendar(), datetime(2026, 9, 21, 9), 1),
    "an end without zone": lambda: elapsed(calendar(), at("2026-09-21T09:00"), datetime(2026, 9, 21, 9)),
    "a pause without zone": lambda: merged_pauses([(datetime(2026, 9, 21, 9), None)]),
    "a pause that ends before it starts": lambda: merged_pauses(pauses(("2026-09-21T09:00", "2026-09-21T08:00"))),
    "a year before the calendar": lambda: due(calendar(), at("1899-09-21T09:00"), 1),
    "a calendar that is never open": lambda: due(NEVER_OPEN, at("2026-09-21T09:00"), 1),
    "no working day to be found": lambda: workday_due(NEVER_OPEN, date(2026, 9, 21), 1),
    "no working day to be found backwards": lambda: workday_before(NEVER_OPEN, date(2026, 9, 21), 1),
    "no working day to roll to": lambda: days_due(NEVER_OPEN, date(2026, 9, 21), 1, roll=True),
    "no opening to be found": lambda: next_working_moment(NEVER_OPEN, at("2026-09-21T09:00")),
    "negative working days": lambda: workday_due(calendar(), date(2026, 9, 21), -1),
    "negative days": lambda: days_due(calendar(), date(2026, 9, 21), -1),
    "negative months": lambda: months_due(calendar(), date(2026, 9, 21), -1),
    "days beyond the calendar": lambda: days_due(calendar(), date(2026, 9, 21), 10**9),
    "months beyond the calendar": lambda: months_due(calendar(), date(2026, 9, 21), 10**9),
    "working days beyond the calendar": lambda: workday_due(calendar(), date(2199, 12, 1), 100),
    "the last day of all": lambda: workday_due(calendar(), date.max, 0),
}


@pytest.mark.parametrize("attempt", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_counted_is_refused(attempt):
    with pytest.raises(Flaw):
        attempt()


def test_a_calendar_that_is_never_open_is_named_as_the_reason_and_counts_nothing():
    with pytest.raises(NoWorkingTime):
        due(NEVER_OPEN, at("2026-09-21T09:00"), 1)
    assert elapsed(NEVER_OPEN, at("2000-01-01T00:00"), at("2040-01-01T00:00")).worked == timedelta(0)


def test_ten_years_take_milliseconds():
    begun = time.perf_counter()
    due(builtin_calendar(), at("2016-01-04T09:00"), 10 * 250 * 420)
    assert time.perf_counter() - begun < 1


def test_next_workday_is_the_day_itself_when_it_is_worked():
    assert next_workday(builtin_calendar(), date(2026, 2, 14)) == date(2026, 2, 14)
    assert next_workday(builtin_calendar(), date(2026, 2, 15)) == date(2026, 2, 24)
