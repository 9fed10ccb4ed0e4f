"""Judging gates, as tables: met, not met, unknown; and the opinions that a gate asks for."""

import pytest

from app.gates.checking import EXPERTS, inputs_of, judge
from app.gates.gate_file import parse_gate

PLAN = {"code": "plan", "name": "计划", "condition": 'project.plan_item != ""', "remedy": "补", "place": "declaration"}
MONEY = {
    "code": "money",
    "name": "概算",
    "condition": 'project.kind == "maintain" || project.design_budget * 10 <= project.estimate * 11',
    "remedy": "减",
    "place": "documents",
}


def gate(*inputs, **changes):
    content = {
        "code": "G-X",
        "name": "闸门",
        "status": "D",
        "phase": "approval",
        "step": "approve",
        "decider": "authority_lead",
        "requirement": "要求",
        "on_fail": "退回",
        "inputs": list(inputs),
    }
    return parse_gate(content | changes)


@pytest.mark.parametrize(
    "values, met, missing",
    [
        ({"project.plan_item": "2026-17"}, True, ()),
        ({"project.plan_item": ""}, False, ()),
        ({}, None, ("project.plan_item",)),
    ],
)
def test_what_is_recorded_holds_or_not_and_what_is_not_is_unknown(values, met, missing):
    (line,) = judge([gate(PLAN)], values)
    assert (line.inputs[0].met, line.inputs[0].missing) == (met, missing)
    assert line.met is (met is True)


@pytest.mark.parametrize(
    "values, met",
    [
        ({"project.kind": "new", "project.estimate": 100, "project.design_budget": 110}, True),
        ({"project.kind": "new", "project.estimate": 100, "project.design_budget": 111}, False),
        ({"project.kind": "maintain"}, True),
        ({"project.kind": "new", "project.estimate": 100}, None),
        ({"project.estimate": 100, "project.design_budget": 110}, True),
        ({"project.estimate": 10**15, "project.design_budget": 10**15 - 1}, True),
    ],
)
def test_one_side_of_an_or_decides_where_it_is_known(values, met):
    (line,) = judge([gate(MONEY)], values)
    assert line.inputs[0].met is met


def test_a_line_carries_the_facts_it_was_judged_on():
    (line,) = judge([gate(MONEY)], {"project.kind": "new", "project.estimate": 100, "project.targets": 3})
    assert line.inputs[0].known == (("project.estimate", 100), ("project.kind", "new"))
    assert line.open_inputs == line.inputs


@pytest.mark.parametrize("experts, met", [(None, None), (0, False), (1, False), (2, True), (3, True)])
def test_a_gate_that_asks_for_opinions_has_an_input_for_them(experts, met):
    asking = gate(opinions=2)
    assert [one.code for one in inputs_of(asking)] == ["opinions"]
    (line,) = judge([asking], {} if experts is None else {EXPERTS: experts})
    assert line.inputs[0].met is met


def test_a_gate_without_inputs_is_met():
    (line,) = judge([gate()], {})
    assert line.met and line.inputs == ()
