"""The form `score` as other programs use it: worked checks, periods in order, strict reading, reasons in words."""

import json

import pytest

from app.calendars.flaws import Flaw
from app.catalogues.checking import check_files
from app.catalogues.files import read_bytes
from app.catalogues.kinds import CatalogueKind
from app.indicators.packaged_schemes import packaged_schemes
from app.indicators.schemes import parse_scheme
from app.whatif.examples import EXAMPLES
from app.whatif.kinds import answer, answer_text
from tests.indicators.samples import LINEAR, POINT_BANDS, item, written

BANDS = {"kind": "bands", "bands": POINT_BANDS}
FEE = 100_000_000


def rule(charge=None, **more):
    made = {"code": "availability", "indicator": "KI-001", "measure": BANDS, "repeat": True, **more}
    return made if charge is None else {**made, "charge": charge}


def scheme(*rules, **change):
    usual = {"repeat": {"factor": 2}, "missing": "zero", "items": [item("KI-001", 100, LINEAR)]}
    deductions = {"rules": list(rules) or [rule()], **change.pop("deductions", {})}
    return written(**{**usual, **change}, deductions=deductions)


def months(*values, first=7):
    return [{"period": f"2026-{first + n:02d}", "figures": {"KI-001": value}} for n, value in enumerate(values)]


def form(used=None, periods=None, **more):
    return {"scheme": used or scheme(), "fee_fen": FEE, "periods": periods or months("99.95"), **more}


def periods_of(found, key):
    return [one[key] for one in found["periods"]]


# --- worked checks ---------------------------------------------------------------------------------------------------


def test_bands_and_repeat_over_consecutive_periods():
    charge = {"kind": "percent_per_point", "percent": "1"}
    found = answer("score", form(scheme(rule(charge)), months("96.5", "98.5", "96.5")))
    assert periods_of(found, "deduction_points") == ["3", "2", "6"]
    assert periods_of(found, "deduction_fen") == [3_000_000, 2_000_000, 6_000_000]
    assert periods_of(found, "period") == ["2026-07", "2026-08", "2026-09"]


@pytest.mark.parametrize("at_risk", ["10", {"percent": "10"}, 1_000_000, {"fen": 1_000_000}], ids=str)
def test_pool_and_allocation_of_the_amount_at_risk(at_risk):
    used = scheme(rule({"kind": "pool", "allocation": "40"}), deductions={"pool": "50"})
    found = answer("score", form(used, months("98.5"), at_risk=at_risk, fee_fen=10_000_000))
    assert periods_of(found, "deduction_fen") == [200_000]


def test_a_fixed_amount_for_each_failure_and_a_line():
    failures = {
        "code": "failures",
        "indicator": "KI-007",
        "missing": "hold",
        "measure": {"kind": "steps", "at_most": 0, "step": 1, "points": 1, "counting": "whole"},
        "charge": {"kind": "per_failure", "fen": 5_000_000},
    }
    line = {
        "code": "line",
        "indicator": "KI-001",
        "missing": "hold",
        "measure": {"kind": "met", "at_least": "99.9", "points": 1},
        "charge": {"kind": "percent_per_unit", "percent": "0.5"},
    }
    period = {"period": "2026", "figures": {"KI-001": "97.9", "KI-007": "6"}}
    found = answer("score", form(scheme(failures, line), [period], fee_fen=10_000_000))
    assert [one["fen"] for one in found["periods"][0]["deductions"]["items"]] == [30_000_000, 100_000]
    assert found["periods"][0]["deduction_fen"] == 30_100_000


# --- periods ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "labels, points",
    [
        (("2026-08", "2026-09"), ["3", "6"]),
        (("2026-12", "2027-01"), ["3", "6"]),
        (("2026-08", "2026-10"), ["3", "3"]),
        (("2026-Q4", "2027-Q1"), ["3", "6"]),
        (("2026-Q1", "2026-Q3"), ["3", "3"]),
        (("2026", "2027"), ["3", "6"]),
        (("2026", "2028"), ["3", "3"]),
    ],
    ids=str,
)
def test_only_the_period_right_before_counts(labels, points):
    periods = [{"period": label, "figures": {"KI-001": "96.5"}} for label in labels]
    assert periods_of(answer("score", form(periods=periods)), "deduction_points") == points


