"""Working days and moments of the demonstration, and its events in the order in which they happened."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from app.calendars.queries import calendar_in_force
from app.contracts.rules import add_months
from app.core.clock import zone
from app.demonstration.world import World

MONTHS = 24
MORNING = 180
WORK_MINUTES = 420
NIGHT = time(0, 5)

Deed = Callable[[World], object]


class Days:
    """The working days of the story, oldest first; the last one is the last working day before `today`."""

    def __init__(self, today: date) -> None:
        calendar = calendar_in_force(on=today)
        first = add_months(today, -MONTHS)
        every = (first + timedelta(days=count) for count in range((today - first).days))
        self.today = today
        self.all = [day for day in every if calendar.is_workday(day)]

    def nth(self, place: int) -> date:
        return self.all[place]

    def ago(self, workdays: int) -> date:
        """So many working days before today; 1 is the last day of the story."""
        return self.all[-workdays]

    def before(self, day: date, workdays: int) -> date:
        """The working day so many before a day (which need not be one)."""
        return self.all[max(0, bisect_left(self.all, day) - workdays)]

    def between(self, first: date, last: date, random: Random) -> date:
        """Any working day from `first` to `last`."""
        low = bisect_left(self.all, first)
        return self.all[random.randint(low, max(low, bisect_left(self.all, last)))]

    def first_of_month(self, months: int) -> date:
        """The first of the month so many months from the present one (negative: earlier)."""
        return add_months(self.today.replace(day=1), months)


def at_work(day: date, minute: int, seconds: int = 0) -> datetime:
    """A moment of a working day, by minutes of work and seconds after them: 0 is 09:00, 180 is 14:00."""
    worked = timedelta(minutes=minute, seconds=seconds)
    late = timedelta(hours=2) if worked >= timedelta(minutes=MORNING) else timedelta()
    return datetime.combine(day, time(9), zone()) + worked + late


@dataclass(frozen=True, order=True)
class Event:
    """Something that happens; events of one moment keep the order in which they were planned."""

    at: datetime
    place: int
    do: Deed = field(compare=False)


class Timeline:
    """Collects events in any order and gives them back by time."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def add(self, at: datetime, do: Deed) -> None:
        self._events.append(Event(at, len(self._events), do))

    def at_night(self, day: date, do: Deed) -> None:
        """What the scheduler does soon after midnight."""
        self.add(datetime.combine(day, NIGHT, zone()), do)

    def sitting(self, day: date, random: Random, deeds: list[Deed], begin: int = 0, end: int = WORK_MINUTES) -> None:
        """One person's acts after one another on a day, at most six minutes apart, within minutes of work."""
        if not deeds:
            return
        start = random.randint(begin, max(begin, end - 6 * len(deeds)))
        step = min(360, (end - start) * 60 // len(deeds))
        for place, do in enumerate(deeds):
            self.add(at_work(day, start, place * step + random.randrange(step)), do)

    def morning(self, day: date, random: Random, deeds: list[Deed]) -> None:
        self.sitting(day, random, deeds, 0, MORNING)

    def afternoon(self, day: date, random: Random, deeds: list[Deed]) -> None:
        self.sitting(day, random, deeds, MORNING, WORK_MINUTES)

    def __iter__(self) -> Iterator[Event]:
        return iter(sorted(self._events))

    def __len__(self) -> int:
        return len(self._events)
