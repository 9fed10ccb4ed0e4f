"""What those do who report figures: look at a file before it counts, and submit it."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import act
from app.contracts.models import Contract, ContractState
from app.core.actors import Actor, must
from app.core.canonical import Digests, digest_both
from app.core.clock import now
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused, WrongState
from app.core.permissions import Permission, Side
from app.evidence import store
from app.evidence.file_types import clean_name
from app.evidence.models import EvidenceFile
from app.figures import storing
from app.figures.judging import Delivery, Findings, look_at
from app.figures.kinds import SOURCE_ROLES, Source, SubmissionKind
from app.figures.models import FigurePreview, Submission
from app.figures.queries import same_file
from app.figures.reading import FileFlaw
from app.figures.wording import explain_file, explain_row
from app.lifecycle.actions import ask_once, finish_task
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of

P, S = Permission, ContractState
# Working days in which reported figures are to be verified, and doubted ones to be answered; defaults of the product.
VERIFY_WITHIN = 5
ANSWER_DOUBT_WITHIN = 5
OPEN_STATES = frozenset({S.IN_FORCE, S.TERMINATING, S.EXPIRED, S.TERMINATED})
MEDIA = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}


@dataclass(frozen=True)
class Receipt:
    """What became of a delivery; `repeated` when the very same file had been taken before and nothing was stored."""

    submission: Submission
    repeated: bool = False
    unchanged: int = 0


def preview(actor: Actor, contract: Contract, delivery: Delivery) -> FigurePreview:
    """Keeps a file with its digest as something that was looked at; no figure is stored. Faulty rows are allowed."""
    must(actor, P.FIGURE_PREVIEW)
    role = _reporting_role(actor, contract)
    found = _looked_at(contract, SOURCE_ROLES[role], delivery)
    digests = digest_both(delivery.content)
    with act(actor, P.FIGURE_PREVIEW, ref=contract.ref) as running:
        side = stand_for_side(actor, contract.subject)
        _keep(actor, contract, delivery, digests)
        running.note(file=delivery.file_name, sha256=digests.sha256, rows=found.row_count, problems=len(found.problems))
        kept = FigurePreview(
            contract_id=contract.id,
            subject_id=contract.subject_id,
            organisation_id=actor.organisation_id,
            side=side,
            party_role=role,
            user_id=actor.user_id,
            source=SOURCE_ROLES[role],
            kind=delivery.kind,
            sha256=digests.sha256,
            sm3=digests.sm3,
            row_count=found.row_count,
            problem_count=len(found.problems),
            previewed_at=now(),
            note=delivery.note,
        )
        db.session.add(kept)
    return kept


def submit(actor: Actor, contract: Contract, delivery: Delivery) -> Receipt:
    """Stores a whole file of figures or events, or nothing: the one path of web, command line and API.

    The source follows from the party that submits (I4). The same content twice gives the earlier submission.
    """
    must(actor, P.FIGURE_SUBMIT)
    role = _reporting_role(actor, contract)
    storing.queue(contract)
    digests = digest_both(delivery.content)
    earlier = same_file(contract, SOURCE_ROLES[role], digests.sha256)
    if earlier is not None:
        return Receipt(earlier, repeated=True)
    found = _looked_at(contract, SOURCE_ROLES[role], delivery)
    _refuse_problems(found, delivery)
    with act(actor, P.FIGURE_SUBMIT, ref=contract.ref, reason=delivery.reason) as running:
        side = stand_for_side(actor, contract.subject)
        _keep(actor, contract, delivery, digests)
        made = _submission(actor, contract, delivery, found)
        made.side, made.party_role, made.source = side, role, SOURCE_ROLES[role]
        made.sha256, made.sm3 = digests.sha256, digests.sm3
        db.session.add(made)
        db.session.flush()
        running.note(file=delivery.file_name, sha256=made.sha256, rows=made.row_count, stored=made.stored_count)
        _store(made, found)
        finish_task(actor, contract.subject, P.FIGURE_SUBMIT)
        if made.stored_count:
            _ask_for_verification(contract, made)
    return Receipt(made, unchanged=found.unchanged)


def submit_figures(actor: Actor, contract: Contract, file_name: str, content: bytes, reason: str = "") -> Receipt:
    """`submit` for a file of figures."""
    return submit(actor, contract, Delivery(SubmissionKind.FIGURES, file_name, content, reason=reason))


def submit_events(actor: Actor, contract: Contract, file_name: str, content: bytes, reason: str = "") -> Receipt:
    """`submit` for a file of status events."""
    return submit(actor, contract, Delivery(SubmissionKind.EVENTS, file_name, content, reason=reason))


def _reporting_role(actor: Actor, contract: Contract) -> PartyRole:
    """The role in which the actor's organisation reports figures of this contract."""
    held = {one.role for one in parties_of(contract.subject) if one.organisation_id == actor.organisation_id}
    role = next((one for one in SOURCE_ROLES if one in held), None)
    if role is None:
        raise NotAllowed(
            Problem(
                _("您的机构不报送这份合同的数据。"),
                why=_("数据由合同的运营方、项目单位或受托监测的单位报送。"),
                remedy=_("如您也在该机构任职，请先切换身份。"),
            )
        )
    if contract.state not in OPEN_STATES:
        raise WrongState(
            Problem(
                _("合同尚未生效，不能报送数据。"),
                why=_("合同现在是“%(state)s”。", state=contract.state.label),
                remedy=_("合同生效后再报送。"),
            )
        )
    return role


