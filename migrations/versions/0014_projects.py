"""Projects and their declarations, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATES = (
    "planned",
    "draft",
    "submitted",
    "approved",
    "building",
    "trial",
    "accepted",
    "operating",
    "evaluating",
    "exited",
    "refused",
    "suspended",
    "terminated",
)
SIDES = (
    "management",
    "operation",
    "supervision",
)
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
COST_CATEGORIES = (
    "software",
    "integration",
    "data",
    "security",
    "cloud",
    "network",
    "server",
    "storage",
    "machine_room",
    "office_equipment",
    "decoration",
    "furniture",
    "supervision",
    "testing",
    "design",
    "training",
    "other",
)
DOCUMENT_KINDS = (
    "proposal",
    "feasibility",
    "revised_feasibility",
    "preliminary_design",
    "sharing_chapter",
    "crypto_plan",
    "crypto_review",
    "post_evaluation",
    "ex_ante_evaluation",
    "filing_form",
    "mlps_filing",
    "supervision_contract",
    "build_summary",
    "financial_report",
    "audit_report",
    "security_assessment",
    "archive_acceptance",
    "emergency_plan",
    "self_evaluation",
    "exit_certificate",
    "other",
)
TABLES = (
    "projects",
    "declarations",
    "component_uses",
    "cost_lines",
    "data_items",
    "planned_services",
    "targets",
    "duplicate_verdicts",
    "project_documents",
)
LINES = ("cost_lines", "planned_services", "data_items", "component_uses", "targets")
APPEND_ONLY = ("project_documents", "duplicate_verdicts")
MOVES = (
    ("planned", "draft"),
    ("draft", "submitted"),
    ("submitted", "draft"),
    ("submitted", "approved"),
    ("submitted", "refused"),
    ("approved", "building"),
    ("building", "trial"),
    ("trial", "accepted"),
    ("accepted", "operating"),
    ("approved", "operating"),
    ("operating", "evaluating"),
    ("evaluating", "operating"),
    ("operating", "exited"),
    ("evaluating", "exited"),
    *((state, "suspended") for state in ("approved", "building", "trial", "accepted", "operating")),
    *(("suspended", state) for state in ("approved", "building", "trial", "accepted", "operating")),
    *(
        (state, "terminated")
        for state in ("draft", "submitted", "approved", "building", "trial", "accepted", "suspended")
    ),
)
VERSION_MOVES = (
    ("draft", "submitted"),
    ("draft", "approved"),
    ("submitted", "approved"),
    ("submitted", "refused"),
    ("submitted", "returned"),
    ("submitted", "withdrawn"),
)
# Days on which something happened: it happened once.
DAYS = ("approved_on", "build_started_on", "trial_from", "accepted_on", "operation_from", "ended_on")
# What is decided on: all of a version but its state.
CONTENT = (
    "kind",
    "category",
    "scope",
    "deployment",
    "purpose",
    "functions",
    "plan_item",
    "responsible_person",
    "planned_from",
    "planned_until",
    "mlps_level",
    "prior_project",
    "prior_investment_fen",
    "no_data",
    "no_components",
    "estimate_fen",
    "design_budget_fen",
    "budget_item",
    "budget_year",
    "funding",
    "mode_entry_id",
    "operating_budget_fen",
    "operating_plan",
    "exit_plan",
    "content",
    "sha256",
    "sm3",
    "sealed_at",
    "submitted_by",
)
LETS_THROUGH = ("passed", "conditional")
# Whatever an evaluation comes to, the service goes on.
ANY_VERDICT = (*LETS_THROUGH, "returned", "refused")
# Which decision leads to a state, and from where; a suspended project goes back to what was decided before.
DECIDED_STATES = (
    ("building", "approved", "build", LETS_THROUGH),
    ("trial", "building", "trial", LETS_THROUGH),
    ("accepted", "trial", "accept", LETS_THROUGH),
    ("operating", "accepted", "hand_over", LETS_THROUGH),
    ("operating", "approved", "hand_over", LETS_THROUGH),
    ("operating", "evaluating", "evaluate", ANY_VERDICT),
    ("exited", "operating", "exit", LETS_THROUGH),
    ("exited", "evaluating", "exit", LETS_THROUGH),
)


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    for create in (
        create_projects,
        create_declarations,
        create_component_uses,
        create_cost_lines,
        create_data_items,
        create_planned_services,
        create_targets,
        create_duplicate_verdicts,
        create_project_documents,
    ):
        create()
    create_guards()


def create_projects() -> None:
    op.create_table(
        "projects",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("state", enum("state", *STATES), nullable=False),
        sa.Column("suspended_from", enum("suspended_from", *STATES), nullable=True),
        sa.Column("taken_in_on", sa.Date(), nullable=True),
        sa.Column("taken_in_basis", sa.String(length=400), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("approval_number", sa.String(length=100), nullable=False),
        sa.Column("build_started_on", sa.Date(), nullable=True),
        sa.Column("trial_from", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("operation_from", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(ended_on IS NOT NULL) = (state IN ('exited', 'refused', 'terminated'))",
            name=op.f("ck_projects_ended_has_day"),
        ),
        sa.CheckConstraint(
            "(suspended_from IS NOT NULL) = (state = 'suspended')", name=op.f("ck_projects_suspended_whole")
        ),
        sa.CheckConstraint("(taken_in_on IS NULL) = (taken_in_basis = '')", name=op.f("ck_projects_taken_in_whole")),
        sa.CheckConstraint(
            "operation_from IS NOT NULL OR state NOT IN ('operating', 'evaluating', 'exited') OR taken_in_on IS NOT NULL",
            name=op.f("ck_projects_operating_has_day"),
        ),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_projects_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_projects_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("code", name=op.f("uq_projects_code")),
        sa.UniqueConstraint("id", "subject_id", name=op.f("uq_projects_id_subject_id")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_projects_subject_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_projects_act_id"), "projects", ["act_id"], unique=False)
    op.create_index("ix_projects_state", "projects", ["state"], unique=False)


def create_declarations() -> None:
    op.create_table(
        "declarations",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state", enum("state", "draft", "submitted", "approved", "refused", "returned", "withdrawn"), nullable=False
        ),
        sa.Column("kind", enum("kind", "new", "rebuild", "extend", "upgrade", "maintain"), nullable=True),
        sa.Column(
            "category",
            enum("category", "application", "platform", "data_platform", "infrastructure", "security", "operation"),
            nullable=True,
        ),
        sa.Column("scope", enum("scope", "one_agency", "cross_agency", "cross_level"), nullable=True),
        sa.Column("deployment", enum("deployment", "government_cloud", "own_room", "commercial_cloud"), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("functions", sa.Text(), nullable=False),
        sa.Column("plan_item", sa.String(length=100), nullable=True),
        sa.Column("responsible_person", sa.String(length=60), nullable=False),
        sa.Column("planned_from", sa.Date(), nullable=True),
        sa.Column("planned_until", sa.Date(), nullable=True),
        sa.Column("mlps_level", sa.Integer(), nullable=True),
        sa.Column("prior_project", sa.String(length=100), nullable=False),
        sa.Column("prior_investment_fen", sa.BigInteger(), nullable=True),
        sa.Column("no_data", sa.Boolean(), nullable=False),
        sa.Column("no_components", sa.Boolean(), nullable=False),
        sa.Column("estimate_fen", sa.BigInteger(), nullable=True),
        sa.Column("design_budget_fen", sa.BigInteger(), nullable=True),
        sa.Column("budget_item", sa.String(length=100), nullable=True),
        sa.Column("budget_year", sa.Integer(), nullable=True),
        sa.Column("funding", sa.String(length=400), nullable=False),
        sa.Column("mode_entry_id", sa.BigInteger(), nullable=True),
        sa.Column("mode_kind", sa.String(length=40), nullable=False),
        sa.Column("operating_budget_fen", sa.BigInteger(), nullable=True),
        sa.Column("operating_plan", sa.Text(), nullable=False),
        sa.Column("exit_plan", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("sm3", sa.String(length=64), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.BigInteger(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft' AND sealed_at IS NULL AND content IS NULL AND sha256 IS NULL AND sm3 IS NULL) OR (state <> 'draft' AND kind IS NOT NULL AND category IS NOT NULL AND scope IS NOT NULL AND deployment IS NOT NULL AND sealed_at IS NOT NULL AND content IS NOT NULL AND sha256 IS NOT NULL AND sm3 IS NOT NULL AND submitted_by IS NOT NULL AND length(sha256) = 64 AND length(sm3) = 64) OR (state = 'approved' AND sealed_at IS NOT NULL AND content IS NOT NULL AND length(sha256) = 64 AND length(sm3) = 64)",
            name=op.f("ck_declarations_sealed_whole"),
        ),
        sa.CheckConstraint("mode_kind = 'contract_mode'", name=op.f("ck_declarations_mode_kind")),
        sa.CheckConstraint(
            "budget_year IS NULL OR (budget_year BETWEEN 2000 AND 2100)", name=op.f("ck_declarations_budget_year_range")
        ),
        sa.CheckConstraint(
            "design_budget_fen IS NULL OR (design_budget_fen > 0 AND design_budget_fen < 1000000000000000)",
            name=op.f("ck_declarations_design_budget_range"),
        ),
        sa.CheckConstraint(
            "estimate_fen IS NULL OR (estimate_fen > 0 AND estimate_fen < 1000000000000000)",
            name=op.f("ck_declarations_estimate_range"),
        ),
        sa.CheckConstraint(
            "mlps_level IS NULL OR (mlps_level BETWEEN 1 AND 4)", name=op.f("ck_declarations_mlps_range")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_declarations_number_positive")),
        sa.CheckConstraint(
            "operating_budget_fen IS NULL OR (operating_budget_fen > 0 AND operating_budget_fen < 1000000000000000)",
            name=op.f("ck_declarations_operating_budget_range"),
        ),
        sa.CheckConstraint(
            "planned_from IS NULL OR planned_until IS NULL OR planned_until >= planned_from",
            name=op.f("ck_declarations_planned_order"),
        ),
        sa.CheckConstraint(
            "prior_investment_fen IS NULL OR (prior_investment_fen > 0 AND prior_investment_fen < 1000000000000000)",
            name=op.f("ck_declarations_prior_investment_range"),
        ),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_declarations_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["mode_entry_id", "mode_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_declarations_mode",
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_declarations_project_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name=op.f("fk_declarations_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declarations")),
        sa.UniqueConstraint("id", "project_id", name=op.f("uq_declarations_id_project_id")),
        sa.UniqueConstraint("id", "submitted_by", name=op.f("uq_declarations_id_submitted_by")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_declarations_project_id_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_declarations_act_id"), "declarations", ["act_id"], unique=False)
    op.create_index(
        "uq_declarations_open",
        "declarations",
        ["project_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('draft', 'submitted')"),
        postgresql_where=sa.text("state IN ('draft', 'submitted')"),
    )


def create_component_uses() -> None:
    op.create_table(
        "component_uses",
        sa.Column(
            "component",
            enum(
                "component",
                "identity",
                "e_seal",
                "e_licence",
                "payment",
                "feedback",
                "messaging",
                "data_exchange",
                "forms",
            ),
            nullable=False,
        ),
        sa.Column("provision", enum("provision", "reuse", "own"), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("declaration_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_component_uses_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["declaration_id"], ["declarations.id"], name=op.f("fk_component_uses_declaration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_component_uses")),
        sa.UniqueConstraint("declaration_id", "component", name=op.f("uq_component_uses_declaration_id_component")),
        sa.UniqueConstraint("declaration_id", "line", name=op.f("uq_component_uses_declaration_id_line")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_component_uses_act_id"), "component_uses", ["act_id"], unique=False)


def create_cost_lines() -> None:
    op.create_table(
        "cost_lines",
        sa.Column("category", enum("category", *COST_CATEGORIES), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("declaration_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_fen > 0 AND amount_fen < 1000000000000000", name=op.f("ck_cost_lines_amount_range")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_cost_lines_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["declaration_id"], ["declarations.id"], name=op.f("fk_cost_lines_declaration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_lines")),
        sa.UniqueConstraint("declaration_id", "line", name=op.f("uq_cost_lines_declaration_id_line")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_cost_lines_act_id"), "cost_lines", ["act_id"], unique=False)


def create_data_items() -> None:
    op.create_table(
        "data_items",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("catalogue_number", sa.String(length=100), nullable=False),
        sa.Column("data_class", enum("data_class", "public", "personal", "sensitive", "important"), nullable=False),
        sa.Column("sharing", enum("sharing", "unconditional", "conditional", "none"), nullable=False),
        sa.Column("basis", sa.String(length=400), nullable=False),
        sa.Column("provider", sa.String(length=120), nullable=False),
        sa.Column("declaration_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_data_items_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["declaration_id"], ["declarations.id"], name=op.f("fk_data_items_declaration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_items")),
        sa.UniqueConstraint("declaration_id", "line", name=op.f("uq_data_items_declaration_id_line")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_data_items_act_id"), "data_items", ["act_id"], unique=False)


def create_planned_services() -> None:
    op.create_table(
        "planned_services",
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("usage_indicator", sa.String(length=20), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("baseline", sa.BigInteger(), nullable=True),
        sa.Column("baseline_source", sa.String(length=400), nullable=False),
        sa.Column("forecast_first", sa.BigInteger(), nullable=True),
        sa.Column("forecast_second", sa.BigInteger(), nullable=True),
        sa.Column("forecast_third", sa.BigInteger(), nullable=True),
        sa.Column("unit_price", sa.BigInteger(), nullable=True),
        sa.Column("declaration_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "NOT (is_new AND baseline IS NOT NULL)", name=op.f("ck_planned_services_new_has_no_baseline")
        ),
        sa.CheckConstraint(
            "NOT (is_new AND service_id IS NOT NULL)", name=op.f("ck_planned_services_new_is_not_on_ledger")
        ),
        sa.CheckConstraint("baseline IS NULL OR baseline > 0", name=op.f("ck_planned_services_baseline_positive")),
        sa.CheckConstraint(
            "forecast_first IS NULL OR forecast_first > 0", name=op.f("ck_planned_services_forecast_first_positive")
        ),
        sa.CheckConstraint(
            "forecast_second IS NULL OR forecast_second > 0", name=op.f("ck_planned_services_forecast_second_positive")
        ),
        sa.CheckConstraint(
            "forecast_third IS NULL OR forecast_third > 0", name=op.f("ck_planned_services_forecast_third_positive")
        ),
        sa.CheckConstraint("unit_price IS NULL OR unit_price > 0", name=op.f("ck_planned_services_price_positive")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_planned_services_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_planned_services_declaration_id")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_planned_services_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_services")),
        sa.UniqueConstraint("declaration_id", "line", name=op.f("uq_planned_services_declaration_id_line")),
        sa.UniqueConstraint("declaration_id", "name", name=op.f("uq_planned_services_declaration_id_name")),
        sa.UniqueConstraint("declaration_id", "service_id", name=op.f("uq_planned_services_declaration_id_service_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_planned_services_act_id"), "planned_services", ["act_id"], unique=False)


def create_targets() -> None:
    op.create_table(
        "targets",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("declaration_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_targets_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["declaration_id"], ["declarations.id"], name=op.f("fk_targets_declaration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
        sa.UniqueConstraint("declaration_id", "line", name=op.f("uq_targets_declaration_id_line")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_targets_act_id"), "targets", ["act_id"], unique=False)


def create_duplicate_verdicts() -> None:
    op.create_table(
        "duplicate_verdicts",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("declaration_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("to_cut", sa.String(length=2000), nullable=False),
        sa.Column("matches", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.BigInteger(), nullable=False),
        sa.Column("judge_org", sa.BigInteger(), nullable=False),
        sa.Column("judge_side", enum("judge_side", *SIDES), nullable=False),
        sa.Column("judge_role", enum("judge_role", *ROLES), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'partial') = (length(to_cut) > 0)", name=op.f("ck_duplicate_verdicts_partial_says_what")
        ),
        sa.CheckConstraint(
            "judge_role = 'competent_authority' AND judge_side = 'management'",
            name=op.f("ck_duplicate_verdicts_by_authority"),
        ),
        sa.CheckConstraint("verdict IN ('none', 'partial', 'whole')", name=op.f("ck_duplicate_verdicts_verdict")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_duplicate_verdicts_reason")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_duplicate_verdicts_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id", "project_id"],
            ["declarations.id", "declarations.project_id"],
            name="fk_duplicate_verdicts_declaration",
        ),
        sa.ForeignKeyConstraint(["judged_by"], ["users.id"], name=op.f("fk_duplicate_verdicts_judged_by")),
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_duplicate_verdicts_project"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "judge_org", "judge_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name="fk_duplicate_verdicts_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "judged_by", "judge_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_duplicate_verdicts_person",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_verdicts")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_duplicate_verdicts_act_id"), "duplicate_verdicts", ["act_id"], unique=False)
    op.create_index("ix_duplicate_verdicts_project_id", "duplicate_verdicts", ["project_id"], unique=False)


def create_project_documents() -> None:
    op.create_table(
        "project_documents",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", enum("kind", *DOCUMENT_KINDS), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=120), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("registered_by", sa.BigInteger(), nullable=False),
        sa.Column("registrar_side", enum("registrar_side", *SIDES), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_project_documents_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_project_documents_project"
        ),
        sa.ForeignKeyConstraint(["registered_by"], ["users.id"], name=op.f("fk_project_documents_registered_by")),
        sa.ForeignKeyConstraint(
            ["subject_id", "registered_by", "registrar_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_project_documents_person",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_project_documents_file",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_documents")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_project_documents_act_id"), "project_documents", ["act_id"], unique=False)
    op.create_index("ix_project_documents_project_id", "project_documents", ["project_id"], unique=False)


def create_guards() -> None:
    for table in TABLES:
        guards.under_act(table)
    for table in APPEND_ONLY:
        guards.append_only(table)
    for table in ("projects", "declarations"):
        guards.never_deleted(table)
    for table in LINES:
        guards.sealed_by(
            table, "declarations WHERE declarations.id = ROW.declaration_id AND declarations.state <> 'draft'"
        )
        guards.fixed_columns(table, ("declaration_id",))
    guards.fixed_columns("projects", ("code", "subject_id", "taken_in_on", "taken_in_basis"))
    guards.fixed_columns("declarations", ("project_id", "number", "mode_kind"))
    guards.only_moves("projects", "state", MOVES)
    guards.only_moves("declarations", "state", VERSION_MOVES)
    guards.starts_as("declarations", "state", "draft")
    for day in DAYS:
        guards.set_once("projects", day)
    for name, table, when, condition, message in special_guards():
        guards.guard(f"{table}_{name}", table, when, condition, message)


def special_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    return (*project_guards(), *version_guards(), *other_guards())


def decided(subject: str, step: str, verdicts: tuple[str, ...], more: str = "") -> str:
    """The last decision on a subject at a step is one of these."""
    listed = ", ".join(f"'{verdict}'" for verdict in verdicts)
    return (
        f"EXISTS (SELECT 1 FROM decisions d WHERE d.subject_id = {subject} AND d.step = '{step}' "
        f"AND d.verdict IN ({listed}) AND d.round = (SELECT MAX(later.round) FROM decisions later "
        f"WHERE later.subject_id = {subject} AND later.step = '{step}'){more})"
    )


def decided_version(verdicts: tuple[str, ...], state: str) -> str:
    """The last decision of approval is about the version of this project that was submitted, by who submitted it."""
    about = (
        " AND EXISTS (SELECT 1 FROM declarations version WHERE version.project_id = NEW.id "
        f"AND version.state IN ('submitted', '{state}') AND version.sha256 = d.about_digest "
        "AND version.submitted_by = d.proposed_by)"
    )
    return decided("NEW.subject_id", "approve", verdicts, about)


def project_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    paths = (
        f"(OLD.state = '{source}' AND NEW.state = '{target}' AND NOT {decided('NEW.subject_id', step, verdicts)})"
        for target, source, step, verdicts in DECIDED_STATES
    )
    return (
        (
            "state_starts",
            "projects",
            "BEFORE INSERT",
            (
                "(NEW.taken_in_on IS NULL AND NEW.state NOT IN ('planned', 'draft')) "
                "OR NEW.state IN ('submitted', 'refused', 'suspended', 'terminated')"
            ),
            "a project begins planned or in draft, unless it is taken in as it stands",
        ),
        (
            "submitted_version",
            "projects",
            "BEFORE UPDATE OF state",
            (
                "NEW.state = 'submitted' AND OLD.state <> 'submitted' AND NOT EXISTS (SELECT 1 FROM declarations "
                "WHERE declarations.project_id = NEW.id AND declarations.state = 'submitted')"
            ),
            "a project is submitted with a sealed declaration",
        ),
        (
            "approved_by_decision",
            "projects",
            "BEFORE UPDATE OF state",
            (
                "OLD.state = 'submitted' AND ("
                f"(NEW.state = 'approved' AND NOT {decided_version(LETS_THROUGH, 'approved')}) "
                f"OR (NEW.state = 'refused' AND NOT {decided_version(('refused',), 'refused')}))"
            ),
            "a project is approved or refused by a decision on its submitted declaration",
        ),
        (
            "moved_by_decision",
            "projects",
            "BEFORE UPDATE OF state",
            "(" + " OR ".join(paths) + ")",
            "a project goes on only by a decision that lets it through",
        ),
        (
            "nothing_built",
            "projects",
            "BEFORE UPDATE OF state",
            (
                "OLD.state = 'approved' AND NEW.state = 'operating' AND NOT EXISTS (SELECT 1 FROM declarations "
                "WHERE declarations.project_id = NEW.id AND declarations.state = 'approved' "
                "AND declarations.kind = 'maintain')"
            ),
            "only where nothing is built does operation follow approval",
        ),
        (
            "back_from_suspension",
            "projects",
            "BEFORE UPDATE",
            (
                "(NEW.state = 'suspended' AND OLD.state <> 'suspended' AND NEW.suspended_from <> OLD.state) "
                "OR (OLD.state = 'suspended' AND NEW.state NOT IN ('suspended', 'terminated', OLD.suspended_from)) "
                f"OR (OLD.state = 'suspended' AND NEW.state = 'suspended' AND {guards.changed('suspended_from')})"
            ),
            "a suspended project returns to where it was",
        ),
        (
            "approval_number_once",
            "projects",
            "BEFORE UPDATE",
            "OLD.approval_number <> '' AND NEW.approval_number <> OLD.approval_number",
            "projects: approval_number is set once",
        ),
    )


def version_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    subject = "(SELECT projects.subject_id FROM projects WHERE projects.id = NEW.project_id)"
    about = " AND d.about_digest = NEW.sha256 AND d.proposed_by = NEW.submitted_by"
    ends = (("approved", LETS_THROUGH), ("refused", ("refused",)), ("returned", ("returned",)))
    undecided = (
        f"(NEW.state = '{state}' AND NOT {decided(subject, 'approve', verdicts, about)})" for state, verdicts in ends
    )
    return (
        (
            "sealed",
            "declarations",
            "BEFORE UPDATE",
            f"OLD.state <> 'draft' AND {guards.changed(*CONTENT)}",
            "a sealed declaration never changes",
        ),
        (
            "decided",
            "declarations",
            "BEFORE UPDATE OF state",
            f"OLD.state = 'submitted' AND ({' OR '.join(undecided)})",
            "a declaration is approved, refused or returned by a decision on it",
        ),
        (
            "taken_in",
            "declarations",
            "BEFORE UPDATE OF state",
            (
                "OLD.state = 'draft' AND NEW.state = 'approved' AND (NEW.number > 1 OR NOT EXISTS (SELECT 1 FROM projects "
                "WHERE projects.id = NEW.project_id AND projects.taken_in_on IS NOT NULL))"
            ),
            "only the first declaration of a project taken in is approved without submission",
        ),
    )


def other_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    return (
        (
            "while_open",
            "project_documents",
            "BEFORE INSERT",
            (
                "EXISTS (SELECT 1 FROM projects WHERE projects.id = NEW.project_id "
                "AND projects.state IN ('exited', 'refused', 'terminated'))"
            ),
            "no paper is registered with a project that has ended",
        ),
        (
            "of_sealed",
            "duplicate_verdicts",
            "BEFORE INSERT",
            (
                "EXISTS (SELECT 1 FROM declarations WHERE declarations.id = NEW.declaration_id "
                "AND declarations.state = 'draft')"
            ),
            "what may still change is not judged",
        ),
        (
            "project_title",
            "subjects",
            "BEFORE UPDATE",
            (
                f"{guards.changed('title')} AND EXISTS (SELECT 1 FROM projects WHERE projects.subject_id = NEW.id "
                "AND projects.state NOT IN ('planned', 'draft') AND projects.taken_in_on IS NULL)"
            ),
            "the title of a submitted project never changes",
        ),
    )


def drop_guards() -> None:
    for name, table, _when, _condition, _message in special_guards():
        guards.drop_guard(f"{table}_{name}", table)
    for day in DAYS:
        guards.drop_guard(f"projects_{day}_once", "projects")
    guards.drop_guard("declarations_state_starts", "declarations")
    for table in ("projects", "declarations"):
        guards.drop_guard(f"{table}_state_moves", table)
        guards.drop_guard(f"{table}_fixed", table)
        guards.drop_never_deleted(table)
    for table in LINES:
        guards.drop_guard(f"{table}_fixed", table)
        guards.drop_sealed_by(table)
    for table in APPEND_ONLY:
        guards.drop_append_only(table)
    for table in TABLES:
        guards.drop_under_act(table)


def downgrade() -> None:
    drop_guards()
    for table in reversed(TABLES):
        op.drop_table(table)
