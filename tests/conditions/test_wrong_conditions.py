"""What is wrong with a condition is said in Chinese, at its place, about what was typed, with what to do."""

import re

import pytest

from app.conditions.cel import compile_condition
from app.conditions.reminding import reminders
from app.core.errors import Refused

# Condition, the place of the first mistake, and what is said of it.
WRONG = [
    ("project.estimate >", "1:19", "第 1 行第 19 列：条件没有写完：“>” 后面还缺内容"),
    ("project.estimate > > 1", "1:20", "第 1 行第 20 列：“>” 不应出现在这里"),
    ('project.kindd == "new"', "1:1", "第 1 行第 1 列：事实字典中没有字段 project.kindd"),
    ("project.kind == new", "1:17", "第 1 行第 17 列：不认识的名称 new"),
    ("project == 1", "1:1", "第 1 行第 1 列：project 是一组字段，不是一个字段"),
    ('project.estimate == "1"', "1:18", '第 1 行第 18 列：「投资估算」（整数）和 "1"（文字）类型不同，不能用 == 比较'),
    ("project.kind > 1", "1:14", "第 1 行第 14 列：「建设性质」（文字）和 1（整数）类型不同，不能用 > 比较"),
    (
        "project.approved_on > 20260101",
        "1:21",
        "第 1 行第 21 列：「批复日」（文字）和 20260101（整数）类型不同，不能用 > 比较",
    ),
    (
        'project.documents == "x"',
        "1:19",
        '第 1 行第 19 列：「已登记的材料」（列表）和 "x"（文字）类型不同，不能用 == 比较',
    ),
    ('project.kind in "new"', "1:14", '第 1 行第 14 列：in 的右边应是列表，而 "new" 是文字'),
    ("project.kind == null", "1:14", "第 1 行第 14 列：「建设性质」（文字）和 null（空值）类型不同，不能用 == 比较"),
    ("project.estimate > 1.5", "1:18", "第 1 行第 18 列：「投资估算」（整数）和 1.5（小数）类型不同，不能用 > 比较"),
    ("project.taken_in == 1", "1:18", "第 1 行第 18 列：「存量项目」（是或否）和 1（整数）类型不同，不能用 == 比较"),
    ("!project.estimate", "1:1", "第 1 行第 1 列：「投资估算」 是整数，前面不能写 !"),
    (
        "project.taken_in && project.estimate",
        "1:21",
        "第 1 行第 21 列：&& 两边都应是“是”或“否”，而 「投资估算」 是整数",
    ),
    ('project.estimate * "2" > 1', "1:18", '第 1 行第 18 列：「投资估算」（整数）和 "2"（文字）不能用 * 计算'),
    (
        "project.estimate ? true : false",
        "1:18",
        "第 1 行第 18 列：? 前面应是“是”或“否”，: 两边应是同一种类型；这里是整数、是或否、是或否",
    ),
    ("size(project.estimate) > 1", "1:5", "第 1 行第 5 列：size 不能这样用于整数"),
    ('project.kind.nope("x")', "1:14", "第 1 行第 14 列：没有名为 nope 的函数"),
    ("project.documents.exists(one)", "1:19", "第 1 行第 19 列：exists 须写明变量和条件两项"),
    ('project.documents.exists("x", true)', "1:26", "第 1 行第 26 列：遍历列表时，第一项应是变量的名称"),
    ("project.estimate > 99999999999999999999", "1:20", "第 1 行第 20 列：数字太大"),
    ("if project.taken_in", "1:1", "第 1 行第 1 列：“if” 是条件语言的保留字，不能使用"),
    ('project.kind "a"', "1:14", '第 1 行第 14 列：“project.kind” 和 “"a"” 之间缺少运算符'),
    ('project.kind = "new"', "1:14", "第 1 行第 14 列：条件里没有 「=」 这种写法"),
    ('project.kind <> "new"', "1:14", "第 1 行第 14 列：条件里没有 「<>」 这种写法"),
    ('project.kind == "new" and project.taken_in', "1:23", "第 1 行第 23 列：条件里没有 「and」 这种写法"),
    ('project.kind ＝ "new"', "1:14", "第 1 行第 14 列：「＝」 是中文符号"),
    ("project.kind == “new”", "1:17", "第 1 行第 17 列：「“」 是中文符号"),
    ("（project.taken_in）", "1:1", "第 1 行第 1 列：「（」 是中文符号"),
    ('project.kind in ["new"，"maintain"]', "1:23", "第 1 行第 23 列：「，」 是中文符号"),
    ("project.estimate ≥ 1", "1:18", "第 1 行第 18 列：「≥」 是中文符号"),
    ('(project.kind == "new"', "1:1", "第 1 行第 1 列：这里的 「(」 没有配对的括号"),
    ("project.taken_in)", "1:17", "第 1 行第 17 列：多了一个 「)」，前面没有与它配对的括号"),
    ('project.kind == "new', "1:17", '第 1 行第 17 列：文字 "new 没有结束的引号'),
    ("project.estimate > 300万", "1:23", "第 1 行第 23 列：「300万」 不能直接写在条件里"),
    ("project.estimate >= 10,000", "1:21", "第 1 行第 21 列：数字里不能有千分号"),
    ('建设性质 == "new"', "1:1", "第 1 行第 1 列：「建设性质」 不能直接写在条件里"),
    ("project.taken_in 并且 project.has_exit_plan", "1:18", "第 1 行第 18 列：「并且」 不能直接写在条件里"),
    ('project.kind == "new" @', "1:23", "第 1 行第 23 列：不认识的符号 「@」"),
    ("project.documents.exists(a, project.documents.exists(b, a == b))", "1:46", "第 1 行第 46 列：条件里有多重循环"),
    ('project.kind.matches("x")', "1:14", "第 1 行第 14 列：条件里不能用正则表达式"),
    ("project.kind == '''x'''", "1:17", "第 1 行第 17 列：条件里不能用转义和三重引号"),
    ("project.estimate + 1", "1:1", "条件的结果是整数，不是“是”或“否”"),
    ("project.documents", "1:1", "条件的结果是列表，不是“是”或“否”"),
    ("", "", "条件是空的"),
    ("// only a remark", "1:17", "第 1 行第 17 列：条件里只有注释，没有判断"),
]
# Words of the compiler, and how it writes its signs; keys that stand in a condition are what was typed.
OF_THE_COMPILER = re.compile(r"_[=<>&|+*/?!-]|overload|undeclared|Syntax|input|expecting|NUM_INT|IDENTIFIER|CANCELLED")


