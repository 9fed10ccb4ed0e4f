"""Reads of the ledger of services: everybody who may read it sees all of it, so that nothing is built twice."""

from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased, joinedload

from app.core.db import db
from app.core.listing import Cell, Column, Filter, Listing, like, member_or_none, options_of
from app.indicators.queries import in_words, usage_indicators
from app.organisations.models import Organisation, Region
from app.services.models import LedgerEntry, LedgerImport, Service, ServiceCategory, ServiceState


def service_by_code(code: str) -> Service | None:
    return db.session.scalar(
        sa.select(Service).where(Service.code == code).options(joinedload(Service.owner), joinedload(Service.region))
    )


def usage_choices() -> list[tuple[str, str]]:
    """Indicators that can count the use of a service."""
    return [(one.code, f"{one.code} {in_words(one.name)}") for one in usage_indicators()]


def services_list() -> Listing:
    """The whole ledger; prices are not in it."""
    return Listing(
        caption=_("服务台账"),
        statement=sa.select(Service)
        .join(Organisation, Organisation.id == Service.owner_id)
        .join(Region, Region.id == Service.region_id),
        definition=_columns(),
        id_column=Service.id,
        href=lambda one: url_for("services.detail", code=one.code),
        default_sort="code",
        filters=_filters(),
        empty_title=_("没有符合条件的服务"),
        empty_hint=_("新建服务前请先在全部机构的台账中查找，避免重复建设。"),
        file_name=_("服务台账"),
        options=(joinedload(Service.owner), joinedload(Service.region)),
    )


def _columns() -> list[Column]:
    return [
        Column("code", _l("编码"), lambda one: Cell(one.code, kind="code"), sort=Service.code, kind="code"),
        Column("name", _l("服务"), lambda one: Cell(one.name, kind="link"), sort=Service.name_zh),
        Column("category", _l("类别"), lambda one: str(one.category.label), sort=Service.category),
        Column("owner", _l("所属机构"), lambda one: one.owner.name, sort=Organisation.name_zh),
        Column("region", _l("区划"), lambda one: one.region.name, sort=Region.path),
        Column("unit", _l("计量单位"), lambda one: one.unit),
        Column("usage", _l("用量指标"), lambda one: Cell(one.usage_indicator or "", kind="code"), optional=True),
        Column("state", _l("状态"), _state, sort=Service.state, kind="status"),
    ]


def _state(one: Service) -> Cell:
    return Cell(str(one.state.label), kind="status", tone=one.state.tone)


def _filters() -> list[Filter]:
    return [
        Filter("q", _l("服务名称或编码"), lambda text: sa.or_(*(like(column, text) for column in _NAMES))),
        Filter(
            "owner",
            _l("所属机构"),
            lambda text: sa.or_(like(Organisation.name_zh, text), like(Organisation.code, text)),
        ),
        Filter(
            "category",
            _l("类别"),
            member_or_none(ServiceCategory, Service.category),
            "select",
            options_of(ServiceCategory),
        ),
        Filter("state", _l("状态"), member_or_none(ServiceState, Service.state), "select", options_of(ServiceState)),
    ]


_NAMES = (Service.code, Service.name_zh, Service.name_en)


# --- imported ledgers ------------------------------------------------------------------------------------------------


def newest_version() -> Any:
    """The condition that an entry is the newest version of its kind."""
    later = aliased(LedgerEntry)
    same = [
        getattr(later, name) == getattr(LedgerEntry, name) for name in ("organisation_id", "source_system", "source_id")
    ]
    return ~sa.exists().where(*same, later.version > LedgerEntry.version).correlate(LedgerEntry)


def entry_by_id(key: int) -> LedgerEntry | None:
    return db.session.scalar(
        sa.select(LedgerEntry).where(LedgerEntry.id == key).options(*_about_entry(), joinedload(LedgerEntry.source))
    )


def versions_of(entry: LedgerEntry) -> list[LedgerEntry]:
    """Every version of the same application, newest first."""
    return list(
        db.session.scalars(
            sa.select(LedgerEntry)
            .where(
                LedgerEntry.organisation_id == entry.organisation_id,
                LedgerEntry.source_system == entry.source_system,
                LedgerEntry.source_id == entry.source_id,
            )
            .order_by(LedgerEntry.version.desc())
            .options(*_about_entry(), joinedload(LedgerEntry.source))
        )
    )


def _about_entry() -> tuple[Any, ...]:
    return joinedload(LedgerEntry.region), joinedload(LedgerEntry.organisation)


def imports_of(organisation_id: int | None, limit: int = 20) -> list[LedgerImport]:
    """The files that an organisation imported, newest first."""
    return list(
        db.session.scalars(
            sa.select(LedgerImport)
            .where(LedgerImport.organisation_id == organisation_id)
            .order_by(LedgerImport.id.desc())
            .limit(limit)
            .options(joinedload(LedgerImport.user))
        )
    )


def entries_list() -> Listing:
    """The newest versions of what was imported from ledgers that others keep."""
    return Listing(
        caption=_("导入的应用台账"),
        statement=sa.select(LedgerEntry).join(Region, Region.id == LedgerEntry.region_id).where(newest_version()),
        definition=_entry_columns(),
        id_column=LedgerEntry.id,
        href=lambda one: url_for("services.entry", key=one.id),
        default_sort="name",
        filters=_entry_filters(),
        empty_title=_("没有符合条件的应用"),
        empty_hint=_("主管部门可以从 XLSX 导入已有的应用台账，供查重使用。"),
        file_name=_("应用台账"),
        options=_about_entry(),
    )


def _entry_columns() -> list[Column]:
    return [
        Column("name", _l("应用"), lambda one: Cell(one.name, kind="link"), sort=LedgerEntry.name),
        Column("category", _l("类别"), lambda one: str(one.category.label) if one.category else ""),
        Column("owner", _l("责任单位"), lambda one: one.owner_name, sort=LedgerEntry.owner_name),
        Column("region", _l("区划"), lambda one: one.region.name, sort=Region.path),
        Column(
            "source",
            _l("来源"),
            lambda one: Cell(one.source_system, sub=one.source_id),
            sort=LedgerEntry.source_system,
        ),
        Column("version", _l("版本"), lambda one: str(one.version), align="end"),
        Column("state", _l("状态"), lambda one: Cell(str(one.state.label), kind="status", tone=one.state.tone)),
    ]


def _entry_filters() -> list[Filter]:
    texts = (LedgerEntry.name, LedgerEntry.source_id)
    return [
        Filter("q", _l("应用名称或来源编号"), lambda text: sa.or_(*(like(column, text) for column in texts))),
        Filter("owner", _l("责任单位"), lambda text: like(LedgerEntry.owner_name, text)),
        Filter(
            "category",
            _l("类别"),
            member_or_none(ServiceCategory, LedgerEntry.category),
            "select",
            options_of(ServiceCategory),
        ),
        Filter(
            "state", _l("状态"), member_or_none(ServiceState, LedgerEntry.state), "select", options_of(ServiceState)
        ),
    ]
