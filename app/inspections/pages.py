"""What the pages of one inspection show: its sections, its checklist before signing, one finding, one question."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.assessments.models import Assessment
from app.audit.heads import first_since
from app.audit.history import entries_about, timeline
from app.audit.models import TrailHead
from app.contracts.models import Contract
from app.contracts.queries import contract_in_reach
from app.core.actors import Actor
from app.core.errors import Problem
from app.core.permissions import Permission
from app.evidence.models import EvidenceFile
from app.inspections import queries
from app.inspections.finding_models import Finding
from app.inspections.independence import obstacles_of
from app.inspections.kinds import UNSETTLED, InspectionState, QueryState, SampleResult
from app.inspections.models import Conclusion, Inspection, InspectionPerson, Query, Sample, key_of
from app.inspections.reported import Reported, described
from app.inspections.rules import Flaw, Readiness, blockers, remarks
from app.inspections.sampling import suggested
from app.inspections.scored import Scored, assessment_of, scored
from app.inspections.wording import explain
from app.inspections.workflow import FINDING_WORKFLOW, QUERY_WORKFLOW, cure_of, inspects
from app.lifecycle.models import Task
from app.lifecycle.queries import Deadline, deadline_of, who_may
from app.reports.models import Report
from app.reports.pages import ReportPage, report_page, say
from app.subjects.models import Party

P = Permission
# What the signature asks, with the flaws that stand against each of it.
CONDITIONS: tuple[tuple[str, frozenset[str]], ...] = (
    ("edition", frozenset({"outdated"})),
    ("bytes", frozenset({"altered", "damaged"})),
    ("evidence", frozenset({"gap", "gaps"})),
    ("samples", frozenset({"pending", "no_sample"})),
    ("queries", frozenset({"unanswered"})),
    ("findings", frozenset({"unsettled"})),
)


@dataclass(frozen=True)
class Turn:
    """Who owes the next step, and until when."""

    organisation: str
    who: str
    deadline: Deadline


def turn_of(task: Task | None) -> Turn | None:
    return Turn(task.organisation.name, who_may(task), deadline_of(task)) if task is not None else None


@dataclass(frozen=True)
class ReportSummary:
    """What an inspector has to know of the report before he opens it."""

    report: Report
    assessment: Assessment
    shown: ReportPage

    @property
    def newest(self) -> Report:
        return self.shown.editions[0]

    @property
    def outdated(self) -> bool:
        return self.newest.id != self.report.id

    @property
    def sentences(self) -> list[str]:
        return [say(one) for one in self.shown.content["summary"]]


def summary_of(actor: Actor, report: Report) -> ReportSummary:
    return ReportSummary(report, assessment_of(report), report_page(actor, report))


# --- taking a report -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TakePage:
    """Everything templates/inspections/take.html reads."""

    summary: ReportSummary
    contract: Contract
    parties: list[Party]
    obstacles: list[Problem]
    running: Inspection | None
    turn: Turn | None
    population: int

    @property
    def may_take(self) -> bool:
        free = self.running is None and not self.summary.outdated and self.summary.report.state.value == "produced"
        return free and not self.obstacles


def take_page(actor: Actor, report: Report) -> TakePage:
    subject = report.contract.subject
    return TakePage(
        summary=summary_of(actor, report),
        contract=report.contract,
        parties=list(subject.parties),
        obstacles=obstacles_of(actor, subject),
        running=queries.open_inspection_of(report),
        turn=turn_of(queries.open_task(P.INSPECTION_TAKE, report.code, actor.organisation_id)),
        population=len(scored(report)),
    )


# --- one inspection --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SampleRow:
    """A sample with what was reported and the evidence that it names."""

    sample: Sample
    reported: Reported


@dataclass(frozen=True)
class Owed:
    """An answer or a rectification that the reader's own organisation owes."""

    label: str
    code: str
    href: str
    turn: Turn


def _owed(actor: Actor, asked: Iterable[Query], found: Iterable[Finding]) -> list[Owed]:
    """What the reader's people can do now, by deadline."""
    things: list[tuple[Permission, str, Any]] = [(P.QUERY_ANSWER, "inspections.query", one) for one in asked]
    things += [(P.FINDING_RECTIFY, "inspections.finding", one) for one in found]
    owed = [
        Owed(str(act.label), one.code, url_for(endpoint, code=one.code), turn)
        for act, endpoint, one in things
        if one.task is not None and one.task.permission == act and one.task.organisation_id == actor.organisation_id
        if actor.may(act) and (turn := turn_of(one.task)) is not None
    ]
    return sorted(owed, key=lambda one: one.turn.deadline.due)


