"""The pages of a declaration: sections are saved in parts, lists line by line, and what is missing stands beside."""

import re

import pytest

from app.core.db import db
from app.projects import actions, declaring
from app.projects.kinds import ProjectState
from app.projects.queries import project_in_reach
from tests.factories import PEOPLE, service, sign_in
from tests.projects.room import TITLE, declared, money, opened, paper, register, seen_digest, service_line

BASICS = {
    "title": TITLE,
    "kind": "new",
    "category": "application",
    "scope": "one_agency",
    "deployment": "government_cloud",
    "purpose": "群众办事少跑动。",
    "functions": "网上申报",
    "plan_item": "GH-1",
    "responsible_person": "何平",
    "planned_from": "2026-06-01",
    "planned_until": "2026-12-31",
    "mlps_level": "2",
    "prior_project": "",
    "prior_investment": "",
}
MONEY = {"estimate": "3,000,000", "design_budget": "2900000.50", "budget_item": "YS-1", "budget_year": "2026"}
OPERATION = {
    "mode": "government_purchase",
    "operating_budget": "600000",
    "operating_plan": "企业运营",
    "exit_plan": "移交",
}
LINES = {
    "costs": {"name": "系统开发", "category": "software", "amount": "2800000"},
    "services": {"service": "", "name": "网上申报", "unit": "件", "usage_indicator": "", "baseline": "120000"},
    "data": {"name": "办件信息", "data_class": "public", "sharing": "unconditional", "catalogue_number": "ML-1"},
    "components": {"component": "identity", "provision": "reuse"},
    "targets": {"name": "网上办理率", "value": "90", "unit": "%", "due_on": "2027-12-31"},
}


@pytest.fixture
def project(w):
    made = opened(w)
    db.session.commit()
    return made


def address(project, rest=""):
    return f"/projects/{project.code}/declaration{rest}"


def text_of(client, by, project, rest=""):
    answer = sign_in(client, by).get(address(project, rest))
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def again(w, project):
    db.session.expire_all()
    return project_in_reach(w.actor("officer"), project.code)


def test_an_empty_declaration_says_what_is_missing_and_where(app, client, w, project):
    page = text_of(client, "officer", project)
    assert re.search(r"还缺 \d+ 项，不能提交审批", page)
    assert address(project, "/basics") in page
    assert address(project, "/operation") in page
    assert f"{address(project)}#services" in page
    assert f"/projects/{project.code}/documents" in page


def test_who_may_not_declare_reads_without_buttons(app, client, w, project):
    page = text_of(client, "authority_officer", project)
    assert "/basics" not in page
    assert "添加费用" not in page
    for by in ("authority_officer", "other_officer", "operator_officer"):
        answer = sign_in(client, by).get(address(project, "/basics"))
        assert answer.status_code in {403, 404}
    assert sign_in(client, "other_officer").get(address(project)).status_code == 404


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_but_the_clients_officers_changes_a_declaration(app, client, w, project, who):
    answer = sign_in(client, who).post(address(project, "/basics"), data=BASICS)
    assert (answer.status_code == 302) == (who in {"officer", "second_officer"})


def test_a_clerk_goes_from_section_to_section(app, client, w, project):
    officer = sign_in(client, "officer")
    first = officer.post(address(project, "/basics"), data=BASICS | {"then": "next"})
    assert first.location == address(project, "/money")
    second = officer.post(address(project, "/money"), data=MONEY | {"then": "next"})
    assert second.location == address(project, "#costs")
    for name, data in LINES.items():
        more = officer.post(address(project, f"/{name}/new"), data=data | {"then": "again"})
        # One component and one service of a name are enough, so only the form is opened again.
        assert more.location == address(project, f"/{name}/new")
    assert officer.post(address(project, "/operation"), data=OPERATION).location == address(project, "#operation")
    version = again(w, project).current
    assert (version.estimate_fen, version.design_budget_fen) == (300_000_000, 290_000_050)
    assert [len(getattr(version, name)) for name in ("costs", "services", "data_items", "components", "targets")] == [
        1
    ] * 5
    page = text_of(client, "officer", project)
    for words in ("300.00 万元", "120,000", "ML-1", "复用统建能力", "90 %", "政府购买服务"):
        assert words in page, words


