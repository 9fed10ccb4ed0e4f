"""The report from beginning to end: headings, sentences and tables, the same on paper and on the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.catalogues.wording import N_
from app.core.clock import local
from app.core.money import show_fen
from app.core.periods import Period, PeriodKind
from app.reports import grids, items
from app.reports.grids import Cell, Grid, Moment, Money, Number, Seconds
from app.reports.wording import MISSING, WEIGHTINGS, Said, word, worded

Content = Mapping[str, Any]
# Units that stand at their number without a blank.
_TIGHT = ("%", "‰")
# Decimals of a number that are shown.
PLACES = 4


@dataclass(frozen=True)
class Section:
    """A numbered part of the report; `trend` asks for a drawing of the scores before the tables."""

    key: str
    title: Said
    texts: tuple[Said, ...]
    grids: tuple[Grid, ...]
    trend: bool = False


def sections(content: Content) -> tuple[Section, ...]:
    return tuple(_sections(content))


def _sections(content: Content) -> Iterator[Section]:
    result = content["result"]
    yield Section("result", worded(N_("考核结果")), tuple(_on_result(content)), (grids.services(content),))
    yield Section(
        "items", worded(N_("服务得分明细")), (), tuple(items.items(service) for service in result["services"])
    )
    yield _availability(content)
    yield Section("deductions", worded(N_("扣分与扣款")), tuple(_on_deductions(content)), _deductions(content))
    gaps = grids.gaps(content)
    none = worded(N_("本期数据完整，均已核验，没有未裁定的除外申报，计分数据均有证据材料。"))
    yield Section("gaps", worded(N_("数据缺口与疑点")), () if gaps.rows else (none,), (gaps,) if gaps.rows else ())
    yield Section("trend", worded(N_("得分走势")), (), (grids.trend(content),), trend=True)
    if content["supersedes"] is not None:
        yield _differences(content)
    yield Section(
        "basis", worded(N_("报告依据")), (worded(N_("本报告依据下列文本和结果生成。")),), (grids.basis(content),)
    )


def _on_result(content: Content) -> Iterator[Said]:
    result = content["result"]
    yield from content["summary"]
    yield worded(N_("各服务权重：%(how)s。"), how=word(WEIGHTINGS, result["weighting"]))
    for veto in result["vetoes"]:
        yield worded(N_("一票否决“%(name)s”：%(why)s。"), name=veto["name"], why=veto["reason"])


def _availability(content: Content) -> Section:
    none = worded(N_("本期没有按状态事件计算可用率的服务。"))
    how = worded(N_("“剔除除外后”不计认可的除外时段，“不剔除除外”把除外时段按原状态计入；没有监测的时段不计为可用。"))
    watched, excluded = grids.availability(content), grids.exclusions(content)
    tables = tuple(one for one in (watched, excluded) if one.rows)
    return Section("availability", worded(N_("可用率与除外时段")), (how if tables else none,), tables)


def _on_deductions(content: Content) -> Iterator[Said]:
    found = content["result"]["deductions"]
    bases = {"contract": N_("扣分按合同约定的档位计算。"), "scheme": N_("扣分按考核方案的扣款规则计算。")}
    if found["basis"] in bases:
        yield worded(bases[found["basis"]])
    if not found["lines"]:
        yield worded(N_("本期没有适用的扣款规则。"))
    yield from found["reasons"]


def _deductions(content: Content) -> tuple[Grid, ...]:
    lines = grids.deductions(content)
    return (lines, grids.fees(content), grids.settlement(content)) if lines.rows else ()


def _differences(content: Content) -> Section:
    before = content["supersedes"]
    texts: list[Said] = [
        worded(N_("本版替代第 %(n)s 版（%(code)s）。"), n=str(before["edition"]), code=before["code"]),
        worded(N_("更新原因：%(why)s。"), why=content["reason"]),
    ]
    table = grids.differences(content)
    if not table.rows:
        texts.append(worded(N_("考核结果、扣款和缺口与上一版相同。")))
    return Section("differences", worded(N_("与上一版的差异")), tuple(texts), (table,) if table.rows else ())


# --- words for single things -----------------------------------------------------------------------------------------


def period_name(text: str) -> Said:
    """2026年9月, 2026年第三季度, 2026年."""
    period = Period(text)
    year, month = str(period.first_day.year), period.first_day.month
    if period.kind is PeriodKind.QUARTER:
        return worded(N_("%(year)s年第%(n)s季度"), year=year, n=str((month + 2) // 3))
    if period.kind is PeriodKind.MONTH:
        return worded(N_("%(year)s年%(month)s月"), year=year, month=str(month))
    return worded(N_("%(year)s年"), year=year)


def mark_of(content: Content) -> str:
    """What stands over every page while the result can still change; empty for a final one."""
    if content["result"]["provisional"]:
        return "暂定结果"
    return "" if content["assessment"]["state"] == "final" else "考核尚未定稿"


def plain(cell: Cell) -> Said:
    """A cell as something said: numbers with separators and units, money in yuan, time as hours."""
    if isinstance(cell, Number):
        return _number(cell)
    if isinstance(cell, Money):
        return None if cell.fen is None else show_fen(cell.fen)
    if isinstance(cell, Seconds):
        return None if cell.text is None else _duration(Decimal(cell.text))
    if isinstance(cell, Moment):
        return local(datetime.fromisoformat(cell.iso)).strftime("%Y-%m-%d %H:%M")
    return cell


def _number(cell: Number) -> Said:
    if cell.text is None:
        return None
    parts = {"sense": cell.sense, "number": f"{_rounded(Decimal(cell.text)):,f}", "unit": cell.unit}
    unit = cell.unit.get("zh", "") if isinstance(cell.unit, Mapping) and "zh" in cell.unit else cell.unit
    shape = "%(number)s"
    if unit:
        shape += "%(unit)s" if unit in _TIGHT else " %(unit)s"
    return worded(f"%(sense)s {shape}" if cell.sense else shape, **{key: one for key, one in parts.items() if one})


def _rounded(number: Decimal) -> Decimal:
    """What a calculation left behind the fourth decimal is not shown; the workbook and the content keep it."""
    places = -int(number.as_tuple().exponent)
    return number if places <= PLACES else number.quantize(Decimal(1).scaleb(-PLACES), ROUND_HALF_UP)


def _duration(seconds: Decimal) -> str:
    """Hours, minutes and seconds, with whatever is left of a second: 720:00:00."""
    whole = int(seconds)
    rest = seconds - whole
    text = f"{whole // 3600:,}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return text + (f"{rest.normalize():f}"[1:] if rest else "")


def missing(cell: Cell) -> bool:
    return plain(cell) in (None, "", MISSING)
