"""What a contract has measured: each service with its agreed indicators, the term, and the periods that are closed."""

from datetime import date, timedelta

import sqlalchemy as sa

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import current, parsed
from app.contracts.models import Contract, ContractService, ContractVersion, Pricing, VersionState
from app.core.clock import local, now, today
from app.core.db import db
from app.core.errors import NotFound
from app.core.periods import Period, PeriodKind, day_start, period_at, periods_until
from app.figures.figure_rules import Measure, Window
from app.figures.models import ClosedPeriod
from app.indicators.definitions import FigureForm
from app.organisations.models import in_language

# The number of finished transactions, and the levels that follow from it where nobody reports them by themselves.
VOLUME = "KI-040"
RESTING_ON_VOLUME = frozenset({"KI-042", "KI-043"})


def agreed_version(contract: Contract) -> ContractVersion | None:
    """The newest version that all parties signed; figures are judged by what it says."""
    return next((one for one in reversed(contract.versions) if one.state is VersionState.SIGNED), None)


def measures_of(contract: Contract) -> list[Measure]:
    """Every service × indicator for which figures are owed, in the contract's order."""
    version = agreed_version(contract)
    if version is None:
        return []
    known: dict[str, CatalogueEntry | None] = {}
    return [measure for line in version.lines for measure in _of_line(line, version, known)]


def _of_line(line: ContractService, version: ContractVersion, known: dict[str, CatalogueEntry | None]) -> list[Measure]:
    found = [_measure(line, level.indicator, level.period.value) for level in line.levels]
    for code, due in _counted(line).items():
        if any(one.indicator == code for one in found):
            continue
        if code not in known:
            known[code] = _definition(code, version)
        entry = known[code]
        if entry is not None:
            found.append(_measure(line, entry, due))
    return found


def _definition(code: str, version: ContractVersion) -> CatalogueEntry | None:
    try:
        return current("indicator", code, _defined_on(version))
    except NotFound:
        return None


def _defined_on(version: ContractVersion) -> date:
    """The day whose definitions count: the term's first, of an existing contract the day on which it was brought in."""
    if version.is_existing and version.sealed_at is not None:
        return local(version.sealed_at).date()
    return version.term_from or today()


def _counted(line: ContractService) -> dict[str, str]:
    """What has to be counted although no level is agreed for it, with the period for which it is owed."""
    counted: dict[str, str] = {}
    if line.pricing is Pricing.UNIT_PRICE and line.service.usage_indicator:
        # What is paid by use.
        counted[line.service.usage_indicator] = line.pay_period.value
    resting = [PeriodKind(one.period.value) for one in line.levels if one.indicator.code in RESTING_ON_VOLUME]
    if resting:
        # Its whole and its channel `online` are what such a level can be worked out from.
        counted.setdefault(VOLUME, min(resting, key=lambda kind: kind.rank).value)
    return counted


def _measure(line: ContractService, entry: CatalogueEntry, due: str) -> Measure:
    definition = parsed(entry)
    kinds = {one.value for one in definition.periods} | {due}
    if PeriodKind.DAY in kinds:
        kinds.add(PeriodKind.HOUR.value)
    units = {definition.unit.zh, definition.unit.en}
    unit = in_language(definition.unit.zh, definition.unit.en)
    if definition.unit_of_service:
        units, unit = {line.service.unit}, line.service.unit
    return Measure(
        service_id=line.service_id,
        service_code=line.service.code,
        service_name=line.service.name,
        indicator=entry.code,
        name=in_language(definition.name.zh, definition.name.en),
        entry_id=entry.id,
        unit=unit,
        units=frozenset(units),
        decimals=definition.decimals,
        due=due,
        kinds=frozenset(kinds),
        ratio=definition.form is FigureForm.RATIO,
        share=definition.unit.zh == "%" and not definition.over_full,
        signed=definition.signed,
        per_event=definition.per_event,
    )


def last_day(contract: Contract) -> date | None:
    """The last day of the term, or the day on which the contract ended early."""
    version = agreed_version(contract)
    return contract.ended_on or (version.term_until if version else None)


def performed_from(contract: Contract) -> date | None:
    """The day on which operation began, where the project was handed over after the term had begun.

    A contract that was brought in from paper ran before its project was recorded, and so does one of a project that was
    taken in: for those the term counts.
    """
    version, project = agreed_version(contract), contract.project
    if version is None or version.is_existing or project is None or project.is_taken_in:
        return None
    begun, term = project.operation_from, version.term_from
    return begun if begun is not None and term is not None and begun > term else None


def window_of(contract: Contract) -> Window:
    """When figures of the contract may lie, as of now."""
    version, until = agreed_version(contract), last_day(contract)
    begin = performed_from(contract) or (version.term_from if version and version.term_from else today())
    return Window(
        start=day_start(begin),
        end=day_start((until or today()) + timedelta(days=1)),
        now=now(),
        closed=tuple((one.starts_at, one.ends_at, one.period) for one in closed_periods(contract)),
    )


def closed_periods(contract: Contract) -> list[ClosedPeriod]:
    """The periods of a contract that are closed now."""
    return list(
        db.session.scalars(
            sa.select(ClosedPeriod)
            .where(ClosedPeriod.contract_id == contract.id, ClosedPeriod.reopened_at.is_(None))
            .order_by(ClosedPeriod.starts_at)
        )
    )


def periods_due(contract: Contract, kind: PeriodKind) -> list[Period]:
    """The periods of a kind that touch the term and are over: for each of them a figure is owed."""
    version = agreed_version(contract)
    if version is None or version.term_from is None:
        return []
    window = window_of(contract)
    first = period_at(kind, window.start)
    return [one for one in periods_until(first, min(window.end, window.now)) if one.end <= window.now]
