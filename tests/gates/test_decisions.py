"""Decisions: who may, what each verdict needs, what is written down; opinions beside them."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import TrailEntry
from app.core.canonical import canonical_json, digest_both
from app.core.clock import today
from app.core.errors import NotAllowed, Refused
from app.core.permissions import Permission, Role
from app.gates import opinions
from app.gates.actions import Ruling
from app.gates.kinds import ObligationState, OpinionKind, Step, Verdict
from app.gates.models import Decision, Opinion
from app.gates.queries import decisions_of, last_decision, next_round, obligations_of, open_obligations, opinions_of
from app.lifecycle.models import Task
from app.subjects.models import PartyRole
from tests import factories as make
from tests.gates import room

KNOWN = {"project.kind": "new", "project.documents": ("feasibility",), "project.taken_in": False}


def said(refusal):
    return " ".join(f"{one.what}{one.why}" for one in refusal.value.problems)


def test_a_decision_keeps_the_gates_and_facts_of_its_moment(w, subject, db_session):
    made = room.decide(w, subject, values=KNOWN)
    assert (made.round, made.decider_role, made.decided_at) == (1, PartyRole.COMPETENT_AUTHORITY, make.MOMENT)
    known = {**{name: list(v) if isinstance(v, tuple) else v for name, v in KNOWN.items()}, "review.experts": 0}
    known["review.countersigned"] = []
    assert json.loads(made.facts) == known
    assert made.facts == canonical_json(known)
    assert made.facts_digest == digest_both(made.facts.encode()).sha256
    gates = {one["code"]: one for one in json.loads(made.gates)}
    assert sorted(gates) == ["G-03", "G-09", "G-10", "G-11", "G-12"]
    assert len(gates["G-10"]["digest"]) == 64 and gates["G-10"]["version"] == 1
    (ten,) = gates["G-10"]["inputs"]
    assert (ten["met"], ten["missing"]) == (None, ["project.design_budget", "project.estimate"])
    leaf = db_session.scalars(sa.select(TrailEntry).order_by(TrailEntry.seq.desc()).limit(1)).one()
    assert leaf.ref == subject.ref and made.facts_digest in leaf.details


def test_decisions_are_counted_by_step_and_the_newest_comes_first(w, subject):
    first = room.decide(w, subject, Ruling(Verdict.RETURNED, reason="缺件", notice=("补登可行性研究报告", " ")))
    second = room.decide(w, subject)
    assert json.loads(first.notice) == ["补登可行性研究报告"]
    assert [one.round for one in decisions_of(subject)] == [2, 1]
    assert last_decision(subject, Step.APPROVE) is second
    assert last_decision(subject, Step.ACCEPT) is None
    assert (next_round(subject, Step.APPROVE), next_round(subject, Step.ACCEPT)) == (3, 1)


def test_the_client_decides_its_own_steps(w, subject):
    made = room.decide(w, subject, step=Step.BUILD, by="signatory")
    assert (made.decider_role, made.decider_org) == (PartyRole.CLIENT, w.org("agency").id)


@pytest.mark.parametrize(
    "by, step, proposer, words",
    [
        ("signatory", Step.APPROVE, {}, "不是您的机构决定的事项"),
        ("authority_lead", Step.BUILD, {}, "不是您的机构决定的事项"),
        ("other_signatory", Step.BUILD, {}, "不是您的机构决定的事项"),
        ("signatory", Step.BUILD, {"by": "signatory"}, "须由不同的人办理"),
        ("authority_lead", Step.APPROVE, {"org": "authority"}, "不能由提请单位自己决定"),
        ("authority_lead", Step.APPROVE, {"by": "authority_lead"}, "须由不同的人办理"),
    ],
)
def test_four_eyes_are_said_before_the_database_says_it(w, subject, by, step, proposer, words):
    with pytest.raises(NotAllowed) as refusal:
        room.decide(w, subject, step=step, by=by, about=room.about(w, **proposer))
    assert words in said(refusal)


@pytest.mark.parametrize(
    "ruling, words",
    [
        (lambda w: Ruling(Verdict.REFUSED, reason="  "), ["请写明理由"]),
        (lambda w: Ruling(Verdict.RETURNED, notice=(" ",)), ["请写明理由", "请列出需要补正的全部内容"]),
        (lambda w: Ruling(Verdict.CONDITIONAL), ["至少写明一项条件"]),
        (lambda w: Ruling(Verdict.PASSED, conditions=(room.condition(w),)), ["只有附条件通过才能附条件"]),
        (lambda w: Ruling(Verdict.REFUSED, reason="重复", conditions=(room.condition(w),)), ["只有附条件通过"]),
        (
            lambda w: room.conditional(
                w, room.condition(w, text=" "), room.condition(w, days=0), room.condition(w, owner="rival")
            ),
            ["第 1 项条件没有写明内容", "第 2 项条件的期限 2026-03-02 不在今天之后", "第 3 项条件的责任单位不是"],
        ),
        (lambda w: room.conditional(w, room.condition(w, text="长" * 2001)), ["超过 2000 字"]),
    ],
)
def test_what_a_verdict_needs_is_said_all_at_once(w, subject, db_session, ruling, words):
    with pytest.raises(Refused) as refusal:
        room.decide(w, subject, ruling(w))
    for one in words:
        assert one in said(refusal)
    assert len(refusal.value.problems) == len(words)
    assert db_session.scalar(sa.select(sa.func.count(Decision.id))) == 0


def test_conditions_become_owed_with_a_task_until_their_day(w, subject, db_session):
    made = room.decide(
        w, subject, room.conditional(w, room.condition(w, days=30), room.condition(w, "补充演练", days=1))
    )
    first, second = made.obligations
    assert [one.code for one in (first, second)] == [f"TJ-{room.CODE}-1-1", f"TJ-{room.CODE}-1-2"]
    assert (first.state, first.owner_id, first.due_on) == (
        ObligationState.OPEN,
        w.org("agency").id,
        today() + timedelta(days=30),
    )
    tasks = {task.item: task for task in db_session.scalars(sa.select(Task).where(Task.subject_id == subject.id))}
    assert set(tasks) == {first.code, second.code}
    assert {task.permission for task in tasks.values()} == {Permission.OBLIGATION_REPORT}
    assert [tasks[one.code].due_on for one in (first, second)] == [room.on("2026-04-01"), room.on("2026-03-03")]
    assert open_obligations(subject) == 2 and obligations_of(subject) == [second, first]


def test_codes_of_conditions_never_meet_across_steps(w, subject):
    room.decide(w, subject, room.conditional(w))
    room.decide(w, subject, room.conditional(w), step=Step.ACCEPT)
    assert len({one.code for one in obligations_of(subject)}) == 2


def test_a_condition_that_nobody_could_accept_is_refused(w, db_session):
    contract = w.contract("draft")
    with pytest.raises(Refused) as refusal:
        room.decide(w, contract.subject, room.conditional(w), step=Step.CONTRACT, by="signatory")
    assert "没有主管部门可以核销条件" in said(refusal)


# --- opinions --------------------------------------------------------------------------------------------------------


def test_an_opinion_is_kept_for_the_next_decision_with_its_paper(w, subject):
    first = room.opine(w, subject, room.paper())
    room.opine(w, subject, kind=OpinionKind.DEPARTMENT, giver_name="市财政局", score=None)
    assert len(first.sha256) == 64
    assert [one.giver_name for one in opinions_of(subject, Step.APPROVE, 1)] == ["何教授", "市财政局"]
    room.decide(w, subject)
    assert room.opine(w, subject).round == 2


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"step": Step.BUILD}, ["不征求评审意见"]),
        ({"giver_name": " ", "text": ""}, ["请填写评审人", "请填写评审人"]),
        ({"score": 101}, ["评分须在 0 到 100 之间"]),
        ({"score": -1, "giver_organisation": ""}, ["请填写评审人", "评分须在"]),
    ],
)
def test_an_opinion_is_whole_or_refused(w, subject, changes, words):
    with pytest.raises(Refused) as refusal:
        room.opine(w, subject, **changes)
    assert len(refusal.value.problems) == len(words)
    for one in words:
        assert one in said(refusal)


def test_one_giver_counts_once_in_a_round(w, subject, db_session):
    room.opine(w, subject)
    with pytest.raises(Refused) as refusal:
        room.opine(w, subject, text="再说一次")
    assert "在本轮已经登记过意见" in said(refusal)
    assert db_session.scalar(sa.select(sa.func.count(Opinion.id))) == 1


def test_only_an_officer_of_the_authority_records_opinions(w, subject):
    stranger = make.person(w.org("other_agency"), Role.AUTHORITY_OFFICER)
    for actor in (w.actor("officer"), stranger):
        with pytest.raises(NotAllowed):
            opinions.opine(actor, subject, room.opinion_facts())
