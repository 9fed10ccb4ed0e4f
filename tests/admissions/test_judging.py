"""Conditions of entry over facts, category by category, without a database."""

from pathlib import Path

import pytest

from app.admissions.judging import Finding, for_decision, for_keeping, for_submission, lapsed
from app.admissions.kinds import Method
from app.admissions.rule_file import parse_category, parse_rule
from app.catalogues.files import read_file
from app.core.errors import Refused
from app.organisations.actions import credit_code_is_valid
from app.services.models import ServiceCategory

CATALOG = Path(__file__).resolve().parents[2] / "app/admissions/catalog"
RULES = {one.code: parse_rule(one.content) for one in read_file(CATALOG / "admissions.yaml", "a").entries}
CATEGORIES = {one.code: parse_category(one.content) for one in read_file(CATALOG / "categories.yaml", "c").entries}

GOOD = {
    "organisation.kind": "company",
    "organisation.active": True,
    "organisation.credit_code": "91440101000000001X",
    "organisation.credit_code_valid": True,
    "organisation.credit_listing": "clean",
    "organisation.credit_age": 30,
    "organisation.management_links": (),
    "admission.mlps_level": 3,
    "admission.proofs": (
        *("cloud_assessment", "data_security", "iso_27001", "itss_operation", "security_service"),
        *("supervision", "systems_building", "testing"),
    ),
    "admission.people_operation": 10,
    "admission.people_security": 10,
    "admission.people_data": 5,
    "admission.people_building": 10,
    "admission.people_supervision": 5,
    "admission.people_testing": 5,
}
# What is wrong with an otherwise good company, the conditions that say so at entry, and those that it must keep.
WRONG = [
    ({"organisation.active": False}, {"AR-101"}, {"AR-101"}),
    ({"organisation.kind": "agency"}, {"AR-101"}, set()),
    ({"organisation.credit_code": ""}, {"AR-102"}, {"AR-102"}),
    ({"organisation.credit_code_valid": False}, {"AR-102"}, {"AR-102"}),
    ({"organisation.credit_listing": "enforcement"}, {"AR-201"}, {"AR-201"}),
    ({"organisation.credit_listing": None}, {"AR-201"}, {"AR-201"}),
    ({"organisation.credit_age": 31}, {"AR-202"}, set()),
    ({"organisation.management_links": ("AGENCY",)}, {"AR-601"}, {"AR-601"}),
    ({"admission.mlps_level": 2}, {"AR-301"}, {"AR-301"}),
    ({"admission.people_operation": 9}, {"AR-501"}, {"AR-501"}),
    ({"admission.people_security": 9}, {"AR-503"}, {"AR-503"}),
    ({"admission.people_security": 2}, {"AR-502", "AR-503"}, {"AR-502", "AR-503"}),
    ({"admission.people_data": 4}, {"AR-504"}, {"AR-504"}),
    ({"admission.people_building": 9}, {"AR-505"}, {"AR-505"}),
    ({"admission.people_supervision": 4}, {"AR-506"}, {"AR-506"}),
    ({"admission.people_testing": 4}, {"AR-507"}, {"AR-507"}),
    (
        {"admission.proofs": ("iso_20000",)},
        {"AR-302", "AR-303", "AR-304", "AR-402", "AR-403", "AR-404", "AR-405"},
        {"AR-302", "AR-303", "AR-304", "AR-402", "AR-403", "AR-404", "AR-405"},
    ),
]
ASKED = {code: True for code, rule in RULES.items() if rule.method is Method.PERSON}


def facts(changes):
    return {name: value for name, value in {**GOOD, **changes}.items() if value is not None}


def unmet(lines):
    return {line.rule.head.code for line in lines if line.met is not True}


@pytest.mark.parametrize("changes, at_entry, kept", WRONG)
def test_each_wrong_fact_is_named_at_entry_and_where_it_must_be_kept(changes, at_entry, kept):
    rules = tuple(RULES.values())
    assert unmet(for_submission(rules, facts(changes), ASKED)) == at_entry
    assert {one.head.code for one in lapsed(rules, facts(changes))} == kept
    assert unmet(for_keeping(rules, facts(changes), ASKED, {code: Finding(True) for code in ASKED})) == kept


def test_a_company_that_shows_everything_lacks_nothing():
    assert not unmet(for_submission(tuple(RULES.values()), GOOD, ASKED))


@pytest.mark.parametrize(
    "said, needs_file, found, met_on_submission, met_on_decision",
    [
        ({}, False, None, False, None),
        ({"x": False}, False, None, True, None),
        ({"x": False}, True, None, False, None),
        ({"x": True}, True, Finding(True), True, True),
        ({"x": True}, True, Finding(False, "不实"), True, False),
    ],
)
def test_what_a_person_judges_is_said_first_and_found_later(
    said, needs_file, found, met_on_submission, met_on_decision
):
    rule = _question(needs_file)
    findings = {"x": found} if found else {}
    assert for_submission([rule], {}, said)[0].met is met_on_submission
    assert for_decision([rule], {}, said, findings)[0].met is met_on_decision


def _question(needs_file):
    return parse_rule(_rule(method="person", condition=None, keeps=None, question="为什么？", needs_file=needs_file))


def _rule(**changes):
    text = {"zh": "条件", "en": "Condition"}
    content = {
        "code": "x",
        "name": text,
        "status": "D",
        "topic": "credit",
        "method": "machine",
        "remedy": text,
        "condition": "admission.mlps_level >= 3",
        **changes,
    }
    return {key: value for key, value in content.items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {"condition": None},
        {"question": "为什么？"},
        {"method": "person"},
        {"method": "person", "condition": None},
        {"condition": "admission.no_such_fact >= 3"},
        {"condition": "admission.mlps_level"},
        {"keeps": "admission.mlps_level +"},
        {"topic": "weather"},
        {"unknown": 1},
    ],
)
def test_a_condition_that_says_half_or_nonsense_is_refused(changes):
    with pytest.raises(Refused):
        parse_rule(_rule(**changes))


@pytest.mark.parametrize(
    "changes", [{"max_years": 0}, {"max_years": 11}, {"role": "client"}, {"services": ["weather"]}]
)
def test_a_category_that_cannot_be_is_refused(changes):
    name = {"zh": "类别", "en": "Category"}
    sound = {"code": "AC-X", "name": name, "status": "D", "role": "operator", "max_years": 3}
    parse_category(sound)
    with pytest.raises(Refused):
        parse_category({**sound, **changes})


def test_every_kind_of_service_can_be_admitted_for_and_every_condition_has_its_category():
    covered = {service for one in CATEGORIES.values() for service in one.services}
    assert covered == set(ServiceCategory)
    assert {code for rule in RULES.values() for code in rule.categories} <= set(CATEGORIES)


@pytest.mark.parametrize(
    "code, valid",
    [
        ("91350100M000100Y43", True),
        ("91350100M000100Y44", False),
        ("91350100M000100Y4", False),
        ("91350100M000100YI3", False),
        ("", False),
    ],
)
def test_the_check_digit_of_a_credit_code_counts(code, valid):
    assert credit_code_is_valid(code) is valid
