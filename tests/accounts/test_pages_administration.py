"""Three-way administration on the pages, in the actions and in the database: who may do what to whom."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from app.accounts import actions
from app.accounts.actions import NewToken
from app.accounts.identities import Scope, actor_of_token
from app.accounts.models import AccountState, ApiToken, Grant, User
from app.core.clock import clock, now, today
from app.core.errors import NotAllowed, Refused
from app.core.permissions import Role, RoleClass
from tests.factories import PASSWORD


@pytest.fixture
def desk(visit, world):
    """Signs a person in and gives the browser."""

    def open_for(login):
        visitor = visit()
        assert visitor.sign_in(login).status_code == 302
        return visitor

    return open_for


def account(login="new.person", **more):
    return {"login": login, "name": "新同事", "phone": "", "role_class": "business", "expires_on": "", **more}


def membership_id(world, key):
    return world.user(key).memberships[0].id


# --- the road of a new person ----------------------------------------------------------------------------------------


def test_a_person_is_created_employed_and_granted_by_two_administrators(world, desk, visit, db_session):
    system, security = desk("system-admin"), desk("security-admin")
    shown = system.post("/accounts/new", **account())
    first = re.search(r"<code class=\"gy-lead\">([a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{5})</code>", shown.text)
    assert shown.status_code == 200 and first
    page = "/accounts/new.person"
    joined = system.post(f"{page}/memberships", organisation="AGENCY", post="科员", valid_from=today().isoformat())
    assert joined.location == page
    db_session.rollback()
    key = db_session.scalars(sa.select(User).where(User.login == "new.person")).one().memberships[0].id
    assert system.post(f"{page}/memberships/{key}/grants", role="agency_officer").status_code == 403
    assert security.post(f"{page}/memberships/{key}/grants", role="agency_officer").location == page
    assert "项目单位经办" in security.get(page).text
    visitor = visit()
    assert visitor.sign_in("new.person", first.group(1)).status_code == 302
    assert first.group(1) not in system.get(page).text, "a first password is shown once"


def test_a_used_login_is_refused_and_what_was_typed_stays(desk):
    answer = desk("system-admin").post("/accounts/new", **account("officer"))
    assert answer.status_code == 422
    assert "已被使用" in answer.text and 'value="新同事"' in answer.text


@pytest.mark.sqlite_only
@pytest.mark.parametrize("login", ["", "new", "A", "Upper", "has space", "a/b", "dot\nted", "x" * 41, "1abc", "名字"])
def test_a_login_has_its_shape(desk, login):
    assert desk("system-admin").post("/accounts/new", **account(login)).status_code == 422


def test_what_a_form_does_not_ask_is_not_taken(world, desk, db_session):
    extra = {"state": "disabled", "id": "1", "must_change_password": "", "totp_secret": "x", "granted_by": "1"}
    desk("system-admin").post("/accounts/new", **account(), **extra)
    db_session.rollback()
    made = db_session.scalars(sa.select(User).where(User.login == "new.person")).one()
    assert (made.state, made.must_change_password, made.totp_secret) == (AccountState.ACTIVE, True, None)
    key = membership_id(world, "officer")
    revoked = {"role": "agency_signatory", "granted_by": world.user("audit_admin").id, "role_class": "audit"}
    desk("security-admin").post(f"/accounts/officer/memberships/{key}/grants", **revoked)
    db_session.rollback()
    grant = db_session.scalars(sa.select(Grant).order_by(Grant.id.desc())).first()
    assert (grant.granted_by, grant.role_class) == (world.user("security_admin").id, RoleClass.BUSINESS)


# --- nobody does it to himself, nobody does another's part -----------------------------------------------------------


def test_nobody_grants_to_himself_on_the_page(world, desk):
    key = membership_id(world, "security_admin")
    answer = desk("security-admin").post(f"/accounts/security-admin/memberships/{key}/grants", role="security_admin")
    assert answer.status_code == 403 and "不能为本人办理" in answer.text


@pytest.mark.parametrize(
    "login, path, data",
    [
        ("system-admin", "/accounts/system-admin/disable", {"reason": "x"}),
        ("system-admin", "/accounts/system-admin/reset", {"reason": "x"}),
        ("system-admin", "/accounts/system-admin/memberships", {"organisation": "AGENCY", "valid_from": "2026-03-02"}),
        ("security-admin", "/accounts/officer/enable", {"reason": "x"}),
        ("security-admin", "/accounts/new", {"login": "abc", "name": "甲", "role_class": "business"}),
        ("security-admin", "/accounts/officer/reset", {"reason": "x"}),
        ("system-admin", "/accounts/officer/tokens", {"name": "x"}),
        ("audit-admin", "/accounts/officer/disable", {"reason": "x"}),
        ("officer", "/accounts/operator-officer/disable", {"reason": "x"}),
    ],
)
@pytest.mark.sqlite_only
def test_acts_that_belong_to_somebody_else_are_refused(desk, login, path, data):
    assert desk(login).post(path, **data).status_code == 403


@pytest.mark.sqlite_only
def test_people_of_business_do_not_see_accounts(desk):
    visitor = desk("officer")
    assert [visitor.get(path).status_code for path in ("/accounts", "/accounts/officer", "/audit")] == [403] * 3


def test_a_role_of_another_person_or_of_nobody_is_not_found(world, desk):
    visitor = desk("security-admin")
    foreign = world.user("signatory").memberships[0].grants[0].id
    for key in (foreign, 10**6, 10**30):
        answer = visitor.post(f"/accounts/officer/grants/{key}/revoke", reason="x")
        assert answer.status_code == 404


def test_a_reason_is_needed(desk):
    answer = desk("system-admin").post("/accounts/officer/disable", reason="  ")
    assert answer.status_code == 422 and "理由" in answer.text


def test_a_role_that_is_taken_back_is_gone_at_the_next_request(world, desk):
    visitor, security = desk("officer"), desk("security-admin")
    assert visitor.get("/services").status_code == 200
    grant = world.user("officer").memberships[0].grants[0].id
    assert security.post(f"/accounts/officer/grants/{grant}/revoke", reason="转岗").status_code == 302
    assert visitor.get("/services").status_code == 403


def test_a_membership_that_ended_yesterday_carries_no_role_today(world, desk):
    visitor = desk("officer")
    key = membership_id(world, "officer")
    ended = desk("system-admin").post(
        f"/accounts/officer/memberships/{key}/end", valid_until=today().isoformat(), reason="调离"
    )
    assert ended.status_code == 302
    assert visitor.get("/services").status_code == 200
    with clock.at(now() + timedelta(days=1)):
        fresh = desk("officer")
        assert fresh.get("/services").status_code == 403


# --- the last one of a kind ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["security_admin", "audit_admin"])
def test_the_last_administrator_of_a_kind_stays_in_office(world, key):
    boss, user = world.actor("system_admin"), world.user(key)
    with pytest.raises(Refused):
        actions.disable_account(boss, user, "x")
    with pytest.raises(Refused):
        actions.end_membership(boss, user.memberships[0], today(), "x")


def test_the_last_administrators_role_is_not_taken_back(world):
    user = world.user("audit_admin")
    with pytest.raises(Refused):
        actions.revoke_role(world.actor("security_admin"), user.memberships[0].grants[0], user, "x")


def test_one_without_a_role_does_not_count_as_in_office(world):
    new = actions.NewAccount("idle.auditor", "挂名", RoleClass.AUDIT)
    actions.create_account(world.actor("system_admin"), new, PASSWORD)
    with pytest.raises(Refused):
        actions.disable_account(world.actor("system_admin"), world.user("audit_admin"), "x")


def test_with_a_second_one_in_office_the_first_may_go(world, db_session):
    new = actions.NewAccount("second.auditor", "审计丁", RoleClass.AUDIT)
    user = actions.create_account(world.actor("system_admin"), new, PASSWORD)
    membership = actions.create_membership(world.actor("system_admin"), user, world.org("authority"), "", today())
    actions.give_role(world.actor("security_admin"), membership, Role.AUDIT_ADMIN)
    actions.disable_account(world.actor("system_admin"), world.user("audit_admin"), "轮岗")
    db_session.commit()
    assert world.user("audit_admin").state is AccountState.DISABLED


# --- the database says the same --------------------------------------------------------------------------------------


def copied_grant(world, db_session, key, **changes):
    """Puts a copy of a person's first grant with other values into the table, past every rule of the program."""
    table = Grant.__table__
    row = dict(db_session.execute(sa.select(table).where(table.c.user_id == world.user(key).id)).mappings().first())
    row.pop("id")
    return sa.insert(table).values(**{**row, **changes})


