"""Charts of service levels: what happened when in a period, availability over periods, use against its baseline."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from heapq import nlargest

from flask_babel import gettext as _

from app.core.charts import (
    Bar,
    BarsChart,
    SpanKind,
    TimelineChart,
    TimelineRow,
    TimelineSpan,
    TrendChart,
    TrendPoint,
    bars_chart,
    timeline_chart,
    trend_chart,
)
from app.core.clock import local
from app.core.periods import Period, PeriodKind
from app.service_levels.availability import percent
from app.service_levels.events import Status
from app.service_levels.intervals import Interval
from app.service_levels.measuring import Measured, SeenOutage
from app.service_levels.usage import Amount, Having, Use
from app.service_levels.wording import span_words, status_word, timed_words

KINDS: dict[Status, SpanKind] = {
    Status.DOWN: "outage",
    Status.DEGRADED: "degraded",
    Status.MAINTENANCE: "maintenance",
}
# A chart of a month has room for so many; the table beside it lists the rest. The longest are drawn.
MOST_SPANS = 200
WEEK = timedelta(days=7)


def timeline_of(
    period: Period, span: tuple[datetime, datetime], rows: Iterable[tuple[str, str, Measured | None]]
) -> TimelineChart:
    """One row a service: its name, a word at its end, and what was measured; a service nobody watched is missing.

    `span` is what of the period lies in the term and has passed: the rest is neither up nor missing.
    """
    listed = [TimelineRow(label, tuple(_spans(span, found)), note) for label, note, found in rows]
    return timeline_chart(*span, listed, ticks_of(period))


def _spans(span: tuple[datetime, datetime], found: Measured | None) -> Iterator[TimelineSpan]:
    if found is None:
        yield TimelineSpan(*span, "missing", str(_("没有监测事件")))
        return
    for outage in nlargest(MOST_SPANS, found.outages, key=_length):
        words = f"{status_word(outage.status)} {span_words(outage)}（{timed_words(outage, span)}）"
        yield TimelineSpan(outage.begin, outage.end or found.watch.now, KINDS[outage.status], words)
    yield from _stretches(span, found.seen.unmonitored, "missing", str(_("无监测")))
    yield from _stretches(span, found.exclusions, "excluded", str(_("已除外")))
    yield from _stretches(span, found.claims, "pending", str(_("除外待裁定")))


def _stretches(
    span: tuple[datetime, datetime], intervals: Iterable[Interval], kind: SpanKind, words: str
) -> Iterator[TimelineSpan]:
    for one in intervals:
        begin, end = max(one.begin or span[0], span[0]), min(one.end or span[1], span[1])
        if begin < end:
            title = f"{words} {local(begin):%m-%d %H:%M}–{local(end):%m-%d %H:%M}"
            yield TimelineSpan(begin, end, kind, title)


def _length(outage: SeenOutage) -> timedelta:
    return (outage.end - outage.begin) if outage.end else timedelta.max


def ticks_of(period: Period) -> list[tuple[datetime, str]]:
    """Weeks of a month, months of a quarter or a year; of what is shorter its begin and end."""
    if period.kind is PeriodKind.MONTH:
        weeks = [period.start + place * WEEK for place in range(5)]
        return [(one, f"{local(one):%m-%d}") for one in weeks if one < period.end]
    if period.kind in {PeriodKind.QUARTER, PeriodKind.YEAR}:
        return [(one.start, one.text) for one in period.split(PeriodKind.MONTH)]
    return [(period.start, f"{local(period.start):%H:%M}"), (period.end, f"{local(period.end):%H:%M}")]


def trend_of(points: Sequence[tuple[Period, Fraction | None, bool]], target: Decimal | None) -> TrendChart:
    """Availability over periods; `bool`: whether the target was met. A period without a number is a gap."""
    marks = [(target, str(_("约定 %(target)s", target=f"{target.normalize():f}")))] if target is not None else []
    return trend_chart(
        [_point(period, share, met, target) for period, share, met in points], bounds=(99, 100), marks=marks
    )


def _point(period: Period, share: Fraction | None, met: bool, target: Decimal | None) -> TrendPoint:
    text = percent(share)
    if text is None:
        return TrendPoint(period.text, None)
    return TrendPoint(period.text, Decimal(text), tone="" if target is None else "good" if met else "bad")


def use_chart(uses: Iterable[Use]) -> BarsChart:
    """The volume of each period against what was expected of it."""
    return bars_chart([_bar(one) for one in uses])


def _bar(use: Use) -> Bar:
    baseline = None if use.baseline is None else Decimal(use.baseline)
    note = "" if use.volume.having is Having.VALUE else having_word(use.volume)
    return Bar(use.period, plain(use.volume), baseline, note, _tone(use.attainment))


def _tone(attainment: Amount) -> str:
    """The thresholds of KI-043: at least 80 % of the baseline is well, below 60 % calls for a talk."""
    if attainment.value is None:
        return ""
    return "good" if attainment.value >= 80 else "warn" if attainment.value >= 60 else "bad"


def plain(amount: Amount) -> Decimal | None:
    return None if amount.value is None else Decimal(amount.value.numerator) / amount.value.denominator


def having_word(amount: Amount) -> str:
    """缺 for what is owed, — for what nobody owes."""
    return str(_("缺")) if amount.having is Having.MISSING else "—"
