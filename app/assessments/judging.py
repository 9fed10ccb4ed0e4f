"""One period of one contract judged: every service scored, the services added up, deductions, and what is uncertain.

Pure and without order: the same material gives the same judgement, however its parts were sorted. Numbers stay exact
until they are shown; the contract's total is rounded once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.assessments.charging import CONTRACT, Charged, Judged, basis_of, charged
from app.assessments.derivation import Derived, Found, by_service, derive
from app.assessments.fees import Fee, fees_of
from app.assessments.material import Line, Material, Reported
from app.assessments.sentences import Named
from app.catalogues.wording import N_, Wording
from app.indicators.exact import ZERO, plain, rounded
from app.indicators.figures import NOT_REQUIRED, Effect, Inputs, Opinion
from app.indicators.scheme_terms import Grade, Scheme, Veto
from app.indicators.scoring import Score, score
from app.plans.coverage import is_required

FEE_SHARES = "fee"
DOUBTED = "doubted"


@dataclass(frozen=True)
class ServiceJudged:
    """One service: its figures with their sources, what they came to, and its share of the contract's total."""

    line: Line
    derived: Mapping[str, Derived]
    inputs: Inputs
    score: Score
    is_judged: bool
    share: Fraction = ZERO

    @property
    def left_out(self) -> bool:
        """Judged, but everything it is judged by is left out by the scheme's rules: its weight goes to the others."""
        return (
            self.is_judged
            and self.score.exact is None
            and all(one.effect is Effect.EXCLUDED for one in self.score.items)
        )

    @property
    def counts(self) -> bool:
        return self.is_judged and not self.left_out


@dataclass(frozen=True)
class Judgement:
    """The whole result before it is written down. `total` is rounded; None while something is held."""

    material: Material
    services: tuple[ServiceJudged, ...]
    total: Fraction | None
    grade: Grade | None
    reason: Wording
    vetoes: tuple[tuple[Veto, str], ...]
    fees: Mapping[str, Fee]
    charged: Charged
    doubts: tuple[Wording, ...]
    uncovered: tuple[str, ...]

    @property
    def figures(self) -> list[Reported]:
        """Every figure that anything was calculated from, each once, in order."""
        found = {one.id: one for service in self.services for one in _figures_of(service, self.fees)}
        return [found[key] for key in sorted(found)]

    @property
    def submissions(self) -> list[int]:
        """Every submission of events that anything was calculated from."""
        seen = (one.watched for service in self.services for one in service.derived.values())
        return sorted({key for watched in seen if watched is not None for key in watched.submissions})


def judge(material: Material) -> Judgement:
    """Scores every service, weighs them, and deducts."""
    scheme = material.terms.scheme
    fees = fees_of(material)
    found = _found(material)
    services = _weighed(material, [_service(material, line, found[line.service_id]) for line in _lines(material)], fees)
    total = _total(services, scheme)
    vetoes = _vetoes(material)
    grade = scheme.grades[-1] if vetoes else None if total is None else scheme.grade_of(total)
    return Judgement(
        material=material,
        services=services,
        total=total,
        grade=grade,
        reason=_graded(_reason(material, services, total), grade, vetoes),
        vetoes=vetoes,
        fees=fees,
        charged=charged(material, [_for_deductions(one) for one in services], fees),
        doubts=tuple(_doubts(material, services, fees)),
        uncovered=_uncovered(material),
    )


def _lines(material: Material) -> list[Line]:
    return sorted(material.lines, key=lambda one: (one.number, one.service))


def _found(material: Material) -> dict[int, Found]:
    """What there is of each service."""
    figures = by_service(material.figures, material.period.text)
    watched = {one.service_id: one for one in material.watched}
    ids = [line.service_id for line in material.lines]
    share = material.share(material.period)
    return {key: Found(figures.get(key, {}), watched.get(key), material.months, share) for key in ids}


# --- one service -----------------------------------------------------------------------------------------------------


def _service(material: Material, line: Line, found: Found) -> ServiceJudged:
    scheme = material.terms.scheme
    derived = {code: derive(code, line, found) for code in _codes(material, line)}
    is_judged = any(is_required(code, line.agreement) for code in _scored_codes(scheme))
    given = {code: one.figure for code, one in derived.items()}
    if not is_judged:
        given |= dict.fromkeys(scheme.opinion_codes, NOT_REQUIRED)
    inputs = Inputs(given, _opinions(material), failed_before=material.before.failed.get(line.service, frozenset()))
    return ServiceJudged(line, derived, inputs, score(scheme, inputs), is_judged)


def _codes(material: Material, line: Line) -> list[str]:
    """The indicators that the scheme reads, and those that the contract charges."""
    agreed = {level.indicator for level in line.levels if level.bands} if basis_of(material) == CONTRACT else set()
    return sorted(material.terms.scheme.figure_codes | agreed)


def _scored_codes(scheme: Scheme) -> frozenset[str]:
    return frozenset(item.code for item in scheme.items) - scheme.opinion_codes


def _opinions(material: Material) -> dict[str, tuple[Opinion, ...]]:
    """By item; people of one name are told apart by their number."""
    found: dict[str, tuple[Opinion, ...]] = {}
    for one in sorted(material.opinions, key=lambda given: (given.item, given.scorer, given.user_id)):
        found[one.item] = (*found.get(one.item, ()), Opinion(one.scorer, one.score))
    return found


def _for_deductions(one: ServiceJudged) -> Judged:
    return Judged(one.line, one.derived, one.score.total, one.is_judged)


# --- the contract ----------------------------------------------------------------------------------------------------


