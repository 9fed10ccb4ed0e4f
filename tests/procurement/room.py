"""Purchases of a project, each by one call and through the real actions, as far as a state of their life.

project = approved(w)
purchase = awarded(w, project, "operate")
contracted(w, project, "build")
contract = drawn(w, project); signed(w, contract)
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from app.contracts import drafting
from app.contracts.drafting import LineFacts
from app.contracts.drawing import draw
from app.contracts.models import Contract, PeriodKind, Pricing
from app.core.clock import today
from app.gates.kinds import Step
from app.organisations.models import Organisation, OrganisationKind
from app.procurement import actions, awards
from app.procurement.checks import AwardFacts, ContractFacts, NoticeFacts, PlanFacts
from app.procurement.kinds import Method, Purpose
from app.procurement.models import Procurement
from app.procurement.recording import NO_PROOF, Proof
from app.projects.documents import DocumentFacts, register_document
from app.projects.kinds import DocumentKind
from app.projects.models import Project
from app.subjects.models import PartyRole
from tests.factories import OPERATES, WATCHES, World, organisation, set_level, sign, submit
from tests.projects.room import answered, paper

# What each purchase may cost within the budgets of `tests.projects.room`; the term is for operating only.
BUDGETS = {
    Purpose.BUILD: 200_000_000,
    Purpose.OPERATE: 60_000_000,
    Purpose.BUILD_AND_OPERATE: 250_000_000,
    Purpose.SUPERVISE: 5_000_000,
    Purpose.TEST: 4_000_000,
    Purpose.OTHER: 1_000_000,
}
CHEAP = 2_000_000
MONTHS = 12
# The time that bidders have; a day more than the law asks for.
BIDDING = 21


def proof(name: str = "") -> Proof:
    """A file that nothing else has the content of."""
    return Proof(upload=paper(name or f"{secrets.token_hex(8)}.pdf"))


def plan_facts(purpose: str | Purpose = Purpose.BUILD, **changes: Any) -> PlanFacts:
    """An open tender within what is approved."""
    of = Purpose(purpose)
    whole = PlanFacts(
        purpose=of,
        method=Method.OPEN_TENDER,
        title=f"政务服务一体化平台{of.label}采购",
        budget_fen=BUDGETS[of],
        term_months=MONTHS if of.operates else None,
    )
    return replace(whole, **changes)


def papers(w: World, project: Project, kind: str) -> str:
    """The digest of a new paper that is registered with the project as this kind."""
    facts = DocumentFacts(DocumentKind(kind), "文号1", "广州市政务服务中心", today())
    return register_document(w.actor("officer"), project, facts, paper(f"{secrets.token_hex(8)}.pdf")).sha256


def single_source(purpose: str | Purpose = Purpose.BUILD, **changes: Any) -> PlanFacts:
    """A single-source purchase with everything that it needs but the file."""
    facts = {
        "method": Method.SINGLE_SOURCE,
        "fair_competition_ref": "公审〔2026〕3号",
        "single_source_basis": "核心软件只能从原供应商采购。",
        "publicity_from": today() - timedelta(days=14),
        "publicity_until": today() - timedelta(days=1),
    }
    return plan_facts(purpose, **{**facts, **changes})


def notice_facts(announced_on: date | None = None, **changes: Any) -> NoticeFacts:
    """A notice of today, or of a day that is given, with enough time for bids."""
    day = announced_on or today()
    return replace(NoticeFacts("粤采公〔2026〕15号", day, day + timedelta(days=BIDDING)), **changes)


def winner_of(w: World, purpose: str | Purpose) -> Organisation:
    """Who wins such a purchase: the operator of the world, the watcher as supervisor, others made for it."""
    of = Purpose(purpose)
    if of in {Purpose.OPERATE, Purpose.BUILD_AND_OPERATE}:
        return w.org("operator")
    if of is Purpose.SUPERVISE:
        return w.org("watcher")
    sides = WATCHES if of is Purpose.TEST else OPERATES
    return organisation(f"{of.label}供应商{secrets.token_hex(3)}", kind=OrganisationKind.COMPANY, sides=sides)


def award_facts(w: World, purchase: Procurement, winner: Organisation | None = None, **changes: Any) -> AwardFacts:
    """The budget, spent whole, awarded on the first day on which it can be."""
    day = max(one for one in (purchase.announced_on, purchase.bids_due_on, purchase.publicity_until) if one)
    won = winner or winner_of(w, purchase.purpose)
    return replace(AwardFacts("中标〔2026〕8号", day, won, purchase.budget_fen), **changes)


def planned(w: World, project: Project, purpose: str | Purpose = Purpose.BUILD, **changes: Any) -> Procurement:
    """A purchase planned by the client's officer, who has looked at what it asks for."""
    return planned_as(w, project, plan_facts(purpose, **changes))


