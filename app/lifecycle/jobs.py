"""Scheduled work on tasks: owners are reminded, overdue tasks handed up, provisional deadlines computed again."""

from app.core.actors import SYSTEM
from app.lifecycle.actions import escalate, recompute_provisional, remind


def recompute_deadlines() -> int:
    """Returns how many deadlines moved; running twice changes nothing."""
    return recompute_provisional(SYSTEM)


def remind_and_escalate() -> int:
    """Returns how many tasks were reminded of or handed up; each is once, so running twice changes nothing."""
    return remind(SYSTEM) + escalate(SYSTEM)
