"""How long each version of a rule holds: one answer for every page that lists versions."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol

from flask_babel import gettext as _

from app.core.clock import today


class Period(Protocol):
    """What is asked of a version."""

    @property
    def version(self) -> int: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_until(self) -> date | None: ...


def holds(entry: Period, found: Sequence[Period]) -> str:
    """In words, among all versions of the rule: until its own last day, or the day before the next begins."""
    corrected = [one for one in found if one.version > entry.version and one.valid_from == entry.valid_from]
    if corrected:
        return str(_("由第 %(n)s 版更正", n=corrected[0].version))
    if entry.valid_from > today():
        return str(_("尚未生效"))
    ends = [one.valid_from - timedelta(days=1) for one in found if one.valid_from > entry.valid_from]
    last = min([*ends, *([entry.valid_until] if entry.valid_until else [])], default=None)
    return str(_("至 %(day)s", day=last.isoformat())) if last else str(_("现行"))
