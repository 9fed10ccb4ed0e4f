"""Pages of a contract's assessment plans: all of them, one in words, proposing and answering."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.contracts.choices import entry_of
from app.contracts.models import Contract
from app.contracts.views import this_contract
from app.core.periods import PeriodKind
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.indicators.schemes import SCHEME_KIND
from app.plans import actions, pages, queries
from app.plans.forms import AgreeForm, PlanForm, RefuseForm, WithdrawForm
from app.plans.models import SCHEDULE_KIND, Plan

bp = Blueprint("plans", __name__)
P = Permission


@bp.get("/contracts/<code>/plans")
@requires(P.PLAN_READ)
def index(code: str) -> ResponseReturnValue:
    page = pages.page_of(current_actor(), this_contract(code))
    return render_template("plans/index.html", page=page, contract=page.contract)


@bp.route("/contracts/<code>/plans/new", methods=["GET", "POST"])
@requires(P.PLAN_PROPOSE)
def new(code: str) -> ResponseReturnValue:
    contract = this_contract(code)
    form = PlanForm.of(
        pages.scheme_choices(contract),
        pages.schedule_choices(),
        pages.best_scheme(contract),
        pages.first_choice(contract, PeriodKind.MONTH),
    )
    plan = form.attempt(lambda: actions.propose(current_actor(), contract, facts_of(form)))
    if plan is not None:
        flash(_("已提出考核约定 %(code)s，等待运营方答复。", code=plan.code), "success")
        return redirect(url_for("plans.index", code=code))
    contract = this_contract(code)
    offers = pages.scheme_offers(contract)
    return render_template("plans/new.html", form=form, contract=contract, offers=offers), form.status


def facts_of(form: PlanForm) -> actions.PlanFacts:
    scheme, schedule = entry_of(SCHEME_KIND, form.scheme.data), entry_of(SCHEDULE_KIND, form.schedule.data)
    return form.facts(found_or_404(scheme), schedule)


@bp.get("/contracts/<code>/plans/<int:plan>")
@requires(P.PLAN_READ)
def detail(code: str, plan: int) -> ResponseReturnValue:
    return one_plan(code, plan)


def this_plan(contract: Contract, number: int) -> Plan:
    found: Plan = found_or_404(next((one for one in queries.plans_of(contract) if one.number == number), None))
    return found


def one_plan(code: str, number: int, form: Any = None) -> str:
    contract = this_contract(code)
    plan = this_plan(contract, number)
    page = pages.in_words(current_actor(), plan, queries.plans_of(contract))
    return render_template("plans/detail.html", page=page, contract=contract, form=form)


def answer(code: str, number: int, form: Any, done: str, action: Callable[[Plan], Any]) -> ResponseReturnValue:
    """One answer from a form; a refusal shows the plan with the problems on top."""
    plan = this_plan(this_contract(code), number)
    if form.succeeds(lambda: action(plan)):
        flash(done, "success")
        return redirect(url_for("plans.index", code=code))
    return one_plan(code, number, form), form.status


@bp.post("/contracts/<code>/plans/<int:plan>/agree")
@requires(P.PLAN_AGREE)
def agree(code: str, plan: int) -> ResponseReturnValue:
    form = AgreeForm()
    done = _("已同意考核约定，自首个周期起按此考核。")
    return answer(code, plan, form, done, lambda p: actions.agree(current_actor(), p, form.digest.data or ""))


@bp.post("/contracts/<code>/plans/<int:plan>/refuse")
@requires(P.PLAN_REFUSE)
def refuse(code: str, plan: int) -> ResponseReturnValue:
    form = RefuseForm()
    done = _("已答复不同意，理由已告知项目单位。")
    return answer(code, plan, form, done, lambda p: actions.refuse(current_actor(), p, form.reason.data or ""))


@bp.post("/contracts/<code>/plans/<int:plan>/withdraw")
@requires(P.PLAN_PROPOSE)
def withdraw(code: str, plan: int) -> ResponseReturnValue:
    form = WithdrawForm()
    done = _("已撤回，可以重新提出。")
    return answer(code, plan, form, done, lambda p: actions.withdraw(current_actor(), p, form.reason.data or ""))
