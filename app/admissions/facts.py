"""The facts that admissions give to conditions: what the register knows of the company, and what it has shown."""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from app.admissions.kinds import ProofKind
from app.admissions.models import Admission, CreditCheck
from app.conditions.facts import Value
from app.core.clock import today
from app.core.db import db
from app.core.permissions import Side
from app.organisations.actions import credit_code_is_valid
from app.organisations.models import ControlLink, Organisation, OrganisationSide, OrganisationState
from app.subjects.models import Subject, SubjectKind


def admission_facts(subject: Subject) -> Mapping[str, Value]:
    """Nothing of a project or contract."""
    if subject.kind is not SubjectKind.ADMISSION:
        return {}
    admission = db.session.scalar(sa.select(Admission).where(Admission.subject_id == subject.id))
    return {**dict(_company(admission)), **_shown(admission)} if admission is not None else {}


def _company(admission: Admission) -> Iterator[tuple[str, Value]]:
    company = admission.organisation
    code = company.uscc or ""
    yield "organisation.kind", company.kind.value
    yield "organisation.active", company.state is OrganisationState.ACTIVE
    yield "organisation.credit_code", code
    yield "organisation.credit_code_valid", credit_code_is_valid(code)
    yield "organisation.management_links", tuple(sorted(_linked_managers(company)))
    check = newest_credit_check(admission)
    if check is not None:
        yield "organisation.credit_listing", check.listing.value
        yield "organisation.credit_age", (today() - check.checked_on).days


def _linked_managers(company: Organisation) -> set[str]:
    """Organisations of the managing side that control it, that it controls, or that share a controlling company."""
    over = sa.select(ControlLink.controller_id).where(
        ControlLink.controlled_id == company.id, ControlLink.through_company
    )
    under = sa.select(ControlLink.controlled_id).where(ControlLink.controller_id.in_(over))
    found = db.session.scalars(
        sa.select(Organisation.code)
        .join(OrganisationSide, OrganisationSide.organisation_id == Organisation.id)
        .where(
            OrganisationSide.side == Side.MANAGEMENT,
            Organisation.id != company.id,
            sa.or_(Organisation.id.in_(over), Organisation.id.in_(under)),
        )
    )
    return set(found)


def newest_credit_check(admission: Admission) -> CreditCheck | None:
    """The newest enquiry: the company's own in this admission, or an authority's in any; on one day the authority's."""
    return db.session.scalar(
        sa.select(CreditCheck)
        .where(
            CreditCheck.organisation_id == admission.organisation_id,
            sa.or_(CreditCheck.admission_id == admission.id, CreditCheck.side == Side.MANAGEMENT),
        )
        .order_by(
            CreditCheck.checked_on.desc(),
            sa.case((CreditCheck.side == Side.MANAGEMENT, 1), else_=0).desc(),
            CreditCheck.id.desc(),
        )
        .limit(1)
    )


def _shown(admission: Admission) -> dict[str, Value]:
    day = today()
    valid = [one for one in admission.proofs if one.valid_until is None or one.valid_until >= day]
    people = {
        f"admission.{kind.value}": sum(one.people or 0 for one in valid if one.kind is kind)
        for kind in ProofKind
        if kind.counts_people
    }
    return {
        "admission.category": admission.category,
        "admission.proofs": tuple(sorted({one.kind.value for one in valid})),
        "admission.mlps_level": max((one.level or 0 for one in valid if one.kind is ProofKind.MLPS_FILING), default=0),
        **people,
    }
