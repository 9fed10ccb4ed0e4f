"""Through the pages and the API nobody gets further than through the actions: nothing is stored, and it is said why."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts import actions as accounts
from app.accounts.identities import Scope
from app.accounts.models import Grant
from app.audit.models import TrailEntry
from app.contracts.models import ContractVersion, Signature
from app.core.clock import today
from app.core.db import db
from app.core.errors import Refused
from app.subjects.models import Party
from tests import factories as make

# Organisation, role it is to hold in the draft, invariant.
PARTIES = [
    ("OPERATOR", "client", "I1"),
    ("AGENCY", "operator", "I1"),
    ("BOTH", "supervisor", "I1"),
    ("RIVAL", "supervisor", "I1"),
    ("WATCHER", "operator", "I1"),
    ("CONTROLLED", "operator", "I1"),
    ("GRANDCHILD", "builder", "I1"),
    ("CHILD", "supervisor", "I3"),
    ("PARENT", "evaluator", "I3"),
    ("SISTER", "tester", "I3"),
]
# Who signs, in which state, with which digest ("" is the right one), and the answer that must come.
SIGNERS = [
    ("officer", "signing", "", 403, "I8"),
    ("operator_officer", "signing", "", 403, "I8"),
    ("rival_signatory", "signing", "", 404, "I8"),
    ("other_signatory", "signing", "", 404, "I8"),
    ("inspector", "signing", "", 403, "I8"),
    ("system_admin", "signing", "", 403, "I12"),
    ("signatory", "signing", "0" * 64, 409, "I9"),
    ("signatory", "draft", "", 409, "I9"),
    ("signatory", "signed", "", 409, "I9"),
    ("operator_signatory", "in_force", "", 409, "I9"),
    ("signatory", "void", "", 409, "I9"),
]
ROLES = [
    ("security_admin", "security_admin", "agency_officer", "I14"),
    ("security_admin", "officer", "system_admin", "I12"),
    ("security_admin", "officer", "operator_signatory", "I14"),
    ("security_admin", "audit_admin", "agency_officer", "I12"),
    ("system_admin", "officer", "agency_signatory", "I14"),
    ("officer", "officer", "agency_signatory", "I14"),
    ("audit_admin", "audit_admin", "security_admin", "I12"),
]


def stored():
    """How much there is of what the attacks aim at; also a refused request leaves no leaf."""
    db.session.rollback()
    tables = (Party, Signature, Grant, ContractVersion, TrailEntry)
    return [db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables]


@pytest.fixture
def token(w):
    """A token of a person that allows everything a token can."""

    def issue(key):
        new = accounts.NewToken("test", tuple(Scope), today() + timedelta(days=30), "")
        made = accounts.create_token(w.actor("security_admin"), w.user(key).memberships[0], new)[1]
        db.session.commit()
        return made

    return issue


def call(client, token, path, body):
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
    tag = client.get(f"/api/v1{path.rsplit('/', 1)[0]}", headers=headers).headers.get("ETag", '"x"')
    return client.post(
        f"/api/v1{path}", data=json.dumps(body), content_type="application/json", headers=headers | {"If-Match": tag}
    )


def test_no_party_that_would_mix_the_sides_is_added_on_the_page(w, client):
    make.sign_in(client, "officer")
    before = stored()
    for code, role, invariant in PARTIES:
        form = {"organisation": code, "role": role}
        answer = client.post(f"/contracts/{w.codes['draft']}/parties/new", data=form)
        assert answer.status_code == 422, (invariant, code, role)
    assert stored() == before
    assert (
        client.post(
            f"/contracts/{w.codes['draft']}/parties/new", data={"organisation": "STATE-OWNED", "role": "supervisor"}
        ).status_code
        == 302
    )


def test_no_party_that_would_mix_the_sides_is_added_by_a_program(w, client, token):
    mine = token("officer")
    before = stored()
    path = f"/contracts/{w.codes['draft']}/parties"
    for code, role, invariant in PARTIES:
        answer = call(client, mine, path, {"organisation": code, "role": role})
        assert (answer.status_code, answer.json["problems"] != []) == (422, True), (invariant, code, role)
    assert stored() == before
    assert call(client, mine, path, {"organisation": "STATE-OWNED", "role": "supervisor"}).status_code == 201


def digest_in(w, state):
    return w.contract(state).current.digest_sha256 or "0" * 64


def test_nobody_signs_on_the_page_what_is_not_his_to_sign(w, client):
    before = stored()
    for key, state, wrong, status, invariant in SIGNERS:
        make.sign_in(client, key)
        answer = client.post(f"/contracts/{w.codes[state]}/sign", data={"digest": wrong or digest_in(w, state)})
        # A form is shown again with what stands against it (422), where the API names the state or the content (409).
        assert answer.status_code in {status, 422 if status == 409 else status}, (invariant, key, state)
    assert stored() == before
    make.sign_in(client, "signatory")
    assert (
        client.post(f"/contracts/{w.codes['signing']}/sign", data={"digest": digest_in(w, "signing")}).status_code
        == 302
    )


def test_nobody_signs_by_a_program(w, client, token):
    """Not even who may sign at the page: a token is issued by others, a signature is the person's own act."""
    with pytest.raises(Refused):
        token("system_admin")
    signers = [one for one in SIGNERS if one[0] != "system_admin"]
    tokens = {key: token(key) for key in sorted({"signatory", *(key for key, *_ in signers)})}
    before = stored()
    for key in tokens:
        for state in sorted(w.codes):
            body = {"digest": digest_in(w, "signing")}
            answer = call(client, tokens[key], f"/contracts/{w.codes[state]}/signatures", body)
            assert answer.status_code == 404, (key, state, answer.text)
    assert stored() == before


def test_no_role_is_given_on_the_page_that_does_not_belong(w, client):
    before = stored()
    for giver, to, role, invariant in ROLES:
        make.sign_in(client, giver)
        membership = w.user(to).memberships[0].id
        answer = client.post(f"/accounts/{make.login_of(to)}/memberships/{membership}/grants", data={"role": role})
        assert answer.status_code in {302, 403, 404, 422}, (invariant, giver, to, role)
    assert stored() == before
    make.sign_in(client, "security_admin")
    membership = w.user("officer").memberships[0].id
    client.post(f"/accounts/officer/memberships/{membership}/grants", data={"role": "agency_signatory"})
    assert stored()[2] == before[2] + 1


@pytest.mark.parametrize("state", ["signing", "signed", "in_force", "terminating", "void"])
def test_no_page_changes_a_contract_that_is_no_draft(w, client, state):
    make.sign_in(client, "officer")
    before = stored()
    contract = w.contract(state)
    line, party = contract.current.lines[0], contract.subject.parties[-1]
    level, code = line.levels[0].id, contract.code
    keys = line.id, party.id
    for path in (
        "terms",
        "parties/new",
        f"parties/{keys[1]}/remove",
        "services/new",
        f"services/{keys[0]}",
        f"services/{keys[0]}/remove",
        f"services/{keys[0]}/levels/new",
        f"services/{keys[0]}/levels/{level}",
        f"services/{keys[0]}/levels/{level}/remove",
    ):
        answer = client.post(f"/contracts/{code}/{path}", data={"title": "改", "amount": "1"})
        assert answer.status_code == 409, path
    assert stored() == before
