"""What the pages of acceptance show: where the project stands, one round and what it still asks, one item."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.acceptances import terms, wording
from app.acceptances.concluding import STEPS, assumed, unproven
from app.acceptances.content import seen_digest, told
from app.acceptances.going_on import STAGES, goes_on
from app.acceptances.handing_over import may_open
from app.acceptances.handover_models import Handover
from app.acceptances.kinds import AcceptanceState, HandoverState, Stage
from app.acceptances.material import proving_files
from app.acceptances.models import Acceptance, AcceptanceItem
from app.acceptances.queries import DELIVERING, acceptances_of, handover_of, holders, role_of, unheard
from app.acceptances.workflow import WORKFLOW
from app.conditions.facts import Value
from app.conditions.gathering import facts_of
from app.core.actors import Actor
from app.core.clock import today
from app.core.errors import Problem
from app.core.formats import fmt
from app.core.permissions import Permission
from app.evidence.models import EvidenceFile
from app.gates import pages as gate_pages
from app.gates import queries as gates
from app.gates.kinds import Step
from app.lifecycle.models import Task
from app.lifecycle.queries import Deadline, deadline_of, open_tasks_of, who_may
from app.lifecycle.workflow import Offer
from app.negative_lists import screening
from app.projects.kinds import DocumentKind, ProjectKind, ProjectState
from app.projects.models import Project
from app.projects.pages import linked
from app.projects.panels import Panel, PanelRow
from app.subjects.models import PartyRole, Subject

P = Permission


@dataclass(frozen=True)
class Turn:
    """Who owes what, and how long is left."""

    act: str
    organisation: str
    who: str
    deadline: Deadline
    is_own: bool


@dataclass(frozen=True)
class Gap:
    """What a conclusion still asks, as components/checklist.html shows it: items, then gates and lists."""

    entries: list[dict[str, Any]]

    @property
    def missing(self) -> int:
        return sum(one["state"] == "missing" for one in self.entries)


@dataclass(frozen=True)
class Paper:
    """A paper of the project that a round is concluded on, or that nobody has registered; `file` is its name."""

    label: str
    registered: bool
    issued: str = ""
    file: str = ""
    digest: str = ""


@dataclass(frozen=True)
class RoundPage:
    """Everything templates/acceptances/_round.html reads."""

    project: Project
    acceptance: Acceptance
    acts: frozenset[str]
    obstacles: list[Problem]
    may_settle: bool
    gap: Gap | None
    is_halted: bool
    is_supervised: bool
    papers: list[Paper]
    seen: str
    turns: list[Turn]

    def count(self, outcome: str) -> int:
        """Items that passed, failed, or are not judged."""
        found = [one.result.outcome.value if one.result else "none" for one in self.acceptance.items]
        return found.count(outcome)


@dataclass(frozen=True)
class Overview:
    """Everything templates/acceptances/of_project.html reads."""

    project: Project
    steps: list[dict[str, str]]
    current: RoundPage | None
    rounds: list[Acceptance]
    handover: Handover | None
    may_open: Stage | None
    failed_before: Acceptance | None
    may_open_handover: bool
    final_due: date | None
    is_final_late: bool
    is_suspended: bool
    turns: list[Turn]


@dataclass(frozen=True)
class ItemPage:
    """Everything templates/acceptances/item.html reads."""

    project: Project
    acceptance: Acceptance
    item: AcceptanceItem
    may_submit: bool
    may_opine: bool
    may_judge: bool
    may_settle: bool
    seen: int
    has_evidence: bool
    is_supervised: bool
    files: list[EvidenceFile]


# --- the overview ----------------------------------------------------------------------------------------------------


def overview(actor: Actor, project: Project) -> Overview:
    """Where acceptance and handover of a project stand, and whose turn it is."""
    rounds, handover = acceptances_of(project), handover_of(project)
    current = next((one for one in rounds if one.is_open), rounds[0] if rounds else None)
    stage = _to_open(actor, project, rounds)
    before = next((one for one in rounds if one.stage is stage), None)
    due, suspended = final_due(project), project.state is ProjectState.SUSPENDED
    return Overview(
        project=project,
        steps=steps_of(project, rounds, handover),
        current=round_page(actor, project, current) if current and not handover else None,
        rounds=rounds,
        handover=handover,
        may_open=stage,
        failed_before=before if before and before.state is AcceptanceState.FAILED else None,
        may_open_handover=_may_open_handover(actor, project, handover),
        final_due=due,
        is_final_late=due is not None and today() > due and not suspended,
        is_suspended=suspended,
        turns=turns_of(actor, project.subject, _ALL),
    )


def _to_open(actor: Actor, project: Project, rounds: list[Acceptance]) -> Stage | None:
    """The stage of which this actor may open a round now."""
    stage = STAGES.get(project.state)
    own = actor.may(P.ACCEPTANCE_OPEN) and role_of(actor, project.subject, PartyRole.CLIENT) is not None
    return stage if own and not any(one.is_open for one in rounds) else None


def _may_open_handover(actor: Actor, project: Project, handover: Handover | None) -> bool:
    own = actor.may(P.HANDOVER_OPEN) and role_of(actor, project.subject, PartyRole.CLIENT) is not None
    return own and handover is None and may_open(project)


def final_due(project: Project) -> date | None:
    """Until when the final acceptance is to be asked for (DL12): half a year after what was built went into trial."""
    if project.trial_from is None or project.accepted_on is not None:
        return None
    return terms.months_after(project.trial_from, terms.FINAL_MONTHS)


def steps_of(project: Project, rounds: list[Acceptance], handover: Handover | None) -> list[dict[str, str]]:
    """The four steps from a finished build to operation."""
    skipped = project.current.kind is ProjectKind.MAINTAIN
    days = terms.trial_days(project.trial_from, project.accepted_on or today())
    trial = _("第 %(n)s 天", n=fmt.whole(days)) if days is not None and project.accepted_on is None else ""
    begun = handover is not None
    found = [
        _step(Stage.PRELIMINARY.label, project.trial_from, _state(rounds, Stage.PRELIMINARY)),
        _step(_("试运行"), project.accepted_on, "current" if project.trial_from else "todo", trial),
        _step(Stage.FINAL.label, project.accepted_on, _state(rounds, Stage.FINAL)),
    ]
    if skipped:
        found = [{**one, "state": "skipped"} for one in found]
    waiting = begun or project.state is ProjectState.ACCEPTED
    return [*found, _step(_("移交投运"), project.operation_from, "current" if waiting else "todo")]


def _step(label: Any, done: date | None, state: str, note: str = "") -> dict[str, str]:
    return {
        "label": str(label),
        "state": "done" if done else state,
        "date": fmt.date(done) if done else "",
        "note": note,
    }


def _state(rounds: list[Acceptance], stage: Stage) -> str:
    last = next((one for one in rounds if one.stage is stage), None)
    return {None: "todo", AcceptanceState.OPEN: "current", AcceptanceState.FAILED: "failed"}.get(
        last.state if last else None, "done"
    )


# --- one round -------------------------------------------------------------------------------------------------------


def round_page(actor: Actor, project: Project, acceptance: Acceptance) -> RoundPage:
    """One round with everything in it and, while it is open, everything that its conclusion still asks."""
    offers = {offer.transition.act.value: offer for offer in offers_of(actor, acceptance)}
    ends = (P.ACCEPTANCE_CONCLUDE.value, P.ACCEPTANCE_APPROVE.value)
    content = told(acceptance)
    return RoundPage(
        project=project,
        acceptance=acceptance,
        acts=frozenset(key for key, offer in offers.items() if offer.possible),
        obstacles=[problem for key in ends if key in offers for problem in offers[key].problems],
        may_settle=P.ACCEPTANCE_OPEN.value in offers and not any(one.results for one in acceptance.items),
        gap=_gap(project, acceptance) if goes_on(acceptance) else None,
        is_halted=acceptance.is_open and not goes_on(acceptance),
        is_supervised=any(one["role"] == PartyRole.SUPERVISOR for one in content["parties"]),
        papers=[_paper(one) for one in content.get("papers", ())],
        seen=seen_digest(acceptance),
        turns=turns_of(actor, project.subject, _ALL, acceptance.code),
    )


def _paper(one: Mapping[str, Any]) -> Paper:
    label, found = str(DocumentKind(one["kind"]).label), one["registered"]
    if found is None:
        return Paper(label, registered=False)
    issued = " · ".join(filter(None, (found["number"], found["issuer"], found["issued_on"])))
    return Paper(label, True, issued, found["evidence"]["name"], found["evidence"]["sha256"])


def offers_of(actor: Actor, acceptance: Acceptance) -> list[Offer]:
    """What the actor may do with a round; nothing while its project is halted."""
    return WORKFLOW.offers(actor, acceptance) if goes_on(acceptance) else []


def _gap(project: Project, acceptance: Acceptance) -> Gap:
    still = (
        (wording.items_not_passed, [one for one in acceptance.items if not one.passed]),
        (wording.items_without_evidence, unproven(acceptance)),
        (wording.items_without_opinion, unheard(acceptance)),
        (wording.items_passed_against, [one for one in acceptance.items if one.passed_unexplained]),
    )
    missing = [say([one.number for one in items]) for say, items in still if items]
    return gap_at(project, STEPS[acceptance.stage], assumed(acceptance.stage), missing)


def gap_at(project: Project, step: Step, assumption: Mapping[str, Value], missing: list[Problem]) -> Gap:
    """What a step still asks, as if what is about to be concluded were on record."""
    values = {**facts_of(project.subject), **assumption}
    lines = gate_pages.in_lines(gates.checklist(project.subject, step, values), gate_pages.hrefs_of(project.subject))
    against = screening.problems(screening.look(project.subject, step, values))
    entries = [_against(one) for one in missing]
    entries += [_against(linked(one, project), group=str(_("负面清单"))) for one in against]
    # What is missing stands first, gate by gate, so that nobody has to look for it.
    for gate in sorted(lines, key=lambda one: one.open == 0):
        entries += sorted((_asked(gate, one) for one in gate.inputs), key=lambda one: one["state"] != "missing")
    return Gap(entries)


def _asked(gate: gate_pages.CheckedGate, one: gate_pages.CheckedInput) -> dict[str, Any]:
    return {
        "group": f"{gate.gate.head.code} {gate.name}",
        "article": gate.source,
        "label": one.name,
        "state": "ok" if one.state == "ok" else "missing",
        "why": "" if one.state == "ok" else one.why,
        "remedy": one.remedy,
        "href": one.href,
    }


def _against(problem: Problem, group: str = "") -> dict[str, Any]:
    return {
        "group": group,
        "label": problem.what,
        "state": "missing",
        "why": problem.why,
        "article": problem.article,
        "remedy": problem.remedy,
        "href": problem.href,
    }


_ALL = (
    *(P.ACCEPTANCE_OPEN, P.ACCEPTANCE_DELIVER, P.ACCEPTANCE_OPINE, P.ACCEPTANCE_JUDGE),
    *(P.ACCEPTANCE_CONCLUDE, P.ACCEPTANCE_APPROVE, P.HANDOVER_OPEN, P.HANDOVER_DELIVER, P.HANDOVER_RECEIVE),
    *(P.HANDOVER_TAKE_OVER, P.HANDOVER_WITNESS, P.HANDOVER_CONCLUDE),
)


def turns_of(actor: Actor, subject: Subject, acts: Iterable[Permission], item: str = "") -> list[Turn]:
    """Who owes what of acceptance and handover on a subject, by deadline; for one round or handover, or all."""
    wanted = set(acts)
    return [
        _turn(actor, task)
        for task in open_tasks_of(subject)
        if Permission(task.permission) in wanted and (not item or task.item == item)
    ]


def _turn(actor: Actor, task: Task) -> Turn:
    return Turn(
        act=str(Permission(task.permission).label),
        organisation=task.organisation.name,
        who=who_may(task),
        deadline=deadline_of(task),
        is_own=task.organisation_id == actor.organisation_id,
    )


def item_page(actor: Actor, project: Project, acceptance: Acceptance, item: AcceptanceItem) -> ItemPage:
    """One item with what was submitted, said and judged, and what this actor may do with it."""
    offers = {offer.transition.act for offer in offers_of(actor, acceptance)}
    judged = any(one.results for one in acceptance.items)
    touched = bool(item.submissions or item.opinions)
    return ItemPage(
        project=project,
        acceptance=acceptance,
        item=item,
        may_submit=P.ACCEPTANCE_DELIVER in offers and item.deliverer_id == actor.organisation_id and not item.passed,
        may_opine=P.ACCEPTANCE_OPINE in offers and item.has_something,
        may_judge=P.ACCEPTANCE_JUDGE in offers,
        may_settle=P.ACCEPTANCE_OPEN in offers and not judged and not touched,
        seen=item.submissions[-1].number if item.submissions else 0,
        has_evidence=bool(item.submissions) and item.submissions[-1].file is not None,
        is_supervised=bool(holders(project.subject, PartyRole.SUPERVISOR)),
        files=proving_files(actor, project.subject) if offers else [],
    )


def file_choices(files: Iterable[EvidenceFile]) -> list[tuple[str, str]]:
    return [("", str(_("不选择")))] + [
        (one.sha256, str(_("%(name)s（%(digest)s…）", name=one.file_name, digest=one.sha256[:12]))) for one in files
    ]


def deliverer_choices(project: Project) -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in holders(project.subject, *DELIVERING)]


# --- what the project's own page shows -------------------------------------------------------------------------------


def acceptance_panel(_actor: Actor, project: Project) -> Panel | None:
    """The newest state of each stage and of the handover; nothing where none has begun."""
    rounds, handover = acceptances_of(project, in_brief=True), handover_of(project)
    rows = []
    for stage in Stage:
        last = next((one for one in rounds if one.stage is stage), None)
        if last is not None:
            passed = sum(1 for one in last.items if one.passed)
            value = _("%(state)s，%(n)s/%(of)s 项合格", state=last.state.label, n=passed, of=len(last.items))
            rows.append(PanelRow(stage.label, value, _round_href(project, last), last.state.tone))
    if project.trial_from is not None:
        days = terms.trial_days(project.trial_from, project.accepted_on or today())
        rows.append(PanelRow(_("试运行"), _("%(n)s 天", n=fmt.whole(days))))
    if handover is not None:
        rows.append(_handover_row(project, handover))
    href = url_for("acceptances.of_project", code=project.code)
    return Panel("acceptance", _("验收与移交"), tuple(rows), href) if rows else None


def _round_href(project: Project, one: Acceptance) -> str:
    return url_for("acceptances.one_round", code=project.code, number=one.number)


def _handover_row(project: Project, handover: Handover) -> PanelRow:
    done = sum(1 for one in handover.items if one.is_done)
    value = _("%(state)s，%(n)s/%(of)s 项到位", state=handover.state.label, n=done, of=len(handover.items))
    tone = "good" if handover.state is HandoverState.CONCLUDED else "progress"
    return PanelRow(_("移交"), value, url_for("handovers.of_project", code=project.code), tone)
