"""What the page of claims shows: each with its evidence, its deadline, and what granting it would change."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.contracts.models import Contract
from app.core.actors import Actor
from app.core.clock import local, now
from app.core.periods import Period, PeriodKind, period_at
from app.core.permissions import Permission
from app.evidence.queries import size_text
from app.figures.measures import agreed_version
from app.lifecycle.queries import deadline_of, open_tasks_of
from app.lifecycle.workflow import Offer
from app.service_levels import queries
from app.service_levels.availability import availability
from app.service_levels.choices import INSTANT, watch_terms
from app.service_levels.intervals import Interval
from app.service_levels.measuring import Measured
from app.service_levels.models import Exclusion, ExclusionState
from app.service_levels.pages import Shown, may_claim, shown_share
from app.service_levels.wording import duration
from app.service_levels.workflow import WORKFLOW


@dataclass(frozen=True)
class ClaimRow:
    """A claim with its evidence, its deadline, and what granting it whole would change.

    `begins` and `ends` are its stretch as inputs take it; `step` is what they can tell apart.
    """

    exclusion: Exclusion
    begins: str
    ends: str
    step: str
    evidence: dict[str, Any]
    deadline: Any
    notice: str
    effects: list[str]
    may_decide: Offer | None
    may_withdraw: bool


@dataclass(frozen=True)
class ClaimsPage:
    """Everything templates/service_levels/exclusions.html reads: open claims, oldest first; others, newest first."""

    contract: Contract
    waiting: list[ClaimRow]
    ended: list[ClaimRow]
    may_claim: bool


def claims_page(actor: Actor, contract: Contract) -> ClaimsPage:
    found = sorted(queries.exclusions_of(contract), key=lambda one: one.number)
    deadlines = {one.item: deadline_of(one) for one in open_tasks_of(contract.subject)}
    rows = [_claim_row(actor, contract, one, deadlines.get(one.item)) for one in found]
    return ClaimsPage(
        contract=contract,
        waiting=[one for one in rows if one.exclusion.state is ExclusionState.CLAIMED],
        ended=[one for one in reversed(rows) if one.exclusion.state is not ExclusionState.CLAIMED],
        may_claim=may_claim(actor, contract),
    )


def _claim_row(actor: Actor, contract: Contract, one: Exclusion, deadline: Any) -> ClaimRow:
    offers = {offer.transition.act: offer for offer in WORKFLOW.offers(actor, one)}
    waiting = one.state is ExclusionState.CLAIMED
    return ClaimRow(
        exclusion=one,
        begins=wall_clock(one.begins_at),
        ends=wall_clock(one.ends_at),
        step="1" if one.begins_at.microsecond == one.ends_at.microsecond == 0 else "any",
        evidence=evidence_row(one),
        deadline=deadline,
        notice=duration((one.begins_at - one.announced_at) // INSTANT) if one.announced_at else "",
        effects=effects_of(contract, one) if waiting else [],
        may_decide=offers.get(Permission.EXCLUSION_DECIDE),
        may_withdraw=Permission.EXCLUSION_WITHDRAW in offers,
    )


def wall_clock(moment: datetime) -> str:
    return local(moment).replace(tzinfo=None).isoformat()


def evidence_row(exclusion: Exclusion) -> dict[str, Any]:
    """As components/evidence.html draws it."""
    file = exclusion.file
    return {
        "name": file.file_name,
        "size_text": size_text(file),
        "sha256": file.sha256,
        "sm3": file.sm3,
        "uploaded_at": file.uploaded_at,
        "uploaded_by": exclusion.claimer_organisation.name,
        "href": url_for("evidence.download", key=file.id),
    }


def effects_of(contract: Contract, exclusion: Exclusion) -> list[str]:
    """For each service concerned: availability of the month in which it begins as it is, and if it were granted."""
    month = period_at(PeriodKind.MONTH, exclusion.begins_at)
    if month.start > now():
        return []
    terms, _plan = watch_terms(contract, month)
    found = queries.measured(contract, month, terms, only=exclusion.service_id)
    version = agreed_version(contract)
    names = {line.service_id: line.service.name for line in version.lines} if version else {}
    return [_effect(month, names[key], one, exclusion) for key, one in found.items() if key in names]


def _effect(month: Period, name: str, found: Measured, exclusion: Exclusion) -> str:
    watch, seen = found.watch, found.seen
    granted = [*found.exclusions, Interval(*exclusion.span)]
    then = availability(
        watch.agreed, seen.outages, granted, seen.unmonitored, min_outage=watch.min_outage, now=watch.now
    )
    before, after = shown_share(found, True), shown_share(replace(found, result=then), True)
    words = {"period": month.text, "service": name, "before": _percent(before), "after": _percent(after)}
    return str(_("%(service)s %(period)s：%(before)s → %(after)s", **words))


def _percent(shown: Shown) -> str:
    return shown.text if shown.why else f"{shown.text}%"
