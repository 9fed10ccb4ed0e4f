"""The whole loop by actions: who may take a report, samples, questions, findings in rounds, the signed conclusion."""

import json
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.audit.heads import latest
from app.audit.models import TrailEntry
from app.contracts import actions as contracts
from app.core.canonical import digest_both
from app.core.clock import clock
from app.core.db import db
from app.core.errors import NotAllowed, Refused, Stale, WrongState
from app.core.permissions import Permission, Role
from app.evidence import store
from app.figures.evidence import resolve
from app.inspections import actions, findings, pages, queries, questions, samples
from app.inspections.jobs import assign_reports
from app.inspections.kinds import FindingState, InspectionState, Outcome, QueryState, SampleMethod, SampleResult
from app.inspections.models import InspectionPerson
from app.inspections.sampling import draw
from app.inspections.scored import is_sound, scored
from app.lifecycle.models import Task, TaskState
from app.lifecycle.queries import own_tasks
from app.organisations.models import MandateKind, OrganisationKind
from app.reports.models import ReportState
from app.subjects.actions import stand_for_side
from tests import factories
from tests.inspections.proceeding import LOG, Proceeding, pdf
from tests.reports.room import APRIL, LATER, MARCH

P = Permission


def tasks(item, state=TaskState.OPEN):
    """Open tasks about a thing: act, organisation's code, day."""
    rows = db.session.scalars(sa.select(Task).where(Task.item == item, Task.state == state).order_by(Task.id))
    return [(Permission(one.permission), one.organisation.code, one.due_on) for one in rows]


def waiting(w, key):
    return {(one.permission, one.item) for one in db.session.scalars(own_tasks(w.actor(key)))}


def days_later(days, hour=10):
    return clock.at(LATER.replace(hour=hour) + timedelta(days=days))


def said(error):
    return [str(one.what) for one in error.value.problems]


# --- reports are put before inspectorates ----------------------------------------------------------------------------


def test_a_produced_report_is_put_before_every_mandated_inspectorate_once(w):
    with clock.at(LATER):
        city = factories.organisation(
            "广州市审计局", kind=OrganisationKind.INSPECTORATE, place="4401", sides=factories.WATCHES, code="CITY-AUDIT"
        )
        other = factories.organisation(
            "深圳市审计局", kind=OrganisationKind.INSPECTORATE, place="4403", sides=factories.WATCHES, code="SZ-AUDIT"
        )
        boss = w.actor("system_admin")
        for one, place in ((city, "4401"), (other, "4403")):
            factories.organisations.give_mandate(boss, one, factories.region(place), MandateKind.INSPECTION)
        case = Proceeding(w, assigned=False)
        assert assign_reports() == 2
        due = date(2026, 6, 1)
        assert tasks(case.report.code) == [
            (P.INSPECTION_TAKE, "INSPECTORATE", due),
            (P.INSPECTION_TAKE, "CITY-AUDIT", due),
        ]
        assert assign_reports() == 0
        case.take()
        assert tasks(case.report.code) == []
        assert [org for _act, org, _day in tasks(case.report.code, TaskState.DONE)] == ["INSPECTORATE"]
        assert [org for _act, org, _day in tasks(case.report.code, TaskState.DROPPED)] == ["CITY-AUDIT"]
        assert assign_reports() == 0


def test_nobody_with_an_interest_is_asked(w):
    with clock.at(LATER):
        factories.controls(w.org("operator"), w.org("inspectorate"))
        case = Proceeding(w, assigned=False)
        assert assign_reports() == 0
        assert tasks(case.report.code) == []
        with pytest.raises(NotAllowed) as refusal:
            case.take()
        assert "控制" in said(refusal)[0]


def test_a_newer_edition_takes_the_place_of_the_one_that_waits(case):
    second = case.newer_edition()
    with pytest.raises(WrongState):
        case.take(report=case.report)
    assign_reports()
    assert tasks(case.report.code) == []
    assert [org for _act, org, _day in tasks(second.code)] == ["INSPECTORATE"]
    assert case.take(report=second).report_id == second.id


