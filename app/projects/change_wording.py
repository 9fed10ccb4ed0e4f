"""Changes while building in words: why one goes to approval, what is missing, what cannot be."""

from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import Problem
from app.core.formats import fmt
from app.projects.change_kinds import ChangeState
from app.projects.kinds import CostCategory
from app.projects.percentages import FILED_WITHIN

CITATION = _l("《国家政务信息化项目建设管理办法》（国办发〔2019〕57号）第24条（待核实）")
WHY_APPROVAL = {
    "aim": _l("改变了建设目标"),
    "ground": _l("不属于可以自行调整的情形"),
    "over_budget": _l("累计增加了投资，超出批准概算"),
    "unknown_budget": _l("没有批准概算的记录，无法计算调整比例"),
    "over_limit": _l("累计调整金额超过批准概算的 %(n)s%%"),
}


def why_in_words(codes: tuple[str, ...]) -> list[str]:
    """Each reason for which a change is approved anew."""
    return [str(WHY_APPROVAL[code] % {"n": FILED_WITHIN}) for code in codes]


def percent(value: Decimal | None) -> str:
    """A share as people read it; unknown is said, never shown as nothing."""
    return str(_("无法计算")) if value is None else f"{fmt.decimal(value, 2)}%"


def signed_money(fen: int) -> str:
    """An amount with its sign."""
    return f"+{fmt.money(fen)}" if fen > 0 else str(fmt.money(fen))


def not_client() -> Problem:
    return Problem(_("建设期调整由项目单位提出。"), remedy=_("如您也在项目单位任职，请先切换身份。"))


def not_now(state: Any) -> Problem:
    return Problem(
        _("现在不能办理建设期调整。"),
        why=_("项目现在是“%(state)s”；批准之后、竣工验收之前才能调整。", state=state.label),
        remedy=_("批准之前请修改申报内容；竣工验收之后的变化请另行申报。"),
    )


def nothing_is_built() -> Problem:
    return Problem(
        _("运行维护类项目没有建设期调整。"),
        why=_("没有建设内容，不存在概算调整。"),
        remedy=_("运营内容的变化请按合同办理。"),
    )


def one_at_a_time() -> Problem:
    return Problem(
        _("本项目已有一项没有办结的调整。"),
        why=_("每项调整都以前一项办结后的数字为起点，不能同时办理两项。"),
        remedy=_("请先办结、撤回或作废现有的一项。"),
    )


def sealed(state: ChangeState) -> Problem:
    return Problem(
        _("这项调整已经提出，不能再修改。"),
        why=_("现在是“%(state)s”；提出的内容已封存。", state=state.label),
        remedy=_("须修改的，请先撤回。"),
    )


def wrong_state(state: ChangeState) -> Problem:
    return Problem(
        _("这项调整现在不能这样办理。"),
        why=_("现在是“%(state)s”。", state=state.label),
        remedy=_("请刷新页面查看最新状态。"),
    )


def other_route(label: Any) -> Problem:
    return Problem(
        _("这项调整的办理方式是“%(route)s”。", route=label),
        why=_("办理方式由系统按累计金额、建设目标和调整依据确定，不由办理人选择。"),
        remedy=_("请按该方式办理。"),
    )


def cost_unnamed() -> Problem:
    return Problem(_("请填写费用名称。"), remedy=_("写明增加或减少的是什么。"), place="name")


def cost_of_nothing() -> Problem:
    return Problem(
        _("增减金额不能为 0，也不能超出可记录的范围。"),
        remedy=_("请选择增加或减少，并填写大于 0 的金额。"),
        place="amount",
    )


def changes_nothing() -> Problem:
    return Problem(
        _("这项调整没有改变任何内容。"),
        why=_("费用、建设内容、建成日期和责任人至少有一项变化。"),
        remedy=_("请填写要调整的内容。"),
        place="scope",
    )


def ground_missing() -> Problem:
    return Problem(
        _("请选择调整依据。"), why=_("能否自行调整要看依据。"), remedy=_("选择最符合的一项。"), place="basis"
    )


def aim_unsaid() -> Problem:
    return Problem(
        _("请说明建设目标是否改变。"),
        why=_("改变建设目标的须重新报批。"),
        remedy=_("选择“不变”或“改变”。"),
        place="scope_kept",
    )


def scope_unsaid() -> Problem:
    return Problem(_("请写明建设目标和内容怎样改变。"), remedy=_("逐条写明调整前后。"), place="scope")


def reason_missing() -> Problem:
    return Problem(_("请写明调整理由。"), remedy=_("写明为什么必须调整。"), place="reason")


def evidence_missing() -> Problem:
    return Problem(
        _("请上传调整的依据材料。"),
        why=_("没有材料的调整不能受理。"),
        remedy=_("例如变更论证报告、上级文件。"),
        place="file",
    )


def takes_too_much(category: CostCategory, held: int, taken: int) -> Problem:
    return Problem(
        _(
            "“%(category)s”减少 %(taken)s 元，超过现有的 %(held)s 元。",
            category=category.label,
            taken=fmt.money(taken),
            held=fmt.money(held),
        ),
        why=_("减少的金额不能超过该类费用现有的金额。"),
        remedy=_("请核对类别和金额。"),
        place="costs",
    )


def leaves_nothing(budget: int) -> Problem:
    return Problem(
        _("调整后概算不大于 0（现有 %(budget)s 元）。", budget=fmt.money(budget)),
        remedy=_("不再建设的，请由主管部门办理“终止项目”。"),
        place="costs",
    )


def day_impossible(day: date) -> Problem:
    return Problem(
        _("新的建成日期 %(day)s 已经过去，或早于计划开工日。", day=day.isoformat()),
        remedy=_("请填写今天或以后的日期。"),
        place="new_until",
    )


def day_unchanged(day: date) -> Problem:
    return Problem(
        _("新的建成日期 %(day)s 与现在的相同。", day=day.isoformat()), remedy=_("日期不变的请留空。"), place="new_until"
    )


def acted_for_another() -> Problem:
    return Problem(
        _("您曾代表其他机构办理本项目，不能审批调整。"),
        why=_("提出与审批须由不同的人办理（四眼原则）。"),
        remedy=_("请由本机构其他人员办理。"),
    )


def waits_for_change() -> Problem:
    return Problem(
        _("本项目有一项建设期调整没有办结。"),
        why=_("验收以批准的内容为准；调整没有结论，不能确定按什么验收。"),
        remedy=_("请先办结或撤回该项调整。"),
        place="changes",
    )
