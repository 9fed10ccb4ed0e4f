"""What is stored of everything that a file mentions, and the files that were looked at and taken in."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.catalogues.queries import all_current, parsed
from app.contracts.models import Contract, ContractState, ContractVersion
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.permissions import Role
from app.intake import rules
from app.intake.cells import codes_in, names_in
from app.intake.columns import APPROVED_ON, DAYS, REACHED, SHEETS, Kind
from app.intake.models import Intake, IntakePreview, IntakeRow, Sheet
from app.intake.rules import Findings, Known, Stored, fold_name
from app.intake.sheet import Book, Row
from app.organisations.models import (
    ControlLink,
    Mandate,
    MandateKind,
    Organisation,
    OrganisationState,
    Region,
)
from app.projects.kinds import ProjectState
from app.projects.models import Project
from app.projects.queries import competent_authority_of, project_in_reach
from app.services.models import Service
from app.subjects.models import Party, PartyRole, Subject
from app.subjects.rules import Control

ENDED = (ProjectState.REFUSED, ProjectState.TERMINATED)


# --- judging a file --------------------------------------------------------------------------------------------------


def findings_of(actor: Actor, book: Book) -> Findings:
    """What a file would store, or every reason why it cannot be stored, as things stand now."""
    return rules.judge(
        [(row.line, row.cells) for row in book.projects],
        [(row.line, row.cells) for row in book.contracts],
        known_for(actor, book),
    )


def known_for(actor: Actor, book: Book) -> Known:
    found = _organisations(_codes(book.rows))
    clients = {row.cells.get("client", "") for row in book.projects}
    stored = _projects(actor, {row.cells.get("project", "") for row in book.contracts})
    clients |= {one.client for one in stored.values()}
    found |= _organisations({one.client for one in stored.values()} - set(found))
    own = _own_clients(actor, [one for code, one in found.items() if code in clients])
    authorities = {code: competent_authority_of(one) for code, one in found.items() if code in own}
    everyone = found | {one.code: one for one in authorities.values() if one is not None}
    return Known(
        today=today(),
        organisations={code: _known(one, code in own, authorities.get(code)) for code, one in everyone.items()},
        controls=_controls(one.id for one in everyone.values()),
        services=_services({name for row in book.projects for name in names_in(row.cells.get("services", ""))}),
        modes=_modes(),
        names=_names(own),
        papers=_papers(own),
        projects={code: one for code, one in stored.items() if one.client in own},
    )


def _codes(rows: Iterable[Row]) -> set[str]:
    """Every organisation code that stands in some cell."""
    found: set[str] = set()
    for row in rows:
        columns = [one.key for one in SHEETS[row.sheet] if one.kind is Kind.CODES]
        found.update(part for key in columns for part in codes_in(row.cells.get(key, "")))
    return found


def _organisations(codes: set[str]) -> dict[str, Organisation]:
    rows = db.session.scalars(
        sa.select(Organisation).where(Organisation.code.in_(codes)).options(selectinload(Organisation.held_sides))
    )
    return {one.code: one for one in rows}


def _known(one: Organisation, own: bool, authority: Organisation | None) -> rules.Organisation:
    return rules.Organisation(
        id=one.id,
        code=one.code,
        active=one.state is OrganisationState.ACTIVE,
        sides=frozenset(side.value for side in one.sides),
        is_own=own,
        authority_id=authority.id if authority is not None else None,
    )


def _own_clients(actor: Actor, found: Sequence[Organisation]) -> set[str]:
    """Clients for whom the actor may take in: his own agency, or everybody under his authority's mandates."""
    own = {one.code for one in found if Role.AGENCY_OFFICER in actor.roles and one.id == actor.organisation_id}
    if Role.AUTHORITY_OFFICER not in actor.roles:
        return own
    paths = db.session.scalars(
        sa.select(Region.path)
        .join(Mandate, Mandate.region_id == Region.id)
        .where(
            Mandate.organisation_id == actor.organisation_id,
            Mandate.kind == MandateKind.COMPETENT,
            Mandate.valid_from <= today(),
            sa.or_(Mandate.valid_until.is_(None), Mandate.valid_until >= today()),
        )
    ).all()
    mandated = {one.code for one in found if any(one.region.path.startswith(path) for path in paths)}
    return own | {code for code in mandated if code != (actor.identity.organisation_code if actor.identity else "")}


def may_take_in_for(actor: Actor, client: Organisation) -> bool:
    return client.code in _own_clients(actor, [client])


def known_days(project: Project) -> dict[str, date]:
    return {key: day for key in DAYS if (day := getattr(project, key)) is not None}


def reached_state(project: Project) -> str:
    """How far a project has come, in the words of the workbook."""
    state = project.suspended_from or project.state
    return (ProjectState.OPERATING if state is ProjectState.EVALUATING else state).value


def unknown_days(project: Project) -> tuple[str, ...]:
    """The days of the past of a project taken in that nobody has recorded; of what lies before it there is none."""
    reached = (APPROVED_ON, *REACHED.get(reached_state(project), ()))
    return tuple(key for key in reached if project.is_taken_in and getattr(project, key) is None)


