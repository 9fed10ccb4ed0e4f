"""What the pages of plans show: a scheme in words, what it covers of the contract, and what stays unjudged."""

from dataclasses import dataclass

from flask_babel import gettext as _

from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import all_current, content_of, parsed, said
from app.catalogues.wording import Wording
from app.contracts.models import AgreedLevel, Contract, ContractService, ContractVersion, PeriodKind
from app.contracts.pages import level_words
from app.contracts.workflow import is_client
from app.core.actors import Actor
from app.core.clock import now, today
from app.core.formats import fmt
from app.core.periods import Period, period_at
from app.core.periods import PeriodKind as Kind
from app.core.permissions import Permission
from app.figures.actions import OPEN_STATES
from app.figures.measures import agreed_version, window_of
from app.indicators.queries import source_tag
from app.indicators.scheme_terms import TOTAL, Item, Member, Qualitative, Scheme
from app.lifecycle.workflow import Offer
from app.organisations.models import in_language
from app.plans import queries
from app.plans.content import agreements_of, coverage_of
from app.plans.coverage import Covered, covered, with_shares
from app.plans.models import SCHEDULE_KIND, Plan, PlanState
from app.plans.scheme_words import (
    bounds_words,
    function_words,
    grade_words,
    handling_words,
    item_handling_words,
    rule_words,
    share_of,
)
from app.plans.workflow import WORKFLOW

P = Permission


@dataclass(frozen=True)
class ItemLine:
    """One item of the scheme in words."""

    code: str
    name: str
    group: str
    share: str
    function: list[str]
    handling: str


@dataclass(frozen=True)
class ServiceLine:
    """One service: what is judged of it with the agreed value, what the scheme asks beyond, what nobody judges."""

    code: str
    name: str
    judged: list[str]
    unjudged: list[str]
    outside: list[str]


@dataclass(frozen=True)
class DeductionLine:
    """Points and money in words, from the contract's bands or the scheme's rules."""

    name: str
    words: list[str]


@dataclass(frozen=True)
class PlanInWords:
    """Everything templates/plans/_plan.html reads."""

    plan: Plan
    scheme: Scheme
    scheme_name: str
    source: tuple[str, str]
    schedule: str
    items: list[ItemLine]
    services: list[ServiceLine]
    grades: list[tuple[str, str]]
    vetoes: list[str]
    by_contract: bool
    deductions: list[DeductionLine]
    bounds: list[str]
    offers: dict[str, Offer]
    holds_from: str
    holds_until: str

    @property
    def blind_spots(self) -> list[ServiceLine]:
        return [one for one in self.services if one.outside or not one.judged]


@dataclass(frozen=True)
class PlansPage:
    """Everything templates/plans/index.html reads."""

    contract: Contract
    plans: list[Plan]
    pending: PlanInWords | None
    holding: list[PlanInWords]
    may_propose: bool
    names: dict[int, str]


def page_of(actor: Actor, contract: Contract) -> PlansPage:
    """Every plan, in words the one that waits for an answer and those that hold now."""
    plans = queries.plans_of(contract)
    pending = next((one for one in plans if one.state is PlanState.PROPOSED), None)
    holding = [one for one in (queries.plan_for(contract, _present(contract, kind)) for kind in _kinds(plans)) if one]
    return PlansPage(
        contract=contract,
        plans=plans,
        pending=in_words(actor, pending, plans) if pending else None,
        holding=[in_words(actor, one, plans) for one in holding],
        may_propose=actor.may(P.PLAN_PROPOSE) and is_client(actor, contract) and contract.state in OPEN_STATES,
        names={one.id: scheme_name(one.scheme) for one in plans},
    )


def _kinds(plans: list[Plan]) -> list[Kind]:
    return sorted({one.kind for one in plans if one.state is PlanState.AGREED}, key=lambda kind: kind.rank)


