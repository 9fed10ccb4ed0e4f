"""Laws that hold for every calendar, and agreement with a slow minute-by-minute oracle written independently."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.calendars.working_calendar import Session, WorkingCalendar, in_order
from app.calendars.working_time import due, elapsed, merged_pauses
from tests.calendars.calendars import ROUND_THE_CLOCK, calendar, pauses

SETTINGS = settings(max_examples=80, derandomize=True, deadline=None, database=None)
MINUTE = timedelta(minutes=1)
# Around changes of clocks in 1986 (Shanghai), 2026 (Berlin, New York, Lord Howe) and around 国庆节.
ANCHORS = [
    datetime(1986, 5, 3, 12, tzinfo=UTC),
    datetime(1986, 9, 13, 6, tzinfo=UTC),
    datetime(2026, 3, 7, 12, tzinfo=UTC),
    datetime(2026, 3, 28, 12, tzinfo=UTC),
    datetime(2026, 10, 24, 12, tzinfo=UTC),
    datetime(2026, 9, 30, 0, tzinfo=UTC),
]
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]


@st.composite
def days(draw):
    """The sessions of a day from up to six distinct quarter hours."""
    marks = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    return in_order(Session(b * 900, e * 900) for b, e in zip(marks[::2], marks[1::2], strict=False))


@st.composite
def calendars(draw):
    week = tuple(draw(days()) for _ in range(7))
    assume(any(week))
    first = draw(st.sampled_from(ANCHORS)).date()
    near = st.integers(0, 6).map(lambda distance: first + timedelta(days=distance))
    return WorkingCalendar(
        ZoneInfo(draw(st.sampled_from(ZONES))),
        week,
        frozenset(draw(st.sets(near, max_size=2))),
        draw(st.dictionaries(near, days(), max_size=2)),
    )


def moments(spread=4 * 1440):
    return st.builds(
        lambda anchor, minutes: anchor + minutes * MINUTE, st.sampled_from(ANCHORS), st.integers(0, spread)
    )


@st.composite
def questions(draw):
    """A calendar, a start and some closed pauses near it."""
    start = draw(moments())
    stops = []
    for _ in range(draw(st.integers(0, 3))):
        begin = start + draw(st.integers(-600, 4000)) * MINUTE
        stops.append((begin, begin + draw(st.integers(0, 3000)) * MINUTE))
    return draw(calendars()), start, stops


def worked_minutes(office, start, end, stops):
    """The oracle: looks at every minute by itself."""
    total = 0
    moment = start
    while moment < end:
        local = moment.astimezone(office.zone)
        if local.date() in office.overrides:
            sessions = office.overrides[local.date()]
        elif local.date() in office.holidays:
            sessions = ()
        else:
            sessions = office.week[local.isoweekday() - 1]
        second = (local.hour * 60 + local.minute) * 60
        open_now = any(s.begin <= second and second + 60 <= s.end for s in sessions)
        total += open_now and not any(b <= moment < e for b, e in stops)
        moment += MINUTE
    return total


@SETTINGS
@given(questions(), st.integers(0, 3 * 1440))
def test_elapsed_agrees_with_looking_at_every_minute(question, span):
    office, start, stops = question
    end = start + span * MINUTE
    assert elapsed(office, start, end, stops).minutes == worked_minutes(office, start, end, stops)


@SETTINGS
@given(questions(), st.integers(1, 600))
def test_due_is_the_first_minute_at_which_the_work_is_done(question, minutes):
    office, start, stops = question
    found = due(office, start, minutes, stops).at
    assume(found - start < timedelta(days=6))
    assert worked_minutes(office, start, found, stops) == minutes
    assert worked_minutes(office, start, found - MINUTE, stops) == minutes - 1


@SETTINGS
@given(questions(), st.integers(0, 20_000))
def test_as_much_time_has_elapsed_when_it_is_due_as_was_given(question, minutes):
    office, start, stops = question
    found = due(office, start, minutes, stops)
    assert elapsed(office, start, found.at, stops).minutes == minutes
    assert due(office, start, minutes, stops) == found


@SETTINGS
@given(questions(), st.integers(0, 3000), st.integers(0, 3000))
def test_due_never_goes_back_when_minutes_are_added(question, fewer, more):
    office, start, stops = question
    assert due(office, start, fewer, stops).at <= due(office, start, fewer + more, stops).at


@SETTINGS
@given(questions(), st.integers(0, 3000), st.integers(0, 2000), st.integers(0, 2000))
def test_a_longer_pause_never_brings_the_due_moment_forward(question, minutes, earlier, later):
    office, start, stops = question
    assume(stops)
    (begin, end), *others = stops
    longer = [(begin - earlier * MINUTE, end + later * MINUTE), *others]
    assert due(office, start, minutes, longer).at >= due(office, start, minutes, stops).at
    open_now = due(office, start, minutes, [(begin, None), *others]).at
    assert open_now is None or open_now == due(office, start, minutes, stops).at


@SETTINGS
@given(questions(), st.integers(0, 3000), st.floats(0, 1), st.randoms(use_true_random=False))
def test_pauses_in_pieces_in_any_order_and_twice_are_the_same_pauses(question, minutes, cut, chance):
    office, start, stops = question
    pieces = [*stops[:1]]
    for begin, end in stops:
        middle = begin + (end - begin) * cut
        pieces += [(begin, middle), (middle, end)]
    chance.shuffle(pieces)
    assert merged_pauses(pieces) == merged_pauses(stops)
    assert due(office, start, minutes, pieces) == due(office, start, minutes, stops)


@SETTINGS
@given(questions(), st.integers(0, 4000), st.integers(0, 4000))
@example((calendar(tz="Europe/Berlin"), ANCHORS[4], pauses(("2026-10-26T10:00", "2026-10-26T18:00"))), 600, 3000)
def test_elapsed_time_adds_up(question, first, second):
    office, start, stops = question
    middle, end = start + first * MINUTE, start + (first + second) * MINUTE
    parts = elapsed(office, start, middle, stops).worked + elapsed(office, middle, end, stops).worked
    assert parts == elapsed(office, start, end, stops).worked


@pytest.mark.parametrize("seconds", [1, 59, 61, 3599])
def test_seconds_are_exact_over_a_year(seconds):
    start = datetime(2026, 1, 5, 1, tzinfo=UTC)
    paused = due(calendar(ROUND_THE_CLOCK), start, 500_000, [(start, start + timedelta(seconds=seconds))]).at
    assert paused - due(calendar(ROUND_THE_CLOCK), start, 500_000).at == timedelta(seconds=seconds)
