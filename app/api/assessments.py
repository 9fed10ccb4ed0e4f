"""JSON API v1: the result of one period of one contract, with its state, digests and edition."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.api.entry import BadRequest, no_period, tagged
from app.api.views import this_contract
from app.assessments import queries
from app.assessments.models import Assessment
from app.contracts.models import Contract
from app.core.errors import Problem
from app.core.money import show_decimal
from app.core.periods import BadPeriod, Period
from app.core.permissions import Permission, requires
from app.core.web import found_or_404
from app.plans.models import Plan
from app.plans.queries import plan_for, plans_of

bp = Blueprint("api_assessments", __name__, url_prefix="/api/v1")
P = Permission


@bp.get("/contracts/<code>/assessments/<period>")
@requires(P.ASSESSMENT_READ)
def assessment(code: str, period: str) -> ResponseReturnValue:
    """The newest edition, or the one that `edition` names; `scheme` names the scheme or the plan."""
    contract = this_contract(code)
    span = this_period(period)
    plan: Plan = found_or_404(chosen_plan(contract, span))
    found: Assessment = found_or_404(chosen_edition(contract, plan, span))
    return tagged(shown(found), f"{found.row_version}-{found.result_sha256[:24]}")


def this_period(text: str) -> Period:
    try:
        return Period(text)
    except BadPeriod as error:
        raise BadRequest(no_period()) from error


def chosen_plan(contract: Contract, period: Period) -> Plan | None:
    """By the code of a plan or of its scheme; without one the plan that holds for the period."""
    wanted = request.args.get("scheme", "")
    if not wanted:
        return plan_for(contract, period)
    named = (one for one in plans_of(contract) if wanted in {one.code, one.scheme.code})
    return next((one for one in named if queries.newest(contract, one, period)), None)


def chosen_edition(contract: Contract, plan: Plan, period: Period) -> Assessment | None:
    wanted = request.args.get("edition", "")
    if not wanted:
        return queries.newest(contract, plan, period)
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 6):
        raise BadRequest(
            Problem(_("edition 须为正整数。"), remedy=_("请填写版次，例如 1；不写则取最新一版。"), place="edition")
        )
    return next((one for one in queries.editions(contract, plan, period) if one.edition == int(wanted)), None)


def shown(one: Assessment) -> dict[str, Any]:
    """An edition as the API shows it; decimals are text, money whole fen."""
    moments = {
        "computed_at": one.computed_at,
        "issued_at": one.issued_at,
        "confirmed_at": one.confirmed_at,
        "finalised_at": one.finalised_at,
    }
    return {
        "code": one.code,
        "contract": one.contract.code,
        "plan": one.plan.code,
        "scheme": one.plan.scheme.code,
        "period": one.period,
        "edition": one.edition,
        "restates": one.restates.code if one.restates else None,
        "state": one.state.value,
        "published": one.issued_at is not None,
        "provisional": one.provisional,
        "total": None if one.total is None else show_decimal(one.total).replace(",", ""),
        "grade": one.grade or None,
        "points": None if one.points is None else show_decimal(one.points).replace(",", ""),
        "deduction_fen": one.deduction_fen,
        "input_digest": one.input_digest,
        "sha256": one.result_sha256,
        "sm3": one.result_sm3,
        **{name: at.isoformat() if at else None for name, at in moments.items()},
        "result": queries.result_of(one),
    }
