"""`flask whatif`: JSON in, JSON out, refusals on standard error; no database anywhere near."""

import json

import pytest
from flask import Flask
from flask_babel import Babel

from app.whatif.commands import register_commands

FORM = {"start_date": "2026-02-13", "workdays": 2}
ANSWER = {"due_date": "2026-02-24", "provisional": False}


@pytest.fixture
def run():
    """Runs `flask whatif …` in an application that has nothing but languages."""
    bare = Flask("bare")
    Babel(bare)
    register_commands(bare)
    return lambda *words, text="": bare.test_cli_runner().invoke(args=["whatif", *words], input=text)


def test_one_input_from_standard_input(run):
    done = run("due", "-", text=json.dumps(FORM))
    assert (done.exit_code, json.loads(done.stdout)) == (0, ANSWER)


def test_an_array_from_a_file(run, tmp_path):
    file = tmp_path / "inputs.json"
    file.write_text(json.dumps([FORM, {"start_date": "2026-02-30", "days": 1}]), encoding="utf-8")
    done = run("due", str(file), "--json")
    assert done.exit_code == 0
    first, second = json.loads(done.stdout)
    assert first == ANSWER
    assert second["error"].startswith("start_date: ")


@pytest.mark.parametrize("text", ["{", "{}", '{"start": "2026-02-13T09:00:00", "minutes": 1}', " " * 1_000_001])
def test_a_bad_input_is_said_on_standard_error(run, text):
    done = run("due", "-", text=text)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.strip()


@pytest.mark.parametrize("words", [["dew", "-"], ["due"], ["due", "no/such/file.json"]])
def test_wrong_usage_ends_with_two(run, words):
    assert run(*words).exit_code == 2
