"""Results of the outside data: every period that is over computed, issued and confirmed as far as it goes, reported."""

from collections.abc import Callable
from typing import Any

from app.assessments import actions as assessments
from app.assessments.models import Assessment, AssessmentState
from app.assessments.queries import newest
from app.contracts.models import Contract
from app.core.actors import SYSTEM
from app.core.db import db, unit_of_work
from app.core.errors import DomainError
from app.core.periods import Period
from app.demonstration import real_data_contracts as deals
from app.demonstration.real_data_contracts import Deal
from app.figures import verifying
from app.figures.measures import closed_periods
from app.plans.models import Plan
from app.plans.queries import periods_owed, plans_of
from app.reports.jobs import produce_first, produce_next
from app.reports.models import Report
from app.reports.queries import newest_report, outdated

Tell = Callable[[str], None]
S = AssessmentState


def plan_of(deal: Deal) -> tuple[Contract, Plan]:
    contract = deals.contract_of(deal)
    return contract, plans_of(contract)[-1]


def owed(deal: Deal) -> list[Period]:
    """The periods of the contract that are over, oldest first: each needs the one before."""
    with unit_of_work():
        return periods_owed(plan_of(deal)[1])


def assess(deal: Deal, close: bool, tell: Tell) -> dict[str, Any]:
    """Each period in turn; one that cannot be issued stays as it was computed, with the reasons."""
    found: dict[str, Any] = {}
    for period in owed(deal):
        with unit_of_work():
            contract, plan = plan_of(deal)
            assessments.compute(deal.person("officer"), contract, plan, period)
        stopped = _publish(deal, period, close)
        with unit_of_work():
            made = _newest(deal, period)
            total = "" if made.total is None else f"{made.total.normalize():f}"
            found[period.text] = {"total": total or None, "grade": made.grade, "state": made.state.value}
        found[period.text]["stopped_by"] = stopped
        tell(f"{period.text}: {total or 'held'}, {found[period.text]['state']}")
    return found


def _newest(deal: Deal, period: Period) -> Assessment:
    found = newest(*plan_of(deal), period)
    if found is None:
        raise LookupError(period.text)
    return found


def _publish(deal: Deal, period: Period, close: bool) -> list[str]:
    """Issued by one person of the agency, confirmed by the operator, made final by another; what stands against it."""
    steps = [(S.COMPUTED, _issue), (S.ISSUED, _confirm)] + ([(S.CONFIRMED, _finalise)] if close else [])
    for state, step in steps:
        try:
            with unit_of_work():
                made = _newest(deal, period)
                if made.state is state:
                    step(deal, made)
        except DomainError as refusal:
            return [str(one.what) for one in refusal.problems]
    return []


def _issue(deal: Deal, made: Assessment) -> None:
    assessments.issue(deal.person("officer"), made)


def _confirm(deal: Deal, made: Assessment) -> None:
    assessments.confirm(deal.person("director"), made, made.result_sha256)


def _finalise(deal: Deal, made: Assessment) -> None:
    period = Period(made.period)
    if all(one.period != period.text for one in closed_periods(made.contract)):
        verifying.close_period(deal.person("officer"), made.contract, period)
    assessments.finalise(deal.person("signatory"), made)


# --- reports ---------------------------------------------------------------------------------------------------------


def report(deal: Deal, tell: Tell) -> list[str]:
    """What the scheduled job would produce for this contract, now: first editions, then those that are out of date."""
    with unit_of_work():
        plan_id = plan_of(deal)[1].id
    periods = [period.text for period in owed(deal)]
    for period in periods:
        made = produce_first(SYSTEM, plan_id, period)
        tell(f"{period}: {'report ' + made.code if made else 'has its report'}")
    with unit_of_work():
        contract_id = deals.contract_of(deal).id
        waiting = [one.report.id for one in outdated(limit=1000) if one.report.contract_id == contract_id]
    for key in waiting:
        again = produce_next(SYSTEM, key)
        tell(f"new edition {again.code}" if again else "up to date")
    with unit_of_work():
        plan = plan_of(deal)[1]
        return [one.code for text in periods if (one := newest_report(plan, Period(text))) is not None]


def reports_with_total(deal: Deal) -> list[tuple[Report, Assessment]]:
    """Newest reports of periods that have a total, oldest first."""
    plan = plan_of(deal)[1]
    found = []
    for period in periods_owed(plan):
        made = newest_report(plan, period)
        shown = db.session.get(Assessment, made.assessment_id) if made is not None else None
        if made is not None and shown is not None and shown.total is not None:
            found.append((made, shown))
    return found
