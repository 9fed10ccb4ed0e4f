"""The life of an assessment: compute, issue, confirm, object, decide, make final; opinions and vetoes beside it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.assessments.checks import (
    disputed,
    no_reason,
    refuse_ended,
    refuse_others,
    refuse_over,
    refuse_period,
    refuse_settled,
)
from app.assessments.gathering import judged
from app.assessments.input_form import digest_of
from app.assessments.judging import Judgement
from app.assessments.models import (
    Assessment,
    AssessmentOpinion,
    AssessmentState,
    AssessmentVeto,
    Objection,
    ObjectionState,
)
from app.assessments.queries import newest, vetoes_of
from app.assessments.result_form import written
from app.assessments.storing import edition_of, link, lock_of, restated_id
from app.assessments.workflow import REPLACED, WORKFLOW
from app.audit import act
from app.contracts.models import Contract
from app.contracts.workflow import is_client, is_operator
from app.core.actors import Actor, must
from app.core.canonical import canonical_json
from app.core.clock import now
from app.core.db import db, serialise
from app.core.errors import Problem, Refused, Stale, WrongState
from app.core.money import storable
from app.core.periods import Period
from app.core.permissions import Permission
from app.evidence.actions import attach
from app.lifecycle.actions import ask_once, drop_tasks, finish_task
from app.plans.models import Plan
from app.plans.queries import scheme_of
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of

P, S = Permission, AssessmentState
# Working days for each step; defaults of the product.
ISSUE_WITHIN, CONFIRM_WITHIN, DECIDE_WITHIN, FINALISE_WITHIN, COMPUTE_WITHIN = 5, 5, 10, 5, 5
ASKED = (P.ASSESSMENT_COMPUTE, P.ASSESSMENT_ISSUE, P.ASSESSMENT_CONFIRM, P.ASSESSMENT_DECIDE, P.ASSESSMENT_FINALISE)


# --- compute ---------------------------------------------------------------------------------------------------------


def compute(actor: Actor, contract: Contract, plan: Plan, period: Period, reason: str = "") -> Assessment:
    """The newest edition of a period, calculated again when anything that goes into it has changed.

    Nothing is written while nothing has changed. The system calculates until somebody has acted on the result; over
    what was published a person calculates, with a reason, and over a final result what comes is a restatement.
    """
    must(actor, P.ASSESSMENT_COMPUTE)
    if not actor.is_system:
        refuse_others(actor, contract, P.ASSESSMENT_COMPUTE, is_client(actor, contract))
    refuse_period(contract, plan, period)
    serialise(lock_of(plan, period))
    last = newest(contract, plan, period)
    if last is not None and actor.is_system and last.state is not S.COMPUTED:
        return last
    made = judged(contract, plan, period)
    digest = digest_of(made)
    if last is not None and last.input_digest == digest and last.state is not S.REOPENED:
        return last
    if last is not None:
        refuse_over(last, reason)
    return _new_edition(actor, contract, plan, (made, digest, reason.strip()), last)


def _new_edition(
    actor: Actor, contract: Contract, plan: Plan, judged_now: tuple[Judgement, str, str], last: Assessment | None
) -> Assessment:
    made, digest, reason = judged_now
    text = canonical_json(written(made))
    with act(actor, P.ASSESSMENT_COMPUTE, ref=contract.ref, reason=reason) as running:
        if not actor.is_system:
            stand_for_side(actor, contract.subject)
        edition = edition_of(contract, plan, made, text, last)
        edition.input_digest, edition.reason, edition.computed_by = digest, reason, actor.user_id
        edition.restates_id = restated_id(contract, plan, made.material.period)
        drop_tasks(actor, contract.subject, ASKED, item=edition.period)
        if last is not None and last.state in REPLACED:
            last.state, last.successor = S.SUPERSEDED, edition.edition
            # One edition is worked on at a time: a key sees to it, so the old one steps back first.
            db.session.flush()
        db.session.add(edition)
        db.session.flush()
        link(edition, made)
        running.note(assessment=edition.code, sha256=edition.result_sha256, sm3=edition.result_sm3, total=edition.total)
        _ask(contract, P.ASSESSMENT_ISSUE, ISSUE_WITHIN, edition.period)
    return edition


def _ask(
    contract: Contract, permission: Permission, workdays: int, item: str, role: PartyRole = PartyRole.CLIENT
) -> None:
    for organisation_id in sorted({one.organisation_id for one in parties_of(contract.subject) if one.role is role}):
        ask_once(contract.subject, organisation_id, permission, workdays, item)


# --- publish, confirm, make final ------------------------------------------------------------------------------------


def issue(actor: Actor, assessment: Assessment) -> Assessment:
    """Publishes a result that is sure: every figure judged, nothing held, nothing changed since."""
    WORKFLOW.check(actor, assessment, P.ASSESSMENT_ISSUE)
    contract = assessment.contract
    with act(actor, P.ASSESSMENT_ISSUE, ref=contract.ref) as running:
        running.note(assessment=assessment.code, sha256=assessment.result_sha256)
        stand_for_side(actor, contract.subject)
        assessment.state, assessment.issued_by, assessment.issued_at = S.ISSUED, actor.user_id, now()
        finish_task(actor, contract.subject, P.ASSESSMENT_ISSUE, assessment.period)
        _ask(contract, P.ASSESSMENT_CONFIRM, CONFIRM_WITHIN, assessment.period, PartyRole.OPERATOR)
    return assessment


def confirm(actor: Actor, assessment: Assessment, seen_digest: str) -> Assessment:
    """The operator agrees to the very result that it has read; `seen_digest` is the result's SHA-256."""
    WORKFLOW.check(actor, assessment, P.ASSESSMENT_CONFIRM)
    if seen_digest != assessment.result_sha256:
        raise Stale(
            Problem(
                _("您看到的不是这一版结果，没有办理。"),
                why=_(
                    "您看到的结果摘要是 %(seen)s…，这一版是 %(now)s…。",
                    seen=seen_digest[:12],
                    now=assessment.result_sha256[:12],
                ),
                remedy=_("请刷新页面，重新阅读后再办理。"),
            )
        )
    contract = assessment.contract
    with act(actor, P.ASSESSMENT_CONFIRM, ref=contract.ref) as running:
        running.note(assessment=assessment.code, sha256=assessment.result_sha256)
        stand_for_side(actor, contract.subject)
        assessment.state, assessment.confirmed_by, assessment.confirmed_at = S.CONFIRMED, actor.user_id, now()
        _answered(actor, assessment)
        _ask(contract, P.ASSESSMENT_FINALISE, FINALISE_WITHIN, assessment.period)
    return assessment


