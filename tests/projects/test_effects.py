"""What a project promised is answered one by one before its evaluation is concluded; nothing known is never zero."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from app.conditions.gathering import facts_of
from app.core.clock import clock, today
from app.core.db import db
from app.core.errors import NotAllowed, NotFound, Refused, WrongState
from app.gates.actions import Ruling
from app.gates.kinds import Step, Verdict
from app.gates.queries import checklist
from app.projects import actions, effects
from app.projects.change_models import EffectResult
from app.projects.kinds import ProjectState
from app.projects.models import Target
from tests.acceptances import room as acceptances
from tests.factories import MOMENT, kept
from tests.projects import room

V, S = Verdict, ProjectState


@pytest.mark.parametrize(
    "baseline, promised, actual, kept",
    [
        # More is better where more was promised, or where nothing was there before.
        ("62", "90", "90", True),
        ("62", "90", "89.999999", False),
        (None, "90", "90", True),
        (None, "90", "0", False),
        # Less is better where less was promised than there was.
        ("12", "5", "5", True),
        ("12", "5", "6", False),
        ("12", "0", "0", True),
        ("62", "90", None, None),
    ],
)
def test_a_promise_is_kept_in_its_own_direction_and_unknown_stays_unknown(baseline, promised, actual, kept):
    target = SimpleNamespace(baseline=Decimal(baseline) if baseline else None, value=Decimal(promised))
    result = SimpleNamespace(actual=Decimal(actual) if actual else None)
    assert effects.reached(target, result) is kept
    assert effects.reached(target, None) is None


@kept
def operating(w):
    return acceptances.operating(w)


def evaluated_later():
    return clock.at(MOMENT + timedelta(days=400))


WRONG = [
    ({"actual": None, "measured_on": None}, {"actual"}),
    ({"actual": None}, {"actual", "measured_on"}),
    ({"source": " "}, {"source"}),
    ({"measured_on": None}, {"measured_on"}),
    ({"measured_on": date(2020, 1, 1)}, {"measured_on"}),
    ({"measured_on": date(2099, 1, 1)}, {"measured_on"}),
    ({"actual": Decimal(-1)}, {"actual"}),
    ({"unknown_reason": "没有统计"}, {"unknown_reason"}),
]


def test_an_answer_is_a_value_with_day_and_source_or_why_it_is_not_known(w):
    project = operating(w)
    (target,) = effects.promises_of(project)
    for changes, places in WRONG:
        with pytest.raises(Refused) as refusal:
            effects.record(w.actor("officer"), project, target.id, room.result(**changes))
        assert {one.place for one in refusal.value.problems} == places, changes
    for facts in (room.result(), room.result(actual=None, measured_on=None, source="", unknown_reason="系统未统计")):
        effects.record(w.actor("officer"), project, target.id, facts)
    # The newest answer counts, the one before stays.
    (answer,) = effects.answers_of(project)
    assert (answer.result.actual, answer.reached) == (None, None)
    assert db.session.scalar(sa.select(sa.func.count(EffectResult.id))) == 2


def test_only_the_client_answers_only_its_promises_and_only_once_it_runs(w):
    project = operating(w)
    (target,) = effects.promises_of(project)
    with pytest.raises(NotAllowed):
        effects.record(w.actor("authority_officer"), project, target.id, room.result())
    with pytest.raises(NotFound):
        effects.record(w.actor("officer"), project, target.id + 999, room.result())
    other = room.approved(w, title="另一个项目")
    with pytest.raises(WrongState):
        effects.record(w.actor("officer"), other, other.current.targets[0].id, room.result())


def test_an_evaluation_is_not_handed_in_nor_concluded_while_a_promise_is_unanswered(w):
    project = operating(w)
    with evaluated_later():
        room.register(w, project, "self_evaluation", issued_on=today())
        assert facts_of(project.subject)["project.effects_unanswered"] == 1
        with pytest.raises(Refused) as refusal:
            actions.evaluate(w.actor("officer"), project)
        assert "没有填报" in str(refusal.value)
        room.effects_answered(w, project)
        actions.evaluate(w.actor("officer"), project)
        room.answered(w, project, Step.EVALUATE)
        actions.conclude(w.actor("authority_lead"), project, Ruling(V.PASSED))
        # The next evaluation asks anew; what the first knew stays with it.
        assert facts_of(project.subject)["project.effects_unanswered"] == 1
        assert effects.answers_of(project)[0].result is None
        assert effects.answers_of(project, 1)[0].reached is True


def attack(statement, **values):
    with pytest.raises(sa.exc.DatabaseError) as refusal, db.session.begin_nested():
        db.session.execute(sa.text(statement), values)
    return str(refusal.value)


def test_the_database_concludes_no_evaluation_with_a_promise_unanswered(w, monkeypatch):
    project = operating(w)
    with evaluated_later():
        room.register(w, project, "self_evaluation", issued_on=today())
        monkeypatch.setattr("app.projects.workflow.gate_problems", lambda *_: [])
        monkeypatch.setattr("app.projects.steps.gates.problems_at", lambda *_: [])
        actions.evaluate(w.actor("officer"), project)
        room.answered(w, project, Step.EVALUATE)
        with pytest.raises(sa.exc.DatabaseError) as refusal:
            actions.conclude(w.actor("authority_lead"), project, Ruling(V.PASSED))
    assert "every promised effect is answered" in str(refusal.value)


def test_what_was_answered_stays_and_a_promise_that_was_sealed_too(w):
    project = operating(w)
    room.effects_answered(w, project)
    assert "never changed" in attack("UPDATE effect_results SET actual = 0")
    assert "never deleted" in attack("DELETE FROM effect_results")
    for column in ("value = 1", "baseline = 1", "method = 'x'", "effect = 'other'"):
        assert "sealed whole never change" in attack(f"UPDATE targets SET {column}")
    assert db.session.scalar(sa.select(Target.method)) == room.target().method


def test_a_target_without_a_way_to_measure_it_keeps_the_gate_closed(w):
    unmeasured = [make() if make is not room.target else room.target(method="") for make in room.LINES]
    project = room.declared(w, lines=unmeasured)
    lines = [one for gate in checklist(project.subject, Step.SUBMIT) for one in gate.open_inputs]
    assert [one.input.code for one in lines] == ["targets_measured"]
