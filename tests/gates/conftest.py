"""These tests may ask for `w`, the standing world, and for `subject`, a project of which only its parties stand."""

import pytest

from app.core.db import db, intend_to_write
from tests.factories import app, w
from tests.gates.room import bare_project

__all__ = ["app", "w"]


@pytest.fixture
def subject(w):
    made = bare_project(w)
    db.session.commit()
    intend_to_write()
    return made
