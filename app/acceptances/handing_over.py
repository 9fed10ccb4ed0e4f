"""Acts of a handover: open it, settle it, deliver, receive, send back, take over, witness, conclude."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from app.acceptances import terms, wording
from app.acceptances.concluding import step_problems
from app.acceptances.content import Conclusion, handover_content, sealed, seen_digest
from app.acceptances.going_on import alone_with_handover
from app.acceptances.handover_file import HANDOVER_KIND, Deliverer, ListedThing
from app.acceptances.handover_models import Handover, HandoverEntry, HandoverItem
from app.acceptances.kinds import Deed, HandoverClass, HandoverItemState, HandoverState
from app.acceptances.material import NOTHING, Material, keep
from app.acceptances.queries import DELIVERING, handover_of, holders, role_of
from app.acceptances.workflow import HANDOVER_WORKFLOW
from app.audit import act
from app.catalogues.queries import all_current, parsed
from app.conditions.gathering import divisions_of, practice_of
from app.conditions.jurisdiction import in_force_at
from app.core.actors import Actor, must
from app.core.clock import now, today
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused, Stale, WrongState
from app.core.permissions import Permission
from app.gates.actions import About, Ruling
from app.gates.kinds import Stance, Step, Verdict
from app.lifecycle.actions import ask_once, drop_tasks, finish_task, open_task
from app.projects.kinds import ProjectKind, ProjectState
from app.projects.models import Project
from app.projects.steps import alone, take
from app.subjects.actions import stand_for_side
from app.subjects.models import PartyRole

P, I = Permission, HandoverItemState  # noqa: E741
R = PartyRole


@dataclass(frozen=True)
class ThingFacts:
    """What the client's officer writes about an item."""

    category: HandoverClass
    text: str
    deliverer_id: int | None
    takes_over: bool


@dataclass(frozen=True)
class _Turn:
    """A deed: whose permission, in which states of the item, as whom, and the state that follows (None: the same)."""

    permission: Permission
    sources: frozenset[HandoverItemState]
    roles: tuple[PartyRole, ...]
    target: HandoverItemState | None


TURNS: dict[Deed, _Turn] = {
    Deed.DELIVERED: _Turn(P.HANDOVER_DELIVER, frozenset({I.WAITING, I.SENT_BACK}), DELIVERING, I.DELIVERED),
    Deed.RECEIVED: _Turn(P.HANDOVER_RECEIVE, frozenset({I.DELIVERED}), (R.CLIENT,), I.RECEIVED),
    Deed.SENT_BACK: _Turn(P.HANDOVER_RECEIVE, frozenset({I.DELIVERED}), (R.CLIENT,), I.SENT_BACK),
    Deed.TAKEN_OVER: _Turn(P.HANDOVER_TAKE_OVER, frozenset({I.RECEIVED}), (R.OPERATOR,), I.TAKEN_OVER),
    Deed.WITNESSED: _Turn(
        P.HANDOVER_WITNESS, frozenset({I.DELIVERED, I.SENT_BACK, I.RECEIVED, I.TAKEN_OVER}), (R.SUPERVISOR,), None
    ),
}


def may_open(project: Project) -> bool:
    """Accepted, or approved where nothing is built."""
    if project.state is ProjectState.APPROVED:
        return project.current.kind is ProjectKind.MAINTAIN
    return project.state is ProjectState.ACCEPTED


# --- opening and settling --------------------------------------------------------------------------------------------


def open_handover(actor: Actor, project: Project) -> Handover:
    """The client's officer opens the handover with everything that the list names."""
    must(actor, P.HANDOVER_OPEN)
    if role_of(actor, project.subject, R.CLIENT) is None:
        raise NotAllowed(wording.not_the_client(P.HANDOVER_OPEN))
    alone(project)
    if not may_open(project):
        raise WrongState(wording.not_to_hand_over(project.state))
    listed = things_for(project)
    _refuse_opening(project, listed)
    with act(actor, P.HANDOVER_OPEN, ref=project.ref) as running:
        stand_for_side(actor, project.subject)
        made = Handover(
            code=f"YJ-{project.code}",
            project_id=project.id,
            subject_id=project.subject_id,
            opened_by=actor.user_id,
            opener_org=actor.organisation_id,
            opened_at=now(),
        )
        running.note(handover=made.code)
        db.session.add(made)
        db.session.flush()
        for number, thing in enumerate(listed, 1):
            db.session.add(_item_of(made, number, thing))
        db.session.flush()
        db.session.expire(made, ["items"])
        finish_task(actor, project.subject, P.HANDOVER_OPEN)
        for organisation_id in sorted({one.deliverer_id for one in made.items}):
            open_task(project.subject, organisation_id, P.HANDOVER_DELIVER, terms.DELIVER_WITHIN, item=made.code)
    return made


