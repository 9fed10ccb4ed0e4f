"""From a file's bytes to a checked header and rows of text: CSV in UTF-8 or GB18030, JSON, and what a sheet gave."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

MAX_ROWS = 1_000_000
FIGURE_COLUMNS = ("service", "indicator", "period", "value")
FIGURE_OPTIONS = ("denominator", "unit", "channel", "reason", "evidence", "note")
EVENT_COLUMNS = ("at", "service", "status")
EVENT_OPTIONS = ("code", "response_ms")


class FileFlaw(Exception):
    """A file that cannot be read as a whole; `wording.py` has the words for the code."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values
        super().__init__(code)


@dataclass(frozen=True)
class Shape:
    """The columns a file must have and those it may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def known(self) -> tuple[str, ...]:
        return self.required + self.optional


FIGURES = Shape(FIGURE_COLUMNS, FIGURE_OPTIONS)
EVENTS = Shape(EVENT_COLUMNS, EVENT_OPTIONS)
Rows = Iterable[tuple[int, Sequence[str]]]


@dataclass(frozen=True)
class Table:
    """A checked header and the rows below it, each with the number that the sender sees beside it."""

    header: tuple[str, ...]
    rows: Rows

    def place(self, column: str) -> int:
        """Where a column stands; -1 when the file has none."""
        return self.header.index(column) if column in self.header else -1


def decoded(content: bytes) -> str:
    """UTF-8 (a BOM is taken off), else GB18030; binary content is refused."""
    if not content.strip():
        raise FileFlaw("empty")
    if b"\x00" in content or content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xd0\xcf\x11\xe0")):
        raise FileFlaw("binary")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileFlaw("encoding")


def table_of_csv(text: str, shape: Shape) -> Table:
    """Reads the header at once and the rows when they are asked for."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = _header(next(reader, []), shape)
    except csv.Error as error:
        raise FileFlaw("csv", row=1) from error
    return Table(header, _filled(reader))


def _filled(reader: Iterator[list[str]]) -> Rows:
    """The rows that hold anything, numbered as a spreadsheet numbers them."""
    number = 1
    try:
        for number, cells in enumerate(reader, start=2):
            if any(cells) and any(cell.strip() for cell in cells):
                yield number, cells
            if number > MAX_ROWS + 1:
                raise FileFlaw("rows", limit=MAX_ROWS)
    except csv.Error as error:
        raise FileFlaw("csv", row=number + 1) from error


def _header(cells: Sequence[str], shape: Shape) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not any(name in shape.known for name in names):
        raise FileFlaw("no_header", wanted=shape.known, found=names[:10])
    if "" in names:
        raise FileFlaw("header_gap", place=names.index("") + 1)
    unknown = [name for name in names if name not in shape.known]
    if unknown:
        raise FileFlaw("header_unknown", names=unknown, wanted=shape.known)
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise FileFlaw("header_doubled", names=doubled)
    missing = [name for name in shape.required if name not in names]
    if missing:
        raise FileFlaw("header_missing", names=missing)
    return tuple(names)


def table_of_json(content: bytes, shape: Shape) -> Table:
    """A JSON array of objects, or one object a line (NDJSON); each item is a row, numbered from 1."""
    text = decoded(content).strip()
    items = _loaded(text, 1) if text.startswith("[") else _lines(text)
    if not isinstance(items, list) or not items:
        raise FileFlaw("empty")
    if len(items) > MAX_ROWS:
        raise FileFlaw("rows", limit=MAX_ROWS)
    rows = [(number, _cells(item, number, shape)) for number, item in enumerate(items, start=1)]
    return Table(shape.known, rows)


def _lines(text: str) -> list[Any]:
    return [_loaded(line, number) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _loaded(text: str, line: int) -> Any:
    try:
        # Numbers stay the text that was sent: nothing is rounded on the way in.
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_once_each)
    except json.JSONDecodeError as error:
        raise FileFlaw("json", line=line + error.lineno - 1) from error
    except RecursionError as error:
        raise FileFlaw("json", line=line) from error


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _value in pairs]
    if len(set(names)) != len(names):
        raise FileFlaw("header_doubled", names=sorted({name for name in names if names.count(name) > 1}))
    return dict(pairs)


def _cells(item: Any, number: int, shape: Shape) -> list[str]:
    if not isinstance(item, dict):
        raise FileFlaw("json_item", line=number)
    unknown = sorted(set(item) - set(shape.known))
    if unknown:
        raise FileFlaw("header_unknown", names=unknown, wanted=shape.known)
    missing = [name for name in shape.required if name not in item]
    if missing:
        raise FileFlaw("json_missing", names=missing, line=number)
    cells = [item.get(name) for name in shape.known]
    if not all(cell is None or isinstance(cell, str) for cell in cells):
        raise FileFlaw("json_value", line=number)
    return [cell or "" for cell in cells]
