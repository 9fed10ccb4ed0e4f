"""A contract in force with its plan and two months over: data in and judged, each step of an edition by one call."""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.assessments import actions, queries
from app.core.db import db
from app.core.periods import Period
from app.figures import verifying
from app.figures.actions import submit_events, submit_figures
from app.figures.kinds import SubmissionKind, Verdict
from app.figures.measures import agreed_version
from app.figures.models import Submission
from app.figures.queries import unverified

# The contract runs from 2 March 2026; in May its months 03 and 04 are over.
LATER = datetime(2026, 5, 11, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
MARCH, APRIL = Period("2026-03"), Period("2026-04")
HEADER = "service,indicator,period,value,denominator,channel,reason,evidence"


class Room:
    """A contract in force with its plan; `report` and `tell` bring data, `verify` judges all of it."""

    def __init__(self, w, contract, made) -> None:
        self.w, self.contract, self.plan = w, contract, made
        lines = agreed_version(contract).lines
        self.codes = [line.service.code for line in lines]
        self.ids = [line.service_id for line in lines]
        self.told = 0

    def report(self, *rows, by="operator_officer", reason="", verified=True):
        """Rows as (service number, indicator, period, value[, denominator[, channel[, reason[, evidence]]]])."""
        lines = [",".join([self.codes[number], *(str(cell) for cell in cells)]) for number, *cells in rows]
        content = "\n".join([HEADER, *(f"{line}{',' * (7 - line.count(','))}" for line in lines)]).encode()
        made = submit_figures(self.w.actor(by), self.contract, "f.csv", content, reason).submission
        db.session.commit()
        if verified:
            self.verify()
        return made

    def tell(self, *events, service=0, verified=True):
        """Events as ("04-10T01:00", "down"), in Shanghai's time."""
        return self.tell_all([(at, status, service) for at, status in events], verified)

    def tell_all(self, events, verified=True):
        """Events with the number of their service."""
        self.told += 1
        rows = [f"2026-{at}+08:00,{self.codes[service]},{status},{self.told}" for at, status, service in events]
        content = "\n".join(["at,service,status,code", *rows]).encode()
        made = submit_events(self.w.actor("operator_officer"), self.contract, "e.csv", content).submission
        if verified:
            verifying.judge_events(self.w.actor("officer"), made, Verdict.VERIFIED)
        db.session.commit()
        return made

    def calm(self, *outages):
        """Both services watched from the first day on, the first one down for these stretches (begin, end)."""
        for service in range(len(self.codes)):
            downs = [one for begin, end in outages for one in ((begin, "down"), (end, "up"))] if service == 0 else []
            self.tell(("03-02T00:00", "up"), *downs, service=service)

    def verify(self):
        waiting = list(db.session.scalars(unverified(self.contract)))
        if waiting:
            verifying.verify(self.w.actor("officer"), self.contract, waiting)
        for one in db.session.scalars(sa.select(Submission).where(Submission.kind == SubmissionKind.EVENTS)).all():
            verifying.judge_events(self.w.actor("officer"), one, Verdict.VERIFIED)
        db.session.commit()

    def close(self, period=MARCH):
        verifying.close_period(self.w.actor("officer"), self.contract, period)
        db.session.commit()

    def compute(self, period=MARCH, by="officer", reason=""):
        made = actions.compute(self.w.actor(by), self.contract, self.plan, period, reason)
        db.session.commit()
        return made

    def result(self, period=MARCH):
        return queries.result_of(self.compute(period))

    def issued(self, period=MARCH, by="second_officer"):
        made = actions.issue(self.w.actor(by), self.compute(period))
        db.session.commit()
        return made

    def confirmed(self, period=MARCH):
        made = self.issued(period)
        actions.confirm(self.w.actor("operator_signatory"), made, made.result_sha256)
        db.session.commit()
        return made

    def final(self, period=MARCH):
        made = self.confirmed(period)
        self.close(period)
        actions.finalise(self.w.actor("signatory"), made)
        db.session.commit()
        return made
