"""What calendar files and inline calendars share: zones, weeks, sessions, dates; strict, refusals say where."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from app.calendars.flaws import Flaw, below
from app.calendars.working_calendar import CLOSED, Session, Sessions, in_order
from app.catalogues.wording import N_

CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
WEEKDAYS = tuple("1234567")


def mapping(value: object, path: str, known: Iterable[str], required: Iterable[str] = ()) -> Mapping[str, Any]:
    """A JSON object with only known keys; numbers as keys (YAML) are read as text."""
    if not isinstance(value, Mapping):
        raise Flaw(N_("应为对象（键和值）。"), path)
    content = {str(key): item for key, item in value.items()}
    if len(content) != len(value):
        raise Flaw(N_("有重复的键。"), path)
    allowed = sorted(known)
    for key in content:
        if key not in allowed:
            raise Flaw(N_("不认识的键；可用的键：%(keys)s。"), below(path, key), keys="、".join(allowed))
    for key in required:
        if key not in content:
            raise Flaw(N_("缺少必填项。"), below(path, key))
    return content


def listed(value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise Flaw(N_("应为列表。"), path)
    return value


def text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Flaw(N_("应为非空文字。"), path)
    return value


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    """The names of the IANA database; reading the list touches hundreds of files, so once."""
    return frozenset(available_timezones())


def zone(value: object, path: str) -> ZoneInfo:
    """A zone by name; only names that the database lists, so that no path can be smuggled in."""
    if not isinstance(value, str) or value not in _zone_names():
        raise Flaw(N_("没有这个时区；请用 IANA 名称，例如 Asia/Shanghai。"), path)
    return ZoneInfo(value)


def day(value: object, path: str) -> date:
    """A date as YYYY-MM-DD (or a date that a YAML reader made of it)."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise Flaw(N_("日期应写作 YYYY-MM-DD。"), path)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Flaw(N_("没有这一天。"), path) from None


def days(value: object, path: str) -> frozenset[date]:
    return frozenset(day(item, below(path, place)) for place, item in enumerate(listed(value, path)))


def clock(value: object, path: str) -> int:
    """A time of day in seconds after midnight: HH:MM or HH:MM:SS, and 24:00 for the end of the day."""
    if value in ("24:00", "24:00:00"):
        return 24 * 3_600
    found = CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Flaw(N_("钟点应写作 HH:MM，最晚为 24:00。"), path)
    hour, minute, second = (int(part or 0) for part in found.groups())
    return hour * 3_600 + minute * 60 + second


def sessions(value: object, path: str) -> Sessions:
    """The sessions of one day, `[["09:00", "12:00"], …]`, in any order; an empty list is a day without work."""
    found = [_session(item, below(path, place)) for place, item in enumerate(listed(value, path))]
    try:
        return in_order(found)
    except Flaw as flaw:
        raise Flaw(flaw.wording, path) from None


def _session(value: object, path: str) -> Session:
    pair = listed(value, path)
    if len(pair) != 2:
        raise Flaw(N_("时段应为 [开始, 结束]。"), path)
    try:
        return Session(clock(pair[0], below(path, 0)), clock(pair[1], below(path, 1)))
    except Flaw as flaw:
        raise Flaw(flaw.wording, flaw.path or path) from None


def week(value: object, path: str) -> tuple[Sessions, ...]:
    """Sessions by ISO weekday, "1" for Monday to "7" for Sunday; a weekday that is left out has none."""
    content = mapping(value, path, WEEKDAYS)
    return tuple(
        sessions(content[weekday], below(path, weekday)) if weekday in content else CLOSED for weekday in WEEKDAYS
    )


def overrides(value: object, path: str) -> dict[date, Sessions]:
    """Sessions by date; the empty list closes the date."""
    if not isinstance(value, Mapping):
        raise Flaw(N_("应为对象（键和值）。"), path)
    return {day(key, below(path, key)): sessions(item, below(path, str(key))) for key, item in value.items()}
