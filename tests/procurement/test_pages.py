"""The pages of purchases: planning, announcing, recording and confirming in the browser; strangers see nothing."""

import io
from datetime import timedelta

import pytest

from app.contracts.drawing import draw
from app.core.clock import clock
from app.core.db import db
from app.procurement import actions
from app.procurement.kinds import ProcurementState
from app.procurement.queries import procurements_of
from app.projects import actions as projects
from tests.factories import MOMENT, PEOPLE, sign_in
from tests.procurement import room

S = ProcurementState
PLAN = {
    "title": "运营服务采购",
    "purpose": "operate",
    "method": "competitive_consultation",
    "budget": "600000",
    "term_months": "12",
    "publicity_file": "",
}


def address(project, rest=""):
    return f"/projects/{project.code}/procurement{rest}"


def text_of(client, by, project, rest=""):
    answer = sign_in(client, by).get(address(project, rest))
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def post(client, by, project, rest, **data):
    return sign_in(client, by).post(address(project, rest), data=data, content_type="multipart/form-data")


def upload(name):
    return (io.BytesIO(b"%PDF-1.4 " + name.encode()), name)


@pytest.fixture(autouse=True)
def kept(project):
    """What the pages read was written before."""
    db.session.commit()


def only(project):
    db.session.expire_all()
    return procurements_of(project)[-1]


def test_a_project_without_purchases_says_who_begins(client, project):
    assert "还没有采购" in text_of(client, "authority_officer", project)
    assert "procurement/new" not in text_of(client, "authority_officer", project)
    assert "procurement/new" in text_of(client, "officer", project)


def test_a_purchase_of_operation_from_the_plan_to_the_contract(client, project):
    assert post(client, "officer", project, "/new", **PLAN).status_code == 302
    purchase = only(project)
    assert (purchase.state, purchase.budget_fen) == (S.PLANNED, 60_000_000)
    here = f"/{purchase.number}"
    notice = {"notice_number": "公告1", "announced_on": "2026-03-02"}
    page = text_of(client, "officer", project, here)
    assert "自磋商文件发出起不少于 10 日" in page and "最早 2026-03-12 截止" in page
    refused = post(client, "officer", project, f"{here}/announce", bids_due_on="2026-03-11", **notice)
    assert refused.status_code == 422
    # Beside the field: what, why, on whose authority, and what to do.
    page = refused.get_data(as_text=True)
    assert "竞争性磋商响应时间不足 10 日。" in page and "最早到 2026-03-12 截止" in page
    assert "财库〔2014〕214号）第10条" in page and "请顺延截止日" in page
    answer = post(client, "officer", project, f"{here}/announce", bids_due_on="2026-03-12", **notice)
    assert answer.status_code == 302
    with clock.at(MOMENT + timedelta(days=10)):
        bought(client, project, here)


def bought(client, project, here):
    """From the notice to the contract, ten days later."""
    award = {"winner": "OPERATOR", "award_number": "中标1", "award_on": "2026-03-12", "award_amount": "580000"}
    answer = post(
        client, "officer", project, f"{here}/award", award_file="", award_upload=upload("通知书.pdf"), **award
    )
    assert answer.status_code == 302
    page = text_of(client, "signatory", project, here)
    assert "确认成交结果" in page and "580,000.00" in page and "通知书.pdf" in page
    version = str(only(project).row_version)
    assert post(client, "signatory", project, f"{here}/confirm", _version=version).status_code == 302
    assert only(project).state is S.AWARDED
    page = text_of(client, "officer", project, here)
    assert "签订政府采购合同" in page and "2026-04-13" in page and "据此起草合同" in page
    answer = post(client, "officer", project, f"{here}/draw")
    assert answer.status_code == 302
    code = only(project).own_contract
    assert answer.headers["Location"].endswith(f"/contracts/{code}")
    assert code in text_of(client, "officer", project)
    contract = sign_in(client, "officer").get(f"/contracts/{code}").get_data(as_text=True)
    assert project.code in contract and only(project).code in contract and "所属项目" in contract
    answer = post(client, "officer", project, f"{here}/draw")
    assert answer.status_code == 302 and answer.headers["Location"].endswith(here)


