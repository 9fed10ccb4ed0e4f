"""The page of countersignatures: who is asked in which order, what each said, and the form of whoever's turn it is."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import Problem, Refused
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.gates import countersigning
from app.gates.countersigning import Signature
from app.gates.kinds import Stance
from app.projects.change_forms import AskForm, SignForm
from app.projects.change_pages import matter_now, signs_page, step_signed_now
from app.projects.changing import countersigned
from app.projects.countersign_pages import awaited, turns_of
from app.projects.models import Project
from app.projects.queries import project_in_reach

bp = Blueprint("countersigns", __name__)
P = Permission


def this_project(code: str) -> Project:
    found: Project = found_or_404(project_in_reach(current_actor(), code))
    return found


@bp.get("/countersigns")
@requires(P.PROJECT_READ)
def index() -> ResponseReturnValue:
    listing = awaited(current_actor())
    return listing.export() or render_template("projects/countersigns_all.html", listing=listing.load())


@bp.get("/projects/<code>/countersigns")
@requires(P.PROJECT_READ)
def of_project(code: str) -> ResponseReturnValue:
    return shown(this_project(code))


def _ask_form(project: Project) -> AskForm:
    step, _change = step_signed_now(project)
    matter = matter_now(project)
    wanted = countersigning.wanted_at(project.subject, step) if step else []
    without = {current_actor().organisation_id or 0, matter.proposer_org if matter else 0}
    return AskForm.of(project.subject, wanted, without)


def shown(project: Project, sent: Any = None) -> str:
    page = signs_page(current_actor(), project)
    ask = sent if isinstance(sent, AskForm) else _ask_form(project) if page.may_ask else None
    sign = sent if isinstance(sent, SignForm) else None
    if sign is None and page.mine is not None:
        sign = SignForm(formdata=None, data={"digest": page.digest})
    turns = turns_of(page.signs)
    return render_template(
        "projects/countersigns.html", project=project, page=page, sent=sent, ask=ask, sign=sign, turns=turns
    )


@bp.post("/projects/<code>/countersigns")
@requires(P.COUNTERSIGN_ASK)
def ask(code: str) -> ResponseReturnValue:
    project = this_project(code)
    form = _ask_form(project)

    def go() -> None:
        (step, _change), matter = step_signed_now(project), matter_now(project)
        if step is None or matter is None:
            raise Refused(Problem(_("现在没有需要会签的事项。"), remedy=_("请刷新页面查看最新状态。")))
        chosen = form.chosen(countersigning.wanted_at(project.subject, step))
        countersigning.ask(current_actor(), project.subject, step, matter, chosen)

    if form.succeeds(go):
        flash(_("已发起会签，各单位按顺序收到待办。"), "success")
        return redirect(url_for("countersigns.of_project", code=code))
    return shown(this_project(code), form), form.status


@bp.post("/projects/<code>/countersigns/<int:key>/sign")
@requires(P.COUNTERSIGN_SIGN)
def sign(code: str, key: int) -> ResponseReturnValue:
    project, form = this_project(code), SignForm()

    def go() -> None:
        given = Signature(Stance(form.stance.data), form.text.data or "", form.digest.data or "")
        countersigning.sign(current_actor(), project.subject, key, given, lambda: countersigned(project))

    if form.succeeds(go):
        flash(_("已签署会签意见。"), "success")
        return redirect(url_for("countersigns.of_project", code=code))
    return shown(this_project(code), form), form.status
