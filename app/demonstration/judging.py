"""How a judged month goes on: plan, computed, issued, objected or confirmed, final, reported, inspected, signed."""

from decimal import Decimal
from random import Random

import sqlalchemy as sa

from app.assessments import actions as assessments
from app.assessments.models import Assessment, AssessmentState, ObjectionState
from app.assessments.queries import newest
from app.catalogues.queries import current
from app.contracts.models import PeriodKind
from app.core.actors import SYSTEM
from app.core.clock import today
from app.core.db import db
from app.core.periods import Period
from app.core.permissions import Role
from app.demonstration import organisations as places
from app.demonstration.contracts import ContractPlan
from app.demonstration.files import Attachment
from app.demonstration.world import World
from app.indicators.scheme_terms import Qualitative
from app.indicators.schemes import SCHEME_KIND
from app.inspections import actions as inspections
from app.inspections import findings, questions, samples
from app.inspections.findings import FindingFacts
from app.inspections.jobs import assign_reports
from app.inspections.kinds import Outcome, SampleResult, Severity
from app.inspections.models import Inspection
from app.inspections.queries import findings_of, queries_of, samples_of
from app.inspections.scored import scored
from app.plans import actions as plans
from app.plans.actions import PlanFacts
from app.plans.models import Plan, Weighting
from app.plans.queries import plan_for, plans_of, scheme_of
from app.reports import actions as reports
from app.reports import queries as report_queries
from app.reports.models import Report

R = Role
SCHEME = "SC-MONTH"
SAMPLED = 3


def propose(plan: ContractPlan, kind: PeriodKind, first: Period, world: World) -> None:
    """The client proposes the product's own monthly scheme, all services alike."""
    facts = PlanFacts(
        period_kind=kind,
        first_period=first,
        scheme=current(SCHEME_KIND, SCHEME, today()),
        weighting=Weighting.EQUAL,
        schedule=None,
        min_outage_minutes=5,
        degraded_weight=Decimal("0.5"),
        report_after_days=0,
    )
    plans.propose(world.acting(plan.client, R.AGENCY_OFFICER), world.contract(plan.key), facts)


def agree(plan: ContractPlan, world: World) -> None:
    proposed = plans_of(world.contract(plan.key))[0]
    plans.agree(world.acting(plan.operator, R.OPERATOR_SIGNATORY), proposed, proposed.sha256)


def agreed(plan: ContractPlan, period: Period, world: World) -> Plan:
    found = plan_for(world.contract(plan.key), period)
    if found is None:
        raise LookupError(plan.key)
    return found


def judged(plan: ContractPlan, period: Period, world: World) -> Assessment:
    found = newest(world.contract(plan.key), agreed(plan, period, world), period)
    if found is None:
        raise LookupError(period.text)
    return found


# --- the score -------------------------------------------------------------------------------------------------------


def produce(plan: ContractPlan, period: Period, world: World) -> None:
    """What the scheduler does at the month's end: compute what is known, and report it."""
    reports.produce(SYSTEM, agreed(plan, period, world), period)


def give_opinions(plan: ContractPlan, period: Period, world: World) -> None:
    """Two people of the client judge what no figure says, neither of whom decides an objection."""
    of = agreed(plan, period, world)
    random = Random(f"opinions {plan.key} {period.text}")
    second = world.person(world.seconds[plan.client, R.AGENCY_OFFICER], plan.client)
    for actor in (world.acting(plan.client, R.AGENCY_OFFICER), second):
        for item in scheme_of(of).items:
            if isinstance(item.function, Qualitative):
                score = Decimal(random.randint(84, 97))
                reason = "响应及时，材料齐全" if score > 90 else "周报有两次迟交，其余配合良好"
                assessments.give_opinion(actor, world.contract(plan.key), of, period, item.code, score, reason)


def issue(plan: ContractPlan, period: Period, world: World) -> None:
    officer = world.acting(plan.client, R.AGENCY_OFFICER)
    contract, of = world.contract(plan.key), agreed(plan, period, world)
    assessments.issue(officer, assessments.compute(officer, contract, of, period))


def confirm(plan: ContractPlan, period: Period, world: World) -> None:
    found = judged(plan, period, world)
    assessments.confirm(world.acting(plan.operator, R.OPERATOR_SIGNATORY), found, found.result_sha256)


def object_to(plan: ContractPlan, period: Period, world: World) -> None:
    """The operator thinks that an outage was charged to it wrongly."""
    found = judged(plan, period, world)
    service = world.contract(plan.key).current.lines[0].service.code
    reason = "本月中断发生在甲方通知的应急演练期间，请核减后重新计算。"
    officer = world.acting(plan.operator, R.OPERATOR_OFFICER)
    assessments.object_to(officer, found, [{"service": service, "code": "KI-001"}], reason)


