"""Which provincial practice a project follows: chosen when it is opened, changed until it is submitted."""

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.audit import act
from app.core.actors import Actor
from app.core.db import db
from app.core.errors import Problem, Refused, Stale, WrongState
from app.core.permissions import Permission
from app.practices.choosing import chosen_entry, follow
from app.projects.kinds import ProjectState
from app.projects.models import Project
from app.projects.steps import alone
from app.projects.workflow import WORKFLOW
from app.subjects.actions import stand_for_side

P, S = Permission, ProjectState
# Until it is submitted a project may follow another practice; what was submitted is decided under its own.
OPEN_STATES = frozenset({S.PLANNED, S.DRAFT})


def choose_practice(actor: Actor, project: Project, code: str, reason: str = "") -> None:
    """The client says which practice the project follows, in the version of today; empty: the national rules alone."""
    alone(project)
    _still_open(project)
    WORKFLOW.check(actor, project, P.PROJECT_DECLARE)
    before, entry = project.subject.practice_entry, chosen_entry(project.subject.region, code)
    if (before.id if before else None) == (entry.id if entry else None):
        raise Refused(Problem(_("与现在的模式相同，没有更改。"), remedy=_("请选择另一种模式。"), place="practice"))
    if before is not None and not reason.strip():
        why = _("更改模式会改变适用的清单、闸门和权责。")
        raise Refused(Problem(_("没有写明更改的理由。"), why=why, remedy=_("请填写理由。"), place="reason"))
    try:
        with act(actor, P.PROJECT_DECLARE, ref=project.ref, reason=reason.strip()):
            stand_for_side(actor, project.subject)
            follow(project.subject, entry)
            db.session.flush()
    except IntegrityError as error:
        raise Stale(
            Problem(
                _("本项目的模式已不能更改。"),
                why=_("项目已提交，或者已有合同随本项目的模式起草。"),
                remedy=_("请刷新页面；确需更改的，先作废该合同草稿。"),
            )
        ) from error


def _still_open(project: Project) -> None:
    if project.state not in OPEN_STATES:
        raise WrongState(
            Problem(
                _("项目已提交，不能再更改地方模式。"),
                why=_("提交的内容按当时选用的模式核查和审批。"),
                remedy=_("申报被退回或撤回后，可以在重新提交之前更改。"),
            )
        )
