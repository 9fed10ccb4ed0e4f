"""What the database itself refuses about inspections, whoever writes to it (I2, I5, I8, I9, I19 and the signature)."""

import pytest

from app.contracts import actions as contracts
from app.core.clock import clock
from app.core.db import db
from app.core.permissions import Role
from app.inspections.kinds import Outcome
from app.inspections.scored import scored
from app.organisations.models import OrganisationKind
from tests import factories
from tests.inspections.proceeding import Proceeding, pdf
from tests.reports.room import APRIL, LATER
from tests.separation.attacks import change, copy_of, org, user
from tests.separation.breaking import attempt

CONCLUSION = (
    "INSERT INTO conclusions (id, act_id, inspection_id, subject_id, contract_id, report_id, report_sha256, text, "
    "signed_by, signed_at) SELECT 999, :act, inspections.id, inspections.subject_id, inspections.contract_id, "
    "reports.id, {sha}, '同意', {person}, inspections.opened_at FROM inspections "
    "JOIN reports ON reports.id = {report} WHERE inspections.id = {inspection}"
)
JOINING = (
    "INSERT INTO inspection_people (id, act_id, inspection_id, subject_id, organisation_id, side, user_id, joined_at, "
    "clear_since) SELECT 999, :act, id, subject_id, {organisation}, '{side}', {person}, opened_at, '2024-05-11' "
    "FROM inspections WHERE id = {inspection}"
)
VERDICT = (
    "INSERT INTO verdicts (id, act_id, finding_id, inspection_id, subject_id, rectification_id, round, outcome, "
    "reason, workdays, found_by, rectified_by, given_by, given_at) "
    "SELECT 999, :act, findings.id, findings.inspection_id, "
    "findings.subject_id, rectifications.id, rectifications.round, 'eliminated', {reason}, NULL, {found_by}, "
    "{rectified_by}, {given_by}, findings.found_at FROM findings JOIN rectifications ON "
    "rectifications.finding_id = findings.id AND rectifications.round = {round} WHERE findings.id = {finding}"
)
RECTIFICATION = (
    "INSERT INTO rectifications (id, act_id, finding_id, subject_id, organisation_id, side, user_id, round, text, "
    "sha256, submitted_at, submitted_on, due_on, late) SELECT 999, :act, id, subject_id, {organisation}, '{side}', "
    "{person}, {round}, {text}, '{sha}', found_at, '2026-05-11', '{due}', {late} FROM findings WHERE id = {finding}"
)
SAMPLE = (
    "INSERT INTO inspection_samples (id, act_id, row_version, inspection_id, subject_id, contract_id, submission_id, "
    "source, figure_id, method, seed, drawn, population, drawn_by, drawn_at, result, note) SELECT 999, :act, 1, id, "
    "subject_id, contract_id, {submission}, 'operator_report', {figure}, '{method}', '{seed}', {drawn}, 2, {person}, "
    "opened_at, '{result}', '' FROM inspections WHERE id = {inspection}"
)


def refused(statement, **values):
    return attempt(db.session, statement.format(**values) if values else statement)


def truth(value):
    return "TRUE" if value else "FALSE"


class Ready:
    """An inspection that lacks nothing but its signature; every attack changes one thing."""

    def __init__(self, case) -> None:
        self.case, self.w = case, case.w
        self.inspection = case.take()
        case.sampled()
        self.query = case.ask()
        case.answer(self.query)
        self.finding = case.find()
        case.rectify(self.finding)
        self.rectified = self.finding.rectifications[0]
        case.judge(self.finding)
        self.conclusion = {
            "inspection": self.inspection.id,
            "report": case.report.id,
            "sha": "reports.sha256",
            "person": user("inspector"),
        }

    def sign(self, **changes):
        return refused(CONCLUSION, **{**self.conclusion, **changes})


@pytest.fixture
def ready(case):
    return Ready(case)


# --- the signature ---------------------------------------------------------------------------------------------------


def test_a_conclusion_needs_everything_settled(ready):
    assert ready.sign() == ""
    case = ready.case
    finding = case.find()
    assert "a finding is not settled" in ready.sign()
    case.rectify(finding)
    assert "a finding is not settled" in ready.sign()
    case.judge(finding, Outcome.NOT_ELIMINATED, workdays=3)
    assert "a finding is not settled" in ready.sign()
    case.rectify(finding)
    case.judge(finding)
    query = case.ask()
    assert "a query is not answered" in ready.sign()
    case.answer(query)
    case.draw(1)
    assert "compared before the conclusion" in ready.sign()
    case.settle()
    assert ready.sign() == ""


