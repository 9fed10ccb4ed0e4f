"""Reads of regions and organisations."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, selectinload

from app.core.db import db
from app.core.listing import Cell, Column, Filter, Listing, like, member_or_none, options_of
from app.core.permissions import Side
from app.organisations.models import (
    ControlLink,
    Mandate,
    Organisation,
    OrganisationKind,
    OrganisationName,
    OrganisationState,
    Region,
    Stake,
)


def organisation_by_code(code: str) -> Organisation | None:
    return db.session.scalar(sa.select(Organisation).where(Organisation.code == code))


def name_by_code(code: str) -> str:
    """The name of an organisation for its code; a code that nobody bears stays as it is."""
    found = organisation_by_code(code)
    return found.name if found else code


def region_by_code(code: str) -> Region | None:
    return db.session.scalar(sa.select(Region).where(Region.code == code))


def active_organisations() -> Sequence[Organisation]:
    """Organisations that can become parties, by code."""
    return db.session.scalars(
        sa.select(Organisation)
        .where(Organisation.state == OrganisationState.ACTIVE)
        .options(sa.orm.selectinload(Organisation.held_sides))
        .order_by(Organisation.code)
    ).all()


def regions_down_to_county() -> Sequence[Region]:
    """Regions that organisations usually belong to, in order of code."""
    return db.session.scalars(sa.select(Region).where(sa.func.length(Region.code) <= 6).order_by(Region.path)).all()


def all_regions() -> Sequence[Region]:
    return db.session.scalars(sa.select(Region).order_by(Region.path)).all()


def names_of(organisation: Organisation) -> Sequence[OrganisationName]:
    """Names over time, newest first."""
    return db.session.scalars(
        sa.select(OrganisationName)
        .where(OrganisationName.organisation_id == organisation.id)
        .order_by(OrganisationName.valid_from.desc())
    ).all()


def stakes_of(organisation: Organisation) -> tuple[Sequence[Stake], Sequence[Stake]]:
    """Who holds it, and what it holds; ended ones too."""
    order = (Stake.valid_until.is_not(None), Stake.valid_from.desc())
    held_by = db.session.scalars(sa.select(Stake).where(Stake.held_id == organisation.id).order_by(*order)).all()
    holds = db.session.scalars(sa.select(Stake).where(Stake.holder_id == organisation.id).order_by(*order)).all()
    return held_by, holds


def mandates_of(organisation: Organisation) -> Sequence[Mandate]:
    return db.session.scalars(
        sa.select(Mandate).where(Mandate.organisation_id == organisation.id).order_by(Mandate.id)
    ).all()


def stake_of(organisation: Organisation, key: int) -> Stake | None:
    """A holding in this organisation, so that an address cannot name another's."""
    return next((stake for stake in stakes_of(organisation)[0] if stake.id == key), None)


def controllers_of(organisation: Organisation) -> Sequence[Organisation]:
    """Everybody who controls it today, directly or through others, without itself."""
    return _linked(ControlLink.controller_id, ControlLink.controlled_id, organisation)


def controlled_by(organisation: Organisation) -> Sequence[Organisation]:
    """Everything it controls today, directly or through others, without itself."""
    return _linked(ControlLink.controlled_id, ControlLink.controller_id, organisation)


def _linked(shown: Any, given: Any, organisation: Organisation) -> Sequence[Organisation]:
    return db.session.scalars(
        sa.select(Organisation)
        .join(ControlLink, shown == Organisation.id)
        .where(given == organisation.id, shown != organisation.id)
        .order_by(Organisation.code)
    ).all()


def organisations_list() -> Listing:
    """The register of organisations: the same for everybody who may read it."""
    return Listing(
        caption=_("机构"),
        statement=sa.select(Organisation).join(Region, Region.id == Organisation.region_id),
        definition=_columns(),
        id_column=Organisation.id,
        href=lambda one: url_for("organisations.detail", code=one.code),
        default_sort="code",
        filters=_filters(),
        empty_title=_("没有符合条件的机构"),
        file_name=_("机构"),
        options=(joinedload(Organisation.region), selectinload(Organisation.held_sides)),
    )


def _columns() -> list[Column]:
    return [
        Column("code", _l("编码"), lambda one: Cell(one.code, kind="code"), sort=Organisation.code, kind="code"),
        Column("name", _l("名称"), lambda one: Cell(one.name, kind="link"), sort=Organisation.name_zh),
        Column("kind", _l("类型"), lambda one: str(one.kind.label), sort=Organisation.kind),
        Column("sides", _l("可担任的一方"), sides_in_words),
        Column("region", _l("区划"), lambda one: one.region.name, sort=Region.path),
        Column("uscc", _l("统一社会信用代码"), lambda one: Cell(one.uscc or "", kind="code"), optional=True),
        Column("state", _l("状态"), _state, sort=Organisation.state, kind="status"),
    ]


def _state(one: Organisation) -> Cell:
    return Cell(str(one.state.label), kind="status", tone=one.state.tone)


def sides_in_words(organisation: Organisation) -> str:
    return str(_("、")).join(str(held.side.label) for held in organisation.held_sides)


def _filters() -> list[Filter]:
    return [
        Filter("q", _l("名称、编码或信用代码"), _named),
        Filter("region", _l("区划名称或代码"), in_region),
        Filter(
            "kind",
            _l("类型"),
            member_or_none(OrganisationKind, Organisation.kind),
            "select",
            options_of(OrganisationKind),
        ),
        Filter("side", _l("可担任的一方"), _holds_side, "select", options_of(Side)),
        Filter(
            "state",
            _l("状态"),
            member_or_none(OrganisationState, Organisation.state),
            "select",
            options_of(OrganisationState),
        ),
    ]


def _named(text: str) -> Any:
    """By the present name, a former one, the code or the credit code."""
    former = sa.select(OrganisationName.organisation_id).where(like(OrganisationName.name_zh, text))
    columns = (Organisation.name_en, Organisation.code, Organisation.uscc)
    return sa.or_(Organisation.id.in_(former), *(like(column, text) for column in columns))


def in_region(text: str) -> Any:
    """A region by name or code, with everything below it."""
    found = db.session.scalars(
        sa.select(Region.path).where(
            sa.or_(Region.code == text, like(Region.name_zh, text), like(Region.name_en, text))
        )
    ).all()
    return sa.or_(*(Region.path.startswith(path, autoescape=True) for path in found[:50])) if found else None


def _holds_side(text: str) -> Any:
    return Organisation.held_sides.any(side=Side(text)) if text in {side.value for side in Side} else None
