"""Changes of a project while it is built, countersignatures, scores by criterion, and what promised effects came to."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SIDES = ("management", "operation", "supervision")
ROLES = ("client", "competent_authority", "finance", "operator", "builder", "supervisor", "tester", "evaluator")
STEPS = (
    "submit",
    "approve",
    "procure",
    "contract",
    "build",
    "change",
    "trial",
    "accept",
    "hand_over",
    "evaluate",
    "exit",
)
COSTS = (
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
EFFECTS = ("steps", "materials", "days", "visits", "people", "online", "satisfaction", "cost", "other")
CHANGE_STATES = (
    "draft",
    "submitted",
    "countersigned",
    "approved",
    "refused",
    "returned",
    "withdrawn",
    "filed",
    "discarded",
)
CHANGE_MOVES = (
    ("draft", "submitted"),
    ("draft", "discarded"),
    ("submitted", "countersigned"),
    ("submitted", "approved"),
    ("submitted", "refused"),
    ("submitted", "returned"),
    ("submitted", "withdrawn"),
    ("submitted", "filed"),
    ("submitted", "discarded"),
    ("countersigned", "approved"),
    ("countersigned", "refused"),
    ("countersigned", "returned"),
    ("countersigned", "withdrawn"),
    ("countersigned", "discarded"),
)
# Which verdict leads a change to which end; what is filed is let through as well.
DECIDED = (
    ("approved", ("passed", "conditional"), "approval"),
    ("filed", ("passed",), "filing"),
    ("refused", ("refused",), None),
    ("returned", ("returned",), None),
)
SIGN_MOVES = (
    ("waiting", "asked"),
    ("asked", "signed"),
    ("waiting", "void"),
    ("asked", "void"),
    ("signed", "void"),
)
OPEN = sa.text("state IN ('draft', 'submitted', 'countersigned')")
STANDING = sa.text("state <> 'void'")
COUNTED = "state IN ('approved', 'filed')"
MOST = 10**15
CHANGE_CONTENT = (
    "basis",
    "scope_kept",
    "scope",
    "new_until",
    "new_person",
    "reason",
    "days",
    "sha256",
    "approved_fen",
    "moved_fen",
    "net_fen",
    "earlier_fen",
    "earlier_net_fen",
    "route",
    "content",
    "digest",
    "submitted_by",
    "submitter_org",
    "submitter_side",
    "submitter_role",
    "submitted_at",
)
ASKED = (
    "subject_id",
    "step",
    "round",
    "position",
    "body",
    "gate",
    "about",
    "about_digest",
    "workdays",
    "organisation_id",
    "proposer_org",
    "asked_by",
    "asker_org",
    "asked_at",
)
SIGNED = ("stance", "text", "signed_by", "signer_side", "signed_at")


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def act_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["act_id"], ["trail_entries.id"], name=op.f(f"fk_{table}_act_id"), initially="DEFERRED", deferrable=True
    )


def standing_keys(table: str, who: str, person: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    """Organisation in its role, its side, and the person on that side for good."""
    return (
        sa.ForeignKeyConstraint(
            ["subject_id", f"{who}_org", f"{who}_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name=f"fk_{table}_{who}_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", f"{who}_org", f"{who}_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name=f"fk_{table}_{who}_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", person, f"{who}_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name=f"fk_{table}_{who}_person",
        ),
    )


def file_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["subject_id", "sha256"], ["evidence_files.subject_id", "evidence_files.sha256"], name=f"fk_{table}_file"
    )


def project_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name=f"fk_{table}_project"
    )


def upgrade() -> None:
    create_project_changes()
    create_change_costs()
    create_countersigns()
    create_opinion_scores()
    add_target_columns()
    create_effect_results()
    create_guards()


def create_project_changes() -> None:
    op.create_table(
        "project_changes",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("declaration_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", enum("state", *CHANGE_STATES), nullable=False),
        sa.Column("basis", enum("basis", "ordered", "design", "business", "other"), nullable=True),
        sa.Column("scope_kept", sa.Boolean(), nullable=True),
        sa.Column("scope", sa.String(length=4000), nullable=False),
        sa.Column("new_until", sa.Date(), nullable=True),
        sa.Column("new_person", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("approved_fen", sa.BigInteger(), nullable=True),
        sa.Column("moved_fen", sa.BigInteger(), nullable=True),
        sa.Column("net_fen", sa.BigInteger(), nullable=True),
        sa.Column("earlier_fen", sa.BigInteger(), nullable=True),
        sa.Column("earlier_net_fen", sa.BigInteger(), nullable=True),
        sa.Column("route", enum("route", "filing", "approval"), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("submitted_by", sa.BigInteger(), nullable=True),
        sa.Column("submitter_org", sa.BigInteger(), nullable=True),
        sa.Column("submitter_side", enum("submitter_side", *SIDES), nullable=True),
        sa.Column("submitter_role", enum("submitter_role", *ROLES), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_id", sa.BigInteger(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_project_changes_number_positive")),
        sa.CheckConstraint(
            "(submitted_by IS NULL) = (digest IS NULL) AND (submitted_by IS NULL) = (submitter_org IS NULL)"
            " AND (submitted_by IS NULL) = (submitted_at IS NULL) AND (submitted_by IS NULL) = (content IS NULL)"
            " AND (submitted_by IS NULL) = (submitter_side IS NULL)"
            " AND (submitted_by IS NULL) = (submitter_role IS NULL)"
            " AND (state <> 'draft' OR submitted_by IS NULL)"
            " AND (state IN ('draft', 'discarded') OR submitted_by IS NOT NULL)",
            name=op.f("ck_project_changes_submitted_whole"),
        ),
        sa.CheckConstraint(
            "submitted_by IS NULL OR (length(reason) > 0 AND sha256 IS NOT NULL AND scope_kept IS NOT NULL"
            " AND basis IS NOT NULL AND route IS NOT NULL AND length(digest) = 64"
            " AND moved_fen IS NOT NULL AND moved_fen >= 0"
            f" AND moved_fen < {MOST} AND net_fen IS NOT NULL"
            " AND earlier_fen IS NOT NULL AND earlier_fen >= 0 AND earlier_net_fen IS NOT NULL"
            " AND submitter_role = 'client' AND submitter_side = 'management')",
            name=op.f("ck_project_changes_said_whole"),
        ),
        sa.CheckConstraint(
            "route IS NULL OR route <> 'filing' OR (scope_kept AND basis <> 'other' AND approved_fen IS NOT NULL"
            " AND (moved_fen + earlier_fen) * 100 <= approved_fen * 15 AND net_fen + earlier_net_fen <= 0)",
            name=op.f("ck_project_changes_filed_within"),
        ),
        sa.CheckConstraint(
            "(decision_id IS NOT NULL) = (state IN ('approved', 'filed', 'refused', 'returned'))",
            name=op.f("ck_project_changes_decided_whole"),
        ),
        act_key("project_changes"),
        project_key("project_changes"),
        sa.ForeignKeyConstraint(
            ["declaration_id", "project_id"],
            ["declarations.id", "declarations.project_id"],
            name="fk_project_changes_declaration",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id", "subject_id"],
            ["decisions.id", "decisions.subject_id"],
            name="fk_project_changes_decision",
        ),
        *standing_keys("project_changes", "submitter", "submitted_by"),
        file_key("project_changes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_changes")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_project_changes_project_id_number")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_project_changes_decision_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_project_changes_act_id"), "project_changes", ["act_id"], unique=False)
    op.create_index(
        "uq_project_changes_open",
        "project_changes",
        ["project_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def create_change_costs() -> None:
    op.create_table(
        "change_costs",
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("category", enum("category", *COSTS), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("delta_fen", sa.BigInteger(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            f"delta_fen <> 0 AND delta_fen > -{MOST} AND delta_fen < {MOST}", name=op.f("ck_change_costs_delta_range")
        ),
        act_key("change_costs"),
        sa.ForeignKeyConstraint(["change_id"], ["project_changes.id"], name=op.f("fk_change_costs_change_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_costs")),
        sa.UniqueConstraint("change_id", "line", name=op.f("uq_change_costs_change_id_line")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_change_costs_act_id"), "change_costs", ["act_id"], unique=False)


def create_countersigns() -> None:
    op.create_table(
        "countersigns",
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("step", enum("step", *STEPS), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body", enum("body", "finance", "development", "data", "cybersecurity"), nullable=False),
        sa.Column("gate", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("about_digest", sa.String(length=64), nullable=False),
        sa.Column("workdays", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("proposer_org", sa.BigInteger(), nullable=False),
        sa.Column("state", enum("state", "waiting", "asked", "signed", "void"), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asker_org", sa.BigInteger(), nullable=False),
        sa.Column("asker_side", enum("asker_side", *SIDES), nullable=False),
        sa.Column("asker_role", enum("asker_role", *ROLES), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stance", enum("stance", "support", "amend", "oppose"), nullable=True),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("signed_by", sa.BigInteger(), nullable=True),
        sa.Column("signer_side", enum("signer_side", *SIDES), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("position > 0 AND round > 0 AND workdays > 0", name=op.f("ck_countersigns_counted")),
        sa.CheckConstraint("length(about_digest) = 64", name=op.f("ck_countersigns_digest_whole")),
        sa.CheckConstraint(
            "organisation_id <> proposer_org AND asker_org <> proposer_org AND organisation_id <> asker_org",
            name=op.f("ck_countersigns_never_proposer"),
        ),
        sa.CheckConstraint(
            "asker_role = 'competent_authority' AND asker_side = 'management'",
            name=op.f("ck_countersigns_by_authority"),
        ),
        sa.CheckConstraint(
            "(signed_by IS NULL) = (stance IS NULL) AND (signed_by IS NULL) = (signed_at IS NULL)"
            " AND (signed_by IS NULL) = (signer_side IS NULL)"
            " AND (state <> 'signed' OR signed_by IS NOT NULL)"
            " AND (state NOT IN ('waiting', 'asked') OR signed_by IS NULL)",
            name=op.f("ck_countersigns_signed_whole"),
        ),
        sa.CheckConstraint(
            "stance IS NULL OR stance = 'support' OR length(text) > 0", name=op.f("ck_countersigns_reason_given")
        ),
        act_key("countersigns"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_countersigns_subject"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_countersigns_organisation"),
        sa.ForeignKeyConstraint(["proposer_org"], ["organisations.id"], name="fk_countersigns_proposer_org"),
        *standing_keys("countersigns", "asker", "asked_by"),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "signer_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_countersigns_signer_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "signed_by", "signer_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_countersigns_signer_person",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_countersigns")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_countersigns_act_id"), "countersigns", ["act_id"], unique=False)
    op.create_index(
        "uq_countersigns_standing",
        "countersigns",
        ["subject_id", "step", "round", "position"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )


def create_opinion_scores() -> None:
    op.create_table(
        "opinion_scores",
        sa.Column("opinion_id", sa.BigInteger(), nullable=False),
        sa.Column("criterion", sa.String(length=40), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "score >= 0 AND score <= most AND most > 0 AND most <= 100", name=op.f("ck_opinion_scores_score_range")
        ),
        act_key("opinion_scores"),
        sa.ForeignKeyConstraint(["opinion_id"], ["opinions.id"], name=op.f("fk_opinion_scores_opinion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_scores")),
        sa.UniqueConstraint("opinion_id", "criterion", name=op.f("uq_opinion_scores_opinion_id_criterion")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_opinion_scores_act_id"), "opinion_scores", ["act_id"], unique=False)


def add_target_columns() -> None:
    """SQLite takes a check on a table that stands only together with a column."""
    listed = f"effect IN ({', '.join(repr(one) for one in EFFECTS)})"
    effect, baseline = op.f("ck_targets_effect"), op.f("ck_targets_baseline_range")
    op.add_column("targets", sa.Column("method", sa.String(length=400), server_default="", nullable=False))
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("targets", sa.Column("effect", sa.String(length=40), nullable=True))
        op.create_check_constraint(effect, "targets", listed)
        op.add_column("targets", sa.Column("baseline", sa.BigInteger(), nullable=True))
        op.create_check_constraint(baseline, "targets", "baseline IS NULL OR baseline >= 0")
        return
    op.execute(f"ALTER TABLE targets ADD COLUMN effect TEXT CONSTRAINT {effect} CHECK ({listed})")
    op.execute(
        f"ALTER TABLE targets ADD COLUMN baseline INTEGER CONSTRAINT {baseline} "
        "CHECK (baseline IS NULL OR baseline >= 0)"
    )


def create_effect_results() -> None:
    op.create_table(
        "effect_results",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("actual", sa.BigInteger(), nullable=True),
        sa.Column("measured_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("unknown_reason", sa.String(length=1000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.Column("recorder_org", sa.BigInteger(), nullable=False),
        sa.Column("recorder_side", enum("recorder_side", *SIDES), nullable=False),
        sa.Column("recorder_role", enum("recorder_role", *ROLES), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("round > 0", name=op.f("ck_effect_results_round_positive")),
        sa.CheckConstraint(
            "(actual IS NOT NULL AND actual >= 0 AND measured_on IS NOT NULL AND length(source) > 0"
            " AND unknown_reason = '') OR (actual IS NULL AND measured_on IS NULL AND length(unknown_reason) > 0)",
            name=op.f("ck_effect_results_known_or_why_not"),
        ),
        sa.CheckConstraint(
            "recorder_role = 'client' AND recorder_side = 'management'", name=op.f("ck_effect_results_by_client")
        ),
        act_key("effect_results"),
        project_key("effect_results"),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name=op.f("fk_effect_results_target_id")),
        *standing_keys("effect_results", "recorder", "recorded_by"),
        file_key("effect_results"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effect_results")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_effect_results_act_id"), "effect_results", ["act_id"], unique=False)
    op.create_index("ix_effect_results_project_id", "effect_results", ["project_id"], unique=False)


# --- guards ----------------------------------------------------------------------------------------------------------


def create_guards() -> None:
    for table in ("project_changes", "change_costs", "countersigns", "opinion_scores", "effect_results"):
        guards.under_act(table)
    for table in ("opinion_scores", "effect_results"):
        guards.append_only(table)
    for table in ("project_changes", "countersigns"):
        guards.never_deleted(table)
    guards.fixed_columns("project_changes", ("project_id", "subject_id", "declaration_id", "number"))
    guards.only_moves("project_changes", "state", CHANGE_MOVES)
    guards.starts_as("project_changes", "state", "draft")
    guards.sealed_by(
        "change_costs", "project_changes WHERE project_changes.id = ROW.change_id AND project_changes.state <> 'draft'"
    )
    guards.fixed_columns("change_costs", ("change_id",))
    guards.fixed_columns("countersigns", ASKED)
    guards.only_moves("countersigns", "state", SIGN_MOVES)
    for name, table, when, condition, message in special_guards():
        guards.guard(f"{table}_{name}", table, when, condition, message)


def special_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    return (*change_guards(), *sign_guards(), *decision_guards(), *result_guards())


def moved_is_right() -> str:
    """What a change says it moves is what its lines come to, with what earlier changes moved before it."""
    lines = "FROM change_costs cost WHERE cost.change_id = NEW.id"
    more = f"COALESCE((SELECT SUM(cost.delta_fen) {lines} AND cost.delta_fen > 0), 0)"
    less = f"COALESCE((SELECT -SUM(cost.delta_fen) {lines} AND cost.delta_fen < 0), 0)"
    earlier = f"FROM project_changes other WHERE other.project_id = NEW.project_id AND other.{COUNTED}"
    return (
        f"NEW.moved_fen = (CASE WHEN {more} >= {less} THEN {more} ELSE {less} END) "
        f"AND NEW.net_fen = {more} - {less} "
        f"AND NEW.earlier_fen = COALESCE((SELECT SUM(other.moved_fen) {earlier}), 0) "
        f"AND NEW.earlier_net_fen = COALESCE((SELECT SUM(other.net_fen) {earlier}), 0) "
        "AND EXISTS (SELECT 1 FROM declarations version WHERE version.id = NEW.declaration_id "
        "AND version.state = 'approved' AND COALESCE(version.design_budget_fen, 0) = COALESCE(NEW.approved_fen, 0))"
    )


def change_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    undecided = " OR ".join(
        f"(NEW.state = '{state}' AND NOT ({'TRUE' if route is None else f'''NEW.route = '{route}' '''} AND EXISTS ("
        "SELECT 1 FROM decisions d WHERE d.id = NEW.decision_id AND d.subject_id = NEW.subject_id "
        "AND d.step = 'change' AND d.about_digest = NEW.digest AND d.proposed_by = NEW.submitted_by "
        f"AND d.proposer_org = NEW.submitter_org AND d.verdict IN ({', '.join(repr(one) for one in verdicts)}))))"
        for state, verdicts, route in DECIDED
    )
    open_projects = (
        "SELECT 1 FROM projects WHERE projects.id = NEW.project_id "
        "AND projects.state IN ('approved', 'building', 'trial')"
    )
    signed = (
        "FROM countersigns sign WHERE sign.subject_id = NEW.subject_id AND sign.step = 'change' "
        "AND sign.about_digest = NEW.digest AND sign.state"
    )
    return (
        (
            "of_open_project",
            "project_changes",
            "BEFORE INSERT",
            f"NOT EXISTS ({open_projects})",
            "only what is approved and not finished is changed",
        ),
        (
            "sealed",
            "project_changes",
            "BEFORE UPDATE",
            f"OLD.state <> 'draft' AND {guards.changed(*CHANGE_CONTENT)}",
            "a submitted change never changes",
        ),
        (
            "ended",
            "project_changes",
            "BEFORE UPDATE",
            "OLD.state NOT IN ('draft', 'submitted', 'countersigned')",
            "a decided change never changes",
        ),
        (
            "counted",
            "project_changes",
            "BEFORE UPDATE OF state",
            (
                "OLD.state = 'draft' AND NEW.state = 'submitted' "
                f"AND NOT (EXISTS ({open_projects}) AND {moved_is_right()})"
            ),
            "a change counts what it moves with all that was moved before",
        ),
        (
            "signed_first",
            "project_changes",
            "BEFORE UPDATE OF state",
            (
                "NEW.state = 'countersigned' AND OLD.state <> 'countersigned' AND "
                f"(EXISTS (SELECT 1 {signed} IN ('waiting', 'asked')) OR NOT EXISTS (SELECT 1 {signed} = 'signed'))"
            ),
            "a change is countersigned when everybody who was asked has signed",
        ),
        (
            "decided",
            "project_changes",
            "BEFORE UPDATE OF state",
            f"({undecided})",
            "a change is approved, filed, refused or returned by a decision on it",
        ),
    )


def sign_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    before = (
        "EXISTS (SELECT 1 FROM countersigns other WHERE other.subject_id = NEW.subject_id AND other.step = NEW.step "
        "AND other.round = NEW.round AND other.position < NEW.position AND other.state IN ('waiting', 'asked'))"
    )
    decided = (
        "EXISTS (SELECT 1 FROM decisions d WHERE d.subject_id = NEW.subject_id AND d.step = NEW.step "
        "AND d.round = NEW.round)"
    )
    return (
        (
            "begun",
            "countersigns",
            "BEFORE INSERT",
            f"NEW.state NOT IN ('waiting', 'asked') OR {decided}",
            "a countersignature is asked for before the decision",
        ),
        (
            "by_finance",
            "countersigns",
            "BEFORE INSERT",
            (
                "NEW.body = 'finance' AND NOT EXISTS (SELECT 1 FROM organisations WHERE "
                "organisations.id = NEW.organisation_id AND organisations.kind = 'finance')"
            ),
            "finance is countersigned by a finance department",
        ),
        (
            "in_order",
            "countersigns",
            "BEFORE UPDATE OF state",
            f"NEW.state IN ('asked', 'signed') AND {before}",
            "countersignatures are given in their order",
        ),
        (
            "first_first",
            "countersigns",
            "BEFORE INSERT",
            f"NEW.state = 'asked' AND {before}",
            "countersignatures are asked for in their order",
        ),
        (
            "given_stays",
            "countersigns",
            "BEFORE UPDATE",
            f"OLD.state IN ('signed', 'void') AND {guards.changed(*SIGNED)}",
            "a countersignature that was given never changes",
        ),
        (
            "decided_stays",
            "countersigns",
            "BEFORE UPDATE OF state",
            f"NEW.state <> OLD.state AND {decided}",
            "what was decided on stays countersigned as it was",
        ),
        (
            "by_its_people",
            "countersigns",
            "BEFORE UPDATE OF state",
            (
                "NEW.state = 'signed' AND (NOT EXISTS (SELECT 1 FROM subject_people person "
                "WHERE person.subject_id = NEW.subject_id AND person.user_id = NEW.signed_by "
                "AND person.organisation_id = NEW.organisation_id) OR NEW.signed_by = NEW.asked_by)"
            ),
            "a body signs by its own people, not by who asked",
        ),
    )


def decision_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    signs = (
        "FROM countersigns sign WHERE sign.subject_id = NEW.subject_id AND sign.step = NEW.step "
        "AND sign.round = NEW.round AND sign.state"
    )
    through = "NEW.verdict IN ('passed', 'conditional')"
    unanswered = (
        "EXISTS (SELECT 1 FROM projects JOIN declarations version ON version.project_id = projects.id "
        "JOIN targets promised ON promised.declaration_id = version.id WHERE projects.subject_id = NEW.subject_id "
        "AND version.state = 'approved' AND NOT EXISTS (SELECT 1 FROM effect_results result "
        "WHERE result.target_id = promised.id AND result.round = NEW.round))"
    )
    return (
        (
            "countersigned",
            "decisions",
            "BEFORE INSERT",
            (
                f"{through} AND (EXISTS (SELECT 1 {signs} IN ('waiting', 'asked')) "
                f"OR EXISTS (SELECT 1 {signs} = 'signed' AND sign.about_digest <> NEW.about_digest))"
            ),
            "nothing passes before everybody who was asked has countersigned it",
        ),
        (
            "against_with_reason",
            "decisions",
            "BEFORE INSERT",
            f"{through} AND length(NEW.reason) = 0 AND EXISTS (SELECT 1 {signs} = 'signed' AND sign.stance = 'oppose')",
            "against a body that disagrees only with a reason",
        ),
        (
            "not_by_signer",
            "decisions",
            "BEFORE INSERT",
            f"EXISTS (SELECT 1 {signs} = 'signed' AND sign.signed_by = NEW.decided_by)",
            "who countersigned does not decide",
        ),
        (
            "effects_answered",
            "decisions",
            "BEFORE INSERT",
            f"NEW.step = 'evaluate' AND {through} AND {unanswered}",
            "every promised effect is answered before an evaluation is concluded",
        ),
        (
            "scored_with_opinion",
            "opinion_scores",
            "BEFORE INSERT",
            "NOT EXISTS (SELECT 1 FROM opinions WHERE opinions.id = NEW.opinion_id AND opinions.act_id = NEW.act_id)",
            "scores come with their opinion",
        ),
    )


def result_guards() -> tuple[tuple[str, str, str, str, str], ...]:
    return (
        (
            "of_promise",
            "effect_results",
            "BEFORE INSERT",
            (
                "NOT EXISTS (SELECT 1 FROM targets JOIN declarations version ON version.id = targets.declaration_id "
                "JOIN projects ON projects.id = version.project_id WHERE targets.id = NEW.target_id "
                "AND version.state = 'approved' AND projects.id = NEW.project_id "
                "AND projects.state IN ('operating', 'evaluating'))"
            ),
            "only what was promised and approved is answered, once the service runs",
        ),
        (
            "of_open_round",
            "effect_results",
            "BEFORE INSERT",
            (
                "EXISTS (SELECT 1 FROM decisions d WHERE d.subject_id = NEW.subject_id AND d.step = 'evaluate' "
                "AND d.round >= NEW.round)"
            ),
            "what was evaluated stays as it was",
        ),
    )


def drop_guards() -> None:
    for name, table, _when, _condition, _message in special_guards():
        guards.drop_guard(f"{table}_{name}", table)
    guards.drop_guard("countersigns_state_moves", "countersigns")
    guards.drop_guard("countersigns_fixed", "countersigns")
    guards.drop_guard("change_costs_fixed", "change_costs")
    guards.drop_sealed_by("change_costs")
    guards.drop_guard("project_changes_state_starts", "project_changes")
    guards.drop_guard("project_changes_state_moves", "project_changes")
    guards.drop_guard("project_changes_fixed", "project_changes")
    for table in ("project_changes", "countersigns"):
        guards.drop_never_deleted(table)
    for table in ("opinion_scores", "effect_results"):
        guards.drop_append_only(table)
    for table in ("project_changes", "change_costs", "countersigns", "opinion_scores", "effect_results"):
        guards.drop_under_act(table)


def downgrade() -> None:
    drop_guards()
    for table in ("effect_results", "opinion_scores", "countersigns", "change_costs", "project_changes"):
        op.drop_table(table)
    op.drop_column("targets", "baseline")
    op.drop_column("targets", "effect")
    op.drop_column("targets", "method")
