"""The items that the product brings: sound data, and for each that the machine decides a hit and a clear case."""

from collections import Counter
from pathlib import Path

import pytest

import app as product
from app import CATALOGUE_KINDS
from app.catalogues.checking import check_files
from app.catalogues.files import read_file
from app.catalogues.reading import Status
from app.negative_lists.item_file import Asked, Judged, Method, parse_item
from app.negative_lists.kinds import Severity

ROOT = Path(product.__file__).parent
FILES = [*sorted((ROOT / "negative_lists/catalog").glob("*.yaml")), ROOT / "gates/catalog/gates.yaml"]
CHECKED = check_files([read_file(path, path.name) for path in FILES], {kind.name: kind for kind in CATALOGUE_KINDS})
ITEMS = {entry.head.code: entry.parsed for entry in CHECKED.entries if entry.kind == "negative_item"}
LISTS = {entry.head.code: entry.parsed for entry in CHECKED.entries if entry.kind == "negative_list"}
GATES = {entry.head.code: entry.parsed for entry in CHECKED.entries if entry.kind == "gate"}


def test_the_lists_are_sound_together_with_the_gates_they_name():
    assert CHECKED.findings == ()
    assert sorted(LISTS) == [f"NL-{letter}" for letter in "ABCDEFGH"]
    assert Counter(item.list for item in ITEMS.values()) == {"NL-A": 18, "NL-C": 14}


def test_every_item_says_everything_in_both_languages():
    for code, item in ITEMS.items():
        for words in (item.head.name, item.remedy, item.question):
            if words is not None:
                assert words.zh, code
                assert words.en, code
                assert words.zh != words.en, code
        assert (item.question is None) is (item.method is Method.MACHINE), code
        assert (item.condition is None) is (item.method is Method.PERSON), code


def test_sources_are_spelled_out_and_say_what_is_not_law():
    for code, item in ITEMS.items():
        assert "§" not in item.head.citation, code
        if item.head.status in {Status.READ, Status.EXCERPT}:
            assert "《" in item.head.citation, code
        if item.head.status is Status.UNVERIFIED:
            # The page says so beside the source; said twice it would read like an article of its own.
            assert "（待核实）" not in item.head.citation, code


def test_questions_about_contracts_go_to_the_client_who_is_always_party():
    for code, item in ITEMS.items():
        assert item.subject is Judged.PROJECT or item.asked is Asked.CLIENT, code


def test_what_is_about_a_contract_stands_at_gates_of_contracts():
    for code, item in ITEMS.items():
        steps = {GATES[gate].step.value for gate in item.gates}
        if item.subject is Judged.PROJECT:
            assert "contract" not in steps, code
        elif code != "NL-C10":
            assert steps == {"contract"}, code


def test_local_rules_hold_in_their_place_only():
    local = {code: item.head.jurisdiction for code, item in ITEMS.items() if item.head.jurisdiction != "全国"}
    assert local == {"NL-A14": "上海市", "NL-A15": "山东省", "NL-A18": "鄂尔多斯市"}


