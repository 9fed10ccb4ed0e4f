"""Countersignatures before a decision: those a gate asks for, given in their order, void with their matter."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.audit import act
from app.core.actors import Actor, must
from app.core.clock import now
from app.core.db import db, serialise
from app.core.errors import NotAllowed, Problem, Refused, Stale, WrongState
from app.core.permissions import Permission, Side
from app.gates import queries, sign_wording
from app.gates.kinds import Body, SignState, Stance, Step
from app.gates.models import Countersign
from app.lifecycle.actions import ask_once, drop_tasks, finish_task, open_task
from app.organisations.models import Organisation, OrganisationKind, OrganisationState
from app.subjects.actions import consult, stand_for_side
from app.subjects.models import PartyRole, Subject

P, S = Permission, SignState
MOST_TEXT = 2000


@dataclass(frozen=True)
class Wanted:
    """Whose signature a gate asks for, and within how many working days."""

    gate: str
    body: Body
    workdays: int


@dataclass(frozen=True)
class Matter:
    """What is to be signed, with its digest, and the organisation that asks for the decision."""

    name: str
    digest: str
    proposer_org: int


def wanted_at(subject: Subject, step: Step) -> list[Wanted]:
    """The bodies that the gates of a step ask for, in order; each once, as the first gate has it."""
    found: dict[Body, Wanted] = {}
    for gate in queries.gates_at(subject, step):
        for body in gate.countersign:
            found.setdefault(body, Wanted(gate.head.code, body, gate.sign_workdays))
    return list(found.values())


def asked(subject: Subject, step: Step) -> list[Countersign]:
    """Who was asked for the decision that comes next, in order."""
    return queries.countersigns_at(subject, step)


def unsigned(subject: Subject, step: Step) -> list[Countersign]:
    """Who was asked and has not signed."""
    return [one for one in asked(subject, step) if one.state is not S.SIGNED]


def against(subject: Subject, step: Step) -> list[Countersign]:
    """Who signed that he disagrees."""
    return [one for one in asked(subject, step) if one.stance is Stance.OPPOSE]


# --- asking ----------------------------------------------------------------------------------------------------------


def ask(actor: Actor, subject: Subject, step: Step, matter: Matter, chosen: Mapping[Body, Organisation]) -> None:
    """The authority's officer names an organisation for each body that the gates want; the first is asked at once."""
    must(actor, P.COUNTERSIGN_ASK)
    serialise(f"countersign:{subject.code}")
    if not queries.has_role(subject, actor.organisation_id, PartyRole.COMPETENT_AUTHORITY):
        raise NotAllowed(sign_wording.not_authority())
    if asked(subject, step):
        raise WrongState(sign_wording.asked_already())
    wanted = wanted_at(subject, step)
    problems = list(_choice_problems(actor, subject, wanted, matter, chosen))
    if problems:
        raise Refused(problems)
    with act(actor, P.COUNTERSIGN_ASK, ref=subject.ref) as running:
        side, round_ = stand_for_side(actor, subject), queries.next_round(subject, step)
        for position, one in enumerate(wanted, 1):
            organisation = chosen[one.body]
            consult(subject, organisation)
            sign = Countersign(
                subject_id=subject.id,
                step=step,
                round=round_,
                position=position,
                body=one.body,
                gate=one.gate,
                about=matter.name,
                about_digest=matter.digest,
                workdays=one.workdays,
                organisation_id=organisation.id,
                proposer_org=matter.proposer_org,
                state=S.WAITING,
                asked_by=actor.user_id,
                asker_org=actor.organisation_id,
                asker_side=side,
                asked_at=now(),
            )
            db.session.add(sign)
        db.session.flush()
        running.note(step=step, round=round_, asked=[chosen[one.body].code for one in wanted], digest=matter.digest)
        finish_task(actor, subject, P.COUNTERSIGN_ASK, step.value)
        _ask_next(subject, step)


def may_sign_as(body: Body, organisation: Organisation, subject: Subject) -> bool:
    """Whether an organisation of the government can be asked as this body: it is of the place or of one above it, and
    the purse is spoken for by a finance department. The other bodies are named differently everywhere."""
    if organisation.state is not OrganisationState.ACTIVE or Side.MANAGEMENT not in organisation.sides:
        return False
    if not subject.region.path.startswith(organisation.region.path):
        return False
    return body is not Body.FINANCE or organisation.kind is OrganisationKind.FINANCE


