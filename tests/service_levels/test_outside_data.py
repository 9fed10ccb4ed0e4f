"""Real monitoring records and other products' cases (outside sample data; not run without it)."""

import csv
import gzip
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from app.service_levels.availability import Outage, agreed_time, availability, seconds
from app.service_levels.error_budget import SHARES, burn_rules, factor_of
from app.service_levels.events import Status, StatusEvent, observed
from tests import machine

pytestmark = pytest.mark.shared_data

LAST_SAMPLE = datetime(2021, 11, 5, 17, tzinfo=UTC)
MONTHS = range(3, 12)
DOWN_ALL_THE_TIME = ("bldrdoc-gov", "drought-gov")
SPANS = {"5m": 300, "30m": 1800, "1h": 3600, "2h": 7200, "6h": 21600, "24h": 86400, "72h": 259200}


def vectors():
    return json.loads((machine.shared_data() / "vectors" / "indicators.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def records():
    """The rows of the monitor by service: (text of the moment, status)."""
    found = defaultdict(list)
    with gzip.open(machine.shared_data() / "availability" / "us10x_events.csv.gz", "rt", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            found[row["slug"]].append((row["at"], row["status"]))
    return found


def month(number):
    return datetime(2021, number, 1, tzinfo=UTC), datetime(2021, number + 1, 1, tzinfo=UTC)


def found_for(rows, number):
    events = [StatusEvent(datetime.fromisoformat(moment), Status(status)) for moment, status in rows]
    seen = observed(events)
    agreed = agreed_time(*month(number))
    return availability(agreed, seen.outages, unmonitored=seen.unmonitored, now=LAST_SAMPLE)


def simple(rows, number):
    """Watched and down seconds of a month, adding up the time from each row to the next."""
    begin, end = (edge.timestamp() for edge in month(number))
    end = min(end, LAST_SAMPLE.timestamp())
    times = sorted((datetime.fromisoformat(moment).timestamp(), status) for moment, status in rows)
    watched = down = 0
    for (since, status), (until, _) in zip(times, [*times[1:], (LAST_SAMPLE.timestamp(), "")], strict=True):
        passed = max(0, int(min(until, end)) - int(max(since, begin)))
        watched += passed
        down += passed if status == "down" else 0
    return watched, down


@pytest.mark.parametrize("number", MONTHS)
def test_months_of_2021_agree_with_adding_up_from_row_to_row(records, number):
    assert len(records) == 15
    for rows in records.values():
        watched, down = simple(rows, number)
        found = found_for(rows, number)
        assert (seconds(found.judged), seconds(found.down)) == (watched, down)
        assert found.availability == 1 - Fraction(down, watched)


def test_a_service_that_was_down_for_its_whole_life_has_none(records):
    for slug in DOWN_ALL_THE_TIME:
        assert found_for(records[slug], 3).availability == 0
        assert found_for(records[slug], 3).missing > 0
        assert found_for(records[slug], 2).availability is None


def test_outages_are_the_incidents_that_were_derived_elsewhere(records):
    with (machine.shared_data() / "availability" / "us10x_incidents.csv").open(encoding="utf-8", newline="") as stream:
        incidents = [(row["slug"], row["down_at"], row["up_at"] or None) for row in csv.DictReader(stream)]
    for slug, rows in records.items():
        events = [StatusEvent(datetime.fromisoformat(moment), Status(status)) for moment, status in rows]
        expected = [
            Outage(datetime.fromisoformat(begin), datetime.fromisoformat(end) if end else None)
            for name, begin, end in incidents
            if name == slug
        ]
        assert list(observed(events).outages) == expected


def test_overlapping_incidents_of_another_product():
    case = vectors()["overlapping_incidents"]
    now, start = datetime.fromisoformat(case["now"]), datetime.fromisoformat(case["monitor_start"])
    outages = [Outage(*map(datetime.fromisoformat, pair)) for pair in case["incidents"]]
    found = availability(agreed_time(now - timedelta(days=1), now), outages, service_start=start, now=now)
    assert found.availability * 100 == Fraction(case["expect"]["uptimeDay"].rstrip("%"))
    assert seconds(found.down) == case["expect"]["minutes_down_2026-03-26"] * 60


def test_burn_windows_of_another_product():
    windows = vectors()["burn_rate_windows"]
    for name in ("30d", "28d"):
        rules = burn_rules(timedelta(days=int(name.removesuffix("d"))))
        assert {rule.code for rule in rules} == set(windows[name])
        for rule in rules:
            short, long, factor = windows[name][rule.code]
            assert (rule.short.total_seconds(), rule.long.total_seconds()) == (SPANS[short], SPANS[long])
            assert float(rule.factor) == pytest.approx(factor)
    for share, (_, long, factor) in windows["7d_custom_budget_percent"].items():
        found = factor_of(Fraction(share.rstrip("%")) / 100, timedelta(days=7), timedelta(seconds=SPANS[long]))
        assert float(found) == pytest.approx(factor)
    assert set(SHARES) == set(windows["30d"])
