"""Declarations in words: findings of rules.py, names of fields, and what differs between two versions."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import Problem
from app.core.money import show_fen
from app.projects.differences import Difference
from app.projects.kinds import (
    Component,
    CostCategory,
    DataClass,
    Deployment,
    ProjectCategory,
    ProjectKind,
    Provision,
    Scope,
    Sharing,
)
from app.projects.models import Declaration
from app.projects.rules import Flaw
from app.subjects.models import PartyRole

_WORDS = {
    "title": (_l("没有项目名称。"), _l("请填写名称。")),
    "planned_order": (_l("计划建成日早于计划开工日。"), _l("请改正计划日期。")),
    "mlps_level": (_l("等保定级须在第一级至第四级之间。"), _l("请选择定级，尚未定级请留空。")),
    "prior_is_itself": (_l("前期项目不能是本项目。"), _l("请填写前期项目的编号，没有前期项目请留空。")),
    "data_listed": (
        _l("已列出 %(n)s 项数据，不能同时声明不使用业务数据。"),
        _l("请取消声明，或先移除数据清单中的各项。"),
    ),
    "components_listed": (
        _l("已列出 %(n)s 项公共支撑能力，不能同时声明不需要。"),
        _l("请取消声明，或先移除清单中的各项。"),
    ),
    "amount": (_l("金额须大于 0。"), _l("还不知道的金额请留空，不要填 0。")),
    "budget_year": (_l("预算年度须在 2000 年至 2100 年之间。"), _l("请填写四位年份，例如 2026。")),
    "service_name": (_l("没有服务名称。"), _l("请从服务台账中选择，或填写名称。")),
    "service_unit": (_l("没有计量单位。"), _l("请填写办件、调用等的计量单位，例如“件”。")),
    "retired": (_l("该服务已从台账停用。"), _l("请选择在用的服务。")),
    "new_on_ledger": (
        _l("台账中已有的服务不是新服务。"),
        _l("请取消“新服务”并填写历史用量，或不从台账选择。"),
    ),
    "new_with_baseline": (_l("新服务没有历史用量。"), _l("请清空基线，或取消“新服务”。")),
    "baseline_zero": (_l("基线为零无法比较；没有历史用量的新服务请选“新服务”。"), _l("请填写前十二个月的使用量。")),
    "baseline_range": (_l("基线须是大于 0 的整数，不超过 12 位。"), _l("请填写前十二个月的使用量。")),
    "forecast": (_l("预测使用量须是大于 0 的整数，不超过 12 位。"), _l("还没有预测请留空，不要填 0。")),
    "unit_price": (_l("单价须大于 0，整数部分不超过 12 位，小数不超过 6 位。"), _l("不按量付费请留空。")),
    "forecast_absurd": (
        _l("预测使用量超过基线的 %(n)s 倍。"),
        _l("请核对计量单位，例如“件”与“万件”；基线有误的请先改正基线。"),
    ),
    "due_before_start": (_l("达到日期早于计划开工日 %(day)s。"), _l("请改正达到日期，或先改正计划日期。")),
    "operating_absurd": (
        _l("年度运营预算超过建设投资的 %(n)s 倍。"),
        _l("请核对金额单位（元、万元）；投资估算有误的请先改正。"),
    ),
    "target_value": (_l("目标值的整数部分不超过 12 位，小数不超过 6 位。"), _l("请改正目标值。")),
}
# What is found only when the whole is compared with itself and with the day of submission.
_CONTRADICTIONS = {
    "plan_is_over": (
        _l("计划建成日 %(day)s 已经过去，不能再申报。"),
        _l("请改正计划日期；已经建成的项目请按存量项目录入。"),
    ),
    "target_before_start": (
        _l("绩效目标“%(name)s”的达到日期 %(day)s 早于计划开工日。"),
        _l("请改正达到日期或计划日期。"),
    ),
    "target_past": (_l("绩效目标“%(name)s”的达到日期 %(day)s 已经过去。"), _l("请改正达到日期。")),
    "operating_absurd": _WORDS["operating_absurd"],
    "service_absurd": (
        _l("服务“%(name)s”的预测使用量超过基线的 %(n)s 倍。"),
        _l("请核对计量单位，例如“件”与“万件”；基线有误的请先改正基线。"),
    ),
}
_REMARKS = {
    "start_past": (
        _l("计划开工日 %(day)s 早于提交之日。"),
        _l("请核实是否未批先建；已经开工的，应当如实说明情况。"),
    ),
    "start_far": (_l("计划开工日 %(day)s 在 %(n)s 年以后。"), _l("请核对计划日期和所列规划。")),
    "budget_year_past": (_l("预算年度 %(year)s 年已经过去。"), _l("请核对预算年度和预算项目编号。")),
    "operating_high": (
        _l("年度运营预算 %(total)s 元，超过建设投资 %(amount)s 元。"),
        _l("请核对金额单位，并说明运营费用的测算依据。"),
    ),
    "forecast_high": (
        _l("服务“%(name)s”预测使用量 %(most)s，超过基线 %(baseline)s 的 %(n)s 倍。"),
        _l("请核对计量单位，并说明增长的依据。"),
    ),
    "new_use_high": (
        _l("新服务“%(name)s”预测使用量 %(most)s，超出常理。"),
        _l("请核对计量单位，并说明预测的依据。"),
    ),
    "costs_over_budget": (
        _l("费用明细合计 %(total)s 元，超过设计概算 %(amount)s 元。"),
        _l("请核对费用明细和设计概算。"),
    ),
    "costs_far_below_budget": (
        _l("费用明细合计 %(total)s 元，不到设计概算 %(amount)s 元的 %(n)s%%。"),
        _l("请补齐费用明细；概算中没有列入明细的部分，须说明用途。"),
    ),
    "budget_over_estimate": (
        _l("设计概算 %(total)s 元，超过投资估算 %(amount)s 元的 110%%。"),
        _l("须在审批前说明原因，必要时重报可行性研究报告。"),
    ),
    "own_without_reason": (_l("有 %(n)s 项公共支撑能力拟自建，没有写明理由。"), _l("请写明为何不能复用统建能力。")),
}
_MONEY = {"total", "amount"}


def explain(flaw: Flaw) -> Problem:
    """One finding that stops a save, at its field."""
    what, remedy = _WORDS[flaw.code]
    return Problem(str(what) % flaw.values if flaw.values else str(what), remedy=str(remedy), place=flaw.place)


def explain_contradiction(flaw: Flaw) -> Problem:
    """What stands against submission; `place` is the section in which it is put right."""
    what, remedy = _CONTRADICTIONS[flaw.code]
    return Problem(str(what) % flaw.values, remedy=str(remedy), place=flaw.place)


def explain_remark(flaw: Flaw) -> Problem:
    """What a reader should notice and what stops nothing."""
    what, remedy = _REMARKS[flaw.code]
    shown = {key: show_fen(int(value)) if key in _MONEY else value for key, value in flaw.values.items()}
    return Problem(str(what) % shown, remedy=str(remedy), place=flaw.place)


# What decides which rules hold for a project; nothing is sealed without it, whatever gates ask for.
DECIDING_FIELDS = ("kind", "category", "scope", "deployment")


def unsaid(version: Declaration) -> list[Problem]:
    """What a version must say before it can be sealed and does not say yet."""
    return [
        Problem(
            _("没有填写“%(field)s”。", field=FIELD_NAMES[name]),
            why=_("建设性质、项目类型、跨部门范围和部署方式决定适用哪些要求。"),
            remedy=_("请在申报内容的“基本情况”中选择。"),
            place="declaration",
        )
        for name in DECIDING_FIELDS
        if getattr(version, name) is None
    ]


# --- fields and lines ------------------------------------------------------------------------------------------------

SECTION_NAMES: Mapping[str, Any] = {
    "basics": _l("基本情况"),
    "money": _l("投资与预算"),
    "costs": _l("费用明细"),
    "services": _l("服务与使用量"),
    "data_items": _l("使用的数据"),
    "components": _l("公共支撑能力"),
    "targets": _l("绩效目标"),
    "operation": _l("运营与退出"),
    "parties": _l("当事方"),
}
FIELD_NAMES: Mapping[str, Any] = {
    "title": _l("项目名称"),
    "kind": _l("建设性质"),
    "category": _l("项目类型"),
    "scope": _l("跨部门范围"),
    "deployment": _l("部署方式"),
    "purpose": _l("建设目标与必要性"),
    "functions": _l("主要功能"),
    "plan_item": _l("规划或年度计划编号"),
    "responsible_person": _l("项目责任人"),
    "planned_from": _l("计划开工日"),
    "planned_until": _l("计划建成日"),
    "mlps_level": _l("等保定级"),
    "prior_project": _l("前期项目编号"),
    "prior_investment_fen": _l("前期项目投资"),
    "no_data": _l("不使用业务数据"),
    "no_components": _l("不需要公共支撑能力"),
    "practice": _l("地方模式"),
    "estimate_fen": _l("投资估算"),
    "design_budget_fen": _l("设计概算"),
    "budget_item": _l("预算项目编号"),
    "budget_year": _l("预算年度"),
    "funding": _l("资金来源"),
    "mode": _l("拟用合同方式"),
    "operating_budget_fen": _l("年度运营预算"),
    "operating_plan": _l("运营方案"),
    "exit_plan": _l("退出方案"),
}
_LABELLED: Mapping[str, Any] = {
    "kind": ProjectKind,
    "category": ProjectCategory,
    "scope": Scope,
    "deployment": Deployment,
}


def mlps_words(level: int | None) -> str | None:
    """A protection level as people name it."""
    words = {1: _("第一级"), 2: _("第二级"), 3: _("第三级"), 4: _("第四级")}
    return words.get(level) if level is not None else None


def change_words(one: Difference) -> dict[str, Any]:
    """A difference as a row of before and after."""
    if one.section in _LINES:
        say = _LINES[one.section]
        name = SECTION_NAMES[one.section]
        old, new = (say(line) if line is not None else None for line in (one.before, one.after))
        return {"field": name, "old": old, "new": new}
    return {"field": FIELD_NAMES[one.key], "old": _value(one.key, one.before), "new": _value(one.key, one.after)}


def _value(key: str, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if key in _LABELLED:
        return str(_LABELLED[key](value).label)
    if key.endswith("_fen"):
        return str(_("%(yuan)s 元", yuan=show_fen(value)))
    if key == "mlps_level":
        return mlps_words(value)
    return str(value["code"]) if isinstance(value, dict) else str(value)


def _joined(*parts: Any) -> str:
    return " · ".join(str(part) for part in parts if part not in {None, ""})


def _cost(line: dict[str, Any]) -> str:
    amount = _("%(yuan)s 元", yuan=show_fen(line["amount_fen"]))
    return _joined(line["name"], CostCategory(line["category"]).label, amount)


def _service(line: dict[str, Any]) -> str:
    unit = line["unit"]
    use = (
        _("新服务") if line["is_new"] else line["baseline"] and _("基线 %(n)s %(unit)s", n=line["baseline"], unit=unit)
    )
    forecasts = [str(one) if one is not None else _("未填") for one in line["forecasts"]]
    expected = _("三年预测 %(n)s", n=" / ".join(forecasts))
    price = line["unit_price"] and _("单价 %(price)s 元", price=line["unit_price"])
    return _joined(
        line["name"], line["service"], use, line["baseline_source"], expected, price, line["usage_indicator"]
    )


def _data_item(line: dict[str, Any]) -> str:
    words = (DataClass(line["data_class"]).label, Sharing(line["sharing"]).label)
    return _joined(line["name"], line["catalogue_number"], *words, line["basis"], line["provider"])


def _component(line: dict[str, Any]) -> str:
    return _joined(Component(line["component"]).label, Provision(line["provision"]).label, line["reason"])


def _target(line: dict[str, Any]) -> str:
    by = _("至 %(day)s", day=line["due_on"])
    return _joined(line["name"], f"{line['value']} {line['unit']}", by)


def _party(line: dict[str, Any]) -> str:
    return _joined(line["code"], PartyRole(line["role"]).label)


_LINES: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "parties": _party,
    "costs": _cost,
    "services": _service,
    "data_items": _data_item,
    "components": _component,
    "targets": _target,
}