def _answered(actor: Actor, assessment: Assessment) -> None:
    """The operator has answered: its task is done, those of other operators fall away."""
    subject, period = assessment.contract.subject, assessment.period
    finish_task(actor, subject, P.ASSESSMENT_CONFIRM, period)
    drop_tasks(actor, subject, [P.ASSESSMENT_CONFIRM], item=period)


def finalise(actor: Actor, assessment: Assessment) -> Assessment:
    """Makes a result final, and with it restates the one that was final before."""
    WORKFLOW.check(actor, assessment, P.ASSESSMENT_FINALISE)
    contract, moment = assessment.contract, now()
    with act(actor, P.ASSESSMENT_FINALISE, ref=contract.ref) as running:
        running.note(assessment=assessment.code, sha256=assessment.result_sha256)
        stand_for_side(actor, contract.subject)
        before = db.session.get(Assessment, assessment.restates_id) if assessment.restates_id else None
        if before is not None:
            before.state, before.successor, before.restated_at = S.RESTATED, assessment.edition, moment
            # One result of a period is final at a time: a key sees to it, so the old one steps back first.
            db.session.flush()
        assessment.state, assessment.finalised_by, assessment.finalised_at = S.FINAL, actor.user_id, moment
        finish_task(actor, contract.subject, P.ASSESSMENT_FINALISE, assessment.period)
    return assessment


# --- objections ------------------------------------------------------------------------------------------------------


