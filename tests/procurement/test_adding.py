"""Adding to a contract: a tenth of it at most, of the same object, from its supplier; by hand and by SQL."""

from dataclasses import replace

import pytest

from app.audit.field_words import FIELD_WORDS
from app.core.db import db
from app.core.errors import Refused
from app.procurement import actions, adding, awards, queries
from app.procurement.kinds import Method, ProcurementState
from app.procurement.pages import winner_choices
from app.procurement.supplements import ARTICLES, Room
from tests.factories import sign_in
from tests.procurement import room
from tests.procurement.test_guards import copied, day, update

S = ProcurementState
# What a building contract comes to here, and a tenth of it.
WHOLE, TENTH = 200_000_000, 20_000_000


@pytest.fixture
def original(w, project):
    made = room.contracted(w, project, "build")
    db.session.commit()
    return made


def asked(original, fen=TENTH, **changes):
    facts = room.single_source(original.purpose, budget_fen=fen, title="扩容追加", adds_to=original.number)
    return replace(facts, single_source_basis="须与原平台配套。", **changes)


def added(w, original, fen=TENTH, **changes):
    """A supplement that is planned, with everything that its notice needs."""
    return room.planned_as(w, original.project, asked(original, fen, **changes), room.proof())


def announced(w, original, fen=TENTH, **changes):
    made = added(w, original, fen, **changes)
    return actions.announce(w.actor("officer"), made, room.notice_facts(bids_due_on=None))


def awarded(w, original, fen=TENTH, of=None, **changes):
    made = announced(w, original, fen, **changes)
    facts = room.award_facts(w, made, original.winner, **({"award_fen": of} if of else {}))
    awards.record_award(w.actor("officer"), made, facts, room.proof())
    return awards.confirm(w.actor("signatory"), made, None)


def refused(action, *args):
    with pytest.raises(Refused) as refusal:
        action(*args)
    return refusal.value.problems


def plan(w, original, facts):
    return refused(actions.plan, w.actor("officer"), original.project, facts)


# --- planning --------------------------------------------------------------------------------------------------------


def test_exactly_a_tenth_is_added_alone_from_its_supplier_on_the_articles(w, original):
    made = added(w, original, method=Method.OPEN_TENDER)
    assert (made.original, made.method) == (original, Method.SINGLE_SOURCE)
    assert made.single_source_basis == f"{ARTICLES}：须与原平台配套。"
    assert queries.room_beside(original) == Room(WHOLE, TENTH)
    assert winner_choices(made) == [(original.winner.code, original.winner.name)]
    assert "adds_to_id" in FIELD_WORDS


def test_above_a_tenth_is_refused_with_its_numbers(w, original):
    (problem,) = plan(w, original, asked(original, TENTH + 1))
    assert (problem.place, problem.article) == ("budget", ARTICLES)
    assert "200,000.01" in problem.what and "10.01%" in problem.what
    assert "2,000,000.00" in problem.why and "200,000.00" in problem.why
    assert "200,000.00" in problem.remedy and "重新组织采购" in problem.remedy


def test_splitting_does_not_help_and_what_is_cancelled_counts_no_more(w, original):
    first = added(w, original, TENTH - 100)
    (problem,) = plan(w, original, asked(original, 101))
    assert "最多可追加 1.00 元" in problem.remedy
    second = added(w, original, 100)
    (problem,) = plan(w, original, asked(original, 1))
    assert "没有可追加的金额" in problem.remedy
    # What adds to an addition goes back to the original.
    (problem,) = plan(w, original, replace(asked(original, 1), adds_to=second.number))
    assert "超过十分之一" in problem.what
    actions.cancel(w.actor("officer"), first, "不再需要。")
    third = room.planned_as(w, original.project, replace(asked(original, 100), adds_to=second.number), room.proof())
    assert third.original is original
    assert queries.room_beside(original).added_fen == 200


def test_what_counts_follows_the_life_of_an_addition(w, original):
    made = awarded(w, original, TENTH, of=TENTH - 500)
    assert queries.room_beside(original).added_fen == TENTH - 500
    scan = room.contract_facts(made, amount_fen=TENTH - 700)
    awards.record_contract(w.actor("officer"), made, scan, room.proof())
    assert (made.state, queries.room_beside(original).added_fen) == (S.CONTRACTED, TENTH - 700)
    assert added(w, original, 700).original is original


