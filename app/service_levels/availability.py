"""Availability from intervals, never from counted samples: A = 1 − Σ w·|outage ∩ judged| / |judged|, exactly.

What is judged is the agreed time (the schedule within the period, from the start of the service, up to now) without
what was excluded and without what nobody watched. These decisions are made here and nowhere else:

- A period that still runs is judged over the part that has passed: time after `now` is not agreed yet. An outage
  without an end runs to `now`, or to the end of the period where no `now` is given.
- `min_outage` looks at an outage as it happened: overlapping and touching outages joined, before anything is cut off by
  the period, the schedule or an exclusion; so an outage over the end of a month counts in both months or in neither.
  An outage of exactly `min_outage` counts. Callers therefore pass outages whole.
- Where outages overlap, the largest weight at each instant counts.
- Excluded time leaves both agreed time and downtime. The second number, without exclusions, leaves it in both.
- Time without monitoring is missing, never up: it leaves the judged time of both numbers and is stated beside them. A
  known outage outranks it (a monitor that is switched off must not hide one); one that is too short to count does not.
  Excluded time needs no monitoring, so `missing` does not hold it.
- Nothing left to judge: None, which is "not applicable" and neither 100 % nor 0 %.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from app.calendars.flaws import Flaw
from app.calendars.working_calendar import WorkingCalendar
from app.calendars.working_time import MICROSECOND, NEVER, SECOND, Span, working_spans
from app.catalogues.wording import N_
from app.service_levels.intervals import (
    Interval,
    Weighted,
    clipped,
    heaviest,
    instant,
    joined,
    moment_of,
    span_of,
    subtracted,
)

Weight = int | Decimal | Fraction
NO_TIME = timedelta()
PLACES = 4


@dataclass(frozen=True, slots=True)
class Outage:
    """A stretch in which the service was down, or partly so (a weight below one); an end of None: it still is."""

    begin: datetime
    end: datetime | None = None
    weight: Weight = 1

    def __post_init__(self) -> None:
        span_of(self.begin, self.end)
        if not 0 < self.weight <= 1:
            raise Flaw(N_("权重应大于 0 且不大于 1。"))

    def weighted(self, until: int) -> Weighted:
        """As instants and an exact weight; without an end it lasts `until` then, which may be before it begins."""
        begin = instant(self.begin)
        end = until if self.end is None else instant(self.end)
        return begin, end, self.weight if isinstance(self.weight, int) else Fraction(self.weight)


@dataclass(frozen=True)
class AgreedTime:
    """When the services of one schedule are to be up within one period; made once and used for all of them."""

    begin: int
    end: int
    spans: tuple[Span, ...]
    opens: tuple[int, ...]
    before: tuple[int, ...]  # agreed time before each opening
    provisional: bool  # the period touches a year without a notice of holidays

    def length(self, spans: Iterable[Span]) -> int:
        """Agreed time within spans."""
        return sum(self._until(end) - self._until(begin) for begin, end in spans)

    def without(self, taken: Sequence[Span]) -> "AgreedTime":
        """The same with stretches taken out."""
        return _agreed(self.begin, self.end, subtracted(self.spans, taken), self.provisional)

    def _until(self, at: int) -> int:
        place = bisect_right(self.opens, at) - 1
        if place < 0:
            return 0
        begin, end = self.spans[place]
        return self.before[place] + min(at, end) - begin


@dataclass(frozen=True, slots=True)
class Availability:
    """What was measured, in microseconds of agreed time (`down` weighted); agreed = judged + excluded + missing.

    provisional: the schedule rests on a year without a notice of holidays and is to be computed again.
    """

    agreed: int
    excluded: int
    missing: int
    judged: int
    down: int | Fraction
    judged_without_exclusions: int
    down_without_exclusions: int | Fraction
    provisional: bool = False

    @property
    def availability(self) -> Fraction | None:
        """The share of judged time that was not down, exactly; None where nothing is judged."""
        return _share_up(self.down, self.judged)

    @property
    def availability_without_exclusions(self) -> Fraction | None:
        return _share_up(self.down_without_exclusions, self.judged_without_exclusions)


def agreed_time(begin: datetime, end: datetime, schedule: WorkingCalendar | None = None) -> AgreedTime:
    """The agreed time of a period by a working calendar, round the clock without one."""
    opens, closes = span_of(begin, end)
    if schedule is None:
        return _agreed(opens, closes, [(opens, closes)], provisional=False)
    first, last = (moment_of(edge).astimezone(schedule.zone).date() for edge in (opens, max(opens, closes - 1)))
    spans = joined(working_spans(schedule, opens, closes, patient=True))
    return _agreed(opens, closes, spans, provisional=opens < closes and schedule.is_provisional(first, last))


def availability(
    agreed: AgreedTime,
    outages: Iterable[Outage],
    exclusions: Iterable[Interval] = (),
    unmonitored: Iterable[Interval] = (),
    service_start: datetime | None = None,
    min_outage: timedelta = NO_TIME,
    now: datetime | None = None,
) -> Availability:
    """The availability of one service; see the top of this file for what counts as what."""
    begin = agreed.begin if service_start is None else max(agreed.begin, instant(service_start))
    latest = agreed.end if now is None else instant(now)
    end = max(begin, min(agreed.end, latest))
    long_enough = _outages_of(outages, latest, shortest_of(min_outage))
    down = [
        (opens, closes, weight)
        for one_begin, one_end, weight in long_enough
        if (opens := max(one_begin, begin)) < (closes := min(one_end, end))
    ]
    excluded = clipped(_spans(exclusions), begin, end)
    unseen = clipped(_spans(unmonitored), begin, end)
    if unseen:
        unseen = subtracted(unseen, joined((opens, closes) for opens, closes, _ in down))
    return _measured(agreed, (begin, end), down, excluded, unseen)


def shortest_of(min_outage: timedelta) -> int:
    """The least length of an outage that counts, in microseconds; one of no length never does."""
    return max(1, min_outage // MICROSECOND)


def percent(share: Fraction | None, places: int = PLACES) -> str | None:
    """A share as percent with so many decimals, half up: Fraction(2, 3) → '66.6667'."""
    return None if share is None else decimal_text(share * 100, places)


def decimal_text(exact: Fraction, places: int) -> str:
    """A number that is not negative with so many decimals, half up, through whole numbers only."""
    scale = 10**places
    doubled = 2 * exact.denominator
    whole, rest = divmod((2 * scale * exact.numerator + exact.denominator) // doubled, scale)
    return f"{whole}.{rest:0{places}}"


def seconds(microseconds: int | Fraction) -> Fraction:
    return Fraction(microseconds) / SECOND


def _agreed(begin: int, end: int, spans: Sequence[Span], provisional: bool) -> AgreedTime:
    before = accumulate((closes - opens for opens, closes in spans), initial=0)
    opens = tuple(opens for opens, _ in spans)
    return AgreedTime(begin, end, tuple(spans), opens, tuple(before)[: len(opens)], provisional)


def _spans(intervals: Iterable[Interval]) -> list[Span]:
    return joined(span_of(one.begin, one.end) for one in intervals)


def _outages_of(outages: Iterable[Outage], latest: int, shortest: int) -> list[Weighted]:
    """The largest weight at each instant, of outages that as a whole lasted long enough."""
    pieces = heaviest([outage.weighted(latest) for outage in outages])
    if shortest <= 1 or not pieces:
        return pieces
    whole = joined((begin, end) for begin, end, _ in pieces)
    lasting = iter([span for span in whole if span[1] - span[0] >= shortest])
    span = next(lasting, (NEVER, NEVER))
    kept = []
    for piece in pieces:
        while span[1] <= piece[0]:
            span = next(lasting, (NEVER, NEVER))
        if span[0] <= piece[0]:
            kept.append(piece)
    return kept


def _measured(
    agreed: AgreedTime, window: Span, down: Sequence[Weighted], excluded: Sequence[Span], unseen: Sequence[Span]
) -> Availability:
    kept = agreed.without(excluded) if excluded else agreed
    whole, left = agreed.length([window]), kept.length([window])
    missing = kept.length(unseen)
    lost = _weighted_length(agreed, down)
    return Availability(
        agreed=whole,
        excluded=whole - left,
        missing=missing,
        judged=left - missing,
        down=_weighted_length(kept, down) if excluded else lost,
        judged_without_exclusions=whole - agreed.length(unseen),
        down_without_exclusions=lost,
        provisional=agreed.provisional,
    )


def _weighted_length(agreed: AgreedTime, down: Sequence[Weighted]) -> int | Fraction:
    by_weight: dict[int | Fraction, int] = {}
    for begin, end, weight in down:
        by_weight[weight] = by_weight.get(weight, 0) + agreed.length([(begin, end)])
    total: int | Fraction = 0
    for weight, amount in by_weight.items():
        total += weight * amount
    return total


def _share_up(down: int | Fraction, judged: int) -> Fraction | None:
    if judged == 0:
        return None
    # The same as 1 − down / judged in one step; a province has tens of thousands of these a month.
    return Fraction(judged * down.denominator - down.numerator, judged * down.denominator)
