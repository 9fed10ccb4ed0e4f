"""The form `screen`: what each item comes to, and everything that is refused with its place."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from app.calendars.flaws import Flaw
from app.negative_lists.packaged_items import packaged_items
from app.whatif.examples import EXAMPLES
from app.whatif.gathered import each
from app.whatif.kinds import answer, answer_text
from app.whatif.rules import packaged_rules

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
        ({"facts": {"project": {"approved_on": "soon"}}}, "facts.project.approved_on"),
        ({"facts": {"project": {"approved_on": " "}}}, "facts.project.approved_on"),
        ({"facts": {"project": {"approved_on": 20260601}}}, "facts.project.approved_on"),
        ({"facts": {"project": {"budget_year": 2026.5}}}, "facts.project.budget_year"),
        ({"facts": {"change": {"amount": -1}}}, "facts.change.amount"),
        ({"facts": {"change": {"net": -(2**63)}}}, "facts.change.net"),
        ({"facts": {"parties": {"operation": ["A", " "]}}}, "facts.parties.operation[1]"),
        ({"facts": {"parties": {"operation": ["A", "A"]}}}, "facts.parties.operation[1]"),
        ({"facts": {}, "lists": ["NL-X"]}, "lists[0]"),
        ({"facts": {}, "lists": ["NL-A", "NL-A"]}, "lists[1]"),
        ({"facts": {}, "lists": []}, "lists"),
        ({"facts": {}, "practice": "PM-XX"}, "practice"),
        ({"facts": {}, "practice": "pm-bj"}, "practice"),
        ({"facts": {}, "practice": None}, "practice"),
        ({"facts": {}, "divisions": ["火星"]}, "divisions[0]"),
        ({"facts": {}, "divisions": ["广州市", "广东"]}, "divisions[1]"),
        ({"facts": {}, "divisions": "广州市"}, "divisions"),
        ({"facts": {}, "answers": {"NL-A01": True}}, "answers.NL-A01"),
        ({"facts": {}, "on": "2026-11-01"}, "on"),
        ({"facts": {}, "on": "tomorrow"}, "on"),
        ({"facts": {}, "on": None}, "on"),
        ({"facts": {}, "answers": {"NL-A99": True}}, "answers.NL-A99"),
        ({"facts": {}, "answers": {"NL-A07": "no"}}, "answers.NL-A07"),
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


@pytest.mark.parametrize(
    "form, place, said",
    [
        ({"practice": "PM-XX"}, "practice", ["“PM-XX”", "PM-BJ、PM-GD、PM-GZ、PM-SH、PM-ZJ"]),
        ({"practice": "pm-bj"}, "practice", ["最接近的是：PM-BJ"]),
        ({"divisions": ["火星"]}, "divisions[0]", ["“火星”不在行政区划中", "全称"]),
        ({"divisions": ["广东"]}, "divisions[0]", ["最接近的是：广东省"]),
        ({"lists": ["NLA"]}, "lists[0]", ["最接近的是：NL-A", "NL-H"]),
        ({"facts": {"contract": {"mode": "concesion"}}}, "facts.contract.mode", ["最接近的是：concession"]),
        ({"facts": {"project": {"operating_mode": "x"}}}, "facts.project.operating_mode", ["entrusted_operation"]),
        ({"facts": {"contract": {"measures": ["x"]}}}, "facts.contract.measures[0]", ["可用的值："]),
        ({"answers": {"NL-A01": True}}, "answers.NL-A01", ["没有要回答的问题"]),
    ],
)
def test_what_is_on_no_list_is_refused_with_the_nearest_and_with_all(form, place, said):
    with pytest.raises(Flaw) as refused:
        answer("screen", {"facts": {}, **form})
    assert refused.value.path == place
    assert [words for words in said if words not in str(refused.value)] == []


def test_everything_that_is_wrong_is_said_at_once():
    wrong = {
        "practice": "PM-XX",
        "divisions": ["火星", "广州市", "金星"],
        "facts": {"project": {"estimate": -1, "approved_on": "soon", "kind": "new"}, "contract": {"colour": 1}},
        # Which items there are under an unknown practice nobody knows.
        "lists": ["NL-XX"],
    }
    with pytest.raises(Flaw) as refused:
        answer("screen", wrong)
    places = [one.path for one in each(refused.value)]
    assert places == [
        *("practice", "divisions[0]", "divisions[2]", "facts.project.estimate", "facts.project.approved_on"),
        "facts.contract.colour",
    ]
    assert [told.split(": ")[0] for told in str(refused.value).split("\n")] == places
    with pytest.raises(Flaw) as others:
        answer(
            "screen", {"facts": {}, "lists": ["NL-X"], "answers": {"NL-A01": True, "NL-A07": 1}, "exemptions": ["?"]}
        )
    assert [one.path for one in each(others.value)] == ["lists[0]", "answers.NL-A01", "answers.NL-A07", "exemptions[0]"]


KINDS = {"project.kind": ("new", "rebuild", "maintain"), "project.documents": ("feasibility", "audit_report")}


@pytest.mark.parametrize(
    "facts, place, near",
    [
        ({"kind": "weird"}, "facts.project.kind", ""),
        ({"kind": "New"}, "facts.project.kind", "new"),
        ({"kind": "new "}, "facts.project.kind", "new"),
        ({"documents": ["banana"]}, "facts.project.documents[0]", ""),
        ({"documents": ["feasibility", "feasibilty"]}, "facts.project.documents[1]", "feasibility"),
        ({"documents": ["feasibility", "feasibility"]}, "facts.project.documents[1]", None),
        ({"documents": [""]}, "facts.project.documents[0]", None),
    ],
)
def test_a_value_of_a_closed_list_is_one_of_it(facts, place, near):
    """The closed lists come from the rooms of the application, so they are handed in."""

    def rules(on=None):
        return replace(
            packaged_rules(on), codes=lambda name: KINDS.get(name, ()), shown=lambda _name, code: f"{code}（<{code}>）"
        )

    with pytest.raises(Flaw) as refused:
        answer("screen", {"facts": {"project": facts}}, rules=rules)
    assert refused.value.path == place
    if near is not None:
        assert ("最接近的是" in str(refused.value)) is bool(near)
        assert f"{near}（<{near}>）" in str(refused.value) or not near
    for fine in ({"kind": "new", "documents": []}, {"kind": "", "documents": ["audit_report"]}, {"kind": None}):
        assert answer("screen", {"facts": {"project": fine}}, rules=rules)["rules"] == "packaged"


def test_a_sum_that_may_go_down_goes_down():
    assert answer("screen", {"facts": {"change": {"net": -5}}})["rules"] == "packaged"
