"""What the workbench shows to an actor: tasks by deadline, figures of what he sees, his latest acts."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload

from app.accounts.models import AccountState, User
from app.audit.history import timeline
from app.audit.models import TrailEntry
from app.contracts.models import ContractState, ContractVersion
from app.contracts.queries import ALONE, count_by_state, count_outside_purchases, expiring
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.formats import fmt
from app.core.listing import Cell, Column, Listing
from app.core.permissions import Permission
from app.desk.projects import Projects, projects_of
from app.gates.kinds import Step
from app.lifecycle.actions import REMIND_WITHIN
from app.lifecycle.models import Task
from app.lifecycle.queries import count_own_tasks, deadline_of, late, own_tasks, running, urged_by
from app.organisations.models import Organisation
from app.rulebook.models import RuleDraft
from app.rulebook.waiting import waiting_for
from app.subjects.models import Subject, SubjectKind

SOON = timedelta(days=90)
# The page of what an act was about.
REFERRED = {
    "admission": "admissions.detail",
    "contract": "contracts.detail",
    "exemption": "negative_lists.exemption",
    "inspection": "inspections.detail",
    "obligation": "gates.obligation",
    "project": "projects.detail",
    "rule": "rulebook.detail",
}


@dataclass(frozen=True)
class Workbench:
    """Everything templates/desk/home.html reads."""

    day: str
    tasks: Listing
    overdue: int
    due_today: int
    figures: list[dict[str, Any]]
    projects: Projects | None
    rules: list[RuleDraft]
    expiring: list[ContractVersion]
    timeline: list[dict[str, Any]]


def workbench(actor: Actor) -> Workbench:
    """One page of tasks and a few counts; nothing here grows with history."""
    day = today()
    contracts = actor.may(Permission.CONTRACT_READ)
    return Workbench(
        day=format_date(day, "full"),
        tasks=task_list(actor).load(),
        overdue=_count(actor, late(day)),
        due_today=_count(actor, sa.and_(Task.due_on == day, running(Task.subject_id))),
        figures=_contract_figures(actor) if contracts else _account_figures(actor),
        projects=projects_of(actor),
        rules=waiting_for(actor, limit=20) if actor.may(Permission.RULE_READ) else [],
        expiring=expiring(actor, day + SOON) if contracts else [],
        timeline=[_about(one) for one in timeline(_latest_acts(actor))],
    )


def _about(said: dict[str, Any]) -> dict[str, Any]:
    """One of my own acts: what it was about stands where others' acts name the person."""
    kind, _colon, code = said["ref"].partition(":")
    href = url_for(REFERRED[kind], code=code) if kind in REFERRED else ""
    return {**said, "who": code, "org": "", "href": href}


def _count(actor: Actor, condition: Any) -> int:
    statement = own_tasks(actor).where(condition).order_by(None)
    return db.session.scalar(sa.select(sa.func.count()).select_from(statement.subquery())) or 0


def _latest_acts(actor: Actor) -> list[TrailEntry]:
    return list(
        db.session.scalars(
            sa.select(TrailEntry).where(TrailEntry.user_id == actor.user_id).order_by(TrailEntry.seq.desc()).limit(6)
        )
    )


def task_list(actor: Actor) -> Listing:
    """The actor's open tasks, the nearest deadline first."""
    return Listing(
        caption=_("待我办理"),
        statement=own_tasks(actor),
        options=(selectinload(Task.expedites),),
        definition=_TASK_COLUMNS,
        id_column=Task.id,
        href=_place_of,
        default_sort="due_on",
        empty_title=_("没有待办"),
        empty_hint=_("需要您办理的事项会按期限列在这里。"),
        file_name="tasks",
    )


def _about_what(task: Task) -> str:
    """The subject's code and the thing of it the task is about; where it urges another, that one and its owner."""
    overdue = urged_by(task) if task.permission == Permission.TASK_EXPEDITE else None
    if overdue is not None:
        owed = Permission(overdue.permission).label
        return str(_("%(code)s · %(act)s（%(org)s）", code=task.subject.code, act=owed, org=overdue.organisation.name))
    item = _item_in_words(task)
    return f"{task.subject.code} · {item}" if item else task.subject.code


