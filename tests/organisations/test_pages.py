"""The register of organisations on its pages: names over time, holdings and control, duties, refusals that explain."""

from datetime import timedelta

import pytest

from app.core.clock import clock, now, today
from app.organisations.queries import controlled_by, names_of, organisation_by_code
from tests.factories import credit_code_for, sign_in


@pytest.fixture
def admin(client, w):
    return sign_in(client, "system_admin")


def facts(**changes):
    complete = {
        "code": "GZ-CLOUD",
        "name_zh": "广州云服务有限公司",
        "kind": "company",
        "region": "4401",
        "uscc": credit_code_for("GZ-CLOUD"),
        "sides": ["operation"],
    }
    return {**complete, **changes}


def test_an_organisation_is_registered_with_its_first_name(admin, db_session):
    assert admin.post("/organisations/new", data=facts()).location == "/organisations/GZ-CLOUD"
    page = admin.get("/organisations/GZ-CLOUD").text
    assert "广州云服务有限公司" in page and "运营方" in page and "0 人" in page


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"uscc": "91440101000000001X"}, "统一社会信用代码不正确"),
        ({"uscc": ""}, "企业必须填写统一社会信用代码"),
        ({"sides": []}, "请至少选择一方"),
        ({"code": "AGENCY"}, "已被使用"),
        ({"code": "new"}, "大写字母"),
        ({"region": "99"}, "有"),
        ({"name_zh": "x" * 121}, "有"),
    ],
)
@pytest.mark.sqlite_only
def test_what_is_wrong_is_said_and_what_was_typed_stays(admin, changes, said):
    answer = admin.post("/organisations/new", data=facts(**changes))
    assert answer.status_code == 422 and said in answer.text
    assert facts(**changes)["name_zh"] in answer.text


def test_a_former_name_stays_readable_and_findable(admin, db_session):
    with clock.at(now() + timedelta(days=3)):
        # A session of three days ago is over.
        sign_in(admin, "system_admin")
        data = {"name_zh": "新数字运营有限公司", "valid_from": today().isoformat(), "basis": "工商变更"}
        assert admin.post("/organisations/OPERATOR/rename", data=data).location == "/organisations/OPERATOR"
    db_session.rollback()
    assert [one.name_zh for one in names_of(organisation_by_code("OPERATOR"))] == [
        "新数字运营有限公司",
        "数字运营有限公司",
    ]
    sign_in(admin, "system_admin")
    assert "新数字运营有限公司" in admin.get("/organisations?q=数字运营有限").text
    again = admin.post("/organisations/OPERATOR/rename", data={**data, "valid_from": "2020-01-01"})
    assert again.status_code == 422 and "须晚于" in again.text


def test_a_disclosed_holding_gives_control_and_its_end_takes_it(admin, db_session):
    data = {"holder": "RIVAL", "percent": "60.5", "controls": "y", "valid_from": today().isoformat(), "basis": "公告"}
    assert admin.post("/organisations/WATCHER/stakes/new", data=data).location == "/organisations/WATCHER"
    db_session.rollback()
    rival, watcher = organisation_by_code("RIVAL"), organisation_by_code("WATCHER")
    assert list(controlled_by(rival)) == [watcher]
    assert "构成控制" in admin.get("/organisations/WATCHER").text
    from app.organisations.queries import stakes_of

    key = stakes_of(watcher)[0][0].id
    ended = {"valid_until": today().isoformat(), "basis": "转让"}
    assert admin.post(f"/organisations/RIVAL/stakes/{key}/end", data=ended).status_code == 404
    assert admin.post(f"/organisations/WATCHER/stakes/{key}/end", data=ended).status_code == 302


@pytest.mark.parametrize("changes", [{"percent": "101"}, {"percent": "NaN"}, {"holder": "WATCHER"}, {"basis": ""}])
@pytest.mark.sqlite_only
def test_a_holding_that_cannot_be_is_refused(admin, changes):
    data = {"holder": "RIVAL", "percent": "60", "valid_from": today().isoformat(), "basis": "公告", **changes}
    assert admin.post("/organisations/WATCHER/stakes/new", data=data).status_code == 422


def test_a_duty_for_a_region_is_given_once(admin):
    data = {"region": "4401", "kind": "competent"}
    assert admin.post("/organisations/AUTHORITY/mandates/new", data=data).status_code == 302
    again = admin.post("/organisations/AUTHORITY/mandates/new", data=data)
    assert again.status_code == 422 and "已负责这一区划" in again.text


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "query",
    [
        "q=有限公司",
        "region=广州",
        "region=4401",
        "kind=company",
        "side=operation",
        "state=closed",
        "side=x",
        "export=csv",
    ],
)
def test_the_register_is_filtered_and_exported(admin, query):
    assert admin.get(f"/organisations?{query}").status_code == 200


def test_people_of_business_read_and_do_not_change(client, w):
    visitor = sign_in(client, "officer")
    assert visitor.get("/organisations/OPERATOR").status_code == 200
    assert visitor.get("/organisations/NOBODY").status_code == 404
    assert visitor.post("/organisations/new", data=facts()).status_code == 403
    assert visitor.post("/organisations/OPERATOR/rename", data={}).status_code == 403
