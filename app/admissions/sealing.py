"""An application as one text with its digests, and the facts of a moment as text."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.admissions.models import Admission, CreditCheck
from app.conditions.facts import Value
from app.core.canonical import Digests, canonical_json, digest_both
from app.core.db import db


def content_of(admission: Admission) -> tuple[str, Digests]:
    """What the company submits, whole: two readings of the same content give the same digests."""
    company = admission.organisation
    text = canonical_json(
        {
            "code": admission.code,
            "category": admission.category,
            "category_version": admission.entry.version,
            "company": {"code": company.code, "name": company.name_zh, "uscc": company.uscc},
            "authority": admission.authority.code,
            "region": admission.region.code,
            "round": admission.round + 1,
            "proofs": [_proof(one) for one in admission.proofs],
            "statements": [
                {"rule": one.rule_code, "text": one.text, "sha256": one.sha256} for one in admission.answers
            ],
            "credit": [_credit(one) for one in credit_checks_of(admission)],
        }
    )
    return text, digest_both(text.encode())


def credit_checks_of(admission: Admission) -> list[CreditCheck]:
    return list(
        db.session.scalars(
            sa.select(CreditCheck).where(CreditCheck.admission_id == admission.id).order_by(CreditCheck.id)
        )
    )


def _proof(one: Any) -> dict[str, Any]:
    until = one.valid_until.isoformat() if one.valid_until else None
    return {
        "kind": one.kind.value,
        "number": one.number,
        "issuer": one.issuer,
        "level": one.level,
        "people": one.people,
        "valid_until": until,
        "sha256": one.sha256,
    }


def _credit(one: CreditCheck) -> dict[str, Any]:
    return {
        "listing": one.listing.value,
        "checked_on": one.checked_on.isoformat(),
        "source": one.source,
        "sha256": one.sha256,
    }


def facts_text(values: Mapping[str, Value]) -> str:
    """Facts as they were known, for good."""
    return canonical_json({name: list(one) if isinstance(one, tuple) else one for name, one in values.items()})
