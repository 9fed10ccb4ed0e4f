"""The API of assessments: the result with state, digests and edition; strangers and what is not there get 404."""

import pytest
import sqlalchemy as sa

from app.accounts import actions as accounts
from app.accounts.actions import NewToken
from app.accounts.identities import Scope
from app.accounts.models import Membership
from app.core.clock import today
from app.core.db import db


@pytest.fixture
def call(app, client, w, season):
    tokens = {}

    def token(key, scope):
        if (key, scope) not in tokens:
            membership = db.session.scalars(sa.select(Membership).where(Membership.user_id == w.user(key).id)).one()
            new = NewToken(name="t", scopes=(scope,), expires_on=today().replace(year=2027))
            tokens[key, scope] = accounts.create_token(w.actor("security_admin"), membership, new)[1]
            db.session.commit()
        return tokens[key, scope]

    def ask(key, period="2026-03", scope=Scope.ASSESSMENTS_READ, contract=None, headers=None, **query):
        where = f"/api/v1/contracts/{contract or season.contract.code}/assessments/{period}"
        sent = {"Authorization": f"Bearer {token(key, scope)}", **(headers or {})}
        return client.get(where, headers=sent, query_string=query)

    return ask


def test_the_result_comes_with_state_digests_and_edition(call, season):
    one = season.ready()
    answer = call("operator_officer")
    assert answer.status_code == 200
    assert answer.json["code"] == one.code
    assert (answer.json["state"], answer.json["published"], answer.json["edition"]) == ("computed", False, 1)
    assert answer.json["sha256"] == one.result_sha256
    assert answer.json["sm3"] == one.result_sm3
    assert answer.json["total"] == answer.json["result"]["total"].rstrip("0").rstrip(".")
    assert answer.json["deduction_fen"] == answer.json["result"]["deductions"]["net_fen"]
    again = call("operator_officer", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_an_edition_and_a_scheme_can_be_named(call, season):
    season.ready()
    season.opine("60", by=("second_officer",))
    season.compute()
    assert call("inspector").json["edition"] == 2
    assert call("inspector", edition="1").json["edition"] == 1
    assert call("inspector", edition="1").json["state"] == "superseded"
    assert call("inspector", scheme="SC-MONTH").json["edition"] == 2
    assert call("inspector", scheme=season.plan.code, edition="2").json["plan"] == season.plan.code
    assert call("inspector", scheme="SC-YEAR").status_code == 404
    assert call("inspector", edition="3").status_code == 404


@pytest.mark.parametrize(
    "period, query, status",
    [
        ("2026-13", {}, 400),
        ("2026-04", {}, 404),
        ("2026-Q1", {}, 404),
        ("2026-03-01", {}, 404),
        ("2026-03", {"edition": "x"}, 400),
        ("2026-03", {"edition": "0"}, 404),
    ],
)
def test_what_is_not_there_or_no_period(call, season, period, query, status):
    season.ready()
    assert call("officer", period, **query).status_code == status


def test_strangers_and_other_scopes_see_nothing(call, season):
    season.ready()
    strange, missing = call("rival_officer"), call("rival_officer", contract="HT-0000-2000-9999")
    assert strange.status_code == missing.status_code == 404
    assert strange.json["problems"] == missing.json["problems"]
    assert call("officer", scope=Scope.FIGURES_READ).status_code == 403


def test_it_is_described(client, app):
    described = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/contracts/{code}/assessments/{period}"]["get"]
    assert [one["name"] for one in described["parameters"]] == ["code", "period", "scheme", "edition"]
