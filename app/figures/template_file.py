"""The workbook an operator fills in: the contract's own services, indicators and units, and how to fill each column."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from app.core.periods import Period
from app.figures.figure_rules import Measure
from app.figures.reading import FIGURES

WIDTHS = {"service": 16, "indicator": 12, "period": 12, "value": 16, "denominator": 14, "unit": 10}
DATA, ITEMS, GUIDE = "数据", "服务与指标", "填写说明"


@dataclass(frozen=True)
class TemplateRow:
    """A row to fill in: for this measure and this period a figure is owed and none stands."""

    measure: Measure
    period: Period


def template_xlsx(title: str, measures: Sequence[Measure], rows: Sequence[TemplateRow]) -> bytes:
    """Three sheets: the data to fill in, what may be reported, and the rules in words."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        text = book.add_format({"num_format": "@"})
        _data(book.add_worksheet(DATA), rows, bold, text)
        _items(book.add_worksheet(ITEMS), measures, bold)
        _guide(book.add_worksheet(GUIDE), title, bold)
    return stream.getvalue()


def _data(sheet: Any, rows: Sequence[TemplateRow], bold: Any, text: Any) -> None:
    sheet.write_row(0, 0, FIGURES.known, bold)
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(FIGURES.known):
        # Everything but numbers is text: a spreadsheet would turn 2026-09 into a day.
        numeric = name in {"value", "denominator"}
        sheet.set_column(place, place, WIDTHS.get(name, 18), None if numeric else text)
    for number, row in enumerate(rows, start=1):
        cells = {
            "service": row.measure.service_code,
            "indicator": row.measure.indicator,
            "period": row.period.text,
            "unit": row.measure.unit,
        }
        for name, cell in cells.items():
            sheet.write_string(number, FIGURES.known.index(name), cell, text)


def _items(sheet: Any, measures: Sequence[Measure], bold: Any) -> None:
    head = [_("服务编号"), _("服务"), _("指标"), _("指标名称"), _("单位"), _("周期"), _("小数位数"), _("分母")]
    sheet.write_row(0, 0, head, bold)
    sheet.set_column(0, len(head) - 1, 20)
    for number, one in enumerate(measures, start=1):
        needed = _("须填") if one.ratio else _("可填")
        cells = [one.service_code, one.service_name, one.indicator, one.name, one.unit, PERIOD_EXAMPLES[one.due]]
        for place, cell in enumerate(cells):
            sheet.write_string(number, place, str(cell))
        sheet.write_number(number, 6, one.decimals)
        sheet.write_string(number, 7, needed)


PERIOD_EXAMPLES = {"month": "2026-09", "quarter": "2026-Q3", "year": "2026"}


def _guide(sheet: Any, title: str, bold: Any) -> None:
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, _("合同"), bold)
    sheet.write_string(0, 1, title, bold)
    for number, (name, words) in enumerate(_rules(), start=2):
        sheet.write_string(number, 0, name)
        sheet.write_string(number, 1, words)


def _rules() -> list[tuple[str, str]]:
    return [
        ("service", _("服务编号，见“服务与指标”。")),
        ("indicator", _("指标编号，须是该服务约定的指标。")),
        ("period", _("周期：2026-09-01（日）、2026-09-01T13（时）、2026-09（月）、2026-Q3（季度）、2026（年）。")),
        ("value", _("数值。没有数据时留空，并在 reason 写明原因；0 表示确实为零；不适用的填 -。")),
        ("denominator", _("比率的分母（如办件总量），比率须填。")),
        ("unit", _("单位，可不填；填写时须与约定一致。")),
        ("channel", _("渠道，可不填；同一数据分渠道报送时填写。")),
        ("reason", _("缺失原因。")),
        ("evidence", _("证据说明，例如日志文件名或编号。")),
        ("note", _("备注。")),
    ]
