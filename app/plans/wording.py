"""What stands against a plan, in words."""

from collections.abc import Iterable

from flask_babel import gettext as _

from app.core.errors import Problem
from app.core.periods import Period


def begun(first: Period) -> Problem:
    return Problem(
        _("首个周期 %(period)s 已经开始。", period=first.text),
        why=_("已有双方约定时，新的约定只能用于尚未开始的周期，已开始的周期按原约定考核。"),
        remedy=_("请选择尚未开始的周期，重新提出。"),
        place="first_period",
    )


def pending(code: str) -> Problem:
    return Problem(
        _("考核约定 %(code)s 正在等待对方答复。", code=code),
        why=_("同一合同同时只有一份待答复的约定。"),
        remedy=_("请等待对方答复，或先撤回。"),
    )


def not_in_force(place: str) -> Problem:
    return Problem(_("所选的目录条目今天不在生效。"), remedy=_("请选择现行版本。"), place=place)


def of_another_practice() -> Problem:
    return Problem(
        _("所选的考核方案不适用于本合同。"),
        why=_("方案属于其他地区，或者属于本合同没有选用的地方模式。"),
        remedy=_("请从列出的方案中选择。"),
        place="scheme",
    )


def nothing_judged(kind: str) -> Problem:
    return Problem(
        _("合同没有按%(kind)s约定这个方案中的任何指标。", kind=kind),
        why=_("只考核合同约定了服务水平的指标，没有约定的不计分。"),
        remedy=_("请选择其他方案或周期；如需增加指标，须先变更合同。"),
        place="scheme",
    )


def paid_by_use(services: Iterable[str]) -> Problem:
    return Problem(
        _("这些服务按量计价，没有固定费用：%(names)s。", names=_("、").join(services)),
        why=_("按费用加权需要每项服务都有固定费用。"),
        remedy=_("请改为各服务权重相同。"),
        place="weighting",
    )


def kind_differs(kind: str) -> Problem:
    return Problem(
        _("首个周期与考核周期不一致。"),
        remedy=_("考核周期是%(kind)s，请填写对应的周期，例如 2026-09、2026-Q3 或 2026。", kind=kind),
        place="first_period",
    )


def outside_term(first: str, last: str) -> Problem:
    return Problem(
        _("首个周期不在合同期限内。"),
        why=_("合同期限是 %(first)s 至 %(last)s。", first=first, last=last),
        remedy=_("请选择合同期限内的周期。"),
        place="first_period",
    )


def out_of_range(what: str, place: str) -> Problem:
    return Problem(what, remedy=_("请改为允许范围内的数值。"), place=place)
