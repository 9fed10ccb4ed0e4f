"""What nobody can record yet is an outcome of its own, and a run counts it apart from what is unknown."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

OUTCOMES = ("clear", "hit", "exempted", "not_applicable", "unknown")
# Only what a fact keeps open that no room records; a person's answer can always be given.
NAMED = "NEW.outcome = 'unrecorded' AND (NEW.missing = '[]' OR NEW.missing LIKE '%\"answer\"%')"
COUNTED = "unrecorded >= 0"


def upgrade() -> None:
    guards.allow_values("item_outcomes", "outcome", before=OUTCOMES, after=(*OUTCOMES, "unrecorded"))
    guards.guard(
        "item_outcomes_unrecorded_named",
        "item_outcomes",
        "BEFORE INSERT",
        NAMED,
        "what is not recorded names the facts that are missing",
    )
    add_count()


def add_count() -> None:
    """SQLite takes a check on a table that stands only together with a column."""
    name = op.f("ck_check_runs_unrecorded_counted")
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("check_runs", sa.Column("unrecorded", sa.Integer(), server_default="0", nullable=False))
        op.create_check_constraint(name, "check_runs", COUNTED)
        return
    op.execute(
        f"ALTER TABLE check_runs ADD COLUMN unrecorded INTEGER DEFAULT 0 NOT NULL CONSTRAINT {name} CHECK ({COUNTED})"
    )


def downgrade() -> None:
    # What an older version cannot say was unknown to it.
    outcomes = sa.table("item_outcomes", sa.column("outcome"))
    if op.get_bind().scalar(sa.select(sa.func.count()).select_from(outcomes).where(outcomes.c.outcome == "unrecorded")):
        raise RuntimeError("item_outcomes: outcomes 'unrecorded' are kept for good; they cannot be taken back")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_check_runs_unrecorded_counted"), "check_runs", type_="check")
    # On SQLite the check goes with the column that it came with.
    op.drop_column("check_runs", "unrecorded")
    guards.drop_guard("item_outcomes_unrecorded_named", "item_outcomes")
    guards.allow_values("item_outcomes", "outcome", before=(*OUTCOMES, "unrecorded"), after=OUTCOMES)
