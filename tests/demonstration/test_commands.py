"""`flask demo load`: speaks to people and to programs, and never touches data that is already there."""

import json
import unicodedata

import pytest

from app.accounts.actions import disable_account
from app.accounts.identities import actor_by_login, user_by_login
from app.accounts.models import User
from app.audit.models import TrailEntry
from app.core.clock import clock
from app.core.db import db
from app.demonstration.people import PASSWORD
from tests import factories
from tests.demonstration.test_loading import demo

__all__ = ["demo"]

pytestmark = pytest.mark.sqlite_only


def entries():
    return db.session.query(TrailEntry).count()


def test_a_second_load_is_refused(demo, runner):
    before = entries()
    answer = runner.invoke(args=["demo", "load"])
    assert answer.exit_code == 1
    assert "not empty" in answer.stderr
    assert entries() == before


def test_if_empty_only_prints_the_sign_ins_again(demo, runner):
    before = entries()
    answer = runner.invoke(args=["demo", "load", "--if-empty"])
    assert answer.exit_code == 0
    assert PASSWORD in answer.stdout
    assert "系统管理员" in answer.stdout
    assert entries() == before


def test_the_table_stands_in_straight_columns(demo, runner):
    lines = runner.invoke(args=["demo", "load", "--if-empty"]).stdout.strip().splitlines()
    logins = [user.login for user in db.session.query(User)]
    starts = set()
    for line in lines[1:-2]:
        login = next(login for login in logins if f" {login} " in line)
        wide = line[: line.index(f" {login} ") + 1]
        starts.add(sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in wide))
    assert len(starts) == 1


def test_json_names_roles_logins_and_the_password(demo, runner):
    told = json.loads(runner.invoke(args=["demo", "load", "--if-empty", "--json"]).stdout)
    assert told["loaded"] is False
    assert told["password"] == PASSWORD
    assert set(told["sign_ins"][0]) == {"role", "login", "name", "organisation"}


def test_accounts_that_were_disabled_are_not_offered(demo, runner):
    told = json.loads(runner.invoke(args=["demo", "load", "--if-empty", "--json"]).stdout)
    admin, login = told["sign_ins"][0]["login"], told["sign_ins"][-1]["login"]
    disable_account(actor_by_login(admin), user_by_login(login), "left")
    db.session.commit()
    again = json.loads(runner.invoke(args=["demo", "load", "--if-empty", "--json"]).stdout)
    assert login not in [one["login"] for one in again["sign_ins"]]


def test_a_database_with_other_people_gets_no_sign_ins(app, backend, db_session, runner):
    with clock.at(factories.MOMENT):
        factories.standing(backend)
        answer = runner.invoke(args=["demo", "load", "--if-empty"])
        assert answer.exit_code == 0
        assert PASSWORD not in answer.output
        assert runner.invoke(args=["demo", "load"]).exit_code == 1


def test_without_catalogues_it_says_what_to_do(app, db_session, runner):
    answer = runner.invoke(args=["demo", "load"])
    assert answer.exit_code == 1
    assert "flask catalog load" in answer.stderr


def test_it_is_refused_where_demonstrations_are_switched_off(app, db_session, runner, monkeypatch):
    monkeypatch.setitem(app.config, "DEMONSTRATION", False)
    answer = runner.invoke(args=["demo", "load", "--if-empty"])
    assert answer.exit_code == 1
    assert "switched off" in answer.stderr
