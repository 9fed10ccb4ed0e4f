"""The ledger of services on its pages: everybody reads all of it, only the registering organisation changes its own."""

import pytest

from app.services.queries import service_by_code
from tests.factories import service, sign_in


@pytest.fixture
def made(w, db_session):
    """A service of the agency, by its code."""
    code = service(w.actor("officer"), "粤省事").code
    db_session.commit()
    return code


def facts(**changes):
    return {"name_zh": "企业开办一窗通", "category": "application", "unit": "件", "usage_indicator": "", **changes}


def test_a_service_is_registered_under_the_next_code(client, w, made):
    visitor = sign_in(client, "officer")
    answer = visitor.post("/services/new", data=facts(usage_indicator="KI-040", description="两行\n说明"))
    assert answer.status_code == 302 and answer.location > f"/services/{made}"
    assert "两行<br>说明" in visitor.get(answer.location).text


@pytest.mark.parametrize(
    "changes", [{"name_zh": ""}, {"name_zh": "粤省事"}, {"unit": ""}, {"category": "x"}, {"usage_indicator": "KI-001"}]
)
@pytest.mark.sqlite_only
def test_what_is_wrong_is_said(client, w, made, changes):
    assert sign_in(client, "officer").post("/services/new", data=facts(**changes)).status_code == 422


def test_the_second_of_two_writers_is_told_and_keeps_what_was_typed(client, w, made, db_session):
    visitor, page = sign_in(client, "officer"), f"/services/{made}/edit"
    assert visitor.post(page, data=facts(name_zh="第一位改的", _version="1")).status_code == 302
    late = visitor.post(page, data=facts(name_zh="第二位改的", _version="1"))
    assert late.status_code == 422
    assert "第二位改的" in late.text and "第一位改的" in late.text and 'name="_version" value="2"' in late.text
    assert visitor.post(page, data=facts(name_zh="第二位改的", _version="2")).status_code == 302
    db_session.rollback()
    assert service_by_code(made).name_zh == "第二位改的"


def test_a_form_cannot_move_a_service_to_another_owner(client, w, made, db_session):
    extra = {"owner_id": str(w.org("rival").id), "code": "FW-X", "state": "retired", "region_id": "1"}
    sign_in(client, "officer").post(f"/services/{made}/edit", data=facts(**extra))
    db_session.rollback()
    kept = service_by_code(made)
    assert kept is not None and kept.owner_id == w.org("agency").id and kept.state.value == "active"


def test_others_read_and_do_not_change(client, w, made):
    other = sign_in(client, "other_officer")
    assert made in other.get("/services").text
    assert "修改" not in other.get(f"/services/{made}").text.split("gy-actions")[-1][:400]
    assert other.post(f"/services/{made}/edit", data=facts()).status_code == 403
    assert other.post(f"/services/{made}/retire", data={"reason": "x"}).status_code == 403
    assert sign_in(client, "operator_officer").get(f"/services/{made}/edit").status_code == 403


def test_a_service_is_retired_once_and_with_a_reason(client, w, made):
    visitor = sign_in(client, "officer")
    assert visitor.post(f"/services/{made}/retire", data={"reason": " "}).status_code == 422
    assert visitor.post(f"/services/{made}/retire", data={"reason": "已并入"}).status_code == 302
    assert visitor.post(f"/services/{made}/retire", data={"reason": "再次"}).status_code == 422
    assert "已停用" in visitor.get(f"/services/{made}").text


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "query", ["q=粤", "owner=AGENCY", "category=application", "category=x", "state=active", "export=xlsx"]
)
def test_the_ledger_is_filtered_and_exported(client, w, made, query):
    assert sign_in(client, "leader").get(f"/services?{query}").status_code == 200
