"""Schemes are read strictly: weights make 100, bands leave no gap, every problem has its place; packaged ones hold."""

import json

import pytest

from app.catalogues.checking import check_files
from app.catalogues.files import read_bytes, read_file
from app.catalogues.kinds import CatalogueKind
from app.catalogues.reading import Status
from app.core.errors import Refused
from app.indicators.definitions import parse_indicator
from app.indicators.input_digest import scheme_digest
from app.indicators.packaged_schemes import packaged_schemes
from app.indicators.scheme_terms import Group
from app.indicators.schemes import parse_scheme, scheme_references
from tests.house.source import ROOT
from tests.indicators.samples import GRADES, LINEAR, MET, POINT_BANDS, SCORE_BANDS, item, scheme, written

CATALOG = ROOT / "app/indicators/catalog"
KINDS = {
    "scheme": CatalogueKind("scheme", "考核方案", parse_scheme, scheme_references),
    "indicator": CatalogueKind("indicator", "指标", parse_indicator),
}
CHECKED = check_files([read_file(path, path.name) for path in sorted(CATALOG.glob("*.yaml"))], KINDS)
PACKAGED = [entry.parsed for entry in CHECKED.entries if entry.kind == "scheme"]
INDICATORS = {entry.parsed.code: entry.parsed for entry in CHECKED.entries if entry.kind == "indicator"}


def places(content):
    with pytest.raises(Refused) as caught:
        parse_scheme(content)
    return {problem.place: str(problem.what) for problem in caught.value.problems}


# --- the packaged ones -----------------------------------------------------------------------------------------------


def test_the_packaged_schemes_are_sound_defaults_with_their_source():
    assert CHECKED.findings == ()
    assert [(one.head.code, one.head.status) for one in PACKAGED] == [
        ("SC-MONTH", Status.DEFAULT),
        ("SC-AVAIL", Status.DEFAULT),
        ("SC-USE", Status.DEFAULT),
        ("SC-YEAR", Status.DEFAULT),
    ]
    assert all(one.head.citation for one in PACKAGED)
    assert sorted(packaged_schemes()) == ["SC-AVAIL", "SC-MONTH", "SC-USE", "SC-YEAR"]


PERIODS = [(0, "month"), (1, "month"), (2, "month"), (2, "quarter"), (3, "year")]


@pytest.mark.parametrize("place, period", PERIODS)
def test_they_score_nothing_that_is_banned_and_only_what_is_reported_for_their_periods(place, period):
    for code in PACKAGED[place].figure_codes:
        assert not INDICATORS[code].banned_as_assessment
        assert period in INDICATORS[code].periods, code


def test_their_grades_are_the_four_of_the_performance_rules():
    for packaged in PACKAGED:
        assert [(grade.name.zh, grade.at_least) for grade in packaged.grades] == [
            ("优", 90),
            ("良", 80),
            ("中", 60),
            ("差", None),
        ]


def test_a_stored_entry_and_a_written_scheme_have_the_same_digest():
    entry = next(entry for entry in CHECKED.entries if entry.kind == "scheme")
    assert scheme_digest(entry.raw.content) == entry.digest


# --- the tree --------------------------------------------------------------------------------------------------------


def test_defaults_of_the_scheme_hold_for_items_that_say_nothing():
    found = scheme(
        precision=3,
        missing="reweight",
        small_numbers={"min_denominator": 30, "rule": "hold"},
        repeat={"factor": 2},
        items=[
            item("KI-001", 50, LINEAR),
            item("KI-002", 50, MET, missing="zero", precision=1, min_denominator=5, repeat=True),
        ],
    )
    first, second = (one.handling for one in found.items)
    assert (first.precision, first.missing, first.min_denominator, first.repeats) == (3, "reweight", 30, False)
    assert (second.precision, second.missing, second.min_denominator, second.repeats) == (1, "zero", 5, True)
    assert first.small == second.small == "hold"


def group(weight, *members, code="A"):
    return {"code": code, "name": "组", "weight": str(weight), "items": list(members)}


