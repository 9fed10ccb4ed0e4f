"""Reads of the trail: the list of leaves, one leaf with what changed, and the proof that it is part of the tree."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit import heads
from app.audit.history import change
from app.audit.leaves import Leaf, sha256
from app.audit.merkle import Hash, inclusion_proof, root_from_proof
from app.audit.models import TrailEntry, TrailHead
from app.audit.naming import field_word, is_inner, table_word
from app.audit.notes import note_text, note_word, ref_in_words
from app.audit.values import Names
from app.core.canonical import sm3
from app.core.clock import zone
from app.core.db import db
from app.core.formats import fmt
from app.core.listing import Cell, Column, Filter, Listing, like
from app.core.permissions import Permission, Role


def trail_list() -> Listing:
    """Every leaf, newest first."""
    return Listing(
        caption=_("审计记录"),
        statement=sa.select(TrailEntry),
        definition=[
            Column("seq", _l("序号"), lambda one: Cell(f"{one.seq}", kind="code"), sort=TrailEntry.seq, value=_seq),
            Column("at", _l("时间"), lambda one: Cell(fmt.second(one.at), kind="date"), value=lambda one: one.at),
            Column("who", _l("办理人"), _who),
            Column("act", _l("事项"), lambda one: Cell(act_label(one.verb), exact=one.verb)),
            Column("ref", _l("对象"), lambda one: Cell(one.ref, kind="code")),
            Column("reason", _l("理由"), lambda one: str(_details(one.details)["reason"])),
            Column("request", _l("请求编号"), lambda one: Cell(one.request_id, kind="code"), optional=True),
        ],
        id_column=TrailEntry.seq,
        href=lambda one: url_for("audit.detail", seq=one.seq),
        default_sort="seq",
        default_desc=True,
        filters=_trail_filters(),
        empty_title=_("没有符合条件的审计记录"),
        file_name=_("审计记录"),
    )


def _seq(entry: TrailEntry) -> int:
    return entry.seq


@lru_cache(maxsize=512)
def _details(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def _who(entry: TrailEntry) -> Cell:
    actor = json.loads(entry.actor)
    return Cell(actor["name"], sub=_(" · ").join(part for part in (actor["login"], actor["organisation"]) if part))


def act_label(verb: str) -> str:
    """The word for an act; a verb that this version no longer knows stays as it was written."""
    return str(Permission(verb).label) if verb in set(Permission) else verb


def role_label(role: str) -> str:
    """The word for a role; one that this version no longer knows stays as it was written."""
    return str(Role(role).label) if role in set(Role) else role


def _trail_filters() -> list[Filter]:
    acts = [(one.value, one.label) for one in Permission if not one.value.endswith((":read", ":export"))]
    return [
        Filter("q", _l("办理人姓名、登录名或机构"), lambda text: like(TrailEntry.actor, text)),
        Filter("ref", _l("对象，如 contract:GD-2026"), lambda text: like(TrailEntry.ref, text)),
        Filter("act", _l("事项"), lambda text: TrailEntry.verb == text, "select", acts),
        Filter("from", _l("自"), lambda text: _bound(text, 0), "date"),
        Filter("to", _l("至"), lambda text: _bound(text, 1), "date"),
    ]


def _bound(text: str, days_later: int) -> Any:
    """From the beginning of a day, or to the end of it, as days are counted here."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    if not 1990 <= day.year <= 2100:
        return None
    moment = datetime.combine(day + timedelta(days=days_later), time(), zone()).astimezone(UTC)
    return TrailEntry.at < moment if days_later else TrailEntry.at >= moment


@dataclass(frozen=True)
class TrailState:
    """How far the trail reaches and how much of it the newest tree head covers."""

    leaves: int
    head: TrailHead | None

    @property
    def unsealed(self) -> int:
        return self.leaves - (self.head.size if self.head else 0)


def trail_state() -> TrailState:
    return TrailState(db.session.scalar(sa.select(sa.func.max(TrailEntry.seq))) or 0, heads.latest())


# --- one leaf --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LeafPage:
    """A leaf taken apart for reading; `intact` says whether its content still leads to its digests."""

    entry: TrailEntry
    about: str
    actor: dict[str, Any]
    reason: str
    changes: list[dict[str, str]]
    inner: list[dict[str, str]]
    roles: list[str]
    notes: list[tuple[str, str, str]]
    intact: bool


def entry_by_seq(seq: int) -> TrailEntry | None:
    # A number beyond the column's range is simply not there.
    return db.session.scalar(sa.select(TrailEntry).where(TrailEntry.seq == seq)) if seq < 2**62 else None


def leaf_page(entry: TrailEntry) -> LeafPage:
    details = json.loads(entry.details)
    names = Names.of([details["changes"]])
    shown, inner = _changes(details["changes"], names)
    return LeafPage(
        entry=entry,
        about=ref_in_words(entry.ref),
        actor=json.loads(entry.actor),
        reason=details["reason"],
        changes=shown,
        inner=inner,
        roles=[role_label(one) for one in json.loads(entry.actor)["roles"]],
        notes=[_note(key, value) for key, value in details["notes"].items()],
        intact=_is_intact(entry),
    )


def _note(key: str, value: Any) -> tuple[str, str, str]:
    found = note_text(key, value)
    return note_word(key), found.text, found.full


def _changes(
    changes: dict[str, dict[str, list[Any]]], names: Names
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Every field of the leaf: an auditor is spared nothing, but what only keeps rows together stands apart."""
    shown: list[dict[str, str]] = []
    inner: list[dict[str, str]] = []
    for thing, fields in changes.items():
        table, _colon, key = thing.partition(":")
        for name, (old, new) in fields.items():
            word = f"{table_word(table)} {key} · {field_word(table, name)}"
            one = change(word, (table, name), (old, new), names)
            empty = not one["old"] and not one["new"]
            (inner if empty or is_inner(table, name) else shown).append(one)
    return shown, inner


def _is_intact(entry: TrailEntry) -> bool:
    names = ("seq", "at", "actor", "verb", "ref", "request_id", "details", "salt")
    hashes = Leaf(id=entry.id.hex, **{name: getattr(entry, name) for name in names}).hashes()
    return (hashes.sha256, hashes.sm3) == (entry.sha256, entry.sm3)


@dataclass(frozen=True)
class Proof:
    """Sibling digests from a leaf up to a tree head, and whether they lead there (RFC 9162 2.1.3)."""

    name: str
    path: Sequence[str]
    root: str
    holds: bool


def proofs_of(entry: TrailEntry, head: TrailHead) -> list[Proof]:
    """The proof in both digests that a leaf is among those a head covers. Reads every leaf's digests up to the head."""
    rows = db.session.execute(
        sa.select(TrailEntry.sha256, TrailEntry.sm3).where(TrailEntry.seq <= head.size).order_by(TrailEntry.seq)
    ).all()
    place = entry.seq - 1
    return [
        _proof("SHA-256", sha256, [bytes.fromhex(row.sha256) for row in rows], place, head.sha256),
        _proof("SM3", sm3, [bytes.fromhex(row.sm3) for row in rows], place, head.sm3),
    ]


def _proof(name: str, function: Hash, leaves: list[bytes], place: int, root: str) -> Proof:
    path = inclusion_proof(function, leaves, place)
    reached = root_from_proof(function, leaves[place], place, len(leaves), path)
    return Proof(name, [one.hex() for one in path], root, reached is not None and reached.hex() == root)
