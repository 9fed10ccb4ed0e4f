"""Pages of assessments: a contract's periods, one assessment in tabs, and the acts of its life."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.assessments import actions, choices, queries, wording
from app.assessments.forms import (
    ComputeForm,
    DecisionForm,
    DigestForm,
    EmptyForm,
    ObjectionForm,
    OpinionForm,
    ReasonForm,
    VetoForm,
)
from app.assessments.models import Assessment, ObjectionState
from app.assessments.overview import overview_of
from app.assessments.pages import page_of
from app.contracts.models import Contract
from app.contracts.views import this_contract
from app.core.actors import Actor
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404

bp = Blueprint("assessments", __name__)
P = Permission


@bp.context_processor
def words() -> dict[str, Any]:
    """How stored results are said, for the templates of this room."""
    names = (
        *(
            "say",
            "named",
            "number",
            "scored",
            "valued",
            "duration",
            "target_words",
            "aim_words",
            "agreed_words",
            "standing_of",
            "plainly",
        ),
        *("source_word", "loss_words", "outage_words", "exclusion_words"),
    )
    return {name: getattr(wording, name) for name in names}


def this_assessment(code: str) -> Assessment:
    """The assessment of the address, when the actor may see its contract."""
    found: Assessment = found_or_404(queries.assessment_in_reach(current_actor(), code))
    return found


def overview(contract: Contract, form: Any = None) -> str:
    page = overview_of(current_actor(), contract, request.args.get("until", ""))
    return render_template("assessments/index.html", page=page, form=form)


@bp.get("/contracts/<code>/assessments")
@requires(P.ASSESSMENT_READ)
def index(code: str) -> ResponseReturnValue:
    return overview(this_contract(code))


@bp.post("/contracts/<code>/assessments/compute")
@requires(P.ASSESSMENT_COMPUTE)
def compute(code: str) -> ResponseReturnValue:
    contract, form = this_contract(code), ComputeForm()
    made = form.attempt(lambda: computed(contract, form))
    if made is None:
        return overview(this_contract(code), form), form.status
    edition, changed = made
    said = (
        _("已计算：第 %(n)s 版。", n=edition.edition)
        if changed
        else _("数据没有变化，结果仍是第 %(n)s 版。", n=edition.edition)
    )
    flash(said, "success")
    return redirect(url_for("assessments.detail", code=edition.code))


def computed(contract: Contract, form: ComputeForm) -> tuple[Assessment, bool]:
    """The newest edition after computing, and whether it is another than before."""
    plan, period = choices.plan_of(contract, form.plan.data), form.chosen()
    before = queries.newest(contract, plan, period)
    made = actions.compute(current_actor(), contract, plan, period, form.reason.data or "")
    return made, before is None or before.id != made.id


def shown(assessment: Assessment, tab: str, form: Any = None, **forms: Any) -> str:
    """The page of one assessment; `form` was refused, `forms` are those that stand on the tab."""
    stand = {**choices.forms_for(assessment), **forms} if tab in {"people", "objections"} else forms
    page = page_of(current_actor(), assessment, tab, stand)
    return render_template("assessments/detail.html", page=page, form=form)


@bp.get("/assessments/<code>")
@requires(P.ASSESSMENT_READ)
def detail(code: str) -> ResponseReturnValue:
    return shown(this_assessment(code), request.args.get("tab", ""))


def done(
    code: str, form: Any, said: str, action: Callable[[Actor, Assessment], Any], tab: str = "", name: str = ""
) -> ResponseReturnValue:
    """One act from a form; a refusal shows the page again with what was typed and the problems on top."""
    assessment = this_assessment(code)
    if form.succeeds(lambda: action(current_actor(), assessment)):
        flash(said, "success")
        return redirect(url_for("assessments.detail", code=code, tab=tab or None))
    return shown(this_assessment(code), tab, form, **({name: form} if name else {})), form.status


@bp.post("/assessments/<code>/issue")
@requires(P.ASSESSMENT_ISSUE)
def issue(code: str) -> ResponseReturnValue:
    return done(code, EmptyForm(), _("已发布，并通知运营方确认。"), actions.issue)


@bp.post("/assessments/<code>/confirm")
@requires(P.ASSESSMENT_CONFIRM)
def confirm(code: str) -> ResponseReturnValue:
    form = DigestForm()
    return done(code, form, _("已确认。"), lambda actor, one: actions.confirm(actor, one, form.digest.data or ""))


@bp.route("/assessments/<code>/objection", methods=["GET", "POST"])
@requires(P.ASSESSMENT_OBJECT)
def objection(code: str) -> ResponseReturnValue:
    assessment = this_assessment(code)
    form = ObjectionForm.of(choices.disputable(assessment))
    if form.succeeds(
        lambda: actions.object_to(
            current_actor(), assessment, form.disputed(), form.reason.data or "", form.file.data or None
        )
    ):
        flash(_("异议已提出，并通知项目单位裁定。"), "success")
        return redirect(url_for("assessments.detail", code=code, tab="objections"))
    page = page_of(current_actor(), this_assessment(code))
    return render_template("assessments/objection.html", page=page, form=form), form.status


@bp.post("/assessments/<code>/objections/<int:key>/withdraw")
@requires(P.ASSESSMENT_OBJECT)
def withdraw(code: str, key: int) -> ResponseReturnValue:
    return done(
        code,
        EmptyForm(),
        _("已撤回异议。"),
        lambda actor, one: actions.withdraw_objection(actor, objection_of(actor, one, key)),
        tab="objections",
    )


def objection_of(actor: Actor, assessment: Assessment, key: int) -> Any:
    return found_or_404(queries.objection_in_reach(actor, assessment.contract, key))


@bp.post("/assessments/<code>/objections/<int:key>/decide")
@requires(P.ASSESSMENT_DECIDE)
def decide(code: str, key: int) -> ResponseReturnValue:
    form = DecisionForm.of(choices.outcomes())

    def act(actor: Actor, one: Assessment) -> Any:
        outcome = ObjectionState(form.outcome.data)
        return actions.decide(actor, objection_of(actor, one, key), outcome, form.reason.data or "")

    return done(code, form, _("已裁定，并通知双方。"), act, tab="objections", name="decision")


@bp.post("/assessments/<code>/finalise")
@requires(P.ASSESSMENT_FINALISE)
def finalise(code: str) -> ResponseReturnValue:
    return done(code, EmptyForm(), _("已定稿。"), actions.finalise)


@bp.post("/assessments/<code>/opinions")
@requires(P.ASSESSMENT_SCORE)
def opinion(code: str) -> ResponseReturnValue:
    form = OpinionForm.of(choices.opinion_choices(this_assessment(code)))

    def act(actor: Actor, one: Assessment) -> Any:
        given = (form.item.data or "", form.points(), form.reason.data or "")
        return actions.give_opinion(actor, one.contract, one.plan, one.span, *given)

    return done(code, form, _("已评分，下一次计算时计入。"), act, tab="people", name="opinion")


@bp.post("/assessments/<code>/vetoes")
@requires(P.ASSESSMENT_VETO)
def veto(code: str) -> ResponseReturnValue:
    form = VetoForm.of(choices.veto_choices(this_assessment(code)))

    def act(actor: Actor, one: Assessment) -> Any:
        given = (form.veto.data or "", form.reason.data or "", form.file.data or None)
        return actions.record_veto(actor, one.contract, one.plan, one.span, *given)

    return done(code, form, _("已登记一票否决，下一次计算时生效。"), act, tab="people", name="veto")


@bp.post("/assessments/<code>/vetoes/<int:key>/lift")
@requires(P.ASSESSMENT_VETO)
def lift_veto(code: str, key: int) -> ResponseReturnValue:
    form = ReasonForm()

    def act(actor: Actor, one: Assessment) -> Any:
        return actions.lift_veto(actor, found_or_404(queries.veto_of(one.contract, key)), form.reason.data or "")

    return done(code, form, _("已撤销否决，下一次计算时恢复按总分定级。"), act, tab="people")
