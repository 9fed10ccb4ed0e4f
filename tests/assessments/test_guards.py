"""What the database itself refuses about assessments, whoever writes to it (I6, I7, I8, I9, and editions)."""

import importlib
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.assessments import actions
from app.assessments.models import (
    Assessment,
    AssessmentFigure,
    AssessmentOpinion,
    AssessmentState,
    Objection,
    ObjectionState,
)
from app.assessments.workflow import moves
from app.audit import act
from app.core.clock import now
from app.core.db import Base, db
from app.core.errors import Refused
from app.core.periods import Period
from app.core.permissions import Permission, Side
from app.figures import verifying
from app.figures.kinds import Verdict
from app.figures.models import ClosedPeriod, Submission
from tests.assessments.room import APRIL, MARCH
from tests.separation.attacks import change, copy_of
from tests.separation.breaking import attempt, is_sqlite

S = AssessmentState
CONTENT = {
    "code": "code || 'x'",
    "contract_id": "contract_id + 1",
    "subject_id": "subject_id + 1",
    "plan_id": "plan_id + 1",
    "period": "'2026-05'",
    "starts_at": "ends_at",
    "ends_at": "computed_at",
    "edition": "edition + 1",
    "restates_id": "id",
    "input_digest": "result_sha256",
    "result": "result || ' '",
    "result_sha256": "input_digest",
    "result_sm3": "input_digest",
    "total": "total - 1",
    "grade": "'优优'",
    "points": "points + 1",
    "deduction_fen": "deduction_fen + 1",
    "provisional": "NOT provisional",
    "computed_by": "NULL",
    "computed_at": "ends_at",
    "reason": "'改'",
}


def refused(statement, values=None):
    return attempt(db.session, statement, values)


def moved(one, **values):
    return refused(change("assessments", f"id = {one.id}", **values))


def who(room, login):
    return str(room.w.user(login).id)


@pytest.fixture
def ready(room):
    room.calm(("03-10T01:00", "03-10T02:00"))
    return room


# --- what was calculated never changes -------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["compute", "issued", "final"])
def test_what_was_calculated_never_changes(ready, step):
    made = getattr(ready, step)()
    for column, value in CONTENT.items():
        assert moved(made, **{column: value}), column
    assert moved(made, manager_side="'operation'")
    assert "never deleted" in refused(f"DELETE FROM assessments WHERE id = {made.id}")


def test_what_an_edition_was_scored_from_never_changes(ready):
    ready.report((0, "KI-001", "2026-04", "99.9"), (1, "KI-001", "2026-04", "99.9"))
    ready.compute()
    submission = db.session.scalar(sa.select(Submission.id).limit(1))
    assert "never deleted" in refused("DELETE FROM assessment_submissions")
    assert "never changed" in refused("UPDATE assessment_submissions SET submission_id = submission_id")
    link = "INSERT INTO assessment_submissions (assessment_id, submission_id) "
    assert "only together" in refused(f"{link} SELECT min(id), {submission} FROM assessments")


def test_a_later_act_on_an_edition_links_nothing_to_it(ready):
    """Within an act that changes the edition, and in the one that made it but for another contract."""
    ready.report((0, "KI-001", "2026-04", "99.9"))
    made = ready.compute()
    link = sa.text("INSERT INTO assessment_figures (assessment_id, figure_id) SELECT :made, min(id) FROM figures")
    with act(ready.w.actor("officer"), Permission.ASSESSMENT_ISSUE, ref="x"):
        made.state, made.issued_by, made.issued_at = S.ISSUED, ready.w.user("officer").id, made.computed_at
        db.session.flush()
        with pytest.raises(DBAPIError, match="only together"), db.session.begin_nested():
            db.session.execute(link, {"made": made.id})
    db.session.rollback()


# --- states ----------------------------------------------------------------------------------------------------------


def test_the_moves_are_those_of_the_workflow():
    revision = importlib.import_module("migrations.versions.0007_assessments")
    assert sorted(revision.MOVES) == moves()
    assert {one.value for one in S} == set(revision.STATES)
    assert {*revision.CALCULATED, *revision.ONCE, "id", "act_id", "row_version", "state"} == {
        column.name for column in Base.metadata.tables["assessments"].columns
    }


