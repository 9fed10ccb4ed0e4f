"""A period in which operation began: fees and expected use count by the days from the handover on, half up."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from app.assessments.fees import fees_of
from app.core.periods import Period
from tests.assessments.samples import by_use, digest, line, material, reported


def fee(of, begins, period="2026-04", *figures):
    (found,) = fees_of(replace(material(*figures, lines=[of], period=period), begins=begins)).values()
    return found


@pytest.mark.parametrize(
    "begins, period, share",
    [
        (None, "2026-04", Fraction(1)),
        (date(2026, 3, 31), "2026-04", Fraction(1)),
        (date(2026, 4, 1), "2026-04", Fraction(1)),
        (date(2026, 4, 2), "2026-04", Fraction(29, 30)),
        (date(2026, 4, 11), "2026-04", Fraction(20, 30)),
        (date(2026, 4, 30), "2026-04", Fraction(1, 30)),
        (date(2026, 5, 1), "2026-04", Fraction(0)),
        (date(2027, 1, 1), "2026-04", Fraction(0)),
        (date(2026, 2, 15), "2026-02", Fraction(1, 2)),
        (date(2026, 4, 11), "2026-Q2", Fraction(81, 91)),
        (date(2026, 7, 2), "2026", Fraction(183, 365)),
    ],
)
def test_the_share_is_the_days_of_operation(begins, period, share):
    made = replace(material(period=period), begins=begins)
    assert made.share(Period(period)) == share
    assert made.is_partial is (share < 1)


@pytest.mark.parametrize(
    "fee_fen, pay, begins, period, fen",
    [
        (3_000_000, "month", date(2026, 4, 11), "2026-04", 2_000_000),
        # 1 fen × 15/30 is half a fen: up.
        (1, "month", date(2026, 4, 16), "2026-04", 1),
        (1, "month", date(2026, 4, 17), "2026-04", 0),
        (100, "month", date(2026, 4, 2), "2026-04", 97),
        (3_000_000, "month", date(2026, 5, 1), "2026-04", 0),
        # A quarter paid month by month: nothing for April, 20 of the 31 days of May, all of June.
        (3_100_000, "month", date(2026, 5, 12), "2026-Q2", 2_000_000 + 3_100_000),
        # Paid by the quarter and judged by the month: a third of the fee, of it the days.
        (9_000_000, "quarter", date(2026, 4, 11), "2026-04", 2_000_000),
        # A whole quarter by its days.
        (9_100_000, "quarter", date(2026, 4, 11), "2026-Q2", 8_100_000),
        (3_000_000, "month", date(2026, 4, 1), "2026-04", 3_000_000),
        (3_000_000, "month", None, "2026-Q2", 9_000_000),
    ],
)
def test_a_fixed_fee_counts_from_the_handover(fee_fen, pay, begins, period, fen):
    found = fee(line(fee_fen=fee_fen, pay_period=pay), begins, period)
    assert found.fen == fen
    # What a year costs is what a whole year costs.
    assert found.year_fen == fee_fen * {"month": 12, "quarter": 4}[pay]
    assert ("移交投运" in str(found.how)) is (begins is not None and begins > Period(period).first_day)


def test_what_is_paid_by_use_is_what_was_used():
    used = reported("100", "KI-040", period="2026-04")
    assert fee(by_use(price="0.5"), date(2026, 4, 11), "2026-04", used).fen == 5_000


def test_months_before_the_handover_owe_no_use():
    may, june = (reported("100", "KI-040", period=month, id=key) for key, month in ((1, "2026-05"), (2, "2026-06")))
    whole = fee(by_use(price="0.5"), None, "2026-Q2", may, june)
    assert (whole.fen, whole.owed) == (None, True)
    assert fee(by_use(price="0.5"), date(2026, 5, 12), "2026-Q2", may, june).fen == 10_000


def test_expected_use_stands_in_for_the_days_of_operation():
    of = by_use(price="0.5", pay_period="quarter", usage_due="quarter", expected_volume=900)
    assert fee(of, None, "2026-04").fen == 15_000
    assert fee(of, date(2026, 4, 11), "2026-04").fen == 10_000


def test_a_whole_period_is_calculated_as_ever():
    found = material(reported(), lines=[line()])
    assert digest(found) == digest(replace(found, begins=date(2026, 3, 1)))
