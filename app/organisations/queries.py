"""Reads of regions and organisations."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.db import db
from app.organisations.models import Mandate, Organisation, OrganisationName, OrganisationState, Region, Stake


def organisation_by_code(code: str) -> Organisation | None:
    return db.session.scalar(sa.select(Organisation).where(Organisation.code == code))


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
