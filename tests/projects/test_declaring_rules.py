"""What contradicts itself in a declaration, case by case, and what is merely noticed."""

from datetime import date
from decimal import Decimal

import pytest

from app.core.money import MAX_FEN
from app.projects.differences import Difference, differences
from app.projects.rules import (
    FORECAST_ABSURD,
    FORECAST_NOTED,
    NEW_USE_NOTED,
    OPERATING_ABSURD,
    Basics,
    Expected,
    Use,
    Whole,
    amount_flaws,
    basics_flaws,
    contradictions,
    operating_flaws,
    remarks,
    target_flaws,
    use_flaws,
    year_flaws,
)
from app.projects.wording import _CONTRADICTIONS, _REMARKS, _WORDS, explain_contradiction, explain_remark

JUNE, MAY = date(2026, 6, 1), date(2026, 5, 31)
NOTHING = Basics("XM-44-2026-0001", "平台", None, None, None, "")
PLAIN = Use(False, False, True, "网上申报", "件", None, (None, None, None), None)


def codes(found):
    return [(one.code, one.place) for one in found]


def changed(whole, **changes):
    return type(whole)(**{**vars(whole), **changes})


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({}, []),
        ({"planned_from": JUNE}, []),
        ({"planned_from": JUNE, "planned_until": JUNE}, []),
        ({"planned_from": JUNE, "planned_until": MAY}, [("planned_order", "planned_until")]),
        ({"title": ""}, [("title", "title")]),
        ({"mlps_level": 1}, []),
        ({"mlps_level": 4}, []),
        ({"mlps_level": 0}, [("mlps_level", "mlps_level")]),
        ({"mlps_level": 5}, [("mlps_level", "mlps_level")]),
        ({"prior_project": "XM-44-2026-0002"}, []),
        ({"prior_project": "xm-44-2026-0001"}, [("prior_is_itself", "prior_project")]),
        ({"no_data": True}, []),
        ({"no_data": True, "data_items": 2}, [("data_listed", "no_data")]),
        ({"data_items": 2, "components": 1}, []),
        ({"no_components": True, "components": 1}, [("components_listed", "no_components")]),
        (
            {"planned_from": JUNE, "planned_until": MAY, "mlps_level": 9, "title": ""},
            [("title", "title"), ("planned_order", "planned_until"), ("mlps_level", "mlps_level")],
        ),
    ],
)
def test_basics(changes, expected):
    assert codes(basics_flaws(changed(NOTHING, **changes))) == expected


@pytest.mark.parametrize(
    "fen, flawed", [(None, False), (1, False), (MAX_FEN - 1, False), (0, True), (-1, True), (MAX_FEN, True)]
)
def test_amounts_are_unknown_or_more_than_nothing(fen, flawed):
    assert codes(amount_flaws({"estimate": fen})) == ([("amount", "estimate")] if flawed else [])


@pytest.mark.parametrize("year, flawed", [(None, False), (2000, False), (2100, False), (1999, True), (26, True)])
def test_budget_years(year, flawed):
    assert bool(codes(year_flaws(year))) is flawed


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({}, []),
        ({"baseline": 1}, []),
        ({"baseline": 0}, [("baseline_zero", "baseline")]),
        ({"baseline": -1}, [("baseline_range", "baseline")]),
        ({"baseline": 10**12}, [("baseline_range", "baseline")]),
        ({"is_new": True}, []),
        ({"is_new": True, "baseline": 5}, [("new_with_baseline", "baseline")]),
        ({"is_new": True, "on_ledger": True}, [("new_on_ledger", "is_new")]),
        ({"on_ledger": True, "is_active": False}, [("retired", "service")]),
        ({"name": ""}, [("service_name", "name")]),
        ({"unit": ""}, [("service_unit", "unit")]),
        ({"name": "", "unit": "", "on_ledger": True}, []),
        ({"forecasts": (1, 2, 3)}, []),
        ({"forecasts": (0, None, -3)}, [("forecast", "forecast_first"), ("forecast", "forecast_third")]),
        ({"baseline": 2, "forecasts": (2 * FORECAST_ABSURD, None, None)}, []),
        ({"baseline": 2, "forecasts": (None, 2 * FORECAST_ABSURD + 1, 3)}, [("forecast_absurd", "forecast_second")]),
        ({"unit_price": Decimal("0.000001")}, []),
        ({"unit_price": Decimal(0)}, [("unit_price", "unit_price")]),
        ({"unit_price": Decimal("0.0000001")}, [("unit_price", "unit_price")]),
    ],
)
def test_the_use_of_a_service(changes, expected):
    assert codes(use_flaws(changed(PLAIN, **changes))) == expected


