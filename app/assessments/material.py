"""Everything that one period of one contract is judged from, read once: terms, lines, figures, events, people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from app.catalogues.reading import Bilingual
from app.core.periods import Period
from app.indicators.deductions import Standing
from app.indicators.scheme_terms import Scheme
from app.plans.coverage import Agreement

MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Level:
    """What is agreed for one indicator of one service in periods of the plan's kind; bands best first."""

    indicator: str
    name: Bilingual
    at_least: bool
    target: Decimal
    bands: tuple[tuple[Decimal | None, int], ...] = ()


@dataclass(frozen=True)
class Line:
    """A service of the contract: its levels, how it is paid, what is counted of its use.

    `agreement` says which indicators are judged for it. `usage` counts what is paid by use ('' where nothing does),
    `usage_due` is the kind of period in which that figure is owed.
    """

    number: int
    service_id: int
    service: str
    name: Bilingual
    levels: tuple[Level, ...]
    agreement: Agreement
    fee_fen: int | None
    unit_price: Decimal | None
    pay_period: str
    expected_volume: int | None = None
    usage: str = ""
    usage_due: str = "month"

    def level(self, indicator: str) -> Level | None:
        return next((one for one in self.levels if one.indicator == indicator), None)

    def expected(self, months: int) -> Fraction | None:
        """The use that the contract expects in so many months."""
        if self.expected_volume is None:
            return None
        return Fraction(self.expected_volume * months, MONTHS[self.pay_period])


@dataclass(frozen=True)
class Reported:
    """A figure as it counts: `standing` is value, missing or not_required; `verdict` verified, doubted or ''.

    `doubted` is the number of a later revision that management doubts and that this verified one stands in for, or 0.
    """

    id: int
    service_id: int
    indicator: str
    period: str
    channel: str
    standing: str
    value: Decimal | None
    denominator: Decimal | None = None
    reason: str = ""
    evidence: str = ""
    verdict: str = ""
    flags: int = 0
    revision: int = 1
    doubted: int = 0


@dataclass(frozen=True)
class Excluded:
    """A claimed or granted exclusion that touches the period."""

    id: int
    begin: datetime
    until: datetime
    cause: str
    state: str


@dataclass(frozen=True)
class Watched:
    """What the events of a service come to; times in microseconds, shares exact.

    `unannounced`: the agreed time touches a year whose holidays are not announced.
    """

    service_id: int
    agreed: int
    excluded: int
    missing: int
    judged: int
    down: Fraction
    share: Fraction | None
    share_without_exclusions: Fraction | None
    count: int
    longest_minutes: Fraction | None
    submissions: tuple[int, ...]
    verified: bool
    unannounced: bool = False
    exclusions: tuple[Excluded, ...] = ()


@dataclass(frozen=True)
class Given:
    """What one person gave one item; the name as it was then."""

    item: str
    user_id: int
    scorer: str
    score: Decimal


@dataclass(frozen=True)
class VetoGiven:
    """A veto that stands."""

    id: int
    code: str
    reason: str


@dataclass(frozen=True)
class Before:
    """What the period before leaves: codes that failed by service, money by what it was deducted from.

    `basis` is "contract" (one account, under the key '') or "scheme" (one for each service). `owed` but not `found`:
    the period before was to be assessed and is not yet.
    """

    failed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    basis: str = ""
    accounts: Mapping[str, Standing] = field(default_factory=dict)
    period: str = ""
    owed: bool = False
    found: bool = False


NOTHING_BEFORE = Before()


@dataclass(frozen=True)
class Terms:
    """By what is judged: contract, plan and scheme with their digests, what a point costs, where deductions end."""

    contract: str
    contract_digest: str
    plan: str
    plan_digest: str
    scheme: Scheme
    scheme_version: int
    scheme_digest: str
    weighting: str
    point_fen: int | None
    cap_percent: Decimal | None


@dataclass(frozen=True)
class Material:
    """The whole of it. The order of lines, figures, opinions and vetoes makes no difference to the result.

    `labels` are name and unit of indicators by code: words only, nothing is calculated from them.
    """

    terms: Terms
    period: Period
    lines: tuple[Line, ...]
    figures: tuple[Reported, ...] = ()
    watched: tuple[Watched, ...] = ()
    opinions: tuple[Given, ...] = ()
    vetoes: tuple[VetoGiven, ...] = ()
    before: Before = NOTHING_BEFORE
    labels: Mapping[str, tuple[Bilingual, Bilingual]] = field(default_factory=dict)
    # The first day of operation, where the project was handed over after the term had begun; None: the whole term.
    begins: date | None = None

    @property
    def months(self) -> int:
        return MONTHS[self.period.kind.value]

    @property
    def is_partial(self) -> bool:
        """Whether operation began within the period, or after it."""
        return self.begins is not None and self.begins > self.period.first_day

    def share(self, period: Period) -> Fraction:
        """The days of a period from the first day of operation on, as a share of all its days."""
        if self.begins is None or self.begins <= period.first_day:
            return Fraction(1)
        days = (period.last_day - period.first_day).days + 1
        return Fraction(max(0, (period.last_day - self.begins).days + 1), days)
