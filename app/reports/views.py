"""Pages of performance reports: the list, those of a contract, one report, its files, a new edition."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.contracts.views import this_contract
from app.core.periods import Period
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.reports import actions, queries
from app.reports.documents import MEDIA
from app.reports.forms import RestateForm
from app.reports.models import Report
from app.reports.pages import contract_reports, report_page

bp = Blueprint("reports", __name__)
P = Permission


def this_report(code: str) -> Report:
    """The report of the address, when the actor may see its contract."""
    found: Report = found_or_404(queries.report_in_reach(current_actor(), code))
    return found


@bp.get("/reports")
@requires(P.REPORT_READ)
def index() -> ResponseReturnValue:
    listing = queries.reports_list(current_actor())
    return listing.export() or render_template("reports/index.html", listing=listing.load())


@bp.get("/contracts/<code>/reports")
@requires(P.REPORT_READ)
def of_contract(code: str) -> ResponseReturnValue:
    return render_template("reports/of_contract.html", page=contract_reports(this_contract(code)))


@bp.get("/reports/<code>")
@requires(P.REPORT_READ)
def detail(code: str) -> ResponseReturnValue:
    return shown(this_report(code))


def shown(report: Report, form: Any = None) -> str:
    return render_template("reports/detail.html", page=report_page(current_actor(), report), form=form)


@bp.get("/reports/<code>.<kind>")
@requires(P.REPORT_READ)
def file(code: str, kind: str) -> ResponseReturnValue:
    """The stored bytes: `pdf`, `xlsx` or `docx`."""
    return as_file(this_report(code), kind)


def as_file(report: Report, kind: str) -> Response:
    stored = found_or_404(queries.file_of(report, kind))
    response = Response(queries.bytes_of(stored), mimetype=MEDIA[stored.kind])
    response.headers.set("Content-Disposition", "attachment", filename=f"{report.code}.{kind}")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.set_etag(stored.sha256)
    return response


@bp.post("/reports/<code>/restate")
@requires(P.REPORT_PRODUCE)
def restate(code: str) -> ResponseReturnValue:
    report, form = this_report(code), RestateForm()
    reason, period = form.reason.data or "", Period(report.period)
    made = form.attempt(lambda: actions.restate(current_actor(), report.contract, report.plan, period, reason))
    if made is None:
        return shown(this_report(code), form), form.status
    flash(_("已生成第 %(n)s 版。", n=made.edition), "success")
    return redirect(url_for("reports.detail", code=made.code))
