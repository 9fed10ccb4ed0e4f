"""Deadlines that the law sets: every rule of the reference is there, is read strictly, and days fall where it says."""

import json
from datetime import date

import pytest

from app.calendars.queries import due_by, statutory
from app.calendars.statutory_file import DEADLINE_KIND, Unit, YearlyDay, parse_deadline
from app.catalogues.files import read_file
from app.catalogues.queries import all_current
from app.catalogues.reading import Status
from app.core.clock import today
from app.core.errors import NotFound, Refused
from tests.house.source import ROOT

FILE = ROOT / "app/calendars/catalog/statutory-deadlines.yaml"
SOUND = {
    "code": "DL99",
    "name": {"zh": "办理", "en": "Do"},
    "citation": "《某条例》第1条",
    "status": "V",
    "start": {"zh": "收到", "en": "Received"},
}


def read(**changes):
    content = {**SOUND, "number": 5, "unit": "days", **changes}
    return parse_deadline({key: value for key, value in content.items() if value is not None})


def refused(**changes):
    with pytest.raises(Refused) as refusal:
        read(**changes)
    return [one.place for one in refusal.value.problems]


# The forty of the reference, then the least response times of other ways of buying and the publicity of single source.
FORTY = [f"DL{n:02d}" for n in range(1, 41)]
MORE = ["DL41", "DL42", "DL43", "DL44"]


def test_all_forty_rules_are_packaged():
    file = read_file(FILE, FILE.name)
    assert file.findings == ()
    assert [entry.content["code"] for entry in file.entries] == FORTY + MORE


def test_rules_say_in_both_languages_what_and_from_when():
    rules = [parse_deadline(entry.content) for entry in read_file(FILE, FILE.name).entries]
    for rule in rules:
        texts = [rule.head.name, rule.start, *(one.case for one in rule.terms if one.case)]
        assert all(text.zh and text.en and text.zh != text.en for text in texts), rule.head.code


@pytest.mark.parametrize(
    "code, number, unit, at_least, status",
    [
        ("DL01", 30, Unit.DAYS, False, Status.READ),
        ("DL02", 7, Unit.WORKDAYS, False, Status.READ),
        ("DL03", 2, Unit.WORKDAYS, False, Status.READ),
        ("DL05", 20, Unit.DAYS, True, Status.READ),
        ("DL06", 15, Unit.YEARS, True, Status.READ),
        ("DL12", 6, Unit.MONTHS, False, Status.UNVERIFIED),
        ("DL31", 24, Unit.HOURS, False, Status.READ),
        ("DL41", 10, Unit.DAYS, True, Status.EXCERPT),
        ("DL42", 3, Unit.WORKDAYS, True, Status.EXCERPT),
        ("DL43", 3, Unit.WORKDAYS, True, Status.EXCERPT),
        ("DL44", 5, Unit.WORKDAYS, True, Status.READ),
    ],
)
def test_a_rule_is_found_by_its_code(w, code, number, unit, at_least, status):
    rule = statutory(code)
    assert (rule.term.number, rule.term.unit, rule.at_least, rule.head.status) == (number, unit, at_least, status)


def test_every_rule_is_in_force_or_waits_for_its_day(w):
    assert len(all_current(DEADLINE_KIND, today())) == 44
    with pytest.raises(NotFound):
        statutory("DL32", date(2025, 10, 31))
    with pytest.raises(NotFound):
        statutory("DL00")


def test_rules_that_are_no_single_term_say_what_they_are(w):
    assert statutory("DL11").yearly == YearlyDay(3, 31)
    assert str(statutory("DL10").daily_percent) == "0.05"
    assert [one.number for one in statutory("DL25").terms] == [2, 5, 10]
    assert (statutory("DL13").term.not_before, statutory("DL13").term.number) == (12, 24)
    unseen = statutory("DL39")
    assert (unseen.terms, unseen.yearly, unseen.daily_percent) == ((), None, None)
    for code in ("DL10", "DL11", "DL25", "DL39"):
        with pytest.raises(ValueError):
            due_by(code, date(2026, 3, 2))
    with pytest.raises(LookupError):
        due_by("DL31", date(2026, 3, 2))


