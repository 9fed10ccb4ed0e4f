"""Acceptance, trial run and handover, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0017"
down_revision = "0016"
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
STANCES = ("support", "amend", "oppose")
OPEN = (
    "concluded_by IS NULL AND concluder_org IS NULL AND concluder_side IS NULL AND concluder_role IS NULL "
    "AND concluded_at IS NULL AND content IS NULL AND sha256 IS NULL AND sm3 IS NULL"
)
CLOSED = OPEN.replace("IS NULL", "IS NOT NULL")
UNDER_ACT = (
    "acceptance_items",
    "acceptances",
    "handover_entries",
    "handover_items",
    "handovers",
    "item_opinions",
    "item_results",
    "item_submissions",
)
APPEND_ONLY = ("handover_entries", "item_opinions", "item_results", "item_submissions")
NEVER_DELETED = ("acceptances", "handovers")
FIXED = {
    "acceptances": (
        *("code", "project_id", "subject_id", "number", "stage", "round"),
        *("opened_by", "opener_org", "opener_side", "opener_role", "opened_at"),
    ),
    "acceptance_items": ("acceptance_id", "subject_id", "number"),
    "handovers": (
        *("code", "project_id", "subject_id"),
        *("opened_by", "opener_org", "opener_side", "opener_role", "opened_at"),
    ),
    "handover_items": ("handover_id", "subject_id", "number", "entry_code"),
}
# Where a state begins, and along which steps it goes.
MOVES = {
    "acceptances": ("open", (("open", "passed"), ("open", "failed"))),
    "handovers": ("open", (("open", "concluded"),)),
    "handover_items": (
        "waiting",
        (
            ("waiting", "delivered"),
            ("delivered", "received"),
            ("delivered", "sent_back"),
            ("sent_back", "delivered"),
            ("received", "taken_over"),
        ),
    ),
}
# What is judged of an acceptance comes only while the round is open.
OF_ACCEPTANCE = ("item_opinions", "item_results", "item_submissions")
# Items are settled before the first of them is judged, and sealed with their round.
ITEMS_SETTLED = (
    "acceptances WHERE acceptances.id = ROW.acceptance_id AND (acceptances.state <> 'open' "
    "OR EXISTS (SELECT 1 FROM item_results WHERE item_results.acceptance_id = acceptances.id))"
)
HANDOVER_SEALED = "handovers WHERE handovers.id = ROW.handover_id AND handovers.state <> 'open'"
# What a thing of a project is opened and concluded in.
NOT_IN_STAGE = (
    "NOT EXISTS (SELECT 1 FROM projects WHERE projects.id = NEW.project_id AND "
    "((NEW.stage = 'preliminary' AND projects.state = 'building') "
    "OR (NEW.stage = 'final' AND projects.state = 'trial')))"
)
# Nothing is said about an item of a round that is concluded, or whose project was halted.
NOT_GOING_ON = (
    "NOT EXISTS (SELECT 1 FROM acceptances JOIN projects ON projects.id = acceptances.project_id "
    "WHERE acceptances.id = NEW.acceptance_id AND acceptances.state = 'open' AND "
    "((acceptances.stage = 'preliminary' AND projects.state = 'building') "
    "OR (acceptances.stage = 'final' AND projects.state = 'trial')))"
)
NOT_TO_HAND_OVER = "NOT EXISTS (SELECT 1 FROM projects WHERE projects.id = NEW.project_id AND projects.state IN ('accepted', 'approved'))"
ITEMS_OF = "FROM acceptance_items item WHERE item.acceptance_id = NEW.id"
# The newest judgement of an item counts.
NOT_PASSED = (
    f"NOT EXISTS (SELECT 1 {ITEMS_OF}) OR EXISTS (SELECT 1 {ITEMS_OF} AND NOT EXISTS ("
    "SELECT 1 FROM item_results result WHERE result.item_id = item.id AND result.outcome = 'passed' "
    "AND NOT EXISTS (SELECT 1 FROM item_results later WHERE later.item_id = item.id "
    "AND later.number > result.number)))"
)
JUDGED_SELF = (
    "EXISTS (SELECT 1 FROM item_results WHERE item_results.acceptance_id = NEW.id "
    "AND item_results.judged_by = NEW.concluded_by)"
)
NOT_ARRIVED = (
    "NOT EXISTS (SELECT 1 FROM handover_items item WHERE item.handover_id = NEW.id) OR EXISTS ("
    "SELECT 1 FROM handover_items item WHERE item.handover_id = NEW.id AND NOT ("
    "item.state = 'taken_over' OR (item.state = 'received' AND NOT item.takes_over)))"
)
RECEIVED_SELF = (
    "EXISTS (SELECT 1 FROM handover_entries WHERE handover_entries.handover_id = NEW.id "
    "AND handover_entries.deed IN ('received', 'sent_back') AND handover_entries.done_by = NEW.concluded_by)"
)
# An item moves only as the newest deed on it says.
NO_SUCH_DEED = (
    "NOT EXISTS (SELECT 1 FROM handover_entries entry WHERE entry.item_id = NEW.id AND entry.deed = NEW.state "
    "AND NOT EXISTS (SELECT 1 FROM handover_entries later WHERE later.item_id = NEW.id "
    "AND later.deed <> 'witnessed' AND later.number > entry.number))"
)
# Each deed is possible on an item in its turn, and done by the organisation whose deed it is.
OUT_OF_TURN = (
    "NOT EXISTS (SELECT 1 FROM handover_items item WHERE item.id = NEW.item_id AND ("
    "(NEW.deed = 'delivered' AND item.state IN ('waiting', 'sent_back') AND item.deliverer_id = NEW.doer_org)"
    " OR (NEW.deed IN ('received', 'sent_back') AND item.state = 'delivered' AND item.receiver_id = NEW.doer_org)"
    " OR (NEW.deed = 'taken_over' AND item.state = 'received' AND item.takes_over)"
    " OR (NEW.deed = 'witnessed' AND item.state <> 'waiting')))"
)


def create_acceptances() -> None:
    op.create_table(
        "acceptances",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", enum("stage", "preliminary", "final"), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", enum("state", "open", "passed", "failed"), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("opener_org", sa.BigInteger(), nullable=False),
        sa.Column("opener_side", enum("opener_side", *SIDES), nullable=False),
        sa.Column("opener_role", enum("opener_role", *ROLES), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("concluded_by", sa.BigInteger(), nullable=True),
        sa.Column("concluder_org", sa.BigInteger(), nullable=True),
        sa.Column("concluder_side", enum("concluder_side", *SIDES), nullable=True),
        sa.Column("concluder_role", enum("concluder_role", *ROLES), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conclusion", sa.String(length=2000), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("sm3", sa.String(length=64), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            f"(state = 'open' AND {OPEN} AND conclusion = '') OR (state <> 'open' AND {CLOSED} AND length(conclusion) > 0 AND length(sha256) = 64 AND length(sm3) = 64)",
            name=op.f("ck_acceptances_concluded_whole"),
        ),
        sa.CheckConstraint(
            "concluded_by IS NULL OR (concluder_side = 'management' AND ((stage = 'preliminary' AND concluder_role = 'client') OR (stage = 'final' AND concluder_role = 'competent_authority' AND concluder_org <> opener_org)))",
            name=op.f("ck_acceptances_concluded_by_right_role"),
        ),
        sa.CheckConstraint(
            "opener_side = 'management' AND opener_role = 'client'", name=op.f("ck_acceptances_opened_by_client")
        ),
        sa.CheckConstraint("concluded_by IS NULL OR concluded_by <> opened_by", name=op.f("ck_acceptances_four_eyes")),
        sa.CheckConstraint("number > 0 AND round > 0", name=op.f("ck_acceptances_numbers_positive")),
        act_key("acceptances"),
        sa.ForeignKeyConstraint(["concluded_by"], ["users.id"], name="fk_acceptances_concluded_by"),
        sa.ForeignKeyConstraint(["concluder_org"], ["organisations.id"], name="fk_acceptances_concluder_org"),
        sa.ForeignKeyConstraint(["opened_by"], ["users.id"], name="fk_acceptances_opened_by"),
        sa.ForeignKeyConstraint(["opener_org"], ["organisations.id"], name="fk_acceptances_opener_org"),
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_acceptances_project"
        ),
        *standing_keys("acceptances", "concluder", "concluded_by"),
        *standing_keys("acceptances", "opener", "opened_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptances")),
        sa.UniqueConstraint("code", name=op.f("uq_acceptances_code")),
        sa.UniqueConstraint("id", "subject_id", name=op.f("uq_acceptances_id_subject_id")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_acceptances_project_id_number")),
        sa.UniqueConstraint("project_id", "stage", "round", name=op.f("uq_acceptances_project_id_stage_round")),
        sqlite_strict=True,
    )
    op.create_index("ix_acceptances_act_id", "acceptances", ["act_id"], unique=False)
    op.create_index(
        "uq_acceptances_open",
        "acceptances",
        ["project_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def create_acceptance_items() -> None:
    op.create_table(
        "acceptance_items",
        sa.Column("acceptance_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", enum("source", "function", "cost", "contract", "security", "archive"), nullable=False),
        sa.Column("requirement", sa.String(length=2000), nullable=False),
        sa.Column("standard", sa.String(length=2000), nullable=False),
        sa.Column("deliverer_id", sa.BigInteger(), nullable=False),
        sa.Column("deliverer_side", enum("deliverer_side", *SIDES), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("deliverer_side = 'operation'", name=op.f("ck_acceptance_items_delivered_by_operation")),
        sa.CheckConstraint(
            "length(requirement) > 0 AND length(standard) > 0", name=op.f("ck_acceptance_items_item_whole")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_acceptance_items_number_positive")),
        sa.ForeignKeyConstraint(
            ["acceptance_id", "subject_id"],
            ["acceptances.id", "acceptances.subject_id"],
            name="fk_acceptance_items_acceptance",
        ),
        act_key("acceptance_items"),
        sa.ForeignKeyConstraint(["deliverer_id"], ["organisations.id"], name="fk_acceptance_items_org"),
        sa.ForeignKeyConstraint(
            ["subject_id", "deliverer_id", "deliverer_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_acceptance_items_deliverer",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance_items")),
        sa.UniqueConstraint("acceptance_id", "number", name=op.f("uq_acceptance_items_acceptance_id_number")),
        sa.UniqueConstraint(
            "id", "acceptance_id", "subject_id", name=op.f("uq_acceptance_items_id_acceptance_id_subject_id")
        ),
        sa.UniqueConstraint("id", "deliverer_id", name=op.f("uq_acceptance_items_id_deliverer_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_acceptance_items_act_id", "acceptance_items", ["act_id"], unique=False)


def create_item_submissions() -> None:
    op.create_table(
        "item_submissions",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("acceptance_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("submitted_by", sa.BigInteger(), nullable=False),
        sa.Column("submitter_org", sa.BigInteger(), nullable=False),
        sa.Column("submitter_side", enum("submitter_side", *SIDES), nullable=False),
        sa.Column("submitter_role", enum("submitter_role", *ROLES), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "submitter_side = 'operation' AND submitter_role IN ('builder', 'operator')",
            name=op.f("ck_item_submissions_by_operation"),
        ),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_item_submissions_text_given")),
        sa.CheckConstraint("number > 0", name=op.f("ck_item_submissions_number_positive")),
        act_key("item_submissions"),
        sa.ForeignKeyConstraint(
            ["item_id", "acceptance_id", "subject_id"],
            ["acceptance_items.id", "acceptance_items.acceptance_id", "acceptance_items.subject_id"],
            name="fk_item_submissions_item",
        ),
        sa.ForeignKeyConstraint(
            ["item_id", "submitter_org"],
            ["acceptance_items.id", "acceptance_items.deliverer_id"],
            name="fk_item_submissions_deliverer",
        ),
        file_key("item_submissions"),
        *standing_keys("item_submissions", "submitter", "submitted_by"),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name="fk_item_submissions_submitted_by"),
        sa.ForeignKeyConstraint(["submitter_org"], ["organisations.id"], name="fk_item_submissions_submitter_org"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_submissions")),
        sa.UniqueConstraint("id", "item_id", name=op.f("uq_item_submissions_id_item_id")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_item_submissions_item_id_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_item_submissions_act_id", "item_submissions", ["act_id"], unique=False)


def create_item_results() -> None:
    op.create_table(
        "item_results",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("acceptance_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", enum("outcome", "passed", "failed"), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("judged_by", sa.BigInteger(), nullable=False),
        sa.Column("judge_org", sa.BigInteger(), nullable=False),
        sa.Column("judge_side", enum("judge_side", *SIDES), nullable=False),
        sa.Column("judge_role", enum("judge_role", *ROLES), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "judge_side = 'management' AND judge_role = 'client'", name=op.f("ck_item_results_by_client")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_item_results_reason_given")),
        sa.CheckConstraint("number > 0", name=op.f("ck_item_results_number_positive")),
        sa.CheckConstraint(
            "submission_id IS NOT NULL OR sha256 IS NOT NULL", name=op.f("ck_item_results_rests_on_something")
        ),
        act_key("item_results"),
        sa.ForeignKeyConstraint(
            ["item_id", "acceptance_id", "subject_id"],
            ["acceptance_items.id", "acceptance_items.acceptance_id", "acceptance_items.subject_id"],
            name="fk_item_results_item",
        ),
        sa.ForeignKeyConstraint(["judge_org"], ["organisations.id"], name="fk_item_results_judge_org"),
        sa.ForeignKeyConstraint(["judged_by"], ["users.id"], name="fk_item_results_judged_by"),
        *standing_keys("item_results", "judge", "judged_by"),
        file_key("item_results"),
        sa.ForeignKeyConstraint(
            ["submission_id", "item_id"],
            ["item_submissions.id", "item_submissions.item_id"],
            name="fk_item_results_submission",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_results")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_item_results_item_id_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_item_results_act_id", "item_results", ["act_id"], unique=False)


def create_item_opinions() -> None:
    op.create_table(
        "item_opinions",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("acceptance_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stance", enum("stance", *STANCES), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("given_by", sa.BigInteger(), nullable=False),
        sa.Column("giver_org", sa.BigInteger(), nullable=False),
        sa.Column("giver_side", enum("giver_side", *SIDES), nullable=False),
        sa.Column("giver_role", enum("giver_role", *ROLES), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "giver_side = 'supervision' AND giver_role = 'supervisor'", name=op.f("ck_item_opinions_by_supervisor")
        ),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_item_opinions_text_given")),
        sa.CheckConstraint("number > 0", name=op.f("ck_item_opinions_number_positive")),
        act_key("item_opinions"),
        sa.ForeignKeyConstraint(["given_by"], ["users.id"], name="fk_item_opinions_given_by"),
        sa.ForeignKeyConstraint(["giver_org"], ["organisations.id"], name="fk_item_opinions_giver_org"),
        sa.ForeignKeyConstraint(
            ["item_id", "acceptance_id", "subject_id"],
            ["acceptance_items.id", "acceptance_items.acceptance_id", "acceptance_items.subject_id"],
            name="fk_item_opinions_item",
        ),
        *standing_keys("item_opinions", "giver", "given_by"),
        file_key("item_opinions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_opinions")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_item_opinions_item_id_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_item_opinions_act_id", "item_opinions", ["act_id"], unique=False)


def create_handovers() -> None:
    op.create_table(
        "handovers",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("state", enum("state", "open", "concluded"), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("opener_org", sa.BigInteger(), nullable=False),
        sa.Column("opener_side", enum("opener_side", *SIDES), nullable=False),
        sa.Column("opener_role", enum("opener_role", *ROLES), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("concluded_by", sa.BigInteger(), nullable=True),
        sa.Column("concluder_org", sa.BigInteger(), nullable=True),
        sa.Column("concluder_side", enum("concluder_side", *SIDES), nullable=True),
        sa.Column("concluder_role", enum("concluder_role", *ROLES), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conclusion", sa.String(length=2000), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("sm3", sa.String(length=64), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            f"(state = 'open' AND {OPEN} AND conclusion = '') OR (state <> 'open' AND {CLOSED} AND length(conclusion) > 0 AND length(sha256) = 64 AND length(sm3) = 64)",
            name=op.f("ck_handovers_concluded_whole"),
        ),
        sa.CheckConstraint(
            "concluded_by IS NULL OR (concluded_by <> opened_by AND concluder_side = 'management' AND concluder_role = 'client')",
            name=op.f("ck_handovers_four_eyes"),
        ),
        sa.CheckConstraint(
            "opener_side = 'management' AND opener_role = 'client'", name=op.f("ck_handovers_opened_by_client")
        ),
        act_key("handovers"),
        sa.ForeignKeyConstraint(["concluded_by"], ["users.id"], name="fk_handovers_concluded_by"),
        sa.ForeignKeyConstraint(["concluder_org"], ["organisations.id"], name="fk_handovers_concluder_org"),
        sa.ForeignKeyConstraint(["opened_by"], ["users.id"], name="fk_handovers_opened_by"),
        sa.ForeignKeyConstraint(["opener_org"], ["organisations.id"], name="fk_handovers_opener_org"),
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_handovers_project"
        ),
        *standing_keys("handovers", "concluder", "concluded_by"),
        *standing_keys("handovers", "opener", "opened_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("code", name=op.f("uq_handovers_code")),
        sa.UniqueConstraint("id", "subject_id", name=op.f("uq_handovers_id_subject_id")),
        sa.UniqueConstraint("project_id", name=op.f("uq_handovers_project_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_handovers_act_id", "handovers", ["act_id"], unique=False)


def create_handover_items() -> None:
    op.create_table(
        "handover_items",
        sa.Column("handover_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "category",
            enum(
                "category",
                "source_code",
                "data",
                "accounts",
                "assets",
                "documents",
                "people",
                "monitoring",
                "emergency",
            ),
            nullable=False,
        ),
        sa.Column("entry_code", sa.String(length=60), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("deliverer_id", sa.BigInteger(), nullable=False),
        sa.Column("deliverer_side", enum("deliverer_side", *SIDES), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver_role", enum("receiver_role", *ROLES), nullable=False),
        sa.Column("takes_over", sa.Boolean(), nullable=False),
        sa.Column(
            "state", enum("state", "waiting", "delivered", "sent_back", "received", "taken_over"), nullable=False
        ),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("deliverer_side = 'operation'", name=op.f("ck_handover_items_delivered_by_operation")),
        sa.CheckConstraint("receiver_role = 'client'", name=op.f("ck_handover_items_received_by_client")),
        sa.CheckConstraint("state <> 'taken_over' OR takes_over", name=op.f("ck_handover_items_taken_over_where_due")),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_handover_items_text_given")),
        sa.CheckConstraint("number > 0", name=op.f("ck_handover_items_number_positive")),
        act_key("handover_items"),
        sa.ForeignKeyConstraint(["deliverer_id"], ["organisations.id"], name="fk_handover_items_org"),
        sa.ForeignKeyConstraint(
            ["handover_id", "subject_id"], ["handovers.id", "handovers.subject_id"], name="fk_handover_items_handover"
        ),
        sa.ForeignKeyConstraint(["receiver_id"], ["organisations.id"], name="fk_handover_items_client"),
        sa.ForeignKeyConstraint(
            ["subject_id", "deliverer_id", "deliverer_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_handover_items_deliverer",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "receiver_id", "receiver_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name="fk_handover_items_receiver",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_items")),
        sa.UniqueConstraint("handover_id", "number", name=op.f("uq_handover_items_handover_id_number")),
        sa.UniqueConstraint(
            "id", "handover_id", "subject_id", name=op.f("uq_handover_items_id_handover_id_subject_id")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_handover_items_act_id", "handover_items", ["act_id"], unique=False)


def create_handover_entries() -> None:
    op.create_table(
        "handover_entries",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("handover_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "deed", enum("deed", "delivered", "received", "sent_back", "taken_over", "witnessed"), nullable=False
        ),
        sa.Column("stance", enum("stance", *STANCES), nullable=True),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("done_by", sa.BigInteger(), nullable=False),
        sa.Column("doer_org", sa.BigInteger(), nullable=False),
        sa.Column("doer_side", enum("doer_side", *SIDES), nullable=False),
        sa.Column("doer_role", enum("doer_role", *ROLES), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(deed = 'delivered' AND doer_side = 'operation' AND doer_role IN ('builder', 'operator')) OR (deed IN ('received', 'sent_back') AND doer_side = 'management' AND doer_role = 'client') OR (deed = 'taken_over' AND doer_side = 'operation' AND doer_role = 'operator') OR (deed = 'witnessed' AND doer_side = 'supervision' AND doer_role = 'supervisor')",
            name=op.f("ck_handover_entries_by_right_role"),
        ),
        sa.CheckConstraint(
            "(deed = 'witnessed') = (stance IS NOT NULL)", name=op.f("ck_handover_entries_witness_takes_a_stance")
        ),
        sa.CheckConstraint(
            "deed <> 'delivered' OR sha256 IS NOT NULL", name=op.f("ck_handover_entries_delivery_has_evidence")
        ),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_handover_entries_text_given")),
        sa.CheckConstraint("number > 0", name=op.f("ck_handover_entries_number_positive")),
        act_key("handover_entries"),
        sa.ForeignKeyConstraint(["doer_org"], ["organisations.id"], name="fk_handover_entries_doer_org"),
        sa.ForeignKeyConstraint(["done_by"], ["users.id"], name="fk_handover_entries_done_by"),
        sa.ForeignKeyConstraint(
            ["item_id", "handover_id", "subject_id"],
            ["handover_items.id", "handover_items.handover_id", "handover_items.subject_id"],
            name="fk_handover_entries_item",
        ),
        *standing_keys("handover_entries", "doer", "done_by"),
        file_key("handover_entries"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_entries")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_handover_entries_item_id_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_handover_entries_act_id", "handover_entries", ["act_id"], unique=False)


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def act_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["act_id"], ["trail_entries.id"], name=op.f(f"fk_{table}_act_id"), initially="DEFERRED", deferrable=True
    )


def file_key(table: str) -> sa.ForeignKeyConstraint:
    """A stored file of this very project."""
    return sa.ForeignKeyConstraint(
        ["subject_id", "sha256"], ["evidence_files.subject_id", "evidence_files.sha256"], name=f"fk_{table}_file"
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


def create_guards() -> None:
    for table in UNDER_ACT:
        guards.under_act(table)
    for table in APPEND_ONLY:
        guards.append_only(table)
    for table in NEVER_DELETED:
        guards.never_deleted(table)
    for table, columns in FIXED.items():
        guards.fixed_columns(table, columns)
    for table, (first, moves) in MOVES.items():
        guards.only_moves(table, "state", moves)
        guards.starts_as(table, "state", first)
    guards.sealed_by("acceptance_items", ITEMS_SETTLED)
    guards.sealed_by("handover_items", HANDOVER_SEALED)
    create_guards_of_acceptances()
    create_guards_of_handovers()


def create_guards_of_acceptances() -> None:
    guards.guard(
        "acceptances_in_stage",
        "acceptances",
        "BEFORE INSERT",
        NOT_IN_STAGE,
        "a project is accepted while it is built or in trial",
    )
    guards.guard(
        "acceptances_concluded_in_stage",
        "acceptances",
        "BEFORE UPDATE",
        f"NEW.state <> OLD.state AND {NOT_IN_STAGE}",
        "a project is accepted while it is built or in trial",
    )
    guards.guard(
        "acceptances_ended",
        "acceptances",
        "BEFORE UPDATE",
        "OLD.state <> 'open'",
        "acceptances that have ended never change",
    )
    guards.guard(
        "acceptances_items_passed",
        "acceptances",
        "BEFORE UPDATE",
        f"NEW.state = 'passed' AND ({NOT_PASSED})",
        "an acceptance passes when the newest result of every item has",
    )
    guards.guard(
        "acceptances_not_by_judge",
        "acceptances",
        "BEFORE UPDATE",
        f"NEW.state <> 'open' AND {JUDGED_SELF}",
        "who judged an item does not conclude",
    )
    for table in OF_ACCEPTANCE:
        guards.guard(
            f"{table}_while_open",
            table,
            "BEFORE INSERT",
            NOT_GOING_ON,
            f"{table} come only while the acceptance is open",
        )
    # What was asked does not change under what was submitted for it.
    guards.guard(
        "acceptance_items_submitted",
        "acceptance_items",
        "BEFORE UPDATE",
        "EXISTS (SELECT 1 FROM item_submissions WHERE item_submissions.item_id = OLD.id)",
        "an item for which something was submitted never changes",
    )


def create_guards_of_handovers() -> None:
    guards.guard(
        "handovers_in_state",
        "handovers",
        "BEFORE INSERT",
        NOT_TO_HAND_OVER,
        "a project is handed over when it is accepted",
    )
    guards.guard(
        "handovers_concluded_in_state",
        "handovers",
        "BEFORE UPDATE",
        f"NEW.state <> OLD.state AND {NOT_TO_HAND_OVER}",
        "a project is handed over when it is accepted",
    )
    guards.guard(
        "handovers_ended", "handovers", "BEFORE UPDATE", "OLD.state <> 'open'", "handovers that have ended never change"
    )
    guards.guard(
        "handovers_all_arrived",
        "handovers",
        "BEFORE UPDATE",
        f"NEW.state = 'concluded' AND ({NOT_ARRIVED})",
        "a handover is concluded when every item has arrived",
    )
    guards.guard(
        "handovers_not_by_receiver",
        "handovers",
        "BEFORE UPDATE",
        f"NEW.state = 'concluded' AND {RECEIVED_SELF}",
        "who received an item does not conclude",
    )
    guards.guard(
        "handover_items_as_done",
        "handover_items",
        "BEFORE UPDATE",
        f"NEW.state <> OLD.state AND {NO_SUCH_DEED}",
        "an item of a handover moves as the newest deed on it says",
    )
    # What is handed over does not change once it was handed over.
    guards.guard(
        "handover_items_delivered",
        "handover_items",
        "BEFORE UPDATE",
        "EXISTS (SELECT 1 FROM handover_entries WHERE handover_entries.item_id = OLD.id) AND "
        + guards.changed(
            "category", "text", "deliverer_id", "deliverer_side", "receiver_id", "receiver_role", "takes_over"
        ),
        "an item that was handed over never changes",
    )
    guards.guard(
        "handover_entries_while_open",
        "handover_entries",
        "BEFORE INSERT",
        "NOT EXISTS (SELECT 1 FROM handovers JOIN projects ON projects.id = handovers.project_id "
        "WHERE handovers.id = NEW.handover_id AND handovers.state = 'open' "
        "AND projects.state IN ('accepted', 'approved'))",
        "handover_entries come only while the handover is open",
    )
    guards.guard(
        "handover_entries_in_turn",
        "handover_entries",
        "BEFORE INSERT",
        OUT_OF_TURN,
        "not the turn of this deed, or not of this organisation",
    )


GUARDS = {
    "acceptances": ("in_stage", "concluded_in_stage", "ended", "items_passed", "not_by_judge"),
    "acceptance_items": ("submitted",),
    "handovers": ("in_state", "concluded_in_state", "ended", "all_arrived", "not_by_receiver"),
    "handover_items": ("as_done", "delivered"),
    "handover_entries": ("while_open", "in_turn"),
    **dict.fromkeys(OF_ACCEPTANCE, ("while_open",)),
}


def drop_guards() -> None:
    for table, names in GUARDS.items():
        for name in names:
            guards.drop_guard(f"{table}_{name}", table)
    guards.drop_sealed_by("handover_items")
    guards.drop_sealed_by("acceptance_items")
    for table in MOVES:
        guards.drop_guard(f"{table}_state_starts", table)
        guards.drop_guard(f"{table}_state_moves", table)
    for table in FIXED:
        guards.drop_guard(f"{table}_fixed", table)
    for table in NEVER_DELETED:
        guards.drop_never_deleted(table)
    for table in APPEND_ONLY:
        guards.drop_append_only(table)
    for table in UNDER_ACT:
        guards.drop_under_act(table)


TABLES = (
    "handover_entries",
    "handover_items",
    "handovers",
    "item_opinions",
    "item_results",
    "item_submissions",
    "acceptance_items",
    "acceptances",
)


def upgrade() -> None:
    create_acceptances()
    create_acceptance_items()
    create_item_submissions()
    create_item_results()
    create_item_opinions()
    create_handovers()
    create_handover_items()
    create_handover_entries()
    create_guards()


def downgrade() -> None:
    drop_guards()
    for table in TABLES:
        op.drop_table(table)
