"""What a scheme is made of: items with weights and scoring functions, grades, bonus, vetoes, deduction rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.catalogues.reading import Bilingual, Head
from app.catalogues.wording import N_, Wording
from app.indicators.bands import Bands
from app.indicators.exact import HUNDRED, ZERO, shown

# The total score of the same period, as the figure of a deduction rule.
TOTAL = "total"


class MissingRule(StrEnum):
    """What a figure that is not there counts as."""

    HOLD = "hold"
    REWEIGHT = "reweight"
    ZERO = "zero"


class SmallRule(StrEnum):
    """What a percentage of too few cases counts as; never as zero: it says nothing against anybody."""

    HOLD = "hold"
    REWEIGHT = "reweight"


class Counting(StrEnum):
    """Whether a step that is only begun counts."""

    BEGUN = "begun"
    WHOLE = "whole"


@dataclass(frozen=True)
class Aim:
    """What is wanted: at least, at most, or a range."""

    at_least: Decimal | None
    at_most: Decimal | None

    def distance(self, value: Fraction) -> Fraction:
        """How far a value is on the wrong side; zero where the aim is met."""
        low = ZERO if self.at_least is None else Fraction(self.at_least) - value
        high = ZERO if self.at_most is None else value - Fraction(self.at_most)
        return max(low, high, ZERO)

    def words(self) -> Wording:
        if self.at_least is None:
            return N_("不高于 %(bound)s", bound=shown(self.at_most or Decimal(0)))
        if self.at_most is None:
            return N_("不低于 %(bound)s", bound=shown(self.at_least))
        return N_("%(low)s 至 %(high)s", low=shown(self.at_least), high=shown(self.at_most))


# --- scoring functions -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Linear:
    """0 at the floor, 100 at the target, in between in proportion; the floor is above where less is better."""

    floor: Decimal
    target: Decimal
    kind: str = "linear"


@dataclass(frozen=True)
class Banded:
    """What the band of a value is worth: a score here, points in a deduction rule."""

    bands: Bands
    kind: str = "bands"


@dataclass(frozen=True)
class Steps:
    """Points off for each step away from the aim; `most` bounds them."""

    aim: Aim
    step: Decimal
    points: Decimal
    counting: Counting
    most: Decimal | None = None
    kind: str = "steps"


@dataclass(frozen=True)
class Met:
    """All or nothing; `points` are what a deduction rule takes when the aim is not met."""

    aim: Aim
    points: Decimal = Decimal(100)
    kind: str = "met"


@dataclass(frozen=True)
class Qualitative:
    """The mean of what named scorers gave; fewer of them than `scorers` is a missing figure."""

    scorers: int
    kind: str = "qualitative"


Function = Linear | Banded | Steps | Met | Qualitative
Measure = Banded | Steps | Met


# --- the tree --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Handling:
    """How a figure is taken before it is judged; the scheme's own rules unless the item says otherwise."""

    precision: int
    missing: MissingRule
    min_denominator: Decimal | None
    small: SmallRule
    repeats: bool


@dataclass(frozen=True)
class Item:
    """A leaf of the tree: one figure, or one judgement of people."""

    code: str
    name: Bilingual | None
    weight: Decimal
    function: Function
    handling: Handling
    # A qualitative item may have a code of its own instead of an indicator's.
    of_indicator: bool = True


@dataclass(frozen=True)
class Group:
    """A branch: the weights of its members make 100 among themselves."""

    code: str
    name: Bilingual
    weight: Decimal
    members: "tuple[Item | Group, ...]"


Member = Item | Group


@dataclass(frozen=True)
class Grade:
    """A word for totals from `at_least` on; the last one has no bound."""

    name: Bilingual
    at_least: Decimal | None


@dataclass(frozen=True)
class BonusItem:
    """`points` for each whole `per` of an indicator."""

    indicator: str
    points: Decimal
    per: Decimal


@dataclass(frozen=True)
class Bonus:
    """Points on top, never more than the cap, and never a total above 100."""

    cap: Decimal
    items: tuple[BonusItem, ...]


@dataclass(frozen=True)
class Veto:
    """Something that makes the grade the last one whatever the total is."""

    code: str
    name: Bilingual


# --- deductions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Amount:
    """Whole fen, or a percentage of a fee."""

    percent: Decimal | None = None
    fen: int | None = None

    def of(self, fee_fen: int) -> Fraction:
        return Fraction(self.fen) if self.fen is not None else Fraction(self.percent or 0) * fee_fen / HUNDRED


@dataclass(frozen=True)
class PerPoint:
    fen: int


@dataclass(frozen=True)
class PercentPerPoint:
    percent: Decimal


@dataclass(frozen=True)
class PercentPerUnit:
    """Of the fee for each unit (percentage point) on the wrong side of the aim."""

    percent: Decimal


@dataclass(frozen=True)
class PerFailure:
    fen: int


@dataclass(frozen=True)
class PoolShare:
    """Pool × allocation × at-risk amount."""

    allocation: Decimal


Charge = PerPoint | PercentPerPoint | PercentPerUnit | PerFailure | PoolShare


@dataclass(frozen=True)
class DeductionRule:
    """One indicator (or the total score), the points it costs, and the money they come to."""

    code: str
    indicator: str
    name: Bilingual | None
    measure: Measure
    handling: Handling
    charge: Charge | None


@dataclass(frozen=True)
class EarnBack:
    """After so many clean periods in a row a percentage of what was deducted before them is given back."""

    periods: int
    percent: Decimal


@dataclass(frozen=True)
class DeductionTerms:
    """All rules, and what bounds their sum."""

    rules: tuple[DeductionRule, ...]
    at_risk: Amount | None = None
    pool: Decimal | None = None
    period_cap: Amount | None = None
    annual_cap: Amount | None = None
    carry_over: bool = False
    earn_back: EarnBack | None = None


@dataclass(frozen=True)
class Scheme:
    """One version of one scheme. `rounding` is the number of decimals of every score that is shown."""

    head: Head
    rounding: int
    repeat_factor: Decimal
    members: tuple[Member, ...]
    grades: tuple[Grade, ...]
    bonus: Bonus | None
    vetoes: tuple[Veto, ...]
    deductions: DeductionTerms

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(leaves(self.members))

    @property
    def figure_codes(self) -> frozenset[str]:
        """The indicators whose figures the scheme reads."""
        scored = {item.code for item in self.items if not isinstance(item.function, Qualitative)}
        extra = {one.indicator for one in self.bonus.items} if self.bonus else set()
        return frozenset(scored | extra | {rule.indicator for rule in self.deductions.rules}) - {TOTAL}

    @property
    def opinion_codes(self) -> frozenset[str]:
        """The items that people judge."""
        return frozenset(item.code for item in self.items if isinstance(item.function, Qualitative))

    def grade_of(self, total: Fraction) -> Grade:
        return next(one for one in self.grades if one.at_least is None or total >= Fraction(one.at_least))


def leaves(members: tuple[Member, ...]) -> Iterator[Item]:
    for member in members:
        if isinstance(member, Group):
            yield from leaves(member.members)
        else:
            yield member
