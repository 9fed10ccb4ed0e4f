"""What the pages of practices show: the list, one in words, several side by side, and what a form offers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.routing import BuildError

from app.catalogues.models import STATUS_LABELS, CatalogueEntry
from app.catalogues.queries import all_current, parsed, said, this_catalogue
from app.catalogues.reading import EVERYWHERE, Bilingual, Head, Status
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.organisations.models import Organisation
from app.practices.practice_file import SECTIONS, LeftOut, Practice, PracticeParty, Selection
from app.practices.queries import practice_in, practice_versions, practices_in_force, to_choose
from app.subjects.models import PartyRole, Subject
from app.subjects.queries import parties_of

TONES = {Status.READ: "good", Status.EXCERPT: "good", Status.UNVERIFIED: "warn", Status.PROPOSED: "info"}
SECTION_NAMES = {
    "negative_lists": _l("负面清单"),
    "negative_items": _l("负面清单条目"),
    "gates": _l("闸门"),
    "duties": _l("权责事项"),
    "indicators": _l("指标"),
    "schemes": _l("考核方案"),
    "payments": _l("付款办法"),
}
# The page of one rule, by its kind; others are read on the page of the catalogue.
RULE_PAGES = {"gate": "gates.detail", "negative_item": "negative_lists.item", "indicator": "indicators.detail"}


# --- words -----------------------------------------------------------------------------------------------------------


def in_words(text: Bilingual | None) -> str:
    """In the reader's language."""
    return text.said_in(str(get_locale() or "zh")) if text is not None else ""


def source_tag(status: Status) -> tuple[str, str]:
    """Word and tone of how far a source was verified; only what was read may look like law."""
    return str(STATUS_LABELS[status]), TONES.get(status, "neutral")


def practice_options(actor: Actor) -> list[tuple[str, str]]:
    """What a form offers to the actor's organisation; first of all to follow none."""
    own = db.session.get(Organisation, actor.organisation_id) if actor.organisation_id else None
    found = to_choose(own.region) if own is not None else []
    return [("", str(_("不选用，只适用全国和本地规则"))), *((one.code, name_of(one)) for one in found)]


def name_of(entry: CatalogueEntry) -> str:
    return in_words(practice_in(entry).head.name)


