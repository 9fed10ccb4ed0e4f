"""What operates ends through its exit, halted or not."""

import pytest

from app.core.db import db
from app.core.errors import Refused, WrongState
from app.projects import actions
from app.projects.kinds import ProjectState
from tests.acceptances import room
from tests.separation.breaking import attempt


@pytest.fixture
def running(w):
    return room.operating(w)


def test_a_halt_is_no_way_round_the_exit(w, running):
    lead = w.actor("authority_lead")
    with pytest.raises(WrongState):
        actions.terminate(lead, running, "不再需要。")
    actions.suspend(lead, running, "资金核查。")
    with pytest.raises(Refused) as refusal:
        actions.terminate(lead, running, "不再需要。")
    assert "暂停前已经投运" in str(refusal.value.problems[0].what)
    assert refusal.value.problems[0].remedy
    assert (running.state, running.suspended_from) == (ProjectState.SUSPENDED, ProjectState.OPERATING)


def test_by_sql_a_halt_is_no_way_round_the_exit(w, running):
    actions.suspend(w.actor("authority_lead"), running, "资金核查。")
    ended = (
        "UPDATE projects SET act_id = :act, state = 'terminated', suspended_from = NULL, ended_on = operation_from "
        "WHERE id = :id"
    )
    assert "through its exit" in attempt(db.session, ended, {"id": running.id})
