"""The second of two people who change one thing is told, and nothing of the first is lost."""

from __future__ import annotations

import contextvars
import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from app.core.db import db, intend_to_write, unit_of_work
from app.core.errors import Stale
from app.services.actions import ServiceFacts, update_service
from app.services.models import Service, ServiceCategory
from tests import factories as make


def facts(name):
    return ServiceFacts(name, "", ServiceCategory.CLOUD, "核时", "", "")


@pytest.fixture
def service(w, db_session):
    made = make.service(w.actor("officer"), "原名")
    db_session.commit()
    return made


def test_a_change_based_on_an_older_reading_is_refused(w, service, db_session):
    seen = service.row_version
    update_service(w.actor("officer"), service, facts("甲改的"), seen)
    with pytest.raises(Stale) as caught:
        update_service(w.actor("second_officer"), service, facts("乙改的"), seen)
    assert caught.value.status == 409
    assert "已被修改" in str(caught.value.problems[0].what)
    db_session.commit()
    assert service.name_zh == "甲改的"
    assert service.row_version == seen + 1


def test_two_changes_at_the_same_moment_do_not_both_win(app, w, service, db_session):
    """Both read the same version, then both write: the database lets one of them through."""
    key, seen, both_read = service.id, service.row_version, threading.Barrier(2, timeout=20)
    actors = [w.actor("officer"), w.actor("second_officer")]
    db_session.commit()
    outcomes = {}

    def change(number):
        with app.app_context():
            intend_to_write(False)
            try:
                # Read outside the writing transaction, as a page does; write in one of its own.
                mine = db.session.get(Service, key)
                assert mine.row_version == seen
                db.session.expunge(mine)
                db.session.rollback()
                both_read.wait()
                with unit_of_work():
                    db.session.add(mine)
                    update_service(actors[number], mine, facts(f"改名{number}"), seen)
                outcomes[number] = "done"
            except (Stale, StaleDataError):
                outcomes[number] = "told"

    contexts = [contextvars.copy_context() for _ in range(2)]
    threads = [threading.Thread(target=context.run, args=(change, n)) for n, context in enumerate(contexts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes.values()) == ["done", "told"]
    winner = next(number for number, outcome in outcomes.items() if outcome == "done")
    db_session.rollback()
    assert db_session.scalars(sa.select(Service.name_zh).where(Service.id == key)).one() == f"改名{winner}"
