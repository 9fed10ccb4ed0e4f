"""Severities of faults as data: typed terms, what is not agreed stays none, contradictions are refused."""

import pytest

from app.catalogues.files import read_file
from app.core.errors import Refused
from app.service_levels.severity_file import Running, Term, Unit, parse_severity, tell_severity
from tests.house.source import ROOT

FILE = ROOT / "app/service_levels/catalog/fault-severities.yaml"
ENTRIES = [raw.content for raw in read_file(FILE, FILE.name).entries]
WORST = ENTRIES[0]


def test_there_are_four_and_graver_ones_are_quicker():
    found = [parse_severity(one) for one in ENTRIES]
    assert [one.level for one in found] == [1, 2, 3, 4]
    round_the_clock = [one.response.minutes for one in found if one.response.running is Running.ALWAYS]
    assert round_the_clock == sorted(round_the_clock) == [15, 30, 60]


def test_terms_have_types_and_what_is_not_agreed_is_none():
    worst, slight = parse_severity(WORST), parse_severity(ENTRIES[3])
    assert worst.response == Term(15, Unit.MINUTES, Running.ALWAYS)
    assert worst.root_cause.minutes is None
    assert slight.onsite is None and slight.restore == Term(3, Unit.WORKDAYS, Running.WORKING)
    assert ("到达现场", "没有约定") in [(str(name), str(text)) for name, text in tell_severity(slight)]


WRONG = [
    ({**WORST, "level": 5}, "level"),
    ({**WORST, "response": {"amount": 0, "unit": "hours", "running": "always"}}, "response.amount"),
    ({**WORST, "response": {"amount": 5, "unit": "days", "running": "always"}}, "response.unit"),
    ({**WORST, "root_cause": {"amount": 5, "unit": "workdays", "running": "always"}}, "root_cause.running"),
    ({**WORST, "response": {"amount": 5, "unit": "hours", "running": "always"}}, "restore"),
    ({**WORST, "onsite": "1h"}, "onsite"),
]


@pytest.mark.parametrize("content, place", WRONG)
def test_what_is_wrong_is_told(content, place):
    with pytest.raises(Refused) as refusal:
        parse_severity(content)
    assert place in [one.place for one in refusal.value.problems]
