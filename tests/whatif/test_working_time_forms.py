"""The forms `due` and `elapsed` as other programs use them."""

import json

import pytest

from app.calendars.flaws import Flaw
from app.whatif.examples import EXAMPLES
from app.whatif.kinds import KINDS, answer, answer_text

CAL = {
    "tz": "Asia/Shanghai",
    "week": {str(day): [["09:00", "12:00"], ["14:00", "18:00"]] for day in range(1, 6)},
    "holidays": ["2026-10-01"],
    "overrides": {"2026-10-10": [["09:00", "18:00"]]},
}
BERLIN = {"tz": "Europe/Berlin", "week": {str(day): [["00:00", "24:00"]] for day in range(1, 8)}}
START = "2026-09-24T10:00:00+08:00"

DUE = {
    "minutes in a calendar that is written out": (
        {"calendar": CAL, "start": START, "minutes": 480, "pauses": []},
        "2026-09-25T11:00:00+08:00",
        False,
    ),
    "minutes in the packaged calendar": (
        {"calendar": "cn-workdays", "start": START, "minutes": 480},
        "2026-09-28T11:00:00+08:00",
        False,
    ),
    "the packaged calendar is the default": ({"start": START, "minutes": 480}, "2026-09-28T11:00:00+08:00", False),
    "the answer is in the calendar's zone": (
        {"calendar": BERLIN, "start": "2026-03-28T12:00:00Z", "minutes": 1440},
        "2026-03-29T14:00:00+02:00",
        False,
    ),
    "a pause": (
        {
            "calendar": CAL,
            "start": START,
            "minutes": 60,
            "pauses": [["2026-09-24T02:30:00Z", "2026-09-24T11:00:00+08:00"]],
        },
        "2026-09-24T11:30:00+08:00",
        False,
    ),
    "an override": (
        {"calendar": CAL, "start": "2026-10-09T17:00:00+08:00", "minutes": 120},
        "2026-10-10T10:00:00+08:00",
        False,
    ),
    "minutes as text": ({"calendar": CAL, "start": START, "minutes": "0.5"}, "2026-09-24T10:00:30+08:00", False),
    "minutes as a decimal number": (
        {"calendar": CAL, "start": START, "minutes": 1.5},
        "2026-09-24T10:01:30+08:00",
        False,
    ),
    "no minutes": ({"calendar": CAL, "start": START, "minutes": 0}, START, False),
    "seconds may be left out": (
        {"calendar": CAL, "start": "2026-09-24T10:00+08:00", "minutes": 1},
        "2026-09-24T10:01:00+08:00",
        False,
    ),
    "seconds are kept": (
        {"calendar": CAL, "start": "2026-09-24T10:00:21.5+08:00", "minutes": 1},
        "2026-09-24T10:01:21.500000+08:00",
        False,
    ),
    "into a year without a notice": (
        {"start": "2026-12-31T17:00:00+08:00", "minutes": 120},
        "2027-01-01T10:00:00+08:00",
        True,
    ),
}


@pytest.mark.parametrize("form, expected, provisional", DUE.values(), ids=DUE)
def test_due_in_minutes(form, expected, provisional):
    assert answer("due", form) == {"due": expected, "provisional": provisional}


DUE_DATES = {
    "working days": ({"start_date": "2026-02-13", "workdays": 2}, "2026-02-24", False),
    "calendar days that roll": ({"start_date": "2026-01-20", "days": 30, "roll": True}, "2026-02-24", False),
    "calendar days that do not roll": ({"start_date": "2026-01-20", "days": 30, "roll": False}, "2026-02-19", False),
    "days do not roll unless told": ({"start_date": "2026-01-20", "days": 30}, "2026-02-19", False),
    "a calendar that is written out": (
        {"calendar": CAL, "start_date": "2026-10-08", "workdays": 2},
        "2026-10-10",
        False,
    ),
    "months": ({"start_date": "2026-01-31", "months": 1, "roll": True}, "2026-02-28", False),
    "into a year without a notice": ({"start_date": "2026-12-30", "workdays": 3}, "2027-01-04", True),
    "rolling in a year without a notice": ({"start_date": "2026-12-20", "days": 30, "roll": True}, "2027-01-19", True),
}


