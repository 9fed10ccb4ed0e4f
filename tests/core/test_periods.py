"""Periods: strict texts, ends that are the next one's start, parents, and summer time in Shanghai 1986 to 1991."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.periods import BadPeriod, Period, PeriodKind, day_start, period_at, period_of_day, periods_until

REFUSED = (
    *("", " 2026", "2026 ", "26", "1899", "2200", "0000", "2026-13", "2026-00", "2026-1", "2026-Q0", "2026-Q5"),
    *("2026-q1", "2026Q1", "2026-02-30", "2025-02-29", "2026-9-01", "2026/09", "2026-09-01T24", "2026-09-01 13"),
    *("2026-09-01T1", "2026-09-01T13:00", "２０２６", "2026-09-01T13Z", "202609", "2026-W01", "-2026", "2026\n"),
)
BOUNDS = {
    "2026-09-01T13": ("2026-09-01T05:00", "2026-09-01T06:00"),
    "2026-09-01": ("2026-08-31T16:00", "2026-09-01T16:00"),
    "2026-09": ("2026-08-31T16:00", "2026-09-30T16:00"),
    "2024-02": ("2024-01-31T16:00", "2024-02-29T16:00"),
    "2025-02": ("2025-01-31T16:00", "2025-02-28T16:00"),
    "2026-12": ("2026-11-30T16:00", "2026-12-31T16:00"),
    "2026-Q1": ("2025-12-31T16:00", "2026-03-31T16:00"),
    "2026-Q3": ("2026-06-30T16:00", "2026-09-30T16:00"),
    "2026-Q4": ("2026-09-30T16:00", "2026-12-31T16:00"),
    "2026": ("2025-12-31T16:00", "2026-12-31T16:00"),
}
days = st.dates(date(1980, 1, 1), date(2049, 12, 31))
kinds = st.sampled_from(list(PeriodKind))


@pytest.mark.parametrize("text", REFUSED)
def test_what_names_no_period_is_refused(text):
    with pytest.raises(BadPeriod):
        Period(text)


@pytest.mark.parametrize("text", BOUNDS)
def test_a_period_begins_and_ends_in_shanghai(text):
    start, end = (datetime.fromisoformat(f"{bound}+00:00") for bound in BOUNDS[text])
    assert (Period(text).start, Period(text).end) == (start, end)
    assert Period(text).start.tzinfo is UTC


@pytest.mark.parametrize("kind", ["day", "month", "quarter", "year"])
def test_periods_tile_1980_to_2050_without_gap_or_overlap(kind):
    first = period_of_day(PeriodKind(kind), date(1980, 1, 1))
    end = day_start(date(2050, 1, 1))
    tiles = list(periods_until(first, end))
    assert tiles[0].start == day_start(date(1980, 1, 1))
    assert tiles[-1].end == end
    assert all(one.end == other.start for one, other in pairwise(tiles))
    assert all(one.next == other and other.previous == one for one, other in pairwise(tiles))
    assert all(one.end > one.start for one in tiles)


@pytest.mark.parametrize("year", range(1985, 1993))
def test_hours_tile_every_year_with_summer_time(year):
    tiles = list(Period(str(year)).split(PeriodKind.HOUR))
    assert (tiles[0].start, tiles[-1].end) == (Period(str(year)).start, Period(str(year)).end)
    assert all(one.end == other.start for one, other in pairwise(tiles))
    assert all(other.previous == one for one, other in pairwise(tiles))
    lengths = sorted({(one.end - one.start) // timedelta(hours=1) for one in tiles})
    assert lengths == ([1, 2] if 1986 <= year <= 1991 else [1])


@pytest.mark.parametrize("day", ["1986-05-04", "1987-04-12", "1988-04-17", "1989-04-16", "1990-04-15", "1991-04-14"])
def test_the_day_on_which_summer_time_begins_has_23_hours(day):
    assert Period(day).end - Period(day).start == timedelta(hours=23)
    hours = Period(day).split(PeriodKind.HOUR)
    assert len(hours) == 23
    missing = {f"{day}T{hour:02d}" for hour in range(24)} - {one.text for one in hours}
    with pytest.raises(BadPeriod):
        Period(missing.pop())


@pytest.mark.parametrize("day", ["1986-09-14", "1987-09-13", "1988-09-11", "1989-09-17", "1990-09-16", "1991-09-15"])
def test_the_day_on_which_summer_time_ends_has_25_hours(day):
    assert Period(day).end - Period(day).start == timedelta(hours=25)
    assert [one for one in Period(day).split(PeriodKind.HOUR) if one.end - one.start == timedelta(hours=2)]


def test_parents_lie_around_a_period():
    hour = Period("2026-09-30T23")
    assert [one.text for one in hour.parents] == ["2026-09-30", "2026-09", "2026-Q3", "2026"]
    assert all(parent.covers(hour) for parent in hour.parents)
    assert Period("2026").parents == ()
    with pytest.raises(ValueError):
        Period("2026").within(PeriodKind.MONTH)
    with pytest.raises(ValueError):
        Period("2026-09").split(PeriodKind.YEAR)


def test_months_of_a_quarter_and_days_of_a_leap_year():
    assert [one.text for one in Period("2026-Q3").split(PeriodKind.MONTH)] == ["2026-07", "2026-08", "2026-09"]
    assert len(Period("2024").split(PeriodKind.DAY)) == 366
    assert (Period("2024-02").first_day, Period("2024-02").last_day) == (date(2024, 2, 1), date(2024, 2, 29))
    assert Period("2026-09-01T13").last_day == date(2026, 9, 1)


@given(kind=kinds, day=days, seconds=st.integers(0, 86399))
@settings(max_examples=300, deadline=None)
def test_every_moment_lies_in_exactly_one_period_of_a_kind(kind, day, seconds):
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds)
    period = period_at(kind, moment)
    assert period.contains(moment)
    assert not period.next.contains(moment)
    assert not period.previous.contains(moment)
    assert period.overlaps(moment, moment + timedelta(seconds=1))
    assert Period(period.text) == period


@given(day=days)
def test_the_text_of_a_day_reads_back(day):
    assert Period(day.isoformat()).first_day == day
    assert period_of_day(PeriodKind.MONTH, day).covers(Period(day.isoformat()))
    assert Period(day.isoformat()) < Period(day.isoformat()).next
