"""Tables of files that were looked at and taken in, and of their rows as they were typed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import AppendOnly, LabelledEnum, enum_column, table_args
from app.organisations.models import Organisation
from app.subjects.models import Subject

DIGESTS = "length(sha256) = 64 AND length(sm3) = 64"


class Sheet(LabelledEnum):
    """The two sheets of the workbook."""

    PROJECT = "project"
    CONTRACT = "contract"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"project": _l("项目"), "contract": _l("合同")}


class IntakePreview(AppendOnly):
    """A file that was looked at; nothing of it is stored but the file itself, until it is confirmed."""

    __tablename__ = "intake_previews"
    __table_args__ = table_args(
        sa.CheckConstraint(DIGESTS, name="digests_whole"),
        sa.CheckConstraint("size > 0", name="not_empty"),
        sa.CheckConstraint("project_rows >= 0 AND contract_rows >= 0 AND problem_count >= 0", name="counts_range"),
        sa.Index("ix_intake_previews_organisation_id", "organisation_id"),
    )

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    project_rows: Mapped[int]
    contract_rows: Mapped[int]
    problem_count: Mapped[int]
    previewed_at: Mapped[datetime]
    user: Mapped[User] = relationship(viewonly=True)


class Intake(AppendOnly):
    """A file that was taken in as a whole, by whom and when; the same file is taken in once."""

    __tablename__ = "intakes"
    __table_args__ = table_args(
        sa.UniqueConstraint("sha256"),
        sa.CheckConstraint(DIGESTS, name="digests_whole"),
        sa.CheckConstraint("size > 0", name="not_empty"),
        sa.CheckConstraint(
            "project_count >= 0 AND contract_count >= 0 AND project_count + contract_count > 0", name="counts_range"
        ),
        sa.Index("ix_intakes_organisation_id", "organisation_id"),
    )

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    project_count: Mapped[int]
    contract_count: Mapped[int]
    taken_at: Mapped[datetime]
    organisation: Mapped[Organisation] = relationship(viewonly=True)
    user: Mapped[User] = relationship(viewonly=True)
    rows: Mapped[list["IntakeRow"]] = relationship(order_by="IntakeRow.id", viewonly=True)


class IntakeRow(AppendOnly):
    """One row as it was typed, by column, and what became of it: nothing that was given is lost."""

    __tablename__ = "intake_rows"
    __table_args__ = table_args(
        sa.UniqueConstraint("intake_id", "sheet", "line"),
        sa.UniqueConstraint("subject_id"),
        sa.CheckConstraint("line > 1", name="below_the_head"),
        sa.CheckConstraint("length(content) > 0", name="content_whole"),
    )

    intake_id: Mapped[int] = mapped_column(sa.ForeignKey("intakes.id"))
    sheet: Mapped[Sheet] = enum_column(Sheet, "sheet")
    line: Mapped[int]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id"))
    content: Mapped[str] = mapped_column(sa.Text)
    intake: Mapped[Intake] = relationship(viewonly=True)
    subject: Mapped[Subject] = relationship(viewonly=True)
