"""What can be chosen while drafting: modes, indicators, services, organisations and their roles."""

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, current, parsed
from app.conditions.gathering import practice_of
from app.contracts.models import Contract
from app.contracts.queries import services_to_buy
from app.core.clock import today
from app.evidence.queries import evidence_of
from app.organisations.models import in_language
from app.organisations.queries import active_organisations
from app.subjects.models import PARTY_SIDES, PartyRole


def entry_of(kind: str, code: str | None) -> CatalogueEntry | None:
    """The entry in force for a chosen code; None when nothing is chosen."""
    return current(kind, code, today()) if code else None


def mode_choices() -> list[tuple[str, str]]:
    found = [(entry.code, parsed(entry).head.name) for entry in all_current("contract_mode", today())]
    return [(code, in_language(name.zh, name.en)) for code, name in found]


def file_choices(contract: Contract) -> list[tuple[str, str]]:
    """The contract's attached files by digest."""
    return [(one.sha256, f"{one.file_name}（{one.sha256[:12]}）") for one in evidence_of(contract.subject)]


def indicator_choices(contract: Contract) -> list[tuple[str, str]]:
    """Indicators that may be scored, with their unit; those that the contract's practice brings first."""
    found, first = [], practice_of(contract.subject).brings
    for entry in all_current("indicator", today()):
        definition = parsed(entry)
        if not definition.banned_as_assessment:
            name = in_language(definition.name.zh, definition.name.en)
            unit = in_language(definition.unit.zh, definition.unit.en)
            found.append((entry.code, f"{entry.code} {name}（{unit}）"))
    return sorted(found, key=lambda one: one[0] not in first)


def service_choices() -> list[tuple[str, str]]:
    return [(one.code, f"{one.code} {one.name}（{one.unit}）") for one in services_to_buy()]


def organisation_choices() -> list[tuple[str, str]]:
    return [("", ""), *((one.code, one.name) for one in active_organisations())]


def role_choices() -> list[tuple[str, str]]:
    return [(role.value, f"{role.label} · {PARTY_SIDES[role].label}") for role in PartyRole]
