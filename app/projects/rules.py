"""What contradicts itself in a declaration, and what in it should be noticed: pure, all findings at once.

Empty is no flaw: a draft is saved as far as it is known, and gates ask for the rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.core.money import MAX_FEN, storable

MAX_USE = 10**12
YEARS = range(2000, 2101)
MLPS_LEVELS = range(1, 5)
# From how many times on a figure stands out, and from how many times on it can only be a slip; defaults of the product.
# Running a system for a year costs a fraction of building it. Use grows to a few times what it was. Yuan for ten
# thousand yuan, or cases for ten thousand cases, is wrong by ten thousand times: far beyond both limits.
OPERATING_NOTED, OPERATING_ABSURD = 1, 10
FORECAST_NOTED, FORECAST_ABSURD = 5, 1_000
# What nobody used before is compared with nothing: about seven uses a year by everybody in the country.
NEW_USE_NOTED = 10**10
# A plan begins within the five years of the programme that it is in.
FAR_YEARS = 5
# Lines of cost that come to less than so many percent of the design budget leave too much of it unexplained.
ITEMISED = 80


@dataclass(frozen=True)
class Flaw:
    """Something wrong or noticeable. `code` is worded in wording.py; `place` is the field."""

    code: str
    place: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Basics:
    """The basics of the project `code` as the rules see them; so many lines of data and components are listed."""

    code: str
    title: str
    planned_from: date | None
    planned_until: date | None
    mlps_level: int | None
    prior_project: str
    no_data: bool = False
    no_components: bool = False
    data_items: int = 0
    components: int = 0


@dataclass(frozen=True)
class Use:
    """The use of a planned service as the rules see it: before, and in its first years."""

    is_new: bool
    on_ledger: bool
    is_active: bool
    name: str
    unit: str
    baseline: int | None
    forecasts: tuple[int | None, int | None, int | None]
    unit_price: Decimal | None


@dataclass(frozen=True)
class Expected:
    """What a planned service was used and is expected to be used a year."""

    name: str
    baseline: int | None
    forecasts: tuple[int | None, ...]

    @property
    def most(self) -> int:
        return max((one for one in self.forecasts if one is not None), default=0)


@dataclass(frozen=True)
class Whole:
    """A whole declaration as it is compared with itself and with the day `on` which it is or was submitted.

    Without a day (a project taken in) nothing is held against its dates.
    """

    on: date | None = None
    planned_from: date | None = None
    planned_until: date | None = None
    budget_year: int | None = None
    cost_total: int | None = None
    estimate: int | None = None
    design_budget: int | None = None
    operating_budget: int | None = None
    own_without_reason: int = 0
    uses: tuple[Expected, ...] = ()
    targets: tuple[tuple[str, date], ...] = ()


def basics_flaws(basics: Basics) -> Iterator[Flaw]:
    """Dates the wrong way round, a level there is none of, a project that follows on itself, none of what is listed."""
    if not basics.title:
        yield Flaw("title", "title")
    if basics.planned_from and basics.planned_until and basics.planned_until < basics.planned_from:
        yield Flaw("planned_order", "planned_until")
    if basics.mlps_level is not None and basics.mlps_level not in MLPS_LEVELS:
        yield Flaw("mlps_level", "mlps_level")
    if basics.prior_project and basics.prior_project.upper() == basics.code:
        yield Flaw("prior_is_itself", "prior_project")
    if basics.no_data and basics.data_items:
        yield Flaw("data_listed", "no_data", {"n": str(basics.data_items)})
    if basics.no_components and basics.components:
        yield Flaw("components_listed", "no_components", {"n": str(basics.components)})


def amount_flaws(amounts: Mapping[str, int | None]) -> Iterator[Flaw]:
    """Amounts by field: what is not known yet is empty, and nothing costs nothing."""
    for place, fen in amounts.items():
        if fen is not None and not 0 < fen < MAX_FEN:
            yield Flaw("amount", place)


def year_flaws(budget_year: int | None) -> Iterator[Flaw]:
    if budget_year is not None and budget_year not in YEARS:
        yield Flaw("budget_year", "budget_year")


def use_flaws(use: Use) -> Iterator[Flaw]:
    """A baseline of zero compares with nothing; a new service has none; a forecast is more than nothing."""
    yield from _ledger_flaws(use) if use.on_ledger else _naming_flaws(use)
    yield from _baseline_flaws(use)
    for place, number in zip(("forecast_first", "forecast_second", "forecast_third"), use.forecasts, strict=True):
        if number is not None and not 0 < number < MAX_USE:
            yield Flaw("forecast", place)
        elif number is not None and use.baseline and number > use.baseline * FORECAST_ABSURD:
            yield Flaw("forecast_absurd", place, {"n": str(FORECAST_ABSURD)})
    if use.unit_price is not None and not (use.unit_price > 0 and storable(use.unit_price)):
        yield Flaw("unit_price", "unit_price")


def _ledger_flaws(use: Use) -> Iterator[Flaw]:
    if not use.is_active:
        yield Flaw("retired", "service")
    if use.is_new:
        yield Flaw("new_on_ledger", "is_new")


def _naming_flaws(use: Use) -> Iterator[Flaw]:
    if not use.name:
        yield Flaw("service_name", "name")
    if not use.unit:
        yield Flaw("service_unit", "unit")


def _baseline_flaws(use: Use) -> Iterator[Flaw]:
    if use.baseline is None:
        return
    if use.is_new:
        yield Flaw("new_with_baseline", "baseline")
    elif use.baseline == 0:
        yield Flaw("baseline_zero", "baseline")
    elif not 0 < use.baseline < MAX_USE:
        yield Flaw("baseline_range", "baseline")


def target_flaws(value: Decimal, due_on: date, planned_from: date | None) -> Iterator[Flaw]:
    if not storable(value):
        yield Flaw("target_value", "value")
    if planned_from is not None and due_on < planned_from:
        yield Flaw("due_before_start", "due_on", {"day": planned_from.isoformat()})


def operating_flaws(operating_budget: int | None, built_for: int | None) -> Iterator[Flaw]:
    """A year of operation that costs many times the building is a slip of units."""
    if operating_budget and built_for and operating_budget > built_for * OPERATING_ABSURD:
        yield Flaw("operating_absurd", "operating_budget", {"n": str(OPERATING_ABSURD)})


# --- the whole -------------------------------------------------------------------------------------------------------


def contradictions(whole: Whole) -> Iterator[Flaw]:
    """What cannot be meant as it stands, whichever part was written last: nothing is submitted with it."""
    on, start, end = whole.on, whole.planned_from, whole.planned_until
    if on and end and end < on:
        yield Flaw("plan_is_over", "basics", {"day": end.isoformat()})
    for name, due_on in whole.targets:
        if start and due_on < start:
            yield Flaw("target_before_start", "targets", {"name": name, "day": due_on.isoformat()})
        elif on and due_on < on:
            yield Flaw("target_past", "targets", {"name": name, "day": due_on.isoformat()})
    for one in operating_flaws(whole.operating_budget, whole.estimate or whole.design_budget):
        yield Flaw(one.code, "operation", one.values)
    for use in whole.uses:
        if use.baseline and use.most > use.baseline * FORECAST_ABSURD:
            yield Flaw("service_absurd", "services", {"name": use.name, "n": str(FORECAST_ABSURD)})


def remarks(whole: Whole) -> Iterator[Flaw]:
    """What a reader should notice and what stops nothing: gates and lists judge it when it matters."""
    yield from _money_remarks(whole)
    if whole.own_without_reason:
        yield Flaw("own_without_reason", "components", {"n": str(whole.own_without_reason)})
    if whole.on is not None:
        yield from _day_remarks(whole, whole.on)
    for use in whole.uses:
        yield from _use_remarks(use)


def _money_remarks(whole: Whole) -> Iterator[Flaw]:
    total, estimate, budget, running = whole.cost_total, whole.estimate, whole.design_budget, whole.operating_budget
    if total is not None and budget is not None and total > budget:
        yield Flaw("costs_over_budget", "money", {"total": str(total), "amount": str(budget)})
    if total is not None and budget is not None and total * 100 < budget * ITEMISED:
        yield Flaw("costs_far_below_budget", "money", {"total": str(total), "amount": str(budget), "n": str(ITEMISED)})
    if estimate is not None and budget is not None and budget * 10 > estimate * 11:
        yield Flaw("budget_over_estimate", "money", {"total": str(budget), "amount": str(estimate)})
    built_for = estimate or budget
    if running and built_for and built_for * OPERATING_NOTED < running:
        yield Flaw("operating_high", "operation", {"total": str(running), "amount": str(built_for)})


def _day_remarks(whole: Whole, on: date) -> Iterator[Flaw]:
    start = whole.planned_from
    if start and start < on:
        yield Flaw("start_past", "basics", {"day": start.isoformat()})
    if start and start.year > on.year + FAR_YEARS:
        yield Flaw("start_far", "basics", {"day": start.isoformat(), "n": str(FAR_YEARS)})
    if whole.budget_year is not None and whole.budget_year < on.year:
        yield Flaw("budget_year_past", "money", {"year": str(whole.budget_year)})


def _use_remarks(use: Expected) -> Iterator[Flaw]:
    if use.baseline and use.most > use.baseline * FORECAST_NOTED:
        values = {"name": use.name, "most": f"{use.most:,}", "baseline": f"{use.baseline:,}", "n": str(FORECAST_NOTED)}
        yield Flaw("forecast_high", "services", values)
    if use.baseline is None and use.most > NEW_USE_NOTED:
        yield Flaw("new_use_high", "services", {"name": use.name, "most": f"{use.most:,}"})
