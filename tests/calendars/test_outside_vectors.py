"""Cases that other products' test suites agree on (outside sample data; not run without it)."""

import json
from datetime import datetime
from itertools import islice

import pytest

from app.calendars.inline_calendar import parse_inline_calendar
from app.calendars.working_time import (
    closes_at,
    due,
    elapsed,
    is_working_time,
    next_working_moment,
    workday_before,
    workday_due,
    working_periods,
)
from tests import machine

FOLDER = machine.shared_data()
DATA = json.loads((FOLDER / "vectors" / "working_time.json").read_text(encoding="utf-8")) if FOLDER else None
MISSING = [pytest.param(None, marks=pytest.mark.skip(reason="not run: GUANYUN_SHARED_DATA is not set"))]


def moment(text):
    return datetime.fromisoformat(text)


def stops(case):
    return [(moment(begin), moment(end)) for begin, end in case.get("pauses", [])]


def shifted(office, case):
    """The day some working days away, at the same time of day."""
    start = moment(case["start"]).astimezone(office.zone)
    count = case["days"]
    day = (workday_due if count >= 0 else workday_before)(office, start.date(), abs(count)).day
    return closes_at(office, day) if case.get("end_of_working_day") else datetime.combine(day, start.timetz())


OPERATIONS = {
    "due": lambda office, case: due(office, moment(case["start"]), case["minutes"], stops(case)).at,
    "elapsed": lambda office, case: elapsed(office, moment(case["start"]), moment(case["end"]), stops(case)).minutes,
    "is_working_day": lambda office, case: office.is_workday(moment(case["start"]).astimezone(office.zone).date()),
    "is_working_time": lambda office, case: is_working_time(office, moment(case["start"])),
    "first_working_instant": lambda office, case: next_working_moment(office, moment(case["start"])),
    "first_periods": lambda office, case: [
        list(period) for period in islice(working_periods(office, moment(case["start"])), case["count"])
    ],
    "add_working_days": shifted,
    "add_business_days_biz": lambda office, case: next_working_moment(office, shifted(office, case)),
}


def plain(value):
    if isinstance(value, str):
        return moment(value)
    return [plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.shared_data
@pytest.mark.parametrize("case", DATA["vectors"] if DATA else MISSING, ids=lambda case: case["id"] if case else "all")
def test_other_products_agree(case):
    office = parse_inline_calendar(DATA["calendars"][case["calendar"]])
    assert OPERATIONS[case["op"]](office, case) == plain(case["expect"])
