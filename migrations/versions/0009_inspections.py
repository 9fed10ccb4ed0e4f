"""Inspections, samples, queries, findings, rectifications, verdicts and conclusions, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UNDER_ACT = (
    "conclusions",
    "findings",
    "inspection_people",
    "inspection_queries",
    "inspection_samples",
    "inspections",
    "rectifications",
    "verdicts",
)
APPEND_ONLY = ("conclusions", "inspection_people", "rectifications", "verdicts")
NEVER_DELETED = ("findings", "inspection_queries", "inspection_samples", "inspections")
REPORTED = ("submission_id", "source", "figure_id")
WHOLE = ("inspection_id", "subject_id", "contract_id")
FIXED = {
    "findings": (
        *("code", *WHOLE, "number", "severity", "text", "basis", "service_id", "indicator_code", *REPORTED),
        *("organisation_id", "side", "found_by", "found_at", "workdays"),
    ),
    "inspection_queries": (
        *("code", *WHOLE, "number", "text", "asked_org_id", "asked_side", "asked_by", "asked_at", "workdays"),
    ),
    "inspection_samples": (*WHOLE, *REPORTED, "method", "seed", "drawn", "population", "drawn_by", "drawn_at"),
    "inspections": (
        *("code", "contract_id", "subject_id", "plan_id", "period", "number", "organisation_id", "side"),
        *("lead_id", "opened_at", "opened_on"),
    ),
}
# The column that moves, where it begins, and along which steps it goes.
MOVES = {
    "findings": (
        "state",
        "open",
        (
            ("open", "answered"),
            ("answered", "closed"),
            ("answered", "returned"),
            ("answered", "cannot"),
            ("returned", "answered"),
        ),
    ),
    "inspection_queries": ("state", "asked", (("asked", "answered"), ("asked", "lapsed"))),
    "inspection_samples": (
        "result",
        "pending",
        (("pending", "agrees"), ("pending", "deviates"), ("pending", "no_evidence")),
    ),
    "inspections": ("state", "open", (("open", "concluded"),)),
}
# What has come to its end stays as it is.
ENDED = {
    "findings": "OLD.state IN ('closed', 'cannot')",
    "inspection_queries": "OLD.state <> 'asked'",
    "inspection_samples": "OLD.result <> 'pending'",
    "inspections": "OLD.state <> 'open'",
}
# Rows that come only while the inspection is open.
WHILE_OPEN = ("conclusions", "findings", "inspection_people", "inspection_queries", "inspection_samples", "verdicts")
TABLES = (
    "conclusions",
    "verdicts",
    "rectifications",
    "findings",
    "inspection_queries",
    "inspection_samples",
    "inspection_people",
    "inspections",
)


def dependent(person: str, organisation: str, since: str) -> str:
    """I2, I19: acted or works for a party of the contract, or belongs to a party, its owner or its company."""
    return (
        "EXISTS (SELECT 1 FROM subject_people WHERE subject_people.subject_id = NEW.subject_id "
        f"AND subject_people.user_id = {person})"
        " OR EXISTS (SELECT 1 FROM subject_sides WHERE subject_sides.subject_id = NEW.subject_id "
        f"AND subject_sides.organisation_id = {organisation})"
        " OR EXISTS (SELECT 1 FROM subject_sides present "
        "JOIN control_links theirs ON theirs.controlled_id = present.organisation_id "
        "JOIN control_links ours ON ours.controller_id = theirs.controller_id "
        f"WHERE present.subject_id = NEW.subject_id AND ours.controlled_id = {organisation} "
        f"AND ours.through_company = {guards.true()})"
        " OR EXISTS (SELECT 1 FROM memberships "
        "JOIN subject_sides employer ON employer.organisation_id = memberships.organisation_id "
        f"WHERE employer.subject_id = NEW.subject_id AND memberships.user_id = {person} "
        f"AND (memberships.valid_until IS NULL OR memberships.valid_until >= {since}))"
    )


def of_inspector(person: str) -> str:
    """The same of somebody who takes part already: what came later counts too."""
    return dependent(
        person,
        "(SELECT inspections.organisation_id FROM inspections WHERE inspections.id = NEW.inspection_id)",
        "(SELECT inspection_people.clear_since FROM inspection_people "
        f"WHERE inspection_people.inspection_id = NEW.inspection_id AND inspection_people.user_id = {person})",
    )


# What a report scores: the sampled figure, or the sampled file of events as a whole.
SCORED = (
    "((sampled.figure_id IS NOT NULL AND EXISTS (SELECT 1 FROM assessment_figures "
    "WHERE assessment_figures.assessment_id = reports.assessment_id "
    "AND assessment_figures.figure_id = sampled.figure_id))"
    " OR (sampled.figure_id IS NULL AND EXISTS (SELECT 1 FROM assessment_submissions "
    "WHERE assessment_submissions.assessment_id = reports.assessment_id "
    "AND assessment_submissions.submission_id = sampled.submission_id)))"
)
ANYTHING_SCORED = (
    "EXISTS (SELECT 1 FROM reports WHERE reports.id = NEW.report_id AND (EXISTS (SELECT 1 FROM assessment_figures "
    "WHERE assessment_figures.assessment_id = reports.assessment_id) OR EXISTS (SELECT 1 FROM assessment_submissions "
    "WHERE assessment_submissions.assessment_id = reports.assessment_id)))"
)
COMPARED = (
    "EXISTS (SELECT 1 FROM inspection_samples sampled JOIN reports ON reports.id = NEW.report_id "
    f"WHERE sampled.inspection_id = NEW.inspection_id AND sampled.result <> 'pending' AND {SCORED})"
)
NEWER_EDITION = (
    "EXISTS (SELECT 1 FROM reports signed JOIN reports newer ON newer.plan_id = signed.plan_id "
    "AND newer.period = signed.period AND newer.edition > signed.edition WHERE signed.id = NEW.report_id)"
)
# What stands against a conclusion, each with its own words.
UNREADY = {
    "report": (
        (
            "NOT EXISTS (SELECT 1 FROM inspections JOIN reports ON reports.id = inspections.report_id "
            "WHERE inspections.id = NEW.inspection_id AND inspections.report_id = NEW.report_id "
            "AND reports.state = 'produced')"
        ),
        "the conclusion is about the inspected report",
    ),
    "newest": (NEWER_EDITION, "there is a newer edition of the report"),
    "evidence": (
        "EXISTS (SELECT 1 FROM reports WHERE reports.id = NEW.report_id AND reports.evidence_gaps > 0)",
        "scored figures of the report have no evidence",
    ),
    "samples": (
        (
            "EXISTS (SELECT 1 FROM inspection_samples pending WHERE pending.inspection_id = NEW.inspection_id "
            f"AND pending.result = 'pending') OR ({ANYTHING_SCORED} AND NOT {COMPARED})"
        ),
        "sampled figures are compared before the conclusion",
    ),
    "queries": (
        (
            "EXISTS (SELECT 1 FROM inspection_queries WHERE inspection_queries.inspection_id = NEW.inspection_id "
            "AND inspection_queries.state = 'asked')"
        ),
        "a query is not answered",
    ),
    "findings": (
        (
            "EXISTS (SELECT 1 FROM findings WHERE findings.inspection_id = NEW.inspection_id "
            "AND findings.state NOT IN ('closed', 'cannot'))"
        ),
        "a finding is not settled",
    ),
}


def upgrade() -> None:
    op.create_table(
        "inspections",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(length=13), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "management",
                "operation",
                "supervision",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "concluded", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side = 'supervision'", name=op.f("ck_inspections_by_supervision")),
        sa.CheckConstraint("number > 0", name=op.f("ck_inspections_number_positive")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_inspections_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["users.id"], name="fk_inspections_lead"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "side"],
            ["organisation_sides.organisation_id", "organisation_sides.side"],
            name="fk_inspections_able",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_inspections_organisation"),
        sa.ForeignKeyConstraint(
            ["report_id", "contract_id", "subject_id"],
            ["reports.id", "reports.contract_id", "reports.subject_id"],
            name="fk_inspections_report",
        ),
        sa.ForeignKeyConstraint(
            ["report_id", "plan_id", "period"],
            ["reports.id", "reports.plan_id", "reports.period"],
            name="fk_inspections_period",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections")),
        sa.UniqueConstraint("code", name=op.f("uq_inspections_code")),
        sa.UniqueConstraint("contract_id", "period", "number", name=op.f("uq_inspections_contract_id_period_number")),
        sa.UniqueConstraint("id", "subject_id", "contract_id", name=op.f("uq_inspections_id_subject_id_contract_id")),
        sa.UniqueConstraint("id", "subject_id", "organisation_id", "side", name="uq_inspections_by"),
        sqlite_strict=True,
    )
    op.create_index("ix_inspections_report_id", "inspections", ["report_id"], unique=False)
    op.create_index(
        "uq_inspections_open",
        "inspections",
        ["plan_id", "period"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "inspection_people",
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "management",
                "operation",
                "supervision",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clear_since", sa.Date(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side = 'supervision'", name=op.f("ck_inspection_people_by_supervision")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_inspection_people_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id", "subject_id", "organisation_id", "side"],
            ["inspections.id", "inspections.subject_id", "inspections.organisation_id", "inspections.side"],
            name="fk_inspection_people_inspection",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_inspection_people_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_people")),
        sa.UniqueConstraint("inspection_id", "user_id", name=op.f("uq_inspection_people_inspection_id_user_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_inspection_people_subject_id_user_id", "inspection_people", ["subject_id", "user_id"], unique=False
    )
    op.create_table(
        "inspection_samples",
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "operator_report",
                "agency_log",
                "third_party",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("figure_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "method",
            sa.Enum("random", "chosen", name="method", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("drawn_by", sa.BigInteger(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "pending",
                "agrees",
                "deviates",
                "no_evidence",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(method = 'random') = (length(seed) > 0)", name=op.f("ck_inspection_samples_chance_has_seed")
        ),
        sa.CheckConstraint(
            "(result = 'pending') = (settled_by IS NULL) AND (settled_by IS NULL) = (settled_at IS NULL)",
            name=op.f("ck_inspection_samples_settled_whole"),
        ),
        sa.CheckConstraint(
            "result IN ('pending', 'agrees') OR length(note) > 0", name=op.f("ck_inspection_samples_deviation_note")
        ),
        sa.CheckConstraint("drawn > 0 AND population >= drawn", name=op.f("ck_inspection_samples_draw_range")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_inspection_samples_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id", "drawn_by"],
            ["inspection_people.inspection_id", "inspection_people.user_id"],
            name="fk_inspection_samples_drawn_by",
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id", "settled_by"],
            ["inspection_people.inspection_id", "inspection_people.user_id"],
            name="fk_inspection_samples_settled_by",
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id", "subject_id", "contract_id"],
            ["inspections.id", "inspections.subject_id", "inspections.contract_id"],
            name="fk_inspection_samples_inspection",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "contract_id", "source"],
            ["submissions.id", "submissions.contract_id", "submissions.source"],
            name="fk_inspection_samples_submission",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "figure_id"], ["figures.submission_id", "figures.id"], name="fk_inspection_samples_figure"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_samples")),
        sqlite_strict=True,
    )
    op.create_index("ix_inspection_samples_inspection_id", "inspection_samples", ["inspection_id"], unique=False)
    op.create_table(
        "inspection_queries",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("asked_org_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "asked_side",
            sa.Enum(
                "management",
                "operation",
                "supervision",
                name="asked_side",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workdays", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("asked", "answered", "lapsed", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("answer", sa.String(length=4000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("lapse_reason", sa.String(length=2000), nullable=False),
        sa.Column("lapsed_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'answered') = (answered_by IS NOT NULL) AND (answered_by IS NULL) = (length(answer) = 0) AND (state = 'lapsed') = (lapsed_by IS NOT NULL) AND (lapsed_by IS NULL) = (length(lapse_reason) = 0) AND (state = 'asked') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_on IS NULL) AND (ended_at IS NULL) = (due_on IS NULL)",
            name=op.f("ck_inspection_queries_ended_whole"),
        ),
        sa.CheckConstraint("sha256 IS NULL OR state = 'answered'", name=op.f("ck_inspection_queries_file_of_answer")),
        sa.CheckConstraint(
            "state <> 'lapsed' OR ended_on > due_on", name=op.f("ck_inspection_queries_lapsed_when_due")
        ),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_inspection_queries_text_there")),
        sa.CheckConstraint("workdays > 0", name=op.f("ck_inspection_queries_workdays_positive")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_inspection_queries_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["asked_org_id"], ["organisations.id"], name="fk_inspection_queries_org"),
        sa.ForeignKeyConstraint(
            ["inspection_id", "asked_by"],
            ["inspection_people.inspection_id", "inspection_people.user_id"],
            name="fk_inspection_queries_asked_by",
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id", "lapsed_by"],
            ["inspection_people.inspection_id", "inspection_people.user_id"],
            name="fk_inspection_queries_lapsed_by",
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id", "subject_id", "contract_id"],
            ["inspections.id", "inspections.subject_id", "inspections.contract_id"],
            name="fk_inspection_queries_inspection",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "answered_by", "asked_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_inspection_queries_person",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "asked_org_id", "asked_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_inspection_queries_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_inspection_queries_file",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_queries")),
        sa.UniqueConstraint("code", name=op.f("uq_inspection_queries_code")),
        sa.UniqueConstraint("inspection_id", "number", name=op.f("uq_inspection_queries_inspection_id_number")),
        sqlite_strict=True,
    )
    op.create_table(
        "findings",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "minor", "major", "critical", name="severity", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("basis", sa.String(length=1000), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("indicator_code", sa.String(length=80), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "operator_report",
                "agency_log",
                "third_party",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("figure_id", sa.BigInteger(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "management",
                "operation",
                "supervision",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("found_by", sa.BigInteger(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workdays", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "answered",
                "returned",
                "closed",
                "cannot",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('closed', 'cannot')) = (settled_at IS NOT NULL)", name=op.f("ck_findings_settled_has_moment")
        ),
        sa.CheckConstraint("side IN ('management', 'operation')", name=op.f("ck_findings_of_both_sides")),
        sa.CheckConstraint(
            "(submission_id IS NULL) = (source IS NULL) AND (figure_id IS NULL OR submission_id IS NOT NULL)",
            name=op.f("ck_findings_figure_whole"),
        ),
        sa.CheckConstraint("length(text) > 0 AND length(basis) > 0", name=op.f("ck_findings_said_whole")),
        sa.CheckConstraint("workdays > 0 AND round > 0", name=op.f("ck_findings_counts_positive")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_findings_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id", "found_by"],
            ["inspection_people.inspection_id", "inspection_people.user_id"],
            name="fk_findings_found_by",
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id", "subject_id", "contract_id"],
            ["inspections.id", "inspections.subject_id", "inspections.contract_id"],
            name="fk_findings_inspection",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_findings_organisation"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_findings_service"),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_findings_party",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "contract_id", "source"],
            ["submissions.id", "submissions.contract_id", "submissions.source"],
            name="fk_findings_submission",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "figure_id"], ["figures.submission_id", "figures.id"], name="fk_findings_figure"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        sa.UniqueConstraint("code", name=op.f("uq_findings_code")),
        sa.UniqueConstraint("id", "inspection_id", "subject_id", "found_by", name="uq_findings_found"),
        sa.UniqueConstraint("id", "subject_id", "organisation_id", "side", name="uq_findings_responsible"),
        sa.UniqueConstraint("inspection_id", "number", name=op.f("uq_findings_inspection_id_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_findings_subject_id", "findings", ["subject_id"], unique=False)
    op.create_table(
        "rectifications",
        sa.Column("finding_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "management",
                "operation",
                "supervision",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("late = (submitted_on > due_on)", name=op.f("ck_rectifications_late_is_late")),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_rectifications_text_there")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_rectifications_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["finding_id", "subject_id", "organisation_id", "side"],
            ["findings.id", "findings.subject_id", "findings.organisation_id", "findings.side"],
            name="fk_rectifications_responsible",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_rectifications_file",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "user_id", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_rectifications_person",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_rectifications_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectifications")),
        sa.UniqueConstraint("finding_id", "round", name=op.f("uq_rectifications_finding_id_round")),
        sa.UniqueConstraint(
            "id", "finding_id", "round", "user_id", name=op.f("uq_rectifications_id_finding_id_round_user_id")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "verdicts",
        sa.Column("finding_id", sa.BigInteger(), nullable=False),
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("rectification_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "eliminated",
                "not_eliminated",
                "no_means",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("workdays", sa.Integer(), nullable=True),
        sa.Column("found_by", sa.BigInteger(), nullable=False),
        sa.Column("rectified_by", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'not_eliminated') = (workdays IS NOT NULL)", name=op.f("ck_verdicts_further_round")
        ),
        sa.CheckConstraint("given_by <> found_by", name=op.f("ck_verdicts_four_eyes")),
        sa.CheckConstraint("given_by <> rectified_by", name=op.f("ck_verdicts_not_ones_own")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_verdicts_reason_there")),
        sa.CheckConstraint("workdays IS NULL OR workdays > 0", name=op.f("ck_verdicts_workdays_positive")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_verdicts_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["finding_id", "inspection_id", "subject_id", "found_by"],
            ["findings.id", "findings.inspection_id", "findings.subject_id", "findings.found_by"],
            name="fk_verdicts_finding",
        ),
        sa.ForeignKeyConstraint(["given_by"], ["users.id"], name="fk_verdicts_user"),
        sa.ForeignKeyConstraint(
            ["inspection_id", "given_by"],
            ["inspection_people.inspection_id", "inspection_people.user_id"],
            name="fk_verdicts_given_by",
        ),
        sa.ForeignKeyConstraint(
            ["rectification_id", "finding_id", "round", "rectified_by"],
            ["rectifications.id", "rectifications.finding_id", "rectifications.round", "rectifications.user_id"],
            name="fk_verdicts_rectification",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
        sa.UniqueConstraint("rectification_id", name=op.f("uq_verdicts_rectification_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_verdicts_finding_id", "verdicts", ["finding_id"], unique=False)
    op.create_table(
        "conclusions",
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("report_sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("signed_by", sa.BigInteger(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_conclusions_text_there")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_conclusions_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id", "signed_by"],
            ["inspection_people.inspection_id", "inspection_people.user_id"],
            name="fk_conclusions_signed_by",
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id", "subject_id", "contract_id"],
            ["inspections.id", "inspections.subject_id", "inspections.contract_id"],
            name="fk_conclusions_inspection",
        ),
        sa.ForeignKeyConstraint(
            ["report_id", "report_sha256"], ["reports.id", "reports.sha256"], name="fk_conclusions_report"
        ),
        sa.ForeignKeyConstraint(["signed_by"], ["users.id"], name="fk_conclusions_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conclusions")),
        sa.UniqueConstraint("inspection_id", name=op.f("uq_conclusions_inspection_id")),
        sa.UniqueConstraint("report_id", name=op.f("uq_conclusions_report_id")),
        sqlite_strict=True,
    )
    for table in UNDER_ACT:
        op.create_index(f"ix_{table}_act_id", table, ["act_id"], unique=False)
    create_guards()


def create_guards() -> None:
    for table in UNDER_ACT:
        guards.under_act(table)
    for table in APPEND_ONLY:
        guards.append_only(table)
    for table in NEVER_DELETED:
        guards.never_deleted(table)
    for table, columns in FIXED.items():
        guards.fixed_columns(table, columns)
    for table, (column, first, moves) in MOVES.items():
        guards.only_moves(table, column, moves)
        guards.starts_as(table, column, first)
    for table, ended in ENDED.items():
        guards.guard(f"{table}_ended", table, "BEFORE UPDATE", ended, f"{table} that have ended never change")
    for table in WHILE_OPEN:
        guards.guard(
            f"{table}_while_open",
            table,
            "BEFORE INSERT",
            "NOT EXISTS (SELECT 1 FROM inspections WHERE inspections.id = NEW.inspection_id "
            "AND inspections.state = 'open')",
            "the inspection is concluded",
        )
    create_separation_guards()
    create_inspection_guards()
    create_finding_guards()
    for name, (condition, message) in UNREADY.items():
        guards.guard(f"conclusions_{name}", "conclusions", "BEFORE INSERT", condition, message)


def create_separation_guards() -> None:
    # Over the region of the contract, on the day on which the inspection is opened.
    guards.guard(
        "inspections_mandate",
        "inspections",
        "BEFORE INSERT",
        "NOT EXISTS (SELECT 1 FROM mandates JOIN regions above ON above.id = mandates.region_id "
        "JOIN subjects ON subjects.id = NEW.subject_id JOIN regions here ON here.id = subjects.region_id "
        "WHERE mandates.organisation_id = NEW.organisation_id AND mandates.kind = 'inspection' "
        "AND mandates.valid_from <= NEW.opened_on "
        "AND (mandates.valid_until IS NULL OR mandates.valid_until >= NEW.opened_on) "
        "AND substr(here.path, 1, length(above.path)) = above.path)",
        "the inspectorate has no mandate over this region",
    )
    message = "who has to do with a party does not inspect"
    for table, person, since in (
        ("inspection_people", "NEW.user_id", "NEW.clear_since"),
        ("inspections", "NEW.lead_id", "NEW.opened_on"),
    ):
        guards.guard(
            f"{table}_inspectors",
            table,
            "BEFORE INSERT",
            f"NOT EXISTS (SELECT 1 FROM grants WHERE grants.user_id = {person} "
            "AND grants.organisation_id = NEW.organisation_id AND grants.role = 'inspector' "
            "AND grants.revoked_at IS NULL)",
            "only inspectors of the inspectorate inspect",
        )
        condition = dependent(person, "NEW.organisation_id", since)
        guards.guard(f"{table}_independent", table, "BEFORE INSERT", condition, message)
    for table, person in (("conclusions", "NEW.signed_by"), ("verdicts", "NEW.given_by")):
        guards.guard(f"{table}_independent", table, "BEFORE INSERT", of_inspector(person), message)
    # The other way round: who inspects a contract acts for none of its parties afterwards.
    guards.guard(
        "subject_people_inspectors",
        "subject_people",
        "BEFORE INSERT",
        "EXISTS (SELECT 1 FROM inspection_people WHERE inspection_people.subject_id = NEW.subject_id "
        "AND inspection_people.user_id = NEW.user_id)",
        "who inspects a contract acts for none of its parties",
    )


def create_inspection_guards() -> None:
    produced = "NOT EXISTS (SELECT 1 FROM reports WHERE reports.id = NEW.report_id AND reports.state = 'produced')"
    guards.guard(
        "inspections_report",
        "inspections",
        "BEFORE INSERT",
        f"{produced} OR {NEWER_EDITION}",
        "an inspection is opened on the newest edition",
    )
    guards.guard(
        "inspections_later_edition",
        "inspections",
        "BEFORE UPDATE OF report_id",
        f"NEW.report_id <> OLD.report_id AND ({produced} OR {NEWER_EDITION})",
        "an inspection moves on to the newest edition only",
    )
    guards.guard(
        "inspections_concluded",
        "inspections",
        "BEFORE UPDATE OF state",
        "NEW.state = 'concluded' AND NOT EXISTS (SELECT 1 FROM conclusions "
        "WHERE conclusions.inspection_id = NEW.id AND conclusions.report_id = NEW.report_id)",
        "an inspection is concluded by its signed conclusion",
    )
    guards.guard(
        "reports_signed_by_conclusion",
        "reports",
        "BEFORE UPDATE OF state",
        "NEW.state = 'signed' AND OLD.state <> 'signed' AND NOT EXISTS (SELECT 1 FROM conclusions "
        "WHERE conclusions.report_id = NEW.id)",
        "a report is signed by the conclusion of an inspection",
    )
    guards.guard(
        "inspection_samples_scored",
        "inspection_samples",
        "BEFORE INSERT",
        "NOT EXISTS (SELECT 1 FROM inspections JOIN reports ON reports.id = inspections.report_id "
        f"WHERE inspections.id = NEW.inspection_id AND {SCORED.replace('sampled.', 'NEW.')})",
        "only what the report scores is sampled",
    )
    # Nobody is said to have kept silent before his time was over.
    guards.guard(
        "inspection_queries_lapsed",
        "inspection_queries",
        "BEFORE UPDATE OF state",
        "NEW.state = 'lapsed' AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.subject_id = NEW.subject_id "
        "AND tasks.organisation_id = NEW.asked_org_id AND tasks.permission = 'query:answer' "
        "AND tasks.item = NEW.code AND tasks.due_on < NEW.ended_on)",
        "a query lapses after its last day",
    )


def create_finding_guards() -> None:
    guards.guard(
        "rectifications_in_round",
        "rectifications",
        "BEFORE INSERT",
        "NOT EXISTS (SELECT 1 FROM findings WHERE findings.id = NEW.finding_id AND findings.round = NEW.round "
        "AND findings.state IN ('open', 'returned'))",
        "a finding is rectified once in each round",
    )
    guards.guard(
        "verdicts_in_round",
        "verdicts",
        "BEFORE INSERT",
        "NOT EXISTS (SELECT 1 FROM findings WHERE findings.id = NEW.finding_id AND findings.round = NEW.round "
        "AND findings.state = 'answered')",
        "a verdict follows the rectification of its round",
    )
    guards.guard(
        "findings_answered",
        "findings",
        "BEFORE UPDATE OF state",
        "NEW.state = 'answered' AND NOT EXISTS (SELECT 1 FROM rectifications "
        "WHERE rectifications.finding_id = NEW.id AND rectifications.round = NEW.round)",
        "a finding is answered by its rectification",
    )
    given = " OR ".join(
        f"(NEW.state = '{state}' AND verdicts.outcome = '{outcome}')"
        for state, outcome in (("closed", "eliminated"), ("returned", "not_eliminated"), ("cannot", "no_means"))
    )
    guards.guard(
        "findings_judged",
        "findings",
        "BEFORE UPDATE OF state",
        "OLD.state = 'answered' AND NEW.state <> 'answered' AND NOT EXISTS (SELECT 1 FROM verdicts "
        f"WHERE verdicts.finding_id = NEW.id AND verdicts.round = OLD.round AND ({given}))",
        "a finding is settled or returned by a verdict",
    )
    guards.guard(
        "findings_rounds",
        "findings",
        "BEFORE UPDATE",
        "NEW.round <> OLD.round + (CASE WHEN OLD.state = 'answered' AND NEW.state = 'returned' THEN 1 ELSE 0 END)",
        "a returned finding begins its next round",
    )
    guards.guard("findings_first_round", "findings", "BEFORE INSERT", "NEW.round <> 1", "findings begin in round one")


def drop_guards() -> None:
    for name in UNREADY:
        guards.drop_guard(f"conclusions_{name}", "conclusions")
    for name in ("first_round", "rounds", "judged", "answered"):
        guards.drop_guard(f"findings_{name}", "findings")
    guards.drop_guard("verdicts_in_round", "verdicts")
    guards.drop_guard("rectifications_in_round", "rectifications")
    guards.drop_guard("inspection_queries_lapsed", "inspection_queries")
    guards.drop_guard("inspection_samples_scored", "inspection_samples")
    guards.drop_guard("reports_signed_by_conclusion", "reports")
    for name in ("concluded", "later_edition", "report", "mandate"):
        guards.drop_guard(f"inspections_{name}", "inspections")
    guards.drop_guard("subject_people_inspectors", "subject_people")
    for table in ("verdicts", "conclusions"):
        guards.drop_guard(f"{table}_independent", table)
    for table in ("inspections", "inspection_people"):
        guards.drop_guard(f"{table}_independent", table)
        guards.drop_guard(f"{table}_inspectors", table)
    for table in WHILE_OPEN:
        guards.drop_guard(f"{table}_while_open", table)
    for table in ENDED:
        guards.drop_guard(f"{table}_ended", table)
    for table, (column, _first, _moves) in MOVES.items():
        guards.drop_guard(f"{table}_{column}_starts", table)
        guards.drop_guard(f"{table}_{column}_moves", table)
    for table in FIXED:
        guards.drop_guard(f"{table}_fixed", table)
    for table in NEVER_DELETED:
        guards.drop_never_deleted(table)
    for table in APPEND_ONLY:
        guards.drop_append_only(table)
    for table in UNDER_ACT:
        guards.drop_under_act(table)


def downgrade() -> None:
    drop_guards()
    for table in TABLES:
        op.drop_table(table)
