"""What is on record of a contract's services around a period: as of when it is judged, the events, the files behind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.contracts.models import Contract, ContractService, ContractVersion
from app.core.clock import now
from app.core.db import UTCDateTime, db
from app.core.periods import Period
from app.figures.corrections import StandingEvents
from app.figures.kinds import EventStatus, Source, SubmissionKind, Verdict
from app.figures.measures import closed_periods
from app.figures.models import StatusEvent, Submission, Verification
from app.figures.queries import Event
from app.service_levels.measuring import IN_ORDER

CALM = [EventStatus(one.value) for one in IN_ORDER]
EVER, NEVER = datetime(1900, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Knowledge:
    """As of `at`: when the source had last delivered events (`told`), and by which submission (`newest`).

    A closed period is judged as of its closing (I9): what is delivered or decided later, for other periods, could
    otherwise still change it, by telling how an outage over its end went on or that nothing happened since.
    """

    at: datetime
    told: datetime
    newest: int
    closed: bool


def known(contract: Contract, period: Period, source: Source) -> Knowledge:
    closings = [
        one.closed_at for one in closed_periods(contract) if one.starts_at <= period.start and one.ends_at >= period.end
    ]
    at = min([*closings, now()])
    found: Any = db.session.execute(
        sa.select(sa.func.max(Submission.submitted_at), sa.func.max(Submission.id)).where(
            Submission.contract_id == contract.id,
            Submission.source == source,
            Submission.kind == SubmissionKind.EVENTS,
            Submission.submitted_at <= at,
        )
    ).one()
    return Knowledge(at, found[0] or EVER, found[1] or 0, bool(closings))


def events_around(
    contract: Contract, period: Period, source: Source, newest: int, only: int | None
) -> dict[int, list[Event]]:
    """Events by service in order: those of the period, and around it back and forth to where the service was not down,
    so that every outage is whole. Later submissions than `newest` are not read, corrections among them."""
    standing = StandingEvents(newest)
    told = (
        StatusEvent.contract_id == contract.id,
        StatusEvent.source == source,
        StatusEvent.submission_id <= newest,
    )
    bounds = _bounds(contract, period, (standing, told), only)
    since = sa.func.coalesce(bounds.c.since, sa.literal(EVER, UTCDateTime()))
    until = sa.func.coalesce(bounds.c.until, sa.literal(NEVER, UTCDateTime()))
    rows = db.session.execute(
        sa.select(*standing.columns)
        .select_from(standing.source)
        .join(bounds, bounds.c.service_id == StatusEvent.service_id)
        .where(*told, StatusEvent.at >= since, StatusEvent.at <= until)
        .order_by(StatusEvent.service_id, StatusEvent.at)
    )
    found: dict[int, list[Event]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(Event(*row))
    return found


def _bounds(contract: Contract, period: Period, events: tuple[StandingEvents, Iterable[Any]], only: int | None) -> Any:
    """Each service with the nearest moments outside the period at which it was not down; made once, not row by row."""
    standing, told = events
    services = (
        sa.select(ContractService.service_id)
        .join(ContractVersion, ContractVersion.id == ContractService.version_id)
        .where(
            ContractVersion.contract_id == contract.id,
            ContractService.service_id == only if only is not None else sa.true(),
        )
        .distinct()
        .subquery("services")
    )
    calm = (
        sa.select(StatusEvent.at)
        .select_from(standing.source)
        .where(*told, StatusEvent.service_id == services.c.service_id, standing.status.in_(CALM))
        .limit(1)
        .correlate(services)
    )
    before = calm.where(StatusEvent.at < period.start).order_by(StatusEvent.at.desc())
    after = calm.where(StatusEvent.at >= period.end).order_by(StatusEvent.at)
    bounds = sa.select(
        services.c.service_id, before.scalar_subquery().label("since"), after.scalar_subquery().label("until")
    )
    return bounds.cte("bounds").prefix_with("MATERIALIZED")


def basis_of(rows: Sequence[Event], period: Period) -> tuple[int, ...]:
    """The submissions that what is said of a period rests on."""
    first = next((place for place, one in enumerate(rows) if one.at >= period.start), len(rows))
    last = next((place for place, one in enumerate(rows) if one.at >= period.end), len(rows))
    # Back to what set the state at the start, and on to the begin of an outage that was running then.
    first = max(0, first - 1)
    while first > 0 and not _calm(rows[first]) and not _calm(rows[first - 1]):
        first -= 1
    while 0 < last < len(rows) and not _calm(rows[last - 1]):
        last += 1
    return tuple(sorted({one.submission_id for one in rows[first:last]}))


def _calm(event: Event) -> bool:
    return event.status in CALM


def verified_among(submissions: Iterable[int]) -> frozenset[int]:
    """Which of these submissions of events have "verified" as their newest verdict."""
    keys = sorted(set(submissions))
    newest = (
        sa.select(sa.func.max(Verification.id))
        .where(Verification.submission_id.in_(keys))
        .group_by(Verification.submission_id)
    )
    verified = sa.select(Verification.submission_id).where(
        Verification.id.in_(newest), Verification.verdict == Verdict.VERIFIED
    )
    return frozenset(db.session.scalars(verified)) if keys else frozenset()


def files_of(submissions: Sequence[int]) -> list[tuple[Submission, bool]]:
    """Submissions with their files, each with whether it is verified."""
    verified = verified_among(submissions)
    rows = db.session.scalars(
        sa.select(Submission)
        .where(Submission.id.in_(submissions))
        .order_by(Submission.id)
        .options(joinedload(Submission.file), joinedload(Submission.user), joinedload(Submission.organisation))
    )
    return [(one, one.id in verified) for one in rows]