def test_a_plan_is_changed_within_the_tenth_and_keeps_what_it_adds_to(w, original):
    made = added(w, original, TENTH)
    officer = w.actor("officer")
    actions.change(officer, made, asked(original, TENTH - 1), made.row_version)
    assert made.budget_fen == TENTH - 1
    assert [one.place for one in refused(actions.change, officer, made, asked(original, TENTH + 1), None)] == ["budget"]
    alone = replace(asked(original, 100), adds_to=None)
    assert "不能更改" in refused(actions.change, officer, made, alone, None)[0].what


def test_only_a_contract_of_the_project_and_of_the_same_object_is_added_to(w, original):
    planned = room.planned(w, original.project, "test", budget_fen=1_000_000)
    of_nothing, of_planned = replace(asked(original, 100), adds_to=99), replace(asked(planned, 100))
    assert [one.place for one in plan(w, original, of_nothing)] == ["adds_to"]
    (problem,) = plan(w, original, of_planned)
    assert "拟采购" in problem.what and problem.article == ARTICLES
    other = replace(room.single_source("test", budget_fen=100), adds_to=original.number)
    (problem,) = plan(w, original, other)
    assert problem.place == "purpose" and "建设" in problem.what


def test_of_an_unknown_amount_nothing_is_added(w, original):
    (problem,) = adding.tenth_problems(original, Room(None, 100), 100)
    assert "没有记录" in problem.what and problem.article == ARTICLES


def test_the_basis_is_still_asked_for_before_the_notice(w, original):
    made = room.planned_as(w, original.project, replace(asked(original), single_source_basis=""), room.proof())
    found = refused(actions.announce, w.actor("officer"), made, room.notice_facts(bids_due_on=None))
    assert "single_source_basis" in [one.place for one in found]


def test_only_its_supplier_wins_what_is_added(w, original):
    made = announced(w, original)
    another = room.award_facts(w, made, w.org("operator"))
    (problem,) = refused(awards.record_award, w.actor("officer"), made, another, room.proof())
    assert problem.place == "winner" and original.winner.name in problem.what


def test_what_is_added_to_operating_shares_its_term_and_budget(w, project):
    whole = room.contracted(w, project, "operate", budget_fen=50_000_000)
    long = replace(asked(whole, 5_000_000), term_months=13)
    assert [one.place for one in plan(w, whole, long)] == ["term_months"]
    assert added(w, whole, 5_000_000, term_months=6).term_months == 6
    second = room.contracted(w, project, "operate", budget_fen=60_000_000)
    (problem,) = plan(w, second, asked(second, 1))
    assert "连同原合同" in problem.why


# --- by SQL ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def supplement(w, original):
    made = added(w, original, TENTH - 100)
    db.session.commit()
    return made


NO_PAPER = {"publicity_sha256": "NULL"}


def test_by_sql_all_that_is_added_is_at_most_a_tenth(supplement):
    assert copied(supplement, budget_fen="100", **NO_PAPER) == ""
    assert "a tenth" in copied(supplement, budget_fen="101", **NO_PAPER)
    assert update(supplement, budget_fen=str(TENTH)) == ""
    assert "a tenth" in update(supplement, budget_fen=str(TENTH + 1))


def test_by_sql_what_is_cancelled_counts_no_more(w, supplement):
    actions.cancel(w.actor("officer"), supplement, "不再需要。")
    db.session.commit()
    fresh = {"ended_on": "NULL", "end_reason": "''", **NO_PAPER}
    assert copied(supplement, budget_fen=str(TENTH), **fresh) == ""


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"adds_to_id": "id"}, "under contract"),
        ({"purpose": "'test'"}, "under contract"),
        ({"adds_to_id": "-1"}, "under contract"),
        ({"method": "'inquiry'"}, "single source"),
    ],
    ids=str,
)
def test_by_sql_only_a_contract_is_added_to(supplement, changes, said):
    assert said in copied(supplement, budget_fen="1", **{**NO_PAPER, **changes})


