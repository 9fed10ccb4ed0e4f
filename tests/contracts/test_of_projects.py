"""Contracts of projects wait for the handover, by job, by action and by SQL; nothing is owed or paid before it."""

from datetime import date, datetime
from fractions import Fraction

import pytest
import sqlalchemy as sa

from app.assessments.fees import fees_of
from app.assessments.gathering import gather
from app.conditions.gathering import facts_of
from app.contracts import actions
from app.contracts.drawing import draw, link
from app.contracts.jobs import turn_contracts
from app.contracts.models import ContractState, Signature
from app.contracts.of_projects import running_contracts, waits_for_handover
from app.core import periods
from app.core.actors import SYSTEM
from app.core.clock import clock, local, today
from app.core.db import db
from app.core.errors import Refused
from app.figures.measures import performed_from, periods_due, window_of
from app.plans.queries import periods_owed
from app.projects import actions as projects
from app.projects.kinds import ProjectState
from tests.acceptances.room import moved, operating
from tests.factories import MOMENT, draft, existing_draft, plan, sign, submit
from tests.procurement import room
from tests.separation.breaking import attempt

Period, Kind = periods.Period, periods.PeriodKind


def at(day):
    return clock.at(datetime.combine(date.fromisoformat(day), MOMENT.timetz()))


@pytest.fixture
def waiting(w, project):
    """Signed by both on 2 March 2026 for a term from that day on; the project is only approved."""
    return room.signed(w, room.completed(w, room.drawn(w, project), payment_terms="按月付款。"))


def in_operation(w, project, day):
    """Built, accepted and handed over, the last on a day."""
    while project.state is not ProjectState.ACCEPTED:
        moved(w, project)
    with at(day):
        return operating(w, project)


# --- waiting ---------------------------------------------------------------------------------------------------------


def test_the_last_signature_does_not_put_it_into_force(waiting):
    assert (waiting.state, waits_for_handover(waiting)) == (ContractState.SIGNED, True)


def test_the_job_waits_and_catches_up_after_the_handover(w, project, waiting):
    with at("2026-03-10"):
        assert turn_contracts() == 0
        assert waiting.state is ContractState.SIGNED
    in_operation(w, project, "2026-03-20")
    with at("2026-03-20"):
        assert turn_contracts() == 1
        assert waiting.state is ContractState.IN_FORCE
        assert turn_contracts() == 0


def test_the_action_says_why_not(waiting):
    with pytest.raises(Refused) as refusal:
        actions.take_effect(SYSTEM, waiting)
    assert "尚未移交投运" in refusal.value.problems[0].what


def test_a_contract_signed_after_the_handover_takes_effect_at_once(w, project):
    contract = room.completed(w, room.drawn(w, project))
    in_operation(w, project, "2026-03-02")
    room.signed(w, contract)
    assert contract.state is ContractState.IN_FORCE


INTO_FORCE = "UPDATE contracts SET act_id = :act, state = 'in_force' WHERE id = :id"


def test_the_database_waits_too(w, project, waiting):
    db.session.commit()
    assert "handed over" in attempt(db.session, INTO_FORCE, {"id": waiting.id})
    in_operation(w, project, "2026-03-05")
    db.session.commit()
    assert attempt(db.session, INTO_FORCE, {"id": waiting.id}) == ""


# --- while the project stands still ----------------------------------------------------------------------------------


def halted(w, project, how):
    move = projects.suspend if how == "suspended" else projects.terminate
    move(w.actor("authority_lead"), project, "资金来源待核实。")
    db.session.commit()


@pytest.mark.parametrize("how", ["suspended", "terminated"])
def test_nothing_is_drawn_sent_out_or_signed_while_the_project_stands_still(w, project, how):
    free = room.awarded(w, project, "operate", budget_fen=1_000_000)
    drafted, out = (room.completed(w, room.drawn(w, project)) for _one in range(2))
    submit(w, out)
    halted(w, project, how)
    for action in (
        lambda: draw(w.actor("officer"), free),
        lambda: submit(w, drafted),
        lambda: sign(w, out, "signatory"),
    ):
        with pytest.raises(Refused) as refusal:
            action()
        said = refusal.value.problems[0]
        assert str(project.state.label) in said.what and said.why and said.remedy
    # What went out can still be taken back and given up.
    actions.return_for_change(w.actor("signatory"), out, "项目不再继续")
    actions.void(w.actor("officer"), out, "项目不再继续")


def test_the_database_signs_nothing_while_the_project_stands_still(w, project):
    drafted, out = (room.completed(w, room.drawn(w, project)) for _one in range(2))
    submit(w, out)
    sign(w, out, "signatory")
    halted(w, project, "suspended")
    state = "UPDATE contracts SET act_id = :act, state = 'signing' WHERE id = :id"
    assert "stands still" in attempt(db.session, state, {"id": drafted.id})
    (first,) = out.current.signatures
    columns = [one.key for one in sa.inspect(Signature).column_attrs]
    fresh = {"id": "999", "act_id": ":act", "user_id": str(w.user("operator_signatory").id), "side": "'operation'"}
    fresh["organisation_id"] = str(w.org("operator").id)
    chosen = ", ".join(fresh.get(one, one) for one in columns)
    copy = f"INSERT INTO signatures ({', '.join(columns)}) SELECT {chosen} FROM signatures WHERE id = {first.id}"
    assert "stands still" in attempt(db.session, copy)
    projects.resume(w.actor("authority_lead"), project, "资金已落实。")
    sign(w, out, "operator_signatory")
    assert out.state is ContractState.SIGNED


