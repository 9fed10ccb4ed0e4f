"""A report's content: nothing missing looks like zero, every gap is told once, editions tell what they change."""

import copy

import pytest

from app.assessments.models import AssessmentState
from app.core.canonical import canonical_json
from app.plans.models import Weighting
from app.reports import grids, items
from app.reports.content import Before, compose, same_findings, summary_of
from app.reports.differences import differences
from app.reports.gaps import gaps_of
from app.reports.sections import mark_of, period_name, plain, sections
from app.reports.wording import (
    ASSESSMENT_STATES,
    CAUSES,
    EXCLUSION_STATES,
    MISSING,
    ROLES,
    SENSES,
    WEIGHTINGS,
    in_chinese,
    worded,
)
from app.service_levels.models import ExclusionCause, ExclusionState
from app.subjects.models import PartyRole
from tests.reports.handmade import (
    availability,
    content,
    deductions,
    facts,
    figure,
    item,
    line,
    name,
    result,
    service,
    source,
    watched,
    wording,
)


def gap(kind, indicator="KI-040", figure=None):
    return kind, "SV-001", indicator, figure


def found(items, without=()):
    gaps = gaps_of(result(services=[service(items=items)]), without)
    return [(one["kind"], one["service"], one["indicator"], one["figure"]) for one in gaps]


WITH_EVENTS = {"kind": "events", "submissions": [3]}
CLAIMED = {
    "id": 8,
    "from": "2026-09-06T00:00:00+08:00",
    "until": "2026-09-06T02:00:00+08:00",
    "cause": "agency_caused",
    "state": "claimed",
}
UNPROVEN = {"service": "SV-001", "indicator": "KI-040", "figure": 11, "period": "2026-09"}


@pytest.mark.parametrize(
    "items, without, told",
    [
        pytest.param([item()], [], [], id="verified, given, proven"),
        pytest.param([item(state="missing", value=None)], [], [gap("missing")], id="missing"),
        pytest.param([item(state="small")], [], [gap("small")], id="small sample"),
        pytest.param([item(state="not_required", value=None, source=source("none"))], [], [], id="not required"),
        pytest.param(
            [item(source=source(figures=(figure(verdict=None),)))], [], [gap("unverified", figure=11)], id="unverified"
        ),
        pytest.param(
            [item(source=source(figures=(figure(verdict="doubted"),)))], [], [gap("doubted", figure=11)], id="doubted"
        ),
        pytest.param([item(source=source(figures=(figure(flags=2),)))], [], [gap("flagged", figure=11)], id="flagged"),
        pytest.param(
            [item(source=source(figures=(figure(verdict=None),)))] * 2,
            [],
            [gap("unverified", figure=11)],
            id="one figure behind two items is told once",
        ),
        pytest.param(
            [item("KI-001", source=source(**WITH_EVENTS, verified=False, availability=availability()))],
            [],
            [gap("unverified", "KI-001")],
            id="events unverified",
        ),
        pytest.param(
            [
                item(code, source=source(**WITH_EVENTS, availability=availability(missing_seconds="86400.5")))
                for code in ("KI-001", "KI-007")
            ],
            [],
            [gap("unwatched", "KI-001")],
            id="time without monitoring is told once a service",
        ),
        pytest.param(
            [item("KI-001", source=source(**WITH_EVENTS, availability=availability(exclusions=[CLAIMED])))],
            [],
            [gap("pending", "KI-001")],
            id="an exclusion nobody decided",
        ),
        pytest.param(
            [item("KI-001", value="99.9", source=source(**WITH_EVENTS, reported="99.99"))],
            [],
            [gap("differs", "KI-001")],
            id="reported otherwise than calculated",
        ),
        pytest.param(
            [item("KI-001", value="99.9", source=source(**WITH_EVENTS, reported="99.90"))],
            [],
            [],
            id="reported the same with another zero",
        ),
        pytest.param([item()], [UNPROVEN], [gap("evidence", figure=11)], id="no file behind it"),
    ],
)
def test_every_gap_is_told_once(items, without, told):
    assert found(items, without) == told


def test_items_that_judge_nobody_are_blind_spots():
    told = gaps_of(result(uncovered=[{"code": "KI-060", "name": name("响应及时率")}]), [])
    assert [(one["kind"], one["service"], one["indicator"]) for one in told] == [("uncovered", None, "KI-060")]
    assert in_chinese(told[0]["what"]) == "响应及时率：合同没有为任何服务约定，不评判"


