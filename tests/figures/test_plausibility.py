"""What stands out is flagged with the numbers that explain it; ordinary figures are left alone."""

import pytest

from app.core.periods import Period
from app.figures.figure_rules import MILLION, FigureRow
from app.figures.plausibility import flags_of, series_of
from app.figures.wording import _FILE, _FLAG, _ROW
from tests.figures.test_rules import measure


def figure(value, period="2026-06", service=1, whole=None, **facts):
    one = measure("KI-040", **{"service_id": service, "service_code": f"S-{service}", **facts})
    denominator = None if whole is None else whole * MILLION
    return FigureRow(2, one, Period(period), "", "value", round(value * MILLION), denominator, "", "", "")


def history(row, *values):
    """The values of the periods directly before the row's."""
    found, period = [], row.period
    for value in reversed(values):
        period = period.previous
        found.append((period.text, round(value * MILLION)))
    return {series_of(row): found}


def codes(rows, earlier=None):
    return [flag.code for flag in flags_of(rows, earlier or {})]


def test_a_part_above_its_whole_is_flagged_and_a_ratio_is_not():
    assert codes([figure(12, whole=10)]) == ["part_above_whole"]
    assert codes([figure(10, whole=10)]) == []
    assert codes([figure(99, whole=10, ratio=True)]) == []


@pytest.mark.parametrize("before, flagged", [((), 0), ((100,), 0), ((100, 100), 1), ((99, 100), 0), ((100, 99), 0)])
def test_a_constant_full_mark_over_three_periods_is_flagged(before, flagged):
    row = figure(100, share=True)
    assert len(codes([row], history(row, *before))) == flagged


def test_a_gap_ends_the_run():
    row = figure(100, period="2026-06", share=True)
    key = series_of(row)
    assert codes([row], {key: [("2026-03", 100 * MILLION), ("2026-04", 100 * MILLION)]}) == []


def test_three_full_marks_in_one_file_are_flagged():
    rows = [figure(100, period=f"2026-0{month}", share=True) for month in (3, 1, 2)]
    assert [(one.row.period.text, one.code) for one in flags_of(rows, {})] == [("2026-03", "constant_full")]


@pytest.mark.parametrize("services, flagged", [(4, 0), (5, 5), (8, 8)])
def test_the_same_number_over_many_services_is_flagged(services, flagged):
    assert len(codes([figure(1234, service=one) for one in range(services)])) == flagged
    assert codes([figure(0, service=one) for one in range(9)]) == []
    assert codes([figure(100, service=one, share=True) for one in range(9)]) == []


@pytest.mark.parametrize(
    "before, value, flagged",
    [
        ((100, 102, 98, 101), 103, False),
        ((100, 102, 98, 101), 140, False),
        ((100, 102, 98, 101), 160, True),
        ((100, 102, 98, 101), 10, True),
        ((100, 300, 20, 500), 700, False),
        ((100, 102, 98), 1000, False),
        ((0, 0, 0, 0), 5, False),
        ((100, 100, 100, 100), 151, True),
    ],
)
def test_a_jump_is_far_from_the_usual_value_in_both_measures(before, value, flagged):
    row = figure(value)
    assert codes([row], history(row, *before)) == (["jump"] if flagged else [])


def test_days_are_compared_with_the_same_weekday():
    sunday = figure(10, period="2026-06-07")
    sundays = [(f"2026-05-{day:02d}", 10 * MILLION) for day in (10, 17, 24, 31)]
    assert codes([sunday], {series_of(sunday): sundays}) == []
    assert series_of(sunday) != series_of(figure(10, period="2026-06-08"))
    assert codes([figure(90, period="2026-06-07")], {series_of(sunday): sundays}) == ["jump"]


def test_hours_are_not_compared():
    row = figure(1000, period="2026-06-07T10")
    assert codes([row], history(row, 1, 1, 1, 1)) == []


def test_a_jump_names_value_median_and_count():
    row = figure(1000)
    (flag,) = flags_of([row], history(row, 10, 10, 10, 10))
    assert flag.params == {"value": 1000 * MILLION, "median": 10 * MILLION, "periods": 4}


def test_a_stored_value_of_the_same_period_is_not_its_own_history():
    row = figure(100, share=True)
    assert codes([row], {series_of(row): [("2026-06", 100 * MILLION), ("2026-05", 100 * MILLION)]}) == []


def test_every_code_has_words():
    import re
    from pathlib import Path

    folder = Path(__file__).resolve().parents[2] / "app" / "figures"
    for name, words, pattern in (
        ("reading.py", _FILE, r'FileFlaw\("(\w+)"'),
        ("../core/workbook_child.py", _FILE, r'Flawed\("(\w+)"'),
        ("figure_rules.py", _ROW, r'RowProblem\([^)"]*(?:"\w*", )"(\w+)"'),
        ("plausibility.py", _FLAG, r'Flag\(row, "(\w+)"'),
    ):
        # A formula cell is only refused where the values of a file are asked for: of a ledger.
        used = set(re.findall(pattern, (folder / name).read_text(encoding="utf-8"))) - {"formula_cell"}
        assert used
        assert used <= set(words), name
