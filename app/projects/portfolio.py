"""The list of projects with filters, sort and export, and what stands beside each of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import contains_eager, defer

from app.calendars.queries import calendar_in_force
from app.calendars.working_calendar import WorkingCalendar
from app.calendars.working_time import workdays_between
from app.core.actors import Actor
from app.core.batches import batched
from app.core.clock import today
from app.core.db import db
from app.core.formats import fmt
from app.core.listing import Cell, Column, Filter, Listing, like, member_or_none, options_of
from app.core.permissions import Permission
from app.gates.kinds import Phase
from app.lifecycle.models import Pause, Task, TaskState
from app.lifecycle.queries import Deadline, late
from app.negative_lists.models import CheckRun
from app.organisations.models import Region
from app.projects.kinds import ProjectState
from app.projects.models import Declaration, Project
from app.projects.queries import (
    STOPPED,
    discarded,
    newest_declaration,
    newest_run,
    phase_column,
    phase_of,
    standing_of,
    stopped,
)
from app.projects.regional import ITSELF, places_in_reach
from app.subjects.models import Party, PartyRole, Subject
from app.subjects.queries import in_reach

# Asks for what was refused or ended, as the filter of phases has it.
NO_PHASE = "none"
# Sorts what has no day yet behind everything that has one.
FAR = date(9999, 12, 31)


@dataclass
class Beside:
    """What stands beside projects in a list, read for the shown ones at once: next deadline, blocking items."""

    due: dict[int, Deadline] = field(default_factory=dict)
    blocking: dict[int, int] = field(default_factory=dict)

    def read(self, subject_ids: Iterable[int]) -> None:
        keys = list(subject_ids)
        stopped = sa.and_(Pause.subject_id == Task.subject_id, Pause.ended_on.is_(None))
        tasks = (
            sa.select(Task.subject_id, sa.func.min(Task.due_on), Pause.started_on)
            .outerjoin(Pause, stopped)
            .where(Task.subject_id.in_(keys), Task.state == TaskState.OPEN)
        )
        nearest = db.session.execute(tasks.group_by(Task.subject_id, Pause.started_on)).all()
        # The calendar is read once for all of them.
        calendar = calendar_in_force()
        self.due |= {key: _deadline(calendar, day, since) for key, day, since in nearest}
        runs = sa.select(Project.subject_id, CheckRun.blocking).join(CheckRun, newest_run())
        found = db.session.execute(runs.where(Project.subject_id.in_(keys)))
        self.blocking |= {row.subject_id: row.blocking for row in found}


def _deadline(calendar: WorkingCalendar, due: date, since: date | None) -> Deadline:
    """What is left today; of a project that stands still since a day, what was left then."""
    day = since or today()
    left, passed = workdays_between(calendar, min(due, day), max(due, day)), due < day
    days_left = -max(1, left) if passed else left
    return Deadline(days_left, due.isoformat(), passed and since is None, provisional=False, stopped=since is not None)


# An export is read beside in parts of this many, because a statement carries only so many values.
PART = 500


@dataclass
class ProjectListing(Listing):
    """The list of projects with what stands beside each of them."""

    beside: Beside = field(default_factory=Beside)

    def _things(self, keys: list[int]) -> list[Any]:
        things = super()._things(keys)
        self.beside.read(one.project.subject_id for one in things)
        return things

    def export(self) -> Response | None:
        wanted = self._filtered().order_by(None).with_only_columns(Project.subject_id)
        keys = list(db.session.scalars(wanted)) if request.args.get("export") else []
        for some in batched(keys, PART):
            self.beside.read(some)
        return super().export()


def projects_list(actor: Actor) -> Listing:
    """The projects in the actor's reach, what is declared now beside each."""
    statement = (
        sa.select(Declaration)
        .select_from(Project)
        .join(Subject, Subject.id == Project.subject_id)
        .join(Region, Region.id == Subject.region_id)
        .join(Declaration, newest_declaration())
        .where(in_reach(actor))
    )
    project = contains_eager(Declaration.project)
    subject = project.contains_eager(Project.subject)
    may_open = actor.may(Permission.PROJECT_DECLARE)
    beside = Beside()
    return ProjectListing(
        caption=_("项目"),
        statement=statement,
        options=(
            subject.contains_eager(Subject.region),
            subject.selectinload(Subject.parties).joinedload(Party.organisation),
            *(defer(column) for column in _LONG),
        ),
        definition=(*_COLUMNS, *_columns_beside(beside)),
        id_column=Declaration.id,
        href=lambda one: url_for("projects.detail", code=one.project.code),
        default_sort="code",
        default_desc=True,
        filters=_filters(actor),
        empty_title=_("没有项目"),
        empty_hint=_("这里列出您的机构作为当事方、或在您的管辖范围内的项目。"),
        empty_action=(_("申报项目"), url_for("projects.new")) if may_open else None,
        file_name="projects",
        beside=beside,
    )


# A list shows none of the long texts.
_LONG = (
    *(Declaration.content, Declaration.purpose, Declaration.functions),
    *(Declaration.operating_plan, Declaration.exit_plan),
)


def _client(one: Declaration) -> str:
    names = [p.organisation.name for p in one.project.subject.parties if p.role is PartyRole.CLIENT]
    return str(_("、").join(names))


def _state_cell(one: Declaration) -> Cell:
    taken_in = str(_("存量项目")) if one.project.is_taken_in else ""
    word, tone = standing_of(one)
    return Cell(str(word), kind="status", tone=tone, sub=taken_in)


def _region_cell(one: Declaration) -> Cell:
    return Cell(one.project.subject.region.name, kind="short")