def test_gaps_come_by_kind_and_a_figure_may_have_several():
    items = [item(source=source(figures=(figure(verdict=None, flags=1),)), state="small")]
    assert [one[0] for one in found(items, [UNPROVEN])] == ["small", "unverified", "flagged", "evidence"]


@pytest.mark.parametrize(
    "of, told",
    [
        pytest.param(result(), ["考核得分 98.40 分，等级“优秀”。", "扣 2 分，净扣款 4,000.00 元。"], id="scored"),
        pytest.param(
            result(total=None, grade=None, reason=wording("%(c)s 缺数据", c="KI-014")),
            ["本期未得出总分：KI-014 缺数据。", "扣 2 分，净扣款 4,000.00 元。"],
            id="held",
        ),
        pytest.param(
            result(deductions=deductions(points=None, net_fen=None)),
            ["考核得分 98.40 分，等级“优秀”。", "扣分和扣款暂缓。"],
            id="deduction held",
        ),
        pytest.param(
            result(deductions=deductions(net_fen=None)),
            ["考核得分 98.40 分，等级“优秀”。", "扣 2 分，扣款金额暂缓。"],
            id="money held",
        ),
        pytest.param(
            result(deductions=deductions(net_fen=-150)),
            ["考核得分 98.40 分，等级“优秀”。", "扣 2 分，净扣款 -1.50 元。"],
            id="more came back than went",
        ),
        pytest.param(
            result(provisional=True, provisional_because=[wording("%(n)s 个数据未核验。", n="3")]),
            [
                *("考核得分 98.40 分，等级“优秀”。", "扣 2 分，净扣款 4,000.00 元。"),
                *("本结果为暂定结果。", "3 个数据未核验。"),
            ],
            id="provisional",
        ),
    ],
)
def test_the_summary_says_score_and_deduction_or_why_there_is_none(of, told):
    assert [in_chinese(one) for one in summary_of(of)] == told


# --- content ---------------------------------------------------------------------------------------------------------


def test_the_same_facts_give_the_same_content():
    assert canonical_json(content()) == canonical_json(content())


def test_content_does_not_change_with_what_it_was_made_of():
    given = facts()
    made = canonical_json(compose(given))
    compose(facts(before=Before(compose(given), "a" * 64)))
    assert canonical_json(compose(given)) == made


@pytest.mark.parametrize(
    "changes, same",
    [
        pytest.param({"code": "BG-2", "edition": 2, "reason": "补充"}, True, id="another edition"),
        pytest.param({"produced_at": "2026-10-12T00:00:00Z"}, True, id="another moment"),
        pytest.param({"head": {"size": 9999, "sha256": "b" * 64}}, True, id="a longer trail"),
        pytest.param({"without_evidence": [UNPROVEN]}, False, id="evidence is missing"),
        pytest.param({"of": result(total="98.39")}, False, id="another score"),
        pytest.param({"assessment": {**facts().assessment, "state": "final"}}, False, id="final now"),
    ],
)
def test_findings_are_the_same_whoever_wrote_them_down_and_when(changes, same):
    assert same_findings(content(), content(**changes)) is same


def test_an_edition_names_the_one_it_takes_the_place_of():
    first = content()
    second = content(edition=2, code="BG-2", reason="补充证据", before=Before(first, "e" * 64))
    assert second["supersedes"] == {"code": first["code"], "edition": 1, "sha256": "e" * 64}
    assert first["supersedes"] is None and first["differences"] == []


# --- differences -----------------------------------------------------------------------------------------------------


CALLS = "政务服务平台运维 服务调用量"


def told(first, second):
    return [
        (in_chinese(one["what"]), in_chinese(one["old"]), in_chinese(one["new"])) for one in differences(first, second)
    ]


def changed(**changes):
    """The content of a result in which one item of the one service is otherwise."""
    return content(result(services=[service(items=[watched(), item(**changes)])]))