def object_to(
    actor: Actor,
    assessment: Assessment,
    items: Sequence[Mapping[str, str]],
    reason: str,
    upload: FileStorage | None = None,
    purpose: str = "",
) -> Objection:
    """The operator disputes items of a published result, each as {"service", "code"}."""
    WORKFLOW.check(actor, assessment, P.ASSESSMENT_OBJECT, reason)
    listed = disputed(assessment, items)
    contract = assessment.contract
    with act(actor, P.ASSESSMENT_OBJECT, ref=contract.ref, reason=reason) as running:
        running.note(assessment=assessment.code, items=len(listed))
        side = stand_for_side(actor, contract.subject)
        raised = Objection(
            assessment_id=assessment.id,
            subject_id=assessment.subject_id,
            issued_by=assessment.issued_by,
            items=canonical_json(listed),
            reason=reason.strip(),
            sha256=_kept(actor, contract, upload, purpose or _("考核异议材料")),
            raised_by=actor.user_id,
            organisation_id=actor.organisation_id,
            side=side,
            raised_at=now(),
        )
        db.session.add(raised)
        # The guard on assessments asks for the objection, so that one is written first.
        db.session.flush()
        assessment.state = S.OBJECTED
        _answered(actor, assessment)
        _ask(contract, P.ASSESSMENT_DECIDE, DECIDE_WITHIN, assessment.period)
    return raised


def _kept(actor: Actor, contract: Contract, upload: FileStorage | None, purpose: str) -> str | None:
    if upload is None or not upload.filename:
        return None
    return attach(actor, contract.subject, upload, purpose).sha256


def withdraw_objection(actor: Actor, objection: Objection) -> Assessment:
    """The operator takes its objection back; the edition waits for confirmation again."""
    must(actor, P.ASSESSMENT_OBJECT)
    assessment = objection.assessment
    contract = assessment.contract
    refuse_others(actor, contract, P.ASSESSMENT_OBJECT, is_operator(actor, contract))
    refuse_ended(objection)
    with act(actor, P.ASSESSMENT_OBJECT, ref=contract.ref) as running:
        running.note(assessment=assessment.code, objection=objection.id, withdrawn="yes")
        stand_for_side(actor, contract.subject)
        objection.state, objection.decided_at = ObjectionState.WITHDRAWN, now()
        db.session.flush()
        assessment.state = S.ISSUED
        drop_tasks(actor, contract.subject, [P.ASSESSMENT_DECIDE], item=assessment.period)
        _ask(contract, P.ASSESSMENT_CONFIRM, CONFIRM_WITHIN, assessment.period, PartyRole.OPERATOR)
    return assessment


def decide(actor: Actor, objection: Objection, outcome: ObjectionState, reason: str) -> Assessment:
    """Upholds the result, or orders it to be calculated again; never by who published it."""
    assessment = objection.assessment
    if outcome not in {ObjectionState.UPHELD, ObjectionState.REVISED}:
        raise Refused(Problem(_("请选择裁定结果。"), place="outcome"))
    refuse_ended(objection)
    WORKFLOW.check(actor, assessment, P.ASSESSMENT_DECIDE, reason)
    contract, upheld = assessment.contract, outcome is ObjectionState.UPHELD
    with act(actor, P.ASSESSMENT_DECIDE, ref=contract.ref, reason=reason) as running:
        running.note(assessment=assessment.code, outcome=outcome)
        stand_for_side(actor, contract.subject)
        objection.state, objection.decided_by, objection.decided_at = outcome, actor.user_id, now()
        objection.decision_reason = reason.strip()
        db.session.flush()
        assessment.state = S.UPHELD if upheld else S.REOPENED
        finish_task(actor, contract.subject, P.ASSESSMENT_DECIDE, assessment.period)
        if upheld:
            _ask(contract, P.ASSESSMENT_FINALISE, FINALISE_WITHIN, assessment.period)
        else:
            _ask(contract, P.ASSESSMENT_COMPUTE, COMPUTE_WITHIN, assessment.period)
    return assessment


# --- what people say of a period -------------------------------------------------------------------------------------


