"""Alembic's environment: the application's metadata and engine, one transaction a revision, batch mode never needed."""

from alembic import context
from flask import current_app

from app.core.db import Base, Decimal6, Fen, UTCDateTime, db, intend_to_write

# Revisions name plain types, so that they do not change when a type of the application does.
PLAIN = {UTCDateTime: "sa.DateTime(timezone=True)", Fen: "sa.BigInteger()", Decimal6: "sa.BigInteger()"}


def include(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name is not None and name.startswith("sqlite_"))


def render(kind: str, thing: object, _context: object) -> str | bool:
    return PLAIN.get(type(thing), False) if kind == "type" else False


def run() -> None:
    intend_to_write()
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=include,
            render_item=render,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("migrations run against a database, not as SQL text")

with current_app.app_context():
    run()
