"""These tests may ask for `w`, the standing world, for `room` or `season`, a contract with an agreed plan."""

import pytest

from app.core.clock import clock
from app.core.db import db, intend_to_write
from tests.assessments import season as seasons
from tests.assessments.room import LATER, Room
from tests.factories import app, plan, w

__all__ = ["app", "w"]


@pytest.fixture
def room(w):
    with clock.at(LATER):
        contract = w.contract("in_force")
        made = Room(w, contract, plan(w, contract))
        db.session.commit()
        intend_to_write()
        yield made


@pytest.fixture
def season(w):
    with clock.at(seasons.LATER):
        found = seasons.Season(w)
        db.session.commit()
        intend_to_write()
        yield found
