"""Panels that score, and bodies that sign in order: what a gate file may say, what closes the gate, who gives what."""

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.core.errors import NotAllowed, Refused, WrongState
from app.core.permissions import Role
from app.gates import countersigning, queries
from app.gates.actions import Ruling
from app.gates.checking import EXPERTS, MEAN, SIGNED, judge
from app.gates.countersigning import Matter, Signature
from app.gates.kinds import Body, SignState, Stance, Step, Verdict
from app.gates.models import OpinionScore
from app.gates.scores import mean_of, tenths
from app.organisations.models import OrganisationKind
from tests.factories import MANAGES, organisation, person
from tests.gates import room
from tests.gates.test_checking import PLAN, gate

CRITERIA = [
    {"code": "need", "name": "必要性", "max": 40},
    {"code": "means", "name": "技术经济可行性", "max": 60},
]
PANEL = {"least": 2, "max": 100, "pass": 60, "criteria": CRITERIA}
ORDER = ["data", "finance"]


@pytest.mark.parametrize(
    "scores, mean",
    [
        ((), None),
        ((60,), Decimal("60.0")),
        ((59, 60), Decimal("59.5")),
        ((59, 60, 60), Decimal("59.7")),
        # Half up, and not to the even one.
        ((1, 0, 0, 0), Decimal("0.3")),
        ((0, 0), Decimal("0.0")),
    ],
)
def test_the_mean_is_rounded_once_half_up_and_no_score_is_no_zero(scores, mean):
    assert mean_of(scores) == mean


@pytest.mark.parametrize(
    "experts, mean, open_",
    [
        (0, None, ["opinions", "mean_score"]),
        (2, None, ["mean_score"]),
        (1, "88", ["opinions"]),
        (2, "59.9", ["mean_score"]),
        (2, "60.0", []),
    ],
)
def test_below_the_mark_the_gate_is_closed_and_it_is_said_what_to_do(experts, mean, open_):
    known = {EXPERTS: experts, SIGNED: ()} | ({MEAN: tenths(Decimal(mean))} if mean else {})
    (line,) = judge([gate(PLAN, panel=PANEL)], known | {"project.plan_item": "1"})
    assert [one.input.code for one in line.open_inputs] == open_
    assert all(str(one.input.remedy.zh) for one in line.open_inputs)


@pytest.mark.parametrize(
    "step, signed, route, open_",
    [
        ("approve", (), None, ["countersign_data", "countersign_finance"]),
        ("approve", ("data",), None, ["countersign_finance"]),
        ("approve", ("data", "finance"), None, []),
        # What is only filed is signed by nobody.
        ("change", (), "filing", []),
        ("change", (), "approval", ["countersign_data", "countersign_finance"]),
    ],
)
def test_every_body_that_a_gate_names_has_to_have_signed(step, signed, route, open_):
    known = {SIGNED: signed, "project.plan_item": "1"} | ({"change.route": route} if route else {})
    (line,) = judge([gate(PLAN, step=step, countersign=ORDER)], known)
    assert [one.input.code for one in line.open_inputs] == open_


@pytest.mark.parametrize(
    "changes",
    [
        {"panel": PANEL | {"least": 0}},
        {"panel": PANEL | {"pass": 101}},
        {"panel": PANEL | {"pass": 0}},
        {"panel": PANEL | {"max": 90, "pass": 60}},
        {"panel": PANEL | {"criteria": [CRITERIA[0], CRITERIA[0] | {"max": 60}]}},
        {"panel": PANEL | {"unheard": 1}},
        {"countersign": ["finance", "finance"]},
        {"countersign": ["treasury"]},
        {"countersign": ["finance"], "sign_workdays": 0},
        {"countersign": ["finance"], "decider": "agency_officer"},
    ],
)
def test_a_gate_file_that_cannot_be_meant_is_refused(changes):
    with pytest.raises(Refused):
        gate(PLAN, **changes)


# --- with records ----------------------------------------------------------------------------------------------------


@pytest.fixture
def asks(monkeypatch):
    """The gate of approval asks for scores and for two signatures in order."""

    def ask(**changes):
        made = gate(**changes)
        monkeypatch.setattr(queries, "gates_at", lambda _subject, step: [made] if step is made.step else [])

    return ask


def test_an_expert_of_a_panel_scores_everything_and_his_score_is_their_sum(w, subject, asks):
    asks(panel=PANEL)
    with pytest.raises(Refused) as refusal:
        room.opine(w, subject, scores=(("need", 41),))
    assert [one.place for one in refusal.value.problems] == ["score_need", "score_means"]
    made = room.opine(w, subject, scores=(("need", 30), ("means", 25)))
    assert (made.score, queries.opinions_wanted(subject, Step.APPROVE)) == (55, 1)
    room.opine(w, subject, giver_name="林教授", giver_organisation="华南理工大学", scores=(("need", 35), ("means", 30)))
    assert queries.known_at(subject, Step.APPROVE, {})[MEAN] == 600
    assert queries.problems_at(subject, Step.APPROVE, {}) == []


def test_scores_come_with_their_opinion_and_stay(w, subject, asks):
    asks(panel=PANEL)
    room.opine(w, subject, scores=(("need", 30), ("means", 25)))
    for statement, said in (
        ("UPDATE opinion_scores SET score = 1", "never changed"),
        ("DELETE FROM opinion_scores", "never deleted"),
    ):
        with pytest.raises(sa.exc.DatabaseError) as refusal, db.session.begin_nested():
            db.session.execute(sa.text(statement))
        assert said in str(refusal.value)
    assert db.session.scalars(sa.select(OpinionScore.score).order_by(OpinionScore.id)).all() == [30, 25]


