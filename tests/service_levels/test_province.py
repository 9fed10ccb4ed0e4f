"""A month of a whole province's services; how long it took is reported, the numbers are checked as a whole."""

import random
import time
from datetime import UTC, datetime, timedelta

from app.service_levels.availability import agreed_time, availability, percent
from app.service_levels.events import Status, StatusEvent, observed
from app.service_levels.intervals import Interval

SERVICES, DIFFERENT = 24_000, 600  # making 24,000 different ones takes longer than judging them
BEGIN, END = datetime(2026, 8, 31, 16, tzinfo=UTC), datetime(2026, 9, 30, 16, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def events_of(chance):
    """A sample a day and now and then an outage, in any order."""
    events = [StatusEvent(BEGIN + timedelta(days=day, seconds=chance.randrange(60)), Status.UP) for day in range(30)]
    for _ in range(chance.choice([0, 1, 1, 2, 4])):
        begin = BEGIN + timedelta(seconds=chance.randrange(29 * 86400))
        events.append(StatusEvent(begin, chance.choice([Status.DOWN, Status.DOWN, Status.DEGRADED])))
        events.append(StatusEvent(begin + timedelta(seconds=chance.randrange(30, 7200)), Status.UP))
    return events


def exclusions_of(chance):
    begin = BEGIN + timedelta(seconds=chance.randrange(29 * 86400))
    return [Interval(begin, begin + timedelta(hours=2))] if chance.random() < 0.3 else []


def test_a_month_of_a_province(record_testsuite_property):
    chance = random.Random(20260901)
    services = [(events_of(chance), exclusions_of(chance)) for _ in range(DIFFERENT)] * (SERVICES // DIFFERENT)
    started = time.process_time()
    agreed = agreed_time(BEGIN, END)
    shown = []
    for events, exclusions in services:
        seen = observed(events)
        found = availability(agreed, seen.outages, exclusions, seen.unmonitored, min_outage=MINUTE, now=END)
        shown.append((percent(found.availability), percent(found.availability_without_exclusions)))
    taken = time.process_time() - started
    record_testsuite_property("seconds of processor time for a month of 24,000 services", f"{taken:.2f}")
    assert len(shown) == SERVICES
    assert all(None not in pair for pair in shown)
    assert {"100.0000"} < {pair[0] for pair in shown}
