"""Acts on an application: submitted and withdrawn by the company, reviewed, returned and decided by the authority."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask_babel import gettext as _

from app.admissions.drafting import File, keep_file
from app.admissions.judging import Finding, RuleLine
from app.admissions.kinds import OPEN, AdmissionState, Method, RulingKind
from app.admissions.models import Admission, AdmissionSubmission, Review, Ruling
from app.admissions.queries import before_decision, last_review, live_like, rules_for
from app.admissions.sealing import content_of, facts_text
from app.admissions.wording import category_of, name_of_rule, problems_of, why
from app.admissions.workflow import WORKFLOW
from app.audit import act
from app.conditions.gathering import facts_of
from app.core.actors import Actor
from app.core.canonical import canonical_json
from app.core.clock import now, today
from app.core.db import db, serialise
from app.core.errors import Problem, Refused, Stale
from app.core.locking import expect_version
from app.core.permissions import Permission
from app.lifecycle.actions import drop_tasks, finish_task, open_task
from app.subjects.actions import stand_for_side

P, S = Permission, AdmissionState
# Working days for each step; defaults of the product.
REVIEW_WITHIN = 10
DECIDE_WITHIN = 10
CORRECT_WITHIN = 10
ALL_TASKS = (P.ADMISSION_APPLY, P.ADMISSION_DECIDE, P.ADMISSION_RECHECK, P.ADMISSION_REVIEW)


@dataclass(frozen=True)
class ReviewFacts:
    """What an officer found of each condition that a person judges, and what he proposes."""

    proposes: bool
    opinion: str
    findings: Mapping[str, Finding] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What a lead decides: admitted until a day, with conditions, or refused; always with reasons."""

    admits: bool
    reason: str
    valid_until: date | None = None
    conditions: str = ""


# --- the company -----------------------------------------------------------------------------------------------------


def submit(actor: Actor, admission: Admission, seen: int | None) -> AdmissionSubmission:
    """Seals the application as it stands; refuses with everything missing at once."""
    WORKFLOW.check(actor, admission, P.ADMISSION_SUBMIT)
    expect_version(admission, seen)
    content, digests = content_of(admission)
    with act(actor, P.ADMISSION_SUBMIT, ref=admission.ref) as running:
        running.note(round=admission.round + 1, sha256=digests.sha256, sm3=digests.sm3)
        side = stand_for_side(actor, admission.subject)
        made = AdmissionSubmission(
            admission_id=admission.id,
            subject_id=admission.subject_id,
            round=admission.round + 1,
            content=content,
            sha256=digests.sha256,
            sm3=digests.sm3,
            side=side,
            submitted_by=actor.user_id,
            submitted_at=now(),
        )
        db.session.add(made)
        # The guard asks for what is submitted, so that is written first.
        db.session.flush()
        admission.round, admission.state = made.round, S.SUBMITTED
        finish_task(actor, admission.subject, P.ADMISSION_APPLY)
        _no_more_reminders(actor, admission)
        open_task(admission.subject, admission.authority_id, P.ADMISSION_REVIEW, REVIEW_WITHIN)
    db.session.expire(admission, ["submissions"])
    return made


def reminder_item(admission: Admission) -> str:
    """The item of the task by which the company is told to apply anew."""
    return f"renew:{admission.valid_until}"


def _no_more_reminders(actor: Actor, admission: Admission) -> None:
    """Whoever has applied anew need not be told to."""
    for earlier in live_like(admission):
        drop_tasks(actor, earlier.subject, [P.ADMISSION_APPLY], item=reminder_item(earlier))


def withdraw(actor: Actor, admission: Admission, reason: str) -> None:
    """Gives an application up for good; it stays readable."""
    WORKFLOW.check(actor, admission, P.ADMISSION_WITHDRAW, reason)
    with act(actor, P.ADMISSION_WITHDRAW, ref=admission.ref, reason=reason):
        stand_for_side(actor, admission.subject)
        admission.state, admission.ended_on = S.WITHDRAWN, today()
        drop_tasks(actor, admission.subject)


# --- the authority ---------------------------------------------------------------------------------------------------


