"""Lists: filters and sort that stay in the address, paging by key, column choice, export of exactly what is shown."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
import xlsxwriter
from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy.orm import InstrumentedAttribute

from app.core.clock import local, today
from app.core.db import db
from app.core.formats import fmt

PAGE = 50
MAX_EXPORT = 100_000
# A cell that begins with one of these would be run as a formula by a spreadsheet.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Cell:
    """One value as it is shown; `exact` appears on demand, `sub` is a quieter second line."""

    text: str
    kind: str = "text"
    sub: str = ""
    href: str = ""
    tone: str = ""
    icon: str = ""
    exact: str = ""
    deadline: Any = None


@dataclass(frozen=True)
class Column:
    """`show` makes the cell; `value` the plain value for export; `sort` is the database column to sort by."""

    key: str
    label: Any
    show: Callable[[Any], Cell | str]
    sort: Any = None
    align: str = "start"
    unit: Any = ""
    value: Callable[[Any], Any] | None = None
    optional: bool = False
    kind: str = "text"

    @property
    def sortable(self) -> bool:
        return self.sort is not None


@dataclass(frozen=True)
class Filter:
    """A filter in the address; `apply` turns a given value into a condition (None: the value is not understood)."""

    name: str
    label: Any
    apply: Callable[[str], Any]
    kind: str = "search"
    options: Sequence[tuple[str, Any]] = ()

    @property
    def value(self) -> str:
        return request.args.get(self.name, "").strip()[:100]


@dataclass(frozen=True)
class Row:
    href: str
    cells: list[Cell]


@dataclass
class Listing:
    """A page of a list as templates/components/table.html draws it."""

    caption: Any
    statement: sa.Select[Any]
    definition: Sequence[Column]
    id_column: InstrumentedAttribute[int]
    href: Callable[[Any], str]
    default_sort: str
    filters: Sequence[Filter] = ()
    default_desc: bool = False
    empty_title: Any = ""
    empty_hint: Any = ""
    empty_action: tuple[Any, str] | None = None
    file_name: str = "list"
    # Loader options for the things themselves; kept apart, because counting and paging ask for less.
    options: Sequence[Any] = ()
    rows: list[Row] = field(default_factory=list)
    total: int = 0
    page_from: int = 0
    page_to: int = 0
    next_href: str = ""
    prev_href: str = ""

    # --- what the address asks for -------------------------------------------------------------------------------
    @property
    def sort_key(self) -> str:
        wanted = request.args.get("sort", "")
        return wanted if any(c.key == wanted and c.sortable for c in self.definition) else self.default_sort

    @property
    def sort_desc(self) -> bool:
        if request.args.get("sort"):
            return request.args.get("dir") == "desc"
        return self.default_desc

    @property
    def columns(self) -> list[Column]:
        chosen = request.args.getlist("columns")
        return [c for c in self.definition if not chosen or not c.optional or c.key in chosen]

    @property
    def column_choice(self) -> list[tuple[str, Any, bool]]:
        shown = {column.key for column in self.columns}
        return [(c.key, c.label, c.key in shown) for c in self.definition if c.optional]

    @property
    def hidden_params(self) -> list[tuple[str, str]]:
        return [(name, value) for name in ("sort", "dir") if (value := request.args.get(name, ""))]

    # --- addresses -----------------------------------------------------------------------------------------------
    def _href(self, **changes: str | None) -> str:
        kept = [(k, v) for k, v in request.args.items(multi=True) if v and k not in {*changes, "after", "before"}]
        return f"{request.path}?{urlencode(kept + [(k, v) for k, v in changes.items() if v])}".rstrip("?")

    def sort_href(self, key: str) -> str:
        turned = key == self.sort_key and not self.sort_desc
        return self._href(sort=key, dir="desc" if turned else "asc")

    @property
    def first_href(self) -> str:
        return self._href() if request.args.get("after") or request.args.get("before") else ""

    @property
    def clear_href(self) -> str:
        return request.path if any(f.value for f in self.filters) else ""

    @property
    def export_links(self) -> list[tuple[str, str]]:
        return [("XLSX", self._href(export="xlsx")), ("CSV", self._href(export="csv"))]

    # --- reading -------------------------------------------------------------------------------------------------
    def _filtered(self) -> sa.Select[Any]:
        statement = self.statement
        for one in self.filters:
            if one.value:
                condition = one.apply(one.value)
                statement = statement.where(condition if condition is not None else sa.false())
        return statement

    def load(self) -> "Listing":
        """Reads one page by key: no OFFSET, so a page deep in a long list costs what the first does."""
        filtered = self._filtered()
        keys = filtered.order_by(None).with_only_columns(self.id_column)
        self.total = db.session.scalar(sa.select(sa.func.count()).select_from(keys.subquery())) or 0
        after, before = request.args.get("after", ""), request.args.get("before", "")
        backwards = bool(before) and not after
        mark = _parse_mark(after or before)
        # First the keys of the page, then its rows: sorting does not carry whole rows along.
        found = list(db.session.scalars(self._page(filtered, mark, backwards).with_only_columns(self.id_column)))
        more = len(found) > PAGE
        things = self._things(found[:PAGE])
        if backwards:
            things.reverse()
        self.rows = [self._row(thing) for thing in things]
        self._links(things, mark, more, backwards)
        return self

    def _page(self, statement: sa.Select[Any], mark: tuple[str, int] | None, backwards: bool) -> sa.Select[Any]:
        column = self._sort_column()
        down = self.sort_desc != backwards
        anchor = self._anchor(column, mark)
        if mark is not None and anchor is not None:
            here = sa.tuple_(column, self.id_column)
            there = sa.tuple_(sa.literal(anchor, column.type), sa.literal(mark[1]))
            statement = statement.where(here < there if down else here > there)
        order = (column.desc(), self.id_column.desc()) if down else (column.asc(), self.id_column.asc())
        return statement.order_by(None).order_by(*order).limit(PAGE + 1)

    def _things(self, keys: list[int]) -> list[Any]:
        rows = db.session.scalars(self.statement.order_by(None).where(self.id_column.in_(keys)).options(*self.options))
        by_key = {self._key(thing): thing for thing in rows.unique()}
        return [by_key[key] for key in keys]

    def _anchor(self, column: Any, mark: tuple[str, int] | None) -> Any:
        """The sort value of the row that the page begins after; None when it is no longer there (first page then)."""
        if mark is None:
            return None
        row = self.statement.order_by(None).with_only_columns(column).where(self.id_column == mark[1])
        return db.session.scalar(row)

    def _sort_column(self) -> Any:
        return next(c.sort for c in self.definition if c.key == self.sort_key)

    def _links(self, things: list[Any], mark: tuple[str, int] | None, more: bool, backwards: bool) -> None:
        start = mark[0] if mark else "0"
        offset = int(start)
        if backwards:
            offset = max(0, offset - len(things))
        self.page_from, self.page_to = (offset + 1 if things else 0), offset + len(things)
        if things and (more or backwards) and self.page_to < self.total:
            self.next_href = self._href(after=f"{self.page_to}.{self._key(things[-1])}")
        if things and offset > 0:
            self.prev_href = self._href(before=f"{offset}.{self._key(things[0])}")

    def _key(self, thing: Any) -> int:
        found: int = getattr(thing, self.id_column.key)
        return found

    def _row(self, thing: Any) -> Row:
        return Row(self.href(thing), [_cell(column.show(thing)) for column in self.columns])

    # --- export --------------------------------------------------------------------------------------------------
    def export(self) -> Response | None:
        """The whole filtered, sorted list with the shown columns, when the address asks for it."""
        wanted = request.args.get("export", "")
        if wanted not in {"csv", "xlsx"}:
            return None
        column = self._sort_column()
        order = (column.desc(), self.id_column.desc()) if self.sort_desc else (column.asc(), self.id_column.asc())
        statement = self._filtered().order_by(None).order_by(*order).limit(MAX_EXPORT).options(*self.options)
        things = db.session.scalars(statement).unique()
        table = ([_plain(column, thing) for column in self.columns] for thing in things)
        head = [_head(column) for column in self.columns]
        return _as_file(f"{self.file_name}-{today().isoformat()}", wanted, head, table)


def _cell(shown: Cell | str) -> Cell:
    return shown if isinstance(shown, Cell) else Cell(shown)


def _head(column: Column) -> str:
    return f"{column.label}（{column.unit}）" if column.unit else str(column.label)


def _plain(column: Column, thing: Any) -> Any:
    if column.value is not None:
        return column.value(thing)
    return _cell(column.show(thing)).text


def _parse_mark(text: str) -> tuple[str, int] | None:
    offset, _dot, key = text.partition(".")
    if not (offset.isascii() and offset.isdigit() and key.isascii() and key.isdigit()):
        return None
    return (offset, int(key)) if len(offset) < 12 and len(key) < 18 else None


def _as_file(name: str, kind: str, head: list[str], table: Iterable[list[Any]]) -> Response:
    if kind == "csv":
        body, media = csv_bytes(head, table), "text/csv; charset=utf-8"
    else:
        body, media = xlsx_bytes(head, table), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = Response(body, content_type=media)
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{kind}")
    return response


def csv_bytes(head: list[str], table: Iterable[list[Any]]) -> bytes:
    """UTF-8 with a BOM (spreadsheets in China read it right); text that looks like a formula is disarmed."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([_disarmed(one) for one in head])
    writer.writerows([_disarmed(one) for one in row] for row in table)
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _disarmed(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else value


def xlsx_bytes(head: list[str], table: Iterable[list[Any]]) -> bytes:
    """A plain sheet with a fixed head; text stays text, never a formula or a link."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet(_("列表"))
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, head, bold)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(head) - 1, 0), 18)
        for number, row in enumerate(table, start=1):
            for place, value in enumerate(row):
                _write(sheet, number, place, value, day)
    return stream.getvalue()


def _write(sheet: Any, row: int, place: int, value: Any, day: Any) -> None:
    if isinstance(value, datetime):
        sheet.write_string(row, place, fmt.second(value))
    elif isinstance(value, date):
        sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001 - a day
    elif isinstance(value, bool | str):
        sheet.write_string(row, place, str(value))
    elif isinstance(value, int | Decimal):
        sheet.write_number(row, place, value)


def like(column: Any, text: str) -> Any:
    """Case-insensitive 'contains', with the wildcards of LIKE taken literally."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.ilike(f"%{escaped}%", escape="\\")


def options_of(kind: Any) -> list[tuple[str, Any]]:
    """Filter options from a labelled enum."""
    return [(member.value, member.label) for member in kind]


def member_or_none(kind: Any, column: Any) -> Callable[[str], Any]:
    """A filter on an enum column; an unknown value matches nothing."""

    def apply(value: str) -> Any:
        return column == kind(value) if value in {member.value for member in kind} else None

    return apply
