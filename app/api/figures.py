"""JSON API v1: reporting figures and status events, and reading the figures that stand."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnsupportedMediaType

from app.api.entry import BadRequest, cursor, keyed, limit, no_period, not_listed
from app.api.views import this_contract
from app.core.money import show_decimal
from app.core.periods import BadPeriod, Period
from app.core.permissions import Permission, requires
from app.core.web import current_actor
from app.figures import queries
from app.figures.actions import Receipt, submit
from app.figures.judging import Delivery
from app.figures.kinds import Source, SubmissionKind
from app.figures.models import Figure

bp = Blueprint("api_figures", __name__, url_prefix="/api/v1")
P = Permission
JSON = {"application/json": "json", "application/x-ndjson": "ndjson", "application/ndjson": "ndjson"}


def delivered(kind: SubmissionKind) -> Delivery:
    """The body as a file: a JSON array, NDJSON, or CSV with the header of interfaces.md."""
    media = request.mimetype
    if media not in {*JSON, "text/csv"}:
        raise UnsupportedMediaType
    return Delivery(
        kind=kind,
        file_name=f"{kind.value}.{'csv' if media == 'text/csv' else JSON[media] + '.txt'}",
        content=request.get_data(),
        is_json=media in JSON,
        reason=request.args.get("reason", "")[:400],
        note=request.args.get("note", "")[:400],
    )


def receipt_of(receipt: Receipt) -> Response:
    made = receipt.submission
    response = jsonify(
        {
            "submission": made.id,
            "repeated": receipt.repeated,
            "source": made.source.value,
            "sha256": made.sha256,
            "rows": made.row_count,
            "new": made.new_count,
            "corrected": made.corrected_count,
        }
    )
    response.status_code = 200 if receipt.repeated else 201
    return response


@bp.post("/contracts/<code>/figures")
@requires(P.FIGURE_SUBMIT)
@keyed
def report_figures(code: str) -> ResponseReturnValue:
    contract = this_contract(code)
    return receipt_of(submit(current_actor(), contract, delivered(SubmissionKind.FIGURES)))


@bp.post("/contracts/<code>/events")
@requires(P.FIGURE_SUBMIT)
@keyed
def report_events(code: str) -> ResponseReturnValue:
    contract = this_contract(code)
    return receipt_of(submit(current_actor(), contract, delivered(SubmissionKind.EVENTS)))


@bp.get("/contracts/<code>/figures")
@requires(P.FIGURE_READ)
def figures(code: str) -> ResponseReturnValue:
    """The figures that stand, by id; `period`, `indicator` and `source` narrow them down."""
    contract = this_contract(code)
    found = queries.read_figures([Figure.contract_id == contract.id, Figure.id > cursor(), *filters()], limit())
    items = [shown(one) for one in found]
    return jsonify({"items": items, "next_cursor": found[-1].id if len(found) == limit() else None})


def filters() -> list[Any]:
    found: list[Any] = []
    if period := request.args.get("period", ""):
        try:
            found.append(Figure.period == Period(period).text)
        except BadPeriod as error:
            raise BadRequest(no_period()) from error
    if indicator := request.args.get("indicator", ""):
        found.append(Figure.indicator_code == indicator[:80])
    if source := request.args.get("source", ""):
        if source not in {one.value for one in Source}:
            raise BadRequest(not_listed("source", Source))
        found.append(Figure.source == Source(source))
    return found


def shown(one: queries.CurrentFigure) -> dict[str, Any]:
    """A figure as the API shows it; decimals are text."""
    return {
        "id": one.id,
        "service": one.service_code,
        "indicator": one.indicator,
        "period": one.period,
        "channel": one.channel,
        "source": one.source.value,
        "revision": one.revision,
        "standing": one.standing.value,
        "value": None if one.value is None else show_decimal(one.value).replace(",", ""),
        "denominator": None if one.denominator is None else show_decimal(one.denominator).replace(",", ""),
        "reason": one.reason,
        "evidence": one.evidence,
        "submission": one.submission_id,
        "status": one.verdict.value if one.verdict else "reported",
    }