def test_the_system_says_whom_it_asked(case):
    leaf = db.session.scalars(sa.select(TrailEntry).where(TrailEntry.ref == f"report:{case.report.code}")).one()
    assert json.loads(leaf.details)["notes"] == {"asked": "INSPECTORATE"}


# --- who may inspect -------------------------------------------------------------------------------------------------


def test_taking_opens_one_inspection_led_by_the_taker(case):
    made = case.take()
    assert made.code == f"DC-{case.contract.code}-2026-03-1"
    assert (made.lead_id, made.state) == (case.w.user("inspector").id, InspectionState.OPEN)
    assert [one.user_id for one in queries.people_of_inspection(made)] == [case.w.user("inspector").id]
    assert tasks(made.code) == [(P.REPORT_SIGN, "INSPECTORATE", date(2026, 6, 1))]
    with pytest.raises(WrongState):
        case.take("second_inspector")


@pytest.mark.parametrize("key", ["officer", "operator_officer", "authority_officer", "leader", "supervisor"])
def test_only_inspectors_take(case, key):
    with pytest.raises(NotAllowed):
        actions.take(case.w.actor(key), case.report)


def test_who_acted_for_a_party_never_inspects_the_same_contract(case):
    """The officer changes sides: he becomes an inspector, for other contracts only."""
    w = case.w
    officer = w.user("officer")
    factories.leaves(officer, w.org("agency"))
    factories.joins(officer, w.org("inspectorate"), Role.INSPECTOR)
    with days_later(1), pytest.raises(NotAllowed) as refusal:
        actions.take(w.actor("officer"), case.report)
    assert [
        part for part in ("曾代表管理方", "最近 2 年内任职于当事方") if any(part in one for one in said(refusal))
    ] == [*("曾代表管理方", "最近 2 年内任职于当事方")]


def test_who_worked_for_a_party_keeps_away_for_two_years(case):
    w = case.w
    newcomer = factories.person(w.org("operator"), Role.OPERATOR_OFFICER, login="newcomer")
    user = w.user("newcomer")
    factories.leaves(user, w.org("operator"))
    factories.joins(user, w.org("inspectorate"), Role.INSPECTOR)
    db.session.commit()
    assert newcomer.user_id == user.id
    with days_later(1), pytest.raises(NotAllowed) as refusal:
        actions.take(w.actor("newcomer"), case.report)
    assert len(said(refusal)) == 1 and "数字运营有限公司" in said(refusal)[0]
    with clock.at(datetime(2028, 5, 12, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))):
        assert actions.take(w.actor("newcomer"), case.report).lead_id == user.id


def test_an_inspectorate_that_came_under_a_party_cannot_go_on(taken):
    taken.sampled()
    finding = taken.find()
    taken.rectify(finding)
    factories.controls(taken.w.org("operator"), taken.w.org("inspectorate"))
    db.session.commit()
    for act in (lambda: taken.judge(finding), taken.draw, taken.ask, taken.find):
        with pytest.raises(NotAllowed):
            act()


def test_who_inspects_a_contract_cannot_act_for_its_party_afterwards(taken):
    w = taken.w
    user = w.user("inspector")
    factories.leaves(user, w.org("inspectorate"))
    factories.joins(user, w.org("agency"), Role.AGENCY_OFFICER)
    db.session.commit()
    with days_later(1), pytest.raises(sa.exc.IntegrityError, match="acts for none of its parties"):
        contracts.attach_file(w.actor("inspector"), taken.contract, pdf("from the other side"), "x")
    db.session.rollback()


def test_another_inspectorate_sees_the_inspection_and_does_nothing_in_it(taken):
    w = taken.w
    city = factories.organisation(
        "广州市审计局", kind=OrganisationKind.INSPECTORATE, place="4401", sides=factories.WATCHES, code="CITY-AUDIT"
    )
    factories.organisations.give_mandate(
        w.actor("system_admin"), city, factories.region("4401"), MandateKind.INSPECTION
    )
    factories.person(city, Role.INSPECTOR, login="city-inspector")
    actor = w.actor("city_inspector")
    assert queries.inspection_in_reach(actor, taken.inspection.code) is not None
    for act in (
        lambda: samples.sample_at_random(actor, taken.inspection, 1),
        lambda: questions.ask(actor, taken.inspection, w.org("operator").id, "x", 3),
        lambda: findings.create(actor, taken.inspection, taken.facts()),
        lambda: actions.sign(actor, taken.inspection, "x", taken.report.sha256),
    ):
        with pytest.raises(NotAllowed):
            act()


