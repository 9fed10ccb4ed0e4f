"""Claiming, withdrawing, granting and refusing: who, when, with what; every bad claim is refused in words."""

import io
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.audit.models import TrailEntry
from app.contracts.models import Contract
from app.contracts.queries import contract_in_reach
from app.core.clock import clock
from app.core.db import db, unit_of_work
from app.core.errors import NotAllowed, Refused, WrongState
from app.core.periods import Period
from app.core.permissions import Permission
from app.evidence.models import EvidenceFile
from app.figures import verifying
from app.lifecycle.models import Task, TaskState
from app.service_levels import actions
from app.service_levels.models import ExclusionCause, ExclusionState
from app.service_levels.queries import exclusions_of
from tests.service_levels.conftest import LATER, upload
from tests.service_levels.moments import at

C, S = ExclusionCause, ExclusionState


@pytest.fixture
def facts(watched):
    return actions.ClaimFacts(
        service=watched.lines[0].service,
        begins_at=at("2026-04-10T01:00"),
        ends_at=at("2026-04-10T03:00"),
        cause=C.THIRD_PARTY,
        reason="云平台故障，已附通报",
        evidence_sha=watched.proof,
    )


def claim(watched, facts, by="operator_officer", **changes):
    made = actions.claim(watched.w.actor(by), watched.contract, replace(facts, **changes))
    db.session.commit()
    return made


def tasks(watched):
    return db.session.scalars(sa.select(Task).where(Task.permission == Permission.EXCLUSION_DECIDE)).all()


def test_the_client_is_asked_within_five_working_days(watched, facts):
    made = claim(watched, facts)
    assert (made.state, made.claimed_by) == (S.CLAIMED, watched.w.user("operator_officer").id)
    (task,) = tasks(watched)
    assert (task.item, task.workdays, task.state) == (made.item, 5, TaskState.OPEN)
    assert task.organisation_id == watched.w.org("agency").id
    leaf = db.session.scalars(sa.select(TrailEntry).order_by(TrailEntry.seq.desc())).first()
    assert (leaf.verb, leaf.ref) == ("exclusion:claim", watched.contract.ref)
    assert "third_party" in leaf.details


# What is changed about a good claim → what the refusal says.
BAD = {
    "ends before it begins": ({"ends_at": at("2026-04-10T00:59")}, "结束时间须晚于开始时间"),
    "of no length": ({"ends_at": at("2026-04-10T01:00")}, "结束时间须晚于开始时间"),
    "before the term": ({"begins_at": at("2026-03-01T23:59:59")}, "不在合同期限内"),
    "after the term": (
        {"begins_at": at("2027-03-01T00:00"), "ends_at": at("2027-03-03T00:00")},
        "不在合同期限内",
    ),
    "in the future": ({"begins_at": at("2026-05-11T01:00"), "ends_at": at("2026-05-11T09:01")}, "尚未结束"),
    "absurdly long": ({"ends_at": at("2026-05-11T01:01")}, "最多申报 31 天"),
    "without a reason": ({"reason": " \n "}, "请写明理由"),
    "without evidence": ({"evidence_sha": ""}, "请附上证据"),
    "an upload that is none": ({"evidence_sha": "", "upload": FileStorage(io.BytesIO(b""), "")}, "请附上证据"),
    "evidence of nobody": ({"evidence_sha": "0" * 64}, "没有这份材料"),
    "maintenance without an announcement": ({"cause": C.ANNOUNCED_MAINTENANCE}, "须填写公告时间"),
    "announced when it had begun": (
        {"cause": C.ANNOUNCED_MAINTENANCE, "announced_at": at("2026-04-10T01:00")},
        "公告时间须早于维护开始",
    ),
    "announced after the begin": (
        {"cause": C.ANNOUNCED_MAINTENANCE, "announced_at": at("2026-04-10T02:00")},
        "公告时间须早于维护开始",
    ),
    "not announced yet": (
        {
            "cause": C.ANNOUNCED_MAINTENANCE,
            "begins_at": at("2026-06-01T01:00"),
            "ends_at": at("2026-06-01T02:00"),
            "announced_at": at("2026-05-20T00:00"),
        },
        "公告时间还没有到",
    ),
    "announced for another cause": ({"announced_at": at("2026-04-01T00:00")}, "只有公告维护填写公告时间"),
}


