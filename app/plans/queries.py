"""Reads of plans: those of a contract, the one that holds for a period, the periods that are owed, the terms."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, parsed
from app.catalogues.reading import Head
from app.conditions.gathering import divisions_of, practice_of
from app.conditions.jurisdiction import in_force_at
from app.contracts.models import Contract
from app.contracts.models import PeriodKind as Kind
from app.core.actors import Actor
from app.core.clock import now, today
from app.core.db import db
from app.core.periods import Period, PeriodKind, period_at, periods_until
from app.figures.measures import window_of
from app.indicators.scheme_terms import Scheme
from app.indicators.schemes import SCHEME_KIND
from app.plans.models import Plan, PlanState
from app.plans.terms import WatchTerms
from app.subjects.models import Subject
from app.subjects.queries import in_reach

PEOPLE = (
    joinedload(Plan.proposer),
    joinedload(Plan.decider),
    joinedload(Plan.proposer_organisation),
    joinedload(Plan.decider_organisation),
    joinedload(Plan.scheme),
    joinedload(Plan.schedule),
)


def schemes_for(contract: Contract) -> list[CatalogueEntry]:
    """The schemes that hold for a contract today: where it lies, under the practice it follows; that one's first."""
    subject = contract.subject
    practice, divisions = practice_of(subject), divisions_of(subject)
    found = in_force_at(all_current(SCHEME_KIND, today()), divisions, practice, _head).rules
    return sorted(found, key=lambda entry: entry.code not in practice.brings)


def _head(entry: CatalogueEntry) -> Head:
    scheme: Scheme = parsed(entry)
    return scheme.head


def plans_of(contract: Contract) -> list[Plan]:
    """Every plan of a contract in any state, newest first."""
    return list(
        db.session.scalars(
            sa.select(Plan).where(Plan.contract_id == contract.id).order_by(Plan.number.desc()).options(*PEOPLE)
        )
    )


def agreed_of(contract: Contract, kind: PeriodKind) -> list[Plan]:
    """The agreed plans for one kind of period: of several for a period the last one holds."""
    return list(
        db.session.scalars(
            sa.select(Plan)
            .where(
                Plan.contract_id == contract.id,
                Plan.period_kind == Kind(kind.value),
                Plan.state == PlanState.AGREED,
            )
            .order_by(Plan.first_starts_at, Plan.number)
        )
    )


def plan_for(contract: Contract, period: Period) -> Plan | None:
    """The agreed plan that holds for a period: the latest first period not after it, of those the newest."""
    if period.kind.value not in {one.value for one in Kind}:
        return None
    return _holding(agreed_of(contract, period.kind), period)


def _holding(plans: list[Plan], period: Period) -> Plan | None:
    return next((one for one in reversed(plans) if one.first_starts_at <= period.start), None)


def plan_in_reach(actor: Actor, code: str) -> Plan | None:
    """The plan when the actor may see its contract."""
    return db.session.scalar(
        sa.select(Plan)
        .join(Contract, Contract.id == Plan.contract_id)
        .join(Subject, Subject.id == Contract.subject_id)
        .where(Plan.code == code, in_reach(actor))
        .options(*PEOPLE)
    )


def agreed_plans() -> list[Plan]:
    """Every agreed plan with its contract, in the order in which they were made."""
    return list(
        db.session.scalars(
            sa.select(Plan)
            .where(Plan.state == PlanState.AGREED)
            .order_by(Plan.id)
            .options(joinedload(Plan.contract).joinedload(Contract.subject), joinedload(Plan.scheme))
        )
    )


def other_agreed(plan: Plan) -> Plan | None:
    """An agreed plan of the same contract and kind of period beside this one."""
    return next((one for one in agreed_of(plan.contract, plan.kind) if one.id != plan.id), None)


def pending_of(contract: Contract) -> Plan | None:
    """The plan that waits for the other side, if any."""
    return db.session.scalar(sa.select(Plan).where(Plan.contract_id == contract.id, Plan.state == PlanState.PROPOSED))


def periods_owed(plan: Plan) -> list[Period]:
    """The periods that are over, touch the contract's term, and for which this plan holds."""
    window = window_of(plan.contract)
    first = max(plan.first, period_at(plan.kind, window.start))
    agreed = agreed_of(plan.contract, plan.kind)
    over = (one for one in periods_until(first, min(window.end, now())) if one.end <= now())
    return [one for one in over if _holding(agreed, one) is plan]


def scheme_of(plan: Plan) -> Scheme:
    """The very version of the scheme that was agreed."""
    found: Scheme = parsed(plan.scheme)
    return found


def terms_of(plan: Plan) -> WatchTerms:
    """How outages are watched under a plan."""
    return WatchTerms(
        schedule=parsed(plan.schedule) if plan.schedule else None,
        min_outage=timedelta(minutes=plan.min_outage_minutes),
        degraded_weight=plan.degraded_weight,
    )