def review(actor: Actor, admission: Admission, facts: ReviewFacts, seen: str) -> Review:
    """An officer's findings on what was submitted; one from each officer in a round."""
    WORKFLOW.check(actor, admission, P.ADMISSION_REVIEW)
    submission = _seen(admission, seen)
    problems = _review_problems(actor, admission, facts)
    if problems:
        raise Refused(problems)
    with act(actor, P.ADMISSION_REVIEW, ref=admission.ref, reason=facts.opinion.strip()) as running:
        running.note(round=admission.round, proposes=facts.proposes)
        made = Review(
            admission_id=admission.id,
            subject_id=admission.subject_id,
            round=admission.round,
            sha256=submission.sha256,
            proposes=facts.proposes,
            opinion=facts.opinion.strip(),
            findings=canonical_json({code: {"met": one.met, "note": one.note} for code, one in facts.findings.items()}),
            organisation_id=actor.organisation_id,
            side=stand_for_side(actor, admission.subject),
            reviewed_by=actor.user_id,
            reviewed_at=now(),
        )
        db.session.add(made)
        finish_task(actor, admission.subject, P.ADMISSION_REVIEW)
        drop_tasks(actor, admission.subject, [P.ADMISSION_DECIDE])
        open_task(admission.subject, admission.authority_id, P.ADMISSION_DECIDE, DECIDE_WITHIN)
    db.session.expire(admission, ["reviews"])
    return made


def _seen(admission: Admission, seen: str) -> AdmissionSubmission:
    """What is submitted now, when it is what the actor has read."""
    present = admission.submissions[-1]
    if seen != present.sha256:
        raise Stale(
            Problem(
                _("申请内容在您打开页面之后已经变化，没有办理。"),
                remedy=_("请刷新页面，重新阅读后再办理。"),
            )
        )
    return present


def _review_problems(actor: Actor, admission: Admission, facts: ReviewFacts) -> list[Problem]:
    asked = [one for one in rules_for(admission) if one.method is Method.PERSON]
    found = []
    for rule in asked:
        finding = facts.findings.get(rule.head.code)
        if finding is None:
            found.append(Problem(_("请逐项给出审查结论：%(rule)s。", rule=name_of_rule(rule)), place=rule.head.code))
        elif not finding.met and not finding.note.strip():
            found.append(Problem(_("不符合的请写明理由：%(rule)s。", rule=name_of_rule(rule)), place=rule.head.code))
    if facts.proposes and any(not one.met for one in facts.findings.values()):
        found.append(Problem(_("有不符合的条件，不能建议准入。"), remedy=_("请建议不予准入，或退回补正。")))
    if not facts.opinion.strip():
        found.append(Problem(_("请写明审查意见。"), place="opinion"))
    if any(one.round == admission.round and one.reviewed_by == actor.user_id for one in admission.reviews):
        found.append(Problem(_("您已经审查过这一轮申请。"), remedy=_("请由其他人员审查，或退回补正后再审。")))
    return found


def return_for_change(actor: Actor, admission: Admission, reason: str, seen: str) -> Ruling:
    """Sends the application back and tells everything that is missing at once; what was submitted stays readable."""
    WORKFLOW.check(actor, admission, P.ADMISSION_RETURN, reason)
    _seen(admission, seen)
    with act(actor, P.ADMISSION_RETURN, ref=admission.ref, reason=reason.strip()):
        made = rule_on(actor, admission, RulingKind.RETURN, reason, notice=missing_now(admission, reason))
        admission.state = S.DRAFT
        drop_tasks(actor, admission.subject)
        open_task(admission.subject, admission.organisation_id, P.ADMISSION_APPLY, CORRECT_WITHIN)
    return made


def missing_now(admission: Admission, reason: str) -> tuple[str, ...]:
    """Everything that is known to be missing, or the reason where records show nothing."""
    lines = [one for one in before_decision(admission) if one.met is False or (one.met is None and one.missing)]
    return tuple(_missing(one) for one in lines) or (reason.strip(),)


def _missing(line: RuleLine) -> str:
    return str(_("%(rule)s：%(why)s", rule=name_of_rule(line.rule), why=why(line)))