PROJECT = {
    "project.kind": "new",
    "project.category": "application",
    "project.scope": "one_agency",
    "project.deployment": "government_cloud",
    "project.budget_item": "YS-1",
    "project.budget_year": 2026,
    "project.estimate": 300_000_000,
    "project.design_budget": 330_000_000,
    "project.cost_total": 300_000_000,
    "project.cost_categories": ("software",),
    "project.operating_budget": 60_000_000,
    "project.operating_mode": "government_purchase",
    "project.prior_investment": 1_000_000_000,
    "project.planned_from": "2026-06-01",
    "project.has_operating_plan": True,
    "project.targets": 1,
    "project.data_items": 1,
    "project.data_uncatalogued": 0,
    "project.own_components": (),
    "project.documents": ("sharing_chapter",),
    "project.approved_on": "2026-03-01",
    "project.build_started_on": "",
    "duplicate.verdict": "none",
    "procurement.contracted": ("build",),
    "procurement.contracted_total": 330_000_000,
    "change.amount": 0,
    "change.route": "approval",
    "change.scope_kept": True,
}
CONTRACT = {
    "contract.mode": "government_purchase",
    "contract.user_paid": False,
    "contract.term_months": 12,
    "contract.exclusive": False,
    "contract.has_exit_terms": True,
    "contract.service_categories": ("application",),
    "parties.management": ("AGENCY", "AUTHORITY"),
    "parties.operation": ("OPERATOR",),
    "parties.supervision": ("WATCHER",),
}
MAINTAIN = {"project.kind": "maintain"}
# Item, facts that make its condition true, and further facts under which it is not.
CONDITIONS = [
    ("NL-A01", {"project.build_started_on": "2026-02-28"}, {"project.build_started_on": "2026-03-01"}),
    ("NL-A01", {"project.build_started_on": "2026-03-05", "project.approved_on": ""}, {}),
    ("NL-A02", {"project.budget_item": ""}, {}),
    ("NL-A02", {"project.budget_year": 0}, {}),
    ("NL-A03", {"project.design_budget": 330_000_001}, {"project.design_budget": 330_000_000}),
    (
        "NL-A03",
        {"project.design_budget": 400_000_000},
        {"project.design_budget": 400_000_000, "project.documents": ("revised_feasibility",)},
    ),
    ("NL-A03", {"project.design_budget": 400_000_000}, {"project.design_budget": 400_000_000, **MAINTAIN}),
    ("NL-A04", {"procurement.contracted_total": 330_000_001}, {"procurement.contracted_total": 0}),
    ("NL-A05", {"change.scope_kept": False, "change.route": "filing"}, {"change.scope_kept": False}),
    (
        "NL-A06",
        {"change.route": "filing", "change.amount": 49_500_001},
        {"change.route": "filing", "change.amount": 49_500_000},
    ),
    ("NL-A06", {"change.route": "filing", "change.amount": 60_000_000}, {"change.amount": 60_000_000}),
    ("NL-A07", {"project.planned_from": "2025-12-31"}, {"project.planned_from": "2026-01-01"}),
    ("NL-A07", {"project.planned_from": "2025-12-31"}, {"procurement.contracted": ("operate",)}),
    ("NL-A08", {"contract.term_months": 37}, {"contract.term_months": 36}),
    ("NL-A09", {"project.data_uncatalogued": 1}, {}),
    ("NL-A09", {"project.category": "data_platform", "project.data_items": 0}, {"project.data_items": 0}),
    ("NL-A10", {"project.documents": ()}, {"project.documents": (), **MAINTAIN}),
    ("NL-A11", {"duplicate.verdict": "whole"}, {"duplicate.verdict": "partial"}),
    ("NL-A12", {"project.own_components": ("identity",)}, {}),
    ("NL-A13", {"project.deployment": "own_room"}, {"project.deployment": "commercial_cloud"}),
    ("NL-A13", {"project.cost_categories": ("software", "server")}, {"project.cost_categories": ("cloud", "network")}),
    (
        "NL-A14",
        {"project.category": "data_platform", "project.scope": "cross_level"},
        {"project.category": "data_platform"},
    ),
    ("NL-A15", {"project.cost_categories": ("furniture",)}, {}),
    ("NL-A16", {"project.cost_total": 300_000_001}, {}),
    ("NL-A17", {"project.kind": "extend"}, {"project.kind": "extend", "project.documents": ("post_evaluation",)}),
    ("NL-A18", {**MAINTAIN, "project.estimate": 100_000_001}, {**MAINTAIN, "project.estimate": 100_000_000}),
    (
        "NL-A18",
        {**MAINTAIN, "project.estimate": 16, "project.prior_investment": 100},
        {**MAINTAIN, "project.estimate": 15, "project.prior_investment": 100},
    ),
    ("NL-C01", {"contract.user_paid": True}, {}),
    ("NL-C02", {"contract.mode": "concession"}, {"contract.mode": "concession", "contract.user_paid": True}),
    (
        "NL-C03",
        {"contract.mode": "concession", "contract.term_months": 481},
        {"contract.mode": "concession", "contract.term_months": 480},
    ),
    ("NL-C04", {"contract.mode": "concession"}, {}),
    ("NL-C05", {"contract.exclusive": True}, {"contract.exclusive": True, "contract.mode": "concession"}),
    ("NL-C06", {"contract.exclusive": True, "contract.mode": "entrusted_operation"}, {"contract.exclusive": True}),
    ("NL-C07", {"project.operating_mode": "concession"}, {}),
    ("NL-C08", {"contract.exclusive": True}, {}),
    ("NL-C09", {"parties.operation": ("OPERATOR", "AUTHORITY")}, {}),
    ("NL-C09", {"parties.supervision": ("OPERATOR",)}, {}),
    ("NL-C11", {"contract.has_exit_terms": False}, {}),
    ("NL-C12", {"project.has_operating_plan": False}, {}),
    ("NL-C12", {"project.operating_budget": 0}, {}),
    ("NL-C12", {"project.targets": 0}, {}),
    ("NL-C13", {"contract.service_categories": ("hotline",)}, {}),
    ("NL-C14", {"contract.service_categories": ("application", "hotline")}, {}),
]


