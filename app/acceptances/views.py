"""Pages of 验收: where a project stands, one round, one item with its forms, the conclusion, the certificate."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.acceptances import actions, concluding, forms, pages, queries
from app.acceptances.documents import acceptance_docx, acceptance_pdf
from app.acceptances.models import Acceptance, AcceptanceItem
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.gates.kinds import Stance
from app.projects.models import Project
from app.projects.queries import project_in_reach

bp = Blueprint("acceptances", __name__)
P = Permission
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def this_project(code: str) -> Project:
    found: Project = found_or_404(project_in_reach(current_actor(), code))
    return found


def this_round(code: str, number: int) -> Acceptance:
    found: Acceptance = found_or_404(queries.acceptance_of(this_project(code), number))
    return found


def this_item(code: str, number: int, item: int) -> AcceptanceItem:
    found: AcceptanceItem = found_or_404(queries.item_of(this_round(code, number), item))
    return found


def to_round(code: str, number: int) -> ResponseReturnValue:
    return redirect(url_for("acceptances.one_round", code=code, number=number))


@bp.get("/projects/<code>/acceptance")
@requires(P.ACCEPTANCE_READ)
def of_project(code: str) -> ResponseReturnValue:
    return overview(code)


def overview(code: str, form: Any = None) -> str:
    page = pages.overview(current_actor(), this_project(code))
    conclusion = forms.ConcludeForm(formdata=None)
    return render_template("acceptances/of_project.html", page=page, project=page.project, form=form, ending=conclusion)


@bp.post("/projects/<code>/acceptance/open")
@requires(P.ACCEPTANCE_OPEN)
def open_round(code: str) -> ResponseReturnValue:
    form = forms.OpenForm()
    made = form.attempt(lambda: actions.open_acceptance(current_actor(), this_project(code), form.only_failed))
    if made is None:
        return overview(code, form), form.status
    flash(_("已开始第 %(n)s 轮%(stage)s，已通知各方。", n=made.round, stage=made.stage.label), "success")
    return redirect(url_for("acceptances.of_project", code=code))


@bp.get("/projects/<code>/acceptance/<int:number>")
@requires(P.ACCEPTANCE_READ)
def one_round(code: str, number: int) -> ResponseReturnValue:
    return shown(code, number)


def shown(code: str, number: int, form: Any = None) -> str:
    acceptance = this_round(code, number)
    page = pages.round_page(current_actor(), acceptance.project, acceptance)
    ending = form if isinstance(form, forms.ConcludeForm) else forms.ConcludeForm(formdata=None)
    return render_template("acceptances/round.html", page=page, project=page.project, form=form, ending=ending)


@bp.post("/projects/<code>/acceptance/<int:number>/conclude")
@requires(P.ACCEPTANCE_CONCLUDE)
def conclude(code: str, number: int) -> ResponseReturnValue:
    return ended(code, number, concluding.conclude)


@bp.post("/projects/<code>/acceptance/<int:number>/approve")
@requires(P.ACCEPTANCE_APPROVE)
def approve(code: str, number: int) -> ResponseReturnValue:
    return ended(code, number, concluding.approve)


def ended(code: str, number: int, action: Callable[..., Acceptance]) -> ResponseReturnValue:
    form, acceptance = forms.ConcludeForm(), this_round(code, number)
    text, seen = form.reason.data or "", form.digest.data or ""
    done = form.attempt(lambda: action(current_actor(), acceptance, form.passed, text, seen))
    if done is None:
        return shown(code, number, form), form.status
    flash(_("已作出结论：%(state)s。", state=done.state.label), "success")
    return redirect(url_for("acceptances.of_project", code=code))


@bp.get("/projects/<code>/acceptance/<int:number>.<kind>")
@requires(P.ACCEPTANCE_READ)
def certificate(code: str, number: int, kind: str) -> Response:
    """The certificate of a concluded round: `pdf` or `docx`."""
    acceptance = this_round(code, number)
    made = {"pdf": (acceptance_pdf, "application/pdf"), "docx": (acceptance_docx, WORD)}
    make, media = found_or_404(made.get(kind))
    found_or_404(acceptance.content)
    response = Response(make(acceptance), mimetype=media)
    response.headers.set("Content-Disposition", "attachment", filename=f"{acceptance.code}.{kind}")
    return response


# --- items -----------------------------------------------------------------------------------------------------------


@bp.route("/projects/<code>/acceptance/<int:number>/items/new", methods=["GET", "POST"])
@requires(P.ACCEPTANCE_OPEN)
def new_item(code: str, number: int) -> ResponseReturnValue:
    return settled(code, number, this_round(code, number), None)


@bp.route("/projects/<code>/acceptance/<int:number>/items/<int:item>/edit", methods=["GET", "POST"])
@requires(P.ACCEPTANCE_OPEN)
def edit_item(code: str, number: int, item: int) -> ResponseReturnValue:
    return settled(code, number, this_round(code, number), this_item(code, number, item))


def settled(code: str, number: int, acceptance: Acceptance, item: AcceptanceItem | None) -> ResponseReturnValue:
    form = forms.ItemForm.of(pages.deliverer_choices(acceptance.project), item)
    if form.succeeds(lambda: actions.set_item(current_actor(), acceptance, item, form.facts())):
        flash(_("验收项已保存。"), "success")
        return to_round(code, number)
    again = this_round(code, number)
    return render_template(
        "acceptances/item_form.html", form=form, acceptance=again, project=again.project
    ), form.status


@bp.post("/projects/<code>/acceptance/<int:number>/items/<int:item>/remove")
@requires(P.ACCEPTANCE_OPEN)
def remove_item(code: str, number: int, item: int) -> ResponseReturnValue:
    form, found = forms.RemoveForm(), this_item(code, number, item)
    if form.succeeds(lambda: actions.remove_item(current_actor(), found.acceptance, found, form.reason.data or "")):
        flash(_("验收项已删除。"), "success")
        return to_round(code, number)
    return shown(code, number, form), form.status


@bp.get("/projects/<code>/acceptance/<int:number>/items/<int:item>")
@requires(P.ACCEPTANCE_READ)
def one_item(code: str, number: int, item: int) -> ResponseReturnValue:
    return item_shown(code, number, item)


def item_shown(code: str, number: int, item: int, sent: Any = None) -> str:
    found = this_item(code, number, item)
    page = pages.item_page(current_actor(), found.acceptance.project, found.acceptance, found)
    listed: dict[str, Any] = {}
    for name, kind in (("submit", forms.SubmitForm), ("opine", forms.OpineForm), ("judge", forms.JudgeForm)):
        listed[name] = sent if isinstance(sent, kind) else kind(formdata=None)
        listed[name].existing.choices = pages.file_choices(page.files)
    return render_template("acceptances/item.html", page=page, project=page.project, form=sent, **listed)


@bp.post("/projects/<code>/acceptance/<int:number>/items/<int:item>/submit")
@requires(P.ACCEPTANCE_DELIVER)
def submit(code: str, number: int, item: int) -> ResponseReturnValue:
    form, found = forms.SubmitForm(), this_item(code, number, item)
    text = form.text.data or ""
    if form.succeeds(lambda: actions.submit_item(current_actor(), found, text, form.material)):
        flash(_("第 %(n)s 项已提交，等待项目单位验收。", n=item), "success")
        return to_round(code, number)
    return item_shown(code, number, item, form), form.status


@bp.post("/projects/<code>/acceptance/<int:number>/items/<int:item>/opine")
@requires(P.ACCEPTANCE_OPINE)
def opine(code: str, number: int, item: int) -> ResponseReturnValue:
    form, found = forms.OpineForm(), this_item(code, number, item)
    text = form.text.data or ""
    if form.succeeds(lambda: actions.opine(current_actor(), found, Stance(form.stance.data), text, form.material)):
        flash(_("第 %(n)s 项的监理意见已登记。", n=item), "success")
        return to_round(code, number)
    return item_shown(code, number, item, form), form.status


@bp.post("/projects/<code>/acceptance/<int:number>/items/<int:item>/judge")
@requires(P.ACCEPTANCE_JUDGE)
def judge(code: str, number: int, item: int) -> ResponseReturnValue:
    form, found = forms.JudgeForm(), this_item(code, number, item)
    if form.succeeds(lambda: actions.judge_item(current_actor(), found, form.judgement(), form.material)):
        flash(_("第 %(n)s 项已判定。", n=item), "success")
        return to_round(code, number)
    return item_shown(code, number, item, form), form.status
