"""Reads what a period of a contract is judged from; as many queries for sixty services as for one."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.assessments.judging import Judgement, judge
from app.assessments.material import (
    MONTHS,
    NOTHING_BEFORE,
    Before,
    Excluded,
    Given,
    Level,
    Line,
    Material,
    Reported,
    Terms,
    VetoGiven,
    Watched,
)
from app.assessments.models import Assessment, AssessmentOpinion, AssessmentState, AssessmentVeto
from app.assessments.result_form import accounts_in
from app.assessments.stand_ins import counting
from app.catalogues.queries import all_current, parsed
from app.catalogues.reading import Bilingual
from app.contracts.models import AgreedLevel, Comparison, Contract, ContractService, ContractVersion
from app.core.db import db
from app.core.periods import Period, PeriodKind
from app.figures.figure_rules import MILLION, FigureRow
from app.figures.measures import RESTING_ON_VOLUME, agreed_version, performed_from, window_of
from app.figures.queries import CurrentFigure, Event, current_figures, flags_on
from app.indicators.scheme_terms import Scheme
from app.plans.coverage import VOLUME, Agreement
from app.plans.models import Plan
from app.plans.queries import plan_for, scheme_of, terms_of
from app.service_levels.measuring import Measured
from app.service_levels.models import Exclusion, ExclusionState
from app.service_levels.queries import exclusions_of, measured

S = AssessmentState
INDICATOR = "indicator"


@dataclass(frozen=True)
class Overlay:
    """Rows of a file that is only looked at, as if they were stored."""

    figures: Sequence[FigureRow] = ()
    events: Sequence[Event] = ()


NO_OVERLAY = Overlay()


def judged(contract: Contract, plan: Plan, period: Period, overlay: Overlay = NO_OVERLAY) -> Judgement:
    """The period judged on what stands now."""
    return judge(gather(contract, plan, period, overlay))


def gather(contract: Contract, plan: Plan, period: Period, overlay: Overlay = NO_OVERLAY) -> Material:
    """Everything that goes in. A contract without a signed version has no services, so nothing is judged."""
    version, scheme = agreed_version(contract), scheme_of(plan)
    stored = _lines_of(version) if version else []
    names = _names_in(version)
    lines = tuple(_line(one, period.kind, names) for one in stored)
    return Material(
        terms=_terms(contract, plan, version, scheme),
        period=period,
        lines=lines,
        figures=tuple(_figures(contract, period, _wanted(scheme, lines), lines, overlay)),
        watched=tuple(_watched(contract, plan, period, overlay)),
        opinions=tuple(
            Given(one.item, one.user_id, one.scorer, one.score) for one in newest_opinions(contract, plan, period)
        ),
        vetoes=tuple(VetoGiven(one.id, one.code, one.reason) for one in standing_vetoes(contract, plan, period)),
        before=_before(contract, period),
        labels=_labels(stored, scheme, period),
        begins=performed_from(contract),
    )


def _terms(contract: Contract, plan: Plan, version: ContractVersion | None, scheme: Scheme) -> Terms:
    return Terms(
        contract=contract.code,
        contract_digest=(version.digest_sha256 if version else None) or "",
        plan=plan.code,
        plan_digest=plan.sha256,
        scheme=scheme,
        scheme_version=plan.scheme.version,
        scheme_digest=plan.scheme_digest,
        weighting=plan.weighting.value,
        point_fen=version.point_fen if version else None,
        cap_percent=version.cap_percent if version else None,
    )


# --- lines -----------------------------------------------------------------------------------------------------------


def _lines_of(version: ContractVersion) -> list[ContractService]:
    levels = selectinload(ContractService.levels)
    return list(
        db.session.scalars(
            sa.select(ContractService)
            .where(ContractService.version_id == version.id)
            .order_by(ContractService.line)
            .options(
                joinedload(ContractService.service),
                levels.selectinload(AgreedLevel.bands),
                levels.joinedload(AgreedLevel.indicator),
            )
        )
    )


def _names_in(version: ContractVersion | None) -> dict[str, Bilingual]:
    """The services' names as they were signed: a later change of the ledger changes no result."""
    content = json.loads(version.content) if version and version.content else {}
    return {
        one["service"]: Bilingual(one["name"]["zh"], one["name"]["en"] or "") for one in content.get("services", [])
    }


