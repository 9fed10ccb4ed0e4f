"""Opening, ending and recomputing tasks. Rooms call these inside their own acts."""

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import lazyload

from app.audit import act
from app.calendars.queries import calendar_in_force, deadline
from app.calendars.working_time import DueDay, last_workday, workdays_between
from app.core.actors import Actor, must
from app.core.clock import now, today
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused, WrongState
from app.core.permissions import Permission
from app.lifecycle.models import Expedite, Pause, Task, TaskState
from app.lifecycle.queries import expedited_by, pauses_of, running, stands_still, supervisor_of
from app.subjects.models import Subject

# Working days before the due day on which an owner is reminded, after it on which the task is handed up, and in which
# a leader answers; defaults of the product.
REMIND_WITHIN = 2
ESCALATE_AFTER = 1
EXPEDITE_WITHIN = 3
MOST_TEXT = 2000


def open_task(
    subject: Subject,
    organisation_id: int,
    permission: Permission,
    workdays: int,
    item: str = "",
    since: date | None = None,
) -> Task:
    """An organisation owes an act within working days, counted from the day after `since` (today).

    Needs a running act.
    """
    begun = since or today()
    due = deadline(begun, workdays)
    task = Task(started_on=begun, workdays=workdays, due_on=due.day, provisional=due.provisional)
    return _owe(task, subject, organisation_id, permission, item)


def _owe(task: Task, subject: Subject, organisation_id: int, permission: Permission, item: str = "") -> Task:
    task.subject_id, task.organisation_id, task.permission, task.item = subject.id, organisation_id, permission, item
    db.session.add(task)
    db.session.flush()
    return task


def ask_once(
    subject: Subject,
    organisation_id: int,
    permission: Permission,
    workdays: int,
    item: str = "",
    since: date | None = None,
) -> Task | None:
    """`open_task` unless the organisation owes the same act for the same item already. Needs a running act."""
    same = (Task.organisation_id == organisation_id, Task.permission == permission, Task.item == item)
    return None if _open(subject, *same) else open_task(subject, organisation_id, permission, workdays, item, since)


def ask_until(subject: Subject, organisation_id: int, permission: Permission, since: date, last: date) -> Task | None:
    """`ask_once` for what is owed from a day to a day of the calendar, both perhaps long past. Needs a running act.

    Due on the last working day in time: a day of the calendar does not move with holidays, so it is not provisional.
    """
    if _open(subject, Task.organisation_id == organisation_id, Task.permission == permission, Task.item == ""):
        return None
    calendar = calendar_in_force()
    due = last_workday(calendar, last)
    task = Task(started_on=since, workdays=workdays_between(calendar, since, due), due_on=due, provisional=False)
    return _owe(task, subject, organisation_id, permission)


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
            # Mostly there is none, and whose it is and about what is known to who asks: those are read when needed.
            sa.select(Task)
            .where(Task.subject_id == subject.id, Task.state == TaskState.OPEN, *conditions)
            .options(lazyload("*"))
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


# --- time that stands still ------------------------------------------------------------------------------------------


def stand_still(subject: Subject) -> Pause:
    """Stops the time of a subject: nothing of it becomes due until it goes on. Needs a running act."""
    pause = Pause(subject_id=subject.id, started_on=today())
    db.session.add(pause)
    db.session.flush()
    _read_again(subject)
    return pause


def go_on(subject: Subject) -> int:
    """Lets the time of a subject run again; every open task is due as many working days later as it stood still.

    Returns those working days. The trail keeps each old day beside the new one. Needs a running act.
    """
    pause = stands_still(subject)
    if pause is None:
        return 0
    pause.ended_on = today()
    db.session.flush()
    for task in _open(subject):
        due = _due_of(task)
        task.due_on, task.provisional = due.day, due.provisional
    db.session.flush()
    _read_again(subject)
    return workdays_between(calendar_in_force(), pause.started_on, pause.ended_on)


def _read_again(subject: Subject) -> None:
    for task in _open(subject):
        db.session.expire(task, ["pause"])


def _due_of(task: Task) -> DueDay:
    """Its working days counted from the day it was asked for, without those on which time stood still since."""
    calendar = calendar_in_force()
    stood = sum(
        workdays_between(calendar, max(pause.started_on, task.started_on), pause.ended_on)
        for pause in pauses_of(task.subject_id)
        if pause.ended_on is not None and pause.ended_on > task.started_on
    )
    return deadline(task.started_on, task.workdays + stood)


# --- provisional deadlines -------------------------------------------------------------------------------------------


def recompute_provisional(actor: Actor) -> int:
    """Computes open provisional deadlines again (a holiday notice may have come); returns how many moved."""
    waiting = db.session.scalars(sa.select(Task).where(Task.state == TaskState.OPEN, Task.provisional)).all()
    moved = 0
    for task in waiting:
        due = _due_of(task)
        if (due.day, due.provisional) == (task.due_on, task.provisional):
            continue
        with act(actor, Permission.TASK_RECOMPUTE, ref=task.subject.ref) as noted:
            noted.note(task=task.id, before=task.due_on, after=due.day)
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
        with act(actor, Permission.TASK_REMIND, ref=task.subject.ref, reason=why) as noted:
            noted.note(reminded=task.id, owed=task.permission, due=task.due_on)
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
        with act(actor, Permission.TASK_ESCALATE, ref=task.subject.ref, reason=why) as noted:
            noted.note(escalated=task.id, owed=task.permission, due=task.due_on, to=above.name_zh)
            task.escalated_on = day
            ask_once(task.subject, above.id, Permission.TASK_EXPEDITE, EXPEDITE_WITHIN, item=expedited_by(task))
        done += 1
    return done


def _waiting(*conditions: sa.ColumnElement[bool]) -> list[Task]:
    """Open tasks whose time runs."""
    open_and_running = (Task.state == TaskState.OPEN, running(Task.subject_id))
    return list(db.session.scalars(sa.select(Task).where(*open_and_running, *conditions).order_by(Task.id)))


def expedite(actor: Actor, urging: Task, overdue: Task, instruction: str) -> Expedite:
    """A leader says what is to be done about an overdue task; its owner reads it beside the task."""
    must(actor, Permission.TASK_EXPEDITE)
    _refuse_urging(actor, urging, instruction)
    with act(actor, Permission.TASK_EXPEDITE, ref=overdue.subject.ref, reason=instruction.strip()) as noted:
        noted.note(task=overdue.id, owed=overdue.permission, owner=overdue.organisation.name_zh)
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
