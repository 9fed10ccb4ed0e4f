"""Acts from the award to the contract: recorded by one person, confirmed by another, signed, published and filed."""

from datetime import date

from flask_babel import gettext as _

from app.audit import act
from app.core.actors import Actor, must
from app.core.clock import now, today
from app.core.db import db
from app.core.errors import Problem, Refused
from app.core.locking import expect_version
from app.core.permissions import Permission
from app.lifecycle.actions import drop_tasks, finish_task, open_task
from app.procurement import checks
from app.procurement.checks import AwardFacts, ContractFacts
from app.procurement.kinds import ProcurementState
from app.procurement.models import Procurement
from app.procurement.queries import FILE, PUBLISH, SIGN
from app.procurement.recording import (
    NO_AWARD,
    Proof,
    award_paper,
    begin,
    contract_paper,
    kept,
    only_client,
    owe,
    proof_problems,
    recording,
    refuse,
)
from app.procurement.workflow import WORKFLOW, expect_state
from app.subjects.actions import add_party, stand_for_side
from app.subjects.queries import parties_of

P, S = Permission, ProcurementState
# Working days in which a recorded award is confirmed, or recorded anew; a default of the product.
CONFIRM_WITHIN = 3


# --- the award -------------------------------------------------------------------------------------------------------


def record_award(actor: Actor, procurement: Procurement, award: AwardFacts, proof: Proof) -> Procurement:
    """Records who won, by the notice of award; it counts when another person of the client has confirmed it."""
    begin(actor, procurement, S.ANNOUNCED)
    project = procurement.project
    found = [*checks.project_problems(project), *checks.awarding(procurement, award)]
    paper = award_paper(procurement)
    refuse([*found, *proof_problems(project, proof, paper, _("请附中标（成交）通知书。"))])
    winner = award.winner
    with recording(actor, procurement, "award") as running:
        running.note(winner=winner.code if winner else "", amount=award.award_fen, number=award.number)
        procurement.award_sha256 = kept(actor, project, proof, paper, award.number, award.award_on)
        procurement.award_number, procurement.award_on = award.number.strip(), award.award_on
        procurement.winner_id, procurement.award_fen = winner.id if winner else None, award.award_fen
        procurement.awarded_by, procurement.awarded_at = actor.user_id, now()
        finish_task(actor, project.subject, P.PROCUREMENT_RECORD, item=procurement.code)
        drop_tasks(actor, project.subject, [P.PROCUREMENT_CONFIRM], item=procurement.code)
        open_task(project.subject, procurement.client_org, P.PROCUREMENT_CONFIRM, CONFIRM_WITHIN, procurement.code)
    db.session.refresh(procurement)
    return procurement


def confirm(actor: Actor, procurement: Procurement, seen: int | None) -> Procurement:
    """Another person of the client confirms the award that he has read; the winner becomes a party of the project."""
    WORKFLOW.check(actor, procurement, P.PROCUREMENT_CONFIRM)
    only_client(actor, procurement.project)
    expect_version(procurement, seen)
    project, winner = procurement.project, procurement.winner
    if winner is None:
        raise LookupError("an award without a winner passed the guards")
    refuse([*checks.project_problems(project), *checks.winner_problems(procurement, winner)])
    with act(actor, P.PROCUREMENT_CONFIRM, ref=project.ref) as running:
        stand_for_side(actor, project.subject)
        running.note(procurement=procurement.code, step="confirm", winner=winner.code, amount=procurement.award_fen)
        present = {one.role for one in parties_of(project.subject) if one.organisation_id == winner.id}
        for role in procurement.purpose.roles:
            if role not in present:
                add_party(project.subject, winner, role)
        procurement.confirmed_by, procurement.confirmed_at = actor.user_id, now()
        procurement.state = S.AWARDED
        finish_task(actor, project.subject, P.PROCUREMENT_CONFIRM, item=procurement.code)
        owe(procurement, "", SIGN, procurement.award_on or today())
        db.session.flush()
    return procurement


