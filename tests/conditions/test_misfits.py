"""What compiles and says nothing is refused on the web and in files alike; what rules may say is left alone."""

import time

import pytest

from app import CATALOGUE_KINDS
from app.catalogues.files import read_file
from app.conditions.cel import MAX_LENGTH, compile_condition
from app.conditions.misfits import misfits
from app.core.errors import Refused
from tests.conditions.test_closed import codes
from tests.house.source import ROOT

# Condition, the place of the first misfit, and a word of what is said.
MISFITS = [
    ('project.planned_from < "banana"', "1:24", '「计划开工日」是日期，"banana" 不是日期'),
    ('"banana" < project.planned_from', "1:1", "不是日期"),
    ('project.planned_from == "2026-02-30"', "1:25", "不是日期"),
    ('project.planned_from >= "20260101"', "1:25", "不是日期"),
    ('project.planned_from != "2026/01/01"', "1:25", "不是日期"),
    ('project.plan_item == "x" || project.planned_from in ["2026-01-01", "x"]', "1:68", "不是日期"),
    ('["x"].exists(one, one == project.planned_from)', "1:2", "不是日期"),
    ('project.planned_from == (project.taken_in ? "x" : "")', "1:45", "不是日期"),
    ('string(project.planned_from) == "x"', "1:33", "不是日期"),
    ("project.planned_from == project.kind", "1:22", "「建设性质」不是日期"),
    ('project.planned_from.endsWith("01")', "1:31", "不能这样用 endsWith"),
    ('project.planned_from.startsWith("26")', "1:33", "不能这样用 startsWith"),
    ('project.planned_from + "1" == "2026-01-01"', "1:22", "不能用 + 连接"),
    ('project.kind in ["new", 1]', "1:25", "不能既有文字又有整数"),
    ('project.mlps_level in [1, "2"]', "1:27", "不能既有整数又有文字"),
    ('project.kind.startsWith("zz")', "1:25", 'startsWith("zz")'),
    ('parties.roles.exists(one, one.contains("zz"))', "1:40", 'contains("zz")'),
    ('project.kind < "new"', "1:16", "没有大小先后"),
    ("dyn(project.kind) == 1", "1:1", "“dyn” 这种写法无法核对"),
    ('timestamp(project.planned_from) > timestamp("x")', "1:1", "“timestamp” 这种写法无法核对"),
    ('duration("1h") > duration("x")', "1:1", "“duration” 这种写法无法核对"),
    ('int("abc") > 1', "1:1", "int 不能用于文字和日期"),
    ("int(project.planned_from) > 1", "1:1", "int 不能用于文字和日期"),
    ('project.documents[0] == "x"', "1:18", "“[” 这种写法无法核对"),
    ('project.kind == r"x"', "1:18", "这种写法无法核对"),
    ('{"a": 1} == {"a": 2}', "1:1", "“{” 这种写法无法核对"),
    ("size(project.documents.map(x, x + x)) > 1", "1:33", "不能用 + 连接"),
    ("size(project.documents.map(x, project.documents + project.documents)) > 1", "1:49", "遍历列表时不能用 +"),
]
SOUND = [
    'project.planned_from < "2026-02-28" && project.approved_on != ""',
    'project.planned_from in ["2026-01-01", ""]',
    "project.planned_from < project.planned_until",
    "project.planned_from < string(project.budget_year)",
    'project.planned_from.startsWith("2026") || project.planned_from.startsWith("2026-10")',
    'project.kind.startsWith("n") && project.plan_item.contains("甲")',
    "project.estimate + 1 > -project.services * 2",
    "size(project.documents + parties.roles) > 3",
    "[1, 2].exists(one, one == project.mlps_level)",
    '(project.documents + parties.roles).exists(one, one == "operator")',
]


@pytest.mark.parametrize("text, place, what", MISFITS)
def test_a_misfit_is_told_at_its_place(text, place, what):
    assert compile_condition(text)
    found = misfits(text, codes)
    assert found and found[0].place == place
    assert what in str(found[0].what) and str(found[0].remedy)