@pytest.mark.parametrize("form, expected, provisional", DUE_DATES.values(), ids=DUE_DATES)
def test_due_in_days(form, expected, provisional):
    assert answer("due", form) == {"due_date": expected, "provisional": provisional}


def test_an_open_pause_has_no_due_moment():
    form = {"calendar": CAL, "start": START, "minutes": 60, "pauses": [["2026-09-24T10:30:00+08:00", None]]}
    assert answer("due", form) == {"due": None, "running": False, "provisional": False}


@pytest.mark.parametrize(
    "form, expected",
    [
        ({"calendar": CAL, "start": START, "end": "2026-09-25T11:00:00+08:00"}, 480),
        ({"calendar": CAL, "start": START, "end": START}, 0),
        ({"calendar": CAL, "start": "2026-09-25T11:00:00+08:00", "end": START}, 0),
        ({"calendar": CAL, "start": START, "end": "2026-09-24T10:00:30+08:00"}, "0.5"),
        ({"calendar": CAL, "start": START, "end": "2026-09-24T10:00:20+08:00"}, "0.333333"),
        ({"calendar": CAL, "start": START, "end": "2026-09-24T10:01:40+08:00"}, "1.666667"),
        (
            {
                "calendar": CAL,
                "start": START,
                "end": "2026-09-24T12:00:00+08:00",
                "pauses": [["2026-09-24T11:00:00+08:00", None]],
            },
            60,
        ),
        ({"start": START, "end": "2026-09-28T11:00:00+08:00"}, 480),
    ],
)
def test_elapsed(form, expected):
    assert answer("elapsed", form) == {"minutes": expected, "provisional": False}


def test_elapsed_in_a_year_without_a_notice_is_provisional():
    form = {"start": "2027-01-04T09:00:00+08:00", "end": "2027-01-04T10:00:00+08:00"}
    assert answer("elapsed", form) == {"minutes": 60, "provisional": True}


