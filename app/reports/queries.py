"""Reads of reports: in reach, of a contract, by edition, what is owed, what is out of date, and their files."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload

from app.assessments.models import Assessment, AssessmentState
from app.contracts.models import Contract
from app.core.actors import Actor
from app.core.canonical import digest_both
from app.core.clock import now
from app.core.db import db
from app.core.errors import DomainError, Problem
from app.core.formats import fmt
from app.core.listing import Cell, Column, Filter, Listing, like, member_or_none, options_of
from app.core.periods import Period, periods_until
from app.evidence import store
from app.plans.models import Plan, PlanState
from app.plans.queries import agreed_plans, periods_owed, plans_of
from app.reports.models import Report, ReportFile, ReportRun, ReportState
from app.subjects.models import Subject
from app.subjects.queries import in_reach

log = structlog.get_logger("guanyun")


class Unsound(DomainError):
    """What is stored no longer has its digest: the reader did nothing wrong, the keeper has to act."""

    status = 500
    code = "damaged"


@dataclass(frozen=True)
class Owed:
    """A period that is over and whose first report was not produced; `since` is when it is due."""

    plan: Plan
    period: Period
    since: datetime

    @property
    def late(self) -> bool:
        return self.since <= now()


@dataclass(frozen=True)
class Outdated:
    """A report whose assessment was made anew or final since; `final` says which."""

    report: Report
    assessment: Assessment

    @property
    def final(self) -> bool:
        return self.assessment.state is AssessmentState.FINAL


# --- reports ---------------------------------------------------------------------------------------------------------


def report_in_reach(actor: Actor, code: str) -> Report | None:
    """The report with its files when the actor may see its contract."""
    found: Report | None = db.session.scalar(
        _reachable(actor)
        .where(Report.code == code)
        .options(contains_eager(Report.contract).contains_eager(Contract.subject), joinedload(Report.producer))
    )
    return found


def _reachable(actor: Actor) -> sa.Select[Any]:
    return (
        sa.select(Report).join(Report.contract).join(Subject, Subject.id == Contract.subject_id).where(in_reach(actor))
    )


def code_of(plan: Plan, period: Period, edition: int) -> str:
    """The number by which an edition is cited."""
    return f"BG-{plan.contract.code}-{plan.number}-{period.text}-{edition}"


def newest_report(plan: Plan, period: Period) -> Report | None:
    return db.session.scalar(
        sa.select(Report)
        .where(Report.plan_id == plan.id, Report.period == period.text)
        .order_by(Report.edition.desc())
        .limit(1)
    )


def editions_of(report: Report) -> list[Report]:
    """Every edition for the same period, newest first, without the long texts."""
    return list(
        db.session.scalars(
            sa.select(Report)
            .where(Report.plan_id == report.plan_id, Report.period == report.period)
            .order_by(Report.edition.desc())
            .options(defer(Report.content))
        )
    )


def reports_of(contract: Contract) -> list[Report]:
    """The newest edition of each period, newest period first."""
    return list(
        db.session.scalars(
            sa.select(Report)
            .where(Report.contract_id == contract.id, is_newest())
            .order_by(Report.starts_at.desc(), Report.id.desc())
            .options(defer(Report.content), joinedload(Report.assessment).defer(Assessment.result))
        )
    )


def is_newest() -> sa.ColumnElement[bool]:
    """No later edition of the same period stands (editions follow each other without a gap; a guard sees to that)."""
    later = aliased(Report)
    same = (later.plan_id == Report.plan_id, later.period == Report.period)
    return ~sa.exists().where(*same, later.edition == Report.edition + 1)


def reports_after(actor: Actor, cursor: int, limit: int, conditions: Sequence[Any] = ()) -> list[Report]:
    """Reports in reach by id, for programs that page with a cursor."""
    return list(
        db.session.scalars(
            _reachable(actor)
            .where(Report.id > cursor, *conditions)
            .order_by(Report.id)
            .limit(limit)
            .options(contains_eager(Report.contract), defer(Report.content))
        )
    )


def has_run(plan_id: int, period: str) -> bool:
    """Whether the scheduled report of a plan's period was produced."""
    return db.session.get(ReportRun, (plan_id, period)) is not None


# --- what is owed ----------------------------------------------------------------------------------------------------


def due_at(plan: Plan, period: Period) -> datetime:
    """The moment at which a period's report is due: so many days after its end, as was agreed."""
    return period.end + timedelta(days=plan.report_after_days)


def waiting_of(contract: Contract) -> list[Owed]:
    """The periods of a contract that are over and have no report, due or not yet, newest first."""
    found = []
    for plan in plans_of(contract):
        if plan.state is not PlanState.AGREED:
            continue
        done = _done(plan)
        found += [Owed(plan, one, due_at(plan, one)) for one in periods_owed(plan) if one.text not in done]
    return sorted(found, key=lambda one: one.period.start, reverse=True)


def _done(plan: Plan) -> set[str]:
    return set(db.session.scalars(sa.select(ReportRun.period).where(ReportRun.plan_id == plan.id)))


def owed(plans: Sequence[Plan] | None = None) -> Iterator[Owed]:
    """Every due period of agreed plans without a report, plan by plan, oldest period first."""
    for plan in agreed_plans() if plans is None else plans:
        if not _maybe_owes(plan):
            continue
        done = _done(plan)
        for period in periods_owed(plan):
            if period.text not in done and due_at(plan, period) <= now():
                yield Owed(plan, period, due_at(plan, period))


