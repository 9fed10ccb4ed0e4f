"""The values of calculation forms, read strictly: moments with a zone, dates, counts, minutes, pauses, calendars."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.calendars import calendar_fields
from app.calendars.builtin_calendars import DEFAULT_CALENDAR, builtin_calendar
from app.calendars.flaws import Flaw, below
from app.calendars.inline_calendar import parse_inline_calendar
from app.calendars.working_calendar import WorkingCalendar
from app.calendars.working_time import Pause
from app.catalogues.wording import N_

MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?P<seconds>:\d{2}(?:\.\d{1,6})?)?(?P<zone>Z|[+-]\d{2}:\d{2})?", re.ASCII
)
DECIMAL = re.compile(r"\d{1,12}(?:\.\d{1,9})?", re.ASCII)
MOST_DECIMALS = 9


def moment(value: object, path: str) -> datetime:
    """An ISO 8601 moment with its zone, `2026-09-24T10:00:00+08:00` or `…Z`."""
    found = MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None or not isinstance(value, str):
        raise Flaw(N_("时间应写作 2026-09-24T10:00:00+08:00。"), path)
    if not found["zone"]:
        raise Flaw(N_("时间必须带有时区，例如 2026-09-24T10:00:00+08:00。"), path)
    if (found["seconds"] or "").startswith(":60"):
        raise Flaw(N_("不接受闰秒（:60）。"), path)
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise Flaw(N_("没有这个时间。"), path) from None


def day(value: object, path: str) -> date:
    return calendar_fields.day(value, path)


def whole(value: object, path: str) -> int:
    """A count: a JSON integer, not negative."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Flaw(N_("应为整数。"), path)
    if value < 0:
        raise Flaw(N_("不能为负数。"), path)
    return value


def minutes(value: object, path: str) -> int | Decimal:
    """Minutes: an integer, or a decimal as text ("90.5") or as a number; finite and not negative."""
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        return Decimal(value)
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise Flaw(N_('应为不小于 0 的分钟数：整数，或写成文字的小数，例如 "90.5"。'), path)
    if value < 0:
        raise Flaw(N_("不能为负数。"), path)
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    if not isinstance(exponent, int) or exponent < -MOST_DECIMALS:
        raise Flaw(N_("小数最多 %(most)s 位。"), path, most=MOST_DECIMALS)
    return value


def flag(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise Flaw(N_("应为 true 或 false。"), path)
    return value


def pauses(value: object, path: str) -> list[Pause]:
    """`[[from, to], …]` in any order; `null` as an end means that the pause is still open."""
    return [_pause(item, below(path, place)) for place, item in enumerate(calendar_fields.listed(value, path))]


def _pause(value: object, path: str) -> Pause:
    pair = calendar_fields.listed(value, path)
    if len(pair) != 2:
        raise Flaw(N_("暂停应为 [开始, 结束]，未结束的写 null。"), path)
    begin = moment(pair[0], below(path, 0))
    end = None if pair[1] is None else moment(pair[1], below(path, 1))
    if end is not None and end < begin:
        raise Flaw(N_("暂停的结束时间早于开始时间。"), path)
    return begin, end


def calendar(form: Mapping[str, Any]) -> WorkingCalendar:
    """The calendar written out in the form, or the packaged one it names; cn-workdays when it says nothing."""
    value = form.get("calendar", DEFAULT_CALENDAR)
    if not isinstance(value, str):
        return parse_inline_calendar(value)
    try:
        return builtin_calendar(value)
    except Flaw as flaw:
        raise Flaw(flaw.wording, "calendar") from None
