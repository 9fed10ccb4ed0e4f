"""Rows of figures and events: each kind of wrong cell is found, named with row and column, and all of them at once."""

import random
import time
from datetime import UTC, datetime

import pytest

from app.core.money import BadNumber
from app.figures.event_rules import EventJudge
from app.figures.figure_rules import FigureJudge, Measure, Window, millionths

HEADER = ("service", "indicator", "period", "value", "denominator", "unit", "channel", "reason", "evidence", "note")
WINDOW = Window(
    start=datetime(2025, 12, 31, 16, tzinfo=UTC),
    end=datetime(2026, 12, 31, 16, tzinfo=UTC),
    now=datetime(2026, 9, 10, tzinfo=UTC),
    closed=((datetime(2025, 12, 31, 16, tzinfo=UTC), datetime(2026, 1, 31, 16, tzinfo=UTC), "2026-01"),),
)


def measure(indicator, **facts):
    given = {
        "service_id": 1,
        "service_code": "S-1",
        "service_name": "办件",
        "indicator": indicator,
        "name": indicator,
        "entry_id": 1,
        "unit": "%",
        "units": frozenset({"%"}),
        "decimals": 2,
        "due": "month",
        "kinds": frozenset({"month", "day", "hour"}),
    }
    return Measure(**{**given, **facts})


MEASURES = (
    measure("KI-001", share=True),
    measure("KI-042", share=True, ratio=True),
    measure("KI-016", unit="分钟", units=frozenset({"分钟", "minutes"}), decimals=0, per_event=True),
    measure("KI-040", unit="件", units=frozenset({"件"}), decimals=0),
    measure("KI-063", signed=True),
    measure("KI-001", service_id=2, service_code="S-2", share=True),
)


def row(value="99.5", period="2026-03", indicator="KI-001", service="S-1", **more):
    cells = {"service": service, "indicator": indicator, "period": period, "value": value, **more}
    return [cells.get(name, "") for name in HEADER]


def judged(*rows):
    return FigureJudge(MEASURES, WINDOW, HEADER).judge(enumerate(rows, start=2))


def test_a_row_of_an_unknown_service_is_judged_as_far_as_possible():
    rows = (
        row("1e3", period="2026-13", service="S-9", denominator="x"),
        row("99.5", period="2026-01", service="S-9", denominator="-4"),
        row("-", service="S-9"),
        row("", service="S-9"),
        row("-1", indicator="KI-099"),
    )
    found = [(one.row, one.column, one.code) for one in judged(*rows).problems]
    assert found == [
        (2, "service", "unknown_service"),
        (2, "period", "bad_period"),
        (2, "value", "number"),
        (2, "denominator", "number"),
        (3, "service", "unknown_service"),
        (3, "period", "closed"),
        (3, "denominator", "negative"),
        (4, "service", "unknown_service"),
        (5, "service", "unknown_service"),
        (6, "indicator", "unknown_indicator"),
    ]


GOOD = [
    row("0"),
    row("100"),
    row("99.50"),
    row("99.500"),
    row("", reason="停机"),
    row("-", indicator="KI-016"),
    row("-", indicator="KI-042", denominator="0"),
    row("75.25", indicator="KI-042", denominator="12000"),
    row("1,234,567", indicator="KI-040", denominator="2"),
    row("-3.5", indicator="KI-063"),
    row("5", indicator="KI-016", unit="minutes"),
    row(period="2026-03-01"),
    row(period="2026-03-01T13"),
    row(" 99.5 ", period=" 2026-03 "),
    row(note="备注\n第二行"),
]
BAD = [
    (row(service="S-9"), "service", "unknown_service"),
    (row(service=""), "service", "blank"),
    (row(indicator="KI-099"), "indicator", "unknown_indicator"),
    (row(indicator="KI-040", service="S-2"), "indicator", "unknown_indicator"),
    (row(indicator=""), "indicator", "blank"),
    (row(period=""), "period", "blank"),
    (row(period="2026-13"), "period", "bad_period"),
    (row(period="2026-02-30"), "period", "bad_period"),
    (row(period="date:2026-03-01"), "period", "date_cell"),
    (row(period="2026-Q1"), "period", "period_kind"),
    (row(period="2026"), "period", "period_kind"),
    (row(period="2025-11"), "period", "outside_term"),
    (row(period="2027-01"), "period", "not_over"),
    (row(period="2026-09"), "period", "not_over"),
    (row(period="2026-01"), "period", "closed"),
    (row(period="2026-01-15"), "period", "closed"),
    (row("NaN"), "value", "number"),
    (row("Infinity"), "value", "number"),
    (row("-inf"), "value", "number"),
    (row("1e3"), "value", "number"),
    (row("1.5.2"), "value", "number"),
    (row("12,5"), "value", "number"),
    (row("９９"), "value", "number"),
    (row("=1+1"), "value", "number"),
    (row("99.5%"), "value", "number"),
    (row("99.555"), "value", "decimals"),
    (row("1000000000000", indicator="KI-063"), "value", "size"),
    (row("-1"), "value", "negative"),
    (row("100.01"), "value", "over_100"),
    (row(""), "reason", "missing_reason"),
    (row("", reason="x", denominator="5"), "denominator", "missing_with_denominator"),
    (row("-"), "value", "required"),
    (row("50", indicator="KI-042"), "denominator", "denominator_needed"),
    (row("50", indicator="KI-042", denominator="0"), "denominator", "denominator_zero"),
    (row("50", indicator="KI-042", denominator="-4"), "denominator", "negative"),
    (row("50", indicator="KI-042", denominator="x"), "denominator", "number"),
    (row(unit="分钟"), "unit", "unit"),
    (row("5", indicator="KI-040", unit="万件"), "unit", "unit"),
    (row(channel="x" * 41), "channel", "too_long"),
    (row(note="a\x07b"), "note", "control"),
    ([*row(), "surplus"], "", "surplus"),
]


