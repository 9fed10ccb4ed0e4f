"""`flask users create` and `flask tokens create`: the first administrators, then people as permitted."""

import json

import pytest

from app.accounts.identities import actor_of_token, user_by_login
from app.core.permissions import Role


@pytest.fixture
def flask(runner):
    """Runs one command and gives its exit status and output."""

    def run(*arguments):
        done = runner.invoke(args=list(arguments))
        return done.exit_code, done.output

    return run


@pytest.fixture
def founded(flask):
    """A new installation with its first three administrators."""
    flask("catalog", "load")
    for kind in ("system", "security", "audit"):
        more = ("--org-name", "省数据局") if kind == "system" else ()
        status, output = flask(
            "users", "create", f"first.{kind}", "--name", f"{kind}甲", "--class", kind, "--org", "SZJ", *more, "--json"
        )
        assert status == 0, output
        assert json.loads(output)["password"]
    return flask


def test_the_first_three_administrators_hold_one_role_each(founded, db_session):
    held = {
        login: [grant.role for one in user_by_login(login).memberships for grant in one.grants]
        for login in ("first.system", "first.security", "first.audit")
    }
    assert list(held.values()) == [[Role.SYSTEM_ADMIN], [Role.SECURITY_ADMIN], [Role.AUDIT_ADMIN]]


@pytest.mark.parametrize("kind", ["system", "security", "audit", "business"])
def test_there_is_no_second_way_in_without_a_person(founded, kind):
    status, output = founded("users", "create", "late.one", "--name", "迟", "--class", kind, "--org", "SZJ")
    assert status == 1 and "必须由一名管理员办理" in output


def test_later_accounts_come_from_two_hands(founded, db_session):
    business = ("users", "create", "li.si", "--name", "李四", "--class", "business", "--org", "SZJ")
    role = ("--role", "authority_officer")
    status, output = founded(*business, *role, "--as", "first.system")
    assert status == 1 and "授予角色" in output
    assert user_by_login("li.si") is None, "nothing is left of what was refused"
    status, output = founded(*business, *role, "--as", "first.system", "--grant-as", "first.security")
    assert status == 0, output
    db_session.rollback()
    assert user_by_login("li.si").memberships[0].grants[0].role is Role.AUTHORITY_OFFICER


@pytest.mark.sqlite_only
@pytest.mark.parametrize("login", ["new", "Upper", "x", "a b"])
def test_a_login_has_its_shape_here_too(founded, login):
    assert founded("users", "create", login, "--name", "x", "--class", "business", "--as", "first.system")[0] == 1


def test_a_token_is_printed_once_for_the_person_whose_roles_fit(w, db_session, flask):
    db_session.commit()
    status, output = flask(
        "tokens", "create", "--org", "AGENCY", "--scope", "contracts:read", "--as", "security-admin", "--json"
    )
    assert status == 0, output
    made = json.loads(output)
    db_session.rollback()
    actor = actor_of_token(made["token"])
    assert (actor.login, actor.identity.organisation_code) == (made["login"], "AGENCY")


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("--scope", "money:spend", "--as", "security-admin"), "unknown scope: money:spend"),
        (("--scope", "contracts:read", "--as", "system-admin"), "签发接口令牌"),
        (("--scope", "contracts:read", "--as", "nobody"), "no active account"),
        (("--scope", "contracts:read", "--as", "security-admin", "--for", "operator-officer"), "does not work in"),
    ],
)
def test_a_token_is_refused_in_words(w, db_session, flask, arguments, said):
    db_session.commit()
    status, output = flask("tokens", "create", "--org", "AGENCY", *arguments)
    assert status == 1 and said in output
