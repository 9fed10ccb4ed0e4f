"""Projects on the workbench: the button and the drafts of a client, what waits for an authority, counts for all."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.clock import clock, now
from app.core.db import db
from app.desk.projects import projects_of
from tests.factories import sign_in
from tests.projects import room


@pytest.fixture
def shown(app, w):
    """What a person's workbench says of projects."""

    def ask(key):
        with app.test_request_context("/"):
            return projects_of(w.actor(key))

    return ask


def figures(found):
    return {str(one["label"]): one["value"] for one in found.figures}


def test_a_client_sees_his_drafts_and_all_by_phase(w, shown):
    draft, returned, submitted = room.opened(w), room.returned(w), room.submitted(w)
    other = room.opened(w, by="other_officer")
    found = shown("officer")
    # What was returned has a deadline and stands first.
    assert [row.code for row in found.rows] == [returned.code, draft.code]
    assert found.rows[0].deadline is not None and found.rows[1].deadline is None
    assert figures(found) == {"申报": "2", "审批": "1"}
    assert [row.code for row in shown("other_officer").rows] == [other.code]
    assert submitted.code not in {row.code for row in found.rows}


def test_an_authority_sees_what_waits_and_what_is_late(w, shown):
    first = room.submitted(w)
    found = shown("authority_lead")
    assert [row.code for row in found.rows] == [first.code]
    assert (figures(found)["待审批"], figures(found)["审批逾期"]) == ("1", "0")
    with clock.at(now() + timedelta(days=90)):
        found = shown("authority_officer")
        assert figures(found)["审批逾期"] == "1"
        assert found.rows[0].deadline.overdue
    assert [one["tone"] for one in found.figures if one["label"] == "审批逾期"] == ["bad"]


def test_others_see_their_projects_by_phase_only(w, shown):
    assert shown("leader") is None
    room.submitted(w)
    found = shown("leader")
    assert (found.rows, found.heading, figures(found)) == ([], "", {"审批": "1"})
    # No part in the project, no number of it.
    assert shown("rival_officer") is None
    assert shown("system_admin") is None


def test_questions_do_not_grow_with_projects(app, w, shown):
    def asked(key):
        sent = []

        def note(_connection, _cursor, statement, *_rest):
            sent.append(statement)

        actor = w.actor(key)
        db.session.expire_all()
        with app.test_request_context("/"):
            sa.event.listen(db.engine, "before_cursor_execute", note)
            try:
                projects_of(actor)
            finally:
                sa.event.remove(db.engine, "before_cursor_execute", note)
        return len(sent)

    for _ in range(2):
        room.opened(w)
        room.submitted(w)
    few = {key: asked(key) for key in ("officer", "authority_lead", "leader")}
    for _ in range(3):
        room.opened(w)
        room.submitted(w)
    many = {key: asked(key) for key in few}
    assert [key for key in few if many[key] > few[key]] == []
    assert max(few.values()) <= 5


@pytest.mark.sqlite_only
@pytest.mark.parametrize("key, offered", [("officer", True), ("authority_lead", False), ("leader", False)])
def test_only_a_client_is_offered_to_declare(client, w, key, offered):
    room.submitted(w)
    db.session.commit()
    page = sign_in(client, key).get("/").text
    assert ('href="/projects/new"' in page) == offered
    assert "各阶段的项目数" in page
