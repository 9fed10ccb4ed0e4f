"""Conditions: what does not compile and where, judging with three values, bounds, and where a rule holds."""

import time

import pytest

from app.conditions.cel import MAX_LENGTH, compile_condition
from app.conditions.facts import FACTS, FactType
from app.conditions.jurisdiction import holds_in
from app.core.errors import Refused

MAINTAINS = 'project.kind == "maintain"'


def refusal(text):
    with pytest.raises(Refused) as caught:
        compile_condition(text)
    return caught.value.problems


# Text, the place of the first problem, and a word of it. The place is where the wrong thing itself begins.
DOES_NOT_COMPILE = [
    ("project.estimate >", "1:19", "没有写完"),
    ("project.estimate > > 1", "1:20", "不应出现在这里"),
    ("project.nothing == 1", "1:1", "project.nothing"),
    ("nothing", "1:1", "不认识的名称 nothing"),
    ('project.estimate == "1"', "1:18", "「投资估算」（整数）"),
    ("project.kind > 1", "1:14", "「建设性质」（文字）"),
    ('"x" in project.kind', "1:5", "「建设性质」 是文字"),
    ("size(project.estimate) > 1", "1:5", "不能这样用于整数"),
    ('project.kind == "new" &&\n  project.stranger == 1', "2:3", "project.stranger"),
    ("os.system('x') == 0", "1:4", "system"),
    ("unheard(project.kind)", "1:1", "unheard"),
]


@pytest.mark.parametrize("text, place, word", DOES_NOT_COMPILE)
def test_what_does_not_compile_is_refused_with_its_place(text, place, word):
    found = refusal(text)
    assert found[0].place == place
    assert word in str(found[0].what)
    assert all(problem.remedy for problem in found)


def test_every_mistake_of_a_condition_is_told_at_once():
    found = refusal("project.nowhere == 1 || project.nobody == 2")
    assert [problem.place for problem in found] == ["1:1", "1:25"]


NO_JUDGEMENT = ["project.estimate", "project.estimate + 1", "project.kind", "project.documents", "size(project.kind)"]


@pytest.mark.parametrize("text", NO_JUDGEMENT)
def test_a_condition_is_yes_or_no(text):
    assert "是" in str(refusal(text)[0].what)


UNBOUNDED = [
    "",
    "   \n ",
    "true || " * 200 + "true",
    "project.documents.all(a, project.cost_categories.exists(b, a == b))",
    "project.documents.exists(a, a == 'x') && project.cost_categories.exists(b, b == 'x')",
    "project.documents.map(a, a).filter(b, b == 'x').size() > 0",
    "project.documents . exists ( a, project.documents . all ( b, b == a ) )",
    'project.kind.matches("(a+)+$")',
    "project.kind . matches ('x')",
    'matches(project.kind, "(a+)+$")',
    'project.kind == r"\\" && project.documents.all(a, project.documents.all(b, a == b)) && "" == ""',
    'project.kind == """x" || project.documents.all(a, project.documents.all(b, a == b)) || """ == ""',
    'true // "\n && project.documents.all(a, project.documents.all(b, a == b)) // "',
]


@pytest.mark.parametrize("text", UNBOUNDED)
def test_what_is_unbounded_is_refused(text):
    assert refusal(text)


def test_a_word_inside_a_text_is_no_loop_and_no_pattern():
    text = 'project.kind == ".matches(.exists(.all(" && project.documents.exists(one, one == "a.all(b")'
    assert compile_condition(text).facts == ("project.documents", "project.kind")


def test_the_longest_condition_is_one_of_the_bound():
    padded = "true" + " " * (MAX_LENGTH - 4)
    assert compile_condition(padded).judge({}).value is True
    assert refusal(padded + " ")


def came_of(text):
    try:
        return compile_condition(text).judge({}).value
    except Refused:
        return "refused"


def test_deep_nesting_is_refused_or_judged_but_never_breaks():
    for text in ("(" * 490 + "true" + ")" * 490, "!" * 900 + "true", "[" * 400 + "]" * 400 + " == []"):
        assert came_of(text) in {True, False, None, "refused"}


def test_a_list_of_twenty_thousand_ends_quickly_in_a_judgement_or_in_unknown():
    condition = compile_condition('project.documents.exists(one, one == "last")')
    many = tuple(f"paper-{number}" for number in range(20_000))
    started = time.perf_counter()
    truth = condition.judge({"project.documents": many})
    assert truth.value is not True
    assert truth.value is False or truth.flaw
    # Membership goes through as much without a loop.
    assert compile_condition('"last" in project.documents').judge({"project.documents": (*many, "last")}).value is True
    assert time.perf_counter() - started < 5


def test_a_condition_of_twenty_thousand_terms_is_refused_before_it_is_read():
    started = time.perf_counter()
    assert "1000" in str(refusal(" || ".join(["true"] * 20_000))[0].what)
    assert time.perf_counter() - started < 1