def test_a_conclusion_is_about_the_inspected_report_by_its_digest(ready):
    april = ready.case.room.reports(APRIL)[-1]
    assert ready.sign(report=april.id)
    assert ready.sign(sha="'" + "0" * 64 + "'")
    assert ready.sign(person=user("second-inspector")) == ""
    for login in ("officer", "operator-officer", "leader"):
        assert ready.sign(person=user(login)), login


def test_an_outdated_edition_is_not_concluded(ready):
    second = ready.case.newer_edition()
    # By more than one guard each; which one speaks first is the database's choice.
    assert ready.sign()
    assert ready.sign(report=second.id)
    signed = change("reports", f"id = {ready.case.report.id}", state="'signed'")
    assert refused(signed)


def test_a_report_with_gaps_of_evidence_is_not_concluded(w):
    with clock.at(LATER):
        ready = Ready(Proceeding(w, evidence=""))
        assert "no evidence" in ready.sign()


def test_without_a_compared_figure_there_is_no_conclusion(case):
    inspection = case.take()
    values = {"inspection": inspection.id, "report": case.report.id, "sha": "reports.sha256"}
    assert "compared" in refused(CONCLUSION, person=user("inspector"), **values)
    case.draw(1)
    assert "compared" in refused(CONCLUSION, person=user("inspector"), **values)


def test_a_report_is_signed_and_an_inspection_concluded_by_the_conclusion_only(ready):
    report, inspection = ready.case.report.id, ready.inspection.id
    assert "signed by the conclusion" in refused(change("reports", f"id = {report}", state="'signed'"))
    assert "by its signed conclusion" in refused(change("inspections", f"id = {inspection}", state="'concluded'"))
    ready.case.sign()
    assert ready.sign()
    assert refused(change("inspections", f"id = {inspection}", state="'open'"))
    assert "never change" in refused(change("inspections", f"id = {inspection}", row_version="9"))
    begun = {
        "findings": {"code": "'X'", "number": "99", "state": "'open'", "settled_at": "NULL"},
        "inspection_queries": {
            **dict.fromkeys(("answered_by", "ended_at", "ended_on", "due_on", "sha256"), "NULL"),
            "code": "'X'",
            "number": "99",
            "state": "'asked'",
            "answer": "''",
        },
        "inspection_samples": {"result": "'pending'", "settled_by": "NULL", "settled_at": "NULL"},
    }
    for table, values in begun.items():
        assert "concluded" in refused(copy_of(table, f"id = (SELECT max(id) FROM {table})", **values)), table


# --- who inspects ----------------------------------------------------------------------------------------------------


def joining(ready, **changes):
    usual = {"organisation": org("INSPECTORATE"), "side": "supervision", "inspection": ready.inspection.id}
    return refused(JOINING, **{**usual, **changes})


def test_only_inspectors_without_any_tie_take_part(ready):
    w = ready.w
    inspectorate, operator = w.org("inspectorate"), w.org("operator")
    third = factories.person(inspectorate, Role.INSPECTOR, login="third")
    assert joining(ready, person=third.user_id) == ""
    assert "only inspectors" in joining(ready, person=user("leader"))
    assert joining(ready, person=third.user_id, side="operation")
    assert joining(ready, person=third.user_id, organisation=org("AUTHORITY"))
    # Who acted for a party, and who works for one.
    factories.joins(w.user("officer"), inspectorate, Role.INSPECTOR)
    newcomer = factories.person(operator, Role.OPERATOR_OFFICER, login="newcomer")
    factories.joins(w.user("newcomer"), inspectorate, Role.INSPECTOR)
    db.session.commit()
    assert "to do with a party" in joining(ready, person=user("officer"))
    assert "to do with a party" in joining(ready, person=newcomer.user_id)
    factories.controls(operator, inspectorate)
    db.session.commit()
    assert "to do with a party" in joining(ready, person=third.user_id)
    assert "to do with a party" in ready.sign()


def test_who_inspects_acts_for_no_party(ready):
    binding = (
        "INSERT INTO subject_people (id, act_id, subject_id, user_id, organisation_id, side) "
        "SELECT 999, :act, subject_id, {person}, {organisation}, '{side}' FROM inspections"
    )
    values = {"organisation": org("AGENCY"), "side": "management"}
    assert refused(binding, person=user("second-officer"), **values) == ""
    assert "acts for none of its parties" in refused(binding, person=user("inspector"), **values)
    assert "acts for none" in refused(
        binding, person=user("second-inspector"), organisation=org("OPERATOR"), side="operation"
    )


