"""Recomputes the example of outside data from the raw files, in another way, and compares it with what Guanyun holds.

    python benchmarks/independent_check.py DATA_DIR --database instance/guanyun.sqlite3
    python benchmarks/independent_check.py DATA_DIR --results RESULTS.jsonl

Standard library only; nothing of the product is imported. Availability is painted: one letter for every second of the
year, then counted; the product joins and subtracts intervals. Shares are fractions of published cells. RESULTS.jsonl
holds what `flask assess run --json` printed, one document a line; a database is a file of SQLite, opened read-only.
Exit status 1 when anything differs, 2 when there is nothing to compare.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sqlite3
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

EIGHT_HOURS = timezone(timedelta(hours=8))
UP, DOWN, UNSEEN = b"U", b"D", b"."
LETTERS = {"up": UP, "down": DOWN}
Result = dict[str, Any]


class Line(NamedTuple):
    """One comparison: what it is about, the independent value, the product's value."""

    period: str
    service: str
    what: str
    own: str
    theirs: str

    @property
    def same(self) -> bool:
        return self.own == self.theirs


# --- the monitor's year, painted second by second --------------------------------------------------------------------


class Canvas:
    """A letter for each second from one moment to another: up, down, or nobody looked."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        self.begin = begin
        self.seconds = bytearray(UNSEEN * int((end - begin).total_seconds()))

    def place(self, moment: datetime) -> int:
        exact = (moment - self.begin).total_seconds()
        if exact != int(exact):
            raise ValueError(f"not a whole second: {moment}")
        return max(0, min(int(exact), len(self.seconds)))

    def paint_from(self, moment: datetime, letter: bytes) -> None:
        """Until the end; what comes later is painted over."""
        place = self.place(moment)
        self.seconds[place:] = letter * (len(self.seconds) - place)

    def between(self, begin: datetime, end: datetime) -> bytes:
        return bytes(self.seconds[self.place(begin) : self.place(end)])

    def falls(self, begin: datetime, end: datetime) -> int:
        """How many seconds of the stretch are the first of being down; the second before the stretch is looked at."""
        stretch = bytes(self.seconds[max(0, self.place(begin) - 1) : self.place(end)])
        return stretch.count(UP + DOWN) + stretch.count(UNSEEN + DOWN)


def paintings(folder: Path, begin: datetime, end: datetime) -> dict[str, Canvas]:
    """Each site's year. After the monitor's last word nobody looked."""
    told = text_of(folder / "availability" / "us10x_events.csv").splitlines()
    names = told[0].split(",")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in told[1:]]
    rows.sort(key=lambda one: one["at"])
    summary = folder / "availability" / "us10x_final_summary.json"
    if summary.exists():
        last = max(one["commit_date"] for one in json.loads(summary.read_text("utf-8")).values())
        ended = datetime.fromisoformat(last)
    else:
        ended = datetime.fromisoformat(rows[-1]["at"]) + timedelta(seconds=1)
    found: dict[str, Canvas] = {}
    for one in rows:
        canvas = found.setdefault(one["slug"], Canvas(begin, end))
        canvas.paint_from(datetime.fromisoformat(one["at"]), LETTERS[one["status"]])
    for canvas in found.values():
        canvas.paint_from(ended, UNSEEN)
    return found


def month_of(period: str) -> tuple[datetime, datetime]:
    year, month = map(int, period.split("-"))
    begin = datetime(year, month, 1, tzinfo=EIGHT_HOURS)
    return begin, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=EIGHT_HOURS)


def site_lines(folder: Path, results: list[Result]) -> Iterator[Line]:
    monthly = [one for one in results if one["kind"] == "month"]
    if not monthly:
        return
    bounds = [edge for one in monthly for edge in month_of(one["period"])]
    # An outage may have begun before the first month; a day of margin shows the state just before it.
    canvases = paintings(folder, min(bounds) - timedelta(days=1), max(bounds))
    for result in monthly:
        begin, end = month_of(result["period"])
        for service in result["services"]:
            slug = service["name"]["zh"].lower().replace(".", "-")
            yield from _site(result["period"], service, canvases[slug], (begin, end))


def _site(period: str, service: Result, canvas: Canvas, month: tuple[datetime, datetime]) -> Iterator[Line]:
    seconds = canvas.between(*month)
    up, down, unseen = (seconds.count(letter) for letter in (UP, DOWN, UNSEEN))
    share = Fraction(100 * up, up + down) if up + down else None
    items = {one["code"]: one for one in service["items"]}
    seen = items["KI-001"]["source"]["availability"]
    name = service["name"]["zh"]
    for what, own, theirs in (
        ("availability %", decimals(share), seen["with"]),
        ("KI-001", shortened(share), items["KI-001"]["value"]),
        ("seconds down", str(down), seen["down_seconds"]),
        ("seconds judged", str(up + down), seen["judged_seconds"]),
        ("seconds nobody looked", str(unseen), seen["missing_seconds"]),
        ("outages begun", str(canvas.falls(*month)) if up + down else "-", items["KI-007"]["value"]),
    ):
        yield Line(period, name, what, str(own or "-"), str(theirs or "-"))


# --- the published quarters ------------------------------------------------------------------------------------------


def published(folder: Path) -> dict[str, dict[str, tuple[int | None, int | None]]]:
    """By the service's title: the cells of each quarter, None where a cell is blank."""
    found: dict[str, dict[str, tuple[int | None, int | None]]] = {}
    lines = text_of(folder / "usage" / "govuk_quarterly.csv").splitlines()
    names = cells(lines[0])
    for line in lines[1:]:
        row = dict(zip(names, cells(line), strict=True))
        title = " ".join(row["service"].split())
        total, digital = (number(row[name]) for name in ("total", "digital"))
        found.setdefault(f"{title}\n{row['slug']}", {})[row["calendar_quarter"]] = (total, digital)
    return found


