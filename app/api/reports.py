"""JSON API v1: performance reports in reach, their content, and their files as they were produced."""

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from app.api.entry import BadRequest, cursor, limit, no_period, tagged
from app.core.periods import BadPeriod, Period
from app.core.permissions import Permission, requires
from app.core.web import current_actor
from app.reports import queries
from app.reports.models import Report
from app.reports.views import as_file, this_report

bp = Blueprint("api_reports", __name__, url_prefix="/api/v1")
P = Permission


@bp.get("/reports")
@requires(P.REPORT_READ)
def reports() -> ResponseReturnValue:
    """Every edition in reach, by id; `contract` and `period` narrow them down."""
    found = queries.reports_after(current_actor(), cursor(), limit(), filters())
    following = found[-1].id if len(found) == limit() else None
    return jsonify({"items": [listed(one) for one in found], "next_cursor": following})


def filters() -> list[Any]:
    found: list[Any] = []
    if period := request.args.get("period", ""):
        try:
            found.append(Report.period == Period(period).text)
        except BadPeriod as error:
            raise BadRequest(no_period()) from error
    if contract := request.args.get("contract", ""):
        found.append(Report.contract.has(code=contract[:40]))
    return found


def listed(one: Report) -> dict[str, Any]:
    return {
        "code": one.code,
        "contract": one.contract.code,
        "period": one.period,
        "edition": one.edition,
        "state": one.state.value,
        "produced_at": one.produced_at.isoformat(),
        "sha256": one.sha256,
        "sm3": one.sm3,
        "evidence_gaps": one.evidence_gaps,
        "href": url_for("api_reports.report", code=one.code),
    }


@bp.get("/reports/<code>")
@requires(P.REPORT_READ)
def report(code: str) -> ResponseReturnValue:
    """One edition: its facts, its files with digests, and its whole content."""
    found = this_report(code)
    files = [
        {
            "kind": one.kind.value,
            "size": one.size,
            "sha256": one.sha256,
            "sm3": one.sm3,
            "href": url_for("api_reports.report_file", code=code, kind=one.kind.value),
        }
        for one in found.files
    ]
    document = {**listed(found), "reason": found.reason, "files": files, "content": queries.content_of(found)}
    return tagged(document, f"{found.row_version}-{found.sha256[:24]}")


@bp.get("/reports/<code>.<kind>")
@requires(P.REPORT_READ)
def report_file(code: str, kind: str) -> ResponseReturnValue:
    """The stored bytes: pdf, xlsx or docx."""
    return as_file(this_report(code), kind)
