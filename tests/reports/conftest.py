"""These tests may ask for `w`, the standing world, and for `room`, a contract whose March and April are due."""

import pytest

from app.core.clock import clock
from app.core.db import db, intend_to_write
from tests.factories import app, w
from tests.reports.room import LATER, Room

__all__ = ["app", "w"]


@pytest.fixture
def room(w):
    with clock.at(LATER):
        made = Room(w)
        db.session.commit()
        intend_to_write()
        yield made
