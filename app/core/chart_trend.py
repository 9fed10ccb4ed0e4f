"""A trend: values from period to period with gaps where one is missing, and lines for what they are held against."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.chart_drawing import LETTER, NARROW, SMALL, WIDE, Box, Dot, Drawing, Line, Text, at, shown, text_width


@dataclass(frozen=True)
class TrendPoint:
    """One period. `note` is a short word beside the value (a grade); `tone`: good, warn, bad or nothing."""

    label: str
    value: Decimal | None
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class TrendChart:
    """Values over periods, with lines for what they are measured against."""

    points: tuple[TrendPoint, ...]
    marks: tuple[tuple[Decimal, str], ...]
    wide: Drawing
    narrow: Drawing


@dataclass(frozen=True)
class _Plot:
    """The inner rectangle of a trend, and where values and periods lie in it."""

    width: int
    left: float
    right: float
    top: float
    bottom: float
    low: float
    high: float
    count: int

    @property
    def slot(self) -> float:
        return (self.right - self.left) / max(1, self.count)

    def x(self, place: int) -> float:
        return at(self.left + (place + 0.5) * self.slot)

    def y(self, value: Decimal | float) -> float:
        return at(self.top + (self.high - float(value)) / (self.high - self.low) * (self.bottom - self.top))


def trend_chart(
    points: Sequence[TrendPoint],
    bounds: tuple[Decimal | int, Decimal | int] = (0, 100),
    marks: Sequence[tuple[Decimal, str]] = (),
) -> TrendChart:
    """Values from period to period. The bounds give way to values beyond them; a value of None is a gap."""
    known = [*(one.value for one in points if one.value is not None), *(value for value, _label in marks)]
    low, high = min([Decimal(bounds[0]), *known]), max([Decimal(bounds[1]), *known])
    if low == high:
        high = low + 1
    listed, lines = tuple(points), tuple(marks)
    wide, narrow = (_draw_trend(listed, (low, high), lines, width) for width in (WIDE, NARROW))
    return TrendChart(listed, lines, wide, narrow)


def _draw_trend(
    points: tuple[TrendPoint, ...],
    bounds: tuple[Decimal, Decimal],
    marks: tuple[tuple[Decimal, str], ...],
    width: int,
) -> Drawing:
    ends = [shown(one) for one in bounds]
    noted = any(one.note for one in points)
    height = 216 if width == WIDE else 200
    plot = _Plot(
        width=width,
        left=at(max(text_width(one, SMALL) for one in ends) + 8),
        right=at(width - max([6.0, *(text_width(label, SMALL) + 8 for _value, label in marks)])),
        top=22,
        bottom=height - (40 if noted else 24),
        low=float(bounds[0]),
        high=float(bounds[1]),
        count=len(points),
    )
    placed = [(place, one, one.value) for place, one in enumerate(points)]
    given = [(place, one, value) for place, one, value in placed if value is not None]
    return Drawing(
        width=width,
        height=height,
        boxes=tuple(_gap(plot, place, one) for place, one, value in placed if value is None),
        lines=(*_frame(plot), *(Line(plot.left, plot.y(v), plot.right, plot.y(v), "mark") for v, _label in marks)),
        path=_segments(plot, [(place, value) for place, _one, value in given]),
        dots=tuple(_dot(plot, place, one, value) for place, one, value in given),
        texts=(
            *_end_texts(plot, ends),
            *_mark_texts(plot, marks),
            *_period_texts(plot, points),
            *_value_texts(plot, [(place, one, value) for place, one, value in given]),
        ),
    )


def _frame(plot: _Plot) -> tuple[Line, ...]:
    """Only the ground is drawn whole; the top is a hair line that belongs to its number."""
    return (
        Line(plot.left, plot.bottom, plot.right, plot.bottom, "axis"),
        Line(plot.left, plot.top, plot.right, plot.top, "grid"),
    )


def _gap(plot: _Plot, place: int, point: TrendPoint) -> Box:
    width = min(plot.slot, 40.0)
    x, y, height = plot.x(place) - width / 2, plot.top, plot.bottom - plot.top
    return Box(at(x), y, at(width), at(height), "gap", point.label)


def _segments(plot: _Plot, given: list[tuple[int, Decimal]]) -> str:
    """A path that is lifted where a period is missing."""
    found = []
    for number, (place, value) in enumerate(given):
        follows = number > 0 and given[number - 1][0] == place - 1
        found.append(f"{'L' if follows else 'M'}{plot.x(place)} {plot.y(value)}")
    return " ".join(found)


_SHAPES = {
    "good": "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "warn": "m0 -5.2l5.2 5.2l-5.2 5.2l-5.2 -5.2z",
    "bad": "m-4 -4h8v8h-8z",
    "": "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
}


def _dot(plot: _Plot, place: int, point: TrendPoint, value: Decimal) -> Dot:
    x, y = plot.x(place), plot.y(value)
    tone = point.tone if point.tone in _SHAPES else ""
    title = " ".join(part for part in (point.label, shown(value), point.note) if part)
    return Dot(x, y, tone, f"M{x} {y}{_SHAPES[tone]}", title)


def _end_texts(plot: _Plot, ends: list[str]) -> list[Text]:
    low, high = ends
    return [Text(plot.left - 6, plot.top + 4, high, "end"), Text(plot.left - 6, plot.bottom + 4, low, "end")]


def _mark_texts(plot: _Plot, marks: Sequence[tuple[Decimal, str]]) -> list[Text]:
    """Labels at the right end of their lines, the lower ones pushed down where two would meet."""
    found: list[Text] = []
    for value, label in sorted(marks, key=lambda one: one[0], reverse=True):
        y = plot.y(value) + 4
        if found:
            y = max(y, found[-1].y + SMALL + 2)
        found.append(Text(at(plot.right + 6), at(y), label, "start"))
    return found


def _period_texts(plot: _Plot, points: Sequence[TrendPoint]) -> list[Text]:
    """The first and the last period always, between them as many as have room; each with its note below."""
    if not points:
        return []
    widest = max(max(text_width(one.label, SMALL), text_width(one.note, SMALL)) for one in points) + 10
    step = max(1, -int(-widest // plot.slot))
    places = sorted(range(len(points) - 1, -1, -step))
    # Both ends are named; the second label moves out of the way of the first.
    places[0] = 0
    found = []
    for place in places:
        one, x = points[place], plot.x(place)
        found.append(Text(x, plot.bottom + 16, one.label))
        if one.note:
            found.append(Text(x, plot.bottom + 31, one.note, tone=one.tone))
    return found


def _value_texts(plot: _Plot, given: list[tuple[int, TrendPoint, Decimal]]) -> list[Text]:
    """Every value where they have room beside each other; otherwise the lowest, the highest and the last."""
    if not given:
        return []
    room = max(text_width(shown(value)) for _place, _one, value in given) + 6 <= plot.slot
    by_value = sorted(given, key=lambda one: one[2])
    spoken = {place for place, _one, _value in given} if room else {by_value[0][0], by_value[-1][0], given[-1][0]}
    values = {place: value for place, _one, value in given}
    found: list[Text] = []
    for place, one, value in given:
        if place in spoken:
            words, x = shown(value), plot.x(place)
            half = text_width(words) / 2
            x = min(max(x, plot.left + half), plot.right - half)
            if found and x - half < found[-1].x + text_width(found[-1].text) / 2 + 4:
                found.pop()
            y = _beside(plot, place, values)
            found.append(Text(at(x), y, words, tone=one.tone, kind="number"))
    return found


def _beside(plot: _Plot, place: int, values: dict[int, Decimal]) -> float:
    """Above a value, or below it where its line comes down from both sides (or nothing is left above)."""
    y = plot.y(values[place])
    around = [plot.y(values[near]) for near in (place - 1, place + 1) if near in values]
    valley = bool(around) and all(other < y for other in around)
    below = y + 19
    return at(below if (valley and below < plot.bottom - 3) or y - 9 < LETTER else y - 9)
