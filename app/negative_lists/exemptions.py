"""The pages of exemptions: the list of all in reach, and one with what was asked, decided and may be done."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import contains_eager, joinedload

from app.core.actors import Actor
from app.core.clock import local, today
from app.core.listing import Cell, Column, Filter, Listing, like
from app.core.permissions import Permission
from app.gates.wording import in_words
from app.lifecycle.queries import Deadline, deadline_of, open_tasks_of
from app.lifecycle.workflow import Offer
from app.negative_lists import queries, wording
from app.negative_lists.kinds import ExemptionState
from app.negative_lists.lists import ItemRow, row_of
from app.negative_lists.models import Exemption
from app.negative_lists.pages import files_of
from app.negative_lists.standing import SOON_DAYS, STANDINGS, days_left, is_idle, state_words
from app.negative_lists.workflow import WORKFLOW
from app.subjects.models import Subject
from app.subjects.queries import in_reach, names_by_id


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
        empty_hint=_("项目单位在“负面清单”页对命中的“限制”条目申请豁免，由规定层级的主管部门审批。"),
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


def _end_cell(one: Exemption) -> Cell:
    revoked = one.ended_on if one.state is ExemptionState.REVOKED else None
    sub = _("%(day)s 撤销", day=revoked.isoformat()) if revoked else ""
    if is_idle(one):
        sub = _("现行条目不是“限制”，豁免不起作用")
    return Cell(one.valid_until.isoformat() if one.valid_until else "", kind="date", sub=str(sub))


def _decider(one: Exemption) -> str:
    """Who decided, for whom; nobody yet, or nobody any more."""
    if one.decider is None or one.decider_organisation is None:
        return ""
    return f"{one.decider.name} · {one.decider_organisation.name}"


def _decided(one: Exemption) -> str:
    """The level that decides and who did, as one text for a file."""
    return " · ".join(text for text in (str(one.level.label), _decider(one)) if text)


_COLUMNS = (
    Column("code", _l("豁免编码"), lambda one: Cell(one.code, kind="code"), sort=Exemption.code, kind="code"),
    Column("subject", _l("事项"), lambda one: Cell(one.subject.title, sub=one.subject.code), sort=Subject.title),
    Column("item", _l("清单条目"), _item_cell, sort=Exemption.item_code),
    Column("state", _l("状态"), _state_cell, sort=Exemption.state, kind="status"),
    Column(
        "level",
        _l("审批"),
        lambda one: Cell(str(one.level.label), sub=_decider(one)),
        sort=Exemption.level,
        value=_decided,
    ),
    Column("reason", _l("申请理由"), lambda one: one.reason),
    Column("conditions", _l("豁免条件"), lambda one: one.conditions),
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
    """Everything templates/negative_lists/exemption.html reads. `now_level`: what the item of today says otherwise."""

    exemption: Exemption
    row: ItemRow
    level: str
    now_level: str
    requester_org: str
    state: tuple[str, str]
    files: list[dict[str, Any]]
    offers: dict[str, Offer]
    deadline: Deadline | None

    def offer(self, permission: Permission) -> Offer | None:
        return self.offers.get(permission.value)


def exemption_page(actor: Actor, exemption: Exemption) -> ExemptionPage:
    tasks = {one.item: one for one in open_tasks_of(exemption.subject)}
    task = tasks.get(exemption.code)
    now = queries.item_in_force(exemption.item_code)
    level = queries.item_of(now).exempted_by if now else exemption.level
    return ExemptionPage(
        exemption=exemption,
        row=row_of(exemption.item),
        level=wording.level_words(exemption.level),
        now_level="" if level is exemption.level else wording.level_words(level),
        requester_org=names_by_id([exemption.requester_org]).get(exemption.requester_org, ""),
        state=state_words(exemption),
        files=list(files_of(exemption.subject, [exemption.sha256]).values()),
        offers={offer.transition.act.value: offer for offer in WORKFLOW.offers(actor, exemption)},
        deadline=deadline_of(task) if task else None,
    )
