"""Bars against baselines: one a row, its name above it and its number at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.chart_drawing import NARROW, WIDE, Box, Drawing, Line, Text, at, fitting, shown, text_width


@dataclass(frozen=True)
class Bar:
    """A value against its baseline; None for either is missing and drawn as such."""

    label: str
    value: Decimal | None
    baseline: Decimal | None = None
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class BarsChart:
    """Bars under each other; with baselines each is measured by its own, so that all baselines stand in one line."""

    bars: tuple[Bar, ...]
    relative: bool
    wide: Drawing
    narrow: Drawing


BAR_ROW, BAR, BAR_TOP = 40.0, 12.0, 20.0
# A bar is cut off at twice its baseline, with a mark, so that one runaway does not flatten all others.
MOST_SHARE = 2.0


def bars_chart(bars: Sequence[Bar]) -> BarsChart:
    """One bar a row with its name above it and its number at the end."""
    listed = tuple(bars)
    relative = any(one.baseline for one in listed)
    wide, narrow = (_draw_bars(listed, relative, width) for width in (WIDE, NARROW))
    return BarsChart(listed, relative, wide, narrow)


def _draw_bars(bars: tuple[Bar, ...], relative: bool, width: int) -> Drawing:
    shares = [_share(one, relative, bars) for one in bars]
    reach = min(MOST_SHARE, max([1.0, *(one for one in shares if one is not None)]))
    # Room for the mark of a bar that goes on.
    scale = (width - 10) / reach
    boxes = [box for row, one in enumerate(bars) for box in _bar_boxes(one, shares[row], scale, reach, row)]
    based = [row * BAR_ROW + BAR_TOP for row, one in enumerate(bars) if one.baseline]
    return Drawing(
        width=width,
        height=BAR_ROW * len(bars),
        boxes=tuple(boxes),
        lines=tuple(Line(at(scale), y - 3, at(scale), y + BAR + 3, "baseline") for y in based),
        texts=tuple(text for row, one in enumerate(bars) for text in _bar_texts(one, width, row)),
    )


def _share(bar: Bar, relative: bool, bars: Sequence[Bar]) -> float | None:
    """How long a bar is as a share of the baseline, or of the longest bar; None where nothing can be drawn."""
    if bar.value is None or (relative and not bar.baseline):
        return None
    whole = bar.baseline if relative else max((one.value for one in bars if one.value is not None), default=None)
    return max(0.0, float(bar.value) / float(whole)) if whole else 0.0


def _bar_boxes(bar: Bar, share: float | None, scale: float, reach: float, row: int) -> list[Box]:
    y = row * BAR_ROW + BAR_TOP
    title = " ".join(part for part in (bar.label, _of_baseline(bar), bar.note) if part)
    blank = "gap" if bar.value is None else "blank"
    track = Box(0, y, at(scale * reach), BAR, blank if share is None else "track", title)
    if share is None:
        return [track]
    length = max(2.0, min(share, reach) * scale)
    kind = "bar" + (f"-{bar.tone}" if bar.tone else "")
    found = [track, Box(0, y, at(length), BAR, kind, title)]
    if share > reach:
        found.append(Box(at(length + 2), y, 3, BAR, kind, title))
    return found


def _of_baseline(bar: Bar) -> str:
    if bar.value is None:
        return ""
    return f"{shown(bar.value)} / {shown(bar.baseline)}" if bar.baseline is not None else shown(bar.value)


def _bar_texts(bar: Bar, width: int, row: int) -> list[Text]:
    y = row * BAR_ROW + BAR_TOP - 6
    end = " ".join(part for part in (_of_baseline(bar), bar.note) if part)
    room = width - text_width(end) - 16
    return [
        Text(0, y, fitting(bar.label, room), "start", kind="label"),
        Text(width, y, end, "end", bar.tone, "number"),
    ]