# --- samples ---------------------------------------------------------------------------------------------------------


def test_a_random_sample_can_be_drawn_again_by_anybody_who_knows_the_seed(taken):
    population = [one.key for one in scored(taken.report)]
    assert len(population) == 2
    (first,) = taken.draw(1)
    assert [first.key] == draw(first.seed, population, 1)
    assert (first.method, first.drawn, first.population, len(first.seed)) == (SampleMethod.RANDOM, 1, 2, 32)
    (second,) = taken.draw(1)
    assert {first.key, second.key} == set(population)
    assert (second.population, second.seed == first.seed) == (1, False)
    with pytest.raises(WrongState):
        taken.draw(1)


@pytest.mark.parametrize("count", [None, 0, -1, 3, 10_000])
def test_a_draw_takes_at_least_one_and_no_more_than_there_are(taken, count):
    with pytest.raises(Refused) as refusal:
        taken.draw(count)
    assert refusal.value.problems[0].place == "count"


def test_chosen_samples_are_taken_whole_or_not_at_all(taken):
    keys = [one.key for one in scored(taken.report)]
    foreign = [f"figure:{one.id}" for one in taken.room.reports(APRIL)] + ["figure:999999", "submission:1", "x", ""]
    for wanted in ([], ["figure:999999"], [keys[0], *foreign], [keys[0], "figure:0"]):
        with pytest.raises(Refused):
            samples.sample_chosen(taken.w.actor("inspector"), taken.inspection, wanted)
    assert queries.samples_of(taken.inspection) == []
    made = samples.sample_chosen(taken.w.actor("inspector"), taken.inspection, [keys[0], keys[0], keys[1]])
    assert [(one.key, one.method, one.seed) for one in made] == [(key, SampleMethod.CHOSEN, "") for key in keys]
    with pytest.raises(Refused):
        samples.sample_chosen(taken.w.actor("inspector"), taken.inspection, [keys[0]])


def test_a_result_is_recorded_once_and_corrected_by_comparing_again(taken):
    inspector = taken.w.actor("inspector")
    (sample,) = taken.draw(1)
    for result, note in ((SampleResult.PENDING, "x"), (SampleResult.DEVIATES, " "), (SampleResult.NO_EVIDENCE, "")):
        with pytest.raises(Refused):
            samples.settle(inspector, taken.inspection, sample, result, note)
    samples.settle(inspector, taken.inspection, sample, SampleResult.DEVIATES, "日志为 99.2")
    with pytest.raises(WrongState):
        samples.settle(inspector, taken.inspection, sample, SampleResult.AGREES, "")
    (again,) = samples.sample_chosen(inspector, taken.inspection, [sample.key])
    samples.settle(inspector, taken.inspection, again, SampleResult.AGREES, "")
    results = [one.result for one in queries.samples_of(taken.inspection)]
    assert results == [SampleResult.DEVIATES, SampleResult.AGREES]


def test_the_operation_side_sees_samples_only_when_the_conclusion_is_signed(taken):
    taken.sampled()
    everybody = ("inspector", "officer", "authority_officer", "operator_officer", "operator_signatory")
    seen = {key: queries.sees_inside(taken.w.actor(key), taken.inspection) for key in everybody}
    assert [key for key, inside in seen.items() if not inside] == ["operator_officer", "operator_signatory"]
    taken.sign()
    assert all(queries.sees_inside(taken.w.actor(key), taken.inspection) for key in everybody)


# --- questions -------------------------------------------------------------------------------------------------------


