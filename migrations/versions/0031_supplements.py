"""A purchase may add to an earlier one that is under contract: all of them together at most a tenth of its contract."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

COLUMN = "adds_to_id"
KEY = "fk_procurements_adds_to_id"
ADDS = "NEW.adds_to_id IS NOT NULL"
OF = "SELECT 1 FROM procurements whole WHERE whole.id = NEW.adds_to_id"
# What adds to an addition goes back to the purchase that stands at the beginning.
NOT_ADDABLE = (
    f"{ADDS} AND NOT EXISTS ({OF} AND whole.project_id = NEW.project_id AND whole.purpose = NEW.purpose "
    "AND whole.state = 'contracted' AND whole.contract_fen IS NOT NULL AND whole.adds_to_id IS NULL)"
)
ANOTHER_WINNER = f"{ADDS} AND NEW.winner_id IS NOT NULL AND NOT EXISTS ({OF} AND whole.winner_id = NEW.winner_id)"
OTHERWISE = (
    f"{ADDS} AND (NEW.method <> 'single_source' OR (NEW.state IN ('announced', 'awarded', 'contracted') "
    "AND NEW.single_source_basis NOT LIKE '%第31条第三项%'))"
)
# What counts is what is agreed, else what is awarded, else what is planned; what came to nothing does not count.
COUNTED = (
    "CASE WHEN {row}.contract_fen IS NOT NULL THEN {row}.contract_fen "
    "WHEN {row}.state = 'awarded' THEN {row}.award_fen ELSE {row}.budget_fen END"
)
OTHERS = (
    f"(SELECT COALESCE(SUM({COUNTED.format(row='other')}), 0) FROM procurements other "
    "WHERE other.adds_to_id = NEW.adds_to_id AND other.id <> NEW.id "
    "AND other.state IN ('planned', 'announced', 'awarded', 'contracted'))"
)
WHOLE = "(SELECT whole.contract_fen FROM procurements whole WHERE whole.id = NEW.adds_to_id)"
OVER_A_TENTH = (
    f"{ADDS} AND NEW.state NOT IN ('failed', 'cancelled') AND ({OTHERS} + {COUNTED.format(row='NEW')}) * 10 > {WHOLE}"
)

LONGER = (
    f"{ADDS} AND NEW.term_months > (SELECT whole.term_months FROM procurements whole WHERE whole.id = NEW.adds_to_id)"
)

# What a supplement says beside how much more there is, it says as the contract that it adds to.
NUMBERS = ("mode_entry_id", "point_fen", "cap_percent")
WORDS = ("payment_terms", "exclusive", "data_terms", "exit_terms")
DIFFERENT = " OR ".join(
    (
        *(f"COALESCE(agreed.{column}, -1) <> COALESCE(NEW.{column}, -1)" for column in NUMBERS),
        *(f"agreed.{column} <> NEW.{column}" for column in WORDS),
        "agreed.term_until < NEW.term_until",
    )
)
OTHER_TERMS = (
    "OLD.state = 'draft' AND NEW.state = 'signing' AND EXISTS (SELECT 1 FROM contracts added "
    "JOIN procurements ON procurements.id = added.procurement_id "
    "JOIN contracts whole ON whole.procurement_id = procurements.adds_to_id AND whole.state <> 'void' "
    "JOIN contract_versions agreed ON agreed.contract_id = whole.id AND agreed.state = 'signed' "
    f"WHERE added.id = NEW.contract_id AND (whole.state NOT IN ('signed', 'in_force') OR {DIFFERENT}))"
)
SAME_TERMS = "contract_versions_adds_same_terms"


def upgrade() -> None:
    add_column()
    op.create_index("ix_procurements_adds_to_id", "procurements", [COLUMN], unique=False)
    for name, when, condition, message in special_guards():
        guards.guard(f"procurements_{name}", "procurements", when, condition, message)
    guards.guard(
        SAME_TERMS,
        "contract_versions",
        "BEFORE UPDATE OF state",
        OTHER_TERMS,
        "what adds to a contract that runs keeps its other terms",
    )


def add_column() -> None:
    """SQLite takes a key on a table that stands only together with a column."""
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("procurements", sa.Column(COLUMN, sa.BigInteger(), nullable=True))
        op.create_foreign_key(op.f(KEY), "procurements", "procurements", [COLUMN], ["id"])
        return
    op.execute(f"ALTER TABLE procurements ADD COLUMN {COLUMN} INTEGER CONSTRAINT {KEY} REFERENCES procurements (id)")


def special_guards() -> list[tuple[str, str, str, str]]:
    found = [
        (
            "adds_to_fixed",
            "BEFORE UPDATE",
            guards.changed(COLUMN),
            "what a purchase adds to never changes",
        ),
        (
            "adds_to_original",
            "BEFORE INSERT",
            NOT_ADDABLE,
            "a purchase adds to one of its project and purpose that is under contract",
        ),
        (
            "adds_to_same_winner",
            "BEFORE UPDATE",
            ANOTHER_WINNER,
            "what is added is bought from whom the contract is with",
        ),
    ]
    for verb in ("INSERT", "UPDATE"):
        said = "what is added is bought from a single source, on the article that allows it"
        found.append((f"{verb.lower()}_adds_by_article", f"BEFORE {verb}", OTHERWISE, said))
        term = "what is added runs no longer than what it adds to"
        found.append((f"{verb.lower()}_adds_in_term", f"BEFORE {verb}", LONGER, term))
        most = "what is added to a contract is at most a tenth of it"
        found.append((f"{verb.lower()}_adds_a_tenth", f"BEFORE {verb}", OVER_A_TENTH, most))
    return found


def downgrade() -> None:
    # An older version would count what was added as purchases of their own, without any limit.
    procurements = sa.table("procurements", sa.column(COLUMN))
    added = sa.select(sa.func.count()).select_from(procurements).where(procurements.c[COLUMN].is_not(None))
    if op.get_bind().scalar(added):
        raise RuntimeError("procurements: what was added to a contract stays with it; it cannot be taken back")
    guards.drop_guard(SAME_TERMS, "contract_versions")
    for name, _when, _condition, _message in reversed(special_guards()):
        guards.drop_guard(f"procurements_{name}", "procurements")
    op.drop_index("ix_procurements_adds_to_id", table_name="procurements")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(KEY), "procurements", type_="foreignkey")
    # On SQLite the key goes with the column that it came with.
    op.drop_column("procurements", COLUMN)
