"""Requests of which nobody that was asked may decide any more: whoever holds the mandate today is asked instead."""

import sqlalchemy as sa

from app.audit import act
from app.core.actors import SYSTEM
from app.core.db import db
from app.core.permissions import Permission, Side
from app.lifecycle.actions import drop_tasks, open_task
from app.lifecycle.models import Task, TaskState
from app.negative_lists.actions import DECIDE_WITHIN
from app.negative_lists.kinds import ExemptionState
from app.negative_lists.models import Exemption
from app.negative_lists.offices import kept_out, who_decides, who_is_able
from app.organisations.models import Organisation
from app.subjects.actions import consult
from app.subjects.models import Subject
from app.subjects.queries import conflicts_among, parties_of, side_of

P = Permission


def ask_anew() -> int:
    """Asks for every request that waits for nobody who may decide; how many. Running twice asks once."""
    waiting = sa.select(Exemption).where(Exemption.state == ExemptionState.REQUESTED).order_by(Exemption.id)
    return sum(_asked_anew(one) for one in db.session.scalars(waiting).all())


def _asked_anew(exemption: Exemption) -> bool:
    subject = exemption.subject
    if who_is_able(exemption) & _asked(exemption):
        return False
    holding = who_decides(subject, exemption.level, exemption.requester_org)
    out = {one.id for one in kept_out(subject, holding)}
    able = [one for one in holding if one.id not in out and _can_be_heard(subject, one)]
    if not able:
        # Nobody holds the mandate: what was asked stays asked, until somebody does.
        return False
    with act(SYSTEM, P.CHECK_RUN, ref=subject.ref) as running:
        running.note(exemption=exemption.code, asked=[one.code for one in able])
        drop_tasks(SYSTEM, subject, [P.EXEMPTION_DECIDE], item=exemption.code)
        for one in able:
            consult(subject, one)
            open_task(subject, one.id, P.EXEMPTION_DECIDE, DECIDE_WITHIN, item=exemption.code)
    return True


def _asked(exemption: Exemption) -> set[int]:
    """The organisations that owe the decision."""
    owing = sa.select(Task.organisation_id).where(
        Task.subject_id == exemption.subject_id,
        Task.permission == P.EXEMPTION_DECIDE,
        Task.item == exemption.code,
        Task.state == TaskState.OPEN,
    )
    return set(db.session.scalars(owing))


def _can_be_heard(subject: Subject, organisation: Organisation) -> bool:
    """Whether `consult` would not refuse it: it stands on the subject already, or against no party of it."""
    if side_of(subject, organisation.id) is not None:
        return True
    standings = {(party.organisation_id, party.side) for party in parties_of(subject)}
    touching = conflicts_among(standings | {(organisation.id, Side.MANAGEMENT)})
    return not any(organisation.id in (one.first_id, one.second_id) for one in touching)
