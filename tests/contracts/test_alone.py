"""A contract that no purchase on record stands behind says why, and how it was bought, before anybody signs it."""

import json

import pytest

from app.contracts import drafting
from app.contracts.content import content_of
from app.contracts.document_articles import sheet_of
from app.contracts.documents import paper_for
from app.contracts.models import ContractState
from app.contracts.queries import count_outside_purchases
from app.core.db import db
from app.core.errors import Refused
from app.procurement.kinds import Method
from tests import factories as make
from tests.procurement import room as buying
from tests.separation.breaking import attempt

NOTHING = {"alone_reason": "", "alone_method": None, "alone_reference": ""}
SAID = ("alone_reason", "alone_method", "alone_reference")


def asked(refusal):
    return " ".join(str(one.what) for one in refusal.value.problems)


@pytest.mark.parametrize("left_out", SAID)
def test_every_part_of_the_basis_is_asked_for(w, left_out):
    contract = make.draft(w, **{left_out: NOTHING[left_out]})
    with pytest.raises(Refused) as refusal:
        make.submit(w, contract)
    assert "没有关联项目的采购" in asked(refusal)
    assert contract.state is ContractState.DRAFT


def test_the_basis_is_sealed_with_the_contract_and_counted_for_the_authority(w):
    before = count_outside_purchases(w.actor("authority_officer"))
    contract = make.signing(w)
    sealed = json.loads(contract.current.content)
    assert sealed["alone"] == {
        "reason": "项目早于本系统建成，采购在系统外办理。",
        "method": "open_tender",
        "reference": "GPCG-2026-001 号中标通知书",
    }
    assert count_outside_purchases(w.actor("authority_officer")) == before + 1


def test_the_printed_contract_says_it(w):
    contract = make.signing(w)
    said = str(sheet_of(paper_for(contract.current)))
    assert "采购依据" in said
    assert "GPCG-2026-001 号中标通知书" in said


def test_what_says_nothing_of_a_basis_reads_as_it_did(w):
    assert "alone" not in content_of(make.draft(w, **NOTHING).current)


def test_a_contract_drawn_from_a_purchase_needs_none(w, project):
    before = count_outside_purchases(w.actor("authority_officer"))
    contract = buying.completed(w, buying.drawn(w, project))
    assert not contract.current.stands_alone
    buying.signed(w, contract)
    assert "alone" not in json.loads(contract.current.content)
    assert count_outside_purchases(w.actor("authority_officer")) == before


def test_the_list_the_page_and_the_desk_say_so(client, w):
    code = make.signing(w).code
    db.session.commit()
    page = make.sign_in(client, "authority_officer").get(f"/contracts/{code}").get_data(as_text=True)
    assert "未关联项目" in page
    assert "GPCG-2026-001" in page
    assert code in client.get("/contracts?basis=alone").get_data(as_text=True)
    assert "未关联项目采购的合同" in client.get("/").get_data(as_text=True)


def test_the_form_keeps_the_basis(client, w):
    contract = make.draft(w, **NOTHING)
    code, version = contract.code, contract.current.row_version
    db.session.commit()
    sent = {"title": "合同", "mode": "", "row_version": version}
    sent |= {"alone_reason": "系统外采购", "alone_method": "inquiry", "alone_reference": "XJ-7"}
    answer = make.sign_in(client, "officer").post(f"/contracts/{code}/terms", data=sent)
    assert answer.status_code == 302
    kept = db.session.get(type(contract), contract.id).current
    assert (kept.alone_reason, kept.alone_method, kept.alone_reference) == ("系统外采购", Method.INQUIRY, "XJ-7")


def test_by_sql_nothing_is_sealed_without_its_basis(w):
    contract = make.draft(w, **NOTHING)
    version = contract.current
    sealing = (
        "UPDATE contract_versions SET act_id = :act, state = 'signing', content = '{}', digest_sha256 = :digest, "
        "digest_sm3 = :digest, sealed_at = CURRENT_TIMESTAMP, submitted_by = :by WHERE id = :id"
    )
    values = {"id": version.id, "digest": "0" * 64, "by": w.user("officer").id}
    assert "how it was bought" in attempt(db.session, sealing, values)
    drafting.set_terms(w.actor("officer"), contract, make.terms(), version.row_version)
    assert attempt(db.session, sealing, values) == ""


def test_by_sql_a_sealed_basis_never_changes(w):
    version = make.signing(w).current
    change = "UPDATE contract_versions SET act_id = :act, alone_reference = '别的' WHERE id = :id"
    assert "never changes" in attempt(db.session, change, {"id": version.id})
