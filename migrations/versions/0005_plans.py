"""Assessment plans of contracts, with guards."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled in by its room."""


def downgrade() -> None:
    """Filled in by its room."""
