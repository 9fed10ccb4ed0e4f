"""Pages of projects: the list, the table by region, one project with its acts, its decisions."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.gates.kinds import Verdict
from app.practices.pages import practice_options
from app.projects import actions
from app.projects.decision_forms import DigestForm, OpenForm, OpinionForm, PlainForm, ReasonForm, ReturnForm, RulingForm
from app.projects.decision_pages import decisions_page
from app.projects.models import Project
from app.projects.pages import linked, page_of
from app.projects.plausibility import namesake_remarks
from app.projects.portfolio import projects_list
from app.projects.queries import project_in_reach
from app.projects.regional import overview_of

bp = Blueprint("projects", __name__)
P = Permission


def this_project(code: str) -> Project:
    """The project of the address, when the actor may see it."""
    found: Project = found_or_404(project_in_reach(current_actor(), code))
    return found


def back_to(code: str, endpoint: str = "projects.detail") -> Response:
    return redirect(url_for(endpoint, code=code))  # type: ignore[return-value]


@bp.get("/projects")
@requires(P.PROJECT_READ)
def index() -> ResponseReturnValue:
    listing = projects_list(current_actor())
    return listing.export() or render_template("projects/index.html", listing=listing.load())


@bp.get("/projects/overview")
@requires(P.PROJECT_READ)
def overview() -> ResponseReturnValue:
    return render_template("projects/overview.html", overview=overview_of(current_actor()))


@bp.route("/projects/new", methods=["GET", "POST"])
@requires(P.PROJECT_DECLARE)
def new() -> ResponseReturnValue:
    form = OpenForm()
    form.practice.choices = practice_options(current_actor())
    title, planned, practice = form.title.data or "", bool(form.planned.data), form.practice.data or ""
    project = form.attempt(lambda: actions.open_project(current_actor(), title, planned, practice))
    if project is not None:
        for one in namesake_remarks(current_actor(), project):
            flash(f"{one.what}{one.remedy}", "warning")
        flash(_("已建立项目 %(code)s。", code=project.code), "success")
        return back_to(project.code, "projects.detail" if form.planned.data else "declaring.show")
    return render_template("projects/new.html", form=form), form.status


@bp.get("/projects/<code>")
@requires(P.PROJECT_READ)
def detail(code: str) -> ResponseReturnValue:
    return one_project(code)


def one_project(code: str, form: Any = None) -> str:
    project = this_project(code)
    problems = [linked(one, project) for one in form.problems] if form else []
    return render_template("projects/detail.html", page=page_of(current_actor(), project), form=form, problems=problems)


def done_by(code: str, form: Any, done: str, action: Callable[[Actor, Project], Any]) -> ResponseReturnValue:
    """One act on a project from a form; a refusal shows the project's page with the problems on top."""
    project = this_project(code)
    if form.succeeds(lambda: action(current_actor(), project)):
        flash(done, "success")
        return back_to(code)
    return one_project(code, form), form.status


@bp.post("/projects/<code>/begin")
@requires(P.PROJECT_DECLARE)
def begin(code: str) -> ResponseReturnValue:
    return done_by(code, PlainForm(), _("已开始申报，请填写申报内容。"), actions.begin)


@bp.post("/projects/<code>/discard")
@requires(P.PROJECT_DISCARD)
def discard(code: str) -> ResponseReturnValue:
    form, done = ReasonForm(), _("已作废，填写过的内容仍可查看。")
    return done_by(code, form, done, lambda a, p: actions.discard(a, p, form.reason.data or ""))


@bp.post("/projects/<code>/submit")
@requires(P.PROJECT_SUBMIT)
def submit(code: str) -> ResponseReturnValue:
    form, done = DigestForm(), _("已提交审批，申报内容已封存。")
    return done_by(code, form, done, lambda a, p: actions.submit(a, p, form.digest.data or ""))


@bp.post("/projects/<code>/withdraw")
@requires(P.PROJECT_WITHDRAW)
def withdraw(code: str) -> ResponseReturnValue:
    form, done = ReasonForm(), _("已撤回申报，可以修改后重新提交。")
    return done_by(code, form, done, lambda a, p: actions.withdraw(a, p, form.reason.data or ""))


