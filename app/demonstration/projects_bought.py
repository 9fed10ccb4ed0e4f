"""What is bought for a project, and which contract is drawn from it: each step as one person's deed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from app.contracts import drafting
from app.contracts.drawing import draw
from app.core.clock import today
from app.demonstration import files
from app.demonstration.contracts import ContractPlan, level_facts
from app.demonstration.projects import WAN, ProjectPlan, answer
from app.demonstration.terms import EXTENSION_BASIS, TermsPlan, usual_levels
from app.demonstration.timeline import Deed
from app.demonstration.world import World
from app.gates.kinds import Step
from app.procurement import actions, awards
from app.procurement.checks import AwardFacts, ContractFacts, NoticeFacts, PlanFacts
from app.procurement.kinds import LIVE, Method, Purpose
from app.procurement.models import Procurement
from app.procurement.queries import procurements_of
from app.procurement.recording import Proof
from app.procurement.timing import first_answer

BIDDING = timedelta(days=21)
# Of what is designed, in hundredths; operating by its yearly budget.
SHARES = {Purpose.BUILD: 84, Purpose.SUPERVISE: 4, Purpose.TEST: 2}
REVIEWED = frozenset({"concession", "authorised_operation", "entrusted_operation"})


@dataclass(frozen=True)
class Purchase:
    """What is bought in which way, and who wins it."""

    purpose: Purpose
    winner: str
    method: Method = Method.COMPETITIVE_CONSULTATION
    months: int | None = None

    @property
    def number(self) -> int:
        return list(Purpose).index(self.purpose) + 1


def plan_purchase(plan: ProjectPlan, purchase: Purchase, world: World) -> None:
    if purchase.months:
        budget = plan.outline.running * WAN * purchase.months // 12
    else:
        budget = plan.cost_fen * SHARES[purchase.purpose] // 100
    facts = PlanFacts(
        purpose=purchase.purpose,
        method=purchase.method,
        title=f"{plan.outline.title}{purchase.purpose.label}采购",
        budget_fen=budget,
        term_months=purchase.months,
        fair_competition_ref=_review(plan) if purchase.purpose.operates else "",
    )
    actions.plan(plan.officer(world), world.project(plan.key), facts)


def _review(plan: ProjectPlan) -> str:
    """An operator who is chosen outside ordinary procurement rests on measures that were reviewed."""
    return f"公审〔{today().year}〕{plan.number + 20}号" if plan.outline.mode in REVIEWED else ""


def _bought(plan: ProjectPlan, purchase: Purchase, world: World) -> Procurement:
    listed = procurements_of(world.project(plan.key))
    return next(one for one in listed if one.purpose is purchase.purpose and one.state in LIVE)


def announce(plan: ProjectPlan, purchase: Purchase, world: World) -> None:
    """Suppliers have the time that the law gives them; those of a tender a day more."""
    due = first_answer(purchase.method, today())
    if purchase.method.is_tender:
        due = today() + BIDDING
    answer(plan, world, Step.PROCURE)
    notice = NoticeFacts(f"粤采公〔{today().year}〕{plan.number * 10 + purchase.number}号", today(), due)
    actions.announce(plan.officer(world), _bought(plan, purchase, world), notice)


def award(plan: ProjectPlan, purchase: Purchase, world: World) -> None:
    """For a little less than the budget."""
    bought = _bought(plan, purchase, world)
    number = f"ZB-{today():%Y%m%d}-{plan.number:02d}{purchase.number}"
    facts = AwardFacts(number, today(), world.organisation(purchase.winner), bought.budget_fen * 96 // 100)
    notice = files.paper("中标通知书.pdf", "中标（成交）通知书", "NOTICE OF AWARD (demonstration)", number, bought.code)
    awards.record_award(plan.officer(world), bought, facts, Proof(upload=notice.upload()))


def confirm(plan: ProjectPlan, purchase: Purchase, world: World) -> None:
    awards.confirm(plan.signatory(world), _bought(plan, purchase, world), None)


def record_contract(plan: ProjectPlan, purchase: Purchase, world: World) -> None:
    """Signed on paper."""
    bought = _bought(plan, purchase, world)
    number = f"HT-{today():%Y%m%d}-{plan.number:02d}{purchase.number}"
    scan = files.paper("采购合同.pdf", "采购合同扫描件", "CONTRACT (demonstration)", number, bought.code)
    facts = ContractFacts(number, today(), bought.award_fen)
    awards.record_contract(plan.officer(world), bought, facts, Proof(upload=scan.upload()))


def publish(plan: ProjectPlan, purchase: Purchase, filed: bool, world: World) -> None:
    """The contract is published, and filed a few days later."""
    days = (None, today()) if filed else (today(), None)
    awards.record_publication(plan.officer(world), _bought(plan, purchase, world), *days)


def each(do: Callable[..., None], plan: ProjectPlan, purchases: tuple[Purchase, ...], *more: object) -> list[Deed]:
    """The same step for several purchases."""
    return [partial(do, plan, one, *more) for one in purchases]


# --- the operating contract ------------------------------------------------------------------------------------------


def operating_contract(plan: ProjectPlan, purchase: Purchase, first: date) -> ContractPlan:
    """The contract that is drawn from the purchase of operation, as it runs from its first day."""
    months = purchase.months or 12
    month = first.month - 1 + months
    until = date(first.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    terms = TermsPlan(
        mode=plan.outline.mode,
        term_from=first,
        term_until=until,
        amount_fen=0,
        payment_terms="按月考核，确认结算金额后十五日内支付当月服务费；年度考核后结清尾款。",
        point_fen=500_00,
        cap_percent=Decimal(20),
        data_terms="",
        exit_terms="",
        extended=months > 12,
        exclusive=False,
    )
    return ContractPlan(plan.key, plan.client, purchase.winner, f"{plan.outline.title}运营合同", terms, (), ())


def draw_contract(plan: ProjectPlan, purchase: Purchase, world: World) -> None:
    contract = draw(plan.officer(world), _bought(plan, purchase, world))
    world.contracts[plan.key] = contract.id


def complete_contract(plan: ProjectPlan, agreed: ContractPlan, world: World) -> None:
    """What drawing leaves to the drafter: term, payment and deductions."""
    contract = world.contract(plan.key)
    facts = {name: getattr(contract.current, name) for name in drafting.TERM_FIELDS}
    facts |= {name: getattr(agreed.terms, name) for name in ("term_from", "term_until", "payment_terms")}
    facts |= {"point_fen": agreed.terms.point_fen, "cap_percent": agreed.terms.cap_percent}
    facts |= {"extension_basis": EXTENSION_BASIS if agreed.terms.extended else ""}
    facts |= {"data_terms": facts["data_terms"] or "不涉及业务数据；运行日志归甲方所有，期满移交并销毁副本。"}
    terms = drafting.Terms(title=agreed.title, mode=contract.current.mode, **facts)
    drafting.set_terms(plan.officer(world), contract, terms, None)


def agree_levels(plan: ProjectPlan, world: World) -> None:
    """Two levels for every service."""
    contract = world.contract(plan.key)
    for line in contract.current.lines:
        for level in usual_levels(line.service.category.value, Random(f"levels {plan.key}")):
            drafting.set_level(plan.officer(world), contract, line, None, level_facts(level), None)
