"""Who builds, operates, supervises or tests a project joins it by an award, and stays while that award stands."""

from migrations import guards

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# What is bought, and what its winner becomes.
PURPOSES = {
    "builder": "'build', 'build_and_operate'",
    "operator": "'operate', 'build_and_operate'",
    "supervisor": "'supervise'",
    "tester": "'test'",
}
BY_AWARD = ", ".join(f"'{role}'" for role in PURPOSES)
# Of a project taken in, who took part was recorded with it; its purchases lie before the records.
RECORDED_HERE = "projects.taken_in_on IS NULL"


def won(party: str, states: str) -> str:
    """A purchase of the party's project names it as the winner of what its role is bought for."""
    bought = " OR ".join(f"({party}.role = '{role}' AND bought.purpose IN ({of}))" for role, of in PURPOSES.items())
    return (
        f"EXISTS (SELECT 1 FROM procurements bought WHERE bought.subject_id = {party}.subject_id "
        f"AND bought.winner_id = {party}.organisation_id AND ({bought}) AND {states})"
    )


def upgrade() -> None:
    recorded = "bought.state IN ('announced', 'awarded', 'contracted')"
    guards.guard(
        "parties_join_by_award",
        "parties",
        "BEFORE INSERT",
        f"NEW.role IN ({BY_AWARD}) AND EXISTS (SELECT 1 FROM projects WHERE projects.subject_id = NEW.subject_id "
        f"AND {RECORDED_HERE}) AND NOT {won('NEW', recorded)}",
        "who builds, operates, supervises or tests a project joins it by an award",
    )
    # The winner joins in the act that confirms the award; without the confirmation nothing is begun with him.
    confirmed = "bought.confirmed_by IS NOT NULL"
    guards.guard(
        "projects_begun_with_awarded",
        "projects",
        "BEFORE UPDATE OF state",
        f"NEW.taken_in_on IS NULL AND OLD.state IN ('approved', 'accepted') AND NEW.state IN ('building', 'operating') "
        f"AND EXISTS (SELECT 1 FROM parties WHERE parties.subject_id = NEW.subject_id "
        f"AND parties.role IN ({BY_AWARD}) AND NOT {won('parties', confirmed)})",
        "a project is built and operated by those whose award is confirmed",
    )
    standing = "bought.state IN ('awarded', 'contracted')"
    guards.guard(
        "parties_stay_by_award",
        "parties",
        "BEFORE DELETE",
        f"OLD.role IN ({BY_AWARD}) AND {won('OLD', standing)}",
        "who has won a purchase is party while the award stands",
    )
    guards.fixed_columns("parties", ("subject_id", "organisation_id", "role", "side"))


def downgrade() -> None:
    guards.drop_guard("parties_fixed", "parties")
    guards.drop_guard("parties_stay_by_award", "parties")
    guards.drop_guard("projects_begun_with_awarded", "projects")
    guards.drop_guard("parties_join_by_award", "parties")
