"""A contract drawn from a purchase: what is declared and awarded goes in, and nothing of it can be drawn twice."""

import json
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import current_app

from app.conditions.gathering import facts_of
from app.contracts import actions, drafting
from app.contracts.content import canonical_content, content_of
from app.contracts.documents import paper_for
from app.contracts.drawing import draw, link
from app.contracts.models import ContractState, Pricing
from app.contracts.of_projects import contracts_of, contracts_panel
from app.contracts.workflow import complete
from app.core.db import db
from app.core.errors import NotAllowed, Refused, WrongState
from app.negative_lists.models import CheckRun
from app.procurement import actions as procurement
from app.procurement.kinds import ProcurementState
from app.services.actions import retire_service
from app.services.models import Service
from app.subjects.queries import parties_of
from tests.factories import draft, existing_draft, level, seen_digest, service, submit
from tests.procurement import room
from tests.projects.room import approved, cost, data_item, service_line, target


def problems(action, *args):
    with pytest.raises(Refused) as refusal:
        action(*args)
    return refusal.value.problems


def roles(contract):
    return {(one.organisation.code, one.role.value) for one in parties_of(contract.subject)}


def test_a_contract_is_drawn_from_declaration_and_award(w, project):
    room.awarded(w, project, "supervise")
    builder = room.awarded(w, project, "build").winner.code
    purchase = room.awarded(w, project, "operate")
    contract = draw(w.actor("officer"), purchase)
    version = contract.current
    assert (contract.state, contract.project, contract.procurement) == (ContractState.DRAFT, project, purchase)
    assert contract.subject.title == "政务服务一体化平台运营采购合同"
    assert roles(contract) == {
        ("AGENCY", "client"),
        ("OPERATOR", "operator"),
        (builder, "builder"),
        ("WATCHER", "supervisor"),
    }
    assert (version.mode.code, version.amount_fen, version.exclusive) == ("government_purchase", 60_000_000, False)
    # The planned end of building is 31 December 2026; operating is bought for twelve months.
    assert (version.term_from, version.term_until) == (date(2027, 1, 1), date(2027, 12, 31))
    assert "办件信息（公共数据，有条件共享，资源目录编号 ML-4401-0001" in version.data_terms
    assert version.exit_terms == project.current.exit_plan
    assert (version.payment_terms, version.point_fen, version.cap_percent) == ("", None, None)
    assert purchase.own_contract == contract.code


def test_a_service_that_the_project_brings_comes_onto_the_ledger(w, project):
    contract = room.drawn(w, project)
    (one,) = contract.current.lines
    assert (one.service.name_zh, one.service.unit, one.service.usage_indicator) == ("网上申报", "件", "KI-040")
    assert one.service.owner_id == w.org("agency").id
    assert (one.pricing, one.unit_price, one.expected_volume) == (Pricing.UNIT_PRICE, Decimal("1.5"), 12_500)
    assert one.levels == []


