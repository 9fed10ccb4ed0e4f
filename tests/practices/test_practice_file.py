"""A practice as a file: what it may say, what is refused with line and reason, and what the packaged ones say."""

import pytest
import yaml

from app import CATALOGUE_KINDS
from app.catalogues.checking import check_files
from app.catalogues.files import read_bytes, read_file
from app.practices.practice_file import PRACTICE_KIND
from tests.house.source import ROOT

KINDS = {kind.name: kind for kind in CATALOGUE_KINDS}
FILES = sorted((ROOT / "app/practices/catalog").glob("*.yaml"))
REST = [path for path in sorted((ROOT / "app").glob("*/catalog/*.yaml")) if path not in FILES]
SIXTH = """\
kind: practice
entries:
  - code: PM-XX
    name: {zh: 第六种, en: Sixth}
    status: D
    summary: {zh: 借鉴各地, en: Borrowed}
    parties:
      - role: operator
        name: {zh: 运营公司, en: Operator}
        does: {zh: 运营, en: Operates}
    gates: {add: [G-ZJ-01]}
    duties:
      add: [DU-BJ-01]
      leave_out:
        - code: DU-040
          reason: {zh: 另行约定, en: Agreed otherwise}
"""


@pytest.fixture(scope="module")
def known():
    """Every packaged entry by kind and code, and those of them that are law."""
    files = [read_file(path, path.name) for path in (*FILES, *REST)]
    found = {(file.kind_of(raw), raw.code): raw.content.get("status") for file in files for raw in file.entries}
    return set(found), frozenset(key for key, status in found.items() if status in {"V", "V2"})


def findings(text, known):
    keys, laws = known
    return check_files([read_bytes(text.encode(), "sixth.yaml")], KINDS, keys, {}, laws).findings


def test_a_sixth_practice_is_one_file(known):
    assert findings(SIXTH, known) == ()


WRONG = [
    ("role: operator", "role: operator\n        side: management", 9, "不属于"),
    ("role: operator", "role: owner", 8, "role"),
    ("add: [G-ZJ-01]", "add: [G-99]", 11, "引用的 gate G-99 不存在"),
    ("add: [G-ZJ-01]", "add: []", 11, "add"),
    ("code: DU-040", "code: DU-015", 15, "不能不适用"),
    ("code: DU-040", "code: DU-BJ-01", 12, "写了不止一处"),
    ("          reason: {zh: 另行约定, en: Agreed otherwise}\n", "", 15, "缺少"),
    ("    gates: {add", "    gate: {add", 11, "不认识的键 gate"),
    ("    parties:\n", "    kind: nothing\n    parties:\n", 7, "不认识的种类 nothing"),
]


@pytest.mark.parametrize("old, new, line, reason", WRONG)
def test_what_is_wrong_is_told_with_its_line(old, new, line, reason, known):
    found = findings(SIXTH.replace(old, new), known)
    assert any(one.line == line and reason in one.reason for one in found), found


def test_a_feature_says_how_it_works_or_what_it_waits_for(known):
    feature = """\
    features:
      - code: tags
        name: {zh: 标签, en: Tags}
        text: {zh: 归类, en: Filed}
        citation: 文件
        status: M
"""
    (found,) = findings(SIXTH + feature, known)
    assert found.line == 18 and "awaits" in found.reason
    assert findings(SIXTH + feature + "        awaits: {zh: 登记, en: Registration}\n", known) == ()


def entries(path, kind):
    return [raw.content for raw in read_file(path, path.name).entries if (raw.kind or PRACTICE_KIND) == kind]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_everything_of_its_own_is_switched_on_by_name(path):
    """What a file brings beside the practice is marked as its own and named by it: nothing holds unnoticed."""
    (practice,) = entries(path, PRACTICE_KIND)
    named = {code for section in practice.values() if isinstance(section, dict) for code in section.get("add", ())}
    for raw in read_file(path, path.name).entries:
        if raw.kind:
            assert raw.content["practice"] == practice["code"], raw.code
            assert raw.code in named, raw.code


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_gate_of_its_own_asks_for_no_less_than_the_one_it_stands_for(path):
    nation = {
        one["code"]: one for one in yaml.safe_load((ROOT / "app/gates/catalog/gates.yaml").read_text())["entries"]
    }
    for gate in entries(path, "gate"):
        if "overlays" in gate:
            mine = {one["condition"] for one in gate["inputs"]}
            assert {one["condition"] for one in nation[gate["overlays"]]["inputs"]} <= mine


def test_there_are_the_five_practices():
    codes = [one["code"] for path in FILES for one in entries(path, PRACTICE_KIND)]
    assert codes == ["PM-BJ", "PM-GD", "PM-GZ", "PM-SH", "PM-ZJ"]


LOCAL_LIST = """\
kind: negative_list
entries:
  - code: NL-XX
    name: {zh: 某地清单, en: Local list}
    status: D
    jurisdiction: 广州市
    purpose: {zh: 用于当地, en: Local}
"""


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("    status: D\n", "    status: D\n    home: 广东省\n", "适用地域是全国"),
        ("    status: D\n", "    status: D\n    home: 广东省\n    jurisdiction: 广东省\n", None),
        ("    gates: {add", "    negative_lists: {add: [NL-XX]}\n    gates: {add", "只在当地适用"),
    ],
)
def test_what_is_hardly_meant_is_reminded_of(known, old, new, said):
    keys, laws = known
    files = [read_bytes(text.encode(), "sixth.yaml") for text in (SIXTH.replace(old, new, 1), LOCAL_LIST)]
    checked = check_files(files, KINDS, keys, {}, laws)
    assert checked.findings == ()
    found = [one.reason for one in checked.reminders(KINDS, lambda _kind, _code: None)]
    assert [said in one for one in found] == ([True] if said else [])
