"""The life of a contract: open, submit, sign, return, void, take effect, terminate, expire."""

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.audit import act
from app.audit.heads import seal
from app.catalogues.models import CatalogueEntry
from app.contracts.content import canonical_content
from app.contracts.drafting import copy_version
from app.contracts.models import Contract, ContractState, ContractVersion, Signature, VersionState
from app.contracts.of_projects import give_back, keep_check, tell_purchase, waits_for_handover
from app.contracts.workflow import SIGNING_ROLES, WORKFLOW
from app.core.actors import SYSTEM, Actor, must
from app.core.clock import now, today
from app.core.db import db, serialise
from app.core.errors import NotAllowed, Problem, Refused, Stale
from app.core.permissions import Permission, Side
from app.evidence.actions import attach
from app.evidence.models import EvidenceFile
from app.lifecycle.actions import drop_tasks, finish_task, open_task
from app.organisations.models import Organisation
from app.practices.choosing import chosen_entry, follow
from app.subjects.actions import add_party, freeze_parties, open_subject, stand_for_side
from app.subjects.models import PartyRole, SubjectKind
from app.subjects.queries import parties_of

P = Permission
# What is owed on the contract itself: findings, figures and scores outlive its term.
OWN_ACTS = tuple(one for one in Permission if one.startswith("contract:"))
# Of a contract that is over no responsibility list is drawn up or signed any more.
ABOUT_ITS_DUTIES = (P.DUTY_DRAFT, P.DUTY_SIGN)
ENDED = frozenset({ContractState.EXPIRED, ContractState.TERMINATED, ContractState.VOID})
# Working days for each step; defaults of the product, see docs/glossary.md.
SIGN_WITHIN = 5
CORRECT_WITHIN = 10
ANSWER_TERMINATION_WITHIN = 10


def open_contract(actor: Actor, title: str, practice: CatalogueEntry | str = "") -> Contract:
    """Opens a draft with the actor's organisation as client, under the next code of its region.

    `practice` is the one that it follows: the version that its project follows, or the code that was chosen.
    """
    must(actor, P.CONTRACT_DRAFT)
    if actor.only_subject:
        raise NotAllowed(Problem(_("该令牌只能用于合同 %(code)s。", code=actor.only_subject)))
    client = db.session.get(Organisation, actor.organisation_id)
    if client is None or Side.MANAGEMENT not in client.sides:
        raise NotAllowed(Problem(_("只有管理方机构可以起草合同。"), remedy=_("请切换到项目单位的身份。")))
    followed = chosen_entry(client.region, practice) if isinstance(practice, str) else practice
    code = _next_code(client)
    with act(actor, P.CONTRACT_DRAFT, ref=f"contract:{code}"):
        subject = open_subject(SubjectKind.CONTRACT, code, title, client.region)
        follow(subject, followed)
        contract = Contract(code=code, subject_id=subject.id, subject=subject)
        contract.versions = [ContractVersion(number=1)]
        db.session.add(contract)
        db.session.flush()
        add_party(subject, client, PartyRole.CLIENT)
        stand_for_side(actor, subject)
    return contract


def _next_code(client: Organisation) -> str:
    stem = f"HT-{client.region.code}-{today().year}-"
    serialise(stem)
    last = db.session.scalar(
        sa.select(sa.func.max(Contract.code)).where(Contract.code.between(stem, f"{stem}99999999"))
    )
    return f"{stem}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def submit(actor: Actor, contract: Contract, seen_digest: str) -> ContractVersion:
    """Seals the draft that the actor has read and asks every signing party to sign it."""
    WORKFLOW.check(actor, contract, P.CONTRACT_SUBMIT)
    version = contract.current
    content, digests = canonical_content(version)
    _same_content(seen_digest, digests.sha256)
    with act(actor, P.CONTRACT_SUBMIT, ref=contract.ref) as running:
        running.note(version=version.number, sha256=digests.sha256, sm3=digests.sm3, **_paper(version))
        stand_for_side(actor, contract.subject)
        keep_check(actor, contract)
        finish_task(actor, contract.subject, P.CONTRACT_SUBMIT)
        contract.state = ContractState.SIGNING
        version.state = VersionState.SIGNING
        version.content, version.digest_sha256, version.digest_sm3 = content, digests.sha256, digests.sm3
        version.sealed_at, version.submitted_by = now(), actor.user_id
        freeze_parties(contract.subject, now())
        for organisation_id in signing_organisations(contract):
            open_task(contract.subject, organisation_id, P.CONTRACT_SIGN, SIGN_WITHIN)
    return version


