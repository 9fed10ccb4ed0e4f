"""The journey's first stretch: declared by the client, compared, opined and approved with a condition, which is met."""

from __future__ import annotations

from playwright.sync_api import Page

from app.gates.kinds import Step
from app.projects.queries import project_in_reach
from tests.browser.journey import Journey
from tests.browser.journey_pages import code_in, confirm, follow, paper, press, state_of, told, typed
from tests.projects import room

TITLE = "粤省事一窗受理平台"
PAPERS = {
    "feasibility": "可行性研究报告",
    "preliminary_design": "初步设计与概算",
    "sharing_chapter": "信息资源共享分析篇",
    "crypto_plan": "密码应用方案",
    "ex_ante_evaluation": "事前绩效评估报告",
}
BASICS = {
    "kind": "new",
    "category": "application",
    "scope": "one_agency",
    "deployment": "government_cloud",
    "responsible_person": "何平",
    "plan_item": "GH-2026-017",
    "purpose": "群众办事少跑动。",
    "functions": "网上申报\n进度查询",
    "planned_from": "2026-04-15",
    "planned_until": "2026-07-31",
    "mlps_level": "2",
}
MONEY = {
    "estimate": "3000000",
    "design_budget": "2900000",
    "budget_item": "YS-2026-0042",
    "budget_year": "2026",
    "funding": "市级财政资金",
}
OPERATION = {
    "mode": "government_purchase",
    "operating_budget": "600000",
    "operating_plan": "由企业运营，按办件量计费，按月考核。",
    "exit_plan": "期满前三个月起移交数据、源代码、账号和文档。",
}
LINES = {
    "costs": {"name": "应用系统开发", "category": "software", "amount": "2800000"},
    "services": {
        "name": "一窗受理网上申报",
        "unit": "件",
        "baseline": "120000",
        "baseline_source": "旧系统 2025 年办件统计",
        "forecast_first": "150000",
        "forecast_second": "180000",
        "forecast_third": "200000",
        "unit_price": "1.5",
    },
    "data": {
        "name": "办件信息",
        "data_class": "public",
        "sharing": "conditional",
        "catalogue_number": "ML-4401-0001",
        "basis": "政务数据共享条例",
        "provider": "广州市政务服务中心",
    },
    "components": {"component": "identity", "provision": "reuse"},
    "targets": {"name": "网上办理率", "value": "90", "unit": "%", "due_on": "2027-12-31", "method": "业务系统统计"},
}
CONDITION = "补充密码应用方案的评估意见"


def declared(journey: Journey) -> None:
    """The client's officer: opens the project, fills it part by part, sees what is missing, submits."""
    with journey.desk("officer") as page:
        page.goto("/projects")
        follow(page, "申报项目")
        typed(page, title=TITLE)
        press(page, "建立项目", "已建立项目")
        code = journey.notes["project"] = code_in(page, "/projects/([^/]+)/declaration")
        assert page.get_by_role("link", name="不能提交审批").count() == 1
        page.goto(f"/projects/{code}/declaration/basics")
        # Each section leads on to the next; the last one back to the whole.
        for section, values in (("基本情况", BASICS), ("投资与预算", MONEY)):
            assert section in state_of(page)
            typed(page, **values)
            press(page, "保存并继续下一节", f"“{section}”已保存。")
        page.goto(f"/projects/{code}/declaration/operation")
        typed(page, **OPERATION)
        press(page, "保存", "“运营与退出”已保存。")
        lines(page, code)
        handed_in(page, code)
        page.goto(f"/projects/{code}/declaration")
        confirm(page, "提交审批", "已提交审批，申报内容已封存。")
        assert "审批中" in state_of(page)


def lines(page: Page, code: str) -> None:
    for name, values in LINES.items():
        page.goto(f"/projects/{code}/declaration/{name}/new")
        typed(page, **values)
        press(page, "添加", "已添加。")


def handed_in(page: Page, code: str) -> None:
    """One paper after another; the page says how many are still missing, until none is."""
    for kind, name in PAPERS.items():
        registered(page, code, kind, f"{name}.pdf", "2026-02-10")
    page.goto(f"/projects/{code}/declaration")
    assert page.get_by_role("link", name="不能提交审批").count() == 0


def registered(page: Page, code: str, kind: str, name: str, issued_on: str) -> None:
    page.goto(f"/projects/{code}/documents")
    form = page.locator("main form")
    typed(form, kind=kind, number=f"{kind}-1", issuer="广州市政务服务中心", issued_on=issued_on, file=paper(name))
    press(form, "登记", "材料已登记。")


def reviewed(journey: Journey) -> None:
    """The authority's officer: nothing like it exists, an expert supports it. The client adds the filing form."""
    code = journey.notes["project"]
    with journey.desk("officer") as page:
        registered(page, code, "filing_form", "备案表.pdf", "2026-03-03")
    with journey.desk("authority_officer") as page:
        page.goto(f"/projects/{code}/duplicates")
        typed(page, verdict="none", reason="与已有项目和服务比对，没有重复。")
        press(page, "认定", "已认定查重结论。")
        page.goto(f"/projects/{code}/decisions")
        form = page.locator("#opinion")
        said = {"giver_name": "许专家", "giver_organisation": "华南理工大学", "stance": "support", "score": "88"}
        opinion = "建设必要，方案可行，概算合理。"
        typed(form, kind="expert", **said, text=opinion, file=paper("专家意见.pdf"), independent=True)
        press(form, "登记意见", "评审意见已登记。")
        assert page.locator("#decide").count() == 0
        question_by_hand(page, code)
    questions_answered(journey, Step.APPROVE)


def question_by_hand(page: Page, code: str) -> None:
    """The first question of the lists that the authority's officer is asked."""
    page.goto(f"/projects/{code}/screening")
    page.get_by_role("link", name="回答问题", exact=True).first.click()
    form = page.locator("main form")
    typed(form, is_hit="no", note="已核对申报材料和可行性研究报告。")
    press(form, "提交回答", "已记录对")


def questions_answered(journey: Journey, step: Step) -> None:
    """The other questions of a step, which are alike, by the action that the page calls."""
    with journey.acting() as w:
        project = project_in_reach(w.actor("officer"), journey.notes["project"])
        assert project is not None
        room.answered(w, project, step)


def approved(journey: Journey) -> None:
    """The authority's lead, who has had no hand in it: passed on a condition that the client owes."""
    code = journey.notes["project"]
    with journey.desk("authority_lead") as page:
        page.goto(f"/projects/{code}/decisions")
        form = page.locator("#decide")
        typed(form, verdict="conditional", reason="总体可行。", approval_number="粤数审〔2026〕12号")
        owed = {"conditions-0-text": CONDITION, "conditions-0-owner": "AGENCY", "conditions-0-due_on": "2026-03-31"}
        typed(form, **owed)
        press(form, "作出决定", "已作出审批决定，并告知项目单位。")
        assert "已批准" in state_of(page)
        follow(page, CONDITION)
        journey.notes["obligation"] = code_in(page, "/obligations/([^/?#]+)")


def condition_met(journey: Journey) -> None:
    """Reported by the client with its proof, accepted by the authority's officer."""
    path = f"/obligations/{journey.notes['obligation']}"
    with journey.desk("officer") as page:
        page.goto(path)
        form = page.locator("#report")
        typed(form, text="评估意见已取得，见附件。", file=paper("密码评估意见.pdf"))
        press(form, "报送", "已报送，等待主管部门核销。")
    with journey.desk("authority_officer") as page:
        page.goto(path)
        confirm(page, "核销", "已核销。")
        told(page, "已核销")