def _present(contract: Contract, kind: Kind) -> Period:
    """The period of today, or the last of the term when that is over, or the first when it has not begun."""
    window = window_of(contract)
    last = period_at(kind, window.end).previous if period_at(kind, window.end).start == window.end else None
    ends = last or period_at(kind, window.end)
    return max(period_at(kind, window.start), min(period_at(kind, now()), ends))


def in_words(actor: Actor, plan: Plan, plans: list[Plan]) -> PlanInWords:
    """One plan with everything that it means for this contract."""
    contract, scheme = plan.contract, queries.scheme_of(plan)
    version = agreed_version(contract)
    names = _names(scheme, version)
    by_contract, deductions = _deductions(scheme, version, plan, names)
    return PlanInWords(
        plan=plan,
        scheme=scheme,
        scheme_name=scheme_name(plan.scheme),
        source=source_tag(scheme.head.status),
        schedule=schedule_name(plan.schedule),
        items=[_item(item, path, scheme, names) for item, path in with_shares(scheme.members)],
        services=_services(contract, scheme, plan.period_kind.value, version, names),
        grades=[(in_language(zh, en), said(reach)) for zh, en, reach in grade_words(scheme)],
        vetoes=[in_language(one.name.zh, one.name.en) for one in scheme.vetoes],
        by_contract=by_contract,
        deductions=deductions,
        bounds=_bounds(scheme, version, by_contract),
        offers={offer.transition.act.value: offer for offer in WORKFLOW.offers(actor, plan)},
        holds_from=plan.first_period,
        holds_until=_holds_until(plan, plans),
    )


def scheme_name(entry: CatalogueEntry) -> str:
    name = parsed(entry).head.name
    return in_language(name.zh, name.en)


def schedule_name(entry: CatalogueEntry | None) -> str:
    if entry is None:
        return str(_("全天候（7×24 小时）"))
    name = content_of(entry).get("name", {})
    return in_language(name.get("zh", entry.code), name.get("en")) if isinstance(name, dict) else str(name)


def _said(words: list[Wording]) -> list[str]:
    return [said(one) for one in words]


def _names(scheme: Scheme, version: ContractVersion | None) -> dict[str, str]:
    """Names of every indicator that the scheme or the contract speaks of."""
    entries = [level.indicator for line in version.lines for level in line.levels] if version else []
    entries += all_current("indicator", today())
    found = {entry.code: parsed(entry).name for entry in reversed(entries)}
    own = {item.code: item.name for item in scheme.items if item.name is not None}
    return {code: in_language(name.zh, name.en) for code, name in {**found, **own}.items()}


def _item(item: Item, path: tuple[Member, ...], scheme: Scheme, names: dict[str, str]) -> ItemLine:
    return ItemLine(
        code=item.code if item.of_indicator else "",
        name=names.get(item.code, item.code),
        group=" · ".join(in_language(one.name.zh, one.name.en) for one in path if one.name),
        share=share_of(item, path),
        function=_said(function_words(item.function)),
        handling=_("；").join(_said(item_handling_words(item, scheme))),
    )


def _services(
    contract: Contract, scheme: Scheme, kind: str, version: ContractVersion | None, names: dict[str, str]
) -> list[ServiceLine]:
    lines = {line.service.code: line for line in version.lines} if version else {}
    return [_service(one, lines[one.service], names, kind) for one in coverage_of(contract, scheme, kind)]


def _service(one: Covered, line: ContractService, names: dict[str, str], kind: str) -> ServiceLine:
    levels = {level.indicator.code: level for level in line.levels}

    def worded(code: str) -> str:
        level = levels.get(code)
        name = f"{code} {names.get(code, '')}".strip() if code.startswith("KI-") else names.get(code, code)
        if level is None:
            return name
        target = level_words(level)["target"]
        return f"{name}（{target}）" if level.period.value == kind else f"{name}（{target}，{level.period.label}）"

    return ServiceLine(
        code=one.service,
        name=line.service.name,
        judged=[worded(code) for code in one.judged],
        unjudged=[worded(code) for code in one.unjudged],
        outside=[worded(code) for code in one.outside],
    )


