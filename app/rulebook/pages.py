"""What the pages of drafts show: the list, what a new one sets out from, one draft against its base."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from app.audit.history import entries_about, timeline
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import content_of, said, this_catalogue
from app.catalogues.reading import EVERYWHERE
from app.core.actors import Actor
from app.core.clock import local
from app.core.errors import Problem
from app.core.listing import Cell, Column, Filter, Listing, like, member_or_none, options_of
from app.core.permissions import Permission
from app.lifecycle.workflow import Offer
from app.organisations.models import in_language
from app.rulebook import checking, entries, looking
from app.rulebook.entries import Content, Difference, Field, Shape
from app.rulebook.fields import EDITABLE, fields_of
from app.rulebook.forms import choices_of, label_of
from app.rulebook.mandates import deciders, may_rule, outside_mandate
from app.rulebook.models import DraftState, RuleDraft
from app.rulebook.queries import content_of_draft, open_drafts, overtaken_by
from app.rulebook.replaying import REPLAYED_KINDS, Replayed, replayed
from app.rulebook.waiting import waiting_for
from app.rulebook.workflow import OPEN, REBASING, REPLAYING, RETURNING, TAKING_BACK, WITHDRAWING, WORKFLOW, by_author

P = Permission


# --- words -----------------------------------------------------------------------------------------------------------


def kind_word(kind: str) -> str:
    found = this_catalogue().kinds.get(kind)
    return said(found.label) if found else kind


def title_of(draft: RuleDraft) -> str:
    """What the rule is called by the draft; empty where nothing was typed yet."""
    return name_in(content_of_draft(draft))


def name_in(content: Content) -> str:
    """The name that an entry says, in the reader's language where it has one in that."""
    name = content.get("name")
    if not isinstance(name, dict):
        return str(name or "")
    zh, en = str(name.get("zh") or ""), str(name.get("en") or "")
    return in_language(zh, en) or en


def key_word(kind: str, key: str) -> str:
    """The field of a key of an entry; a key without a field stays as it is."""
    return next((said(field.label) for field in fields_of(kind) if field.key == key), key)


# --- the list --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class IndexPage:
    """Everything templates/rulebook/index.html reads."""

    listing: Listing
    waiting: list[RuleDraft]
    kinds: list[tuple[str, str]]


def index_page(actor: Actor) -> IndexPage:
    kinds = [(kind, kind_word(kind)) for kind in EDITABLE] if actor.may(P.RULE_DRAFT) else []
    return IndexPage(drafts_list().load(), waiting_for(actor, limit=20), kinds)


def drafts_list() -> Listing:
    """Every draft, the newest first."""
    return Listing(
        caption=_("规则修订"),
        statement=sa.select(RuleDraft),
        definition=_COLUMNS,
        id_column=RuleDraft.id,
        href=lambda one: url_for("rulebook.detail", code=one.code),
        default_sort="drafted_at",
        default_desc=True,
        filters=_filters(),
        empty_title=_("还没有规则修订"),
        empty_hint=_("在负面清单条目、闸门或权责事项的页面点“修订”，或新建一条规则。"),
        file_name=_("规则修订"),
        options=(joinedload(RuleDraft.author), joinedload(RuleDraft.organisation)),
    )


def _filters() -> list[Filter]:
    return [
        Filter(
            "q",
            _l("编号或规则编码"),
            lambda text: sa.or_(*(like(column, text) for column in (RuleDraft.code, RuleDraft.entry_code))),
        ),
        Filter("state", _l("状态"), member_or_none(DraftState, RuleDraft.state), "select", options_of(DraftState)),
        Filter(
            "kind",
            _l("规则种类"),
            lambda text: RuleDraft.kind == text if text in EDITABLE else None,
            "select",
            tuple((kind, kind_word(kind)) for kind in EDITABLE),
        ),
    ]


def _author_cell(one: RuleDraft) -> Cell:
    return Cell(one.author.name, sub=one.organisation.name)


_COLUMNS = (
    Column("code", _l("编号"), lambda one: Cell(one.code, kind="code"), sort=RuleDraft.code, kind="code"),
    Column("kind", _l("规则种类"), lambda one: kind_word(one.kind), sort=RuleDraft.kind),
    Column("entry", _l("规则"), lambda one: Cell(one.entry_code or _("（新规则）"), sub=title_of(one))),
    Column(
        "state",
        _l("状态"),
        lambda one: Cell(str(one.state.label), kind="status", tone=one.state.tone),
        sort=RuleDraft.state,
        kind="status",
    ),
    Column("author", _l("起草人"), _author_cell),
    Column(
        "drafted_at",
        _l("起草日期"),
        lambda one: Cell(local(one.drafted_at).date().isoformat(), kind="date"),
        sort=RuleDraft.drafted_at,
        kind="date",
        value=lambda one: local(one.drafted_at).date(),
    ),
    Column(
        "valid_from",
        _l("生效日"),
        lambda one: Cell(one.valid_from.isoformat() if one.valid_from else "", kind="date"),
        sort=RuleDraft.valid_from,
        kind="date",
        value=lambda one: one.valid_from,
    ),
    Column("reason", _l("修订理由"), lambda one: one.reason, optional=True),
)


