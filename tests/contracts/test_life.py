"""A contract's life: who moves it from where to where, what each step opens and closes, and what time does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.audit import act
from app.contracts import actions, drafting
from app.contracts.jobs import turn_contracts
from app.contracts.models import ContractState, PeriodKind, Pricing
from app.contracts.rules import Band
from app.contracts.workflow import WORKFLOW
from app.core.actors import SYSTEM
from app.core.clock import clock, today
from app.core.db import db
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.core.money import MAX_FEN
from app.core.permissions import Permission
from app.lifecycle.actions import open_task
from app.lifecycle.models import Task, TaskState
from app.services.actions import retire_service
from tests import factories as make

P, S = Permission, ContractState
D = Decimal


def tasks(contract, state=TaskState.OPEN):
    found = db.session.scalars(sa.select(Task).where(Task.subject_id == contract.subject_id, Task.state == state))
    return sorted((one.organisation.code, one.permission, one.due_on.isoformat()) for one in found)


def later(days):
    return clock.at(make.MOMENT + timedelta(days=days))


# --- who may do what, in which state ---------------------------------------------------------------------------------

SIGNERS = {"signatory", "operator_signatory"}
# Written down here once more, apart from the program's own table.
ALLOWED = {
    P.CONTRACT_DRAFT: ({S.DRAFT}, {"officer", "second_officer"}),
    P.CONTRACT_SUBMIT: ({S.DRAFT}, {"officer", "second_officer"}),
    P.CONTRACT_SIGN: ({S.SIGNING}, SIGNERS),
    P.CONTRACT_RETURN: ({S.SIGNING}, {"officer", "second_officer", "operator_officer"} | SIGNERS),
    P.CONTRACT_VOID: ({S.DRAFT}, {"officer", "second_officer"}),
    P.CONTRACT_TAKE_EFFECT: ({S.SIGNED}, {"SYSTEM"}),
    P.CONTRACT_EXPIRE: ({S.IN_FORCE, S.TERMINATING}, {"SYSTEM"}),
    P.CONTRACT_PROPOSE_TERMINATION: ({S.IN_FORCE}, {"officer", "second_officer"}),
    P.CONTRACT_AGREE_TERMINATION: ({S.TERMINATING}, {"operator_signatory"}),
    P.CONTRACT_REFUSE_TERMINATION: ({S.TERMINATING}, {"operator_signatory"}),
    P.CONTRACT_ATTACH: (set(S) - {S.VOID}, {"officer", "second_officer", "operator_officer"}),
}


def test_the_table_of_the_program_names_the_same_acts():
    assert {transition.act for transition in WORKFLOW.transitions} == set(ALLOWED)


def test_every_act_in_every_state_by_everybody(w):
    """11 acts x 6 states x 18 people: exactly the listed ones may, everybody else is told why not."""
    wrong, asked = [], 0
    actors = {key: w.actor(key) for key in make.PEOPLE} | {"SYSTEM": SYSTEM}
    for state in w.codes:
        contract = w.contract(state)
        for permission, (states, people) in ALLOWED.items():
            for key, actor in actors.items():
                asked += 1
                fits = key in people, contract.state in states
                expected = {(True, True): (Refused, None), (True, False): (WrongState,)}.get(fits, (NotAllowed,))
                if (got := outcome(actor, contract, permission)) not in expected:
                    wrong.append((permission.value, state, key, got))
    assert wrong == []
    assert asked == len(actors) * len(w.codes) * len(ALLOWED)


def outcome(actor, contract, permission):
    try:
        WORKFLOW.check(actor, contract, permission, "理由")
    except (NotAllowed, WrongState, Refused) as refusal:
        return type(refusal)
    return None


def test_pages_offer_exactly_what_is_possible_in_the_state(w):
    for state in w.codes:
        contract = w.contract(state)
        for key in make.PEOPLE:
            offered = {offer.transition.act for offer in WORKFLOW.offers(w.actor(key), contract)}
            assert offered == {
                one for one, (states, people) in ALLOWED.items() if key in people and contract.state in states
            }


@pytest.mark.parametrize(
    "act, state, key",
    [
        ("return_for_change", "signing", "signatory"),
        ("void", "draft", "officer"),
        ("propose_termination", "in_force", "officer"),
        ("agree_termination", "terminating", "operator_signatory"),
        ("refuse_termination", "terminating", "operator_signatory"),
    ],
)
@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_these_need_a_reason(w, act, state, key, reason):
    with pytest.raises(Refused) as caught:
        getattr(actions, act)(w.actor(key), w.contract(state), reason)
    assert [one.place for one in caught.value.problems] == ["reason"]


# --- tasks and their deadlines ---------------------------------------------------------------------------------------


def test_submission_asks_both_sides_to_sign_within_five_working_days(w):
    contract = w.contract("signing")
    assert tasks(contract) == [("AGENCY", "contract:sign", "2026-03-09"), ("OPERATOR", "contract:sign", "2026-03-09")]
    make.sign(w, contract, "signatory")
    assert tasks(contract) == [("OPERATOR", "contract:sign", "2026-03-09")]
    make.sign(w, contract, "operator_signatory")
    assert tasks(contract) == []
    assert len(tasks(contract, TaskState.DONE)) == 2


def test_a_deadline_passes_over_the_spring_festival(w):
    """Sent on 13 February 2026: the 14th is a make-up working Saturday, 15 to 23 are days off."""
    contract = w.contract("draft")
    with (
        clock.at(datetime(2026, 2, 13, 9, tzinfo=make.MOMENT.tzinfo)),
        act(SYSTEM, P.TASK_RECOMPUTE, ref=contract.ref),
    ):
        task = open_task(contract.subject, w.org("agency").id, P.CONTRACT_SUBMIT, 5)
    assert (task.due_on, task.provisional) == (date(2026, 2, 27), False)


def test_a_return_asks_the_client_alone_within_ten_working_days(w):
    contract = w.contract("signing")
    actions.return_for_change(w.actor("operator_signatory"), contract, "单价")
    assert tasks(contract) == [("AGENCY", "contract:submit", "2026-03-16")]
    assert len(tasks(contract, TaskState.DROPPED)) == 2
    make.submit(w, contract)
    assert len(tasks(contract)) == 2


def test_a_proposal_to_terminate_asks_the_operator_within_ten_working_days(w):
    contract = w.contract("terminating")
    assert tasks(contract) == [("OPERATOR", "contract:agree_termination", "2026-03-16")]
    actions.refuse_termination(w.actor("operator_signatory"), contract, "继续")
    assert (contract.state, tasks(contract), contract.ended_on) == (S.IN_FORCE, [], None)


def test_an_agreed_termination_ends_the_contract_that_day(w, db_session):
    contract = w.contract("terminating")
    with later(3):
        actions.agree_termination(w.actor("operator_signatory"), contract, "同意")
        db_session.commit()
        assert (contract.state, contract.ended_on, tasks(contract)) == (S.TERMINATED, date(2026, 3, 5), [])


def test_a_void_draft_stays_readable_and_is_over(w):
    contract = w.contract("void")
    assert contract.current.lines
    assert outcome(w.actor("officer"), contract, P.CONTRACT_DRAFT) is WrongState


# --- what time does --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "days, state",
    [(0, S.SIGNED), (29, S.SIGNED), (30, S.IN_FORCE), (60, S.IN_FORCE), (394, S.IN_FORCE), (395, S.EXPIRED)],
)
def test_a_signed_contract_takes_effect_on_its_first_day_and_expires_after_its_last(w, db_session, days, state):
    contract = w.contract("signed")
    assert (contract.current.term_from, contract.current.term_until) == (date(2026, 4, 1), date(2027, 3, 31))
    with later(days):
        turned = turn_contracts()
        db_session.commit()
        assert contract.state is state
        assert turn_contracts() == 0
    assert contract.ended_on == (date(2027, 3, 31) if state is S.EXPIRED else None)
    assert turned >= (state is not S.SIGNED)


def test_a_contract_runs_out_while_its_termination_is_discussed(w, db_session):
    contract = w.contract("terminating")
    with later(364):
        turn_contracts()
        assert contract.state is S.TERMINATING
    with later(365):
        turn_contracts()
        db_session.commit()
        assert (contract.state, tasks(contract)) == (S.EXPIRED, [])


def test_nobody_puts_a_contract_into_force_before_its_day_or_ends_it_before_its_last(w):
    with pytest.raises(Refused):
        actions.take_effect(SYSTEM, w.contract("signed"))
    with pytest.raises(Refused):
        actions.expire(SYSTEM, w.contract("in_force"))
    with later(400), pytest.raises(NotAllowed):
        actions.take_effect(w.actor("officer"), w.contract("signed"))


def test_a_contract_signed_after_its_first_day_is_in_force_at_once(w):
    contract = make.signing(w)
    with later(4):
        make.sign(w, contract, "signatory")
        make.sign(w, contract, "operator_signatory")
        assert contract.state is S.IN_FORCE


# --- drafting --------------------------------------------------------------------------------------------------------


def test_contracts_are_numbered_by_region_and_year(w):
    codes = [make.empty_draft(w).code for _ in range(2)]
    assert codes == ["HT-4401-2026-0007", "HT-4401-2026-0008"]
    assert make.empty_draft(w, "other_officer").code == "HT-4403-2026-0001"
    with later(365):
        assert make.empty_draft(w).code == "HT-4401-2027-0001"


def test_the_second_of_two_people_who_edit_the_terms_is_told_and_nothing_is_lost(w, db_session):
    contract = w.contract("draft")
    seen = contract.current.row_version
    drafting.set_terms(w.actor("officer"), contract, make.terms(payment_terms="甲的修改"), seen)
    with pytest.raises(Stale):
        drafting.set_terms(w.actor("second_officer"), contract, make.terms(payment_terms="乙的修改"), seen)
    db_session.commit()
    assert contract.current.payment_terms == "甲的修改"


@pytest.mark.parametrize(
    "changes, place",
    [
        ({"amount_fen": 0}, "amount"),
        ({"amount_fen": -1}, "amount"),
        ({"amount_fen": MAX_FEN}, "amount"),
        ({"point_fen": -1}, "point_value"),
        ({"point_fen": MAX_FEN}, "point_value"),
        ({"cap_percent": D("-0.01")}, "cap_percent"),
        ({"cap_percent": D("100.01")}, "cap_percent"),
        ({"term_until": date(2026, 3, 1)}, "term_until"),
    ],
)
def test_terms_out_of_range_are_refused_with_their_field(w, changes, place):
    contract = w.contract("draft")
    with pytest.raises(Refused) as caught:
        drafting.set_terms(w.actor("officer"), contract, make.terms(**changes), None)
    assert [one.place for one in caught.value.problems] == [place]


@pytest.mark.parametrize(
    "changes, place",
    [
        ({"fee_fen": None}, "fee"),
        ({"fee_fen": 0}, "fee"),
        ({"fee_fen": -100}, "fee"),
        ({"fee_fen": MAX_FEN}, "fee"),
        ({"pricing": Pricing.UNIT_PRICE, "unit_price": None}, "unit_price"),
        ({"unit_price": D(0)}, "unit_price"),
        ({"unit_price": D("-0.003")}, "unit_price"),
        ({"unit_price": D("NaN")}, "unit_price"),
        ({"unit_price": D("Infinity")}, "unit_price"),
        ({"unit_price": D("1E+999")}, "unit_price"),
        ({"unit_price": D("0.0000001")}, "unit_price"),
        ({"unit_price": D(10**12)}, "unit_price"),
        ({"unit_price": D("0.003"), "expected_volume": -1}, "expected_volume"),
        ({"unit_price": D("0.003"), "expected_volume": 10**12}, "expected_volume"),
    ],
)
def test_prices_and_volumes_out_of_range_are_refused_with_their_field(w, changes, place):
    officer, contract = w.actor("officer"), w.contract("draft")
    with pytest.raises(Refused) as caught:
        drafting.add_line(officer, contract, make.line(make.service(officer), **changes))
    assert [one.place for one in caught.value.problems] == [place]


def test_a_service_stands_once_in_a_contract_and_not_when_it_is_retired(w):
    officer, contract = w.actor("officer"), w.contract("draft")
    present = contract.current.lines[0].service
    retired = make.service(officer)
    retire_service(officer, retired, "停用")
    for service in (present, retired):
        with pytest.raises(Refused) as caught:
            drafting.add_line(officer, contract, make.line(service))
        assert [one.place for one in caught.value.problems] == ["service"]


def test_a_level_needs_an_indicator_that_may_be_assessed_in_its_period(w):
    officer, contract = w.actor("officer"), w.contract("draft")
    line = contract.current.lines[0]
    for facts, place in (
        (make.level("KI-001"), "indicator"),
        (make.level("KI-002", period=PeriodKind.YEAR), "period"),
        (make.level("KI-002", bands=()), "bands"),
        (make.level("KI-002", target=D(98)), "bands"),
        (make.level("KI-002", target=D(10**12)), "target"),
        (make.level("KI-002", target=D("NaN")), "target"),
        (make.level("KI-002", bands=(Band(D(99), 0), Band(D("-Infinity"), 1), Band(None, 2))), "bands"),
        (make.level("KI-002", bands=(Band(D(99), 0), Band(D("98.0000001"), 1), Band(None, 2))), "bands"),
        (make.level("KI-002", bands=(Band(D(99), 0), Band(None, 1001))), "bands"),
        (make.level("KI-002", bands=(Band(D(99), -1), Band(None, 1))), "bands"),
    ):
        with pytest.raises(Refused) as caught:
            drafting.set_level(officer, contract, line, None, facts, None)
        assert [one.place for one in caught.value.problems] == [place]


def test_only_an_organisation_of_the_management_opens_contracts(w):
    for key in ("operator_officer", "inspector", "system_admin", "signatory"):
        with pytest.raises(NotAllowed):
            make.empty_draft(w, key)


def test_the_day_of_the_clock_is_the_day_in_china(w):
    with clock.at(datetime(2026, 3, 31, 15, 59, tzinfo=UTC)):
        assert today() == date(2026, 3, 31)
    with clock.at(datetime(2026, 3, 31, 16, 0, tzinfo=UTC)):
        assert today() == date(2026, 4, 1)
        turn_contracts()
        assert w.contract("signed").state is S.IN_FORCE


def test_the_end_of_a_contract_leaves_what_is_owed_about_its_figures_and_findings(w):
    contract = make.in_force(w)
    officer = w.actor("officer")
    with act(officer, P.CONTRACT_ATTACH, ref=contract.ref):
        for permission, item in ((P.FIGURE_VERIFY, ""), (P.FINDING_RECTIFY, "WT-1")):
            open_task(contract.subject, officer.organisation_id, permission, 5, item)
    actions.propose_termination(officer, contract, "项目调整")
    actions.agree_termination(w.actor("operator_signatory"), contract, "同意")
    assert [permission for _code, permission, _due in tasks(contract)] == ["figure:verify", "finding:rectify"]
