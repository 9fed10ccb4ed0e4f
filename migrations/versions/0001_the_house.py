"""The house: trail, catalogues, organisations, people, subjects, tasks, evidence, services, contracts, with guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Every audited table: its rows are written only under an act whose leaf comes with the same transaction.
UNDER_ACT = (
    "agreed_levels",
    "api_tokens",
    "catalogue_entries",
    "contract_services",
    "contract_versions",
    "contracts",
    "deduction_bands",
    "evidence_files",
    "grants",
    "mandates",
    "memberships",
    "organisation_names",
    "organisation_sides",
    "organisations",
    "parties",
    "regions",
    "services",
    "signatures",
    "stakes",
    "subject_people",
    "subject_sides",
    "subjects",
    "tasks",
    "users",
)
APPEND_ONLY = (
    "catalogue_entries",
    "evidence_files",
    "organisation_names",
    "organisation_sides",
    "sign_in_events",
    "signatures",
    "subject_people",
    "trail_entries",
    "trail_heads",
)
NEVER_DELETED = (
    "api_tokens",
    "contract_versions",
    "contracts",
    "denials",
    "grants",
    "mandates",
    "memberships",
    "organisations",
    "regions",
    "services",
    "stakes",
    "subjects",
    "tasks",
    "users",
)
# What a row is about; it is decided when the row is made.
FIXED = {
    "contract_versions": ("contract_id", "number"),
    "contracts": ("code", "subject_id"),
    "grants": ("membership_id", "user_id", "organisation_id", "role", "granted_by", "granted_at"),
    "memberships": ("user_id", "organisation_id", "valid_from"),
    "organisations": ("code",),
    "stakes": ("holder_id", "held_id", "percent", "controls", "valid_from"),
    "subject_sides": ("subject_id", "organisation_id", "side"),
    "subjects": ("kind", "code", "region_id"),
    "tasks": ("subject_id", "organisation_id", "permission", "started_on", "workdays"),
    "users": ("login", "role_class"),
}
SET_ONCE = (
    ("api_tokens", "revoked_at"),
    ("contracts", "ended_on"),
    ("grants", "revoked_at"),
    ("mandates", "valid_until"),
    ("memberships", "valid_until"),
    ("stakes", "valid_until"),
    ("tasks", "ended_at"),
)
VERSION_CONTENT = (
    "contract_id",
    "number",
    "mode_entry_id",
    "term_from",
    "term_until",
    "extension_basis",
    "amount_fen",
    "payment_terms",
    "exclusive",
    "exclusive_basis",
    "point_fen",
    "cap_percent",
    "data_terms",
    "exit_terms",
    "content",
    "digest_sha256",
    "digest_sm3",
    "sealed_at",
    "submitted_by",
)
CONTRACT_MOVES = (
    ("draft", "signing"),
    ("draft", "void"),
    ("in_force", "expired"),
    ("in_force", "terminating"),
    ("signed", "in_force"),
    ("signing", "draft"),
    ("signing", "signed"),
    ("terminating", "expired"),
    ("terminating", "in_force"),
    ("terminating", "terminated"),
)
VERSION_MOVES = (("draft", "signing"), ("signing", "signed"), ("signing", "withdrawn"))
TASK_MOVES = (("open", "done"), ("open", "dropped"))
# The sealed wholes: parts of a version that is out for signing or signed, parties of a subject that is frozen.
SEALED = {
    "agreed_levels": "contract_services JOIN contract_versions ON contract_versions.id = contract_services.version_id "
    "WHERE contract_services.id = ROW.contract_service_id AND contract_versions.sealed_at IS NOT NULL",
    "contract_services": "contract_versions WHERE contract_versions.id = ROW.version_id "
    "AND contract_versions.sealed_at IS NOT NULL",
    "deduction_bands": "agreed_levels JOIN contract_services ON contract_services.id = agreed_levels.contract_service_id "
    "JOIN contract_versions ON contract_versions.id = contract_services.version_id "
    "WHERE agreed_levels.id = ROW.agreed_level_id AND contract_versions.sealed_at IS NOT NULL",
    "parties": "subjects WHERE subjects.id = ROW.subject_id AND subjects.parties_frozen_at IS NOT NULL",
    "subject_sides": "subjects WHERE subjects.id = ROW.subject_id AND subjects.parties_frozen_at IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("route", sa.String(length=300), nullable=False),
        sa.Column("body_digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(length=400), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_deliveries")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_deliveries_at"), "deliveries", ["at"], unique=False)
    op.create_table(
        "job_runs",
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_runs")),
        sqlite_strict=True,
    )
    op.create_table(
        "sign_in_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("ip", sa.String(length=60), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "attempt",
                "success",
                "wrong_password",
                "wrong_code",
                "throttled",
                "barred",
                "signed_out",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_events")),
        sqlite_strict=True,
    )
    op.create_index("ix_sign_in_events_ip_at", "sign_in_events", ["ip", "at"], unique=False)
    op.create_index("ix_sign_in_events_login_at", "sign_in_events", ["login", "at"], unique=False)
    op.create_table(
        "trail_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name=op.f("ck_trail_entries_digests_whole")),
        sa.CheckConstraint("seq > 0", name=op.f("ck_trail_entries_seq_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_entries")),
        sa.UniqueConstraint("seq", name=op.f("uq_trail_entries_seq")),
        sqlite_strict=True,
    )
    op.create_index("ix_trail_entries_ref_seq", "trail_entries", ["ref", "seq"], unique=False)
    op.create_index("ix_trail_entries_user_id_seq", "trail_entries", ["user_id", "seq"], unique=False)
    op.create_table(
        "trail_heads",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("frontier", sa.Text(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name=op.f("ck_trail_heads_digests_whole")),
        sa.CheckConstraint("size > 0", name=op.f("ck_trail_heads_size_positive")),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_trail_heads")),
        sqlite_strict=True,
    )
    op.create_table(
        "catalogue_entries",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("V", "V2", "M", "D", "P", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("source_file", sa.String(length=400), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_catalogue_entries_digest_whole")),
        sa.CheckConstraint("length(kind) > 0 AND length(code) > 0", name=op.f("ck_catalogue_entries_named")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_catalogue_entries_validity_ordered")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_catalogue_entries_version_positive")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_catalogue_entries_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_entries")),
        sa.UniqueConstraint("id", "kind", name=op.f("uq_catalogue_entries_id_kind")),
        sa.UniqueConstraint("kind", "code", "version", name=op.f("uq_catalogue_entries_kind_code_version")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_catalogue_entries_act_id"), "catalogue_entries", ["act_id"], unique=False)
    op.create_table(
        "regions",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=True),
        sa.Column(
            "level",
            sa.Enum(
                "province",
                "city",
                "county",
                "township",
                "village",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("path", sa.String(length=80), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_regions_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["regions.id"], name=op.f("fk_regions_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regions")),
        sa.UniqueConstraint("code", name=op.f("uq_regions_code")),
        sa.UniqueConstraint("path", name=op.f("uq_regions_path")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_regions_act_id"), "regions", ["act_id"], unique=False)
    op.create_index(op.f("ix_regions_parent_id"), "regions", ["parent_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column(
            "role_class",
            sa.Enum(
                "audit",
                "business",
                "security",
                "system",
                name="role_class",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recovery_hashes", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("active", "disabled", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_users_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("id", "role_class", name=op.f("uq_users_id_role_class")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_users_act_id"), "users", ["act_id"], unique=False)
    op.create_table(
        "denials",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_denials_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_denials")),
        sqlite_strict=True,
    )
    op.create_index("ix_denials_at", "denials", ["at"], unique=False)
    op.create_table(
        "organisations",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "authority",
                "agency",
                "finance",
                "state_holder",
                "inspectorate",
                "public_institution",
                "company",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("active", "closed", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("uscc IS NULL OR length(uscc) = 18", name=op.f("ck_organisations_uscc_length")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_organisations_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_organisations_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("code", name=op.f("uq_organisations_code")),
        sa.UniqueConstraint("id", "kind", name=op.f("uq_organisations_id_kind")),
        sa.UniqueConstraint("uscc", name=op.f("uq_organisations_uscc")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_organisations_act_id"), "organisations", ["act_id"], unique=False)
    op.create_index("ix_organisations_region_id", "organisations", ["region_id"], unique=False)
    op.create_table(
        "subjects",
        sa.Column(
            "kind",
            sa.Enum("contract", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("parties_frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_subjects_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_subjects_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
        sa.UniqueConstraint("code", name=op.f("uq_subjects_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_subjects_act_id"), "subjects", ["act_id"], unique=False)
    op.create_index("ix_subjects_region_id", "subjects", ["region_id"], unique=False)
    op.create_table(
        "used_codes",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_used_codes_user_id")),
        sa.PrimaryKeyConstraint("user_id", "step", name=op.f("pk_used_codes")),
        sqlite_strict=True,
    )
    op.create_table(
        "web_sessions",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip", sa.String(length=60), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_web_sessions_user_id")),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_web_sessions")),
        sqlite_strict=True,
    )
    op.create_index("ix_web_sessions_user_id", "web_sessions", ["user_id"], unique=False)
    op.create_table(
        "contracts",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "signing",
                "signed",
                "in_force",
                "terminating",
                "expired",
                "terminated",
                "void",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(ended_on IS NULL) = (state NOT IN ('expired', 'terminated'))", name=op.f("ck_contracts_ended_has_day")
        ),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_contracts_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_contracts_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("code", name=op.f("uq_contracts_code")),
        sa.UniqueConstraint("id", "subject_id", name=op.f("uq_contracts_id_subject_id")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_contracts_subject_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_contracts_act_id"), "contracts", ["act_id"], unique=False)
    op.create_index("ix_contracts_state", "contracts", ["state"], unique=False)
    op.create_table(
        "control_links",
        sa.Column("controller_id", sa.BigInteger(), nullable=False),
        sa.Column("controlled_id", sa.BigInteger(), nullable=False),
        sa.Column("through_company", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["controlled_id"], ["organisations.id"], name=op.f("fk_control_links_controlled_id")),
        sa.ForeignKeyConstraint(["controller_id"], ["organisations.id"], name=op.f("fk_control_links_controller_id")),
        sa.PrimaryKeyConstraint("controller_id", "controlled_id", name=op.f("pk_control_links")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_control_links_controlled_id"), "control_links", ["controlled_id"], unique=False)
    op.create_table(
        "evidence_files",
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name=op.f("ck_evidence_files_digests_whole")),
        sa.CheckConstraint("size > 0", name=op.f("ck_evidence_files_not_empty")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_evidence_files_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_evidence_files_organisation_id")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_evidence_files_subject_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name=op.f("fk_evidence_files_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_files")),
        sa.UniqueConstraint("subject_id", "sha256", name=op.f("uq_evidence_files_subject_id_sha256")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_evidence_files_act_id"), "evidence_files", ["act_id"], unique=False)
    op.create_index("ix_evidence_files_sha256", "evidence_files", ["sha256"], unique=False)
    op.create_table(
        "mandates",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("competent", "inspection", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_mandates_validity")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_mandates_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_mandates_organisation_id")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_mandates_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
        sa.UniqueConstraint(
            "organisation_id",
            "region_id",
            "kind",
            "valid_from",
            name=op.f("uq_mandates_organisation_id_region_id_kind_valid_from"),
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_mandates_act_id"), "mandates", ["act_id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("created_by IS NULL OR created_by <> user_id", name=op.f("ck_memberships_not_by_oneself")),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_memberships_validity")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_memberships_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_memberships_created_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("id", "user_id", "organisation_id", name=op.f("uq_memberships_id_user_id_organisation_id")),
        sa.UniqueConstraint(
            "user_id", "organisation_id", "valid_from", name=op.f("uq_memberships_user_id_organisation_id_valid_from")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_memberships_act_id"), "memberships", ["act_id"], unique=False)
    op.create_index("ix_memberships_organisation_id", "memberships", ["organisation_id"], unique=False)
    op.create_table(
        "organisation_names",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_organisation_names_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_names_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_names")),
        sa.UniqueConstraint(
            "organisation_id", "valid_from", name=op.f("uq_organisation_names_organisation_id_valid_from")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_organisation_names_act_id"), "organisation_names", ["act_id"], unique=False)
    op.create_table(
        "organisation_sides",
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
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_organisation_sides_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_sides_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_sides")),
        sa.UniqueConstraint("organisation_id", "side", name=op.f("uq_organisation_sides_organisation_id_side")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_organisation_sides_act_id"), "organisation_sides", ["act_id"], unique=False)
    op.create_table(
        "services",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column(
            "category",
            sa.Enum(
                "platform",
                "application",
                "cloud",
                "network",
                "data",
                "security",
                "hotline",
                "maintenance",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("usage_indicator", sa.String(length=20), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("active", "retired", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_services_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["organisations.id"], name=op.f("fk_services_owner_id")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_services_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("code", name=op.f("uq_services_code")),
        sa.UniqueConstraint("owner_id", "name_zh", name=op.f("uq_services_owner_id_name_zh")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_services_act_id"), "services", ["act_id"], unique=False)
    op.create_index("ix_services_region_id", "services", ["region_id"], unique=False)
    op.create_table(
        "stakes",
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("held_id", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=True),
        sa.Column("controls", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(length=400), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("holder_id <> held_id", name=op.f("ck_stakes_not_itself")),
        sa.CheckConstraint(
            "percent IS NULL OR (percent > 0 AND percent <= 100000000)", name=op.f("ck_stakes_percent_range")
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_stakes_validity")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_stakes_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["held_id"], ["organisations.id"], name=op.f("fk_stakes_held_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["organisations.id"], name=op.f("fk_stakes_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakes")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_stakes_act_id"), "stakes", ["act_id"], unique=False)
    op.create_index("ix_stakes_held_id", "stakes", ["held_id"], unique=False)
    op.create_index("ix_stakes_holder_id", "stakes", ["holder_id"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("permission", sa.String(length=60), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("workdays", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "done", "dropped", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_tasks_ended_when_not_open")),
        sa.CheckConstraint("workdays > 0", name=op.f("ck_tasks_workdays_positive")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_tasks_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_tasks_ended_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_tasks_organisation_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_tasks_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_tasks_act_id"), "tasks", ["act_id"], unique=False)
    op.create_index(
        "ix_tasks_organisation_id_state_due_on", "tasks", ["organisation_id", "state", "due_on"], unique=False
    )
    op.create_index("ix_tasks_subject_id", "tasks", ["subject_id"], unique=False)
    op.create_index(
        "uq_tasks_open",
        "tasks",
        ["subject_id", "organisation_id", "permission"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "api_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.String(length=400), nullable=False),
        sa.Column("contract_code", sa.String(length=40), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("created_by IS NULL OR created_by <> user_id", name=op.f("ck_api_tokens_not_to_oneself")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_api_tokens_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_api_tokens_created_by")),
        sa.ForeignKeyConstraint(
            ["membership_id", "user_id", "organisation_id"],
            ["memberships.id", "memberships.user_id", "memberships.organisation_id"],
            name=op.f("fk_api_tokens_membership_id_user_id_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_api_tokens_act_id"), "api_tokens", ["act_id"], unique=False)
    op.create_table(
        "contract_versions",
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "signing",
                "signed",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("mode_entry_id", sa.Integer(), nullable=True),
        sa.Column("mode_kind", sa.String(length=40), nullable=False),
        sa.Column("term_from", sa.Date(), nullable=True),
        sa.Column("term_until", sa.Date(), nullable=True),
        sa.Column("extension_basis", sa.String(length=400), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("payment_terms", sa.Text(), nullable=False),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        sa.Column("exclusive_basis", sa.String(length=400), nullable=False),
        sa.Column("point_fen", sa.BigInteger(), nullable=True),
        sa.Column("cap_percent", sa.BigInteger(), nullable=True),
        sa.Column("data_terms", sa.Text(), nullable=False),
        sa.Column("exit_terms", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("digest_sha256", sa.String(length=64), nullable=True),
        sa.Column("digest_sm3", sa.String(length=64), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.BigInteger(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft' AND sealed_at IS NULL AND content IS NULL AND digest_sha256 IS NULL AND digest_sm3 IS NULL) OR (state <> 'draft' AND sealed_at IS NOT NULL AND content IS NOT NULL AND submitted_by IS NOT NULL AND length(digest_sha256) = 64 AND length(digest_sm3) = 64)",
            name=op.f("ck_contract_versions_sealed_whole"),
        ),
        sa.CheckConstraint("mode_kind = 'contract_mode'", name=op.f("ck_contract_versions_mode_kind")),
        sa.CheckConstraint(
            "state = 'draft' OR (term_from IS NOT NULL AND term_until IS NOT NULL AND amount_fen IS NOT NULL AND mode_entry_id IS NOT NULL)",
            name=op.f("ck_contract_versions_sealed_terms"),
        ),
        sa.CheckConstraint(
            "amount_fen IS NULL OR (amount_fen > 0 AND amount_fen < 1000000000000000)",
            name=op.f("ck_contract_versions_amount_range"),
        ),
        sa.CheckConstraint(
            "cap_percent IS NULL OR (cap_percent >= 0 AND cap_percent <= 100000000)",
            name=op.f("ck_contract_versions_cap_range"),
        ),
        sa.CheckConstraint(
            "point_fen IS NULL OR (point_fen >= 0 AND point_fen < 1000000000000000)",
            name=op.f("ck_contract_versions_point_range"),
        ),
        sa.CheckConstraint(
            "term_until IS NULL OR term_from IS NULL OR term_until >= term_from",
            name=op.f("ck_contract_versions_term_order"),
        ),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_contract_versions_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_versions_contract_id")),
        sa.ForeignKeyConstraint(
            ["mode_entry_id", "mode_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_contract_versions_mode",
        ),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name=op.f("fk_contract_versions_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_versions")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_contract_versions_contract_id_number")),
        sa.UniqueConstraint("id", "contract_id", name=op.f("uq_contract_versions_id_contract_id")),
        sa.UniqueConstraint(
            "id", "digest_sha256", "digest_sm3", name=op.f("uq_contract_versions_id_digest_sha256_digest_sm3")
        ),
        sa.UniqueConstraint("id", "submitted_by", name=op.f("uq_contract_versions_id_submitted_by")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_contract_versions_act_id"), "contract_versions", ["act_id"], unique=False)
    op.create_table(
        "grants",
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "agency_officer",
                "agency_signatory",
                "audit_admin",
                "authority_lead",
                "authority_officer",
                "inspector",
                "leader",
                "operator_officer",
                "operator_signatory",
                "security_admin",
                "supervisor",
                "system_admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "role_class",
            sa.Enum(
                "audit",
                "business",
                "security",
                "system",
                name="role_class",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
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
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column(
            "granted_by_class",
            sa.Enum(
                "audit",
                "business",
                "security",
                "system",
                name="granted_by_class",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoke_reason", sa.String(length=400), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(role = 'agency_officer' AND role_class = 'business') OR (role = 'agency_signatory' AND role_class = 'business') OR (role = 'audit_admin' AND role_class = 'audit') OR (role = 'authority_lead' AND role_class = 'business') OR (role = 'authority_officer' AND role_class = 'business') OR (role = 'inspector' AND role_class = 'business') OR (role = 'leader' AND role_class = 'business') OR (role = 'operator_officer' AND role_class = 'business') OR (role = 'operator_signatory' AND role_class = 'business') OR (role = 'security_admin' AND role_class = 'security') OR (role = 'supervisor' AND role_class = 'business') OR (role = 'system_admin' AND role_class = 'system')",
            name=op.f("ck_grants_role_of_class"),
        ),
        sa.CheckConstraint(
            "(role = 'agency_officer' AND side = 'management') OR (role = 'agency_signatory' AND side = 'management') OR (role = 'audit_admin' AND side = 'management') OR (role = 'authority_lead' AND side = 'management') OR (role = 'authority_officer' AND side = 'management') OR (role = 'inspector' AND side = 'supervision') OR (role = 'leader' AND side = 'management') OR (role = 'operator_officer' AND side = 'operation') OR (role = 'operator_signatory' AND side = 'operation') OR (role = 'security_admin' AND side = 'management') OR (role = 'supervisor' AND side = 'supervision') OR (role = 'system_admin' AND side = 'management')",
            name=op.f("ck_grants_role_of_side"),
        ),
        sa.CheckConstraint(
            "granted_by IS NOT NULL OR role_class <> 'business'", name=op.f("ck_grants_business_needs_granter")
        ),
        sa.CheckConstraint("granted_by_class = 'security'", name=op.f("ck_grants_granted_by_security")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoke_reason IS NULL)", name=op.f("ck_grants_revoked_with_reason")
        ),
        sa.CheckConstraint("granted_by IS NULL OR granted_by <> user_id", name=op.f("ck_grants_not_to_oneself")),
        sa.CheckConstraint(
            "revoked_by IS NULL OR revoked_by <> user_id", name=op.f("ck_grants_not_revoked_by_oneself")
        ),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_grants_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["granted_by", "granted_by_class"], ["users.id", "users.role_class"], name="fk_grants_granted_by"
        ),
        sa.ForeignKeyConstraint(
            ["membership_id", "user_id", "organisation_id"],
            ["memberships.id", "memberships.user_id", "memberships.organisation_id"],
            name=op.f("fk_grants_membership_id_user_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "side"],
            ["organisation_sides.organisation_id", "organisation_sides.side"],
            name="fk_grants_side",
        ),
        sa.ForeignKeyConstraint(["revoked_by"], ["users.id"], name="fk_grants_revoked_by"),
        sa.ForeignKeyConstraint(["user_id", "role_class"], ["users.id", "users.role_class"], name="fk_grants_class"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_grants_act_id"), "grants", ["act_id"], unique=False)
    op.create_index(op.f("ix_grants_user_id"), "grants", ["user_id"], unique=False)
    op.create_index(
        "uq_grants_active",
        "grants",
        ["membership_id", "role"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "subject_sides",
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
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
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_subject_sides_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "side"],
            ["organisation_sides.organisation_id", "organisation_sides.side"],
            name="fk_subject_sides_able",
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_subject_sides_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_sides")),
        sa.UniqueConstraint(
            "subject_id", "organisation_id", "side", name=op.f("uq_subject_sides_subject_id_organisation_id_side")
        ),
        sa.UniqueConstraint("subject_id", "organisation_id", name=op.f("uq_subject_sides_subject_id_organisation_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_subject_sides_act_id"), "subject_sides", ["act_id"], unique=False)
    op.create_index("ix_subject_sides_organisation_id", "subject_sides", ["organisation_id"], unique=False)
    op.create_table(
        "contract_services",
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "pricing",
            sa.Enum("fixed_fee", "unit_price", name="pricing", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("fee_fen", sa.BigInteger(), nullable=True),
        sa.Column("unit_price", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column(
            "pay_period",
            sa.Enum(
                "month", "quarter", "year", name="pay_period", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("expected_volume", sa.BigInteger(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(pricing = 'fixed_fee' AND fee_fen > 0 AND fee_fen < 1000000000000000 AND unit_price IS NULL) OR (pricing = 'unit_price' AND unit_price > 0 AND fee_fen IS NULL)",
            name=op.f("ck_contract_services_one_price"),
        ),
        sa.CheckConstraint(
            "expected_volume IS NULL OR expected_volume >= 0", name=op.f("ck_contract_services_volume_range")
        ),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_contract_services_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_contract_services_service_id")),
        sa.ForeignKeyConstraint(["version_id"], ["contract_versions.id"], name=op.f("fk_contract_services_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_services")),
        sa.UniqueConstraint("version_id", "line", name=op.f("uq_contract_services_version_id_line")),
        sa.UniqueConstraint("version_id", "service_id", name=op.f("uq_contract_services_version_id_service_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_contract_services_act_id"), "contract_services", ["act_id"], unique=False)
    op.create_table(
        "parties",
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
        sa.Column(
            "role",
            sa.Enum(
                "client",
                "competent_authority",
                "finance",
                "operator",
                "builder",
                "supervisor",
                "tester",
                "evaluator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(role = 'client' AND side = 'management') OR (role = 'competent_authority' AND side = 'management') OR (role = 'finance' AND side = 'management') OR (role = 'operator' AND side = 'operation') OR (role = 'builder' AND side = 'operation') OR (role = 'supervisor' AND side = 'supervision') OR (role = 'tester' AND side = 'supervision') OR (role = 'evaluator' AND side = 'supervision')",
            name=op.f("ck_parties_role_of_side"),
        ),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_parties_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_parties_organisation"),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name=op.f("fk_parties_subject_id_organisation_id_side"),
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_parties_subject"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
        sa.UniqueConstraint(
            "subject_id", "organisation_id", "role", name=op.f("uq_parties_subject_id_organisation_id_role")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_parties_act_id"), "parties", ["act_id"], unique=False)
    op.create_index("ix_parties_organisation_id", "parties", ["organisation_id"], unique=False)
    op.create_table(
        "subject_people",
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
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
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_subject_people_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name=op.f("fk_subject_people_subject_id_organisation_id_side"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_subject_people_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_people")),
        sa.UniqueConstraint("subject_id", "user_id", "side", name=op.f("uq_subject_people_subject_id_user_id_side")),
        sa.UniqueConstraint("subject_id", "user_id", name=op.f("uq_subject_people_subject_id_user_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_subject_people_act_id"), "subject_people", ["act_id"], unique=False)
    op.create_table(
        "agreed_levels",
        sa.Column("contract_service_id", sa.BigInteger(), nullable=False),
        sa.Column("indicator_entry_id", sa.Integer(), nullable=False),
        sa.Column("indicator_kind", sa.String(length=40), nullable=False),
        sa.Column(
            "comparison",
            sa.Enum("at_least", "at_most", name="comparison", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column(
            "period",
            sa.Enum("month", "quarter", "year", name="period", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("indicator_kind = 'indicator'", name=op.f("ck_agreed_levels_indicator_kind")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_agreed_levels_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["contract_service_id"], ["contract_services.id"], name=op.f("fk_agreed_levels_contract_service_id")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_entry_id", "indicator_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_agreed_levels_indicator",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreed_levels")),
        sa.UniqueConstraint(
            "contract_service_id",
            "indicator_entry_id",
            name=op.f("uq_agreed_levels_contract_service_id_indicator_entry_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_agreed_levels_act_id"), "agreed_levels", ["act_id"], unique=False)
    op.create_table(
        "signatures",
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
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
        sa.Column("submitted_by", sa.Integer(), nullable=False),
        sa.Column("digest_sha256", sa.String(length=64), nullable=False),
        sa.Column("digest_sm3", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side IN ('management', 'operation')", name=op.f("ck_signatures_contracting_sides")),
        sa.CheckConstraint("user_id <> submitted_by", name=op.f("ck_signatures_four_eyes")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f("fk_signatures_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_signatures_subject"
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_signatures_organisation_id")),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_signatures_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "user_id", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_signatures_person",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_signatures_user_id")),
        sa.ForeignKeyConstraint(
            ["version_id", "contract_id"],
            ["contract_versions.id", "contract_versions.contract_id"],
            name="fk_signatures_contract",
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "digest_sha256", "digest_sm3"],
            ["contract_versions.id", "contract_versions.digest_sha256", "contract_versions.digest_sm3"],
            name="fk_signatures_digest",
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "submitted_by"],
            ["contract_versions.id", "contract_versions.submitted_by"],
            name="fk_signatures_submitter",
        ),
        sa.ForeignKeyConstraint(["version_id"], ["contract_versions.id"], name=op.f("fk_signatures_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
        sa.UniqueConstraint("version_id", "organisation_id", name=op.f("uq_signatures_version_id_organisation_id")),
        sa.UniqueConstraint("version_id", "user_id", name=op.f("uq_signatures_version_id_user_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_signatures_act_id"), "signatures", ["act_id"], unique=False)
    op.create_table(
        "deduction_bands",
        sa.Column("agreed_level_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("bound", sa.BigInteger(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("points >= 0 AND points <= 1000", name=op.f("ck_deduction_bands_points_range")),
        sa.CheckConstraint("position > 0", name=op.f("ck_deduction_bands_position_positive")),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["trail_entries.id"],
            name=op.f("fk_deduction_bands_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["agreed_level_id"], ["agreed_levels.id"], name=op.f("fk_deduction_bands_agreed_level_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deduction_bands")),
        sa.UniqueConstraint("agreed_level_id", "bound", name=op.f("uq_deduction_bands_agreed_level_id_bound")),
        sa.UniqueConstraint("agreed_level_id", "position", name=op.f("uq_deduction_bands_agreed_level_id_position")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_deduction_bands_act_id"), "deduction_bands", ["act_id"], unique=False)
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
    guards.only_moves("contracts", "state", CONTRACT_MOVES)
    guards.starts_as("contracts", "state", "draft")
    guards.only_moves("contract_versions", "state", VERSION_MOVES)
    guards.starts_as("contract_versions", "state", "draft")
    guards.only_moves("tasks", "state", TASK_MOVES)
    for table, column in SET_ONCE:
        guards.set_once(table, column)
    for table, parent in SEALED.items():
        guards.sealed_by(table, parent)
    create_separation_guards()
    create_party_guards()


def create_separation_guards() -> None:
    guards.guard(
        "contract_versions_sealed",
        "contract_versions",
        "BEFORE UPDATE",
        f"OLD.sealed_at IS NOT NULL AND {guards.changed(*VERSION_CONTENT)}",
        "a sealed version never changes",
    )
    # Signed means: both sides have signed the very content.
    both = " AND ".join(
        "EXISTS (SELECT 1 FROM signatures WHERE signatures.version_id = NEW.id "
        f"AND signatures.digest_sha256 = NEW.digest_sha256 AND signatures.side = '{side}')"
        for side in ("management", "operation")
    )
    guards.guard(
        "contract_versions_both_sides",
        "contract_versions",
        "BEFORE UPDATE OF state",
        f"NEW.state = 'signed' AND OLD.state <> 'signed' AND NOT ({both})",
        "a version is signed when both sides have signed it",
    )
    guards.guard(
        "contracts_need_signed_version",
        "contracts",
        "BEFORE UPDATE OF state",
        "NEW.state = 'signed' AND NOT EXISTS (SELECT 1 FROM contract_versions "
        "WHERE contract_versions.contract_id = NEW.id AND contract_versions.state = 'signed')",
        "a contract is signed when a version of it is",
    )
    # A signature is given while the version is being signed, not before and not after.
    guards.guard(
        "signatures_while_signing",
        "signatures",
        "BEFORE INSERT",
        "NOT EXISTS (SELECT 1 FROM contract_versions WHERE contract_versions.id = NEW.version_id "
        "AND contract_versions.state = 'signing')",
        "a version is signed while it is out for signing",
    )


def create_party_guards() -> None:
    # The title belongs to the sealed content; parties are set free again only while nothing is signed.
    guards.guard(
        "subjects_frozen_title",
        "subjects",
        "BEFORE UPDATE",
        f"OLD.parties_frozen_at IS NOT NULL AND {guards.changed('title')}",
        "the title of a sealed contract never changes",
    )
    guards.guard(
        "subjects_stay_frozen",
        "subjects",
        "BEFORE UPDATE",
        "OLD.parties_frozen_at IS NOT NULL AND NEW.parties_frozen_at IS NULL AND EXISTS (SELECT 1 FROM contracts "
        "WHERE contracts.subject_id = NEW.id AND contracts.state NOT IN ('draft', 'signing'))",
        "the parties of a signed contract never change",
    )
    # Derived links go only when the stake they come from has ended.
    guards.guard(
        "control_links_follow_stakes",
        "control_links",
        "BEFORE DELETE",
        "OLD.controller_id = OLD.controlled_id OR EXISTS (SELECT 1 FROM stakes WHERE stakes.holder_id = OLD.controller_id "
        f"AND stakes.held_id = OLD.controlled_id AND stakes.controls = {guards.true()} AND stakes.valid_until IS NULL)",
        "control ends when the stake does",
    )
    guards.guard(
        "control_links_fixed",
        "control_links",
        "BEFORE UPDATE",
        guards.changed("controller_id", "controlled_id", "through_company"),
        "control is derived from stakes",
    )
    # I1, I3: no party of another side controls, is controlled by, or shares a controlling company with a new one.
    guards.guard(
        "subject_sides_control",
        "subject_sides",
        "BEFORE INSERT",
        "EXISTS (SELECT 1 FROM subject_sides present "
        "JOIN control_links theirs ON theirs.controlled_id = present.organisation_id "
        "JOIN control_links ours ON ours.controller_id = theirs.controller_id "
        "WHERE present.subject_id = NEW.subject_id AND present.side <> NEW.side "
        f"AND ours.controlled_id = NEW.organisation_id AND ours.through_company = {guards.true()})",
        "parties of different sides may not control one another",
    )


def drop_guards() -> None:
    guards.drop_guard("control_links_fixed", "control_links")
    guards.drop_guard("control_links_follow_stakes", "control_links")
    guards.drop_guard("subjects_stay_frozen", "subjects")
    guards.drop_guard("subjects_frozen_title", "subjects")
    for table, column in SET_ONCE:
        guards.drop_guard(f"{table}_{column}_once", table)
    guards.drop_guard("subject_sides_control", "subject_sides")
    guards.drop_guard("signatures_while_signing", "signatures")
    guards.drop_guard("contracts_need_signed_version", "contracts")
    guards.drop_guard("contract_versions_both_sides", "contract_versions")
    guards.drop_guard("contract_versions_sealed", "contract_versions")
    for table in SEALED:
        guards.drop_sealed_by(table)
    for table in ("contracts", "contract_versions", "tasks"):
        guards.drop_guard(f"{table}_state_moves", table)
    for table in ("contracts", "contract_versions"):
        guards.drop_guard(f"{table}_state_starts", table)
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
    op.drop_index(op.f("ix_deduction_bands_act_id"), table_name="deduction_bands")
    op.drop_table("deduction_bands")
    op.drop_index(op.f("ix_signatures_act_id"), table_name="signatures")
    op.drop_table("signatures")
    op.drop_index(op.f("ix_agreed_levels_act_id"), table_name="agreed_levels")
    op.drop_table("agreed_levels")
    op.drop_index(op.f("ix_subject_people_act_id"), table_name="subject_people")
    op.drop_table("subject_people")
    op.drop_index("ix_parties_organisation_id", table_name="parties")
    op.drop_index(op.f("ix_parties_act_id"), table_name="parties")
    op.drop_table("parties")
    op.drop_index(op.f("ix_contract_services_act_id"), table_name="contract_services")
    op.drop_table("contract_services")
    op.drop_index("ix_subject_sides_organisation_id", table_name="subject_sides")
    op.drop_index(op.f("ix_subject_sides_act_id"), table_name="subject_sides")
    op.drop_table("subject_sides")
    op.drop_index(
        "uq_grants_active",
        table_name="grants",
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.drop_index(op.f("ix_grants_user_id"), table_name="grants")
    op.drop_index(op.f("ix_grants_act_id"), table_name="grants")
    op.drop_table("grants")
    op.drop_index(op.f("ix_contract_versions_act_id"), table_name="contract_versions")
    op.drop_table("contract_versions")
    op.drop_index(op.f("ix_api_tokens_act_id"), table_name="api_tokens")
    op.drop_table("api_tokens")
    op.drop_index(
        "uq_tasks_open",
        table_name="tasks",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("ix_tasks_subject_id", table_name="tasks")
    op.drop_index("ix_tasks_organisation_id_state_due_on", table_name="tasks")
    op.drop_index(op.f("ix_tasks_act_id"), table_name="tasks")
    op.drop_table("tasks")
    op.drop_index("ix_stakes_holder_id", table_name="stakes")
    op.drop_index("ix_stakes_held_id", table_name="stakes")
    op.drop_index(op.f("ix_stakes_act_id"), table_name="stakes")
    op.drop_table("stakes")
    op.drop_index("ix_services_region_id", table_name="services")
    op.drop_index(op.f("ix_services_act_id"), table_name="services")
    op.drop_table("services")
    op.drop_index(op.f("ix_organisation_sides_act_id"), table_name="organisation_sides")
    op.drop_table("organisation_sides")
    op.drop_index(op.f("ix_organisation_names_act_id"), table_name="organisation_names")
    op.drop_table("organisation_names")
    op.drop_index("ix_memberships_organisation_id", table_name="memberships")
    op.drop_index(op.f("ix_memberships_act_id"), table_name="memberships")
    op.drop_table("memberships")
    op.drop_index(op.f("ix_mandates_act_id"), table_name="mandates")
    op.drop_table("mandates")
    op.drop_index("ix_evidence_files_sha256", table_name="evidence_files")
    op.drop_index(op.f("ix_evidence_files_act_id"), table_name="evidence_files")
    op.drop_table("evidence_files")
    op.drop_index(op.f("ix_control_links_controlled_id"), table_name="control_links")
    op.drop_table("control_links")
    op.drop_index("ix_contracts_state", table_name="contracts")
    op.drop_index(op.f("ix_contracts_act_id"), table_name="contracts")
    op.drop_table("contracts")
    op.drop_index("ix_web_sessions_user_id", table_name="web_sessions")
    op.drop_table("web_sessions")
    op.drop_table("used_codes")
    op.drop_index("ix_subjects_region_id", table_name="subjects")
    op.drop_index(op.f("ix_subjects_act_id"), table_name="subjects")
    op.drop_table("subjects")
    op.drop_index("ix_organisations_region_id", table_name="organisations")
    op.drop_index(op.f("ix_organisations_act_id"), table_name="organisations")
    op.drop_table("organisations")
    op.drop_index("ix_denials_at", table_name="denials")
    op.drop_table("denials")
    op.drop_index(op.f("ix_users_act_id"), table_name="users")
    op.drop_table("users")
    op.drop_index(op.f("ix_regions_parent_id"), table_name="regions")
    op.drop_index(op.f("ix_regions_act_id"), table_name="regions")
    op.drop_table("regions")
    op.drop_index(op.f("ix_catalogue_entries_act_id"), table_name="catalogue_entries")
    op.drop_table("catalogue_entries")
    op.drop_table("trail_heads")
    op.drop_index("ix_trail_entries_user_id_seq", table_name="trail_entries")
    op.drop_index("ix_trail_entries_ref_seq", table_name="trail_entries")
    op.drop_table("trail_entries")
    op.drop_index("ix_sign_in_events_login_at", table_name="sign_in_events")
    op.drop_index("ix_sign_in_events_ip_at", table_name="sign_in_events")
    op.drop_table("sign_in_events")
    op.drop_table("job_runs")
    op.drop_index(op.f("ix_deliveries_at"), table_name="deliveries")
    op.drop_table("deliveries")
