"""`flask serve`: web server and scheduler together, for one machine and for trying the product out."""

import os
import signal
import subprocess
import sys
from types import FrameType

import click
from flask import Flask


def register_commands(app: Flask) -> None:
    app.cli.add_command(serve_command)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
def serve_command(host: str, port: int, workers: int) -> None:
    """Serve the web pages and run the scheduler until stopped."""
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "2", "--backpressure", "64", "--no-ws",
        "--log-level", "warning", "wsgi:app",
    ]  # fmt: skip
    children = [subprocess.Popen(web), subprocess.Popen([sys.executable, "-m", "flask", "scheduler"])]  # noqa: S603

    def stop(_number: int, _frame: FrameType | None) -> None:
        for child in children:
            child.terminate()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    click.echo(f"\n  Guanyun 管运: http://{host}:{port}  (Ctrl+C stops)\n")
    status = _wait(children)
    stop(0, None)
    for child in children:
        child.wait()
    raise SystemExit(status)


def _wait(children: list[subprocess.Popen[bytes]]) -> int:
    """Waits until one of the children ends; the other is stopped with it."""
    while True:
        pid, status = os.wait()
        if pid in {child.pid for child in children}:
            return max(0, os.waitstatus_to_exitcode(status))
