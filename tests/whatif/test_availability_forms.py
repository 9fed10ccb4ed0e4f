"""The forms `availability` and `budget` as other programs use them."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.calendars.flaws import Flaw
from app.whatif.kinds import answer, answer_text

CAL = {
    "tz": "Asia/Shanghai",
    "week": {str(day): [["09:00", "12:00"], ["14:00", "18:00"]] for day in range(1, 6)},
}
DAY = {"period": ["2026-09-01T00:00:00+08:00", "2026-09-02T00:00:00+08:00"]}
TWO = {"from": "2026-09-01T01:00:00+08:00", "to": "2026-09-01T03:00:00+08:00"}
OPEN = {"from": "2026-09-01T18:00:00+08:00", "to": None}
WHOLE_FORM = DAY | {
    "service_start": None,
    "schedule": "24x7",
    "min_outage_minutes": 0,
    "outages": [TWO | {"weight": 1}],
    "exclusions": [TWO | {"to": "2026-09-01T02:00:00+08:00", "reason": "公告维护"}],
    "now": "2026-09-09T00:00:00+08:00",
}


def said(agreed, excluded, down, with_exclusions, without):
    return {
        "agreed_seconds": agreed,
        "excluded_seconds": excluded,
        "down_seconds": down,
        "availability": with_exclusions,
        "availability_without_exclusions": without,
    }


AVAILABILITY = {
    "every key": (WHOLE_FORM, said(86400, 3600, 3600, "95.6522", "91.6667")),
    "only a period": (DAY, said(86400, 0, 0, "100.0000", "100.0000")),
    "an open outage": (DAY | {"outages": [OPEN]}, said(86400, 0, 21600, "75.0000", "75.0000")),
    "until now": (
        DAY | {"outages": [OPEN], "now": "2026-09-01T11:00:00Z"},
        said(68400, 0, 3600, "94.7368", "94.7368"),
    ),
    "a weight as text": (DAY | {"outages": [TWO | {"weight": "0.25"}]}, said(86400, 0, 1800, "97.9167", "97.9167")),
    "a weight as a number": (DAY | {"outages": [TWO | {"weight": 0.5}]}, said(86400, 0, 3600, "95.8333", "95.8333")),
    "seconds that are not whole": (
        DAY | {"outages": [TWO | {"to": "2026-09-01T01:00:00.5+08:00"}]},
        said(86400, 0, "0.5", "99.9994", "99.9994"),
    ),
    "a short outage": (DAY | {"outages": [TWO], "min_outage_minutes": "120.5"}, said(86400, 0, 0, *["100.0000"] * 2)),
    "a service that has not started": (
        DAY | {"outages": [TWO], "service_start": "2026-09-03T00:00:00+08:00"},
        said(0, 0, 0, None, None),
    ),
    "a calendar that is written out": (
        DAY | {"schedule": CAL, "outages": [TWO | {"to": "2026-09-01T10:00:00+08:00"}]},
        said(25200, 0, 3600, "85.7143", "85.7143"),
    ),
    "a packaged calendar": (
        DAY | {"schedule": "cn-workdays"},
        said(25200, 0, 0, "100.0000", "100.0000") | {"provisional": False},
    ),
    "a year without a notice": (
        {"period": ["2027-01-04T00:00:00+08:00", "2027-01-05T00:00:00+08:00"], "schedule": "cn-workdays"},
        said(25200, 0, 0, "100.0000", "100.0000") | {"provisional": True},
    ),
    "time without monitoring": (
        DAY | {"outages": [OPEN], "unmonitored": [TWO]},
        said(86400, 0, 21600, "72.7273", "72.7273") | {"missing_seconds": 7200},
    ),
}


@pytest.mark.parametrize("form, expected", AVAILABILITY.values(), ids=AVAILABILITY)
def test_availability(form, expected):
    assert answer("availability", form) == expected
    assert answer_text("availability", json.dumps([form])) == [expected]


COUNTS = {"objective": "99.9", "window_seconds": 2592000, "good": 999, "bad": 1}
HOUR = {"objective": "99.9", "window_seconds": 3600, "now": "2026-09-01T18:30:00+08:00", "outages": [OPEN]}


def budgeted(sli, budget, consumed, burn):
    return {"sli": sli, "error_budget_seconds": budget, "consumed_seconds": consumed, "burn_rate": burn}


BUDGETS = {
    "counts": (COUNTS, budgeted("99.9000", 2592, 2592, "1.0000")),
    "counts as text": (COUNTS | {"good": "999.5", "bad": "0.5"}, budgeted("99.9500", 2592, 1296, "0.5000")),
    "seconds": (COUNTS | {"good": 2590000, "bad": 2000}, budgeted("99.9228", 2592, 2000, "0.7716")),
    "nothing counted": (COUNTS | {"good": 0, "bad": 0}, budgeted(None, 2592, None, None)),
    "an objective as a number": (COUNTS | {"objective": 99.5}, budgeted("99.9000", 12960, 2592, "0.2000")),
    "the last hour": (HOUR, budgeted("50.0000", "3.6", 1800, "500.0000")),
    "a running period": (
        DAY | {"objective": 99, "outages": [OPEN], "now": "2026-09-01T19:00:00+08:00"},
        budgeted("94.7368", 864, 3600, "5.2632"),
    ),
    "a period and its length": (
        DAY | {"objective": 99, "window_seconds": 86400},
        budgeted("100.0000", 864, 0, "0.0000"),
    ),
    "nothing judged": (
        DAY | {"objective": 99, "unmonitored": [{"from": DAY["period"][0], "to": DAY["period"][1]}]},
        budgeted(None, 864, None, None),
    ),
}


@pytest.mark.parametrize("form, expected", BUDGETS.values(), ids=BUDGETS)
def test_budget(form, expected):
    assert answer("budget", form) == expected
    assert answer_text("budget", json.dumps(form)) == expected


BACKWARDS = {"from": TWO["to"], "to": TWO["from"]}
BAD = {
    "nothing": ("availability", {}, "period"),
    "an unknown key": ("availability", DAY | {"colour": "red"}, "colour"),
    "a period of one moment": ("availability", {"period": DAY["period"][:1]}, "period"),
    "a period backwards": ("availability", {"period": DAY["period"][::-1]}, "period"),
    "a period without zone": ("availability", {"period": ["2026-09-01T00:00:00"] * 2}, "period[0]"),
    "a period out of reach": ("availability", {"period": ["0001-01-01T00:00:00+14:00"] * 2}, "period[0]"),
    "a period that is open": ("availability", {"period": [DAY["period"][0], None]}, "period[1]"),
    "no outages but null": ("availability", DAY | {"outages": None}, "outages"),
    "an outage that is a list": ("availability", DAY | {"outages": [[TWO]]}, "outages[0]"),
    "an outage without end": ("availability", DAY | {"outages": [{"from": TWO["from"]}]}, "outages[0].to"),
    "an outage without begin": ("availability", DAY | {"outages": [TWO, TWO | {"from": None}]}, "outages[1].from"),
    "an outage backwards": ("availability", DAY | {"outages": [BACKWARDS]}, "outages[0]"),
    "an outage with a reason": ("availability", DAY | {"outages": [TWO | {"reason": "x"}]}, "outages[0].reason"),
    "no weight": ("availability", DAY | {"outages": [TWO | {"weight": 0}]}, "outages[0].weight"),
    "a weight above one": ("availability", DAY | {"outages": [TWO | {"weight": "1.01"}]}, "outages[0].weight"),
    "a negative weight": ("availability", DAY | {"outages": [TWO | {"weight": -0.5}]}, "outages[0].weight"),
    "a weight that is true": ("availability", DAY | {"outages": [TWO | {"weight": True}]}, "outages[0].weight"),
    "a weight that is a word": ("availability", DAY | {"outages": [TWO | {"weight": "half"}]}, "outages[0].weight"),
    "a weight that is null": ("availability", DAY | {"outages": [TWO | {"weight": None}]}, "outages[0].weight"),
    "a weight of many places": (
        *("availability", DAY | {"outages": [TWO | {"weight": "0.0000000001"}]}),
        "outages[0].weight",
    ),
    "an open exclusion": ("availability", DAY | {"exclusions": [OPEN]}, "exclusions[0].to"),
    "an exclusion backwards": ("availability", DAY | {"exclusions": [BACKWARDS]}, "exclusions[0]"),
    "a reason that is a number": ("availability", DAY | {"exclusions": [TWO | {"reason": 5}]}, "exclusions[0].reason"),
    "unmonitored with a reason": (
        "availability",
        DAY | {"unmonitored": [TWO | {"reason": ""}]},
        "unmonitored[0].reason",
    ),
    "a schedule nobody has": ("availability", DAY | {"schedule": "24/7"}, "schedule"),
    "a schedule that is null": ("availability", DAY | {"schedule": None}, "schedule"),
    "a schedule without week": ("availability", DAY | {"schedule": {"tz": "UTC"}}, "schedule.week"),
    "a negative minimum": ("availability", DAY | {"min_outage_minutes": -1}, "min_outage_minutes"),
    "a minimum without measure": ("availability", DAY | {"min_outage_minutes": 10**30}, "min_outage_minutes"),
    "now without zone": ("availability", DAY | {"now": "2026-09-01T00:00:00"}, "now"),
    "a start that is a date": ("availability", DAY | {"service_start": "2026-09-01"}, "service_start"),
    "no budget at all": ("budget", {}, "objective"),
    "good without bad": ("budget", {key: COUNTS[key] for key in ("objective", "window_seconds", "good")}, "bad"),
    "counts and outages": ("budget", COUNTS | {"outages": []}, "outages"),
    "no objective": ("budget", {"window_seconds": 1, "good": 1, "bad": 1}, "objective"),
    "an objective of all": ("budget", COUNTS | {"objective": "100"}, "objective"),
    "an objective of nothing": ("budget", COUNTS | {"objective": 0}, "objective"),
    "an objective in words": ("budget", COUNTS | {"objective": "99.9%"}, "objective"),
    "no window": ("budget", COUNTS | {"window_seconds": 0}, "window_seconds"),
    "a window out of reach": ("budget", COUNTS | {"window_seconds": 10**12}, "window_seconds"),
    "negative calls": ("budget", COUNTS | {"bad": -1}, "bad"),
    "a window without now": ("budget", {"objective": 99, "window_seconds": 60, "outages": []}, "period"),
    "a window before all time": ("budget", HOUR | {"window_seconds": 9 * 10**9}, "window_seconds"),
    "two lengths": ("budget", DAY | {"objective": 99, "window_seconds": 86401}, "window_seconds"),
    "an unknown key of a budget": ("budget", DAY | {"objective": 99, "colour": "red"}, "colour"),
}


@pytest.mark.parametrize("kind, form, path", BAD.values(), ids=BAD)
def test_a_bad_input_is_refused_at_its_place(kind, form, path):
    with pytest.raises(Flaw) as refusal:
        answer(kind, form)
    assert refusal.value.path == path


def test_a_bad_input_of_many_is_refused_in_its_place():
    found = answer("availability", [DAY, {"period": 1}, WHOLE_FORM])
    assert [list(one) == ["error"] for one in found] == [False, True, False]


def test_thousands_of_outages_with_as_many_weights_and_exclusions_are_no_burden():
    begin, many = datetime(2026, 9, 1, tzinfo=UTC), 3_000

    def second(place):
        return (begin + timedelta(seconds=place)).isoformat()

    weights = [Decimal(place + 1) / 10_000 for place in range(many)]
    outages = [
        {"from": second(place), "to": second(many + place), "weight": str(weight)}
        for place, weight in enumerate(weights)
    ]
    exclusions = [{"from": second(2 * many + place), "to": second(2 * many + place + 1)} for place in range(0, many, 2)]
    form = DAY | {"period": [second(0), second(86400)], "outages": outages, "exclusions": exclusions}
    found = answer_text("availability", json.dumps(form))
    # Each second the latest outage weighs most; after the last has begun it stays on top until it ends.
    assert found["down_seconds"] == f"{(sum(weights) + (many - 1) * weights[-1]).normalize():f}"
    assert found["excluded_seconds"] == many // 2
