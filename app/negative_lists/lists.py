"""The pages of the rules themselves and of all exemptions: lists with their items, one item, the list of exemptions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import contains_eager, joinedload

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, parsed, versions
from app.catalogues.reading import Head
from app.conditions.jurisdiction import EVERYWHERE
from app.core.actors import Actor
from app.core.clock import local, today
from app.core.errors import NotFound
from app.core.listing import Cell, Column, Filter, Listing, like
from app.core.permissions import Permission
from app.gates.gate_file import GATE_KIND, Gate
from app.gates.pages import fact_label
from app.gates.wording import in_words, source_in_words, source_tag
from app.lifecycle.queries import Deadline, deadline_of, open_tasks_of
from app.lifecycle.workflow import Offer
from app.negative_lists import queries, wording
from app.negative_lists.item_file import Item, Judged, Method
from app.negative_lists.judging import ITEM_KIND
from app.negative_lists.kinds import ExemptionState, Severity
from app.negative_lists.models import Exemption
from app.negative_lists.pages import files_of
from app.negative_lists.workflow import WORKFLOW
from app.subjects.models import Subject, SubjectKind
from app.subjects.queries import in_reach

# An exemption that ends within so many days is shown as ending.
SOON_DAYS = 30
# How exemptions stand today, as the list is asked for them.
STANDINGS = {
    "requested": _l("待审批"),
    "granted": _l("有效"),
    "ending": _l("30 天内到期"),
    "lapsed": _l("已到期"),
    "idle": _l("不再起作用"),
    "revoked": _l("已撤销"),
    "refused": _l("不同意"),
    "withdrawn": _l("已撤回"),
}


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
    return [VersionRow(one.version, one.valid_from, _holds(one, found)) for one in found]


def _holds(entry: CatalogueEntry, found: Sequence[CatalogueEntry]) -> str:
    corrected = [one for one in found if one.version > entry.version and one.valid_from == entry.valid_from]
    if corrected:
        return str(_("由第 %(n)s 版更正", n=corrected[0].version))
    if entry.valid_from > today():
        return str(_("尚未生效"))
    ends = [one.valid_from - timedelta(days=1) for one in found if one.valid_from > entry.valid_from]
    last = min([*ends, *([entry.valid_until] if entry.valid_until else [])], default=None)
    return str(_("至 %(day)s", day=last.isoformat())) if last else str(_("现行"))


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


# --- exemptions ------------------------------------------------------------------------------------------------------


def exemptions_list(actor: Actor) -> Listing:
    """Every exemption in reach; the open ones first by their end."""
    return Listing(
        caption=_("豁免"),
        statement=sa.select(Exemption).join(Subject, Subject.id == Exemption.subject_id).where(in_reach(actor)),
        definition=_COLUMNS,
        id_column=Exemption.id,
        href=lambda one: url_for("negative_lists.exemption", code=one.code),
        default_sort="requested_at",
        default_desc=True,
        filters=_filters(),
        empty_title=_("没有豁免"),
        empty_hint=_("项目单位在“负面清单”页对命中的“限制”条目申请豁免，由主管部门审批。"),
        file_name=_("豁免"),
        options=(
            contains_eager(Exemption.subject),
            joinedload(Exemption.item),
            joinedload(Exemption.decider),
            joinedload(Exemption.decider_organisation),
        ),
    )


def _filters() -> list[Filter]:
    return [
        Filter(
            "q",
            _l("事项、编码或条目"),
            lambda text: sa.or_(
                *(like(column, text) for column in (Exemption.code, Subject.title, Exemption.item_code))
            ),
        ),
        Filter("state", _l("状态"), _standing, "select", list(STANDINGS.items())),
        Filter("until", _l("截止不晚于"), _ends_by, "date"),
    ]


def _standing(asked: str) -> Any:
    """What holds today: a grant past its day has lapsed, whether or not that was written down yet."""
    granted, day = Exemption.state == ExemptionState.GRANTED, today()
    works = Exemption.item_code.in_(queries.exemptible_codes())
    conditions = {
        "requested": sa.and_(works, Exemption.state == ExemptionState.REQUESTED),
        "granted": sa.and_(works, granted, Exemption.valid_until >= day),
        "ending": sa.and_(works, granted, Exemption.valid_until.between(day, day + timedelta(days=SOON_DAYS))),
        "idle": sa.and_(
            ~works, sa.or_(Exemption.state == ExemptionState.REQUESTED, sa.and_(granted, Exemption.valid_until >= day))
        ),
        "lapsed": sa.or_(Exemption.state == ExemptionState.LAPSED, sa.and_(granted, Exemption.valid_until < day)),
        "revoked": Exemption.state == ExemptionState.REVOKED,
        "refused": Exemption.state == ExemptionState.REFUSED,
        "withdrawn": Exemption.state == ExemptionState.WITHDRAWN,
    }
    return conditions.get(asked)


def _ends_by(text: str) -> Any:
    try:
        return Exemption.valid_until <= date.fromisoformat(text)
    except ValueError:
        return None


def _item_cell(one: Exemption) -> Cell:
    return Cell(one.item_code, sub=in_words(queries.item_of(one.item).head.name))


def _state_cell(one: Exemption) -> Cell:
    label, tone = state_words(one)
    return Cell(label, kind="status", tone=tone)


def state_words(one: Exemption) -> tuple[str, str]:
    """The state as of today: what is past its day is over, whether or not that was written down yet; and where the
    rule changed so that it cannot be exempted any more, a grant or a request comes to nothing."""
    left = (one.valid_until - today()).days if one.state is ExemptionState.GRANTED and one.valid_until else None
    if left is not None and left < 0:
        return str(ExemptionState.LAPSED.label), ExemptionState.LAPSED.tone
    if one.state in queries.OPEN_STATES and one.item_code not in queries.exemptible_codes():
        return str(STANDINGS["idle"]), "warn"
    if left is None:
        return str(one.state.label), one.state.tone
    return (str(_("即将到期")), "warn") if left <= SOON_DAYS else (str(one.state.label), one.state.tone)


def days_left(one: Exemption) -> int | None:
    """How many days a grant still holds, its last day counted; nothing where none holds."""
    if one.state is not ExemptionState.GRANTED or one.valid_until is None or one.valid_until < today():
        return None
    if one.item_code not in queries.exemptible_codes():
        return None
    return (one.valid_until - today()).days + 1


def _end_cell(one: Exemption) -> Cell:
    revoked = one.ended_on if one.state is ExemptionState.REVOKED else None
    sub = _("%(day)s 撤销", day=revoked.isoformat()) if revoked else ""
    if one.state in queries.OPEN_STATES and one.item_code not in queries.exemptible_codes():
        sub = _("现行条目不是“限制”，豁免不起作用")
    return Cell(one.valid_until.isoformat() if one.valid_until else "", kind="date", sub=str(sub))


def _decider_cell(one: Exemption) -> Cell:
    """Who decided, for whom; nobody yet, or nobody any more."""
    if one.decider is None:
        return Cell("")
    return Cell(one.decider.name, sub=one.decider_organisation.name if one.decider_organisation else "")


_COLUMNS = (
    Column("code", _l("豁免编码"), lambda one: Cell(one.code, kind="code"), sort=Exemption.code, kind="code"),
    Column("subject", _l("事项"), lambda one: Cell(one.subject.title, sub=one.subject.code), sort=Subject.title),
    Column("item", _l("清单条目"), _item_cell, sort=Exemption.item_code),
    Column("state", _l("状态"), _state_cell, sort=Exemption.state, kind="status"),
    Column("reason", _l("申请理由"), lambda one: one.reason),
    Column("conditions", _l("豁免条件"), lambda one: one.conditions),
    Column("decider", _l("审批人"), _decider_cell),
    Column(
        "valid_until",
        _l("有效至"),
        _end_cell,
        sort=Exemption.valid_until,
        kind="date",
        value=lambda one: one.valid_until,
    ),
    Column(
        "days_left",
        _l("剩余天数"),
        lambda one: str(days_left(one) if days_left(one) is not None else ""),
        align="end",
        value=days_left,
    ),
    Column(
        "requested_at",
        _l("申请日"),
        lambda one: Cell(local(one.requested_at).date().isoformat(), kind="date"),
        sort=Exemption.requested_at,
        kind="date",
        value=lambda one: local(one.requested_at).date(),
        optional=True,
    ),
    Column("end_reason", _l("收回或失效的理由"), lambda one: one.end_reason, optional=True),
)


@dataclass(frozen=True)
class ExemptionPage:
    """Everything templates/negative_lists/exemption.html reads."""

    exemption: Exemption
    row: ItemRow
    state: tuple[str, str]
    files: list[dict[str, Any]]
    offers: dict[str, Offer]
    deadline: Deadline | None

    def offer(self, permission: Permission) -> Offer | None:
        return self.offers.get(permission.value)


def exemption_page(actor: Actor, exemption: Exemption) -> ExemptionPage:
    tasks = {one.item: one for one in open_tasks_of(exemption.subject)}
    task = tasks.get(exemption.code)
    return ExemptionPage(
        exemption=exemption,
        row=row_of(exemption.item),
        state=state_words(exemption),
        files=list(files_of(exemption.subject, [exemption.sha256]).values()),
        offers={offer.transition.act.value: offer for offer in WORKFLOW.offers(actor, exemption)},
        deadline=deadline_of(task) if task else None,
    )