def _looked_at(contract: Contract, source: Source, delivery: Delivery) -> Findings:
    try:
        return look_at(contract, source, delivery)
    except FileFlaw as flaw:
        raise Refused(explain_file(flaw)) from flaw


def _refuse_problems(found: Findings, delivery: Delivery) -> None:
    problems = [explain_row(one) for one in found.problems]
    if found.corrected_count and not delivery.reason.strip():
        problems.append(
            Problem(
                _("文件更正了 %(n)s 个已报送的数据，须写明更正理由。", n=found.corrected_count),
                why=_("更正会形成新的版本，原数据和理由都保留可查，核验重新开始。"),
                remedy=_("请填写更正理由后再提交。"),
                place="reason",
            )
        )
    if problems:
        raise Refused(problems)


def _keep(actor: Actor, contract: Contract, delivery: Delivery, digests: Digests) -> None:
    """Keeps the file itself as evidence of the contract, once. Needs a running act."""
    known = db.session.scalar(
        sa.select(EvidenceFile.id).where(
            EvidenceFile.subject_id == contract.subject_id, EvidenceFile.sha256 == digests.sha256
        )
    )
    store.put(delivery.content, digests.sha256)
    if known is not None:
        return
    ending = "xlsx" if delivery.content.startswith(b"PK") else "csv"
    db.session.add(
        EvidenceFile(
            subject_id=contract.subject_id,
            sha256=digests.sha256,
            sm3=digests.sm3,
            size=len(delivery.content),
            media_type="text/plain" if delivery.is_json else MEDIA[ending],
            file_name=clean_name(delivery.file_name) or f"{delivery.kind.value}.{ending}",
            purpose=str(delivery.kind.label),
            uploaded_at=now(),
            uploaded_by=actor.user_id,
            organisation_id=actor.organisation_id,
        )
    )
    db.session.flush()


def _submission(actor: Actor, contract: Contract, delivery: Delivery, found: Findings) -> Submission:
    return Submission(
        contract_id=contract.id,
        subject_id=contract.subject_id,
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        kind=delivery.kind,
        row_count=found.row_count,
        new_count=found.stored_count - found.corrected_count,
        corrected_count=found.corrected_count,
        submitted_at=now(),
        reason=delivery.reason.strip(),
        note=delivery.note.strip(),
    )


def _store(made: Submission, found: Findings) -> None:
    storing.store_figures(made, found.fresh + found.corrected)
    storing.store_events(made, [one for one in found.events if one.key not in found.corrected_events])
    corrections = [one for one in found.events if one.key in found.corrected_events]
    storing.store_event_corrections(made, [(one, found.corrected_events[one.key][1]) for one in corrections])
    storing.store_flags(made, found.flags)


def _ask_for_verification(contract: Contract, made: Submission) -> None:
    """The client verifies; what the client itself reported is verified by those who supervise."""
    parties = parties_of(contract.subject)
    asked = {one.organisation_id for one in parties if one.role is PartyRole.CLIENT} - {made.organisation_id}
    if not asked:
        asked = {one.organisation_id for one in parties if one.side is Side.SUPERVISION} - {made.organisation_id}
    for organisation_id in sorted(asked):
        ask_once(contract.subject, organisation_id, P.FIGURE_VERIFY, VERIFY_WITHIN)
