"""A browser with the few things that tests of accounts do in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.factories import PASSWORD

COOKIE = "guanyun"


@dataclass
class Visitor:
    """One browser: its client keeps the cookie."""

    client: Any

    def sign_in(self, login: str, password: str = PASSWORD, **options: Any) -> Any:
        address = options.pop("address", "/sign-in")
        return self.client.post(address, data={"login": login, "password": password}, **options)

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(path, data=data)

    @property
    def key(self) -> str:
        """What the cookie holds."""
        kept = self.client.get_cookie(COOKIE)
        return kept.value if kept else ""

    @property
    def is_in(self) -> bool:
        return self.get("/profile").status_code == 200