def test_numbers_beyond_all_bounds_are_unknown_with_a_flaw():
    truth = compile_condition("project.estimate * project.estimate > 0").judge({"project.estimate": 2**62})
    assert (truth.value, truth.missing) == (None, ())
    assert truth.flaw
    assert compile_condition("1 / project.estimate > 0").judge({"project.estimate": 0}).flaw


# Condition, what is known, what comes of it, and what is missing.
JUDGED = [
    ("project.estimate > 10", {"project.estimate": 11}, True, ()),
    ("project.estimate > 10", {"project.estimate": 10}, False, ()),
    ("project.estimate > 10", {}, None, ("project.estimate",)),
    (f"{MAINTAINS} || project.estimate > 10", {"project.kind": "maintain"}, True, ()),
    (f"{MAINTAINS} || project.estimate > 10", {"project.estimate": 11}, True, ()),
    (f"{MAINTAINS} || project.estimate > 10", {"project.kind": "new"}, None, ("project.estimate",)),
    (f"{MAINTAINS} && project.estimate > 10", {"project.kind": "new"}, False, ()),
    (f"{MAINTAINS} && project.estimate > 10", {"project.estimate": 1}, False, ()),
    (f"{MAINTAINS} && project.estimate > 10", {"project.kind": "maintain"}, None, ("project.estimate",)),
    (f"{MAINTAINS} && project.estimate > 10", {}, None, ("project.estimate", "project.kind")),
    (f"!({MAINTAINS})", {}, None, ("project.kind",)),
    (f"{MAINTAINS} ? project.estimate > 1 : true", {"project.kind": "new"}, True, ()),
    (f"{MAINTAINS} ? project.estimate > 1 : true", {"project.kind": "maintain"}, None, ("project.estimate",)),
    ('"a" in project.documents', {"project.documents": ()}, False, ()),
    ('"a" in project.documents', {"project.documents": ("a", "b")}, True, ()),
    ('"a" in project.documents', {}, None, ("project.documents",)),
    ('project.plan_item == ""', {"project.plan_item": ""}, True, ()),
    ('project.plan_item == ""', {}, None, ("project.plan_item",)),
    ("project.taken_in", {"project.taken_in": False}, False, ()),
    (
        "project.planned_from < string(project.budget_year)",
        {"project.planned_from": "2026-06-01"},
        None,
        ("project.budget_year",),
    ),
    ('project.approved_on < "2026-03-01"', {"project.approved_on": "2026-02-28"}, True, ()),
]


@pytest.mark.parametrize("text, known, value, missing", JUDGED)
def test_judging_has_three_values(text, known, value, missing):
    truth = compile_condition(text).judge(known)
    assert (truth.value, truth.missing, truth.flaw) == (value, missing, "")


def test_facts_that_a_condition_does_not_ask_for_change_nothing():
    condition = compile_condition("project.estimate > 10")
    assert condition.facts == ("project.estimate",)
    assert condition.judge({"project.estimate": 11, "nobody.asked": "x"}).value is True


def test_a_method_on_a_fact_is_no_part_of_its_name():
    assert compile_condition('project.kind.startsWith("re")').facts == ("project.kind",)
    assert compile_condition('project.documents.exists(one, one.endsWith("n"))').facts == ("project.documents",)


SAMPLE = {
    FactType.TEXT: '== "x"',
    FactType.WHOLE: "== 1",
    FactType.MONEY: "> 100",
    FactType.FLAG: "== true",
    FactType.DAY: '< "2026-01-01"',
    FactType.CODES: '== ["x"]',
}


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_fact_can_be_asked_for_in_its_type(name):
    condition = compile_condition(f"{name} {SAMPLE[FACTS[name].type]}")
    assert condition.facts == (name,)
    assert condition.judge({}).missing == (name,)


def test_every_fact_is_named_and_says_where_it_is_recorded():
    for name, fact in FACTS.items():
        assert name == fact.name
        assert "." in name
        assert fact.label
        assert fact.source


HERE = ("广州市", "广东省")
JURISDICTIONS = [
    ("全国", HERE, True),
    ("广东省", HERE, True),
    ("广州市", HERE, True),
    ("深圳市", HERE, False),
    ("上海市", HERE, False),
    ("上海市、广东省", HERE, True),
    ("上海市、全国", HERE, True),
    ("广东", HERE, False),
    ("广州市", ("广东省",), False),
    ("", HERE, False),
    ("全国", (), True),
    ("广东省", (), False),
]


@pytest.mark.parametrize("jurisdiction, divisions, holds", JURISDICTIONS)
def test_a_rule_holds_in_its_divisions_and_all_below_them(jurisdiction, divisions, holds):
    assert holds_in(jurisdiction, divisions) is holds
