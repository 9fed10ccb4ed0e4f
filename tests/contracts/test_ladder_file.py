"""Payment ladders as data: every result falls on exactly one rung, and what is wrong is told with its place."""

import pytest

from app.catalogues.files import read_file
from app.contracts.ladder_file import parse_ladder, tell_ladder
from app.core.errors import Refused
from tests.house.source import ROOT

FILE = ROOT / "app/contracts/catalog/payment-ladders.yaml"
ENTRIES = {raw.code: raw.content for raw in read_file(FILE, FILE.name).entries}
PAY_A = ENTRIES["PAY-A"]


def with_rungs(*rungs):
    return {**PAY_A, "rungs": list(rungs)}


TOP, END = {"at_least": 90, "pays": 100}, {"below": 60, "pays": 0}
WRONG = [
    (with_rungs(TOP, END), "rungs.1", "空缺或重叠"),
    (with_rungs(TOP, {"at_least": 60, "below": 95, "pays": 80}, END), "rungs.1", "空缺或重叠"),
    (with_rungs({"at_least": 60, "pays": 80}, {"below": 60, "pays": 90}), "rungs.1", "比上一档多"),
    (with_rungs({"at_least": 60, "pays": 101}, END), "rungs.0.pays", "0 到 100"),
    (with_rungs({"at_least": 60}, END), "rungs.0", "既没有支付比例"),
    (with_rungs(TOP), "rungs.0", "没有到底"),
    ({**ENTRIES["PAY-B"], "cap_until": None}, "cap_from", "只写了一头"),
    ({**ENTRIES["PAY-B"], "cap_from": 40}, "cap_from", "下限大于上限"),
    ({**PAY_A, "basis": "luck"}, "basis", "basis"),
    ({**PAY_A, "rung": []}, "rung", "不认识的键"),
]


def test_there_are_eight():
    assert len(ENTRIES) == 8
    for content in ENTRIES.values():
        assert list(tell_ladder(parse_ladder(content)))


def test_a_score_falls_on_one_rung():
    rungs = parse_ladder(PAY_A).rungs
    for score, pays in ((100, 100), (90, 100), (89, 95), (70, 90), (60, 80), (59, 0), (0, 0)):
        hits = [
            one.pays
            for one in rungs
            if (one.at_least is None or score >= one.at_least) and (one.below is None or score < one.below)
        ]
        assert hits == [pays]


@pytest.mark.parametrize("content, place, reason", WRONG)
def test_what_is_wrong_is_told(content, place, reason):
    with pytest.raises(Refused) as refusal:
        parse_ladder(content)
    assert any(one.place == place and reason in str(one.what) for one in refusal.value.problems)