def refused_by_the_database(db_session, statement):
    def write_past_the_program():
        db_session.execute(statement)
        db_session.commit()

    with pytest.raises(DatabaseError):
        write_past_the_program()
    db_session.rollback()


def test_the_database_refuses_a_grant_to_oneself(world, db_session):
    me = world.user("security_admin").id
    statement = copied_grant(world, db_session, "security_admin", role=Role.SECURITY_ADMIN, granted_by=me)
    refused_by_the_database(db_session, statement)


@pytest.mark.parametrize("role", [Role.AGENCY_OFFICER, Role.LEADER, Role.AUDIT_ADMIN, Role.SECURITY_ADMIN])
def test_the_database_refuses_an_administrator_a_role_of_another_kind(world, db_session, role):
    giver = world.user("security_admin").id
    for role_class in RoleClass:
        changes = {"role": role, "role_class": role_class, "granted_by": giver}
        refused_by_the_database(db_session, copied_grant(world, db_session, "system_admin", **changes))


def test_the_database_refuses_a_giver_who_is_no_security_administrator(world, db_session):
    for key in ("system_admin", "officer", "audit_admin"):
        changes = {"role": Role.AGENCY_SIGNATORY, "granted_by": world.user(key).id}
        refused_by_the_database(db_session, copied_grant(world, db_session, "second_officer", **changes))


