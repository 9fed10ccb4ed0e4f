"""Acts on plans: the client proposes how a contract is judged, the operator agrees to it by its digest or refuses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import act
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, parsed
from app.contracts.models import Contract, PeriodKind
from app.contracts.workflow import is_client
from app.core.actors import Actor, must
from app.core.canonical import digest_both
from app.core.clock import local, now, today
from app.core.db import Decimal6, db, serialise
from app.core.errors import NotAllowed, Problem, Refused, Stale, WrongState
from app.core.formats import fmt
from app.core.periods import Period
from app.core.permissions import Permission, Side
from app.figures.actions import OPEN_STATES
from app.figures.measures import window_of
from app.indicators.schemes import SCHEME_KIND
from app.lifecycle.actions import ask_once, drop_tasks, finish_task, open_task
from app.plans import content, wording
from app.plans.coverage import judges_figures
from app.plans.models import SCHEDULE_KIND, Plan, PlanState, Weighting
from app.plans.queries import agreed_of, pending_of, schemes_for
from app.plans.workflow import WORKFLOW
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of

P = Permission
# Working days in which the operator answers, and the client proposes anew; defaults of the product.
AGREE_WITHIN = 5
PROPOSE_AGAIN_WITHIN = 10
MOST_MINUTES, MOST_DAYS = 1440, 60


@dataclass(frozen=True)
class PlanFacts:
    """What the client proposes; a schedule of None is round the clock."""

    period_kind: PeriodKind
    first_period: Period
    scheme: CatalogueEntry
    weighting: Weighting
    schedule: CatalogueEntry | None
    min_outage_minutes: int
    degraded_weight: Decimal
    report_after_days: int


def propose(actor: Actor, contract: Contract, facts: PlanFacts) -> Plan:
    """The client's officer proposes by which scheme the contract is judged from a period on; operators are asked."""
    must(actor, P.PLAN_PROPOSE)
    _refuse_others(actor, contract)
    serialise(f"plans:{contract.code}")
    problems = list(_problems(contract, facts))
    if problems:
        raise Refused(problems)
    with act(actor, P.PLAN_PROPOSE, ref=contract.ref) as running:
        stand_for_side(actor, contract.subject)
        plan = _plan(actor, contract, facts)
        running.note(plan=plan.code, sha256=plan.sha256, sm3=plan.sm3)
        db.session.add(plan)
        db.session.flush()
        finish_task(actor, contract.subject, P.PLAN_PROPOSE)
        for organisation_id in _operators(contract):
            open_task(contract.subject, organisation_id, P.PLAN_AGREE, AGREE_WITHIN, item=plan.code)
    return plan


def agree(actor: Actor, plan: Plan, seen_digest: str) -> Plan:
    """The operator's signatory agrees to the content that he has read, by its digest."""
    WORKFLOW.check(actor, plan, P.PLAN_AGREE)
    _same_content(plan, seen_digest)
    with act(actor, P.PLAN_AGREE, ref=plan.contract.ref) as running:
        running.note(plan=plan.code, sha256=plan.sha256, sm3=plan.sm3)
        _decide(actor, plan, PlanState.AGREED)
    return plan


def refuse(actor: Actor, plan: Plan, reason: str) -> Plan:
    """The operator's signatory does not agree, and says why; the client may propose anew."""
    WORKFLOW.check(actor, plan, P.PLAN_REFUSE, reason)
    with act(actor, P.PLAN_REFUSE, ref=plan.contract.ref, reason=reason) as running:
        running.note(plan=plan.code)
        _decide(actor, plan, PlanState.REFUSED, reason)
        subject = plan.contract.subject
        ask_once(subject, plan.proposer_org, P.PLAN_PROPOSE, PROPOSE_AGAIN_WITHIN)
    return plan


def withdraw(actor: Actor, plan: Plan, reason: str = "") -> Plan:
    """The client takes a proposal back before it is answered."""
    WORKFLOW.check(actor, plan, P.PLAN_PROPOSE)
    with act(actor, P.PLAN_PROPOSE, ref=plan.contract.ref, reason=reason) as running:
        running.note(withdrawn=plan.code)
        _decide(actor, plan, PlanState.WITHDRAWN, reason)
    return plan


def _decide(actor: Actor, plan: Plan, outcome: PlanState, reason: str = "") -> None:
    subject = plan.contract.subject
    plan.decider_side = stand_for_side(actor, subject)
    plan.decider_role = PartyRole.OPERATOR if plan.decider_side is Side.OPERATION else PartyRole.CLIENT
    plan.decided_by, plan.decider_org, plan.decided_at = actor.user_id, actor.organisation_id, now()
    plan.decision_reason, plan.state = reason.strip(), outcome
    db.session.flush()
    db.session.refresh(plan)
    finish_task(actor, subject, P.PLAN_AGREE, item=plan.code)
    drop_tasks(actor, subject, [P.PLAN_AGREE], item=plan.code)


