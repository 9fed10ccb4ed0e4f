"""The pages of plans: in words for everybody who sees the contract, proposing and answering, strangers see nothing."""

import re

import pytest

from app.core.db import db
from app.plans import actions
from app.plans.queries import pending_of, plans_of
from tests.factories import PEOPLE, plan, plan_facts, sign_in
from tests.plans.test_acts import propose

FIELDS = {
    "period_kind": "month",
    "first_period": "2026-03",
    "scheme": "SC-AVAIL",
    "weighting": "equal",
    "schedule": "",
    "min_outage_minutes": "5",
    "degraded_weight": "0.5",
    "report_after_days": "10",
}


def address(contract, rest=""):
    return f"/contracts/{contract.code}/plans{rest}"


def text_of(client, by, contract, rest=""):
    answer = sign_in(client, by).get(address(contract, rest))
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_contract_without_plans_says_who_begins(app, client, w, contract):
    assert "还没有考核约定" in text_of(client, "operator_officer", contract)
    assert "plans/new" not in text_of(client, "operator_officer", contract)
    assert "plans/new" in text_of(client, "officer", contract)


def test_proposing_and_agreeing_on_the_pages(app, client, w, contract):
    officer = sign_in(client, "officer")
    form = officer.get(address(contract, "/new")).get_data(as_text=True)
    assert 'value="2026-03"' in form
    assert re.search(r'<option selected value="SC-AVAIL"', form)
    assert officer.post(address(contract, "/new"), data=FIELDS).status_code == 302
    db.session.expire_all()
    proposed = pending_of(contract)
    page = text_of(client, "operator_signatory", contract)
    for words in (
        "等待运营方答复",
        "平台服务可用率",
        "不高于 99 得 0 分，不低于 99.9 得 100 分",
        "70%",
        "优",
        "数据泄露",
    ):
        assert words in page, words
    # By contract: both lines have bands that cost points, so the scheme's rules are not used.
    assert "按合同约定的扣分档扣款" in page
    signatory = sign_in(client, "operator_signatory")
    wrong = signatory.post(address(contract, "/1/agree"), data={"digest": "0" * 64})
    assert wrong.status_code == 422
    assert "与您看到的不一致" in wrong.get_data(as_text=True)
    assert signatory.post(address(contract, "/1/agree"), data={"digest": proposed.sha256}).status_code == 302
    db.session.expire_all()
    assert plans_of(contract)[0].state.value == "agreed"
    assert "2026-03 起" in text_of(client, "inspector", contract)
    again = sign_in(client, "operator_signatory").post(address(contract, "/1/agree"), data={"digest": proposed.sha256})
    assert again.status_code == 422
    assert "当前状态不能" in again.get_data(as_text=True)


def test_refusing_needs_a_reason_and_withdrawing_none(app, client, w, contract):
    propose(w, contract)
    db.session.commit()
    signatory = sign_in(client, "operator_signatory")
    assert signatory.post(address(contract, "/1/refuse"), data={"reason": " "}).status_code == 422
    assert signatory.post(address(contract, "/1/refuse"), data={"reason": "起点过高"}).status_code == 302
    page = text_of(client, "officer", contract)
    assert "起点过高" in page
    assert "对方不同意" in page
    propose(w, contract)
    db.session.commit()
    assert sign_in(client, "officer").post(address(contract, "/2/withdraw"), data={}).status_code == 302
    assert "已撤回" in text_of(client, "officer", contract)


BAD = [
    ({"first_period": "2026-13"}, "请填写周期"),
    ({"first_period": ""}, "请填写此项"),
    ({"first_period": "2026-Q2"}, "首个周期与考核周期不一致"),
    ({"first_period": "2031-01"}, "不在合同期限内"),
    ({"scheme": "SC-NONE"}, "不是有效"),
    ({"scheme": ""}, "请填写此项"),
    ({"scheme": "SC-YEAR"}, "没有按月约定"),
    ({"schedule": "nonsense"}, ""),
    ({"weighting": "fee"}, "没有固定费用"),
    ({"min_outage_minutes": "1441"}, "0 到 1440 分钟"),
    ({"min_outage_minutes": "-1"}, "0 到 1440 分钟"),
    ({"min_outage_minutes": "2.5"}, "请填写整数"),
    ({"degraded_weight": "0"}, "降级权重须大于 0"),
    ({"degraded_weight": "1.000001"}, "降级权重须大于 0"),
    ({"degraded_weight": "NaN"}, "请填写普通数字"),
    ({"report_after_days": "61"}, "0 到 60 天"),
    ({"report_after_days": "١"}, "请填写整数"),
]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("changes, words", BAD, ids=lambda value: str(value)[:40])
def test_bad_input_is_refused_on_the_form_and_kept(app, client, w, contract, changes, words):
    answer = sign_in(client, "officer").post(address(contract, "/new"), data={**FIELDS, **changes})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert words in page
    for name, value in changes.items():
        assert name in {"scheme", "schedule", "weighting"} or f'value="{value}"' in page
    assert plans_of(contract) == []


def test_everything_wrong_is_said_at_once(app, client, w, contract):
    wrong = {"first_period": "2031-01", "weighting": "fee", "scheme": "SC-YEAR", "report_after_days": "99"}
    page = sign_in(client, "officer").post(address(contract, "/new"), data={**FIELDS, **wrong}).get_data(as_text=True)
    for words in ("不在合同期限内", "没有固定费用", "没有按月约定", "0 到 60 天"):
        assert words in page


@pytest.mark.parametrize("rest", ["", "/1", "/new"])
def test_strangers_see_nothing(app, client, w, contract, rest):
    plan(w, contract)
    db.session.commit()
    for by in ("rival_officer", "other_officer"):
        status = sign_in(client, by).get(address(contract, rest)).status_code
        assert status == (403 if rest == "/new" and by == "rival_officer" else 404)


def test_every_role_that_sees_the_contract_reads_its_plans(app, client, w, contract):
    plan(w, contract)
    db.session.commit()
    for by in ("officer", "signatory", "operator_officer", "operator_signatory", "inspector", "leader"):
        assert by in PEOPLE
        assert "KH-" in text_of(client, by, contract, "/1")
    assert sign_in(client, "officer").get(address(contract, "/7")).status_code == 404


@pytest.mark.parametrize(
    "by, act",
    [("operator_officer", "agree"), ("officer", "agree"), ("signatory", "refuse"), ("operator_signatory", "withdraw")],
)
def test_buttons_of_others_are_refused(app, client, w, contract, by, act):
    propose(w, contract)
    db.session.commit()
    data = {"digest": plans_of(contract)[0].sha256, "reason": "x"}
    assert sign_in(client, by).post(address(contract, f"/1/{act}"), data=data).status_code == 403


def test_the_page_says_what_nobody_judges(app, client, w, contract):
    plan(w, contract, scheme=plan_facts(contract).scheme)
    db.session.commit()
    page = text_of(client, "officer", contract)
    assert "方案中有、合同没有约定" in page
    assert text_of(client, "officer", contract, "/new").count("SC-") >= 8


def test_the_trail_of_the_contract_says_what_became_of_a_plan(app, client, w, contract):
    proposed = propose(w, contract)
    actions.withdraw(w.actor("officer"), proposed)
    db.session.commit()
    page = sign_in(client, "officer").get(f"/contracts/{contract.code}?tab=trail").get_data(as_text=True)
    assert f"撤回 {proposed.code}" in page
    for words in ("提出考核约定", "首个周期", "2026-03", "SC-AVAIL", "各服务权重相同"):
        assert words in page, words
