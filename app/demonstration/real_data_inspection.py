"""One inspection of each contract of the example: taken, sampled against the source, asked, found, judged, signed."""

import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from app.core.db import db, unit_of_work
from app.demonstration import real_data
from app.demonstration.real_data_contracts import Deal, codes_of
from app.demonstration.real_data_figures import Sources
from app.demonstration.real_data_people import acting
from app.demonstration.real_data_results import reports_with_total
from app.figures.models import Figure
from app.inspections import actions, findings, questions, samples
from app.inspections.findings import FindingFacts
from app.inspections.jobs import assign_reports
from app.inspections.kinds import InspectionState, Outcome, SampleResult, Severity
from app.inspections.models import Inspection, Sample
from app.inspections.queries import inspections_of, samples_of
from app.inspections.scored import scored
from app.organisations.queries import organisation_by_code
from app.reports.models import Report
from app.services.models import Service

Tell = Callable[[str], None]
DRAWN = 12
WORKDAYS = 10


@dataclass(frozen=True)
class Story:
    """What the inspectors ask, find and conclude, and what the operator says to it."""

    question: str
    answer: str
    finding: str
    basis: str
    rectified: str
    verdict: str
    conclusion: str


STORIES = {
    "sites": Story(
        question="部分站点在整个监测期内都是中断，请说明是服务未上线还是监测地址有误。",
        answer="来源监测记录即如此：这些站点自监测开始起没有一次成功应答，来源没有说明原因。",
        finding="部分站点全期中断，却仍列入服务目录并按月计费。",
        basis="合同约定的可用率水平；来源监测记录。",
        rectified="来源数据是公开的历史记录，监测已于 2021 年 11 月停止，无法补测；已写成说明留存。",
        verdict="合同已到期，监测已停止，确无条件整改；结果按监测记录计算，不作调整。",
        conclusion="抽查的状态事件与来源文件相符，可用率由区间计算，中断和无监测时间均已列明。问题一项，确无条件整改。",
    ),
    "usage": Story(
        question="本期有服务的线上办理量大于办理总量，请说明口径。",
        answer="与来源文件逐格核对，来源公布的就是这些数；来源没有更正，也没有说明口径。",
        finding="线上办理量大于办理总量，由此推算的在线办理率超过 100%，不能作为改进的依据。",
        basis="指标 KI-042 的口径：在线办理量是办理总量的一部分。",
        rectified="来源已停止更新，无法更正；异常标记和存疑、核验的经过均保留在系统中，已写成说明留存。",
        verdict="来源已停止更新，确无条件整改；异常标记保留，引用时须注明。",
        conclusion="抽查的数据与来源文件相符；异常数据已标记并经双方说明。问题一项，确无条件整改。",
    ),
}


STORIES["usage-partial"] = STORIES["usage"]


def inspect(deal: Deal, sources: Sources, tell: Tell) -> str | None:
    """From the task to the signature; None when the contract has no report that could be inspected."""
    with unit_of_work():
        assign_reports()
    with unit_of_work():
        report = _worth_inspecting(deal, sources)
        if report is None:
            tell(f"{deal.title}: no report with a total")
            return None
        done = next((one for one in inspections_of(report) if one.state is InspectionState.CONCLUDED), None)
        if done is not None:
            tell(f"{report.code}: inspected in {done.code}")
            return done.code
        code = _loop(deal, report, sources)
    tell(f"{report.code}: inspected and signed in {code}")
    return code


def _worth_inspecting(deal: Deal, sources: Sources) -> Report | None:
    """The quarter with the most impossible cells; else the period with the lowest total."""
    known = reports_with_total(deal)
    named = codes_of(deal)
    cells = Counter(one.quarter for one in sources.usage if one.impossible and one.slug in named)
    known.sort(key=lambda one: (-cells[one[0].period], one[1].total, one[0].starts_at))
    return known[0][0] if known else None


def _loop(deal: Deal, report: Report, sources: Sources) -> str:
    story, first, second = STORIES[deal.key], acting("real-inspector-1"), acting("real-inspector-2")
    operator, officer = organisation_by_code(deal.operator), deal.person("operator")
    inspection = actions.take(first, report)
    _sample(deal, inspection, sources)
    query = questions.ask(first, inspection, operator.id if operator else None, story.question, 3)
    questions.answer(officer, query, story.answer)
    facts = FindingFacts(
        Severity.MAJOR, story.finding, story.basis, operator.id if operator else None, WORKDAYS, about=""
    )
    finding = findings.create(first, inspection, facts)
    note = FileStorage(stream=io.BytesIO(f"{story.answer}\n{story.rectified}\n".encode()), filename="整改说明.txt")
    findings.rectify(officer, finding, story.rectified, note)
    findings.judge(second, finding, Outcome.NO_MEANS, story.verdict)
    actions.sign(first, inspection, story.conclusion, report.sha256)
    return inspection.code


def _sample(deal: Deal, inspection: Inspection, sources: Sources) -> None:
    """Drawn by chance; each is compared with the line of the source that it came from."""
    actor = acting("real-inspector-1")
    population = len(scored(inspection.report))
    samples.sample_at_random(actor, inspection, min(DRAWN, population))
    for one in samples_of(inspection):
        agrees, note = _compared(deal, one, sources)
        samples.settle(actor, inspection, one, SampleResult.AGREES if agrees else SampleResult.DEVIATES, note)


def _compared(deal: Deal, sample: Sample, sources: Sources) -> tuple[bool, str]:
    if sample.figure is None:
        same = sample.submission.row_count == len(sources.events) + len(sources.sites)
        return same, f"来源 {len(sources.events)} 条，另加每站一条监测终止；报送 {sample.submission.row_count} 条。"
    cell = _cell(deal, sample.figure, sources)
    stored = "" if sample.figure.value is None else f"{sample.figure.value:f}"
    return stored == cell, f"来源单元格：{cell or '空'}；报送：{stored or '申报缺失'}。"


def _cell(deal: Deal, figure: Figure, sources: Sources) -> str:
    """What the source says where the figure comes from."""
    code = db.session.get_one(Service, figure.service_id).code
    slug = next(slug for slug, one in codes_of(deal).items() if one == code)
    row = next((one for one in sources.usage if (one.slug, one.quarter) == (slug, figure.period)), None)
    if row is None:
        return ""
    return row.digital if figure.channel == real_data.ONLINE_CHANNEL else row.total
