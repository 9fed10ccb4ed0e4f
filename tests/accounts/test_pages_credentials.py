"""Passwords and second factor: rules of both profiles, codes that work once, the door before the work."""

from datetime import timedelta

import pyotp
import pytest

from app.accounts import actions, credentials, second_factor
from app.accounts.identities import load_user
from app.accounts.passwords import PROFILES, weaknesses
from app.core.clock import clock, now
from app.core.permissions import RoleClass
from tests.factories import PASSWORD

NEW = "Nine.Purple.Kites.Over.Foshan"


@pytest.mark.parametrize(
    "profile, password, found",
    [
        ("asvs", "Short.1", {"short"}),
        ("asvs", "nine purple kites over foshan", set()),
        ("asvs", "a" * 129, {"long", "repeated"}),
        ("asvs", "aaaaaaaaaaaaaaaa", {"repeated"}),
        ("asvs", "xK3#officer-29zR", {"personal"}),
        ("asvs", "Password2024admin", {"common"}),
        ("asvs", "kG5%qwertyuiop2", {"sequence"}),
        ("dengbao3", "kites over", {"classes"}),
        ("dengbao3", "Kites7!x", set()),
        ("dengbao3", "Kt7!", {"short", "repeated"}),
    ],
)
def test_what_is_wrong_with_a_password(profile, password, found):
    assert found <= set(weaknesses(PROFILES[profile], password, "officer", "赵经办"))
    assert found or not weaknesses(PROFILES[profile], password, "officer", "赵经办")


def test_a_new_password_ends_the_other_sessions_and_changes_the_key(world, visit):
    here, there = visit(), visit()
    here.sign_in("officer"), there.sign_in("officer")
    before = here.key
    assert here.post("/profile/password", old="wrong", new=NEW).status_code == 422
    assert here.post("/profile/password", old=PASSWORD, new="short").status_code == 422
    assert here.post("/profile/password", old=PASSWORD, new=NEW).location == "/profile"
    assert here.is_in and here.key != before
    assert not there.is_in
    assert visit().sign_in("officer", NEW).status_code == 302
    assert visit().sign_in("officer", PASSWORD).status_code == 422


def test_a_first_password_has_to_be_changed_before_anything_else(world, visit, db_session):
    new = actions.NewAccount("fresh", "新人", RoleClass.BUSINESS)
    actions.create_account(world.actor("system_admin"), new, "first-word-given")
    db_session.commit()
    visitor = visit()
    assert visitor.sign_in("fresh", "first-word-given").status_code == 302
    for path in ("/", "/profile", "/services", "/accounts"):
        assert visitor.get(path).location == "/profile/password"
    assert visitor.post("/profile/password", old="first-word-given", new=NEW).location == "/"
    assert visitor.is_in


def test_an_old_password_has_to_be_changed_in_the_profile_that_says_so(world, visit, app):
    app.config["PASSWORD_PROFILE"] = "dengbao3"
    try:
        with clock.at(now() + timedelta(days=91)):
            visitor = visit()
            visitor.sign_in("officer")
            assert visitor.get("/profile").location == "/profile/password"
            visitor.post("/profile/password", old=PASSWORD, new=NEW)
            assert visitor.get("/profile").location == "/profile/second-factor"
    finally:
        app.config["PASSWORD_PROFILE"] = "asvs"


@pytest.fixture
def factor(world, db_session):
    """Turns on the second factor of the officer; gives the device and the recovery codes."""
    actor, user = world.actor("officer"), world.user("officer")
    with clock.at(now() - timedelta(minutes=5)):
        secret = credentials.start_second_factor(actor, user)
        codes = credentials.confirm_second_factor(actor, user, second_factor_code(secret))
    db_session.commit()
    return secret, codes


def second_factor_code(secret):
    return pyotp.TOTP(secret).at(int(now().timestamp()))


def test_a_password_alone_does_not_let_in_where_there_is_a_second_factor(factor, visit):
    visitor = visit()
    assert visitor.sign_in("officer").location == "/second-factor"
    assert not visitor.is_in
    before = visitor.key
    assert visitor.post("/second-factor", code="000000").status_code == 422
    assert visitor.post("/second-factor", code=second_factor_code(factor[0])).location == "/"
    assert visitor.is_in and visitor.key != before


def test_a_code_works_once(factor, visit):
    with clock.at(now()):
        code = second_factor_code(factor[0])
        first, second = visit(), visit()
        first.sign_in("officer"), second.sign_in("officer")
        assert first.post("/second-factor", code=code).status_code == 302
        assert second.post("/second-factor", code=code).status_code == 422
        assert first.is_in and not second.is_in


def test_the_code_that_confirmed_the_device_opens_no_session(world, visit, db_session):
    with clock.at(now()):
        actor, user = world.actor("officer"), world.user("officer")
        secret = credentials.start_second_factor(actor, user)
        code = second_factor_code(secret)
        credentials.confirm_second_factor(actor, user, code)
        db_session.commit()
        visitor = visit()
        visitor.sign_in("officer")
        assert visitor.post("/second-factor", code=code).status_code == 422


def test_a_recovery_code_works_once_however_it_is_typed(factor, visit):
    first, second = visit(), visit()
    first.sign_in("officer"), second.sign_in("officer")
    typed = factor[1][0].lower().replace("-", " ")
    assert first.post("/second-factor", code=typed).status_code == 302
    assert second.post("/second-factor", code=factor[1][0]).status_code == 422
    assert second.post("/second-factor", code=factor[1][1]).status_code == 302


def test_guesses_at_the_code_are_throttled(factor, visit):
    visitor = visit()
    visitor.sign_in("officer")
    for guess in range(5):
        visitor.post("/second-factor", code=f"{guess:06}")
    answer = visitor.post("/second-factor", code=second_factor_code(factor[0]))
    assert answer.status_code == 422 and "尝试次数过多" in answer.text


def test_a_right_password_waits_ten_minutes_for_its_code(factor, visit):
    visitor = visit()
    visitor.sign_in("officer")
    with clock.at(now() + timedelta(minutes=11)):
        assert visitor.get("/second-factor").location == "/sign-in"


def test_an_account_disabled_between_password_and_code_stays_out(factor, world, visit, db_session):
    visitor = visit()
    visitor.sign_in("officer")
    actions.disable_account(world.actor("system_admin"), world.user("officer"), "离职")
    db_session.commit()
    assert visitor.post("/second-factor", code=second_factor_code(factor[0])).location == "/sign-in"


def test_the_second_factor_is_set_up_on_the_page(world, visit, db_session):
    visitor = visit()
    visitor.sign_in("officer")
    assert visitor.post("/profile/second-factor/start").status_code == 302
    db_session.rollback()
    user = load_user(world.user("officer").id)
    secret = second_factor.decrypt(user.totp_secret)
    page = visitor.get("/profile/second-factor").text
    assert secret[:4] in page and "data:image/svg+xml" in page
    assert secret not in user.totp_secret
    assert visitor.post("/profile/second-factor/confirm", code="12").status_code == 422
    shown = visitor.post("/profile/second-factor/confirm", code=second_factor_code(secret))
    assert shown.status_code == 200 and shown.text.count("<li><code") == second_factor.RECOVERY_CODES
    assert visitor.is_in
    assert secret[:4] not in visitor.get("/profile/second-factor").text


def test_no_secret_of_a_person_stands_in_the_trail(factor, db_session):
    from app.audit.models import TrailEntry

    written = " ".join(entry.details for entry in db_session.query(TrailEntry))
    assert factor[0] not in written and "$argon2" not in written and factor[1][0] not in written
