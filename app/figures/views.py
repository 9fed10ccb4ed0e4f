"""Pages of a contract's figures: matrix, template, upload, preview, verification, closing, one figure."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.contracts.models import Contract
from app.contracts.views import this_contract
from app.core.listing import csv_bytes
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.figures import actions, pages, queries, verifying
from app.figures.forms import (
    BulkForm,
    ConfirmForm,
    DoubtForm,
    EmptyForm,
    PeriodForm,
    ReopenForm,
    UploadForm,
    VerifyForm,
)
from app.figures.judging import Delivery
from app.figures.kinds import Source, SubmissionKind, Verdict
from app.figures.models import Figure

bp = Blueprint("figures", __name__)
P = Permission
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def to(endpoint: str, code: str, **values: Any) -> ResponseReturnValue:
    return redirect(url_for(f"figures.{endpoint}", code=code, **values))


def as_file(body: bytes, media: str, name: str) -> Response:
    response = Response(body, content_type=media)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def chosen_source() -> Source:
    given = request.args.get("source", "")
    return Source(given) if given in {one.value for one in Source} else Source.OPERATOR_REPORT


def matrix(contract: Contract, form: Any = None) -> str:
    page = pages.matrix_of(
        current_actor(), contract, request.args.get("kind", ""), chosen_source(), request.args.get("until", "")
    )
    return render_template("figures/index.html", page=page, form=form, sources=list(Source))


@bp.get("/contracts/<code>/figures")
@requires(P.FIGURE_READ)
def index(code: str) -> ResponseReturnValue:
    return matrix(this_contract(code))


@bp.get("/contracts/<code>/figures/template.xlsx")
@requires(P.FIGURE_READ)
def template(code: str) -> ResponseReturnValue:
    return as_file(pages.template_of(this_contract(code)), XLSX, f"{code}-figures.xlsx")


@bp.route("/contracts/<code>/figures/upload", methods=["GET", "POST"])
@requires(P.FIGURE_PREVIEW)
def upload(code: str) -> ResponseReturnValue:
    contract, form = this_contract(code), UploadForm()
    preview = form.attempt(lambda: actions.preview(current_actor(), contract, uploaded(form)))
    if preview is not None:
        return to("preview", code, preview=preview.id)
    return render_template("figures/upload.html", form=form, contract=this_contract(code)), form.status


def uploaded(form: UploadForm) -> Delivery:
    return Delivery(
        kind=SubmissionKind(form.kind.data),
        file_name=form.file.data.filename or "",
        content=form.file.data.stream.read(),
        note=form.note.data or "",
    )


@bp.get("/contracts/<code>/figures/previews/<int:preview>")
@requires(P.FIGURE_READ)
def preview(code: str, preview: int) -> ResponseReturnValue:
    page = previewed(this_contract(code), preview)
    if request.args.get("export") == "csv":
        head, rows = pages.problem_table(page.findings.problems)
        return as_file(csv_bytes(head, rows), "text/csv; charset=utf-8", f"{code}-problems.csv")
    return render_template("figures/preview.html", page=page, form=None, contract=this_contract(code))


def previewed(contract: Contract, key: int) -> pages.PreviewPage:
    return pages.preview_page(current_actor(), contract, found_or_404(queries.preview_of(contract, key)))


@bp.post("/contracts/<code>/figures/previews/<int:preview>/confirm")
@requires(P.FIGURE_SUBMIT)
def confirm(code: str, preview: int) -> ResponseReturnValue:
    contract, form = this_contract(code), ConfirmForm()
    kept = found_or_404(queries.preview_of(contract, preview))
    delivery = pages.delivery_of(kept, form.reason.data or "")
    receipt = form.attempt(lambda: actions.submit(current_actor(), contract, delivery))
    if receipt is not None:
        done = _("该文件此前已报送，没有重复入库。") if receipt.repeated else _("已报送。")
        flash(done, "success")
        return to("index", code)
    contract = this_contract(code)
    page = previewed(contract, preview)
    return render_template("figures/preview.html", page=page, form=form, contract=contract), form.status


@bp.get("/contracts/<code>/figures/verification")
@requires(P.FIGURE_READ)
def verification(code: str) -> ResponseReturnValue:
    return waiting(this_contract(code))


def waiting(contract: Contract, form: Any = None) -> str:
    actor = current_actor()
    page = pages.verification_page(actor, contract, request.args.get("period", ""))
    may, own = actor.may(P.FIGURE_VERIFY), actor.organisation_id
    return render_template("figures/verification.html", page=page, form=form, may_verify=may, own=own)


@bp.post("/contracts/<code>/figures/verify")
@requires(P.FIGURE_VERIFY)
def verify(code: str) -> ResponseReturnValue:
    contract, form = this_contract(code), BulkForm()
    count = form.attempt(
        lambda: verifying.verify_period(
            current_actor(), contract, form.chosen(), Source(form.source.data), int(form.seen.data or 0)
        )
    )
    if count is None:
        return waiting(this_contract(code), form), form.status
    flash(_("已核验 %(n)s 个数据。", n=count), "success")
    return to("verification", code)


@bp.post("/contracts/<code>/figures/doubt")
@requires(P.FIGURE_DOUBT)
def doubt(code: str) -> ResponseReturnValue:
    contract, form = this_contract(code), BulkForm()
    source, seen = form.source.data, form.seen.data or "0"
    count = form.attempt(
        lambda: verifying.doubt_period(
            current_actor(), contract, form.chosen(), Source(source), int(seen), form.reason.data or ""
        )
    )
    if count is None:
        return waiting(this_contract(code), form), form.status
    flash(_("已标记 %(n)s 个数据存疑，并通知报送方。", n=count), "success")
    return to("verification", code)


@bp.post("/contracts/<code>/figures/submissions/<int:submission>/verify")
@requires(P.FIGURE_VERIFY)
def verify_events(code: str, submission: int) -> ResponseReturnValue:
    contract, form = this_contract(code), EmptyForm()
    found = found_or_404(queries.submission_of(contract, submission))
    if form.succeeds(lambda: verifying.judge_events(current_actor(), found, Verdict.VERIFIED)):
        flash(_("已核验这批状态事件。"), "success")
        return to("verification", code)
    return waiting(this_contract(code), form), form.status


@bp.post("/contracts/<code>/figures/submissions/<int:submission>/doubt")
@requires(P.FIGURE_DOUBT)
def doubt_events(code: str, submission: int) -> ResponseReturnValue:
    contract, form = this_contract(code), DoubtForm()
    found = found_or_404(queries.submission_of(contract, submission))
    reason = form.reason.data or ""
    if form.succeeds(lambda: verifying.judge_events(current_actor(), found, Verdict.DOUBTED, reason)):
        flash(_("已标记存疑，并通知报送方。"), "success")
        return to("verification", code)
    return waiting(this_contract(code), form), form.status


@bp.post("/contracts/<code>/figures/close")
@requires(P.PERIOD_CLOSE)
def close(code: str) -> ResponseReturnValue:
    contract, form = this_contract(code), PeriodForm()
    if form.succeeds(lambda: verifying.close_period(current_actor(), contract, form.chosen())):
        flash(_("已关闭周期 %(period)s。", period=form.period.data), "success")
        return to("index", code)
    return matrix(this_contract(code), form), form.status


@bp.post("/contracts/<code>/figures/reopen")
@requires(P.PERIOD_REOPEN)
def reopen(code: str) -> ResponseReturnValue:
    contract, form = this_contract(code), ReopenForm()
    reason = form.reason.data or ""
    if form.succeeds(lambda: verifying.reopen_period(current_actor(), contract, form.chosen(), reason)):
        flash(_("已重开周期 %(period)s。", period=form.period.data), "success")
        return to("index", code)
    return matrix(this_contract(code), form), form.status


@bp.get("/contracts/<code>/figures/<int:figure>")
@requires(P.FIGURE_READ)
def detail(code: str, figure: int) -> ResponseReturnValue:
    return one_figure(this_contract(code), figure)


def one_figure(contract: Contract, key: int, form: Any = None) -> str:
    found: Figure = found_or_404(queries.figure_in_reach(current_actor(), contract, key))
    page = pages.figure_page(current_actor(), contract, found)
    return render_template("figures/detail.html", page=page, form=form)


@bp.post("/contracts/<code>/figures/<int:figure>/verify")
@requires(P.FIGURE_VERIFY)
def verify_one(code: str, figure: int) -> ResponseReturnValue:
    contract, form = this_contract(code), VerifyForm()
    reason = form.reason.data or ""
    if form.succeeds(lambda: verifying.verify(current_actor(), contract, [figure], reason)):
        flash(_("已核验。"), "success")
        return to("detail", code, figure=figure)
    return one_figure(this_contract(code), figure, form), form.status


@bp.post("/contracts/<code>/figures/<int:figure>/doubt")
@requires(P.FIGURE_DOUBT)
def doubt_one(code: str, figure: int) -> ResponseReturnValue:
    contract, form = this_contract(code), DoubtForm()
    reason = form.reason.data or ""
    if form.succeeds(lambda: verifying.doubt(current_actor(), contract, [figure], reason)):
        flash(_("已标记存疑，并通知报送方。"), "success")
        return to("detail", code, figure=figure)
    return one_figure(this_contract(code), figure, form), form.status
