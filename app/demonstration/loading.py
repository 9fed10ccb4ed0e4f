"""Loads the demonstration: plans everything, then lets it happen in order of time, each act at its own moment."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import islice
from random import Random

import sqlalchemy as sa

from app.accounts.models import AccountState, Membership, User
from app.audit.heads import seal
from app.audit.verifier import Verdict, verify
from app.catalogues.models import CatalogueEntry
from app.contracts.models import Contract
from app.core.actors import SYSTEM
from app.core.clock import clock, today
from app.core.db import db, unit_of_work
from app.core.permissions import Role
from app.demonstration import ledger, organisations, people
from app.demonstration.admissions import tell_admissions
from app.demonstration.contracts import Story
from app.demonstration.ledger import ServicePlan
from app.demonstration.ledger_elsewhere import tell_ledger
from app.demonstration.nights import keep_watch
from app.demonstration.organisations import OrganisationPlan
from app.demonstration.outlines import DRAWN_KEY, drawn_outlines, small_outlines
from app.demonstration.people import PersonPlan
from app.demonstration.performance import tell_performance
from app.demonstration.projects import ProjectOutline
from app.demonstration.projects_early import EARLY
from app.demonstration.projects_later import LATER
from app.demonstration.projects_story import tell_project
from app.demonstration.projects_taken_in import tell_intake
from app.demonstration.rules import tell_rules
from app.demonstration.story import Outline, plan_contract, tell
from app.demonstration.timeline import Days, Event, Timeline, at_work
from app.demonstration.world import World
from app.organisations.actions import load_regions
from app.organisations.models import Organisation, Region
from app.organisations.queries import all_regions
from app.projects.models import Project
from app.services.models import Service

# Contracts of the province beside those of the small size, and how many events share a transaction there.
DRAWN_CONTRACTS = 400
BATCH = 400
Report = Callable[[int, int], None]


class Size(StrEnum):
    """How much there is: a handful of organisations, or a whole province."""

    SMALL = "small"
    PROVINCE = "province"


class NotLoaded(RuntimeError):
    """The demonstration cannot be loaded here; the message says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """Everybody and everything before the first act."""

    organisations: list[OrganisationPlan]
    people: list[PersonPlan]
    services: list[ServicePlan]
    outlines: list[tuple[str, Outline]]
    projects: list[ProjectOutline]


@dataclass(frozen=True)
class SignIn:
    """An account that a visitor may use."""

    role: Role
    login: str
    name: str
    organisation: str


def is_empty() -> bool:
    """Whether nobody and nothing of a person's making is in the database (regions and catalogues may be)."""
    return not any(
        db.session.scalar(sa.select(sa.exists().where(kind.id > 0))) for kind in (User, Organisation, Contract)
    )


