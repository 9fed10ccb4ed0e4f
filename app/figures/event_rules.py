"""Judges rows of status events: order does not matter, repeats are harmless, contradictions are not."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from app.figures.figure_rules import Judged, RowProblem, Window

STATUSES = frozenset({"up", "down", "degraded", "maintenance", "unknown"})
MAX_RESPONSE_MS = 86_400_000
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_CODE = re.compile(r"[\x21-\x7e]{0,20}", re.ASCII)


class EventRow(NamedTuple):
    """One accepted event."""

    row: int
    service_id: int
    at: datetime
    status: str
    code: str
    response_ms: int | None

    @property
    def key(self) -> tuple[int, datetime]:
        return self.service_id, self.at


class EventJudge:
    """Judges row after row; `services` are the contract's service codes with their ids."""

    def __init__(self, services: dict[str, int], window: Window, header: Sequence[str]) -> None:
        self.services, self.window = services, window
        self.places = {name: place for place, name in enumerate(header)}
        self.seen: dict[tuple[int, datetime], EventRow] = {}
        self.judged = Judged()

    def judge(self, rows: Iterable[tuple[int, Sequence[str]]]) -> Judged:
        for number, cells in rows:
            self.judged.row_count += 1
            self._row(number, cells)
        return self.judged

    def _row(self, number: int, cells: Sequence[str]) -> None:
        before = len(self.judged.problems)
        if len(cells) > len(self.places) and any(cell.strip() for cell in cells[len(self.places) :]):
            self._refuse(number, "", "surplus")
        service, status, code = (self._cell(cells, name) for name in ("service", "status", "code"))
        if service not in self.services:
            self._refuse(number, "service", "unknown_service" if service else "blank", service)
        if status not in STATUSES:
            self._refuse(number, "status", "status" if status else "blank", status)
        if not _CODE.fullmatch(code):
            self._refuse(number, "code", "code", code[:20])
        at, took = self._at(number, self._cell(cells, "at")), self._took(number, self._cell(cells, "response_ms"))
        if at is None or len(self.judged.problems) > before:
            return
        self._take(EventRow(number, self.services[service], at, status, code, took))

    def _take(self, event: EventRow) -> None:
        first = self.seen.setdefault(event.key, event)
        if first is event:
            self.judged.rows.append(event)
        elif first.status != event.status:
            self._refuse(event.row, "status", "contradiction", event.status, str(first.row))

    def _refuse(self, number: int, column: str, code: str, given: str = "", extra: str = "") -> None:
        self.judged.problems.append(RowProblem(number, column, code, given, extra))

    def _cell(self, cells: Sequence[str], name: str) -> str:
        place = self.places.get(name, -1)
        return cells[place].strip() if 0 <= place < len(cells) else ""

    def _at(self, number: int, text: str) -> datetime | None:
        found = _MOMENT.fullmatch(text)
        try:
            at = datetime.fromisoformat(text) if found else None
        except ValueError:
            at = None
        if at is None:
            self._refuse(number, "at", "moment" if text else "blank", text[:40])
            return None
        if at.tzinfo is None:
            self._refuse(number, "at", "no_zone", text)
            return None
        self._check_window(number, at.astimezone(UTC), text)
        return at.astimezone(UTC)

    def _check_window(self, number: int, at: datetime, text: str) -> None:
        if at > self.window.now:
            self._refuse(number, "at", "future", text)
        elif not self.window.start <= at < self.window.end:
            self._refuse(number, "at", "outside_term", text)
        closed = next((name for start, end, name in self.window.closed if start <= at < end), "")
        if closed:
            self._refuse(number, "at", "closed", text, closed)

    def _took(self, number: int, text: str) -> int | None:
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) <= MAX_RESPONSE_MS):
            self._refuse(number, "response_ms", "response", text[:20])
            return None
        return int(text)
