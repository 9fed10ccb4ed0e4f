"""Thresholds of procurement as data: from which amount on a purchase is put out to open tender, and where."""

from dataclasses import dataclass
from typing import Any

from app.catalogues.reading import Head, Reader, read_head
from app.catalogues.wording import N_

THRESHOLD_KIND = "procurement_threshold"


@dataclass(frozen=True)
class Threshold:
    """An amount in fen; a purchase that reaches it is put out to open tender."""

    head: Head
    fen: int


def parse_threshold(content: dict[str, Any]) -> Threshold:
    """Reads one entry strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    found = Threshold(head=read_head(reader), fen=reader.whole("fen"))
    if not found.fen:
        reader.refuse("fen", N_("数额标准须大于 0"), N_("请以分为单位填写，例如 200000000 为 200 万元。"))
    reader.finish()
    return found