def load(size: Size, report: Report) -> Verdict:
    """Fills an empty database and returns what the check of the whole trail found."""
    _refuse_without_catalogues()
    with _undisturbed():
        _load(size, Days(today()), report)
    with unit_of_work():
        seal()
    return verify()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Everything that is made stays until the end: looking for what could be thrown away meanwhile is in vain."""
    gc.collect()
    gc.freeze()
    before = gc.get_threshold()
    gc.set_threshold(before[0] * 100, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _load(size: Size, days: Days, report: Report) -> None:
    world = World()
    with unit_of_work(), clock.at(at_work(days.nth(0), 0)):
        load_regions(SYSTEM)
        plan = make_plan(size, days)
        world.staff, world.seconds = people.staff_of(plan.people), people.seconds_of(plan.people)
        if size is Size.SMALL:
            # All or nothing: a load that is interrupted at its first start is simply repeated at the next.
            _play(world, arrange(plan, days), report)
    if size is Size.PROVINCE:
        _play_in_batches(world, arrange(plan, days), report)


def _refuse_without_catalogues() -> None:
    if not db.session.scalar(sa.select(sa.exists().where(CatalogueEntry.kind == "region_tree"))):
        raise NotLoaded("the catalogues are missing: run `flask catalog load` first")


def make_plan(size: Size, days: Days) -> Plan:
    """The whole plan, drawn from fixed seeds: the same for the same day and catalogues."""
    regions = {region.code: region for region in all_regions()}
    plans = organisations.small_government(regions)
    plans += organisations.firms(regions, organisations.SMALL_COMPANIES, organisations.SMALL_WATCHERS)
    services = ledger.small_ledger(days, Random("ledger"))
    if size is Size.PROVINCE:
        # After those of the small size, so that its people keep their names.
        plans = organisations.whole_province(plans, regions, Random("government"))
        services = ledger.province_ledger(plans, days, Random("more services"))
    outlines = [(f"S{place:02d}", one) for place, one in enumerate(small_outlines(_by_owner(services)), start=1)]
    if size is Size.PROVINCE:
        outlines += _drawn(plans, services, days)
    return Plan(plans, people.plan_people(plans, days), services, outlines, [*EARLY, *LATER])


def _by_owner(services: list[ServicePlan]) -> dict[str, list[ServicePlan]]:
    owned: dict[str, list[ServicePlan]] = {}
    for service in services:
        owned.setdefault(service.owner, []).append(service)
    return owned


def _drawn(plans: list[OrganisationPlan], services: list[ServicePlan], days: Days) -> list[tuple[str, Outline]]:
    clients = [plan for plan in plans if plan.is_client]
    operators = [plan.key for plan in plans if plan.key.startswith("QY-") and plan.key != organisations.SUIHENG]
    drawn = drawn_outlines(DRAWN_CONTRACTS, clients, operators, _by_owner(services), days)
    return [(f"{DRAWN_KEY}{place:04d}", one) for place, one in enumerate(drawn)]


def arrange(plan: Plan, days: Days) -> Timeline:
    """Everything that happens, with its moment."""
    timeline, random = Timeline(), Random("timeline")
    authority = plan.organisations[0]
    timeline.add(at_work(days.nth(0), 1), partial(people.install, authority, plan.people))
    organisations.register(plan.organisations, timeline, days, random)
    people.enrol(plan.people, timeline, days, random)
    ledger.register(plan.services, timeline, random)
    _keep_ledger(plan, timeline, days, random)
    clients = {one.key: one for one in plan.organisations}
    contracts = [plan_contract(key, outline, clients[outline.client], days) for key, outline in plan.outlines]
    tell_admissions(contracts, timeline, days)
    for contract, (_key, outline) in zip(contracts, plan.outlines, strict=True):
        tell(Story(contract, timeline, days), outline)
        tell_performance(contract, timeline, days)
    for place, project in enumerate(plan.projects, start=1):
        tell_project(place, project, timeline, days)
    tell_intake(timeline, days)
    tell_ledger(timeline, days)
    tell_rules(timeline, days)
    keep_watch(timeline, days)
    return timeline


def _keep_ledger(plan: Plan, timeline: Timeline, days: Days, random: Random) -> None:
    """A few services are described better, and one that no present contract needs is retired."""
    owned = _by_owner(plan.services)
    for owner, place in ((organisations.CENTRE, 0), ("ZF-44-04", 1), ("ZF-4401-14", 0)):
        ledger.keep_up(owned[owner][place], days.nth(90), timeline, random)
    ledger.retire(owned[organisations.CENTRE][11], days.ago(60), timeline, random)


def _play(world: World, events: Timeline, report: Report) -> None:
    for done, event in enumerate(events, start=1):
        _happen(world, event)
        report(done, len(events))


def _play_in_batches(world: World, timeline: Timeline, report: Report) -> None:
    events, done = iter(timeline), 0
    while batch := list(islice(events, BATCH)):
        with unit_of_work():
            for event in batch:
                _happen(world, event)
        world.let_go()
        done += len(batch)
        report(done, len(timeline))


def _happen(world: World, event: Event) -> None:
    with clock.at(event.at):
        event.do(world)


def sign_ins() -> Iterator[SignIn]:
    """The accounts to try, as far as they are in the database and may sign in: every role, those with work to do."""
    days = Days(today())
    regions = {region.code: region for region in all_regions()}
    if not regions:
        return
    plan = make_plan(Size.SMALL, days)
    present = _active_people()
    for person in (one for one in plan.people if one.listed):
        for post in person.posts:
            organisation = present.get((person.login, post.organisation))
            if organisation is not None:
                yield SignIn(post.roles[0], person.login, person.name.zh, organisation)


def _active_people() -> dict[tuple[str, str], str]:
    """Names of organisations by the logins and codes of those who work there."""
    rows = db.session.execute(
        sa.select(User.login, Organisation.code, Organisation.name_zh)
        .join(Membership, Membership.user_id == User.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(User.state == AccountState.ACTIVE, Membership.valid_until.is_(None))
    )
    return {(row.login, row.code): row.name_zh for row in rows}


def counts() -> dict[str, int]:
    """How many things of each kind there are."""
    kinds = {
        "regions": Region,
        "organisations": Organisation,
        "people": User,
        "services": Service,
        "contracts": Contract,
        "projects": Project,
    }
    return {name: db.session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0 for name, kind in kinds.items()}
