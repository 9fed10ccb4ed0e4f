"""What the page of one project shows: where it stands, what is missing, who must act by when, what was decided."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.models import User
from app.audit.history import entries_about, timeline
from app.audit.models import TrailEntry
from app.calendars.queries import calendar_in_force
from app.calendars.working_time import last_workday
from app.conditions.facts import Value
from app.conditions.gathering import facts_of
from app.core.actors import Actor
from app.core.clock import local
from app.core.db import db
from app.core.errors import Problem
from app.core.formats import fmt
from app.core.permissions import Permission
from app.gates import pages as gate_pages
from app.gates import queries as gates
from app.gates.checking import GateLine
from app.gates.kinds import Phase, Step
from app.gates.models import Decision, Obligation
from app.lifecycle.models import Task
from app.lifecycle.queries import deadline_of, open_tasks_of, who_may
from app.lifecycle.workflow import Offer
from app.negative_lists import screening
from app.organisations.models import Organisation
from app.projects.content import canonical_content
from app.projects.kinds import PHASE_OF, ProjectKind, ProjectState
from app.projects.models import Declaration, PlannedService, Project, ProjectDocument
from app.projects.panels import Panel, panels_of
from app.projects.queries import (
    documents_of,
    evaluation_window,
    is_discarded,
    phase_of,
    project_of,
    standing_of,
)
from app.projects.steps import own_problems
from app.projects.workflow import ENDED, WORKFLOW
from app.subjects.models import Party, Subject, SubjectKind, SubjectPerson
from app.subjects.queries import parties_of

P, S = Permission, ProjectState
# Where what a problem names is put right, by its place.
PLACES = gate_pages.PLACES
SHOWN_DOCUMENTS, SHOWN_ACTS = 8, 10
# The steps that may come next from a state; the first one is what everybody waits for.
NEXT_STEPS: dict[ProjectState, tuple[Step, ...]] = {
    S.PLANNED: (Step.SUBMIT,),
    S.DRAFT: (Step.SUBMIT,),
    S.SUBMITTED: (Step.APPROVE,),
    S.APPROVED: (Step.PROCURE, Step.BUILD),
    S.BUILDING: (Step.TRIAL,),
    S.TRIAL: (Step.ACCEPT,),
    S.ACCEPTED: (Step.HAND_OVER,),
    S.OPERATING: (Step.EVALUATE, Step.EXIT),
    S.EVALUATING: (Step.EVALUATE, Step.EXIT),
}
# The phase in which a project was when a step was taken.
_BEFORE = {
    Step.APPROVE: Phase.APPROVAL,
    Step.BUILD: Phase.PROCUREMENT,
    Step.TRIAL: Phase.BUILD,
    Step.ACCEPT: Phase.ACCEPTANCE,
    Step.HAND_OVER: Phase.HANDOVER,
    Step.EVALUATE: Phase.EVALUATION,
    Step.EXIT: Phase.OPERATION,
}
# What a project that only keeps running what exists never does.
_BUILDING = (Phase.BUILD, Phase.ACCEPTANCE)


@dataclass(frozen=True)
class Page:
    """Everything templates/projects/detail.html reads."""

    project: Project
    version: Declaration
    phase: Phase
    steps: list[dict[str, Any]]
    offers: dict[str, Offer]
    digest: str
    checks: list["Check"]
    hrefs: dict[str, str]
    tasks: list[dict[str, Any]]
    parties: list[Party]
    people: list[dict[str, Any]]
    services: list[PlannedService]
    decisions: list[Decision]
    obligations: list[Obligation]
    documents: list[ProjectDocument]
    more_documents: int
    money: list[Panel]
    panels: list[Panel]
    timeline: list[dict[str, Any]]
    remarks: list[str]
    evaluation: list[tuple[Any, Any]]
    standing: tuple[Any, str]

    def named(self, role: str) -> list[Party]:
        return [party for party in self.parties if party.role.value == role]

    def problems(self, act: str) -> list[Problem]:
        """What stands against an act that is the reader's, with where each is put right."""
        return [linked(one, self.project) for one in self.offers[act].problems]


@dataclass(frozen=True)
class Check:
    """What a step asks for: what the project itself must be, its gates, and what the lists block.

    `unrecorded` is what the lists cannot tell because nothing keeps it yet: for the decider to see, not missing.
    """

    step: Step
    own: list[Problem]
    lines: tuple[GateLine, ...]
    blocked: list[Problem]
    unrecorded: list[Problem]

    @property
    def missing(self) -> int:
        return sum(len(line.open_inputs) for line in self.lines) + len(self.own) + len(self.blocked)

    @property
    def unmet(self) -> list[dict[str, Any]]:
        """What the project itself lacks, as components/checklist.html shows it."""
        return _as_items(self.own)

    @property
    def blockers(self) -> list[dict[str, Any]]:
        """What the lists block, in the same shape."""
        return _as_items(self.blocked)


