"""Acts while a round of acceptance is open: open it, settle its items, submit, give an opinion, judge item by item."""

from dataclasses import dataclass

from flask_babel import gettext as _

from app.acceptances import terms, wording
from app.acceptances.going_on import STAGES, alone_with
from app.acceptances.kinds import ItemSource, Outcome, Stage
from app.acceptances.material import NOTHING, Material, keep, proof
from app.acceptances.models import Acceptance, AcceptanceItem, ItemOpinion, ItemResult, ItemSubmission
from app.acceptances.prefill import Wanted, wanted_of
from app.acceptances.queries import DELIVERING, holders, last_number, newest, role_of, unheard
from app.acceptances.workflow import WORKFLOW
from app.audit import act
from app.core.actors import Actor, must
from app.core.clock import now
from app.core.db import Base, db
from app.core.errors import NotAllowed, Problem, Refused, Stale, WrongState
from app.core.permissions import Permission
from app.gates.kinds import Stance
from app.lifecycle.actions import ask_once, drop_tasks, finish_task, open_task
from app.projects.models import Project
from app.projects.steps import alone
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole

P = Permission


@dataclass(frozen=True)
class ItemFacts:
    """What the client's officer writes about an item."""

    source: ItemSource
    requirement: str
    standard: str
    deliverer_id: int | None


@dataclass(frozen=True)
class Judgement:
    """How an item is judged; `seen` is the number of the submission that was read, 0 where there was none."""

    outcome: Outcome
    reason: str
    seen: int
    # Why it passes although the supervisor does not agree; empty where he does.
    against: str = ""


# --- the round and its items -----------------------------------------------------------------------------------------


def open_acceptance(actor: Actor, project: Project, only_failed: bool = False) -> Acceptance:
    """The client's officer opens a round: of everything declared, or again after a failed one."""
    must(actor, P.ACCEPTANCE_OPEN)
    if role_of(actor, project.subject, PartyRole.CLIENT) is None:
        raise NotAllowed(wording.not_the_client(P.ACCEPTANCE_OPEN))
    alone(project)
    stage = STAGES.get(project.state)
    if stage is None:
        raise WrongState(wording.not_to_accept(project.state))
    before = newest(project, stage)
    deliverers = holders(project.subject, *DELIVERING)
    problems = [wording.still_open(before.code)] if before is not None and before.is_open else []
    if not deliverers:
        problems.append(wording.nobody_delivers())
    if problems:
        raise Refused(problems)
    with act(actor, P.ACCEPTANCE_OPEN, ref=project.ref) as running:
        stand_for_side(actor, project.subject)
        made = _round(actor, project, stage, before)
        running.note(acceptance=made.code, only_failed=only_failed)
        db.session.add(made)
        db.session.flush()
        _fill(made, before, only_failed, deliverers[0].id)
        _ask_at_opening(actor, made, before)
    db.session.expire(made, ["items"])
    return made


def _round(actor: Actor, project: Project, stage: Stage, before: Acceptance | None) -> Acceptance:
    number = last_number(project) + 1
    return Acceptance(
        code=f"YS-{project.code}-{number}",
        project_id=project.id,
        subject_id=project.subject_id,
        number=number,
        stage=stage,
        round=before.round + 1 if before else 1,
        opened_by=actor.user_id,
        opener_org=actor.organisation_id,
        opened_at=now(),
    )


def _fill(made: Acceptance, before: Acceptance | None, only_failed: bool, deliverer_id: int) -> None:
    """The items of the round before (all, or those that had not passed), else what the declaration promised."""
    again = [one for one in before.items if not (only_failed and one.passed)] if before else []
    if again:
        wanted = [(Wanted(one.source, one.requirement, one.standard), one.deliverer_id) for one in again]
    else:
        declared = made.project.current
        listed = wanted_of(declared.functions, [one.name for one in declared.costs])
        wanted = [(one, deliverer_id) for one in listed]
    for number, (one, organisation_id) in enumerate(wanted, 1):
        db.session.add(
            AcceptanceItem(
                acceptance_id=made.id,
                subject_id=made.subject_id,
                number=number,
                source=one.source,
                requirement=one.requirement,
                standard=one.standard,
                deliverer_id=organisation_id,
            )
        )
    db.session.flush()


