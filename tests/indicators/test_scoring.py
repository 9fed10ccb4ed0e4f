"""A period's score: every function at its edges, what is missing kept apart, weights, bonus, veto, grade, digest."""

import hashlib
import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.indicators.exact import plain, rounded, short, shown, whole_fen
from app.indicators.figures import NOT_REQUIRED, Figure, Inputs, Opinion
from app.indicators.input_digest import input_digest
from app.indicators.scoring import score
from tests.indicators.samples import LINEAR, MET, SCORE_BANDS, figure, inputs, item, only, scheme

# --- exact numbers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, places, text",
    [
        ("0.5", 0, "1"),
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("0.0049999", 2, "0.00"),
        ("98.995", 2, "99.00"),
        ("98.994999999999", 2, "98.99"),
        ("123456789012345678.999999999999", 2, "123456789012345679.00"),
        ("7", 2, "7.00"),
    ],
)
def test_numbers_are_rounded_half_up_once(value, places, text):
    exact = Fraction(Decimal(value))
    assert plain(exact, places) == text
    assert rounded(exact, places) == Fraction(Decimal(text))


def test_numbers_have_one_shortest_spelling():
    assert [shown(Decimal(text)) for text in ("99.90", "100", "-0.0", "0.50", "1E+2")] == [
        "99.9",
        "100",
        "0",
        "0.5",
        "100",
    ]
    assert short(Fraction(1, 3), 4) == "0.3333"
    assert whole_fen(Fraction(5, 2)) == 3


# --- functions at their edges ----------------------------------------------------------------------------------------

DOWN = {"kind": "linear", "floor": "1000", "target": "200"}
BANDS = {"kind": "bands", "bands": SCORE_BANDS}
FEWER = {
    "kind": "bands",
    "bands": [{"at_most": "1", "score": 100}, {"at_most": "3", "above": "1", "score": 50}, {"score": 0}],
}


def steps(counting="begun", **more):
    return {"kind": "steps", "at_least": "99.9", "step": "0.1", "points": "10", "counting": counting, **more}


OUTAGES = {"kind": "steps", "at_most": "1", "step": "1", "points": "20", "counting": "whole"}
RANGE = {"kind": "met", "at_least": "30", "at_most": "70"}

EDGES = [
    (LINEAR, "99.9", "100"),
    (LINEAR, "100", "100"),
    (LINEAR, "99", "0"),
    (LINEAR, "0", "0"),
    (LINEAR, "-5", "0"),
    (LINEAR, "99.45", "50"),
    (LINEAR, "99.3", "33.33"),
    (LINEAR, "99.8999", "99.99"),
    (LINEAR, "99.89999999", "100"),
    (DOWN, "200", "100"),
    (DOWN, "100", "100"),
    (DOWN, "1000", "0"),
    (DOWN, "1001", "0"),
    (DOWN, "400", "75"),
    (BANDS, "99", "100"),
    (BANDS, "98.995", "100"),
    (BANDS, "98.9949", "80"),
    (BANDS, "98", "80"),
    (BANDS, "97.99", "60"),
    (BANDS, "97", "60"),
    (BANDS, "96.994", "0"),
    (FEWER, "1", "100"),
    (FEWER, "1.004", "100"),
    (FEWER, "1.01", "50"),
    (FEWER, "3", "50"),
    (FEWER, "4", "0"),
    (steps(), "99.9", "100"),
    (steps(), "99.895", "100"),
    (steps(), "99.89", "90"),
    (steps(), "99.8", "90"),
    (steps(), "99.79", "80"),
    (steps("whole"), "99.81", "100"),
    (steps("whole"), "99.8", "90"),
    (steps(), "98.9", "0"),
    (steps(), "0", "0"),
    (steps(most="30"), "0", "70"),
    (OUTAGES, "0", "100"),
    (OUTAGES, "1", "100"),
    (OUTAGES, "3", "60"),
    (MET, "90", "100"),
    (MET, "89.995", "100"),
    (MET, "89.99", "0"),
    (RANGE, "30", "100"),
    (RANGE, "70", "100"),
    (RANGE, "70.01", "0"),
    (RANGE, "29.99", "0"),
]


