"""The product's source as the house tests see it: modules with their syntax trees, and the limits in pyproject.toml."""

from __future__ import annotations

import ast
import functools
import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
APP = ROOT / "app"
HOUSE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["guanyun"]
REGENERATE = "GUANYUN_REGENERATE"


@dataclass(frozen=True)
class Module:
    path: Path
    text: str
    tree: ast.Module

    @property
    def place(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def name(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def room(self) -> str:
        """The first folder below app/, or "" for the files of app/ itself."""
        parts = self.path.relative_to(APP).parts
        return parts[0] if len(parts) > 1 else ""

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def calls(self) -> Iterator[ast.Call]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node


@functools.cache
def modules() -> tuple[Module, ...]:
    paths = [*sorted(APP.rglob("*.py")), ROOT / "config.py", ROOT / "wsgi.py"]
    found = [path for path in paths if path.is_file() and "static" not in path.parts]
    return tuple(Module(path, text, ast.parse(text)) for path in found for text in [path.read_text(encoding="utf-8")])


def rooms() -> tuple[Module, ...]:
    """The modules that stand in a room."""
    return tuple(module for module in modules() if module.path.is_relative_to(APP) and module.room)


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a name or attribute, "" for anything else at its root."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id if isinstance(node, ast.Name) else "", *reversed(parts)])


@functools.cache
def project_files() -> tuple[Path, ...]:
    """What is committed or would be: everything that git does not ignore. Skips where there is no git checkout."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not run: no git checkout")
    listing = subprocess.run(
        [git, "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file())


def compare_with_committed(file: Path, lines: list[str], prefix: str = "") -> None:
    """Compare with the committed list (its lines that start with `prefix`); GUANYUN_REGENERATE=1 writes it anew."""
    kept = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    if os.environ.get(REGENERATE):
        others = [line for line in kept if prefix and not line.startswith(prefix)]
        file.write_text("\n".join(sorted({*others, *lines})) + "\n", encoding="utf-8")
        return
    committed = {line for line in kept if line.startswith(prefix)}
    lost, new = sorted(committed - set(lines)), sorted(set(lines) - committed)
    hint = f"{file.name} differs; if that is meant: {REGENERATE}=1 .venv/bin/python -m pytest {Path(file).parent.name}"
    assert not lost and not new, "\n".join([hint, *(f"- {line}" for line in lost), *(f"+ {line}" for line in new)])
