"""Drawing a contract from a purchase: what was declared and awarded becomes a draft, the drafter adds the rest."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _

from app.audit import act
from app.contracts import actions, drafting
from app.contracts.adding import drawn_from, over
from app.contracts.lots import Drawn, Planned, drawn
from app.contracts.models import Contract, ContractState, ContractVersion, PeriodKind, Pricing
from app.contracts.of_projects import HANDED_OVER
from app.contracts.rules import add_months
from app.contracts.workflow import is_client
from app.core.actors import Actor, must
from app.core.clock import today
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused, WrongState
from app.core.permissions import Permission
from app.lifecycle.actions import ask_once
from app.organisations.models import Organisation
from app.practices.choosing import follow
from app.procurement import checks
from app.procurement.awards import hold_contract
from app.procurement.kinds import ProcurementState
from app.procurement.models import Procurement
from app.procurement.queries import approved_declaration
from app.procurement.recording import alone, only_client, refuse
from app.procurement.workflow import expect_state
from app.projects.kinds import ProjectCategory
from app.projects.models import DataItem, Declaration, PlannedService, Project
from app.services.actions import ServiceFacts, create_service
from app.services.models import Service, ServiceCategory
from app.subjects.models import Party, PartyRole
from app.subjects.queries import parties_of

P = Permission
# Working days in which what is missing in a drawn contract is filled in; a default of the product.
COMPLETE_WITHIN = 10
LONGEST_TITLE = 200
CONTRACT_WORDS = ("合同", "协议")
# Who builds and who supervises stands in the contract beside who operates.
BESIDE = (PartyRole.BUILDER, PartyRole.SUPERVISOR)
# What a service that the project brings is called on the ledger, where it is registered with its contract.
CATEGORIES = {
    ProjectCategory.APPLICATION: ServiceCategory.APPLICATION,
    ProjectCategory.PLATFORM: ServiceCategory.PLATFORM,
    ProjectCategory.DATA_PLATFORM: ServiceCategory.DATA,
    ProjectCategory.INFRASTRUCTURE: ServiceCategory.CLOUD,
    ProjectCategory.SECURITY: ServiceCategory.SECURITY,
    ProjectCategory.OPERATION: ServiceCategory.MAINTENANCE,
}


@dataclass(frozen=True)
class _Source:
    """What a contract is drawn from."""

    procurement: Procurement
    declared: Declaration
    winner: Organisation
    award_fen: int
    months: int
    # The contract that is added to, whose terms stay as they are.
    original: Contract | None = None


def draw(actor: Actor, procurement: Procurement) -> Contract:
    """The client's officer draws the draft of an operating contract from a purchase with a confirmed award."""
    must(actor, P.CONTRACT_DRAFT)
    only_client(actor, procurement.project)
    alone(procurement.project)
    db.session.refresh(procurement)
    source = _source(procurement)
    followed = procurement.project.subject.practice_entry or ""
    contract = actions.open_contract(actor, _title(procurement.title), followed)
    drafting.set_terms(actor, contract, _terms(source), None)
    _join(actor, contract, source)
    if source.original is not None:
        _add_to(actor, contract, source, source.original.current)
    else:
        for service, line in _services(actor, source):
            drafting.add_line(actor, contract, _line(service, line))
    _bind(actor, contract, procurement)
    return contract


def _source(procurement: Procurement) -> _Source:
    """Refuses what nothing can be drawn from."""
    if not procurement.purpose.operates:
        raise Refused(
            Problem(
                _("只有运营采购才据此起草合同。"),
                why=_("本采购的内容是“%(purpose)s”，合同在系统外订立。"),
                remedy=_("请在采购中登记合同编号并附扫描件。"),
            )
        )
    if procurement.own_contract is not None:
        raise WrongState(Problem(_("已据此起草合同 %(code)s。", code=procurement.own_contract)))
    expect_state(procurement, ProcurementState.AWARDED)
    refuse(checks.project_problems(procurement.project))
    winner, award, months = procurement.winner, procurement.award_fen, procurement.term_months
    if winner is None or award is None or months is None:
        raise LookupError("an awarded purchase of operation names winner, amount and term")
    original = drawn_from(procurement.original) if procurement.original is not None else None
    refuse(over(original))
    return _Source(procurement, approved_declaration(procurement.project), winner, award, months, original)