@pytest.mark.parametrize(
    "function, value, expected", EDGES, ids=lambda one: one["kind"] if isinstance(one, dict) else one
)
def test_every_function_at_its_edges(function, value, expected):
    found = score(only(function), inputs({"KI-001": value}))
    line = found.items[0]
    assert line.score == Decimal(expected)
    assert found.total == line.weighted == line.score
    assert (line.function, line.value, line.weight) == (function["kind"], Decimal(value), 100)
    assert shown(Decimal(value)) in line.reason


def test_the_reason_says_how_the_number_came_about():
    assert score(only(LINEAR), inputs({"KI-001": "99.45"})).items[0].reason == (
        "99.45 介于下限 99 与目标 99.9 之间：(99.45 − 99) ÷ (99.9 − 99) × 100 = 50.00 分"
    )
    assert score(only(BANDS), inputs({"KI-001": "98.995"})).items[0].reason == (
        "98.995（按 2 位小数比较为 99），属于“不低于 99”一档，得 100 分"
    )
    assert score(only(steps()), inputs({"KI-001": "99.75"})).items[0].reason == (
        "99.75，要求不低于 99.9，相差 0.15；每 0.1 扣 10 分，计 2 步，扣 20 分，得 80 分"
    )


def people(*scores):
    return {"KI-001": tuple(Opinion(f"评分人{n}", Decimal(one)) for n, one in enumerate(scores))}


@pytest.mark.parametrize(
    "given_scores, scorers, expected",
    [(["85", "90"], 2, "87.50"), (["0"], 1, "0"), (["100"] * 3, 2, "100"), (["85", "90", "90"], 1, "88.33")],
)
def test_a_judgement_of_people_is_their_mean(given_scores, scorers, expected):
    found = score(only({"kind": "qualitative", "scorers": scorers}), inputs(opinions=people(*given_scores)))
    assert found.total == Decimal(expected)
    assert "评分人0" in found.items[0].reason


def test_too_few_scorers_are_a_missing_figure():
    found = score(only({"kind": "qualitative", "scorers": 2}), inputs(opinions=people("85")))
    assert (found.items[0].state, found.total) == ("missing", None)
    assert "1 名，少于要求的 2 名" in found.items[0].reason


@pytest.mark.parametrize("wrong", ["-1", "100.01"])
def test_an_opinion_outside_the_scale_is_no_opinion(wrong):
    with pytest.raises(ValueError):
        Opinion("评分人", Decimal(wrong))


def test_precision_is_that_of_the_scheme_or_of_the_item():
    bands = {"kind": "bands", "bands": [{"at_least": "99", "score": 100}, {"score": 0}]}
    for precision, expected in ((2, 100), (3, 0), (0, 100)):
        found = scheme(precision=precision, items=[item("KI-001", 100, bands)])
        assert score(found, inputs({"KI-001": "98.995"})).total == expected
    own = scheme(precision=2, items=[item("KI-001", 100, bands, precision=3)])
    assert score(own, inputs({"KI-001": "98.995"})).total == 0


# --- what is not there -----------------------------------------------------------------------------------------------

NOT_THERE = [
    ("zero", figure(None), "missing", "zero", "60.00", "0"),
    ("reweight", figure(None), "missing", "excluded", "100.00", None),
    ("hold", figure(None), "missing", "held", None, None),
    ("zero", NOT_REQUIRED, "not_required", "excluded", "100.00", None),
    ("hold", NOT_REQUIRED, "not_required", "excluded", "100.00", None),
    ("zero", figure("0"), "given", "counted", "60.00", "0"),
    ("hold", figure("0"), "given", "counted", "60.00", "0"),
]


@pytest.mark.parametrize("rule, given_figure, state, effect, total, own", NOT_THERE)
def test_missing_not_required_and_zero_are_three_things(rule, given_figure, state, effect, total, own):
    found = score(scheme(missing=rule), inputs({"KI-001": "99.9", "KI-002": given_figure}))
    line = found.items[1]
    assert (line.state, line.effect) == (state, effect)
    assert found.total == (None if total is None else Decimal(total))
    assert line.score == (None if own is None else Decimal(own))
    assert line.weight == 40
    assert line.reason