def test_a_question_becomes_the_task_of_who_is_asked(taken):
    query = taken.ask(workdays=3)
    assert query.code == f"XW-{taken.contract.code[3:]}-2026-03-1-1"
    assert tasks(query.code) == [(P.QUERY_ANSWER, "OPERATOR", date(2026, 5, 14))]
    assert (P.QUERY_ANSWER.value, query.code) in waiting(taken.w, "operator_officer")
    assert (P.QUERY_ANSWER.value, query.code) not in waiting(taken.w, "officer")
    taken.answer(query, upload=pdf("answer"))
    assert (query.state, query.late, query.due_on) == (QueryState.ANSWERED, False, date(2026, 5, 14))
    assert tasks(query.code) == [] and query.sha256
    with pytest.raises(WrongState):
        taken.answer(query)


def test_a_late_answer_is_taken_and_marked(taken):
    query = taken.ask()
    with days_later(4):
        taken.answer(query)
    assert query.late and query.state is QueryState.ANSWERED


def test_only_the_asked_party_answers(taken):
    query = taken.ask("agency")
    for key in ("operator_officer", "rival_officer", "inspector", "signatory"):
        with pytest.raises(NotAllowed):
            questions.answer(taken.w.actor(key), query, "x")
    taken.answer(query, by="officer")


@pytest.mark.parametrize(
    "party, text, workdays, places",
    [
        ("operator", " ", 3, ["text"]),
        ("operator", "x", 0, ["workdays"]),
        ("operator", "x", 10_000, ["workdays"]),
        ("operator", "x", None, ["workdays"]),
        ("rival", "x", 3, ["organisation"]),
        ("inspectorate", "", -1, ["organisation", "text", "workdays"]),
    ],
)
def test_a_question_is_whole(taken, party, text, workdays, places):
    with pytest.raises(Refused) as refusal:
        taken.ask(party, text, workdays)
    assert [one.place for one in refusal.value.problems] == places


def test_silence_is_recorded_after_the_last_day_only(taken):
    query = taken.ask(workdays=3)
    inspector = taken.w.actor("inspector")
    for day in (0, 3):
        with days_later(day), pytest.raises(Refused) as refusal:
            questions.lapse(inspector, query, "未答复")
        assert "2026-05-14" in said(refusal)[0]
    with days_later(4):
        with pytest.raises(Refused):
            questions.lapse(inspector, query, " ")
        questions.lapse(inspector, query, "催告后仍未答复")
        db.session.commit()
        assert (query.state, tasks(query.code)) == (QueryState.LAPSED, [])
        with pytest.raises(WrongState):
            taken.answer(query)


def test_who_may_read_a_question(taken):
    mine, other = taken.ask("operator"), taken.ask("agency")
    readers = {
        key: [one.code for one in queries.queries_of(taken.w.actor(key), taken.inspection)]
        for key in ("operator_officer", "officer", "inspector")
    }
    assert readers["operator_officer"] == [mine.code]
    assert readers["officer"] == readers["inspector"] == [mine.code, other.code]
    assert queries.query_in_reach(taken.w.actor("operator_officer"), other.code) is None
    assert queries.query_in_reach(taken.w.actor("rival_officer"), mine.code) is None
    taken.answer(mine)
    taken.answer(other, by="officer")
    taken.sampled()
    taken.sign()
    assert queries.query_in_reach(taken.w.actor("operator_officer"), other.code) is not None


# --- findings --------------------------------------------------------------------------------------------------------


