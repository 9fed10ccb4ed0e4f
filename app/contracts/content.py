"""The content of a version: what both sides sign, as one canonical text with two digests."""

from typing import Any

from app.catalogues.queries import parsed
from app.contracts.models import AgreedLevel, ContractService, ContractVersion
from app.contracts.rules import Band, Draft, Level, Line
from app.core.canonical import Digests, canonical_json, digest_both
from app.procurement.models import Procurement
from app.subjects.models import Party
from app.subjects.queries import parties_of

FORM = "guanyun.contract/1"


def content_of(version: ContractVersion) -> dict[str, Any]:
    """Everything agreed, in both languages' names, with codes, versions and digests of the rules it refers to."""
    contract = version.contract
    return {
        "form": FORM,
        "code": contract.code,
        "version": version.number,
        "title": contract.subject.title,
        "region": contract.subject.region.code,
        "mode": _entry(version.mode),
        "parties": [_party(party) for party in _in_order(parties_of(contract.subject))],
        "term": {"from": _text(version.term_from), "until": _text(version.term_until)},
        "extension_basis": version.extension_basis,
        "amount_fen": version.amount_fen,
        "payment_terms": version.payment_terms,
        "exclusive": version.exclusive,
        "exclusive_basis": version.exclusive_basis,
        "deduction": {"point_fen": version.point_fen, "cap_percent": _text(version.cap_percent)},
        "services": [_line(line) for line in sorted(version.lines, key=lambda one: one.line)],
        "data_terms": version.data_terms,
        "exit_terms": version.exit_terms,
        **_practice(version),
        **_alone(version),
        **_existing(version),
        **_of_project(version),
    }


def _of_project(version: ContractVersion) -> dict[str, Any]:
    """The project that the contract serves and the purchase it was drawn from; others have no such keys."""
    contract = version.contract
    found: dict[str, Any] = {}
    if contract.project is not None:
        found["project"] = {"code": contract.project.code}
    if contract.procurement is not None:
        purchase = contract.procurement
        found["procurement"] = {
            "code": purchase.code,
            "method": purchase.method.value,
            "award_number": purchase.award_number,
            "award_fen": purchase.award_fen,
            **_adds_to(purchase.original),
        }
    return found


def _adds_to(original: Procurement | None) -> dict[str, Any]:
    """The contract that this one adds to; others have no such key."""
    if original is None:
        return {}
    added = {"procurement": original.code, "contract": original.contract_number, "amount_fen": original.contract_fen}
    return {"adds_to": added}


def _practice(version: ContractVersion) -> dict[str, Any]:
    """The practice that the contract follows; others have no such key."""
    entry = version.contract.subject.practice_entry
    return {"practice": _entry(entry)} if entry is not None else {}


def _alone(version: ContractVersion) -> dict[str, Any]:
    """How a contract was bought that is drawn from no purchase here; others have no such key."""
    if not (version.stands_alone and version.alone_reason):
        return {}
    method = version.alone_method
    return {
        "alone": {
            "reason": version.alone_reason,
            "method": method.value if method is not None else None,
            "reference": version.alone_reference,
        }
    }


def _existing(version: ContractVersion) -> dict[str, Any]:
    """The paper that stands behind an existing contract; other contracts have no such key."""
    if not version.is_existing:
        return {}
    return {
        "existing": {
            "number": version.paper_number,
            "signed_on": _text(version.paper_signed_on),
            "sha256": version.paper_sha256,
        }
    }


def canonical_content(version: ContractVersion) -> tuple[str, Digests]:
    """The canonical text of a version and its digests."""
    text = canonical_json(content_of(version))
    return text, digest_both(text.encode())


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _decimal(value: Any) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _entry(entry: Any) -> dict[str, Any] | None:
    if entry is None:
        return None
    name = parsed(entry).head.name
    return {
        "code": entry.code,
        "version": entry.version,
        "digest": entry.digest,
        "name": {"zh": name.zh, "en": name.en},
    }


def _in_order(parties: list[Party]) -> list[Party]:
    return sorted(parties, key=lambda one: (one.side.value, one.role.value, one.organisation.code))


def _party(party: Party) -> dict[str, Any]:
    organisation = party.organisation
    return {
        "role": party.role.value,
        "side": party.side.value,
        "code": organisation.code,
        "name": {"zh": organisation.name_zh, "en": organisation.name_en},
        "uscc": organisation.uscc,
    }


def _line(line: ContractService) -> dict[str, Any]:
    service = line.service
    return {
        "line": line.line,
        "service": service.code,
        "name": {"zh": service.name_zh, "en": service.name_en},
        "pricing": line.pricing.value,
        "fee_fen": line.fee_fen,
        "unit_price": _decimal(line.unit_price),
        "unit": line.unit,
        "pay_period": line.pay_period.value,
        "expected_volume": line.expected_volume,
        "levels": [_level(level) for level in sorted(line.levels, key=lambda one: one.indicator.code)],
    }


def _level(level: AgreedLevel) -> dict[str, Any]:
    definition = parsed(level.indicator)
    return {
        "indicator": _entry(level.indicator),
        "unit": {"zh": definition.unit.zh, "en": definition.unit.en},
        "comparison": level.comparison.value,
        "target": _decimal(level.target),
        "period": level.period.value,
        "bands": [{"bound": _decimal(band.bound), "points": band.points} for band in level.bands],
    }


def draft_of(version: ContractVersion) -> Draft:
    """The version as the rules see it."""
    mode = parsed(version.mode) if version.mode else None
    return Draft(
        title=version.contract.subject.title,
        roles=tuple(party.role.value for party in parties_of(version.contract.subject)),
        mode=version.mode.code if version.mode else "",
        max_months=mode.max_months if mode else None,
        extended_max_months=mode.extended_max_months if mode else None,
        term_from=version.term_from,
        term_until=version.term_until,
        extension_basis=version.extension_basis,
        amount_fen=version.amount_fen,
        payment_terms=version.payment_terms,
        exclusive=version.exclusive,
        exclusive_basis=version.exclusive_basis,
        point_fen=version.point_fen,
        cap_percent=version.cap_percent,
        data_terms=version.data_terms,
        exit_terms=version.exit_terms,
        existing=version.is_existing,
        award_fen=version.contract.procurement.award_fen if version.contract.procurement else None,
        alone=_alone_said(version) if version.stands_alone else None,
        lines=tuple(line_of(line) for line in version.lines),
    )


def _alone_said(version: ContractVersion) -> tuple[bool, bool, bool]:
    method = version.alone_method is not None
    return bool(version.alone_reason.strip()), method, bool(version.alone_reference.strip())


def line_of(line: ContractService) -> Line:
    return Line(
        number=line.line,
        name=line.service.name,
        active=line.service.state.value == "active",
        fee_fen=line.fee_fen,
        unit_price=line.unit_price,
        expected_volume=line.expected_volume,
        pay_period=line.pay_period.value,
        levels=tuple(level_of(level) for level in line.levels),
    )


def level_of(level: AgreedLevel) -> Level:
    definition = parsed(level.indicator)
    return Level(
        indicator=level.indicator.code,
        name=definition.name.zh,
        banned=definition.banned_as_assessment,
        at_least=level.comparison.value == "at_least",
        target=level.target,
        bands=tuple(Band(band.bound, band.points) for band in level.bands),
    )
