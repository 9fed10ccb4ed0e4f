"""Reading the workbooks: sheets, headers and rows of text, each row with the number that the sender sees beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.workbooks import BookFlaw, is_workbook, named_sheets
from app.intake.columns import COLUMNS, CONTRACTS, LEDGER, LIMITS, PROJECTS

MAX_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True)
class Row:
    """One filled row: what was typed, by the key of its column."""

    sheet: str
    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Book:
    """All filled rows of both sheets."""

    projects: tuple[Row, ...]
    contracts: tuple[Row, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.projects + self.contracts


def read_book(content: bytes) -> Book:
    """The rows of a workbook; raises `BookFlaw` with what makes the whole of it unreadable."""
    _expect_workbook(content)
    projects, contracts = named_sheets(content, (PROJECTS, CONTRACTS))
    book = Book(tuple(_rows(PROJECTS, projects)), tuple(_rows(CONTRACTS, contracts)))
    if not book.rows:
        raise BookFlaw("no_rows")
    return book


def read_ledger(content: bytes) -> tuple[Row, ...]:
    """The rows of a workbook that holds a ledger."""
    _expect_workbook(content)
    rows = tuple(_rows(LEDGER, named_sheets(content, (LEDGER,), values_only=True)[0]))
    if not rows:
        raise BookFlaw("no_entries")
    return rows


def _expect_workbook(content: bytes) -> None:
    if not content:
        raise BookFlaw("empty")
    if len(content) > MAX_BYTES:
        raise BookFlaw("large", megabytes=MAX_BYTES // 1024 // 1024)
    if not is_workbook(content):
        raise BookFlaw("no_workbook")


def _rows(sheet: str, records: Sequence[Sequence[str]]) -> Iterator[Row]:
    keys = _keys(sheet, records[0] if records else ())
    count = 0
    for line, record in enumerate(records[1:], start=2):
        cells = [cell.strip() for cell in record]
        if not any(cells):
            continue
        count += 1
        if count > LIMITS[sheet]:
            raise BookFlaw("lines", sheet=sheet, limit=LIMITS[sheet])
        if any(cells[len(keys) :]):
            raise BookFlaw("surplus", sheet=sheet, line=line)
        yield Row(sheet, line, {key: cell for key, cell in zip(keys, cells, strict=False) if cell})


def _keys(sheet: str, header: Sequence[str]) -> list[str]:
    """The keys of the columns in their order in the file; columns of the template may be left out or moved."""
    columns = {one.header: one for one in COLUMNS[sheet]}
    names = [cell.strip() for cell in header]
    while names and not names[-1]:
        names.pop()
    unknown = [name or "（空）" for name in names if name not in columns]
    if unknown:
        raise BookFlaw("header_unknown", sheet=sheet, names=unknown)
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise BookFlaw("header_doubled", sheet=sheet, names=doubled)
    missing = [one.header for one in COLUMNS[sheet] if one.required and one.header not in names]
    if missing:
        raise BookFlaw("header_missing", sheet=sheet, names=missing)
    return [columns[name].key for name in names]
