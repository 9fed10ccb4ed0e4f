"""Pages of gates: the catalogue, one gate, conditions of decisions, and overdue tasks that leaders urge."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.gates import forms, obligations, pages, queries
from app.gates.models import Obligation
from app.lifecycle.actions import expedite as give_instruction
from app.lifecycle.models import Task
from app.lifecycle.queries import urged_by, urging_of

bp = Blueprint("gates", __name__)
P = Permission


@bp.app_context_processor
def for_rooms_above() -> dict[str, Callable[..., Any]]:
    """What the partials of this room need wherever they are included."""
    return {
        "gates_in_lines": pages.in_lines,
        "decision_in_words": pages.decision_in_words,
        "is_overdue": queries.is_overdue,
    }


@bp.get("/gates")
@requires(P.PROJECT_READ)
def index() -> ResponseReturnValue:
    return render_template("gates/index.html", steps=pages.catalogue())


@bp.get("/gates/<code>")
@requires(P.PROJECT_READ)
def detail(code: str) -> ResponseReturnValue:
    found = pages.gate_versions(code)
    return render_template("gates/detail.html", versions=found, one=found[0])


# --- conditions ------------------------------------------------------------------------------------------------------


def this_obligation(code: str) -> Obligation:
    found: Obligation = found_or_404(queries.obligation_in_reach(current_actor(), code))
    return found


@bp.get("/obligations/<code>")
@requires(P.PROJECT_READ)
def obligation(code: str) -> ResponseReturnValue:
    return shown(this_obligation(code))


def shown(found: Obligation, sent: Any = None) -> str:
    """The condition with the form that was sent and not accepted, and the others empty."""
    return render_template(
        "gates/obligation.html",
        page=pages.obligation_page(current_actor(), found),
        sent=sent,
        report=sent if isinstance(sent, forms.ReportForm) else forms.ReportForm(formdata=None),
        back=sent if isinstance(sent, forms.SendBackForm) else forms.SendBackForm(formdata=None),
    )


@bp.post("/obligations/<code>/report")
@requires(P.OBLIGATION_REPORT)
def report(code: str) -> ResponseReturnValue:
    found, form = this_obligation(code), forms.ReportForm()
    if form.succeeds(lambda: obligations.report(current_actor(), found, form.text.data or "", form.file.data)):
        flash(_("已报送，等待主管部门核销。"), "success")
        return redirect(url_for("gates.obligation", code=code))
    return shown(this_obligation(code), form), form.status


@bp.post("/obligations/<code>/accept")
@requires(P.OBLIGATION_ACCEPT)
def accept(code: str) -> ResponseReturnValue:
    found, form = this_obligation(code), forms.AcceptForm()
    if form.succeeds(lambda: obligations.accept(current_actor(), found)):
        flash(_("已核销。"), "success")
        return redirect(url_for("gates.obligation", code=code))
    return shown(this_obligation(code), form), form.status


@bp.post("/obligations/<code>/send-back")
@requires(P.OBLIGATION_ACCEPT)
def send_back(code: str) -> ResponseReturnValue:
    found, form = this_obligation(code), forms.SendBackForm()
    if form.succeeds(lambda: obligations.send_back(current_actor(), found, form.reason.data or "")):
        flash(_("已退回，责任单位须重新落实。"), "success")
        return redirect(url_for("gates.obligation", code=code))
    return shown(this_obligation(code), form), form.status


# --- overdue tasks ---------------------------------------------------------------------------------------------------


def this_urging(key: int) -> tuple[Task, Task]:
    urging: Task = found_or_404(urging_of(current_actor(), key))
    overdue: Task = found_or_404(urged_by(urging))
    return urging, overdue


@bp.route("/tasks/<int:key>/expedite", methods=["GET", "POST"])
@requires(P.TASK_EXPEDITE)
def expedite(key: int) -> ResponseReturnValue:
    urging, overdue = this_urging(key)
    form = forms.ExpediteForm()
    if form.succeeds(lambda: give_instruction(current_actor(), urging, overdue, form.instruction.data or "")):
        flash(_("督办意见已发出，承办单位在待办中可以看到。"), "success")
        return redirect(url_for("desk.home"))
    return render_template("gates/expedite.html", page=pages.expedite_page(*this_urging(key)), form=form), form.status
