"""Conditions in plain words: each shape once, opposites, and every condition that the product brings along."""

from pathlib import Path

import pytest
import yaml

from app.conditions.cel import compile_condition
from app.conditions.explaining import Said, explain
from app.conditions.reading import Opaque, read

WORDS = {"maintain": "运行维护", "new": "新建", "builder": "承建单位", "software": "软件开发", "server": "服务器"}
CASES = (
    ('project.kind == "maintain"', "「建设性质」 是 “运行维护”"),
    ('!(project.kind == "maintain")', "「建设性质」 不是 “运行维护”"),
    ('project.plan_item != ""', "「规划或年度计划编号」 已登记"),
    ('project.approved_on == ""', "「批复日」 没有登记"),
    ("project.build_started_on < project.approved_on", "「开工日」 早于 「批复日」"),
    ("!(project.build_started_on < project.approved_on)", "「开工日」 不早于 「批复日」"),
    ("project.estimate > 100000050", "「投资估算」 大于 1,000,000.50 元"),
    ("project.design_budget * 10 > project.estimate * 11", "「设计概算」 × 10 大于 「投资估算」 × 11"),
    ("project.estimate + 500 >= project.design_budget", "（「投资估算」 加 5 元） 不少于 「设计概算」"),
    ("project.has_exit_plan", "「已写退出方案」：是"),
    ("!project.has_exit_plan", "「已写退出方案」：否"),
    ("project.has_exit_plan == false", "「已写退出方案」：否"),
    ('"builder" in parties.roles', "「已有的当事方角色」中有“承建单位”"),
    ('!("builder" in parties.roles)', "「已有的当事方角色」中没有“承建单位”"),
    ('project.kind in ["new", "maintain"]', "「建设性质」 是“新建”、“运行维护”之一"),
    ("size(project.own_components) > 0", "「自建的公共支撑能力」至少有一个"),
    ("!(size(project.own_components) > 0)", "「自建的公共支撑能力」的个数 不超过 0"),
    (
        'project.cost_categories.exists(one, one in ["software", "server"])',
        "「费用类别」中有“软件开发”、“服务器”中的一个",
    ),
    (
        '!["software", "server"].all(one, one in project.cost_categories)',
        "“软件开发”、“服务器”中至少有一个不在「费用类别」中",
    ),
)


def word(_fact: str, code: str) -> str:
    return WORDS.get(code, code)


def flat(said: Said) -> list[str]:
    return [said.text, *(line for part in said.parts for line in flat(part))]


@pytest.mark.parametrize("condition, words", CASES)
def test_one_sentence_says_what_must_hold(condition, words):
    compile_condition(condition)
    assert flat(explain(condition, word)) == [words]


def test_together_and_one_of_several_are_told_apart_and_turned_by_a_denial():
    parts = 'project.kind == "new" && (project.targets == 0 || !project.has_exit_plan)'
    assert flat(explain(parts, word)) == [
        "以下各项同时成立：",
        "「建设性质」 是 “新建”",
        "以下任何一项成立：",
        "「绩效目标数」 等于 0",
        "「已写退出方案」：否",
    ]
    assert flat(explain(f"!({parts})", word)) == [
        "以下任何一项成立：",
        "「建设性质」 不是 “新建”",
        "以下各项同时成立：",
        "「绩效目标数」 不等于 0",
        "「已写退出方案」：是",
    ]


def test_a_case_distinction_names_both_cases():
    said = explain('project.kind == "new" ? project.targets > 2 : project.services > 0', word)
    assert flat(said) == [
        *("分两种情况：", "如果", "「建设性质」 是 “新建”"),
        *("那么", "「绩效目标数」 大于 2", "否则", "「服务项数」 大于 0"),
    ]


def test_what_is_not_taken_apart_is_shown_as_it_is_written():
    said = explain('project.kind.startsWith("n")', word)
    assert said.text == '条件原文 project.kind.startsWith("n")：是'


def test_every_condition_of_the_product_can_be_put_into_words():
    found = list(_conditions())
    assert len(found) > 150
    assert [text for text in found if isinstance(read(text), Opaque)] == []


def _conditions():
    for path in sorted((Path(__file__).parents[2] / "app").glob("*/catalog/*.yaml")):
        yield from _inside(yaml.safe_load(path.read_text(encoding="utf-8")))


def _inside(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "condition" and isinstance(inner, str):
                yield inner
            else:
                yield from _inside(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _inside(inner)
