"""The API takes the same road as the pages: permissions, relations, separation, digests, once for twice."""

import pytest

from app.accounts.identities import SCOPE_PERMISSIONS, Scope
from app.contracts.models import ContractState
from app.core.permissions import Permission
from tests.factories import sign_in


def problems(answer):
    return answer.get_json()["problems"]


def test_a_contract_is_opened_read_and_paged(calls, w):
    officer = calls("officer")
    made = officer.post("/contracts", {"title": "数据共享平台运营"})
    assert made.status_code == 201
    code = made.get_json()["code"]
    assert made.get_json()["state"] == "draft"
    assert officer.get(f"/contracts/{code}").get_json()["content"]["title"] == "数据共享平台运营"
    codes, cursor = [], 0
    while cursor is not None:
        page = officer.get(f"/contracts?limit=2&cursor={cursor}").get_json()
        codes += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert code in codes
    assert len(codes) == len(set(codes))


def test_an_unsafe_call_without_key_is_refused_and_with_the_same_key_done_once(calls):
    officer = calls("officer")
    assert officer.post("/contracts", {"title": "甲"}, key=" ").status_code == 400
    first = officer.post("/contracts", {"title": "甲"}, key="one")
    again = officer.post("/contracts", {"title": "甲"}, key="one")
    other = officer.post("/contracts", {"title": "乙"}, key="one")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    assert first.get_json()["code"] == again.get_json()["code"]


@pytest.mark.parametrize("role", ["operator", "builder", "client", "supervisor"])
def test_an_organisation_comes_to_one_side_only(calls, w, role):
    officer, code = calls("officer"), w.contract("draft").code
    refused = officer.post(f"/contracts/{code}/parties", {"organisation": "AGENCY", "role": role})
    assert refused.status_code == 422
    assert problems(refused)


def test_an_unknown_role_or_organisation_is_refused(calls, w):
    officer, code = calls("officer"), w.contract("draft").code
    assert officer.post(f"/contracts/{code}/parties", {"organisation": "RIVAL", "role": "king"}).status_code == 422
    assert officer.post(f"/contracts/{code}/parties", {"organisation": "NOBODY", "role": "operator"}).status_code == 404


def test_nothing_is_signed_through_the_api(calls, w):
    """A signature is the person's own act at the page; a token, which others issue, never gives one."""
    contract = w.contract("signing")
    answer = calls("signatory").post(
        f"/contracts/{contract.code}/signatures", {"digest": contract.current.digest_sha256}
    )
    assert answer.status_code == 404
    assert w.contract("signing").current.signatures == []
    assert w.contract("signing").state is ContractState.SIGNING
    assert Permission.CONTRACT_SIGN not in frozenset().union(*SCOPE_PERMISSIONS.values())


def test_a_draft_is_submitted_by_the_digest_that_was_read(calls, w):
    officer, code = calls("officer"), w.contract("draft").code
    digest = officer.get(f"/contracts/{code}").get_json()["digest_sha256"]
    wrong = officer.post(f"/contracts/{code}/submission", {"digest": "0" * 64})
    assert (wrong.status_code, wrong.get_json()["type"]) == (409, "urn:guanyun:stale")
    assert officer.post(f"/contracts/{code}/submission", {"digest": digest}).get_json()["state"] == "signing"


@pytest.mark.parametrize("key", ["signatory", "operator_officer", "leader", "inspector", "authority_lead"])
def test_who_may_not_submit_is_refused(calls, w, key):
    assert calls(key).post(f"/contracts/{w.contract('draft').code}/submission", {"digest": "0" * 64}).status_code == 403


@pytest.mark.parametrize("key", ["other_signatory", "rival_signatory", "supervisor"])
def test_a_stranger_is_told_what_a_missing_contract_is_told(calls, w, key):
    stranger, code = calls(key), w.contract("signing").code
    theirs, missing = stranger.get(f"/contracts/{code}"), stranger.get("/contracts/HT-0000-2000-0001")
    assert theirs.status_code == missing.status_code == 404
    assert {**theirs.get_json(), "instance": ""} == {**missing.get_json(), "instance": ""}


def test_a_token_does_no_more_than_its_scopes_its_contract_and_its_owner(calls, w):
    code, other = w.contract("draft").code, w.contract("in_force").code
    reader = calls("officer", [Scope.CONTRACTS_READ])
    assert reader.get(f"/contracts/{code}").status_code == 200
    assert reader.post("/contracts", {"title": "甲"}).status_code == 403
    bound = calls("officer", contract=code)
    assert bound.get(f"/contracts/{code}").status_code == 200
    assert bound.get(f"/contracts/{other}").status_code == 404
    assert bound.post("/contracts", {"title": "甲"}).status_code == 403
    assert [item["code"] for item in bound.get("/contracts").get_json()["items"]] == [code]


