"""What the events of one service come to in one period: its availability, every outage, how many, and the longest.

An outage here is what nobody could tell apart from outside: overlapping and touching stretches joined, whatever they
weigh. Availability itself is calculated in `availability.py`, which "what if" calls as well.

- It counts when it lasted at least `min_outage` as a whole, does not lie wholly inside granted exclusions, and agreed
  time is left of it; an outage outside office hours hurts nobody who agreed on office hours.
- The number (KI-007) is of those that begin in the period, so that one over the end of a month is counted once; it
  counts where it began although what is left of it may lie in the next period.
- The longest (KI-008) is by the agreed time of each within the period, exclusions taken out; a degraded minute is a
  minute.
- Where nothing is judged there is no longest outage: None, not 0.
- A status holds on to the next event, but only as far as anybody has told: after the newest delivery nobody watched,
  so that who stops delivering does not stay at 100 %. A known outage outranks that and goes on.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from operator import itemgetter
from typing import Any

from app.calendars.working_calendar import WorkingCalendar
from app.calendars.working_time import MINUTE, Span
from app.service_levels.availability import AgreedTime, Availability, Weight, agreed_time, availability, shortest_of
from app.service_levels.events import BADNESS, DEGRADED_WEIGHT, Observed, Status, StatusEvent, observed
from app.service_levels.intervals import Interval, heaviest, instant, joined, moment_of, span_of, subtracted

IN_ORDER = frozenset({Status.UP, Status.UNKNOWN})


@dataclass(frozen=True)
class Watched:
    """What is watched, the same for every service of a contract: a period of its term, and how time is measured.

    `begin` and `end` are the period; `agreed` is its agreed time within the term, which ends at `until`. `told` is when
    events were last delivered.
    """

    begin: datetime
    end: datetime
    until: datetime
    agreed: AgreedTime
    now: datetime
    told: datetime
    schedule: WorkingCalendar | None = None
    min_outage: timedelta = timedelta()
    degraded_weight: Weight = DEGRADED_WEIGHT


@dataclass(frozen=True)
class SeenOutage:
    """One outage that touches the period; an end of None: it still is. `weight` and `status` are the worst of it.

    `counted`: it is charged; `excluded`: it lies wholly inside granted exclusions; `short`: it lasted too little.
    `carried`: it began before the period. `minutes`: what of it is agreed and not excluded within the period.
    """

    begin: datetime
    end: datetime | None
    weight: Weight
    status: Status
    counted: bool
    excluded: bool
    short: bool
    carried: bool
    minutes: Fraction


@dataclass(frozen=True)
class Measurement:
    """What was measured of one service in one period."""

    result: Availability
    outages: tuple[SeenOutage, ...]
    count: int
    longest_minutes: Fraction | None
    seen: Observed


@dataclass(frozen=True)
class Measured:
    """One service in one period as its events tell it, and what that rests on.

    `count` is KI-007, `longest_minutes` KI-008. `submissions` hold the events of the period, the state at its start
    and the ends of outages over its edges; `verified`: the newest verdict on each of them is "verified". `granted` and
    `pending` are the exclusions touching the period, `exclusions` and `claims` their stretches, also beyond it. `over`:
    the period has ended. `told_by`: the submission of each moment at which something was told.
    """

    service_id: int
    result: Availability
    outages: tuple[SeenOutage, ...]
    count: int
    longest_minutes: Fraction | None
    submissions: tuple[int, ...]
    verified: bool
    granted: tuple[int, ...]
    pending: tuple[int, ...]
    over: bool
    seen: Observed
    watch: Watched
    exclusions: tuple[Interval, ...]
    claims: tuple[Interval, ...]
    told_by: Mapping[datetime, int]

    @property
    def provisional(self) -> bool:
        """Whether anything may still change it: time, a notice of holidays, a verdict, a decision."""
        return not self.over or self.result.provisional or not self.verified or bool(self.pending)


def watched(
    period: tuple[datetime, datetime],
    term: tuple[datetime, datetime],
    now: datetime,
    told: datetime,
    schedule: WorkingCalendar | None = None,
    min_outage: timedelta = timedelta(),
    degraded_weight: Weight = DEGRADED_WEIGHT,
) -> Watched:
    """A period as far as it lies in the term; its agreed time is made once for all services."""
    begin = max(period[0], term[0])
    end = max(begin, min(period[1], term[1]))
    agreed = agreed_time(begin, end, schedule)
    return Watched(*period, term[1], agreed, now, told, schedule, min_outage, degraded_weight)


def measure(watch: Watched, events: Sequence[StatusEvent], granted: Sequence[Interval]) -> Measurement:
    """One service's events, of which those that make its outages whole are all there; `granted` are exclusions."""
    seen = observed(events, watch.degraded_weight)
    if watch.told < watch.now:
        seen = replace(seen, unmonitored=(*seen.unmonitored, Interval(watch.told, None)))
    result = availability(
        watch.agreed, seen.outages, granted, seen.unmonitored, min_outage=watch.min_outage, now=watch.now
    )
    outages = tuple(_outages(watch, seen, events, joined(span_of(one.begin, one.end) for one in granted)))
    counted = [one for one in outages if one.counted]
    return Measurement(
        result=result,
        outages=outages,
        count=sum(not one.carried for one in counted),
        longest_minutes=max((one.minutes for one in counted), default=Fraction(0)) if result.judged else None,
        seen=seen,
    )


def _outages(
    watch: Watched, seen: Observed, events: Sequence[StatusEvent], taken: Sequence[Span]
) -> Iterator[SeenOutage]:
    pieces = heaviest([outage.weighted(instant(watch.now)) for outage in seen.outages])
    weights = [(begin, weight) for begin, _end, weight in pieces]
    states = sorted((instant(one.at), one.status) for one in events if one.status not in IN_ORDER)
    open_since = next((instant(one.begin) for one in seen.outages if one.end is None), None)
    begin, end = span_of(watch.begin, watch.end)
    left = watch.agreed.without(taken)
    for span in joined((opens, closes) for opens, closes, _weight in pieces):
        if span[0] >= end or span[1] <= begin:
            continue
        still = open_since is not None and span[0] <= open_since < span[1]
        excluded, short = not subtracted([span], taken), span[1] - span[0] < shortest_of(watch.min_outage)
        inside = left.length([span])
        yield SeenOutage(
            begin=moment_of(span[0]),
            end=None if still else moment_of(span[1]),
            weight=max(_within(weights, span)),
            status=max(_within(states, span), key=BADNESS.__getitem__),
            counted=not (excluded or short) and (inside > 0 or _left_later(watch, span, taken)),
            excluded=excluded,
            short=short,
            carried=span[0] < begin,
            minutes=Fraction(inside, MINUTE),
        )


def _left_later(watch: Watched, span: Span, taken: Sequence[Span]) -> bool:
    """Whether agreed time of an outage is left after the period, where there is none within it."""
    begin, end = watch.agreed.end, min(span[1], instant(watch.until))
    if begin >= end:
        return False
    return agreed_time(moment_of(begin), moment_of(end), watch.schedule).without(taken).length([span]) > 0


def _within(marks: Sequence[tuple[int, Any]], span: Span) -> list[Any]:
    """What the marks, by time, say within a span."""
    first, last = (bisect_left(marks, edge, key=itemgetter(0)) for edge in span)
    return [said for _at, said in marks[first:last]]
