"""Projects on the workbench: how many are in which phase, a client's drafts, what waits for an authority's decision."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import aliased, contains_eager

from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.formats import fmt
from app.core.permissions import Permission
from app.gates.kinds import Phase
from app.lifecycle.models import Task, TaskState
from app.lifecycle.queries import Deadline, deadline_of, late
from app.projects.countersign_pages import MINE, count_own_turns
from app.projects.kinds import ProjectState
from app.projects.models import Declaration, Project
from app.projects.queries import newest_declaration, phase_column, stopped
from app.subjects.models import Party, PartyRole, Subject
from app.subjects.queries import in_reach

P, S = Permission, ProjectState
SHOWN = 8


@dataclass(frozen=True)
class Row:
    """One project of the list, with the deadline of what is owed on it now."""

    code: str
    title: str
    client: str
    state: Any
    tone: str
    href: str
    deadline: Deadline | None


@dataclass(frozen=True)
class Projects:
    """Everything the workbench shows of projects; `rows` are those that this role has to see to."""

    figures: list[dict[str, Any]]
    heading: str
    rows: list[Row]
    more: str


@dataclass(frozen=True)
class _Wanted:
    """Which projects a role has to see to; `own` are only those of the actor's organisation as client."""

    heading: str
    states: tuple[ProjectState, ...]
    own: bool
    more: str


def projects_of(actor: Actor) -> Projects | None:
    """Four questions at most, however many projects there are; None where the role sees no projects."""
    if not actor.may(P.PROJECT_READ):
        return None
    wanted = _wanted(actor)
    rows = _rows(actor, wanted) if wanted else []
    figures = _phases(actor)
    if wanted and not wanted.own:
        figures = [*_waiting(actor), *figures]
    figures = [*_own_signs(actor), *figures]
    if not figures and not actor.may(P.PROJECT_DECLARE):
        return None
    return Projects(figures, wanted.heading if wanted else "", rows, wanted.more if wanted else "")


def _wanted(actor: Actor) -> _Wanted | None:
    if actor.may(P.PROJECT_DECLARE):
        place = url_for("projects.index", state=S.DRAFT.value)
        return _Wanted(_("本单位申报中的项目"), (S.PLANNED, S.DRAFT), True, place)
    if actor.may(P.PROJECT_DECIDE) or actor.may(P.PROJECT_OPINE):
        place = url_for("projects.index", state=S.SUBMITTED.value)
        return _Wanted(_("待审批的申报"), (S.SUBMITTED,), False, place)
    return None


def _in_phase(actor: Actor) -> Any:
    phase = phase_column().label("phase")
    found: Any = (
        sa.select(phase, sa.func.count())
        .select_from(Project)
        .join(Subject, Subject.id == Project.subject_id)
        .join(Declaration, newest_declaration())
        .where(in_reach(actor), sa.not_(stopped()))
        .group_by(phase)
    )
    return found


def _phases(actor: Actor) -> list[dict[str, Any]]:
    """Phases without a project are left out: a row of zeros says nothing."""
    counts = {row.phase: row[1] for row in db.session.execute(_in_phase(actor))}
    return [
        _figure(phase.label, counts[phase.value], url_for("projects.index", phase=phase.value))
        for phase in Phase
        if counts.get(phase.value)
    ]


def _figure(label: Any, count: int, href: str, tone: str = "") -> dict[str, Any]:
    return {"label": label, "value": fmt.whole(count), "unit": _("个"), "note": "", "tone": tone, "href": href}


def _waiting(actor: Actor) -> list[dict[str, Any]]:
    """Declarations that wait for a decision, and those on which a deadline has passed."""
    owed = sa.exists().where(Task.subject_id == Project.subject_id, late(today()))
    found = (
        sa.select(sa.func.count(), sa.func.count(sa.case((owed, 1))))
        .select_from(Project)
        .join(Subject, Subject.id == Project.subject_id)
        .where(Project.state == S.SUBMITTED, in_reach(actor))
    )
    waiting, overdue = db.session.execute(found).one()
    place = url_for("projects.index", state=S.SUBMITTED.value)
    overdue_place = url_for("projects.index", state=S.SUBMITTED.value, late="yes")
    return [
        _figure(_("待审批"), waiting, place),
        _figure(_("审批逾期"), overdue, overdue_place, "bad" if overdue else ""),
    ]


def _own_signs(actor: Actor) -> list[dict[str, Any]]:
    """Countersignatures that the actor's organisation is asked for now; none of them, nothing is said."""
    count = count_own_turns(actor) if actor.may(P.COUNTERSIGN_SIGN) else 0
    return [_figure(_("轮到本机构会签"), count, url_for("countersigns.index", state=MINE), "warn")] if count else []


def _rows(actor: Actor, wanted: _Wanted) -> list[Row]:
    client = aliased(Party)
    one = aliased(Task)
    nearest = (
        sa.select(one.id)
        .where(one.subject_id == Project.subject_id, one.state == TaskState.OPEN)
        .order_by(one.due_on, one.id)
        .limit(1)
        .correlate(Project)
        .scalar_subquery()
    )
    found = (
        sa.select(Project, client, Task)
        .join(Subject, Subject.id == Project.subject_id)
        .join(client, sa.and_(client.subject_id == Subject.id, client.role == PartyRole.CLIENT))
        .outerjoin(Task, Task.id == nearest)
        .where(Project.state.in_(wanted.states), in_reach(actor))
        .options(contains_eager(Project.subject))
        # What is due first stands first; what has no deadline stands behind, the newest first.
        .order_by(Task.due_on.is_(None), Task.due_on, Project.id.desc())
        .limit(SHOWN)
    )
    if wanted.own:
        found = found.where(client.organisation_id == actor.organisation_id)
    return [_row(*one) for one in db.session.execute(found).unique()]


def _row(project: Project, client: Party, task: Task | None) -> Row:
    return Row(
        code=project.code,
        title=project.subject.title,
        client=client.organisation.name,
        state=project.state.label,
        tone=project.state.tone,
        href=url_for("projects.detail", code=project.code),
        deadline=deadline_of(task) if task is not None else None,
    )