def test_an_inspectorate_needs_its_mandate(case):
    made = case.take()
    case.sampled()
    case.sign()
    again = {"report_id": str(case.room.reports(APRIL)[-1].id), "period": "'2026-04'", "code": "'X'"}
    copied = copy_of("inspections", f"id = {made.id}", state="'open'", **again)
    assert attempt(db.session, copied) == ""
    for login in ("officer", "operator-officer", "leader"):
        led = copy_of("inspections", f"id = {made.id}", state="'open'", lead_id=user(login), **again)
        assert attempt(db.session, led), login
    factories.joins(case.w.user("officer"), case.w.org("inspectorate"), Role.INSPECTOR)
    db.session.commit()
    led = copy_of("inspections", f"id = {made.id}", state="'open'", lead_id=user("officer"), **again)
    assert "to do with a party" in attempt(db.session, led)
    other = factories.organisation(
        "外省审计厅", kind=OrganisationKind.INSPECTORATE, place="4403", sides=factories.WATCHES, code="ELSEWHERE"
    )
    db.session.commit()
    elsewhere = copy_of("inspections", f"id = {made.id}", state="'open'", organisation_id=str(other.id), **again)
    assert attempt(db.session, elsewhere)
    lapsed = copy_of("inspections", f"id = {made.id}", state="'open'", opened_on="'2019-01-01'", **again)
    assert "no mandate" in attempt(db.session, lapsed)


def test_one_inspection_of_a_period_at_a_time_on_its_newest_edition(ready):
    inspection, case = ready.inspection, ready.case
    where = f"id = {inspection.id}"
    assert attempt(db.session, copy_of("inspections", where, code="'X'", number="2"))
    april = case.room.reports(APRIL)[-1]
    assert attempt(db.session, change("inspections", where, report_id=str(april.id)))
    second = case.newer_edition()
    assert attempt(db.session, change("inspections", where, report_id=str(second.id))) == ""
    for column in ("code", "contract_id", "organisation_id", "lead_id", "opened_on", "period"):
        value = {"code": "'X'", "period": "'2026-04'", "opened_on": "'2026-01-01'"}.get(column, f"{column} + 1")
        assert "never changes" in attempt(db.session, change("inspections", where, **{column: value})), column


# --- samples and questions -------------------------------------------------------------------------------------------


def test_only_what_the_report_scores_is_sampled(ready):
    one = scored(ready.case.report)[0]
    usual = {
        "submission": one.submission.id,
        "figure": one.figure.id,
        "method": "chosen",
        "seed": "",
        "drawn": 1,
        "person": user("inspector"),
        "result": "pending",
        "inspection": ready.inspection.id,
    }
    assert refused(SAMPLE, **usual) == ""
    for changes in (
        {"figure": "NULL"},
        {"figure": 999999},
        {"submission": 999999},
        {"person": user("officer")},
        {"result": "agrees"},
        {"method": "random"},
        {"seed": "x"},
        {"drawn": 3},
        {"drawn": 0},
    ):
        assert refused(SAMPLE, **{**usual, **changes}), changes
    newer = ready.case.submit(("99.4", "99.9"), reason="更正")
    db.session.flush()
    foreign = f"(SELECT min(id) FROM figures WHERE submission_id = {newer.id})"
    assert "only what the report scores" in refused(SAMPLE, **{**usual, "submission": newer.id, "figure": foreign})


@pytest.mark.parametrize(
    "table, values",
    [
        ("inspection_samples", {"result": "'deviates'", "note": "'x'"}),
        ("inspection_samples", {"result": "'pending'", "settled_by": "NULL", "settled_at": "NULL"}),
        ("inspection_samples", {"note": "'x'"}),
        ("inspection_queries", {"answer": "'x'"}),
        ("inspection_queries", {"text": "'x'"}),
        ("inspection_queries", {"state": "'asked'"}),
        ("findings", {"text": "'x'"}),
        ("findings", {"severity": "'minor'"}),
        ("findings", {"workdays": "99"}),
        ("findings", {"state": "'open'"}),
        ("findings", {"state": "'answered'", "settled_at": "NULL"}),
        ("findings", {"settled_at": "found_at"}),
        ("findings", {"round": "2"}),
        ("rectifications", {"text": "'x'"}),
        ("verdicts", {"outcome": "'no_means'"}),
        ("inspection_people", {"user_id": "user_id + 1"}),
    ],
)
def test_nothing_that_was_said_changes(ready, table, values):
    where = f"id = (SELECT min(id) FROM {table})"
    assert refused(change(table, where, **values)), values


@pytest.mark.parametrize(
    "table",
    [
        *("inspections", "inspection_people", "inspection_samples", "inspection_queries", "findings"),
        *("rectifications", "verdicts", "conclusions"),
    ],
)
def test_nothing_is_deleted(ready, table):
    ready.case.sign()
    assert "never deleted" in refused(f"DELETE FROM {table}")