@pytest.mark.parametrize("text", SOUND)
def test_what_a_rule_may_say_is_left_alone(text):
    assert compile_condition(text)
    assert misfits(text, codes) == []


def test_a_day_is_told_with_its_form():
    (found,) = misfits('project.planned_from < "banana"', codes)
    assert '"2026-01-01"' in str(found.remedy)


def test_every_condition_that_comes_with_the_product_can_be_checked():
    kinds, seen = {kind.name for kind in CATALOGUE_KINDS}, 0
    for path in sorted((ROOT / "app").glob("*/catalog/*.yaml")):
        file = read_file(path, path.name)
        assert file.kind in kinds
        for raw in file.entries:
            conditions = [raw.content, *(one for one in raw.content.get("inputs") or () if isinstance(one, dict))]
            for text in (one.get(key) for one in conditions for key in ("condition", "keeps")):
                if isinstance(text, str):
                    compile_condition(text)
                    seen += 1
                    assert misfits(text.strip(), codes) == [], (path.name, raw.code, text)
    assert seen > 100


# --- numbers that cannot be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, place, what",
    [
        ("project.budget_year / 0 == 1", "1:21", "除数是 0"),
        ("project.budget_year % (2 - 2) == 1", "1:21", "除数是 0"),
        ("project.taken_in || project.estimate / -0 == 1", "1:38", "除数是 0"),
        ("project.estimate / size([]) > 1", "1:18", "除数是 0"),
        ("9223372036854775807 * 2 > project.estimate", "1:21", "超出整数的范围"),
        ("project.estimate > 9223372036854775807 + 1", "1:40", "超出整数的范围"),
        ("project.estimate > -9223372036854775808 / -1", "1:41", "超出整数的范围"),
    ],
)
def test_arithmetic_that_cannot_be_done_does_not_compile(text, place, what):
    with pytest.raises(Refused) as refusal:
        compile_condition(text)
    assert refusal.value.problems[0].place == place
    assert what in str(refusal.value.problems[0].what)


@pytest.mark.parametrize(
    "text", ["project.estimate / 2 > 1", "project.estimate > 4611686018427387903 * 2", "7 % 3 == 1"]
)
def test_arithmetic_that_can_be_done_compiles(text):
    assert compile_condition(text)


# --- what nobody sees ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "char", ["\0", "\x07", "\x7f", "\u00ad", "\u200b", "\u202e", "\u2066", "\u2028", "\ufeff", "\u3164", "\u2800"]
)
@pytest.mark.parametrize("text", ['project.plan_item == "a{}b"', "project.taken_in {}", "project.taken_in // {}"])
def test_what_is_not_seen_is_named_with_its_place(char, text):
    with pytest.raises(Refused) as refusal:
        compile_condition(text.format(char))
    (found,) = refusal.value.problems
    assert found.place == f"1:{text.index('{') + 1}"
    assert f"U+{ord(char):04X}" in str(found.what)


def test_a_blank_of_another_kind_is_named():
    with pytest.raises(Refused, match="U\\+00A0"):
        compile_condition('project.kind\u00a0== "new"')


# --- nothing grows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece, frame",
    [
        (" + project.documents", "size(project.documents{}) >= 0"),
        (" + project.documents", '(project.documents{}).all(one, one in ["a", "b"])'),
        (" || one == one", '["a"].exists(one, one != one{})'),
        (" + one", "size(project.documents.map(one, one{})) >= 0"),
    ],
)
def test_the_work_of_a_condition_is_bounded_by_its_length(piece, frame):
    """One loop, no loop inside it: the longest condition that compiles is judged at once over a long list."""
    most = (MAX_LENGTH - len(frame)) // len(piece)
    condition = next(found for size in range(most, 0, -1) if (found := compiled(frame.format(piece * size))))
    begun = time.monotonic()
    condition.judge({"project.documents": tuple(f"document-{number}" for number in range(200))})
    assert time.monotonic() - begun < 2


def compiled(text):
    """None where it is too deep."""
    try:
        return compile_condition(text)
    except Refused:
        return None
