"""Availability: decisions case by case, and agreement with a slow oracle that looks at every tick by itself."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calendars.builtin_calendars import builtin_calendar
from app.calendars.flaws import Flaw
from app.calendars.working_calendar import Session, WorkingCalendar, in_order
from app.calendars.working_time import elapsed
from app.service_levels.availability import Outage, agreed_time, availability, percent, seconds
from app.service_levels.intervals import Interval
from tests.calendars.calendars import OFFICE, ROUND_THE_CLOCK, calendar
from tests.service_levels.moments import at, between, measured, numbers, outage

DAY = ("2026-09-01T00:00", "2026-09-02T00:00")
NIGHT = outage("2026-08-31T23:54", "2026-09-01T00:02")
HALF = Fraction(1, 2)

# (outages, terms) → agreed, excluded, missing, down seconds, percent, percent without exclusions
CASES = {
    "no outage": ([], {}, (86400, 0, 0, 0, "100.0000", "100.0000")),
    "an outage": (
        [outage("2026-09-01T01:00", "2026-09-01T02:00")],
        {},
        (86400, 0, 0, 3600, "95.8333", "95.8333"),
    ),
    "overlapping outages count once": (
        [outage("2026-09-01T01:00", "2026-09-01T02:00"), outage("2026-09-01T01:30", "2026-09-01T02:30")],
        {},
        (86400, 0, 0, 5400, "93.7500", "93.7500"),
    ),
    "of overlapping weights the largest counts": (
        [outage("2026-09-01T00:00", "2026-09-01T03:00", HALF), outage("2026-09-01T01:00", "2026-09-01T02:00")],
        {},
        (86400, 0, 0, 7200, "91.6667", "91.6667"),
    ),
    "an outage is clipped to the period": ([NIGHT], {}, (86400, 0, 0, 120, "99.8611", "99.8611")),
    "min_outage looks at the whole outage, not at its part in the period": (
        [NIGHT],
        {"minutes": 8},
        (86400, 0, 0, 120, "99.8611", "99.8611"),
    ),
    "a shorter outage is ignored": ([NIGHT], {"minutes": 9}, (86400, 0, 0, 0, "100.0000", "100.0000")),
    "touching outages are one for min_outage, whatever they weigh": (
        [outage("2026-09-01T01:00", "2026-09-01T01:04", HALF), outage("2026-09-01T01:04", "2026-09-01T01:08")],
        {"minutes": 8},
        (86400, 0, 0, 360, "99.5833", "99.5833"),
    ),
    "an outage of no length is nothing": (
        [outage("2026-09-01T01:00", "2026-09-01T01:00")],
        {},
        (86400, 0, 0, 0, "100.0000", "100.0000"),
    ),
    "an open outage runs to the end of the period": (
        [outage("2026-09-01T18:00", None)],
        {},
        (86400, 0, 0, 21600, "75.0000", "75.0000"),
    ),
    "and not beyond it when now is later": (
        [outage("2026-09-01T18:00", None)],
        {"now": at("2026-09-05T00:00")},
        (86400, 0, 0, 21600, "75.0000", "75.0000"),
    ),
    "a running period is judged over what has passed": (
        [outage("2026-09-01T09:00", None)],
        {"now": at("2026-09-01T12:00")},
        (43200, 0, 0, 10800, "75.0000", "75.0000"),
    ),
    "an open outage is as long as it has lasted by now": (
        [outage("2026-09-01T23:58", None)],
        {"now": at("2026-09-02T00:08"), "minutes": 10},
        (86400, 0, 0, 120, "99.8611", "99.8611"),
    ),
    "and too short until then": (
        [outage("2026-09-01T23:58", None)],
        {"now": at("2026-09-02T00:07"), "minutes": 10},
        (86400, 0, 0, 0, "100.0000", "100.0000"),
    ),
    "an open outage that begins after now": (
        [outage("2026-09-01T13:00", None)],
        {"now": at("2026-09-01T12:00")},
        (43200, 0, 0, 0, "100.0000", "100.0000"),
    ),
    "a service that starts in the period": (
        [outage("2026-09-01T05:00", "2026-09-01T07:00")],
        {"service_start": at("2026-09-01T06:00")},
        (64800, 0, 0, 3600, "94.4444", "94.4444"),
    ),
    "an exclusion leaves agreed time and downtime": (
        [outage("2026-09-01T01:00", "2026-09-01T03:00")],
        {"exclusions": [between("2026-09-01T02:00", "2026-09-01T06:00")]},
        (86400, 14400, 0, 3600, "95.0000", "91.6667"),
    ),
    "overlapping exclusions count once": (
        [],
        {"exclusions": [between("2026-09-01T02:00", "2026-09-01T06:00"), between("2026-09-01T05:00", None)]},
        (86400, 79200, 0, 0, "100.0000", "100.0000"),
    ),
    "all excluded is not applicable": (
        [outage("2026-09-01T01:00", "2026-09-01T07:00")],
        {"exclusions": [between(None, None)]},
        (86400, 86400, 0, 0, None, "75.0000"),
    ),
    "time without monitoring is missing in both numbers": (
        [outage("2026-09-01T12:00", "2026-09-01T15:00")],
        {"unmonitored": [between(None, "2026-09-01T12:00")]},
        (86400, 0, 43200, 10800, "75.0000", "75.0000"),
    ),
    "a known outage outranks missing monitoring": (
        [outage("2026-09-01T09:00", "2026-09-01T15:00")],
        {"unmonitored": [between(None, "2026-09-01T12:00")]},
        (86400, 0, 32400, 21600, "60.0000", "60.0000"),
    ),
    "an outage too short to count does not": (
        [outage("2026-09-01T01:00", "2026-09-01T01:01")],
        {"unmonitored": [between(None, "2026-09-01T12:00")], "minutes": 2},
        (86400, 0, 43200, 0, "100.0000", "100.0000"),
    ),
    "excluded time needs no monitoring": (
        [outage("2026-09-01T18:00", "2026-09-01T21:00")],
        {
            "exclusions": [between("2026-09-01T06:00", "2026-09-01T18:00")],
            "unmonitored": [between(None, "2026-09-01T12:00")],
        },
        (86400, 43200, 21600, 10800, "50.0000", "75.0000"),
    ),
    "nothing monitored is not applicable": (
        [],
        {"unmonitored": [between(None, None)]},
        (86400, 0, 86400, 0, None, None),
    ),
    "a service that has not started is not applicable": (
        [NIGHT],
        {"service_start": at("2026-09-03T00:00")},
        (0, 0, 0, 0, None, None),
    ),
    "a period that has not begun is not applicable": (
        [NIGHT],
        {"now": at("2026-08-31T23:59")},
        (0, 0, 0, 0, None, None),
    ),
    "a schedule that is never open is not applicable": (
        [NIGHT],
        {"schedule": calendar({})},
        (0, 0, 0, 0, None, None),
    ),
    "outages count within the schedule only": (
        [outage("2026-09-01T11:00", "2026-09-01T15:00")],
        {"schedule": calendar(OFFICE)},
        (25200, 0, 0, 7200, "71.4286", "71.4286"),
    ),
    "min_outage is judged before the schedule cuts": (
        [outage("2026-09-01T11:59", "2026-09-01T14:01")],
        {"schedule": calendar(OFFICE), "minutes": 100},
        (25200, 0, 0, 120, "99.5238", "99.5238"),
    ),
}


@pytest.mark.parametrize("outages, terms, expected", CASES.values(), ids=CASES)
def test_availability(outages, terms, expected):
    assert numbers(measured(DAY, outages, **terms)) == expected


def test_a_period_of_no_length_is_not_applicable_and_one_backwards_is_refused():
    assert measured((DAY[0], DAY[0]), [NIGHT]).availability is None
    assert measured((DAY[0], DAY[0]), [NIGHT], schedule=builtin_calendar()).availability is None
    with pytest.raises(Flaw):
        measured((DAY[1], DAY[0]))
    with pytest.raises(Flaw):
        outage(DAY[1], DAY[0])


@pytest.mark.parametrize("weight", [0, -1, 2, Decimal("1.000000001"), Fraction(-1, 2)])
def test_a_weight_outside_its_range_is_refused(weight):
    with pytest.raises(Flaw):
        outage(*DAY, weight)


@pytest.mark.parametrize("weight", [Decimal("0.1"), Fraction(1, 10)])
def test_weights_are_exact(weight):
    hours = [outage(f"2026-09-01T{hour:02}:00", f"2026-09-01T{hour:02}:20", weight) for hour in range(3)]
    assert seconds(measured(DAY, hours).down) == 360


def test_the_month_end_loses_no_outage():
    months = [("2026-08-01T00:00", "2026-09-01T00:00"), ("2026-09-01T00:00", "2026-10-01T00:00")]
    assert sum(seconds(measured(month, [NIGHT], minutes=5).down) for month in months) == 480


@pytest.mark.parametrize(
    "day, hours", [("2026-03-29", 23), ("2026-03-30", 24), ("2026-10-25", 25)], ids=["spring", "usual", "autumn"]
)
def test_a_day_of_a_schedule_is_as_long_as_the_clocks_of_its_zone_make_it(day, hours):
    zone = ZoneInfo("Europe/Berlin")
    begin = datetime.fromisoformat(day).replace(tzinfo=zone)
    agreed = agreed_time(begin, begin + timedelta(days=1), calendar(ROUND_THE_CLOCK, tz="Europe/Berlin"))
    found = availability(agreed, [Outage(begin, begin + timedelta(hours=1))])
    assert seconds(found.agreed) == hours * 3600
    assert found.availability == 1 - Fraction(1, hours)


def test_the_repeated_hour_is_down_twice():
    zone = ZoneInfo("Europe/Berlin")
    begin, end = (datetime(2026, 10, 25, hour, tzinfo=zone) for hour in (0, 12))
    night = calendar({"7": [["02:00", "03:00"]]}, tz="Europe/Berlin")
    found = availability(agreed_time(begin, end, night), [Outage(begin.replace(hour=2, minute=30), end)])
    assert seconds(found.agreed) == 7200
    assert seconds(found.down) == 5400


def test_a_year_without_a_notice_is_provisional():
    office = builtin_calendar()
    assert not measured(("2026-12-01T00:00", "2027-01-01T00:00"), schedule=office).provisional
    assert measured(("2026-12-01T00:00", "2027-01-01T00:01"), schedule=office).provisional
    assert not measured(("2027-12-01T00:00", "2028-01-01T00:00")).provisional


@pytest.mark.parametrize(
    "share, places, shown",
    [
        (Fraction(2, 3), 4, "66.6667"),
        (Fraction(1), 4, "100.0000"),
        (Fraction(0), 4, "0.0000"),
        (Fraction(9_999_995, 10**7), 4, "100.0000"),
        (Fraction(99_999_949, 10**8), 4, "99.9999"),
        (Fraction(5, 10**7), 4, "0.0001"),
        (Fraction(49, 10**8), 4, "0.0000"),
        (Fraction(9999995, 10**7), 3, "100.000"),
        (Fraction(123455, 10**6), 3, "12.346"),
        (None, 4, None),
    ],
)
def test_percent_is_rounded_half_up_once(share, places, shown):
    assert percent(share, places) == shown


# --- the oracle ------------------------------------------------------------------------------------------------------

SETTINGS = settings(max_examples=250, derandomize=True, deadline=None, database=None)
ZONES = ["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]
SECOND, QUARTER = timedelta(seconds=1), timedelta(minutes=15)
SCALES = [
    (SECOND, datetime(2026, 8, 31, 15, 58, 30, tzinfo=UTC)),
    (QUARTER, datetime(2026, 3, 28, 12, tzinfo=UTC)),
    (QUARTER, datetime(2026, 10, 24, 12, tzinfo=UTC)),
    (QUARTER, datetime(2026, 4, 4, 6, tzinfo=UTC)),
]
TICKS = 150


@st.composite
def stretches(draw, open_ended=True):
    begin = draw(st.integers(-60, TICKS + 30))
    size = draw(st.integers(0, 60))
    return begin, None if open_ended and draw(st.integers(0, 9)) == 0 else begin + size


@st.composite
def day_sessions(draw):
    marks = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    return in_order(Session(b * 900, e * 900) for b, e in zip(marks[::2], marks[1::2], strict=False))


@st.composite
def questions(draw):
    """Everything in whole ticks after the anchor."""
    tick, anchor = draw(st.sampled_from(SCALES))
    schedule = None
    if draw(st.booleans()):
        week = tuple(draw(day_sessions()) for _ in range(7))
        schedule = WorkingCalendar(ZoneInfo(draw(st.sampled_from(ZONES))), week)
    ticks = st.none() | st.integers(-40, TICKS + 40)
    weights = st.sampled_from([1, 1, Fraction(1, 2), Fraction(1, 3), Decimal("0.9")])
    return {
        "tick": tick,
        "anchor": anchor,
        "end": draw(st.integers(0, TICKS)),
        "schedule": schedule,
        "outages": draw(st.lists(st.tuples(stretches(), weights), max_size=6)),
        "exclusions": draw(st.lists(stretches(open_ended=False), max_size=3)),
        "unmonitored": draw(st.lists(stretches(), max_size=3)),
        "service_start": draw(ticks),
        "now": draw(ticks),
        "min_outage": draw(st.sampled_from([0, 0, 1, 10, 40])),
    }


def is_open(schedule, moment):
    if schedule is None:
        return True
    local = moment.astimezone(schedule.zone)
    second = local.hour * 3600 + local.minute * 60 + local.second
    return any(session.begin <= second < session.end for session in schedule.week[local.weekday()])


def weights_by_tick(question, latest):
    """The largest weight at each tick that lies in a long enough run of down ticks."""
    found = {}
    for (begin, end), weight in question["outages"]:
        for tick in range(begin, latest if end is None else end):
            found[tick] = max(found.get(tick, 0), Fraction(weight))
    for tick in sorted(found):
        if tick - 1 in found:
            continue
        run = [tick]
        while run[-1] + 1 in found:
            run.append(run[-1] + 1)
        if len(run) < question["min_outage"]:
            found = {one: weight for one, weight in found.items() if one not in run}
    return found


def slow(question):
    """agreed, excluded, missing and down ticks and both availabilities, one tick after the other."""
    latest = question["end"] if question["now"] is None else question["now"]
    down = weights_by_tick(question, latest)
    counts = dict.fromkeys(("agreed", "excluded", "missing", "judged", "down", "judged_all", "down_all"), 0)
    for tick in range(min(question["end"], latest)):
        before = question["service_start"] is not None and tick < question["service_start"]
        if before or not is_open(question["schedule"], question["anchor"] + tick * question["tick"]):
            continue
        off = any(begin <= tick < end for begin, end in question["exclusions"])
        blind = any(b <= tick and (e is None or tick < e) for b, e in question["unmonitored"]) and tick not in down
        counts["agreed"] += 1
        counts["excluded"] += off
        counts["missing"] += blind and not off
        counts["judged"] += not off and not blind
        counts["judged_all"] += not blind
        counts["down"] += 0 if off else down.get(tick, 0)
        counts["down_all"] += down.get(tick, 0)
    return counts


def fast(question):
    def moment(tick):
        return None if tick is None else question["anchor"] + tick * question["tick"]

    def interval(stretch):
        return Interval(moment(stretch[0]), moment(stretch[1]))

    return availability(
        agreed_time(moment(0), moment(question["end"]), question["schedule"]),
        [Outage(moment(begin), moment(end), weight) for (begin, end), weight in question["outages"]],
        [interval(one) for one in question["exclusions"]],
        [interval(one) for one in question["unmonitored"]],
        moment(question["service_start"]),
        question["min_outage"] * question["tick"],
        moment(question["now"]),
    )


@SETTINGS
@given(questions())
def test_availability_agrees_with_looking_at_every_tick(question):
    expected, found = slow(question), fast(question)
    tick = question["tick"] // SECOND
    assert [seconds(one) / tick for one in (found.agreed, found.excluded, found.missing, found.judged, found.down)] == [
        expected[key] for key in ("agreed", "excluded", "missing", "judged", "down")
    ]
    for share, judged, down in (
        (found.availability, expected["judged"], expected["down"]),
        (found.availability_without_exclusions, expected["judged_all"], expected["down_all"]),
    ):
        assert share == (None if judged == 0 else 1 - Fraction(down) / judged)


@SETTINGS
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_and_repetition_of_intervals_make_no_difference(question, chance):
    mixed = dict(question)
    for key in ("outages", "exclusions", "unmonitored"):
        mixed[key] = question[key] * 2
        chance.shuffle(mixed[key])
    assert fast(mixed) == fast(question)


@SETTINGS
@given(questions())
def test_the_parts_add_up_and_shares_stay_between_none_and_all(question):
    found = fast(question)
    assert found.agreed == found.judged + found.excluded + found.missing
    for share in (found.availability, found.availability_without_exclusions):
        assert share is None or 0 <= share <= 1


@SETTINGS
@given(questions())
def test_agreed_time_is_the_working_time_of_the_period(question):
    begin = question["anchor"]
    end = begin + question["end"] * question["tick"]
    if question["schedule"] is not None:
        agreed = agreed_time(begin, end, question["schedule"])
        worked = elapsed(question["schedule"], begin, end).worked
        assert agreed.length([(agreed.begin, agreed.end)]) * timedelta(microseconds=1) == worked