def test_a_finding_goes_round_until_it_is_eliminated(taken):
    finding = taken.find(workdays=10)
    assert finding.code == f"WT-{taken.contract.code[3:]}-2026-03-1-1"
    assert tasks(finding.code) == [(P.FINDING_RECTIFY, "OPERATOR", date(2026, 5, 25))]
    assert (P.FINDING_RECTIFY.value, finding.code) in waiting(taken.w, "operator_officer")
    taken.rectify(finding)
    assert (finding.state, finding.round) == (FindingState.ANSWERED, 1)
    assert tasks(finding.code) == [(P.FINDING_JUDGE, "INSPECTORATE", date(2026, 5, 18))]
    assert (P.FINDING_JUDGE.value, finding.code) in waiting(taken.w, "second_inspector")
    taken.judge(finding, Outcome.NOT_ELIMINATED, reason="日志缺 3 月 10 日。", workdays=3)
    assert (finding.state, finding.round) == (FindingState.RETURNED, 2)
    assert tasks(finding.code) == [(P.FINDING_RECTIFY, "OPERATOR", date(2026, 5, 14))]
    with days_later(4):
        taken.rectify(finding)
        taken.judge(finding)
    assert (finding.state, tasks(finding.code)) == (FindingState.CLOSED, [])
    assert [(one.round, one.late, one.due_on) for one in finding.rectifications] == [
        (1, False, date(2026, 5, 25)),
        (2, True, date(2026, 5, 14)),
    ]
    assert [(one.round, one.outcome, one.workdays) for one in finding.verdicts] == [
        (1, Outcome.NOT_ELIMINATED, 3),
        (2, Outcome.ELIMINATED, None),
    ]


def test_a_party_without_means_is_told_so_by_the_second_inspector(taken):
    finding = taken.find(party="agency")
    taken.rectify(finding, by="officer", text="历史日志已按期销毁，确无条件。")
    taken.judge(finding, Outcome.NO_MEANS, reason="情况属实。")
    assert finding.state is FindingState.CANNOT and finding.settled_at is not None
    taken.sampled()
    taken.sign()


def test_who_found_does_not_judge(taken):
    finding = taken.find(by="inspector")
    taken.rectify(finding)
    with pytest.raises(Refused) as refusal:
        taken.judge(finding, by="inspector")
    assert "您提出的" in said(refusal)[0]
    taken.judge(finding, by="second_inspector")
    people = db.session.scalars(
        sa.select(InspectionPerson).where(InspectionPerson.inspection_id == taken.inspection.id)
    )
    assert {one.user_id for one in people} == {taken.w.user("inspector").id, taken.w.user("second_inspector").id}


@pytest.mark.parametrize("key", ["officer", "rival_officer", "inspector", "operator_signatory"])
def test_only_the_responsible_party_rectifies(taken, key):
    finding = taken.find()
    with pytest.raises(NotAllowed):
        taken.rectify(finding, by=key)


def test_a_rectification_needs_evidence_of_this_very_contract(taken):
    finding = taken.find()
    other = taken.w.contract("terminating")
    elsewhere = contracts.attach_file(taken.w.actor("operator_officer"), other, pdf("elsewhere"), "x").sha256
    here = contracts.attach_file(taken.w.actor("operator_officer"), taken.contract, pdf("here"), "x").sha256
    db.session.commit()
    for more in ({"sha256": ""}, {"sha256": "0" * 64}, {"sha256": elsewhere}, {"upload": pdf("", "x.exe")}):
        with pytest.raises(Refused):
            taken.rectify(finding, **more)
        db.session.rollback()
    with pytest.raises(Refused):
        taken.rectify(finding, text="  ")
    assert taken.rectify(finding, sha256=here).sha256 == here
    with pytest.raises(WrongState):
        taken.rectify(finding)


def test_a_verdict_is_given_once_with_reason_and_a_new_deadline(taken):
    finding = taken.find()
    with pytest.raises(WrongState):
        taken.judge(finding)
    taken.rectify(finding)
    for outcome, reason, workdays, places in (
        (Outcome.ELIMINATED, " ", None, ["reason"]),
        (Outcome.NOT_ELIMINATED, "x", None, ["workdays"]),
        (Outcome.NOT_ELIMINATED, "", 0, ["reason", "workdays"]),
        (Outcome.NOT_ELIMINATED, "x", 10_000, ["workdays"]),
    ):
        with pytest.raises(Refused) as refusal:
            taken.judge(finding, outcome, reason=reason, workdays=workdays)
        assert [one.place for one in refusal.value.problems] == places
    taken.judge(finding)
    with pytest.raises(WrongState):
        taken.judge(finding)


