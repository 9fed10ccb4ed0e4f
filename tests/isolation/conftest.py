"""The standing world for tests of isolation."""

from tests.factories import app, w

__all__ = ["app", "w"]
