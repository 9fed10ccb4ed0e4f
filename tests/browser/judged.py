"""A contract whose last two months are judged, reported and inspected: something to see on every page of it."""

from __future__ import annotations

import io
from datetime import timedelta

from werkzeug.datastructures import FileStorage

from app.assessments import actions as assessments
from app.contracts.rules import add_months
from app.core.actors import SYSTEM
from app.core.clock import today
from app.core.periods import Period
from app.figures import verifying
from app.figures.actions import submit_events, submit_figures
from app.figures.kinds import Verdict
from app.figures.queries import unverified_events
from app.inspections import actions as inspections
from app.inspections import findings, samples
from app.inspections.kinds import Severity
from app.inspections.scored import scored
from app.reports import actions as reports
from app.service_levels import actions as service_levels
from app.service_levels.actions import ClaimFacts
from app.service_levels.models import ExclusionCause
from tests import factories


def judged(w: factories.World) -> dict[str, str]:
    """Codes of what came of it: contract, assessment, report, inspection, finding, service, month."""
    begin = add_months(today().replace(day=1), -2)
    contract = factories.existing(w, begin, add_months(begin, 12) - timedelta(days=1))
    plan = factories.plan(w, contract, report_after_days=0)
    first, second = (Period(f"{add_months(begin, n):%Y-%m}") for n in (0, 1))
    services = [line.service.code for line in contract.current.lines]
    operator, officer = w.actor("operator_officer"), w.actor("officer")
    claimed = first.start + timedelta(days=9)
    rows = ["at,service,status", *(f"{first.start.isoformat()},{code},up" for code in services)]
    for hours, status in ((0, "down"), (4, "up"), (100, "degraded"), (101, "up")):
        rows.append(f"{(claimed + timedelta(hours=hours)).isoformat()},{services[0]},{status}")
    submit_events(operator, contract, "events.csv", "\n".join(rows).encode())
    figures = f"service,indicator,period,value\n{services[1]},KI-001,{first.text},99.5"
    submit_figures(operator, contract, "figures.csv", figures.encode())
    notice = FileStorage(io.BytesIO(b"power cut, with times"), filename="notice.txt")
    cause = ExclusionCause.THIRD_PARTY
    facts = ClaimFacts(None, claimed, claimed + timedelta(hours=1), cause, "市电中断", upload=notice)
    claim = service_levels.claim(operator, contract, facts)
    service_levels.grant(officer, claim, claim.begins_at, claim.ends_at, "情况属实")
    for one in unverified_events(contract):
        verifying.judge_events(officer, one, Verdict.VERIFIED)
    made = assessments.compute(officer, contract, plan, first)
    report = reports.produce(SYSTEM, plan, first)
    reports.produce(SYSTEM, plan, second)
    inspection = inspections.take(w.actor("inspector"), report)
    samples.sample_chosen(w.actor("inspector"), inspection, [one.key for one in scored(report)][:1])
    party = w.org("operator").id
    found = findings.FindingFacts(Severity.MAJOR, "工单没有原因分析", "合同服务水平条款", party, 10)
    finding = findings.create(w.actor("inspector"), inspection, found)
    return {
        "contract": contract.code,
        "assessment": made.code,
        "report": report.code,
        "service": services[0],
        "inspection": inspection.code,
        "finding": finding.code,
        "month": first.text,
    }
