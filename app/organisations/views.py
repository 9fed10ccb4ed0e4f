"""Pages of organisations: the register, one organisation, and what the system administrator records about it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit.history import entries_about, timeline
from app.core.clock import today
from app.core.errors import Problem
from app.core.forms import BaseForm
from app.core.permissions import Permission, Side, requires
from app.core.web import current_actor, found_or_404
from app.organisations import actions, forms, queries
from app.organisations.actions import NewOrganisation, NewStake
from app.organisations.models import MandateKind, Organisation, OrganisationKind

bp = Blueprint("organisations", __name__)


@bp.get("/organisations")
@requires(Permission.ORGANISATION_READ)
def index() -> ResponseReturnValue:
    listing = queries.organisations_list()
    return listing.export() or render_template("organisations/index.html", listing=listing.load())


@bp.route("/organisations/new", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_CREATE)
def new() -> ResponseReturnValue:
    form = forms.OrganisationForm()
    form.region.choices = forms.choices((one.code, f"{one.code} {one.name}") for one in queries.all_regions())
    if (made := form.attempt(lambda: actions.create_organisation(current_actor(), _facts(form)))) is not None:
        flash(_("机构已登记。"), "success")
        return redirect(url_for("organisations.detail", code=made.code))
    return render_template("organisations/new.html", form=form), form.status


def _facts(form: forms.OrganisationForm) -> NewOrganisation:
    return NewOrganisation(
        code=form.code.data or "",
        name_zh=form.name_zh.data or "",
        name_en=form.name_en.data or "",
        kind=OrganisationKind(form.kind.data),
        region=found_or_404(queries.region_by_code(form.region.data)),
        uscc=form.uscc.data or "",
        sides=frozenset(Side(one) for one in form.sides.data or ()),
    )


@bp.get("/organisations/<code>")
@requires(Permission.ORGANISATION_READ)
def detail(code: str) -> ResponseReturnValue:
    return _page(_found(code), None)


def _found(code: str) -> Organisation:
    found: Organisation = found_or_404(queries.organisation_by_code(code))
    return found


def _page(organisation: Organisation, form: BaseForm | None) -> ResponseReturnValue:
    """The page of an organisation; with what was refused when a form on it was sent in vain."""
    held_by, holds = queries.stakes_of(organisation)
    return render_template(
        "organisations/detail.html",
        organisation=organisation,
        sides=queries.sides_in_words(organisation),
        names=queries.names_of(organisation),
        held_by=held_by,
        holds=holds,
        controllers=queries.controllers_of(organisation),
        controlled=queries.controlled_by(organisation),
        mandates=queries.mandates_of(organisation),
        refused=_refusals(form),
        acts=timeline(entries_about(f"organisation:{organisation.code}")),
        today=today(),
    ), form.status if form else 200


def _refusals(form: BaseForm | None) -> list[Problem]:
    """Every problem of a form that has no page of its own, those of fields with the name of the field."""
    if form is None:
        return []
    named = [(form[name].label.text, text) for name, texts in form.errors.items() if name in form for text in texts]
    return [*form.problems, *(Problem(what=text, place=str(label)) for label, text in named)]


def _settle(code: str, form: BaseForm, action: Callable[[Organisation], Any], done: str) -> ResponseReturnValue:
    """One act on an organisation: back to its page, or the page again with what was refused."""
    organisation = _found(code)
    if form.attempt(lambda: [action(organisation)]) is not None:
        flash(done, "success")
        return redirect(url_for("organisations.detail", code=code))
    return _page(_found(code), form)


@bp.post("/organisations/<code>/rename")
@requires(Permission.ORGANISATION_RENAME)
def rename(code: str) -> ResponseReturnValue:
    form, actor = forms.RenameForm(), current_actor()

    def give_name(one: Organisation) -> None:
        name_zh, name_en, basis = form.name_zh.data or "", form.name_en.data or "", form.basis.data or ""
        actions.rename(actor, one, name_zh, name_en, form.valid_from.day() or today(), basis)

    return _settle(code, form, give_name, _("名称已变更，原名称保留在历史中。"))


@bp.route("/organisations/<code>/stakes/new", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_DISCLOSE)
def new_stake(code: str) -> ResponseReturnValue:
    form, held = forms.StakeForm(), _found(code)
    form.holder.choices = forms.choices((one.code, f"{one.code} {one.name}") for one in queries.active_organisations())
    if form.attempt(lambda: actions.disclose_stake(current_actor(), _found(form.holder.data), held, _stake(form))):
        flash(_("持股已登记，控制关系已重新推导。"), "success")
        return redirect(url_for("organisations.detail", code=code))
    return render_template("organisations/new_stake.html", form=form, organisation=_found(code)), form.status


def _stake(form: forms.StakeForm) -> NewStake:
    return NewStake(
        percent=form.percent.number(),
        controls=bool(form.controls.data),
        valid_from=form.valid_from.day() or today(),
        basis=form.basis.data or "",
    )


@bp.post("/organisations/<code>/stakes/<int:key>/end")
@requires(Permission.ORGANISATION_DISCLOSE)
def end_stake(code: str, key: int) -> ResponseReturnValue:
    form, actor = forms.EndStakeForm(), current_actor()

    def end(held: Organisation) -> None:
        stake = found_or_404(queries.stake_of(held, key))
        actions.end_stake(actor, stake, form.valid_until.day() or today(), form.basis.data or "")

    return _settle(code, form, end, _("持股结束日期已登记，控制关系已重新推导。"))


@bp.route("/organisations/<code>/mandates/new", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_CREATE)
def new_mandate(code: str) -> ResponseReturnValue:
    form, organisation = forms.MandateForm(), _found(code)
    form.region.choices = forms.choices((one.code, f"{one.code} {one.name}") for one in queries.all_regions())

    def give() -> Any:
        region = found_or_404(queries.region_by_code(form.region.data))
        return actions.give_mandate(current_actor(), organisation, region, MandateKind(form.kind.data))

    if form.attempt(give) is not None:
        flash(_("职责已登记。"), "success")
        return redirect(url_for("organisations.detail", code=code))
    return render_template("organisations/new_mandate.html", form=form, organisation=_found(code)), form.status
