"""What the pages of service levels show: a period of a contract, and one service in it."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.contracts.models import AgreedLevel, Comparison, Contract, ContractService
from app.contracts.workflow import is_operator
from app.core.actors import Actor
from app.core.charts import TimelineChart, TrendChart
from app.core.clock import now
from app.core.formats import fmt
from app.core.periods import Period
from app.core.permissions import Permission
from app.figures.kinds import Source
from app.figures.measures import agreed_version
from app.figures.models import Submission
from app.plans.models import Plan
from app.plans.terms import WatchTerms
from app.service_levels import queries
from app.service_levels.availability import availability, percent
from app.service_levels.charting import plain, timeline_of, trend_of
from app.service_levels.choices import INSTANT, Choice, choice_of, some_before, watch_terms
from app.service_levels.error_budget import Budget, budget_of_intervals, objective_of
from app.service_levels.measuring import Measured, SeenOutage
from app.service_levels.models import Exclusion
from app.service_levels.records import files_of
from app.service_levels.usage import Amount, Having
from app.service_levels.wording import duration, fate, minutes_words, status_word, unsettled, why_none

AVAILABILITY = "KI-001"
TREND, SHOWN_OUTAGES = 6, 200
SECOND = timedelta(seconds=1)


# --- numbers as a page shows them ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A number in words: missing, not applicable and zero look different; `why` says why there is none."""

    text: str
    tone: str = ""
    why: str = ""
    missing: bool = False


def shown_share(found: Measured | None, agreed: bool, without: bool = False) -> Shown:
    """Availability in percent, with or without exclusions."""
    share = None
    if found is not None:
        share = found.result.availability_without_exclusions if without else found.result.availability
    text = percent(share)
    if text is not None:
        return Shown(text)
    why, missing = why_none(found, agreed)
    return Shown(str(_("缺")), "bad", why, missing=True) if missing else Shown(fmt.MISSING, "", why)


@dataclass(frozen=True)
class LevelRow:
    """One service in one period."""

    line: ContractService
    found: Measured | None
    share: Shown
    without: Shown
    target: str
    met: bool | None
    amounts: dict[str, str]
    count: str
    longest: str
    unsettled: list[str]
    href: str


def row_of(contract: Contract, line: ContractService, period: Period, found: Measured | None) -> LevelRow:
    level = level_of(line, period)
    owed = any(one.indicator.code == AVAILABILITY for one in line.levels)
    return LevelRow(
        line=line,
        found=found,
        share=shown_share(found, owed),
        without=shown_share(found, owed, without=True),
        target=_target(level),
        met=_met(level, found),
        amounts=_amounts(found),
        count=fmt.MISSING if found is None or not found.result.judged else str(found.count),
        longest=fmt.MISSING if found is None else minutes_words(found.longest_minutes),
        unsettled=unsettled(found) if found else [],
        href=url_for("service_levels.detail", code=contract.code, service=line.service.code, period=period.text),
    )


def level_of(line: ContractService, period: Period) -> AgreedLevel | None:
    """The availability agreed for periods of this kind."""
    kind = period.kind.value
    return next((one for one in line.levels if one.indicator.code == AVAILABILITY and one.period.value == kind), None)


def _target(level: AgreedLevel | None) -> str:
    if level is None:
        return ""
    sign = "≥" if level.comparison is Comparison.AT_LEAST else "≤"
    return f"{sign} {fmt.decimal(level.target)}"


def _met(level: AgreedLevel | None, found: Measured | None) -> bool | None:
    share = found.result.availability if found else None
    if level is None or share is None:
        return None
    target = Fraction(level.target) / 100
    return share >= target if level.comparison is Comparison.AT_LEAST else share <= target


def _amounts(found: Measured | None) -> dict[str, str]:
    if found is None:
        return {}
    result = found.result
    return {
        "agreed": duration(result.agreed),
        "excluded": duration(result.excluded),
        "missing": duration(result.missing),
        "judged": duration(result.judged),
        "down": duration(result.down),
        "down_without": duration(result.down_without_exclusions),
    }