def test_a_new_year_begins_with_nothing_taken_and_keeps_what_was_carried():
    used = scheme(
        rule({"kind": "per_point", "fen": 1000}, repeat=False),
        deductions={"period_cap": {"fen": 2500}, "annual_cap": {"fen": 4000}, "carry_over": True},
    )
    labels = ("2026-11", "2026-12", "2027-01")
    periods = [
        {"period": label, "figures": {"KI-001": value}} for label, value in zip(labels, ("96", "96", "99"), strict=True)
    ]
    found = answer("score", form(used, periods))
    assert periods_of(found, "deduction_fen") == [2500, 1500, 1000]


def test_the_annual_cap_is_a_percentage_of_as_many_fees_as_the_year_has_periods():
    used = scheme(rule({"kind": "percent_per_point", "percent": "1"}), deductions={"annual_cap": {"percent": "1"}})
    assert periods_of(answer("score", form(used, months("0", "0", "0"))), "deduction_fen") == [4_000_000, 8_000_000, 0]


# --- an answer -------------------------------------------------------------------------------------------------------


def test_every_item_says_input_function_score_weight_and_reason():
    used = written(
        missing="reweight",
        items=[
            item("KI-001", 50, LINEAR),
            item("KI-014", 20, {"kind": "met", "at_least": "100"}),
            item("KI-020", 20, {"kind": "met", "at_least": "100"}),
            item("KI-050", 10, {"kind": "qualitative", "scorers": 2}),
        ],
        vetoes=[{"code": "leak", "name": "数据泄露"}],
    )
    period = {
        "period": "2026-09",
        "figures": {"KI-001": "99.45", "KI-014": None, "KI-020": {"value": "0.75", "denominator": "12000"}},
        "qualitative": {"KI-050": ["85", {"scorer": "王工", "score": "90"}]},
        "vetoes": ["leak"],
    }
    (found,) = answer("score", {"scheme": used, "periods": [period]})["periods"]
    assert [(one["code"], one["input"], one["function"], one["score"], one["weight"]) for one in found["items"]] == [
        ("KI-001", "99.45", "linear", "50.00", "50"),
        ("KI-014", None, "met", None, "20"),
        ("KI-020", "0.75", "met", "0.00", "20"),
        ("KI-050", None, "qualitative", "87.50", "10"),
    ]
    assert [one["state"] for one in found["items"]] == ["given", "missing", "given", "given"]
    assert all(one["reason"] for one in found["items"])
    assert found["items"][2]["denominator"] == "12000"
    assert "王工 90" in found["items"][3]["reason"]
    assert (found["total"], found["grade"], found["vetoes"]) == ("42.19", "差", ["leak"])
    assert "数据泄露" in found["reason"]


def test_an_answer_is_json_and_the_same_every_time():
    first, second = (json.dumps(answer_text("score", EXAMPLES["score"]), sort_keys=True) for _ in range(2))
    assert first == second
    digests = periods_of(json.loads(first), "input_digest")
    assert len(set(digests)) == 3
    assert all(len(one) == 64 for one in digests)


def test_the_digest_does_not_depend_on_spelling_or_order():
    one, other = form(periods=months("99.9")), form(periods=months("99.90"))
    other["scheme"] = dict(reversed(other["scheme"].items()))
    assert periods_of(answer("score", one), "input_digest") == periods_of(answer("score", other), "input_digest")


def test_a_held_figure_leaves_no_total_and_no_money():
    (found,) = answer("score", form(scheme(missing="hold"), months(None)))["periods"]
    assert (found["total"], found["grade"], found["deduction_points"], found["deduction_fen"]) == (None,) * 4
    assert "KI-001" in found["reason"]


