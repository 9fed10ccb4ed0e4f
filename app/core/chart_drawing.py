"""What charts are drawn with: words, lines, boxes and marks at coordinates, and how wide words become."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

WIDE, NARROW = 720, 360
LETTER, SMALL = 12.0, 11.0
# The start of the signs that are as wide as they are high (CJK, full-width forms).
FULL_WIDTH = 0x2E80
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Text:
    """Words at a place; `y` is their base line."""

    x: float
    y: float
    text: str
    anchor: Anchor = "middle"
    tone: str = ""
    # "" is the small print of axes; `label` names a row, `number` is a value.
    kind: str = ""


@dataclass(frozen=True)
class Line:
    """A straight line; `kind` names its look."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str = ""


@dataclass(frozen=True)
class Box:
    """An upright rectangle with the words that a pointer finds on it; `stripes` is a path that fills it."""

    x: float
    y: float
    width: float
    height: float
    kind: str = ""
    title: str = ""
    stripes: str = ""


@dataclass(frozen=True)
class Dot:
    """A value as a mark whose shape goes with its tone, so that colour is never alone; `shape` is a path."""

    x: float
    y: float
    tone: str
    shape: str
    title: str


@dataclass(frozen=True)
class Drawing:
    """One layout of a chart: what the template draws, from the back to the front."""

    width: int
    height: float
    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    path: str = ""
    dots: tuple[Dot, ...] = ()
    texts: tuple[Text, ...] = ()


def text_width(text: str, size: float = LETTER) -> float:
    """About how wide words become; enough to keep them from each other."""
    return sum(size if ord(char) >= FULL_WIDTH else size * 0.57 for char in text)


def fitting(text: str, room: float, size: float = LETTER) -> str:
    """The words, cut with an ellipsis where the room ends."""
    if text_width(text, size) <= room:
        return text
    kept = text
    while kept and text_width(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def at(value: float) -> float:
    """A coordinate as it is written: tenths of a unit are finer than any screen."""
    return round(value, 1)


def shown(value: Decimal) -> str:
    """A number as a label: the decimals that it came with, grouped by thousands."""
    return f"{value:,f}"
