"""Claiming an exclusion through the API: the same rules as the page, once for twice, with a scope of its own."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.accounts.identities import Scope
from app.contracts.actions import attach_file
from app.core.clock import clock
from app.core.db import db
from app.service_levels.queries import exclusions_of
from tests.service_levels.conftest import upload

LATER = datetime(2026, 3, 20, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def asked(w, calls):
    """The caller, the contract, and a good claim."""
    contract, caller = w.contract("in_force"), calls("operator_officer")
    proof = attach_file(w.actor("officer"), contract, upload(), "公告")
    db.session.commit()
    body = {
        "service": contract.current.lines[0].service.code,
        "from": "2026-03-10T01:00:00+08:00",
        "to": "2026-03-09T19:00:00Z",
        "cause": "third_party",
        "reason": "云平台故障",
        "announced_at": None,
        "evidence": proof.sha256,
    }
    with clock.at(LATER):
        yield caller, contract, body


def place(contract):
    return f"/contracts/{contract.code}/exclusions"


def test_a_claim_is_made_once_for_twice(asked):
    caller, contract, body = asked
    first = caller.post(place(contract), body, key="one")
    again = caller.post(place(contract), body, key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    made = first.get_json()
    assert (made["state"], made["service"], made["from"]) == ("claimed", body["service"], "2026-03-09T17:00:00+00:00")
    assert [one.id for one in exclusions_of(contract)] == [made["id"]]
    overlapping = caller.post(place(contract), body)
    assert overlapping.status_code == 422
    assert overlapping.get_json()["problems"][0]["place"] == "from"


def test_service_and_announcement_may_be_left_out(asked):
    caller, contract, body = asked
    short = {key: value for key, value in body.items() if key not in {"service", "announced_at"}}
    answer = caller.post(place(contract), short)
    assert answer.status_code == 201
    assert answer.get_json()["service"] is None


@pytest.mark.parametrize(
    "changes, where",
    [
        ({"service": "FW-0"}, "service"),
        ({"service": 7}, "service"),
        ({"from": "2026-03-10T01:00:00"}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"from": None}, "from"),
        ({"to": "2026-03-10T00:59:00+08:00"}, "to"),
        ({"to": "2026-03-21T00:00:00+08:00"}, "to"),
        ({"to": "2026-05-21T00:00:00+08:00"}, "to"),
        ({"cause": "bad luck"}, "cause"),
        ({"cause": "announced_maintenance"}, "announced_at"),
        ({"announced_at": "2026-03-01T00:00:00+08:00"}, "announced_at"),
        ({"reason": "  "}, "reason"),
        ({"evidence": "0" * 64}, "evidence"),
        ({"evidence": "x" * 65}, "evidence"),
        ({"more": 1}, "more"),
    ],
)
def test_a_bad_claim_names_its_member(asked, changes, where):
    caller, contract, body = asked
    answer = caller.post(place(contract), {**body, **changes})
    assert answer.status_code == 422
    assert where in {one.get("place") for one in answer.get_json()["problems"]}
    assert exclusions_of(contract) == []


def test_only_the_operator_with_that_scope_claims(asked, calls):
    _caller, contract, body = asked
    for person, scopes in (
        ("operator_officer", [Scope.FIGURES_WRITE, Scope.CONTRACTS_WRITE]),
        ("officer", list(Scope)),
        ("operator_signatory", list(Scope)),
        ("rival_officer", list(Scope)),
    ):
        assert calls(person, scopes).post(place(contract), body).status_code in {403, 404}, person
    strange = calls("rival_officer").post(place(contract), body)
    assert strange.status_code == calls("rival_officer").post("/contracts/HT-0/exclusions", body).status_code == 404
    assert calls("operator_officer", [Scope.EXCLUSIONS_WRITE]).post(place(contract), body).status_code == 201


def test_a_token_for_another_contract_claims_nothing_here(asked, w, calls):
    _caller, contract, body = asked
    other = calls("operator_officer", list(Scope), w.contract("terminating").code)
    assert other.post(place(contract), body).status_code == 404
