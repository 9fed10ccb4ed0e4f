"""What an attacker does who has the database itself: raw statements, with the guards in place or taken away."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

# What a leaf needs to pass its own table's checks; its digests are nonsense.
LEAF = (
    "INSERT INTO trail_entries (id, seq, at, actor, verb, ref, request_id, details, salt, sha256, sm3) VALUES "
    "(:id, (SELECT max(seq) + 1 FROM trail_entries), :at, '{}', 'attack', 'attack', '', '{}', '', :digest, :digest)"
)


def is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def act_id(session: Session, given: uuid.UUID | None = None) -> str:
    """A fresh act's id as the database writes it."""
    fresh = given or uuid.uuid4()
    return fresh.hex if is_sqlite(session) else str(fresh)


def leaf(session: Session, act: str) -> None:
    """The leaf of an act, written last, as the application does it."""
    session.execute(sa.text(LEAF), {"id": act, "at": "2026-03-02 01:00:00.000000", "digest": "0" * 64})


def attempt(session: Session, statement: str, values: Mapping[str, Any] | None = None, under_act: bool = True) -> str:
    """Runs one statement as its own transaction up to the point of commit, then undoes it.

    `:act` in the statement is a fresh act; its leaf is written after it. Returns the database's refusal, or "" when
    everything, the deferred keys included, would have been let through.
    """
    act = act_id(session)
    try:
        with session.begin_nested() as savepoint:
            changed = session.execute(
                sa.text(statement), {"act": act, **(values or {})} if ":act" in statement else values
            )
            touched = changed.rowcount
            if under_act and ":act" in statement:
                leaf(session, act)
            refused_late = _deferred(session)
            savepoint.rollback()
        if refused_late:
            return refused_late
        if touched == 0 and "TRUNCATE" not in statement and "DROP" not in statement:
            raise AssertionError(f"the attack touched nothing: {statement} {values}")
    except DBAPIError as refusal:
        return str(refusal.orig).splitlines()[0]
    return ""


def _deferred(session: Session) -> str:
    """What the commit would say about keys that are looked at last."""
    if is_sqlite(session):
        left = session.execute(sa.text("PRAGMA foreign_key_check")).first()
        return f"FOREIGN KEY constraint failed at commit: {left}" if left else ""
    try:
        session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
        session.execute(sa.text("SET CONSTRAINTS ALL DEFERRED"))
    except DBAPIError as refusal:
        return str(refusal.orig).splitlines()[0]
    return ""


@contextmanager
def without_triggers(session: Session) -> Iterator[None]:
    """Inside, every trigger is gone (keys and checks stay); undone at the end by rolling the transaction back."""
    with _undone(session):
        if is_sqlite(session):
            _drop_triggers(session)
        else:
            for table in session.scalars(sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all():
                session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield


@contextmanager
def without_any_guard(session: Session) -> Iterator[None]:
    """Inside, triggers and foreign keys are gone: what the owner of the database could do behind our back."""
    with _undone(session):
        if is_sqlite(session):
            _drop_triggers(session)
            session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        else:
            session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        yield


@contextmanager
def _undone(session: Session) -> Iterator[None]:
    session.expire_all()
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        session.expunge_all()


def _drop_triggers(session: Session) -> None:
    for name in session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        session.execute(sa.text(f"DROP TRIGGER {name}"))
