"""These tests may ask for `w`, the standing world, and for `probe`, the application with a few routes of the tests."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, jsonify, redirect, request
from wtforms import StringField

from app.accounts.models import Denial
from app.core.clock import now
from app.core.db import db
from app.core.errors import Problem, Refused
from app.core.forms import BaseForm, DayField, MoneyField, text
from app.core.permissions import public
from app.core.web import wants_json
from tests.conftest import TEST_CONFIG, Backend, fresh_context_client
from tests.factories import app, w

__all__ = ["app", "w"]

bp = Blueprint("probe", __name__)


class NoteForm(BaseForm):
    """A text, an amount and a day."""

    note = StringField("note", text(50))
    amount = MoneyField("amount")
    day = DayField("day")


def keep(path: str) -> Denial:
    """One row a delivery, in a table that needs no act."""
    row = Denial(at=now(), method=request.method, path=path, status=0, request_id="")
    db.session.add(row)
    db.session.flush()
    return row


@bp.post("/probe/keep")
@bp.post("/api/v1/probe/keep", endpoint="api_keep")
@public
def keep_one() -> Any:
    row = keep(request.form.get("note", "") or request.get_data(as_text=True)[:50])
    answer = jsonify({"kept": row.id})
    return answer if wants_json() else redirect(f"/probe/{row.id}", 303)


@bp.post("/probe/file")
@public
def keep_file() -> Any:
    row = keep("".join(upload.stream.read().decode() for upload in request.files.getlist("file")))
    return redirect(f"/probe/{row.id}", 303)


@bp.post("/probe/form")
@public
def form() -> Any:
    form = NoteForm()
    if (row := form.attempt(lambda: keep(form.note.data))) is not None:
        return redirect(f"/probe/{row.id}", 303)
    return {"errors": form.errors, "typed": form.data}, form.status


@bp.route("/probe/fail/<kind>", methods=["GET", "POST"])
@bp.route("/api/v1/probe/fail/<kind>", methods=["GET", "POST"], endpoint="api_fail")
@public
def fail(kind: str) -> Any:
    if request.method == "POST":
        keep("before the failure")
    errors = {
        "unexpected": RuntimeError("the-secret-of-the-house"),
        "refused": Refused([Problem("第一个问题", remedy="改"), Problem("<script>第二个</script>")]),
        "recursion": RecursionError("the-secret-of-the-house"),
    }
    a_local_value = "local-" + "secret"
    if kind == "sql":
        db.session.execute(db.text("SELECT the_secret_of_the_house FROM nowhere"))
    if kind == "constraint":
        db.session.add(Denial(at=now(), method="GET", path=None, status=0, request_id=""))
        db.session.flush()
    raise errors.get(kind, a_local_value and errors["unexpected"])


@pytest.fixture
def probe(app: Any, backend: Backend) -> Any:
    """A client factory of the application with the routes above, on the test's database."""
    kept = vars(backend)
    if "probe" not in kept:
        kept["probe"] = make(backend)
    made = kept["probe"]
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def make(backend: Backend) -> Any:
    from app import create_app

    where = {"SQLALCHEMY_DATABASE_URI": backend.database.url, "INSTANCE": str(backend.folder)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.BLUEPRINTS", (*__import__("app").BLUEPRINTS, bp))
        made = create_app({**TEST_CONFIG, **where, "EVIDENCE_FOLDER": str(backend.evidence)})
    made.test_client_class = fresh_context_client()
    return made
