"""How much a change moves of what was approved, with all that was moved before it, and which way it therefore goes.

Three percentages are told apart: the design budget over the estimate (110 %) is judged at approval, additions to a
contract (10 %) with the contract; this is the third, money that is moved while building (15 % of the approved budget).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

# Percent of the approved budget that the client may move by itself and file. The gate has the same as data.
FILED_WITHIN = 15
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Moved:
    """Money that lines of cost move: between lines or out of the budget counts once. `net` is what is added."""

    gross: int = 0
    net: int = 0

    def __add__(self, other: "Moved") -> "Moved":
        return Moved(self.gross + other.gross, self.net + other.net)


def moved_by(deltas: Iterable[int]) -> Moved:
    """What lines come to: taking from one to give to another moves it once, not twice."""
    listed = list(deltas)
    more = sum(one for one in listed if one > 0)
    less = -sum(one for one in listed if one < 0)
    return Moved(max(more, less), more - less)


def share(part: int, whole: int | None) -> Decimal | None:
    """Percent of the whole, rounded up so that what is above a limit never looks as if it kept to it.

    None where the whole is not known, or is nothing.
    """
    if not whole:
        return None
    return (Decimal(part) * 100 / whole).quantize(_HUNDREDTH, ROUND_UP)


def is_within(part: int, whole: int | None, percent: int = FILED_WITHIN) -> bool:
    """Whether a part keeps to so many percent of the whole, the limit itself included; of nothing known, never."""
    return bool(whole) and whole is not None and part * 100 <= whole * percent


@dataclass(frozen=True)
class Case:
    """What decides which way a change goes: what was approved, what this and all earlier changes move, what it is for.

    `usual` is whether its ground is one of those on which the client may act by itself.
    """

    approved: int | None
    moved: Moved
    earlier: Moved
    aim_kept: bool
    usual: bool

    @property
    def together(self) -> Moved:
        return self.moved + self.earlier


def why_approval(case: Case) -> Iterator[str]:
    """Every reason for which a change is not filed but approved anew; none: it is filed."""
    if not case.aim_kept:
        yield "aim"
    if not case.usual:
        yield "ground"
    if case.together.net > 0:
        yield "over_budget"
    if not case.approved:
        yield "unknown_budget"
    elif not is_within(case.together.gross, case.approved):
        yield "over_limit"
