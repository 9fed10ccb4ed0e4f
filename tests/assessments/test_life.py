"""The life of an edition: who may do what in which state, four eyes, tasks, and that nothing is ever written over."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.assessments import actions, queries
from app.assessments.models import Assessment, AssessmentState, ObjectionState
from app.assessments.workflow import WORKFLOW, moves
from app.audit.models import TrailEntry
from app.core.actors import SYSTEM
from app.core.clock import clock
from app.core.db import db
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.core.periods import Period
from app.core.permissions import Permission, Role
from app.figures import verifying
from app.lifecycle.models import Task, TaskState
from tests.assessments import season as seasons
from tests.assessments.room import APRIL, MARCH
from tests.factories import PEOPLE, person, plan, scheme_entry

S, P = AssessmentState, Permission


def tasks(item="2026-03"):
    """Open tasks on assessments: act and organisation."""
    rows = db.session.scalars(sa.select(Task).where(Task.state == TaskState.OPEN, Task.item == item))
    return sorted((one.permission, one.organisation.code) for one in rows if one.permission.startswith("assessment:"))


def leaves():
    return db.session.scalar(sa.select(sa.func.count()).select_from(TrailEntry))


def told(refusal):
    return [str(one.what) for one in refusal.value.problems]


@pytest.fixture
def ready(room):
    """Both services watched and verified; the first was down for an hour."""
    room.calm(("03-10T01:00", "03-10T02:00"))
    return room


@pytest.fixture
def both_hats(room):
    """Somebody of the agency who is officer and signatory at once."""
    return person(room.w.org("agency"), Role.AGENCY_OFFICER, Role.AGENCY_SIGNATORY)


# --- the straight way ------------------------------------------------------------------------------------------------


def test_from_computed_to_final_everybody_is_asked_in_turn(ready):
    w = ready.w
    made = ready.compute(by="officer")
    assert (made.code, made.edition, made.state) == (f"PJ-{ready.contract.code}-1-2026-03-1", 1, S.COMPUTED)
    assert (made.total, made.grade, made.points, made.deduction_fen) == (Decimal("98.49"), "优", Decimal(0), 0)
    assert tasks() == [(P.ASSESSMENT_ISSUE, "AGENCY")]
    actions.issue(w.actor("second_officer"), made)
    assert tasks() == [(P.ASSESSMENT_CONFIRM, "OPERATOR")]
    actions.confirm(w.actor("operator_signatory"), made, made.result_sha256)
    assert tasks() == [(P.ASSESSMENT_FINALISE, "AGENCY")]
    ready.close()
    actions.finalise(w.actor("signatory"), made)
    db.session.commit()
    assert (made.state, tasks()) == (S.FINAL, [])
    people = (made.computer, made.issuer, made.confirmer, made.finaliser)
    assert [one.login for one in people] == ["officer", "second-officer", "operator-signatory", "signatory"]


def test_every_step_leaves_a_leaf_in_the_history_of_the_contract(ready):
    ready.final()
    verbs = db.session.scalars(
        sa.select(TrailEntry.verb).where(TrailEntry.ref == ready.contract.ref).order_by(TrailEntry.seq)
    )
    found = [one for one in verbs if one.startswith("assessment:")]
    assert found == [P.ASSESSMENT_COMPUTE, P.ASSESSMENT_ISSUE, P.ASSESSMENT_CONFIRM, P.ASSESSMENT_FINALISE]


def test_the_trail_holds_the_digest_of_a_result_and_not_its_text(ready):
    made = ready.compute()
    details = db.session.scalar(sa.select(TrailEntry.details).where(TrailEntry.verb == P.ASSESSMENT_COMPUTE))
    assert made.result_sha256 in details
    assert '"result":["***","***"]' in details


# --- computing -------------------------------------------------------------------------------------------------------


def test_the_same_inputs_write_nothing(ready):
    first, before = ready.compute(), leaves()
    again = ready.compute(by="second_officer")
    system = actions.compute(SYSTEM, ready.contract, ready.plan, MARCH)
    assert (again.id, system.id, leaves()) == (first.id, first.id, before)


def test_the_system_computes_without_a_person(ready):
    made = actions.compute(SYSTEM, ready.contract, ready.plan, MARCH)
    assert (made.computed_by, made.state) == (None, S.COMPUTED)
    assert tasks() == [(P.ASSESSMENT_ISSUE, "AGENCY")]


@pytest.mark.parametrize("key", [key for key in PEOPLE if key not in {"officer", "second_officer"}])
def test_nobody_else_computes(ready, key):
    with pytest.raises(NotAllowed):
        actions.compute(ready.w.actor(key), ready.contract, ready.plan, MARCH)


def test_a_period_is_over_and_belongs_to_the_plan(ready):
    cases = {"2026-05": "尚未结束", "2026-02": "不按考核约定", "2026-Q1": "不按考核约定", "2027-03": "尚未结束"}
    for text, words in cases.items():
        with pytest.raises(Refused) as refusal:
            ready.compute(Period(text))
        assert words in told(refusal)[0]


def test_a_plan_of_another_contract_judges_nothing_here(ready):
    other = ready.w.contract("terminating")
    with pytest.raises(Refused, match="不按考核约定"):
        actions.compute(ready.w.actor("officer"), other, ready.plan, MARCH)


def test_new_data_gives_a_new_edition_that_takes_the_place_of_the_old(ready):
    first = ready.compute()
    text = first.result
    ready.tell(("03-20T01:00", "down"), ("03-20T04:00", "up"))
    second = ready.compute()
    assert (first.state, first.successor, first.result) == (S.SUPERSEDED, 2, text)
    assert (second.edition, second.state, second.restates_id) == (2, S.COMPUTED, None)
    assert second.total < first.total
    assert [one.edition for one in queries.editions(ready.contract, ready.plan, MARCH)] == [2, 1]
    assert tasks() == [(P.ASSESSMENT_ISSUE, "AGENCY")]


def test_over_a_published_result_a_person_computes_with_a_reason(ready):
    first = ready.issued()
    assert ready.compute(by="officer").id == first.id
    ready.tell(("03-20T01:00", "down"), ("03-20T04:00", "up"))
    assert actions.compute(SYSTEM, ready.contract, ready.plan, MARCH).id == first.id
    with pytest.raises(Refused, match="请写明重新计算的理由"):
        ready.compute(reason="  ")
    second = ready.compute(reason="补报了中断")
    assert (first.state, first.issuer.login) == (S.SUPERSEDED, "second-officer")
    assert (second.edition, second.reason, second.issued_by) == (2, "补报了中断", None)
    assert tasks() == [(P.ASSESSMENT_ISSUE, "AGENCY")]


# --- publishing ------------------------------------------------------------------------------------------------------


def test_what_nobody_has_verified_is_not_published_and_every_reason_is_told(room):
    for service in (0, 1):
        room.tell(("03-02T00:00", "up"), service=service, verified=False)
    made = room.compute()
    assert made.provisional
    with pytest.raises(Refused) as refusal:
        actions.issue(room.w.actor("officer"), made)
    assert told(refusal) == [f"{code}：状态事件尚未核验或被标记存疑" for code in room.codes]


def test_a_held_total_is_not_published(room):
    room.tell(("03-02T00:00", "up"))
    made = room.compute()
    assert (made.total, made.grade) == (None, "")
    with pytest.raises(Refused) as refusal:
        actions.issue(room.w.actor("officer"), made)
    assert told(refusal) == [
        f"暂无总分：{room.codes[1]} 的得分暂缓",
        f"扣款暂缓：{room.codes[1]} KI-001 尚缺可用的数据。",
    ]
    assert f"{room.codes[1]} KI-001、{room.codes[1]} KI-007" in str(refusal.value.problems[0].why)


def test_what_has_changed_since_is_computed_again_before_it_is_published(ready):
    made = ready.compute()
    ready.tell(("03-20T01:00", "down"), ("03-20T04:00", "up"))
    assert queries.is_stale(made)
    with pytest.raises(Refused, match="已有变化"):
        actions.issue(ready.w.actor("officer"), made)
    ready.issued()


@pytest.mark.parametrize("key", [key for key in PEOPLE if key not in {"officer", "second_officer"}])
def test_nobody_else_publishes(ready, key):
    made = ready.compute()
    with pytest.raises(NotAllowed):
        actions.issue(ready.w.actor(key), made)


# --- the operator's answer -------------------------------------------------------------------------------------------


def test_the_operator_confirms_what_it_has_read(ready):
    made = ready.issued()
    with pytest.raises(Stale):
        actions.confirm(ready.w.actor("operator_signatory"), made, "0" * 64)
    assert made.state is S.ISSUED


@pytest.mark.parametrize("key", [key for key in PEOPLE if key != "operator_signatory"])
def test_nobody_else_confirms(ready, key):
    made = ready.issued()
    with pytest.raises(NotAllowed):
        actions.confirm(ready.w.actor(key), made, made.result_sha256)


def item(room, code="KI-001", service=0):
    return {"service": room.codes[service], "code": code}


def objected(room):
    raised = actions.object_to(room.w.actor("operator_officer"), room.issued(), [item(room)], "非我方原因")
    db.session.commit()
    return raised


def test_an_objection_names_what_it_disputes_and_brings_its_file(ready):
    made = ready.issued()
    upload = FileStorage(io.BytesIO(b"power cut"), "notice.txt")
    disputed = [item(ready, "KI-007"), item(ready), item(ready)]
    raised = actions.object_to(ready.w.actor("operator_officer"), made, disputed, " 断电 ", upload, "断电证明")
    db.session.commit()
    assert (made.state, raised.state, raised.reason) == (S.OBJECTED, ObjectionState.RAISED, "断电")
    code = ready.codes[0]
    assert raised.items == f'[{{"code":"KI-001","service":"{code}"}},{{"code":"KI-007","service":"{code}"}}]'
    assert (raised.file.file_name, raised.file.purpose) == ("notice.txt", "断电证明")
    assert tasks() == [(P.ASSESSMENT_DECIDE, "AGENCY")]


def test_only_what_the_result_judges_is_disputed(ready):
    made, by = ready.issued(), ready.w.actor("operator_officer")
    with pytest.raises(Refused, match="请至少选择一项"):
        actions.object_to(by, made, [], "x")
    with pytest.raises(Refused) as refusal:
        actions.object_to(by, made, [item(ready, "KI-999"), {"service": "FW-X", "code": "KI-001"}], "x")
    assert len(refusal.value.problems) == 2
    with pytest.raises(Refused, match="请写明理由"):
        actions.object_to(by, made, [item(ready)], " ")


@pytest.mark.parametrize("key", [key for key in PEOPLE if key != "operator_officer"])
def test_nobody_else_objects(ready, key):
    made = ready.issued()
    with pytest.raises(NotAllowed):
        actions.object_to(ready.w.actor(key), made, [item(ready)], "x")


def test_while_it_is_disputed_nothing_else_happens(ready):
    made = objected(ready).assessment
    ready.tell(("03-20T01:00", "down"), ("03-20T04:00", "up"))
    with pytest.raises(WrongState, match="异议尚待裁定"):
        ready.compute(reason="x")
    for refused in (
        lambda: actions.confirm(ready.w.actor("operator_signatory"), made, made.result_sha256),
        lambda: actions.object_to(ready.w.actor("operator_officer"), made, [item(ready)], "x"),
        lambda: actions.finalise(ready.w.actor("signatory"), made),
    ):
        with pytest.raises(WrongState):
            refused()


def test_the_operator_may_take_its_objection_back(ready):
    raised = objected(ready)
    with pytest.raises(NotAllowed):
        actions.withdraw_objection(ready.w.actor("signatory"), raised)
    made = actions.withdraw_objection(ready.w.actor("operator_officer"), raised)
    db.session.commit()
    assert (made.state, raised.state, tasks()) == (
        S.ISSUED,
        ObjectionState.WITHDRAWN,
        [(P.ASSESSMENT_CONFIRM, "OPERATOR")],
    )
    again = actions.object_to(ready.w.actor("operator_officer"), made, [item(ready)], "再次提出")
    assert again.state is ObjectionState.RAISED


# --- the decision ----------------------------------------------------------------------------------------------------


def test_upheld_the_result_goes_on_to_be_final(ready):
    raised = objected(ready)
    made = actions.decide(ready.w.actor("signatory"), raised, ObjectionState.UPHELD, "证据不足")
    db.session.commit()
    assert (made.state, raised.decision_reason, tasks()) == (S.UPHELD, "证据不足", [(P.ASSESSMENT_FINALISE, "AGENCY")])
    ready.close()
    assert actions.finalise(ready.w.actor("signatory"), made).state is S.FINAL


def test_revised_the_result_is_computed_again_even_where_it_comes_out_the_same(ready):
    raised = objected(ready)
    made = actions.decide(ready.w.actor("signatory"), raised, ObjectionState.REVISED, "重新核对")
    db.session.commit()
    assert (made.state, tasks()) == (S.REOPENED, [(P.ASSESSMENT_COMPUTE, "AGENCY")])
    assert actions.compute(SYSTEM, ready.contract, ready.plan, MARCH).id == made.id
    second = ready.compute()
    assert (second.edition, second.result, made.state) == (2, made.result, S.SUPERSEDED)
    assert tasks() == [(P.ASSESSMENT_ISSUE, "AGENCY")]


def test_who_published_does_not_decide(ready, both_hats):
    made = ready.compute()
    actions.issue(both_hats, made)
    raised = actions.object_to(ready.w.actor("operator_officer"), made, [item(ready)], "x")
    with pytest.raises(Refused, match="发布结果的人不能"):
        actions.decide(both_hats, raised, ObjectionState.UPHELD, "维持")
    assert actions.decide(ready.w.actor("signatory"), raised, ObjectionState.UPHELD, "维持").state is S.UPHELD


@pytest.mark.parametrize("key", [key for key in PEOPLE if key != "signatory"])
def test_nobody_else_decides(ready, key):
    raised = objected(ready)
    with pytest.raises(NotAllowed):
        actions.decide(ready.w.actor(key), raised, ObjectionState.UPHELD, "x")


def test_a_decision_has_an_outcome_a_reason_and_is_given_once(ready):
    raised, by = objected(ready), ready.w.actor("signatory")
    for outcome in (ObjectionState.RAISED, ObjectionState.WITHDRAWN):
        with pytest.raises(Refused, match="请选择裁定结果"):
            actions.decide(by, raised, outcome, "x")
    with pytest.raises(Refused, match="请写明理由"):
        actions.decide(by, raised, ObjectionState.UPHELD, " ")
    actions.decide(by, raised, ObjectionState.UPHELD, "x")
    with pytest.raises(WrongState, match="已办结"):
        actions.decide(by, raised, ObjectionState.REVISED, "x")


# --- final -----------------------------------------------------------------------------------------------------------


def test_final_needs_a_closed_period_fresh_inputs_and_another_person(ready, both_hats):
    made = ready.compute()
    actions.issue(both_hats, made)
    actions.confirm(ready.w.actor("operator_signatory"), made, made.result_sha256)
    db.session.commit()
    ready.tell(("03-20T01:00", "down"), ("03-20T04:00", "up"))
    with pytest.raises(Refused) as refusal:
        actions.finalise(both_hats, made)
    words = ("发布结果的人不能", "计算之后", "数据周期 2026-03 尚未关闭")
    assert [one[: len(start)] for one, start in zip(told(refusal), words, strict=True)] == list(words)
    assert all(one.remedy for one in refusal.value.problems)


def test_a_closed_quarter_covers_its_months(ready):
    made = ready.confirmed()
    ready.close(Period("2026-Q1"))
    assert actions.finalise(ready.w.actor("signatory"), made).state is S.FINAL


@pytest.mark.parametrize("key", [key for key in PEOPLE if key != "signatory"])
def test_nobody_else_makes_final(ready, key):
    made = ready.confirmed()
    with pytest.raises(NotAllowed):
        actions.finalise(ready.w.actor(key), made)


def test_a_final_result_is_restated_and_never_written_over(ready):
    first = ready.final()
    kept = (first.result, first.result_sha256, first.input_digest, first.total)
    verifying.reopen_period(ready.w.actor("signatory"), ready.contract, MARCH, "补报中断")
    ready.tell(("03-20T01:00", "down"), ("03-20T04:00", "up"))
    assert queries.is_stale(first)
    with pytest.raises(Refused, match="请写明重新计算的理由"):
        ready.compute()
    second = ready.compute(reason="补报了一次中断")
    assert (first.state, second.restates_id, second.state) == (S.FINAL, first.id, S.COMPUTED)
    actions.issue(ready.w.actor("officer"), second)
    actions.confirm(ready.w.actor("operator_signatory"), second, second.result_sha256)
    db.session.commit()
    assert first.state is S.FINAL
    ready.close()
    actions.finalise(ready.w.actor("signatory"), second)
    db.session.commit()
    assert (first.state, first.successor, first.restated_at) == (S.RESTATED, 2, second.finalised_at)
    assert (second.state, second.total < first.total) == (S.FINAL, True)
    assert (first.result, first.result_sha256, first.input_digest, first.total) == kept


def test_a_restatement_that_is_computed_again_still_restates_the_final_one(ready):
    first = ready.final()
    verifying.reopen_period(ready.w.actor("signatory"), ready.contract, MARCH, "补报")
    for day in ("20", "21"):
        ready.tell((f"03-{day}T01:00", "down"), (f"03-{day}T04:00", "up"))
        last = ready.compute(reason="补报")
    assert [
        (one.edition, one.state, one.restates_id) for one in queries.editions(ready.contract, ready.plan, MARCH)
    ] == [
        (3, S.COMPUTED, first.id),
        (2, S.SUPERSEDED, first.id),
        (1, S.FINAL, None),
    ]
    assert queries.newest(ready.contract, ready.plan, MARCH).id == last.id


# --- opinions and vetoes ---------------------------------------------------------------------------------------------


@pytest.fixture
def judged(w, ready):
    """The same contract in April, judged by a scheme with an item for people and with vetoes."""
    april = plan(w, ready.contract, scheme=scheme_entry("SC-MONTH"), first_period=Period("2026-06"))
    with clock.at(Period("2026-07").start + timedelta(days=10)):
        yield april


JUNE = Period("2026-06")


def opine(room, made, by="officer", score="85", item="co-operation", reason="按期整改"):
    return actions.give_opinion(room.w.actor(by), room.contract, made, JUNE, item, Decimal(score), reason)


def test_the_newest_opinion_of_each_person_counts(ready, judged):
    for by, score in (("officer", "85"), ("signatory", "70"), ("officer", "92.5")):
        opine(ready, judged, by, score)
    found = queries.opinions_of(ready.contract, judged, JUNE)
    assert [(one.scorer, one.score) for one in found] == [("郑主任", Decimal(70)), ("赵经办", Decimal("92.5"))]


def test_an_opinion_is_a_number_on_an_item_of_the_scheme_with_a_reason(ready, judged):
    for more in ({"score": "-1"}, {"score": "100.5"}, {"score": "NaN"}, {"item": "KI-001"}, {"reason": " "}):
        with pytest.raises(Refused) as refusal:
            opine(ready, judged, **more)
        assert len(refusal.value.problems) == 1, more
    with pytest.raises(Refused) as refusal:
        opine(ready, judged, score="200", item="x", reason="")
    assert len(refusal.value.problems) == 3
    with pytest.raises(Refused, match="尚未结束"):
        actions.give_opinion(ready.w.actor("officer"), ready.contract, judged, Period("2026-07"), "x", Decimal(1), "x")


@pytest.mark.parametrize("key", [key for key in PEOPLE if key not in {"officer", "second_officer", "signatory"}])
def test_only_the_client_scores(ready, judged, key):
    with pytest.raises(NotAllowed):
        opine(ready, judged, key)


def veto(room, made, by="signatory", code="data-leak", reason="日志外泄", upload=None):
    return actions.record_veto(room.w.actor(by), room.contract, made, JUNE, code, reason, upload)


def test_a_veto_is_recorded_once_and_lifted_by_another_record(ready, judged):
    made = veto(ready, judged, upload=FileStorage(io.BytesIO(b"log"), "log.txt"))
    assert made.file.file_name == "log.txt"
    with pytest.raises(Refused, match="已登记"):
        veto(ready, judged)
    with pytest.raises(Refused, match="请写明理由"):
        actions.lift_veto(ready.w.actor("signatory"), made, "")
    lifted = actions.lift_veto(ready.w.actor("signatory"), made, "查明系误报")
    assert queries.vetoes_of(ready.contract, judged, JUNE) == []
    for one in (made, lifted):
        with pytest.raises(WrongState):
            actions.lift_veto(ready.w.actor("signatory"), one, "x")
    again = veto(ready, judged, reason="再次发生")
    assert [one.id for one in queries.vetoes_of(ready.contract, judged, JUNE)] == [again.id]


def test_nobody_scores_or_vetoes_what_is_published_or_closed(season):
    made = season.ready()
    signatory = season.w.actor("signatory")
    recorded = actions.record_veto(signatory, season.contract, season.plan, seasons.MARCH, "data-leak", "日志外泄")

    def all_refused(words):
        for said in (
            lambda: season.opine("70", by=("officer",)),
            lambda: actions.record_veto(signatory, season.contract, season.plan, seasons.MARCH, "data-leak", "x"),
            lambda: actions.lift_veto(signatory, recorded, "误报"),
        ):
            with pytest.raises(WrongState, match=words):
                said()

    made = season.compute()
    actions.issue(season.w.actor("officer"), made)
    all_refused("已发布待确认")
    actions.object_to(
        season.w.actor("operator_officer"), made, [{"service": season.services[0], "code": "KI-001"}], "x"
    )
    all_refused("有异议待裁定")
    actions.decide(signatory, made.objections[0], ObjectionState.REVISED, "重算")
    season.opine("70", by=("officer",))
    season.close()
    all_refused("已关闭")


def test_a_veto_names_one_of_the_scheme(ready, judged):
    with pytest.raises(Refused) as refusal:
        veto(ready, judged, code="x", reason="")
    assert len(refusal.value.problems) == 2


@pytest.mark.parametrize("key", [key for key in PEOPLE if key != "signatory"])
def test_only_the_clients_signatory_vetoes(ready, judged, key):
    with pytest.raises(NotAllowed):
        veto(ready, judged, key)


# --- the table -------------------------------------------------------------------------------------------------------


def test_the_workflow_names_every_act_of_an_edition():
    assert {one.act for one in WORKFLOW.transitions} == {
        *(P.ASSESSMENT_ISSUE, P.ASSESSMENT_CONFIRM, P.ASSESSMENT_OBJECT, P.ASSESSMENT_DECIDE, P.ASSESSMENT_FINALISE),
    }
    ends = {source for source, _target in moves()}
    assert {one.value for one in S} - ends == {"restated", "superseded"}


def test_acts_out_of_turn_are_refused(ready):
    w, made = ready.w, ready.compute()
    with pytest.raises(WrongState):
        actions.confirm(w.actor("operator_signatory"), made, made.result_sha256)
    with pytest.raises(WrongState):
        actions.finalise(w.actor("signatory"), made)
    final = ready.final()
    for refused in (
        lambda: actions.issue(w.actor("officer"), final),
        lambda: actions.confirm(w.actor("operator_signatory"), final, final.result_sha256),
        lambda: actions.object_to(w.actor("operator_officer"), final, [item(ready)], "x"),
        lambda: actions.finalise(w.actor("signatory"), final),
    ):
        with pytest.raises(WrongState):
            refused()


def test_two_people_who_act_on_one_reading_are_told(ready):
    """The row's version: the second writer of one state does not win silently."""
    made = ready.compute()
    other = db.session.get(Assessment, made.id)
    assert other.row_version == 1
    actions.issue(ready.w.actor("officer"), made)
    assert made.row_version == 2


def test_april_begins_with_what_march_left(ready):
    march, april = ready.compute(), ready.compute(APRIL)
    assert queries.is_stale(april) is False
    # A reported value beside the events is shown: another edition of March, which leaves the same.
    ready.report((0, "KI-001", "2026-03", "99.5"))
    assert ready.compute().id != march.id
    assert queries.is_stale(april) is False
    ready.tell(("03-21T00:00", "down"), ("03-21T12:00", "up"))
    assert queries.result_of(ready.compute())["failed"][ready.codes[0]] == ["KI-001", "KI-007"]
    assert queries.is_stale(april) is True
