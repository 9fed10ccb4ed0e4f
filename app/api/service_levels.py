"""JSON API v1: claiming time that is not to count."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.api.entry import Member, body, chosen, keyed
from app.api.views import this_contract
from app.calendars.flaws import Flaw
from app.catalogues.queries import said
from app.contracts.models import Contract
from app.core.errors import Problem, Refused
from app.core.permissions import Permission, requires
from app.core.web import current_actor
from app.service_levels import actions
from app.service_levels.choices import lines_by_code
from app.service_levels.models import Exclusion, ExclusionCause
from app.services.models import Service
from app.whatif import fields

bp = Blueprint("api_service_levels", __name__, url_prefix="/api/v1")
P = Permission
# What the form calls otherwise.
PLACES = {"begins_at": "from", "ends_at": "to", "file": "evidence"}
MEMBERS = (
    Member("service", str, 40, optional=True),
    Member("from", str, 40),
    Member("to", str, 40),
    Member("cause", str, 40),
    Member("reason", str, 2000),
    Member("announced_at", str, 40, optional=True),
    Member("evidence", str, 64),
)


@bp.post("/contracts/<code>/exclusions")
@requires(P.EXCLUSION_CLAIM)
@keyed
def claim(code: str) -> ResponseReturnValue:
    contract = this_contract(code)
    data = body(*MEMBERS)
    facts = actions.ClaimFacts(
        service=service_of(contract, data.get("service")),
        begins_at=moment(data, "from"),
        ends_at=moment(data, "to"),
        cause=chosen(ExclusionCause, "cause", data["cause"]),
        reason=data["reason"],
        announced_at=moment(data, "announced_at") if data.get("announced_at") else None,
        evidence_sha=data["evidence"].lower(),
    )
    try:
        return shown(actions.claim(current_actor(), contract, facts))
    except Refused as refused:
        raise Refused(replace(one, place=PLACES.get(one.place, one.place)) for one in refused.problems) from refused


def service_of(contract: Contract, code: str | None) -> Service | None:
    """A service of the contract by its code; None for all of them."""
    if code is None:
        return None
    line = lines_by_code(contract).get(code)
    if line is None:
        raise Refused(
            Problem(
                _("合同中没有服务“%(given)s”。", given=code),
                why=_("只能使用合同服务目录中的服务。"),
                remedy=_("请读取该合同，使用其中的服务编码。"),
                place="service",
            )
        )
    return line.service


def moment(data: dict[str, Any], name: str) -> datetime:
    try:
        return fields.moment(data[name], name)
    except Flaw as flaw:
        raise Refused(Problem(said(flaw.wording), place=name)) from flaw


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def shown(made: Exclusion) -> Response:
    """A claim as the API shows it."""
    response = jsonify(
        {
            "id": made.id,
            "number": made.number,
            "service": made.service.code if made.service else None,
            "from": utc(made.begins_at),
            "to": utc(made.ends_at),
            "cause": made.cause.value,
            "reason": made.reason,
            "announced_at": utc(made.announced_at) if made.announced_at else None,
            "evidence": made.sha256,
            "state": made.state.value,
        }
    )
    response.status_code = 201
    return response
