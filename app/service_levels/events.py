"""From status events of a monitor to intervals; the order in which events arrive makes no difference.

A status holds from its event to the next event of another status; the last one holds on, so an outage that is open at
the end stays open. Before the first event nobody watched. Events of one instant that contradict each other count as the
worst of them: the order of arrival says nothing, and a fault is not argued away by a second event.

    down         outage of weight 1
    degraded     outage of `degraded_weight`
    maintenance  outage of weight 1 and, beside it, a candidate for an exclusion: only a decision takes it out
    unknown      not monitored
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from app.service_levels.availability import Outage, Weight
from app.service_levels.intervals import Interval, instant, moment_of


class Status(StrEnum):
    """What a monitor says of a service, the worst last."""

    UP = "up"
    UNKNOWN = "unknown"
    DEGRADED = "degraded"
    MAINTENANCE = "maintenance"
    DOWN = "down"


BADNESS = {status: place for place, status in enumerate(Status)}

# The product's default where a contract does not say how much a degraded service counts.
DEGRADED_WEIGHT = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """A monitor saw this status at this moment."""

    at: datetime
    status: Status


@dataclass(frozen=True)
class Observed:
    """What the events come to, each by time; `maintenance` is also among the outages."""

    outages: tuple[Outage, ...]
    maintenance: tuple[Interval, ...]
    unmonitored: tuple[Interval, ...]


def observed(events: Iterable[StatusEvent], degraded_weight: Weight = DEGRADED_WEIGHT) -> Observed:
    """The intervals of one service's events, given in any order; repeats and duplicates change nothing."""
    weights: dict[Status, Weight] = {Status.DOWN: 1, Status.MAINTENANCE: 1, Status.DEGRADED: degraded_weight}
    outages, maintenance, unmonitored = [], [], []
    for status, begin, end in _stretches(_worst_by_instant(events)):
        if status is Status.UP:
            continue
        if status is Status.UNKNOWN:
            unmonitored.append(Interval(begin, end))
        elif begin is not None:
            outages.append(Outage(begin, end, weights[status]))
        if status is Status.MAINTENANCE:
            maintenance.append(Interval(begin, end))
    return Observed(tuple(outages), tuple(maintenance), tuple(unmonitored))


def _worst_by_instant(events: Iterable[StatusEvent]) -> dict[int, Status]:
    found: dict[int, Status] = {}
    for event in events:
        at, status = instant(event.at), event.status
        held = found.setdefault(at, status)
        if held is not status and BADNESS[held] < BADNESS[status]:
            found[at] = status
    return found


def _stretches(found: dict[int, Status]) -> Iterator[tuple[Status, datetime | None, datetime | None]]:
    """Each status with its begin and end; unknown from ever to the first event."""
    status = Status.UNKNOWN
    changes: list[tuple[Status, datetime | None]] = [(status, None)]
    for at in sorted(found):
        if found[at] is not status:
            status = found[at]
            changes.append((status, moment_of(at)))
    changes.append((Status.UNKNOWN, None))
    return ((what, begin, end) for (what, begin), (_, end) in pairwise(changes))