def test_groups_nest_and_name_their_leaves():
    found = scheme(
        items=[group(70, group(100, item("KI-001", 100, LINEAR), code="B")), item("KI-002", 30, MET)],
    )
    assert isinstance(found.members[0], Group)
    assert [one.code for one in found.items] == ["KI-001", "KI-002"]
    assert [(one.code, one.place) for one in scheme_references(found)] == [
        ("KI-001", "items.0.items.0.items.0.indicator"),
        ("KI-002", "items.1.indicator"),
    ]


WEIGHTS = [
    ([item("KI-001", 60, LINEAR), item("KI-002", "39.9", MET)], "items", "99.9"),
    ([item("KI-001", 60, LINEAR), item("KI-002", 41, MET)], "items", "101"),
    ([group(100, item("KI-001", 40, LINEAR), item("KI-002", 40, MET))], "items.0.items", "80"),
    ([group(40, group(100, item("KI-001", 99, MET))), item("KI-002", 60, MET)], "items.0.items.0.items", "99"),
    ([item("KI-001", 0, LINEAR), item("KI-002", 100, MET)], "items.0.weight", "0"),
    ([item("KI-001", -10, LINEAR), item("KI-002", 110, MET)], "items.0.weight", "-10"),
    ([item("KI-001", "a", LINEAR)], "items.0.weight", "a"),
    ([{"indicator": "KI-001", "function": MET}], "items.0.weight", "weight"),
    ([], "items", "0"),
]


@pytest.mark.parametrize("items, place, said", WEIGHTS, ids=lambda value: value if isinstance(value, str) else "")
def test_weights_other_than_100_are_refused_with_their_place(items, place, said):
    found = places(written(items=items))
    assert list(found) == [place]
    assert said in found[place]


def test_weights_may_have_decimals_when_they_make_exactly_100():
    thirds = [item(f"KI-00{n}", weight, MET) for n, weight in enumerate(["33.33", "33.33", "33.34"], 1)]
    assert len(scheme(items=thirds).items) == 3


# --- bands -----------------------------------------------------------------------------------------------------------

BAD_BANDS = {
    "a gap": ([{"at_least": "99", "score": 100}, {"at_least": "97", "below": "98", "score": 60}, {"score": 0}], 1),
    "an overlap": (
        [{"at_least": "99", "score": 100}, {"at_least": "97", "below": "99.5", "score": 6}, {"score": 0}],
        1,
    ),
    "bounds out of order": ([{"at_least": "97", "score": 100}, {"at_least": "98", "score": 60}, {"score": 0}], 1),
    "the same bound twice": ([{"at_least": "97", "score": 100}, {"at_least": "97", "score": 60}, {"score": 0}], 1),
    "no end": ([{"at_least": "99", "score": 100}, {"at_least": "98", "score": 60}], 1),
    "everything else twice": ([{"at_least": "99", "score": 100}, {"score": 60}, {"score": 0}], 1),
    "nothing above": ([{"at_least": "99", "below": "100", "score": 100}, {"score": 0}], 0),
    "a gap where less is better": ([{"at_most": "1", "score": 100}, {"above": "2", "score": 0}], 1),
    "an overlap where less is better": ([{"at_most": "2", "score": 100}, {"above": "1", "score": 0}], 1),
    "both directions": ([{"at_least": "99", "score": 100}, {"at_most": "98", "score": 60}, {"score": 0}], 1),
    "the wrong edge": ([{"at_least": "99", "score": 100}, {"above": "99", "score": 0}], 1),
    "one band only": ([{"score": 100}], 0),
    "a worse band is worth more": ([{"at_least": "99", "score": 60}, {"score": 80}], 1),
}


@pytest.mark.parametrize("bands, place", BAD_BANDS.values(), ids=BAD_BANDS)
def test_bands_with_a_gap_or_an_overlap_are_refused_at_their_place(bands, place):
    content = written(items=[item("KI-001", 100, {"kind": "bands", "bands": bands})])
    assert f"items.0.function.bands.{place}" in places(content)


@pytest.mark.parametrize(
    "bands",
    [
        SCORE_BANDS,
        [{"at_least": "99", "score": 100}, {"score": 0}],
        [{"at_most": "1", "score": 100}, {"at_most": "3", "above": "1", "score": 60}, {"above": "3", "score": 0}],
        [{"at_most": "1", "score": 100}, {"at_most": "3", "score": 60}, {"score": 0}],
    ],
    ids=["edges written", "edges left out", "less is better", "less is better, edges left out"],
)
def test_bands_that_give_each_value_one_score_are_read(bands):
    content = written(items=[item("KI-001", 100, {"kind": "bands", "bands": bands})])
    assert len(parse_scheme(content).items[0].function.bands.bands) == len(bands)


