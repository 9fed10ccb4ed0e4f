"""Reads of gates: what stands at a step and how it is met, decisions with what they rest on, conditions still owed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Membership, User
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, parsed
from app.conditions.facts import Value
from app.conditions.gathering import divisions_of, facts_of, practice_of
from app.conditions.jurisdiction import InForce, in_force_at
from app.core.actors import Actor
from app.core.batches import of_each
from app.core.clock import today
from app.core.db import db
from app.core.errors import Problem
from app.evidence.models import EvidenceFile
from app.gates import wording
from app.gates.checking import EXPERTS, MEAN, SIGNED, GateLine, judge
from app.gates.gate_file import GATE_KIND, Gate, ScoredPanel
from app.gates.kinds import ObligationState, OpinionKind, SignState, Stance, Step
from app.gates.models import Countersign, Decision, Obligation, Opinion
from app.gates.naming import names, same, shortens
from app.gates.scores import mean_of, tenths
from app.organisations.models import ControlLink, Organisation, OrganisationName
from app.subjects.models import PartyRole, Subject
from app.subjects.queries import in_reach, parties_of

# Where no gate of a step says how long its decision may take; a default of the product.
DECIDE_WITHIN = 20
OWED = (ObligationState.OPEN, ObligationState.REPORTED)


# --- gates -----------------------------------------------------------------------------------------------------------


def entries_at(subject: Subject, step: Step) -> list[CatalogueEntry]:
    """The versions in force today of the gates that stand at a step where the subject lies, by code."""
    return [entry for entry in _in_force(subject).rules if gate_of(entry).step is step]


def _in_force(subject: Subject) -> InForce[CatalogueEntry]:
    entries = all_current(GATE_KIND, today())
    return in_force_at(entries, divisions_of(subject), practice_of(subject), lambda entry: gate_of(entry).head)


def codes_at(subject: Subject, *steps: Step) -> frozenset[str]:
    """The codes of the gates that stand at steps, with those of which a local one takes the place: what names a gate
    is meant wherever that gate, or what stands for it, is passed."""
    found = _in_force(subject)
    here = {entry.code for entry in found.rules if gate_of(entry).step in steps}
    return frozenset(here | {code for code in found.beaten if found.standing_for(code) in here})


def gate_of(entry: CatalogueEntry) -> Gate:
    found: Gate = parsed(entry)
    return found


def gates_at(subject: Subject, step: Step) -> list[Gate]:
    """The gates in force at a step where the subject lies, by code."""
    return [gate_of(entry) for entry in entries_at(subject, step)]


def known_at(subject: Subject, step: Step, values: Mapping[str, Value] | None = None) -> dict[str, Value]:
    """Everything known of a subject, with opinions, scores and countersignatures for the decision at this step."""
    scores = expert_scores(subject, step)
    mean = mean_of([one for one in scores if one is not None])
    signed = [one.body.value for one in countersigns_at(subject, step) if one.state is SignState.SIGNED]
    review: dict[str, Value] = {EXPERTS: len(scores), SIGNED: tuple(sorted(signed))}
    if mean is not None:
        review[MEAN] = tenths(mean)
    return {**(facts_of(subject) if values is None else values), **review}


def checklist(subject: Subject, step: Step, values: Mapping[str, Value] | None = None) -> tuple[GateLine, ...]:
    """Every gate of a step as it stands now, each with those whose place it takes."""
    lines, beaten = judge(gates_at(subject, step), known_at(subject, step, values)), _beaten(subject)
    return tuple(replace(line, over=beaten.get(line.gate.head.code, ())) for line in lines)


def _beaten(subject: Subject) -> dict[str, tuple[Gate, ...]]:
    """By the code of each gate that holds, the gates whose place it takes here."""
    found = _in_force(subject)
    known = {entry.code: gate_of(entry) for entry in all_current(GATE_KIND, today())}
    over: dict[str, tuple[Gate, ...]] = {}
    for code in sorted(found.beaten):
        winner = found.standing_for(code)
        over[winner] = (*over.get(winner, ()), *((known[code],) if code in known else ()))
    return over


def problems_at(subject: Subject, step: Step, values: Mapping[str, Value] | None = None) -> list[Problem]:
    """What keeps a step closed, all of it, each with its gate and what to do."""
    lines = checklist(subject, step, values)
    return [wording.not_met(line.gate, one) for line in lines for one in line.open_inputs]


def decision_workdays(subject: Subject, step: Step) -> int:
    """Working days in which a step is decided: what the slowest of its gates grants."""
    return max((gate.workdays for gate in gates_at(subject, step)), default=0) or DECIDE_WITHIN


def has_role(subject: Subject, organisation_id: int | None, role: PartyRole) -> bool:
    return any(one.organisation_id == organisation_id and one.role is role for one in parties_of(subject))


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


def all_experts_oppose(subject: Subject, step: Step) -> bool:
    """Experts spoke on the decision that comes next, and none of them agrees even with changes."""
    said = [one for one in opinions_of(subject, step, next_round(subject, step)) if one.kind is OpinionKind.EXPERT]
    return bool(said) and all(one.stance is Stance.OPPOSE for one in said)


def expert_scores(subject: Subject, step: Step) -> list[int | None]:
    """What each expert gave for the next decision at a step; None where he gave no score."""
    return list(
        db.session.scalars(
            sa.select(Opinion.score).where(
                Opinion.subject_id == subject.id,
                Opinion.step == step,
                Opinion.round == next_round(subject, step),
                Opinion.kind == OpinionKind.EXPERT,
            )
        )
    )


def experts_at(subject: Subject, step: Step) -> int:
    """How many experts' opinions are on record for the next decision at a step."""
    return len(expert_scores(subject, step))


