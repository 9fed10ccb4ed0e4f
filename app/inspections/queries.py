"""Reads of inspections: what an actor may see of them, what a report scores, what is owed, what still stands open."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload, selectinload

from app.contracts.models import Contract
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.permissions import Permission, Side
from app.evidence.models import EvidenceFile
from app.figures.measures import agreed_version
from app.figures.models import Submission
from app.inspections.finding_models import Finding, Rectification, Verdict
from app.inspections.kinds import UNSETTLED, InspectionState, QueryState, SampleResult
from app.inspections.models import Inspection, InspectionPerson, Query, Sample
from app.inspections.rules import Readiness
from app.inspections.scored import (
    assessment_of,
    damaged,
    evidence_gaps,
    is_sound,
    newer_assessment,
    newest_edition,
    scored,
)
from app.lifecycle.models import Task, TaskState
from app.organisations.models import Mandate, MandateKind, Organisation, Region
from app.reports.models import Report, ReportState
from app.services.models import Service
from app.subjects.models import Party, PartyRole, Subject
from app.subjects.queries import in_reach, parties_of, side_of

ANSWERING = frozenset({PartyRole.CLIENT, PartyRole.OPERATOR, PartyRole.BUILDER})
# The page of what is missing names so many gaps; the report lists all of them.
SHOWN_GAPS = 10


def _turn(task: Any) -> tuple[Any, ...]:
    """The open task of a thing, with what is needed to say whose turn it is."""
    return (joinedload(task).joinedload(Task.organisation).selectinload(Organisation.held_sides),)


# --- what an actor may see -------------------------------------------------------------------------------------------


def inspections_in_reach(actor: Actor) -> sa.Select[Any]:
    """Inspections of contracts that the actor may see, with contract, inspectorate and lead."""
    return (
        sa.select(Inspection)
        .join(Contract, Contract.id == Inspection.contract_id)
        .join(Subject, Subject.id == Inspection.subject_id)
        .where(in_reach(actor))
        .options(
            contains_eager(Inspection.contract).contains_eager(Contract.subject),
            joinedload(Inspection.organisation),
            joinedload(Inspection.lead),
            *_turn(Inspection.task),
        )
    )


def inspection_in_reach(actor: Actor, code: str) -> Inspection | None:
    found: Inspection | None = db.session.scalar(inspections_in_reach(actor).where(Inspection.code == code))
    return found


def findings_in_reach(actor: Actor) -> sa.Select[Any]:
    """Findings of inspections that the actor may see."""
    return (
        sa.select(Finding)
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .join(Contract, Contract.id == Finding.contract_id)
        .join(Subject, Subject.id == Finding.subject_id)
        .where(in_reach(actor))
        .options(
            contains_eager(Finding.inspection).contains_eager(Inspection.contract).contains_eager(Contract.subject),
            joinedload(Finding.organisation),
            *_turn(Finding.task),
        )
    )


def finding_in_reach(actor: Actor, code: str) -> Finding | None:
    """One finding with all its rounds."""
    found: Finding | None = db.session.scalar(
        findings_in_reach(actor)
        .where(Finding.code == code)
        .options(*_with_rounds())
        # Rounds are added by acts of the same request; what is read again must show them.
        .execution_options(populate_existing=True)
    )
    return found


def _with_rounds() -> tuple[Any, ...]:
    return (
        *_turn(Finding.task),
        joinedload(Finding.finder),
        joinedload(Finding.service),
        joinedload(Finding.figure),
        joinedload(Finding.submission).joinedload(Submission.file),
        joinedload(Finding.submission).joinedload(Submission.organisation),
        selectinload(Finding.rectifications).joinedload(Rectification.user),
        selectinload(Finding.rectifications).joinedload(Rectification.file),
        selectinload(Finding.verdicts).joinedload(Verdict.giver),
    )


def findings_after(actor: Actor, cursor: int, limit: int, conditions: Sequence[Any] = ()) -> list[Finding]:
    """Findings in reach by id, for programs that page with a cursor."""
    statement = findings_in_reach(actor).where(Finding.id > cursor, *conditions)
    return list(db.session.scalars(statement.order_by(Finding.id).limit(limit)))


def of_contract(code: str) -> sa.ColumnElement[bool]:
    """The condition that a finding is about a contract."""
    return Contract.code == code


def questions_in_reach(actor: Actor) -> sa.Select[Any]:
    """Questions of inspections that the actor may see; whether he may read each is asked apart."""
    return (
        sa.select(Query)
        .join(Inspection, Inspection.id == Query.inspection_id)
        .join(Subject, Subject.id == Query.subject_id)
        .where(in_reach(actor))
        .options(*_of_query())
    )


def query_in_reach(actor: Actor, code: str) -> Query | None:
    """One query, when its inspection lies in reach and the actor may read it."""
    found: Query | None = db.session.scalar(questions_in_reach(actor).where(Query.code == code))
    return found if found is not None and _may_read(actor, found.inspection, found) else None


def _of_query() -> tuple[Any, ...]:
    return (
        joinedload(Query.inspection),
        *_turn(Query.task),
        joinedload(Query.asked_org),
        joinedload(Query.asker),
        joinedload(Query.answerer),
        joinedload(Query.lapser),
        joinedload(Query.file),
    )


def sees_inside(actor: Actor, inspection: Inspection) -> bool:
    """Samples, and questions to others, stay hidden from the operation side until the conclusion is signed."""
    if inspection.state is InspectionState.CONCLUDED:
        return True
    return side_of(inspection.contract.subject, actor.organisation_id) is not Side.OPERATION


def _may_read(actor: Actor, inspection: Inspection, query: Query) -> bool:
    return query.asked_org_id == actor.organisation_id or sees_inside(actor, inspection)


# --- one inspection --------------------------------------------------------------------------------------------------


def people_of_inspection(inspection: Inspection) -> list[InspectionPerson]:
    return list(
        db.session.scalars(
            sa.select(InspectionPerson)
            .where(InspectionPerson.inspection_id == inspection.id)
            .order_by(InspectionPerson.id)
            .options(joinedload(InspectionPerson.user))
        )
    )


def samples_of(inspection: Inspection) -> list[Sample]:
    """Every sample in the order in which it was drawn."""
    return list(
        db.session.scalars(
            sa.select(Sample)
            .where(Sample.inspection_id == inspection.id)
            .order_by(Sample.id)
            .options(
                joinedload(Sample.figure),
                joinedload(Sample.submission).joinedload(Submission.file),
                joinedload(Sample.submission).joinedload(Submission.organisation),
                joinedload(Sample.drawer),
                joinedload(Sample.settler),
            )
        )
    )


def sample_of(inspection: Inspection, key: int) -> Sample | None:
    return db.session.scalar(sa.select(Sample).where(Sample.inspection_id == inspection.id, Sample.id == key))


def queries_of(actor: Actor, inspection: Inspection) -> list[Query]:
    """The questions that the actor may read, by number."""
    statement = sa.select(Query).where(Query.inspection_id == inspection.id).order_by(Query.number)
    if not sees_inside(actor, inspection):
        statement = statement.where(Query.asked_org_id == actor.organisation_id)
    return list(db.session.scalars(statement.options(*_of_query())))


def findings_of(inspection: Inspection) -> list[Finding]:
    """The findings with all their rounds, by number."""
    return list(
        db.session.scalars(
            sa.select(Finding)
            .where(Finding.inspection_id == inspection.id)
            .order_by(Finding.number)
            .options(joinedload(Finding.organisation), *_with_rounds())
        )
    )


def task_about(permission: Permission, item: str, organisation_id: int | None) -> Task | None:
    """The newest task of an organisation about a thing, open or ended."""
    return db.session.scalar(
        sa.select(Task)
        .where(Task.permission == permission, Task.item == item, Task.organisation_id == organisation_id)
        .order_by(Task.id.desc())
        .limit(1)
    )


def open_task(permission: Permission, item: str, organisation_id: int | None) -> Task | None:
    """What an organisation owes about a thing."""
    found = task_about(permission, item, organisation_id)
    return found if found is not None and found.state is TaskState.OPEN else None


def answerable(inspection: Inspection) -> list[Party]:
    """The parties whose people can answer questions and rectify: client, operator and builder, each once."""
    found: dict[int, Party] = {}
    for party in parties_of(inspection.contract.subject):
        if party.role in ANSWERING:
            found.setdefault(party.organisation_id, party)
    return list(found.values())


def services_of(inspection: Inspection) -> list[Service]:
    """The services of the contract as agreed."""
    version = agreed_version(inspection.contract)
    return [line.service for line in version.lines] if version else []


def files_of_party(contract: Contract, organisation_id: int | None) -> list[EvidenceFile]:
    """What an organisation has attached to a contract, newest first: evidence that an answer can point at."""
    return list(
        db.session.scalars(
            sa.select(EvidenceFile)
            .where(EvidenceFile.subject_id == contract.subject_id, EvidenceFile.organisation_id == organisation_id)
            .order_by(EvidenceFile.id.desc())
            .limit(100)
        )
    )


# --- what waits ------------------------------------------------------------------------------------------------------


def open_inspection_of(report: Report) -> Inspection | None:
    """The inspection that is open on a report or on another edition of it."""
    return db.session.scalar(
        sa.select(Inspection).where(
            Inspection.plan_id == report.plan_id,
            Inspection.period == report.period,
            Inspection.state == InspectionState.OPEN,
        )
    )


def inspections_of(report: Report) -> list[Inspection]:
    """Every inspection of a report's period, oldest first."""
    return list(
        db.session.scalars(
            sa.select(Inspection)
            .where(Inspection.plan_id == report.plan_id, Inspection.period == report.period)
            .order_by(Inspection.number)
        )
    )


