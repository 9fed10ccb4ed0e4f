"""From one figure to a score from 0 to 100, and the sentence that says how it came about."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

from app.catalogues.wording import N_, Wording
from app.indicators.exact import HUNDRED, ZERO, plain, rounded, short, shown
from app.indicators.figures import Opinion
from app.indicators.scheme_terms import Banded, Counting, Function, Linear, Met, Qualitative, Steps

Scored = tuple[Fraction, Wording]


def score_of(function: Function, value: Fraction, precision: int, places: int) -> Scored:
    """The score of a value; `precision` is what it is compared at, `places` the decimals of scores in words.

    Only comparisons with a bound use the rounded value: a line is followed with the figure as it is.
    """
    if isinstance(function, Linear):
        return _linear(function, value, places)
    if isinstance(function, Banded):
        return _banded(function, value, precision)
    if isinstance(function, Steps):
        return _steps(function, value, precision, places)
    if isinstance(function, Met):
        return _met(function, value, precision)
    raise ValueError("a judgement of people has no figure")


def _linear(function: Linear, value: Fraction, places: int) -> Scored:
    start, target = Fraction(function.floor), Fraction(function.target)
    said = {"value": _exact(value), "floor": shown(function.floor), "target": shown(function.target)}
    share = (value - start) / (target - start)
    if share >= 1:
        return HUNDRED, N_("%(value)s 达到目标 %(target)s，得 100 分", **said)
    if share <= 0:
        return ZERO, N_("%(value)s 没有超过起点 %(floor)s，得 0 分", **said)
    said["score"] = plain(share * HUNDRED, places)
    if target > start:
        sentence = N_(
            "%(value)s 介于下限 %(floor)s 与目标 %(target)s 之间："
            "(%(value)s − %(floor)s) ÷ (%(target)s − %(floor)s) × 100 = %(score)s 分",
            **said,
        )
    else:
        sentence = N_(
            "%(value)s 介于目标 %(target)s 与上限 %(floor)s 之间："
            "(%(floor)s − %(value)s) ÷ (%(floor)s − %(target)s) × 100 = %(score)s 分",
            **said,
        )
    return share * HUNDRED, sentence


def _banded(function: Banded, value: Fraction, precision: int) -> Scored:
    band = function.bands.band_of(rounded(value, precision))
    reason = N_(
        "%(compared)s，属于“%(band)s”一档，得 %(score)s 分",
        compared=compared(value, precision),
        band=function.bands.words(band),
        score=shown(band.worth),
    )
    return Fraction(band.worth), reason


def _steps(function: Steps, value: Fraction, precision: int, places: int) -> Scored:
    count, distance = steps_from(function, value, precision)
    said: dict[str, object] = {"compared": compared(value, precision), "aim": function.aim.words()}
    if not count:
        return HUNDRED, N_("%(compared)s，要求%(aim)s，不扣分，得 100 分", **said)
    lost = lost_by(function, count)
    score = max(ZERO, HUNDRED - lost)
    said |= {
        "distance": short(distance, precision),
        "step": shown(function.step),
        "points": shown(function.points),
        "count": str(count),
        "lost": short(lost, places),
        "score": short(score, places),
    }
    return score, N_(
        "%(compared)s，要求%(aim)s，相差 %(distance)s；每 %(step)s 扣 %(points)s 分，计 %(count)s 步，"
        "扣 %(lost)s 分，得 %(score)s 分",
        **said,
    )


def _met(function: Met, value: Fraction, precision: int) -> Scored:
    said: dict[str, object] = {"compared": compared(value, precision), "aim": function.aim.words()}
    if function.aim.distance(rounded(value, precision)) == 0:
        return HUNDRED, N_("%(compared)s，要求%(aim)s，达到，得 100 分", **said)
    return ZERO, N_("%(compared)s，要求%(aim)s，未达到，得 0 分", **said)


def mean_of(opinions: Sequence[Opinion], function: Qualitative, places: int) -> Scored | None:
    """The mean of what the scorers gave; None when there are too few of them."""
    if len(opinions) < function.scorers:
        return None
    mean = sum((Fraction(one.score) for one in opinions), ZERO) / len(opinions)
    listed = "、".join(f"{one.scorer} {shown(one.score)}" for one in sorted(opinions, key=_by_name))
    reason = N_(
        "%(n)s 名评分人的平均分（%(listed)s）为 %(score)s 分",
        n=str(len(opinions)),
        listed=listed,
        score=plain(mean, places),
    )
    return mean, reason


def _by_name(opinion: Opinion) -> tuple[str, Fraction]:
    return opinion.scorer, Fraction(opinion.score)


# --- what deductions count the same way ------------------------------------------------------------------------------


def compared(value: Fraction, precision: int) -> str:
    """The value, and what it is compared as where that differs."""
    exact, at_precision = _exact(value), short(rounded(value, precision), precision)
    if exact == at_precision:
        return exact
    return N_("%(value)s（按 %(n)s 位小数比较为 %(compared)s）", value=exact, n=str(precision), compared=at_precision)


def steps_from(function: Steps, value: Fraction, precision: int) -> tuple[int, Fraction]:
    """How many steps a value is on the wrong side, and how far."""
    distance = function.aim.distance(rounded(value, precision))
    steps = distance / Fraction(function.step)
    return (ceil(steps) if function.counting is Counting.BEGUN else floor(steps)), distance


def lost_by(function: Steps, count: int) -> Fraction:
    lost = count * Fraction(function.points)
    return lost if function.most is None else min(lost, Fraction(function.most))


def _exact(value: Fraction) -> str:
    """A figure in words; figures come with at most twelve decimals."""
    return short(value, 12)
