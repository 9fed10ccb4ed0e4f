"""What the pages of gates show: the catalogue, one gate, a checklist, a decision, a condition, an overdue task."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _

from app.audit.history import timeline
from app.audit.models import TrailEntry
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, said, versions
from app.catalogues.reading import Bilingual
from app.conditions.facts import FACTS, FactType, Value
from app.conditions.gathering import word_of
from app.conditions.jurisdiction import EVERYWHERE
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.errors import NotFound, Problem
from app.core.formats import fmt
from app.core.permissions import Permission
from app.evidence.models import EvidenceFile
from app.gates import queries
from app.gates.checking import GateLine, InputLine, inputs_of
from app.gates.gate_file import GATE_KIND, Gate
from app.gates.kinds import Step
from app.gates.models import Decision, Obligation
from app.gates.wording import about_in_words, fact_names, in_words, source_in_words, source_tag
from app.gates.workflow import WORKFLOW
from app.lifecycle.models import Pause, Task, TaskState
from app.lifecycle.queries import Deadline, deadline_of, who_may
from app.subjects.models import Subject, SubjectKind

P = Permission
# The page on which what an input asks for is put right, by its place.
PLACES = {
    "declaration": "declaring.show",
    "documents": "declaring.documents",
    "duplicates": "duplicates.of_project",
    "screening": "negative_lists.of_project",
    "changes": "changes.of_project",
    "countersigns": "countersigns.of_project",
    "decisions": "projects.decisions",
    "effects": "effects.of_project",
    "duties": "responsibilities.of_project",
    "procurement": "procurement.of_project",
    "acceptance": "acceptances.of_project",
}
HOMES = {
    SubjectKind.ADMISSION: "admissions.detail",
    SubjectKind.CONTRACT: "contracts.detail",
    SubjectKind.PROJECT: "projects.detail",
}
HISTORY = 30


def hrefs_of(subject: Subject) -> dict[str, str]:
    """Where each place lies for a subject, for `templates/gates/_checklist.html`."""
    if subject.kind is SubjectKind.CONTRACT:
        return {"contract": url_for("contracts.detail", code=subject.code)}
    return {place: url_for(endpoint, code=subject.code) for place, endpoint in PLACES.items()}


# --- facts in words --------------------------------------------------------------------------------------------------


def value_in_words(name: str, value: Value) -> str:
    """A fact's value as people read it."""
    kind = FACTS[name].type if name in FACTS else FactType.TEXT
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, tuple | list):
        return str(_("、").join(word_of(name, one) for one in value)) or str(_("无"))
    if kind is FactType.MONEY and isinstance(value, int):
        return str(_("%(yuan)s 元", yuan=fmt.money(value)))
    if value == "":
        return str(_("尚未发生") if kind is FactType.DAY else _("无"))
    if name.endswith("_year"):
        return str(value)
    return fmt.whole(value) if isinstance(value, int) else word_of(name, value)


def fact_label(name: str) -> str:
    """A fact's word; one that the dictionary no longer has keeps its name."""
    return said(FACTS[name].label) if name in FACTS else name


def _known_in_words(known: Iterable[tuple[str, Value]]) -> str:
    """What was recorded, but for lists, which the input's own words name."""
    told = [
        f"{fact_label(name)} {value_in_words(name, value)}" for name, value in known if not isinstance(value, tuple)
    ]
    return str(_("；")).join(told)


# --- a checklist -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CheckedInput:
    """One input as a page shows it, named by what is there or by what is not.

    `state` is ok, na (not asked of things of this kind), missing (recorded otherwise) or unknown (not recorded).
    """

    name: str
    state: str
    why: str
    remedy: str
    href: str


@dataclass(frozen=True)
class CheckedGate:
    """One gate as a page shows it."""

    gate: Gate
    name: str
    requirement: str
    source: str
    tag: tuple[str, str]
    inputs: list[CheckedInput]
    over: list[str]

    @property
    def place(self) -> str:
        """The divisions of a local gate; empty where it holds everywhere."""
        return "" if self.gate.head.jurisdiction == EVERYWHERE else self.gate.head.jurisdiction

    @property
    def open(self) -> int:
        return sum(one.state not in {"ok", "na"} for one in self.inputs)


