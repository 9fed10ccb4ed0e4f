"""Pages of the duplicate check: the nearest ten, and the authority's verdict."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.core.forms import BaseForm, SeenField, no_control_characters, text
from app.core.listing import options_of
from app.core.permissions import Permission, requires
from app.core.web import current_actor, found_or_404
from app.projects import duplicates
from app.projects.duplicates import DuplicateFinding
from app.projects.models import Project
from app.projects.queries import project_in_reach

bp = Blueprint("duplicates", __name__)


class VerdictForm(BaseForm):
    """The verdict on what the page showed; `seen` is its digest."""

    verdict = RadioField(
        _l("查重结论"),
        [InputRequired(_l("请选择查重结论。"))],
        choices=lambda: options_of(DuplicateFinding),
        validate_choice=True,
    )
    reason = TextAreaField(_l("认定理由"), [InputRequired(_l("请填写此项。")), Length(max=2000), no_control_characters])
    to_cut = TextAreaField(_l("应核减的内容"), text(2000), description=_l("部分重复时填写：哪些功能和费用不再建设。"))
    seen = SeenField()


def this_project(code: str) -> Project:
    found: Project = found_or_404(project_in_reach(current_actor(), code))
    return found


def page(project: Project, form: Any = None) -> str:
    shown = duplicates.page_of(current_actor(), project)
    return render_template("projects/duplicates.html", page=shown, project=project, form=form or VerdictForm(None))


@bp.get("/projects/<code>/duplicates")
@requires(Permission.PROJECT_READ)
def of_project(code: str) -> ResponseReturnValue:
    return page(this_project(code))


@bp.post("/projects/<code>/duplicates")
@requires(Permission.DUPLICATE_JUDGE)
def judge(code: str) -> ResponseReturnValue:
    project, form = this_project(code), VerdictForm()
    made = form.attempt(
        lambda: duplicates.judge_duplicates(
            current_actor(),
            project,
            form.verdict.data or "",
            form.reason.data or "",
            form.to_cut.data or "",
            form.seen.data or "",
        )
    )
    if made is None:
        return page(this_project(code), form), form.status
    flash(_("已认定查重结论。"), "success")
    return redirect(url_for("duplicates.of_project", code=code))
