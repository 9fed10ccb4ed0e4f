"""What the pages of the catalogue show: its kinds, the entries of one, and one entry as it is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import get_locale

from app.catalogues.models import STATUS_LABELS, CatalogueEntry
from app.catalogues.queries import all_current, content_of, parsed, said, this_catalogue, versions
from app.catalogues.reading import EVERYWHERE, Bilingual, Status
from app.core.errors import NotFound

TONES = {Status.READ: "good", Status.EXCERPT: "good", Status.UNVERIFIED: "warn", Status.PROPOSED: "info"}
# What every entry has and a page shows apart from its own content.
HEAD_KEYS = frozenset(
    {
        *("code", "name", "citation", "status", "jurisdiction"),
        *("valid_from", "valid_until", "overlays", "practice"),
    }
)


@dataclass(frozen=True)
class KindRow:
    """One kind of rules: how many are in force, and how many of each degree of verification."""

    name: str
    label: str
    entries: int
    tags: list[tuple[str, str, int]]


@dataclass(frozen=True)
class EntryRow:
    """One entry in words."""

    entry: CatalogueEntry
    name: str
    source: str
    tag: tuple[str, str]
    place: str
    practice: str
    overlays: str


@dataclass(frozen=True)
class EntryPage:
    """Everything templates/catalogues/entry.html reads."""

    kind: str
    label: str
    row: EntryRow
    told: list[tuple[str, str]]
    written: list[tuple[str, str]]
    versions: Sequence[CatalogueEntry]


def kinds(on: date) -> list[KindRow]:
    """Every kind that the product has, with what is in force on a day."""
    rows = [_kind(name, on) for name in this_catalogue().kinds]
    return sorted(rows, key=lambda row: row.name)


def _kind(name: str, on: date) -> KindRow:
    entries = all_current(name, on)
    counted = [(*tag(one), sum(entry.status is one for entry in entries)) for one in Status]
    return KindRow(name, label_of(name), len(entries), [one for one in counted if one[2]])


def label_of(name: str) -> str:
    """The word of a kind; `NotFound` when the product has none of that name."""
    kind = this_catalogue().kinds.get(name)
    if kind is None:
        raise NotFound
    return said(kind.label)


def entries_of(kind: str, on: date) -> list[EntryRow]:
    """The entries of a kind that are in force on a day, by code."""
    label_of(kind)
    return [row_of(entry) for entry in all_current(kind, on)]


def row_of(entry: CatalogueEntry) -> EntryRow:
    content = content_of(entry)
    place = str(content.get("jurisdiction") or EVERYWHERE)
    return EntryRow(
        entry=entry,
        name=_text(content.get("name")) or entry.code,
        source=str(content.get("citation") or ""),
        tag=tag(entry.status),
        place="" if place == EVERYWHERE else place,
        practice=str(content.get("practice") or ""),
        overlays=str(content.get("overlays") or ""),
    )


def entry_page(kind: str, code: str, version: int = 0) -> EntryPage:
    """One entry in its newest version, or in the one that was asked for; `NotFound` when there is none."""
    label, found = label_of(kind), versions(kind, code)
    if not found:
        raise NotFound
    entry = next((one for one in found if one.version == version), found[0])
    told = [(_said(name), _said(text)) for name, text in this_catalogue().kinds[kind].tell(parsed(entry))]
    own = {} if told else {key: value for key, value in content_of(entry).items() if key not in HEAD_KEYS}
    return EntryPage(kind, label, row_of(entry), told, list(_written(own, "")), found)


def _said(text: Any) -> str:
    """What a room tells of an entry: worded, or said in both languages."""
    return text.said_in(str(get_locale() or "zh")) if isinstance(text, Bilingual) else said(text)


def _written(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """What an entry says, each with its dotted place, as a finding of the check names it."""
    if isinstance(value, dict) and not _is_bilingual(value):
        inner = ((key, one) for key, one in value.items())
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        inner = ((str(number), one) for number, one in enumerate(value))
    else:
        yield place, _text(value)
        return
    for key, one in inner:
        yield from _written(one, f"{place}.{key}" if place else key)


def _is_bilingual(value: Mapping[str, Any]) -> bool:
    return set(value) == {"zh", "en"}


def _text(value: Any) -> str:
    """A value as people read it, in the reader's language where it is said in both."""
    if value is None:
        return ""
    if isinstance(value, dict):
        language = "en" if str(get_locale() or "zh").startswith("en") else "zh"
        return str(value.get(language) or "")
    if isinstance(value, list):
        return "、".join(_text(one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def tag(status: Status) -> tuple[str, str]:
    """Word and tone of how far a source was verified; only what was read may look like law."""
    return str(STATUS_LABELS[status]), TONES.get(status, "neutral")
