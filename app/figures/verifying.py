"""Verifying and doubting what was reported, and closing periods: acts of the other sides, never of who reported."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import act
from app.contracts.models import Contract
from app.contracts.workflow import is_client
from app.core.actors import Actor, must
from app.core.clock import now
from app.core.db import db
from app.core.errors import NotAllowed, NotFound, Problem, Refused, WrongState
from app.core.periods import Period, PeriodKind
from app.core.permissions import Permission, Side
from app.figures.actions import ANSWER_DOUBT_WITHIN
from app.figures.kinds import Source, SubmissionKind, Verdict
from app.figures.measures import closed_periods, window_of
from app.figures.models import ClosedPeriod, Figure, Submission, Verification
from app.figures.queries import count_unverified, has_doubts, in_sheaf, is_current, unverified, unverified_events
from app.figures.storing import queue, store_verdicts
from app.figures.verdicts import count_doubted, standing_doubts
from app.lifecycle.actions import ask_once, drop_tasks, finish_task
from app.lifecycle.queries import open_tasks_of
from app.subjects.actions import stand_for_side
from app.subjects.queries import side_of

P = Permission
CLOSABLE = frozenset({PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR})


def verify(actor: Actor, contract: Contract, figure_ids: Sequence[int], note: str = "") -> int:
    """Marks standing figures as verified, all in one act; returns how many. A note says why after a doubt."""
    return _judge(actor, contract, figure_ids, Verdict.VERIFIED, note)


def doubt(actor: Actor, contract: Contract, figure_ids: Sequence[int], reason: str) -> int:
    """Marks standing figures as doubted, with the reason; who reported them is asked to answer."""
    return _judge(actor, contract, figure_ids, Verdict.DOUBTED, reason)


def verify_period(actor: Actor, contract: Contract, period: Period, source: Source, seen: int) -> int:
    """Verifies every unjudged figure of a period in one act (a month with its days and hours).

    `seen` is the highest id that the actor saw: what came later is not verified unread.
    """
    must(actor, P.FIGURE_VERIFY)
    waiting = unverified(contract).where(*in_sheaf(period, source), Figure.id <= seen)
    return verify(actor, contract, list(db.session.scalars(waiting)))


def doubt_period(actor: Actor, contract: Contract, period: Period, source: Source, seen: int, reason: str) -> int:
    """Doubts every unjudged figure of a whole period in one act."""
    must(actor, P.FIGURE_DOUBT)
    waiting = unverified(contract).where(*in_sheaf(period, source), Figure.id <= seen)
    return doubt(actor, contract, list(db.session.scalars(waiting)), reason)


def _judge(actor: Actor, contract: Contract, figure_ids: Sequence[int], verdict: Verdict, reason: str) -> int:
    permission = P.FIGURE_VERIFY if verdict is Verdict.VERIFIED else P.FIGURE_DOUBT
    must(actor, permission)
    queue(contract)
    groups = _by_submission(contract, figure_ids)
    _refuse_own(actor, contract, [submission for submission, _ids in groups])
    _refuse_wordless(actor, verdict, reason, figure_ids)
    with act(actor, permission, ref=contract.ref, reason=reason) as running:
        side = stand_for_side(actor, contract.subject)
        running.note(figures=len(figure_ids), submissions=len(groups))
        for submission, ids in groups:
            made = _verification(actor, submission, side, verdict, reason)
            made.figure_count = len(ids)
            db.session.add(made)
            db.session.flush()
            store_verdicts(made, ids)
            if verdict is Verdict.DOUBTED:
                ask_once(contract.subject, submission.organisation_id, P.FIGURE_SUBMIT, ANSWER_DOUBT_WITHIN)
        _finish(actor, contract)
    return len(figure_ids)


def _refuse_wordless(actor: Actor, verdict: Verdict, reason: str, figure_ids: Sequence[int]) -> None:
    """A doubt says why; so does who takes the own doubt back."""
    if reason.strip():
        return
    if verdict is Verdict.DOUBTED:
        raise Refused(Problem(_("请写明存疑的理由。"), place="reason"))
    if any(actor.user_id in standing_doubts(some) for some in _portions(sorted(set(figure_ids)))):
        raise Refused(
            Problem(
                _("您曾对所选数据存疑，撤回存疑须写明理由。"),
                why=_("同一版本先存疑后核验，督查时须能看到依据。"),
                remedy=_("请填写理由，或由同侧另一人核验，或由报送方更正。"),
                place="reason",
            )
        )


def _by_submission(contract: Contract, figure_ids: Sequence[int]) -> list[tuple[Submission, list[int]]]:
    """The figures by submission; refuses what does not belong here, no longer stands, or lies in a closed period."""
    wanted = set(figure_ids)
    if not wanted:
        raise Refused(Problem(_("没有需要核验的数据。"), remedy=_("请刷新页面查看最新情况。")))
    rows: list[Figure] = []
    for some in _portions(sorted(wanted)):
        statement = sa.select(Figure).where(Figure.id.in_(some), Figure.contract_id == contract.id, is_current())
        rows += db.session.scalars(statement)
    if len(rows) != len(wanted):
        raise WrongState(
            Problem(
                _("所选数据中有 %(n)s 个已被更正或不属于这份合同。", n=len(wanted) - len(rows)),
                remedy=_("请刷新页面，按最新数据核验。"),
            )
        )
    _refuse_closed(contract, rows)
    rows.sort(key=lambda one: (one.submission_id, one.id))
    found = []
    for submission_id, group in groupby(rows, key=lambda one: one.submission_id):
        submission = db.session.get_one(Submission, submission_id)
        found.append((submission, [one.id for one in group]))
    return found


def _portions(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + 5000] for start in range(0, len(ids), 5000))


def _refuse_closed(contract: Contract, rows: Iterable[Figure]) -> None:
    closed = closed_periods(contract)
    hit = sorted(
        {c.period for one in rows for c in closed if c.starts_at <= one.starts_at and one.ends_at <= c.ends_at}
    )
    if hit:
        raise WrongState(
            Problem(_("周期 %(periods)s 已关闭。", periods="、".join(hit)), remedy=_("如确需核验，请先重开。"))
        )


def _refuse_own(actor: Actor, contract: Contract, submissions: Iterable[Submission]) -> None:
    """I5: never one's own, never one's organisation's, never the operator."""
    why = _("数据由报送方以外的管理方或监督方核验（四眼原则）。")
    if side_of(contract.subject, actor.organisation_id) not in {Side.MANAGEMENT, Side.SUPERVISION}:
        raise NotAllowed(Problem(_("您的机构不核验这份合同的数据。"), why=why))
    for one in submissions:
        if one.user_id == actor.user_id or one.organisation_id == actor.organisation_id:
            raise NotAllowed(Problem(_("不能核验本人或本机构报送的数据。"), why=why))


