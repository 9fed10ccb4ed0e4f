"""Pages of performance reports."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.contracts.views import this_contract
from app.core.permissions import Permission, requires

bp = Blueprint("reports", __name__)
P = Permission


@bp.get("/contracts/<code>/reports")
@requires(P.REPORT_READ)
def of_contract(code: str) -> ResponseReturnValue:
    return this_contract(code).code
