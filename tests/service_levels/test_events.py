"""From status events to intervals: tables, and laws that hold in whatever order events arrive."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calendars.flaws import Flaw
from app.service_levels.events import BADNESS, Observed, Status, StatusEvent, observed
from tests.service_levels.moments import at, between, measured, numbers, outage

SETTINGS = settings(max_examples=250, derandomize=True, deadline=None, database=None)
START = datetime(2026, 9, 1, tzinfo=UTC)
NEVER_WATCHED = between(None, None)
HALF = Fraction(1, 2)


def event(text, status):
    return StatusEvent(at(text), Status(status))


# events → outages, maintenance, unmonitored
CASES = {
    "no events: nobody ever watched": ([], [], [], [NEVER_WATCHED]),
    "up for good": (["2026-09-01T00:00 up"], [], [], [between(None, "2026-09-01T00:00")]),
    "an outage": (
        ["2026-09-01T00:00 up", "2026-09-01T01:00 down", "2026-09-01T02:00 up"],
        [outage("2026-09-01T01:00", "2026-09-01T02:00")],
        [],
        [between(None, "2026-09-01T00:00")],
    ),
    "repeated states change nothing": (
        ["2026-09-01T00:00 up", "2026-09-01T01:00 down", "2026-09-01T01:30 down", "2026-09-01T02:00 up"],
        [outage("2026-09-01T01:00", "2026-09-01T02:00")],
        [],
        [between(None, "2026-09-01T00:00")],
    ),
    "down for its whole life stays open": (
        ["2026-09-01T00:00 down", "2026-09-02T00:00 down"],
        [outage("2026-09-01T00:00", None)],
        [],
        [between(None, "2026-09-01T00:00")],
    ),
    "degraded is half down unless told": (
        ["2026-09-01T00:00 degraded", "2026-09-01T01:00 down", "2026-09-01T02:00 up"],
        [outage("2026-09-01T00:00", "2026-09-01T01:00", HALF), outage("2026-09-01T01:00", "2026-09-01T02:00")],
        [],
        [between(None, "2026-09-01T00:00")],
    ),
    "maintenance is down until it is excluded": (
        ["2026-09-01T00:00 maintenance", "2026-09-01T01:00 up"],
        [outage("2026-09-01T00:00", "2026-09-01T01:00")],
        [between("2026-09-01T00:00", "2026-09-01T01:00")],
        [between(None, "2026-09-01T00:00")],
    ),
    "unknown ends an outage and is not monitored": (
        ["2026-09-01T00:00 down", "2026-09-01T01:00 unknown", "2026-09-01T02:00 up"],
        [outage("2026-09-01T00:00", "2026-09-01T01:00")],
        [],
        [between(None, "2026-09-01T00:00"), between("2026-09-01T01:00", "2026-09-01T02:00")],
    ),
    "unknown at the beginning and at the end": (
        ["2026-09-01T00:00 unknown", "2026-09-01T01:00 up", "2026-09-01T02:00 unknown"],
        [],
        [],
        [between(None, "2026-09-01T01:00"), between("2026-09-01T02:00", None)],
    ),
    "the worst of an instant counts, in any zone": (
        ["2026-09-01T08:00 up", "2026-09-01T00:00+00:00 down", "2026-09-01T01:00+00:00 up"],
        [outage("2026-09-01T08:00", "2026-09-01T09:00")],
        [],
        [between(None, "2026-09-01T08:00")],
    ),
}


@pytest.mark.parametrize("lines, outages, maintenance, unmonitored", CASES.values(), ids=CASES)
@pytest.mark.parametrize("turn", [1, -1])
def test_events_come_to_intervals(lines, outages, maintenance, unmonitored, turn):
    events = [event(*line.split(" ")) for line in lines]
    assert observed(events[::turn]) == Observed(tuple(outages), tuple(maintenance), tuple(unmonitored))


def test_statuses_from_good_to_bad():
    assert sorted(Status, key=BADNESS.__getitem__) == ["up", "unknown", "degraded", "maintenance", "down"]


def test_the_weight_of_degraded_is_the_contracts():
    events = [event("2026-09-01T00:00", "degraded"), event("2026-09-01T01:00", "up")]
    assert observed(events, Fraction(1, 4)).outages == (outage("2026-09-01T00:00", "2026-09-01T01:00", Fraction(1, 4)),)
    with pytest.raises(Flaw):
        observed(events, 0)


def test_an_event_without_zone_is_refused():
    with pytest.raises(Flaw):
        observed([StatusEvent(datetime(2026, 9, 1), Status.UP)])


def test_events_of_the_repeated_hour_keep_their_order():
    berlin = ZoneInfo("Europe/Berlin")
    down, up = (datetime(2026, 10, 25, 2, minute, fold=fold, tzinfo=berlin) for fold, minute in ((0, 50), (1, 10)))
    (found,) = observed([StatusEvent(up, Status.UP), StatusEvent(down, Status.DOWN)]).outages
    assert found.end - found.begin == timedelta(minutes=20)


def test_events_give_an_availability():
    found = observed([event("2026-09-01T06:00", "up"), event("2026-09-01T18:00", "degraded")])
    day = measured(("2026-09-01T00:00", "2026-09-02T00:00"), found.outages, unmonitored=found.unmonitored)
    assert numbers(day) == (86400, 0, 21600, 10800, "83.3333", "83.3333")


event_lists = st.lists(
    st.builds(
        lambda second, status: StatusEvent(START + timedelta(seconds=second), status),
        st.integers(0, 30),
        st.sampled_from(Status),
    ),
    max_size=12,
)


@SETTINGS
@given(event_lists, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_intervals(events, chance):
    mixed = list(events)
    chance.shuffle(mixed)
    assert observed(mixed) == observed(events)


@SETTINGS
@given(event_lists, st.data())
def test_duplicates_and_repeats_are_harmless(events, data):
    repeats = [one for one in events if data.draw(st.booleans())]
    for one in events:
        later = one.at + timedelta(milliseconds=data.draw(st.integers(1, 999)))
        worst = max((other.status for other in events if other.at == one.at), key=BADNESS.__getitem__)
        repeats.append(StatusEvent(later, worst))
    assert observed(events + repeats) == observed(events)


@SETTINGS
@given(event_lists)
def test_every_second_has_the_status_of_the_last_event_before_it(events):
    found = observed(events)
    for second in range(-3, 35):
        moment = START + timedelta(seconds=second)
        latest = max((one.at for one in events if one.at <= moment), default=None)
        held = [one.status for one in events if one.at == latest]
        status = max(held, key=BADNESS.__getitem__, default=Status.UNKNOWN)
        weights = [one.weight for one in found.outages if covers(one, moment)]
        assert weights == {"down": [1], "maintenance": [1], "degraded": [HALF]}.get(status, [])
        assert any(covers(one, moment) for one in found.maintenance) == (status is Status.MAINTENANCE)
        assert any(covers(one, moment) for one in found.unmonitored) == (status is Status.UNKNOWN)


def covers(interval, moment):
    after = interval.begin is None or interval.begin <= moment
    return after and (interval.end is None or moment < interval.end)
