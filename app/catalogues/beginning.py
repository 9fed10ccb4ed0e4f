"""From which day on a changed entry of a file holds: never a past one, so that what was in force stays as it was."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from app.catalogues.checking import CheckedEntry
from app.catalogues.files import Finding
from app.catalogues.wording import N_
from app.core.canonical import canonical_json

BEGIN, END = "valid_from", "valid_until"


class Known(Protocol):
    """What is stored of one version."""

    @property
    def digest(self) -> str: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def source_file(self) -> str: ...


@dataclass(frozen=True)
class Moved:
    """An entry that its file lets begin in the past, and that begins on the day of its loading instead."""

    kind: str
    code: str
    said: str
    begins: str


def is_changed(entry: CheckedEntry, known: Sequence[Known], following: date | None) -> bool:
    """Compares with what this file said last of the same period, whatever day that came to begin on, so that loading
    the packaged files again leaves a local version alone. `following` is where the file's next period begins."""
    begin = entry.head.valid_from
    same_file = [
        one
        for one in known
        if one.source_file == entry.raw.file
        and begin <= one.valid_from
        and (following is None or one.valid_from < following)
    ]
    latest = (same_file or [one for one in known if one.valid_from == begin])[-1:]
    if not latest or _digest(entry, latest[0].valid_from) == latest[0].digest:
        return not latest
    # The period before one that follows ended by that one's beginning; its file says so now.
    closed_since = following is not None and entry.head.valid_until is not None
    return not (closed_since and _digest(entry, latest[0].valid_from, without=END) == latest[0].digest)


def following_in(entries: Sequence[CheckedEntry]) -> Callable[[CheckedEntry], date | None]:
    """The beginning of the next period of the same entry in these files."""
    starts: dict[tuple[str, str], list[date]] = {}
    for entry in entries:
        starts.setdefault(entry.key, []).append(entry.head.valid_from)
    return lambda entry: min((one for one in starts[entry.key] if one > entry.head.valid_from), default=None)


def begun(entry: CheckedEntry, known: Sequence[Known], today: date) -> CheckedEntry:
    """The entry as it is stored: a first load keeps the file's day, a change begins today at the earliest."""
    if not known or entry.head.valid_from >= today or past_end(entry, known, today):
        return entry
    content = {**entry.raw.content, BEGIN: today.isoformat()}
    written = canonical_json(content)
    raw = replace(entry.raw, content=content)
    head = replace(entry.head, valid_from=today)
    return replace(entry, raw=raw, head=head, content=written, digest=hashlib.sha256(written.encode()).hexdigest())


def past_end(entry: CheckedEntry, known: Sequence[Known], today: date) -> bool:
    """Whether a change says that the rule ended before today: nothing can begin after its end."""
    return bool(known) and entry.head.valid_until is not None and entry.head.valid_until < today


def ended(
    entries: Sequence[CheckedEntry], known: Callable[[CheckedEntry], Sequence[Known]], today: date
) -> Iterator[Finding]:
    """Changes that would reach into what has passed."""
    for entry in entries:
        if past_end(entry, known(entry), today):
            reason = N_("失效日期 %(day)s 已经过去，已载入的内容不能追溯更正", day=str(entry.head.valid_until))
            remedy = N_(
                "请保持该有效期原来的内容；要停用，失效日期写今天（%(today)s）或以后。", today=today.isoformat()
            )
            yield entry.raw.finding(reason, remedy, END)


def _digest(entry: CheckedEntry, begins: date, without: str = "") -> str:
    """The digest that a version of this content had, if it began on that day."""
    content: dict[str, Any] = {key: value for key, value in entry.raw.content.items() if key != without}
    # An entry that does not say its day is stored without one.
    if BEGIN in content or begins != entry.head.valid_from:
        content[BEGIN] = begins.isoformat()
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()