def _weighed(
    material: Material, services: Sequence[ServiceJudged], fees: Mapping[str, Fee]
) -> tuple[ServiceJudged, ...]:
    """Each service with its share; one that does not count has none, and shares wait for an unknown fee."""
    judged = [one for one in services if one.counts]
    weights: dict[str, int | None] = {one.line.service: 1 for one in judged}
    if material.terms.weighting == FEE_SHARES:
        weights = {one.line.service: fees[one.line.service].fen for one in judged}
    known = [one for one in weights.values() if one is not None]
    whole = sum(known) if len(known) == len(weights) else 0
    return tuple(
        replace(one, share=Fraction(weights.get(one.line.service) or 0, whole)) if whole else one for one in services
    )


def _total(services: Sequence[ServiceJudged], scheme: Scheme) -> Fraction | None:
    """The weighted mean of the exact totals; None while one of them is held, or no share is known."""
    judged = [one for one in services if one.counts]
    if not any(one.share for one in judged):
        return None
    exact = ZERO
    for one in judged:
        if one.score.exact is None:
            return None
        exact += one.share * one.score.exact
    return rounded(exact, scheme.rounding)


def _vetoes(material: Material) -> tuple[tuple[Veto, str], ...]:
    """What stands, in the scheme's order, each with what was written about it."""
    recorded = sorted(material.vetoes, key=lambda one: one.id)
    return tuple(
        (veto, one.reason) for veto in material.terms.scheme.vetoes for one in recorded if one.code == veto.code
    )


def _uncovered(material: Material) -> tuple[str, ...]:
    """Items and rules of the scheme that no service of the contract agrees anything for: they judge nobody."""
    codes = material.terms.scheme.figure_codes
    return tuple(
        sorted(code for code in codes if not any(is_required(code, line.agreement) for line in material.lines))
    )


def _reason(material: Material, services: Sequence[ServiceJudged], total: Fraction | None) -> Wording:
    judged = [one for one in services if one.counts]
    if not any(one.is_judged for one in services):
        return N_("暂无总分：没有一项服务约定了按本周期考核的指标")
    if not judged:
        return N_("暂无总分：各项服务本期都没有可以计分的数据")
    held = [one.line.service for one in judged if one.score.exact is None]
    if held:
        return N_("暂无总分：%(services)s 的得分暂缓", services="、".join(held))
    if total is None:
        return N_("暂无总分：费用尚不能计算，各服务的权重未定")
    by_fee = material.terms.weighting == FEE_SHARES
    summed = N_(
        "%(n)s 项服务%(how)s，总分 %(total)s",
        n=len(judged),
        how=N_("按费用占比加权") if by_fee else N_("权重相同"),
        total=plain(total, material.terms.scheme.rounding),
    )
    left_out = [one.line.service for one in services if one.left_out]
    if not left_out:
        return summed
    return N_(
        "%(first)s；%(services)s 本期没有可以计分的数据，按方案的缺失规则不计入，权重分给其他服务",
        first=summed,
        services="、".join(left_out),
    )


def _graded(reason: Wording, grade: Grade | None, vetoes: Sequence[tuple[Veto, str]]) -> Wording:
    if grade is None:
        return reason
    if not vetoes:
        return N_("%(first)s，等级为“%(grade)s”", first=reason, grade=Named(grade.name))
    first, *others = dict.fromkeys(veto for veto, _why in vetoes)
    named: str = Named(first.name)
    for one in others:
        named = N_("%(first)s、%(next)s", first=named, next=Named(one.name))
    return N_(
        "%(first)s；因“%(vetoes)s”一票否决，等级为“%(grade)s”", first=reason, vetoes=named, grade=Named(grade.name)
    )


# --- what is uncertain -----------------------------------------------------------------------------------------------


def _figures_of(service: ServiceJudged, fees: Mapping[str, Fee]) -> Iterator[Reported]:
    for one in service.derived.values():
        yield from one.figures
    yield from fees[service.line.service].figures


def _doubts(material: Material, services: Sequence[ServiceJudged], fees: Mapping[str, Fee]) -> Iterator[Wording]:
    """Why the result is only provisional, cause by cause."""
    before = material.before
    if before.owed and not before.found:
        yield N_("上一期 %(period)s 尚未考核，连续未达标和结转还不能确定", period=material.period.previous.text)
    if any(one.unannounced for one in material.watched):
        yield N_("约定时间涉及尚未公布节假日安排的年份")
    for one in services:
        yield from _doubts_of(one, fees)


def _doubts_of(one: ServiceJudged, fees: Mapping[str, Fee]) -> Iterator[Wording]:
    service = one.line.service
    used = {figure.id: figure for figure in _figures_of(one, fees)}.values()
    unseen = "、".join(sorted({figure.indicator for figure in used if not figure.verdict}))
    doubted = "、".join(sorted({figure.indicator for figure in used if figure.verdict == DOUBTED}))
    if unseen:
        yield N_("%(service)s：%(codes)s 的数据尚未核验", service=service, codes=unseen)
    if doubted:
        yield N_("%(service)s：%(codes)s 的数据被标记存疑", service=service, codes=doubted)
    watched = next((found.watched for found in one.derived.values() if found.watched is not None), None)
    if watched is None:
        return
    if not watched.verified:
        yield N_("%(service)s：状态事件尚未核验或被标记存疑", service=service)
    open_ones = sum(excluded.state == "claimed" for excluded in watched.exclusions)
    if open_ones:
        yield N_("%(service)s：%(n)s 个除外时段尚待裁定", service=service, n=open_ones)