def test_an_edition_begins_as_computed_and_takes_no_short_cut(ready):
    made = ready.compute()
    full = {
        "issued_by": who(ready, "second_officer"),
        "issued_at": "computed_at",
        "confirmed_by": who(ready, "operator_signatory"),
        "confirmed_at": "computed_at",
        "finalised_by": who(ready, "signatory"),
        "finalised_at": "computed_at",
    }
    ready.close()
    for state in ("confirmed", "objected", "upheld", "reopened", "final", "restated"):
        assert "guanyun: " in moved(made, state=f"'{state}'", **full), state
    started = copy_of(
        "assessments",
        f"id = {made.id}",
        state="'issued'",
        code="'x'",
        edition="2",
        issued_by=who(ready, "officer"),
        issued_at="computed_at",
    )
    assert refused(started)


def test_the_signs_of_a_step_are_not_set_without_it(ready):
    made = ready.compute()
    assert moved(made, issued_by=who(ready, "officer"), issued_at="computed_at")
    assert moved(made, finalised_by=who(ready, "signatory"), finalised_at="computed_at")
    issued = ready.issued()
    assert moved(issued, confirmed_by=who(ready, "operator_signatory"), confirmed_at="computed_at")
    for column in ("issued_by", "issued_at"):
        assert moved(issued, **{column: "NULL"})
    assert "set once" in moved(issued, issued_by=who(ready, "officer"))
    assert "set once" in moved(issued, issued_at="ends_at")


# --- I6 --------------------------------------------------------------------------------------------------------------


def issuing(room, one):
    return moved(one, state="'issued'", issued_by=who(room, "officer"), issued_at="computed_at")


def test_what_is_provisional_or_held_is_not_published(room):
    room.tell(("03-02T00:00", "up"))
    held = room.compute()
    assert held.total is None
    assert "published_is_sure" in issuing(room, held)
    room.tell(("03-02T00:00", "up"), service=1, verified=False)
    provisional = room.compute()
    assert (provisional.provisional, provisional.total is None) == (True, False)
    assert issuing(room, provisional)


def test_an_edition_that_forgets_its_doubts_is_not_published(room):
    """The row claims to be sure; its links say that an event or a figure is not verified."""
    room.calm()
    sure = room.compute()
    assert issuing(room, sure) == ""
    told = db.session.scalar(sa.select(Submission).limit(1))
    verifying.judge_events(room.w.actor("officer"), told, Verdict.DOUBTED, "与日志不符")
    db.session.commit()
    assert "verified figures" in issuing(room, sure)
    verifying.judge_events(room.w.actor("officer"), told, Verdict.VERIFIED)
    db.session.commit()
    assert issuing(room, sure) == ""


def test_a_figure_doubted_after_it_was_scored_stops_publication_and_finality(room):
    """KI-007 is asked for and only events tell it: held in words, so the links are attacked directly."""
    room.calm()
    room.report((0, "KI-001", "2026-03", "99.9"), verified=False)
    made = room.compute()
    figure = db.session.scalar(sa.text("SELECT min(id) FROM figures"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AssessmentFigure)) == 0
    with act(room.w.actor("officer"), Permission.ASSESSMENT_COMPUTE, ref="x"):
        columns = {one.key: getattr(made, one.key) for one in sa.inspect(Assessment).column_attrs}
        columns |= {"id": None, "code": "copy", "edition": 2, "row_version": None, "act_id": None}
        copied = Assessment(**{key: value for key, value in columns.items() if value is not None})
        made.state, made.successor = S.SUPERSEDED, 2
        db.session.flush()
        db.session.add(copied)
        db.session.flush()
        db.session.add(AssessmentFigure(assessment_id=copied.id, figure_id=figure))
    db.session.commit()
    assert "verified figures" in issuing(room, copied)
    verifying.verify(room.w.actor("officer"), room.contract, [figure])
    db.session.commit()
    assert issuing(room, copied) == ""


# --- sides and four eyes ---------------------------------------------------------------------------------------------