@pytest.mark.parametrize("good", GOOD)
def test_a_good_row_is_taken(good):
    found = judged(good)
    assert found.problems == []
    assert len(found.rows) == 1


@pytest.mark.parametrize("bad, column, code", BAD)
def test_a_bad_row_is_named(bad, column, code):
    found = judged(bad)
    assert [(one.row, one.column, one.code) for one in found.problems] == [(2, column, code)]
    assert found.rows == []


def test_a_row_twice_is_found_whatever_its_value():
    found = judged(row("99"), row("98"), row("98", channel="web"))
    assert [(one.row, one.code, one.extra) for one in found.problems] == [(3, "doubled", "2")]


def test_every_wrong_cell_of_a_row_is_named():
    found = judged(row("NaN", period="2026-13", unit="件", note="x" * 500))
    assert {one.column for one in found.problems} == {"value", "period", "unit", "note"}


def test_ten_thousand_bad_rows_are_all_named():
    found = judged(*(row("NaN", period="2026-13") for _number in range(10_000)))
    assert len(found.problems) == 20_000
    assert found.problems[-1].row == 10_001


def test_zero_missing_and_not_required_are_kept_apart():
    found = judged(row("0"), row("", reason="停机", period="2026-04"), row("-", indicator="KI-016")).rows
    assert [(one.standing, one.value) for one in found] == [("value", 0), ("missing", None), ("not_required", None)]


@pytest.mark.parametrize(
    "text, places, expected",
    [("0", 0, 0), ("-0", 0, 0), ("1.5", 1, 1_500_000), ("0.000001", 6, 1), ("999999999999", 0, 999999999999 * 10**6)],
)
def test_numbers_are_whole_millionths(text, places, expected):
    assert millionths(text, places) == expected


@pytest.mark.parametrize("text", ["", ".", "1.", ".5", "+1", "1_000", "0x1", "١", "1 000", "--1", "nan", "1e5"])
def test_what_is_no_plain_number_is_refused(text):
    with pytest.raises(BadNumber, match="number"):
        millionths(text, 6)


def test_a_hundred_thousand_rows_are_judged_in_seconds():
    days = [f"2026-{month:02d}-{day:02d}" for month in range(2, 9) for day in range(1, 29)]
    services = [
        measure("KI-040", service_id=one, service_code=f"S-{one}", units=frozenset({"件"})) for one in range(520)
    ]
    rows = [
        (number, [f"S-{number % 520}", "KI-040", days[number // 520], str(number), "", "件", "", "", "", ""])
        for number in range(100_000)
    ]
    began = time.monotonic()
    found = FigureJudge(services, WINDOW, HEADER).judge(rows)
    assert (len(found.rows), found.problems) == (100_000, [])
    assert time.monotonic() - began < 10


# --- events ----------------------------------------------------------------------------------------------------------

EVENT_HEADER = ("at", "service", "status", "code", "response_ms")


def events(*rows):
    return EventJudge({"S-1": 1, "S-2": 2}, WINDOW, EVENT_HEADER).judge(enumerate(rows, start=2))


@pytest.mark.parametrize(
    "bad, column, code",
    [
        (["", "S-1", "up"], "at", "blank"),
        (["2026-03-01", "S-1", "up"], "at", "moment"),
        (["2026-03-01T08:00:00", "S-1", "up"], "at", "no_zone"),
        (["2026-02-30T08:00:00Z", "S-1", "up"], "at", "moment"),
        (["2026-10-01T08:00:00Z", "S-1", "up"], "at", "future"),
        (["2025-10-01T08:00:00Z", "S-1", "up"], "at", "outside_term"),
        (["2026-01-10T08:00:00Z", "S-1", "up"], "at", "closed"),
        (["2026-03-01T08:00:00Z", "S-9", "up"], "service", "unknown_service"),
        (["2026-03-01T08:00:00Z", "S-1", "UP"], "status", "status"),
        (["2026-03-01T08:00:00Z", "S-1", "up", "a b"], "code", "code"),
        (["2026-03-01T08:00:00Z", "S-1", "up", "200", "-5"], "response_ms", "response"),
        (["2026-03-01T08:00:00Z", "S-1", "up", "200", "1.5"], "response_ms", "response"),
    ],
)
def test_a_bad_event_is_named(bad, column, code):
    assert [(one.column, one.code) for one in events(bad).problems] == [(column, code)]


def test_events_in_any_order_are_the_same_set():
    rows = [[f"2026-03-{day:02d}T08:00:00+08:00", "S-1", ("up", "down")[day % 2], "200", "0"] for day in range(1, 29)]
    expected = {one[1:] for one in events(*rows).rows}
    for seed in range(50):
        mixed = rows + rows[:5]
        random.Random(seed).shuffle(mixed)
        assert {one[1:] for one in events(*mixed).rows} == expected


def test_the_same_moment_in_two_zones_is_one_event_and_two_states_at_once_are_refused():
    same = events(["2026-03-01T08:00:00+08:00", "S-1", "down"], ["2026-03-01T00:00:00Z", "S-1", "down"])
    assert (len(same.rows), same.problems) == (1, [])
    torn = events(["2026-03-01T08:00:00+08:00", "S-1", "down"], ["2026-03-01T00:00:00Z", "S-1", "up"])
    assert [one.code for one in torn.problems] == ["contradiction"]
