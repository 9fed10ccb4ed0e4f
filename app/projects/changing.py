"""The life of a change while building: submitted and counted, signed where asked, filed or decided by the authority."""

from dataclasses import replace

from app.audit import act
from app.conditions.gathering import facts_of
from app.core.actors import Actor, must
from app.core.clock import now
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused, Stale, WrongState
from app.core.permissions import Permission
from app.gates import countersigning, sign_wording
from app.gates import queries as gates
from app.gates.actions import About, Ruling, record_decision
from app.gates.countersigning import Matter
from app.gates.kinds import SignState, Step, Verdict
from app.gates.models import Decision
from app.gates.wording import CHANGE
from app.lifecycle.actions import ask_once, drop_tasks, finish_task
from app.negative_lists import screening
from app.negative_lists.actions import store_run
from app.negative_lists.kinds import Cause
from app.projects import change_wording as wording
from app.projects.change_content import canonical_change
from app.projects.change_drafting import CHANGING_STATES, copy_of, flaws_of, reckon
from app.projects.change_kinds import PENDING_CHANGES, ChangeRoute, ChangeState
from app.projects.change_models import ProjectChange
from app.projects.models import Project
from app.projects.queries import acted_for, authorities_of, client_of
from app.projects.rulings import points_of
from app.projects.standing import open_change
from app.projects.steps import alone, attempt
from app.projects.workflow import is_authority, is_client
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole

P, S, V = Permission, ChangeState, Verdict
# Working days in which a filing is looked at; a default of the product.
FILE_WITHIN = 5
_ENDS = {V.PASSED: S.APPROVED, V.CONDITIONAL: S.APPROVED, V.REFUSED: S.REFUSED, V.RETURNED: S.RETURNED}
_OWED = (P.CHANGE_DECIDE, P.CHANGE_FILE)


def _now(actor: Actor, change: ProjectChange, permission: Permission, *states: ChangeState) -> Project:
    """The project of a change, read as the one before left it; refuses who has no part, and what is not its time."""
    must(actor, permission)
    project = alone(change.project)
    db.session.refresh(change)
    client = permission is P.CHANGE_PROPOSE
    if not (is_client if client else is_authority)(actor, project):
        raise NotAllowed(wording.not_client() if client else sign_wording.not_authority())
    if project.state not in CHANGING_STATES:
        raise WrongState(wording.not_now(project.state))
    if change.state not in states:
        raise WrongState(wording.wrong_state(change.state))
    return project


# --- the client ------------------------------------------------------------------------------------------------------


def submit(actor: Actor, change: ProjectChange) -> ProjectChange:
    """Counts what is moved over all changes, says which way this one goes, seals it and asks the authority."""
    project = _now(actor, change, P.CHANGE_PROPOSE, S.DRAFT)
    problems = flaws_of(change)
    if problems:
        raise Refused(problems)
    reckoned = reckon(change)
    with act(actor, P.CHANGE_PROPOSE, ref=project.ref, reason=change.reason) as running:
        change.submitter_side = stand_for_side(actor, project.subject)
        change.submitter_org, change.submitter_role = actor.organisation_id, PartyRole.CLIENT
        change.submitted_by, change.submitted_at = actor.user_id, now()
        change.approved_fen, change.days, change.route = reckoned.case.approved, reckoned.days, reckoned.route
        change.moved_fen, change.net_fen = reckoned.case.moved.gross, reckoned.case.moved.net
        change.earlier_fen, change.earlier_net_fen = reckoned.case.earlier.gross, reckoned.case.earlier.net
        change.content, digests = canonical_change(change)
        change.digest, change.state = digests.sha256, S.SUBMITTED
        running.note(change=change.number, route=change.route, sha256=digests.sha256, sm3=digests.sm3)
        db.session.flush()
        finish_task(actor, project.subject, P.CHANGE_PROPOSE)
        _ask_authority(project, change)
    return change


def _ask_authority(project: Project, change: ProjectChange) -> None:
    """A filing is looked at, an approval decided; where bodies sign before, the authority asks them first."""
    for authority in authorities_of(project):
        if change.route is ChangeRoute.FILING:
            ask_once(project.subject, authority.id, P.CHANGE_FILE, FILE_WITHIN)
            continue
        workdays = gates.decision_workdays(project.subject, Step.CHANGE)
        if not countersigning.ask_for_signatures(project.subject, Step.CHANGE, authority.id, workdays):
            ask_once(project.subject, authority.id, P.CHANGE_DECIDE, workdays)


def withdraw(actor: Actor, change: ProjectChange, reason: str) -> ProjectChange:
    """The client takes back what is not decided; it stays, its signatures are void, a copy is the next draft."""
    project = _now(actor, change, P.CHANGE_PROPOSE, *PENDING_CHANGES)
    if not reason.strip():
        raise Refused(wording.reason_missing())
    with act(actor, P.CHANGE_PROPOSE, ref=project.ref, reason=reason) as running:
        running.note(change=change.number, withdrawn=True)
        stand_for_side(actor, project.subject)
        _end(actor, project, change, S.WITHDRAWN)
        return copy_of(project, change)


