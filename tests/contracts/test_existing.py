"""A contract that was signed on paper before is brought in at its phase: confirmed today, never signed in the past."""

import io
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.accounts.actions import give_role
from app.audit import act
from app.audit.history import entries_about, timeline
from app.contracts import actions, drafting
from app.contracts.content import canonical_content, content_of
from app.contracts.document_articles import sheet_of
from app.contracts.documents import contract_docx, contract_pdf, paper_for
from app.contracts.jobs import turn_contracts
from app.contracts.models import ContractState
from app.core.clock import clock, now, today
from app.core.db import db
from app.core.errors import NotAllowed, Refused
from app.core.periods import PeriodKind
from app.core.permissions import Permission, Role
from app.figures.actions import submit_figures
from app.figures.measures import measures_of, periods_due, window_of
from app.lifecycle.actions import open_task
from app.services.actions import ServiceFacts, create_service
from app.services.models import ServiceCategory
from tests import factories as make
from tests.separation.breaking import attempt

S = ContractState
BEGAN, ENDED = date(2012, 7, 1), date(2017, 12, 31)
PAPER = ("paper_number", "paper_signed_on", "paper_sha256")


def places(refusal):
    return [one.place for one in refusal.value.problems]


def words_of(blocks):
    """Everything a document says, one text."""
    return repr(blocks)


# --- what it needs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [{"paper_number"}, {"paper_signed_on"}, {"paper_number", "paper_sha256"}])
def test_the_paper_is_given_whole_or_not_at_all(w, given):
    contract = w.contract("draft")
    whole = {"paper_number": "纸1", "paper_signed_on": today(), "paper_sha256": make.paper_file(w, contract)}
    terms = make.terms(**{name: whole[name] for name in given})
    with pytest.raises(Refused) as refusal:
        drafting.set_terms(w.actor("officer"), contract, terms, None)
    assert set(places(refusal)) == set(PAPER) - given


@pytest.mark.parametrize(
    "signed_on, begins, refused",
    [
        ("2026-03-02", "2026-03-02", False),
        ("2026-03-03", "2026-03-02", True),
        ("2012-06-24", "2012-07-01", False),
        ("2013-07-01", "2012-07-01", False),
        ("2013-07-02", "2012-07-01", True),
        ("1999-01-01", "2012-07-01", False),
    ],
)
def test_it_was_signed_in_the_past_and_not_long_after_it_began(w, signed_on, begins, refused):
    contract = w.contract("draft")
    terms = make.terms(
        term_from=date.fromisoformat(begins),
        paper_number="纸1",
        paper_signed_on=date.fromisoformat(signed_on),
        paper_sha256=make.paper_file(w, contract),
    )
    if not refused:
        drafting.set_terms(w.actor("officer"), contract, terms, None)
        return
    with pytest.raises(Refused) as refusal:
        drafting.set_terms(w.actor("officer"), contract, terms, None)
    assert places(refusal) == ["paper_signed_on"]


def test_the_file_is_one_of_this_contract(w):
    other = make.draft(w)
    terms = make.terms(paper_number="纸1", paper_signed_on=today(), paper_sha256=make.paper_file(w, other))
    with pytest.raises(Refused) as refusal:
        drafting.set_terms(w.actor("officer"), w.contract("draft"), terms, None)
    assert places(refusal) == ["paper_sha256"]


def test_a_long_past_term_is_a_remark_and_everything_else_must_be_complete(w):
    contract = make.existing_draft(w, BEGAN, ENDED)
    assert make.contracts.WORKFLOW.check(w.actor("officer"), contract, make.contracts.P.CONTRACT_SUBMIT)
    line = contract.current.lines[0]
    drafting.drop_level(w.actor("officer"), contract, line.levels[0])
    with pytest.raises(Refused) as refusal:
        make.submit(w, contract)
    assert places(refusal) == ["services"]


def test_without_the_paper_the_same_term_is_refused(w):
    contract = make.draft(w, term_from=BEGAN, term_until=ENDED, amount_fen=10**12)
    with pytest.raises(Refused) as refusal:
        make.submit(w, contract)
    assert places(refusal) == ["terms"]


# --- what is confirmed -----------------------------------------------------------------------------------------------


def test_the_digest_of_any_other_contract_is_as_it_was(w):
    content = content_of(w.contract("in_force").current)
    assert "existing" not in content
    text, digests = canonical_content(w.contract("in_force").current)
    assert text == w.contract("in_force").current.content
    assert digests.sha256 == w.contract("in_force").current.digest_sha256


