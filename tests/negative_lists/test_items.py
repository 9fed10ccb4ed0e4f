"""The items that the product brings: sound data, and for each that the machine decides a hit and a clear case."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import app as product
from app import CATALOGUE_KINDS
from app.catalogues.checking import check_files
from app.catalogues.files import read_file
from app.catalogues.reading import Status
from app.conditions.facts import UNKEPT
from app.negative_lists.item_file import Asked, Judged, Method, parse_item
from app.negative_lists.judging import ANSWER, Case, judge
from app.negative_lists.judging import UNRECORDED as LEFT
from app.negative_lists.kinds import Severity
from tests.negative_lists.cases import CONDITIONS, CONTRACT, PROJECT, UNRECORDED

ROOT = Path(product.__file__).parent
FILES = [*sorted((ROOT / "negative_lists/catalog").glob("*.yaml")), ROOT / "gates/catalog/gates.yaml"]
CHECKED = check_files([read_file(path, path.name) for path in FILES], {kind.name: kind for kind in CATALOGUE_KINDS})
ITEMS = {entry.head.code: entry.parsed for entry in CHECKED.entries if entry.kind == "negative_item"}
LISTS = {entry.head.code: entry.parsed for entry in CHECKED.entries if entry.kind == "negative_list"}
COUNTS = {"NL-A": 18, "NL-B": 25, "NL-C": 14, "NL-D": 25, "NL-E": 12, "NL-F": 9, "NL-G": 9, "NL-H": 6}
PERSONS = {"NL-A16", "NL-B15", "NL-D02", "NL-D09"}
SEVERITIES = {Severity.FORBIDDEN: 86, Severity.RESTRICTED: 30, Severity.NOTED: 2}
GATES = {entry.head.code: entry.parsed for entry in CHECKED.entries if entry.kind == "gate"}


def test_the_lists_are_sound_together_with_the_gates_they_name():
    assert CHECKED.findings == ()
    assert sorted(LISTS) == [f"NL-{letter}" for letter in "ABCDEFGH"]
    assert Counter(item.list for item in ITEMS.values()) == COUNTS


def test_who_decides_is_as_the_reference_has_it():
    assert len(ITEMS) == 118
    assert Counter(item.method for item in ITEMS.values()) == {Method.MACHINE: 80, Method.BOTH: 34, Method.PERSON: 4}
    assert {code for code, item in ITEMS.items() if item.method is Method.PERSON} == PERSONS
    assert Counter(item.severity for item in ITEMS.values()) == SEVERITIES


def test_every_item_says_everything_in_both_languages():
    for code, item in ITEMS.items():
        for words in (item.head.name, item.remedy, item.question):
            if words is not None:
                assert words.zh, code
                assert words.en, code
                assert words.zh != words.en, code
        assert (item.question is None) is (item.method is Method.MACHINE), code
        assert (item.condition is None) is (item.method is Method.PERSON), code


def test_sources_are_spelled_out_and_say_what_is_not_law():
    for code, item in ITEMS.items():
        assert "§" not in item.head.citation, code
        if item.head.status in {Status.READ, Status.EXCERPT}:
            assert "《" in item.head.citation, code
        if item.head.status is Status.UNVERIFIED:
            # The page says so beside the source; said twice it would read like an article of its own.
            assert "（待核实）" not in item.head.citation, code


def test_questions_about_contracts_go_to_the_client_who_is_always_party():
    for code, item in ITEMS.items():
        assert item.subject is Judged.PROJECT or item.asked is Asked.CLIENT, code


def test_what_is_about_a_contract_stands_at_gates_of_contracts():
    for code, item in ITEMS.items():
        steps = {GATES[gate].step.value for gate in item.gates}
        if item.subject is Judged.PROJECT:
            assert "contract" not in steps, code
        else:
            assert steps == {"contract"}, code


def test_local_rules_hold_in_their_place_only():
    local = {code: item.head.jurisdiction for code, item in ITEMS.items() if item.head.jurisdiction != "全国"}
    assert local == {
        "NL-A14": "上海市",
        "NL-A15": "山东省",
        "NL-A18": "鄂尔多斯市",
        "NL-F08": "北京市",
        "NL-H01": "上海市、安阳市",
    }


def base(item):
    return {**UNRECORDED, **(PROJECT if item.subject is Judged.PROJECT else CONTRACT)}


@pytest.mark.parametrize("code, hit, clear", CONDITIONS)
def test_an_item_is_hit_and_is_clear(code, hit, clear):
    condition = ITEMS[code].condition
    known = base(ITEMS[code])
    assert condition.judge({**known, **hit}).value is True
    assert condition.judge({**known, **clear}).value is False


def test_every_condition_stands_in_the_table():
    assert {code for code, item in ITEMS.items() if item.condition} == {code for code, _hit, _clear in CONDITIONS}


@pytest.mark.parametrize("code", sorted(code for code, item in ITEMS.items() if item.condition))
def test_knowing_nothing_is_unknown_and_names_every_fact(code):
    condition = ITEMS[code].condition
    truth = condition.judge({})
    assert (truth.value, truth.missing) == (None, condition.facts)


@pytest.mark.parametrize("code, hit, _clear", CONDITIONS)
def test_without_the_deciding_fact_an_item_is_never_clear(code, hit, _clear):
    """A fact that turns the judgement is not guessed when it is gone."""
    known = {**base(ITEMS[code]), **hit}
    for name in hit:
        left = {key: value for key, value in known.items() if key != name}
        assert ITEMS[code].condition.judge(left).value is not False


def test_an_ordinary_contract_needs_no_answer_and_a_project_only_of_the_authority_that_approves_it():
    """What is bought as a service of government is looked at by who approves it; nothing else is asked of all."""
    asked = {code for code, item in ITEMS.items() if item.condition and item.condition.judge(base(item)).value}
    assert asked == {"NL-B01", "NL-B02"}
    for code in (*asked, "NL-A16", "NL-D09"):
        assert (ITEMS[code].asked, {GATES[gate].step.value for gate in ITEMS[code].gates} & {"approve"}) == (
            Asked.AUTHORITY,
            {"approve"},
        )


# A complete item as it would stand in a file; what is taken away or bent is refused with its place.
WHOLE = {
    "code": "NL-X01",
    "name": {"zh": "甲", "en": "A"},
    "citation": "《某条例》",
    "status": "V",
    "list": "NL-A",
    "severity": "restricted",
    "subject": "project",
    "gates": ["G-06"],
    "method": "both",
    "condition": "project.estimate > 1",
    "question": {"zh": "问", "en": "Q"},
    "remedy": {"zh": "改", "en": "R"},
}
BENT = [
    ({"list": None}, "list"),
    ({"severity": "fatal"}, "severity"),
    ({"subject": "person"}, "subject"),
    ({"gates": []}, "gates"),
    ({"gates": "G-06"}, "gates"),
    ({"method": "guess"}, "method"),
    ({"condition": None}, "condition"),
    ({"condition": "project.estimate >"}, "condition"),
    ({"question": None}, "question"),
    ({"asked": "operator"}, "asked"),
    ({"remedy": None}, "remedy"),
    ({"stranger": 1}, "stranger"),
    ({"method": "machine"}, "question"),
    ({"method": "person"}, "condition"),
]


@pytest.mark.parametrize("change, place", BENT, ids=str)
def test_an_item_that_is_bent_is_refused_with_its_place(change, place):
    from app.core.errors import Refused

    assert parse_item(WHOLE).severity is Severity.RESTRICTED
    with pytest.raises(Refused) as caught:
        parse_item({key: value for key, value in {**WHOLE, **change}.items() if value is not None})
    assert place in {problem.place for problem in caught.value.problems}


@pytest.mark.parametrize(
    "method, place, word", [("machine", "question", "不问问题"), ("person", "condition", "没有条件")]
)
def test_what_nobody_would_use_is_refused_in_words(method, place, word):
    from app.core.errors import Refused

    with pytest.raises(Refused) as caught:
        parse_item({**WHOLE, "method": method})
    [problem] = caught.value.problems
    assert problem.place == place
    assert word in problem.what


def test_a_question_is_asked_when_its_condition_holds_and_the_answer_decides():
    for code, item in ITEMS.items():
        if item.method is Method.MACHINE:
            continue
        truths = (True, None) if item.method is Method.PERSON else (True,)
        for truth in truths:
            case = Case(item.method.value, item.severity.value, truth)
            assert judge(case).missing == (ANSWER,), code
            assert judge(replace(case, answer=True)).outcome == "hit", code
            assert judge(replace(case, answer=False)).outcome == "clear", code


def test_what_no_room_records_blocks_nothing_and_is_asked_where_somebody_can_tell():
    for code, item in ITEMS.items():
        truth = item.condition.judge({**PROJECT, **CONTRACT}) if item.condition else None
        if truth is None or not truth.missing or not UNKEPT.issuperset(truth.missing):
            continue
        case = Case(item.method.value, item.severity.value, None, truth.missing, is_unrecorded=True)
        expected = ("unknown", (ANSWER,)) if item.question else (LEFT, truth.missing)
        assert (judge(case).outcome, judge(case).missing) == expected, code


def test_what_is_recorded_decides_by_itself_where_it_can():
    """An ordinary thing with everything on record but what no room keeps misses nothing that a person could enter."""
    for code, item in ITEMS.items():
        if item.condition:
            missing = item.condition.judge(PROJECT if item.subject is Judged.PROJECT else CONTRACT).missing
            assert UNKEPT.issuperset(missing), code
