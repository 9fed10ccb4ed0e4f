"""Pages that change a draft: terms, parties, service lines, agreed levels."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.contracts import drafting
from app.contracts.choices import (
    entry_of,
    file_choices,
    indicator_choices,
    mode_choices,
    organisation_choices,
    role_choices,
    service_choices,
)
from app.contracts.forms import LevelForm, LineForm, PartyForm, TermsForm
from app.contracts.models import Contract, ContractService
from app.contracts.queries import contract_in_reach, ledger_service, level_of_line, line_of_contract
from app.contracts.workflow import WORKFLOW
from app.core.forms import BaseForm
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.organisations.queries import organisation_by_code
from app.subjects.models import PartyRole
from app.subjects.queries import party_of

bp = Blueprint("drafting", __name__)
DRAFT = Permission.CONTRACT_DRAFT


def draft(code: str) -> Contract:
    """The draft of the address: seen by the actor, and his to change now."""
    contract: Contract = found_or_404(contract_in_reach(current_actor(), code))
    WORKFLOW.check(current_actor(), contract, DRAFT)
    return contract


def to_services(code: str) -> ResponseReturnValue:
    return redirect(url_for("contracts.detail", code=code, tab="services"))


def line_of(contract: Contract, key: int) -> ContractService:
    found: ContractService = found_or_404(line_of_contract(contract, key))
    return found


@bp.route("/contracts/<code>/terms", methods=["GET", "POST"])
@requires(DRAFT)
def terms(code: str) -> ResponseReturnValue:
    contract = draft(code)
    form = TermsForm.of(contract, mode_choices(), file_choices(contract))
    done = form.succeeds(
        lambda: drafting.set_terms(
            current_actor(), contract, form.terms(entry_of("contract_mode", form.mode.data)), form.row_version
        )
    )
    if done:
        flash(_("条款已保存。"), "success")
        return redirect(url_for("contracts.detail", code=code))
    return render_template("contracts/terms.html", form=form, contract=draft(code)), form.status


@bp.route("/contracts/<code>/parties/new", methods=["GET", "POST"])
@requires(DRAFT)
def add_party(code: str) -> ResponseReturnValue:
    contract, form = draft(code), PartyForm()
    form.organisation.choices, form.role.choices = organisation_choices(), role_choices()

    def join() -> Any:
        organisation = found_or_404(organisation_by_code(form.organisation.data))
        return drafting.join_party(current_actor(), contract, organisation, PartyRole(form.role.data))

    if form.attempt(join):
        flash(_("已添加当事方。"), "success")
        return redirect(url_for("contracts.detail", code=code, tab="parties"))
    return render_template("contracts/party.html", form=form, contract=draft(code)), form.status


@bp.post("/contracts/<code>/parties/<int:key>/remove")
@requires(DRAFT)
def remove_party(code: str, key: int) -> ResponseReturnValue:
    contract, form = draft(code), BaseForm()
    party = found_or_404(party_of(contract.subject, key))
    if form.succeeds(lambda: drafting.drop_party(current_actor(), contract, party)):
        flash(_("已移出当事方。"), "success")
    else:
        for problem in form.problems:
            flash(f"{problem.what}{problem.remedy}", "error")
    return redirect(url_for("contracts.detail", code=code, tab="parties"))


@bp.route("/contracts/<code>/services/new", methods=["GET", "POST"])
@requires(DRAFT)
def add_line(code: str) -> ResponseReturnValue:
    contract, form = draft(code), LineForm.of(None, service_choices())
    line = form.attempt(
        lambda: drafting.add_line(
            current_actor(), contract, form.facts(found_or_404(ledger_service(form.service.data)))
        )
    )
    if line is not None:
        flash(_("已添加服务，请约定服务水平。"), "success")
        return redirect(url_for("drafting.add_level", code=code, key=line.id))
    return render_template("contracts/line.html", form=form, contract=draft(code), line=None), form.status


@bp.route("/contracts/<code>/services/<int:key>", methods=["GET", "POST"])
@requires(DRAFT)
def edit_line(code: str, key: int) -> ResponseReturnValue:
    contract = draft(code)
    line = line_of(contract, key)
    form = LineForm.of(line, service_choices())

    def change() -> bool:
        facts = form.facts(found_or_404(ledger_service(form.service.data)))
        drafting.change_line(current_actor(), contract, line, facts, form.row_version)
        return True

    if form.attempt(change):
        flash(_("服务已保存。"), "success")
        return to_services(code)
    contract = draft(code)
    return render_template(
        "contracts/line.html", form=form, contract=contract, line=line_of(contract, key)
    ), form.status


@bp.post("/contracts/<code>/services/<int:key>/remove")
@requires(DRAFT)
def remove_line(code: str, key: int) -> ResponseReturnValue:
    contract, form = draft(code), BaseForm()
    line = line_of(contract, key)
    if form.succeeds(lambda: drafting.drop_line(current_actor(), contract, line)):
        flash(_("已移除服务及其约定水平。"), "success")
    return to_services(code)


@bp.route("/contracts/<code>/services/<int:key>/levels/new", methods=["GET", "POST"])
@requires(DRAFT)
def add_level(code: str, key: int) -> ResponseReturnValue:
    return level_page(code, key, None)


@bp.route("/contracts/<code>/services/<int:key>/levels/<int:level_key>", methods=["GET", "POST"])
@requires(DRAFT)
def edit_level(code: str, key: int, level_key: int) -> ResponseReturnValue:
    return level_page(code, key, level_key)


def level_page(code: str, key: int, level_key: int | None) -> ResponseReturnValue:
    """Adding and changing a level are one form."""
    contract = draft(code)
    line = line_of(contract, key)
    level = found_or_404(level_of_line(line, level_key)) if level_key is not None else None
    form = LevelForm.of(level, indicator_choices(contract))

    def save() -> Any:
        facts = form.facts(entry_of("indicator", form.indicator.data))
        return drafting.set_level(current_actor(), contract, line, level, facts, form.row_version)

    if form.attempt(save):
        flash(_("服务水平已保存。"), "success")
        return to_services(code)
    line = line_of(draft(code), key)
    level = level_of_line(line, level_key) if level_key is not None else None
    return render_template("contracts/level.html", form=form, contract=draft(code), line=line, level=level), form.status


@bp.post("/contracts/<code>/services/<int:key>/levels/<int:level_key>/remove")
@requires(DRAFT)
def remove_level(code: str, key: int, level_key: int) -> ResponseReturnValue:
    contract, form = draft(code), BaseForm()
    level = found_or_404(level_of_line(line_of(contract, key), level_key))
    if form.succeeds(lambda: drafting.drop_level(current_actor(), contract, level)):
        flash(_("已移除该服务水平。"), "success")
    return to_services(code)
