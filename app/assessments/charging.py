"""Deductions of a period: by the bands that the contract agrees, or by the rules of the scheme service by service.

Where the contract says what a missed level costs, it goes first: one account over all its services, so many yuan a
point, never more than its percentage of the period's fees. Where it does not, each service is charged by the scheme's
own rules on its own fee. Both run through the one engine of `app/indicators/deductions.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.assessments.derivation import Derived
from app.assessments.fees import Fee, total_of
from app.assessments.material import Before, Level, Line, Material
from app.catalogues.wording import N_, Wording
from app.indicators.bands import Band, Bands
from app.indicators.deduction_points import RuleResult
from app.indicators.deductions import Deducted, Fees, Standing, deduct, needs_fee
from app.indicators.exact import decimals_of
from app.indicators.figures import NOT_REQUIRED, Figure
from app.indicators.scheme_terms import (
    TOTAL,
    Amount,
    Banded,
    DeductionRule,
    DeductionTerms,
    Handling,
    MissingRule,
    PerPoint,
    Scheme,
    SmallRule,
)

CONTRACT, SCHEME = "contract", "scheme"
# How a figure is compared whose indicator the scheme does not score.
PRECISION = 2


@dataclass(frozen=True)
class Judged:
    """One service as deductions need it: its figures by indicator, its total score (None: held, or not judged)."""

    line: Line
    derived: Mapping[str, Derived]
    total: Decimal | None
    scored: bool


@dataclass(frozen=True)
class Charge:
    """One rule on one service; `level` is what was agreed for the indicator."""

    line: Line
    indicator: str
    level: Level | None
    result: RuleResult


@dataclass(frozen=True)
class Charged:
    """The deductions of the period. Money is None while it is not known, points while a figure is waited for."""

    basis: str
    charges: tuple[Charge, ...]
    points: Decimal | None
    gross_fen: int | None
    carried_in_fen: int
    taken_fen: int | None
    carried_out_fen: int
    waived_fen: int
    earned_back_fen: int
    net_fen: int | None
    reasons: tuple[Wording, ...]
    fee_fen: int | None
    accounts: Mapping[str, Standing]


@dataclass(frozen=True)
class _Account:
    """One run of the engine: its key, what was deducted, whether the money had to wait for a fee."""

    key: str
    deducted: Deducted
    waits: Wording | None = None


def charged(material: Material, services: Sequence[Judged], fees: Mapping[str, Fee]) -> Charged:
    """The deductions of all services, in the contract's order."""
    before = _accounts_before(material.before, material.period.text)
    if agreed_rules(material, services):
        return _by_contract(material, services, fees, before)
    return _by_scheme(material, services, fees, before)


def basis_of(material: Material) -> str:
    """Whether the contract itself says what a missed level costs."""
    levels = (level for line in material.lines for level in line.levels)
    return CONTRACT if any(points for level in levels for _bound, points in level.bands) else SCHEME


# --- what the period before left -------------------------------------------------------------------------------------


def _accounts_before(before: Before, period: str) -> dict[str, Standing]:
    """The accounts as this period finds them; with the calendar year what was taken in it begins anew."""
    if before.period[:4] == period[:4]:
        return dict(before.accounts)
    return {key: replace(one, taken_this_year_fen=0) for key, one in before.accounts.items()}


def _merged(accounts: Mapping[str, Standing]) -> Standing:
    """The contract's own account with the money of all others: where the basis changed, no carried fen is lost."""
    every = list(accounts.values())
    return replace(
        accounts.get("", Standing()),
        carried_fen=sum(one.carried_fen for one in every),
        taken_this_year_fen=sum(one.taken_this_year_fen for one in every),
        earnable_fen=sum(one.earnable_fen for one in every),
    )


# --- by the contract -------------------------------------------------------------------------------------------------


def agreed_rules(material: Material, services: Sequence[Judged]) -> tuple[tuple[DeductionRule, Line, Level], ...]:
    """A rule for every agreed level with bands; none at all where no band of the contract costs a point."""
    if basis_of(material) != CONTRACT:
        return ()
    scheme = material.terms.scheme
    return tuple(
        (_rule(scheme, one.line, level, material.terms.point_fen), one.line, level)
        for one in services
        for level in sorted(one.line.levels, key=lambda level: level.indicator)
        if level.bands
    )


def _rule(scheme: Scheme, line: Line, level: Level, point_fen: int | None) -> DeductionRule:
    key = f"{line.service}/{level.indicator}"
    bands = tuple(Band(bound, Decimal(points)) for bound, points in level.bands)
    return DeductionRule(
        code=key,
        indicator=key,
        name=level.name,
        measure=Banded(Bands(level.at_least, bands)),
        handling=_handling(scheme, level),
        charge=None if point_fen is None else PerPoint(point_fen),
    )


def _handling(scheme: Scheme, level: Level) -> Handling:
    """As the scheme takes the figure; compared no coarser than the bounds are written, so that each can be met."""
    own = next((item.handling for item in scheme.items if item.code == level.indicator), None)
    other = next((rule.handling for rule in scheme.deductions.rules if rule.indicator == level.indicator), None)
    found = own or other or Handling(PRECISION, MissingRule.HOLD, None, SmallRule.REWEIGHT, repeats=False)
    finest = max((decimals_of(bound) for bound, _points in level.bands if bound is not None), default=0)
    return replace(found, precision=max(found.precision, finest), repeats=scheme.repeat_factor > 1)


