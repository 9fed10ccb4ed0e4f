"""What a report's result rests on: what can be sampled, what has no evidence, whether the stored bytes are sound."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.assessments import queries as judged
from app.assessments.models import Assessment, AssessmentFigure, AssessmentSubmission
from app.core.canonical import digest_both
from app.core.db import db
from app.core.periods import Period
from app.evidence import store
from app.figures.evidence import resolve
from app.figures.models import Figure, Submission
from app.inspections.models import key_of
from app.reports.models import Report
from app.reports.queries import content_of


@dataclass(frozen=True)
class Scored:
    """Something that a report's result rests on: a figure, or a file of events as a whole (`figure` is None)."""

    figure: Figure | None
    submission: Submission

    @property
    def key(self) -> str:
        return key_of(self.figure.id if self.figure else None, self.submission.id)


def scored(report: Report) -> list[Scored]:
    """Everything that can be sampled: scored figures by service, indicator and period, then files of events."""
    figures = db.session.scalars(
        sa.select(Figure)
        .join(AssessmentFigure, AssessmentFigure.figure_id == Figure.id)
        .where(AssessmentFigure.assessment_id == report.assessment_id)
        .order_by(Figure.service_id, Figure.indicator_code, Figure.starts_at, Figure.channel, Figure.id)
        .options(
            joinedload(Figure.submission).joinedload(Submission.file),
            joinedload(Figure.submission).joinedload(Submission.organisation),
        )
    )
    submissions = db.session.scalars(
        sa.select(Submission)
        .join(AssessmentSubmission, AssessmentSubmission.submission_id == Submission.id)
        .where(AssessmentSubmission.assessment_id == report.assessment_id)
        .order_by(Submission.id)
        .options(joinedload(Submission.file), joinedload(Submission.organisation))
    )
    return [Scored(one, one.submission) for one in figures] + [Scored(None, one) for one in submissions]


def newest_edition(report: Report) -> Report:
    """The newest report of the same plan and period."""
    return db.session.scalars(
        sa.select(Report)
        .where(Report.plan_id == report.plan_id, Report.period == report.period)
        .order_by(Report.edition.desc())
        .limit(1)
    ).one()


def assessment_of(report: Report) -> Assessment:
    """The result that a report shows."""
    return db.session.get_one(Assessment, report.assessment_id)


def assessments_by_report(reports: Iterable[Report]) -> dict[int, Assessment]:
    """The result that each report shows, by the report's id."""
    by_id = {one.assessment_id: one.id for one in reports}
    rows = db.session.scalars(sa.select(Assessment).where(Assessment.id.in_(list(by_id))))
    return {by_id[one.id]: one for one in rows}


def evidence_gaps(report: Report) -> list[dict[str, Any]]:
    """The scored figures of a report whose evidence names no stored file."""
    return [one for one in content_of(report)["gaps"] if one["kind"] == "evidence"]


def newer_assessment(report: Report) -> str:
    """Code of the assessment that was made of the period since the report's; empty when there is none."""
    found = judged.newest(report.contract, report.plan, Period(report.period))
    return "" if found is None or found.id == report.assessment_id else found.code


# --- stored bytes ----------------------------------------------------------------------------------------------------


def is_sound(report: Report) -> bool:
    """Whether the report still says what its digests were taken of."""
    found = digest_both(report.content.encode())
    return (found.sha256, found.sm3) == (report.sha256, report.sm3)


def damaged(report: Report, things: Iterable[Scored]) -> list[str]:
    """Names of the files under a conclusion that are lost or changed: the report's own, then evidence and what was
    handed in. Every blob is read and digested once."""
    listed = list(things)
    named = resolve(report.contract, [one.figure.evidence for one in listed if one.figure is not None])
    files = {one.sha256: f"{report.code}.{one.kind.value}" for one in report.files}
    for stored in [*(one.submission.file for one in listed), *(file for found in named.values() for file in found)]:
        files.setdefault(stored.sha256, stored.file_name)
    return [name for sha256, name in files.items() if not _stands(sha256)]


def _stands(sha256: str) -> bool:
    try:
        store.read(sha256)
    except store.Damaged:
        return False
    return True
