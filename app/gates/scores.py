"""Scores of a panel: the sum over its criteria, and the mean over its experts, rounded once, half up."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

_TENTH = Decimal("0.1")


def mean_of(scores: Sequence[int]) -> Decimal | None:
    """The mean to a tenth of a point, half up; None where nobody has scored: no score is not a score of zero."""
    if not scores:
        return None
    return (Decimal(sum(scores)) / len(scores)).quantize(_TENTH, ROUND_HALF_UP)


def tenths(points: Decimal | int) -> int:
    """Points as the whole number that conditions compare."""
    return int(Decimal(points) * 10)
