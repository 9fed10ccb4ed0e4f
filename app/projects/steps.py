"""Steps of a project from one state to the next: what stands against one, and taking it, judged as things stand now."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.conditions.facts import Value
from app.conditions.gathering import facts_of
from app.core.actors import Actor
from app.core.clock import local, today
from app.core.db import db, serialise
from app.core.errors import Problem, Refused, WrongState
from app.core.permissions import Permission
from app.gates import queries as gates
from app.gates.actions import About, Ruling, record_decision
from app.gates.countersigning import ask_for_signatures
from app.gates.kinds import Step, Verdict
from app.gates.models import Decision
from app.gates.obligations import drop_open
from app.lifecycle.actions import ask_once, ask_until, drop_tasks, finish_task
from app.negative_lists import screening
from app.negative_lists.actions import store_run
from app.negative_lists.attempts import keep_attempt
from app.negative_lists.kinds import Cause
from app.projects.change_kinds import PENDING_CHANGES
from app.projects.change_wording import waits_for_change
from app.projects.kinds import DeclarationState, ProjectKind, ProjectState
from app.projects.models import DuplicateVerdict, Project
from app.projects.notices import unanswered
from app.projects.plausibility import contradictions_in
from app.projects.queries import authorities_of, client_of, evaluation_window
from app.projects.standing import open_change
from app.projects.wording import unsaid

P, S, V = Permission, ProjectState, Verdict


@dataclass(frozen=True)
class Move:
    """From which states a step is taken, where it leads, and the date that it sets; a state of None stays."""

    sources: frozenset[ProjectState]
    passed: ProjectState
    returned: ProjectState | None = None
    refused: ProjectState | None = None
    day: str = ""


MOVES: dict[Step, Move] = {
    Step.APPROVE: Move(frozenset({S.SUBMITTED}), S.APPROVED, S.DRAFT, S.REFUSED, "approved_on"),
    Step.BUILD: Move(frozenset({S.APPROVED}), S.BUILDING, day="build_started_on"),
    Step.TRIAL: Move(frozenset({S.BUILDING}), S.TRIAL, day="trial_from"),
    Step.ACCEPT: Move(frozenset({S.TRIAL}), S.ACCEPTED, day="accepted_on"),
    Step.HAND_OVER: Move(frozenset({S.ACCEPTED}), S.OPERATING, day="operation_from"),
    # Whatever an evaluation comes to, the service goes on; only an exit ends it.
    Step.EVALUATE: Move(frozenset({S.EVALUATING}), S.OPERATING, S.OPERATING, S.OPERATING),
    Step.EXIT: Move(frozenset({S.OPERATING, S.EVALUATING}), S.EXITED, day="ended_on"),
}
BUILDING_STEPS = frozenset({Step.BUILD, Step.TRIAL, Step.ACCEPT})
# Working days of what is owed next; defaults of the product, see docs/glossary.md.
CORRECT_WITHIN = 10
BUILD_WITHIN = 120
# What the authority owes on a submitted declaration.
REVIEW = (P.PROJECT_DECIDE, P.PROJECT_OPINE, P.DUPLICATE_JUDGE)
# What was owed for a step, and what is owed again when it is returned.
_ASKED_FOR = {
    Step.APPROVE: REVIEW,
    Step.BUILD: (P.PROJECT_BUILD,),
    Step.EVALUATE: (P.PROJECT_CONCLUDE, P.PROJECT_OPINE),
}
_AGAIN = {Step.APPROVE: P.PROJECT_SUBMIT, Step.EVALUATE: P.PROJECT_EVALUATE}
# What becomes of the version that was decided on.
_SETTLED = {
    V.PASSED: DeclarationState.APPROVED,
    V.CONDITIONAL: DeclarationState.APPROVED,
    V.RETURNED: DeclarationState.RETURNED,
    V.REFUSED: DeclarationState.REFUSED,
}


@contextmanager
def attempt(actor: Actor, project: Project, step: Step) -> Iterator[None]:
    """What is refused inside is remembered with the check that closed the step: a vain attempt is evidence too."""
    try:
        yield
    except Refused as refusal:
        refusal.remember = lambda: keep_attempt(actor, project.subject, step)
        raise


def problems_at(project: Project, step: Step, known: dict[str, Value] | None = None) -> list[Problem]:
    """Everything that keeps a step closed, at once: what gates miss, and what lists forbid or cannot tell."""
    values = facts_of(project.subject) if known is None else known
    return _problems(project, step, values, screening.look(project.subject, step, values))


def _problems(project: Project, step: Step, values: dict[str, Value], found: screening.Screening) -> list[Problem]:
    asked = [*gates.problems_at(project.subject, step, values), *screening.problems(found)]
    return [*own_problems(project, step), *asked]


def own_problems(project: Project, step: Step) -> list[Problem]:
    """What stands against a step by the nature of the project, before any gate: what is not said, what is not built."""
    unready = [*_unready(project), *unanswered(project)] if step is Step.SUBMIT else []
    return [*unready, *_nothing_is_built(project, step), *_still_changing(project, step)]


def _unready(project: Project) -> list[Problem]:
    """What the draft does not say yet, and what it cannot mean as it says it."""
    contrary = [replace(one, place="declaration") for one in contradictions_in(project.current)]
    return [*unsaid(project.current), *contrary]


def _still_changing(project: Project, step: Step) -> list[Problem]:
    """A project is accepted as it was approved: what is still being changed has no measure."""
    change = open_change(project) if step is Step.ACCEPT else None
    return [waits_for_change()] if change is not None and change.state in PENDING_CHANGES else []


def _nothing_is_built(project: Project, step: Step) -> list[Problem]:
    """A project that only keeps running what exists is handed over as it is approved: it has no building to begin."""
    if step not in BUILDING_STEPS or project.current.kind is not ProjectKind.MAINTAIN:
        return []
    return [
        Problem(
            _("运行维护类项目没有“%(step)s”这一步。", step=step.label),
            why=_("没有建设内容，批复后直接办理移交投运。"),
            remedy=_("请到“验收与移交”办理移交。"),
        )
    ]


def alone(project: Project) -> Project:
    """One step at a time: waits for whoever is at it, then reads the project as that one left it."""
    serialise(f"project:{project.code}")
    db.session.flush()
    # The second of two must not act on what he read before he waited.
    db.session.refresh(project)
    db.session.expire(project, ["versions"])
    db.session.refresh(project.current)
    return project


def sources_of(project: Project, step: Step) -> frozenset[ProjectState]:
    """The states from which a step is taken: where nothing is built, operation follows approval."""
    if step is Step.HAND_OVER and project.current.kind is ProjectKind.MAINTAIN:
        return frozenset({S.APPROVED})
    return MOVES[step].sources


def take(actor: Actor, project: Project, step: Step, ruling: Ruling, about: About) -> Decision:
    """Decides a step and moves the project; refuses to let it through while anything stands against it.

    Part of a running act. Facts are gathered once, and gates, lists and the decision all judge those same facts.
    """
    alone(project)
    _refuse_wrong_state(project, step)
    values = facts_of(project.subject)
    found = screening.look(project.subject, step, values)
    problems = _problems(project, step, values, found) if ruling.verdict.lets_through else []
    if problems:
        with attempt(actor, project, step):
            raise Refused(problems)
    store_run(actor, project.subject, found, Cause.STEP)
    decision = record_decision(actor, project.subject, step, ruling, about, values)
    if step is Step.APPROVE:
        project.current.state = _SETTLED[ruling.verdict]
    # The guards on projects ask for the decision and the settled version, so those are written first.
    db.session.flush()
    _move(project, MOVES[step], ruling.verdict)
    db.session.flush()
    _settle_tasks(actor, project, step, ruling.verdict)
    return decision


def _refuse_wrong_state(project: Project, step: Step) -> None:
    allowed = sources_of(project, step)
    if project.state not in allowed:
        listed = _("、").join(str(state.label) for state in sorted(allowed))
        raise WrongState(
            Problem(
                _("当前状态不能办理“%(step)s”。", step=step.label),
                why=_("现在是“%(state)s”，只有在“%(allowed)s”时才能办理。", state=project.state.label, allowed=listed),
                remedy=_("请刷新页面查看最新状态。"),
            )
        )


def _move(project: Project, move: Move, verdict: Verdict) -> None:
    target: ProjectState | None = move.passed
    if not verdict.lets_through:
        target = move.returned if verdict is V.RETURNED else move.refused
    if target is None:
        return
    changes: dict[str, Any] = {"state": target}
    if verdict.lets_through and move.day:
        changes[move.day] = today()
    if target is S.REFUSED:
        changes["ended_on"] = today()
    for name, value in changes.items():
        setattr(project, name, value)


def _settle_tasks(actor: Actor, project: Project, step: Step, verdict: Verdict) -> None:
    """Ends what was owed for the step, and opens what is owed next; other rooms see to their own tasks."""
    subject = project.subject
    if project.state in {S.REFUSED, S.EXITED}:
        drop_open(actor, subject)
        drop_tasks(actor, subject)
        return
    drop_tasks(actor, subject, (P.COUNTERSIGN_ASK,), item=step.value)
    for permission in _ASKED_FOR.get(step, ()):
        finish_task(actor, subject, permission)
        drop_tasks(actor, subject, (permission,))
    if verdict is V.RETURNED and step in _AGAIN:
        ask_once(subject, client_of(project).id, _AGAIN[step], CORRECT_WITHIN)
    else:
        ask_for_next(project)


def ask_reviewers(project: Project) -> None:
    """Opens the one task that the authority has next on a submitted declaration: duplicates, opinions, the decision.

    Each is due when the decision is: the time for all of them began with the submission. Part of a running act.
    """
    if project.state is not S.SUBMITTED:
        return
    sealed = project.current.sealed_at
    since = local(sealed).date() if sealed else today()
    workdays = gates.decision_workdays(project.subject, Step.APPROVE)
    for authority in authorities_of(project):
        ask_once(project.subject, authority.id, _next_of_review(project), workdays, since=since)
        ask_for_signatures(project.subject, Step.APPROVE, authority.id, workdays)


def _next_of_review(project: Project) -> Permission:
    judged = sa.exists().where(DuplicateVerdict.declaration_id == project.current.id)
    if not db.session.scalar(sa.select(judged)):
        return P.DUPLICATE_JUDGE
    return P.PROJECT_OPINE if gates.opinions_wanted(project.subject, Step.APPROVE) else P.PROJECT_DECIDE


def ask_for_next(project: Project) -> None:
    """Opens the client's task for the next step that a project itself keeps; a project that waits for others has none.

    Part of a running act.
    """
    client = client_of(project)
    if project.state is S.APPROVED and project.current.kind is not ProjectKind.MAINTAIN:
        ask_once(project.subject, client.id, P.PROJECT_BUILD, BUILD_WITHIN)
    elif project.state is S.OPERATING and gates.last_decision(project.subject, Step.EVALUATE) is None:
        _ask_to_evaluate(project, client.id)


def _ask_to_evaluate(project: Project, client_id: int) -> None:
    """Owed once, until the end of the time that the law grants; where nobody knows since when, until no day at all."""
    window = evaluation_window(project)
    if window is not None and project.operation_from is not None:
        ask_until(project.subject, client_id, P.PROJECT_EVALUATE, project.operation_from, window.last)
