"""Rows in bulk, straight into a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from app.core.db import db

STEP = 2000


def batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    held: list[dict[str, Any]] = []
    for row in rows:
        held.append(row)
        if len(held) == STEP:
            yield held
            held = []
    if held:
        yield held


def insert(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    for batch in batches(rows):
        db.session.execute(sa.insert(model.__table__), batch)