def test_a_figure_that_nobody_gave_is_missing():
    found = score(scheme(), inputs({"KI-001": "99.9"}))
    assert (found.total, found.grade, found.items[1].state) == (None, None, "missing")
    assert "KI-002" in found.reason


def test_the_rule_of_an_item_goes_before_that_of_the_scheme():
    items = [item("KI-001", 60, LINEAR), item("KI-002", 40, MET, missing="zero")]
    found = score(scheme(missing="hold", items=items), inputs({"KI-001": "99.9", "KI-002": None}))
    assert found.total == 60


def test_when_nothing_is_left_there_is_no_total():
    found = score(scheme(missing="reweight"), inputs({"KI-001": None, "KI-002": NOT_REQUIRED}))
    assert (found.total, found.grade) == (None, None)
    assert found.reason == "暂无总分：本期没有可以计分的指标"


SMALL = {"min_denominator": 30, "rule": "reweight"}


@pytest.mark.parametrize(
    "denominator, rule, state, total",
    [
        ("30", "reweight", "given", "60.00"),
        ("29", "reweight", "small", "100.00"),
        ("0", "reweight", "small", "100.00"),
        ("29", "hold", "small", None),
        (None, "reweight", "given", "60.00"),
    ],
)
def test_percentages_of_few_cases_are_not_scored(denominator, rule, state, total):
    found = score(
        scheme(small_numbers={**SMALL, "rule": rule}),
        inputs({"KI-001": "99.9", "KI-002": figure("50", denominator)}),
    )
    assert found.items[1].state == state
    assert found.total == (None if total is None else Decimal(total))


def test_what_is_left_out_gives_its_weight_to_its_own_group_first():
    group = {
        "code": "A",
        "name": "组",
        "weight": "50",
        "items": [item("KI-001", 50, MET), item("KI-002", 50, MET, missing="reweight")],
    }
    tree = scheme(missing="reweight", items=[group, item("KI-003", 50, MET)])
    found = score(tree, inputs({"KI-001": "90", "KI-002": None, "KI-003": "0"}))
    assert [line.counted_weight for line in found.items] == [50, 0, 50]
    assert [line.weight for line in found.items] == [25, 25, 50]
    assert [line.groups for line in found.items] == [("A",), ("A",), ()]
    assert found.total == 50
    empty = score(tree, inputs({"KI-001": None, "KI-002": None, "KI-003": "90"}))
    assert ([line.counted_weight for line in empty.items], empty.total) == ([0, 0, 100], 100)


# --- repeat, bonus, veto, grade --------------------------------------------------------------------------------------


def test_a_failure_right_after_a_failure_loses_double_and_no_more():
    repeated = scheme(repeat={"factor": 2}, items=[item("KI-001", 100, BANDS, repeat=True)])
    failed, totals = frozenset(), []
    for value in ("98", "98", "98", "99", "97"):
        found = score(repeated, inputs({"KI-001": value}, failed_before=failed))
        failed = found.failed
        totals.append(found.total)
    assert totals == [80, 60, 60, 100, 60]


def test_only_items_that_say_so_lose_double_and_never_below_nothing():
    items = [item("KI-001", 50, BANDS), item("KI-002", 50, MET, repeat=True)]
    found = score(
        scheme(repeat={"factor": 2}, items=items),
        inputs({"KI-001": "98", "KI-002": "0"}, failed_before=frozenset({"KI-001", "KI-002"})),
    )
    assert [(line.score, line.repeated) for line in found.items] == [(80, False), (0, True)]


def test_a_zero_by_rule_is_a_failure_and_a_missing_figure_otherwise_is_none():
    for rule, failed in (("zero", {"KI-002"}), ("reweight", set()), ("hold", set())):
        assert score(scheme(missing=rule), inputs({"KI-001": "99.9", "KI-002": None})).failed == failed


BONUS = {
    "cap": "5",
    "items": [{"indicator": "KI-033", "points": "2"}, {"indicator": "KI-049", "points": "1", "per": "10"}],
}


