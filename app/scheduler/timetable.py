"""Which job runs how often: the one list of scheduled work."""

from datetime import timedelta

from flask import current_app

from app.accounts.sessions import forget_dead
from app.admissions.jobs import turn_admissions
from app.assessments.jobs import compute_due
from app.audit.jobs import seal_trail
from app.contracts.jobs import turn_contracts
from app.core.idempotency import forget_old
from app.core.jobs import Job, forget_old_runs
from app.inspections.jobs import assign_reports
from app.lifecycle.jobs import recompute_deadlines, remind_and_escalate
from app.negative_lists.jobs import rescreen
from app.organisations.actions import derive_control
from app.reports.jobs import produce_due


def derive_control_links() -> int:
    """Stakes begin and end by date: who controls whom is derived again every day."""
    derive_control()
    return 1


def clean_up() -> int:
    """Drops what nobody can use any more: dead sessions, old deliveries, old job runs."""
    return forget_dead(current_app) + forget_old() + forget_old_runs()


JOBS = (
    Job("admissions.turn", timedelta(hours=1), turn_admissions),
    Job("contracts.turn", timedelta(minutes=10), turn_contracts),
    Job("lifecycle.recompute_deadlines", timedelta(hours=1), recompute_deadlines),
    Job("lifecycle.remind_and_escalate", timedelta(hours=1), remind_and_escalate),
    Job("core.clean_up", timedelta(hours=1), clean_up),
    Job("organisations.derive_control", timedelta(hours=6), derive_control_links),
    Job("negative_lists.rescreen", timedelta(hours=1), rescreen),
    Job("assessments.compute_due", timedelta(hours=1), compute_due, own_units=True),
    Job("reports.produce", timedelta(minutes=10), produce_due, own_units=True),
    Job("inspections.assign", timedelta(minutes=10), assign_reports),
    Job("audit.seal", timedelta(minutes=10), seal_trail),
)
