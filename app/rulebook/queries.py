"""Reads of drafts: one by its code, those about one rule, and whether the version under one still stands."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, content_of, versions
from app.core.clock import today
from app.core.db import db
from app.negative_lists.item_file import LIST_KIND
from app.negative_lists.judging import ITEM_KIND
from app.rulebook.models import RuleDraft
from app.rulebook.workflow import OPEN


def draft_by_code(code: str) -> RuleDraft | None:
    """One draft with everybody who had a hand in it."""
    return db.session.scalar(
        sa.select(RuleDraft)
        .where(RuleDraft.code == code)
        .options(
            joinedload(RuleDraft.base),
            joinedload(RuleDraft.entry),
            joinedload(RuleDraft.author),
            joinedload(RuleDraft.organisation),
            joinedload(RuleDraft.reviewer),
            joinedload(RuleDraft.publisher),
        )
    )


def content_of_draft(draft: RuleDraft) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(draft.content)
    return found


def open_drafts(kind: str, code: str) -> list[RuleDraft]:
    """What is under way about one rule, the oldest first."""
    return list(
        db.session.scalars(
            sa.select(RuleDraft)
            .where(RuleDraft.kind == kind, RuleDraft.entry_code == code, RuleDraft.state.in_(OPEN))
            .options(joinedload(RuleDraft.author))
            .order_by(RuleDraft.id)
        )
    )


def open_item_drafts(list_code: str) -> list[RuleDraft]:
    """What is under way about the items of one list."""
    found = db.session.scalars(
        sa.select(RuleDraft).where(RuleDraft.kind == ITEM_KIND, RuleDraft.state.in_(OPEN)).order_by(RuleDraft.id)
    )
    return [draft for draft in found if content_of_draft(draft).get("list") == list_code]


def newest_version(kind: str, code: str) -> CatalogueEntry | None:
    """The last version of a rule, in force already or from a later day."""
    return next(iter(versions(kind, code)), None)


def overtaken_by(draft: RuleDraft) -> CatalogueEntry | None:
    """The version that came after the one a draft set out from; of a new rule, one that took its code."""
    newest = newest_version(draft.kind, draft.entry_code) if draft.entry_code else None
    is_own = newest is not None and newest.id in (draft.base_entry_id, draft.entry_id)
    return None if is_own else newest


# --- what fields are chosen from -------------------------------------------------------------------------------------


def entries_of(kind: str, on: date | None = None) -> Sequence[CatalogueEntry]:
    """The entries of a kind that a rule may name."""
    return all_current(kind, on or today())


def list_of(code: str) -> CatalogueEntry | None:
    return newest_version(LIST_KIND, code)


def content_text(entry: CatalogueEntry | None, key: str) -> str:
    """A text of an entry, empty where it says none."""
    return str(content_of(entry).get(key, "")) if entry is not None else ""
