"""Keys that hold rows of an inspection together: who inspects, which party, which person, which file and figure."""

import sqlalchemy as sa

_WHOLE = ["inspection_id", "subject_id", "contract_id"]
_WHOLE_KEY = ["inspections.id", "inspections.subject_id", "inspections.contract_id"]


def of_inspection(table: str) -> sa.ForeignKeyConstraint:
    """The inspection that a row belongs to, with the contract it is about."""
    return sa.ForeignKeyConstraint(_WHOLE, _WHOLE_KEY, name=f"fk_{table}_inspection")


def by_inspector(table: str, column: str) -> sa.ForeignKeyConstraint:
    """Only who takes part in the inspection acts in it."""
    return sa.ForeignKeyConstraint(
        ["inspection_id", column],
        ["inspection_people.inspection_id", "inspection_people.user_id"],
        name=f"fk_{table}_{column}",
    )


def of_party(table: str, organisation: str, side: str) -> sa.ForeignKeyConstraint:
    """A party of the contract on its side."""
    return sa.ForeignKeyConstraint(
        ["subject_id", organisation, side],
        ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
        name=f"fk_{table}_party",
    )


def by_person(table: str, person: str, side: str) -> sa.ForeignKeyConstraint:
    """A person who is bound to that side of the contract."""
    return sa.ForeignKeyConstraint(
        ["subject_id", person, side],
        ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
        name=f"fk_{table}_person",
    )


def with_file(table: str) -> sa.ForeignKeyConstraint:
    """A stored file of this very contract."""
    return sa.ForeignKeyConstraint(
        ["subject_id", "sha256"], ["evidence_files.subject_id", "evidence_files.sha256"], name=f"fk_{table}_file"
    )


def about_reported(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    """A submission of the contract, and a figure of that submission when it is about one."""
    return (
        sa.ForeignKeyConstraint(
            ["submission_id", "contract_id", "source"],
            ["submissions.id", "submissions.contract_id", "submissions.source"],
            name=f"fk_{table}_submission",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "figure_id"], ["figures.submission_id", "figures.id"], name=f"fk_{table}_figure"
        ),
    )
