"""Findings: raised by one inspector, rectified by the responsible party, judged by another inspector."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.audit import act
from app.core.actors import Actor
from app.core.clock import now, today
from app.core.db import db, serialise
from app.core.errors import Problem, Refused
from app.core.permissions import Permission
from app.inspections.finding_models import Finding, Rectification, Verdict
from app.inspections.independence import join_inspection, refuse_dependent
from app.inspections.kinds import OUTCOME_STATES, UNSETTLED, FindingState, Outcome, Severity
from app.inspections.models import Inspection
from app.inspections.queries import services_of, task_about
from app.inspections.questions import evidence_for, part_code, party_asked
from app.inspections.rules import WITHIN, Duty, is_late, workdays_flaw
from app.inspections.scored import Scored, scored
from app.inspections.wording import explain
from app.inspections.workflow import FINDING_WORKFLOW, INSPECTION_WORKFLOW
from app.lifecycle.actions import ask_once, finish_task, open_task
from app.subjects.actions import stand_for_side

P = Permission


@dataclass(frozen=True)
class FindingFacts:
    """What an inspector says: `about` is empty (the contract), `service:ID`, or the key of something scored."""

    severity: Severity
    text: str
    basis: str
    organisation_id: int | None
    workdays: int | None
    about: str = ""


@dataclass(frozen=True)
class _About:
    """What a finding is about, found again in the contract."""

    service_id: int | None = None
    scored: Scored | None = None


def create(actor: Actor, inspection: Inspection, facts: FindingFacts) -> Finding:
    """Raises a finding; the responsible party owes its rectification within so many working days."""
    INSPECTION_WORKFLOW.check(actor, inspection, P.FINDING_CREATE)
    subject = inspection.contract.subject
    refuse_dependent(actor, subject)
    party, problems = party_asked(inspection, facts.organisation_id)
    about = _about(inspection, facts.about)
    problems += _flaws_of(facts, about)
    if problems or party is None or about is None or facts.workdays is None:
        raise Refused(problems)
    serialise(f"parts of {inspection.code}")
    last = db.session.scalar(sa.select(sa.func.max(Finding.number)).where(Finding.inspection_id == inspection.id)) or 0
    with act(actor, P.FINDING_CREATE, ref=inspection.ref):
        join_inspection(actor, inspection)
        finding = _finding(inspection, facts, about, last + 1)
        finding.organisation_id, finding.side, finding.workdays = party.organisation_id, party.side, facts.workdays
        finding.found_by, finding.found_at = actor.user_id or 0, now()
        db.session.add(finding)
        open_task(subject, party.organisation_id, P.FINDING_RECTIFY, facts.workdays, finding.code)
    return finding


def _about(inspection: Inspection, about: str) -> _About | None:
    """None when it names nothing of this contract."""
    if not about:
        return _About()
    for service in services_of(inspection):
        if about == f"service:{service.id}":
            return _About(service_id=service.id)
    found = next((one for one in scored(inspection.report) if one.key == about), None)
    return _About(found.figure.service_id if found.figure else None, found) if found else None


def _flaws_of(facts: FindingFacts, about: _About | None) -> list[Problem]:
    problems = []
    if not facts.text.strip():
        problems.append(Problem(_("请写明发现的问题。"), place="text"))
    if not facts.basis.strip():
        problems.append(Problem(_("请写明依据：合同条款、约定水平或有关规定。"), place="basis"))
    if about is None:
        problems.append(Problem(_("所选对象不属于这份合同或本版报告。"), remedy=_("请重新选择。"), place="about"))
    if (flaw := workdays_flaw(facts.workdays)) is not None:
        problems.append(explain(flaw, place="workdays"))
    return problems


def _finding(inspection: Inspection, facts: FindingFacts, about: _About, number: int) -> Finding:
    figure, submission = None, None
    if about.scored is not None:
        figure, submission = about.scored.figure, about.scored.submission
    return Finding(
        code=part_code(inspection, "WT", number),
        inspection_id=inspection.id,
        subject_id=inspection.subject_id,
        contract_id=inspection.contract_id,
        number=number,
        severity=facts.severity,
        text=facts.text.strip(),
        basis=facts.basis.strip(),
        service_id=about.service_id,
        indicator_code=figure.indicator_code if figure else "",
        submission_id=submission.id if submission else None,
        source=submission.source if submission else None,
        figure_id=figure.id if figure else None,
    )


def rectify(
    actor: Actor, finding: Finding, text: str, upload: FileStorage | None = None, sha256: str = ""
) -> Rectification:
    """The responsible party says what it has done, with evidence; a late one is taken and marked."""
    FINDING_WORKFLOW.check(actor, finding, P.FINDING_RECTIFY)
    inspection, subject = finding.inspection, finding.inspection.contract.subject
    if not text.strip():
        raise Refused(Problem(_("请写明整改情况。"), place="text"))
    with act(actor, P.FINDING_RECTIFY, ref=inspection.ref):
        side = stand_for_side(actor, subject)
        digest = evidence_for(actor, subject, upload, sha256, _("督查整改证据"))
        if digest is None:
            raise Refused(Problem(_("整改须附证据材料。"), remedy=_("请上传文件，或从已有材料中选择。"), place="file"))
        task = task_about(P.FINDING_RECTIFY, finding.code, finding.organisation_id)
        due_on = task.due_on if task else today()
        made = Rectification(
            finding_id=finding.id,
            subject_id=finding.subject_id,
            organisation_id=finding.organisation_id,
            side=side,
            user_id=actor.user_id,
            round=finding.round,
            text=text.strip(),
            sha256=digest,
            submitted_at=now(),
            submitted_on=today(),
            due_on=due_on,
            late=is_late(today(), due_on),
        )
        db.session.add(made)
        # The guard on findings asks for the rectification, so that one is written first.
        db.session.flush()
        finding.state = FindingState.ANSWERED
        finish_task(actor, subject, P.FINDING_RECTIFY, finding.code)
        ask_once(subject, inspection.organisation_id, P.FINDING_JUDGE, WITHIN[Duty.JUDGE], finding.code)
    _read_again(finding)
    return made


def judge(actor: Actor, finding: Finding, outcome: Outcome, reason: str, workdays: int | None = None) -> Verdict:
    """Another inspector's verdict on the newest rectification; what is not eliminated begins a further round."""
    FINDING_WORKFLOW.check(actor, finding, P.FINDING_JUDGE)
    inspection, subject = finding.inspection, finding.inspection.contract.subject
    refuse_dependent(actor, subject)
    again = outcome is Outcome.NOT_ELIMINATED
    problems = [] if reason.strip() else [Problem(_("请写明复核意见。"), place="reason")]
    flaw = workdays_flaw(workdays) if again else None
    if flaw is not None:
        problems.append(explain(flaw, place="workdays"))
    if problems:
        raise Refused(problems)
    with act(actor, P.FINDING_JUDGE, ref=inspection.ref):
        join_inspection(actor, inspection)
        verdict = _verdict(actor, finding, outcome, reason)
        verdict.workdays = workdays if again else None
        db.session.add(verdict)
        # The guard on findings asks for the verdict, so that one is written first.
        db.session.flush()
        finding.state = OUTCOME_STATES[outcome]
        finding.round += 1 if again else 0
        finding.settled_at = None if finding.state in UNSETTLED else now()
        finish_task(actor, subject, P.FINDING_JUDGE, finding.code)
        if again and workdays is not None:
            open_task(subject, finding.organisation_id, P.FINDING_RECTIFY, workdays, finding.code)
    _read_again(finding)
    return verdict


def _verdict(actor: Actor, finding: Finding, outcome: Outcome, reason: str) -> Verdict:
    rectified = finding.rectifications[-1]
    return Verdict(
        finding_id=finding.id,
        inspection_id=finding.inspection_id,
        subject_id=finding.subject_id,
        rectification_id=rectified.id,
        round=finding.round,
        outcome=outcome,
        reason=reason.strip(),
        found_by=finding.found_by,
        rectified_by=rectified.user_id,
        given_by=actor.user_id,
        given_at=now(),
    )


def _read_again(finding: Finding) -> None:
    db.session.expire(finding, ["rectifications", "verdicts"])
