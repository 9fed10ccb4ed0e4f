"""Which duties a project has by the template, and who bears which letter: cases in tables, no database."""

import pytest

from app.responsibilities.template import (
    PHASES,
    Member,
    TemplateDuty,
    holders,
    joining_letters,
    letters_for,
    phases_walked,
    template_for,
)

CLIENT = Member(1, "中心", "management", frozenset({"client"}))
AUTHORITY = Member(2, "数据局", "management", frozenset({"competent_authority"}))
FINANCE = Member(3, "财政局", "management", frozenset({"finance"}))
OPERATOR = Member(4, "运营", "operation", frozenset({"operator"}))
BUILDER = Member(5, "承建", "operation", frozenset({"builder"}))
BOTH = Member(6, "建运一体", "operation", frozenset({"builder", "operator"}))
SECOND = Member(7, "第二运营", "operation", frozenset({"operator"}))
WATCHER = Member(8, "监理", "supervision", frozenset({"supervisor"}))
TESTER = Member(9, "测评", "supervision", frozenset({"tester"}))
EVALUATOR = Member(10, "评估", "supervision", frozenset({"evaluator"}))
MANAGEMENT = (CLIENT, AUTHORITY)
WITHOUT_BUILD = tuple(phase for phase in PHASES if phase not in {"build", "acceptance", "handover"})


@pytest.mark.parametrize(
    "kind, reached, walked",
    [
        ("new", "", PHASES),
        ("", "", PHASES),
        ("upgrade", "", PHASES),
        ("maintain", "", WITHOUT_BUILD),
        ("new", "operation", ("operation", "evaluation", "exit")),
        ("new", "acceptance", PHASES[5:]),
        ("maintain", "procurement", ("procurement", "operation", "evaluation", "exit")),
    ],
)
def test_the_phases_a_project_walks(kind, reached, walked):
    assert phases_walked(kind, reached) == walked


@pytest.mark.parametrize(
    "bearer, phase, members, expected",
    [
        ("manager", "planning", MANAGEMENT, [AUTHORITY]),
        ("manager", "planning", (CLIENT,), []),
        ("agency", "operation", MANAGEMENT, [CLIENT]),
        ("finance", "approval", (*MANAGEMENT, FINANCE), [FINANCE]),
        # A management duty never lies with nobody: without a finance department in the project its authority has it.
        ("finance", "approval", MANAGEMENT, [AUTHORITY]),
        ("builder", "build", (*MANAGEMENT, OPERATOR), []),
        ("builder", "build", (*MANAGEMENT, BOTH, BUILDER), [BOTH, BUILDER]),
        ("operator", "operation", (*MANAGEMENT, OPERATOR, SECOND), [OPERATOR, SECOND]),
        ("supervisor", "build", (WATCHER, TESTER), [WATCHER]),
        ("supervisor", "build", (TESTER,), [TESTER]),
        ("supervisor", "acceptance", (WATCHER, TESTER), [TESTER]),
        ("supervisor", "acceptance", (WATCHER,), [WATCHER]),
        ("supervisor", "evaluation", (WATCHER, TESTER, EVALUATOR), [EVALUATOR]),
        # A supervising company has no part in what is planned and decided before it comes.
        ("supervisor", "planning", (WATCHER, TESTER), []),
        ("supervisor", "planning", (WATCHER, EVALUATOR), [EVALUATOR]),
    ],
)
def test_who_bears_a_duty(bearer, phase, members, expected):
    assert holders(bearer, phase, members) == expected


@pytest.mark.parametrize(
    "bearer, phase, members, expected",
    [
        ("manager", "planning", MANAGEMENT, {2: "A", 1: "I"}),
        ("agency", "declaration", MANAGEMENT, {1: "A", 2: "I"}),
        ("agency", "operation", (*MANAGEMENT, OPERATOR, BUILDER), {1: "A", 4: "I"}),
        ("agency", "handover", (*MANAGEMENT, OPERATOR, BUILDER), {1: "A", 4: "I", 5: "I"}),
        ("operator", "operation", (*MANAGEMENT, OPERATOR, SECOND), {4: "A", 7: "R", 1: "I"}),
        ("supervisor", "build", (*MANAGEMENT, WATCHER), {8: "A", 1: "I"}),
        ("finance", "approval", MANAGEMENT, {2: "A", 1: "I"}),
    ],
)
def test_the_letters_of_a_duty(bearer, phase, members, expected):
    assert letters_for(bearer, phase, members) == expected


@pytest.mark.parametrize(
    "present, expected",
    [
        # Who joins beside somebody who is accountable is responsible; what is there is never proposed again.
        ({4: "A", 1: "C"}, {7: "R"}),
        ({1: "I"}, {4: "A", 7: "R"}),
        ({4: "C", 7: "I", 1: "I"}, {}),
    ],
)
def test_the_letters_of_those_who_join_later(present, expected):
    assert joining_letters("operator", "operation", (CLIENT, OPERATOR, SECOND), present) == expected


def duty(code, bearer="agency", phase="planning", jurisdiction="全国"):
    return TemplateDuty(code, phase, bearer, code, jurisdiction)


@pytest.mark.parametrize(
    "listed, there",
    [
        (duty("D"), True),
        (duty("D", jurisdiction="广东省"), True),
        (duty("D", jurisdiction="上海市、广州市"), True),
        (duty("D", jurisdiction="北京市"), False),
        (duty("D", bearer="operator"), False),
        (duty("D", phase="build"), False),
    ],
)
def test_a_duty_belongs_to_a_project_by_region_party_and_phase(listed, there):
    chosen = template_for([listed], ("广州市", "广东省"), ("planning", "operation"), MANAGEMENT)
    assert bool(chosen) is there


def test_the_template_stands_by_phase_and_code():
    listed = [duty("D-3", phase="exit"), duty("D-2", phase="operation"), duty("D-1", phase="operation"), duty("D-9")]
    chosen = template_for(listed, (), PHASES, MANAGEMENT)
    assert [one.code for one in chosen] == ["D-9", "D-1", "D-2", "D-3"]
