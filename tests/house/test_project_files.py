"""What is committed is our own, portable, and pinned without naming a download host."""

import json
import re

import pytest

from tests.house.source import ROOT, project_files

LARGEST = 1_000_000
# Put together, so that this file does not find itself.
MACHINE_PATHS = re.compile("|".join(["/" + "work/", "/" + "root/", "/" + r"home/[a-z]+/", "/" + "opt/(?:wheels|pypi)"]))
LOCKS = ["requirements.txt", "requirements-dev.txt", ".ci/node.txt"]
TEXT = {".py", ".html", ".css", ".js", ".json", ".yaml", ".yml", ".toml", ".md", ".txt", ".in", ".typ", ".po", ""}


def names(paths):
    return [path.relative_to(ROOT).as_posix() for path in paths]


def text_files():
    return [path for path in project_files() if path.suffix in TEXT]


def test_nothing_third_party_or_built_is_committed():
    wrong = [
        name
        for name in names(project_files())
        if re.search(
            r"\.min\.(js|css)$|(^|/)(node_modules|vendor|dist|\.venv)/|\.(mo|pyc|sqlite3?|ttf|otf|ttc|woff2?)$", name
        )
    ]
    assert wrong == []


def test_no_script_or_style_sheet_is_minified():
    wrong = [
        path
        for path in project_files()
        if path.suffix in {".js", ".css"}
        and max(map(len, path.read_text(encoding="utf-8").splitlines()), default=0) > 1000
    ]
    assert names(wrong) == []


def test_no_file_is_large():
    assert names(path for path in project_files() if path.stat().st_size > LARGEST) == []


def test_no_path_of_a_machine_is_written_down():
    assert names(path for path in text_files() if MACHINE_PATHS.search(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_pinned_requirement_has_digests_and_names_no_host(name):
    text = re.sub(r"\\\n\s*", " ", (ROOT / name).read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert lines
    assert [line[:60] for line in lines if not re.match(r"[A-Za-z0-9_.\[\]-]+==[^ ]+ .*--hash=sha256:", line)] == []
    assert "://" not in text


def test_the_npm_lock_has_digests_and_names_no_host():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_requirements_and_their_locks_agree():
    for source, lock in (("requirements.in", "requirements.txt"), ("requirements-dev.in", "requirements-dev.txt")):
        wanted = re.findall(r"^([A-Za-z][A-Za-z0-9._-]*)", (ROOT / source).read_text(encoding="utf-8"), re.MULTILINE)
        pinned = set(
            re.findall(r"^([a-z][a-z0-9._-]*)(?:\[.*\])?==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
        )
        assert [name for name in wanted if re.sub(r"[._]", "-", name.lower()) not in pinned] == []