# --- beginning one ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewPage:
    """Everything templates/rulebook/new.html reads."""

    kind: str
    kind_word: str
    base: CatalogueEntry | None
    title: str
    under_way: list[RuleDraft]
    may_change: bool
    where: str


def new_page(actor: Actor, kind: str, base: CatalogueEntry | None) -> NewPage:
    content = content_of(base) if base else {}
    title = name_in(content)
    where = str(content.get("jurisdiction") or EVERYWHERE)
    under_way = open_drafts(kind, base.code) if base else []
    return NewPage(kind, kind_word(kind), base, title, under_way, may_rule(actor, where), where)


# --- one draft -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Changed:
    """One input that differs, in words; a condition also says what it says."""

    field: str
    before: str
    after: str
    lines_before: tuple[looking.Line, ...] = ()
    lines_after: tuple[looking.Line, ...] = ()
    is_condition: bool = False


@dataclass(frozen=True)
class DraftPage:
    """Everything templates/rulebook/detail.html reads."""

    draft: RuleDraft
    kind_word: str
    title: str
    changes: list[Changed]
    problems: list[Problem]
    reminders: list[Problem]
    newer: CatalogueEntry | None
    offers: dict[str, Offer]
    elsewhere: list[Problem]
    replayed: Replayed | None
    is_replayable: bool
    timeline: list[dict[str, Any]]

    def offer(self, key: str) -> Offer | None:
        return self.offers.get(key)

    @property
    def is_new(self) -> bool:
        return self.draft.base_entry_id is None


# What only the organisations do whose rule it is.
DECIDING = frozenset({"review", "publish", "return"})


def draft_page(actor: Actor, draft: RuleDraft) -> DraftPage:
    is_open, offers = draft.state in OPEN, offers_of(actor, draft)
    elsewhere = deciders(actor, draft) if DECIDING & offers.keys() else []
    return DraftPage(
        draft=draft,
        kind_word=kind_word(draft.kind),
        title=title_of(draft),
        changes=changes_of(draft.kind, content_of(draft.base) if draft.base else {}, content_of_draft(draft)),
        problems=_problems(actor, draft) if is_open else [],
        reminders=checking.reminders(draft) if is_open else [],
        newer=overtaken_by(draft) if is_open and draft.base is not None else None,
        offers={key: one for key, one in offers.items() if not (elsewhere and key in DECIDING)},
        elsewhere=elsewhere,
        replayed=replayed(actor, draft),
        is_replayable=draft.kind in REPLAYED_KINDS,
        timeline=timeline(entries_about(draft.ref)),
    )


def _problems(actor: Actor, draft: RuleDraft) -> list[Problem]:
    """What keeps it from being handed in; whose rule it is, is asked of its author only."""
    found = checking.standing_against(actor, draft)
    beyond = [] if by_author(actor, draft) else outside_mandate(actor, draft)
    return [one for one in found if one not in beyond]


def offers_of(actor: Actor, draft: RuleDraft) -> dict[str, Offer]:
    """What this person can do next, by a word for each act."""
    tables = {
        "return": RETURNING,
        "take_back": TAKING_BACK,
        "withdraw": WITHDRAWING,
        "rebase": REBASING,
        "replay": REPLAYING,
    }
    found = {key: offer for key, table in tables.items() for offer in table.offers(actor, draft)}
    own = {P.RULE_DRAFT: "submit", P.RULE_REVIEW: "review", P.RULE_PUBLISH: "publish"}
    return found | {own[offer.transition.act]: offer for offer in WORKFLOW.offers(actor, draft)}


def changes_of(kind: str, before: Content, after: Content) -> list[Changed]:
    """What two versions say differently, in the words of the form."""
    return [_changed(kind, one) for one in entries.differences(fields_of(kind), before, after)]


def _changed(kind: str, one: Difference) -> Changed:
    field, before, after = one.leaf.field, one.before, one.after
    if field.shape is Shape.CONDITION:
        lines = tuple(looking.explained(before)), tuple(looking.explained(after))
        return Changed(_named(kind, one), before, after, *lines, is_condition=True)
    return Changed(_named(kind, one), _in_words(kind, field, before), _in_words(kind, field, after))


def _named(kind: str, one: Difference) -> str:
    """The field, after the rows and mappings that it is inside of."""
    *around, _own = entries.way_to(fields_of(kind), one.leaf.place.removesuffix(f".{one.leaf.language}"))
    words = [said(field.label) if number is None else _row_word(field, number) for field, number in around]
    return str(_(" · ")).join([*words, label_of(one.leaf)])


def _row_word(field: Field, number: int) -> str:
    return str(_("%(rows)s %(n)s", rows=said(field.label), n=number + 1))


def _in_words(kind: str, field: Field, text: str) -> str:
    if field.shape is Shape.FLAG:
        return str(_("是") if text else _("否"))
    if field.shape not in (Shape.CHOICE, Shape.ENTRY, Shape.SEVERAL, Shape.ORDERED) or not text:
        return text
    words = dict(choices_of(kind, field, ()))
    return str(_("、")).join(words.get(value, value) for value in text.split("、"))
