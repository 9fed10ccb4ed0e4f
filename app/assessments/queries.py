"""Reads of assessments: the newest edition of a period, all of a contract, the trend, what is stale or lacks proof."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from app.assessments.gathering import Overlay, judged, newest_opinions, standing_vetoes
from app.assessments.input_form import digest_of
from app.assessments.models import Assessment, AssessmentOpinion, AssessmentState, AssessmentVeto, Objection
from app.assessments.result_form import written
from app.contracts.models import Contract
from app.core.actors import Actor
from app.core.db import db
from app.core.periods import Period, PeriodKind
from app.evidence import store
from app.figures.evidence import resolve
from app.figures.judging import Findings
from app.figures.kinds import EventStatus, Source
from app.figures.measures import closed_periods
from app.figures.models import Submission
from app.figures.queries import Event
from app.plans.models import Plan, PlanState
from app.plans.queries import periods_owed, plans_of
from app.subjects.models import Subject
from app.subjects.queries import in_reach

PEOPLE = (
    joinedload(Assessment.plan),
    joinedload(Assessment.computer),
    joinedload(Assessment.issuer),
    joinedload(Assessment.confirmer),
    joinedload(Assessment.finaliser),
)
# How many periods a forecast looks at, newest first, and how many a trend shows.
FORECAST_PERIODS, TREND_PERIODS = 6, 36
SCORED_KINDS = frozenset({PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR})


@dataclass(frozen=True)
class TrendStep:
    """The newest edition of one period."""

    period: str
    total: Decimal | None
    grade: str
    state: AssessmentState


@dataclass(frozen=True)
class Gap:
    """Something that was scored and cannot be shown: no stored file stands behind it."""

    service: str
    indicator: str
    figure_id: int | None
    period: str


@dataclass(frozen=True)
class Forecast:
    """What an upload that was only looked at would change in one period: the written results before and after."""

    plan: Plan
    period: Period
    before: dict[str, Any]
    after: dict[str, Any]


def newest(contract: Contract, plan: Plan, period: Period) -> Assessment | None:
    """The newest edition of a period, read afresh: another one may just have come."""
    return db.session.scalar(
        _of(contract)
        .where(Assessment.plan_id == plan.id, Assessment.period == period.text)
        .order_by(Assessment.edition.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def final_of(contract: Contract, plan: Plan, period: Period) -> Assessment | None:
    """The edition of a period that is final now."""
    return db.session.scalar(
        _of(contract).where(
            Assessment.plan_id == plan.id, Assessment.period == period.text, Assessment.state == AssessmentState.FINAL
        )
    )


def _of(contract: Contract) -> sa.Select[Assessment]:
    return sa.select(Assessment).where(Assessment.contract_id == contract.id).options(*PEOPLE)


def _is_newest() -> sa.ColumnElement[bool]:
    """No later edition of the same period stands (editions follow each other without a gap; a guard sees to that)."""
    later = aliased(Assessment)
    return ~sa.exists().where(
        later.plan_id == Assessment.plan_id,
        later.period == Assessment.period,
        later.edition == Assessment.edition + 1,
    )


def assessments_of(contract: Contract) -> list[Assessment]:
    """The newest edition of every period, newest period first."""
    return list(
        db.session.scalars(
            _of(contract).where(_is_newest()).order_by(Assessment.starts_at.desc(), Assessment.plan_id.desc())
        )
    )


def assessment_in_reach(actor: Actor, code: str) -> Assessment | None:
    """The edition when the actor may see its contract; None for missing and for somebody else's alike."""
    return db.session.scalar(
        sa.select(Assessment)
        .join(Contract, Contract.id == Assessment.contract_id)
        .join(Subject, Subject.id == Contract.subject_id)
        .where(Assessment.code == code, in_reach(actor))
        .options(
            *PEOPLE,
            contains_eager(Assessment.contract).contains_eager(Contract.subject).selectinload(Subject.parties),
            selectinload(Assessment.objections).joinedload(Objection.raiser),
            selectinload(Assessment.objections).joinedload(Objection.decider),
            selectinload(Assessment.objections).joinedload(Objection.file),
        )
    )


def editions(contract: Contract, plan: Plan, period: Period) -> list[Assessment]:
    """Every edition of a period, newest first."""
    return list(
        db.session.scalars(
            _of(contract)
            .where(Assessment.plan_id == plan.id, Assessment.period == period.text)
            .order_by(Assessment.edition.desc())
        )
    )


def objection_in_reach(actor: Actor, contract: Contract, key: int) -> Objection | None:
    """One objection to an edition of the contract."""
    return db.session.scalar(
        sa.select(Objection)
        .join(Assessment, Assessment.id == Objection.assessment_id)
        .join(Subject, Subject.id == Assessment.subject_id)
        .where(Objection.id == key, Assessment.contract_id == contract.id, in_reach(actor))
    )


def opinions_of(contract: Contract, plan: Plan, period: Period) -> list[AssessmentOpinion]:
    """The newest opinion of each person on each item."""
    return newest_opinions(contract, plan, period)


