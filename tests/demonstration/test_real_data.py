"""Outside data becomes files that any operator could have sent: renamed and reshaped, never calculated or guessed."""

import csv
import io

import pytest

from app.demonstration.real_data import (
    BLANK_CELL,
    NO_ROW,
    QUARTERS,
    BadSource,
    baseline,
    by_service,
    chosen,
    events_file,
    monitor_end,
    read_events,
    read_usage,
    usage_file,
)
from app.demonstration.real_data_figures import WHOLE_SERVICES, NoSource, read_sources
from tests import machine
from tests.demonstration import outside


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


@pytest.fixture
def folder(tmp_path):
    return outside.make_folder(tmp_path / "data")


# --- the monitor -----------------------------------------------------------------------------------------------------


def test_every_event_is_kept_in_order_under_the_ledgers_codes(folder):
    sources = read_sources(folder)
    rows = table(events_file(sources.events, {"bea-gov": "S1", "dark-gov": "S2"}, sources.ended))
    kept = [(one["at"], one["service"], one["status"], one["code"]) for one in rows]
    codes = {"bea-gov": "S1", "dark-gov": "S2"}
    assert kept[:-2] == [(at, codes[slug], status, code) for at, slug, status, code, _took in outside.EVENTS]
    assert kept[-2:] == [(outside.ENDED, "S1", "unknown", ""), (outside.ENDED, "S2", "unknown", "")]


def test_no_answer_has_no_time(folder):
    sources = read_sources(folder)
    took = [one["response_ms"] for one in table(events_file(sources.events, {"bea-gov": "A", "dark-gov": "B"}, "x"))]
    assert took[:4] == ["261", "", "250", ""]


def test_without_a_summary_the_monitor_ends_just_after_its_last_word():
    events = read_events("at,slug,status,code,response_ms\n2021-03-03T17:35:14+00:00,a,up,200,1\n")
    assert monitor_end(events) == "2021-03-03T17:35:15+00:00"


@pytest.mark.parametrize(
    "text, word",
    [
        ("at,slug,status,code,response_ms\n2021-03-03T00:00:00Z,a,broken,1,1\n", "line 2: unknown status 'broken'"),
        ("at,slug,code,response_ms\n", "line 1: columns are missing: status"),
        ("at,slug,status,code,response_ms\n2021-03-03T00:00:00Z,a\n", "line 2: too few cells"),
    ],
)
def test_what_is_not_known_of_the_monitor_is_refused(text, word):
    with pytest.raises(BadSource, match=word):
        read_events(text)


# --- the quarters ----------------------------------------------------------------------------------------------------


def usage(*lines):
    return read_usage("\n".join([outside.USAGE_HEAD, *lines]))


@pytest.mark.parametrize(
    "cell, read", [("1200", "1200"), ('"1,200"', "1200"), ('"1,234,567"', "1234567"), ("", ""), ("0", "0")]
)
def test_thousands_separators_go_and_blanks_stay(cell, read):
    assert usage(f"a,D,A,S,2012-Q3,{cell},")[0].total == read


@pytest.mark.parametrize(
    "line, word",
    [
        ("a,D,A,S,2012-Q3,12.5,", "line 2: not a whole number: '12.5'"),
        ("a,D,A,S,2012-Q3,-1,", "not a whole number"),
        ('a,D,A,S,2012-Q3,"1,20",', "not a whole number"),
        ("a,D,A,S,2012-Q3,n/a,", "not a whole number"),
        ("a,D,A,S,2012-Q2,1,", "no quarter of the series"),
        ("a,D,A,S,2012-Q3,1,\na,D,A,S,2012-Q3,2,", "line 3: a has 2012-Q3 twice"),
    ],
)
def test_what_is_no_number_or_no_quarter_is_refused(line, word):
    with pytest.raises(BadSource, match=word):
        usage(line)


def test_impossible_services_come_first_then_the_busiest_whole_series(folder):
    rows = read_sources(folder).usage
    assert chosen(rows, 64) == ["odd", "whole"]
    assert chosen(rows, 0) == ["odd"]


def test_the_baseline_is_the_mean_of_the_first_four_published_quarters(folder):
    services = by_service(read_sources(folder).usage)
    assert baseline(services["whole"]) == 1200
    assert baseline(services["odd"]) == 75
    assert baseline([]) == 1
    halves = usage("a,D,A,S,2012-Q3,1,", "a,D,A,S,2012-Q4,2,")
    assert baseline(halves) == 2


def test_a_blank_is_declared_missing_and_never_zero(folder):
    rows = table(usage_file(read_sources(folder).usage, {"odd": "S1"}, "source.csv"))
    assert len(rows) == 2 * len(QUARTERS)
    found = {(one["period"], one["channel"]): (one["value"], one["denominator"], one["reason"]) for one in rows}
    assert found["2012-Q3", ""] == ("100", "", "")
    assert found["2012-Q3", "online"] == ("40", "100", "")
    assert found["2012-Q4", "online"] == ("99", "90", "")
    assert found["2013-Q1", ""] == ("", "", BLANK_CELL)
    assert found["2013-Q1", "online"] == ("7", "", "")
    assert found["2013-Q2", "online"] == ("0", "0", "")
    assert found["2013-Q3", "online"] == ("", "", BLANK_CELL)
    assert found["2017-Q3", ""] == ("", "", NO_ROW)
    assert {one["evidence"] for one in rows} == {"source.csv"}


def test_a_folder_without_the_data_is_named(tmp_path):
    with pytest.raises(NoSource, match="us10x_events"):
        read_sources(tmp_path)


@pytest.mark.shared_data
def test_the_real_data_are_read_whole():
    sources = read_sources(machine.shared_data())
    assert (len(sources.events), len(sources.sites), len(sources.usage)) == (3983, 15, 12_309)
    assert sources.ended == "2021-11-05T16:37:32+00:00"
    assert (len(sources.whole), len(sources.used)) == (WHOLE_SERVICES, WHOLE_SERVICES + 14)
    impossible = [one for one in sources.usage if one.impossible]
    assert (len(impossible), len({one.slug for one in impossible})) == (22, 18)
    assert {one.slug for one in impossible} <= set(sources.used)
    rows = table(usage_file(sources.usage, {slug: slug for slug in sources.used}, "e"))
    assert len(rows) == 2 * 21 * len(sources.used)
    by_cell = {(one.slug, one.quarter): one for one in sources.usage}
    for one in rows:
        cell = by_cell.get((one["service"], one["period"]))
        published = "" if cell is None else cell.digital if one["channel"] else cell.total
        assert one["value"] == published
        assert bool(one["reason"]) == (not published)