def planned_as(w: World, project: Project, facts: PlanFacts, publicity: Proof = NO_PROOF) -> Procurement:
    """The same from facts that are given, with what shows the publicity of a single source."""
    made = actions.plan(w.actor("officer"), project, facts, publicity)
    answered(w, project, Step.PROCURE)
    return made


def announced(w: World, project: Project, purpose: str | Purpose = Purpose.BUILD, **changes: Any) -> Procurement:
    """Announced long enough ago that the award can be today; the project's approval is as old."""
    purchase = planned(w, project, purpose, **changes)
    return actions.announce(w.actor("officer"), purchase, notice_facts(backdated(project)))


def backdated(project: Project) -> date:
    """The day of the notice: approval, or today where the project was approved within the bidding time."""
    early = today() - timedelta(days=BIDDING)
    return max(early, project.approved_on) if project.approved_on else early


def recorded(
    w: World,
    project: Project,
    purpose: str | Purpose = Purpose.BUILD,
    winner: Organisation | None = None,
    **changes: Any,
) -> Procurement:
    """An award recorded by the officer and not confirmed yet; under a framework, so that it may be today."""
    purchase = planned(w, project, purpose, **{"method": Method.FRAMEWORK, **changes})
    actions.announce(w.actor("officer"), purchase, notice_facts(bids_due_on=None))
    return awards.record_award(w.actor("officer"), purchase, award_facts(w, purchase, winner), proof())


def awarded(
    w: World,
    project: Project,
    purpose: str | Purpose = Purpose.BUILD,
    winner: Organisation | None = None,
    **changes: Any,
) -> Procurement:
    """An award recorded by the officer and confirmed by the signatory; the winner is party of the project."""
    purchase = recorded(w, project, purpose, winner, **changes)
    return awards.confirm(w.actor("signatory"), purchase, None)


BOUGHT = {role: purpose for purpose in Purpose for role in purpose.roles if len(purpose.roles) == 1}


def joined(w: World, project: Project, key: str, *roles: PartyRole) -> Project:
    """An organisation of the world wins what each role is bought for, cheaply enough for any number of purchases."""
    for role in roles:
        awarded(w, project, BOUGHT[role], w.org(key), budget_fen=CHEAP)
    return project


def contract_facts(purchase: Procurement, **changes: Any) -> ContractFacts:
    return replace(ContractFacts(f"HT-{purchase.code}", today(), purchase.award_fen), **changes)


def contracted(
    w: World,
    project: Project,
    purpose: str | Purpose = Purpose.BUILD,
    winner: Organisation | None = None,
    **changes: Any,
) -> Procurement:
    """Awarded and contracted: by a contract recorded from paper, of operation by one that was drawn and signed here."""
    purchase = awarded(w, project, purpose, winner, **changes)
    if purchase.purpose.operates:
        signed(w, completed(w, draw(w.actor("officer"), purchase)))
        return purchase
    return awards.record_contract(w.actor("officer"), purchase, contract_facts(purchase), proof())


# --- contracts drawn -------------------------------------------------------------------------------------------------


def drawn(w: World, project: Project, purpose: str | Purpose = Purpose.OPERATE, **changes: Any) -> Contract:
    """The draft of an operating contract drawn from a fresh award, as the drafter finds it."""
    return draw(w.actor("officer"), awarded(w, project, purpose, **changes))


def at_a_fee(w: World, contract: Contract, fee_fen: int) -> str:
    """The only line at a monthly fee in place of a price; the code of its service."""
    (line,) = contract.current.lines
    facts = LineFacts(line.service, Pricing.FIXED_FEE, fee_fen, None, line.unit, PeriodKind.MONTH, None)
    drafting.change_line(w.actor("officer"), contract, line, facts, None)
    return line.service.code


def completed(w: World, contract: Contract, **changes: Any) -> Contract:
    """The draft with what drawing leaves to its drafter: term, payment, deductions, a level for each line."""
    actor, version = w.actor("officer"), contract.current
    begin = changes.pop("term_from", None) or today()
    given = {name: getattr(version, name) for name in drafting.TERM_FIELDS}
    given |= {
        "term_from": begin,
        "term_until": changes.pop("term_until", None) or begin + timedelta(days=364),
        "payment_terms": "按月考核后付款。",
        "point_fen": 100_000,
        "cap_percent": drafting.Decimal(10),
        "exit_terms": version.exit_terms or "期满前三个月起移交。",
        "data_terms": version.data_terms or "期满返还并销毁。",
    }
    facts = drafting.Terms(title=contract.subject.title, mode=version.mode, **{**given, **changes})
    drafting.set_terms(actor, contract, facts, None)
    for line in contract.current.lines:
        if not line.levels:
            set_level(actor, contract, line)
    return contract


def signed(w: World, contract: Contract) -> Contract:
    """Submitted by the officer and signed by both sides."""
    submit(w, contract)
    for signatory in ("signatory", "operator_signatory"):
        sign(w, contract, signatory)
    return contract
