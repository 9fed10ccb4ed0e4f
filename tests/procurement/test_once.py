"""Each purchase stands on its own: a paper proves one of them, and one is not stopped by what another one did."""

import pytest

from app.conditions.gathering import facts_of
from app.core.clock import today
from app.core.db import db
from app.core.errors import Refused
from app.procurement import actions, awards
from app.procurement.facts import bearing
from app.procurement.kinds import Method, ProcurementState
from app.procurement.pages import file_choices
from app.procurement.recording import Proof, award_paper, contract_paper, publicity_paper
from tests.procurement import room
from tests.procurement.test_guards import copied, update


def words(refusal):
    return " ".join(f"{one.what}{one.why}" for one in refusal.value.problems)


# --- papers ----------------------------------------------------------------------------------------------------------


def test_the_notice_of_one_award_is_no_notice_of_another(w, project):
    first = room.awarded(w, project, "operate", budget_fen=1_000_000)
    second = room.planned(w, project, "test", budget_fen=1_000_000, method=Method.FRAMEWORK)
    actions.announce(w.actor("officer"), second, room.notice_facts(bids_due_on=None))
    assert first.award_sha256 not in dict(file_choices(project, award_paper(second)))
    award = room.award_facts(w, second)
    with pytest.raises(Refused) as refusal:
        awards.record_award(w.actor("officer"), second, award, Proof(first.award_sha256))
    assert first.code in words(refusal)
    assert [one.place for one in refusal.value.problems] == ["award_upload"]
    awards.record_award(w.actor("officer"), second, award, room.proof())
    assert second.award_sha256 != first.award_sha256


def test_a_scan_of_one_contract_is_no_scan_of_another(w, project):
    first = room.contracted(w, project, "build", budget_fen=1_000_000)
    second = room.awarded(w, project, "test", budget_fen=1_000_000)
    assert first.contract_sha256 not in dict(file_choices(project, contract_paper(second)))
    with pytest.raises(Refused) as refusal:
        awards.record_contract(w.actor("officer"), second, room.contract_facts(second), Proof(first.contract_sha256))
    assert "只能证明一次采购" in words(refusal)


def test_the_publicity_of_a_purchase_that_came_to_nothing_is_free_again(w, project):
    first = room.planned_as(w, project, room.single_source(budget_fen=1_000_000), room.proof())
    with pytest.raises(Refused):
        room.planned_as(w, project, room.single_source(budget_fen=1_000_000), Proof(first.publicity_sha256))
    actions.cancel(w.actor("officer"), first, "改为重新采购。")
    assert first.state is ProcurementState.CANCELLED
    assert first.publicity_sha256 in dict(file_choices(project, publicity_paper(None)))
    again = room.planned_as(w, project, room.single_source(budget_fen=1_000_000), Proof(first.publicity_sha256))
    assert again.publicity_sha256 == first.publicity_sha256


def test_by_sql_a_paper_proves_one_purchase(w, project):
    first = room.contracted(w, project, "build", budget_fen=1_000_000)
    second = room.recorded(w, project, "test", budget_fen=1_000_000)
    source = room.planned_as(w, project, room.single_source("other", budget_fen=1_000_000), room.proof())
    third = room.planned_as(w, project, room.single_source("other", budget_fen=1_000_000), room.proof())
    db.session.commit()
    assert "proves one purchase" in update(second, award_sha256=f"'{first.award_sha256}'")
    assert "proves one purchase" in update(third, publicity_sha256=f"'{source.publicity_sha256}'")
    assert "proves one purchase" in copied(third)
    assert copied(third, publicity_sha256="NULL") == ""


# --- whose fault it is -----------------------------------------------------------------------------------------------


def test_a_plan_without_its_basis_stops_no_other_purchase(w, project):
    room.planned_as(w, project, room.single_source("other", budget_fen=1_000_000, single_source_basis=""))
    assert facts_of(project.subject)["procurement.without_basis"] == 0
    second = room.planned(w, project, "test", budget_fen=1_000_000, method=Method.FRAMEWORK)
    actions.announce(w.actor("officer"), second, room.notice_facts(bids_due_on=None))
    assert second.state is ProcurementState.ANNOUNCED


def test_a_purchase_answers_for_itself_and_for_sums_that_it_is_part_of(w, project):
    room.awarded(w, project, "operate", budget_fen=1_500_000)
    alone = room.planned(w, project, "test", budget_fen=900_000, method=Method.FRAMEWORK)
    assert bearing(alone)["procurement.largest_non_open"] == 900_000
    assert bearing(alone)["procurement.split_total"] == 0
    part = room.planned(w, project, "operate", budget_fen=1_200_000, method=Method.FRAMEWORK)
    assert bearing(part)["procurement.split_total"] == 2_700_000
    assert facts_of(project.subject)["procurement.largest_non_open"] == 1_500_000, "of the project, what was announced"
    assert part.announced_on is None or part.announced_on <= today()