def _controls(ids: Iterable[int]) -> tuple[Control, ...]:
    links = db.session.scalars(sa.select(ControlLink).where(ControlLink.controlled_id.in_(set(ids))))
    return tuple(Control(one.controller_id, one.controlled_id, one.through_company) for one in links)


def _services(names: set[str]) -> dict[str, str]:
    """Codes, and names that only one service bears, each with the code it leads to."""
    rows = db.session.execute(
        sa.select(Service.code, Service.name_zh).where(sa.or_(Service.code.in_(names), Service.name_zh.in_(names)))
    ).all()
    bearers = [row.name_zh for row in rows]
    found = {row.name_zh: row.code for row in rows if bearers.count(row.name_zh) == 1}
    return found | {row.code: row.code for row in rows}


def _modes() -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in all_current("contract_mode", today()):
        found |= {parsed(entry).head.name.zh: entry.code, entry.code: entry.code}
    return found


def mode_names() -> list[str]:
    """The Chinese names of the contract modes in force, as the workbook offers them."""
    return [parsed(entry).head.name.zh for entry in all_current("contract_mode", today())]


def _of_clients(codes: set[str]) -> Any:
    """Subjects whose client is one of these."""
    return (
        sa.select(Party.subject_id)
        .join(Organisation, Organisation.id == Party.organisation_id)
        .where(Party.role == PartyRole.CLIENT, Organisation.code.in_(codes))
    )


def _client_of(subject_column: Any) -> Any:
    return (
        sa.select(Organisation.code)
        .join(Party, Party.organisation_id == Organisation.id)
        .where(Party.subject_id == subject_column, Party.role == PartyRole.CLIENT)
        .limit(1)
        .scalar_subquery()
    )


def _names(clients: set[str]) -> frozenset[tuple[str, str]]:
    rows = db.session.execute(
        sa.select(_client_of(Subject.id), Subject.title)
        .join(Project, Project.subject_id == Subject.id)
        .where(Subject.id.in_(_of_clients(clients)), Project.state.not_in(ENDED))
    )
    return frozenset((client, fold_name(title)) for client, title in rows)


def _papers(clients: set[str]) -> frozenset[tuple[str, str]]:
    """Numbers of paper contracts, whether the scan has come already or the number was only typed."""
    live = sa.select(Contract.subject_id).where(
        Contract.subject_id.in_(_of_clients(clients)), Contract.state != ContractState.VOID
    )
    written = db.session.execute(
        sa.select(_client_of(Contract.subject_id), ContractVersion.paper_number)
        .join(Contract, Contract.id == ContractVersion.contract_id)
        .where(Contract.subject_id.in_(live), ContractVersion.paper_number.is_not(None))
    )
    typed = db.session.execute(
        sa.select(_client_of(IntakeRow.subject_id), IntakeRow.content).where(
            IntakeRow.sheet == Sheet.CONTRACT, IntakeRow.subject_id.in_(live)
        )
    )
    numbers = {(str(client), str(number)) for client, number in written}
    return frozenset(numbers | {(client, json.loads(text).get("paper_number", "")) for client, text in typed})


def _projects(actor: Actor, typed: set[str]) -> dict[str, Stored]:
    """Projects on record that rows of contracts name by their code, as far as the actor may see them."""
    found = {}
    for code in sorted(one for one in typed if one.startswith("XM-")):
        project = project_in_reach(actor, code)
        if project is not None and project.state not in ENDED:
            parties = project.subject.parties
            client = next(one.organisation.code for one in parties if one.role is PartyRole.CLIENT)
            operators = tuple(one.organisation.code for one in parties if one.role is PartyRole.OPERATOR)
            found[code] = Stored(code, client, operators)
    return found


# --- files -----------------------------------------------------------------------------------------------------------


def preview_of(actor: Actor, key: int) -> IntakePreview | None:
    """A file that somebody of the actor's organisation looked at."""
    return db.session.scalar(
        sa.select(IntakePreview).where(IntakePreview.id == key, IntakePreview.organisation_id == actor.organisation_id)
    )


def same_file(sha256: str) -> Intake | None:
    return db.session.scalar(sa.select(Intake).where(Intake.sha256 == sha256))


def intakes_of(actor: Actor, limit: int = 50) -> list[Intake]:
    """What the actor's organisation has taken in, newest first."""
    return list(
        db.session.scalars(
            sa.select(Intake)
            .where(Intake.organisation_id == actor.organisation_id)
            .options(joinedload(Intake.user))
            .order_by(Intake.id.desc())
            .limit(limit)
        )
    )


def intake_of(actor: Actor, key: int) -> Intake | None:
    """One of them with its rows."""
    return db.session.scalar(
        sa.select(Intake)
        .where(Intake.id == key, Intake.organisation_id == actor.organisation_id)
        .options(joinedload(Intake.user), selectinload(Intake.rows).joinedload(IntakeRow.subject))
    )


def typed_row(subject: Subject) -> IntakeRow | None:
    """The row from which a project or contract was taken in."""
    return db.session.scalar(sa.select(IntakeRow).where(IntakeRow.subject_id == subject.id))
