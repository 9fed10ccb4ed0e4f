"""Pages of 采购: all purchases of a project, one with its steps, and the acts of those who record and confirm."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.forms import BaseForm
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.organisations.queries import organisation_by_code
from app.procurement import actions, adding_pages, awards, pages, queries
from app.procurement.forms import PlanForm, ReasonForm
from app.procurement.models import Procurement
from app.projects.models import Project
from app.projects.queries import project_in_reach

bp = Blueprint("procurement", __name__)
P = Permission


def this_project(code: str) -> Project:
    """The project of the address, when the actor may see it."""
    found: Project = found_or_404(project_in_reach(current_actor(), code))
    return found


def this_procurement(code: str, number: int) -> Procurement:
    found: Procurement = found_or_404(queries.procurement_of(this_project(code), number))
    return found


def back_to(code: str, number: int) -> ResponseReturnValue:
    return redirect(url_for("procurement.detail", code=code, number=number))


@bp.get("/projects/<code>/procurement")
@requires(P.PROCUREMENT_READ)
def of_project(code: str) -> ResponseReturnValue:
    page = pages.page_of(current_actor(), this_project(code))
    return render_template("procurement/index.html", page=page, project=page.project)


@bp.route("/projects/<code>/procurement/new", methods=["GET", "POST"])
@requires(P.PROCUREMENT_RECORD)
def new(code: str) -> ResponseReturnValue:
    project = this_project(code)
    original = adding_pages.asked_for(project, request.args.get("adds_to"))
    form = PlanForm.of(None, pages.plan_file_choices(project), adding_pages.original_choices(project), original)
    made = form.attempt(lambda: actions.plan(current_actor(), project, form.facts(), form.publicity))
    if made is not None:
        flash(_("已登记采购计划 %(code)s。", code=made.code), "success")
        return back_to(code, made.number)
    project = this_project(code)
    return plan_page(form, project, None), form.status


def plan_page(form: PlanForm, project: Project, procurement: Procurement | None) -> str:
    hint = pages.publicity_hint(procurement)
    return render_template(
        "procurement/plan.html", form=form, project=project, procurement=procurement, publicity_hint=hint
    )


@bp.get("/projects/<code>/procurement/<int:number>")
@requires(P.PROCUREMENT_READ)
def detail(code: str, number: int) -> ResponseReturnValue:
    return one_page(code, number)


def one_page(code: str, number: int, sent: tuple[str, Any] | None = None) -> str:
    page = pages.one_of(current_actor(), this_procurement(code, number), sent)
    form = sent[1] if sent else None
    added = adding_pages.added_page(current_actor(), page.procurement)
    return render_template("procurement/detail.html", page=page, project=page.project, form=form, added=added)


@bp.route("/projects/<code>/procurement/<int:number>/plan", methods=["GET", "POST"])
@requires(P.PROCUREMENT_RECORD)
def change(code: str, number: int) -> ResponseReturnValue:
    procurement = this_procurement(code, number)
    project = procurement.project
    originals = adding_pages.original_choices(project, procurement)
    form = PlanForm.of(procurement, pages.plan_file_choices(project, procurement), originals)
    actor = current_actor()
    if form.succeeds(lambda: actions.change(actor, procurement, form.facts(), form.row_version, form.publicity)):
        flash(_("采购计划已保存。"), "success")
        return back_to(code, number)
    procurement = this_procurement(code, number)
    return plan_page(form, procurement.project, procurement), form.status


def do(
    code: str, number: int, name: str, form: Any, done: str, action: Callable[[Procurement], Any]
) -> ResponseReturnValue:
    """One act from its form; a refusal shows the purchase with the problems on top."""
    procurement = this_procurement(code, number)
    if form.succeeds(lambda: action(procurement)):
        flash(done, "success")
        return back_to(code, number)
    return one_page(code, number, (name, form)), form.status


@bp.post("/projects/<code>/procurement/<int:number>/announce")
@requires(P.PROCUREMENT_RECORD)
def announce(code: str, number: int) -> ResponseReturnValue:
    form = pages.form_of(this_procurement(code, number), "announce", sent=True)
    done = _("已登记采购公告。")
    return do(code, number, "announce", form, done, lambda one: actions.announce(current_actor(), one, form.facts()))


@bp.post("/projects/<code>/procurement/<int:number>/award")
@requires(P.PROCUREMENT_RECORD)
def award(code: str, number: int) -> ResponseReturnValue:
    form = pages.form_of(this_procurement(code, number), "award", sent=True)

    def record(one: Procurement) -> Any:
        winner = found_or_404(organisation_by_code(form.winner.data))
        return awards.record_award(current_actor(), one, form.facts(winner), form.proof)

    return do(code, number, "award", form, _("已登记成交结果，等待本单位负责人确认。"), record)


@bp.post("/projects/<code>/procurement/<int:number>/confirm")
@requires(P.PROCUREMENT_CONFIRM)
def confirm(code: str, number: int) -> ResponseReturnValue:
    form = BaseForm()
    done = _("已确认成交结果，供应商已成为项目当事方。")
    return do(code, number, "confirm", form, done, lambda one: awards.confirm(current_actor(), one, form.row_version))


@bp.post("/projects/<code>/procurement/<int:number>/send-back")
@requires(P.PROCUREMENT_CONFIRM)
def send_back(code: str, number: int) -> ResponseReturnValue:
    form = ReasonForm()
    done = _("已退回，请经办人重新登记。")
    return do(
        code,
        number,
        "send_back",
        form,
        done,
        lambda one: awards.send_back(current_actor(), one, form.reason.data or ""),
    )


@bp.post("/projects/<code>/procurement/<int:number>/contract")
@requires(P.PROCUREMENT_RECORD)
def contract(code: str, number: int) -> ResponseReturnValue:
    form = pages.form_of(this_procurement(code, number), "contract", sent=True)

    def record(one: Procurement) -> Any:
        return awards.record_contract(current_actor(), one, form.facts(), form.proof)

    return do(code, number, "contract", form, _("已登记采购合同。"), record)


@bp.post("/projects/<code>/procurement/<int:number>/publication")
@requires(P.PROCUREMENT_RECORD)
def publication(code: str, number: int) -> ResponseReturnValue:
    form = pages.form_of(this_procurement(code, number), "publication", sent=True)

    def record(one: Procurement) -> Any:
        return awards.record_publication(current_actor(), one, form.published_on.day(), form.filed_on.day())

    return do(code, number, "publication", form, _("已登记合同公告与备案。"), record)


@bp.post("/projects/<code>/procurement/<int:number>/fail")
@requires(P.PROCUREMENT_RECORD)
def fail(code: str, number: int) -> ResponseReturnValue:
    form = ReasonForm()
    done = _("已登记废标（流标），可以重新采购。")
    return do(code, number, "fail", form, done, lambda one: actions.fail(current_actor(), one, form.reason.data or ""))


@bp.post("/projects/<code>/procurement/<int:number>/cancel")
@requires(P.PROCUREMENT_RECORD)
def cancel(code: str, number: int) -> ResponseReturnValue:
    form = ReasonForm()
    done = _("采购已取消，理由已留存。")
    return do(
        code, number, "cancel", form, done, lambda one: actions.cancel(current_actor(), one, form.reason.data or "")
    )
