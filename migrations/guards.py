"""Triggers that keep the rules where no program can go around them, in SQLite's and PostgreSQL's words.

Used by revisions and frozen with them: a changed guard gets a new function here, an old one is never edited.
Every refusal begins with "guanyun:" so that the application can tell it from other database errors.
"""

from collections.abc import Iterable, Sequence

from alembic import op

Moves = Iterable[tuple[str, str]]


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def guard(name: str, table: str, when: str, condition: str, message: str) -> None:
    """Refuses with `message` when the condition over OLD and NEW holds. `when` is like 'BEFORE UPDATE'."""
    if _is_postgresql():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION USING MESSAGE = 'guanyun: {message}', ERRCODE = 'integrity_constraint_violation'; "
            f"END IF; {_pass_on(when)} END $$"
        )
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    else:
        op.execute(
            f"CREATE TRIGGER {name} {when} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, 'guanyun: {message}'); END"
        )


def _pass_on(when: str) -> str:
    return "RETURN OLD;" if when.endswith("DELETE") else "RETURN NEW;"


def drop_guard(name: str, table: str) -> None:
    if _is_postgresql():
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {name}()")
    else:
        op.execute(f"DROP TRIGGER {name}")


def changed(*columns: str) -> str:
    """The condition that one of the columns differs between OLD and NEW; null equals null."""
    word = "IS DISTINCT FROM" if _is_postgresql() else "IS NOT"
    return "(" + " OR ".join(f"NEW.{column} {word} OLD.{column}" for column in columns) + ")"


def true() -> str:
    return "TRUE" if _is_postgresql() else "1"


def under_act(table: str) -> None:
    """I13: a row is written only under an act whose leaf is not in the trail yet; the key demands it at commit."""
    condition = "EXISTS (SELECT 1 FROM trail_entries WHERE trail_entries.id = NEW.act_id)"
    for verb in ("INSERT", "UPDATE"):
        guard(
            f"{table}_{verb.lower()}_under_act",
            table,
            f"BEFORE {verb}",
            condition,
            f"{table} changes only inside a new act",
        )


def drop_under_act(table: str) -> None:
    for verb in ("insert", "update"):
        drop_guard(f"{table}_{verb}_under_act", table)


def never_deleted(table: str) -> None:
    guard(f"{table}_never_deleted", table, "BEFORE DELETE", true(), f"{table} are never deleted")
    _never_truncated(table)


def never_changed(table: str) -> None:
    guard(f"{table}_never_changed", table, "BEFORE UPDATE", true(), f"{table} are never changed")


def append_only(table: str) -> None:
    never_changed(table)
    never_deleted(table)


def drop_append_only(table: str) -> None:
    drop_guard(f"{table}_never_changed", table)
    drop_never_deleted(table)


def drop_never_deleted(table: str) -> None:
    drop_guard(f"{table}_never_deleted", table)
    if _is_postgresql():
        op.execute(f"DROP TRIGGER {table}_never_truncated ON {table}")
        op.execute(f"DROP FUNCTION {table}_never_truncated()")


def _never_truncated(table: str) -> None:
    # SQLite has no TRUNCATE.
    if _is_postgresql():
        op.execute(
            f"CREATE FUNCTION {table}_never_truncated() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION USING MESSAGE = 'guanyun: {table} are never deleted', "
            f"ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_never_truncated()"
        )


def only_moves(table: str, column: str, moves: Moves) -> None:
    """A state changes only along the listed moves."""
    allowed = " OR ".join(f"(OLD.{column} = '{source}' AND NEW.{column} = '{target}')" for source, target in moves)
    condition = f"NEW.{column} <> OLD.{column} AND NOT ({allowed})"
    guard(f"{table}_{column}_moves", table, f"BEFORE UPDATE OF {column}", condition, f"{table} cannot move like this")


def starts_as(table: str, column: str, value: str) -> None:
    """A new row begins in the first state."""
    guard(f"{table}_{column}_starts", table, "BEFORE INSERT", f"NEW.{column} <> '{value}'", f"{table} begin as {value}")


def fixed_columns(table: str, columns: Sequence[str]) -> None:
    """Columns that say what a row is about never change."""
    guard(f"{table}_fixed", table, "BEFORE UPDATE", changed(*columns), f"{table}: what a row is about never changes")


def set_once(table: str, column: str) -> None:
    """What has been ended stays ended, on the day it was."""
    condition = f"OLD.{column} IS NOT NULL AND {changed(column)}"
    guard(f"{table}_{column}_once", table, "BEFORE UPDATE", condition, f"{table}: {column} is set once")


def sealed_by(table: str, parent: str) -> None:
    """Rows of a sealed whole neither come, change nor go. `parent` is a FROM … WHERE with ROW for the row's key."""
    for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        condition = f"EXISTS (SELECT 1 FROM {parent.replace('ROW', row)})"
        name = f"{table}_{verb.lower()}_{row.lower()}_sealed"
        guard(name, table, f"BEFORE {verb}", condition, f"{table} of a sealed whole never change")


def drop_sealed_by(table: str) -> None:
    for name in ("insert_new", "update_old", "update_new", "delete_old"):
        drop_guard(f"{table}_{name}_sealed", table)


def allow_values(table: str, column: str, before: Sequence[str], after: Sequence[str]) -> None:
    """Widens (or narrows again) the closed list of an enum column on a table that stands, with rows and guards."""
    if _is_postgresql():
        listed = ", ".join(f"'{value}'" for value in after)
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{column}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column} CHECK ({column} IN ({listed}))")
        return
    old, new = (f"CHECK ({column} IN ({', '.join(repr(value) for value in values)}))" for values in (before, after))
    reword(table, [(old, new)])


def reword(table: str, changes: Sequence[tuple[str, str]]) -> None:
    """Replaces words in the text that SQLite keeps of a table: its checks, keys and what may be null.

    SQLite cannot alter a CHECK; rebuilding the table would drop its guards. Its manual names the way taken here for
    changes that do not touch stored rows (lang_altertable.html, section 7): the text of the schema is replaced.
    """
    connection = op.get_bind()
    query = f"SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{table}'"
    text = connection.exec_driver_sql(query).scalar_one()
    for old, new in changes:
        if text.count(old) != 1:
            raise RuntimeError(f"{table}: {old} does not stand exactly once in {text}")
        text = text.replace(old, new)
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?", (text, table))
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
