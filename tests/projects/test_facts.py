"""What a project tells conditions: what is not known is absent, what is recorded as none says so."""

import pytest

from app.conditions.facts import FACTS
from app.conditions.gathering import facts_of
from app.projects import actions, declaring
from app.projects.entries import BasicsFacts
from app.projects.facts import project_facts
from app.projects.kinds import Component, CostCategory, ProjectKind, Provision, Sharing
from tests.factories import in_force
from tests.projects.room import (
    TITLE,
    approved,
    basics,
    component,
    cost,
    data_item,
    declared,
    opened,
    register,
    reviewed,
    service_line,
    submitted,
)

# What is known of a project from the moment it is opened; everything else is unknown until somebody writes it.
FROM_THE_BEGINNING = {
    "project.has_operating_plan": False,
    "project.has_exit_plan": False,
    "project.documents": (),
    "project.taken_in": False,
    "project.submitted_on": "",
    "project.approved_on": "",
    "project.build_started_on": "",
    "project.trial_from": "",
    "project.accepted_on": "",
    "project.operation_from": "",
    "project.open_obligations": 0,
    "project.months_in_operation": 0,
    "project.undecided_steps": (),
    "duplicate.checked_on": "",
}


@pytest.fixture
def project(w):
    return opened(w)


@pytest.fixture
def officer(w):
    return w.actor("officer")


def known(project):
    return dict(project_facts(project.subject))


def test_an_empty_declaration_says_nothing_that_nobody_wrote(project):
    assert known(project) == FROM_THE_BEGINNING


def test_a_complete_declaration_says_everything_that_is_declared(w):
    found = known(declared(w))
    # What only some projects have.
    named = {name for name, fact in FACTS.items() if fact.source == "项目申报"} - {"project.prior_investment"}
    assert named <= set(found)
    assert found["project.estimate"] == 300_000_000
    assert found["project.planned_from"] == "2026-06-01"
    assert found["project.operating_mode"] == "government_purchase"
    assert found["project.documents"] == (
        *("crypto_plan", "ex_ante_evaluation", "feasibility", "preliminary_design", "sharing_chapter"),
    )


def test_facts_have_the_types_of_the_dictionary(w):
    kinds = {"text": str, "day": str, "whole": int, "money": int, "flag": bool, "codes": tuple}
    for name, value in facts_of(declared(w).subject).items():
        assert type(value) is kinds[FACTS[name].type.value], name


def test_a_contract_is_no_project(w):
    assert project_facts(in_force(w).subject) == {}


@pytest.mark.parametrize(
    "kind, prior, expected",
    [
        (None, "", None),
        (ProjectKind.NEW, "", ""),
        (ProjectKind.EXTEND, "", None),
        (ProjectKind.MAINTAIN, "", None),
        (ProjectKind.EXTEND, "XM-2020-1", "XM-2020-1"),
    ],
)
def test_only_a_new_project_follows_on_nothing(project, officer, kind, prior, expected):
    declaring.set_basics(officer, project, BasicsFacts(title=TITLE, kind=kind, prior_project=prior), None)
    assert known(project).get("project.prior_project") == expected


def test_a_list_is_unknown_until_it_has_a_line_or_is_declared_empty(project, officer):
    assert "project.data_items" not in known(project)
    assert "project.own_components" not in known(project)
    declaring.set_basics(officer, project, basics(no_data=True, no_components=True), None)
    found = known(project)
    assert (found["project.data_items"], found["project.data_uncatalogued"], found["project.data_without_basis"]) == (
        0,
        0,
        0,
    )
    assert found["project.own_components"] == ()


def test_data_is_counted_by_what_it_lacks(project, officer):
    lines = (
        data_item(),
        data_item(name="乙", catalogue_number=""),
        data_item(name="丙", catalogue_number="ML-3", basis="", sharing=Sharing.UNCONDITIONAL),
        data_item(name="丁", catalogue_number="ML-4", basis="", sharing=Sharing.NONE),
    )
    for line in lines:
        declaring.add_line(officer, project, line)
    found = known(project)
    assert (found["project.data_items"], found["project.data_uncatalogued"], found["project.data_without_basis"]) == (
        4,
        1,
        1,
    )


def test_services_are_counted_by_what_they_lack(project, officer):
    lines = (
        service_line(),
        service_line(name="乙", baseline=None),
        service_line(name="丙", baseline=None, is_new=True),
        service_line(name="丁", forecast_first=None),
    )
    for line in lines:
        declaring.add_line(officer, project, line)
    found = known(project)
    counted = [
        found[f"project.{name}"] for name in ("services", "services_without_baseline", "services_without_forecast")
    ]
    assert counted == [4, 1, 1]


def test_own_capabilities_and_costs_are_listed_once_each(project, officer):
    declaring.add_line(officer, project, component(provision=Provision.OWN))
    declaring.add_line(officer, project, component(component=Component.PAYMENT))
    for name, category in (("甲", CostCategory.SERVER), ("乙", CostCategory.SERVER), ("丙", CostCategory.DATA)):
        declaring.add_line(officer, project, cost(name=name, category=category, amount_fen=5))
    found = known(project)
    assert found["project.own_components"] == ("identity",)
    assert (found["project.cost_total"], found["project.cost_categories"]) == (15, ("data", "server"))


def test_a_registered_paper_counts_at_once(w, project):
    register(w, project, "mlps_filing")
    assert known(project)["project.documents"] == ("mlps_filing",)


def test_days_are_known_when_they_have_come(w):
    project = submitted(w)
    assert known(project)["project.submitted_on"] == "2026-03-02"
    assert known(approved(w))["project.approved_on"] == "2026-03-02"


def test_a_verdict_on_duplicates_holds_for_the_version_that_was_judged(w):
    project = reviewed(w, submitted(w))
    assert known(project)["duplicate.verdict"] == "none"
    assert known(project)["duplicate.checked_on"] == "2026-03-02"
    actions.withdraw(w.actor("officer"), project, "补充")
    found = known(project)
    assert found["duplicate.checked_on"] == ""
    assert "duplicate.verdict" not in found
    assert found["project.submitted_on"] == ""
