"""Corrected status events: what a source says anew of a moment, with guards; the first telling stays."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLE = "event_corrections"
SAME = " AND ".join(f"earlier.{column} = NEW.{column}" for column in ("contract_id", "service_id", "source", "at"))
# Asked of every new row, and what is said when it is refused.
NEW_ROWS = {
    "within_act": "event_corrections come only together with their submissions",
    "with_reason": "a correction comes with a submission of events that gives the reason",
    "in_closed_period": "the period is closed",
    "revision_follows": "a revision follows the one before it",
    "later_submission": "a correction comes later than what it corrects",
}
REFUSED = {
    "within_act": (
        "EXISTS (SELECT 1 FROM submissions JOIN trail_entries ON trail_entries.id = submissions.act_id "
        "WHERE submissions.id = NEW.submission_id)"
    ),
    "with_reason": (
        "NOT EXISTS (SELECT 1 FROM submissions WHERE submissions.id = NEW.submission_id "
        "AND submissions.kind = 'events' AND submissions.corrected_count > 0 AND length(submissions.reason) > 0)"
    ),
    "in_closed_period": (
        "EXISTS (SELECT 1 FROM closed_periods closed WHERE closed.reopened_at IS NULL "
        "AND closed.contract_id = NEW.contract_id AND closed.starts_at <= NEW.at AND closed.ends_at > NEW.at)"
    ),
    "revision_follows": (
        f"NEW.revision > 1 AND NOT EXISTS (SELECT 1 FROM {TABLE} earlier "
        f"WHERE {SAME} AND earlier.revision = NEW.revision - 1)"
    ),
    "later_submission": (
        f"EXISTS (SELECT 1 FROM {TABLE} earlier WHERE {SAME} AND earlier.revision < NEW.revision "
        "AND earlier.submission_id >= NEW.submission_id) "
        f"OR EXISTS (SELECT 1 FROM status_events earlier WHERE {SAME} "
        "AND earlier.submission_id >= NEW.submission_id)"
    ),
}


def upgrade() -> None:
    op.create_table(
        TABLE,
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
        sa.Column("revision", sa.Integer(), nullable=False),
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
        sa.CheckConstraint("revision > 0", name=op.f("ck_event_corrections_revision_positive")),
        sa.CheckConstraint("response_ms IS NULL OR response_ms >= 0", name=op.f("ck_event_corrections_response_range")),
        sa.ForeignKeyConstraint(
            ["contract_id", "service_id", "source", "at"],
            ["status_events.contract_id", "status_events.service_id", "status_events.source", "status_events.at"],
            name="fk_event_corrections_event",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "contract_id", "source"],
            ["submissions.id", "submissions.contract_id", "submissions.source"],
            name="fk_event_corrections_submission",
        ),
        sa.PrimaryKeyConstraint(
            "contract_id", "service_id", "source", "at", "revision", name=op.f("pk_event_corrections")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_event_corrections_submission_id", TABLE, ["submission_id"], unique=False)
    guards.append_only(TABLE)
    for name, message in NEW_ROWS.items():
        bulk_guard(f"{TABLE}_{name}", REFUSED[name], message)


def bulk_guard(name: str, condition: str, message: str) -> None:
    """A guard on new rows that come in bulk: on PostgreSQL asked once a statement, not once a row."""
    if op.get_bind().dialect.name != "postgresql":
        guards.guard(name, TABLE, "BEFORE INSERT", condition, message)
        return
    every = condition.replace("NEW.", "fresh.")
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF EXISTS (SELECT 1 FROM fresh WHERE {every}) THEN "
        f"RAISE EXCEPTION USING MESSAGE = 'guanyun: {message}', ERRCODE = 'integrity_constraint_violation'; "
        "END IF; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} AFTER INSERT ON {TABLE} REFERENCING NEW TABLE AS fresh "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def downgrade() -> None:
    for name in reversed(NEW_ROWS):
        guards.drop_guard(f"{TABLE}_{name}", TABLE)
    guards.drop_append_only(TABLE)
    op.drop_table(TABLE)