def _ask_at_opening(actor: Actor, made: Acceptance, before: Acceptance | None) -> None:
    subject = made.project.subject
    finish_task(actor, subject, P.ACCEPTANCE_OPEN)
    if before is not None:
        drop_tasks(actor, subject, [P.ACCEPTANCE_DELIVER], item=before.code)
    for organisation_id in sorted({one.deliverer_id for one in made.items}):
        open_task(subject, organisation_id, P.ACCEPTANCE_DELIVER, terms.SUBMIT_WITHIN, item=made.code)
    for one in holders(subject, PartyRole.SUPERVISOR):
        open_task(subject, one.id, P.ACCEPTANCE_OPINE, terms.OPINE_WITHIN, item=made.code)


def set_item(actor: Actor, acceptance: Acceptance, item: AcceptanceItem | None, facts: ItemFacts) -> AcceptanceItem:
    """Adds an item, or changes one for which nothing was submitted yet, before the first of the round is judged."""
    _settle(actor, acceptance, item)
    problems = list(wording.flaws_of(facts.requirement, facts.standard))
    able = {one.id for one in holders(acceptance.project.subject, *DELIVERING)}
    if facts.deliverer_id not in able:
        problems.append(wording.not_a_deliverer())
    if problems:
        raise Refused(problems)
    with act(actor, P.ACCEPTANCE_OPEN, ref=acceptance.project.ref) as running:
        stand_for_side(actor, acceptance.project.subject)
        running.note(acceptance=acceptance.code)
        if item is None:
            last = max((one.number for one in acceptance.items), default=0)
            item = AcceptanceItem(acceptance_id=acceptance.id, subject_id=acceptance.subject_id, number=last + 1)
            db.session.add(item)
        item.source, item.deliverer_id = facts.source, facts.deliverer_id or 0
        item.requirement, item.standard = facts.requirement.strip(), facts.standard.strip()
        ask_once(
            acceptance.project.subject,
            item.deliverer_id,
            P.ACCEPTANCE_DELIVER,
            terms.SUBMIT_WITHIN,
            acceptance.code,
        )
    db.session.expire(acceptance, ["items"])
    return item


def remove_item(actor: Actor, acceptance: Acceptance, item: AcceptanceItem, reason: str) -> None:
    """Takes an item off that nothing was submitted for, before the first is judged; the trail keeps it and why."""
    _settle(actor, acceptance, item)
    problems = [wording.last_item()] if len(acceptance.items) == 1 else []
    if not reason.strip():
        problems.append(wording.removal_without_reason())
    if problems:
        raise Refused(problems)
    with act(actor, P.ACCEPTANCE_OPEN, ref=acceptance.project.ref, reason=reason.strip()) as running:
        stand_for_side(actor, acceptance.project.subject)
        running.note(acceptance=acceptance.code, item=item.number, removed=item.requirement[:200])
        db.session.delete(item)
    db.session.expire(acceptance, ["items"])


def _settle(actor: Actor, acceptance: Acceptance, item: AcceptanceItem | None) -> None:
    """Whether items may still be settled; once one is judged, the yardstick stays for the whole round."""
    WORKFLOW.check(actor, acceptance, P.ACCEPTANCE_OPEN)
    alone_with(acceptance)
    if any(one.results for one in acceptance.items):
        raise WrongState(wording.judging_began())
    if item is not None and (item.submissions or item.opinions):
        raise WrongState(wording.submitted_already(item.number))


# --- submitting, giving an opinion, judging --------------------------------------------------------------------------


