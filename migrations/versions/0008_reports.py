"""Performance reports, their files and the runs that produced them, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNDER_ACT = ("report_files", "reports")
APPEND_ONLY = ("report_files", "report_runs")
FIXED = (
    "code",
    "contract_id",
    "subject_id",
    "plan_id",
    "period",
    "starts_at",
    "ends_at",
    "edition",
    "supersedes_id",
    "assessment_id",
    "assessment_state",
    "content",
    "sha256",
    "sm3",
    "evidence_gaps",
    "side",
    "produced_by",
    "produced_at",
    "reason",
)
MOVES = (("produced", "signed"), ("produced", "superseded"))
LATER = "EXISTS (SELECT 1 FROM reports later WHERE later.plan_id = NEW.plan_id AND later.period = NEW.period AND later.edition > NEW.edition)"
# Name, table, when, what is wrong, and what is said then.
RULES = (
    (
        "reports_edition_follows",
        "reports",
        "BEFORE INSERT",
        (
            "NEW.edition > 1 AND NOT EXISTS (SELECT 1 FROM reports earlier "
            "WHERE earlier.id = NEW.supersedes_id AND earlier.edition = NEW.edition - 1)"
        ),
        "an edition follows the one before it",
    ),
    (
        "reports_superseded_by_newer",
        "reports",
        "BEFORE UPDATE OF state",
        f"NEW.state = 'superseded' AND NOT {LATER}",
        "reports are superseded by a newer edition only",
    ),
    (
        "reports_signed_newest",
        "reports",
        "BEFORE UPDATE OF state",
        f"NEW.state = 'signed' AND OLD.state <> 'signed' AND (NEW.evidence_gaps > 0 OR {LATER})",
        "reports are signed without gaps of evidence and in their newest edition",
    ),
    (
        "report_files_with_report",
        "report_files",
        "BEFORE INSERT",
        (
            "NOT EXISTS (SELECT 1 FROM reports WHERE reports.id = NEW.report_id AND reports.act_id = NEW.act_id "
            "AND reports.state = 'produced')"
        ),
        "report_files come together with their report",
    ),
)


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(length=13), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("supersedes_id", sa.BigInteger(), nullable=True),
        sa.Column("assessment_id", sa.BigInteger(), nullable=False),
        sa.Column("assessment_state", sa.String(length=40), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("evidence_gaps", sa.Integer(), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "management",
                "operation",
                "supervision",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("produced_by", sa.BigInteger(), nullable=True),
        sa.Column("produced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "produced",
                "signed",
                "superseded",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side = 'management'", name=op.f("ck_reports_by_management")),
        sa.CheckConstraint("edition > 0", name=op.f("ck_reports_edition_positive")),
        sa.CheckConstraint("(edition = 1) = (supersedes_id IS NULL)", name=op.f("ck_reports_edition_follows")),
        sa.CheckConstraint("edition = 1 OR length(reason) > 0", name=op.f("ck_reports_edition_reason")),
        sa.CheckConstraint("evidence_gaps >= 0", name=op.f("ck_reports_gaps_range")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_reports_period_ordered")),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name=op.f("ck_reports_digests_whole")),
        sa.CheckConstraint("length(content) > 0", name=op.f("ck_reports_content_there")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_reports_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id", "plan_id", "period"],
            ["assessments.id", "assessments.plan_id", "assessments.period"],
            name="fk_reports_assessment",
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_reports_contract"
        ),
        sa.ForeignKeyConstraint(["plan_id", "contract_id"], ["plans.id", "plans.contract_id"], name="fk_reports_plan"),
        sa.ForeignKeyConstraint(["produced_by"], ["users.id"], name="fk_reports_producer"),
        sa.ForeignKeyConstraint(
            ["subject_id", "produced_by", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_reports_person",
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "plan_id", "period"],
            ["reports.id", "reports.plan_id", "reports.period"],
            name="fk_reports_supersedes",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("code", name=op.f("uq_reports_code")),
        sa.UniqueConstraint(
            "code", "plan_id", "period", "edition", name=op.f("uq_reports_code_plan_id_period_edition")
        ),
        sa.UniqueConstraint("id", "contract_id", "subject_id", name=op.f("uq_reports_id_contract_id_subject_id")),
        sa.UniqueConstraint("id", "plan_id", "period", name=op.f("uq_reports_id_plan_id_period")),
        sa.UniqueConstraint("id", "sha256", name=op.f("uq_reports_id_sha256")),
        sa.UniqueConstraint("plan_id", "period", "edition", name=op.f("uq_reports_plan_id_period_edition")),
        sqlite_strict=True,
    )
    op.create_index("ix_reports_contract_id_starts_at", "reports", ["contract_id", "starts_at"], unique=False)
    op.create_index("ix_reports_assessment_id", "reports", ["assessment_id"], unique=False)
    op.create_table(
        "report_files",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("pdf", "xlsx", "docx", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name=op.f("ck_report_files_digests_whole")),
        sa.CheckConstraint("size > 0", name=op.f("ck_report_files_not_empty")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_report_files_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name="fk_report_files_report"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_files")),
        sa.UniqueConstraint("report_id", "kind", name=op.f("uq_report_files_report_id_kind")),
        sqlite_strict=True,
    )
    op.create_table(
        "report_runs",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(length=13), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("report_code", sa.String(length=80), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("edition = 1", name=op.f("ck_report_runs_first_edition")),
        sa.ForeignKeyConstraint(
            ["report_code", "plan_id", "period", "edition"],
            ["reports.code", "reports.plan_id", "reports.period", "reports.edition"],
            name="fk_report_runs_report",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("plan_id", "period", name=op.f("pk_report_runs")),
        sqlite_strict=True,
    )
    for table in UNDER_ACT:
        op.create_index(f"ix_{table}_act_id", table, ["act_id"], unique=False)
    create_guards()


def create_guards() -> None:
    for table in UNDER_ACT:
        guards.under_act(table)
    for table in APPEND_ONLY:
        guards.append_only(table)
    guards.never_deleted("reports")
    guards.starts_as("reports", "state", "produced")
    guards.only_moves("reports", "state", MOVES)
    guards.fixed_columns("reports", FIXED)
    for name, table, when, wrong, message in RULES:
        guards.guard(name, table, when, wrong, message)


def drop_guards() -> None:
    for name, table, *_rest in reversed(RULES):
        guards.drop_guard(name, table)
    for name in ("fixed", "state_moves", "state_starts"):
        guards.drop_guard(f"reports_{name}", "reports")
    guards.drop_never_deleted("reports")
    for table in APPEND_ONLY:
        guards.drop_append_only(table)
    for table in UNDER_ACT:
        guards.drop_under_act(table)


def downgrade() -> None:
    drop_guards()
    for table in ("report_runs", "report_files", "reports"):
        op.drop_table(table)
