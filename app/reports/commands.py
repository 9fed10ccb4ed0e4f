"""`flask reports run` and `flask reports due`: what the scheduler would do, now, and what is owed."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NoReturn

import click
from flask import Flask
from flask.cli import AppGroup

from app.accounts.identities import actor_by_login
from app.core.actors import SYSTEM, Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import DomainError
from app.core.periods import BadPeriod, Period
from app.plans.models import Plan, PlanState
from app.plans.queries import agreed_plans, periods_owed, plan_in_reach
from app.reports import queries
from app.reports.jobs import produce_first, produce_next

reports_group = AppGroup("reports", help="Performance reports of contracts.")


def register_commands(app: Flask) -> None:
    app.cli.add_command(reports_group)


@reports_group.command("run")
@click.option("--period", "text", required=True, help="The period: 2026-09, 2026-Q3 or 2026.")
@click.option("--schedule", "code", help="Code of one plan; left out: every agreed plan with such a period.")
@click.option("--as", "login", help="Login of the person who produces; left out: the system.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def run_command(text: str, code: str | None, login: str | None, as_json: bool) -> None:
    """Produce the reports of a period that are due, and new editions of those whose assessment moved."""
    actor, period = _actor(login), _period(text)
    plans = [(plan.id, plan.code) for plan in _plans(actor, code) if plan.kind is period.kind]
    outcomes = [_outcome(actor, plan_id, plan_code, period) for plan_id, plan_code in plans]
    found = [one for one in outcomes if code or one["outcome"] != "not_owed"]
    failed = sum(one["outcome"] == "failed" for one in found)
    if as_json:
        click.echo(json.dumps({"period": period.text, "reports": found}, ensure_ascii=False))
    else:
        for one in found:
            click.echo(_line(one))
    if code and not found:
        _stop(f"{code} is no plan for periods such as {period.text}.")
    if not found and not as_json:
        click.echo(f"no report is owed for {period.text}")
    if failed:
        _stop(f"{failed} of {len(found)} reports could not be produced.")


def _outcome(actor: Actor, plan_id: int, plan_code: str, period: Period) -> dict[str, Any]:
    """What became of one plan's period; a refusal is told and the others go on."""
    told: dict[str, Any] = {"plan": plan_code, "period": period.text, "outcome": "failed", "problems": []}
    try:
        return {**told, **_produced(actor, plan_id, period)}
    except DomainError as error:
        for one in error.problems:
            click.echo(f"{plan_code}: {' '.join(str(part) for part in (one.what, one.why) if part)}", err=True)
        return {**told, "problems": [one.as_dict() for one in error.problems]}


def _produced(actor: Actor, plan_id: int, period: Period) -> dict[str, Any]:
    plan = db.session.get_one(Plan, plan_id)
    report = queries.newest_report(plan, period)
    if report is None:
        if period not in periods_owed(plan):
            return {"outcome": "not_owed"}
        if queries.due_at(plan, period) > now():
            return {"outcome": "not_due", "due_at": queries.due_at(plan, period).isoformat()}
        made = produce_first(actor, plan_id, period.text)
    elif queries.outdated_of(report.id) is not None:
        made = produce_next(actor, report.id)
    else:
        return {"outcome": "exists", "code": report.code, "edition": report.edition, "sha256": report.sha256}
    return {"outcome": "produced", **asdict(made)} if made is not None else {"outcome": "exists"}


@reports_group.command("due")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def due_command(as_json: bool) -> None:
    """List the reports that are owed and missing, and those whose assessment moved since."""
    missing = [
        {
            "contract": one.plan.contract.code,
            "plan": one.plan.code,
            "period": one.period.text,
            "due_at": one.since.isoformat(),
        }
        for one in queries.owed()
    ]
    old = [
        {
            "contract": one.report.contract.code,
            "report": one.report.code,
            "period": one.report.period,
            "assessment": one.assessment.code,
            "state": one.assessment.state.value,
        }
        for one in queries.outdated()
    ]
    if as_json:
        click.echo(json.dumps({"missing": missing, "outdated": old}, ensure_ascii=False))
        return
    for one in missing:
        click.echo(f"missing   {one['contract']}  {one['period']}  {one['plan']}  due since {one['due_at']}")
    for one in old:
        click.echo(f"outdated  {one['contract']}  {one['period']}  {one['report']}  now {one['assessment']}")
    click.echo(f"{len(missing):,} missing, {len(old):,} outdated")


# --- arguments -------------------------------------------------------------------------------------------------------


def _actor(login: str | None) -> Actor:
    if login is None:
        return SYSTEM
    return actor_by_login(login) or _stop(f"no active account {login!r}.")


def _period(text: str) -> Period:
    try:
        return Period(text)
    except BadPeriod:
        _stop(f"not a period: {text!r}; write 2026-09, 2026-Q3 or 2026.")


def _plans(actor: Actor, code: str | None) -> Sequence[Plan]:
    if code is None:
        return [one for one in agreed_plans() if actor.is_system or plan_in_reach(actor, one.code) is not None]
    plan = plan_in_reach(actor, code)
    if plan is None or plan.state is not PlanState.AGREED:
        _stop(f"no agreed plan {code!r} in reach.")
    return [plan]


def _line(one: dict[str, Any]) -> str:
    words = {
        "produced": "produced",
        "exists": "already produced",
        "not_due": "not due yet",
        "not_owed": "owes no report",
        "failed": "could not be produced",
    }
    parts = [one["period"], one["plan"], words[one["outcome"]], one.get("code", ""), one.get("due_at", "")]
    return "  ".join(part for part in parts if part)


def _stop(why: str) -> NoReturn:
    click.echo(why, err=True)
    sys.exit(1)
