"""Reads of purchases: those of a project, what is awarded and contracted, what may be spent, what falls due when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.calendars.queries import due_by, statutory
from app.calendars.working_time import DueDay
from app.catalogues.queries import all_current, parsed
from app.catalogues.reading import Head
from app.conditions.gathering import divisions_of, practice_of
from app.conditions.jurisdiction import in_force_at
from app.core.batches import of_each
from app.core.clock import today
from app.core.db import db
from app.procurement.budget import Limits, Spent, allowed, for_building, over_limit
from app.procurement.kinds import LIVE, SETTLED, ProcurementState, Purpose
from app.procurement.models import Procurement, ProcurementNotice
from app.procurement.supplements import Added, Room, room_of
from app.procurement.threshold_file import THRESHOLD_KIND
from app.procurement.timing import too_soon
from app.projects.kinds import DeclarationState, ProjectState
from app.projects.models import Declaration, Project
from app.subjects.models import Subject

# The rules of the statutory catalogue that a purchase is held to.
SIGN, FILE, PUBLISH = "DL01", "DL02", "DL03"
# Something may be bought from approval on until the end of operation; not while the project stands still.
BUYING = frozenset(
    {
        ProjectState.APPROVED,
        ProjectState.BUILDING,
        ProjectState.TRIAL,
        ProjectState.ACCEPTED,
        ProjectState.OPERATING,
        ProjectState.EVALUATING,
    }
)


def procurements_of(project: Project) -> list[Procurement]:
    """Every purchase of a project in the order in which they were planned."""
    return of_each(project.subject_id, _procurements) or []


def _procurements(subjects: Collection[int]) -> dict[int, list[Procurement]]:
    found = db.session.execute(
        sa.select(Project.subject_id, Procurement)
        .join(Project, Project.id == Procurement.project_id)
        .where(Project.subject_id.in_(subjects))
        .order_by(Procurement.number)
        .options(
            joinedload(Procurement.winner),
            joinedload(Procurement.recorder),
            joinedload(Procurement.awarder),
            joinedload(Procurement.confirmer),
        )
    )
    bought: dict[int, list[Procurement]] = {}
    for subject_id, one in found:
        bought.setdefault(subject_id, []).append(one)
    return bought


def procurement_of(project: Project, number: int) -> Procurement | None:
    """One purchase of a project by its number."""
    return db.session.scalar(
        sa.select(Procurement).where(Procurement.project_id == project.id, Procurement.number == number)
    )


def notices_of(procurement: Procurement) -> list[ProcurementNotice]:
    """Every notice of a purchase, the first one first, then its corrections."""
    return list(
        db.session.scalars(
            sa.select(ProcurementNotice)
            .where(ProcurementNotice.procurement_id == procurement.id)
            .order_by(ProcurementNotice.number)
            .options(joinedload(ProcurementNotice.recorder))
        )
    )


def original_for(project: Project, number: int) -> Procurement | None:
    """The purchase that one adds to by this number: of one that adds itself, what that adds to."""
    found = next((one for one in procurements_of(project) if one.number == number), None)
    return found.original if found is not None and found.original is not None else found


def originals_of(project: Project) -> list[Procurement]:
    """The purchases that may be added to: under contract, and adding to nothing themselves."""
    found = procurements_of(project)
    return [one for one in found if one.state is ProcurementState.CONTRACTED and one.adds_to_id is None]


def supplements_of(original: Procurement) -> list[Procurement]:
    """Every purchase that adds to this one, those that came to nothing too."""
    return [one for one in procurements_of(original.project) if one.adds_to_id == original.id]


def room_beside(original: Procurement, own: Added | None = None) -> Room:
    """What is added to the contract of a purchase: agreed, awarded or planned; what came to nothing counts no more."""
    live = (spent(one) for one in supplements_of(original) if one.state in LIVE)
    return room_of(original.contract_fen, [Added(one.number, one.fen) for one in live], own)


def awarded(project: Project, purpose: Purpose) -> list[Procurement]:
    """The purchases with a confirmed award that meet a purpose, by number."""
    return [one for one in procurements_of(project) if one.state in SETTLED and purpose in one.purpose.covers]


def purposes_met(found: list[Procurement], *states: ProcurementState) -> tuple[str, ...]:
    """What is bought by purchases in these states, as codes."""
    return tuple(sorted({purpose.value for one in found if one.state in states for purpose in one.purpose.covers}))


def approved_declaration(project: Project) -> Declaration:
    """The version that was approved; while there is none, the newest."""
    approved = [one for one in project.versions if one.state is DeclarationState.APPROVED]
    return approved[-1] if approved else project.current


# --- money -----------------------------------------------------------------------------------------------------------


def spent(one: Procurement) -> Spent:
    """A purchase as the budget sees it: what is agreed, or awarded, or only planned."""
    fen = one.contract_fen or (one.award_fen if one.state in SETTLED else None) or one.budget_fen
    adds_to = one.original.number if one.original is not None else None
    pays = paid_as(one.purpose, adds_to is not None)
    return Spent(one.number, pays.value, fen, one.budget_fen, one.term_months, adds_to)


def paid_as(purpose: Purpose, adds: bool) -> Purpose:
    """Whose budget pays: the share of operating stands with a first contract, what is added to it is for building."""
    return Purpose.BUILD if adds and purpose is Purpose.BUILD_AND_OPERATE else purpose


def limits_of(project: Project) -> Limits:
    """What the approved declaration allows to be spent."""
    declared = approved_declaration(project)
    return allowed(declared.design_budget_fen, declared.estimate_fen, declared.operating_budget_fen)


def over_budget(project: Project, found: list[Procurement]) -> int | None:
    """How many live purchases cost more than is approved for them; None while nothing approved is on record."""
    return over_limit([spent(one) for one in found if one.state in LIVE], limits_of(project))


def invested(project: Project, found: list[Procurement]) -> int:
    """What is under contract for building, in fen: operating is paid from its own yearly budget and does not count."""
    limits = limits_of(project)
    pays = [(one, paid_as(one.purpose, one.adds_to_id is not None)) for one in found]
    return sum(for_building(of.value, one.contract_fen or 0, one.term_months, limits) for one, of in pays)


def open_tender_threshold(subject: Subject) -> int | None:
    """From which amount on a purchase is put out to open tender where the subject lies; None where none is in force."""
    found = in_force_at(
        [parsed(entry) for entry in all_current(THRESHOLD_KIND, today())],
        divisions_of(subject),
        practice_of(subject),
        lambda one: one.head,
    )
    amounts: list[int] = [one.fen for one in found.rules]
    return min(amounts, default=None)


# --- deadlines -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DueLine:
    """One statutory deadline of a purchase: by when, when it was met, and how far its rule was verified."""

    rule: Head
    due: DueDay
    done_on: date | None

    @property
    def late(self) -> bool:
        return (self.done_on or today()) > self.due.day


def deadlines_of(procurement: Procurement) -> list[DueLine]:
    """What the law sets for a purchase from its award on: sign, publish, file."""
    if procurement.state not in SETTLED or procurement.award_on is None:
        return []
    found = [_line(SIGN, procurement.award_on, procurement.contract_signed_on)]
    if procurement.contract_signed_on is not None:
        found.append(_line(PUBLISH, procurement.contract_signed_on, procurement.published_on))
        found.append(_line(FILE, procurement.contract_signed_on, procurement.filed_on))
    return found


def _line(code: str, start: date, done_on: date | None) -> DueLine:
    return DueLine(statutory(code).head, due_by(code, start), done_on)


def short_notice(procurement: Procurement) -> bool:
    """A purchase whose suppliers had less time than the law gives them."""
    return too_soon(procurement.method, procurement.announced_on, procurement.bids_due_on)


def lacks_basis(procurement: Procurement) -> bool:
    """A single-source purchase without the reason, the publicity or the proof of it."""
    if not procurement.method.is_single_source:
        return False
    known = (
        procurement.single_source_basis,
        procurement.publicity_from,
        procurement.publicity_until,
        procurement.publicity_sha256,
    )
    return not all(known)
