"""`make torture`: the long fault injection. F1 kills, F3 flushes, F9 racing schedulers, each on every database here.

`python -m tests.torture [--kills 30] [--slots 200] [--contracts 20] [--only sqlite|postgresql]`. Ends with status 1
when anything is wrong; what could not run is named as *not run*, never as passed.
"""

# ruff: noqa: T201 - a program that is run by another and answers on standard output

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests import postgres
from tests.torture import flushes, reports, slots
from tests.torture.installation import Granian, Installation, installed
from tests.torture.kills import Tally, torment, trail, verdict

CLIENTS = 4
SCHEDULERS = (2, 4)


@dataclass
class Report:
    """Lines as they come, and whether all is good."""

    wrong: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)

    def tell(self, name: str, started: float, words: str, wrong: list[str]) -> None:
        state = "FAILED" if wrong else "ok"
        print(f"  {state:<7} {time.monotonic() - started:6.1f} s  {name}: {words}", flush=True)
        for line in wrong[:20]:
            print(f"            {line}", flush=True)
        self.wrong += [f"{name}: {line}" for line in wrong]

    def skip(self, name: str, reason: str) -> None:
        print(f"  not run           {name}: {reason}", flush=True)
        self.not_run.append(f"{name}: {reason}")


def kill_loop(installation: Installation, tokens: list[str], kills: int, report: Report) -> None:
    started = time.monotonic()
    server = Granian(installation)
    try:
        tally = torment(server, tokens, kills, (0.0, 1.0))
    finally:
        server.stop()
    wrong = verdict(installation, tally) + trail(installation)
    wrong += [] if tally.kills == kills else [f"only {tally.kills} kills"]
    report.tell(f"F1 kill -9, {installation.backend}", started, words_of(tally), wrong)


def words_of(tally: Tally) -> str:
    seen = ", ".join(f"{status}: {count}" for status, count in sorted(tally.statuses.items()))
    return (
        f"{tally.kills} kills, {len(tally.attempted)} attempted, {len(tally.acknowledged)} acknowledged, "
        f"{tally.retries} retries; answers {seen}"
    )


def race(installation: Installation, slot_count: int, report: Report) -> None:
    for workers in SCHEDULERS:
        started = time.monotonic()
        with installed(installation.backend) as fresh:
            fresh.seed("tests.torture.seeding", "1")
            said = fresh.seed("tests.torture.slots", str(workers), str(slot_count))
        words = f"{workers} schedulers, {slot_count} slots, {said['runs']} runs in {said['seconds']} s"
        report.tell(f"F9 schedulers, {installation.backend}", started, words, slots.wrong(said))


def race_for_reports(backend: str, contracts: int, report: Report) -> None:
    started = time.monotonic()
    with installed(backend) as fresh:
        owed = fresh.seed("tests.torture.reports", "seed", str(contracts))["owed"]
        ended = [fresh.seed("tests.torture.reports", "race", *each) for each in (("2", "2"), ("4", "2"), ("4", "0"))]
        found = fresh.seed("tests.torture.reports", "finish")
    wrong = reports.wrong(owed, found)
    killed = sum(one == -9 for each in ended for one in each)
    wrong += [] if killed else ["nobody was killed"]
    words = f"4 schedulers, {killed} killed, {owed} reports owed, {found['reports']} produced"
    report.tell(f"F9 reports, {backend}", started, words, wrong)


def flush_count(installation: Installation, token: str, report: Report) -> None:
    name, started = f"F3 flushes, {installation.backend}", time.monotonic()
    strace = flushes.usable_strace()
    if installation.backend != "sqlite":
        report.skip(name, "the server of the tests runs with fsync=off")
    elif strace is None:
        report.skip(name, "no strace that may trace")
    else:
        acknowledged, seen = flushes.count(installation, token, strace)
        wrong = [] if acknowledged == flushes.COMMITS else [f"only {acknowledged} commits acknowledged"]
        wrong += [] if seen >= acknowledged else ["fewer flushes than acknowledged commits"]
        report.tell(name, started, f"{acknowledged} commits, {seen} flushes", wrong)


def attempt(name: str, report: Report, work: Callable[[], None]) -> None:
    """A part that cannot even start is a failure of its own, and the others still run."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - told, and counted as wrong
        report.tell(name, time.monotonic(), "ended with an error", [f"{type(error).__name__}: {error}"])


def torture(backend: str, options: argparse.Namespace, report: Report) -> None:
    with installed(backend) as installation:
        tokens = installation.seed("tests.torture.seeding", str(CLIENTS))["tokens"]
        attempt(f"F1 {backend}", report, lambda: kill_loop(installation, tokens, options.kills, report))
        attempt(f"F3 {backend}", report, lambda: flush_count(installation, tokens[0], report))
        attempt(f"F9 {backend}", report, lambda: race(installation, options.slots, report))
        attempt(f"F9 reports {backend}", report, lambda: race_for_reports(backend, options.contracts, report))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make torture")
    parser.add_argument("--kills", type=int, default=30, help="kills of the server on each database")
    parser.add_argument("--slots", type=int, default=200, help="slots that the schedulers race for")
    parser.add_argument("--contracts", type=int, default=20, help="contracts whose reports the schedulers race for")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="one database only")
    options = parser.parse_args(arguments)
    report = Report()
    for backend in [options.only] if options.only else ["sqlite", "postgresql"]:
        print(f"\n{backend}", flush=True)
        if backend == "postgresql" and postgres.find_binaries() is None:
            report.skip("F1, F3, F9, postgresql", "no PostgreSQL binaries")
        else:
            torture(backend, options, report)
    print("\nSomething failed: see above." if report.wrong else "\nAll that was run is good.", flush=True)
    for line in report.not_run:
        print(f"  not run: {line}")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
