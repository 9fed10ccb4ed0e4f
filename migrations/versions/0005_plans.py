"""Assessment plans of contracts, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SIDES = ("management", "operation", "supervision")
ROLES = (
    "client",
    "competent_authority",
    "finance",
    "operator",
    "builder",
    "supervisor",
    "tester",
    "evaluator",
)
OPEN = (
    "decided_by IS NULL AND decider_org IS NULL AND decider_side IS NULL AND decider_role IS NULL "
    "AND decided_at IS NULL"
)
CLOSED = OPEN.replace("IS NULL", "IS NOT NULL")
# What was proposed: everything but the decision.
PROPOSED = (
    "code",
    "contract_id",
    "subject_id",
    "number",
    "period_kind",
    "first_period",
    "first_starts_at",
    "scheme_entry_id",
    "scheme_kind",
    "scheme_digest",
    "weighting",
    "schedule_entry_id",
    "schedule_kind",
    "min_outage_minutes",
    "degraded_weight",
    "report_after_days",
    "content",
    "sha256",
    "sm3",
    "proposed_by",
    "proposer_org",
    "proposer_side",
    "proposer_role",
    "proposed_at",
)
MOVES = (("proposed", "agreed"), ("proposed", "refused"), ("proposed", "withdrawn"))
# I10: what both sides have agreed about a period stays once the period has begun.
ALREADY_AGREED = (
    "EXISTS (SELECT 1 FROM plans earlier WHERE earlier.contract_id = NEW.contract_id "
    "AND earlier.period_kind = NEW.period_kind AND earlier.state = 'agreed' AND earlier.id <> NEW.id)"
)
SCHEME_OF_DIGEST = (
    "NOT EXISTS (SELECT 1 FROM catalogue_entries entry "
    "WHERE entry.id = NEW.scheme_entry_id AND entry.digest = NEW.scheme_digest)"
)


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("period_kind", enum("period_kind", "month", "quarter", "year"), nullable=False),
        sa.Column("first_period", sa.String(length=13), nullable=False),
        sa.Column("first_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scheme_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("scheme_kind", sa.String(length=40), nullable=False),
        sa.Column("scheme_digest", sa.String(length=64), nullable=False),
        sa.Column("weighting", enum("weighting", "equal", "fee"), nullable=False),
        sa.Column("schedule_entry_id", sa.BigInteger(), nullable=True),
        sa.Column("schedule_kind", sa.String(length=40), nullable=False),
        sa.Column("min_outage_minutes", sa.Integer(), nullable=False),
        sa.Column("degraded_weight", sa.BigInteger(), nullable=False),
        sa.Column("report_after_days", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("state", enum("state", "proposed", "agreed", "refused", "withdrawn"), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposer_org", sa.BigInteger(), nullable=False),
        sa.Column("proposer_side", enum("proposer_side", *SIDES), nullable=False),
        sa.Column("proposer_role", enum("proposer_role", *ROLES), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decider_org", sa.BigInteger(), nullable=True),
        sa.Column("decider_side", enum("decider_side", *SIDES), nullable=True),
        sa.Column("decider_role", enum("decider_role", *ROLES), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.String(length=2000), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            f"(state = 'proposed' AND {OPEN} AND decision_reason = '') OR (state <> 'proposed' AND {CLOSED})",
            name=op.f("ck_plans_decided_whole"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('agreed', 'refused') OR (decided_by <> proposed_by AND decider_org <> proposer_org)",
            name=op.f("ck_plans_four_eyes"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('agreed', 'refused') OR (decider_side = 'operation' AND decider_role = 'operator')",
            name=op.f("ck_plans_decided_by_operator"),
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR (decider_side = 'management' AND decider_role = 'client')",
            name=op.f("ck_plans_withdrawn_by_client"),
        ),
        sa.CheckConstraint("state <> 'refused' OR length(decision_reason) > 0", name=op.f("ck_plans_refusal_reason")),
        sa.CheckConstraint(
            "degraded_weight > 0 AND degraded_weight <= 1000000", name=op.f("ck_plans_degraded_weight_range")
        ),
        sa.CheckConstraint("length(scheme_digest) = 64", name=op.f("ck_plans_scheme_digest_whole")),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name=op.f("ck_plans_digests_whole")),
        sa.CheckConstraint("min_outage_minutes BETWEEN 0 AND 1440", name=op.f("ck_plans_min_outage_range")),
        sa.CheckConstraint("number > 0", name=op.f("ck_plans_number_positive")),
        sa.CheckConstraint(
            "proposer_side = 'management' AND proposer_role = 'client'", name=op.f("ck_plans_proposed_by_client")
        ),
        sa.CheckConstraint("report_after_days BETWEEN 0 AND 60", name=op.f("ck_plans_report_after_range")),
        sa.CheckConstraint("schedule_kind = 'calendar'", name=op.f("ck_plans_schedule_kind")),
        sa.CheckConstraint("scheme_kind = 'scheme'", name=op.f("ck_plans_scheme_kind")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_plans_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_plans_contract"
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="fk_plans_decided_by"),
        sa.ForeignKeyConstraint(["decider_org"], ["organisations.id"], name="fk_plans_decider_org"),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name="fk_plans_proposed_by"),
        sa.ForeignKeyConstraint(["proposer_org"], ["organisations.id"], name="fk_plans_proposer_org"),
        sa.ForeignKeyConstraint(
            ["schedule_entry_id", "schedule_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_plans_schedule",
        ),
        sa.ForeignKeyConstraint(
            ["scheme_entry_id", "scheme_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_plans_scheme",
        ),
        *standing_keys("proposer", "proposed_by"),
        *standing_keys("decider", "decided_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("code", name=op.f("uq_plans_code")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_plans_contract_id_number")),
        sa.UniqueConstraint("id", "contract_id", name=op.f("uq_plans_id_contract_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_plans_proposed",
        "plans",
        ["contract_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index("ix_plans_act_id", "plans", ["act_id"], unique=False)
    create_guards()


def standing_keys(who: str, person: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    """Organisation in its role, its side, and the person on that side for good."""
    return (
        sa.ForeignKeyConstraint(
            ["subject_id", f"{who}_org", f"{who}_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name=f"fk_plans_{who}_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", f"{who}_org", f"{who}_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name=f"fk_plans_{who}_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", person, f"{who}_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name=f"fk_plans_{who}_person",
        ),
    )


def create_guards() -> None:
    guards.under_act("plans")
    guards.never_deleted("plans")
    guards.fixed_columns("plans", PROPOSED)
    guards.only_moves("plans", "state", MOVES)
    guards.starts_as("plans", "state", "proposed")
    # A decision is given once: nothing of it changes afterwards, not even without a move.
    guards.guard(
        "plans_decided_once",
        "plans",
        "BEFORE UPDATE",
        "OLD.state <> 'proposed'",
        "a decided plan never changes",
    )
    guards.guard(
        "plans_scheme_of_digest", "plans", "BEFORE INSERT", SCHEME_OF_DIGEST, "the digest is not that of the scheme"
    )
    guards.guard(
        "plans_proposed_in_time",
        "plans",
        "BEFORE INSERT",
        f"NEW.first_starts_at <= NEW.proposed_at AND {ALREADY_AGREED}",
        "rules never change for a period that has begun",
    )
    guards.guard(
        "plans_agreed_in_time",
        "plans",
        "BEFORE UPDATE",
        f"NEW.state = 'agreed' AND NEW.first_starts_at <= NEW.decided_at AND {ALREADY_AGREED}",
        "rules never change for a period that has begun",
    )


def drop_guards() -> None:
    for name in ("agreed_in_time", "proposed_in_time", "scheme_of_digest", "decided_once"):
        guards.drop_guard(f"plans_{name}", "plans")
    guards.drop_guard("plans_state_starts", "plans")
    guards.drop_guard("plans_state_moves", "plans")
    guards.drop_guard("plans_fixed", "plans")
    guards.drop_never_deleted("plans")
    guards.drop_under_act("plans")


def downgrade() -> None:
    drop_guards()
    op.drop_table("plans")
