"""`make bench`: the product beside the limit measured in the same run, as a table of ratios and a JSON file.

`python -m benchmarks [--contracts 5000] [--database sqlite|postgresql] [--only ROW] [--profile]`. Three runs, median.
Ratios count; absolute figures are of this machine at this moment. A benchmark that could not run says so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.load import Measured, Request, press, title
from tests import postgres
from tests.torture.installation import ROOT, Granian, Installation, installed, serving, wait_until_ready

RUNS, CLIENTS, PRESSED, LEAVES, PROJECTS = 3, 4, 2.5, 20_000, 2_000
RESULTS = ROOT / "benchmarks" / "results"


@dataclass(frozen=True)
class Row:
    """One line of the table. `ratio` is ours as a part of the limit; above 1 the product is faster."""

    name: str
    unit: str
    ours: float | None = None
    limit: float | None = None
    ratio: float | None = None
    memory_mb: float | None = None
    note: str = ""

    def line(self) -> str:
        if self.ours is None:
            return f"{self.name:<46} not run: {self.note}"
        limit = f"{self.limit:>12,.1f}" if self.limit is not None else f"{'–':>12}"
        ratio = f"{self.ratio:>7.3f}" if self.ratio is not None else f"{'–':>7}"
        memory = f"{self.memory_mb:>6,.0f}" if self.memory_mb is not None else f"{'–':>6}"
        return f"{self.name:<46}{self.ours:>12,.1f}{limit} {self.unit:<10}{ratio}{memory}  {self.note}"


HEAD = f"{'':<46}{'ours':>12}{'limit':>12} {'unit':<10}{'ratio':>7}{'MB':>6}"
INSIDE = {
    "list": ("list page, own contracts, in process", "pages/s"),
    "list_by_mandate": ("list page, by mandate, in process", "pages/s"),
    "create": ("create by API, in process", "acts/s"),
    "trail": ("trail verification", "entries/s"),
    "due": ("due()", "deadlines/s"),
    "pdf": ("contract as PDF", "papers/s"),
    "duplicates": ("duplicate check in 5,000 projects", "checks/s"),
    "replay": ("all items replayed over 2,000 projects", "items/s"),
}


def median_of(found: Iterable[dict[str, float]]) -> dict[str, float]:
    runs = list(found)
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def inside(place: Installation, seeded: dict[str, Any], row: str) -> list[Row]:
    """A row measured in processes of its own."""
    name, unit = INSIDE[row]
    found = median_of(place.seed("benchmarks.inside", row, json.dumps(seeded)) for _ in range(RUNS))
    ratio, note = found["ours"] / found["limit"], f"{found['seconds']:.1f} s once" if "seconds" in found else ""
    return [Row(name, unit, found["ours"], found["limit"], ratio, found["memory_mb"], note)]


def memory_of(server: Granian) -> float:
    """The highest resident memory of the server's largest process, in MB (Linux)."""
    peaks = []
    for pid in server.pids():
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        peaks += [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")]
    return max(peaks, default=0.0)


def pressed(place: Installation, name: str, ours: list[Request], limit: list[Request], unit: str) -> list[Row]:
    """Four clients on the product, then on the bare application, three times each; rate and latency."""
    runs: dict[str, list[Measured]] = {"ours": [], "limit": []}
    memory = 0.0
    for which, application, requests in (("ours", "wsgi:app", ours), ("limit", "benchmarks.bare:app", limit)):
        with serving(Granian(place, application)) as server:
            press(server.port, requests, 0.5)
            runs[which] = [press(server.port, requests, PRESSED) for _ in range(RUNS)]
            memory = memory_of(server) if which == "ours" else memory
    rates = {which: statistics.median(run.rate() for run in found) for which, found in runs.items()}
    refused = sum(run.refused for run in runs["ours"])
    times = {part: statistics.median(run.percentile(part) for run in runs["ours"]) * 1000 for part in (0.5, 0.95)}
    bare = {part: statistics.median(run.percentile(part) for run in runs["limit"]) * 1000 for part in (0.5, 0.95)}
    note = f"p50 {times[0.5]:.0f} ms, p95 {times[0.95]:.0f} ms; limit {bare[0.5]:.0f} and {bare[0.95]:.0f} ms"
    note += f"; {refused} refused" if refused else ""
    return [Row(name, unit, rates["ours"], rates["limit"], rates["ours"] / max(rates["limit"], 1e-9), memory, note)]


def list_over_http(place: Installation, seeded: dict[str, Any]) -> list[Row]:
    cookie = (("Cookie", f"guanyun={seeded['sessions']['officer']}"),)
    ours = [Request("GET", "/contracts", cookie)] * CLIENTS
    return pressed(place, "list page, 4 clients, granian", ours, [Request("GET", "/contracts")] * CLIENTS, "pages/s")


def create_over_http(place: Installation, seeded: dict[str, Any]) -> list[Row]:
    ours = [
        Request("POST", "/api/v1/contracts", (("Authorization", f"Bearer {token}"),), title(), 201)
        for token in seeded["tokens"]
    ]
    limit = [Request("POST", "/api/v1/contracts", (), title(), 201)] * CLIENTS
    return pressed(place, "create by API, 4 clients, granian", ours, limit, "acts/s")


def start(place: Installation, _seeded: dict[str, Any]) -> list[Row]:
    """From the command to the first page, with a warm environment."""
    found: dict[str, list[float]] = {"wsgi:app": [], "benchmarks.bare:app": []}
    for _ in range(RUNS):
        for application, seconds in found.items():
            server, begun = Granian(place, application), time.monotonic()
            try:
                server.start()
                wait_until_ready(server.port, "/sign-in")
                seconds.append(time.monotonic() - begun)
            finally:
                server.stop()
    ours, limit = (statistics.median(seconds) for seconds in found.values())
    return [Row("start to first page", "s", ours, limit, limit / ours, note="seconds: fewer are better")]


def benchmarks() -> dict[str, Callable[[Installation, dict[str, Any]], list[Row]]]:
    def of(row: str) -> Callable[[Installation, dict[str, Any]], list[Row]]:
        return lambda place, seeded: inside(place, seeded, row)

    return {
        **{row: of(row) for row in INSIDE},
        "list_http": list_over_http,
        "create_http": create_over_http,
        "start": start,
    }


def measure(options: argparse.Namespace) -> list[Row]:
    chosen = {name: work for name, work in benchmarks().items() if not options.only or name in options.only}
    if options.database == "postgresql" and postgres.find_binaries() is None:
        return [Row(name, "", note="no PostgreSQL binaries") for name in chosen]
    rows: list[Row] = []
    print(HEAD, flush=True)
    with installed(options.database) as place:
        seeded = place.seed("benchmarks.bulk", str(options.contracts), str(LEAVES), str(PROJECTS))
        for name, work in chosen.items():
            try:
                found = work(place, seeded)
            except Exception as error:  # noqa: BLE001 - said in its line; the others still run
                found = [Row(name, "", note=f"{type(error).__name__}: {str(error)[-300:]}")]
            rows += found
            for row in found:
                print(row.line(), flush=True)
        if options.profile:
            print(place.run("-m", "benchmarks.inside", "profile", json.dumps(seeded)))
    return rows


def keep(rows: list[Row], options: argparse.Namespace) -> Path:
    RESULTS.mkdir(parents=True, exist_ok=True)
    moment = datetime.now(UTC)
    file = RESULTS / f"{moment:%Y%m%dT%H%M%SZ}-{options.database}.json"
    about = {
        "at": moment.isoformat(),
        "database": options.database,
        "contracts": options.contracts,
        "leaves": LEAVES,
        "runs": RUNS,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load_before": os.getloadavg()[0],
    }
    file.write_text(json.dumps({**about, "rows": [asdict(row) for row in rows]}, ensure_ascii=False, indent=1) + "\n")
    return file


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--contracts", type=int, default=5000, help="how many contracts the lists are drawn from")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--only", action="append", choices=list(benchmarks()), help="only this row; may be repeated")
    parser.add_argument(
        "--profile", action="store_true", help="also show where a list page and a create spend their time"
    )
    options = parser.parse_args(arguments)
    load = os.getloadavg()[0]
    rows = measure(options)
    file = keep(rows, options)
    size = f"{options.database}, {options.contracts:,} contracts"
    print(f"\n{size}, median of {RUNS} runs, load before {load:.1f}; {file.name}")
    return 0 if all(row.ours is not None for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
