"""Both sides sign one text: the same content has the same digest, and whatever is agreed otherwise has another."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.contracts import actions, drafting
from app.contracts.content import canonical_content, content_of
from app.contracts.models import Comparison, ContractVersion, PeriodKind, VersionState
from app.contracts.rules import Band, default_bands
from app.core.canonical import digest_both
from app.core.clock import clock, today
from app.core.errors import Refused, Stale
from app.organisations.actions import rename
from app.subjects.models import PartyRole
from tests import factories as make

D = Decimal
CHANGES = {
    "title": "另一合同",
    "mode": "government_procurement",
    "term_from": "2026-03-03",
    "term_until": "2027-02-28",
    "extension_basis": "依据",
    "amount_fen": 200_000_001,
    "payment_terms": "按季付款。",
    "exclusive": True,
    "exclusive_basis": "依据",
    "point_fen": 100_001,
    "cap_percent": D("10.5"),
    "data_terms": "另行约定。",
    "exit_terms": "另行约定。",
}


def digest(contract):
    return canonical_content(contract.current)[1].sha256


@pytest.fixture
def draft(w):
    return w.contract("draft")


@pytest.fixture
def officer(w):
    return w.actor("officer")


def test_the_same_content_has_the_same_digest_whenever_it_is_read(w, draft, db_session):
    first = canonical_content(draft.current)
    db_session.commit()
    db_session.expunge_all()
    again = canonical_content(w.contract("draft").current)
    assert again == first
    assert digest_both(first[0].encode()) == first[1]


@pytest.mark.parametrize("name", CHANGES)
def test_every_term_is_in_the_content(w, draft, officer, name):
    value = CHANGES[name]
    value = make.rule("contract_mode", value) if name == "mode" else value
    value = date.fromisoformat(value) if name.startswith("term_") else value
    before = digest(draft)
    drafting.set_terms(officer, draft, make.terms(**{name: value}), None)
    assert digest(draft) != before
    drafting.set_terms(officer, draft, make.terms(), None)
    assert digest(draft) == before


def changed_lines(draft, officer, w):
    line, by_use = draft.current.lines
    level = line.levels[0]
    fresh = make.service(officer)
    steps = {
        "service": lambda: drafting.change_line(officer, draft, line, make.line(fresh), None),
        "fee": lambda: drafting.change_line(officer, draft, line, make.line(fresh, fee_fen=1_000_001), None),
        "pay period": lambda: drafting.change_line(
            officer, draft, line, make.line(fresh, pay_period=PeriodKind.YEAR), None
        ),
        "unit": lambda: drafting.change_line(officer, draft, line, make.line(fresh, unit="次"), None),
        "unit price": lambda: drafting.change_line(
            officer, draft, by_use, make.line(by_use.service, unit_price=D("0.003001")), None
        ),
        "volume": lambda: drafting.change_line(
            officer, draft, by_use, make.line(by_use.service, unit_price=D("0.003"), expected_volume=999_999), None
        ),
        "target": lambda: set_level(target=D("99.9"), bands=default_bands(D("99.9"), D(1), at_least=True)),
        "band": lambda: set_level(bands=(Band(D(99), 0), Band(None, 5))),
        "points": lambda: set_level(bands=(Band(D(99), 0), Band(None, 6))),
        "period": lambda: set_level(period=PeriodKind.QUARTER),
        # The time of repair is the better the shorter: another indicator, and with it the other comparison.
        "comparison": lambda: set_level(
            "KI-007", comparison=Comparison.AT_MOST, bands=default_bands(D(99), D(1), at_least=False)
        ),
        "indicator": lambda: set_level("KI-002"),
        "level dropped": lambda: drafting.drop_level(officer, draft, level),
        "line dropped": lambda: drafting.drop_line(officer, draft, by_use),
        "line added": lambda: make.add_line(officer, draft),
        "party added": lambda: drafting.join_party(officer, draft, w.org("watcher"), PartyRole.SUPERVISOR),
        "role added": lambda: drafting.join_party(officer, draft, w.org("operator"), PartyRole.BUILDER),
    }

    def set_level(indicator="KI-001", **how):
        drafting.set_level(officer, draft, line, level, make.level(indicator, **how), None)

    return steps


def test_every_line_level_band_and_party_is_in_the_content(w, draft, officer, db_session):
    seen = {"as it was": digest(draft)}
    for name, step in changed_lines(draft, officer, w).items():
        step()
        db_session.flush()
        db_session.expire_all()
        seen[name] = digest(w.contract("draft"))
    assert len(set(seen.values())) == len(seen)


def test_decimals_have_one_spelling(w, draft, officer):
    line = draft.current.lines[1]
    before = digest(draft)
    drafting.change_line(officer, draft, line, make.line(line.service, unit_price=D("0.003000")), None)
    assert digest(draft) == before


def test_the_content_names_rules_with_version_and_digest(draft):
    content = content_of(draft.current)
    mode = draft.current.mode
    assert content["mode"] == {
        "code": "government_purchase",
        "version": mode.version,
        "digest": mode.digest,
        "name": {"zh": "政府购买服务", "en": "Government purchase of services"},
    }
    assert [one["code"] for one in content["parties"]] == ["AGENCY", "OPERATOR"]
    assert content["services"][1]["unit_price"] == "0.003"


# --- sealing ---------------------------------------------------------------------------------------------------------


def test_submission_seals_the_text_that_was_read(w, draft):
    seen = digest(draft)
    version = actions.submit(w.actor("officer"), draft, seen)
    assert (version.digest_sha256, version.state) == (seen, VersionState.SIGNING)
    assert json.loads(version.content)["code"] == draft.code
    assert digest_both(version.content.encode()).sm3 == version.digest_sm3


def test_what_changed_a_second_ago_is_not_submitted(w, draft):
    seen = digest(draft)
    drafting.set_terms(w.actor("second_officer"), draft, make.terms(amount_fen=100_000_000_000), None)
    with pytest.raises(Stale):
        actions.submit(w.actor("officer"), draft, seen)


def test_an_incomplete_draft_is_not_submitted_and_everything_is_named(w, draft):
    drafting.set_terms(w.actor("officer"), draft, make.terms(payment_terms="", exit_terms="", point_fen=None), None)
    with pytest.raises(Refused) as caught:
        make.submit(w, draft)
    assert len(caught.value.problems) == 3


def test_a_signer_sees_that_a_party_was_renamed_after_submission(w, db_session):
    contract = w.contract("signing")
    with clock.at(make.MOMENT + timedelta(days=1)):
        rename(w.actor("system_admin"), w.org("operator"), "改名有限公司", "", today(), "工商变更")
        with pytest.raises(Stale):
            make.sign(w, contract, "signatory")


def test_a_returned_version_stays_and_its_copy_says_the_same(w, db_session):
    contract = w.contract("signing")
    make.sign(w, contract, "signatory")
    old = contract.current
    sealed = (old.content, old.digest_sha256, len(old.signatures))
    draft = actions.return_for_change(w.actor("operator_signatory"), contract, "单价需调整")
    db_session.commit()
    db_session.expire_all()
    assert (draft.number, draft.state, contract.current.id) == (2, VersionState.DRAFT, draft.id)
    assert (old.content, old.digest_sha256, len(old.signatures)) == sealed
    assert old.state is VersionState.WITHDRAWN
    said = content_of(draft)
    assert said | {"version": 1} == json.loads(old.content)
    numbers = db_session.scalars(sa.select(ContractVersion.number).where(ContractVersion.contract_id == contract.id))
    assert sorted(numbers) == [1, 2]


def test_a_returned_contract_can_be_signed_in_its_second_version(w):
    contract = w.contract("signing")
    make.sign(w, contract, "signatory")
    actions.return_for_change(w.actor("operator_signatory"), contract, "单价需调整")
    drafting.set_terms(w.actor("officer"), contract, make.terms(amount_fen=210_000_000), None)
    make.submit(w, contract, "second_officer")
    for signatory in ("operator_signatory", "signatory"):
        make.sign(w, contract, signatory)
    assert contract.state == "in_force"
    assert [one.state for one in contract.versions] == [VersionState.WITHDRAWN, VersionState.SIGNED]
    assert len(contract.current.signatures) == 2