def _verification(actor: Actor, submission: Submission, side: Side, verdict: Verdict, reason: str) -> Verification:
    return Verification(
        submission_id=submission.id,
        contract_id=submission.contract_id,
        subject_id=submission.subject_id,
        submitted_by=submission.user_id,
        submitter_org_id=submission.organisation_id,
        organisation_id=actor.organisation_id,
        side=side,
        user_id=actor.user_id,
        verdict=verdict,
        reason=reason.strip(),
        verified_at=now(),
        figure_count=0,
    )


def _finish(actor: Actor, contract: Contract) -> None:
    """The task is done when nothing waits any more; nobody owes an answer to a doubt that was taken back."""
    db.session.flush()
    if count_unverified(contract) == 0 and not unverified_events(contract):
        finish_task(actor, contract.subject, P.FIGURE_VERIFY)
    asked = any(task.permission == P.FIGURE_SUBMIT for task in open_tasks_of(contract.subject))
    if asked and not has_doubts(contract):
        drop_tasks(actor, contract.subject, [P.FIGURE_SUBMIT])


def judge_events(actor: Actor, submission: Submission, verdict: Verdict, reason: str = "") -> Verification:
    """A verdict on a submission of events as a whole."""
    permission = P.FIGURE_VERIFY if verdict is Verdict.VERIFIED else P.FIGURE_DOUBT
    must(actor, permission)
    contract = submission.contract
    if submission.kind is not SubmissionKind.EVENTS:
        raise NotFound
    _refuse_own(actor, contract, [submission])
    if verdict is Verdict.DOUBTED and not reason.strip():
        raise Refused(Problem(_("请写明存疑的理由。"), place="reason"))
    with act(actor, permission, ref=contract.ref, reason=reason) as running:
        side = stand_for_side(actor, contract.subject)
        running.note(submission=submission.id, events=submission.stored_count)
        made = _verification(actor, submission, side, verdict, reason)
        db.session.add(made)
        if verdict is Verdict.DOUBTED:
            ask_once(contract.subject, submission.organisation_id, P.FIGURE_SUBMIT, ANSWER_DOUBT_WITHIN)
        _finish(actor, contract)
    return made


