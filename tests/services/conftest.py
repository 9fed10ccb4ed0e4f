"""These tests may ask for `w`, the standing world."""

from tests.factories import app, w

__all__ = ["app", "w"]
