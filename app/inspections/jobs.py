"""Scheduled work on inspections: every produced report is put before the inspectorates that may inspect it."""

import sqlalchemy as sa

from app.audit import act
from app.core.actors import SYSTEM
from app.core.db import db
from app.core.permissions import Permission
from app.inspections.independence import inspectorates_for
from app.inspections.queries import unassigned_reports
from app.inspections.rules import WITHIN, Duty
from app.lifecycle.actions import ask_once, drop_tasks
from app.reports.models import Report

P = Permission
# Reports in one run; the next run takes the rest.
AT_ONCE = 200


def assign_reports() -> int:
    """Returns how many reports were put before somebody; running twice asks nobody twice."""
    return sum(_assign(report) for report in unassigned_reports(AT_ONCE))


def _assign(report: Report) -> bool:
    subject = report.contract.subject
    asked = inspectorates_for(subject)
    if not asked:
        return False
    with act(SYSTEM, P.REPORT_PRODUCE, ref=f"report:{report.code}") as running:
        running.note(asked="、".join(one.code for one in asked))
        for code in _earlier_editions(report):
            drop_tasks(SYSTEM, subject, [P.INSPECTION_TAKE], code)
        for organisation in asked:
            ask_once(subject, organisation.id, P.INSPECTION_TAKE, WITHIN[Duty.TAKE], report.code)
    return True


def _earlier_editions(report: Report) -> list[str]:
    """Nobody is asked to inspect what has been replaced."""
    same = (Report.plan_id == report.plan_id, Report.period == report.period, Report.edition < report.edition)
    return list(db.session.scalars(sa.select(Report.code).where(*same)))
