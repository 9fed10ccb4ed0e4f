"""Deadlines and elapsed time in working minutes and in days: pure, in any time zone, independent of the host's.

An instant is working time when its wall-clock time in the calendar's zone lies in a session of its local date. That
one rule settles daylight saving: an hour that the clock skips holds no working time, an hour that it repeats counts
twice, and "00:00–24:00" is 23 or 25 hours long on such days (Asia/Shanghai changed its clocks 1986–1991).

Sources: 民法典 §200–204 (§201 the first day is not counted, hours run from the agreed moment; §202 months end on the
corresponding day or on the last of the month; §203 a period ending on a statutory day off ends on the day after it,
and at close of business where there are business hours); working days by the yearly notices of the State Council.

Inside, an instant is a whole number of microseconds since 0001-01-01T00:00Z, so that no sum is ever rounded.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor, isfinite
from zoneinfo import ZoneInfo

from app.calendars.flaws import Flaw, NoWorkingTime, below
from app.calendars.working_calendar import WorkingCalendar
from app.catalogues.wording import N_

Pause = tuple[datetime, datetime | None]  # an end of None: still paused
Span = tuple[int, int]  # [begin, end) in microseconds

ORIGIN = datetime(1, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
NEVER = 10_000 * 366 * DAY

FIRST_YEAR, LAST_YEAR = 1900, 2199
PATIENCE_DAYS = 3_653
MOST_MINUTES = 300 * 366 * 24 * 60
END_OF_TIME = (datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC) - ORIGIN) // MICROSECOND

TOO_FAR = N_("期限超出日历可计算的范围（%(first)s 年至 %(last)s 年）。")
NO_WORKING_TIME = N_("该日历连续十年没有任何工作时间，无法计算期限。")


@dataclass(frozen=True)
class Due:
    """When the minutes are used up, in the calendar's zone; None while the clock stands still in an open pause."""

    at: datetime | None
    provisional: bool

    @property
    def running(self) -> bool:
        return self.at is not None


@dataclass(frozen=True)
class DueDay:
    """The last day of a period counted in days."""

    day: date
    provisional: bool


