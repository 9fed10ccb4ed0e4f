"""Projects that an actor may see, the phase each is in, and who has a part in one."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from app.audit.models import TrailEntry
from app.calendars.queries import calendar_in_force, due_by, statutory
from app.calendars.working_time import months_due
from app.core.actors import Actor
from app.core.batches import of_each
from app.core.clock import today
from app.core.db import db
from app.gates.kinds import Phase, Step
from app.gates.queries import last_decision
from app.negative_lists.models import CheckRun
from app.organisations.models import Mandate, MandateKind, Organisation, OrganisationState, Region
from app.projects.kinds import PHASE_OF, DeclarationState, DocumentKind, ProjectState
from app.projects.models import Declaration, Project, ProjectDocument
from app.subjects.models import Party, PartyRole, Subject, SubjectPerson
from app.subjects.queries import in_reach, parties_of

S = ProjectState
# By when, and not before when, a project evaluates itself after it went into operation.
SELF_EVALUATION_TERM = "DL13"


# --- one project -----------------------------------------------------------------------------------------------------


def project_in_reach(actor: Actor, code: str) -> Project | None:
    """The project with its versions when the actor may see it; None for missing and for somebody else's alike."""
    return db.session.scalar(
        sa.select(Project)
        .join(Subject, Subject.id == Project.subject_id)
        .where(Project.code == code, in_reach(actor))
        .options(
            contains_eager(Project.subject).joinedload(Subject.region),
            contains_eager(Project.subject).selectinload(Subject.parties),
            selectinload(Project.versions),
        )
    )


def project_of(subject: Subject) -> Project | None:
    """The project of a subject; None where the subject is something else."""
    return of_each(subject.id, _projects)


def _projects(subjects: Collection[int]) -> dict[int, Project]:
    """By subject; of many at once with their versions, which would be read one by one otherwise."""
    found = sa.select(Project).where(Project.subject_id.in_(subjects))
    if len(subjects) > 1:
        found = found.options(selectinload(Project.versions))
    return {one.subject_id: one for one in db.session.scalars(found)}


def namesakes(project: Project) -> list[Project]:
    """Other projects of the same client or region under the same title, but for what was refused or given up."""
    title = sa.func.lower(sa.func.trim(project.subject.title))
    of_client = sa.select(Party.subject_id).where(
        Party.role == PartyRole.CLIENT,
        Party.organisation_id.in_(
            sa.select(Party.organisation_id).where(
                Party.subject_id == project.subject_id, Party.role == PartyRole.CLIENT
            )
        ),
    )
    found = (
        sa.select(Project)
        .join(Subject, Subject.id == Project.subject_id)
        .where(
            Project.id != project.id,
            Project.state.not_in([S.REFUSED, S.TERMINATED]),
            sa.func.lower(sa.func.trim(Subject.title)) == title,
            sa.or_(Subject.region_id == project.subject.region_id, Project.subject_id.in_(of_client)),
        )
        .order_by(Project.code)
    )
    return list(db.session.scalars(found))


def in_sight(actor: Actor, found: Sequence[Project]) -> set[int]:
    """Which of these projects an actor may open."""
    keys = sa.select(Project.id).join(Subject, Subject.id == Project.subject_id)
    return set(db.session.scalars(keys.where(Project.id.in_([one.id for one in found]), in_reach(actor))))


def phase_of(project: Project) -> Phase:
    """The phase a project is in; a suspended or ended one stays in the phase it had reached (domain.md 2)."""
    state = project.suspended_from or project.state
    if state is S.REFUSED:
        return Phase.APPROVAL
    if state is not S.TERMINATED:
        return PHASE_OF[state]
    reached = (
        (project.operation_from, Phase.OPERATION),
        (project.accepted_on, Phase.HANDOVER),
        (project.trial_from, Phase.ACCEPTANCE),
        (project.build_started_on, Phase.BUILD),
        (project.approved_on, Phase.PROCUREMENT),
        (project.current.sealed_at, Phase.APPROVAL),
    )
    return next((phase for day, phase in reached if day is not None), Phase.DECLARATION)


