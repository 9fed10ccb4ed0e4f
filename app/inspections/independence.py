"""Who may inspect a contract, and binding a person to an inspection for good; called inside a room's own act."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Membership
from app.core.actors import Actor
from app.core.clock import now, today
from app.core.db import db
from app.core.errors import NotAllowed, Problem
from app.inspections.models import Inspection, InspectionPerson
from app.inspections.rules import Candidate, clear_since, judging_flaw, obstacles
from app.inspections.wording import explain
from app.organisations.models import ControlLink, Mandate, MandateKind, Organisation, Region
from app.subjects.actions import explain_conflicts
from app.subjects.models import Subject
from app.subjects.queries import parties_of, side_of_person
from app.subjects.rules import Control, Standing, conflicts

# The inspectorate stands apart from all three sides: a relation with any party counts.
INSPECTING = "inspection"


def mandated(region: Region) -> sa.Select[Any]:
    """The organisations that have an inspection mandate over a region today."""
    day = today()
    above = [code for code in region.path.split("/") if code]
    return (
        sa.select(Organisation)
        .join(Mandate, Mandate.organisation_id == Organisation.id)
        .join(Region, Region.id == Mandate.region_id)
        .where(
            Mandate.kind == MandateKind.INSPECTION,
            Mandate.valid_from <= day,
            sa.or_(Mandate.valid_until.is_(None), Mandate.valid_until >= day),
            Region.code.in_(above),
        )
        .order_by(Organisation.id)
        .distinct()
    )


def inspectorates_for(subject: Subject) -> list[Organisation]:
    """The mandated organisations that are no party and have no control relation with one."""
    over = db.session.scalars(mandated(subject.region)).unique()
    parties = {one.organisation_id for one in parties_of(subject)}
    return [one for one in over if one.id not in parties and not ties_of(subject, one.id)]


def ties_of(subject: Subject, organisation_id: int | None) -> list[Problem]:
    """Control relations between an inspectorate and the parties, in words."""
    parties = {(one.organisation_id, one.side.value) for one in parties_of(subject)}
    standings = [Standing(key, side) for key, side in parties if key != organisation_id]
    if organisation_id is not None:
        standings.append(Standing(organisation_id, INSPECTING))
    found = conflicts(standings, _controls(one.organisation_id for one in standings))
    return explain_conflicts([one for one in found if organisation_id in (one.first_id, one.second_id)])


def _controls(ids: Iterable[int]) -> list[Control]:
    links = db.session.scalars(sa.select(ControlLink).where(ControlLink.controlled_id.in_(list(ids))))
    return [Control(one.controller_id, one.controlled_id, one.through_company) for one in links]


def candidate_of(actor: Actor, subject: Subject) -> Candidate:
    """What is known of a person who would inspect a contract."""
    parties = parties_of(subject)
    acted = side_of_person(subject, actor.user_id)
    employers = db.session.scalars(
        sa.select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(
            Membership.user_id == actor.user_id,
            Organisation.id.in_([one.organisation_id for one in parties]),
            sa.or_(Membership.valid_until.is_(None), Membership.valid_until >= clear_since(today())),
        )
        .order_by(Organisation.id)
    ).unique()
    over = db.session.scalars(mandated(subject.region).with_only_columns(Organisation.id)).all()
    return Candidate(
        mandated=actor.organisation_id in over,
        party=any(one.organisation_id == actor.organisation_id for one in parties),
        ties=tuple(str(one.what) for one in ties_of(subject, actor.organisation_id)),
        acted_for=str(acted.label) if acted else "",
        worked_for=tuple(one.name for one in employers),
    )


def obstacles_of(actor: Actor, subject: Subject) -> list[Problem]:
    """Everything that keeps the actor from inspecting a contract, explained."""
    return [explain(flaw) for flaw in obstacles(candidate_of(actor, subject))]


def refuse_dependent(actor: Actor, subject: Subject) -> None:
    """Asked anew at every act of an inspector: a person or a shareholder may have changed since."""
    found = obstacles_of(actor, subject)
    if found:
        raise NotAllowed(found)


def refuse_own(actor: Actor, found_by: int, rectified_by: int) -> None:
    """Four eyes over a finding."""
    flaw = judging_flaw(actor.user_id or 0, found_by, rectified_by)
    if flaw is not None:
        raise NotAllowed(explain(flaw))


def join_inspection(actor: Actor, inspection: Inspection) -> None:
    """Makes the actor one of those who inspect; he can never act for a party of the contract again. Needs an act."""
    known = db.session.scalar(
        sa.select(InspectionPerson.id).where(
            InspectionPerson.inspection_id == inspection.id, InspectionPerson.user_id == actor.user_id
        )
    )
    if known is not None:
        return
    db.session.add(
        InspectionPerson(
            inspection_id=inspection.id,
            subject_id=inspection.subject_id,
            organisation_id=inspection.organisation_id,
            user_id=actor.user_id,
            joined_at=now(),
            clear_since=clear_since(today()),
        )
    )
    db.session.flush()