@bp.post("/projects/<code>/build")
@requires(P.PROJECT_BUILD)
def build(code: str) -> ResponseReturnValue:
    return done_by(code, PlainForm(), _("已批准开工。"), actions.start_build)


@bp.post("/projects/<code>/suspend")
@requires(P.PROJECT_SUSPEND)
def suspend(code: str) -> ResponseReturnValue:
    form, done = ReasonForm(), _("项目已暂停，恢复前不能办理任何步骤。")
    return done_by(code, form, done, lambda a, p: actions.suspend(a, p, form.reason.data or ""))


@bp.post("/projects/<code>/resume")
@requires(P.PROJECT_RESUME)
def resume(code: str) -> ResponseReturnValue:
    form = ReasonForm()
    return done_by(code, form, _("项目已恢复。"), lambda a, p: actions.resume(a, p, form.reason.data or ""))


@bp.post("/projects/<code>/terminate")
@requires(P.PROJECT_TERMINATE)
def terminate(code: str) -> ResponseReturnValue:
    form = ReasonForm()
    return done_by(code, form, _("项目已终止。"), lambda a, p: actions.terminate(a, p, form.reason.data or ""))


@bp.post("/projects/<code>/evaluate")
@requires(P.PROJECT_EVALUATE)
def evaluate(code: str) -> ResponseReturnValue:
    return done_by(code, PlainForm(), _("已提交自评价，等待主管部门作出结论。"), actions.evaluate)


@bp.post("/projects/<code>/exit")
@requires(P.PROJECT_EXIT)
def exit_project(code: str) -> ResponseReturnValue:
    form = ReasonForm()
    return done_by(code, form, _("项目已退出。"), lambda a, p: actions.exit_project(a, p, form.reason.data or ""))


# --- decisions -------------------------------------------------------------------------------------------------------


@bp.get("/projects/<code>/decisions")
@requires(P.PROJECT_READ)
def decisions(code: str) -> ResponseReturnValue:
    return all_decisions(code)


def all_decisions(code: str, form: Any = None) -> str:
    page = decisions_page(current_actor(), this_project(code), form)
    problems = [linked(one, page.project) for one in form.problems] if form else []
    return render_template("projects/decisions.html", page=page, project=page.project, form=form, problems=problems)


def decided_by(code: str, form: Any, done: str, action: Callable[[Actor, Project], Any]) -> ResponseReturnValue:
    """One act of the authority from a form; a refusal shows the decisions with the problems on top."""
    project = this_project(code)
    if form.succeeds(lambda: action(current_actor(), project)):
        flash(done, "success")
        return back_to(code, "projects.decisions")
    return all_decisions(code, form), form.status


@bp.post("/projects/<code>/opinions")
@requires(P.PROJECT_OPINE)
def opine(code: str) -> ResponseReturnValue:
    form = OpinionForm.of(this_project(code))
    return decided_by(
        code, form, _("评审意见已登记。"), lambda a, p: actions.opine(a, p, form.facts(p), form.file.data)
    )


@bp.post("/projects/<code>/decide")
@requires(P.PROJECT_DECIDE)
def decide(code: str) -> ResponseReturnValue:
    form = RulingForm.of(this_project(code), (Verdict.PASSED, Verdict.CONDITIONAL, Verdict.REFUSED))
    number, digest = form.approval_number.data or "", form.digest.data or ""
    done = _("已作出审批决定，并告知项目单位。")
    return decided_by(code, form, done, lambda a, p: actions.decide(a, p, form.ruling(p), digest, number))


@bp.post("/projects/<code>/return")
@requires(P.PROJECT_RETURN)
def return_for_change(code: str) -> ResponseReturnValue:
    form = ReturnForm()
    done = _("已退回补正，并一次性告知项目单位。")
    return decided_by(
        code, form, done, lambda a, p: actions.return_for_change(a, p, form.reason.data or "", form.points())
    )


@bp.post("/projects/<code>/conclude")
@requires(P.PROJECT_CONCLUDE)
def conclude(code: str) -> ResponseReturnValue:
    form = RulingForm.of(this_project(code), tuple(Verdict))
    return decided_by(code, form, _("已作出评价结论。"), lambda a, p: actions.conclude(a, p, form.ruling(p)))