def _deductions(
    scheme: Scheme, version: ContractVersion | None, plan: Plan, names: dict[str, str]
) -> tuple[bool, list[DeductionLine]]:
    """The contract's own bands go before the scheme's rules."""
    kind = plan.period_kind
    costing = [
        (line, level)
        for line in (version.lines if version else [])
        for level in line.levels
        if level.period is kind and any(band.points for band in level.bands)
    ]
    if costing:
        return True, [_by_level(line, level) for line, level in costing]
    rules = scheme.deductions.rules
    return False, [
        DeductionLine(
            in_language(rule.name.zh, rule.name.en) if rule.name else names.get(rule.indicator, rule.indicator),
            _said([*rule_words(rule), *(handling_words(rule.handling, scheme) if rule.indicator != TOTAL else ())]),
        )
        for rule in rules
    ]


def _by_level(line: ContractService, level: AgreedLevel) -> DeductionLine:
    words = level_words(level)
    return DeductionLine(f"{line.service.name} · {words['name']}", [words["bands"]])


def _bounds(scheme: Scheme, version: ContractVersion | None, by_contract: bool) -> list[str]:
    if not by_contract:
        return _said(bounds_words(scheme.deductions))
    found = []
    if version and version.point_fen is not None:
        found.append(_("每分 %(yuan)s 元", yuan=fmt.money(version.point_fen)))
    if version and version.cap_percent is not None:
        found.append(_("每期最多扣当期费用的 %(percent)s%%", percent=fmt.decimal(version.cap_percent)))
    return found


def _holds_until(plan: Plan, plans: list[Plan]) -> str:
    """The last period before a later plan takes over; empty while none does."""
    later = [
        one
        for one in plans
        if one.state is PlanState.AGREED
        and one.period_kind is plan.period_kind
        and (one.first_starts_at, one.number) > (plan.first_starts_at, plan.number)
    ]
    if plan.state is not PlanState.AGREED or not later:
        return ""
    return min(later, key=lambda one: (one.first_starts_at, one.number)).first.previous.text


# --- proposing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SchemeOffer:
    """A scheme that can be proposed, and how many of its items it would judge for each kind of period."""

    code: str
    name: str
    judged: list[tuple[str, int, int]]

    @property
    def any(self) -> bool:
        return any(count for _kind, count, _of in self.judged)


def scheme_offers(contract: Contract) -> list[SchemeOffer]:
    """Every scheme that holds for the contract against what the contract agrees, for each kind of period."""
    agreements = {kind: agreements_of(contract, kind.value) for kind in PeriodKind}
    found = []
    for entry in queries.schemes_for(contract):
        scheme: Scheme = parsed(entry)
        figures = {item.code for item in scheme.items if not isinstance(item.function, Qualitative)}
        judged = []
        for kind, lines in agreements.items():
            codes = {code for line in lines for code in covered(scheme, line).judged} & figures
            judged.append((str(kind.label), len(codes), len(figures)))
        found.append(SchemeOffer(entry.code, scheme_name(entry), judged))
    return found


def scheme_choices(contract: Contract) -> list[tuple[str, str]]:
    return [(entry.code, f"{entry.code} {scheme_name(entry)}") for entry in queries.schemes_for(contract)]


def schedule_choices() -> list[tuple[str, str]]:
    listed = [(entry.code, schedule_name(entry)) for entry in all_current(SCHEDULE_KIND, today())]
    return [("", schedule_name(None)), *listed]


def first_choice(contract: Contract, kind: Kind) -> str:
    """The first period to begin with: the term's first, or the next one where something is agreed already."""
    if queries.agreed_of(contract, kind):
        return period_at(kind, now()).next.text
    return period_at(kind, window_of(contract).start).text


def best_scheme(contract: Contract) -> str:
    """The scheme that judges the largest part of itself month by month."""
    found = [
        (count / of if of else 0, one.code) for one in scheme_offers(contract) for _kind, count, of in one.judged[:1]
    ]
    return max(found, key=lambda pair: (pair[0], pair[1] == "SC-AVAIL"))[1] if found else ""