def waiting_reports(actor: Actor) -> list[tuple[Report, Task]]:
    """The reports that the actor's organisation is asked to inspect, by deadline."""
    rows = db.session.execute(
        sa.select(Report, Task)
        .join(Task, sa.and_(Task.subject_id == Report.subject_id, Task.item == Report.code))
        .join(Subject, Subject.id == Report.subject_id)
        .where(
            in_reach(actor),
            Task.organisation_id == actor.organisation_id,
            Task.permission == Permission.INSPECTION_TAKE,
            Task.state == TaskState.OPEN,
        )
        .order_by(Task.due_on, Report.id)
        .limit(200)
        .options(joinedload(Report.contract), defer(Report.content))
    )
    return [(report, task) for report, task in rows]


def unassigned_reports(limit: int) -> list[Report]:
    """Produced reports of mandated regions that nobody inspects or was asked to inspect, oldest first.

    An edition that shows the very result of a signed one (which has become final since) is not asked for again.
    """
    asked = sa.exists().where(
        Task.subject_id == Report.subject_id, Task.permission == Permission.INSPECTION_TAKE, Task.item == Report.code
    )
    seen = aliased(Report)
    inspected = (
        sa.exists()
        .where(Inspection.plan_id == Report.plan_id, Inspection.period == Report.period)
        .where(Inspection.report_id == seen.id)
        .where(sa.or_(Inspection.state == InspectionState.OPEN, seen.assessment_id == Report.assessment_id))
    )
    here, above = aliased(Region), aliased(Region)
    over = (
        sa.exists()
        .where(Subject.id == Report.subject_id, here.id == Subject.region_id)
        .where(Mandate.kind == MandateKind.INSPECTION, above.id == Mandate.region_id)
        .where(sa.or_(Mandate.valid_until.is_(None), Mandate.valid_until >= today()))
        .where(here.path.startswith(above.path))
    )
    return list(
        db.session.scalars(
            sa.select(Report)
            .where(Report.state == ReportState.PRODUCED, ~asked, ~inspected, over)
            .order_by(Report.id)
            .limit(limit)
            .options(joinedload(Report.contract), defer(Report.content))
        )
    )