def _line(line: ContractService, kind: PeriodKind, names: Mapping[str, Bilingual]) -> Line:
    service = line.service
    agreed = [one for one in line.levels if one.period.value == kind.value]
    usage, due = _usage(line)
    codes = frozenset(one.indicator.code for one in agreed)
    everywhere = frozenset(one.indicator.code for one in line.levels)
    counted = {code for code, owed in _counted(line).items() if owed == kind.value}
    return Line(
        number=line.line,
        service_id=line.service_id,
        service=service.code,
        name=names.get(service.code) or Bilingual(service.name_zh, service.name_en or ""),
        levels=tuple(_level(one) for one in agreed),
        agreement=Agreement(
            service=service.code,
            levels=codes,
            measured=codes | (counted - everywhere),
            elsewhere=everywhere - codes,
            has_baseline=line.expected_volume is not None,
        ),
        fee_fen=line.fee_fen,
        unit_price=line.unit_price,
        pay_period=line.pay_period.value,
        expected_volume=line.expected_volume,
        usage=usage,
        usage_due=due,
    )


def _counted(line: ContractService) -> dict[str, str]:
    """What is counted although no level is agreed for it, and for which kind of period: as `measures_of` has it."""
    counted: dict[str, str] = {}
    if line.unit_price is not None and line.service.usage_indicator:
        counted[line.service.usage_indicator] = line.pay_period.value
    resting = [one.period.value for one in line.levels if one.indicator.code in RESTING_ON_VOLUME]
    if resting:
        counted.setdefault(VOLUME, min(resting, key=MONTHS.__getitem__))
    return counted


def _usage(line: ContractService) -> tuple[str, str]:
    """The indicator that counts what is paid by use, and for which kind of period it is owed; none of a fixed fee."""
    code = line.service.usage_indicator or VOLUME
    if line.unit_price is None:
        return "", line.pay_period.value
    level = next((one for one in line.levels if one.indicator.code == code), None)
    if level is not None:
        return code, level.period.value
    due = _counted(line).get(code)
    return (code, due) if due else ("", line.pay_period.value)


def _level(level: AgreedLevel) -> Level:
    name: Bilingual = parsed(level.indicator).head.name
    return Level(
        indicator=level.indicator.code,
        name=name,
        at_least=level.comparison is Comparison.AT_LEAST,
        target=level.target,
        bands=tuple((one.bound, one.points) for one in level.bands),
    )


def _labels(lines: Iterable[ContractService], scheme: Scheme, period: Period) -> dict[str, tuple[Bilingual, Bilingual]]:
    """Names and units: as agreed where a level is agreed, else as the catalogue has them when the period begins."""
    wanted = scheme.figure_codes
    entries = {one.code: one for one in all_current(INDICATOR, period.first_day) if one.code in wanted}
    entries |= {level.indicator.code: level.indicator for line in lines for level in line.levels}
    found = {code: parsed(entry) for code, entry in entries.items()}
    return {code: (one.head.name, one.unit) for code, one in found.items()}


# --- figures ---------------------------------------------------------------------------------------------------------


def _wanted(scheme: Scheme, lines: Iterable[Line]) -> set[str]:
    """The indicators that are read: scored, charged, derived from, or paid by."""
    agreed = {level.indicator for line in lines for level in line.levels}
    return set(scheme.figure_codes) | agreed | {VOLUME} | {line.usage for line in lines if line.usage}


def _figures(
    contract: Contract, period: Period, wanted: set[str], lines: Sequence[Line], overlay: Overlay
) -> list[Reported]:
    periods = [period, *_paid_periods(period, lines)]
    stored = counting(contract, current_figures(contract, periods, indicators=wanted))
    flags = flags_on(one.id for one, _doubted in stored)
    found = {one.key: _reported(one, len(flags.get(one.id, ())), doubted) for one, doubted in stored}
    texts = {one.text for one in periods}
    for place, row in enumerate(overlay.figures, 1):
        if row.period.text in texts and row.measure.indicator in wanted:
            found[row.key] = _previewed(row, -place)
    return list(found.values())


def _paid_periods(period: Period, lines: Iterable[Line]) -> list[Period]:
    """The shorter periods in which use is counted that is paid within this one."""
    kinds = {kind for line in lines if line.usage for kind in (line.pay_period, line.usage_due)}
    shorter = [kind for kind in MONTHS if kind in kinds and MONTHS[kind] < MONTHS[period.kind.value]]
    return [one for kind in shorter for one in period.split(PeriodKind(kind))]


