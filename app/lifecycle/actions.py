"""Opening, ending and recomputing tasks. Rooms call these inside their own acts."""

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import act
from app.calendars.queries import calendar_in_force, deadline
from app.calendars.working_time import workdays_between
from app.core.actors import Actor, must
from app.core.clock import now, today
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused, WrongState
from app.core.permissions import Permission
from app.lifecycle.models import Expedite, Task, TaskState
from app.lifecycle.queries import expedited_by, supervisor_of
from app.subjects.models import Subject

# Working days before the due day on which an owner is reminded, after it on which the task is handed up, and in which
# a leader answers; defaults of the product.
REMIND_WITHIN = 2
ESCALATE_AFTER = 1
EXPEDITE_WITHIN = 3
MOST_TEXT = 2000


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
    if task.state is not TaskState.OPEN:
        return
    task.state = state
    task.ended_at = now()
    task.ended_by = actor.user_id
    if task.escalated_on is not None:
        # What is done or no longer owed need not be urged.
        for urging in _open(task.subject, Task.item == expedited_by(task), Task.permission == Permission.TASK_EXPEDITE):
            _end(actor, urging, TaskState.DROPPED)


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


# --- before and after the due day ------------------------------------------------------------------------------------


def remind(actor: Actor) -> int:
    """Marks each open task that falls due within two working days, once; returns how many those were."""
    day = today()
    soon = _waiting(Task.reminded_on.is_(None), Task.due_on >= day, Task.due_on <= deadline(day, REMIND_WITHIN).day)
    for task in soon:
        why = _("即将到期，提醒承办单位办理。")
        with act(actor, Permission.TASK_ESCALATE, ref=task.subject.ref, reason=why) as running:
            running.note(reminded=task.id, owed=task.permission, due=task.due_on)
            task.reminded_on = day
    return len(soon)


def escalate(actor: Actor) -> int:
    """Hands each task that has been overdue for a working day up to leaders, once; returns how many those were."""
    day, calendar, done = today(), calendar_in_force(), 0
    overdue = _waiting(Task.escalated_on.is_(None), Task.due_on < day, Task.permission != Permission.TASK_EXPEDITE)
    for task in overdue:
        above = supervisor_of(task)
        if above is None or workdays_between(calendar, task.due_on, day) < ESCALATE_AFTER:
            continue
        why = _("已逾期，上报督办。")
        with act(actor, Permission.TASK_ESCALATE, ref=task.subject.ref, reason=why) as running:
            running.note(escalated=task.id, owed=task.permission, due=task.due_on, to=above.name_zh)
            task.escalated_on = day
            ask_once(task.subject, above.id, Permission.TASK_EXPEDITE, EXPEDITE_WITHIN, item=expedited_by(task))
        done += 1
    return done


def _waiting(*conditions: sa.ColumnElement[bool]) -> list[Task]:
    return list(db.session.scalars(sa.select(Task).where(Task.state == TaskState.OPEN, *conditions).order_by(Task.id)))


def expedite(actor: Actor, urging: Task, overdue: Task, instruction: str) -> Expedite:
    """A leader says what is to be done about an overdue task; its owner reads it beside the task."""
    must(actor, Permission.TASK_EXPEDITE)
    _refuse_urging(actor, urging, instruction)
    with act(actor, Permission.TASK_EXPEDITE, ref=overdue.subject.ref, reason=instruction.strip()) as running:
        running.note(task=overdue.id, owed=overdue.permission, owner=overdue.organisation.name_zh)
        given = Expedite(
            task_id=overdue.id,
            instruction=instruction.strip(),
            given_by=actor.user_id,
            given_org=actor.organisation_id,
            given_at=now(),
        )
        db.session.add(given)
        _end(actor, urging, TaskState.DONE)
        db.session.flush()
        db.session.expire(overdue, ["expedites"])
    return given


def _refuse_urging(actor: Actor, urging: Task, instruction: str) -> None:
    if urging.organisation_id != actor.organisation_id:
        raise NotAllowed(Problem(_("这项督办不是您的机构的事项。"), remedy=_("如您也在该机构任职，请先切换身份。")))
    if urging.state is not TaskState.OPEN:
        raise WrongState(
            Problem(
                _("这项督办已经结束。"),
                why=_("逾期事项已办结，或督办意见已经发出。"),
                remedy=_("请刷新页面查看最新状态。"),
            )
        )
    if not 0 < len(instruction.strip()) <= MOST_TEXT:
        raise Refused(
            Problem(
                _("请写明督办意见，不超过 %(n)s 字。", n=MOST_TEXT), remedy=_("写明要求和时限。"), place="instruction"
            )
        )