def is_discarded(newest: Declaration) -> bool:
    """Given up before anybody but its client had seen it: no decision stands behind its end."""
    draft = newest.number == 1 and newest.state is DeclarationState.DRAFT
    return draft and newest.project.state is S.TERMINATED


def discarded() -> sa.ColumnElement[bool]:
    """The same as a condition, where `Project` is joined with its newest `Declaration`."""
    return sa.and_(Project.state == S.TERMINATED, Declaration.state == DeclarationState.DRAFT, Declaration.number == 1)


# What was refused or ended stands in no phase any more; its page says in which one it ended.
STOPPED = (S.REFUSED, S.TERMINATED)


def stopped() -> sa.ColumnElement[bool]:
    """Refused or ended, by whomever."""
    return Project.state.in_(STOPPED)


def standing_of(newest: Declaration) -> tuple[Any, str]:
    """The word and the tone under which a project stands in lists and headings, by its newest declaration."""
    if is_discarded(newest):
        return _("草稿已撤销"), "muted"
    return newest.project.state.label, newest.project.state.tone


def phase_column() -> sa.ColumnElement[str]:
    """`phase_of` as a condition of the database, where `Project` is joined with its newest `Declaration`."""
    state = sa.case((Project.state == S.SUSPENDED, Project.suspended_from), else_=Project.state)
    plain = [(state == one, sa.literal(phase.value)) for one, phase in PHASE_OF.items()]
    reached = (
        (Project.operation_from, Phase.OPERATION),
        (Project.accepted_on, Phase.HANDOVER),
        (Project.trial_from, Phase.ACCEPTANCE),
        (Project.build_started_on, Phase.BUILD),
        (Project.approved_on, Phase.PROCUREMENT),
    )
    ended = [(column.is_not(None), sa.literal(phase.value)) for column, phase in reached]
    unsealed = sa.and_(state == S.TERMINATED, Declaration.state == DeclarationState.DRAFT)
    return sa.case(*plain, *ended, (unsealed, Phase.DECLARATION.value), else_=Phase.APPROVAL.value)


def acted_for(project: Project, user_id: int | None) -> int | None:
    """The organisation for which a person has acted in a project; None when he has not acted in it."""
    return db.session.scalar(
        sa.select(SubjectPerson.organisation_id).where(
            SubjectPerson.subject_id == project.subject_id, SubjectPerson.user_id == user_id
        )
    )


def opener_of(project: Project) -> int | None:
    """Who opened the project or took it in; None where the system did. The acts of its trail begin with that one."""
    return db.session.scalar(
        sa.select(TrailEntry.user_id).where(TrailEntry.ref == project.ref).order_by(TrailEntry.seq).limit(1)
    )


def first_for(project: Project, organisation_id: int) -> int | None:
    """The first person who acted for an organisation in a project."""
    return db.session.scalar(
        sa.select(SubjectPerson.user_id)
        .where(SubjectPerson.subject_id == project.subject_id, SubjectPerson.organisation_id == organisation_id)
        .order_by(SubjectPerson.id)
        .limit(1)
    )


def competent_authority_of(client: Organisation) -> Organisation | None:
    """Who decides on an organisation's projects: the nearest competent mandate over its region, never its own."""
    return db.session.scalar(
        sa.select(Organisation)
        .join(Mandate, Mandate.organisation_id == Organisation.id)
        .join(Region, Region.id == Mandate.region_id)
        .where(
            Mandate.kind == MandateKind.COMPETENT,
            Mandate.valid_from <= today(),
            sa.or_(Mandate.valid_until.is_(None), Mandate.valid_until >= today()),
            Organisation.id != client.id,
            Organisation.state == OrganisationState.ACTIVE,
            sa.literal(client.region.path).startswith(Region.path),
        )
        .order_by(sa.func.length(Region.path).desc(), Organisation.code)
        .limit(1)
    )


def last_code(stem: str) -> str | None:
    """The highest project code that begins so."""
    return db.session.scalar(sa.select(sa.func.max(Project.code)).where(Project.code.between(stem, f"{stem}99999999")))