def panel_at(subject: Subject, step: Step) -> ScoredPanel | None:
    """How experts score at a step: the first of its gates that says so."""
    return next((gate.panel for gate in gates_at(subject, step) if gate.panel), None)


def countersigns_at(subject: Subject, step: Step, round_: int | None = None) -> list[Countersign]:
    """Who was asked to sign before the next decision at a step, or before that of a round, in order."""
    return list(
        db.session.scalars(
            sa.select(Countersign)
            .where(
                Countersign.subject_id == subject.id,
                Countersign.step == step,
                Countersign.round == (round_ or next_round(subject, step)),
                Countersign.state != SignState.VOID,
            )
            .order_by(Countersign.position)
        )
    )


# --- who gives an opinion --------------------------------------------------------------------------------------------


def registered_giver(code: str, written: str) -> Organisation | None:
    """The organisation of the register that was chosen, else whose present name or credit code was written."""
    text = written.strip()
    found = sa.or_(Organisation.name_zh == text, Organisation.uscc == text.upper())
    found = Organisation.code == code if code else found
    return db.session.scalars(sa.select(Organisation).where(found).order_by(Organisation.code).limit(1)).first()


def party_named(subject: Subject, written: str) -> Organisation | None:
    """The party that a text names, by a name of any time, by a short form of one or by its credit code."""
    parties = {one.organisation_id: one.organisation for one in parties_of(subject)}
    former = db.session.scalars(sa.select(OrganisationName).where(OrganisationName.organisation_id.in_(parties)))
    known = [(one, name) for one in parties.values() for name in (one.name_zh, one.name_en, one.uscc)]
    known += [(parties[one.organisation_id], name) for one in former for name in (one.name_zh, one.name_en)]
    whole = (party for party, name in known if names(written, name))
    return next(whole, None) or next((party for party, name in known if shortens(written, name)), None)


def group_of_party(subject: Subject, organisation: Organisation) -> Organisation | None:
    """The party that controls an organisation through a company, or is controlled by it."""
    parties = {one.organisation_id: one.organisation for one in parties_of(subject)}
    links = db.session.scalars(
        sa.select(ControlLink).where(
            ControlLink.through_company,
            sa.or_(
                sa.and_(ControlLink.controller_id.in_(parties), ControlLink.controlled_id == organisation.id),
                sa.and_(ControlLink.controlled_id.in_(parties), ControlLink.controller_id == organisation.id),
            ),
        )
    )
    held = (key for link in links for key in (link.controller_id, link.controlled_id) if key in parties)
    return next((parties[key] for key in held), None)


def employer_among_parties(subject: Subject, name: str) -> Organisation | None:
    """The party for which somebody of this name works or has worked."""
    parties = {one.organisation_id: one.organisation for one in parties_of(subject)}
    people = db.session.execute(
        sa.select(User.name, Membership.organisation_id)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id.in_(parties))
        .order_by(Membership.id)
    )
    return next((parties[row.organisation_id] for row in people if same(name, row.name)), None)


def opinions_wanted(subject: Subject, step: Step) -> int:
    """How many more experts' opinions the gates of a step ask for before its next decision."""
    gates = gates_at(subject, step)
    wanted = max((max(one.opinions, one.panel.least if one.panel else 0) for one in gates), default=0)
    return max(0, wanted - experts_at(subject, step))


# --- conditions that are owed ----------------------------------------------------------------------------------------


def obligations_of(subject: Subject) -> list[Obligation]:
    """Every condition of every decision on a subject, by due day."""
    return list(
        db.session.scalars(
            sa.select(Obligation)
            .where(Obligation.subject_id == subject.id)
            .options(joinedload(Obligation.owner), joinedload(Obligation.decision))
            .order_by(sa.func.coalesce(Obligation.postponed_to, Obligation.due_on), Obligation.id)
        )
    )


def open_obligations(subject: Subject) -> int:
    """How many conditions are not accepted yet, overdue or not."""
    return of_each(subject.id, _open_obligations) or 0


def _open_obligations(subjects: Collection[int]) -> dict[int, int]:
    counted = sa.select(Obligation.subject_id, sa.func.count(Obligation.id))
    open_ones = counted.where(Obligation.subject_id.in_(subjects), Obligation.state.in_(OWED))
    return dict(iter(db.session.execute(open_ones.group_by(Obligation.subject_id))))


def is_overdue(obligation: Obligation) -> bool:
    """Its day has passed, nothing was reported, and its time runs."""
    return obligation.state is ObligationState.OPEN and obligation.owed_until < today() and obligation.pause is None


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