def decide(actor: Actor, admission: Admission, verdict: Verdict, seen: str) -> Ruling:
    """The lead admits, when every condition is met, or refuses with reasons; never who reviewed."""
    serialise(f"admissions:{admission.organisation_id}")
    WORKFLOW.check(actor, admission, P.ADMISSION_DECIDE, verdict.reason)
    _seen(admission, seen)
    begins = first_day(admission)
    if verdict.admits:
        _refuse_admitting(admission, verdict, begins)
    kind = RulingKind.ADMIT if verdict.admits else RulingKind.REFUSE
    reviewer = last_review(admission)
    with act(actor, P.ADMISSION_DECIDE, ref=admission.ref, reason=verdict.reason.strip()) as running:
        running.note(verdict=kind.value, until=verdict.valid_until if verdict.admits else "")
        conditions = verdict.conditions.strip() if verdict.admits else ""
        by = reviewer.reviewed_by if reviewer is not None else None
        made = rule_on(actor, admission, kind, verdict.reason, conditions=conditions, reviewed_by=by)
        if verdict.admits:
            admission.state, admission.conditions = S.ADMITTED, conditions
            admission.valid_from, admission.valid_until = begins, verdict.valid_until
        else:
            admission.state, admission.ended_on = S.REFUSED, today()
        drop_tasks(actor, admission.subject)
    return made


def first_day(admission: Admission) -> date:
    """Today, or the day after the admission that still stands."""
    standing = [one.valid_until for one in live_like(admission) if one.valid_until is not None]
    return max([today(), *(day + timedelta(days=1) for day in standing)])


def last_day(admission: Admission) -> date:
    """The longest that the category allows, from the first day on."""
    begins = first_day(admission)
    years = category_of(admission).max_years
    try:
        same = begins.replace(year=begins.year + years)
    except ValueError:
        same = begins.replace(year=begins.year + years, month=2, day=28)
    return same - timedelta(days=1)


def _refuse_admitting(admission: Admission, verdict: Verdict, begins: date) -> None:
    found = problems_of(before_decision(admission))
    latest = last_day(admission)
    if verdict.valid_until is None or not begins <= verdict.valid_until <= latest:
        found.append(
            Problem(
                _("有效期须在 %(first)s 至 %(last)s 之间。", first=begins, last=latest),
                why=_("准入最长 %(n)s 年；已有准入的，从其届满次日起算。", n=category_of(admission).max_years),
                place="valid_until",
            )
        )
    for one in live_like(admission, [S.SUSPENDED]):
        found.append(
            Problem(
                _("该企业同类准入 %(code)s 正在暂停。", code=one.code),
                remedy=_("请先恢复或移出，再决定新的申请。"),
            )
        )
    if found:
        raise Refused(found)


# --- rulings ---------------------------------------------------------------------------------------------------------


def rule_on(
    actor: Actor,
    admission: Admission,
    kind: RulingKind,
    reason: str,
    file: File | None = None,
    **more: object,
) -> Ruling:
    """Writes a ruling on what stands, with the facts of this moment. Needs a running act."""
    side = stand_for_side(actor, admission.subject)
    notice = more.pop("notice", ())
    made = Ruling(
        admission_id=admission.id,
        subject_id=admission.subject_id,
        round=admission.round,
        seen_sha256=admission.submissions[-1].sha256,
        kind=kind,
        reason=reason.strip(),
        notice=canonical_json(notice),
        facts=facts_text(facts_of(admission.subject)),
        sha256=keep_file(actor, admission, file, str(kind.label)) if file is not None else None,
        decided_by=actor.user_id,
        decider_org=actor.organisation_id,
        decider_side=side,
        decided_at=now(),
        **more,
    )
    db.session.add(made)
    db.session.flush()
    db.session.expire(admission, ["rulings"])
    return made


def has_open_application(admission: Admission) -> bool:
    """Whether the company has applied anew, or is admitted for the time after."""
    later = [one for one in live_like(admission, [S.ADMITTED]) if (one.valid_from or today()) > today()]
    return bool(live_like(admission, OPEN) or later)
