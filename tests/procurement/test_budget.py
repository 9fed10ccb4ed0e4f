"""What may be spent: investment once for all that is built, operating by the year, to the fen."""

import pytest

from app.procurement.budget import Spent, allowed, for_building, investment_limit, measured, operating_share, over_limit

LIMITS = allowed(1000, 1200, 1200)


def spent(number, purpose, fen, budget=None, months=None, adds_to=None):
    return Spent(number, purpose, fen, fen if budget is None else budget, months, adds_to)


def test_the_design_budget_goes_before_the_estimate():
    assert allowed(1000, 1200, None).investment_fen == 1000
    assert allowed(None, 1200, None).investment_fen == 1200
    assert allowed(None, None, None).investment_fen is None


@pytest.mark.parametrize(
    "yearly, months, share",
    [(1200, 12, 1200), (1200, 1, 100), (1000, 1, 83), (1000, 7, 583), (6, 1, 1), (5, 1, 0), (1000, 36, 3000)],
)
def test_operating_money_goes_by_the_month_half_up(yearly, months, share):
    assert operating_share(allowed(None, None, yearly), months) == share


@pytest.mark.parametrize("yearly, months", [(None, 12), (1200, None), (None, None)])
def test_without_a_budget_or_a_term_there_is_no_share(yearly, months):
    assert operating_share(allowed(None, None, yearly), months) is None


def test_what_is_bought_with_its_operation_may_cost_both():
    together = [spent(1, "build_and_operate", 1, months=12), spent(2, "supervise", 1)]
    assert investment_limit(LIMITS, together) == 1000 + 1200
    assert investment_limit(allowed(1000, None, None), together) is None
    assert investment_limit(allowed(None, None, 1200), together) is None


@pytest.mark.parametrize(
    "listed, over",
    [
        ([], 0),
        ([spent(1, "build", 1000)], 0),
        ([spent(1, "build", 1001)], 1),
        # The one that passes the limit counts, not those before it; whatever comes after passes it too.
        ([spent(1, "build", 600), spent(2, "supervise", 500)], 1),
        ([spent(1, "build", 600), spent(2, "supervise", 500), spent(3, "test", 1)], 2),
        ([spent(3, "test", 1), spent(1, "build", 600), spent(2, "supervise", 400)], 1),
        # More than its own budget is too much even where the whole would allow it.
        ([spent(1, "build", 500, budget=400)], 1),
        ([spent(1, "operate", 1200, months=12)], 0),
        ([spent(1, "operate", 1201, months=12)], 1),
        # Operations follow one another: each is held to its own term.
        ([spent(1, "operate", 1200, months=12), spent(2, "operate", 1200, months=12)], 0),
        # What is added to one is paid from the term of that one, whatever its own.
        ([spent(1, "operate", 1100, months=12), spent(2, "operate", 100, months=3, adds_to=1)], 0),
        ([spent(1, "operate", 1100, months=12), spent(2, "operate", 101, months=12, adds_to=1)], 1),
        (
            [spent(1, "operate", 1, months=1), spent(2, "operate", 1200, months=12), spent(3, "operate", 1, adds_to=2)],
            1,
        ),
        ([spent(1, "build", 1000), spent(2, "build", 1, adds_to=1)], 1),
        ([spent(1, "build_and_operate", 2200, months=12)], 0),
        ([spent(1, "build_and_operate", 2201, months=12)], 1),
    ],
    ids=str,
)
def test_purchases_beyond_what_is_approved_are_counted(listed, over):
    assert over_limit(listed, LIMITS) == over


@pytest.mark.parametrize(
    "own, bound, total",
    [
        (spent(0, "operate", 7, months=6), 600, 7),
        (spent(0, "operate", 7, months=6, adds_to=1), 1200, 1000 + 50 + 7),
        (spent(0, "build", 7), 1000 + 1200, 100 + 1500 + 7),
        (spent(0, "build_and_operate", 7, months=1), 1000 + 1200 + 100, 100 + 1500 + 7),
    ],
    ids=str,
)
def test_a_plan_is_measured_with_what_is_paid_from_the_same_sum(own, bound, total):
    others = [
        spent(1, "operate", 1000, months=12),
        spent(2, "operate", 50, months=3, adds_to=1),
        spent(3, "operate", 900, months=12),
        spent(4, "build", 100),
        spent(5, "build_and_operate", 1500, months=12),
    ]
    assert measured(own, others, LIMITS) == (bound, total)


@pytest.mark.parametrize(
    "listed, limits",
    [
        ([spent(1, "build", 1)], allowed(None, None, 1)),
        ([spent(1, "operate", 1, months=12)], allowed(1, None, None)),
        ([spent(1, "build", 1), spent(2, "build_and_operate", 1, months=1)], allowed(1, None, None)),
    ],
    ids=str,
)
def test_what_nobody_recorded_cannot_be_told(listed, limits):
    assert over_limit(listed, limits) is None
    assert over_limit([], limits) == 0


@pytest.mark.parametrize(
    "purpose, fen, months, counted",
    [
        ("build", 900, None, 900),
        ("supervise", 50, None, 50),
        ("operate", 1200, 12, 0),
        ("build_and_operate", 2200, 12, 1000),
        ("build_and_operate", 900, 12, 0),
        ("build_and_operate", 900, None, 900),
    ],
)
def test_only_what_is_for_building_counts_against_the_design_budget(purpose, fen, months, counted):
    assert for_building(purpose, fen, months, LIMITS) == counted
