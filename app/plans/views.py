"""Pages of a contract's assessment plans."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.contracts.views import this_contract
from app.core.permissions import Permission, requires

bp = Blueprint("plans", __name__)
P = Permission


@bp.get("/contracts/<code>/plans")
@requires(P.PLAN_READ)
def index(code: str) -> ResponseReturnValue:
    return this_contract(code).code
