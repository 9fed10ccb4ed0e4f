"""What a contract needs before it can be signed, and arithmetic over its terms: pure, all findings at once."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

ALONE = ("alone_reason", "alone_method", "alone_reference")
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Flaw:
    """Something missing or wrong. `code` is worded in wording.py; `place` is the part of the page."""

    code: str
    place: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Band:
    """`points` from `bound` on until a better band; None is everything else."""

    bound: Decimal | None
    points: int


@dataclass(frozen=True)
class Level:
    """An agreed level with its bands, best first."""

    indicator: str
    name: str
    banned: bool
    at_least: bool
    target: Decimal
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class Line:
    """A service line: a fee per period, or a unit price with an expected volume per period."""

    number: int
    name: str
    active: bool
    fee_fen: int | None
    unit_price: Decimal | None
    expected_volume: int | None
    pay_period: str
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Draft:
    """A version as the rules see it. `roles` are the party roles present; months are the mode's limits."""

    title: str
    roles: tuple[str, ...]
    mode: str
    max_months: int | None
    extended_max_months: int | None
    term_from: date | None
    term_until: date | None
    extension_basis: str
    amount_fen: int | None
    payment_terms: str
    exclusive: bool
    exclusive_basis: str
    point_fen: int | None
    cap_percent: Decimal | None
    data_terms: str
    exit_terms: str
    lines: tuple[Line, ...]
    # Signed on paper before the system: its term is what it was.
    existing: bool = False
    # What was awarded in the purchase it was drawn from.
    award_fen: int | None = None
    # Of one that is drawn from no purchase: whether it says why, in which way it was bought, and where that is written.
    alone: tuple[bool, bool, bool] | None = None


def flaws(draft: Draft) -> list[Flaw]:
    """Everything that keeps a draft from being sealed for signing, in the order of the page."""
    return [*_terms(draft), *_parties(draft), *_money(draft), *_services(draft)]


def _terms(draft: Draft) -> Iterator[Flaw]:
    if not draft.title:
        yield Flaw("title", "terms")
    if not draft.mode:
        yield Flaw("mode", "terms")
    if draft.term_from is None or draft.term_until is None:
        yield Flaw("term", "terms")
    else:
        yield from term_flaws(draft, draft.term_from, draft.term_until)
    if draft.exclusive and not draft.exclusive_basis:
        yield Flaw("exclusive_basis", "terms")
    yield from (Flaw(code, "terms") for code, said in zip(ALONE, draft.alone or (), strict=False) if not said)
    for name in ("payment_terms", "data_terms", "exit_terms"):
        if not getattr(draft, name):
            yield Flaw(name, "terms")


def term_flaws(draft: Draft, start: date, until: date) -> Iterator[Flaw]:
    """Term order and the mode's limits (政府购买服务 ≤ 1 year, ≤ 3 on conditions; see catalog/modes.yaml)."""
    if until < start:
        yield Flaw("term_order", "terms")
    elif not draft.existing:
        yield from _over_limit(draft, start, until)


def remarks(draft: Draft) -> list[Flaw]:
    """What a reader should know and what stops nothing: the term of an existing contract beyond its mode's limits."""
    if not draft.existing or draft.term_from is None or draft.term_until is None or draft.term_until < draft.term_from:
        return []
    return list(_over_limit(draft, draft.term_from, draft.term_until))


def _over_limit(draft: Draft, start: date, until: date) -> Iterator[Flaw]:
    longest = draft.extended_max_months or draft.max_months
    if longest is not None and exceeds_months(start, until, longest):
        yield Flaw("term_too_long", "terms", {"months": str(longest)})
    elif draft.max_months is not None and exceeds_months(start, until, draft.max_months) and not draft.extension_basis:
        yield Flaw("extension_basis", "terms", {"months": str(draft.max_months)})


def _parties(draft: Draft) -> Iterator[Flaw]:
    clients = draft.roles.count("client")
    if clients != 1:
        yield Flaw("client", "parties", {"n": str(clients)})
    if "operator" not in draft.roles:
        yield Flaw("operator", "parties")


