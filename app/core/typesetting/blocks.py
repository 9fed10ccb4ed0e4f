"""Pieces of which a printed document is made, the same for PDF and DOCX: neither renderer decides what is said."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heading:
    """Level 1 is an article, level 2 a part of one; it may begin a page."""

    text: str
    level: int = 1
    new_page: bool = False
    kind: str = field(default="heading", init=False)


@dataclass(frozen=True)
class Paragraph:
    """Running text with an indented first line."""

    text: str
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True)
class Cell:
    """A cell of a table; it may reach over several rows (then they stay on one page) or columns."""

    text: str
    rows: int = 1
    columns: int = 1
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """Columns are (head, width in mm, alignment); the head repeats on every page."""

    columns: tuple[tuple[str, float, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    kind: str = field(default="table", init=False)


@dataclass(frozen=True)
class Digest:
    """A digest in full, in groups, with the name of its algorithm."""

    label: str
    text: str
    kind: str = field(default="digest", init=False)


@dataclass(frozen=True)
class Boxes:
    """Boxes of the signing parties, two beside each other: a head and rows of (label, value)."""

    boxes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    kind: str = field(default="boxes", init=False)


@dataclass(frozen=True)
class Masthead:
    """The head of an official document on its first page: what it is in red, its number, a rule, title and parties."""

    name: str
    number: str
    title: str
    rows: tuple[tuple[str, str], ...]
    kind: str = field(default="masthead", init=False)


@dataclass(frozen=True)
class Trend:
    """Values over periods as a line between two bounds; None leaves a gap. What it shows also stands in a table."""

    points: tuple[tuple[str, str | None], ...]
    low: str
    high: str
    kind: str = field(default="trend", init=False)


Block = Heading | Paragraph | Table | Digest | Boxes | Masthead | Trend


@dataclass(frozen=True)
class Cover:
    """The first page: a number above, the title, what it is, and rows of (label, value)."""

    number: str
    title: str
    subtitle: str
    rows: tuple[tuple[str, str], ...]
    closing: str


@dataclass(frozen=True)
class Sheet:
    """A whole document, with a cover or beginning with its masthead.

    `mark` stands on every page, `foot` below every page before the line of digests.
    """

    title: str
    cover: Cover | None
    blocks: tuple[Block, ...]
    mark: str
    foot: str
    seals: str
