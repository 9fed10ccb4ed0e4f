"""Acts on conditions of decisions: the owner reports with evidence, the authority accepts or sends back."""

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.audit import act
from app.calendars.queries import deadline
from app.core.actors import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Problem, Refused
from app.core.permissions import Permission
from app.evidence.actions import attach
from app.gates import wording
from app.gates.kinds import ObligationState
from app.gates.models import Obligation
from app.gates.queries import OWED
from app.gates.workflow import WORKFLOW
from app.lifecycle.actions import ask_once, drop_tasks, finish_task, open_task
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole, Subject
from app.subjects.queries import parties_of

P = Permission
# Working days in which the authority answers a report, and the owner reports anew; defaults of the product.
ACCEPT_WITHIN = 5
REPORT_AGAIN_WITHIN = 5


def report(actor: Actor, obligation: Obligation, text: str, upload: FileStorage | None = None) -> Obligation:
    """The owner says how the condition was met, with a file where there is one; the authority is asked."""
    WORKFLOW.check(actor, obligation, P.OBLIGATION_REPORT)
    if not text.strip():
        raise Refused(wording.report_empty())
    subject = obligation.subject
    with act(actor, P.OBLIGATION_REPORT, ref=subject.ref) as running:
        running.note(obligation=obligation.code)
        obligation.reporter_side = stand_for_side(actor, subject)
        kept = attach(actor, subject, upload, obligation.code) if upload else None
        obligation.report, obligation.sha256 = text.strip(), kept.sha256 if kept else None
        obligation.reported_by, obligation.reporter_org = actor.user_id, actor.organisation_id
        obligation.reporter_role, obligation.reported_at = _role_of(subject, obligation.owner_id), now()
        obligation.returned_reason = ""
        obligation.state = ObligationState.REPORTED
        finish_task(actor, subject, P.OBLIGATION_REPORT, item=obligation.code)
        for organisation_id in _authorities(subject):
            ask_once(subject, organisation_id, P.OBLIGATION_ACCEPT, ACCEPT_WITHIN, item=obligation.code)
    return obligation


def accept(actor: Actor, obligation: Obligation) -> Obligation:
    """An officer of the authority who did not report it finds the condition met."""
    WORKFLOW.check(actor, obligation, P.OBLIGATION_ACCEPT)
    subject = obligation.subject
    with act(actor, P.OBLIGATION_ACCEPT, ref=subject.ref) as running:
        running.note(obligation=obligation.code)
        obligation.acceptor_side = stand_for_side(actor, subject)
        obligation.acceptor_role = PartyRole.COMPETENT_AUTHORITY
        obligation.accepted_by, obligation.acceptor_org = actor.user_id, actor.organisation_id
        obligation.accepted_at = now()
        obligation.state = ObligationState.ACCEPTED
        _answered(actor, obligation)
    return obligation


def send_back(actor: Actor, obligation: Obligation, reason: str) -> Obligation:
    """The authority does not find it met and says why; it is owed again."""
    WORKFLOW.check(actor, obligation, P.OBLIGATION_ACCEPT)
    if not reason.strip():
        raise Refused(Problem(_("请写明理由。"), remedy=_("填写理由后再提交。"), place="reason"))
    subject = obligation.subject
    with act(actor, P.OBLIGATION_ACCEPT, ref=subject.ref, reason=reason) as running:
        running.note(sent_back=obligation.code)
        stand_for_side(actor, subject)
        obligation.returned_reason = reason.strip()
        obligation.state = ObligationState.OPEN
        _answered(actor, obligation)
        open_task(subject, obligation.owner_id, P.OBLIGATION_REPORT, REPORT_AGAIN_WITHIN, item=obligation.code)
    return obligation


def postpone(subject: Subject, workdays: int) -> None:
    """What is owed is owed that many working days later; the day that was decided stays. Part of a running act."""
    owed = db.session.scalars(
        sa.select(Obligation).where(Obligation.subject_id == subject.id, Obligation.state.in_(OWED))
    ).all()
    for obligation in owed:
        if workdays:
            obligation.postponed_to = deadline(obligation.owed_until, workdays).day
        db.session.expire(obligation, ["pause"])
    db.session.flush()


def drop_open(actor: Actor, subject: Subject) -> int:
    """What is still owed ends with the thing it was about; how many that were. Part of a running act."""
    owed = db.session.scalars(
        sa.select(Obligation).where(Obligation.subject_id == subject.id, Obligation.state.in_(OWED))
    ).all()
    for obligation in owed:
        obligation.state = ObligationState.DROPPED
        drop_tasks(actor, subject, (P.OBLIGATION_REPORT, P.OBLIGATION_ACCEPT), item=obligation.code)
    db.session.flush()
    return len(owed)


def _answered(actor: Actor, obligation: Obligation) -> None:
    """The task of whoever answered is done; that of another authority falls away."""
    finish_task(actor, obligation.subject, P.OBLIGATION_ACCEPT, item=obligation.code)
    drop_tasks(actor, obligation.subject, [P.OBLIGATION_ACCEPT], item=obligation.code)


def _authorities(subject: Subject) -> list[int]:
    held = {one.organisation_id for one in parties_of(subject) if one.role is PartyRole.COMPETENT_AUTHORITY}
    return sorted(held)


def _role_of(subject: Subject, organisation_id: int) -> PartyRole:
    return next(one.role for one in parties_of(subject) if one.organisation_id == organisation_id)