@pytest.mark.parametrize(
    "change", [{"paper_number": "纸8"}, {"paper_signed_on": date(2012, 6, 23)}, {"paper_sha256": "other"}]
)
def test_the_paper_is_in_the_content(w, change):
    contract = make.existing_draft(w, BEGAN, ENDED)
    before, version = make.seen_digest(contract), contract.current
    kept = {name: getattr(version, name) for name in PAPER}
    if "paper_sha256" in change:
        change = {"paper_sha256": make.paper_file(w, contract, content=b"%PDF-1.4 another")}
    terms = make.terms(term_from=BEGAN, term_until=ENDED, amount_fen=10**12, **(kept | change))
    drafting.set_terms(w.actor("officer"), contract, terms, None)
    assert make.seen_digest(contract) != before


def test_both_sides_confirm_today_and_it_ends_on_its_last_day(w):
    contract = make.existing(w, BEGAN, ENDED)
    assert (contract.state, contract.ended_on) == (S.EXPIRED, ENDED)
    assert {one.signed_at.date() for one in contract.current.signatures} == {now().date()}
    moves = [entry.verb for entry in reversed(entries_about(contract.ref))][-4:]
    assert moves == ["contract:sign", "contract:sign", "contract:take_effect", "contract:expire"]


def test_one_that_still_runs_is_in_force_until_the_job_ends_it(w):
    until = today() + timedelta(days=10)
    contract = make.existing(w, today() - timedelta(days=400), until)
    assert contract.state is S.IN_FORCE
    with clock.at(make.MOMENT + timedelta(days=11)):
        turn_contracts()
    assert (contract.state, contract.ended_on) == (S.EXPIRED, until)


def test_one_that_begins_later_waits(w):
    contract = make.existing(w, today() + timedelta(days=10), today() + timedelta(days=100))
    assert contract.state is S.SIGNED


def test_who_submitted_does_not_confirm(w):
    contract = make.existing_draft(w, BEGAN, ENDED)
    make.submit(w, contract)
    assert contract.current.submitted_by == w.user("officer").id
    with pytest.raises(NotAllowed):
        make.sign(w, contract, "officer")
    security = w.actor("security_admin")
    membership = w.user("officer").memberships[0]
    give_role(security, membership, Role.AGENCY_SIGNATORY)
    db.session.flush()
    db.session.expire_all()
    with pytest.raises(Refused):
        make.sign(w, contract, "officer")


def test_a_returned_one_keeps_its_paper(w):
    contract = make.existing_draft(w, BEGAN, ENDED)
    make.submit(w, contract)
    draft = actions.return_for_change(w.actor("signatory"), contract, "单价有误")
    assert draft.is_existing
    assert draft.paper_sha256 == contract.versions[0].paper_sha256


def test_its_history_says_that_it_was_confirmed(w):
    contract = make.existing(w, BEGAN, ENDED)
    said = [one["act"] for one in timeline(entries_about(contract.ref))]
    assert said.count("核对确认存量合同 纸〔2012〕7号") == 2
    assert said.count("提交会签（存量合同 纸〔2012〕7号）") == 1


# --- figures ---------------------------------------------------------------------------------------------------------


def test_figures_of_its_periods_are_taken_after_it_has_ended(w):
    contract = make.existing(w, BEGAN, ENDED)
    assert len(periods_due(contract, PeriodKind.MONTH)) == 66
    assert periods_due(contract, PeriodKind.QUARTER)[0].text == "2012-Q3"
    assert periods_due(contract, PeriodKind.QUARTER)[-1].text == "2017-Q4"
    window = window_of(contract)
    assert (window.start.isoformat(), window.end.isoformat()) == (
        "2012-06-30T16:00:00+00:00",
        "2017-12-31T16:00:00+00:00",
    )
    code = measures_of(contract)[0].service_code
    rows = "\n".join(["service,indicator,period,value", f"{code},KI-001,2012-07,99.9", f"{code},KI-001,2017-12,98"])
    receipt = submit_figures(w.actor("operator_officer"), contract, "a.csv", rows.encode())
    assert receipt.submission.new_count == 2
    rows = f"service,indicator,period,value\n{code},KI-001,2018-01,99.9"
    with pytest.raises(Refused):
        submit_figures(w.actor("operator_officer"), contract, "b.csv", rows.encode())


