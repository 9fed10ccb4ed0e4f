"""Reads of gates: what stands at a step and how it is met, decisions with what they rest on, conditions still owed."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import User
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, parsed
from app.conditions.facts import Value
from app.conditions.gathering import divisions_of, facts_of
from app.conditions.jurisdiction import holds_in
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.errors import Problem
from app.evidence.models import EvidenceFile
from app.gates import wording
from app.gates.checking import EXPERTS, GateLine, judge
from app.gates.gate_file import GATE_KIND, Gate
from app.gates.kinds import ObligationState, OpinionKind, Step
from app.gates.models import Decision, Obligation, Opinion
from app.subjects.models import Subject
from app.subjects.queries import in_reach

# Where no gate of a step says how long its decision may take; a default of the product.
DECIDE_WITHIN = 20
OWED = (ObligationState.OPEN, ObligationState.REPORTED)


# --- gates -----------------------------------------------------------------------------------------------------------


def entries_at(subject: Subject, step: Step) -> list[CatalogueEntry]:
    """The versions in force today of the gates that stand at a step where the subject lies, by code."""
    divisions = divisions_of(subject)
    return [
        entry
        for entry in all_current(GATE_KIND, today())
        if (gate := gate_of(entry)).step is step and holds_in(gate.head.jurisdiction, divisions)
    ]


def gate_of(entry: CatalogueEntry) -> Gate:
    found: Gate = parsed(entry)
    return found


def gates_at(subject: Subject, step: Step) -> list[Gate]:
    """The gates in force at a step where the subject lies, by code."""
    return [gate_of(entry) for entry in entries_at(subject, step)]


def known_at(subject: Subject, step: Step, values: Mapping[str, Value] | None = None) -> dict[str, Value]:
    """Everything known of a subject, with the opinions recorded for the decision at this step."""
    return {**(facts_of(subject) if values is None else values), EXPERTS: experts_at(subject, step)}


def checklist(subject: Subject, step: Step, values: Mapping[str, Value] | None = None) -> tuple[GateLine, ...]:
    """Every gate of a step as it stands now."""
    return judge(gates_at(subject, step), known_at(subject, step, values))


def problems_at(subject: Subject, step: Step, values: Mapping[str, Value] | None = None) -> list[Problem]:
    """What keeps a step closed, all of it, each with its gate and what to do."""
    lines = checklist(subject, step, values)
    return [wording.not_met(line.gate, one) for line in lines for one in line.open_inputs]


def decision_workdays(subject: Subject, step: Step) -> int:
    """Working days in which a step is decided: what the slowest of its gates grants."""
    return max((gate.workdays for gate in gates_at(subject, step)), default=0) or DECIDE_WITHIN


# --- decisions and opinions ------------------------------------------------------------------------------------------


def next_round(subject: Subject, step: Step) -> int:
    """The number of the decision that comes next at a step."""
    last = db.session.scalar(
        sa.select(sa.func.max(Decision.round)).where(Decision.subject_id == subject.id, Decision.step == step)
    )
    return (last or 0) + 1


def decisions_of(subject: Subject) -> list[Decision]:
    """Every decision on a subject with people and conditions, newest first."""
    return list(
        db.session.scalars(
            sa.select(Decision)
            .where(Decision.subject_id == subject.id)
            .options(
                joinedload(Decision.decider),
                joinedload(Decision.decider_organisation),
                joinedload(Decision.proposer),
                selectinload(Decision.obligations).joinedload(Obligation.owner),
            )
            .order_by(Decision.id.desc())
        )
    )


def last_decision(subject: Subject, step: Step) -> Decision | None:
    return db.session.scalars(
        sa.select(Decision)
        .where(Decision.subject_id == subject.id, Decision.step == step)
        .order_by(Decision.round.desc())
        .limit(1)
    ).first()


def opinions_of(subject: Subject, step: Step, round_: int) -> list[Opinion]:
    """The opinions for one decision in the order in which they were recorded."""
    return list(
        db.session.scalars(
            sa.select(Opinion)
            .where(Opinion.subject_id == subject.id, Opinion.step == step, Opinion.round == round_)
            .options(joinedload(Opinion.recorder))
            .order_by(Opinion.id)
        )
    )


def experts_at(subject: Subject, step: Step) -> int:
    """How many experts' opinions are on record for the next decision at a step."""
    found = db.session.scalar(
        sa.select(sa.func.count(Opinion.id)).where(
            Opinion.subject_id == subject.id,
            Opinion.step == step,
            Opinion.round == next_round(subject, step),
            Opinion.kind == OpinionKind.EXPERT,
        )
    )
    return found or 0


# --- conditions that are owed ----------------------------------------------------------------------------------------


def obligations_of(subject: Subject) -> list[Obligation]:
    """Every condition of every decision on a subject, by due day."""
    return list(
        db.session.scalars(
            sa.select(Obligation)
            .where(Obligation.subject_id == subject.id)
            .options(joinedload(Obligation.owner), joinedload(Obligation.decision))
            .order_by(Obligation.due_on, Obligation.id)
        )
    )


def open_obligations(subject: Subject) -> int:
    """How many conditions are not accepted yet, overdue or not."""
    counted = sa.select(sa.func.count(Obligation.id)).where(
        Obligation.subject_id == subject.id, Obligation.state.in_(OWED)
    )
    return db.session.scalar(counted) or 0


def is_overdue(obligation: Obligation) -> bool:
    """Its day has passed and nothing was reported."""
    return obligation.state is ObligationState.OPEN and obligation.due_on < today()


def obligation_in_reach(actor: Actor, code: str) -> Obligation | None:
    """The condition when the actor may see its subject."""
    return db.session.scalar(
        sa.select(Obligation)
        .join(Subject, Subject.id == Obligation.subject_id)
        .where(Obligation.code == code, in_reach(actor))
        .options(joinedload(Obligation.owner), joinedload(Obligation.decision))
    )


def overdue_among(obligations: Sequence[Obligation]) -> int:
    """How many of them are overdue."""
    return sum(is_overdue(one) for one in obligations)


def file_of(obligation: Obligation) -> EvidenceFile | None:
    """The file that the last report rests on."""
    return db.session.scalar(
        sa.select(EvidenceFile).where(
            EvidenceFile.subject_id == obligation.subject_id, EvidenceFile.sha256 == obligation.sha256
        )
    )


def names_of_people(ids: Iterable[int]) -> dict[int, str]:
    """Names of people by id."""
    rows = db.session.scalars(sa.select(User).where(User.id.in_(list(ids))))
    return {row.id: row.name for row in rows}
