"""How much a service was used against its baseline, from reported figures; missing, not required and zero kept apart.

Online share: as reported (KI-042), otherwise the online part of the volume over its denominator, or over the volume.
Without any volume there is no share: not applicable, neither 0 % nor missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

VOLUME, ONLINE_SHARE, ATTAINMENT, SATISFACTION = "KI-040", "KI-042", "KI-043", "KI-050"
ONLINE = "online"


class Having(StrEnum):
    """A number is there (zero is one), it is owed and is not there, or nobody owes it."""

    VALUE = "value"
    MISSING = "missing"
    NOT_REQUIRED = "not_required"


@dataclass(frozen=True)
class Reported:
    """A figure as it stands; `having` is what was said of it."""

    id: int
    having: Having
    value: Decimal | None
    denominator: Decimal | None
    verified: bool


@dataclass(frozen=True)
class Amount:
    """One number of a service in a period, with the figures it rests on; `verified` only when all of them are."""

    having: Having
    value: Fraction | None = None
    figures: tuple[int, ...] = ()
    verified: bool = False


@dataclass(frozen=True)
class Use:
    """The use of one service in one period; `baseline` is what was expected of it, None where nothing was agreed."""

    period: str
    volume: Amount
    baseline: int | None
    attainment: Amount
    online: Amount
    satisfaction: Amount


NOT_REQUIRED, MISSING = Amount(Having.NOT_REQUIRED), Amount(Having.MISSING)
Figures = Mapping[tuple[str, str], Reported]  # by indicator and channel


def use_of(period: str, figures: Figures, volume_code: str, baseline: int | None, owed: Callable[[str], bool]) -> Use:
    """`owed` says of an indicator whether it is due for the service in periods of this kind."""
    volume = _amount(figures.get((volume_code, "")), owed(volume_code) or baseline is not None)
    return Use(
        period=period,
        volume=volume,
        baseline=baseline,
        attainment=_attainment(volume, figures.get((ATTAINMENT, "")), baseline, owed(ATTAINMENT)),
        online=_online(volume, figures, volume_code, owed(ONLINE_SHARE)),
        satisfaction=_amount(figures.get((SATISFACTION, "")), owed(SATISFACTION)),
    )


def _amount(figure: Reported | None, owed: bool) -> Amount:
    if figure is None:
        return MISSING if owed else NOT_REQUIRED
    value = None if figure.value is None else Fraction(figure.value)
    return Amount(figure.having, value, (figure.id,), figure.verified)


def _attainment(volume: Amount, reported: Reported | None, baseline: int | None, owed: bool) -> Amount:
    """Volume in percent of the baseline; without one only what was reported."""
    if baseline is None:
        return _amount(reported, owed)
    if volume.having is not Having.VALUE or volume.value is None:
        return Amount(volume.having, None, volume.figures, volume.verified)
    if baseline == 0:
        return Amount(Having.NOT_REQUIRED, None, volume.figures, volume.verified)
    return Amount(Having.VALUE, volume.value / baseline * 100, volume.figures, volume.verified)


def _online(volume: Amount, figures: Figures, volume_code: str, owed: bool) -> Amount:
    reported = figures.get((ONLINE_SHARE, ""))
    if reported is not None:
        return _amount(reported, owed)
    if volume.value == 0:
        return Amount(Having.NOT_REQUIRED, None, volume.figures, volume.verified)
    part = figures.get((volume_code, ONLINE))
    if part is None or part.value is None:
        return _amount(part, owed)
    whole = volume.value if part.denominator is None else Fraction(part.denominator)
    based = (part.id,) if part.denominator is not None else (part.id, *volume.figures)
    verified = part.verified and (part.denominator is not None or volume.verified)
    if whole is None:
        return Amount(Having.MISSING, None, based, verified)
    if whole == 0:
        return Amount(Having.NOT_REQUIRED, None, based, verified)
    return Amount(Having.VALUE, Fraction(part.value) / whole * 100, based, verified)
