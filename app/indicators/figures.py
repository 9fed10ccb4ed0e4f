"""Figures as scores and deductions take them, and what becomes of one that is missing, not required or too small."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.catalogues.wording import N_, Wording
from app.indicators.exact import shown
from app.indicators.scheme_terms import Handling, MissingRule, SmallRule


@dataclass(frozen=True)
class Figure:
    """A value, or a declared missing one; `required` is false where the contract asks for none.

    A value that was calculated goes on for ever sometimes: then `value` is what is shown and `exact` what is judged.
    """

    value: Decimal | None
    denominator: Decimal | None = None
    required: bool = True
    exact: Fraction | None = None

    @property
    def amount(self) -> Fraction:
        """The number that is judged; nothing where there is no value."""
        return self.exact if self.exact is not None else Fraction(self.value or 0)


MISSING = Figure(None)
NOT_REQUIRED = Figure(None, required=False)


@dataclass(frozen=True)
class Opinion:
    """What one named scorer gave, 0 to 100."""

    scorer: str
    score: Decimal

    def __post_init__(self) -> None:
        if not 0 <= self.score <= 100:
            raise ValueError(f"not a score from 0 to 100: {self.score}")


@dataclass(frozen=True)
class Inputs:
    """All that a period is scored from; `failed_before` are the codes that failed in the period just before."""

    figures: Mapping[str, Figure]
    opinions: Mapping[str, tuple[Opinion, ...]] = field(default_factory=dict)
    vetoes: tuple[str, ...] = ()
    failed_before: frozenset[str] = frozenset()

    def figure(self, code: str) -> Figure:
        """The figure of an indicator; one that nobody gave is missing."""
        return self.figures.get(code, MISSING)

    def as_plain(self) -> dict[str, object]:
        """Text and lists only, in one order: what the digest of the inputs is taken over."""
        return {
            "figures": {code: _plain_figure(figure) for code, figure in self.figures.items()},
            "opinions": {
                code: sorted([one.scorer, shown(one.score)] for one in given) for code, given in self.opinions.items()
            },
            "vetoes": sorted(set(self.vetoes)),
            "failed_before": sorted(self.failed_before),
        }


def _plain_figure(figure: Figure) -> dict[str, object]:
    return {
        "value": None if figure.value is None else shown(figure.value),
        "denominator": None if figure.denominator is None else shown(figure.denominator),
        "required": figure.required,
        **({} if figure.exact is None else {"exact": str(figure.exact)}),
    }


class State(StrEnum):
    """What there was to judge: four things that are never mixed up."""

    GIVEN = "given"
    MISSING = "missing"
    NOT_REQUIRED = "not_required"
    SMALL = "small"


class Effect(StrEnum):
    """What follows from it."""

    COUNTED = "counted"
    EXCLUDED = "excluded"
    HELD = "held"
    ZERO = "zero"


@dataclass(frozen=True)
class Taken:
    """A figure after the rules for what is not there."""

    state: State
    effect: Effect
    reason: Wording


GIVEN = Taken(State.GIVEN, Effect.COUNTED, N_("有数据"))


def take(figure: Figure, handling: Handling) -> Taken:
    """Whether a figure is judged, and otherwise what it counts as and why."""
    if not figure.required:
        return Taken(State.NOT_REQUIRED, Effect.EXCLUDED, N_("合同不要求这项数据，不计入"))
    if figure.value is None:
        return missing(handling.missing)
    least = handling.min_denominator
    if least is None or figure.denominator is None or figure.denominator >= least:
        return GIVEN
    values = {"denominator": shown(figure.denominator), "least": shown(least)}
    if handling.small is SmallRule.HOLD:
        reason = N_("分母 %(denominator)s 少于 %(least)s，比率不作评价；按方案规则暂缓", **values)
        return Taken(State.SMALL, Effect.HELD, reason)
    reason = N_("分母 %(denominator)s 少于 %(least)s，比率不作评价；按方案规则不计入，权重分给其他项", **values)
    return Taken(State.SMALL, Effect.EXCLUDED, reason)


def missing(rule: MissingRule) -> Taken:
    """A figure that ought to be there and is not."""
    effects = {
        MissingRule.HOLD: (Effect.HELD, N_("没有数据；按方案的缺失规则暂缓")),
        MissingRule.REWEIGHT: (Effect.EXCLUDED, N_("没有数据；按方案的缺失规则不计入，权重分给其他项")),
        MissingRule.ZERO: (Effect.ZERO, N_("没有数据；按方案的缺失规则以 0 分计")),
    }
    return Taken(State.MISSING, *effects[rule])