def test_a_recorded_contract_is_published_and_filed(client, w, project):
    purchase = room.awarded(w, project, "build")
    here = f"/{purchase.number}"
    contract = {"contract_number": "JS-1", "signed_on": "2026-03-02", "contract_amount": "2000000", "contract_file": ""}
    answer = post(client, "officer", project, f"{here}/contract", contract_upload=upload("合同.pdf"), **contract)
    assert answer.status_code == 302
    answer = post(client, "officer", project, f"{here}/publication", published_on="2026-03-02", filed_on="")
    assert answer.status_code == 302
    page = text_of(client, "officer", project, here)
    assert "公告采购合同" in page and "按期" in page and "采购合同副本备案" in page


def test_everything_that_stands_against_a_step_is_on_the_page_and_what_was_typed_stays(client, w, project):
    purchase = room.planned(w, project)
    answer = post(
        client,
        "officer",
        project,
        f"/{purchase.number}/announce",
        notice_number="",
        announced_on="2026-03-02",
        bids_due_on="2026-03-05",
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请填写公告编号" in page and "投标准备时间不足 20 日" in page and 'value="2026-03-05"' in page


def test_a_correction_stands_beside_the_notice_it_corrects(client, w, project):
    purchase = room.planned(w, project)
    here = f"/{purchase.number}"
    first = {"notice_number": "公告甲", "announced_on": "2026-03-02", "bids_due_on": "2026-03-23"}
    assert post(client, "officer", project, f"{here}/announce", **first).status_code == 302
    assert "公告与更正" not in text_of(client, "officer", project, here)
    with clock.at(MOMENT + timedelta(days=4)):
        again = {"notice_number": "更正乙", "announced_on": "2026-03-06", "bids_due_on": "2026-03-27"}
        assert post(client, "officer", project, f"{here}/announce", **again).status_code == 302
        page = text_of(client, "officer", project, here)
    assert "公告与更正" in page and "第 1 次更正" in page
    for said in (*first.values(), *again.values()):
        assert said in page, said


def test_only_papers_of_the_right_kind_are_offered_and_taken(client, w, project):
    purchase = room.awarded(w, project, "build")
    scan, other = room.papers(w, project, "procurement_contract"), room.papers(w, project, "feasibility")
    db.session.commit()
    here = f"/{purchase.number}"
    form = text_of(client, "officer", project, here).split('id="contract"')[1].split("</form>")[0]
    assert scan in form and other not in form and purchase.award_sha256 not in form
    data = {"contract_number": "JS-1", "signed_on": "2026-03-02", "contract_amount": "2000000"}
    for wrong in (other, purchase.award_sha256, "0" * 64):
        answer = post(client, "officer", project, f"{here}/contract", contract_file=wrong, **data)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and "没有登记为“采购合同扫描件”" in page and "不能代替" in page
        assert only(project).state is S.AWARDED
    assert post(client, "officer", project, f"{here}/contract", contract_file=scan, **data).status_code == 302


def test_a_single_source_shows_its_earliest_days(client, w, project):
    made = actions.plan(w.actor("officer"), project, room.single_source(), room.proof())
    db.session.commit()
    page = text_of(client, "officer", project, f"/{made.number}")
    assert "公示最早结束" in page and "2026-02-28" in page
    assert "最早可以公告和成交" in page and "2026-03-02" in page
    assert "起公示的，最早 2026-02-28 结束" in text_of(client, "officer", project, f"/{made.number}/plan")


@pytest.mark.parametrize("amount, said", [("1900000", "合同金额比成交金额少 100,000.00 元"), ("2000000", "")])
def test_a_contract_below_its_award_is_remarked(client, w, project, amount, said):
    purchase = room.awarded(w, project, "build")
    db.session.commit()
    data = {"contract_number": "JS-1", "signed_on": "2026-03-02", "contract_amount": amount, "contract_file": ""}
    here = f"/{purchase.number}"
    assert post(client, "officer", project, f"{here}/contract", contract_upload=upload("合同.pdf"), **data).status_code
    page = text_of(client, "officer", project, here)
    assert ("合同金额比成交金额" in page) is bool(said) and said in page


def test_the_pages_of_a_suspended_project_say_that_nothing_is_bought(client, w, project):
    purchase = room.awarded(w, project, "operate")
    projects.suspend(w.actor("authority_lead"), project, "资金来源待核实。")
    db.session.commit()
    here = f"/{purchase.number}"
    page = text_of(client, "officer", project, here)
    assert "项目现在是“已暂停”，不能采购。" in page and "据此起草合同" not in page and "取消采购" in page
    assert "不能采购" in text_of(client, "officer", project)
    answer = post(client, "officer", project, f"{here}/draw")
    assert answer.status_code == 302 and only(project).own_contract is None


def test_a_plan_that_is_refused_keeps_what_was_typed(client, project):
    answer = post(client, "officer", project, "/new", **{**PLAN, "budget": "700000"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "超过批准的金额" in page and "运营服务采购" in page
    assert procurements_of(project) == []


def test_a_plan_is_changed_on_its_page(client, w, project):
    purchase = room.planned(w, project, "operate")
    here = f"/{purchase.number}/plan"
    assert "600000.00" in text_of(client, "officer", project, here)
    data = {**PLAN, "budget": "500000", "_version": str(purchase.row_version)}
    assert post(client, "officer", project, here, **data).status_code == 302
    assert only(project).budget_fen == 50_000_000
    assert post(client, "officer", project, here, **data).status_code == 422


@pytest.mark.parametrize("end, state", [("fail", S.FAILED), ("cancel", S.CANCELLED)])
def test_a_purchase_is_ended_with_a_reason(client, w, project, end, state):
    purchase = room.announced(w, project)
    assert post(client, "officer", project, f"/{purchase.number}/{end}", reason="").status_code == 422
    assert post(client, "officer", project, f"/{purchase.number}/{end}", reason="投标人不足").status_code == 302
    assert only(project).state is state
    assert "投标人不足" in text_of(client, "officer", project, f"/{purchase.number}")


def test_an_award_is_sent_back(client, w, project):
    purchase = room.recorded(w, project)
    answer = post(client, "signatory", project, f"/{purchase.number}/send-back", reason="金额不符")
    assert answer.status_code == 302
    assert not only(project).has_award


def test_who_recorded_sees_why_he_does_not_confirm(client, w, project):
    purchase = room.recorded(w, project)
    assert "确认成交结果" not in text_of(client, "officer", project, f"/{purchase.number}")
    assert post(client, "officer", project, f"/{purchase.number}/confirm").status_code == 403


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_who_sees_a_purchase(client, w, project, who):
    purchase = room.awarded(w, project, "operate")
    db.session.commit()
    seers = {"officer", "second_officer", "signatory", "operator_officer", "operator_signatory"}
    seers |= {"authority_officer", "authority_lead", "leader", "inspector", "second_inspector"}
    administrators = {"system_admin", "security_admin", "audit_admin"}
    expected = 200 if who in seers else 403 if who in administrators else 404
    for rest in ("", f"/{purchase.number}"):
        assert sign_in(client, who).get(address(project, rest)).status_code == expected, rest


def test_what_does_not_exist_is_not_found(client, project):
    officer = sign_in(client, "officer")
    assert officer.get(address(project, "/9")).status_code == 404
    assert officer.post(address(project, "/9/draw")).status_code == 404
    assert officer.get("/projects/XM-0-0-0/procurement").status_code == 404


def test_the_page_of_a_signed_contract_says_what_it_waits_for(client, w, project):
    contract = room.signed(w, room.completed(w, draw(w.actor("officer"), room.awarded(w, project, "operate"))))
    db.session.commit()
    page = sign_in(client, "operator_officer").get(f"/contracts/{contract.code}").get_data(as_text=True)
    assert "项目尚未移交投运，合同暂不生效" in page


def test_the_projects_page_shows_the_money(client, w, project):
    room.contracted(w, project, "build")
    db.session.commit()
    page = sign_in(client, "officer").get(f"/projects/{project.code}").get_data(as_text=True)
    assert "资金与采购" in page
