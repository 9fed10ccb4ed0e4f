"""Error budgets and how fast they burn, as exact fractions; from counts or from intervals; and when to warn.

The budget is the share that may fail (1 − objective) of the window. Burn rate 1 uses it up exactly at the end of the
window. A rule warns only when a long and a short window both burn faster than its factor: the long one shows that it
matters, the short one that it still goes on.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from app.calendars.flaws import Flaw
from app.calendars.working_calendar import WorkingCalendar
from app.catalogues.wording import N_
from app.service_levels.availability import NO_TIME, Availability, Outage, Weight, agreed_time, availability, seconds
from app.service_levels.intervals import Interval, instant, moment_of

HOUR = timedelta(hours=1)
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Budget:
    """What an objective leaves to fail, in seconds, and what of it is gone; None where nothing was measured."""

    error_budget: Fraction
    sli: Fraction | None
    consumed: Fraction | None
    burn_rate: Fraction | None

    @property
    def left(self) -> Fraction | None:
        """Seconds that may still fail; negative when the budget is overdrawn."""
        return None if self.consumed is None else self.error_budget - self.consumed


class Severity(StrEnum):
    """Whom a fast burn reaches: somebody now, or a task for the working day."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True)
class BurnRule:
    """Warn when both windows burn faster than `factor`."""

    code: str
    severity: Severity
    long: timedelta
    short: timedelta
    factor: Fraction


@dataclass(frozen=True)
class BurnAlert:
    """What a rule says now: the two rates, None where nothing was measured; without both it never warns."""

    rule: BurnRule
    long_rate: Fraction | None
    short_rate: Fraction | None

    @property
    def firing(self) -> bool:
        rates = (self.long_rate, self.short_rate)
        return all(rate is not None and rate > self.rule.factor for rate in rates)


# Which share of the whole budget, gone within the long window, is worth a warning: code → severity, share, long, short.
SHARES: Mapping[str, tuple[Severity, Fraction, timedelta, timedelta]] = {
    "page_quick": (Severity.PAGE, Fraction(2, 100), HOUR, HOUR / 12),
    "page_slow": (Severity.PAGE, Fraction(5, 100), 6 * HOUR, HOUR / 2),
    "ticket_quick": (Severity.TICKET, Fraction(10, 100), 24 * HOUR, 2 * HOUR),
    "ticket_slow": (Severity.TICKET, Fraction(10, 100), 72 * HOUR, 6 * HOUR),
}


def objective_of(percent: Weight) -> Fraction:
    """An objective in percent as a share; 100 % would leave no budget and 0 % no objective."""
    if not 0 < percent < 100:
        raise Flaw(N_("目标应大于 0 且小于 100（百分数）。"))
    return Fraction(percent) / 100


def budget_of_counts(objective: Fraction, window_seconds: Weight, good: Weight, bad: Weight) -> Budget:
    """From good and bad calls, checks or seconds; the window is charged with its share that was bad."""
    total = Fraction(good) + Fraction(bad)
    window = Fraction(window_seconds)
    if total == 0:
        return Budget((1 - objective) * window, None, None, None)
    failed = Fraction(bad) / total
    return Budget((1 - objective) * window, 1 - failed, failed * window, failed / (1 - objective))


def budget_of_intervals(objective: Fraction, found: Availability, whole: Availability) -> Budget:
    """From what was measured so far (`found`) and the same period as if it were over (`whole`).

    The budget is that of the whole period without what is excluded; what is consumed is the downtime so far. Time
    without monitoring neither adds to the budget nor takes from it.
    """
    budget = (1 - objective) * seconds(whole.agreed - whole.excluded)
    sli = found.availability
    if sli is None:
        return Budget(budget, None, None, None)
    return Budget(budget, sli, seconds(found.down), (1 - sli) / (1 - objective))


def burn_rules(window: timedelta = MONTH) -> tuple[BurnRule, ...]:
    """The rules for objectives over such a window; over 30 days the factors are 14.4, 6, 3 and 1."""
    return tuple(
        BurnRule(code, severity, long, short, factor_of(share, window, long))
        for code, (severity, share, long, short) in SHARES.items()
    )


def factor_of(share: Fraction, window: timedelta, long: timedelta) -> Fraction:
    """The burn rate that uses up this share of a window's budget within the long window."""
    microsecond = timedelta(microseconds=1)
    return share * Fraction(window // microsecond, long // microsecond)


def burn_alerts(rate_over: Callable[[timedelta], Fraction | None], rules: Iterable[BurnRule]) -> list[BurnAlert]:
    """What each rule says, given the burn rate over the last such time."""
    return [BurnAlert(rule, rate_over(rule.long), rate_over(rule.short)) for rule in rules]


@dataclass(frozen=True)
class Watch:
    """The record of one service up to now, to ask how fast its budget burns over any last stretch of time."""

    objective: Fraction
    now: datetime
    outages: tuple[Outage, ...]
    exclusions: tuple[Interval, ...] = ()
    unmonitored: tuple[Interval, ...] = ()
    schedule: WorkingCalendar | None = None
    service_start: datetime | None = None
    min_outage: timedelta = NO_TIME

    def burn_rate(self, last: timedelta) -> Fraction | None:
        """None where nothing of that time is judged: closed, excluded, not monitored or before the service began."""
        now = moment_of(instant(self.now))  # hours are subtracted from an instant, not from a wall clock
        found = availability(
            agreed_time(now - last, now, self.schedule),
            self.outages,
            self.exclusions,
            self.unmonitored,
            self.service_start,
            self.min_outage,
            now,
        )
        return None if found.availability is None else (1 - found.availability) / (1 - self.objective)
