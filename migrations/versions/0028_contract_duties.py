"""Responsibility lists of contracts beside those of projects; imported ledgers of applications, version by version."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('draft', 'signing')")
LIST_FIXED = ("code", "project_id", "subject_id", "number", "amends_id", "reason")
LIST_FIXED_NOW = (*LIST_FIXED, "contract_id", "based_on_id")
OF_ONE = "(project_id IS NULL) <> (contract_id IS NULL)"
BASED = "based_on_id IS NULL OR (contract_id IS NOT NULL AND amends_id IS NULL)"
KEYS = {
    # Name: columns, the table and columns that they lead to.
    "fk_duty_lists_contract": ("duty_lists", ("contract_id", "subject_id"), "contracts", ("id", "subject_id")),
    "fk_duty_lists_amends_own": ("duty_lists", ("amends_id", "subject_id"), "duty_lists", ("id", "subject_id")),
    "fk_duty_lists_based_on": ("duty_lists", ("based_on_id",), "duty_lists", ("id",)),
    "fk_duty_signatures_of_subject": ("duty_signatures", ("list_id", "subject_id"), "duty_lists", ("id", "subject_id")),
}
CHECKS = {"ck_duty_lists_of_one": OF_ONE, "ck_duty_lists_based_on_project": BASED}
ENDED = "('expired', 'terminated', 'void')"
SIGNED_LIST = "SELECT 1 FROM duty_lists other WHERE other.{key} = NEW.{key} AND other.state = 'signed'"
ENDED_CONTRACT = (
    f"EXISTS (SELECT 1 FROM contracts WHERE contracts.subject_id = NEW.subject_id AND contracts.state IN {ENDED})"
)
NOT_OF_ITS_PROJECT = (
    "NEW.based_on_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM duty_lists source "
    "JOIN contracts ON contracts.project_id = source.project_id "
    "WHERE source.id = NEW.based_on_id AND source.signed_at IS NOT NULL AND contracts.id = NEW.contract_id)"
)
CATEGORIES = ("platform", "application", "cloud", "network", "data", "security", "hotline", "maintenance")
ENTRY = "organisation_id = NEW.organisation_id AND source_system = NEW.source_system AND source_id = NEW.source_id"
NEXT_VERSION = f"NEW.version <> 1 + COALESCE((SELECT max(version) FROM ledger_entries WHERE {ENTRY}), 0)"
NOTHING_NEW = (
    f"EXISTS (SELECT 1 FROM ledger_entries WHERE {ENTRY} AND version = NEW.version - 1 AND sha256 = NEW.sha256)"
)


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    add_columns()
    open_to_contracts()
    op.create_index("ix_duty_lists_contract_id", "duty_lists", ["contract_id"], unique=False)
    drop_project_rules()
    create_rules("subject_id", LIST_FIXED_NOW)
    create_contract_guards()
    create_imports()
    create_entries()
    create_ledger_guards()


# --- lists of contracts ----------------------------------------------------------------------------------------------


def add_columns() -> None:
    op.add_column("duty_lists", sa.Column("contract_id", sa.BigInteger(), nullable=True))
    op.add_column("duty_lists", sa.Column("based_on_id", sa.BigInteger(), nullable=True))
    op.create_index("uq_duty_lists_id_subject_id", "duty_lists", ["id", "subject_id"], unique=True)
    op.create_index("uq_duty_lists_subject_id_number", "duty_lists", ["subject_id", "number"], unique=True)


def open_to_contracts() -> None:
    """A list is of a project or of a contract; its keys then hold by the subject."""
    if is_postgresql():
        for table in ("duty_lists", "duty_signatures"):
            op.alter_column(table, "project_id", nullable=True)
        for name, (table, columns, target, theirs) in KEYS.items():
            op.create_foreign_key(name, table, target, list(columns), list(theirs))
        for name, condition in CHECKS.items():
            op.create_check_constraint(op.f(name), "duty_lists", condition)
        return
    for table in ("duty_lists", "duty_signatures"):
        guards.reword(
            table, [("project_id INTEGER NOT NULL", "project_id INTEGER"), (pk(table), pk(table, added(table)))]
        )


def pk(table: str, after: str = "") -> str:
    return f"CONSTRAINT pk_{table} PRIMARY KEY (id)" + after


def added(table: str) -> str:
    """The keys and checks of a table as SQLite keeps them in the text of its schema."""
    keys = [
        f"CONSTRAINT {name} FOREIGN KEY({', '.join(columns)}) REFERENCES {target} ({', '.join(theirs)})"
        for name, (own, columns, target, theirs) in KEYS.items()
        if own == table
    ]
    checks = [f"CONSTRAINT {name} CHECK ({text})" for name, text in CHECKS.items() if table == "duty_lists"]
    return "".join(f", \n\t{one}" for one in (*checks, *keys))


def drop_project_rules() -> None:
    op.drop_index("uq_duty_lists_open", table_name="duty_lists")
    for name in ("duty_lists_fixed", "duty_lists_amend_signed"):
        guards.drop_guard(name, "duty_lists")


def create_rules(key: str, fixed: tuple[str, ...]) -> None:
    """One open list at a time, later ones amend the signed one: by project before, by subject since."""
    op.create_index("uq_duty_lists_open", "duty_lists", [key], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    guards.fixed_columns("duty_lists", fixed)
    signed = SIGNED_LIST.format(key=key)
    guards.guard(
        "duty_lists_amend_signed",
        "duty_lists",
        "BEFORE INSERT",
        f"(NEW.amends_id IS NULL AND EXISTS ({signed})) "
        f"OR (NEW.amends_id IS NOT NULL AND NOT EXISTS ({signed} AND other.id = NEW.amends_id))",
        "a list amends the one that is signed",
    )


def create_contract_guards() -> None:
    for name, table in (
        ("duty_lists_while_it_runs", "duty_lists"),
        ("duty_signatures_while_it_runs", "duty_signatures"),
    ):
        guards.guard(name, table, "BEFORE INSERT", ENDED_CONTRACT, "a contract that has ended keeps its list as it is")
    guards.guard(
        "duty_lists_based_on_own_project",
        "duty_lists",
        "BEFORE INSERT",
        NOT_OF_ITS_PROJECT,
        "a list begins from the signed one of the project that it serves",
    )


# --- imported ledgers ------------------------------------------------------------------------------------------------


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def entity(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """The key of a row and the act it was written under."""
    return (
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["trail_entries.id"], name=op.f(f"fk_{table}_act_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def create_imports() -> None:
    op.create_table(
        "ledger_imports",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name=op.f("ck_ledger_imports_digests_whole")),
        sa.CheckConstraint("size > 0", name=op.f("ck_ledger_imports_not_empty")),
        sa.CheckConstraint(
            "added >= 0 AND changed >= 0 AND unchanged >= 0 AND added + changed > 0",
            name=op.f("ck_ledger_imports_counts_range"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_ledger_imports_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ledger_imports_user_id")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_ledger_imports_id_organisation_id")),
        *entity("ledger_imports"),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_ledger_imports_act_id"), "ledger_imports", ["act_id"], unique=False)
    op.create_index("ix_ledger_imports_organisation_id", "ledger_imports", ["organisation_id"], unique=False)


def create_entries() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("source_system", sa.String(length=100), nullable=False),
        sa.Column("source_id", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("category", enum("category", *CATEGORIES), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("functions", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_name", sa.String(length=200), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("state", enum("state", "active", "retired"), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_ledger_entries_version_positive")),
        sa.CheckConstraint("line > 1", name=op.f("ck_ledger_entries_below_the_head")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_ledger_entries_digest_whole")),
        sa.CheckConstraint(
            "length(name) > 0 AND length(source_system) > 0 AND length(source_id) > 0 AND length(owner_name) > 0",
            name=op.f("ck_ledger_entries_named"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id", "organisation_id"],
            ["ledger_imports.id", "ledger_imports.organisation_id"],
            name="fk_ledger_entries_import",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_ledger_entries_organisation_id")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_ledger_entries_region_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["organisations.id"], name=op.f("fk_ledger_entries_owner_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "source_system",
            "source_id",
            "version",
            name="uq_ledger_entries_versions",
        ),
        sa.UniqueConstraint("import_id", "line", name=op.f("uq_ledger_entries_import_id_line")),
        *entity("ledger_entries"),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_ledger_entries_act_id"), "ledger_entries", ["act_id"], unique=False)
    op.create_index("ix_ledger_entries_region_id", "ledger_entries", ["region_id"], unique=False)


def create_ledger_guards() -> None:
    for table in ("ledger_imports", "ledger_entries"):
        guards.under_act(table)
        guards.append_only(table)
    for name, condition, message in (
        ("next", NEXT_VERSION, "versions of an entry follow each other"),
        ("new", NOTHING_NEW, "a version of an entry says something new"),
    ):
        guards.guard(f"ledger_entries_{name}", "ledger_entries", "BEFORE INSERT", condition, message)


# --- back ------------------------------------------------------------------------------------------------------------


def downgrade() -> None:
    refuse_loss()
    for name in ("new", "next"):
        guards.drop_guard(f"ledger_entries_{name}", "ledger_entries")
    for table in ("ledger_entries", "ledger_imports"):
        guards.drop_append_only(table)
        guards.drop_under_act(table)
        op.drop_table(table)
    guards.drop_guard("duty_lists_based_on_own_project", "duty_lists")
    guards.drop_guard("duty_signatures_while_it_runs", "duty_signatures")
    guards.drop_guard("duty_lists_while_it_runs", "duty_lists")
    drop_project_rules()
    close_to_contracts()
    create_rules("project_id", LIST_FIXED)


def refuse_loss() -> None:
    """What an older version cannot hold is kept for good."""
    lists = sa.table("duty_lists", sa.column("contract_id"))
    held = sa.select(sa.func.count()).select_from(lists).where(lists.c.contract_id.is_not(None))
    if op.get_bind().scalar(held):
        raise RuntimeError("duty_lists: lists of contracts are kept for good; they cannot be taken back")
    if op.get_bind().scalar(sa.select(sa.func.count()).select_from(sa.table("ledger_entries"))):
        raise RuntimeError("ledger_entries: imported entries are kept for good; they cannot be taken back")


def close_to_contracts() -> None:
    op.drop_index("ix_duty_lists_contract_id", table_name="duty_lists")
    if is_postgresql():
        for name in CHECKS:
            op.drop_constraint(op.f(name), "duty_lists", type_="check")
        for name, (table, *_rest) in reversed(KEYS.items()):
            op.drop_constraint(name, table, type_="foreignkey")
        for table in ("duty_lists", "duty_signatures"):
            op.alter_column(table, "project_id", nullable=False)
    else:
        for table in ("duty_lists", "duty_signatures"):
            change = [("project_id INTEGER,", "project_id INTEGER NOT NULL,"), (pk(table, added(table)), pk(table))]
            guards.reword(table, change)
    for name in ("uq_duty_lists_subject_id_number", "uq_duty_lists_id_subject_id"):
        op.drop_index(name, table_name="duty_lists")
    for column in ("based_on_id", "contract_id"):
        op.drop_column("duty_lists", column)
