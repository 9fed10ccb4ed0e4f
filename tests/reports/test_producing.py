"""Reports are produced when they are due, once, from the newest assessment; what changes later makes a new edition."""

import json
from datetime import timedelta
from types import SimpleNamespace
from unittest import mock

import pytest
import sqlalchemy as sa

from app.assessments import actions as assessments
from app.audit.models import TrailEntry
from app.audit.verifier import verify
from app.core.actors import SYSTEM
from app.core.canonical import digest_both
from app.core.clock import clock
from app.core.db import db
from app.core.errors import NotAllowed, Refused, WrongState
from app.core.periods import Period
from app.evidence import store
from app.reports import actions, queries
from app.reports.documents import files_of
from app.reports.jobs import produce_due, produce_first
from app.reports.models import FileKind, ReportRun, ReportState
from app.reports.wording import in_chinese
from tests.reports.room import APRIL, LATER, MARCH, MAY, Room


def codes(room):
    return [(one.period, one.edition) for one in room.reports()]


# --- the first edition -----------------------------------------------------------------------------------------------


def test_every_due_period_gets_its_report_and_a_second_slot_nothing(room):
    room.verify()
    assert produce_due() == 2
    assert codes(room) == [("2026-03", 1), ("2026-04", 1)]
    assert produce_due() == 0
    first = room.reports()[0]
    assert first.code == f"BG-{room.contract.code}-1-2026-03-1"
    assert (first.state, first.produced_by, first.assessment_state) == (ReportState.PRODUCED, None, "computed")
    assert verify().ok


@pytest.mark.parametrize(
    "before_due, produced",
    [
        pytest.param(timedelta(0), [("2026-03", 1), ("2026-04", 1)], id="the moment it is due"),
        pytest.param(timedelta(seconds=1), [("2026-03", 1)], id="a second before"),
        pytest.param(timedelta(days=31), [], id="before anything is due"),
    ],
)
def test_a_report_waits_for_the_days_that_were_agreed(room, before_due, produced):
    with clock.at(queries.due_at(room.plan, APRIL) - before_due):
        produce_due()
    assert codes(room) == produced


def test_the_stored_files_are_those_of_the_content(room):
    report = room.produce()[0]
    digests = digest_both(report.content.encode())
    assert (digests.sha256, digests.sm3) == (report.sha256, report.sm3)
    made = files_of(report.content, digests)
    assert {one.kind for one in report.files} == set(FileKind)
    for one in report.files:
        assert queries.bytes_of(one) == made[one.kind]
        assert (one.sm3, one.size) == (digest_both(made[one.kind]).sm3, len(made[one.kind]))


def test_the_content_says_what_the_report_rests_on(room):
    report = room.produce()[0]
    content = queries.content_of(report)
    assert content["contract"]["sha256"] == room.contract.current.digest_sha256
    assert content["plan"]["sha256"] == room.plan.sha256
    assert content["assessment"]["sha256"] == report.assessment.result_sha256
    assert content["result"] == json.loads(report.assessment.result)
    assert [one["period"] for one in content["trend"]] == ["2026-03"]
    assert content["produced_at"] == "2026-05-11T01:00:00Z"


def test_the_leaf_names_the_report_and_does_not_copy_it(room):
    report = room.produce()[0]
    leaf = db.session.get_one(TrailEntry, report.act_id)
    details = json.loads(leaf.details)
    assert (leaf.verb, leaf.ref) == ("report:produce", room.contract.ref)
    assert details["notes"] == {"report": report.code, "sha256": report.sha256}
    assert details["changes"][f"reports:{report.id}"]["content"] == ["***", "***"]


def test_what_nobody_verified_or_watched_stands_among_the_gaps(w):
    with clock.at(LATER):
        room = Room(w, watched=False)
        report = room.produce()[0]
        content = queries.content_of(report)
    assert content["result"]["total"] is None
    assert {one["kind"] for one in content["gaps"]} >= {"missing"}
    assert "本期未得出总分" in in_chinese(content["summary"][0])


def test_one_period_that_fails_is_told_and_does_not_stop_the_others(room):
    whole = assessments.compute

    def failing(actor, contract, plan, period, reason=""):
        if period == MARCH:
            raise RuntimeError("broken")
        return whole(actor, contract, plan, period, reason)

    with mock.patch.object(assessments, "compute", failing):
        assert produce_due() == 1
    assert codes(room) == [("2026-04", 1)]
    assert produce_due() == 1
    assert codes(room) == [("2026-03", 1), ("2026-04", 1)]


def test_a_slot_has_a_bound(room):
    assert produce_due(limit=1) == 1
    assert codes(room) == [("2026-03", 1)]


def test_nothing_stays_of_a_report_that_failed_on_its_way(room):
    with mock.patch.object(actions, "_store_files", side_effect=RuntimeError("disk full")), pytest.raises(RuntimeError):
        produce_first(SYSTEM, room.plan.id, "2026-03")
    db.session.rollback()
    assert room.reports() == []
    assert db.session.scalars(sa.select(ReportRun)).all() == []


@pytest.mark.parametrize(
    "period, error",
    [
        pytest.param(MAY, Refused, id="not over"),
        pytest.param(Period("2026-02"), Refused, id="before the contract"),
        pytest.param(Period("2026-Q1"), Refused, id="of another kind"),
    ],
)
def test_only_an_owed_period_gets_a_report(room, period, error):
    with pytest.raises(error):
        actions.produce(SYSTEM, room.plan, period)


def test_a_person_cannot_have_it_before_it_is_due(room):
    with clock.at(queries.due_at(room.plan, APRIL) - timedelta(hours=1)), pytest.raises(WrongState):
        actions.produce(room.w.actor("officer"), room.plan, APRIL)


