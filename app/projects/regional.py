"""Projects by region: how many stand in each phase, what is late or blocked, what they cost."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.charts import Bar, BarsChart, bars_chart
from app.core.clock import today
from app.core.db import db
from app.gates.kinds import Phase
from app.lifecycle.models import Task
from app.lifecycle.queries import late
from app.negative_lists.models import CheckRun
from app.organisations.models import Region, RegionLevel
from app.projects.models import Declaration, Project
from app.projects.queries import STOPPED, discarded, newest_declaration, newest_run, phase_column, stopped
from app.subjects.models import Subject
from app.subjects.queries import in_reach

# Projects that stand in no phase any more, by state.
_STOPS = tuple(state.value for state in STOPPED)
# What belongs to a division itself and to none below it is asked for by its code and this mark.
ITSELF = "."


@dataclass(frozen=True)
class Place:
    """A city with all below it, or what belongs to a province itself."""

    code: str
    name: str


def places_in_reach(actor: Actor) -> list[Place]:
    """The divisions by which the actor's projects are counted, in order of code."""
    keys = sa.select(Subject.region_id).join(Project, Project.subject_id == Subject.id).where(in_reach(actor))
    return sorted(set(_places(db.session.scalars(keys.distinct())).values()), key=lambda place: place.code)


@dataclass
class Tally:
    """What the projects of a place come to; money is what is declared, with the projects that declare none yet."""

    place: Place
    phases: dict[Phase, int] = field(default_factory=dict)
    refused: int = 0
    terminated: int = 0
    late_projects: int = 0
    late_tasks: int = 0
    blocked: int = 0
    blocking: int = 0
    budget_fen: int = 0
    without_budget: int = 0

    @property
    def total(self) -> int:
        return sum(self.phases.values()) + self.stopped

    @property
    def stopped(self) -> int:
        """Refused or ended: in no phase any more."""
        return self.refused + self.terminated

    def add(self, other: "Tally") -> None:
        for phase, count in other.phases.items():
            self.phases[phase] = self.phases.get(phase, 0) + count
        for name in (*_STOPS, "late_projects", "late_tasks", "blocked", "blocking", "budget_fen", "without_budget"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True)
class Overview:
    """The table by region with its sum, and how many projects stand in each phase.

    `discarded` are drafts that their clients gave up before anybody had seen them: counted nowhere else.
    """

    rows: list[Tally]
    total: Tally
    chart: BarsChart
    discarded: int = 0

    @property
    def phases(self) -> list[tuple[Phase, Any]]:
        return [(phase, phase.label) for phase in Phase]


def overview_of(actor: Actor) -> Overview:
    """All projects in reach by place; a fixed number of queries, whatever their number."""
    by_region = _tallies(actor)
    places = _places(by_region)
    rows: dict[str, Tally] = {}
    for region_id, tally in by_region.items():
        place = places[region_id]
        rows.setdefault(place.code, Tally(place)).add(tally)
    total = Tally(Place("", str(_("合计"))))
    for row in rows.values():
        total.add(row)
    bars = [Bar(str(phase.label), Decimal(total.phases.get(phase, 0))) for phase in Phase]
    shown = [rows[code] for code in sorted(rows)]
    return Overview(shown, total, bars_chart(bars if total.total else []), _count_discarded(actor))


def _count_discarded(actor: Actor) -> int:
    found = sa.select(sa.func.count(Project.id)).join(Subject, Subject.id == Project.subject_id)
    return db.session.scalar(found.join(Declaration, newest_declaration()).where(in_reach(actor), discarded())) or 0


def _tallies(actor: Actor) -> dict[int, Tally]:
    """What is counted, by the region that a project names."""
    found: dict[int, Tally] = {}
    nowhere = Place("", "")
    for region_id, phase, count, budget, without in db.session.execute(_counted(actor)):
        tally = found.setdefault(region_id, Tally(nowhere))
        if phase in _STOPS:
            setattr(tally, phase, count)
        else:
            tally.phases[Phase(phase)] = count
        tally.budget_fen += int(budget or 0)
        tally.without_budget += without
    for region_id, projects, tasks in db.session.execute(_late(actor)):
        found[region_id].late_projects, found[region_id].late_tasks = projects, tasks
    for region_id, projects, items in db.session.execute(_blocking(actor)):
        found[region_id].blocked, found[region_id].blocking = projects, items
    return found


def _counted(actor: Actor) -> sa.Select[int, str, int, int | None, int]:
    place = sa.case((stopped(), Project.state), else_=phase_column())
    phase = sa.type_coerce(place, sa.String).label("phase")
    budget = Declaration.design_budget_fen
    return (
        sa.select(
            Subject.region_id, phase, sa.func.count(), sa.func.sum(budget), sa.func.count() - sa.func.count(budget)
        )
        .select_from(Project)
        .join(Subject, Subject.id == Project.subject_id)
        .join(Declaration, newest_declaration())
        .where(in_reach(actor), sa.not_(discarded()))
        .group_by(Subject.region_id, phase)
    )


def _late(actor: Actor) -> sa.Select[int, int, int]:
    return (
        sa.select(Subject.region_id, sa.func.count(sa.distinct(Project.id)), sa.func.count(Task.id))
        .select_from(Project)
        .join(Subject, Subject.id == Project.subject_id)
        .join(Task, Task.subject_id == Project.subject_id)
        .where(in_reach(actor), late(today()))
        .group_by(Subject.region_id)
    )


def _blocking(actor: Actor) -> sa.Select[int, int, int]:
    return (
        sa.select(Subject.region_id, sa.func.count(), sa.func.sum(CheckRun.blocking))
        .select_from(Project)
        .join(Subject, Subject.id == Project.subject_id)
        .join(CheckRun, newest_run())
        .where(in_reach(actor), CheckRun.blocking > 0)
        .group_by(Subject.region_id)
    )


def _places(region_ids: Iterable[int]) -> dict[int, Place]:
    """The place by which each of these regions is counted: the city it lies in, or the region above cities itself."""
    wanted = sa.select(Region.id, Region.path).where(Region.id.in_(list(region_ids)))
    paths = {row.id: row.path for row in db.session.execute(wanted)}
    codes = {code for path in paths.values() for code in _codes(path)}
    known = {one.code: one for one in db.session.scalars(sa.select(Region).where(Region.code.in_(codes)))}
    return {key: _place([known[code] for code in _codes(path)]) for key, path in paths.items()}


def _codes(path: str) -> Iterator[str]:
    return (code for code in path.split("/") if code)


def _place(line: list[Region]) -> Place:
    city = next((one for one in line if one.level is RegionLevel.CITY), None)
    if city is not None:
        return Place(city.code, city.name)
    return Place(f"{line[-1].code}{ITSELF}", str(_("%(name)s本级", name=line[-1].name)))
