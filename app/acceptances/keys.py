"""Keys that hold rows of this room together: the project they are about, and a stored file of it."""

import sqlalchemy as sa


def of_project(table: str) -> sa.ForeignKeyConstraint:
    """The project with its subject, so that parties and people are those of this very project."""
    return sa.ForeignKeyConstraint(
        ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name=f"fk_{table}_project"
    )


def of_item(table: str, whole: str) -> sa.ForeignKeyConstraint:
    """The item that a row is about, with the whole it stands in."""
    items = f"{whole}_items"
    return sa.ForeignKeyConstraint(
        ["item_id", f"{whole}_id", "subject_id"],
        [f"{items}.id", f"{items}.{whole}_id", f"{items}.subject_id"],
        name=f"fk_{table}_item",
    )


def with_file(table: str) -> sa.ForeignKeyConstraint:
    """A stored file of this very project."""
    return sa.ForeignKeyConstraint(
        ["subject_id", "sha256"], ["evidence_files.subject_id", "evidence_files.sha256"], name=f"fk_{table}_file"
    )


def one_open(table: str, column: str) -> sa.Index:
    """Of each project at most one is open."""
    still = sa.text("state = 'open'")
    return sa.Index(f"uq_{table}_open", column, unique=True, sqlite_where=still, postgresql_where=still)


def file_of(owner: str) -> str:
    """How a row finds the file that it names by digest."""
    return (
        f"and_(foreign({owner}.subject_id) == EvidenceFile.subject_id, foreign({owner}.sha256) == EvidenceFile.sha256)"
    )
