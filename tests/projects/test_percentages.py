"""The three percentages do not mix; what a change moves is counted over all changes, and its way follows from that."""

from decimal import Decimal

import pytest

from app.projects.percentages import Case, Moved, is_within, moved_by, share, why_approval

BUDGET = 290_000_000
LIMIT = 43_500_000


@pytest.mark.parametrize(
    "deltas, moved",
    [
        ((), Moved(0, 0)),
        ((100,), Moved(100, 100)),
        ((-100,), Moved(100, -100)),
        # From one line to another: moved once.
        ((100, -100), Moved(100, 0)),
        ((100, -60), Moved(100, 40)),
        ((60, 40, -250), Moved(250, -150)),
    ],
)
def test_money_between_lines_is_moved_once(deltas, moved):
    assert moved_by(deltas) == moved


def test_what_goes_there_and_back_again_was_moved_twice():
    assert moved_by((100, -100)) + moved_by((-100, 100)) == Moved(200, 0)


@pytest.mark.parametrize(
    "part, whole, shown",
    [
        (LIMIT, BUDGET, Decimal("15.00")),
        (LIMIT + 1, BUDGET, Decimal("15.01")),
        (0, BUDGET, Decimal("0.00")),
        (1, 3, Decimal("33.34")),
        (1, 0, None),
        (1, None, None),
    ],
)
def test_a_share_above_the_limit_never_looks_as_if_it_kept_to_it(part, whole, shown):
    assert share(part, whole) == shown


@pytest.mark.parametrize(
    "part, whole, within",
    [
        (LIMIT, BUDGET, True),
        (LIMIT - 1, BUDGET, True),
        (LIMIT + 1, BUDGET, False),
        (0, BUDGET, True),
        (0, 0, False),
        (0, None, False),
        (1, 0, False),
    ],
)
def test_the_limit_itself_is_within_and_of_nothing_known_nothing_is(part, whole, within):
    assert is_within(part, whole) is within


def case(**changes):
    whole = {"approved": BUDGET, "moved": Moved(LIMIT, 0), "earlier": Moved(), "aim_kept": True, "usual": True}
    return Case(**(whole | changes))


@pytest.mark.parametrize(
    "changes, why",
    [
        ({}, ()),
        ({"moved": Moved(LIMIT + 1, 0)}, ("over_limit",)),
        # In parts it is what it is as a whole.
        ({"moved": Moved(1, 0), "earlier": Moved(LIMIT, 0)}, ("over_limit",)),
        ({"moved": Moved(1, 0), "earlier": Moved(LIMIT - 1, 0)}, ()),
        ({"moved": Moved(1, 1)}, ("over_budget",)),
        ({"moved": Moved(1, 1), "earlier": Moved(1, -1)}, ()),
        ({"moved": Moved(1, 2), "earlier": Moved(1, -1)}, ("over_budget",)),
        ({"moved": Moved(0, 0), "aim_kept": False}, ("aim",)),
        ({"moved": Moved(0, 0), "usual": False}, ("ground",)),
        ({"approved": None}, ("unknown_budget",)),
        ({"approved": 0}, ("unknown_budget",)),
        ({"approved": None, "moved": Moved(5, 5), "aim_kept": False}, ("aim", "over_budget", "unknown_budget")),
    ],
)
def test_a_change_is_filed_only_where_nothing_speaks_for_a_new_approval(changes, why):
    assert tuple(why_approval(case(**changes))) == why


def test_the_percentage_of_approval_is_another_one():
    """110 % of the estimate is met where 15 % of the budget is not, and the other way round."""
    estimate, budget, moved = 100, 110, 17
    assert budget * 10 <= estimate * 11 and not is_within(moved, budget)
    estimate, budget, moved = 100, 111, 16
    assert not budget * 10 <= estimate * 11 and is_within(moved, budget)
