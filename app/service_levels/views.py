"""Pages of a contract's service levels: availability, exclusions, use."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.contracts.views import this_contract
from app.core.permissions import Permission, requires

bp = Blueprint("service_levels", __name__)
P = Permission


@bp.get("/contracts/<code>/service-levels")
@requires(P.SERVICE_LEVEL_READ)
def index(code: str) -> ResponseReturnValue:
    return this_contract(code).code
