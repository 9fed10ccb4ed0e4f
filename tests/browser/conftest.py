"""One browser for all browser tests of a worker, and one served installation for those that share it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """The browser; a process drives only one at a time."""
    from playwright.sync_api import sync_playwright

    from tests.browser.house import launch

    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def house(chromium) -> Iterator[object]:
    """The served installation with its browser; each test opens contexts of its own."""
    from tests.browser.house import House, install
    from tests.torture.installation import Granian, serving

    installation = install()
    try:
        seeded = installation.seed("tests.browser.seeding")
        with serving(Granian(installation, workers=1)) as server:
            yield House(server, seeded, chromium)
    finally:
        installation.remove()
