"""Half-open intervals: each operation against sets of whole numbers, and what is refused."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calendars.flaws import Flaw
from app.service_levels.intervals import (
    Interval,
    clipped,
    heaviest,
    instant,
    intersected,
    joined,
    length,
    moment_of,
    subtracted,
)

SETTINGS = settings(max_examples=200, derandomize=True, deadline=None, database=None)
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)

raw_spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda one: (one[0], one[0] + one[1])))
weights = st.sampled_from([1, Fraction(1, 2), Fraction(1, 3), Fraction(9, 10)])


def points(spans):
    return {point for begin, end in spans for point in range(begin, end)}


def is_proper(spans):
    return all(b < e for b, e in spans) and all(one[1] < other[0] for one, other in pairwise(spans))


@pytest.mark.parametrize(
    "given_spans, expected",
    [
        ([], []),
        ([(5, 5)], []),
        ([(5, 6), (1, 2)], [(1, 2), (5, 6)]),
        ([(1, 3), (3, 5)], [(1, 5)]),
        ([(1, 3), (2, 5), (1, 9)], [(1, 9)]),
        ([(1, 3), (1, 3)], [(1, 3)]),
        ([(1, 3), (3, 3), (4, 4)], [(1, 3)]),
    ],
)
def test_joining(given_spans, expected):
    assert joined(given_spans) == expected


@SETTINGS
@given(raw_spans, raw_spans)
def test_joining_intersecting_and_subtracting_are_those_of_sets(some, others):
    left, right = joined(some), joined(others)
    assert is_proper(left)
    assert points(left) == points(some)
    assert length(left) == len(points(some))
    assert points(intersected(left, right)) == points(some) & points(others)
    assert points(subtracted(left, right)) == points(some) - points(others)
    assert is_proper(subtracted(left, right))
    assert points(clipped(left, 10, 20)) == points(some) & set(range(10, 20))


@SETTINGS
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12), weights)))
def test_the_heaviest_is_the_maximum_at_each_instant(drawn):
    intervals = [(begin, begin + size, weight) for begin, size, weight in drawn]
    expected = {
        point: max(w for b, e, w in intervals if b <= point < e) for point in points((b, e) for b, e, _ in intervals)
    }
    pieces = heaviest(intervals)
    assert {point: weight for begin, end, weight in pieces for point in range(begin, end)} == expected
    assert all(one[1] < other[0] or (one[1] == other[0] and one[2] != other[2]) for one, other in pairwise(pieces))


def test_an_interval_backwards_is_refused_and_one_of_no_length_is_nothing():
    with pytest.raises(Flaw):
        Interval(NOON, NOON - timedelta(microseconds=1))
    with pytest.raises(Flaw):
        joined([(2, 1)])
    assert joined([(instant(NOON), instant(NOON))]) == []
    assert Interval(NOON, NOON) == Interval(NOON, NOON)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 9, 1, 12),
        datetime(1899, 12, 31, tzinfo=UTC),
        datetime(2200, 1, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    ],
)
def test_a_moment_without_zone_or_out_of_reach_is_refused(moment):
    with pytest.raises(Flaw):
        instant(moment)


def test_the_repeated_hour_of_a_clock_is_two_hours():
    berlin = ZoneInfo("Europe/Berlin")
    first, second = (datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=berlin) for fold in (0, 1))
    assert moment_of(instant(second)) - moment_of(instant(first)) == timedelta(hours=1)
    with pytest.raises(Flaw):
        Interval(second, first)