@pytest.mark.parametrize(
    "second, rows",
    [
        pytest.param(content(), [], id="nothing"),
        pytest.param(
            content(result(total="97.00", grade=name("良好"))),
            [("总分", "98.40", "97.00"), ("等级", "优秀", "良好")],
            id="score and grade",
        ),
        pytest.param(content(result(total=None)), [("总分", "98.40", MISSING)], id="a score that is held now"),
        pytest.param(
            changed(value="900000", score="80.00"),
            [
                (f"{CALLS}：实际值\nSV-001 KI-040", "1200000", "900000"),
                (f"{CALLS}：得分\nSV-001 KI-040", "96.00", "80.00"),
            ],
            id="an item",
        ),
        pytest.param(
            changed(effect="zero"),
            [(f"{CALLS}：计分方式\nSV-001 KI-040", "计入", "按零分计")],
            id="how an item counts",
        ),
        pytest.param(
            content(result(deductions=deductions(net_fen=500_000, taken_fen=500_000, points="3"))),
            [
                *(("扣分合计", "2", "3"), ("本期扣款（元）", "4,000.00", "5,000.00")),
                ("净扣款（元）", "4,000.00", "5,000.00"),
            ],
            id="money",
        ),
        pytest.param(
            content(assessment={**facts().assessment, "state": "final"}),
            [("考核状态", "已计算", "定稿")],
            id="the assessment became final",
        ),
        pytest.param(content(without_evidence=[UNPROVEN]), [("缺口：缺证据材料", "0", "1")], id="evidence"),
        pytest.param(
            content(result(vetoes=[{"code": "V1", "name": name("重大安全事故"), "reason": "停机"}])),
            [("一票否决：重大安全事故", MISSING, "停机")],
            id="a veto came",
        ),
    ],
)
def test_differences_tell_what_changed_from_what_to_what(second, rows):
    assert told(content(), second) == rows
    assert told(second, content()) == [(what, new, old) for what, old, new in rows]


def test_a_service_that_went_is_told_fact_by_fact():
    second = service("SV-002", "共享服务", items=[item("KI-050")])
    rows = told(content(result(services=[service(), second])), content())
    assert ("共享服务：得分\nSV-002", "98.40", MISSING) in rows
    assert all("SV-002" in what for what, _old, _new in rows)


# --- tables and sections ---------------------------------------------------------------------------------------------


def cells(grid):
    return [[in_chinese(plain(cell)) if cell != "" else "" for cell in row] for row in grid.rows]


@pytest.mark.parametrize(
    "changes, value, score",
    [
        pytest.param({}, "1,200,000 次", "96.00", id="given"),
        pytest.param({"value": "0", "score": "0.00"}, "0 次", "0.00", id="really zero"),
        pytest.param({"state": "missing", "value": None, "score": None}, "缺数据", MISSING, id="missing"),
        pytest.param({"state": "not_required", "value": None, "score": None}, "不适用", MISSING, id="not required"),
        pytest.param({"value": "99.90", "unit": name("%", "%")}, "99.90%", "96.00", id="percent keeps its digits"),
    ],
)
def test_missing_zero_and_not_required_look_different(changes, value, score):
    row = cells(items.items(service(items=[item(**changes)])))[0]
    assert (row[2], row[3]) == (value, score)


@pytest.mark.parametrize(
    "changes, value",
    [
        pytest.param(
            {"state": "given", "score": "92.50", "source": source("opinions")}, "定性评分 92.50 分", id="mean"
        ),
        pytest.param({"state": "missing", "source": source("opinions")}, "定性评分，评分人数不足", id="too few"),
        pytest.param({"state": "missing", "source": source("none")}, "定性评分，评分人数不足", id="nobody"),
        pytest.param({"state": "not_required", "source": source("figure")}, "不适用", id="not required"),
    ],
)
def test_what_people_scored_is_no_missing_figure(changes, value):
    scored = item("DX-1", "服务态度", function="qualitative", value=None, target=None, **{"score": None, **changes})
    assert cells(items.items(service(items=[scored])))[0][2] == value
    wide = items.all_items(content(result(services=[service(items=[scored])])))
    assert cells(wide)[0][5] == value


def test_what_the_contract_does_not_ask_for_is_one_sentence_and_the_workbook_lists_it():
    idle = {"state": "not_required", "value": None, "score": None, "source": source("none")}
    two = [item("KI-050", "满意度", **idle), item("KI-014", "响应时间", **idle)]
    grid = items.items(service(items=[watched(), *two]))
    assert len(grid.rows) == 1
    assert in_chinese(grid.note) == "合同没有约定、不计入：满意度、响应时间"
    assert items.items(service()).note == ""
    assert len(items.all_items(content(result(services=[service(items=[watched(), *two])]))).rows) == 3
    assert items.items(service(items=two)).rows == ()


