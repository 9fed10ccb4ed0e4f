"""The life of a responsibility list: begin, send out for signing, sign, return, amend."""

from flask_babel import gettext as _

from app.audit import act
from app.audit.heads import seal
from app.contracts.models import Contract
from app.core.actors import Actor, must
from app.core.clock import now
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused
from app.core.permissions import Permission, Side
from app.lifecycle.actions import ask_once, drop_tasks, finish_task, open_task
from app.projects.models import Project
from app.responsibilities.content import canonical_content, copy_lines
from app.responsibilities.drafting import alone, begin_from, fill_in, read_again, same_content
from app.responsibilities.homes import Holder, going_on, is_client
from app.responsibilities.models import DutyList, DutyListState, DutySignature
from app.responsibilities.queries import (
    lists_of,
    members_of,
    open_list,
    problems_of,
    signed_list,
    signing_organisations,
)
from app.responsibilities.workflow import AMENDING, WORKFLOW, already_open
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of

P, S = Permission, DutyListState
# Working days for each step; defaults of the product.
SIGN_WITHIN = 5
CORRECT_WITHIN = 10


def start_list(actor: Actor, holder: Holder) -> DutyList:
    """The client begins the list from the template; there is one at a time, later ones amend it.

    That of a contract begins from the signed list of its project, as far as it is about what the contract covers.
    """
    must(actor, P.DUTY_DRAFT)
    if not is_client(actor, holder):
        raise NotAllowed(Problem(_("权责清单由项目单位编制。"), remedy=_("如您也在项目单位任职，请先切换身份。")))
    alone(holder)
    problems = list(_problems_of_starting(holder))
    if problems:
        raise Refused(problems)
    source = signed_list(holder.project) if isinstance(holder, Contract) and holder.project else None
    with act(actor, P.DUTY_DRAFT, ref=holder.ref) as running:
        stand_for_side(actor, holder.subject)
        duty_list = _next(holder, source=source)
        if source is not None:
            begin_from(duty_list, source)
        fill_in(duty_list)
        running.note(duty_list=duty_list.code, lines=len(duty_list.lines))
        finish_task(actor, holder.subject, P.DUTY_DRAFT)
    return duty_list


def _problems_of_starting(holder: Holder) -> list[Problem]:
    stopped = going_on(holder)
    if stopped:
        return stopped
    present = open_list(holder)
    if present is not None:
        return [already_open(present)]
    signed = signed_list(holder)
    if signed is not None:
        return [
            Problem(
                _("权责清单 %(code)s 已经签署。", code=signed.code),
                why=_("已签的清单只能以新版本变更，并写明理由。"),
                remedy=_("请在已签的清单上办理“变更”。"),
            )
        ]
    return []


def _next(holder: Holder, amends: DutyList | None = None, reason: str = "", source: DutyList | None = None) -> DutyList:
    """An empty draft under the next number."""
    versions = lists_of(holder)
    number = versions[0].number + 1 if versions else 1
    duty_list = DutyList(
        code=f"QZ-{holder.code}-{number}",
        project_id=holder.id if isinstance(holder, Project) else None,
        contract_id=holder.id if isinstance(holder, Contract) else None,
        subject_id=holder.subject_id,
        number=number,
        amends_id=amends.id if amends else None,
        based_on_id=source.id if source else None,
        reason=reason,
    )
    db.session.add(duty_list)
    db.session.flush()
    return duty_list


def submit(actor: Actor, duty_list: DutyList, seen_digest: str) -> DutyList:
    """Seals the draft that the actor has read and asks client, operators and builders to sign it."""
    read_again(duty_list)
    WORKFLOW.check(actor, duty_list, P.DUTY_DRAFT)
    holder = duty_list.holder
    problems = problems_of(duty_list)
    if problems:
        raise Refused(problems)
    same_content(duty_list, seen_digest)
    content, digests = canonical_content(duty_list)
    with act(actor, P.DUTY_DRAFT, ref=holder.ref) as running:
        running.note(duty_list=duty_list.code, sha256=digests.sha256, sm3=digests.sm3)
        stand_for_side(actor, holder.subject)
        finish_task(actor, holder.subject, P.DUTY_DRAFT)
        duty_list.content, duty_list.sha256, duty_list.sm3 = content, digests.sha256, digests.sm3
        duty_list.sealed_at, duty_list.submitted_by = now(), actor.user_id
        duty_list.state = S.SIGNING
        for organisation_id in signing_organisations(holder.subject):
            open_task(holder.subject, organisation_id, P.DUTY_SIGN, SIGN_WITHIN)
    return duty_list