def test_a_bound_finer_than_the_precision_is_refused():
    bands = [{"at_least": "98.995", "score": 100}, {"score": 0}]
    found = places(written(items=[item("KI-001", 100, {"kind": "bands", "bands": bands})]))
    assert list(found) == ["items.0.function.bands.0.at_least"]
    parse_scheme(written(items=[item("KI-001", 100, {"kind": "bands", "bands": bands}, precision=3)]))


# --- everything else -------------------------------------------------------------------------------------------------


def one(function, **more):
    return {"items": [item("KI-001", 100, function, **more)]}


def deductions(*rules, **more):
    return {"deductions": {"rules": list(rules), **more}}


RULE = {"code": "a", "indicator": "KI-001", "measure": {"kind": "bands", "bands": POINT_BANDS}}
POOL = {"kind": "pool", "allocation": "60"}

BAD = {
    "no missing rule": ({"missing": None}, "missing"),
    "an unknown missing rule": ({"missing": "ignore"}, "missing"),
    "no precision": ({"precision": None}, "precision"),
    "too fine a precision": ({"precision": 7}, "precision"),
    "a binary float": ({"precision": 2.0}, "precision"),
    "no grades": ({"grades": None}, "grades"),
    "grades with a gap": ({"grades": [GRADES[0], {"name": "差", "below": "60"}]}, "grades.1"),
    "grades without an end": ({"grades": GRADES[:3]}, "grades.2"),
    "the same grade twice": ({"grades": [GRADES[0], {"name": "优"}]}, "grades"),
    "no function": ({"items": [{"indicator": "KI-001", "weight": 100}]}, "items.0.function"),
    "an unknown function": (one({"kind": "cubic"}), "items.0.function.kind"),
    "a flat line": (one({"kind": "linear", "floor": "9", "target": "9.0"}), "items.0.function.target"),
    "a line without a floor": (one({"kind": "linear", "target": "9"}), "items.0.function.floor"),
    "a key of another function": (one({**MET, "floor": "1"}), "items.0.function.floor"),
    "nothing to meet": (one({"kind": "met"}), "items.0.function"),
    "an empty range": (one({"kind": "met", "at_least": 2, "at_most": 1}), "items.0.function.at_least"),
    "steps of nothing": (
        one({"kind": "steps", "at_least": 9, "step": 0, "points": 1, "counting": "whole"}),
        "items.0.function.step",
    ),
    "steps without a way of counting": (
        one({"kind": "steps", "at_least": 9, "step": 1, "points": 1}),
        "items.0.function.counting",
    ),
    "a band without a score": (
        one({"kind": "bands", "bands": [{"at_least": 9}, {"score": 0}]}),
        "items.0.function.bands.0.score",
    ),
    "a score above 100": (
        one({"kind": "bands", "bands": [{"at_least": 9, "score": 101}, {"score": 0}]}),
        "items.0.function.bands.0.score",
    ),
    "no scorers": (one({"kind": "qualitative", "scorers": 0}), "items.0.function.scorers"),
    "repeat without a rule": (one(MET, repeat=True), "items.0.repeat"),
    "repeat of a judgement": ({**one({"kind": "qualitative"}, repeat=True), "repeat": {"factor": 2}}, "items.0.repeat"),
    "a factor below one": ({"repeat": {"factor": "0.5"}}, "repeat.factor"),
    "the same indicator twice": ({"items": [item("KI-001", 60, MET), item("KI-001", 40, MET)]}, "items"),
    "a figure without an indicator": (
        {"items": [{"code": "own", "name": "自定", "weight": 100, "function": MET}]},
        "items.0.indicator",
    ),
    "small numbers as zero": ({"small_numbers": {"min_denominator": 30, "rule": "zero"}}, "small_numbers.rule"),
    "a bonus above 100": ({"bonus": {"cap": 101, "items": []}}, "bonus.cap"),
    "a veto without a name": ({"vetoes": [{"code": "leak"}]}, "vetoes.0.name"),
    "a veto twice": ({"vetoes": [{"code": "leak", "name": "泄露"}] * 2}, "vetoes"),
    "an unknown key": ({"weights": 1}, "weights"),
    "a rule without a measure": (deductions({"code": "a", "indicator": "KI-001"}), "deductions.rules.0.measure"),
    "points at the best band": (
        deductions({**RULE, "measure": {"kind": "bands", "bands": [{"at_least": 9, "points": 1}, {"points": 2}]}}),
        "deductions.rules.0.measure.bands.0",
    ),
    "fewer points for worse": (
        deductions(
            {
                **RULE,
                "measure": {
                    "kind": "bands",
                    "bands": [{"at_least": 9, "points": 0}, {"at_least": 8, "points": 2}, {"points": 1}],
                },
            }
        ),
        "deductions.rules.0.measure.bands.2",
    ),
    "a rule twice": (deductions(RULE, RULE), "deductions.rules"),
    "a pool share without a pool": (deductions({**RULE, "charge": POOL}), "deductions.pool"),
    "more than the pool": (
        deductions({**RULE, "charge": POOL}, {**RULE, "code": "b", "charge": POOL}, pool="50"),
        "deductions.rules",
    ),
    "money in yuan": (
        deductions({**RULE, "charge": {"kind": "per_point", "fen": "10.50"}}),
        "deductions.rules.0.charge.fen",
    ),
    "an amount twice": (deductions(RULE, period_cap={"percent": 10, "fen": 5}), "deductions.period_cap"),
    "no amount": (deductions(RULE, annual_cap={}), "deductions.annual_cap"),
    "carry-over without a cap": (deductions(RULE, carry_over=True), "deductions.carry_over"),
    "earn-back at once": (deductions(RULE, earn_back={"periods": 0, "percent": 50}), "deductions.earn_back.periods"),
    "zero for endless steps": (
        deductions(
            {
                **RULE,
                "missing": "zero",
                "measure": {"kind": "steps", "at_most": 0, "step": 1, "points": 1, "counting": "begun"},
            }
        ),
        "deductions.rules.0.missing",
    ),
    "zero for a line": (
        deductions({**RULE, "missing": "zero", "charge": {"kind": "percent_per_unit", "percent": "0.5"}}),
        "deductions.rules.0.missing",
    ),
}


