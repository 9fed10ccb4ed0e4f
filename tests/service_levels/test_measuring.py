"""What events come to in a period: outages case by case, and agreement with looking at every second by itself."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calendars.builtin_calendars import builtin_calendar
from app.service_levels.availability import percent, seconds
from app.service_levels.events import Status, StatusEvent
from app.service_levels.intervals import Interval
from app.service_levels.measuring import measure, watched
from app.service_levels.recalculation import recalculation
from app.whatif.kinds import answer
from tests.calendars.calendars import calendar
from tests.service_levels.moments import at, between

OFFICE = calendar()
APRIL = (at("2026-04-01T00:00"), at("2026-05-01T00:00"))
TERM = (at("2026-03-02T00:00"), at("2027-03-02T00:00"))
NOW = at("2026-06-01T00:00")
START = ("2026-03-02T00:00", "up")


def look(*events, granted=(), period=APRIL, minutes=5, term=TERM, now=NOW, told=NOW, schedule=None):
    watch = watched(period, term, now, told, schedule, timedelta(minutes=minutes), Decimal("0.5"))
    rows = [StatusEvent(at(moment), Status(status)) for moment, status in events]
    return measure(watch, rows, [between(*one) for one in granted])


def summary(found):
    return percent(found.result.availability), found.count, found.longest_minutes


DOWN = [START, ("2026-04-10T01:00", "down"), ("2026-04-10T03:00", "up")]
OVER_THE_END = [START, ("2026-04-30T23:00", "down"), ("2026-05-01T01:00", "up")]
OVER_THE_BEGIN = [START, ("2026-03-31T22:00", "down"), ("2026-04-01T02:00", "up")]

# events, exclusions → percent, number, longest minutes
CASES = {
    "nothing happened": ([START], [], ("100.0000", 0, 0)),
    "two hours down": (DOWN, [], ("99.7222", 1, 120)),
    "worse and better again is one outage": (
        [START, ("2026-04-10T01:00", "degraded"), ("2026-04-10T02:00", "down"), ("2026-04-10T03:00", "up")],
        [],
        ("99.7917", 1, 120),
    ),
    "a blink between two makes them two": (
        [*DOWN, ("2026-04-10T03:00:01", "down"), ("2026-04-10T04:00", "up")],
        [],
        ("99.5834", 2, 120),
    ),
    "too short to count": (
        [START, ("2026-04-10T01:00", "down"), ("2026-04-10T01:04:59", "up")],
        [],
        ("100.0000", 0, 0),
    ),
    "just long enough": ([START, ("2026-04-10T01:00", "down"), ("2026-04-10T01:05", "up")], [], ("99.9884", 1, 5)),
    "wholly excluded": (DOWN, [("2026-04-10T01:00", "2026-04-10T03:00")], ("100.0000", 0, 0)),
    "excluded but for a second": (
        DOWN,
        [("2026-04-10T01:00", "2026-04-10T02:59:59")],
        ("100.0000", 1, Fraction(1, 60)),
    ),
    "what is left of it may be shorter than the minimum: it lasted": (
        DOWN,
        [("2026-04-10T01:02", "2026-04-10T03:00")],
        ("99.9954", 1, 2),
    ),
    "an outage over the end is counted where it began": (OVER_THE_END, [], ("99.8611", 1, 60)),
    "and not again where it ends": (OVER_THE_BEGIN, [], ("99.7222", 0, 120)),
    "it counts where it began although what is left of it lies later": (
        OVER_THE_END,
        [("2026-04-30T22:00", "2026-05-01T00:00")],
        ("100.0000", 1, 0),
    ),
    "maintenance is an outage until somebody decides otherwise": (
        [START, ("2026-04-10T01:00", "maintenance"), ("2026-04-10T03:00", "up")],
        [],
        ("99.7222", 1, 120),
    ),
    "still down": ([START, ("2026-04-30T00:00", "down")], [], ("96.6667", 1, 1440)),
    "not watched at all": ([("2026-03-02T00:00", "unknown")], [], (None, 0, None)),
    "all excluded": (DOWN, [("2026-03-01T00:00", "2026-05-02T00:00")], (None, 0, None)),
}


@pytest.mark.parametrize("events, exclusions, expected", CASES.values(), ids=CASES.keys())
def test_april(events, exclusions, expected):
    assert summary(look(*events, granted=exclusions)) == expected


def test_what_became_of_each_outage_is_said():
    found = look(
        *DOWN,
        ("2026-04-12T01:00", "down"),
        ("2026-04-12T01:01", "up"),
        ("2026-04-14T01:00", "degraded"),
        ("2026-04-14T02:00", "up"),
        granted=[("2026-04-14T00:00", "2026-04-15T00:00")],
    )
    said = [(one.counted, one.excluded, one.short, one.status, one.weight) for one in found.outages]
    assert said == [
        (True, False, False, Status.DOWN, 1),
        (False, False, True, Status.DOWN, 1),
        (False, True, False, Status.DEGRADED, Fraction(1, 2)),
    ]


def test_outside_office_hours_nothing_is_charged():
    night = [START, ("2026-04-10T20:00", "down"), ("2026-04-10T22:00", "up")]
    assert summary(look(*night, schedule=OFFICE)) == ("100.0000", 0, 0)
    # From the last evening of the month into the next working morning: begun in April, charged in May.
    over = [START, ("2026-04-30T20:00", "down"), ("2026-05-04T10:00", "up")]
    assert look(*over, schedule=OFFICE).count == 1
    may = (at("2026-05-01T00:00"), at("2026-06-01T00:00"))
    later = look(*over, schedule=OFFICE, period=may)
    assert later.count == 0
    assert later.longest_minutes > 0


def test_a_term_within_the_month_bounds_what_is_agreed():
    short = (at("2026-04-11T00:00"), at("2026-04-21T00:00"))
    found = look(("2026-04-11T00:00", "up"), ("2026-04-20T12:00", "down"), term=short)
    assert seconds(found.result.agreed) == 10 * 86400
    assert summary(found) == ("95.0000", 1, 720)
    assert look(START, period=APRIL, term=(at("2026-05-01T00:00"), at("2027-05-01T00:00"))).result.agreed == 0


def test_after_the_last_delivery_nobody_watched():
    silent = look(START, told=at("2026-04-16T00:00"))
    assert seconds(silent.result.missing) == 15 * 86400
    assert summary(silent) == ("100.0000", 0, 0)
    assert summary(look(START, told=at("2026-03-20T00:00"))) == (None, 0, None)
    # A known outage goes on until somebody says otherwise.
    assert summary(look(START, ("2026-03-19T00:00", "down"), told=at("2026-03-20T00:00"))) == ("0.0000", 0, 43200)


# --- every second by itself ------------------------------------------------------------------------------------------

LENGTH = 60
SECOND_ZERO = datetime(2026, 4, 1, tzinfo=UTC)
BAD = {Status.DOWN: Fraction(1), Status.MAINTENANCE: Fraction(1), Status.DEGRADED: Fraction(1, 2)}


def moment(second):
    return SECOND_ZERO + timedelta(seconds=second)


@st.composite
def situations(draw):
    begin = draw(st.integers(0, 40))
    end = draw(st.integers(begin + 1, LENGTH))
    now = draw(st.integers(begin + 1, LENGTH))
    first = draw(st.integers(0, end))
    until = draw(st.integers(first + 1, LENGTH + 1))
    seconds_told = st.integers(first, max(first, min(until, now) - 1))
    events = draw(st.dictionaries(seconds_told, st.sampled_from(list(Status)), max_size=14))
    spans = st.tuples(st.integers(0, LENGTH), st.integers(1, 15))
    return {
        "period": (begin, end),
        "term": (first, until),
        "now": now,
        "told": draw(st.integers(0, now)),
        "shortest": draw(st.integers(0, 6)),
        "events": events,
        "granted": [(start, start + length) for start, length in draw(st.lists(spans, max_size=3))],
    }


def second_by_second(case):
    """agreed, excluded, missing, judged, down, number, longest: by looking at each second."""
    (begin, end), (first, until), now = case["period"], case["term"], case["now"]
    status, states = Status.UNKNOWN, []
    for second in range(now):
        status = case["events"].get(second, status)
        states.append(status)
    runs, inside = [], []
    for second, state in enumerate(states):
        if state in BAD and inside and inside[-1] == second - 1:
            inside.append(second)
        elif state in BAD:
            inside = [second]
            runs.append(inside)
    excluded = {second for opens, closes in case["granted"] for second in range(opens, closes)}
    lasting = [run for run in runs if len(run) >= max(1, case["shortest"])]
    lost = {second: BAD[states[second]] for run in lasting for second in run}
    window = range(max(begin, first), max(begin, first, min(end, until, now)))
    left = [second for second in window if second not in excluded]
    unseen = [one for one in left if one not in lost and (states[one] is Status.UNKNOWN or one >= case["told"])]
    number, lengths = 0, [0]
    for run in lasting:
        here = [second for second in run if second in left]
        later = [second for second in run if min(end, until) <= second < until and second not in excluded]
        if set(run) <= excluded or not (here or later) or run[-1] < begin or run[0] >= end:
            continue
        number += begin <= run[0] < end
        lengths.append(len(here))
    judged = len(left) - len(unseen)
    down = sum(lost.get(second, 0) for second in left)
    return (len(window), len(window) - len(left), len(unseen), judged, down, number, max(lengths) if judged else None)


@given(situations())
@settings(max_examples=400, deadline=None)
def test_it_agrees_with_looking_at_every_second(case):
    watch = watched(
        tuple(map(moment, case["period"])),
        tuple(map(moment, case["term"])),
        moment(case["now"]),
        moment(case["told"]),
        None,
        timedelta(seconds=case["shortest"]),
        Decimal("0.5"),
    )
    events = [StatusEvent(moment(second), status) for second, status in case["events"].items()]
    granted = [Interval(moment(opens), moment(closes)) for opens, closes in case["granted"]]
    found = measure(watch, events, granted)
    amounts = [seconds(getattr(found.result, name)) for name in ("agreed", "excluded", "missing", "judged", "down")]
    longest = None if found.longest_minutes is None else found.longest_minutes * 60
    assert (*amounts, found.count, longest) == second_by_second(case)
    assert_recalculated(watch, found, granted)


def assert_recalculated(watch, found, granted):
    """ "What if" gives the same digits for the intervals as they are handed out."""
    if watch.agreed.begin == watch.agreed.end:
        return
    said = answer("availability", recalculation(watch, found.seen, granted))
    assert said["availability"] == percent(found.result.availability)
    assert said["availability_without_exclusions"] == percent(found.result.availability_without_exclusions)
    for key in ("agreed", "excluded", "down", "missing"):
        assert Fraction(said[f"{key}_seconds"]) == seconds(getattr(found.result, key))


@pytest.mark.parametrize("schedule", [None, OFFICE, builtin_calendar("cn-workdays")])
def test_the_input_for_what_if_gives_the_same_digits(schedule):
    granted = [("2026-04-10T01:30", "2026-04-10T10:00")]
    events = [*DOWN, ("2026-04-13T08:00", "degraded"), ("2026-04-13T16:31:07.250", "up"), ("2026-04-30T17:00", "down")]
    watch = watched(APRIL, TERM, NOW, at("2026-05-20T00:00"), schedule, timedelta(minutes=5), Decimal("0.3"))
    rows = [StatusEvent(at(one), Status(status)) for one, status in events]
    exclusions = [between(*one) for one in granted]
    found = measure(watch, rows, exclusions)
    assert 0 < found.result.availability < 1
    assert_recalculated(watch, found, exclusions)
