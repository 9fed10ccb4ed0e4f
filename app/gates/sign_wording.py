"""Countersignatures in words: why somebody cannot ask, sign or decide, and what to do."""

from typing import Any

from flask_babel import gettext as _

from app.core.errors import Problem
from app.gates.kinds import Body, SignState, Stance
from app.gates.models import Countersign


def not_authority() -> Problem:
    return Problem(
        _("会签由主管部门组织，您的机构不是本项目的主管部门。"), remedy=_("如您也在主管部门任职，请先切换身份。")
    )


def asked_already() -> Problem:
    return Problem(
        _("本轮会签已经发起，没有重复办理。"),
        why=_("同一内容在一轮中只会签一次。"),
        remedy=_("请查看各单位的会签情况。"),
    )


def nobody_wanted() -> Problem:
    return Problem(_("本环节不要求会签。"), why=_("是否会签由闸门规定。"), remedy=_("请直接办理。"))


def nobody_chosen(body: Body) -> Problem:
    return Problem(
        _("请选择%(body)s的会签单位。", body=body.label),
        why=_("闸门要求该单位在决定前会签。"),
        remedy=_("请从名册中选择。"),
        place=body.value,
    )


def own_matter(body: Body, name: str) -> Problem:
    return Problem(
        _("“%(name)s”是提请单位，不能作为%(body)s会签。", name=name, body=body.label),
        why=_("提请单位不得会签自己的事项。"),
        remedy=_("请选择其他单位。"),
        place=body.value,
    )


def decides_itself(body: Body, name: str) -> Problem:
    return Problem(
        _("“%(name)s”是决定单位，不能作为%(body)s会签。", name=name, body=body.label),
        why=_("会签是决定单位以外的单位的意见。"),
        remedy=_("请选择其他单位；确实由本单位承担该职能的，请选择其上级单位。"),
        place=body.value,
    )


def not_that_body(body: Body, name: str) -> Problem:
    return Problem(
        _("“%(name)s”不能作为%(body)s会签。", name=name, body=body.label),
        why=_("会签单位须是在册的管理方机构，负责本地区或者上级地区；财政部门的意见由财政部门签署。"),
        remedy=_("请选择其他单位；没有可选的，请机构管理员先登记。"),
        place=body.value,
    )


def named_twice(body: Body, name: str, first: Body) -> Problem:
    return Problem(
        _("“%(name)s”已作为%(first)s会签，不能再作为%(body)s。", name=name, first=first.label, body=body.label),
        why=_("每个单位只代表自己的职能签署一份意见。"),
        remedy=_("请选择其他单位。"),
        place=body.value,
    )


def signed_for_another() -> Problem:
    return Problem(
        _("您在本轮已经代表另一单位会签。"),
        why=_("每份会签意见由不同的人签署（四眼原则）。"),
        remedy=_("请由该单位其他负责人签署。"),
    )


def not_asked() -> Problem:
    return Problem(
        _("这份会签不是请您的机构签署的。"),
        why=_("会签由被请的单位签署，提请单位和其他单位不能代签。"),
        remedy=_("如您也在该单位任职，请先切换身份。"),
    )


def not_now(state: SignState) -> Problem:
    return Problem(
        _("现在不能签署。"),
        why=_("该会签现在是“%(state)s”；会签按顺序办理，签署后不再更改。", state=state.label),
        remedy=_("请刷新页面查看最新状态。"),
    )


def changed_since() -> Problem:
    return Problem(
        _("会签的内容与您看到的不一致，没有签署。"),
        why=_("会签须针对所读的内容。"),
        remedy=_("请刷新页面，重新阅读后再签署。"),
    )


def another_matter() -> Problem:
    return Problem(
        _("变更的内容与您看到的不一致，没有作出决定。"),
        why=_("决定须针对所读的内容。"),
        remedy=_("请刷新页面，重新阅读后再决定。"),
    )


def reason_missing(stance: Stance) -> Problem:
    return Problem(
        _("会签意见为“%(stance)s”的，须写明意见。", stance=stance.label),
        why=_("不同意见须有理由，供决定时研究。"),
        remedy=_("请填写会签意见。"),
        place="text",
    )


def too_long() -> Problem:
    return Problem(_("会签意见最多 2000 字。"), remedy=_("请精简，详细材料另行登记。"), place="text")


def asked_himself() -> Problem:
    return Problem(
        _("您组织了本次会签，不能代表会签单位签署。"),
        why=_("组织与签署须由不同的人办理（四眼原则）。"),
        remedy=_("请由该单位其他负责人签署。"),
    )


def signed_himself() -> Problem:
    return Problem(
        _("您代表会签单位签署过，不能再作出决定。"),
        why=_("会签与决定须由不同的人办理（四眼原则）。"),
        remedy=_("请由本机构其他负责人决定。"),
    )


def unsigned(one: Countersign) -> Problem:
    state: Any = one.state.label
    return Problem(
        _("%(body)s（%(name)s）尚未会签。", body=one.body.label, name=one.organisation.name),
        why=_("该会签现在是“%(state)s”；会签齐备后才能通过。", state=state),
        remedy=_("请等待会签，或退回、不予通过。"),
        place="countersigns",
    )


def against(one: Countersign) -> Problem:
    return Problem(
        _("%(body)s（%(name)s）不同意，通过须写明理由。", body=one.body.label, name=one.organisation.name),
        why=_("会签单位的意见：%(text)s", text=one.text),
        remedy=_("请写明不采纳该意见的理由，或退回、不予通过。"),
        place="reason",
    )
