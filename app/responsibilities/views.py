"""Pages of a responsibility list, of a project or a contract: matrix, single duties, its life, comparison, files."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.responsibilities import actions, drafting, queries
from app.responsibilities.documents import MEDIA, printed
from app.responsibilities.duty_pages import line_in_force, own_page, page_in_list
from app.responsibilities.forms import DigestForm, DutyForm, MatrixForm, PlainForm, ReasonForm
from app.responsibilities.homes import IN_REACH, Holder, home_of, home_of_code
from app.responsibilities.models import DutyLine, DutyList
from app.responsibilities.pages import Typed, line_page, page_of
from app.responsibilities.versions import before, comparison_of
from app.responsibilities.workflow import WORKFLOW

bp = Blueprint("responsibilities", __name__)
P = Permission
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


@bp.url_defaults
def at_home(_endpoint: str, values: dict[str, Any]) -> None:
    """Tasks and tabs know a code only; it says whether it is a contract's or a project's."""
    values.setdefault("home", home_of_code(values["code"]))


def at(path: str, *methods: str) -> Callable[[View], View]:
    """The same page below the address of a project and below that of a contract; `home` tells them apart."""

    def place(view: View) -> View:
        for home in IN_REACH:
            rule, chosen = f"/{home}/<code>{path}", list(methods or ("GET",))
            bp.add_url_rule(rule, view_func=view, defaults={"home": home}, methods=chosen)
        return view

    return place


def this_holder(home: str, code: str) -> Holder:
    """The project or contract of the address, when the actor may see it."""
    found: Holder = found_or_404(IN_REACH[home](current_actor(), code))
    return found


def this_list(home: str, code: str, number: int) -> DutyList:
    """One version of its list."""
    found: DutyList = found_or_404(queries.list_of(this_holder(home, code), number))
    return found


def draft(home: str, code: str, number: int) -> DutyList:
    """The draft of the address: seen by the actor, and his to change now."""
    duty_list = this_list(home, code, number)
    WORKFLOW.check(current_actor(), duty_list, P.DUTY_DRAFT)
    return duty_list


def this_line(duty_list: DutyList, key: int) -> DutyLine:
    found: DutyLine = found_or_404(queries.line_of(duty_list, key))
    return found


def to_list(home: str, code: str, anchor: str = "") -> ResponseReturnValue:
    return redirect(url_for("responsibilities.of_project", home=home, code=code, _anchor=anchor or None))


def shown(holder: Holder, duty_list: DutyList | None = None, form: Any = None, typed: Typed | None = None) -> str:
    page = page_of(current_actor(), holder, duty_list, typed)
    return render_template("responsibilities/show.html", page=page, holder=holder, home=home_of(holder), form=form)


@at("/duties")
@requires(P.DUTY_READ)
def of_project(home: str, code: str) -> ResponseReturnValue:
    return shown(this_holder(home, code))


@at("/duties/<int:number>")
@requires(P.DUTY_READ)
def version(home: str, code: str, number: int) -> ResponseReturnValue:
    duty_list = this_list(home, code, number)
    return shown(duty_list.holder, duty_list)


@at("/duties/<duty>")
@requires(P.DUTY_READ)
def duty(home: str, code: str, duty: str) -> ResponseReturnValue:
    """One duty of the template as the list has it."""
    line = found_or_404(line_in_force(this_holder(home, code), duty))
    return render_template("responsibilities/duty.html", page=page_in_list(current_actor(), line))


@at("/duties/<int:number>/own/<int:line>")
@requires(P.DUTY_READ)
def own_duty(home: str, code: str, number: int, line: int) -> ResponseReturnValue:
    """One duty that the list has beyond the template."""
    lines = this_list(home, code, number).lines
    found = found_or_404(next((one for one in lines if one.line == line and one.entry_id is None), None))
    return render_template("responsibilities/own_duty.html", page=own_page(found))


# --- its life --------------------------------------------------------------------------------------------------------


@at("/duties", "POST")
@requires(P.DUTY_DRAFT)
def start(home: str, code: str) -> ResponseReturnValue:
    holder, form = this_holder(home, code), PlainForm()
    made = form.attempt(lambda: actions.start_list(current_actor(), holder))
    if made is not None:
        flash(_("已按模板编制权责清单 %(code)s，请逐项核对。", code=made.code), "success")
        return to_list(home, code)
    return shown(this_holder(home, code), form=form), form.status


def decide(
    home: str, code: str, number: int, form: Any, done: str, action: Callable[[Actor, DutyList], Any]
) -> ResponseReturnValue:
    """One act on a list from a form; a refusal shows its page with the problems on top."""
    duty_list = this_list(home, code, number)
    if form.succeeds(lambda: action(current_actor(), duty_list)):
        flash(done, "success")
        return to_list(home, code)
    return shown(this_holder(home, code), this_list(home, code, number), form), form.status


@at("/duties/<int:number>/submit", "POST")
@requires(P.DUTY_DRAFT)
def submit(home: str, code: str, number: int) -> ResponseReturnValue:
    form, done = DigestForm(), _("已提交会签，并通知各签署方。")
    return decide(home, code, number, form, done, lambda a, one: actions.submit(a, one, form.digest.data or ""))


@at("/duties/<int:number>/sign", "POST")
@requires(P.DUTY_SIGN)
def sign(home: str, code: str, number: int) -> ResponseReturnValue:
    form = DigestForm()
    return decide(home, code, number, form, _("已签署。"), lambda a, one: actions.sign(a, one, form.digest.data or ""))


@at("/duties/<int:number>/return", "POST")
@requires(P.DUTY_RETURN)
def return_for_change(home: str, code: str, number: int) -> ResponseReturnValue:
    form, done = ReasonForm(), _("已退回修改，原版本和理由均已留存。")
    return decide(
        home, code, number, form, done, lambda a, one: actions.return_for_change(a, one, form.reason.data or "")
    )


@at("/duties/<int:number>/amend", "POST")
@requires(P.DUTY_DRAFT)
def amend(home: str, code: str, number: int) -> ResponseReturnValue:
    form, done = ReasonForm(), _("已建立新版草稿；新版双方签署前，现行清单继续有效。")
    return decide(home, code, number, form, done, lambda a, one: actions.amend(a, one, form.reason.data or ""))


# --- the draft -------------------------------------------------------------------------------------------------------


@at("/duties/<int:number>/letters", "POST")
@requires(P.DUTY_DRAFT)
def save(home: str, code: str, number: int) -> ResponseReturnValue:
    """The whole matrix at once; what was typed stays on the page when it is refused."""
    form, duty_list = MatrixForm(), draft(home, code, number)
    changed = form.attempt(
        lambda: drafting.set_letters(current_actor(), duty_list, form.cells(), form.digest.data or "")
    )
    if changed is not None:
        flash(_("已保存，共改动 %(n)s 格。", n=changed), "success")
        return to_list(home, code)
    return shown(this_holder(home, code), this_list(home, code, number), form, form.typed()), form.status


@at("/duties/<int:number>/supplement", "POST")
@requires(P.DUTY_DRAFT)
def supplement(home: str, code: str, number: int) -> ResponseReturnValue:
    duty_list, form = this_list(home, code, number), PlainForm()
    filled = form.attempt(lambda: drafting.supplement(current_actor(), duty_list))
    if filled is not None:
        flash(
            _("已补入 %(n)s 项事项、%(m)s 格分工，已填写的内容没有改动。", n=filled.lines, m=filled.letters), "success"
        )
        return to_list(home, code)
    return shown(this_holder(home, code), this_list(home, code, number), form), form.status


@at("/duties/<int:number>/lines/new", "GET", "POST")
@requires(P.DUTY_DRAFT)
def add_line(home: str, code: str, number: int) -> ResponseReturnValue:
    duty_list, form = draft(home, code, number), DutyForm.of(None)
    line = form.attempt(lambda: drafting.add_own_duty(current_actor(), duty_list, form.facts()))
    if line is not None:
        flash(_("已添加事项，请在表中选定负责方。"), "success")
        return to_list(home, code, f"line-{line.line}")
    page = line_page(draft(home, code, number), None)
    return render_template("responsibilities/line.html", form=form, reason=None, page=page, home=home), form.status


def one_line(home: str, code: str, number: int, key: int, form: DutyForm, reason: ReasonForm | None = None) -> str:
    duty_list = draft(home, code, number)
    page = line_page(duty_list, this_line(duty_list, key))
    return render_template("responsibilities/line.html", form=form, reason=reason, page=page, home=home)


@at("/duties/<int:number>/lines/<int:key>", "GET", "POST")
@requires(P.DUTY_DRAFT)
def edit_line(home: str, code: str, number: int, key: int) -> ResponseReturnValue:
    line = this_line(draft(home, code, number), key)
    form = DutyForm.of(line)
    if form.succeeds(lambda: drafting.change_line(current_actor(), line, form.facts(line), form.row_version)):
        flash(_("事项已保存。"), "success")
        return to_list(home, code, f"line-{line.line}")
    return one_line(home, code, number, key, form), form.status


@at("/duties/<int:number>/lines/<int:key>/leave-out", "POST")
@requires(P.DUTY_DRAFT)
def leave_out(home: str, code: str, number: int, key: int) -> ResponseReturnValue:
    line, form = this_line(this_list(home, code, number), key), ReasonForm()
    if form.succeeds(lambda: drafting.leave_out(current_actor(), line, form.reason.data or "")):
        flash(_("已删减，理由随清单留存。"), "success")
        return to_list(home, code, "left-out")
    stored = DutyForm.of(this_line(draft(home, code, number), key), as_stored=True)
    return one_line(home, code, number, key, stored, form), form.status


@at("/duties/<int:number>/lines/<int:key>/take-back", "POST")
@requires(P.DUTY_DRAFT)
def take_back(home: str, code: str, number: int, key: int) -> ResponseReturnValue:
    return one_act(home, code, number, key, _("已恢复该事项。"), drafting.take_back)


@at("/duties/<int:number>/lines/<int:key>/drop", "POST")
@requires(P.DUTY_DRAFT)
def drop_line(home: str, code: str, number: int, key: int) -> ResponseReturnValue:
    return one_act(home, code, number, key, _("已删除该事项。"), drafting.drop_line)


def one_act(
    home: str, code: str, number: int, key: int, done: str, action: Callable[[Actor, DutyLine], None]
) -> ResponseReturnValue:
    """One button of one duty; a refusal shows the list with the problem on top."""
    line, form = this_line(this_list(home, code, number), key), PlainForm()
    if form.succeeds(lambda: action(current_actor(), line)):
        flash(done, "success")
        return to_list(home, code)
    return shown(this_holder(home, code), this_list(home, code, number), form), form.status


# --- versions --------------------------------------------------------------------------------------------------------


@at("/duties/compare")
@requires(P.DUTY_READ)
def compare(home: str, code: str) -> ResponseReturnValue:
    """Two versions side by side, by default the newest and the one in force before it, and only what differs."""
    holder = this_holder(home, code)
    versions = queries.lists_of(holder)
    numbers = [one.number for one in versions]
    newer = request.args.get("to", numbers[0] if numbers else 0, type=int)
    older = request.args.get("from", before(versions, newer), type=int)
    pair = [found_or_404(queries.list_of(holder, number)) for number in sorted((older, newer))]
    page = comparison_of(pair[0], pair[1], only=request.args.get("show") != "all")
    return render_template("responsibilities/compare.html", page=page, holder=holder, home=home, versions=versions)


@at("/duties/<int:number>.<kind>")
@requires(P.DUTY_READ)
def document(home: str, code: str, number: int, kind: str) -> Response:
    """One version as a file: `pdf`, `docx` or `xlsx`."""
    duty_list = this_list(home, code, number)
    media = found_or_404(MEDIA.get(kind))
    response = Response(printed(duty_list, kind, queries.covering_head(duty_list)), mimetype=media)
    response.headers.set("Content-Disposition", "attachment", filename=f"{duty_list.code}.{kind}")
    return response
