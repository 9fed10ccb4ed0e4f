"""What is posted twice is done once, and the second answer is the first one again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from app.accounts.models import Denial
from app.core import idempotency
from app.core.clock import clock, now


def kept(session):
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(Denial))


def test_a_form_posted_twice_is_done_once(probe, db_session):
    client = probe.test_client()
    answers = [client.post("/probe/keep", data={"note": "x", "_once": "token-1"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303] * 3
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert kept(db_session) == 1


def test_two_forms_with_the_same_content_are_two_deliveries(probe, db_session):
    client = probe.test_client()
    for token in ("token-1", "token-2"):
        client.post("/probe/keep", data={"note": "x", "_once": token})
    assert kept(db_session) == 2


@pytest.mark.parametrize(
    "second", [{"note": "y"}, {"note": "x", "more": "1"}, {"note": ["x", "x"]}, {"note": "x "}, {}, {"Note": "x"}]
)
def test_the_same_token_with_other_content_is_refused(probe, db_session, second):
    client = probe.test_client()
    client.post("/probe/keep", data={"note": "x", "_once": "token-1"})
    answer = client.post("/probe/keep", data={**second, "_once": "token-1"})
    assert answer.status_code == 409
    assert "内容却不同" in answer.text
    assert kept(db_session) == 1


def test_the_same_token_at_another_address_is_refused(probe, db_session):
    client = probe.test_client()
    client.post("/probe/keep", data={"note": "x", "_once": "token-1"})
    assert client.post("/probe/form", data={"note": "x", "_once": "token-1"}).status_code == 409
    assert kept(db_session) == 1


def test_a_fresh_csrf_value_makes_no_other_content(probe, db_session):
    client = probe.test_client()
    for csrf in ("a", "b"):
        client.post("/probe/keep", data={"note": "x", "_once": "token-1", "csrf_token": csrf})
    assert kept(db_session) == 1


def post_files(client, *files, token="token-1"):
    data = {"note": "x", "_once": token, "file": [(BytesIO(content), name) for content, name in files]}
    return client.post("/probe/file", data=data, content_type="multipart/form-data")


def test_a_form_with_files_posted_twice_gives_the_first_answer_again(probe, db_session):
    client, files = probe.test_client(), ((b"one", "a.csv"), (b"two", "b.csv"))
    answers = [post_files(client, *files) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303] * 3
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert kept(db_session) == 1
    assert db_session.scalars(sa.select(Denial.path)).all() == ["onetwo"]


@pytest.mark.parametrize(
    "second",
    [
        ((b"one.", "a.csv"), (b"two", "b.csv")),
        ((b"one", "a.csv"), (b"2", "b.csv")),
        ((b"one", "a.csv"), (b"two", "c.csv")),
        ((b"one", "a.csv"),),
        ((b"two", "a.csv"), (b"one", "b.csv")),
        ((b"", "a.csv"), (b"", "b.csv")),
    ],
)
def test_the_same_token_with_another_file_is_refused(probe, db_session, second):
    client = probe.test_client()
    post_files(client, (b"one", "a.csv"), (b"two", "b.csv"))
    assert post_files(client, *second).status_code == 409
    assert kept(db_session) == 1


def test_an_idempotency_key_gives_the_same_json_again(probe, db_session):
    client = probe.test_client()
    headers = {"Idempotency-Key": "k-1"}
    answers = [client.post("/api/v1/probe/keep", json={"a": 1}, headers=headers) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert answers[1].mimetype == "application/json"
    other = client.post("/api/v1/probe/keep", json={"a": 2}, headers=headers)
    assert (other.status_code, other.json["type"]) == (409, "urn:guanyun:wrong_state")
    assert kept(db_session) == 1


def test_a_key_that_is_too_long_is_refused(probe, db_session):
    client = probe.test_client()
    for length, status in ((80, 200), (81, 409), (5000, 409)):
        headers = {"Idempotency-Key": "k" * length}
        assert client.post("/api/v1/probe/keep", json={}, headers=headers).status_code == status
    assert kept(db_session) == 1


def test_a_refused_delivery_may_be_corrected_and_sent_again(probe, db_session):
    client = probe.test_client()
    assert client.post("/probe/form", data={"note": "x" * 51, "_once": "token-1"}).status_code == 422
    assert client.post("/probe/form", data={"note": "x", "_once": "token-1"}).status_code == 303
    assert kept(db_session) == 1


def test_twenty_parallel_posts_of_one_form_leave_one_row(probe, db_session):
    db_session.rollback()

    def post(_number):
        return probe.test_client().post("/probe/keep", data={"note": "x", "_once": "token-1"})

    # The threads begin with an empty context: nothing of this test's own session is theirs.
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(post, range(20)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert kept(db_session) == 1


def test_deliveries_are_forgotten_after_three_days(probe, db_session):
    client = probe.test_client()
    client.post("/probe/keep", data={"note": "x", "_once": "token-1"})
    moment = now()
    with clock.at(moment + timedelta(days=2, hours=23)):
        assert idempotency.forget_old() == 0
    with clock.at(moment + timedelta(days=3, minutes=1)):
        assert idempotency.forget_old() == 1
