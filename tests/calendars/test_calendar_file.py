"""Calendars as data: what is read, and what is refused with its place."""

import copy
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from app.calendars.calendar_file import parse_calendar
from app.calendars.catalogue_kind import CALENDARS
from app.calendars.flaws import Flaw
from app.calendars.inline_calendar import parse_inline_calendar
from app.calendars.working_calendar import Session, WorkingCalendar
from app.core.errors import Refused

GOOD = {
    "code": "hall",
    "name": {"zh": "大厅", "en": "Hall"},
    "status": "D",
    "tz": "Asia/Shanghai",
    "week": {"1": [["13:00", "17:00"], ["09:00", "12:00"]], 6: [["09:00", "12:00"], ["12:00", "24:00"]]},
    "make_up_as": 6,
    "overrides": {"2026-05-04": []},
    "years": {
        2026: {
            "notices": [{"number": "国办发明电〔2025〕7号", "issued": "2025-11-04"}],
            "holidays": [{"zh": "元旦", "rest": ["2025-12-31..01-02", date(2026, 1, 3)], "work": ["01-04"]}],
        },
        "2027": {"pending": True},
    },
}


def test_a_calendar_is_read_with_its_years():
    hall = parse_calendar(GOOD)
    assert hall.zone == ZoneInfo("Asia/Shanghai")
    assert hall.sessions_on(date(2026, 1, 5)) == (Session(9 * 3600, 12 * 3600), Session(13 * 3600, 17 * 3600))
    assert hall.sessions_on(date(2026, 1, 4)) == (Session(9 * 3600, 24 * 3600),)
    assert hall.holidays == {date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)}
    assert not hall.is_workday(date(2026, 5, 4))
    assert hall.noticed_years == {2026}
    assert hall.code == "hall"


def test_a_calendar_without_years_waits_for_no_notice():
    plain = parse_calendar(
        {"code": "plain", "tz": "UTC", "week": {"1": [["09:00", "17:00"]]}, "holidays": ["2026-05-04"]}
    )
    assert plain.noticed_years is None
    assert not plain.is_workday(date(2026, 5, 4))


YEAR = ("years", 2026)
HOLIDAY = (*YEAR, "holidays", 0)
WRONG = {
    "an unknown key": (("colour",), "red", "colour"),
    "no code": (("code",), None, "code"),
    "a code with blanks": (("code",), "a b", "code"),
    "a code that is a path": (("code",), "../etc", "code"),
    "an unknown zone": (("tz",), "Asia/Peking2", "tz"),
    "a zone that is a path": (("tz",), "../../etc/passwd", "tz"),
    "a weekday of its own": (("week", "8"), [], "week.8"),
    "a week that is a list": (("week",), [], "week"),
    "an end before the start": (("week", "1"), [["12:00", "09:00"]], "week.1[0]"),
    "a session of no length": (("week", "1"), [["12:00", "12:00"]], "week.1[0]"),
    "overlapping sessions": (("week", "1"), [["09:00", "12:00"], ["11:00", "13:00"]], "week.1"),
    "a time after midnight": (("week", "1"), [["09:00", "24:01"]], "week.1[0][1]"),
    "a start at 24:00": (("week", "1"), [["24:00", "24:00"]], "week.1[0]"),
    "a time that is a number": (("week", "1"), [["09:00", 1020]], "week.1[0][1]"),
    "a time without a leading nought": (("week", "1"), [["9:00", "12:00"]], "week.1[0][0]"),
    "three times": (("week", "1"), [["09:00", "12:00", "13:00"]], "week.1[0]"),
    "an override of no date": (("overrides", "2026-02-30"), [], "overrides.2026-02-30"),
    "holidays that are text": (("holidays",), "2026-01-01", "holidays"),
    "a make-up day of a closed weekday": (("make_up_as",), 7, "make_up_as"),
    "an unknown status of the hours": (("hours_status",), "X", "hours_status"),
    "years that are a list": (("years",), [], "years"),
    "a year that is none": (("years", "26"), {"pending": True}, "years.26"),
    "a pending year with content": ((*YEAR, "pending"), True, "years.2026.pending"),
    "an unknown key of a year": ((*YEAR, "weeks"), [], "years.2026.weeks"),
    "no notice": ((*YEAR, "notices"), [], "years.2026.notices"),
    "a notice without name": ((*YEAR, "notices", 0), {"url": "x"}, "years.2026.notices[0]"),
    "a notice of no day": ((*YEAR, "notices", 0, "issued"), "2025-11-31", "years.2026.notices[0].issued"),
    "a holiday without days": ((*HOLIDAY, "rest"), None, "years.2026.holidays[0].rest"),
    "a date of no month": ((*HOLIDAY, "rest"), ["01-01", "13-01"], "years.2026.holidays[0].rest[1]"),
    "a range backwards": ((*HOLIDAY, "rest"), ["01-03..01-01"], "years.2026.holidays[0].rest[0]"),
    "a range without end": ((*HOLIDAY, "rest"), ["01-03.."], "years.2026.holidays[0].rest[0]"),
    "a day of another year": ((*HOLIDAY, "rest"), ["2025-11-30"], "years.2026.holidays[0].rest[0]"),
    "a range into another year": ((*HOLIDAY, "rest"), ["12-31..2027-01-02"], "years.2026.holidays[0].rest[0]"),
    "a day twice": ((*HOLIDAY, "rest"), ["01-01", "01-01"], "years.2026.holidays[0].rest[1]"),
    "a day both off and worked": ((*HOLIDAY, "work"), ["01-02"], "years.2026.holidays[0].work[0]"),
    "a number as a date": ((*HOLIDAY, "work"), [104], "years.2026.holidays[0].work[0]"),
}


