"""Reads of drafts: one by its code, those that wait for somebody, and whether the version under one still stands."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, content_of, versions
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.permissions import Permission
from app.negative_lists.item_file import LIST_KIND
from app.negative_lists.judging import ITEM_KIND
from app.organisations.models import Mandate, MandateKind, Organisation, OrganisationState, Region
from app.rulebook.models import DraftState, RuleDraft
from app.rulebook.workflow import OPEN

SEPARATOR = "、"


def draft_by_code(code: str) -> RuleDraft | None:
    """One draft with everybody who had a hand in it."""
    return db.session.scalar(
        sa.select(RuleDraft)
        .where(RuleDraft.code == code)
        .options(
            joinedload(RuleDraft.base),
            joinedload(RuleDraft.entry),
            joinedload(RuleDraft.author),
            joinedload(RuleDraft.organisation),
            joinedload(RuleDraft.reviewer),
            joinedload(RuleDraft.publisher),
        )
    )


def content_of_draft(draft: RuleDraft) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(draft.content)
    return found


def open_drafts(kind: str, code: str) -> list[RuleDraft]:
    """What is under way about one rule, the oldest first."""
    return list(
        db.session.scalars(
            sa.select(RuleDraft)
            .where(RuleDraft.kind == kind, RuleDraft.entry_code == code, RuleDraft.state.in_(OPEN))
            .options(joinedload(RuleDraft.author))
            .order_by(RuleDraft.id)
        )
    )


def open_item_drafts(list_code: str) -> list[RuleDraft]:
    """What is under way about the items of one list."""
    found = db.session.scalars(
        sa.select(RuleDraft).where(RuleDraft.kind == ITEM_KIND, RuleDraft.state.in_(OPEN)).order_by(RuleDraft.id)
    )
    return [draft for draft in found if content_of_draft(draft).get("list") == list_code]


def newest_version(kind: str, code: str) -> CatalogueEntry | None:
    """The last version of a rule, in force already or from a later day."""
    return next(iter(versions(kind, code)), None)


def overtaken_by(draft: RuleDraft) -> CatalogueEntry | None:
    """The version that came after the one a draft set out from; of a new rule, one that took its code."""
    newest = newest_version(draft.kind, draft.entry_code) if draft.entry_code else None
    is_own = newest is not None and newest.id in (draft.base_entry_id, draft.entry_id)
    return None if is_own else newest


# --- what waits ------------------------------------------------------------------------------------------------------


def waiting(actor: Actor) -> sa.Select[Any]:
    """Drafts on which this person can do the next thing: review, publish, or go on with what was sent back to him."""
    ways: list[sa.ColumnElement[bool]] = []
    others = RuleDraft.drafted_by != actor.user_id
    if actor.may(Permission.RULE_REVIEW):
        ways.append(sa.and_(RuleDraft.state == DraftState.SUBMITTED, others))
    if actor.may(Permission.RULE_PUBLISH):
        ways.append(sa.and_(RuleDraft.state == DraftState.REVIEWED, others))
    if actor.may(Permission.RULE_DRAFT):
        own = (RuleDraft.drafted_by == actor.user_id, RuleDraft.returned_reason != "")
        ways.append(sa.and_(RuleDraft.state == DraftState.DRAFT, *own))
    return sa.select(RuleDraft).where(sa.or_(sa.false(), *ways)).order_by(RuleDraft.id)


def count_waiting(actor: Actor) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(waiting(actor).order_by(None).subquery())) or 0


def waiting_for(actor: Actor, limit: int = 20) -> list[RuleDraft]:
    return list(db.session.scalars(waiting(actor).options(joinedload(RuleDraft.author)).limit(limit)))


# --- what fields are chosen from -------------------------------------------------------------------------------------


def entries_of(kind: str, on: date | None = None) -> Sequence[CatalogueEntry]:
    """The entries of a kind that a rule may name."""
    return all_current(kind, on or today())


def list_of(code: str) -> CatalogueEntry | None:
    return newest_version(LIST_KIND, code)


# --- whose rule it is ------------------------------------------------------------------------------------------------


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


def content_text(entry: CatalogueEntry | None, key: str) -> str:
    """A text of an entry, empty where it says none."""
    return str(content_of(entry).get(key, "")) if entry is not None else ""
