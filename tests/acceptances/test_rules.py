"""What a round begins with, months and days of a trial, the list of a handover as data."""

from datetime import date

import pytest

from app.acceptances.handover_file import Deliverer, parse_handover_item
from app.acceptances.kinds import HandoverClass, ItemSource
from app.acceptances.prefill import ARCHIVE, MOST, SECURITY, wanted_of
from app.acceptances.terms import months_after, trial_days
from app.catalogues.files import read_file
from app.core.errors import Refused
from tests.house.source import ROOT

S = ItemSource
PREFILLED = [
    ("", [], [S.SECURITY, S.ARCHIVE]),
    ("网上申报", [], [S.FUNCTION, S.SECURITY, S.ARCHIVE]),
    ("网上申报\n\n  进度查询 \r\n", ["开发"], [S.FUNCTION, S.FUNCTION, S.COST, S.SECURITY, S.ARCHIVE]),
    ("网上申报\n网上申报", ["开发", "开发"], [S.FUNCTION, S.COST, S.SECURITY, S.ARCHIVE]),
    # The same words as a function and as a purchase are two things to be accepted.
    ("门户", ["门户"], [S.FUNCTION, S.COST, S.SECURITY, S.ARCHIVE]),
]


@pytest.mark.parametrize("functions, costs, sources", PREFILLED)
def test_a_round_begins_with_everything_declared(functions, costs, sources):
    assert [one.source for one in wanted_of(functions, costs)] == sources


def test_every_prefilled_item_says_what_and_how_it_is_judged():
    for one in wanted_of("网上申报\n进度查询", ["开发"]):
        assert one.requirement.strip() == one.requirement
        assert one.requirement and one.standard


def test_a_very_long_declaration_does_not_crowd_out_security_and_archive():
    found = wanted_of("\n".join(f"功能{n}" for n in range(5000)), [f"费用{n}" for n in range(5000)])
    assert [one.requirement for one in found[-2:]] == [SECURITY, ARCHIVE]
    assert len(found) == 2 * MOST + 2
    assert len(wanted_of("长" * 9000, [])[0].requirement) == 2000


MONTHS = [
    (date(2026, 3, 2), 6, date(2026, 9, 2)),
    (date(2026, 8, 31), 6, date(2027, 2, 28)),
    (date(2027, 8, 31), 6, date(2028, 2, 29)),
    (date(2026, 10, 31), 1, date(2026, 11, 30)),
    (date(2026, 12, 1), 1, date(2027, 1, 1)),
    (date(2026, 3, 31), 0, date(2026, 3, 31)),
]


@pytest.mark.parametrize("day, months, expected", MONTHS)
def test_months_end_on_a_day_that_exists(day, months, expected):
    assert months_after(day, months) == expected


@pytest.mark.parametrize(
    "begun, until, days",
    [(None, date(2026, 3, 2), None), (date(2026, 3, 2), date(2026, 3, 2), 0), (date(2026, 3, 2), date(2026, 4, 1), 30)],
)
def test_the_days_of_a_trial(begun, until, days):
    assert trial_days(begun, until) == days


# --- the list --------------------------------------------------------------------------------------------------------

ENTRY = {
    "code": "HI-99",
    "name": {"zh": "源代码", "en": "Source code"},
    "class": "source_code",
    "deliverer": "builder",
    "takes_over": True,
    "text": {"zh": "全部源代码", "en": "All source code"},
    "citation": "某办法",
    "status": "V",
}


def test_a_thing_of_the_list_is_read():
    thing = parse_handover_item(ENTRY)
    assert (thing.category, thing.deliverer, thing.takes_over) == (HandoverClass.SOURCE_CODE, Deliverer.BUILDER, True)
    assert thing.head.status.is_law


# Places in order: a set would name the cases in another order in every process.
BROKEN = [
    ({"class": "everything"}, ["class"]),
    ({"deliverer": "client"}, ["deliverer"]),
    ({"takes_over": "maybe"}, ["takes_over"]),
    ({"text": None}, ["text"]),
    ({"class": None, "deliverer": None}, ["class", "deliverer"]),
    ({"extra": 1}, ["extra"]),
]


@pytest.mark.parametrize("changes, places", BROKEN, ids=str)
def test_a_broken_thing_is_refused_with_every_place(changes, places):
    with pytest.raises(Refused) as caught:
        parse_handover_item({key: value for key, value in (ENTRY | changes).items() if value is not None})
    assert sorted({problem.place for problem in caught.value.problems}) == places


def test_the_packaged_list_has_every_class():
    path = ROOT / "app/acceptances/catalog/handover.yaml"
    entries = [parse_handover_item(one.content) for one in read_file(path, "handover.yaml").entries]
    assert {one.category for one in entries} == set(HandoverClass)
    assert all(one.head.citation for one in entries)
