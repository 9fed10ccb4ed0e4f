"""Entries are judged alone and together, and everything that is wrong is reported at once with file and line."""

from dataclasses import replace

import pytest

from app.catalogues.checking import check_files
from app.catalogues.files import read_bytes
from tests.catalogues.notes import NOTES, PLACES, PRACTICES, entry, file_of, findings_in, place


def test_a_sound_file_has_no_findings():
    assert findings_in(file_of(entry("N-1", weight="0.5"), entry("N-2", follows="N-1"))) == ()


@pytest.mark.parametrize(
    "changes, line, reason",
    [
        pytest.param({"code": None}, 3, "缺少 code", id="no code"),
        pytest.param({"code": "'N 1'"}, 3, "编码", id="a code with a blank"),
        pytest.param({"name": None}, 3, "缺少 name", id="no name"),
        pytest.param({"name": "{zh: 便笺}"}, 4, "缺少 name.en", id="no English name"),
        pytest.param({"name": "{en: Note}"}, 4, "缺少 name.zh", id="no Chinese name"),
        pytest.param({"name": "{zh: 便笺, en: Note, fr: Note}"}, 4, "不认识的键 name.fr", id="a third language"),
        pytest.param({"name": "[a]"}, 4, "name", id="a name that is a list"),
        pytest.param({"citation": None}, 3, "缺少 citation", id="law without citation"),
        pytest.param({"status": None}, 3, "缺少 status", id="no status"),
        pytest.param({"status": "X"}, 6, "status 的值“X”不对", id="unknown status"),
        pytest.param({"valid_from": "2024-02-30"}, 7, "valid_from", id="a day that does not exist"),
        pytest.param({"valid_from": "2024-1-1"}, 7, "valid_from", id="a date written otherwise"),
        pytest.param({"valid_from": "20240101"}, 7, "valid_from", id="a date without dashes"),
        pytest.param({"valid_until": "2023-12-31"}, 8, "失效日期早于生效日期", id="ends before it begins"),
        pytest.param({"wieght": "1"}, 8, "不认识的键 wieght", id="unknown key"),
        pytest.param({"weight": "NaN"}, 8, "weight", id="not a number"),
        pytest.param({"weight": "true"}, 8, "weight", id="a boolean for a number"),
        pytest.param({"follows": "N-9"}, 8, "引用的 note N-9 不存在", id="a reference to nothing"),
    ],
)
def test_a_bad_entry_is_found_at_its_line(changes, line, reason):
    code = changes.pop("code", "N-1")
    found = findings_in(file_of(entry(code, **changes)))
    assert [(one.file, one.line) for one in found] == [("a.yaml", line)]
    assert reason in found[0].reason
    assert found[0].remedy


@pytest.mark.parametrize("char", ["\u202e", "\u200b", "\u00ad"])
def test_what_is_not_seen_is_named_with_its_line(char):
    (found,) = findings_in(file_of(entry(name=f"{{zh: 便{char}笺, en: Note}}")))
    assert (found.file, found.line) == ("a.yaml", 4)
    assert f"U+{ord(char):04X}" in found.reason and "第 1 行第 2 列" in found.reason


def test_a_product_default_needs_no_citation():
    assert findings_in(file_of(entry(status="D", citation=None))) == ()


def test_an_unknown_kind_is_named_with_the_known_ones():
    (found,) = findings_in(file_of(kind="memo"))
    assert "memo" in found.reason
    assert "note" in found.remedy


@pytest.mark.parametrize(
    "texts, place, reason",
    [
        pytest.param([file_of(entry(), entry())], ("a.yaml", 8), "编码重复", id="doubled in a file"),
        pytest.param([file_of(), file_of()], ("b.yaml", 3), "编码重复", id="doubled across files"),
        pytest.param(
            [file_of(entry(valid_until="2024-12-31")), file_of(entry(valid_from="2025-01-01"))],
            ("b.yaml", 3),
            "编码重复",
            id="doubled across files though one ends",
        ),
        pytest.param([file_of(entry(), entry(valid_from="2025-01-01"))], ("a.yaml", 12), "重叠", id="open before next"),
        pytest.param(
            [file_of(entry(valid_until="2025-01-01"), entry(valid_from="2025-01-01"))],
            ("a.yaml", 13),
            "重叠",
            id="one day in both",
        ),
    ],
)
def test_a_code_has_one_meaning_at_a_time(texts, place, reason):
    (found,) = findings_in(*texts)
    assert (found.file, found.line) == place
    assert reason in found.reason


def test_periods_that_follow_each_other_are_sound():
    assert findings_in(file_of(entry(valid_until="2024-12-31"), entry(valid_from="2025-01-01"))) == ()


def test_everything_is_reported_at_once_in_the_order_of_the_files():
    found = findings_in(
        file_of(entry("N-1", status="X", weight="much"), entry("N-2", name="{zh: 便笺}")),
        b"\xff",
        file_of(entry("N-3", odd="1")),
    )
    assert [(one.file, one.line) for one in found] == [
        ("a.yaml", 6),
        ("a.yaml", 8),
        ("a.yaml", 10),
        ("b.yaml", 1),
        ("c.yaml", 8),
    ]


def test_a_finding_reads_as_file_line_code_reason_remedy():
    (found,) = findings_in(file_of(entry(status="X")))
    assert str(found) == "a.yaml:6: N-1: status 的值“X”不对 — 应为以下之一：V V2 M D P。"


