"""For operations: is the process up, can it work, and the figures a monitoring system collects."""

import hmac
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from werkzeug.exceptions import Unauthorized

from app.api.openapi import CALLS
from app.audit.models import TrailEntry
from app.contracts.models import Contract
from app.core.clock import now
from app.core.db import db
from app.core.jobs import last_finished
from app.core.permissions import public
from app.lifecycle.models import Task, TaskState

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify({"status": "ok"})


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Database reachable, migrations at head; the scheduler's lag is told beside them."""
    checks = {"database": _database(), "migrations": _migrations(), "scheduler_lag_seconds": scheduler_lag()}
    ready = checks["database"] and checks["migrations"]
    return jsonify({"ready": ready, **checks}), 200 if ready else 503


def _database() -> bool:
    try:
        db.session.execute(sa.select(1))
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return False
    return True


def _migrations() -> bool:
    try:
        present = MigrationContext.configure(db.session.connection()).get_current_heads()
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return False
    script = ScriptDirectory(str(current_app.extensions["migrate"].directory))
    return set(present) == set(script.get_heads())


def scheduler_lag() -> int | None:
    """Seconds since any job last finished; None when none ever ran."""
    try:
        finished = last_finished()
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return None
    return int((now() - finished).total_seconds()) if finished else None


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus text for whoever knows the metrics token; read from the database, so every process tells the same."""
    wanted = str(current_app.config["METRICS_TOKEN"])
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not wanted or not hmac.compare_digest(wanted.encode(), given.encode()):
        raise Unauthorized
    registry = CollectorRegistry()
    _gauge(registry, "guanyun_trail_entries", "Leaves in the audit trail", sa.select(sa.func.max(TrailEntry.seq)))
    open_tasks = sa.select(sa.func.count()).where(Task.state == TaskState.OPEN)
    _gauge(registry, "guanyun_tasks_open", "Open tasks", open_tasks)
    contracts = Gauge("guanyun_contracts", "Contracts by state", ["state"], registry=registry)
    for state, count in db.session.execute(sa.select(Contract.state, sa.func.count()).group_by(Contract.state)):
        contracts.labels(state=state.value).set(count)
    lag = scheduler_lag()
    Gauge("guanyun_scheduler_lag_seconds", "Since a job last finished", registry=registry).set(
        -1 if lag is None else lag
    )
    return Response(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


def _gauge(registry: CollectorRegistry, name: str, words: str, statement: sa.Select[Any]) -> None:
    Gauge(name, words, registry=registry).set(db.session.scalar(statement) or 0)


@bp.get("/api/docs")
@public
def docs() -> ResponseReturnValue:
    """The API for people to read."""
    return render_template("api/docs.html", calls=CALLS)
