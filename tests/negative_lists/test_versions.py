"""How long each version of an item holds, in words: one at most is in force."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.core.clock import today
from app.negative_lists.lists import version_rows


def days(number):
    return today() + timedelta(days=number)


def version(number, begins, until=None):
    return SimpleNamespace(version=number, valid_from=days(begins), valid_until=None if until is None else days(until))


@pytest.mark.parametrize(
    "found, held",
    [
        ([version(1, -9)], ["现行"]),
        ([version(1, 0)], ["现行"]),
        ([version(2, 0), version(1, -9)], ["现行", -1]),
        ([version(2, 3), version(1, -9)], ["尚未生效", 2]),
        ([version(3, 3), version(2, -2), version(1, -9)], ["尚未生效", 2, -3]),
        ([version(2, -2), version(1, -9, until=-5)], ["现行", -5]),
        ([version(1, -9, until=4)], [4]),
        ([version(2, -9), version(1, -9)], ["现行", "由第 2 版更正"]),
        ([version(3, -9), version(2, -2), version(1, -9)], [-3, "现行", "由第 3 版更正"]),
        ([version(2, 3), version(1, 3)], ["尚未生效", "由第 2 版更正"]),
    ],
)
def test_each_version_says_how_long_it_holds(app, found, held):
    with app.test_request_context():
        said = [row.holds for row in version_rows(found)]
    assert said == [f"至 {days(one).isoformat()}" if isinstance(one, int) else one for one in held]
