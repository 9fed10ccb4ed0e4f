"""Functions, files and words keep the house's limits."""

import ast
import re

from tests.house.source import HOUSE, ROOT, modules, project_files

FUNCTION, VIEW, FILE, LINE = 40, 25, 400, 120
LONGER = HOUSE["longer"]
# Split, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]) + r")\b")


def length(node):
    return node.end_lineno - node.lineno + 1


def limit_of(module, name=""):
    usual = FILE if not name else VIEW if module.path.stem == "views" else FUNCTION
    return LONGER.get(f"{module.place}::{name}" if name else module.place, usual)


def test_functions_are_short():
    wrong = [
        f"{module.place}:{node.lineno} {node.name} has {length(node)} lines"
        for module in modules()
        for node in module.functions()
        if length(node) > limit_of(module, node.name)
    ]
    assert wrong == []


def test_files_are_short():
    counts = {module.place: (len(module.text.splitlines()), limit_of(module)) for module in modules()}
    assert [f"{place} has {lines} lines" for place, (lines, limit) in counts.items() if lines > limit] == []


def test_lines_are_short():
    wrong = [
        f"{path.relative_to(ROOT).as_posix()}:{number} has {len(line)}"
        for path in project_files()
        # The check constraints of a revision are written by Alembic, one to a line, and never edited.
        if path.suffix == ".py" and path.parent.name != "versions"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LINE
    ]
    assert wrong == []


def test_every_module_opens_with_a_sentence():
    openings = {module.place: (ast.get_docstring(module.tree) or "").split("\n")[0].strip() for module in modules()}
    wrong = [place for place, opening in openings.items() if not opening.endswith((".", "。", ":", "?"))]
    assert wrong == []


def test_nothing_is_left_unfinished():
    endings = {".py", ".html", ".js", ".css", ".yaml", ".typ", ".toml"}
    wrong = [
        f"{path.relative_to(ROOT).as_posix()}:{number}"
        for path in project_files()
        if path.suffix in endings
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert wrong == []