def test_a_change_on_an_old_reading_is_refused(calls, w):
    officer, code = calls("officer"), w.contract("draft").code
    tag = officer.get(f"/contracts/{code}").headers["ETag"]
    assert officer.get(f"/contracts/{code}", **{"If-None-Match": tag}).status_code == 304
    party = {"organisation": "WATCHER", "role": "supervisor"}
    assert officer.post(f"/contracts/{code}/parties", party, **{"If-Match": '"other"'}).status_code == 412
    assert officer.post(f"/contracts/{code}/parties", party, **{"If-Match": tag}).status_code == 201


BAD_BODIES = {
    "deep": "[" * 3000 + "]" * 3000,
    "not a number": '{"title": NaN}',
    "infinity": '{"title": 1e999}',
    "doubled key": '{"title": "a", "title": "b"}',
    "surrogate": '{"title": "\\ud800"}',
    "not UTF-8": b'{"title": "\xff"}',
    "no JSON": "title=a",
    "empty": "",
    "list": "[]",
    "number": "7",
    "null": "null",
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_refused_with_a_reason(calls, name):
    answer = calls("officer").post("/contracts", BAD_BODIES[name])
    assert answer.status_code == 400
    assert problems(answer)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": "  "},
        {"title": 7},
        {"title": None},
        {"title": "x" * 201},
        {"title": "a", "state": "signed"},
    ],
)
def test_members_that_do_not_fit_are_named(calls, body):
    answer = calls("officer").post("/contracts", body)
    assert answer.status_code == 422
    assert all(problem["what"] for problem in problems(answer))


def test_an_unknown_or_ended_token_is_nobody(client, calls, w, db_session):
    from app.accounts import actions as accounts
    from app.accounts.models import ApiToken

    caller = calls("officer")
    assert client.get("/api/v1/contracts", headers={"Authorization": "Bearer gy_nothing"}).status_code == 401
    assert client.get("/api/v1/contracts").status_code == 401
    accounts.revoke_token(w.actor("security_admin"), db_session.query(ApiToken).one(), "不再需要")
    db_session.commit()
    assert caller.get("/contracts").status_code == 401


def test_calculations_answer_as_the_command_does(calls):
    officer = calls("officer")
    one = officer.post("/whatif/due", {"start_date": "2026-02-13", "workdays": 2})
    assert one.get_json() == {"due_date": "2026-02-24", "provisional": False}
    many = officer.post(
        "/whatif/due", [{"start_date": "2026-02-13", "workdays": 2}, {"start_date": "x", "workdays": 2}]
    )
    assert "error" in many.get_json()[1]
    assert officer.post("/whatif/nothing", {}).status_code == 404


def test_the_description_names_every_call_and_nothing_else(app, client):
    described = client.get("/api/v1/openapi.json").get_json()
    routes = {
        (method.lower(), rule.rule.replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api.openapi"
        for method in rule.methods & {"GET", "POST"}
    }
    assert routes == {(method, path) for path, calls in described["paths"].items() for method in calls}


@pytest.mark.parametrize(
    "headers, signed_in, said",
    [
        ({}, False, "没有提供令牌"),
        ({}, True, "不接受浏览器的登录"),
        ({"Authorization": "Bearer gy_x"}, True, "令牌无效"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_has_no_token_is_told_what_to_do(client, w, headers, signed_in, said, language):
    caller = sign_in(client, "officer") if signed_in else client
    answer = caller.get("/api/v1/contracts", headers={"Accept-Language": language, **headers})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    [problem] = problems(answer)
    assert {"what", "why", "remedy", "href"} <= set(problem)
    if language == "zh":
        assert said in problem["what"]


@pytest.mark.parametrize(
    "method, path, body, status",
    [
        ("get", "/contracts/HT-0000-2000-9999", None, 404),
        ("get", "/nothing", None, 404),
        ("get", "/contracts?limit=0", None, 400),
        ("get", "/contracts?cursor=x", None, 400),
        ("get", "/projects?state=x", None, 400),
        ("get", "/findings?state=x", None, 400),
        ("get", "/reports?period=x", None, 400),
        ("post", "/contracts", [], 400),
        ("post", "/contracts", {"title": 7}, 422),
        ("post", "/contracts", {}, 422),
        ("post", "/contracts", {"title": "x" * 201, "more": 1}, 422),
        ("post", "/tasks", {}, 405),
    ],
)
def test_every_refusal_says_what_to_do(calls, method, path, body, status):
    caller = calls("officer")
    answer = caller.get(path) if method == "get" else caller.post(path, body)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert problems(answer)
    assert all(problem.get("what") and problem.get("remedy") for problem in problems(answer))
    assert [
        problem for problem in problems(answer) if "左侧菜单" in str(problem) or "页面上的按钮" in str(problem)
    ] == []
