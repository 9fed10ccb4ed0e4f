"""The form `screen`: what each item comes to, and everything that is refused with its place."""

import json
from collections import Counter

import pytest

from app.calendars.flaws import Flaw
from app.negative_lists.packaged_items import packaged_items
from app.whatif.examples import EXAMPLES
from app.whatif.kinds import answer, answer_text

BEGUN = {"project": {"build_started_on": "2026-06-01", "approved_on": ""}}


def line(form: dict, code: str) -> dict:
    return next(one for one in answer("screen", form)["items"] if one["code"] == code)


def test_every_item_of_every_list_is_answered():
    found = answer("screen", {"facts": {"project": {}, "contract": {}}})
    assert len(found["items"]) == len(packaged_items()) == 118
    assert Counter(one["list"] for one in found["items"]) == {
        "NL-A": 18,
        "NL-B": 25,
        "NL-C": 14,
        "NL-D": 25,
        "NL-E": 12,
        "NL-F": 9,
        "NL-G": 9,
        "NL-H": 6,
    }
    assert found["hit"] == 0


@pytest.mark.parametrize(
    "form, code, outcome, missing",
    [
        ({"facts": BEGUN}, "NL-A01", "hit", []),
        ({"facts": {"project": {"build_started_on": ""}}}, "NL-A01", "clear", []),
        ({"facts": {"project": {"build_started_on": "2026-06-01"}}}, "NL-A01", "unknown", ["project.approved_on"]),
        ({"facts": {"project": {"build_started_on": None}}}, "NL-A01", "unknown", None),
        ({"facts": {"contract": {}}}, "NL-A01", "not_applicable", []),
        ({"facts": {"project": {"estimate": 100, "design_budget": 110, "kind": "new"}}}, "NL-A03", "clear", []),
    ],
)
def test_an_item_comes_to_what_the_facts_say(form, code, outcome, missing):
    found = line(form, code)
    assert found["outcome"] == outcome
    assert missing is None or found["missing"] == missing
    assert found["citation"]
    assert found["remedy"]


def test_a_hit_blocks_and_an_answer_or_an_exemption_decides():
    asked = next(item for item in packaged_items() if item.method == "person" and item.severity == "forbidden")
    code = asked.head.code
    facts = {asked.subject: {}}
    assert line({"facts": facts}, code)["missing"] == ["answer"]
    assert line({"facts": facts, "answers": {code: True}}, code)["blocks"] is True
    assert line({"facts": facts, "answers": {code: False}}, code)["outcome"] == "clear"
    # A forbidden item is never exempted.
    assert line({"facts": facts, "answers": {code: True}, "exemptions": [code]}, code)["outcome"] == "hit"


def test_what_no_room_records_is_unknown_and_says_so():
    found = [
        one for one in answer("screen", {"facts": {"project": {}, "contract": {}}})["items"] if "unrecorded" in one
    ]
    assert found
    assert {(one["outcome"], one["blocks"]) for one in found} == {("unknown", False)}


@pytest.mark.parametrize(
    "form, place",
    [
        ({}, "facts"),
        ({"facts": []}, "facts"),
        ({"facts": {"nothing": {}}}, "facts.nothing"),
        ({"facts": {"project": {"colour": "red"}}}, "facts.project.colour"),
        ({"facts": {"project": {"estimate": "100"}}}, "facts.project.estimate"),
        ({"facts": {"project": {"estimate": -1}}}, "facts.project.estimate"),
        ({"facts": {"project": {"estimate": 2**63}}}, "facts.project.estimate"),
        ({"facts": {"project": {"approved_on": "2026-02-30"}}}, "facts.project.approved_on"),
        ({"facts": {"project": {"documents": "feasibility"}}}, "facts.project.documents"),
        ({"facts": {"project": {"has_exit_plan": 1}}}, "facts.project.has_exit_plan"),
        ({"facts": {}, "lists": ["NL-X"]}, "lists[0]"),
        ({"facts": {}, "answers": {"NL-A99": True}}, "answers.NL-A99"),
        ({"facts": {}, "answers": {"NL-A01": "no"}}, "answers.NL-A01"),
        ({"facts": {}, "exemptions": ["NL-A99"]}, "exemptions[0]"),
        ({"facts": {}, "colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(form, place):
    with pytest.raises(Flaw) as refused:
        answer("screen", form)
    assert refused.value.path == place


def test_a_bad_input_of_a_list_stands_in_its_place_and_the_example_is_answered():
    found = answer("screen", [{"facts": BEGUN, "lists": ["NL-A"]}, {"facts": 3}])
    assert found[0]["hit"] == 1
    assert "error" in found[1]
    assert json.dumps(answer_text("screen", EXAMPLES["screen"]), ensure_ascii=False)


def test_a_practice_brings_its_own_items_and_those_from_elsewhere():
    """Chosen by its code: its own items are judged, so are those of another place that it brings."""
    facts = {"facts": {"project": {"kind": "new", "own_components": ["identity"], "scope": "cross_level"}}}
    plain = {one["code"]: one for one in answer("screen", facts)["items"]}
    chosen = {one["code"]: one for one in answer("screen", {**facts, "practice": "PM-BJ"})["items"]}
    assert sorted(chosen.keys() - plain.keys()) == ["NL-BJ01", "NL-BJ02"]
    assert chosen["NL-BJ01"]["outcome"] == "hit" and chosen["NL-BJ01"]["blocks"]
    assert plain["NL-F08"]["outcome"] == "not_applicable" != chosen["NL-F08"]["outcome"]
    elsewhere = answer("screen", {**facts, "practice": "PM-99"})["items"]
    assert len(elsewhere) == len(plain)
