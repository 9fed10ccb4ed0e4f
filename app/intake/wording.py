"""What is wrong with a workbook or a row, in words: what, why where it needs saying, and what to do."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import Problem
from app.core.permissions import Side
from app.core.workbook_words import BOOK_WORDS
from app.core.workbooks import BookFlaw
from app.intake.cells import RowProblem

FILE_WORDS = {
    **BOOK_WORDS,
    "merged": (_l("“%(sheet)s”表的单元格 %(cell)s 是合并的。"), _l("请取消合并，每行每列各填一格。")),
    "error_cell": (_l("“%(sheet)s”表的单元格 %(cell)s 是错误值。"), _l("请改正公式或填写数值。")),
    "formula_cell": (
        _l("“%(sheet)s”表的单元格 %(cell)s 是公式。"),
        _l("公式的结果会随文件变化，请复制后选择性粘贴为数值，再上传。"),
    ),
    "empty": (_l("文件是空的。"), _l("请填写后再上传。")),
    "large": (_l("文件超过 %(megabytes)s MB。"), _l("请分成几个文件，分别录入。")),
    "no_workbook": (_l("文件不是 XLSX 工作簿。"), _l("请下载模板，用表格软件填写后保存为 XLSX。")),
    "no_rows": (_l("“项目”和“合同”两张表都没有数据行。"), _l("请在表头下面填写。")),
    "no_entries": (_l("“台账”表没有数据行。"), _l("请在表头下面填写。")),
    "rows": (_l("超过 %(limit)s 行。"), _l("请分成几个文件，分别录入。")),
    "lines": (_l("“%(sheet)s”表超过 %(limit)s 行。"), _l("请分成几个文件，分别录入。")),
    "surplus": (_l("“%(sheet)s”表第 %(line)s 行的单元格多于表头的列。"), _l("请删除表头以外的内容。")),
    "header_unknown": (_l("“%(sheet)s”表有不认识的列：%(names)s。"), _l("请使用模板的列名，不要另加列。")),
    "header_doubled": (_l("“%(sheet)s”表的列名重复：%(names)s。"), _l("每一列只能出现一次。")),
    "header_missing": (_l("“%(sheet)s”表缺少必填的列：%(names)s。"), _l("请按模板补上，列的次序不限。")),
}
_CODE_HINT = _l("请填写机构编码（见“机构”页），未登记的先请系统管理员登记。")
LEDGER_WORDS: dict[str, tuple[Any, Any]] = {
    "no_region": (_l("没有区划“%(given)s”。"), _l("请填写区划代码或全称。")),
    "regions": (_l("有几个区划叫“%(given)s”。"), _l("请填写区划代码。")),
    "not_your_region": (_l("您的机构不主管“%(given)s”。"), _l("请由该区划的主管部门导入。")),
    "same_entry": (_l("与第 %(other)s 行是同一来源、同一编号。"), _l("请只保留一行。")),
}
ROW_WORDS: dict[str, tuple[Any, Any]] = {
    **LEDGER_WORDS,
    "required": (_l("没有填写。"), _l("此列必填。")),
    "unseen": (_l("含有不可显示的控制字符。"), _l("请删除后重新填写。")),
    "too_long": (_l("超过 %(limit)s 个字。"), _l("请缩短；其余内容可写入备注。")),
    "date_cell": (_l("单元格是日期格式（%(given)s）。"), _l("请把单元格设为文本后填写。")),
    "word": (_l("“%(given)s”不是可选的内容。"), _l("可选：%(allowed)s。")),
    "money": (_l("“%(given)s”不是以元为单位、最多两位小数的金额。"), _l("请填写普通数字；不知道的留空。")),
    "money_range": (_l("金额“%(given)s”须大于 0。"), _l("不知道的留空，不要填 0。")),
    "day": (_l("“%(given)s”不是日期。"), _l("请按 2026-09-01 填写；只知道年月的留空，并写入备注。")),
    "future": (_l("%(given)s 还没有到。"), _l("请填写实际发生的日期；尚未发生的留空。")),
    "not_reached": (_l("状态为“%(state)s”的项目还不会有这个日期。"), _l("请核对当前状态，或清空该日期。")),
    "order": (_l("早于“%(other)s”。"), _l("请对照原始文件核对两个日期。")),
    "nothing_built": (_l("运行维护类项目没有建设、试运行和验收阶段。"), _l("请核对建设性质和当前状态。")),
    "needs": (_l("状态为“%(state)s”的项目须填写。"), _l("请填写机构编码；确实没有的，请核对当前状态。")),
    "one_client": (_l("只能有一个项目单位。"), _l("请填写牵头单位，其他单位写入备注。")),
    "not_your_client": (
        _l("您不能为“%(given)s”录入项目。"),
        _l("项目单位经办录入本单位的，主管部门经办录入所辖区划内单位的。"),
    ),
    "no_client": (_l("“%(given)s”不能作为项目单位。"), _l("请核对机构是否正常、是否登记为管理方。")),
    "no_authority": (_l("“%(given)s”所在区划没有登记主管部门。"), _l("请系统管理员为主管部门登记该区划的主管职责。")),
    "on_record": (_l("该单位已有同名项目“%(given)s”。"), _l("已登记的项目不再录入；确为另一个项目的，请写全名称。")),
    "no_service": (_l("服务台账中没有编码“%(given)s”。"), _l("请核对编码；未登记的服务可以只写名称。")),
    "doubled_service": (_l("服务“%(given)s”重复。"), _l("每项服务写一次。")),
    "doubled": (_l("与第 %(other)s 行重复。"), _l("请只保留一行。")),
    "mode": (_l("没有合同方式“%(given)s”。"), _l("可选：%(allowed)s。")),
    "paper_on_record": (_l("该单位编号为“%(given)s”的合同已经登记。"), _l("已登记的合同不再录入。")),
    "ambiguous": (_l("“项目”表有几个项目叫“%(given)s”。"), _l("请填写“项目”表的行号。")),
    "no_project": (_l("找不到项目“%(given)s”。"), _l("请填写“项目”表的行号或项目名称，或已登记项目的编号。")),
    "other_operator": (_l("“%(given)s”不是该项目的运营单位。"), _l("请核对，或在项目的运营单位中补上。")),
    "no_organisation": (_l("没有机构“%(given)s”。"), _CODE_HINT),
    "closed": (_l("机构“%(given)s”已撤销。"), _CODE_HINT),
    "wrong_side": (_l("机构“%(given)s”没有登记为%(side)s。"), _l("请核对机构，或由系统管理员补登其可承担的一方。")),
    "two_sides": (_l("机构 %(first)s 同时处于两方。"), _l("管理、运营、监督须由不同的单位承担，请更换其中一个。")),
    "controls": (_l("机构 %(first)s 控制 %(second)s，二者不能处于不同的两方。"), _l("请核对当事方和控制关系披露。")),
    "same_group": (
        _l("机构 %(first)s 与 %(second)s 同受一家单位控制，不能处于不同的两方。"),
        _l("请核对当事方和控制关系披露。"),
    ),
}
# What is kept with a row, though nothing of it has to be put right in the file.
REMARK_WORDS: dict[str, tuple[Any, Any]] = {
    "same_name": (_l("与第 %(other)s 行名称、责任单位相同。"), _l("如是同一应用，请在原台账中合并；两条都会导入。")),
    "on_ledger": (_l("台账上已有同一单位的同名条目：%(given)s。"), _l("如是同一应用，请核对来源；这一行仍会导入。")),
    "near_number": (
        _l("与编号“%(given)s”只差大小写、全半角或空格。"),
        _l("如是同一应用，请改用原来的编号；这一行仍会作为另一条导入。"),
    ),
    "built_before_approval": (
        _l("开工日期早于批复日期（未批先建）。"),
        _l("如与原始文件一致，请照实录入；这个问题随项目留存，以后的核查也会指出。"),
    ),
}


def explain_file(flaw: BookFlaw) -> Problem:
    """Why a whole workbook cannot be read."""
    what, remedy = FILE_WORDS[flaw.code]
    values = {key: _listed(value) for key, value in flaw.values.items()}
    return Problem(str(what) % values, remedy=str(remedy) % values, place="file")


def _listed(value: Any) -> str:
    return "、".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)


def explain_row(problem: RowProblem) -> Problem:
    """What is wrong in a row, where, and what to do."""
    what, remedy = (ROW_WORDS | REMARK_WORDS)[problem.code]
    values = dict(problem.values)
    if "side" in values:
        values["side"] = str(Side(values["side"]).label)
    return Problem(str(what) % values, remedy=str(remedy) % values, place=place_of(problem))


def place_of(problem: RowProblem) -> str:
    """The cell of a file; of a day that is added later, only its name."""
    if not problem.line:
        return problem.column
    where = _("“%(sheet)s”表第 %(line)s 行", sheet=problem.sheet, line=problem.line)
    return str(_("%(where)s “%(column)s”", where=where, column=problem.column) if problem.column else where)


def problem_rows(problems: Iterable[RowProblem]) -> list[list[Any]]:
    """Every problem as a row of the file that can be downloaded."""
    said = ((one, explain_row(one)) for one in problems)
    return [[one.sheet, one.line, one.column, str(words.what), str(words.remedy)] for one, words in said]
