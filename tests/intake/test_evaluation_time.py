"""Of a project taken in, the time of its self-evaluation counts from the day of operation, or is not known at all."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from app.conditions.gathering import facts_of
from app.core.clock import clock
from app.core.db import db
from app.core.errors import NotAllowed, Refused, WrongState
from app.core.permissions import Permission
from app.gates.kinds import Phase, Step
from app.gates.queries import checklist
from app.intake import actions
from app.lifecycle.models import Task, TaskState
from app.lifecycle.queries import deadline_of
from app.procurement.pages import money_panel
from app.projects import actions as project_actions
from app.projects import pages
from app.projects.kinds import ProjectState
from app.projects.queries import evaluation_window, months_in_operation
from tests import factories
from tests.intake import room
from tests.projects import room as projects_room

WHEN = datetime(2026, 6, 9, 2, tzinfo=UTC)


def owed(project):
    found = sa.select(Task).where(Task.subject_id == project.subject_id, Task.state == TaskState.OPEN)
    return [one for one in db.session.scalars(found) if one.permission == Permission.PROJECT_EVALUATE]


def unknown(w, **changes):
    return room.operating(w, **{"operation_from": "", **changes})


# --- the window ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "begun, due, late",
    [
        ("2024-01-01", date(2025, 12, 31), True),
        ("2025-06-10", date(2027, 6, 10), False),
        ("2026-02-28", date(2028, 2, 28), False),
        # The last day of the window is a Saturday: the working day before it.
        ("2024-10-24", date(2026, 10, 23), False),
    ],
)
def test_the_deadline_counts_from_the_day_of_operation(w, begun, due, late):
    found = room.operating(w, operation_from=begun)
    (task,) = owed(found)
    assert (task.started_on, task.due_on, task.provisional) == (date.fromisoformat(begun), due, False)
    assert task.due_on <= evaluation_window(found).last
    assert deadline_of(task).overdue is late


@pytest.mark.parametrize(
    "begun, months", [("2026-03-02", 0), ("2025-03-03", 11), ("2025-03-02", 12), ("2024-02-29", 24)]
)
def test_months_of_operation_are_whole(w, begun, months):
    found = room.operating(w, operation_from=begun)
    assert months_in_operation(found) == months
    assert facts_of(found.subject)["project.months_in_operation"] == months


def test_a_self_evaluation_before_its_time_is_refused_and_on_its_first_day_it_is_not(w):
    found = room.operating(w, operation_from="2025-06-10")
    projects_room.register(w, found, "self_evaluation")
    with clock.at(WHEN):
        with pytest.raises(Refused) as refusal:
            project_actions.evaluate(w.actor("officer"), found)
        (problem,) = refusal.value.problems
        assert "未满 12 个月" in str(problem.what)
        assert "57号" in str(problem.article)
    with clock.at(WHEN.replace(day=10)):
        project_actions.evaluate(w.actor("officer"), found)
    assert found.state is ProjectState.EVALUATING
    assert owed(found) == []


def test_a_late_self_evaluation_is_taken_and_was_overdue(w, client):
    found = room.operating(w)
    (task,) = owed(found)
    assert deadline_of(task).overdue
    db.session.commit()
    address = f"/projects/{found.code}"
    officer = factories.sign_in(client, "officer")
    assert "还缺 1 项，不能提交自评价" in officer.get(address).get_data(as_text=True)
    projects_room.register(w, found, "self_evaluation")
    db.session.commit()
    assert f"{address}/evaluate" in officer.get(address).get_data(as_text=True)
    project_actions.evaluate(w.actor("officer"), found)
    assert found.state is ProjectState.EVALUATING


# --- an unknown day --------------------------------------------------------------------------------------------------


def test_an_unknown_day_stays_unknown_and_is_said_to_be(w, client):
    found = unknown(w)
    assert owed(found) == []
    assert evaluation_window(found) is None
    assert "project.months_in_operation" not in facts_of(found.subject)
    projects_room.register(w, found, "self_evaluation")
    (line,) = [one for gate in checklist(found.subject, Step.EVALUATE) for one in gate.open_inputs]
    assert (line.met, line.missing) == (None, ("project.months_in_operation",))
    with pytest.raises(Refused):
        project_actions.evaluate(w.actor("officer"), found)
    db.session.commit()
    page = factories.sign_in(client, "officer").get(f"/projects/{found.code}").get_data(as_text=True)
    assert "投入运营日没有记录，无法确定" in page
    assert f"/intake/projects/{found.code}" in page


def test_a_day_that_was_found_is_added_once_and_the_time_runs_from_it(w):
    found = unknown(w)
    actions.supplement(w.actor("officer"), found, {"operation_from": date(2025, 6, 10)}, "移交证书")
    (task,) = owed(found)
    assert (found.operation_from, task.due_on) == (date(2025, 6, 10), date(2027, 6, 10))
    with pytest.raises(Refused):
        actions.supplement(w.actor("officer"), found, {"operation_from": date(2025, 6, 11)}, "移交证书")
    assert found.operation_from == date(2025, 6, 10)
    db.session.flush()
    with pytest.raises(sa.exc.DBAPIError, match="set once"), db.session.begin_nested():
        db.session.execute(sa.text("UPDATE projects SET operation_from = '2025-07-01'"))


@pytest.mark.parametrize(
    "days, told",
    [
        ({}, "没有填写日期"),
        ({"operation_from": date(2023, 12, 1)}, "早于“竣工验收日期”"),
        ({"operation_from": date(2026, 9, 1)}, "还没有到"),
    ],
)
def test_a_day_that_cannot_be_is_refused(w, days, told):
    found = unknown(w)
    with pytest.raises(Refused) as refusal:
        actions.supplement(w.actor("officer"), found, days, "移交证书")
    assert told in str(refusal.value.problems[0].what)
    assert found.operation_from is None


def asked_for_day(project):
    tasks = sa.select(Task).where(
        Task.subject_id == project.subject_id, Task.permission == Permission.PROJECT_SUPPLEMENT
    )
    return [(one.organisation_id, one.state.value) for one in db.session.scalars(tasks)]


def test_the_client_is_asked_for_an_unknown_day_until_somebody_adds_it(w, client):
    found = unknown(w)
    officer = w.actor("officer")
    assert asked_for_day(found) == [(officer.organisation_id, "open")]
    db.session.commit()
    desk = factories.sign_in(client, "officer").get("/").get_data(as_text=True)
    assert "补录存量项目的日期" in desk and f"/intake/projects/{found.code}" in desk
    actions.supplement(officer, found, {"operation_from": date(2025, 6, 10)}, "移交证书")
    assert asked_for_day(found) == [(officer.organisation_id, "done")]
    assert asked_for_day(room.operating(w, operation_from="2025-06-10", name="另一项目")) == []


@pytest.mark.parametrize("by", ["other_officer", "operator_officer", "signatory"])
def test_others_add_no_days(w, by):
    found = unknown(w)
    with pytest.raises(NotAllowed):
        actions.supplement(w.actor(by), found, {"operation_from": date(2025, 6, 10)}, "移交证书")


def test_a_declared_project_has_no_past_to_add(w):
    declared = projects_room.opened(w)
    with pytest.raises(WrongState):
        actions.supplement(w.actor("officer"), declared, {"approved_on": date(2025, 6, 10)}, "批复")


def test_days_are_added_on_a_page(w, client):
    found = unknown(w)
    db.session.commit()
    officer = factories.sign_in(client, "officer")
    address = f"/intake/projects/{found.code}"
    page = officer.get(address).get_data(as_text=True)
    assert 'name="operation_from"' in page
    assert 'name="approved_on"' not in page
    assert officer.post(address, data={"operation_from": "2025-06-10"}).status_code == 422
    answer = officer.post(address, data={"operation_from": "2025-06-10", "basis": "移交证书"})
    assert answer.status_code == 302
    assert "没有需要补录的日期" in officer.get(address).get_data(as_text=True)
    assert "2027-06-10" in officer.get(f"/projects/{found.code}").get_data(as_text=True)


# --- what happened, as it happened -----------------------------------------------------------------------------------


def test_building_before_approval_is_taken_in_and_remarked_for_good(w, client):
    found = room.operating(w, build_started_on="2023-02-01")
    assert found.current.content is not None
    assert '"remarks":["built_before_approval"]' in found.current.content
    assert pages.remarks_of(found) == ["未批先建：2023-02-01 开工，2023-03-01 才批复。"]
    db.session.commit()
    page = factories.sign_in(client, "officer").get(f"/projects/{found.code}").get_data(as_text=True)
    assert "未批先建" in page


def test_every_day_stands_in_the_phase_that_it_belongs_to(w):
    found = room.operating(w)
    steps = dict(zip(Phase, pages.steps_of(found, []), strict=True))
    assert steps[Phase.PROCUREMENT]["date"] == ""
    assert steps[Phase.PROCUREMENT]["note"] == "没有记录"
    said = {phase: (step["date"], step["note"]) for phase, step in steps.items()}
    assert said[Phase.APPROVAL] == ("2023-03-01", "据录入")
    assert said[Phase.BUILD] == ("2023-04-01", "开工 · 据录入")
    assert said[Phase.ACCEPTANCE] == ("2023-12-20", "据录入")
    assert said[Phase.OPERATION] == ("2024-01-01", "投运")


def test_money_that_nobody_recorded_is_not_zero(app, w):
    found = room.operating(w)
    with app.test_request_context():
        panel = money_panel(w.actor("officer"), found)
    assert panel is None or "0.00" not in " ".join(str(row.value) for row in panel.rows)
