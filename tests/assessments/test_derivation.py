"""The figure that is judged: what events tell goes first, use is worked out, and nothing is taken for zero."""

from decimal import Decimal
from fractions import Fraction

import pytest

from app.assessments.derivation import Found, derive
from tests.assessments.samples import MARCH, MINUTE, level, line, reported, watched


def derived(code, of=None, *figures, seen=None, months=1):
    return derive(code, of or line(), Found({(one.indicator, one.channel): one for one in figures}, seen, months))


def summary(found):
    figure = found.figure
    return found.kind, None if figure.value is None else str(figure.value), figure.required


# --- reported --------------------------------------------------------------------------------------------------------

OTHER = line(levels=[level("KI-022"), level("KI-001")])


@pytest.mark.parametrize(
    "figures, expected",
    [
        ([reported("98.5", "KI-022")], ("figure", "98.5", True)),
        ([reported("0", "KI-022")], ("figure", "0", True)),
        ([reported(None, "KI-022")], ("figure", None, True)),
        ([reported("-", "KI-022")], ("figure", None, False)),
        ([], ("none", None, True)),
        ([reported("98.5", "KI-022", channel="online")], ("none", None, True)),
        ([reported("98.5", "KI-001")], ("none", None, True)),
    ],
    ids=["a value", "zero", "declared missing", "declared not required", "no row", "another channel", "another one"],
)
def test_a_reported_figure_is_taken_as_it_stands(figures, expected):
    assert summary(derived("KI-022", OTHER, *figures)) == expected


def test_a_reported_figure_brings_its_denominator_and_its_reason():
    found = derived("KI-022", OTHER, reported("98.5", "KI-022", denominator="200"))
    assert found.figure.denominator == Decimal(200)
    assert str(derived("KI-022", OTHER, reported(None, "KI-022")).how) == "申报缺失：设备故障"


def test_what_nothing_is_agreed_for_is_not_required_whatever_was_reported():
    found = derived("KI-050", line(), reported("98", "KI-050"))
    assert summary(found) == ("none", None, False)
    assert found.figures == ()


# --- events ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "seen, value, exact",
    [
        (watched(), "100", Fraction(100)),
        (watched(down=44), "99.9014", 100 - Fraction(100 * 44, MARCH)),
        (watched(down=44, excluded=1440), "99.8981", 100 - Fraction(100 * 44, MARCH - 1440)),
        (watched(down=44, missing=MARCH - 60), "26.6667", 100 - Fraction(100 * 44, 60)),
    ],
    ids=["never down", "down", "excluded", "hardly watched"],
)
def test_availability_is_exact_and_shown_shortened(seen, value, exact):
    found = derived("KI-001", seen=seen)
    assert summary(found) == ("events", value, True)
    assert found.figure.exact == exact


@pytest.mark.parametrize(
    "seen, required, words",
    [
        (watched(missing=MARCH), True, "没有监测记录"),
        (watched(excluded=MARCH), False, "全部经裁定除外"),
        (watched(agreed=0, judged=0, share=None), False, "没有约定的服务时间"),
        (watched(excluded=MARCH - 60, missing=60), True, "没有监测记录"),
    ],
    ids=["nobody watched", "all excluded", "nothing agreed", "what is left nobody watched"],
)
@pytest.mark.parametrize("code", ["KI-001", "KI-007", "KI-008"])
def test_where_nothing_is_judged_it_is_missing_or_not_required(code, seen, required, words):
    found = derived(code, seen=seen)
    assert summary(found) == ("events", None, required)
    assert words in str(found.how)


def test_outages_and_the_longest_come_from_the_events_of_a_service_with_agreed_availability():
    seen = watched(down=90, count=3, longest_minutes=Fraction(61, 2))
    assert derived("KI-007", seen=seen).figure.exact == 3
    assert derived("KI-008", seen=seen).figure.exact == Fraction(61, 2)
    assert summary(derived("KI-007", line(levels=[level("KI-022")]), seen=seen)) == ("none", None, False)


def test_without_events_they_are_owed_and_reported_ones_count():
    assert summary(derived("KI-007")) == ("none", None, True)
    assert summary(derived("KI-007", None, reported("2", "KI-007"))) == ("figure", "2", True)


@pytest.mark.parametrize(
    "told, words",
    [
        ("99.90", "与报送值 99.9 一致"),
        ("99.9014", "与报送值 99.9014 一致"),
        ("99.95", "报送值为 99.95，相差 0.0486，以状态事件为准"),
    ],
)
def test_a_reported_value_beside_events_is_compared_at_its_own_decimals(told, words):
    found = derived("KI-001", None, reported(told), seen=watched(down=44))
    assert words in str(found.how)
    assert found.figures == ()
    assert found.beside.value == Decimal(told)


# --- use -------------------------------------------------------------------------------------------------------------

COUNTED = line(levels=[level("KI-040")], expected_volume=1000)
ALL, ONLINE = reported("800", "KI-040"), reported("600", "KI-040", channel="online", id=999)


@pytest.mark.parametrize(
    "figures, expected, used",
    [
        ([ALL, ONLINE], ("derived", "75", True), 2),
        ([reported("600", "KI-040", channel="online", denominator="900")], ("derived", "66.6667", True), 1),
        ([ALL], ("none", None, True), 0),
        ([ONLINE], ("derived", None, True), 1),
        ([reported(None, "KI-040"), ONLINE], ("derived", None, True), 2),
        ([reported("0", "KI-040"), reported("0", "KI-040", channel="online", id=9)], ("derived", None, False), 2),
        ([ALL, reported(None, "KI-040", channel="online", id=9)], ("figure", None, True), 1),
        ([ALL, ONLINE, reported("70", "KI-042", denominator="10")], ("figure", "70", True), 1),
    ],
    ids=["worked out", "own whole", "no part", "no whole", "whole missing", "no cases", "part missing", "reported"],
)
def test_the_online_share(figures, expected, used):
    found = derived("KI-042", COUNTED, *figures)
    assert (summary(found), len(found.figures)) == (expected, used)


@pytest.mark.parametrize(
    "of, figures, expected",
    [
        (COUNTED, [ALL], ("derived", "80", True)),
        (COUNTED, [reported("0", "KI-040")], ("derived", "0", True)),
        (COUNTED, [reported(None, "KI-040")], ("figure", None, True)),
        (COUNTED, [], ("none", None, True)),
        (COUNTED, [ALL, reported("85", "KI-043", denominator="1000")], ("figure", "85", True)),
        (line(levels=[level("KI-040")], expected_volume=0), [ALL], ("derived", None, False)),
        (line(levels=[level("KI-040")]), [ALL], ("none", None, False)),
        (line(), [ALL], ("none", None, False)),
    ],
    ids=["worked out", "no use", "missing", "no row", "reported", "baseline of nothing", "no baseline", "not counted"],
)
def test_the_attainment_of_use(of, figures, expected):
    assert summary(derived("KI-043", of, *figures)) == expected


def test_the_baseline_is_that_of_the_period():
    """A thousand a month are three thousand a quarter."""
    found = derived("KI-043", COUNTED, reported("2400", "KI-040"), months=3)
    assert (found.figure.exact, found.figure.denominator) == (80, Decimal(3000))
    third = derived("KI-043", line(levels=[level("KI-040")], expected_volume=1000, pay_period="quarter"), ALL)
    assert third.figure.exact == Fraction(800 * 3 * 100, 1000)


def test_times_are_written_in_seconds():
    found = derived("KI-001", seen=watched(down=1, agreed=MINUTE * MARCH))
    assert "加权中断 60 秒" in str(found.how)
