"""Each row of a file of existing projects is judged on its own, against the others and against what is stored."""

from datetime import date

import pytest

from app.intake import columns
from app.intake.cells import read_cell
from app.intake.columns import CONTRACTS, PROJECTS, SHEETS, column_of
from app.intake.rules import Known, Organisation, Stored, judge
from app.intake.wording import FILE_WORDS, ROW_WORDS
from app.projects import kinds
from app.subjects.rules import Control
from tests.house.source import ROOT
from tests.intake.room import bare, paper, project

TODAY = date(2026, 3, 2)


def organisation(key, code, *sides, **more):
    return Organisation(key, code, active=more.pop("active", True), sides=frozenset(sides), **more)


KNOWN = Known(
    today=TODAY,
    organisations={
        one.code: one
        for one in (
            organisation(1, "AGENCY", "management", is_own=True, authority_id=9),
            organisation(2, "OTHER", "management"),
            organisation(3, "OPERATOR", "operation"),
            organisation(4, "WATCHER", "supervision"),
            organisation(5, "BOTH", "operation", "supervision"),
            organisation(6, "GONE", "operation", active=False),
            organisation(7, "ORPHAN", "management", is_own=True),
            organisation(8, "DAUGHTER", "operation"),
            organisation(9, "AUTHORITY", "management"),
            organisation(10, "FIRM", "operation", is_own=True, authority_id=9),
        )
    },
    controls=(Control(5, 8, through_company=True),),
    services={"FW-1": "FW-1", "热线受理": "FW-1"},
    modes={"政府采购": "government_purchase", "government_purchase": "government_purchase"},
    names=frozenset({("AGENCY", "旧项目")}),
    papers=frozenset({("AGENCY", "纸1号")}),
    projects={"XM-4401-2026-0001": Stored("XM-4401-2026-0001", "AGENCY", ("OPERATOR",))},
)


def judged(projects, contracts=(), known=KNOWN):
    def cells(rows):
        return [(line, {k: str(v) for k, v in row.items() if v}) for line, row in enumerate(rows, start=2)]

    return judge(cells(projects), cells(contracts), known)


def found(projects, contracts=()):
    return [(one.code, one.column) for one in judged(projects, contracts).problems]


def test_a_full_and_a_bare_row_are_fine():
    assert found([project(), bare()], [paper()]) == []


def test_what_is_empty_is_not_there():
    (facts,) = judged([bare()]).projects
    assert set(facts.values) == {"name", "client", "state", "basis"}
    assert facts.services == ()


PROJECT_CASES = {
    "no name": (bare(name=""), [("required", "项目名称")]),
    "no basis": (bare(basis=""), [("required", "资料来源")]),
    "no state": (bare(state=""), [("required", "当前状态")]),
    "another state": (bare(state="已完成"), [("word", "当前状态")]),
    "an unknown kind": (bare(kind="大修"), [("word", "建设性质")]),
    "a long name": (bare(name="长" * 201), [("too_long", "项目名称")]),
    "something unseen": (bare(name="平\u200b台"), [("unseen", "项目名称")]),
    "reversed reading": (bare(note="\u202e平台"), [("unseen", "备注")]),
    "zero": (bare(estimate="0.00"), [("money_range", "投资估算（元）")]),
    "less than nothing": (bare(estimate="-5"), [("money_range", "投资估算（元）")]),
    "three decimals": (bare(estimate="1.234"), [("money", "投资估算（元）")]),
    "words for money": (bare(estimate="约三百万"), [("money", "投资估算（元）")]),
    "infinite money": (bare(estimate="Infinity"), [("money", "投资估算（元）")]),
    "endless money": (bare(estimate="9" * 14), [("money_range", "投资估算（元）")]),
    "a serial number for a day": (bare(approved_on="45000"), [("day", "批复日期")]),
    "a month": (bare(approved_on="2023-03"), [("day", "批复日期")]),
    "no such day": (bare(approved_on="2023-02-30"), [("day", "批复日期")]),
    "a day before computers": (bare(approved_on="1900-01-01"), [("day", "批复日期")]),
    "tomorrow": (bare(approved_on="2026-03-03"), [("future", "批复日期")]),
    "a time of day": (bare(approved_on="date:2023-03-01 09:30:00"), [("day", "批复日期")]),
    "a day as a number of a paper": (bare(approval_number="date:2023-03-01"), [("date_cell", "批复文号")]),
    "operation before acceptance": (
        project(operation_from="2023-12-01"),
        [("order", "投入运营日期")],
    ),
    "operation before approval": (
        project(build_started_on="", trial_from="", accepted_on="", operation_from="2023-01-01"),
        [("order", "投入运营日期")],
    ),
    "accepted while building": (
        bare(state="建设中", builders="OPERATOR", accepted_on="2025-01-01"),
        [("not_reached", "竣工验收日期")],
    ),
    "building by nobody": (bare(state="建设中"), [("needs", "承建单位编码")]),
    "operating by nobody": (bare(state="运营中"), [("needs", "运营单位编码")]),
    "maintenance being built": (
        bare(kind="运行维护", state="试运行", builders="OPERATOR"),
        [("nothing_built", "当前状态")],
    ),
    "somebody else's project": (bare(client="OTHER"), [("not_your_client", "项目单位编码")]),
    "nobody's project": (bare(client="NOBODY"), [("not_your_client", "项目单位编码")]),
    "two clients": (bare(client="AGENCY；OTHER"), [("one_client", "项目单位编码")]),
    "a firm as client": (bare(client="FIRM"), [("no_client", "项目单位编码")]),
    "nobody decides there": (bare(client="ORPHAN"), [("no_authority", "项目单位编码")]),
    "on record": (bare(name="旧 项目"), [("on_record", "项目名称")]),
    "no such operator": (bare(operators="NOBODY"), [("no_organisation", "运营单位编码")]),
    "a closed operator": (bare(operators="GONE"), [("closed", "运营单位编码")]),
    "a watcher operates": (bare(operators="WATCHER"), [("wrong_side", "运营单位编码")]),
    "one on two sides": (bare(operators="BOTH", supervisors="BOTH"), [("two_sides", "")]),
    "a mother watches": (bare(operators="DAUGHTER", supervisors="BOTH"), [("controls", "")]),
    "no such service": (bare(services="FW-9"), [("no_service", "服务")]),
    "a service twice": (bare(services="FW-1；热线受理"), [("doubled_service", "服务")]),
    "a long service": (bare(services="长" * 121), [("too_long", "服务")]),
}