def decide(plan: ContractPlan, period: Period, world: World) -> None:
    """Another person than who issued the score looks into it: no exclusion was ever claimed, the result stays."""
    found = judged(plan, period, world)
    if found.state is not AssessmentState.OBJECTED:
        return
    reason = "演练通知的时段与中断时段不重合，且未按约定申报除外时段；维持原结果。"
    signatory = world.acting(plan.client, R.AGENCY_SIGNATORY)
    assessments.decide(signatory, found.objections[-1], ObjectionState.UPHELD, reason)


def finalise(plan: ContractPlan, period: Period, world: World) -> None:
    assessments.finalise(world.acting(plan.client, R.AGENCY_SIGNATORY), judged(plan, period, world))


def assign(_world: World) -> None:
    """What the scheduler does next: every new report is put before the inspectors."""
    assign_reports()


def renew(_world: World) -> None:
    """What the scheduler does at night: new editions of reports whose assessment has moved."""
    for found in report_queries.outdated():
        reports.renew(SYSTEM, db.session.get_one(Plan, found.report.plan_id), found)


# --- the inspection --------------------------------------------------------------------------------------------------


def report_of(plan: ContractPlan, period: Period, world: World) -> Report:
    found = report_queries.newest_report(agreed(plan, period, world), period)
    if found is None:
        raise LookupError(period.text)
    return found


def inspection_of(plan: ContractPlan, period: Period, world: World) -> Inspection:
    statement = sa.select(Inspection).where(
        Inspection.contract_id == world.contracts[plan.key], Inspection.period == period.text
    )
    return db.session.scalars(statement).one()


def take(plan: ContractPlan, period: Period, world: World) -> None:
    inspections.take(world.acting(places.AUDIT, R.INSPECTOR), report_of(plan, period, world))


def sample(plan: ContractPlan, period: Period, world: World) -> None:
    """Chosen ones: the demonstration is the same every time, a draw by chance would not be."""
    inspector, found = world.acting(places.AUDIT, R.INSPECTOR), inspection_of(plan, period, world)
    keys = [one.key for one in scored(found.report)][:SAMPLED]
    samples.sample_chosen(inspector, found, keys)
    for one in samples_of(found):
        samples.settle(inspector, found, one, SampleResult.AGREES, "与运行台账原始记录一致")


def ask(plan: ContractPlan, period: Period, world: World) -> None:
    text = "请说明本月中断的处置经过，以及恢复时间的记录方式。"
    found = inspection_of(plan, period, world)
    questions.ask(world.acting(places.AUDIT, R.INSPECTOR), found, world.organisations[plan.operator], text, 3)


def answer(plan: ContractPlan, period: Period, world: World) -> None:
    inspector, found = world.acting(places.AUDIT, R.INSPECTOR), inspection_of(plan, period, world)
    text = "中断由值班人员按应急预案处置，恢复时间以监测系统首次探测正常为准，工单编号见运行台账。"
    for query in queries_of(inspector, found):
        questions.answer(world.acting(plan.operator, R.OPERATOR_OFFICER), query, text)


def find(plan: ContractPlan, period: Period, world: World) -> None:
    facts = FindingFacts(
        severity=Severity.MAJOR,
        text="两次中断的工单没有填写原因分析，恢复时间由人工补录，不能与监测记录逐条对应。",
        basis="合同服务水平条款；运维记录应完整、可追溯",
        organisation_id=world.organisations[plan.operator],
        workdays=10,
    )
    findings.create(world.acting(places.AUDIT, R.INSPECTOR), inspection_of(plan, period, world), facts)


def rectify(plan: ContractPlan, period: Period, world: World) -> None:
    officer = world.acting(plan.operator, R.OPERATOR_OFFICER)
    note = f"{plan.title}\n{period.text} 中断工单原因分析与补录说明（演示材料）\n"
    paper = Attachment(f"整改说明-{period.text}.txt", note.encode(), "整改材料")
    for finding in findings_of(inspection_of(plan, period, world)):
        findings.rectify(officer, finding, "已补齐原因分析，恢复时间改为由监测系统自动写入工单。", paper.upload())


def judge(plan: ContractPlan, period: Period, world: World) -> None:
    """The second inspector, not the one who found it."""
    second = world.person(world.seconds[places.AUDIT, R.INSPECTOR], places.AUDIT)
    for finding in findings_of(inspection_of(plan, period, world)):
        findings.judge(second, finding, Outcome.ELIMINATED, "抽看三张工单，原因与时间均可与监测记录对应。")


def sign(plan: ContractPlan, period: Period, world: World) -> None:
    found = inspection_of(plan, period, world)
    text = "本期绩效报告数据真实、依据完整，评分与扣款计算无误；所提问题已整改。"
    inspections.sign(world.acting(places.AUDIT, R.INSPECTOR), found, text, found.report.sha256)
