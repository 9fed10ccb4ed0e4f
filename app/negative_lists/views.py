"""Pages of 负面清单核查: a project or contract as it stands, kept runs, answers, exemptions, and the lists themselves."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import NotFound
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.negative_lists import actions, answering, lists, pages, queries, questions, runs
from app.negative_lists import exemptions as listed
from app.negative_lists.forms import AnswerForm, AnswersForm, EmptyForm, GrantForm, ReasonForm, RequestForm, RunForm
from app.negative_lists.item_file import Item
from app.negative_lists.models import Exemption
from app.negative_lists.screening import address
from app.subjects.models import Subject, SubjectKind
from app.subjects.queries import subject_in_reach

bp = Blueprint("negative_lists", __name__)
P = Permission


# --- a project or contract -------------------------------------------------------------------------------------------


@bp.get("/projects/<code>/screening")
@requires(P.CHECK_READ)
def of_project(code: str) -> ResponseReturnValue:
    return screening_page(found_or_404(subject_in_reach(current_actor(), SubjectKind.PROJECT, code)))


@bp.get("/contracts/<code>/screening")
@requires(P.CHECK_READ)
def of_contract(code: str) -> ResponseReturnValue:
    return screening_page(found_or_404(subject_in_reach(current_actor(), SubjectKind.CONTRACT, code)))


def screening_page(subject: Subject, form: Any = None) -> str:
    step = pages.step_asked(subject, request.args.get("step", ""))
    page = pages.page_of(current_actor(), subject, step)
    return render_template("negative_lists/screening.html", page=page, home=pages.home_of(subject), form=form)


def this_subject(code: str) -> Subject:
    found: Subject = found_or_404(queries.subject_by_code(current_actor(), code))
    return found


@bp.post("/screening/<code>/run")
@requires(P.CHECK_RUN)
def run(code: str) -> ResponseReturnValue:
    subject, form = this_subject(code), RunForm()
    step = found_or_404(form.chosen())
    made = form.attempt(lambda: actions.run_check(current_actor(), subject, step))
    if made is None:
        return screening_page(this_subject(code), form), form.status
    flash(_("已运行核查并留存为第 %(n)s 次记录。", n=made.number), "success")
    return redirect(address(subject, step))


@bp.get("/screening/<code>/runs/<int:number>")
@requires(P.CHECK_READ)
def one_run(code: str, number: int) -> ResponseReturnValue:
    subject = this_subject(code)
    found = found_or_404(queries.run_of(subject, number))
    other = queries.run_of(subject, request.args.get("against", number - 1, type=int))
    page = runs.run_page(subject, found, other)
    return render_template("negative_lists/run.html", page=page, home=pages.home_of(subject))


# --- answers and requests --------------------------------------------------------------------------------------------


def this_item(subject: Subject, code: str) -> Item:
    """The item in force, if it is one for this kind of subject."""
    entry = found_or_404(queries.item_in_force(code))
    item = queries.item_of(entry)
    if item.subject.value != subject.kind.value:
        raise NotFound
    return item


def item_form(subject: Subject, code: str, form: Any, template: str) -> ResponseReturnValue:
    """A form about one item of a subject, above the item as it stands at the next step."""
    page = pages.about_item(current_actor(), subject, code)
    shown = render_template(template, page=page, form=form, home=pages.home_of(subject))
    return shown, form.status


@bp.route("/screening/<code>/items/<item>/answer", methods=["GET", "POST"])
@requires(P.CHECK_ANSWER)
def answer(code: str, item: str) -> ResponseReturnValue:
    subject, form = this_subject(code), AnswerForm()
    if this_item(subject, item).question is None:
        raise NotFound
    if form.succeeds(lambda: answering.answer(current_actor(), subject, form.facts(item))):
        flash(_("已记录对 %(code)s 的回答。", code=item), "success")
        return redirect(address(subject, pages.next_step(subject)))
    return item_form(this_subject(code), item, form, "negative_lists/answer.html")


@bp.route("/screening/<code>/<step>/answers", methods=["GET", "POST"])
@requires(P.CHECK_ANSWER)
def answers(code: str, step: str) -> ResponseReturnValue:
    subject = this_subject(code)
    page = questions.open_questions(current_actor(), subject, pages.step_asked(subject, step))
    form = AnswersForm.about([line.code for line in page.lines])
    kept = form.attempt(lambda: answering.answer_all(current_actor(), subject, form.facts()))
    if kept is not None:
        flash(_("已记录 %(n)s 个回答。", n=len(kept)), "success")
        return redirect(address(subject, page.screening.step))
    shown = render_template("negative_lists/answers.html", page=page, form=form, home=pages.home_of(subject))
    return shown, form.status


@bp.route("/screening/<code>/items/<item>/exempt", methods=["GET", "POST"])
@requires(P.EXEMPTION_REQUEST)
def request_exemption(code: str, item: str) -> ResponseReturnValue:
    subject, form = this_subject(code), RequestForm()
    this_item(subject, item)
    made = form.attempt(lambda: actions.request_exemption(current_actor(), subject, form.wish(item), form.upload))
    if made is not None:
        flash(_("已申请豁免 %(code)s，等待主管部门审批。", code=made.code), "success")
        return redirect(url_for("negative_lists.exemption", code=made.code))
    return item_form(this_subject(code), item, form, "negative_lists/exempt.html")


# --- exemptions ------------------------------------------------------------------------------------------------------


@bp.get("/exemptions")
@requires(P.CHECK_READ)
def exemptions() -> ResponseReturnValue:
    listing = listed.exemptions_list(current_actor())
    return listing.export() or render_template("negative_lists/exemptions.html", listing=listing.load())


def this_exemption(code: str) -> Exemption:
    found: Exemption = found_or_404(queries.exemption_in_reach(current_actor(), code))
    return found


def exemption_shown(code: str, form: Any = None) -> str:
    page = listed.exemption_page(current_actor(), this_exemption(code))
    subject = page.exemption.subject
    grant_form = form if isinstance(form, GrantForm) else GrantForm(data={"valid_until": page.exemption.wanted_until})
    return render_template(
        "negative_lists/exemption.html", page=page, form=form, grant=grant_form, home=pages.home_of(subject)
    )


@bp.get("/exemptions/<code>")
@requires(P.CHECK_READ)
def exemption(code: str) -> ResponseReturnValue:
    return exemption_shown(code)


def act_on(code: str, form: Any, done: str, action: Callable[[Exemption], Any]) -> ResponseReturnValue:
    """One act on an exemption from a form; a refusal shows the page with the problems on top."""
    found = this_exemption(code)
    if form.succeeds(lambda: action(found)):
        flash(done, "success")
        return redirect(url_for("negative_lists.exemption", code=code))
    return exemption_shown(code, form), form.status


@bp.post("/exemptions/<code>/grant")
@requires(P.EXEMPTION_DECIDE)
def grant(code: str) -> ResponseReturnValue:
    form = GrantForm()
    return act_on(code, form, _("已批准豁免。"), lambda one: actions.grant(current_actor(), one, form.facts()))


@bp.post("/exemptions/<code>/refuse")
@requires(P.EXEMPTION_DECIDE)
def refuse(code: str) -> ResponseReturnValue:
    form = ReasonForm()
    done = _("已答复不同意豁免。")
    return act_on(code, form, done, lambda one: actions.refuse(current_actor(), one, form.reason.data or ""))


@bp.post("/exemptions/<code>/revoke")
@requires(P.EXEMPTION_REVOKE)
def revoke(code: str) -> ResponseReturnValue:
    form = ReasonForm()
    done = _("已撤销豁免，核查已重新运行。")
    return act_on(code, form, done, lambda one: actions.revoke(current_actor(), one, form.reason.data or ""))


@bp.post("/exemptions/<code>/withdraw")
@requires(P.EXEMPTION_REQUEST)
def withdraw(code: str) -> ResponseReturnValue:
    return act_on(
        code, EmptyForm(), _("已撤回豁免申请。"), lambda one: actions.withdraw_exemption(current_actor(), one)
    )


# --- the lists -------------------------------------------------------------------------------------------------------


@bp.get("/negative-lists")
@requires(P.CHECK_READ)
def index() -> ResponseReturnValue:
    page = lists.lists_page(request.args.get("list", ""), request.args.get("q", "").strip()[:100])
    return render_template("negative_lists/index.html", page=page)


@bp.get("/negative-lists/<code>")
@requires(P.CHECK_READ)
def item(code: str) -> ResponseReturnValue:
    return render_template("negative_lists/item.html", page=lists.item_page(code))
