"""F1: kill -9 of the whole server while clients write; what was acknowledged is stored, once, and nothing else is."""

from __future__ import annotations

import json
import random
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

import sqlalchemy as sa

from tests.torture.installation import Granian, Installation, Nursery, wait_until_ready

# Answers after which the same delivery is sent again; everything else but 201 is a fault.
AGAIN = frozenset({409, 503})
GIVE_UP_AFTER = 120.0


@dataclass
class Tally:
    """What the clients did and saw; titles are the identity of what they wrote."""

    attempted: set[str] = field(default_factory=set)
    acknowledged: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    retries: int = 0
    replays: int = 0
    faults: list[str] = field(default_factory=list)
    kills: int = 0


class Client(threading.Thread):
    """Writes one contract after another; a delivery without an answer is sent again under the same key."""

    def __init__(self, number: int, port: int, token: str, tally: Tally) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self.number, self.port, self.token, self.tally = number, port, token, tally
        self.ended = threading.Event()
        self.connection: HTTPConnection | None = None

    def run(self) -> None:
        written = 0
        while not self.ended.is_set():
            written += 1
            self.deliver(f"甲{self.number}-{written}-{secrets.token_hex(3)}")
        if self.connection is not None:
            self.connection.close()

    def deliver(self, title: str) -> None:
        """One contract, until it is acknowledged."""
        key = secrets.token_hex(16)
        self.tally.attempted.add(title)
        deadline = time.monotonic() + GIVE_UP_AFTER
        while time.monotonic() < deadline:
            answer = self.post(title, key)
            if answer is None:
                self.tally.retries += 1
                time.sleep(0.05)
                continue
            status, body = answer
            self.tally.statuses[status] += 1
            if status == 201:
                self.keep(title, body)
                return
            if status not in AGAIN:
                self.tally.faults.append(f"{title}: {status} {body[:300]!r}")
                return
            time.sleep(random.uniform(0.005, 0.05))
        self.tally.faults.append(f"{title}: not acknowledged within {GIVE_UP_AFTER:.0f} s")

    def keep(self, title: str, body: bytes) -> None:
        said = json.loads(body)
        if said["content"]["title"] != title:
            self.tally.faults.append(f"{title}: answered for {said['content']['title']}")
        self.tally.acknowledged[title] = said["code"]

    def post(self, title: str, key: str) -> tuple[int, bytes] | None:
        """Status and body; None when the connection broke, so that nobody knows what happened."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        try:
            if self.connection is None:
                self.connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
            self.connection.request("POST", "/api/v1/contracts", json.dumps({"title": title}), headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException):
            if self.connection is not None:
                self.connection.close()
            self.connection = None
            return None


def torment(server: Granian | Nursery, tokens: list[str], kills: int, pause: tuple[float, float]) -> Tally:
    """Runs the clients, kills and restarts the server `kills` times, then lets every client finish."""
    tally = Tally()
    server.start()
    wait_until_ready(server.port)
    clients = [Client(number, server.port, token, tally) for number, token in enumerate(tokens)]
    for client in clients:
        client.start()
    for _kill in range(kills):
        seen = len(tally.acknowledged)
        deadline = time.monotonic() + 60
        while len(tally.acknowledged) == seen and not tally.faults and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(random.uniform(*pause))
        server.kill()
        tally.kills += 1
        server.start()
    for client in clients:
        client.ended.set()
    for client in clients:
        client.join(timeout=GIVE_UP_AFTER + 30)
    return tally


def stored_titles(installation: Installation) -> list[tuple[str, str]]:
    """Code and title of every contract in the database, by a connection of our own."""
    engine = sa.create_engine(installation.url)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT code, title FROM subjects WHERE kind = 'contract' ORDER BY code"))
        found = [(code, title) for code, title in rows]
    engine.dispose()
    return found


def verdict(installation: Installation, tally: Tally) -> list[str]:
    """Everything that is wrong: acknowledged ⊆ stored ⊆ attempted, none double, codes as answered, nothing half."""
    stored = stored_titles(installation)
    by_title = Counter(title for _code, title in stored)
    code_of = {title: code for code, title in stored}
    wrong = list(tally.faults)
    wrong += [f"lost: {title} ({code})" for title, code in tally.acknowledged.items() if title not in by_title]
    wrong += [f"phantom: {title}" for title in by_title if title not in tally.attempted]
    wrong += [f"{count} times: {title}" for title, count in by_title.items() if count != 1]
    wrong += [
        f"{title}: answered {code}, stored {code_of[title]}"
        for title, code in tally.acknowledged.items()
        if title in code_of and code_of[title] != code
    ]
    return wrong + partial(installation)


PARTS = {
    "subjects without contract": (
        "SELECT count(*) FROM subjects WHERE kind = 'contract' AND id NOT IN (SELECT subject_id FROM contracts)"
    ),
    "contracts without version": (
        "SELECT count(*) FROM contracts WHERE id NOT IN (SELECT contract_id FROM contract_versions)"
    ),
    "subjects without client": "SELECT count(*) FROM subjects WHERE id NOT IN (SELECT subject_id FROM parties)",
    "subjects without person": "SELECT count(*) FROM subjects WHERE id NOT IN (SELECT subject_id FROM subject_people)",
    "contracts without leaf": "SELECT count(*) FROM contracts WHERE act_id NOT IN (SELECT id FROM trail_entries)",
    "contracts without delivery": (
        "SELECT (SELECT count(*) FROM contracts) - (SELECT count(*) FROM deliveries WHERE status = 201)"
    ),
}


def partial(installation: Installation) -> list[str]:
    """Halves of a write that stayed behind."""
    engine = sa.create_engine(installation.url)
    with engine.connect() as connection:
        counts = {name: connection.execute(sa.text(query)).scalar() for name, query in PARTS.items()}
        if installation.backend == "sqlite":
            whole = connection.execute(sa.text("PRAGMA integrity_check")).scalar()
            counts["SQLite's own check"] = 0 if whole == "ok" else str(whole)
            counts["broken foreign keys"] = len(connection.execute(sa.text("PRAGMA foreign_key_check")).all())
    engine.dispose()
    return [f"{name}: {count}" for name, count in counts.items() if count]


def trail(installation: Installation) -> list[str]:
    """What `flask audit verify` finds wrong."""
    try:
        installation.run("-m", "flask", "--app", "wsgi", "audit", "verify")
    except RuntimeError as error:
        return [f"trail: {error}"]
    return []
