"""The score of a period: every item with its reason, what was missing kept apart, bonus, vetoes, total and grade."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.catalogues.reading import Bilingual
from app.catalogues.wording import N_, Wording
from app.indicators.exact import HUNDRED, ZERO, plain, rounded, short, shown
from app.indicators.figures import GIVEN, Effect, Figure, Inputs, State, Taken, missing, take
from app.indicators.scheme_terms import BonusItem, Grade, Group, Item, Member, Qualitative, Scheme, Veto
from app.indicators.scoring_functions import mean_of, score_of

# Shares of nested or redistributed weights may go on for ever; shown ones do not.
WEIGHT_PLACES = 4
BONUS_PLACES = 6


@dataclass(frozen=True)
class ItemScore:
    """One leaf: what went in, what came out and why. Numbers are rounded as the scheme says, for showing only.

    `weight` is what the scheme gives the item of 100; `counted_weight` what it has after others were left out.
    """

    code: str
    name: Bilingual | None
    groups: tuple[str, ...]
    state: State
    effect: Effect
    value: Decimal | None
    denominator: Decimal | None
    function: str
    score: Decimal | None
    weight: Decimal
    counted_weight: Decimal
    weighted: Decimal | None
    failed: bool
    repeated: bool
    reason: Wording


@dataclass(frozen=True)
class BonusScore:
    """Points on top from one indicator, before the cap."""

    indicator: str
    state: State
    value: Decimal | None
    points: Decimal
    reason: Wording


@dataclass(frozen=True)
class Score:
    """A period's score. `total` and `grade` are None while something is held, and `reason` says what.

    `failed` are the codes for `Inputs.failed_before` of the next period. `exact` is the total before it was rounded,
    for whoever adds several up.
    """

    items: tuple[ItemScore, ...]
    bonus_items: tuple[BonusScore, ...]
    base: Decimal | None
    bonus: Decimal
    vetoes: tuple[Veto, ...]
    total: Decimal | None
    grade: Grade | None
    reason: Wording
    failed: frozenset[str]
    exact: Fraction | None


@dataclass(frozen=True)
class _Judged:
    """An item before weights: its exact score, None when it has none."""

    item: Item
    figure: Figure
    taken: Taken
    score: Fraction | None
    reason: Wording
    failed: bool = False
    repeated: bool = False


def score(scheme: Scheme, inputs: Inputs) -> Score:
    """Scores one period; the same scheme and inputs always give the same result."""
    unknown = set(inputs.vetoes) - {veto.code for veto in scheme.vetoes}
    if unknown:
        raise ValueError(f"the scheme has no such veto: {' '.join(sorted(unknown))}")
    judged = [_judge(item, inputs, scheme) for item in scheme.items]
    left_out = {one.item.code for one in judged if one.taken.effect is Effect.EXCLUDED}
    planned = _shares(scheme.members, HUNDRED, frozenset())
    counted = _shares(scheme.members, HUNDRED, left_out) if left_out else planned
    groups = dict(_groups(scheme.members, ()))
    items = tuple(_item_score(one, groups[one.item.code], planned, counted, scheme.rounding) for one in judged)
    base = _base(judged, counted)
    extras = tuple(_bonus_score(one, inputs.figure(one.indicator)) for one in _bonus_items(scheme))
    failed = frozenset(one.item.code for one in judged if one.failed)
    return _summed(scheme, inputs, (items, extras), base, failed)


# --- one item --------------------------------------------------------------------------------------------------------


def _judge(item: Item, inputs: Inputs, scheme: Scheme) -> _Judged:
    if isinstance(item.function, Qualitative):
        return _judge_people(item, item.function, inputs, scheme.rounding)
    figure = inputs.figure(item.code)
    taken = take(figure, item.handling)
    if taken.effect is not Effect.COUNTED or figure.value is None:
        return _without_score(item, figure, taken)
    exact, reason = score_of(item.function, figure.amount, item.handling.precision, scheme.rounding)
    failed = exact < HUNDRED
    if not failed or not item.handling.repeats or item.code not in inputs.failed_before:
        return _Judged(item, figure, taken, exact, reason, failed)
    # The loss of this period alone counts more: a third failure in a row is no worse than a second.
    doubled = max(ZERO, HUNDRED - Fraction(scheme.repeat_factor) * (HUNDRED - exact))
    reason = N_(
        "%(first)s；上一期同样未达标，失分按 %(factor)s 倍计，得 %(score)s 分",
        first=reason,
        factor=shown(scheme.repeat_factor),
        score=plain(doubled, scheme.rounding),
    )
    return _Judged(item, figure, taken, doubled, reason, failed, repeated=True)


def _judge_people(item: Item, function: Qualitative, inputs: Inputs, places: int) -> _Judged:
    figure = inputs.figure(item.code)
    if not figure.required:
        return _without_score(item, figure, take(figure, item.handling))
    opinions = inputs.opinions.get(item.code, ())
    found = mean_of(opinions, function, places)
    if found is None:
        taken = missing(item.handling.missing)
        reason = N_(
            "评分人 %(n)s 名，少于要求的 %(wanted)s 名：%(first)s",
            n=str(len(opinions)),
            wanted=str(function.scorers),
            first=taken.reason,
        )
        return _without_score(item, figure, Taken(taken.state, taken.effect, reason))
    return _Judged(item, Figure(None), GIVEN, found[0], found[1], found[0] < HUNDRED)


def _without_score(item: Item, figure: Figure, taken: Taken) -> _Judged:
    """A zero by rule is a failure too: whoever owed the figure did not deliver it."""
    by_rule = ZERO if taken.effect is Effect.ZERO else None
    return _Judged(item, figure, taken, by_rule, taken.reason, failed=by_rule is not None)


def _item_score(
    one: _Judged,
    groups: tuple[str, ...],
    planned: Mapping[str, Fraction],
    counted: Mapping[str, Fraction],
    places: int,
) -> ItemScore:
    share = counted.get(one.item.code, ZERO)
    return ItemScore(
        code=one.item.code,
        name=one.item.name,
        groups=groups,
        state=one.taken.state,
        effect=one.taken.effect,
        value=one.figure.value,
        denominator=one.figure.denominator,
        function=one.item.function.kind,
        score=None if one.score is None else _decimal(one.score, places),
        weight=_weight(planned[one.item.code]),
        counted_weight=_weight(share),
        weighted=None if one.score is None else _decimal(share * one.score / HUNDRED, places),
        failed=one.failed,
        repeated=one.repeated,
        reason=one.reason,
    )


# --- weights ---------------------------------------------------------------------------------------------------------


def _shares(members: tuple[Member, ...], share: Fraction, left_out: Collection[str]) -> dict[str, Fraction]:
    """The share of every leaf that counts. What is left out gives its weight to its own group, and a group of which
    nothing is left to its neighbours: so the balance between groups stays as the scheme has it."""
    present = [member for member in members if _counts(member, left_out)]
    whole = sum((Fraction(member.weight) for member in present), ZERO)
    found: dict[str, Fraction] = {}
    for member in present:
        own = share * Fraction(member.weight) / whole
        found |= _shares(member.members, own, left_out) if isinstance(member, Group) else {member.code: own}
    return found


def _counts(member: Member, left_out: Collection[str]) -> bool:
    if isinstance(member, Group):
        return any(_counts(inner, left_out) for inner in member.members)
    return member.code not in left_out


def _groups(members: tuple[Member, ...], above: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for member in members:
        if isinstance(member, Group):
            yield from _groups(member.members, (*above, member.code))
        else:
            yield member.code, above


def _base(judged: list[_Judged], counted: Mapping[str, Fraction]) -> Fraction | None:
    """The weighted mean; None while an item is held or when none is left."""
    if not counted or any(one.taken.effect is Effect.HELD for one in judged):
        return None
    return sum((counted.get(one.item.code, ZERO) * (one.score or ZERO) for one in judged), ZERO) / HUNDRED


# --- bonus, total, grade ---------------------------------------------------------------------------------------------


def _bonus_items(scheme: Scheme) -> tuple[BonusItem, ...]:
    return scheme.bonus.items if scheme.bonus else ()


def _bonus_points(rule: BonusItem, figure: Figure) -> Fraction:
    if figure.value is None or figure.amount <= 0:
        return ZERO
    return Fraction(rule.points) * (figure.amount // Fraction(rule.per))


def _bonus_score(rule: BonusItem, figure: Figure) -> BonusScore:
    points = _bonus_points(rule, figure)
    if figure.value is None:
        state = State.MISSING if figure.required else State.NOT_REQUIRED
        return BonusScore(rule.indicator, state, None, Decimal(0), N_("没有数据，不加分"))
    reason = N_(
        "%(value)s，每满 %(per)s 加 %(points)s 分，加 %(sum)s 分",
        value=shown(figure.value),
        per=shown(rule.per),
        points=shown(rule.points),
        sum=short(points, BONUS_PLACES),
    )
    return BonusScore(rule.indicator, State.GIVEN, figure.value, Decimal(short(points, BONUS_PLACES)), reason)


def _summed(
    scheme: Scheme,
    inputs: Inputs,
    parts: tuple[tuple[ItemScore, ...], tuple[BonusScore, ...]],
    base: Fraction | None,
    failed: frozenset[str],
) -> Score:
    earned = sum((_bonus_points(rule, inputs.figure(rule.indicator)) for rule in _bonus_items(scheme)), ZERO)
    bonus = min(earned, Fraction(scheme.bonus.cap)) if scheme.bonus else ZERO
    exact = None if base is None else min(HUNDRED, base + bonus)
    # The grade follows the total as it is shown, so that 90.00 is never graded as less than 90.
    total = None if exact is None else rounded(exact, scheme.rounding)
    vetoes = tuple(veto for veto in scheme.vetoes if veto.code in inputs.vetoes)
    grade = _grade(scheme, total, vetoes)
    sums = None if base is None or total is None else (base, earned, bonus, total)
    return Score(
        items=parts[0],
        bonus_items=parts[1],
        base=None if base is None else _decimal(base, scheme.rounding),
        bonus=_decimal(bonus, scheme.rounding),
        vetoes=vetoes,
        total=None if total is None else _decimal(total, scheme.rounding),
        grade=grade,
        reason=_graded(_sum_reason(sums, scheme.rounding) if sums else _held_reason(parts[0]), grade, vetoes),
        failed=failed,
        exact=exact,
    )


def _grade(scheme: Scheme, total: Fraction | None, vetoes: tuple[Veto, ...]) -> Grade | None:
    """A veto decides even where the total has to wait."""
    if vetoes:
        return scheme.grades[-1]
    return None if total is None else scheme.grade_of(total)


def _held_reason(items: tuple[ItemScore, ...]) -> Wording:
    held = [item.code for item in items if item.effect is Effect.HELD]
    if held:
        return N_("暂无总分：%(codes)s 尚缺可用的数据，按方案规则暂缓", codes="、".join(sorted(held)))
    return N_("暂无总分：本期没有可以计分的指标")


def _sum_reason(sums: tuple[Fraction, Fraction, Fraction, Fraction], places: int) -> Wording:
    base, earned, bonus, total = (plain(one, places) for one in sums)
    values = {"base": base, "earned": earned, "bonus": bonus, "total": total}
    if not sums[1]:
        return N_("各项加权得分合计 %(base)s，总分 %(total)s", **values)
    if sums[2] < sums[1]:
        return N_(
            "各项加权得分合计 %(base)s，应加 %(earned)s 分，按上限加 %(bonus)s 分，总分 %(total)s（最高 100）", **values
        )
    return N_("各项加权得分合计 %(base)s，加 %(bonus)s 分，总分 %(total)s（最高 100）", **values)


def _graded(reason: Wording, grade: Grade | None, vetoes: tuple[Veto, ...]) -> Wording:
    if grade is None:
        return reason
    values = {"first": reason, "grade": grade.name.zh, "vetoes": "、".join(veto.name.zh for veto in vetoes)}
    if vetoes:
        return N_("%(first)s；因“%(vetoes)s”一票否决，等级为“%(grade)s”", **values)
    return N_("%(first)s，等级为“%(grade)s”", **values)


def _weight(share: Fraction) -> Decimal:
    return Decimal(short(share, WEIGHT_PLACES))


def _decimal(value: Fraction, places: int) -> Decimal:
    return Decimal(plain(value, places))
