"""The world for tests of this room, and a project that was just approved, made once a worker."""

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.projects.models import Project
from tests.factories import app, snapshot, w
from tests.projects.room import approved

__all__ = ["app", "w"]


@pytest.fixture
def project(w, backend):
    """Approved today, with three million to build and six hundred thousand a year to operate."""
    code = snapshot(backend, "project_to_buy_for", lambda: approved(w).code)
    return db.session.scalars(sa.select(Project).where(Project.code == code)).one()
