"""What happens to the figures of a judged month: reported, an exclusion claimed and granted, verified, closed."""

from datetime import datetime, timedelta

from app.contracts import actions as contracts
from app.contracts.models import Contract
from app.core.periods import Period, PeriodKind
from app.core.permissions import Role
from app.demonstration.contracts import ContractPlan
from app.demonstration.files import Attachment
from app.demonstration.reported import events_file, figures_file, ledger, month_rows
from app.demonstration.world import World
from app.evidence.models import EvidenceFile
from app.figures import verifying
from app.figures.actions import submit_events, submit_figures
from app.figures.kinds import EventStatus, Verdict
from app.figures.queries import events_of, unverified_events, waiting_periods
from app.service_levels import actions as service_levels
from app.service_levels.actions import ClaimFacts
from app.service_levels.models import ExclusionCause, ExclusionState
from app.service_levels.queries import exclusions_of

R = Role
CLOUD_NOTICE = (
    "省政务云平台机房市电闪断（演示材料）\n"
    "影响时段内云主机自动重启，所承载系统不可访问；恢复后由云平台运维单位出具本说明。\n"
)


def attach(plan: ContractPlan, organisation: str, role: Role, attachment: Attachment, world: World) -> EvidenceFile:
    """Keeps a paper with the contract, as its parties do."""
    from_whom = world.acting(organisation, role)
    return contracts.attach_file(from_whom, world.contract(plan.key), attachment.upload(), attachment.purpose)


def report(plan: ContractPlan, period: Period, lacking: bool, world: World) -> None:
    """The operator keeps its ledger with the contract and reports the figures that rest on it."""
    contract = world.contract(plan.key)
    rows = month_rows(contract, period, lacking)
    if rows:
        attach(plan, plan.operator, R.OPERATOR_OFFICER, ledger(contract, period, rows), world)
        submit_figures(
            world.acting(plan.operator, R.OPERATOR_OFFICER), contract, f"{period.text}-指标数据.csv", figures_file(rows)
        )


def report_events(plan: ContractPlan, period: Period, world: World) -> None:
    contract = world.contract(plan.key)
    content = events_file(contract, period)
    if content:
        officer = world.acting(plan.operator, R.OPERATOR_OFFICER)
        submit_events(officer, contract, f"{period.text}-状态事件.csv", content)


def claim(plan: ContractPlan, period: Period, world: World) -> None:
    """The first outage of the month was not the operator's: the cloud beneath it had no power."""
    contract = world.contract(plan.key)
    begin = first_outage(contract, period)
    if begin is None:
        return
    notice = Attachment(f"云平台故障说明-{period.text}.txt", f"{CLOUD_NOTICE}{begin:%Y-%m-%d}".encode(), "除外时段证据")
    facts = ClaimFacts(
        service=None,
        begins_at=begin,
        ends_at=begin + timedelta(minutes=12),
        cause=ExclusionCause.THIRD_PARTY,
        reason="政务云机房市电闪断导致全部系统中断，非本公司责任，见云平台故障说明。",
        upload=notice.upload(),
    )
    service_levels.claim(world.acting(plan.operator, R.OPERATOR_OFFICER), contract, facts)


def first_outage(contract: Contract, period: Period) -> datetime | None:
    downs = [one.at for one in events_of(contract, period.end, since=period.start) if one.status is EventStatus.DOWN]
    return min(downs, default=None)


def decide_claims(plan: ContractPlan, world: World) -> None:
    contract = world.contract(plan.key)
    officer = world.acting(plan.client, R.AGENCY_OFFICER)
    version = contract.current
    begin, end = (Period(str(day)) for day in (version.term_from, version.term_until))
    for one in exclusions_of(contract, begin.start, end.end):
        if one.state is ExclusionState.CLAIMED:
            service_levels.grant(officer, one, one.begins_at, one.ends_at, "经与云平台核实，情况属实，同意除外。")


def verify(plan: ContractPlan, period: Period, world: World) -> None:
    """Everything that waits for the month, figures and events."""
    contract = world.contract(plan.key)
    officer = world.acting(plan.client, R.AGENCY_OFFICER)
    for text, source, _count, highest in waiting_periods(contract):
        if Period(text).kind is PeriodKind.MONTH and text <= period.text:
            verifying.verify_period(officer, contract, Period(text), source, highest)
    for submission in unverified_events(contract):
        verifying.judge_events(officer, submission, Verdict.VERIFIED)


def close(plan: ContractPlan, period: Period, world: World) -> None:
    verifying.close_period(world.acting(plan.client, R.AGENCY_OFFICER), world.contract(plan.key), period)
