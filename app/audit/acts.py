"""act(): the only door through which audited things change; it writes the leaf in the same transaction."""

import enum
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import g, has_request_context
from sqlalchemy import event
from sqlalchemy.orm import InstanceState, Session

from app.audit.leaves import Leaf, moment_text
from app.audit.models import TrailEntry
from app.core.actors import Actor, jsonable, must
from app.core.canonical import canonical_json
from app.core.clock import now
from app.core.db import AppendOnly, Base, Entity, db
from app.core.permissions import Permission

# Serialises the numbering of leaves on PostgreSQL from the end of an act to the commit.
TRAIL_LOCK = 0x6779_7472
_BOOKKEEPING = frozenset({"id", "row_version", "act_id"})
# Said with every act, so they are built once.
_INSERT_LEAF = sa.insert(TrailEntry)
_LAST_SEQ = sa.select(sa.func.max(TrailEntry.seq))


class OutsideAct(RuntimeError):
    """An audited thing was about to change outside any act: a mistake in the program, never shown as a refusal."""


@dataclass
class Act:
    """One running act; `changes` maps a thing to its fields' old and new values, `notes` are facts for the reader."""

    id: uuid.UUID
    actor: Actor
    permission: Permission
    ref: str
    reason: str
    changes: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    def note(self, **facts: Any) -> None:
        """Adds facts that no column shows (a digest that was confirmed, a count)."""
        self.notes.update({key: plain(value) for key, value in facts.items()})


@contextmanager
def act(actor: Actor, permission: Permission, ref: str, reason: str = "") -> Iterator[Act]:
    """Everything changed inside belongs to one leaf: who, what, when, in which role, why, old and new values.

    Refuses an actor without the permission. `ref` names the thing for readers (`contract:GD-2026-001`).
    """
    must(actor, permission)
    session = db.session()
    session.flush()
    running = Act(uuid.uuid4(), actor, permission, ref, reason)
    stack: list[Act] = session.info.setdefault("acts", [])
    stack.append(running)
    try:
        yield running
        session.flush()
    finally:
        stack.remove(running)
    _write_leaf(session, running)


def _write_leaf(session: Session, done: Act) -> None:
    leaf = Leaf(
        id=done.id.hex,
        seq=_next_seq(session),
        at=now(),
        actor=canonical_json(jsonable(done.actor)),
        verb=done.permission.value,
        ref=done.ref,
        request_id=g.request_id if has_request_context() else "",
        details=canonical_json({"reason": done.reason, "changes": done.changes, "notes": done.notes}),
        salt=secrets.token_hex(16),
    )
    hashes = leaf.hashes()
    written = {
        "id": done.id,
        "seq": leaf.seq,
        "at": leaf.at,
        "user_id": done.actor.user_id,
        "organisation_id": done.actor.organisation_id,
        "actor": leaf.actor,
        "verb": leaf.verb,
        "ref": leaf.ref,
        "request_id": leaf.request_id,
        "details": leaf.details,
        "salt": leaf.salt,
        "sha256": hashes.sha256,
        "sm3": hashes.sm3,
    }
    session.connection().execute(_INSERT_LEAF, written)


def _next_seq(session: Session) -> int:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(TRAIL_LOCK)))
    return (session.scalar(_LAST_SEQ) or 0) + 1


def current_act(session: Session) -> Act:
    """The innermost running act."""
    stack: list[Act] = session.info.get("acts", [])
    if not stack:
        raise OutsideAct("an audited thing changes only inside act()")
    return stack[-1]


def listen() -> None:
    """Registers the flush listeners on the application's session factory (once per process)."""
    if not event.contains(db.session.session_factory, "before_flush", _stamp):
        event.listen(db.session.session_factory, "before_flush", _stamp)
        event.listen(db.session.session_factory, "after_flush", _collect)


def _audited(session: Session) -> Iterator[tuple[str, Any]]:
    for kind, things in (("new", session.new), ("dirty", session.dirty), ("deleted", session.deleted)):
        for thing in things:
            if isinstance(thing, Entity | AppendOnly) and (kind != "dirty" or session.is_modified(thing)):
                yield kind, thing


def _stamp(session: Session, _context: Any, _instances: Any) -> None:
    for kind, thing in list(_audited(session)):
        if kind == "dirty" and isinstance(thing, AppendOnly):
            raise OutsideAct(f"{type(thing).__name__} is append-only")
        running = current_act(session)
        if kind != "deleted":
            thing.act_id = running.id


def _collect(session: Session, _context: Any) -> None:
    for kind, thing in _audited(session):
        running = current_act(session)
        seen = running.changes.setdefault(_name(thing), {})
        for key, (old, new) in _field_changes(thing, kind).items():
            seen[key] = [seen[key][0] if key in seen else old, new]


def _name(thing: Base) -> str:
    state: InstanceState[Any] = sa.inspect(thing)
    identity = "-".join(str(part) for part in state.mapper.primary_key_from_instance(thing))
    return f"{thing.__tablename__}:{identity}"


def _field_changes(thing: Any, kind: str) -> dict[str, tuple[Any, Any]]:
    secret: frozenset[str] = getattr(thing, "__secret_fields__", frozenset())
    found: dict[str, tuple[Any, Any]] = {}
    state: InstanceState[Any] = sa.inspect(thing)
    for attribute in state.mapper.column_attrs:
        if attribute.key in _BOOKKEEPING:
            continue
        old, new = _old_and_new(state, attribute.key, kind)
        if old != new:
            found[attribute.key] = ("***", "***") if attribute.key in secret else (plain(old), plain(new))
    return found


def _old_and_new(state: InstanceState[Any], key: str, kind: str) -> tuple[Any, Any]:
    value = state.dict.get(key)
    if kind == "new":
        return None, value
    if kind == "deleted":
        return value, None
    history = state.attrs[key].history
    return (history.deleted[0] if history.deleted else None, value) if history.added else (value, value)


def plain(value: Any) -> Any:
    """A value as the trail writes it: text, whole numbers, null."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date | Decimal | uuid.UUID):
        return str(value)
    return value