def test_the_database_refuses_a_role_of_business_that_nobody_gave(world, db_session):
    changes = {"role": Role.AGENCY_SIGNATORY, "granted_by": None}
    refused_by_the_database(db_session, copied_grant(world, db_session, "officer", **changes))


def test_the_database_refuses_a_side_that_the_organisation_does_not_hold(world, db_session):
    giver = world.user("security_admin").id
    changes = {"role": Role.OPERATOR_OFFICER, "side": "operation", "granted_by": giver}
    refused_by_the_database(db_session, copied_grant(world, db_session, "officer", **changes))


def test_the_database_keeps_the_class_of_a_person_who_holds_roles(world, db_session):
    statement = sa.update(User.__table__).where(User.__table__.c.login == "system-admin").values(role_class="business")
    refused_by_the_database(db_session, statement)


# --- tokens ----------------------------------------------------------------------------------------------------------


def new_token(world, owner="officer", **changes):
    facts = {"name": "对接", "scopes": (Scope.CONTRACTS_READ,), "expires_on": today() + timedelta(days=30)}
    return actions.create_token(
        world.actor("security_admin"), world.user(owner).memberships[0], NewToken(**{**facts, **changes})
    )


def test_a_token_is_shown_once_and_kept_as_a_hash(world, desk, db_session):
    data = {
        "name": "数据对接", "membership": membership_id(world, "officer"), "scopes": ["contracts:read"],
        "expires_on": (today() + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    visitor = desk("security-admin")
    shown = visitor.post("/accounts/officer/tokens", **data)
    text = re.search(r"gy_[A-Za-z0-9_-]{40,}", shown.text)
    assert shown.status_code == 200 and text
    db_session.rollback()
    stored = db_session.scalars(sa.select(ApiToken)).one()
    assert text.group() not in str(vars(stored))
    assert text.group() not in visitor.get("/accounts/officer").text
    assert visitor.post(f"/accounts/officer/tokens/{stored.id}/revoke", reason="换新").status_code == 302
    db_session.rollback()
    assert actor_of_token(text.group()) is None


def test_a_token_allows_no_more_than_its_scopes_and_its_owner(world, db_session):
    _token, text = new_token(world, scopes=(Scope.CONTRACTS_READ, Scope.CONTRACTS_WRITE))
    db_session.commit()
    allowed = actor_of_token(text).permissions
    assert {one.value for one in allowed} == {"contract:read", "contract:draft", "contract:submit"}


def test_a_token_dies_with_its_date_its_owner_and_its_membership(world, db_session):
    _token, text = new_token(world)
    db_session.commit()
    with clock.at(now() + timedelta(days=32)):
        assert actor_of_token(text) is None
    actions.end_membership(world.actor("system_admin"), world.user("officer").memberships[0], today(), "调离")
    db_session.commit()
    with clock.at(now() + timedelta(days=1)):
        assert actor_of_token(text) is None


@pytest.mark.parametrize("changes", [{"scopes": ()}, {"expires_on": None}, {"owner": "audit_admin"}])
def test_a_token_that_goes_too_far_is_refused(world, changes):
    if "expires_on" in changes:
        changes = {"expires_on": today() + timedelta(days=400)}
    with pytest.raises(Refused):
        new_token(world, **changes)


def test_nobody_issues_a_token_for_himself(world):
    with pytest.raises(NotAllowed):
        new_token(world, owner="security_admin")


# --- lists -----------------------------------------------------------------------------------------------------------


def test_the_list_of_accounts_is_found_by_name_organisation_class_and_state(desk):
    visitor = desk("audit-admin")
    page = visitor.get("/accounts?q=经办&organisation=AGENCY&class=business&state=active").text
    assert "赵经办" in page and "王经办" in page and "陈经办" not in page
    assert "system-admin" not in page
    exported = visitor.get("/accounts?export=csv&q=赵")
    assert exported.status_code == 200 and "赵经办" in exported.data.decode("utf-8-sig")


def test_the_audit_administrator_sees_sign_ins_and_refused_requests(desk, visit):
    visit().sign_in("officer", "wrong")
    desk("officer").get("/accounts")
    auditor = desk("audit-admin")
    assert "账号或口令错误" in auditor.get("/audit/sign-ins?q=officer&outcome=wrong_password").text
    assert "/accounts" in auditor.get("/audit/denials?q=officer&status=403").text
    assert auditor.get("/audit/denials?from=2026-13-01&to=x&status=5").status_code == 200
    assert auditor.get("/audit/sign-ins?export=xlsx").status_code == 200
