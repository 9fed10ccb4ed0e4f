"""Pages of a contract's service levels: availability of a period, one service, claims for exclusion, use."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.contracts.models import Contract, ContractService
from app.contracts.views import this_contract
from app.core.listing import csv_bytes
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.figures.kinds import Source
from app.service_levels import actions, claims, pages, queries, usage_pages
from app.service_levels.choices import lines_by_code
from app.service_levels.forms import ClaimForm, GrantForm, RefuseForm, WithdrawForm
from app.service_levels.models import Exclusion
from app.service_levels.recalculation import recalculation

bp = Blueprint("service_levels", __name__)
P = Permission


def chosen_source() -> Source:
    given = request.args.get("source", "")
    return Source(given) if given in {one.value for one in Source} else Source.OPERATOR_REPORT


def wanted_period() -> str:
    return request.args.get("period", "")[:13]


# --- availability ----------------------------------------------------------------------------------------------------


@bp.get("/contracts/<code>/service-levels")
@requires(P.SERVICE_LEVEL_READ)
def index(code: str) -> ResponseReturnValue:
    page = pages.levels_page(current_actor(), this_contract(code), wanted_period(), chosen_source())
    if request.args.get("export") == "csv":
        head, rows = pages.levels_table(page)
        response = Response(csv_bytes(head, rows), content_type="text/csv; charset=utf-8")
        name = f"{code}-{page.choice.period.text}-availability.csv"
        response.headers.set("Content-Disposition", "attachment", filename=name)
        return response
    return render_template("service_levels/index.html", page=page, sources=list(Source))


@bp.get("/contracts/<code>/service-levels/<service>")
@requires(P.SERVICE_LEVEL_READ)
def detail(code: str, service: str) -> ResponseReturnValue:
    contract = this_contract(code)
    line: ContractService = found_or_404(lines_by_code(contract).get(service))
    page = pages.service_page(current_actor(), contract, line, wanted_period(), chosen_source())
    found = page.row.found
    if request.args.get("export") == "json" and found is not None:
        response = jsonify(recalculation(found.watch, found.seen, found.exclusions))
        name = f"{code}-{service}-{page.choice.period.text}-availability.json"
        response.headers.set("Content-Disposition", "attachment", filename=name)
        return response
    return render_template("service_levels/detail.html", page=page, sources=list(Source))


# --- claims ----------------------------------------------------------------------------------------------------------


@bp.get("/contracts/<code>/exclusions")
@requires(P.SERVICE_LEVEL_READ)
def exclusions(code: str) -> ResponseReturnValue:
    return listed(this_contract(code))


def listed(contract: Contract, form: Any = None) -> str:
    page = claims.claims_page(current_actor(), contract)
    return render_template("service_levels/exclusions.html", page=page, form=form)


@bp.route("/contracts/<code>/exclusions/new", methods=["GET", "POST"])
@requires(P.EXCLUSION_CLAIM)
def claim(code: str) -> ResponseReturnValue:
    contract = this_contract(code)
    form = ClaimForm.of(contract, suggested())
    made = form.attempt(lambda: actions.claim(current_actor(), contract, form.facts(lines_by_code(contract))))
    if made is not None:
        flash(_("已申报，等待项目单位裁定。"), "success")
        return redirect(url_for("service_levels.exclusions", code=code))
    return render_template("service_levels/claim.html", form=form, contract=this_contract(code)), form.status


def suggested() -> dict[str, Any]:
    """What an outage suggests for the form; moments in the address that are none are left out."""
    given: dict[str, Any] = {"service": request.args.get("service", "")[:40]}
    for name, field in (("begin", "begins_at"), ("end", "ends_at")):
        try:
            moment = datetime.fromisoformat(request.args.get(name, "")[:40])
        except ValueError:
            continue
        if moment.tzinfo is not None:
            given[field] = moment
    return given


def this_exclusion(contract: Contract, key: int) -> Exclusion:
    found: Exclusion = found_or_404(queries.exclusion_in_reach(current_actor(), contract, key))
    return found


@bp.post("/contracts/<code>/exclusions/<int:exclusion>/grant")
@requires(P.EXCLUSION_DECIDE)
def grant(code: str, exclusion: int) -> ResponseReturnValue:
    claimed, form = this_exclusion(this_contract(code), exclusion), GrantForm()
    if form.succeeds(
        lambda: actions.grant(
            current_actor(), claimed, form.granted_from.moment(), form.granted_until.moment(), form.reason.data or ""
        )
    ):
        flash(_("已准予除外，可用率随之重算。"), "success")
        return redirect(url_for("service_levels.exclusions", code=code))
    return listed(this_contract(code), form), form.status


@bp.post("/contracts/<code>/exclusions/<int:exclusion>/refuse")
@requires(P.EXCLUSION_DECIDE)
def refuse(code: str, exclusion: int) -> ResponseReturnValue:
    claimed, form = this_exclusion(this_contract(code), exclusion), RefuseForm()
    if form.succeeds(lambda: actions.refuse(current_actor(), claimed, form.reason.data or "")):
        flash(_("已裁定不予除外，运营方可在此看到理由。"), "success")
        return redirect(url_for("service_levels.exclusions", code=code))
    return listed(this_contract(code), form), form.status


@bp.post("/contracts/<code>/exclusions/<int:exclusion>/withdraw")
@requires(P.EXCLUSION_WITHDRAW)
def withdraw(code: str, exclusion: int) -> ResponseReturnValue:
    claimed, form = this_exclusion(this_contract(code), exclusion), WithdrawForm()
    if form.succeeds(lambda: actions.withdraw(current_actor(), claimed)):
        flash(_("已撤回申报。"), "success")
        return redirect(url_for("service_levels.exclusions", code=code))
    return listed(this_contract(code), form), form.status


# --- use -------------------------------------------------------------------------------------------------------------


@bp.get("/contracts/<code>/usage")
@requires(P.SERVICE_LEVEL_READ)
def usage(code: str) -> ResponseReturnValue:
    page = usage_pages.usage_page(this_contract(code), wanted_period())
    return render_template("service_levels/usage.html", page=page)