def test_what_is_typed_stays_when_it_is_refused(app, client, w, project):
    answer = sign_in(client, "officer").post(
        address(project, "/basics"), data=BASICS | {"planned_until": "2026-01-01", "prior_project": project.code}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "计划建成日早于计划开工日" in page
    assert "前期项目不能是本项目" in page
    assert "群众办事少跑动" in page
    assert again(w, project).current.purpose == ""


def test_the_second_of_two_clerks_is_told(app, client, w, project):
    officer = sign_in(client, "officer")
    stale = {"_version": str(project.current.row_version)}
    assert officer.post(address(project, "/money"), data=MONEY | stale).status_code == 302
    answer = officer.post(address(project, "/money"), data=MONEY | {"estimate": "1"} | stale)
    assert answer.status_code == 422
    assert "这条记录已被修改" in answer.get_data(as_text=True)
    assert again(w, project).current.estimate_fen == 300_000_000


@pytest.mark.parametrize("seen", ["abc", "-1", "1.0", "9" * 12, "１"])
def test_a_version_that_is_no_number_saves_nothing(app, client, w, project, seen):
    answer = sign_in(client, "officer").post(address(project, "/money"), data=MONEY | {"_version": seen})
    assert answer.status_code == 400
    assert "修改次数不是数字，没有保存" in answer.get_data(as_text=True)
    assert again(w, project).current.estimate_fen is None


def test_a_service_of_the_ledger_goes_by_its_name_there(app, client, w, project):
    kept = service(w.actor("officer"), "好差评受理")
    code = kept.code
    db.session.commit()
    officer = sign_in(client, "officer")
    assert code in officer.get(address(project, "/services/new")).get_data(as_text=True)
    data = {"service": code, "name": "别的名称", "usage_indicator": "", "baseline": "10"}
    assert officer.post(address(project, "/services/new"), data=data).status_code == 302
    (line,) = again(w, project).current.services
    assert (line.name, line.unit, line.usage_indicator) == ("好差评受理", "件", "KI-040")
    edited = officer.get(address(project, f"/services/{line.id}")).get_data(as_text=True)
    assert re.search(rf'<option selected value="{code}"', edited)


def test_lines_are_changed_and_removed(app, client, w, project):
    officer = sign_in(client, "officer")
    officer.post(address(project, "/costs/new"), data=LINES["costs"])
    (line,) = again(w, project).current.costs
    there = address(project, f"/costs/{line.id}")
    assert officer.post(there, data=LINES["costs"] | {"amount": "0"}).status_code == 422
    assert officer.post(there, data=LINES["costs"] | {"amount": "12.34"}).status_code == 302
    assert again(w, project).current.costs[0].amount_fen == 1234
    assert officer.post(f"{there}/remove").status_code == 302
    assert again(w, project).current.costs == []
    assert officer.get(there).status_code == 404


def test_a_line_of_another_project_is_not_found(app, client, w, project):
    other = declared(w, title="另一项目")
    key = other.current.costs[0].id
    db.session.commit()
    assert sign_in(client, "officer").post(address(project, f"/costs/{key}/remove")).status_code == 404


def test_what_a_project_does_not_need_is_said_outright(app, client, w, project):
    officer = sign_in(client, "officer")
    said = BASICS | {"no_data": "y", "no_components": "y"}
    assert officer.post(address(project, "/basics"), data=said).status_code == 302
    assert "已声明：本项目不使用业务数据" in text_of(client, "officer", project)
    # A line says otherwise, and then the statement is gone.
    officer.post(address(project, "/data/new"), data=LINES["data"])
    assert again(w, project).current.no_data is False
    answer = officer.post(address(project, "/basics"), data=said)
    assert answer.status_code == 422
    assert "已列出 1 项数据" in answer.get_data(as_text=True)


def test_parties_join_and_leave(app, client, w, project):
    officer = sign_in(client, "officer")
    joined = officer.post(address(project, "/parties/new"), data={"organisation": "WATCHER", "role": "evaluator"})
    assert joined.status_code == 302
    twice = officer.post(address(project, "/parties/new"), data={"organisation": "WATCHER", "role": "finance"})
    assert twice.status_code == 422
    page = text_of(client, "officer", project)
    (key,) = re.findall(r"/declaration/parties/(\d+)/remove", page)
    assert officer.post(address(project, f"/parties/{key}/remove")).status_code == 302
    assert "信诚监理有限公司" not in text_of(client, "officer", project)


def test_a_complete_declaration_offers_submission_of_what_is_shown(app, client, w):
    project = declared(w)
    db.session.commit()
    page = text_of(client, "officer", project)
    assert "条件已全部满足" in page
    (digest,) = set(re.findall(r'name="digest" value="([0-9a-f]{64})"', page))
    sent = sign_in(client, "officer").post(f"/projects/{project.code}/submit", data={"digest": digest})
    assert sent.status_code == 302
    project = again(w, project)
    assert project.state is ProjectState.SUBMITTED
    assert project.current.sha256 == digest
    sealed = text_of(client, "officer", project)
    assert "/basics" not in sealed
    assert sign_in(client, "officer").get(address(project, "/basics")).status_code == 409


def test_versions_are_compared(app, client, w):
    project = declared(w)
    actions.submit(w.actor("officer"), project, seen_digest(project))
    actions.withdraw(w.actor("officer"), project, "补充")
    declaring.set_money(w.actor("officer"), project, money(estimate_fen=310_000_000), None)
    declaring.add_line(w.actor("officer"), project, service_line(name="评价反馈"))
    db.session.commit()
    page = text_of(client, "officer", project)
    assert "第 2 版与第 1 版的差异" in page
    assert "<del>3,000,000.00 元</del>" in page
    assert "<ins>3,100,000.00 元</ins>" in page
    assert "评价反馈 · 基线 120000 件" in page
    old = text_of(client, "authority_officer", project, "?version=1")
    assert "这是以前的版本" in old
    assert "评价反馈" not in old
    assert text_of(client, "officer", project, "?version=1&against=2")
    assert text_of(client, "officer", project, "?version=9&against=x")


def test_papers_are_registered_and_listed(app, client, w, project):
    officer = sign_in(client, "officer")
    there = f"/projects/{project.code}/documents"
    assert "还没有登记材料" in officer.get(there).get_data(as_text=True)
    data = {"kind": "feasibility", "number": "可研 1", "issuer": "设计院", "issued_on": "2026-02-01"}
    lacking = officer.post(there, data=data, content_type="multipart/form-data")
    assert lacking.status_code == 422
    assert "没有选择文件" in lacking.get_data(as_text=True)
    upload = paper("可研.pdf")
    sent = officer.post(there, data=data | {"file": (upload.stream, "可研.pdf")}, content_type="multipart/form-data")
    assert sent.status_code == 302
    page = officer.get(there).get_data(as_text=True)
    for words in ("可行性研究报告", "可研 1", "设计院", "2026-02-01", "可研.pdf", "SM3"):
        assert words in page, words
    register(w, project, "feasibility", number="可研 2")
    db.session.commit()
    assert "已有新版" in officer.get(there).get_data(as_text=True)


def test_who_has_no_part_in_papers_cannot_send_one(app, client, w, project):
    there = f"/projects/{project.code}/documents"
    reader = sign_in(client, "authority_lead")
    assert "登记后不能删除" not in reader.get(there).get_data(as_text=True)
    assert reader.post(there, data={"kind": "feasibility", "issued_on": "2026-02-01"}).status_code == 403