def cells(line: str) -> list[str]:
    """Splits at commas that lie outside quotation marks."""
    parts, inside = [""], False
    for letter in line:
        if letter == '"':
            inside = not inside
        elif letter == "," and not inside:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def number(cell: str) -> int | None:
    return int(cell.replace(",", "")) if cell.strip() else None


def usage_lines(folder: Path, results: list[Result]) -> Iterator[Line]:
    quarterly = [one for one in results if one["kind"] == "quarter"]
    if not quarterly:
        return
    known = published(folder)
    for result in quarterly:
        for service in result["services"]:
            yield from _quarter(result["period"], service, series_of(service, known))


def series_of(service: Result, known: dict[str, Any]) -> dict[str, tuple[int | None, int | None]]:
    """The cells behind a service of the ledger. Several lines of the source may bear one title: then the one whose
    numbers are those that the product names as its figures."""
    title = service["name"]["zh"]
    fitting = [cells_ for key, cells_ in known.items() if key.split("\n")[0][:120] == title]
    if len(fitting) == 1:
        return fitting[0]
    told = {one["period"]: one["value"] for one in figures_of(service) if one["channel"] == ""}
    for one in fitting:
        if all(str(one.get(period, (None, None))[0]) == value for period, value in told.items() if value):
            return one
    raise SystemExit(f"no series for {title!r}")


def figures_of(service: Result) -> list[Result]:
    return [figure for item in service["items"] for figure in item["source"]["figures"]]


def _quarter(period: str, service: Result, series: dict[str, tuple[int | None, int | None]]) -> Iterator[Line]:
    total, digital = series.get(period, (None, None))
    baseline = mean_of_first_four(series)
    items = {one["code"]: one for one in service["items"]}
    name = service["name"]["zh"]
    # A part larger than its whole is no share.
    online = Fraction(100 * digital, total) if digital is not None and total and digital <= total else None
    reached = Fraction(100 * total, baseline) if total is not None else None
    yield Line(period, name, "KI-042 online %", shortened(online) or "-", items["KI-042"]["value"] or "-")
    yield Line(period, name, "KI-043 of baseline %", shortened(reached) or "-", items["KI-043"]["value"] or "-")
    for figure in figures_of(service):
        if figure["indicator"] == "KI-040":
            own = digital if figure["channel"] == "online" else total
            shown = "-" if own is None else str(own)
            yield Line(period, name, f"KI-040 {figure['channel'] or 'all'}", shown, figure["value"] or "-")


def mean_of_first_four(series: dict[str, tuple[int | None, int | None]]) -> int:
    """The baseline that the example assumes: rounded half up, at least one."""
    known = [series[quarter][0] for quarter in sorted(series) if series[quarter][0] is not None][:4]
    mean = Fraction(sum(one or 0 for one in known), len(known)) if known else Fraction(1)
    return max(1, int(mean + Fraction(1, 2)))


# --- numbers as text -------------------------------------------------------------------------------------------------


def decimals(share: Fraction | None) -> str | None:
    """Four decimals, half up."""
    if share is None:
        return None
    scaled = int(share * 10000 + Fraction(1, 2))
    return f"{scaled // 10000}.{scaled % 10000:04d}"


def shortened(share: Fraction | None) -> str | None:
    text = decimals(share)
    return text.rstrip("0").rstrip(".") if text else None


def text_of(path: Path) -> str:
    packed = path.with_name(path.name + ".gz")
    return gzip.decompress(packed.read_bytes()).decode() if packed.exists() else path.read_text("utf-8")


# --- what the product holds ------------------------------------------------------------------------------------------


def results_in(database: Path) -> list[Result]:
    """The newest edition of every assessed period of the example's contracts."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT assessments.result FROM assessments JOIN contract_versions "
            "ON contract_versions.contract_id = assessments.contract_id AND contract_versions.state = 'signed' "
            "WHERE contract_versions.paper_number LIKE '示例-%' AND NOT EXISTS "
            "(SELECT 1 FROM assessments later WHERE later.plan_id = assessments.plan_id "
            "AND later.period = assessments.period AND later.edition > assessments.edition) "
            "ORDER BY assessments.starts_at, assessments.id"
        ).fetchall()
    finally:
        connection.close()
    return [json.loads(one) for (one,) in rows]


def results_from(file: Path) -> list[Result]:
    documents = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    return [one.get("result", one) for one in documents]


def show(lines: list[Line], everything: bool) -> None:
    for line in lines:
        if everything or not line.same:
            sign = "=" if line.same else "≠"
            print(f"{line.period}  {line.service:<40.40}  {line.what:<22}  {line.own:>14} {sign} {line.theirs}")
    periods = sorted({line.period for line in lines})
    for period in periods:
        some = [line for line in lines if line.period == period]
        wrong = sum(not line.same for line in some)
        services = len({line.service for line in some})
        print(f"{period}: {services} services, {len(some)} values compared, {wrong} differ")


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare Guanyun's example of outside data with the raw files.")
    parser.add_argument("data", type=Path, help="the folder with availability/ and usage/")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--database", type=Path, help="the database file of SQLite")
    source.add_argument("--results", type=Path, help="documents of `flask assess run --json`, one a line")
    parser.add_argument("--all", action="store_true", help="print every value, not only those that differ")
    given = parser.parse_args()
    results = results_in(given.database) if given.database else results_from(given.results)
    lines = [*site_lines(given.data, results), *usage_lines(given.data, results)]
    show(lines, given.all)
    if not lines:
        print("nothing to compare: assess some periods first", file=sys.stderr)
        return 2
    wrong = sum(not line.same for line in lines)
    print(f"{len(lines)} values compared, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
