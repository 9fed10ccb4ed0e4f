"""What is found wrong with a list: one case to a rule, all at once, and nothing where nothing is wrong."""

from dataclasses import replace

import pytest

from app.responsibilities.findings import Line, findings, nobody_operates
from app.responsibilities.template import Member, TemplateDuty

CLIENT = Member(1, "政务中心", "management", frozenset({"client"}))
OPERATOR = Member(2, "运营公司", "operation", frozenset({"operator", "builder"}))
WATCHER = Member(3, "监理公司", "supervision", frozenset({"supervisor"}))
MEMBERS = (CLIENT, OPERATOR, WATCHER)


def line(number=1, bearer="operator", letters=((2, "A"),), **changes):
    whole = Line(
        number=number,
        code=f"DU-{number:03d}",
        bearer=bearer,
        text=f"事项{number}",
        letters=tuple(letters),
        deadline="每月",
        basis="",
        evidence="record",
        evidence_words="月报",
    )
    return replace(whole, **changes)


# Everybody has something to do.
OTHERS = (line(8, "agency", [(1, "A")]), line(9, "supervisor", [(3, "A")]))
GOOD = (line(), *OTHERS)


def kinds(lines, members=MEMBERS, template=()):
    return [(one.kind, one.blocking) for one in findings(lines, members, template)]


def test_a_list_in_order_has_no_findings():
    assert kinds(GOOD) == []


@pytest.mark.parametrize(
    "changed, expected",
    [
        (line(letters=[(2, "R")]), [("no_accountable", True)]),
        (line(letters=[(2, "R"), (1, "C")]), [("no_accountable", True)]),
        (
            line(letters=[(2, "A"), (1, "A")]),
            [("two_accountable", True), ("accountable_side", True)],
        ),
        (line(letters=[(1, "A"), (2, "R")]), [("accountable_side", True)]),
        (line(letters=[(3, "A"), (2, "R")]), [("accountable_side", True)]),
        (line(letters=[(2, "A"), (1, "R")]), [("responsible_side", True)]),
        (line(letters=[(2, "A"), (1, "C"), (3, "I")]), []),
        (line(letters=[(2, "A"), (99, "I")]), [("stranger", True)]),
        (line(letters=[(2, "A"), (2, "C")]), [("accountable_and_consulted", True)]),
        (line(evidence=""), [("no_evidence", True)]),
        (line(evidence_words=""), [("evidence_unsaid", False)]),
        (line(deadline=""), [("no_deadline", False)]),
        (line(code="", basis=""), [("no_basis", False)]),
        (line(code="", basis="会议纪要"), []),
    ],
)
def test_one_line(changed, expected):
    assert kinds((changed, line(7), *OTHERS)) == expected


@pytest.mark.parametrize(
    "bearer, right, wrong",
    [
        *((bearer, 1, (2, 3)) for bearer in ("manager", "agency", "finance")),
        *((bearer, 2, (1, 3)) for bearer in ("builder", "operator")),
        ("supervisor", 3, (1, 2)),
    ],
)
def test_management_manages_operation_operates_and_supervision_is_done_by_neither(bearer, right, wrong):
    def sides(key, letter):
        found = findings((line(1, bearer, [(key, letter)]), line(7), *OTHERS), MEMBERS, ())
        return {one.kind for one in found} & {"accountable_side", "responsible_side"}

    assert sides(right, "A") == sides(right, "R") == set()
    for key in wrong:
        assert sides(key, "A") == {"accountable_side"}
        assert sides(key, "R") == {"responsible_side"}
        assert sides(key, "C") == sides(key, "I") == set()


def test_who_is_only_consulted_or_informed_has_no_duty():
    idle = (line(1, letters=[(2, "A"), (1, "C"), (3, "I")]), line(9, "supervisor", [(3, "A")]))
    assert kinds(idle) == [("idle", True)]
    assert "政务中心" in findings(idle, MEMBERS, ())[0].what


def test_a_duty_of_the_template_is_in_the_list_or_left_out_with_a_reason():
    template = [TemplateDuty("DU-001", "operation", "operator", "事项1", "全国")]
    assert kinds(OTHERS, (CLIENT, WATCHER), template) == [("template_missing", True)]
    assert kinds((line(left_out=True), *OTHERS), (CLIENT, WATCHER), template) == []
    assert kinds((line(left_out=True, by_law=True), *OTHERS), (CLIENT, WATCHER)) == [("left_out_law", False)]


