"""A status event is corrected by a later file with a reason: the first telling stays, every reader takes the newest."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.audit import act
from app.core.clock import clock
from app.core.db import db
from app.core.errors import Refused, WrongState
from app.core.periods import Period
from app.core.permissions import Permission
from app.figures import queries, verifying
from app.figures.actions import preview, submit_events
from app.figures.judging import Delivery, look_at
from app.figures.kinds import EventStatus, Source, SubmissionKind, Verdict
from app.figures.models import EventCorrection, StatusEvent, Submission
from app.plans.terms import DEFAULT_TERMS
from app.service_levels.availability import percent
from app.service_levels.queries import measured
from tests.figures.conftest import LATER
from tests.separation.breaking import attempt

APRIL = Period("2026-04")
MAY = "2026-05-02T00:00"
TOLD = (("2026-03-02T00:00", "up"), ("2026-04-10T01:00", "down"), ("2026-04-10T03:00", "up"), (MAY, "up"))
MADE = (
    "INSERT INTO event_corrections (contract_id, service_id, source, at, revision, status, code, submission_id) "
    "SELECT contract_id, service_id, source, at, {revision}, 'up', '', :submission FROM status_events "
    "WHERE status = 'down'"
)


class Told:
    """A contract whose operator reports events of its first service."""

    def __init__(self, w, running) -> None:
        self.w, self.contract, self.code = w, running.contract, running.services[0]
        self.service, self.done = running.ids[self.code], 0

    def content(self, *events) -> bytes:
        return "\n".join(["at,service,status", *(f"{at}+08:00,{self.code},{status}" for at, status in events)]).encode()

    def tell(self, *events, reason="") -> Submission:
        by = self.w.actor("operator_officer")
        with self.later():
            made = submit_events(by, self.contract, "e.csv", self.content(*events), reason=reason).submission
            db.session.commit()
        return made

    def later(self):
        """One act after the other, a minute apart."""
        self.done += 1
        return clock.at(LATER + timedelta(minutes=self.done))

    def judge(self, submission, verdict=Verdict.VERIFIED, reason="") -> None:
        with self.later():
            verifying.judge_events(self.w.actor("officer"), submission, verdict, reason)
            db.session.commit()

    def april(self):
        with self.later():
            return measured(self.contract, APRIL, DEFAULT_TERMS)[self.service]

    def share(self) -> str:
        return percent(self.april().result.availability)


@pytest.fixture
def told(w, running):
    found = Told(w, running)
    found.first = found.tell(*TOLD)
    return found


def test_a_correction_needs_a_reason_and_leaves_the_first_telling(told):
    with pytest.raises(Refused) as refusal:
        told.tell(("2026-04-10T01:00", "up"))
    assert [one.place for one in refusal.value.problems] == ["reason"]
    db.session.rollback()
    made = told.tell(("2026-04-10T01:00", "up"), ("2026-04-12T00:00", "up"), ("2026-04-10T03:00", "up"), reason="误报")
    assert (made.row_count, made.new_count, made.corrected_count, made.reason) == (3, 1, 1, "误报")
    first = db.session.scalars(sa.select(StatusEvent).order_by(StatusEvent.at)).all()
    assert [one.status.value for one in first] == ["up", "down", "up", "up", "up"]
    assert [one.status.value for one in queries.events_of(told.contract, APRIL.end)] == ["up"] * 4
    assert queries.watched_since(told.contract)[told.service] == first[0].at


def test_availability_before_and_after_with_the_correction_in_its_basis(told):
    assert told.share() == "99.7222"
    told.judge(told.first)
    assert told.april().verified
    corrected = told.tell(("2026-04-10T01:00", "up"), reason="误报")
    found = told.april()
    assert (told.share(), found.count, found.verified) == ("100.0000", 0, False)
    assert corrected.id in found.submissions
    assert queries.unverified_events(told.contract, APRIL) == [corrected]
    told.judge(corrected)
    assert told.april().verified
    again = told.tell(("2026-04-10T01:00", "degraded"), reason="核对工单")
    assert again.corrected_count == 1
    assert told.share() == "99.8611"
    assert db.session.scalars(sa.select(EventCorrection.revision).order_by(EventCorrection.revision)).all() == [1, 2]


def test_the_edges_of_an_outage_are_found_by_corrected_statuses(told):
    """The outage is said to have run from March on: what was calm before April no longer is."""
    told.tell(("2026-03-02T00:00", "down"), ("2026-04-10T01:00", "up"), reason="更正")
    found = told.april()
    assert found.count == 0
    assert told.share() == "69.8611"


def test_an_event_is_taken_back_as_unknown_which_is_missing_not_up(told):
    told.tell(("2026-04-10T01:00", "unknown"), reason="监测点故障")
    found = told.april()
    assert (found.count, told.share()) == (0, "100.0000")
    assert found.result.missing > 0


def test_a_preview_shows_what_is_corrected_and_stores_nothing(told, w):
    delivery = Delivery(SubmissionKind.EVENTS, "e.csv", told.content(("2026-04-10T01:00", "up")))
    found = look_at(told.contract, Source.OPERATOR_REPORT, delivery)
    assert (found.stored_count, found.corrected_count, found.unchanged, found.problems) == (1, 1, 0, [])
    preview(w.actor("operator_officer"), told.contract, delivery)
    overlay = [queries.Event(one.service_id, one.at, EventStatus(one.status), "", None, 0) for one in found.events]
    with told.later():
        seen = measured(told.contract, APRIL, DEFAULT_TERMS, overlay=overlay)[told.service]
    assert percent(seen.result.availability) == "100.0000"
    assert told.share() == "99.7222"


def test_a_doubt_on_events_is_answered_by_a_correction(told):
    told.judge(told.first, Verdict.DOUBTED, "与工单不符")
    assert queries.unverified_events(told.contract) == []
    corrected = told.tell(("2026-04-10T01:00", "up"), reason="误报")
    # Both wait now: the correction, and the doubted file that was corrected.
    assert queries.unverified_events(told.contract) == [told.first, corrected]
    told.judge(told.first, Verdict.VERIFIED, "已更正")
    told.judge(corrected)
    assert queries.unverified_events(told.contract) == []
    assert not queries.has_doubts(told.contract)
    assert told.april().verified


def close_april(told) -> None:
    for submission in queries.unverified_events(told.contract):
        told.judge(submission)
    with told.later():
        verifying.close_period(told.w.actor("officer"), told.contract, APRIL)
        db.session.commit()


def test_a_closed_period_takes_no_correction_and_is_not_changed_by_later_ones(told):
    close_april(told)
    with pytest.raises((Refused, WrongState)) as refusal:
        told.tell(("2026-04-10T01:00", "up"), reason="误报")
    assert "已关闭" in refusal.value.problems[0].what
    db.session.rollback()
    # The service was down since March, says a later file; the closed month stays as it was.
    told.tell(("2026-03-02T00:00", "down"), reason="补正")
    assert told.share() == "99.7222"


def submission_like(told, sha256, **changes) -> Submission:
    copied = {column.key for column in sa.inspect(Submission).column_attrs} - {"id", "act_id", "sha256"}
    values = {name: getattr(told.first, name) for name in copied}
    values |= {"corrected_count": 1, "new_count": 0, "reason": "x", **changes}
    fresh = Submission(**values, sha256=sha256)
    db.session.add(fresh)
    db.session.flush()
    return fresh


@pytest.mark.parametrize(
    "closed, revision, changes, word",
    [
        (False, 1, {"corrected_count": 0, "reason": ""}, "reason"),
        (False, 1, {"kind": SubmissionKind.FIGURES}, "reason"),
        (False, 2, {}, "follows"),
        (False, 0, {}, "revision_positive"),
        (True, 1, {}, "closed"),
        (False, 1, {}, ""),
    ],
)
def test_the_database_takes_only_a_whole_correction(told, w, closed, revision, changes, word):
    delivery = Delivery(SubmissionKind.EVENTS, "p.csv", told.content(("2026-04-11T00:00", "up")))
    unused = preview(w.actor("operator_officer"), told.contract, delivery).sha256
    db.session.commit()
    if closed:
        close_april(told)
    with act(w.actor("operator_officer"), Permission.FIGURE_SUBMIT, ref="x"):
        fresh = submission_like(told, unused, **changes)
        statement, values = sa.text(MADE.format(revision=revision)), {"submission": fresh.id}
        if not word:
            assert db.session.execute(statement, values).rowcount == 1
            return
        with pytest.raises(DBAPIError, match=word), db.session.begin_nested():
            db.session.execute(statement, values)


def test_corrections_stay_and_come_only_with_their_submission(told):
    made = told.tell(("2026-04-10T01:00", "up"), reason="误报")
    assert "never deleted" in attempt(db.session, "DELETE FROM event_corrections")
    assert "never changed" in attempt(db.session, "UPDATE event_corrections SET status = 'down'")
    late = MADE.format(revision=2).replace(":submission", str(made.id))
    assert attempt(db.session, late)
    # Of a moment that was never told, there is nothing to correct.
    stray = (
        "INSERT INTO event_corrections (contract_id, service_id, source, at, revision, status, code, submission_id) "
        "SELECT contract_id, service_id, source, submitted_at, 1, 'up', '', submission_id FROM event_corrections "
        "JOIN submissions USING (contract_id, source)"
    )
    assert attempt(db.session, stray)