@dataclass(frozen=True)
class Elapsed:
    """Working time between two moments, pauses taken out."""

    worked: timedelta
    provisional: bool

    @property
    def minutes(self) -> Fraction:
        return Fraction(self.worked // MICROSECOND, MINUTE)


# --- minutes ---------------------------------------------------------------------------------------------------------


def due(
    calendar: WorkingCalendar, start: datetime, minutes: int | float | Decimal | Fraction, pauses: Iterable[Pause] = ()
) -> Due:
    """The first moment by which `minutes` of working time have passed since `start`, outside every pause.

    The moment stays at the end of a session when the minutes end there. No minutes are due at `start` itself, even
    in closed time. A pause takes away only the working time it covers; so a longer pause never brings the moment
    forward, and how pauses are ordered, overlap or are cut into pieces makes no difference.
    """
    begin, left = _instant(start), _microseconds(minutes)
    stops = merged_pauses(pauses)
    halt = stops[-1][0] if stops and stops[-1][1] == NEVER else NEVER
    if left == 0:
        return _due_at(calendar, begin, begin)
    for span_begin, span_end in _running(calendar, begin, min(halt, END_OF_TIME), stops, patient=False):
        if span_end - span_begin >= left:
            return _due_at(calendar, begin, span_begin + left)
        left -= span_end - span_begin
    if halt < NEVER:
        return Due(None, _touches_unknown(calendar, begin, halt))
    raise Flaw(TOO_FAR, first=FIRST_YEAR, last=LAST_YEAR)


def elapsed(calendar: WorkingCalendar, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> Elapsed:
    """Working time in [start, end) outside the pauses; nothing when `end` is not after `start`."""
    begin, until = _instant(start), _instant(end)
    stops = merged_pauses(pauses)
    worked = sum(closes - opens for opens, closes in _running(calendar, begin, until, stops, patient=True))
    return Elapsed(worked * MICROSECOND, until > begin and _touches_unknown(calendar, begin, until))


def is_working_time(calendar: WorkingCalendar, moment: datetime) -> bool:
    """Whether work is done at this moment (the end of a session is no longer working time)."""
    local = _moment(_instant(moment), calendar.zone)
    second = local.hour * 3_600 + local.minute * 60 + local.second
    return any(session.begin <= second < session.end for session in calendar.sessions_on(local.date()))


def next_working_moment(calendar: WorkingCalendar, moment: datetime) -> datetime:
    """`moment` itself in working time, otherwise the next opening."""
    return next(working_periods(calendar, moment))[0]


def working_periods(calendar: WorkingCalendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of working time from `start` on, in the calendar's zone, joined across midnight."""
    held: Span | None = None
    for span in working_spans(calendar, _instant(start), END_OF_TIME, patient=False):
        if held and held[1] == span[0]:
            held = (held[0], span[1])
            continue
        if held:
            yield _moment(held[0], calendar.zone), _moment(held[1], calendar.zone)
        held = span


def closes_at(calendar: WorkingCalendar, day: date) -> datetime:
    """When a period that ends on `day` ends: close of the last session, or 24:00 on a day without one (民法典 §203)."""
    begin, end = (
        _instant(datetime.combine(one, time(), tzinfo=calendar.zone)) for one in (day, day + timedelta(days=1))
    )
    closes = [stop for _, stop in working_spans(calendar, begin, end, patient=True)]
    return _moment(closes[-1] if closes else end, calendar.zone)


def merged_pauses(pauses: Iterable[Pause]) -> list[Span]:
    """Pauses by time, none overlapping or touching; an open one ends NEVER and swallows what follows."""
    merged: list[Span] = []
    for begin, end in sorted(_pause(pause, place) for place, pause in enumerate(pauses)):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif begin < end:
            merged.append((begin, end))
    return merged


# --- days ------------------------------------------------------------------------------------------------------------


def workday_due(calendar: WorkingCalendar, start: date, workdays: int) -> DueDay:
    """The last of `workdays` working days after `start`; the first day is not counted (民法典 §201)."""
    _countable(start, workdays)
    day = start
    for _ in range(workdays):
        day = next_workday(calendar, day + timedelta(days=1))
    return DueDay(day, calendar.is_provisional(start + timedelta(days=1), day))


def workday_before(calendar: WorkingCalendar, end: date, workdays: int) -> DueDay:
    """The latest day from which `workdays` working days lead up to `end` (to say when something must be sent out)."""
    _countable(end, workdays)
    day = end
    for _ in range(workdays):
        day = _first_workday(calendar, day - timedelta(days=1), step=-1)
    return DueDay(day, calendar.is_provisional(day, end - timedelta(days=1)))


def days_due(calendar: WorkingCalendar, start: date, days: int, roll: bool = False) -> DueDay:
    """`days` calendar days after `start`; with `roll`, a last day that is off moves to the next working day (§203).

    Without `roll` the calendar is not asked, so the answer is never provisional; with it, only the days from the
    nominal last day on are.
    """
    _countable(start, days)
    if days > (date(LAST_YEAR, 12, 31) - start).days:
        raise Flaw(TOO_FAR, first=FIRST_YEAR, last=LAST_YEAR)
    return _rolled(calendar, start + timedelta(days=days), roll)


def months_due(calendar: WorkingCalendar, start: date, months: int, roll: bool = False) -> DueDay:
    """The corresponding day `months` later, or the last day of a month that has none (民法典 §202)."""
    _countable(start, months)
    years, month = divmod(start.month - 1 + months, 12)
    if start.year + years > LAST_YEAR:
        raise Flaw(TOO_FAR, first=FIRST_YEAR, last=LAST_YEAR)
    last = monthrange(start.year + years, month + 1)[1]
    return _rolled(calendar, date(start.year + years, month + 1, min(start.day, last)), roll)


def next_workday(calendar: WorkingCalendar, day: date) -> date:
    """`day` itself when it is a working day, otherwise the next one."""
    return _first_workday(calendar, day, step=1)


def last_workday(calendar: WorkingCalendar, day: date) -> date:
    """`day` itself when it is a working day, otherwise the one before it."""
    return _first_workday(calendar, day, step=-1)


def workdays_between(calendar: WorkingCalendar, start: date, end: date) -> int:
    """Working days after `start` up to and with `end`; negative when `end` is past (remaining days of a deadline)."""
    if end < start:
        return -workdays_between(calendar, end, start)
    return sum(calendar.is_workday(start + timedelta(days=step)) for step in range(1, (end - start).days + 1))


def _rolled(calendar: WorkingCalendar, nominal: date, roll: bool) -> DueDay:
    if not roll:
        return DueDay(nominal, provisional=False)
    day = next_workday(calendar, nominal)
    return DueDay(day, calendar.is_provisional(nominal, day))


def _first_workday(calendar: WorkingCalendar, day: date, step: int) -> date:
    for distance in range(PATIENCE_DAYS):
        candidate = day + timedelta(days=step * distance)
        if not FIRST_YEAR <= candidate.year <= LAST_YEAR:
            raise Flaw(TOO_FAR, first=FIRST_YEAR, last=LAST_YEAR)
        if calendar.is_workday(candidate):
            return candidate
    raise NoWorkingTime(NO_WORKING_TIME)


def _countable(day: date, number: int) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Flaw(TOO_FAR, first=FIRST_YEAR, last=LAST_YEAR)
    if number < 0:
        raise Flaw(N_("天数、月数不能为负数。"))


# --- instants --------------------------------------------------------------------------------------------------------


def _instant(moment: datetime) -> int:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise Flaw(N_("时间必须带有时区。"))
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Flaw(TOO_FAR, first=FIRST_YEAR, last=LAST_YEAR)
    return (moment - ORIGIN) // MICROSECOND


def _moment(instant: int, zone: ZoneInfo) -> datetime:
    return (ORIGIN + instant * MICROSECOND).astimezone(zone)


def _microseconds(minutes: int | float | Decimal | Fraction) -> int:
    """Minutes as whole microseconds, half up: a third of a minute has no exact decimal, a microsecond is enough."""
    if isinstance(minutes, (float, Decimal)) and not isfinite(minutes):
        raise Flaw(N_("分钟数必须是有限的数。"))
    if minutes < 0:
        raise Flaw(N_("分钟数不能为负数。"))
    if minutes > MOST_MINUTES:
        raise Flaw(TOO_FAR, first=FIRST_YEAR, last=LAST_YEAR)
    return floor(Fraction(minutes) * MINUTE + Fraction(1, 2))


def _pause(pause: Pause, place: int) -> Span:
    begin = _instant(pause[0])
    end = NEVER if pause[1] is None else _instant(pause[1])
    if end < begin:
        raise Flaw(N_("暂停的结束时间早于开始时间。"), below("pauses", place))
    return begin, end


def _due_at(calendar: WorkingCalendar, begin: int, instant: int) -> Due:
    return Due(_moment(instant, calendar.zone), _touches_unknown(calendar, begin, instant))


def _touches_unknown(calendar: WorkingCalendar, begin: int, end: int) -> bool:
    """Whether [begin, end) meets a year without a notice; midnight of New Year still belongs to the old year."""
    first, last = (_moment(instant, calendar.zone).date() for instant in (begin, max(begin, end - 1)))
    return calendar.is_provisional(first, last)


def _running(calendar: WorkingCalendar, begin: int, end: int, stops: Sequence[Span], patient: bool) -> Iterator[Span]:
    """Working time in [begin, end) with the merged pauses cut out, by time."""
    place = 0
    for opens, closes in working_spans(calendar, begin, end, patient):
        while place < len(stops) and stops[place][1] <= opens:
            place += 1
        free = opens
        for ahead in range(place, len(stops)):
            if stops[ahead][0] >= closes:
                break
            if free < stops[ahead][0]:
                yield free, stops[ahead][0]
            free = stops[ahead][1]
        if free < closes:
            yield free, closes


def working_spans(calendar: WorkingCalendar, begin: int, end: int, patient: bool) -> Iterator[Span]:
    """Working time in [begin, end) by time; unless `patient`, ten years without any are an error."""
    met = begin
    for stretch_begin, stretch_end, offset in _stretches(calendar.zone, begin, end):
        for day in range((stretch_begin + offset) // DAY, (stretch_end + offset - 1) // DAY + 1):
            midnight = day * DAY - offset
            for session in calendar.sessions_on(date.fromordinal(day + 1)):
                opens = max(stretch_begin, midnight + session.begin * SECOND)
                closes = min(stretch_end, midnight + session.end * SECOND)
                if opens < closes:
                    met = closes
                    yield opens, closes
        if not patient and stretch_end - met > PATIENCE_DAYS * DAY:
            raise NoWorkingTime(NO_WORKING_TIME)


def _stretches(zone: ZoneInfo, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """[begin, end) cut at every UTC midnight and every change of the zone's clocks: (begin, end, offset to UTC)."""
    offset = _offset(zone, begin) if begin < end else 0
    while begin < end:
        until = min(begin - begin % DAY + DAY, end)
        following = _offset(zone, until)
        if following != offset:
            until = _clock_change(zone, begin, until)
            following = _offset(zone, until)
        yield begin, until, offset
        begin, offset = until, following


def _clock_change(zone: ZoneInfo, before: int, after: int) -> int:
    """The first instant in (before, after] whose offset is not that of `before`, by halving."""
    offset = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = (ORIGIN + timedelta(microseconds=instant)).astimezone(zone).utcoffset()
    return 0 if offset is None else offset // MICROSECOND