def test_what_is_left_out_is_not_judged_and_occupies_nobody():
    assert kinds((line(letters=[(99, "A")], evidence="", left_out=True), *OTHERS)) == [("idle", True)]


@pytest.mark.parametrize(
    "lines, numbers",
    [
        ((line(1, text="报送 月报"), line(2, text="报送月报。")), (1, 2)),
        ((line(1), line(2, code="DU-001", text="别的说法")), (1, 2)),
        ((line(1), line(2, code="", text="事项1", basis="合同")), (1, 2)),
        ((line(1), line(2, code="DU-001"), line(3, code="DU-001")), (1, 2, 3)),
    ],
)
def test_the_same_duty_twice(lines, numbers):
    found = [one for one in findings((*lines, *OTHERS), MEMBERS, ()) if one.kind == "twice"]
    assert found[0].lines == numbers


def test_everything_is_said_at_once_what_blocks_first():
    lines = (line(1, letters=[], deadline=""), line(2, letters=[(1, "A")], evidence=""))
    found = findings(lines, MEMBERS, ())
    assert {one.kind for one in found} == {
        *("no_accountable", "no_deadline", "accountable_side", "no_evidence", "idle"),
    }
    assert [one.blocking for one in found] == sorted((one.blocking for one in found), reverse=True)
    assert all(one.what and one.why and one.remedy for one in found)


def test_an_empty_list_cannot_be_signed():
    assert kinds(()) == [("idle", True)] * 3 + [("empty", True)]


MONTHLY = "每月五日前向项目单位报送上月的服务运行月报"


@pytest.mark.parametrize(
    "own, code, found",
    [
        ("每月5日前向项目单位报送上月服务运行月报", "", True),
        ("每月五日前，向项目单位报送上月的服务运行月报告", "", True),
        ("每季度组织一次应急演练并记录", "", False),
        # Two duties of the template are told apart by their codes, however alike they read.
        ("每月5日前向项目单位报送上月服务运行月报", "DU-900", False),
        # The very same words are a duty written twice.
        (MONTHLY, "", False),
    ],
)
def test_an_own_duty_that_reads_like_another_is_said(own, code, found):
    lines = (line(1, text=MONTHLY), line(2, text=own, code=code, basis="会议纪要"), *OTHERS)
    said = [one for one in findings(lines, MEMBERS, ()) if one.kind == "alike"]
    assert [(one.lines, one.blocking) for one in said] == ([((2, 1), False)] if found else [])


def test_everything_that_is_wrong_is_explained_at_once():
    """One list with every fault that may stand together: each is named, with why and what to do."""
    lines = (
        line(1, letters=[]),
        line(2, letters=[(2, "A"), (1, "A")]),
        line(3, letters=[(2, "A"), (1, "R")]),
        line(4, letters=[(99, "I"), (2, "A"), (2, "C")]),
        line(5, code="", text=MONTHLY, evidence="", deadline="", letters=[(2, "A")]),
        line(6, text=MONTHLY + "告", evidence_words=""),
        line(7, text="事项1"),
        line(8, left_out=True, by_law=True),
    )
    idle = Member(4, "测评公司", "supervision", frozenset({"tester"}))
    template = [TemplateDuty("DU-999", "operation", "operator", "模板事项", "全国")]
    found = findings(lines, (*MEMBERS, idle), template)
    assert {one.kind for one in found} == {
        *("no_accountable", "two_accountable", "accountable_side", "responsible_side", "stranger"),
        *("accountable_and_consulted", "no_evidence", "no_deadline", "no_basis", "evidence_unsaid"),
        *("template_missing", "idle", "twice", "alike", "left_out_law"),
    }
    assert all(one.what and one.why and one.remedy for one in found)
    assert [one.blocking for one in found] == sorted((one.blocking for one in found), reverse=True)


@pytest.mark.parametrize(
    "members, of_contract, words",
    [
        (MEMBERS, True, ""),
        (MEMBERS, False, ""),
        ((CLIENT, WATCHER), True, "合同还没有乙方"),
        ((CLIENT, WATCHER), False, "项目还没有建设或运营方"),
        ((), True, "合同还没有乙方"),
    ],
)
def test_where_nobody_builds_or_operates_that_is_said(members, of_contract, words):
    found = nobody_operates(members, of_contract)
    assert [(one.kind, one.blocking) for one in found] == ([("nobody_operates", True)] if words else [])
    assert all(words in one.what and "没有机构承担" in one.why and one.remedy for one in found)
