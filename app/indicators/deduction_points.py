"""What one figure costs: points by severity, more of them for a repeated failure, and the money they come to."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.catalogues.reading import Bilingual
from app.catalogues.wording import N_, Wording
from app.core.money import show_fen
from app.indicators.exact import HUNDRED, ZERO, rounded, short, shown, whole_fen
from app.indicators.figures import Effect, Figure, State, Taken, take
from app.indicators.scheme_terms import (
    Banded,
    DeductionRule,
    Measure,
    Met,
    PercentPerPoint,
    PercentPerUnit,
    PerFailure,
    PerPoint,
    PoolShare,
    Steps,
)
from app.indicators.scoring_functions import compared, lost_by, steps_from

POINT_PLACES = 6


@dataclass(frozen=True)
class Money:
    """What percentages are taken of: the period's fee, and the amount at risk where there is one."""

    fee_fen: int | None
    at_risk: Fraction | None = None
    pool: Decimal | None = None


@dataclass(frozen=True)
class RuleResult:
    """One rule in one period. `points` and `fen` are None while the figure is held; `fen` also without a charge."""

    code: str
    indicator: str
    name: Bilingual | None
    state: State
    effect: Effect
    value: Decimal | None
    measure: str
    base_points: Decimal | None
    multiplier: Decimal
    points: Decimal | None
    fen: int | None
    failed: bool
    reason: Wording
    money_reason: Wording | None


@dataclass(frozen=True)
class _Loss:
    """Points before the repeat rule, how often the rule was broken, and how far the figure is on the wrong side."""

    points: Fraction
    times: int
    distance: Fraction
    reason: Wording


def charge_for(rule: DeductionRule, figure: Figure, money: Money, failed_before: bool, factor: Decimal) -> RuleResult:
    """Points and money of one rule; a failure right after a failed period counts `factor` times, not compounding."""
    taken = take(figure, rule.handling)
    if taken.effect in {Effect.EXCLUDED, Effect.HELD}:
        return _nothing(rule, figure, taken)
    loss = _worst(rule.measure) if taken.effect is Effect.ZERO else _loss(rule, figure)
    failed = loss.points > 0
    repeated = failed and failed_before and rule.handling.repeats
    multiplier = factor if repeated else Decimal(1)
    points = loss.points * Fraction(multiplier)
    fen, money_reason = _fen(rule, loss, points, multiplier, money)
    return RuleResult(
        code=rule.code,
        indicator=rule.indicator,
        name=rule.name,
        state=taken.state,
        effect=taken.effect,
        value=figure.value,
        measure=rule.measure.kind,
        base_points=_points(loss.points),
        multiplier=multiplier,
        points=_points(points),
        fen=fen,
        failed=failed,
        reason=_repeated(loss.reason, points, multiplier) if repeated else loss.reason,
        money_reason=money_reason,
    )


def _repeated(reason: Wording, points: Fraction, multiplier: Decimal) -> Wording:
    return N_(
        "%(first)s；上一期同样未达标，按 %(factor)s 倍扣 %(points)s 分",
        first=reason,
        factor=shown(multiplier),
        points=short(points, POINT_PLACES),
    )


def _nothing(rule: DeductionRule, figure: Figure, taken: Taken) -> RuleResult:
    held = taken.effect is Effect.HELD
    points = None if held else Decimal(0)
    return RuleResult(
        code=rule.code,
        indicator=rule.indicator,
        name=rule.name,
        state=taken.state,
        effect=taken.effect,
        value=figure.value,
        measure=rule.measure.kind,
        base_points=points,
        multiplier=Decimal(1),
        points=points,
        fen=None if held or rule.charge is None else 0,
        failed=False,
        reason=_why_nothing(taken.state, held),
        money_reason=None,
    )


def _why_nothing(state: State, held: bool) -> Wording:
    if state is State.NOT_REQUIRED:
        return N_("合同不要求这项数据，不扣分")
    if state is State.SMALL:
        return N_("分母太小，比率不作评价；按方案规则暂缓") if held else N_("分母太小，比率不作评价；按方案规则不扣分")
    return N_("没有数据；按方案的缺失规则暂缓") if held else N_("没有数据；按方案的缺失规则不扣分")


# --- points ----------------------------------------------------------------------------------------------------------


def _loss(rule: DeductionRule, figure: Figure) -> _Loss:
    value, precision = figure.amount, rule.handling.precision
    measure = rule.measure
    if isinstance(measure, Banded):
        return _loss_by_band(measure, value, precision)
    if isinstance(measure, Steps):
        return _loss_by_steps(measure, value, precision)
    return _loss_if_missed(measure, value, precision)


def _loss_by_band(measure: Banded, value: Fraction, precision: int) -> _Loss:
    band = measure.bands.band_of(rounded(value, precision))
    best = Fraction(measure.bands.bands[0].bound or 0)
    reason = N_(
        "%(compared)s，属于“%(band)s”一档，扣 %(points)s 分",
        compared=compared(value, precision),
        band=measure.bands.words(band),
        points=shown(band.worth),
    )
    points = Fraction(band.worth)
    return _Loss(points, 1 if points else 0, abs(best - value) if points else ZERO, reason)


