"""Existing contracts: the paper that was signed outside, recorded with a version."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PAPER = ("paper_number", "paper_signed_on", "paper_sha256")
NAME = "ck_contract_versions_paper_whole"
WHOLE = (
    "(paper_number IS NULL AND paper_signed_on IS NULL AND paper_sha256 IS NULL)"
    " OR (paper_number IS NOT NULL AND paper_signed_on IS NOT NULL AND paper_sha256 IS NOT NULL"
    " AND length(paper_number) > 0 AND length(paper_sha256) = 64)"
)
# A version knows its contract, not its subject; files are never changed or deleted, so that looking once is enough.
FILE_OF_CONTRACT = (
    "NEW.paper_sha256 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evidence_files "
    "JOIN contracts ON contracts.subject_id = evidence_files.subject_id "
    "WHERE contracts.id = NEW.contract_id AND evidence_files.sha256 = NEW.paper_sha256)"
)


def upgrade() -> None:
    op.add_column("contract_versions", sa.Column("paper_number", sa.String(length=100), nullable=True))
    op.add_column("contract_versions", sa.Column("paper_signed_on", sa.Date(), nullable=True))
    add_last_column()
    guards.guard(
        "contract_versions_paper_sealed",
        "contract_versions",
        "BEFORE UPDATE",
        f"OLD.sealed_at IS NOT NULL AND {guards.changed(*PAPER)}",
        "a sealed version never changes",
    )
    for verb in ("INSERT", "UPDATE"):
        guards.guard(
            f"contract_versions_{verb.lower()}_paper_file",
            "contract_versions",
            f"BEFORE {verb}",
            FILE_OF_CONTRACT,
            "the paper of an existing contract is a file of that contract",
        )


def add_last_column() -> None:
    """With the check over all three: SQLite takes one on a table that stands only together with a column."""
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("contract_versions", sa.Column("paper_sha256", sa.String(length=64), nullable=True))
        op.create_check_constraint(op.f(NAME), "contract_versions", WHOLE)
    else:
        op.execute(f"ALTER TABLE contract_versions ADD COLUMN paper_sha256 TEXT CONSTRAINT {NAME} CHECK ({WHOLE})")


def downgrade() -> None:
    for name in ("update_paper_file", "insert_paper_file", "paper_sealed"):
        guards.drop_guard(f"contract_versions_{name}", "contract_versions")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(NAME), "contract_versions", type_="check")
    # On SQLite the check goes with the column that it came with.
    for column in reversed(PAPER):
        op.drop_column("contract_versions", column)