def _choice_problems(
    actor: Actor, subject: Subject, wanted: list[Wanted], matter: Matter, chosen: Mapping[Body, Organisation]
) -> Iterator[Problem]:
    if not wanted:
        yield sign_wording.nobody_wanted()
    named: dict[int, Body] = {}
    for one in wanted:
        organisation = chosen.get(one.body)
        if organisation is None:
            yield sign_wording.nobody_chosen(one.body)
        elif organisation.id == matter.proposer_org:
            yield sign_wording.own_matter(one.body, organisation.name)
        elif organisation.id == actor.organisation_id:
            yield sign_wording.decides_itself(one.body, organisation.name)
        elif not may_sign_as(one.body, organisation, subject):
            yield sign_wording.not_that_body(one.body, organisation.name)
        elif named.setdefault(organisation.id, one.body) is not one.body:
            yield sign_wording.named_twice(one.body, organisation.name, named[organisation.id])


def _ask_next(subject: Subject, step: Step) -> None:
    """The first who still waits is asked, once everybody before him has signed. Part of a running act."""
    waiting = unsigned(subject, step)
    if not waiting or waiting[0].state is S.ASKED:
        return
    sign = waiting[0]
    sign.state = S.ASKED
    db.session.flush()
    open_task(subject, sign.organisation_id, P.COUNTERSIGN_SIGN, sign.workdays, item=sign.item)


# --- signing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signature:
    """What a body says to what its person has read."""

    stance: Stance
    text: str
    seen_digest: str


def sign(
    actor: Actor, subject: Subject, key: int, given: Signature, then: Callable[[], None] | None = None
) -> Countersign:
    """A body's person signs what he has read; the next body is asked. It is given once and never changed.

    `then` is what else comes of it when it was the last, inside the same act.
    """
    must(actor, P.COUNTERSIGN_SIGN)
    serialise(f"countersign:{subject.code}")
    found = db.session.get(Countersign, key, populate_existing=True)
    if found is None or found.subject_id != subject.id or found.organisation_id != actor.organisation_id:
        raise NotAllowed(sign_wording.not_asked())
    if found.state is not S.ASKED or found.round != queries.next_round(subject, found.step):
        raise WrongState(sign_wording.not_now(found.state))
    if given.seen_digest != found.about_digest:
        raise Stale(sign_wording.changed_since())
    problems = list(_signature_problems(actor, subject, found, given))
    if problems:
        raise Refused(problems)
    with act(actor, P.COUNTERSIGN_SIGN, ref=subject.ref) as running:
        running.note(step=found.step, body=found.body, stance=given.stance, digest=found.about_digest)
        found.signer_side = stand_for_side(actor, subject)
        found.stance, found.text = given.stance, given.text.strip()
        found.signed_by, found.signed_at, found.state = actor.user_id, now(), S.SIGNED
        db.session.flush()
        finish_task(actor, subject, P.COUNTERSIGN_SIGN, item=found.item)
        _ask_next(subject, found.step)
        if then is not None and not unsigned(subject, found.step):
            then()
    return found


def _signature_problems(actor: Actor, subject: Subject, found: Countersign, given: Signature) -> Iterator[Problem]:
    if given.stance is not Stance.SUPPORT and not given.text.strip():
        yield sign_wording.reason_missing(given.stance)
    if len(given.text.strip()) > MOST_TEXT:
        yield sign_wording.too_long()
    if found.asked_by == actor.user_id:
        yield sign_wording.asked_himself()
    if any(one.signed_by == actor.user_id for one in asked(subject, found.step)):
        yield sign_wording.signed_for_another()


# --- ending ----------------------------------------------------------------------------------------------------------


def make_void(actor: Actor, subject: Subject, step: Step) -> None:
    """What was to be signed is withdrawn: every signature is void, nobody is asked any more. Part of a running act."""
    for one in asked(subject, step):
        _end(actor, subject, one)
    drop_tasks(actor, subject, (P.COUNTERSIGN_ASK,), item=step.value)


def drop_unsigned(actor: Actor, subject: Subject, step: Step) -> None:
    """What is returned or refused needs no more signatures; those that were given stay. Part of a running act."""
    for one in unsigned(subject, step):
        _end(actor, subject, one)


def _end(actor: Actor, subject: Subject, one: Countersign) -> None:
    drop_tasks(actor, subject, (P.COUNTERSIGN_SIGN,), item=one.item)
    one.state = S.VOID
    db.session.flush()


def ask_for_signatures(subject: Subject, step: Step, organisation_id: int, workdays: int) -> bool:
    """Opens the authority's task to ask for signatures where the gates want some; says whether they do.

    Part of a running act.
    """
    if not wanted_at(subject, step) or asked(subject, step):
        return False
    ask_once(subject, organisation_id, P.COUNTERSIGN_ASK, workdays, item=step.value)
    return True


def problems_before(actor: Actor, subject: Subject, step: Step, reason: str) -> Iterator[Problem]:
    """What stands against letting a step through: a signature is missing, or a body disagrees and nobody says why."""
    for one in unsigned(subject, step):
        yield sign_wording.unsigned(one)
    if not reason.strip():
        for one in against(subject, step):
            yield sign_wording.against(one)
    if any(one.signed_by == actor.user_id for one in asked(subject, step)):
        yield sign_wording.signed_himself()
