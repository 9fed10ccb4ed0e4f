"""Contracts that an actor may see: one, and the list with filters, sort and export."""

from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload, selectinload

from app.audit.heads import first_since
from app.audit.models import TrailHead
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import current, parsed
from app.contracts.models import AgreedLevel, Contract, ContractService, ContractState, ContractVersion
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.errors import NotFound
from app.core.formats import fmt
from app.core.listing import Cell, Column, Filter, Listing, like, member_or_none, options_of
from app.core.permissions import Permission
from app.organisations.models import Organisation, in_language
from app.services.models import Service, ServiceState
from app.subjects.models import Party, PartyRole, Subject
from app.subjects.queries import in_reach

# Sorts what has no day yet behind everything that has one.
FAR = date(9999, 12, 31)
ALONE = "alone"


def contract_in_reach(actor: Actor, code: str) -> Contract | None:
    """The contract with all it says when the actor may see it; None for missing and for somebody else's alike."""
    lines = selectinload(Contract.versions).selectinload(ContractVersion.lines)
    levels = lines.selectinload(ContractService.levels)
    return db.session.scalar(
        sa.select(Contract)
        .join(Subject, Subject.id == Contract.subject_id)
        .where(Contract.code == code, in_reach(actor))
        .options(
            contains_eager(Contract.subject).joinedload(Subject.region),
            contains_eager(Contract.subject).selectinload(Subject.parties),
            lines.joinedload(ContractService.service),
            levels.selectinload(AgreedLevel.bands),
            levels.joinedload(AgreedLevel.indicator),
            selectinload(Contract.versions).joinedload(ContractVersion.mode),
            selectinload(Contract.versions).selectinload(ContractVersion.signatures),
        )
    )


def line_of_contract(contract: Contract, key: int) -> ContractService | None:
    """A service line of the newest version."""
    return next((line for line in contract.current.lines if line.id == key), None)


def level_of_line(line: ContractService, key: int) -> AgreedLevel | None:
    return next((level for level in line.levels if level.id == key), None)


def mode_name(entry: CatalogueEntry | None) -> str:
    if entry is None:
        return ""
    name = parsed(entry).head.name
    return in_language(name.zh, name.en)


def name_of_mode(code: str) -> str:
    """The name of a contract mode by its code, as it is called today; a code that is gone stays a code."""
    try:
        return mode_name(current("contract_mode", code, today()))
    except NotFound:
        return code


def _newest() -> Any:
    """Joins each contract with its newest version; the list walks along the contracts, not along all versions."""
    newest = aliased(ContractVersion)
    number = sa.select(sa.func.max(newest.number)).where(newest.contract_id == Contract.id).scalar_subquery()
    return sa.and_(ContractVersion.contract_id == Contract.id, ContractVersion.number == number)


def contracts_list(actor: Actor) -> Listing:
    """The contracts in the actor's reach, newest version's terms beside each."""
    statement = (
        sa.select(ContractVersion)
        .select_from(Contract)
        .join(Subject, Subject.id == Contract.subject_id)
        .join(ContractVersion, _newest())
        .where(in_reach(actor))
    )
    subject = contains_eager(ContractVersion.contract).contains_eager(Contract.subject)
    may_draft = actor.may(Permission.CONTRACT_DRAFT)
    return Listing(
        caption=_("合同"),
        statement=statement,
        options=(
            subject.selectinload(Subject.parties).joinedload(Party.organisation),
            joinedload(ContractVersion.mode),
            # A list shows none of the long texts.
            defer(ContractVersion.content),
            defer(ContractVersion.payment_terms),
            defer(ContractVersion.data_terms),
            defer(ContractVersion.exit_terms),
        ),
        definition=_COLUMNS,
        id_column=ContractVersion.id,
        href=lambda version: url_for("contracts.detail", code=version.contract.code),
        default_sort="code",
        default_desc=True,
        filters=_FILTERS,
        empty_title=_("没有合同"),
        empty_hint=_("这里列出您的机构作为当事方、或在您的管辖范围内的合同。"),
        empty_action=(_("起草合同"), url_for("contracts.new")) if may_draft else None,
        file_name="contracts",
    )


def _named(version: ContractVersion, role: PartyRole) -> str:
    names = [party.organisation.name for party in version.contract.subject.parties if party.role is role]
    return str(_("、").join(names))


def _title_cell(version: ContractVersion) -> Cell:
    """The title; a contract outside every purchase on record here says so."""
    alone = _("未关联项目采购") if version.stands_alone else ""
    return Cell(version.contract.subject.title, kind="link", sub=str(alone))


def outside_purchases() -> Any:
    """Contracts submitted or signed that no purchase of a project stands behind, and no paper of before."""
    return sa.and_(
        Contract.procurement_id.is_(None),
        ContractVersion.paper_number.is_(None),
        Contract.state.not_in((ContractState.DRAFT, ContractState.VOID)),
    )


def count_outside_purchases(actor: Actor) -> int:
    """How many of them are in reach."""
    counted = (
        sa.select(sa.func.count())
        .select_from(Contract)
        .join(Subject, Subject.id == Contract.subject_id)
        .join(ContractVersion, _newest())
        .where(in_reach(actor), outside_purchases())
    )
    return db.session.scalar(counted) or 0


