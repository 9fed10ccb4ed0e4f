"""What the page of a project's decisions shows: opinions, the forms of whoever's turn it is, every decision whole."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from app.core.actors import Actor
from app.core.errors import Problem
from app.core.formats import fmt
from app.core.permissions import Permission
from app.gates import queries as gates
from app.gates.countersigning import wanted_at
from app.gates.gate_file import ScoredPanel
from app.gates.kinds import OpinionKind, Stance, Step, Verdict
from app.gates.models import Decision, Obligation, Opinion
from app.gates.pages import hrefs_of
from app.gates.scores import mean_of
from app.gates.wording import in_words
from app.lifecycle.workflow import Offer
from app.projects.decision_forms import OpinionForm, ReturnForm, RulingForm
from app.projects.declaration_pages import changes_between
from app.projects.kinds import ProjectState
from app.projects.models import Project
from app.projects.notices import Point, found_missing, last_return, points_answered
from app.projects.pages import Check, checks_of, linked
from app.projects.plausibility import namesake_remarks, remarks_on
from app.projects.rulings import notice_of, told_before
from app.projects.workflow import WORKFLOW

P, S, V = Permission, ProjectState, Verdict
DECIDING = (V.PASSED, V.CONDITIONAL, V.REFUSED)


@dataclass(frozen=True)
class Panel:
    """The opinions of one round: how the experts scored and what they came to, then each of them."""

    step: Step
    round: int
    opinions: list[Opinion]
    experts: int
    mean: str
    asked: ScoredPanel | None
    stances: list[tuple[Stance, int]]

    @property
    def criteria(self) -> dict[str, str]:
        """The names of what experts score, by code."""
        return {one.code: in_words(one.name) for one in self.asked.criteria} if self.asked else {}


@dataclass(frozen=True)
class Told:
    """One decision, what it told the client that earlier returns had not, and what the client answered."""

    decision: Decision
    new_points: tuple[str, ...]
    points: list[Point]


@dataclass(frozen=True)
class DecisionsPage:
    """Everything templates/projects/decisions.html reads; a form is None when it is nobody's turn here."""

    project: Project
    offers: dict[str, Offer]
    check: Check | None
    panel: Panel | None
    decisions: list[Told]
    obligations: list[Obligation]
    told_before: tuple[str, ...]
    found_missing: tuple[str, ...]
    answered: list[Point]
    unchanged: bool
    hrefs: dict[str, str]
    opinion: OpinionForm | None
    ruling: RulingForm | None
    sending_back: ReturnForm | None
    digest: str
    remarks: list[Problem]
    countersigned: bool

    def problems(self, act: str) -> list[Problem]:
        return [linked(one, self.project) for one in self.offers[act].problems] if act in self.offers else []


def decisions_page(actor: Actor, project: Project, sent: Any = None) -> DecisionsPage:
    """The page for one reader; `sent` is the form that was just refused, shown again as it was typed."""
    offers = {offer.transition.act.value: offer for offer in WORKFLOW.offers(actor, project)}
    step = step_now(project)
    check = checks_of(project, (step,))[0] if step else None
    return DecisionsPage(
        project=project,
        offers=offers,
        check=check,
        panel=_panel(project, step) if step else None,
        decisions=_told(gates.decisions_of(project.subject)),
        obligations=gates.obligations_of(project.subject),
        told_before=told_before(project, Step.APPROVE),
        found_missing=found_missing(project) if P.PROJECT_RETURN in offers else (),
        **_answered(project, step),
        hrefs=hrefs_of(project.subject),
        opinion=_form(sent, OpinionForm, P.PROJECT_OPINE in offers, lambda: OpinionForm.of(project)),
        ruling=_ruling_form(sent, project, offers),
        sending_back=_form(sent, ReturnForm, P.PROJECT_RETURN in offers, ReturnForm),
        digest=project.current.sha256 or "",
        remarks=_noticed(actor, project) if step is Step.APPROVE else [],
        countersigned=bool(step and wanted_at(project.subject, step)),
    )


def _noticed(actor: Actor, project: Project) -> list[Problem]:
    """What whoever decides should have noticed in the declaration."""
    return [*remarks_on(project.current), *namesake_remarks(actor, project)]


def _answered(project: Project, step: Step | None) -> dict[str, Any]:
    """What the client answered to the return before, and whether it changed anything since, for whoever decides."""
    told = last_return(project) if step is Step.APPROVE else None
    before = project.versions[-2] if told is not None and len(project.versions) > 1 else None
    return {
        "answered": points_answered(told) if told is not None else [],
        "unchanged": before is not None and not changes_between(before, project.current),
    }


def step_now(project: Project) -> Step | None:
    """The step that the authority decides now."""
    return {S.SUBMITTED: Step.APPROVE, S.EVALUATING: Step.EVALUATE}.get(project.state)


# --- forms -----------------------------------------------------------------------------------------------------------


def _form(sent: Any, kind: type[Any], offered: bool, fresh: Any) -> Any:
    if isinstance(sent, kind):
        return sent
    return fresh() if offered else None


def _ruling_form(sent: Any, project: Project, offers: dict[str, Offer]) -> RulingForm | None:
    verdicts = DECIDING if P.PROJECT_DECIDE in offers else tuple(V) if P.PROJECT_CONCLUDE in offers else ()
    form: RulingForm | None = _form(
        sent, RulingForm, bool(verdicts), lambda: RulingForm.of(project, verdicts, {"digest": project.current.sha256})
    )
    return form


# --- opinions --------------------------------------------------------------------------------------------------------


def _panel(project: Project, step: Step) -> Panel:
    round_ = gates.next_round(project.subject, step)
    opinions = gates.opinions_of(project.subject, step, round_)
    scores = [one.score for one in opinions if one.score is not None and one.kind is OpinionKind.EXPERT]
    mean = mean_of(scores)
    counted = Counter(one.stance for one in opinions)
    experts = sum(one.kind is OpinionKind.EXPERT for one in opinions)
    asked = gates.panel_at(project.subject, step)
    shown = fmt.decimal(mean, 1) if mean is not None else ""
    return Panel(step, round_, opinions, experts, shown, asked, [(stance, counted[stance]) for stance in Stance])


# --- decisions -------------------------------------------------------------------------------------------------------


def _told(decisions: list[Decision]) -> list[Told]:
    """Newest first; points of a return that no earlier return told are named, because all are to be told at once."""
    found: list[Told] = []
    known: dict[Step, set[str]] = {}
    for one in reversed(decisions):
        points, earlier = notice_of(one), known.get(one.step, set())
        fresh = tuple(point for point in points if earlier and point not in earlier)
        found.append(Told(one, fresh, points_answered(one) if points else []))
        known[one.step] = earlier | {*points}
    return found[::-1]
