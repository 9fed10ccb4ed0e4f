"""Table of evidence files: one row an upload, one stored blob a content."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import AppendOnly, table_args
from app.organisations.models import Organisation
from app.subjects.models import Subject


class EvidenceFile(AppendOnly):
    """A file that a person attached to a subject; its content lies under its SHA-256 in the evidence store."""

    __tablename__ = "evidence_files"
    __table_args__ = table_args(
        sa.UniqueConstraint("subject_id", "sha256"),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name="digests_whole"),
        sa.CheckConstraint("size > 0", name="not_empty"),
        sa.Index("ix_evidence_files_sha256", "sha256"),
    )

    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id"))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    media_type: Mapped[str] = mapped_column(sa.String(100))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    purpose: Mapped[str] = mapped_column(sa.String(200))
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    subject: Mapped[Subject] = relationship()
    uploader: Mapped[User] = relationship()
    organisation: Mapped[Organisation] = relationship()
