"""Subjects may be projects; tasks remember when their owner was reminded and when they were handed up."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STAMPS = ("reminded_on", "escalated_on")


def upgrade() -> None:
    guards.allow_values("subjects", "kind", before=("contract",), after=("contract", "project"))
    for name in STAMPS:
        op.add_column("tasks", sa.Column(name, sa.Date(), nullable=True))
        guards.set_once("tasks", name)


def downgrade() -> None:
    for name in reversed(STAMPS):
        guards.drop_guard(f"tasks_{name}_once", "tasks")
        op.drop_column("tasks", name)
    guards.allow_values("subjects", "kind", before=("contract", "project"), after=("contract",))