def send_back(actor: Actor, procurement: Procurement, reason: str) -> Procurement:
    """The award as recorded is not right: it is taken out again, and the officer records it anew."""
    must(actor, P.PROCUREMENT_CONFIRM)
    only_client(actor, procurement.project)
    expect_state(procurement, S.ANNOUNCED)
    missing = [] if procurement.has_award else [Problem(_("还没有登记中标（成交）结果。"))]
    halted = checks.project_problems(procurement.project)
    refuse([*halted, *missing, *checks.ending(procurement, S.ANNOUNCED, reason)])
    subject = procurement.project.subject
    with act(actor, P.PROCUREMENT_CONFIRM, ref=procurement.ref, reason=reason) as running:
        stand_for_side(actor, subject)
        running.note(procurement=procurement.code, step="send_back", number=procurement.award_number)
        for name, value in NO_AWARD.items():
            setattr(procurement, name, value)
        finish_task(actor, subject, P.PROCUREMENT_CONFIRM, item=procurement.code)
        open_task(subject, procurement.client_org, P.PROCUREMENT_RECORD, CONFIRM_WITHIN, procurement.code)
    db.session.refresh(procurement)
    return procurement


# --- the contract ----------------------------------------------------------------------------------------------------


def record_contract(actor: Actor, procurement: Procurement, contract: ContractFacts, proof: Proof) -> Procurement:
    """Records a contract that was signed outside this system: building, supervision, testing, other things."""
    begin(actor, procurement, S.AWARDED)
    project = procurement.project
    if procurement.purpose.operates:
        raise Refused(
            Problem(
                _("运营合同在本系统内订立，不登记外部合同。"),
                why=_("运营要按合同约定的服务和使用量考核付费。"),
                remedy=_("请据此采购起草合同；双方签署后自动计入。"),
            )
        )
    paper = contract_paper(procurement)
    found = [*checks.project_problems(project), *checks.contracting(procurement, contract)]
    refuse([*found, *proof_problems(project, proof, paper, needed=_("请附合同扫描件。"))])
    with recording(actor, procurement, "contract") as running:
        said = {"number": contract.number, "amount": contract.amount_fen, "award": procurement.award_fen}
        running.note(**said, signed=contract.signed_on)
        scan = kept(actor, project, proof, paper, contract.number, contract.signed_on)
        finish_task(actor, project.subject, P.PROCUREMENT_RECORD, item=procurement.code)
        procurement.contract_sha256 = scan
        settle(actor, procurement, contract)
    return procurement


def settle(actor: Actor, procurement: Procurement, contract: ContractFacts) -> None:
    """A contract is signed: the purchase is done, and the contract is now to be published and filed.

    Part of a running act: of recording a contract, or of the last signature under one that was drawn here.
    """
    procurement.contract_number, procurement.contract_signed_on = contract.number.strip(), contract.signed_on
    procurement.contract_fen, procurement.state = contract.amount_fen, S.CONTRACTED
    drop_tasks(actor, procurement.project.subject, [P.PROCUREMENT_RECORD], item=procurement.code)
    for mark, rule in (("pub", PUBLISH), ("file", FILE)):
        owe(procurement, mark, rule, contract.signed_on or today())
    db.session.flush()


def record_publication(
    actor: Actor, procurement: Procurement, published_on: date | None, filed_on: date | None
) -> Procurement:
    """Records when the contract was published and filed, on time or late.

    A halted project does not release from it: the contract is signed, and the law's days run.
    """
    begin(actor, procurement, S.CONTRACTED)
    refuse(checks.publishing(procurement, published_on, filed_on))
    subject = procurement.project.subject
    with recording(actor, procurement, "publication") as running:
        running.note(published=published_on, filed=filed_on)
        procurement.published_on = published_on or procurement.published_on
        procurement.filed_on = filed_on or procurement.filed_on
        done = (("pub", procurement.published_on), ("file", procurement.filed_on))
        for mark in (mark for mark, day in done if day is not None):
            finish_task(actor, subject, P.PROCUREMENT_RECORD, item=f"{procurement.code}:{mark}")
    return procurement


def hold_contract(_actor: Actor, procurement: Procurement, code: str) -> None:
    """A contract of this system is drawn from the purchase. Part of a running act."""
    procurement.own_contract = code
    db.session.flush()


def release_contract(_actor: Actor, procurement: Procurement) -> None:
    """The contract that was drawn is given up: another may be drawn. Part of a running act."""
    procurement.own_contract = None
    db.session.flush()