def test_a_service_of_the_ledger_is_taken_as_it_is(w):
    known = service(w.actor("officer"), "证照服务")
    same_name = service(w.actor("officer"), "网上申报")
    before = db.session.scalar(sa.select(sa.func.count(Service.id)))
    lines = [cost(), data_item(), target(), service_line(service=known, unit_price=None), service_line()]
    contract = room.drawn(w, approved(w, lines=lines, no_components=True))
    assert [one.service for one in contract.current.lines] == [known, same_name]
    assert db.session.scalar(sa.select(sa.func.count(Service.id))) == before
    first, second = contract.current.lines
    # 60 000 000 fen less 12 500 at 1.5 yuan over twelve months.
    assert (first.pricing, first.fee_fen) == (Pricing.FIXED_FEE, (60_000_000 - 12_500 * 150 * 12) // 12)
    assert second.pricing is Pricing.UNIT_PRICE


@pytest.mark.parametrize("purpose", ["build", "supervise", "test", "other"])
def test_only_operation_is_drawn(w, project, purpose):
    purchase = room.awarded(w, project, purpose)
    assert "运营采购" in problems(draw, w.actor("officer"), purchase)[0].what


@pytest.mark.parametrize("make", [room.planned, room.announced, room.recorded])
def test_nothing_is_drawn_before_the_award_is_confirmed(w, project, make):
    purchase = make(w, project, "operate")
    with pytest.raises(WrongState):
        draw(w.actor("officer"), purchase)


def test_a_purchase_gives_one_contract_until_that_is_void(w, project):
    purchase = room.awarded(w, project, "operate")
    contract = draw(w.actor("officer"), purchase)
    with pytest.raises(WrongState):
        draw(w.actor("officer"), purchase)
    assert contract.code in problems(procurement.cancel, w.actor("officer"), purchase, "x")[0].what
    actions.void(w.actor("officer"), contract, "重新起草")
    assert (purchase.own_contract, contract.procurement_id) == (None, purchase.id)
    again = draw(w.actor("officer"), purchase)
    assert purchase.own_contract == again.code
    assert [one.state for one in contracts_of(project)] == [ContractState.VOID, ContractState.DRAFT]


@pytest.mark.parametrize("who", ["signatory", "operator_officer", "other_officer", "authority_officer"])
def test_only_the_clients_officer_draws(w, project, who):
    purchase = room.awarded(w, project, "operate")
    with pytest.raises(NotAllowed):
        draw(w.actor(who), purchase)


def test_nothing_of_a_failed_drawing_stays(w, project):
    retire_service(w.actor("officer"), service(w.actor("officer"), "网上申报"), "改由省里统建")
    purchase = room.awarded(w, project, "operate")
    db.session.commit()
    assert "停用" in problems(draw, w.actor("officer"), purchase)[0].what
    db.session.rollback()
    assert (contracts_of(project), purchase.own_contract) == ([], None)


# --- what is left to the drafter, and what is sealed -----------------------------------------------------------------


def test_what_drawing_leaves_open_is_named_before_signing(w, project):
    contract = room.drawn(w, project)
    assert {one.place for one in complete(w.actor("officer"), contract)} == {"terms", "services"}
    room.completed(w, contract)
    assert complete(w.actor("officer"), contract) == []


@pytest.mark.parametrize("amount, refused", [(59_000_000, False), (60_000_000, False), (60_000_001, True)])
def test_a_contract_is_concluded_at_no_more_than_its_award(w, project, amount, refused):
    contract = room.completed(w, room.drawn(w, project), amount_fen=amount)
    found = complete(w.actor("officer"), contract)
    assert bool(found) is refused
    if refused:
        assert "《政府采购法》第46条" in str(found[0].what)
        assert problems(actions.submit, w.actor("officer"), contract, seen_digest(contract))


def test_the_sealed_text_names_project_and_purchase(w, project):
    contract = room.completed(w, room.drawn(w, project))
    content = content_of(contract.current)
    assert content["project"] == {"code": project.code}
    assert content["procurement"] == {
        "code": contract.procurement.code,
        "method": "framework",
        "award_number": "中标〔2026〕8号",
        "award_fen": 60_000_000,
    }
    paper = paper_for(contract.current)
    assert (paper.project, paper.award) == (project.code, "中标〔2026〕8号")


def test_contracts_without_a_project_say_what_they_always_said(w):
    """The keys of what was sealed before projects were there; a new one would change every digest."""
    contract = w.contract("in_force")
    # How it was bought is the one thing that it says now and did not say then.
    assert sorted(set(json.loads(contract.current.content)) - {"alone"}) == [
        "amount_fen",
        "code",
        "data_terms",
        "deduction",
        "exclusive",
        "exclusive_basis",
        "exit_terms",
        "extension_basis",
        "form",
        "mode",
        "parties",
        "payment_terms",
        "region",
        "services",
        "term",
        "title",
        "version",
    ]
    assert canonical_content(contract.current)[1].sha256 == contract.current.digest_sha256


# --- gates and lists before signing ----------------------------------------------------------------------------------


def test_the_lists_are_asked_and_their_answer_kept_when_a_contract_goes_out(w):
    contract = draft(w)
    submit(w, contract)
    (run,) = db.session.scalars(sa.select(CheckRun).where(CheckRun.subject_id == contract.subject_id))
    assert (run.step.value, run.cause.value, run.blocking) == ("contract", "step", 0)


def test_an_existing_contract_is_taken_in_without_them(w):
    contract = existing_draft(w, date(2020, 1, 1), date(2026, 12, 31), exclusive=True, exclusive_basis="当时的批复")
    submit(w, contract)
    assert db.session.scalar(sa.select(CheckRun.id).where(CheckRun.subject_id == contract.subject_id)) is None


def test_what_lists_cannot_tell_holds_a_contract_back_with_everything_said(w):
    contract = draft(w, exclusive=True, exclusive_basis="依据某条例")
    found = problems(actions.submit, w.actor("officer"), contract, seen_digest(contract))
    assert len(found) >= 2
    assert all(one.what and one.remedy for one in found)
    assert contract.state is ContractState.DRAFT


def test_an_unfinished_text_is_told_what_it_lacks_and_nothing_else(w):
    contract = draft(w, exit_terms="", data_terms="")
    found = problems(actions.submit, w.actor("officer"), contract, seen_digest(contract))
    assert [str(one.what) for one in found] == ["没有写明数据委托与安全条款。", "没有写明退出与移交安排。"]


# --- facts -----------------------------------------------------------------------------------------------------------


def test_a_contract_gives_its_facts(w, project):
    contract = room.completed(w, room.drawn(w, project))
    values = facts_of(contract.subject)
    assert {name: values[name] for name in values if name.startswith("contract.")} == {
        "contract.mode": "government_purchase",
        "contract.user_paid": False,
        "contract.term_months": 12,
        "contract.amount": 60_000_000,
        "contract.original_amount": 60_000_000,
        "contract.supplements": 0,
        "contract.exclusive": False,
        "contract.has_exclusive_basis": False,
        "contract.has_exit_terms": True,
        "contract.has_data_terms": True,
        "contract.services": 1,
        "contract.service_categories": ("application",),
        "contract.levels": 1,
        "contract.procurement_method": "framework",
        "contract.purposes": ("operate",),
        "contract.has_extension_basis": False,
        "contract.units": ("件",),
        "contract.clauses": ("content", "liability", "payment", "price", "quality", "volume"),
        "contract.exculpatory_words": (),
        "contract.has_deduction_cap": True,
        "contract.deduction_cap": 10,
        "contract.measures": (),
        "contract.data_classes": ("public",),
    }


def test_what_an_empty_draft_does_not_say_is_unknown(w):
    values = facts_of(actions.open_contract(w.actor("officer"), "新合同").subject)
    assert {"contract.mode", "contract.user_paid", "contract.term_months", "contract.amount"}.isdisjoint(values)
    assert (values["contract.services"], values["contract.has_exit_terms"]) == (0, False)
    # None recorded is the empty text.
    assert values["contract.procurement_method"] == ""


def test_the_projects_page_lists_its_contracts(w, project):
    assert contracts_panel(w.actor("officer"), project) is None
    contract = room.drawn(w, project)
    with current_app.test_request_context():
        panel = contracts_panel(w.actor("officer"), project)
    assert panel is not None and [row.href for row in panel.rows] == [f"/contracts/{contract.code}"]
    assert contracts_panel(w.actor("security_admin"), project) is None


# --- linking a draft that was not drawn ------------------------------------------------------------------------------


def test_a_draft_can_be_linked_to_a_project_of_its_client(w, project):
    contract = draft(w)
    link(w.actor("officer"), contract, project)
    assert (contract.project, contract.procurement) == (project, None)
    assert set(content_of(contract.current)) >= {"project"}
    assert "procurement" not in content_of(contract.current)
    assert problems(link, w.actor("officer"), contract, project)


def test_a_sealed_contract_is_not_linked(w, project):
    assert "封存" in problems(link, w.actor("officer"), w.contract("in_force"), project)[0].what


def test_an_existing_contract_belongs_to_a_project_that_runs(w, project):
    contract = existing_draft(w, date(2025, 1, 1), date(2026, 12, 31))
    assert "运营中" in problems(link, w.actor("officer"), contract, project)[0].what


@pytest.mark.parametrize("who", ["other_officer", "operator_officer"])
def test_strangers_link_nothing(w, project, who):
    with pytest.raises(NotAllowed):
        link(w.actor(who), draft(w), project)


def test_another_clients_contract_is_not_linked(w, project):
    with pytest.raises(NotAllowed):
        link(w.actor("other_officer"), draft(w, "other_officer"), project)


def test_a_purchase_is_contracted_by_the_last_signature(w, project):
    contract = room.completed(w, room.drawn(w, project))
    purchase = contract.procurement
    room.signed(w, contract)
    assert (purchase.state, purchase.contract_number, purchase.contract_fen) == (
        ProcurementState.CONTRACTED,
        contract.code,
        60_000_000,
    )
    assert facts_of(project.subject)["procurement.contracted"] == ("operate",)


def test_a_returned_contract_keeps_its_purchase(w, project):
    contract = room.completed(w, room.drawn(w, project))
    submit(w, contract)
    actions.return_for_change(w.actor("operator_signatory"), contract, "金额有误")
    assert (contract.procurement.own_contract, contract.current.number) == (contract.code, 2)
    drafting.set_level(w.actor("officer"), contract, contract.current.lines[0], None, level("KI-002"), None)
    room.signed(w, contract)
    assert contract.procurement.state is ProcurementState.CONTRACTED