def test_not_required_is_not_missing():
    (found,) = answer("score", form(scheme(missing="hold"), months("-")))["periods"]
    assert (found["items"][0]["state"], found["deduction_points"]) == ("not_required", "0")


# --- the scheme ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(packaged_schemes()))
def test_a_packaged_scheme_goes_by_its_code(code):
    period = {"period": "2026-09", "figures": {}}
    (found,) = answer("score", {"scheme": code, "fee_fen": FEE, "periods": [period]})["periods"]
    assert found["total"] is None


YAML = """kind: scheme
entries:
  - code: SC-T
    name: 测试
    status: D
    precision: 2
    missing: hold
    grades: [{name: 好, at_least: 99.9}, {name: 不好}]
    items:
      - {indicator: KI-001, weight: 100, function: {kind: linear, floor: 0, target: 100}}
"""


def test_a_scheme_may_be_yaml_or_json_as_catalog_check_takes_it():
    used = written(items=[item("KI-001", 100, {"kind": "linear", "floor": 0, "target": 100})])
    texts = [YAML, used, {"kind": "scheme", **used}, {"kind": "scheme", "entries": [used]}]
    for one in texts:
        (found,) = answer("score", {"scheme": one, "periods": months("50.5")})["periods"]
        assert found["total"] == "50.50"


def test_a_number_in_json_is_read_as_the_catalogue_reads_it():
    used = '{"kind": "linear", "floor": 0.10, "target": 100}'
    text = json.dumps({"scheme": written(items=[item("KI-001", 100, "F")]), "periods": months("50.05")})
    (found,) = answer_text("score", text.replace('"F"', used))["periods"]
    assert found["total"] == "50.00"
    file = read_bytes(
        json.dumps({"kind": "scheme", **written(items=[item("KI-001", 100, "F")])}).replace('"F"', used).encode(), "x"
    )
    assert check_files([file], {"scheme": CatalogueKind("scheme", "方案", parse_scheme)}).findings == ()


# --- refusals --------------------------------------------------------------------------------------------------------


def with_period(**change):
    return form(periods=[{"period": "2026-09", "figures": {}, **change}])


REFUSED = {
    "no scheme": ({"periods": []}, "scheme: "),
    "no periods": ({"scheme": scheme()}, "periods: "),
    "an empty list": ({**form(), "periods": []}, "periods: "),
    "too many periods": ({**form(), "periods": [{}] * 37}, "periods: "),
    "an unknown key": (form(fee=1), "fee: "),
    "an unknown key in a period": (with_period(figure={}), "periods[0].figure: "),
    "a scheme by a wrong name": (form("SC-NONE"), "scheme: "),
    "a scheme that is a list": (form([written()]), "scheme: "),
    "two schemes": (form({"entries": [written(), written(code="SC-U")]}), "scheme: "),
    "another kind": (form({"kind": "indicator", **written()}), "scheme: "),
    "broken YAML": (form("kind: scheme\nitems: ["), "scheme: "),
    "weights": (form(scheme(items=[item("KI-001", 99, LINEAR)])), "scheme.items: "),
    "a gap": (
        form(scheme(items=[item("KI-001", 100, {"kind": "bands", "bands": [{"at_least": 9, "score": 1}] * 2})])),
        "scheme.items[0].function.bands[1]: ",
    ),
    "a period that is none": (with_period(period="2026-13"), "periods[0].period: "),
    "a day": (with_period(period="2026-09-01"), "periods[0].period: "),
    "a fifth quarter": (with_period(period="2026-Q5"), "periods[0].period: "),
    "periods out of order": (form(periods=[*months("99", first=8), *months("99", first=7)]), "periods[1].period: "),
    "a period twice": (form(periods=months("99") * 2), "periods[1].period: "),
    "mixed lengths": (form(periods=[*months("99"), {"period": "2026-Q4", "figures": {}}]), "periods[1].period: "),
    "a figure for nothing": (with_period(figures={"KI-002": "1"}), "periods[0].figures.KI-002: "),
    "a number": (with_period(figures={"KI-001": 99.5}), "periods[0].figures.KI-001: "),
    "a word": (with_period(figures={"KI-001": "good"}), "periods[0].figures.KI-001: "),
    "nothing written": (with_period(figures={"KI-001": ""}), "periods[0].figures.KI-001: "),
    "an exponent": (with_period(figures={"KI-001": "1e2"}), "periods[0].figures.KI-001: "),
    "not a number": (with_period(figures={"KI-001": "NaN"}), "periods[0].figures.KI-001: "),
    "true": (with_period(figures={"KI-001": True}), "periods[0].figures.KI-001: "),
    "a denominator alone": (with_period(figures={"KI-001": {"denominator": "1"}}), "periods[0].figures.KI-001.value: "),
    "a denominator below nothing": (
        with_period(figures={"KI-001": {"value": "1", "denominator": "-1"}}),
        "periods[0].figures.KI-001.denominator: ",
    ),
    "a judgement of a figure": (with_period(qualitative={"KI-001": ["9"]}), "periods[0].qualitative.KI-001: "),
    "an unknown veto": (with_period(vetoes=["leak"]), "periods[0].vetoes[0]: "),
    "a fee in yuan": (form(fee_fen="100.00"), "fee_fen: "),
    "a fee below nothing": (form(fee_fen=-1), "fee_fen: "),
    "a fee beyond all money": (form(fee_fen=10**16), "fee_fen: "),
    "no fee where one is needed": (
        form(scheme(rule({"kind": "percent_per_point", "percent": "1"})), fee_fen=None),
        "fee_fen: ",
    ),
    "no amount at risk where one is needed": (
        form(scheme(rule({"kind": "pool", "allocation": "40"}), deductions={"pool": "50"})),
        "at_risk: ",
    ),
    "two amounts at risk": (form(at_risk={"fen": 1, "percent": "1"}), "at_risk: "),
    "an amount at risk below nothing": (form(at_risk="-1"), "at_risk: "),
}