@pytest.mark.parametrize(
    "changes, places",
    [
        ({"text": " "}, ["text"]),
        ({"basis": ""}, ["basis"]),
        ({"workdays": 0}, ["workdays"]),
        ({"workdays": 10_000}, ["workdays"]),
        ({"organisation_id": None}, ["organisation"]),
        ({"about": "figure:999999"}, ["about"]),
        ({"about": "service:999999"}, ["about"]),
        ({"about": "x"}, ["about"]),
        ({"party": "rival", "text": "", "basis": "", "workdays": None}, ["organisation", "text", "basis", "workdays"]),
    ],
)
def test_a_finding_is_whole(taken, changes, places):
    with pytest.raises(Refused) as refusal:
        taken.find(**changes)
    assert [one.place for one in refusal.value.problems] == places


def test_a_finding_can_be_about_a_figure_or_a_service(taken):
    one = scored(taken.report)[0]
    about_figure = taken.find(about=one.key)
    assert (about_figure.figure_id, about_figure.indicator_code) == (one.figure.id, "KI-001")
    assert about_figure.service_id == one.figure.service_id
    about_service = taken.find(about=f"service:{one.figure.service_id}")
    assert (about_service.figure_id, about_service.service_id) == (None, one.figure.service_id)


# --- signing ---------------------------------------------------------------------------------------------------------


def test_everything_missing_is_named_at_once(w):
    with clock.at(LATER):
        case = Proceeding(w, evidence="")
        assert case.report.evidence_gaps == 2
        case.take()
        case.draw(1)
        case.ask()
        case.find()
        with pytest.raises(Refused) as refusal:
            case.sign()
        told = said(refusal)
        assert [
            any(part in one for one in told)
            for part in ("没有证据", "没有核对结果", "还没有核对过", "尚未答复", "尚未了结")
        ] == [True] * 5
        assert len(told) == 6 and all(str(one.remedy) for one in refusal.value.problems)


def test_signing_seals_the_trail_and_signs_the_report(taken):
    taken.sampled()
    before = latest()
    conclusion = taken.sign()
    head = latest()
    newest = db.session.scalar(sa.select(sa.func.max(TrailEntry.seq)))
    assert head.size == newest and (before is None or head.size > before.size)
    assert taken.report.state is ReportState.SIGNED and taken.inspection.state is InspectionState.CONCLUDED
    assert (conclusion.report_id, conclusion.report_sha256) == (taken.report.id, taken.report.sha256)
    leaf = db.session.scalars(sa.select(TrailEntry).where(TrailEntry.verb == P.REPORT_SIGN.value)).one()
    assert json.loads(leaf.details)["notes"]["sha256"] == taken.report.sha256
    assert tasks(taken.inspection.code) == []
    for act in (taken.draw, taken.ask, taken.find, taken.sign):
        with pytest.raises(WrongState):
            act()


@pytest.mark.parametrize("which", ["pdf", "xlsx", "docx", "evidence", "submission"])
@pytest.mark.parametrize("damage", ["flipped", "gone"])
def test_nothing_is_signed_over_damaged_bytes(taken, which, damage):
    taken.sampled()
    one = scored(taken.report)[0]
    files = {file.kind.value: (file.sha256, f"{taken.report.code}.{file.kind.value}") for file in taken.report.files}
    files["submission"] = (one.submission.file.sha256, one.submission.file.file_name)
    stored = resolve(taken.contract, [LOG])[LOG][0]
    files["evidence"] = (stored.sha256, LOG)
    sha256, name = files[which]
    path, before = store.path_of(sha256), store.read(sha256)
    if damage == "flipped":
        path.write_bytes(bytes([before[0] ^ 1]) + before[1:])
    else:
        path.unlink()
    listed = pages.checklist_of(taken.inspection, queries.readiness(taken.inspection))
    assert [name in str(item["label"]) for item in listed if item["state"] == "missing"] == [True]
    with pytest.raises(Refused) as refusal:
        taken.sign()
    assert [name in one for one in said(refusal)] == [True]
    assert "备份" in str(refusal.value.problems[0].remedy)
    store.put(before, sha256)
    taken.sign()


