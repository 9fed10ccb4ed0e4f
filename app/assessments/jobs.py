"""Scheduled work on assessments: periods that are owed are calculated, and what changed is calculated again."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import joinedload

from app.assessments.actions import compute
from app.assessments.material import MONTHS
from app.assessments.models import Assessment, AssessmentState
from app.assessments.queries import newest
from app.audit.models import TrailEntry
from app.contracts.models import Contract
from app.core.actors import SYSTEM
from app.core.clock import now
from app.core.db import db, unit_of_work
from app.core.errors import DomainError
from app.core.periods import Period, period_at
from app.core.permissions import Permission
from app.plans.models import Plan
from app.plans.queries import agreed_plans, periods_owed

log = structlog.get_logger("guanyun.assessments")
# So many periods in one slot, and how many of the last periods of a plan are looked at again.
MOST, RECENT = 200, 3


class Work(NamedTuple):
    """One period by its names: each is a transaction of its own, and rows do not outlive one."""

    plan_id: int
    period: str


def compute_due() -> int:
    """Calculates owed periods that nobody has calculated, oldest first, then again the recent ones whose contract saw
    anything happen since. Returns how many editions were written; one that fails does not stop the others."""
    db.session.rollback()
    plans = agreed_plans()
    work = deque([*_missing(plans), *_touched(plans)][:MOST])
    done = 0
    while work:
        one = work.popleft()
        if _renewed(one):
            done += 1
            work += _following(one)
    return done


def _renewed(one: Work) -> bool:
    """Whether a new edition came of it."""
    try:
        with unit_of_work():
            plan, period = db.session.get_one(Plan, one.plan_id), Period(one.period)
            before = newest(plan.contract, plan, period)
            return compute(SYSTEM, plan.contract, plan, period) is not before
    except DomainError as error:
        log.warning("assessment refused", work=one, problems=[str(problem.what) for problem in error.problems])
    except Exception:
        log.exception("assessment failed", work=one)
    return False


def _following(one: Work) -> list[Work]:
    """The next period, which begins with what this one left, as long as nobody has acted on it."""
    text = Period(one.period).next.text
    waiting = sa.select(Assessment.id).where(
        Assessment.plan_id == one.plan_id,
        Assessment.period == text,
        Assessment.state == AssessmentState.COMPUTED,
    )
    return [Work(one.plan_id, text)] if db.session.scalar(waiting) is not None else []


# --- what is owed ----------------------------------------------------------------------------------------------------


def _missing(plans: Iterable[Plan]) -> list[Work]:
    """Owed periods without any edition, oldest first."""
    stored: dict[int, set[str]] = {}
    for plan_id, text in db.session.execute(sa.select(Assessment.plan_id, Assessment.period).distinct()):
        stored.setdefault(plan_id, set()).add(text)
    found = [
        (period.start, Work(plan.id, period.text))
        for plan in plans
        if len(stored.get(plan.id, ())) < _expected(plan)
        for period in periods_owed(plan)
        if period.text not in stored.get(plan.id, ())
    ]
    return [work for _start, work in sorted(found)]


def _expected(plan: Plan) -> int:
    """How many periods there are from the plan's first to the last that is over; never fewer than are owed."""
    return _number(period_at(plan.kind, now())) - _number(plan.first)


def _number(period: Period) -> int:
    """The periods of a kind counted through."""
    day = period.first_day
    return (day.year * 12 + day.month - 1) // MONTHS[period.kind.value]


def _touched(plans: Iterable[Plan]) -> Iterator[Work]:
    """Recent editions that nobody has acted on, of contracts in whose history something came after them."""
    by_id = {plan.id: plan for plan in plans}
    rows = db.session.scalars(
        sa.select(Assessment)
        .join(Contract, Contract.id == Assessment.contract_id)
        .where(Assessment.state == AssessmentState.COMPUTED, _anything_since())
        .order_by(Assessment.starts_at, Assessment.id)
        .options(joinedload(Assessment.plan))
    )
    for one in rows:
        plan = by_id.get(one.plan_id)
        if plan is not None and _number(period_at(plan.kind, now())) - _number(one.span) <= RECENT:
            yield Work(plan.id, one.period)


def _anything_since() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        TrailEntry.ref == sa.literal("contract:") + Contract.code,
        TrailEntry.at >= Assessment.computed_at,
        TrailEntry.verb != Permission.ASSESSMENT_COMPUTE.value,
    )