def _state_cell(version: ContractVersion) -> Cell:
    state = version.contract.state
    return Cell(str(state.label), kind="status", tone=state.tone)


def _amount_cell(version: ContractVersion) -> Cell:
    return Cell(fmt.wan(version.amount_fen), kind="money", exact=_("%(yuan)s 元", yuan=fmt.money(version.amount_fen)))


_COLUMNS = (
    Column("code", _l("编号"), lambda v: Cell(v.contract.code, kind="code"), sort=Contract.code, kind="code"),
    Column("title", _l("名称"), _title_cell, sort=Subject.title, kind="link"),
    Column("client", _l("甲方"), lambda v: _named(v, PartyRole.CLIENT), optional=True),
    Column("operator", _l("乙方"), lambda v: _named(v, PartyRole.OPERATOR) or fmt.MISSING, optional=True),
    Column("mode", _l("方式"), lambda v: mode_name(v.mode) or fmt.MISSING, optional=True),
    Column(
        "amount",
        _l("金额"),
        _amount_cell,
        sort=sa.func.coalesce(ContractVersion.amount_fen, -1),
        align="end",
        unit=_l("万元"),
        kind="money",
        value=lambda v: Decimal(v.amount_fen) / 1_000_000 if v.amount_fen is not None else None,
    ),
    Column(
        "term_from",
        _l("起始日"),
        lambda v: Cell(fmt.date(v.term_from), kind="date"),
        sort=sa.func.coalesce(ContractVersion.term_from, sa.literal(FAR)),
        optional=True,
        kind="date",
        value=lambda v: v.term_from,
    ),
    Column(
        "term_until",
        _l("截止日"),
        lambda v: Cell(fmt.date(v.term_until), kind="date"),
        sort=sa.func.coalesce(ContractVersion.term_until, sa.literal(FAR)),
        optional=True,
        kind="date",
        value=lambda v: v.term_until,
    ),
    Column("state", _l("状态"), _state_cell, sort=Contract.state, kind="status"),
)


def _party_filter(text: str) -> Any:
    organisation = aliased(Organisation)
    found = (
        sa.select(Party.subject_id)
        .join(organisation, organisation.id == Party.organisation_id)
        .where(
            sa.or_(like(organisation.name_zh, text), like(organisation.code, text), like(organisation.name_en, text))
        )
    )
    return Contract.subject_id.in_(found)


_FILTERS = (
    Filter("q", _l("编号或名称"), lambda text: sa.or_(like(Contract.code, text), like(Subject.title, text))),
    Filter("party", _l("当事方"), _party_filter),
    Filter("state", _l("状态"), member_or_none(ContractState, Contract.state), "select", options_of(ContractState)),
    Filter(
        "basis",
        _l("采购依据"),
        lambda text: outside_purchases() if text == ALONE else None,
        "select",
        [(ALONE, _l("未关联项目采购"))],
    ),
)


def count_by_state(actor: Actor) -> dict[ContractState, int]:
    """How many contracts in reach stand in each state."""
    rows = db.session.execute(
        sa.select(Contract.state, sa.func.count())
        .join(Subject, Subject.id == Contract.subject_id)
        .where(in_reach(actor))
        .group_by(Contract.state)
    )
    return {ContractState(state): count for state, count in rows}


def expiring(actor: Actor, until: Any) -> list[ContractVersion]:
    """Contracts in force whose term ends by a day, soonest first (ten at most)."""
    return list(
        db.session.scalars(
            sa.select(ContractVersion)
            .select_from(Contract)
            .join(Subject, Subject.id == Contract.subject_id)
            .join(ContractVersion, _newest())
            .where(in_reach(actor), Contract.state == ContractState.IN_FORCE, ContractVersion.term_until <= until)
            .order_by(ContractVersion.term_until)
            .limit(10)
            .options(contains_eager(ContractVersion.contract).contains_eager(Contract.subject))
        )
    )


def ledger_service(code: str | None) -> Service | None:
    """A service of the ledger by its code."""
    return db.session.scalar(sa.select(Service).where(Service.code == code))


def services_to_buy() -> list[Service]:
    """Services that may enter a contract, by code."""
    return list(
        db.session.scalars(sa.select(Service).where(Service.state == ServiceState.ACTIVE).order_by(Service.code))
    )


def contracts_after(actor: Actor, cursor: int, limit: int) -> list[Contract]:
    """Contracts in reach by id, for programs that page with a cursor."""
    return list(
        db.session.scalars(
            sa.select(Contract)
            .join(Subject, Subject.id == Contract.subject_id)
            .where(in_reach(actor), Contract.id > cursor)
            .options(contains_eager(Contract.subject))
            .order_by(Contract.id)
            .limit(limit)
        )
    )


def covering_head(version: ContractVersion) -> TrailHead | None:
    """The tree head that first covered the version's last signature; printed on its documents."""
    moments = [one.signed_at for one in version.signatures]
    return first_since(max(moments)) if moments else None
