"""What the database itself refuses about figures, whoever writes to it (I4, I5, I9 and the closed period)."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.audit import act
from app.core.db import db
from app.core.periods import Period
from app.core.permissions import Permission
from app.figures import queries, verifying
from app.figures.actions import preview, submit_events, submit_figures
from app.figures.judging import Delivery
from app.figures.kinds import SubmissionKind, Verdict
from app.figures.models import Submission
from app.figures.queries import unverified_events
from app.subjects.models import Party, SubjectPerson
from tests.separation.breaking import attempt

MARCH = Period("2026-03")
SUBMISSION = (
    "INSERT INTO submissions (id, act_id, contract_id, subject_id, organisation_id, side, party_role, user_id, source, "
    "kind, sha256, sm3, row_count, new_count, corrected_count, submitted_at, reason, note) "
    "SELECT 999, :act, contract_id, subject_id, :organisation, :side, :role, :person, :source, kind, :content, sm3, "
    "row_count, new_count, corrected_count, submitted_at, reason, note FROM submissions WHERE id = :like"
)
VERIFICATION = (
    "INSERT INTO verifications (id, act_id, submission_id, contract_id, subject_id, submitted_by, submitter_org_id, "
    "organisation_id, side, user_id, verdict, reason, verified_at, figure_count) "
    "SELECT 999, :act, id, contract_id, subject_id, :submitted_by, :submitter_org, :organisation, :side, :person, "
    "'verified', '', submitted_at, 1 FROM submissions WHERE id = :like"
)
FIGURE = (
    "INSERT INTO figures (id, contract_id, service_id, indicator_code, indicator_entry_id, period, starts_at, ends_at, "
    "channel, source, revision, standing, value, reason, evidence, note, submission_id) "
    "SELECT 999, contract_id, service_id, indicator_code, indicator_entry_id, period, starts_at, ends_at, 'x', source, "
    "{revision}, standing, value, reason, evidence, note, submission_id FROM figures WHERE id = {like}"
)


class Ids:
    """The rows that attacks are made from."""

    def __init__(self, w, running) -> None:
        self.w, self.contract = w, running.contract
        by = w.actor("operator_officer")
        self.submission = submit_figures(by, running.contract, "f.csv", running.file()).submission
        lines = f"at,service,status\n2026-03-05T10:00:00+08:00,{running.services[0]},down\n"
        submit_events(by, running.contract, "e.csv", lines.encode())
        self.figure = queries.current_figures(running.contract, MARCH)[0].id
        # A file that was only looked at: evidence of the contract, and free for an attack.
        looked_at = Delivery(SubmissionKind.FIGURES, "p.csv", running.file(running.line("98")))
        self.unused = preview(by, running.contract, looked_at).sha256
        db.session.commit()

    def submission_values(self, **changes):
        values = {
            "organisation": self.w.org("operator").id,
            "side": "operation",
            "role": "operator",
            "person": self.w.user("operator_officer").id,
            "source": "operator_report",
            "like": self.submission.id,
            "content": self.unused,
        }
        return {**values, **changes}

    def verification_values(self, **changes):
        values = {
            "submitted_by": self.submission.user_id,
            "submitter_org": self.submission.organisation_id,
            "organisation": self.w.org("agency").id,
            "side": "management",
            "person": self.w.user("officer").id,
            "like": self.submission.id,
        }
        return {**values, **changes}


@pytest.fixture
def ids(w, running):
    return Ids(w, running)


def refused(statement, values=None):
    return attempt(db.session, statement, values)


def test_only_a_party_of_the_contract_submits(ids):
    w = ids.w
    assert refused(SUBMISSION, ids.submission_values()) == ""
    # The very file of an earlier submission, and a file that is no evidence of this contract.
    assert refused(SUBMISSION, ids.submission_values(content=ids.submission.sha256))
    assert refused(SUBMISSION, ids.submission_values(content="1" * 64))
    for changes in (
        {"organisation": w.org("rival").id},
        {"organisation": w.org("agency").id},
        {"organisation": w.org("agency").id, "role": "client", "side": "management"},
        {"person": w.user("rival_officer").id},
        {"person": w.user("officer").id},
        {"role": "builder"},
        {"source": "agency_log"},
        {"source": "third_party", "side": "supervision"},
    ):
        assert refused(SUBMISSION, ids.submission_values(**changes)), changes


def test_a_verdict_is_given_by_another_person_of_another_side(ids):
    w = ids.w
    assert refused(VERIFICATION, ids.verification_values()) == ""
    operator = {"organisation": w.org("operator").id, "person": w.user("operator_officer").id, "side": "operation"}
    for changes in (
        operator,
        {**operator, "side": "management"},
        {"person": w.user("operator_officer").id},
        {"organisation": w.org("operator").id},
        {"submitted_by": w.user("officer").id},
        {"submitter_org": w.org("agency").id},
        {"person": w.user("rival_officer").id},
        {"side": "supervision"},
    ):
        assert refused(VERIFICATION, ids.verification_values(**changes)), changes


@pytest.mark.parametrize(
    "table", ["submissions", "figures", "status_events", "verifications", "verified_figures", "figure_flags"]
)
def test_what_was_reported_and_judged_never_changes(w, ids, table):
    verifying.verify(w.actor("officer"), ids.contract, [ids.figure])
    db.session.commit()
    if table == "figure_flags":
        return
    assert "never deleted" in refused(f"DELETE FROM {table}")
    column = {"status_events": "code", "verified_figures": "submission_id", "figures": "value"}.get(table, "user_id")
    assert "never changed" in refused(f"UPDATE {table} SET {column} = {column}")


def test_rows_come_only_with_their_submission(ids):
    assert "only together" in refused(FIGURE.format(revision=1, like=ids.figure))
    moment = "UPDATE status_events SET at = at"
    assert "never changed" in refused(moment)


def test_a_revision_follows_the_one_before(ids):
    assert "follows" in refused(FIGURE.format(revision=3, like=ids.figure)) or "only together" in refused(
        FIGURE.format(revision=3, like=ids.figure)
    )


def judge_all(w, ids):
    """Figures and events: a period is closed when all of it has been judged."""
    verifying.verify(w.actor("officer"), ids.contract, [ids.figure])
    for submission in unverified_events(ids.contract):
        verifying.judge_events(w.actor("officer"), submission, Verdict.VERIFIED)


def test_a_closed_period_takes_no_row_by_sql(w, running, ids):
    judge_all(w, ids)
    verifying.close_period(w.actor("officer"), ids.contract, MARCH)
    db.session.flush()
    session = db.session
    # Within one act, as the application would write it: a submission and rows of the closed month.
    figure = FIGURE.format(revision=1, like=ids.figure).replace("submission_id FROM", ":submission FROM")
    copied = {column.key for column in sa.inspect(Submission).column_attrs} - {"id", "act_id", "sha256"}
    with act(w.actor("operator_officer"), Permission.FIGURE_SUBMIT, ref="x"):
        values = {name: getattr(ids.submission, name) for name in copied}
        fresh = Submission(**values, sha256=ids.unused)
        session.add(fresh)
        session.flush()
        with pytest.raises(DBAPIError, match="closed"), session.begin_nested():
            session.execute(sa.text(figure), {"submission": fresh.id})
        moment = "'2026-03-06 00:00:00.000000'"
        at = moment if session.get_bind().dialect.name == "sqlite" else f"TIMESTAMPTZ {moment}"
        event = (
            f"INSERT INTO status_events SELECT contract_id, service_id, source, {at}, status, code, response_ms, "
            ":submission FROM status_events"
        )
        with pytest.raises(DBAPIError, match="closed"), session.begin_nested():
            session.execute(sa.text(event), {"submission": fresh.id})


def test_a_closed_period_is_reopened_by_another_person_only(w, ids):
    judge_all(w, ids)
    closed = verifying.close_period(w.actor("officer"), ids.contract, MARCH)
    db.session.commit()
    same = (
        "UPDATE closed_periods SET act_id = :act, reopened_at = closed_at, reopened_by = closed_by, reopen_reason = 'x'"
    )
    assert refused(same)
    assert "never changes" in refused("UPDATE closed_periods SET act_id = :act, ends_at = starts_at")
    assert "never deleted" in refused("DELETE FROM closed_periods")
    verifying.reopen_period(w.actor("signatory"), ids.contract, MARCH, "补报")
    db.session.commit()
    assert closed.reopened_by == w.user("signatory").id
    assert refused("UPDATE closed_periods SET act_id = :act, reopen_reason = 'y'")


def test_parties_and_people_behind_a_submission_stay(w, ids):
    operator = w.org("operator").id
    party = db.session.scalars(
        sa.select(Party).where(Party.subject_id == ids.contract.subject_id, Party.organisation_id == operator)
    ).first()
    assert refused("DELETE FROM parties WHERE id = :id", {"id": party.id})
    person = db.session.scalars(sa.select(SubjectPerson).where(SubjectPerson.organisation_id == operator)).first()
    assert refused("DELETE FROM subject_people WHERE id = :id", {"id": person.id})
