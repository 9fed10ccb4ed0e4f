"""Tables of what organisations owe until a working day, of time that stood still, and of what leaders instructed."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import AppendOnly, Entity, LabelledEnum, enum_column, table_args
from app.core.permissions import Permission
from app.organisations.models import Organisation
from app.subjects.models import Subject


class TaskState(LabelledEnum):
    """Open until the act is done, or dropped when it is no longer owed."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"open": _l("待办"), "done": _l("已办"), "dropped": _l("已取消")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"open": "progress", "done": "good", "dropped": "muted"}


class Pause(Entity):
    """From when to when the time of a subject stood still: none of its tasks became due meanwhile.

    Neither end counts twice: what was left of a deadline on `started_on` is what is left of it on `ended_on`.
    """

    __tablename__ = "pauses"
    __table_args__ = table_args(
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="in_order"),
        sa.Index("ix_pauses_subject_id", "subject_id"),
        sa.Index(
            "uq_pauses_open",
            "subject_id",
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        ),
    )

    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id"))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]


class Task(Entity):
    """`permission` is the act that is owed. The start day is not counted; `due_on` is a working day.

    `item` says which thing of the subject it is owed for (a period, a finding), empty where the subject itself is.

    `provisional` says that the due day lies in a year whose holidays are not announced; it is computed again when
    they are.
    """

    __tablename__ = "tasks"
    __table_args__ = table_args(
        sa.CheckConstraint("workdays > 0", name="workdays_positive"),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_when_not_open"),
        sa.Index("ix_tasks_organisation_id_state_due_on", "organisation_id", "state", "due_on"),
        sa.Index("ix_tasks_subject_id", "subject_id"),
        sa.Index(
            "uq_tasks_open",
            "subject_id",
            "organisation_id",
            "permission",
            "item",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    permission: Mapped[Permission] = mapped_column(sa.String(60))
    item: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    started_on: Mapped[date]
    workdays: Mapped[int]
    due_on: Mapped[date]
    provisional: Mapped[bool]
    state: Mapped[TaskState] = enum_column(TaskState, "state", default=TaskState.OPEN)
    # The day its owner was reminded before it falls due, and the day it was handed up after that.
    reminded_on: Mapped[date | None]
    escalated_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    subject: Mapped[Subject] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    expedites: Mapped[list["Expedite"]] = relationship(viewonly=True, order_by="Expedite.id")
    # Set while the time of its subject stands still.
    pause: Mapped[Pause | None] = relationship(
        viewonly=True,
        lazy="joined",
        primaryjoin=lambda: sa.and_(sa.orm.foreign(Task.subject_id) == Pause.subject_id, Pause.ended_on.is_(None)),
    )


class Expedite(AppendOnly):
    """What a leader instructed about a task that was handed up to him (督办意见); its owner reads it beside the task."""

    __tablename__ = "expedites"
    __table_args__ = table_args(
        sa.CheckConstraint("length(instruction) > 0", name="instruction_given"),
        sa.Index("ix_expedites_task_id", "task_id"),
    )

    task_id: Mapped[int] = mapped_column(sa.ForeignKey("tasks.id"))
    instruction: Mapped[str] = mapped_column(sa.String(2000))
    given_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    given_org: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    given_at: Mapped[datetime]
    task: Mapped[Task] = relationship(viewonly=True)
    giver: Mapped[User] = relationship(viewonly=True)
    organisation: Mapped[Organisation] = relationship(viewonly=True)
