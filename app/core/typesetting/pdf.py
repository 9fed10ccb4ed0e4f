"""Sets a sheet as PDF with typst: fonts from wheels, text as data, the same bytes for the same sheet everywhere."""

import functools
import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import manimgx_fonts_cjk
import pylopdf_fonts_zh_cn
import typst
from flask_babel import gettext as _

from app.core.errors import Problem, Refused
from app.core.typesetting.blocks import Block, Masthead, Sheet, Table

TEMPLATE = Path(__file__).parent / "typst" / "document.typ"
# For keeping: PDF/A-3 (the content is attached) and PDF/UA (read aloud). Both forbid characters that no font has.
STANDARDS: "list[typst.PDFStandard]" = ["a-3a", "ua-1"]
# A draft has no date of its own, which a file for keeping must have.
DRAFT_STANDARDS: "list[typst.PDFStandard]" = ["ua-1"]
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
# A row that is longer than this might not fit on a page, so it may be split after all.
_LONG = 400
# Half-width letters to a line of running text, and in a table: mm of padding, mm a letter, mm a digit.
_LINE, _PADDING, _LETTER, _DIGIT = 60, 2.2, 2.3, 1.85
_NUMBER = re.compile(r"[0-9,]+(\.[0-9]+)?[%‰]?")
_LATIN = re.compile(r"[^\s\u2e80-\ud7ff\uf900-\ufaff\ufe30-\uffef]+")


class CannotSet(ValueError):
    """A text that typst cannot set; it says why."""


def set_pdf(sheet: Sheet, made_at: datetime | None, attachment: dict[str, str] | None = None) -> bytes:
    """The sheet as PDF; `attachment` (name, text, description) is put into the file."""
    compiler = typst.Compiler(
        input=TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"sheet": json.dumps(as_data(sheet, made_at, attachment), ensure_ascii=False)},
    )
    # typst takes whole seconds.
    moment = (made_at or _EPOCH).astimezone(UTC).replace(microsecond=0)
    try:
        return _compiled(compiler, moment, STANDARDS if made_at else DRAFT_STANDARDS)
    except typst.TypstError:
        pass
    try:
        return _compiled(compiler, moment, [])
    except typst.TypstError as error:
        raise CannotSet(error.message) from error


def _compiled(compiler: typst.Compiler, moment: datetime, standards: "list[typst.PDFStandard]") -> bytes:
    made = compiler.compile(format="pdf", timestamp=moment, pdf_standards=standards)
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single file")
    return made


def _font_folders() -> list[Path]:
    return [Path(str(manimgx_fonts_cjk.__file__)).parent, pylopdf_fonts_zh_cn.serif_path().parent]


@functools.cache
def _fonts() -> typst.Fonts:
    """Opened once a process: typst reads what it needs of them."""
    fonts = typst.Fonts(include_system_fonts=False, font_paths=_font_folders())
    missing = {"Noto Serif SC", "Noto Sans CJK SC"} - set(fonts.families())
    if missing:
        raise Refused(
            Problem(
                _("没有生成 PDF 所需的字体：%(names)s。", names="、".join(sorted(missing))),
                remedy=_("请系统管理员按 requirements.txt 重新安装依赖。"),
            )
        )
    return fonts


# --- data for the template -------------------------------------------------------------------------------------------


def as_data(sheet: Sheet, made_at: datetime | None, attachment: dict[str, str] | None) -> dict[str, Any]:
    """What the template reads: texts only, with breaks offered in words that are longer than their line."""
    data = asdict(sheet)
    data["blocks"] = [_block(block) for block in sheet.blocks]
    if sheet.cover is not None:
        data["cover"]["title"] = soften(sheet.cover.title, 30)
        data["cover"]["rows"] = [(label, soften(value, 34)) for label, value in sheet.cover.rows]
    data["date"] = _parts(made_at) if made_at else None
    data["attachment"] = attachment
    return data


def _parts(moment: datetime) -> dict[str, int]:
    utc = moment.astimezone(UTC)
    return {name: getattr(utc, name) for name in ("year", "month", "day", "hour", "minute", "second")}


def _block(block: Block) -> dict[str, Any]:
    data = asdict(block)
    if isinstance(block, Table):
        data["rows"] = [_row(block, row) for row in data["rows"]]
    elif "boxes" in data:
        data["boxes"] = [(head, [(label, soften(value, 24)) for label, value in rows]) for head, rows in data["boxes"]]
    elif isinstance(block, Masthead):
        data["title"] = soften(block.title, 30)
        data["rows"] = [(label, soften(value, _LINE)) for label, value in block.rows]
    elif data["kind"] in {"heading", "paragraph"}:
        data["text"] = soften(data["text"], _LINE)
    return data


def _row(table: Table, row: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """Cells of a row stand in its last columns: those before them belong to cells that reach down from above."""
    reach = sum(cell["columns"] for cell in row)
    place = len(table.columns) - reach
    made = []
    for cell in row:
        width = sum(column[1] for column in table.columns[place : place + cell["columns"]])
        place += cell["columns"]
        letters = int((width - _PADDING) / (_DIGIT if _NUMBER.fullmatch(cell["text"]) else _LETTER))
        long = len(cell["text"]) > _LONG or cell["rows"] > _LONG // 20
        made.append({**cell, "text": soften(cell["text"], letters), "long": long})
    return made


def soften(text: str, letters: int) -> str:
    """Offers breaks (zero-width spaces) in words too long for a line: behind the commas of a number, else anywhere."""
    return _LATIN.sub(lambda word: _broken(word[0]) if len(word[0]) > letters else word[0], text)


def _broken(word: str) -> str:
    return word.replace(",", ",\u200b") if _NUMBER.fullmatch(word) else "\u200b".join(word)
