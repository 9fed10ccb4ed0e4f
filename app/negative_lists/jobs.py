"""Scheduled work on screening: exemptions end by their day, requests find who decides, what changed is judged anew."""

import json
from typing import Any

import sqlalchemy as sa

from app.audit import act
from app.core.actors import SYSTEM
from app.core.db import db
from app.core.permissions import Permission
from app.gates.kinds import Step
from app.gates.queries import last_decision
from app.lifecycle.models import Task, TaskState
from app.negative_lists.actions import ask_for_cures, lapse, store_run
from app.negative_lists.asking import ask_anew
from app.negative_lists.causes import Ground, cause_of
from app.negative_lists.kinds import Cause, Outcome
from app.negative_lists.models import CheckRun
from app.negative_lists.queries import exemptions_over, item_of, newest_run
from app.negative_lists.screening import Screening, look, seen_by
from app.subjects.models import Subject

P = Permission
# From approval to handover a step that was judged once is watched; what is decided on anyway is judged then. So is a
# change: its facts are those of the change under way, and once it is decided there are none.
WATCHED = (Step.PROCURE, Step.BUILD, Step.TRIAL, Step.ACCEPT)


def rescreen() -> int:
    """Returns how many exemptions ended, how many requests went to another office, and how many subjects were judged
    again; running twice changes nothing."""
    over = exemptions_over()
    for exemption in over:
        lapse(SYSTEM, exemption)
    asked = ask_anew()
    judged = [subject for subject in _with_runs() if _judged_again(subject)]
    return len(over) + asked + len(judged)


def _with_runs() -> list[Subject]:
    ran = sa.select(CheckRun.subject_id).distinct()
    return list(db.session.scalars(sa.select(Subject).where(Subject.id.in_(ran)).order_by(Subject.id)))


def _judged_again(subject: Subject) -> bool:
    """Keeps a new run when something that the newest one rested on is different now."""
    newest = newest_run(subject)
    if newest is None or not _is_watched(subject, newest.step):
        return False
    found = look(subject, newest.step)
    if found.basis == newest.basis:
        return False
    why = Cause(cause_of(_grounds_then(newest), _grounds_now(found)))
    with act(SYSTEM, P.CHECK_RUN, ref=subject.ref) as running:
        run = store_run(SYSTEM, subject, found, why)
        running.note(step=newest.step, run=run.number, before=newest.number, blocking=run.blocking)
        ask_for_cures(subject, found)
    return True


def _grounds_then(run: CheckRun) -> dict[str, Ground]:
    """What each item rested on in a kept run."""
    kept: dict[str, Any] = json.loads(run.facts)
    facts = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
    return {
        one.item_code: Ground(one.item_entry_id, seen_by(item_of(one.item), facts), one.answer_id, one.exemption_id)
        for one in run.outcomes
        if one.outcome is not Outcome.NOT_APPLICABLE
    }


def _grounds_now(found: Screening) -> dict[str, Ground]:
    return {
        one.entry.code: Ground(
            one.entry.id,
            seen_by(one.item, found.facts),
            one.answer.id if one.answer else None,
            one.exemption.id if one.exemption else None,
            one.once_exempted,
        )
        for one in found.applicable
    }


def _is_watched(subject: Subject, step: Step) -> bool:
    """Whether the thing lives on after this step was judged: approved and not handed over, or out for signing."""
    if step is Step.CONTRACT:
        return _is_signing(subject)
    if step is Step.APPROVE:
        return _let_through(subject, Step.APPROVE)
    if step is Step.HAND_OVER:
        return not _let_through(subject, Step.HAND_OVER)
    return step in WATCHED


def _let_through(subject: Subject, step: Step) -> bool:
    decision = last_decision(subject, step)
    return decision is not None and decision.verdict.lets_through


def _is_signing(subject: Subject) -> bool:
    """Somebody owes a signature."""
    owed = sa.select(Task.id).where(
        Task.subject_id == subject.id, Task.state == TaskState.OPEN, Task.permission == P.CONTRACT_SIGN
    )
    return db.session.scalar(owed.limit(1)) is not None
