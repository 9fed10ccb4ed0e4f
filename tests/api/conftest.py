"""These tests may ask for `w`, the standing world, and for `calls`, a client with a token for each person."""

import json
import uuid
from datetime import timedelta

import pytest

from app.accounts import actions as accounts
from app.accounts.identities import Scope
from app.core.clock import today
from tests.factories import app, w

__all__ = ["app", "w"]


class Caller:
    """Calls the API with one person's token."""

    def __init__(self, client, token):
        self.client, self.token = client, token

    def get(self, path, **headers):
        return self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}", **headers})

    def post(self, path, body, key=None, **headers):
        sent = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or uuid.uuid4().hex, **headers}
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.post(f"/api/v1{path}", data=data, content_type="application/json", headers=sent)


@pytest.fixture
def calls(app, client, w, db_session):
    """`calls("officer")` is a caller with every scope, `calls("officer", [Scope.…])` with some, or for one contract."""

    def issue(key, scopes=tuple(Scope), contract=""):
        membership = w.user(key).memberships[0]
        new = accounts.NewToken("test", tuple(scopes), today() + timedelta(days=30), contract)
        token = accounts.create_token(w.actor("security_admin"), membership, new)[1]
        db_session.commit()
        return Caller(client, token)

    return issue