def _as_items(problems: list[Problem]) -> list[dict[str, Any]]:
    return [{**one.as_dict(), "label": one.what, "state": "missing"} for one in problems]


def page_of(actor: Actor, project: Project) -> Page:
    """Reads what the page needs; the number of queries does not grow with acts, papers or decisions."""
    decisions, panels = gates.decisions_of(project.subject), panels_of(actor, project)
    documents = documents_of(project)
    version = project.current
    return Page(
        project=project,
        version=version,
        phase=phase_of(project),
        steps=steps_of(project, decisions),
        offers={offer.transition.act.value: offer for offer in WORKFLOW.offers(actor, project)},
        digest=version.sha256 or canonical_content(version)[1].sha256,
        checks=[] if project.state in ENDED else checks_of(project),
        hrefs=gate_pages.hrefs_of(project.subject),
        tasks=[_owed(task) for task in open_tasks_of(project.subject)],
        parties=parties_of(project.subject),
        people=people_of(project),
        services=version.services,
        decisions=decisions,
        obligations=[one for one in gates.obligations_of(project.subject) if one.state in gates.OWED],
        documents=documents[:SHOWN_DOCUMENTS],
        more_documents=max(0, len(documents) - SHOWN_DOCUMENTS),
        money=[panel for panel in panels if panel.key == "money"],
        panels=[panel for panel in panels if panel.key != "money"],
        timeline=timeline(entries_about(project.ref, SHOWN_ACTS)),
        remarks=remarks_of(project),
        evaluation=evaluation_of(project),
        standing=standing_of(project.current),
    )


# --- what is missing -------------------------------------------------------------------------------------------------


def linked(problem: Problem, project: Project) -> Problem:
    """The problem with the page where it is put right, when it names one."""
    href = gate_pages.hrefs_of(project.subject).get(problem.place, "")
    return replace(problem, href=href) if href and not problem.href else problem


def next_steps(project: Project) -> tuple[Step, ...]:
    state = project.suspended_from or project.state
    if state is S.APPROVED and project.current.kind is ProjectKind.MAINTAIN:
        return (Step.PROCURE, Step.HAND_OVER)
    return NEXT_STEPS.get(state, ())


def steps_ahead(subject: Subject) -> tuple[Step, ...]:
    """The steps that may come next for what is judged: of a project as it stands, of a contract its signing."""
    project = project_of(subject)
    if project is None:
        return (Step.CONTRACT,) if subject.kind is SubjectKind.CONTRACT else ()
    return next_steps(project)


def checks_of(project: Project, steps: tuple[Step, ...] = ()) -> list[Check]:
    """What each next step asks for, judged as the records stand now; facts are gathered once."""
    values = facts_of(project.subject)
    return [_check(project, step, values) for step in steps or next_steps(project)]


def _check(project: Project, step: Step, values: dict[str, Value]) -> Check:
    lines = gates.checklist(project.subject, step, values)
    looked = screening.look(project.subject, step, values)
    found = screening.problems(looked)
    # An item is answered, or exempted from, on the page of the screening.
    blocked = [replace(one, href=one.href or screening.address(project.subject, step)) for one in found]
    own = [linked(one, project) for one in own_problems(project, step)]
    return Check(step, own, lines, blocked, screening.not_recorded(looked))


# --- where it stands -------------------------------------------------------------------------------------------------


def steps_of(project: Project, decisions: list[Decision]) -> list[dict[str, Any]]:
    """The ten phases as a stepper; what was not recorded here is said to be so, never drawn as done."""
    phases = list(Phase)
    place, begins = phases.index(phase_of(project)), _begins(project, decisions)
    days = _days(project, decisions)
    return [
        {
            "label": str(phase.label),
            "state": _step_state(project, phase, index - place, index < begins),
            "date": fmt.date(days[phase][1]) if phase in days else "",
            "note": _noted(
                days[phase][0] if phase in days else "",
                _unrecorded(phase in days) if index < begins else _step_note(project, phase, index == place),
            ),
            "word": _unrecorded(phase in days) if index < begins else "",
        }
        for index, phase in enumerate(phases)
    ]


def _begins(project: Project, decisions: list[Decision]) -> int:
    """The place of the first phase with a record here: of a project taken in, the one it was in that day."""
    if not project.is_taken_in:
        return 0
    recorded = [_BEFORE[one.step] for one in decisions if one.step in _BEFORE]
    now = PHASE_OF.get(project.suspended_from or project.state, phase_of(project))
    phases = list(Phase)
    return min(phases.index(phase) for phase in (*recorded, now))


