"""The content of a declaration: what is decided on, as one canonical text with two digests."""

from decimal import Decimal
from typing import Any

from app.catalogues.models import CatalogueEntry
from app.core.canonical import Digests, canonical_json, digest_both
from app.projects.models import ComponentUse, CostLine, DataItem, Declaration, PlannedService, Target
from app.subjects.models import Party
from app.subjects.queries import parties_of

FORM = "guanyun.declaration/1"


def content_of(version: Declaration) -> dict[str, Any]:
    """Everything declared. Organisations, services and regions by code: a new name of one does not make it another."""
    project = version.project
    practice = project.subject.practice_entry
    # What follows no practice says nothing of one: what was sealed before there were any reads as it did.
    followed = {"practice": _entry(practice)} if practice is not None else {}
    return {
        **followed,
        "form": FORM,
        "code": project.code,
        "version": version.number,
        "title": project.subject.title,
        "region": project.subject.region.code,
        "parties": [_party(party) for party in _in_order(parties_of(project.subject))],
        "basics": _basics(version),
        "money": _money(version),
        "operation": _operation(version),
        "costs": [_cost(line) for line in version.costs],
        "services": [_service(line) for line in version.services],
        "data_items": [_data_item(line) for line in version.data_items],
        "no_data": version.no_data,
        "components": [_component(line) for line in version.components],
        "no_components": version.no_components,
        "targets": [_target(line) for line in version.targets],
    }


def canonical_content(version: Declaration) -> tuple[str, Digests]:
    """The canonical text of a version and its digests."""
    text = canonical_json(content_of(version))
    return text, digest_both(text.encode())


def _basics(version: Declaration) -> dict[str, Any]:
    return {
        "kind": version.kind,
        "category": version.category,
        "scope": version.scope,
        "deployment": version.deployment,
        "purpose": version.purpose,
        "functions": version.functions,
        "plan_item": version.plan_item,
        "responsible_person": version.responsible_person,
        "planned_from": _text(version.planned_from),
        "planned_until": _text(version.planned_until),
        "mlps_level": version.mlps_level,
        "prior_project": version.prior_project,
        "prior_investment_fen": version.prior_investment_fen,
    }


def _money(version: Declaration) -> dict[str, Any]:
    return {
        "estimate_fen": version.estimate_fen,
        "design_budget_fen": version.design_budget_fen,
        "budget_item": version.budget_item,
        "budget_year": version.budget_year,
        "funding": version.funding,
    }


def _operation(version: Declaration) -> dict[str, Any]:
    return {
        "mode": _entry(version.mode) if version.mode else None,
        "operating_budget_fen": version.operating_budget_fen,
        "operating_plan": version.operating_plan,
        "exit_plan": version.exit_plan,
    }


def _entry(entry: CatalogueEntry) -> dict[str, Any]:
    return {"code": entry.code, "version": entry.version, "digest": entry.digest}


def _in_order(parties: list[Party]) -> list[Party]:
    return sorted(parties, key=lambda one: (one.side.value, one.role.value, one.organisation.code))


def _party(party: Party) -> dict[str, Any]:
    organisation = party.organisation
    return {"role": party.role, "side": party.side, "code": organisation.code, "uscc": organisation.uscc}


def _cost(line: CostLine) -> dict[str, Any]:
    return {"line": line.line, "category": line.category, "name": line.name, "amount_fen": line.amount_fen}


def _service(line: PlannedService) -> dict[str, Any]:
    return {
        "line": line.line,
        "service": line.service.code if line.service else None,
        "name": line.name,
        "unit": line.unit,
        "usage_indicator": line.usage_indicator,
        "is_new": line.is_new,
        "baseline": line.baseline,
        "baseline_source": line.baseline_source,
        "forecasts": [line.forecast_first, line.forecast_second, line.forecast_third],
        "unit_price": _decimal(line.unit_price),
    }


def _data_item(line: DataItem) -> dict[str, Any]:
    return {
        "line": line.line,
        "name": line.name,
        "catalogue_number": line.catalogue_number,
        "data_class": line.data_class,
        "sharing": line.sharing,
        "basis": line.basis,
        "provider": line.provider,
    }


def _component(line: ComponentUse) -> dict[str, Any]:
    return {"line": line.line, "component": line.component, "provision": line.provision, "reason": line.reason}


def _target(line: Target) -> dict[str, Any]:
    said = {
        "line": line.line,
        "name": line.name,
        "value": _decimal(line.value),
        "unit": line.unit,
        "due_on": _text(line.due_on),
    }
    # What was sealed before these were asked for keeps its digest.
    later = {"effect": line.effect, "baseline": _decimal(line.baseline), "method": line.method}
    return said | {name: value for name, value in later.items() if value not in {None, ""}}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"
