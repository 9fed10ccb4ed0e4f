"""These tests may ask for `w`, the standing world, and for `running`, a contract in force whose months go by."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.core.clock import clock
from app.core.db import db, intend_to_write
from tests.factories import app, w

__all__ = ["app", "w"]

# The contract runs from 2 March 2026; in May its months 03 and 04 are over, and 2026-Q1 with them.
LATER = datetime(2026, 5, 11, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def contract(w):
    """A contract in force for two months: a monthly fee and a price by use, availability agreed for both."""
    with clock.at(LATER):
        found = w.contract("in_force")
        db.session.commit()
        intend_to_write()
        yield found
