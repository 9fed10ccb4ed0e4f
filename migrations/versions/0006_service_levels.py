"""Exclusions claimed and decided, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0006"
down_revision = "0005"
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
CAUSES = ("announced_maintenance", "agency_caused", "force_majeure", "regulators_order", "third_party")
STATES = ("claimed", "granted", "refused", "withdrawn")
OPEN = (
    "decided_by IS NULL AND decider_org_id IS NULL AND decider_side IS NULL AND decider_role IS NULL "
    "AND decided_at IS NULL"
)
CLOSED = OPEN.replace("IS NULL", "IS NOT NULL")
# What was claimed: everything but the decision.
CLAIM = (
    "contract_id",
    "subject_id",
    "number",
    "service_id",
    "begins_at",
    "ends_at",
    "cause",
    "reason",
    "announced_at",
    "sha256",
    "claimed_by",
    "claimer_org_id",
    "claimer_side",
    "claimer_role",
    "claimed_at",
)
MOVES = (("claimed", "granted"), ("claimed", "refused"), ("claimed", "withdrawn"))
# I9: what is measured in a closed period stays as it is.
IN_CLOSED_PERIOD = (
    "EXISTS (SELECT 1 FROM closed_periods closed WHERE closed.reopened_at IS NULL "
    "AND closed.contract_id = NEW.contract_id "
    "AND closed.starts_at < NEW.ends_at AND closed.ends_at > NEW.begins_at)"
)
SERVICE_OF_ANOTHER = (
    "NEW.service_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM contract_services line "
    "JOIN contract_versions version ON version.id = line.version_id "
    "WHERE version.contract_id = NEW.contract_id AND version.state = 'signed' AND line.service_id = NEW.service_id)"
)


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "exclusions",
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", enum("cause", *CAUSES), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("claimed_by", sa.BigInteger(), nullable=False),
        sa.Column("claimer_org_id", sa.BigInteger(), nullable=False),
        sa.Column("claimer_side", enum("claimer_side", *SIDES), nullable=False),
        sa.Column("claimer_role", enum("claimer_role", *ROLES), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", enum("state", *STATES), nullable=False),
        sa.Column("granted_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decider_org_id", sa.BigInteger(), nullable=True),
        sa.Column("decider_side", enum("decider_side", *SIDES), nullable=True),
        sa.Column("decider_role", enum("decider_role", *ROLES), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.String(length=2000), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        *checks(),
        *keys(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusions")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_exclusions_contract_id_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_exclusions_act_id", "exclusions", ["act_id"], unique=False)
    op.create_index("ix_exclusions_contract_id_begins_at", "exclusions", ["contract_id", "begins_at"], unique=False)
    create_guards()


def checks() -> tuple[sa.CheckConstraint, ...]:
    conditions = {
        "number_positive": "number > 0",
        "span_ordered": "ends_at > begins_at",
        "claim_reason": "length(reason) > 0",
        "announced_when_maintenance": "(cause = 'announced_maintenance') = (announced_at IS NOT NULL)",
        "announced_before": "announced_at IS NULL OR announced_at < begins_at",
        "claimed_by_operator": "claimer_side = 'operation' AND claimer_role = 'operator'",
        "decided_whole": (
            f"(state = 'claimed' AND {OPEN} AND decision_reason = '') OR (state <> 'claimed' AND {CLOSED})"
        ),
        "decided_by_client": (
            "state NOT IN ('granted', 'refused') OR (decider_side = 'management' AND decider_role = 'client')"
        ),
        "four_eyes": (
            "state NOT IN ('granted', 'refused') OR (decided_by <> claimed_by AND decider_org_id <> claimer_org_id)"
        ),
        "withdrawn_by_claimer": (
            "state <> 'withdrawn' OR (decider_org_id = claimer_org_id AND decider_side = 'operation')"
        ),
        "granted_within": (
            "(state = 'granted' AND granted_from IS NOT NULL AND granted_until IS NOT NULL"
            " AND granted_from >= begins_at AND granted_until <= ends_at AND granted_until > granted_from)"
            " OR (state <> 'granted' AND granted_from IS NULL AND granted_until IS NULL)"
        ),
        "refusal_reason": "state <> 'refused' OR length(decision_reason) > 0",
        "grant_reason": "state <> 'granted' OR length(decision_reason) > 0",
    }
    return tuple(sa.CheckConstraint(text, name=op.f(f"ck_exclusions_{name}")) for name, text in conditions.items())


def keys() -> tuple[sa.ForeignKeyConstraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_exclusions_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_exclusions_contract"
        ),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_exclusions_service"),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_exclusions_evidence",
        ),
        sa.ForeignKeyConstraint(["claimed_by"], ["users.id"], name="fk_exclusions_claimed_by"),
        sa.ForeignKeyConstraint(["claimer_org_id"], ["organisations.id"], name="fk_exclusions_claimer_org"),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="fk_exclusions_decided_by"),
        sa.ForeignKeyConstraint(["decider_org_id"], ["organisations.id"], name="fk_exclusions_decider_org"),
        *standing_keys("claimer", "claimed_by"),
        *standing_keys("decider", "decided_by"),
    )


def standing_keys(who: str, person: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    """Organisation in its role, its side, and the person on that side for good."""
    return (
        sa.ForeignKeyConstraint(
            ["subject_id", f"{who}_org_id", f"{who}_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name=f"fk_exclusions_{who}_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", f"{who}_org_id", f"{who}_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name=f"fk_exclusions_{who}_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", person, f"{who}_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name=f"fk_exclusions_{who}_person",
        ),
    )


def create_guards() -> None:
    guards.under_act("exclusions")
    guards.never_deleted("exclusions")
    guards.fixed_columns("exclusions", CLAIM)
    guards.only_moves("exclusions", "state", MOVES)
    guards.starts_as("exclusions", "state", "claimed")
    # A decision is given once: nothing of it changes afterwards, not even without a move.
    guards.guard(
        "exclusions_decided_once",
        "exclusions",
        "BEFORE UPDATE",
        "OLD.state <> 'claimed'",
        "a decided claim never changes",
    )
    guards.guard(
        "exclusions_service_of_contract",
        "exclusions",
        "BEFORE INSERT",
        SERVICE_OF_ANOTHER,
        "the service is none of the contract",
    )
    guards.guard(
        "exclusions_claimed_in_closed_period", "exclusions", "BEFORE INSERT", IN_CLOSED_PERIOD, "the period is closed"
    )
    # Withdrawing changes nothing that was measured.
    guards.guard(
        "exclusions_decided_in_closed_period",
        "exclusions",
        "BEFORE UPDATE",
        f"NEW.state IN ('granted', 'refused') AND {IN_CLOSED_PERIOD}",
        "the period is closed",
    )


def drop_guards() -> None:
    for name in ("decided_in_closed_period", "claimed_in_closed_period", "service_of_contract", "decided_once"):
        guards.drop_guard(f"exclusions_{name}", "exclusions")
    guards.drop_guard("exclusions_state_starts", "exclusions")
    guards.drop_guard("exclusions_state_moves", "exclusions")
    guards.drop_guard("exclusions_fixed", "exclusions")
    guards.drop_never_deleted("exclusions")
    guards.drop_under_act("exclusions")


def downgrade() -> None:
    drop_guards()
    op.drop_table("exclusions")
