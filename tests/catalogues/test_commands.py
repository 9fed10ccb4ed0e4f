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


def test_check_without_a_path_checks_what_comes_with_the_product(app, runner):
    result = runner.invoke(args=["catalog", "check"])
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "no findings")
    reminded = [line for line in result.stdout.splitlines() if line.startswith("提醒 ")]
    # Facts that nobody keeps yet; and the practices of the provinces, that are offered everywhere.
    practices = [line for line in reminded if "app/practices/catalog/" in line]
    assert len(practices) == 5 and all("各地都可以选用" in line for line in practices)
    assert len(reminded) > 5 and all("还没有记录" in line for line in reminded if line not in practices)


# A change to a packaged item, and what is said of it.
HARDLY_MEANT = [
    ("code: NL-X01", "提醒", "不是以所属清单 NL-A 开头"),
    ("subject: contract", "提醒", "永远不会判断"),
    ('condition: "1 < 2"', "提醒", "总是成立"),
    ('condition: \'project.kind == "newer" // not "y"\'', "NL-A01", "没有"),
    ('condition: \'project.kind in ["new", "newer"]\'', "NL-A01", "没有"),
]


@pytest.mark.parametrize("changed, begin, word", HARDLY_MEANT)
def test_check_says_what_can_never_be_and_reminds_of_what_is_hardly_meant(app, runner, tmp_path, changed, begin, word):
    listed = {"code": "NL-A01", "subject": "project", "condition": "project.taken_in"}
    key, _colon, value = changed.partition(": ")
    listed[key] = value
    path = tmp_path / "x.yaml"
    path.write_text(ITEM.format(**listed), encoding="utf-8")
    result = runner.invoke(args=["catalog", "check", str(path)])
    said = [line for line in (result.stdout + result.stderr).splitlines() if begin in line and word in line]
    assert len(said) == 1
    assert result.exit_code == (0 if begin == "提醒" else 1)
    assert f"x.yaml:{LINES[key]}: " in said[0]


LINES = {"code": 4, "subject": 8, "condition": 9}
ITEM = """kind: negative_item
valid_from: 2026-01-01
entries:
  - code: {code}
    name: {{zh: 条目, en: Item}}
    status: D
    list: NL-A
    gates: [G-01]
    condition: {condition}
    severity: forbidden
    subject: {subject}
    method: machine
    remedy: {{zh: 改正, en: Mend it}}
"""
