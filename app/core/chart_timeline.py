"""Spans of time on tracks: what was down, degraded, excluded or not watched between two moments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.core.chart_drawing import NARROW, SMALL, WIDE, Box, Drawing, Line, Text, at, fitting, text_width

SpanKind = Literal["outage", "degraded", "maintenance", "excluded", "pending", "missing"]
# From the back to the front of a track.
SPAN_KINDS: tuple[SpanKind, ...] = ("missing", "maintenance", "degraded", "outage", "excluded", "pending")


@dataclass(frozen=True)
class TimelineSpan:
    """A stretch of time; without an end it goes on to the end of the chart."""

    begin: datetime
    end: datetime | None
    kind: SpanKind
    title: str


@dataclass(frozen=True)
class TimelineRow:
    """One thing that is watched, with everything that is not simply up."""

    label: str
    spans: tuple[TimelineSpan, ...]
    note: str = ""


@dataclass(frozen=True)
class TimelineChart:
    """Rows over the same stretch of time; `kinds` are those that occur, for the legend."""

    begin: datetime
    end: datetime
    rows: tuple[TimelineRow, ...]
    kinds: tuple[SpanKind, ...]
    wide: Drawing
    narrow: Drawing


TIME_ROW, TRACK, TRACK_TOP, STRIPE = 44.0, 16.0, 20.0, 4.0
# What a span takes of the height of its track: kinds differ in form, not only in colour.
_FORMS: dict[SpanKind, tuple[float, float]] = {
    "missing": (0.0, 1.0),
    "maintenance": (0.35, 0.3),
    "degraded": (0.5, 0.5),
    "outage": (0.0, 1.0),
    "excluded": (0.0, 1.0),
    "pending": (0.0, 1.0),
}


def timeline_chart(
    begin: datetime, end: datetime, rows: Sequence[TimelineRow], ticks: Sequence[tuple[datetime, str]] = ()
) -> TimelineChart:
    """Spans on tracks between two moments; what lies outside is cut off, the shortest stays visible."""
    listed = tuple(TimelineRow(row.label, _inside(row.spans, begin, end), row.note) for row in rows)
    occurring = {span.kind for row in listed for span in row.spans}
    kinds = tuple(kind for kind in SPAN_KINDS if kind in occurring)
    wide, narrow = (_draw_timeline(begin, end, listed, tuple(ticks), width) for width in (WIDE, NARROW))
    return TimelineChart(begin, end, listed, kinds, wide, narrow)


def _inside(spans: Iterable[TimelineSpan], begin: datetime, end: datetime) -> tuple[TimelineSpan, ...]:
    touching = [one for one in spans if one.begin < end and (one.end is None or one.end > begin)]
    return tuple(sorted(touching, key=lambda one: (SPAN_KINDS.index(one.kind), one.begin)))


def _draw_timeline(
    begin: datetime,
    end: datetime,
    rows: tuple[TimelineRow, ...],
    ticks: tuple[tuple[datetime, str], ...],
    width: int,
) -> Drawing:
    whole = (end - begin).total_seconds() or 1.0

    def place(moment: datetime) -> float:
        return at(min(1.0, max(0.0, (moment - begin).total_seconds() / whole)) * width)

    ground = TIME_ROW * len(rows)
    placed = [(place(moment), label) for moment, label in ticks if begin <= moment <= end]
    boxes: list[Box] = []
    texts: list[Text] = []
    for number, row in enumerate(rows):
        y = number * TIME_ROW + TRACK_TOP
        boxes.append(Box(0, y, width, TRACK, "up", row.label))
        boxes += [_span_box(span, place(span.begin), place(span.end or end), y, width) for span in row.spans]
        room = width - text_width(row.note) - 16
        texts.append(Text(0, y - 6, fitting(row.label, room), "start", kind="label"))
        if row.note:
            texts.append(Text(width, y - 6, row.note, "end", kind="number"))
    return Drawing(
        width=width,
        height=ground + (18 if placed else 0),
        boxes=tuple(boxes),
        lines=tuple(Line(x, TRACK_TOP, x, at(ground - 6), "tick") for x, _label in placed),
        texts=(*texts, *_tick_texts(placed, ground + 8, width)),
    )


def _span_box(span: TimelineSpan, left: float, right: float, y: float, width: int) -> Box:
    offset, share = _FORMS[span.kind]
    breadth = max(2.0, right - left)
    left = min(left, width - breadth)
    top, height = y + offset * TRACK, share * TRACK
    stripes = ""
    if span.kind == "excluded":
        steps = range(1, int(breadth // STRIPE) + 1)
        stripes = " ".join(f"M{at(left + step * STRIPE)} {at(top)}v{at(height)}" for step in steps)
    return Box(at(left), at(top), at(breadth), at(height), span.kind, span.title, stripes)


def _tick_texts(placed: list[tuple[float, str]], y: float, width: int) -> list[Text]:
    """As many labels as have room, from the left; those at an end stay inside."""
    found: list[Text] = []
    reached = -10.0
    for x, label in placed:
        half = text_width(label, SMALL) / 2
        middle = min(max(x, half), width - half)
        if middle - half >= reached + 8:
            found.append(Text(at(middle), y, label))
            reached = middle + half
    return found