def test_contracts_without_a_project_wait_for_nothing(w):
    assert attempt(db.session, INTO_FORCE, {"id": w.contract("signed").id}) == ""


def test_what_is_sealed_keeps_its_project_and_its_purchase(w, project, waiting):
    other = room.awarded(w, project, "operate", budget_fen=1_000_000)
    db.session.commit()
    values = {"id": waiting.id, "other": other.id}
    for change in ("project_id = NULL", "procurement_id = NULL", "procurement_id = :other"):
        statement = f"UPDATE contracts SET act_id = :act, {change} WHERE id = :id"
        assert attempt(db.session, statement, {key: values[key] for key in values if f":{key}" in statement}), change


def test_a_contract_is_bound_to_a_purchase_of_its_project_and_client_only(w, project):
    purchase = room.awarded(w, project, "operate")
    own, strange = draft(w), draft(w, "other_officer")
    db.session.commit()
    bind = "UPDATE contracts SET act_id = :act, project_id = :project, procurement_id = :purchase WHERE id = :id"
    values = {"project": project.id, "purchase": purchase.id}
    # The purchase knows of no contract yet.
    assert "purchase" in attempt(db.session, bind, {**values, "id": own.id})
    only = "UPDATE contracts SET act_id = :act, project_id = :project WHERE id = :id"
    assert attempt(db.session, only, {"project": project.id, "id": own.id}) == ""
    assert "whose project" in attempt(db.session, only, {"project": project.id, "id": strange.id})
    lone = "UPDATE contracts SET act_id = :act, procurement_id = :purchase WHERE id = :id"
    assert attempt(db.session, lone, {"purchase": purchase.id, "id": own.id})


def test_a_purchase_keeps_the_contract_that_was_drawn(w, project):
    contract = room.drawn(w, project)
    db.session.commit()
    for change in ("NULL", "'HT-X'"):
        statement = f"UPDATE procurements SET act_id = :act, own_contract = {change} WHERE id = :id"
        assert "keeps the contract" in attempt(db.session, statement, {"id": contract.procurement_id})


def test_running_contracts_are_counted_for_the_exit(w, project, waiting):
    assert facts_of(project.subject)["project.running_contracts"] == 0
    in_operation(w, project, "2026-03-02")
    turn_contracts()
    assert facts_of(project.subject)["project.running_contracts"] == 1
    actions.propose_termination(w.actor("officer"), waiting, "项目退出")
    assert running_contracts(project.subject_id) == 1
    actions.agree_termination(w.actor("operator_signatory"), waiting, "同意")
    assert running_contracts(project.subject_id) == 0


# --- nothing before the handover -------------------------------------------------------------------------------------


@pytest.fixture
def late(w, project, waiting):
    """In force since the handover on 11 April 2026, six weeks after its term began."""
    in_operation(w, project, "2026-04-11")
    with at("2026-04-11"):
        turn_contracts()
    return waiting


def test_periods_begin_with_the_handover(w, late):
    assert performed_from(late) == date(2026, 4, 11)
    with at("2026-07-01"):
        assert local(window_of(late).start).date() == date(2026, 4, 11)
        assert [one.text for one in periods_due(late, Kind.MONTH)] == ["2026-04", "2026-05", "2026-06"]


def test_no_period_before_the_handover_is_judged(w, late):
    with at("2026-06-02"):
        agreed = plan(w, late, first_period=Period("2026-04"))
        assert [one.text for one in periods_owed(agreed)] == ["2026-04", "2026-05"]


def test_fees_count_from_the_handover_on(w, project):
    contract = room.drawn(w, project)
    fixed = room.at_a_fee(w, contract, 3_000_000)
    room.signed(w, room.completed(w, contract))
    in_operation(w, project, "2026-04-11")
    with at("2026-06-02"):
        turn_contracts()
        agreed = plan(w, contract, first_period=Period("2026-04"))
        fees = {
            month: fees_of(gather(contract, agreed, Period(month)))[fixed].fen
            for month in ("2026-03", "2026-04", "2026-05")
        }
    # April has thirty days, of which twenty are operated.
    assert fees == {"2026-03": 0, "2026-04": 2_000_000, "2026-05": 3_000_000}


def test_a_handover_before_the_term_changes_nothing(w, project):
    contract = room.completed(w, room.drawn(w, project), term_from=date(2026, 3, 20), term_until=date(2027, 3, 19))
    room.signed(w, contract)
    in_operation(w, project, "2026-03-10")
    assert performed_from(contract) is None
    with at("2026-05-01"):
        assert local(window_of(contract).start).date() == date(2026, 3, 20)


def test_contracts_that_were_brought_in_run_by_their_own_term(w, project):
    in_operation(w, project, "2026-03-02")
    contract = existing_draft(w, date(2025, 1, 1), date(2026, 12, 31))
    link(w.actor("officer"), contract, project)
    submit(w, contract)
    for signatory in ("signatory", "operator_signatory"):
        sign(w, contract, signatory)
    assert contract.state is ContractState.IN_FORCE
    assert performed_from(contract) is None
    assert local(window_of(contract).start).date() == date(2025, 1, 1)


def test_contracts_without_a_project_are_judged_as_before(w):
    contract = w.contract("in_force")
    assert performed_from(contract) is None
    assert local(window_of(contract).start).date() == today()


def test_the_share_of_what_is_expected_follows_the_days(w, late):
    with at("2026-06-02"):
        agreed = plan(w, late, first_period=Period("2026-04"))
        material = gather(late, agreed, Period("2026-04"))
        assert (material.is_partial, material.share(Period("2026-04"))) == (True, Fraction(2, 3))
