"""The standing world for tests of isolation."""

from tests.factories import w

__all__ = ["w"]