def changed(place, value):
    content = copy.deepcopy(GOOD)
    inner = content
    for key in place[:-1]:
        inner = inner[key]
    if value is None:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return content


@pytest.mark.parametrize("place, value, path", WRONG.values(), ids=WRONG)
def test_a_wrong_calendar_is_refused_at_its_place(place, value, path):
    with pytest.raises(Flaw) as refusal:
        parse_calendar(changed(place, value))
    assert refusal.value.path == path
    assert str(refusal.value).startswith(f"{path}: ")


def test_the_catalogue_is_told_the_place_in_its_own_way():
    with pytest.raises(Refused) as refusal:
        CALENDARS.parse(changed((*HOLIDAY, "work"), ["01-02"]))
    [problem] = refusal.value.problems
    assert problem.place == "years.2026.holidays.0.work.0"
    assert "2026-01-02" in str(problem.what)
    assert CALENDARS.parse(GOOD).code == "hall"


def test_seconds_are_read_in_times():
    odd = parse_inline_calendar({"tz": "UTC", "week": {"1": [["09:00:30", "24:00:00"]]}})
    assert odd.week[0] == (Session(9 * 3600 + 30, 86_400),)


@pytest.mark.parametrize(
    "content, path",
    [
        ([], "calendar"),
        ({"tz": "UTC"}, "calendar.week"),
        ({"week": {}, "years": {}}, "calendar.years"),
        ({"week": {}, "tz": 8}, "calendar.tz"),
        ({"week": {}, "holidays": ["2026-13-01"]}, "calendar.holidays[0]"),
        ({"week": {}, "overrides": []}, "calendar.overrides"),
        ({"week": {}, "overrides": {"2026-10-10": [["09:00"]]}}, "calendar.overrides.2026-10-10[0]"),
    ],
)
def test_a_wrong_inline_calendar_is_refused_at_its_place(content, path):
    with pytest.raises(Flaw) as refusal:
        parse_inline_calendar(content)
    assert refusal.value.path == path


def test_a_week_has_seven_days():
    with pytest.raises(ValueError, match="seven"):
        WorkingCalendar(ZoneInfo("UTC"), ())