def test_by_sql_nothing_leads_out_of_the_rule(w, original, supplement):
    project = original.project
    alone = room.planned(w, project, "build", budget_fen=1_000_000)
    db.session.commit()
    assert "never changes" in update(supplement, adds_to_id="NULL")
    assert update(alone, adds_to_id=str(original.id))
    assert "single source" in update(supplement, method="'open_tender'")


def test_by_sql_what_is_added_is_bought_from_its_supplier_on_the_article(w, original):
    made = announced(w, original, TENTH)
    awards.record_award(w.actor("officer"), made, room.award_facts(w, made, original.winner), room.proof())
    db.session.commit()
    assert "from whom" in update(made, winner_id=str(w.org("operator").id))


def test_by_sql_the_article_stands_before_the_notice(supplement):
    assert "article" in update(
        supplement,
        single_source_basis="'配套'",
        state="'announced'",
        announced_on=day("2026-03-02"),
        notice_number="'1'",
    )


def test_by_sql_what_is_added_runs_no_longer(w, project):
    whole = room.contracted(w, project, "operate", budget_fen=50_000_000)
    made = added(w, whole, 1_000_000)
    db.session.commit()
    assert "no longer" in update(made, term_months="13")
    assert "no longer" in copied(made, term_months="13", **NO_PAPER)


# --- in the browser --------------------------------------------------------------------------------------------------


def address(project, rest=""):
    return f"/projects/{project.code}/procurement{rest}"


FORM = {
    "title": "扩容追加",
    "purpose": "build",
    "method": "open_tender",
    "single_source_basis": "须与原平台配套。",
    "publicity_file": "",
}


def test_the_page_of_the_original_and_of_what_is_added_show_the_tenth(client, original):
    project, here = original.project, f"/{original.number}"
    officer = sign_in(client, "officer")
    page = officer.get(address(project, here)).get_data(as_text=True)
    assert "对原合同的追加" in page and "还可追加" in page and f"adds_to={original.number}" in page
    form = officer.get(address(project, f"/new?adds_to={original.number}")).get_data(as_text=True)
    assert f'<option selected value="{original.number}">' in form and "还可追加 200,000.00 元" in form
    sent = {**FORM, "adds_to": str(original.number), "budget": "150000"}
    answer = officer.post(address(project, "/new"), data=sent)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    db.session.expire_all()
    (made,) = queries.supplements_of(original)
    for rest in (here, f"/{made.number}"):
        page = officer.get(address(project, rest)).get_data(as_text=True)
        assert "150,000.00" in page and "7.50%" in page and "50,000.00" in page and made.code in page
        assert original.winner.name in page
    assert f"追加到 {original.code}" in officer.get(address(project)).get_data(as_text=True)
    page = officer.get(address(project, f"/{made.number}/plan")).get_data(as_text=True)
    assert "登记后不能更改" in page


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"adds_to": "99"}, "没有所选的原采购"),
        ({"adds_to": "-1"}, "没有所选的原采购"),
        ({"adds_to": "一"}, "没有所选的原采购"),
        ({"adds_to": "9" * 40}, "没有所选的原采购"),
        ({"budget": "200000.01"}, "超过十分之一"),
        ({"budget": "0"}, "大于 0"),
        ({"purpose": "test"}, "须与原采购相同"),
        ({"single_source_basis": "长" * 999}, "写得简短些"),
    ],
    ids=str,
)
def test_a_wrong_addition_is_refused_and_stores_nothing(client, original, changes, said):
    sent = {**FORM, "adds_to": str(original.number), "budget": "200000", **changes}
    answer = sign_in(client, "officer").post(address(original.project, "/new"), data=sent)
    assert answer.status_code == 422 and said in answer.get_data(as_text=True)
    assert len(queries.procurements_of(original.project)) == 1


def test_what_a_plan_adds_to_is_not_changed_by_a_request(client, w, original):
    made = added(w, original, 100)
    db.session.commit()
    sent = {**FORM, "adds_to": "", "budget": "1", "_version": str(made.row_version)}
    answer = sign_in(client, "officer").post(address(original.project, f"/{made.number}/plan"), data=sent)
    assert answer.status_code == 422 and "不能更改" in answer.get_data(as_text=True)
