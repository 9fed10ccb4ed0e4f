"""A throw-away installation: own folder, own database, seeded by a sibling process, served by a group to be killed.

Nothing here imports the application: what is tested runs in processes of its own, as it does in production.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from tests import machine, postgres

ROOT = Path(__file__).resolve().parents[2]
SECRET = "only-for-tests-only-for-tests-only-for-tests"
READY_WITHIN = 90.0


class Installation:
    """Settings, database and folder of one installation; `remove` leaves nothing behind."""

    def __init__(self, backend: str = "sqlite", folder: Path | None = None) -> None:
        self.backend = backend
        self.folder = folder or machine.fast_folder()
        self.name = f"live_{secrets.token_hex(4)}"
        if backend == "postgresql":
            postgres.create_database(self.name)
            self.url = postgres.server_url(self.name)
        else:
            self.url = f"sqlite:///{self.folder / 'live.sqlite'}"

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "GUANYUN_INSTANCE": str(self.folder),
            "GUANYUN_DATABASE_URL": self.url,
            "GUANYUN_SECRET_KEY": SECRET,
            "PYTHONPATH": str(ROOT),
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUANYUN_", "COV_CORE"))}
        return {**kept, **ours}

    def run(self, *arguments: str) -> str:
        """Runs `python ARGUMENTS` in this installation and gives back what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, check=False, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-4000:]}")
        return done.stdout

    def seed(self, module: str, *arguments: str) -> dict[str, Any]:
        """Runs a seeding module, which prints one JSON document as its last line."""
        return json.loads(self.run("-m", module, *arguments).strip().splitlines()[-1])

    def remove(self) -> None:
        if self.backend == "postgresql":
            postgres.drop_database(self.name)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def installed(backend: str = "sqlite") -> Iterator[Installation]:
    made = Installation(backend)
    try:
        yield made
    finally:
        made.remove()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Granian:
    """The server as `flask serve` starts it, in a process group of its own; `kill` is kill -9 of all of it."""

    def __init__(self, installation: Installation, application: str = "wsgi:app", workers: int = 2) -> None:
        self.installation, self.application, self.workers = installation, application, workers
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--workers", str(self.workers), "--blocking-threads", "2", "--backpressure", "64", "--no-ws"),
            *("--log-level", "error", self.application),
        ]

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command(),
            cwd=ROOT,
            env=self.installation.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Asks politely, then insists."""
        self._signal(signal.SIGTERM)
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=5)
        self._signal(signal.SIGKILL)
        self.process = None

    def _signal(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return
        if number == signal.SIGKILL:
            self.process.wait()

    def pids(self) -> list[int]:
        """Every process of the group."""
        assert self.process is not None
        found = []
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = entry.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[2]) == self.process.pid:
                found.append(int(entry.parent.name))
        return found


class Nursery:
    """The application imported once; each life is a fork of it with two workers, so a restart costs nothing."""

    def __init__(self, installation: Installation) -> None:
        self.group = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.listener.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.nursery", str(self.listener.fileno())],
            cwd=ROOT,
            env=installation.environment,
            pass_fds=(self.listener.fileno(),),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def start(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("live\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("the nursery died")
        self.group = int(answer)

    def kill(self) -> None:
        if self.group:
            os.killpg(self.group, signal.SIGKILL)
            self.group = 0

    def stop(self) -> None:
        self.kill()
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()
        self.listener.close()


def wait_until_ready(port: int, path: str = "/healthz", within: float = READY_WITHIN) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            if ask(port, path, timeout=5) == 200:
                return
        except (OSError, HTTPException):
            pass
        time.sleep(0.02)
    raise RuntimeError(f"no answer on {path} within {within:.0f} s")


def ask(port: int, path: str, timeout: float = 30) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


@contextmanager
def serving(server: Granian | Nursery) -> Iterator[Granian | Nursery]:
    """The server, ready; gone at the end whatever happens."""
    try:
        server.start()
        wait_until_ready(server.port)
        yield server
    finally:
        server.stop()
