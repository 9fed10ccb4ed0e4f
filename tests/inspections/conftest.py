"""These tests may ask for `w`, the standing world, for `case`, a report that waits, and for `taken`, its inspection."""

import pytest

from app.core.clock import clock
from app.core.db import db, intend_to_write
from tests.factories import app, w
from tests.inspections.proceeding import Proceeding
from tests.reports.room import LATER

__all__ = ["app", "w"]


@pytest.fixture
def case(w):
    with clock.at(LATER):
        made = Proceeding(w)
        db.session.commit()
        intend_to_write()
        yield made


@pytest.fixture
def taken(case):
    case.take()
    return case