def test_nothing_is_signed_over_an_altered_report(taken, monkeypatch):
    taken.sampled()
    monkeypatch.setattr(queries, "is_sound", lambda _report: False)
    with pytest.raises(Refused) as refusal:
        taken.sign()
    assert "摘要不一致" in said(refusal)[0]


def test_bytes_of_a_report_are_compared_with_both_digests():
    digests = digest_both(b"{}")
    kept = {"content": "{}", "sha256": digests.sha256, "sm3": digests.sm3}
    assert is_sound(SimpleNamespace(**kept))
    for name in kept:
        assert not is_sound(SimpleNamespace(**{**kept, name: kept[name][:-1] + "x"}))


def test_a_newer_assessment_is_remarked_and_stops_nothing(taken):
    taken.sampled()
    taken.submit(("99.4", "99.9"), reason="更正")
    taken.room.verify()
    made = taken.room.compute(MARCH, "更正")
    listed = pages.checklist_of(taken.inspection, queries.readiness(taken.inspection))
    assert not [item for item in listed if item["state"] == "missing"]
    assert [made.code in str(item["label"]) for item in listed if item["state"] == "warn"].count(True) == 1
    taken.sign()


def test_the_second_inspector_may_sign_and_a_signer_has_read_the_report(taken):
    taken.sampled()
    with pytest.raises(Stale):
        taken.sign(digest="0" * 64)
    with pytest.raises(Refused):
        taken.sign(text=" ")
    taken.sign(by="second_inspector")


def test_a_newer_edition_has_to_be_looked_at_before_signing(taken):
    taken.sampled()
    with pytest.raises(WrongState):
        actions.adopt(taken.w.actor("inspector"), taken.inspection)
    second = taken.newer_edition()
    assert second.edition == 2
    with pytest.raises(Refused) as refusal:
        taken.sign()
    assert "现已有第 2 版" in said(refusal)[0]
    actions.adopt(taken.w.actor("second_inspector"), taken.inspection)
    db.session.commit()
    assert taken.inspection.report_id == second.id
    assert assign_reports() == 0
    # What was compared in the first edition stands; both figures of the second are other revisions or the same ones.
    here = {one.key for one in scored(second)}
    compared = {one.key for one in queries.samples_of(taken.inspection)} & here
    if not compared:
        with pytest.raises(Refused):
            taken.sign()
        taken.sampled()
    taken.sign()
    assert second.state is ReportState.SIGNED
    assert taken.room.reports(MARCH)[0].state is ReportState.SUPERSEDED


def test_evidence_that_comes_later_needs_a_new_edition(w):
    with clock.at(LATER):
        case = Proceeding(w, evidence="监测记录.pdf")
        case.take()
        case.sampled()
        with pytest.raises(Refused) as refusal:
            case.sign()
        assert len(said(refusal)) == 2
        contracts.attach_file(w.actor("operator_officer"), case.contract, pdf("record", "监测记录.pdf"), "监测记录")
        db.session.commit()
        with pytest.raises(Refused):
            case.sign()
        case.room.restate()
        actions.adopt(w.actor("inspector"), case.inspection)
        db.session.commit()
        case.sign()


def test_a_result_that_became_final_is_not_put_before_anybody_again(w):
    with clock.at(LATER):
        case = Proceeding(w, watched=True)
        case.take()
        assert {one.key.split(":")[0] for one in scored(case.report)} == {"submission"}
        case.sampled()
        case.sign()
        case.room.final()
        case.room.produce()
        db.session.commit()
        newest = case.room.reports(MARCH)[-1]
        assert (newest.edition, newest.assessment_id) == (2, case.report.assessment_id)
        assign_reports()
        assert tasks(newest.code) == []
        # It can be taken all the same.
        assert case.take(report=newest).number == 2


def test_sides_are_bound_by_answering(taken):
    finding = taken.find()
    taken.rectify(finding)
    assert stand_for_side(taken.w.actor("operator_officer"), taken.contract.subject).value == "operation"
    assert LOG in {one.file_name for one in queries.files_of_party(taken.contract, taken.w.org("operator").id)}
