"""What a previewed file would mean for scores: the shape of the answer, and who gives it (rooms above this one)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from flask import current_app

from app.catalogues.queries import said
from app.contracts.models import Contract
from app.core.periods import Period
from app.figures.judging import Findings
from app.figures.kinds import Source


@dataclass(frozen=True)
class Outcome:
    """A score as it is or would be; a total of None is held, with no number in its place."""

    total: Decimal | None
    grade: str = ""
    points: Decimal | None = None
    deduction_fen: int | None = None


@dataclass(frozen=True)
class ServiceChange:
    """One service of the contract before and after, by its name."""

    service: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True)
class Forecast:
    """One period of one plan that a file touches; `before` is None while the period was never scored.

    Notes and grades are text or wordings (`app.catalogues.wording`), said in the reader's language on the page.
    """

    period: Period
    plan: str
    before: Outcome | None
    after: Outcome
    notes: tuple[str, ...] = ()
    held: bool = False
    provisional: bool = True
    services: tuple[ServiceChange, ...] = ()


Provider = Callable[[Contract, Findings, Source], list[Forecast]]


def forecasts_of(contract: Contract, findings: Findings, source: Source) -> list[Forecast]:
    """What every room that scores says about a file that is only previewed, in words; nothing is stored."""
    providers: tuple[Provider, ...] = current_app.extensions["figure_forecasts"]
    found = [one for provider in providers for one in provider(contract, findings, source)]
    return [_in_words(one) for one in sorted(found, key=lambda one: (one.period.start, one.period.end, str(one.plan)))]


def _in_words(one: Forecast) -> Forecast:
    """In the reader's language."""
    return replace(
        one,
        plan=said(one.plan),
        before=_outcome_in_words(one.before) if one.before else None,
        after=_outcome_in_words(one.after),
        notes=tuple(said(note) for note in one.notes),
    )


def _outcome_in_words(outcome: Outcome) -> Outcome:
    return replace(outcome, grade=said(outcome.grade))
