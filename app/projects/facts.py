"""The facts that projects give to conditions; what is not known is left out.

An empty list is unknown: nobody has filled it in yet. That a project uses no data or needs no shared capability is
said outright in its declaration and then is a fact. Papers are registered here and nowhere else, so none is none.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, selectinload

from app.conditions.facts import Value
from app.core.batches import of_each
from app.core.clock import local
from app.core.db import db
from app.gates.kinds import Step, Verdict
from app.gates.models import Decision
from app.gates.queries import open_obligations
from app.projects.change_drafting import reckon
from app.projects.change_kinds import COUNTED_CHANGES, OPEN_CHANGES
from app.projects.change_models import ProjectChange
from app.projects.documents import kinds_registered
from app.projects.effects import answered_targets
from app.projects.kinds import DataClass, DeclarationState, ProjectKind, Provision, Sharing
from app.projects.models import DataItem, Declaration, DuplicateVerdict, Project
from app.projects.queries import months_in_operation
from app.projects.standing import Standing, after, as_declared
from app.subjects.models import Subject, SubjectKind

_LISTS = (
    Declaration.costs,
    Declaration.services,
    Declaration.data_items,
    Declaration.components,
    Declaration.targets,
)


def project_facts(subject: Subject) -> Mapping[str, Value]:
    """What the newest version of the declaration says, what happened to the project, and what became of duplicates."""
    if subject.kind is not SubjectKind.PROJECT:
        return {}
    version = newest_version(subject)
    if version is None:
        return {}
    return dict(_facts(version.project, version))


def newest_version(subject: Subject) -> Declaration | None:
    """The newest version with everything it lists, read at once."""
    return of_each(subject.id, _newest_versions)


def _newest_versions(subjects: Collection[int]) -> dict[int, Declaration]:
    later = aliased(Declaration)
    newest = ~sa.exists().where(later.project_id == Declaration.project_id, later.number > Declaration.number)
    found = db.session.execute(
        sa.select(Project.subject_id, Declaration)
        .join(Project, Project.id == Declaration.project_id)
        .where(Project.subject_id.in_(subjects), newest)
        .options(*(selectinload(one) for one in _LISTS))
    )
    return {row[0]: row[1] for row in found}


def _facts(project: Project, version: Declaration) -> Iterator[tuple[str, Value]]:
    changes = of_each(project.subject_id, _changes) or []
    standing = after(as_declared(version), [one for one in changes if one.state in COUNTED_CHANGES])
    told = (*_declared(version), *_standing(standing), *_listed(version), *_happened(project, version))
    for name, value in (*told, *_promised(project, version)):
        if value is not None:
            yield name, value
    yield from _change(next((one for one in changes if one.state in OPEN_CHANGES), None))
    yield "project.documents", tuple(sorted(kinds_registered(project)))
    yield from _duplicates(version)


def _declared(version: Declaration) -> Iterator[tuple[str, Any]]:
    for name in ("kind", "category", "scope", "deployment"):
        member = getattr(version, name)
        yield f"project.{name}", member.value if member else None
    for name in ("plan_item", "budget_item"):
        yield f"project.{name}", getattr(version, name) or None
    for name in ("estimate", "operating_budget", "prior_investment"):
        yield f"project.{name}", getattr(version, f"{name}_fen")
    yield "project.planned_from", _day(version.planned_from)
    yield "project.budget_year", version.budget_year
    yield "project.mlps_level", version.mlps_level
    yield "project.operating_mode", version.mode.code if version.mode else None
    yield "project.has_operating_plan", bool(version.operating_plan.strip())
    yield "project.has_exit_plan", bool(version.exit_plan.strip())
    # A new project follows on nothing; of any other, an empty number is one that has not been given.
    none = "" if version.kind is ProjectKind.NEW else None
    yield "project.prior_project", version.prior_project or none


def _standing(standing: Standing) -> Iterator[tuple[str, Any]]:
    """What changes may have changed since it was approved: as it stands now. What was decided before keeps its own."""
    yield "project.design_budget", standing.budget_fen
    yield "project.planned_until", _day(standing.until)
    yield "project.responsible_person", standing.person or None
    yield "project.cost_total", standing.cost_total
    if standing.costs:
        yield "project.cost_categories", tuple(sorted(one.value for one in standing.costs))


def _changes(subjects: Collection[int]) -> dict[int, list[ProjectChange]]:
    """The changes of each subject in their order."""
    found = sa.select(ProjectChange).where(ProjectChange.subject_id.in_(subjects))
    changes: dict[int, list[ProjectChange]] = {}
    for one in db.session.scalars(found.order_by(ProjectChange.subject_id, ProjectChange.number)):
        changes.setdefault(one.subject_id, []).append(one)
    return changes


def _change(change: ProjectChange | None) -> Iterator[tuple[str, Value]]:
    """The change that is written or waits: what it comes to with all before it, and which way it goes."""
    if change is None:
        return
    reckoned = reckon(change)
    yield "change.amount", reckoned.case.together.gross
    yield "change.net", reckoned.case.together.net
    yield "change.route", (change.route or reckoned.route).value
    if reckoned.case.approved is not None:
        yield "change.approved_budget", reckoned.case.approved
    if change.scope_kept is not None:
        yield "change.scope_kept", change.scope_kept


def _promised(project: Project, version: Declaration) -> Iterator[tuple[str, Any]]:
    """Promises of which the evaluation that comes next does not know yet what became of them."""
    if version.state is DeclarationState.APPROVED:
        answered = answered_targets(project)
        yield "project.effects_unanswered", sum(1 for one in version.targets if one.id not in answered)


def _listed(version: Declaration) -> Iterator[tuple[str, Any]]:
    if version.services:
        yield "project.services", len(version.services)
        lacking = sum(1 for one in version.services if not one.is_new and one.baseline is None)
        yield "project.services_without_baseline", lacking
        # The first year is what the next budget rests on; the later two may still be open.
        yield "project.services_without_forecast", sum(1 for one in version.services if one.forecast_first is None)
    if version.targets:
        yield "project.targets", len(version.targets)
        yield "project.targets_unmeasured", sum(1 for one in version.targets if not one.method.strip())
    if version.data_items or version.no_data:
        yield "project.data_items", len(version.data_items)
        yield "project.data_uncatalogued", sum(1 for one in version.data_items if not one.catalogue_number)
        yield "project.data_without_basis", sum(1 for one in version.data_items if _lacks_basis(one))
        yield "project.data_classes", tuple(sorted({one.data_class.value for one in version.data_items}))
        yield "project.data_collected", sum(1 for one in version.data_items if not one.provider.strip())
        yield "project.data_restricted", sum(1 for one in version.data_items if not _is_free(one))
        yield "project.sensitive_shared", sum(1 for one in version.data_items if _shares_sensitive(one))
    if version.components or version.no_components:
        own = {one.component.value for one in version.components if one.provision is Provision.OWN}
        yield "project.own_components", tuple(sorted(own))


def _lacks_basis(item: DataItem) -> bool:
    """Sharing is the rule: what is held back, or given on conditions, names the provision that says so."""
    return not _is_free(item) and not item.basis


def _is_free(item: DataItem) -> bool:
    return item.sharing is Sharing.UNCONDITIONAL


def _shares_sensitive(item: DataItem) -> bool:
    return item.data_class is DataClass.SENSITIVE and item.sharing is not Sharing.NONE


def _happened(project: Project, version: Declaration) -> Iterator[tuple[str, Any]]:
    yield "project.taken_in", project.is_taken_in
    yield "project.submitted_on", _past(project, local(version.sealed_at).date() if version.sealed_at else None)
    for name in ("approved_on", "build_started_on", "trial_from", "accepted_on", "operation_from"):
        yield f"project.{name}", _past(project, getattr(project, name))
    yield "project.months_in_operation", months_in_operation(project)
    yield "project.open_obligations", open_obligations(project.subject)
    yield "project.undecided_steps", _undecided(project)


# The day on which each step was taken, in the order of a project's life.
_TAKEN = (
    (Step.APPROVE, "approved_on"),
    (Step.BUILD, "build_started_on"),
    (Step.TRIAL, "trial_from"),
    (Step.ACCEPT, "accepted_on"),
    (Step.HAND_OVER, "operation_from"),
)


def _undecided(project: Project) -> tuple[str, ...] | None:
    """Steps that were taken without a decision on record; of a project taken in, earlier ones were elsewhere."""
    if project.is_taken_in:
        return None
    taken = [step for step, day in _TAKEN if getattr(project, day) is not None]
    known = (of_each(project.subject_id, _decided) if taken else None) or set()
    return tuple(step.value for step in taken if step not in known)


def _decided(subjects: Collection[int]) -> dict[int, set[Step]]:
    """The steps of each subject that a decision let through."""
    found = sa.select(Decision.subject_id, Decision.step).where(
        Decision.subject_id.in_(subjects), Decision.verdict.in_([one for one in Verdict if one.lets_through])
    )
    steps: dict[int, set[Step]] = {}
    for subject_id, step in db.session.execute(found.distinct()):
        steps.setdefault(subject_id, set()).add(step)
    return steps


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _past(project: Project, day: date | None) -> str | None:
    """A day; empty when it has not come. Of a project taken in, a day without a record may lie before the records."""
    if day is None and project.is_taken_in:
        return None
    return _day(day) or ""


def _duplicates(version: Declaration) -> Iterator[tuple[str, Value]]:
    """The newest verdict on this version: what was judged before it was changed says nothing about it."""
    judged = (of_each(version.project.subject_id, _verdicts) or {}).get(version.id)
    if judged is not None:
        yield "duplicate.verdict", judged.verdict
    yield "duplicate.checked_on", local(judged.judged_at).date().isoformat() if judged else ""


def _verdicts(subjects: Collection[int]) -> dict[int, dict[int, DuplicateVerdict]]:
    """By subject the newest verdict on each version."""
    found = sa.select(DuplicateVerdict).where(DuplicateVerdict.subject_id.in_(subjects)).order_by(DuplicateVerdict.id)
    newest: dict[int, dict[int, DuplicateVerdict]] = {}
    for one in db.session.scalars(found):
        newest.setdefault(one.subject_id, {})[one.declaration_id] = one
    return newest