def _title(title: str) -> str:
    if title.endswith(CONTRACT_WORDS):
        return title
    return f"{title[: LONGEST_TITLE - len(CONTRACT_WORDS[0])]}{CONTRACT_WORDS[0]}"


def _terms(source: _Source) -> drafting.Terms:
    """Mode, amount, term, data and exit as declared and awarded; payment and deductions are left to the drafter."""
    declared = source.declared
    if source.original is not None:
        return _same_terms(source, source.original.current)
    begin = _begin(declared)
    return drafting.Terms(
        title=_title(source.procurement.title),
        mode=declared.mode,
        term_from=begin,
        term_until=add_months(begin, source.months) - timedelta(days=1) if begin else None,
        extension_basis="",
        amount_fen=source.award_fen,
        payment_terms="",
        exclusive=False,
        exclusive_basis="",
        point_fen=None,
        cap_percent=None,
        data_terms=_data_terms(declared.data_items),
        exit_terms=declared.exit_plan,
    )


def _same_terms(source: _Source, agreed: ContractVersion) -> drafting.Terms:
    """The terms of the contract that is added to, for what is added and for no longer than that contract runs."""
    begin = max(agreed.term_from, today()) if agreed.term_from is not None else today()
    until = add_months(begin, source.months) - timedelta(days=1)
    until = min(until, agreed.term_until) if agreed.term_until is not None else until
    runs = begin <= until
    return drafting.Terms(
        title=_title(source.procurement.title),
        mode=agreed.mode,
        term_from=begin if runs else None,
        term_until=until if runs else None,
        extension_basis="",
        amount_fen=source.award_fen,
        payment_terms=agreed.payment_terms,
        exclusive=agreed.exclusive,
        exclusive_basis=agreed.exclusive_basis,
        point_fen=agreed.point_fen,
        cap_percent=agreed.cap_percent,
        data_terms=agreed.data_terms,
        exit_terms=agreed.exit_terms,
    )


def _begin(declared: Declaration) -> date | None:
    """The day after the planned end of building, if that is still to come; otherwise nobody knows it yet."""
    planned = declared.planned_until
    return planned + timedelta(days=1) if planned is not None and planned >= today() else None


def _data_terms(items: list[DataItem]) -> str:
    """The data that was declared, and for what it may be used."""
    if not items:
        return ""
    # A contract is written in Chinese, whatever language its drafter reads.
    with force_locale("zh"):
        rows = [f"{n}. {_data(item)}" for n, item in enumerate(items, start=1)]
    opening = "乙方仅为履行本合同处理下列数据，不得用于其他目的，不得擅自留存、使用、泄露或者向他人提供："
    return "\n".join([opening, *rows, "合同终止时，乙方返还并销毁全部数据，出具证明。"])


def _data(item: DataItem) -> str:
    parts = [str(item.data_class.label), str(item.sharing.label)]
    parts += [f"资源目录编号 {item.catalogue_number}"] if item.catalogue_number else []
    parts += [f"依据 {item.basis}"] if item.basis else []
    return f"{item.name}（{'，'.join(parts)}）"


def _join(actor: Actor, contract: Contract, source: _Source) -> None:
    """Operator is who won; builders and supervisors of the project stand beside him."""
    drafting.join_party(actor, contract, source.winner, PartyRole.OPERATOR)
    for party in _beside(source.procurement.project):
        drafting.join_party(actor, contract, party.organisation, party.role)


def _beside(project: Project) -> list[Party]:
    return [one for one in parties_of(project.subject) if one.role in BESIDE]


# --- services --------------------------------------------------------------------------------------------------------


