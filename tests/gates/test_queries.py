"""What stands at a step for a subject: by region and day, with what is missing and how far the source was verified."""

import pytest

from app.gates import queries
from app.gates.kinds import Step
from app.gates.queries import checklist, decision_workdays, gates_at, problems_at
from tests.gates import room

KNOWN = {"project.kind": "new", "project.estimate": 100, "project.design_budget": 120, "project.documents": ()}


def codes(subject, step):
    return [gate.head.code for gate in gates_at(subject, step)]


@pytest.mark.parametrize(
    "step, expected",
    [
        (Step.SUBMIT, ["G-01", "G-02", "G-04", "G-05", "G-06", "G-07", "G-08"]),
        (Step.APPROVE, ["G-03", "G-09", "G-10", "G-11", "G-12"]),
        (Step.PROCURE, ["G-13"]),
        (Step.CONTRACT, ["G-14", "G-15", "G-16"]),
        (Step.BUILD, ["G-17"]),
        (Step.CHANGE, ["G-18", "G-19", "G-20"]),
        (Step.TRIAL, ["G-21-D"]),
        (Step.ACCEPT, ["G-22", "G-22-D", "G-23"]),
        (Step.HAND_OVER, ["G-24", "G-25"]),
        (Step.EVALUATE, ["G-26", "G-27", "G-28", "G-29"]),
        (Step.EXIT, ["G-30"]),
    ],
)
def test_the_gates_of_a_step_in_guangdong(subject, step, expected):
    assert codes(subject, step) == expected


def test_a_gate_of_another_province_stands_only_there(subject, monkeypatch):
    monkeypatch.setattr(queries, "divisions_of", lambda _subject: ("海口市", "海南省"))
    assert codes(subject, Step.TRIAL) == ["G-21", "G-21-D"]


def test_problems_say_what_why_by_which_source_and_what_to_do(subject):
    found = {str(one.what): one for one in problems_at(subject, Step.APPROVE, KNOWN)}
    ten = found["概算超过估算的 110%，且未重报可行性研究报告"]
    assert "G-10" in ten.why and "现有记录不满足" in ten.why
    assert ten.article == "《政府投资条例》（国务院令第712号）第12条"
    assert (ten.place, ten.remedy) == ("documents", "核减概算，或在材料中登记重报的可行性研究报告。")
    assert "尚无记录（查重结论）" in found["尚无查重结论，不能确定主要功能是否重复"].why
    assert "现有记录不满足" in found["专家评审意见不足 1 份"].why


@pytest.mark.parametrize(
    "step, what, words",
    [
        (Step.SUBMIT, "未填写使用的数据，无法核对是否编入资源目录", "待核实，不作为法规引用"),
        (Step.SUBMIT, "未写退出方案", "研究主张，不作为法规引用"),
        (Step.ACCEPT, "尚未开始试运行，无法计算试运行天数", "产品默认值，不是法规要求"),
    ],
)
def test_what_is_not_law_is_never_shown_as_law(subject, step, what, words):
    (one,) = [
        one for one in problems_at(subject, step, {"project.kind": "new", "project.data_items": 1}) if one.what == what
    ]
    assert words in one.article


def test_an_opinion_on_record_counts_for_its_round_only(w, subject):
    def experts(step=Step.APPROVE):
        return [
            one.met for line in checklist(subject, step, KNOWN) for one in line.inputs if one.input.code == "opinions"
        ]

    assert experts() == [False]
    room.opine(w, subject)
    assert experts() == [True]
    assert experts(Step.ACCEPT) == []
    room.decide(w, subject)
    assert experts() == [False]


@pytest.mark.parametrize("step, days", [(Step.APPROVE, 20), (Step.EVALUATE, 20), (Step.BUILD, queries.DECIDE_WITHIN)])
def test_a_decision_has_as_long_as_its_slowest_gate_or_the_default(subject, step, days):
    assert decision_workdays(subject, step) == days