def documents_of(project: Project) -> list[ProjectDocument]:
    """Every registered paper with its file, newest first."""
    return list(
        db.session.scalars(
            sa.select(ProjectDocument)
            .where(ProjectDocument.project_id == project.id)
            .options(joinedload(ProjectDocument.file), joinedload(ProjectDocument.registrar))
            .order_by(ProjectDocument.id.desc())
        )
    )


def newest_document(project: Project, kind: DocumentKind) -> ProjectDocument | None:
    """The newest registered paper of a kind; one of a kind may come again."""
    return db.session.scalar(
        sa.select(ProjectDocument)
        .where(ProjectDocument.project_id == project.id, ProjectDocument.kind == kind)
        .order_by(ProjectDocument.id.desc())
        .limit(1)
    )


def self_evaluation_of(project: Project) -> ProjectDocument | None:
    """The self-evaluation that is on record and was not judged yet; None when a new one has to come first."""
    newest = newest_document(project, DocumentKind.SELF_EVALUATION)
    judged = last_decision(project.subject, Step.EVALUATE)
    return newest if newest is not None and (judged is None or judged.decided_at < newest.registered_at) else None


@dataclass(frozen=True)
class Window:
    """From which day to which one a project evaluates itself."""

    first: date
    last: date


def evaluation_window(project: Project) -> Window | None:
    """Counted from the day of operation, whenever the project was recorded; None where nobody knows that day."""
    if project.operation_from is None:
        return None
    not_before = statutory(SELF_EVALUATION_TERM).term.not_before or 0
    first = months_due(calendar_in_force(), project.operation_from, not_before).day
    return Window(first, due_by(SELF_EVALUATION_TERM, project.operation_from).day)


def months_in_operation(project: Project) -> int | None:
    """Whole months since the day of operation: none before it; None where it was and nobody knows the day."""
    begun, day = project.operation_from, today()
    if begun is None:
        return None if project.is_taken_in else 0
    months = (day.year - begun.year) * 12 + day.month - begun.month
    complete = months_due(calendar_in_force(), begun, max(months, 0)).day <= day
    return max(months if complete else months - 1, 0)


def client_of(project: Project) -> Organisation:
    """The organisation whose project it is; every project has one."""
    return next(party.organisation for party in parties_of(project.subject) if party.role is PartyRole.CLIENT)


def authorities_of(project: Project) -> list[Organisation]:
    """Who decides on it; of a project taken in where no authority was competent there is none."""
    return [p.organisation for p in parties_of(project.subject) if p.role is PartyRole.COMPETENT_AUTHORITY]


# --- many projects ---------------------------------------------------------------------------------------------------


def newest_declaration() -> Any:
    """Joins each project with the newest version of its declaration."""
    newest = aliased(Declaration)
    number = sa.select(sa.func.max(newest.number)).where(newest.project_id == Project.id).scalar_subquery()
    return sa.and_(Declaration.project_id == Project.id, Declaration.number == number)


def newest_run() -> Any:
    """Joins each project with its latest screening."""
    newest = aliased(CheckRun)
    number = sa.select(sa.func.max(newest.number)).where(newest.subject_id == Project.subject_id).scalar_subquery()
    return sa.and_(CheckRun.subject_id == Project.subject_id, CheckRun.number == number)


def projects_after(actor: Actor, cursor: int, limit: int, conditions: Iterable[Any] = ()) -> list[Project]:
    """Projects in reach by id, for programs that page with a cursor."""
    return list(
        db.session.scalars(
            sa.select(Project)
            .join(Subject, Subject.id == Project.subject_id)
            .join(Region, Region.id == Subject.region_id)
            .where(in_reach(actor), Project.id > cursor, *conditions)
            .options(
                contains_eager(Project.subject).contains_eager(Subject.region),
                contains_eager(Project.subject).selectinload(Subject.parties),
                selectinload(Project.versions),
            )
            .order_by(Project.id)
            .limit(limit)
        )
    )