def _end(actor: Actor, project: Project, change: ProjectChange, state: ChangeState) -> None:
    countersigning.make_void(actor, project.subject, Step.CHANGE)
    _settle(actor, project)
    change.state = state
    db.session.flush()


def _settle(actor: Actor, project: Project) -> None:
    drop_tasks(actor, project.subject, _OWED)
    drop_tasks(actor, project.subject, (P.CHANGE_PROPOSE,))
    drop_tasks(actor, project.subject, (P.COUNTERSIGN_ASK,), item=Step.CHANGE.value)


def drop_change(actor: Actor, project: Project) -> None:
    """What lies open ends with its project. Part of a running act."""
    change = open_change(project)
    if change is not None:
        _end(actor, project, change, S.DISCARDED)


# --- countersigned ---------------------------------------------------------------------------------------------------


def matter_of(change: ProjectChange) -> Matter:
    """What bodies are asked to sign."""
    return Matter(f"{CHANGE}/{change.number}", change.digest or "", change.submitter_org or 0)


def countersigned(project: Project) -> None:
    """Everybody has signed: the change waits for its decision. Part of the act of the last who signed."""
    change = open_change(project)
    if change is None or change.state is not S.SUBMITTED:
        return
    signs = countersigning.asked(project.subject, Step.CHANGE)
    if not signs or any(one.state is not SignState.SIGNED or one.about_digest != change.digest for one in signs):
        return
    change.state = S.COUNTERSIGNED
    db.session.flush()
    for authority in authorities_of(project):
        workdays = gates.decision_workdays(project.subject, Step.CHANGE)
        ask_once(project.subject, authority.id, P.CHANGE_DECIDE, workdays)


# --- the authority ---------------------------------------------------------------------------------------------------


def decide(actor: Actor, change: ProjectChange, ruling: Ruling, seen_digest: str) -> Decision:
    """The authority's lead approves a change, with conditions perhaps, refuses it or sends it back."""
    return _rule(actor, change, P.CHANGE_DECIDE, ruling, seen_digest)


def file(actor: Actor, change: ProjectChange, note: str, seen_digest: str) -> Decision:
    """The authority's officer takes a change within the limit to the files; from then on it counts."""
    return _rule(actor, change, P.CHANGE_FILE, Ruling(V.PASSED, note), seen_digest)


def return_filing(
    actor: Actor, change: ProjectChange, reason: str, notice: tuple[str, ...], seen_digest: str
) -> Decision:
    """The authority's officer sends a filing back with everything that is missing."""
    return _rule(actor, change, P.CHANGE_FILE, Ruling(V.RETURNED, reason, points_of(notice)), seen_digest)


def _rule(actor: Actor, change: ProjectChange, permission: Permission, ruling: Ruling, seen_digest: str) -> Decision:
    project = _now(actor, change, permission, *PENDING_CHANGES)
    if (permission is P.CHANGE_FILE) is not (change.route is ChangeRoute.FILING):
        raise WrongState(wording.other_route(change.route.label if change.route else ""))
    if seen_digest != change.digest or canonical_change(change)[1].sha256 != change.digest:
        raise Stale(sign_wording.another_matter())
    if acted_for(project, actor.user_id) not in {None, actor.organisation_id}:
        raise NotAllowed(wording.acted_for_another())
    values = facts_of(project.subject)
    found = screening.look(project.subject, Step.CHANGE, values)
    problems: list[Problem] = []
    if ruling.verdict.lets_through:
        problems = [*gates.problems_at(project.subject, Step.CHANGE, values), *screening.problems(found)]
    if problems:
        with attempt(actor, project, Step.CHANGE):
            raise Refused(problems)
    with act(actor, permission, ref=project.ref, reason=ruling.reason) as running:
        running.note(change=change.number, route=change.route, verdict=ruling.verdict, sha256=seen_digest)
        store_run(actor, project.subject, found, Cause.STEP)
        about = About(
            f"{CHANGE}/{change.number}", change.digest or "", change.submitted_by or 0, change.submitter_org or 0
        )
        asked = replace(ruling, reason=ruling.reason.strip())
        decision = record_decision(actor, project.subject, Step.CHANGE, asked, about, values)
        filed = change.route is ChangeRoute.FILING and ruling.verdict.lets_through
        change.decision_id, change.state = decision.id, S.FILED if filed else _ENDS[ruling.verdict]
        db.session.flush()
        _settle(actor, project)
        if ruling.verdict is V.RETURNED:
            copy_of(project, change)
            ask_once(project.subject, client_of(project).id, P.CHANGE_PROPOSE, FILE_WITHIN * 2)
    return decision
