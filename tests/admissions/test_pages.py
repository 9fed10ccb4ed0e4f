"""Pages of admissions over the web: the register for everybody, applications for parties, each act from its form."""

import io

import pytest

from app.admissions import actions, keeping
from app.admissions.models import Admission
from app.core.clock import today
from app.core.db import db
from tests import factories
from tests.admissions import room

ONE = "/admissions/{code}"


def post(client, path, **data):
    return client.post(path, data=data, follow_redirects=True)


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_the_register_is_everybodys_and_the_application_its_parties(client, w):
    made = room.suspended(w)
    waiting = room.opened(w, category="AC-CLOUD")
    address, hidden = ONE.format(code=made.code), ONE.format(code=waiting.code)
    db.session.commit()
    factories.sign_in(client, "officer")
    text = page(client, "/admissions")
    assert made.code in text and waiting.code not in text
    assert "准入已暂停" in text
    text = page(client, address)
    assert "发生数据安全事件" in text and "NO-iso_27001" not in text and "申请材料只有当事方" in text
    assert client.get(hidden).status_code == 404
    assert client.get(f"{address}/suspend").status_code == 403
    for path in ("/admissions/rules", "/admissions/rules?category=AC-DATA", "/admissions/companies/RIVAL"):
        page(client, path)
    sheet = client.get("/admissions?export=xlsx&category=AC-APP&state=suspended&region=4401")
    assert sheet.content_type.endswith("spreadsheetml.sheet")
    factories.sign_in(client, "authority_lead")
    assert "NO-iso_27001" in page(client, address)
    page(client, "/admissions/applications")


def test_a_company_writes_its_application_and_sees_what_is_missing(client, w):
    db.session.commit()
    factories.sign_in(client, "rival_officer")
    page(client, "/admissions/new")
    text = post(client, "/admissions/new", category="AC-SEC", authority="AUTHORITY:44").get_data(as_text=True)
    assert "已建立申请" in text and "还缺" in text
    made = db.session.query(Admission).filter_by(category="AC-SEC").one()
    address = ONE.format(code=made.code)
    refused = client.post(f"{address}/submit", data={})
    assert refused.status_code == 422 and "AR-402" not in refused.get_data(as_text=True).split("<main")[0]
    proof = {"kind": "iso_27001", "number": "A-1", "issuer": "认证机构", "valid_until": "2028-01-01", "file": ""}
    bad = client.post(f"{address}/proofs/new", data=proof)
    assert bad.status_code == 422 and "请附证书扫描件" in bad.get_data(as_text=True)
    scan = (io.BytesIO(b"%PDF-1.4 a"), "证书.pdf")
    assert "A-1" in post(client, f"{address}/proofs/new", **proof, upload=scan).get_data(as_text=True)
    said = {"text": "情况属实。", "file": "", "upload": (io.BytesIO(b"%PDF-1.4 b"), "说明.pdf")}
    assert "情况属实" in post(client, f"{address}/statements/AR-103", **said).get_data(as_text=True)
    assert client.get(f"{address}/statements/AR-201").status_code == 404
    found = {"listing": "clean", "checked_on": today().isoformat(), "source": "信用中国", "file": ""}
    scan = (io.BytesIO(b"%PDF-1.4 c"), "信用.pdf")
    assert "没有严重失信记录" in post(client, f"{address}/credit", **found, upload=scan).get_data(as_text=True)
    assert "已撤回申请" in post(client, f"{address}/withdraw", reason="另行申请").get_data(as_text=True)


def test_the_authority_reviews_decides_and_marks_it_on_its_pages(client, w):
    standing = db.session.query(Admission).filter_by(code="ZR-RIVAL-AC-APP").one()
    keeping.remove(w.actor("authority_lead"), standing, "企业申请退出。", room.file())
    made = room.submitted(w)
    address, seen = ONE.format(code=made.code), room.seen(made)
    asked = {f"met-{code}": "yes" for code in room.findings(made)}
    db.session.commit()
    factories.sign_in(client, "authority_officer")
    page(client, f"{address}/review")
    answer = client.post(f"{address}/review", data={"proposes": "yes", "opinion": "齐全。", "seen": seen})
    assert answer.status_code == 422 and "请逐项给出审查结论" in answer.get_data(as_text=True)
    whole = {"proposes": "yes", "opinion": "逐项核对。", "seen": seen, **asked}
    assert "逐项核对" in post(client, f"{address}/review", **whole).get_data(as_text=True)
    factories.sign_in(client, "authority_lead")
    page(client, f"{address}/decide")
    verdict = {"verdict": "admit", "reason": "符合条件。", "seen": seen, "valid_until": "2027-12-31"}
    assert "已准入" in post(client, f"{address}/decide", **verdict).get_data(as_text=True)
    for step, word in (("suspend", "准入已暂停"), ("resume", "已准入"), ("remove", "已移出名录")):
        page(client, f"{address}/{step}")
        assert word in post(client, f"{address}/{step}", reason="依规办理。", file="").get_data(as_text=True)
    assert "依规办理" in page(client, address)


@pytest.mark.parametrize("by", ["rival_officer", "authority_officer"])
def test_a_task_leads_to_the_admission(client, w, by):
    made = room.submitted(w)
    if by == "rival_officer":
        actions.return_for_change(w.actor("authority_officer"), made, "请补正。", room.seen(made))
    db.session.commit()
    factories.sign_in(client, by)
    assert ONE.format(code=made.code) in page(client, "/")


def test_the_contract_page_says_by_which_admission_it_is_signed(client, w):
    contract = w.contract("in_force")
    stranger = factories.organisation("市信息中心", kind=factories.K.PUBLIC_INSTITUTION, sides=factories.OPERATES)
    unadmitted = factories.draft(w, operator=stranger)
    db.session.commit()
    factories.sign_in(client, "officer")
    text = page(client, f"/contracts/{contract.code}")
    assert "运营企业准入" in text and "ZR-OPERATOR-AC-APP" in text
    text = page(client, f"/contracts/{unadmitted.code}")
    assert "没有准入“应用运营”，不能签署" in text
