"""Check runs, answers and exemptions, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0013"
down_revision = "0012"
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
STEPS = (
    *("submit", "approve", "procure", "contract", "build", "change", "trial", "accept", "hand_over"),
    *("evaluate", "exit"),
)
SEVERITIES = ("forbidden", "restricted", "noted")
TABLES = ("item_outcomes", "exemptions", "check_answers", "check_runs")
APPEND_ONLY = ("check_answers", "check_runs", "item_outcomes")
# What was asked for never changes; what was decided is written with the decision and stays.
ASKED = (
    *("code", "subject_id", "item_entry_id", "item_kind", "item_code", "severity", "reason", "sha256", "wanted_until"),
    *("requested_by", "requester_org", "requester_side", "requester_role", "requested_at"),
)
DECIDED = (
    *("decided_by", "decider_org", "decider_side", "decider_role", "decided_at", "decision_reason"),
    *("valid_until", "conditions"),
)
MOVES = (
    ("requested", "granted"),
    ("requested", "refused"),
    ("requested", "withdrawn"),
    ("granted", "revoked"),
    ("granted", "lapsed"),
)
# A row names an item by its entry: code and severity are those of that version. Stored content has one spelling, in
# which a quotation mark inside a text is written otherwise, so that the key is found and nothing that looks like it.
OF_ITEM = (
    "NOT EXISTS (SELECT 1 FROM catalogue_entries entry WHERE entry.id = NEW.item_entry_id "
    "AND entry.code = NEW.item_code{severity})"
)
SAME_SEVERITY = " AND entry.content LIKE '%\"severity\":\"' || NEW.severity || '\"%'"
# I11: who has acted for the client that proposed, whoever employs him now, never decides.
ACTED_FOR_CLIENT = (
    "NEW.decided_by IS NOT NULL AND OLD.decided_by IS NULL AND EXISTS (SELECT 1 FROM subject_people "
    "WHERE subject_people.subject_id = NEW.subject_id AND subject_people.user_id = NEW.decided_by "
    "AND subject_people.organisation_id = NEW.requester_org)"
)
NOT_OF_ITS_RUN = (
    "NOT EXISTS (SELECT 1 FROM check_runs WHERE check_runs.id = NEW.run_id AND check_runs.act_id = NEW.act_id)"
)
NOT_GRANTED = (
    "NEW.exemption_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM exemptions WHERE exemptions.id = NEW.exemption_id "
    "AND exemptions.item_code = NEW.item_code AND exemptions.state = 'granted')"
)
ANOTHER_ANSWER = (
    "NEW.answer_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM check_answers "
    "WHERE check_answers.id = NEW.answer_id AND check_answers.item_code = NEW.item_code)"
)


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


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


def common_keys(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f(f"fk_{table}_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def item_keys(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint("item_kind = 'negative_item'", name=op.f(f"ck_{table}_item_kind")),
        sa.ForeignKeyConstraint(
            ["item_entry_id", "item_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name=f"fk_{table}_item",
        ),
    )


def file_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["subject_id", "sha256"], ["evidence_files.subject_id", "evidence_files.sha256"], name=f"fk_{table}_file"
    )


def upgrade() -> None:
    create_runs()
    create_answers()
    create_exemptions()
    create_outcomes()
    for table in TABLES:
        op.create_index(f"ix_{table}_act_id", table, ["act_id"], unique=False)
    for table in ("check_answers", "check_runs", "exemptions"):
        op.create_index(f"ix_{table}_subject_id", table, ["subject_id"], unique=False)
    create_guards()


def create_runs() -> None:
    op.create_table(
        "check_runs",
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", enum("step", *STEPS), nullable=False),
        sa.Column(
            "cause", enum("cause", "asked", "answered", "step", "facts_changed", "exemption_changed"), nullable=False
        ),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("blocking", sa.Integer(), nullable=False),
        sa.Column("run_by", sa.BigInteger(), nullable=True),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_check_runs_number_positive")),
        sa.CheckConstraint("length(basis) = 64", name=op.f("ck_check_runs_basis_whole")),
        sa.CheckConstraint("hits >= 0 AND unknown >= 0 AND blocking >= 0", name=op.f("ck_check_runs_counts_range")),
        *common_keys("check_runs"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_check_runs_subject"),
        sa.ForeignKeyConstraint(["run_by"], ["users.id"], name="fk_check_runs_run_by"),
        sa.UniqueConstraint("subject_id", "number", name=op.f("uq_check_runs_subject_id_number")),
        sa.UniqueConstraint("id", "subject_id", name=op.f("uq_check_runs_id_subject_id")),
        sqlite_strict=True,
    )


def create_answers() -> None:
    op.create_table(
        "check_answers",
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("item_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("item_kind", sa.String(length=40), nullable=False),
        sa.Column("item_code", sa.String(length=80), nullable=False),
        sa.Column("is_hit", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=False),
        sa.Column("answerer_org", sa.BigInteger(), nullable=False),
        sa.Column("answerer_side", enum("answerer_side", *SIDES), nullable=False),
        sa.Column("answerer_role", enum("answerer_role", *ROLES), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(note) > 0", name=op.f("ck_check_answers_note_given")),
        sa.CheckConstraint("answerer_side = 'management'", name=op.f("ck_check_answers_by_management")),
        *common_keys("check_answers"),
        *item_keys("check_answers"),
        *standing_keys("check_answers", "answerer", "answered_by"),
        file_key("check_answers"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_check_answers_subject"),
        sa.ForeignKeyConstraint(["answered_by"], ["users.id"], name="fk_check_answers_answered_by"),
        sa.UniqueConstraint("id", "subject_id", name=op.f("uq_check_answers_id_subject_id")),
        sqlite_strict=True,
    )


def create_exemptions() -> None:
    op.create_table(
        "exemptions",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("item_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("item_kind", sa.String(length=40), nullable=False),
        sa.Column("item_code", sa.String(length=80), nullable=False),
        sa.Column("severity", enum("severity", *SEVERITIES), nullable=False),
        sa.Column(
            "state",
            enum("state", "requested", "granted", "refused", "withdrawn", "revoked", "lapsed"),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("wanted_until", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("conditions", sa.String(length=2000), nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=False),
        sa.Column("requester_org", sa.BigInteger(), nullable=False),
        sa.Column("requester_side", enum("requester_side", *SIDES), nullable=False),
        sa.Column("requester_role", enum("requester_role", *ROLES), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decider_org", sa.BigInteger(), nullable=True),
        sa.Column("decider_side", enum("decider_side", *SIDES), nullable=True),
        sa.Column("decider_role", enum("decider_role", *ROLES), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.String(length=2000), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=2000), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        *exemption_checks(),
        *common_keys("exemptions"),
        *item_keys("exemptions"),
        *standing_keys("exemptions", "requester", "requested_by"),
        *standing_keys("exemptions", "decider", "decided_by"),
        file_key("exemptions"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_exemptions_subject"),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name="fk_exemptions_requested_by"),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="fk_exemptions_decided_by"),
        sa.UniqueConstraint("code", name=op.f("uq_exemptions_code")),
        sa.UniqueConstraint("id", "subject_id", name=op.f("uq_exemptions_id_subject_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_exemptions_open",
        "exemptions",
        ["subject_id", "item_code"],
        unique=True,
        sqlite_where=sa.text("state IN ('requested', 'granted')"),
        postgresql_where=sa.text("state IN ('requested', 'granted')"),
    )


def exemption_checks() -> tuple[sa.CheckConstraint, ...]:
    return (
        sa.CheckConstraint("severity = 'restricted'", name=op.f("ck_exemptions_restricted_only")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_exemptions_reason_given")),
        sa.CheckConstraint(
            "requester_side = 'management' AND requester_role = 'client'", name=op.f("ck_exemptions_asked_by_client")
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'withdrawn') OR (decided_by IS NOT NULL AND decider_org IS NOT NULL"
            " AND decider_side IS NOT NULL AND decider_role IS NOT NULL AND decided_at IS NOT NULL"
            " AND length(decision_reason) > 0)",
            name=op.f("ck_exemptions_decided_whole"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('requested', 'withdrawn') OR (decided_by IS NULL AND valid_until IS NULL)",
            name=op.f("ck_exemptions_undecided_blank"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR (decided_by <> requested_by AND decider_org <> requester_org"
            " AND decider_side = 'management' AND decider_role = 'competent_authority')",
            name=op.f("ck_exemptions_four_eyes"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('granted', 'revoked', 'lapsed') OR valid_until IS NOT NULL",
            name=op.f("ck_exemptions_granted_has_end"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until <= wanted_until", name=op.f("ck_exemptions_within_wanted")
        ),
        sa.CheckConstraint(
            "(ended_on IS NOT NULL) = (state IN ('revoked', 'lapsed'))", name=op.f("ck_exemptions_ended_whole")
        ),
        sa.CheckConstraint(
            "state <> 'revoked' OR length(end_reason) > 0", name=op.f("ck_exemptions_revoked_with_reason")
        ),
    )


def create_outcomes() -> None:
    op.create_table(
        "item_outcomes",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("item_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("item_kind", sa.String(length=40), nullable=False),
        sa.Column("item_code", sa.String(length=80), nullable=False),
        sa.Column("severity", enum("severity", *SEVERITIES), nullable=False),
        sa.Column("outcome", enum("outcome", "clear", "hit", "exempted", "not_applicable", "unknown"), nullable=False),
        sa.Column("missing", sa.String(length=2000), nullable=False),
        sa.Column("exemption_id", sa.BigInteger(), nullable=True),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'exempted') = (exemption_id IS NOT NULL)", name=op.f("ck_item_outcomes_exempted_by")
        ),
        sa.CheckConstraint(
            "outcome <> 'exempted' OR severity = 'restricted'", name=op.f("ck_item_outcomes_forbidden_never_exempted")
        ),
        *common_keys("item_outcomes"),
        *item_keys("item_outcomes"),
        sa.ForeignKeyConstraint(
            ["run_id", "subject_id"], ["check_runs.id", "check_runs.subject_id"], name="fk_item_outcomes_run"
        ),
        sa.ForeignKeyConstraint(
            ["exemption_id", "subject_id"],
            ["exemptions.id", "exemptions.subject_id"],
            name="fk_item_outcomes_exemption",
        ),
        sa.ForeignKeyConstraint(
            ["answer_id", "subject_id"],
            ["check_answers.id", "check_answers.subject_id"],
            name="fk_item_outcomes_answer",
        ),
        sa.UniqueConstraint("run_id", "item_entry_id", name=op.f("uq_item_outcomes_run_id_item_entry_id")),
        sqlite_strict=True,
    )


def create_guards() -> None:
    for table in TABLES:
        guards.under_act(table)
    for table in APPEND_ONLY:
        guards.append_only(table)
    guards.never_deleted("exemptions")
    guards.fixed_columns("exemptions", ASKED)
    guards.only_moves("exemptions", "state", MOVES)
    guards.starts_as("exemptions", "state", "requested")
    create_decision_guards()
    create_item_guards()


def create_decision_guards() -> None:
    guards.guard(
        "exemptions_decided_once",
        "exemptions",
        "BEFORE UPDATE",
        f"OLD.state <> 'requested' AND {guards.changed(*DECIDED)}",
        "a decision on an exemption never changes, and its end is never put off",
    )
    guards.guard(
        "exemptions_ended_once",
        "exemptions",
        "BEFORE UPDATE",
        f"OLD.state <> 'granted' AND {guards.changed('ended_on', 'end_reason')}",
        "an exemption ends once",
    )
    guards.guard(
        "exemptions_by_another",
        "exemptions",
        "BEFORE UPDATE",
        ACTED_FOR_CLIENT,
        "who acted for the client never decides on its exemption",
    )


def create_item_guards() -> None:
    guards.guard(
        "exemptions_of_item",
        "exemptions",
        "BEFORE INSERT",
        OF_ITEM.format(severity=SAME_SEVERITY),
        "only a restricted item is exempted",
    )
    guards.guard(
        "check_answers_of_item",
        "check_answers",
        "BEFORE INSERT",
        OF_ITEM.format(severity=""),
        "the answer is about the item it names",
    )
    guards.guard(
        "item_outcomes_of_item",
        "item_outcomes",
        "BEFORE INSERT",
        OF_ITEM.format(severity=SAME_SEVERITY),
        "the outcome is about the item it names",
    )
    guards.guard(
        "item_outcomes_of_run", "item_outcomes", "BEFORE INSERT", NOT_OF_ITS_RUN, "outcomes come with their run"
    )
    guards.guard(
        "item_outcomes_granted", "item_outcomes", "BEFORE INSERT", NOT_GRANTED, "only what was granted exempts"
    )
    guards.guard(
        "item_outcomes_answered", "item_outcomes", "BEFORE INSERT", ANOTHER_ANSWER, "the answer is to another item"
    )


def drop_guards() -> None:
    for name in ("answered", "granted", "of_run", "of_item"):
        guards.drop_guard(f"item_outcomes_{name}", "item_outcomes")
    guards.drop_guard("check_answers_of_item", "check_answers")
    for name in ("of_item", "by_another", "ended_once", "decided_once", "state_starts", "state_moves", "fixed"):
        guards.drop_guard(f"exemptions_{name}", "exemptions")
    guards.drop_never_deleted("exemptions")
    for table in APPEND_ONLY:
        guards.drop_append_only(table)
    for table in TABLES:
        guards.drop_under_act(table)


def downgrade() -> None:
    drop_guards()
    for table in TABLES:
        op.drop_table(table)
