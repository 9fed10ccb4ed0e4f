"""The migrations make exactly what the models say, on both databases, up from empty and down to nothing again."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade

from app.core.db import db
from tests.house.source import compare_with_committed

CONSTRAINTS = Path(__file__).with_name("constraints.txt")
POSTGRESQL_CHECKS = """
    SELECT relname, conname, pg_get_constraintdef(c.oid)
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE contype IN ('c', 'x') AND nspname = 'public'
"""
POSTGRESQL_TRIGGERS = """
    SELECT relname, tgname, regexp_replace(pg_get_triggerdef(g.oid), '^CREATE (CONSTRAINT )?TRIGGER [^ ]+ ', '')
    FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid WHERE NOT tgisinternal
"""


@pytest.fixture
def context(app):
    with app.app_context():
        yield
        db.session.remove()


def differences():
    with db.engine.connect() as connection:
        migration = MigrationContext.configure(connection, opts={"compare_type": False})
        return [item for item in compare_metadata(migration, db.metadata) if "alembic_version" not in str(item)]


def tables():
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def one_line(text):
    return re.sub(r"\s+", " ", text).strip()


def balanced(text, start):
    """The text from the parenthesis at `start` to the one that closes it."""
    depth = 0
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return text[start : position + 1]
    raise ValueError(f"no closing parenthesis: {text[start:]}")


def sqlite_constraints(connection):
    rows = connection.execute(sa.text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    for kind, name, table, written in rows:
        if table == "alembic_version" or name.startswith("sqlite_"):
            continue
        if kind == "table":
            yield f"{table}  strict  {'yes' if written.rstrip().upper().endswith('STRICT') else 'no'}"
            for check in re.finditer(r"(?:CONSTRAINT \"?(\w+)\"? )?CHECK\s*(?=\()", written):
                yield f"{table}  check  {check.group(1) or 'unnamed'}  {one_line(balanced(written, check.end()))}"
        elif kind == "trigger":
            yield f"{table}  trigger  {name}  {one_line(written.split(name, 1)[1])}"
        elif kind == "index" and re.search(r"\bWHERE\b", written):
            yield f"{table}  partial index  {name}  {one_line(written.split(' ON ', 1)[1])}"


def postgresql_constraints(connection):
    for kind, query in (("check", POSTGRESQL_CHECKS), ("trigger", POSTGRESQL_TRIGGERS)):
        for table, name, definition in connection.execute(sa.text(query)):
            yield f"{table}  {kind}  {name}  {one_line(definition)}"
    partial = (
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef ~ ' WHERE '"
    )
    for table, name, definition in connection.execute(sa.text(partial)):
        yield f"{table}  partial index  {name}  {one_line(definition.split(' ON ', 1)[1])}"


def test_the_migrated_database_is_what_the_models_say(context):
    assert differences() == []


def test_the_migrations_go_down_to_nothing_and_up_again(context):
    db.session.remove()
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    assert tables() == set(db.metadata.tables)
    assert differences() == []


def test_checks_triggers_and_strictness_are_the_committed_ones(context):
    name = db.engine.dialect.name
    reader = sqlite_constraints if name == "sqlite" else postgresql_constraints
    with db.engine.connect() as connection:
        lines = [f"{name}  {line}" for line in reader(connection)]
    compare_with_committed(CONSTRAINTS, lines, prefix=f"{name}  ")


@pytest.mark.sqlite_only
def test_every_table_is_strict_on_sqlite(context):
    with db.engine.connect() as connection:
        lines = list(sqlite_constraints(connection))
    assert [line for line in lines if line.endswith("strict  no")] == []