def _item_in_words(task: Task) -> str:
    """The code of what it is about; a key that means nothing to people is left out, a step is named."""
    if task.permission in {Permission.COUNTERSIGN_ASK, Permission.COUNTERSIGN_SIGN}:
        return str(Step(task.item.partition("/")[0]).label)
    return "" if ":" in task.item else task.item


# Where an act is done, when that is not the contract's own page.
PLACES: dict[Permission, str] = {
    Permission.ACCEPTANCE_APPROVE: "acceptances.of_project",
    Permission.ACCEPTANCE_CONCLUDE: "acceptances.of_project",
    Permission.ACCEPTANCE_DELIVER: "acceptances.of_project",
    Permission.ACCEPTANCE_JUDGE: "acceptances.of_project",
    Permission.ACCEPTANCE_OPEN: "acceptances.of_project",
    Permission.ACCEPTANCE_OPINE: "acceptances.of_project",
    Permission.ASSESSMENT_CONFIRM: "assessments.index",
    Permission.ASSESSMENT_DECIDE: "assessments.index",
    Permission.ASSESSMENT_FINALISE: "assessments.index",
    Permission.ASSESSMENT_ISSUE: "assessments.index",
    Permission.CHANGE_DECIDE: "changes.of_project",
    Permission.CHANGE_FILE: "changes.of_project",
    Permission.CHANGE_PROPOSE: "changes.of_project",
    Permission.CHECK_ANSWER: "negative_lists.of_project",
    Permission.COUNTERSIGN_ASK: "countersigns.of_project",
    Permission.COUNTERSIGN_SIGN: "countersigns.of_project",
    Permission.DUPLICATE_JUDGE: "duplicates.of_project",
    Permission.DUTY_DRAFT: "responsibilities.of_project",
    Permission.DUTY_SIGN: "responsibilities.of_project",
    Permission.EXCLUSION_DECIDE: "service_levels.exclusions",
    Permission.EXEMPTION_REQUEST: "negative_lists.of_project",
    Permission.FIGURE_SUBMIT: "figures.upload",
    Permission.FIGURE_VERIFY: "figures.verification",
    Permission.HANDOVER_CONCLUDE: "acceptances.of_project",
    Permission.HANDOVER_DELIVER: "acceptances.of_project",
    Permission.HANDOVER_OPEN: "acceptances.of_project",
    Permission.HANDOVER_RECEIVE: "acceptances.of_project",
    Permission.HANDOVER_TAKE_OVER: "acceptances.of_project",
    Permission.HANDOVER_WITNESS: "acceptances.of_project",
    Permission.PLAN_AGREE: "plans.index",
    Permission.PLAN_PROPOSE: "plans.index",
    Permission.PROCUREMENT_CONFIRM: "procurement.of_project",
    Permission.PROCUREMENT_RECORD: "procurement.of_project",
    Permission.PROJECT_CONCLUDE: "projects.decisions",
    Permission.PROJECT_DECIDE: "projects.decisions",
    Permission.PROJECT_EVALUATE: "declaring.documents",
    Permission.PROJECT_OPINE: "projects.decisions",
    Permission.PROJECT_SUBMIT: "declaring.show",
    Permission.PROJECT_SUPPLEMENT: "intake.supplement",
}
# The same for acts on a thing that has a page of its own; the task's item is its code.
PAGES: dict[Permission, str] = {
    Permission.EXEMPTION_DECIDE: "negative_lists.exemption",
    Permission.FINDING_JUDGE: "inspections.finding",
    Permission.FINDING_RECTIFY: "inspections.finding",
    Permission.INSPECTION_TAKE: "inspections.take",
    Permission.OBLIGATION_ACCEPT: "gates.obligation",
    Permission.OBLIGATION_REPORT: "gates.obligation",
    Permission.QUERY_ANSWER: "inspections.query",
    Permission.REPORT_SIGN: "inspections.detail",
}