@pytest.mark.parametrize(
    "code, case, start, day",
    [
        # 30 days, the first not counted; 1 April 2026 is a working Wednesday.
        ("DL01", None, "2026-03-02", "2026-04-01"),
        # The 30th day is Saturday the 4th of the Qingming holidays: the next working day is Tuesday the 7th.
        ("DL01", None, "2026-03-05", "2026-04-07"),
        # The 30th day falls into the National Day holidays.
        ("DL01", None, "2026-09-02", "2026-10-08"),
        # A shortest time does not roll.
        ("DL05", None, "2026-03-02", "2026-03-22"),
        ("DL02", None, "2026-03-02", "2026-03-11"),
        ("DL03", None, "2026-03-06", "2026-03-10"),
        # Over the Spring Festival of 2026 (15 to 23 February off, 14 and 28 February worked).
        ("DL03", None, "2026-02-13", "2026-02-24"),
        # Months end on the corresponding day, or on the last of a month that has none (民法典 §202).
        ("DL12", None, "2025-08-31", "2026-02-28"),
        ("DL12", None, "2026-03-02", "2026-09-02"),
        ("DL38", None, "2024-02-29", "2026-02-28"),
        ("DL15", None, "2025-05-04", "2026-05-04"),
        ("DL40", 0, "2026-03-02", "2026-03-16"),
        ("DL40", 1, "2026-03-02", "2026-04-01"),
        ("DL41", None, "2026-03-02", "2026-03-12"),
        ("DL42", None, "2026-03-06", "2026-03-11"),
        ("DL43", None, "2026-03-02", "2026-03-05"),
        ("DL44", None, "2026-03-02", "2026-03-09"),
        # Over the Spring Festival of 2026.
        ("DL44", None, "2026-02-13", "2026-02-27"),
    ],
)
def test_days_fall_where_the_rule_says(w, code, case, start, day):
    found = due_by(code, date.fromisoformat(start), case)
    assert (found.day.isoformat(), found.provisional) == (day, False)


def test_a_day_in_a_year_without_a_notice_is_provisional(w):
    assert due_by("DL01", date(2026, 12, 20)).provisional
    assert due_by("DL02", date(2026, 12, 30)).provisional
    # Plain days do not depend on holidays.
    assert not due_by("DL05", date(2026, 12, 20)).provisional


@pytest.mark.parametrize(
    "changes, places",
    [
        ({"number": None}, ["number"]),
        ({"unit": None}, ["unit"]),
        ({"number": None, "unit": None}, [""]),
        ({"number": 0}, ["number"]),
        ({"unit": "weeks"}, ["unit"]),
        ({"unseen": True}, [""]),
        ({"yearly": "03-31"}, [""]),
        ({"daily_percent": "0.05"}, [""]),
        ({"number": None, "unit": None, "yearly": "02-30"}, ["yearly", ""]),
        ({"number": None, "unit": None, "yearly": "3-1"}, ["yearly", ""]),
        ({"not_before": 5}, ["not_before"]),
        ({"number": None, "unit": None, "terms": [{"number": 1, "unit": "days"}]}, ["terms"]),
        ({"extra": 1}, ["extra"]),
        ({"start": None}, ["start"]),
        ({"rolls": "yes"}, ["rolls"]),
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_meant_is_refused_with_its_place(changes, places):
    assert refused(**changes) == places


def test_the_29th_of_february_may_be_a_yearly_day():
    assert read(number=None, unit=None, yearly="02-29").yearly == YearlyDay(2, 29)


@pytest.mark.shared_data
def test_what_the_reference_verified_and_how_far_is_what_the_catalogue_says():
    from tests import machine

    rows = json.loads((machine.shared_data().parent / "reference/policy.json").read_text(encoding="utf-8"))["deadlines"]
    rules = {entry.content["code"]: parse_deadline(entry.content) for entry in read_file(FILE, FILE.name).entries}
    assert set(rules) - set(MORE) == {row["id"] for row in rows}
    for row in rows:
        rule = rules[row["id"]]
        assert rule.head.status.value == (row["status"] if row["status"] != "V/M" else "M"), row["id"]
        if isinstance(row["n"], int):
            assert row["n"] in {one.number for one in rule.terms}, row["id"]