@pytest.mark.parametrize("changes, words", BAD.values(), ids=BAD.keys())
def test_a_bad_claim_is_refused_in_words(watched, facts, changes, words):
    with pytest.raises(Refused, match=words):
        claim(watched, facts, **changes)
    db.session.rollback()
    assert exclusions_of(watched.contract) == []


def test_every_problem_is_said_at_once(watched, facts):
    with pytest.raises(Refused) as refusal:
        claim(watched, facts, ends_at=at("2026-02-01T00:00"), reason="", evidence_sha="")
    assert {one.place for one in refusal.value.problems} == {"ends_at", "reason", "file"}


def test_a_service_of_another_contract_is_refused(watched, facts):
    other = db.session.scalars(sa.select(Contract).where(Contract.id != watched.contract.id)).first()
    with pytest.raises(Refused, match="不在合同中"):
        claim(watched, facts, service=other.versions[-1].lines[0].service)


def test_maintenance_may_be_announced_and_claimed_beforehand(watched, facts):
    made = claim(
        watched,
        facts,
        cause=C.ANNOUNCED_MAINTENANCE,
        begins_at=at("2026-06-01T01:00"),
        ends_at=at("2026-06-01T05:00"),
        announced_at=at("2026-05-10T00:00"),
    )
    assert made.announced_at == at("2026-05-10T00:00")


def test_one_stretch_of_one_service_is_claimed_once(watched, facts):
    first = claim(watched, facts)
    for changes in ({}, {"service": None}, {"begins_at": at("2026-04-10T02:59:59"), "ends_at": at("2026-04-10T04:00")}):
        with pytest.raises(Refused, match=f"与第 {first.number} 号申报"):
            claim(watched, facts, **changes)
        db.session.rollback()
    # Touching, of another service, or after it was refused: these are claims of their own.
    claim(watched, facts, begins_at=at("2026-04-10T03:00"), ends_at=at("2026-04-10T04:00"))
    claim(watched, facts, service=watched.lines[1].service)
    actions.refuse(watched.w.actor("officer"), first, "证据不足")
    db.session.commit()
    again = claim(watched, facts)
    actions.grant(watched.w.actor("officer"), again, at("2026-04-10T01:00"), at("2026-04-10T02:00"), "其余与通报不符")
    db.session.commit()
    with pytest.raises(Refused, match="重叠"):
        claim(watched, facts)
    db.session.rollback()
    # What was not granted of it may be claimed with better evidence.
    claim(watched, facts, begins_at=at("2026-04-10T02:00"))


def test_the_same_claim_four_times_at_once_is_one_claim(app, watched, facts):
    code, gate, outcomes = watched.contract.code, threading.Barrier(4), []
    facts = replace(facts, service=None)
    db.session.commit()

    def attempt():
        with app.app_context(), clock.at(LATER):
            gate.wait()
            try:
                with unit_of_work():
                    actor = watched.w.actor("operator_officer")
                    actions.claim(actor, contract_in_reach(actor, code), facts)
                outcomes.append("claimed")
            except Refused:
                outcomes.append("refused")
            db.session.remove()

    threads = [threading.Thread(target=attempt) for _person in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["claimed", "refused", "refused", "refused"]
    assert [one.number for one in exclusions_of(watched.contract)] == [1]


def test_new_evidence_is_kept_once_and_known_evidence_is_used(watched, facts):
    first = claim(watched, facts, evidence_sha="", upload=upload(b"ticket 17"))
    second = claim(
        watched, facts, evidence_sha="", upload=upload(b"ticket 17", "same.txt"), service=watched.lines[1].service
    )
    assert first.sha256 == second.sha256
    stored = db.session.scalars(sa.select(EvidenceFile).where(EvidenceFile.sha256 == first.sha256)).all()
    assert [one.file_name for one in stored] == ["notice.txt"]


@pytest.mark.parametrize("content, name", [(b"MZ\x90\x00", "a.exe"), (b"", "a.txt"), (b"not a pdf", "a.pdf")])
def test_a_bad_file_is_no_evidence(watched, facts, content, name):
    with pytest.raises(Refused):
        claim(watched, facts, evidence_sha="", upload=upload(content, name))
    db.session.rollback()
    assert exclusions_of(watched.contract) == []


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["officer", "signatory", "operator_signatory", "inspector", "supervisor", "leader"])
def test_only_the_operators_officer_claims(watched, facts, by):
    with pytest.raises(NotAllowed):
        claim(watched, facts, by=by)