def give_opinion(
    actor: Actor, contract: Contract, plan: Plan, period: Period, item: str, score: Decimal, reason: str
) -> AssessmentOpinion:
    """One person's score of an item that people judge; a later one of the same person replaces it."""
    must(actor, P.ASSESSMENT_SCORE)
    refuse_others(actor, contract, P.ASSESSMENT_SCORE, is_client(actor, contract))
    refuse_period(contract, plan, period)
    refuse_settled(contract, plan, period)
    problems = [] if reason.strip() else [no_reason()]
    if item not in scheme_of(plan).opinion_codes:
        problems.append(Problem(_("考核方案没有名为“%(item)s”的评分项。", item=item), place="item"))
    if not storable(score) or not 0 <= score <= 100:
        problems.append(Problem(_("请填写 0 至 100 之间的数。"), place="score"))
    if problems:
        raise Refused(problems)
    with act(actor, P.ASSESSMENT_SCORE, ref=contract.ref, reason=reason) as running:
        running.note(period=period.text, item=item)
        given = AssessmentOpinion(
            contract_id=contract.id,
            subject_id=contract.subject_id,
            plan_id=plan.id,
            period=period.text,
            item=item,
            user_id=actor.user_id,
            organisation_id=actor.organisation_id,
            side=stand_for_side(actor, contract.subject),
            scorer=actor.name,
            score=score,
            reason=reason.strip(),
            given_at=now(),
        )
        db.session.add(given)
    return given


def record_veto(
    actor: Actor,
    contract: Contract,
    plan: Plan,
    period: Period,
    code: str,
    reason: str,
    upload: FileStorage | None = None,
) -> AssessmentVeto:
    """Something happened that makes the grade of the period the last one, whatever the total."""
    must(actor, P.ASSESSMENT_VETO)
    refuse_others(actor, contract, P.ASSESSMENT_VETO, is_client(actor, contract))
    refuse_period(contract, plan, period)
    refuse_settled(contract, plan, period)
    problems = [] if reason.strip() else [no_reason()]
    if code not in {one.code for one in scheme_of(plan).vetoes}:
        problems.append(Problem(_("考核方案没有名为“%(code)s”的否决事项。", code=code), place="veto"))
    if any(one.code == code for one in vetoes_of(contract, plan, period)):
        problems.append(Problem(_("该否决事项已登记。"), remedy=_("请查看已登记的记录。"), place="veto"))
    if problems:
        raise Refused(problems)
    with act(actor, P.ASSESSMENT_VETO, ref=contract.ref, reason=reason) as running:
        running.note(period=period.text, veto=code)
        made = _veto(actor, contract, (plan.id, period.text, code), reason)
        made.sha256 = _kept(actor, contract, upload, _("一票否决证据"))
        db.session.add(made)
    return made


def _veto(actor: Actor, contract: Contract, what: tuple[int, str, str], reason: str) -> AssessmentVeto:
    plan_id, period, code = what
    return AssessmentVeto(
        contract_id=contract.id,
        subject_id=contract.subject_id,
        plan_id=plan_id,
        period=period,
        code=code,
        reason=reason.strip(),
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        side=stand_for_side(actor, contract.subject),
        recorded_at=now(),
    )


def lift_veto(actor: Actor, veto: AssessmentVeto, reason: str) -> AssessmentVeto:
    """Takes a veto back by another record, with the reason; both stay readable."""
    must(actor, P.ASSESSMENT_VETO)
    contract = db.session.get_one(Contract, veto.contract_id)
    refuse_others(actor, contract, P.ASSESSMENT_VETO, is_client(actor, contract))
    if not reason.strip():
        raise Refused(no_reason())
    lifted = db.session.scalar(sa.select(AssessmentVeto.id).where(AssessmentVeto.lifts_id == veto.id))
    if veto.lifts_id is not None or lifted is not None:
        raise WrongState(Problem(_("该否决记录已撤销。"), remedy=_("请刷新页面查看最新状态。")))
    refuse_settled(contract, db.session.get_one(Plan, veto.plan_id), Period(veto.period))
    with act(actor, P.ASSESSMENT_VETO, ref=contract.ref, reason=reason) as running:
        running.note(period=veto.period, veto=veto.code, lifts=veto.id)
        made = _veto(actor, contract, (veto.plan_id, veto.period, veto.code), reason)
        made.lifts_id = veto.id
        db.session.add(made)
    return made