def submit_item(actor: Actor, item: AcceptanceItem, text: str, material: Material = NOTHING) -> ItemSubmission:
    """The deliverer's officer says how an item was done, with evidence; a later submission follows the earlier."""
    acceptance, subject = item.acceptance, item.acceptance.project.subject
    WORKFLOW.check(actor, acceptance, P.ACCEPTANCE_DELIVER)
    if item.deliverer_id != actor.organisation_id:
        raise NotAllowed(wording.not_the_deliverer(item.deliverer.name))
    alone_with(acceptance)
    if item.passed:
        raise WrongState(wording.passed_already(item.number))
    _must_say(text, _("请写明完成情况。"), "text")
    with act(actor, P.ACCEPTANCE_DELIVER, ref=acceptance.project.ref) as running:
        running.note(acceptance=acceptance.code, item=item.number)
        side = stand_for_side(actor, subject)
        made = ItemSubmission(
            **_of(item, len(item.submissions)),
            text=text.strip(),
            sha256=proof(actor, subject, material, _("验收材料")),
            submitted_by=actor.user_id,
            submitter_org=actor.organisation_id,
            submitter_side=side,
            submitter_role=role_of(actor, subject, *DELIVERING),
            submitted_at=now(),
        )
        _write(item, made)
        if not any(_waits_for(one) for one in acceptance.items if one.deliverer_id == actor.organisation_id):
            finish_task(actor, subject, P.ACCEPTANCE_DELIVER, item=acceptance.code)
        for client in holders(subject, PartyRole.CLIENT):
            ask_once(subject, client.id, P.ACCEPTANCE_JUDGE, terms.JUDGE_WITHIN, acceptance.code)
        # What was said before was about something else.
        for supervisor in holders(subject, PartyRole.SUPERVISOR):
            ask_once(subject, supervisor.id, P.ACCEPTANCE_OPINE, terms.OPINE_WITHIN, acceptance.code)
    return made


def opine(actor: Actor, item: AcceptanceItem, stance: Stance, text: str, material: Material = NOTHING) -> ItemOpinion:
    """The supervisor's opinion on an item: no round passes without it, and it stays beside the judgement for good."""
    acceptance, subject = item.acceptance, item.acceptance.project.subject
    WORKFLOW.check(actor, acceptance, P.ACCEPTANCE_OPINE)
    alone_with(acceptance)
    _must_say(text, _("请写明监理意见。"), "text")
    if not item.has_something:
        raise Refused(wording.nothing_to_opine_on(item.number))
    with act(actor, P.ACCEPTANCE_OPINE, ref=acceptance.project.ref) as running:
        running.note(acceptance=acceptance.code, item=item.number)
        side = stand_for_side(actor, subject)
        made = ItemOpinion(
            **_of(item, len(item.opinions)),
            stance=stance,
            text=text.strip(),
            sha256=keep(actor, subject, material, _("监理意见材料")),
            given_by=actor.user_id,
            giver_org=actor.organisation_id,
            giver_side=side,
            given_at=now(),
        )
        _write(item, made)
        if not unheard(acceptance):
            finish_task(actor, subject, P.ACCEPTANCE_OPINE, item=acceptance.code)
        if item.passed_unexplained:
            for client in holders(subject, PartyRole.CLIENT):
                ask_once(subject, client.id, P.ACCEPTANCE_JUDGE, terms.JUDGE_WITHIN, acceptance.code)
        _ask_to_conclude(acceptance)
    return made


