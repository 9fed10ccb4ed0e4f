"""An actor's tasks by deadline, in words a page can show."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.calendars.queries import workdays_left
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.permissions import ROLE_PERMISSIONS, ROLE_SIDES, Permission, Role
from app.lifecycle.models import Pause, Task, TaskState
from app.organisations.models import Mandate, MandateKind, Organisation, OrganisationState, Region
from app.subjects.models import PartyRole, Subject
from app.subjects.queries import parties_of

# The item of a task that urges another begins so.
URGES = "task:"


@dataclass(frozen=True)
class Deadline:
    """A due day as components/deadline.html shows it; `days_left` are working days, negative when overdue.

    While time stands still, they are what was left when it stopped, and nothing is overdue.
    """

    days_left: int
    due: str
    overdue: bool
    provisional: bool
    stopped: bool = False


def deadline_of(task: Task) -> Deadline:
    stopped = task.pause is not None
    # What was opened meanwhile has all its time left.
    left = workdays_left(task.due_on, max(task.pause.started_on, task.started_on) if task.pause else None)
    return Deadline(left, task.due_on.isoformat(), left < 0 and not stopped, task.provisional, stopped)


# --- time that stands still ------------------------------------------------------------------------------------------


def stands_still(subject: Subject) -> Pause | None:
    """The pause in which the time of a subject stands still, if it does."""
    return db.session.scalar(sa.select(Pause).where(Pause.subject_id == subject.id, Pause.ended_on.is_(None)))


def running(subject_id: Any) -> sa.ColumnElement[bool]:
    """Condition that the time of a subject runs: what does not run is never overdue. Takes a column or a key."""
    return ~sa.exists().where(Pause.subject_id == subject_id, Pause.ended_on.is_(None))


def late(day: date) -> sa.ColumnElement[bool]:
    """Condition on `Task`: open, its day has passed, and its time runs."""
    return sa.and_(Task.state == TaskState.OPEN, Task.due_on < day, running(Task.subject_id))


def pauses_of(subject_id: int) -> list[Pause]:
    """When the time of a subject stood still, in order; one that has not ended is left out."""
    return list(
        db.session.scalars(
            sa.select(Pause).where(Pause.subject_id == subject_id, Pause.ended_on.is_not(None)).order_by(Pause.id)
        )
    )


# --- tasks -----------------------------------------------------------------------------------------------------------


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


# --- overdue tasks ---------------------------------------------------------------------------------------------------


def expedited_by(task: Task) -> str:
    """The item of the task by which a leader is asked to urge this one."""
    return f"{URGES}{task.id}"


def supervisor_of(task: Task) -> Organisation | None:
    """Whose leaders hear of an overdue task: those of the competent authority, else of the client.

    An authority's own task goes to its own leaders. Whoever stands outside a subject, as its inspectors do, is urged by
    none of its parties: nobody.
    """
    subject = task.subject
    held = {party.role: party.organisation for party in reversed(parties_of(subject))}
    found = held.get(PartyRole.COMPETENT_AUTHORITY) or _mandated(subject) or held.get(PartyRole.CLIENT)
    involved = {party.organisation_id for party in parties_of(subject)} | {found.id if found else 0}
    return found if task.organisation_id in involved else None


def _mandated(subject: Subject) -> Organisation | None:
    """The organisation with the nearest competent mandate over the region of a subject that has no authority."""
    day = today()
    above = [code for code in subject.region.path.split("/") if code]
    return db.session.scalars(
        sa.select(Organisation)
        .join(Mandate, Mandate.organisation_id == Organisation.id)
        .join(Region, Region.id == Mandate.region_id)
        .where(
            Mandate.kind == MandateKind.COMPETENT,
            Mandate.valid_from <= day,
            sa.or_(Mandate.valid_until.is_(None), Mandate.valid_until >= day),
            Organisation.state == OrganisationState.ACTIVE,
            Region.code.in_(above),
        )
        .order_by(sa.func.length(Region.path).desc(), Organisation.code)
        .limit(1)
    ).first()


def urging_of(actor: Actor, key: int) -> Task | None:
    """The task by which the actor's organisation is asked to urge another; None for anybody else's."""
    return db.session.scalar(
        sa.select(Task).where(
            Task.id == key,
            Task.permission == Permission.TASK_EXPEDITE,
            Task.organisation_id == actor.organisation_id,
        )
    )


def urged_by(urging: Task) -> Task | None:
    """The overdue task that a task of urging is about."""
    return db.session.get(Task, int(urging.item.removeprefix(URGES)))
