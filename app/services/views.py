"""Pages of the ledger of services."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit.history import entries_about, timeline
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.services import actions, queries
from app.services.actions import ServiceFacts
from app.services.forms import RetireForm, ServiceForm
from app.services.models import Service, ServiceCategory

bp = Blueprint("services", __name__)


@bp.get("/services/ledger")
@requires(Permission.SERVICE_READ)
def entries() -> ResponseReturnValue:
    """What was imported from ledgers that others keep."""
    listing = queries.entries_list()
    return listing.export() or render_template("services/entries.html", listing=listing.load())


@bp.get("/services/ledger/<int:key>")
@requires(Permission.SERVICE_READ)
def entry(key: int) -> ResponseReturnValue:
    found = found_or_404(queries.entry_by_id(key))
    return render_template("services/entry.html", entry=found, versions=queries.versions_of(found))


@bp.get("/services")
@requires(Permission.SERVICE_READ)
def index() -> ResponseReturnValue:
    listing = queries.services_list()
    return listing.export() or render_template("services/index.html", listing=listing.load())


def _offered(form: ServiceForm, service: Service | None = None) -> ServiceForm:
    """The usage indicators in force; one chosen long ago stays choosable although it was closed since."""
    offered = queries.usage_choices()
    kept = service.usage_indicator if service else None
    if kept and kept not in dict(offered):
        offered.append((kept, kept))
    form.usage_indicator.choices = [("", _("不计用量")), *offered]
    return form


def _facts(form: ServiceForm) -> ServiceFacts:
    return ServiceFacts(
        name_zh=form.name_zh.data or "",
        name_en=form.name_en.data or "",
        category=ServiceCategory(form.category.data),
        unit=form.unit.data or "",
        usage_indicator=form.usage_indicator.data or "",
        description=form.description.data or "",
    )


@bp.route("/services/new", methods=["GET", "POST"])
@requires(Permission.SERVICE_CREATE)
def new() -> ResponseReturnValue:
    form = _offered(ServiceForm())
    if (made := form.attempt(lambda: actions.create_service(current_actor(), _facts(form)))) is not None:
        flash(_("服务已登记，编码 %(code)s。", code=made.code), "success")
        return redirect(url_for("services.detail", code=made.code))
    return render_template("services/form.html", form=form, service=None), form.status


def _found(code: str) -> Service:
    found: Service = found_or_404(queries.service_by_code(code))
    return found


@bp.get("/services/<code>")
@requires(Permission.SERVICE_READ)
def detail(code: str) -> ResponseReturnValue:
    return _page(_found(code), RetireForm(formdata=None))


def _page(service: Service, form: RetireForm) -> ResponseReturnValue:
    own = current_actor().organisation_id == service.owner_id
    acts = timeline(entries_about(service.ref))
    usage = dict(queries.usage_choices()).get(service.usage_indicator or "", service.usage_indicator)
    return render_template(
        "services/detail.html", service=service, own=own, acts=acts, usage=usage, form=form
    ), form.status


@bp.route("/services/<code>/edit", methods=["GET", "POST"])
@requires(Permission.SERVICE_UPDATE)
def edit(code: str) -> ResponseReturnValue:
    service = _found(code)
    actions.own(current_actor(), service)
    form = _offered(ServiceForm(obj=service), service)

    def correct() -> bool:
        actions.update_service(current_actor(), service, _facts(form), form.row_version)
        return True

    if form.attempt(correct):
        flash(_("服务台账已修改。"), "success")
        return redirect(url_for("services.detail", code=code))
    return render_template("services/form.html", form=form, service=_found(code)), form.status


@bp.post("/services/<code>/retire")
@requires(Permission.SERVICE_RETIRE)
def retire(code: str) -> ResponseReturnValue:
    form, service = RetireForm(), _found(code)

    def take_out() -> bool:
        actions.retire_service(current_actor(), service, form.reason.data or "")
        return True

    if form.attempt(take_out):
        flash(_("服务已停用，不再进入新的合同。"), "success")
        return redirect(url_for("services.detail", code=code))
    return _page(_found(code), form)
