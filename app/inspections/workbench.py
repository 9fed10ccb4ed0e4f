"""The inspector's workbench and what the parties owe to inspections; the lists of all inspections and findings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased, joinedload

from app.assessments.models import Assessment
from app.contracts.models import Contract
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.formats import fmt
from app.core.listing import Cell, Column, Filter, Listing, like, member_or_none, options_of
from app.core.permissions import Permission
from app.inspections import queries
from app.inspections.finding_models import Finding
from app.inspections.kinds import UNSETTLED, FindingState, InspectionState, QueryState, SampleResult, Severity
from app.inspections.models import Conclusion, Inspection, Query, Sample
from app.inspections.pages import Turn, turn_of
from app.inspections.scored import assessments_by_report, newest_edition
from app.lifecycle.models import Task, TaskState
from app.organisations.models import Organisation
from app.reports.models import Report, ReportState
from app.reports.queries import is_newest
from app.subjects.models import Subject

P = Permission
SHOWN = 50


@dataclass(frozen=True)
class WaitingReport:
    """A report that the inspectorate was asked to inspect."""

    report: Report
    assessment: Assessment | None
    turn: Turn | None


@dataclass(frozen=True)
class RunningInspection:
    """An open inspection with what is still to be done in it."""

    inspection: Inspection
    samples: int
    settled: int
    unanswered: int
    unsettled: int
    outdated: bool
    turn: Turn | None


@dataclass(frozen=True)
class Workbench:
    """Everything templates/inspections/index.html reads."""

    inspector: bool
    figures: list[dict[str, Any]]
    waiting: list[WaitingReport]
    running: list[RunningInspection]
    findings: list[Finding]
    queries: list[Query]
    concluded: list[Inspection]

    def turn_of(self, task: Task | None) -> Turn | None:
        return turn_of(task)


def workbench(actor: Actor) -> Workbench:
    """What waits, by deadline; queries do not grow with what is listed."""
    inspector = actor.may(P.INSPECTION_TAKE)
    waiting = _waiting(actor) if inspector else []
    running = _running(_open_inspections(actor))
    findings, asked = _unsettled(actor), _asked(actor)
    return Workbench(
        inspector=inspector,
        figures=_figures(waiting, running, findings, asked),
        waiting=waiting,
        running=running,
        findings=findings,
        queries=asked,
        concluded=_concluded(actor),
    )


def _waiting(actor: Actor) -> list[WaitingReport]:
    found = queries.waiting_reports(actor)
    results = assessments_by_report(report for report, _task in found)
    return [WaitingReport(report, results.get(report.id), turn_of(task)) for report, task in found]


def _of_inspector(actor: Actor) -> sa.ColumnElement[bool]:
    """An inspector sees his own inspectorate's work first; everybody else what lies in his reach."""
    own = Inspection.organisation_id == actor.organisation_id
    return own if actor.may(P.INSPECTION_TAKE) else sa.true()


def _by_deadline(statement: sa.Select[Any], code: Any, subject_id: Any, key: Any) -> sa.Select[Any]:
    """What is due first stands first; what nobody owes any more last."""
    task = aliased(Task)
    same = (task.item == code, task.subject_id == subject_id, task.state == TaskState.OPEN)
    due = sa.select(sa.func.min(task.due_on)).where(*same).scalar_subquery()
    return statement.order_by(due.is_(None), due, key)


def _open_inspections(actor: Actor) -> list[Inspection]:
    statement = queries.inspections_in_reach(actor).where(
        Inspection.state == InspectionState.OPEN, _of_inspector(actor)
    )
    ordered = _by_deadline(statement, Inspection.code, Inspection.subject_id, Inspection.id)
    return list(db.session.scalars(ordered.limit(SHOWN)))


def _running(inspections: Sequence[Inspection]) -> list[RunningInspection]:
    ids = [one.id for one in inspections]
    samples = _counts(Sample.inspection_id, ids)
    pending = _counts(Sample.inspection_id, ids, Sample.result == SampleResult.PENDING)
    asked = _counts(Query.inspection_id, ids, Query.state == QueryState.ASKED)
    found = _counts(Finding.inspection_id, ids, Finding.state.in_(UNSETTLED))
    newest = set(
        db.session.scalars(
            sa.select(Report.id).where(Report.id.in_([one.report_id for one in inspections]), is_newest())
        )
    )
    return [
        RunningInspection(
            inspection=one,
            samples=samples.get(one.id, 0),
            settled=samples.get(one.id, 0) - pending.get(one.id, 0),
            unanswered=asked.get(one.id, 0),
            unsettled=found.get(one.id, 0),
            outdated=one.report_id not in newest,
            turn=turn_of(one.task),
        )
        for one in inspections
    ]


