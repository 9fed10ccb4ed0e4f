"""In place of a correction that management doubts: the latest earlier revision of the same figure that was verified."""

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa

from app.contracts.models import Contract
from app.core.db import db
from app.figures.kinds import Verdict
from app.figures.models import Figure
from app.figures.queries import CurrentFigure, newest_verdict

Key = tuple[int, str, str, str, str]


def counting(contract: Contract, figures: Iterable[CurrentFigure]) -> list[tuple[CurrentFigure, int]]:
    """Each figure as it counts, with the number of the doubted revision that it stands in for (0: none).

    A bogus correction holds nothing up: what was verified before counts on. One query, however many are doubted.
    """
    given = list(figures)
    earlier = _verified(contract, [one for one in given if one.verdict is Verdict.DOUBTED and one.revision > 1])
    found = []
    for one in given:
        row = earlier.get(_key(one))
        found.append((one, 0) if row is None else (_stand_in(one, row), one.revision))
    return found


def _key(one: CurrentFigure) -> Key:
    return *one.key, one.source.value


def _verified(contract: Contract, doubted: list[CurrentFigure]) -> dict[Key, Figure]:
    """The highest verified revision of each doubted figure."""
    if not doubted:
        return {}
    rows = db.session.scalars(
        sa.select(Figure)
        .where(
            Figure.contract_id == contract.id,
            Figure.service_id.in_({one.service_id for one in doubted}),
            Figure.indicator_code.in_({one.indicator for one in doubted}),
            Figure.period.in_({one.period for one in doubted}),
            Figure.source.in_({one.source for one in doubted}),
            newest_verdict() == Verdict.VERIFIED,
        )
        .order_by(Figure.revision)
    )
    wanted = {_key(one) for one in doubted}
    found = {(row.service_id, row.indicator_code, row.period, row.channel, row.source.value): row for row in rows}
    return {key: row for key, row in found.items() if key in wanted}


def _stand_in(one: CurrentFigure, row: Figure) -> CurrentFigure:
    return replace(
        one,
        id=row.id,
        revision=row.revision,
        standing=row.standing,
        value=row.value,
        denominator=row.denominator,
        reason=row.reason,
        evidence=row.evidence,
        submission_id=row.submission_id,
        verdict=Verdict.VERIFIED,
    )
