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


def target_flaws(value: Decimal) -> Iterator[Flaw]:
    if not storable(value):
        yield Flaw("target_value", "value")


def remarks(
    cost_total: int | None, design_budget: int | None, estimate: int | None, own_without_reason: int
) -> Iterator[Flaw]:
    """What a reader should notice and what stops no saving: gates and lists judge it when it matters."""
    if cost_total is not None and design_budget is not None and cost_total > design_budget:
        yield Flaw("costs_over_budget", "money", {"total": str(cost_total), "amount": str(design_budget)})
    if estimate is not None and design_budget is not None and design_budget * 10 > estimate * 11:
        yield Flaw("budget_over_estimate", "money", {"total": str(design_budget), "amount": str(estimate)})
    if own_without_reason:
        yield Flaw("own_without_reason", "components", {"n": str(own_without_reason)})