def judge_item(actor: Actor, item: AcceptanceItem, judgement: Judgement, material: Material = NOTHING) -> ItemResult:
    """The client's officer judges what was submitted, or on evidence of his own; the newest judgement counts.

    Nothing passes on words alone: the submission brings a file, or the judge does.
    """
    acceptance, subject = item.acceptance, item.acceptance.project.subject
    WORKFLOW.check(actor, acceptance, P.ACCEPTANCE_JUDGE)
    alone_with(acceptance)
    last = item.submissions[-1] if item.submissions else None
    if judgement.seen != (last.number if last else 0):
        raise Stale(wording.newer_submission())
    problems = [] if judgement.reason.strip() else [Problem(_("请写明判定理由。"), place="reason")]
    if not material.is_given:
        problems += _unproven(item.number, judgement.outcome, last)
    against = judgement.outcome is Outcome.PASSED and item.is_opposed
    if against and not judgement.against.strip():
        problems.append(wording.against_unexplained(item.number))
    if problems:
        raise Refused(problems)
    with act(actor, P.ACCEPTANCE_JUDGE, ref=acceptance.project.ref) as running:
        running.note(acceptance=acceptance.code, item=item.number)
        side = stand_for_side(actor, subject)
        made = ItemResult(
            **_of(item, len(item.results)),
            outcome=judgement.outcome,
            reason=judgement.reason.strip(),
            submission_id=last.id if last else None,
            sha256=proof(actor, subject, material, _("验收判定依据")),
            against_reason=judgement.against.strip() if against else "",
            judged_by=actor.user_id,
            judge_org=actor.organisation_id,
            judge_side=side,
            judged_at=now(),
        )
        _write(item, made)
        _ask_after_judging(actor, acceptance, item)
    return made


def _unproven(number: int, outcome: Outcome, last: ItemSubmission | None) -> list[Problem]:
    """What stands against a judgement that brings no file of its own."""
    if last is None:
        return [wording.nothing_to_judge()]
    return [wording.passed_without_evidence(number)] if outcome is Outcome.PASSED and last.sha256 is None else []


def _ask_after_judging(actor: Actor, acceptance: Acceptance, item: AcceptanceItem) -> None:
    subject, code = acceptance.project.subject, acceptance.code
    if not item.passed:
        ask_once(subject, item.deliverer_id, P.ACCEPTANCE_DELIVER, terms.SUBMIT_WITHIN, code)
    if _all_judged(acceptance):
        finish_task(actor, subject, P.ACCEPTANCE_JUDGE, item=code)
    _ask_to_conclude(acceptance)


def _all_judged(acceptance: Acceptance) -> bool:
    return not any(one.result is None or one.resubmitted for one in acceptance.items)


def _ask_to_conclude(acceptance: Acceptance) -> None:
    """Once everything is judged and the supervisor has said what a passing round needs."""
    passing = all(one.passed for one in acceptance.items)
    waits = passing and (unheard(acceptance) or any(one.passed_unexplained for one in acceptance.items))
    if waits or not _all_judged(acceptance):
        return
    subject, code = acceptance.project.subject, acceptance.code
    if acceptance.stage is Stage.PRELIMINARY:
        asked, permission, within = PartyRole.CLIENT, P.ACCEPTANCE_CONCLUDE, terms.CONCLUDE_WITHIN
    else:
        asked, permission, within = PartyRole.COMPETENT_AUTHORITY, P.ACCEPTANCE_APPROVE, terms.APPROVE_WITHIN
    for one in holders(subject, asked):
        ask_once(subject, one.id, permission, within, code)


def _waits_for(item: AcceptanceItem) -> bool:
    """The deliverer still owes something for the item."""
    return not item.submissions or (item.result is not None and not item.passed and not item.resubmitted)


def _must_say(text: str, what: str, place: str) -> None:
    if not text.strip():
        raise Refused(Problem(what, place=place))


def _of(item: AcceptanceItem, count: int) -> dict[str, int]:
    return {
        "item_id": item.id,
        "acceptance_id": item.acceptance_id,
        "subject_id": item.subject_id,
        "number": count + 1,
    }


def _write(item: AcceptanceItem, made: Base) -> None:
    db.session.add(made)
    db.session.flush()
    db.session.expire(item, ["submissions", "results", "opinions"])