def has_scored(user_id: int | None, assessment: Assessment) -> bool:
    """Whether this person ever gave an opinion on the period that an edition is about."""
    given = sa.exists().where(
        AssessmentOpinion.plan_id == assessment.plan_id,
        AssessmentOpinion.period == assessment.period,
        AssessmentOpinion.user_id == user_id,
    )
    return bool(db.session.scalar(sa.select(given)))


def is_closed(contract: Contract, period: Period) -> bool:
    """Whether a closed period of the figures covers this one."""
    return any(one.starts_at <= period.start and period.end <= one.ends_at for one in closed_periods(contract))


def vetoes_of(contract: Contract, plan: Plan, period: Period) -> list[AssessmentVeto]:
    """The vetoes that stand, without those that were lifted."""
    return standing_vetoes(contract, plan, period)


def veto_of(contract: Contract, key: int) -> AssessmentVeto | None:
    """One recorded veto of the contract."""
    return db.session.scalar(
        sa.select(AssessmentVeto).where(AssessmentVeto.id == key, AssessmentVeto.contract_id == contract.id)
    )


def trend(contract: Contract, plan: Plan, until: Period) -> list[TrendStep]:
    """The newest edition of each period up to one, oldest first, also of earlier plans for periods of the kind."""
    rows = db.session.scalars(
        sa.select(Assessment)
        .join(Plan, Plan.id == Assessment.plan_id)
        .where(
            Assessment.contract_id == contract.id,
            Plan.period_kind == plan.period_kind,
            Assessment.starts_at < until.end,
            _is_newest(),
        )
        .order_by(Assessment.starts_at.desc(), Assessment.plan_id.desc())
        .limit(TREND_PERIODS)
    )
    return [TrendStep(one.period, one.total, one.grade, one.state) for one in rows][::-1]


def result_of(assessment: Assessment) -> dict[str, Any]:
    """The written result."""
    found: dict[str, Any] = json.loads(assessment.result)
    return found


def is_stale(assessment: Assessment) -> bool:
    """Whether anything that was calculated from has changed since: the same calculation now has other inputs."""
    return digest_of(judged(assessment.contract, assessment.plan, assessment.span)) != assessment.input_digest


# --- proof -----------------------------------------------------------------------------------------------------------


def evidence_gaps(assessment: Assessment) -> list[Gap]:
    """Scored figures whose evidence names no stored file of the contract, and scored events whose file is gone."""
    result = result_of(assessment)
    scored = list(_scored(result))
    files = resolve(assessment.contract, sorted({one["evidence"] for _s, _i, one in scored if one["evidence"]}))
    gaps = [
        Gap(service, indicator, one["id"], one["period"])
        for service, indicator, one in scored
        if not files.get(one["evidence"])
    ]
    return [*gaps, *_lost_events(result)]


def _counted(result: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every item that was scored, with its service."""
    for service in result["services"]:
        for item in service["items"]:
            if item["effect"] == "counted":
                yield service["service"], item


def _scored(result: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every figure that was scored, with its service and the item that it was scored for."""
    for service, item in _counted(result):
        for figure in item["source"]["figures"]:
            yield service, item["code"], figure


def _lost_events(result: Mapping[str, Any]) -> list[Gap]:
    scored = [(service, item["code"], item["source"]["submissions"]) for service, item in _counted(result)]
    wanted = {key for _service, _code, keys in scored for key in keys}
    if not wanted:
        return []
    rows = db.session.execute(sa.select(Submission.id, Submission.sha256).where(Submission.id.in_(wanted)))
    there = {key for key, sha256 in rows if store.path_of(sha256).is_file()}
    return [Gap(service, code, None, result["period"]) for service, code, keys in scored if set(keys) - there]


# --- what a previewed file would change ------------------------------------------------------------------------------


def forecast(contract: Contract, found: Findings, source: Source = Source.OPERATOR_REPORT) -> list[Forecast]:
    """Every period of an agreed plan that a previewed file touches, newest first, before and after.

    Only what the operator reports is scored. An event changes everything from its moment on.
    """
    if source is not Source.OPERATOR_REPORT or found.problems or not found.stored_count:
        return []
    overlay = _overlay(found)
    touched = [
        (plan, period)
        for plan in plans_of(contract)
        if plan.state is PlanState.AGREED
        for period in periods_owed(plan)
        if _touches(overlay, period)
    ]
    touched.sort(key=lambda one: (one[1].start, one[0].id), reverse=True)
    return [_forecast(contract, plan, period, overlay) for plan, period in touched[:FORECAST_PERIODS]]


def _overlay(found: Findings) -> Overlay:
    events = [
        Event(row.service_id, row.at, EventStatus(row.status), row.code, row.response_ms, 0) for row in found.events
    ]
    return Overlay([row for row, _revision in found.fresh + found.corrected], events)


def _touches(overlay: Overlay, period: Period) -> bool:
    figures = any(period.covers(row.period) and row.period.kind in SCORED_KINDS for row in overlay.figures)
    return figures or any(event.at < period.end for event in overlay.events)


def _forecast(contract: Contract, plan: Plan, period: Period, overlay: Overlay) -> Forecast:
    before = written(judged(contract, plan, period))
    return Forecast(plan, period, before, written(judged(contract, plan, period, overlay)))
