"""Reads of acceptance and handover: rounds with everything in them, the handover, who delivers, who is asked."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.acceptances.handover_models import Handover, HandoverEntry, HandoverItem
from app.acceptances.kinds import Stage
from app.acceptances.models import Acceptance, AcceptanceItem, ItemOpinion, ItemResult, ItemSubmission
from app.core.actors import Actor
from app.core.batches import of_each
from app.core.db import db
from app.organisations.models import Organisation
from app.projects.models import Project
from app.subjects.models import PartyRole, Subject
from app.subjects.queries import parties_of

DELIVERING = (PartyRole.BUILDER, PartyRole.OPERATOR)

_ITEMS = selectinload(Acceptance.items)
_WHOLE = (
    joinedload(Acceptance.opener),
    joinedload(Acceptance.concluder),
    joinedload(Acceptance.concluder_organisation),
    _ITEMS.joinedload(AcceptanceItem.deliverer),
    *(
        _ITEMS.selectinload(rows).joinedload(one)
        for rows, ones in (
            (
                AcceptanceItem.submissions,
                (ItemSubmission.submitter, ItemSubmission.organisation, ItemSubmission.file),
            ),
            (AcceptanceItem.results, (ItemResult.judge, ItemResult.organisation, ItemResult.file)),
            (AcceptanceItem.opinions, (ItemOpinion.giver, ItemOpinion.organisation, ItemOpinion.file)),
        )
        for one in ones
    ),
)
_HANDED = selectinload(Handover.items)
_HANDOVER = (
    joinedload(Handover.opener),
    joinedload(Handover.concluder),
    _HANDED.joinedload(HandoverItem.deliverer),
    _HANDED.joinedload(HandoverItem.receiver),
    *(
        _HANDED.selectinload(HandoverItem.entries).joinedload(one)
        for one in (HandoverEntry.doer, HandoverEntry.organisation, HandoverEntry.file)
    ),
)


def acceptances_of(project: Project, in_brief: bool = False) -> list[Acceptance]:
    """Every round of a project, newest first: with everything in it, or with its items and their results only."""
    options = (_ITEMS.selectinload(AcceptanceItem.results),) if in_brief else _WHOLE
    return list(
        db.session.scalars(
            sa.select(Acceptance)
            .where(Acceptance.project_id == project.id)
            .order_by(Acceptance.number.desc())
            .options(*options)
        )
    )


def acceptance_of(project: Project, number: int) -> Acceptance | None:
    """One round of a project by its number."""
    return db.session.scalar(
        sa.select(Acceptance).where(Acceptance.project_id == project.id, Acceptance.number == number).options(*_WHOLE)
    )


def newest(project: Project, stage: Stage) -> Acceptance | None:
    """The last round of a stage, whatever became of it."""
    return of_each(project.subject_id, _newest, stage)


def _newest(subjects: Collection[int], stage: Stage) -> dict[int, Acceptance]:
    found = db.session.execute(
        sa.select(Project.subject_id, Acceptance)
        .join(Project, Project.id == Acceptance.project_id)
        .where(Project.subject_id.in_(subjects), Acceptance.stage == stage)
        .order_by(Acceptance.round)
        .options(_ITEMS.selectinload(AcceptanceItem.results))
    )
    return dict(iter(found))


def last_number(project: Project) -> int:
    """The number of the newest round, 0 where there is none."""
    found = db.session.scalar(sa.select(sa.func.max(Acceptance.number)).where(Acceptance.project_id == project.id))
    return found or 0


def item_of(acceptance: Acceptance, number: int) -> AcceptanceItem | None:
    return next((one for one in acceptance.items if one.number == number), None)


def handover_of(project: Project) -> Handover | None:
    """The handover of a project with everything in it."""
    return of_each(project.subject_id, _handovers)


def _handovers(subjects: Collection[int]) -> dict[int, Handover]:
    found = db.session.execute(
        sa.select(Project.subject_id, Handover)
        .join(Project, Project.id == Handover.project_id)
        .where(Project.subject_id.in_(subjects))
        .options(*_HANDOVER)
    )
    return dict(iter(found))


def handed_item_of(handover: Handover, number: int) -> HandoverItem | None:
    return next((one for one in handover.items if one.number == number), None)


def holders(subject: Subject, *roles: PartyRole) -> list[Organisation]:
    """The organisations in the given roles, in the order of the roles, each once."""
    listed = [party for role in roles for party in parties_of(subject) if party.role is role]
    return list({party.organisation_id: party.organisation for party in listed}.values())


def role_of(actor: Actor, subject: Subject, *roles: PartyRole) -> PartyRole | None:
    """The first of the given roles that the actor's organisation holds in the subject."""
    held = {party.role for party in parties_of(subject) if party.organisation_id == actor.organisation_id}
    return next((role for role in roles if role in held), None)


def unheard(acceptance: Acceptance) -> list[AcceptanceItem]:
    """Items on whose newest submission the supervisor has not spoken; none where the project has no supervisor."""
    if not holders(acceptance.project.subject, PartyRole.SUPERVISOR):
        return []
    return [one for one in acceptance.items if one.opinion is None]
