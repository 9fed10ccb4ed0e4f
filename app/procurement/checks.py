"""What stands against each step of a purchase, all of it at once, in words with the article that asks for it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext as _

from app.core.clock import today
from app.core.errors import Problem
from app.core.formats import fmt
from app.core.money import MAX_FEN
from app.core.permissions import Side
from app.organisations.models import Organisation, OrganisationState
from app.procurement import adding, queries
from app.procurement.budget import OPERATE, Spent, allowed, measured
from app.procurement.kinds import LIVE, Method, ProcurementState, Purpose
from app.procurement.models import Procurement
from app.procurement.queries import (
    BUYING,
    approved_declaration,
    lacks_basis,
    notices_of,
    procurements_of,
    spent,
)
from app.procurement.supplements import named
from app.procurement.timing import answer_problems, publicity_problems, still_shown
from app.projects.models import Project
from app.subjects.actions import explain_conflicts
from app.subjects.models import PARTY_SIDES
from app.subjects.queries import conflicts_among, parties_of, side_of

MOST_MONTHS = 480
# 《政府采购法》 was read; see the reference of sources.
WITHIN_BUDGET = "《政府采购法》第6条"
SINGLE_SOURCE = "《政府采购法》第31条"
FAIR_COMPETITION = "《公平竞争审查条例》第8条"
AS_AWARDED = "《政府采购法》第46条"


@dataclass(frozen=True)
class PlanFacts:
    """What is to be bought and how. Months only where operating is bought; `adds_to` is the number of the purchase
    whose contract is added to."""

    purpose: Purpose
    method: Method
    title: str
    budget_fen: int | None
    term_months: int | None = None
    exclusive: bool = False
    fair_competition_ref: str = ""
    single_source_basis: str = ""
    publicity_from: date | None = None
    publicity_until: date | None = None
    adds_to: int | None = None

    def following(self) -> "PlanFacts":
        """What adds to a contract is bought from its supplier alone, on the articles that allow it."""
        if self.adds_to is None:
            return self
        return replace(self, method=Method.SINGLE_SOURCE, single_source_basis=named(self.single_source_basis))


@dataclass(frozen=True)
class NoticeFacts:
    """The notice as it was published, and the last day for bids where there are any."""

    number: str
    announced_on: date | None
    bids_due_on: date | None


@dataclass(frozen=True)
class AwardFacts:
    """The notice of award: its number, its day, who won and for how much."""

    number: str
    award_on: date | None
    winner: Organisation | None
    award_fen: int | None


@dataclass(frozen=True)
class ContractFacts:
    """A contract as it was signed."""

    number: str
    signed_on: date | None
    amount_fen: int | None


def project_problems(project: Project) -> list[Problem]:
    """Nothing is bought for a project that is not approved, stands still or is over."""
    if project.state in BUYING:
        return []
    return [
        Problem(
            _("项目现在是“%(state)s”，不能采购。", state=project.state.label),
            why=_("项目批准之后、退出之前才能采购；暂停期间不办理。"),
            remedy=_("请先办理审批或恢复。"),
        )
    ]


# --- planning --------------------------------------------------------------------------------------------------------


def planning(project: Project, facts: PlanFacts, changed: Procurement | None = None) -> Iterator[Problem]:
    """What a plan needs: a name, money within what is approved, a term where operating is bought."""
    if not facts.title.strip():
        yield Problem(_("请填写采购项目名称。"), place="title")
    months = facts.term_months
    unknown = facts.purpose.operates and (months is None or not 1 <= months <= MOST_MONTHS)
    if unknown:
        yield Problem(
            _("采购运营须写明服务期，1 到 %(n)s 个月。", n=MOST_MONTHS),
            why=_("运营预算按服务期核定。"),
            remedy=_("请填写月数。"),
            place="term_months",
        )
    elif months is not None and not facts.purpose.operates:
        why = _("运营预算按服务期核定。")
        yield Problem(_("只有采购运营才写服务期。"), why=why, remedy=_("请留空。"), place="term_months")
    asked = adding.Asked(facts.adds_to, facts.purpose, facts.budget_fen, months, facts.single_source_basis)
    yield from adding.problems(project, asked, changed)
    if facts.publicity_from and facts.publicity_until and facts.publicity_until < facts.publicity_from:
        yield Problem(_("公示结束日早于开始日。"), remedy=_("请核对公示的起止日期。"), place="publicity_until")
    if facts.method.is_single_source:
        yield from publicity_problems(facts.publicity_from, facts.publicity_until)
    if facts.budget_fen is None or not 0 < facts.budget_fen < MAX_FEN:
        why = _("采购须在批准的预算内进行。")
        yield Problem(_("采购预算须填写，且大于 0。"), why=why, remedy=_("请填写预算金额。"), place="budget")
    elif not unknown:
        # What operating may cost hangs on how long it is bought for.
        yield from _budget_problems(project, facts, changed)


def _budget_problems(project: Project, facts: PlanFacts, changed: Procurement | None) -> Iterator[Problem]:
    declared = approved_declaration(project)
    limits = allowed(declared.design_budget_fen, declared.estimate_fen, declared.operating_budget_fen)
    original = queries.original_for(project, facts.adds_to) if facts.adds_to is not None else None
    pays, fen = queries.paid_as(facts.purpose, original is not None), facts.budget_fen or 0
    own = Spent(0, pays.value, fen, fen, facts.term_months, original.number if original is not None else None)
    others = [spent(one) for one in procurements_of(project) if one.state in LIVE and one is not changed]
    bound, total = measured(own, others, limits)
    if bound is None:
        # What was approved before the project was taken in may be unknown; that holds nothing up.
        if not project.is_taken_in:
            yield _no_budget(facts.purpose)
    elif total > bound:
        yield _over_budget(own, total, bound)


def _no_budget(purpose: Purpose) -> Problem:
    operates = purpose is Purpose.OPERATE
    return Problem(
        _("申报书中没有批准的年度运营预算。") if operates else _("申报书中没有批准的概算或估算。"),
        why=_("采购须在批准的预算内进行。"),
        remedy=_("请先按规定办理预算。"),
        article=WITHIN_BUDGET,
        place="budget",
    )


def _over_budget(own: Spent, total: int, bound: int) -> Problem:
    values = {"total": fmt.money(total), "bound": fmt.money(bound)}
    if own.purpose == OPERATE and own.adds_to is not None:
        why = _("连同原合同和其他追加共 %(total)s 元，服务期内批准的运营预算 %(bound)s 元。", **values)
    elif own.purpose == OPERATE:
        why = _("采购预算 %(total)s 元，服务期内批准的运营预算 %(bound)s 元。", **values)
    else:
        why = _("连同其他采购共 %(total)s 元，批准的投资 %(bound)s 元。", **values)
    return Problem(
        _("采购预算超过批准的金额。"), why=why, remedy=_("请调减预算。"), article=WITHIN_BUDGET, place="budget"
    )


# --- the notice ------------------------------------------------------------------------------------------------------


def announcing(procurement: Procurement, notice: NoticeFacts) -> Iterator[Problem]:
    """What must be there before the market is asked, and how long it must have to answer."""
    yield from _basis_problems(procurement)
    if procurement.announced_on is not None:
        yield from _correction_problems(procurement, notice.announced_on)
    day, approved = notice.announced_on, procurement.project.approved_on
    if day is None:
        yield Problem(_("请填写公告日期。"), why=_("供应商的准备时间从公告起算。"), place="announced_on")
    elif day > today():
        yield Problem(
            _("公告日期晚于今天。"), why=_("只登记已经发生的事。"), remedy=_("公告发布后再登记。"), place="announced_on"
        )
    elif approved is not None and day < approved:
        yield Problem(
            _("公告日期早于项目批复日 %(day)s。", day=fmt.date(approved)),
            why=_("批复之前不得采购。"),
            remedy=_("请核对公告上的日期。"),
            place="announced_on",
        )
    if not notice.number.strip() and not procurement.method.is_single_source:
        yield Problem(_("请填写公告编号。"), why=_("公告凭编号在指定媒体上核对。"), place="notice_number")
    if day is not None:
        yield from still_shown(procurement.method, procurement.publicity_until, day, "announced_on")
        first = procurement.announced_on or day
        yield from answer_problems(procurement.method, first, day, notice.bids_due_on)


def _correction_problems(procurement: Procurement, day: date | None) -> Iterator[Problem]:
    """A correction follows the notice that it corrects, while suppliers may still answer."""
    if day is None:
        return
    before, due = last_announced(procurement), procurement.bids_due_on
    if before is not None and day < before:
        yield Problem(
            _("更正公告的日期早于上一次公告 %(day)s。", day=fmt.date(before)),
            why=_("已登记的公告不会被覆盖，更正只能在其后。"),
            remedy=_("请填写更正公告的发布日期。"),
            place="announced_on",
        )
    if due is not None and day > due:
        yield Problem(
            _("投标（响应）截止日 %(day)s 已过，不能再更正。", day=fmt.date(due)),
            why=_("截止之后供应商无法再按更正后的内容响应。"),
            remedy=_("请登记成交结果；不能成交的，按废标（流标）处理后重新采购。"),
            place="announced_on",
        )


def last_announced(procurement: Procurement) -> date | None:
    """The day of the newest notice."""
    said = notices_of(procurement)
    return said[-1].announced_on if said else procurement.announced_on


def _basis_problems(procurement: Procurement) -> Iterator[Problem]:
    if lacks_basis(procurement):
        yield Problem(
            _("单一来源采购缺少理由、公示起止日期或公示材料。"),
            why=_("只能从唯一供应商采购、不可预见的紧急情况或添购配套的，才可以单一来源采购。"),
            remedy=_("请修改采购计划，补齐理由并附公示材料；不具备条件的，改用竞争方式。"),
            article=SINGLE_SOURCE,
            place="single_source_basis",
        )
    if procurement.method.is_single_source:
        yield from publicity_problems(procurement.publicity_from, procurement.publicity_until)
    if (procurement.exclusive or procurement.method.is_single_source) and not procurement.fair_competition_ref:
        yield Problem(
            _("没有公平竞争审查文号。"),
            why=_("授予独家经营或者单一来源采购的，须先做公平竞争审查。"),
            remedy=_("请完成审查，在采购计划中写明审查文号。"),
            article=FAIR_COMPETITION,
            place="fair_competition_ref",
        )


# --- the award -------------------------------------------------------------------------------------------------------


def awarding(procurement: Procurement, award: AwardFacts) -> Iterator[Problem]:
    """What an award must say, in which order of days, within the budget, to whom."""
    if not award.number.strip():
        why = _("成交以通知书为凭。")
        yield Problem(_("请填写中标（成交）通知书编号。"), why=why, place="award_number")
    yield from _award_day_problems(procurement, award.award_on)
    if award.award_fen is None or award.award_fen <= 0:
        why = _("合同按成交金额签订。")
        yield Problem(_("成交金额须填写，且大于 0。"), why=why, remedy=_("请按通知书填写。"), place="award_amount")
    elif award.award_fen > procurement.budget_fen:
        yield Problem(
            _("成交金额超过采购预算 %(yuan)s 元。", yuan=fmt.money(procurement.budget_fen)),
            why=_("采购须在批准的预算内进行。"),
            remedy=_("请按废标处理，或按规定调整预算后重新采购。"),
            article=WITHIN_BUDGET,
            place="award_amount",
        )
    if award.winner is None:
        yield Problem(_("请选择成交供应商。"), place="winner")
    else:
        yield from winner_problems(procurement, award.winner)


def _award_day_problems(procurement: Procurement, day: date | None) -> Iterator[Problem]:
    if day is None:
        yield Problem(_("请填写通知书发出日期。"), why=_("签订合同的期限从这一天起算。"), place="award_on")
        return
    if day > today():
        yield Problem(
            _("通知书发出日期晚于今天。"),
            why=_("只登记已经发生的事。"),
            remedy=_("通知书发出后再登记。"),
            place="award_on",
        )
    before = {_("公告日期"): last_announced(procurement), _("投标（响应）截止日"): procurement.bids_due_on}
    for word, other in before.items():
        if other is not None and day < other:
            yield Problem(
                _("通知书发出日期早于%(word)s %(day)s。", word=word, day=fmt.date(other)),
                why=_("先公告，再到截止，然后才能评审成交。"),
                remedy=_("请核对通知书上的日期。"),
                place="award_on",
            )
    yield from still_shown(procurement.method, procurement.publicity_until, day, "award_on")


def winner_problems(procurement: Procurement, winner: Organisation) -> list[Problem]:
    """Who wins can take his side in the project, and stands in no conflict with anybody who is in it."""
    subject = procurement.project.subject
    found = []
    if winner.state is not OrganisationState.ACTIVE:
        found.append(Problem(_("机构“%(name)s”已撤销。", name=winner.name), place="winner"))
    found += adding.winner_problems(procurement, winner)
    sides = {PARTY_SIDES[role] for role in procurement.purpose.roles}
    for side in sorted(sides - set(winner.sides)):
        found.append(
            Problem(
                _("%(name)s 没有登记为%(side)s，不能承担本采购。", name=winner.name, side=side.label),
                remedy=_("请核对机构，或由系统管理员补登其可承担的一方。"),
                place="winner",
            )
        )
    if not sides and side_of(subject, winner.id) is Side.MANAGEMENT:
        found.append(Problem(_("%(name)s 是本项目的管理方，不能成交。", name=winner.name), place="winner"))
    standings = {(one.organisation_id, one.side) for one in parties_of(subject)} | {(winner.id, one) for one in sides}
    touching = [one for one in conflicts_among(standings) if winner.id in (one.first_id, one.second_id)]
    return [*found, *(Problem(one.what, one.why, one.remedy, place="winner") for one in explain_conflicts(touching))]


# --- the contract ----------------------------------------------------------------------------------------------------


def contracting(procurement: Procurement, contract: ContractFacts) -> Iterator[Problem]:
    """What a contract that was signed elsewhere must say; that it came late is shown, not refused."""
    if not contract.number.strip():
        yield Problem(_("请填写合同编号。"), place="contract_number")
    if contract.signed_on is None:
        yield Problem(_("请填写签订日期。"), place="signed_on")
    elif contract.signed_on > today():
        why = _("只登记已经发生的事。")
        yield Problem(_("签订日期晚于今天。"), why=why, remedy=_("签订后再登记。"), place="signed_on")
    elif procurement.award_on is not None and contract.signed_on < procurement.award_on:
        why = _("通知书发出之后才能签订合同。")
        yield Problem(_("签订日期早于通知书发出日期。"), why=why, remedy=_("请核对合同上的日期。"), place="signed_on")
    if contract.amount_fen is None or contract.amount_fen <= 0:
        why = _("合同按成交金额签订。")
        yield Problem(_("合同金额须大于 0。"), why=why, remedy=_("请按合同填写。"), place="contract_amount")
    elif above_award(procurement, contract.amount_fen):
        yield too_much(procurement, "contract_amount")


def above_award(procurement: Procurement, amount_fen: int) -> bool:
    """A contract is concluded as it was awarded; the tenth of 《政府采购法》 §49 is for supplements to it later."""
    return amount_fen > (procurement.award_fen or 0)


def too_much(procurement: Procurement, place: str) -> Problem:
    return Problem(
        _("合同金额超过成交金额 %(yuan)s 元。", yuan=fmt.money(procurement.award_fen)),
        why=_("合同按采购文件和成交结果签订；不超过十分之一的追加只适用于履行中的补充合同。"),
        remedy=_("请按成交金额订立合同；确需扩大的，履行中依法追加或另行采购。"),
        article=AS_AWARDED,
        place=place,
    )


def publishing(procurement: Procurement, published_on: date | None, filed_on: date | None) -> Iterator[Problem]:
    """Days on which the contract was published and filed: after it was signed, not in the future, each said once."""
    if published_on is None and filed_on is None:
        yield Problem(_("请填写公告日期或备案日期。"), place="published_on")
    given = {"published_on": (published_on, procurement.published_on), "filed_on": (filed_on, procurement.filed_on)}
    for place, (day, known) in given.items():
        if day is None:
            continue
        if known is not None and known != day:
            why = _("登记过的日期留存备查。")
            yield Problem(_("日期已经登记为 %(day)s，不能更改。", day=fmt.date(known)), why=why, place=place)
        elif day > today():
            why = _("只登记已经发生的事。")
            yield Problem(_("登记的日期晚于今天。"), why=why, remedy=_("办理后再登记。"), place=place)
        elif procurement.contract_signed_on is not None and day < procurement.contract_signed_on:
            why = _("合同签订之后才公告和备案。")
            yield Problem(_("登记的日期早于合同签订日期。"), why=why, remedy=_("请核对日期。"), place=place)


def ending(procurement: Procurement, state: ProcurementState, reason: str) -> Iterator[Problem]:
    """A purchase ends with a reason, and not while a contract that was drawn from it goes on."""
    if not reason.strip():
        yield Problem(_("请写明理由。"), remedy=_("填写理由后再提交。"), place="reason")
    if state is ProcurementState.CANCELLED and procurement.own_contract is not None:
        yield Problem(
            _("已据此起草合同 %(code)s。", code=procurement.own_contract),
            remedy=_("请先作废该合同。"),
        )
