"""Existing contracts: the paper that was signed outside, recorded with a version."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled in by its room."""


def downgrade() -> None:
    """Filled in by its room."""
