"""Projects on their way from approval to operation, and rounds of acceptance and handovers in any state.

`building`, `trial`, `accepted` and `operating` put a project where it should be by decisions alone, without what gates
ask for; the acts of this room are done by `submitted`, `judged`, `arrived` and their like, through the real actions.
"""

from __future__ import annotations

import io
from typing import Any

from werkzeug.datastructures import FileStorage

from app.acceptances import actions, concluding, handing_over
from app.acceptances.actions import Judgement
from app.acceptances.content import seen_digest
from app.acceptances.handover_models import Handover, HandoverItem
from app.acceptances.kinds import Outcome
from app.acceptances.material import Material
from app.acceptances.models import Acceptance, AcceptanceItem
from app.audit import act
from app.core.clock import today
from app.core.db import db
from app.core.permissions import Permission
from app.gates.actions import About, Ruling, record_decision
from app.gates.kinds import Stance, Step, Verdict
from app.projects.kinds import ProjectState
from app.projects.models import Project
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of
from tests.factories import World, kept
from tests.procurement.room import joined as won
from tests.projects import room as projects

P, S = Permission, ProjectState
# Who builds, operates and supervises, by the keys of the world; their people are `rival_officer` and so on.
PARTIES = ((PartyRole.BUILDER, "rival"), (PartyRole.OPERATOR, "operator"), (PartyRole.SUPERVISOR, "watcher"))
# From each state the step, who decides it under which permission, the state after it, and the day it sets.
WAY = {
    S.APPROVED: (Step.BUILD, "signatory", P.PROJECT_BUILD, S.BUILDING, "build_started_on"),
    S.BUILDING: (Step.TRIAL, "signatory", P.ACCEPTANCE_CONCLUDE, S.TRIAL, "trial_from"),
    S.TRIAL: (Step.ACCEPT, "authority_lead", P.ACCEPTANCE_APPROVE, S.ACCEPTED, "accepted_on"),
    S.ACCEPTED: (Step.HAND_OVER, "signatory", P.HANDOVER_CONCLUDE, S.OPERATING, "operation_from"),
}


# --- where a project stands ------------------------------------------------------------------------------------------


def joined(w: World, project: Project, without: PartyRole | None = None) -> Project:
    """Builder, operator and supervisor are parties too."""
    held = {party.role for party in parties_of(project.subject)}
    for role, key in PARTIES:
        if role not in held and role is not without:
            won(w, project, key, role)
    return project


def moved(w: World, project: Project) -> Project:
    """One step on, by a decision and nothing else."""
    step, by, permission, target, column = WAY[project.state]
    actor, officer = w.actor(by), w.actor("officer")
    with act(actor, permission, ref=project.ref):
        about = About(f"{step.value}", "d" * 64, officer.user_id or 0, officer.organisation_id or 0)
        record_decision(actor, project.subject, step, Ruling(Verdict.PASSED), about)
        db.session.flush()
        project.state = target
        setattr(project, column, today())
    return project


def _until(w: World, project: Project, state: ProjectState) -> Project:
    joined(w, project)
    while project.state is not state:
        moved(w, project)
    return project


@kept
def building(w: World, project: Project | None = None) -> Project:
    """Approved, with a builder, an operator and a supervisor, and being built."""
    return _until(w, project or projects.approved(w), S.BUILDING)


@kept
def unsupervised(w: World) -> Project:
    """Being built, with nobody who supervises it."""
    return moved(w, joined(w, projects.approved(w), without=PartyRole.SUPERVISOR))


@kept
def trial(w: World, project: Project | None = None) -> Project:
    """In its trial run since today."""
    return _until(w, project or projects.approved(w), S.TRIAL)


@kept
def accepted(w: World, project: Project | None = None) -> Project:
    """Accepted and not handed over yet."""
    return _until(w, project or projects.approved(w), S.ACCEPTED)


@kept
def operating(w: World, project: Project | None = None) -> Project:
    """In operation since today."""
    return _until(w, project or projects.approved(w), S.OPERATING)


# --- acceptance ------------------------------------------------------------------------------------------------------


def paper(name: str = "材料.pdf") -> Material:
    """An upload; every name is another content."""
    return Material(FileStorage(stream=io.BytesIO(b"%PDF-1.4 " + name.encode()), filename=name))


