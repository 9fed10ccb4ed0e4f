"""The tables of a report, made once from its content; paper, workbook and page only draw them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.catalogues.wording import N_
from app.reports.gaps import KINDS
from app.reports.wording import (
    ASSESSMENT_STATES,
    CAUSES,
    EXCLUSION_STATES,
    NO_DATA,
    SENSES,
    Said,
    word,
    worded,
)


@dataclass(frozen=True)
class Number:
    """An exact decimal as text with its unit and, of a target, which way it is met. None is missing, never zero."""

    text: str | None
    unit: Said = ""
    sense: Said = ""


@dataclass(frozen=True)
class Money:
    """Whole fen; shown in yuan."""

    fen: int | None


@dataclass(frozen=True)
class Seconds:
    """A length of time; shown as hours, minutes and seconds."""

    text: str | None


@dataclass(frozen=True)
class Moment:
    """A moment as ISO text; shown in the configured zone."""

    iso: str


Cell = Said | Number | Money | Seconds | Moment


@dataclass(frozen=True)
class Column:
    """`width` is its share of a page in mm; `end` puts numbers to the right; `code` marks codes and digests."""

    label: Said
    width: float
    end: bool = False
    code: bool = False


@dataclass(frozen=True)
class Grid:
    """`strong` says that the last row is a total; `note` stands below: what the table leaves out."""

    key: str
    title: Said
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    strong: bool = False
    note: Said = ""


Content = Mapping[str, Any]


def column(label: str, width: float, end: bool = False, code: bool = False) -> Column:
    return Column(worded(label), width, end, code)


def names_of(content: Content) -> dict[str, Said]:
    """Names of services by code."""
    return {one["service"]: one["name"] for one in content["result"]["services"]}


def titled(name: Said, code: str) -> Said:
    """A name with its code on a quieter line below."""
    return worded("%(name)s\n%(code)s", name=name, code=code) if name else code


def services(content: Content) -> Grid:
    result = content["result"]
    rows = [
        (
            titled(one["name"], one["service"]),
            Number(one["weight"], "%"),
            Number(one["total"]),
            one["grade"],
            one["reason"],
        )
        for one in result["services"]
    ]
    total = (worded(N_("合同总分")), Number("100", "%"), Number(result["total"]), result["grade"], result["reason"])
    columns = (
        column(N_("服务"), 48),
        column(N_("权重"), 20, end=True),
        column(N_("得分"), 20, end=True),
        column(N_("等级"), 20),
        column(N_("说明"), 48),
    )
    return Grid("services", worded(N_("得分")), columns, (*rows, total), strong=True)


def target_cell(target: Mapping[str, Any] | None, unit: Said) -> Cell:
    return Number(target["value"], unit, SENSES[target["comparison"]]) if target else None


# --- availability ----------------------------------------------------------------------------------------------------


def availability(content: Content) -> Grid:
    columns = (
        column(N_("服务"), 28),
        column(N_("剔除除外后"), 20, end=True),
        column(N_("不剔除除外"), 20, end=True),
        column(N_("约定时长"), 18, end=True),
        column(N_("除外"), 15, end=True),
        column(N_("缺监测"), 14, end=True),
        column(N_("中断"), 16, end=True),
        column(N_("次数"), 9, end=True),
        column(N_("最长分钟"), 16, end=True),
    )
    rows = tuple(
        (
            titled(one["name"], one["service"]),
            Number(one["with"], "%"),
            Number(one["without"], "%"),
            *(Seconds(_text(one[f"{part}_seconds"])) for part in ("agreed", "excluded", "missing", "down")),
            Number(_text(one["outages"])),
            Number(_text(one["longest_minutes"])),
        )
        for one in content["availability"]
    )
    return Grid("availability", worded(N_("可用率")), columns, rows)


def exclusions(content: Content) -> Grid:
    columns = (
        column(N_("编号"), 14, end=True),
        column(N_("服务"), 30),
        column(N_("起"), 34),
        column(N_("止"), 34),
        column(N_("原因"), 24),
        column(N_("裁定"), 20),
    )
    rows = tuple(
        (
            Number(_text(one["id"])),
            titled(seen["name"], seen["service"]),
            Moment(one["from"]),
            Moment(one["until"]),
            word(CAUSES, one["cause"]),
            word(EXCLUSION_STATES, one["state"]),
        )
        for seen in content["availability"]
        for one in seen["exclusions"]
    )
    return Grid("exclusions", worded(N_("除外时段")), columns, rows)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


# --- deductions ------------------------------------------------------------------------------------------------------


def deductions(content: Content) -> Grid:
    found = content["result"]["deductions"]
    judged = {(one["service"], item["code"]): item for one in content["result"]["services"] for item in one["items"]}
    names = names_of(content)
    rows = tuple(
        (
            titled(names.get(line["service"]), line["service"]),
            *_measured(line, judged.get((line["service"], line["indicator"]))),
            Number(_text(line["points"])),
            Money(line["fen"]),
            _because(line),
        )
        for line in found["lines"]
    )
    total = (worded(N_("合计")), "", "", "", Number(_text(found["points"])), Money(found["gross_fen"]), "")
    columns = (
        column(N_("服务"), 25),
        column(N_("指标"), 26),
        column(N_("约定值"), 20, end=True),
        column(N_("实际值"), 21, end=True),
        column(N_("扣分"), 11, end=True),
        column(N_("金额（元）"), 20, end=True),
        column(N_("说明"), 33),
    )
    return Grid("deductions", worded(N_("扣款明细")), columns, (*rows, total) if rows else (), strong=bool(rows))


def _measured(line: Mapping[str, Any], item: Mapping[str, Any] | None) -> tuple[Cell, Cell, Cell]:
    """Indicator, target and value of a line, in the unit of the scored item where it is one."""
    unit = item["unit"] if item else ""
    value = worded(NO_DATA) if line["value"] is None else Number(_text(line["value"]), unit)
    return titled(line["name"], line["indicator"]), target_cell(line["target"], unit), value


def _because(line: Mapping[str, Any]) -> Said:
    if not line["money_reason"]:
        return line["reason"]
    return worded("%(reason)s\n%(money)s", reason=line["reason"], money=line["money_reason"])


def fees(content: Content) -> Grid:
    """What each service costs in the period, by which the deduction is bounded; unknown use is said, not guessed."""
    columns = (column(N_("服务"), 28), column(N_("金额（元）"), 32, end=True), column(N_("计算方式"), 96))
    names = names_of(content)
    rows = tuple(
        (
            titled(names.get(one["service"]), one["service"]),
            Money(one["fen"]) if one["fen"] is not None else worded(NO_DATA),
            one["how"],
        )
        for one in content["result"]["deductions"]["fees"]
    )
    return Grid("fees", worded(N_("当期服务费用")), columns, rows)


def settlement(content: Content) -> Grid:
    """From what the rules take to what is paid less: every step, so that it adds up on paper."""
    found = content["result"]["deductions"]
    steps = (
        (N_("当期服务费用"), "fee_fen"),
        (N_("各项扣款之和"), "gross_fen"),
        (N_("上期结转"), "carried_in_fen"),
        (N_("超过上限而免除"), "waived_fen"),
        (N_("结转下期"), "carried_out_fen"),
        (N_("本期扣款"), "taken_fen"),
        (N_("返还"), "earned_back_fen"),
        (N_("净扣款"), "net_fen"),
    )
    columns = (column(N_("事项"), 100), column(N_("金额（元）"), 56, end=True))
    rows = tuple((worded(label), Money(found[key])) for label, key in steps)
    return Grid("settlement", worded(N_("扣款汇总")), columns, rows, strong=True)


# --- gaps, trend, differences, basis ---------------------------------------------------------------------------------


def gaps(content: Content) -> Grid:
    columns = (
        column(N_("类别"), 30),
        column(N_("服务"), 28),
        column(N_("指标"), 22, code=True),
        column(N_("说明"), 76),
    )
    names = names_of(content)
    rows = tuple(
        (word(KINDS, one["kind"]), titled(names.get(one["service"]), one["service"]), one["indicator"], one["what"])
        for one in content["gaps"]
    )
    return Grid("gaps", worded(N_("缺口")), columns, rows)


def trend(content: Content) -> Grid:
    columns = (
        column(N_("周期"), 40),
        column(N_("得分"), 36, end=True),
        column(N_("等级"), 40),
        column(N_("考核状态"), 40),
    )
    rows = tuple(
        (
            one["period"],
            Number(one["total"]) if one["total"] is not None else worded(NO_DATA),
            one["grade"],
            word(ASSESSMENT_STATES, one["state"]),
        )
        for one in content["trend"]
    )
    return Grid("trend", worded(N_("得分走势")), columns, rows)


def differences(content: Content) -> Grid:
    columns = (column(N_("内容"), 66), column(N_("上一版"), 45, end=True), column(N_("本版"), 45, end=True))
    rows = tuple((one["what"], one["old"], one["new"]) for one in content["differences"])
    return Grid("differences", worded(N_("与上一版的差异")), columns, rows)


def basis(content: Content) -> Grid:
    """By what the period was judged, each with the digest by which it is known."""
    columns = (column(N_("事项"), 24), column(N_("编号"), 62), column(N_("SHA-256"), 70, code=True))
    return Grid("basis", worded(N_("报告依据")), columns, tuple(_basis(content)))


def _basis(content: Content) -> Iterator[tuple[Cell, ...]]:
    contract, plan, scheme = content["contract"], content["plan"], content["result"]["scheme"]
    assessment, head, before = content["assessment"], content["trail_head"], content["supersedes"]
    version = worded(N_("%(code)s 第 %(n)s 版"), code=contract["code"], n=str(contract["version"]))
    yield worded(N_("合同")), version, contract["sha256"]
    yield worded(N_("考核约定")), plan["code"], plan["sha256"]
    rules = worded(N_("%(code)s 第 %(n)s 版"), code=scheme["code"], n=str(scheme["version"]))
    yield worded(N_("考核方案")), rules, scheme["digest"]
    yield worded(N_("考核结果")), assessment["code"], assessment["sha256"]
    yield worded(N_("考核输入")), assessment["code"], assessment["input_digest"]
    if before is not None:
        yield worded(N_("上一版报告")), before["code"], before["sha256"]
    if head is not None:
        yield worded(N_("审计树头")), worded(N_("第 %(n)s 条为止"), n=f"{head['size']:,}"), head["sha256"]
