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
    """A purchase with what it costs, and with the budget that it was given. Months of operating, where it is bought.

    `adds_to` is the number of the purchase whose contract it adds to.
    """

    number: int
    purpose: str
    fen: int
    budget_fen: int
    months: int | None
    adds_to: int | None = None


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


def measured(own: Spent, others: Iterable[Spent], limits: Limits) -> tuple[int | None, int]:
    """What may be spent on a purchase together with those that are paid from the same sum, and what they come to.

    Operations follow one another, each with its own term; what is added to one is paid from the term of that one.
    """
    listed = list(others)
    if own.purpose == OPERATE:
        whole = own.adds_to
        beside = [one for one in listed if whole is not None and whole in (one.number, one.adds_to)]
        months = next((one.months for one in beside if one.number == whole), own.months)
        return operating_share(limits, months), own.fen + sum(one.fen for one in beside)
    built = [*(one for one in listed if one.purpose != OPERATE), own]
    return investment_limit(limits, built), sum(one.fen for one in built)


def over_limit(listed: Iterable[Spent], limits: Limits) -> int | None:
    """How many purchases pass their own budget or what is approved; None when that cannot be told."""
    spent = sorted(listed, key=lambda one: one.number)
    built = [one for one in spent if one.purpose != OPERATE]
    roof = investment_limit(limits, built)
    terms = {one.number: one.months for one in spent}
    reached: dict[int, int] = {}
    over = 0
    for one in spent:
        # All that is built is paid from one sum; what is added to operating from that of what it adds to.
        operates = one.purpose == OPERATE
        paid_from = (one.adds_to or one.number) if operates else 0
        bound = operating_share(limits, terms.get(paid_from)) if operates else roof
        if bound is None:
            return None
        reached[paid_from] = reached.get(paid_from, 0) + one.fen
        over += one.fen > one.budget_fen or reached[paid_from] > bound
    return over
