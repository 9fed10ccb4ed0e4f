"""Submitting, correcting, verifying, closing: through the actions, on both databases."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.audit.models import TrailEntry
from app.core.clock import clock
from app.core.db import db
from app.core.errors import NotAllowed, Refused, WrongState
from app.core.periods import Period
from app.core.permissions import Permission, Role
from app.figures import queries, verifying
from app.figures.actions import preview, submit_events, submit_figures
from app.figures.judging import Delivery
from app.figures.kinds import Source, Standing, SubmissionKind, Verdict
from app.figures.models import Figure, FigurePreview, Submission, Verification
from app.figures.pages import template_of
from app.figures.reading import FIGURES, table_of_csv
from app.figures.spreadsheets import sheet_as_csv
from app.figures.wording import explain_flag
from app.lifecycle.queries import open_tasks_of
from tests.factories import person

MARCH, APRIL = Period("2026-03"), Period("2026-04")


def report(w, running, *lines, by="operator_officer", reason=""):
    return submit_figures(w.actor(by), running.contract, "figures.csv", running.file(*lines), reason)


def standing(running, period=MARCH, source=Source.OPERATOR_REPORT):
    return queries.current_figures(running.contract, period, source)


def owed(running):
    return {(one.organisation.code, str(one.permission)) for one in open_tasks_of(running.contract.subject)}


def test_a_reported_figure_stands_unverified_and_the_client_is_asked_to_verify(w, running):
    receipt = report(w, running, running.line("99.95"), running.line("", reason="探针故障", service=1))
    first, second = sorted(standing(running), key=lambda one: one.standing is Standing.MISSING)
    assert (first.value, first.revision, first.verdict, first.source) == (
        Decimal("99.95"),
        1,
        None,
        Source.OPERATOR_REPORT,
    )
    assert (second.standing, second.value, second.reason) == (Standing.MISSING, None, "探针故障")
    assert (receipt.submission.row_count, receipt.submission.new_count, receipt.repeated) == (2, 2, False)
    assert owed(running) == {("AGENCY", "figure:verify")}


def test_zero_missing_and_never_reported_are_three_things(w, running):
    report(w, running, running.line("0"), running.line("", reason="停机", service=1))
    found = {one.service_code: one for one in standing(running)}
    assert found[running.services[0]].value == Decimal(0)
    assert found[running.services[1]].value is None
    assert standing(running, APRIL) == []


def test_the_same_file_is_taken_once(w, running):
    first = report(w, running)
    again = report(w, running)
    assert again.repeated
    assert again.submission.id == first.submission.id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Figure)) == 1


def test_equal_rows_in_another_file_change_nothing(w, running):
    report(w, running, running.line("99.9"))
    receipt = report(w, running, running.line("99.900"), "")
    assert (receipt.unchanged, receipt.submission.stored_count) == (1, 0)
    assert [one.revision for one in standing(running)] == [1]


def test_a_correction_needs_a_reason_and_is_verified_anew(w, running):
    report(w, running, running.line("99.9"))
    verifying.verify(w.actor("officer"), running.contract, [one.id for one in standing(running)])
    assert standing(running)[0].verified
    with pytest.raises(Refused) as refusal:
        report(w, running, running.line("99.5"))
    assert refusal.value.problems[0].place == "reason"
    report(w, running, running.line("99.5"), reason="漏计一次中断")
    now = standing(running)[0]
    assert (now.value, now.revision, now.verdict) == (Decimal("99.5"), 2, None)
    every = queries.revisions_of(db.session.get(Figure, now.id))
    assert [(one.revision, one.value) for one in every] == [(2, Decimal("99.5")), (1, Decimal("99.9"))]


def test_all_or_nothing(w, running):
    lines = [running.line("99.9"), running.line("99.9", service=1, period="2026-13")]
    with pytest.raises(Refused):
        report(w, running, *lines)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Figure)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 0


@pytest.mark.parametrize("by", ["rival_officer", "other_officer", "supervisor"])
def test_only_parties_report(w, running, by):
    with pytest.raises(NotAllowed):
        report(w, running, by=by)


def test_the_source_follows_from_the_party(w, running):
    report(w, running, by="officer")
    assert [one.source for one in standing(running, source=None)] == [Source.AGENCY_LOG]
    assert owed(running) == set()


def test_a_draft_takes_no_figures(w, running):
    with pytest.raises(WrongState):
        submit_figures(w.actor("officer"), w.contract("draft"), "f.csv", running.file())


def test_the_operator_never_verifies(w, running):
    report(w, running)
    ids = [one.id for one in standing(running)]
    for by in ("operator_officer", "operator_signatory", "rival_officer"):
        with pytest.raises(NotAllowed):
            verifying.verify(w.actor(by), running.contract, ids)
    two_hats = person(w.org("operator"), Role.OPERATOR_OFFICER)
    hat = two_hats.__class__(**{**vars(two_hats), "permissions": two_hats.permissions | {Permission.FIGURE_VERIFY}})
    with pytest.raises(NotAllowed):
        verifying.verify(hat, running.contract, ids)


def test_an_agency_does_not_verify_its_own_log(w, running):
    report(w, running, by="officer")
    ids = [one.id for one in standing(running, source=Source.AGENCY_LOG)]
    with pytest.raises(NotAllowed):
        verifying.verify(w.actor("second_officer"), running.contract, ids)


def test_who_reported_for_the_operator_does_not_verify_for_the_agency_later(w, running):
    """I5: changing employer does not help."""
    report(w, running)
    ids = [one.id for one in standing(running)]
    moved = w.actor("operator_officer")
    new = w.actor("officer")
    turned = moved.__class__(**{**vars(moved), "identity": new.identity, "permissions": new.permissions})
    with pytest.raises(NotAllowed):
        verifying.verify(turned, running.contract, ids)


def test_a_whole_period_is_verified_in_one_act(w, running):
    report(w, running, running.line("99.9"), running.line("99.8", service=1), running.line("99.7", period="2026-04"))
    highest = max(one.id for one in standing(running) + standing(running, APRIL))
    count = verifying.verify_period(w.actor("officer"), running.contract, MARCH, Source.OPERATOR_REPORT, highest)
    assert count == 2
    assert all(one.verified for one in standing(running))
    assert ("AGENCY", "figure:verify") in owed(running)
    verifying.verify_period(w.actor("officer"), running.contract, APRIL, Source.OPERATOR_REPORT, highest)
    assert owed(running) == set()


def test_days_are_verified_with_their_month_and_a_month_not_with_its_quarter(w, running):
    lines = [running.line("99", period=one) for one in ("2026-03", "2026-03-05", "2026-03-06T10", "2026-Q1")]
    report(w, running, *lines)
    listed = queries.waiting_periods(running.contract)
    assert [one[:3] for one in listed] == [
        ("2026-03", Source.OPERATOR_REPORT, 3),
        ("2026-Q1", Source.OPERATOR_REPORT, 1),
    ]
    by, highest = w.actor("officer"), listed[0][3] + 10
    assert verifying.verify_period(by, running.contract, Period("2026-Q1"), Source.OPERATOR_REPORT, highest) == 1
    assert verifying.verify_period(by, running.contract, MARCH, Source.OPERATOR_REPORT, highest) == 3


def test_figures_that_came_after_the_page_was_opened_are_not_verified_unseen(w, running):
    report(w, running, running.line("99.9"))
    seen = standing(running)[0].id
    report(w, running, running.line("50", service=1))
    assert verifying.verify_period(w.actor("officer"), running.contract, MARCH, Source.OPERATOR_REPORT, seen) == 1
    assert [one.verdict for one in standing(running) if one.id > seen] == [None]


def test_a_doubt_that_is_taken_back_leaves_nobody_an_answer_to_give(w, running):
    report(w, running, running.line("99"), running.line("98", service=1))
    officer, second = w.actor("officer"), w.actor("second_officer")
    first, other = (one.id for one in standing(running))
    verifying.doubt(officer, running.contract, [first, other], "与探针不符")
    verifying.verify(second, running.contract, [first], "已与探针记录核对")
    assert owed(running) == {("OPERATOR", "figure:submit")}
    verifying.verify(second, running.contract, [other], "已与探针记录核对")
    assert owed(running) == set()
    assert queries.verdicts_on([other])[other][0].reason == "已与探针记录核对"


def test_who_takes_the_own_doubt_back_says_why(w, running):
    report(w, running)
    officer, ids = w.actor("officer"), [standing(running)[0].id]
    verifying.doubt(officer, running.contract, ids, "与探针不符")
    with pytest.raises(Refused, match="撤回存疑须写明理由"):
        verifying.verify(officer, running.contract, ids, " ")
    verifying.verify(officer, running.contract, ids, "误读了探针记录")
    assert standing(running)[0].verdict is Verdict.VERIFIED


def test_another_person_of_that_side_takes_a_doubt_back_without_a_note(w, running):
    report(w, running)
    ids = [standing(running)[0].id]
    verifying.doubt(w.actor("officer"), running.contract, ids, "与探针不符")
    verifying.verify(w.actor("second_officer"), running.contract, ids)
    assert standing(running)[0].verdict is Verdict.VERIFIED


def test_a_period_with_a_doubted_figure_and_no_verified_revision_is_not_closed(w, running):
    report(w, running)
    officer = w.actor("officer")
    verifying.doubt(officer, running.contract, [standing(running)[0].id], "与探针不符")
    with pytest.raises(Refused, match="存疑，且没有已核验的版本") as refusal:
        verifying.close_period(officer, running.contract, MARCH)
    assert "更正后核验" in refusal.value.problems[0].remedy
    report(w, running, running.line("98"), reason="按探针更正")
    verifying.verify(officer, running.contract, [standing(running)[0].id])
    # A revision was verified before this doubt: the period can be closed.
    report(w, running, running.line("97"), reason="再更正")
    verifying.doubt(officer, running.contract, [standing(running)[0].id], "又不符")
    verifying.close_period(officer, running.contract, MARCH)


def test_a_doubt_about_events_is_taken_back_as_well(w, running):
    lines = f"at,service,status\n2026-03-05T10:00:00+08:00,{running.services[0]},down\n"
    made = submit_events(w.actor("operator_officer"), running.contract, "e.csv", lines.encode()).submission
    verifying.judge_events(w.actor("officer"), made, Verdict.DOUBTED, "不符")
    assert owed(running) == {("OPERATOR", "figure:submit")}
    verifying.judge_events(w.actor("officer"), made, Verdict.VERIFIED)
    assert owed(running) == set()


def test_a_doubt_needs_a_reason_and_asks_the_operator(w, running):
    report(w, running)
    ids = [one.id for one in standing(running)]
    with pytest.raises(Refused):
        verifying.doubt(w.actor("officer"), running.contract, ids, " ")
    verifying.doubt(w.actor("officer"), running.contract, ids, "与探针不符")
    assert standing(running)[0].verdict is Verdict.DOUBTED
    assert owed(running) == {("OPERATOR", "figure:submit")}
    report(w, running, running.line("98"), reason="按探针更正")
    assert owed(running) == {("AGENCY", "figure:verify")}


def test_a_superseded_figure_is_not_verified(w, running):
    report(w, running)
    old = standing(running)[0].id
    report(w, running, running.line("98"), reason="更正")
    with pytest.raises(WrongState):
        verifying.verify(w.actor("officer"), running.contract, [old])


def test_a_closed_period_takes_nothing_until_another_person_opens_it(w, running):
    report(w, running)
    with pytest.raises(Refused):
        verifying.close_period(w.actor("officer"), running.contract, MARCH)
    verifying.verify(w.actor("officer"), running.contract, [one.id for one in standing(running)])
    verifying.close_period(w.actor("officer"), running.contract, MARCH)
    with pytest.raises(Refused) as refusal:
        report(w, running, running.line("98"), running.line("98", period="2026-04"), reason="更正")
    assert len(refusal.value.problems) == 1
    with pytest.raises(WrongState):
        verifying.close_period(w.actor("officer"), running.contract, MARCH)
    with pytest.raises(WrongState):
        verifying.doubt(w.actor("officer"), running.contract, [standing(running)[0].id], "不符")
    with pytest.raises(NotAllowed):
        verifying.reopen_period(w.actor("officer"), running.contract, MARCH, "重开")
    verifying.reopen_period(w.actor("signatory"), running.contract, MARCH, "运营方补充材料")
    report(w, running, running.line("98"), reason="更正")
    assert standing(running)[0].revision == 2


def test_who_closed_does_not_reopen(w, running):
    lead = person(w.org("agency"), Role.AGENCY_OFFICER, Role.AGENCY_SIGNATORY)
    verifying.close_period(lead, running.contract, MARCH)
    with pytest.raises(Refused):
        verifying.reopen_period(lead, running.contract, MARCH, "重开")


@pytest.mark.parametrize("text", ["2026-05", "2026-02", "2026-03-15"])
def test_only_ended_months_of_the_term_are_closed(w, running, text):
    with pytest.raises(Refused):
        verifying.close_period(w.actor("officer"), running.contract, Period(text))


def test_a_preview_stores_no_figure_but_is_kept_for_the_verifier(w, running):
    content = running.file(running.line("99.9"), running.line("x", service=1))
    made = preview(w.actor("operator_officer"), running.contract, Delivery(SubmissionKind.FIGURES, "a.csv", content))
    db.session.flush()
    assert (made.row_count, made.problem_count) == (2, 1)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Figure)) == 0
    assert [one.sha256 for one in queries.previews_of(running.contract)] == [made.sha256]
    assert isinstance(made, FigurePreview)


def events(running, *lines):
    return "\n".join(["at,service,status,code,response_ms", *lines]).encode()


def test_events_in_any_order_told_twice_are_the_same_events(w, running):
    one, other = running.services
    lines = [
        f"2026-03-05T10:00:00+08:00,{one},down,500,",
        f"2026-03-05T10:10:00+08:00,{one},up,200,120",
        f"2026-03-05T02:00:00Z,{one},down,500,",
        f"2026-03-04T00:00:00+08:00,{other},unknown,,",
    ]
    by = w.actor("operator_officer")
    submit_events(by, running.contract, "e.csv", events(running, *lines))
    before = queries.events_of(running.contract, MARCH.end)
    assert len(before) == 3
    receipt = submit_events(by, running.contract, "e2.csv", events(running, *reversed(lines)))
    assert (receipt.submission.new_count, receipt.unchanged) == (0, 4)
    assert queries.events_of(running.contract, MARCH.end) == before
    contrary = events(running, f"2026-03-05T10:00:00+08:00,{one},up,200,")
    with pytest.raises(Refused, match="更正理由"):
        submit_events(by, running.contract, "e3.csv", contrary)


def test_events_are_verified_as_a_whole(w, running):
    content = events(running, f"2026-03-05T10:00:00+08:00,{running.services[0]},down,,")
    made = submit_events(w.actor("operator_officer"), running.contract, "e.csv", content).submission
    assert queries.unverified_events(running.contract) == [made]
    with pytest.raises(NotAllowed):
        verifying.judge_events(w.actor("operator_officer"), made, Verdict.VERIFIED)
    verifying.judge_events(w.actor("officer"), made, Verdict.VERIFIED)
    assert queries.unverified_events(running.contract) == []
    assert owed(running) == set()


def test_flags_are_stored_with_their_numbers(w, running):
    report(w, running, running.line("100"), running.line("100", period="2026-04"), running.line("99", service=1))
    with clock.at(datetime(2026, 6, 10, tzinfo=UTC)):
        report(w, running, running.line("100", period="2026-05"))
        found = standing(running, Period("2026-05"))[0]
        (flag,) = queries.flags_on([found.id])[found.id]
    assert (flag.code, explain_flag(flag.code, flag.params)) == ("constant_full", "连续 3 期恰为 100%")


def test_every_submission_and_verdict_has_its_leaf(w, running):
    report(w, running)
    verifying.verify(w.actor("officer"), running.contract, [one.id for one in standing(running)])
    db.session.flush()
    verbs = list(db.session.scalars(sa.select(TrailEntry.verb).order_by(TrailEntry.seq.desc()).limit(2)))
    assert verbs == ["figure:verify", "figure:submit"]
    leaf = db.session.scalars(sa.select(TrailEntry).where(TrailEntry.verb == "figure:submit")).one()
    assert "sha256" in leaf.details
    assert db.session.scalars(sa.select(Verification)).one().submitted_by == w.user("operator_officer").id


def test_the_product_reads_its_own_template(w, running):
    table = table_of_csv(sheet_as_csv(template_of(running.contract)), FIGURES)
    rows = [dict(zip(table.header, cells, strict=True)) for _number, cells in table.rows]
    assert table.header == FIGURES.known
    assert {(one["service"], one["period"]) for one in rows} == {
        (code, period) for code in running.services for period in ("2026-03", "2026-04")
    }
    assert all(one["unit"] and not one["value"] for one in rows)