def _paper(version: ContractVersion) -> dict[str, str]:
    """What the trail says of an existing contract: it is confirmed by the paper, not signed today."""
    return {"existing": version.paper_number} if version.paper_number is not None else {}


def _same_content(seen: str, present: str) -> None:
    if seen != present:
        raise Stale(
            Problem(
                _("合同内容在您打开页面之后已经变化，没有办理。"),
                why=_("您看到的内容摘要是 %(seen)s…，现在是 %(now)s…。", seen=seen[:12], now=present[:12]),
                remedy=_("请刷新页面，重新阅读后再办理。"),
            )
        )


def signing_organisations(contract: Contract) -> list[int]:
    """The organisations whose signatures make the contract: client and operators."""
    return sorted({one.organisation_id for one in parties_of(contract.subject) if one.role in SIGNING_ROLES})


def sign(actor: Actor, contract: Contract, seen_digest: str) -> Signature:
    """Signs the sealed content by its digest; the last signature makes the contract signed, or in force.

    Of an existing contract this confirms the paper; one whose term is over ends at once on its last day.
    """
    WORKFLOW.check(actor, contract, P.CONTRACT_SIGN)
    version = contract.current
    _same_content(seen_digest, version.digest_sha256 or "")
    _, present = canonical_content(version)
    _same_content(present.sha256, version.digest_sha256 or "")
    with act(actor, P.CONTRACT_SIGN, ref=contract.ref) as running:
        running.note(version=version.number, sha256=version.digest_sha256, sm3=version.digest_sm3, **_paper(version))
        side = stand_for_side(actor, contract.subject)
        signature = _signature(actor, contract, version, side)
        finish_task(actor, contract.subject, P.CONTRACT_SIGN)
        signed = {one.organisation_id for one in version.signatures}
        if signed == set(signing_organisations(contract)):
            version.state = VersionState.SIGNED
            # The guard on contracts asks for the signed version, so that one is written first.
            db.session.flush()
            contract.state = ContractState.SIGNED
            tell_purchase(actor, contract)
            drop_tasks(actor, contract.subject, OWN_ACTS)
    _catch_up(contract, version)
    seal()
    return signature


def _catch_up(contract: Contract, version: ContractVersion) -> None:
    """A signed contract takes effect, and ends, when the day for it has come and its project is handed over."""
    begun = (version.term_from or date.max) <= today()
    if contract.state is ContractState.SIGNED and begun and not waits_for_handover(contract):
        take_effect(SYSTEM, contract)
    if contract.state is ContractState.IN_FORCE and (version.term_until or date.max) < today():
        expire(SYSTEM, contract)


def _signature(actor: Actor, contract: Contract, version: ContractVersion, side: Side) -> Signature:
    signature = Signature(
        version_id=version.id,
        contract_id=contract.id,
        subject_id=contract.subject_id,
        organisation_id=actor.organisation_id,
        side=side,
        user_id=actor.user_id,
        submitted_by=version.submitted_by,
        digest_sha256=version.digest_sha256,
        digest_sm3=version.digest_sm3,
        signed_at=now(),
    )
    db.session.add(signature)
    db.session.flush()
    db.session.refresh(version, ["signatures"])
    return signature


