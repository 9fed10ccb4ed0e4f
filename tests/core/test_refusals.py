"""A refusal says what happened and an id, keeps what was typed, and never shows the inside of the program."""

from __future__ import annotations

import io
import json
import re

import pytest
import sqlalchemy as sa

from app.accounts.models import Denial
from app.core.permissions import Permission
from tests import factories as make

INSIDES = ("Traceback", "the-secret-of-the-house", "the_secret_of_the_house", "nowhere", "sqlalchemy", ".py", "SELECT")
CONTROL = ["a\x00b", "\x01", "\x08", "a\x0bb", "\x1b[31m", "a\x1fb", "\udc80"]
DOORS = ["/probe", "/api/v1/probe"]


def rows(session):
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(Denial).where(Denial.status == 0))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "kind, status", [("unexpected", 500), ("recursion", 500), ("sql", None), ("constraint", 409), ("refused", 422)]
)
def test_an_error_shows_an_id_and_nothing_of_the_inside(probe, db_session, door, kind, status):
    client = probe.test_client()
    for answer in (client.get(f"{door}/fail/{kind}"), client.post(f"{door}/fail/{kind}")):
        assert answer.status_code in ({status} if status else {500, 503})
        assert [word for word in INSIDES if word in answer.text] == []
        assert answer.headers["X-Request-Id"] in answer.text
    assert rows(db_session) == 0


def test_a_failure_is_logged_with_its_id_and_trace_but_without_values_of_variables(probe, capsys):
    answer = probe.test_client().get("/probe/fail/unexpected")
    logged = capsys.readouterr()
    lines = [json.loads(line) for line in logged.err.splitlines()]
    told = next(line for line in lines if line["event"] == "unexpected")
    assert told["request_id"] == answer.headers["X-Request-Id"]
    assert "RuntimeError: the-secret-of-the-house" in told["exception"]
    assert "local-secret" not in logged.err
    assert logged.out == ""


def test_all_problems_are_listed_and_escaped(probe):
    page = probe.test_client().get("/probe/fail/refused").text
    assert "第一个问题" in page
    assert "&lt;script&gt;第二个" in page
    assert "<script>第二个" not in page


def test_programs_get_problem_details(probe):
    answer = probe.test_client().get("/api/v1/probe/fail/refused")
    assert answer.mimetype == "application/problem+json"
    assert answer.json["type"] == "urn:guanyun:refused"
    assert [one["what"] for one in answer.json["problems"]] == ["第一个问题", "<script>第二个</script>"]


@pytest.mark.parametrize("bad", CONTROL)
def test_control_characters_are_refused_and_the_text_is_kept(probe, db_session, bad):
    body = b"note=" + "".join(f"%{octet:02X}" for octet in bad.encode("utf-8", "surrogatepass")).encode()
    answer = probe.test_client().post("/probe/form", data=body, content_type="application/x-www-form-urlencoded")
    # A lone surrogate is no UTF-8 at all: the decoder has replaced it before the form sees it.
    expected = 303 if bad == "\udc80" else 422
    assert answer.status_code == expected
    assert rows(db_session) == (expected == 303)
    if expected == 422:
        assert list(answer.json["errors"]) == ["note"]


@pytest.mark.parametrize("good", ["两行\n文字", "制表\t符", "emoji 🏛", "‘引号’", "<b>", "{{ 7*7 }}"])
def test_ordinary_text_is_taken_as_it_is(probe, db_session, good):
    assert probe.test_client().post("/probe/form", data={"note": good}).status_code == 303
    assert db_session.scalars(sa.select(Denial.path)).one() == good


@pytest.mark.parametrize(
    "field, bad",
    [("amount", text) for text in ("1e3", "NaN", "-Infinity", "1.005", "１２", "1;2")]
    + [("day", text) for text in ("2026-02-30", "2026-3-2", "02/03/2026", "1989-12-31", "9999-99-99", "0000-00-00")]
    + [("note", "长" * 51)],
)
def test_what_is_not_in_shape_is_refused_and_kept(probe, field, bad):
    answer = probe.test_client().post("/probe/form", data={field: bad})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]
    assert answer.json["typed"][field] == bad


class Flood(io.RawIOBase):
    """A hundred megabytes that are never held in memory; counts what was taken."""

    def __init__(self, size: int) -> None:
        self.left, self.taken = size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        count = min(len(buffer), self.left)
        buffer[:count] = b"x" * count
        self.left -= count
        self.taken += count
        return count


@pytest.mark.parametrize("door", ["/probe/keep", "/probe/form", "/api/v1/probe/keep"])
@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "chunked"])
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"]
)
def test_a_hundred_megabytes_are_refused_without_being_read(probe, db_session, door, chunked, kind):
    size = 100 * 1024 * 1024
    flood = Flood(size)
    how = {"wsgi.input": io.BufferedReader(flood), "CONTENT_LENGTH": "" if chunked else str(size)}
    if chunked:
        how["wsgi.input_terminated"] = True
    answer = probe.test_client().post(door, content_type=kind, environ_overrides=how)
    assert answer.status_code == 413
    assert flood.taken <= 26 * 1024 * 1024
    assert rows(db_session) == 0


def without_id(answer):
    """The answer without the request's id and the tokens that every form draws anew."""
    body = re.sub(rb'name="(csrf_token|_once)" value="[^"]+"', b"", answer.data)
    return re.sub(rb"\b[0-9a-f]{16}\b", b"", body), answer.status_code, answer.mimetype


@pytest.fixture
def file_of_another(w, db_session):
    """A file that belongs to a contract of which the reader's organisation is no party."""
    from werkzeug.datastructures import FileStorage

    from app.contracts.actions import attach_file

    upload = FileStorage(io.BytesIO("附件".encode()), "附件.txt")
    kept = attach_file(w.actor("officer"), w.contract("draft"), upload, "说明")
    db_session.commit()
    return kept.id


def test_missing_things_and_things_of_others_answer_alike(client, w, file_of_another):
    make.sign_in(client, "officer")
    assert client.get(f"/evidence/{file_of_another}").status_code == 200
    make.sign_in(client, "other_officer")
    client.get("/")  # the first page gives the session its form token
    others = client.get(f"/evidence/{file_of_another}")
    missing = client.get("/evidence/99999999")
    nothing = client.get("/no/such/page")
    assert others.status_code == 404
    assert without_id(others) == without_id(missing)
    assert without_id(nothing)[1:] == without_id(missing)[1:]
    assert {name: value for name, value in others.headers if name not in {"X-Request-Id", "Date"}} == {
        name: value for name, value in missing.headers if name not in {"X-Request-Id", "Date"}
    }


def test_a_denial_is_recorded_although_the_request_was_undone(client, w, file_of_another, db_session):
    make.sign_in(client, "other_officer")
    client.get(f"/evidence/{file_of_another}")
    db_session.rollback()
    denial = db_session.scalars(sa.select(Denial)).one()
    assert (denial.status, denial.path) == (404, f"/evidence/{file_of_another}")
    assert denial.user_id == w.user("other_officer").id


def test_a_view_without_permission_keeps_the_application_from_starting():
    from app.core.web import refuse_unmarked_views

    class App:
        view_functions = {"static": print, "rooms.open": print}

    with pytest.raises(RuntimeError, match=r"rooms\.open"):
        refuse_unmarked_views(App())


def test_every_permission_and_role_has_a_word():
    assert all(str(permission.label) for permission in Permission)
