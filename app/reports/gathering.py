"""What a report is made of, read once at the moment it is produced: parties, terms, result, trend, evidence, trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.assessments import queries as judged
from app.assessments.models import Assessment
from app.audit.heads import latest
from app.contracts.models import Contract
from app.core.actors import Actor
from app.core.periods import Period
from app.figures.measures import agreed_version
from app.plans.models import Plan
from app.plans.queries import scheme_of
from app.reports.content import Before, Facts
from app.reports.wording import ROLES, Said
from app.subjects.models import Party
from app.subjects.queries import parties_of

# A year and the same period of the year before.
TREND = 13


@dataclass(frozen=True)
class Edition:
    """Which edition is being made, by whom, when and why."""

    code: str
    number: int
    reason: Said
    actor: Actor
    at: datetime


def facts_of(assessment: Assessment, edition: Edition, before: Before | None = None) -> Facts:
    """Everything that the report of an assessment says."""
    contract, plan = assessment.contract, assessment.plan
    head = latest()
    return Facts(
        code=edition.code,
        edition=edition.number,
        reason=edition.reason,
        produced_at=edition.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        produced_by=_producer(edition.actor),
        contract=_contract(contract),
        parties=[_party(one) for one in _in_order(parties_of(contract.subject))],
        plan=_plan(plan),
        assessment={
            "code": assessment.code,
            "edition": assessment.edition,
            "state": assessment.state.value,
            "sha256": assessment.result_sha256,
            "input_digest": assessment.input_digest,
        },
        result=judged.result_of(assessment),
        trend=_trend(contract, plan, Period(assessment.period)),
        without_evidence=[
            {"service": one.service, "indicator": one.indicator, "figure": one.figure_id, "period": one.period}
            for one in judged.evidence_gaps(assessment)
        ],
        head={"size": head.size, "sha256": head.sha256} if head else None,
        before=before,
    )


def _producer(actor: Actor) -> Mapping[str, Any] | None:
    if actor.is_system:
        return None
    return {"name": actor.name, "organisation": actor.identity.organisation_name if actor.identity else ""}


def _contract(contract: Contract) -> dict[str, Any]:
    """The version that all parties signed, by its digest."""
    version = agreed_version(contract)
    return {
        "code": contract.code,
        "title": contract.subject.title,
        "version": version.number if version else None,
        "sha256": version.digest_sha256 if version else None,
        "from": version.term_from.isoformat() if version and version.term_from else None,
        "until": version.term_until.isoformat() if version and version.term_until else None,
    }


def _in_order(parties: list[Party]) -> list[Party]:
    order = list(ROLES)
    return sorted(parties, key=lambda one: (order.index(one.role.value), one.organisation.code))


def _party(party: Party) -> dict[str, Any]:
    organisation = party.organisation
    return {
        "role": party.role.value,
        "side": party.side.value,
        "code": organisation.code,
        "name": {"zh": organisation.name_zh, "en": organisation.name_en},
    }


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "code": plan.code,
        "number": plan.number,
        "sha256": plan.sha256,
        "weighting": plan.weighting.value,
        "schedule": plan.schedule.code if plan.schedule else None,
        "min_outage_minutes": plan.min_outage_minutes,
        "degraded_weight": f"{plan.degraded_weight.normalize():f}",
        "report_after_days": plan.report_after_days,
    }


def _trend(contract: Contract, plan: Plan, until: Period) -> list[dict[str, Any]]:
    """The scores of the last periods; without a score it says so and is no zero."""
    scheme = scheme_of(plan)
    grades = {grade.name.zh: {"zh": grade.name.zh, "en": grade.name.en} for grade in scheme.grades}
    return [
        {
            "period": one.period,
            "total": None if one.total is None else f"{one.total:.{scheme.rounding}f}",
            "grade": grades.get(one.grade, one.grade) or None,
            "state": one.state.value,
        }
        for one in judged.trend(contract, plan, until)[-TREND:]
    ]