def test_an_operator_of_other_contracts_claims_nothing_here(watched, facts):
    with pytest.raises(NotAllowed, match="不是您的机构的事项"):
        claim(watched, facts, by="rival_officer")


@pytest.mark.parametrize("state", ["draft", "signing", "signed", "void"])
def test_nothing_is_claimed_before_the_contract_is_in_force(watched, facts, state):
    contract = watched.w.contract(state)
    with pytest.raises(WrongState):
        actions.claim(watched.w.actor("operator_officer"), contract, replace(facts, service=None))


@pytest.mark.parametrize("by", ["operator_officer", "operator_signatory", "inspector", "signatory", "supervisor"])
def test_only_the_clients_officer_decides(watched, facts, by):
    made = claim(watched, facts)
    with pytest.raises(NotAllowed):
        actions.grant(watched.w.actor(by), made)
    with pytest.raises(NotAllowed):
        actions.refuse(watched.w.actor(by), made, "理由")


def test_an_agency_of_other_contracts_decides_nothing_here(watched, facts):
    made = claim(watched, facts)
    with pytest.raises(NotAllowed, match="不是您的机构的事项"):
        actions.grant(watched.w.actor("other_officer"), made)


@pytest.mark.parametrize("by", ["officer", "rival_officer", "operator_signatory"])
def test_only_who_claimed_withdraws(watched, facts, by):
    made = claim(watched, facts)
    with pytest.raises(NotAllowed):
        actions.withdraw(watched.w.actor(by), made)


# --- deciding --------------------------------------------------------------------------------------------------------


def test_a_claim_is_granted_whole_or_in_part(watched, facts):
    whole, part = claim(watched, facts), claim(watched, facts, service=watched.lines[1].service)
    with pytest.raises(Refused, match="理由"):
        actions.grant(watched.w.actor("officer"), whole, reason=" ")
    actions.grant(watched.w.actor("officer"), whole, reason="与通报相符")
    assert whole.span == (facts.begins_at, facts.ends_at)
    middle = (at("2026-04-10T01:30"), at("2026-04-10T02:00"))
    with pytest.raises(Refused, match="理由"):
        actions.grant(watched.w.actor("officer"), part, *middle)
    actions.grant(watched.w.actor("officer"), part, *middle, "只有这一段与通报相符")
    db.session.commit()
    assert part.span == middle
    assert [one.state for one in tasks(watched)] == [TaskState.DONE, TaskState.DONE]
    assert (part.decided_by, part.decider_org_id) == (watched.w.user("officer").id, watched.w.org("agency").id)


@pytest.mark.parametrize(
    "begin, end",
    [
        ("2026-04-10T00:59:59", "2026-04-10T03:00"),
        ("2026-04-10T01:00", "2026-04-10T03:00:01"),
        ("2026-04-10T02:00", "2026-04-10T02:00"),
        ("2026-04-10T02:30", "2026-04-10T02:00"),
        ("2026-04-11T01:00", "2026-04-11T02:00"),
    ],
)
def test_never_more_is_granted_than_was_claimed(watched, facts, begin, end):
    made = claim(watched, facts)
    with pytest.raises(Refused):
        actions.grant(watched.w.actor("officer"), made, at(begin), at(end), "理由")
    assert made.state is S.CLAIMED


