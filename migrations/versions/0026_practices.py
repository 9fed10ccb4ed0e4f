"""A project or contract may follow a provincial practice; which one is fixed once it is submitted."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

COLUMN = "practice_entry_id"
KEY = "fk_subjects_practice_entry_id"
# A version of a rule never changes, so that its kind need be looked at only once.
NO_PRACTICE = (
    "NEW.practice_entry_id IS NOT NULL AND (NEW.kind = 'admission' OR NOT EXISTS (SELECT 1 FROM catalogue_entries "
    "WHERE catalogue_entries.id = NEW.practice_entry_id AND catalogue_entries.kind = 'practice'))"
)
# What was submitted is judged and decided under its practice; a contract of a project follows the project's.
SUBMITTED = (
    "EXISTS (SELECT 1 FROM projects WHERE projects.subject_id = OLD.id AND projects.state NOT IN ('planned', 'draft'))"
)
SEALED = "EXISTS (SELECT 1 FROM contracts WHERE contracts.subject_id = OLD.id AND contracts.state <> 'draft')"
BOUND = (
    "EXISTS (SELECT 1 FROM contracts JOIN projects ON projects.id = contracts.project_id "
    "WHERE contracts.subject_id = OLD.id OR projects.subject_id = OLD.id)"
)
OF_CONTRACT = "(SELECT own.practice_entry_id FROM subjects own WHERE own.id = NEW.subject_id)"
OF_PROJECT = (
    "(SELECT whole.practice_entry_id FROM projects JOIN subjects whole ON whole.id = projects.subject_id "
    "WHERE projects.id = NEW.project_id)"
)
ANOTHER = f"NEW.project_id IS NOT NULL AND COALESCE({OF_CONTRACT}, 0) <> COALESCE({OF_PROJECT}, 0)"


def upgrade() -> None:
    add_column()
    op.create_index("ix_subjects_practice_entry_id", "subjects", [COLUMN], unique=False)
    for verb in ("INSERT", "UPDATE"):
        guards.guard(
            f"subjects_{verb.lower()}_practice",
            "subjects",
            f"BEFORE {verb}",
            NO_PRACTICE,
            "what a project or contract follows is a practice",
        )
    guards.guard(
        "subjects_practice_fixed",
        "subjects",
        "BEFORE UPDATE",
        f"{guards.changed(COLUMN)} AND ({SUBMITTED} OR {SEALED} OR {BOUND})",
        "the practice of what was submitted never changes",
    )
    guards.guard(
        "contracts_insert_practice",
        "contracts",
        "BEFORE INSERT",
        ANOTHER,
        "a contract follows the practice of its project",
    )
    guards.guard(
        "contracts_update_practice",
        "contracts",
        "BEFORE UPDATE",
        f"{guards.changed('project_id')} AND {ANOTHER}",
        "a contract follows the practice of its project",
    )


def add_column() -> None:
    """SQLite takes a key on a table that stands only together with a column."""
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("subjects", sa.Column(COLUMN, sa.BigInteger(), nullable=True))
        op.create_foreign_key(op.f(KEY), "subjects", "catalogue_entries", [COLUMN], ["id"])
        return
    op.execute(f"ALTER TABLE subjects ADD COLUMN {COLUMN} INTEGER CONSTRAINT {KEY} REFERENCES catalogue_entries (id)")


def downgrade() -> None:
    # An older version would judge what was submitted under a practice by other rules.
    subjects = sa.table("subjects", sa.column(COLUMN))
    chosen = sa.select(sa.func.count()).select_from(subjects).where(subjects.c[COLUMN].is_not(None))
    if op.get_bind().scalar(chosen):
        raise RuntimeError("subjects: practices that were chosen are kept for good; they cannot be taken back")
    for name in ("update", "insert"):
        guards.drop_guard(f"contracts_{name}_practice", "contracts")
    guards.drop_guard("subjects_practice_fixed", "subjects")
    for name in ("update", "insert"):
        guards.drop_guard(f"subjects_{name}_practice", "subjects")
    op.drop_index("ix_subjects_practice_entry_id", table_name="subjects")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(KEY), "subjects", type_="foreignkey")
    # On SQLite the key goes with the column that it came with.
    op.drop_column("subjects", COLUMN)
