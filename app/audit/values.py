"""Values of the trail as people read them: words for codes, names for keys, yuan, days, short lines for structures."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import format_date
from flask_babel import gettext as _

from app.audit.naming import NAMED, field_word, key_of, named_table
from app.core.clock import local
from app.core.db import Base, Decimal6, Fen, UTCDateTime, db
from app.core.formats import fmt
from app.core.permissions import Permission

DIGEST = re.compile(r"^[0-9a-f]{64}$")
# Columns of canonical JSON; the page tells the first lines and keeps the whole behind them.
STRUCTURED = frozenset({"content", "facts", "gates", "items", "matches", "missing", "notice"})
LINES = 8
SHORT = 80


@dataclass(frozen=True)
class Said:
    """A value in words; `full` is what stands in the leaf where the words are shorter."""

    text: str
    full: str = ""

    @property
    def digest(self) -> bool:
        return bool(DIGEST.match(self.full))


@dataclass
class Names:
    """What the keys of some leaves stand for: one question a table, however many leaves."""

    of_keys: dict[tuple[str, int], str] = field(default_factory=dict)
    # Files kept in the same leaf: a digest is told by its file's name there.
    of_files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, leaves: Iterable[dict[str, dict[str, list[Any]]]]) -> "Names":
        wanted: dict[str, set[int]] = {}
        found = cls()
        for table, name, value in _values(leaves):
            leads = named_table(table, name)
            if leads and isinstance(value, int):
                wanted.setdefault(leads, set()).add(value)
        for changes in leaves:
            for thing, fields in changes.items():
                if thing.startswith("evidence_files:") and "file_name" in fields:
                    found.of_files[fields["sha256"][1]] = fields["file_name"][1]
        for table, keys in wanted.items():
            found.of_keys.update({(table, key): name for key, name in _names(table, keys)})
        return found


def _values(leaves: Iterable[dict[str, dict[str, list[Any]]]]) -> Iterator[tuple[str, str, Any]]:
    for changes in leaves:
        for thing, fields in changes.items():
            for name, pair in fields.items():
                yield from ((thing.split(":", 1)[0], name, value) for value in pair)


def _names(table: str, keys: set[int]) -> Iterable[tuple[int, str]]:
    """Higher rooms' tables are asked by name: the trail knows no model of theirs."""
    found = Base.metadata.tables[table]
    rows = db.session.execute(sa.select(found.c.id, found.c[NAMED[table]]).where(found.c.id.in_(keys)))
    return [(key, str(name)) for key, name in rows]


def said(table: str, name: str, value: Any, names: Names) -> Said:
    """One value of a leaf in words; what no rule knows stays as it was written."""
    if value is None or value == "":
        return Said("")
    leads = named_table(table, name)
    if leads and isinstance(value, int):
        return Said(names.of_keys.get((leads, value), f"#{value}"))
    if isinstance(value, bool):
        return said_flag(value)
    if isinstance(value, str):
        return _text(table, name, value, names)
    column = _type(table, name)
    if isinstance(column, Fen):
        return Said(fmt.money(value))
    return Said(fmt.size(value) if name == "size" else str(value))


def _text(table: str, name: str, value: str, names: Names) -> Said:
    if DIGEST.match(value):
        return _digest(table, name, value, names)
    word = code_word(table, name, value)
    if word is not None:
        return Said(word)
    if name in STRUCTURED:
        return _structure(table, name, value)
    return Said(_by_type(_type(table, name), value))


def _digest(table: str, name: str, value: str, names: Names) -> Said:
    file = names.of_files.get(value) if key_of(table, name) == ("evidence_files", "sha256") else None
    return Said(file, value) if file else short_digest(value)


def short_digest(value: str) -> Said:
    return Said(f"{value[:8]}…{value[-8:]}", value)


def said_flag(value: bool) -> Said:
    return Said(str(_("是") if value else _("否")))


def _type(table: str, name: str) -> Any:
    found = Base.metadata.tables.get(table)
    column = None if found is None else found.c.get(name)
    return None if column is None else column.type


def code_word(table: str, name: str, value: str) -> str | None:
    """The word for a member of a closed list, also where the list belongs to a room above."""
    words: dict[str, Callable[[Any], Any]] = current_app.extensions["trail_codes"]
    kind = _type(table, name)
    known = getattr(kind, "enum_class", None)
    try:
        if f"{table}.{name}" in words:
            return str(words[f"{table}.{name}"](value))
        if known is not None:
            return str(getattr(known(value), "label", value))
        if name in ("permission", "scopes"):
            return str(_("、")).join(str(Permission(one).label) for one in value.split())
    except (KeyError, ValueError):
        # A code that this version no longer knows stays as it was written.
        return value
    return None


def _by_type(kind: Any, value: str) -> str:
    if isinstance(kind, UTCDateTime):
        moment = local(datetime.fromisoformat(value))
        return f"{format_date(moment.date(), 'long')} {moment:%H:%M:%S}"
    if isinstance(kind, sa.Date):
        return day_text(value)
    return fmt.decimal(Decimal(value)) if isinstance(kind, Decimal6) else value


def day_text(value: str) -> str:
    """A day as it is written out in the reader's language; what is no day stays as it is."""
    try:
        return str(format_date(date.fromisoformat(value), "long"))
    except ValueError:
        return value


def _structure(table: str, name: str, value: str) -> Said:
    try:
        return told(json.loads(value), table, name)
    except ValueError:
        return Said(value)


def told(found: Any, table: str = "", name: str = "") -> Said:
    """The first lines of a structure; the whole stays at hand."""
    lines = [line for line in _lines(table, name, found) if line]
    if len(lines) > LINES:
        lines = [*lines[:LINES], str(_("……共 %(n)s 行", n=len(lines)))]
    plain = isinstance(found, list) and all(isinstance(one, str) for one in found) and len(found) <= LINES
    return Said("\n".join(lines), "" if plain else json.dumps(found, ensure_ascii=False, indent=1))


def _lines(table: str, name: str, value: Any) -> Iterator[str]:
    words: dict[str, Callable[[Any], Any]] = current_app.extensions["trail_codes"]
    if isinstance(value, dict):
        for key, one in value.items():
            yield f"{field_word(table, key)}{_('：')}{_short(one)}"
    elif isinstance(value, list):
        say = words.get(f"{table}.{name}[]", str)
        yield from (str(say(one)) if isinstance(one, str) else _short(one) for one in value)
    else:
        yield str(value)


def _short(value: Any) -> str:
    """A value inside a structure, on one line."""
    if isinstance(value, dict):
        parts = [str(one) for key, one in value.items() if key != "kind" and isinstance(one, str | int) and one != ""]
        text = str(_("，")).join(parts)
    elif isinstance(value, list):
        whole = [str(one) for one in value if isinstance(one, str | int)]
        text = str(_("、")).join(whole) if len(whole) == len(value) else str(_("%(n)s 项", n=len(value)))
    else:
        text = "" if value is None else str(value)
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"