def _money(draft: Draft) -> Iterator[Flaw]:
    # 《政府采购法》 §46: as it was awarded. The tenth of §49 is for what is added to a contract that is being performed.
    if draft.award_fen is not None and draft.amount_fen is not None and draft.amount_fen > draft.award_fen:
        yield Flaw("over_award", "terms", {"amount": str(draft.amount_fen), "award": str(draft.award_fen)})
    if draft.amount_fen is None:
        yield Flaw("amount", "terms")
    elif draft.term_from and draft.term_until and draft.term_until >= draft.term_from:
        total = expected_total(draft, draft.term_from, draft.term_until)
        if total > draft.amount_fen:
            yield Flaw("over_amount", "services", {"total": str(total), "amount": str(draft.amount_fen)})
    if any(band.points for line in draft.lines for level in line.levels for band in level.bands):
        if draft.point_fen is None:
            yield Flaw("point_value", "terms")
        if draft.cap_percent is None:
            yield Flaw("cap", "terms")


def _services(draft: Draft) -> Iterator[Flaw]:
    if not draft.lines:
        yield Flaw("services", "services")
    for line in draft.lines:
        named = {"line": str(line.number), "service": line.name}
        if not line.active:
            yield Flaw("retired", "services", named)
        if line.unit_price is not None and line.expected_volume is None:
            yield Flaw("volume", "services", named)
        if not line.levels:
            yield Flaw("levels", "services", named)
        for level in line.levels:
            for code in level_flaws(level):
                yield Flaw(code, "services", {**named, "indicator": f"{level.indicator} {level.name}"})


def level_flaws(level: Level) -> Iterator[str]:
    """Codes of what is wrong with a level: a banned indicator, or bands that do not fit."""
    if level.banned:
        yield "banned_indicator"
    if not level.bands:
        yield "no_bands"
        return
    yield from band_flaws(level.bands, level.target, level.at_least)


def band_flaws(bands: Iterable[Band], target: Decimal, at_least: bool) -> Iterator[str]:
    """Bands must begin at the target with no points, get worse step by step, and end with everything else.

    Each value then falls into exactly one band: no gap, no overlap (domain.md 8).
    """
    listed = list(bands)
    bounds = [band.bound for band in listed]
    if listed[-1].bound is not None or any(bound is None for bound in bounds[:-1]):
        yield "bands_open_end"
        return
    if len(listed) < 2 or listed[0].bound != target or listed[0].points != 0:
        yield "bands_begin"
    steps = [bound for bound in bounds if bound is not None]
    ordered = sorted(steps, reverse=at_least)
    if steps != ordered or len(set(steps)) != len(steps):
        yield "bands_order"
    points = [band.points for band in listed]
    if points != sorted(points):
        yield "bands_points"


def points_for(value: Decimal, bands: Iterable[Band], at_least: bool) -> int:
    """Points of the first band that the value reaches; the last band takes everything else."""
    for band in bands:
        if band.bound is None or (value >= band.bound if at_least else value <= band.bound):
            return band.points
    raise ValueError("bands without an end")


# --- terms -----------------------------------------------------------------------------------------------------------


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later, or the last day of a month that has none (民法典 §202)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def exceeds_months(start: date, until: date, months: int) -> bool:
    """Whether a term from `start` to and with `until` is longer than so many months."""
    return until + timedelta(days=1) > add_months(start, months)


def months_of(start: date, until: date) -> int:
    """The length of a term in months; a begun one counts whole. A term that ends before it begins has none."""
    return periods_in(start, until, "month")


def periods_in(start: date, until: date, period: str) -> int:
    """How many periods begin within a term counted from its first day (a begun one counts whole)."""
    step, count = MONTHS[period], 0
    while add_months(start, step * count) <= until:
        count += 1
    return count


def expected_total(draft: Draft, start: date, until: date) -> int:
    """What the term would cost at the expected volumes, in fen; a unit price of 0.003 yuan is rounded per line."""
    return sum(line_total(line, start, until) for line in draft.lines)


def line_total(line: Line, start: date, until: date) -> int:
    """One line over the term in fen, half up; 0 when its price or volume is still missing."""
    count = periods_in(start, until, line.pay_period)
    if line.fee_fen is not None:
        return line.fee_fen * count
    if line.unit_price is None or line.expected_volume is None:
        return 0
    exact = line.unit_price * line.expected_volume * count * 100
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def default_bands(target: Decimal, step: Decimal, at_least: bool) -> tuple[Band, ...]:
    """A first proposal: at the target nothing, then one point a step, four at most (worked check of domain.md 8)."""
    sign = -1 if at_least else 1
    bounds = [target + sign * step * place for place in range(4)]
    return (*(Band(bound, points) for points, bound in enumerate(bounds)), Band(None, 4))
