"""What an actor may see: parties of a subject, or the regions of a mandate. Every list and page uses this one rule."""

from collections.abc import Iterable

import sqlalchemy as sa

from app.core.actors import Actor
from app.core.db import db
from app.core.permissions import MANDATE_ROLES, Side
from app.organisations.models import ControlLink, Organisation, Region
from app.subjects.models import Party, Subject, SubjectKind, SubjectPerson, SubjectSide
from app.subjects.rules import Conflict, Control, Standing, conflicts


def in_reach(actor: Actor) -> sa.ColumnElement[bool]:
    """Condition on `Subject`: the actor's organisation is a party, or a mandate of his covers its region."""
    if actor.is_system:
        return sa.true()
    own = sa.select(SubjectSide.subject_id).where(SubjectSide.organisation_id == actor.organisation_id)
    ways: list[sa.ColumnElement[bool]] = [Subject.id.in_(own)]
    if actor.identity is not None and actor.roles & MANDATE_ROLES:
        for path in actor.identity.mandates:
            regions = sa.select(Region.id).where(Region.path.startswith(path, autoescape=True))
            ways.append(Subject.region_id.in_(regions))
    reach = sa.or_(*ways)
    return sa.and_(reach, Subject.code == actor.only_subject) if actor.only_subject else reach


def subject_in_reach(actor: Actor, kind: SubjectKind, code: str) -> Subject | None:
    """The subject when the actor may see it; None for missing and for somebody else's alike."""
    return db.session.scalar(sa.select(Subject).where(Subject.kind == kind, Subject.code == code, in_reach(actor)))


def side_of(subject: Subject, organisation_id: int | None) -> Side | None:
    """The side an organisation holds in a subject."""
    return db.session.scalar(
        sa.select(SubjectSide.side).where(
            SubjectSide.subject_id == subject.id, SubjectSide.organisation_id == organisation_id
        )
    )


def side_of_person(subject: Subject, user_id: int | None) -> Side | None:
    """The side for which a person has acted in a subject, if any."""
    return db.session.scalar(
        sa.select(SubjectPerson.side).where(SubjectPerson.subject_id == subject.id, SubjectPerson.user_id == user_id)
    )


def standing_of(subject: Subject, organisation_id: int | None, user_id: int | None) -> tuple[Side | None, Side | None]:
    """The side of an organisation in a subject, and the side for which a person has acted in it, asked at once."""
    side = sa.select(SubjectSide.side).where(
        SubjectSide.subject_id == subject.id, SubjectSide.organisation_id == organisation_id
    )
    bound = sa.select(SubjectPerson.side).where(
        SubjectPerson.subject_id == subject.id, SubjectPerson.user_id == user_id
    )
    found = db.session.execute(sa.select(side.scalar_subquery(), bound.scalar_subquery())).one()
    return found[0], found[1]


def parties_of(subject: Subject) -> list[Party]:
    """The parties, read once in a request; adding or removing one makes them be read again."""
    return list(subject.parties)


def conflicts_among(standings: Iterable[tuple[int, Side]]) -> list[Conflict]:
    """Conflicts between organisations on sides, by the control links of today."""
    listed = [Standing(organisation_id, side.value) for organisation_id, side in standings]
    ids = {one.organisation_id for one in listed}
    if len({one.side for one in listed}) < 2:
        # On one side there is nobody to be in conflict with.
        return []
    links = db.session.scalars(sa.select(ControlLink).where(ControlLink.controlled_id.in_(ids)))
    return conflicts(listed, [Control(one.controller_id, one.controlled_id, one.through_company) for one in links])


def names_by_id(ids: Iterable[int | None]) -> dict[int, str]:
    """Names of organisations in the reader's language."""
    rows = db.session.scalars(sa.select(Organisation).where(Organisation.id.in_([one for one in ids if one])))
    return {row.id: row.name for row in rows}


def people_of(subject: Subject, organisation_id: int) -> list[SubjectPerson]:
    """People bound to a subject through an organisation."""
    return list(
        db.session.scalars(
            sa.select(SubjectPerson).where(
                SubjectPerson.subject_id == subject.id, SubjectPerson.organisation_id == organisation_id
            )
        )
    )


def party_of(subject: Subject, key: int) -> Party | None:
    """One party of a subject."""
    return db.session.scalar(sa.select(Party).where(Party.subject_id == subject.id, Party.id == key))
