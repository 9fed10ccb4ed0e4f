"""Who may decide on an exemption today: the offices around a subject, as the rule on levels asks for them."""

from collections.abc import Iterator

import sqlalchemy as sa

from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.permissions import Side
from app.negative_lists import deciders
from app.negative_lists.deciders import Asked, Ground, Office
from app.negative_lists.kinds import Level
from app.negative_lists.models import Exemption
from app.negative_lists.queries import holders
from app.organisations.models import Mandate, MandateKind, Organisation, OrganisationState, Region
from app.subjects.models import PartyRole, Subject
from app.subjects.queries import parties_of, side_of


def who_decides(subject: Subject, level: Level, requester_org: int | None) -> list[Organisation]:
    """The organisations that are asked to decide on a request of this level; none where nobody may."""
    known = _around(subject)
    asked = Asked(level.value, subject.region.path, requester_org or 0)
    return [known[key][0] for key in deciders.deciders(asked, (office for _organisation, office in known.values()))]


def who_is_able(exemption: Exemption) -> set[int]:
    """Every organisation that may decide on it today, asked or not."""
    subject = exemption.subject
    asked = Asked(exemption.level.value, subject.region.path, exemption.requester_org)
    return {key for key, (_one, office) in _around(subject).items() if deciders.may_decide(asked, office)}


def may_decide(actor: Actor, exemption: Exemption) -> bool:
    """Whether the actor's organisation may decide on it, and on ending it, by the level that its request fixed."""
    subject = exemption.subject
    if exemption.level is Level.AUTHORITY:
        is_party = actor.organisation_id in holders(subject, PartyRole.COMPETENT_AUTHORITY)
        return is_party and actor.organisation_id != exemption.requester_org
    found = _around(subject).get(actor.organisation_id or 0)
    asked = Asked(exemption.level.value, subject.region.path, exemption.requester_org)
    return found is not None and deciders.may_decide(asked, found[1])


def kept_out(subject: Subject, organisations: list[Organisation]) -> list[Organisation]:
    """Those who cannot come to a subject of which the parties are fixed."""
    if subject.parties_frozen_at is None:
        return []
    return [one for one in organisations if side_of(subject, one.id) is None]


def _around(subject: Subject) -> dict[int, tuple[Organisation, Office]]:
    """The subject's competent authority, and every active organisation that looks over its region or one around it."""
    grounds: dict[int, list[Ground]] = {}
    known: dict[int, Organisation] = {}
    parties = {one.organisation_id for one in parties_of(subject) if one.role is PartyRole.COMPETENT_AUTHORITY}
    for organisation, region in _mandates(subject):
        known[organisation.id] = organisation
        grounds.setdefault(organisation.id, []).append(Ground(region.level.value, region.path))
    for one in parties_of(subject):
        if one.organisation_id in parties:
            known[one.organisation_id] = one.organisation
            seat = one.organisation.region
            grounds.setdefault(one.organisation_id, []).append(Ground(seat.level.value, seat.path))
    return {key: (one, Office(key, key in parties, tuple(grounds[key]))) for key, one in known.items()}


def _mandates(subject: Subject) -> Iterator[tuple[Organisation, Region]]:
    """Competent mandates of today over the subject's region and all above it, of those who can still act."""
    chain = list(_upwards(subject.region))
    found = (
        sa.select(Organisation, Region)
        .join(Mandate, Mandate.organisation_id == Organisation.id)
        .join(Region, Region.id == Mandate.region_id)
        .where(
            Mandate.kind == MandateKind.COMPETENT,
            Mandate.region_id.in_([one.id for one in chain]),
            Mandate.valid_from <= today(),
            sa.or_(Mandate.valid_until.is_(None), Mandate.valid_until >= today()),
            Organisation.state == OrganisationState.ACTIVE,
        )
        .order_by(Organisation.id)
    )
    for organisation, region in db.session.execute(found).unique():
        if Side.MANAGEMENT in organisation.sides:
            yield organisation, region


def _upwards(region: Region) -> Iterator[Region]:
    yield region
    while region.parent is not None:
        region = region.parent
        yield region
