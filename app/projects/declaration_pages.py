"""What the pages of a declaration show: its sections, what each still lacks, its versions and what differs."""

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, current, parsed
from app.conditions.facts import Value
from app.conditions.gathering import facts_of
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.errors import Problem
from app.core.formats import fmt
from app.core.permissions import Permission
from app.gates import queries as gates
from app.gates.checking import InputLine
from app.gates.kinds import Step
from app.gates.wording import in_words
from app.lifecycle.workflow import Offer
from app.negative_lists import screening
from app.organisations.models import in_language
from app.organisations.queries import active_organisations
from app.projects.content import canonical_content, content_of
from app.projects.declared_lists import Table, table_of
from app.projects.declaring import DECLARE, JOINING_ROLES, PARTIES, joined_by, roles_by_hand
from app.projects.differences import differences
from app.projects.documents import NUMBERED, registrable
from app.projects.kinds import DocumentKind, ProjectState
from app.projects.models import Declaration, PlannedService, Project, ProjectDocument
from app.projects.notices import Point, last_return, points_answered, unanswered
from app.projects.pages import linked
from app.projects.plausibility import contradictions_in, cost_total, namesake_remarks, remarks_on
from app.projects.queries import documents_of
from app.projects.wording import SECTION_NAMES, change_words, mlps_words, unsaid
from app.projects.workflow import WORKFLOW
from app.services.models import Service, ServiceState
from app.subjects.models import PARTY_SIDES, Party
from app.subjects.queries import parties_of

S = ProjectState
SECTIONS = ("basics", "money", "costs", "services", "data_items", "components", "operation", "targets", "parties")
# In which section a fact of the declaration is written; what is not named here stands in the basics.
_SECTION_OF_FACT = {
    "budget_item": "money",
    "budget_year": "money",
    "cost_categories": "costs",
    "cost_total": "costs",
    "data_items": "data_items",
    "data_uncatalogued": "data_items",
    "data_without_basis": "data_items",
    "design_budget": "money",
    "documents": "documents",
    "estimate": "money",
    "has_exit_plan": "operation",
    "has_operating_plan": "operation",
    "operating_budget": "operation",
    "operating_mode": "operation",
    "own_components": "components",
    "services": "services",
    "services_without_baseline": "services",
    "services_without_forecast": "services",
    "targets": "targets",
}
# What says in a condition for whom it holds rather than what is asked for.
_SCOPING = frozenset({"project.kind", "project.category", "project.scope"})
_FORMS = frozenset({"basics", "money", "operation"})
AWARD = Permission.PROCUREMENT_CONFIRM
# By which act a party may have joined, in words.
ORIGINS = {
    AWARD: _l("采购成交"),
    Permission.PROJECT_TAKE_IN: _l("存量录入"),
    Permission.PROJECT_DECLARE: _l("项目单位登记"),
}


@dataclass(frozen=True)
class Page:
    """Everything templates/projects/declaration.html reads."""

    project: Project
    version: Declaration
    digest: str
    may_edit: bool
    may_join: bool
    submit: Offer | None
    checks: list[dict[str, Any]]
    remarks: list[Problem]
    parties: list[Party]
    origins: dict[int, Permission]
    mode: str
    cost_total: int | None
    before: Declaration | None
    changes: list[dict[str, Any]]
    points: list[Point]
    may_answer: bool

    @property
    def is_newest(self) -> bool:
        return self.version is self.project.current

    def missing(self, section: str) -> int:
        """How many things a section still lacks."""
        return sum(item["state"] == "missing" and item["section"] == section for item in self.checks)

    @property
    def lacking(self) -> int:
        return sum(item["state"] == "missing" for item in self.checks)

    def removable(self, party: Party) -> bool:
        return self.may_join and party.role in JOINING_ROLES and self.origins.get(party.id) is not AWARD

    def origin(self, party: Party) -> str:
        """How a party came in, where that is not plain from its role: by an award, with the intake, or by hand."""
        came = self.origins.get(party.id)
        return str(ORIGINS[came]) if came in ORIGINS and party.role in JOINING_ROLES else ""

    def table(self, section: str) -> Table:
        return table_of(self.version, section)

    @property
    def mlps(self) -> str | None:
        return mlps_words(self.version.mlps_level)


