"""Half-open intervals and what can be done with them: join, intersect, subtract, measure, the heaviest at each instant.

Inside, an interval is a pair [begin, end) of whole microseconds since 0001-01-01T00:00Z, as in
`calendars.working_time`, so that no sum is rounded and moments of different zones, or of an hour that a clock repeats,
compare as instants.
"Spans" are intervals by time that neither overlap nor touch nor are empty: what `joined` and the others give back.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from heapq import heappop, heappush
from itertools import pairwise

from app.calendars.flaws import Flaw
from app.calendars.working_time import END_OF_TIME, FIRST_YEAR, LAST_YEAR, MICROSECOND, NEVER, ORIGIN, Span
from app.catalogues.wording import N_

EVER = 0  # the begin of what has no begin; `NEVER` is the end of what has no end
START_OF_TIME = (datetime(FIRST_YEAR, 1, 1, tzinfo=ORIGIN.tzinfo) - ORIGIN) // MICROSECOND

REVERSED = N_("结束时间早于开始时间。")

Weighted = tuple[int, int, int | Fraction]  # [begin, end) and its weight


@dataclass(frozen=True, slots=True)
class Interval:
    """From `begin` up to but without `end`; a begin of None is ever before, an end of None is still open."""

    begin: datetime | None
    end: datetime | None

    def __post_init__(self) -> None:
        span_of(self.begin, self.end)


def instant(moment: datetime) -> int:
    """A moment as whole microseconds; only with a zone, because a wall clock alone names no instant."""
    try:
        found = (moment - ORIGIN) // MICROSECOND
    except TypeError:
        raise Flaw(N_("时间必须带有时区。")) from None
    if not START_OF_TIME <= found < END_OF_TIME:
        raise Flaw(N_("时间超出可计算的范围（%(first)s 年至 %(last)s 年）。"), first=FIRST_YEAR, last=LAST_YEAR)
    return found


def moment_of(found: int) -> datetime:
    """The moment of an instant, in UTC."""
    return ORIGIN + found * MICROSECOND


def span_of(begin: datetime | None, end: datetime | None) -> Span:
    """Both ends as instants; an end before the begin is refused, an interval of no length is allowed and is nothing."""
    span = (EVER if begin is None else instant(begin), NEVER if end is None else instant(end))
    if span[1] < span[0]:
        raise Flaw(REVERSED)
    return span


def joined(intervals: Iterable[Span]) -> list[Span]:
    """The union of intervals in any order; touching ones become one, because nothing lies between them."""
    spans: list[Span] = []
    for begin, end in sorted(intervals):
        if end < begin:
            raise Flaw(REVERSED)
        if spans and begin <= spans[-1][1]:
            if end > spans[-1][1]:
                spans[-1] = (spans[-1][0], end)
        elif begin < end:
            spans.append((begin, end))
    return spans


def clipped(spans: Iterable[Span], begin: int, end: int) -> list[Span]:
    """What of the spans lies in [begin, end)."""
    return [(max(opens, begin), min(closes, end)) for opens, closes in spans if opens < end and closes > begin]


def intersected(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What lies in both; each side by time and without overlaps."""
    return list(_meetings(some, others))


def subtracted(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """What of `spans` lies outside `taken`; each side by time and without overlaps."""
    if not taken:
        return list(spans)
    gaps = zip([EVER, *(end for _, end in taken)], [*(begin for begin, _ in taken), NEVER], strict=True)
    return intersected(spans, [gap for gap in gaps if gap[0] < gap[1]])


def length(spans: Iterable[Span]) -> int:
    return sum(end - begin for begin, end in spans)


def heaviest(intervals: Iterable[Weighted]) -> list[Weighted]:
    """The largest weight at each instant, by time; neighbours of one weight are joined, empty intervals dropped."""
    waiting = sorted((one for one in intervals if one[0] < one[1]), reverse=True)
    edges = sorted({edge for begin, end, _ in waiting for edge in (begin, end)})
    running: list[tuple[int | Fraction, int]] = []  # (−weight, end): the heaviest on top, ended ones dropped when met
    pieces: list[Weighted] = []
    for begin, end in pairwise(edges):
        while waiting and waiting[-1][0] == begin:
            _, closes, weight = waiting.pop()
            heappush(running, (-weight, closes))
        while running and running[0][1] <= begin:
            heappop(running)
        if running:
            _append(pieces, (begin, end, -running[0][0]))
    return pieces


def _append(pieces: list[Weighted], piece: Weighted) -> None:
    begin, end, weight = piece
    if pieces and pieces[-1][1] == begin and pieces[-1][2] == weight:
        pieces[-1] = (pieces[-1][0], end, weight)
    else:
        pieces.append(piece)


def _meetings(some: Sequence[Span], others: Sequence[Span]) -> Iterator[Span]:
    place = other = 0
    while place < len(some) and other < len(others):
        begin = max(some[place][0], others[other][0])
        end = min(some[place][1], others[other][1])
        if begin < end:
            yield begin, end
        if some[place][1] < others[other][1]:
            place += 1
        else:
            other += 1