def things_for(project: Project) -> list[ListedThing]:
    """What is to be handed over where the project lies, by code."""
    divisions = divisions_of(project.subject)
    found: list[ListedThing] = [parsed(entry) for entry in all_current(HANDOVER_KIND, today())]
    return list(in_force_at(found, divisions, practice_of(project.subject), lambda one: one.head).rules)


def _refuse_opening(project: Project, listed: list[ListedThing]) -> None:
    problems = []
    present = handover_of(project)
    if present is not None:
        problems.append(wording.handed_over_once(present.code))
    if not holders(project.subject, *DELIVERING):
        problems.append(wording.nobody_delivers())
    if not listed:
        problems.append(wording.nothing_listed())
    if problems:
        raise Refused(problems)


def _item_of(made: Handover, number: int, thing: ListedThing) -> HandoverItem:
    subject = made.project.subject
    builders, operators = holders(subject, R.BUILDER), holders(subject, R.OPERATOR)
    preferred = builders or operators if thing.deliverer is Deliverer.BUILDER else operators or builders
    client = holders(subject, R.CLIENT)[0]
    operates_itself = preferred[0].id in {one.id for one in operators}
    return HandoverItem(
        handover_id=made.id,
        subject_id=made.subject_id,
        number=number,
        category=thing.category,
        entry_code=thing.head.code,
        # Records of a project are kept in Chinese, whatever language the person who opens the handover reads.
        text=thing.text.zh,
        deliverer_id=preferred[0].id,
        receiver_id=client.id,
        # Whoever built it and operates it has it already.
        takes_over=thing.takes_over and not operates_itself,
    )


def set_item(actor: Actor, handover: Handover, item: HandoverItem | None, facts: ThingFacts) -> HandoverItem:
    """Adds an item, or changes one on which nothing was done yet."""
    _settle(actor, handover, item)
    subject = handover.project.subject
    problems = [] if facts.text.strip() else [Problem(_("请写明移交什么。"), place="text")]
    if facts.deliverer_id not in {one.id for one in holders(subject, *DELIVERING)}:
        problems.append(wording.not_a_deliverer())
    if problems:
        raise Refused(problems)
    with act(actor, P.HANDOVER_OPEN, ref=handover.project.ref) as running:
        stand_for_side(actor, subject)
        running.note(handover=handover.code)
        if item is None:
            last = max((one.number for one in handover.items), default=0)
            item = HandoverItem(handover_id=handover.id, subject_id=handover.subject_id, number=last + 1)
            item.receiver_id = holders(subject, R.CLIENT)[0].id
            db.session.add(item)
        item.category, item.text, item.takes_over = facts.category, facts.text.strip(), facts.takes_over
        item.deliverer_id = facts.deliverer_id or 0
        ask_once(subject, item.deliverer_id, P.HANDOVER_DELIVER, terms.DELIVER_WITHIN, handover.code)
    db.session.expire(handover, ["items"])
    return item


def remove_item(actor: Actor, handover: Handover, item: HandoverItem, reason: str) -> None:
    """Takes an item off on which nothing was done yet; the trail keeps what it was and why it went."""
    _settle(actor, handover, item)
    problems = [wording.last_item()] if len(handover.items) == 1 else []
    if not reason.strip():
        problems.append(wording.removal_without_reason())
    if problems:
        raise Refused(problems)
    with act(actor, P.HANDOVER_OPEN, ref=handover.project.ref, reason=reason.strip()) as running:
        stand_for_side(actor, handover.project.subject)
        running.note(handover=handover.code, item=item.number, removed=item.text[:200])
        db.session.delete(item)
    db.session.expire(handover, ["items"])


