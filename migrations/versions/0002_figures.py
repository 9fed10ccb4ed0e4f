"""Figures: submissions, figures, flags, verifications, status events, previews, closed periods, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Which party reports under which source; of one text in two tables.
SOURCE_OF_PARTY = (
    "(party_role = 'operator' AND source = 'operator_report' AND side = 'operation')"
    " OR (party_role = 'client' AND source = 'agency_log' AND side = 'management')"
    " OR (party_role = 'supervisor' AND source = 'third_party' AND side = 'supervision')"
    " OR (party_role = 'tester' AND source = 'third_party' AND side = 'supervision')"
    " OR (party_role = 'evaluator' AND source = 'third_party' AND side = 'supervision')"
)
UNDER_ACT = ("closed_periods", "figure_previews", "submissions", "verifications")
APPEND_ONLY = (
    "figure_flags",
    "figure_previews",
    "figures",
    "status_events",
    "submissions",
    "verifications",
    "verified_figures",
)
# Rows that come in bulk: only together with the audited thing they belong to, inside its act.
WITHIN = {
    "figure_flags": ("submissions", "submission_id"),
    "figures": ("submissions", "submission_id"),
    "status_events": ("submissions", "submission_id"),
    "verified_figures": ("verifications", "verification_id"),
}
CLOSED = "SELECT 1 FROM closed_periods closed WHERE closed.reopened_at IS NULL AND "
# I9: what lies in a closed period is neither reported nor judged any more.
IN_CLOSED_PERIOD = {
    "figures": CLOSED + "closed.contract_id = NEW.contract_id "
    "AND closed.starts_at <= NEW.starts_at AND closed.ends_at >= NEW.ends_at",
    "status_events": CLOSED + "closed.contract_id = NEW.contract_id "
    "AND closed.starts_at <= NEW.at AND closed.ends_at > NEW.at",
    "verified_figures": CLOSED + "EXISTS (SELECT 1 FROM figures WHERE figures.id = NEW.figure_id "
    "AND closed.contract_id = figures.contract_id "
    "AND closed.starts_at <= figures.starts_at AND closed.ends_at >= figures.ends_at)",
}
CLOSING = ("contract_id", "subject_id", "period", "starts_at", "ends_at", "side", "closed_at", "closed_by")
FIGURE_KEY = ("contract_id", "service_id", "indicator_code", "period", "channel", "source")
TABLES = (
    "verified_figures",
    "figure_flags",
    "verifications",
    "status_events",
    "figures",
    "submissions",
    "figure_previews",
    "closed_periods",
)


def upgrade() -> None:
    op.create_table(
        "closed_periods",
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(length=13), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
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
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.BigInteger(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_by", sa.BigInteger(), nullable=True),
        sa.Column("reopen_reason", sa.String(length=2000), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(reopened_at IS NULL AND reopened_by IS NULL AND reopen_reason = '')"
            " OR (reopened_at IS NOT NULL AND reopened_by IS NOT NULL AND length(reopen_reason) > 0)",
            name=op.f("ck_closed_periods_reopened_whole"),
        ),
        sa.CheckConstraint("side = 'management'", name=op.f("ck_closed_periods_by_management")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_closed_periods_period_ordered")),
        sa.CheckConstraint("reopened_by IS NULL OR reopened_by <> closed_by", name=op.f("ck_closed_periods_four_eyes")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_closed_periods_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name="fk_closed_periods_closer"),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_closed_periods_contract"
        ),
        sa.ForeignKeyConstraint(["reopened_by"], ["users.id"], name="fk_closed_periods_reopener"),
        sa.ForeignKeyConstraint(
            ["subject_id", "closed_by", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_closed_periods_closed_by",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "reopened_by", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_closed_periods_reopened_by",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_periods")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_closed_periods_closed",
        "closed_periods",
        ["contract_id", "period"],
        unique=True,
        sqlite_where=sa.text("reopened_at IS NULL"),
        postgresql_where=sa.text("reopened_at IS NULL"),
    )
    op.create_table(
        "figure_previews",
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
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
        sa.Column(
            "party_role",
            sa.Enum(
                "client",
                "competent_authority",
                "finance",
                "operator",
                "builder",
                "supervisor",
                "tester",
                "evaluator",
                name="party_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "operator_report",
                "agency_log",
                "third_party",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum("figures", "events", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("problem_count", sa.Integer(), nullable=False),
        sa.Column("previewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            SOURCE_OF_PARTY,
            name=op.f("ck_figure_previews_source_of_party"),
        ),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name=op.f("ck_figure_previews_digests_whole")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_figure_previews_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_figure_previews_contract"
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_figure_previews_organisation"),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "party_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name="fk_figure_previews_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_figure_previews_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_figure_previews_file",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "user_id", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_figure_previews_person",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_figure_previews_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_previews")),
        sqlite_strict=True,
    )
    op.create_index("ix_figure_previews_contract_id", "figure_previews", ["contract_id"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
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
        sa.Column(
            "party_role",
            sa.Enum(
                "client",
                "competent_authority",
                "finance",
                "operator",
                "builder",
                "supervisor",
                "tester",
                "evaluator",
                name="party_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "operator_report",
                "agency_log",
                "third_party",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum("figures", "events", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("new_count", sa.Integer(), nullable=False),
        sa.Column("corrected_count", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            SOURCE_OF_PARTY,
            name=op.f("ck_submissions_source_of_party"),
        ),
        sa.CheckConstraint("corrected_count = 0 OR length(reason) > 0", name=op.f("ck_submissions_correction_reason")),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name=op.f("ck_submissions_digests_whole")),
        sa.CheckConstraint("new_count + corrected_count <= row_count", name=op.f("ck_submissions_counts_add_up")),
        sa.CheckConstraint(
            "row_count > 0 AND new_count >= 0 AND corrected_count >= 0", name=op.f("ck_submissions_counts_range")
        ),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_submissions_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_submissions_contract"
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_submissions_organisation"),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "party_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name="fk_submissions_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_submissions_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"], ["evidence_files.subject_id", "evidence_files.sha256"], name="fk_submissions_file"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "user_id", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_submissions_person",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_submissions_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("contract_id", "source", "sha256", name=op.f("uq_submissions_contract_id_source_sha256")),
        sa.UniqueConstraint("id", "contract_id", "source", name="uq_submissions_source"),
        sa.UniqueConstraint("id", "contract_id", "subject_id", "user_id", "organisation_id", name="uq_submissions_by"),
        sqlite_strict=True,
    )
    op.create_table(
        "figures",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("indicator_code", sa.String(length=80), nullable=False),
        sa.Column("indicator_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(length=13), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "operator_report",
                "agency_log",
                "third_party",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "value",
                "missing",
                "not_required",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(standing = 'value') = (value IS NOT NULL)", name=op.f("ck_figures_value_when_standing")),
        sa.CheckConstraint(
            "standing <> 'missing' OR (length(reason) > 0 AND denominator IS NULL)", name=op.f("ck_figures_missing_why")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_figures_period_ordered")),
        sa.CheckConstraint("revision > 0", name=op.f("ck_figures_revision_positive")),
        sa.ForeignKeyConstraint(["indicator_entry_id"], ["catalogue_entries.id"], name="fk_figures_indicator"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_figures_service"),
        sa.ForeignKeyConstraint(
            ["submission_id", "contract_id", "source"],
            ["submissions.id", "submissions.contract_id", "submissions.source"],
            name="fk_figures_submission",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figures")),
        sa.UniqueConstraint(
            "contract_id",
            "service_id",
            "indicator_code",
            "period",
            "channel",
            "source",
            "revision",
            name="uq_figures_revision",
        ),
        sa.UniqueConstraint("submission_id", "id", name="uq_figures_submission"),
        sqlite_strict=True,
    )
    op.create_index("ix_figures_contract_id_starts_at", "figures", ["contract_id", "starts_at"], unique=False)
    op.create_table(
        "status_events",
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "operator_report",
                "agency_log",
                "third_party",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "up",
                "down",
                "degraded",
                "maintenance",
                "unknown",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("response_ms", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("response_ms IS NULL OR response_ms >= 0", name=op.f("ck_status_events_response_range")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_status_events_service"),
        sa.ForeignKeyConstraint(
            ["submission_id", "contract_id", "source"],
            ["submissions.id", "submissions.contract_id", "submissions.source"],
            name="fk_status_events_submission",
        ),
        sa.PrimaryKeyConstraint("contract_id", "service_id", "source", "at", name=op.f("pk_status_events")),
        sqlite_strict=True,
    )
    op.create_index("ix_status_events_submission_id", "status_events", ["submission_id"], unique=False)
    op.create_table(
        "verifications",
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("submitted_by", sa.BigInteger(), nullable=False),
        sa.Column("submitter_org_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
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
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("verified", "doubted", name="verdict", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figure_count", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side IN ('management', 'supervision')", name=op.f("ck_verifications_never_the_operator")),
        sa.CheckConstraint("verdict = 'verified' OR length(reason) > 0", name=op.f("ck_verifications_doubt_reason")),
        sa.CheckConstraint("organisation_id <> submitter_org_id", name=op.f("ck_verifications_another_organisation")),
        sa.CheckConstraint("user_id <> submitted_by", name=op.f("ck_verifications_four_eyes")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_verifications_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_verifications_organisation"),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_verifications_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "user_id", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_verifications_person",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "contract_id", "subject_id", "submitted_by", "submitter_org_id"],
            [
                "submissions.id",
                "submissions.contract_id",
                "submissions.subject_id",
                "submissions.user_id",
                "submissions.organisation_id",
            ],
            name="fk_verifications_submission",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_verifications_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
        sa.UniqueConstraint("id", "submission_id", name=op.f("uq_verifications_id_submission_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_verifications_submission_id", "verifications", ["submission_id"], unique=False)
    op.create_table(
        "figure_flags",
        sa.Column("figure_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id", "figure_id"], ["figures.submission_id", "figures.id"], name="fk_figure_flags_figure"
        ),
        sa.PrimaryKeyConstraint("figure_id", "code", name=op.f("pk_figure_flags")),
        sqlite_strict=True,
    )
    op.create_table(
        "verified_figures",
        sa.Column("figure_id", sa.BigInteger(), nullable=False),
        sa.Column("verification_id", sa.BigInteger(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id", "figure_id"], ["figures.submission_id", "figures.id"], name="fk_verified_figures_figure"
        ),
        sa.ForeignKeyConstraint(
            ["verification_id", "submission_id"],
            ["verifications.id", "verifications.submission_id"],
            name="fk_verified_figures_verification",
        ),
        sa.PrimaryKeyConstraint("figure_id", "verification_id", name=op.f("pk_verified_figures")),
        sqlite_strict=True,
    )
    for table in ("closed_periods", "figure_previews", "submissions", "verifications"):
        op.create_index(f"ix_{table}_act_id", table, ["act_id"], unique=False)
    create_guards()


def create_guards() -> None:
    for table in UNDER_ACT:
        guards.under_act(table)
    for table in APPEND_ONLY:
        guards.append_only(table)
    for table, (parent, key) in WITHIN.items():
        bulk_guard(
            f"{table}_within_act",
            table,
            f"EXISTS (SELECT 1 FROM {parent} JOIN trail_entries ON trail_entries.id = {parent}.act_id "
            f"WHERE {parent}.id = NEW.{key})",
            f"{table} come only together with their {parent}",
        )
    for table, condition in IN_CLOSED_PERIOD.items():
        bulk_guard(f"{table}_in_closed_period", table, f"EXISTS ({condition})", "the period is closed")
    same = " AND ".join(f"earlier.{column} = NEW.{column}" for column in FIGURE_KEY)
    bulk_guard(
        "figures_revision_follows",
        "figures",
        "NEW.revision > 1 AND NOT EXISTS (SELECT 1 FROM figures earlier "
        f"WHERE {same} AND earlier.revision = NEW.revision - 1)",
        "a revision follows the one before it",
    )
    guards.never_deleted("closed_periods")
    guards.fixed_columns("closed_periods", CLOSING)
    guards.guard(
        "closed_periods_start_closed",
        "closed_periods",
        "BEFORE INSERT",
        "NEW.reopened_at IS NOT NULL",
        "closed_periods begin as closed",
    )
    guards.guard(
        "closed_periods_reopened_once",
        "closed_periods",
        "BEFORE UPDATE",
        "OLD.reopened_at IS NOT NULL",
        "a period that was opened again is closed anew",
    )


def bulk_guard(name: str, table: str, condition: str, message: str) -> None:
    """A guard on new rows that come by the hundred thousand: on PostgreSQL asked once a statement, not once a row."""
    if op.get_bind().dialect.name != "postgresql":
        guards.guard(name, table, "BEFORE INSERT", condition, message)
        return
    every = condition.replace("NEW.", "fresh.")
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF EXISTS (SELECT 1 FROM fresh WHERE {every}) THEN "
        f"RAISE EXCEPTION USING MESSAGE = 'guanyun: {message}', ERRCODE = 'integrity_constraint_violation'; "
        "END IF; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def drop_guards() -> None:
    for name in ("reopened_once", "start_closed", "fixed"):
        guards.drop_guard(f"closed_periods_{name}", "closed_periods")
    guards.drop_never_deleted("closed_periods")
    guards.drop_guard("figures_revision_follows", "figures")
    for table in IN_CLOSED_PERIOD:
        guards.drop_guard(f"{table}_in_closed_period", table)
    for table in WITHIN:
        guards.drop_guard(f"{table}_within_act", table)
    for table in APPEND_ONLY:
        guards.drop_append_only(table)
    for table in UNDER_ACT:
        guards.drop_under_act(table)


def downgrade() -> None:
    drop_guards()
    for table in TABLES:
        op.drop_table(table)
