"""Admissions that an actor may see, the conditions in force, who may decide where, and what covers a contract."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.admissions.judging import Finding, RuleLine, for_decision, for_keeping, for_submission
from app.admissions.kinds import CATEGORY_KIND, LISTED, RULE_KIND, AdmissionState
from app.admissions.models import Admission, Review
from app.admissions.rule_file import Category, Rule
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, parsed
from app.conditions.facts import Value
from app.conditions.gathering import divisions_of, facts_of
from app.conditions.jurisdiction import in_force_at
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.permissions import Permission
from app.lifecycle.models import Task
from app.organisations.models import Mandate, MandateKind, Organisation, OrganisationState, Region
from app.subjects.models import Subject
from app.subjects.queries import in_reach

S = AdmissionState
WITH_NAMES = (joinedload(Admission.organisation), joinedload(Admission.region), joinedload(Admission.entry))


# --- one admission ---------------------------------------------------------------------------------------------------


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """What is or was on the register everybody may see; applications only their parties and authorities above."""
    reach = sa.select(Subject.id).where(in_reach(actor))
    return sa.or_(Admission.state.in_(LISTED), Admission.subject_id.in_(reach))


def admission_visible(actor: Actor, code: str) -> Admission | None:
    """The admission as the register shows it; None for missing and for what the actor may not know of alike."""
    return db.session.scalar(sa.select(Admission).where(Admission.code == code, visible(actor)).options(*WITH_NAMES))


def admission_in_reach(actor: Actor, code: str) -> Admission | None:
    """The admission with its application and evidence: for its parties and the authorities above only."""
    return db.session.scalar(
        sa.select(Admission)
        .join(Subject, Subject.id == Admission.subject_id)
        .where(Admission.code == code, in_reach(actor))
        .options(*WITH_NAMES)
    )


def is_in_reach(actor: Actor, admission: Admission) -> bool:
    reach = sa.select(Subject.id).where(Subject.id == admission.subject_id, in_reach(actor))
    return db.session.scalar(reach) is not None


def admissions_of(organisation: Organisation, actor: Actor) -> Sequence[Admission]:
    """A company's admissions and applications, newest first, as far as the actor may see them."""
    return db.session.scalars(
        sa.select(Admission)
        .where(Admission.organisation_id == organisation.id, visible(actor))
        .options(*WITH_NAMES)
        .order_by(Admission.id.desc())
    ).all()


def own_organisation(actor: Actor) -> Organisation | None:
    return db.session.get(Organisation, actor.organisation_id) if actor.organisation_id else None


def findings_of(review: Review | None) -> dict[str, Finding]:
    """What a review found, by rule."""
    if review is None:
        return {}
    return {code: Finding(one["met"], one["note"]) for code, one in json.loads(review.findings).items()}


def last_review(admission: Admission) -> Review | None:
    """The newest review of the present round."""
    return next((one for one in reversed(admission.reviews) if one.round == admission.round), None)


# --- conditions ------------------------------------------------------------------------------------------------------


def rules_for(admission: Admission) -> list[Rule]:
    """The conditions in force today for its category where it is to hold, in the order of topics."""
    return rules_of(admission.category, divisions_of(admission.subject))


def rules_of(category: str, divisions: Sequence[str] | None = None) -> list[Rule]:
    """Those of a category that hold where the divisions lie, the nearest first; without divisions those of every place.

    Where a local condition overlays a national one, it takes its place.
    """
    found: list[Rule] = [parsed(entry) for entry in all_current(RULE_KIND, today())]
    wanted = [one for one in found if one.is_for(category)]
    return wanted if divisions is None else list(in_force_at(wanted, divisions, "", lambda one: one.head).rules)


def categories() -> list[tuple[CatalogueEntry, Category]]:
    """The categories in force today."""
    return [(entry, parsed(entry)) for entry in all_current(CATEGORY_KIND, today())]


def _said(admission: Admission) -> dict[str, bool]:
    return {one.rule_code: one.sha256 is not None for one in admission.answers}