def _settle(actor: Actor, handover: Handover, item: HandoverItem | None) -> None:
    HANDOVER_WORKFLOW.check(actor, handover, P.HANDOVER_OPEN)
    alone_with_handover(handover)
    if item is not None and item.entries:
        raise WrongState(wording.delivered_already(item.number))


# --- deeds on an item ------------------------------------------------------------------------------------------------


def deliver(actor: Actor, item: HandoverItem, text: str, material: Material) -> HandoverEntry:
    """The deliverer hands an item over, with a list or record of it."""
    if item.deliverer_id != actor.organisation_id and role_of(actor, item.handover.project.subject, *DELIVERING):
        raise NotAllowed(wording.not_the_deliverer(item.deliverer.name))
    return _do(actor, item, Deed.DELIVERED, text, material)


def receive(actor: Actor, item: HandoverItem, text: str, material: Material = NOTHING) -> HandoverEntry:
    """The client's officer has checked the item and takes it."""
    return _do(actor, item, Deed.RECEIVED, text, material)


def send_back(actor: Actor, item: HandoverItem, reason: str) -> HandoverEntry:
    """The client's officer does not take the item, and says why."""
    return _do(actor, item, Deed.SENT_BACK, reason, NOTHING)


def take_over(actor: Actor, item: HandoverItem, text: str, material: Material = NOTHING) -> HandoverEntry:
    """The operator's officer confirms that he has what he will run; the client received it and keeps owning it."""
    return _do(actor, item, Deed.TAKEN_OVER, text, material)


def witness(actor: Actor, item: HandoverItem, stance: Stance, text: str, material: Material = NOTHING) -> HandoverEntry:
    """The supervisor says whether what was handed over is what the list says."""
    return _do(actor, item, Deed.WITNESSED, text, material, stance)


def _do(
    actor: Actor, item: HandoverItem, deed: Deed, text: str, material: Material, stance: Stance | None = None
) -> HandoverEntry:
    turn, handover = TURNS[deed], item.handover
    project, subject = handover.project, handover.project.subject
    HANDOVER_WORKFLOW.check(actor, handover, turn.permission)
    alone_with_handover(handover)
    _refuse_deed(item, deed, text, material)
    with act(actor, turn.permission, ref=project.ref) as running:
        running.note(handover=handover.code, item=item.number, deed=deed)
        side = stand_for_side(actor, subject)
        made = HandoverEntry(
            item_id=item.id,
            handover_id=item.handover_id,
            subject_id=item.subject_id,
            number=len(item.entries) + 1,
            deed=deed,
            stance=stance,
            text=text.strip(),
            sha256=keep(actor, subject, material, _("移交材料")),
            done_by=actor.user_id,
            doer_org=actor.organisation_id,
            doer_side=side,
            doer_role=role_of(actor, subject, *turn.roles),
            done_at=now(),
        )
        db.session.add(made)
        # The guard on items asks for the deed, so that one is written first.
        db.session.flush()
        if turn.target is not None:
            item.state = turn.target
        db.session.flush()
        db.session.expire(item, ["entries"])
        _ask_next(actor, handover)
    return made


def _refuse_deed(item: HandoverItem, deed: Deed, text: str, material: Material) -> None:
    turn = TURNS[deed]
    if deed is Deed.TAKEN_OVER and not item.takes_over:
        raise WrongState(wording.no_take_over(item.number))
    if item.state not in turn.sources:
        allowed = _("、").join(str(state.label) for state in I if state in turn.sources)
        raise WrongState(wording.not_the_turn(item.state.label, allowed))
    problems = [] if text.strip() else [Problem(_("请写明情况。"), place="text")]
    if deed is Deed.DELIVERED and not material.is_given:
        problems.append(wording.delivery_without_evidence())
    if problems:
        raise Refused(problems)