@pytest.mark.parametrize(
    "extra, reuse, bonus, total",
    [
        (None, None, "0", "60"),
        ("1", None, "2", "62"),
        ("1.9", None, "2", "62"),
        ("2", "10", "5", "65"),
        ("2", "9", "4", "64"),
        ("9", "90", "5", "65"),
        ("-3", "0", "0", "60"),
    ],
)
def test_the_bonus_is_capped(extra, reuse, bonus, total):
    found = score(
        scheme(bonus=BONUS),
        inputs({"KI-001": "99.9", "KI-002": "0", "KI-033": extra, "KI-049": reuse}),
    )
    assert (found.base, found.bonus, found.total) == (60, Decimal(bonus), Decimal(total))


def test_no_bonus_lifts_a_total_above_100():
    found = score(scheme(bonus=BONUS), inputs({"KI-001": "99.9", "KI-002": "99", "KI-033": "3"}))
    assert (found.base, found.bonus, found.total) == (100, 5, 100)


VETOES = [{"code": "leak", "name": "数据泄露"}, {"code": "fake", "name": "数据造假"}]


def test_a_veto_makes_the_grade_the_last_one_and_leaves_the_total_visible():
    found = score(scheme(vetoes=VETOES), inputs({"KI-001": "99.9", "KI-002": "90"}, vetoes=("leak",)))
    assert (found.total, found.grade.name.zh) == (100, "差")
    assert found.reason == "各项加权得分合计 100.00，总分 100.00；因“数据泄露”一票否决，等级为“差”"


def test_a_veto_decides_even_while_the_total_waits():
    found = score(scheme(vetoes=VETOES), inputs({"KI-001": "99.9"}, vetoes=("leak", "fake")))
    assert (found.total, found.grade.name.zh) == (None, "差")


def test_a_veto_that_the_scheme_does_not_know_is_refused():
    with pytest.raises(ValueError, match="no such veto"):
        score(scheme(), inputs({}, vetoes=("leak",)))


@pytest.mark.parametrize(
    "value, total, grade",
    [
        ("100", "100", "优"),
        ("90", "90", "优"),
        ("89.995", "90", "优"),
        ("89.994", "89.99", "良"),
        ("80", "80", "良"),
        ("79.99", "79.99", "中"),
        ("60", "60", "中"),
        ("59.99", "59.99", "差"),
        ("0", "0", "差"),
    ],
)
def test_the_grade_follows_the_total_as_it_is_shown(value, total, grade):
    found = score(only({"kind": "linear", "floor": "0", "target": "100"}), inputs({"KI-001": value}))
    assert (found.total, found.grade.name.zh) == (Decimal(total), grade)


def test_the_total_is_rounded_once_and_not_summed_from_rounded_parts():
    thirds = [item(f"KI-00{n}", weight, LINEAR) for n, weight in enumerate(["33.3", "33.3", "33.4"], 1)]
    found = score(scheme(items=thirds), inputs({f"KI-00{n}": "99.3" for n in (1, 2, 3)}))
    assert [line.weighted for line in found.items] == [Decimal("11.10"), Decimal("11.10"), Decimal("11.13")]
    assert found.total == Decimal("33.33")


def test_the_exact_total_is_there_for_whoever_adds_several_up():
    thirds = [item(f"KI-00{n}", weight, LINEAR) for n, weight in enumerate(["33.3", "33.3", "33.4"], 1)]
    found = score(scheme(items=thirds), inputs({f"KI-00{n}": "99.3" for n in (1, 2, 3)}))
    assert (found.exact, found.total) == (Fraction(100, 3), Decimal("33.33"))
    held = score(only(LINEAR), inputs({"KI-001": None}))
    assert (held.exact, held.total) == (None, None)


def test_a_calculated_figure_is_judged_as_it_is_and_shown_shortened():
    """Just below the bound by less than is shown: the exact number decides."""
    just_below = Fraction(99) - Fraction(1, 10**20)
    made = only({"kind": "met", "at_least": "99"}, precision=6)
    exact = Figure(Decimal("99"), exact=just_below)
    assert (exact.amount, Figure(Decimal("99")).amount, Figure(None).amount) == (just_below, 99, 0)
    assert score(made, inputs({"KI-001": exact})).items[0].value == Decimal("99")
    line = only({"kind": "linear", "floor": "0", "target": "300"})
    third = score(line, inputs({"KI-001": Figure(Decimal("33.3333"), exact=Fraction(100, 3))}))
    assert third.exact == Fraction(100, 9)
    assert digest(inputs({"KI-001": exact})) != digest(inputs({"KI-001": "99"}))


