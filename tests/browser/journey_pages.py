"""What people do on any page: fill fields, choose files, press buttons, confirm in the dialogue, read what is said."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, TimeoutError


def paper(name: str, words: str = "") -> dict[str, Any]:
    """A small file to upload; every name is another content."""
    content = f"%PDF-1.4 {name} {words}\n%%EOF\n".encode()
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def table(name: str, *rows: str) -> dict[str, Any]:
    """A file of figures or events."""
    return {"name": name, "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}


def typed(scope: Page | Locator, /, **values: Any) -> None:
    """Every named field of a form as a person would fill it."""
    for name, value in values.items():
        field = scope.locator(f"[name='{name}']:visible")
        kind = field.first.evaluate("one => one.type")
        if kind.startswith("select"):
            field.select_option(value)
        elif kind == "radio":
            scope.locator(f"[name='{name}'][value='{value}']").check()
        elif kind == "checkbox":
            field.set_checked(value)
        elif kind == "file":
            field.set_input_files(value)
        else:
            field.fill(value)


def press(scope: Page | Locator, name: str, said: str = "") -> None:
    """A button, and what the page says to it."""
    scope.get_by_role("button", name=name, exact=True).first.click()
    if said:
        told(scope, said)


def confirm(page: Page, name: str, said: str, /, **values: Any) -> None:
    """A button with a dialogue: its fields, the same button there, and what the page says to it."""
    page.get_by_role("button", name=name, exact=True).first.click()
    dialogue = page.get_by_role("dialog")
    typed(dialogue, **values)
    dialogue.get_by_role("button", name=name, exact=True).click()
    told(page, said)


def told(scope: Page | Locator, words: str) -> None:
    """The page says it; where it says something else, the failure shows what."""
    page = scope if isinstance(scope, Page) else scope.page
    try:
        page.get_by_text(words).first.wait_for()
    except TimeoutError:
        said = page.locator("main").inner_text()
        raise AssertionError(f"{words!r} is not on {page.url}, which says: {said[:1500]}") from None


def follow(page: Page, name: str) -> None:
    """A link in the head of the page or in its content."""
    page.locator(".gy-band, main").get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_load_state()


def state_of(page: Page) -> str:
    return page.locator("h1").inner_text()


def code_in(page: Page, pattern: str) -> str:
    """The part of the address that the pattern names."""
    found = re.search(pattern, page.url)
    assert found is not None, page.url
    return found[1]