def readiness(inspection: Inspection) -> Readiness:
    """What the signature asks of an inspection, as it stands now."""
    report = inspection.report
    newest, samples = newest_edition(report), samples_of(inspection)
    things, sound = scored(report), is_sound(report)
    here = {one.key for one in things}
    settled = [one for one in samples if one.result is not SampleResult.PENDING]
    # What an altered text says of its gaps is worth nothing.
    gaps = evidence_gaps(report) if sound else []
    found = db.session.execute(
        sa.select(Finding.code, Finding.state).where(Finding.inspection_id == inspection.id).order_by(Finding.number)
    ).all()
    return Readiness(
        edition=report.edition,
        newest_edition=newest.edition,
        newest_code=newest.code,
        gaps=tuple(f"{one['service']} {one['indicator']}" for one in gaps[:SHOWN_GAPS]),
        gap_count=max(report.evidence_gaps, len(gaps)),
        scored=len(here),
        altered=not sound,
        damaged=tuple(damaged(report, things)),
        newer_assessment=newer_assessment(report),
        compared=sum(one.key in here for one in settled),
        pending=len(samples) - len(settled),
        deviating=sum(one.result is not SampleResult.AGREES for one in settled),
        queries=tuple(unanswered(inspection)),
        findings=tuple(code for code, state in found if state in UNSETTLED),
        found=len(found),
        provisional=assessment_of(report).provisional,
    )


def unanswered(inspection: Inspection) -> Sequence[str]:
    """Codes of the questions that still wait for an answer."""
    return db.session.scalars(
        sa.select(Query.code)
        .where(Query.inspection_id == inspection.id, Query.state == QueryState.ASKED)
        .order_by(Query.number)
    ).all()
