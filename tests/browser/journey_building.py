"""The journey's second stretch: bought, duties signed, built, accepted twice, handed over to the operator."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from app.acceptances.queries import acceptance_of, handover_of, holders
from app.gates.kinds import Step
from app.projects.models import Project
from app.projects.queries import project_in_reach
from app.subjects.models import PartyRole
from tests.acceptances import room
from tests.browser.journey import Journey
from tests.browser.journey_declaring import questions_answered, registered
from tests.browser.journey_pages import code_in, confirm, follow, paper, press, state_of, told, typed
from tests.browser.test_main_job import choose
from tests.factories import World

BUILD = {"purpose": "build", "title": "一窗受理平台建设采购", "budget": "2000000"}
OPERATE = {"purpose": "operate", "title": "一窗受理平台运营服务采购", "budget": "600000", "term_months": "12"}
SUPERVISE = {"purpose": "supervise", "title": "一窗受理平台监理采购", "budget": "60000"}
WINNERS = {
    "build": ("云上运营有限公司", "1980000"),
    "operate": ("数字运营有限公司", "590000"),
    "supervise": ("信诚监理有限公司", "58000"),
}
PAPERS = ("build_summary", "financial_report", "audit_report", "security_assessment", "archive_acceptance")


# --- purchases -------------------------------------------------------------------------------------------------------


def announced(journey: Journey) -> None:
    """Building, operating and supervision are planned and put out to open tender."""
    questions_answered(journey, Step.PROCURE)
    with journey.desk("officer") as page:
        for plan in (BUILD, OPERATE, SUPERVISE):
            page.goto(f"{home(journey)}/procurement")
            follow(page, "登记采购计划")
            typed(page, method="open_tender", **plan)
            press(page, "保存", "已登记采购计划")
            journey.notes[plan["purpose"]] = code_in(page, r"/procurement/(\d+)")
            form = page.locator("#announce")
            days = {"announced_on": "2026-03-16", "bids_due_on": "2026-04-07"}
            typed(form, notice_number=f"粤采公〔2026〕{journey.notes[plan['purpose']]}号", **days)
            press(form, "登记公告", "已登记采购公告。")


def awarded(journey: Journey) -> None:
    """The officer records who won, the signatory confirms; with that the companies are parties of the project."""
    with journey.desk("officer") as page:
        for purpose, (winner, amount) in WINNERS.items():
            page.goto(f"{home(journey)}/procurement/{journey.notes[purpose]}")
            choose(page, "winner", winner)
            form = page.locator("#award")
            told_on = {"award_number": f"中标〔2026〕{purpose}号", "award_on": "2026-04-09", "award_amount": amount}
            typed(form, **told_on, award_upload=paper(f"{purpose}-中标通知书.pdf"))
            press(form, "登记，请负责人确认", "已登记成交结果，等待本单位负责人确认。")
    with journey.desk("signatory") as page:
        for purpose in WINNERS:
            page.goto(f"{home(journey)}/procurement/{journey.notes[purpose]}")
            confirm(page, "确认成交结果", "已确认成交结果，供应商已成为项目当事方。")


def building_contracted(journey: Journey) -> None:
    """The contracts to build and to supervise were signed on paper: number, day and scan; then published and filed."""
    with journey.desk("officer") as page:
        for purpose in ("build", "supervise"):
            page.goto(f"{home(journey)}/procurement/{journey.notes[purpose]}")
            form = page.locator("#contract")
            facts = {"contract_number": f"穗政采〔2026〕{purpose}", "signed_on": "2026-04-20"}
            scan = paper(f"{purpose}-合同.pdf")
            typed(form, **facts, contract_amount=WINNERS[purpose][1], contract_upload=scan)
            press(form, "登记合同", "已登记采购合同。")
            assert "已签约" in state_of(page)
            published(page, journey, purpose, "2026-04-20")


def published(page: Page, journey: Journey, purpose: str, day: str) -> None:
    """The contract of a purchase is announced and filed on the day on which it was signed."""
    page.goto(f"{home(journey)}/procurement/{journey.notes[purpose]}")
    form = page.locator("#publication")
    typed(form, published_on=day, filed_on=day)
    form.get_by_role("button").last.click()
    told(page, "已登记合同公告与备案。")


# --- duties ----------------------------------------------------------------------------------------------------------


def duties_signed(journey: Journey) -> None:
    """Begun from the template, sent out, signed by client, operator and builder."""
    with journey.desk("officer") as page:
        page.goto(f"{home(journey)}/duties")
        press(page, "按模板编制", "已按模板编制权责清单")
        confirm(page, "提交双方签署", "已提交会签，并通知各签署方。")
    for signatory in ("signatory", "operator_signatory", "rival_signatory"):
        with journey.desk(signatory) as page:
            page.goto(f"{home(journey)}/duties")
            confirm(page, "签署清单", "已签署。")


# --- building and acceptance -----------------------------------------------------------------------------------------


def building_begun(journey: Journey) -> None:
    questions_answered(journey, Step.BUILD)
    with journey.desk("signatory") as page:
        page.goto(home(journey))
        assert "条件已全部满足" in page.locator("#checks").inner_text()
        confirm(page, "批准开工", "已批准开工。")
        assert "建设中" in state_of(page)


def accepted_preliminarily(journey: Journey) -> None:
    """The first item by hand through every pair of hands; the others, which are alike, by the same actions."""
    path = f"{home(journey)}/acceptance"
    with journey.desk("officer") as page:
        registered(page, journey.notes["project"], "mlps_filing", "等保备案证明.pdf", "2026-06-01")
        page.goto(path)
        confirm(page, "组织初步验收", "已开始第 1 轮初步验收")
    item_by_hand(journey, 1)
    with journey.acting() as w:
        rest_of_round(w, project_of(w, journey), 1)
    questions_answered(journey, Step.TRIAL)
    with journey.desk("signatory") as page:
        page.goto(path)
        form = page.locator("#conclude")
        typed(form, outcome="passed", reason="各项均合格，同意上线试运行。")
        press(form, "作出结论", "已作出结论")
        assert "试运行" in state_of(page)


def accepted_finally(journey: Journey) -> None:
    """Papers registered, a round of its own, the lead of the authority approves."""
    path = f"{home(journey)}/acceptance"
    with journey.desk("officer") as page:
        for kind in PAPERS:
            registered(page, journey.notes["project"], kind, f"{kind}.pdf", "2026-07-15")
        page.goto(path)
        confirm(page, "组织竣工验收", "已开始第 1 轮竣工验收")
    item_by_hand(journey, 2)
    with journey.acting() as w:
        rest_of_round(w, project_of(w, journey), 2)
    questions_answered(journey, Step.ACCEPT)
    with journey.desk("authority_lead") as page:
        page.goto(path)
        form = page.locator("#conclude")
        typed(form, outcome="passed", reason="试运行满三十日，各项均合格。")
        press(form, "作出结论", "已作出结论")
        assert "已验收待移交" in state_of(page)


def item_by_hand(journey: Journey, number: int) -> None:
    """The first item of a round: done by the builder, opined by the supervisor, judged by the client."""
    path = f"{home(journey)}/acceptance/{number}/items/1"
    steps = (
        ("rival_officer", "submit", "提交验收", "第 1 项已提交", {"text": "功能已完成，测试通过。"}),
        ("supervisor", "opine", "出具意见", "第 1 项的监理意见已登记。", {"stance": "support", "text": "与设计一致。"}),
        ("officer", "judge", "判定", "第 1 项已判定。", {"outcome": "passed", "reason": "逐项核对，结果一致。"}),
    )
    for key, name, button, said, values in steps:
        with journey.desk(key) as page:
            page.goto(path)
            form = page.locator(f"#{name}")
            typed(form, **values, file=paper(f"{number}-{name}.pdf"))
            press(form, button, said)


def rest_of_round(w: World, project: Project, number: int) -> None:
    """Every item after the first, submitted with evidence, opined on and judged by the actions that the pages call."""
    acceptance = acceptance_of(project, number)
    assert acceptance is not None
    for item in acceptance.items[1:]:
        room.submitted(w, item)
        if holders(project.subject, PartyRole.SUPERVISOR):
            room.heard(w, item)
        room.judged(w, item)


# --- handover --------------------------------------------------------------------------------------------------------


def handed_over(journey: Journey) -> None:
    """One item that the operator takes over by hand, the others by the same actions; the signatory concludes."""
    path, code = f"{home(journey)}/handover", journey.notes["project"]
    with journey.desk("officer") as page:
        registered(page, code, "emergency_plan", "应急预案.pdf", "2026-07-20")
        page.goto(f"{home(journey)}/acceptance")
        confirm(page, "组织移交", "移交已开始，已通知各方。")
        rows = page.locator("main tbody tr").filter(has_text="再由运营企业接管")
        number = code_of(rows.first.locator("a").first.get_attribute("href"))
    thing_by_hand(journey, number)
    with journey.acting() as w:
        whole = handover_of(project_of(w, journey))
        assert whole is not None
        for item in whole.items:
            if item.number != int(number):
                room.arrived(w, item)
    questions_answered(journey, Step.HAND_OVER)
    with journey.desk("signatory") as page:
        page.goto(path)
        form = page.locator("#conclude")
        typed(form, reason="资产、源代码、数据、账号和文档全部移交。")
        press(form, "完成移交", "移交完成，项目自今日起投入运营。")
        assert "运营中" in state_of(page)


def code_of(href: str | None) -> str:
    found = re.search(r"/items/(\d+)", href or "")
    assert found is not None, href
    return found[1]


def thing_by_hand(journey: Journey, number: str) -> None:
    """Delivered by the builder, received by the client, taken over by the operator, witnessed by the supervisor."""
    path = f"{home(journey)}/handover/items/{number}"
    steps = (
        ("rival_officer", "deliver", "提交移交", "已提交", {"text": "已按清单交接。"}),
        ("officer", "receive", "确认接收", "已接收。", {"text": "清点无误。"}),
        ("operator_officer", "take-over", "确认接管", "已接管。", {"text": "已接管并建立配置基线。"}),
        ("supervisor", "witness", "出具意见", "监交意见已登记。", {"stance": "support", "text": "与清单一致。"}),
    )
    for key, name, button, said, values in steps:
        with journey.desk(key) as page:
            page.goto(path)
            form = page.locator(f"#{name}")
            typed(form, **values, file=paper(f"移交-{name}.pdf"))
            press(form, button, f"第 {number} 项{said}" if not said.startswith("监交") else said)


# --- where it stands -------------------------------------------------------------------------------------------------


def home(journey: Journey) -> str:
    return f"/projects/{journey.notes['project']}"


def project_of(w: World, journey: Journey) -> Project:
    found = project_in_reach(w.actor("officer"), journey.notes["project"])
    assert found is not None
    return found