def _phase_words(project: Project) -> str:
    return str(fmt.MISSING if project.state in STOPPED else phase_of(project).label)


def _money_cell(fen: int | None) -> Cell:
    return Cell(fmt.wan(fen), kind="money", exact=_("%(yuan)s 元", yuan=fmt.money(fen)) if fen is not None else "")


def _wan(fen: int | None) -> Decimal | None:
    return Decimal(fen) / 1_000_000 if fen is not None else None


_COLUMNS = (
    Column("code", _l("编号"), lambda d: Cell(d.project.code, kind="code"), sort=Project.code, kind="code"),
    Column("title", _l("名称"), lambda d: Cell(d.project.subject.title, kind="link"), sort=Subject.title, kind="link"),
    Column("client", _l("项目单位"), _client, optional=True),
    Column("region", _l("区划"), _region_cell, sort=Region.path, optional=True),
    Column("phase", _l("阶段"), lambda d: Cell(_phase_words(d.project), kind="short")),
    Column("state", _l("状态"), _state_cell, sort=Project.state, kind="status"),
    Column(
        "design_budget",
        _l("设计概算"),
        lambda d: _money_cell(d.design_budget_fen),
        sort=sa.func.coalesce(Declaration.design_budget_fen, -1),
        align="end",
        unit=_l("万元"),
        kind="money",
        value=lambda d: _wan(d.design_budget_fen),
        optional=True,
    ),
)
_NEXT_DUE = sa.func.coalesce(
    sa.select(sa.func.min(Task.due_on))
    .where(Task.subject_id == Project.subject_id, Task.state == TaskState.OPEN)
    .correlate(Project)
    .scalar_subquery(),
    sa.literal(FAR),
)


def _columns_beside(beside: Beside) -> tuple[Column, ...]:
    """Columns whose values come from other rooms' records, read once for the page."""

    def due(one: Declaration) -> Cell:
        nearest = beside.due.get(one.project.subject_id)
        return Cell(nearest.due, kind="deadline", deadline=nearest) if nearest else Cell("")

    def day(one: Declaration) -> date | None:
        nearest = beside.due.get(one.project.subject_id)
        return date.fromisoformat(nearest.due) if nearest else None

    def blocking(one: Declaration) -> Cell:
        count = beside.blocking.get(one.project.subject_id)
        if count is None:
            return Cell(str(_("未筛查")), tone="muted")
        href = url_for("negative_lists.of_project", code=one.project.code) if count else ""
        return Cell(fmt.whole(count), tone="bad" if count else "", href=href)

    return (
        Column(
            "due",
            _l("最近期限"),
            due,
            sort=_NEXT_DUE,
            kind="deadline",
            value=day,
        ),
        Column(
            "blocking",
            _l("阻断条目"),
            blocking,
            align="end",
            optional=True,
            value=lambda d: beside.blocking.get(d.project.subject_id),
        ),
    )


def late_tasks() -> sa.ColumnElement[bool]:
    """Somebody owes something on the project since before today."""
    return sa.exists().where(Task.subject_id == Project.subject_id, late(today()))


def _blocked() -> sa.ColumnElement[bool]:
    runs = sa.select(Project.subject_id).join(CheckRun, newest_run()).where(CheckRun.blocking > 0)
    return Project.subject_id.in_(runs)


def _never_screened() -> sa.ColumnElement[bool]:
    return Project.subject_id.not_in(sa.select(CheckRun.subject_id))


def _blocked_filter(value: str) -> Any:
    """Of what was screened, with or without blocking items; what never was is asked for by itself."""
    wanted = {
        "yes": _blocked,
        "no": lambda: sa.and_(sa.not_(_blocked()), sa.not_(_never_screened())),
        "never": _never_screened,
    }
    return wanted[value]() if value in wanted else None


def _yes_or_no(condition: Any) -> Any:
    """A filter with two answers; anything else matches nothing."""

    def apply(value: str) -> Any:
        return {"yes": condition(), "no": sa.not_(condition())}.get(value)

    return apply


def _region_filter(code: str) -> Any:
    """The division of this code and all below it; marked as itself, only what belongs to the division."""
    if code.endswith(ITSELF):
        return Region.code == code.removesuffix(ITSELF)
    path = sa.select(Region.path).where(Region.code == code).scalar_subquery()
    return Region.path.startswith(path)


def _filters(actor: Actor) -> tuple[Filter, ...]:
    both = (("yes", _l("是")), ("no", _l("否")))
    phases = {phase.value for phase in Phase}

    def phase(value: str) -> Any:
        if value == NO_PHASE:
            return sa.and_(stopped(), sa.not_(discarded()))
        return sa.and_(phase_column() == value, sa.not_(stopped())) if value in phases else None

    return (
        Filter("q", _l("编号或名称"), lambda text: sa.or_(like(Project.code, text), like(Subject.title, text))),
        Filter(
            "phase",
            _l("阶段"),
            phase,
            "select",
            [*options_of(Phase), (NO_PHASE, _l("不再进行"))],
        ),
        Filter("state", _l("状态"), member_or_none(ProjectState, Project.state), "select", options_of(ProjectState)),
        Filter(
            "region",
            _l("区划"),
            _region_filter,
            "select",
            [(one.code, one.name) for one in places_in_reach(actor)],
        ),
        Filter("late", _l("逾期"), _yes_or_no(late_tasks), "select", both),
        Filter("blocked", _l("有阻断条目"), _blocked_filter, "select", (*both, ("never", _l("未筛查")))),
        Filter("taken_in", _l("存量项目"), _yes_or_no(lambda: Project.taken_in_on.is_not(None)), "select", both),
    )
