"""What a contract needs before it can be signed, and its arithmetic, on worked examples."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.contracts.rules import (
    Band,
    Draft,
    Level,
    Line,
    add_months,
    band_flaws,
    default_bands,
    exceeds_months,
    expected_total,
    flaws,
    level_flaws,
    line_total,
    periods_in,
    points_for,
)
from app.contracts.wording import explain

D = Decimal
BANDS = default_bands(D(99), D(1), at_least=True)
LEVEL = Level("KI-001", "可用率", banned=False, at_least=True, target=D(99), bands=BANDS)
LINE = Line(
    1, "服务", True, fee_fen=1_000_000, unit_price=None, expected_volume=None, pay_period="month", levels=(LEVEL,)
)
START, UNTIL = date(2026, 3, 2), date(2027, 3, 1)
COMPLETE = Draft(
    title="合同",
    roles=("client", "operator"),
    mode="government_purchase",
    max_months=12,
    extended_max_months=36,
    term_from=START,
    term_until=UNTIL,
    extension_basis="",
    amount_fen=12_000_000,
    payment_terms="按月",
    exclusive=False,
    exclusive_basis="",
    point_fen=100_000,
    cap_percent=D(10),
    data_terms="数据",
    exit_terms="退出",
    lines=(LINE,),
)


def codes(draft):
    return [flaw.code for flaw in flaws(draft)]


# --- bands -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, points",
    [
        *(("100", 0), ("99.5", 0), ("99", 0), ("98.999999", 1), ("98.5", 1), ("98", 1), ("97.999999", 2), ("97", 2)),
        *(("96.999999", 3), ("96.5", 3), ("96", 3), ("95.999999", 4), ("0", 4), ("-1", 4)),
    ],
)
def test_the_worked_bands(value, points):
    assert points_for(D(value), BANDS, at_least=True) == points


@pytest.mark.parametrize(
    "value, points", [("0", 0), ("4", 0), ("4.000001", 1), ("5", 1), ("6.5", 3), ("7", 3), ("99", 4)]
)
def test_the_same_bands_for_a_value_that_should_be_low(value, points):
    bands = default_bands(D(4), D(1), at_least=False)
    assert points_for(D(value), bands, at_least=False) == points


def bands(*pairs):
    return [Band(None if bound is None else D(bound), points) for bound, points in pairs]


@pytest.mark.parametrize(
    "listed, found",
    [
        (bands(("99", 0), (None, 1)), []),
        (bands(("99", 0), ("98", 0), (None, 0)), []),
        (bands((None, 0)), ["bands_begin"]),
        (bands(("99", 0)), ["bands_open_end"]),
        (bands(("99", 0), ("98", 1)), ["bands_open_end"]),
        (bands(("99", 0), (None, 1), ("97", 2), (None, 3)), ["bands_open_end"]),
        (bands((None, 0), ("98", 1), (None, 3)), ["bands_open_end"]),
        (bands(("98", 0), (None, 1)), ["bands_begin"]),
        (bands(("99.000001", 0), (None, 1)), ["bands_begin"]),
        (bands(("99", 1), (None, 2)), ["bands_begin"]),
        (bands(("99", 0), ("97", 1), ("98", 2), (None, 3)), ["bands_order"]),
        (bands(("99", 0), ("99", 1), (None, 3)), ["bands_order"]),
        (bands(("99", 0), ("98", 1), ("98.0", 2), (None, 3)), ["bands_order"]),
        (bands(("99", 0), ("100", 1), (None, 3)), ["bands_order"]),
        (bands(("99", 0), ("98", 3), ("97", 2), (None, 4)), ["bands_points"]),
        (bands(("99", 0), ("98", 3), (None, 2)), ["bands_points"]),
        (bands(("98", 1), ("99", 0), (None, -1)), ["bands_begin", "bands_order", "bands_points"]),
    ],
)
def test_bands_with_a_gap_an_overlap_or_the_wrong_way_round_are_refused(listed, found):
    assert list(band_flaws(listed, D(99), at_least=True)) == found


def test_bands_for_a_low_value_go_up():
    assert list(band_flaws(bands(("4", 0), ("5", 1), (None, 2)), D(4), at_least=False)) == []
    assert list(band_flaws(bands(("4", 0), ("3", 1), (None, 2)), D(4), at_least=False)) == ["bands_order"]


def test_good_bands_give_every_value_points_that_never_fall_as_it_gets_worse():
    draw = random.Random(8)
    for _ in range(300):
        at_least = draw.random() < 0.5
        made = default_bands(D(draw.randrange(50, 100)), D(draw.randrange(1, 500)) / 100, at_least)
        assert list(band_flaws(made, made[0].bound, at_least)) == []
        values = sorted((D(draw.randrange(0, 20_000)) / 100 for _ in range(20)), reverse=at_least)
        points = [points_for(value, made, at_least) for value in values]
        assert points == sorted(points)


def test_a_banned_indicator_and_missing_bands_are_named():
    assert list(level_flaws(replace(LEVEL, banned=True))) == ["banned_indicator"]
    assert list(level_flaws(replace(LEVEL, bands=()))) == ["no_bands"]
    with pytest.raises(ValueError, match="without an end"):
        points_for(D(1), bands(("99", 0)), at_least=True)


# --- terms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day, months, later",
    [
        ("2026-03-02", 12, "2027-03-02"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-10-31", 1, "2026-11-30"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-05-15", 0, "2026-05-15"),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_last_of_the_month(day, months, later):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(later)


@pytest.mark.parametrize(
    "start, until, months, longer",
    [
        ("2026-03-02", "2027-03-01", 12, False),
        ("2026-03-02", "2027-03-02", 12, True),
        ("2026-01-01", "2026-12-31", 12, False),
        ("2026-01-01", "2027-01-01", 12, True),
        ("2028-02-29", "2029-02-27", 12, False),
        ("2028-02-29", "2029-02-28", 12, True),
        ("2026-01-01", "2028-12-31", 36, False),
        ("2026-01-01", "2029-01-01", 36, True),
        ("2026-01-01", "2026-01-01", 12, False),
    ],
)
def test_a_term_of_exactly_so_many_months_is_not_longer(start, until, months, longer):
    assert exceeds_months(date.fromisoformat(start), date.fromisoformat(until), months) is longer


@pytest.mark.parametrize(
    "limits, months, extra_days, basis, found",
    [
        ((12, 36), 12, 0, "", []),
        ((12, 36), 12, 1, "", ["extension_basis"]),
        ((12, 36), 12, 1, "需求固定、预算有保障", []),
        ((12, 36), 36, 0, "需求固定、预算有保障", []),
        ((12, 36), 36, 0, "", ["extension_basis"]),
        ((12, 36), 36, 1, "需求固定、预算有保障", ["term_too_long"]),
        ((12, 36), 36, 1, "", ["term_too_long"]),
        ((60, None), 60, 0, "", []),
        ((60, None), 60, 1, "再长也不行", ["term_too_long"]),
        ((480, None), 480, 0, "", []),
        ((None, None), 1200, 0, "", []),
    ],
)
def test_the_term_by_mode(limits, months, extra_days, basis, found):
    until = add_months(START, months) + timedelta(days=extra_days - 1)
    long = replace(
        COMPLETE,
        max_months=limits[0],
        extended_max_months=limits[1],
        term_until=until,
        extension_basis=basis,
        amount_fen=10**14,
    )
    assert codes(long) == found


@pytest.mark.parametrize(
    "start, until, period, count",
    [
        ("2026-03-02", "2027-03-01", "month", 12),
        ("2026-03-02", "2027-03-02", "month", 13),
        ("2026-03-02", "2027-03-01", "quarter", 4),
        ("2026-03-02", "2027-03-01", "year", 1),
        ("2026-01-31", "2026-03-30", "month", 2),
        ("2026-01-31", "2026-03-31", "month", 3),
        ("2026-01-01", "2026-01-01", "year", 1),
        ("2026-01-01", "2026-04-01", "quarter", 2),
        ("2026-01-02", "2026-01-01", "month", 0),
    ],
)
def test_a_period_that_has_begun_counts_whole(start, until, period, count):
    assert periods_in(date.fromisoformat(start), date.fromisoformat(until), period) == count


# --- money -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fee, price, volume, period, fen",
    [
        (1_000_000, None, None, "month", 12_000_000),
        (1_000_000, None, None, "quarter", 4_000_000),
        (1_000_000, None, None, "year", 1_000_000),
        (None, "0.003", 1, "month", 4),
        (None, "0.003", 1, "year", 0),
        (None, "0.003", 2, "year", 1),
        (None, "0.005", 1, "year", 1),
        (None, "0.015", 1, "year", 2),
        (None, "0.003", 1_000_000, "month", 3_600_000),
        (None, "0.000001", 1, "month", 0),
        (None, "0.003333", 3_000_001, "month", 11_998_804),
        (None, "123.456789", 10**11, "month", 14_814_814_680_000_000),
        (None, "0.003", None, "month", 0),
        (None, "0.003", 0, "month", 0),
    ],
)
def test_a_line_over_the_term(fee, price, volume, period, fen):
    line = replace(LINE, fee_fen=fee, unit_price=D(price) if price else None, expected_volume=volume, pay_period=period)
    assert line_total(line, START, UNTIL) == fen


def test_the_total_is_the_sum_of_rounded_lines():
    line = replace(LINE, fee_fen=None, unit_price=D("0.005"), expected_volume=1, pay_period="year")
    assert expected_total(replace(COMPLETE, lines=(line, replace(line, number=2))), START, UNTIL) == 2


# --- what is missing -------------------------------------------------------------------------------------------------


def with_line(**changes):
    return replace(COMPLETE, lines=(replace(LINE, **changes),))


FLAWED = {
    "title": replace(COMPLETE, title=""),
    "mode": replace(COMPLETE, mode="", max_months=None, extended_max_months=None),
    "term": replace(COMPLETE, term_from=None),
    "term_order": replace(COMPLETE, term_until=START - timedelta(days=1)),
    "term_too_long": replace(COMPLETE, term_until=date(2029, 3, 2), amount_fen=10**12),
    "extension_basis": replace(COMPLETE, term_until=date(2027, 3, 2), amount_fen=10**12),
    "exclusive_basis": replace(COMPLETE, exclusive=True),
    "payment_terms": replace(COMPLETE, payment_terms=""),
    "data_terms": replace(COMPLETE, data_terms=""),
    "exit_terms": replace(COMPLETE, exit_terms=""),
    "client": replace(COMPLETE, roles=("operator",)),
    "operator": replace(COMPLETE, roles=("client", "builder")),
    "amount": replace(COMPLETE, amount_fen=None),
    "over_amount": replace(COMPLETE, amount_fen=11_999_999),
    "point_value": replace(COMPLETE, point_fen=None),
    "cap": replace(COMPLETE, cap_percent=None),
    "services": replace(COMPLETE, lines=()),
    "retired": with_line(active=False),
    "volume": with_line(fee_fen=None, unit_price=D("0.003"), expected_volume=None),
    "levels": with_line(levels=()),
    "banned_indicator": with_line(levels=(replace(LEVEL, banned=True),)),
    "no_bands": with_line(levels=(LEVEL, replace(LEVEL, bands=()))),
    "bands_open_end": with_line(levels=(LEVEL, replace(LEVEL, bands=BANDS[:2]))),
    "bands_begin": with_line(levels=(LEVEL, replace(LEVEL, target=D(98)))),
    "bands_order": with_line(levels=(LEVEL, replace(LEVEL, bands=(BANDS[0], BANDS[2], Band(D(98), 2), BANDS[4])))),
    "bands_points": with_line(levels=(LEVEL, replace(LEVEL, bands=(BANDS[0], Band(D(98), 9), BANDS[2], BANDS[4])))),
}


def test_a_complete_draft_lacks_nothing():
    assert codes(COMPLETE) == []


@pytest.mark.parametrize("code", FLAWED)
def test_each_flaw_is_found_once_and_alone(code):
    assert codes(FLAWED[code]) == [code]


def test_an_empty_draft_says_everything_at_once_and_nothing_twice():
    empty = replace(
        COMPLETE,
        **dict.fromkeys(("title", "mode", "payment_terms", "data_terms", "exit_terms"), ""),
        **dict.fromkeys(("term_from", "term_until", "amount_fen", "point_fen", "cap_percent", "max_months")),
        roles=(),
        lines=(),
    )
    found = codes(empty)
    assert found == sorted(set(found), key=found.index)
    assert set(found) == {
        *(
            "title",
            "mode",
            "term",
            "payment_terms",
            "data_terms",
            "exit_terms",
            "client",
            "operator",
            "amount",
            "services",
        )
    }


def test_two_clients_are_one_too_many():
    assert codes(replace(COMPLETE, roles=("client", "client", "operator"))) == ["client"]


@pytest.mark.sqlite_only
def test_every_flaw_has_words_and_a_remedy(app):
    with app.test_request_context("/"):
        for code, draft in FLAWED.items():
            problem = explain(flaws(draft)[0])
            assert "%(" not in str(problem.what), code
            assert str(problem.what).endswith(("。", "）")) and str(problem.remedy), code
    assert len(FLAWED) >= 25
