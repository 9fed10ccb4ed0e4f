"""Charts: what is missing is a gap and never zero, nothing is drawn outside, words keep apart, in two widths."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from app.core.chart_drawing import fitting, text_width
from app.core.charts import Bar, TimelineRow, TimelineSpan, TrendPoint, bars_chart, timeline_chart, trend_chart

BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=30)


def points(*values, **more):
    return [
        TrendPoint(f"2026-{month:02d}", None if value is None else Decimal(value), **more)
        for month, value in enumerate(values, 1)
    ]


def hour(number):
    return BEGIN + timedelta(hours=number)


def span(begin, end, kind="outage", title=""):
    return TimelineSpan(hour(begin), None if end is None else hour(end), kind, title)


def drawings(chart):
    return (chart.wide, chart.narrow)


def everything(drawing):
    """Every coordinate pair of a drawing."""
    yield from ((one.x, one.y) for one in (*drawing.dots, *drawing.texts))
    yield from ((one.x, one.y) for one in drawing.boxes)
    yield from ((one.x + one.width, one.y + one.height) for one in drawing.boxes)
    yield from (pair for one in drawing.lines for pair in ((one.x1, one.y1), (one.x2, one.y2)))


# --- trend -----------------------------------------------------------------------------------------------------------


def test_a_missing_value_is_a_gap_and_lifts_the_line():
    chart = trend_chart(points("90", "80", None, "70", "60", None))
    for drawing in drawings(chart):
        assert [re.sub(r"[\d. ]", "", one) for one in [drawing.path]] == ["MLML"]
        assert [one.title for one in drawing.boxes if one.kind == "gap"] == ["2026-03", "2026-06"]
        assert len(drawing.dots) == 4


def test_zero_is_drawn_on_the_ground_and_is_no_gap():
    drawing = trend_chart(points("0", "100")).wide
    assert not drawing.boxes
    ground = next(one for one in drawing.lines if one.kind == "axis")
    assert [one.y for one in drawing.dots] == [ground.y1, next(o for o in drawing.lines if o.kind == "grid").y1]
    assert [one.text for one in drawing.texts if one.kind == "number"] == ["0", "100"]


@pytest.mark.parametrize("values", [(), (None,), ("5",), (None, None), ("50", "50"), ("99.9",) * 40, ("1", None) * 30])
def test_any_number_of_values_stays_inside(values):
    chart = trend_chart(points(*values), marks=[(Decimal(60), "合格 60")])
    for drawing in drawings(chart):
        assert all(-0.1 <= x <= drawing.width + 0.1 and 0 <= y <= drawing.height for x, y in everything(drawing))


def test_bounds_give_way_to_what_lies_beyond_them():
    drawing = trend_chart(points("130", "-5"), marks=[(Decimal(140), "约定")]).wide
    assert [one.text for one in drawing.texts if one.anchor == "end"] == ["140", "-5"]
    same = trend_chart(points("7"), bounds=(7, 7)).wide
    assert all(0 <= y <= same.height for _x, y in everything(same))


def test_marks_close_together_are_written_under_each_other():
    close = [(Decimal("99.9"), "约定"), (Decimal("99.95"), "核心"), (Decimal("99.99"), "目标")]
    drawing = trend_chart(points("99.9"), bounds=(0, 100), marks=close).wide
    said = [one for one in drawing.texts if one.anchor == "start"]
    assert [one.text for one in said] == ["目标", "核心", "约定"]
    assert all(after.y - before.y >= 12 for before, after in pairwise(said))
    assert sum(one.kind == "mark" for one in drawing.lines) == 3


@pytest.mark.parametrize("count", [2, 6, 12, 24, 60])
def test_labels_of_periods_and_values_never_meet_and_both_ends_are_named(count):
    chart = trend_chart(points(*[str(50 + (number * 37) % 41) for number in range(count)]))
    for drawing in drawings(chart):
        below = [one for one in drawing.texts if re.fullmatch(r"2026-\d+", one.text)]
        assert [below[0].text, below[-1].text] == ["2026-01", f"2026-{count:02d}"]
        for row in (below, [one for one in drawing.texts if one.kind == "number"]):
            ends = [(one.x - text_width(one.text) / 2, one.x + text_width(one.text) / 2) for one in row]
            assert all(before[1] <= after[0] + 1 for before, after in pairwise(ends))


def test_of_many_values_the_lowest_the_highest_and_the_last_are_written():
    values = ["80"] * 40
    values[5], values[20], values[39] = "11.5", "99.5", "70.25"
    chart = trend_chart(points(*values))
    assert [one.text for one in chart.narrow.texts if one.kind == "number"] == ["11.5", "99.5", "70.25"]


def test_tones_differ_in_form():
    shapes = set()
    for tone in ("good", "warn", "bad", ""):
        dot = trend_chart(points("50", tone=tone)).wide.dots[0]
        shapes.add(re.sub(r"M[\d.]+ [\d.]+", "", dot.shape))
    assert len(shapes) == 4
    assert trend_chart(points("50", tone="unheard of")).wide.dots[0].tone == ""


# --- bars ------------------------------------------------------------------------------------------------------------


def boxes(chart, *kinds):
    return [one for one in chart.wide.boxes if one.kind in kinds]


def test_every_bar_is_measured_by_its_own_baseline():
    chart = bars_chart([Bar("甲", Decimal(50), Decimal(100)), Bar("乙", Decimal(5000), Decimal(10_000))])
    assert chart.relative
    assert len({one.width for one in boxes(chart, "bar")}) == 1
    assert len({line.x1 for line in chart.wide.lines}) == 1
    assert boxes(chart, "bar")[0].width == pytest.approx(chart.wide.lines[0].x1 / 2, abs=0.2)


def test_a_bar_beyond_twice_its_baseline_is_cut_with_a_mark():
    chart = bars_chart([Bar("甲", Decimal(900), Decimal(100)), Bar("乙", Decimal(100), Decimal(100))])
    first, mark, second = boxes(chart, "bar")
    assert first.width == pytest.approx(2 * second.width, abs=0.2)
    assert mark.x > first.x + first.width
    assert mark.x + mark.width <= chart.wide.width


def test_missing_zero_and_no_baseline_look_different():
    rows = [
        Bar("缺", None, Decimal(5)),
        Bar("零", Decimal(0), Decimal(5)),
        Bar("没有基线", Decimal(3)),
        Bar("无", None),
    ]
    chart = bars_chart(rows)
    assert [one.kind for one in chart.wide.boxes] == ["gap", "track", "bar", "blank", "gap"]
    assert boxes(chart, "bar")[0].width == 2
    assert [one.text for one in chart.wide.texts if one.kind == "number"] == ["", "0 / 5", "3", ""]


@pytest.mark.parametrize("values", [[], [None], [0], [0, 0], [3, 9, None]])
def test_bars_without_baselines_are_measured_by_the_longest(values):
    chart = bars_chart([Bar("x", None if one is None else Decimal(one)) for one in values])
    assert not chart.relative
    assert chart.wide.lines == ()
    assert all(one.x + one.width <= chart.wide.width for one in chart.wide.boxes)


def test_long_names_are_cut_before_the_number():
    chart = bars_chart([Bar("名称很长" * 30, Decimal(1_000_000), Decimal(2_000_000), "50%")])
    for drawing in drawings(chart):
        name, number = drawing.texts
        assert name.text.endswith("…")
        assert name.x + text_width(name.text) <= number.x - text_width(number.text)
    assert fitting("短", 100) == "短"


# --- timeline --------------------------------------------------------------------------------------------------------


def test_spans_are_cut_at_the_ends_and_what_lies_outside_is_left_out():
    rows = [TimelineRow("甲", (span(-5, 3), span(700, None), span(-9, -1), span(720, 800)))]
    chart = timeline_chart(BEGIN, END, rows)
    assert len(chart.rows[0].spans) == 2
    for drawing in drawings(chart):
        first, last = (one for one in drawing.boxes if one.kind == "outage")
        assert first.x == 0
        assert last.x + last.width == pytest.approx(drawing.width, abs=0.1)


def test_the_shortest_outage_stays_visible_at_either_end():
    rows = [TimelineRow("甲", (span(0, 0.01), span(719.99, 720)))]
    for drawing in drawings(timeline_chart(BEGIN, END, rows)):
        found = [one for one in drawing.boxes if one.kind == "outage"]
        assert [one.width for one in found] == [2, 2]
        assert all(one.x >= 0 and one.x + one.width <= drawing.width for one in found)


def test_kinds_differ_in_form_and_the_legend_names_those_that_occur():
    kinds = ("outage", "degraded", "maintenance", "excluded", "pending", "missing")
    chart = timeline_chart(BEGIN, END, [TimelineRow("甲", tuple(span(9, 99, kind) for kind in kinds))])
    forms = {(one.kind, one.y, one.height, bool(one.stripes)) for one in chart.wide.boxes if one.kind in kinds}
    assert len(forms) == 6
    assert set(chart.kinds) == set(kinds)
    assert timeline_chart(BEGIN, END, [TimelineRow("甲", ())]).kinds == ()
    # What is decided about an outage lies over it.
    assert [one.kind for one in chart.wide.boxes if one.kind in kinds][-2:] == ["excluded", "pending"]


def test_ticks_are_written_where_they_have_room():
    ticks = [(BEGIN + timedelta(days=day), f"{day + 1} 日") for day in range(30)]
    chart = timeline_chart(BEGIN, END, [TimelineRow("甲", ())], [*ticks, (END + timedelta(days=9), "外")])
    for drawing in drawings(chart):
        said = [one for one in drawing.texts if one.text.endswith("日")]
        assert said[0].text == "1 日"
        assert all(b.x - a.x >= text_width(a.text, 11) + 7 for a, b in pairwise(said))
        assert len(drawing.lines) == 30


def test_no_time_at_all_is_no_error():
    assert timeline_chart(BEGIN, BEGIN, [TimelineRow("甲", (span(0, 1),))]).rows[0].spans == ()


# --- on a page -------------------------------------------------------------------------------------------------------

PAGE = """
{% import "components/chart.html" as charts %}
{{ charts.trend(trend, "总分") }}{{ charts.bars(bars, "使用量", "件") }}{{ charts.timeline(timeline) }}
"""


@pytest.mark.sqlite_only
def test_a_chart_has_a_name_a_description_and_its_numbers_as_a_table(app):
    with app.test_request_context("/"):
        page = app.jinja_env.from_string(PAGE).render(
            trend=trend_chart([*points("91.25", None), TrendPoint("<b>", Decimal(1), "<i>")]),
            bars=bars_chart([Bar("<script>", None, Decimal(10))]),
            timeline=timeline_chart(
                BEGIN, END, [TimelineRow("甲", (span(1, 2, "outage", "<u>"),)), TimelineRow("乙", ())]
            ),
        )
    assert page.count("<svg") == page.count('role="img"') == page.count("<desc>") == 6
    assert page.count("<table") == 3
    assert "2026-02 缺" in page
    assert "全程正常" in page
    assert "style=" not in page
    assert not re.search(r"<(script|b|i|u)>", page)


@pytest.mark.sqlite_only
def test_a_chart_of_nothing_says_so(app):
    with app.test_request_context("/"):
        page = app.jinja_env.from_string(PAGE).render(
            trend=trend_chart([]), bars=bars_chart([]), timeline=timeline_chart(BEGIN, END, [])
        )
    assert "<svg" not in page
    assert page.count("还没有数据") == 3
