"""The workbook to fill in: a sheet for projects, one for contracts, lists to choose from, and a guide to columns."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from app.intake.columns import COLUMNS, CONTRACTS, GUIDE, LEDGER, LIMITS, MAX_ENTRIES, MAX_LINES, PROJECTS, Column, Kind

# The guide is part of the file format, like the headers: in Chinese whatever language the reader uses.
RULES = (
    ("用途", "录入已经存在的项目和合同：从录入当天所处的状态接着办理，不补造以前的申报、审批、验收和签署。"),
    ("留空", "不知道的一律留空，系统记为未知。金额不要填 0，日期不要填大概的或今天的。"),
    ("整批录入", "有一行不对，整个文件都不录入；改正后重新上传。先预览，再确认。"),
    ("日期", "实际发生的日期，例如 2026-09-01。只知道年月的留空，写入备注。"),
    ("金额", "以元为单位，最多两位小数。"),
    ("机构编码", "见系统“机构”页。管理、运营、监督须由不同的单位承担。"),
    ("合同", "录入后是草稿：项目单位补上原合同的扫描件，经双方核对确认后才生效。"),
    ("上限", f"每张表最多 {MAX_LINES} 行。"),
)
KIND_WORDS = {
    Kind.TEXT: "文字",
    Kind.WORD: "从列表中选择",
    Kind.MONEY: "金额（元）",
    Kind.DAY: "日期",
    Kind.CODES: "机构编码",
}


LEDGER_RULES = (
    ("用途", "导入已有的应用台账，供新项目申报时查重；导入后可随时用新文件更新。"),
    ("对应", "同一来源系统、同一来源编号是同一条：没有变化的不动，有变化的记为新版本，原版本保留。"),
    ("不在文件中", "文件中没有的条目不受影响；停止使用的，请把状态改为“已停用”后导入。"),
    ("整批导入", "有一行不对，整个文件都不导入；改正后重新上传。"),
    ("上限", f"最多 {MAX_ENTRIES:,} 行。"),
)


def template_xlsx(modes: Sequence[str] = ()) -> bytes:
    """`modes` are the names of contract modes in force."""
    return _workbook((PROJECTS, CONTRACTS), RULES, modes)


def ledger_xlsx() -> bytes:
    """The workbook of a ledger to fill in."""
    return _workbook((LEDGER,), LEDGER_RULES, ())


def _workbook(names: Sequence[str], rules: Sequence[tuple[str, str]], modes: Sequence[str]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        formats = {
            "required": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E2ECF7"}),
            "optional": book.add_format({"bold": True, "bottom": 1}),
            "text": book.add_format({"num_format": "@"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        for name in names:
            _sheet(book.add_worksheet(name), name, modes, formats)
        _guide(book.add_worksheet(GUIDE), names, rules, formats)
    return stream.getvalue()


def _sheet(sheet: Any, name: str, modes: Sequence[str], formats: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(COLUMNS[name]):
        sheet.write_string(0, place, column.header, formats["required" if column.required else "optional"])
        # Codes and numbers of documents stay text: a spreadsheet would turn them into numbers or days.
        shape = {Kind.DAY: formats["day"], Kind.MONEY: None}.get(column.kind, formats["text"])
        sheet.set_column(place, place, max(14, 2 * len(column.header) + 2), shape)
        options = list(modes) if column.key == "mode" else list(column.words)
        # A list that is written into the cell's rule may have 255 characters.
        if options and len(",".join(options)) <= 255:
            sheet.data_validation(1, place, LIMITS[name], place, {"validate": "list", "source": options})


def _guide(sheet: Any, names: Sequence[str], rules: Sequence[tuple[str, str]], formats: dict[str, Any]) -> None:
    sheet.set_column(0, 1, 22)
    sheet.set_column(2, 4, 30, formats["wrapped"])
    line = 0
    for title, words in rules:
        sheet.write_string(line, 0, title, formats["optional"])
        sheet.write_string(line, 1, words)
        line += 1
    for sheet_name in names:
        columns = COLUMNS[sheet_name]
        line += 1
        for place, word in enumerate(("工作表", "列", "填什么", "须填", "说明")):
            sheet.write_string(line, place, word, formats["optional"])
        for column in columns:
            line += 1
            cells = [
                sheet_name,
                column.header,
                KIND_WORDS[column.kind],
                "必填" if column.required else "",
                _said(column),
            ]
            for place, cell in enumerate(cells):
                sheet.write_string(line, place, cell)
        line += 1


def _said(column: Column) -> str:
    return "；".join(part for part in ("、".join(column.words), column.hint) if part)