def before_submission(admission: Admission) -> tuple[RuleLine, ...]:
    return for_submission(rules_for(admission), facts_of(admission.subject), _said(admission))


def before_decision(admission: Admission, values: dict[str, Value] | None = None) -> tuple[RuleLine, ...]:
    """As it stands with the newest review of this round."""
    known = facts_of(admission.subject) if values is None else values
    return for_decision(rules_for(admission), known, _said(admission), findings_of(last_review(admission)))


def standing_now(admission: Admission, values: dict[str, Value]) -> tuple[RuleLine, ...]:
    """As it stands where it is: before submission, before the decision, or while it holds."""
    if admission.state is S.DRAFT:
        return for_submission(rules_for(admission), values, _said(admission))
    judge = for_keeping if admission.state in LISTED else for_decision
    return judge(rules_for(admission), values, _said(admission), findings_of(last_review(admission)))


# --- authorities -----------------------------------------------------------------------------------------------------


def authorities() -> list[tuple[Organisation, Region]]:
    """Who may admit, and for which region: every competent mandate of today."""
    day = today()
    rows = db.session.execute(
        sa.select(Organisation, Region)
        .join(Mandate, Mandate.organisation_id == Organisation.id)
        .join(Region, Region.id == Mandate.region_id)
        .where(
            Mandate.kind == MandateKind.COMPETENT,
            Mandate.valid_from <= day,
            sa.or_(Mandate.valid_until.is_(None), Mandate.valid_until >= day),
            Organisation.state == OrganisationState.ACTIVE,
        )
        .order_by(Region.path, Organisation.code)
    ).unique()
    return [(row[0], row[1]) for row in rows]


def authority_of(key: str) -> tuple[Organisation, Region] | None:
    """The authority that a form names as organisation:region."""
    code, _colon, place = key.partition(":")
    return next((pair for pair in authorities() if (pair[0].code, pair[1].code) == (code, place)), None)


# --- what covers a contract ------------------------------------------------------------------------------------------


def holding_in(region: Region, organisation_ids: Iterable[int], states: Iterable[AdmissionState]) -> list[Admission]:
    """Admissions of companies that reach down to a region, in some states."""
    here = sa.select(Region.id).where(sa.literal(region.path).startswith(Region.path))
    return list(
        db.session.scalars(
            sa.select(Admission)
            .where(
                Admission.organisation_id.in_(list(organisation_ids)),
                Admission.region_id.in_(here),
                Admission.state.in_(list(states)),
            )
            .options(*WITH_NAMES)
            .order_by(Admission.id)
        )
    )


def live_like(admission: Admission, states: Iterable[AdmissionState] = (S.ADMITTED, S.SUSPENDED)) -> list[Admission]:
    """Other admissions of the same company in the same category and region."""
    return list(
        db.session.scalars(
            sa.select(Admission).where(
                Admission.id != admission.id,
                Admission.organisation_id == admission.organisation_id,
                Admission.category == admission.category,
                Admission.region_id == admission.region_id,
                Admission.state.in_(list(states)),
            )
        )
    )


def over(day: date) -> list[Admission]:
    """Admissions whose last day has passed."""
    return list(
        db.session.scalars(
            sa.select(Admission).where(Admission.state.in_((S.ADMITTED, S.SUSPENDED)), Admission.valid_until < day)
        )
    )


def live() -> list[Admission]:
    return list(
        db.session.scalars(
            sa.select(Admission)
            .where(Admission.state.in_((S.ADMITTED, S.SUSPENDED)))
            .options(*WITH_NAMES)
            .order_by(Admission.id)
        )
    )


def was_asked(admission: Admission, permission: Permission, item: str) -> bool:
    """Whether a task for this act and item was ever opened."""
    asked = sa.select(Task.id).where(
        Task.subject_id == admission.subject_id, Task.permission == permission, Task.item == item
    )
    return db.session.scalar(asked.limit(1)) is not None


def last_code(stem: str) -> Any:
    return db.session.scalar(
        sa.select(sa.func.max(Admission.code)).where(Admission.code.between(stem, f"{stem}99999999"))
    )
