"""Acceptance from the first round to the approved final one: who may, what follows, what stands against it."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.acceptances import actions, concluding
from app.acceptances.actions import ItemFacts
from app.acceptances.content import seen_digest
from app.acceptances.facts import acceptance_facts
from app.acceptances.kinds import AcceptanceState, ItemSource, Outcome, Stage
from app.acceptances.material import NOTHING, Material, own_files
from app.acceptances.models import Acceptance
from app.acceptances.queries import acceptances_of
from app.accounts.actions import give_role
from app.audit.history import entries_about
from app.core.canonical import canonical_json, digest_both
from app.core.clock import clock, today
from app.core.db import db
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.core.permissions import Role
from app.gates.kinds import Stance, Step, Verdict
from app.gates.queries import decisions_of
from app.lifecycle.models import Task, TaskState
from app.projects import steps
from app.projects.kinds import ProjectState
from tests.acceptances import room
from tests.factories import MOMENT
from tests.projects import room as projects

A = AcceptanceState


def open_tasks(project):
    rows = db.session.scalars(
        sa.select(Task).where(Task.subject_id == project.subject_id, Task.state == TaskState.OPEN)
    )
    return {(str(task.permission), task.organisation.code, task.item) for task in rows}


def asked(project, permission):
    return {(org, item) for name, org, item in open_tasks(project) if name == permission}


def facts(project):
    return acceptance_facts(project.subject)


def refusal(kind, call):
    with pytest.raises(kind) as caught:
        call()
    return caught.value.problems


# --- opening ---------------------------------------------------------------------------------------------------------


def test_a_round_begins_with_what_was_declared_and_asks_everybody(w, acceptance):
    assert acceptance.code == f"YS-{acceptance.project.code}-1"
    assert (acceptance.stage, acceptance.round, acceptance.state) == (Stage.PRELIMINARY, 1, A.OPEN)
    assert [one.requirement for one in acceptance.items][:4] == ["网上申报", "进度查询", "电子证照调用", "应用系统开发"]
    assert {one.deliverer_id for one in acceptance.items} == {w.org("rival").id}
    assert asked(acceptance.project, "acceptance:deliver") == {("RIVAL", acceptance.code)}
    assert asked(acceptance.project, "acceptance:opine") == {("WATCHER", acceptance.code)}


@pytest.mark.parametrize("by", ["signatory", "authority_lead", "rival_officer", "supervisor", "inspector", "leader"])
def test_only_the_clients_officer_opens(w, by):
    with pytest.raises(NotAllowed):
        actions.open_acceptance(w.actor(by), room.building(w))


def test_another_agencys_officer_opens_nothing(w):
    with pytest.raises(NotAllowed):
        actions.open_acceptance(w.actor("other_officer"), room.building(w))


def test_a_project_that_is_not_built_is_not_accepted(w):
    for project in (projects.approved(w), room.accepted(w), room.operating(w)):
        with pytest.raises(WrongState):
            room.opened(w, project)


def test_one_round_at_a_time(w, acceptance):
    assert "还没有结论" in str(refusal(Refused, lambda: room.opened(w, acceptance.project))[0].what)


def test_without_a_builder_there_is_nobody_to_accept_from(w):
    project = projects.approved(w)
    room.moved(w, project)
    assert "还没有承建单位" in str(refusal(Refused, lambda: room.opened(w, project))[0].what)


# --- items -----------------------------------------------------------------------------------------------------------


def item_facts(w, deliverer="rival", **changes):
    given = {"source": ItemSource.CONTRACT, "requirement": "响应时间不超过 2 秒", "standard": "压测报告达标"}
    return ItemFacts(**{**given, "deliverer_id": w.org(deliverer).id, **changes})


def test_items_are_added_changed_and_removed_before_anything_is_judged(w, acceptance):
    officer, count = w.actor("officer"), len(acceptance.items)
    made = actions.set_item(officer, acceptance, None, item_facts(w, "operator"))
    assert made.number == count + 1
    assert ("OPERATOR", acceptance.code) in asked(acceptance.project, "acceptance:deliver")
    actions.set_item(officer, acceptance, made, item_facts(w, requirement="响应时间不超过 1 秒"))
    assert acceptance.items[-1].requirement == "响应时间不超过 1 秒"
    actions.remove_item(officer, acceptance, made, "与合同附件二重复。")
    assert len(acceptance.items) == count


@pytest.mark.parametrize(
    "deliverer, changes, places",
    [
        ("rival", {"requirement": " "}, {"requirement"}),
        ("rival", {"requirement": "", "standard": ""}, {"requirement", "standard"}),
        ("agency", {}, {"deliverer"}),
        ("watcher", {}, {"deliverer"}),
        ("authority", {"standard": " "}, {"deliverer", "standard"}),
        ("other_agency", {}, {"deliverer"}),
    ],
)
def test_an_item_must_be_whole_and_delivered_by_who_builds_or_operates(w, acceptance, deliverer, changes, places):
    wrong = item_facts(w, deliverer, **changes)
    found = refusal(Refused, lambda: actions.set_item(w.actor("officer"), acceptance, None, wrong))
    assert {one.place for one in found} == places


def test_the_yardstick_stays_once_something_was_submitted_or_judged(w, acceptance):
    officer, (first, second, *_others) = w.actor("officer"), acceptance.items
    room.submitted(w, first)
    with pytest.raises(WrongState):
        actions.set_item(officer, acceptance, first, item_facts(w))
    with pytest.raises(WrongState):
        actions.remove_item(officer, acceptance, first, "重复")
    actions.set_item(officer, acceptance, second, item_facts(w))
    room.judged(w, first)
    for change in (
        lambda: actions.set_item(officer, acceptance, None, item_facts(w)),
        lambda: actions.set_item(officer, acceptance, second, item_facts(w)),
        lambda: actions.remove_item(officer, acceptance, second, "重复"),
    ):
        with pytest.raises(WrongState):
            change()


def test_the_last_item_stays(w, acceptance):
    for item in acceptance.items[1:]:
        actions.remove_item(w.actor("officer"), acceptance, item, "重复")
    with pytest.raises(Refused):
        actions.remove_item(w.actor("officer"), acceptance, acceptance.items[0], "重复")


def test_an_item_is_removed_with_a_reason_that_the_trail_keeps(w, acceptance):
    officer, item = w.actor("officer"), acceptance.items[1]
    found = refusal(Refused, lambda: actions.remove_item(officer, acceptance, item, " "))
    assert [one.place for one in found] == ["reason"]
    wanted, count = item.requirement, len(acceptance.items)
    actions.remove_item(officer, acceptance, item, "与第 1 项重复。")
    assert len(acceptance.items) == count - 1
    leaf = json.loads(entries_about(acceptance.project.ref, 1)[0].details)
    assert (leaf["reason"], leaf["notes"]["removed"]) == ("与第 1 项重复。", wanted)


# --- submitting and judging ------------------------------------------------------------------------------------------


def test_the_deliverer_submits_the_supervisor_opines_the_client_judges(w, acceptance):
    item = acceptance.items[0]
    room.submitted(w, item, room.paper("测试报告.pdf"))
    assert ("AGENCY", acceptance.code) in asked(acceptance.project, "acceptance:judge")
    actions.opine(w.actor("supervisor"), item, Stance.SUPPORT, "现场核对属实。")
    room.judged(w, item)
    assert (item.passed, item.result.submission_id) == (True, item.submissions[0].id)
    assert item.submissions[0].file.file_name == "测试报告.pdf"
    assert (item.opinions[0].giver_side.value, item.opinions[0].giver_role.value) == ("supervision", "supervisor")


@pytest.mark.parametrize("by", ["operator_officer", "officer", "supervisor", "signatory", "rival_signatory"])
def test_only_the_deliverer_of_an_item_submits_it(w, acceptance, by):
    with pytest.raises(NotAllowed):
        room.submitted(w, acceptance.items[0], by=by)


@pytest.mark.parametrize("by", ["rival_officer", "rival_signatory", "operator_officer", "supervisor", "authority_lead"])
def test_who_delivers_or_watches_never_judges(w, acceptance, by):
    item = acceptance.items[0]
    room.submitted(w, item)
    with pytest.raises(NotAllowed):
        actions.judge_item(w.actor(by), item, room.judgement(item))


@pytest.mark.parametrize("by", ["rival_officer", "officer", "inspector", "operator_officer"])
def test_only_the_supervisor_of_the_project_opines(w, acceptance, by):
    with pytest.raises(NotAllowed):
        actions.opine(w.actor(by), acceptance.items[0], Stance.SUPPORT, "同意")


def test_a_judgement_rests_on_a_submission_or_on_evidence_of_the_clients_own(w, acceptance):
    item, officer = acceptance.items[0], w.actor("officer")
    found = refusal(Refused, lambda: actions.judge_item(officer, item, room.judgement(item, reason=" ")))
    assert {one.place for one in found} == {"reason", "file"}
    actions.judge_item(officer, item, room.judgement(item), room.paper("自测记录.pdf"))
    assert (item.result.submission_id, bool(item.result.sha256)) == (None, True)


@pytest.mark.parametrize("stage", ["preliminary", "final"])
def test_words_alone_never_pass(w, stage):
    acceptance = room.opened(w, room.building(w) if stage == "preliminary" else room.trial(w))
    item, officer = acceptance.items[0], w.actor("officer")
    room.submitted(w, item, NOTHING)
    found = refusal(Refused, lambda: room.judged(w, item))
    assert [one.place for one in found] == ["file"]
    assert all((found[0].what, found[0].why, found[0].remedy))
    room.judged(w, item, Outcome.FAILED)
    assert not item.passed, "that it is not proven is reason enough to fail"
    actions.judge_item(officer, item, room.judgement(item), room.paper("自测记录.pdf"))
    assert item.passed
    assert [one.file_name for one in item.evidence] == ["自测记录.pdf"]


def test_an_earlier_file_proves_nothing_about_what_was_put_right_since(w, acceptance):
    item = acceptance.items[0]
    room.submitted(w, item)
    room.judged(w, item, Outcome.FAILED)
    room.submitted(w, item, NOTHING)
    refusal(Refused, lambda: room.judged(w, item))
    again = Material(digest=item.submissions[0].sha256)
    room.submitted(w, item, again)
    room.judged(w, item)
    assert item.evidence == [item.submissions[0].file]


def test_a_registered_paper_of_the_client_proves_an_item(w, acceptance):
    item = next(one for one in acceptance.items if one.source is ItemSource.ARCHIVE)
    projects.register(w, acceptance.project, "archive_acceptance")
    kept = own_files(w.actor("officer"), acceptance.project.subject)[0]
    actions.judge_item(w.actor("officer"), item, room.judgement(item), Material(digest=kept.sha256))
    assert item.evidence == [kept]


def test_nobody_borrows_the_evidence_of_the_other_side(w, acceptance):
    first, second = acceptance.items[:2]
    room.submitted(w, first, room.paper("测试报告.pdf"))
    borrowed = Material(digest=first.submissions[0].sha256)
    with pytest.raises(Refused):
        actions.judge_item(w.actor("officer"), second, room.judgement(second), borrowed)
    db.session.rollback()


def test_a_judgement_is_about_the_newest_submission(w, acceptance):
    item = acceptance.items[0]
    room.submitted(w, item)
    read = room.judgement(item)
    room.submitted(w, item)
    with pytest.raises(Stale):
        actions.judge_item(w.actor("officer"), item, read)
    room.judged(w, item, Outcome.FAILED)
    room.submitted(w, item)
    assert item.resubmitted
    room.judged(w, item)
    assert [one.outcome for one in item.results] == [Outcome.FAILED, Outcome.PASSED]
    assert item.passed
    with pytest.raises(WrongState):
        room.submitted(w, item)


def test_a_failed_item_goes_back_to_its_deliverer_and_conclusion_is_asked_when_all_are_judged(w, acceptance):
    project = acceptance.project
    for item in acceptance.items:
        room.submitted(w, item)
    assert not asked(project, "acceptance:deliver")
    room.judged(w, acceptance.items[0], Outcome.FAILED)
    assert asked(project, "acceptance:deliver") == {("RIVAL", acceptance.code)}
    assert not asked(project, "acceptance:conclude")
    for item in acceptance.items[1:]:
        room.judged(w, item)
    assert asked(project, "acceptance:conclude") == {("AGENCY", acceptance.code)}
    assert not asked(project, "acceptance:judge")


# --- the supervisor ---------------------------------------------------------------------------------------------------


def test_no_round_passes_before_the_supervisor_has_spoken_on_each_item(w, acceptance):
    project, last = acceptance.project, acceptance.items[-1]
    room.ready(w, project, Step.TRIAL)
    for item in acceptance.items:
        room.submitted(w, item)
        room.judged(w, item)
        if item is not last:
            room.heard(w, item)
    assert not asked(project, "acceptance:conclude"), "nobody is asked for what he cannot do yet"
    found = refusal(Refused, lambda: room.concluded(w, acceptance))
    assert [f"第 {last.number} 项没有监理意见" in str(one.what) for one in found] == [True]
    assert asked(project, "acceptance:opine") == {("WATCHER", acceptance.code)}
    room.heard(w, last, Stance.OPPOSE)
    assert not asked(project, "acceptance:opine")
    assert not asked(project, "acceptance:conclude"), "what passed against the supervisor is judged again first"
    assert asked(project, "acceptance:judge") == {("AGENCY", acceptance.code)}
    room.judged(w, last, against="监理所指的接口不在本期范围。")
    assert asked(project, "acceptance:conclude") == {("AGENCY", acceptance.code)}
    room.concluded(w, acceptance)
    assert acceptance.state is A.PASSED, "the opinion binds nobody, but who goes against it says why"


def test_a_round_fails_without_the_supervisor(w, acceptance):
    room.submitted(w, acceptance.items[0])
    room.judged(w, acceptance.items[0], Outcome.FAILED)
    room.concluded(w, acceptance, passed=False)
    assert acceptance.state is A.FAILED


def test_an_opinion_is_about_what_was_submitted_when_it_was_given(w, acceptance):
    item = acceptance.items[0]
    room.ready(w, acceptance.project, Step.TRIAL)
    room.all_judged(w, acceptance, item.number)
    with clock.at(MOMENT + timedelta(days=1)):
        room.submitted(w, item)
        assert item.opinion is None
        assert asked(acceptance.project, "acceptance:opine") == {("WATCHER", acceptance.code)}
        room.judged(w, item)
        found = refusal(Refused, lambda: room.concluded(w, acceptance))
        assert "早于最近一次提交" in str(found[0].why)
        room.heard(w, item)
        room.concluded(w, acceptance)
    assert acceptance.state is A.PASSED


def test_where_there_is_no_supervisor_none_is_waited_for(w):
    acceptance = room.opened(w, room.unsupervised(w))
    for item in acceptance.items:
        room.submitted(w, item)
        room.judged(w, item)
    assert asked(acceptance.project, "acceptance:conclude") == {("AGENCY", acceptance.code)}
    room.ready(w, acceptance.project, Step.TRIAL)
    room.concluded(w, acceptance)
    assert acceptance.state is A.PASSED


# --- concluding ------------------------------------------------------------------------------------------------------


def test_everything_that_is_missing_is_said_at_once(w):
    acceptance = room.all_judged(w, room.opened(w, room.trial(w)), 2, 3)
    found = [str(one.what) for one in refusal(Refused, lambda: room.concluded(w, acceptance, by="authority_lead"))]
    assert [one[:8] for one in found[:2]] == ["第 2 项未合格", "第 3 项未合格"]
    assert len(found) > 7, "what gates ask for is said with it: five papers and the days of the trial"
    assert acceptance.state is A.OPEN


def test_an_upload_is_no_signed_responsibility_list(w):
    project = room.joined(w, projects.approved(w))
    before = [str(one.what) for one in steps.problems_at(project, Step.BUILD)]
    projects.register(w, project, "other", number="权责清单（已签）", issuer="广州市政务服务中心")
    assert any("权责清单" in one for one in before)
    assert [str(one.what) for one in steps.problems_at(project, Step.BUILD)] == before


@pytest.mark.parametrize("by", ["officer", "rival_signatory", "supervisor", "authority_lead", "other_signatory"])
def test_only_the_clients_signatory_concludes_the_preliminary_acceptance(w, acceptance, by):
    room.all_judged(w, acceptance)
    with pytest.raises(NotAllowed):
        room.concluded(w, acceptance, by=by)
    with pytest.raises(NotAllowed):
        concluding.approve(w.actor(by), acceptance, True, "同意", seen_digest(acceptance))


def test_a_passed_preliminary_acceptance_begins_the_trial(w, acceptance):
    project = acceptance.project
    room.ready(w, project, Step.TRIAL)
    room.all_judged(w, acceptance)
    room.concluded(w, acceptance)
    assert (acceptance.state, project.state, project.trial_from) == (A.PASSED, ProjectState.TRIAL, today())
    decision = decisions_of(project.subject)[0]
    assert (decision.step, decision.verdict, decision.about) == (Step.TRIAL, Verdict.PASSED, acceptance.code)
    assert (decision.about_digest, decision.proposed_by) == (acceptance.sha256, w.user("officer").id)
    content = json.loads(acceptance.content)
    assert canonical_json(content) == acceptance.content
    assert digest_both(acceptance.content.encode()).sm3 == acceptance.sm3
    assert content["conclusion"]["by"] == w.user("signatory").name
    assert [one["results"][-1]["outcome"] for one in content["items"]] == ["passed"] * len(acceptance.items)
    assert asked(project, "acceptance:open") == {("AGENCY", "")}
    assert not asked(project, "acceptance:opine")


def test_what_was_seen_is_what_is_concluded(w, acceptance):
    room.all_judged(w, acceptance)
    seen = seen_digest(acceptance)
    actions.opine(w.actor("supervisor"), acceptance.items[0], Stance.OPPOSE, "压测未做。")
    with pytest.raises(Stale):
        concluding.conclude(w.actor("signatory"), acceptance, True, "同意", seen)


def test_a_conclusion_needs_its_reasons(w, acceptance):
    room.all_judged(w, acceptance)
    actor, seen = w.actor("signatory"), seen_digest(acceptance)
    found = refusal(Refused, lambda: concluding.conclude(actor, acceptance, True, " ", seen))
    assert [one.place for one in found] == ["reason"]


def test_after_a_conclusion_nothing_changes(w, acceptance):
    room.ready(w, acceptance.project, Step.TRIAL)
    room.all_judged(w, acceptance, 1)
    room.concluded(w, acceptance, passed=False)
    item, digest = acceptance.items[0], acceptance.sha256
    for late in (
        lambda: room.submitted(w, item),
        lambda: room.judged(w, item),
        lambda: actions.opine(w.actor("supervisor"), item, Stance.SUPPORT, "同意"),
        lambda: actions.set_item(w.actor("officer"), acceptance, None, item_facts(w)),
        lambda: room.concluded(w, acceptance),
    ):
        with pytest.raises(WrongState):
            late()
    assert acceptance.sha256 == digest


@pytest.mark.parametrize("only_failed, items", [(True, [2, 4]), (False, None)])
def test_a_failed_round_is_followed_by_another(w, acceptance, only_failed, items):
    project = acceptance.project
    room.ready(w, project, Step.TRIAL)
    room.all_judged(w, acceptance, 2, 4)
    room.concluded(w, acceptance, passed=False)
    assert (acceptance.state, project.state) == (A.FAILED, ProjectState.BUILDING)
    assert asked(project, "acceptance:deliver") == {("RIVAL", acceptance.code)}
    assert asked(project, "acceptance:open") == {("AGENCY", "")}
    assert facts(project)["acceptance.preliminary"] == "failed"
    assert facts(project)["acceptance.preliminary_open"] == 2
    again = room.opened(w, project, only_failed)
    wanted = [one.requirement for one in acceptance.items if items is None or one.number in items]
    assert [one.requirement for one in again.items] == wanted
    assert (again.round, again.code) == (2, f"YS-{project.code}-2")
    assert asked(project, "acceptance:deliver") == {("RIVAL", again.code)}
    assert not asked(project, "acceptance:open")
    room.all_judged(w, again)
    room.concluded(w, again)
    assert project.state is ProjectState.TRIAL
    verdicts = [one.verdict for one in decisions_of(project.subject) if one.step is Step.TRIAL]
    assert verdicts == [Verdict.PASSED, Verdict.REFUSED]
    assert [one.round for one in acceptances_of(project)] == [2, 1]


def test_nothing_happens_while_the_project_is_suspended_and_all_goes_on_after(w, acceptance):
    item, other = acceptance.items[:2]
    officer, lead = w.actor("officer"), w.actor("authority_lead")
    room.all_judged(w, acceptance, item.number)
    projects.actions.suspend(lead, acceptance.project, "资金来源待核实。")
    for act in (
        lambda: room.opened(w, acceptance.project),
        lambda: actions.set_item(officer, acceptance, None, item_facts(w)),
        lambda: actions.remove_item(officer, acceptance, other, "重复"),
        lambda: room.submitted(w, item),
        lambda: room.heard(w, item),
        lambda: room.judged(w, item),
        lambda: room.concluded(w, acceptance, passed=False),
    ):
        found = refusal(WrongState, act)
        assert "暂停" in str(found[0].what)
        assert all((found[0].why, found[0].remedy))
    projects.actions.resume(lead, acceptance.project, "资金已落实。")
    room.submitted(w, item)
    room.heard(w, item)
    room.judged(w, item)
    assert item.passed


# --- final acceptance ------------------------------------------------------------------------------------------------


@pytest.fixture
def final(w):
    """The final acceptance of a project that has run for six weeks, every item judged and every paper there."""
    project = room.trial(w)
    with clock.at(MOMENT + timedelta(days=42)):
        acceptance = room.opened(w, project)
        room.ready(w, project, Step.ACCEPT)
        yield room.all_judged(w, acceptance)


def test_the_authoritys_lead_approves_the_final_acceptance(w, final):
    project = final.project
    assert final.stage is Stage.FINAL
    assert asked(project, "acceptance:approve") == {("AUTHORITY", final.code)}
    room.concluded(w, final, by="authority_lead")
    assert (final.state, project.state, project.accepted_on) == (A.PASSED, ProjectState.ACCEPTED, today())
    assert (final.concluder_role.value, final.concluder_org) == ("competent_authority", w.org("authority").id)
    assert asked(project, "handover:open") == {("AGENCY", "")}


@pytest.mark.parametrize("by", ["signatory", "officer", "authority_officer", "rival_signatory", "leader"])
def test_nobody_else_approves_it(w, final, by):
    with pytest.raises(NotAllowed):
        concluding.approve(w.actor(by), final, True, "同意", seen_digest(final))
    with pytest.raises(NotAllowed):
        concluding.conclude(w.actor(by), final, True, "同意", seen_digest(final))


@pytest.mark.parametrize("days, opens", [(29, False), (30, True), (42, True)])
def test_the_trial_must_have_lasted(w, days, opens):
    project = room.trial(w)
    with clock.at(MOMENT + timedelta(days=days)):
        acceptance = room.opened(w, project)
        room.ready(w, project, Step.ACCEPT)
        room.all_judged(w, acceptance)
        if opens:
            room.concluded(w, acceptance, by="authority_lead")
            assert project.state is ProjectState.ACCEPTED
            return
        found = refusal(Refused, lambda: room.concluded(w, acceptance, by="authority_lead"))
    assert any("试运行" in str(one.what) + str(one.why) for one in found)
    db.session.rollback()


def test_a_paper_that_is_not_registered_keeps_it_closed(w):
    project = room.trial(w)
    with clock.at(MOMENT + timedelta(days=42)):
        acceptance = room.opened(w, project)
        # Uploads that say they are the papers are evidence of items, no records.
        room.submitted(w, acceptance.items[0], room.paper("审计报告.pdf"))
        room.all_judged(w, acceptance)
        found = refusal(Refused, lambda: room.concluded(w, acceptance, by="authority_lead"))
    assert len(found) >= 5
    db.session.rollback()


def test_a_failed_final_acceptance_leaves_the_trial_running(w, final):
    room.concluded(w, final, passed=False, by="authority_lead")
    assert (final.state, final.project.state) == (A.FAILED, ProjectState.TRIAL)
    again = room.opened(w, final.project, only_failed=True)
    assert len(again.items) == len(final.items), "nothing had failed, so all is judged again"


# --- facts -----------------------------------------------------------------------------------------------------------


def test_facts_say_what_is_recorded_and_leave_out_what_is_not(w, acceptance):
    project = acceptance.project
    said = facts(project)
    assert (said["acceptance.preliminary"], said["acceptance.final"]) == ("open", "")
    assert said["acceptance.preliminary_open"] == len(acceptance.items)
    assert not {"acceptance.final_open", "acceptance.trial_days", "handover.open_items"} & set(said)
    assert (said["handover.items"], said["handover.classes"]) == (0, ())
    room.submitted(w, acceptance.items[0])
    room.judged(w, acceptance.items[0])
    assert facts(project)["acceptance.preliminary_open"] == len(acceptance.items) - 1


def test_trial_days_stop_with_the_final_acceptance(w):
    project = room.trial(w)
    with clock.at(MOMENT + timedelta(days=29)):
        assert facts(project)["acceptance.trial_days"] == 29
        room.moved(w, project)
    with clock.at(MOMENT + timedelta(days=90)):
        assert facts(project)["acceptance.trial_days"] == 29


def test_a_contract_has_no_such_facts(w):
    assert acceptance_facts(w.contract("in_force").subject) == {}


def test_nobody_concludes_what_he_judged(w, acceptance):
    room.all_judged(w, acceptance)
    # The signatory wears the officer's hat too, and judges an item: then he no longer concludes.
    give_role(w.actor("security_admin"), w.user("signatory").memberships[0], Role.AGENCY_OFFICER)
    db.session.flush()
    db.session.expire_all()
    item = acceptance.items[0]
    actions.judge_item(w.actor("signatory"), item, room.judgement(item))
    found = refusal(Refused, lambda: room.concluded(w, acceptance, passed=False))
    assert "判定过验收项" in str(found[0].what)
    assert db.session.scalar(sa.select(Acceptance.state)) is A.OPEN