def test_silence_before_the_last_day_is_not_recorded_and_others_do_not_answer(taken):
    query = taken.ask(workdays=3)
    where = f"id = {query.id}"
    lapse = {
        "state": "'lapsed'",
        "lapse_reason": "'x'",
        "lapsed_by": user("inspector"),
        "ended_at": "asked_at",
        "ended_on": "'2026-05-14'",
        "due_on": "'2026-05-01'",
    }
    assert "after its last day" in refused(change("inspection_queries", where, **lapse))
    later = {**lapse, "ended_on": "'2026-05-15'"}
    assert refused(change("inspection_queries", where, **later)) == ""
    assert refused(change("inspection_queries", where, **{**later, "due_on": "'2026-05-15'"}))
    assert refused(change("inspection_queries", where, **{**later, "lapsed_by": user("officer")}))
    told = {
        "state": "'answered'",
        "answer": "'x'",
        "ended_at": "asked_at",
        "ended_on": "'2026-05-12'",
        "due_on": "'2026-05-14'",
        "answered_by": user("operator-officer"),
    }
    assert refused(change("inspection_queries", where, **told)) == ""
    for login in ("officer", "inspector", "rival-officer"):
        assert refused(change("inspection_queries", where, **{**told, "answered_by": user(login)})), login
    assert refused(change("inspection_queries", where, **{**told, "sha256": "'" + "0" * 64 + "'"}))
    assert refused(change("inspection_queries", where, **{**told, "answer": "''"}))


# --- findings --------------------------------------------------------------------------------------------------------


def test_a_finding_moves_by_rectification_and_verdict_only(taken):
    finding = taken.find()
    where = f"id = {finding.id}"
    for state in ("closed", "cannot", "returned"):
        assert "cannot move" in refused(
            change("findings", where, state=f"'{state}'", settled_at="found_at")
        ) or refused(change("findings", where, state=f"'{state}'"))
    assert "answered by its rectification" in refused(change("findings", where, state="'answered'"))
    taken.rectify(finding)
    settled = {"state": "'closed'", "settled_at": "found_at"}
    assert "by a verdict" in refused(change("findings", where, **settled))
    assert "by a verdict" in refused(change("findings", where, state="'cannot'", settled_at="found_at"))
    assert "by a verdict" in refused(change("findings", where, state="'returned'", round="2"))
    assert refused(change("findings", where, round="2"))
    copied = copy_of("findings", where, code="'X'", number="9", state="'closed'", settled_at="found_at")
    assert "begin as open" in refused(copied)
    assert "round one" in refused(copy_of("findings", where, code="'X'", number="9", state="'open'", round="2"))


def test_only_the_responsible_party_rectifies_with_its_contract_s_evidence(taken):
    finding = taken.find()
    w = taken.w
    here = contracts.attach_file(w.actor("operator_officer"), taken.contract, pdf("here"), "x").sha256
    other = w.contract("terminating")
    elsewhere = contracts.attach_file(w.actor("operator_officer"), other, pdf("elsewhere"), "x").sha256
    db.session.commit()
    usual = {
        "organisation": org("OPERATOR"),
        "side": "operation",
        "person": user("operator-officer"),
        "round": 1,
        "text": "'x'",
        "sha": here,
        "due": "2026-05-25",
        "late": truth(False),
        "finding": finding.id,
    }
    assert refused(RECTIFICATION, **usual) == ""
    for changes in (
        {"organisation": org("AGENCY"), "side": "management", "person": user("officer")},
        {"organisation": org("RIVAL")},
        {"side": "management"},
        {"person": user("officer")},
        {"person": user("rival-officer")},
        {"person": user("inspector")},
        {"sha": elsewhere},
        {"sha": "0" * 64},
        {"text": "''"},
        {"round": 2},
        {"due": "2026-05-01"},
        {"late": truth(True)},
    ):
        assert refused(RECTIFICATION, **{**usual, **changes}), changes
    taken.rectify(finding)
    assert "once in each round" in refused(RECTIFICATION, **usual)


def test_a_verdict_is_given_by_another_inspector_than_the_finder(taken):
    finding = taken.find()
    taken.rectify(finding)
    # The second inspector takes part already: he has put a question.
    taken.ask(by="second_inspector")
    usual = {
        "found_by": user("inspector"),
        "rectified_by": user("operator-officer"),
        "round": 1,
        "reason": "'x'",
        "given_by": user("second-inspector"),
        "finding": finding.id,
    }
    assert refused(VERDICT, **usual) == ""
    for changes in (
        {"given_by": user("inspector")},
        {"given_by": user("inspector"), "found_by": user("second-inspector")},
        {"found_by": user("officer")},
        {"rectified_by": user("officer")},
        {"given_by": user("officer")},
        {"given_by": user("operator-officer")},
        {"given_by": user("leader")},
        {"reason": "''"},
    ):
        assert refused(VERDICT, **{**usual, **changes}), changes
    taken.judge(finding)
    assert refused(VERDICT, **usual)
