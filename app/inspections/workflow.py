"""The life of inspections, queries and findings as tables: whose act it is, in which state, and what must hold."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import has_request_context, url_for

from app.core.actors import Actor
from app.core.clock import today
from app.core.errors import Problem
from app.core.permissions import Permission
from app.inspections.finding_models import Finding
from app.inspections.kinds import FindingState, InspectionState, QueryState
from app.inspections.models import Inspection, Query
from app.inspections.queries import readiness, task_about
from app.inspections.rules import Flaw, blockers, is_late, judging_flaw
from app.inspections.wording import explain
from app.lifecycle.workflow import Transition, Workflow

P = Permission


def inspects(actor: Actor, inspection: Inspection) -> bool:
    return actor.organisation_id == inspection.organisation_id


def is_asked(actor: Actor, query: Query) -> bool:
    return actor.organisation_id == query.asked_org_id


def asks(actor: Actor, query: Query) -> bool:
    return inspects(actor, query.inspection)


def is_responsible(actor: Actor, finding: Finding) -> bool:
    return actor.organisation_id == finding.organisation_id


def judges(actor: Actor, finding: Finding) -> bool:
    return inspects(actor, finding.inspection)


def place(endpoint: str, anchor: str = "", **values: Any) -> str:
    """An address when a page is being made; commands and jobs show none."""
    return url_for(endpoint, _anchor=anchor or None, **values) if has_request_context() else ""


def cure_of(flaw: Flaw, inspection: Inspection) -> str:
    """Where a flaw is put right; lost bytes come back from a backup, which no page brings."""
    if flaw.code in {"altered", "damaged"}:
        return ""
    code, report = inspection.code, inspection.report.code
    return {
        "outdated": lambda: place("inspections.detail", "report", code=code),
        "gap": lambda: place("reports.detail", "gaps", code=report),
        "gaps": lambda: place("reports.detail", "gaps", code=report),
        "pending": lambda: place("inspections.detail", "samples", code=code),
        "no_sample": lambda: place("inspections.detail", "samples", code=code),
        "unanswered": lambda: place("inspections.query", code=flaw.about),
        "unsettled": lambda: place("inspections.finding", code=flaw.about),
        "deviating": lambda: place("inspections.new_finding", code=code),
        "provisional": lambda: place("reports.detail", code=report),
        "reassessed": lambda: place("assessments.detail", code=flaw.about),
    }[flaw.code]()


def ready(_actor: Actor, inspection: Inspection) -> Iterable[Problem]:
    """Everything that still stands against the signature, each with the way to its cure."""
    for flaw in blockers(readiness(inspection)):
        yield explain(flaw, cure_of(flaw, inspection))


def second_pair(actor: Actor, finding: Finding) -> Iterable[Problem]:
    """Neither who found nor who rectified judges."""
    rectified_by = finding.rectifications[-1].user_id if finding.rectifications else 0
    flaw = judging_flaw(actor.user_id or 0, finding.found_by, rectified_by)
    if flaw is not None:
        yield explain(flaw)


def overdue(_actor: Actor, query: Query) -> Iterable[Problem]:
    """Nobody is said to have kept silent before his time was over."""
    task = task_about(P.QUERY_ANSWER, query.code, query.asked_org_id)
    if task is None or not is_late(today(), task.due_on):
        yield explain(Flaw("not_due", {"day": task.due_on.isoformat() if task else ""}))


INSPECTION_WORKFLOW: Workflow[Inspection] = Workflow(
    "inspection",
    (
        Transition(P.INSPECTION_TAKE, frozenset({InspectionState.OPEN}), None, inspects),
        Transition(P.INSPECTION_SAMPLE, frozenset({InspectionState.OPEN}), None, inspects),
        Transition(P.QUERY_ASK, frozenset({InspectionState.OPEN}), None, inspects),
        Transition(P.FINDING_CREATE, frozenset({InspectionState.OPEN}), None, inspects),
        Transition(
            P.REPORT_SIGN, frozenset({InspectionState.OPEN}), InspectionState.CONCLUDED, inspects, guards=(ready,)
        ),
    ),
)
# The same without what is only asked when the act is done: who may open the form of an act.
ENTRY: Workflow[Inspection] = Workflow(
    "inspection", tuple(replace(one, guards=()) for one in INSPECTION_WORKFLOW.transitions)
)
QUERY_WORKFLOW: Workflow[Query] = Workflow(
    "query",
    (
        Transition(P.QUERY_ANSWER, frozenset({QueryState.ASKED}), QueryState.ANSWERED, is_asked),
        Transition(
            P.QUERY_ASK, frozenset({QueryState.ASKED}), QueryState.LAPSED, asks, guards=(overdue,), needs_reason=True
        ),
    ),
)
FINDING_WORKFLOW: Workflow[Finding] = Workflow(
    "finding",
    (
        Transition(
            P.FINDING_RECTIFY,
            frozenset({FindingState.OPEN, FindingState.RETURNED}),
            FindingState.ANSWERED,
            is_responsible,
        ),
        # Settled, returned for another round, or recorded as beyond the party's means: the verdict decides.
        Transition(P.FINDING_JUDGE, frozenset({FindingState.ANSWERED}), None, judges, guards=(second_pair,)),
    ),
)
