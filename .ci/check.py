"""Run every check and test that this machine can run, and say in the last lines what it could not.

The checks of the source run first, two at a time; pytest runs last, so that its closing line stands near the end.
`CI=true` turns whatever could not be run into a failure, except tests on outside sample data.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SKIPPED = re.compile(r"^SKIPPED \[\d+\].*?: not run: (.+)$")
SHARED_DATA = "tests on outside sample data (GUANYUN_SHARED_DATA is not set)"

CHECKS = {
    "types (mypy)": ["mypy"],
    "style (ruff check)": ["ruff", "check", "--quiet", "."],
    "format (ruff format)": ["ruff", "format", "--check", "--quiet", "."],
    "rooms (import-linter)": ["lint-imports", "--no-logo"],
    "requirements (deptry)": ["deptry", ".", "--no-ansi"],
    "templates (djlint)": ["djlint", "templates", "--lint", "--quiet"],
}


@dataclass(frozen=True)
class Outcome:
    name: str
    passed: bool
    seconds: float
    output: str = ""

    def line(self) -> str:
        return f"  {'ok' if self.passed else 'FAILED':<7} {self.seconds:6.1f} s  {self.name}"


def run_check(name: str, command: list[str]) -> Outcome:
    started = time.monotonic()
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Outcome(name, done.returncode == 0, time.monotonic() - started, done.stdout)


def run_checks() -> list[Outcome]:
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(run_check, CHECKS.keys(), CHECKS.values()))
    for outcome in outcomes:
        if not outcome.passed:
            print(f"---- {outcome.name}\n{outcome.output}", flush=True)
    return outcomes


def run_tests(reasons: set[str]) -> Outcome:
    """pytest with its output passed through; the reasons of tests that were not run are collected on the way."""
    started = time.monotonic()
    command = [str(BIN / "python"), "-m", "pytest", "-n", "auto", "--dist", "worksteal", "-q", "--durations=8"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            found = SKIPPED.match(line.rstrip())
            if found:
                reasons.add(found.group(1))
    return Outcome("tests (pytest)", process.returncode == 0, time.monotonic() - started)


def missing_here() -> set[str]:
    """What this machine lacks, whether or not a test has asked for it."""
    sys.path.insert(0, str(ROOT))
    from tests.machine import chromium
    from tests.postgres import find_binaries

    missing = set()
    if find_binaries() is None:
        missing.add("no PostgreSQL binaries")
    if chromium() is None:
        missing.add("no Chromium")
    if not has_chinese_font():
        missing.add("no CJK font")
    return missing


def has_chinese_font() -> bool:
    program = shutil.which("fc-list")
    if program is None:
        return False
    listing = subprocess.run([program, ":lang=zh-cn", "family"], check=False, capture_output=True, text=True)
    return bool(listing.stdout.strip())


def summary(outcomes: list[Outcome], not_run: set[str], outside: bool) -> bool:
    """Print the outcome of everything; True when all of it is good."""
    print("\nSummary")
    for outcome in outcomes:
        print(outcome.line())
    strict = os.environ.get("CI", "").lower() == "true"
    for reason in sorted(not_run):
        print(f"  not run: {reason}" + (" (a failure, because CI=true)" if strict else ""))
    if outside:
        print(f"  not run: {SHARED_DATA}")
    good = all(outcome.passed for outcome in outcomes) and not (strict and not_run)
    print("All that was run is good." if good else "Something failed: see above.", flush=True)
    return good


def main(arguments: list[str]) -> int:
    outcomes = run_checks()
    if "--no-tests" in arguments:
        return 0 if summary(outcomes, set(), outside=False) else 1
    reasons: set[str] = set()
    outcomes.append(run_tests(reasons))
    outside = not os.environ.get("GUANYUN_SHARED_DATA")
    not_run = {reason for reason in reasons | missing_here() if "GUANYUN_SHARED_DATA" not in reason}
    return 0 if summary(outcomes, not_run, outside) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
