"""The forms `availability` and `budget`: JSON in, the functions of `service_levels`, JSON out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from app.calendars.builtin_calendars import builtin_calendar
from app.calendars.calendar_fields import listed, mapping
from app.calendars.flaws import Flaw, below
from app.calendars.inline_calendar import parse_inline_calendar
from app.calendars.working_calendar import WorkingCalendar
from app.calendars.working_time import MINUTE, MOST_MINUTES
from app.catalogues.wording import N_
from app.service_levels import availability as levels
from app.service_levels import error_budget
from app.service_levels.intervals import Interval, instant, moment_of
from app.whatif import fields

Form = Mapping[str, Any]

ROUND_THE_CLOCK = "24x7"
KEYS = (
    *("period", "service_start", "schedule", "min_outage_minutes"),
    *("outages", "exclusions", "unmonitored", "now"),
)
COUNT_KEYS = ("objective", "window_seconds", "good", "bad")
BUDGET_KEYS = ("objective", "window_seconds", *KEYS)
MOST_SECONDS = MOST_MINUTES * 60
SECONDS_PLACES = 6


@dataclass(frozen=True)
class Question:
    """A form that was read: all that `service_levels.availability` needs."""

    agreed: levels.AgreedTime
    schedule: WorkingCalendar | None
    outages: list[levels.Outage]
    exclusions: list[Interval]
    unmonitored: list[Interval]
    service_start: datetime | None
    min_outage: timedelta
    now: datetime | None

    def answer(self) -> levels.Availability:
        return levels.availability(
            self.agreed,
            self.outages,
            self.exclusions,
            self.unmonitored,
            self.service_start,
            self.min_outage,
            self.now,
        )


def availability(form: Form) -> dict[str, Any]:
    """Agreed, excluded and down seconds and both availabilities of one service over one period.

    `missing_seconds` is answered where `unmonitored` is given, `provisional` where the schedule waits for notices.
    """
    mapping(form, "", KEYS, required=("period",))
    question = _question(form, _interval(form["period"], "period"))
    found = question.answer()
    said: dict[str, Any] = {
        "agreed_seconds": _seconds(levels.seconds(found.agreed)),
        "excluded_seconds": _seconds(levels.seconds(found.excluded)),
        "down_seconds": _seconds(levels.seconds(found.down)),
        "availability": levels.percent(found.availability),
        "availability_without_exclusions": levels.percent(found.availability_without_exclusions),
    }
    if "unmonitored" in form:
        said["missing_seconds"] = _seconds(levels.seconds(found.missing))
    if question.schedule is not None and question.schedule.noticed_years is not None:
        said["provisional"] = found.provisional
    return said


def budget(form: Form) -> dict[str, Any]:
    """The error budget of an objective: from `good` and `bad`, or from the keys of `availability`.

    Instead of a `period`, `window_seconds` and `now` name the last such time.
    """
    if "good" in form or "bad" in form or set(form) <= set(COUNT_KEYS):
        return _said(_budget_of_counts(form))
    mapping(form, "", BUDGET_KEYS, required=("objective",))
    objective = _objective(form)
    question = _question(form, _window(form))
    whole = replace(question, outages=[], unmonitored=[], now=None).answer()
    return _said(error_budget.budget_of_intervals(objective, question.answer(), whole))


def _budget_of_counts(form: Form) -> error_budget.Budget:
    mapping(form, "", COUNT_KEYS, required=COUNT_KEYS)
    good, bad = (_quantity(form[key], key) for key in ("good", "bad"))
    return error_budget.budget_of_counts(_objective(form), _window_seconds(form), good, bad)


def _said(found: error_budget.Budget) -> dict[str, Any]:
    return {
        "sli": levels.percent(found.sli),
        "error_budget_seconds": _seconds(found.error_budget),
        "consumed_seconds": None if found.consumed is None else _seconds(found.consumed),
        "burn_rate": None if found.burn_rate is None else levels.decimal_text(found.burn_rate, 4),
    }


# --- reading ---------------------------------------------------------------------------------------------------------


def _question(form: Form, period: tuple[datetime, datetime]) -> Question:
    schedule = _schedule(form.get("schedule", ROUND_THE_CLOCK))
    return Question(
        agreed=levels.agreed_time(*period, schedule),
        schedule=schedule,
        outages=[_outage(item, path) for item, path in _items(form, "outages")],
        exclusions=[_stretch(item, path, extra=("reason",)) for item, path in _items(form, "exclusions")],
        unmonitored=[_stretch(item, path) for item, path in _items(form, "unmonitored")],
        service_start=_moment_or_none(form, "service_start"),
        min_outage=_min_outage(form.get("min_outage_minutes", 0)),
        now=_moment_or_none(form, "now"),
    )


def _items(form: Form, key: str) -> list[tuple[Any, str]]:
    return [(item, below(key, place)) for place, item in enumerate(listed(form.get(key, []), key))]


def _window(form: Form) -> tuple[datetime, datetime]:
    """The period, or the last `window_seconds` before now."""
    if "period" not in form:
        if form.get("window_seconds") is None or form.get("now") is None:
            raise Flaw(N_("缺少必填项：period，或者 window_seconds 和 now。"), "period")
        end = instant(_moment(form["now"], "now"))
        begin = max(0, end - floor(_window_seconds(form) * 1_000_000))
        return _ordered(moment_of(begin), moment_of(end), "window_seconds")
    begin_end = _interval(form["period"], "period")
    if "window_seconds" in form and _window_seconds(form) * 1_000_000 != instant(begin_end[1]) - instant(begin_end[0]):
        raise Flaw(N_("window_seconds 与 period 的长度不一致；写其中一项即可。"), "window_seconds")
    return begin_end


def _interval(value: object, path: str) -> tuple[datetime, datetime]:
    pair = listed(value, path)
    if len(pair) != 2:
        raise Flaw(N_("应为 [开始, 结束]。"), path)
    return _ordered(_moment(pair[0], below(path, 0)), _moment(pair[1], below(path, 1)), path)


def _ordered(begin: datetime, end: datetime, path: str) -> tuple[datetime, datetime]:
    try:
        Interval(begin, end)
    except Flaw as flaw:
        raise Flaw(flaw.wording, path) from None
    return begin, end


def _moment(value: object, path: str) -> datetime:
    moment = fields.moment(value, path)
    return _ordered(moment, moment, path)[0]


def _moment_or_none(form: Form, key: str) -> datetime | None:
    return None if form.get(key) is None else _moment(form[key], key)


def _schedule(value: object) -> WorkingCalendar | None:
    """ "24x7", a calendar that is written out, or the name of a packaged one."""
    if value == ROUND_THE_CLOCK:
        return None
    if not isinstance(value, str):
        return parse_inline_calendar(value, "schedule")
    try:
        return builtin_calendar(value)
    except Flaw as flaw:
        raise Flaw(flaw.wording, "schedule") from None


def _stretch(value: object, path: str, extra: tuple[str, ...] = ()) -> Interval:
    content = mapping(value, path, ("from", "to", *extra), required=("from", "to"))
    if not isinstance(content.get("reason", ""), str):
        raise Flaw(N_("应为文字。"), below(path, "reason"))
    begin, end = (_moment(content[key], below(path, key)) for key in ("from", "to"))
    return Interval(*_ordered(begin, end, path))


def _outage(value: object, path: str) -> levels.Outage:
    content = mapping(value, path, ("from", "to", "weight"), required=("from", "to"))
    begin = _moment(content["from"], below(path, "from"))
    end = None if content["to"] is None else _moment(content["to"], below(path, "to"))
    weight = _quantity(content.get("weight", 1), below(path, "weight"))
    if not 0 < weight <= 1:
        raise Flaw(N_("权重应大于 0 且不大于 1。"), below(path, "weight"))
    if end is not None:
        _ordered(begin, end, path)
    return levels.Outage(begin, end, weight)


def _min_outage(value: object) -> timedelta:
    minutes = fields.minutes(value, "min_outage_minutes")
    if minutes > MOST_MINUTES:
        raise Flaw(N_("数值过大。"), "min_outage_minutes")
    return timedelta(microseconds=floor(Fraction(minutes) * MINUTE + Fraction(1, 2)))


def _objective(form: Form) -> Fraction:
    try:
        return error_budget.objective_of(_quantity(form["objective"], "objective"))
    except Flaw as flaw:
        raise Flaw(flaw.wording, "objective") from None


def _window_seconds(form: Form) -> Fraction:
    found = _quantity(form["window_seconds"], "window_seconds")
    if not 0 < found <= MOST_SECONDS:
        raise Flaw(N_("应大于 0，且不超过 300 年。"), "window_seconds")
    return Fraction(found)


def _quantity(value: object, path: str) -> int | Decimal:
    """A number that is not negative: an integer, or a decimal as text ("0.5") or as a number; at most nine places."""
    typed = isinstance(value, str) and fields.DECIMAL.fullmatch(value) is not None
    if isinstance(value, bool) or not (typed or isinstance(value, (int, float, Decimal))):
        raise Flaw(N_('应为不小于 0 的数：整数，或写成文字的小数，例如 "0.5"。'), path)
    return fields.minutes(value, path)


def _seconds(exact: Fraction) -> int | str:
    """Whole seconds as a number, otherwise a decimal as text, 6 places, half up."""
    if exact.denominator == 1:
        return exact.numerator
    return levels.decimal_text(exact, SECONDS_PLACES).rstrip("0").rstrip(".")
