"""An actor's tasks by deadline, in words a page can show."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.calendars.queries import workdays_left
from app.core.actors import Actor
from app.core.db import db
from app.core.permissions import ROLE_PERMISSIONS, ROLE_SIDES, Role
from app.lifecycle.models import Task, TaskState
from app.organisations.models import Organisation
from app.subjects.models import Subject


@dataclass(frozen=True)
class Deadline:
    """A due day as components/deadline.html shows it; `days_left` are working days, negative when overdue."""

    days_left: int
    due: str
    overdue: bool
    provisional: bool


def deadline_of(task: Task) -> Deadline:
    left = workdays_left(task.due_on)
    return Deadline(left, task.due_on.isoformat(), left < 0, task.provisional)


def own_tasks(actor: Actor) -> sa.Select[Any]:
    """Open tasks of the actor's organisation that he has the permission to do."""
    one_subject = Subject.code == actor.only_subject if actor.only_subject else sa.true()
    return (
        sa.select(Task)
        .join(Subject, Subject.id == Task.subject_id)
        .where(
            one_subject,
            Task.state == TaskState.OPEN,
            Task.organisation_id == actor.organisation_id,
            Task.permission.in_([permission.value for permission in actor.permissions]),
        )
        .order_by(Task.due_on, Task.id)
    )


def count_own_tasks(actor: Actor) -> int:
    counted = sa.select(sa.func.count()).select_from(own_tasks(actor).order_by(None).subquery())
    return db.session.scalar(counted) or 0


def open_tasks_of(subject: Subject) -> list[Task]:
    """Who owes what on a subject, by deadline."""
    return list(
        db.session.scalars(
            sa.select(Task)
            .where(Task.subject_id == subject.id, Task.state == TaskState.OPEN)
            .options(joinedload(Task.organisation).selectinload(Organisation.held_sides))
            .order_by(Task.due_on, Task.id)
        )
    )


def who_may(task: Task) -> str:
    """The roles in the task's organisation that can do the act, for a page that says who must act."""
    sides = task.organisation.sides
    able = [role for role in Role if task.permission in ROLE_PERMISSIONS[role] and ROLE_SIDES[role] in sides]
    return str(_("、").join(str(role.label) for role in able))


def tasks_after(actor: Actor, cursor: int, limit: int) -> list[Task]:
    """The actor's open tasks by id, for programs that page with a cursor."""
    return list(
        db.session.scalars(own_tasks(actor).where(Task.id > cursor).order_by(None).order_by(Task.id).limit(limit))
    )