def in_lines(lines: Sequence[GateLine], hrefs: Mapping[str, str]) -> list[CheckedGate]:
    """A checklist in words; `hrefs` says where each place lies."""
    return [
        CheckedGate(
            gate=line.gate,
            name=in_words(line.gate.head.name),
            requirement=in_words(line.gate.requirement),
            source=source_in_words(line.gate.head),
            tag=source_tag(line.gate.head.status),
            inputs=[_checked(one, hrefs) for one in line.inputs],
            over=[f"{one.head.code} {in_words(one.head.name)}" for one in line.over],
        )
        for line in lines
    ]


def _checked(line: InputLine, hrefs: Mapping[str, str]) -> CheckedInput:
    state = "na" if line.exempt else {True: "ok", False: "missing", None: "unknown"}[line.met]
    known = _known_in_words(line.known)
    why = known
    if state == "unknown":
        why = str(_("尚无记录：%(facts)s", facts=fact_names(line.missing)))
    elif known:
        why = str(_("现有记录：%(facts)s", facts=known))
    return CheckedInput(
        name=in_words(line.words),
        state=state,
        why=why,
        remedy=in_words(line.input.remedy),
        href=hrefs.get(line.input.place, ""),
    )


# --- the catalogue ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GateRow:
    """One gate of the catalogue in words."""

    entry: CatalogueEntry
    gate: Gate
    name: str
    requirement: str
    on_fail: str
    inputs: list[dict[str, Any]]
    source: str
    tag: tuple[str, str]

    @property
    def workdays(self) -> int:
        return self.gate.workdays

    @property
    def place(self) -> str:
        """Where it stands, empty when everywhere."""
        head = self.gate.head
        return head.practice if head.jurisdiction == EVERYWHERE else head.jurisdiction


@dataclass(frozen=True)
class StepGates:
    """The gates of a step."""

    step: Step
    rows: list[GateRow]


def catalogue() -> list[StepGates]:
    """Every gate in force, in the order of steps."""
    rows = [_row(entry) for entry in all_current(GATE_KIND, today())]
    grouped = ((step, [row for row in rows if row.gate.step is step]) for step in Step)
    return [StepGates(step, found) for step, found in grouped if found]


def _row(entry: CatalogueEntry) -> GateRow:
    gate = queries.gate_of(entry)
    return GateRow(
        entry=entry,
        gate=gate,
        name=in_words(gate.head.name),
        requirement=in_words(gate.requirement),
        on_fail=in_words(gate.on_fail),
        inputs=[
            {
                "name": in_words(one.name),
                "missing": in_words(one.missing),
                "condition": one.condition.text,
                "facts": [(name, fact_label(name), said(FACTS[name].source)) for name in one.condition.facts],
                "remedy": in_words(one.remedy),
            }
            for one in inputs_of(gate)
        ],
        source=source_in_words(gate.head),
        tag=source_tag(gate.head.status),
    )


def gate_versions(code: str) -> list[GateRow]:
    """Every version of one gate, newest first; `NotFound` when there is none."""
    found = [_row(entry) for entry in versions(GATE_KIND, code)]
    if not found:
        raise NotFound
    return found


# --- a decision ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DecisionInWords:
    """Everything templates/gates/_decision.html reads."""

    decision: Decision
    about: str
    notice: list[str]
    gates: list[dict[str, Any]]
    facts: list[tuple[str, str]]
    obligations: list[Obligation]


