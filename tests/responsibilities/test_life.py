"""A list's life: made from the template, changed, sealed, signed by both sides, returned, amended; and its facts."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import TrailEntry
from app.conditions.gathering import facts_of
from app.core.clock import clock, today
from app.core.db import db
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.core.permissions import Permission, Role
from app.lifecycle.models import Task, TaskState
from app.organisations.actions import rename
from app.projects import declaring
from app.responsibilities import actions, drafting
from app.responsibilities.duty_file import Bearer
from app.responsibilities.facts import duty_facts
from app.responsibilities.models import DutyListState, Letter
from app.responsibilities.queries import findings_of, lists_of, open_list, signed_list
from app.responsibilities.workflow import WORKFLOW
from app.subjects.models import PartyRole
from tests import factories as make
from tests.intake.room import approved as taken_in
from tests.projects.room import approved, opened, terminated
from tests.responsibilities.room import (
    amending,
    drafted,
    join,
    line_with,
    own_duty,
    peopled,
    seen,
    sent,
    sign_all,
    signed,
)

S = DutyListState
A, R, C, I = Letter.ACCOUNTABLE, Letter.RESPONSIBLE, Letter.CONSULTED, Letter.INFORMED  # noqa: E741


def kinds(duty_list, blocking=True):
    return {one.kind for one in findings_of(duty_list) if one.blocking is blocking}


def codes(duty_list):
    return {line.entry.code for line in duty_list.lines if line.entry}


def tasks(project, state=TaskState.OPEN):
    found = db.session.scalars(sa.select(Task).where(Task.subject_id == project.subject_id, Task.state == state))
    return sorted((one.organisation.code, str(one.permission)) for one in found if str(one.permission)[:5] == "duty:")


def letters(w, line):
    names = {w.org(key).id: key for key in ("agency", "authority", "operator", "rival", "watcher", "finance")}
    return {names[key]: letter for key, letter in line.letters.items()}


def refusal(action):
    with pytest.raises(Refused) as refused:
        action()
    return [str(one.what) for one in refused.value.problems]


# --- the template ----------------------------------------------------------------------------------------------------


def test_the_template_gives_a_list_without_blocking_findings(w):
    duty_list = drafted(w, peopled(w, approved(w)))
    assert duty_list.code == f"QZ-{duty_list.project.code}-1"
    assert kinds(duty_list) == set()
    assert letters(w, line_with(duty_list, "DU-057")) == {"operator": A, "agency": I}
    assert letters(w, line_with(duty_list, "DU-015")) == {"authority": A, "agency": I}
    # Shanghai, Beijing, Lishui, Suining; and what an evaluator would watch before the build.
    assert {"DU-012", "DU-020", "DU-050", "DU-069", "DU-089", "DU-006", "DU-014"}.isdisjoint(codes(duty_list))
    assert {"DU-005", "DU-058"} <= codes(duty_list)


def test_a_project_that_only_maintains_has_no_duties_of_building(w):
    project = peopled(w, taken_in(w, kind="运行维护"))
    phases = {line.phase.value for line in drafted(w, project).lines}
    assert phases.isdisjoint({"build", "acceptance", "handover"})
    assert {"procurement", "operation", "exit"} <= phases


def test_duties_of_those_who_are_not_there_yet_are_added_when_they_join(w):
    project = approved(w)
    duty_list = drafted(w, project)
    assert {line.bearer for line in duty_list.lines} == {Bearer.MANAGER, Bearer.AGENCY, Bearer.FINANCE}
    changed = line_with(duty_list, "DU-007")
    drafting.set_letter(w.actor("officer"), changed, w.org("authority").id, C)
    drafting.leave_out(w.actor("officer"), line_with(duty_list, "DU-003"), "不出台政策措施。")
    join(w, project, "operator", PartyRole.OPERATOR)
    assert kinds(duty_list) == {"idle", "template_missing"}
    filled = drafting.supplement(w.actor("officer"), duty_list)
    assert filled.lines == sum(line.bearer is Bearer.OPERATOR for line in duty_list.lines)
    assert kinds(duty_list) == set()
    # Nothing that was typed has changed.
    assert letters(w, line_with(duty_list, "DU-007"))["authority"] is C
    assert line_with(duty_list, "DU-003").is_left_out
    assert letters(w, line_with(duty_list, "DU-064")) == {"agency": A, "operator": I}
    assert drafting.supplement(w.actor("officer"), duty_list) == drafting.Filled(0, 0)


def test_a_second_operator_and_a_finance_department_come_beside_those_who_are_accountable(w):
    project = peopled(w, approved(w))
    duty_list = drafted(w, project)
    join(w, project, "rival", PartyRole.OPERATOR)
    join(w, project, "finance", PartyRole.FINANCE)
    drafting.supplement(w.actor("officer"), duty_list)
    assert letters(w, line_with(duty_list, "DU-057")) == {"operator": A, "rival": R, "agency": I}
    assert letters(w, line_with(duty_list, "DU-017")) == {"authority": A, "finance": R, "agency": I}
    assert kinds(duty_list) == set()


@pytest.mark.parametrize("key", ["signatory", "operator_officer", "authority_officer", "supervisor", "other_officer"])
def test_only_the_clients_officer_begins_a_list(w, key):
    project = peopled(w)
    with pytest.raises(NotAllowed):
        actions.start_list(w.actor(key), project)


def test_one_list_at_a_time_and_none_of_an_ended_project(w):
    duty_list = drafted(w)
    assert "还没有办完" in refusal(lambda: actions.start_list(w.actor("officer"), duty_list.project))[0]
    other = signed(w)
    assert "已经签署" in refusal(lambda: actions.start_list(w.actor("officer"), other.project))[0]
    ended = terminated(w)
    assert "已经结束" in refusal(lambda: actions.start_list(w.actor("officer"), ended))[0]


# --- changing a draft ------------------------------------------------------------------------------------------------


def test_the_whole_matrix_at_once_counts_what_changed(w):
    duty_list = drafted(w, peopled(w, approved(w)))
    first, second = duty_list.lines[0], duty_list.lines[1]
    agency, authority = w.org("agency").id, w.org("authority").id
    cells = {first.id: {agency: C, authority: A}, second.id: {agency: None, authority: R}}
    assert drafting.set_letters(w.actor("officer"), duty_list, cells, seen(duty_list)) == 3
    assert letters(w, first) == {"agency": C, "authority": A}
    assert letters(w, second) == {"authority": R}
    assert kinds(duty_list) == {"no_accountable"}
    assert drafting.set_letters(w.actor("officer"), duty_list, cells, seen(duty_list)) == 0


def test_the_second_of_two_who_change_the_matrix_is_told(w):
    duty_list = drafted(w)
    before = seen(duty_list)
    drafting.set_letter(w.actor("second_officer"), duty_list.lines[0], w.org("watcher").id, C)
    with pytest.raises(Stale):
        drafting.set_letters(w.actor("officer"), duty_list, {}, before)


def test_letters_are_for_parties_and_for_lines_of_this_list(w):
    duty_list = drafted(w)
    strangers = {duty_list.lines[0].id: {w.org("rival").id: C}, 10**9: {}}
    said = refusal(lambda: drafting.set_letters(w.actor("officer"), duty_list, strangers, seen(duty_list)))
    assert len(said) == 2
    assert "只有当事方" in said[0]
    assert "没有这一项" in said[1]


def test_own_duties_come_change_and_go(w):
    duty_list, officer = drafted(w), w.actor("officer")
    line = drafting.add_own_duty(officer, duty_list, own_duty(evidence=None, basis=""))
    assert kinds(duty_list) == {"no_accountable", "no_evidence"}
    assert kinds(duty_list, blocking=False) == {"no_basis"}
    drafting.change_line(officer, line, own_duty(), line.row_version)
    drafting.set_letter(officer, line, w.org("operator").id, A)
    assert kinds(duty_list) == kinds(duty_list, blocking=False) == set()
    assert "不需要删减理由" in refusal(lambda: drafting.leave_out(officer, line, "不要了"))[0]
    drafting.drop_line(officer, line)
    assert all(one.entry for one in duty_list.lines)


def test_a_duty_of_the_template_keeps_its_words_and_is_left_out_only_with_a_reason(w):
    duty_list, officer = drafted(w), w.actor("officer")
    line = line_with(duty_list, "DU-026")
    text = line.text
    drafting.change_line(officer, line, own_duty(text="别的", bearer=Bearer.OPERATOR, deadline="20 年"), None)
    assert (line.text, line.bearer, line.deadline) == (text, Bearer.AGENCY, "20 年")
    assert "不能删除" in refusal(lambda: drafting.drop_line(officer, line))[0]
    assert refusal(lambda: drafting.leave_out(officer, line, " ")) == ["请写明理由。"]
    drafting.leave_out(officer, line, "由财政部门统一保存。")
    assert kinds(duty_list) == set()
    assert kinds(duty_list, blocking=False) == {"left_out_law"}
    drafting.take_back(officer, line)
    assert kinds(duty_list, blocking=False) == set()
    assert letters(w, line)["agency"] is A


@pytest.mark.parametrize("key", ["signatory", "operator_officer", "operator_signatory", "authority_lead", "supervisor"])
def test_nobody_else_changes_a_draft(w, key):
    duty_list = drafted(w)
    with pytest.raises(NotAllowed):
        drafting.set_letter(w.actor(key), duty_list.lines[0], w.org("watcher").id, C)


@pytest.mark.parametrize("make_list", [sent, signed])
def test_a_sealed_list_refuses_every_change(w, make_list):
    duty_list, officer = make_list(w), w.actor("officer")
    line = duty_list.lines[0]
    for change in (
        lambda: drafting.set_letter(officer, line, w.org("watcher").id, C),
        lambda: drafting.set_letters(officer, duty_list, {}, seen(duty_list)),
        lambda: drafting.add_own_duty(officer, duty_list, own_duty()),
        lambda: drafting.change_line(officer, line, own_duty(), None),
        lambda: drafting.leave_out(officer, line, "理由"),
        lambda: drafting.supplement(officer, duty_list),
        lambda: actions.submit(officer, duty_list, seen(duty_list)),
    ):
        with pytest.raises(WrongState):
            change()


# --- signing ---------------------------------------------------------------------------------------------------------


def test_both_sides_sign_one_content(w):
    duty_list = sent(w)
    project = duty_list.project
    assert tasks(project) == [("AGENCY", "duty:sign"), ("OPERATOR", "duty:sign")]
    actions.sign(w.actor("operator_signatory"), duty_list, seen(duty_list))
    assert duty_list.state is S.SIGNING
    assert signed_list(project) is None
    actions.sign(w.actor("signatory"), duty_list, seen(duty_list))
    assert duty_list.state is S.SIGNED
    assert signed_list(project) is duty_list
    assert {one.sha256 for one in duty_list.signatures} == {duty_list.sha256}
    assert tasks(project) == []


def test_signing_is_owed_within_five_working_days(w):
    duty_list = sent(w)
    signing = (Task.subject_id == duty_list.subject_id, Task.permission == Permission.DUTY_SIGN)
    owed = db.session.scalars(sa.select(Task).where(*signing)).all()
    assert {(one.workdays, one.due_on.isoformat()) for one in owed} == {(5, "2026-03-09")}


def test_every_builder_and_operator_signs(w):
    project = peopled(w, joining=[("operator", PartyRole.OPERATOR), ("rival", PartyRole.BUILDER)])
    duty_list = sent(w, project)
    sign_all(w, duty_list)
    assert duty_list.state is S.SIGNING
    actions.sign(w.actor("rival_signatory"), duty_list, seen(duty_list))
    assert duty_list.state is S.SIGNED


def test_who_submitted_does_not_sign_and_nobody_signs_twice(w):
    duty_list = drafted(w)
    both = make.person(w.org("agency"), Role.AGENCY_OFFICER, Role.AGENCY_SIGNATORY)
    actions.submit(both, duty_list, seen(duty_list))
    assert "不能签署同一版清单" in refusal(lambda: actions.sign(both, duty_list, seen(duty_list)))[0]
    actions.sign(w.actor("signatory"), duty_list, seen(duty_list))
    second = make.person(w.org("agency"), Role.AGENCY_SIGNATORY)
    assert "已经签署" in refusal(lambda: actions.sign(second, duty_list, seen(duty_list)))[0]


@pytest.mark.parametrize("key", ["officer", "operator_officer", "authority_lead", "supervisor", "other_signatory"])
def test_nobody_else_signs(w, key):
    duty_list = sent(w)
    with pytest.raises(NotAllowed):
        actions.sign(w.actor(key), duty_list, seen(duty_list))


def test_what_was_not_read_is_neither_submitted_nor_signed(w):
    duty_list = drafted(w)
    with pytest.raises(Stale):
        actions.submit(w.actor("officer"), duty_list, "0" * 64)
    actions.submit(w.actor("officer"), duty_list, seen(duty_list))
    with pytest.raises(Stale):
        actions.sign(w.actor("signatory"), duty_list, "0" * 64)


def test_everything_that_blocks_is_said_at_once_before_signing(w):
    duty_list, officer = drafted(w, peopled(w, approved(w))), w.actor("officer")
    drafting.set_letter(officer, line_with(duty_list, "DU-057"), w.org("agency").id, A)
    drafting.set_letter(officer, line_with(duty_list, "DU-015"), w.org("authority").id, None)
    said = refusal(lambda: actions.submit(officer, duty_list, seen(duty_list)))
    assert len(said) == 3
    assert duty_list.state is S.DRAFT


def test_without_anybody_who_operates_there_is_nobody_to_sign(w):
    project = opened(w)
    duty_list = drafted(w, project)
    said = refusal(lambda: actions.submit(w.actor("officer"), duty_list, seen(duty_list)))
    assert said == ["项目还没有建设或运营方，清单没有对方可以签署。"]


def test_a_party_that_joins_while_it_is_signed_sends_the_list_back(w):
    duty_list = sent(w)
    join(w, duty_list.project, "rival", PartyRole.OPERATOR)
    for key in ("signatory", "rival_signatory"):
        assert "当事方有变化" in refusal(lambda key=key: actions.sign(w.actor(key), duty_list, seen(duty_list)))[0]
    draft = actions.return_for_change(w.actor("rival_signatory"), duty_list, "我司刚加入")
    drafting.supplement(w.actor("officer"), draft)
    assert kinds(draft) == set()


def test_a_party_renamed_while_it_is_signed_is_read_anew(w):
    duty_list = sent(w)
    with clock.at(make.MOMENT + timedelta(days=1)):
        rename(w.actor("system_admin"), w.org("operator"), "新运营有限公司", "", today(), "更名")
    assert "当事方有变化" in refusal(lambda: actions.sign(w.actor("signatory"), duty_list, seen(duty_list)))[0]


# --- returned and amended --------------------------------------------------------------------------------------------


def test_a_returned_list_stays_and_its_copy_is_the_next_draft(w):
    duty_list = sent(w)
    project = duty_list.project
    actions.sign(w.actor("signatory"), duty_list, seen(duty_list))
    assert refusal(lambda: actions.return_for_change(w.actor("operator_signatory"), duty_list, " ")) == ["请写明理由。"]
    draft = actions.return_for_change(w.actor("operator_signatory"), duty_list, "第 3 项写错了")
    assert (duty_list.state, duty_list.return_reason) == (S.RETURNED, "第 3 项写错了")
    assert (draft.number, draft.state, draft.signatures) == (2, S.DRAFT, [])
    assert [one.letters for one in draft.lines] == [one.letters for one in duty_list.lines]
    assert tasks(project) == [("AGENCY", "duty:draft")]
    actions.submit(w.actor("officer"), draft, seen(draft))
    assert tasks(project) == [("AGENCY", "duty:sign"), ("OPERATOR", "duty:sign")]
    sign_all(w, draft)
    assert signed_list(project).number == 2


@pytest.mark.parametrize("key", ["officer", "operator_officer", "authority_lead", "supervisor"])
def test_only_who_may_sign_returns(w, key):
    duty_list = sent(w)
    with pytest.raises(NotAllowed):
        actions.return_for_change(w.actor(key), duty_list, "不同意")


def test_an_amendment_takes_over_only_when_both_have_signed(w):
    old = signed(w)
    project = old.project
    new = amending(w, old)
    assert (new.amends_id, new.reason, new.number) == (old.id, "职责调整", 2)
    drafting.set_letter(w.actor("officer"), line_with(new, "DU-057"), w.org("watcher").id, C)
    with clock.at(make.MOMENT + timedelta(days=1)):
        actions.submit(w.actor("officer"), new, seen(new))
        assert signed_list(project) is old
        returned = actions.return_for_change(w.actor("operator_signatory"), new, "再议")
        assert (returned.amends_id, returned.reason) == (old.id, "职责调整")
        actions.submit(w.actor("officer"), returned, seen(returned))
        sign_all(w, returned)
    assert (old.state, returned.state, signed_list(project).number) == (S.SUPERSEDED, S.SIGNED, 3)
    assert open_list(project) is None
    assert [one.state for one in lists_of(project)] == [S.SIGNED, S.RETURNED, S.SUPERSEDED]


def test_an_amendment_needs_a_reason_a_signed_list_and_nothing_open(w):
    old = signed(w)
    assert refusal(lambda: amending(w, old, "")) == ["请写明理由。"]
    draft = amending(w, old)
    assert "还没有办完" in refusal(lambda: amending(w, old))[0]
    with pytest.raises(WrongState):
        amending(w, draft)
    with pytest.raises(NotAllowed):
        actions.amend(w.actor("signatory"), old, "理由")


def test_letters_of_those_who_have_left_stay_behind_in_the_next_version(w):
    project = peopled(w, joining=[("operator", PartyRole.OPERATOR), ("watcher", PartyRole.SUPERVISOR)])
    old = signed(w, project)
    party = next(one for one in project.subject.parties if one.role is PartyRole.SUPERVISOR)
    declaring.drop_party(w.actor("officer"), project, party)
    assert "stranger" in kinds(old)
    new = amending(w, old)
    assert w.org("watcher").id not in {key for line in new.lines for key in line.letters}
    assert kinds(new) == {"no_accountable"}


# --- facts and trail -------------------------------------------------------------------------------------------------


def test_the_facts_of_a_project(w):
    project = taken_in(w)
    assert duty_facts(project.subject) == {"duty.signed_version": 0}
    duty_list = drafted(w, project)
    # That nobody builds or operates is a finding, and the only one.
    assert duty_facts(project.subject) == {"duty.signed_version": 0, "duty.findings": 1}
    assert kinds(duty_list) == {"nobody_operates"}
    peopled(w, project)
    assert duty_facts(project.subject)["duty.findings"] > 0
    drafting.supplement(w.actor("officer"), duty_list)
    actions.submit(w.actor("officer"), duty_list, seen(duty_list))
    assert duty_facts(project.subject) == {"duty.signed_version": 0, "duty.findings": 0}
    sign_all(w, duty_list)
    assert duty_facts(project.subject) == {"duty.signed_version": 1, "duty.findings": 0}
    # Who joins later without a duty is a finding of the list in force; an open amendment does not hide it.
    join(w, project, "rival", PartyRole.OPERATOR)
    assert duty_facts(project.subject) == {"duty.signed_version": 1, "duty.findings": 1}
    drafting.supplement(w.actor("officer"), amending(w, duty_list))
    assert duty_facts(project.subject)["duty.findings"] == 1
    assert facts_of(project.subject)["duty.signed_version"] == 1


def test_of_a_contract_without_a_list_nothing_is_signed(w):
    assert duty_facts(make.empty_draft(w).subject) == {"duty.signed_version": 0}


def test_an_approved_project_may_have_its_list_too(w):
    assert signed(w, peopled(w, approved(w))).state is S.SIGNED


def test_every_act_stands_on_the_trail_of_the_project(w):
    duty_list = signed(w)
    verbs = db.session.scalars(
        sa.select(TrailEntry.verb).where(TrailEntry.ref == duty_list.project.ref).order_by(TrailEntry.seq)
    ).all()
    assert verbs[-4:] == ["duty:draft", "duty:draft", "duty:sign", "duty:sign"]


def test_the_table_of_moves_is_that_of_the_database(w):
    from importlib import import_module

    revision = import_module("migrations.versions.0015_responsibilities")
    # What is superseded is so by the signing of another list, not by an act of its own.
    assert sorted({*WORKFLOW.moves(), ("signed", "superseded")}) == sorted(revision.MOVES)
