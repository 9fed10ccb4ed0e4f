"""Every main page of every role, wide and narrow: accessible, inside its width, silent, never leaving the machine."""

from __future__ import annotations

import functools
import re
from http.client import HTTPConnection

import pytest

from tests import factories
from tests.browser.house import COOKIE

pytestmark = pytest.mark.browser

TABS = ("terms", "services", "parties", "files", "versions", "trail")
# One person for each of the twelve roles.
PEOPLE = tuple({roles[0]: key for key, (_n, _e, roles) in reversed(factories.PEOPLE.items())}.values())
CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
# What a page says of its own accord. Table bodies, fact lists and the identity hold data.
CHROME = (
    ".gy-nav, h1, h2, h3, legend, label, button, .btn, thead th, summary, .gy-crumbs, .gy-tabs a, .gy-hint, "
    ".gy-pager, .gy-total, .gy-steps, dt, .gy-status, .gy-skip, caption, title, footer"
)


def paths(seeded) -> list[str]:
    """The main pages; which of them a role may enter is asked of the server."""
    codes = seeded["contracts"]
    draft = f"/contracts/{codes['draft']}"
    return [
        *("/", "/contracts", "/contracts/new", "/contracts?q=没有这样的合同"),
        *(f"/contracts/{codes[state]}?tab={tab}" for state in ("draft", "in_force") for tab in TABS),
        *(f"/contracts/{codes[state]}" for state in ("signing", "terminating", "void")),
        *(f"{draft}/terms", f"{draft}/parties/new", f"{draft}/services/new"),
        *(f"{draft}/services/{seeded['line']}", f"{draft}/services/{seeded['line']}/levels/{seeded['level']}"),
        *("/services", f"/services/{seeded['service']}", f"/services/{seeded['service']}/edit", "/services/new"),
        *("/indicators", "/indicators/KI-001", "/calendars", "/whatif"),
        *("/organisations", "/organisations/OPERATOR", "/organisations/new"),
        *("/organisations/OPERATOR/stakes/new", "/organisations/AUTHORITY/mandates/new"),
        *("/admissions", "/admissions/applications", "/admissions/rules", "/admissions/new"),
        *("/admissions/companies/OPERATOR", "/admissions/ZR-OPERATOR-AC-APP"),
        *("/accounts", "/accounts/officer", "/accounts/new"),
        *("/audit", "/audit/5", "/audit/denials", "/audit/sign-ins"),
        *("/profile", "/profile/password", "/profile/second-factor"),
        *judged_pages(seeded["judged"]),
        *seeded["begun"],
    ]


def judged_pages(of: dict[str, str]) -> list[str]:
    """From figures to findings."""
    contract, month = f"/contracts/{of['contract']}", of["month"]
    return [
        *(f"{contract}{page}" for page in ("/figures", "/figures/upload", "/figures/verification", "/plans", "/usage")),
        *(f"{contract}{page}" for page in ("/exclusions", "/assessments", "/reports")),
        *(f"{contract}/service-levels?period={month}", f"{contract}/service-levels/{of['service']}?period={month}"),
        *(f"/assessments/{of['assessment']}?tab={tab}" for tab in ("score", "money", "people", "editions", "trail")),
        *("/reports", f"/reports/{of['report']}", "/inspections", f"/inspections/{of['inspection']}"),
        f"/findings/{of['finding']}",
    ]


def fetch(house, path: str, cookie: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", house.port, timeout=30)
    encoded = re.sub(r"[^\x00-\x7f]+", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), path)
    connection.request("GET", encoded, headers={"Cookie": f"{COOKIE}={cookie}"})
    answer = connection.getresponse()
    body = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, body


def kinds(html: str) -> set[str]:
    """The kinds of elements on a page: each tag with its class, role and type, without words and addresses."""
    return {re.sub(r'\s(?!class|role|type)[\w:-]+="[^"]*"', "", tag) for tag in re.findall(r"<[a-z][^>]*>", html)}


