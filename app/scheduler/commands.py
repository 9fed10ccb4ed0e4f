"""`flask scheduler`: the ticker process. Any number may run; the database decides who does a slot."""

import signal
import threading

import click
import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask, current_app

from app.core.db import db
from app.core.jobs import run_due
from app.scheduler.timetable import JOBS

TICK_SECONDS = 20
log = structlog.get_logger("guanyun.scheduler")


def register_commands(app: Flask) -> None:
    app.cli.add_command(scheduler_command)


@click.command("scheduler")
@click.option("--once", is_flag=True, help="Run what is due now and stop.")
def scheduler_command(once: bool) -> None:
    """Run scheduled jobs until stopped."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if once:
        for name, done in tick(app).items():
            click.echo(f"{name}: {done}")
        return
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    ticker = BackgroundScheduler(timezone="UTC")
    ticker.add_job(
        tick, "interval", args=[app], seconds=TICK_SECONDS, coalesce=True, max_instances=1, misfire_grace_time=None
    )
    ticker.start()
    tick(app)
    click.echo("scheduler running", err=True)
    stopped.wait()
    ticker.shutdown()


def tick(app: Flask) -> dict[str, int]:
    """One look at the timetable; a failing job is logged and tried again at the next tick."""
    done: dict[str, int] = {}
    with app.app_context():
        for job in JOBS:
            try:
                done |= run_due([job])
            except Exception:
                log.exception("job failed", name=job.name)
            finally:
                db.session.remove()
    return done
