"""Reads the deduction part of a scheme: which figures cost how many points, what a point costs, and what bounds it."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import StrEnum

from app.catalogues.reading import Reader
from app.catalogues.wording import N_
from app.indicators import scheme_fields as fields
from app.indicators.scheme_fields import NOTHING, WHOLE, Defaults
from app.indicators.scheme_terms import (
    Banded,
    Charge,
    DeductionRule,
    DeductionTerms,
    EarnBack,
    Measure,
    Met,
    MissingRule,
    PercentPerPoint,
    PercentPerUnit,
    PerFailure,
    PerPoint,
    PoolShare,
    Steps,
)


class MeasureKind(StrEnum):
    """How a figure becomes points."""

    BANDS = "bands"
    MET = "met"
    STEPS = "steps"


class ChargeKind(StrEnum):
    """How points or failures become money."""

    PERCENT_PER_POINT = "percent_per_point"
    PERCENT_PER_UNIT = "percent_per_unit"
    PER_FAILURE = "per_failure"
    PER_POINT = "per_point"
    POOL = "pool"


def read_deductions(reader: Reader, defaults: Defaults) -> DeductionTerms:
    """Reads `deductions`; problems stay with the reader until the scheme finishes."""
    rules = tuple(_rule(one, defaults) for one in reader.each("rules"))
    made = DeductionTerms(
        rules=rules,
        at_risk=fields.maybe_amount(reader, "at_risk"),
        # A pool may be larger than the at-risk amount: the sum is bounded by that amount anyway.
        pool=fields.percent(reader, "pool", most=None) if reader.has("pool") else None,
        period_cap=fields.maybe_amount(reader, "period_cap"),
        annual_cap=fields.maybe_amount(reader, "annual_cap"),
        carry_over=reader.flag("carry_over"),
        earn_back=_earn_back(reader.inside("earn_back")) if reader.has("earn_back") else None,
    )
    fields.refuse_doubled(reader, "rules", (rule.code for rule in rules))
    _check_pool(reader, rules, made.pool)
    if made.carry_over and made.period_cap is None:
        reader.refuse("carry_over", N_("没有每期上限，就没有可结转的金额"), N_("请写 period_cap，或去掉 carry_over。"))
    return made


def _rule(reader: Reader, defaults: Defaults) -> DeductionRule:
    measure_reader = reader.inside("measure")
    handling = fields.handling(reader, defaults)
    kind = measure_reader.choice("kind", MeasureKind)
    measure = _MEASURES[kind or MeasureKind.MET](measure_reader, handling.precision)
    rule = DeductionRule(
        code=reader.text("code"),
        indicator=reader.text("indicator"),
        name=reader.maybe_words("name"),
        measure=measure,
        handling=handling,
        charge=_charge(reader.inside("charge")) if reader.has("charge") else None,
    )
    _check_missing(reader, rule)
    return rule


def _banded(reader: Reader, precision: int) -> Banded:
    found = fields.read_bands(reader, precision, "points")
    fields.refuse_wrong_way(reader, found, rising=True)
    if found.bands.bands and found.bands.bands[0].worth != 0:
        reader.refuse("bands.0", N_("最好的一档也扣分"), N_("最好的一档应扣 0 分。"))
    return found


def _steps(reader: Reader, precision: int) -> Steps:
    return fields.read_steps(reader, precision)


def _met(reader: Reader, precision: int) -> Met:
    return Met(fields.aim(reader, precision), fields.more_than_nothing(reader, "points"))


_MEASURES: dict[MeasureKind, Callable[[Reader, int], Measure]] = {
    MeasureKind.BANDS: _banded,
    MeasureKind.MET: _met,
    MeasureKind.STEPS: _steps,
}


def _charge(reader: Reader) -> Charge | None:
    kind = reader.choice("kind", ChargeKind)
    return _CHARGES[kind](reader) if kind else None


_CHARGES: dict[ChargeKind, Callable[[Reader], Charge]] = {
    ChargeKind.PERCENT_PER_POINT: lambda reader: PercentPerPoint(fields.percent(reader, "percent")),
    ChargeKind.PERCENT_PER_UNIT: lambda reader: PercentPerUnit(fields.percent(reader, "percent")),
    ChargeKind.PER_FAILURE: lambda reader: PerFailure(reader.whole("fen")),
    ChargeKind.PER_POINT: lambda reader: PerPoint(reader.whole("fen")),
    ChargeKind.POOL: lambda reader: PoolShare(fields.percent(reader, "allocation")),
}


def _earn_back(reader: Reader) -> EarnBack:
    periods = reader.whole("periods")
    if reader.data.get("periods") == 0:
        reader.refuse("periods", N_("至少要有一期"), N_("请填写 1 或更大的整数。"))
    return EarnBack(periods, fields.percent(reader, "percent"))


def _check_missing(reader: Reader, rule: DeductionRule) -> None:
    """A figure that counts as nothing must still come to a definite deduction."""
    if rule.handling.missing is not MissingRule.ZERO:
        return
    endless = isinstance(rule.measure, Steps) and rule.measure.most is None
    if endless or isinstance(rule.charge, PercentPerUnit):
        what = N_("缺失规则为 zero 时，无法确定该扣多少")
        reader.refuse("missing", what, N_("请写 missing: hold 或 reweight；按步扣分的也可以写 most。"))


def _check_pool(reader: Reader, rules: Sequence[DeductionRule], pool: Decimal | None) -> None:
    shares = [rule.charge.allocation for rule in rules if isinstance(rule.charge, PoolShare)]
    if shares and pool is None:
        reader.refuse("pool", N_("缺少 %(key)s", key="pool"), N_("有规则按风险金池扣款，请写池的百分比。"))
    if sum(shares, NOTHING) > WHOLE:
        reader.refuse("rules", N_("风险金池的分配合计超过 100"), N_("请调整各规则的 allocation。"))
