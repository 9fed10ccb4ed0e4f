"""What is refused before anything is written: strangers, wrong periods, results that people have acted on."""

from collections.abc import Iterator, Mapping, Sequence

from flask_babel import gettext as _

from app.assessments.breakdown import points_of
from app.assessments.models import Assessment, AssessmentState, Objection, ObjectionState
from app.assessments.queries import is_closed, newest, result_of
from app.contracts.models import Contract
from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import NotAllowed, Problem, Refused, WrongState
from app.core.periods import Period
from app.core.permissions import Permission
from app.plans.models import Plan
from app.plans.queries import periods_owed

S = AssessmentState
# While people may still say something of a period: later, what was published would change under its readers.
OPEN_TO_PEOPLE = frozenset({None, S.COMPUTED, S.REOPENED})


def refuse_others(actor: Actor, contract: Contract, permission: Permission, is_theirs: bool) -> None:
    """Whoever's act it is not, is told so."""
    if not is_theirs:
        raise NotAllowed(
            Problem(
                _("“%(act)s”不是您的机构的事项。", act=permission.label),
                why=_("该事项须由合同 %(code)s 的另一方当事机构办理。", code=contract.code),
                remedy=_("如您也在该机构任职，请先切换身份。"),
            )
        )


def refuse_period(contract: Contract, plan: Plan, period: Period) -> None:
    """Only a period that is over, and that this plan holds for."""
    if plan.contract_id == contract.id and period in periods_owed(plan):
        return
    if period.end > now():
        raise Refused(
            Problem(_("周期 %(period)s 尚未结束。", period=period.text), remedy=_("周期结束后再办理。"), place="period")
        )
    raise Refused(
        Problem(
            _("周期 %(period)s 不按考核约定 %(plan)s 考核。", period=period.text, plan=plan.code),
            why=_("约定须已由双方同意，周期类型一致，在合同期限内，并且没有被后来的约定取代。"),
            remedy=_("请核对周期和约定。"),
            place="period",
        )
    )


def refuse_settled(contract: Contract, plan: Plan, period: Period) -> None:
    """Opinions and vetoes come before a result is published and before the period's data are closed."""
    problems = list(settled(contract, period, newest(contract, plan, period)))
    if problems:
        raise WrongState(problems)


def settled(contract: Contract, period: Period, last: Assessment | None) -> Iterator[Problem]:
    """Why nobody scores or vetoes a period any more."""
    if is_closed(contract, period):
        yield Problem(
            _("数据周期 %(period)s 已关闭，不能再评分、登记或撤销否决。", period=period.text),
            why=_("周期关闭之后，结果所依据的内容不能再变。"),
            remedy=_("确需更改的，请先由另一人重开该周期。"),
            place="period",
        )
    if last is not None and last.state not in OPEN_TO_PEOPLE:
        yield Problem(
            _("本期结果现为“%(state)s”，不能再评分、登记或撤销否决。", state=last.state.label),
            why=_("评分和否决须在结果发布之前作出，发布之后不得改变其依据。"),
            remedy=_("异议成立或数据变化后重新计算的，可在新版发布之前评分和登记。"),
            place="period",
        )


def refuse_over(last: Assessment, reason: str) -> None:
    """What people have acted on is calculated again only with a reason; a dispute is decided first."""
    if last.state is S.OBJECTED:
        raise WrongState(
            Problem(
                _("有异议尚待裁定，不能重新计算。"),
                why=_("异议针对的是已发布的这一版结果。"),
                remedy=_("请先裁定异议。"),
            )
        )
    # What was decided upon an objection is reason enough.
    if last.state not in {S.COMPUTED, S.REOPENED} and not reason.strip():
        raise Refused(
            Problem(
                _("请写明重新计算的理由。"),
                why=_("现在的结果是“%(state)s”，重新计算会产生新的一版。", state=last.state.label),
                remedy=_("填写理由后再提交。"),
                place="reason",
            )
        )


def disputed(assessment: Assessment, items: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The items without doubles, in the order of the result; refuses what it neither scores nor charges."""
    judged_items = [
        (service["service"], point.code) for service, points in points_of(result_of(assessment)) for point in points
    ]
    wanted = {(one.get("service", ""), one.get("code", "")) for one in items}
    if not wanted:
        raise Refused(Problem(_("请至少选择一项有异议的指标。"), place="items"))
    unknown = sorted(wanted - set(judged_items))
    if unknown:
        raise Refused(
            [
                Problem(_("这一版没有评判 %(service)s 的 %(code)s，也没有为它扣款。", service=s, code=c), place="items")
                for s, c in unknown
            ]
        )
    return [{"service": service, "code": code} for service, code in judged_items if (service, code) in wanted]


def refuse_ended(objection: Objection) -> None:
    """An objection is decided or taken back once."""
    if objection.state is not ObjectionState.RAISED:
        raise WrongState(
            Problem(_("这项异议已办结：%(state)s。", state=objection.state.label), remedy=_("请刷新页面查看最新状态。"))
        )


def no_reason() -> Problem:
    return Problem(_("请写明理由。"), remedy=_("填写理由后再提交。"), place="reason")