def _ask_next(actor: Actor, handover: Handover) -> None:
    """Every side's task stands exactly while an item waits for it."""
    subject, items = handover.project.subject, handover.items
    owing = {one.deliverer_id for one in items if one.state in {I.WAITING, I.SENT_BACK}}
    for one in holders(subject, *DELIVERING):
        _ask(actor, handover, P.HANDOVER_DELIVER, one.id, one.id in owing)
    clients = [one.id for one in holders(subject, R.CLIENT)]
    handed, arrived = any(one.state is I.DELIVERED for one in items), all(one.is_done for one in items)
    for key in clients:
        _ask(actor, handover, P.HANDOVER_RECEIVE, key, handed)
        _ask(actor, handover, P.HANDOVER_CONCLUDE, key, arrived)
    taking = any(one.takes_over and one.state is I.RECEIVED for one in items)
    for one in holders(subject, R.OPERATOR):
        _ask(actor, handover, P.HANDOVER_TAKE_OVER, one.id, taking)
    unseen = any(one.entries and not _witnessed(one.entries) for one in items)
    for one in holders(subject, R.SUPERVISOR):
        _ask(actor, handover, P.HANDOVER_WITNESS, one.id, unseen)


def _witnessed(entries: Iterable[HandoverEntry]) -> bool:
    return any(one.deed is Deed.WITNESSED for one in entries)


_WITHIN = {
    P.HANDOVER_DELIVER: terms.DELIVER_WITHIN,
    P.HANDOVER_RECEIVE: terms.RECEIVE_WITHIN,
    P.HANDOVER_TAKE_OVER: terms.TAKE_OVER_WITHIN,
    P.HANDOVER_WITNESS: terms.WITNESS_WITHIN,
    P.HANDOVER_CONCLUDE: terms.HANDOVER_CONCLUDE_WITHIN,
}


def _ask(actor: Actor, handover: Handover, permission: Permission, organisation_id: int, owes: bool) -> None:
    subject = handover.project.subject
    if owes:
        ask_once(subject, organisation_id, permission, _WITHIN[permission], handover.code)
    elif organisation_id == actor.organisation_id:
        finish_task(actor, subject, permission, item=handover.code)


# --- the end ---------------------------------------------------------------------------------------------------------


def missing_items(handover: Handover) -> list[Problem]:
    """Every item that has not arrived."""
    return [
        wording.not_arrived(one.number, one.text, str(one.state.label)) for one in handover.items if not one.is_done
    ]


def conclude_handover(actor: Actor, handover: Handover, text: str, seen: str) -> Handover:
    """The client's signatory concludes: everything has arrived, and the project goes into operation today."""
    HANDOVER_WORKFLOW.check(actor, handover, P.HANDOVER_CONCLUDE, text)
    project = alone(handover.project)
    alone_with_handover(handover)
    if seen != seen_digest(handover):
        raise Stale(wording.something_changed())
    missing = missing_items(handover)
    if missing:
        raise Refused([*missing, *step_problems(project, Step.HAND_OVER, {})])
    with act(actor, P.HANDOVER_CONCLUDE, ref=project.ref, reason=text.strip()) as running:
        _seal(actor, handover, text.strip())
        running.note(handover=handover.code, sha256=handover.sha256, sm3=handover.sm3)
        about = About(handover.code, handover.sha256 or "", handover.opened_by, handover.opener_org)
        take(actor, project, Step.HAND_OVER, Ruling(Verdict.PASSED, reason=text.strip()), about)
        finish_task(actor, project.subject, P.HANDOVER_CONCLUDE, item=handover.code)
        drop_tasks(actor, project.subject, list(_WITHIN), item=handover.code)
    return handover


def _seal(actor: Actor, handover: Handover, text: str) -> None:
    side, moment = stand_for_side(actor, handover.project.subject), now()
    organisation = actor.identity.organisation_name if actor.identity else ""
    conclusion = Conclusion(HandoverState.CONCLUDED.value, text, actor.name, organisation, moment)
    handover.content, digests = sealed(handover_content(handover, conclusion))
    handover.sha256, handover.sm3 = digests.sha256, digests.sm3
    handover.concluded_by, handover.concluder_org = actor.user_id, actor.organisation_id
    handover.concluder_side, handover.concluder_role = side, R.CLIENT
    handover.concluded_at, handover.conclusion, handover.state = moment, text, HandoverState.CONCLUDED
    # The step is judged on what is on record, so the conclusion is written first.
    db.session.flush()
