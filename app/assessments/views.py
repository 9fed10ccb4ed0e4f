"""Pages of a contract's assessments."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.contracts.views import this_contract
from app.core.permissions import Permission, requires

bp = Blueprint("assessments", __name__)
P = Permission


@bp.get("/contracts/<code>/assessments")
@requires(P.ASSESSMENT_READ)
def index(code: str) -> ResponseReturnValue:
    return this_contract(code).code