def base(item):
    return PROJECT if item.subject is Judged.PROJECT else CONTRACT


@pytest.mark.parametrize("code, hit, clear", CONDITIONS)
def test_an_item_is_hit_and_is_clear(code, hit, clear):
    condition = ITEMS[code].condition
    known = base(ITEMS[code])
    assert condition.judge({**known, **hit}).value is True
    assert condition.judge({**known, **clear}).value is False


def test_every_condition_stands_in_the_table():
    assert {code for code, item in ITEMS.items() if item.condition} == {code for code, _hit, _clear in CONDITIONS}


@pytest.mark.parametrize("code", sorted(code for code, item in ITEMS.items() if item.condition))
def test_knowing_nothing_is_unknown_and_names_every_fact(code):
    condition = ITEMS[code].condition
    truth = condition.judge({})
    assert (truth.value, truth.missing) == (None, condition.facts)


@pytest.mark.parametrize("code, hit, _clear", CONDITIONS)
def test_without_the_deciding_fact_an_item_is_never_clear(code, hit, _clear):
    """A fact that turns the judgement is not guessed when it is gone."""
    known = {**base(ITEMS[code]), **hit}
    for name in hit:
        left = {key: value for key, value in known.items() if key != name}
        assert ITEMS[code].condition.judge(left).value is not False


def test_an_ordinary_project_and_an_ordinary_contract_need_no_answer():
    for code, item in ITEMS.items():
        if item.condition is not None:
            assert item.condition.judge(base(item)).value is False, code
    assert [code for code, item in ITEMS.items() if item.condition is None] == ["NL-C10"]


# A complete item as it would stand in a file; what is taken away or bent is refused with its place.
WHOLE = {
    "code": "NL-X01",
    "name": {"zh": "甲", "en": "A"},
    "citation": "《某条例》",
    "status": "V",
    "list": "NL-A",
    "severity": "restricted",
    "subject": "project",
    "gates": ["G-06"],
    "method": "both",
    "condition": "project.estimate > 1",
    "question": {"zh": "问", "en": "Q"},
    "remedy": {"zh": "改", "en": "R"},
}
BENT = [
    ({"list": None}, "list"),
    ({"severity": "fatal"}, "severity"),
    ({"subject": "person"}, "subject"),
    ({"gates": []}, "gates"),
    ({"gates": "G-06"}, "gates"),
    ({"method": "guess"}, "method"),
    ({"condition": None}, "condition"),
    ({"condition": "project.estimate >"}, "condition"),
    ({"question": None}, "question"),
    ({"asked": "operator"}, "asked"),
    ({"remedy": None}, "remedy"),
    ({"stranger": 1}, "stranger"),
    ({"method": "machine"}, "question"),
    ({"method": "person"}, "condition"),
]


@pytest.mark.parametrize("change, place", BENT, ids=str)
def test_an_item_that_is_bent_is_refused_with_its_place(change, place):
    from app.core.errors import Refused

    assert parse_item(WHOLE).severity is Severity.RESTRICTED
    with pytest.raises(Refused) as caught:
        parse_item({key: value for key, value in {**WHOLE, **change}.items() if value is not None})
    assert place in {problem.place for problem in caught.value.problems}
