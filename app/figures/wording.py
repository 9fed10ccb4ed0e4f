"""Findings about files, rows and figures in words: what is wrong, and what to do about it."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import Problem
from app.core.formats import fmt
from app.core.periods import PeriodKind
from app.core.workbook_words import BOOK_WORDS
from app.figures.figure_rules import MILLION, RowProblem
from app.figures.reading import FileFlaw

_FILE = {
    **BOOK_WORDS,
    "empty": (_l("文件是空的。"), _l("请填写后再上传。")),
    "no_rows": (_l("文件只有表头，没有数据行。"), _l("请在表头下面填写数据。")),
    "large": (_l("文件超过 %(megabytes)s MB。"), _l("请按周期或服务拆分后分别报送。")),
    "binary": (_l("文件不是文本，也不是 XLSX 工作簿。"), _l("请另存为 UTF-8 编码的 CSV，或 XLSX 格式。")),
    "encoding": (_l("文件的文字编码无法识别。"), _l("请另存为 UTF-8 或 GB18030 编码的 CSV。")),
    "csv": (_l("第 %(row)s 行的引号或单元格无法读取。"), _l("请检查该行引号是否成对，单元格是否过长。")),
    "rows": (_l("超过 %(limit)s 行。"), _l("请拆分后分别报送。")),
    "no_header": (
        _l("第 1 行没有表头，读到的是：%(found)s。"),
        _l("请把表头放在第 1 行，从第 1 列开始，不要合并单元格或加标题行：%(wanted)s。"),
    ),
    "header_gap": (_l("表头第 %(place)s 列是空的。"), _l("请删除空列，或写上列名。")),
    "header_unknown": (_l("表头有不认识的列：%(names)s。"), _l("可用的列是：%(wanted)s。")),
    "header_doubled": (_l("列名重复：%(names)s。"), _l("每一列只能出现一次。")),
    "header_missing": (_l("表头缺少：%(names)s。"), _l("请补上，列的次序不限。")),
    "json": (_l("第 %(line)s 行不是有效的 JSON。"), _l("请发送 JSON 数组，或每行一个对象（NDJSON）。")),
    "json_item": (_l("第 %(line)s 项不是 JSON 对象。"), _l("每一项须为一个对象，键为列名。")),
    "json_missing": (_l("第 %(line)s 项缺少：%(names)s。"), _l("请补上；申报缺失请写空字符串或 null。")),
    "json_value": (_l("第 %(line)s 项的值须为文本或数字。"), _l("请不要使用嵌套的值。")),
}
_ROW = {
    "surplus": _l("单元格多于表头的列"),
    "blank": _l("没有填写"),
    "unknown_service": _l("合同中没有服务“%(given)s”"),
    "unknown_indicator": _l("服务 %(extra)s 没有约定指标“%(given)s”"),
    "unit": _l("单位“%(given)s”不对，应为“%(extra)s”"),
    "date_cell": _l("单元格是日期格式（%(given)s），请把该列设为文本后填写，例如 2026-09"),
    "bad_period": _l("“%(given)s”不是周期，应为 2026-09-01、2026-09、2026-Q3 或 2026 等"),
    "period_kind": _l("“%(given)s”的周期类型不对，可用：%(extra)s"),
    "not_over": _l("周期 %(given)s 尚未结束"),
    "outside_term": _l("%(given)s 不在合同期限内"),
    "closed": _l("%(given)s 所在的周期 %(extra)s 已关闭"),
    "too_long": _l("超过 %(extra)s 个字：%(given)s…"),
    "control": _l("含有不可显示的控制字符"),
    "missing_reason": _l("数值为空时须在 reason 列写明缺失原因"),
    "missing_with_denominator": _l("申报缺失时不能填写分母"),
    "required": _l("该指标每期都须报送，不能填“-”"),
    "denominator_needed": _l("比率须同时填写分母（办件总量等）"),
    "denominator_zero": _l("分母为 0 时没有比率，数值请填“-”"),
    "number": _l("“%(given)s”不是普通数字（不接受 NaN、Infinity、科学计数法）"),
    "decimals": _l("“%(given)s”超过 %(extra)s 位小数"),
    "size": _l("“%(given)s”过大"),
    "negative": _l("“%(given)s”是负数"),
    "over_100": _l("“%(given)s”超过 100%%"),
    "doubled": _l("与第 %(extra)s 行重复（服务、指标、周期、渠道相同）"),
    "status": _l("状态“%(given)s”不对，应为 up、down、degraded、maintenance 或 unknown"),
    "code": _l("代码“%(given)s”过长或含有非法字符"),
    "moment": _l("“%(given)s”不是时刻，例如 2026-09-01T08:00:00+08:00"),
    "no_zone": _l("“%(given)s”没有写时区，例如加上 +08:00"),
    "future": _l("%(given)s 还没有到"),
    "response": _l("“%(given)s”不是毫秒数"),
    "contradiction": _l("与第 %(extra)s 行同一时刻的状态不同"),
}
_FLAG = {
    "part_above_whole": _l("部分大于总量：%(value)s 大于 %(whole)s"),
    "same_over_services": _l("%(services)s 项服务在同一周期报了相同的数值 %(value)s"),
    "constant_full": _l("连续 %(periods)s 期恰为 100%%"),
    "jump": _l("与前 %(periods)s 期的中位数 %(median)s 相差超过一半，且超过离差中位数的 5 倍"),
}
_AMOUNTS = {"value", "whole", "median"}


def explain_file(flaw: FileFlaw) -> Problem:
    """Why a whole file cannot be read."""
    what, remedy = _FILE[flaw.code]
    values = {key: _listed(value) for key, value in flaw.values.items()}
    return Problem(str(what) % values, remedy=str(remedy) % values, place="file")


def _listed(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)


def reason_of(problem: RowProblem) -> str:
    """What is wrong with one cell, without its place."""
    extra = problem.extra
    if problem.code == "period_kind":
        extra = str(_("、")).join(kind_word(PeriodKind(one)) for one in extra.split(","))
    return str(_ROW[problem.code]) % {"given": problem.given, "extra": extra}


def explain_row(problem: RowProblem) -> Problem:
    return Problem(reason_of(problem), place=place_of(problem))


def place_of(problem: RowProblem) -> str:
    if problem.column:
        return str(_("第 %(row)s 行 %(column)s 列", row=problem.row, column=problem.column))
    return str(_("第 %(row)s 行", row=problem.row))


def problem_rows(problems: Iterable[RowProblem]) -> list[list[Any]]:
    """Row, column, what stood there, reason: as the downloadable list has them."""
    return [[one.row, one.column, one.given, reason_of(one)] for one in problems]


def explain_flag(code: str, params: str | dict[str, Any]) -> str:
    """Why a figure stands out, with its numbers."""
    given = json.loads(params) if isinstance(params, str) else params
    shown = {key: fmt.decimal(Decimal(one) / MILLION) if key in _AMOUNTS else one for key, one in given.items()}
    return str(_FLAG[code]) % shown


def kind_word(kind: PeriodKind) -> str:
    words = {
        PeriodKind.HOUR: _("小时"),
        PeriodKind.DAY: _("日"),
        PeriodKind.MONTH: _("月"),
        PeriodKind.QUARTER: _("季度"),
        PeriodKind.YEAR: _("年"),
    }
    return str(words[kind])