def _counts(column: Any, ids: Iterable[int], *conditions: Any) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(column, sa.func.count()).where(column.in_(list(ids)), *conditions).group_by(column)
    )
    return {key: int(count) for key, count in rows}


def _unsettled(actor: Actor) -> list[Finding]:
    statement = queries.findings_in_reach(actor).where(Finding.state.in_(UNSETTLED), _of_inspector(actor))
    ordered = _by_deadline(statement, Finding.code, Finding.subject_id, Finding.id)
    return list(db.session.scalars(ordered.limit(SHOWN)))


def _asked(actor: Actor) -> list[Query]:
    """Unanswered questions: an inspector's own, everybody else's those put to his organisation."""
    mine = Query.asked_org_id == actor.organisation_id
    whose = _of_inspector(actor) if actor.may(P.INSPECTION_TAKE) else mine
    statement = queries.questions_in_reach(actor).where(Query.state == QueryState.ASKED, whose)
    ordered = _by_deadline(statement, Query.code, Query.subject_id, Query.id)
    return list(db.session.scalars(ordered.limit(SHOWN)))


def _concluded(actor: Actor) -> list[Inspection]:
    statement = queries.inspections_in_reach(actor).where(
        Inspection.state == InspectionState.CONCLUDED, _of_inspector(actor)
    )
    statement = statement.options(joinedload(Inspection.conclusion).joinedload(Conclusion.signer))
    return list(db.session.scalars(statement.order_by(Inspection.id.desc()).limit(8)))


def _figures(
    waiting: list[WaitingReport], running: list[RunningInspection], findings: list[Finding], asked: list[Query]
) -> list[dict[str, Any]]:
    judge = [one for one in findings if one.state is FindingState.ANSWERED]
    rectify = [one for one in findings if one.state is not FindingState.ANSWERED]
    return [
        _figure(_("待承办报告"), _("份报告"), [one.turn for one in waiting], "#waiting"),
        _figure(_("督查中"), _("项督查"), [one.turn for one in running], "#running"),
        _figure(_("待答复询问"), _("个"), [turn_of(one.task) for one in asked], "#queries"),
        _figure(_("待整改问题"), _("个"), [turn_of(one.task) for one in rectify], "#findings"),
        _figure(_("待复核整改"), _("个"), [turn_of(one.task) for one in judge], "#findings"),
    ]


def _figure(label: str, unit: str, turns: Sequence[Turn | None], href: str) -> dict[str, Any]:
    late = sum(one is not None and one.deadline.overdue for one in turns)
    return {
        "label": label,
        "value": fmt.whole(len(turns)),
        "unit": unit,
        "note": _("其中逾期 %(n)s", n=late) if late else "",
        "tone": "bad" if late else "",
        "href": href if turns else "",
    }


# --- lists -----------------------------------------------------------------------------------------------------------


def inspection_list(actor: Actor) -> Listing:
    """Every inspection in reach."""
    return Listing(
        caption=_("督查"),
        statement=queries.inspections_in_reach(actor).join(Organisation, Organisation.id == Inspection.organisation_id),
        definition=_INSPECTION_COLUMNS,
        id_column=Inspection.id,
        href=lambda one: url_for("inspections.detail", code=one.code),
        default_sort="opened",
        default_desc=True,
        filters=(
            Filter("q", _l("编号或合同"), lambda text: sa.or_(like(Inspection.code, text), like(Subject.title, text))),
            Filter("period", _l("周期"), lambda text: Inspection.period == text),
            Filter(
                "state",
                _l("状态"),
                member_or_none(InspectionState, Inspection.state),
                "select",
                options_of(InspectionState),
            ),
        ),
        empty_title=_("没有督查"),
        empty_hint=_("督查机构承办绩效报告后，督查列在这里。"),
        file_name="inspections",
    )


def _state_cell(thing: Any) -> Cell:
    return Cell(str(thing.state.label), kind="status", tone=thing.state.tone)


def _deadline_cell(thing: Any) -> Cell | str:
    turn = turn_of(thing.task)
    return fmt.MISSING if turn is None else Cell(turn.deadline.due, kind="deadline", deadline=turn.deadline)


def _due_day(thing: Any) -> Any:
    return thing.task.due_on if thing.task is not None else None


