"""The gates that come with the product: complete, readable, satisfiable, and honest about their sources."""

import re
from dataclasses import replace

import pytest

from app.catalogues.checking import check_files
from app.catalogues.files import CatalogueFile, read_file
from app.catalogues.kinds import CatalogueKind
from app.catalogues.reading import Status
from app.catalogues.wording import N_
from app.conditions.facts import FACTS
from app.gates.checking import EXPERTS, InputLine, judge
from app.gates.gate_file import gate_order, parse_gate
from app.gates.kinds import Step
from app.gates.pages import PLACES
from tests.house.source import ROOT

FILE = read_file(ROOT / "app/gates/catalog/gates.yaml", "gates.yaml")
GATES = {entry.content["code"]: parse_gate(entry.content) for entry in FILE.entries}
NUMBERED = [f"G-{number:02}" for number in range(1, 31)]
ELSEWHERE = {Step.CONTRACT: "contract."}
# What a project has on record that does everything right, step by step.
COMPLETE = {
    "project.kind": "new",
    "project.category": "application",
    "project.plan_item": "2026-17",
    "project.budget_item": "YS-1",
    "project.budget_year": 2026,
    "project.estimate": 100,
    "project.design_budget": 110,
    "project.operating_budget": 10,
    "project.operating_mode": "government_purchase",
    "project.responsible_person": "赵",
    "project.mlps_level": 3,
    "project.has_operating_plan": True,
    "project.has_exit_plan": True,
    "project.services": 1,
    "project.services_without_baseline": 0,
    "project.services_without_forecast": 0,
    "project.targets": 1,
    "project.targets_unmeasured": 0,
    "change.route": "filing",
    "change.scope_kept": True,
    "change.net": 0,
    "change.amount": 15,
    "change.approved_budget": 100,
    "project.effects_unanswered": 0,
    "project.data_items": 1,
    "project.data_uncatalogued": 0,
    "project.data_without_basis": 0,
    "project.taken_in": False,
    "project.running_contracts": 0,
    "project.months_in_operation": 12,
    "project.approved_on": "2026-03-02",
    "duplicate.checked_on": "2026-03-02",
    "duplicate.verdict": "none",
    "duty.signed_version": 1,
    "duty.findings": 0,
    "procurement.contracted": ("build", "operate"),
    "parties.roles": ("builder", "client", "operator", "supervisor"),
    "acceptance.preliminary": "open",
    "acceptance.preliminary_open": 0,
    "acceptance.final": "open",
    "acceptance.final_open": 0,
    "acceptance.trial_days": 30,
    "handover.items": 8,
    "handover.open_items": 0,
    "contract.exclusive": False,
    "contract.services": 1,
    "contract.levels": 1,
    "contract.term_months": 12,
    "contract.has_exit_terms": True,
    "contract.has_data_terms": True,
    EXPERTS: 1,
}
DOCUMENTS = re.compile(r'"(\w+)" in project\.documents')
CLASSES = re.compile(r'"(\w+)"(?=[^\]]*\]\.all)')


def conditions():
    return [(gate, one) for gate in GATES.values() for one in gate.inputs]


def complete():
    texts = " ".join(one.condition.text for _gate, one in conditions())
    documents = tuple(sorted(set(DOCUMENTS.findall(texts)) - {"revised_feasibility"}))
    return COMPLETE | {"project.documents": documents, "handover.classes": tuple(sorted(set(CLASSES.findall(texts))))}


def test_all_thirty_gates_are_there_and_defaults_of_the_product_are_marked():
    assert sorted(code for code in GATES if not code.endswith("-D")) == NUMBERED
    assert {code for code, gate in GATES.items() if gate.head.status is Status.DEFAULT} == {"G-21-D", "G-22-D"}


@pytest.mark.parametrize("code", sorted(GATES))
def test_every_input_asks_only_for_facts_of_the_dictionary_and_names_a_page(code):
    gate = GATES[code]
    for one in gate.inputs:
        assert one.condition.facts and set(one.condition.facts) <= set(FACTS), one.code
        assert one.place in ({"contract"} if gate.step is Step.CONTRACT else set(PLACES)), one.code
        assert one.name.zh != one.name.en and one.remedy.zh != one.remedy.en, one.code


@pytest.mark.parametrize("code", sorted(GATES))
def test_contract_gates_ask_about_the_contract_and_others_never_do(code):
    gate = GATES[code]
    asked = {name.startswith("contract.") for one in gate.inputs for name in one.condition.facts}
    assert asked <= {gate.step is Step.CONTRACT}


@pytest.mark.parametrize("code", sorted(GATES))
def test_sources_name_the_law_in_full_and_only_defaults_have_none(code):
    head = GATES[code].head
    if head.status is Status.DEFAULT:
        assert not head.citation
    else:
        assert "《" in head.citation and "§" not in head.citation
    assert head.jurisdiction == "全国" or head.jurisdiction.endswith(("省", "市", "区"))


@pytest.mark.parametrize("code", sorted(code for code, gate in GATES.items()))
def test_a_project_that_records_everything_passes_every_gate(code):
    (line,) = judge([GATES[code]], complete())
    assert [(one.input.code, one.missing) for one in line.open_inputs] == []


@pytest.mark.parametrize("step", sorted({Step.SUBMIT, Step.APPROVE, Step.PROCURE, Step.HAND_OVER}))
def test_maintenance_needs_nothing_that_belongs_to_building(step):
    left_out = ("acceptance.", "handover.", "duty.")
    known = {name: value for name, value in complete().items() if not name.startswith(left_out)}
    known = {name: value for name, value in known.items() if not name.startswith("project.data_")}
    known |= {"project.kind": "maintain"}
    known["project.documents"] = ("emergency_plan", "ex_ante_evaluation", "mlps_filing")
    lines = judge([gate for gate in GATES.values() if gate.step is step], known)
    assert [(line.gate.head.code, one.input.code) for line in lines for one in line.open_inputs] == []