def _maybe_owes(plan: Plan) -> bool:
    """Whether there are more due periods since the plan's first than runs: most plans owe nothing, and cheaply so."""
    due = sum(due_at(plan, one) <= now() for one in periods_until(plan.first, now()))
    runs = sa.select(sa.func.count()).select_from(ReportRun).where(ReportRun.plan_id == plan.id)
    return due > (db.session.scalar(runs) or 0)


def outdated(*conditions: Any, limit: int | None = None) -> list[Outdated]:
    """Newest reports whose assessment has a newer edition or became final since; a draft over a final one waits."""
    later = aliased(Assessment)
    newest = ~sa.exists().where(
        later.plan_id == Assessment.plan_id, later.period == Assessment.period, later.edition > Assessment.edition
    )
    final = Assessment.state == AssessmentState.FINAL
    moved = sa.or_(
        Assessment.id != Report.assessment_id,
        sa.and_(final, Report.assessment_state != AssessmentState.FINAL.value),
    )
    rows = db.session.execute(
        sa.select(Report, Assessment)
        .join(Assessment, sa.and_(Assessment.plan_id == Report.plan_id, Assessment.period == Report.period))
        .where(is_newest(), newest, moved, sa.or_(Assessment.restates_id.is_(None), final), *conditions)
        .order_by(Report.id)
        .limit(limit)
        .options(joinedload(Report.contract), defer(Report.content), defer(Assessment.result))
    )
    return [Outdated(report, assessment) for report, assessment in rows]


def outdated_of(report_id: int) -> Outdated | None:
    """The same for one report."""
    return next(iter(outdated(Report.id == report_id)), None)


# --- files -----------------------------------------------------------------------------------------------------------


def file_of(report: Report, kind: str) -> ReportFile | None:
    """The stored file of a kind, None when there is no such kind."""
    return next((one for one in report.files if one.kind.value == kind), None)


def bytes_of(file: ReportFile) -> bytes:
    """The stored bytes, checked against the digest that was written when the report was produced."""
    try:
        return store.read(file.sha256)
    except store.Damaged as damage:
        log.error("report file damaged", sha256=file.sha256)
        raise Unsound(
            Problem(
                _("该报告文件已损坏或丢失，没有提供下载。"),
                why=_mismatch(file.sha256, _found_instead(file.sha256)),
                remedy=_("请联系系统管理员从备份中恢复；报告页面上的内容不受影响。"),
            )
        ) from damage


def _found_instead(sha256: str) -> str:
    """The digest of what lies in the store now; empty when nothing does."""
    try:
        return digest_both(store.path_of(sha256).read_bytes()).sha256
    except OSError:
        return ""


def _mismatch(kept: str, found: str) -> str:
    if not found:
        return str(_("登记的 SHA-256 为 %(kept)s，存储中没有这个文件。", kept=kept))
    return str(_("登记的 SHA-256 为 %(kept)s，现有内容为 %(found)s，二者不一致。", kept=kept, found=found))


def content_of(report: Report) -> dict[str, Any]:
    """What the report says, checked against its digest."""
    found = digest_both(report.content.encode())
    if (found.sha256, found.sm3) != (report.sha256, report.sm3):
        log.error("report content damaged", code=report.code)
        raise Unsound(
            Problem(
                _("该报告的内容已被改动，不予显示。"),
                why=_mismatch(report.sha256, found.sha256),
                remedy=_("请联系系统管理员从备份中恢复，并通知审计管理员核验审计记录。"),
            )
        )
    content: dict[str, Any] = json.loads(report.content)
    return content


# --- the list --------------------------------------------------------------------------------------------------------


def reports_list(actor: Actor) -> Listing:
    """The newest edition of every report in reach."""
    return Listing(
        caption=_("绩效报告"),
        statement=_reachable(actor).join(Assessment, Assessment.id == Report.assessment_id).where(is_newest()),
        options=(contains_eager(Report.contract).contains_eager(Contract.subject), defer(Report.content)),
        definition=_COLUMNS,
        id_column=Report.id,
        href=lambda report: url_for("reports.detail", code=report.code),
        default_sort="produced_at",
        default_desc=True,
        filters=_FILTERS,
        empty_title=_("没有绩效报告"),
        empty_hint=_("考核约定生效后，每个周期结束并过了约定天数，系统自动生成一份报告。"),
        file_name="reports",
    )


def _state_cell(report: Report) -> Cell:
    return Cell(str(report.state.label), kind="status", tone=report.state.tone)


_COLUMNS = (
    Column("code", _l("编号"), lambda r: Cell(r.code, kind="code"), sort=Report.code, kind="code"),
    Column("contract", _l("合同"), lambda r: r.contract.subject.title, sort=Subject.title),
    Column("period", _l("周期"), lambda r: r.period, sort=Report.starts_at),
    Column("edition", _l("版次"), lambda r: fmt.whole(r.edition), align="end", value=lambda r: r.edition),
    Column(
        "gaps",
        _l("缺证据"),
        lambda r: fmt.whole(r.evidence_gaps),
        sort=Report.evidence_gaps,
        align="end",
        optional=True,
        value=lambda r: r.evidence_gaps,
    ),
    Column(
        "produced_at",
        _l("生成时间"),
        lambda r: fmt.moment(r.produced_at),
        sort=Report.produced_at,
        value=lambda r: r.produced_at,
    ),
    Column("state", _l("状态"), _state_cell, sort=Report.state, kind="status"),
)
_FILTERS = (
    Filter("q", _l("报告编号或合同"), lambda text: sa.or_(like(Report.code, text), like(Subject.title, text))),
    Filter("period", _l("周期"), lambda text: Report.period == text),
    Filter("state", _l("状态"), member_or_none(ReportState, Report.state), "select", options_of(ReportState)),
)
