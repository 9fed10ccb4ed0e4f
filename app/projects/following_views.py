"""The page on which a project's practice is read, with who is still missing under it, and changed."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.utils import redirect
from wtforms import SelectField, TextAreaField

from app.core.actors import Actor
from app.core.forms import BaseForm, text
from app.core.permissions import Permission, requires
from app.core.web import current_actor
from app.practices.pages import expected_parties, in_words, name_of, page_of, practice_options
from app.practices.queries import practice_followed
from app.projects.following import OPEN_STATES, choose_practice
from app.projects.models import Project
from app.projects.panels import Panel, PanelRow
from app.projects.views import this_project
from app.projects.workflow import is_client

bp = Blueprint("following", __name__)
P = Permission


class PracticeForm(BaseForm):
    practice = SelectField(_l("地方模式"), default="")
    reason = TextAreaField(_l("更改的理由"), text(2000))


def may_choose(actor: Actor, project: Project) -> bool:
    return actor.may(P.PROJECT_DECLARE) and project.state in OPEN_STATES and is_client(actor, project)


@bp.route("/projects/<code>/practice", methods=["GET"])
@requires(P.PROJECT_READ)
def show(code: str) -> ResponseReturnValue:
    return _shown(code, None)


@bp.post("/projects/<code>/practice")
@requires(P.PROJECT_DECLARE)
def choose(code: str) -> ResponseReturnValue:
    project, form = this_project(code), PracticeForm()
    form.practice.choices = practice_options(current_actor())
    wanted, reason = form.practice.data or "", form.reason.data or ""
    if form.succeeds(lambda: choose_practice(current_actor(), project, wanted, reason)):
        flash(_("已更改地方模式，清单、闸门和权责随之更改。"), "success")
        return redirect(url_for("following.show", code=code))
    return _shown(code, form), form.status


def _shown(code: str, sent: PracticeForm | None) -> str:
    project = this_project(code)
    subject, practice = project.subject, practice_followed(project.subject)
    entry = subject.practice_entry
    form = sent or PracticeForm(data={"practice": entry.code if entry else ""})
    form.practice.choices = practice_options(current_actor())
    return render_template(
        "projects/practice.html",
        project=project,
        form=form,
        page=page_of(entry.code, entry.version) if entry else None,
        expected=expected_parties(subject, practice) if practice else [],
        may_choose=may_choose(current_actor(), project),
        in_words=in_words,
    )


def practice_panel(actor: Actor, project: Project) -> Panel | None:
    """What the project's page says of its practice; nothing where none was chosen and none can be any more."""
    practice, entry = practice_followed(project.subject), project.subject.practice_entry
    href = url_for("following.show", code=project.code)
    if practice is None or entry is None:
        if not may_choose(actor, project):
            return None
        none = PanelRow(_("选用的模式"), _("没有选用，只适用全国和本地规则"))
        return Panel("practice", _("地方模式"), (none,), href)
    missing = [one for one, held in expected_parties(project.subject, practice) if not held]
    names = _("、").join(str(one.role.label) for one in missing if one.role is not None)
    switched = sum(len(one.add) + len(one.leave_out) for one in practice.sections.values())
    rows = (
        PanelRow(_("选用的模式"), name_of(entry), url_for("practices.detail", code=entry.code, version=entry.version)),
        PanelRow(_("版本"), _("第 %(n)s 版", n=entry.version)),
        PanelRow(_("随模式而定的规则"), _("%(n)s 条", n=switched)),
        PanelRow(_("还没有加入的当事方"), names or _("没有缺的"), tone="warn" if missing else "good"),
    )
    return Panel("practice", _("地方模式"), rows, href)