@pytest.mark.parametrize("step", sorted(Step))
def test_nothing_recorded_opens_no_step_that_asks_for_anything(step):
    lines = judge([gate for gate in GATES.values() if gate.step is step], {})
    assert any(line.open_inputs for line in lines)
    assert all(one.met is None for line in lines for one in line.open_inputs)


@pytest.mark.parametrize(
    "changes, step, shut",
    [
        ({"project.design_budget": 111}, Step.APPROVE, {"G-10"}),
        ({"duplicate.verdict": "whole"}, Step.APPROVE, {"G-03"}),
        ({EXPERTS: 0}, Step.APPROVE, {"G-09"}),
        ({"project.kind": "rebuild"}, Step.APPROVE, set()),
        ({"project.services_without_baseline": 1}, Step.SUBMIT, {"G-08"}),
        ({"project.data_uncatalogued": 2}, Step.SUBMIT, {"G-04"}),
        ({"project.plan_item": ""}, Step.SUBMIT, {"G-01"}),
        ({"project.budget_year": 0}, Step.PROCURE, {"G-13"}),
        ({"contract.exclusive": True, "contract.has_exclusive_basis": False}, Step.CONTRACT, {"G-14"}),
        ({"contract.has_data_terms": False}, Step.CONTRACT, {"G-16"}),
        ({"parties.roles": ("builder", "client")}, Step.BUILD, {"G-17"}),
        ({"acceptance.preliminary_open": 1}, Step.TRIAL, {"G-21-D"}),
        ({"acceptance.trial_days": 29}, Step.ACCEPT, {"G-22-D"}),
        ({"acceptance.final_open": 1}, Step.ACCEPT, {"G-23"}),
        ({"handover.classes": ("source_code", "data")}, Step.HAND_OVER, {"G-24"}),
        ({"procurement.contracted": ("build",)}, Step.HAND_OVER, {"G-25"}),
    ],
)
def test_one_wrong_fact_shuts_its_own_gate_only(changes, step, shut):
    lines = judge([gate for gate in GATES.values() if gate.step is step], complete() | changes)
    assert {line.gate.head.code for line in lines if not line.met} == shut


INPUTS = [pytest.param(one, id=f"{code}-{one.code}") for code, gate in sorted(GATES.items()) for one in gate.inputs]


@pytest.mark.parametrize("asked", INPUTS)
def test_what_is_missing_is_said_to_be_missing(asked):
    """Named as it should be, with a mark beside it, it would read as if it were there."""
    said = [asked.missing, *([asked.unknown] if asked.unknown else [])]
    for text in said:
        assert text.zh != asked.name.zh
        assert text.en != asked.name.en
        assert re.search("未|缺|没有|不|还有|重复|超过|无法|尚无", text.zh)
        assert not re.match("已|合同写明|使用的数据均", text.zh)
        assert not text.zh.endswith(("。", "，")) and not text.en.endswith(".")


@pytest.mark.parametrize("asked", INPUTS)
def test_an_input_is_named_by_how_it_stands(asked):
    lines = [InputLine(asked, met) for met in (True, False, None)]
    assert [line.words for line in lines] == [asked.name, asked.missing, asked.unknown or asked.missing]


def test_an_older_entry_without_these_words_is_read_and_denied():
    (entry,) = [one.content for one in FILE.entries if one.content["code"] == "G-01"]
    inputs = [{key: value for key, value in one.items() if key != "missing"} for one in entry["inputs"]]
    (read,) = parse_gate(entry | {"inputs": inputs}).inputs
    assert read.missing.zh == N_("未满足：%(name)s", name="已填写规划或年度计划编号")
    assert read.missing.en == "Not met: Plan or programme number stated"


def raw(code, after):
    """A gate of the file under another code that stands after others."""
    (entry,) = [one for one in FILE.entries if one.content["code"] == "G-06"]
    return replace(entry, code=code, content={**entry.content, "code": code, "after": after})


ORDERS = [
    ([raw("G-91", ["G-06"]), raw("G-92", ["G-91"])], []),
    ([raw("G-91", ["G-99"])], [("G-91", "引用的 gate G-99 不存在")]),
    ([raw("G-91", ["G-91"])], [("G-91", "先后顺序成环：G-91 → G-91")]),
    ([raw("G-91", [])], [("G-91", "after 应为一个不空、不重复的编码列表")]),
    ([raw("G-91", ["G-06", "G-06"])], [("G-91", "after 应为一个不空、不重复的编码列表")]),
    (
        [raw("G-91", ["G-92"]), raw("G-92", ["G-06", "G-91"])],
        [("G-91", "先后顺序成环：G-91 → G-92 → G-91"), ("G-92", "先后顺序成环：G-92 → G-91 → G-92")],
    ),
]


@pytest.mark.parametrize("entries, expected", ORDERS)
def test_a_gate_stands_after_gates_that_exist_and_never_after_itself(entries, expected):
    kind = CatalogueKind("gate", "闸门", parse_gate, order=gate_order)
    file = CatalogueFile("gates.yaml", "gate", tuple(entries), ())
    found = check_files([file], {"gate": kind}, [("gate", "G-06")]).findings
    assert [(one.code, one.reason) for one in found] == expected
    assert all(one.line and one.remedy for one in found)
