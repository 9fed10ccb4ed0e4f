"""The life of an inspection: taking a report, moving on to its newest edition, signing the conclusion."""

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import act
from app.audit.heads import seal
from app.core.actors import Actor, must
from app.core.clock import now, today
from app.core.db import db, serialise
from app.core.errors import Problem, Refused, Stale, WrongState
from app.core.permissions import Permission
from app.inspections.independence import join_inspection, refuse_dependent
from app.inspections.kinds import InspectionState
from app.inspections.models import Conclusion, Inspection
from app.inspections.queries import open_inspection_of
from app.inspections.rules import WITHIN, Duty
from app.inspections.scored import newest_edition
from app.inspections.workflow import INSPECTION_WORKFLOW, place
from app.lifecycle.actions import drop_tasks, finish_task, open_task
from app.reports.actions import mark_signed
from app.reports.models import Report, ReportState

P = Permission


def take(actor: Actor, report: Report) -> Inspection:
    """Opens an inspection of a report; the actor leads it. Other inspectorates are no longer asked."""
    must(actor, P.INSPECTION_TAKE)
    subject = report.contract.subject
    refuse_dependent(actor, subject)
    serialise(f"inspections of {report.contract.code}")
    _refuse_taken(report)
    number = _next_number(report)
    code = f"DC-{report.contract.code}-{report.period}-{number}"
    with act(actor, P.INSPECTION_TAKE, ref=f"inspection:{code}") as running:
        running.note(report=report.code, sha256=report.sha256, edition=report.edition)
        inspection = Inspection(
            code=code,
            report_id=report.id,
            contract_id=report.contract_id,
            subject_id=report.subject_id,
            plan_id=report.plan_id,
            period=report.period,
            number=number,
            organisation_id=actor.organisation_id,
            lead_id=actor.user_id,
            opened_at=now(),
            opened_on=today(),
        )
        db.session.add(inspection)
        db.session.flush()
        join_inspection(actor, inspection)
        _no_longer_asked(actor, report)
        open_task(subject, inspection.organisation_id, P.REPORT_SIGN, WITHIN[Duty.CONCLUDE], code)
    return inspection


def _refuse_taken(report: Report) -> None:
    newest, running = newest_edition(report), open_inspection_of(report)
    if running is not None:
        raise WrongState(
            Problem(
                _("这份报告已由督查 %(code)s 承办。", code=running.code),
                remedy=_("查看该项督查"),
                href=place("inspections.detail", code=running.code),
            )
        )
    if report.state is ReportState.SIGNED:
        raise WrongState(Problem(_("这份报告的督查结论已经签发。")))
    if newest.id != report.id:
        raise WrongState(
            Problem(
                _("这份报告已有更新的版本 %(code)s。", code=newest.code),
                why=_("督查只对最新一版进行。"),
                remedy=_("查看最新一版"),
                href=place("inspections.take", code=newest.code),
            )
        )


def _next_number(report: Report) -> int:
    """Numbers run within the contract's period, whichever plan the report belongs to."""
    same = (Inspection.contract_id == report.contract_id, Inspection.period == report.period)
    return (db.session.scalar(sa.select(sa.func.max(Inspection.number)).where(*same)) or 0) + 1


def _no_longer_asked(actor: Actor, report: Report) -> None:
    """The actor's inspectorate has done what it was asked for; nobody else is asked about this period any more."""
    finish_task(actor, report.contract.subject, P.INSPECTION_TAKE, report.code)
    editions = sa.select(Report.code).where(Report.plan_id == report.plan_id, Report.period == report.period)
    for code in db.session.scalars(editions):
        drop_tasks(actor, report.contract.subject, [P.INSPECTION_TAKE], code)


def adopt(actor: Actor, inspection: Inspection) -> None:
    """Moves an open inspection on to the newest edition of its report; everything found so far stays."""
    INSPECTION_WORKFLOW.check(actor, inspection, P.INSPECTION_TAKE)
    refuse_dependent(actor, inspection.contract.subject)
    earlier, newest = inspection.report, newest_edition(inspection.report)
    if newest.id == earlier.id:
        raise WrongState(Problem(_("督查的已是最新一版报告。"), remedy=_("请刷新页面查看最新状态。")))
    with act(actor, P.INSPECTION_TAKE, ref=inspection.ref) as running:
        running.note(before=earlier.code, after=newest.code, sha256=newest.sha256)
        join_inspection(actor, inspection)
        inspection.report_id = newest.id
        _no_longer_asked(actor, newest)
    db.session.expire(inspection, ["report"])


def sign(actor: Actor, inspection: Inspection, text: str, seen_digest: str) -> Conclusion:
    """Signs the conclusion on the very report that was read; from then on nothing of the inspection changes."""
    INSPECTION_WORKFLOW.check(actor, inspection, P.REPORT_SIGN)
    subject, report = inspection.contract.subject, inspection.report
    refuse_dependent(actor, subject)
    if seen_digest != report.sha256:
        raise Stale(
            Problem(
                _("督查的报告在您打开页面之后已换为另一版，没有签发。"),
                why=_("您看到的摘要是 %(seen)s…，现在是 %(now)s…。", seen=seen_digest[:12], now=report.sha256[:12]),
                remedy=_("请刷新页面，重新阅读后再签发。"),
            )
        )
    if not text.strip():
        raise Refused(Problem(_("请写明督查结论。"), place="text"))
    with act(actor, P.REPORT_SIGN, ref=inspection.ref) as running:
        running.note(report=report.code, sha256=report.sha256, sm3=report.sm3)
        join_inspection(actor, inspection)
        conclusion = _conclusion(actor, inspection, text)
        # The guards on inspections and reports ask for the conclusion, so that one is written first.
        inspection.state = InspectionState.CONCLUDED
        mark_signed(actor, report)
        finish_task(actor, subject, P.REPORT_SIGN, inspection.code)
    seal()
    return conclusion


def _conclusion(actor: Actor, inspection: Inspection, text: str) -> Conclusion:
    made = Conclusion(
        inspection_id=inspection.id,
        subject_id=inspection.subject_id,
        contract_id=inspection.contract_id,
        report_id=inspection.report_id,
        report_sha256=inspection.report.sha256,
        text=text.strip(),
        signed_by=actor.user_id,
        signed_at=now(),
    )
    db.session.add(made)
    db.session.flush()
    return made
