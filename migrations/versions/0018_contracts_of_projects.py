"""Contracts drawn from projects; none takes effect before its project is handed over."""

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled in with its room."""


def downgrade() -> None:
    """Filled in with its room."""