@pytest.mark.parametrize("change, place", BAD.values(), ids=BAD)
def test_what_a_scheme_cannot_mean_is_refused_at_its_place(change, place):
    assert place in places(written(**change))


def test_all_problems_are_said_at_once():
    found = places(written(missing="x", precision=9, grades=GRADES[:3], weights=1))
    assert {"missing", "precision", "grades.2", "weights"} <= set(found)


def test_too_many_items_are_refused():
    many = [item(f"KI-{n}", "0.25", MET) for n in range(400)]
    assert "items" in places(written(items=many))


FILE = """kind: scheme
code: SC-BAD
name: 不对的方案
status: D
precision: 2
missing: hold
grades:
  - {name: 优, at_least: 90}
  - {name: 差}
items:
  - indicator: KI-001
    weight: 60
    function:
      kind: bands
      bands:
        - {at_least: 99, score: 100}
        - {at_least: 97, below: 98, score: 60}
        - {score: 0}
  - indicator: KI-999
    weight: 40
    function: {kind: met, at_least: 90}
"""


@pytest.mark.parametrize(
    "old, new, line, said",
    [
        ("weight: 60", "weight: 50", 10, "90"),
        ("", "", 17, "空档"),
        ("below: 98", "below: 99", 19, "KI-999"),
        ("missing: hold", "missing: never", 6, "never"),
    ],
    ids=["weights", "a gap", "an unknown indicator", "a missing rule"],
)
def test_a_bad_file_is_refused_with_line_and_reason(old, new, line, said):
    file = read_bytes(FILE.replace(old, new).encode(), "bad.yaml")
    findings = check_files([file], KINDS, {("indicator", "KI-001")}).findings
    assert any(finding.line == line and said in finding.reason and finding.remedy for finding in findings)


def test_a_scheme_may_be_json():
    file = read_bytes(json.dumps({"kind": "scheme", **written()}).encode(), "scheme.json")
    assert check_files([file], KINDS, {("indicator", code) for code in ("KI-001", "KI-002")}).findings == ()