def return_for_change(actor: Actor, contract: Contract, reason: str) -> ContractVersion:
    """Sends a version back: it stays readable as returned, its signatures with it; a copy is the next draft."""
    WORKFLOW.check(actor, contract, P.CONTRACT_RETURN, reason)
    with act(actor, P.CONTRACT_RETURN, ref=contract.ref, reason=reason):
        stand_for_side(actor, contract.subject)
        contract.current.state = VersionState.WITHDRAWN
        draft = copy_version(contract)
        contract.state = ContractState.DRAFT
        freeze_parties(contract.subject, None)
        drop_tasks(actor, contract.subject, OWN_ACTS)
        client = next(one for one in parties_of(contract.subject) if one.role is PartyRole.CLIENT)
        open_task(contract.subject, client.organisation_id, P.CONTRACT_SUBMIT, CORRECT_WITHIN)
    return draft


def void(actor: Actor, contract: Contract, reason: str) -> None:
    """Gives a draft up for good; it stays readable."""
    _move(actor, contract, P.CONTRACT_VOID, reason)


def take_effect(actor: Actor, contract: Contract) -> None:
    """Puts a signed contract into force on or after its first day."""
    if contract.current.term_from is None or contract.current.term_from > today():
        raise Refused(Problem(_("还没有到合同起始日。")))
    _move(actor, contract, P.CONTRACT_TAKE_EFFECT)


def expire(actor: Actor, contract: Contract) -> None:
    """Ends a contract after its last day."""
    until = contract.current.term_until
    if until is None or until >= today():
        raise Refused(Problem(_("合同期限尚未届满。")))
    _move(actor, contract, P.CONTRACT_EXPIRE, ended_on=until)


def propose_termination(actor: Actor, contract: Contract, reason: str) -> None:
    """The client proposes to end a contract early; the operators must answer within working days."""
    WORKFLOW.check(actor, contract, P.CONTRACT_PROPOSE_TERMINATION, reason)
    with act(actor, P.CONTRACT_PROPOSE_TERMINATION, ref=contract.ref, reason=reason):
        stand_for_side(actor, contract.subject)
        contract.state = ContractState.TERMINATING
        for operator in {one.organisation_id for one in parties_of(contract.subject) if one.role is PartyRole.OPERATOR}:
            open_task(contract.subject, operator, P.CONTRACT_AGREE_TERMINATION, ANSWER_TERMINATION_WITHIN)


def agree_termination(actor: Actor, contract: Contract, reason: str) -> None:
    """The operator agrees: the contract ends today."""
    _move(actor, contract, P.CONTRACT_AGREE_TERMINATION, reason, ended_on=today())


def refuse_termination(actor: Actor, contract: Contract, reason: str) -> None:
    """The operator does not agree: the contract goes on."""
    _move(actor, contract, P.CONTRACT_REFUSE_TERMINATION, reason)


def _move(
    actor: Actor, contract: Contract, permission: Permission, reason: str = "", ended_on: date | None = None
) -> None:
    transition = WORKFLOW.check(actor, contract, permission, reason)
    with act(actor, permission, ref=contract.ref, reason=reason):
        if not actor.is_system:
            stand_for_side(actor, contract.subject)
        drop_tasks(actor, contract.subject, OWN_ACTS)
        if transition.target in ENDED:
            drop_tasks(actor, contract.subject, ABOUT_ITS_DUTIES)
        if transition.target is not None:
            contract.state = ContractState(transition.target.value)
        if contract.state is ContractState.VOID:
            give_back(actor, contract)
        contract.ended_on = ended_on or contract.ended_on


def attach_file(actor: Actor, contract: Contract, upload: FileStorage, purpose: str) -> EvidenceFile:
    """Attaches a file to the contract in any state but void."""
    WORKFLOW.check(actor, contract, P.CONTRACT_ATTACH)
    with act(actor, P.CONTRACT_ATTACH, ref=contract.ref) as running:
        stand_for_side(actor, contract.subject)
        kept = attach(actor, contract.subject, upload, purpose)
        running.note(file=kept.file_name, sha256=kept.sha256)
    return kept
