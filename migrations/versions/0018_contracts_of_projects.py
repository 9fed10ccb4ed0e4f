"""Contracts drawn from projects; none takes effect before its project is handed over."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

COLUMNS = {"project_id": "projects", "procurement_id": "procurements"}
NAME = "ck_contracts_procurement_of_a_project"
WHOLE = "procurement_id IS NULL OR project_id IS NOT NULL"
# One contract for one purchase, and the purchase says the same.
PURCHASE_OF_PROJECT = (
    "NEW.procurement_id IS NOT NULL AND NEW.state <> 'void' AND NOT EXISTS (SELECT 1 FROM procurements "
    "WHERE procurements.id = NEW.procurement_id AND procurements.project_id = NEW.project_id "
    "AND procurements.own_contract = NEW.code AND procurements.state IN ('awarded', 'contracted'))"
)
CLIENT_OF_PROJECT = (
    "NEW.project_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM projects "
    "JOIN parties own ON own.subject_id = projects.subject_id AND own.role = 'client' "
    "JOIN parties bound ON bound.organisation_id = own.organisation_id AND bound.role = 'client' "
    "WHERE projects.id = NEW.project_id AND bound.subject_id = NEW.subject_id)"
)
# What is not handed over is not operated; a project that was taken in counts by the state it is in.
HANDED_OVER = (
    "EXISTS (SELECT 1 FROM projects WHERE projects.id = NEW.project_id "
    "AND projects.state IN ('operating', 'evaluating'))"
)


def upgrade() -> None:
    add_columns()
    op.create_index("ix_contracts_project_id", "contracts", ["project_id"], unique=False)
    drawn = sa.text("procurement_id IS NOT NULL AND state <> 'void'")
    op.create_index(
        "uq_contracts_drawn",
        "contracts",
        ["procurement_id"],
        unique=True,
        sqlite_where=drawn,
        postgresql_where=drawn,
    )
    for column in COLUMNS:
        guards.set_once("contracts", column)
    for verb in ("INSERT", "UPDATE"):
        guards.guard(
            f"contracts_{verb.lower()}_purchase",
            "contracts",
            f"BEFORE {verb}",
            PURCHASE_OF_PROJECT,
            "a contract is drawn from a purchase of its project",
        )
    guards.guard(
        "contracts_insert_project", "contracts", "BEFORE INSERT", CLIENT_OF_PROJECT, "whose project, its contract"
    )
    guards.guard(
        "contracts_update_project",
        "contracts",
        "BEFORE UPDATE",
        f"OLD.project_id IS NULL AND {CLIENT_OF_PROJECT}",
        "whose project, its contract",
    )
    guards.guard(
        "contracts_wait_for_handover",
        "contracts",
        "BEFORE UPDATE",
        f"OLD.state = 'signed' AND NEW.state = 'in_force' AND NEW.project_id IS NOT NULL AND NOT {HANDED_OVER}",
        "a contract of a project takes effect when the project is handed over",
    )
    guards.guard(
        "procurements_keep_contract",
        "procurements",
        "BEFORE UPDATE",
        f"OLD.own_contract IS NOT NULL AND {guards.changed('own_contract')} AND EXISTS (SELECT 1 FROM contracts "
        "WHERE contracts.procurement_id = OLD.id AND contracts.state <> 'void')",
        "a purchase keeps the contract that was drawn from it",
    )


def add_columns() -> None:
    """SQLite takes a key or a check on a table that stands only together with a column."""
    if op.get_bind().dialect.name == "postgresql":
        for column, table in COLUMNS.items():
            op.add_column("contracts", sa.Column(column, sa.BigInteger(), nullable=True))
            op.create_foreign_key(op.f(f"fk_contracts_{column}"), "contracts", table, [column], ["id"])
        op.create_check_constraint(op.f(NAME), "contracts", WHOLE)
        return
    checks = {"procurement_id": f" CONSTRAINT {NAME} CHECK ({WHOLE})"}
    for column, table in COLUMNS.items():
        op.execute(
            f"ALTER TABLE contracts ADD COLUMN {column} INTEGER CONSTRAINT fk_contracts_{column} "
            f"REFERENCES {table} (id){checks.get(column, '')}"
        )


def downgrade() -> None:
    guards.drop_guard("procurements_keep_contract", "procurements")
    for name in ("wait_for_handover", "update_project", "insert_project", "update_purchase", "insert_purchase"):
        guards.drop_guard(f"contracts_{name}", "contracts")
    for column in reversed(COLUMNS):
        guards.drop_guard(f"contracts_{column}_once", "contracts")
    op.drop_index("uq_contracts_drawn", table_name="contracts")
    op.drop_index("ix_contracts_project_id", table_name="contracts")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(NAME), "contracts", type_="check")
        for column in reversed(COLUMNS):
            op.drop_constraint(op.f(f"fk_contracts_{column}"), "contracts", type_="foreignkey")
    # On SQLite key and check go with the column that they came with.
    for column in reversed(COLUMNS):
        op.drop_column("contracts", column)
