"""Proposing, agreeing, refusing and withdrawing plans: who may, when, what follows, and every problem at once."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.catalogues import actions as catalogues
from app.contracts.models import PeriodKind
from app.core.actors import SYSTEM
from app.core.canonical import canonical_json, digest_both
from app.core.clock import clock
from app.core.db import db
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.core.periods import Period
from app.lifecycle.models import Task, TaskState
from app.plans import actions
from app.plans.models import Plan, PlanState, Weighting
from app.plans.queries import (
    agreed_plans,
    pending_of,
    periods_owed,
    plan_for,
    plan_in_reach,
    plans_of,
    scheme_of,
    terms_of,
)
from app.plans.terms import DEFAULT_TERMS
from tests.factories import in_force, plan, plan_facts, rule, scheme_entry
from tests.plans.conftest import LATER

ZONE = ZoneInfo("Asia/Shanghai")


def propose(w, contract, by="officer", **changes):
    return actions.propose(w.actor(by), contract, plan_facts(contract, **changes))


def refusal(w, contract, by="officer", **changes):
    with pytest.raises(Refused) as caught:
        propose(w, contract, by, **changes)
    return {problem.place for problem in caught.value.problems}


def open_tasks(contract):
    rows = db.session.scalars(
        sa.select(Task).where(Task.subject_id == contract.subject_id, Task.state == TaskState.OPEN)
    )
    return {(task.permission, task.item, task.organisation_id) for task in rows}


# --- who and what follows --------------------------------------------------------------------------------------------


def test_a_plan_is_proposed_by_the_client_and_agreed_by_the_operator(w, contract):
    proposed = propose(w, contract)
    assert (proposed.code, proposed.state) == (f"KH-{contract.code}-1", PlanState.PROPOSED)
    assert ("plan:agree", proposed.code, w.org("operator").id) in open_tasks(contract)
    agreed = actions.agree(w.actor("operator_signatory"), proposed, proposed.sha256)
    assert agreed.state is PlanState.AGREED
    assert (agreed.proposed_by, agreed.decided_by) == (w.user("officer").id, w.user("operator_signatory").id)
    assert (agreed.decider_side.value, agreed.decider_role.value) == ("operation", "operator")
    assert not [one for one in open_tasks(contract) if one[1]]


def test_the_text_that_is_agreed_says_everything(w, contract):
    made = plan(w, contract, schedule=rule("calendar", "cn-workdays"))
    content = json.loads(made.content)
    assert canonical_json(content) == made.content
    digests = digest_both(made.content.encode())
    assert (digests.sha256, digests.sm3) == (made.sha256, made.sm3)
    entry = scheme_entry()
    assert content["scheme"] == {"code": "SC-AVAIL", "version": entry.version, "digest": entry.digest}
    assert content["contract"]["digest"] == contract.current.digest_sha256
    assert content["schedule"]["code"] == "cn-workdays"
    assert {key: content[key] for key in ("kind", "first_period", "weighting", "degraded_weight")} == {
        "kind": "month",
        "first_period": "2026-03",
        "weighting": "equal",
        "degraded_weight": "0.5",
    }
    assert [one["judged"] for one in content["services"]] == [["KI-001", "KI-007"]] * 2


@pytest.mark.parametrize("by", ["signatory", "operator_officer", "operator_signatory", "inspector", "leader"])
def test_only_the_clients_officer_proposes(w, contract, by):
    with pytest.raises(NotAllowed):
        propose(w, contract, by)


def test_another_agencys_officer_proposes_nothing(w, contract):
    with pytest.raises(NotAllowed):
        propose(w, contract, "other_officer")


@pytest.mark.parametrize("by", ["officer", "signatory", "operator_officer", "rival_signatory", "other_signatory"])
def test_only_the_operators_signatory_answers(w, contract, by):
    proposed = propose(w, contract)
    with pytest.raises(NotAllowed):
        actions.agree(w.actor(by), proposed, proposed.sha256)
    with pytest.raises(NotAllowed):
        actions.refuse(w.actor(by), proposed, "不同意")


@pytest.mark.parametrize("by", ["operator_signatory", "other_officer", "signatory"])
def test_only_the_client_withdraws(w, contract, by):
    proposed = propose(w, contract)
    with pytest.raises(NotAllowed):
        actions.withdraw(w.actor(by), proposed)


@pytest.mark.parametrize("state", ["draft", "signing", "signed", "void"])
def test_a_contract_not_in_force_has_no_plan(w, state):
    with pytest.raises(WrongState):
        propose(w, w.contract(state))


@pytest.mark.parametrize("state", ["in_force", "terminating"])
def test_a_contract_in_force_or_ending_has(w, state):
    assert plan(w, w.contract(state)).state is PlanState.AGREED


def test_another_digest_than_the_one_that_was_read_is_refused(w, contract):
    proposed = propose(w, contract)
    for seen in ("", "0" * 64, proposed.sm3, proposed.sha256[:12]):
        with pytest.raises(Stale):
            actions.agree(w.actor("operator_signatory"), proposed, seen)


def test_a_refusal_needs_a_reason_and_lets_the_client_propose_again(w, contract):
    proposed = propose(w, contract)
    with pytest.raises(Refused):
        actions.refuse(w.actor("operator_signatory"), proposed, "  ")
    actions.refuse(w.actor("operator_signatory"), proposed, "起点过高")
    assert (proposed.state, proposed.decision_reason) == (PlanState.REFUSED, "起点过高")
    assert open_tasks(contract) >= {("plan:propose", "", w.org("agency").id)}
    again = propose(w, contract)
    assert again.number == 2
    assert ("plan:propose", "", w.org("agency").id) not in open_tasks(contract)


def test_a_withdrawn_plan_is_never_agreed(w, contract):
    proposed = propose(w, contract)
    actions.withdraw(w.actor("second_officer"), proposed)
    assert proposed.state is PlanState.WITHDRAWN
    assert not [one for one in open_tasks(contract) if one[0] == "plan:agree"]
    for act in (
        lambda: actions.agree(w.actor("operator_signatory"), proposed, proposed.sha256),
        lambda: actions.refuse(w.actor("operator_signatory"), proposed, "x"),
        lambda: actions.withdraw(w.actor("officer"), proposed),
    ):
        with pytest.raises(WrongState):
            act()


def test_one_plan_waits_at_a_time(w, contract):
    propose(w, contract)
    assert refusal(w, contract) == {""}


# --- what stands against a proposal ----------------------------------------------------------------------------------

FLAWS = [
    ({"min_outage_minutes": -1}, {"min_outage_minutes"}),
    ({"min_outage_minutes": 1441}, {"min_outage_minutes"}),
    ({"degraded_weight": Decimal(0)}, {"degraded_weight"}),
    ({"degraded_weight": Decimal("1.000001")}, {"degraded_weight"}),
    ({"degraded_weight": Decimal("0.1234567")}, {"degraded_weight"}),
    ({"degraded_weight": Decimal("NaN")}, {"degraded_weight"}),
    ({"report_after_days": -1}, {"report_after_days"}),
    ({"report_after_days": 61}, {"report_after_days"}),
    ({"weighting": Weighting.FEE}, {"weighting"}),
    ({"first_period": Period("2026-02")}, {"first_period"}),
    ({"first_period": Period("2027-04")}, {"first_period"}),
    ({"first_period": Period("2026-Q2")}, {"first_period"}),
    ({"first_period": Period("2026-03-01")}, {"first_period"}),
    ({"period_kind": PeriodKind.QUARTER, "first_period": Period("2026-Q1")}, {"scheme"}),
    ({"min_outage_minutes": 9999, "report_after_days": 99, "weighting": Weighting.FEE}, 3),
]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("changes, places", FLAWS, ids=str)
def test_what_is_wrong_is_named(w, contract, changes, places):
    found = refusal(w, contract, **changes)
    assert len(found) == places if isinstance(places, int) else found == places


FINE = [
    {"min_outage_minutes": 0},
    {"min_outage_minutes": 1440},
    {"degraded_weight": Decimal(1)},
    {"degraded_weight": Decimal("0.000001")},
    {"report_after_days": 0},
    {"report_after_days": 60},
    {"first_period": Period("2027-03")},
]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("changes", FINE, ids=str)
def test_the_bounds_themselves_are_allowed(w, contract, changes):
    assert plan(w, contract, **changes).state is PlanState.AGREED


@pytest.mark.sqlite_only
@pytest.mark.parametrize("code", ["SC-YEAR", "SC-USE"])
def test_a_scheme_that_judges_nothing_of_the_contract_is_refused(w, contract, code):
    assert refusal(w, contract, scheme=scheme_entry(code)) == {"scheme"}


@pytest.mark.sqlite_only
def test_an_entry_of_another_kind_is_no_scheme_and_no_schedule(w, contract):
    calendar, scheme = rule("calendar", "cn-workdays"), scheme_entry()
    assert refusal(w, contract, scheme=calendar, schedule=scheme) == {"scheme", "schedule"}


@pytest.mark.sqlite_only
def test_an_old_version_of_a_scheme_is_refused_but_an_agreed_one_stays(w, contract, tmp_path):
    made = plan(w, contract)
    old = scheme_entry()
    changed = tmp_path / "scheme.json"
    content = json.loads(old.content)
    content["name"] = {"zh": "新版", "en": "New"}
    entry = {**content, "code": "SC-AVAIL", "valid_from": "2026-01-01"}
    changed.write_text(json.dumps({"kind": "scheme", "source": "x", "entries": [entry]}), encoding="utf-8")
    catalogues.load(SYSTEM, [changed])
    db.session.flush()
    assert scheme_entry().id != old.id
    assert refusal(w, contract, scheme=old, first_period=Period("2026-06")) == {"scheme"}
    assert scheme_of(made).head.name.zh != "新版"
    assert made.scheme.id == old.id


# --- which plan holds ------------------------------------------------------------------------------------------------


def test_rules_never_change_for_a_period_that_has_begun(w, contract):
    plan(w, contract)
    for begun in ("2026-03", "2026-05"):
        assert refusal(w, contract, first_period=Period(begun)) == {"first_period"}
    assert propose(w, contract, first_period=Period("2026-06")).state is PlanState.PROPOSED


def test_a_change_that_lay_until_its_period_began_comes_too_late(w, contract):
    plan(w, contract)
    change = propose(w, contract, first_period=Period("2026-06"))
    with clock.at(datetime(2026, 6, 1, tzinfo=ZONE)):
        with pytest.raises(Refused):
            actions.agree(w.actor("operator_signatory"), change, change.sha256)
        actions.refuse(w.actor("operator_signatory"), change, "已过期")
    assert pending_of(contract) is None


def test_the_first_plan_may_begin_with_periods_that_are_over(w, contract):
    made = plan(w, contract)
    assert [one.text for one in periods_owed(made)] == ["2026-03", "2026-04"]
    assert plan_for(contract, Period("2026-03")) == made
    assert plan_for(contract, Period("2026-02")) is None
    assert plan_for(contract, Period("2026-Q2")) is None
    assert plan_for(contract, Period("2026-03-05")) is None


def test_a_later_plan_takes_over_from_its_first_period_on(w, contract):
    first = plan(w, contract)
    second = plan(w, contract, first_period=Period("2026-07"), report_after_days=3)
    third = plan(w, contract, first_period=Period("2026-07"), report_after_days=4)
    fourth = plan(w, contract, first_period=Period("2026-06"), report_after_days=5)
    held = {text: plan_for(contract, Period(text)).number for text in ("2026-05", "2026-06", "2026-07", "2027-03")}
    assert held == {"2026-05": 1, "2026-06": 4, "2026-07": 3, "2027-03": 3}
    with clock.at(LATER + timedelta(days=120)):
        owed = {one.number: [period.text for period in periods_owed(one)] for one in (first, second, third, fourth)}
    assert owed == {1: ["2026-03", "2026-04", "2026-05"], 2: [], 3: ["2026-07", "2026-08"], 4: ["2026-06"]}


def test_periods_end_with_the_term(w, contract):
    made = plan(w, contract)
    with clock.at(LATER + timedelta(days=900)):
        owed = periods_owed(made)
    assert [owed[0].text, owed[-1].text, len(owed)] == ["2026-03", "2027-03", 13]


def test_nothing_is_owed_by_a_plan_that_is_not_agreed(w, contract):
    assert periods_owed(propose(w, contract)) == []


def test_plans_are_found_by_those_who_see_the_contract(w, contract):
    made = plan(w, contract)
    other = plan(w, in_force(w))
    assert [one.code for one in agreed_plans()] == [made.code, other.code]
    for by in ("officer", "operator_signatory", "inspector", "leader"):
        assert plan_in_reach(w.actor(by), made.code) == made
    for by in ("rival_officer", "other_officer"):
        assert plan_in_reach(w.actor(by), made.code) is None
    assert [one.number for one in plans_of(contract)] == [1]


def test_the_terms_of_watching_follow_from_the_plan(w, contract):
    made = plan(
        w, contract, schedule=rule("calendar", "cn-workdays"), min_outage_minutes=15, degraded_weight=Decimal("0.3")
    )
    terms = terms_of(made)
    assert (terms.min_outage, terms.degraded_weight) == (timedelta(minutes=15), Decimal("0.3"))
    assert terms.schedule.is_workday(datetime(2026, 5, 11).date())
    other = plan(w, in_force(w))
    assert terms_of(other) == DEFAULT_TERMS
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Plan)) == 2