def _refuse_others(actor: Actor, contract: Contract) -> None:
    if not is_client(actor, contract):
        raise NotAllowed(
            Problem(
                _("“%(act)s”不是您的机构的事项。", act=P.PLAN_PROPOSE.label),
                why=_("该事项由合同的甲方（项目单位）办理。"),
                remedy=_("如您也在该机构任职，请先切换身份。"),
            )
        )
    if contract.state not in OPEN_STATES:
        raise WrongState(
            Problem(
                _("合同尚未生效，不能约定考核。"),
                why=_("合同现在是“%(state)s”。", state=contract.state.label),
                remedy=_("合同生效后再提出。"),
            )
        )


def _operators(contract: Contract) -> list[int]:
    return sorted({one.organisation_id for one in parties_of(contract.subject) if one.role is PartyRole.OPERATOR})


def _same_content(plan: Plan, seen: str) -> None:
    """What was read, what was proposed and what is stored are one and the same text."""
    stored = digest_both(plan.content.encode()).sha256
    if seen != plan.sha256 or stored != plan.sha256:
        raise Stale(
            Problem(
                _("约定内容与您看到的不一致，没有办理。"),
                why=_("您看到的内容摘要是 %(seen)s…，现在是 %(now)s…。", seen=seen[:12], now=stored[:12]),
                remedy=_("请刷新页面，重新阅读后再办理。"),
            )
        )


# --- what stands against a proposal ----------------------------------------------------------------------------------


def _problems(contract: Contract, facts: PlanFacts) -> Iterator[Problem]:
    waiting = pending_of(contract)
    if waiting is not None:
        yield wording.pending(waiting.code)
    yield from _rule_problems(contract, facts)
    yield from _period_problems(contract, facts)
    yield from _number_problems(facts)


def _rule_problems(contract: Contract, facts: PlanFacts) -> Iterator[Problem]:
    agreements = content.agreements_of(contract, facts.period_kind.value)
    if not _in_force(facts.scheme, SCHEME_KIND):
        yield wording.not_in_force("scheme")
    elif all(one.id != facts.scheme.id for one in schemes_for(contract)):
        yield wording.of_another_practice()
    elif not judges_figures(parsed(facts.scheme), agreements):
        yield wording.nothing_judged(str(facts.period_kind.label))
    if facts.schedule is not None and not _in_force(facts.schedule, SCHEDULE_KIND):
        yield wording.not_in_force("schedule")
    by_use = content.paid_by_use(contract)
    if facts.weighting is Weighting.FEE and by_use:
        yield wording.paid_by_use(by_use)


def _in_force(entry: CatalogueEntry, kind: str) -> bool:
    return entry.kind == kind and any(one.id == entry.id for one in all_current(kind, today()))


def _period_problems(contract: Contract, facts: PlanFacts) -> Iterator[Problem]:
    first = facts.first_period
    if first.kind.value != facts.period_kind.value:
        yield wording.kind_differs(str(facts.period_kind.label))
        return
    window = window_of(contract)
    if not first.overlaps(window.start, window.end):
        last = local(window.end) - timedelta(days=1)
        yield wording.outside_term(fmt.date(local(window.start).date()), fmt.date(last.date()))
    elif first.start <= now() and agreed_of(contract, first.kind):
        yield wording.begun(first)


def _number_problems(facts: PlanFacts) -> Iterator[Problem]:
    if not 0 <= facts.min_outage_minutes <= MOST_MINUTES:
        yield wording.out_of_range(_("最短中断须在 0 到 %(n)s 分钟之间。", n=MOST_MINUTES), "min_outage_minutes")
    weight = facts.degraded_weight
    if not (weight.is_finite() and 0 < weight <= 1 and weight == weight.quantize(Decimal6.MILLIONTH)):
        yield wording.out_of_range(_("降级权重须大于 0、不超过 1，最多 6 位小数。"), "degraded_weight")
    if not 0 <= facts.report_after_days <= MOST_DAYS:
        yield wording.out_of_range(_("报告日须在周期结束后 0 到 %(n)s 天。", n=MOST_DAYS), "report_after_days")


def _plan(actor: Actor, contract: Contract, facts: PlanFacts) -> Plan:
    number = 1 + (db.session.scalar(sa.select(sa.func.max(Plan.number)).where(Plan.contract_id == contract.id)) or 0)
    plan = Plan(
        code=f"KH-{contract.code}-{number}",
        contract_id=contract.id,
        subject_id=contract.subject_id,
        number=number,
        period_kind=facts.period_kind,
        first_period=facts.first_period.text,
        first_starts_at=facts.first_period.start,
        scheme_entry_id=facts.scheme.id,
        scheme_digest=facts.scheme.digest,
        weighting=facts.weighting,
        schedule_entry_id=facts.schedule.id if facts.schedule else None,
        min_outage_minutes=facts.min_outage_minutes,
        degraded_weight=facts.degraded_weight,
        report_after_days=facts.report_after_days,
        proposed_by=actor.user_id,
        proposer_org=actor.organisation_id,
        proposed_at=now(),
    )
    digests = content.sealed(plan, contract, facts.scheme, facts.schedule)
    plan.sha256, plan.sm3 = digests.sha256, digests.sm3
    return plan
