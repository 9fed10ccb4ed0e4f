"""Reads of service levels: what was measured of every service in a period, exclusions, and use against its baseline."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.contracts.models import Contract, ContractService
from app.core.actors import Actor
from app.core.db import db
from app.core.periods import Period, PeriodKind
from app.figures.kinds import EventStatus, Source
from app.figures.measures import agreed_version, measures_of, window_of
from app.figures.queries import Event, current_figures
from app.plans.terms import WatchTerms
from app.service_levels.events import Status
from app.service_levels.events import StatusEvent as Moment
from app.service_levels.intervals import Interval
from app.service_levels.measuring import Measured, Measurement, Watched, measure, watched
from app.service_levels.models import Exclusion, ExclusionState
from app.service_levels.records import EVER, NEVER, basis_of, events_around, known, verified_among
from app.service_levels.usage import ATTAINMENT, ONLINE_SHARE, SATISFACTION, VOLUME, Having, Reported, Use, use_of
from app.subjects.models import Subject
from app.subjects.queries import in_reach

STATUSES = {EventStatus(one.value): one for one in Status}


def measured(
    contract: Contract,
    period: Period,
    terms: WatchTerms,
    source: Source = Source.OPERATOR_REPORT,
    overlay: Sequence[Event] = (),
    only: int | None = None,
) -> dict[int, Measured]:
    """By service id, for every service (or `only` one) of which the source has told anything before the period's end.

    A service that is not in the answer was not watched: missing, never up. `overlay` are events of a file that is only
    looked at; what a reader would see if it were submitted. A closed period is as it was when it was closed.
    """
    knowledge = known(contract, period, source)
    added = [] if knowledge.closed else [one for one in overlay if only in {None, one.service_id}]
    events = _with(events_around(contract, period, source, knowledge.newest, only), added, period)
    if not events:
        return {}
    window = window_of(contract)
    watch = watched(
        (period.start, period.end),
        (window.start, window.end),
        knowledge.at,
        knowledge.at if added else knowledge.told,
        terms.schedule,
        terms.min_outage,
        terms.degraded_weight,
    )
    exclusions = _exclusions_around(contract, watch, events)
    basis = {service_id: basis_of(rows, period) for service_id, rows in events.items()}
    verified = verified_among(key for keys in basis.values() for key in keys)
    return {
        service_id: _measured(service_id, watch, rows, exclusions, (basis[service_id], verified))
        for service_id, rows in events.items()
    }


def _with(stored: dict[int, list[Event]], added: Iterable[Event], period: Period) -> dict[int, list[Event]]:
    """Stored events and those of an overlay, by service in order, where any was told of before the period's end.

    One of the overlay at the very moment of a stored one corrects it.
    """
    by_moment = {service_id: {one.at: one for one in some} for service_id, some in stored.items()}
    for event in added:
        by_moment.setdefault(event.service_id, {})[event.at] = event
    return {
        service_id: sorted(some.values(), key=lambda one: one.at)
        for service_id, some in by_moment.items()
        if any(at < period.end for at in some)
    }


def _measured(
    service_id: int,
    watch: Watched,
    rows: Sequence[Event],
    exclusions: Iterable[Exclusion],
    basis: tuple[tuple[int, ...], frozenset[int]],
) -> Measured:
    own = [one for one in exclusions if one.concerns(service_id)]
    granted = tuple(Interval(*one.span) for one in own if one.state is ExclusionState.GRANTED)
    found: Measurement = measure(watch, [Moment(one.at, STATUSES[one.status]) for one in rows], granted)
    submissions, verified = basis
    return Measured(
        service_id=service_id,
        result=found.result,
        outages=found.outages,
        count=found.count,
        longest_minutes=found.longest_minutes,
        submissions=tuple(key for key in submissions if key > 0),
        verified=verified.issuperset(submissions),
        granted=_touching(own, watch, ExclusionState.GRANTED),
        pending=_touching(own, watch, ExclusionState.CLAIMED),
        over=watch.end <= watch.now,
        seen=found.seen,
        watch=watch,
        exclusions=granted,
        claims=tuple(Interval(*one.span) for one in own if one.state is ExclusionState.CLAIMED),
        told_by={one.at: one.submission_id for one in rows},
    )


def _touching(exclusions: Iterable[Exclusion], watch: Watched, state: ExclusionState) -> tuple[int, ...]:
    return tuple(
        one.id for one in exclusions if one.state is state and one.span[0] < watch.end and one.span[1] > watch.begin
    )


# --- exclusions ------------------------------------------------------------------------------------------------------


def _exclusions_around(contract: Contract, watch: Watched, events: Mapping[int, Sequence[Event]]) -> list[Exclusion]:
    """Granted and open ones that touch the period or the outages over its edges, as they stood at the time."""
    moments = [one.at for rows in events.values() for one in rows]
    first, last = min(watch.begin, *moments), max(watch.end, watch.now, *moments)
    standing = sa.or_(
        Exclusion.state == ExclusionState.CLAIMED,
        sa.and_(Exclusion.state == ExclusionState.GRANTED, Exclusion.decided_at <= watch.now),
    )
    return _found(contract, first, last, standing)


def _found(
    contract: Contract, begin: datetime, end: datetime, *conditions: sa.ColumnElement[bool], options: Sequence[Any] = ()
) -> list[Exclusion]:
    return list(
        db.session.scalars(
            sa.select(Exclusion)
            .where(
                Exclusion.contract_id == contract.id,
                Exclusion.begins_at < end,
                Exclusion.ends_at > begin,
                *conditions,
            )
            .order_by(Exclusion.begins_at, Exclusion.id)
            .options(*options)
        )
    )


def exclusions_of(contract: Contract, begin: datetime = EVER, end: datetime = NEVER) -> list[Exclusion]:
    """Every claim of a contract whose stretch touches [begin, end), whatever became of it, by time."""
    return _found(
        contract,
        begin,
        end,
        options=(
            *(joinedload(Exclusion.service), joinedload(Exclusion.file), joinedload(Exclusion.claimer)),
            *(joinedload(Exclusion.claimer_organisation), joinedload(Exclusion.decider)),
            joinedload(Exclusion.decider_organisation),
        ),
    )


def count_open(contract: Contract) -> int:
    """How many claims wait for a decision."""
    waiting = sa.select(sa.func.count(Exclusion.id)).where(
        Exclusion.contract_id == contract.id, Exclusion.state == ExclusionState.CLAIMED
    )
    return db.session.scalar(waiting) or 0


def next_number(contract: Contract) -> int:
    """The number of the next claim of a contract."""
    highest = sa.select(sa.func.max(Exclusion.number)).where(Exclusion.contract_id == contract.id)
    return (db.session.scalar(highest) or 0) + 1


def exclusion_in_reach(actor: Actor, contract: Contract, key: int) -> Exclusion | None:
    """One claim of a contract that the actor may see."""
    return db.session.scalar(
        sa.select(Exclusion)
        .join(Subject, Subject.id == Exclusion.subject_id)
        .where(Exclusion.id == key, Exclusion.contract_id == contract.id, in_reach(actor))
    )


# --- use -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UsageRow:
    """The use of one service over some periods, in their order; `indicator` counts it."""

    service_id: int
    service_code: str
    service_name: str
    unit: str
    indicator: str
    uses: tuple[Use, ...]


def usage_of(contract: Contract, kind: PeriodKind, periods: Sequence[Period]) -> list[UsageRow]:
    """Every service of the contract in its order, each with its use in each of the periods (all of one kind)."""
    version = agreed_version(contract)
    if version is None or not periods:
        return []
    codes = {line.service.usage_indicator or VOLUME for line in version.lines}
    wanted = codes | {ONLINE_SHARE, ATTAINMENT, SATISFACTION}
    reported: dict[tuple[int, str], dict[tuple[str, str], Reported]] = {}
    for one in current_figures(contract, periods, Source.OPERATOR_REPORT, wanted):
        said = Reported(one.id, Having(one.standing.value), one.value, one.denominator, one.verified)
        reported.setdefault((one.service_id, one.period), {})[one.indicator, one.channel] = said
    owed = {(one.service_id, one.indicator) for one in measures_of(contract) if one.due == kind.value}
    return [_usage(line, kind, periods, reported, owed) for line in version.lines]


def _usage(
    line: ContractService,
    kind: PeriodKind,
    periods: Sequence[Period],
    reported: Mapping[tuple[int, str], Mapping[tuple[str, str], Reported]],
    owed: AbstractSet[tuple[int, str]],
) -> UsageRow:
    code = line.service.usage_indicator or VOLUME
    baseline = line.expected_volume if line.pay_period.value == kind.value else None
    return UsageRow(
        service_id=line.service_id,
        service_code=line.service.code,
        service_name=line.service.name,
        unit=line.unit or line.service.unit,
        indicator=code,
        uses=tuple(
            use_of(
                period.text,
                reported.get((line.service_id, period.text), {}),
                code,
                baseline,
                lambda indicator: (line.service_id, indicator) in owed,
            )
            for period in periods
        ),
    )
