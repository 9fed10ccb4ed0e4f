"""Results from stored data: the worked checks of the domain, what is uncertain, what events and use come to, and how
much it costs to read it all."""

import io
from datetime import datetime
from decimal import Decimal
from time import process_time
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from werkzeug.datastructures import FileStorage

from app.assessments import queries
from app.assessments.actions import compute, issue, object_to
from app.assessments.gathering import gather, judged
from app.assessments.input_form import digest_of
from app.assessments.models import AssessmentFigure, AssessmentSubmission
from app.assessments.result_form import written
from app.catalogues.queries import content_of
from app.contracts import drafting
from app.contracts.actions import attach_file
from app.contracts.models import Contract
from app.contracts.rules import default_bands
from app.core.canonical import Digests, canonical_json, digest_both
from app.core.clock import clock
from app.core.db import db
from app.core.errors import Refused
from app.core.periods import Period
from app.figures import verifying
from app.figures.queries import unverified
from app.plans.content import agreements_of
from app.plans.models import Plan
from app.service_levels import actions as exclusions
from app.service_levels.models import ExclusionCause
from app.services import actions as services
from app.subjects.models import PartyRole
from app.whatif.kinds import answer
from tests.assessments.room import APRIL, LATER, MARCH, Room
from tests.factories import (
    add_line,
    empty_draft,
    line,
    plan,
    scheme_entry,
    service,
    set_level,
    sign,
    sign_in,
    submit,
    terms,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def lines_of(result):
    return {one["code"]: one for one in result["deductions"]["lines"]}


def points(result):
    return {code: one["points"] for code, one in lines_of(result).items()}


def items(result, service=0):
    return {one["code"]: one for one in result["services"][service]["items"]}


def figures(room, *values, period="2026-03", indicator="KI-001"):
    """One availability figure a service."""
    room.report(*[(number, indicator, period, value) for number, value in enumerate(values)])


# --- worked checks ---------------------------------------------------------------------------------------------------


@pytest.fixture
def monthly(w):
    """One service for 100,000 yuan a month, judged by availability alone: 1,000 yuan a point, at most 10 % a month."""
    with clock.at(LATER.replace(month=3, day=2)):
        contract = contract_of(w, [{"fee_fen": 10_000_000}], amount_fen=10**12)
        made = plan(w, contract, scheme=scheme_entry("SC-AVAIL"))
        db.session.commit()
    with clock.at(LATER.replace(month=9)):
        yield Room(w, contract, made)


def contract_of(w, lines, bands=True, levels=(), **changes):
    """A contract in force since today whose lines differ from the usual one as told."""
    by = w.actor("officer")
    contract = empty_draft(w)
    drafting.set_terms(by, contract, terms(**changes), contract.current.row_version)
    drafting.join_party(by, contract, w.org("operator"), PartyRole.OPERATOR)
    for one in lines:
        made = add_line(by, contract, **one) if bands else drafting.add_line(by, contract, line(service(by), **one))
        for more in levels:
            set_level(by, contract, made, **more)
    submit(w, contract)
    for signatory in ("signatory", "operator_signatory"):
        sign(w, contract, signatory)
    return contract


def test_the_bands_and_the_doubling_of_the_domain(monthly):
    """≥ 99 → 0, ≥ 98 → 1, ≥ 97 → 2, ≥ 96 → 3, else 4; 96.5 → 3, then 98.5 → 1 × 2, then 96.5 → 3 × 2."""
    values = {"2026-03": "96.5", "2026-04": "98.5", "2026-05": "96.5", "2026-06": "99", "2026-07": "95.9"}
    monthly.report(*[(0, "KI-001", period, value) for period, value in values.items()])
    found = [monthly.result(Period(text)) for text in values]
    assert [one["deductions"]["points"] for one in found] == ["3", "2", "6", "0", "4"]
    assert [one["deductions"]["net_fen"] for one in found] == [300_000, 200_000, 600_000, 0, 400_000]
    assert [lines["multiplier"] for one in found for lines in lines_of(one).values()] == ["1", "2", "2", "1", "1"]


def test_no_month_costs_more_than_the_agreed_share_of_its_fees(w, monthly):
    with clock.at(LATER.replace(month=3, day=2)):
        small = contract_of(w, [{"fee_fen": 1_000_000}], amount_fen=10**12)
        made = plan(w, small)
        db.session.commit()
    room = Room(w, small, made)
    room.report((0, "KI-001", "2026-03", "96.5"))
    found = room.result()["deductions"]
    assert (found["points"], found["gross_fen"], found["taken_fen"], found["waived_fen"]) == (
        "3",
        300_000,
        100_000,
        200_000,
    )


def test_a_correction_after_the_next_month_was_computed_reaches_it(monthly):
    monthly.report((0, "KI-001", "2026-03", "96.5"), (0, "KI-001", "2026-04", "98.5"))
    monthly.compute(MARCH)
    april = monthly.compute(APRIL)
    assert april.points == 2
    monthly.report((0, "KI-001", "2026-03", "99.5"), reason="监测口径更正")
    assert monthly.compute(MARCH).points == 0
    assert queries.is_stale(april)
    assert monthly.compute(APRIL).points == 1


def test_a_month_whose_month_before_was_not_computed_is_provisional(monthly):
    monthly.report((0, "KI-001", "2026-03", "96.5"), (0, "KI-001", "2026-04", "98.5"))
    made = monthly.compute(APRIL)
    assert (made.provisional, made.points) == (True, 1)
    because = queries.result_of(made)["provisional_because"]
    assert [one["values"] for one in because] == [{"period": "2026-03"}]
    monthly.compute(MARCH)
    after = monthly.compute(APRIL)
    assert (after.edition, after.provisional, after.points) == (2, False, 2)


def test_stored_periods_come_out_as_the_trial_calculation_says(room):
    """Both call the same functions: 99.5 % with one outage, then 99.75 % with two, which repeats a failure."""
    room.calm(("03-10T01:00", "03-10T04:36"), ("04-10T01:00", "04-10T01:54"), ("04-11T01:00", "04-11T01:54"))
    months = [
        {"period": "2026-03", "figures": {"KI-001": "99.5", "KI-007": "1"}},
        {"period": "2026-04", "figures": {"KI-001": "99.75", "KI-007": "2"}},
    ]
    tried = answer("score", {"scheme": content_of(room.plan.scheme), "periods": months})["periods"]
    for period, trial in zip((MARCH, APRIL), tried, strict=True):
        service = room.result(period)["services"][0]
        assert (service["total"], service["grade"]["zh"]) == (trial["total"], trial["grade"])
        stored, found = ([(one["code"], Decimal(one["score"])) for one in made["items"]] for made in (service, trial))
        assert stored == found


# --- what a result rests on ------------------------------------------------------------------------------------------


def test_figures_make_a_result_final_only_when_they_are_verified(room):
    figures(room, "99.9", "99.9")
    room.report((0, "KI-001", "2026-04", "99.9"), (1, "KI-001", "2026-04", "99.9"), verified=False)
    room.compute()
    april = room.compute(APRIL)
    assert april.provisional is True
    doubted = [int(one["id"]) for one in items(queries.result_of(april))["KI-001"]["source"]["figures"]]
    verifying.doubt(room.w.actor("officer"), room.contract, doubted, "与监测不符")
    db.session.commit()
    reasons = room.result(APRIL)["provisional_because"]
    assert [(one["msgid"][-4:], one["values"]["service"]) for one in reasons] == [
        ("标记存疑", room.codes[0]),
        ("尚未核验", room.codes[1]),
    ]


def test_a_result_holds_real_keys_to_what_it_was_scored_from(room):
    figures(room, "99.9", "99.9")
    told = room.tell(("03-02T00:00", "up"), ("03-05T00:00", "down"), ("03-05T01:00", "up"), service=1)
    made = room.compute()
    linked = list(
        db.session.scalars(sa.select(AssessmentFigure.figure_id).where(AssessmentFigure.assessment_id == made.id))
    )
    submissions = list(db.session.scalars(sa.select(AssessmentSubmission.submission_id)))
    result = queries.result_of(made)
    assert linked == [items(result)["KI-001"]["source"]["figures"][0]["id"]]
    assert submissions == [told.id]
    source = items(result, 1)["KI-001"]["source"]
    assert (source["kind"], source["reported"], source["submissions"]) == ("events", "99.9", [told.id])
    assert "相差" in source["how"]["msgid"]


def test_the_text_is_canonical_and_its_digests_are_those_of_its_bytes(room):
    figures(room, "99.9", "99.9")
    made = room.compute()
    assert canonical_json(queries.result_of(made)) == made.result
    assert digest_both(made.result.encode()) == Digests(made.result_sha256, made.result_sm3)
    again = judged(room.contract, room.plan, MARCH)
    assert (canonical_json(written(again)), digest_of(again)) == (made.result, made.input_digest)


def test_a_declared_missing_figure_is_no_zero(room):
    room.report((0, "KI-001", "2026-03", "", "", "", "监测中断"), (1, "KI-001", "2026-03", "0"))
    found = room.result()
    first, second = (items(found, service)["KI-001"] for service in (0, 1))
    assert (first["state"], first["effect"], first["value"], first["score"]) == ("missing", "held", None, None)
    assert (second["state"], second["effect"], second["value"], second["score"]) == ("given", "counted", "0", "0")
    assert (found["total"], points(found)[f"{room.codes[0]}/KI-001"]) == (None, None)
    assert found["deductions"]["net_fen"] is None


def test_while_a_rule_of_the_contract_waits_for_its_figure_nothing_is_published(app, w):
    """KI-022 is agreed with bands, and the scheme does not score it: the total is there, the deduction is not."""
    with clock.at(LATER.replace(month=3, day=2)):
        contract = contract_of(w, [{}], levels=[{"indicator": "KI-022"}], amount_fen=10**12)
        room = Room(w, contract, plan(w, contract))
        db.session.commit()
    with clock.at(LATER):
        room.tell(("03-02T00:00", "up"))
        made = room.compute()
        assert (made.total, made.points, made.deduction_fen) == (100, None, None)
        with pytest.raises(Refused, match="扣款暂缓"):
            issue(w.actor("officer"), made)
        room.report((0, "KI-022", "2026-03", "98.5", "100"))
        issued = room.issued()
        assert issued.points == 1
        page = sign_in(app.test_client(), "operator_officer").get(f"/assessments/{issued.code}/objection")
        assert f'value="{room.codes[0]}/KI-022"' in page.get_data(as_text=True)
        assert "不计分，只计扣款" in page.get_data(as_text=True)
        disputed = [{"service": room.codes[0], "code": "KI-022"}]
        raised = object_to(w.actor("operator_officer"), issued, disputed, "台账另有记录")
        assert raised.items == f'[{{"code":"KI-022","service":"{room.codes[0]}"}}]'
        db.session.commit()
        tab = sign_in(app.test_client(), "inspector").get(f"/assessments/{issued.code}?tab=objections")
        assert f"{issued.contract.current.lines[0].service.name} · " in tab.get_data(as_text=True)
        assert f"{room.codes[0]} · " not in tab.get_data(as_text=True)


# --- exclusions ------------------------------------------------------------------------------------------------------


def claim(room, begin, end, service=0):
    proof = attach_file(
        room.w.actor("officer"), room.contract, FileStorage(io.BytesIO(begin.encode()), "p.txt"), "公告"
    )
    facts = exclusions.ClaimFacts(
        service=agreed_service(room, service),
        begins_at=moment(begin),
        ends_at=moment(end),
        cause=ExclusionCause.AGENCY_CAUSED,
        reason="项目单位断电",
        announced_at=None,
        upload=None,
        evidence_sha=proof.sha256,
    )
    made = exclusions.claim(room.w.actor("operator_officer"), room.contract, facts)
    db.session.commit()
    return made


def agreed_service(room, number):
    return room.contract.current.lines[number].service


def moment(text):
    return datetime.fromisoformat(f"2026-{text}:00").replace(tzinfo=SHANGHAI)


def test_an_exclusion_counts_once_it_is_granted_and_both_numbers_are_shown(room):
    room.calm(("03-10T00:00", "03-10T12:00"))
    claimed = claim(room, "03-10T00:00", "03-10T06:00")
    pending = room.compute()
    assert pending.provisional
    exclusions.grant(room.w.actor("officer"), claimed, claimed.begins_at, claimed.ends_at, "情况属实")
    db.session.commit()
    found = room.result()
    seen = items(found)["KI-001"]["source"]["availability"]
    assert found["provisional"] is False
    assert (seen["excluded_seconds"], seen["down_seconds"]) == (str(6 * 3600), str(6 * 3600))
    assert (seen["with"], seen["without"]) == ("99.1597", "98.3333")
    assert [(one["cause"], one["state"]) for one in seen["exclusions"]] == [("agency_caused", "granted")]
    assert points(found)[f"{room.codes[0]}/KI-001"] == "0"
    refused = claim(room, "03-10T07:00", "03-10T08:00")
    exclusions.refuse(room.w.actor("officer"), refused, "证据不足")
    db.session.commit()
    after = items(room.result())["KI-001"]["source"]["availability"]
    assert [one["state"] for one in after["exclusions"]] == ["granted", "refused"]
    assert after["with"] == "99.1597"


# --- use -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def used(w):
    """Two services paid by use and counted in transactions, judged by attainment and online share."""
    by = w.actor("officer")
    with clock.at(LATER.replace(month=3, day=2)):
        counted = service_counted(by), service_counted(by)
        contract = empty_draft(w)
        drafting.set_terms(by, contract, terms(amount_fen=10**12), contract.current.row_version)
        drafting.join_party(by, contract, w.org("operator"), PartyRole.OPERATOR)
        for number, one in enumerate(counted):
            change = {"unit_price": Decimal("0.5"), "expected_volume": 10_000} if number == 0 else {}
            made = drafting.add_line(by, contract, line(one, **change))
            for code in ("KI-042", "KI-043") if number else ("KI-001",):
                set_level(by, contract, made, indicator=code)
        submit(w, contract)
        for signatory in ("signatory", "operator_signatory"):
            sign(w, contract, signatory)
        made = plan(w, contract, scheme=scheme_entry("SC-USE"))
        db.session.commit()
    with clock.at(LATER):
        yield Room(w, contract, made)


def service_counted(by):
    """A service of the ledger whose use is counted in finished transactions."""
    made = service(by)
    facts = services.ServiceFacts(made.name_zh, "", made.category, made.unit, "KI-040", "")
    services.update_service(by, made, facts, made.row_version)
    return made


def test_use_is_worked_out_from_the_counts(used):
    used.report(
        (0, "KI-040", "2026-03", "8000"),
        (0, "KI-040", "2026-03", "6000", "", "online"),
        (1, "KI-042", "2026-03", "55", "100"),
        (1, "KI-043", "2026-03", "90", "100"),
    )
    found = used.result()
    first, second = items(found), items(found, 1)
    assert (first["KI-043"]["value"], first["KI-042"]["value"]) == ("80", "75")
    assert {one["source"]["kind"] for one in first.values()} == {"derived"}
    assert (second["KI-043"]["value"], second["KI-043"]["source"]["kind"]) == ("90", "figure")
    assert [one["fen"] for one in found["deductions"]["fees"]] == [400_000, 1_000_000]


def test_the_coverage_is_that_of_the_plan(used, room):
    """What is judged here is what the plan's page says is judged."""
    for one in (used, room):
        for kind in ("month", "quarter"):
            period = MARCH if kind == "month" else Period("2026-Q1")
            mine = [each.agreement for each in gather(one.contract, one.plan, period).lines]
            assert mine == agreements_of(one.contract, kind)


# --- what it costs ---------------------------------------------------------------------------------------------------


class Counted:
    """How many statements a block sends."""

    def __enter__(self):
        self.statements = []
        event.listen(db.engine, "before_cursor_execute", self._note)
        return self

    def _note(self, _connection, _cursor, statement, *_more):
        self.statements.append(statement)

    def __exit__(self, *_error):
        event.remove(db.engine, "before_cursor_execute", self._note)


def test_verified_revisions_behind_doubted_ones_are_read_at_once(room):
    """One query for one doubted correction or for two."""
    for number in (0, 1):
        room.report((number, "KI-001", "2026-03", "99.5"))
    seen = []
    for number in (0, 1):
        room.report((number, "KI-001", "2026-03", "10"), reason="更正", verified=False)
        verifying.doubt(
            room.w.actor("officer"), room.contract, list(db.session.scalars(unverified(room.contract))), "x"
        )
        db.session.commit()
        with Counted() as counted:
            gather(room.contract, room.plan, MARCH)
        seen.append(len(counted.statements))
    assert seen[0] == seen[1]


EVERY_LEVEL = (("KI-022", "98"), ("KI-056", "90"))


def large(w, count):
    """So many services with three levels each, figures and a month full of outages; the codes of contract and plan."""
    with clock.at(LATER.replace(month=3, day=2)):
        levels = [{"indicator": code, "target": Decimal(target)} for code, target in EVERY_LEVEL]
        bands = [{**one, "bands": default_bands(one["target"], Decimal(1), at_least=True)} for one in levels]
        contract = contract_of(w, [{}] * count, levels=bands, amount_fen=10**13)
        room = Room(w, contract, plan(w, contract, scheme=scheme_entry("SC-MONTH")))
        db.session.commit()
    with clock.at(LATER):
        numbers = range(count)
        room.report(*[(number, code, "2026-03", "97.5", "200") for number in numbers for code, _target in EVERY_LEVEL])
        month = [(f"03-{day:02d}T0{hour}:00", one) for day in range(3, 28) for hour, one in ((1, "down"), (2, "up"))]
        room.tell_all([(at, one, number) for number in numbers for at, one in [("03-02T00:00", "up"), *month]])
    return contract.code


def read_again(code):
    """Contract and plan as a fresh request finds them."""
    db.session.expunge_all()
    contract = db.session.scalars(sa.select(Contract).where(Contract.code == code)).one()
    return contract, db.session.scalars(sa.select(Plan).where(Plan.contract_id == contract.id)).one()


def test_queries_do_not_grow_with_services_and_the_work_no_faster_than_they(w):
    reading, writing, took = {}, {}, {}
    for count in (2, 59):
        code = large(w, count)
        with clock.at(LATER):
            contract, made = read_again(code)
            begun = process_time()
            with Counted() as counted:
                found = judged(contract, made, MARCH)
                written(found)
            took[count], reading[count] = process_time() - begun, counted.statements
            assert [len(one.derived) > 0 for one in found.services] == [True] * count
            contract, made = read_again(code)
            with Counted() as counted:
                compute(w.actor("officer"), contract, made, MARCH)
            writing[count] = counted.statements
    # Both in the same run: a slow or busy machine slows both alike, and what is fixed makes two the dearer ones each.
    assert took[59] / 59 < took[2] / 2, took
    assert len(reading[2]) == len(reading[59]), reading[59]
    assert len(writing[2]) == len(writing[59]), writing[59]
    assert len(reading[59]) < 30