def page_of(actor: Actor, project: Project, number: int | None = None, against: int | None = None) -> Page:
    """The newest version, or the one that is asked for, beside the one before it or another."""
    version = _version(project, number) or project.current
    earlier = version.number - 1 if against is None else against
    before = None if earlier == version.number else _version(project, earlier)
    offers = {offer.transition.act: offer for offer in WORKFLOW.offers(actor, project)}
    writing = version is project.current and project.state in {S.PLANNED, S.DRAFT}
    parties = parties_of(project.subject)
    may_edit, told = writing and DECLARE in offers, last_return(project) if version is project.current else None
    return Page(
        project=project,
        version=version,
        digest=version.sha256 or canonical_content(version)[1].sha256,
        may_edit=may_edit,
        may_join=version is project.current and bool(PARTIES.offers(actor, project)),
        submit=offers.get(Permission.PROJECT_SUBMIT) if writing else None,
        checks=checks_of(project, may_edit) if writing else [],
        remarks=[*remarks_on(version), *(namesake_remarks(actor, project) if version is project.current else ())],
        parties=parties,
        origins=joined_by(parties),
        mode=mode_name(version.mode),
        cost_total=cost_total(version),
        before=before,
        changes=changes_between(before, version) if before else [],
        points=points_answered(told) if told is not None else [],
        may_answer=may_edit and told is not None,
    )


def _version(project: Project, number: int | None) -> Declaration | None:
    return next((one for one in project.versions if one.number == number), None)


def mode_name(entry: CatalogueEntry | None) -> str:
    if entry is None:
        return ""
    name = parsed(entry).head.name
    return in_language(name.zh, name.en)


# --- what is missing -------------------------------------------------------------------------------------------------


def checks_of(project: Project, may_edit: bool) -> list[dict[str, Any]]:
    """What stands before submission, each with its section and where it is put right; what is missing comes first.

    Short on purpose: on what law each rests is said on the page of the project. Who may not write is led to the
    section instead of to its form.
    """
    values = facts_of(project.subject)
    lines = gates.checklist(project.subject, Step.SUBMIT, values)
    asked = [_asked(one, values) for line in lines for one in line.inputs]
    asked = [item | {"href": _cure(project, item["section"], may_edit)} for item in asked]
    told = (*unsaid(project.current), *contradictions_in(project.current), *unanswered(project))
    unready = [_unready(one) for one in told]
    unready = [item | {"href": _cure(project, item["section"], may_edit)} for item in unready]
    looked = screening.problems(screening.look(project.subject, Step.SUBMIT, values))
    blocked = [_blocked(linked(one, project), project) for one in looked]
    return sorted([*unready, *asked, *blocked], key=lambda item: item["state"] != "missing")


def _unready(problem: Problem) -> dict[str, Any]:
    section = problem.place if problem.place in (*SECTIONS, "answers") else "basics"
    return {"label": problem.what, "state": "missing", "remedy": problem.remedy, "section": section}


def _asked(one: InputLine, values: dict[str, Value]) -> dict[str, Any]:
    return {
        "label": in_words(one.words),
        "state": "na" if one.exempt else "ok" if one.met else "missing",
        "remedy": in_words(one.input.remedy),
        "section": _section_of(one, values),
    }


def _section_of(one: InputLine, values: dict[str, Value]) -> str:
    """Where an input is put right: where a fact is written that is unknown, else that it is about."""
    if one.input.place == "documents":
        return "documents"
    names = [name for name in one.input.condition.facts if name not in _SCOPING or name not in values]
    name = next((name for name in names if name in one.missing), names[0] if names else "")
    return _SECTION_OF_FACT.get(name.removeprefix("project."), "basics")


