"""Writing a change of an approved project: a draft of its own, with the money it moves line by line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.audit import act
from app.core.actors import Actor, must
from app.core.clock import today
from app.core.db import db
from app.core.errors import NotAllowed, NotFound, Problem, Refused, WrongState
from app.core.locking import expect_version
from app.core.money import MAX_FEN
from app.core.permissions import Permission
from app.evidence.actions import attach
from app.projects import change_wording as wording
from app.projects.change_kinds import ChangeBasis, ChangeRoute, ChangeState
from app.projects.change_models import ChangeCost, ProjectChange
from app.projects.kinds import CostCategory, ProjectKind, ProjectState
from app.projects.models import Declaration, Project
from app.projects.percentages import Case, moved_by, why_approval
from app.projects.standing import Standing, approved_version, counted, moved_before, open_change, standing_of
from app.projects.steps import alone
from app.projects.workflow import is_client
from app.subjects.actions import stand_for_side

P, S = Permission, ChangeState
# While what was approved is being made; before that the declaration itself is changed, after it nothing is built.
CHANGING_STATES = frozenset({ProjectState.APPROVED, ProjectState.BUILDING, ProjectState.TRIAL})


@dataclass(frozen=True)
class ChangeFacts:
    """What is typed into a change; None is not yet known."""

    basis: ChangeBasis | None = None
    scope_kept: bool | None = None
    scope: str = ""
    new_until: date | None = None
    new_person: str = ""
    reason: str = ""


@dataclass(frozen=True)
class CostFacts:
    """Money that is added to a category, or taken from it where it is less than nothing."""

    category: CostCategory
    name: str
    delta_fen: int


@dataclass(frozen=True)
class Reckoned:
    """What a change comes to as it stands: where it starts, what it moves, and which way it goes for which reasons."""

    before: Standing
    case: Case
    route: ChangeRoute
    why: tuple[str, ...]
    days: int | None


def reckon(change: ProjectChange) -> Reckoned:
    """Counted over all changes of the project, so that a change in parts comes to what it is as a whole."""
    before = standing_of(change.declaration, change.number)
    case = Case(
        approved=change.declaration.design_budget_fen,
        moved=moved_by(line.delta_fen for line in change.costs),
        earlier=moved_before(counted(change.project_id, change.number)),
        aim_kept=bool(change.scope_kept),
        usual=change.basis not in {None, ChangeBasis.OTHER},
    )
    why = tuple(why_approval(case))
    days = (change.new_until - before.until).days if change.new_until and before.until else None
    return Reckoned(before, case, ChangeRoute.APPROVAL if why else ChangeRoute.FILING, why, days)


# --- the draft -------------------------------------------------------------------------------------------------------


def begin(actor: Actor, project: Project, facts: ChangeFacts, upload: FileStorage | None = None) -> ProjectChange:
    """The client begins a change; there is one at a time, because each starts from how the one before left it."""
    alone(project)
    version = _ready(actor, project)
    if open_change(project) is not None:
        raise WrongState(wording.one_at_a_time())
    with act(actor, P.CHANGE_PROPOSE, ref=project.ref) as running:
        stand_for_side(actor, project.subject)
        change = new_change(project, version)
        _fill(actor, project, change, facts, upload)
        running.note(change=change.number)
        db.session.flush()
    return change


def _ready(actor: Actor, project: Project) -> Declaration:
    must(actor, P.CHANGE_PROPOSE)
    if not is_client(actor, project):
        raise NotAllowed(wording.not_client())
    version = approved_version(project)
    if project.state not in CHANGING_STATES or version is None:
        raise WrongState(wording.not_now(project.state))
    if version.kind is ProjectKind.MAINTAIN:
        raise WrongState(wording.nothing_is_built())
    return version


def new_change(project: Project, version: Declaration) -> ProjectChange:
    """An empty draft under the next number. Part of a running act."""
    last = db.session.scalar(sa.select(sa.func.max(ProjectChange.number)).where(ProjectChange.project_id == project.id))
    change = ProjectChange(
        project_id=project.id,
        subject_id=project.subject_id,
        declaration_id=version.id,
        number=(last or 0) + 1,
        state=S.DRAFT,
    )
    db.session.add(change)
    db.session.flush()
    return change


def save(actor: Actor, change: ProjectChange, facts: ChangeFacts, upload: FileStorage | None, seen: int | None) -> None:
    """What the form says takes the place of what the draft said."""
    project = _open_draft(actor, change)
    expect_version(change, seen)
    with act(actor, P.CHANGE_PROPOSE, ref=project.ref) as running:
        running.note(change=change.number)
        stand_for_side(actor, project.subject)
        _fill(actor, project, change, facts, upload)
        db.session.flush()


def _fill(
    actor: Actor, project: Project, change: ProjectChange, facts: ChangeFacts, upload: FileStorage | None
) -> None:
    change.basis, change.scope_kept = facts.basis, facts.scope_kept
    change.scope, change.reason = facts.scope.strip(), facts.reason.strip()
    change.new_until, change.new_person = facts.new_until, facts.new_person.strip()
    if upload:
        change.sha256 = attach(actor, project.subject, upload, str(P.CHANGE_PROPOSE.label)).sha256


def _open_draft(actor: Actor, change: ProjectChange) -> Project:
    project = alone(change.project)
    _ready(actor, project)
    db.session.refresh(change)
    if change.state is not S.DRAFT:
        raise WrongState(wording.sealed(change.state))
    return project


def add_cost(actor: Actor, change: ProjectChange, facts: CostFacts) -> ChangeCost:
    """A line of money that moves."""
    project = _open_draft(actor, change)
    problems = list(_cost_problems(facts))
    if problems:
        raise Refused(problems)
    with act(actor, P.CHANGE_PROPOSE, ref=project.ref) as running:
        running.note(change=change.number)
        stand_for_side(actor, project.subject)
        number = max((one.line for one in change.costs), default=0) + 1
        line = ChangeCost(line=number, category=facts.category, name=facts.name.strip(), delta_fen=facts.delta_fen)
        change.costs.append(line)
        db.session.flush()
    return line


def _cost_problems(facts: CostFacts) -> Iterator[Problem]:
    if not facts.name.strip():
        yield wording.cost_unnamed()
    if facts.delta_fen == 0 or abs(facts.delta_fen) >= MAX_FEN:
        yield wording.cost_of_nothing()


def remove_cost(actor: Actor, change: ProjectChange, key: int) -> None:
    """Takes a line out of the draft."""
    project = _open_draft(actor, change)
    line = next((one for one in change.costs if one.id == key), None)
    if line is None:
        raise NotFound
    with act(actor, P.CHANGE_PROPOSE, ref=project.ref) as running:
        running.note(change=change.number, removed=line.name)
        stand_for_side(actor, project.subject)
        change.costs.remove(line)
        db.session.flush()


def discard(actor: Actor, change: ProjectChange) -> None:
    """The client gives a draft up; its number is not used again."""
    project = _open_draft(actor, change)
    with act(actor, P.CHANGE_PROPOSE, ref=project.ref) as running:
        running.note(change=change.number, discarded=True)
        stand_for_side(actor, project.subject)
        change.state = S.DISCARDED
        db.session.flush()


def copy_of(project: Project, change: ProjectChange) -> ProjectChange:
    """The next draft begins as the change that came back said. Part of a running act."""
    made = new_change(project, change.declaration)
    for name in ("basis", "scope_kept", "scope", "new_until", "new_person", "reason", "sha256"):
        setattr(made, name, getattr(change, name))
    made.costs = [
        ChangeCost(line=one.line, category=one.category, name=one.name, delta_fen=one.delta_fen) for one in change.costs
    ]
    db.session.flush()
    return made


# --- what stands against submitting it -------------------------------------------------------------------------------


def flaws_of(change: ProjectChange) -> list[Problem]:
    """Everything that a draft does not say yet, or cannot mean as it says it."""
    reckoned = reckon(change)
    return [*_unsaid(change), *_impossible(change, reckoned), *_untimely(change, reckoned.before)]


def _unsaid(change: ProjectChange) -> Iterator[Problem]:
    if not (change.costs or change.scope or change.new_until or change.new_person):
        yield wording.changes_nothing()
    if change.basis is None:
        yield wording.ground_missing()
    if change.scope_kept is None:
        yield wording.aim_unsaid()
    elif not change.scope_kept and not change.scope:
        yield wording.scope_unsaid()
    if not change.reason:
        yield wording.reason_missing()
    if change.sha256 is None:
        yield wording.evidence_missing()


def _impossible(change: ProjectChange, reckoned: Reckoned) -> Iterator[Problem]:
    """Nothing is taken from a category that does not hold it, nor from the whole."""
    before = reckoned.before
    for category, delta in _by_category(change.costs):
        held = before.costs.get(category, 0)
        if before.costs and held + delta < 0:
            yield wording.takes_too_much(category, held, -delta)
    if before.budget_fen is not None and before.budget_fen + reckoned.case.moved.net <= 0:
        yield wording.leaves_nothing(before.budget_fen)


def _by_category(lines: Iterable[ChangeCost]) -> list[tuple[CostCategory, int]]:
    found: dict[CostCategory, int] = {}
    for line in lines:
        found[line.category] = found.get(line.category, 0) + line.delta_fen
    return list(found.items())


def _untimely(change: ProjectChange, before: Standing) -> Iterator[Problem]:
    if change.new_until is None:
        return
    begun = change.declaration.planned_from
    if change.new_until < today() or (begun is not None and change.new_until < begun):
        yield wording.day_impossible(change.new_until)
    elif change.new_until == before.until:
        yield wording.day_unchanged(change.new_until)
