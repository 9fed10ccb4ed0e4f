"""Scheduled work on tasks: provisional deadlines are computed again when a holiday notice has come."""

from app.core.actors import SYSTEM
from app.lifecycle.actions import recompute_provisional


def recompute_deadlines() -> int:
    """Returns how many deadlines moved; running twice changes nothing."""
    return recompute_provisional(SYSTEM)
