"""The journey's last stretch: contracted, agreed how to judge, reported, verified, assessed, inspected and signed."""

from __future__ import annotations

from playwright.sync_api import Page

from app.contracts.queries import contract_in_reach
from app.gates.kinds import Step
from tests.browser.journey import Journey
from tests.browser.journey_building import home, published
from tests.browser.journey_pages import code_in, confirm, follow, paper, press, state_of, table, told, typed
from tests.browser.test_main_job import level
from tests.projects import room

MONTH = "2026-08"
LOG = "办件日志.pdf"
# Four hours down on the tenth.
SEEN = (
    ("2026-08-01T00:00:00+08:00", "up"),
    ("2026-08-10T01:00:00+08:00", "down"),
    ("2026-08-10T05:00:00+08:00", "up"),
)
USED = "12830"


def contracted(journey: Journey) -> None:
    """Drawn from the purchase with what was declared and awarded; its drafter adds what is missing; both sides sign."""
    with journey.desk("officer") as page:
        page.goto(f"{home(journey)}/procurement/{journey.notes['operate']}")
        press(page, "据此起草合同", "已起草合同")
        code = journey.notes["contract"] = code_in(page, r"/contracts/([^/?#]+)")
        page.goto(f"/contracts/{code}/terms")
        assert page.locator("[name=term_from]").input_value() == "2026-08-01"
        typed(page, payment_terms="按月考核后付款。", point_value="1000", cap_percent="10")
        press(page, "保存条款", "条款已保存")
        page.goto(f"/contracts/{code}?tab=services")
        follow(page, "约定服务水平")
        level(page)
    with journey.acting() as w:
        drawn = contract_in_reach(w.actor("officer"), code)
        assert drawn is not None
        room.answered(w, drawn, Step.CONTRACT)
    with journey.desk("officer") as page:
        page.goto(f"/contracts/{code}")
        confirm(page, "提交会签", "已提交会签")
    for signatory in ("signatory", "operator_signatory"):
        with journey.desk(signatory) as page:
            page.goto(f"/contracts/{code}")
            confirm(page, "签署合同", "已签署。")
    with journey.desk("officer") as page:
        published(page, journey, "operate", "2026-05-07")


def in_force(journey: Journey) -> None:
    """On its first day, the project being in operation, the contract took effect by itself: the job ran overnight."""
    with journey.desk("officer") as page:
        page.goto(contract(journey))
        assert "生效" in state_of(page)


def plan_agreed(journey: Journey) -> None:
    with journey.desk("officer") as page:
        page.goto(f"{contract(journey)}/plans/new")
        typed(page, scheme="SC-AVAIL", first_period=MONTH, report_after_days="5")
        press(page, "提出，请运营方答复", "已提出考核约定")
    with journey.desk("operator_signatory") as page:
        page.goto(f"{contract(journey)}/plans")
        confirm(page, "同意", "已同意考核约定")


def reported(journey: Journey) -> None:
    """The operator's officer: a log as evidence, the events of the month, the counted use."""
    with journey.desk("operator_officer") as page:
        page.goto(f"{contract(journey)}?tab=files")
        form = page.locator("main form").filter(has=page.locator("[name=file]"))
        typed(form, file=paper(LOG), purpose="办件日志")
        form.get_by_role("button").last.click()
        told(page, "附件已上传。")
        page.goto(f"{contract(journey)}?tab=services")
        service = page.locator("dt:text-is('台账编号') + dd").first.inner_text()
        events = [f"{at},{service},{status}" for at, status in SEEN]
        handed_in(page, journey, "events", table("events.csv", "at,service,status", *events))
        head, row = "service,indicator,period,value,evidence", f"{service},KI-040,{MONTH},{USED},{LOG}"
        handed_in(page, journey, "figures", table("figures.csv", head, row))


def handed_in(page: Page, journey: Journey, kind: str, file: dict) -> None:
    """Looked at first, then confirmed."""
    page.goto(f"{contract(journey)}/figures/upload")
    typed(page, kind=kind, file=file)
    press(page, "检查并预览")
    press(page, "确认报送", "已报送。")


def verified(journey: Journey) -> None:
    """The client's officer compares figures and events with their evidence, and closes the month."""
    with journey.desk("officer") as page:
        page.goto(f"{contract(journey)}/figures/verification?period={MONTH}")
        confirm(page, "全部核验通过", "已核验 1 个数据。")
        press(page, "核验通过", "已核验这批状态事件。")
        page.goto(f"{contract(journey)}/figures")
        confirm(page, "关闭", f"已关闭周期 {MONTH}。")


def assessed(journey: Journey) -> None:
    """Computed overnight from what was verified; issued, confirmed by the operator, made final by the signatory."""
    with journey.desk("officer") as page:
        page.goto(f"{contract(journey)}/assessments")
        follow(page, "2026年8月")
        assert "已计算" in state_of(page)
        journey.notes["assessment"] = code_in(page, r"/assessments/([^/?#]+)")
    steps = (
        ("second_officer", "发布结果", "已发布，并通知运营方确认。"),
        ("operator_signatory", "确认结果", "已确认。"),
        ("signatory", "考核定稿", "已定稿。"),
    )
    for key, button, said in steps:
        with journey.desk(key) as page:
            page.goto(f"/assessments/{journey.notes['assessment']}")
            confirm(page, button, said)


def inspected(journey: Journey) -> None:
    """The job produced the report and put it before the inspectorate: taken, everything sampled, signed."""
    with journey.desk("inspector") as page:
        page.goto("/inspections")
        page.locator("#waiting tbody a").first.click()
        page.wait_for_url("**/inspection")
        journey.notes["report"] = code_in(page, r"/reports/([^/]+)/inspection")
        confirm(page, "承办督查", "已承办，督查编号")
        path = page.url.split("#")[0]
        follow(page, "指定抽查")
        for box in page.locator("input[name=keys]").all():
            box.check()
        press(page, "抽查所选数据", "个抽查数据。")
        while page.get_by_role("button", name="登记结果", exact=True).count():
            confirm(page, "登记结果", "已登记核对结果。", result="agrees", note="与日志一致。")
            page.goto(path)
        follow(page, "签发结论")
        typed(page, text="抽查数据与证据相符，报告结果属实。")
        press(page, "签发", "督查结论已签发，审计树头已封存。")


def contract(journey: Journey) -> str:
    return f"/contracts/{journey.notes['contract']}"