# --- closed periods --------------------------------------------------------------------------------------------------


def close_period(actor: Actor, contract: Contract, period: Period) -> ClosedPeriod:
    """No figure or event of the period is taken any more. Every reported figure in it must have been judged."""
    must(actor, P.PERIOD_CLOSE)
    _refuse_others(actor, contract, P.PERIOD_CLOSE)
    queue(contract)
    problems = _not_closable(contract, period)
    if problems:
        raise Refused(problems)
    if any(one.period == period.text for one in closed_periods(contract)):
        raise WrongState(Problem(_("周期 %(period)s 已关闭。", period=period.text)))
    with act(actor, P.PERIOD_CLOSE, ref=contract.ref) as running:
        running.note(period=period.text)
        stand_for_side(actor, contract.subject)
        closed = ClosedPeriod(
            contract_id=contract.id,
            subject_id=contract.subject_id,
            period=period.text,
            starts_at=period.start,
            ends_at=period.end,
            closed_at=now(),
            closed_by=actor.user_id,
        )
        db.session.add(closed)
    return closed


def _not_closable(contract: Contract, period: Period) -> list[Problem]:
    window, found = window_of(contract), []
    if period.kind not in CLOSABLE:
        found.append(Problem(_("只能关闭月、季度或年。"), place="period"))
    if period.end > window.now:
        found.append(Problem(_("周期 %(period)s 尚未结束。", period=period.text), place="period"))
    if not period.overlaps(window.start, window.end):
        found.append(Problem(_("周期 %(period)s 不在合同期限内。", period=period.text), place="period"))
    waiting = count_unverified(contract, period)
    if waiting:
        found.append(
            Problem(
                _("周期 %(period)s 还有 %(n)s 个数据没有核验。", period=period.text, n=waiting),
                remedy=_("请先核验或标记存疑，再关闭周期。"),
                place="period",
            )
        )
    doubted = count_doubted(contract, period)
    if doubted:
        found.append(
            Problem(
                _("周期 %(period)s 有 %(n)s 个数据存疑，且没有已核验的版本。", period=period.text, n=doubted),
                why=_("关闭后既不能更正也不能核验，存疑的数据将无法用于考核。"),
                remedy=_("请由报送方更正后核验，再关闭周期。"),
                place="period",
            )
        )
    events = unverified_events(contract, period)
    if events:
        found.append(
            Problem(
                _("周期 %(period)s 还有 %(n)s 份状态事件没有核验。", period=period.text, n=len(events)),
                remedy=_("请先核验或标记存疑，再关闭周期。"),
                place="period",
            )
        )
    return found


def reopen_period(actor: Actor, contract: Contract, period: Period, reason: str) -> ClosedPeriod:
    """Opens a closed period again: by another person than who closed it, with a reason."""
    must(actor, P.PERIOD_REOPEN)
    _refuse_others(actor, contract, P.PERIOD_REOPEN)
    closed = next((one for one in closed_periods(contract) if one.period == period.text), None)
    if closed is None:
        raise WrongState(Problem(_("周期 %(period)s 没有关闭。", period=period.text)))
    problems = []
    if not reason.strip():
        problems.append(Problem(_("请写明理由。"), remedy=_("填写理由后再提交。"), place="reason"))
    if closed.closed_by == actor.user_id:
        problems.append(Problem(_("关闭周期的人不能重开同一周期。"), why=_("关闭与重开须由两人办理（四眼原则）。")))
    if problems:
        raise Refused(problems)
    with act(actor, P.PERIOD_REOPEN, ref=contract.ref, reason=reason) as running:
        running.note(period=period.text)
        stand_for_side(actor, contract.subject)
        closed.reopened_at, closed.reopened_by, closed.reopen_reason = now(), actor.user_id, reason.strip()
    return closed


def _refuse_others(actor: Actor, contract: Contract, permission: Permission) -> None:
    if not is_client(actor, contract):
        raise NotAllowed(
            Problem(
                _("“%(act)s”不是您的机构的事项。", act=permission.label),
                why=_("该事项由合同的甲方（项目单位）办理。"),
                remedy=_("如您也在该机构任职，请先切换身份。"),
            )
        )
