"""The standing world as tests of accounts need it, and browsers."""

import pytest

from tests.accounts.people import Visitor
from tests.factories import SETUP, Standing, w

__all__ = ["w"]


@pytest.fixture
def world(w, db_session) -> Standing:
    """People and organisations; everybody has changed the first password already."""
    from app.accounts.models import User
    from app.audit import act
    from app.core.permissions import Permission

    with act(SETUP, Permission.ACCOUNT_RESET, ref="account:all"):
        for user in db_session.query(User):
            user.must_change_password = False
    db_session.commit()
    return w


@pytest.fixture
def visit(client):
    """Makes a browser of its own for each call."""
    return lambda: Visitor(client.application.test_client())
