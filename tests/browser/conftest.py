"""One served installation and one browser for all browser tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def house() -> Iterator[object]:
    """The served installation with its browser; each test opens contexts of its own."""
    from playwright.sync_api import sync_playwright

    from tests.browser.house import House, install, launch
    from tests.torture.installation import Granian, serving

    installation = install()
    try:
        seeded = installation.seed("tests.browser.seeding")
        with serving(Granian(installation, workers=1)) as server, sync_playwright() as playwright:
            browser = launch(playwright)
            yield House(server, seeded, browser)
            browser.close()
    finally:
        installation.remove()
