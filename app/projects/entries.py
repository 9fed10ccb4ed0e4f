"""What is typed into the sections and lists of a declaration; None is not yet known. Amounts in fen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.projects.change_kinds import EffectKind
from app.projects.kinds import (
    Component,
    CostCategory,
    DataClass,
    Deployment,
    ProjectCategory,
    ProjectKind,
    Provision,
    Scope,
    Sharing,
)

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from app.catalogues.models import CatalogueEntry
    from app.services.models import Service


@dataclass(frozen=True)
class BasicsFacts:
    """What the project is, why, when, and what it follows on."""

    title: str
    kind: ProjectKind | None = None
    category: ProjectCategory | None = None
    scope: Scope | None = None
    deployment: Deployment | None = None
    purpose: str = ""
    functions: str = ""
    plan_item: str | None = None
    responsible_person: str = ""
    planned_from: date | None = None
    planned_until: date | None = None
    mlps_level: int | None = None
    prior_project: str = ""
    prior_investment_fen: int | None = None
    no_data: bool = False
    no_components: bool = False


@dataclass(frozen=True)
class MoneyFacts:
    """What it costs and who pays."""

    estimate_fen: int | None = None
    design_budget_fen: int | None = None
    budget_item: str | None = None
    budget_year: int | None = None
    funding: str = ""


@dataclass(frozen=True)
class OperationFacts:
    """How it will be operated, what that costs a year, and how it ends."""

    mode: CatalogueEntry | None = None
    operating_budget_fen: int | None = None
    operating_plan: str = ""
    exit_plan: str = ""


@dataclass(frozen=True)
class CostFacts:
    """A line of the cost sheet."""

    category: CostCategory
    name: str
    amount_fen: int


@dataclass(frozen=True)
class ServiceFacts:
    """A planned service: one of the ledger, whose name and unit count, or one by its own name."""

    service: Service | None
    name: str = ""
    unit: str = ""
    usage_indicator: str = ""
    is_new: bool = False
    baseline: int | None = None
    baseline_source: str = ""
    forecast_first: int | None = None
    forecast_second: int | None = None
    forecast_third: int | None = None
    unit_price: Decimal | None = None


@dataclass(frozen=True)
class DataFacts:
    """Data that is used or made."""

    name: str
    data_class: DataClass
    sharing: Sharing
    catalogue_number: str = ""
    basis: str = ""
    provider: str = ""


@dataclass(frozen=True)
class ComponentFacts:
    """A shared capability that is needed."""

    component: Component
    provision: Provision
    reason: str = ""


@dataclass(frozen=True)
class TargetFacts:
    """A promised effect."""

    name: str
    value: Decimal
    unit: str
    due_on: date
    effect: EffectKind | None = None
    baseline: Decimal | None = None
    method: str = ""


LineFacts = CostFacts | ServiceFacts | DataFacts | ComponentFacts | TargetFacts
