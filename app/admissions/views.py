"""Pages of 准入: the register, applications, a company's history, one admission, and everything that is done with it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.admissions import actions, drafting, keeping, lists, pages, queries
from app.admissions.forms import (
    CreditForm,
    DecideForm,
    EmptyForm,
    OpenForm,
    ProofForm,
    ReasonForm,
    ReviewForm,
    RulingForm,
    StatementForm,
)
from app.admissions.kinds import CATEGORY_KIND
from app.admissions.models import Admission
from app.admissions.wording import category_name
from app.catalogues.queries import current
from app.core.clock import today
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.organisations.queries import organisation_by_code

bp = Blueprint("admissions", __name__)
P = Permission


@bp.app_context_processor
def words() -> dict[str, Any]:
    """What templates say about an admission and its certificates."""
    return {"category_name": category_name, "proof_tone": pages.proof_tone}


# --- the register ----------------------------------------------------------------------------------------------------


@bp.get("/admissions")
@requires(P.ADMISSION_READ)
def index() -> ResponseReturnValue:
    listing = lists.register()
    return listing.export() or render_template("admissions/index.html", listing=listing.load(), tab="register")


@bp.get("/admissions/applications")
@requires(P.ADMISSION_READ)
def applications() -> ResponseReturnValue:
    listing = lists.applications(current_actor())
    return listing.export() or render_template("admissions/index.html", listing=listing.load(), tab="applications")


@bp.get("/admissions/rules")
@requires(P.ADMISSION_READ)
def rules() -> ResponseReturnValue:
    return render_template("admissions/rules.html", page=lists.rules_page(request.args.get("category", "")))


@bp.get("/admissions/companies/<code>")
@requires(P.ADMISSION_READ)
def of_company(code: str) -> ResponseReturnValue:
    company = found_or_404(organisation_by_code(code))
    found = queries.admissions_of(company, current_actor())
    return render_template("admissions/company.html", company=company, admissions=found)


@bp.route("/admissions/new", methods=["GET", "POST"])
@requires(P.ADMISSION_APPLY)
def new() -> ResponseReturnValue:
    actor = current_actor()
    company = found_or_404(queries.own_organisation(actor))
    form = OpenForm.of(pages.category_choices(company.sides), pages.authority_choices())

    def open_it() -> Admission:
        authority, region = found_or_404(queries.authority_of(form.authority.data))
        entry = current(CATEGORY_KIND, form.category.data, today())
        return drafting.open_application(actor, entry, authority, region)

    made = form.attempt(open_it)
    if made is not None:
        flash(_("已建立申请 %(code)s，请逐项填写后提交。", code=made.code), "success")
        return redirect(url_for("admissions.detail", code=made.code))
    return render_template("admissions/new.html", form=form), form.status


# --- one admission ---------------------------------------------------------------------------------------------------


def this_admission(code: str) -> Admission:
    """The admission of the address, for its parties and the authorities above."""
    found: Admission = found_or_404(queries.admission_in_reach(current_actor(), code))
    return found


def shown(code: str, form: Any = None) -> str:
    admission = found_or_404(queries.admission_visible(current_actor(), code))
    page = pages.page_of(current_actor(), admission)
    return render_template("admissions/detail.html", page=page, it=admission, form=form)


@bp.get("/admissions/<code>")
@requires(P.ADMISSION_READ)
def detail(code: str) -> ResponseReturnValue:
    return shown(code)


def press(code: str, form: Any, done: str, action: Callable[[Admission], Any]) -> ResponseReturnValue:
    """One act from a button; a refusal shows the admission with the problems on top."""
    admission = this_admission(code)
    if form.succeeds(lambda: action(admission)):
        flash(done, "success")
        return redirect(url_for("admissions.detail", code=code))
    return shown(code, form), form.status


def fill(
    code: str, form: Any, title: str, template: str, action: Callable[[Admission], Any], **shown_too: Any
) -> ResponseReturnValue:
    """One act from a page of its own."""
    admission = this_admission(code)
    if hasattr(form, "offer"):
        form.offer(pages.file_choices(admission))
    if form.succeeds(lambda: action(admission)):
        flash(_("已办理：%(act)s。", act=title), "success")
        return redirect(url_for("admissions.detail", code=code))
    admission = this_admission(code)
    page = pages.page_of(current_actor(), admission)
    return render_template(template, page=page, it=admission, form=form, title=title, **shown_too), form.status


# --- the company -----------------------------------------------------------------------------------------------------


@bp.route("/admissions/<code>/proofs/new", methods=["GET", "POST"])
@requires(P.ADMISSION_APPLY)
def add_proof(code: str) -> ResponseReturnValue:
    form = ProofForm()
    return fill(
        code,
        form,
        _("登记证书"),
        "admissions/proof.html",
        lambda one: drafting.add_proof(current_actor(), one, form.facts(), form.given),
    )


@bp.post("/admissions/<code>/proofs/<int:key>/remove")
@requires(P.ADMISSION_APPLY)
def remove_proof(code: str, key: int) -> ResponseReturnValue:
    proof = found_or_404(next((one for one in this_admission(code).proofs if one.id == key), None))
    done = _("已从申请中移出该证书。")
    return press(code, EmptyForm(), done, lambda one: drafting.remove_proof(current_actor(), one, proof))


@bp.route("/admissions/<code>/statements/<rule>", methods=["GET", "POST"])
@requires(P.ADMISSION_APPLY)
def say(code: str, rule: str) -> ResponseReturnValue:
    row = found_or_404(pages.row_of(this_admission(code), rule))
    form = StatementForm(data={"text": row.statement.text} if row.statement else None)

    def keep(one: Admission) -> Any:
        return drafting.say(current_actor(), one, rule, form.text.data or "", form.given)

    return fill(code, form, row.name, "admissions/statement.html", keep, row=row)


def credit_page(code: str) -> ResponseReturnValue:
    form = CreditForm()

    def record(one: Admission) -> Any:
        return drafting.record_credit(current_actor(), one, form.facts(), form.given)

    return fill(code, form, _("登记信用查询"), "admissions/credit.html", record)


@bp.route("/admissions/<code>/credit", methods=["GET", "POST"])
@requires(P.ADMISSION_APPLY)
def credit(code: str) -> ResponseReturnValue:
    return credit_page(code)


@bp.post("/admissions/<code>/submit")
@requires(P.ADMISSION_SUBMIT)
def submit(code: str) -> ResponseReturnValue:
    form = EmptyForm()
    done = _("申请已提交，等待主管部门审查。")
    return press(code, form, done, lambda one: actions.submit(current_actor(), one, form.row_version))


@bp.post("/admissions/<code>/withdraw")
@requires(P.ADMISSION_WITHDRAW)
def withdraw(code: str) -> ResponseReturnValue:
    form = ReasonForm()
    done = _("申请已撤回，可以重新申请。")
    return press(code, form, done, lambda one: actions.withdraw(current_actor(), one, form.reason.data or ""))


# --- the authority ---------------------------------------------------------------------------------------------------


@bp.route("/admissions/<code>/credit-check", methods=["GET", "POST"])
@requires(P.ADMISSION_REVIEW)
def credit_check(code: str) -> ResponseReturnValue:
    return credit_page(code)


@bp.route("/admissions/<code>/review", methods=["GET", "POST"])
@requires(P.ADMISSION_REVIEW)
def review(code: str) -> ResponseReturnValue:
    form = ReviewForm()
    given = {row.code: _finding(row.code) for row in pages.asked_rows(this_admission(code))}

    def keep(one: Admission) -> Any:
        return actions.review(current_actor(), one, form.facts(given), form.seen.data or "")

    return fill(code, form, _("审查准入申请"), "admissions/review.html", keep, given=given)


def _finding(code: str) -> tuple[str, str]:
    """What was answered to one condition: met or not, and a note."""
    return request.form.get(f"met-{code}", ""), request.form.get(f"note-{code}", "")


@bp.post("/admissions/<code>/return")
@requires(P.ADMISSION_RETURN)
def return_for_change(code: str) -> ResponseReturnValue:
    form = ReasonForm()

    def back(one: Admission) -> Any:
        return actions.return_for_change(current_actor(), one, form.reason.data or "", form.seen.data or "")

    return press(code, form, _("已退回补正，缺少的内容已一次性告知企业。"), back)


@bp.route("/admissions/<code>/decide", methods=["GET", "POST"])
@requires(P.ADMISSION_DECIDE)
def decide(code: str) -> ResponseReturnValue:
    admission = this_admission(code)
    form = DecideForm(data={"valid_until": actions.last_day(admission)})
    return fill(
        code,
        form,
        _("决定准入"),
        "admissions/decide.html",
        lambda one: actions.decide(current_actor(), one, form.facts(), form.seen.data or ""),
    )


def ruling(code: str, title: str, action: Callable[..., Any]) -> ResponseReturnValue:
    """One ruling on an admission that stands, from a page with reason and evidence."""
    form = RulingForm()

    def act(one: Admission) -> Any:
        return action(current_actor(), one, form.reason.data or "", form.given)

    return fill(code, form, title, "admissions/ruling.html", act)


@bp.route("/admissions/<code>/suspend", methods=["GET", "POST"])
@requires(P.ADMISSION_SUSPEND)
def suspend(code: str) -> ResponseReturnValue:
    return ruling(code, _("暂停准入"), keeping.suspend)


@bp.route("/admissions/<code>/resume", methods=["GET", "POST"])
@requires(P.ADMISSION_RESUME)
def resume(code: str) -> ResponseReturnValue:
    return ruling(code, _("恢复准入"), keeping.resume)


@bp.route("/admissions/<code>/remove", methods=["GET", "POST"])
@requires(P.ADMISSION_REMOVE)
def remove(code: str) -> ResponseReturnValue:
    return ruling(code, _("移出名录"), keeping.remove)


@bp.route("/admissions/<code>/recheck", methods=["GET", "POST"])
@requires(P.ADMISSION_RECHECK)
def recheck(code: str) -> ResponseReturnValue:
    return ruling(code, _("复核准入条件"), keeping.recheck)
