"""Pages of changes while building: the list, one change with its amounts before and after, and its acts."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.gates.kinds import Verdict
from app.projects import change_drafting, changing
from app.projects.change_forms import ChangeForm, ChangeRulingForm, CostForm, FileForm, SendBackForm
from app.projects.change_models import ProjectChange
from app.projects.change_pages import change_page, changes_page
from app.projects.decision_forms import PlainForm, ReasonForm
from app.projects.models import Project
from app.projects.queries import project_in_reach
from app.projects.standing import change_of

bp = Blueprint("changes", __name__)
P = Permission


def this_project(code: str) -> Project:
    found: Project = found_or_404(project_in_reach(current_actor(), code))
    return found


def this_change(code: str, number: int) -> ProjectChange:
    found: ProjectChange = found_or_404(change_of(this_project(code), number))
    return found


def one(code: str, number: int) -> str:
    return url_for("changes.detail", code=code, number=number)


@bp.get("/projects/<code>/changes")
@requires(P.PROJECT_READ)
def of_project(code: str) -> ResponseReturnValue:
    project = this_project(code)
    return render_template("projects/changes.html", project=project, page=changes_page(current_actor(), project))


@bp.route("/projects/<code>/changes/new", methods=["GET", "POST"])
@requires(P.CHANGE_PROPOSE)
def new(code: str) -> ResponseReturnValue:
    project, form = this_project(code), ChangeForm()
    made = form.attempt(lambda: change_drafting.begin(current_actor(), project, form.facts(), form.file.data))
    if made is not None:
        flash(_("已建立草稿，请逐项填写增减的费用后提出。"), "success")
        return redirect(one(code, made.number))
    page = changes_page(current_actor(), this_project(code))
    return render_template("projects/change_new.html", project=project, form=form, page=page), form.status


@bp.get("/projects/<code>/changes/<int:number>")
@requires(P.PROJECT_READ)
def detail(code: str, number: int) -> ResponseReturnValue:
    return shown(this_change(code, number))


def shown(change: ProjectChange, sent: Any = None) -> str:
    """The change with the form that was sent and not accepted, and the others as they stand."""
    project, page = change.project, change_page(current_actor(), change)
    verdicts = (Verdict.PASSED, Verdict.CONDITIONAL, Verdict.RETURNED, Verdict.REFUSED)
    fresh: dict[str, Callable[[], Any]] = {
        "edit": lambda: ChangeForm.of(change),
        "cost": lambda: CostForm(formdata=None),
        "file": lambda: FileForm(formdata=None, data={"digest": change.digest}),
        "back": lambda: SendBackForm(formdata=None, data={"digest": change.digest}),
        "ruling": lambda: ChangeRulingForm.of(project, verdicts, {"digest": change.digest}),
    }
    kinds = {ChangeForm: "edit", CostForm: "cost", FileForm: "file", SendBackForm: "back", ChangeRulingForm: "ruling"}
    name = next((word for kind, word in kinds.items() if isinstance(sent, kind)), "")
    made = {key: sent if sent is not None and key == name else make() for key, make in fresh.items()}
    return render_template("projects/change.html", project=project, page=page, change=change, sent=sent, forms_=made)


def done(code: str, number: int, form: Any, word: str, action: Callable[[ProjectChange], Any]) -> ResponseReturnValue:
    """One act on a change from a form; a refusal shows the change with the problems on top."""
    change = this_change(code, number)
    if form.succeeds(lambda: action(change)):
        flash(word, "success")
        return redirect(one(code, number))
    return shown(this_change(code, number), form), form.status


@bp.post("/projects/<code>/changes/<int:number>")
@requires(P.CHANGE_PROPOSE)
def save(code: str, number: int) -> ResponseReturnValue:
    form = ChangeForm()
    return done(
        code,
        number,
        form,
        _("已保存。"),
        lambda it: change_drafting.save(current_actor(), it, form.facts(), form.file.data, form.row_version),
    )


@bp.post("/projects/<code>/changes/<int:number>/costs")
@requires(P.CHANGE_PROPOSE)
def add_cost(code: str, number: int) -> ResponseReturnValue:
    form = CostForm()
    return done(
        code, number, form, _("已添加。"), lambda it: change_drafting.add_cost(current_actor(), it, form.facts())
    )


@bp.post("/projects/<code>/changes/<int:number>/costs/<int:key>/remove")
@requires(P.CHANGE_PROPOSE)
def remove_cost(code: str, number: int, key: int) -> ResponseReturnValue:
    return done(
        code,
        number,
        PlainForm(),
        _("已删除。"),
        lambda it: change_drafting.remove_cost(current_actor(), it, key),
    )


@bp.post("/projects/<code>/changes/<int:number>/submit")
@requires(P.CHANGE_PROPOSE)
def submit(code: str, number: int) -> ResponseReturnValue:
    word = _("已提出，内容已封存，主管部门已收到待办。")
    return done(code, number, PlainForm(), word, lambda it: changing.submit(current_actor(), it))


@bp.post("/projects/<code>/changes/<int:number>/withdraw")
@requires(P.CHANGE_PROPOSE)
def withdraw(code: str, number: int) -> ResponseReturnValue:
    form = ReasonForm()
    word = _("已撤回，原内容留存，可以修改副本后重新提出。")
    return done(code, number, form, word, lambda it: changing.withdraw(current_actor(), it, form.reason.data or ""))


@bp.post("/projects/<code>/changes/<int:number>/discard")
@requires(P.CHANGE_PROPOSE)
def discard(code: str, number: int) -> ResponseReturnValue:
    return done(code, number, PlainForm(), _("已作废。"), lambda it: change_drafting.discard(current_actor(), it))


@bp.post("/projects/<code>/changes/<int:number>/file")
@requires(P.CHANGE_FILE)
def file(code: str, number: int) -> ResponseReturnValue:
    form = FileForm()
    return done(
        code,
        number,
        form,
        _("已备案，项目数字按调整后计算。"),
        lambda it: changing.file(current_actor(), it, form.note.data or "", form.digest.data or ""),
    )


@bp.post("/projects/<code>/changes/<int:number>/return")
@requires(P.CHANGE_FILE)
def send_back(code: str, number: int) -> ResponseReturnValue:
    form = SendBackForm()
    return done(
        code,
        number,
        form,
        _("已退回补正，并一次性告知项目单位。"),
        lambda it: changing.return_filing(
            current_actor(), it, form.reason.data or "", form.points(), form.digest.data or ""
        ),
    )


@bp.post("/projects/<code>/changes/<int:number>/decide")
@requires(P.CHANGE_DECIDE)
def decide(code: str, number: int) -> ResponseReturnValue:
    project = this_project(code)
    form = ChangeRulingForm.of(project, tuple(Verdict))
    return done(
        code,
        number,
        form,
        _("已作出决定，并告知项目单位。"),
        lambda it: changing.decide(current_actor(), it, form.ruling(project), form.digest.data or ""),
    )
