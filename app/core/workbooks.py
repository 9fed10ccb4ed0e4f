"""Hands a workbook to a process of its own, bounded in time and memory; gives back its sheets as CSV text."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

CHILD = Path(__file__).with_name("workbook_child.py")
SECONDS = 10


class BookFlaw(Exception):
    """A workbook that cannot be read as a whole; `workbook_words.py` has the words for the code."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values
        super().__init__(code)


def is_workbook(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def data_sheet(content: bytes) -> str:
    """The one sheet that holds the data as CSV text; raises `BookFlaw` with what is wrong with the workbook."""
    return _read(content, ())[1]


def named_sheets(content: bytes, names: Sequence[str], values_only: bool = False) -> list[list[list[str]]]:
    """The rows of the sheets asked for, every cell as text; with `values_only` a formula is refused with its place."""
    lengths, text = _read(content, ["--values", *names] if values_only else names)
    records = csv.reader(io.StringIO(text, newline=""))
    return [list(islice(records, length)) for length in lengths]


def _read(content: bytes, names: Sequence[str]) -> tuple[list[int], str]:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, our own file, our own names
            [sys.executable, "-I", "-X", "utf8", str(CHILD), *names],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as error:
        raise BookFlaw("too_costly", seconds=SECONDS) from error
    first, _newline, rest = done.stdout.partition(b"\n")
    if done.returncode != 0 or not first:
        raise BookFlaw("too_costly", seconds=SECONDS)
    answer = json.loads(first)
    if "flaw" in answer:
        raise BookFlaw(answer.pop("flaw"), **answer)
    return answer["lengths"], rest.decode("utf-8", errors="replace")
