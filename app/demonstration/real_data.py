"""Outside data as the files an operator would send: columns renamed, words mapped, blanks declared, nothing calculated.

Two sources (see docs/real-data.md): a monitor's status changes of fifteen sites, and the transactions of British
government services by quarter. A blank cell is not zero: it becomes a figure declared missing, with the reason.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

STATUS_WORDS = {"up": "up", "down": "down", "degraded": "degraded"}
EVENT_HEADER = ("at", "service", "status", "code", "response_ms")
FIGURE_HEADER = ("service", "indicator", "period", "value", "denominator", "channel", "reason", "evidence", "note")
VOLUME, ONLINE_CHANNEL = "KI-040", "online"
QUARTERS = tuple(f"{year}-Q{quarter}" for year in range(2012, 2018) for quarter in range(1, 5))[2:23]
BASELINE_QUARTERS = 4
BLANK_CELL = "来源文件本季度的单元格为空，未公布数据"
NO_ROW = "来源文件没有该服务本季度的记录"
_WHOLE = re.compile(r"\d{1,3}(,\d{3})+|\d{1,12}", re.ASCII)


class BadSource(ValueError):
    """The outside file is not what it should be; the message names the line."""


@dataclass(frozen=True)
class SiteEvent:
    """One line of the monitor: when, which site, its word for the state, the answer's code and time."""

    at: str
    slug: str
    status: str
    code: str
    response_ms: str


@dataclass(frozen=True)
class Usage:
    """One line of quarterly use; `total` and `digital` are whole numbers as text, or blank."""

    slug: str
    agency: str
    service: str
    quarter: str
    total: str
    digital: str

    @property
    def impossible(self) -> bool:
        """More was done online than was done at all."""
        return bool(self.total and self.digital) and int(self.digital) > int(self.total)


def read_events(text: str) -> list[SiteEvent]:
    """The monitor's lines; a word for a state that is not known is refused, never guessed."""
    found = []
    for line, row in _rows(text, ("at", "slug", "status", "code", "response_ms")):
        if row["status"] not in STATUS_WORDS:
            raise BadSource(f"line {line}: unknown status {row['status']!r}")
        found.append(SiteEvent(row["at"], row["slug"], row["status"], row["code"], row["response_ms"]))
    return found


def monitor_end(events: Sequence[SiteEvent], summary: str = "") -> str:
    """When the monitor last said anything: in its final summary, or else just after its last event.

    From then on nobody watched; a state that was seen last is not taken to go on for ever.
    """
    if summary:
        return str(max(one["commit_date"] for one in json.loads(summary).values()))
    return (max(datetime.fromisoformat(one.at) for one in events) + timedelta(seconds=1)).isoformat()


def events_file(events: Iterable[SiteEvent], codes: Mapping[str, str], ended: str) -> bytes:
    """The events under the ledger's service codes, and for each site the moment from which nobody watched."""
    rows = [
        # The monitor writes 0 ms where there was no answer: no time was measured.
        (one.at, codes[one.slug], STATUS_WORDS[one.status], one.code, "" if one.response_ms == "0" else one.response_ms)
        for one in events
    ]
    rows += [(ended, code, "unknown", "", "") for code in sorted(codes.values())]
    return _table(EVENT_HEADER, rows)


def read_usage(text: str) -> list[Usage]:
    """The quarterly lines; numbers lose their thousands separators, whatever else stands there is refused."""
    found = []
    seen: set[tuple[str, str]] = set()
    for line, row in _rows(text, ("slug", "agency", "service", "calendar_quarter", "total", "digital")):
        key = (row["slug"], row["calendar_quarter"])
        if key[1] not in QUARTERS:
            raise BadSource(f"line {line}: no quarter of the series: {key[1]!r}")
        if key in seen:
            raise BadSource(f"line {line}: {key[0]} has {key[1]} twice")
        seen.add(key)
        total, digital = _whole(line, row["total"]), _whole(line, row["digital"])
        found.append(Usage(row["slug"], row["agency"], " ".join(row["service"].split()), key[1], total, digital))
    return found


def _whole(line: int, cell: str) -> str:
    text = cell.strip()
    if text and not _WHOLE.fullmatch(text):
        raise BadSource(f"line {line}: not a whole number: {cell!r}")
    return text.replace(",", "")


def by_service(rows: Iterable[Usage]) -> dict[str, list[Usage]]:
    """The lines of each service, quarter by quarter."""
    found: dict[str, list[Usage]] = {}
    for row in sorted(rows, key=lambda one: (one.slug, one.quarter)):
        found.setdefault(row.slug, []).append(row)
    return found


def chosen(rows: Iterable[Usage], wanted: int) -> list[str]:
    """Every service with an impossible quarter, and the busiest with a whole series until `wanted` of those are in."""
    services = by_service(rows)
    flagged = {slug for slug, lines in services.items() if any(one.impossible for one in lines)}
    whole = [slug for slug, lines in services.items() if is_whole(lines)]
    others = sorted(set(whole) - flagged, key=lambda slug: (-sum(int(one.total) for one in services[slug]), slug))
    return sorted([*flagged, *others[: max(0, wanted - len(flagged & set(whole)))]])


def is_whole(lines: Sequence[Usage]) -> bool:
    """Every quarter is published, with something done in it."""
    return len(lines) == len(QUARTERS) and all(one.total and one.digital and int(one.total) for one in lines)


def baseline(lines: Sequence[Usage]) -> int:
    """What is expected of a quarter: the mean of the first four that were published, half up (an assumption)."""
    known = [int(one.total) for one in lines if one.total][:BASELINE_QUARTERS]
    return max(1, (2 * sum(known) + len(known)) // (2 * len(known))) if known else 1


def usage_file(rows: Iterable[Usage], codes: Mapping[str, str], evidence: str) -> bytes:
    """Two figures a service and quarter: all transactions, and those done online with all of them as their whole."""
    services, made = by_service(rows), []
    for slug, code in sorted(codes.items(), key=lambda one: one[1]):
        known = {one.quarter: one for one in services[slug]}
        for quarter in QUARTERS:
            made += _figures(code, quarter, known.get(quarter), evidence)
    return _table(FIGURE_HEADER, made)


def _figures(code: str, quarter: str, row: Usage | None, evidence: str) -> list[tuple[str, ...]]:
    total, digital = (row.total, row.digital) if row else ("", "")
    blank = NO_ROW if row is None else BLANK_CELL
    named = (code, VOLUME, quarter)
    return [
        (*named, total, "", "", "" if total else blank, evidence, ""),
        (*named, digital, total if digital else "", ONLINE_CHANNEL, "" if digital else blank, evidence, ""),
    ]


def _rows(text: str, wanted: Sequence[str]) -> Iterable[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    missing = [name for name in wanted if name not in (reader.fieldnames or ())]
    if missing:
        raise BadSource(f"line 1: columns are missing: {', '.join(missing)}")
    for line, row in enumerate(reader, start=2):
        if any(row[name] is None for name in wanted):
            raise BadSource(f"line {line}: too few cells")
        yield line, {name: row[name].strip() for name in wanted}


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()
