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
    """Approved today, with services, data, a mode and an exit plan as `tests.projects.room` declares them."""
    code = snapshot(backend, "project_to_contract_for", lambda: approved(w).code)
    return db.session.scalars(sa.select(Project).where(Project.code == code)).one()
