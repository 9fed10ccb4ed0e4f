"""Writes figures, flags, events and verdict lines in bulk, inside the act of the thing they belong to; no ORM rows."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from app.contracts.models import Contract
from app.core.db import UTCDateTime, db, is_postgresql
from app.core.periods import Period
from app.figures.event_rules import EventRow
from app.figures.figure_rules import FigureRow
from app.figures.kinds import EventStatus
from app.figures.models import (
    EventCorrection,
    Figure,
    FigureFlag,
    StatusEvent,
    Submission,
    Verification,
    VerifiedFigure,
)
from app.figures.plausibility import Flag

BATCH = 10_000
# Serialises what changes the figures of one contract on PostgreSQL; SQLite has one writer anyway.
FIGURES_LOCK = 0x6667
FIGURE, EVENT = Figure.__tablename__, StatusEvent.__tablename__
# The two tables that come by the hundred thousand, in the driver's own words.
COPIES = {
    FIGURE: (
        "COPY figures (contract_id, service_id, indicator_code, indicator_entry_id, period, starts_at, ends_at, "
        "channel, source, revision, standing, value, denominator, reason, evidence, note, submission_id) FROM STDIN"
    ),
    EVENT: (
        "COPY status_events (contract_id, service_id, source, at, status, code, response_ms, submission_id) FROM STDIN"
    ),
}
INSERTS = {
    FIGURE: (
        "INSERT INTO figures (contract_id, service_id, indicator_code, indicator_entry_id, period, starts_at, ends_at, "
        "channel, source, revision, standing, value, denominator, reason, evidence, note, submission_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ),
    EVENT: (
        "INSERT INTO status_events (contract_id, service_id, source, at, status, code, response_ms, submission_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    ),
}


def queue(contract: Contract) -> None:
    """Waits until nobody else changes the figures of this contract."""
    if is_postgresql():
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(FIGURES_LOCK, contract.id)))


def store_figures(submission: Submission, rows: list[tuple[FigureRow, int]]) -> None:
    """Rows with their revisions, sorted by key, so that the index grows at one end."""
    rows.sort(key=lambda one: one[0].key)
    contract, source, submitted = submission.contract_id, submission.source.value, submission.id
    bounds = _bounds({row.period for row, _revision in rows})
    _insert(
        FIGURE,
        (
            (
                *(contract, row.measure.service_id, row.measure.indicator, row.measure.entry_id, row.period.text),
                *(*bounds[row.period.text], row.channel, source, revision, row.standing),
                *(row.value, row.denominator, row.reason, row.evidence, row.note, submitted),
            )
            for row, revision in rows
        ),
    )


def _bounds(periods: Iterable[Period]) -> dict[str, tuple[Any, Any]]:
    """Start and end of each period as the database writes them, once for all rows."""
    return {one.text: (_moment(one.start), _moment(one.end)) for one in periods}


def _moment(at: datetime) -> Any:
    kind = UTCDateTime().dialect_impl(db.engine.dialect).bind_processor(db.engine.dialect)
    return kind(at) if kind else at


def store_events(submission: Submission, events: list[EventRow]) -> None:
    events.sort(key=lambda one: one.key)
    contract, source, submitted = submission.contract_id, submission.source.value, submission.id
    _insert(
        EVENT,
        (
            (contract, one.service_id, source, _moment(one.at), one.status, one.code, one.response_ms, submitted)
            for one in events
        ),
    )


def store_event_corrections(submission: Submission, events: list[tuple[EventRow, int]]) -> None:
    """Events that correct stored ones, each with its revision."""
    lines = [
        {
            "contract_id": submission.contract_id,
            "service_id": one.service_id,
            "source": submission.source,
            "at": one.at,
            "revision": revision,
            "status": EventStatus(one.status),
            "code": one.code,
            "response_ms": one.response_ms,
            "submission_id": submission.id,
        }
        for one, revision in events
    ]
    for start in range(0, len(lines), BATCH):
        db.session.execute(sa.insert(EventCorrection), lines[start : start + BATCH])


def _insert(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    connection = db.session.connection()
    if is_postgresql():
        driver: Any = connection.connection
        with driver.cursor() as cursor, cursor.copy(COPIES[table]) as copy:
            for row in rows:
                copy.write_row(row)
        return
    for batch in _batches(rows):
        connection.exec_driver_sql(INSERTS[table], batch)


def _batches(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield batch


def store_flags(submission: Submission, flags: list[Flag]) -> None:
    """Flags by the ids that their figures were given."""
    if not flags:
        return
    services = {flag.row.measure.service_id for flag in flags}
    ids = {
        tuple(one[1:]): one[0]
        for one in db.session.execute(
            sa.select(Figure.id, Figure.service_id, Figure.indicator_code, Figure.period, Figure.channel).where(
                Figure.submission_id == submission.id, Figure.service_id.in_(services)
            )
        )
    }
    lines = [
        {
            "figure_id": ids[flag.row.key],
            "code": flag.code,
            "params": json.dumps(flag.params, sort_keys=True),
            "submission_id": submission.id,
        }
        for flag in flags
    ]
    for start in range(0, len(lines), BATCH):
        db.session.execute(sa.insert(FigureFlag), lines[start : start + BATCH])


def store_verdicts(verification: Verification, figure_ids: list[int]) -> None:
    lines = [
        {"figure_id": one, "verification_id": verification.id, "submission_id": verification.submission_id}
        for one in figure_ids
    ]
    for start in range(0, len(lines), BATCH):
        db.session.execute(sa.insert(VerifiedFigure), lines[start : start + BATCH])