def test_the_operator_neither_computes_nor_publishes(ready):
    ready.tell(("03-30T01:00", "up"))
    made = ready.compute()
    april = {"code": "'x'", "period": "'2026-04'"}
    assert refused(copy_of("assessments", f"id = {made.id}", **april)) == ""
    assert refused(copy_of("assessments", f"id = {made.id}", **april, computed_by="NULL")) == ""
    assert issuing(ready, made) == ""
    for login in ("operator_officer", "rival_officer", "supervisor", "inspector"):
        by = who(ready, login)
        assert refused(copy_of("assessments", f"id = {made.id}", **april, computed_by=by)), login
        assert moved(made, state="'issued'", issued_by=by, issued_at="computed_at"), login
    for changes in ({"operator_side": "'management'"}, {"manager_side": "'operation'"}):
        assert refused(copy_of("assessments", f"id = {made.id}", **april, **changes)), changes


def test_the_agency_does_not_confirm_for_the_operator(ready):
    made = ready.issued()
    for login in ("officer", "signatory", "rival_signatory"):
        assert moved(made, state="'confirmed'", confirmed_by=who(ready, login), confirmed_at="computed_at"), login


def test_who_published_does_not_make_final(ready):
    made = ready.confirmed()
    ready.close()
    assert "four_eyes" in moved(
        made, state="'final'", finalised_by=who(ready, "second_officer"), finalised_at="computed_at"
    )
    assert moved(made, state="'final'", finalised_by=who(ready, "operator_signatory"), finalised_at="computed_at")


def finalising(room, one):
    return moved(one, state="'final'", finalised_by=who(room, "officer"), finalised_at="computed_at")


def test_final_needs_a_closed_period(ready):
    made = ready.confirmed()
    assert "its period is closed" in finalising(ready, made)
    ready.close(APRIL)
    assert "its period is closed" in finalising(ready, made)
    ready.close()
    assert finalising(ready, made) == ""
    verifying.reopen_period(ready.w.actor("signatory"), ready.contract, MARCH, "更正")
    db.session.commit()
    assert "its period is closed" in finalising(ready, made)


# --- editions --------------------------------------------------------------------------------------------------------


SIGNED = ("issued_by", "issued_at", "confirmed_by", "confirmed_at", "finalised_by", "finalised_at")
NOT_YET = dict.fromkeys(SIGNED, "NULL")


def test_one_edition_is_worked_on_and_one_is_final(ready):
    first = ready.compute()
    assert refused(copy_of("assessments", f"id = {first.id}", code="'x'", edition="2"))
    final = ready.final()
    unlinked = copy_of("assessments", f"id = {final.id}", code="'x'", edition="2", state="'computed'", **NOT_YET)
    assert "restates the final one" in refused(unlinked)
    linked = unlinked.replace("assessments.restates_id", str(final.id))
    assert refused(linked) == ""


def test_editions_follow_each_other_and_belong_to_an_agreed_plan(ready):
    made = ready.compute()
    like = f"id = {made.id}"
    assert "follows the one before" in refused(
        copy_of("assessments", like, code="'x'", edition="3", period="'2026-04'")
    )
    assert "restates the final one" in refused(
        copy_of("assessments", like, code="'x'", edition="1", period="'2026-04'", restates_id=str(made.id))
    )
    assert refused(copy_of("assessments", like, code="'x'", period="'2026-04'", computed_at="starts_at"))
    with_plan = copy_of("assessments", like, code="'x'", period="'2026-04'", plan_id="999")
    assert refused(with_plan)
    past = "'2020-01-01 00:00:00.000000'" if is_sqlite(db.session) else "TIMESTAMPTZ '2020-01-01'"
    assert "the plan agreed for it" in refused(
        copy_of("assessments", like, code="'x'", period="'2020-01'", starts_at=past)
    )


def test_an_edition_is_replaced_only_by_a_later_one_that_is_there(ready):
    made = ready.compute()
    assert moved(made, state="'superseded'")
    assert moved(made, state="'superseded'", successor="1")
    assert moved(made, state="'superseded'", successor="2")
    assert moved(made, successor="2")


