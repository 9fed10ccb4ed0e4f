"""The form `score`: JSON in, the functions of `indicators.scoring` and `indicators.deductions`, JSON out."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.calendars.calendar_fields import listed, mapping
from app.calendars.flaws import Flaw, below
from app.catalogues.wording import N_
from app.indicators.deduction_points import RuleResult
from app.indicators.deductions import Deducted, Fees, Standing, deduct, needs_at_risk, needs_fee
from app.indicators.figures import Figure, Inputs
from app.indicators.input_digest import input_digest, scheme_digest
from app.indicators.scheme_terms import TOTAL, Amount, Scheme
from app.indicators.scoring import BonusScore, ItemScore, Score
from app.indicators.scoring import score as score_period
from app.whatif import score_fields
from app.whatif.score_fields import Period

Form = Mapping[str, Any]

KEYS = ("scheme", "fee_fen", "at_risk", "periods")


def score(form: Form) -> dict[str, Any]:
    """Scores and deductions of periods in their order; a failure weighs on the period that follows directly."""
    mapping(form, "", KEYS, required=("scheme", "periods"))
    content, scheme = score_fields.scheme(form["scheme"])
    periods = _periods(form["periods"], scheme)
    fees = _fees(form, scheme, periods[0][0].a_year)
    digest, before = scheme_digest(content), _Before(periods[0][0])
    answers = []
    for period, given in periods:
        before.move_to(period)
        inputs = replace(given, failed_before=before.failed)
        scored = score_period(scheme, inputs)
        deducted = deduct(scheme, {**inputs.figures, TOTAL: Figure(scored.total)}, fees, before.standing)
        seal = input_digest(digest, inputs=inputs.as_plain(), fees=fees.as_plain(), before=before.standing.as_plain())
        answers.append(_answer(period, scored, deducted) | {"input_digest": seal})
        before.failed, before.standing = scored.failed, deducted.after
    return {"scheme": scheme.head.code, "periods": answers}


class _Before:
    """What the periods so far leave to the next one."""

    def __init__(self, first: Period) -> None:
        self.last = first
        self.failed: frozenset[str] = frozenset()
        self.standing = Standing()

    def move_to(self, period: Period) -> None:
        """A gap breaks what has to be consecutive; a new year begins with nothing taken."""
        if period.place > self.last.place + 1:
            self.failed = frozenset()
            self.standing = replace(self.standing, failed=frozenset(), clean_periods=0)
        if period.year != self.last.year:
            self.standing = replace(self.standing, taken_this_year_fen=0)
        self.last = period


def _periods(value: object, scheme: Scheme) -> list[tuple[Period, Inputs]]:
    items = listed(value, "periods")
    if not 1 <= len(items) <= score_fields.MOST_PERIODS:
        raise Flaw(N_("应有 1 到 %(most)s 期。"), "periods", most=score_fields.MOST_PERIODS)
    found = [score_fields.period_inputs(item, scheme, below("periods", place)) for place, item in enumerate(items)]
    for place in range(1, len(found)):
        earlier, later = found[place - 1][0], found[place][0]
        path = below(below("periods", place), "period")
        if earlier.a_year != later.a_year:
            raise Flaw(N_("各期应同为月、季或年。"), path)
        if earlier.place >= later.place:
            raise Flaw(N_("各期应按先后排列，不得重复。"), path)
    return found


def _fees(form: Form, scheme: Scheme, periods_a_year: int) -> Fees:
    terms = scheme.deductions
    fee = None if form.get("fee_fen") is None else score_fields.fen(form["fee_fen"], "fee_fen")
    at_risk = _at_risk(form["at_risk"], "at_risk") if form.get("at_risk") is not None else None
    if fee is None and needs_fee(terms, at_risk):
        raise Flaw(N_("缺少必填项：方案按费用的百分比扣款。"), "fee_fen")
    if at_risk is None and terms.at_risk is None and needs_at_risk(terms):
        raise Flaw(N_("缺少必填项：方案按风险金池扣款。"), "at_risk")
    return Fees(fee, None if fee is None else fee * periods_a_year, at_risk)


def _at_risk(value: object, path: str) -> Amount:
    """An integer is fen, a decimal as text is a percentage of the fee; or an object that says which."""
    if isinstance(value, Mapping):
        given = mapping(value, path, ("percent", "fen"))
        if len(given) != 1:
            raise Flaw(N_("percent 和 fen 必须且只能写一项。"), path)
        return _at_risk_of(given, path)
    if isinstance(value, str):
        return Amount(percent=score_fields.decimal(value, path, Decimal(0)))
    return Amount(fen=score_fields.fen(value, path))


def _at_risk_of(given: Mapping[str, Any], path: str) -> Amount:
    if "fen" in given:
        return Amount(fen=score_fields.fen(given["fen"], below(path, "fen")))
    return Amount(percent=score_fields.decimal(given["percent"], below(path, "percent"), Decimal(0)))


# --- answers ---------------------------------------------------------------------------------------------------------


def _answer(period: Period, scored: Score, deducted: Deducted) -> dict[str, Any]:
    return {
        "period": period.label,
        "items": [_item(one) for one in scored.items],
        "bonus_items": [_bonus(one) for one in scored.bonus_items],
        "base": _text(scored.base),
        "bonus": _text(scored.bonus),
        "vetoes": [veto.code for veto in scored.vetoes],
        "total": _text(scored.total),
        "grade": None if scored.grade is None else scored.grade.name.zh,
        "reason": scored.reason,
        "deduction_points": _text(deducted.points),
        "deduction_fen": deducted.net_fen,
        "deductions": _deductions(deducted),
    }


def _item(one: ItemScore) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name.zh if one.name else None,
        "groups": list(one.groups),
        "state": one.state.value,
        "effect": one.effect.value,
        "input": _text(one.value),
        "denominator": _text(one.denominator),
        "function": one.function,
        "score": _text(one.score),
        "weight": _text(one.weight),
        "counted_weight": _text(one.counted_weight),
        "weighted": _text(one.weighted),
        "repeated": one.repeated,
        "reason": one.reason,
    }


def _bonus(one: BonusScore) -> dict[str, Any]:
    return {
        "code": one.indicator,
        "state": one.state.value,
        "input": _text(one.value),
        "points": _text(one.points),
        "reason": one.reason,
    }


def _deductions(found: Deducted) -> dict[str, Any]:
    return {
        "items": [_rule(one) for one in found.rules],
        "points": _text(found.points),
        "gross_fen": found.gross_fen,
        "carried_in_fen": found.carried_in_fen,
        "taken_fen": found.taken_fen,
        "carried_out_fen": found.carried_out_fen,
        "waived_fen": found.waived_fen,
        "earned_back_fen": found.earned_back_fen,
        "net_fen": found.net_fen,
        "reasons": list(found.reasons),
    }


def _rule(one: RuleResult) -> dict[str, Any]:
    return {
        "code": one.code,
        "indicator": one.indicator,
        "name": one.name.zh if one.name else None,
        "state": one.state.value,
        "effect": one.effect.value,
        "input": _text(one.value),
        "measure": one.measure,
        "base_points": _text(one.base_points),
        "multiplier": _text(one.multiplier),
        "points": _text(one.points),
        "fen": one.fen,
        "failed": one.failed,
        "reason": one.reason,
        "money_reason": one.money_reason,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
