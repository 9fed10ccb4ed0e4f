"""Which period a page of service levels shows, by which terms it is measured, and what can be chosen on forms."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.contracts.models import Contract, ContractService
from app.core.periods import BadPeriod, Period, PeriodKind, period_at
from app.evidence.models import EvidenceFile
from app.figures.figure_rules import Window
from app.figures.measures import agreed_version, closed_periods, window_of
from app.plans.models import Plan
from app.plans.queries import plan_for, terms_of
from app.plans.terms import DEFAULT_TERMS, WatchTerms

KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Choice:
    """The period that is shown, its neighbours within the term, and the same moment in other kinds of period.

    `span`: as much of it as lies in the term and has passed.
    """

    period: Period
    older: str
    newer: str
    kinds: list[tuple[PeriodKind, str]]
    span: tuple[datetime, datetime]
    closed: bool
    over: bool


def choice_of(contract: Contract, wanted: str) -> Choice:
    """The period that was asked for when it touches the term and has begun, otherwise the last month that is over."""
    window = window_of(contract)
    period = _asked(wanted, window) or _latest(window)
    last = max(period.start, min(period.end, window.end, window.now) - INSTANT)
    return Choice(
        period=period,
        older=period.previous.text if shows(period.previous, window) else "",
        newer=period.next.text if shows(period.next, window) else "",
        kinds=[(kind, period_at(kind, last).text) for kind in KINDS],
        span=(max(period.start, window.start), max(period.start, min(period.end, window.end, window.now))),
        closed=any(one.starts_at <= period.start and one.ends_at >= period.end for one in closed_periods(contract)),
        over=period.end <= window.now,
    )


def _asked(wanted: str, window: Window) -> Period | None:
    try:
        period = Period(wanted)
    except BadPeriod:
        return None
    return period if period.kind in KINDS and shows(period, window) else None


def shows(period: Period, window: Window) -> bool:
    return period.overlaps(window.start, window.end) and period.start <= window.now


def _latest(window: Window) -> Period:
    present = period_at(PeriodKind.MONTH, max(window.start, min(window.end - INSTANT, window.now)))
    return present.previous if present.end > window.now and shows(present.previous, window) else present


def watch_terms(contract: Contract, period: Period) -> tuple[WatchTerms, Plan | None]:
    """How time is measured in a period: by the plan of its own kind, else by that of the longer or shorter one."""
    for kind in (period.kind, *KINDS):
        plan = plan_for(contract, period_at(kind, period.start))
        if plan is not None:
            return terms_of(plan), plan
    return DEFAULT_TERMS, None


def some_before(contract: Contract, period: Period, count: int) -> list[Period]:
    """The period and those before it within the term, at most so many, in their order."""
    window, found = window_of(contract), [period]
    while len(found) < count and shows(found[-1].previous, window):
        found.append(found[-1].previous)
    return found[::-1]


def lines_by_code(contract: Contract) -> dict[str, ContractService]:
    """The services of the contract by their code."""
    version = agreed_version(contract)
    return {line.service.code: line for line in version.lines} if version else {}


def service_choices(lines: Iterable[ContractService]) -> list[tuple[str, str]]:
    return [(one.service.code, f"{one.service.code} {one.service.name}") for one in lines]


def known_files(files: Iterable[EvidenceFile]) -> list[tuple[str, str]]:
    return [(one.sha256, f"{one.file_name}（{one.sha256[:12]}）") for one in files]
