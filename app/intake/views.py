"""Pages of taking in existing projects and contracts: template, upload, preview, confirmation, what was taken in."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.listing import csv_bytes
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.intake import actions, pages, queries
from app.intake.columns import MAX_LINES
from app.intake.forms import ConfirmForm, SupplementForm, UploadForm
from app.intake.models import IntakePreview
from app.projects.queries import project_in_reach

bp = Blueprint("intake", __name__)
TAKE_IN = Permission.PROJECT_TAKE_IN
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_file(body: bytes, media: str, name: str) -> Response:
    response = Response(body, content_type=media)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.route("/intake", methods=["GET", "POST"])
@requires(TAKE_IN)
def index() -> ResponseReturnValue:
    form = UploadForm()
    kept = form.attempt(
        lambda: actions.preview(current_actor(), form.file.data.filename or "", form.file.data.stream.read())
    )
    if kept is not None:
        return redirect(url_for("intake.preview", key=kept.id))
    intakes = queries.intakes_of(current_actor())
    return render_template("intake/index.html", form=form, intakes=intakes, limit=MAX_LINES), form.status


@bp.get("/intake/template.xlsx")
@requires(TAKE_IN)
def template() -> ResponseReturnValue:
    return as_file(pages.template(), XLSX, "intake.xlsx")


def this_preview(key: int) -> IntakePreview:
    found: IntakePreview = found_or_404(queries.preview_of(current_actor(), key))
    return found


def shown(kept: IntakePreview, form: Any = None) -> str:
    page = pages.preview_page(current_actor(), kept)
    return render_template("intake/preview.html", page=page, form=form or ConfirmForm(None))


@bp.get("/intake/previews/<int:key>")
@requires(TAKE_IN)
def preview(key: int) -> ResponseReturnValue:
    kept = this_preview(key)
    if request.args.get("export") == "csv":
        head, rows = pages.problem_table(current_actor(), kept)
        return as_file(csv_bytes(head, rows), "text/csv; charset=utf-8", "intake-problems.csv")
    return shown(kept)


@bp.post("/intake/previews/<int:key>/confirm")
@requires(TAKE_IN)
def confirm(key: int) -> ResponseReturnValue:
    kept, form = this_preview(key), ConfirmForm()
    made = form.attempt(lambda: actions.confirm(current_actor(), kept, form.digest.data or "", pages.content_of(kept)))
    if made is None:
        return shown(this_preview(key), form), form.status
    flash(_("已录入 %(p)s 个项目、%(c)s 份合同。", p=made.project_count, c=made.contract_count), "success")
    return redirect(url_for("intake.detail", key=made.id))


@bp.route("/intake/projects/<code>", methods=["GET", "POST"])
@requires(Permission.PROJECT_SUPPLEMENT)
def supplement(code: str) -> ResponseReturnValue:
    project, form = found_or_404(project_in_reach(current_actor(), code)), SupplementForm()
    if form.succeeds(lambda: actions.supplement(current_actor(), project, form.days(), form.basis.data or "")):
        flash(_("已补录日期。"), "success")
        return redirect(url_for("projects.detail", code=code))
    unknown = queries.unknown_days(project)
    return render_template("intake/supplement.html", project=project, form=form, unknown=unknown), form.status


@bp.get("/intake/<int:key>")
@requires(TAKE_IN)
def detail(key: int) -> ResponseReturnValue:
    intake = found_or_404(queries.intake_of(current_actor(), key))
    return render_template("intake/detail.html", intake=intake, rows=pages.taken_rows(intake.rows))
