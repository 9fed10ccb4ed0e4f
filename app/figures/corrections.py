"""How a stored status event is read: with its newest correction in its place."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.figures.models import EventCorrection, StatusEvent, Submission

KEY = ("contract_id", "service_id", "source", "at")


def _same(one: Any, other: Any) -> list[sa.ColumnElement[bool]]:
    return [getattr(one, name) == getattr(other, name) for name in KEY]


class StandingEvents:
    """Status events joined to the correction that stands; later submissions than `newest` are not read."""

    def __init__(self, newest: int | None = None) -> None:
        last, later = aliased(EventCorrection), aliased(EventCorrection)
        # Revisions follow each other without a gap, each in a later submission than the one before.
        follows = [*_same(later, last), later.revision == last.revision + 1]
        told: list[sa.ColumnElement[bool]] = []
        if newest is not None:
            follows.append(later.submission_id <= newest)
            told.append(last.submission_id <= newest)
        superseded = sa.exists().where(*follows).correlate(last)
        self.source: Any = sa.outerjoin(StatusEvent, last, sa.and_(*_same(last, StatusEvent), *told, ~superseded))
        corrected = last.revision.is_not(None)
        self.revision: Any = sa.func.coalesce(last.revision, 0)
        self.status: Any = sa.func.coalesce(last.status, StatusEvent.status)
        self.code: Any = sa.case((corrected, last.code), else_=StatusEvent.code)
        self.response_ms: Any = sa.case((corrected, last.response_ms), else_=StatusEvent.response_ms)
        self.submission_id: Any = sa.func.coalesce(last.submission_id, StatusEvent.submission_id)

    @property
    def columns(self) -> tuple[Any, ...]:
        """As `queries.Event` takes them."""
        return (
            *(StatusEvent.service_id, StatusEvent.at, self.status, self.code),
            *(self.response_ms, self.submission_id),
        )


def corrected_after(submission: Any, verdict: Any) -> sa.ColumnElement[bool]:
    """Whether something that a submission told was corrected by another one after a verdict on it."""
    made, earlier, correcting = aliased(EventCorrection), aliased(EventCorrection), aliased(Submission)
    later = (correcting.id == made.submission_id, correcting.submitted_at > verdict.verified_at)
    first = (*_same(made, StatusEvent), StatusEvent.submission_id == submission.id)
    again = (*_same(made, earlier), earlier.revision < made.revision, earlier.submission_id == submission.id)
    return sa.or_(*(sa.exists().where(*some, *later).correlate(submission, verdict) for some in (first, again)))