def _loss_by_steps(measure: Steps, value: Fraction, precision: int) -> _Loss:
    count, distance = steps_from(measure, value, precision)
    points = lost_by(measure, count)
    said: dict[str, object] = {"compared": compared(value, precision), "aim": measure.aim.words()}
    if not count:
        return _Loss(ZERO, 0, ZERO, N_("%(compared)s，要求%(aim)s，不扣分", **said))
    said |= {"distance": short(distance, precision), "step": shown(measure.step), "count": str(count)}
    said |= {"each": shown(measure.points), "points": short(points, POINT_PLACES)}
    reason = N_(
        "%(compared)s，要求%(aim)s，相差 %(distance)s；每 %(step)s 扣 %(each)s 分，计 %(count)s 步，扣 %(points)s 分",
        **said,
    )
    return _Loss(points, count, measure.aim.distance(value), reason)


def _loss_if_missed(measure: Met, value: Fraction, precision: int) -> _Loss:
    said: dict[str, object] = {"compared": compared(value, precision), "aim": measure.aim.words()}
    if measure.aim.distance(rounded(value, precision)) == 0:
        return _Loss(ZERO, 0, ZERO, N_("%(compared)s，要求%(aim)s，达到，不扣分", **said))
    said["points"] = shown(measure.points)
    reason = N_("%(compared)s，要求%(aim)s，未达到，扣 %(points)s 分", **said)
    return _Loss(Fraction(measure.points), 1, measure.aim.distance(value), reason)


def _worst(measure: Measure) -> _Loss:
    """A figure that was owed and not given, where the scheme counts that as nothing done."""
    points = measure.bands.bands[-1].worth if isinstance(measure, Banded) else _most(measure)
    reason = N_("没有数据；按方案的缺失规则扣最多的 %(points)s 分", points=shown(points))
    return _Loss(Fraction(points), 1, ZERO, reason)


def _most(measure: Steps | Met) -> Decimal:
    if isinstance(measure, Met):
        return measure.points
    if measure.most is None:
        raise ValueError("steps without an end have no worst value: the scheme should have been refused")
    return measure.most


def _points(exact: Fraction) -> Decimal:
    return Decimal(short(exact, POINT_PLACES))


# --- money -----------------------------------------------------------------------------------------------------------


def _fen(
    rule: DeductionRule, loss: _Loss, points: Fraction, multiplier: Decimal, money: Money
) -> tuple[int | None, Wording | None]:
    """The rule's money, rounded here and nowhere else."""
    if rule.charge is None:
        return None, None
    if not points:
        return 0, None
    exact, how = _exact_fen(rule, loss, points, money)
    # Charges by the point are repeated with the points; the others are repeated here.
    by_point = isinstance(rule.charge, PerPoint | PercentPerPoint)
    fen = whole_fen(exact if by_point else exact * Fraction(multiplier))
    values = {"how": how, "factor": shown(multiplier), "amount": show_fen(fen)}
    if by_point or multiplier == 1:
        return fen, N_("%(how)s = %(amount)s 元", **values)
    return fen, N_("%(how)s，连续未达标 × %(factor)s = %(amount)s 元", **values)


def _exact_fen(rule: DeductionRule, loss: _Loss, points: Fraction, money: Money) -> tuple[Fraction, Wording]:
    charge = rule.charge
    said = {"points": short(points, POINT_PLACES), "times": str(loss.times)}
    if isinstance(charge, PerPoint):
        return points * charge.fen, N_("%(points)s 分 × %(each)s 元", **said, each=show_fen(charge.fen))
    if isinstance(charge, PerFailure):
        return Fraction(loss.times * charge.fen), N_("%(times)s 次 × %(each)s 元", **said, each=show_fen(charge.fen))
    if isinstance(charge, PoolShare):
        return _pool_fen(charge, money)
    fee = _fee(money)
    said["fee"] = show_fen(fee)
    if isinstance(charge, PercentPerPoint):
        how = N_("%(points)s 分 × 费用 %(fee)s 元的 %(percent)s%%", **said, percent=shown(charge.percent))
        return points * Fraction(charge.percent) * fee / HUNDRED, how
    if isinstance(charge, PercentPerUnit):
        distance = short(loss.distance, 12)
        how = N_(
            "相差 %(distance)s × 费用 %(fee)s 元的 %(percent)s%%",
            **said,
            distance=distance,
            percent=shown(charge.percent),
        )
        return loss.distance * Fraction(charge.percent) * fee / HUNDRED, how
    raise ValueError("a rule without a charge costs no money")


def _pool_fen(charge: PoolShare, money: Money) -> tuple[Fraction, Wording]:
    if money.at_risk is None or money.pool is None:
        raise ValueError("a share of the pool needs the amount at risk and the pool")
    how = N_(
        "池 %(pool)s%% × 分配 %(allocation)s%% × 风险金额 %(risk)s 元",
        pool=shown(money.pool),
        allocation=shown(charge.allocation),
        risk=show_fen(whole_fen(money.at_risk)),
    )
    return Fraction(money.pool) * Fraction(charge.allocation) * money.at_risk / HUNDRED / HUNDRED, how


def _fee(money: Money) -> int:
    if money.fee_fen is None:
        raise ValueError("a percentage of the fee needs the fee")
    return money.fee_fen