def problems(text):
    with pytest.raises(Refused) as caught:
        compile_condition(text)
    return caught.value.problems


@pytest.mark.parametrize("text, place, what", WRONG)
def test_a_wrong_condition_says_where_and_what(text, place, what):
    found = problems(text)
    assert (found[0].place, str(found[0].what)) == (place, what)
    assert all(str(one.remedy) for one in found)
    assert not any(OF_THE_COMPILER.search(f"{one.what}{one.remedy}") for one in found)


@pytest.mark.parametrize(
    "text, remedy",
    [
        ('project.kindd == "new"', "最接近的是「建设性质」：project.kind。"),
        ('project.kind ＝ "new"', "请把 「＝」 改为 ==。"),
        ("（project.taken_in", "请把 「（」 改为 (。"),
        ("project.estimate > 300万", "金额以分为单位写成整数：300000000。"),
        ('建设性质 == "new"', "字段「建设性质」在条件里写作 project.kind；文字要放在英文引号里。"),
        ("project.taken_in 并且 project.has_exit_plan", "请把 「并且」 改为 &&。"),
    ],
)
def test_it_says_what_to_type_instead(text, remedy):
    assert str(problems(text)[0].remedy) == remedy


def test_marks_inside_a_text_are_no_slips():
    assert compile_condition('project.plan_item == "甲，（乙）＝“丙”"').facts == ("project.plan_item",)


@pytest.mark.parametrize(
    "text, word",
    [
        ("1 < 2", "总是成立"),
        ("false && project.taken_in", "总不成立"),
        ("project.taken_in || true", "总是成立"),
        ("system.idle > 0", "还没有记录"),
        ("system.idle > 0 && project.services > 1", None),
        ("project.taken_in", None),
    ],
)
def test_what_is_hardly_meant_is_reminded_of_and_not_refused(text, word):
    found = reminders(compile_condition(text))
    assert [word in str(one.what) for one in found] == ([True] if word else [])