@pytest.mark.parametrize("value, flawed", [("0", False), ("-5", False), ("99.999999", False), ("1e12", True)])
def test_targets_fit_their_column(value, flawed):
    assert bool(codes(target_flaws(Decimal(value), JUNE, None))) is flawed


@pytest.mark.parametrize(
    "due_on, start, expected",
    [
        (MAY, None, []),
        (JUNE, JUNE, []),
        (JUNE, MAY, []),
        (MAY, JUNE, [("due_before_start", "due_on")]),
    ],
)
def test_no_target_is_reached_before_the_start(due_on, start, expected):
    assert codes(target_flaws(Decimal(1), due_on, start)) == expected


@pytest.mark.parametrize(
    "running, built_for, flawed",
    [
        (None, 100, False),
        (100, None, False),
        (100 * OPERATING_ABSURD, 100, False),
        (100 * OPERATING_ABSURD + 1, 100, True),
    ],
)
def test_a_year_of_operation_costs_no_multiple_of_the_building(running, built_for, flawed):
    assert codes(operating_flaws(running, built_for)) == ([("operating_absurd", "operating_budget")] if flawed else [])


# The plan of a project that is submitted on the last day of May.
PLAN = Whole(on=MAY, planned_from=JUNE, planned_until=date(2026, 12, 31), estimate=100, design_budget=100)


def expecting(baseline, *forecasts):
    return (Expected("网上申报", baseline, forecasts),)


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({}, []),
        ({"planned_from": date(2025, 1, 1), "planned_until": MAY}, []),
        ({"planned_from": date(2025, 1, 1), "planned_until": date(2026, 5, 30)}, [("plan_is_over", "basics")]),
        ({"targets": (("甲", JUNE),)}, []),
        ({"targets": (("甲", MAY),)}, [("target_before_start", "targets")]),
        ({"planned_from": None, "targets": (("甲", date(2026, 5, 30)),)}, [("target_past", "targets")]),
        ({"planned_from": None, "targets": (("甲", MAY),)}, []),
        ({"operating_budget": 100 * OPERATING_ABSURD}, []),
        ({"operating_budget": 100 * OPERATING_ABSURD + 1}, [("operating_absurd", "operation")]),
        ({"operating_budget": 10**12, "estimate": None}, [("operating_absurd", "operation")]),
        ({"operating_budget": 10**12, "estimate": None, "design_budget": None}, []),
        ({"uses": expecting(5, 5 * FORECAST_ABSURD, None)}, []),
        ({"uses": expecting(5, None, 5 * FORECAST_ABSURD + 1)}, [("service_absurd", "services")]),
        ({"uses": expecting(None, 10**11)}, []),
        # Nothing is held against the dates of what was there before it was recorded.
        ({"on": None, "planned_from": date(2019, 1, 1), "planned_until": date(2019, 6, 1)}, []),
        (
            {"planned_until": date(2026, 1, 1), "planned_from": None, "operating_budget": 10**9},
            [("plan_is_over", "basics"), ("operating_absurd", "operation")],
        ),
    ],
)
def test_what_contradicts_itself_is_not_submitted(changes, expected):
    found = list(contradictions(changed(PLAN, **changes)))
    assert codes(found) == expected
    assert all("%(" not in f"{problem.what}{problem.remedy}" for problem in map(explain_contradiction, found))


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({}, []),
        ({"cost_total": 100}, []),
        ({"cost_total": 101}, ["costs_over_budget"]),
        ({"cost_total": 80}, []),
        ({"cost_total": 79}, ["costs_far_below_budget"]),
        ({"design_budget": 110}, []),
        ({"design_budget": 111}, ["budget_over_estimate"]),
        ({"own_without_reason": 2}, ["own_without_reason"]),
        ({"operating_budget": 100}, []),
        ({"operating_budget": 101}, ["operating_high"]),
        ({"planned_from": MAY}, []),
        ({"planned_from": date(2026, 5, 30)}, ["start_past"]),
        ({"planned_from": date(2031, 12, 31)}, []),
        ({"planned_from": date(2032, 1, 1)}, ["start_far"]),
        ({"budget_year": 2026}, []),
        ({"budget_year": 2025}, ["budget_year_past"]),
        ({"uses": expecting(7, 7 * FORECAST_NOTED)}, []),
        ({"uses": expecting(7, 1, 7 * FORECAST_NOTED + 1)}, ["forecast_high"]),
        ({"uses": expecting(None, NEW_USE_NOTED, None)}, []),
        ({"uses": expecting(None, NEW_USE_NOTED + 1, None)}, ["new_use_high"]),
        ({"on": None, "planned_from": date(2019, 1, 1), "budget_year": 2019}, []),
    ],
)
def test_remarks_stop_nothing_and_say_what_stands_out(changes, expected):
    found = list(remarks(changed(PLAN, **changes)))
    assert [one.code for one in found] == expected
    assert all("%(" not in f"{problem.what}{problem.remedy}" for problem in map(explain_remark, found))


