"""Scheduled work, writers at once, and what is read from results: trend, missing proof, what a preview would change."""

import contextvars
import io
import threading

import pytest
import sqlalchemy as sa
from flask import current_app
from structlog.testing import capture_logs
from werkzeug.datastructures import FileStorage

from app.assessments import actions, jobs, queries
from app.assessments.models import Assessment, AssessmentState
from app.contracts.actions import attach_file
from app.core.actors import SYSTEM
from app.core.db import db, unit_of_work
from app.core.jobs import run_due
from app.evidence import store
from app.figures import verifying
from app.figures.judging import Delivery, look_at
from app.figures.kinds import Source, SubmissionKind, Verdict
from app.figures.models import Submission
from app.plans.models import Plan
from app.scheduler.timetable import JOBS
from tests.assessments.room import APRIL, HEADER, MARCH

S = AssessmentState


def stored():
    """Period, edition and state of everything there is."""
    rows = db.session.execute(
        sa.select(Assessment.period, Assessment.edition, Assessment.state).order_by(
            Assessment.period, Assessment.edition
        )
    )
    return [(period, edition, state.value) for period, edition, state in rows]


@pytest.fixture
def ready(room):
    room.calm(("03-10T01:00", "03-10T02:00"))
    return room


# --- the job ---------------------------------------------------------------------------------------------------------


def test_the_job_computes_what_is_owed_oldest_first_and_then_nothing(ready):
    assert jobs.compute_due() == 2
    assert stored() == [("2026-03", 1, "computed"), ("2026-04", 1, "computed")]
    assert jobs.compute_due() == 0


def test_the_job_is_on_the_timetable_and_fills_its_slot_once(ready):
    only = [job for job in JOBS if job.name == "assessments.compute_due"]
    assert run_due(only) == {"assessments.compute_due": 2}
    assert run_due(only) == {}


def test_what_changed_since_is_computed_again_with_the_months_after_it(ready):
    jobs.compute_due()
    ready.tell(("03-20T01:00", "down"), ("03-20T04:00", "up"))
    assert jobs.compute_due() == 2
    assert stored() == [
        ("2026-03", 1, "superseded"),
        ("2026-03", 2, "computed"),
        ("2026-04", 1, "superseded"),
        ("2026-04", 2, "computed"),
    ]


def test_a_result_that_somebody_has_published_is_left_alone(ready):
    ready.issued()
    ready.tell(("03-20T01:00", "down"), ("03-20T04:00", "up"))
    assert jobs.compute_due() == 1
    assert stored() == [("2026-03", 1, "issued"), ("2026-04", 1, "computed")]


def test_one_period_that_fails_does_not_stop_the_others(ready, monkeypatch):
    def failing(actor, contract, plan, period, reason=""):
        if period == MARCH:
            raise RuntimeError("broken")
        return actions.compute(actor, contract, plan, period, reason)

    monkeypatch.setattr(jobs, "compute", failing)
    with capture_logs() as lines:
        assert jobs.compute_due() == 1
    assert stored() == [("2026-04", 1, "computed")]
    assert [one["event"] for one in lines] == ["assessment failed"]
    monkeypatch.undo()
    assert jobs.compute_due() == 2


def test_a_run_is_bounded(ready, monkeypatch):
    monkeypatch.setattr(jobs, "MOST", 1)
    assert [jobs.compute_due() for _run in range(3)] == [1, 1, 0]


def test_a_gap_between_computed_months_is_filled(ready):
    ready.compute(APRIL)
    assert jobs.compute_due() == 2
    assert [one[:2] for one in stored()] == [("2026-03", 1), ("2026-04", 1), ("2026-04", 2)]