LOCAL = {"jurisdiction": "广州市"}
# Entries, and what is found: the code, the key that is wrong, a word of the reason.
OVERLAYS = [
    ([entry("N-1"), entry("N-2", overlays="N-1", **LOCAL)], []),
    ([entry("N-1"), entry("N-2", overlays="N-1", practice="PM-GD")], []),
    ([entry("N-2", overlays="N-9", **LOCAL)], [("N-2", "不存在")]),
    ([entry("N-1"), entry("N-2", overlays="N-1")], [("N-2", "不能适用于全国")]),
    ([entry("N-1", overlays="N-1", **LOCAL)], [("N-1", "成环：N-1 → N-1")]),
    (
        [entry("N-1", overlays="N-2", **LOCAL), entry("N-2", overlays="N-1", **LOCAL)],
        [("N-1", "成环：N-1 → N-2 → N-1"), ("N-2", "成环：N-2 → N-1 → N-2")],
    ),
    (
        [entry("N-1"), entry("N-2", overlays="N-3", **LOCAL), entry("N-3", overlays="N-2", **LOCAL)],
        [("N-2", "成环"), ("N-3", "成环")],
    ),
    ([entry("N-1"), entry("N-2", overlays="N-1", **LOCAL), entry("N-3", overlays="N-2", **LOCAL)], []),
]


@pytest.mark.parametrize("entries, expected", OVERLAYS)
def test_a_local_entry_takes_the_place_of_one_that_exists_and_never_in_a_circle(entries, expected):
    found = findings_in(file_of(*entries))
    assert [one.code for one in found] == [code for code, _reason in expected]
    for one, (_code, reason) in zip(found, expected, strict=True):
        assert reason in one.reason
        assert one.remedy


def test_an_entry_never_takes_the_place_of_one_of_another_kind():
    other = replace(NOTES, name="memo")
    found = findings_in(
        file_of(entry("N-1", overlays="M-1", **LOCAL)), file_of(entry("M-1"), kind="memo"), kinds=(NOTES, other)
    )
    assert [(one.code, "note M-1 不存在" in one.reason) for one in found] == [("N-1", True)]


def test_a_circle_over_two_files_is_found_where_the_second_is_checked():
    sound = read_bytes(file_of(entry("N-1", overlays="N-2", **LOCAL)).encode(), "a.yaml")
    standing = {("note", "N-2"): frozenset({"N-1"})}
    found = check_files([sound], {"note": NOTES}, [("note", "N-2")], standing).findings
    assert [(one.file, one.line, one.code) for one in found] == [("a.yaml", 8, "N-1")]


@pytest.mark.parametrize(
    "entries, expected",
    [
        ([entry("N-1"), entry("N-2", follows="N-1")], []),
        ([entry("N-1", follows="N-1")], ["先后顺序成环：N-1 → N-1"]),
        (
            [entry("N-1", follows="N-3"), entry("N-2", follows="N-1"), entry("N-3", follows="N-2")],
            [
                f"先后顺序成环：{way}"
                for way in ("N-1 → N-3 → N-2 → N-1", "N-2 → N-1 → N-3 → N-2", "N-3 → N-2 → N-1 → N-3")
            ],
        ),
    ],
)
def test_nothing_stands_before_itself(entries, expected):
    ordered = replace(NOTES, order=NOTES.references)
    assert [one.reason for one in findings_in(file_of(*entries), kinds=(ordered,))] == expected


# --- where an entry holds, and under which practice ------------------------------------------------------------------

HERE = file_of(place("P-1", '[广州市, 天河区, "外地"]'), kind="place")
ALL = (NOTES, PLACES, PRACTICES)


@pytest.mark.parametrize("where", ["全国", "广州市", "天河区、外地", "全国、广州市", "广州市、 天河区"])
def test_a_rule_may_hold_everywhere_or_in_divisions_of_the_tree(where):
    assert findings_in(file_of(entry(jurisdiction=f'"{where}"')), HERE, kinds=ALL) == ()


@pytest.mark.parametrize(
    "where, named", [("火星市", "火星市"), ("广州市、火星市、月球", "火星市、月球"), ("广州市,天河区", "广州市,天河区")]
)
def test_a_place_that_is_no_division_is_found_at_its_line(where, named):
    (found,) = findings_in(file_of(entry(jurisdiction=where)), HERE, kinds=ALL)
    assert (found.file, found.line, found.code) == ("a.yaml", 8, "N-1")
    assert f"“{named}”" in found.reason and "全国" in found.remedy


def test_divisions_outside_the_files_count_and_without_any_nothing_is_said():
    file = read_bytes(file_of(entry(jurisdiction="韶关市")).encode(), "a.yaml")
    kinds = {kind.name: kind for kind in ALL}
    assert check_files([file], kinds, places=["韶关市"]).findings == ()
    assert check_files([file], kinds).findings == ()
    assert len(check_files([file], kinds, places=["广州市"]).findings) == 1


def test_a_practice_that_is_none_is_found_at_its_line():
    sound = file_of(entry("N-1", practice="PM-1"), entry("PM-1", kind="practice"))
    assert findings_in(sound, kinds=ALL) == ()
    (found,) = findings_in(sound.replace("practice: PM-1", "practice: PM-ZZ"), kinds=ALL)
    assert (found.file, found.line) == ("a.yaml", 8)
    assert "引用的 practice PM-ZZ 不存在" in found.reason and found.remedy
    assert check_files([read_bytes(file_of(entry(practice="PM-9")).encode(), "a")], {"note": NOTES}).findings == ()
