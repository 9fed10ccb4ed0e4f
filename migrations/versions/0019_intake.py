"""Files of existing projects and contracts, as they were looked at and taken in, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("intake_previews", "intakes", "intake_rows")
# A row leads to what was taken in: a project marked so, or a draft that is not signed yet.
TAKEN_IN = (
    "NOT EXISTS (SELECT 1 FROM projects WHERE NEW.sheet = 'project' AND projects.subject_id = NEW.subject_id "
    "AND projects.taken_in_on IS NOT NULL) "
    "AND NOT EXISTS (SELECT 1 FROM contracts WHERE NEW.sheet = 'contract' AND contracts.subject_id = NEW.subject_id "
    "AND contracts.state = 'draft')"
)


def upgrade() -> None:
    create_previews()
    create_intakes()
    create_rows()
    for table in TABLES:
        guards.under_act(table)
        guards.append_only(table)
    guards.guard(
        "intake_rows_taken_in",
        "intake_rows",
        "BEFORE INSERT",
        TAKEN_IN,
        "a row of an intake leads to what was taken in",
    )


def create_previews() -> None:
    op.create_table(
        "intake_previews",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("project_rows", sa.Integer(), nullable=False),
        sa.Column("contract_rows", sa.Integer(), nullable=False),
        sa.Column("problem_count", sa.Integer(), nullable=False),
        sa.Column("previewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name=op.f("ck_intake_previews_digests_whole")),
        sa.CheckConstraint("size > 0", name=op.f("ck_intake_previews_not_empty")),
        sa.CheckConstraint(
            "project_rows >= 0 AND contract_rows >= 0 AND problem_count >= 0",
            name=op.f("ck_intake_previews_counts_range"),
        ),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_intake_previews_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_intake_previews_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_intake_previews_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_previews")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_intake_previews_act_id"), "intake_previews", ["act_id"], unique=False)
    op.create_index("ix_intake_previews_organisation_id", "intake_previews", ["organisation_id"], unique=False)


def create_intakes() -> None:
    op.create_table(
        "intakes",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("project_count", sa.Integer(), nullable=False),
        sa.Column("contract_count", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name=op.f("ck_intakes_digests_whole")),
        sa.CheckConstraint("size > 0", name=op.f("ck_intakes_not_empty")),
        sa.CheckConstraint(
            "project_count >= 0 AND contract_count >= 0 AND project_count + contract_count > 0",
            name=op.f("ck_intakes_counts_range"),
        ),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_intakes_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_intakes_organisation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_intakes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intakes")),
        sa.UniqueConstraint("sha256", name=op.f("uq_intakes_sha256")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_intakes_act_id"), "intakes", ["act_id"], unique=False)
    op.create_index("ix_intakes_organisation_id", "intakes", ["organisation_id"], unique=False)


def create_rows() -> None:
    op.create_table(
        "intake_rows",
        sa.Column("intake_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "sheet",
            sa.Enum("project", "contract", name="sheet", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(content) > 0", name=op.f("ck_intake_rows_content_whole")),
        sa.CheckConstraint("line > 1", name=op.f("ck_intake_rows_below_the_head")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_intake_rows_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["intake_id"], ["intakes.id"], name=op.f("fk_intake_rows_intake_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_intake_rows_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_rows")),
        sa.UniqueConstraint("intake_id", "sheet", "line", name=op.f("uq_intake_rows_intake_id_sheet_line")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_intake_rows_subject_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_intake_rows_act_id"), "intake_rows", ["act_id"], unique=False)


def downgrade() -> None:
    guards.drop_guard("intake_rows_taken_in", "intake_rows")
    for table in reversed(TABLES):
        guards.drop_append_only(table)
        guards.drop_under_act(table)
    for table in reversed(TABLES):
        op.drop_table(table)
