"""F3: every acknowledged commit reached the disk. kill -9 cannot see a missing flush, so system calls are counted."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
from http.client import HTTPConnection

from tests.torture.installation import Granian, Installation, serving

COMMITS = 100
FLUSH = re.compile(r"\b(fsync|fdatasync)\(")


class Traced(Granian):
    """One worker under strace, which writes down each flush of it and of its threads."""

    def __init__(self, installation: Installation, strace: str) -> None:
        super().__init__(installation, workers=1)
        self.strace, self.file = strace, installation.folder / "flushes"

    def command(self) -> list[str]:
        return [self.strace, "-f", "-q", "-e", "trace=fsync,fdatasync", "-o", str(self.file), *super().command()]

    def flushes(self) -> int:
        return len(FLUSH.findall(self.file.read_text(errors="replace")))


def usable_strace() -> str | None:
    """strace, when it is here and may trace."""
    strace = shutil.which("strace")
    if strace is None:
        return None
    tried = subprocess.run([strace, "-q", "-o", "/dev/null", "true"], check=False, capture_output=True)
    return strace if tried.returncode == 0 else None


def count(installation: Installation, token: str, strace: str) -> tuple[int, int]:
    """Acknowledged commits and the flushes seen while they were made."""
    server = Traced(installation, strace)
    with serving(server):
        write(server.port, token)
        before = server.flushes()
        acknowledged = sum(write(server.port, token) == 201 for _ in range(COMMITS))
        return acknowledged, server.flushes() - before


def write(port: int, token: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": secrets.token_hex(16),
    }
    connection.request("POST", "/api/v1/contracts", json.dumps({"title": f"落盘 {secrets.token_hex(4)}"}), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status
