"""The served installation, the browser, and the eyes on every page: console, policy, network, accessibility, width."""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response

from tests import factories, machine
from tests.torture.installation import Granian, Installation

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
COOKIE = "guanyun"
# Runs before anything of the page, so that no violation of the policy is missed.
WATCH_POLICY = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.__violations.push(
  `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile || ""}:${event.lineNumber || ""}`));
"""
OVERFLOW = """() => {
  const root = document.scrollingElement;
  if (root.scrollWidth <= root.clientWidth) return "";
  const leaves = (one) => one.getBoundingClientRect().right > root.clientWidth + 1;
  const names = [...document.querySelectorAll("body *")].filter(leaves).map((one) => `${one.tagName}.${one.className}`);
  return `${root.scrollWidth} > ${root.clientWidth}: ${names.slice(0, 4).join(" | ")}`;
}"""


@dataclass
class Eyes:
    """Whatever a page did that it must not do."""

    host: str
    seen: list[str] = field(default_factory=list)
    expected_statuses: frozenset[int] = frozenset()

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"script error: {error}"))
        page.on("request", lambda request: self._leaves(request.url))
        page.on("response", self._answered)

    def _console(self, message: ConsoleMessage) -> None:
        # The browser also reports every answer of 400 and above here; those are judged where they were asked for.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.seen.append(f"console {message.type}: {message.text}")

    def _leaves(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"data", "blob", "about"}:
            return
        if parts.netloc != self.host:
            self.seen.append(f"request to {url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected_statuses:
            self.seen.append(f"{response.status} {urlsplit(response.url).path}")


class House:
    """The address, what the seed made, and contexts of the browser."""

    def __init__(self, server: Granian, seeded: dict[str, Any], browser: Browser) -> None:
        self.port, self.seeded, self.browser = server.port, seeded, browser
        self.host = f"127.0.0.1:{server.port}"
        self.base = f"http://{self.host}"
        self.axe = Axe()

    @contextmanager
    def person(self, key: str | None = None, english: bool = False, size: dict[str, int] = WIDE):
        """A fresh context; with `key` already signed in as that person, otherwise nobody."""
        context = self.browser.new_context(base_url=self.base, viewport=size, locale="zh-CN", accept_downloads=True)
        context.set_default_timeout(15_000)
        context.add_init_script(WATCH_POLICY)
        if key is not None:
            sessions = self.seeded["english" if english else "sessions"]
            context.add_cookies([{"name": COOKIE, "value": sessions[key], "url": self.base}])
        try:
            yield context
        finally:
            context.close()

    def open(self, context: BrowserContext) -> tuple[Page, Eyes]:
        page, eyes = context.new_page(), Eyes(self.host)
        eyes.watch(page)
        return page, eyes

    def sign_in(self, context: BrowserContext, key: str) -> tuple[Page, Eyes]:
        """Through the real form."""
        page, eyes = self.open(context)
        page.goto("/sign-in")
        page.get_by_label("登录名").fill(factories.login_of(key))
        page.locator("#password").fill(factories.PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(f"{self.base}/")
        return page, eyes

    def policy_violations(self, page: Page) -> list[str]:
        return [f"policy: {one}" for one in page.evaluate("window.__violations || []")]

    def judge(self, page: Page, first: bool = True) -> list[str]:
        """Accessibility and width of the page as it stands, wide and then narrow.

        Contrast costs four times the other rules together and does not depend on the width: it is judged wide, and
        only the first time that a page is seen (`first`); so are the other rules on a narrow page.
        """
        page.set_viewport_size(WIDE)
        found = self._accessible(page, contrast=first) + self._fits(page)
        page.set_viewport_size(NARROW)
        # The page's own answer to a new width comes after 120 ms.
        page.wait_for_timeout(140)
        found += (self._accessible(page, contrast=False) if first else []) + self._fits(page)
        page.set_viewport_size(WIDE)
        return found + self.policy_violations(page)

    def _accessible(self, page: Page, contrast: bool) -> list[str]:
        options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": contrast}}}
        said = self.axe.run(page, options=options).response["violations"]
        return [f"axe {one['id']}: {_nodes(one)}" for one in said]

    def _fits(self, page: Page) -> list[str]:
        wide = page.evaluate(OVERFLOW)
        return [f"overflow {wide}"] if wide else []


def _nodes(violation: dict[str, Any]) -> str:
    return json.dumps([node["target"] for node in violation["nodes"]][:3], ensure_ascii=False)


def launch(playwright: Playwright) -> Browser:
    executable = machine.chromium()
    assert executable is not None
    return playwright.chromium.launch(executable_path=executable, headless=True, args=FLAGS)


def install() -> Installation:
    return Installation("sqlite", Path(tempfile.mkdtemp(prefix="gyb")))
