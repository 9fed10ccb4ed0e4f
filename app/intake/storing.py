"""Writing down what a file holds: projects in the state they have reached, and drafts of their contracts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.audit import act
from app.catalogues.queries import current
from app.contracts.models import Contract, ContractVersion
from app.core.actors import Actor
from app.core.canonical import canonical_json, digest_both
from app.core.clock import now, today
from app.core.db import db, serialise
from app.core.permissions import Permission
from app.intake.columns import DAYS, OPERATION_FROM
from app.intake.models import Intake, IntakeRow, Sheet
from app.intake.queries import unknown_days
from app.intake.rules import ContractFacts, ProjectFacts, day_remarks
from app.lifecycle.actions import ask_once, open_task
from app.organisations.models import Organisation
from app.organisations.queries import organisation_by_code
from app.practices.choosing import follow
from app.projects.actions import next_code
from app.projects.content import content_of
from app.projects.kinds import DeclarationState, Deployment, ProjectCategory, ProjectKind, ProjectState, Scope
from app.projects.models import Declaration, PlannedService, Project
from app.projects.queries import competent_authority_of
from app.projects.steps import ask_for_next
from app.services.models import Service
from app.subjects.actions import add_parties, add_party, open_subject, stand_for_side
from app.subjects.models import PartyRole, Subject, SubjectKind
from app.subjects.queries import side_of

TAKE_IN = Permission.PROJECT_TAKE_IN
# Within how many working days a client finds out since when a project has been in operation; our own default.
DAY_WITHIN = 20
# Working days in which the client completes the draft of an existing contract with its scan; default of the product.
COMPLETE_WITHIN = 20
ROLES = {"builders": PartyRole.BUILDER, "operators": PartyRole.OPERATOR, "supervisors": PartyRole.SUPERVISOR}


@dataclass(frozen=True)
class Taking:
    """An intake that is being written: by whom, into which record, and the organisations that were looked up."""

    actor: Actor
    intake: Intake
    organisations: dict[str, Organisation] = field(default_factory=dict)
    authorities: dict[str, Organisation | None] = field(default_factory=dict)

    def organisation(self, code: str) -> Organisation:
        """One that the rules have found already, in this transaction."""
        if code not in self.organisations:
            found = organisation_by_code(code)
            if found is None:
                raise LookupError(code)
            self.organisations[code] = found
        return self.organisations[code]

    def authority(self, client: Organisation) -> Organisation | None:
        if client.code not in self.authorities:
            self.authorities[client.code] = competent_authority_of(client)
        return self.authorities[client.code]


def store_project(taking: Taking, facts: ProjectFacts, typed: Mapping[str, str]) -> Project:
    """One act for each project, so that its trail begins with being taken in and with nothing before."""
    client = taking.organisation(facts.client)
    code = next_code(taking.actor, client)
    with act(taking.actor, TAKE_IN, ref=f"project:{code}", reason=facts.text("basis")) as running:
        running.note(file=taking.intake.file_name, sha256=taking.intake.sha256, line=facts.line)
        subject = open_subject(SubjectKind.PROJECT, code, facts.text("name"), client.region)
        project = _project(subject, facts)
        _join(taking, subject, client, facts)
        _bind(taking.actor, subject)
        _seal(project, facts)
        _keep_row(taking.intake, Sheet.PROJECT, facts.line, subject, typed)
        ask_for_next(project)
        _ask_for_day(project, client)
    return project


def _ask_for_day(project: Project, client: Organisation) -> None:
    """Time that counts from the day of operation begins for nobody while it is unknown: the client finds it out."""
    if OPERATION_FROM in unknown_days(project):
        ask_once(project.subject, client.id, Permission.PROJECT_SUPPLEMENT, DAY_WITHIN)


def _project(subject: Subject, facts: ProjectFacts) -> Project:
    project = Project(
        code=subject.code,
        subject_id=subject.id,
        subject=subject,
        state=ProjectState(facts.text("state")),
        taken_in_on=today(),
        taken_in_basis=facts.text("basis"),
        approval_number=facts.text("approval_number"),
        **dict.fromkeys(DAYS, None) | facts.days,
    )
    project.versions = [_declaration(facts)]
    db.session.add(project)
    db.session.flush()
    return project


def _declaration(facts: ProjectFacts) -> Declaration:
    """What is known, and nothing else: what was not typed stays unknown."""
    values = facts.values
    declaration = Declaration(
        number=1,
        kind=ProjectKind(facts.text("kind")) if "kind" in values else None,
        category=ProjectCategory(facts.text("category")) if "category" in values else None,
        scope=Scope(facts.text("scope")) if "scope" in values else None,
        deployment=Deployment(facts.text("deployment")) if "deployment" in values else None,
        purpose=facts.text("purpose"),
        functions=facts.text("functions"),
        plan_item=facts.text("plan_item") or None,
        budget_item=facts.text("budget_item") or None,
        responsible_person=facts.text("responsible_person"),
        estimate_fen=_fen(values, "estimate"),
        design_budget_fen=_fen(values, "design_budget"),
        # Known to be empty, so that nobody asks the database for them.
        costs=[],
        data_items=[],
        components=[],
        targets=[],
    )
    declaration.services = [_service(number, one.name, one.code) for number, one in enumerate(facts.services, start=1)]
    return declaration


def _service(number: int, name: str, code: str) -> PlannedService:
    service = db.session.scalar(sa.select(Service).where(Service.code == code)) if code else None
    if service is None:
        return PlannedService(line=number, name=name, unit="")
    return PlannedService(line=number, service_id=service.id, name=service.name_zh, unit=service.unit)


def _join(taking: Taking, subject: Subject, client: Organisation, facts: ProjectFacts) -> None:
    joining = [(client, PartyRole.CLIENT)]
    authority = taking.authority(client)
    if authority is not None:
        joining.append((authority, PartyRole.COMPETENT_AUTHORITY))
    joining += [(taking.organisation(code), role) for key, role in ROLES.items() for code in facts.codes(key)]
    add_parties(subject, joining)


def _bind(actor: Actor, subject: Subject) -> None:
    """Who takes in for his own organisation stands on its side; an authority above both parties is on none."""
    if side_of(subject, actor.organisation_id) is not None:
        stand_for_side(actor, subject)


def _seal(project: Project, facts: ProjectFacts) -> None:
    """Seals the version as it was taken in: nobody submitted it, and nobody decided it here."""
    version = project.current
    marked = {
        "on": today().isoformat(),
        "basis": project.taken_in_basis,
        "state": project.state.value,
        "approval_number": project.approval_number,
        "days": {name: day.isoformat() for name, day in facts.days.items()},
        # What was wrong with it then stays with it, whatever becomes known later.
        "remarks": day_remarks(facts.days),
    }
    content = canonical_json({**content_of(version), "taken_in": marked})
    digests = digest_both(content.encode())
    version.state = DeclarationState.APPROVED
    version.content, version.sha256, version.sm3 = content, digests.sha256, digests.sm3
    version.sealed_at = now()


def _keep_row(intake: Intake, sheet: Sheet, line: int, subject: Subject, typed: Mapping[str, str]) -> None:
    content = canonical_json(dict(typed))
    db.session.add(IntakeRow(intake_id=intake.id, sheet=sheet, line=line, subject_id=subject.id, content=content))


# --- contracts -------------------------------------------------------------------------------------------------------


def store_contract(taking: Taking, facts: ContractFacts, project: Project, typed: Mapping[str, str]) -> Contract:
    """A draft with what is known; it becomes an existing contract when the client adds the scan of the paper."""
    client = taking.organisation(facts.client)
    code = _next_contract_code(client)
    with act(taking.actor, TAKE_IN, ref=f"contract:{code}") as running:
        kept = taking.intake
        running.note(file=kept.file_name, sha256=kept.sha256, line=facts.line, project=project.code)
        subject = open_subject(SubjectKind.CONTRACT, code, facts.text("title"), client.region)
        follow(subject, project.subject.practice_entry)
        # Whose project, its contract: the database asks for the client before the contract.
        add_party(subject, client, PartyRole.CLIENT)
        contract = Contract(code=code, subject_id=subject.id, subject=subject, project_id=project.id)
        contract.versions = [_terms(facts)]
        db.session.add(contract)
        db.session.flush()
        for operator in facts.codes("operators"):
            add_party(subject, taking.organisation(operator), PartyRole.OPERATOR)
        _bind(taking.actor, subject)
        _keep_row(taking.intake, Sheet.CONTRACT, facts.line, subject, typed)
        open_task(subject, client.id, Permission.CONTRACT_SUBMIT, COMPLETE_WITHIN)
    return contract


def _terms(facts: ContractFacts) -> ContractVersion:
    entry = current("contract_mode", facts.mode, today()) if facts.mode else None
    return ContractVersion(
        number=1,
        mode_entry_id=entry.id if entry is not None else None,
        term_from=_day(facts.values, "term_from"),
        term_until=_day(facts.values, "term_until"),
        amount_fen=_fen(facts.values, "amount"),
    )


def _next_contract_code(client: Organisation) -> str:
    stem = f"HT-{client.region.code}-{today().year}-"
    serialise(stem)
    last = db.session.scalar(
        sa.select(sa.func.max(Contract.code)).where(Contract.code.between(stem, f"{stem}99999999"))
    )
    return f"{stem}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def _day(values: Mapping[str, Any], key: str) -> date | None:
    found = values.get(key)
    return found if isinstance(found, date) else None


def _fen(values: Mapping[str, Any], key: str) -> int | None:
    found = values.get(key)
    return found if isinstance(found, int) else None
