"""The trail of one thing in words: who did what when, why, and what changed, for timelines on pages."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit.models import TrailEntry
from app.audit.naming import field_word, is_inner, key_of, table_word
from app.audit.values import Names, said
from app.core.db import db
from app.core.permissions import Permission

SHOWN = 8
# Drafting is one act for many things; the timeline says which part it was about.
DRAFTED = frozenset({"agreed_levels", "contract_services", "deduction_bands", "parties"})
# Things that are the subject of a timeline themselves: their fields need no word before them.
_MAIN = frozenset({"contract_versions", "contracts", "declarations", "projects", "services", "users"})
# More new things of a kind than this are told by their number; the audit page of the leaf shows each.
MANY = 3
# Moments this close to an act only repeat when it was done.
_AT_ONCE = timedelta(seconds=10)


def entries_about(ref: str, limit: int = SHOWN) -> list[TrailEntry]:
    """The newest leaves about a thing."""
    return list(
        db.session.scalars(
            sa.select(TrailEntry).where(TrailEntry.ref == ref).order_by(TrailEntry.seq.desc()).limit(limit)
        )
    )


def timeline(entries: Iterable[TrailEntry]) -> list[dict[str, Any]]:
    """Leaves as components/timeline.html draws them; whatever they name is looked up once for all."""
    read = [(entry, json.loads(entry.actor), json.loads(entry.details)) for entry in entries]
    names = Names.of([details["changes"] for _entry, _actor, details in read])
    return [_said(entry, actor, details, names) for entry, actor, details in read]


def _said(entry: TrailEntry, actor: dict[str, Any], details: dict[str, Any], names: Names) -> dict[str, Any]:
    touched = {_table(key) for key in details["changes"]} & DRAFTED
    parts = sorted(table_word(name) for name in touched)
    label = _label(entry.verb, details["notes"])
    return {
        "seq": entry.seq,
        "ref": entry.ref,
        "when": entry.at,
        "who": actor["name"],
        "org": actor["organisation"],
        "act": _("%(act)s：%(parts)s", act=label, parts=_("、").join(parts)) if parts else label,
        "reason": details["reason"],
        "changes": list(_changes(entry, details["changes"], names)),
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


def _table(thing: str) -> str:
    return thing.split(":", 1)[0]


def _changes(entry: TrailEntry, changes: dict[str, dict[str, list[Any]]], names: Names) -> Iterator[dict[str, str]]:
    """Old and new values in words, without what the act itself already says and without inner fields."""
    crowds = _crowds(changes)
    for table, count in crowds.items():
        yield {"field": table_word(table), "old": "", "new": _("%(n)s 项", n=count)}
    for thing, fields in changes.items():
        table = _table(thing)
        if table in crowds:
            continue
        for name, (old, new) in fields.items():
            empty = old in (None, "", "[]", "{}") and new in (None, "", False, "[]", "{}")
            if empty or is_inner(table, name) or _repeats(entry, table, name, old, new):
                continue
            word = field_word(table, name)
            yield change(word if table in _MAIN else f"{table_word(table)} · {word}", (table, name), (old, new), names)


def _crowds(changes: dict[str, dict[str, list[Any]]]) -> dict[str, int]:
    """The tables that got many new rows in one act, with how many."""
    changed = {
        _table(thing) for thing, fields in changes.items() if any(old is not None for old, _n in fields.values())
    }
    counts = Counter(_table(thing) for thing in changes if _table(thing) not in changed)
    return {table: count for table, count in counts.items() if count > MANY and not is_inner(table, "")}


def change(word: str, column: tuple[str, str], values: tuple[Any, Any], names: Names) -> dict[str, str]:
    """One line of before and after as components/diff.html draws it."""
    old, new = (said(*column, value, names) for value in values)
    return {"field": word, "old": old.text, "new": new.text, "old_full": old.full, "new_full": new.full}


def _repeats(entry: TrailEntry, table: str, name: str, old: Any, new: Any) -> bool:
    """Whether a new value only says again who acted, for whom, or when."""
    if old is not None or new is None:
        return False
    leads = key_of(table, name)
    if leads == ("users", "id"):
        return bool(new == entry.user_id)
    if name.endswith(("_org", "_org_id")):
        return bool(new == entry.organisation_id)
    moment = name.endswith("_at") and isinstance(new, str)
    return moment and abs(datetime.fromisoformat(new) - entry.at) < _AT_ONCE
