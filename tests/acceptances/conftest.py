"""The world for tests of this room, and a project for which everything that gates ask for is on record."""

from dataclasses import replace

import pytest

from tests.acceptances import room
from tests.factories import app, w

__all__ = ["app", "w"]


@pytest.fixture
def contracted(app):
    """Building and operating are contracted, whatever was bought: contracts are another room's."""
    usual = app.extensions["fact_providers"]

    def added(provide):
        def given(subject):
            found = dict(provide.give(subject))
            return found | {"procurement.contracted": ("build", "operate")} if subject.kind == "project" else found

        return replace(provide, give=given) if "procurement" in provide.groups else provide

    app.extensions["fact_providers"] = tuple(added(provide) for provide in usual)
    yield
    app.extensions["fact_providers"] = usual


@pytest.fixture
def acceptance(w):
    """A preliminary acceptance just opened."""
    return room.opened(w)


@pytest.fixture
def handover(w):
    """A handover just opened."""
    return room.handover(w)
