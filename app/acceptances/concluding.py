"""Concluding a round of acceptance: the client's signatory the preliminary one, the authority's lead the final one."""

from collections.abc import Mapping

from app.acceptances import terms, wording
from app.acceptances.content import Conclusion, acceptance_content, sealed, seen_digest
from app.acceptances.going_on import alone_with
from app.acceptances.kinds import AcceptanceState, Stage
from app.acceptances.models import Acceptance, AcceptanceItem
from app.acceptances.queries import holders, unheard
from app.acceptances.workflow import WORKFLOW
from app.audit import act
from app.conditions.facts import Value
from app.conditions.gathering import facts_of
from app.core.actors import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Problem, Refused, Stale
from app.core.permissions import Permission
from app.gates import queries as gates
from app.gates.actions import About, Ruling
from app.gates.kinds import Step, Verdict
from app.lifecycle.actions import ask_once, drop_tasks, finish_task
from app.negative_lists import screening
from app.projects.models import Project
from app.projects.steps import alone, take
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole

P = Permission
STEPS = {Stage.PRELIMINARY: Step.TRIAL, Stage.FINAL: Step.ACCEPT}


def conclude(actor: Actor, acceptance: Acceptance, passed: bool, text: str, seen: str) -> Acceptance:
    """The client's signatory concludes the preliminary acceptance; passed, the project goes into its trial run."""
    return _conclude(actor, acceptance, P.ACCEPTANCE_CONCLUDE, passed, text, seen)


def approve(actor: Actor, acceptance: Acceptance, passed: bool, text: str, seen: str) -> Acceptance:
    """The lead of the competent authority concludes the final acceptance; passed, the project can be handed over."""
    return _conclude(actor, acceptance, P.ACCEPTANCE_APPROVE, passed, text, seen)


def open_items(acceptance: Acceptance) -> list[Problem]:
    """Everything about its items that keeps a round from passing: judgement, evidence, the supervisor's opinion."""
    found = [
        wording.not_passed(one.number, one.requirement, one.result is not None)
        for one in acceptance.items
        if not one.passed
    ]
    found += [wording.no_evidence(one.number, one.requirement) for one in unproven(acceptance)]
    found += [wording.passed_against(one.number, one.requirement) for one in acceptance.items if one.passed_unexplained]
    found += [wording.no_opinion(one.number, one.requirement, bool(one.opinions)) for one in unheard(acceptance)]
    return found


def unproven(acceptance: Acceptance) -> list[AcceptanceItem]:
    """Items that count as passed with no file behind them, which older judgements may be."""
    return [one for one in acceptance.items if one.passed and not one.evidence]


def assumed(stage: Stage) -> dict[str, Value]:
    """That the stage has passed, which it is about to; what its items came to is judged as it stands."""
    return {f"acceptance.{stage.value}": "passed"}


def step_problems(project: Project, step: Step, assumption: Mapping[str, Value]) -> list[Problem]:
    """What gates and lists ask for at a step, as if what is about to be concluded were on record."""
    values = {**facts_of(project.subject), **assumption}
    found = screening.look(project.subject, step, values)
    return [*gates.problems_at(project.subject, step, values), *screening.problems(found)]


def _conclude(
    actor: Actor, acceptance: Acceptance, permission: Permission, passed: bool, text: str, seen: str
) -> Acceptance:
    WORKFLOW.check(actor, acceptance, permission, text)
    project = alone(acceptance.project)
    step = STEPS[acceptance.stage]
    alone_with(acceptance)
    if seen != seen_digest(acceptance):
        raise Stale(wording.something_changed())
    missing = open_items(acceptance) if passed else []
    if missing:
        raise Refused([*missing, *step_problems(project, step, assumed(acceptance.stage))])
    with act(actor, permission, ref=project.ref, reason=text.strip()) as running:
        _seal(actor, acceptance, AcceptanceState.PASSED if passed else AcceptanceState.FAILED, text.strip())
        running.note(acceptance=acceptance.code, sha256=acceptance.sha256, sm3=acceptance.sm3)
        verdict = Verdict.PASSED if passed else Verdict.REFUSED
        take(actor, project, step, Ruling(verdict, reason=text.strip()), _about(acceptance))
        _ask_after(actor, acceptance, permission)
    return acceptance


def _seal(actor: Actor, acceptance: Acceptance, state: AcceptanceState, text: str) -> None:
    subject = acceptance.project.subject
    side, moment = stand_for_side(actor, subject), now()
    organisation = actor.identity.organisation_name if actor.identity else ""
    conclusion = Conclusion(state.value, text, actor.name, organisation, moment)
    acceptance.content, digests = sealed(acceptance_content(acceptance, conclusion))
    acceptance.sha256, acceptance.sm3 = digests.sha256, digests.sm3
    preliminary = acceptance.stage is Stage.PRELIMINARY
    acceptance.concluded_by, acceptance.concluder_org = actor.user_id, actor.organisation_id
    acceptance.concluder_side = side
    acceptance.concluder_role = PartyRole.CLIENT if preliminary else PartyRole.COMPETENT_AUTHORITY
    acceptance.concluded_at, acceptance.conclusion, acceptance.state = moment, text, state
    # The step is judged on what is on record, so the conclusion is written first.
    db.session.flush()


def _about(acceptance: Acceptance) -> About:
    return About(
        name=acceptance.code,
        digest=acceptance.sha256 or "",
        proposed_by=acceptance.opened_by,
        proposer_org=acceptance.opener_org,
    )


def _ask_after(actor: Actor, acceptance: Acceptance, permission: Permission) -> None:
    subject, code = acceptance.project.subject, acceptance.code
    finish_task(actor, subject, permission, item=code)
    drop_tasks(actor, subject, [P.ACCEPTANCE_DELIVER, P.ACCEPTANCE_JUDGE, P.ACCEPTANCE_OPINE, permission], item=code)
    clients = [one.id for one in holders(subject, PartyRole.CLIENT)]
    if acceptance.state is AcceptanceState.FAILED:
        for organisation_id in sorted({one.deliverer_id for one in acceptance.items if not one.passed}):
            ask_once(subject, organisation_id, P.ACCEPTANCE_DELIVER, terms.REWORK_WITHIN, code)
        asked, within = P.ACCEPTANCE_OPEN, terms.REOPEN_WITHIN
    elif acceptance.stage is Stage.PRELIMINARY:
        asked, within = P.ACCEPTANCE_OPEN, terms.FINAL_WITHIN
    else:
        asked, within = P.HANDOVER_OPEN, terms.HANDOVER_OPEN_WITHIN
    for organisation_id in clients:
        ask_once(subject, organisation_id, asked, within)
