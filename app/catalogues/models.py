"""The one append-only table in which every version of every rule stays readable."""

from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from app.catalogues.reading import Status
from app.core.db import AppendOnly, enum_column, table_args

STATUS_LABELS = {
    Status.READ: _l("已核原文"),
    Status.EXCERPT: _l("已核节录"),
    Status.UNVERIFIED: _l("待核实"),
    Status.DEFAULT: _l("默认"),
    Status.PROPOSED: _l("研究主张"),
}


class CatalogueEntry(AppendOnly):
    """One version of one rule, as it was written in its file. A later version supersedes it, nothing edits it.

    UNIQUE(id, kind) lets another table demand by key that what it points to is of the right kind.
    """

    __tablename__ = "catalogue_entries"
    __table_args__ = table_args(
        sa.UniqueConstraint("kind", "code", "version"),
        sa.UniqueConstraint("id", "kind"),
        sa.CheckConstraint("version >= 1", name="version_positive"),
        sa.CheckConstraint("length(kind) > 0 AND length(code) > 0", name="named"),
        sa.CheckConstraint("length(digest) = 64", name="digest_whole"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity_ordered"),
    )
    # The digest stands in the trail and the row cannot change: a second copy of every rule would only swell the trail.
    __secret_fields__ = frozenset({"content"})

    kind: Mapped[str] = mapped_column(sa.String(40))
    code: Mapped[str] = mapped_column(sa.String(80))
    version: Mapped[int]
    content: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.String(64))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    status: Mapped[Status] = enum_column(Status, "status")
    source_file: Mapped[str] = mapped_column(sa.String(400))
    loaded_at: Mapped[datetime]

    def covers(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)