@dataclass(frozen=True)
class InspectionPage:
    """Everything templates/inspections/detail.html reads. `acts` are those that this actor may do now."""

    inspection: Inspection
    contract: Contract
    summary: ReportSummary
    conclusion: Conclusion | None
    head: TrailHead | None
    people: list[InspectionPerson]
    inside: bool
    samples: list[SampleRow]
    left: int
    suggested: int
    queries: list[Query]
    findings: list[Finding]
    owed: list[Owed]
    checklist: list[dict[str, Any]]
    missing: int
    acts: frozenset[str]
    obstacles: list[Problem]
    turn: Turn | None
    timeline: list[dict[str, Any]]

    def turn_of(self, task: Task | None) -> Turn | None:
        return turn_of(task)

    def findings_about(self, key: str) -> list[Finding]:
        """The findings that were raised about a sampled thing."""
        return [one for one in self.findings if one.submission_id and key_of(one.figure_id, one.submission_id) == key]

    @property
    def pending(self) -> int:
        return sum(one.sample.result is SampleResult.PENDING for one in self.samples)

    @property
    def deviating(self) -> int:
        fine = {SampleResult.PENDING, SampleResult.AGREES}
        return sum(one.sample.result not in fine for one in self.samples)

    @property
    def unsettled(self) -> int:
        return sum(one.state in UNSETTLED for one in self.findings)

    @property
    def unanswered(self) -> int:
        return sum(one.state is QueryState.ASKED for one in self.queries)


def inspection_page(actor: Actor, inspection: Inspection) -> InspectionPage:
    """Reads what the page needs; queries do not grow with samples, questions or findings."""
    contract = contract_in_reach(actor, inspection.contract.code) or inspection.contract
    inside, own = queries.sees_inside(actor, inspection), inspects(actor, inspection)
    samples = queries.samples_of(inspection) if inside else []
    known = described(contract, ((one.figure, one.submission) for one in samples))
    population = scored(inspection.report) if own else []
    left = len({one.key for one in population} - {one.key for one in samples})
    ready = queries.readiness(inspection) if own and inspection.state is InspectionState.OPEN else None
    acts, obstacles = _acts(actor, inspection)
    asked, found = queries.queries_of(actor, inspection), queries.findings_of(inspection)
    conclusion = inspection.conclusion
    return InspectionPage(
        inspection=inspection,
        contract=contract,
        summary=summary_of(actor, inspection.report),
        conclusion=conclusion,
        head=first_since(conclusion.signed_at) if conclusion else None,
        people=queries.people_of_inspection(inspection),
        inside=inside,
        samples=[SampleRow(one, known[one.key]) for one in samples],
        left=left,
        suggested=suggested(left),
        queries=asked,
        findings=found,
        owed=_owed(actor, asked, found),
        checklist=checklist_of(inspection, ready) if ready else [],
        missing=len(blockers(ready)) if ready else 0,
        acts=acts,
        obstacles=obstacles,
        turn=turn_of(inspection.task),
        timeline=[
            # What was said stands in its section; here only who did what when.
            {**one, "changes": []}
            for one in timeline(entries_about(inspection.ref, 8) if inside else [])
        ],
    )


INSPECTING = (P.INSPECTION_TAKE, P.INSPECTION_SAMPLE, P.QUERY_ASK, P.FINDING_CREATE, P.REPORT_SIGN)


def _acts(actor: Actor, inspection: Inspection) -> tuple[frozenset[str], list[Problem]]:
    """What the actor may do in the inspection as a whole, or why he keeps away from it."""
    may = frozenset(one.value for one in INSPECTING if actor.may(one))
    if not may or not inspects(actor, inspection) or inspection.state is not InspectionState.OPEN:
        return frozenset(), []
    obstacles = obstacles_of(actor, inspection.contract.subject)
    return (frozenset(), obstacles) if obstacles else (may, [])


def checklist_of(inspection: Inspection, ready: Readiness) -> list[dict[str, Any]]:
    """What the signature asks: what is missing with the way to its cure, what holds, what should be looked at."""
    words = {
        "edition": _("督查的是最新一版报告"),
        "bytes": _("报告、证据和报送文件与登记的摘要一致"),
        "evidence": _("计分数据都有证据"),
        "samples": _("抽查数据都已登记结果"),
        "queries": _("询问都已答复"),
        "findings": _("问题都已了结"),
    }
    standing = blockers(ready)
    items = []
    for name, flaws in CONDITIONS:
        against = [one for one in standing if one.code in flaws]
        items += [_item(inspection, one, "missing") for one in against]
        if not against:
            items.append({"label": words[name], "state": "ok"})
    return items + [_item(inspection, one, "warn") for one in remarks(ready)]


