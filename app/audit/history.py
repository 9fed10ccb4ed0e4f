"""The trail of one thing in words: who did what when, why, and what changed, for timelines on pages."""

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import g
from flask_babel import gettext as _

from app.audit.models import TrailEntry
from app.audit.words import FIELD_WORDS, LOOKED_UP, TABLE_WORDS
from app.core.db import Base, Fen, UTCDateTime, db
from app.core.formats import fmt
from app.core.permissions import Permission

SHOWN = 8
# Drafting is one act for many things; the timeline says which part it was about.
DRAFTED = frozenset({"agreed_levels", "contract_services", "deduction_bands", "parties"})
_UNSAID = frozenset(
    {"content", "digest_sha256", "digest_sm3", "mode_kind", "indicator_kind", "path", "position", "line"}
)


def entries_about(ref: str, limit: int = SHOWN) -> list[TrailEntry]:
    """The newest leaves about a thing."""
    return list(
        db.session.scalars(
            sa.select(TrailEntry).where(TrailEntry.ref == ref).order_by(TrailEntry.seq.desc()).limit(limit)
        )
    )


def timeline(entries: Iterable[TrailEntry]) -> list[dict[str, Any]]:
    """Leaves as components/timeline.html draws them."""
    return [_said(entry) for entry in entries]


def _said(entry: TrailEntry) -> dict[str, Any]:
    actor, details = json.loads(entry.actor), json.loads(entry.details)
    touched = {key.split(":", 1)[0] for key in details["changes"]} & DRAFTED
    parts = sorted(str(TABLE_WORDS[name]) for name in touched)
    label = _label(entry.verb, details["notes"])
    return {
        "seq": entry.seq,
        "ref": entry.ref,
        "when": entry.at,
        "who": actor["name"],
        "org": actor["organisation"],
        "act": _("%(act)s：%(parts)s", act=label, parts=_("、").join(parts)) if parts else label,
        "reason": details["reason"],
        "changes": list(changes_in_words(details["changes"])),
    }


def _label(verb: str, notes: dict[str, Any]) -> str:
    """The word for an act; what was signed on paper before is confirmed in the system, not signed."""
    label, paper = str(Permission(verb).label), notes.get("existing")
    if notes.get("withdrawn"):
        # Taking back what one has proposed takes the same permission as proposing it.
        return str(_("撤回 %(code)s", code=notes["withdrawn"]))
    if paper is None:
        return label
    if verb == Permission.CONTRACT_SIGN:
        return str(_("核对确认存量合同 %(number)s", number=paper))
    return str(_("%(act)s（存量合同 %(number)s）", act=label, number=paper))


def changes_in_words(changes: dict[str, dict[str, list[Any]]]) -> Iterable[dict[str, str]]:
    """Old and new values with the names of fields, values of enums in words, money in yuan."""
    for thing, fields in changes.items():
        table = thing.split(":", 1)[0]
        for name, (old, new) in fields.items():
            named = name in LOOKED_UP
            unsaid = name in _UNSAID or (name.endswith(("_id", "_by")) and not named)
            if unsaid or (old in (None, "") and new in (None, "", False)):
                continue
            said = FIELD_WORDS.get(name)
            if said is not None:
                yield {
                    "field": f"{TABLE_WORDS[table]} · {said}" if table in TABLE_WORDS else str(said),
                    "old": _value(table, name, old),
                    "new": _value(table, name, new),
                }


def _name_of(table: str, column: str, key: int) -> str:
    """The name a key stands for. Higher rooms' tables are asked by name; each is read once in a request."""
    known: dict[tuple[str, int], str] = g.setdefault("trail_names", {})
    if (table, key) not in known:
        found = Base.metadata.tables[table]
        known[table, key] = db.session.scalar(sa.select(found.c[column]).where(found.c.id == key)) or str(key)
    return known[table, key]


def _value(table: str, name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if name in LOOKED_UP:
        return _name_of(*LOOKED_UP[name], value)
    column = Base.metadata.tables[table].c.get(name)
    kind = column.type if column is not None else None
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        return str(getattr(kind.enum_class(value), "label", value))
    if isinstance(kind, Fen):
        return fmt.money(value)
    if isinstance(kind, UTCDateTime):
        return fmt.second(datetime.fromisoformat(value))
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return fmt.decimal(Decimal(value)) if name in {"target", "bound", "unit_price", "cap_percent"} else str(value)
