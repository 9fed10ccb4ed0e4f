"""From a judgement to rows: the edition of a period, and its links to everything that it was calculated from."""

from decimal import Decimal

import sqlalchemy as sa

from app.assessments.judging import Judgement
from app.assessments.models import Assessment, AssessmentFigure, AssessmentSubmission
from app.assessments.queries import final_of
from app.contracts.models import Contract
from app.core.canonical import digest_both
from app.core.clock import now
from app.core.db import db
from app.core.periods import Period
from app.indicators.exact import plain
from app.plans.models import Plan


def edition_of(contract: Contract, plan: Plan, made: Judgement, text: str, last: Assessment | None) -> Assessment:
    """The next edition of a period as a row, not stored yet; who computed it and why is added by the act."""
    period, digests = made.material.period, digest_both(text.encode())
    number = last.edition + 1 if last is not None else 1
    total = None if made.total is None else Decimal(plain(made.total, made.material.terms.scheme.rounding))
    return Assessment(
        code=f"PJ-{contract.code}-{plan.number}-{period.text}-{number}",
        contract_id=contract.id,
        subject_id=contract.subject_id,
        plan_id=plan.id,
        period=period.text,
        starts_at=period.start,
        ends_at=period.end,
        edition=number,
        result=text,
        result_sha256=digests.sha256,
        result_sm3=digests.sm3,
        total=total,
        grade=made.grade.name.zh if made.grade else "",
        points=made.charged.points,
        deduction_fen=made.charged.net_fen,
        provisional=bool(made.doubts),
        computed_at=now(),
    )


def restated_id(contract: Contract, plan: Plan, period: Period) -> int | None:
    """The final edition that a new one is to take the place of."""
    final = final_of(contract, plan, period)
    return final.id if final is not None else None


def link(edition: Assessment, made: Judgement) -> None:
    """Real keys from the edition to everything it was calculated from."""
    figures = [{"assessment_id": edition.id, "figure_id": one.id} for one in made.figures]
    submissions = [{"assessment_id": edition.id, "submission_id": key} for key in made.submissions]
    for table, rows in ((AssessmentFigure, figures), (AssessmentSubmission, submissions)):
        if rows:
            db.session.execute(sa.insert(table), rows)


def lock_of(plan: Plan, period: Period) -> str:
    """The name under which editions of a period queue."""
    return f"assessment:{plan.id}:{period.text}"