def _item(inspection: Inspection, flaw: Flaw, state: str) -> dict[str, Any]:
    said = explain(flaw)
    href = cure_of(flaw, inspection)
    return {"label": said.what, "state": state, "why": said.why, "remedy": said.remedy, "href": href}


# --- choosing samples ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChoosePage:
    """Everything templates/inspections/choose.html reads: each scored thing, with what was found of it so far."""

    inspection: Inspection
    rows: list[tuple[Reported, list[Sample]]]


def choose_page(actor: Actor, inspection: Inspection) -> ChoosePage:
    contract = contract_in_reach(actor, inspection.contract.code) or inspection.contract
    population = scored(inspection.report)
    known = described(contract, ((one.figure, one.submission) for one in population))
    samples = queries.samples_of(inspection)
    # What stands out comes first, then what names no evidence.
    rows = [(known[one.key], [s for s in samples if s.key == one.key]) for one in population]
    return ChoosePage(inspection, sorted(rows, key=lambda row: (not row[0].flags, bool(row[0].files))))


# --- findings and questions ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FindingPage:
    """Everything templates/inspections/finding.html reads."""

    finding: Finding
    reported: Reported | None
    turn: Turn | None
    may_rectify: bool
    may_judge: bool
    against: list[Problem]
    files: list[EvidenceFile]


def finding_page(actor: Actor, finding: Finding) -> FindingPage:
    inspection = finding.inspection
    offers = {one.transition.act: one for one in FINDING_WORKFLOW.offers(actor, finding)}
    judging = offers.get(P.FINDING_JUDGE)
    against = [*judging.problems, *obstacles_of(actor, inspection.contract.subject)] if judging else []
    files = queries.files_of_party(inspection.contract, actor.organisation_id) if P.FINDING_RECTIFY in offers else []
    return FindingPage(
        finding=finding,
        reported=_reported(actor, finding),
        turn=turn_of(finding.task),
        may_rectify=P.FINDING_RECTIFY in offers,
        may_judge=judging is not None and not against,
        against=against,
        files=files,
    )


def _reported(actor: Actor, finding: Finding) -> Reported | None:
    """The figure or file of events that the finding is about."""
    submission = finding.submission
    if submission is None:
        return None
    contract = contract_in_reach(actor, finding.inspection.contract.code) or finding.inspection.contract
    return next(iter(described(contract, [(finding.figure, submission)]).values()))


@dataclass(frozen=True)
class QueryPage:
    """Everything templates/inspections/query.html reads."""

    query: Query
    turn: Turn | None
    may_answer: bool
    may_lapse: bool
    files: list[EvidenceFile]


def query_page(actor: Actor, query: Query) -> QueryPage:
    offers = {one.transition.act: one for one in QUERY_WORKFLOW.offers(actor, query)}
    lapse = offers.get(P.QUERY_ASK)
    mine = P.QUERY_ANSWER in offers
    return QueryPage(
        query=query,
        turn=turn_of(query.task),
        may_answer=mine,
        may_lapse=lapse is not None and lapse.possible,
        files=queries.files_of_party(query.inspection.contract, actor.organisation_id) if mine else [],
    )


# --- choices of forms ------------------------------------------------------------------------------------------------


def party_choices(inspection: Inspection) -> list[tuple[str, str]]:
    return [("", _("请选择"))] + [
        (str(one.organisation_id), _("%(name)s（%(role)s）", name=one.organisation.name, role=one.role.label))
        for one in queries.answerable(inspection)
    ]


def about_choices(actor: Actor, inspection: Inspection) -> list[tuple[str, str]]:
    """The contract, a service, or something that the report scores."""
    contract = contract_in_reach(actor, inspection.contract.code) or inspection.contract
    known = described(contract, _things(scored(inspection.report)))
    services = [(f"service:{one.id}", _("服务：%(name)s", name=one.name)) for one in queries.services_of(inspection)]
    return [("", _("合同整体")), *services, *((key, one.title) for key, one in known.items())]


def _things(found: Iterable[Scored]) -> Iterable[tuple[Any, Any]]:
    return ((one.figure, one.submission) for one in found)


def file_choices(files: Iterable[EvidenceFile]) -> list[tuple[str, str]]:
    return [("", _("不选择"))] + [
        (one.sha256, _("%(name)s（%(digest)s…）", name=one.file_name, digest=one.sha256[:12])) for one in files
    ]
