"""The main job in a real browser: draft, submit, sign by both sides, download; and what people do to it by accident."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from app.contracts.rules import add_months

pytestmark = pytest.mark.browser

TITLE = "浏览器起草的运营服务合同"
SERVICE = "粤省事在线申办服务"
# Milliseconds after the last key until a searchable select has narrowed down (its own delay is 300).
SETTLED = 350


def test_a_contract_is_drafted_signed_and_then_fixed(house):
    """Officer types it, both signatories sign in contexts of their own, the papers come down, nothing changes after."""
    with house.person() as office:
        page, eyes = house.sign_in(office, "officer")
        code = draft(page)
        page.get_by_role("button", name="提交会签").click()
        page.get_by_role("dialog").get_by_role("button", name="提交会签").click()
        page.get_by_text("已提交会签").wait_for()
        assert "会签中" in page.locator("h1").inner_text()
        assert eyes.seen == [] and house.policy_violations(page) == []

    for signatory, word in (("signatory", "会签中"), ("operator_signatory", "生效")):
        with house.person() as desk:
            page, eyes = house.sign_in(desk, signatory)
            page.get_by_role("link", name=re.compile("签署")).first.wait_for()
            page.goto(f"/contracts/{code}")
            page.get_by_role("button", name="签署合同").click()
            page.get_by_role("dialog").get_by_role("button", name="签署合同").click()
            page.get_by_text("已签署。").wait_for()
            assert word in page.locator("h1").inner_text()
            assert eyes.seen == [] and house.policy_violations(page) == []

    with house.person("officer") as office:
        page, eyes = house.open(office)
        page.goto(f"/contracts/{code}?tab=versions")
        assert "已签" in page.locator("main tbody").first.inner_text()
        papers(page)
        nothing_can_change(house, page, code)


def draft(page) -> str:
    """Fills every form of a new contract as a person would; returns its code."""
    page.get_by_role("link", name="合同", exact=True).first.click()
    page.get_by_role("link", name="起草合同").first.click()
    page.get_by_label("合同名称").fill(TITLE)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/terms")
    code = re.search(r"/contracts/([^/]+)/terms", page.url)[1]
    terms(page)
    page.get_by_role("link", name=re.compile("当事方与签署")).click()
    page.get_by_role("link", name="添加当事方").first.click()
    choose(page, "organisation", "数字运营有限公司")
    page.get_by_label("角色").select_option("operator")
    page.get_by_role("button", name="添加", exact=True).click()
    page.get_by_text("已添加当事方").wait_for()
    line(page)
    level(page)
    assert "条件已全部满足" in page.locator("#aside").inner_text()
    return code


def terms(page) -> None:
    begin = date.today()
    page.get_by_label("合同方式").select_option("government_purchase")
    page.get_by_label("合同金额上限").fill("2000000.00")
    page.get_by_label("起始日").fill(begin.isoformat())
    page.get_by_label("截止日").fill((add_months(begin, 12) - timedelta(days=1)).isoformat())
    page.get_by_label("付款条款").fill("按月考核后付款。")
    page.get_by_label("每分扣减金额").fill("1000")
    page.get_by_label("每期扣减上限").fill("10")
    page.get_by_label("数据委托与安全").fill("仅为本合同目的处理数据，期满返还并销毁。")
    page.get_by_label("退出与移交").fill("期满前三个月起移交数据、账号和文档。")
    page.get_by_label("未关联项目采购的理由").fill("项目早于本系统建成，采购在系统外办理。")
    page.get_by_label("采购方式").select_option("open_tender")
    page.get_by_label("采购结果的文号").fill("GPCG-2026-001")
    page.get_by_role("button", name="保存条款").click()
    page.get_by_text("条款已保存").wait_for()


def line(page) -> None:
    page.get_by_role("link", name=re.compile("^服务与约定水平")).click()
    page.get_by_role("link", name="添加服务").click()
    choose(page, "service", SERVICE)
    page.get_by_label("计价方式").select_option("unit_price")
    page.get_by_label("单价", exact=False).locator("visible=true").last.fill("0.003")
    page.get_by_label("每期预计用量").fill("1000000")
    page.get_by_role("button", name="保存服务").click()
    page.get_by_text("已添加服务").wait_for()


def level(page) -> None:
    choose(page, "indicator", "KI-001")
    page.get_by_label("要求").select_option("at_least")
    page.get_by_label("约定值").fill("99.9")
    for number, (bound, points) in enumerate((("99.9", "0"), ("99", "1"), ("98", "2"), ("", "4")), start=1):
        page.get_by_label(f"第 {number} 档界限").fill(bound)
        page.get_by_label(f"第 {number} 档扣分").fill(points)
    page.get_by_role("button", name="保存服务水平").click()
    page.get_by_text("服务水平已保存").wait_for()


def choose(page, field: str, text: str) -> None:
    """Types into a searchable select, waits until it has narrowed down, and takes the first that it offers."""
    page.locator(f"#{field}-ts-control").click()
    page.locator(f"#{field}-ts-control").press_sequentially(text)
    page.wait_for_timeout(SETTLED)
    first = page.locator(".ts-dropdown .option").first
    expect(first).to_contain_text(text)
    first.click()
    expect(page.locator(".ts-dropdown")).to_be_hidden()


def papers(page) -> None:
    for word, beginning in (("PDF", b"%PDF-"), ("DOCX", b"PK\x03\x04")):
        link = page.locator("main").get_by_role("link", name=word, exact=True).first
        answer = page.request.get(link.get_attribute("href"))
        assert answer.status == 200, f"{word}: {answer.status}"
        with page.expect_download(timeout=60_000) as waiting:
            link.click()
        content = waiting.value.path().read_bytes()
        assert content.startswith(beginning)
        assert content == answer.body(), f"{word} is not the same twice"


def nothing_can_change(house, page, code: str) -> None:
    """No page offers a change, and the addresses of the forms refuse the person who wrote it."""
    page.goto(f"/contracts/{code}")
    assert page.get_by_role("link", name="修改条款").count() == 0
    assert page.get_by_role("button", name="签署合同").count() == 0
    before = page.locator("main").inner_text()
    for path in ("terms", "parties/new", "services/new"):
        answer = page.request.get(f"/contracts/{code}/{path}")
        assert answer.status in {403, 409}, path
    token = page.locator("input[name=csrf_token]").first.get_attribute("value")
    for path, form in (("terms", {"title": "改名"}), ("submit", {"digest": "0" * 64}), ("void", {"reason": "不要了"})):
        # An act from the contract's own page shows that page again with the refusal: 422.
        answer = page.request.post(f"/contracts/{code}/{path}", form={"csrf_token": token, **form})
        assert answer.status in {403, 409, 422}, path
    page.goto(f"/contracts/{code}")
    assert page.locator("main").inner_text() == before


def test_the_second_of_two_tabs_is_told_and_keeps_what_was_typed(house):
    code = house.seeded["contracts"]["draft"]
    with house.person("officer") as office:
        first, second = house.open(office)[0], house.open(office)[0]
        for tab in (first, second):
            tab.goto(f"/contracts/{code}/terms")
        first.get_by_label("付款条款").fill("第一个标签页：按季付款。")
        first.get_by_role("button", name="保存条款").click()
        first.get_by_text("条款已保存").wait_for()
        typed = "第二个标签页写的：按年付款，验收后三十日内。"
        second.get_by_label("付款条款").fill(typed)
        second.get_by_role("button", name="保存条款").click()
        second.get_by_text("这条记录已被修改").wait_for()
        assert second.get_by_label("付款条款").input_value() == typed
        first.reload()
        assert "第一个标签页：按季付款。" in first.locator("main").inner_text()
        # Having been told, the person decides: sent again, it counts.
        second.get_by_role("button", name="保存条款").click()
        second.get_by_text("条款已保存").wait_for()


def test_signing_out_kills_a_copied_cookie(house):
    with house.person() as office:
        page, _eyes = house.sign_in(office, "second_officer")
        copied = office.cookies()
        page.locator(".gy-identity summary").click()
        page.get_by_role("button", name="退出登录").click()
        page.get_by_text("已退出登录").wait_for()
    with house.person() as thief:
        thief.add_cookies(copied)
        page, _eyes = house.open(thief)
        page.goto("/contracts")
        assert "/sign-in" in page.url


def test_a_double_click_on_submit_does_it_once(house):
    """With the page's own guard, and without it: the server has one of its own."""
    title = "双击提交的合同"
    with house.person("officer") as office:
        page, eyes = house.open(office)
        page.goto("/contracts/new")
        page.get_by_label("合同名称").fill(title)
        page.locator("main form button[type=submit]").dblclick()
        page.wait_for_url("**/terms")
        page.goto("/contracts/new")
        fields = page.evaluate(
            "() => Object.fromEntries(new FormData(document.querySelector('main form')))",
        )
        page.evaluate(
            """async (fields) => { const body = () => new URLSearchParams({...fields, title: fields.title});
            await Promise.all([1, 2, 3].map(() => fetch('/contracts/new', {method: 'POST', body: body()}))); }""",
            {**fields, "title": title},
        )
        page.goto(f"/contracts?q={title}")
        assert page.locator("main tbody tr").count() == 2
        assert eyes.seen == []


def test_a_searchable_select_is_legible_and_stays_shut_after_a_quick_choice(house):
    """Typed and chosen within a third of a second: the list must not come back over the button below it."""
    with house.person("officer") as office:
        page, _eyes = house.open(office)
        page.goto(f"/contracts/{house.seeded['contracts']['draft']}/parties/new")
        page.locator("#organisation-ts-control").click()
        ground = page.evaluate("getComputedStyle(document.querySelector('.ts-dropdown')).backgroundColor")
        page.locator("#organisation-ts-control").press_sequentially("信诚监理")
        page.locator(".ts-dropdown .option", has_text="信诚监理").first.click()
        page.wait_for_timeout(2 * SETTLED)
        assert page.locator("#organisation").input_value() == "WATCHER"
        assert ground not in {"transparent", "rgba(0, 0, 0, 0)"}
        expect(page.locator(".ts-dropdown")).to_be_hidden(timeout=1000)
