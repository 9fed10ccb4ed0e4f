"""Procurement of projects, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0016"
down_revision = "0015"
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
PURPOSES = ("build", "operate", "build_and_operate", "supervise", "test", "other")
METHODS = (
    "open_tender",
    "invited_tender",
    "competitive_negotiation",
    "competitive_consultation",
    "inquiry",
    "single_source",
    "framework",
)
STATES = ("planned", "announced", "awarded", "contracted", "failed", "cancelled")
MOVES = (
    ("planned", "announced"),
    ("planned", "failed"),
    ("planned", "cancelled"),
    ("announced", "awarded"),
    ("announced", "failed"),
    ("announced", "cancelled"),
    ("awarded", "contracted"),
    ("awarded", "cancelled"),
)
AWARD = ("award_on", "winner_id", "award_fen", "award_sha256", "awarded_by", "awarded_at")
NO_AWARD = " AND ".join(f"{column} IS NULL" for column in AWARD) + " AND award_number = ''"
AN_AWARD = " AND ".join(f"{column} IS NOT NULL" for column in AWARD) + " AND length(award_number) > 0"
OPEN_STATES = "state IN ('planned', 'failed', 'cancelled')"
SIGNED = "contract_signed_on IS NOT NULL AND contract_fen IS NOT NULL AND length(contract_number) > 0"
UNSIGNED = (
    "contract_signed_on IS NULL AND contract_fen IS NULL AND contract_sha256 IS NULL AND published_on IS NULL "
    "AND filed_on IS NULL"
)
FILES = ("publicity_sha256", "award_sha256", "contract_sha256")
PEOPLE = ("recorded_by", "awarded_by", "confirmed_by")
CHECKS = {
    "budget_range": "budget_fen IS NULL OR (budget_fen > 0 AND budget_fen < 1000000000000000)",
    "award_range": "award_fen IS NULL OR (award_fen > 0 AND award_fen < 1000000000000000)",
    "contract_range": "contract_fen IS NULL OR (contract_fen > 0 AND contract_fen < 1000000000000000)",
    "number_positive": "number > 0",
    "award_within_budget": "award_fen IS NULL OR award_fen <= budget_fen",
    "contract_within_award": "contract_fen IS NULL OR contract_fen * 10 <= award_fen * 11",
    "publicity_order": "publicity_until IS NULL OR publicity_from IS NULL OR publicity_until >= publicity_from",
    "bids_after_notice": "bids_due_on IS NULL OR announced_on IS NULL OR bids_due_on >= announced_on",
    "award_after_notice": "award_on IS NULL OR award_on >= announced_on",
    "award_after_bids": "award_on IS NULL OR bids_due_on IS NULL OR award_on >= bids_due_on",
    "award_after_publicity": "award_on IS NULL OR publicity_until IS NULL OR award_on >= publicity_until",
    "contract_after_award": "contract_signed_on IS NULL OR contract_signed_on >= award_on",
    "published_after_contract": "published_on IS NULL OR published_on >= contract_signed_on",
    "filed_after_contract": "filed_on IS NULL OR filed_on >= contract_signed_on",
    "announced_whole": "state IN ('failed', 'cancelled') OR (announced_on IS NULL) = (state = 'planned')",
    "tender_has_last_day": "method NOT IN ('open_tender', 'invited_tender') OR announced_on IS NULL OR bids_due_on IS NOT NULL",
    "single_source_has_basis": (
        f"method <> 'single_source' OR {OPEN_STATES} OR (length(single_source_basis) > 0"
        " AND publicity_from IS NOT NULL AND publicity_until IS NOT NULL AND publicity_sha256 IS NOT NULL)"
    ),
    "fair_competition": f"NOT (exclusive OR method = 'single_source') OR {OPEN_STATES} OR length(fair_competition_ref) > 0",
    "term_of_operation": "(term_months IS NOT NULL) = (purpose IN ('operate', 'build_and_operate'))",
    "term_range": "term_months IS NULL OR (term_months BETWEEN 1 AND 480)",
    "award_whole": f"({NO_AWARD}) OR ({AN_AWARD})",
    "award_after_announcement": f"state <> 'planned' OR ({NO_AWARD})",
    "confirmed_whole": "(confirmed_by IS NULL) = (confirmed_at IS NULL)",
    "confirmed_award": (
        "(state NOT IN ('awarded', 'contracted') OR (confirmed_by IS NOT NULL AND award_on IS NOT NULL))"
        " AND (state NOT IN ('planned', 'announced', 'failed') OR confirmed_by IS NULL)"
    ),
    "four_eyes": "confirmed_by IS NULL OR (confirmed_by <> awarded_by AND confirmed_by <> recorded_by)",
    "contracted_whole": (
        f"(state = 'contracted' AND {SIGNED}) OR (state <> 'contracted' AND {UNSIGNED} AND contract_number = '')"
    ),
    "contract_shown": (
        "state <> 'contracted' OR (purpose IN ('operate', 'build_and_operate') AND own_contract IS NOT NULL)"
        " OR (purpose NOT IN ('operate', 'build_and_operate') AND contract_sha256 IS NOT NULL)"
    ),
    "own_contract_of_operation": (
        "own_contract IS NULL OR (purpose IN ('operate', 'build_and_operate') AND state IN ('awarded', 'contracted'))"
    ),
    "ended_whole": "(ended_on IS NOT NULL) = (state IN ('failed', 'cancelled'))",
    "ended_reason": "(length(end_reason) > 0) = (state IN ('failed', 'cancelled'))",
    "by_client": "client_side = 'management' AND client_role = 'client'",
    "digests_whole": " AND ".join(f"({column} IS NULL OR length({column}) = 64)" for column in FILES),
}
# Whom and what a purchase is about.
FIXED = (
    "code",
    "project_id",
    "subject_id",
    "number",
    "purpose",
    "client_org",
    "client_side",
    "client_role",
    "recorded_by",
    "recorded_at",
)
PLAN = (
    "method",
    "title",
    "budget_fen",
    "term_months",
    "exclusive",
    "fair_competition_ref",
    "single_source_basis",
    "publicity_from",
    "publicity_until",
    "publicity_sha256",
)
NOTICE = ("notice_number", "announced_on", "bids_due_on")
RESULT = ("award_number", *AWARD, "confirmed_by", "confirmed_at")
CONTRACT = ("own_contract", "contract_number", "contract_signed_on", "contract_fen", "contract_sha256")
# Nothing is bought for a project that is not approved, stands still or is over.
PROJECT_OPEN = (
    "EXISTS (SELECT 1 FROM projects WHERE projects.id = NEW.project_id AND projects.state IN "
    "('approved', 'building', 'trial', 'accepted', 'operating', 'evaluating'))"
)
WINNER_IN = (
    "EXISTS (SELECT 1 FROM parties WHERE parties.subject_id = NEW.subject_id "
    "AND parties.organisation_id = NEW.winner_id AND parties.role = '{role}')"
)
# The management side has two organisations in a project; only the client's people act in its purchases.
OF_CLIENT = (
    "EXISTS (SELECT 1 FROM subject_people WHERE subject_people.subject_id = NEW.subject_id "
    "AND subject_people.user_id = NEW.{person} AND subject_people.organisation_id = NEW.client_org)"
)
STRANGERS = " OR ".join(f"(NEW.{person} IS NOT NULL AND NOT {OF_CLIENT.format(person=person)})" for person in PEOPLE)
PARTIES = {
    "builder": "'build', 'build_and_operate'",
    "operator": "'operate', 'build_and_operate'",
    "supervisor": "'supervise'",
    "tester": "'test'",
}


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "procurements",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("purpose", enum("purpose", *PURPOSES), nullable=False),
        sa.Column("method", enum("method", *METHODS), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("budget_fen", sa.BigInteger(), nullable=False),
        sa.Column("term_months", sa.Integer(), nullable=True),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        sa.Column("fair_competition_ref", sa.String(length=200), nullable=False),
        sa.Column("single_source_basis", sa.String(length=1000), nullable=False),
        sa.Column("publicity_from", sa.Date(), nullable=True),
        sa.Column("publicity_until", sa.Date(), nullable=True),
        sa.Column("publicity_sha256", sa.String(length=64), nullable=True),
        sa.Column("state", enum("state", *STATES), nullable=False),
        sa.Column("notice_number", sa.String(length=100), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.Column("bids_due_on", sa.Date(), nullable=True),
        sa.Column("award_number", sa.String(length=100), nullable=False),
        sa.Column("award_on", sa.Date(), nullable=True),
        sa.Column("winner_id", sa.BigInteger(), nullable=True),
        sa.Column("award_fen", sa.BigInteger(), nullable=True),
        sa.Column("award_sha256", sa.String(length=64), nullable=True),
        sa.Column("own_contract", sa.String(length=40), nullable=True),
        sa.Column("contract_number", sa.String(length=100), nullable=False),
        sa.Column("contract_signed_on", sa.Date(), nullable=True),
        sa.Column("contract_fen", sa.BigInteger(), nullable=True),
        sa.Column("contract_sha256", sa.String(length=64), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=2000), nullable=False),
        sa.Column("client_org", sa.BigInteger(), nullable=False),
        sa.Column("client_side", enum("client_side", *SIDES), nullable=False),
        sa.Column("client_role", enum("client_role", *ROLES), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("awarded_by", sa.BigInteger(), nullable=True),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_procurements_{name}")) for name, rule in CHECKS.items()),
        *foreign_keys(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procurements")),
        sa.UniqueConstraint("code", name=op.f("uq_procurements_code")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_procurements_project_id_number")),
        sa.UniqueConstraint("id", "project_id", name=op.f("uq_procurements_id_project_id")),
        sa.UniqueConstraint("own_contract", name=op.f("uq_procurements_own_contract")),
        sqlite_strict=True,
    )
    op.create_index("ix_procurements_act_id", "procurements", ["act_id"], unique=False)
    op.create_index("ix_procurements_project_id", "procurements", ["project_id"], unique=False)
    op.create_index("ix_procurements_winner_id", "procurements", ["winner_id"], unique=False)
    create_guards()


def foreign_keys() -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_procurements_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_procurements_project"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "client_org", "client_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name="fk_procurements_client_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "client_org", "client_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_procurements_client_side",
        ),
        *(
            sa.ForeignKeyConstraint(
                ["subject_id", person, "client_side"],
                ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
                name=f"fk_procurements_{person}_person",
            )
            for person in PEOPLE
        ),
        *(
            sa.ForeignKeyConstraint(
                ["subject_id", column],
                ["evidence_files.subject_id", "evidence_files.sha256"],
                name=f"fk_procurements_{column.removesuffix('_sha256')}_file",
            )
            for column in FILES
        ),
        *(sa.ForeignKeyConstraint([person], ["users.id"], name=op.f(f"fk_procurements_{person}")) for person in PEOPLE),
        sa.ForeignKeyConstraint(["winner_id"], ["organisations.id"], name=op.f("fk_procurements_winner_id")),
    ]


def create_guards() -> None:
    guards.under_act("procurements")
    guards.never_deleted("procurements")
    guards.fixed_columns("procurements", FIXED)
    guards.only_moves("procurements", "state", MOVES)
    guards.starts_as("procurements", "state", "planned")
    guards.set_once("procurements", "published_on")
    guards.set_once("procurements", "filed_on")
    seals = {
        "plan": f"OLD.state <> 'planned' AND {guards.changed(*PLAN)}",
        # A notice may be corrected or its last day put off until the award is confirmed.
        "notice": f"OLD.state NOT IN ('planned', 'announced') AND {guards.changed(*NOTICE)}",
        "award": f"OLD.state NOT IN ('planned', 'announced') AND {guards.changed(*RESULT)}",
        "contract": f"OLD.state = 'contracted' AND {guards.changed(*CONTRACT)}",
        "end": "OLD.state IN ('failed', 'cancelled')",
    }
    for name, condition in seals.items():
        guards.guard(
            f"procurements_{name}_sealed",
            "procurements",
            "BEFORE UPDATE",
            condition,
            "what a purchase has passed never changes",
        )
    guards.guard(
        "procurements_begin_when_approved",
        "procurements",
        "BEFORE INSERT",
        f"NOT {PROJECT_OPEN}",
        "nothing is bought for a project that is not approved",
    )
    guards.guard(
        "procurements_go_on_when_approved",
        "procurements",
        "BEFORE UPDATE",
        f"NEW.state <> OLD.state AND NEW.state IN ('announced', 'awarded') AND NOT {PROJECT_OPEN}",
        "nothing is bought for a project that is not approved",
    )
    for verb in ("INSERT", "UPDATE"):
        guards.guard(
            f"procurements_{verb.lower()}_people",
            "procurements",
            f"BEFORE {verb}",
            STRANGERS,
            "only people of the client act in its purchases",
        )
    for role, purposes in PARTIES.items():
        guards.guard(
            f"procurements_{role}_joins",
            "procurements",
            "BEFORE UPDATE",
            f"NEW.state = 'awarded' AND OLD.state <> 'awarded' AND NEW.purpose IN ({purposes}) "
            f"AND NOT {WINNER_IN.format(role=role)}",
            "who wins becomes a party of the project",
        )


def drop_guards() -> None:
    for role in reversed(PARTIES):
        guards.drop_guard(f"procurements_{role}_joins", "procurements")
    for verb in ("update", "insert"):
        guards.drop_guard(f"procurements_{verb}_people", "procurements")
    guards.drop_guard("procurements_go_on_when_approved", "procurements")
    guards.drop_guard("procurements_begin_when_approved", "procurements")
    for name in ("end", "contract", "award", "notice", "plan"):
        guards.drop_guard(f"procurements_{name}_sealed", "procurements")
    guards.drop_guard("procurements_filed_on_once", "procurements")
    guards.drop_guard("procurements_published_on_once", "procurements")
    guards.drop_guard("procurements_state_starts", "procurements")
    guards.drop_guard("procurements_state_moves", "procurements")
    guards.drop_guard("procurements_fixed", "procurements")
    guards.drop_never_deleted("procurements")
    guards.drop_under_act("procurements")


def downgrade() -> None:
    drop_guards()
    op.drop_table("procurements")