def _reported(one: CurrentFigure, flags: int, doubted: int) -> Reported:
    return Reported(
        id=one.id,
        service_id=one.service_id,
        indicator=one.indicator,
        period=one.period,
        channel=one.channel,
        standing=one.standing.value,
        value=one.value,
        denominator=one.denominator,
        reason=one.reason,
        evidence=one.evidence,
        verdict=one.verdict.value if one.verdict else "",
        flags=flags,
        revision=one.revision,
        doubted=doubted,
    )


def _previewed(row: FigureRow, key: int) -> Reported:
    return Reported(
        id=key,
        service_id=row.measure.service_id,
        indicator=row.measure.indicator,
        period=row.period.text,
        channel=row.channel,
        standing=row.standing,
        value=_decimal(row.value),
        denominator=_decimal(row.denominator),
        reason=row.reason,
        evidence=row.evidence,
    )


def _decimal(millionths: int | None) -> Decimal | None:
    return None if millionths is None else Decimal(millionths) / MILLION


# --- events ----------------------------------------------------------------------------------------------------------


def _watched(contract: Contract, plan: Plan, period: Period, overlay: Overlay) -> list[Watched]:
    seen = measured(contract, period, terms_of(plan), overlay=overlay.events)
    if not seen:
        return []
    claims = [one for one in exclusions_of(contract, period.start, period.end) if _is_shown(one, period)]
    return [_seen(one, [claim for claim in claims if claim.concerns(one.service_id)]) for one in seen.values()]


def _is_shown(claim: Exclusion, period: Period) -> bool:
    begin, until = claim.span
    return claim.state is not ExclusionState.WITHDRAWN and begin < period.end and until > period.start


def _seen(one: Measured, claims: Iterable[Exclusion]) -> Watched:
    result = one.result
    return Watched(
        service_id=one.service_id,
        agreed=result.agreed,
        excluded=result.excluded,
        missing=result.missing,
        judged=result.judged,
        down=Fraction(result.down),
        share=result.availability,
        share_without_exclusions=result.availability_without_exclusions,
        count=one.count,
        longest_minutes=one.longest_minutes,
        submissions=tuple(sorted(one.submissions)),
        verified=one.verified,
        unannounced=result.provisional,
        exclusions=tuple(Excluded(claim.id, *claim.span, claim.cause.value, claim.state.value) for claim in claims),
    )


# --- people, and the period before -----------------------------------------------------------------------------------


def newest_opinions(contract: Contract, plan: Plan, period: Period) -> list[AssessmentOpinion]:
    """The newest opinion of each person on each item, in the order in which they were given."""
    rows = db.session.scalars(
        sa.select(AssessmentOpinion)
        .where(
            AssessmentOpinion.contract_id == contract.id,
            AssessmentOpinion.plan_id == plan.id,
            AssessmentOpinion.period == period.text,
        )
        .order_by(AssessmentOpinion.id)
    )
    newest = {(one.item, one.user_id): one for one in rows}
    return sorted(newest.values(), key=lambda one: one.id)


def standing_vetoes(contract: Contract, plan: Plan, period: Period) -> list[AssessmentVeto]:
    """The vetoes that nobody has lifted."""
    rows = list(
        db.session.scalars(
            sa.select(AssessmentVeto)
            .where(
                AssessmentVeto.contract_id == contract.id,
                AssessmentVeto.plan_id == plan.id,
                AssessmentVeto.period == period.text,
            )
            .order_by(AssessmentVeto.id)
        )
    )
    lifted = {one.lifts_id for one in rows}
    return [one for one in rows if one.lifts_id is None and one.id not in lifted]


def _before(contract: Contract, period: Period) -> Before:
    """What the period just before left: of its final edition where there is one, else of its newest."""
    previous = period.previous
    last = db.session.scalar(
        sa.select(Assessment)
        .where(Assessment.contract_id == contract.id, Assessment.period == previous.text)
        .order_by((Assessment.state == S.FINAL).desc(), Assessment.edition.desc(), Assessment.id.desc())
        .limit(1)
    )
    if last is None:
        return replace(NOTHING_BEFORE, owed=_is_owed(contract, previous))
    found = json.loads(last.result)
    return Before(
        failed={service: frozenset(codes) for service, codes in found["failed"].items()},
        basis=found["standing"]["basis"],
        accounts=accounts_in(found),
        period=previous.text,
        owed=True,
        found=True,
    )


def _is_owed(contract: Contract, period: Period) -> bool:
    window = window_of(contract)
    return period.overlaps(window.start, window.end) and plan_for(contract, period) is not None