_INSPECTION_COLUMNS = (
    Column("code", _l("编号"), lambda one: Cell(one.code, kind="code"), sort=Inspection.code, kind="code"),
    Column("contract", _l("合同"), lambda one: one.contract.subject.title, sort=Subject.title),
    Column("period", _l("周期"), lambda one: one.period, sort=Inspection.period),
    Column("organisation", _l("督查机构"), lambda one: one.organisation.name, optional=True),
    Column("lead", _l("承办人"), lambda one: one.lead.name, optional=True),
    Column(
        "opened",
        _l("承办日"),
        lambda one: Cell(fmt.date(one.opened_on), kind="date"),
        sort=Inspection.opened_on,
        kind="date",
        value=lambda one: one.opened_on,
    ),
    Column("due", _l("签发期限"), _deadline_cell, kind="deadline", value=_due_day),
    Column("state", _l("状态"), _state_cell, sort=Inspection.state, kind="status"),
)


def finding_list(actor: Actor) -> Listing:
    """Every finding in reach; the responsible party's and the inspectorate's turn with its deadline."""
    return Listing(
        caption=_("督查问题"),
        statement=queries.findings_in_reach(actor).join(Organisation, Organisation.id == Finding.organisation_id),
        definition=_FINDING_COLUMNS,
        id_column=Finding.id,
        href=lambda one: url_for("inspections.finding", code=one.code),
        default_sort="found",
        default_desc=True,
        filters=(
            Filter("q", _l("编号、合同或责任方"), _finding_words),
            Filter(
                "severity", _l("严重程度"), member_or_none(Severity, Finding.severity), "select", options_of(Severity)
            ),
            Filter(
                "state", _l("状态"), member_or_none(FindingState, Finding.state), "select", options_of(FindingState)
            ),
            Filter("overdue", _l("期限"), _overdue, "select", [("yes", _l("已逾期"))]),
        ),
        empty_title=_("没有问题"),
        empty_hint=_("督查中提出的问题和整改情况列在这里。"),
        file_name="findings",
    )


def _finding_words(text: str) -> Any:
    return sa.or_(
        like(Finding.code, text), like(Subject.title, text), like(Contract.code, text), like(Organisation.name_zh, text)
    )


def _overdue(value: str) -> Any:
    late = sa.exists().where(
        Task.item == Finding.code,
        Task.subject_id == Finding.subject_id,
        Task.state == TaskState.OPEN,
        Task.due_on < today(),
    )
    return late if value == "yes" else None


def _whose_turn(finding: Finding) -> Cell | str:
    turn = turn_of(finding.task)
    return fmt.MISSING if turn is None else Cell(turn.organisation, sub=turn.who)


_FINDING_COLUMNS = (
    Column("code", _l("编号"), lambda one: Cell(one.code, kind="code"), sort=Finding.code, kind="code"),
    Column("text", _l("督查问题"), lambda one: one.text if len(one.text) <= 60 else f"{one.text[:60]}…"),
    Column(
        "severity",
        _l("严重程度"),
        lambda one: Cell(str(one.severity.label), kind="status", tone=one.severity.tone),
        kind="status",
    ),
    Column(
        "contract", _l("合同"), lambda one: one.inspection.contract.subject.title, sort=Subject.title, optional=True
    ),
    Column("responsible", _l("责任方"), lambda one: one.organisation.name),
    Column(
        "found",
        _l("提出日"),
        lambda one: Cell(fmt.moment(one.found_at)[:10], kind="date"),
        sort=Finding.found_at,
        kind="date",
        value=lambda one: one.found_at,
    ),
    Column("turn", _l("待办方"), _whose_turn, optional=True),
    Column("due", _l("期限"), _deadline_cell, kind="deadline", value=_due_day),
    Column("state", _l("状态"), _state_cell, sort=Finding.state, kind="status"),
)


# --- from a report ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """Where a report's page leads: to its inspection, or to taking it."""

    label: str
    href: str


def ways_from(actor: Actor, report: Report) -> list[Way]:
    """The running inspection of a report's period, else the newest concluded one; and taking the report where it can
    be taken."""
    found = db.session.scalars(
        sa.select(Inspection)
        .where(Inspection.plan_id == report.plan_id, Inspection.period == report.period)
        .order_by((Inspection.state == InspectionState.OPEN).desc(), Inspection.number.desc())
        .limit(1)
    ).one_or_none()
    running = found is not None and found.state is InspectionState.OPEN
    ways = []
    if found is not None and actor.may(P.INSPECTION_READ):
        label = _("进行中的督查") if running else _("督查结论")
        ways.append(Way(str(label), url_for("inspections.detail", code=found.code)))
    untaken = not running and report.state is ReportState.PRODUCED and newest_edition(report).id == report.id
    if untaken and actor.may(P.INSPECTION_TAKE):
        ways.append(Way(str(_("承办督查")), url_for("inspections.take", code=report.code)))
    return ways
