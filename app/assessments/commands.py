"""`flask assess run`: computes one period of one contract from the server, on the same path as the page and the job."""

import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import gettext as _

from app.accounts.identities import actor_by_login
from app.assessments import queries
from app.assessments.actions import compute
from app.assessments.choices import plan_of
from app.assessments.models import Assessment, AssessmentState
from app.assessments.wording import named, number, period_word, plainly, say, scored, standing_of
from app.contracts.models import Contract
from app.contracts.queries import contract_in_reach
from app.core.actors import SYSTEM, Actor
from app.core.db import unit_of_work
from app.core.errors import DomainError, Problem, Refused
from app.core.formats import fmt
from app.core.periods import BadPeriod, Period
from app.plans.models import Plan
from app.plans.queries import plan_for

assess_group = AppGroup("assess", help="Scores, grades and deductions of contracts.")


def register_commands(app: Flask) -> None:
    app.cli.add_command(assess_group)


@assess_group.command("run")
@click.option("--contract", "code", required=True, help="Code of the contract.")
@click.option("--period", "text", required=True, help="The period: 2026-09, 2026-Q3 or 2026.")
@click.option("--plan", "plan_code", help="Code of the plan; left out: the one that holds for the period.")
@click.option("--as", "login", help="Login of the person who computes; left out: the system, as the hourly job does.")
@click.option("--reason", default="", help="Why what was issued or final is computed again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def run_command(code: str, text: str, plan_code: str | None, login: str | None, reason: str, as_json: bool) -> None:
    """Compute a period (again): score, grade and deductions, every line with its reason.

    Nothing is written when nothing has changed. Over a final result a restatement is drafted.
    """
    try:
        with unit_of_work():
            actor = _actor(login) if login else SYSTEM
            contract = _contract(actor, code)
            period = _period(text)
            made = compute(actor, contract, _plan(contract, period, plan_code), period, reason)
            found = document(made)
            lines = [] if as_json else list(_lines(found))
    except DomainError as error:
        _refuse(error, as_json)
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(lines))


def document(made: Assessment) -> dict[str, Any]:
    """The edition with its standing and the whole result."""
    return {
        "code": made.code,
        "edition": made.edition,
        "state": made.state.value,
        "restates": made.restates.code if made.restates else None,
        "provisional": made.provisional,
        "input_digest": made.input_digest,
        "sha256": made.result_sha256,
        "sm3": made.result_sm3,
        "result": queries.result_of(made),
    }


def _actor(login: str) -> Actor:
    return actor_by_login(login) or _stop(f"no active account {login!r}: give the login of a person who may compute.")


def _contract(actor: Actor, code: str) -> Contract:
    return contract_in_reach(actor, code) or _stop(f"no contract {code!r} in reach: check the code and --as.")


def _period(text: str) -> Period:
    try:
        return Period(text)
    except BadPeriod:
        return _stop(f"{text!r} is no period: write 2026-09, 2026-Q3 or 2026.")


def _plan(contract: Contract, period: Period, code: str | None) -> Plan:
    found = plan_of(contract, code) if code else plan_for(contract, period)
    if found is None:
        raise Refused(
            Problem(
                _("合同没有用于 %(period)s 的考核约定。", period=period.text),
                remedy=_("请先由双方约定考核方案和周期，或改用已约定的周期。"),
                place="period",
            )
        )
    return found


# --- text ------------------------------------------------------------------------------------------------------------


def _lines(found: dict[str, Any]) -> Iterator[str]:
    result = found["result"]
    heading = {"code": found["code"], "period": period_word(result["period"]), "edition": found["edition"]}
    state = AssessmentState(found["state"]).label
    yield str(_("%(code)s  %(period)s  第 %(edition)s 版  %(state)s", **heading, state=state))
    if found["restates"]:
        yield str(_("这是对定稿 %(code)s 的重述稿，定稿之前原结果继续有效。", code=found["restates"]))
    yield str(_("总分 %(total)s  等级 %(grade)s", total=_or_held(result["total"]), grade=named(result["grade"]) or "—"))
    yield plainly(say(result["reason"]), result)
    for reason in result["provisional_because"]:
        yield str(_("暂定：%(reason)s", reason=plainly(say(reason), result)))
    for veto in result["vetoes"]:
        yield str(_("一票否决：%(name)s，%(reason)s", name=named(veto["name"]), reason=veto["reason"]))
    for service in result["services"]:
        yield from _service_lines(service)
    yield from _money_lines(result["deductions"])
    yield f"SHA-256 {found['sha256']}"


def _service_lines(service: dict[str, Any]) -> Iterator[str]:
    yield ""
    sums = f"{_or_held(service['total'])}  {named(service['grade'])}"
    yield f"{service['service']} {named(service['name'])}  {sums}".rstrip()
    for item in service["items"]:
        yield f"  {item['code']} {named(item['name'])}  {scored(item['score'])}  {standing_of(item)[0]}"
        yield from _reasons(say(item["source"]["how"]), say(item["reason"]))
    for extra in service["bonus_items"]:
        yield f"  {extra['indicator']} {named(extra['name'])}  +{extra['points']}"
        yield from _reasons(say(extra["reason"]))


def _reasons(*words: str) -> Iterator[str]:
    """Each once, below the line that they explain."""
    yield from (f"      {one}" for one in dict.fromkeys(words) if one)


def _money_lines(money: dict[str, Any]) -> Iterator[str]:
    yield ""
    if money["net_fen"] is None:
        yield str(_("扣款：暂缓"))
    else:
        yield str(
            _("扣分 %(points)s  扣款 %(yuan)s 元", points=number(money["points"]), yuan=fmt.money(money["net_fen"]))
        )
    for reason in money["reasons"]:
        yield f"  {say(reason)}"
    for line in money["lines"]:
        if Decimal(line["points"] or 0) or line["fen"] or line["points"] is None:
            points, name = number(line["points"]), named(line["name"])
            yield f"  {line['service']} {line['indicator']} {name}  {points}  {fmt.money(line['fen'])}"
            yield from _reasons(say(line["reason"]), say(line["money_reason"]))


def _or_held(text: str | None) -> str:
    return text if text is not None else str(_("暂缓"))


# --- refusals --------------------------------------------------------------------------------------------------------


def _refuse(error: DomainError, as_json: bool) -> NoReturn:
    if as_json:
        document = {"status": error.status, "problems": [one.as_dict() for one in error.problems]}
        click.echo(json.dumps(document, ensure_ascii=False), err=True)
        sys.exit(1)
    for one in error.problems:
        words = " ".join(str(part) for part in (one.what, one.why, one.remedy) if part)
        click.echo(
            words or "no such plan of this contract: leave --plan out, or look at the contract's plans.", err=True
        )
    _stop("nothing was computed.")


def _stop(why: str) -> NoReturn:
    click.echo(why, err=True)
    sys.exit(1)