# --- one period of a contract ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LevelsPage:
    """Everything templates/service_levels/index.html reads."""

    contract: Contract
    choice: Choice
    source: Source
    terms: WatchTerms
    plan: Plan | None
    rows: list[LevelRow]
    chart: TimelineChart
    open_claims: int
    may_claim: bool


def levels_page(actor: Actor, contract: Contract, wanted: str, source: Source) -> LevelsPage:
    """Every service of the contract; the number of queries does not grow with services."""
    choice = choice_of(contract, wanted)
    terms, plan = watch_terms(contract, choice.period)
    found = queries.measured(contract, choice.period, terms, source)
    version = agreed_version(contract)
    lines = list(version.lines) if version else []
    rows = [row_of(contract, line, choice.period, found.get(line.service_id)) for line in lines]
    return LevelsPage(
        contract=contract,
        choice=choice,
        source=source,
        terms=terms,
        plan=plan,
        rows=rows,
        chart=timeline_of(choice.period, choice.span, [(one.line.service.name, _note(one), one.found) for one in rows]),
        open_claims=queries.count_open(contract),
        may_claim=may_claim(actor, contract),
    )


def _note(row: LevelRow) -> str:
    return row.share.text if row.share.why else f"{row.share.text}%"


def may_claim(actor: Actor, contract: Contract) -> bool:
    return actor.may(Permission.EXCLUSION_CLAIM) and is_operator(actor, contract)


def levels_table(page: LevelsPage) -> tuple[list[str], list[list[Any]]]:
    """The same as a file: exact seconds, both numbers, and the words where there is no number."""
    head = [
        *(_("服务"), _("名称"), _("周期"), _("可用率（剔除除外后，%）"), _("可用率（不剔除除外，%）"), _("约定（%）")),
        *(_("约定时长（秒）"), _("除外（秒）"), _("无监测（秒）"), _("中断（秒）"), _("非计划中断（次）")),
        *(_("最长单次中断（分钟）"), _("说明")),
    ]
    return [str(one) for one in head], [_table_row(page, one) for one in page.rows]


def _table_row(page: LevelsPage, row: LevelRow) -> list[Any]:
    service, found = row.line.service, row.found
    first = [service.code, service.name, page.choice.period.text, row.share.text, row.without.text, row.target]
    words = _("；").join([one for one in (row.share.why, *row.unsettled) if one])
    if found is None:
        return [*first, "", "", "", "", "", "", words]
    result = found.result
    amounts = [_seconds(one) for one in (result.agreed, result.excluded, result.missing, result.down)]
    longest = "" if found.longest_minutes is None else _exact(found.longest_minutes)
    return [*first, *amounts, row.count, longest, words]


def _seconds(microseconds: int | Fraction) -> str:
    return _exact(Fraction(microseconds) / 1_000_000)


def _exact(number: Fraction) -> str:
    return f"{plain(Amount(Having.VALUE, number)):f}"


# --- one service -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OutageRow:
    """An outage with what became of it and the files that tell of it."""

    outage: SeenOutage
    status: str
    words: str
    tone: str
    lasted: str
    charged: str
    claim_href: str
    files: list[int]


@dataclass(frozen=True)
class ServicePage:
    """Everything templates/service_levels/detail.html reads."""

    contract: Contract
    choice: Choice
    source: Source
    terms: WatchTerms
    plan: Plan | None
    row: LevelRow
    chart: TimelineChart
    trend: TrendChart
    outages: list[OutageRow]
    more_outages: int
    exclusions: list[Exclusion]
    budget: dict[str, str]
    basis: list[tuple[Submission, bool]]
    may_claim: bool