def entered(house, key: str, english: bool = False) -> dict[str, str]:
    """The pages that this person may enter, with what the server sends."""
    cookie = house.seeded["english" if english else "sessions"][key]
    answers = {path: fetch(house, path, cookie) for path in paths(house.seeded)}
    odd = {path: status for path, (status, _html) in answers.items() if status not in {200, 403, 404, 409}}
    assert odd == {}, key
    return {path: html for path, (status, html) in answers.items() if status == 200}


def judged(house, page, eyes, path: str, first: bool = True) -> list[str]:
    page.goto(path)
    found = house.judge(page, first) + eyes.seen
    eyes.seen.clear()
    return found


def test_every_page_of_every_role(house):
    """A page is judged again with another role when that role sees a kind of element there that nobody saw before."""
    known: dict[str, set[str]] = {}
    wrong = []
    for key in PEOPLE:
        pages = entered(house, key)
        assert len(pages) > 6, key
        with house.person(key) as context:
            page, eyes = house.open(context)
            for path, html in pages.items():
                seen = known.get(path, set())
                if not kinds(html) <= seen:
                    wrong += [f"{key} {path}: {one}" for one in judged(house, page, eyes, path, first=not seen)]
                    known[path] = seen | kinds(html)
    assert wrong == []
    assert len(known) > 100
    assert set(house.seeded["begun"]) <= set(known)


def test_pages_for_nobody(house):
    """Sign-in, its refusal, and what is not there."""
    with house.person() as context:
        page, eyes = house.open(context)
        assert judged(house, page, eyes, "/sign-in") == []
        eyes.expected_statuses = frozenset({404, 422})
        page.get_by_label("登录名").fill("nobody")
        page.locator("#password").fill("wrong-password-at-all")
        page.get_by_role("button", name="登录", exact=True).click()
        page.get_by_text("未能登录").wait_for()
        assert house.judge(page) + eyes.seen == []
    with house.person("officer") as context:
        page, eyes = house.open(context)
        eyes.expected_statuses = frozenset({404})
        assert judged(house, page, eyes, "/contracts/HT-0000-2000-0001") == []


CHROME_TEXTS = """(selector) => [document.title, ...[...document.querySelectorAll(selector)].flatMap((one) =>
  [one.innerText, one.getAttribute("aria-label"), one.getAttribute("placeholder"), one.getAttribute("title")])]
  .concat([...document.querySelectorAll("input, select, textarea, img, nav, aside, [aria-label]")].flatMap((one) =>
  [one.getAttribute("aria-label"), one.getAttribute("placeholder"), one.getAttribute("alt")]))
  .filter(Boolean)"""


def test_the_page_about_the_api(house):
    with house.person() as context:
        page, eyes = house.open(context)
        assert judged(house, page, eyes, "/api/docs") == []


def chinese_in(page, names: list[str]) -> set[str]:
    """Chinese in the page's own words, once the names that people gave are taken out."""
    found = set()
    for text in page.evaluate(CHROME_TEXTS, CHROME):
        left = functools.reduce(lambda words, name: words.replace(name, ""), [*names, "中文"], text)
        found |= set(CJK.findall(left))
    return found


@pytest.mark.parametrize("key", ["officer", "system_admin", "audit_admin"])
def test_an_english_page_speaks_english(house, key):
    """Navigation, headings, buttons, table heads and labels; what people wrote stays as they wrote it."""
    names, wrong = house.seeded["names"], {}
    with house.person(key, english=True) as context:
        page, _eyes = house.open(context)
        for path in entered(house, key, english=True):
            page.goto(path)
            assert page.locator("html").get_attribute("lang") == "en"
            found = chinese_in(page, names)
            if found:
                wrong[path] = sorted(found)
    assert wrong == {}


def test_the_language_is_switched_on_the_page_and_kept(house):
    with house.person() as context:
        page, _eyes = house.sign_in(context, "leader")
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        page.locator(".gy-identity summary").click()
        page.get_by_role("button", name="English").click()
        page.wait_for_function("document.documentElement?.lang === 'en'")
        page.goto("/contracts")
        assert page.locator("html").get_attribute("lang") == "en"
        page.locator(".gy-identity summary").click()
        page.get_by_role("button", name="中文").click()
        page.wait_for_function("document.documentElement?.lang === 'zh-CN'")