def _by_contract(
    material: Material, services: Sequence[Judged], fees: Mapping[str, Fee], before: Mapping[str, Standing]
) -> Charged:
    rules, terms = agreed_rules(material, services), material.terms
    figures = {f"{one.line.service}/{code}": found.figure for one in services for code, found in one.derived.items()}
    cap = None if terms.cap_percent is None else Amount(percent=terms.cap_percent)
    made = DeductionTerms(tuple(rule for rule, _line, _level in rules), period_cap=cap)
    total = total_of(fees.values())
    account = _run(terms.scheme, made, figures, _Money("", total, None, _unknown(fees.values())), _merged(before))
    charges = tuple(
        Charge(line, level.indicator, level, result)
        for (_, line, level), result in zip(rules, account.deducted.rules, strict=True)
    )
    return _sum(CONTRACT, charges, [account], total, {"": account.deducted.after})


# --- by the scheme ---------------------------------------------------------------------------------------------------


def _by_scheme(
    material: Material, services: Sequence[Judged], fees: Mapping[str, Fee], before: Mapping[str, Standing]
) -> Charged:
    scheme, charges, accounts = material.terms.scheme, list[Charge](), list[_Account]()
    for one in services:
        fee, key = fees[one.line.service], one.line.service
        money = _Money(key, fee.fen, fee.year_fen, _unknown([fee]))
        account = _run(scheme, scheme.deductions, _figures(one), money, before.get(key, Standing()))
        accounts.append(account)
        charges += [_charge(one.line, result) for result in account.deducted.rules]
    after = {one.key: one.deducted.after for one in accounts}
    # What a service left behind that is no longer in the contract stays written down.
    left = {key: one for key, one in before.items() if key not in after and one.carried_fen}
    return _sum(SCHEME, tuple(charges), accounts, total_of(fees.values()), left | after)


def _figures(one: Judged) -> dict[str, Figure]:
    figures = {code: found.figure for code, found in one.derived.items()}
    return figures | {TOTAL: Figure(one.total) if one.scored else NOT_REQUIRED}


def _charge(line: Line, result: RuleResult) -> Charge:
    return Charge(line, result.indicator, line.level(result.indicator), result)


# --- the engine ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Money:
    """The fees of an account, and what is said where they are not known."""

    key: str
    period_fen: int | None
    year_fen: int | None
    unknown: Wording | None


def _unknown(fees: Iterable[Fee]) -> Wording | None:
    names = "、".join(one.service for one in fees if one.fen is None)
    return N_("扣款金额暂缓：%(services)s 的费用尚不能计算", services=names) if names else None


def _run(
    scheme: Scheme, terms: DeductionTerms, figures: Mapping[str, Figure], money: _Money, before: Standing
) -> _Account:
    """Without a fee that is needed the points are counted all the same, and the money waits as it is."""
    made = replace(scheme, deductions=terms)
    if not _lacks_fee(terms, money):
        return _Account(money.key, deduct(made, figures, Fees(money.period_fen, money.year_fen), before))
    bare = DeductionTerms(tuple(replace(rule, charge=None) for rule in terms.rules))
    found = deduct(replace(scheme, deductions=bare), figures, Fees(), before)
    if found.points == 0 and not before.carried_fen:
        # Of nothing every percentage is nothing, whatever the fee will be.
        return _Account(money.key, deduct(made, figures, Fees(0, 0), before))
    after = replace(before, failed=found.after.failed, clean_periods=found.after.clean_periods)
    waiting = replace(
        found,
        gross_fen=None,
        taken_fen=None,
        carried_out_fen=before.carried_fen,
        waived_fen=0,
        earned_back_fen=0,
        net_fen=None,
        after=after,
    )
    return _Account(money.key, waiting, money.unknown or N_("扣款金额暂缓：全年费用尚不能计算"))


def _lacks_fee(terms: DeductionTerms, money: _Money) -> bool:
    yearly = terms.annual_cap is not None and terms.annual_cap.percent is not None
    return (needs_fee(terms) and money.period_fen is None) or (yearly and money.year_fen is None)


def _sum(
    basis: str,
    charges: tuple[Charge, ...],
    accounts: Sequence[_Account],
    fee_fen: int | None,
    after: Mapping[str, Standing],
) -> Charged:
    every = [one.deducted for one in accounts]
    points = [one.points for one in every]
    return Charged(
        basis=basis,
        charges=charges,
        points=None if None in points else sum((one for one in points if one is not None), Decimal(0)),
        gross_fen=_all([one.gross_fen for one in every]),
        carried_in_fen=sum(one.carried_in_fen for one in every),
        taken_fen=_all([one.taken_fen for one in every]),
        carried_out_fen=sum(one.carried_out_fen for one in every),
        waived_fen=sum(one.waived_fen for one in every),
        earned_back_fen=sum(one.earned_back_fen for one in every),
        net_fen=_all([one.net_fen for one in every]),
        reasons=tuple(reason for one in accounts for reason in _reasons(one)),
        fee_fen=fee_fen,
        accounts=after,
    )


def _all(parts: Sequence[int | None]) -> int | None:
    return None if None in parts else sum(one for one in parts if one is not None)


def _reasons(account: _Account) -> list[Wording]:
    found = [*account.deducted.reasons, *([account.waits] if account.waits else [])]
    if not account.key:
        return found
    return [N_("%(service)s：%(first)s", service=account.key, first=one) for one in found]