def test_what_is_paid_by_use_is_counted_by_todays_definition(w):
    contract = make.existing_draft(w, BEGAN, ENDED)
    officer = w.actor("officer")
    facts = ServiceFacts("有量服务", "", ServiceCategory.APPLICATION, "件", "KI-040", "")
    counted = create_service(officer, facts)
    line = drafting.add_line(officer, contract, make.line(counted, unit_price=make.Decimal("0.5")))
    make.set_level(officer, contract, line)
    make.submit(w, contract)
    for signatory in ("signatory", "operator_signatory"):
        make.sign(w, contract, signatory)
    assert (counted.id, "KI-040") in {one.key for one in measures_of(contract)}


# --- paper -----------------------------------------------------------------------------------------------------------


def test_its_documents_name_the_paper_and_never_call_the_confirmation_a_signature(w):
    contract = make.existing(w, BEGAN, ENDED)
    paper = paper_for(contract.current)
    said = words_of(sheet_of(paper))
    for word in (
        "存量合同补录",
        "纸〔2012〕7号",
        "2012年6月24日签订",
        "核对确认日期：2026年3月2日",
        "确认人",
        "确认时间",
    ):
        assert word in said
    for word in ("签署人", "签署时间", "所签摘要", "签订日期：", "签署页"):
        assert word not in said
    assert contract_pdf(paper).startswith(b"%PDF")
    assert contract_docx(paper).startswith(b"PK")


def test_other_contracts_are_printed_as_before(w):
    said = words_of(sheet_of(paper_for(w.contract("in_force").current)))
    assert "核对确认" not in said
    assert "签署人" in said


# --- the database ----------------------------------------------------------------------------------------------------


@pytest.fixture
def attacked(w):
    """A sealed existing contract, a sealed other one, a draft, and a file of somebody else's."""
    made = {
        "existing": make.existing(w, BEGAN, ENDED).current,
        "sealed": w.contract("in_force").current,
        "draft": w.contract("draft").current,
    }
    made["own"] = make.paper_file(w, w.contract("draft"), content=b"%PDF-1.4 its own")
    made["foreign"] = made["existing"].paper_sha256
    made["sealed_own"] = make.paper_file(w, w.contract("in_force"), content=b"%PDF-1.4 late")
    db.session.commit()
    return made


UPDATE = "UPDATE contract_versions SET act_id = :act, {} WHERE id = {}"
WHOLE = "paper_number = 'x', paper_signed_on = '2012-01-01', paper_sha256 = '{}'"


@pytest.mark.parametrize(
    "change",
    [
        "paper_number = 'x'",
        "paper_signed_on = '2011-01-01'",
        "paper_number = NULL, paper_signed_on = NULL, paper_sha256 = NULL",
    ],
)
def test_the_paper_of_a_sealed_version_never_changes(attacked, db_session, change):
    refusal = attempt(db_session, UPDATE.format(change, attacked["existing"].id))
    assert "a sealed version never changes" in refusal


def test_a_signed_contract_is_not_made_an_existing_one(attacked, db_session):
    change = WHOLE.format(attacked["sealed_own"])
    assert "never changes" in attempt(db_session, UPDATE.format(change, attacked["sealed"].id))


def test_a_file_of_another_contract_is_no_paper(attacked, db_session):
    foreign, own = WHOLE.format(attacked["foreign"]), WHOLE.format(attacked["own"])
    assert attempt(db_session, UPDATE.format(own, attacked["draft"].id)) == ""
    assert "is a file of that contract" in attempt(db_session, UPDATE.format(foreign, attacked["draft"].id))
    fresh = (
        "INSERT INTO contract_versions (id, act_id, row_version, contract_id, number, state, mode_kind, "
        "extension_basis, payment_terms, exclusive, exclusive_basis, data_terms, exit_terms, "
        "paper_number, paper_signed_on, paper_sha256) SELECT 999999, :act, 1, contract_id, 99, 'draft', mode_kind, "
        "'', '', exclusive, '', '', '', 'x', '2012-01-01', '{}' "
        f"FROM contract_versions WHERE id = {attacked['draft'].id}"
    )
    assert attempt(db_session, fresh.format(attacked["own"])) == ""
    assert "is a file of that contract" in attempt(db_session, fresh.format(attacked["foreign"]))


@pytest.mark.parametrize("left_out", PAPER)
def test_half_a_paper_is_refused(attacked, db_session, left_out):
    parts = [one for one in WHOLE.format(attacked["own"]).split(", ") if not one.startswith(left_out)]
    refusal = attempt(db_session, UPDATE.format(", ".join(parts), attacked["draft"].id))
    assert "paper_whole" in refusal


