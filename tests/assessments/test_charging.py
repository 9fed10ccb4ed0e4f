"""The money: bands of the contract or rules of the scheme, doubling, caps, what is carried, fees that are not known."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.assessments.fees import fees_of
from app.assessments.material import Before
from app.core.periods import Period
from app.indicators.deductions import Standing
from tests.assessments.samples import (
    BANDS,
    after,
    by_use,
    level,
    line,
    material,
    reported,
    result,
    scheme,
    terms,
    watched,
)
from tests.indicators.samples import LINEAR, item


def money(found):
    return result(found)["deductions"]


def points(found):
    return {one["code"]: one["points"] for one in money(found)["lines"]}


def sums(found):
    made = money(found)
    return tuple(made[name] for name in ("points", "gross_fen", "taken_fen", "net_fen"))


def months(made, *values, start="2026-03", **change):
    """One period after the other, each with what the one before left."""
    period, before, found = Period(start), Before(), []
    for value in values:
        figures = [] if value is None else [replace(reported(value), period=period.text)]
        one = material(*figures, by=made, period=period.text, before=before, **change)
        found.append(one)
        before, period = after(one), period.next
    return found


# --- worked checks of domain.md 8 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, expected",
    [
        *(("100", "0"), ("99", "0"), ("98.995", "0"), ("98.99", "1"), ("98", "1"), ("97.99", "2"), ("97", "2")),
        *(("96.5", "3"), ("96", "3"), ("95.995", "3"), ("95.99", "4"), ("0", "4")),
    ],
)
def test_the_bands(value, expected):
    assert money(material(reported(value)))["points"] == expected


def test_a_failure_after_a_failed_period_counts_double_and_does_not_compound():
    made = months(terms(), "96.5", "98.5", "96.5", "99.5", "96.5")
    assert [money(one)["points"] for one in made] == ["3", "2", "6", "0", "3"]
    assert [one["multiplier"] for found in made for one in money(found)["lines"]] == ["1", "2", "2", "1", "1"]


def test_without_a_repeat_rule_in_the_scheme_nothing_is_doubled():
    made = months(terms(scheme(repeat=None)), "96.5", "98.5", "96.5")
    assert [money(one)["points"] for one in made] == ["3", "1", "3"]


def test_points_become_money_up_to_the_agreed_share_of_the_fees():
    """1,000 yuan a point, at most 10 % of 10,000 yuan; 10 % of 50,000 is enough for three points."""
    assert sums(material(reported("98.5"))) == ("1", 100_000, 100_000, 100_000)
    assert sums(material(reported("96.5"))) == ("3", 300_000, 100_000, 100_000)
    assert money(material(reported("96.5")))["waived_fen"] == 200_000
    assert sums(material(reported("96.5"), lines=[line(fee_fen=5_000_000)])) == ("3", 300_000, 300_000, 300_000)


def test_the_cap_is_of_all_fees_of_the_contract_together():
    lines = [line(1), line(2, fee_fen=2_000_000)]
    found = material(reported("96.5"), reported("99.5", service=2), lines=lines)
    assert sums(found) == ("3", 300_000, 300_000, 300_000)
    assert points(found) == {"FW-1/KI-001": "3", "FW-2/KI-001": "0"}
    assert money(found)["fee_fen"] == 3_000_000


def test_each_service_repeats_its_own_failures():
    lines = [line(1, fee_fen=10**9), line(2)]
    march = material(reported("96.5"), reported("99.5", service=2), lines=lines)
    figures = [replace(one, period="2026-04") for one in (reported("98.5"), reported("98.5", service=2))]
    april = material(*figures, lines=lines, period="2026-04", before=after(march))
    assert points(april) == {"FW-1/KI-001": "2", "FW-2/KI-001": "1"}


# --- how the contract's bands are read -------------------------------------------------------------------------------


def test_bounds_finer_than_the_scheme_compares_are_compared_as_they_are_written():
    """At two decimals 99.9984 would be 100.00, and hardly any value could lie in the second band."""
    fine = ((Decimal("99.999"), 0), (Decimal("99.99"), 1), (None, 2))
    found = [material(reported(value), lines=[line(levels=[level(bands=fine)])]) for value in ("99.9984", "99.9985")]
    assert [money(one)["points"] for one in found] == ["1", "0"]


def test_less_is_better_where_the_level_says_at_most():
    outages = level("KI-007", "1", ((Decimal(1), 0), (Decimal(3), 2), (None, 5)), at_least=False)
    lines = [line(levels=[level(bands=()), outages])]
    values = {"1": "0", "2": "2", "3": "2", "4": "5"}
    made = {one: material(reported("99.9"), reported(one, "KI-007"), lines=lines) for one in values}
    assert {one: money(found)["points"] for one, found in made.items()} == values
    assert [one["target"] for one in money(made["1"])["lines"]] == [{"comparison": "at_most", "value": "1"}]


@pytest.mark.parametrize(
    "rule, expected", [("hold", (None, None, None, None)), ("reweight", ("0", 0, 0, 0)), ("zero", ("4", 400_000))]
)
def test_a_missing_figure_costs_what_the_scheme_says_of_its_item(rule, expected):
    found = material(by=terms(scheme(item("KI-001", 100, LINEAR, missing=rule))))
    assert sums(found)[: len(expected)] == expected


def test_an_indicator_that_the_scheme_does_not_score_waits_for_its_figure():
    lines = [line(levels=[level(), level("KI-022")])]
    held = material(reported("98.5"), lines=lines)
    assert sums(held) == (None, None, None, None)
    assert points(held) == {"FW-1/KI-001": "1", "FW-1/KI-022": None}
    assert money(held)["reasons"][0]["values"]["codes"] == "FW-1/KI-022"
    assert sums(material(reported("98.5"), reported("98", "KI-022"), lines=lines))[0] == "2"


def test_calculated_figures_are_compared_exactly():
    """98.999… % is below 99 although it shows as 99.0000, and rounds to 99.00 at two decimals."""
    just = watched(down=447)
    assert result(material(seen=[just]))["services"][0]["items"][0]["value"] == "98.9987"
    assert money(material(seen=[just]))["points"] == "0"
    finer = line(levels=[level(bands=((Decimal("99.0000"), 0), (None, 4)))])
    made = scheme(item("KI-001", 100, LINEAR, precision=4))
    assert money(material(seen=[just], lines=[finer], by=terms(made)))["points"] == "4"


def test_bands_without_points_leave_the_deductions_to_the_scheme():
    free = tuple((bound, 0) for bound, _points in BANDS)
    assert money(material(reported("96.5"), lines=[line(levels=[level(bands=free)])]))["basis"] == "scheme"
    lines = [line(1), line(2, levels=[level(bands=free)])]
    found = material(reported("96.5"), reported("96.5", service=2), lines=lines)
    assert (money(found)["basis"], points(found)) == ("contract", {"FW-1/KI-001": "3", "FW-2/KI-001": "0"})


# --- by the scheme ---------------------------------------------------------------------------------------------------

PLAIN = level(bands=())


def rules(*more, **bounds):
    measure = {
        "kind": "bands",
        "bands": [{"at_least": "99", "points": 0}, {"at_least": "98", "points": 1}, {"points": 3}],
    }
    own = {
        "code": "a",
        "indicator": "KI-001",
        "repeat": True,
        "measure": measure,
        "charge": {"kind": "percent_per_point", "percent": 5},
    }
    return terms(scheme(deductions={"rules": [own, *more], **bounds}))


def test_each_service_is_charged_on_its_own_fee():
    lines = [line(1, levels=[PLAIN]), line(2, levels=[PLAIN], fee_fen=333_333)]
    found = material(reported("98.5"), reported("97", service=2), lines=lines, by=rules())
    assert [(one["service"], one["points"], one["fen"]) for one in money(found)["lines"]] == [
        ("FW-1", "1", 50_000),
        ("FW-2", "3", 50_000),
    ]
    assert sums(found) == ("4", 100_000, 100_000, 100_000)


def test_a_rule_for_which_nothing_is_agreed_costs_nothing_and_is_named():
    other = {"code": "b", "indicator": "KI-050", "measure": {"kind": "met", "at_least": 98, "points": 9}}
    found = material(reported("98.5"), lines=[line(levels=[PLAIN])], by=rules(other))
    named = money(found)["lines"][1]
    assert (named["code"], named["state"], named["effect"], named["points"]) == ("b", "not_required", "excluded", "0")
    assert [one["code"] for one in result(found)["uncovered"]] == ["KI-050"]
    assert sums(found)[0] == "1"


def test_the_total_score_of_a_service_may_be_what_is_charged():
    whole = {
        "code": "t",
        "indicator": "total",
        "measure": {"kind": "met", "at_least": 100, "points": 1},
        "charge": {"kind": "percent_per_unit", "percent": 1},
    }
    lines = [line(1, levels=[PLAIN]), line(2, levels=[])]
    found = material(reported("99.63"), lines=lines, by=terms(scheme(deductions={"rules": [whole]})))
    assert [(one["service"], one["value"], one["fen"], one["state"]) for one in money(found)["lines"]] == [
        ("FW-1", "70", 300_000, "given"),
        ("FW-2", None, 0, "not_required"),
    ]
    held = material(lines=lines, by=terms(scheme(deductions={"rules": [whole]})))
    assert sums(held) == (None, None, None, None)


def test_what_is_above_the_cap_is_carried_by_service_and_no_fen_is_lost():
    made = rules(period_cap={"percent": 4}, carry_over=True)
    found = months(made, "97", "99.5", "99.5", "99.5", "99.5", lines=[line(levels=[PLAIN])])
    flow = [
        (one["gross_fen"], one["carried_in_fen"], one["taken_fen"], one["carried_out_fen"]) for one in map(money, found)
    ]
    assert flow == [
        (150_000, 0, 40_000, 110_000),
        (0, 110_000, 40_000, 70_000),
        (0, 70_000, 40_000, 30_000),
        (0, 30_000, 30_000, 0),
        (0, 0, 0, 0),
    ]
    for one in map(money, found):
        paid = one["taken_fen"] + one["carried_out_fen"] + one["waived_fen"]
        assert one["gross_fen"] + one["carried_in_fen"] == paid


def test_the_year_is_full_at_its_cap_and_begins_anew_in_january():
    made = rules(annual_cap={"percent": "1"})
    found = months(made, "97", "97", "97", start="2026-11", lines=[line(levels=[PLAIN])])
    assert [one["taken_fen"] for one in map(money, found)] == [120_000, 0, 120_000]


def test_what_was_deducted_is_earned_back_after_clean_periods():
    made = rules(earn_back={"periods": 2, "percent": 50})
    found = months(made, "98.5", "99.5", "99.5", lines=[line(levels=[PLAIN])])
    assert [(one["taken_fen"], one["earned_back_fen"], one["net_fen"]) for one in map(money, found)] == [
        (50_000, 0, 50_000),
        (0, 0, 0),
        (0, 25_000, -25_000),
    ]


def test_where_the_basis_changes_what_was_carried_goes_along():
    before = Before(
        {}, "scheme", {"FW-1": Standing(carried_fen=30_000), "FW-9": Standing(carried_fen=5)}, "2026-02", True, True
    )
    found = material(reported("99.5"), before=before)
    assert (money(found)["carried_in_fen"], money(found)["taken_fen"]) == (30_005, 30_005)


def test_back_on_the_contracts_account_everything_comes_together():
    accounts = {"": Standing(failed=frozenset({"FW-1/KI-001"}), carried_fen=100), "FW-1": Standing(carried_fen=30)}
    before = Before({}, "scheme", accounts, "2026-02", True, True)
    found = material(reported("98.5"), lines=[line(fee_fen=10**9)], before=before)
    made = money(found)
    assert (made["points"], made["carried_in_fen"], made["taken_fen"]) == ("2", 130, 200_130)
    assert list(result(found)["standing"]["accounts"]) == [""]


def test_a_service_that_left_the_contract_leaves_what_it_owes_written_down():
    before = Before({}, "scheme", {"FW-9": Standing(carried_fen=5), "FW-8": Standing()}, "2026-02", True, True)
    found = result(material(reported("99.5"), lines=[line(levels=[PLAIN])], by=rules(), before=before))
    assert {key: one["carried_fen"] for key, one in found["standing"]["accounts"].items()} == {"FW-1": 0, "FW-9": 5}


# --- fees ------------------------------------------------------------------------------------------------------------


def fee(of, *figures, period="2026-03"):
    found = fees_of(material(*figures, lines=[of], period=period))
    return found[of.service].fen, found[of.service].owed


@pytest.mark.parametrize(
    "of, period, fen",
    [
        (line(fee_fen=100), "2026-03", 100),
        (line(fee_fen=100), "2026-Q1", 300),
        (line(fee_fen=100), "2026", 1200),
        (line(fee_fen=100, pay_period="quarter"), "2026-03", 33),
        (line(fee_fen=50, pay_period="quarter"), "2026-03", 17),
        (line(fee_fen=6, pay_period="year"), "2026-03", 1),
        (line(fee_fen=100, pay_period="year"), "2026-Q1", 25),
    ],
)
def test_a_fixed_fee_is_shared_over_months_half_up(of, period, fen):
    assert fee(of, period=period) == (fen, False)


def use(value, period="2026-03", **change):
    return replace(reported(value, "KI-040"), period=period, id=int(period[:4] + period[-1]), **change)


@pytest.mark.parametrize(
    "of, period, figures, expected",
    [
        (by_use(price="0.003"), "2026-03", [use("1234567")], (370_370, False)),
        (by_use(price="0.003"), "2026-03", [use("0")], (0, False)),
        (by_use(price="0.005"), "2026-03", [use("1")], (1, False)),
        (by_use(), "2026-03", [], (None, True)),
        (by_use(), "2026-03", [use(None)], (None, True)),
        (by_use(), "2026-03", [use("5", channel="online")], (None, True)),
        (by_use(), "2026-Q1", [use("1", f"2026-0{n}") for n in (1, 2, 3)], (150, False)),
        (by_use(), "2026-Q1", [use("1", "2026-01"), use("1", "2026-02")], (None, True)),
        (by_use(), "2026-Q1", [use("7", "2026-Q1")], (350, False)),
        (by_use(usage_due="quarter", pay_period="quarter"), "2026-03", [], (None, False)),
        (by_use(usage_due="quarter", pay_period="quarter", expected_volume=100), "2026-03", [], (1667, False)),
        (line(fee_fen=None, unit_price=Decimal("0.5")), "2026-03", [use("5")], (None, False)),
    ],
    ids=[
        *("tiny price", "no use", "half a fen", "no figure", "missing", "a channel is not the whole", "three months"),
        *("a month missing", "the quarter itself", "owed by the quarter", "a third of the expected"),
        "nothing counts it",
    ],
)
def test_a_fee_by_use_is_price_times_what_was_counted(of, period, figures, expected):
    assert fee(of, *figures, period=period) == expected


def test_while_use_is_not_known_money_waits_and_points_are_shown():
    lines = [line(1), by_use(2, levels=[level()])]
    figures = [reported("98.5"), reported("96.5", service=2)]
    waiting = material(*figures, lines=lines)
    assert sums(waiting) == ("4", None, None, None)
    assert "FW-2 的费用尚不能计算" in money(waiting)["reasons"][0]["msgid"] % {"services": "FW-2"}
    assert money(waiting)["fees"][1]["owed"] is True
    assert result(waiting)["total"] is not None
    known = material(*figures, reported("100000", "KI-040", service=2), lines=lines)
    assert sums(known) == ("4", 400_000, 400_000, 400_000)


def test_what_waits_keeps_what_was_carried_and_counts_the_failure():
    lines = [by_use(1, levels=[level()])]
    before = Before({}, "contract", {"": Standing(carried_fen=700, clean_periods=3)}, "2026-02", True, True)
    left = result(material(reported("96.5"), lines=lines, before=before))["standing"]["accounts"][""]
    assert left == {
        "failed": ["FW-1/KI-001"],
        "carried_fen": 700,
        "taken_this_year_fen": 0,
        "earnable_fen": 0,
        "clean_periods": 0,
    }


def test_of_nothing_every_percentage_is_nothing():
    lines = [line(1), by_use(2, levels=[level()])]
    found = material(reported("99.5"), reported("99.5", service=2), lines=lines)
    assert sums(found) == ("0", 0, 0, 0)


def test_where_no_percentage_is_taken_no_fee_is_needed():
    found = material(reported("96.5"), lines=[by_use(levels=[level()])], by=terms(cap_percent=None))
    assert sums(found) == ("3", 300_000, 300_000, 300_000)