GOOD = {"calendar": CAL, "start": START, "minutes": 60, "pauses": []}
BAD = {
    "nothing": ("due", {}, ""),
    "two units": ("due", GOOD | {"workdays": 1}, ""),
    "an unknown key": ("due", GOOD | {"colour": "red"}, "colour"),
    "a key of another form": ("due", {"start_date": "2026-01-20", "workdays": 3, "roll": True}, "roll"),
    "a moment for a date": ("due", {"start_date": START, "workdays": 3}, "start_date"),
    "a date for a moment": ("due", GOOD | {"start": "2026-09-24"}, "start"),
    "no start": ("due", {"minutes": 1}, "start"),
    "a moment without zone": ("due", GOOD | {"start": "2026-09-24T10:00:00"}, "start"),
    "a moment that is a number": ("due", GOOD | {"start": 1}, "start"),
    "a day that does not exist": ("due", GOOD | {"start": "2026-02-30T10:00:00Z"}, "start"),
    "an hour that does not exist": ("due", GOOD | {"start": "2026-02-20T24:00:00Z"}, "start"),
    "a zone that does not exist": ("due", GOOD | {"start": "2026-02-20T10:00:00+25:00"}, "start"),
    "a leap second": ("due", GOOD | {"start": "2016-12-31T23:59:60Z"}, "start"),
    "negative minutes": ("due", GOOD | {"minutes": -1}, "minutes"),
    "negative minutes as text": ("due", GOOD | {"minutes": "-1"}, "minutes"),
    "minutes that are a word": ("due", GOOD | {"minutes": "many"}, "minutes"),
    "minutes that are NaN": ("due", GOOD | {"minutes": float("nan")}, "minutes"),
    "minutes that are true": ("due", GOOD | {"minutes": True}, "minutes"),
    "minutes that are null": ("due", GOOD | {"minutes": None}, "minutes"),
    "more minutes than there are": ("due", GOOD | {"minutes": 10**30}, ""),
    "half a working day": ("due", {"start_date": "2026-01-20", "workdays": 0.5}, "workdays"),
    "working days as text": ("due", {"start_date": "2026-01-20", "workdays": "2"}, "workdays"),
    "negative days": ("due", {"start_date": "2026-01-20", "days": -1}, "days"),
    "more working days than there are": ("due", {"start_date": "2026-01-20", "workdays": 10**30}, ""),
    "a date at the end of the calendar": ("due", {"start_date": "9999-12-31", "workdays": 1}, ""),
    "a date that does not exist": ("due", {"start_date": "2026-02-29", "days": 1}, "start_date"),
    "roll as a word": ("due", {"start_date": "2026-01-20", "days": 1, "roll": "yes"}, "roll"),
    "pauses that are an object": ("due", GOOD | {"pauses": {}}, "pauses"),
    "a pause of one moment": ("due", GOOD | {"pauses": [[START]]}, "pauses[0]"),
    "a pause without zone": ("due", GOOD | {"pauses": [[START, "2026-09-24T11:00:00"]]}, "pauses[0][1]"),
    "a pause without a start": ("due", GOOD | {"pauses": [[None, START]]}, "pauses[0][0]"),
    "a pause backwards": ("due", GOOD | {"pauses": [[START, "2026-09-24T09:00:00+08:00"]]}, "pauses[0]"),
    "a calendar nobody has": ("due", GOOD | {"calendar": "mars"}, "calendar"),
    "a calendar by path": ("due", GOOD | {"calendar": "../../config"}, "calendar"),
    "a calendar that is null": ("due", GOOD | {"calendar": None}, "calendar"),
    "a calendar without week": ("due", GOOD | {"calendar": {"tz": "UTC"}}, "calendar.week"),
    "a calendar in no zone": ("due", GOOD | {"calendar": CAL | {"tz": "Nowhere"}}, "calendar.tz"),
    "a calendar that is never open": ("due", GOOD | {"calendar": {"tz": "UTC", "week": {}}}, ""),
    "no end": ("elapsed", {"start": START}, "end"),
    "minutes in elapsed": ("elapsed", {"start": START, "end": START, "minutes": 1}, "minutes"),
    "no object": ("elapsed", 5, ""),
    "no known kind": ("dew", GOOD, ""),
}


@pytest.mark.parametrize("kind, form, path", BAD.values(), ids=BAD)
def test_a_bad_input_is_refused_at_its_place(kind, form, path):
    with pytest.raises(Flaw) as refusal:
        answer(kind, form)
    assert refusal.value.path == path


def test_an_array_is_answered_one_by_one_with_errors_in_their_place():
    good = '{"start_date": "2026-02-13", "workdays": 2}'
    bad = '{"start": "x", "minutes": NaN}, 7, {"a": 1, "a": 2}, [], {"days": 1}'
    found = answer_text("due", f"[{good}, {bad}]")
    assert found[0] == {"due_date": "2026-02-24", "provisional": False}
    assert [list(one) for one in found[1:]] == [["error"]] * 5
    assert found[1]["error"].startswith("minutes: ")
    assert answer_text("due", "[]") == []
    json.dumps(found)


def test_an_array_is_bounded_unless_the_caller_lifts_it():
    inputs = [{"start_date": "2026-02-13", "days": 1}] * 1001
    with pytest.raises(Flaw):
        answer("due", inputs)
    assert len(answer("due", inputs, most=None)) == 1001


def test_the_caller_chooses_the_words_of_an_error():
    assert answer("due", [{}], say=lambda flaw: "no") == [{"error": "no"}]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_an_example_that_works(kind):
    found = answer_text(kind, EXAMPLES[kind])
    assert all("error" not in one for one in (found if isinstance(found, list) else [found]))