def bodies():
    data = organisation("市数据局", kind=OrganisationKind.AGENCY, sides=MANAGES, code="DATA")
    finance = organisation("市财政局", kind=OrganisationKind.FINANCE, sides=MANAGES, code="MONEY")
    leads = [person(one, Role.AGENCY_SIGNATORY) for one in (data, finance)]
    return {Body.DATA: data, Body.FINANCE: finance}, leads


def matter(w):
    return Matter("declaration/1", room.DIGEST, w.org("agency").id)


def given(stance=Stance.SUPPORT, text=""):
    return Signature(stance, text, room.DIGEST)


def test_bodies_sign_one_after_the_other_each_with_its_own_task(w, subject, asks):
    asks(countersign=ORDER)
    chosen, (data, finance) = bodies()
    countersigning.ask(w.actor("authority_officer"), subject, Step.APPROVE, matter(w), chosen)
    first, second = countersigning.asked(subject, Step.APPROVE)
    assert (first.body, first.state, second.state) == (Body.DATA, SignState.ASKED, SignState.WAITING)
    with pytest.raises(WrongState):
        countersigning.sign(finance, subject, second.id, given())
    with pytest.raises(sa.exc.DatabaseError) as refusal, db.session.begin_nested():
        db.session.execute(sa.text("UPDATE countersigns SET state = 'asked' WHERE id = :id"), {"id": second.id})
    assert "in their order" in str(refusal.value)
    countersigning.sign(data, subject, first.id, given(Stance.AMEND, "请补充目录编号"))
    assert second.state is SignState.ASKED
    with pytest.raises(Refused) as refused:
        room.decide(w, subject)
    assert "尚未会签" in str(refused.value)
    countersigning.sign(finance, subject, second.id, given())
    room.decide(w, subject)
    assert countersigning.asked(subject, Step.APPROVE) == []


def test_each_body_is_another_organisation_of_the_place_or_above(w, subject, asks, monkeypatch):
    asks(countersign=ORDER)
    chosen, _leads = bodies()
    elsewhere = organisation("深圳市数据局", kind=OrganisationKind.AGENCY, sides=MANAGES, place="4403", code="FAR")
    wrong = (
        ({**chosen, Body.DATA: chosen[Body.FINANCE]}, "不能再作为财政部门", "as one body only"),
        ({**chosen, Body.DATA: elsewhere}, "不能作为数据管理部门会签", "of the place"),
    )
    for named, said, _guard in wrong:
        with pytest.raises(Refused) as refusal:
            countersigning.ask(w.actor("authority_officer"), subject, Step.APPROVE, matter(w), named)
        assert said in str(refusal.value)
    monkeypatch.setattr(countersigning, "_choice_problems", lambda *_: iter(()))
    for named, _said, guard in wrong:
        with pytest.raises(sa.exc.DatabaseError, match=guard), db.session.begin_nested():
            countersigning.ask(w.actor("authority_officer"), subject, Step.APPROVE, matter(w), named)


def test_a_person_of_two_organisations_signs_for_one(w, subject, asks):
    asks(countersign=ORDER)
    chosen, (data, _finance) = bodies()
    countersigning.ask(w.actor("authority_officer"), subject, Step.APPROVE, matter(w), chosen)
    first, second = countersigning.asked(subject, Step.APPROVE)
    countersigning.sign(data, subject, first.id, given())
    both = replace(data, identity=replace(data.identity, organisation_id=chosen[Body.FINANCE].id))
    with pytest.raises(Refused) as refusal:
        countersigning.sign(both, subject, second.id, given())
    assert "已经代表另一单位会签" in str(refusal.value)
    statement = (
        "UPDATE countersigns SET state = 'signed', stance = 'support', signed_by = :who, signer_side = 'management',"
        " signed_at = asked_at WHERE id = :id"
    )
    with pytest.raises(sa.exc.DatabaseError, match=r"one body only|its own people"), db.session.begin_nested():
        db.session.execute(sa.text(statement), {"who": data.user_id, "id": second.id})


def test_who_signed_does_not_decide_even_after_he_changed_his_post(w, subject, asks):
    asks(countersign=["data"])
    chosen, (data, _finance) = bodies()
    countersigning.ask(w.actor("authority_officer"), subject, Step.APPROVE, matter(w), {Body.DATA: chosen[Body.DATA]})
    (sign,) = countersigning.asked(subject, Step.APPROVE)
    countersigning.sign(data, subject, sign.id, given())
    problems = countersigning.problems_before(data, subject, Step.APPROVE, "")
    assert ["不能再作出决定" in str(one.what) for one in problems] == [True]


def test_only_the_authority_asks_and_what_is_returned_asks_no_more(w, subject, asks):
    asks(countersign=ORDER)
    chosen, (data, _finance) = bodies()
    with pytest.raises(NotAllowed):
        countersigning.ask(w.actor("officer"), subject, Step.APPROVE, matter(w), chosen)
    with pytest.raises(Refused) as refusal:
        countersigning.ask(w.actor("authority_officer"), subject, Step.APPROVE, matter(w), {})
    assert [one.place for one in refusal.value.problems] == ["data", "finance"]
    countersigning.ask(w.actor("authority_officer"), subject, Step.APPROVE, matter(w), chosen)
    first, second = countersigning.asked(subject, Step.APPROVE)
    countersigning.sign(data, subject, first.id, given())
    room.decide(w, subject, Ruling(Verdict.RETURNED, "缺件", ("补充论证",)))
    db.session.refresh(second)
    assert (first.state, second.state) == (SignState.SIGNED, SignState.VOID)
