"""Admission of companies, with guards; no contract is signed by an operator that is not admitted for what it covers."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SIDES = ("management", "operation", "supervision")
ROLES = ("client", "competent_authority", "finance", "operator", "builder", "supervisor", "tester", "evaluator")
STATES = ("draft", "submitted", "admitted", "suspended", "refused", "expired", "removed", "withdrawn")
PROOFS = (
    "mlps_filing",
    "iso_27001",
    "iso_20000",
    "itss_operation",
    "cloud_assessment",
    "data_security",
    "security_service",
    "systems_building",
    "supervision",
    "testing",
    "people_operation",
    "people_security",
    "people_data",
    "people_building",
    "people_supervision",
    "people_testing",
)
LISTINGS = ("clean", "enforcement", "tax", "procurement", "market")
RULINGS = ("return", "admit", "refuse", "suspend", "resume", "remove", "recheck")
TABLES = (
    "admissions",
    "admission_proofs",
    "admission_statements",
    "credit_checks",
    "admission_submissions",
    "admission_reviews",
    "admission_rulings",
)
APPEND_ONLY = ("credit_checks", "admission_submissions", "admission_reviews", "admission_rulings")
# Each move, and the ruling that it needs to be the newest of the admission; None: the applicant's, or the calendar's.
MOVES = {
    ("draft", "submitted"): None,
    ("draft", "withdrawn"): None,
    ("submitted", "withdrawn"): None,
    ("submitted", "draft"): "return",
    ("submitted", "admitted"): "admit",
    ("submitted", "refused"): "refuse",
    ("admitted", "suspended"): "suspend",
    ("suspended", "admitted"): "resume",
    ("admitted", "removed"): "remove",
    ("suspended", "removed"): "remove",
    ("admitted", "expired"): None,
    ("suspended", "expired"): None,
}
# In which states each ruling is given.
RULED_IN = {
    "return": ("submitted",),
    "admit": ("submitted",),
    "refuse": ("submitted",),
    "suspend": ("admitted",),
    "resume": ("suspended",),
    "remove": ("admitted", "suspended"),
    "recheck": ("admitted", "suspended"),
}
ABOUT = (
    "code",
    "subject_id",
    "organisation_id",
    "role",
    "category_entry_id",
    "category_kind",
    "category",
    "authority_id",
    "authority_role",
    "region_id",
)
ADMISSION = "SELECT 1 FROM admissions WHERE admissions.id = {row}.admission_id"
NEWEST = (
    "(SELECT ruling.kind FROM admission_rulings ruling WHERE ruling.admission_id = NEW.id "
    "AND ruling.kind <> 'recheck' ORDER BY ruling.id DESC LIMIT 1)"
)
NOT_MANDATED = (
    "NOT EXISTS (SELECT 1 FROM mandates WHERE mandates.organisation_id = NEW.authority_id "
    "AND mandates.region_id = NEW.region_id AND mandates.kind = 'competent') "
    "OR NOT EXISTS (SELECT 1 FROM catalogue_entries WHERE catalogue_entries.id = NEW.category_entry_id "
    "AND catalogue_entries.code = NEW.category)"
)
OVERLAPS = (
    "OLD.state = 'submitted' AND NEW.state = 'admitted' AND EXISTS (SELECT 1 FROM admissions other "
    "WHERE other.id <> NEW.id AND other.organisation_id = NEW.organisation_id AND other.category = NEW.category "
    "AND other.region_id = NEW.region_id AND other.state IN ('admitted', 'suspended') "
    "AND other.valid_until >= NEW.valid_from)"
)
NOT_SUBMITTED = (
    "OLD.state = 'draft' AND NEW.state = 'submitted' AND NOT EXISTS (SELECT 1 FROM admission_submissions made "
    "WHERE made.admission_id = NEW.id AND made.round = NEW.round)"
)


def enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    guards.allow_values("subjects", "kind", before=("contract", "project"), after=("admission", "contract", "project"))
    create_admissions()
    create_admission_proofs()
    create_admission_statements()
    create_credit_checks()
    create_admission_submissions()
    create_admission_reviews()
    create_admission_rulings()
    create_guards()
    create_contract_guard()


def create_admissions() -> None:
    op.create_table(
        "admissions",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("role", enum("role", ROLES), nullable=False),
        sa.Column("category_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("category_kind", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("authority_id", sa.BigInteger(), nullable=False),
        sa.Column("authority_role", enum("authority_role", ROLES), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("state", enum("state", STATES), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("conditions", sa.String(length=2000), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("recheck_since", sa.Date(), nullable=True),
        sa.Column("recheck_reason", sa.String(length=2000), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(ended_on IS NOT NULL) = (state IN ('refused', 'expired', 'removed', 'withdrawn'))",
            name=op.f("ck_admissions_ended_has_day"),
        ),
        sa.CheckConstraint(
            "(recheck_since IS NULL) = (recheck_reason = '')", name=op.f("ck_admissions_recheck_has_reason")
        ),
        sa.CheckConstraint(
            "(state IN ('admitted', 'suspended', 'expired', 'removed')) = (valid_from IS NOT NULL)"
            " AND (valid_from IS NULL) = (valid_until IS NULL)",
            name=op.f("ck_admissions_admitted_has_days"),
        ),
        sa.CheckConstraint("authority_role = 'competent_authority'", name=op.f("ck_admissions_by_authority")),
        sa.CheckConstraint("category_kind = 'admission_category'", name=op.f("ck_admissions_category_kind")),
        sa.CheckConstraint(
            "round >= 0 AND (round > 0 OR state IN ('draft', 'withdrawn'))",
            name=op.f("ck_admissions_submitted_counted"),
        ),
        sa.CheckConstraint("organisation_id <> authority_id", name=op.f("ck_admissions_never_itself")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_admissions_days_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_admissions_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["authority_id"], ["organisations.id"], name="fk_admissions_authority"),
        sa.ForeignKeyConstraint(
            ["category_entry_id", "category_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_admissions_category",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_admissions_organisation"),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name="fk_admissions_region"),
        sa.ForeignKeyConstraint(
            ["subject_id", "authority_id", "authority_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name="fk_admissions_authority_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name="fk_admissions_applicant",
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_admissions_subject"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admissions")),
        sa.UniqueConstraint("code", name=op.f("uq_admissions_code")),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_admissions_id_authority_id")),
        sa.UniqueConstraint("id", "subject_id", name=op.f("uq_admissions_id_subject_id")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_admissions_subject_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_admissions_act_id"), "admissions", ["act_id"], unique=False)
    op.create_index("ix_admissions_authority_id", "admissions", ["authority_id"], unique=False)
    op.create_index("ix_admissions_organisation_id_state", "admissions", ["organisation_id", "state"], unique=False)
    op.create_index(
        "uq_admissions_open",
        "admissions",
        ["organisation_id", "category", "region_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('draft', 'submitted')"),
        postgresql_where=sa.text("state IN ('draft', 'submitted')"),
    )


def create_admission_proofs() -> None:
    op.create_table(
        "admission_proofs",
        sa.Column("admission_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", enum("kind", PROOFS), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(people IS NOT NULL) = (kind LIKE 'people%')", name=op.f("ck_admission_proofs_people_counted")
        ),
        sa.CheckConstraint("length(number) > 0 AND length(issuer) > 0", name=op.f("ck_admission_proofs_named")),
        sa.CheckConstraint(
            "level IS NULL OR (level >= 1 AND level <= 5)", name=op.f("ck_admission_proofs_level_range")
        ),
        sa.CheckConstraint(
            "people IS NULL OR (people > 0 AND people < 1000000)", name=op.f("ck_admission_proofs_people_range")
        ),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_admission_proofs_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "subject_id"],
            ["admissions.id", "admissions.subject_id"],
            name="fk_admission_proofs_admission",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_admission_proofs_file",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_proofs")),
        sa.UniqueConstraint(
            "admission_id", "kind", "number", name=op.f("uq_admission_proofs_admission_id_kind_number")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_admission_proofs_act_id"), "admission_proofs", ["act_id"], unique=False)


def create_admission_statements() -> None:
    op.create_table(
        "admission_statements",
        sa.Column("admission_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_kind", sa.String(length=40), nullable=False),
        sa.Column("rule_code", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("rule_kind = 'admission_rule'", name=op.f("ck_admission_statements_rule_kind")),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_admission_statements_said")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_admission_statements_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "subject_id"],
            ["admissions.id", "admissions.subject_id"],
            name="fk_admission_statements_admission",
        ),
        sa.ForeignKeyConstraint(
            ["rule_entry_id", "rule_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_admission_statements_rule",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_admission_statements_file",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_statements")),
        sa.UniqueConstraint("admission_id", "rule_code", name=op.f("uq_admission_statements_admission_id_rule_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_admission_statements_act_id"), "admission_statements", ["act_id"], unique=False)


def create_admission_submissions() -> None:
    op.create_table(
        "admission_submissions",
        sa.Column("admission_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("side", enum("side", SIDES), nullable=False),
        sa.Column("submitted_by", sa.BigInteger(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side <> 'management'", name=op.f("ck_admission_submissions_by_applicant")),
        sa.CheckConstraint(
            "length(sha256) = 64 AND length(sm3) = 64", name=op.f("ck_admission_submissions_digests_whole")
        ),
        sa.CheckConstraint("round > 0", name=op.f("ck_admission_submissions_round_positive")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_admission_submissions_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "subject_id"],
            ["admissions.id", "admissions.subject_id"],
            name="fk_admission_submissions_admission",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "submitted_by", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_admission_submissions_person",
        ),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name="fk_admission_submissions_submitter"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_submissions")),
        sa.UniqueConstraint(
            "admission_id", "round", "sha256", name=op.f("uq_admission_submissions_admission_id_round_sha256")
        ),
        sa.UniqueConstraint("admission_id", "round", name=op.f("uq_admission_submissions_admission_id_round")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_admission_submissions_act_id"), "admission_submissions", ["act_id"], unique=False)


def create_credit_checks() -> None:
    op.create_table(
        "credit_checks",
        sa.Column("admission_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("listing", enum("listing", LISTINGS), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("side", enum("side", SIDES), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(source) > 0", name=op.f("ck_credit_checks_source_named")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_credit_checks_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "subject_id"],
            ["admissions.id", "admissions.subject_id"],
            name="fk_credit_checks_admission",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_credit_checks_company"),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name="fk_credit_checks_recorder"),
        sa.ForeignKeyConstraint(
            ["subject_id", "recorded_by", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_credit_checks_person",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_credit_checks_file",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_checks")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_credit_checks_act_id"), "credit_checks", ["act_id"], unique=False)
    op.create_index("ix_credit_checks_admission_id", "credit_checks", ["admission_id"], unique=False)
    op.create_index("ix_credit_checks_organisation_id", "credit_checks", ["organisation_id"], unique=False)


def create_admission_reviews() -> None:
    op.create_table(
        "admission_reviews",
        sa.Column("admission_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("proposes", sa.Boolean(), nullable=False),
        sa.Column("opinion", sa.String(length=2000), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("side", enum("side", SIDES), nullable=False),
        sa.Column("reviewed_by", sa.BigInteger(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side = 'management'", name=op.f("ck_admission_reviews_by_management")),
        sa.CheckConstraint("length(opinion) > 0", name=op.f("ck_admission_reviews_opinion_given")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_admission_reviews_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "organisation_id"],
            ["admissions.id", "admissions.authority_id"],
            name="fk_admission_reviews_authority",
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "round", "sha256"],
            ["admission_submissions.admission_id", "admission_submissions.round", "admission_submissions.sha256"],
            name="fk_admission_reviews_submission",
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "subject_id"],
            ["admissions.id", "admissions.subject_id"],
            name="fk_admission_reviews_admission",
        ),
        sa.ForeignKeyConstraint(["reviewed_by"], ["users.id"], name="fk_admission_reviews_reviewer"),
        sa.ForeignKeyConstraint(
            ["subject_id", "reviewed_by", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_admission_reviews_person",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_reviews")),
        sa.UniqueConstraint(
            "admission_id", "round", "reviewed_by", name=op.f("uq_admission_reviews_admission_id_round_reviewed_by")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_admission_reviews_act_id"), "admission_reviews", ["act_id"], unique=False)


def create_admission_rulings() -> None:
    op.create_table(
        "admission_rulings",
        sa.Column("admission_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("seen_sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", enum("kind", RULINGS), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("conditions", sa.String(length=2000), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("reviewed_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=False),
        sa.Column("decider_org", sa.BigInteger(), nullable=False),
        sa.Column("decider_side", enum("decider_side", SIDES), nullable=False),
        sa.Column("decider_role", enum("decider_role", ROLES), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('admit', 'refuse')) = (reviewed_by IS NOT NULL)"
            " AND (reviewed_by IS NULL OR reviewed_by <> decided_by)",
            name=op.f("ck_admission_rulings_four_eyes"),
        ),
        sa.CheckConstraint(
            "conditions = '' OR kind = 'admit'", name=op.f("ck_admission_rulings_conditions_of_admission")
        ),
        sa.CheckConstraint(
            "decider_side = 'management' AND decider_role = 'competent_authority'",
            name=op.f("ck_admission_rulings_by_authority"),
        ),
        sa.CheckConstraint(
            "kind <> 'return' OR length(notice) > 2", name=op.f("ck_admission_rulings_return_says_what")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_admission_rulings_reason_given")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_admission_rulings_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "decider_org"],
            ["admissions.id", "admissions.authority_id"],
            name="fk_admission_rulings_authority",
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "round", "reviewed_by"],
            ["admission_reviews.admission_id", "admission_reviews.round", "admission_reviews.reviewed_by"],
            name="fk_admission_rulings_review",
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "round", "seen_sha256"],
            ["admission_submissions.admission_id", "admission_submissions.round", "admission_submissions.sha256"],
            name="fk_admission_rulings_submission",
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "subject_id"],
            ["admissions.id", "admissions.subject_id"],
            name="fk_admission_rulings_admission",
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="fk_admission_rulings_decider"),
        sa.ForeignKeyConstraint(
            ["subject_id", "decided_by", "decider_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_admission_rulings_decider_person",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "decider_org", "decider_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name="fk_admission_rulings_decider_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "decider_org", "decider_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_admission_rulings_decider_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_admission_rulings_file",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_rulings")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_admission_rulings_act_id"), "admission_rulings", ["act_id"], unique=False)
    op.create_index("ix_admission_rulings_admission_id", "admission_rulings", ["admission_id"], unique=False)


def create_guards() -> None:
    for table in TABLES:
        guards.under_act(table)
    for table in APPEND_ONLY:
        guards.append_only(table)
    guards.never_deleted("admissions")
    guards.fixed_columns("admissions", ABOUT)
    guards.starts_as("admissions", "state", "draft")
    guards.only_moves("admissions", "state", MOVES)
    for column in ("valid_from", "valid_until", "ended_on"):
        guards.set_once("admissions", column)
    guards.guard(
        "admissions_by_mandate", "admissions", "BEFORE INSERT", NOT_MANDATED, "an authority admits in its own region"
    )
    for (source, target), kind in MOVES.items():
        if kind is not None:
            guards.guard(
                f"admissions_{source}_{target}",
                "admissions",
                "BEFORE UPDATE OF state",
                f"OLD.state = '{source}' AND NEW.state = '{target}' AND COALESCE({NEWEST}, '') <> '{kind}'",
                "an admission moves by a ruling",
            )
    guards.guard(
        "admissions_sealed", "admissions", "BEFORE UPDATE OF state", NOT_SUBMITTED, "what is submitted is kept whole"
    )
    guards.guard("admissions_once", "admissions", "BEFORE UPDATE OF state", OVERLAPS, "one admission at a time")
    create_part_guards()


def create_part_guards() -> None:
    """What belongs to an admission comes while it is time for it, and stays."""
    guards.never_changed("admission_proofs")
    for name, table, when, row, states in (
        ("admission_proofs_shown", "admission_proofs", "BEFORE INSERT", "NEW", "'draft', 'admitted', 'suspended'"),
        ("admission_proofs_stay", "admission_proofs", "BEFORE DELETE", "OLD", "'draft'"),
        ("admission_statements_said", "admission_statements", "BEFORE INSERT", "NEW", "'draft'"),
        ("admission_statements_stay", "admission_statements", "BEFORE DELETE", "OLD", "'draft'"),
        ("admission_statements_sealed", "admission_statements", "BEFORE UPDATE", "NEW", "'draft'"),
    ):
        condition = f"NOT EXISTS ({ADMISSION.format(row=row)} AND admissions.state IN ({states}))"
        guards.guard(name, table, when, condition, "what was submitted stays as it was submitted")
    guards.fixed_columns("admission_statements", ("admission_id", "subject_id", "rule_code"))
    guards.guard(
        "credit_checks_of_company",
        "credit_checks",
        "BEFORE INSERT",
        f"NOT EXISTS ({ADMISSION.format(row='NEW')} AND admissions.organisation_id = NEW.organisation_id "
        "AND (NEW.side = 'management' OR admissions.state = 'draft'))",
        "a company shows its own credit, and only while it applies",
    )
    guards.guard(
        "admission_submissions_next",
        "admission_submissions",
        "BEFORE INSERT",
        f"NOT EXISTS ({ADMISSION.format(row='NEW')} AND admissions.state = 'draft' "
        "AND NEW.round = admissions.round + 1)",
        "a draft is submitted once a round",
    )
    guards.guard(
        "admission_reviews_now",
        "admission_reviews",
        "BEFORE INSERT",
        f"NOT EXISTS ({ADMISSION.format(row='NEW')} AND admissions.state = 'submitted' "
        "AND NEW.round = admissions.round)",
        "what is submitted is reviewed",
    )
    states = " OR ".join(
        "(NEW.kind = '{}' AND admissions.state IN ({}))".format(kind, ", ".join(f"'{one}'" for one in found))
        for kind, found in RULED_IN.items()
    )
    guards.guard(
        "admission_rulings_now",
        "admission_rulings",
        "BEFORE INSERT",
        f"NOT EXISTS ({ADMISSION.format(row='NEW')} AND NEW.round = admissions.round AND ({states}))",
        "a ruling is given on what stands",
    )


# --- contracts -------------------------------------------------------------------------------------------------------


def create_contract_guard() -> None:
    """Each operator is admitted for something of the contract, and everything in it is covered by an operator.

    The day is that of the last signature; which zone it is counted in moves it by one at most. A contract that was
    signed on paper before is history. An internal statement, in which no company operates, needs no admission.
    """
    signed = "(SELECT max(signatures.signed_at) FROM signatures WHERE signatures.version_id = version.id)"
    if op.get_bind().dialect.name == "postgresql":
        offers = "jsonb_exists(COALESCE(entry.content::jsonb -> 'services', '[]'), services.category)"
        latest = f"(({signed} AT TIME ZONE 'UTC') + INTERVAL '14 hours')::date"
        earliest = f"(({signed} AT TIME ZONE 'UTC') - INTERVAL '12 hours')::date"
        internal = "COALESCE((mode.content::jsonb ->> 'internal')::boolean, FALSE)"
    else:
        # Functions on JSON are not allowed in triggers here. What is stored is canonical, so that its text will do.
        begins = "instr(entry.content, '\"services\":[')"
        listed = f"substr(entry.content, {begins})"
        offers = (
            f"{begins} > 0 AND instr(substr({listed}, 1, instr({listed}, ']')), '\"' || services.category || '\"') > 0"
        )
        latest, earliest = f"date({signed}, '+14 hours')", f"date({signed}, '-12 hours')"
        internal = "(instr(COALESCE(mode.content, ''), '\"internal\"\\:true') > 0)"
    lines = (
        "FROM contract_services line JOIN services ON services.id = line.service_id WHERE line.version_id = version.id"
    )
    operators = "FROM parties WHERE parties.subject_id = NEW.subject_id AND parties.role = 'operator'"
    admitted = (
        "EXISTS (SELECT 1 FROM admissions admitted JOIN regions here ON here.id = admitted.region_id "
        "JOIN subjects whole ON whole.id = NEW.subject_id JOIN regions there ON there.id = whole.region_id "
        "JOIN catalogue_entries entry ON entry.id = admitted.category_entry_id "
        "WHERE admitted.organisation_id = parties.organisation_id AND admitted.state = 'admitted' "
        f"AND {offers} AND substr(there.path, 1, length(here.path)) = here.path "
        f"AND admitted.valid_from <= {latest} AND admitted.valid_until >= {earliest})"
    )
    # In both: an operator and a line that go together.
    uncovered = f"EXISTS (SELECT 1 {lines} AND NOT EXISTS (SELECT 1 {operators} AND {admitted}))"
    stranger = f"EXISTS (SELECT 1 {operators} AND NOT EXISTS (SELECT 1 {lines} AND {admitted}))"
    company = (
        "EXISTS (SELECT 1 FROM parties JOIN organisations ON organisations.id = parties.organisation_id "
        "WHERE parties.subject_id = NEW.subject_id AND parties.role = 'operator' AND organisations.kind = 'company')"
    )
    guards.guard(
        "contracts_need_admission",
        "contracts",
        "BEFORE UPDATE OF state",
        "OLD.state <> 'signed' AND NEW.state = 'signed' AND EXISTS (SELECT 1 FROM contract_versions version "
        "LEFT JOIN catalogue_entries mode ON mode.id = version.mode_entry_id "
        "WHERE version.contract_id = NEW.id AND version.state = 'signed' AND version.paper_number IS NULL "
        f"AND ({company} OR NOT {internal}) AND ({uncovered} OR {stranger}))",
        "a contract is signed with companies that are admitted for what it covers",
    )


def drop_guards() -> None:
    guards.drop_guard("contracts_need_admission", "contracts")
    for table, name in (
        ("admission_rulings", "now"),
        ("admission_reviews", "now"),
        ("admission_submissions", "next"),
        ("credit_checks", "of_company"),
        ("admission_statements", "fixed"),
        ("admission_statements", "sealed"),
        ("admission_statements", "stay"),
        ("admission_statements", "said"),
        ("admission_proofs", "stay"),
        ("admission_proofs", "shown"),
        ("admission_proofs", "never_changed"),
        ("admissions", "once"),
        ("admissions", "sealed"),
        *(("admissions", f"{source}_{target}") for (source, target), kind in MOVES.items() if kind is not None),
        ("admissions", "by_mandate"),
        ("admissions", "ended_on_once"),
        ("admissions", "valid_until_once"),
        ("admissions", "valid_from_once"),
        ("admissions", "state_moves"),
        ("admissions", "state_starts"),
        ("admissions", "fixed"),
    ):
        guards.drop_guard(f"{table}_{name}", table)
    guards.drop_never_deleted("admissions")
    for table in APPEND_ONLY:
        guards.drop_append_only(table)
    for table in reversed(TABLES):
        guards.drop_under_act(table)


def downgrade() -> None:
    drop_guards()
    for table in reversed(TABLES):
        op.drop_table(table)
    guards.allow_values("subjects", "kind", before=("admission", "contract", "project"), after=("contract", "project"))
