"""The content of a plan: what both sides agree to, as one canonical text with two digests."""

from decimal import Decimal
from typing import Any

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import parsed
from app.contracts.models import Contract, ContractService, ContractVersion, Pricing
from app.core.canonical import Digests, canonical_json, digest_both
from app.figures.measures import agreed_version, measures_of
from app.indicators.scheme_terms import Scheme
from app.plans.coverage import Agreement, Covered, covered
from app.plans.models import Plan

FORM = "guanyun.plan/1"


def content_of(plan: Plan, contract: Contract, scheme: CatalogueEntry, schedule: CatalogueEntry | None) -> Any:
    """Everything agreed, with codes, versions and digests of the rules it refers to and what they cover."""
    version = agreed_version(contract)
    return {
        "form": FORM,
        "code": plan.code,
        "contract": _contract(contract, version),
        "number": plan.number,
        "kind": plan.period_kind.value,
        "first_period": plan.first_period,
        "scheme": _entry(scheme),
        "weighting": plan.weighting.value,
        "schedule": _entry(schedule) if schedule else None,
        "min_outage_minutes": plan.min_outage_minutes,
        "degraded_weight": plain(plan.degraded_weight),
        "report_after_days": plan.report_after_days,
        "services": [_service(one) for one in coverage_of(contract, parsed(scheme), plan.period_kind.value)],
    }


def sealed(plan: Plan, contract: Contract, scheme: CatalogueEntry, schedule: CatalogueEntry | None) -> Digests:
    """Writes the canonical text into the plan; its digests."""
    plan.content = canonical_json(content_of(plan, contract, scheme, schedule))
    return digest_both(plan.content.encode())


def agreements_of(contract: Contract, kind: str) -> list[Agreement]:
    """What the contract agrees and measures for periods of a kind, by service line."""
    version = agreed_version(contract)
    measured = {(one.service_id, one.indicator) for one in measures_of(contract) if one.due == kind}
    return [_agreement(line, kind, measured) for line in version.lines] if version else []


def _agreement(line: ContractService, kind: str, measured: set[tuple[int, str]]) -> Agreement:
    levels = frozenset(one.indicator.code for one in line.levels if one.period.value == kind)
    return Agreement(
        service=line.service.code,
        levels=levels,
        measured=frozenset(code for service_id, code in measured if service_id == line.service_id),
        elsewhere=frozenset(one.indicator.code for one in line.levels) - levels,
        has_baseline=line.expected_volume is not None,
    )


def coverage_of(contract: Contract, scheme: Scheme, kind: str) -> list[Covered]:
    """For every service what is judged, what the scheme has beyond that, and what is agreed but not judged."""
    return [covered(scheme, one) for one in agreements_of(contract, kind)]


def paid_by_use(contract: Contract) -> list[str]:
    """The names of services without a fixed fee."""
    version = agreed_version(contract)
    lines = version.lines if version else []
    return [line.service.name for line in lines if line.pricing is Pricing.UNIT_PRICE]


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _contract(contract: Contract, version: ContractVersion | None) -> dict[str, Any]:
    return {
        "code": contract.code,
        "version": version.number if version else None,
        "digest": version.digest_sha256 if version else None,
    }


def _entry(entry: CatalogueEntry) -> dict[str, Any]:
    return {"code": entry.code, "version": entry.version, "digest": entry.digest}


def _service(one: Covered) -> dict[str, Any]:
    return {"service": one.service, "judged": list(one.judged)}
