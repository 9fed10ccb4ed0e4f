"""Reads of figures: what stands now with its verdict and flags, every revision, events, submissions, previews."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from app.contracts.models import Contract
from app.core.actors import Actor
from app.core.batches import batched
from app.core.db import db
from app.core.periods import Period
from app.figures.corrections import StandingEvents, corrected_after
from app.figures.kinds import EventStatus, Source, Standing, SubmissionKind, Verdict
from app.figures.models import (
    EventCorrection,
    Figure,
    FigureFlag,
    FigurePreview,
    StatusEvent,
    Submission,
    Verification,
    VerifiedFigure,
)
from app.services.models import Service
from app.subjects.models import Subject
from app.subjects.queries import in_reach


@dataclass(frozen=True)
class CurrentFigure:
    """The highest revision of one figure. `verdict` is None while nobody has judged this revision."""

    id: int
    service_id: int
    service_code: str
    indicator: str
    period: str
    channel: str
    source: Source
    revision: int
    standing: Standing
    value: Decimal | None
    denominator: Decimal | None
    reason: str
    evidence: str
    submission_id: int
    verdict: Verdict | None

    @property
    def verified(self) -> bool:
        return self.verdict is Verdict.VERIFIED

    @property
    def key(self) -> tuple[int, str, str, str]:
        return self.service_id, self.indicator, self.period, self.channel


def is_current() -> sa.ColumnElement[bool]:
    """No later revision stands (revisions follow each other without a gap; a guard sees to that)."""
    later = aliased(Figure)
    same = (
        *(later.contract_id == Figure.contract_id, later.service_id == Figure.service_id),
        *(later.indicator_code == Figure.indicator_code, later.period == Figure.period),
        *(later.channel == Figure.channel, later.source == Figure.source),
    )
    return ~sa.exists().where(*same, later.revision == Figure.revision + 1)


def newest_verdict() -> Any:
    """The last verdict on a figure, as a column."""
    return (
        sa.select(Verification.verdict)
        .join(VerifiedFigure, VerifiedFigure.verification_id == Verification.id)
        .where(VerifiedFigure.figure_id == Figure.id)
        .order_by(VerifiedFigure.verification_id.desc())
        .limit(1)
        .correlate(Figure)
        .scalar_subquery()
    )


def current_figures(
    contract: Contract,
    periods: Iterable[Period] | Period,
    source: Source | None = Source.OPERATOR_REPORT,
    indicators: Iterable[str] | None = None,
) -> list[CurrentFigure]:
    """What stands for exactly these periods (a month's own figures, not those of its days), by service and indicator.

    `source=None` gives every source. What is not in the answer was never reported: missing, never good (I16).
    """
    chosen = [periods] if isinstance(periods, Period) else list(periods)
    conditions = [
        Figure.contract_id == contract.id,
        # The starts find the rows by index, the texts tell a month from its first day.
        Figure.starts_at.in_([one.start for one in chosen]),
        Figure.period.in_([one.text for one in chosen]),
    ]
    if source is not None:
        conditions.append(Figure.source == source)
    if indicators is not None:
        conditions.append(Figure.indicator_code.in_(list(indicators)))
    return read_figures(conditions)


def figures_inside(contract: Contract, period: Period, source: Source | None = None) -> list[CurrentFigure]:
    """What stands for a period and for every shorter period inside it: what closing the period covers."""
    conditions = [
        Figure.contract_id == contract.id,
        Figure.starts_at >= period.start,
        Figure.starts_at < period.end,
        Figure.ends_at <= period.end,
    ]
    return read_figures([*conditions, Figure.source == source] if source else conditions)


def read_figures(conditions: Iterable[sa.ColumnElement[bool]], limit: int | None = None) -> list[CurrentFigure]:
    columns: tuple[Any, ...] = (
        *(Figure.id, Figure.service_id, Service.code, Figure.indicator_code, Figure.period, Figure.channel),
        *(Figure.source, Figure.revision, Figure.standing, Figure.value, Figure.denominator, Figure.reason),
        *(Figure.evidence, Figure.submission_id),
    )
    statement: sa.Select[Any] = (
        sa.select(*columns, newest_verdict().label("verdict"))
        .join(Service, Service.id == Figure.service_id)
        .where(*conditions, is_current())
    )
    if limit is None:
        order = (Service.code, Figure.indicator_code, Figure.starts_at, Figure.channel, Figure.source)
        statement = statement.order_by(*order)
    else:
        statement = statement.order_by(Figure.id).limit(limit)
    return [CurrentFigure(*one) for one in db.session.execute(statement)]


def unverified(contract: Contract, period: Period | None = None, source: Source | None = None) -> sa.Select[Any]:
    """Ids of standing figures that nobody has judged."""
    statement = sa.select(Figure.id).where(Figure.contract_id == contract.id, is_current(), newest_verdict().is_(None))
    if source is not None:
        statement = statement.where(Figure.source == source)
    if period is not None:
        inside = (Figure.starts_at >= period.start, Figure.starts_at < period.end, Figure.ends_at <= period.end)
        statement = statement.where(*inside)
    return statement


def count_unverified(contract: Contract, period: Period | None = None, source: Source | None = None) -> int:
    return (
        db.session.scalar(sa.select(sa.func.count()).select_from(unverified(contract, period, source).subquery())) or 0
    )


def sheaf() -> Any:
    """What figures are verified together: those of a month with those of its days and hours; others by themselves."""
    return sa.case((sa.func.length(Figure.period) > 7, sa.func.substr(Figure.period, 1, 7)), else_=Figure.period)


def in_sheaf(period: Period, source: Source) -> list[sa.ColumnElement[bool]]:
    """The figures of one sheaf; the bounds in time let the index find them."""
    return [
        Figure.source == source,
        Figure.starts_at >= period.start,
        Figure.starts_at < period.end,
        sheaf() == period.text,
    ]


def waiting_periods(contract: Contract) -> list[tuple[str, Source, int, int]]:
    """Unverified figures by sheaf and source: period, source, how many, highest id."""
    waiting = unverified(contract).add_columns(Figure.source.label("source"), sheaf().label("sheaf")).subquery()
    rows = db.session.execute(
        sa.select(waiting.c.sheaf, waiting.c.source, sa.func.count(), sa.func.max(waiting.c.id))
        .group_by(waiting.c.sheaf, waiting.c.source)
        .order_by(waiting.c.sheaf, waiting.c.source)
    )
    return [(period, source, count, highest) for period, source, count, highest in rows]


def flags_on(figure_ids: Iterable[int]) -> dict[int, list[FigureFlag]]:
    """Flags by figure."""
    ids, found = list(figure_ids), dict[int, list[FigureFlag]]()
    for some in batched(ids, 5000):
        flags = sa.select(FigureFlag).where(FigureFlag.figure_id.in_(some))
        for flag in db.session.scalars(flags.order_by(FigureFlag.figure_id, FigureFlag.code)):
            found.setdefault(flag.figure_id, []).append(flag)
    return found


def figure_in_reach(actor: Actor, contract: Contract, key: int) -> Figure | None:
    """One revision of one figure of a contract that the actor may see."""
    return db.session.scalar(
        sa.select(Figure)
        .join(Contract, Contract.id == Figure.contract_id)
        .join(Subject, Subject.id == Contract.subject_id)
        .where(Figure.id == key, Figure.contract_id == contract.id, in_reach(actor))
    )


def revisions_of(figure: Figure) -> list[Figure]:
    """Every revision from every source, newest first."""
    return list(
        db.session.scalars(
            sa.select(Figure)
            .where(
                Figure.contract_id == figure.contract_id,
                Figure.service_id == figure.service_id,
                Figure.indicator_code == figure.indicator_code,
                Figure.period == figure.period,
                Figure.channel == figure.channel,
            )
            .order_by(Figure.source, Figure.revision.desc())
            .options(
                joinedload(Figure.submission).joinedload(Submission.user),
                joinedload(Figure.submission).joinedload(Submission.organisation),
                joinedload(Figure.submission).joinedload(Submission.file),
            )
        )
    )


def verdicts_on(figure_ids: Iterable[int]) -> dict[int, list[Verification]]:
    """Every verdict by figure, newest first."""
    found: dict[int, list[Verification]] = {}
    rows = db.session.execute(
        sa.select(VerifiedFigure.figure_id, Verification)
        .join(Verification, Verification.id == VerifiedFigure.verification_id)
        .where(VerifiedFigure.figure_id.in_(list(figure_ids)))
        .order_by(Verification.id.desc())
        .options(joinedload(Verification.user), joinedload(Verification.organisation))
    )
    for figure_id, verification in rows:
        found.setdefault(figure_id, []).append(verification)
    return found


# --- submissions and previews ----------------------------------------------------------------------------------------


def same_file(contract: Contract, source: Source, sha256: str) -> Submission | None:
    """The earlier submission of the very same content."""
    return db.session.scalar(
        sa.select(Submission).where(
            Submission.contract_id == contract.id, Submission.source == source, Submission.sha256 == sha256
        )
    )


def submissions_of(contract: Contract, limit: int = 20) -> list[Submission]:
    """The latest submissions, newest first."""
    return list(
        db.session.scalars(
            sa.select(Submission)
            .where(Submission.contract_id == contract.id)
            .order_by(Submission.id.desc())
            .limit(limit)
            .options(joinedload(Submission.user), joinedload(Submission.organisation), joinedload(Submission.file))
        )
    )


def submission_of(contract: Contract, key: int) -> Submission | None:
    return db.session.scalar(sa.select(Submission).where(Submission.contract_id == contract.id, Submission.id == key))


def verdict_on_events(submission: Submission) -> Verification | None:
    """The newest verdict on a submission of events."""
    return db.session.scalar(
        sa.select(Verification)
        .where(Verification.submission_id == submission.id)
        .order_by(Verification.id.desc())
        .limit(1)
    )


def unverified_events(contract: Contract, period: Period | None = None) -> list[Submission]:
    """Submissions of events that nobody has judged, or that were corrected since they were doubted; of a period those
    with an event in it."""
    later = aliased(Verification)
    judged = sa.exists().where(
        Verification.submission_id == Submission.id,
        ~sa.exists().where(later.submission_id == Verification.submission_id, later.id > Verification.id),
        sa.or_(Verification.verdict == Verdict.VERIFIED, ~corrected_after(Submission, Verification)),
    )
    within: sa.ColumnElement[bool] = sa.true()
    if period is not None:
        within = sa.or_(
            *(
                sa.exists().where(table.submission_id == Submission.id, table.at >= period.start, table.at < period.end)
                for table in (StatusEvent, EventCorrection)
            )
        )
    return list(
        db.session.scalars(
            sa.select(Submission)
            .where(
                Submission.contract_id == contract.id,
                Submission.kind == SubmissionKind.EVENTS,
                Submission.new_count + Submission.corrected_count > 0,
                ~judged,
                within,
            )
            .order_by(Submission.id)
            .options(joinedload(Submission.user), joinedload(Submission.organisation), joinedload(Submission.file))
        )
    )


def has_doubts(contract: Contract) -> bool:
    """Whether a standing figure or a file of events was last judged doubtful: who reported it owes an answer."""
    figures = sa.exists().where(Figure.contract_id == contract.id, is_current(), newest_verdict() == Verdict.DOUBTED)
    newest = (
        sa.select(sa.func.max(Verification.id))
        .join(Submission, Submission.id == Verification.submission_id)
        .where(Submission.contract_id == contract.id, Submission.kind == SubmissionKind.EVENTS)
        .group_by(Verification.submission_id)
    )
    events = sa.exists().where(Verification.id.in_(newest), Verification.verdict == Verdict.DOUBTED)
    return bool(db.session.scalar(sa.select(sa.or_(figures, events))))


def previews_of(contract: Contract, limit: int = 20) -> list[FigurePreview]:
    """The latest previews, newest first: the verifier sees what was tried."""
    return list(
        db.session.scalars(
            sa.select(FigurePreview)
            .where(FigurePreview.contract_id == contract.id)
            .order_by(FigurePreview.id.desc())
            .limit(limit)
            .options(
                joinedload(FigurePreview.user), joinedload(FigurePreview.organisation), joinedload(FigurePreview.file)
            )
        )
    )


def preview_of(contract: Contract, key: int) -> FigurePreview | None:
    return db.session.scalar(
        sa.select(FigurePreview).where(FigurePreview.contract_id == contract.id, FigurePreview.id == key)
    )


# --- events ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """One stored event."""

    service_id: int
    at: datetime
    status: EventStatus
    code: str
    response_ms: int | None
    submission_id: int


def events_of(
    contract: Contract, until: datetime, source: Source = Source.OPERATOR_REPORT, since: datetime | None = None
) -> list[Event]:
    """Events of one source before a moment, as last corrected, by service and time. Without `since` from the beginning
    of the contract, so that the state at the start of any period is known."""
    standing = StandingEvents()
    conditions = [StatusEvent.contract_id == contract.id, StatusEvent.source == source, StatusEvent.at < until]
    if since is not None:
        conditions.append(StatusEvent.at >= since)
    rows = db.session.execute(
        sa.select(*standing.columns)
        .select_from(standing.source)
        .where(*conditions)
        .order_by(StatusEvent.service_id, StatusEvent.at)
    )
    return [Event(*one) for one in rows]


def watched_since(contract: Contract, source: Source = Source.OPERATOR_REPORT) -> dict[int, datetime]:
    """The first event of each service from a source: from then on its availability is computed, not typed in."""
    rows = db.session.execute(
        sa.select(StatusEvent.service_id, sa.func.min(StatusEvent.at))
        .where(StatusEvent.contract_id == contract.id, StatusEvent.source == source)
        .group_by(StatusEvent.service_id)
    )
    return {service_id: first for service_id, first in rows}  # noqa: C416 - rows are no pairs to the type checker