@pytest.mark.parametrize(
    "text, shown",
    [("99.937275985663", "99.9373%"), ("99.9000", "99.9000%"), ("99.99995", "100.0000%"), ("0.00004", "0.0000%")],
)
def test_decimals_that_a_calculation_left_are_not_shown(text, shown):
    assert in_chinese(plain(grids.Number(text, "%"))) == shown


def test_services_go_by_their_names_with_the_code_below():
    of = content(result())
    assert cells(grids.deductions(of))[0][0] == "政务服务平台运维\nSV-001"
    assert cells(grids.fees(of))[0][0] == "政务服务平台运维\nSV-001"
    assert cells(grids.exclusions(of))[0][1] == "政务服务平台运维\nSV-001"


def test_a_target_says_which_way_it_is_met():
    at_most = {"comparison": "at_most", "value": "300"}
    assert cells(items.items(service(items=[item(target=at_most, unit=name("毫秒"))])))[0][1] == "≤ 300 毫秒"
    assert cells(items.items(service(items=[item(target=None)])))[0][1] == MISSING


def test_both_availabilities_stand_beside_each_other_with_the_time_behind_them():
    row = cells(grids.availability(content()))[0]
    assert row[1:] == ["99.9123%", "99.8000%", "720:00:00", "2:00:00", "0:00:00", "0:37:48", "2", "25.5"]


def test_time_is_shown_to_the_fraction_of_a_second():
    assert plain(grids.Seconds("86400.5")) == "24:00:00.5"


def test_a_deduction_line_without_a_value_says_so_and_the_total_is_no_sum_of_what_is_missing():
    held = deductions(points=None, gross_fen=None, lines=[line(value=None, points=None, fen=None, effect="held")])
    rows = cells(grids.deductions(content(result(deductions=held))))
    assert rows[0][3:6] == ["缺数据", MISSING, MISSING]
    assert rows[1][4:6] == [MISSING, MISSING]


def test_the_sections_come_in_order_and_differences_only_in_later_editions():
    first = content()
    keys = [one.key for one in sections(first)]
    assert keys == ["result", "items", "availability", "deductions", "gaps", "trend", "basis"]
    second = content(edition=2, reason=worded("考核 %(c)s 已定稿", c="PJ-1"), before=Before(first, "a" * 64))
    section = next(one for one in sections(second) if one.key == "differences")
    assert [in_chinese(one) for one in section.texts] == [
        "本版替代第 1 版（BG-HT-4401-2026-0001-1-2026-09-1）。",
        "更新原因：考核 PJ-1 已定稿。",
        "考核结果、扣款和缺口与上一版相同。",
    ]


@pytest.mark.parametrize(
    "of, state, mark",
    [
        (result(), "final", ""),
        (result(), "issued", "考核尚未定稿"),
        (result(provisional=True), "computed", "暂定结果"),
    ],
)
def test_what_can_still_change_is_marked(of, state, mark):
    assert mark_of(content(of, assessment={**facts().assessment, "state": state})) == mark


@pytest.mark.parametrize("text, words", [("2026-09", "2026年9月"), ("2026-Q3", "2026年第3季度"), ("2026", "2026年")])
def test_periods_are_named_in_words(text, words):
    assert in_chinese(period_name(text)) == words


def test_whole_numbers_in_a_sentence_stay_numbers():
    assert in_chinese(worded("%(n)d 次，%(m)s 分", n=3, m=4)) == "3 次，4 分"


def test_a_sentence_says_its_values_however_deep_they_are_wrapped():
    inner = worded("%(n)s 处疑点", n="2")
    assert in_chinese(worded("%(name)s：%(what)s", name=name("服务", "Service"), what=inner)) == "服务：2 处疑点"
    assert in_chinese(worded("100%")) == "100%"
    assert in_chinese(None) == in_chinese("") == in_chinese(name("")) == MISSING


@pytest.mark.parametrize(
    "words, members",
    [
        (ASSESSMENT_STATES, AssessmentState),
        (CAUSES, ExclusionCause),
        (EXCLUSION_STATES, ExclusionState),
        (ROLES, PartyRole),
        (WEIGHTINGS, Weighting),
    ],
)
def test_the_words_are_those_of_the_pages(words, members, app):
    with app.test_request_context():
        assert {member.value: str(member.label) for member in members} == {
            key: str(word) for key, word in words.items()
        }


def test_a_result_is_not_changed_by_being_reported():
    given = result()
    kept = copy.deepcopy(given)
    sections(content(given))
    assert given == kept
    assert set(SENSES) == {"at_least", "at_most"}
