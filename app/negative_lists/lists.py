"""The pages of the rules themselves: lists with their items, and one item with its versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.catalogues.models import CatalogueEntry
from app.catalogues.periods import holds
from app.catalogues.queries import all_current, parsed, versions
from app.catalogues.reading import Head
from app.conditions.jurisdiction import EVERYWHERE
from app.core.clock import today
from app.core.errors import NotFound
from app.gates.gate_file import GATE_KIND, Gate
from app.gates.pages import fact_label
from app.gates.wording import in_words, source_in_words, source_tag
from app.negative_lists import queries, wording
from app.negative_lists.item_file import Item, Judged, Method
from app.negative_lists.judging import ITEM_KIND
from app.negative_lists.kinds import Severity
from app.subjects.models import SubjectKind

# --- lists and items -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ItemRow:
    """One item as the catalogue shows it."""

    code: str
    text: str
    severity: Severity
    source: tuple[str, str]
    citation: str
    method: str
    subject: str
    jurisdiction: str
    gates: tuple[str, ...]
    item: Item
    exempted_by: str = ""
    exempted_source: tuple[str, str] | None = None

    @property
    def is_local(self) -> bool:
        return self.jurisdiction != EVERYWHERE


@dataclass(frozen=True)
class ListsPage:
    """Everything templates/negative_lists/index.html reads."""

    tabs: list[dict[str, Any]]
    chosen: str
    purpose: str
    rows: list[ItemRow]
    total: int
    text: str


def lists_page(chosen: str, text: str) -> ListsPage:
    """Items of one list or of all, those that say the text."""
    rows = [row_of(entry) for entry in queries.items_in_force()]
    lists = queries.lists_in_force()
    one = next((each for each in lists if each.head.code == chosen), None)
    tabs = [_tab("", str(_("全部")), len(rows), text)]
    for each in lists:
        counted = sum(row.item.list == each.head.code for row in rows)
        tabs.append(_tab(each.head.code, f"{each.head.code} {in_words(each.head.name)}", counted, text))
    shown = [row for row in rows if (one is None or row.item.list == one.head.code) and _says(row, text)]
    return ListsPage(tabs, one.head.code if one else "", in_words(one.purpose) if one else "", shown, len(rows), text)


def _tab(key: str, label: str, count: int, text: str) -> dict[str, Any]:
    href = url_for("negative_lists.index", list=key or None, q=text or None)
    return {"key": key, "label": label, "count": count, "href": href}


def _says(row: ItemRow, text: str) -> bool:
    return text.casefold() in " ".join((row.code, row.text, row.citation)).casefold()


def row_of(entry: CatalogueEntry) -> ItemRow:
    item = queries.item_of(entry)
    return ItemRow(
        code=entry.code,
        text=in_words(item.head.name),
        severity=item.severity,
        source=source_tag(item.head.status),
        citation=source_in_words(item.head),
        method=method_words(item.method),
        subject=str((SubjectKind.PROJECT if item.subject is Judged.PROJECT else SubjectKind.CONTRACT).label),
        jurisdiction=place_of(item.head),
        gates=item.gates,
        item=item,
        exempted_by=wording.level_words(item.exempted_by) if item.severity is Severity.RESTRICTED else "",
        exempted_source=source_tag(item.exempted_status) if item.exempted_status else None,
    )


def place_of(head: Head) -> str:
    """Where an item holds: in its divisions, or wherever its practice is chosen."""
    return str(_("只在选用 %(code)s 时", code=head.practice)) if head.practice else head.jurisdiction


def method_words(method: Method) -> str:
    words = {
        Method.MACHINE: _("系统按登记的事实判断"),
        Method.BOTH: _("系统先判断，需要时由人回答"),
        Method.PERSON: _("由人回答"),
    }
    return str(words[method])


@dataclass(frozen=True)
class VersionRow:
    """One version with the day it begins, and in words how long it holds."""

    version: int
    valid_from: date
    holds: str


def version_rows(found: Sequence[CatalogueEntry]) -> list[VersionRow]:
    """What each version (newest first) holds for: until its own last day, or the day before the next begins."""
    return [VersionRow(one.version, one.valid_from, holds(one, found)) for one in found]


@dataclass(frozen=True)
class ItemPage:
    """Everything templates/negative_lists/item.html reads."""

    row: ItemRow
    question: str
    asked: str
    remedy: str
    condition: str
    facts: list[tuple[str, str, str]]
    gates: list[tuple[str, str, str]]
    versions: list[VersionRow]


def item_page(code: str) -> ItemPage:
    """One item under the version in force, or the last one there was."""
    found = versions(ITEM_KIND, code)
    if not found:
        raise NotFound
    entry = queries.item_in_force(code) or found[0]
    row = row_of(entry)
    item = row.item
    names = item.condition.facts if item.condition else ()
    return ItemPage(
        row=row,
        question=in_words(item.question) if item.question else "",
        asked=wording.asked_words(item.asked),
        remedy=in_words(item.remedy),
        condition=item.condition.text if item.condition else "",
        facts=[(name, fact_label(name), "、".join(wording.source_words([name]))) for name in names],
        gates=_gates(item.gates),
        versions=version_rows(found),
    )


def _gates(codes: Sequence[str]) -> list[tuple[str, str, str]]:
    """Code, name and step of each gate."""
    known: dict[str, Gate] = {entry.code: parsed(entry) for entry in all_current(GATE_KIND, today())}
    return [
        (
            code,
            in_words(known[code].head.name) if code in known else "",
            str(known[code].step.label) if code in known else "",
        )
        for code in codes
    ]