def test_every_finding_has_its_words():
    seen = {
        *("title", "planned_order", "mlps_level", "prior_is_itself", "data_listed", "components_listed", "amount"),
        *("budget_year", "service_name", "service_unit", "retired", "new_on_ledger", "new_with_baseline"),
        *("baseline_zero", "baseline_range", "forecast", "forecast_absurd", "unit_price", "target_value"),
        *("due_before_start", "operating_absurd"),
    }
    assert set(_WORDS) == seen
    told = {"plan_is_over", "target_before_start", "target_past", "operating_absurd", "service_absurd"}
    assert set(_CONTRADICTIONS) == told
    noticed = {
        *("costs_over_budget", "budget_over_estimate", "own_without_reason", "operating_high", "start_past"),
        *("start_far", "budget_year_past", "forecast_high", "new_use_high", "costs_far_below_budget"),
    }
    assert set(_REMARKS) == noticed


# --- what differs ----------------------------------------------------------------------------------------------------


def content(**changes):
    empty = {
        "title": "平台",
        "no_data": False,
        "no_components": False,
        "basics": {"kind": "new", "purpose": "甲"},
        "money": {"estimate_fen": 1},
        "operation": {"exit_plan": ""},
    }
    return (
        empty | {name: [] for name in ("parties", "costs", "services", "data_items", "components", "targets")} | changes
    )


def cost(line, name, amount):
    return {"line": line, "category": "software", "name": name, "amount_fen": amount}


def test_the_same_content_differs_in_nothing():
    assert differences(content(), content()) == ()


def test_fields_differ_one_by_one():
    after = content(title="新平台", basics={"kind": "new", "purpose": "乙"})
    assert differences(content(), after) == (
        Difference("basics", "title", "平台", "新平台"),
        Difference("basics", "purpose", "甲", "乙"),
    )


def test_lines_are_found_again_by_name_whatever_their_number():
    before = content(costs=[cost(1, "甲", 5), cost(2, "乙", 5), cost(3, "乙", 6)])
    after = content(costs=[cost(4, "甲", 5), cost(5, "乙", 7), cost(6, "丙", 1)])
    found = [
        (one.before and one.before["amount_fen"], one.after and one.after["amount_fen"])
        for one in differences(before, after)
    ]
    assert found == [(5, 7), (6, None), (None, 1)]
