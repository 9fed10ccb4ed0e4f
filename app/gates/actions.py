"""Acts at gates: a step is decided on what is known, and conditions become owed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.audit.acts import current_act
from app.calendars.queries import workdays_left
from app.catalogues.models import CatalogueEntry
from app.catalogues.reading import Bilingual
from app.conditions.facts import Value
from app.core.actors import Actor
from app.core.canonical import canonical_json, digest_both
from app.core.clock import now, today
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused
from app.core.permissions import Permission
from app.gates import countersigning, wording
from app.gates.checking import judge
from app.gates.kinds import Step, Verdict
from app.gates.models import AUTHORITY_STEPS, Decision, Obligation, decider_of
from app.gates.queries import all_experts_oppose, entries_at, gate_of, has_role, known_at, next_round
from app.gates.workflow import may_owe
from app.lifecycle.actions import open_task
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole, Subject
from app.subjects.queries import parties_of

P = Permission
MOST_TEXT = 2000


@dataclass(frozen=True)
class ConditionFacts:
    """One condition of a decision: what must be done, by which party, until when."""

    text: str
    owner_id: int
    due_on: date


@dataclass(frozen=True)
class Ruling:
    """What is decided. `notice` is everything that is missing, told at once with a return."""

    verdict: Verdict
    reason: str = ""
    notice: tuple[str, ...] = ()
    conditions: tuple[ConditionFacts, ...] = ()


@dataclass(frozen=True)
class About:
    """What is decided on (a version, a round) with its digest, and who asked for it."""

    name: str
    digest: str
    proposed_by: int
    proposer_org: int


# --- deciding --------------------------------------------------------------------------------------------------------


def record_decision(
    actor: Actor,
    subject: Subject,
    step: Step,
    ruling: Ruling,
    about: About,
    values: Mapping[str, Value] | None = None,
) -> Decision:
    """Writes down a decision with the rules and facts of this moment; its conditions become owed.

    Part of a running act. Whether the gates are met is for the caller to ask; who may decide is asked here.
    """
    _refuse_wrong_decider(actor, subject, step, about)
    _refuse_wrong_ruling(actor, subject, step, ruling)
    known = known_at(subject, step, values)
    facts = canonical_json(known)
    # After a decision no signature changes any more.
    countersigning.drop_unsigned(actor, subject, step)
    decision = Decision(
        subject_id=subject.id,
        step=step,
        round=next_round(subject, step),
        gates=_gates_as_they_stand(entries_at(subject, step), known),
        facts=facts,
        facts_digest=digest_both(facts.encode()).sha256,
        **_ruled(ruling),
        **_asked(about),
        decided_by=actor.user_id,
        decider_org=actor.organisation_id,
        decider_side=stand_for_side(actor, subject),
        decider_role=decider_of(step),
        decided_at=now(),
    )
    db.session.add(decision)
    db.session.flush()
    _oblige(subject, decision, ruling.conditions)
    current_act(db.session()).note(step=step, round=decision.round, verdict=ruling.verdict, facts=decision.facts_digest)
    return decision


def _ruled(ruling: Ruling) -> dict[str, Any]:
    told = [line.strip() for line in ruling.notice if line.strip()]
    points = len(told) if ruling.verdict is Verdict.RETURNED else 0
    reason, notice = ruling.reason.strip(), canonical_json(told)
    return {"verdict": ruling.verdict, "reason": reason, "notice": notice, "points": points}


def _asked(about: About) -> dict[str, Any]:
    return {
        "about": about.name,
        "about_digest": about.digest,
        "proposed_by": about.proposed_by,
        "proposer_org": about.proposer_org,
    }


def _refuse_wrong_decider(actor: Actor, subject: Subject, step: Step, about: About) -> None:
    """Four eyes in words, before the database says it (I8)."""
    role = decider_of(step)
    problems = []
    if not has_role(subject, actor.organisation_id, role):
        problems.append(wording.not_decider(step.label, role.label))
    elif step in AUTHORITY_STEPS and about.proposer_org == actor.organisation_id:
        problems.append(wording.same_organisation(step.label))
    if about.proposed_by == actor.user_id:
        problems.append(wording.same_person(step.label))
    if problems:
        raise NotAllowed(problems)


def _refuse_wrong_ruling(actor: Actor, subject: Subject, step: Step, ruling: Ruling) -> None:
    problems = list(_ruling_problems(subject, ruling))
    if ruling.verdict.lets_through:
        problems += countersigning.problems_before(actor, subject, step, ruling.reason)
        if not ruling.reason.strip() and step is Step.APPROVE and all_experts_oppose(subject, step):
            problems.append(wording.against_experts())
    if problems:
        raise Refused(problems)


def _ruling_problems(subject: Subject, ruling: Ruling) -> Iterator[Problem]:
    told = [line for line in ruling.notice if line.strip()]
    if not ruling.verdict.lets_through and not ruling.reason.strip():
        yield wording.reason_missing()
    if ruling.verdict is Verdict.RETURNED and not told:
        yield wording.notice_missing()
    if ruling.verdict is Verdict.CONDITIONAL:
        yield from _condition_problems(subject, ruling.conditions)
    elif ruling.conditions:
        yield wording.conditions_unfit()


def _condition_problems(subject: Subject, conditions: tuple[ConditionFacts, ...]) -> Iterator[Problem]:
    if not conditions:
        yield wording.conditions_missing()
    if not any(one.role is PartyRole.COMPETENT_AUTHORITY for one in parties_of(subject)):
        yield wording.nobody_accepts()
    able = {one.organisation_id for one in parties_of(subject) if may_owe(one)}
    for number, one in enumerate(conditions, 1):
        if not 0 < len(one.text.strip()) <= MOST_TEXT:
            yield wording.condition_text(number)
        if one.due_on <= today():
            yield wording.condition_due(number, one.due_on)
        if one.owner_id not in able:
            yield wording.condition_owner(number)


def _oblige(subject: Subject, decision: Decision, conditions: tuple[ConditionFacts, ...]) -> None:
    """Each condition is owed by its party until its day."""
    if not conditions:
        return
    counted = sa.select(sa.func.count(Decision.id)).where(Decision.subject_id == subject.id)
    ordinal = db.session.scalar(counted) or 0
    for number, one in enumerate(conditions, 1):
        code = f"TJ-{subject.code}-{ordinal}-{number}"
        db.session.add(
            Obligation(
                code=code,
                decision_id=decision.id,
                subject_id=subject.id,
                number=number,
                text=one.text.strip(),
                owner_id=one.owner_id,
                due_on=one.due_on,
            )
        )
        open_task(subject, one.owner_id, P.OBLIGATION_REPORT, max(1, workdays_left(one.due_on)), item=code)
    db.session.flush()
    db.session.expire(decision, ["obligations"])


def _gates_as_they_stand(entries: list[CatalogueEntry], known: Mapping[str, Value]) -> str:
    """The versions of the gates and how each input stood, as canonical text."""
    lines = judge([gate_of(entry) for entry in entries], known)
    return canonical_json(
        [
            {
                "code": entry.code,
                "version": entry.version,
                "digest": entry.digest,
                "inputs": [
                    {
                        "code": one.input.code,
                        "name": _plain(one.input.name),
                        "lacking": _plain(one.words),
                        "condition": one.input.condition.text,
                        "met": one.met,
                        "missing": one.missing,
                    }
                    for one in line.inputs
                ],
            }
            for entry, line in zip(entries, lines, strict=True)
        ]
    )


def _plain(text: Bilingual) -> dict[str, str]:
    return {"zh": str(text.zh), "en": text.en}