def sign(actor: Actor, duty_list: DutyList, seen_digest: str) -> DutySignature:
    """Signs the sealed content by its digest; the last signature puts the list in the place of the one before."""
    read_again(duty_list)
    WORKFLOW.check(actor, duty_list, P.DUTY_SIGN)
    same_content(duty_list, seen_digest)
    holder = duty_list.holder
    with act(actor, P.DUTY_SIGN, ref=holder.ref) as running:
        running.note(duty_list=duty_list.code, sha256=duty_list.sha256, sm3=duty_list.sm3)
        side = stand_for_side(actor, holder.subject)
        signature = _signature(actor, duty_list, side)
        finish_task(actor, holder.subject, P.DUTY_SIGN)
        signed = {one.organisation_id for one in duty_list.signatures}
        if signed >= set(signing_organisations(holder.subject)):
            _take_over(actor, duty_list)
    seal()
    return signature


def _signature(actor: Actor, duty_list: DutyList, side: Side) -> DutySignature:
    signature = DutySignature(
        list_id=duty_list.id,
        project_id=duty_list.project_id,
        subject_id=duty_list.subject_id,
        organisation_id=actor.organisation_id,
        side=side,
        user_id=actor.user_id,
        submitted_by=duty_list.submitted_by,
        sha256=duty_list.sha256,
        sm3=duty_list.sm3,
        signed_at=now(),
    )
    db.session.add(signature)
    db.session.flush()
    db.session.refresh(duty_list, ["signatures"])
    return signature


def _take_over(actor: Actor, duty_list: DutyList) -> None:
    duty_list.state, duty_list.signed_at = S.SIGNED, now()
    # The guard lets an old list go only when the one that amends it is signed.
    db.session.flush()
    amended = db.session.get(DutyList, duty_list.amends_id) if duty_list.amends_id else None
    if amended is not None:
        amended.state = S.SUPERSEDED
    drop_tasks(actor, duty_list.holder.subject, (P.DUTY_DRAFT, P.DUTY_SIGN))


def return_for_change(actor: Actor, duty_list: DutyList, reason: str) -> DutyList:
    """Sends a list back: it stays readable as returned, its signatures with it; a copy is the next draft."""
    read_again(duty_list)
    WORKFLOW.check(actor, duty_list, P.DUTY_RETURN, reason)
    holder = duty_list.holder
    with act(actor, P.DUTY_RETURN, ref=holder.ref, reason=reason) as running:
        running.note(duty_list=duty_list.code)
        stand_for_side(actor, holder.subject)
        duty_list.state, duty_list.return_reason = S.RETURNED, reason
        # There is one open list at a time, so the returned one is closed before its copy opens.
        db.session.flush()
        amended = db.session.get(DutyList, duty_list.amends_id) if duty_list.amends_id else None
        draft = _copy(duty_list, amended, duty_list.reason)
        drop_tasks(actor, holder.subject, (P.DUTY_SIGN,))
        client = next(one for one in parties_of(holder.subject) if one.role is PartyRole.CLIENT)
        ask_once(holder.subject, client.organisation_id, P.DUTY_DRAFT, CORRECT_WITHIN)
    return draft


def amend(actor: Actor, duty_list: DutyList, reason: str) -> DutyList:
    """Begins a new version of the signed list as its copy; the signed one stays in force until both sides sign."""
    read_again(duty_list)
    AMENDING.check(actor, duty_list, P.DUTY_DRAFT, reason)
    holder = duty_list.holder
    with act(actor, P.DUTY_DRAFT, ref=holder.ref, reason=reason) as running:
        stand_for_side(actor, holder.subject)
        draft = _copy(duty_list, duty_list, reason)
        running.note(duty_list=draft.code, amends=duty_list.code)
    return draft


def _copy(old: DutyList, amended: DutyList | None, reason: str) -> DutyList:
    draft = _next(old.holder, amended, reason, old.based_on if amended is None else None)
    draft.lines = copy_lines(old, {member.key for member in members_of(old.holder.subject)})
    db.session.flush()
    return draft
