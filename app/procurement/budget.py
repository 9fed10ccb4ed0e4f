"""What may be spent on a project's purchases, and which of them pass it: pure, in whole fen."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MONTHS_A_YEAR = 12
OPERATE, BUILD_AND_OPERATE = "operate", "build_and_operate"


@dataclass(frozen=True)
class Limits:
    """What is approved: for everything that is built, once; for operating, a year. None is not on record."""

    investment_fen: int | None
    operating_fen: int | None


@dataclass(frozen=True)
class Spent:
    """A purchase with what it costs, and with the budget that it was given. Months of operating, where it is bought."""

    number: int
    purpose: str
    fen: int
    budget_fen: int
    months: int | None


def allowed(design_budget_fen: int | None, estimate_fen: int | None, operating_fen: int | None) -> Limits:
    """The design budget limits what is built; of a project that has none, its estimate does."""
    return Limits(design_budget_fen if design_budget_fen is not None else estimate_fen, operating_fen)


def operating_share(limits: Limits, months: int | None) -> int | None:
    """What operating may cost over so many months, half up; None where no yearly budget is on record."""
    if limits.operating_fen is None or months is None:
        return None
    exact = Decimal(limits.operating_fen) * months / MONTHS_A_YEAR
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def for_building(purpose: str, fen: int, months: int | None, limits: Limits) -> int:
    """How much of a contract is for building: nothing where operating is bought, all but its share where both are."""
    if purpose == OPERATE:
        return 0
    if purpose == BUILD_AND_OPERATE:
        return max(0, fen - (operating_share(limits, months) or 0))
    return fen


def investment_limit(limits: Limits, listed: Iterable[Spent]) -> int | None:
    """What everything that is built may cost; operating that is bought together with it adds its own share."""
    shares = [operating_share(limits, one.months) for one in listed if one.purpose == BUILD_AND_OPERATE]
    if limits.investment_fen is None or None in shares:
        return None
    return limits.investment_fen + sum(share for share in shares if share is not None)


def over_limit(listed: Iterable[Spent], limits: Limits) -> int | None:
    """How many purchases pass their own budget or what is approved; None when that cannot be told."""
    spent = sorted(listed, key=lambda one: one.number)
    built = [one for one in spent if one.purpose != OPERATE]
    roof = investment_limit(limits, built)
    total, over = 0, 0
    for one in spent:
        bound = operating_share(limits, one.months) if one.purpose == OPERATE else roof
        if bound is None:
            return None
        if one.purpose != OPERATE:
            total += one.fen
        reached = one.fen if one.purpose == OPERATE else total
        over += one.fen > one.budget_fen or reached > bound
    return over
