"""Producing a report: claimed once for a plan's period, later editions with a reason; signing marks it."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.assessments import actions as assessments
from app.assessments import queries as judged
from app.assessments.models import Assessment, AssessmentState
from app.audit import act
from app.catalogues.wording import N_
from app.contracts.models import Contract
from app.contracts.workflow import is_client
from app.core.actors import Actor, must
from app.core.canonical import Digests, canonical_json, digest_both
from app.core.clock import now
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused, WrongState
from app.core.periods import Period
from app.core.permissions import Permission
from app.evidence import store
from app.plans.models import Plan
from app.plans.queries import periods_owed
from app.reports import queries
from app.reports.content import Before, compose, same_findings
from app.reports.documents import files_of
from app.reports.gathering import Edition, facts_of
from app.reports.models import Report, ReportFile, ReportRun, ReportState
from app.reports.wording import Said, in_chinese, worded
from app.reports.workflow import WORKFLOW
from app.subjects.actions import stand_for_side

P = Permission
FIRST = 1
# Letters that a reason may have.
REASON = 400


@dataclass(frozen=True)
class _Draft:
    """An edition that was put together and is not stored yet."""

    edition: Edition
    content: dict[str, Any]
    before: Report | None = None


def produce(actor: Actor, plan: Plan, period: Period) -> Report | None:
    """The first edition of a period, computed and produced in one go; None when somebody produced it already.

    The claim comes first: of two at once the second waits at its key until the first is done, and then ends with the
    database's refusal. Nothing of a claim stays behind unless the report stands.
    """
    must(actor, P.REPORT_PRODUCE)
    contract = plan.contract
    if not actor.is_system and not is_client(actor, contract):
        raise NotAllowed(Problem(_("绩效报告由项目单位或系统生成。"), remedy=_("请切换到项目单位的身份后再办理。")))
    if queries.has_run(plan.id, period.text):
        return None
    _refuse_early(plan, period)
    code = queries.code_of(plan, period, FIRST)
    db.session.add(ReportRun(plan_id=plan.id, period=period.text, report_code=code, claimed_at=now()))
    db.session.flush()
    edition = Edition(code, FIRST, "", actor, now())
    assessment = _judged(actor, contract, plan, period)
    return _store(actor, plan, assessment, _Draft(edition, compose(facts_of(assessment, edition))))


def _refuse_early(plan: Plan, period: Period) -> None:
    if period not in periods_owed(plan):
        raise Refused(
            Problem(
                _("周期 %(period)s 不须生成报告。", period=period.text),
                why=_("周期尚未结束、不在合同期限内，或不适用考核约定 %(plan)s。", plan=plan.code),
                place="period",
            )
        )
    if queries.due_at(plan, period) > now():
        raise WrongState(
            Problem(
                _("周期 %(period)s 的报告还没有到期。", period=period.text),
                why=_("双方约定周期结束 %(n)s 天后生成报告，以便先完成核验和裁定。", n=plan.report_after_days),
                place="period",
            )
        )


def _judged(actor: Actor, contract: Contract, plan: Plan, period: Period) -> Assessment:
    """The assessment to show: what nobody has issued yet is brought up to date, anything further stands as it is."""
    newest = judged.newest(contract, plan, period)
    if newest is None or newest.state is AssessmentState.COMPUTED:
        return assessments.compute(actor, contract, plan, period)
    return newest


def restate(actor: Actor, contract: Contract, plan: Plan, period: Period, reason: str) -> Report:
    """A new edition by the client, with a reason; it lists what it says otherwise than the one before."""
    before = queries.newest_report(plan, period)
    if before is None:
        must(actor, P.REPORT_PRODUCE)
        raise WrongState(
            Problem(_("这个周期还没有报告。"), why=_("第一版由系统在约定的时间生成。"), remedy=_("请在生成后再更新。"))
        )
    WORKFLOW.check(actor, before, P.REPORT_PRODUCE, reason)
    return _renew(actor, plan, before, _judged(actor, contract, plan, period), reason.strip())


def renew(actor: Actor, plan: Plan, found: queries.Outdated) -> Report:
    """A new edition because the assessment moved: it became final, or was made anew."""
    code = found.assessment.code
    why = worded(N_("考核 %(code)s 已定稿"), code=code)
    reason = why if found.final else worded(N_("考核已有新版 %(code)s"), code=code)
    WORKFLOW.check(actor, found.report, P.REPORT_PRODUCE, in_chinese(reason))
    return _renew(actor, plan, found.report, found.assessment, reason)


def _renew(actor: Actor, plan: Plan, before: Report, assessment: Assessment, reason: Said) -> Report:
    number = before.edition + 1
    edition = Edition(queries.code_of(plan, Period(before.period), number), number, reason, actor, now())
    shown = queries.content_of(before)
    content = compose(facts_of(assessment, edition, Before(shown, before.sha256)))
    if same_findings(shown, content):
        raise Refused(
            Problem(
                _("没有新的内容，无须更新报告。"),
                why=_("考核结果、数据、除外裁定和证据都与第 %(n)s 版相同。", n=before.edition),
                remedy=_("请先补充数据或证据、重新计算考核，再更新报告。"),
            )
        )
    return _store(actor, plan, assessment, _Draft(edition, content, before))


def _store(actor: Actor, plan: Plan, assessment: Assessment, draft: _Draft) -> Report:
    """The report and its files, in one act; what it supersedes is marked when it stands."""
    contract, before = plan.contract, draft.before
    reason = in_chinese(draft.edition.reason)[:REASON] if before is not None else ""
    with act(actor, P.REPORT_PRODUCE, ref=contract.ref, reason=reason) as running:
        if not actor.is_system:
            stand_for_side(actor, contract.subject)
        report = _row(plan, assessment, draft, reason)
        db.session.add(report)
        db.session.flush()
        _store_files(report)
        if before is not None and before.state is ReportState.PRODUCED:
            before.state = ReportState.SUPERSEDED
        running.note(report=report.code, sha256=report.sha256)
    return report


def _row(plan: Plan, assessment: Assessment, draft: _Draft, reason: str) -> Report:
    text = canonical_json(draft.content)
    digests = digest_both(text.encode())
    return Report(
        code=draft.edition.code,
        contract_id=plan.contract_id,
        subject_id=plan.subject_id,
        plan_id=plan.id,
        period=assessment.period,
        starts_at=assessment.starts_at,
        ends_at=assessment.ends_at,
        edition=draft.edition.number,
        supersedes_id=draft.before.id if draft.before else None,
        assessment_id=assessment.id,
        assessment_state=assessment.state.value,
        content=text,
        sha256=digests.sha256,
        sm3=digests.sm3,
        evidence_gaps=draft.content["evidence_gaps"],
        produced_by=draft.edition.actor.user_id,
        produced_at=draft.edition.at,
        reason=reason,
    )


def _store_files(report: Report) -> None:
    """The blobs first: a row never names a file that is not there."""
    for kind, body in files_of(report.content, Digests(report.sha256, report.sm3)).items():
        made = digest_both(body)
        store.put(body, made.sha256)
        db.session.add(ReportFile(report_id=report.id, kind=kind, sha256=made.sha256, sm3=made.sm3, size=len(body)))
    db.session.flush()


def mark_signed(actor: Actor, report: Report) -> None:
    """The inspectorate has signed its conclusion on this edition. Needs a running act of the room above."""
    WORKFLOW.check(actor, report, P.REPORT_SIGN)
    report.state = ReportState.SIGNED
    db.session.flush()
