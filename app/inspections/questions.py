"""Questions to the parties: asked with a deadline, answered once, recorded as unanswered when the time is over."""

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.audit import act
from app.core.actors import Actor
from app.core.clock import now, today
from app.core.db import db, serialise
from app.core.errors import Problem, Refused
from app.core.permissions import Permission
from app.evidence.actions import attach
from app.evidence.models import EvidenceFile
from app.inspections.independence import join_inspection, refuse_dependent
from app.inspections.kinds import QueryState
from app.inspections.models import Inspection, Query
from app.inspections.queries import answerable, task_about
from app.inspections.rules import workdays_flaw
from app.inspections.wording import explain
from app.inspections.workflow import INSPECTION_WORKFLOW, QUERY_WORKFLOW
from app.lifecycle.actions import drop_tasks, finish_task, open_task
from app.subjects.actions import stand_for_side
from app.subjects.models import Party, Subject

P = Permission


def part_code(inspection: Inspection, letters: str, number: int) -> str:
    """WT-4401-2026-0001-2026-09-1-3: the third finding of DC-HT-4401-2026-0001-2026-09-1."""
    return f"{letters}-{inspection.code.removeprefix('DC-').removeprefix('HT-')}-{number}"


def party_asked(inspection: Inspection, organisation_id: int | None) -> tuple[Party | None, list[Problem]]:
    """The party that is to answer, or why it cannot be asked."""
    found = next((one for one in answerable(inspection) if one.organisation_id == organisation_id), None)
    if found is None:
        return None, [
            Problem(
                _("请选择一个当事方。"),
                why=_("只有合同的甲方、乙方和承建单位须答复询问、落实整改。"),
                place="organisation",
            )
        ]
    return found, []


def ask(actor: Actor, inspection: Inspection, organisation_id: int | None, text: str, workdays: int | None) -> Query:
    """Asks a party; it owes an answer within so many working days."""
    INSPECTION_WORKFLOW.check(actor, inspection, P.QUERY_ASK)
    subject = inspection.contract.subject
    refuse_dependent(actor, subject)
    party, problems = party_asked(inspection, organisation_id)
    if not text.strip():
        problems.append(Problem(_("请写明要询问的事项。"), place="text"))
    if (flaw := workdays_flaw(workdays, "answer_days")) is not None:
        problems.append(explain(flaw, place="workdays"))
    if problems or party is None or workdays is None:
        raise Refused(problems)
    serialise(f"parts of {inspection.code}")
    last = db.session.scalar(sa.select(sa.func.max(Query.number)).where(Query.inspection_id == inspection.id)) or 0
    with act(actor, P.QUERY_ASK, ref=inspection.ref):
        join_inspection(actor, inspection)
        query = Query(
            code=part_code(inspection, "XW", last + 1),
            inspection_id=inspection.id,
            subject_id=inspection.subject_id,
            contract_id=inspection.contract_id,
            number=last + 1,
            text=text.strip(),
            asked_org_id=party.organisation_id,
            asked_side=party.side,
            asked_by=actor.user_id,
            asked_at=now(),
            workdays=workdays,
        )
        db.session.add(query)
        open_task(subject, party.organisation_id, P.QUERY_ANSWER, workdays, query.code)
    return query


def answer(actor: Actor, query: Query, text: str, upload: FileStorage | None = None, sha256: str = "") -> Query:
    """Answers a question, with a file if there is one; late answers are taken and marked."""
    QUERY_WORKFLOW.check(actor, query, P.QUERY_ANSWER)
    subject = query.inspection.contract.subject
    if not text.strip():
        raise Refused(Problem(_("请填写答复。"), place="text"))
    with act(actor, P.QUERY_ANSWER, ref=query.inspection.ref):
        stand_for_side(actor, subject)
        kept = evidence_for(actor, subject, upload, sha256, _("督查询问答复"))
        _end(query, QueryState.ANSWERED)
        query.answer, query.answered_by, query.sha256 = text.strip(), actor.user_id, kept
        finish_task(actor, subject, P.QUERY_ANSWER, query.code)
    return query


def lapse(actor: Actor, query: Query, reason: str) -> Query:
    """Records that no answer came in time, so that silence does not hold up the conclusion."""
    QUERY_WORKFLOW.check(actor, query, P.QUERY_ASK, reason)
    inspection = query.inspection
    refuse_dependent(actor, inspection.contract.subject)
    with act(actor, P.QUERY_ASK, ref=inspection.ref, reason=reason):
        join_inspection(actor, inspection)
        _end(query, QueryState.LAPSED)
        query.lapse_reason, query.lapsed_by = reason.strip(), actor.user_id
        drop_tasks(actor, inspection.contract.subject, [P.QUERY_ANSWER], query.code)
    return query


def _end(query: Query, state: QueryState) -> None:
    task = task_about(P.QUERY_ANSWER, query.code, query.asked_org_id)
    query.state, query.ended_at, query.ended_on = state, now(), today()
    query.due_on = task.due_on if task else today()


def evidence_for(actor: Actor, subject: Subject, upload: FileStorage | None, sha256: str, purpose: str) -> str | None:
    """The digest of a new file, or of one that the contract has already; None when neither is given. Needs an act."""
    if upload is not None and upload.filename:
        return attach(actor, subject, upload, purpose).sha256
    if not sha256:
        return None
    known = db.session.scalar(
        sa.select(EvidenceFile.sha256).where(EvidenceFile.subject_id == subject.id, EvidenceFile.sha256 == sha256)
    )
    if known is None:
        raise Refused(
            Problem(
                _("所选材料不是这份合同的证据材料。"),
                remedy=_("请重新选择，或上传文件。"),
                place="existing",
            )
        )
    return known