# --- laws ------------------------------------------------------------------------------------------------------------

values = st.decimals(-1000, 1000, places=4)
FUNCTIONS = [LINEAR, DOWN, BANDS, FEWER, steps(), OUTAGES, MET, RANGE]


@given(st.sampled_from(FUNCTIONS), values)
def test_a_score_lies_between_0_and_100(function, value):
    assert 0 <= score(only(function), inputs({"KI-001": figure(value)})).total <= 100


@given(st.sampled_from([LINEAR, BANDS, steps(), MET]), values, values)
def test_better_is_never_worse(function, one, other):
    low, high = (score(only(function), inputs({"KI-001": figure(value)})).total for value in sorted([one, other]))
    assert low <= high


@given(st.sampled_from([DOWN, FEWER, OUTAGES]), values, values)
def test_where_less_is_better_less_is_never_worse(function, one, other):
    low, high = (score(only(function), inputs({"KI-001": figure(value)})).total for value in sorted([one, other]))
    assert low >= high


WEIGHTED = [item(f"KI-{n:03d}", weight, LINEAR) for n, weight in enumerate(["7.5", "12.5", "30", "33.4", "16.6"])]


@given(st.lists(st.none() | st.decimals(98, 101, places=3), min_size=5, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_items_and_of_figures_does_not_matter(found_values, chance: random.Random):
    given_figures = {f"KI-{n:03d}": figure(value) for n, value in enumerate(found_values)}
    items, shuffled = list(WEIGHTED), list(given_figures.items())
    chance.shuffle(items)
    chance.shuffle(shuffled)
    first = score(scheme(missing="reweight", items=WEIGHTED), Inputs(given_figures))
    second = score(scheme(missing="reweight", items=items), Inputs(dict(shuffled)))
    assert (first.total, first.grade, first.reason) == (second.total, second.grade, second.reason)
    assert sorted(map(str, first.items)) == sorted(map(str, second.items))


# --- the digest ------------------------------------------------------------------------------------------------------


def digest(made):
    return input_digest("0" * 64, inputs=made.as_plain())


def test_the_same_inputs_have_the_same_digest():
    one = inputs({"KI-001": "99.90", "KI-002": None}, vetoes=("b", "a"), failed_before=frozenset({"y", "x"}))
    other = inputs({"KI-002": None, "KI-001": "99.9"}, vetoes=("a", "b", "a"), failed_before=frozenset({"x", "y"}))
    assert digest(one) == digest(other)


def test_the_digest_is_sha256_over_the_canonical_text():
    text = (
        '{"inputs":{"failed_before":[],"figures":{"KI-001":{"denominator":null,"required":true,"value":"99.9"}},'
        '"opinions":{},"vetoes":[]},"scheme":"' + "0" * 64 + '"}'
    )
    assert digest(inputs({"KI-001": "99.90"})) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        {"KI-001": "99.91"},
        {"KI-001": None},
        {"KI-001": NOT_REQUIRED},
        {"KI-001": Figure(Decimal("99.9"), Decimal(30))},
        {"KI-002": "99.9"},
        {},
    ],
    ids=["value", "missing", "not required", "denominator", "code", "nothing"],
)
def test_any_other_input_has_another_digest(other):
    assert digest(inputs(other)) != digest(inputs({"KI-001": "99.9"}))


def test_the_scheme_and_the_period_before_are_inputs_too():
    plain_inputs = inputs({"KI-001": "99.9"}).as_plain()
    seen = {
        input_digest("0" * 64, inputs=plain_inputs),
        input_digest("1" * 64, inputs=plain_inputs),
        digest(inputs({"KI-001": "99.9"}, failed_before=frozenset({"KI-001"}))),
        digest(inputs({"KI-001": "99.9"}, opinions=people("85"))),
    }
    assert len(seen) == 4


def test_a_float_has_no_digest():
    with pytest.raises(TypeError):
        input_digest("0" * 64, fee=0.1)
