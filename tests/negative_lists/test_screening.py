"""Looking at a step: live facts, kept runs, answers that count and cease to count, and what an ordinary thing needs."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.conditions.facts import UNKEPT
from app.conditions.gathering import facts_of
from app.contracts import drafting
from app.core.actors import SYSTEM
from app.core.clock import today
from app.core.db import db
from app.core.errors import NotAllowed, Refused
from app.gates.kinds import Step
from app.lifecycle.models import Task, TaskState
from app.negative_lists import actions, answering, queries, screening
from app.negative_lists.answering import AnswerFacts
from app.negative_lists.item_file import Asked
from app.negative_lists.judging import ANSWER
from app.negative_lists.kinds import Cause, Outcome
from app.negative_lists.models import ItemOutcome
from app.projects import declaring
from app.projects.kinds import Component, Provision
from app.services.models import ServiceCategory
from tests import factories
from tests.factories import draft, rule, service, signing
from tests.negative_lists.room import ITEM, answered, file, granted, own_room, requested
from tests.projects.room import basics, component, declared, opened

# What an ordinary draft is judged by before it is handed in.
SUBMITTING = {"NL-A09", "NL-A10", "NL-A13", "NL-A17", "NL-C12", "NL-D17", "NL-E06"}
# What no room records yet of an ordinary purchase of services.
CONTRACT_UNRECORDED = {"NL-B07", "NL-B10", "NL-B20", "NL-D20", "NL-G01"}


def outcomes(subject, step, values=None):
    return {one.entry.code: one.outcome.value for one in screening.look(subject, step, values).applicable}


def open_tasks(subject, permission):
    return [
        one.organisation_id
        for one in db.session.scalars(
            sa.select(Task).where(
                Task.subject_id == subject.id, Task.state == TaskState.OPEN, Task.permission == permission
            )
        )
    ]


# --- ordinary things need nothing ------------------------------------------------------------------------------------


def test_an_ordinary_purchase_contract_is_clear_without_any_question(w):
    contract = signing(w)
    found = screening.look(contract.subject, Step.CONTRACT)
    assert {one.outcome for one in found.applicable} == {Outcome.CLEAR, Outcome.UNRECORDED}
    assert {one.entry.code for one in found.unrecorded} == CONTRACT_UNRECORDED
    assert screening.problems(found) == []


def test_an_ordinary_project_is_clear_before_submission(w):
    project = declared(w)
    found = screening.look(project.subject, Step.SUBMIT)
    assert {one.entry.code for one in found.applicable} == SUBMITTING
    assert {one.outcome for one in found.applicable} == {Outcome.CLEAR}


def test_what_nobody_has_declared_is_unknown_and_names_what_is_missing(w):
    project = opened(w)
    found = screening.look(project.subject, Step.SUBMIT)
    assert {one.entry.code for one in found.blocking} >= {"NL-A09", "NL-A13"}
    problems = {problem.place: problem for problem in screening.problems(found)}
    assert "部署方式" in problems[ITEM].why
    assert "项目申报" in problems[ITEM].remedy
    assert "不作为法规引用" in problems[ITEM].article


def test_hits_come_first_each_with_source_and_remedy(w):
    project = own_room(w, papers=("feasibility",))
    problems = screening.problems(screening.look(project.subject, Step.SUBMIT))
    assert [problem.place for problem in problems] == ["NL-A10", ITEM]
    assert "政务云" in problems[1].remedy
    assert "57号" in problems[1].article


def test_items_of_other_places_steps_and_things_do_not_apply(w):
    project = declared(w)
    found = screening.look(project.subject, Step.SUBMIT)
    assert len(found.outcomes) == 118
    left_out = {one.entry.code for one in found.of(Outcome.NOT_APPLICABLE)}
    assert {"NL-A14", "NL-A15", "NL-A18", "NL-A01", "NL-C05", "NL-C10", "NL-H01"} <= left_out


def test_a_local_item_applies_in_its_place(w):
    project = declared(w)
    region = project.subject.region
    name, region.name_zh = region.name_zh, "鄂尔多斯市"
    try:
        with db.session.no_autoflush:
            assert "NL-A18" in outcomes(project.subject, Step.SUBMIT, facts_of(project.subject))
    finally:
        region.name_zh = name


# --- questions -------------------------------------------------------------------------------------------------------


@pytest.fixture
def exclusive(w):
    """An exclusive contract out for signing: two questions for the client."""
    return draft(w, exclusive=True, exclusive_basis="某条例第三条")


def test_a_question_is_asked_where_the_condition_holds(w, exclusive):
    found = outcomes(exclusive.subject, Step.CONTRACT)
    assert {code for code, outcome in found.items() if outcome == "unknown"} == {"NL-C05", "NL-C08"}
    problems = screening.problems(screening.look(exclusive.subject, Step.CONTRACT))
    assert all("项目单位" in problem.why for problem in problems)


def test_an_answer_decides_and_a_later_one_takes_its_place(w, exclusive):
    subject = exclusive.subject
    answered(w, subject, "NL-C05", is_hit=False)
    assert outcomes(subject, Step.CONTRACT)["NL-C05"] == "clear"
    answered(w, subject, "NL-C05", is_hit=True, by="second_officer")
    assert outcomes(subject, Step.CONTRACT)["NL-C05"] == "hit"
    answered(w, subject, "NL-C05", is_hit=False)
    assert outcomes(subject, Step.CONTRACT)["NL-C05"] == "clear"
    assert [one.is_hit for one in queries.answers_of(subject)] == [False, True, False]


def test_a_no_ceases_to_count_when_its_facts_change_but_a_yes_stays(w, exclusive):
    subject, officer = exclusive.subject, w.actor("officer")
    answered(w, subject, "NL-C05", is_hit=False)
    answered(w, subject, "NL-C08", is_hit=True)
    mode = rule("contract_mode", "entrusted_operation")
    changed = factories.terms(exclusive=True, exclusive_basis="某条例第三条", mode=mode)
    drafting.set_terms(officer, exclusive, changed, exclusive.current.row_version)
    found = outcomes(subject, Step.CONTRACT)
    assert (found["NL-C05"], found["NL-C06"], found["NL-C08"]) == ("unknown", "unknown", "hit")


def test_what_a_person_found_counts_without_being_asked(w):
    contract = signing(w)
    answered(w, contract.subject, "NL-C08", is_hit=True)
    assert outcomes(contract.subject, Step.CONTRACT)["NL-C08"] == "hit"


def test_a_hotline_contract_is_asked_about_its_core_work(w):
    contract = draft(w)
    made = service(w.actor("officer"), "热线话务", ServiceCategory.HOTLINE)
    line = drafting.add_line(w.actor("officer"), contract, factories.line(made))
    factories.set_level(w.actor("officer"), contract, line)
    db.session.expire_all()
    found = outcomes(contract.subject, Step.CONTRACT)
    assert (found["NL-C13"], found["NL-C14"]) == ("unknown", "unknown")


def test_the_authority_answers_what_is_asked_of_it_and_the_client_does_not(w):
    project = declared(w, lines=[component(component=Component.IDENTITY, provision=Provision.OWN)])
    assert outcomes(project.subject, Step.APPROVE)["NL-A12"] == "unknown"
    with pytest.raises(NotAllowed):
        answered(w, project.subject, "NL-A12", is_hit=False, by="officer")
    given = answered(w, project.subject, "NL-A12", is_hit=False, by="authority_officer")
    assert json.loads(given.facts) == {"project.own_components": ["identity"]}
    assert outcomes(project.subject, Step.APPROVE)["NL-A12"] == "clear"


REFUSED_ANSWERS = [
    ("NL-A13", "说明", "没有需要回答的问题"),
    ("NL-C05", "说明", "不适用于这类事项"),
    ("NL-Z99", "说明", "不在生效"),
    ("NL-A07", "  ", "核对了什么"),
    ("NL-A07", "长" * 2001, "核对了什么"),
]


@pytest.mark.parametrize("code, note, words", REFUSED_ANSWERS)
def test_an_answer_that_cannot_be_is_refused(w, code, note, words):
    project = declared(w)
    with pytest.raises(Refused) as caught:
        answering.answer(w.actor("officer"), project.subject, AnswerFacts(code, False, note))
    assert words in str(caught.value.problems[0].what)


@pytest.mark.parametrize(
    "by", ["signatory", "operator_officer", "inspector", "leader", "authority_lead", "other_officer"]
)
def test_nobody_else_answers(w, by):
    project = declared(w)
    with pytest.raises(NotAllowed):
        answered(w, project.subject, "NL-A07", is_hit=False, by=by)


def test_an_answer_keeps_its_evidence(w, exclusive):
    facts = AnswerFacts("NL-C05", False, "见单一来源批复。", file("批复.pdf"))
    given = answering.answer(w.actor("officer"), exclusive.subject, facts)
    assert given.sha256
    found = screening.look(exclusive.subject, Step.CONTRACT)
    assert next(one for one in found.outcomes if one.entry.code == "NL-C05").answer == given


# --- kept runs -------------------------------------------------------------------------------------------------------


def test_a_run_is_kept_whole(w):
    project = own_room(w)
    run = actions.run_check(w.actor("officer"), project.subject, Step.SUBMIT)
    assert (run.number, run.cause, run.step, run.hits, run.unknown, run.blocking) == (
        1,
        Cause.ASKED,
        Step.SUBMIT,
        1,
        0,
        1,
    )
    kept = db.session.scalars(sa.select(ItemOutcome).where(ItemOutcome.run_id == run.id)).all()
    assert len(kept) == 118
    assert json.loads(run.facts)["project.deployment"] == "own_room"
    assert run.run_by == w.user("officer").id
    assert actions.run_check(w.actor("authority_officer"), project.subject, Step.SUBMIT).number == 2


def test_what_no_room_records_is_counted_apart_and_closes_nothing(w):
    contract = signing(w)
    run = actions.run_check(w.actor("officer"), contract.subject, Step.CONTRACT)
    assert (run.hits, run.unknown, run.blocking, run.unrecorded) == (0, 0, 0, len(CONTRACT_UNRECORDED))
    kept = db.session.scalars(
        sa.select(ItemOutcome).where(ItemOutcome.run_id == run.id, ItemOutcome.outcome == Outcome.UNRECORDED)
    ).all()
    assert {one.item_code for one in kept} == CONTRACT_UNRECORDED
    assert UNKEPT.issuperset(name for one in kept for name in json.loads(one.missing))
    found = screening.look(contract.subject, Step.CONTRACT)
    assert {one.place for one in screening.not_recorded(found)} == CONTRACT_UNRECORDED


def test_the_same_basis_gives_the_same_outcomes_whoever_runs_it(w):
    project = own_room(w)
    first = actions.run_check(w.actor("officer"), project.subject, Step.SUBMIT)
    second = actions.run_check(w.actor("authority_officer"), project.subject, Step.SUBMIT)
    assert first.basis == second.basis
    declaring.set_basics(w.actor("officer"), project, basics(), project.current.row_version)
    third = actions.run_check(w.actor("officer"), project.subject, Step.SUBMIT)
    assert third.basis != second.basis
    assert (third.hits, third.blocking) == (0, 0)


def test_a_fact_that_no_item_asks_for_leaves_the_basis(w):
    project = own_room(w)
    before = screening.look(project.subject, Step.SUBMIT)
    values = {**before.facts, "project.responsible_person": "别人", "screening.blocking": 99}
    assert screening.look(project.subject, Step.SUBMIT, values).basis == before.basis
    assert screening.look(project.subject, Step.APPROVE, values).basis != before.basis


@pytest.mark.parametrize(
    "by", ["signatory", "operator_officer", "inspector", "leader", "authority_lead", "other_officer"]
)
def test_only_officers_of_the_management_side_run_a_check(w, by):
    project = own_room(w)
    with pytest.raises(NotAllowed):
        actions.run_check(w.actor(by), project.subject, Step.SUBMIT)


def test_a_step_of_another_kind_of_thing_is_refused(w):
    with pytest.raises(Refused):
        actions.run_check(w.actor("officer"), own_room(w).subject, Step.CONTRACT)
    with pytest.raises(Refused):
        actions.run_check(SYSTEM, signing(w).subject, Step.SUBMIT)


def test_an_answer_is_followed_by_a_run_where_there_was_one(w, exclusive):
    subject = exclusive.subject
    answered(w, subject, "NL-C05", is_hit=False)
    assert queries.newest_run(subject) is None
    run = actions.run_check(w.actor("officer"), subject, Step.CONTRACT)
    assert (run.unknown, run.blocking) == (1, 1)
    answered(w, subject, "NL-C08", is_hit=False)
    newest = queries.newest_run(subject)
    assert (newest.number, newest.cause, newest.blocking) == (2, Cause.ANSWERED, 0)


# --- facts -----------------------------------------------------------------------------------------------------------


def test_runs_and_parties_are_facts(w):
    project = own_room(w)
    facts = facts_of(project.subject)
    assert facts["screening.run_on"] == ""
    assert "screening.blocking" not in facts
    assert facts["parties.management"] == ("AGENCY", "AUTHORITY")
    assert facts["parties.operation"] == ()
    assert facts["parties.roles"] == ("client", "competent_authority")
    actions.run_check(w.actor("officer"), project.subject, Step.SUBMIT)
    facts = facts_of(project.subject)
    assert (facts["screening.run_on"], facts["screening.blocking"]) == (today().isoformat(), 1)
    contract = signing(w)
    facts = facts_of(contract.subject)
    assert facts["parties.operation"] == ("OPERATOR",)
    assert facts["parties.roles"] == ("client", "operator")


def test_a_run_sees_an_exemption_and_says_which(w):
    project = own_room(w)
    exemption = granted(w, requested(w, project.subject), today() + timedelta(days=30))
    run = actions.run_check(w.actor("officer"), project.subject, Step.SUBMIT)
    kept = db.session.scalar(sa.select(ItemOutcome).where(ItemOutcome.run_id == run.id, ItemOutcome.item_code == ITEM))
    assert (kept.outcome, kept.exemption_id) == (Outcome.EXEMPTED, exemption.id)
    assert (run.hits, run.blocking) == (0, 0)
    assert [one.id for one in queries.runs_of(project.subject)] == [run.id]


def test_several_questions_are_answered_at_once_with_one_run(w):
    project = declared(w)
    actions.run_check(w.actor("officer"), project.subject, Step.APPROVE)
    waiting = [one for one in screening.look(project.subject, Step.APPROVE).unknown if ANSWER in one.missing]
    codes = [one.entry.code for one in waiting if one.item.asked is Asked.AUTHORITY]
    assert len(codes) > 1
    before = len(queries.runs_of(project.subject))
    facts = [AnswerFacts(code, False, "已核对。", file(f"{code}.pdf")) for code in codes]
    given = answering.answer_all(w.actor("authority_officer"), project.subject, facts)
    assert [one.item_code for one in given] == codes
    assert all(one.sha256 for one in given)
    assert len(queries.runs_of(project.subject)) == before + 1
    left = {one.entry.code for one in screening.look(project.subject, Step.APPROVE).unknown if ANSWER in one.missing}
    assert not left & set(codes)


def test_of_several_answers_none_is_kept_when_one_cannot_be(w):
    project = declared(w)
    facts = [AnswerFacts("NL-A16", False, "已核对。"), AnswerFacts("NL-A11", False, " ")]
    with pytest.raises(Refused) as caught:
        answering.answer_all(w.actor("authority_officer"), project.subject, facts)
    assert [one.place for one in caught.value.problems] == ["note_NL-A11"]
    with pytest.raises(Refused):
        answering.answer_all(w.actor("authority_officer"), project.subject, [])
    assert queries.answers_of(project.subject) == []
