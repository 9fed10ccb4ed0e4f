"""Follows every link that a person is shown, and keeps what each answer says, byte for byte but for its own marks."""

from __future__ import annotations

import hashlib
import html
import io
import re
import zipfile
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LINK = re.compile(r'\b(?:href|src|action|data-chart)="([^"#]+)')
# Values that differ between any two answers: guards of a form against forgery and against sending twice.
MARKS = re.compile(rb'name="(csrf_token|_once)" value="[^"]*"')
HEADERS = ("Content-Type", "Content-Disposition", "Location", "ETag", "Cache-Control")
# The time at which a spreadsheet was made.
MADE_AT = "docProps/core.xml"
ZIPPED = {"xlsx", "docx"}
# Addresses of one kind (endpoint and names of parameters) that are followed; a list of 100 links teaches no more.
OF_A_KIND = 3
GUESSES = (
    *(
        "/contracts?q=深圳",
        "/contracts?q=HT-",
        "/contracts?party=云上",
        "/contracts?state=draft",
        "/contracts?state=signing",
    ),
    *("/contracts?state=in_force", "/contracts?sort=amount&dir=desc", "/contracts?sort=term_until", "/services?q=政务"),
    *(
        "/contracts?export=csv",
        "/contracts?export=xlsx",
        "/?export=csv",
        "/services?export=csv",
        "/organisations?export=csv",
    ),
    *("/organisations/RIVAL", "/organisations/OTHER-AGENCY", "/organisations/NEIGHBOUR", "/healthz", "/readyz"),
)


@dataclass
class Answer:
    """What came back, comparable."""

    status: int
    headers: tuple[tuple[str, str], ...]
    digest: str
    body: bytes


@dataclass
class Crawl:
    """Everything one person saw, by address."""

    client: Any
    answers: dict[str, Answer] = field(default_factory=dict)

    def follow(self, starts: list[str]) -> dict[str, Answer]:
        waiting, kinds, met = deque(starts), Counter[tuple[Any, ...]](), set(starts)
        while waiting:
            path = waiting.popleft()
            answer = self.look(path)
            if not answer.headers[0][1].startswith("text/html"):
                continue
            for link in links_of(answer.body, path):
                kind = self.kind_of(link)
                if link not in met and kinds[kind] < OF_A_KIND and kind[0] != "static":
                    met.add(link)
                    kinds[kind] += 1
                    waiting.append(link)
        return self.answers

    def look(self, path: str, **options: Any) -> Answer:
        response = self.client.get(path, **options)
        self.answers[path] = comparable(response)
        response.close()
        return self.answers[path]

    def kind_of(self, link: str) -> tuple[Any, ...]:
        parts = urlsplit(link)
        adapter = self.client.application.url_map.bind("localhost")
        try:
            endpoint, _values = adapter.match(parts.path, method="GET")
        except Exception:  # noqa: BLE001 - an address of a form that is only posted to
            endpoint = "none"
        return (endpoint, *sorted({name for name, _value in parse_qsl(parts.query)}))


def links_of(body: bytes, here: str) -> list[str]:
    found = []
    for written in LINK.findall(body.decode()):
        link = html.unescape(written)
        whole = urlsplit(here).path + link if link.startswith("?") else link
        if whole.startswith("/") and not whole.startswith("//"):
            found.append(whole)
    return found


def comparable(response: Any) -> Answer:
    body = response.get_data()
    kept = unmarked(body, response.headers.get("X-Request-Id", ""))
    headers = tuple((name, response.headers.get(name, "")) for name in HEADERS)
    return Answer(response.status_code, headers, hashlib.sha256(kept).hexdigest(), kept)


def unmarked(body: bytes, request_id: str) -> bytes:
    if body.startswith(b"PK\x03\x04"):
        return unzipped(body)
    body = MARKS.sub(b"", body)
    return body.replace(request_id.encode(), b"-") if request_id else body


def unzipped(body: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return b"".join(name.encode() + archive.read(name) for name in sorted(archive.namelist()) if name != MADE_AT)


def differences(before: dict[str, Answer], after: dict[str, Answer]) -> list[str]:
    """Every address whose answer differs, and where it begins to."""
    found = [f"{path}: only {'without' if path in before else 'with'} B" for path in before.keys() ^ after.keys()]
    for path in before.keys() & after.keys():
        one, two = before[path], after[path]
        if (one.status, one.headers) != (two.status, two.headers):
            found.append(f"{path}: {one.status} {one.headers} / {two.status} {two.headers}")
        elif one.digest != two.digest:
            found.append(f"{path}: {first_difference(one.body, two.body)}")
    return sorted(found)


def first_difference(one: bytes, two: bytes) -> str:
    place = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    begin = max(0, place - 60)
    return (
        f"…{one[begin : place + 60].decode(errors='replace')!r} / …{two[begin : place + 60].decode(errors='replace')!r}"
    )
