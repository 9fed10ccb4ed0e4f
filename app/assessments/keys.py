"""Foreign keys that several tables of the room share: contract, plan, person and organisation on a side, evidence."""

import sqlalchemy as sa


def contract_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name=f"fk_{table}_contract"
    )


def plan_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["plan_id", "contract_id"], ["plans.id", "plans.contract_id"], name=f"fk_{table}_plan"
    )


def person_key(table: str, person: str, side: str) -> sa.ForeignKeyConstraint:
    """The person stands on that side of the subject for good (I2)."""
    return sa.ForeignKeyConstraint(
        ["subject_id", person, side],
        ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
        name=f"fk_{table}_{person}_side",
    )


def side_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["subject_id", "organisation_id", "side"],
        ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
        name=f"fk_{table}_side",
    )


def evidence_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["subject_id", "sha256"], ["evidence_files.subject_id", "evidence_files.sha256"], name=f"fk_{table}_evidence"
    )
