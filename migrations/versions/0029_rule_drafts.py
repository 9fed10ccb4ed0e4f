"""Drafts of rules, with guards; a version that came from the web is what somebody else has reviewed."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

STATES = ("draft", "submitted", "reviewed", "published", "withdrawn")
MOVES = (
    ("draft", "submitted"),
    ("draft", "withdrawn"),
    ("submitted", "draft"),
    ("submitted", "reviewed"),
    ("submitted", "withdrawn"),
    ("reviewed", "draft"),
    ("reviewed", "published"),
    ("reviewed", "withdrawn"),
)
ABOUT = ("code", "kind", "organisation_id", "drafted_by", "drafted_at")
WRITTEN = ("content", "digest", "entry_code", "base_entry_id", "reason")
REVIEW = ("reviewed_by", "reviewer_org", "reviewed_at", "review_note")
ENTRY = "FROM catalogue_entries entry WHERE entry.id = NEW.entry_id AND entry.kind = NEW.kind"
BASE_VERSION = "COALESCE((SELECT base.version FROM catalogue_entries base WHERE base.id = NEW.base_entry_id), 0)"
OVERTAKEN = (
    "OLD.state <> 'published' AND NEW.state = 'published' AND EXISTS (SELECT 1 FROM catalogue_entries other "
    "WHERE other.kind = NEW.kind AND other.code = NEW.entry_code AND other.id <> NEW.entry_id "
    f"AND other.version > {BASE_VERSION})"
)
UNREVIEWED = (
    "NEW.source_file LIKE 'web:%' AND NOT EXISTS (SELECT 1 FROM rule_drafts draft "
    "WHERE draft.code = substr(NEW.source_file, 5) AND draft.state = 'reviewed' AND draft.kind = NEW.kind "
    "AND draft.entry_code = NEW.code)"
)


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "rule_drafts",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("entry_code", sa.String(length=80), nullable=False),
        sa.Column("base_entry_id", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("state", enum("state", *STATES), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("drafted_by", sa.BigInteger(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_reason", sa.String(length=2000), nullable=False),
        sa.Column("reviewed_by", sa.BigInteger(), nullable=True),
        sa.Column("reviewer_org", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_note", sa.String(length=2000), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("published_by", sa.BigInteger(), nullable=True),
        sa.Column("publisher_org", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replay_digest", sa.String(length=64), nullable=True),
        sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replay_subjects", sa.Integer(), nullable=False),
        sa.Column("replay_hit", sa.Integer(), nullable=False),
        sa.Column("replay_cleared", sa.Integer(), nullable=False),
        sa.Column("replay_unknown", sa.Integer(), nullable=False),
        sa.Column("replay_rows", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        *checks(),
        *keys(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_drafts")),
        sa.UniqueConstraint("code", name=op.f("uq_rule_drafts_code")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_rule_drafts_entry_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_rule_drafts_act_id"), "rule_drafts", ["act_id"], unique=False)
    op.create_index("ix_rule_drafts_kind_entry_code", "rule_drafts", ["kind", "entry_code"], unique=False)
    op.create_index("ix_rule_drafts_state", "rule_drafts", ["state"], unique=False)
    create_guards()


def checks() -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_rule_drafts_digest_whole")),
        sa.CheckConstraint("length(kind) > 0", name=op.f("ck_rule_drafts_kind_named")),
        sa.CheckConstraint(
            "state IN ('draft', 'withdrawn') OR (submitted_at IS NOT NULL AND length(reason) > 0"
            " AND length(entry_code) > 0)",
            name=op.f("ck_rule_drafts_submitted_whole"),
        ),
        sa.CheckConstraint(
            "(reviewed_by IS NULL) = (reviewed_at IS NULL) AND (reviewed_by IS NULL) = (reviewer_org IS NULL)"
            " AND (state NOT IN ('reviewed', 'published') OR reviewed_by IS NOT NULL)"
            " AND (state NOT IN ('draft', 'submitted') OR reviewed_by IS NULL)",
            name=op.f("ck_rule_drafts_reviewed_whole"),
        ),
        sa.CheckConstraint(
            "reviewed_by IS NULL OR reviewed_by <> drafted_by", name=op.f("ck_rule_drafts_reviewed_by_another")
        ),
        sa.CheckConstraint(
            "(state = 'published') = (published_by IS NOT NULL AND publisher_org IS NOT NULL"
            " AND published_at IS NOT NULL AND entry_id IS NOT NULL AND valid_from IS NOT NULL)"
            " AND (state = 'published' OR (published_by IS NULL AND entry_id IS NULL))",
            name=op.f("ck_rule_drafts_published_whole"),
        ),
        sa.CheckConstraint(
            "published_by IS NULL OR published_by <> drafted_by", name=op.f("ck_rule_drafts_published_by_another")
        ),
        sa.CheckConstraint(
            "(replay_digest IS NULL) = (replayed_at IS NULL) AND replay_subjects >= 0 AND replay_hit >= 0"
            " AND replay_cleared >= 0 AND replay_unknown >= 0",
            name=op.f("ck_rule_drafts_replay_whole"),
        ),
        sa.CheckConstraint(
            "state <> 'published' OR kind <> 'negative_item' OR (replay_digest IS NOT NULL AND replay_digest = digest)",
            name=op.f("ck_rule_drafts_replayed_as_published"),
        ),
    ]


def keys() -> list[sa.ForeignKeyConstraint]:
    single = (
        ("organisation_id", "organisations.id", "fk_rule_drafts_organisation"),
        ("drafted_by", "users.id", "fk_rule_drafts_drafted_by"),
        ("reviewed_by", "users.id", "fk_rule_drafts_reviewed_by"),
        ("reviewer_org", "organisations.id", "fk_rule_drafts_reviewer_org"),
        ("published_by", "users.id", "fk_rule_drafts_published_by"),
        ("publisher_org", "organisations.id", "fk_rule_drafts_publisher_org"),
    )
    entry = ["catalogue_entries.id", "catalogue_entries.kind"]
    return [
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_rule_drafts_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["base_entry_id", "kind"], entry, name="fk_rule_drafts_base"),
        sa.ForeignKeyConstraint(["entry_id", "kind"], entry, name="fk_rule_drafts_entry"),
        *(sa.ForeignKeyConstraint([column], [target], name=name) for column, target, name in single),
    ]


def as_reviewed() -> str:
    """The condition that a published draft is not the version of its name, day and reviewed content."""
    if op.get_bind().dialect.name == "postgresql":
        was = "NEW.content::json ->> 'valid_from'"
        first, day = "to_char(NEW.valid_from, 'YYYY-MM-DD')", "(NEW.published_at AT TIME ZONE 'UTC')::date"
    else:
        # A trigger may not take JSON apart here; what is stored is canonical, and a key in it has no second spelling.
        was = 'substr(NEW.content, instr(NEW.content, \'"valid_from":"\') + 14, 10)'
        first, day = "NEW.valid_from", "date(NEW.published_at)"
    begins = "'\"valid_from\":\"' || {day} || '\"'"
    became = f"replace(NEW.content, {begins.format(day=f'({was})')}, {begins.format(day=first)})"
    return (
        "OLD.state <> 'published' AND NEW.state = 'published' AND (NEW.valid_from < "
        f"{day} OR NOT EXISTS (SELECT 1 {ENTRY} AND entry.code = NEW.entry_code "
        "AND entry.source_file = 'web:' || NEW.code AND entry.valid_from = NEW.valid_from "
        f"AND entry.content = {became}))"
    )


def create_guards() -> None:
    guards.under_act("rule_drafts")
    guards.never_deleted("rule_drafts")
    guards.starts_as("rule_drafts", "state", "draft")
    guards.only_moves("rule_drafts", "state", MOVES)
    guards.fixed_columns("rule_drafts", ABOUT)
    guards.guard(
        "rule_drafts_closed",
        "rule_drafts",
        "BEFORE UPDATE",
        "OLD.state IN ('published', 'withdrawn')",
        "what is published or withdrawn never changes",
    )
    guards.guard(
        "rule_drafts_sealed",
        "rule_drafts",
        "BEFORE UPDATE",
        f"NEW.state <> 'draft' AND {guards.changed(*WRITTEN)}",
        "what was handed in stays as it is",
    )
    guards.guard(
        "rule_drafts_review_stands",
        "rule_drafts",
        "BEFORE UPDATE",
        f"OLD.state = 'reviewed' AND NEW.state IN ('reviewed', 'published') AND {guards.changed(*REVIEW)}",
        "a review stays as it was given",
    )
    guards.guard(
        "rule_drafts_as_reviewed",
        "rule_drafts",
        "BEFORE UPDATE",
        as_reviewed(),
        "what is published is what was reviewed, from a day that has not passed",
    )
    guards.guard(
        "rule_drafts_overtaken",
        "rule_drafts",
        "BEFORE UPDATE",
        OVERTAKEN,
        "a draft is published on the version that it set out from",
    )
    guards.guard(
        "catalogue_entries_web_reviewed",
        "catalogue_entries",
        "BEFORE INSERT",
        UNREVIEWED,
        "a version from the web is a reviewed draft",
    )


def downgrade() -> None:
    guards.drop_guard("catalogue_entries_web_reviewed", "catalogue_entries")
    for name in ("overtaken", "as_reviewed", "review_stands", "sealed", "closed", "fixed"):
        guards.drop_guard(f"rule_drafts_{name}", "rule_drafts")
    guards.drop_guard("rule_drafts_state_moves", "rule_drafts")
    guards.drop_guard("rule_drafts_state_starts", "rule_drafts")
    guards.drop_never_deleted("rule_drafts")
    guards.drop_under_act("rule_drafts")
    op.drop_table("rule_drafts")
