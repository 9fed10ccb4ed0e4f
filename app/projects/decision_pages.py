"""What the page of a project's decisions shows: opinions, the forms of whoever's turn it is, every decision whole."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.conditions.facts import Value
from app.conditions.gathering import facts_of
from app.core.actors import Actor
from app.core.errors import Problem
from app.core.formats import fmt
from app.core.permissions import Permission
from app.gates import queries as gates
from app.gates.checking import InputLine
from app.gates.kinds import OpinionKind, Stance, Step, Verdict
from app.gates.models import Decision, Obligation, Opinion
from app.gates.pages import hrefs_of
from app.gates.wording import in_words
from app.lifecycle.workflow import Offer
from app.negative_lists import screening
from app.negative_lists.item_file import Asked
from app.negative_lists.judging import ANSWER
from app.projects.decision_forms import OpinionForm, ReturnForm, RulingForm
from app.projects.kinds import ProjectState
from app.projects.models import Project
from app.projects.pages import Check, checks_of, linked
from app.projects.plausibility import namesake_remarks, remarks_on
from app.projects.rulings import notice_of, told_before
from app.projects.workflow import WORKFLOW

P, S, V = Permission, ProjectState, Verdict
# What the authority itself has to bring, and never tells the client to.
OWN = ("decisions", "duplicates")
DECIDING = (V.PASSED, V.CONDITIONAL, V.REFUSED)


@dataclass(frozen=True)
class Panel:
    """The opinions of one round: how the experts scored and what they came to, then each of them."""

    step: Step
    round: int
    opinions: list[Opinion]
    experts: int
    mean: str
    stances: list[tuple[Stance, int]]


@dataclass(frozen=True)
class Told:
    """One decision, and what it told the client that earlier returns had not."""

    decision: Decision
    new_points: tuple[str, ...]


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
    hrefs: dict[str, str]
    opinion: OpinionForm | None
    ruling: RulingForm | None
    sending_back: ReturnForm | None
    digest: str
    remarks: list[Problem]

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
        hrefs=hrefs_of(project.subject),
        opinion=_form(sent, OpinionForm, P.PROJECT_OPINE in offers, OpinionForm),
        ruling=_ruling_form(sent, project, offers),
        sending_back=_form(sent, ReturnForm, P.PROJECT_RETURN in offers, lambda: _return_form(project)),
        digest=project.current.sha256 or "",
        remarks=_noticed(actor, project) if step is Step.APPROVE else [],
    )


def _noticed(actor: Actor, project: Project) -> list[Problem]:
    """What whoever decides should have noticed in the declaration."""
    return [*remarks_on(project.current), *namesake_remarks(actor, project)]


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


def _return_form(project: Project) -> ReturnForm:
    """The notice begins with everything that is missing on the client's part; the officer adds his own points."""
    values = facts_of(project.subject)
    points = [point for step in (Step.SUBMIT, Step.APPROVE) for point in _missing(project, step, values)]
    return ReturnForm(data={"notice": "\n".join(dict.fromkeys(points))})


def _missing(project: Project, step: Step, values: dict[str, Value]) -> Iterator[str]:
    """What the client still has to bring for a step; what the authority owes itself is not told to him."""
    for line in gates.checklist(project.subject, step, values):
        yield from (_point(one) for one in line.open_inputs if one.input.place not in OWN)
    found = screening.look(project.subject, step, values)
    clients = tuple(one for one in found.blocking if not _for_authority(one))
    for problem in screening.problems(replace(found, outcomes=clients)):
        yield str(_("%(what)s：%(remedy)s", what=problem.what, remedy=problem.remedy))


def _point(one: InputLine) -> str:
    """What is missing, and how it is put right."""
    return str(_("%(what)s：%(remedy)s", what=in_words(one.words), remedy=in_words(one.input.remedy)))


def _for_authority(one: screening.JudgedItem) -> bool:
    """What only the authority can tell: its own duplicate check, or a question that it is asked."""
    if ANSWER in one.missing:
        return one.item.asked is Asked.AUTHORITY
    return bool(one.missing) and all(name.startswith("duplicate.") for name in one.missing)


# --- opinions --------------------------------------------------------------------------------------------------------


def _panel(project: Project, step: Step) -> Panel:
    round_ = gates.next_round(project.subject, step)
    opinions = gates.opinions_of(project.subject, step, round_)
    scores = [one.score for one in opinions if one.score is not None and one.kind is OpinionKind.EXPERT]
    mean = fmt.decimal(Decimal(sum(scores)) / len(scores), 1) if scores else ""
    counted = Counter(one.stance for one in opinions)
    experts = sum(one.kind is OpinionKind.EXPERT for one in opinions)
    return Panel(step, round_, opinions, experts, mean, [(stance, counted[stance]) for stance in Stance])


# --- decisions -------------------------------------------------------------------------------------------------------


def _told(decisions: list[Decision]) -> list[Told]:
    """Newest first; points of a return that no earlier return told are named, because all are to be told at once."""
    found: list[Told] = []
    known: dict[Step, set[str]] = {}
    for one in reversed(decisions):
        points, earlier = notice_of(one), known.get(one.step, set())
        found.append(Told(one, tuple(point for point in points if earlier and point not in earlier)))
        known[one.step] = earlier | {*points}
    return found[::-1]
