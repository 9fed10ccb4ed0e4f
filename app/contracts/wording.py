"""The findings of rules.py in words: what is missing, why it matters, what to do."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.contracts.rules import Flaw
from app.core.errors import Problem
from app.core.money import show_fen

_WORDS = {
    "title": (_l("没有合同名称。"), _l("请填写名称。")),
    "mode": (_l("没有选择合同方式。"), _l("请选择政府购买服务、特许经营等方式之一。")),
    "term": (_l("没有写明合同期限。"), _l("请填写起止日期。")),
    "term_order": (_l("截止日早于起始日。"), _l("请改正起止日期。")),
    "term_too_long": (_l("期限超过该方式的上限 %(months)s 个月。"), _l("请缩短期限，或改用其他方式。")),
    "extension_basis": (
        _l("期限超过 %(months)s 个月，须写明符合延长条件的依据。"),
        _l("请在“延长依据”中写明，或缩短期限。"),
    ),
    "exclusive_basis": (_l("约定独家经营，没有写明法律依据和公平竞争审查情况。"), _l("请补充依据，或取消独家。")),
    "alone_reason": (
        _l("合同没有关联项目的采购，也没有写明理由。"),
        _l("有项目的，请由项目的采购结果起草；确无项目采购的，在条款的“未关联项目采购”中写明理由。"),
    ),
    "alone_method": (_l("合同没有关联项目的采购，没有写明采购方式。"), _l("请在条款中选择采购方式。")),
    "alone_reference": (
        _l("合同没有关联项目的采购，没有写明采购结果的文号。"),
        _l("请填写中标（成交）通知书或批准文件的编号。"),
    ),
    "payment_terms": (_l("没有写明付款方式。"), _l("请填写付款条款。")),
    "data_terms": (_l("没有写明数据委托与安全条款。"), _l("请填写数据范围、用途、保密和返还销毁要求。")),
    "exit_terms": (_l("没有写明退出与移交安排。"), _l("请填写数据、源代码、账号、资产和人员的移交安排。")),
    "client": (_l("甲方（项目单位）须有且只有一个，现有 %(n)s 个。"), _l("请在当事方中改正。")),
    "operator": (_l("没有乙方（运营企业）。"), _l("请在当事方中添加。")),
    "amount": (_l("没有合同金额。"), _l("请填写合同金额上限。")),
    "over_amount": (
        _l("按预计用量计算的服务费用 %(total)s 元，超过合同金额 %(amount)s 元。"),
        _l("请调整单价、用量或合同金额。"),
    ),
    "over_award": (
        _l("合同金额 %(amount)s 元，超过成交金额 %(award)s 元；合同须按成交结果订立（《政府采购法》第46条）。"),
        _l("请按成交金额订立合同；确需扩大的，履行中依法追加或另行采购。"),
    ),
    "point_value": (_l("约定了扣分，没有写明每分扣减金额。"), _l("请填写每分金额。")),
    "cap": (_l("约定了扣分，没有写明每期扣减上限。"), _l("请填写占当期费用的百分比。")),
    "services": (_l("服务目录是空的。"), _l("请至少添加一项服务。")),
    "retired": (_l("第 %(line)s 项“%(service)s”已从台账停用。"), _l("请更换或移除该服务。")),
    "volume": (_l("第 %(line)s 项“%(service)s”按量计价，没有预计用量。"), _l("请填写每期预计用量。")),
    "levels": (_l("第 %(line)s 项“%(service)s”没有约定服务水平。"), _l("请至少约定一项指标。")),
    "banned_indicator": (
        _l("第 %(line)s 项“%(service)s”的指标“%(indicator)s”不得用于考核。"),
        _l("请改用反映有效办件或调用的指标。"),
    ),
    "no_bands": (_l("第 %(line)s 项“%(service)s”的指标“%(indicator)s”没有扣分档。"), _l("请填写扣分档。")),
    "bands_open_end": (
        _l("第 %(line)s 项“%(service)s”的指标“%(indicator)s”：最后一档须为“其余”，且只有最后一档可以不写界限。"),
        _l("请补上最后一档，或补上缺少的界限。"),
    ),
    "bands_begin": (
        _l("第 %(line)s 项“%(service)s”的指标“%(indicator)s”：第一档须从约定值开始，扣 0 分，其后至少还有一档。"),
        _l("请把第一档界限改为约定值。"),
    ),
    "bands_order": (
        _l("第 %(line)s 项“%(service)s”的指标“%(indicator)s”：各档界限重叠或次序颠倒。"),
        _l("请从好到差依次填写，界限不重复。"),
    ),
    "bands_points": (
        _l("第 %(line)s 项“%(service)s”的指标“%(indicator)s”：越差的档扣分不能越少。"),
        _l("请改正扣分。"),
    ),
}


def explain(flaw: Flaw) -> Problem:
    """One finding as a problem with its place on the page."""
    what, remedy = _WORDS[flaw.code]
    return Problem(what % _shown(flaw), remedy=remedy, place=flaw.place)


def explain_remark(flaw: Flaw) -> Problem:
    """What stands out about an existing contract and stops nothing."""
    words = {
        "term_too_long": _("原合同期限超过该方式的上限 %(months)s 个月。", **flaw.values),
        "extension_basis": _("原合同期限超过该方式一般上限 %(months)s 个月，没有写明延长依据。", **flaw.values),
    }
    return Problem(words[flaw.code], why=_("存量合同按原合同补录，不因此受阻。"), place=flaw.place)


def explain_level(code: str) -> Problem:
    """A finding about the level that is being edited, without repeating its name."""
    words = {
        "banned_indicator": _("该指标不得用于考核。"),
        "no_bands": _("请填写扣分档。"),
        "bands_open_end": _("最后一档须为“其余”（界限留空），且只有最后一档可以留空。"),
        "bands_begin": _("第一档须从约定值开始，扣 0 分，其后至少还有一档。"),
        "bands_order": _("各档界限重叠或次序颠倒，请从好到差依次填写。"),
        "bands_points": _("越差的档扣分不能越少。"),
    }
    return Problem(words[code], place="bands")


def _shown(flaw: Flaw) -> dict[str, str]:
    money = {"total", "amount", "award"}
    return {key: show_fen(int(value)) if key in money else value for key, value in flaw.values.items()}
