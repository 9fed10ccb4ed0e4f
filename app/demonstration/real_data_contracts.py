"""The existing contracts of the example: services on the ledger, terms, levels, the paper, and how it is judged.

What the data do not say (prices, levels, the paper itself) is assumed, and every text says so.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.catalogues.queries import current
from app.contracts import actions, drafting
from app.contracts.content import canonical_content, draft_of
from app.contracts.drafting import LevelFacts, LineFacts, Terms
from app.contracts.models import Comparison, Contract, ContractVersion, PeriodKind, Pricing
from app.contracts.rules import default_bands, expected_total
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db, unit_of_work
from app.core.periods import Period
from app.demonstration import real_data, real_data_people
from app.demonstration.real_data_people import acting
from app.organisations.queries import organisation_by_code
from app.plans import actions as plans
from app.plans.actions import PlanFacts
from app.plans.models import Plan, Weighting
from app.services import actions as services
from app.services.actions import ServiceFacts
from app.services.models import Service, ServiceCategory
from app.subjects.models import PartyRole

D = Decimal
# Amounts are whole ten thousands of yuan, in fen.
ROUND_FEN = 1_000_000
SOURCE_KEY = "来源标识："


@dataclass(frozen=True)
class Agreed:
    """A level with four steps of bands, each a point."""

    indicator: str
    comparison: Comparison
    target: Decimal
    step: Decimal


@dataclass(frozen=True)
class Deal:
    """One contract of the example: who, what for, how long, what is assumed; people by the stem of their logins."""

    key: str
    stem: str
    client: str
    operator: str
    title: str
    paper_number: str
    signed_on: date
    term: tuple[date, date]
    period: PeriodKind
    first_period: str
    scheme: str
    levels: tuple[Agreed, ...]
    source: str
    point_fen: int

    def person(self, job: str) -> Actor:
        return acting(f"real-{self.stem}-{job}")


@dataclass(frozen=True)
class Wanted:
    """A service before it is registered, and how it is paid in its contract."""

    slug: str
    name: str
    notes: str
    fee_fen: int | None = None
    unit_price: Decimal | None = None
    volume: int | None = None


SITES = Deal(
    key="sites",
    stem="us",
    client=real_data_people.COMMERCE,
    operator=real_data_people.SITES,
    title="商务部门网站可用性保障（示例数据，2021 年）",
    paper_number="示例-US10X-2021",
    signed_on=date(2021, 2, 26),
    term=(date(2021, 3, 1), date(2021, 12, 31)),
    period=PeriodKind.MONTH,
    first_period="2021-03",
    scheme="SC-AVAIL",
    levels=(
        Agreed("KI-001", Comparison.AT_LEAST, D("99.5"), D("0.5")),
        Agreed("KI-007", Comparison.AT_MOST, D(1), D(1)),
    ),
    source="Upptime 仓库 taylor-work/10x-uptime 的状态变化记录，ODbL 1.0",
    point_fen=5_000,
)
USAGE = Deal(
    key="usage",
    stem="uk",
    client=real_data_people.CABINET,
    operator=real_data_people.DIGITAL,
    title="政府服务在线办理（示例数据，2012—2017 年）",
    paper_number="示例-GOVUK-2012",
    signed_on=date(2012, 6, 25),
    term=(date(2012, 7, 1), date(2017, 12, 31)),
    period=PeriodKind.QUARTER,
    first_period="2012-Q3",
    scheme="SC-USE",
    levels=(
        Agreed("KI-043", Comparison.AT_LEAST, D(90), D(10)),
        Agreed("KI-042", Comparison.AT_LEAST, D(60), D(10)),
    ),
    source="GOV.UK 交易量浏览器（alphagov/spotlight）的季度数据",
    point_fen=100_000,
)
# Services whose series has gaps: where nothing of a service is known its score is held, and with it the whole contract.
PARTIAL = replace(
    USAGE,
    key="usage-partial",
    title="政府服务在线办理：数据不全的服务（示例数据，2012—2017 年）",
    paper_number="示例-GOVUK-2012-B",
)
DEALS = (SITES, USAGE, PARTIAL)


def sites_wanted(slugs: Iterable[str]) -> list[Wanted]:
    """A fixed monthly fee for each site (assumed)."""
    return [Wanted(slug, slug.replace("-", ".").upper(), "", fee_fen=100_000) for slug in sorted(slugs)]


def services_wanted(rows: Iterable[real_data.Usage], slugs: Iterable[str]) -> list[Wanted]:
    """A price a transaction (assumed) and the baseline of the first published quarters."""
    known = real_data.by_service(rows)
    return [
        Wanted(
            slug,
            known[slug][0].service,
            f"机构：{known[slug][0].agency}",
            unit_price=D("0.1"),
            volume=real_data.baseline(known[slug]),
        )
        for slug in slugs
    ]


def register_services(deal: Deal, wanted: Iterable[Wanted]) -> None:
    """Puts the services on the ledger of the client; the description keeps the name that the source gives them."""
    counted = deal is not SITES
    for one in wanted:
        facts = ServiceFacts(
            name_zh=one.name[:120],
            name_en=one.name[:200],
            category=ServiceCategory.APPLICATION,
            unit="件" if counted else "站",
            usage_indicator=real_data.VOLUME if counted else "",
            description="\n".join(filter(None, (f"{SOURCE_KEY}{one.slug}", f"来源：{deal.source}", one.notes))),
        )
        services.create_service(deal.person("officer"), facts)


def codes_of(deal: Deal) -> dict[str, str]:
    """The ledger's code of each service of the contract by the source's name for it."""
    return {_slug(line.service): line.service.code for line in contract_of(deal).current.lines}


def _slug(service: Service) -> str:
    return service.description.split("\n")[0].removeprefix(SOURCE_KEY)


def _owned(deal: Deal) -> dict[str, Service]:
    client = organisation_by_code(deal.client)
    owned = db.session.scalars(sa.select(Service).where(Service.owner_id == (client.id if client else 0)))
    return {_slug(one): one for one in owned}


def contract_of(deal: Deal) -> Contract:
    """The contract of the example, found by its paper's number."""
    for contract in db.session.scalars(sa.select(Contract).order_by(Contract.id)):
        if contract.current.paper_number == deal.paper_number:
            return contract
    raise LookupError(deal.paper_number)


