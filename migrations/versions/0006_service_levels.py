"""Exclusions claimed and decided, with guards."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled in by its room."""


def downgrade() -> None:
    """Filled in by its room."""