def _cure(project: Project, section: str, may_edit: bool) -> str:
    if section == "documents":
        return url_for("declaring.documents", code=project.code)
    if may_edit and section in _FORMS:
        return url_for("declaring.section", code=project.code, name=section)
    return url_for("declaring.show", code=project.code, _anchor=section)


def _blocked(problem: Problem, project: Project) -> dict[str, Any]:
    return {
        "label": problem.what,
        "state": "missing",
        "why": problem.why,
        "remedy": problem.remedy,
        "href": problem.href or url_for("negative_lists.of_project", code=project.code),
        "section": "screening",
    }


# --- versions --------------------------------------------------------------------------------------------------------


def changes_between(before: Declaration, after: Declaration) -> list[dict[str, Any]]:
    """What differs between two versions, in words, each with the section it stands in."""
    found = differences(_content(before), _content(after))
    return [
        row | {"field": _("%(section)s · %(field)s", section=SECTION_NAMES[one.section], field=row["field"])}
        if row["field"] != SECTION_NAMES[one.section]
        else row
        for one in found
        for row in (change_words(one),)
    ]


def _content(version: Declaration) -> dict[str, Any]:
    """What was sealed, or what the draft says now."""
    found: dict[str, Any] = json.loads(version.content) if version.content else content_of(version)
    return found


# --- papers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Papers:
    """Everything templates/projects/documents.html reads."""

    project: Project
    documents: list[dict[str, Any]]
    may_register: bool
    kinds: list[tuple[str, Any]]
    numbered: str
    missing: list[dict[str, Any]]


def papers_of(actor: Actor, project: Project) -> Papers:
    documents, seen = [], set()
    for one in documents_of(project):
        documents.append(_paper(one, newest=one.kind not in seen))
        seen.add(one.kind)
    kinds = [(kind.value, kind.label) for kind in registrable(actor, project)]
    writing = project.state in {S.PLANNED, S.DRAFT}
    asked = [one for one in checks_of(project, may_edit=False) if one["section"] == "documents"] if writing else []
    return Papers(
        project=project,
        documents=documents,
        may_register=bool(kinds),
        kinds=kinds,
        numbered=_("、").join(str(kind.label) for kind in DocumentKind if kind in NUMBERED),
        missing=asked,
    )


def _paper(one: ProjectDocument, newest: bool) -> dict[str, Any]:
    file = one.file
    return {
        "kind": one.kind.label,
        "newest": newest,
        "number": one.number,
        "issuer": one.issuer,
        "issued_on": fmt.date(one.issued_on),
        "registered": _("%(who)s 于 %(when)s 登记", who=one.registrar.name, when=fmt.moment(one.registered_at)),
        "name": file.file_name,
        "size": fmt.size(file.size),
        "href": url_for("evidence.download", key=file.id),
        "sha256": file.sha256,
        "sm3": file.sm3,
    }


# --- what can be chosen ----------------------------------------------------------------------------------------------


def mode_of(code: str | None) -> CatalogueEntry | None:
    """The contract mode in force for a chosen code; None when nothing is chosen."""
    return current("contract_mode", code, today()) if code else None


def mode_choices() -> list[tuple[str, str]]:
    return [(entry.code, mode_name(entry)) for entry in all_current("contract_mode", today())]


def service_choices(present: PlannedService | None) -> list[tuple[str, str]]:
    """Services in use, and the one that a line names already."""
    kept = present.service_id if present is not None else None
    found = db.session.scalars(
        sa.select(Service)
        .where(sa.or_(Service.state == ServiceState.ACTIVE, Service.id == kept))
        .order_by(Service.code)
    )
    return [(one.code, f"{one.code} {one.name}（{one.unit}）") for one in found]


def organisation_choices() -> list[tuple[str, str]]:
    return [("", ""), *((one.code, one.name) for one in active_organisations())]


def role_choices(project: Project) -> list[tuple[str, str]]:
    return [(role.value, f"{role.label} · {PARTY_SIDES[role].label}") for role in roles_by_hand(project)]