def _add_to(actor: Actor, contract: Contract, source: _Source, agreed: ContractVersion) -> None:
    """The services of the contract that is added to, at its prices and levels; how much of each the drafter says."""
    fee = max(1, source.award_fen // (source.months * max(1, len(agreed.lines))))
    for pattern in agreed.lines:
        by_use = pattern.pricing is Pricing.UNIT_PRICE
        facts = drafting.LineFacts(
            service=pattern.service,
            pricing=pattern.pricing,
            fee_fen=None if by_use else fee,
            unit_price=pattern.unit_price,
            unit=pattern.unit,
            pay_period=pattern.pay_period if by_use else PeriodKind.MONTH,
            expected_volume=None,
        )
        drafting.follow_levels(actor, contract, drafting.add_line(actor, contract, facts), pattern)


def _services(actor: Actor, source: _Source) -> Iterator[tuple[Service, Drawn]]:
    """Every declared service with its line; one that the project brings comes onto the ledger now."""
    listed = source.declared.services
    planned = [Planned(one.forecast_first, one.unit_price) for one in listed]
    lines = drawn(planned, source.award_fen, source.months)
    for one, line in zip(listed, lines, strict=True):
        yield one.service or _registered(actor, source.declared, one), line


def _registered(actor: Actor, declared: Declaration, planned: PlannedService) -> Service:
    """The service on the client's ledger: of the same name if there is one, else registered now."""
    known = db.session.query(Service).filter_by(owner_id=actor.organisation_id, name_zh=planned.name).one_or_none()
    if known is not None:
        return known
    category = CATEGORIES[declared.category] if declared.category else ServiceCategory.APPLICATION
    made = create_service(
        actor,
        ServiceFacts(
            name_zh=planned.name,
            name_en="",
            category=category,
            unit=planned.unit,
            usage_indicator=planned.usage_indicator,
            description="",
        ),
    )
    db.session.flush()
    return made


def _line(service: Service, line: Drawn) -> drafting.LineFacts:
    by_use = line.unit_price is not None
    return drafting.LineFacts(
        service=service,
        pricing=Pricing.UNIT_PRICE if by_use else Pricing.FIXED_FEE,
        fee_fen=line.fee_fen,
        unit_price=line.unit_price,
        unit=service.unit,
        pay_period=PeriodKind.MONTH,
        expected_volume=line.volume,
    )


# --- the bond between contract, purchase and project -----------------------------------------------------------------


def _bind(actor: Actor, contract: Contract, procurement: Procurement) -> None:
    project = procurement.project
    with act(actor, P.CONTRACT_DRAFT, ref=project.ref) as running:
        running.note(procurement=procurement.code, contract=contract.code)
        # The guard on contracts asks for the purchase's word, so that one is written first.
        hold_contract(actor, procurement, contract.code)
        contract.project_id, contract.procurement_id = project.id, procurement.id
        ask_once(contract.subject, procurement.client_org, P.CONTRACT_SUBMIT, COMPLETE_WITHIN)
        db.session.flush()
    db.session.refresh(contract)


def link(actor: Actor, contract: Contract, project: Project) -> None:
    """The client's officer says which project a draft serves that was not drawn from a purchase of it.

    Only a draft: what is sealed says what it serves. A contract brought in from paper runs, so its project must too.
    """
    must(actor, P.CONTRACT_DRAFT)
    if not is_client(actor, contract):
        raise NotAllowed(Problem(_("合同由甲方（项目单位）起草。"), remedy=_("如您也在该机构任职，请先切换身份。")))
    only_client(actor, project)
    refuse(_link_problems(contract, project))
    with act(actor, P.CONTRACT_DRAFT, ref=contract.ref) as running:
        running.note(project=project.code)
        # A contract follows the practice of its project; the guard on contracts asks for that first.
        follow(contract.subject, project.subject.practice_entry)
        db.session.flush()
        contract.project_id = project.id
        db.session.flush()
    db.session.refresh(contract)


def _link_problems(contract: Contract, project: Project) -> Iterator[Problem]:
    if contract.state is not ContractState.DRAFT:
        yield Problem(_("合同已经封存，不能再关联项目。"), remedy=_("请先退回修改。"))
    if contract.project_id is not None:
        yield Problem(_("合同已经关联项目，不能更改。"))
    if contract.current.is_existing and project.state not in HANDED_OVER:
        yield Problem(
            _("存量合同所属的项目应在运营中，项目现在是“%(state)s”。", state=project.state.label),
            remedy=_("请核对项目，或先更正项目所处的阶段。"),
        )
