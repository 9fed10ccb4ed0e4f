"""JSON API v1: findings of inspections in reach, with their rounds; samples and questions are not given out here."""

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from app.api.entry import BadRequest, cursor, limit, not_listed, tagged
from app.core.permissions import Permission, requires
from app.core.web import current_actor
from app.inspections import queries
from app.inspections.finding_models import Finding, Rectification, Verdict
from app.inspections.kinds import FindingState
from app.inspections.views import this_finding
from app.lifecycle.queries import deadline_of

bp = Blueprint("api_inspections", __name__, url_prefix="/api/v1")
P = Permission


@bp.get("/findings")
@requires(P.INSPECTION_READ)
def findings() -> ResponseReturnValue:
    """Every finding in reach, by id; `contract` and `state` narrow them down."""
    found = queries.findings_after(current_actor(), cursor(), limit(), filters())
    following = found[-1].id if len(found) == limit() else None
    return jsonify({"items": [listed(one) for one in found], "next_cursor": following})


def filters() -> list[Any]:
    found: list[Any] = []
    if state := request.args.get("state", ""):
        if state not in {one.value for one in FindingState}:
            raise BadRequest(not_listed("state", FindingState))
        found.append(Finding.state == FindingState(state))
    if contract := request.args.get("contract", ""):
        found.append(queries.of_contract(contract[:40]))
    return found


def listed(one: Finding) -> dict[str, Any]:
    """A finding in a list; `due_on` is the deadline of whoever's turn it is."""
    due = deadline_of(one.task) if one.task is not None else None
    return {
        "code": one.code,
        "inspection": one.inspection.code,
        "contract": one.inspection.contract.code,
        "period": one.inspection.period,
        "severity": one.severity.value,
        "state": one.state.value,
        "round": one.round,
        "text": one.text,
        "basis": one.basis,
        "responsible": one.organisation.code,
        "found_at": one.found_at.isoformat(),
        "turn": one.task.organisation.code if one.task is not None else None,
        "due_on": due.due if due else None,
        "overdue": due.overdue if due else False,
        "href": url_for("api_inspections.finding", code=one.code),
    }


@bp.get("/findings/<code>")
@requires(P.INSPECTION_READ)
def finding(code: str) -> ResponseReturnValue:
    """One finding with what it is about, every rectification and every verdict."""
    one = this_finding(code)
    document = {
        **listed(one),
        "report": one.inspection.report.code,
        "service": one.service.code if one.service else None,
        "indicator": one.indicator_code or None,
        "figure": one.figure_id,
        "workdays": one.workdays,
        "settled_at": one.settled_at.isoformat() if one.settled_at else None,
        "rectifications": [_rectification(answer) for answer in one.rectifications],
        "verdicts": [_verdict(verdict) for verdict in one.verdicts],
    }
    task = one.task
    return tagged(document, f"{one.row_version}-{one.state.value}-{task.due_on if task else ''}")


def _rectification(one: Rectification) -> dict[str, Any]:
    return {
        "round": one.round,
        "text": one.text,
        "evidence": {"file": one.file.file_name, "sha256": one.sha256},
        "submitted_at": one.submitted_at.isoformat(),
        "due_on": one.due_on.isoformat(),
        "late": one.late,
    }


def _verdict(one: Verdict) -> dict[str, Any]:
    return {
        "round": one.round,
        "outcome": one.outcome.value,
        "reason": one.reason,
        "given_at": one.given_at.isoformat(),
        "workdays": one.workdays,
    }
