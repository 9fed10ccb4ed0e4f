"""Reads for those who judge figures: what is doubted and by whom, and what is their own and so judged by others."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.contracts.models import Contract
from app.core.actors import Actor
from app.core.db import db
from app.core.periods import Period
from app.figures.kinds import Source, Verdict
from app.figures.models import Figure, Submission, Verification, VerifiedFigure
from app.figures.queries import is_current, newest_verdict, sheaf, unverified


def count_doubted(contract: Contract, period: Period) -> int:
    """Standing figures of a period that were last doubted, and of which no earlier revision was verified."""
    earlier = aliased(Figure)
    same = (
        *(earlier.contract_id == Figure.contract_id, earlier.service_id == Figure.service_id),
        *(earlier.indicator_code == Figure.indicator_code, earlier.period == Figure.period),
        *(earlier.channel == Figure.channel, earlier.source == Figure.source),
    )
    verified = sa.exists().where(
        *same,
        earlier.revision < Figure.revision,
        VerifiedFigure.figure_id == earlier.id,
        Verification.id == VerifiedFigure.verification_id,
        Verification.verdict == Verdict.VERIFIED,
    )
    inside = (Figure.starts_at >= period.start, Figure.starts_at < period.end, Figure.ends_at <= period.end)
    doubted = sa.select(sa.func.count(Figure.id)).where(
        Figure.contract_id == contract.id,
        *inside,
        is_current(),
        newest_verdict() == Verdict.DOUBTED,
        ~verified.correlate(Figure),
    )
    return db.session.scalar(doubted) or 0


def standing_doubts(figure_ids: Iterable[int]) -> set[int]:
    """Who doubted any of these figures by its newest verdict."""
    ids = list(figure_ids)
    newest = (
        sa.select(sa.func.max(VerifiedFigure.verification_id))
        .where(VerifiedFigure.figure_id.in_(ids))
        .group_by(VerifiedFigure.figure_id)
    )
    doubted = (Verification.id.in_(newest), Verification.verdict == Verdict.DOUBTED)
    return set(db.session.scalars(sa.select(Verification.user_id).where(*doubted)))


def own_sheaves(actor: Actor, contract: Contract) -> set[tuple[str, Source]]:
    """Which waiting sheaves hold figures of the actor's own organisation: another party verifies them (I5)."""
    rows = db.session.execute(
        unverified(contract)
        .join(Submission, Submission.id == Figure.submission_id)
        .where(sa.or_(Submission.organisation_id == actor.organisation_id, Submission.user_id == actor.user_id))
        .with_only_columns(sheaf(), Figure.source)
        .distinct()
    )
    return {(period, source) for period, source in rows}
