"""Opening, ending and recomputing tasks. Rooms call these inside their own acts."""

from collections.abc import Iterable

import sqlalchemy as sa

from app.audit import act
from app.calendars.queries import deadline
from app.core.actors import Actor
from app.core.clock import now, today
from app.core.db import db
from app.core.permissions import Permission
from app.lifecycle.models import Task, TaskState
from app.subjects.models import Subject


def open_task(subject: Subject, organisation_id: int, permission: Permission, workdays: int, item: str = "") -> Task:
    """An organisation owes an act within working days, counted from tomorrow. Needs a running act."""
    due = deadline(today(), workdays)
    task = Task(
        subject_id=subject.id,
        organisation_id=organisation_id,
        permission=permission,
        item=item,
        started_on=today(),
        workdays=workdays,
        due_on=due.day,
        provisional=due.provisional,
    )
    db.session.add(task)
    db.session.flush()
    return task


def ask_once(
    subject: Subject, organisation_id: int, permission: Permission, workdays: int, item: str = ""
) -> Task | None:
    """`open_task` unless the organisation owes the same act for the same item already. Needs a running act."""
    same = (Task.organisation_id == organisation_id, Task.permission == permission, Task.item == item)
    return None if _open(subject, *same) else open_task(subject, organisation_id, permission, workdays, item)


def finish_task(actor: Actor, subject: Subject, permission: Permission, item: str = "") -> None:
    """Ends the actor's organisation's open task for this act and item, if there is one. Needs a running act."""
    same = (Task.permission == permission, Task.item == item)
    for task in _open(subject, *same, Task.organisation_id == actor.organisation_id):
        _end(actor, task, TaskState.DONE)


def drop_tasks(actor: Actor, subject: Subject, permissions: Iterable[Permission] = (), item: str = "") -> None:
    """Ends open tasks of a subject that are no longer owed: all, or those for some acts on one item.

    Needs a running act.
    """
    wanted = list(permissions)
    conditions = (Task.permission.in_(wanted), Task.item == item) if wanted else ()
    for task in _open(subject, *conditions):
        _end(actor, task, TaskState.DROPPED)


def _open(subject: Subject, *conditions: sa.ColumnElement[bool]) -> list[Task]:
    return list(
        db.session.scalars(
            sa.select(Task).where(Task.subject_id == subject.id, Task.state == TaskState.OPEN, *conditions)
        )
    )


def _end(actor: Actor, task: Task, state: TaskState) -> None:
    task.state = state
    task.ended_at = now()
    task.ended_by = actor.user_id


def recompute_provisional(actor: Actor) -> int:
    """Computes open provisional deadlines again (a holiday notice may have come); returns how many moved."""
    waiting = db.session.scalars(sa.select(Task).where(Task.state == TaskState.OPEN, Task.provisional)).all()
    moved = 0
    for task in waiting:
        due = deadline(task.started_on, task.workdays)
        if (due.day, due.provisional) == (task.due_on, task.provisional):
            continue
        with act(actor, Permission.TASK_RECOMPUTE, ref=task.subject.ref) as running:
            running.note(task=task.id, before=task.due_on, after=due.day)
            task.due_on = due.day
            task.provisional = due.provisional
        moved += 1
    return moved