# --- writers at once -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("writers", [4])
def test_computing_at_once_gives_one_edition(app, ready, writers):
    code, plan_id = ready.contract.code, ready.plan.id
    db.session.commit()
    db.session.remove()
    found, gate = [], threading.Barrier(writers)

    def work():
        with app.app_context():
            gate.wait(10)
            with unit_of_work():
                plan = db.session.get_one(Plan, plan_id)
                found.append(actions.compute(SYSTEM, plan.contract, plan, MARCH).id)

    threads = [threading.Thread(target=contextvars.copy_context().run, args=(work,)) for _number in range(writers)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert len(found) == writers
    assert len(set(found)) == 1
    assert stored() == [("2026-03", 1, "computed")]
    assert db.session.scalar(sa.select(Assessment.code)) == f"PJ-{code}-1-2026-03-1"


# --- trend -----------------------------------------------------------------------------------------------------------


def test_the_trend_has_the_newest_edition_of_each_period(ready):
    ready.compute()
    ready.compute(APRIL)
    ready.tell(("03-20T01:00", "down"), ("03-20T04:00", "up"))
    newest = ready.compute()
    found = queries.trend(ready.contract, ready.plan, APRIL)
    assert [(one.period, one.total, one.state) for one in found] == [
        ("2026-03", newest.total, S.COMPUTED),
        ("2026-04", queries.newest(ready.contract, ready.plan, APRIL).total, S.COMPUTED),
    ]
    assert [one.period for one in queries.trend(ready.contract, ready.plan, MARCH)] == ["2026-03"]
    assert [one.period for one in queries.assessments_of(ready.contract)] == ["2026-04", "2026-03"]


def test_a_held_period_has_no_total_in_the_trend(room):
    room.compute()
    assert [(one.total, one.grade) for one in queries.trend(room.contract, room.plan, MARCH)] == [(None, "")]


# --- reach -----------------------------------------------------------------------------------------------------------


def test_only_who_sees_the_contract_sees_its_assessments(ready):
    made, w = ready.compute(), ready.w
    seen = {
        key: queries.assessment_in_reach(w.actor(key), made.code) is not None
        for key in ("officer", "operator_officer", "inspector", "leader", "rival_officer", "other_officer")
    }
    assert seen == {
        **dict.fromkeys(("officer", "operator_officer", "inspector", "leader"), True),
        **dict.fromkeys(("rival_officer", "other_officer"), False),
    }
    assert queries.assessment_in_reach(w.actor("officer"), "PJ-X") is None


# --- proof -----------------------------------------------------------------------------------------------------------


def test_scored_figures_without_a_stored_file_are_gaps(room):
    room.tell(("03-02T00:00", "up"))
    attach_file(room.w.actor("operator_officer"), room.contract, FileStorage(io.BytesIO(b"log"), "monitor.txt"), "监测")
    db.session.commit()
    room.report(
        (1, "KI-001", "2026-03", "99.9", "", "", "", "monitor.txt"),
        (1, "KI-001", "2026-04", "99.9", "", "", "", "nowhere.txt"),
        (0, "KI-001", "2026-04", "99.8"),
    )
    assert queries.evidence_gaps(room.compute()) == []
    april = room.compute(APRIL)
    figures = {one["id"]: one for one in _figures(queries.result_of(april))}
    found = queries.evidence_gaps(april)
    assert [(one.service, one.indicator, one.period) for one in found] == [(room.codes[1], "KI-001", "2026-04")]
    assert figures[found[0].figure_id]["evidence"] == "nowhere.txt"


def _figures(result):
    for service in result["services"]:
        for item in service["items"]:
            yield from item["source"]["figures"]


def test_scored_events_whose_file_is_gone_are_gaps(ready):
    made = ready.compute()
    assert queries.evidence_gaps(made) == []
    told = db.session.scalars(sa.select(Submission).order_by(Submission.id)).first()
    store.path_of(told.sha256).unlink()
    assert [(one.service, one.indicator, one.figure_id) for one in queries.evidence_gaps(made)] == [
        (ready.codes[0], "KI-001", None),
        (ready.codes[0], "KI-007", None),
    ]


def test_what_was_not_scored_needs_no_proof(room):
    room.report((0, "KI-001", "2026-03", "", "", "", "监测中断"))
    assert queries.evidence_gaps(room.compute()) == []


# --- what a preview would change -------------------------------------------------------------------------------------


def looked_at(room, kind, lines, source=Source.OPERATOR_REPORT):
    return look_at(room.contract, source, Delivery(kind, "x.csv", "\n".join(lines).encode()))


def figures_file(room, *rows):
    return looked_at(room, SubmissionKind.FIGURES, [HEADER, *(f"{room.codes[n]},{rest}" for n, rest in rows)])


def test_a_previewed_outage_says_what_it_would_cost(ready):
    ready.compute()
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Assessment))
    down = [("03-20T00:00", "down"), ("03-20T12:00", "up")]
    lines = ["at,service,status", *(f"2026-{at}+08:00,{ready.codes[0]},{status}" for at, status in down)]
    found = queries.forecast(ready.contract, looked_at(ready, SubmissionKind.EVENTS, lines))
    assert [one.period.text for one in found] == ["2026-04", "2026-03"]
    march = found[1]
    assert (march.before["total"], march.before["provisional"]) == ("98.49", False)
    assert march.after["provisional"] is True
    assert (march.after["total"], march.after["deductions"]["points"]) == ("62.00", "1")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Assessment)) == before
    told = ready.tell(*down)
    assert queries.result_of(ready.compute())["total"] == march.after["total"]
    assert told.new_count == 2


def test_a_previewed_figure_touches_its_own_period_only(ready):
    seen = figures_file(ready, (0, "KI-001,2026-03,90,,,,"))
    found = queries.forecast(ready.contract, seen)
    assert [one.period.text for one in found] == ["2026-03"]
    # Events go before what is reported: nothing changes but what is shown beside it.
    assert (found[0].before["total"], found[0].after["total"]) == ("98.49", "98.49")
    day = figures_file(ready, (0, "KI-001,2026-03-05,90,,,,"))
    assert queries.forecast(ready.contract, day) == []


def test_a_previewed_correction_takes_the_place_of_what_stands(room):
    room.report((0, "KI-001", "2026-03", "98.5"), (1, "KI-001", "2026-03", "99.5"))
    found = queries.forecast(room.contract, figures_file(room, (0, "KI-001,2026-03,96.5,,,,")))
    sums = [(one.before["deductions"]["points"], one.after["deductions"]["points"]) for one in found]
    assert sums == [("1", "3")]
    assert found[0].after["provisional"] is True


def test_only_what_the_operator_reports_is_scored(ready):
    seen = figures_file(ready, (0, "KI-001,2026-03,90,,,,"))
    assert queries.forecast(ready.contract, seen, Source.AGENCY_LOG) == []
    faulty = figures_file(ready, (0, "KI-001,2026-03,x,,,,"))
    assert queries.forecast(ready.contract, faulty) == []


def test_what_the_preview_says_is_what_the_job_finds(ready):
    """The provider of the preview page gives the very numbers."""
    seen = figures_file(ready, (0, "KI-001,2026-03,90,,,,"))
    shown = [
        one
        for give in current_app.extensions["figure_forecasts"]
        for one in give(ready.contract, seen, Source.OPERATOR_REPORT)
    ]
    assert [(one.period, str(one.after.total), one.held) for one in shown] == [(MARCH, "98.49", False)]


def test_a_doubt_after_publication_makes_the_result_stale(ready):
    made = ready.issued()
    told = db.session.scalars(sa.select(Submission).order_by(Submission.id)).first()
    verifying.judge_events(ready.w.actor("officer"), told, Verdict.DOUBTED, "与日志不符")
    db.session.commit()
    assert queries.is_stale(made)
