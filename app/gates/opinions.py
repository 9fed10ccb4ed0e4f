"""Opinions before a decision: recorded by the authority, of experts who stand outside the project, never changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from app.audit import act
from app.core.actors import Actor, must
from app.core.clock import now
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused
from app.core.permissions import Permission
from app.evidence.actions import attach
from app.gates import queries, wording
from app.gates.kinds import OpinionKind, Stance, Step
from app.gates.models import AUTHORITY_STEPS, Opinion, OpinionScore
from app.gates.naming import same
from app.lifecycle.actions import finish_task
from app.organisations.models import Organisation
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole, Subject

P = Permission
# Whoever speaks for himself; a department speaks for its office, which may be a party.
OUTSIDE = frozenset({OpinionKind.EXPERT, OpinionKind.ASSESSOR})


@dataclass(frozen=True)
class OpinionFacts:
    """What somebody outside said, as an officer of the authority records it.

    `giver_code` names his organisation in the register, where it stands there; `independent` is his statement that he
    has no interest in any party.
    """

    step: Step
    kind: OpinionKind
    giver_name: str
    giver_organisation: str
    stance: Stance
    score: int | None
    text: str
    giver_code: str = ""
    independent: bool = False
    # Points by criterion where the panel of a gate asks for them; their sum is then the score.
    scores: tuple[tuple[str, int], ...] = ()


def opine(
    actor: Actor,
    subject: Subject,
    facts: OpinionFacts,
    upload: FileStorage | None = None,
    then: Callable[[], None] | None = None,
) -> Opinion:
    """An officer of the authority records an opinion for the decision that comes next; it is never changed.

    `then` is what else comes of it, inside the same act.
    """
    must(actor, P.PROJECT_OPINE)
    if not queries.has_role(subject, actor.organisation_id, PartyRole.COMPETENT_AUTHORITY):
        raise NotAllowed(wording.not_decider(P.PROJECT_OPINE.label, PartyRole.COMPETENT_AUTHORITY.label))
    giver = queries.registered_giver(facts.giver_code, facts.giver_organisation)
    problems = [*_opinion_problems(subject, facts, giver), *_not_outside(subject, facts, giver, upload)]
    problems += _score_problems(subject, facts)
    if problems:
        raise Refused(problems)
    with act(actor, P.PROJECT_OPINE, ref=subject.ref) as running:
        opinion = _opinion(actor, subject, facts, giver)
        kept = attach(actor, subject, upload, str(P.PROJECT_OPINE.label)) if upload else None
        opinion.sha256 = kept.sha256 if kept else None
        opinion.scores = _scores(subject, facts)
        opinion.score = sum(one.score for one in opinion.scores) if opinion.scores else facts.score
        db.session.add(opinion)
        running.note(step=facts.step, round=opinion.round, giver=opinion.giver_name, stance=facts.stance)
        db.session.flush()
        if not queries.opinions_wanted(subject, facts.step):
            finish_task(actor, subject, P.PROJECT_OPINE)
        if then is not None:
            then()
    return opinion


def _opinion(actor: Actor, subject: Subject, facts: OpinionFacts, giver: Organisation | None) -> Opinion:
    return Opinion(
        subject_id=subject.id,
        step=facts.step,
        round=queries.next_round(subject, facts.step),
        kind=facts.kind,
        giver_name=facts.giver_name.strip(),
        giver_organisation=facts.giver_organisation.strip() or (giver.name_zh if giver else ""),
        giver_org=giver.id if giver else None,
        independent=facts.independent,
        stance=facts.stance,
        text=facts.text.strip(),
        recorded_by=actor.user_id,
        recorder_org=actor.organisation_id,
        recorder_side=stand_for_side(actor, subject),
        recorded_at=now(),
    )


def _scores(subject: Subject, facts: OpinionFacts) -> list[OpinionScore]:
    """The points that an expert of a panel gave, by criterion."""
    panel = queries.panel_at(subject, facts.step)
    if panel is None or facts.kind is not OpinionKind.EXPERT:
        return []
    given = dict(facts.scores)
    return [OpinionScore(criterion=one.code, score=given[one.code], most=one.most) for one in panel.criteria]


def _score_problems(subject: Subject, facts: OpinionFacts) -> Iterator[Problem]:
    """Where a gate asks for scores, an expert scores everything that it names, within its points."""
    panel = queries.panel_at(subject, facts.step)
    if panel is None or facts.kind is not OpinionKind.EXPERT:
        return
    if not panel.criteria:
        if facts.score is None or facts.score > panel.most:
            yield wording.score_wanted(panel.most)
        return
    given = dict(facts.scores)
    for one in panel.criteria:
        if not 0 <= given.get(one.code, -1) <= one.most:
            yield wording.criterion_unscored(one)


def _opinion_problems(subject: Subject, facts: OpinionFacts, giver: Organisation | None) -> Iterator[Problem]:
    if facts.step not in AUTHORITY_STEPS:
        yield wording.no_opinions_here(facts.step.label)
    for place in ("giver_name", "giver_organisation", "text"):
        if not getattr(facts, place).strip() and not (place == "giver_organisation" and giver):
            yield wording.opinion_empty(place)
    if facts.score is not None and not 0 <= facts.score <= 100:
        yield wording.score_out_of_range()
    organisation = facts.giver_organisation.strip() or (giver.name_zh if giver else "")
    known = queries.opinions_of(subject, facts.step, queries.next_round(subject, facts.step))
    if any(same_giver(one, facts.kind, facts.giver_name, organisation) for one in known):
        yield wording.opinion_twice(facts.giver_name.strip())


def same_giver(known: Opinion, kind: OpinionKind, name: str, organisation: str) -> bool:
    """Two experts of one name are taken for one, however their organisation is written: a panel is counted by heads."""
    if not same(known.giver_name, name):
        return False
    is_expert = OpinionKind.EXPERT in {kind, known.kind}
    return is_expert or same(known.giver_organisation, organisation)


def _not_outside(
    subject: Subject, facts: OpinionFacts, giver: Organisation | None, upload: FileStorage | None
) -> Iterator[Problem]:
    """An expert is nobody of a party, nor of its group, and says so himself."""
    if facts.kind not in OUTSIDE:
        return
    if not facts.independent:
        yield wording.independence_unstated()
    party = queries.party_named(subject, giver.name_zh if giver else "")
    party = party or queries.party_named(subject, facts.giver_organisation)
    group = queries.group_of_party(subject, giver) if giver and not party else None
    employer = queries.employer_among_parties(subject, facts.giver_name)
    if party:
        yield wording.of_a_party(party.name)
    elif group:
        yield wording.of_its_group(group.name)
    elif employer and (giver is None or upload is None):
        yield wording.namesake(facts.giver_name.strip(), employer.name)
