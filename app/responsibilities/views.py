"""Pages of a project's responsibility list: the matrix, single duties, its life, two versions compared, files."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.projects.models import Project
from app.projects.queries import project_in_reach
from app.responsibilities import actions, drafting, queries
from app.responsibilities.documents import MEDIA, printed
from app.responsibilities.forms import DigestForm, DutyForm, MatrixForm, PlainForm, ReasonForm
from app.responsibilities.models import DutyLine, DutyList
from app.responsibilities.pages import Typed, line_page, page_of
from app.responsibilities.versions import comparison_of
from app.responsibilities.workflow import WORKFLOW

bp = Blueprint("responsibilities", __name__)
P = Permission


def this_project(code: str) -> Project:
    """The project of the address, when the actor may see it."""
    found: Project = found_or_404(project_in_reach(current_actor(), code))
    return found


def this_list(code: str, number: int) -> DutyList:
    """One version of its list."""
    found: DutyList = found_or_404(queries.list_of(this_project(code), number))
    return found


def draft(code: str, number: int) -> DutyList:
    """The draft of the address: seen by the actor, and his to change now."""
    duty_list = this_list(code, number)
    WORKFLOW.check(current_actor(), duty_list, P.DUTY_DRAFT)
    return duty_list


def this_line(duty_list: DutyList, key: int) -> DutyLine:
    found: DutyLine = found_or_404(queries.line_of(duty_list, key))
    return found


def to_list(code: str, anchor: str = "") -> ResponseReturnValue:
    return redirect(url_for("responsibilities.of_project", code=code, _anchor=anchor or None))


def shown(project: Project, duty_list: DutyList | None = None, form: Any = None, typed: Typed | None = None) -> str:
    page = page_of(current_actor(), project, duty_list, typed)
    return render_template("responsibilities/show.html", page=page, project=project, form=form)


@bp.get("/projects/<code>/duties")
@requires(P.DUTY_READ)
def of_project(code: str) -> ResponseReturnValue:
    return shown(this_project(code))


@bp.get("/projects/<code>/duties/<int:number>")
@requires(P.DUTY_READ)
def version(code: str, number: int) -> ResponseReturnValue:
    duty_list = this_list(code, number)
    return shown(duty_list.project, duty_list)


# --- its life --------------------------------------------------------------------------------------------------------


@bp.post("/projects/<code>/duties")
@requires(P.DUTY_DRAFT)
def start(code: str) -> ResponseReturnValue:
    project, form = this_project(code), PlainForm()
    made = form.attempt(lambda: actions.start_list(current_actor(), project))
    if made is not None:
        flash(_("已按模板编制权责清单 %(code)s，请逐项核对。", code=made.code), "success")
        return to_list(code)
    return shown(this_project(code), form=form), form.status


def decide(
    code: str, number: int, form: Any, done: str, action: Callable[[Actor, DutyList], Any]
) -> ResponseReturnValue:
    """One act on a list from a form; a refusal shows its page with the problems on top."""
    duty_list = this_list(code, number)
    if form.succeeds(lambda: action(current_actor(), duty_list)):
        flash(done, "success")
        return to_list(code)
    return shown(this_project(code), this_list(code, number), form), form.status


@bp.post("/projects/<code>/duties/<int:number>/submit")
@requires(P.DUTY_DRAFT)
def submit(code: str, number: int) -> ResponseReturnValue:
    form, done = DigestForm(), _("已提交会签，并通知各签署方。")
    return decide(code, number, form, done, lambda a, one: actions.submit(a, one, form.digest.data or ""))


@bp.post("/projects/<code>/duties/<int:number>/sign")
@requires(P.DUTY_SIGN)
def sign(code: str, number: int) -> ResponseReturnValue:
    form = DigestForm()
    return decide(code, number, form, _("已签署。"), lambda a, one: actions.sign(a, one, form.digest.data or ""))


@bp.post("/projects/<code>/duties/<int:number>/return")
@requires(P.DUTY_RETURN)
def return_for_change(code: str, number: int) -> ResponseReturnValue:
    form, done = ReasonForm(), _("已退回修改，原版本和理由均已留存。")
    return decide(code, number, form, done, lambda a, one: actions.return_for_change(a, one, form.reason.data or ""))


@bp.post("/projects/<code>/duties/<int:number>/amend")
@requires(P.DUTY_DRAFT)
def amend(code: str, number: int) -> ResponseReturnValue:
    form, done = ReasonForm(), _("已建立新版草稿；新版双方签署前，现行清单继续有效。")
    return decide(code, number, form, done, lambda a, one: actions.amend(a, one, form.reason.data or ""))


# --- the draft -------------------------------------------------------------------------------------------------------


@bp.post("/projects/<code>/duties/<int:number>/letters")
@requires(P.DUTY_DRAFT)
def save(code: str, number: int) -> ResponseReturnValue:
    """The whole matrix at once; what was typed stays on the page when it is refused."""
    form, duty_list = MatrixForm(), draft(code, number)
    changed = form.attempt(
        lambda: drafting.set_letters(current_actor(), duty_list, form.cells(), form.digest.data or "")
    )
    if changed is not None:
        flash(_("已保存，共改动 %(n)s 格。", n=changed), "success")
        return to_list(code)
    return shown(this_project(code), this_list(code, number), form, form.typed()), form.status


@bp.post("/projects/<code>/duties/<int:number>/supplement")
@requires(P.DUTY_DRAFT)
def supplement(code: str, number: int) -> ResponseReturnValue:
    duty_list, form = this_list(code, number), PlainForm()
    filled = form.attempt(lambda: drafting.supplement(current_actor(), duty_list))
    if filled is not None:
        flash(
            _("已补入 %(n)s 项事项、%(m)s 格分工，已填写的内容没有改动。", n=filled.lines, m=filled.letters), "success"
        )
        return to_list(code)
    return shown(this_project(code), this_list(code, number), form), form.status


@bp.route("/projects/<code>/duties/<int:number>/lines/new", methods=["GET", "POST"])
@requires(P.DUTY_DRAFT)
def add_line(code: str, number: int) -> ResponseReturnValue:
    duty_list, form = draft(code, number), DutyForm.of(None)
    line = form.attempt(lambda: drafting.add_own_duty(current_actor(), duty_list, form.facts()))
    if line is not None:
        flash(_("已添加事项，请在表中选定负责方。"), "success")
        return to_list(code, f"line-{line.line}")
    page = line_page(draft(code, number), None)
    return render_template("responsibilities/line.html", form=form, reason=None, page=page), form.status


def one_line(code: str, number: int, key: int, form: DutyForm, reason: ReasonForm | None = None) -> str:
    duty_list = draft(code, number)
    page = line_page(duty_list, this_line(duty_list, key))
    return render_template("responsibilities/line.html", form=form, reason=reason, page=page)


@bp.route("/projects/<code>/duties/<int:number>/lines/<int:key>", methods=["GET", "POST"])
@requires(P.DUTY_DRAFT)
def edit_line(code: str, number: int, key: int) -> ResponseReturnValue:
    line = this_line(draft(code, number), key)
    form = DutyForm.of(line)
    if form.succeeds(lambda: drafting.change_line(current_actor(), line, form.facts(line), form.row_version)):
        flash(_("事项已保存。"), "success")
        return to_list(code, f"line-{line.line}")
    return one_line(code, number, key, form), form.status


@bp.post("/projects/<code>/duties/<int:number>/lines/<int:key>/leave-out")
@requires(P.DUTY_DRAFT)
def leave_out(code: str, number: int, key: int) -> ResponseReturnValue:
    line, form = this_line(this_list(code, number), key), ReasonForm()
    if form.succeeds(lambda: drafting.leave_out(current_actor(), line, form.reason.data or "")):
        flash(_("已删减，理由随清单留存。"), "success")
        return to_list(code, "left-out")
    stored = DutyForm.of(this_line(draft(code, number), key), as_stored=True)
    return one_line(code, number, key, stored, form), form.status


@bp.post("/projects/<code>/duties/<int:number>/lines/<int:key>/take-back")
@requires(P.DUTY_DRAFT)
def take_back(code: str, number: int, key: int) -> ResponseReturnValue:
    return one_act(code, number, key, _("已恢复该事项。"), drafting.take_back)


@bp.post("/projects/<code>/duties/<int:number>/lines/<int:key>/drop")
@requires(P.DUTY_DRAFT)
def drop_line(code: str, number: int, key: int) -> ResponseReturnValue:
    return one_act(code, number, key, _("已删除该事项。"), drafting.drop_line)


def one_act(
    code: str, number: int, key: int, done: str, action: Callable[[Actor, DutyLine], None]
) -> ResponseReturnValue:
    """One button of one duty; a refusal shows the list with the problem on top."""
    line, form = this_line(this_list(code, number), key), PlainForm()
    if form.succeeds(lambda: action(current_actor(), line)):
        flash(done, "success")
        return to_list(code)
    return shown(this_project(code), this_list(code, number), form), form.status


# --- versions --------------------------------------------------------------------------------------------------------


@bp.get("/projects/<code>/duties/compare")
@requires(P.DUTY_READ)
def compare(code: str) -> ResponseReturnValue:
    """Two versions side by side; without numbers the two newest."""
    project = this_project(code)
    versions = queries.lists_of(project)
    numbers = [one.number for one in versions]
    newer = request.args.get("to", numbers[0] if numbers else 0, type=int)
    older = request.args.get("from", max((one for one in numbers if one < newer), default=newer), type=int)
    pair = [found_or_404(queries.list_of(project, number)) for number in sorted((older, newer))]
    page = comparison_of(pair[0], pair[1])
    return render_template("responsibilities/compare.html", page=page, project=project, versions=versions)


@bp.get("/projects/<code>/duties/<int:number>.<kind>")
@requires(P.DUTY_READ)
def document(code: str, number: int, kind: str) -> Response:
    """One version as a file: `pdf`, `docx` or `xlsx`."""
    duty_list = this_list(code, number)
    media = found_or_404(MEDIA.get(kind))
    response = Response(printed(duty_list, kind, queries.covering_head(duty_list)), mimetype=media)
    response.headers.set("Content-Disposition", "attachment", filename=f"{duty_list.code}.{kind}")
    return response