def _step_state(project: Project, phase: Phase, distance: int, unrecorded: bool) -> str:
    if not unrecorded and phase in _BUILDING and project.current.kind is ProjectKind.MAINTAIN:
        return "skipped"
    if unrecorded or distance > 0:
        return "todo"
    if distance < 0 or project.state is S.EXITED:
        return "done"
    if project.state in ENDED:
        return "skipped" if is_discarded(project.current) else "failed"
    return "current"


def _unrecorded(known: bool) -> str:
    """A phase before the records here: a day that was known then came with the project, everything else is unknown."""
    return str(_("据录入")) if known else str(_("没有记录"))


def _step_note(project: Project, phase: Phase, here: bool) -> str:
    if here and project.state in {S.SUSPENDED, S.REFUSED, S.TERMINATED}:
        return str(standing_of(project.current)[0])
    if here and phase is Phase.OPERATION and project.operation_from is None:
        return str(_("投入运营日没有记录"))
    return str(_("不建设")) if phase in _BUILDING and project.current.kind is ProjectKind.MAINTAIN else ""


def _noted(*words: Any) -> str:
    return " · ".join(str(word) for word in words if word)


def _days(project: Project, decisions: list[Decision]) -> dict[Phase, tuple[Any, date]]:
    """What is known of when: each day stands in the phase that it belongs to, with a word where that is not its end."""
    sealed = next((one.sealed_at for one in project.versions if one.sealed_at and one.submitted_by), None)
    judged = next((one.decided_at for one in decisions if one.step is Step.EVALUATE), None)
    listed = (
        (Phase.DECLARATION, "", local(sealed).date() if sealed else None),
        (Phase.APPROVAL, "", project.approved_on),
        (Phase.BUILD, _l("开工"), project.build_started_on),
        (Phase.ACCEPTANCE, _l("试运行"), project.trial_from),
        (Phase.ACCEPTANCE, "", project.accepted_on),
        (Phase.OPERATION, _l("投运"), project.operation_from),
        (Phase.EVALUATION, "", local(judged).date() if judged else None),
        (phase_of(project) if project.state in ENDED else Phase.EXIT, "", project.ended_on),
    )
    # Where a phase has several days, the last one says how far it has come.
    return {phase: (word, day) for phase, word, day in listed if day is not None}


def remarks_of(project: Project) -> list[str]:
    """What is wrong with what happened, as far as the days tell: it stays on record and is nothing to be put right."""
    built, approved = project.build_started_on, project.approved_on
    if built is None or approved is None or built >= approved:
        return []
    days = {"built": fmt.date(built), "approved": fmt.date(approved)}
    return [str(_("未批先建：%(built)s 开工，%(approved)s 才批复。", **days))]


def evaluation_of(project: Project) -> list[tuple[Any, Any]]:
    """When an operating project is to hand in its self-evaluation; an unknown day is said to be unknown."""
    if project.state not in {S.OPERATING, S.EVALUATING}:
        return []
    window = evaluation_window(project)
    if window is None:
        return [(_("投入运营日"), _("没有记录")), (_("自评价期限"), _("投入运营日没有记录，无法确定"))]
    return [
        (_("投入运营日"), fmt.date(project.operation_from)),
        (_("可以报送"), _("%(day)s 起", day=fmt.date(window.first))),
        (_("最迟报送"), fmt.date(last_workday(calendar_in_force(), window.last))),
    ]


# --- who -------------------------------------------------------------------------------------------------------------


def _owed(task: Task) -> dict[str, Any]:
    return {
        "act": Permission(task.permission).label,
        "item": task.item,
        "href": url_for("gates.obligation", code=task.item) if task.item.startswith("TJ-") else "",
        "organisation": task.organisation.name,
        "who": who_may(task),
        "deadline": deadline_of(task),
    }


def people_of(project: Project) -> list[dict[str, Any]]:
    """Everybody who has acted in the project: for whom, on which side for good, and what he did first."""
    rows = db.session.execute(
        sa.select(SubjectPerson, User.name, Organisation, TrailEntry.verb, TrailEntry.at)
        .join(User, User.id == SubjectPerson.user_id)
        .join(Organisation, Organisation.id == SubjectPerson.organisation_id)
        .join(TrailEntry, TrailEntry.id == SubjectPerson.act_id)
        .where(SubjectPerson.subject_id == project.subject_id)
        .order_by(SubjectPerson.id)
    )
    return [
        {
            "name": name,
            "organisation": organisation.name,
            "side": person.side.label,
            "first": Permission(verb).label,
            "at": at,
        }
        for person, name, organisation, verb, at in rows
    ]
