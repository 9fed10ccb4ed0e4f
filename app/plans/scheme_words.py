"""A scheme in sentences: how a figure becomes a score, what a missing one means, what points cost."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from app.catalogues.wording import N_, Wording
from app.core.money import show_fen
from app.indicators.exact import HUNDRED, short, shown
from app.indicators.scheme_terms import (
    Amount,
    Banded,
    Charge,
    Counting,
    DeductionRule,
    DeductionTerms,
    Function,
    Handling,
    Item,
    Linear,
    Measure,
    Member,
    Met,
    MissingRule,
    PercentPerPoint,
    PercentPerUnit,
    PerFailure,
    PerPoint,
    Qualitative,
    Scheme,
    SmallRule,
    Steps,
)

_MISSING = {
    MissingRule.HOLD: N_("缺数据时暂缓出分"),
    MissingRule.REWEIGHT: N_("缺数据时不计入，权重分给其他项"),
    MissingRule.ZERO: N_("缺数据时以 0 分计"),
}
_SMALL = {
    SmallRule.HOLD: N_("分母少于 %(n)s 时暂缓出分"),
    SmallRule.REWEIGHT: N_("分母少于 %(n)s 时不计入"),
}


def function_words(function: Function) -> list[Wording]:
    """How a value becomes a score from 0 to 100."""
    if isinstance(function, Linear):
        return [_linear(function)]
    if isinstance(function, Banded):
        return [
            N_("%(band)s：%(score)s 分", band=function.bands.words(band), score=shown(band.worth))
            for band in function.bands.bands
        ]
    if isinstance(function, Steps):
        return list(_steps(function))
    if isinstance(function, Met):
        return [N_("%(aim)s 时得 100 分，否则 0 分", aim=function.aim.words())]
    return [N_("不少于 %(n)s 名评分人打分，取平均分", n=str(function.scorers))]


def _linear(function: Linear) -> Wording:
    said = {"floor": shown(function.floor), "target": shown(function.target)}
    if function.target > function.floor:
        return N_("不高于 %(floor)s 得 0 分，不低于 %(target)s 得 100 分，其间按比例", **said)
    return N_("不低于 %(floor)s 得 0 分，不高于 %(target)s 得 100 分，其间按比例", **said)


def _steps(function: Steps) -> Iterator[Wording]:
    yield N_(
        "%(aim)s 时不扣分，此外每 %(step)s 扣 %(points)s 分",
        aim=function.aim.words(),
        step=shown(function.step),
        points=shown(function.points),
    )
    yield N_("不足一步按一步计") if function.counting is Counting.BEGUN else N_("不足一步不计")
    if function.most is not None:
        yield N_("最多扣 %(most)s 分", most=shown(function.most))


def handling_words(handling: Handling, scheme: Scheme) -> list[Wording]:
    """What a missing, a small or a repeated figure means."""
    found = [_MISSING[handling.missing]]
    if handling.min_denominator is not None:
        found.append(N_(_SMALL[handling.small].msgid, n=shown(handling.min_denominator)))
    if handling.repeats and scheme.repeat_factor > 1:
        found.append(N_("连续两期未达标，失分按 %(factor)s 倍计", factor=shown(scheme.repeat_factor)))
    return found


def item_handling_words(item: Item, scheme: Scheme) -> list[Wording]:
    """The same for an item; people's judgement has no denominator."""
    if isinstance(item.function, Qualitative):
        return [_MISSING[item.handling.missing]]
    return handling_words(item.handling, scheme)


def share_of(item: Item, path: tuple[Member, ...]) -> str:
    """What an item weighs in the total, in percent, where nothing is left out."""
    share = Fraction(item.weight)
    for group in path:
        share = share * Fraction(group.weight) / HUNDRED
    return short(share, 2)


def grade_words(scheme: Scheme) -> list[tuple[str, str, Wording]]:
    """Each grade with its name in both languages and where it begins."""
    return [
        (
            grade.name.zh,
            grade.name.en,
            N_("其余") if grade.at_least is None else N_("不低于 %(bound)s 分", bound=shown(grade.at_least)),
        )
        for grade in scheme.grades
    ]


# --- deductions ------------------------------------------------------------------------------------------------------


def rule_words(rule: DeductionRule) -> list[Wording]:
    """What costs points, and what they cost."""
    return [*_measure(rule.measure, rule.charge), *(_charge(rule.charge) if rule.charge else ())]


def _measure(measure: Measure, charge: Charge | None) -> list[Wording]:
    if isinstance(measure, Banded):
        return [
            N_("%(band)s：扣 %(points)s 分", band=measure.bands.words(band), points=shown(band.worth))
            for band in measure.bands.bands
        ]
    if isinstance(measure, Steps):
        return list(_steps(measure))
    if isinstance(charge, PercentPerUnit | PerFailure):
        return [N_("要求%(aim)s", aim=measure.aim.words())]
    return [N_("%(aim)s 时不扣分，否则扣 %(points)s 分", aim=measure.aim.words(), points=shown(measure.points))]


def _charge(charge: Charge) -> list[Wording]:
    if isinstance(charge, PerPoint):
        return [N_("每分 %(yuan)s 元", yuan=show_fen(charge.fen))]
    if isinstance(charge, PercentPerPoint):
        return [N_("每分为当期费用的 %(percent)s%%", percent=shown(charge.percent))]
    if isinstance(charge, PercentPerUnit):
        return [N_("每相差 1 扣当期费用的 %(percent)s%%", percent=shown(charge.percent))]
    if isinstance(charge, PerFailure):
        return [N_("未达到一次扣 %(yuan)s 元", yuan=show_fen(charge.fen))]
    return [N_("按风险金额的 %(percent)s%% 分摊", percent=shown(charge.allocation))]


def bounds_words(terms: DeductionTerms) -> list[Wording]:
    """What bounds the sum of all deductions."""
    found = []
    if terms.period_cap is not None:
        found.append(N_("每期最多扣%(amount)s", amount=_amount(terms.period_cap)))
    if terms.annual_cap is not None:
        found.append(N_("每年最多扣%(amount)s", amount=_amount(terms.annual_cap)))
    if terms.carry_over:
        found.append(N_("超出上限的部分结转下期"))
    if terms.earn_back is not None:
        periods, percent = str(terms.earn_back.periods), shown(terms.earn_back.percent)
        found.append(N_("此后连续 %(n)s 期没有扣分的，返还 %(percent)s%%", n=periods, percent=percent))
    return found


def _amount(amount: Amount) -> Wording:
    if amount.fen is not None:
        return N_(" %(yuan)s 元", yuan=show_fen(amount.fen))
    return N_("费用的 %(percent)s%%", percent=shown(amount.percent or Decimal(0)))
