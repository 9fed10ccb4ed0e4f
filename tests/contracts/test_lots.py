"""What planned services become in a drawn contract: use by the month, prices as declared, fees within the award."""

from decimal import Decimal

import pytest

from app.contracts.lots import Drawn, Planned, drawn, monthly


@pytest.mark.parametrize(
    "year, month", [(None, None), (1, 0), (5, 0), (6, 1), (12, 1), (17, 1), (18, 2), (150_000, 12_500), (100, 8)]
)
def test_a_month_is_a_twelfth_half_up(year, month):
    assert monthly(year) == month


def test_known_use_at_a_known_price_is_paid_by_use():
    assert drawn([Planned(150_000, Decimal("1.5"))], 60_000_000, 12) == [Drawn(12_500, Decimal("1.5"), None)]


@pytest.mark.parametrize(
    "planned",
    [Planned(None, Decimal("1.5")), Planned(120, None), Planned(None, None), Planned(5, Decimal("1.5"))],
    ids=str,
)
def test_without_price_or_use_it_is_a_fee(planned):
    assert drawn([planned], 1_200, 12) == [Drawn(monthly(planned.forecast_year), None, 100)]


def test_fees_share_what_use_leaves_and_are_rounded_down():
    listed = [Planned(1200, Decimal("1")), Planned(None, None), Planned(None, None)]
    # 100 a month at one yuan is 10 000 fen; over twelve months 120 000 of the 240 025.
    found = drawn(listed, 240_025, 12)
    assert [one.fee_fen for one in found] == [None, 5001, 5001]
    assert 100 * 100 * 12 + 2 * 5001 * 12 <= 240_025


def test_where_use_takes_it_all_a_fee_is_an_equal_share_to_be_put_right():
    found = drawn([Planned(12_000, Decimal("1")), Planned(None, None)], 1200, 12)
    assert found[1].fee_fen == 50
    assert drawn([Planned(12_000, Decimal("1")), Planned(None, None)], 1, 12)[1].fee_fen == 1


def test_no_services_no_lines():
    assert drawn([], 100, 12) == []