def test_a_final_result_is_restated_only_by_a_final_one(ready):
    first = ready.final()
    verifying.reopen_period(ready.w.actor("signatory"), ready.contract, MARCH, "补报")
    ready.tell(("03-20T01:00", "down"), ("03-20T04:00", "up"))
    second = ready.compute(reason="补报")
    assert second.restates_id == first.id
    assert moved(first, state="'restated'")
    assert moved(first, state="'restated'", successor="2", restated_at="finalised_at")
    assert moved(first, state="'superseded'", successor="2")
    assert moved(first, state="'computed'")


# --- objections ------------------------------------------------------------------------------------------------------


@pytest.fixture
def objected(ready):
    made = ready.issued()
    ready.objection = actions.object_to(
        ready.w.actor("operator_officer"), made, [{"service": ready.codes[0], "code": "KI-001"}], "非我方原因"
    )
    db.session.commit()
    return ready


def decided(room, login="signatory", **more):
    values = {"state": "'upheld'", "decided_by": who(room, login), "decided_at": "raised_at", "decision_reason": "'x'"}
    return refused(change("objections", f"id = {room.objection.id}", **{**values, **more}))


def test_an_objection_is_decided_by_another_person_of_the_management_side(objected):
    assert decided(objected) == ""
    for login in ("second_officer", "operator_officer", "operator_signatory", "inspector", "rival_signatory"):
        assert decided(objected, login), login
    assert decided(objected, decision_reason="''")
    assert decided(objected, decided_by="NULL")
    assert decided(objected, decider_side="'operation'")
    assert decided(objected, state="'withdrawn'")


def test_an_objection_is_raised_by_the_operator_to_a_published_edition(objected):
    like = f"id = {objected.objection.id}"
    assert refused(copy_of("objections", like))
    actions.withdraw_objection(objected.w.actor("operator_officer"), objected.objection)
    db.session.commit()
    fresh = {"state": "'raised'", "decided_at": "NULL"}
    assert refused(copy_of("objections", like, **fresh)) == ""
    for changes in (
        {"raised_by": who(objected, "officer")},
        {"raised_by": who(objected, "rival_officer")},
        {"organisation_id": str(objected.w.org("agency").id)},
        {"side": "'management'"},
        {"issued_by": who(objected, "officer")},
        {"reason": "''"},
        {"sha256": f"'{'1' * 64}'"},
        {"state": "'upheld'"},
        {"assessment_id": "999"},
    ):
        assert refused(copy_of("objections", like, **{**fresh, **changes})), changes
    actions.confirm(
        objected.w.actor("operator_signatory"),
        objected.objection.assessment,
        objected.objection.assessment.result_sha256,
    )
    db.session.commit()
    assert "published edition" in refused(copy_of("objections", like, **fresh))


def test_who_scored_the_period_does_not_decide_the_objection(objected):
    """I7 goes further than the issuer: an opinion on any item of the period is an interest in its result."""
    signatory = objected.w.actor("signatory")
    with act(signatory, Permission.ASSESSMENT_SCORE, ref="x"):
        made = AssessmentOpinion(
            contract_id=objected.contract.id,
            subject_id=objected.contract.subject_id,
            plan_id=objected.plan.id,
            period=MARCH.text,
            item="x",
            user_id=signatory.user_id,
            organisation_id=signatory.organisation_id,
            side=Side.MANAGEMENT,
            scorer="郑主任",
            score=Decimal(85),
            reason="x",
            given_at=now(),
        )
        db.session.add(made)
    db.session.commit()
    assert "who scored the period" in decided(objected)
    assert "who scored the period" in decided(objected, state="'revised'")
    with pytest.raises(Refused, match="定性评分"):
        actions.decide(objected.w.actor("signatory"), objected.objection, ObjectionState.UPHELD, "x")


def test_what_was_objected_never_changes_and_is_decided_once(objected):
    like = f"id = {objected.objection.id}"
    for column, value in {"items": "'[]'", "reason": "'y'", "raised_by": "raised_by + 1"}.items():
        assert "never changes" in refused(change("objections", like, **{column: value})), column
    assert "never deleted" in refused(f"DELETE FROM objections WHERE {like}")
    actions.decide(objected.w.actor("signatory"), objected.objection, ObjectionState.UPHELD, "x")
    db.session.commit()
    assert "never changes" in refused(change("objections", like, decision_reason="'y'"))
    assert refused(change("objections", like, state="'revised'"))


