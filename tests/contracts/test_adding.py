"""A supplementary contract: it names the contract that it adds to, keeps its terms, and is judged by the tenth."""

from datetime import date
from decimal import Decimal

import pytest

from app.conditions.gathering import facts_of
from app.contracts import drafting
from app.contracts.adding import drawn_from
from app.contracts.content import content_of
from app.contracts.documents import paper_for
from app.contracts.drawing import draw
from app.contracts.models import ContractState
from app.core.db import db
from app.core.errors import Refused
from app.gates.kinds import Step
from app.negative_lists import screening
from app.negative_lists.kinds import Outcome
from app.procurement import actions, awards
from app.procurement.kinds import ProcurementState
from tests.factories import sign_in, submit
from tests.procurement import room
from tests.separation.breaking import attempt


@pytest.fixture
def original(w, project):
    return room.contracted(w, project, "operate", budget_fen=50_000_000)


@pytest.fixture
def supplement(w, original):
    """An addition of a tenth, awarded."""
    facts = room.single_source("operate", budget_fen=5_000_000, term_months=6, adds_to=original.number)
    made = room.planned_as(w, original.project, facts, room.proof())
    actions.announce(w.actor("officer"), made, room.notice_facts(bids_due_on=None))
    awards.record_award(w.actor("officer"), made, room.award_facts(w, made, original.winner), room.proof())
    return awards.confirm(w.actor("signatory"), made, None)


def outcome_of(contract):
    found = screening.look(contract.subject, Step.CONTRACT).outcomes
    return next(one.outcome for one in found if one.item.head.code == "NL-B18")


def test_what_is_drawn_keeps_the_terms_of_what_it_adds_to(w, original, supplement):
    whole, contract = drawn_from(original), draw(w.actor("officer"), supplement)
    ours, theirs = contract.current, whole.current
    assert ours.amount_fen == 5_000_000
    for name in ("mode", "payment_terms", "point_fen", "cap_percent", "data_terms", "exit_terms"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert [(one.service, one.pricing, one.unit_price, one.unit) for one in ours.lines] == [
        (one.service, one.pricing, one.unit_price, one.unit) for one in theirs.lines
    ]
    assert [len(one.levels) for one in ours.lines] == [len(one.levels) for one in theirs.lines]
    assert ours.term_until <= theirs.term_until


def test_what_is_drawn_names_the_contract_that_it_adds_to(client, w, original, supplement):
    contract = draw(w.actor("officer"), supplement)
    db.session.commit()
    named = content_of(contract.current)["procurement"]["adds_to"]
    assert named == {"procurement": original.code, "contract": original.own_contract, "amount_fen": 50_000_000}
    assert "adds_to" not in content_of(drawn_from(original).current)["procurement"]
    assert paper_for(contract.current).adds_to == original.own_contract
    page = sign_in(client, "officer").get(f"/contracts/{contract.code}?tab=terms").get_data(as_text=True)
    assert f"这是对合同 {original.own_contract} 的补充合同" in page


def test_the_tenth_is_a_fact_of_both_contracts(w, original, supplement):
    contract = draw(w.actor("officer"), supplement)
    for one in (contract, drawn_from(original)):
        values = facts_of(one.subject)
        assert (values["contract.supplements"], values["contract.original_amount"]) == (5_000_000, 50_000_000)
        assert outcome_of(one) is Outcome.CLEAR


def test_nothing_is_added_to_a_contract_that_is_over(w, original, supplement):
    whole = drawn_from(original)
    whole.state = ContractState.TERMINATING
    with pytest.raises(Refused) as refusal, db.session.no_autoflush:
        draw(w.actor("officer"), supplement)
    assert "不能订立补充合同" in refusal.value.problems[0].what


def filled(w, contract, **changes):
    """The draft with the use of each service that drawing leaves to its drafter."""
    for line in contract.current.lines:
        facts = drafting.LineFacts(
            line.service,
            line.pricing,
            line.fee_fen,
            changes.get("price", line.unit_price),
            line.unit,
            line.pay_period,
            10,
        )
        drafting.change_line(w.actor("officer"), contract, line, facts, None)
    terms = {name: getattr(contract.current, name) for name in drafting.TERM_FIELDS}
    terms |= {"title": contract.subject.title, "mode": contract.current.mode}
    terms |= {name: value for name, value in changes.items() if name != "price"}
    drafting.set_terms(w.actor("officer"), contract, drafting.Terms(**terms), None)
    return contract


def test_a_supplement_is_signed_on_the_terms_of_its_original(w, original, supplement):
    room.signed(w, filled(w, draw(w.actor("officer"), supplement)))
    assert (supplement.state, supplement.contract_fen) == (ProcurementState.CONTRACTED, 5_000_000)


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"payment_terms": "预付全部价款。"}, "付款条件"),
        ({"point_fen": 1}, "每分扣减金额"),
        ({"cap_percent": Decimal(1)}, "每期扣减上限"),
        ({"exit_terms": "不移交。"}, "退出与移交"),
        ({"term_until": date(2099, 1, 1)}, "合同期限"),
        ({"price": Decimal("9.9")}, "服务“"),
    ],
    ids=str,
)
def test_a_supplement_that_changes_other_terms_is_not_submitted(w, original, supplement, changes, said):
    contract = filled(w, draw(w.actor("officer"), supplement), **changes)
    with pytest.raises(Refused) as refusal:
        submit(w, contract)
    (problem,) = [one for one in refusal.value.problems if "不一致" in one.what]
    assert said in problem.what and problem.article


# Changes by SQL of a draft that is sealed; each differs from what its original says.
MOVED = (
    "payment_terms = '预付'",
    "point_fen = 1",
    "point_fen = NULL",
    "cap_percent = NULL",
    "exit_terms = ''",
    "term_until = '2099-01-01'",
)


def test_by_sql_a_supplement_keeps_the_terms_of_its_original(w, original, supplement):
    version = filled(w, draw(w.actor("officer"), supplement)).current
    seal = (
        "UPDATE contract_versions SET act_id = :act, state = 'signing', content = '-', digest_sha256 = :digest, "
        "digest_sm3 = :digest, sealed_at = CURRENT_TIMESTAMP, submitted_by = :who, {} WHERE id = :id"
    )
    values = {"digest": "0" * 64, "who": w.user("officer").id, "id": version.id}
    db.session.commit()
    assert attempt(db.session, seal.format("number = number"), values) == ""
    for changes in MOVED:
        assert "keeps its other terms" in attempt(db.session, seal.format(changes), values), changes
