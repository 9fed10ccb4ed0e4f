"""Signing in and out: throttle, fixation, copied cookies, accounts that may no longer be in, safe ways onward."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts import actions
from app.accounts.models import SignInEvent, SignInOutcome, WebSession
from app.accounts.sessions import key_hash
from app.core.clock import clock, now, today
from tests.factories import MOMENT, PASSWORD


def outcomes(db_session, login):
    db_session.rollback()
    rows = db_session.scalars(sa.select(SignInEvent).where(SignInEvent.login == login).order_by(SignInEvent.id))
    return [row.outcome for row in rows if row.outcome is not SignInOutcome.ATTEMPT]


def test_a_right_password_opens_the_workbench(world, visit, db_session):
    visitor = visit()
    answer = visitor.sign_in("officer")
    assert (answer.status_code, answer.location) == (302, "/")
    assert visitor.is_in
    assert outcomes(db_session, "officer") == [SignInOutcome.SUCCESS]


def test_the_sign_in_page_works_without_a_session(client):
    answer = client.get("/sign-in")
    assert answer.status_code == 200
    assert "Cache-Control" in answer.headers and answer.headers["Cache-Control"] == "no-store"
    assert "_once" not in answer.text.split("<main")[1].split("</main>")[0], (
        "a delivery would keep a digest of a password"
    )


@pytest.mark.parametrize("login, password", [("officer", "wrong"), ("nobody", PASSWORD), ("OFFICER ", "wrong")])
def test_every_failure_says_the_same(world, visit, login, password):
    visitor = visit()
    answer = visitor.sign_in(login, password)
    assert answer.status_code == 422
    assert "登录名或口令不正确，或账号已停用、到期。" in answer.text
    assert not visitor.is_in


def test_a_login_with_a_control_character_is_refused_as_input(world, visit):
    assert visit().sign_in("off\x00icer", "x").status_code == 422


def test_a_password_is_taken_exactly_as_typed(world, visit):
    assert visit().sign_in("officer", f" {PASSWORD}").status_code == 422


def test_the_sixth_attempt_is_refused_even_with_the_right_password(world, visit, db_session):
    visitor = visit()
    for _attempt in range(5):
        visitor.sign_in("officer", "wrong")
    answer = visitor.sign_in("officer")
    assert answer.status_code == 422 and "尝试次数过多" in answer.text
    assert outcomes(db_session, "officer")[-1] is SignInOutcome.THROTTLED
    assert visit().sign_in("second-officer").status_code == 302, "others are not held up"


def test_the_throttle_ends_with_its_window(world, visit):
    visitor = visit()
    for _attempt in range(6):
        visitor.sign_in("officer", "wrong")
    with clock.at(now() + timedelta(minutes=16)):
        assert visitor.sign_in("officer").status_code == 302


def test_a_success_begins_the_count_anew(world, visit):
    visitor = visit()
    for _round in range(3):
        for _attempt in range(4):
            visitor.sign_in("officer", "wrong")
        assert visit().sign_in("officer").status_code == 302


def test_parallel_guesses_do_not_slip_through_together(world, app, db_session):
    db_session.commit()

    def guess(number):
        # A thread begins without the test's clock and app context, as a worker of a server does.
        with clock.at(MOMENT):
            return app.test_client().post("/sign-in", data={"login": "officer", "password": f"wrong {number}"}).text

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(16)))
    assert sum("登录名或口令不正确" in answer for answer in answers) == 5
    assert sum("尝试次数过多" in answer for answer in answers) == 11


def test_the_key_changes_at_sign_in_and_the_planted_one_is_dead(world, visit, app, db_session):
    visitor = visit()
    visitor.get("/sign-in")
    visitor.post("/language", locale="en")
    planted = visitor.key
    assert planted
    visitor.sign_in("officer")
    assert visitor.key != planted
    other = visit()
    other.client.set_cookie("guanyun", planted)
    assert not other.is_in
    db_session.rollback()
    assert db_session.get(WebSession, key_hash(planted)) is None


def test_a_key_that_nobody_issued_is_not_taken_over(world, visit):
    visitor = visit()
    visitor.client.set_cookie("guanyun", "x" * 43)
    visitor.sign_in("officer")
    assert visitor.is_in and visitor.key != "x" * 43


def test_a_cookie_copied_before_signing_out_is_worth_nothing_after(world, visit, db_session):
    visitor, thief = visit(), visit()
    visitor.sign_in("officer")
    thief.client.set_cookie("guanyun", visitor.key)
    assert thief.is_in
    assert visitor.post("/sign-out").location == "/sign-in?ended=1"
    assert not visitor.is_in and not thief.is_in
    assert outcomes(db_session, "officer")[-1] is SignInOutcome.SIGNED_OUT


def test_the_session_holds_no_secret_in_the_cookie_or_in_clear(world, visit, db_session):
    visitor = visit()
    answer = visitor.sign_in("officer")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    db_session.rollback()
    stored = db_session.scalars(sa.select(WebSession)).all()
    assert visitor.key not in {row.key_hash for row in stored}


def test_a_disabled_account_is_out_at_its_next_request(world, visit, db_session):
    visitor = visit()
    visitor.sign_in("officer")
    actions.disable_account(world.actor("system_admin"), world.user("officer"), "离职")
    db_session.commit()
    assert visitor.get("/profile").location.startswith("/sign-in")
    assert visitor.sign_in("officer").status_code == 422
    assert outcomes(db_session, "officer")[-1] is SignInOutcome.BARRED


def test_an_expired_account_is_out_at_its_next_request(world, visit, db_session):
    new = actions.NewAccount(
        "shortly", "短期", world.user("officer").role_class, expires_on=today() + timedelta(days=1)
    )
    user = actions.create_account(world.actor("system_admin"), new, PASSWORD)
    actions.create_membership(world.actor("system_admin"), user, world.org("agency"), "", today())
    db_session.commit()
    visitor = visit()
    visitor.sign_in("shortly")
    assert visitor.get("/profile/password").status_code == 200
    with clock.at(now() + timedelta(days=2)):
        assert visitor.sign_in("shortly").status_code == 422
        assert visitor.get("/profile/password").status_code == 302


def test_an_idle_session_ends(world, visit):
    visitor = visit()
    visitor.sign_in("officer")
    with clock.at(now() + timedelta(minutes=61)):
        assert not visitor.is_in


ELSEWHERE = [
    "//evil.example", "///evil.example", "////evil.example/x", "https://evil.example", "http:evil.example",
    "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", " //evil.example",
    "javascript:alert(1)", "evil.example", "/%0d%0a/\\x".replace("%0d%0a", "\r\n"), "https:///evil.example",
    "/" * 3 + "evil.example/..", "data:text/html,x", "/a" * 1500, "/\u00a0/evil.example", "/\\/evil.example",
]  # fmt: skip


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.sqlite_only
def test_nobody_is_sent_elsewhere_after_signing_in(world, visit, address):
    answer = visit().client.post(
        "/sign-in", query_string={"next": address}, data={"login": "officer", "password": PASSWORD}
    )
    assert (answer.status_code, answer.location) == (302, "/")


@pytest.mark.sqlite_only
def test_a_person_comes_back_to_where_he_wanted_to_go(world, visit):
    visitor = visit()
    asked = visitor.get("/services?q=%E7%B2%A4&state=active")
    answer = visitor.sign_in("officer", address=asked.location)
    assert answer.location == "/services?q=%E7%B2%A4&state=active"


@pytest.mark.sqlite_only
def test_the_language_goes_back_only_to_this_site(world, visit):
    visitor = visit()
    headers = {"Referer": "https://evil.example/services"}
    assert visitor.client.post("/language", data={"locale": "en"}, headers=headers).location == "/"
    headers = {"Referer": "http://localhost/sign-in?next=/services"}
    assert visitor.client.post("/language", data={"locale": "en"}, headers=headers).status_code == 302
    assert 'lang="en"' in visitor.get("/sign-in").text
    assert visitor.post("/language", locale="xx").status_code == 404


def test_the_language_outlives_sign_in(world, visit):
    visitor = visit()
    visitor.post("/language", locale="en")
    visitor.sign_in("officer")
    assert 'lang="en"' in visitor.get("/profile").text


def test_only_an_own_identity_can_be_put_on(world, visit, db_session):
    boss, user = world.actor("system_admin"), world.user("officer")
    second = actions.create_membership(boss, user, world.org("other_agency"), "", today())
    db_session.flush()
    mine, foreign = second.id, world.user("other_officer").memberships[0].id
    db_session.commit()
    visitor = visit()
    visitor.sign_in("officer")
    before = visitor.key
    assert visitor.post("/identity", identity=foreign).status_code == 404
    assert visitor.post("/identity", identity="x").status_code == 404
    assert visitor.post("/identity", identity=mine).status_code == 302
    assert visitor.key != before
    assert "深圳市政务服务中心" in visitor.get("/profile").text.split("</header>")[0]


def test_nobody_signed_in_is_sent_to_the_sign_in_page(client):
    answer = client.get("/accounts?q=x")
    assert answer.location == "/sign-in?next=/accounts?q%3Dx"
    assert client.post("/identity", data={"identity": "1"}).status_code == 302
