"""The page 试算: an example to start from, the answer below, typed text kept when it is refused."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader

from app.core.permissions import Permission
from app.whatif import views

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
FRAME = "{% block title %}{% endblock %}{% block content %}{% endblock %}"


@pytest.fixture
def page():
    """A client of the page alone, inside a frame of nothing."""
    bare = Flask("bare")
    bare.config.update(SECRET_KEY="only-for-tests", WTF_CSRF_ENABLED=False)
    Babel(bare)
    CSRFProtect(bare)
    bare.jinja_loader = ChoiceLoader([DictLoader({"base.html": FRAME}), FileSystemLoader(TEMPLATES)])
    bare.jinja_env.globals["icon"] = lambda name: ""
    bare.register_blueprint(views.bp)
    return bare.test_client()


@pytest.mark.parametrize("kind", ["due", "elapsed"])
def test_the_example_of_a_kind_can_be_sent_as_it_stands(page, kind):
    shown = page.get(f"/whatif?kind={kind}")
    assert shown.status_code == 200
    answered = page.post("/whatif", data={"kind": kind, "content": views.EXAMPLES[kind]})
    assert answered.status_code == 200
    assert "provisional" in answered.text


def test_what_was_typed_is_kept_when_it_is_refused(page):
    answered = page.post("/whatif", data={"kind": "due", "content": '{"start": "tomorrow", "minutes": 1}'})
    assert answered.status_code == 422
    assert "tomorrow" in answered.text
    assert "start: " in answered.text


@pytest.mark.parametrize("data", [{"kind": "due", "content": ""}, {"kind": "dew", "content": "{}"}, {}])
def test_an_incomplete_form_is_refused(page, data):
    assert page.post("/whatif", data=data).status_code == 422


def test_markup_in_an_answer_is_shown_as_text(page):
    content = json.dumps([{"<script>alert(1)</script>": 1, "days": 1}])
    answered = page.post("/whatif", data={"kind": "due", "content": content})
    assert "<script>alert" not in answered.text


def test_an_unknown_kind_is_not_found(page):
    assert page.get("/whatif?kind=dew").status_code == 404


def test_both_views_ask_for_the_permission():
    assert {views.index.__permission__, views.compute.__permission__} == {Permission.WHATIF_RUN}
