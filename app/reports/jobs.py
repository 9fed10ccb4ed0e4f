"""Scheduled work: produces the reports that are due, and new editions of those whose assessment moved."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import IntegrityError

from app.core.actors import SYSTEM, Actor
from app.core.db import db, unit_of_work
from app.core.errors import DomainError
from app.core.periods import Period
from app.plans.models import Plan
from app.reports import queries
from app.reports.actions import produce, renew
from app.reports.models import Report

log = structlog.get_logger("guanyun.reports")
# So many reports in one slot: each takes a fifth of a second and the write lock for as long.
LIMIT = 60
# What fails again and again must not keep the rest waiting for ever.
ATTEMPTS = 4 * LIMIT


@dataclass(frozen=True)
class Produced:
    """A report by its names; the row belongs to a transaction that is over."""

    code: str
    contract: str
    plan: str
    period: str
    edition: int
    sha256: str


def produce_due(limit: int = LIMIT) -> int:
    """Reports that are due first, then new editions; one unit of work each. Any number of schedulers may do it."""
    waiting: list[tuple[str, Callable[[], Produced | None]]] = []
    for one in queries.owed():
        if len(waiting) >= ATTEMPTS:
            break
        waiting.append((f"{one.plan.code} {one.period}", _first(one.plan.id, one.period.text)))
    waiting += [(one.report.code, _next(one.report.id)) for one in queries.outdated(limit=ATTEMPTS)]
    done = 0
    for name, work in waiting:
        if done >= limit:
            break
        done += _tried(name, work)
    return done


def _first(plan_id: int, period: str) -> Callable[[], Produced | None]:
    return lambda: produce_first(SYSTEM, plan_id, period)


def _next(report_id: int) -> Callable[[], Produced | None]:
    return lambda: produce_next(SYSTEM, report_id)


def _tried(name: str, work: Callable[[], Produced | None]) -> bool:
    """A period that cannot be produced is told and stays owed; the others go on."""
    try:
        made = work()
    except DomainError as error:
        log.warning("report refused", report=name, problems=[str(one.what) for one in error.problems])
        return False
    except Exception:
        log.exception("report failed", report=name)
        return False
    return made is not None


def produce_first(actor: Actor, plan_id: int, period: str) -> Produced | None:
    """The first edition in a unit of work of its own; None when somebody else produces or has produced it."""
    try:
        with unit_of_work():
            plan = db.session.get_one(Plan, plan_id)
            report = produce(actor, plan, Period(period))
            return _named(report, plan) if report is not None else None
    except IntegrityError:
        if queries.has_run(plan_id, period):
            return None
        raise


def produce_next(actor: Actor, report_id: int) -> Produced | None:
    """The next edition, when it is still called for; None when somebody else has produced it."""
    try:
        with unit_of_work():
            found = queries.outdated_of(report_id)
            if found is None:
                return None
            plan = db.session.get_one(Plan, found.report.plan_id)
            return _named(renew(actor, plan, found), plan)
    except IntegrityError:
        if queries.outdated_of(report_id) is None:
            return None
        raise


def _named(report: Report, plan: Plan) -> Produced:
    return Produced(report.code, plan.contract.code, plan.code, report.period, report.edition, report.sha256)
