"""Assessments, objections, opinions and vetoes, with guards."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled in by its room."""


def downgrade() -> None:
    """Filled in by its room."""
