"""Nothing is accepted without evidence or the supervisor's opinion; items stand still while their project does."""

from migrations import guards

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# A judgement rests on the submission that it names; either brings a file, or the item has not passed.
WITHOUT_EVIDENCE = (
    "NEW.outcome = 'passed' AND NEW.sha256 IS NULL AND NOT EXISTS (SELECT 1 FROM item_submissions "
    "WHERE item_submissions.id = NEW.submission_id AND item_submissions.sha256 IS NOT NULL)"
)
ITEMS_OF = "SELECT 1 FROM acceptance_items item WHERE item.acceptance_id = NEW.id"
# The same once more where a round is concluded, for judgements that are older than the rule above.
NOT_PROVEN = (
    "EXISTS (SELECT 1 FROM item_results result LEFT JOIN item_submissions made ON made.id = result.submission_id "
    "WHERE result.acceptance_id = NEW.id AND result.sha256 IS NULL AND made.sha256 IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM item_results later WHERE later.item_id = result.item_id "
    "AND later.number > result.number))"
)
# An opinion is about what had been submitted when it was given.
NO_OPINION = (
    "EXISTS (SELECT 1 FROM parties WHERE parties.subject_id = NEW.subject_id AND parties.role = 'supervisor') "
    f"AND EXISTS ({ITEMS_OF} AND NOT EXISTS (SELECT 1 FROM item_opinions opinion WHERE opinion.item_id = item.id "
    "AND NOT EXISTS (SELECT 1 FROM item_submissions later WHERE later.item_id = item.id "
    "AND later.submitted_at > opinion.given_at)))"
)
# Items are settled only while the project goes on; ROW is the item's row. What is concluded is sealed already.
ACCEPTANCE_RESTS = (
    "EXISTS (SELECT 1 FROM acceptances JOIN projects ON projects.id = acceptances.project_id "
    "WHERE acceptances.id = ROW.acceptance_id AND acceptances.state = 'open' AND NOT "
    "((acceptances.stage = 'preliminary' AND projects.state = 'building') "
    "OR (acceptances.stage = 'final' AND projects.state = 'trial')))"
)
HANDOVER_RESTS = (
    "EXISTS (SELECT 1 FROM handovers JOIN projects ON projects.id = handovers.project_id "
    "WHERE handovers.id = ROW.handover_id AND handovers.state = 'open' "
    "AND projects.state NOT IN ('accepted', 'approved'))"
)
RESTS = {"acceptance_items": ACCEPTANCE_RESTS, "handover_items": HANDOVER_RESTS}
VERBS = (("insert", "NEW"), ("update", "OLD"), ("delete", "OLD"))


def upgrade() -> None:
    guards.guard(
        "item_results_with_evidence",
        "item_results",
        "BEFORE INSERT",
        WITHOUT_EVIDENCE,
        "an item passes on evidence",
    )
    guards.guard(
        "acceptances_proven",
        "acceptances",
        "BEFORE UPDATE",
        f"NEW.state = 'passed' AND {NOT_PROVEN}",
        "an acceptance passes on evidence for each item",
    )
    guards.guard(
        "acceptances_supervised",
        "acceptances",
        "BEFORE UPDATE",
        f"NEW.state = 'passed' AND {NO_OPINION}",
        "an acceptance passes when its supervisor has given an opinion on each item",
    )
    for table, rests in RESTS.items():
        for verb, row in VERBS:
            guards.guard(
                f"{table}_{verb}_rests",
                table,
                f"BEFORE {verb.upper()}",
                rests.replace("ROW", row),
                f"{table} stand still while the project does",
            )


def downgrade() -> None:
    for table in RESTS:
        for verb, _row in VERBS:
            guards.drop_guard(f"{table}_{verb}_rests", table)
    for name in ("supervised", "proven"):
        guards.drop_guard(f"acceptances_{name}", "acceptances")
    guards.drop_guard("item_results_with_evidence", "item_results")
