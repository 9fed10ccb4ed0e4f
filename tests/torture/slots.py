"""F9: several schedulers tick the same slots at once; the work of each slot is done once.

`python -m tests.torture.slots WORKERS SLOTS` works on the installation that the environment names: it migrates nothing,
forks the schedulers, lets each of them tick every slot at the same moment, and prints what was found as JSON.
"""

# ruff: noqa: T201 - a program that is run by another and answers on standard output

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier

import sqlalchemy as sa

from app import create_app
from app.audit import act
from app.audit.heads import seal
from app.audit.verifier import verify
from app.core.actors import SYSTEM
from app.core.clock import clock
from app.core.db import db, unit_of_work
from app.core.jobs import Job, run_due
from app.core.permissions import Permission

BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STEP = timedelta(minutes=10)
NAME = "torture.slot"


def work() -> int:
    """One slot's work: an act in the trail and a tree head, which two schedulers would both write."""
    with act(SYSTEM, Permission.AUDIT_SEAL, ref=f"job:{NAME}"):
        pass
    seal()
    return 1


def scheduler(slots: int, barrier: Barrier, answers: multiprocessing.Queue[tuple[int, list[str]]]) -> None:
    """One scheduler: ticks every slot together with the others; tells how often it did the work and what failed."""
    app, done, failed = create_app(), 0, []
    job = Job(NAME, STEP, work)
    with app.app_context():
        for number in range(slots):
            barrier.wait(timeout=120)
            try:
                with clock.at(BEGIN + number * STEP):
                    done += run_due([job]).get(NAME, 0)
            except Exception as error:  # noqa: BLE001 - the next tick goes on, as the ticker does
                failed.append(f"slot {number}: {type(error).__name__}: {str(error)[:300]}")
            finally:
                db.session.remove()
        db.engine.dispose()
    answers.put((done, failed))


def tick(workers: int, slots: int) -> dict[str, object]:
    """Lets the schedulers race and counts."""
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(workers), context.Queue()
    started = time.monotonic()
    running = [context.Process(target=scheduler, args=(slots, barrier, answers)) for _ in range(workers)]
    for one in running:
        one.start()
    said = [answers.get(timeout=600) for _ in running]
    for one in running:
        one.join()
    return {
        "workers": workers,
        "slots": slots,
        "seconds": round(time.monotonic() - started, 2),
        "claimed": sum(done for done, _failed in said),
        "failed": [line for _done, failed in said for line in failed],
        **found(),
    }


def found() -> dict[str, object]:
    """What the database says was done."""
    app = create_app()
    with app.app_context(), unit_of_work():
        runs = db.session.scalar(sa.text("SELECT count(*) FROM job_runs WHERE job = :name"), {"name": NAME})
        leaves = db.session.scalar(
            sa.text("SELECT count(*) FROM trail_entries WHERE ref = :ref"), {"ref": f"job:{NAME}"}
        )
        checked = verify()
    with app.app_context():
        db.engine.dispose()
    return {"runs": runs, "leaves": leaves, "trail": "ok" if checked.ok else f"{checked.bad_seq}: {checked.problem}"}


def wrong(said: dict[str, object]) -> list[str]:
    """What is not as it must be."""
    slots = said["slots"]
    problems = [str(line) for line in said["failed"]]  # type: ignore[attr-defined]
    problems += [
        f"{name}: {said[name]} instead of {slots}" for name in ("claimed", "runs", "leaves") if said[name] != slots
    ]
    return problems + ([f"trail: {said['trail']}"] if said["trail"] != "ok" else [])


if __name__ == "__main__":
    print(json.dumps(tick(int(sys.argv[1]), int(sys.argv[2])), ensure_ascii=False))