def present() -> list[Deal]:
    """The contracts of the example that are there, in order."""
    with unit_of_work():
        papers = set(db.session.scalars(sa.select(ContractVersion.paper_number)))
    return [deal for deal in DEALS if deal.paper_number in papers]


def draft_contract(deal: Deal, wanted: Iterable[Wanted]) -> Contract:
    """The client's officer brings the contract in: paper, parties, services, levels, and an amount that covers them."""
    officer = deal.person("officer")
    contract = actions.open_contract(officer, deal.title)
    operator = organisation_by_code(deal.operator)
    if operator is None:
        raise LookupError(deal.operator)
    drafting.join_party(officer, contract, operator, PartyRole.OPERATOR)
    upload = FileStorage(stream=io.BytesIO(paper_text(deal).encode()), filename=f"{deal.paper_number} 说明.txt")
    terms = replace(_terms(deal), paper_upload=upload)
    drafting.set_terms(officer, contract, terms, None)
    _add_lines(deal, contract, wanted)
    total = expected_total(draft_of(contract.current), *deal.term)
    amount = -(-total // ROUND_FEN) * ROUND_FEN
    kept = replace(_terms(deal), amount_fen=amount, paper_sha256=contract.current.paper_sha256)
    drafting.set_terms(officer, contract, kept, None)
    return contract


def paper_text(deal: Deal) -> str:
    """What lies in the place of the scan: a text that says plainly what it is."""
    return "\n".join(
        (
            "说明：本文件不是真实合同，由 flask demo real 生成，代替原合同扫描件。",
            "它只用来演示“存量合同补录”，让公开数据有一份可以考核的合同；当事方、价格、约定水平和签订日期都是假定的。",
            f"编号：{deal.paper_number}",
            f"名称：{deal.title}",
            f"期限：{deal.term[0]} 至 {deal.term[1]}",
            f"数据来源：{deal.source}",
            "",
        )
    )


def _terms(deal: Deal) -> Terms:
    return Terms(
        title=deal.title,
        mode=current("contract_mode", "entrusted_operation", today()),
        term_from=deal.term[0],
        term_until=deal.term[1],
        extension_basis="",
        amount_fen=None,
        payment_terms="示例：价格是假定的，用来演示扣减计算；来源数据不含价格。",
        exclusive=False,
        exclusive_basis="",
        point_fen=deal.point_fen,
        cap_percent=D(10),
        data_terms=f"示例：使用公开数据。{deal.source}。",
        exit_terms="示例：无资产和账号需要移交。",
        paper_number=deal.paper_number,
        paper_signed_on=deal.signed_on,
    )


def _add_lines(deal: Deal, contract: Contract, wanted: Iterable[Wanted]) -> None:
    officer, registered = deal.person("officer"), _owned(deal)
    for one in wanted:
        service = registered[one.slug]
        facts = LineFacts(
            service=service,
            pricing=Pricing.UNIT_PRICE if one.unit_price is not None else Pricing.FIXED_FEE,
            fee_fen=one.fee_fen,
            unit_price=one.unit_price,
            unit=service.unit,
            pay_period=deal.period,
            expected_volume=one.volume,
        )
        line = drafting.add_line(officer, contract, facts)
        for level in deal.levels:
            drafting.set_level(officer, contract, line, None, _level(deal, level), None)


def _level(deal: Deal, level: Agreed) -> LevelFacts:
    at_least = level.comparison is Comparison.AT_LEAST
    return LevelFacts(
        indicator=current("indicator", level.indicator, today()),
        comparison=level.comparison,
        target=level.target,
        period=deal.period,
        bands=default_bands(level.target, level.step, at_least),
    )


def confirm_contract(deal: Deal, contract: Contract) -> None:
    """Sent out by the officer, confirmed by both sides against the paper; what is over expires at once."""
    actions.submit(deal.person("officer"), contract, canonical_content(contract.current)[1].sha256)
    for job in ("signatory", "director"):
        actions.sign(deal.person(job), contract, contract.current.digest_sha256 or "")


def agree_plan(deal: Deal, contract: Contract) -> Plan:
    """Every recorded interruption counts, round the clock, all services weigh the same; a report ten days later."""
    facts = PlanFacts(
        period_kind=deal.period,
        first_period=Period(deal.first_period),
        scheme=current("scheme", deal.scheme, today()),
        weighting=Weighting.EQUAL,
        schedule=None,
        min_outage_minutes=0,
        degraded_weight=D("0.5"),
        report_after_days=10,
    )
    plan = plans.propose(deal.person("officer"), contract, facts)
    return plans.agree(deal.person("director"), plan, plan.sha256)
