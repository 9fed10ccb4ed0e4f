"""Claiming time that is not to count, withdrawing a claim, and deciding on it: acts of two different sides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.audit import act
from app.contracts.models import Contract
from app.contracts.workflow import is_operator
from app.core.actors import Actor, must
from app.core.canonical import digest_both
from app.core.clock import now
from app.core.db import db, serialise
from app.core.errors import NotAllowed, Problem, Refused, WrongState
from app.core.formats import fmt
from app.core.permissions import Permission
from app.evidence.actions import attach
from app.evidence.models import EvidenceFile
from app.figures.actions import OPEN_STATES
from app.figures.measures import agreed_version, window_of
from app.lifecycle.actions import ask_once, drop_tasks, finish_task
from app.service_levels.models import Exclusion, ExclusionCause, ExclusionState
from app.service_levels.queries import exclusions_of, next_number
from app.service_levels.wording import period_closed
from app.service_levels.workflow import WORKFLOW
from app.services.models import Service
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of

P = Permission
# Working days in which a claim is to be decided, and the longest stretch one claim may cover; defaults of the product.
DECIDE_WITHIN = 5
LONGEST = timedelta(days=31)


@dataclass(frozen=True)
class ClaimFacts:
    """What an operator claims. `service` None: every service of the contract.

    The evidence is a new file, or one that is stored with the contract already, named by its SHA-256.
    """

    service: Service | None
    begins_at: datetime
    ends_at: datetime
    cause: ExclusionCause
    reason: str
    announced_at: datetime | None = None
    upload: FileStorage | None = None
    evidence_sha: str = ""


def claim(actor: Actor, contract: Contract, facts: ClaimFacts) -> Exclusion:
    """The operator claims that a stretch of time is not to count; the client is asked to decide."""
    must(actor, P.EXCLUSION_CLAIM)
    _refuse_others(actor, contract)
    serialise(f"exclusions:{contract.id}")
    problems = [*_service_problems(contract, facts), *_span_problems(contract, facts), *_cause_problems(facts)]
    problems += [*_overlaps(contract, facts), *_evidence_problems(contract, facts)]
    if problems:
        raise Refused(problems)
    with act(actor, P.EXCLUSION_CLAIM, ref=contract.ref, reason=facts.reason) as running:
        stand_for_side(actor, contract.subject)
        evidence = _evidence(actor, contract, facts)
        made = _claimed(actor, contract, facts, evidence)
        db.session.add(made)
        db.session.flush()
        running.note(exclusion=made.number, evidence=evidence.sha256)
        for client in _clients(contract):
            ask_once(contract.subject, client, P.EXCLUSION_DECIDE, DECIDE_WITHIN, item=made.item)
    return made


def _refuse_others(actor: Actor, contract: Contract) -> None:
    if not is_operator(actor, contract):
        raise NotAllowed(
            Problem(
                _("“%(act)s”不是您的机构的事项。", act=P.EXCLUSION_CLAIM.label),
                why=_("除外时段由合同的乙方（运营企业）申报。"),
                remedy=_("如您也在该机构任职，请先切换身份。"),
            )
        )
    if contract.state not in OPEN_STATES:
        raise WrongState(
            Problem(
                _("合同尚未生效，不能申报除外时段。"),
                why=_("合同现在是“%(state)s”。", state=contract.state.label),
                remedy=_("合同生效后再申报。"),
            )
        )


def withdraw(actor: Actor, exclusion: Exclusion) -> Exclusion:
    """The operator takes its own claim back before it is decided."""
    WORKFLOW.check(actor, exclusion, P.EXCLUSION_WITHDRAW)
    with act(actor, P.EXCLUSION_WITHDRAW, ref=exclusion.contract.ref) as running:
        running.note(exclusion=exclusion.number)
        _decide(actor, exclusion, ExclusionState.WITHDRAWN, PartyRole.OPERATOR, "")
        drop_tasks(actor, exclusion.contract.subject, [P.EXCLUSION_DECIDE], item=exclusion.item)
    return exclusion


def grant(
    actor: Actor, exclusion: Exclusion, begin: datetime | None = None, end: datetime | None = None, reason: str = ""
) -> Exclusion:
    """The client grants a claim, or a narrower stretch of it, with the reason: it changes what is scored."""
    WORKFLOW.check(actor, exclusion, P.EXCLUSION_DECIDE)
    begin, end = begin or exclusion.begins_at, end or exclusion.ends_at
    problems = _grant_problems(exclusion, begin, end, reason)
    if problems:
        raise Refused(problems)
    with act(actor, P.EXCLUSION_DECIDE, ref=exclusion.contract.ref, reason=reason) as running:
        running.note(exclusion=exclusion.number)
        _decide(actor, exclusion, ExclusionState.GRANTED, PartyRole.CLIENT, reason, (begin, end))
        finish_task(actor, exclusion.contract.subject, P.EXCLUSION_DECIDE, item=exclusion.item)
    return exclusion


def refuse(actor: Actor, exclusion: Exclusion, reason: str) -> Exclusion:
    """The client refuses a claim, with the reason; the time counts as it was measured."""
    WORKFLOW.check(actor, exclusion, P.EXCLUSION_DECIDE)
    if not reason.strip():
        raise Refused(Problem(_("请写明不予除外的理由。"), remedy=_("填写理由后再提交。"), place="reason"))
    with act(actor, P.EXCLUSION_DECIDE, ref=exclusion.contract.ref, reason=reason) as running:
        running.note(exclusion=exclusion.number)
        _decide(actor, exclusion, ExclusionState.REFUSED, PartyRole.CLIENT, reason)
        finish_task(actor, exclusion.contract.subject, P.EXCLUSION_DECIDE, item=exclusion.item)
    return exclusion


def _decide(
    actor: Actor,
    exclusion: Exclusion,
    state: ExclusionState,
    role: PartyRole,
    reason: str,
    granted: tuple[datetime, datetime] | tuple[None, None] = (None, None),
) -> None:
    """Writes who ended a claim, and how, all at once: the table takes no half of it. Needs a running act."""
    side = stand_for_side(actor, exclusion.contract.subject)
    exclusion.state = state
    exclusion.granted_from, exclusion.granted_until = granted
    exclusion.decided_by, exclusion.decider_org_id = actor.user_id, actor.organisation_id
    exclusion.decider_side, exclusion.decider_role = side, role
    exclusion.decided_at, exclusion.decision_reason = now(), reason.strip()
    db.session.flush()


# --- what a claim has to be ------------------------------------------------------------------------------------------


def _service_problems(contract: Contract, facts: ClaimFacts) -> list[Problem]:
    version = agreed_version(contract)
    agreed = {one.service_id for one in version.lines} if version else set()
    if facts.service is None or facts.service.id in agreed:
        return []
    return [Problem(_("该服务不在合同中。"), remedy=_("请从合同的服务中选择，或选择全部服务。"), place="service")]


def _span_problems(contract: Contract, facts: ClaimFacts) -> list[Problem]:
    begin, end, window, found = facts.begins_at, facts.ends_at, window_of(contract), []
    if end <= begin:
        found.append(Problem(_("结束时间须晚于开始时间。"), place="ends_at"))
    elif end - begin > LONGEST:
        remedy = _("更长的时段请分次申报，各附证据。")
        found.append(Problem(_("一次最多申报 %(n)s 天。", n=LONGEST.days), remedy=remedy, place="ends_at"))
    if begin < window.start or end > window.end:
        found.append(Problem(_("时段不在合同期限内。"), remedy=_("请核对日期。"), place="begins_at"))
    if end > window.now and facts.cause is not ExclusionCause.ANNOUNCED_MAINTENANCE:
        found.append(
            Problem(
                _("时段尚未结束。"),
                why=_("只有已公告的维护可以事先申报。"),
                remedy=_("请在事件结束后申报，或只申报到目前为止的时段。"),
                place="ends_at",
            )
        )
    touched = [name for opens, closes, name in window.closed if opens < end and closes > begin]
    return found + [period_closed(name) for name in touched]


def _cause_problems(facts: ClaimFacts) -> list[Problem]:
    found, announced = [], facts.announced_at
    if not facts.reason.strip():
        found.append(Problem(_("请写明理由。"), remedy=_("说明发生了什么、为何不应计入。"), place="reason"))
    if facts.cause is not ExclusionCause.ANNOUNCED_MAINTENANCE:
        if announced is not None:
            found.append(Problem(_("只有公告维护填写公告时间。"), remedy=_("请清空公告时间。"), place="announced_at"))
    elif announced is None:
        found.append(Problem(_("公告维护须填写公告时间。"), place="announced_at"))
    elif announced >= facts.begins_at:
        found.append(
            Problem(
                _("公告时间须早于维护开始。"),
                why=_("维护开始后才公告的，不属于公告维护。"),
                remedy=_("请核对公告时间，或改选其他原因。"),
                place="announced_at",
            )
        )
    elif announced > now():
        found.append(Problem(_("公告时间还没有到。"), remedy=_("请在公告后申报。"), place="announced_at"))
    return found


def _overlaps(contract: Contract, facts: ClaimFacts) -> list[Problem]:
    """One stretch of one service is claimed once; what was granted is not claimed again."""
    if facts.ends_at <= facts.begins_at:
        return []
    key = facts.service.id if facts.service else None
    return [
        Problem(
            _(
                "与第 %(n)s 号申报（%(begin)s 至 %(end)s，%(state)s）重叠。",
                n=one.number,
                state=one.state.label,
                **_shown(one),
            ),
            remedy=_("请避开已申报的时段；如需改动，请先撤回原申报。"),
            place="begins_at",
        )
        for one in exclusions_of(contract, facts.begins_at, facts.ends_at)
        if one.state in {ExclusionState.CLAIMED, ExclusionState.GRANTED}
        and (key is None or one.concerns(key))
        and one.span[0] < facts.ends_at
        and one.span[1] > facts.begins_at
    ]


def _shown(exclusion: Exclusion) -> dict[str, str]:
    begin, end = exclusion.span
    return {"begin": fmt.moment(begin), "end": fmt.moment(end)}


def _grant_problems(exclusion: Exclusion, begin: datetime, end: datetime, reason: str) -> list[Problem]:
    found = []
    if end <= begin:
        found.append(Problem(_("结束时间须晚于开始时间。"), place="granted_until"))
    if begin < exclusion.begins_at or end > exclusion.ends_at:
        found.append(
            Problem(
                _("准予的时段须在申报的时段之内（%(begin)s 至 %(end)s）。", **_shown(exclusion)),
                remedy=_("如确应更长，请运营方另行申报。"),
                place="granted_from",
            )
        )
    if not reason.strip():
        found.append(
            Problem(
                _("请写明准予除外的理由。"),
                why=_("除外会改变考核结果，督查时须能看到依据。"),
                remedy=_("填写理由后再提交；只准予一部分时，一并说明其余为何不准予。"),
                place="reason",
            )
        )
    return found


# --- evidence --------------------------------------------------------------------------------------------------------


def _evidence_problems(contract: Contract, facts: ClaimFacts) -> list[Problem]:
    if _is_upload(facts):
        return []
    if not facts.evidence_sha:
        return [
            Problem(
                _("请附上证据。"),
                why=_("除外时段须有证据：公告、通知、工单、监测截图等。"),
                remedy=_("请上传文件，或选择合同中已有的材料。"),
                place="file",
            )
        ]
    if _known(contract, facts.evidence_sha) is None:
        return [Problem(_("合同中没有这份材料。"), remedy=_("请重新选择，或上传文件。"), place="evidence")]
    return []


def _is_upload(facts: ClaimFacts) -> bool:
    return facts.upload is not None and bool(facts.upload.filename)


def _evidence(actor: Actor, contract: Contract, facts: ClaimFacts) -> EvidenceFile:
    """The stored file; a new one is kept, one that is known by its content is not kept twice. Needs a running act."""
    sha256, upload = facts.evidence_sha, facts.upload
    if upload is not None and _is_upload(facts):
        sha256 = digest_both(upload.stream.read()).sha256
        upload.stream.seek(0)
        if _known(contract, sha256) is None:
            return attach(actor, contract.subject, upload, str(_("除外时段证据")))
    found = _known(contract, sha256)
    if found is None:
        raise Refused(_evidence_problems(contract, facts))
    return found


def _known(contract: Contract, sha256: str) -> EvidenceFile | None:
    return db.session.scalar(
        sa.select(EvidenceFile).where(EvidenceFile.subject_id == contract.subject_id, EvidenceFile.sha256 == sha256)
    )


def _claimed(actor: Actor, contract: Contract, facts: ClaimFacts, evidence: EvidenceFile) -> Exclusion:
    return Exclusion(
        contract_id=contract.id,
        subject_id=contract.subject_id,
        number=next_number(contract),
        service_id=facts.service.id if facts.service else None,
        begins_at=facts.begins_at,
        ends_at=facts.ends_at,
        cause=facts.cause,
        reason=facts.reason.strip(),
        announced_at=facts.announced_at,
        sha256=evidence.sha256,
        claimed_by=actor.user_id,
        claimer_org_id=actor.organisation_id,
        claimed_at=now(),
    )


def _clients(contract: Contract) -> list[int]:
    return sorted(one.organisation_id for one in parties_of(contract.subject) if one.role is PartyRole.CLIENT)
