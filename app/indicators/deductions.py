"""Deductions of a period: all rules together, and what bounds their sum, carries it over or gives some of it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.catalogues.wording import N_, Wording
from app.core.money import show_fen
from app.indicators.deduction_points import Money, RuleResult, charge_for
from app.indicators.exact import HUNDRED, shown, whole_fen
from app.indicators.figures import MISSING, Effect, Figure
from app.indicators.scheme_terms import (
    Amount,
    DeductionTerms,
    EarnBack,
    PercentPerPoint,
    PercentPerUnit,
    PoolShare,
    Scheme,
)


@dataclass(frozen=True)
class Standing:
    """What one period leaves to the next. A caller starts a new year with `taken_this_year_fen` at nothing."""

    failed: frozenset[str] = frozenset()
    carried_fen: int = 0
    taken_this_year_fen: int = 0
    earnable_fen: int = 0
    clean_periods: int = 0

    def as_plain(self) -> dict[str, object]:
        """For the digest of the inputs."""
        return {**vars(self), "failed": sorted(self.failed)}


@dataclass(frozen=True)
class Fees:
    """The money of the contract that percentages are taken of; `at_risk` replaces what the scheme says."""

    period_fen: int | None = None
    year_fen: int | None = None
    at_risk: Amount | None = None

    def as_plain(self) -> dict[str, object]:
        """For the digest of the inputs."""
        risk = self.at_risk
        percent = None if risk is None or risk.percent is None else shown(risk.percent)
        at_risk = None if risk is None else {"percent": percent, "fen": risk.fen}
        return {"period_fen": self.period_fen, "year_fen": self.year_fen, "at_risk": at_risk}


@dataclass(frozen=True)
class Deducted:
    """The deductions of a period. `gross_fen` is the sum of the rules; what of it was cut is accounted for:

    gross + carried in = taken + carried out + waived. `net_fen` is what was taken less what was earned back; it is
    below nothing when more comes back than goes. All money and the points are None while a rule is held.
    """

    rules: tuple[RuleResult, ...]
    points: Decimal | None
    gross_fen: int | None
    carried_in_fen: int
    taken_fen: int | None
    carried_out_fen: int
    waived_fen: int
    earned_back_fen: int
    net_fen: int | None
    reasons: tuple[Wording, ...]
    after: Standing


def deduct(scheme: Scheme, figures: Mapping[str, Figure], fees: Fees, before: Standing) -> Deducted:
    """All rules on the figures of one period (the total score is the figure `total`), bounded and carried."""
    terms = scheme.deductions
    at_risk = _at_risk(terms, fees)
    money = Money(fees.period_fen, at_risk, terms.pool)
    rules = tuple(
        charge_for(rule, figures.get(rule.indicator, MISSING), money, rule.code in before.failed, scheme.repeat_factor)
        for rule in terms.rules
    )
    held = tuple(one.code for one in rules if one.effect is Effect.HELD)
    if held:
        return _held(rules, held, before)
    points = sum((one.points or Decimal(0) for one in rules), Decimal(0))
    gross = sum(one.fen or 0 for one in rules)
    return _settled(terms, rules, (points, gross), _limits(terms, fees, at_risk), before)


def needs_fee(terms: DeductionTerms, at_risk: Amount | None = None) -> bool:
    """Whether anything is a percentage of the fee; `at_risk` replaces what the scheme says, as in `Fees`."""
    amounts = (at_risk or terms.at_risk, terms.period_cap, terms.annual_cap)
    by_percent = any(amount is not None and amount.percent is not None for amount in amounts)
    return by_percent or any(isinstance(rule.charge, PercentPerPoint | PercentPerUnit) for rule in terms.rules)


def needs_at_risk(terms: DeductionTerms) -> bool:
    return any(isinstance(rule.charge, PoolShare) for rule in terms.rules)


def _held(rules: tuple[RuleResult, ...], held: tuple[str, ...], before: Standing) -> Deducted:
    """Nothing is taken until the figures are there; what was carried in waits as well."""
    reason = N_("扣款暂缓：%(codes)s 尚缺可用的数据", codes="、".join(sorted(held)))
    after = Standing(
        failed=_failed(rules),
        carried_fen=before.carried_fen,
        taken_this_year_fen=before.taken_this_year_fen,
        earnable_fen=before.earnable_fen,
        clean_periods=before.clean_periods,
    )
    return Deducted(rules, None, None, before.carried_fen, None, before.carried_fen, 0, 0, None, (reason,), after)


def _failed(rules: tuple[RuleResult, ...]) -> frozenset[str]:
    return frozenset(one.code for one in rules if one.failed)


# --- bounds ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Limits:
    """The bounds in fen; None is no bound."""

    at_risk: int | None
    period: int | None
    year: int | None


@dataclass(frozen=True)
class _Cut:
    """A sum of money divided into what is taken now, later and never."""

    taken: int
    later: int
    waived: int
    reasons: tuple[Wording, ...]


def _at_risk(terms: DeductionTerms, fees: Fees) -> Fraction | None:
    amount = fees.at_risk or terms.at_risk
    return None if amount is None else _of(amount, fees.period_fen)


def _of(amount: Amount, fee_fen: int | None) -> Fraction:
    if amount.percent is not None and fee_fen is None:
        raise ValueError("a percentage of the fee needs the fee")
    return amount.of(fee_fen or 0)


def _limits(terms: DeductionTerms, fees: Fees, at_risk: Fraction | None) -> _Limits:
    return _Limits(
        at_risk=None if at_risk is None else whole_fen(at_risk),
        period=None if terms.period_cap is None else whole_fen(_of(terms.period_cap, fees.period_fen)),
        year=None if terms.annual_cap is None else whole_fen(_of(terms.annual_cap, fees.year_fen)),
    )


def _cut(terms: DeductionTerms, gross: int, limits: _Limits, before: Standing) -> _Cut:
    """First the amount at risk, then what was carried in, then the caps of the period and of the year.

    What is above the amount at risk is gone. What is above the period's cap waits for the next period if the scheme
    says so. A year that is full takes no more.
    """
    reasons = []
    fresh = _at_most(gross, limits.at_risk)
    if fresh < gross:
        reasons.append(N_("扣款合计以风险金额 %(limit)s 元为限", limit=show_fen(fresh)))
    due = fresh + before.carried_fen
    in_period = _at_most(_at_most(due, limits.period), limits.at_risk)
    later = due - in_period if terms.carry_over else 0
    if in_period < due:
        reasons.append(_over_period(in_period, later))
    room = None if limits.year is None else max(0, limits.year - before.taken_this_year_fen)
    taken = _at_most(in_period, room)
    if taken < in_period:
        reasons.append(N_("全年扣款已到上限，本期只扣 %(limit)s 元", limit=show_fen(taken)))
    return _Cut(taken, later, gross + before.carried_fen - taken - later, tuple(reasons))


def _over_period(limit: int, later: int) -> Wording:
    if later:
        return N_(
            "本期扣款以 %(limit)s 元为限，其余 %(later)s 元结转下期", limit=show_fen(limit), later=show_fen(later)
        )
    return N_("本期扣款以 %(limit)s 元为限，其余不再扣", limit=show_fen(limit))


def _at_most(fen: int, limit: int | None) -> int:
    return fen if limit is None else min(fen, limit)


# --- the period as a whole -------------------------------------------------------------------------------------------


def _settled(
    terms: DeductionTerms,
    rules: tuple[RuleResult, ...],
    sums: tuple[Decimal, int],
    limits: _Limits,
    before: Standing,
) -> Deducted:
    points, gross = sums
    cut = _cut(terms, gross, limits, before)
    clean = _clean_periods(rules, before)
    back = _earned_back(terms.earn_back, clean, before)
    reasons = (*cut.reasons, *_back_reason(back, clean))
    after = Standing(
        failed=_failed(rules),
        carried_fen=cut.later,
        taken_this_year_fen=before.taken_this_year_fen + cut.taken,
        earnable_fen=(0 if _is_due(terms.earn_back, clean) else before.earnable_fen) + cut.taken,
        clean_periods=0 if _is_due(terms.earn_back, clean) else clean,
    )
    return Deducted(
        rules=rules,
        points=points,
        gross_fen=gross,
        carried_in_fen=before.carried_fen,
        taken_fen=cut.taken,
        carried_out_fen=cut.later,
        waived_fen=cut.waived,
        earned_back_fen=back,
        net_fen=cut.taken - back,
        reasons=reasons,
        after=after,
    )


def _clean_periods(rules: tuple[RuleResult, ...], before: Standing) -> int:
    """A failure starts the count anew; a period of which something is not known neither counts nor breaks it."""
    if any(one.failed for one in rules):
        return 0
    complete = all(one.effect is Effect.COUNTED for one in rules)
    return before.clean_periods + 1 if complete else before.clean_periods


def _is_due(rule: EarnBack | None, clean: int) -> bool:
    return rule is not None and clean >= rule.periods


def _earned_back(rule: EarnBack | None, clean: int, before: Standing) -> int:
    if rule is None or not _is_due(rule, clean):
        return 0
    return whole_fen(Fraction(rule.percent) * before.earnable_fen / HUNDRED)


def _back_reason(back: int, clean: int) -> tuple[Wording, ...]:
    if not back:
        return ()
    return (N_("连续 %(n)s 期没有未达标，返还 %(amount)s 元", n=str(clean), amount=show_fen(back)),)
