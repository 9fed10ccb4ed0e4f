"""From a file to what would be stored: read, judged, compared with what stands, flagged. Nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.contracts.models import Contract
from app.core.db import db
from app.core.periods import Period, PeriodKind
from app.core.workbooks import is_workbook
from app.figures.corrections import StandingEvents
from app.figures.event_rules import EventJudge, EventRow
from app.figures.figure_rules import FigureJudge, FigureRow, RowProblem
from app.figures.kinds import Source, Standing, SubmissionKind
from app.figures.measures import agreed_version, measures_of, window_of
from app.figures.models import Figure, StatusEvent
from app.figures.plausibility import Flag, Series, flags_of
from app.figures.reading import EVENTS, FIGURES, FileFlaw, Table, decoded, table_of_csv, table_of_json
from app.figures.spreadsheets import sheet_as_csv

MAX_BYTES = 25 * 1024 * 1024
# How far back comparable values are looked for: a dozen periods of each kind.
LOOK_BACK = {
    PeriodKind.HOUR: timedelta(0),
    PeriodKind.DAY: timedelta(days=90),
    PeriodKind.MONTH: timedelta(days=400),
    PeriodKind.QUARTER: timedelta(days=1200),
    PeriodKind.YEAR: timedelta(days=4400),
}


@dataclass(frozen=True)
class Delivery:
    """A file on its way in, by whichever door. `reason` is asked for when something stored is corrected."""

    kind: SubmissionKind
    file_name: str
    content: bytes
    is_json: bool = False
    reason: str = ""
    note: str = ""
    limit: int = MAX_BYTES


@dataclass
class Findings:
    """What a file says, against what stands. `fresh` and `corrected` pair a row with its revision.

    `events` are all that would be stored; `corrected_events` says which correct a stored one: its status, the revision.
    """

    row_count: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    fresh: list[tuple[FigureRow, int]] = field(default_factory=list)
    corrected: list[tuple[FigureRow, int]] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    corrected_events: dict[tuple[int, datetime], tuple[str, int]] = field(default_factory=dict)
    flags: list[Flag] = field(default_factory=list)

    @property
    def stored_count(self) -> int:
        return len(self.fresh) + len(self.corrected) + len(self.events)

    @property
    def corrected_count(self) -> int:
        return len(self.corrected) + len(self.corrected_events)

    @property
    def unchanged(self) -> int:
        return 0 if self.problems else self.row_count - self.stored_count

    @property
    def rows(self) -> list[FigureRow]:
        """Every figure that would be stored."""
        return [row for row, _revision in self.fresh + self.corrected]

    @property
    def periods(self) -> list[str]:
        return sorted({row.period.text for row in self.rows})


def look_at(contract: Contract, source: Source, delivery: Delivery) -> Findings:
    """Judges a whole file; raises `FileFlaw` when it cannot be read at all."""
    table = read_table(delivery)
    if delivery.kind is SubmissionKind.EVENTS:
        return _events(contract, source, table)
    return _figures(contract, source, table)


def read_table(delivery: Delivery) -> Table:
    """The rows of a file by what it really is, not by what its name says."""
    shape = FIGURES if delivery.kind is SubmissionKind.FIGURES else EVENTS
    if len(delivery.content) > delivery.limit:
        raise FileFlaw("large", megabytes=delivery.limit // 1024 // 1024)
    if is_workbook(delivery.content):
        return table_of_csv(sheet_as_csv(delivery.content), shape)
    if delivery.is_json:
        return table_of_json(delivery.content, shape)
    return table_of_csv(decoded(delivery.content), shape)


# --- figures ---------------------------------------------------------------------------------------------------------


def _figures(contract: Contract, source: Source, table: Table) -> Findings:
    judged = FigureJudge(measures_of(contract), window_of(contract), table.header).judge(table.rows)
    if judged.row_count == 0:
        raise FileFlaw("no_rows")
    found = Findings(judged.row_count, judged.problems)
    if judged.problems:
        return found
    rows: list[FigureRow] = judged.rows
    standing = _standing(contract, source, rows)
    for row in rows:
        revision, content = standing.get(row.key, (0, None))
        if revision == 0:
            found.fresh.append((row, 1))
        elif content != row.content:
            found.corrected.append((row, revision + 1))
    changed = [row for row, _revision in found.fresh + found.corrected]
    found.flags = flags_of(changed, _earlier(contract, source, changed))
    return found


def _plain(column: Any) -> Any:
    """A decimal column as the whole millionths that are stored."""
    return sa.type_coerce(column, sa.BigInteger)


def _standing(contract: Contract, source: Source, rows: list[FigureRow]) -> dict[Any, tuple[int, tuple[Any, ...]]]:
    """Revision and content that stand for every key in the range of the rows."""
    first = min(row.period.start for row in rows)
    last = max(row.period.start for row in rows)
    stored = db.session.execute(
        sa.select(
            *(Figure.service_id, Figure.indicator_code, Figure.period, Figure.channel, Figure.revision),
            *(Figure.standing, _plain(Figure.value), _plain(Figure.denominator)),
            *(Figure.reason, Figure.evidence, Figure.note),
        )
        .where(Figure.contract_id == contract.id, Figure.source == source, Figure.starts_at.between(first, last))
        .order_by(Figure.revision)
    )
    return {tuple(one[:4]): (one[4], (one[5].value, *one[6:])) for one in stored}


def _earlier(contract: Contract, source: Source, rows: list[FigureRow]) -> dict[Series, list[tuple[str, int]]]:
    """Values stored before, by series, as far back as they are compared."""
    kinds = {row.period.kind for row in rows} - {PeriodKind.HOUR}
    if not kinds:
        return {}
    reach = max(LOOK_BACK[kind] for kind in kinds)
    lengths = {len(row.period.text) for row in rows}
    stored = db.session.execute(
        sa.select(Figure.service_id, Figure.indicator_code, Figure.channel, Figure.period, _plain(Figure.value))
        .where(
            Figure.contract_id == contract.id,
            Figure.source == source,
            Figure.standing == Standing.VALUE,
            Figure.starts_at >= min(row.period.start for row in rows) - reach,
            Figure.starts_at < max(row.period.end for row in rows),
            sa.func.length(Figure.period).in_(lengths - {13}),
        )
        .order_by(Figure.revision)
    )
    newest: dict[tuple[int, str, str, str], int] = {tuple(one[:4]): one[4] for one in stored}
    found: dict[Series, list[tuple[str, int]]] = {}
    for (service, indicator, channel, text), value in newest.items():
        period = Period(text)
        weekday = period.first_day.weekday() if period.kind is PeriodKind.DAY else 0
        found.setdefault((service, indicator, channel, period.kind.value, weekday), []).append((text, value))
    return found


# --- events ----------------------------------------------------------------------------------------------------------


def _events(contract: Contract, source: Source, table: Table) -> Findings:
    version = agreed_version(contract)
    services = {line.service.code: line.service_id for line in version.lines} if version else {}
    judged = EventJudge(services, window_of(contract), table.header).judge(table.rows)
    if judged.row_count == 0:
        raise FileFlaw("no_rows")
    found = Findings(judged.row_count, judged.problems)
    if judged.problems:
        return found
    known = _known_events(contract, source, judged.rows)
    for event in judged.rows:
        before, revision = known.get(event.key, ("", 0))
        if before == event.status:
            continue
        found.events.append(event)
        if before:
            found.corrected_events[event.key] = (before, revision + 1)
    return found


def _known_events(contract: Contract, source: Source, events: Iterable[EventRow]) -> dict[Any, tuple[str, int]]:
    """Status that stands and the revision of its correction (0 while it was never corrected), by key."""
    moments, standing = [event.at for event in events], StandingEvents()
    stored = db.session.execute(
        sa.select(StatusEvent.service_id, StatusEvent.at, standing.status, standing.revision)
        .select_from(standing.source)
        .where(
            StatusEvent.contract_id == contract.id,
            StatusEvent.source == source,
            StatusEvent.at.between(min(moments), max(moments)),
        )
    )
    return {(service, at): (status.value, revision) for service, at, status, revision in stored}
