"""The pages of gates: the catalogue, one gate, a condition with its forms, overdue tasks, partials for others."""

import pytest
from flask import render_template

from app.core.clock import clock
from app.core.db import db
from app.gates import obligations, pages
from app.gates.kinds import ObligationState, OpinionKind, Step
from app.gates.queries import checklist, opinions_of
from tests.factories import sign_in
from tests.gates import room

KNOWN = {"project.kind": "new", "project.estimate": 100_000, "project.design_budget": 120_000, "project.documents": ()}


def text_of(client, by, address, status=200):
    answer = sign_in(client, by).get(address)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


@pytest.fixture
def owed(w, subject):
    made = room.obliged(w, subject)
    db.session.commit()
    return made


def test_the_catalogue_lists_gates_in_the_order_of_steps(app, client, w):
    page = text_of(client, "operator_officer", "/gates")
    places = [page.index(f'id="{step.value}"') for step in Step]
    assert places == sorted(places)
    for words in (
        "共 32 道",
        "已填写规划或年度计划编号",
        "不少于 1 份专家评审意见",
        "20 个工作日",
        "待核实",
        "海南省",
        "不作机器判定",
    ):
        assert words in page, words
    assert "《政府投资条例》（国务院令第712号）第12条" in page
    assert "（待核实，不作为法规引用）" in page


def test_one_gate_says_what_it_asks_and_of_which_records(app, client, w):
    page = text_of(client, "officer", "/gates/G-10")
    for words in ("project.design_budget * 10", "投资估算", "项目申报", "第 1 版", "审批"):
        assert words in page, words
    assert "不能作为法规依据引用" not in page
    assert "不能作为法规依据引用" in text_of(client, "officer", "/gates/G-22-D")
    text_of(client, "officer", "/gates/G-99", status=404)


def test_administrators_see_no_gates(app, client, w):
    text_of(client, "system_admin", "/gates", status=403)


def test_a_condition_is_reported_sent_back_and_accepted_on_its_page(app, client, w, owed):
    address = f"/obligations/{owed.code}"
    page = text_of(client, "officer", address)
    assert 'id="report"' in page and "补充密码应用方案" in page and "还剩" in page
    assert sign_in(client, "officer").post(f"{address}/report", data={"text": ""}).status_code == 422
    answer = client.post(f"{address}/report", data={"text": "已补充", "file": (room.paper().stream, "证明.pdf")})
    assert answer.status_code == 302
    page = text_of(client, "authority_officer", address)
    assert "证明.pdf" in page and 'id="send-back"' in page and 'id="report"' not in page
    assert client.post(f"{address}/send-back", data={"reason": ""}).status_code == 422
    assert client.post(f"{address}/send-back", data={"reason": "缺评估意见"}).status_code == 302
    page = text_of(client, "officer", address)
    assert "上次报送被退回" in page and "退回重新落实" in page and "缺评估意见" in page
    assert client.post(f"{address}/report", data={"text": "已附评估意见"}).status_code == 302
    assert sign_in(client, "authority_officer").post(f"{address}/accept").status_code == 302
    db.session.expire_all()
    assert owed.state is ObligationState.ACCEPTED
    page = text_of(client, "inspector", address)
    assert "已核销" in page and "<form" not in page.split('id="main"')[1]


def test_an_overdue_condition_says_so(app, client, w, owed):
    with clock.at(room.MOMENT_AFTER):
        assert "这项条件已逾期" in text_of(client, "officer", f"/obligations/{owed.code}")


@pytest.mark.parametrize("by, path", [("other_officer", ""), ("other_officer", "/report"), ("operator_officer", "")])
def test_a_stranger_finds_no_condition(app, client, w, owed, by, path):
    address = f"/obligations/{owed.code}{path}"
    answer = sign_in(client, by).post(address, data={"text": "x"}) if path else sign_in(client, by).get(address)
    assert answer.status_code == 404


def test_the_wrong_side_may_look_but_not_act(app, client, w, owed):
    assert sign_in(client, "authority_officer").post(f"/obligations/{owed.code}/report").status_code == 403
    assert sign_in(client, "authority_officer").post(f"/obligations/{owed.code}/accept").status_code == 422
    obligations.report(w.actor("officer"), owed, "已落实")
    db.session.commit()
    assert sign_in(client, "officer").post(f"/obligations/{owed.code}/accept").status_code == 403


# --- partials --------------------------------------------------------------------------------------------------------


def test_a_checklist_says_what_is_missing_why_and_where_to_go(app, w, subject):
    with app.test_request_context("/"):
        lines = checklist(subject, Step.APPROVE, KNOWN)
        page = render_template("gates/_checklist.html", lines=lines, hrefs=pages.hrefs_of(subject))
    for words in (
        "还缺 5 项",
        "现有记录：设计概算 1,200.00 元；投资估算 1,000.00 元",
        "尚无记录：查重结论",
        "概算超过估算的 110%，且未重报可行性研究报告",
        "缺少项目备案表",
        "专家评审意见不足 1 份",
        "本轮专家评审意见数 0",
        f'href="/projects/{room.CODE}/duplicates"',
        "不作机器判定",
    ):
        assert words in page, words
    assert "已登记项目备案表" not in page
    # Codes of closed lists are no words.
    assert "建设性质 new" not in page


def test_an_empty_checklist_and_no_opinions_say_so(app, w):
    with app.test_request_context("/"):
        assert "此环节没有前置条件" in render_template("gates/_checklist.html", lines=(), hrefs={})
        assert "本轮还没有评审意见" in render_template("gates/_opinions.html", opinions=[])


def test_a_decision_in_words_with_its_conditions_and_what_it_rested_on(app, w, subject):
    room.opine(w, subject, kind=OpinionKind.ASSESSOR, giver_name="省评估中心")
    made = room.decide(w, subject, room.conditional(w), values=KNOWN)
    with app.test_request_context("/"):
        page = render_template("gates/_decision.html", decision=made)
        said = render_template("gates/_opinions.html", opinions=opinions_of(subject, Step.APPROVE, 1))
    for words in (
        "附条件通过",
        "补充密码应用方案",
        "待落实",
        "申报书第 1 版",
        "G-10",
        "概算超过估算的 110%",
        "设计概算",
        "1,200.00 元",
        "孙主任",
    ):
        assert words in page, words
    assert "省评估中心" in said and "咨询评估机构" in said and "评分 86" in said


def test_a_return_tells_everything_that_is_missing(app, w, subject):
    ruling = room.Ruling(room.Verdict.RETURNED, reason="材料不齐", notice=("补登可行性研究报告", "补登备案表"))
    made = room.decide(w, subject, ruling)
    with app.test_request_context("/"):
        page = render_template("gates/_decision.html", decision=made)
    assert "一次性告知" in page and "补登备案表" in page
