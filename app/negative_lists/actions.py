"""Acts of screening: runs are kept, exemptions asked for, decided and ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.audit import act
from app.audit.acts import current_act
from app.catalogues.models import CatalogueEntry
from app.core.actors import Actor, must
from app.core.canonical import canonical_json
from app.core.clock import now, today
from app.core.db import db, serialise
from app.core.errors import NotAllowed, Problem, Refused
from app.core.permissions import Permission, Side
from app.evidence.actions import attach
from app.gates.kinds import Step
from app.lifecycle.actions import ask_once, drop_tasks, finish_task, open_task
from app.negative_lists import wording
from app.negative_lists.item_file import Item
from app.negative_lists.judging import latest_end
from app.negative_lists.kinds import Cause, ExemptionState, Level, Severity
from app.negative_lists.models import CheckRun, Exemption, ItemOutcome
from app.negative_lists.offices import kept_out, who_decides
from app.negative_lists.queries import (
    has_role,
    holders,
    item_in_force,
    item_of,
    newest_run,
    open_exemption,
)
from app.negative_lists.screening import STEPS, Screening, item_for, look, look_anywhere, open_questions
from app.negative_lists.workflow import WORKFLOW
from app.organisations.models import Organisation
from app.subjects.actions import consult, stand_for_side
from app.subjects.models import PartyRole, Subject
from app.subjects.queries import side_of

P, S = Permission, ExemptionState
# Working days in which what a closed step needs is answered or asked for, and an exemption decided; product defaults.
ANSWER_WITHIN = 5
REQUEST_WITHIN = 5
DECIDE_WITHIN = 5
MOST_TEXT = 2000


@dataclass(frozen=True)
class Wish:
    """What the client asks for: from which item, why, and until which day."""

    item_code: str
    reason: str
    wanted_until: date


@dataclass(frozen=True)
class Grant:
    """Until when the authority grants it, on which conditions, and why."""

    valid_until: date
    reason: str
    conditions: str = ""


# --- runs ------------------------------------------------------------------------------------------------------------


def run_check(actor: Actor, subject: Subject, step: Step) -> CheckRun:
    """Looks at a step as it stands and keeps the result; by the client, the authority or the system."""
    must(actor, P.CHECK_RUN)
    if step not in STEPS[subject.kind]:
        raise Refused(wording.no_such_step(step.label, subject.kind.label))
    if not actor.is_system and side_of(subject, actor.organisation_id) is not Side.MANAGEMENT:
        raise NotAllowed(wording.not_management())
    with act(actor, P.CHECK_RUN, ref=subject.ref):
        if not actor.is_system:
            stand_for_side(actor, subject)
        return store_run(actor, subject, look(subject, step), Cause.ASKED)


def store_run(actor: Actor, subject: Subject, screening: Screening, cause: Cause, *, refused: bool = False) -> CheckRun:
    """Keeps a look whole: the facts it saw and what every item came to. Part of a running act."""
    serialise(f"checks:{subject.code}")
    last = db.session.scalar(sa.select(sa.func.max(CheckRun.number)).where(CheckRun.subject_id == subject.id))
    run = CheckRun(
        subject_id=subject.id,
        number=(last or 0) + 1,
        step=screening.step,
        cause=cause,
        facts=canonical_json(dict(screening.facts)),
        basis=screening.basis,
        hits=len(screening.hits),
        unknown=len(screening.unknown),
        blocking=len(screening.blocking),
        unrecorded=len(screening.unrecorded),
        refused=refused,
        run_by=actor.user_id,
        run_at=now(),
    )
    db.session.add(run)
    db.session.flush()
    _store_outcomes(run, screening)
    _settle_tasks(actor, subject, screening)
    return run


def _store_outcomes(run: CheckRun, screening: Screening) -> None:
    """All at once: what they follow from (`basis`, facts) and what they come to is in the run, which the trail has."""
    under = current_act(db.session()).id
    rows = [
        {
            "run_id": run.id,
            "subject_id": run.subject_id,
            "item_entry_id": one.entry.id,
            "item_code": one.entry.code,
            "severity": one.item.severity,
            "outcome": one.outcome,
            "missing": canonical_json(list(one.missing)),
            "exemption_id": one.exemption.id if one.exemption else None,
            "answer_id": one.answer.id if one.answer else None,
            "act_id": under,
        }
        for one in screening.outcomes
    ]
    if rows:
        db.session.execute(sa.insert(ItemOutcome), rows)


def _exemptible(subject: Subject, screening: Screening) -> bool:
    """Whether an item is hit that could be exempted and for which nobody has asked yet."""
    return any(
        one.item.severity is Severity.RESTRICTED and not open_exemption(subject, one.entry.code)
        for one in screening.hits
    )


def _settle_tasks(actor: Actor, subject: Subject, screening: Screening) -> None:
    """What nobody has to answer or to ask for any more is owed no longer."""
    if not open_questions(screening):
        drop_tasks(actor, subject, [P.CHECK_ANSWER])
    if not _exemptible(subject, screening):
        drop_tasks(actor, subject, [P.EXEMPTION_REQUEST])


def ask_for_cures(subject: Subject, screening: Screening) -> None:
    """Asks those who can open a step again: for answers, and the client for exemptions. Part of a running act."""
    for role in sorted(open_questions(screening)):
        for organisation_id in holders(subject, role):
            ask_once(subject, organisation_id, P.CHECK_ANSWER, ANSWER_WITHIN)
    if _exemptible(subject, screening):
        for organisation_id in holders(subject, PartyRole.CLIENT):
            ask_once(subject, organisation_id, P.EXEMPTION_REQUEST, REQUEST_WITHIN)


def run_again(actor: Actor, subject: Subject, cause: Cause) -> CheckRun | None:
    """Judges anew at the step of the newest run and asks for what a closed step needs; None where none was ever run.

    Part of a running act.
    """
    newest = newest_run(subject)
    if newest is None:
        return None
    found = look(subject, newest.step)
    run = store_run(actor, subject, found, cause)
    ask_for_cures(subject, found)
    return run


# --- exemptions ------------------------------------------------------------------------------------------------------


def request_exemption(actor: Actor, subject: Subject, wish: Wish, upload: FileStorage | None = None) -> Exemption:
    """The client's officer asks for leave to go on although a restricted item is hit; who may decide is asked.

    The level that decides is the item's of today, and stays so. An office above the subject's own authority is heard
    on the subject from now on.
    """
    must(actor, P.EXEMPTION_REQUEST)
    if not has_role(actor, subject, PartyRole.CLIENT):
        raise NotAllowed(wording.not_the_client())
    serialise(f"exemptions:{subject.code}")
    entry = item_for(subject, wish.item_code)
    asked = who_decides(subject, item_of(entry).exempted_by, actor.organisation_id)
    problems = [*_request_problems(subject, entry, wish, upload), *_nobody_decides(subject, entry, asked)]
    if problems or upload is None:
        raise Refused(problems)
    with act(actor, P.EXEMPTION_REQUEST, ref=subject.ref) as running:
        stand_for_side(actor, subject)
        kept = attach(actor, subject, upload, entry.code)
        made = _exemption(actor, subject, entry, wish, kept.sha256)
        running.note(exemption=made.code, item=entry.code, version=entry.version, level=made.level)
        db.session.add(made)
        db.session.flush()
        db.session.refresh(made)
        finish_task(actor, subject, P.EXEMPTION_REQUEST)
        for organisation in asked:
            consult(subject, organisation)
            open_task(subject, organisation.id, P.EXEMPTION_DECIDE, DECIDE_WITHIN, item=made.code)
    return made


def _request_problems(
    subject: Subject, entry: CatalogueEntry, wish: Wish, upload: FileStorage | None
) -> Iterator[Problem]:
    item: Item = item_of(entry)
    waiting = open_exemption(subject, entry.code)
    if item.severity is not Severity.RESTRICTED:
        yield wording.never_exempted(item)
    elif waiting is not None:
        yield wording.already_open(waiting.code, waiting.state.label)
    elif not _stands_anywhere(subject, entry.code):
        yield wording.nothing_to_exempt(entry.code)
    if not 0 < len(wish.reason.strip()) <= MOST_TEXT:
        yield wording.reason_missing()
    if not today() < wish.wanted_until <= latest_end(today()):
        yield wording.end_out_of_range(latest_end(today()))
    if upload is None:
        yield wording.evidence_missing()


def _nobody_decides(subject: Subject, entry: CatalogueEntry, asked: list[Organisation]) -> Iterator[Problem]:
    item: Item = item_of(entry)
    if item.severity is not Severity.RESTRICTED:
        # Where nothing can be exempted, nobody is missed who would decide.
        return
    if not asked:
        yield wording.nobody_decides() if item.exempted_by is Level.AUTHORITY else wording.nobody_of_level(item)
    for organisation in kept_out(subject, asked):
        yield wording.parties_are_fixed(organisation.name)


def _stands_anywhere(subject: Subject, code: str) -> bool:
    found = look_anywhere(subject)
    return any(one.entry.code == code for one in (*found.hits, *found.unknown))


def _exemption(actor: Actor, subject: Subject, entry: CatalogueEntry, wish: Wish, sha256: str) -> Exemption:
    counted = sa.select(sa.func.count(Exemption.id)).where(Exemption.subject_id == subject.id)
    return Exemption(
        code=f"HM-{subject.code}-{(db.session.scalar(counted) or 0) + 1}",
        subject_id=subject.id,
        item_entry_id=entry.id,
        item_code=entry.code,
        level=item_of(entry).exempted_by,
        reason=wish.reason.strip(),
        sha256=sha256,
        wanted_until=wish.wanted_until,
        requested_by=actor.user_id,
        requester_org=actor.organisation_id,
        requested_at=now(),
    )


def withdraw_exemption(actor: Actor, exemption: Exemption) -> Exemption:
    """The client takes a request back before it is decided."""
    WORKFLOW.check(actor, exemption, P.EXEMPTION_REQUEST)
    subject = exemption.subject
    with act(actor, P.EXEMPTION_REQUEST, ref=subject.ref) as running:
        running.note(withdrawn=exemption.code)
        stand_for_side(actor, subject)
        exemption.state = S.WITHDRAWN
        drop_tasks(actor, subject, [P.EXEMPTION_DECIDE], item=exemption.code)
    return exemption


def grant(actor: Actor, exemption: Exemption, facts: Grant) -> Exemption:
    """A lead of an authority of the level, neither who asked nor of the same organisation, grants it until a day."""
    WORKFLOW.check(actor, exemption, P.EXEMPTION_DECIDE, facts.reason)
    problems = list(_grant_problems(exemption, facts))
    if problems:
        raise Refused(problems)
    with act(actor, P.EXEMPTION_DECIDE, ref=exemption.subject.ref, reason=facts.reason) as running:
        running.note(granted=exemption.code, item=exemption.item_code, until=facts.valid_until)
        _decide(actor, exemption, S.GRANTED, facts.reason, facts)
        run_again(actor, exemption.subject, Cause.EXEMPTION_CHANGED)
    return exemption


def _grant_problems(exemption: Exemption, facts: Grant) -> Iterator[Problem]:
    if not today() <= facts.valid_until <= exemption.wanted_until:
        yield wording.granted_end_out_of_range(exemption.wanted_until)
    entry = item_in_force(exemption.item_code)
    if entry is None or item_of(entry).severity is not Severity.RESTRICTED:
        yield wording.no_longer_restricted()


def refuse(actor: Actor, exemption: Exemption, reason: str) -> Exemption:
    """The authority does not grant it, and says why; the client may cure the cause or ask anew."""
    WORKFLOW.check(actor, exemption, P.EXEMPTION_DECIDE, reason)
    with act(actor, P.EXEMPTION_DECIDE, ref=exemption.subject.ref, reason=reason) as running:
        running.note(refused=exemption.code, item=exemption.item_code)
        _decide(actor, exemption, S.REFUSED, reason)
    return exemption


def _decide(actor: Actor, exemption: Exemption, state: ExemptionState, reason: str, given: Grant | None = None) -> None:
    subject = exemption.subject
    side = stand_for_side(actor, subject)
    # Written at once: a decision that is half there is none.
    exemption.decided_by, exemption.decider_org, exemption.decider_side = actor.user_id, actor.organisation_id, side
    is_party = has_role(actor, subject, PartyRole.COMPETENT_AUTHORITY)
    exemption.decider_role, exemption.decided_at = PartyRole.COMPETENT_AUTHORITY if is_party else None, now()
    exemption.decision_reason, exemption.state = reason.strip(), state
    if given is not None:
        exemption.valid_until, exemption.conditions = given.valid_until, given.conditions.strip()
    db.session.flush()
    db.session.refresh(exemption)
    finish_task(actor, subject, P.EXEMPTION_DECIDE, item=exemption.code)
    drop_tasks(actor, subject, [P.EXEMPTION_DECIDE], item=exemption.code)


def revoke(actor: Actor, exemption: Exemption, reason: str) -> Exemption:
    """Who granted it, or another of its level, ends it before its day and says why; the check is run again."""
    WORKFLOW.check(actor, exemption, P.EXEMPTION_REVOKE, reason)
    with act(actor, P.EXEMPTION_REVOKE, ref=exemption.subject.ref, reason=reason) as running:
        running.note(revoked=exemption.code, item=exemption.item_code)
        stand_for_side(actor, exemption.subject)
        exemption.ended_by, exemption.ender_org = actor.user_id, actor.organisation_id
        _end(exemption, S.REVOKED, today(), reason.strip())
        run_again(actor, exemption.subject, Cause.EXEMPTION_CHANGED)
    return exemption


def lapse(actor: Actor, exemption: Exemption) -> Exemption:
    """Its day has passed: it is written down as over, and the check is run again."""
    WORKFLOW.check(actor, exemption, P.EXEMPTION_LAPSE)
    with act(actor, P.EXEMPTION_LAPSE, ref=exemption.subject.ref) as running:
        running.note(lapsed=exemption.code, item=exemption.item_code)
        _end(exemption, S.LAPSED, exemption.valid_until or today())
        run_again(actor, exemption.subject, Cause.EXEMPTION_CHANGED)
    return exemption


def _end(exemption: Exemption, state: ExemptionState, day: date, reason: str = "") -> None:
    exemption.state, exemption.ended_on, exemption.end_reason = state, day, reason
    db.session.flush()
