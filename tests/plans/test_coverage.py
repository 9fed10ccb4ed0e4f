"""What a plan judges: only what is agreed, nothing twice; and how a scheme reads in words."""

import pytest

from app.indicators.packaged_schemes import packaged_schemes
from app.indicators.schemes import parse_scheme
from app.plans.coverage import Agreement, covered, is_required, judges_figures, with_shares
from app.plans.scheme_words import bounds_words, function_words, grade_words, item_handling_words, rule_words, share_of
from tests.indicators.samples import LINEAR, MET, SCORE_BANDS, item, scheme

PACKAGED = {code: parse_scheme(content) for code, content in packaged_schemes().items()}


def line(*levels, measured=(), baseline=False, elsewhere=()):
    return Agreement("S1", frozenset(levels), frozenset(measured), frozenset(elsewhere), baseline)


REQUIRED = [
    ("KI-001", line("KI-001"), True),
    ("KI-001", line("KI-022"), False),
    ("KI-007", line("KI-001"), True),
    ("KI-008", line("KI-001"), True),
    ("KI-007", line("KI-007"), True),
    ("KI-001", line("KI-007"), False),
    ("KI-042", line("KI-042"), True),
    ("KI-042", line(measured=["KI-040"]), True),
    ("KI-042", line("KI-001"), False),
    ("KI-043", line(measured=["KI-040"]), False),
    ("KI-043", line(measured=["KI-040"], baseline=True), True),
    ("KI-043", line(baseline=True), False),
    ("KI-043", line("KI-043"), True),
    ("KI-050", line("KI-001", measured=["KI-050"]), False),
    ("KI-050", line(elsewhere=["KI-050"]), False),
]


@pytest.mark.parametrize("code, agreed, required", REQUIRED)
def test_an_item_is_judged_where_it_or_what_it_follows_from_is_agreed(code, agreed, required):
    assert is_required(code, agreed) is required


def test_what_the_scheme_asks_beyond_the_contract_and_the_contract_beyond_the_scheme():
    found = covered(PACKAGED["SC-AVAIL"], line("KI-001", "KI-022", elsewhere=["KI-050"]))
    assert found.judged == ("KI-001", "KI-007")
    assert found.unjudged == ()
    assert found.outside == ("KI-022", "KI-050")
    found = covered(PACKAGED["SC-MONTH"], line("KI-050"))
    assert found.judged == ("KI-050", "co-operation")
    assert "KI-001" in found.unjudged


def test_opinions_alone_are_no_reason_for_a_plan():
    assert not judges_figures(PACKAGED["SC-MONTH"], [line(), line("KI-999")])
    assert judges_figures(PACKAGED["SC-MONTH"], [line(), line("KI-056")])


def test_shares_of_the_leaves_make_a_hundred():
    for packaged in PACKAGED.values():
        shares = [float(share_of(leaf, path)) for leaf, path in with_shares(packaged.members)]
        assert sum(shares) == pytest.approx(100)
        assert [leaf.code for leaf, _path in with_shares(packaged.members)] == [one.code for one in packaged.items]
    month = {leaf.code: share_of(leaf, path) for leaf, path in with_shares(PACKAGED["SC-MONTH"].members)}
    assert (month["KI-001"], month["KI-043"], month["KI-025"]) == ("20", "20", "5")


def test_every_packaged_scheme_can_be_said():
    for packaged in PACKAGED.values():
        for leaf in packaged.items:
            assert all(
                "%(" not in word for word in [*function_words(leaf.function), *item_handling_words(leaf, packaged)]
            )
        words = [word for rule in packaged.deductions.rules for word in rule_words(rule)]
        assert all("%(" not in word for word in [*words, *bounds_words(packaged.deductions)])
        assert [zh for zh, _en, _reach in grade_words(packaged)] == ["优", "良", "中", "差"]


FUNCTIONS = [
    (LINEAR, None),
    ({"kind": "linear", "floor": 60, "target": 10}, "不低于 60 得 0 分，不高于 10 得 100 分，其间按比例"),
    (
        {"kind": "steps", "at_most": 1, "step": 1, "points": 20, "counting": "begun"},
        "不高于 1 时不扣分，此外每 1 扣 20 分",
    ),
    ({"kind": "steps", "at_least": 9, "step": 2, "points": 5, "counting": "whole", "most": 40}, "最多扣 40 分"),
    ({"kind": "met", "at_least": 1}, "不低于 1 时得 100 分，否则 0 分"),
]


@pytest.mark.parametrize("function, words", FUNCTIONS)
def test_scoring_functions_in_words(function, words):
    said = function_words(scheme(items=[item("KI-001", 100, function)]).items[0].function)
    assert said if words is None else words in said


def test_bands_are_said_one_by_one():
    said = function_words(
        scheme(items=[item("KI-001", 50, {"kind": "bands", "bands": SCORE_BANDS}), item("KI-002", 50, MET)])
        .items[0]
        .function
    )
    assert len(said) >= 2
    assert all(word.endswith(" 分") for word in said)


CHARGES = [
    ({"kind": "per_point", "fen": 100_000}, "每分 1,000.00 元"),
    ({"kind": "percent_per_point", "percent": 1}, "每分为当期费用的 1%"),
]


@pytest.mark.parametrize("charge, words", CHARGES)
def test_charges_in_words(charge, words):
    rule = {
        "code": "r",
        "indicator": "KI-001",
        "measure": {"kind": "met", "at_least": 99, "points": 2},
        "charge": charge,
    }
    found = scheme(items=[item("KI-001", 100, LINEAR)], deductions={"rules": [rule], "period_cap": {"percent": 10}})
    assert words in rule_words(found.deductions.rules[0])
    assert "不低于 99 时不扣分，否则扣 2 分" in rule_words(found.deductions.rules[0])
    assert bounds_words(found.deductions) == ["每期最多扣费用的 10%"]
