"""Clients over HTTP: each asks again as soon as it is answered; latencies of all of them together."""

from __future__ import annotations

import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection


@dataclass
class Measured:
    """Latencies in seconds, and what was not answered as expected."""

    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0

    def percentile(self, part: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0

    def rate(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Request:
    """What a client sends; a POST gets a fresh key every time."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    expect: int = 200

    def send(self, connection: HTTPConnection) -> int:
        headers = dict(self.headers)
        if self.method == "POST":
            headers |= {"Idempotency-Key": secrets.token_hex(16), "Content-Type": "application/json"}
        connection.request(self.method, self.path, self.body.encode() or None, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def press(port: int, requests: list[Request], seconds: float) -> Measured:
    """One client for each request given, for some seconds."""
    measured, stop = Measured(), time.perf_counter() + seconds

    def client(request: Request) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        while time.perf_counter() < stop:
            begun = time.perf_counter()
            if request.send(connection) == request.expect:
                measured.latencies.append(time.perf_counter() - begun)
            else:
                measured.refused += 1
        connection.close()

    threads = [threading.Thread(target=client, args=(request,)) for request in requests]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    measured.seconds = time.perf_counter() - begun
    return measured


def title() -> str:
    return json.dumps({"title": "基准合同"})
