"""Whoever has a connection to the database cannot break the separation of managing and operating with a statement."""

from __future__ import annotations

from collections import Counter

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tests.separation.attacks import T, attacks
from tests.separation.breaking import act_id, attempt, is_sqlite, leaf, without_triggers

INVARIANTS = ("I1", "I2", "I3", "I8", "I9", "I12", "I14", "I15")


def on(house, invariant):
    return [attack for attack in attacks(house) if attack.invariant == invariant]


@pytest.mark.parametrize("invariant", INVARIANTS)
def test_every_attack_is_refused(house, db_session, invariant):
    let_through, refused_otherwise = [], []
    for attack in on(house, invariant):
        refusal = attempt(db_session, attack.statement)
        if not refusal:
            let_through.append(attack.says)
        elif (attack.stopped_by is T) != ("guanyun:" in refusal) or attack.expected not in refusal:
            refused_otherwise.append((attack.says, refusal))
    assert let_through == []
    assert refused_otherwise == []


@pytest.mark.parametrize("invariant", INVARIANTS)
def test_the_same_attacks_succeed_without_the_guards(house, db_session, invariant):
    """So that no attack above is refused for a wrong reason, such as a column that does not exist."""
    harmless = []
    with without_triggers(db_session):
        if is_sqlite(db_session):
            db_session.execute(sa.text("PRAGMA ignore_check_constraints = ON"))
        try:
            harmless = [
                (attack.says, why)
                for attack in on(house, invariant)
                if (why := unguarded(db_session, attack.statement))
            ]
        finally:
            if is_sqlite(db_session):
                db_session.execute(sa.text("PRAGMA ignore_check_constraints = OFF"))
    assert harmless == []


def unguarded(session, statement):
    """Runs the statement with one constraint after another taken away; what still refuses it then, or ""."""
    savepoint = session.begin_nested()
    try:
        for _ in range(60):
            refusal = run(session, statement)
            if refusal is None or not take_away(session, refusal):
                break
        # A second guard, a unique key, cannot be taken away on SQLite; the same attack succeeds on PostgreSQL.
        only_unique = is_sqlite(session) and str(refusal).startswith("UNIQUE")
        return "" if refusal is None or only_unique else str(refusal)
    finally:
        savepoint.rollback()


def run(session, statement):
    try:
        with session.begin_nested():
            if is_sqlite(session):
                session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
            act = act_id(session)
            done = session.execute(sa.text(statement), {"act": act} if ":act" in statement else {})
            assert done.rowcount, statement
            if ":act" in statement:
                leaf(session, act)
    except DBAPIError as refusal:
        return refusal.orig
    return None


def take_away(session, refusal):
    """Drops the constraint that refused (SQLite cannot)."""
    if is_sqlite(session):
        return False
    name, table = refusal.diag.constraint_name, refusal.diag.table_name
    if name is None:
        return False
    if name.startswith("uq_grants_active"):
        session.execute(sa.text(f"DROP INDEX {name}"))
    else:
        session.execute(sa.text(f"ALTER TABLE {owner_of(session, name, table)} DROP CONSTRAINT {name} CASCADE"))
    return True


def owner_of(session, name, table):
    found = session.scalar(
        sa.text("SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = :n"), {"n": name}
    )
    return found or table


def test_there_are_attacks_on_every_invariant(house):
    counted = Counter(attack.invariant for attack in attacks(house))
    assert set(counted) == set(INVARIANTS)
    assert sum(counted.values()) >= 350
    assert len({attack.says for attack in attacks(house)}) == sum(counted.values())
