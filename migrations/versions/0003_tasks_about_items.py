"""Tasks say which thing of their subject they are about, so that several findings may be owed at once."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.add_column("tasks", sa.Column("item", sa.String(length=40), server_default="", nullable=False))
    op.drop_index("uq_tasks_open", table_name="tasks")
    _index(["subject_id", "organisation_id", "permission", "item"])
    guards.guard("tasks_item_fixed", "tasks", "BEFORE UPDATE", guards.changed("item"), "a task stays about its item")


def downgrade() -> None:
    guards.drop_guard("tasks_item_fixed", "tasks")
    op.drop_index("uq_tasks_open", table_name="tasks")
    op.drop_column("tasks", "item")
    _index(["subject_id", "organisation_id", "permission"])


def _index(columns: list[str]) -> None:
    op.create_index("uq_tasks_open", "tasks", columns, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
