"""What was measured as the input of the calculation "availability", so that anybody can calculate it again."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.calendars.working_calendar import Sessions, WorkingCalendar
from app.calendars.working_time import MICROSECOND, MINUTE
from app.service_levels.availability import Outage
from app.service_levels.events import Observed
from app.service_levels.intervals import Interval, moment_of
from app.service_levels.measuring import Watched

ROUND_THE_CLOCK = "24x7"
DAY = timedelta(days=1)


def recalculation(watch: Watched, seen: Observed, exclusions: Iterable[Interval]) -> dict[str, Any]:
    """The very intervals; a period that the term cuts is given as it was cut."""
    begin, end = moment_of(watch.agreed.begin), moment_of(watch.agreed.end)
    return {
        "period": [begin.isoformat(), end.isoformat()],
        "schedule": _schedule(watch.schedule, begin.date() - DAY, end.date() + DAY),
        "min_outage_minutes": _minutes(watch.min_outage),
        "outages": [_outage(one) for one in seen.outages],
        "exclusions": list(_stretches(exclusions, begin, end)),
        "unmonitored": list(_stretches(seen.unmonitored, begin, end)),
        "now": watch.now.isoformat(),
    }


def _outage(outage: Outage) -> dict[str, Any]:
    return {
        "from": outage.begin.isoformat(),
        "to": outage.end.isoformat() if outage.end else None,
        "weight": outage.weight if isinstance(outage.weight, int) else f"{outage.weight:f}",
    }


def _stretches(intervals: Iterable[Interval], begin: datetime, end: datetime) -> Iterator[dict[str, str]]:
    """What of them lies in the period; where one never began or never ends, the period does."""
    for one in intervals:
        opens, closes = max(one.begin or begin, begin), min(one.end or end, end)
        if opens < closes:
            yield {"from": opens.isoformat(), "to": closes.isoformat()}


def _minutes(length: timedelta) -> int | str:
    exact = Decimal(length // MICROSECOND) / MINUTE
    return int(exact) if exact == int(exact) else f"{exact:.9f}"


def _schedule(schedule: WorkingCalendar | None, first: date, last: date) -> Any:
    """The calendar written out, with the dates of its own that matter here."""
    if schedule is None:
        return ROUND_THE_CLOCK
    return {
        "tz": str(schedule.zone),
        "week": {str(place): _sessions(some) for place, some in enumerate(schedule.week, start=1)},
        "holidays": sorted(str(day) for day in schedule.holidays if first <= day <= last),
        "overrides": {
            str(day): _sessions(some) for day, some in sorted(schedule.overrides.items()) if first <= day <= last
        },
    }


def _sessions(sessions: Sessions) -> list[list[str]]:
    return [[_clock(one.begin), _clock(one.end)] for one in sessions]


def _clock(second: int) -> str:
    minutes, seconds = divmod(second, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