@pytest.mark.parametrize("given, start", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused_with_its_place(given, start):
    with pytest.raises(Flaw) as caught:
        answer("score", given)
    assert str(caught.value).startswith(start)


PEOPLE = written(items=[item("KI-050", 100, {"kind": "qualitative"})])


@pytest.mark.parametrize(
    "given, start",
    [
        ({"qualitative": {"KI-050": "85"}}, "periods[0].qualitative.KI-050: "),
        ({"qualitative": {"KI-050": ["101"]}}, "periods[0].qualitative.KI-050[0]: "),
        ({"qualitative": {"KI-050": ["-1"]}}, "periods[0].qualitative.KI-050[0]: "),
        ({"qualitative": {"KI-050": [{"score": "1"}]}}, "periods[0].qualitative.KI-050[0].scorer: "),
        ({"qualitative": {"KI-050": [{"scorer": "王", "score": "1"}] * 2}}, "periods[0].qualitative.KI-050: "),
        ({"qualitative": {"KI-050": ["1"] * 101}}, "periods[0].qualitative.KI-050: "),
        ({"figures": {"KI-050": "85"}}, "periods[0].figures.KI-050: "),
    ],
)
def test_judgements_are_read_strictly(given, start):
    with pytest.raises(Flaw) as caught:
        answer("score", form(PEOPLE, [{"period": "2026-09", "figures": {}, **given}]))
    assert str(caught.value).startswith(start)


def test_a_judgement_may_be_declared_not_required():
    found = answer("score", form(PEOPLE, [{"period": "2026-09", "figures": {"KI-050": "-"}}]))
    assert found["periods"][0]["items"][0]["state"] == "not_required"


def test_a_bad_input_of_a_list_is_answered_in_its_place():
    first, second = answer("score", [form(), form(fee=1)])
    assert first["periods"][0]["total"] == "100.00"
    assert second["error"].startswith("fee: ")


def test_more_problems_of_a_scheme_are_counted():
    with pytest.raises(Flaw, match="另有 2 处问题"):
        answer("score", form(written(missing="x", precision=9, extra=1)))
