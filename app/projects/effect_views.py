"""The page of effects: what was promised beside what was reached, and the form to answer each promise."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.gates.kinds import Step
from app.gates.queries import next_round
from app.projects.change_forms import ResultForm
from app.projects.effects import RUNNING, answers_of, record
from app.projects.models import Project
from app.projects.queries import project_in_reach
from app.projects.workflow import is_client

bp = Blueprint("effects", __name__)
P = Permission


def this_project(code: str) -> Project:
    found: Project = found_or_404(project_in_reach(current_actor(), code))
    return found


@bp.get("/projects/<code>/effects")
@requires(P.PROJECT_READ)
def of_project(code: str) -> ResponseReturnValue:
    return shown(this_project(code))


def shown(project: Project, key: int = 0, form: Any = None) -> str:
    """Each promise with its answer; the one whose form was refused shows that form."""
    actor, round_ = current_actor(), next_round(project.subject, Step.EVALUATE)
    mine = actor.may(P.EFFECT_RECORD) and is_client(actor, project) and project.state in RUNNING
    return render_template(
        "projects/effects.html",
        project=project,
        answers=answers_of(project),
        earlier=[(number, answers_of(project, number)) for number in range(round_ - 1, 0, -1)],
        form=form,
        key=key,
        mine=mine,
        empty_form=ResultForm(formdata=None),
    )


@bp.post("/projects/<code>/effects/<int:key>")
@requires(P.EFFECT_RECORD)
def answer(code: str, key: int) -> ResponseReturnValue:
    project, form = this_project(code), ResultForm()
    if form.succeeds(lambda: record(current_actor(), project, key, form.facts(), form.file.data)):
        flash(_("已填报成效。"), "success")
        return redirect(url_for("effects.of_project", code=code))
    return shown(this_project(code), key, form), form.status
