"""From what was reported and seen to the figure that is judged, with its source and how it came about.

- What a monitor saw goes before what was reported: KI-001, KI-007 and KI-008 come from the events of a service that has
  any, exactly; a reported value beside them is shown, and how far it is off.
- The shares of use come from the counts where they were not reported themselves.
- Nothing agreed, nothing owed: not required. Owed and not there: missing. Neither is ever zero, and zero is a value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from app.assessments.material import Line, Reported, Watched
from app.catalogues.wording import N_, Wording
from app.indicators.exact import HUNDRED, decimals_of, rounded, short, shown
from app.indicators.figures import MISSING, NOT_REQUIRED, Figure
from app.plans.coverage import ATTAINMENT, FROM_EVENTS, ONLINE, VOLUME, is_required

AVAILABILITY, OUTAGES, LONGEST = "KI-001", "KI-007", "KI-008"
ONLINE_CHANNEL = "online"
# Decimals of a calculated value as it is shown; judged is the exact one.
PLACES = 4
SECOND = 10**6

# Of one service, by indicator and channel.
Figures = Mapping[tuple[str, str], Reported]


@dataclass(frozen=True)
class Derived:
    """A figure with where it comes from: kind is figure, events, derived, opinions or none.

    `figures` are those that it was made of; `beside` is a reported one that events took the place of.
    """

    figure: Figure
    kind: str
    how: Wording
    figures: tuple[Reported, ...] = ()
    watched: Watched | None = None
    beside: Reported | None = None


@dataclass(frozen=True)
class Found:
    """What there is of one service in a period of so many months."""

    figures: Figures
    watched: Watched | None
    months: int
    # Of the period, the days on which the service was operated at all.
    share: Fraction = Fraction(1)


def derive(code: str, line: Line, found: Found) -> Derived:
    """The figure of one indicator of one service; where a verified revision stands in for a doubted one, it says so."""
    made = _derived(code, line, found)
    return replace(made, how=stood_in(made.how, made.figures))


def stood_in(how: Wording, figures: Iterable[Reported]) -> Wording:
    """How a value came about, with every verified revision that counts in place of a doubted one."""
    for one in figures:
        if one.doubted:
            how = N_(
                "%(first)s；第 %(n)s 版被标记存疑，按已核验的第 %(m)s 版计", first=how, n=one.doubted, m=one.revision
            )
    return how


def _derived(code: str, line: Line, found: Found) -> Derived:
    figures, watched = found.figures, found.watched
    if not is_required(code, line.agreement):
        return Derived(NOT_REQUIRED, "none", N_("合同没有为这项服务约定按本周期考核的这项指标"))
    reported = figures.get((code, ""))
    if code in FROM_EVENTS and watched is not None:
        return _from_events(code, watched, reported)
    if reported is not None:
        return _as_reported(reported)
    if code == ONLINE:
        return _online(figures)
    if code == ATTAINMENT:
        expected = line.expected(found.months)
        return _attainment(expected * found.share if expected is not None else None, figures)
    if code in FROM_EVENTS:
        return Derived(MISSING, "none", N_("没有报送状态事件，也没有报送这项数据"))
    return Derived(MISSING, "none", N_("没有报送这项数据"))


def _as_reported(one: Reported) -> Derived:
    if one.standing == "missing":
        return Derived(MISSING, "figure", N_("申报缺失：%(reason)s", reason=one.reason), (one,))
    if one.standing == "not_required":
        return Derived(NOT_REQUIRED, "figure", N_("申报不适用：%(reason)s", reason=one.reason or "—"), (one,))
    figure = Figure(one.value, one.denominator)
    return Derived(figure, "figure", N_("运营方报送的数据"), (one,))


def calculated(exact: Fraction, denominator: Decimal | None = None) -> Figure:
    """A figure that was calculated: judged as it is, shown shortened."""
    return Figure(Decimal(short(exact, PLACES)), denominator, exact=exact)


# --- events ----------------------------------------------------------------------------------------------------------


def _from_events(code: str, watched: Watched, reported: Reported | None) -> Derived:
    """What nobody watched is missing; where no time was agreed, or all of it excluded, there is nothing to judge."""
    if watched.judged == 0:
        missing = watched.missing > 0
        how = _nothing_judged(watched)
        return Derived(MISSING if missing else NOT_REQUIRED, "events", how, watched=watched, beside=reported)
    exact, how = _seen(code, watched)
    return Derived(calculated(exact), "events", _compared(how, exact, reported), watched=watched, beside=reported)


def _nothing_judged(watched: Watched) -> Wording:
    if watched.missing > 0:
        return N_("约定时间内没有监测记录，视为缺失")
    if watched.agreed == 0:
        return N_("本期没有约定的服务时间，不评判")
    return N_("约定时间全部经裁定除外，不评判")


def _seen(code: str, watched: Watched) -> tuple[Fraction, Wording]:
    if code == OUTAGES:
        return Fraction(watched.count), N_("由状态事件推算：本期发生并计入的中断 %(n)s 次", n=watched.count)
    if code == LONGEST:
        longest = watched.longest_minutes or Fraction(0)
        return longest, N_("由状态事件推算：最长一次中断计 %(minutes)s 分钟", minutes=short(longest, PLACES))
    share = watched.share if watched.share is not None else Fraction(0)
    how = N_(
        "由状态事件推算：1 − 加权中断 %(down)s 秒 ÷ 评判时间 %(judged)s 秒"
        "（约定 %(agreed)s 秒，除外 %(excluded)s 秒，无监测 %(missing)s 秒）",
        down=seconds(watched.down),
        judged=seconds(watched.judged),
        agreed=seconds(watched.agreed),
        excluded=seconds(watched.excluded),
        missing=seconds(watched.missing),
    )
    return share * HUNDRED, how


def _compared(how: Wording, exact: Fraction, reported: Reported | None) -> Wording:
    """What the operator reported beside it, and how far it is off."""
    if reported is None or reported.value is None:
        return how
    places = max(decimals_of(reported.value), 2)
    told = shown(reported.value)
    if rounded(exact, places) == Fraction(reported.value):
        return N_("%(first)s；与报送值 %(told)s 一致", first=how, told=told)
    off = short(abs(exact - Fraction(reported.value)), PLACES)
    return N_("%(first)s；报送值为 %(told)s，相差 %(off)s，以状态事件为准", first=how, told=told, off=off)


def seconds(microseconds: int | Fraction) -> str:
    return short(Fraction(microseconds) / SECOND, 6)


# --- use -------------------------------------------------------------------------------------------------------------


def _online(figures: Figures) -> Derived:
    """Cases in the channel `online` against all; the figure may bring its own whole."""
    part, whole = figures.get((VOLUME, ONLINE_CHANNEL)), figures.get((VOLUME, ""))
    if part is None:
        return Derived(MISSING, "none", N_("没有报送网上办理量，无法推算"))
    if part.value is None:
        return _as_reported(part)
    if part.denominator is not None:
        return _ratio(part.value, part.denominator, (part,))
    if whole is None or whole.value is None:
        used = (part,) if whole is None else (part, whole)
        return Derived(MISSING, "derived", N_("没有报送全部办件量，无法推算"), used)
    return _ratio(part.value, whole.value, (part, whole))


def _ratio(part: Decimal, whole: Decimal, used: tuple[Reported, ...]) -> Derived:
    if whole == 0:
        return Derived(NOT_REQUIRED, "derived", N_("全部办件量为 0，没有比率"), used)
    if part > whole:
        # A part larger than its whole is no share: a reported one of more than 100 % is refused at the door as well.
        how = N_("网上 %(part)s 大于全部 %(whole)s，占比无从成立，视为缺失", part=shown(part), whole=shown(whole))
        return Derived(MISSING, "derived", how, used)
    how = N_("由办件量推算：网上 %(part)s ÷ 全部 %(whole)s × 100", part=shown(part), whole=shown(whole))
    return Derived(calculated(Fraction(part) / Fraction(whole) * HUNDRED, whole), "derived", how, used)


def _attainment(baseline: Fraction | None, figures: Figures) -> Derived:
    """Use against the baseline of the contract."""
    volume = figures.get((VOLUME, ""))
    if volume is None:
        return Derived(MISSING, "none", N_("没有报送办件量，无法推算"))
    if volume.value is None:
        return _as_reported(volume)
    if not baseline:
        return Derived(NOT_REQUIRED, "derived", N_("合同约定的基准使用量为 0，没有比率"), (volume,))
    figure = calculated(Fraction(volume.value) / baseline * HUNDRED, Decimal(short(baseline, PLACES)))
    how = N_(
        "由办件量推算：实际 %(volume)s ÷ 合同基准 %(baseline)s × 100",
        volume=shown(volume.value),
        baseline=short(baseline, PLACES),
    )
    return Derived(figure, "derived", how, (volume,))


def by_service(figures: Iterable[Reported], period: str) -> dict[int, dict[tuple[str, str], Reported]]:
    """The figures of exactly this period."""
    found: dict[int, dict[tuple[str, str], Reported]] = {}
    for one in figures:
        if one.period == period:
            found.setdefault(one.service_id, {})[one.indicator, one.channel] = one
    return found