def test_a_disputed_edition_goes_as_its_objection_was_decided(objected):
    made = objected.objection.assessment
    for state in ("upheld", "reopened", "issued"):
        assert "as its objection was decided" in moved(made, state=f"'{state}'"), state
    actions.decide(objected.w.actor("signatory"), objected.objection, ObjectionState.UPHELD, "x")
    db.session.commit()
    assert made.state is S.UPHELD


def test_an_edition_is_disputed_only_by_an_objection(ready):
    made = ready.issued()
    assert "by an objection" in moved(made, state="'objected'")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Objection)) == 0


# --- opinions and vetoes ---------------------------------------------------------------------------------------------

OPINION = (
    "INSERT INTO assessment_opinions (id, act_id, contract_id, subject_id, plan_id, period, item, user_id, "
    "organisation_id, side, scorer, score, reason, given_at) SELECT 1, :act, contract_id, subject_id, id, '2026-03', "
    "'x', :person, :organisation, :side, 'y', :score, :reason, proposed_at FROM plans WHERE id = :plan"
)
VETO = (
    "INSERT INTO assessment_vetoes (id, act_id, contract_id, subject_id, plan_id, period, code, reason, lifts_id, "
    "sha256, user_id, organisation_id, side, recorded_at) SELECT 2, :act, contract_id, subject_id, id, '2026-03', "
    "'data-leak', :reason, :lifts, :sha256, :person, :organisation, :side, proposed_at FROM plans WHERE id = :plan"
)


def said(room, **changes):
    values = {
        "plan": room.plan.id,
        "person": room.w.user("officer").id,
        "organisation": room.w.org("agency").id,
        "side": "management",
        "reason": "x",
    }
    return {**values, **changes}


@pytest.mark.parametrize("statement, more", [(OPINION, {"score": 85_000_000}), (VETO, {"lifts": None, "sha256": None})])
def test_opinions_and_vetoes_are_the_managements(ready, statement, more):
    w = ready.w
    assert refused(statement, said(ready, **more)) == ""
    operator = {"person": w.user("operator_officer").id, "organisation": w.org("operator").id}
    for changes in (
        {**operator, "side": "operation"},
        {**operator, "side": "management"},
        {"person": operator["person"]},
        {"organisation": operator["organisation"]},
        {"person": w.user("inspector").id},
        {"side": "supervision"},
        {"reason": ""},
        *([{"score": 100_000_001}, {"score": -1}] if "score" in more else [{"sha256": "1" * 64}, {"lifts": 77}]),
    ):
        assert refused(statement, said(ready, **{**more, **changes})), changes


@pytest.mark.parametrize("statement, more", [(OPINION, {"score": 85_000_000}), (VETO, {"lifts": None, "sha256": None})])
@pytest.mark.parametrize("covering", ["2026-03", "2026-Q1", "2026-Q2", "2025"])
def test_nothing_is_said_of_a_closed_period(ready, statement, more, covering):
    period = Period(covering)
    closing = ClosedPeriod(
        contract_id=ready.contract.id,
        subject_id=ready.contract.subject_id,
        period=period.text,
        starts_at=period.start,
        ends_at=period.end,
        closed_by=ready.w.user("officer").id,
        closed_at=now(),
    )
    with act(ready.w.actor("officer"), Permission.PERIOD_CLOSE, ref="x"):
        db.session.add(closing)
    db.session.commit()
    told = refused(statement, said(ready, **more))
    assert ("closed period" in told) is period.covers(MARCH)


def test_opinions_and_vetoes_never_change(ready):
    made = actions.record_veto(ready.w.actor("signatory"), ready.contract, ready.plan, MARCH, "data-leak", "外泄")
    lifted = actions.lift_veto(ready.w.actor("signatory"), made, "误报")
    db.session.commit()
    assert "never changed" in refused("UPDATE assessment_vetoes SET reason = reason")
    assert "never deleted" in refused("DELETE FROM assessment_vetoes")
    assert refused(VETO, said(ready, lifts=made.id, sha256=None))
    assert "only a veto is lifted" in refused(VETO, said(ready, lifts=lifted.id, sha256=None))
