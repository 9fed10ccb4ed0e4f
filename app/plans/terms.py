"""How outages are watched: the schedule, how long one must last to count, what a degraded hour weighs."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from app.calendars.working_calendar import WorkingCalendar


@dataclass(frozen=True)
class WatchTerms:
    """What is agreed about measuring time; a schedule of None is round the clock, seven days a week."""

    schedule: WorkingCalendar | None
    min_outage: timedelta
    degraded_weight: Decimal


# What holds for a contract about which nothing is agreed: the defaults of KI-001.
DEFAULT_TERMS = WatchTerms(schedule=None, min_outage=timedelta(minutes=5), degraded_weight=Decimal("0.5"))
