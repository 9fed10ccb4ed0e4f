"""The items of a report's services as tables: on paper what is judged, in the workbook every item with its source."""

from collections.abc import Mapping
from typing import Any

from app.catalogues.wording import N_
from app.reports.grids import Cell, Content, Grid, Number, column, target_cell, titled
from app.reports.wording import EFFECTS, NO_DATA, NOT_REQUIRED, OPINIONS, TOO_FEW, Said, word, worded

QUALITATIVE = "qualitative"


def value_of(item: Mapping[str, Any]) -> Cell:
    """The value that was judged; what is not there says so in words, so that it never looks like zero."""
    if item["state"] == "not_required":
        return worded(NOT_REQUIRED)
    if item["source"]["kind"] == "opinions" or item["function"] == QUALITATIVE:
        return _opinion(item)
    return worded(NO_DATA) if item["value"] is None else Number(item["value"], item["unit"])


def _opinion(item: Mapping[str, Any]) -> Said:
    """People's scores are no figure: their mean is the score, and there is none where too few gave one."""
    return worded(OPINIONS, score=item["score"]) if item["state"] == "given" else worded(TOO_FEW)


def is_idle(item: Mapping[str, Any]) -> bool:
    """Nothing is agreed for the item and nothing was reported: a name in a list says it all."""
    return bool(item["state"] == "not_required" and item["source"]["kind"] == "none")


def _left_out(items: list[Mapping[str, Any]]) -> Said:
    """One sentence about everything that the contract does not ask for."""
    names: Said = ""
    for one in items:
        this = one["name"] or one["code"]
        names = worded("%(names)s、%(name)s", names=names, name=this) if names else this
    return worded(N_("合同没有约定、不计入：%(names)s"), names=names) if items else ""


def target_of(item: Mapping[str, Any]) -> Cell:
    return target_cell(item["target"], item["unit"])


def explained(item: Mapping[str, Any]) -> Said:
    """Why the score is what it is; how a value was made of others is said with it, events have a table of their own."""
    if item["source"]["kind"] != "derived":
        return item["reason"]
    return worded("%(reason)s\n%(how)s", reason=item["reason"], how=item["source"]["how"])


def items(service: Mapping[str, Any]) -> Grid:
    """What is judged of a service; the rest is one sentence."""
    rows = tuple(
        (
            titled(one["name"], one["code"]),
            target_of(one),
            value_of(one),
            Number(one["score"]),
            Number(one["counted_weight"], "%"),
            Number(one["weighted"]),
            explained(one),
        )
        for one in service["items"]
        if not is_idle(one)
    )
    columns = (
        column(N_("指标"), 28),
        column(N_("约定值"), 22, end=True),
        column(N_("实际值"), 22, end=True),
        column(N_("得分"), 14, end=True),
        column(N_("权重"), 20, end=True),
        column(N_("加权"), 14, end=True),
        column(N_("说明"), 36),
    )
    idle = [one for one in service["items"] if is_idle(one)]
    title = titled(service["name"], service["service"])
    return Grid(f"items-{service['service']}", title, columns, rows, note=_left_out(idle))


def all_items(content: Content) -> Grid:
    """Every item of every service in one table, wider than paper: for the workbook."""
    columns = (
        column(N_("服务"), 24, code=True),
        column(N_("服务名称"), 30),
        column(N_("指标"), 12, code=True),
        column(N_("指标名称"), 26),
        column(N_("约定值"), 16, end=True),
        column(N_("实际值"), 16, end=True),
        column(N_("分母"), 14, end=True),
        column(N_("得分"), 10, end=True),
        column(N_("方案权重"), 10, end=True),
        column(N_("计分权重"), 10, end=True),
        column(N_("加权"), 10, end=True),
        column(N_("计分方式"), 20),
        column(N_("说明"), 50),
        column(N_("数据来源"), 60),
    )
    rows = tuple(_wide(service, item) for service in content["result"]["services"] for item in service["items"])
    return Grid("all-items", worded(N_("服务得分")), columns, rows)


def _wide(service: Mapping[str, Any], item: Mapping[str, Any]) -> tuple[Cell, ...]:
    return (
        service["service"],
        service["name"],
        item["code"],
        item["name"],
        target_of(item),
        value_of(item),
        Number(item["denominator"]) if item["denominator"] is not None else None,
        Number(item["score"]),
        Number(item["weight"], "%"),
        Number(item["counted_weight"], "%"),
        Number(item["weighted"]),
        word(EFFECTS, item["effect"]),
        item["reason"],
        item["source"]["how"],
    )
