"""What a ledger's changed rows change, in words: column by column, what stands and what the file says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.intake.cells import header
from app.intake.columns import LEDGER, column_of
from app.intake.ledger_rules import Difference, Judged, Planned
from app.organisations.models import Region


@dataclass(frozen=True)
class ChangedRow:
    """A row that becomes the next version of what stands; `changes` are for components/diff.html."""

    line: int
    number: str
    name: str
    version: int
    changes: list[dict[str, Any]]


def changed_rows(judged: Judged, limit: int) -> list[ChangedRow]:
    """The changed rows of a file in their order, up to a page of them."""
    rows = [one for one in judged.planned if one.before is not None][:limit]
    names = _region_names(rows)
    return [
        ChangedRow(
            one.line, one.entry.source_id, one.entry.name, one.version, [_said(part, names) for part in one.differences]
        )
        for one in rows
    ]


def _region_names(rows: list[Planned]) -> dict[Any, str]:
    wanted = {part.before for one in rows for part in one.differences if part.column == "region"}
    wanted |= {part.after for one in rows for part in one.differences if part.column == "region"}
    if not wanted:
        return {}
    return {one.id: one.name_zh for one in db.session.scalars(sa.select(Region).where(Region.id.in_(wanted)))}


def _said(part: Difference, regions: Mapping[Any, str]) -> dict[str, Any]:
    words = {stored: word for word, stored in column_of(LEDGER, part.column).words.items()}

    def cell(value: Any) -> str:
        if not value:
            return ""
        return regions.get(value, "") if part.column == "region" else words.get(value, str(value))

    return {"field": header(LEDGER, part.column), "old": cell(part.before), "new": cell(part.after)}
