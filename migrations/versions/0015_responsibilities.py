"""Responsibility lists of projects, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SIDES = ("management", "operation", "supervision")
STATES = ("draft", "signing", "signed", "returned", "superseded")
PHASES = (
    "planning",
    "declaration",
    "approval",
    "procurement",
    "build",
    "acceptance",
    "handover",
    "operation",
    "evaluation",
    "exit",
)
BEARERS = ("manager", "agency", "finance", "builder", "operator", "supervisor")
LETTERS = ("R", "A", "C", "I")
TABLES = ("duty_lists", "duty_lines", "duty_assignments", "duty_signatures")
MOVES = (("draft", "signing"), ("signing", "returned"), ("signing", "signed"), ("signed", "superseded"))
# What a version is about, and what both sides sign once it is sealed.
LIST_FIXED = ("code", "project_id", "subject_id", "number", "amends_id", "reason")
LIST_SEALED = ("content", "sha256", "sm3", "sealed_at", "submitted_by")
LINE_FIXED = ("list_id", "line", "entry_id", "entry_kind")
SEALED = {
    "duty_lines": "duty_lists WHERE duty_lists.id = ROW.list_id AND duty_lists.sealed_at IS NOT NULL",
    "duty_assignments": "duty_lines JOIN duty_lists ON duty_lists.id = duty_lines.list_id "
    "WHERE duty_lines.id = ROW.line_id AND duty_lists.sealed_at IS NOT NULL",
}
SIGNERS = "('client', 'operator', 'builder')"
SIDE_OF_BEARER = (
    "CASE WHEN duty.bearer IN ('manager', 'agency', 'finance') THEN 'management' "
    "WHEN duty.bearer IN ('builder', 'operator') THEN 'operation' ELSE 'supervision' END"
)
NONE_LISTED = "NOT EXISTS (SELECT 1 FROM duty_lines duty WHERE duty.list_id = NEW.id AND duty.left_out_reason = '')"
NOT_ONE_ACCOUNTABLE = (
    "EXISTS (SELECT 1 FROM duty_lines duty WHERE duty.list_id = NEW.id AND duty.left_out_reason = '' "
    "AND (SELECT count(*) FROM duty_assignments held WHERE held.line_id = duty.id AND held.letter = 'A') <> 1)"
)
# Management duties are accountable to management, operating ones are carried out by operation, supervision by neither.
WRONG_SIDE = (
    "EXISTS (SELECT 1 FROM duty_lines duty JOIN duty_assignments held ON held.line_id = duty.id "
    "LEFT JOIN subject_sides side ON side.subject_id = NEW.subject_id AND side.organisation_id = held.organisation_id "
    "WHERE duty.list_id = NEW.id AND duty.left_out_reason = '' "
    f"AND (side.side IS NULL OR (held.letter IN ('A', 'R') AND side.side <> {SIDE_OF_BEARER})))"
)
# Signed means: each side, and every party that bears duties of managing, building or operating, signed this content.
BOTH_SIGNED = " AND ".join(
    "EXISTS (SELECT 1 FROM duty_signatures given WHERE given.list_id = NEW.id "
    f"AND given.sha256 = NEW.sha256 AND given.side = '{side}')"
    for side in ("management", "operation")
)
SIGNER_LEFT = (
    f"EXISTS (SELECT 1 FROM parties WHERE parties.subject_id = NEW.subject_id AND parties.role IN {SIGNERS} "
    "AND NOT EXISTS (SELECT 1 FROM duty_signatures given WHERE given.list_id = NEW.id "
    "AND given.organisation_id = parties.organisation_id))"
)
SIGNED_LIST = "SELECT 1 FROM duty_lists other WHERE other.project_id = NEW.project_id AND other.state = 'signed'"


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def entity(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """The key of a row and the act it was last written under."""
    return (
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f(f"fk_{table}_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    create_lists()
    create_lines()
    create_signatures()
    for table in TABLES:
        op.create_index(f"ix_{table}_act_id", table, ["act_id"], unique=False)
    create_guards()


def create_lists() -> None:
    op.create_table(
        "duty_lists",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", enum("state", *STATES), nullable=False),
        sa.Column("amends_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("return_reason", sa.String(length=2000), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("sm3", sa.String(length=64), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.BigInteger(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_duty_lists_number_positive")),
        sa.CheckConstraint("(amends_id IS NULL) = (reason = '')", name=op.f("ck_duty_lists_amendment_reason")),
        sa.CheckConstraint(
            "(state = 'returned') = (length(return_reason) > 0)", name=op.f("ck_duty_lists_return_reason_given")
        ),
        sa.CheckConstraint(
            "(state = 'draft' AND sealed_at IS NULL AND content IS NULL AND sha256 IS NULL AND sm3 IS NULL"
            " AND submitted_by IS NULL)"
            " OR (state <> 'draft' AND sealed_at IS NOT NULL AND content IS NOT NULL AND submitted_by IS NOT NULL"
            " AND sha256 IS NOT NULL AND length(sha256) = 64 AND sm3 IS NOT NULL AND length(sm3) = 64)",
            name=op.f("ck_duty_lists_sealed_whole"),
        ),
        sa.CheckConstraint(
            "(signed_at IS NOT NULL) = (state IN ('signed', 'superseded'))",
            name=op.f("ck_duty_lists_signed_has_moment"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_duty_lists_project"
        ),
        sa.ForeignKeyConstraint(
            ["amends_id", "project_id"], ["duty_lists.id", "duty_lists.project_id"], name="fk_duty_lists_amends"
        ),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name="fk_duty_lists_submitted_by"),
        sa.UniqueConstraint("code", name=op.f("uq_duty_lists_code")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_duty_lists_project_id_number")),
        sa.UniqueConstraint("id", "project_id", name=op.f("uq_duty_lists_id_project_id")),
        sa.UniqueConstraint("id", "sha256", "sm3", name=op.f("uq_duty_lists_id_sha256_sm3")),
        sa.UniqueConstraint("id", "submitted_by", name=op.f("uq_duty_lists_id_submitted_by")),
        *entity("duty_lists"),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_duty_lists_open",
        "duty_lists",
        ["project_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('draft', 'signing')"),
        postgresql_where=sa.text("state IN ('draft', 'signing')"),
    )


def create_lines() -> None:
    op.create_table(
        "duty_lines",
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("entry_kind", sa.String(length=40), nullable=False),
        sa.Column("phase", enum("phase", *PHASES), nullable=False),
        sa.Column("bearer", enum("bearer", *BEARERS), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("basis", sa.String(length=400), nullable=False),
        sa.Column("deadline", sa.String(length=200), nullable=False),
        sa.Column("evidence", enum("evidence", "record", "document"), nullable=True),
        sa.Column("evidence_words", sa.String(length=400), nullable=False),
        sa.Column("left_out_reason", sa.String(length=2000), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("entry_kind = 'duty'", name=op.f("ck_duty_lines_entry_kind")),
        sa.CheckConstraint("line > 0", name=op.f("ck_duty_lines_line_positive")),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_duty_lines_text_given")),
        sa.CheckConstraint(
            "left_out_reason = '' OR entry_id IS NOT NULL", name=op.f("ck_duty_lines_left_out_of_template")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id", "entry_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_duty_lines_entry",
        ),
        sa.ForeignKeyConstraint(["list_id"], ["duty_lists.id"], name=op.f("fk_duty_lines_list_id")),
        sa.UniqueConstraint("list_id", "line", name=op.f("uq_duty_lines_list_id_line")),
        sa.UniqueConstraint("list_id", "entry_id", name=op.f("uq_duty_lines_list_id_entry_id")),
        *entity("duty_lines"),
        sqlite_strict=True,
    )
    op.create_table(
        "duty_assignments",
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("letter", enum("letter", *LETTERS), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["duty_lines.id"], name=op.f("fk_duty_assignments_line_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_duty_assignments_organisation_id")
        ),
        sa.UniqueConstraint("line_id", "organisation_id", name=op.f("uq_duty_assignments_line_id_organisation_id")),
        *entity("duty_assignments"),
        sqlite_strict=True,
    )


def create_signatures() -> None:
    op.create_table(
        "duty_signatures",
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("side", enum("side", *SIDES), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("submitted_by", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("user_id <> submitted_by", name=op.f("ck_duty_signatures_four_eyes")),
        sa.CheckConstraint("side IN ('management', 'operation')", name=op.f("ck_duty_signatures_signing_sides")),
        sa.ForeignKeyConstraint(
            ["list_id", "sha256", "sm3"],
            ["duty_lists.id", "duty_lists.sha256", "duty_lists.sm3"],
            name="fk_duty_signatures_digest",
        ),
        sa.ForeignKeyConstraint(
            ["list_id", "submitted_by"],
            ["duty_lists.id", "duty_lists.submitted_by"],
            name="fk_duty_signatures_submitter",
        ),
        sa.ForeignKeyConstraint(
            ["list_id", "project_id"], ["duty_lists.id", "duty_lists.project_id"], name="fk_duty_signatures_list"
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_duty_signatures_project"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "user_id", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_duty_signatures_person",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_duty_signatures_party",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_duty_signatures_organisation"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_duty_signatures_user"),
        sa.UniqueConstraint("list_id", "organisation_id", name=op.f("uq_duty_signatures_list_id_organisation_id")),
        sa.UniqueConstraint("list_id", "user_id", name=op.f("uq_duty_signatures_list_id_user_id")),
        *entity("duty_signatures"),
        sqlite_strict=True,
    )


def create_guards() -> None:
    for table in TABLES:
        guards.under_act(table)
    guards.never_deleted("duty_lists")
    guards.append_only("duty_signatures")
    guards.fixed_columns("duty_lists", LIST_FIXED)
    guards.fixed_columns("duty_lines", LINE_FIXED)
    guards.fixed_columns("duty_assignments", ("line_id", "organisation_id"))
    guards.only_moves("duty_lists", "state", MOVES)
    guards.starts_as("duty_lists", "state", "draft")
    guards.set_once("duty_lists", "signed_at")
    for table, parent in SEALED.items():
        guards.sealed_by(table, parent)
    create_list_guards()
    create_sealing_guards()
    create_signing_guards()


def create_list_guards() -> None:
    guards.guard(
        "duty_lists_sealed",
        "duty_lists",
        "BEFORE UPDATE",
        f"OLD.sealed_at IS NOT NULL AND {guards.changed(*LIST_SEALED)}",
        "a sealed list never changes",
    )
    guards.guard(
        "duty_lists_ended",
        "duty_lists",
        "BEFORE UPDATE",
        "OLD.state IN ('returned', 'superseded')",
        "a list that was returned or superseded never changes",
    )
    # Once a list is signed, what comes after it amends it, with a reason.
    guards.guard(
        "duty_lists_amend_signed",
        "duty_lists",
        "BEFORE INSERT",
        f"(NEW.amends_id IS NULL AND EXISTS ({SIGNED_LIST})) "
        f"OR (NEW.amends_id IS NOT NULL AND NOT EXISTS ({SIGNED_LIST} AND other.id = NEW.amends_id))",
        "a list amends the one that is signed",
    )
    guards.guard(
        "duty_lines_keep_template",
        "duty_lines",
        "BEFORE UPDATE",
        f"OLD.entry_id IS NOT NULL AND {guards.changed('phase', 'bearer', 'text')}",
        "a duty of the template keeps its words and its bearer",
    )
    guards.guard(
        "duty_assignments_of_party",
        "duty_assignments",
        "BEFORE INSERT",
        "NOT EXISTS (SELECT 1 FROM duty_lines JOIN duty_lists ON duty_lists.id = duty_lines.list_id "
        "JOIN subject_sides ON subject_sides.subject_id = duty_lists.subject_id "
        "WHERE duty_lines.id = NEW.line_id AND subject_sides.organisation_id = NEW.organisation_id)",
        "duties are borne by parties of the project",
    )


def create_sealing_guards() -> None:
    for name, condition, message in (
        ("one_accountable", f"({NONE_LISTED} OR {NOT_ONE_ACCOUNTABLE})", "each duty has exactly one accountable party"),
        ("right_sides", WRONG_SIDE, "duties are borne on the side they belong to, by parties of the project"),
    ):
        guards.guard(
            f"duty_lists_{name}",
            "duty_lists",
            "BEFORE UPDATE OF state",
            f"NEW.state = 'signing' AND OLD.state <> 'signing' AND {condition}",
            message,
        )


def create_signing_guards() -> None:
    guards.guard(
        "duty_lists_both_sides",
        "duty_lists",
        "BEFORE UPDATE OF state",
        f"NEW.state = 'signed' AND OLD.state <> 'signed' AND (NOT ({BOTH_SIGNED}) OR {SIGNER_LEFT})",
        "a list is signed when client, operators and builders have signed it",
    )
    guards.guard(
        "duty_lists_superseded_by_signed",
        "duty_lists",
        "BEFORE UPDATE OF state",
        "NEW.state = 'superseded' AND OLD.state <> 'superseded' AND NOT EXISTS (SELECT 1 FROM duty_lists later "
        "WHERE later.amends_id = NEW.id AND later.state = 'signed')",
        "a signed list stays in force until its amendment is signed",
    )
    guards.guard(
        "duty_signatures_while_signing",
        "duty_signatures",
        "BEFORE INSERT",
        "NOT EXISTS (SELECT 1 FROM duty_lists WHERE duty_lists.id = NEW.list_id AND duty_lists.state = 'signing')",
        "a list is signed while it is out for signing",
    )
    guards.guard(
        "duty_signatures_by_signers",
        "duty_signatures",
        "BEFORE INSERT",
        "NOT EXISTS (SELECT 1 FROM parties WHERE parties.subject_id = NEW.subject_id "
        f"AND parties.organisation_id = NEW.organisation_id AND parties.role IN {SIGNERS})",
        "a list is signed by client, operators and builders",
    )


def drop_guards() -> None:
    for name in ("duty_signatures_by_signers", "duty_signatures_while_signing"):
        guards.drop_guard(name, "duty_signatures")
    guards.drop_guard("duty_assignments_of_party", "duty_assignments")
    guards.drop_guard("duty_lines_keep_template", "duty_lines")
    for name in (
        *("superseded_by_signed", "both_sides", "right_sides", "one_accountable", "amend_signed", "ended", "sealed"),
        *("signed_at_once", "state_starts", "state_moves"),
    ):
        guards.drop_guard(f"duty_lists_{name}", "duty_lists")
    for table in reversed(SEALED):
        guards.drop_sealed_by(table)
    for table in ("duty_assignments", "duty_lines", "duty_lists"):
        guards.drop_guard(f"{table}_fixed", table)
    guards.drop_append_only("duty_signatures")
    guards.drop_never_deleted("duty_lists")
    for table in reversed(TABLES):
        guards.drop_under_act(table)


def downgrade() -> None:
    drop_guards()
    for table in reversed(TABLES):
        op.drop_table(table)
