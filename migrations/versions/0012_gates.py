"""Decisions at gates, opinions, conditions that became owed, and what leaders said about overdue tasks, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0012"
down_revision = "0011"
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
AUTHORITY_STEPS = "'approve', 'accept', 'evaluate', 'change'"
MOVES = (
    ("open", "reported"),
    ("reported", "accepted"),
    ("reported", "open"),
    ("open", "dropped"),
    ("reported", "dropped"),
)
OWED = ("code", "decision_id", "subject_id", "number", "text", "owner_id", "due_on")
REPORTED = ("report", "sha256", "reported_by", "reporter_org", "reporter_side", "reporter_role", "reported_at")
UNCONDITIONAL = "NOT EXISTS (SELECT 1 FROM decisions d WHERE d.id = NEW.decision_id AND d.verdict = 'conditional')"
NOT_HANDED_UP = "NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = NEW.task_id AND t.escalated_on IS NOT NULL)"


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


def evidence_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["subject_id", "sha256"], ["evidence_files.subject_id", "evidence_files.sha256"], name=f"fk_{table}_file"
    )


def upgrade() -> None:
    create_decisions()
    create_opinions()
    create_obligations()
    create_expedites()
    create_guards()


def create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("step", enum("step", *STEPS), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("verdict", enum("verdict", "passed", "conditional", "returned", "refused"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("about_digest", sa.String(length=64), nullable=False),
        sa.Column("gates", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("facts_digest", sa.String(length=64), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposer_org", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=False),
        sa.Column("decider_org", sa.BigInteger(), nullable=False),
        sa.Column("decider_side", enum("decider_side", *SIDES), nullable=False),
        sa.Column("decider_role", enum("decider_role", *ROLES), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("round > 0", name=op.f("ck_decisions_round_positive")),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_decisions_four_eyes")),
        sa.CheckConstraint("decider_side = 'management'", name=op.f("ck_decisions_by_management")),
        sa.CheckConstraint(
            f"(step IN ({AUTHORITY_STEPS}) AND decider_role = 'competent_authority' AND decider_org <> proposer_org)"
            f" OR (step NOT IN ({AUTHORITY_STEPS}) AND decider_role = 'client')",
            name=op.f("ck_decisions_by_right_role"),
        ),
        sa.CheckConstraint(
            "verdict NOT IN ('returned', 'refused') OR length(reason) > 0", name=op.f("ck_decisions_reason_given")
        ),
        sa.CheckConstraint(
            "length(facts_digest) = 64 AND length(about_digest) = 64", name=op.f("ck_decisions_digests_whole")
        ),
        act_key("decisions"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_decisions_subject"),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name="fk_decisions_proposed_by"),
        sa.ForeignKeyConstraint(["proposer_org"], ["organisations.id"], name="fk_decisions_proposer_org"),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="fk_decisions_decided_by"),
        sa.ForeignKeyConstraint(["decider_org"], ["organisations.id"], name="fk_decisions_decider_org"),
        *standing_keys("decisions", "decider", "decided_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("subject_id", "step", "round", name=op.f("uq_decisions_subject_id_step_round")),
        sa.UniqueConstraint("id", "subject_id", name=op.f("uq_decisions_id_subject_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_decisions_act_id", "decisions", ["act_id"], unique=False)
    op.create_index("ix_decisions_subject_id", "decisions", ["subject_id"], unique=False)


def create_opinions() -> None:
    op.create_table(
        "opinions",
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("step", enum("step", *STEPS), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", enum("kind", "expert", "department", "assessor"), nullable=False),
        sa.Column("giver_name", sa.String(length=60), nullable=False),
        sa.Column("giver_organisation", sa.String(length=120), nullable=False),
        sa.Column("stance", enum("stance", "support", "amend", "oppose"), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.Column("recorder_org", sa.BigInteger(), nullable=False),
        sa.Column("recorder_side", enum("recorder_side", *SIDES), nullable=False),
        sa.Column("recorder_role", enum("recorder_role", *ROLES), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("score IS NULL OR (score BETWEEN 0 AND 100)", name=op.f("ck_opinions_score_range")),
        sa.CheckConstraint("length(giver_name) > 0 AND length(text) > 0", name=op.f("ck_opinions_opinion_whole")),
        sa.CheckConstraint("recorder_role = 'competent_authority'", name=op.f("ck_opinions_by_authority")),
        act_key("opinions"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_opinions_subject"),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name="fk_opinions_recorded_by"),
        *standing_keys("opinions", "recorder", "recorded_by"),
        evidence_key("opinions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
        sqlite_strict=True,
    )
    op.create_index("ix_opinions_act_id", "opinions", ["act_id"], unique=False)
    op.create_index("ix_opinions_subject_id", "opinions", ["subject_id"], unique=False)


def create_obligations() -> None:
    op.create_table(
        "obligations",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", enum("state", "open", "reported", "accepted", "dropped"), nullable=False),
        sa.Column("report", sa.String(length=2000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        *standing_columns("reporter", "reported_by", "reported_at"),
        *standing_columns("acceptor", "accepted_by", "accepted_at"),
        sa.Column("returned_reason", sa.String(length=2000), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_obligations_text_given")),
        sa.CheckConstraint(
            "state NOT IN ('reported', 'accepted') OR (reported_by IS NOT NULL AND reporter_org IS NOT NULL"
            " AND reported_at IS NOT NULL AND length(report) > 0)",
            name=op.f("ck_obligations_reported_whole"),
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (accepted_by IS NOT NULL AND acceptor_org IS NOT NULL AND accepted_at IS NOT NULL)",
            name=op.f("ck_obligations_accepted_whole"),
        ),
        sa.CheckConstraint(
            "accepted_by IS NULL OR (accepted_by <> reported_by AND acceptor_role = 'competent_authority')",
            name=op.f("ck_obligations_four_eyes"),
        ),
        act_key("obligations"),
        sa.ForeignKeyConstraint(
            ["decision_id", "subject_id"], ["decisions.id", "decisions.subject_id"], name="fk_obligations_decision"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["organisations.id"], name="fk_obligations_owner"),
        sa.ForeignKeyConstraint(["reported_by"], ["users.id"], name="fk_obligations_reported_by"),
        sa.ForeignKeyConstraint(["accepted_by"], ["users.id"], name="fk_obligations_accepted_by"),
        *standing_keys("obligations", "reporter", "reported_by"),
        *standing_keys("obligations", "acceptor", "accepted_by"),
        evidence_key("obligations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligations")),
        sa.UniqueConstraint("code", name=op.f("uq_obligations_code")),
        sa.UniqueConstraint("decision_id", "number", name=op.f("uq_obligations_decision_id_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_obligations_act_id", "obligations", ["act_id"], unique=False)
    op.create_index("ix_obligations_subject_id", "obligations", ["subject_id"], unique=False)


def standing_columns(who: str, person: str, moment: str) -> tuple["sa.Column[object]", ...]:
    return (
        sa.Column(person, sa.BigInteger(), nullable=True),
        sa.Column(f"{who}_org", sa.BigInteger(), nullable=True),
        sa.Column(f"{who}_side", enum(f"{who}_side", *SIDES), nullable=True),
        sa.Column(f"{who}_role", enum(f"{who}_role", *ROLES), nullable=True),
        sa.Column(moment, sa.DateTime(timezone=True), nullable=True),
    )


def create_expedites() -> None:
    op.create_table(
        "expedites",
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("instruction", sa.String(length=2000), nullable=False),
        sa.Column("given_by", sa.BigInteger(), nullable=False),
        sa.Column("given_org", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(instruction) > 0", name=op.f("ck_expedites_instruction_given")),
        act_key("expedites"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_expedites_task_id")),
        sa.ForeignKeyConstraint(["given_by"], ["users.id"], name=op.f("fk_expedites_given_by")),
        sa.ForeignKeyConstraint(["given_org"], ["organisations.id"], name=op.f("fk_expedites_given_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expedites")),
        sqlite_strict=True,
    )
    op.create_index("ix_expedites_act_id", "expedites", ["act_id"], unique=False)
    op.create_index("ix_expedites_task_id", "expedites", ["task_id"], unique=False)


def create_guards() -> None:
    for table in ("decisions", "opinions", "expedites"):
        guards.under_act(table)
        guards.append_only(table)
    guards.under_act("obligations")
    guards.never_deleted("obligations")
    guards.fixed_columns("obligations", OWED)
    guards.only_moves("obligations", "state", MOVES)
    guards.starts_as("obligations", "state", "open")
    guards.guard(
        "obligations_of_conditions",
        "obligations",
        "BEFORE INSERT",
        UNCONDITIONAL,
        "only a decision with conditions is owed something",
    )
    # What lies with the authority stays as it was reported; only a new report after sending back replaces it.
    guards.guard(
        "obligations_report_stays",
        "obligations",
        "BEFORE UPDATE",
        f"OLD.state <> 'open' AND {guards.changed(*REPORTED)}",
        "what was reported stays as it was reported",
    )
    guards.guard(
        "obligations_sent_back_with_reason",
        "obligations",
        "BEFORE UPDATE",
        "OLD.state = 'reported' AND NEW.state = 'open' AND length(NEW.returned_reason) = 0",
        "a report is sent back with a reason",
    )
    guards.guard(
        "obligations_ended",
        "obligations",
        "BEFORE UPDATE",
        "OLD.state IN ('accepted', 'dropped')",
        "an ended obligation never changes",
    )
    guards.guard(
        "expedites_of_handed_up",
        "expedites",
        "BEFORE INSERT",
        NOT_HANDED_UP,
        "only a task that was handed up is expedited",
    )


def drop_guards() -> None:
    guards.drop_guard("expedites_of_handed_up", "expedites")
    for name in ("ended", "sent_back_with_reason", "report_stays", "of_conditions"):
        guards.drop_guard(f"obligations_{name}", "obligations")
    guards.drop_guard("obligations_state_starts", "obligations")
    guards.drop_guard("obligations_state_moves", "obligations")
    guards.drop_guard("obligations_fixed", "obligations")
    guards.drop_never_deleted("obligations")
    guards.drop_under_act("obligations")
    for table in ("expedites", "opinions", "decisions"):
        guards.drop_append_only(table)
        guards.drop_under_act(table)


def downgrade() -> None:
    drop_guards()
    for table in ("expedites", "obligations", "opinions", "decisions"):
        op.drop_table(table)
