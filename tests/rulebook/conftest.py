"""The world for tests of this room."""

from tests.factories import app, w

__all__ = ["app", "w"]
