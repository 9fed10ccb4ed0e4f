"""Hands a workbook to a process of its own, bounded in time and memory; gives back its data sheet as CSV text."""

import json
import subprocess
import sys
from pathlib import Path

from app.figures.reading import FileFlaw

CHILD = Path(__file__).with_name("sheet_child.py")
SECONDS = 10


def is_workbook(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def sheet_as_csv(content: bytes) -> str:
    """The data sheet as CSV text; raises `FileFlaw` with what is wrong with the workbook."""
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own file
            [sys.executable, "-I", str(CHILD)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as error:
        raise FileFlaw("too_costly", seconds=SECONDS) from error
    first, _newline, rest = done.stdout.partition(b"\n")
    if done.returncode != 0 or not first:
        raise FileFlaw("too_costly", seconds=SECONDS)
    flaw = json.loads(first)
    if flaw:
        raise FileFlaw(flaw.pop("flaw"), **flaw)
    return rest.decode("utf-8", errors="replace")
