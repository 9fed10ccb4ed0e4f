"""Names of the demonstration are plausible, plentiful, the same for one seed, and its credit codes are valid."""

from random import Random

import pytest
from stdnum.cn import uscc

from app.demonstration.names import (
    COMPANIES,
    PAYMENT_TERMS,
    RETURN_REASONS,
    TERMINATION_REASONS,
    WATCHERS,
    contract_title,
    credit_code,
    credit_code_check,
    offices,
    person_names,
    service_names,
)

CATEGORIES = {"platform", "application", "cloud", "network", "data", "security", "hotline", "maintenance"}


def test_one_seed_gives_the_same_people():
    assert person_names(Random(7), 300) == person_names(Random(7), 300)


def test_no_name_and_no_login_is_drawn_twice():
    people = person_names(Random(7), 800)
    assert len({one.zh for one in people}) == len({one.login for one in people}) == 800
    assert all(one.login.isascii() and one.login.isalnum() for one in people)


def test_services_are_many_different_and_bilingual():
    services = service_names()
    assert len(services) >= 120
    assert len({one.zh for one in services}) == len({one.en for one in services}) == len(services)
    assert {one.category for one in services} == CATEGORIES
    assert all(one.en.isascii() and not one.zh.isascii() for one in services)


@pytest.mark.parametrize("service", service_names(), ids=lambda one: one.en)
def test_a_service_has_usual_volumes_and_prices(service):
    assert service.indicator in {"KI-040", "KI-041"}
    for low, high in (service.volume, service.price, service.fee):
        assert 0 <= low <= high
    assert service.volume[0] > 0
    assert service.price[1] > 0 or service.fee[1] > 0


@pytest.mark.parametrize(
    "region, level, first",
    [
        (("广东省", "Guangdong"), "province", "广东省政务服务和数据管理局"),
        (("广州市", "Guangzhou"), "city", "广州市政务服务和数据管理局"),
        (("天河区", None), "county", "天河区政务服务和数据管理局"),
        (("太平镇", None), "township", "太平镇人民政府"),
        (("石牌街道", None), "township", "石牌街道办事处"),
        (("翠洲社区居民委员会", None), "village", "翠洲社区居民委员会"),
    ],
)
def test_each_level_has_its_offices(region, level, first):
    found = offices(*region, level)
    assert found[0].zh == first
    assert len({one.zh for one in found}) == len(found)
    assert all(bool(one.en) == bool(region[1]) for one in found)


def test_a_province_has_departments_and_a_city_bureaus():
    assert "广东省公安厅" in {one.zh for one in offices("广东省", "Guangdong", "province")}
    assert ("Guangzhou Municipal Public Security Bureau") in {one.en for one in offices("广州市", "Guangzhou", "city")}


def test_texts_are_there_and_differ():
    for texts in (PAYMENT_TERMS, RETURN_REASONS, TERMINATION_REASONS, COMPANIES, WATCHERS):
        assert len(set(texts)) == len(texts) >= 4
    assert "2026" in contract_title(Random(1), "广州市公安局", "电子证照库运营", 2026)


@pytest.mark.parametrize("kind, head", [("agency", "11"), ("public_institution", "12"), ("company", "91")])
@pytest.mark.parametrize("region", ["44", "4401", "440106", "440106001"])
def test_credit_codes_are_valid(kind, head, region):
    random = Random(f"{kind} {region}")
    for _ in range(200):
        code = credit_code(random, kind, region)
        assert uscc.validate(code) == code
        assert code.startswith(head + region[:6].ljust(6, "0"))


@pytest.mark.parametrize("code", ["121200004013590816", "91152201078377449P", "91152201078394644D"])
def test_published_credit_codes_have_our_check_character(code):
    assert credit_code_check(code[:17]) == code[17]
