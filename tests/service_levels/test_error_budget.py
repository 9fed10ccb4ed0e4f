"""Error budgets and burn rates by hand, and when the rules warn."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from app.calendars.flaws import Flaw
from app.service_levels.availability import Outage
from app.service_levels.error_budget import (
    HOUR,
    SHARES,
    Budget,
    BurnAlert,
    Severity,
    Watch,
    budget_of_counts,
    budget_of_intervals,
    burn_alerts,
    burn_rules,
    factor_of,
    objective_of,
)
from app.service_levels.intervals import Interval
from tests.calendars.calendars import OFFICE, calendar
from tests.service_levels.moments import at, between, measured, outage

THREE_NINES = Fraction(999, 1000)
MONTH_SECONDS = 30 * 86400
NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    "good, bad, expected",
    [
        (999, 1, (2592, THREE_NINES, 2592, 1)),
        (1000, 0, (2592, 1, 0, 0)),
        (0, 5, (2592, 0, MONTH_SECONDS, 1000)),
        (MONTH_SECONDS - 1000, 1000, (2592, 1 - Fraction(1000, MONTH_SECONDS), 1000, Fraction(1000, 2592))),
        (0, 0, (2592, None, None, None)),
    ],
)
def test_a_budget_of_counts(good, bad, expected):
    assert budget_of_counts(THREE_NINES, MONTH_SECONDS, good, bad) == Budget(*map(as_fraction, expected))


def as_fraction(value):
    return None if value is None else Fraction(value)


@pytest.mark.parametrize("percent", [0, 100, -1, 101])
def test_an_objective_without_budget_is_refused(percent):
    with pytest.raises(Flaw):
        objective_of(percent)


def test_a_budget_of_intervals_is_that_of_the_whole_period():
    period = ("2026-09-01T00:00", "2026-10-01T00:00")
    exclusions = [between("2026-09-29T00:00", "2026-10-01T00:00")]
    outages = [outage("2026-09-01T00:00", "2026-09-01T00:10")]
    found = measured(period, outages, exclusions=exclusions, now=at("2026-09-08T00:00"))
    budget = budget_of_intervals(THREE_NINES, found, measured(period, exclusions=exclusions))
    assert budget.error_budget == Fraction(28 * 86400, 1000)
    assert budget.consumed == 600
    assert budget.left == budget.error_budget - 600
    assert budget.burn_rate == Fraction(600, 7 * 86400) * 1000


def test_a_budget_without_judged_time_is_unknown():
    period = ("2026-09-01T00:00", "2026-10-01T00:00")
    budget = budget_of_intervals(THREE_NINES, measured(period, unmonitored=[between(None, None)]), measured(period))
    assert budget == Budget(Fraction(2592), None, None, None)
    assert budget.left is None


def test_the_rules_of_thirty_days():
    assert [(rule.severity, rule.factor, rule.long, rule.short) for rule in burn_rules()] == [
        (Severity.PAGE, Fraction("14.4"), HOUR, 5 * MINUTE),
        (Severity.PAGE, 6, 6 * HOUR, 30 * MINUTE),
        (Severity.TICKET, 3, 24 * HOUR, 2 * HOUR),
        (Severity.TICKET, 1, 72 * HOUR, 6 * HOUR),
    ]


def test_a_rule_factor_is_the_budget_share_over_its_window():
    assert [factor_of(share, timedelta(days=28), long) for _, share, long, _ in SHARES.values()] == [
        *(Fraction("13.44"), Fraction("5.6"), Fraction("2.8"), Fraction(14, 15)),
    ]


@pytest.mark.parametrize(
    "long_rate, short_rate, fires",
    [
        ("14.5", "14.5", True),
        ("14.4", "14.5", False),
        ("14.5", "14.4", False),
        (None, "99", False),
        ("99", None, False),
    ],
)
def test_a_rule_fires_when_both_windows_burn_faster_than_its_factor(long_rate, short_rate, fires):
    rates = (None if rate is None else Fraction(rate) for rate in (long_rate, short_rate))
    assert BurnAlert(burn_rules()[0], *rates).firing is fires


def alerts(*outages, **terms):
    watch = Watch(THREE_NINES, NOW, tuple(outages), **terms)
    return {alert.rule.code for alert in burn_alerts(watch.burn_rate, burn_rules()) if alert.firing}


WARNINGS = {
    "nothing is wrong": ((), set()),
    "down for a minute and still so": ((Outage(NOW - MINUTE),), {"page_quick"}),
    "down for 50 seconds": ((Outage(NOW - timedelta(seconds=50)),), set()),
    "down for an hour and still so": (
        (Outage(NOW - HOUR),),
        {"page_quick", "page_slow", "ticket_quick", "ticket_slow"},
    ),
    "over for ten minutes: the shortest window is quiet": (
        (Outage(NOW - HOUR, NOW - 10 * MINUTE),),
        {"page_slow", "ticket_quick", "ticket_slow"},
    ),
    "over since yesterday": ((Outage(NOW - 30 * HOUR, NOW - 29 * HOUR),), set()),
}


@pytest.mark.parametrize("outages, expected", WARNINGS.values(), ids=WARNINGS)
def test_warnings_of_a_record(outages, expected):
    assert alerts(*outages) == expected


def test_a_record_nobody_watched_or_that_is_closed_never_warns():
    down = Outage(NOW - HOUR)
    dark = Watch(THREE_NINES, NOW, (), unmonitored=(Interval(None, None),))
    assert dark.burn_rate(HOUR) is None
    assert Watch(THREE_NINES, NOW, (down,), service_start=NOW).burn_rate(HOUR) is None
    assert alerts(down, exclusions=(Interval(NOW - HOUR, None),)) == set()
    # 20:00 in Shanghai: the office closed at 18:00.
    assert Watch(THREE_NINES, NOW, (down,), schedule=calendar(OFFICE)).burn_rate(HOUR) is None
