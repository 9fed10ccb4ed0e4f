"""Pages of inspections: the workbench, taking a report, one inspection with its acts, findings, questions, signing."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.inspections import actions, findings, forms, pages, queries, questions, samples
from app.inspections.finding_models import Finding
from app.inspections.kinds import Outcome, SampleResult
from app.inspections.models import Inspection, Query
from app.inspections.workbench import Way, finding_list, inspection_list, ways_from, workbench
from app.inspections.workflow import ENTRY
from app.reports.models import Report
from app.reports.views import this_report

bp = Blueprint("inspections", __name__)
P = Permission


@bp.app_context_processor
def from_reports() -> dict[str, Callable[[Report], list[Way]]]:
    """What the page of a report, a room below, asks for its links to inspections."""
    return {"inspection_ways": lambda report: ways_from(current_actor(), report)}


def this_inspection(code: str) -> Inspection:
    found: Inspection = found_or_404(queries.inspection_in_reach(current_actor(), code))
    return found


def this_finding(code: str) -> Finding:
    found: Finding = found_or_404(queries.finding_in_reach(current_actor(), code))
    return found


def this_query(code: str) -> Query:
    found: Query = found_or_404(queries.query_in_reach(current_actor(), code))
    return found


def to(endpoint: str, code: str, anchor: str = "") -> ResponseReturnValue:
    return redirect(url_for(f"inspections.{endpoint}", code=code, _anchor=anchor or None))


@bp.get("/inspections")
@requires(P.INSPECTION_READ)
def index() -> ResponseReturnValue:
    return render_template("inspections/index.html", page=workbench(current_actor()))


@bp.get("/inspections/all")
@requires(P.INSPECTION_READ)
def all_inspections() -> ResponseReturnValue:
    listing = inspection_list(current_actor())
    return listing.export() or render_template("inspections/all.html", listing=listing.load())


@bp.get("/findings")
@requires(P.INSPECTION_READ)
def all_findings() -> ResponseReturnValue:
    listing = finding_list(current_actor())
    return listing.export() or render_template("inspections/findings.html", listing=listing.load())


@bp.route("/reports/<code>/inspection", methods=["GET", "POST"])
@requires(P.INSPECTION_TAKE)
def take(code: str) -> ResponseReturnValue:
    report, form = this_report(code), forms.EmptyForm()
    made = form.attempt(lambda: actions.take(current_actor(), report))
    if made is not None:
        flash(_("已承办，督查编号 %(code)s。", code=made.code), "success")
        return to("detail", made.code)
    page = pages.take_page(current_actor(), this_report(code))
    return render_template("inspections/take.html", page=page, form=form), form.status


@bp.get("/inspections/<code>")
@requires(P.INSPECTION_READ)
def detail(code: str) -> ResponseReturnValue:
    return shown(this_inspection(code))


def shown(inspection: Inspection, form: Any = None) -> str:
    page = pages.inspection_page(current_actor(), inspection)
    return render_template("inspections/detail.html", page=page, form=form, results=forms.SettleForm())


def decide(
    code: str, form: Any, done: str, anchor: str, action: Callable[[Actor, Inspection], Any]
) -> ResponseReturnValue:
    """One act on an inspection from its page; a refusal shows the page with the problems on top."""
    inspection = this_inspection(code)
    if form.succeeds(lambda: action(current_actor(), inspection)):
        flash(done, "success")
        return to("detail", code, anchor)
    return shown(this_inspection(code), form), form.status


@bp.post("/inspections/<code>/adopt")
@requires(P.INSPECTION_TAKE)
def adopt(code: str) -> ResponseReturnValue:
    return decide(code, forms.EmptyForm(), _("已转到最新一版报告。"), "report", actions.adopt)


@bp.post("/inspections/<code>/samples/draw")
@requires(P.INSPECTION_SAMPLE)
def draw(code: str) -> ResponseReturnValue:
    form = forms.DrawForm()
    return decide(code, form, _("已抽取。"), "samples", lambda a, i: samples.sample_at_random(a, i, form.number()))


@bp.route("/inspections/<code>/samples/choose", methods=["GET", "POST"])
@requires(P.INSPECTION_SAMPLE)
def choose(code: str) -> ResponseReturnValue:
    inspection, form = this_inspection(code), forms.ChooseForm()
    ENTRY.check(current_actor(), inspection, P.INSPECTION_SAMPLE)
    made = form.attempt(lambda: samples.sample_chosen(current_actor(), inspection, form.chosen()))
    if made is not None:
        flash(_("已选定 %(n)s 个抽查数据。", n=len(made)), "success")
        return to("detail", code, "samples")
    page = pages.choose_page(current_actor(), this_inspection(code))
    return render_template("inspections/choose.html", page=page, form=form), form.status


@bp.post("/inspections/<code>/samples/<int:sample>")
@requires(P.INSPECTION_SAMPLE)
def settle(code: str, sample: int) -> ResponseReturnValue:
    form = forms.SettleForm()
    chosen = found_or_404(queries.sample_of(this_inspection(code), sample))
    return decide(
        code,
        form,
        _("已登记核对结果。"),
        "samples",
        lambda a, i: samples.settle(a, i, chosen, SampleResult(form.result.data), form.note.data or ""),
    )


@bp.route("/inspections/<code>/queries/new", methods=["GET", "POST"])
@requires(P.QUERY_ASK)
def new_query(code: str) -> ResponseReturnValue:
    inspection, form = this_inspection(code), forms.AskForm()
    ENTRY.check(current_actor(), inspection, P.QUERY_ASK)
    form.organisation.choices = pages.party_choices(inspection)
    made = form.attempt(
        lambda: questions.ask(
            current_actor(), inspection, form.organisation.key(), form.text.data or "", form.workdays.days()
        )
    )
    if made is not None:
        flash(_("已发出询问 %(code)s，并通知对方。", code=made.code), "success")
        return to("detail", code, "queries")
    return render_template("inspections/ask.html", inspection=this_inspection(code), form=form), form.status


@bp.route("/inspections/<code>/findings/new", methods=["GET", "POST"])
@requires(P.FINDING_CREATE)
def new_finding(code: str) -> ResponseReturnValue:
    inspection, form = this_inspection(code), forms.FindingForm(about=request.args.get("about", ""))
    ENTRY.check(current_actor(), inspection, P.FINDING_CREATE)
    form.organisation.choices = pages.party_choices(inspection)
    form.about.choices = pages.about_choices(current_actor(), inspection)
    made = form.attempt(lambda: findings.create(current_actor(), inspection, form.facts()))
    if made is not None:
        flash(_("已提出问题 %(code)s，并通知责任方。", code=made.code), "success")
        return to("detail", code, "findings")
    return render_template("inspections/raise.html", inspection=this_inspection(code), form=form), form.status


@bp.route("/inspections/<code>/sign", methods=["GET", "POST"])
@requires(P.REPORT_SIGN)
def sign(code: str) -> ResponseReturnValue:
    inspection, form = this_inspection(code), forms.SignForm()
    ENTRY.check(current_actor(), inspection, P.REPORT_SIGN)
    text, seen = form.text.data or "", form.digest.data or ""
    if form.succeeds(lambda: actions.sign(current_actor(), inspection, text, seen)):
        flash(_("督查结论已签发，审计树头已封存。"), "success")
        return to("detail", code)
    page = pages.inspection_page(current_actor(), this_inspection(code))
    return render_template("inspections/sign.html", page=page, form=form), form.status


# --- findings --------------------------------------------------------------------------------------------------------


@bp.get("/findings/<code>")
@requires(P.INSPECTION_READ)
def finding(code: str) -> ResponseReturnValue:
    return one_finding(this_finding(code), forms.RectifyForm(formdata=None), forms.VerdictForm(formdata=None))


def one_finding(found: Finding, answer: forms.RectifyForm, verdict: forms.VerdictForm) -> str:
    page = pages.finding_page(current_actor(), found)
    answer.existing.choices = pages.file_choices(page.files)
    return render_template("inspections/finding.html", page=page, answer=answer, verdict=verdict)


@bp.post("/findings/<code>/rectify")
@requires(P.FINDING_RECTIFY)
def rectify(code: str) -> ResponseReturnValue:
    found, form = this_finding(code), forms.RectifyForm()
    text = form.text.data or ""
    if form.succeeds(lambda: findings.rectify(current_actor(), found, text, form.upload, form.digest)):
        flash(_("整改情况已报送，等待督查机构复核。"), "success")
        return to("finding", code)
    return one_finding(this_finding(code), form, forms.VerdictForm(formdata=None)), form.status


@bp.post("/findings/<code>/judge")
@requires(P.FINDING_JUDGE)
def judge(code: str) -> ResponseReturnValue:
    found, form = this_finding(code), forms.VerdictForm()
    reason = form.reason.data or ""
    if form.succeeds(
        lambda: findings.judge(current_actor(), found, Outcome(form.outcome.data), reason, form.workdays.days())
    ):
        flash(_("已复核。"), "success")
        return to("finding", code)
    return one_finding(this_finding(code), forms.RectifyForm(formdata=None), form), form.status


# --- questions -------------------------------------------------------------------------------------------------------


@bp.get("/queries/<code>")
@requires(P.INSPECTION_READ)
def query(code: str) -> ResponseReturnValue:
    return one_query(this_query(code), forms.AnswerForm(formdata=None))


def one_query(found: Query, answer: forms.AnswerForm, form: Any = None) -> str:
    page = pages.query_page(current_actor(), found)
    answer.existing.choices = pages.file_choices(page.files)
    return render_template("inspections/query.html", page=page, answer=answer, form=form)


@bp.post("/queries/<code>/answer")
@requires(P.QUERY_ANSWER)
def answer(code: str) -> ResponseReturnValue:
    found, form = this_query(code), forms.AnswerForm()
    text = form.text.data or ""
    if form.succeeds(lambda: questions.answer(current_actor(), found, text, form.upload, form.digest)):
        flash(_("已答复。"), "success")
        return to("query", code)
    return one_query(this_query(code), form), form.status


@bp.post("/queries/<code>/lapse")
@requires(P.QUERY_ASK)
def lapse(code: str) -> ResponseReturnValue:
    found, form = this_query(code), forms.LapseForm()
    if form.succeeds(lambda: questions.lapse(current_actor(), found, form.reason.data or "")):
        flash(_("已登记为逾期未答复。"), "success")
        return to("query", code)
    return one_query(this_query(code), forms.AnswerForm(formdata=None), form), form.status
