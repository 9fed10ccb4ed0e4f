"""The catalogue form of a calendar: weekly sessions plus, for each year, its notices, days off and make-up days."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.calendars import calendar_fields as fields
from app.calendars.flaws import Flaw, below
from app.calendars.working_calendar import Sessions, WorkingCalendar
from app.catalogues.wording import N_

CATALOGUE_KIND = "calendar"

# What every catalogue entry says of itself is judged by the catalogue; the rest is judged here.
HEAD_KEYS = ("code", "name", "citation", "status", "jurisdiction", "valid_from", "valid_until", "note")
KEYS = (*HEAD_KEYS, "tz", "hours_status", "week", "make_up_as", "holidays", "overrides", "years")
YEAR_KEYS = ("notices", "holidays", "pending")
HOLIDAY_KEYS = ("zh", "en", "rest", "work")
NOTICE_KEYS = ("title", "number", "issued", "url", "note")
STATUSES = ("V", "V2", "M", "D", "P")
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
YEAR = re.compile(r"(?:19|20|21)\d\d", re.ASCII)
MONTH_DAY = re.compile(r"\d{2}-\d{2}", re.ASCII)


@dataclass
class Arrangement:
    """What the notices of one or more years say: dates off and dates worked."""

    rest: set[date] = field(default_factory=set)
    work: set[date] = field(default_factory=set)

    def superseded_by(self, later: "Arrangement") -> "Arrangement":
        """Both, the later one winning where they differ (the notice of Y+1 moves days of December Y)."""
        return Arrangement(rest=(self.rest - later.work) | later.rest, work=(self.work - later.rest) | later.work)


def parse_calendar(content: Mapping[str, Any], path: str = "") -> WorkingCalendar:
    """The calendar that a catalogue entry describes; a `Flaw` says where it is wrong and why.

    Without `years` the calendar waits for no notices. A year under `years` is known, unless it says `pending: true`.
    `rest` and `work` hold dates and ranges: MM-DD in the block's own year, YYYY-MM-DD also in December before it.
    A make-up day has the sessions of the weekday `make_up_as` (Monday unless it says otherwise).
    """
    parts = fields.mapping(content, path, KEYS, required=("code", "tz", "week"))
    _describe(parts, path)
    week = fields.week(parts["week"], below(path, "week"))
    overrides = fields.overrides(parts.get("overrides", {}), below(path, "overrides"))
    arranged, noticed = _years(parts["years"], below(path, "years")) if "years" in parts else (Arrangement(), None)
    made_up = _make_up(parts.get("make_up_as", "1"), week, below(path, "make_up_as")) if arranged.work else ()
    return WorkingCalendar(
        zone=fields.zone(parts["tz"], below(path, "tz")),
        week=week,
        holidays=fields.days(parts.get("holidays", []), below(path, "holidays")) | arranged.rest,
        overrides=dict.fromkeys(arranged.work, made_up) | overrides,
        noticed_years=noticed,
        code=parts["code"],
    )


def _describe(parts: Mapping[str, Any], path: str) -> None:
    if not isinstance(parts["code"], str) or not CODE.fullmatch(parts["code"]):
        raise Flaw(N_("编码只能由小写字母、数字和连字符组成。"), below(path, "code"))
    if parts.get("hours_status", "D") not in STATUSES:
        raise Flaw(N_("工作时段的来源状态应为 V、V2、M、D 或 P。"), below(path, "hours_status"))


def _make_up(value: object, week: tuple[Sessions, ...], path: str) -> Sessions:
    if str(value) not in fields.WEEKDAYS or not week[int(str(value)) - 1]:
        raise Flaw(N_("应为有工作时段的星期几（1 为星期一，7 为星期日）：调休上班日按这一天的时段工作。"), path)
    return week[int(str(value)) - 1]


def _years(value: object, path: str) -> tuple[Arrangement, frozenset[int]]:
    if not isinstance(value, Mapping):
        raise Flaw(N_("应为对象（键和值）。"), path)
    blocks = fields.mapping(value, path, (str(key) for key in value))
    arranged, noticed = Arrangement(), set()
    for key in sorted(blocks):
        if not YEAR.fullmatch(key):
            raise Flaw(N_("应为四位年份。"), below(path, key))
        year = _year(blocks[key], int(key), below(path, key))
        if year is not None:
            noticed.add(int(key))
            arranged = arranged.superseded_by(year)
    return arranged, frozenset(noticed)


def _year(value: object, year: int, path: str) -> Arrangement | None:
    """The arrangement of one year, None while its notice is pending."""
    block = fields.mapping(value, path, YEAR_KEYS)
    if "pending" in block:
        if block["pending"] is not True or len(block) > 1:
            raise Flaw(N_("待公布的年份只写 pending: true。"), below(path, "pending"))
        return None
    for key in ("notices", "holidays"):
        if not block.get(key):
            raise Flaw(N_("缺少必填项。"), below(path, key))
    for place, notice in enumerate(fields.listed(block["notices"], below(path, "notices"))):
        _notice(notice, below(below(path, "notices"), place))
    arrangement = Arrangement()
    for place, holiday in enumerate(fields.listed(block["holidays"], below(path, "holidays"))):
        _holiday(holiday, year, arrangement, below(below(path, "holidays"), place))
    return arrangement


def _notice(value: object, path: str) -> None:
    notice = fields.mapping(value, path, NOTICE_KEYS)
    if not {"title", "number"} & set(notice):
        raise Flaw(N_("通知要写明文号或者标题。"), path)
    for key, item in notice.items():
        if key == "issued":
            fields.day(item, below(path, key))
        else:
            fields.text(item, below(path, key))


def _holiday(value: object, year: int, arrangement: Arrangement, path: str) -> None:
    holiday = fields.mapping(value, path, HOLIDAY_KEYS, required=("zh", "rest"))
    for key in ("zh", "en"):
        if key in holiday:
            fields.text(holiday[key], below(path, key))
    for key, target in (("rest", arrangement.rest), ("work", arrangement.work)):
        for place, item in enumerate(fields.listed(holiday.get(key, []), below(path, key))):
            where = below(below(path, key), place)
            for one in _range(item, year, where):
                if one in arrangement.rest or one in arrangement.work:
                    raise Flaw(N_("%(day)s 重复列出，或者既列为放假又列为上班。"), where, day=one.isoformat())
                target.add(one)


def _range(value: object, year: int, path: str) -> Iterator[date]:
    """The dates of `10-01`, `10-01..10-07` or `2022-12-31..2023-01-02`."""
    first_text, dots, last_text = value.partition("..") if isinstance(value, str) else (value, "", "")
    first = _date(first_text, year, path)
    last = _date(last_text, year, path) if dots else first
    if last < first:
        raise Flaw(N_("结束日期早于开始日期。"), path)
    for distance in range((last - first).days + 1):
        yield first + timedelta(days=distance)


def _date(value: object, year: int, path: str) -> date:
    if isinstance(value, str) and MONTH_DAY.fullmatch(value):
        value = f"{year}-{value}"
    one = fields.day(value, path)
    if one.year != year and (one.year, one.month) != (year - 1, 12):
        raise Flaw(N_("日期应在 %(year)s 年之内，或者在上一年十二月。"), path, year=year)
    return one
