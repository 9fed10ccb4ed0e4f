"""`house`: the standing world with what the attacks need beside it."""

from __future__ import annotations

import io
import secrets
from datetime import timedelta

import pytest
from werkzeug.datastructures import FileStorage

from app.accounts.actions import revoke_role
from app.accounts.models import ApiToken, Denial, SignInEvent, SignInOutcome
from app.audit import act
from app.audit.heads import seal
from app.contracts import actions, drafting
from app.core.clock import clock, now, today, zone
from app.core.db import db
from app.core.periods import Period
from app.core.permissions import Permission, Role, Side
from app.figures.verifying import close_period
from app.organisations.actions import end_stake
from app.subjects.actions import open_subject, stand_for_side
from app.subjects.models import PartyRole, SubjectKind
from tests import factories as make
from tests.factories import app
from tests.separation.attacks import Places

__all__ = ["app"]

# Who controls whom: the client two companies, one of them through another; the operator stands in a group of its own.
COMPANIES = {
    "CONTROLLED": ({Side.OPERATION}, "AGENCY"),
    "MIDDLE": ({Side.OPERATION}, "AGENCY"),
    "GRANDCHILD": ({Side.OPERATION}, "MIDDLE"),
    "CHILD": ({Side.SUPERVISION}, "OPERATOR"),
    "PARENT": ({Side.SUPERVISION}, None),
    "SISTER": ({Side.SUPERVISION}, "PARENT"),
    "STATE-OWNED": ({Side.SUPERVISION}, "HOLDER"),
    "BOTH": ({Side.OPERATION, Side.SUPERVISION}, None),
}


@pytest.fixture
def house(app, backend, db_session):
    """The standing contracts; companies under one another, a person bound but not signed, a file, a token, a stake."""
    with clock.at(make.MOMENT):
        yield Places(make.snapshot(backend, "house", lambda: build(make.standing(backend))))


@pytest.fixture
def w(house):
    return make.Standing(house.codes)


def build(w):
    made = {code: make.organisation(code=code, sides=frozenset(sides)) for code, (sides, _above) in COMPANIES.items()}
    made |= {make.code_of(key): w.org(key) for key in ("agency", "operator", "holder")}
    for code, (_sides, above) in COMPANIES.items():
        if above:
            make.controls(made[above], made[code])
    for above in ("PARENT", "HOLDER"):
        make.controls(made[above], made["OPERATOR"])
    _add_to_contracts(w, made)
    _end_things(w, made)
    make.person(w.org("authority"), Role.SECURITY_ADMIN, login="second-security")
    db.session.add(Denial(at=now(), method="GET", path="/", status=404, request_id=""))
    db.session.add(SignInEvent(at=now(), login="officer", ip="::1", outcome=SignInOutcome.SUCCESS))
    _token(w)
    _close_a_period(w)
    seal()
    return w.codes


def _close_a_period(w):
    """The first month of the contract in force, closed when it was over."""
    month = make.MOMENT.astimezone(zone()).strftime("%Y-%m")
    with clock.at(make.MOMENT + timedelta(days=62)):
        close_period(w.actor("officer"), w.contract("in_force"), Period(month))


def _end_things(w, made):
    """A role that was taken away, a membership and a stake that ended."""
    make.person(w.org("other_agency"), Role.AGENCY_OFFICER, login="former")
    former = w.user("former")
    revoke_role(w.actor("security_admin"), former.memberships[0].grants[0], former, "调离")
    make.leaves(former, w.org("other_agency"))
    stake = make.controls(w.org("rival"), made["MIDDLE"])
    end_stake(w.actor("system_admin"), stake, today(), "转让")


def _add_to_contracts(w, made):
    officer, draft, signing = w.actor("officer"), w.contract("draft"), w.contract("signing")
    drafting.join_party(officer, draft, made["BOTH"], PartyRole.BUILDER)
    upload = FileStorage(io.BytesIO("附件".encode()), "附件.txt")
    actions.attach_file(officer, draft, upload, "说明")
    signatory = w.actor("operator_signatory")
    with act(signatory, Permission.CONTRACT_SIGN, ref=signing.ref):
        stand_for_side(signatory, signing.subject)
    with act(officer, Permission.CONTRACT_DRAFT, ref="contract:BARE"):
        open_subject(SubjectKind.CONTRACT, "BARE", "没有合同", make.region("4401"))


def _token(w):
    membership = w.user("officer").memberships[0]
    with act(w.actor("security_admin"), Permission.TOKEN_CREATE, ref="account:officer"):
        token = ApiToken(
            token_hash=secrets.token_hex(32),
            name="对接",
            membership_id=membership.id,
            user_id=membership.user_id,
            organisation_id=membership.organisation_id,
            scopes="tasks:read",
            expires_at=now() + timedelta(days=30),
            created_by=w.user("security_admin").id,
        )
        db.session.add(token)
        db.session.flush()