def decision_in_words(decision: Decision) -> DecisionInWords:
    """A decision with the gates and facts as they stood, read from what was stored."""
    facts = json.loads(decision.facts)
    return DecisionInWords(
        decision=decision,
        about=about_in_words(decision.about),
        notice=json.loads(decision.notice),
        gates=[{**one, "inputs": [_as_it_stood(line) for line in one["inputs"]]} for one in json.loads(decision.gates)],
        facts=[(fact_label(name), value_in_words(name, facts[name])) for name in sorted(facts)],
        obligations=list(decision.obligations),
    )


def _as_it_stood(line: dict[str, Any]) -> dict[str, Any]:
    """One stored input; what was missing then is named by today's words."""
    missing = _("、").join(fact_label(name) for name in line["missing"])
    words = line["name"] if line["met"] else line.get("lacking", line["name"])
    return {"name": in_words(Bilingual(**words)), "met": line["met"], "missing": missing}


# --- a condition -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Turn:
    """Who owes the next step, and until when."""

    organisation: str
    who: str
    act: str
    deadline: Deadline


@dataclass(frozen=True)
class ObligationPage:
    """Everything templates/gates/obligation.html reads."""

    obligation: Obligation
    subject: Subject
    home: str
    overdue: bool
    turn: Turn | None
    may_report: bool
    may_accept: bool
    against: tuple[Problem, ...]
    pause: Pause | None
    file: EvidenceFile | None
    people: dict[int, str]
    timeline: list[dict[str, Any]]


def obligation_page(actor: Actor, obligation: Obligation) -> ObligationPage:
    # One act at a time is somebody's here: whoever owes reports, then the authority answers.
    offer = next(iter(WORKFLOW.offers(actor, obligation)), None)
    possible = offer.transition.act if offer and offer.possible else None
    subject = obligation.subject
    return ObligationPage(
        obligation=obligation,
        subject=subject,
        home=url_for(HOMES[subject.kind], code=subject.code),
        overdue=queries.is_overdue(obligation),
        turn=_turn(subject, obligation.code),
        may_report=possible is P.OBLIGATION_REPORT,
        may_accept=possible is P.OBLIGATION_ACCEPT,
        against=offer.problems if offer else (),
        pause=obligation.pause,
        file=queries.file_of(obligation),
        people=queries.names_of_people(one for one in (obligation.reported_by, obligation.accepted_by) if one),
        timeline=_history(subject, obligation.code),
    )


def _turn(subject: Subject, item: str) -> Turn | None:
    task = db.session.scalars(
        sa.select(Task).where(Task.subject_id == subject.id, Task.item == item, Task.state == TaskState.OPEN).limit(1)
    ).first()
    if task is None:
        return None
    return Turn(task.organisation.name, who_may(task), str(P(task.permission).label), deadline_of(task))


def _history(subject: Subject, code: str) -> list[dict[str, Any]]:
    """The acts on the subject that name the condition; sending back says so instead of accepting."""
    entries = db.session.scalars(
        sa.select(TrailEntry)
        .where(TrailEntry.ref == subject.ref, TrailEntry.details.contains(f'"{code}"', autoescape=True))
        .order_by(TrailEntry.seq.desc())
        .limit(HISTORY)
    ).all()
    told = timeline(entries)
    for entry, one in zip(entries, told, strict=True):
        if json.loads(entry.details)["notes"].get("sent_back"):
            one["act"] = _("退回重新落实")
    return told


# --- an overdue task -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ExpeditePage:
    """Everything templates/gates/expedite.html reads."""

    urging: Task
    overdue: Task
    act: str
    owner: str
    who: str
    late: Deadline
    answer_by: Deadline
    home: str

    @property
    def open(self) -> bool:
        return self.urging.state is TaskState.OPEN


def expedite_page(urging: Task, overdue: Task) -> ExpeditePage:
    subject = overdue.subject
    return ExpeditePage(
        urging=urging,
        overdue=overdue,
        act=str(P(overdue.permission).label),
        owner=overdue.organisation.name,
        who=who_may(overdue),
        late=deadline_of(overdue),
        answer_by=deadline_of(urging),
        home=url_for(HOMES[subject.kind], code=subject.code),
    )