def _place_of(task: Task) -> str:
    """The page on which a task is done."""
    permission = Permission(task.permission)
    if task.item and permission in PAGES:
        return url_for(PAGES[permission], code=task.item)
    if permission is Permission.TASK_EXPEDITE:
        return url_for("gates.expedite", key=task.id)
    place = PLACES.get(permission, REFERRED[task.subject.kind.value])
    if place == "negative_lists.of_project" and task.subject.kind is SubjectKind.CONTRACT:
        place = "negative_lists.of_contract"
    return url_for(place, code=task.subject.code)


def _deadline_cell(task: Task) -> Cell:
    deadline = deadline_of(task)
    return Cell(task.due_on.isoformat(), kind="deadline", deadline=deadline, sub=_marker(task, deadline.days_left))


def _marker(task: Task, days_left: int) -> str:
    """What became of the deadline: nearly due, handed up, or urged, with the leader's words."""
    if task.expedites:
        return str(_("已催办：%(text)s", text=task.expedites[-1].instruction))
    if task.escalated_on is not None:
        return str(_("已上报"))
    if task.pause is not None:
        return str(_("项目暂停中"))
    if not 0 <= days_left <= REMIND_WITHIN:
        return ""
    return str(_("即将到期，已提醒") if task.reminded_on is not None else _("即将到期"))


_TASK_COLUMNS = (
    Column("act", _l("事项"), lambda task: Cell(str(Permission(task.permission).label), kind="link"), kind="link"),
    Column("subject", _l("对象"), lambda task: Cell(task.subject.title, sub=_about_what(task)), sort=Subject.title),
    Column("due_on", _l("期限"), _deadline_cell, sort=Task.due_on, kind="deadline"),
    Column(
        "due_day", _l("到期日"), lambda task: Cell(task.due_on.isoformat(), kind="date"), kind="date", optional=True
    ),
    Column(
        "started_on",
        _l("送达日"),
        lambda task: Cell(task.started_on.isoformat(), kind="date"),
        kind="date",
        optional=True,
    ),
)


def _contract_figures(actor: Actor) -> list[dict[str, Any]]:
    counts = count_by_state(actor)
    wanted = (
        (ContractState.IN_FORCE, _("生效的合同")),
        (ContractState.SIGNING, _("会签中")),
        (ContractState.DRAFT, _("草拟中")),
        (ContractState.TERMINATING, _("终止协商")),
    )
    waiting = {
        "label": _("待我办理"),
        "value": fmt.whole(count_own_tasks(actor)),
        "unit": _("项"),
        "note": "",
        "tone": "",
        "href": "",
    }
    return [waiting, *_outside_purchases(actor)] + [
        {
            "label": label,
            "value": fmt.whole(counts.get(state, 0)),
            "unit": _("份"),
            "note": "",
            "tone": "",
            "href": url_for("contracts.index", state=state.value),
        }
        for state, label in wanted
    ]


def _outside_purchases(actor: Actor) -> list[dict[str, Any]]:
    """For the authority: contracts that no purchase on record here stands behind; none of them, nothing is said."""
    count = count_outside_purchases(actor) if actor.may(Permission.PROJECT_OPINE) else 0
    if not count:
        return []
    return [
        {
            "label": _("未关联项目采购的合同"),
            "value": fmt.whole(count),
            "unit": _("份"),
            "note": _("采购依据由合同自述，请核对"),
            "tone": "warn",
            "href": url_for("contracts.index", basis=ALONE),
        }
    ]


def _account_figures(actor: Actor) -> list[dict[str, Any]]:
    """For administrators: how many people and organisations there are, without any business figure."""
    if not actor.may(Permission.ACCOUNT_READ):
        return []
    people = db.session.scalar(sa.select(sa.func.count()).where(User.state == AccountState.ACTIVE)) or 0
    organisations = db.session.scalar(sa.select(sa.func.count()).select_from(Organisation)) or 0
    return [
        {
            "label": _("在用账号"),
            "value": fmt.whole(people),
            "unit": _("个"),
            "note": "",
            "tone": "",
            "href": url_for("accounts.index"),
        },
        {
            "label": _("在册机构"),
            "value": fmt.whole(organisations),
            "unit": _("家"),
            "note": "",
            "tone": "",
            "href": url_for("organisations.index"),
        },
    ]
