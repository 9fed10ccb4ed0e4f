"""Scheduled work: a job runs once in each of its slots, however many schedulers tick."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base, db, unit_of_work

log = structlog.get_logger("guanyun.jobs")
KEPT_FOR = timedelta(days=400)


@dataclass(frozen=True)
class Job:
    """`run` does the work of one slot and says how much it did; it must be harmless when it runs again.

    Usually the slot and its work are one transaction. A job with `own_units` makes a unit of work for each thing it
    does, each claimed by a key of its own: what is done stays done, and nobody waits for the whole of it.
    """

    name: str
    every: timedelta
    run: Callable[[], int]
    own_units: bool = False


class JobRun(Base):
    """A slot of a job that was done: the key lets no second scheduler do it again."""

    __tablename__ = "job_runs"

    job: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    slot: Mapped[datetime] = mapped_column(primary_key=True)
    finished_at: Mapped[datetime]
    done: Mapped[int] = mapped_column(sa.BigInteger)


def slot_of(job: Job, moment: datetime) -> datetime:
    """The beginning of the slot that a moment lies in (slots are counted from the epoch, UTC)."""
    seconds = int(job.every.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, UTC)


def run_due(jobs: Sequence[Job]) -> dict[str, int]:
    """Runs every job whose present slot is not done, and returns what was done."""
    return {job.name: done for job in jobs if (done := _run_once(job)) is not None}


def _run_once(job: Job) -> int | None:
    slot = slot_of(job, now())
    db.session.rollback()
    if db.session.get(JobRun, (job.name, slot)) is not None:
        return None
    try:
        done = _with_own_units(job, slot) if job.own_units else _in_one_unit(job, slot)
    except IntegrityError:
        if db.session.get(JobRun, (job.name, slot)) is not None:
            return None
        raise
    log.info("job", name=job.name, slot=slot.isoformat(), done=done)
    return done


def _in_one_unit(job: Job, slot: datetime) -> int:
    with unit_of_work():
        run = JobRun(job=job.name, slot=slot, finished_at=now(), done=0)
        db.session.add(run)
        # The key decides here: a second scheduler waits for the first and is then refused.
        db.session.flush()
        run.done = done = job.run()
        run.finished_at = now()
    return done


def _with_own_units(job: Job, slot: datetime) -> int:
    """Schedulers may do this at once and share the work; the first to end notes the slot, a killed one leaves it."""
    done = job.run()
    with unit_of_work():
        if db.session.get(JobRun, (job.name, slot)) is None:
            db.session.add(JobRun(job=job.name, slot=slot, finished_at=now(), done=done))
    return done


def last_finished() -> datetime | None:
    """When any job last finished: how far behind the scheduler is."""
    return db.session.scalar(sa.select(sa.func.max(JobRun.finished_at)))


def forget_old_runs() -> int:
    gone = db.session.execute(sa.delete(JobRun).where(JobRun.slot < now() - KEPT_FOR))
    return int(getattr(gone, "rowcount", 0))