# --- one practice ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """One rule that a practice switches: `how` says whether it is its own, is brought from elsewhere, holds anyway and
    is put first, or is left out."""

    code: str
    name: str
    how: str
    tone: str
    note: str
    tag: tuple[str, str]
    href: str


@dataclass(frozen=True)
class Section:
    """The rules of one kind that a practice switches."""

    key: str
    name: Any
    rules: list[Rule]


@dataclass(frozen=True)
class Trait:
    """One thing that is its own: the rules by which it works here, or what it waits for."""

    name: str
    text: str
    source: str
    tag: tuple[str, str]
    parts: list[str]
    through: list[Rule]
    awaits: str


@dataclass(frozen=True)
class PracticePage:
    """Everything templates/practices/detail.html reads."""

    entry: CatalogueEntry
    practice: Practice
    name: str
    summary: str
    tag: tuple[str, str]
    parties: list[dict[str, Any]]
    sections: list[Section]
    traits: list[Trait]
    versions: Sequence[CatalogueEntry]

    def section(self, key: str) -> Section:
        return next(one for one in self.sections if one.key == key)


def catalogue() -> list[PracticePage]:
    """Every practice in force, by code."""
    return [_page(entry, ()) for entry in practices_in_force()]


def page_of(code: str, version: int = 0) -> PracticePage:
    """One practice in the newest version, or in the one that was asked for; `NotFound` when there is none."""
    found = practice_versions(code)
    entry = next((one for one in found if one.version == version), found[0])
    return _page(entry, found)


def _page(entry: CatalogueEntry, versions: Sequence[CatalogueEntry]) -> PracticePage:
    practice = practice_in(entry)
    return PracticePage(
        entry=entry,
        practice=practice,
        name=in_words(practice.head.name),
        summary=in_words(practice.summary),
        tag=source_tag(practice.head.status),
        parties=[_party(one) for one in practice.parties],
        sections=[_section(key, practice) for key in SECTIONS],
        traits=_traits(practice),
        versions=versions,
    )


def _party(party: PracticeParty) -> dict[str, Any]:
    role = party.role.label if party.role is not None else ""
    return {"role": role, "side": party.side.label, "name": in_words(party.name), "does": in_words(party.does)}


def _section(key: str, practice: Practice) -> Section:
    kind, selection = SECTIONS[key], practice.sections[key]
    rules = [_added(kind, code, practice) for code in _codes(kind, selection, practice)]
    rules += [_left_out(kind, one) for one in selection.leave_out]
    return Section(key, SECTION_NAMES[key], rules)


def _codes(kind: str, selection: Selection, practice: Practice) -> list[str]:
    """What the practice names, and what is marked as its own without being named."""
    marked = (entry.code for entry in all_current(kind, today()) if _head(entry).practice == practice.head.code)
    return list(dict.fromkeys((*selection.add, *marked)))


def _head(entry: CatalogueEntry) -> Head:
    head: Head = parsed(entry).head
    return head


def _heads(kind: str) -> dict[str, Head]:
    return {entry.code: _head(entry) for entry in all_current(kind, today())}


def _added(kind: str, code: str, practice: Practice) -> Rule:
    head = _heads(kind).get(code)
    if head is None:
        return Rule(code, code, str(_("已失效")), "muted", "", ("", "neutral"), "")
    if head.practice == practice.head.code:
        how, tone = _("自有"), "info"
        note = _("取代 %(code)s", code=head.overlays) if head.overlays else ""
    elif head.practice or head.jurisdiction != EVERYWHERE:
        how, tone, note = _("引入"), "good", _("原适用：%(place)s", place=head.practice or head.jurisdiction)
    else:
        how, tone, note = _("重点"), "neutral", ""
    return Rule(code, in_words(head.name), str(how), tone, str(note), source_tag(head.status), rule_href(kind, code))


def _left_out(kind: str, out: LeftOut) -> Rule:
    head = _heads(kind).get(out.code)
    name = in_words(head.name) if head is not None else out.code
    tag = source_tag(head.status) if head is not None else ("", "neutral")
    return Rule(out.code, name, str(_("不适用")), "warn", in_words(out.reason), tag, rule_href(kind, out.code))


def rule_href(kind: str, code: str) -> str:
    """Where one rule is read: on its own page, or on that of the catalogue."""
    try:
        return (
            url_for(RULE_PAGES[kind], code=code) if kind in RULE_PAGES else url_for("rules.entry", kind=kind, code=code)
        )
    except BuildError:
        return ""


def _traits(practice: Practice) -> list[Trait]:
    return [
        Trait(
            name=in_words(one.name),
            text=in_words(one.text),
            source=one.citation,
            tag=source_tag(one.status),
            parts=[in_words(part) for part in one.parts],
            through=[_added(kind, code, practice) for kind, code in one.through],
            awaits=in_words(one.awaits),
        )
        for one in practice.features
    ]


def kind_words(kind: str) -> str:
    return said(this_catalogue().kinds[kind].label) if kind in this_catalogue().kinds else kind


# --- side by side ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One aspect over all practices: a cell is a list of (text, remark, address)."""

    label: Any
    cells: list[list[tuple[str, str, str]]]


@dataclass(frozen=True)
class Comparison:
    """Everything templates/practices/compare.html reads."""

    pages: list[PracticePage]
    groups: list[tuple[Any, list[Row]]]


def comparison() -> Comparison:
    """Parties, rules and what is its own, side by side."""
    pages = catalogue()
    return Comparison(
        pages,
        [
            (_l("谁来管、谁来办"), _parties(pages)),
            (_l("开启和不适用的规则"), [_rules(pages, key) for key in SECTIONS]),
            (_l("自有做法"), [_own(pages)]),
        ],
    )


def _parties(pages: Sequence[PracticePage]) -> list[Row]:
    rows = [_party_row(pages, role) for role in PartyRole if any(_in_role(one, role) for one in pages)]
    return [*rows, _party_row(pages, None)]


def _in_role(page: PracticePage, role: PartyRole | None) -> list[PracticeParty]:
    return [one for one in page.practice.parties if one.role is role]


def _party_row(pages: Sequence[PracticePage], role: PartyRole | None) -> Row:
    label = role.label if role is not None else _("其他参与单位")
    return Row(
        label, [[(in_words(one.name), in_words(one.does), "") for one in _in_role(page, role)] for page in pages]
    )


def _rules(pages: Sequence[PracticePage], key: str) -> Row:
    return Row(SECTION_NAMES[key], [_told(page.section(key).rules) for page in pages])


def _told(rules: Iterable[Rule]) -> list[tuple[str, str, str]]:
    return [(f"{one.code} {one.name}", one.how, one.href) for one in rules]


def _own(pages: Sequence[PracticePage]) -> Row:
    cells = [
        [(one.name, one.text + (str(_("（等待后续功能）")) if one.awaits else ""), "") for one in page.traits]
        for page in pages
    ]
    return Row(_("特色"), cells)


# --- of a project ----------------------------------------------------------------------------------------------------


def expected_parties(subject: Subject, practice: Practice) -> list[tuple[PracticeParty, list[str]]]:
    """Each party that the practice expects, with the organisations that hold its role; none where it is missing."""
    present = parties_of(subject)
    return [
        (one, [party.organisation.name for party in present if party.role is one.role]) for one in practice.expected
    ]
