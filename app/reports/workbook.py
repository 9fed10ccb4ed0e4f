"""The report as a workbook: numbers are numbers with their formats, texts are never formulas, the same bytes again."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Context, Decimal
from typing import Any

import xlsxwriter

from app.core.canonical import Digests
from app.core.clock import local
from app.core.typesetting import words
from app.reports import grids, items
from app.reports.grids import Cell, Grid, Moment, Money, Number, Seconds
from app.reports.sections import mark_of, plain, sections
from app.reports.sheet import title_of
from app.reports.wording import in_chinese

Content = Mapping[str, Any]
SHEETS = ("概要", "服务得分", "扣款", "可用率", "缺口")
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
# A spreadsheet keeps fifteen digits of a number; a longer one stays whole as text.
DIGITS = 15
EXACT = Context(prec=DIGITS)
# Letters to a column for each mm that it has on paper.
LETTERS = 0.62
_DAY = 86_400
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall-clock reading


class Formats:
    """Formats of a book, made once each."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._known: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._known:
            self._known[key] = self._book.add_format({"valign": "top", "text_wrap": True, **properties})
        return self._known[key]


class Page:
    """One sheet, written from top to bottom."""

    def __init__(self, sheet: Any, formats: Formats) -> None:
        self.sheet, self.formats, self.row = sheet, formats, 0

    def line(self, text: str, **properties: Any) -> None:
        self.sheet.write_string(self.row, 0, words.clean(text), self.formats(text_wrap=False, **properties))
        self.row += 1

    def grid(self, grid: Grid, titled: bool = True) -> None:
        if titled:
            self.line(in_chinese(grid.title).replace("\n", " "), bold=True)
        head = self.formats(bold=True, bg_color="#EEEEEE", border=1)
        for place, column in enumerate(grid.columns):
            self.sheet.write_string(self.row, place, in_chinese(column.label), head)
        self.row += 1
        for number, row in enumerate(grid.rows):
            bold = grid.strong and number == len(grid.rows) - 1
            for place, cell in enumerate(row):
                self.cell(place, cell, bold)
            self.row += 1
        self.row += 1

    def cell(self, place: int, cell: Cell, bold: bool) -> None:
        found = numeric(cell)
        if found is not None:
            number, shape = found
            self.sheet.write_number(
                self.row, place, _shortest(number), self.formats(num_format=shape, bold=bold, border=1)
            )
            return
        text = "" if cell == "" else words.clean(in_chinese(plain(cell)))
        self.sheet.write_string(self.row, place, text, self.formats(bold=bold, border=1))

    def widths(self, wide: Sequence[float]) -> None:
        for place, width in enumerate(wide):
            self.sheet.set_column(place, place, max(8, width * LETTERS))


def report_xlsx(content: Content, digests: Digests) -> bytes:
    """Five sheets: summary, scores, deductions, availability, gaps."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        made = datetime.fromisoformat(content["produced_at"]).replace(tzinfo=None)
        book.set_properties({"title": title_of(content), "created": made, "comments": f"SHA-256 {digests.sha256}"})
        formats = Formats(book)
        pages = [Page(book.add_worksheet(name), formats) for name in SHEETS]
        _summary(pages[0], content, digests)
        _one(pages[1], (items.all_items(content),))
        _one(pages[2], (grids.deductions(content), grids.fees(content), grids.settlement(content)))
        _one(pages[3], (grids.availability(content), grids.exclusions(content)))
        _one(pages[4], (grids.gaps(content),))
    return stream.getvalue()


def _one(page: Page, tables: Sequence[Grid]) -> None:
    for table in tables:
        page.grid(table, titled=len(tables) > 1)
    page.widths([column.width for column in tables[0].columns])
    if len(tables) == 1:
        page.sheet.freeze_panes(1, 0)


def _summary(page: Page, content: Content, digests: Digests) -> None:
    page.line(title_of(content), bold=True, font_size=14)
    page.line(f"{content['code']} · 第 {content['edition']} 版")
    if mark := mark_of(content):
        page.line(f"【{mark}】", bold=True, font_color="#B3261E")
    for section in sections(content):
        if section.key not in {"result", "trend", "differences", "basis"}:
            continue
        page.row += 1
        page.line(in_chinese(section.title), bold=True, font_size=12)
        for text in section.texts:
            page.line(in_chinese(text))
        for table in section.grids:
            page.grid(table, titled=False)
    page.line(f"内容摘要 SHA-256 {digests.sha256}")
    page.line(f"内容摘要 SM3 {digests.sm3}")
    page.widths((48, 56, 30, 30, 60))


# --- numbers ---------------------------------------------------------------------------------------------------------


def numeric(cell: Cell) -> tuple[Decimal | int, str] | None:
    """The number a cell holds and the format that shows it as paper does; None for texts and for what is missing."""
    if isinstance(cell, Money):
        return None if cell.fen is None else (Decimal(cell.fen) / 100, "#,##0.00")
    if isinstance(cell, Seconds):
        return None if cell.text is None else (Decimal(cell.text) / _DAY, "[h]:mm:ss")
    if isinstance(cell, Moment):
        return _serial(datetime.fromisoformat(cell.iso)), "yyyy-mm-dd hh:mm"
    if not isinstance(cell, Number) or cell.text is None:
        return None
    number = Decimal(cell.text)
    if len(number.as_tuple().digits) > DIGITS:
        return None
    return number, _shape(cell, number)


def _serial(moment: datetime) -> Decimal:
    """A moment of the configured zone as a spreadsheet counts it: days since the end of 1899."""
    since = local(moment).replace(tzinfo=None) - _FIRST_DAY
    return Decimal(since.days) + Decimal(since.seconds) / _DAY


def _shortest(number: Decimal | int) -> Decimal:
    """As many digits as a spreadsheet keeps, none of them a needless zero: not what a binary float would add."""
    kept = EXACT.plus(Decimal(number))
    return kept.to_integral_value() if kept == kept.to_integral_value() else kept.normalize()


def _shape(cell: Number, number: Decimal) -> str:
    places = max(0, -int(number.as_tuple().exponent))
    digits = "#,##0" + ("." + "0" * places if places else "")
    sense = f"{_quoted(in_chinese(cell.sense))}\\ " if cell.sense else ""
    unit = in_chinese(cell.unit) if cell.unit else ""
    blank = "" if not unit or unit in {"%", "‰"} else "\\ "
    return f"{sense}{digits}{blank}{_quoted(unit) if unit else ''}"


def _quoted(text: str) -> str:
    """A literal in a number format; what could end it is left out."""
    return '"' + words.clean(text).replace('"', "").replace("\\", "") + '"'
