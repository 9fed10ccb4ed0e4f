"""The append-only trail: one leaf an act, tree heads over the leaves."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, table_args


class TrailEntry(Base):
    """A leaf: who did what to which thing, when, in which role, and what changed.

    `details` (reason, changes, notes) enters the leaf as a salted digest, so that personal data can one day be blanked
    by its legal owner without breaking the tree. Actor columns are texts on purpose: the trail outlives accounts.
    """

    __tablename__ = "trail_entries"
    __table_args__ = table_args(
        sa.UniqueConstraint("seq"),
        sa.CheckConstraint("seq > 0", name="seq_positive"),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name="digests_whole"),
        sa.Index("ix_trail_entries_ref_seq", "ref", "seq"),
        sa.Index("ix_trail_entries_user_id_seq", "user_id", "seq"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    organisation_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    actor: Mapped[str] = mapped_column(sa.Text)
    verb: Mapped[str] = mapped_column(sa.String(60))
    ref: Mapped[str] = mapped_column(sa.String(120))
    request_id: Mapped[str] = mapped_column(sa.String(40))
    details: Mapped[str] = mapped_column(sa.Text)
    salt: Mapped[str] = mapped_column(sa.String(32))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))


class TrailHead(Base):
    """The Merkle root (RFC 9162 2.1) over the first `size` leaves, in both digests, at a moment."""

    __tablename__ = "trail_heads"
    __table_args__ = table_args(
        sa.CheckConstraint("size > 0", name="size_positive"),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name="digests_whole"),
    )

    size: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    # The compact range (subtree roots, largest first) from which the next head grows without reading all leaves again.
    frontier: Mapped[str] = mapped_column(sa.Text)
