"""Inspections, samples, queries, findings, rectifications, verdicts and conclusions, with guards."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled in by its room."""


def downgrade() -> None:
    """Filled in by its room."""