def test_a_paper_without_a_number_is_refused(attacked, db_session):
    change = WHOLE.format(attacked["own"]).replace("'x'", "''")
    assert "paper_whole" in attempt(db_session, UPDATE.format(change, attacked["draft"].id))


# --- pages -----------------------------------------------------------------------------------------------------------


def form_of(contract, **changes):
    version = contract.current
    sent = {
        "title": contract.subject.title,
        "mode": version.mode.code,
        "amount": "9999999",
        "term_from": BEGAN.isoformat(),
        "term_until": ENDED.isoformat(),
        "point_value": "1000",
        "cap_percent": "10",
        "payment_terms": "按月",
        "data_terms": "数据",
        "exit_terms": "退出",
        "paper_number": "纸7",
        "paper_signed_on": "2012-06-24",
    }
    return {**sent, **changes}


def test_the_form_takes_the_scan_with_the_terms(w, client):
    contract = w.contract("draft")
    officer = make.sign_in(client, "officer")
    scan = (io.BytesIO(b"%PDF-1.4 scan"), "原合同.pdf")
    answer = officer.post(f"/contracts/{contract.code}/terms", data=form_of(contract, paper_upload=scan))
    assert answer.status_code == 302
    db.session.expire_all()
    version = w.contract("draft").current
    assert (version.paper_number, version.paper_signed_on) == ("纸7", date(2012, 6, 24))
    page = officer.get(f"/contracts/{contract.code}").text
    for word in ("存量合同补录", "纸7", "2012-06-24", "原合同.pdf", "超过该方式的上限 36 个月"):
        assert word in page


@pytest.mark.parametrize(
    "changes, word",
    [
        ({}, "原合同编号、签订日期并附扫描件"),
        ({"paper_upload": (b"not a pdf", "原合同.pdf")}, "文件内容与扩展名不符"),
        ({"paper_sha256": "0" * 64}, "paper_sha256"),
        ({"paper_signed_on": "2999-01-01"}, "paper_signed_on"),
    ],
)
def test_the_form_says_beside_the_field_what_is_wrong(w, client, changes, word):
    contract = w.contract("draft")
    officer = make.sign_in(client, "officer")
    if isinstance(changes.get("paper_upload"), tuple):
        content, name = changes["paper_upload"]
        changes = {"paper_upload": (io.BytesIO(content), name)}
    answer = officer.post(f"/contracts/{contract.code}/terms", data=form_of(contract, **changes))
    assert answer.status_code == 422
    assert word in answer.text
    db.session.expire_all()
    assert not w.contract("draft").current.is_existing


@pytest.mark.parametrize("key", ["signatory", "operator_signatory"])
def test_each_side_is_asked_to_confirm_against_the_paper(w, client, key):
    contract = make.existing_draft(w, BEGAN, ENDED)
    make.submit(w, contract)
    db.session.commit()
    person = make.sign_in(client, key)
    page = person.get(f"/contracts/{contract.code}").text
    assert "与纸质合同 纸〔2012〕7号 一致" in page
    assert "签署合同</" not in page.split("gy-page-actions")[-1].split("</header>")[0]
    answer = person.post(f"/contracts/{contract.code}/sign", data={"digest": contract.current.digest_sha256})
    assert answer.status_code == 302
    page = person.get(f"/contracts/{contract.code}?tab=parties").text
    assert "已核对确认" in page
    assert "原合同签订于 2012-06-24" in page


def test_an_existing_contract_is_found_by_nothing_but_its_paper(w, db_session):
    make.existing(w, BEGAN, ENDED)
    marked = db_session.scalar(sa.text("SELECT count(*) FROM contract_versions WHERE paper_number IS NOT NULL"))
    assert marked == 1


def test_the_same_act_owed_for_many_things_is_one_line(w, client):
    contract = w.contract("in_force")
    officer = w.actor("officer")
    with act(officer, Permission.FIGURE_VERIFY, ref=contract.ref):
        for period in ("2026-01", "2026-02", "2026-03"):
            open_task(contract.subject, officer.organisation_id, Permission.ASSESSMENT_ISSUE, 5, period)
    db.session.commit()
    page = make.sign_in(client, "officer").get(f"/contracts/{contract.code}").text
    assert page.count("发布考核结果（3 项）") == 1
