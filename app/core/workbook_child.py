"""Reads one workbook from standard input in a process of its own: refusals as one JSON line, rows as CSV.

Started by `workbooks.py` as a plain file, so that nothing of the application is loaded beside a hostile workbook.
Its arguments are the sheets to read; without any it is the one that holds the data. After `--values` no cell may hold
a formula, not even one with a result. The first line of the answer is
JSON: {"lengths": [records of each sheet]} or {"flaw": code, …}; the rest is CSV, from cell A1 on, sheet after sheet.
"""

import csv
import io
import json
import re
import resource
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

MEMORY, SECONDS = 512 * 1024 * 1024, 10
MEMBERS, UNPACKED, RATIO = 200, 50 * 1024 * 1024, 100
LAST_COLUMN, ROWS = "BL", 1_000_001
DATA_SHEETS = ("数据", "figures", "Figures", "Data")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
OPEN = rb"<(?:\w+:)?c\s"
# A cell that holds something: not closed in itself.
CELL = re.compile(OPEN + rb"([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
# Beyond column BL (64) or row 999,999; looked at closer by `check_far`. Begins with plain text, so it is quick.
FAR = re.compile(rb'r="((?:[A-Z]{3}|B[M-Z]|[C-Z][A-Z])[0-9]{1,7}|[A-Z]{1,3}[1-9][0-9]{6,9})"([^>]*)>')
REFERENCE = re.compile(rb'\br="([A-Z]{1,3}[0-9]{1,7})"')
STYLE = re.compile(rb'\bs="([0-9]{1,6})"')
FAILED = re.compile(OPEN + rb'[^>]*?\bt="e"[^>]*>')
FORMULA, CACHED = re.compile(rb"<(?:\w+:)?f[\s>/]"), re.compile(rb"<(?:\w+:)?v[^>/]*>[^<]")
PERCENT_FORMATS = {9, 10}
VALUES = "--values"


class Flawed(Exception):
    """The workbook cannot be read; `facts` go to the caller."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.facts = {"flaw": code, **facts}
        super().__init__(code)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read()
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", errors="surrogatepass")
    try:
        asked = sys.argv[1:]
        sheets = read(content, [one for one in asked if one != VALUES], values_only=VALUES in asked)
    except Flawed as flaw:
        out.write(json.dumps(flaw.facts) + "\n")
    else:
        out.write(json.dumps({"lengths": [len(rows) for rows in sheets]}) + "\n")
        for rows in sheets:
            csv.writer(out).writerows([shown(cell) for cell in row] for row in rows)
    out.flush()


def read(content: bytes, wanted: list[str], values_only: bool = False) -> list[list[list[Any]]]:
    """The rows of the sheets, once everything that could mislead is ruled out."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_members(archive)
            book = Book(archive)
            chosen = book.named(wanted) if wanted else [book.data_sheet()]
            for name, part in chosen:
                check_sheet(name, archive.read(part), book.percent_styles(), values_only)
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise Flawed("unreadable") from error
    except ElementTree.ParseError as error:
        raise Flawed("unreadable") from error
    return [rows_of(content, name) for name, _part in chosen]


def check_members(archive: zipfile.ZipFile) -> None:
    """Refuses bombs, paths that leave the archive, encryption and macros before anything is unpacked."""
    members = archive.infolist()
    total = sum(one.file_size for one in members)
    packed = max(sum(one.compress_size for one in members), 1)
    if len(members) > MEMBERS or total > UNPACKED or (total > 2**20 and total > RATIO * packed):
        raise Flawed("bomb")
    if len({one.filename for one in members}) != len(members):
        raise Flawed("unreadable")
    for one in members:
        if one.flag_bits & 1:
            raise Flawed("encrypted")
        if one.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", one.filename):
            raise Flawed("unreadable")
        if one.filename.lower().endswith("vbaproject.bin"):
            raise Flawed("macro")


def parsed(archive: zipfile.ZipFile, part: str) -> Any:
    text = archive.read(part)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Flawed("unreadable")
    return ElementTree.fromstring(text)  # noqa: S314 - no document type, bounded size, a process of its own


class Book:
    """The parts of a workbook that say which sheet holds the data and which styles show percentages."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.book = parsed(archive, "xl/workbook.xml")

    def sheets(self) -> list[tuple[str, Any]]:
        """All sheets by name; a hidden one is refused, because somebody may think that it counts."""
        sheets = [(one.get("name") or "", one) for one in self.book.iter(f"{MAIN}sheet")]
        hidden = [name for name, one in sheets if one.get("state", "visible") != "visible"]
        if hidden:
            raise Flawed("hidden", sheet=hidden[0])
        return sheets

    def named(self, wanted: list[str]) -> list[tuple[str, str]]:
        """Names and parts of the sheets asked for, in that order."""
        sheets = self.sheets()
        by_name = {name.strip(): (name, one.get(RELATION) or "") for name, one in sheets}
        absent = [name for name in wanted if name not in by_name]
        if absent:
            raise Flawed("no_sheet", wanted=absent, names=[name for name, _one in sheets])
        return [(by_name[name][0], self._part(by_name[name][1])) for name in wanted]

    def data_sheet(self) -> tuple[str, str]:
        """Name and part of the one sheet with data: the only one, or the one called so."""
        sheets = self.sheets()
        named = [(name, one) for name, one in sheets if name in DATA_SHEETS]
        if len(named) != 1 and len(sheets) != 1:
            raise Flawed("sheets", names=[name for name, _one in sheets])
        name, chosen = (named if len(named) == 1 else sheets)[0]
        return name, self._part(chosen.get(RELATION) or "")

    def _part(self, relation: str) -> str:
        for one in parsed(self.archive, "xl/_rels/workbook.xml.rels"):
            if one.get("Id") == relation:
                target = one.get("Target") or ""
                return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        raise Flawed("unreadable")

    def percent_styles(self) -> set[bytes]:
        """Numbers of the cell styles that show 0.5 as 50 %."""
        if "xl/styles.xml" not in self.archive.namelist():
            return set()
        styles = parsed(self.archive, "xl/styles.xml")
        own = {
            int(one.get("numFmtId", "0"))
            for one in styles.iter(f"{MAIN}numFmt")
            if "%" in (one.get("formatCode") or "")
        }
        cells = styles.find(f"{MAIN}cellXfs")
        formats = [int(one.get("numFmtId", "0")) for one in cells] if cells is not None else []
        return {str(place).encode() for place, number in enumerate(formats) if number in PERCENT_FORMATS | own}


def check_sheet(name: str, sheet: bytes, percent: set[bytes], values_only: bool) -> None:
    """Everything that could mislead in one sheet; what is told of a cell also says in which sheet it stands."""
    try:
        if values_only and FORMULA.search(sheet):
            check_values(sheet)
        check_cells(sheet, percent)
    except Flawed as flaw:
        flaw.facts.setdefault("sheet", name)
        raise


def check_values(sheet: bytes) -> None:
    """Refuses the first formula, whatever it came to: the file is to say the value itself."""
    for cell in CELL.finditer(sheet):
        if FORMULA.search(cell.group(2)):
            raise Flawed("formula_cell", cell=reference(cell.group(1)))


def check_cells(sheet: bytes, percent: set[bytes]) -> None:
    """Refuses merged cells, cells far out, errors, formulas without a result, and numbers shown as percentages."""
    if b"<!DOCTYPE" in sheet or b"<!ENTITY" in sheet:
        raise Flawed("unreadable")
    merged = re.search(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z0-9:]{1,30})"', sheet)
    if merged:
        raise Flawed("merged", cell=merged.group(1).decode())
    failed = FAILED.search(sheet) if b't="e"' in sheet else None
    if failed:
        raise Flawed("error_cell", cell=reference(failed.group(0)))
    for found in FAR.finditer(sheet):
        if not found.group(2).endswith(b"/"):
            check_far(found.group(1).decode())
    # Cell by cell only where there is a reason to look: this is the slow part of a large sheet.
    if percent or ((b"<f" in sheet or b":f" in sheet) and FORMULA.search(sheet)):
        for cell in CELL.finditer(sheet):
            check_cell(cell.group(1), cell.group(2), percent)


def reference(attributes: bytes) -> str:
    place = REFERENCE.search(attributes)
    return place.group(1).decode() if place else ""


def check_far(cell: str) -> None:
    letters = cell.rstrip("0123456789")
    if len(letters) > 2 or (len(letters) == 2 and letters > LAST_COLUMN) or int(cell[len(letters) :]) > ROWS:
        raise Flawed("far", cell=cell)


def check_cell(attributes: bytes, inside: bytes, percent: set[bytes]) -> None:
    if FORMULA.search(inside) and not CACHED.search(inside):
        raise Flawed("formula", cell=reference(attributes))
    style = STYLE.search(attributes) if percent else None
    if style and style.group(1) in percent and b't="' not in attributes:
        raise Flawed("percent", cell=reference(attributes))


def rows_of(content: bytes, name: str) -> list[list[Any]]:
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415 - after the checks, under the limits

    try:
        rows: list[list[Any]] = (
            load_workbook(io.BytesIO(content)).get_sheet_by_name(name).to_python(skip_empty_area=False)
        )
    except (CalamineError, OSError, ValueError) as error:
        raise Flawed("unreadable") from error
    if len(rows) > ROWS:
        raise Flawed("rows", limit=ROWS - 1)
    return rows


def shown(cell: Any) -> str:
    """A cell as text: numbers plainly, dates marked, because a spreadsheet turns 2026-09 into a day unasked."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        plain = str(int(cell)) if cell.is_integer() and abs(cell) < 1e16 else repr(cell)
        return f"{Decimal(plain):f}" if "e" in plain else plain
    if isinstance(cell, datetime | date | time | timedelta):
        return f"date:{cell}"
    return "TRUE" if cell is True else "FALSE" if cell is False else str(cell)


if __name__ == "__main__":
    main()
