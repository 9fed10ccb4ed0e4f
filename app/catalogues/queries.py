"""Which version of a rule is in force on a day, the room's own object for it, and findings in the reader's language."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from app.catalogues.catalogue import Catalogue
from app.catalogues.files import Finding
from app.catalogues.models import CatalogueEntry
from app.catalogues.wording import Wording
from app.core.db import db
from app.core.errors import NotFound

REMEMBERED = "catalogue_entries"


def this_catalogue() -> Catalogue:
    """The catalogue of the running application."""
    found: Catalogue = current_app.extensions["catalogues"]
    return found


def listen() -> None:
    """Registers what makes a transaction forget the rules it has read (once per process)."""
    factory = db.session.session_factory
    if not event.contains(factory, "after_transaction_end", _ended):
        event.listen(factory, "after_transaction_end", _ended)
        event.listen(factory, "after_flush", _forget_changed)


def _ended(session: Session, transaction: SessionTransaction) -> None:
    """The whole of it, or one inside it that may be undone; what a flush opens for itself changes nothing."""
    if transaction.parent is None or transaction.nested:
        _forget(session)


def _forget(session: Session) -> None:
    session.info.pop(REMEMBERED, None)


def _forget_changed(session: Session, _context: Any) -> None:
    if any(isinstance(one, CatalogueEntry) for one in (*session.new, *session.dirty)):
        _forget(session)


def _remembered(key: tuple[Any, ...], read: Callable[[], Any]) -> Any:
    """What is read of the rules in force is the same until the transaction ends or changes rules itself."""
    # What is not flushed yet has to be, or it would be forgotten too late.
    if any(isinstance(one, CatalogueEntry) for one in db.session.new):
        db.session.flush()
    known: dict[tuple[Any, ...], Any] = db.session.info.setdefault(REMEMBERED, {})
    if key not in known:
        known[key] = read()
    return known[key]


def current(kind: str, code: str, on: date) -> CatalogueEntry:
    """The entry in force on a day; `NotFound` when there is none (never loaded, not yet, or closed)."""
    entry: CatalogueEntry | None = _remembered((kind, code, on), lambda: _current(kind, code, on))
    if entry is None or not entry.covers(on):
        raise NotFound
    return entry


def _current(kind: str, code: str, on: date) -> CatalogueEntry | None:
    return db.session.scalars(
        sa.select(CatalogueEntry)
        .where(CatalogueEntry.kind == kind, CatalogueEntry.code == code, CatalogueEntry.valid_from <= on)
        .order_by(CatalogueEntry.valid_from.desc(), CatalogueEntry.version.desc())
        .limit(1)
    ).first()


def all_current(kind: str, on: date) -> Sequence[CatalogueEntry]:
    """Every entry of a kind in force on a day, by code."""
    entries: Sequence[CatalogueEntry] = _remembered((kind, on), lambda: _all_current(kind, on))
    return entries


def _all_current(kind: str, on: date) -> Sequence[CatalogueEntry]:
    latest = (
        sa.select(
            CatalogueEntry.id,
            sa.func.row_number()
            .over(
                partition_by=CatalogueEntry.code,
                # The period that began last decides, and of it the last version: so a closed rule does not come back.
                order_by=(CatalogueEntry.valid_from.desc(), CatalogueEntry.version.desc()),
            )
            .label("place"),
        )
        .where(CatalogueEntry.kind == kind, CatalogueEntry.valid_from <= on)
        .subquery()
    )
    return db.session.scalars(
        sa.select(CatalogueEntry)
        .join(latest, latest.c.id == CatalogueEntry.id)
        .where(latest.c.place == 1, sa.or_(CatalogueEntry.valid_until.is_(None), CatalogueEntry.valid_until >= on))
        .order_by(CatalogueEntry.code)
    ).all()


def versions(kind: str, code: str) -> Sequence[CatalogueEntry]:
    """All versions of one rule, newest first."""
    return db.session.scalars(
        sa.select(CatalogueEntry)
        .where(CatalogueEntry.kind == kind, CatalogueEntry.code == code)
        .order_by(CatalogueEntry.version.desc())
    ).all()


def content_of(entry: CatalogueEntry) -> dict[str, Any]:
    """The entry as it was written."""
    content: dict[str, Any] = json.loads(entry.content)
    return content


def parsed(entry: CatalogueEntry) -> Any:
    """The room's own object for an entry, remembered by digest."""
    return this_catalogue().parse(entry.kind, entry.digest, lambda: content_of(entry))


def said(text: Any) -> str:
    """What a pure module worded, in the present language; a name or a number stays as it is."""
    if not isinstance(text, Wording):
        return str(text)
    values = {key: said(value) for key, value in text.values.items()}
    translated: str = gettext(text.msgid, **values)
    return translated


def said_finding(finding: Finding) -> Finding:
    return Finding(finding.file, finding.line, finding.code, said(finding.reason), said(finding.remedy))
