"""`flask catalog load` and `flask catalog check` say what they did, and what is wrong goes to stderr with status 1."""

import json

import pytest

from app.catalogues.catalogue import Catalogue
from tests.catalogues.notes import NOTES, entry, file_of


@pytest.fixture
def notes(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.extensions, "catalogues", Catalogue([NOTES], tmp_path / "app"))
    monkeypatch.chdir(tmp_path)

    def write(*entries):
        (tmp_path / "n.yaml").write_text(file_of(*entries), encoding="utf-8")

    return write


def test_load_prints_versions_and_is_quiet_the_second_time(notes, runner):
    notes(entry("N-1"))
    first = runner.invoke(args=["catalog", "load", "n.yaml"])
    assert (first.exit_code, first.stdout.splitlines()) == (
        0,
        ["note N-1 v1 (n.yaml)", "1 new versions, 0 entries unchanged"],
    )
    second = runner.invoke(args=["catalog", "load", "n.yaml", "--json"])
    assert json.loads(second.stdout) == {"stored": [], "unchanged": 1, "findings": []}


@pytest.mark.parametrize("command", ["check", "load"])
def test_findings_go_to_stderr_with_status_one(notes, runner, command):
    notes(entry("N-1", status="X"), entry("N-2", odd="1"))
    result = runner.invoke(args=["catalog", command, "n.yaml"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.split(": ")[0:2] for line in result.stderr.splitlines()] == [["n.yaml:6", "N-1"], ["n.yaml:13", "N-2"]]
    assert all(" — " in line for line in result.stderr.splitlines())


@pytest.mark.parametrize("command", ["check", "load"])
def test_json_carries_the_findings(notes, runner, command):
    notes(entry("N-1", status="X"))
    result = runner.invoke(args=["catalog", command, "n.yaml", "--json"])
    assert result.exit_code == 1
    assert [sorted(one) for one in json.loads(result.stdout)["findings"]] == [
        ["code", "file", "line", "reason", "remedy"]
    ]


def test_check_of_a_sound_file_succeeds(notes, runner):
    notes(entry("N-1"))
    assert runner.invoke(args=["catalog", "check", "n.yaml"]).exit_code == 0


def test_check_wants_a_path(notes, runner):
    assert runner.invoke(args=["catalog", "check"]).exit_code == 2
