"""These tests may ask for `w`, the standing world."""

from tests.factories import w

__all__ = ["w"]
