"""The life of a report: produced, signed by the inspectorate or superseded by a newer edition."""

from app.contracts.workflow import is_client
from app.core.actors import Actor
from app.core.permissions import Permission
from app.lifecycle.workflow import Transition, Workflow
from app.reports.models import Report, ReportState

P, S = Permission, ReportState


def of_the_client(actor: Actor, report: Report) -> bool:
    """A new edition is the client's act, or the system's when the assessment moved."""
    return actor.is_system or is_client(actor, report.contract)


WORKFLOW: Workflow[Report] = Workflow(
    "report",
    (
        # What was signed stays signed: a newer edition stands beside it and says what it supersedes.
        Transition(
            P.REPORT_PRODUCE, frozenset({S.PRODUCED, S.SIGNED}), None, relation=of_the_client, needs_reason=True
        ),
        Transition(P.REPORT_SIGN, frozenset({S.PRODUCED}), S.SIGNED),
    ),
)
