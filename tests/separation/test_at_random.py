"""Hundreds of random statements by someone who knows the tables: whatever is let through breaks no invariant."""

from __future__ import annotations

import os
import random

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.core.db import Base
from tests.separation.breaking import act_id, is_sqlite, leaf, without_triggers
from tests.separation.invariants import broken, picture

# A quick run; GUANYUN_ATTACKS=100000 for a long one.
STATEMENTS = int(os.environ.get("GUANYUN_ATTACKS", "600"))
# The trail's own tables are attacked too; derived and volatile ones carry no invariant.
LEFT_OUT = {
    "control_links",
    "deliveries",
    "web_sessions",
    "used_codes",
    "denials",
    "sign_in_events",
    "regions",
    "catalogue_entries",
}
LITERALS = [
    "NULL",
    "0",
    "1",
    "-1",
    "'x'",
    "''",
    "'2026-03-02'",
    "'draft'",
    "'signed'",
    "'operation'",
    "'management'",
    "TRUE",
]
WORDS = {
    "side": ["management", "operation", "supervision"],
    "role": ["client", "operator", "builder", "supervisor", "agency_officer", "operator_signatory", "security_admin"],
    "role_class": ["audit", "business", "security", "system"],
    "granted_by_class": ["audit", "business", "security", "system"],
    "state": [
        *("draft", "signing", "signed", "in_force", "terminating", "terminated", "expired", "void", "withdrawn"),
        *("open", "done", "dropped", "active", "disabled", "retired"),
    ],
}


class Attacker:
    """Draws statements: rows copied with values of other rows in them, values changed, rows deleted."""

    def __init__(self, session, seed):
        self.session, self.draw = session, random.Random(seed)
        self.tables = [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]
        self.act = ""

    def value(self, table, column):
        """Mostly another row's value of the same column or the key that the column points to."""
        if column.name == "act_id":
            return ":act"
        kind = self.draw.random()
        if column.name in WORDS and kind < 0.5:
            return f"'{self.draw.choice(WORDS[column.name])}'"
        if kind < 0.8:
            key = next(iter(column.foreign_keys), None)
            source = key.column if key is not None and self.draw.random() < 0.5 else column
            offset = self.draw.randrange(self.count(source.table.name))
            return f"(SELECT {source.name} FROM {source.table.name} ORDER BY 1 LIMIT 1 OFFSET {offset})"
        return f"{column.name} + 1" if kind < 0.9 and _is_number(column) else self.draw.choice(LITERALS)

    def count(self, table):
        return self.session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 1

    def statement(self):
        table = self.draw.choice(self.tables)
        key = "size" if table.name == "trail_heads" else "id"
        offset = self.draw.randrange(self.count(table.name))
        where = f"{key} = (SELECT {key} FROM {table.name} ORDER BY {key} LIMIT 1 OFFSET {offset})"
        columns = [column for column in table.columns if column.name not in {"id", "act_id"}]
        chosen = {
            column.name: self.value(table, column)
            for column in self.draw.sample(columns, min(len(columns), self.draw.choice([1, 1, 2, 3])))
        }
        if "act_id" in table.columns and self.draw.random() < 0.95:
            chosen["act_id"] = ":act"
        verb = self.draw.random()
        if verb < 0.1:
            return f"DELETE FROM {table.name} WHERE {where}"
        if verb < 0.55:
            parts = ", ".join(f"{name} = {value}" for name, value in chosen.items())
            return f"UPDATE {table.name} SET {parts} WHERE {where}"
        names = [column.name for column in table.columns if column.name != "id" or table.name == "trail_entries"]
        values = [chosen.get(name, ":act" if name == "id" else name) for name in names]
        return (
            f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table.name} WHERE {where}"
        )

    def strike(self):
        """One statement as one transaction: kept when the database lets it through, keys at commit included."""
        statement, act = self.statement(), act_id(self.session)
        try:
            with self.session.begin_nested():
                self.session.execute(sa.text(statement), {"act": act} if ":act" in statement else {})
                if ":act" in statement and not statement.startswith("INSERT INTO trail_entries"):
                    leaf(self.session, act)
                self.settle()
        except DBAPIError:
            return False
        return True

    def settle(self):
        """Looks now at the keys that a commit would look at."""
        if not is_sqlite(self.session):
            self.session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
            self.session.execute(sa.text("SET CONSTRAINTS ALL DEFERRED"))
        elif self.session.execute(sa.text("PRAGMA foreign_key_check")).first():
            raise sa.exc.IntegrityError("at commit", {}, ValueError())


def _is_number(column):
    return (
        isinstance(column.type, sa.Integer)
        or "Fen" in type(column.type).__name__
        or "Decimal6" in type(column.type).__name__
    )


def test_random_statements_break_no_invariant(house, db_session):
    before = picture(db_session)
    assert broken(db_session, before) == []
    attacker = Attacker(db_session, 20260302)
    accepted = sum(attacker.strike() for _ in range(STATEMENTS))
    assert broken(db_session, before) == []
    assert STATEMENTS * 0.05 < accepted < STATEMENTS * 0.8
    db_session.commit()


def test_the_same_statements_do_break_them_without_the_guards(house, db_session):
    """So that the check above is known to see a breach when there is one."""
    before = picture(db_session)
    with without_triggers(db_session):
        attacker = Attacker(db_session, 20260302)
        for _ in range(450):
            attacker.strike()
        found = broken(db_session, before)
    assert len(found) >= 5
