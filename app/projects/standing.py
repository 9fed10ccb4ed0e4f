"""How an approved project stands: what was approved, with every change that was decided or filed since, beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.core.db import db
from app.projects.change_kinds import COUNTED_CHANGES, OPEN_CHANGES
from app.projects.change_models import ProjectChange
from app.projects.kinds import CostCategory, DeclarationState
from app.projects.models import Declaration, Project
from app.projects.percentages import Moved, moved_by


@dataclass(frozen=True)
class Standing:
    """Amounts and days after changes; None is not known. `costs` by category, empty where nothing was listed."""

    budget_fen: int | None
    until: date | None
    person: str
    costs: dict[CostCategory, int] = field(default_factory=dict)

    @property
    def cost_total(self) -> int | None:
        return sum(self.costs.values()) if self.costs else None


def approved_version(project: Project) -> Declaration | None:
    """The version that was approved; None before."""
    return next((one for one in reversed(project.versions) if one.state is DeclarationState.APPROVED), None)


def changes_of(project: Project) -> list[ProjectChange]:
    """Every change of a project, newest first."""
    return list(
        db.session.scalars(
            sa.select(ProjectChange)
            .where(ProjectChange.project_id == project.id)
            .options(selectinload(ProjectChange.costs), selectinload(ProjectChange.decision))
            .order_by(ProjectChange.number.desc())
        )
    )


def change_of(project: Project, number: int) -> ProjectChange | None:
    """One change of a project."""
    return db.session.scalar(
        sa.select(ProjectChange).where(ProjectChange.project_id == project.id, ProjectChange.number == number)
    )


def open_change(project: Project) -> ProjectChange | None:
    """The one change that is written or waits for a decision."""
    return db.session.scalar(
        sa.select(ProjectChange).where(ProjectChange.project_id == project.id, ProjectChange.state.in_(OPEN_CHANGES))
    )


def counted(project_id: int, before: int | None = None) -> list[ProjectChange]:
    """The changes that count, in the order in which they were made; `before` leaves out a number and what follows."""
    found = sa.select(ProjectChange).where(
        ProjectChange.project_id == project_id, ProjectChange.state.in_(COUNTED_CHANGES)
    )
    if before is not None:
        found = found.where(ProjectChange.number < before)
    return list(db.session.scalars(found.options(selectinload(ProjectChange.costs)).order_by(ProjectChange.number)))


def moved_before(changes: Iterable[ProjectChange]) -> Moved:
    """What changes moved together."""
    return sum((Moved(one.moved_fen or 0, one.net_fen or 0) for one in changes), Moved())


def as_declared(version: Declaration) -> Standing:
    """What was approved, and nothing since."""
    costs: dict[CostCategory, int] = {}
    for line in version.costs:
        costs[line.category] = costs.get(line.category, 0) + line.amount_fen
    return Standing(version.design_budget_fen, version.planned_until, version.responsible_person, costs)


def after(standing: Standing, changes: Sequence[ProjectChange]) -> Standing:
    """How it stands after changes. Where no budget is known none becomes known by a change of it."""
    for one in changes:
        costs = dict(standing.costs)
        for line in one.costs:
            costs[line.category] = costs.get(line.category, 0) + line.delta_fen
        net = moved_by(line.delta_fen for line in one.costs).net
        standing = Standing(
            budget_fen=None if standing.budget_fen is None else standing.budget_fen + net,
            until=one.new_until or standing.until,
            person=one.new_person or standing.person,
            costs={category: amount for category, amount in costs.items() if amount} if standing.costs else {},
        )
    return standing


def standing_of(version: Declaration, before: int | None = None) -> Standing:
    """How the project of a version stands, now or before a change of it."""
    declared = as_declared(version)
    if version.state is not DeclarationState.APPROVED:
        return declared
    return after(declared, counted(version.project_id, before))
