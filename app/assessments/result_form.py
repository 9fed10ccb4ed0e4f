"""The written form of a result: one JSON that holds every number with its source and how it came about.

The text is canonical, so the same judgement has the same bytes. Decimals are text, money whole fen; sentences keep
their values so that they can be said in both languages.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.assessments.charging import Charge
from app.assessments.derivation import Derived, seconds
from app.assessments.fees import Fee
from app.assessments.judging import Judgement, ServiceJudged
from app.assessments.material import Level, Material, Reported, Watched
from app.assessments.sentences import both, stored
from app.catalogues.wording import N_
from app.indicators.deductions import Standing
from app.indicators.exact import HUNDRED, plain, short, shown
from app.indicators.scheme_terms import Group, Scheme
from app.indicators.scoring import WEIGHT_PLACES, BonusScore, ItemScore
from app.service_levels.availability import percent

FORM = "guanyun.assessment/1"
Plain = dict[str, Any]


def written(made: Judgement) -> Plain:
    """The whole result."""
    material = made.material
    return {
        "form": FORM,
        **_about(material),
        "provisional": bool(made.doubts),
        "provisional_because": [stored(one) for one in made.doubts],
        "total": None if made.total is None else plain(made.total, material.terms.scheme.rounding),
        "grade": both(made.grade.name) if made.grade else None,
        "reason": stored(made.reason),
        "weighting": material.terms.weighting,
        "vetoes": [{"code": veto.code, "name": both(veto.name), "reason": why} for veto, why in made.vetoes],
        "services": [_service(made, one) for one in made.services],
        "uncovered": [{"code": code, "name": _label(material, code)} for code in made.uncovered],
        "deductions": _deductions(made),
        "standing": standing(made),
        "failed": {one.line.service: sorted(one.score.failed) for one in made.services if one.is_judged},
    }


def standing(made: Judgement) -> Plain:
    """What the next period begins with."""
    accounts = {key: one.as_plain() for key, one in sorted(made.charged.accounts.items())}
    return {"basis": made.charged.basis, "accounts": accounts}


def accounts_in(found: Mapping[str, Any]) -> dict[str, Standing]:
    """The accounts of a written result."""
    return {
        key: Standing(**{**one, "failed": frozenset(one["failed"])})
        for key, one in found.get("standing", {}).get("accounts", {}).items()
    }


def _about(material: Material) -> Plain:
    terms = material.terms
    return {
        "contract": terms.contract,
        "plan": terms.plan,
        "scheme": {
            "code": terms.scheme.head.code,
            "version": terms.scheme_version,
            "digest": terms.scheme_digest,
            "name": both(terms.scheme.head.name),
        },
        "period": material.period.text,
        "kind": material.period.kind.value,
    }


def _label(material: Material, code: str) -> Plain | None:
    found = material.labels.get(code)
    return both(found[0]) if found else None


# --- services and items ----------------------------------------------------------------------------------------------


def _service(made: Judgement, one: ServiceJudged) -> Plain:
    score, scheme = one.score, made.material.terms.scheme
    groups = {group.code: group for group in _groups(scheme)}
    unjudged = N_("这项服务没有约定按本周期考核的指标，不计入合同总分")
    return {
        "service": one.line.service,
        "id": one.line.service_id,
        "name": both(one.line.name),
        "weight": short(one.share * HUNDRED, WEIGHT_PLACES),
        "total": None if score.total is None else f"{score.total:f}",
        "grade": both(score.grade.name) if score.grade else None,
        "reason": stored(score.reason if one.is_judged else unjudged),
        "bonus": shown(score.bonus),
        "bonus_items": [_bonus(made.material, one, extra) for extra in score.bonus_items],
        "items": [_item(made.material, one, item, groups) for item in score.items],
    }


def _groups(scheme: Scheme) -> list[Group]:
    found, waiting = list[Group](), list(scheme.members)
    while waiting:
        member = waiting.pop(0)
        if isinstance(member, Group):
            found.append(member)
            waiting += member.members
    return found


def _item(material: Material, one: ServiceJudged, item: ItemScore, groups: Mapping[str, Group]) -> Plain:
    derived, label = one.derived.get(item.code), material.labels.get(item.code)
    name = both(item.name) if item.name else _label(material, item.code)
    return {
        "code": item.code,
        "name": name,
        "groups": [{"code": code, "name": both(groups[code].name)} for code in item.groups],
        "state": item.state.value,
        "effect": item.effect.value,
        "value": _text(item.value),
        "denominator": _text(item.denominator),
        "unit": both(label[1]) if label and derived else None,
        "function": item.function,
        "score": _text(item.score),
        "weight": shown(item.weight),
        "counted_weight": shown(item.counted_weight),
        "weighted": _text(item.weighted),
        "failed": item.failed,
        "repeated": item.repeated,
        "target": _target(one.line.level(item.code)),
        "reason": stored(item.reason),
        "source": _source(derived) if derived else _opinions(one, item),
    }


def _bonus(material: Material, one: ServiceJudged, extra: BonusScore) -> Plain:
    return {
        "indicator": extra.indicator,
        "name": _label(material, extra.indicator),
        "state": extra.state.value,
        "value": _text(extra.value),
        "points": shown(extra.points),
        "reason": stored(extra.reason),
        "source": _source(one.derived[extra.indicator]),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else shown(value)


def _target(level: Level | None) -> Plain | None:
    if level is None:
        return None
    return {"comparison": "at_least" if level.at_least else "at_most", "value": shown(level.target)}


# --- sources ---------------------------------------------------------------------------------------------------------


def _source(derived: Derived) -> Plain:
    watched = derived.watched
    judged = all(one.verdict == "verified" for one in derived.figures)
    beside = derived.beside
    return {
        "kind": derived.kind,
        "figures": [figure_form(one) for one in derived.figures],
        "submissions": list(watched.submissions) if watched else [],
        "verified": judged and (watched is None or watched.verified),
        "reported": None if beside is None or beside.value is None else shown(beside.value),
        "availability": _availability(watched) if watched else None,
        "how": stored(derived.how),
    }


def figure_form(one: Reported) -> Plain:
    """A figure as a result names it."""
    return {
        "id": one.id,
        "indicator": one.indicator,
        "channel": one.channel,
        "period": one.period,
        "value": _text(one.value),
        "denominator": _text(one.denominator),
        "standing": one.standing,
        "verdict": one.verdict,
        "flags": one.flags,
        "evidence": one.evidence,
    }


def _opinions(one: ServiceJudged, item: ItemScore) -> Plain:
    given = one.inputs.opinions.get(item.code, ())
    return {
        "kind": "opinions" if given and one.is_judged else "none",
        "figures": [],
        "submissions": [],
        "verified": True,
        "reported": None,
        "availability": None,
        "how": stored(item.reason),
    }


def _availability(seen: Watched) -> Plain:
    longest = seen.longest_minutes
    return {
        "with": percent(seen.share),
        "without": percent(seen.share_without_exclusions),
        "agreed_seconds": seconds(seen.agreed),
        "excluded_seconds": seconds(seen.excluded),
        "missing_seconds": seconds(seen.missing),
        "judged_seconds": seconds(seen.judged),
        "down_seconds": seconds(seen.down),
        "outages": seen.count,
        "longest_minutes": None if longest is None else short(Fraction(longest), WEIGHT_PLACES),
        "exclusions": [
            {
                "id": one.id,
                "from": _moment(one.begin),
                "until": _moment(one.until),
                "cause": one.cause,
                "state": one.state,
            }
            for one in sorted(seen.exclusions, key=lambda excluded: (excluded.begin, excluded.id))
        ],
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


# --- deductions ------------------------------------------------------------------------------------------------------


def _deductions(made: Judgement) -> Plain:
    found = made.charged
    return {
        "basis": found.basis,
        "points": _text(found.points),
        "gross_fen": found.gross_fen,
        "taken_fen": found.taken_fen,
        "net_fen": found.net_fen,
        "waived_fen": found.waived_fen,
        "carried_in_fen": found.carried_in_fen,
        "carried_out_fen": found.carried_out_fen,
        "earned_back_fen": found.earned_back_fen,
        "reasons": [stored(one) for one in found.reasons],
        "fee_fen": found.fee_fen,
        "fees": [_fee(made.fees[one.line.service]) for one in made.services],
        "lines": [_line(one) for one in found.charges],
    }


def _fee(fee: Fee) -> Plain:
    return {
        "service": fee.service,
        "fen": fee.fen,
        "owed": fee.owed,
        "how": stored(fee.how),
        "figures": [figure_form(one) for one in fee.figures],
    }


def _line(one: Charge) -> Plain:
    result = one.result
    return {
        "service": one.line.service,
        "indicator": one.indicator,
        "code": result.code,
        "name": both(result.name),
        "value": _text(result.value),
        "target": _target(one.level),
        "points": _text(result.points),
        "multiplier": shown(result.multiplier),
        "fen": result.fen,
        "failed": result.failed,
        "state": result.state.value,
        "effect": result.effect.value,
        "reason": stored(result.reason),
        "money_reason": stored(result.money_reason) if result.money_reason else None,
    }
