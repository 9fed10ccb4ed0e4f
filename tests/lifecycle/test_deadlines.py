"""Before and after the due day: reminded once, handed up once, urged by a leader, and over when the task is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.audit import act
from app.audit.models import TrailEntry
from app.core.clock import clock
from app.core.db import db
from app.core.errors import NotAllowed, Refused, WrongState
from app.core.permissions import Permission, Role, Side
from app.lifecycle import actions
from app.lifecycle.jobs import remind_and_escalate
from app.lifecycle.models import Expedite, Task, TaskState
from app.lifecycle.queries import expedited_by, supervisor_of, urged_by, urging_of
from app.organisations.models import Mandate
from app.subjects.actions import add_party
from app.subjects.models import PartyRole
from tests import factories as make
from tests.factories import sign_in

P = Permission


def at(day, hour=9):
    return clock.at(datetime.fromisoformat(f"{day}T{hour:02}:00:00").replace(tzinfo=ZoneInfo("Asia/Shanghai")))


@pytest.fixture
def contract(w):
    """A draft whose other tasks are out of the way."""
    found = w.contract("draft")
    with act(w.actor("officer"), P.CONTRACT_DRAFT, ref=found.ref):
        for task in db.session.scalars(sa.select(Task).where(Task.state == TaskState.OPEN)):
            task.state, task.ended_at = TaskState.DROPPED, make.MOMENT
    return found


def owed(w, contract, workdays=5, to="agency", permission=P.CONTRACT_SUBMIT):
    """Due on Monday 9 March where it is five working days."""
    with act(w.actor("officer"), P.CONTRACT_DRAFT, ref=contract.ref):
        made = actions.open_task(contract.subject, w.org(to).id, permission, workdays)
    db.session.commit()
    return made


def urging(task):
    wanted = (Task.permission == P.TASK_EXPEDITE, Task.item == expedited_by(task))
    return db.session.scalars(sa.select(Task).where(*wanted)).one()


@pytest.mark.parametrize(
    "day, reminded, escalated",
    [
        ("2026-03-04", False, False),
        ("2026-03-05", True, False),
        ("2026-03-07", True, False),
        ("2026-03-09", True, False),
        ("2026-03-10", False, True),
        ("2026-03-14", False, True),
    ],
)
def test_a_task_is_reminded_of_and_handed_up_by_working_days(w, contract, day, reminded, escalated):
    task = owed(w, contract)
    with at(day):
        assert remind_and_escalate() == (reminded or escalated)
        assert (task.reminded_on is not None, task.escalated_on is not None) == (reminded, escalated)
        db.session.commit()
        assert remind_and_escalate() == 0


def test_a_weekend_is_no_working_day_overdue(w, contract):
    task = owed(w, contract, workdays=4)
    assert task.due_on == date(2026, 3, 6)
    with at("2026-03-08"):
        assert remind_and_escalate() == 0
    with at("2026-03-09"):
        assert remind_and_escalate() == 1
    assert task.escalated_on == date(2026, 3, 9)


def test_the_whole_way_from_reminder_to_instruction(w, contract, db_session):
    task = owed(w, contract)
    with at("2026-03-05"):
        assert remind_and_escalate() == 1
    with at("2026-03-10"):
        assert remind_and_escalate() == 1
        asked = urging(task)
        assert (asked.organisation_id, asked.due_on) == (w.org("authority").id, date(2026, 3, 13))
        leader = w.actor("leader")
        assert urging_of(leader, asked.id) is asked and urged_by(asked) is task
        given = actions.expedite(leader, asked, task, " 本周内办结 ")
    assert (given.instruction, asked.state, task.state) == ("本周内办结", TaskState.DONE, TaskState.OPEN)
    assert task.expedites == [given]
    verbs = [
        (one.verb, one.user_id, one.ref)
        for one in db_session.scalars(sa.select(TrailEntry).order_by(TrailEntry.seq.desc()).limit(3))
    ]
    assert verbs == [
        ("task:expedite", leader.user_id, contract.ref),
        ("task:escalate", None, contract.ref),
        ("task:remind", None, contract.ref),
    ]
    with at("2026-04-20"):
        assert remind_and_escalate() == 0


def test_nobody_urges_what_is_done(w, contract):
    task = owed(w, contract)
    with at("2026-03-10"):
        remind_and_escalate()
        asked = urging(task)
        officer = w.actor("officer")
        with act(officer, P.CONTRACT_SUBMIT, ref=contract.ref):
            actions.finish_task(officer, contract.subject, P.CONTRACT_SUBMIT)
        assert (task.state, asked.state) == (TaskState.DONE, TaskState.DROPPED)
        with pytest.raises(WrongState):
            actions.expedite(w.actor("leader"), asked, task, "快办")


def test_everything_of_a_subject_is_dropped_with_its_urgings(w, contract):
    task = owed(w, contract)
    with at("2026-03-10"):
        remind_and_escalate()
        officer = w.actor("officer")
        with act(officer, P.CONTRACT_VOID, ref=contract.ref):
            actions.drop_tasks(officer, contract.subject)
        assert {task.state, urging(task).state} == {TaskState.DROPPED}


def test_an_urging_that_is_late_itself_is_handed_up_to_nobody(w, contract):
    task = owed(w, contract)
    with at("2026-03-10"):
        assert remind_and_escalate() == 1
    with at("2026-03-12"):
        assert remind_and_escalate() == 1
        assert urging(task).reminded_on == date(2026, 3, 12)
    with at("2026-03-30"):
        assert remind_and_escalate() == 0


# --- to whom ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("owner", ["agency", "operator", "authority"])
def test_the_competent_authority_hears_of_every_partys_delay_its_own_too(w, contract, owner):
    with act(w.actor("officer"), P.CONTRACT_DRAFT, ref=contract.ref):
        add_party(contract.subject, w.org("authority"), PartyRole.COMPETENT_AUTHORITY)
    task = owed(w, contract, to=owner)
    assert supervisor_of(task) is w.org("authority")
    assert Side.MANAGEMENT in supervisor_of(task).sides


def test_without_an_authority_among_the_parties_the_mandated_one_hears_of_it(w, contract):
    assert supervisor_of(owed(w, contract)) is w.org("authority")


def test_without_any_mandate_the_clients_leaders_hear_of_it(w, contract):
    task = owed(w, contract, to="operator")
    with act(w.actor("officer"), P.CONTRACT_DRAFT, ref=contract.ref):
        for mandate in db.session.scalars(sa.select(Mandate)):
            mandate.valid_until = mandate.valid_from
    with at("2026-03-10"):
        assert supervisor_of(task) is w.org("agency")


def test_whoever_stands_outside_is_urged_by_no_party(w, contract):
    task = owed(w, contract, to="inspectorate", permission=P.INSPECTION_TAKE)
    assert supervisor_of(task) is None
    with at("2026-03-20"):
        assert remind_and_escalate() == 0
    assert task.escalated_on is None


# --- the leader ------------------------------------------------------------------------------------------------------


@pytest.fixture
def late(w, contract):
    task = owed(w, contract)
    with at("2026-03-10"):
        remind_and_escalate()
        db.session.commit()
        yield task


def test_only_a_leader_of_the_asked_organisation_gives_words_that_say_something(w, late):
    asked = urging(late)
    stranger = make.person(w.org("agency"), Role.LEADER)
    for actor in (w.actor("authority_lead"), stranger):
        with pytest.raises(NotAllowed):
            actions.expedite(actor, asked, late, "快办")
    for words in (" ", "长" * 2001):
        with pytest.raises(Refused):
            actions.expedite(w.actor("leader"), asked, late, words)
    assert db.session.scalar(sa.select(sa.func.count(Expedite.id))) == 0


def test_the_leader_urges_on_his_page_and_the_owner_reads_it_on_his(app, client, w, late):
    asked = urging(late)
    address = f"/tasks/{asked.id}/expedite"
    desk = sign_in(client, "leader").get("/").get_data(as_text=True)
    assert f'href="{address}"' in desk and "· 提交会签（广州市政务服务中心）" in desk
    page = client.get(address).get_data(as_text=True)
    for words in ("提交会签", "广州市政务服务中心", "已逾期 1 个工作日", "项目单位经办", 'name="instruction"'):
        assert words in page, words
    assert client.post(address, data={"instruction": ""}).status_code == 422
    assert "已上报" in sign_in(client, "officer").get("/").get_data(as_text=True)
    assert sign_in(client, "leader").post(address, data={"instruction": "本周内办结"}).status_code == 302
    assert "已催办：本周内办结" in sign_in(client, "officer").get("/").get_data(as_text=True)
    page = sign_in(client, "leader").get(address).get_data(as_text=True)
    assert "这项督办已经结束" in page and "本周内办结" in page and 'name="instruction"' not in page


def test_others_find_no_such_task(app, client, w, late):
    assert sign_in(client, "leader").get(f"/tasks/{late.id}/expedite").status_code == 404
    assert sign_in(client, "officer").get(f"/tasks/{urging(late).id}/expedite").status_code == 403
    make.person(w.org("agency"), Role.LEADER, login="agency-leader")
    db.session.commit()
    assert sign_in(client, "agency_leader").get(f"/tasks/{urging(late).id}/expedite").status_code == 404


def test_the_workbench_marks_what_is_nearly_due(app, client, w, contract):
    owed(w, contract)
    with at("2026-03-05"):
        assert "即将到期" in sign_in(client, "officer").get("/").get_data(as_text=True)
        remind_and_escalate()
        db.session.commit()
        assert "即将到期，已提醒" in sign_in(client, "officer").get("/").get_data(as_text=True)
    with clock.at(make.MOMENT + timedelta(days=1)):
        assert "即将到期" not in sign_in(client, "officer").get("/").get_data(as_text=True)
