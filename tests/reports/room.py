"""A contract whose March and April are over and due for a report: what was seen of it, and each step by one call."""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.assessments import actions as assessments
from app.assessments import queries as judged
from app.core.db import db
from app.core.periods import Period
from app.figures import verifying
from app.figures.actions import submit_events, submit_figures
from app.figures.kinds import Verdict
from app.figures.queries import unverified, unverified_events
from app.reports import actions
from app.reports.jobs import produce_due
from app.reports.models import Report
from tests.factories import plan

# The contract runs from 2 March 2026; ten days after their ends the reports of March and April are due.
LATER = datetime(2026, 5, 11, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
MARCH, APRIL, MAY = Period("2026-03"), Period("2026-04"), Period("2026-05")


class Room:
    """A contract in force with a monthly plan; both services watched from the first day on."""

    def __init__(self, w, watched=True) -> None:
        self.w = w
        self.contract = w.contract("in_force")
        self.plan = plan(w, self.contract)
        self.services = [line.service.code for line in self.contract.current.lines]
        if watched:
            self.watch(("2026-03-10T01:00:00", "2026-03-10T05:00:00"))
        db.session.commit()

    def watch(self, *down, name="events.csv", services=None):
        """Events of (both) services: up from the beginning, the first one down in the given stretches."""
        watched = self.services if services is None else services
        rows = ["at,service,status", *(f"2026-03-02T00:00:00+08:00,{code},up" for code in watched)]
        for begin, end in down:
            rows += [f"{begin}+08:00,{self.services[0]},down", f"{end}+08:00,{self.services[0]},up"]
        submit_events(self.w.actor("operator_officer"), self.contract, name, "\n".join(rows).encode())
        db.session.commit()

    def report_figure(self, value, period="2026-03", evidence="", reason=""):
        """The second service's availability as a figure."""
        head = "service,indicator,period,value,evidence"
        row = f"{self.services[1]},KI-001,{period},{value},{evidence}"
        submit_figures(self.w.actor("operator_officer"), self.contract, "f.csv", f"{head}\n{row}".encode(), reason)
        db.session.commit()

    def verify(self):
        officer = self.w.actor("officer")
        for one in unverified_events(self.contract):
            verifying.judge_events(officer, one, Verdict.VERIFIED)
        waiting = list(db.session.scalars(unverified(self.contract)))
        if waiting:
            verifying.verify(officer, self.contract, waiting)
        db.session.commit()

    def produce(self):
        """What the scheduler does in one slot; the reports as they stand then."""
        produce_due()
        return self.reports()

    def reports(self, period=None):
        """Reports by period and edition."""
        chosen = sa.select(Report).order_by(Report.starts_at, Report.edition)
        return list(db.session.scalars(chosen if period is None else chosen.where(Report.period == period.text)))

    def compute(self, period=MARCH, reason=""):
        made = assessments.compute(self.w.actor("officer"), self.contract, self.plan, period, reason)
        db.session.commit()
        return made

    def final(self, period=MARCH):
        """The newest assessment of a period, published, confirmed, closed and made final."""
        made = judged.newest(self.contract, self.plan, period) or self.compute(period)
        assessments.issue(self.w.actor("second_officer"), made)
        assessments.confirm(self.w.actor("operator_signatory"), made, made.result_sha256)
        verifying.close_period(self.w.actor("officer"), self.contract, period)
        assessments.finalise(self.w.actor("signatory"), made)
        db.session.commit()
        return made

    def reopen(self, period=MARCH):
        verifying.reopen_period(self.w.actor("signatory"), self.contract, period, "补报")
        db.session.commit()

    def restate(self, by="officer", period=MARCH, reason="补充证据"):
        made = actions.restate(self.w.actor(by), self.contract, self.plan, period, reason)
        db.session.commit()
        return made
