"""Acts on purchases of the client's officer: plan, change, announce, give up."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import act
from app.conditions.gathering import facts_of
from app.core.actors import Actor, must
from app.core.clock import now, today
from app.core.db import db
from app.core.errors import Problem
from app.core.locking import expect_version
from app.core.permissions import Permission
from app.gates.kinds import Step
from app.lifecycle.actions import drop_tasks
from app.negative_lists import screening
from app.negative_lists.actions import store_run
from app.negative_lists.kinds import Cause
from app.procurement import checks
from app.procurement.checks import NoticeFacts, PlanFacts
from app.procurement.facts import bearing
from app.procurement.kinds import SETTLED, ProcurementState
from app.procurement.models import Procurement, ProcurementNotice
from app.procurement.queries import notices_of, original_for, procurements_of
from app.procurement.recording import (
    NO_AWARD,
    NO_PROOF,
    Proof,
    alone,
    begin,
    kept,
    only_client,
    proof_problems,
    publicity_paper,
    recording,
    refuse,
)
from app.projects.models import Project
from app.projects.steps import problems_at
from app.subjects.actions import remove_party, stand_for_side
from app.subjects.models import Party
from app.subjects.queries import parties_of, people_of

P, S = Permission, ProcurementState
PLAN_FIELDS = (*("purpose", "method", "budget_fen", "term_months", "exclusive", "publicity_from", "publicity_until"),)
PLAN_TEXTS = ("title", "fair_competition_ref", "single_source_basis")


# --- planning and announcing -----------------------------------------------------------------------------------------


def plan(actor: Actor, project: Project, facts: PlanFacts, publicity: Proof = NO_PROOF) -> Procurement:
    """Plans a purchase for an approved project, within what is approved."""
    must(actor, P.PROCUREMENT_RECORD)
    only_client(actor, project)
    alone(project)
    facts = facts.following()
    refuse(
        [
            *checks.project_problems(project),
            *checks.planning(project, facts),
            *proof_problems(project, publicity, publicity_paper(None)),
        ]
    )
    number = 1 + (db.session.scalar(_last_number(project)) or 0)
    original = original_for(project, facts.adds_to) if facts.adds_to is not None else None
    with act(actor, P.PROCUREMENT_RECORD, ref=project.ref) as running:
        stand_for_side(actor, project.subject)
        made = Procurement(
            code=f"CG-{project.code}-{number}",
            project_id=project.id,
            subject_id=project.subject_id,
            number=number,
            client_org=actor.organisation_id,
            adds_to_id=original.id if original is not None else None,
            recorded_by=actor.user_id,
            recorded_at=now(),
        )
        _write(made, facts)
        made.publicity_sha256 = kept(actor, project, publicity, publicity_paper(None), "", facts.publicity_from)
        running.note(procurement=made.code, step="plan", purpose=facts.purpose.value)
        if original is not None:
            running.note(adds_to=original.code)
        db.session.add(made)
        db.session.flush()
    return made


def change(
    actor: Actor, procurement: Procurement, facts: PlanFacts, seen: int | None, publicity: Proof = NO_PROOF
) -> Procurement:
    """Changes the plan before the market has seen it; what is bought stays."""
    begin(actor, procurement, S.PLANNED)
    expect_version(procurement, seen)
    project, facts = procurement.project, facts.following()
    paper = publicity_paper(procurement)
    found = [*checks.project_problems(project), *_moved(procurement, facts)]
    refuse([*found, *checks.planning(project, facts, procurement), *proof_problems(project, publicity, paper)])
    with recording(actor, procurement, "change"):
        _write(procurement, facts)
        if publicity.is_given:
            procurement.publicity_sha256 = kept(actor, project, publicity, paper, "", facts.publicity_from)
    return procurement


def _moved(procurement: Procurement, facts: PlanFacts) -> Iterator[Problem]:
    remedy = _("请取消本采购，另行登记。")
    if facts.purpose is not procurement.purpose:
        why = _("预算和成交后的当事方都按采购内容认定。")
        yield Problem(_("采购内容不能更改。"), why=why, remedy=remedy, place="purpose")
    present = procurement.original.number if procurement.original is not None else None
    if facts.adds_to != present:
        why = _("追加的上限按原合同计算。")
        yield Problem(_("追加的原采购不能更改。"), why=why, remedy=remedy, place="adds_to")


def _write(procurement: Procurement, facts: PlanFacts) -> None:
    for name in PLAN_FIELDS:
        setattr(procurement, name, getattr(facts, name))
    for name in PLAN_TEXTS:
        setattr(procurement, name, getattr(facts, name).strip())


def announce(actor: Actor, procurement: Procurement, notice: NoticeFacts) -> Procurement:
    """Records the notice, or a correction of it: every gate of procurement is open, and no list forbids it.

    Each notice is kept as it was published; the day from which suppliers have their time stays that of the first.
    """
    begin(actor, procurement, S.PLANNED, S.ANNOUNCED)
    project = procurement.project
    found = [] if not procurement.has_award else [Problem(_("已登记成交结果，不能再更正公告。"))]
    found += [*checks.project_problems(project), *checks.announcing(procurement, notice)]
    values = {**facts_of(project.subject), **bearing(procurement)}
    refuse([*found, *problems_at(project, Step.PROCURE, values)])
    with recording(actor, procurement, "announce") as running:
        running.note(notice=notice.number, announced=notice.announced_on, bids_due=notice.bids_due_on)
        store_run(actor, project.subject, screening.look(project.subject, Step.PROCURE, values), Cause.STEP)
        _keep_notice(actor, procurement, notice)
        procurement.notice_number, procurement.bids_due_on = notice.number.strip(), notice.bids_due_on
        procurement.announced_on = procurement.announced_on or notice.announced_on
        procurement.state = S.ANNOUNCED
    return procurement


def _keep_notice(actor: Actor, procurement: Procurement, notice: NoticeFacts) -> None:
    db.session.add(
        ProcurementNotice(
            procurement_id=procurement.id,
            number=1 + len(notices_of(procurement)),
            notice_number=notice.number.strip(),
            announced_on=notice.announced_on,
            bids_due_on=notice.bids_due_on,
            recorded_by=actor.user_id,
            recorded_at=now(),
        )
    )
    db.session.flush()


def _last_number(project: Project) -> sa.Select[Any]:
    return sa.select(sa.func.max(Procurement.number)).where(Procurement.project_id == project.id)


# --- ends ------------------------------------------------------------------------------------------------------------


def fail(actor: Actor, procurement: Procurement, reason: str) -> Procurement:
    """Nothing came of it: too few bids, or none that could be taken."""
    begin(actor, procurement, S.PLANNED, S.ANNOUNCED)
    return _end(actor, procurement, S.FAILED, reason)


def cancel(actor: Actor, procurement: Procurement, reason: str) -> Procurement:
    """The purchase is given up, before or after its award; a winner who has done nothing here leaves the project."""
    begin(actor, procurement, S.PLANNED, S.ANNOUNCED, S.AWARDED)
    return _end(actor, procurement, S.CANCELLED, reason)


def _end(actor: Actor, procurement: Procurement, state: ProcurementState, reason: str) -> Procurement:
    refuse(checks.ending(procurement, state, reason))
    subject = procurement.project.subject
    leaving = _leaving(procurement) if procurement.state is S.AWARDED else []
    with act(actor, P.PROCUREMENT_RECORD, ref=procurement.ref, reason=reason) as running:
        stand_for_side(actor, subject)
        running.note(procurement=procurement.code, step=state.value)
        if procurement.state is not S.AWARDED:
            for name, value in NO_AWARD.items():
                setattr(procurement, name, value)
        procurement.state, procurement.ended_on, procurement.end_reason = state, today(), reason.strip()
        drop_tasks(actor, subject, [P.PROCUREMENT_RECORD, P.PROCUREMENT_CONFIRM], item=procurement.code)
        db.session.flush()
        for party in leaving:
            remove_party(subject, party)
    return procurement


def _leaving(procurement: Procurement) -> list[Party]:
    """The winner's roles that only this purchase gave, when none of his people has acted in the project."""
    subject, winner = procurement.project.subject, procurement.winner_id
    if winner is None or people_of(subject, winner) or subject.parties_frozen_at is not None:
        return []
    others = [one for one in procurements_of(procurement.project) if one is not procurement and one.winner_id == winner]
    still = {role for one in others if one.state in SETTLED for role in one.purpose.roles}
    given = set(procurement.purpose.roles) - still
    return [one for one in parties_of(subject) if one.organisation_id == winner and one.role in given]