def service_page(actor: Actor, contract: Contract, line: ContractService, wanted: str, source: Source) -> ServicePage:
    choice = choice_of(contract, wanted)
    terms, plan = watch_terms(contract, choice.period)
    found = queries.measured(contract, choice.period, terms, source, only=line.service_id).get(line.service_id)
    row, claims = row_of(contract, line, choice.period, found), may_claim(actor, contract)
    seen = found.outages if found else ()
    touching = queries.exclusions_of(contract, choice.period.start, choice.period.end)
    return ServicePage(
        contract=contract,
        choice=choice,
        source=source,
        terms=terms,
        plan=plan,
        row=row,
        chart=timeline_of(choice.period, choice.span, [(line.service.name, _note(row), found)]),
        trend=_trend(contract, line, choice.period, source),
        outages=[_outage(row, one, _claim_href(contract, line, one) if claims else "") for one in seen[:SHOWN_OUTAGES]],
        more_outages=max(0, len(seen) - SHOWN_OUTAGES),
        exclusions=[one for one in touching if one.concerns(line.service_id)],
        budget=_budget(level_of(line, choice.period), found),
        basis=files_of(found.submissions if found else ()),
        may_claim=claims,
    )


def _outage(row: LevelRow, outage: SeenOutage, claim_href: str) -> OutageRow:
    """`files`: the places of the files that tell of it in the list of what the period rests on, from 1."""
    words, tone = fate(outage)
    told_by = row.found.told_by if row.found else {}
    told = {told_by.get(moment) for moment in (outage.begin, outage.end) if moment is not None}
    basis = row.found.submissions if row.found else ()
    return OutageRow(
        outage=outage,
        status=status_word(outage.status),
        words=words,
        tone=tone,
        lasted=duration(((outage.end or now()) - outage.begin) // INSTANT),
        charged=minutes_words(outage.minutes),
        claim_href=claim_href,
        files=[place for place, key in enumerate(basis, start=1) if key in told],
    )


def _claim_href(contract: Contract, line: ContractService, outage: SeenOutage) -> str:
    """The form with the outage filled in: whole seconds around it, but not into the future."""
    if not outage.counted:
        return ""
    begins = outage.begin.replace(microsecond=0).isoformat()
    ends = min((outage.end or now()) + SECOND - INSTANT, now()).replace(microsecond=0).isoformat()
    return url_for("service_levels.claim", code=contract.code, service=line.service.code, begin=begins, end=ends)


def _trend(contract: Contract, line: ContractService, period: Period, source: Source) -> TrendChart:
    """The period and a few before it; what is not applicable is left out, what is missing is a gap."""
    level, points = level_of(line, period), []
    for one in some_before(contract, period, TREND):
        terms, _plan = watch_terms(contract, one)
        found = queries.measured(contract, one, terms, source, only=line.service_id).get(line.service_id)
        shown = shown_share(found, level is not None)
        if shown.missing or not shown.why:
            points.append((one, found.result.availability if found else None, bool(_met(level, found))))
    return trend_of(points, level.target if level else None)


def _budget(level: AgreedLevel | None, found: Measured | None) -> dict[str, str]:
    """The error budget of the agreed availability, and what of it is gone."""
    if level is None or found is None or not 0 < level.target < 100:
        return {}
    whole = availability(found.watch.agreed, (), found.exclusions)
    return _budget_words(budget_of_intervals(objective_of(level.target), found.result, whole))


def _budget_words(budget: Budget) -> dict[str, str]:
    words = {"whole": duration(budget.error_budget * 1_000_000)}
    if budget.consumed is None or budget.left is None:
        return words
    overdrawn = budget.left < 0
    left = duration(abs(budget.left) * 1_000_000)
    share = budget.consumed / budget.error_budget if budget.error_budget else Fraction(0)
    return {
        **words,
        "consumed": duration(budget.consumed * 1_000_000),
        "left": str(_("超支 %(time)s", time=left)) if overdrawn else left,
        "share": percent(share, 1) or "",
        "tone": "bad" if overdrawn else "warn" if share > Fraction(3, 4) else "good",
    }
