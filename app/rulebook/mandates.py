"""Whose rule it is: the province's authority for what holds everywhere, any other for the divisions it answers for."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from app.catalogues.queries import content_of
from app.catalogues.reading import EVERYWHERE
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.errors import Problem
from app.organisations.models import Mandate, MandateKind, Organisation, OrganisationState, Region
from app.rulebook.models import RuleDraft
from app.rulebook.queries import content_of_draft

SEPARATOR = "、"


def outside_mandate(actor: Actor, draft: RuleDraft) -> list[Problem]:
    """What the actor's organisation is not responsible for: where the rule holds now, and where it would."""
    return [_not_in_mandate(place) for place in places_of(draft) if not may_rule(actor, place)]


def places_of(draft: RuleDraft) -> list[str]:
    """Where a draft would hold, and where the version holds that it sets out from."""
    said = [content_of_draft(draft), *([content_of(draft.base)] if draft.base is not None else [])]
    return list(dict.fromkeys(str(one.get("jurisdiction") or EVERYWHERE) for one in said))


def deciders(actor: Actor, draft: RuleDraft) -> list[Problem]:
    """Said to whoever could review or publish but for his organisation: who can."""
    found = []
    for place in places_of(draft):
        if may_rule(actor, place):
            continue
        names = str(_("、")).join(one.name for one in responsible_for(place))
        what = _("适用于“%(place)s”的规则不由您的机构复核和发布。", place=place)
        can = _("由%(who)s的复核人和发布人办理。", who=names) if names else _("目前没有登记负责该地的主管部门。")
        found.append(Problem(what, why=_not_in_mandate(place).why, remedy=can))
    return found


def may_rule(actor: Actor, jurisdiction: str) -> bool:
    """Whether a rule that holds there is this organisation's to change: the province's authority for what holds
    everywhere, any other for the divisions it is responsible for."""
    if mandated_everywhere(actor):
        return True
    paths = actor.identity.mandates if actor.identity else ()
    named = regions_named(jurisdiction)
    return bool(named) and all(_within(paths, [region.path for region in regions]) for regions in named.values())


def _within(mandates: Sequence[str], paths: Sequence[str]) -> bool:
    return any(path.startswith(mandate) for path in paths for mandate in mandates)


def _not_in_mandate(place: str) -> Problem:
    return Problem(
        _("适用于“%(place)s”的规则不由您的机构修订。", place=place),
        why=_("全国和全省适用的规则由省级主管部门修订；地方规则由该地的主管部门修订。"),
        remedy=_("可以另写一条只在本地适用、取代该条的地方条目。"),
        place="jurisdiction",
    )


def regions_named(jurisdiction: str) -> dict[str, list[Region]]:
    """The divisions that a jurisdiction names, by name; a name that no division here bears has none."""
    names = [one.strip() for one in jurisdiction.split(SEPARATOR) if one.strip()]
    found: dict[str, list[Region]] = {name: [] for name in names}
    for region in db.session.scalars(sa.select(Region).where(Region.name_zh.in_(names))):
        found[region.name_zh].append(region)
    return found


def mandated_everywhere(actor: Actor) -> bool:
    """Whether the actor's organisation is responsible for a whole province."""
    paths = actor.identity.mandates if actor.identity else ()
    top = sa.select(Region.id).where(Region.path.in_(paths), Region.parent_id.is_(None))
    return db.session.scalar(top.limit(1)) is not None


MOST_NAMED = 5


def responsible_for(jurisdiction: str) -> list[Organisation]:
    """The organisations whose rule it is: of what holds everywhere, the authorities of a whole province; of anything
    else, whoever is responsible for each of its divisions, the nearest first."""
    day, regions = today(), [one for some in regions_named(jurisdiction).values() for one in some]
    found = (
        sa.select(Organisation)
        .join(Mandate, Mandate.organisation_id == Organisation.id)
        .join(Region, Region.id == Mandate.region_id)
        .where(
            Mandate.kind == MandateKind.COMPETENT,
            Mandate.valid_from <= day,
            sa.or_(Mandate.valid_until.is_(None), Mandate.valid_until >= day),
            Organisation.state == OrganisationState.ACTIVE,
            sa.or_(
                Region.parent_id.is_(None),
                *(sa.literal(one.path).startswith(Region.path) for one in regions if len(regions) == 1),
            ),
        )
        .order_by(sa.func.length(Region.path).desc(), Organisation.code)
    )
    return list(dict.fromkeys(db.session.scalars(found)))[:MOST_NAMED]
