"""The packaged calendar of mainland China against facts of the State Council's notices."""

import csv
from collections import Counter
from datetime import date, timedelta

import pytest

from app.calendars.builtin_calendars import builtin_calendar, builtin_calendars
from app.calendars.calendar_file import parse_calendar
from tests import machine

# 跨年调休: December days that the notice of the following year moved, and the two that it only mentions (2023).
DECEMBERS = {
    "2006-12-30": True,
    "2006-12-31": True,
    "2007-12-29": True,
    "2007-12-30": False,
    "2007-12-31": False,
    "2011-12-31": True,
    "2018-12-29": True,
    "2018-12-30": False,
    "2018-12-31": False,
    "2022-12-31": False,
    "2023-12-30": False,
    "2023-12-31": False,
}
# Weekend days of January that were worked, 2004–2026.
JANUARIES = [
    "2004-01-17",
    "2004-01-18",
    "2006-01-28",
    "2009-01-04",
    "2009-01-24",
    "2011-01-30",
    "2012-01-21",
    "2012-01-29",
    "2013-01-05",
    "2013-01-06",
    "2014-01-26",
    "2015-01-04",
    "2017-01-22",
    "2020-01-19",
    "2022-01-29",
    "2022-01-30",
    "2023-01-28",
    "2023-01-29",
    "2025-01-26",
    "2026-01-04",
]
WORKDAYS_A_YEAR = {2024: 251, 2025: 248, 2026: 248}


def days_of(year):
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("text, worked", DECEMBERS.items())
def test_december_days_follow_the_notice_of_the_next_year(text, worked):
    assert builtin_calendar().is_workday(date.fromisoformat(text)) is worked


def test_the_worked_weekends_of_january_are_exactly_these():
    office = builtin_calendar()
    found = [
        day.isoformat()
        for year in range(2004, 2027)
        for day in days_of(year)
        if day.month == 1 and day.isoweekday() > 5 and office.is_workday(day)
    ]
    assert found == JANUARIES


@pytest.mark.parametrize("year, count", WORKDAYS_A_YEAR.items())
def test_working_days_of_a_year(year, count):
    assert sum(builtin_calendar().is_workday(day) for day in days_of(year)) == count


@pytest.mark.parametrize(
    "text, worked",
    [
        ("2015-09-03", False),
        ("2015-09-04", False),
        ("2015-09-06", True),  # 抗战胜利70周年
        ("2019-05-03", False),
        ("2019-05-05", True),  # changed in March 2019
        ("2020-01-31", False),
        ("2020-02-01", False),
        ("2020-02-03", True),  # extended in January 2020
    ],
)
def test_notices_that_came_later_in_the_year_count(text, worked):
    assert builtin_calendar().is_workday(date.fromisoformat(text)) is worked


def test_make_up_days_have_the_hours_of_an_ordinary_day():
    office = builtin_calendar()
    assert office.sessions_on(date(2026, 2, 14)) == office.sessions_on(date(2026, 2, 13)) != ()


def test_years_with_a_notice_are_known_and_others_are_not():
    assert builtin_calendar().noticed_years == frozenset(range(2004, 2027))
    assert builtin_calendar().is_provisional(date(2026, 12, 31), date(2027, 1, 1))
    assert not builtin_calendar().is_provisional(date(2026, 12, 1), date(2026, 12, 31))


def test_a_later_notice_moves_days_of_the_december_before():
    def block(**holiday):
        return {"notices": [{"title": "通知"}], "holidays": [{"zh": "元旦", **holiday}]}

    before = {"2026": block(rest=["01-01"], work=["12-26"])}
    after = before | {"2027": block(rest=["2026-12-31..01-03"], work=["2026-12-27"])}
    frame = {"code": "x", "tz": "Asia/Shanghai", "week": {str(d): [["09:00", "17:00"]] for d in range(1, 6)}}
    old, new = (parse_calendar(frame | {"years": years}) for years in (before, after))
    for day, worked_before, worked_after in [(26, True, True), (27, False, True), (31, True, False)]:
        assert old.is_workday(date(2026, 12, day)) is worked_before
        assert new.is_workday(date(2026, 12, day)) is worked_after


def test_every_packaged_calendar_can_be_read():
    assert "cn-workdays" in builtin_calendars()


@pytest.mark.shared_data
def test_every_listed_day_agrees_with_the_outside_list():
    office = builtin_calendar()
    with (machine.shared_data() / "calendar" / "holiday_cn_2007_2027.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [
        row for row in rows if office.is_workday(date.fromisoformat(row["date"])) is not (row["kind"] == "work")
    ] == []
    assert Counter(row["kind"] for row in rows)["off"] > 500
    listed = {row["date"] for row in rows}
    unlisted = [day for year in range(2007, 2027) for day in days_of(year) if day.isoformat() not in listed]
    assert [day for day in unlisted if office.is_workday(day) is not (day.isoweekday() < 6)] == []
