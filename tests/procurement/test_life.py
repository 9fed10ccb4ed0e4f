"""A purchase from plan to contract: who records and confirms, what is refused by which article, what falls due."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.audit import act
from app.conditions.gathering import facts_of
from app.core.clock import clock, today
from app.core.db import db
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.core.permissions import Permission, Role
from app.gates.kinds import Step
from app.lifecycle.models import Task, TaskState
from app.negative_lists.kinds import Cause
from app.negative_lists.models import CheckRun
from app.procurement import actions, awards
from app.procurement.checks import AwardFacts, NoticeFacts
from app.procurement.facts import bearing
from app.procurement.kinds import Method, ProcurementState, Purpose
from app.procurement.queries import awarded, deadlines_of, notices_of, over_budget, procurements_of
from app.procurement.recording import NO_PROOF, Proof
from app.procurement.workflow import moves
from app.projects import actions as projects
from app.projects.documents import papers_of_kind
from app.projects.kinds import DocumentKind
from app.subjects.models import PartyRole
from app.subjects.queries import parties_of
from tests.factories import MOMENT, OPERATES, controls, organisation, person
from tests.house.source import ROOT
from tests.procurement import room
from tests.projects.room import answered, approved, declared, paper, register, submitted

P, S = Permission, ProcurementState


def problems(action, *args):
    with pytest.raises(Refused) as refusal:
        action(*args)
    return refusal.value.problems


def places(action, *args):
    return sorted(one.place for one in problems(action, *args))


def roles(project, key):
    return {one.role for one in parties_of(project.subject) if one.organisation.code == key}


def owed(project, permission):
    tasks = db.session.scalars(
        sa.select(Task).where(
            Task.subject_id == project.subject_id, Task.permission == permission, Task.state == TaskState.OPEN
        )
    )
    return {one.item: one.due_on.isoformat() for one in tasks}


def later(days):
    return clock.at(MOMENT + timedelta(days=days))


# --- planning --------------------------------------------------------------------------------------------------------


def test_purchases_are_numbered_within_their_project(w, project):
    first, second = room.planned(w, project), room.planned(w, project, "supervise")
    assert [first.code, second.code] == [f"CG-{project.code}-1", f"CG-{project.code}-2"]
    assert [one.number for one in procurements_of(project)] == [1, 2]
    assert (first.state, first.recorded_by) == (S.PLANNED, w.user("officer").id)


@pytest.mark.parametrize("make", [declared, submitted])
def test_nothing_is_bought_before_approval(w, make):
    found = problems(actions.plan, w.actor("officer"), make(w), room.plan_facts())
    assert "不能采购" in found[0].what


def test_a_suspended_project_buys_nothing(w, project):
    purchase = room.planned(w, project)
    projects.suspend(w.actor("authority_lead"), project, "资金来源待核实。")
    assert problems(actions.plan, w.actor("officer"), project, room.plan_facts("test"))
    assert "不能采购" in problems(actions.announce, w.actor("officer"), purchase, room.notice_facts())[0].what
    assert "不能采购" in problems(actions.change, w.actor("officer"), purchase, room.plan_facts(), None)[0].what
    # What was begun can still be given up.
    actions.cancel(w.actor("officer"), purchase, "项目暂停")


def test_a_suspended_project_awards_and_contracts_nothing(w, project):
    recorded, bought = room.recorded(w, project, "supervise"), room.awarded(w, project, budget_fen=1_000_000)
    done = room.contracted(w, project, "test")
    projects.suspend(w.actor("authority_lead"), project, "资金来源待核实。")
    award, contract = room.award_facts(w, recorded), room.contract_facts(bought)
    for action, *told in (
        (awards.record_award, w.actor("officer"), recorded, award, room.proof()),
        (awards.confirm, w.actor("signatory"), recorded, None),
        (awards.send_back, w.actor("signatory"), recorded, "金额不符"),
        (awards.record_contract, w.actor("officer"), bought, contract, room.proof()),
    ):
        (found,) = problems(action, *told)
        assert "已暂停" in found.what and found.why and found.remedy
    # The law's days run on for what is signed.
    awards.record_publication(w.actor("officer"), done, today(), today())
    projects.resume(w.actor("authority_lead"), project, "资金已落实。")
    awards.confirm(w.actor("signatory"), recorded, None)
    awards.record_contract(w.actor("officer"), bought, contract, room.proof())


@pytest.mark.parametrize("who", ["operator_officer", "authority_officer", "signatory", "inspector"])
def test_only_the_clients_officer_records(w, project, who):
    with pytest.raises(NotAllowed):
        actions.plan(w.actor(who), project, room.plan_facts())


def test_another_agencys_officer_does_not_record(w, project):
    with pytest.raises(NotAllowed):
        actions.plan(w.actor("other_officer"), project, room.plan_facts())


@pytest.mark.parametrize(
    "changes, wrong",
    [
        ({"title": " "}, ["title"]),
        ({"budget_fen": None}, ["budget"]),
        ({"budget_fen": 0}, ["budget"]),
        ({"budget_fen": 290_000_001}, ["budget"]),
        ({"term_months": 12}, ["term_months"]),
        ({"purpose": Purpose.OPERATE, "term_months": None}, ["term_months"]),
        ({"purpose": Purpose.OPERATE, "term_months": 0}, ["term_months"]),
        ({"purpose": Purpose.OPERATE, "term_months": 481}, ["term_months"]),
        ({"purpose": Purpose.OPERATE, "term_months": 12, "budget_fen": 60_000_001}, ["budget"]),
        ({"purpose": Purpose.OPERATE, "term_months": 6, "budget_fen": 30_000_001}, ["budget"]),
        ({"purpose": Purpose.BUILD_AND_OPERATE, "term_months": 12, "budget_fen": 350_000_001}, ["budget"]),
        ({"publicity_from": date(2026, 3, 2), "publicity_until": date(2026, 3, 1)}, ["publicity_until"]),
        ({"title": "", "budget_fen": None, "term_months": 1}, ["budget", "term_months", "title"]),
    ],
    ids=str,
)
def test_a_plan_is_whole_and_within_what_is_approved(w, project, changes, wrong):
    assert places(actions.plan, w.actor("officer"), project, room.plan_facts(**changes)) == wrong


def test_all_that_is_built_shares_one_budget(w, project):
    room.planned(w, project, budget_fen=285_000_000)
    found = problems(actions.plan, w.actor("officer"), project, room.plan_facts("supervise", budget_fen=5_000_001))
    assert found[0].article == "《政府采购法》第6条"
    room.planned(w, project, "supervise", budget_fen=5_000_000)
    # Operating has its own.
    room.planned(w, project, "operate")


def test_a_failed_purchase_frees_its_budget(w, project):
    first = room.planned(w, project, budget_fen=285_000_000)
    actions.fail(w.actor("officer"), first, "流标")
    room.planned(w, project, budget_fen=290_000_000)


def test_a_plan_changes_until_the_notice(w, project):
    purchase = room.planned(w, project)
    seen = purchase.row_version
    actions.change(w.actor("officer"), purchase, room.plan_facts(budget_fen=290_000_000), seen)
    assert purchase.budget_fen == 290_000_000
    with pytest.raises(Stale):
        actions.change(w.actor("officer"), purchase, room.plan_facts(), seen)
    assert places(actions.change, w.actor("officer"), purchase, room.plan_facts("test"), None) == ["purpose"]
    actions.announce(w.actor("officer"), purchase, room.notice_facts())
    with pytest.raises(WrongState):
        actions.change(w.actor("officer"), purchase, room.plan_facts(), None)


# --- the notice ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, wrong",
    [
        ({"announced_on": None}, ["announced_on"]),
        ({"announced_on": date(2026, 3, 3), "bids_due_on": date(2026, 3, 30)}, ["announced_on"]),
        # Before the approval of today.
        ({"announced_on": date(2026, 3, 1)}, ["announced_on"]),
        ({"number": " "}, ["notice_number"]),
        ({"bids_due_on": None}, ["bids_due_on"]),
        ({"bids_due_on": date(2026, 3, 1)}, ["bids_due_on"]),
        ({"bids_due_on": date(2026, 3, 21)}, ["bids_due_on"]),
        ({"bids_due_on": date(2026, 3, 22)}, []),
    ],
    ids=str,
)
def test_a_tender_is_announced_with_time_for_bids(w, project, changes, wrong):
    purchase, notice = room.planned(w, project), replace(room.notice_facts(), **changes)
    if not wrong:
        actions.announce(w.actor("officer"), purchase, notice)
        assert purchase.state is S.ANNOUNCED
        return
    assert places(actions.announce, w.actor("officer"), purchase, notice) == wrong
    assert purchase.state is S.PLANNED


def test_short_notice_names_the_article_and_the_earliest_day(w, project):
    purchase = room.planned(w, project)
    found = problems(actions.announce, w.actor("officer"), purchase, room.notice_facts(bids_due_on=date(2026, 3, 10)))
    assert (found[0].article, "2026-03-22" in found[0].why) == ("《政府采购法》第35条", True)


@pytest.mark.parametrize(
    "method, earliest, article",
    [
        (Method.OPEN_TENDER, date(2026, 3, 22), "《政府采购法》第35条"),
        (Method.INVITED_TENDER, date(2026, 3, 22), "《政府采购法》第35条"),
        (Method.COMPETITIVE_CONSULTATION, date(2026, 3, 12), "财库〔2014〕214号）第10条"),
        (Method.COMPETITIVE_NEGOTIATION, date(2026, 3, 5), "财政部令第74号）第29条"),
        (Method.INQUIRY, date(2026, 3, 5), "财政部令第74号）第45条"),
    ],
)
def test_each_method_gives_suppliers_the_time_of_its_rule(w, project, method, earliest, article):
    purchase = room.planned(w, project, method=method)
    for due in (None, earliest - timedelta(days=1)):
        (found,) = problems(actions.announce, w.actor("officer"), purchase, room.notice_facts(bids_due_on=due))
        assert (found.place, str(found.article).endswith(article)) == ("bids_due_on", True)
        assert earliest.isoformat() in f"{found.why} {found.remedy}"
    actions.announce(w.actor("officer"), purchase, room.notice_facts(bids_due_on=earliest))
    assert purchase.state is S.ANNOUNCED
    assert facts_of(project.subject)["procurement.short_notice"] == 0


@pytest.mark.parametrize("facts", [room.plan_facts(method=Method.FRAMEWORK), None], ids=["framework", "single source"])
def test_where_nobody_answers_there_is_no_shortest_time(w, project, facts):
    purchase = room.planned_as(w, project, facts or room.single_source(), NO_PROOF if facts else room.proof())
    actions.announce(w.actor("officer"), purchase, room.notice_facts(bids_due_on=None))
    assert purchase.state is S.ANNOUNCED


@pytest.mark.parametrize(
    "changes, file, wrong",
    [
        ({}, True, []),
        ({"single_source_basis": ""}, True, ["single_source_basis"]),
        ({"publicity_from": None}, True, ["single_source_basis"]),
        ({"publicity_until": None}, True, ["single_source_basis"]),
        ({}, False, ["single_source_basis"]),
        ({"fair_competition_ref": ""}, True, ["fair_competition_ref"]),
        (
            {"fair_competition_ref": "", "single_source_basis": ""},
            True,
            ["fair_competition_ref", "single_source_basis"],
        ),
    ],
    ids=str,
)
def test_a_single_source_needs_basis_publicity_and_review(w, project, changes, file, wrong):
    facts = room.single_source(**changes)
    purchase = room.planned_as(w, project, facts, room.proof() if file else NO_PROOF)
    assert facts_of(project.subject)["procurement.without_basis"] == 0, "a plan that nobody was asked on breaks nothing"
    assert bearing(purchase)["procurement.without_basis"] == (1 if "single_source_basis" in wrong else 0)
    notice = NoticeFacts("", today(), None)
    if wrong:
        found = problems(actions.announce, w.actor("officer"), purchase, notice)
        # The list of purchases says so once more where the basis is missing.
        own = [one for one in found if one.place != "NL-B12"]
        assert sorted(one.place for one in own) == wrong
        assert (own != found) is ("single_source_basis" in wrong)
        articles = {"single_source_basis": "《政府采购法》第31条", "fair_competition_ref": "《公平竞争审查条例》第8条"}
        assert all(one.article == articles[one.place] for one in own)
        return
    actions.announce(w.actor("officer"), purchase, notice)
    assert purchase.state is S.ANNOUNCED


@pytest.mark.parametrize(
    "begun, until, earliest",
    [
        # Five working days, the first day not counted.
        (date(2026, 3, 2), date(2026, 3, 8), "2026-03-09"),
        # The Spring Festival lies between: 15 to 23 February off, the 14th and the 28th worked.
        (date(2026, 2, 13), date(2026, 2, 26), "2026-02-27"),
        (date(2026, 2, 16), date(2026, 2, 16), "2026-02-28"),
    ],
)
def test_a_single_source_is_shown_for_five_working_days(w, project, begun, until, earliest):
    short = room.single_source(publicity_from=begun, publicity_until=until)
    (found,) = problems(actions.plan, w.actor("officer"), project, short, room.proof())
    assert (found.place, found.article) == ("publicity_until", "《政府采购法实施条例》第38条")
    assert "5 个工作日" in found.what and earliest in found.why and found.remedy
    enough = replace(short, publicity_until=date.fromisoformat(earliest))
    assert actions.plan(w.actor("officer"), project, enough, room.proof()).publicity_until.isoformat() == earliest
    # Of another method they say nothing.
    actions.plan(w.actor("officer"), project, replace(short, method=Method.FRAMEWORK, budget_fen=1_000_000))


def test_a_short_publicity_that_is_on_record_already_stops_the_notice(w, project):
    purchase = room.planned_as(w, project, room.single_source(), room.proof())
    with act(w.actor("officer"), P.PROCUREMENT_RECORD, ref=project.ref):
        purchase.publicity_until = purchase.publicity_from
        db.session.flush()
    found = problems(actions.announce, w.actor("officer"), purchase, NoticeFacts("", today(), None))
    assert [one.place for one in found] == ["publicity_until"]


@pytest.mark.parametrize(
    "ends, refused", [(date(2026, 3, 1), False), (date(2026, 3, 2), True), (date(2026, 3, 9), True)]
)
def test_nothing_is_announced_while_a_single_source_is_shown(w, project, ends, refused):
    facts = room.single_source(publicity_until=ends)
    purchase = room.planned_as(w, project, facts, room.proof())
    notice = NoticeFacts("", today(), None)
    if refused:
        (found,) = problems(actions.announce, w.actor("officer"), purchase, notice)
        assert found.place == "announced_on" and (ends + timedelta(days=1)).isoformat() in found.remedy
        return
    actions.announce(w.actor("officer"), purchase, notice)
    award = room.award_facts(w, purchase, award_on=ends)
    assert places(awards.record_award, w.actor("officer"), purchase, award, room.proof()) == ["award_on", "award_on"]
    awards.record_award(w.actor("officer"), purchase, replace(award, award_on=today()), room.proof())


def test_an_exclusive_purchase_needs_a_review(w, project):
    purchase = room.planned(w, project, exclusive=True)
    assert places(actions.announce, w.actor("officer"), purchase, room.notice_facts()) == ["fair_competition_ref"]


def test_the_gates_of_procurement_are_asked_at_the_notice(w):
    project = approved(w, budget_item=None)
    purchase = room.planned(w, project)
    found = problems(actions.announce, w.actor("officer"), purchase, room.notice_facts())
    assert any("预算项目编号" in str(one.what) for one in found)


def test_what_the_lists_said_at_the_notice_is_kept(w, project):
    purchase = room.planned(w, project)
    before = db.session.scalar(sa.select(sa.func.count(CheckRun.id)))
    actions.announce(w.actor("officer"), purchase, room.notice_facts())
    runs = list(db.session.scalars(sa.select(CheckRun).order_by(CheckRun.id)))
    assert len(runs) == before + 1
    assert (runs[-1].cause, runs[-1].step.value, runs[-1].subject_id) == (Cause.STEP, "procure", project.subject_id)


def test_a_notice_may_be_corrected_until_an_award_is_recorded(w, project):
    purchase = room.planned(w, project)
    actions.announce(w.actor("officer"), purchase, room.notice_facts())
    actions.announce(w.actor("officer"), purchase, room.notice_facts(number="更正1", bids_due_on=date(2026, 4, 1)))
    assert (purchase.notice_number, purchase.bids_due_on) == ("更正1", date(2026, 4, 1))
    with later(3):
        notice = room.notice_facts(number="更正2", bids_due_on=date(2026, 4, 7))
        actions.announce(w.actor("officer"), purchase, notice)
    # Suppliers have their time from the first notice on, and every notice stays as it was published.
    assert purchase.announced_on == date(2026, 3, 2)
    assert [(one.number, one.notice_number, one.announced_on, one.bids_due_on) for one in notices_of(purchase)] == [
        (1, "粤采公〔2026〕15号", date(2026, 3, 2), date(2026, 3, 23)),
        (2, "更正1", date(2026, 3, 2), date(2026, 4, 1)),
        (3, "更正2", date(2026, 3, 5), date(2026, 4, 7)),
    ]
    with later(40):
        awards.record_award(w.actor("officer"), purchase, room.award_facts(w, purchase), room.proof())
        assert "更正" in problems(actions.announce, w.actor("officer"), purchase, room.notice_facts())[0].what


@pytest.mark.parametrize(
    "day, due, wrong",
    [
        (date(2026, 3, 1), date(2026, 4, 1), ["announced_on", "announced_on"]),
        (date(2026, 3, 4), date(2026, 4, 1), ["announced_on"]),
        (date(2026, 3, 24), date(2026, 4, 10), ["announced_on"]),
        (date(2026, 3, 20), date(2026, 3, 21), ["bids_due_on"]),
        (date(2026, 3, 20), date(2026, 3, 19), ["bids_due_on"]),
        (date(2026, 3, 20), date(2026, 3, 23), []),
    ],
    ids=str,
)
def test_a_correction_follows_what_it_corrects_and_leaves_time(w, project, day, due, wrong):
    purchase = room.planned(w, project)
    actions.announce(w.actor("officer"), purchase, room.notice_facts())
    with later(3):
        actions.announce(w.actor("officer"), purchase, room.notice_facts(bids_due_on=date(2026, 3, 23)))
    with later(30):
        notice = NoticeFacts("更正2", day, due)
        if wrong:
            assert places(actions.announce, w.actor("officer"), purchase, notice) == wrong
            assert len(notices_of(purchase)) == 2
            return
        actions.announce(w.actor("officer"), purchase, notice)
        assert len(notices_of(purchase)) == 3


# --- the award -------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_purchase(w, project):
    """Announced on 2 March 2026 with bids until the 23rd."""
    purchase = room.planned(w, project)
    actions.announce(w.actor("officer"), purchase, room.notice_facts())
    return purchase


@pytest.mark.parametrize(
    "changes, wrong",
    [
        ({"number": ""}, ["award_number"]),
        ({"award_on": None}, ["award_on"]),
        ({"award_on": date(2026, 3, 22)}, ["award_on"]),
        ({"award_on": date(2026, 3, 1)}, ["award_on", "award_on"]),
        ({"award_on": date(2026, 12, 1)}, ["award_on"]),
        ({"award_fen": None}, ["award_amount"]),
        ({"award_fen": 0}, ["award_amount"]),
        ({"award_fen": 200_000_001}, ["award_amount"]),
        ({"winner": None}, ["winner"]),
        ({"award_on": date(2026, 3, 23)}, []),
    ],
    ids=str,
)
def test_an_award_is_whole_in_order_and_within_the_budget(w, open_purchase, changes, wrong):
    with later(25):
        award = replace(room.award_facts(w, open_purchase), **changes)
        if wrong:
            assert places(awards.record_award, w.actor("officer"), open_purchase, award, room.proof()) == wrong
            return
        awards.record_award(w.actor("officer"), open_purchase, award, room.proof())
        assert open_purchase.state is S.ANNOUNCED


def test_an_award_comes_with_its_notice(w, open_purchase):
    with later(25):
        award = room.award_facts(w, open_purchase)
        assert places(awards.record_award, w.actor("officer"), open_purchase, award, NO_PROOF) == ["award_upload"]
        strange = Proof(sha256="0" * 64)
        assert places(awards.record_award, w.actor("officer"), open_purchase, award, strange) == ["award_upload"]


def test_an_award_counts_when_another_person_has_confirmed_it(w, project):
    purchase = room.recorded(w, project, "operate")
    assert facts_of(project.subject)["procurement.awarded"] == ()
    assert owed(project, P.PROCUREMENT_CONFIRM) == {purchase.code: "2026-03-05"}
    assert roles(project, "OPERATOR") == set()
    awards.confirm(w.actor("signatory"), purchase, purchase.row_version)
    assert purchase.state is S.AWARDED
    assert facts_of(project.subject)["procurement.awarded"] == ("operate",)
    assert awarded(project, Purpose.OPERATE) == [purchase]
    assert roles(project, "OPERATOR") == {PartyRole.OPERATOR}
    assert owed(project, P.PROCUREMENT_CONFIRM) == {}
    # The contract is to be signed within thirty days of the award.
    assert owed(project, P.PROCUREMENT_RECORD) == {purchase.code: "2026-04-01"}


@pytest.mark.parametrize(
    "purpose, given",
    [
        ("build", {"builder"}),
        ("operate", {"operator"}),
        ("build_and_operate", {"builder", "operator"}),
        ("supervise", {"supervisor"}),
        ("test", {"tester"}),
        ("other", set()),
    ],
)
def test_the_winner_takes_the_roles_of_the_purpose(w, project, purpose, given):
    purchase = room.awarded(w, project, purpose)
    assert {one.value for one in roles(project, purchase.winner.code)} == given


def test_one_who_is_party_already_is_not_added_twice(w, project):
    winner = room.winner_of(w, "build")
    for _again in range(2):
        room.awarded(w, project, "build", winner, budget_fen=50_000_000)
    assert roles(project, winner.code) == {PartyRole.BUILDER}


def test_who_recorded_does_not_confirm(w, project):
    both = person(w.org("agency"), Role.AGENCY_OFFICER, Role.AGENCY_SIGNATORY, login="both")
    planner = actions.plan(both, project, room.plan_facts("test", method=Method.FRAMEWORK))
    answered(w, project, Step.PROCURE)
    actions.announce(both, planner, room.notice_facts(bids_due_on=None))
    awards.record_award(w.actor("officer"), planner, room.award_facts(w, planner), room.proof())
    assert "四眼" in problems(awards.confirm, both, planner, None)[0].why
    recorder = room.recorded(w, project, "build")
    awards.record_award(both, recorder, room.award_facts(w, recorder), room.proof())
    assert "四眼" in problems(awards.confirm, both, recorder, None)[0].why
    awards.confirm(w.actor("signatory"), recorder, None)


def test_what_is_confirmed_is_what_was_read(w, project):
    purchase = room.recorded(w, project)
    seen = purchase.row_version
    awards.record_award(w.actor("officer"), purchase, room.award_facts(w, purchase, award_fen=1), room.proof())
    with pytest.raises(Stale):
        awards.confirm(w.actor("signatory"), purchase, seen)


@pytest.mark.parametrize("who", ["operator_signatory", "officer", "authority_lead", "other_signatory"])
def test_only_the_clients_signatory_confirms(w, project, who):
    purchase = room.recorded(w, project)
    with pytest.raises(NotAllowed):
        awards.confirm(w.actor(who), purchase, None)


def test_an_award_can_be_sent_back_and_recorded_anew(w, project):
    purchase = room.recorded(w, project)
    assert places(awards.send_back, w.actor("signatory"), purchase, " ") == ["reason"]
    awards.send_back(w.actor("signatory"), purchase, "金额与通知书不符")
    assert (purchase.state, purchase.award_on, purchase.winner, purchase.award_sha256) == (S.ANNOUNCED, *(None,) * 3)
    assert owed(project, P.PROCUREMENT_RECORD) == {purchase.code: "2026-03-05"}
    assert problems(awards.confirm, w.actor("signatory"), purchase, None)
    awards.record_award(w.actor("officer"), purchase, room.award_facts(w, purchase), room.proof())
    awards.confirm(w.actor("signatory"), purchase, None)
    assert purchase.state is S.AWARDED


def test_a_winner_on_the_other_side_is_refused_with_the_reason(w, project):
    room.awarded(w, project, "supervise")
    purchase = room.planned(w, project, method=Method.FRAMEWORK)
    actions.announce(w.actor("officer"), purchase, room.notice_facts(bids_due_on=None))
    found = problems(
        awards.record_award, w.actor("officer"), purchase, room.award_facts(w, purchase, w.org("watcher")), room.proof()
    )
    assert {one.place for one in found} == {"winner"}
    builder = organisation("子公司", sides=OPERATES)
    controls(w.org("watcher"), builder, "60")
    found = problems(
        awards.record_award, w.actor("officer"), purchase, room.award_facts(w, purchase, builder), room.proof()
    )
    assert "控制" in found[0].what


def test_a_conflict_that_arises_before_the_confirmation_is_seen(w, project):
    room.awarded(w, project, "supervise")
    builder = organisation("承建", sides=OPERATES)
    purchase = room.recorded(w, project, "build", builder)
    controls(w.org("watcher"), builder, "60")
    assert "控制" in problems(awards.confirm, w.actor("signatory"), purchase, None)[0].what


def test_the_client_wins_nothing(w, project):
    purchase = room.planned(w, project, "other", method=Method.FRAMEWORK)
    actions.announce(w.actor("officer"), purchase, room.notice_facts(bids_due_on=None))
    award = AwardFacts("1", today(), w.org("agency"), 1)
    assert places(awards.record_award, w.actor("officer"), purchase, award, room.proof()) == ["winner"]


# --- the contract ----------------------------------------------------------------------------------------------------


def test_a_contract_is_recorded_with_its_scan(w, project):
    purchase = room.awarded(w, project)
    awards.record_contract(w.actor("officer"), purchase, room.contract_facts(purchase), room.proof())
    assert (purchase.state, purchase.contract_fen) == (S.CONTRACTED, 200_000_000)
    values = facts_of(project.subject)
    assert values["procurement.contracted"] == ("build",)
    assert values["procurement.contracted_total"] == 200_000_000
    assert owed(project, P.PROCUREMENT_RECORD) == {
        f"{purchase.code}:pub": "2026-03-04",
        f"{purchase.code}:file": "2026-03-11",
    }


@pytest.mark.parametrize(
    "changes, wrong",
    [
        ({"number": " "}, ["contract_number"]),
        ({"signed_on": None}, ["signed_on"]),
        ({"signed_on": date(2026, 3, 1)}, ["signed_on"]),
        ({"signed_on": date(2026, 3, 3)}, ["signed_on"]),
        ({"amount_fen": 0}, ["contract_amount"]),
        # The tenth is for what is added to a contract that is being performed.
        ({"amount_fen": 220_000_000}, ["contract_amount"]),
        ({"amount_fen": 200_000_001}, ["contract_amount"]),
        ({"amount_fen": 200_000_000}, []),
        ({"amount_fen": 199_000_000}, []),
    ],
    ids=str,
)
def test_a_contract_follows_its_award(w, project, changes, wrong):
    purchase = room.awarded(w, project)
    facts = room.contract_facts(purchase, **changes)
    if wrong:
        assert places(awards.record_contract, w.actor("officer"), purchase, facts, room.proof()) == wrong
        assert purchase.state is S.AWARDED
        return
    awards.record_contract(w.actor("officer"), purchase, facts, room.proof())
    assert over_budget(project, procurements_of(project)) == 0


def test_a_contract_above_its_award_is_refused_by_the_article(w, project):
    purchase = room.awarded(w, project)
    facts = room.contract_facts(purchase, amount_fen=200_000_001)
    (found,) = problems(awards.record_contract, w.actor("officer"), purchase, facts, room.proof())
    assert (found.article, "2,000,000.00" in found.what) == ("《政府采购法》第46条", True)


# --- papers ----------------------------------------------------------------------------------------------------------


def deed(w, project, place):
    """What records something by a paper: the action with all but the proof."""
    officer = w.actor("officer")
    if place == "publicity_upload":
        return lambda proof: actions.plan(officer, project, room.single_source(), proof)
    if place == "award_upload":
        purchase = room.planned(w, project, method=Method.FRAMEWORK)
        actions.announce(officer, purchase, room.notice_facts(bids_due_on=None))
        return lambda proof: awards.record_award(officer, purchase, room.award_facts(w, purchase), proof)
    purchase = room.awarded(w, project)
    return lambda proof: awards.record_contract(officer, purchase, room.contract_facts(purchase), proof)


PLACES = {
    "publicity_upload": "single_source_publicity",
    "award_upload": "award_notice",
    "contract_upload": "procurement_contract",
}


@pytest.mark.parametrize("place, right", PLACES.items())
@pytest.mark.parametrize("wrong", ["feasibility", "supervision_contract", "other", *PLACES.values()])
def test_only_a_paper_of_the_right_kind_proves(w, project, place, right, wrong):
    do, chosen = deed(w, project, place), Proof(sha256=room.papers(w, project, wrong))
    if wrong == right:
        do(chosen)
        return
    (found,) = problems(do, chosen)
    assert found.place == place and found.why and found.remedy


@pytest.mark.parametrize("place, right", PLACES.items())
def test_a_paper_that_comes_with_the_record_is_registered_as_what_it_is(w, project, place, right):
    deed(w, project, place)(Proof(upload=paper("凭证.pdf")))
    (kept,) = papers_of_kind(project, DocumentKind(right))[:1]
    assert (kept.file.file_name, kept.registered_by) == ("凭证.pdf", w.user("officer").id)


@pytest.mark.parametrize("place, right", PLACES.items())
def test_a_paper_of_another_kind_does_not_pass_by_being_sent_again(w, project, place, right):
    do = deed(w, project, place)
    again = Proof(upload=paper(f"{project.code}-feasibility.pdf"))
    (found,) = problems(do, again)
    assert found.place == place
    # Sent again as what it was registered as, it is the same paper.
    register(w, project, right)
    do(Proof(upload=paper(f"{project.code}-{right}.pdf")))
    assert len(papers_of_kind(project, DocumentKind(right))) == 1


def test_a_contract_of_supervision_may_be_registered_as_such(w, project):
    purchase = room.awarded(w, project, "supervise")
    chosen = Proof(sha256=room.papers(w, project, "supervision_contract"))
    awards.record_contract(w.actor("officer"), purchase, room.contract_facts(purchase), chosen)
    assert purchase.contract_sha256 == chosen.sha256


def test_another_projects_paper_proves_nothing(w, project):
    do = deed(w, project, "award_upload")
    other = approved(w, title="另一个项目")
    (found,) = problems(do, Proof(sha256=room.papers(w, other, "award_notice")))
    assert found.place == "award_upload"


# --- what is owed after signing --------------------------------------------------------------------------------------


def test_a_contract_needs_its_scan(w, project):
    purchase = room.awarded(w, project)
    facts = room.contract_facts(purchase)
    assert places(awards.record_contract, w.actor("officer"), purchase, facts, NO_PROOF) == ["contract_upload"]


@pytest.mark.parametrize("purpose", ["operate", "build_and_operate"])
def test_operation_is_contracted_here_only(w, project, purpose):
    purchase = room.awarded(w, project, purpose)
    facts = room.contract_facts(purchase)
    assert "本系统内订立" in problems(awards.record_contract, w.actor("officer"), purchase, facts, room.proof())[0].what


def test_a_late_contract_is_recorded_and_shown_as_late(w, project):
    purchase = room.awarded(w, project)
    assert [(one.rule.code, one.due.day, one.late) for one in deadlines_of(purchase)] == [
        ("DL01", date(2026, 4, 1), False)
    ]
    with later(31):
        assert deadlines_of(purchase)[0].late
        facts = room.contract_facts(purchase)
        awards.record_contract(w.actor("officer"), purchase, facts, room.proof())
        assert [(one.rule.code, one.late) for one in deadlines_of(purchase)] == [
            ("DL01", True),
            ("DL03", False),
            ("DL02", False),
        ]


@pytest.mark.parametrize(
    "published, filed, wrong",
    [
        (None, None, ["published_on"]),
        (date(2026, 3, 1), None, ["published_on"]),
        (None, date(2026, 3, 1), ["filed_on"]),
        (date(2026, 3, 21), date(2026, 3, 21), ["filed_on", "published_on"]),
        (date(2026, 3, 4), None, []),
        (date(2026, 3, 2), date(2026, 3, 12), []),
    ],
)
def test_publication_and_filing_are_recorded_as_they_were(w, project, published, filed, wrong):
    purchase = room.contracted(w, project)
    with later(18):
        if wrong:
            assert places(awards.record_publication, w.actor("officer"), purchase, published, filed) == wrong
            return
        awards.record_publication(w.actor("officer"), purchase, published, filed)
        due = {one.rule.code: one.late for one in deadlines_of(purchase)}
        assert due["DL03"] is (published is None or published > date(2026, 3, 4))
        assert due["DL02"] is (filed is None or filed > date(2026, 3, 11))
        open_items = set(owed(project, P.PROCUREMENT_RECORD))
        assert open_items == ({f"{purchase.code}:file"} if filed is None else set())


def test_a_recorded_day_stays(w, project):
    purchase = room.contracted(w, project)
    with later(5):
        awards.record_publication(w.actor("officer"), purchase, date(2026, 3, 3), None)
        assert places(awards.record_publication, w.actor("officer"), purchase, date(2026, 3, 4), None) == [
            "published_on"
        ]
        awards.record_publication(w.actor("officer"), purchase, date(2026, 3, 3), date(2026, 3, 5))
        assert (purchase.published_on, purchase.filed_on) == (date(2026, 3, 3), date(2026, 3, 5))


# --- ends ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [actions.fail, actions.cancel])
@pytest.mark.parametrize("make", [room.planned, room.announced, room.recorded])
def test_a_purchase_ends_early_with_a_reason(w, project, end, make):
    purchase = make(w, project)
    assert places(end, w.actor("officer"), purchase, " ") == ["reason"]
    end(w.actor("officer"), purchase, "投标人不足三家")
    assert (purchase.ended_on, purchase.end_reason, purchase.has_award) == (today(), "投标人不足三家", False)
    assert owed(project, P.PROCUREMENT_CONFIRM) == {}
    with pytest.raises(WrongState):
        end(w.actor("officer"), purchase, "再来")


def test_a_cancelled_award_lets_the_winner_go(w, project):
    purchase = room.awarded(w, project, "operate")
    with pytest.raises(WrongState):
        actions.fail(w.actor("officer"), purchase, "x")
    actions.cancel(w.actor("officer"), purchase, "成交供应商放弃")
    assert (purchase.state, purchase.winner.code) == (S.CANCELLED, "OPERATOR")
    assert roles(project, "OPERATOR") == set()
    assert facts_of(project.subject)["procurement.awarded"] == ()
    assert owed(project, P.PROCUREMENT_RECORD) == {}


def test_a_winner_of_two_keeps_the_role_that_the_other_gives(w, project):
    winner = w.org("operator")
    first = room.awarded(w, project, "operate", budget_fen=10_000_000)
    second = room.awarded(w, project, "build_and_operate", winner, budget_fen=10_000_000)
    actions.cancel(w.actor("officer"), second, "改变方式")
    assert roles(project, "OPERATOR") == {PartyRole.OPERATOR}
    actions.cancel(w.actor("officer"), first, "改变方式")
    assert roles(project, "OPERATOR") == set()


def test_a_contracted_purchase_does_not_end(w, project):
    purchase = room.contracted(w, project)
    for end in (actions.fail, actions.cancel):
        with pytest.raises(WrongState):
            end(w.actor("officer"), purchase, "x")


# --- facts -----------------------------------------------------------------------------------------------------------


def test_a_project_without_purchases_says_so(w):
    values = facts_of(declared(w).subject)
    own = {name: values[name] for name in values if name.startswith("procurement.")}
    # The threshold is the law's, not the project's.
    own.pop("procurement.open_tender_threshold", None)
    assert own == {
        "procurement.awarded": (),
        "procurement.contracted": (),
        "procurement.contracted_total": 0,
        "procurement.over_budget": 0,
        "procurement.without_basis": 0,
        "procurement.short_notice": 0,
        "procurement.without_fair_review": 0,
        "procurement.late_signing": 0,
        "procurement.late_publication": 0,
        "procurement.late_filing": 0,
        "procurement.largest_non_open": 0,
        "procurement.split_total": 0,
        "procurement.making_winners": (),
        "procurement.watching_winners": (),
    }


def test_building_and_operating_in_one_counts_for_both(w, project):
    room.awarded(w, project, "build_and_operate")
    assert facts_of(project.subject)["procurement.awarded"] == ("build", "operate")
    assert facts_of(project.subject)["procurement.contracted"] == ()


def test_the_moves_are_those_of_the_database():
    text = (ROOT / "migrations/versions/0016_procurement.py").read_text(encoding="utf-8")
    assert all(f'("{before}", "{after}")' in text for before, after in moves())


def test_days_are_judged_as_of_the_day(w, project):
    with clock.at(datetime.fromisoformat("2026-03-20T10:00:00+08:00")):
        purchase = room.planned(w, project)
        actions.announce(w.actor("officer"), purchase, room.notice_facts(date(2026, 3, 2)))
        assert purchase.bids_due_on == date(2026, 3, 23)
