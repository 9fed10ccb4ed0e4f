"""Assessments, what they were scored from, opinions, vetoes and objections, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SIDES = ("management", "operation", "supervision")
STATES = (
    "computed",
    "issued",
    "confirmed",
    "objected",
    "upheld",
    "reopened",
    "final",
    "restated",
    "superseded",
)
OBJECTION_STATES = ("raised", "upheld", "revised", "withdrawn")
OPEN = sa.text("state IN ('computed', 'issued', 'confirmed', 'objected', 'upheld', 'reopened')")
MOVES = (
    ("computed", "issued"),
    ("computed", "superseded"),
    ("confirmed", "final"),
    ("confirmed", "superseded"),
    ("final", "restated"),
    ("issued", "confirmed"),
    ("issued", "objected"),
    ("issued", "superseded"),
    ("objected", "issued"),
    ("objected", "reopened"),
    ("objected", "upheld"),
    ("reopened", "superseded"),
    ("upheld", "final"),
    ("upheld", "superseded"),
)
OBJECTION_MOVES = (("raised", "upheld"), ("raised", "revised"), ("raised", "withdrawn"))
# I9: what was calculated, and from what.
CALCULATED = (
    "code",
    "contract_id",
    "subject_id",
    "plan_id",
    "period",
    "starts_at",
    "ends_at",
    "edition",
    "restates_id",
    "input_digest",
    "result",
    "result_sha256",
    "result_sm3",
    "total",
    "grade",
    "points",
    "deduction_fen",
    "provisional",
    "manager_side",
    "operator_side",
    "computed_by",
    "computed_at",
    "reason",
)
ONCE = (
    "issued_by",
    "issued_at",
    "confirmed_by",
    "confirmed_at",
    "finalised_by",
    "finalised_at",
    "successor",
    "restated_at",
)
OBJECTED = (
    "assessment_id",
    "subject_id",
    "issued_by",
    "items",
    "reason",
    "sha256",
    "raised_by",
    "organisation_id",
    "side",
    "raised_at",
    "decider_side",
)
UNDER_ACT = ("assessment_opinions", "assessment_vetoes", "assessments", "objections")
APPEND_ONLY = ("assessment_figures", "assessment_opinions", "assessment_submissions", "assessment_vetoes")
TABLES = (
    "objections",
    "assessment_vetoes",
    "assessment_opinions",
    "assessment_submissions",
    "assessment_figures",
    "assessments",
)
# I6: the newest verdict on a figure, or on a submission of events as a whole, is "verified".
FIGURE_VERIFIED = (
    "EXISTS (SELECT 1 FROM verified_figures judged JOIN verifications ON verifications.id = judged.verification_id "
    "WHERE judged.figure_id = link.figure_id AND verifications.verdict = 'verified' AND NOT EXISTS ("
    "SELECT 1 FROM verified_figures later WHERE later.figure_id = judged.figure_id "
    "AND later.verification_id > judged.verification_id))"
)
EVENTS_VERIFIED = (
    "EXISTS (SELECT 1 FROM verifications judged WHERE judged.submission_id = link.submission_id "
    "AND judged.verdict = 'verified' AND NOT EXISTS (SELECT 1 FROM verifications later "
    "WHERE later.submission_id = judged.submission_id AND later.id > judged.id))"
)
UNVERIFIED = (
    f"EXISTS (SELECT 1 FROM assessment_figures link WHERE link.assessment_id = NEW.id AND NOT {FIGURE_VERIFIED}) "
    f"OR EXISTS (SELECT 1 FROM assessment_submissions link WHERE link.assessment_id = NEW.id AND NOT {EVENTS_VERIFIED})"
)
# Rows that come with an edition: in the very act that made it, and only of its contract.
LINKED = {"assessment_figures": ("figures", "figure_id"), "assessment_submissions": ("submissions", "submission_id")}
SAME_PERIOD = "SELECT 1 FROM assessments other WHERE other.plan_id = NEW.plan_id AND other.period = NEW.period AND "
# What becomes of an objection decides what becomes of its edition.
NOT_DECIDED_SO = (
    "OLD.state = 'objected' AND NEW.state <> 'objected' AND NOT EXISTS (SELECT 1 FROM objections last "
    "WHERE last.assessment_id = NEW.id AND ((NEW.state = 'upheld' AND last.state = 'upheld') "
    "OR (NEW.state = 'reopened' AND last.state = 'revised') OR (NEW.state = 'issued' AND last.state = 'withdrawn')) "
    "AND NOT EXISTS (SELECT 1 FROM objections later "
    "WHERE later.assessment_id = last.assessment_id AND later.id > last.id))"
)
# Who scored a period does not decide an objection to a result of it.
SCORED = (
    "NEW.decided_by IS NOT NULL AND EXISTS (SELECT 1 FROM assessment_opinions given "
    "JOIN assessments ON assessments.plan_id = given.plan_id AND assessments.period = given.period "
    "WHERE assessments.id = NEW.assessment_id AND given.user_id = NEW.decided_by)"
)
# The quarter and the year that a period lies in, by their names: what people say of it carries no moments.
MONTHS_OF = {
    "Q1": "('01', '02', '03')",
    "Q2": "('04', '05', '06')",
    "Q3": "('07', '08', '09')",
    "Q4": "('10', '11', '12')",
}
QUARTER = " ".join(
    f"WHEN substr(NEW.period, 6, 2) IN {months} THEN substr(NEW.period, 1, 5) || '{quarter}'"
    for quarter, months in MONTHS_OF.items()
)
PERIOD_CLOSED = (
    "EXISTS (SELECT 1 FROM closed_periods closed WHERE closed.contract_id = NEW.contract_id "
    "AND closed.reopened_at IS NULL AND (closed.period = NEW.period OR closed.period = substr(NEW.period, 1, 4) "
    f"OR closed.period = CASE {QUARTER} ELSE NEW.period END))"
)
# name: (table, when, condition, message)
RULES = {
    "assessments_of_agreed_plan": (
        "assessments",
        "BEFORE INSERT",
        (
            "NOT EXISTS (SELECT 1 FROM plans WHERE plans.id = NEW.plan_id AND plans.state = 'agreed' "
            "AND plans.first_starts_at <= NEW.starts_at)"
        ),
        "a period is assessed by the plan agreed for it",
    ),
    "assessments_edition_follows": (
        "assessments",
        "BEFORE INSERT",
        f"NEW.edition > 1 AND NOT EXISTS ({SAME_PERIOD} other.edition = NEW.edition - 1)",
        "an edition follows the one before it",
    ),
    "assessments_restate_the_final": (
        "assessments",
        "BEFORE INSERT",
        (
            f"EXISTS ({SAME_PERIOD} other.state = 'final' AND (NEW.restates_id IS NULL OR other.id <> NEW.restates_id)) "
            f"OR (NEW.restates_id IS NOT NULL AND NOT EXISTS ({SAME_PERIOD} other.state = 'final' "
            "AND other.id = NEW.restates_id))"
        ),
        "a new edition restates the final one",
    ),
    "assessments_on_verified": (
        "assessments",
        "BEFORE UPDATE",
        f"NEW.state IN ('issued', 'final') AND NEW.state <> OLD.state AND ({UNVERIFIED})",
        "what is published rests on verified figures",
    ),
    "assessments_on_closed_period": (
        "assessments",
        "BEFORE UPDATE",
        (
            "NEW.state = 'final' AND OLD.state <> 'final' AND NOT EXISTS (SELECT 1 FROM closed_periods closed "
            "WHERE closed.contract_id = NEW.contract_id AND closed.reopened_at IS NULL "
            "AND closed.starts_at <= NEW.starts_at AND closed.ends_at >= NEW.ends_at)"
        ),
        "a result is final when its period is closed",
    ),
    "assessments_objected_by_whom": (
        "assessments",
        "BEFORE UPDATE",
        (
            "NEW.state = 'objected' AND OLD.state <> 'objected' AND NOT EXISTS (SELECT 1 FROM objections "
            "WHERE objections.assessment_id = NEW.id AND objections.state = 'raised')"
        ),
        "an edition is disputed by an objection",
    ),
    "assessments_decided_how": (
        "assessments",
        "BEFORE UPDATE",
        NOT_DECIDED_SO,
        "a disputed edition goes as its objection was decided",
    ),
    "objections_to_issued": (
        "objections",
        "BEFORE INSERT",
        (
            "NOT EXISTS (SELECT 1 FROM assessments WHERE assessments.id = NEW.assessment_id "
            "AND assessments.state = 'issued')"
        ),
        "an objection is raised to a published edition",
    ),
    "objections_ended_once": (
        "objections",
        "BEFORE UPDATE",
        "OLD.state <> 'raised'",
        "an objection that was decided never changes",
    ),
    "objections_decided_by_no_scorer": (
        "objections",
        "BEFORE UPDATE",
        SCORED,
        "who scored the period does not decide the objection",
    ),
    "assessment_opinions_in_closed_period": (
        "assessment_opinions",
        "BEFORE INSERT",
        PERIOD_CLOSED,
        "no opinion on a closed period",
    ),
    "assessment_vetoes_in_closed_period": (
        "assessment_vetoes",
        "BEFORE INSERT",
        PERIOD_CLOSED,
        "no veto in a closed period",
    ),
    "assessment_vetoes_lift_a_veto": (
        "assessment_vetoes",
        "BEFORE INSERT",
        (
            "NEW.lifts_id IS NOT NULL AND EXISTS (SELECT 1 FROM assessment_vetoes lifted "
            "WHERE lifted.id = NEW.lifts_id AND lifted.lifts_id IS NOT NULL)"
        ),
        "only a veto is lifted",
    ),
}


def enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def act_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["act_id"], ["trail_entries.id"], name=op.f(f"fk_{table}_act_id"), initially="DEFERRED", deferrable=True
    )


def person_key(table: str, person: str, side: str) -> sa.ForeignKeyConstraint:
    """The person stands on that side of the subject for good."""
    return sa.ForeignKeyConstraint(
        ["subject_id", person, side],
        ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
        name=f"fk_{table}_{person}_side",
    )


def upgrade() -> None:
    op.create_table(
        "assessments",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(length=13), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("restates_id", sa.BigInteger(), nullable=True),
        sa.Column("state", enum("state", STATES), nullable=False),
        sa.Column("input_digest", sa.String(length=64), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("result_sha256", sa.String(length=64), nullable=False),
        sa.Column("result_sm3", sa.String(length=64), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("grade", sa.String(length=40), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("deduction_fen", sa.BigInteger(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("manager_side", enum("manager_side", SIDES), nullable=False),
        sa.Column("operator_side", enum("operator_side", SIDES), nullable=False),
        sa.Column("computed_by", sa.BigInteger(), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("issued_by", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finalised_by", sa.BigInteger(), nullable=True),
        sa.Column("finalised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("successor", sa.Integer(), nullable=True),
        sa.Column("restated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'restated') = (restated_at IS NOT NULL)", name=op.f("ck_assessments_restated_when")
        ),
        sa.CheckConstraint(
            "(state IN ('final', 'restated')) = (finalised_by IS NOT NULL)",
            name=op.f("ck_assessments_finalised_by_whom"),
        ),
        sa.CheckConstraint(
            "(state IN ('superseded', 'restated')) = (successor IS NOT NULL)",
            name=op.f("ck_assessments_replaced_by_what"),
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR state IN ('confirmed', 'final', 'restated', 'superseded')",
            name=op.f("ck_assessments_confirmed_by_moving"),
        ),
        sa.CheckConstraint(
            "manager_side = 'management' AND operator_side = 'operation'", name=op.f("ck_assessments_sides")
        ),
        sa.CheckConstraint("state <> 'computed' OR issued_by IS NULL", name=op.f("ck_assessments_issued_by_moving")),
        sa.CheckConstraint(
            "state <> 'confirmed' OR confirmed_by IS NOT NULL", name=op.f("ck_assessments_confirmed_by_whom")
        ),
        sa.CheckConstraint(
            "state IN ('computed', 'superseded') OR (NOT provisional AND total IS NOT NULL AND points IS NOT NULL)",
            name=op.f("ck_assessments_published_is_sure"),
        ),
        sa.CheckConstraint(
            "state IN ('computed', 'superseded') OR issued_by IS NOT NULL", name=op.f("ck_assessments_issued_by_whom")
        ),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_assessments_confirmed_whole")
        ),
        sa.CheckConstraint(
            "(finalised_by IS NULL) = (finalised_at IS NULL)", name=op.f("ck_assessments_finalised_whole")
        ),
        sa.CheckConstraint("(issued_by IS NULL) = (issued_at IS NULL)", name=op.f("ck_assessments_issued_whole")),
        sa.CheckConstraint("edition > 0", name=op.f("ck_assessments_edition_positive")),
        sa.CheckConstraint("ends_at > starts_at AND computed_at >= ends_at", name=op.f("ck_assessments_period_over")),
        sa.CheckConstraint("finalised_by IS NULL OR finalised_by <> issued_by", name=op.f("ck_assessments_four_eyes")),
        sa.CheckConstraint(
            "length(input_digest) = 64 AND length(result_sha256) = 64 AND length(result_sm3) = 64",
            name=op.f("ck_assessments_digests_whole"),
        ),
        sa.CheckConstraint("points IS NULL OR points >= 0", name=op.f("ck_assessments_points_range")),
        sa.CheckConstraint("successor IS NULL OR successor > edition", name=op.f("ck_assessments_successor_later")),
        sa.CheckConstraint("total IS NULL OR total BETWEEN 0 AND 100000000", name=op.f("ck_assessments_total_range")),
        act_key("assessments"),
        sa.ForeignKeyConstraint(["computed_by"], ["users.id"], name="fk_assessments_computed_by"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"], name="fk_assessments_confirmed_by"),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_assessments_contract"
        ),
        sa.ForeignKeyConstraint(["finalised_by"], ["users.id"], name="fk_assessments_finalised_by"),
        sa.ForeignKeyConstraint(["issued_by"], ["users.id"], name="fk_assessments_issued_by"),
        sa.ForeignKeyConstraint(
            ["plan_id", "contract_id"], ["plans.id", "plans.contract_id"], name="fk_assessments_plan"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id", "period", "successor", "restated_at"],
            ["assessments.plan_id", "assessments.period", "assessments.edition", "assessments.finalised_at"],
            name="fk_assessments_restated",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["plan_id", "period", "successor"],
            ["assessments.plan_id", "assessments.period", "assessments.edition"],
            name="fk_assessments_successor",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["restates_id", "plan_id", "period"],
            ["assessments.id", "assessments.plan_id", "assessments.period"],
            name="fk_assessments_restates",
        ),
        person_key("assessments", "computed_by", "manager_side"),
        person_key("assessments", "confirmed_by", "operator_side"),
        person_key("assessments", "finalised_by", "manager_side"),
        person_key("assessments", "issued_by", "manager_side"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.UniqueConstraint("code", name=op.f("uq_assessments_code")),
        sa.UniqueConstraint("id", "plan_id", "period", name="uq_assessments_period"),
        sa.UniqueConstraint("id", "subject_id", "issued_by", name="uq_assessments_issuer"),
        sa.UniqueConstraint("plan_id", "period", "edition", "finalised_at", name="uq_assessments_finalised"),
        sa.UniqueConstraint("plan_id", "period", "edition", name=op.f("uq_assessments_plan_id_period_edition")),
        sqlite_strict=True,
    )
    op.create_index("ix_assessments_contract_id_period", "assessments", ["contract_id", "period"], unique=False)
    op.create_index(
        "uq_assessments_final",
        "assessments",
        ["plan_id", "period"],
        unique=True,
        sqlite_where=sa.text("state = 'final'"),
        postgresql_where=sa.text("state = 'final'"),
    )
    op.create_index(
        "uq_assessments_open",
        "assessments",
        ["plan_id", "period"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "assessment_figures",
        sa.Column("assessment_id", sa.BigInteger(), nullable=False),
        sa.Column("figure_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_assessment_figures_assessment"),
        sa.ForeignKeyConstraint(["figure_id"], ["figures.id"], name="fk_assessment_figures_figure"),
        sa.PrimaryKeyConstraint("assessment_id", "figure_id", name=op.f("pk_assessment_figures")),
        sqlite_strict=True,
    )
    op.create_table(
        "assessment_submissions",
        sa.Column("assessment_id", sa.BigInteger(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_assessment_submissions_assessment"),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_assessment_submissions_submission"),
        sa.PrimaryKeyConstraint("assessment_id", "submission_id", name=op.f("pk_assessment_submissions")),
        sqlite_strict=True,
    )
    op.create_table(
        "assessment_opinions",
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(length=13), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("side", enum("side", SIDES), nullable=False),
        sa.Column("scorer", sa.String(length=120), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side = 'management'", name=op.f("ck_assessment_opinions_by_management")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_assessment_opinions_why")),
        sa.CheckConstraint("score BETWEEN 0 AND 100000000", name=op.f("ck_assessment_opinions_score_range")),
        act_key("assessment_opinions"),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"],
            ["contracts.id", "contracts.subject_id"],
            name="fk_assessment_opinions_contract",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_assessment_opinions_organisation"),
        sa.ForeignKeyConstraint(
            ["plan_id", "contract_id"], ["plans.id", "plans.contract_id"], name="fk_assessment_opinions_plan"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_assessment_opinions_side",
        ),
        person_key("assessment_opinions", "user_id", "side"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_assessment_opinions_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_opinions")),
        sqlite_strict=True,
    )
    op.create_index("ix_assessment_opinions_plan_id_period", "assessment_opinions", ["plan_id", "period"], unique=False)
    op.create_table(
        "assessment_vetoes",
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(length=13), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("lifts_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("side", enum("side", SIDES), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side = 'management'", name=op.f("ck_assessment_vetoes_by_management")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_assessment_vetoes_why")),
        act_key("assessment_vetoes"),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"],
            ["contracts.id", "contracts.subject_id"],
            name="fk_assessment_vetoes_contract",
        ),
        sa.ForeignKeyConstraint(
            ["lifts_id", "plan_id", "period", "code"],
            ["assessment_vetoes.id", "assessment_vetoes.plan_id", "assessment_vetoes.period", "assessment_vetoes.code"],
            name="fk_assessment_vetoes_lifts",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_assessment_vetoes_organisation"),
        sa.ForeignKeyConstraint(
            ["plan_id", "contract_id"], ["plans.id", "plans.contract_id"], name="fk_assessment_vetoes_plan"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_assessment_vetoes_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_assessment_vetoes_evidence",
        ),
        person_key("assessment_vetoes", "user_id", "side"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_assessment_vetoes_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_vetoes")),
        sa.UniqueConstraint("id", "plan_id", "period", "code", name="uq_assessment_vetoes_what"),
        sa.UniqueConstraint("lifts_id", name=op.f("uq_assessment_vetoes_lifts_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_assessment_vetoes_plan_id_period", "assessment_vetoes", ["plan_id", "period"], unique=False)
    op.create_table(
        "objections",
        sa.Column("assessment_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("issued_by", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("raised_by", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("side", enum("side", SIDES), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", enum("state", OBJECTION_STATES), nullable=False),
        sa.Column("decider_side", enum("decider_side", SIDES), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.String(length=2000), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'raised') = (decided_at IS NULL)", name=op.f("ck_objections_ended_when")),
        sa.CheckConstraint(
            "(state IN ('raised', 'withdrawn') AND decided_by IS NULL) OR (state IN ('upheld', 'revised') AND decided_by IS NOT NULL AND length(decision_reason) > 0)",
            name=op.f("ck_objections_decided_whole"),
        ),
        sa.CheckConstraint("side = 'operation' AND decider_side = 'management'", name=op.f("ck_objections_sides")),
        sa.CheckConstraint("decided_by <> issued_by AND decided_by <> raised_by", name=op.f("ck_objections_four_eyes")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_objections_why")),
        sa.CheckConstraint("raised_by <> issued_by", name=op.f("ck_objections_raised_by_another")),
        act_key("objections"),
        sa.ForeignKeyConstraint(
            ["assessment_id", "subject_id", "issued_by"],
            ["assessments.id", "assessments.subject_id", "assessments.issued_by"],
            name="fk_objections_assessment",
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="fk_objections_decided_by"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_objections_organisation"),
        sa.ForeignKeyConstraint(["raised_by"], ["users.id"], name="fk_objections_raised_by"),
        person_key("objections", "decided_by", "decider_side"),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_objections_side",
        ),
        person_key("objections", "raised_by", "side"),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_objections_evidence",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sqlite_strict=True,
    )
    op.create_index("ix_objections_assessment_id", "objections", ["assessment_id"], unique=False)
    op.create_index(
        "uq_objections_raised",
        "objections",
        ["assessment_id"],
        unique=True,
        sqlite_where=sa.text("state = 'raised'"),
        postgresql_where=sa.text("state = 'raised'"),
    )

    for table in UNDER_ACT:
        op.create_index(f"ix_{table}_act_id", table, ["act_id"], unique=False)
    create_guards()


def create_guards() -> None:
    for table in UNDER_ACT:
        guards.under_act(table)
    for table in APPEND_ONLY:
        guards.append_only(table)
    for table, (source, key) in LINKED.items():
        guards.guard(
            f"{table}_within_act",
            table,
            "BEFORE INSERT",
            f"NOT EXISTS (SELECT 1 FROM assessments JOIN {source} ON {source}.contract_id = assessments.contract_id "
            f"WHERE assessments.id = NEW.assessment_id AND {source}.id = NEW.{key} AND assessments.row_version = 1 "
            "AND NOT EXISTS (SELECT 1 FROM trail_entries WHERE trail_entries.id = assessments.act_id))",
            f"{table} come only together with their edition",
        )
    guards.never_deleted("assessments")
    guards.fixed_columns("assessments", CALCULATED)
    for column in ONCE:
        guards.set_once("assessments", column)
    guards.starts_as("assessments", "state", "computed")
    guards.only_moves("assessments", "state", MOVES)
    guards.never_deleted("objections")
    guards.fixed_columns("objections", OBJECTED)
    guards.starts_as("objections", "state", "raised")
    guards.only_moves("objections", "state", OBJECTION_MOVES)
    for name, (table, when, condition, message) in RULES.items():
        guards.guard(name, table, when, condition, message)


def drop_guards() -> None:
    for name, (table, _when, _condition, _message) in RULES.items():
        guards.drop_guard(name, table)
    for table in ("objections", "assessments"):
        for name in ("state_moves", "state_starts", "fixed"):
            guards.drop_guard(f"{table}_{name}", table)
        guards.drop_never_deleted(table)
    for column in ONCE:
        guards.drop_guard(f"assessments_{column}_once", "assessments")
    for table in LINKED:
        guards.drop_guard(f"{table}_within_act", table)
    for table in APPEND_ONLY:
        guards.drop_append_only(table)
    for table in UNDER_ACT:
        guards.drop_under_act(table)


def downgrade() -> None:
    drop_guards()
    for table in TABLES:
        op.drop_table(table)
