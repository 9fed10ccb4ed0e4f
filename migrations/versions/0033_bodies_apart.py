"""Each body that countersigns is another organisation, of the place or above it, and signs by another person."""

from migrations import guards

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ROUND = "other.subject_id = NEW.subject_id AND other.step = NEW.step AND other.round = NEW.round AND other.id <> NEW.id"
ELSEWHERE = (
    "NOT EXISTS (SELECT 1 FROM organisations JOIN regions region ON region.id = organisations.region_id "
    "JOIN subjects ON subjects.id = NEW.subject_id JOIN regions here ON here.id = subjects.region_id "
    "WHERE organisations.id = NEW.organisation_id AND substr(here.path, 1, length(region.path)) = region.path)"
)
NAMED_TWICE = (
    f"EXISTS (SELECT 1 FROM countersigns other WHERE {ROUND} AND other.state <> 'void' "
    "AND other.organisation_id = NEW.organisation_id)"
)
SIGNED_TWICE = (
    f"NEW.state = 'signed' AND OLD.state <> 'signed' AND EXISTS (SELECT 1 FROM countersigns other WHERE {ROUND} "
    "AND other.state = 'signed' AND other.signed_by = NEW.signed_by)"
)
GUARDS = (
    ("of_the_place", "BEFORE INSERT", ELSEWHERE, "who countersigns is of the place of the matter or above it"),
    ("named_once", "BEFORE INSERT", NAMED_TWICE, "an organisation countersigns as one body only"),
    ("signed_once", "BEFORE UPDATE OF state", SIGNED_TWICE, "a person countersigns for one body only"),
)


def upgrade() -> None:
    for name, when, condition, message in GUARDS:
        guards.guard(f"countersigns_{name}", "countersigns", when, condition, message)


def downgrade() -> None:
    for name, _when, _condition, _message in reversed(GUARDS):
        guards.drop_guard(f"countersigns_{name}", "countersigns")
