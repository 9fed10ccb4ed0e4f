"""Table of drafts of rules: what somebody would have a rule say, who reviewed it, and the version it became."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.catalogues.models import CatalogueEntry
from app.core.db import Entity, LabelledEnum, enum_column, table_args
from app.negative_lists.judging import ITEM_KIND
from app.organisations.models import Organisation


class DraftState(LabelledEnum):
    """Written by its author; handed in; found right by somebody else; published as a version, or taken back."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "draft": _l("起草中"),
            "submitted": _l("待复核"),
            "reviewed": _l("待发布"),
            "published": _l("已发布新版"),
            "withdrawn": _l("已撤回"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {
            "draft": "neutral",
            "submitted": "progress",
            "reviewed": "info",
            "published": "good",
            "withdrawn": "muted",
        }


class RuleDraft(Entity):
    """What one entry of a catalogue is to say, as its file would; only its author writes it, and only while a draft.

    `base_entry_id` is the version it set out from, none for a new rule; where another version came meanwhile, it is
    neither reviewed nor published before it was set on that one. `digest` is of `content`: what was read is what is
    reviewed, replayed and published. The replay's counts hold for `replay_digest` alone.
    """

    __tablename__ = "rule_drafts"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("entry_id"),
        sa.ForeignKeyConstraint(
            ["base_entry_id", "kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_rule_drafts_base",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id", "kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_rule_drafts_entry",
        ),
        sa.CheckConstraint("length(digest) = 64", name="digest_whole"),
        sa.CheckConstraint("length(kind) > 0", name="kind_named"),
        sa.CheckConstraint(
            "state IN ('draft', 'withdrawn') OR (submitted_at IS NOT NULL AND length(reason) > 0"
            " AND length(entry_code) > 0)",
            name="submitted_whole",
        ),
        sa.CheckConstraint(
            "(reviewed_by IS NULL) = (reviewed_at IS NULL) AND (reviewed_by IS NULL) = (reviewer_org IS NULL)"
            " AND (state NOT IN ('reviewed', 'published') OR reviewed_by IS NOT NULL)"
            " AND (state NOT IN ('draft', 'submitted') OR reviewed_by IS NULL)",
            name="reviewed_whole",
        ),
        sa.CheckConstraint("reviewed_by IS NULL OR reviewed_by <> drafted_by", name="reviewed_by_another"),
        sa.CheckConstraint(
            "(state = 'published') = (published_by IS NOT NULL AND publisher_org IS NOT NULL"
            " AND published_at IS NOT NULL AND entry_id IS NOT NULL AND valid_from IS NOT NULL)"
            " AND (state = 'published' OR (published_by IS NULL AND entry_id IS NULL))",
            name="published_whole",
        ),
        sa.CheckConstraint("published_by IS NULL OR published_by <> drafted_by", name="published_by_another"),
        sa.CheckConstraint(
            "(replay_digest IS NULL) = (replayed_at IS NULL) AND replay_subjects >= 0 AND replay_hit >= 0"
            " AND replay_cleared >= 0 AND replay_unknown >= 0",
            name="replay_whole",
        ),
        sa.CheckConstraint(
            f"state <> 'published' OR kind <> '{ITEM_KIND}' OR (replay_digest IS NOT NULL AND replay_digest = digest)",
            name="replayed_as_published",
        ),
        sa.Index("ix_rule_drafts_kind_entry_code", "kind", "entry_code"),
        sa.Index("ix_rule_drafts_state", "state"),
    )
    # What a rule is to say stands on the trail by its digest; the row keeps it.
    __secret_fields__ = frozenset({"content", "replay_rows"})

    # GZ-0001
    code: Mapped[str] = mapped_column(sa.String(20))
    kind: Mapped[str] = mapped_column(sa.String(40))
    entry_code: Mapped[str] = mapped_column(sa.String(80), default="")
    base_entry_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    content: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.String(64))
    # Why the rule is to change.
    reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    state: Mapped[DraftState] = enum_column(DraftState, "state", default=DraftState.DRAFT)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_rule_drafts_organisation"))
    drafted_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_rule_drafts_drafted_by"))
    drafted_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    # Why it was last sent back, empty when it was not.
    returned_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    reviewed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_rule_drafts_reviewed_by"))
    reviewer_org: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisations.id", name="fk_rule_drafts_reviewer_org")
    )
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str] = mapped_column(sa.String(2000), default="")
    # The first day of the version that it became.
    valid_from: Mapped[date | None]
    entry_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    published_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_rule_drafts_published_by"))
    publisher_org: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisations.id", name="fk_rule_drafts_publisher_org")
    )
    published_at: Mapped[datetime | None]
    replay_digest: Mapped[str | None] = mapped_column(sa.String(64))
    replayed_at: Mapped[datetime | None]
    replay_subjects: Mapped[int] = mapped_column(default=0)
    replay_hit: Mapped[int] = mapped_column(default=0)
    replay_cleared: Mapped[int] = mapped_column(default=0)
    replay_unknown: Mapped[int] = mapped_column(default=0)
    # The first of what would change, as a canonical list.
    replay_rows: Mapped[str] = mapped_column(sa.Text, default="[]")
    base: Mapped[CatalogueEntry | None] = relationship(
        viewonly=True, primaryjoin="foreign(RuleDraft.base_entry_id) == CatalogueEntry.id"
    )
    entry: Mapped[CatalogueEntry | None] = relationship(
        viewonly=True, primaryjoin="foreign(RuleDraft.entry_id) == CatalogueEntry.id"
    )
    organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="RuleDraft.organisation_id")
    author: Mapped[User] = relationship(viewonly=True, foreign_keys="RuleDraft.drafted_by")
    reviewer: Mapped[User | None] = relationship(viewonly=True, foreign_keys="RuleDraft.reviewed_by")
    publisher: Mapped[User | None] = relationship(viewonly=True, foreign_keys="RuleDraft.published_by")

    @property
    def ref(self) -> str:
        return f"rule:{self.code}"

    @property
    def source_file(self) -> str:
        """The name under which the version that it becomes is known."""
        return f"web:{self.code}"

    @property
    def is_replayed(self) -> bool:
        """Whether it was replayed exactly as it stands."""
        return self.replay_digest is not None and self.replay_digest == self.digest
