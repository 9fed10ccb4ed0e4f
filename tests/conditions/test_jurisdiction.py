"""Where a rule holds, and which of several takes the place of which."""

from dataclasses import dataclass

import pytest

from app.catalogues.reading import Status
from app.conditions.jurisdiction import Chosen, in_force_at


@dataclass(frozen=True)
class Rule:
    """What a head says of where a rule holds."""

    code: str
    jurisdiction: str = "全国"
    overlays: str = ""
    practice: str = ""
    status: Status = Status.DEFAULT


NATION = Rule("N")
PROVINCE = Rule("P", "广东省", "N")
CITY = Rule("C", "广州市", "N")
COUNTY_OVER_CITY = Rule("D", "天河区、越秀区", "C")
ALONE = Rule("A", "广州市")
LAW = Rule("L", status=Status.READ)
OF_PRACTICE = Rule("G", practice="PM-GD")
PRACTICE_OVER = Rule("Q", "全国", "N", "PM-GD")
TIANHE = ("天河区", "广州市", "广东省")
SHENZHEN = ("深圳市", "广东省")
HARBIN = ("哈尔滨市", "黑龙江省")
# Rules, divisions from the nearest up, practice → codes that hold, and what was beaten by what.
CASES = [
    ([NATION], HARBIN, "", ["N"], {}),
    ([NATION, PROVINCE], HARBIN, "", ["N"], {}),
    ([NATION, PROVINCE], SHENZHEN, "", ["P"], {"N": "P"}),
    ([NATION, ALONE], TIANHE, "", ["N", "A"], {}),
    ([NATION, PROVINCE, CITY], TIANHE, "", ["C"], {"N": "C", "P": "C"}),
    ([CITY, PROVINCE, NATION], TIANHE, "", ["C"], {"N": "C", "P": "C"}),
    ([NATION, PROVINCE, CITY], SHENZHEN, "", ["P"], {"N": "P"}),
    ([NATION, CITY, COUNTY_OVER_CITY], TIANHE, "", ["D"], {"N": "C", "C": "D"}),
    ([NATION, CITY, COUNTY_OVER_CITY], ("白云区", "广州市", "广东省"), "", ["C"], {"N": "C"}),
    # What is said of a rule that does not hold here beats nothing.
    ([NATION, COUNTY_OVER_CITY], TIANHE, "", ["N", "D"], {"C": "D"}),
    ([NATION, OF_PRACTICE], TIANHE, "", ["N"], {}),
    ([NATION, OF_PRACTICE], TIANHE, "PM-ZJ", ["N"], {}),
    ([NATION, OF_PRACTICE], TIANHE, "PM-GD", ["N", "G"], {}),
    ([NATION, PRACTICE_OVER], TIANHE, "PM-GD", ["Q"], {"N": "Q"}),
    ([NATION, PRACTICE_OVER], TIANHE, "", ["N"], {}),
    # A rule of the place goes before what a practice says of the whole nation.
    ([NATION, PRACTICE_OVER, PROVINCE], SHENZHEN, "PM-GD", ["P"], {"N": "P", "Q": "P"}),
    # What a practice brings holds there, wherever it comes from, and takes the place of what it overlays.
    ([NATION, OF_PRACTICE], TIANHE, Chosen("PM-ZJ", brings=frozenset({"G"})), ["N", "G"], {}),
    ([NATION, PROVINCE], HARBIN, Chosen("PM-ZJ", brings=frozenset({"P"})), ["P"], {"N": "P"}),
    # What it leaves out beats nothing and is not there to be beaten.
    ([NATION, ALONE], TIANHE, Chosen("PM-ZJ", leaves_out=frozenset({"N"})), ["A"], {}),
    ([NATION, PRACTICE_OVER], TIANHE, Chosen("PM-GD", leaves_out=frozenset({"Q"})), ["N"], {}),
    ([LAW], TIANHE, Chosen("PM-ZJ", leaves_out=frozenset({"L"})), ["L"], {}),
    ([], TIANHE, "", [], {}),
]


@pytest.mark.parametrize("rules, divisions, practice, holding, beaten", CASES)
def test_the_nearest_rule_takes_the_place_of_what_it_overlays(rules, divisions, practice, holding, beaten):
    found = in_force_at(rules, divisions, practice, lambda rule: rule)
    assert [rule.code for rule in found.rules] == holding
    assert found.beaten == beaten


def test_two_equally_near_rules_stand_beside_each_other():
    other = Rule("C2", "广州市", "N")
    found = in_force_at([NATION, CITY, other], TIANHE, "", lambda rule: rule)
    assert [rule.code for rule in found.rules] == ["C", "C2"]


def test_what_stands_in_the_place_of_a_rule_is_found_over_all_between():
    found = in_force_at([NATION, CITY, COUNTY_OVER_CITY], TIANHE, "", lambda rule: rule)
    assert [found.standing_for(code) for code in ("N", "C", "D", "X")] == ["D", "D", "D", "X"]


def test_what_is_part_of_a_whole_is_left_out_with_it_unless_it_is_law():
    chosen = Chosen("PM-ZJ", leaves_out=frozenset({"LIST"}))
    found = in_force_at([NATION, LAW], TIANHE, chosen, lambda rule: rule, lambda _rule: "LIST")
    assert [rule.code for rule in found.rules] == ["L"]
    assert [rule.code for rule in found.left_out] == ["N"]