@kept
def opened(w: World, project: Project | None = None, only_failed: bool = False) -> Acceptance:
    """A round of acceptance of a project, by default one that is being built."""
    return actions.open_acceptance(w.actor("officer"), project or building(w), only_failed)


def submitted(w: World, item: AcceptanceItem, material: Material | None = None, by: str = "rival_officer") -> Any:
    """Submitted with a test report of its own, unless something else (or NOTHING) is given."""
    report = paper(f"{item.acceptance.code}-{item.number}-{len(item.submissions) + 1}.pdf")
    return actions.submit_item(w.actor(by), item, f"第 {item.number} 项已完成，测试通过。", material or report)


def heard(w: World, item: AcceptanceItem, stance: Stance = Stance.SUPPORT) -> Any:
    """The supervisor's opinion on an item."""
    return actions.opine(w.actor("supervisor"), item, stance, "现场核对属实。")


def judgement(item: AcceptanceItem, outcome: Outcome = Outcome.PASSED, **changes: Any) -> Judgement:
    """A judgement of what was submitted last."""
    seen = item.submissions[-1].number if item.submissions else 0
    given = {"outcome": outcome, "reason": "逐项核对，结果一致。", "seen": seen, **changes}
    return Judgement(**given)


def judged(w: World, item: AcceptanceItem, outcome: Outcome = Outcome.PASSED, **changes: Any) -> Any:
    """Judged by the client's second officer, because the first opened the round."""
    return actions.judge_item(w.actor("officer"), item, judgement(item, outcome, **changes))


def all_judged(w: World, acceptance: Acceptance, *failed: int) -> Acceptance:
    """Everything submitted with evidence, seen by the supervisor and judged; the numbers name what failed."""
    for item in acceptance.items:
        if not item.submissions:
            submitted(w, item)
        if item.opinion is None:
            heard(w, item)
        judged(w, item, Outcome.FAILED if item.number in failed else Outcome.PASSED)
    return acceptance


def concluded(w: World, acceptance: Acceptance, passed: bool = True, by: str = "signatory") -> Acceptance:
    """Concluded by the client's signatory, or approved by the authority's lead."""
    end = concluding.approve if by == "authority_lead" else concluding.conclude
    text = "各项均合格，同意上线试运行。" if passed else "存在不合格项，整改后复验。"
    return end(w.actor(by), acceptance, passed, text, seen_digest(acceptance))


# --- handover --------------------------------------------------------------------------------------------------------


@kept
def handover(w: World, project: Project | None = None) -> Handover:
    """A handover just opened, of an accepted project by default."""
    return handing_over.open_handover(w.actor("officer"), project or accepted(w))


def deliverer_of(w: World, item: HandoverItem) -> str:
    return "rival_officer" if item.deliverer_id == w.org("rival").id else "operator_officer"


def delivered(w: World, item: HandoverItem) -> Any:
    by = deliverer_of(w, item)
    return handing_over.deliver(
        w.actor(by), item, "已按清单交接。", paper(f"{item.handover.code}-{item.number}-{len(item.entries)}.pdf")
    )


def arrived(w: World, item: HandoverItem) -> HandoverItem:
    """Delivered, received and, where the operator will run it, taken over."""
    delivered(w, item)
    handing_over.receive(w.actor("officer"), item, "清点无误。")
    if item.takes_over:
        handing_over.take_over(w.actor("operator_officer"), item, "已接管并建立配置基线。")
    return item


def all_arrived(w: World, whole: Handover) -> Handover:
    for item in whole.items:
        arrived(w, item)
    return whole


# --- what gates ask for ----------------------------------------------------------------------------------------------

PAPERS = {
    Step.TRIAL: ("mlps_filing",),
    Step.ACCEPT: ("build_summary", "financial_report", "audit_report", "security_assessment", "archive_acceptance"),
    Step.HAND_OVER: ("mlps_filing", "emergency_plan"),
}


def ready(w: World, project: Project, step: Step) -> Project:
    """Registers the papers of a step and answers the questions of its lists."""
    for kind in PAPERS[step]:
        projects.register(w, project, kind)
    projects.answered(w, project, step)
    return project