@pytest.mark.parametrize("name", PROJECT_CASES)
def test_a_project_is_refused(name):
    row, expected = PROJECT_CASES[name]
    assert found([row]) == expected


CONTRACT_CASES = {
    "no project": (paper(project=""), [("required", "所属项目")]),
    "no title": (paper(title=""), [("required", "合同名称")]),
    "an unknown line": (paper(project="9"), [("no_project", "所属项目")]),
    "an unknown code": (paper(project="XM-4403-2026-0009"), [("no_project", "所属项目")]),
    "an unknown mode": (paper(mode="口头"), [("mode", "合同方式")]),
    "another operator": (paper(operators="BOTH"), [("other_operator", "运营单位编码")]),
    "an end before the beginning": (paper(term_until="2023-12-31"), [("order", "截止日")]),
    "signed tomorrow": (paper(paper_signed_on="2026-03-03"), [("future", "签订日期")]),
    "on record": (paper(paper_number="纸1号"), [("paper_on_record", "原合同编号")]),
    "no money": (paper(amount="0"), [("money_range", "合同金额（元）")]),
}


@pytest.mark.parametrize("name", CONTRACT_CASES)
def test_a_contract_is_refused(name):
    row, expected = CONTRACT_CASES[name]
    assert found([project()], [row]) == expected


@pytest.mark.parametrize("named", ["2", "广州市12345热线平台", "广州市１２３４５热线 平台", "XM-4401-2026-0001"])
def test_a_contract_finds_its_project_by_line_name_or_code(named):
    facts = judged([project()], [paper(project=named)])
    assert facts.problems == ()
    assert facts.contracts[0].client == "AGENCY"
    assert bool(facts.contracts[0].project_line) != bool(facts.contracts[0].project_code)


def test_a_term_may_reach_into_the_future():
    assert found([project()], [paper(term_until="2030-12-31")]) == []


def test_a_name_that_two_projects_bear_does_not_name_one():
    rows = [bare(), bare(client="ORPHAN")]
    assert ("ambiguous", "所属项目") in found(rows, [paper(project=bare()["name"], operators="")])


def test_rows_are_compared_with_each_other():
    assert found([bare(), bare(name="广州市档案数字化 项目")]) == [("doubled", "项目名称")]
    twice = [paper(), paper(title="又一份")]
    assert found([project()], twice) == [("doubled", "原合同编号")]


def test_every_problem_is_told_at_once_in_the_order_of_the_file():
    told = judged([bare(name="", state="?"), bare(basis="", operators="NOBODY")], [paper(project="9", amount="x")])
    assert [(one.sheet, one.line) for one in told.problems] == [
        *[(PROJECTS, 2)] * 2,
        *[(PROJECTS, 3)] * 2,
        *[(CONTRACTS, 2)] * 2,
    ]


@pytest.mark.parametrize(
    "typed", ["2023-03-01", "2023/3/1", "2023.03.01", "2023年3月1日", "date:2023-03-01", "date:2023-03-01 00:00:00"]
)
def test_a_day_is_read_as_people_write_it(typed):
    assert read_cell(column_of(PROJECTS, "approved_on"), typed, TODAY) == date(2023, 3, 1)


def test_codes_are_separated_by_any_mark_and_kept_once():
    assert read_cell(column_of(PROJECTS, "operators"), "A；B,C、A D", TODAY) == ("A", "B", "C", "D")


def test_the_words_of_the_file_are_those_of_the_product():
    for words, kind in (
        (columns.STATES, kinds.ProjectState),
        (columns.KINDS, kinds.ProjectKind),
        (columns.CATEGORIES, kinds.ProjectCategory),
        (columns.SCOPES, kinds.Scope),
        (columns.DEPLOYMENTS, kinds.Deployment),
    ):
        # The untranslated text of a lazy string is its first argument.
        labels = {value: text._args[0] for value, text in kind.labels().items()}
        assert {value: word for word, value in words.items()}.items() <= labels.items()


def test_every_code_has_words():
    import re

    for name, words, pattern in (
        ("app/intake/sheet.py", FILE_WORDS, r'BookFlaw\("(\w+)"'),
        ("app/core/workbook_child.py", FILE_WORDS, r'Flawed\("(\w+)"'),
        ("app/intake/cells.py", ROW_WORDS, r'BadCell\("(\w+)"'),
        ("app/intake/rules.py", ROW_WORDS, r'refuse\(\w+, [\w.]+, "(\w+)"'),
        ("app/intake/rules.py", ROW_WORDS, r'code = "(\w+)"'),
        ("app/subjects/rules.py", ROW_WORDS, r'Conflict\("(\w+)"'),
    ):
        used = set(re.findall(pattern, (ROOT / name).read_text(encoding="utf-8")))
        assert used
        assert used <= set(words), name


def test_headers_are_different():
    for listed in SHEETS.values():
        assert len({one.header for one in listed}) == len({one.key for one in listed}) == len(listed)