def test_the_clients_officer_may_produce_what_is_due(room):
    report = actions.produce(room.w.actor("officer"), room.plan, MARCH)
    assert report.produced_by == room.w.user("officer").id
    assert queries.content_of(report)["produced_by"]["name"] == "赵经办"


@pytest.mark.parametrize("who", ["operator_officer", "signatory", "inspector", "other_officer", "supervisor"])
def test_nobody_else_produces(room, who):
    with pytest.raises(NotAllowed):
        actions.produce(room.w.actor(who), room.plan, MARCH)


# --- later editions --------------------------------------------------------------------------------------------------


def said(report):
    return [
        (in_chinese(one["what"]), in_chinese(one["old"]), in_chinese(one["new"]))
        for one in queries.content_of(report)["differences"]
    ]


def test_a_final_assessment_makes_a_new_edition_that_says_so(room):
    room.verify()
    first = room.produce()[0]
    room.final()
    assert [one.report.id for one in queries.outdated()] == [first.id]
    assert produce_due() == 1
    first, second = room.reports(MARCH)
    assert (first.state, second.state) == (ReportState.SUPERSEDED, ReportState.PRODUCED)
    assert (second.edition, second.supersedes_id, second.assessment_state) == (2, first.id, "final")
    assert second.reason == f"考核 {second.assessment.code} 已定稿"
    assert said(second) == [("考核状态", "已计算", "定稿")]
    assert queries.content_of(second)["supersedes"] == {"code": first.code, "edition": 1, "sha256": first.sha256}
    assert produce_due() == 0


def test_a_recomputed_assessment_makes_a_new_edition_with_the_differences(room):
    first = room.produce()[0]
    room.verify()
    computed = room.compute()
    assert computed.id != first.assessment_id
    produce_due()
    second = room.reports(MARCH)[-1]
    assert second.assessment_id == computed.id
    assert ("暂定", "是", "否") in said(second)
    assert ("缺口：未核验", "2", "0") in said(second)


def test_a_draft_over_a_final_result_waits_until_it_is_final(room):
    room.verify()
    room.final()
    produce_due()
    room.reopen()
    room.watch(("2026-03-20T01:00:00", "2026-03-20T03:00:00"), name="more.csv")
    room.verify()
    draft = room.compute(reason="运营方补报")
    assert draft.restates_id is not None
    assert produce_due() == 0
    room.final()
    assert produce_due() == 1
    second = room.reports(MARCH)[-1]
    assert (second.edition, second.assessment_id) == (2, draft.id)
    assert "总分" in [what for what, _old, _new in said(second)]


def test_new_evidence_makes_a_new_edition_by_the_client(room):
    report = room.produce()[0]
    room.verify()
    second = room.restate(reason="数据已全部核验")
    assert (second.edition, second.reason) == (2, "数据已全部核验")
    assert second.produced_by == room.w.user("officer").id
    assert report.state is ReportState.SUPERSEDED


def test_an_edition_without_anything_new_is_refused(room):
    room.produce()
    with pytest.raises(Refused) as refused:
        room.restate()
    assert "没有新的内容" in str(refused.value)
    db.session.rollback()
    assert codes(room) == [("2026-03", 1), ("2026-04", 1)]


@pytest.mark.parametrize(
    "who, reason, error",
    [
        ("operator_officer", "补充", NotAllowed),
        ("other_officer", "补充", NotAllowed),
        ("inspector", "补充", NotAllowed),
        ("officer", "  ", Refused),
    ],
)
def test_a_new_edition_is_the_clients_and_has_a_reason(room, who, reason, error):
    room.produce()
    with pytest.raises(error):
        room.restate(by=who, reason=reason)


def test_there_is_no_later_edition_without_a_first(room):
    with pytest.raises(WrongState):
        room.restate()


def test_two_who_renew_at_once_make_one_edition(room):
    report = room.produce()[0]
    room.verify()
    room.compute()
    found = queries.outdated_of(report.id)
    actions.renew(SYSTEM, room.plan, found)
    db.session.flush()
    with pytest.raises(WrongState):
        actions.renew(SYSTEM, room.plan, found)


# --- what is stored is checked ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_damaged_file_is_refused_and_named(room, damage):
    file = room.produce()[0].files[0]
    path = store.path_of(file.sha256)
    if damage == "changed":
        path.write_bytes(b"%PDF-1.7 forged")
    else:
        path.unlink()
    with pytest.raises(queries.Unsound) as refused:
        queries.bytes_of(file)
    assert refused.value.status == 500
    why = str(refused.value.problems[0].why)
    assert file.sha256 in why
    assert (digest_both(b"%PDF-1.7 forged").sha256 in why) is (damage == "changed")


def test_a_changed_content_is_not_shown():
    digests = digest_both(b"{}")
    report = SimpleNamespace(code="BG-1", content='{"a":1}', sha256=digests.sha256, sm3=digests.sm3)
    with pytest.raises(queries.Unsound) as refused:
        queries.content_of(report)
    assert digests.sha256 in str(refused.value.problems[0].why)


# --- what is owed ----------------------------------------------------------------------------------------------------


def test_what_is_owed_is_listed_until_it_is_produced(room):
    assert [(one.period, one.since) for one in queries.owed()] == [
        (period, queries.due_at(room.plan, period)) for period in (MARCH, APRIL)
    ]
    produce_due()
    assert list(queries.owed()) == []
    assert queries.waiting_of(room.contract) == []


def test_a_period_that_is_over_and_not_due_waits(room):
    with clock.at(queries.due_at(room.plan, APRIL) - timedelta(days=1)):
        assert [(one.period, one.late) for one in queries.waiting_of(room.contract)] == [(APRIL, False), (MARCH, True)]
