"""What the database itself refuses about reports, whoever writes to it."""

from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from app.core.clock import clock
from app.core.db import db
from app.reports.models import Report
from tests.reports.room import LATER, MARCH, Room
from tests.separation.breaking import attempt, is_sqlite

COLUMNS = [one.key for one in sa.inspect(Report).column_attrs if one.key not in {"id", "act_id"}]
FILE = (
    "INSERT INTO report_files (id, act_id, report_id, kind, sha256, sm3, size) "
    "VALUES (999, :act, :report, 'pdf', :digest, :digest, 1)"
)
RUN = (
    "INSERT INTO report_runs (plan_id, period, edition, report_code, claimed_at) "
    "SELECT plan_id, :period, 1, :code, produced_at FROM reports WHERE id = :like"
)


def insert(**changes):
    """A copy of a report with some columns as SQL says."""
    chosen = ", ".join(changes.get(one, one) for one in COLUMNS)
    named = ", ".join(COLUMNS)
    return f"INSERT INTO reports (id, act_id, {named}) SELECT 999, :act, {chosen} FROM reports WHERE id = :like"


@pytest.fixture
def report(room):
    """The first edition for March."""
    return room.produce()[0]


def refused(statement, report, **values):
    given = {"like": report.id, "report": report.id, **values}
    used = {key: value for key, value in given.items() if f":{key}" in statement}
    return attempt(db.session, statement, used)


NEXT = {
    "code": "'BG-X'",
    "edition": "edition + 1",
    "supersedes_id": "id",
    "reason": "'更正'",
    "state": "'produced'",
    "produced_by": "NULL",
}


def test_a_second_edition_follows_the_first(report):
    assert refused(insert(**NEXT), report) == ""


UNFOUNDED = {
    "the code of another": {"code": "code"},
    "a first edition twice": {"edition": "1", "supersedes_id": "NULL"},
    "an edition left out": {"edition": "3"},
    "superseding nothing": {"supersedes_id": "NULL"},
    "superseding another period's": {"supersedes_id": "(SELECT max(id) FROM reports)"},
    "without a reason": {"reason": "''"},
    "born signed": {"state": "'signed'"},
    "born superseded": {"state": "'superseded'"},
    "by the operator's side": {"side": "'operation'"},
    "showing another period's assessment": {"assessment_id": "(SELECT max(id) FROM assessments)"},
    "of a plan that is not there": {"plan_id": "plan_id + 1"},
    "of another contract": {"contract_id": "contract_id + 1"},
    "fewer gaps than none": {"evidence_gaps": "-1"},
    "half a digest": {"sha256": "'abc'"},
    "without content": {"content": "''"},
    "of no time": {"ends_at": "starts_at"},
}


def test_an_edition_that_does_not_follow_is_refused(report):
    let_through = [what for what, changes in UNFOUNDED.items() if not refused(insert(**{**NEXT, **changes}), report)]
    assert let_through == []


def test_only_a_person_of_the_managements_side_produces(room, report):
    people = ("officer", "operator_officer", "rival_officer", "other_officer")
    by = {key: insert(**{**NEXT, "produced_by": str(room.w.user(key).id)}) for key in people}
    assert [key for key, statement in by.items() if not refused(statement, report)] == ["officer"]


OTHERWISE = {
    "supersedes_id": "id",
    "produced_by": "(SELECT min(id) FROM users)",
    "side": "'operation'",
    "starts_at": "ends_at",
    "ends_at": "starts_at",
    "produced_at": "starts_at",
    **{name: f"{name} + 1" for name in ("edition", "contract_id", "subject_id", "plan_id", "assessment_id")},
    "evidence_gaps": "evidence_gaps + 1",
}


def otherwise(column):
    return OTHERWISE.get(column, f"{column} || 'x'")


def test_what_a_report_says_never_changes(report):
    fixed = {*COLUMNS} - {"state", "row_version"}
    statements = {
        column: f"UPDATE reports SET act_id = :act, {column} = {otherwise(column)} WHERE id = :like"
        for column in sorted(fixed)
    }
    assert [column for column, statement in statements.items() if not refused(statement, report)] == []


def test_a_report_is_superseded_by_a_newer_edition_only(room, report):
    moved = "UPDATE reports SET act_id = :act, state = 'superseded' WHERE id = :like"
    assert "newer edition" in refused(moved, report)
    room.verify()
    room.restate()
    back = "UPDATE reports SET act_id = :act, state = 'produced' WHERE id = :like"
    assert "cannot move" in refused(back, report)


def test_nothing_of_a_report_goes_or_comes_without_an_act(report):
    for table in ("reports", "report_files", "report_runs"):
        assert "never deleted" in attempt(db.session, f"DELETE FROM {table}")
    assert "never changed" in attempt(db.session, "UPDATE report_files SET size = 1")
    assert "never changed" in attempt(db.session, "UPDATE report_runs SET report_code = 'x'")
    assert "new act" in attempt(db.session, "UPDATE reports SET state = state")


def test_a_file_comes_only_with_its_report(report):
    assert "together with their report" in refused(FILE, report, digest="1" * 64)


SIGN = "UPDATE reports SET act_id = :act, state = 'signed' WHERE id = :like"


@contextmanager
def without_inspections():
    """Takes away the guard of the room above, which asks for a conclusion, so that this room's own are seen."""
    name = "reports_signed_by_conclusion"
    savepoint = db.session.begin_nested()
    db.session.execute(sa.text(f"DROP TRIGGER {name}" if is_sqlite(db.session) else f"DROP TRIGGER {name} ON reports"))
    yield
    savepoint.rollback()


def test_a_report_is_signed_in_its_newest_edition_only(room, report):
    with without_inspections():
        assert refused(SIGN, report) == ""
    room.verify()
    second = room.restate()
    with without_inspections():
        assert "cannot move" in refused(SIGN, report) or "newest edition" in refused(SIGN, report)
        assert refused(SIGN, second) == ""


def test_a_report_with_gaps_of_evidence_is_not_signed(w):
    with clock.at(LATER):
        room = Room(w, watched=False)
        room.watch(services=room.services[:1])
        room.report_figure("99.95", evidence="not-stored.zip")
        room.verify()
        report = room.produce()[0]
        assert report.evidence_gaps == 1
        with without_inspections():
            assert "without gaps of evidence" in refused(SIGN, report)


def test_a_run_stands_only_with_its_report(report):
    for period, code in (("2026-05", "BG-NOT-THERE"), ("2026-05", report.code), (MARCH.text, report.code)):
        assert refused(RUN, report, period=period, code=code), (period, code)


def test_a_run_is_of_a_first_edition(report):
    run = RUN.replace("SELECT plan_id, :period, 1", "SELECT plan_id, :period, 2")
    assert refused(run, report, period="2026-05", code=report.code)
