"""The 64 indicators are whole in both languages, honest about their sources, and read strictly."""

from decimal import Decimal

import pytest

from app.catalogues.checking import check_files
from app.catalogues.files import read_file
from app.catalogues.kinds import CatalogueKind
from app.catalogues.reading import Status
from app.core.errors import Refused
from app.indicators.definitions import CATEGORY_NAMES, Category, Direction, FigureForm, PeriodKind, parse_indicator
from tests.house.source import ROOT

FILE = ROOT / "app/indicators/catalog/indicators.yaml"
KIND = CatalogueKind("indicator", "指标", parse_indicator)
CHECKED = check_files([read_file(FILE, "indicators.yaml")], {"indicator": KIND})
DEFINITIONS = [entry.parsed for entry in CHECKED.entries]
BY_CODE = {one.code: one for one in DEFINITIONS}


def test_the_catalogue_is_sound_and_holds_all_64():
    assert CHECKED.findings == ()
    assert [one.code for one in DEFINITIONS] == [f"KI-{number:03d}" for number in range(1, 65)]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.code)
def test_every_indicator_is_whole_in_both_languages(definition):
    texts = [definition.name, definition.unit, definition.formula, definition.target.text]
    texts += [definition.deduction, definition.note, definition.numerator, definition.denominator]
    for text in filter(None, texts):
        assert text.zh.strip()
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in text.en)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in definition.name.zh)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.code)
def test_every_indicator_names_its_source(definition):
    assert definition.head.citation
    assert definition.head.status in set(Status)


def test_names_differ_and_every_category_is_used_and_named():
    assert len({one.name.zh for one in DEFINITIONS}) == len({one.name.en for one in DEFINITIONS}) == 64
    assert {one.category for one in DEFINITIONS} == set(Category) == set(CATEGORY_NAMES)


@pytest.mark.parametrize(
    "status, codes",
    [
        (Status.READ, "036 038 039 052 055 056"),
        (Status.PROPOSED, "040"),
        (Status.UNVERIFIED, "037 058 059 060 061 062 063 064"),
    ],
)
def test_law_proposals_and_unverified_facts_are_kept_apart(status, codes):
    assert [one.code[3:] for one in DEFINITIONS if one.head.status is status] == codes.split()


@pytest.mark.parametrize("code", ["001", "012", "016", "034", "043", "046", "047", "048", "049", "050"])
def test_what_is_only_partly_verified_is_a_default_with_a_note(code):
    definition = BY_CODE[f"KI-{code}"]
    assert definition.head.status is Status.DEFAULT
    assert definition.note


def test_usage_means_valid_transactions_and_authorised_calls():
    assert [one.code for one in DEFINITIONS if one.usage] == ["KI-040", "KI-041"]


def test_active_users_are_watched_and_never_scored():
    assert [one.code for one in DEFINITIONS if one.banned_as_assessment] == ["KI-044"]


def test_targets_are_exact_decimals():
    assert BY_CODE["KI-005"].target.value == Decimal("99.99999")
    assert (BY_CODE["KI-047"].target.low, BY_CODE["KI-047"].target.high) == (Decimal(30), Decimal(70))
    assert [one.code for one in DEFINITIONS if one.direction is Direction.TARGET] == ["KI-047"]


def test_a_percentage_target_lies_between_0_and_100():
    values = [one.target.value for one in DEFINITIONS if one.unit.zh == "%" and one.target.value is not None]
    assert all(0 <= value <= 100 for value in values)


SOUND = {
    "code": "KI-900",
    "name": {"zh": "试验指标", "en": "Trial indicator"},
    "category": "usage",
    "unit": {"zh": "件", "en": "transactions"},
    "direction": "higher_is_better",
    "periods": ["month", "year"],
    "form": "count",
    "formula": {"zh": "办结件数", "en": "Finished cases"},
    "decimals": 0,
    "target": {"value": "10", "text": {"zh": "不少于 10 件", "en": "At least 10"}},
    "status": "D",
}
RATIO = {"form": "ratio", "numerator": "a", "denominator": "b"}


def test_the_sound_indicator_of_these_tests_is_read():
    made = parse_indicator(SOUND)
    assert (made.periods, made.form) == ((PeriodKind.MONTH, PeriodKind.YEAR), FigureForm.COUNT)
    assert parse_indicator({**SOUND, **RATIO}).denominator.en == "b"


@pytest.mark.parametrize(
    "change, place",
    [
        ({"colour": "red"}, "colour"),
        ({"target": {"value": "10", "text": "x", "unit": "%"}}, "target.unit"),
        ({"name": {"zh": "试验"}}, "name.en"),
        ({"formula": None}, "formula"),
        ({"category": "fun"}, "category"),
        ({"direction": "up"}, "direction"),
        ({"periods": []}, "periods"),
        ({"periods": ["month", "month"]}, "periods"),
        ({"periods": ["week"]}, "periods"),
        ({"form": "guess"}, "form"),
        ({"form": "ratio"}, "form"),
        ({"numerator": "a"}, "form"),
        ({**RATIO, "form": "count"}, "form"),
        ({"decimals": 7}, "decimals"),
        ({"decimals": -1}, "decimals"),
        ({"decimals": "2"}, "decimals"),
        ({"target": "10"}, "target"),
        ({"target": {"text": "x", "value": "ten"}}, "target.value"),
        ({"target": {"text": "x", "value": True}}, "target.value"),
        ({"target": {"text": "x", "value": "1e9"}}, "target.value"),
        ({"target": {"text": "x", "value": "1_0"}}, "target.value"),
        ({"target": {"text": "x", "value": "１０"}}, "target.value"),
        ({"target": {"text": "x", "value": "NaN"}}, "target.value"),
        ({"target": {"text": "x", "low": "1", "high": "2"}}, "target"),
        ({"direction": "target", "target": {"text": "x", "low": "2", "high": "1"}}, "target"),
        ({"direction": "target", "target": {"text": "x", "low": "2"}}, "target"),
        ({"usage": "yes"}, "usage"),
        ({"usage": True, "banned_as_assessment": True}, "usage"),
        ({"status": "V"}, "citation"),
        ({"status": "law"}, "status"),
    ],
    ids=str,
)
def test_a_bad_indicator_is_refused_with_its_place(change, place):
    with pytest.raises(Refused) as caught:
        parse_indicator({**SOUND, **change})
    assert place in [problem.place for problem in caught.value.problems]


def test_all_problems_of_an_indicator_come_at_once():
    with pytest.raises(Refused) as caught:
        parse_indicator({**SOUND, "colour": "red", "form": "guess", "decimals": 9, "name": {"zh": "x"}})
    assert {problem.place for problem in caught.value.problems} == {"colour", "form", "decimals", "name.en"}
