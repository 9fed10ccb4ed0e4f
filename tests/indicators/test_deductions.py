"""Deductions: the worked checks exactly, repeat failures, every kind of money, caps, carry-over, earn-back."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.indicators.deductions import Deducted, Fees, Standing, deduct, needs_at_risk, needs_fee
from app.indicators.figures import NOT_REQUIRED, Figure
from app.indicators.scheme_terms import Amount
from tests.indicators.samples import POINT_BANDS, figure, scheme

BANDS = {"kind": "bands", "bands": POINT_BANDS}
FAILURES = {"kind": "steps", "at_most": 0, "step": 1, "points": 1, "counting": "whole"}
MEASURE = {"kind": "met", "at_least": "99.9", "points": 1}
# 100,000 yuan.
FEE = 10_000_000


def rule(measure=None, charge=None, code="a", **more):
    made = {"code": code, "indicator": "KI-001", "measure": measure or BANDS, **more}
    return made if charge is None else {**made, "charge": charge}


def terms(*rules, repeat=True, **more):
    return scheme(repeat={"factor": 2} if repeat else None, deductions={"rules": list(rules), **more})


def run(made, *values, fees=None, before=None) -> list[Deducted]:
    """Consecutive periods with one figure each."""
    standing, found = before or Standing(), []
    for value in values:
        figures = (
            value if isinstance(value, dict) else {"KI-001": value if isinstance(value, Figure) else figure(value)}
        )
        found.append(deduct(made, figures, fees or Fees(FEE, FEE * 12), standing))
        standing = found[-1].after
    return found


# --- worked checks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, points",
    [
        ("100", 0),
        ("99", 0),
        ("98.995", 0),
        ("98.99", 1),
        ("98.5", 1),
        ("98", 1),
        ("97.99", 2),
        ("97", 2),
        ("96.5", 3),
        ("96", 3),
        ("95.995", 3),
        ("95.99", 4),
        ("0", 4),
    ],
)
def test_severity_bands(value, points):
    (found,) = run(terms(rule()), value)
    assert found.points == points


def test_a_repeated_failure_counts_double_and_does_not_compound():
    assert [one.points for one in run(terms(rule(repeat=True)), "96.5", "98.5", "96.5")] == [3, 2, 6]


def test_a_clean_period_ends_the_repetition():
    assert [one.points for one in run(terms(rule(repeat=True)), "96.5", "99", "96.5", "95")] == [3, 0, 3, 8]


def test_a_rule_that_does_not_say_so_never_doubles():
    assert [one.points for one in run(terms(rule()), "96.5", "98.5", "96.5")] == [3, 1, 3]


def test_a_rule_repeats_only_its_own_failures():
    made = terms(rule(repeat=True), rule(FAILURES, code="b", indicator="KI-007", repeat=True))
    first, second = run(
        made,
        {"KI-001": figure("96.5"), "KI-007": figure("0")},
        {"KI-001": figure("99"), "KI-007": figure("2")},
    )
    assert (first.points, second.points) == (3, 2)


def test_the_share_of_a_pool():
    made = terms(rule(charge={"kind": "pool", "allocation": 40}), pool=50, at_risk={"percent": 10})
    (found,) = run(made, "98.5")
    assert found.net_fen == 2_000_00
    assert found.rules[0].money_reason == "池 50% × 分配 40% × 风险金额 10,000.00 元 = 2,000.00 元"


def test_several_shares_add_up_but_never_above_the_amount_at_risk():
    shares = [rule(charge={"kind": "pool", "allocation": share}, code=f"r{share}") for share in (40, 35, 25)]
    for pool, gross in ((50, 5_000_00), (100, 10_000_00), (250, 25_000_00)):
        (found,) = run(terms(*shares, pool=pool, at_risk={"percent": 10}), "98.5")
        assert (found.gross_fen, found.taken_fen) == (gross, min(gross, 10_000_00))
        assert found.waived_fen == gross - found.taken_fen


def test_a_fixed_amount_for_each_failure():
    (found,) = run(terms(rule(FAILURES, {"kind": "per_failure", "fen": 50_000_00})), "6", fees=Fees())
    assert found.net_fen == 300_000_00
    assert found.rules[0].money_reason == "6 次 × 50,000.00 元 = 300,000.00 元"


@pytest.mark.parametrize(
    "value, fen",
    [
        ("99.9", 0),
        ("100", 0),
        ("99.895", 0),
        ("98.9", 50_000),
        ("97.9", 100_000),
        ("99.4", 25_000),
        ("98.89995", 50_003),
    ],
)
def test_a_percentage_of_the_fee_for_each_point_below_the_measure(value, fen):
    (found,) = run(terms(rule(MEASURE, {"kind": "percent_per_unit", "percent": "0.5"})), value)
    assert found.net_fen == fen


# --- money -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "measure, charge, values, fen",
    [
        (BANDS, {"kind": "per_point", "fen": 1000}, ["96.5", "98.5", "96.5"], [3000, 2000, 6000]),
        (BANDS, {"kind": "percent_per_point", "percent": "1"}, ["96.5", "98.5"], [300_000, 200_000]),
        (BANDS, {"kind": "per_failure", "fen": 700}, ["96.5", "98.5", "99"], [700, 1400, 0]),
        (BANDS, {"kind": "percent_per_unit", "percent": "0.5"}, ["98", "98"], [50_000, 100_000]),
        (BANDS, {"kind": "pool", "allocation": 40}, ["98", "98"], [200_000, 400_000]),
        (FAILURES, {"kind": "per_failure", "fen": 5_000_000}, ["2", "1"], [10_000_000, 10_000_000]),
        (FAILURES, {"kind": "per_point", "fen": 5}, ["2", "1"], [10, 10]),
    ],
    ids=["per point", "percent per point", "per failure", "line", "pool", "failures", "steps per point"],
)
def test_a_repetition_is_paid_once_for_every_kind_of_money(measure, charge, values, fen):
    made = terms(rule(measure, charge, repeat=True), pool=50, at_risk={"fen": 1_000_000_000})
    if charge["kind"] == "pool":
        made = terms(rule(measure, charge, repeat=True), pool=50, at_risk={"percent": 10})
    assert [one.net_fen for one in run(made, *values)] == fen


def test_each_rule_is_rounded_to_fen_and_the_sum_is_that_of_the_rules():
    charge = {"kind": "percent_per_point", "percent": "0.5"}
    made = terms(rule(charge=charge), rule(charge=charge, code="b"))
    (found,) = run(made, "98.5", fees=Fees(100))
    assert ([one.fen for one in found.rules], found.net_fen) == ([1, 1], 2)


def test_a_rule_without_a_charge_costs_points_only():
    (found,) = run(terms(rule()), "96.5", fees=Fees())
    assert (found.points, found.rules[0].fen, found.net_fen) == (3, None, 0)


def test_the_contract_may_name_another_amount_at_risk():
    made = terms(rule(charge={"kind": "pool", "allocation": 40}), pool=50, at_risk={"percent": 10})
    for amount, fen in ((Amount(fen=500_000), 100_000), (Amount(percent=Decimal(20)), 400_000)):
        (found,) = run(made, "98.5", fees=Fees(FEE, None, amount))
        assert found.net_fen == fen


def test_the_total_score_may_be_the_figure_of_a_rule():
    made = terms(
        rule(
            {"kind": "met", "at_least": 100, "points": 1}, {"kind": "percent_per_unit", "percent": 1}, indicator="total"
        ),
        period_cap={"percent": 30},
    )
    for total, fen in (("100", 0), ("87.5", 1_250_000), ("40", 3_000_000)):
        (found,) = run(made, {"total": figure(total)})
        assert found.net_fen == fen


def test_what_a_calculation_needs_is_known_before():
    pool = terms(rule(charge={"kind": "pool", "allocation": 40}), pool=50)
    assert (needs_fee(pool.deductions), needs_at_risk(pool.deductions)) == (False, True)
    with pytest.raises(ValueError, match="at risk"):
        run(pool, "98.5")
    percent = terms(rule(charge={"kind": "percent_per_point", "percent": 1}))
    assert (needs_fee(percent.deductions), needs_at_risk(percent.deductions)) == (True, False)
    with pytest.raises(ValueError, match="fee"):
        run(percent, "98.5", fees=Fees())
    with pytest.raises(ValueError, match="fee"):
        run(terms(rule(), period_cap={"percent": 10}), "98.5", fees=Fees())


# --- what is not there -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "missing, given_figure, points, fen, state",
    [
        ("hold", figure(None), None, None, "missing"),
        ("reweight", figure(None), 0, 0, "missing"),
        ("zero", figure(None), 4, 4000, "missing"),
        ("hold", NOT_REQUIRED, 0, 0, "not_required"),
        ("zero", NOT_REQUIRED, 0, 0, "not_required"),
        ("zero", figure("0"), 4, 4000, "given"),
        ("zero", figure("96.5", "29"), 0, 0, "small"),
        ("zero", figure("96.5", "30"), 3, 3000, "given"),
    ],
)
def test_what_is_missing_costs_what_the_scheme_declares(missing, given_figure, points, fen, state):
    made = scheme(
        missing=missing,
        small_numbers={"min_denominator": 30, "rule": "reweight"},
        deductions={"rules": [rule(charge={"kind": "per_point", "fen": 1000})]},
    )
    (found,) = run(made, given_figure)
    line = found.rules[0]
    assert (found.points, found.net_fen, line.state) == (points, fen, state)
    assert line.reason


def test_steps_and_met_have_a_worst_value_too():
    steps = {**FAILURES, "most": 7}
    (found,) = run(terms(rule(steps, missing="zero"), rule(MEASURE, code="b", missing="zero")), None)
    assert [one.points for one in found.rules] == [7, 1]


def test_while_a_figure_is_held_nothing_is_taken_and_nothing_is_lost():
    made = terms(
        rule(repeat=True, charge={"kind": "per_point", "fen": 1000}),
        rule(FAILURES, code="b", indicator="KI-007"),
        period_cap={"fen": 2000},
        carry_over=True,
    )
    before = Standing(frozenset({"a"}), 500, 7000, 300, 2)
    (found,) = run(made, {"KI-001": figure("96.5")}, before=before)
    assert (found.points, found.net_fen, found.carried_out_fen) == (None, None, 500)
    assert found.rules[0].points == 6
    assert "b" in found.reasons[0]
    assert found.after == before


# --- caps, carry-over, earn-back -------------------------------------------------------------------------------------

POINT = {"kind": "per_point", "fen": 1000}


def flow(found):
    return [(one.taken_fen, one.carried_out_fen, one.waived_fen) for one in found]


def test_above_the_cap_of_the_period_nothing_is_taken():
    made = terms(rule(charge=POINT), period_cap={"fen": 2500})
    assert flow(run(made, "96.5", "98.5", "0")) == [(2500, 0, 500), (1000, 0, 0), (2500, 0, 1500)]


def test_what_is_above_the_cap_waits_for_the_next_period_if_the_scheme_says_so():
    made = terms(rule(charge=POINT), period_cap={"fen": 2500}, carry_over=True)
    assert flow(run(made, "96", "96", "99", "99")) == [(2500, 500, 0), (2500, 1000, 0), (1000, 0, 0), (0, 0, 0)]


def test_what_was_carried_obeys_the_amount_at_risk_as_well():
    made = terms(rule(charge=POINT), period_cap={"fen": 2500}, at_risk={"fen": 2000}, carry_over=True)
    assert flow(run(made, "0", "99", before=Standing(carried_fen=700))) == [(2000, 700, 2000), (700, 0, 0)]


def test_a_full_year_takes_no_more():
    made = terms(rule(charge=POINT), annual_cap={"fen": 5000})
    assert flow(run(made, "96", "96", "96")) == [(3000, 0, 0), (2000, 0, 1000), (0, 0, 3000)]
    percent = terms(rule(charge=POINT), annual_cap={"percent": "0.005"})
    assert flow(run(percent, "0", "0", fees=Fees(FEE, FEE * 12))) == [(4000, 0, 0), (2000, 0, 2000)]


def test_earned_back_after_clean_periods_in_a_row():
    made = terms(rule(charge=POINT), earn_back={"periods": 2, "percent": 50})
    found = run(made, "96", "99", "98", "99", "99", "99", "99")
    assert [one.earned_back_fen for one in found] == [0, 0, 0, 0, 2000, 0, 0]
    assert [one.net_fen for one in found] == [3000, 0, 1000, 0, -2000, 0, 0]
    assert found[4].reasons == ("连续 2 期没有未达标，返还 20.00 元",)


def test_a_period_of_which_something_is_not_known_is_not_clean_and_breaks_nothing():
    made = terms(rule(charge=POINT, missing="reweight"), earn_back={"periods": 2, "percent": 100})
    assert [one.earned_back_fen for one in run(made, "96", "99", None, "99")] == [0, 0, 0, 3000]


periods = st.lists(st.decimals(90, 100, places=2), min_size=1, max_size=12)
bounds = st.fixed_dictionaries(
    {},
    optional={
        "at_risk": st.builds(lambda fen: {"fen": fen}, st.integers(0, 9000)),
        "annual_cap": st.builds(lambda fen: {"fen": fen}, st.integers(0, 20000)),
    },
)


@given(periods, bounds, st.integers(0, 6000), st.booleans())
def test_every_fen_is_accounted_for_and_every_bound_holds(values, more, cap, carry):
    made = terms(rule(charge=POINT, repeat=True), period_cap={"fen": cap}, carry_over=carry, **more)
    found = run(made, *values)
    for one in found:
        assert one.gross_fen + one.carried_in_fen == one.taken_fen + one.carried_out_fen + one.waived_fen
        assert min(one.taken_fen, one.carried_out_fen, one.waived_fen) >= 0
        assert one.taken_fen <= cap
        assert one.taken_fen <= more.get("at_risk", {"fen": cap})["fen"]
    assert sum(one.taken_fen for one in found) <= more.get("annual_cap", {"fen": 10**9})["fen"]


def test_a_new_year_begins_with_what_the_caller_says():
    made = terms(rule(charge=POINT), annual_cap={"fen": 3000})
    (first,) = run(made, "96")
    (second,) = run(made, "96", before=replace(first.after, taken_this_year_fen=0))
    assert (first.taken_fen, second.taken_fen) == (3000, 3000)


def test_standing_and_fees_have_a_plain_form_for_the_digest():
    assert Standing(frozenset({"b", "a"})).as_plain()["failed"] == ["a", "b"]
    assert Fees(1, 12, Amount(percent=Decimal("10.0"))).as_plain()["at_risk"] == {"percent": "10", "fen": None}
    assert Fees(1).as_plain()["at_risk"] is None
