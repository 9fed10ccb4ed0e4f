"""What planned services become in a contract that is drawn: expected use and fees by the month, pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

MONTHS_A_YEAR = 12
FEN_PER_YUAN = 100


@dataclass(frozen=True)
class Planned:
    """A service as it was declared: its use in the first year, and what one unit may cost in yuan."""

    forecast_year: int | None
    unit_price: Decimal | None


@dataclass(frozen=True)
class Drawn:
    """The line that comes of it: expected use a month, and either a unit price or a monthly fee in fen."""

    volume: int | None
    unit_price: Decimal | None
    fee_fen: int | None


def monthly(forecast_year: int | None) -> int | None:
    """A twelfth of a year's use, half up."""
    if forecast_year is None:
        return None
    return int((Decimal(forecast_year) / MONTHS_A_YEAR).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def drawn(planned: Sequence[Planned], award_fen: int, months: int) -> list[Drawn]:
    """A line for each service: by use where its price and use are known, else an equal share of what is left.

    Together they stay within the award as long as what is paid by use does; shares are rounded down for that.
    """
    volumes = [monthly(one.forecast_year) for one in planned]
    by_use = [
        one.unit_price * volume if one.unit_price is not None and volume else None
        for one, volume in zip(planned, volumes, strict=True)
    ]
    used = sum((one for one in by_use if one is not None), Decimal(0)) * FEN_PER_YUAN * months
    shares = sum(one is None for one in by_use)
    fee = _share(Decimal(award_fen) - used, shares * months) or _share(Decimal(award_fen), len(planned) * months) or 1
    return [
        Drawn(volume, one.unit_price, None) if cost is not None else Drawn(volume, None, fee)
        for one, volume, cost in zip(planned, volumes, by_use, strict=True)
    ]


def _share(fen: Decimal, parts: int) -> int:
    if fen <= 0 or not parts:
        return 0
    return int((fen / parts).quantize(Decimal(1), rounding=ROUND_FLOOR))