def test_a_refusal_says_why(watched, facts):
    made = claim(watched, facts)
    with pytest.raises(Refused, match="理由"):
        actions.refuse(watched.w.actor("officer"), made, "  ")
    actions.refuse(watched.w.actor("officer"), made, "通报的时间不符")
    assert (made.state, made.decision_reason, made.granted_from) == (S.REFUSED, "通报的时间不符", None)


@pytest.mark.parametrize("ending", ["grant", "refuse", "withdraw"])
def test_what_has_ended_is_not_decided_again(watched, facts, ending):
    made = claim(watched, facts)
    officer, operator = watched.w.actor("officer"), watched.w.actor("operator_officer")
    {
        "grant": lambda: actions.grant(officer, made, reason="与通报相符"),
        "refuse": lambda: actions.refuse(officer, made, "理由"),
        "withdraw": lambda: actions.withdraw(operator, made),
    }[ending]()
    db.session.commit()
    for again in (
        lambda: actions.grant(officer, made, reason="与通报相符"),
        lambda: actions.refuse(officer, made, "理由"),
        lambda: actions.withdraw(operator, made),
    ):
        with pytest.raises(WrongState):
            again()


def test_withdrawing_ends_the_task_and_frees_the_stretch(watched, facts):
    made = claim(watched, facts)
    actions.withdraw(watched.w.actor("operator_officer"), made)
    db.session.commit()
    assert [one.state for one in tasks(watched)] == [TaskState.DROPPED]
    claim(watched, facts)


def test_a_closed_period_takes_neither_claims_nor_decisions_but_withdrawals(watched, facts):
    waiting = claim(watched, facts)
    over = claim(watched, facts, begins_at=at("2026-04-30T23:00"), ends_at=at("2026-05-01T01:00"))
    verifying.close_period(watched.w.actor("officer"), watched.contract, Period("2026-04"))
    db.session.commit()
    for changes in ({"service": watched.lines[1].service}, {"begins_at": at("2026-03-31T22:00"), "service": None}):
        with pytest.raises(Refused, match="周期 2026-04 已关闭"):
            claim(watched, facts, **changes)
        db.session.rollback()
    for one in (waiting, over):
        with pytest.raises(Refused, match="周期 2026-04 已关闭"):
            actions.grant(watched.w.actor("officer"), one, reason="与通报相符")
        with pytest.raises(Refused, match="周期 2026-04 已关闭"):
            actions.refuse(watched.w.actor("officer"), one, "理由")
    actions.withdraw(watched.w.actor("operator_officer"), over)
    verifying.reopen_period(watched.w.actor("signatory"), watched.contract, Period("2026-04"), "补裁定")
    db.session.commit()
    actions.grant(watched.w.actor("officer"), waiting, reason="与通报相符")
    assert waiting.state is S.GRANTED
    # A month beside the closed one is free.
    claim(watched, facts, begins_at=at("2026-03-20T00:00"), ends_at=at("2026-03-21T00:00"))


def test_the_longest_claim_is_exactly_a_month(watched, facts):
    begin = at("2026-03-05T00:00")
    claim(watched, facts, begins_at=begin, ends_at=begin + timedelta(days=31))
    with pytest.raises(Refused, match="31"):
        claim(watched, facts, begins_at=begin, ends_at=begin + timedelta(days=31, microseconds=1))


def test_claims_are_found_by_the_time_they_touch(watched, facts):
    made = claim(watched, facts)
    april = Period("2026-04")
    assert exclusions_of(watched.contract, april.start, april.end) == [made]
    assert exclusions_of(watched.contract, facts.ends_at, april.end) == []
    assert exclusions_of(watched.contract, april.start, facts.begins_at) == []


def test_the_deadline_of_a_decision_is_counted_from_the_next_day(watched, facts):
    with clock.at(at("2026-05-08T16:00")):
        claim(watched, facts)
    # A Friday; 9 May 2026 is a made-up working Saturday.
    assert str(tasks(watched)[0].due_on) == "2026-05-14"
