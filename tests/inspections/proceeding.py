"""A contract with a report that waits for its inspection, and each step of the inspection by one call."""

import io

from werkzeug.datastructures import FileStorage

from app.contracts import actions as contracts
from app.core.db import db
from app.figures.actions import submit_figures
from app.inspections import actions, findings, questions, samples
from app.inspections.findings import FindingFacts
from app.inspections.jobs import assign_reports
from app.inspections.kinds import Outcome, SampleResult, Severity
from app.inspections.queries import samples_of
from tests.reports.room import MARCH, Room

LOG = "日志.pdf"


def pdf(words="x", name="整改.pdf"):
    """A small file; other words make another file."""
    return FileStorage(io.BytesIO(f"%PDF-1.4 {words}\n%%EOF\n".encode()), filename=name)


class Proceeding:
    """March 2026 is reported by figures with evidence, verified, assessed and put before the inspectorate.

    `watched`: by a file of events instead, so that every item has a value and the month a score.
    """

    def __init__(self, w, evidence=LOG, assigned=True, watched=False) -> None:
        self.w, self.room = w, Room(w, watched=watched)
        self.contract = self.room.contract
        contracts.attach_file(w.actor("operator_officer"), self.contract, pdf("log", LOG), "监测日志")
        if not watched:
            self.submit(("99.5", "99.9"), evidence)
        self.room.verify()
        self.room.produce()
        db.session.commit()
        self.report = self.room.reports(MARCH)[-1]
        if assigned:
            assign_reports()
            db.session.commit()
        self.inspection = None

    def submit(self, values, evidence=LOG, reason=""):
        """March of both services, and April as good as can be."""
        rows = ["service,indicator,period,value,evidence"]
        for code, value in zip(self.room.services, values, strict=True):
            rows.append(f"{code},KI-001,2026-03,{value},{evidence}")
            rows.append(f"{code},KI-001,2026-04,100,{LOG}")
        content = "\n".join(rows).encode()
        made = submit_figures(self.w.actor("operator_officer"), self.contract, "f.csv", content, reason)
        db.session.commit()
        return made.submission

    def newer_edition(self):
        """A corrected figure, verified and assessed anew: the next edition of March."""
        self.submit(("99.4", "99.9"), reason="更正")
        self.room.verify()
        self.room.compute(MARCH, "更正")
        return self.room.restate()

    # --- steps -------------------------------------------------------------------------------------------------------

    def take(self, by="inspector", report=None):
        self.inspection = actions.take(self.w.actor(by), report or self.report)
        db.session.commit()
        return self.inspection

    def draw(self, count=1, by="inspector"):
        made = samples.sample_at_random(self.w.actor(by), self.inspection, count)
        db.session.commit()
        return made

    def settle(self, result=SampleResult.AGREES, note="", by="inspector"):
        """Every sample that waits for its result."""
        for one in samples_of(self.inspection):
            if one.result is SampleResult.PENDING:
                samples.settle(self.w.actor(by), self.inspection, one, result, note)
        db.session.commit()

    def sampled(self):
        self.draw()
        self.settle()

    def ask(self, party="operator", text="请说明 3 月 10 日的停机情况。", workdays=3, by="inspector"):
        made = questions.ask(self.w.actor(by), self.inspection, self.w.org(party).id, text, workdays)
        db.session.commit()
        return made

    def answer(self, query, by="operator_officer", text="系例行维护。", **more):
        made = questions.answer(self.w.actor(by), query, text, **more)
        db.session.commit()
        return made

    def facts(self, party="operator", **changes):
        given = {
            "severity": Severity.MAJOR,
            "text": "报送的可用率高于监测日志。",
            "basis": "合同第 5 条",
            "organisation_id": self.w.org(party).id,
            "workdays": 10,
            "about": "",
        }
        return FindingFacts(**{**given, **changes})

    def find(self, by="inspector", **changes):
        made = findings.create(self.w.actor(by), self.inspection, self.facts(**changes))
        db.session.commit()
        return made

    def rectify(self, finding, by="operator_officer", text="已更正并补充日志。", words="", **more):
        more = more or {"upload": pdf(words or f"{finding.code} {finding.round}")}
        made = findings.rectify(self.w.actor(by), finding, text, **more)
        db.session.commit()
        return made

    def judge(self, finding, outcome=Outcome.ELIMINATED, by="second_inspector", reason="已核对日志。", workdays=None):
        made = findings.judge(self.w.actor(by), finding, outcome, reason, workdays)
        db.session.commit()
        return made

    def sign(self, by="inspector", text="抽查数据与证据相符，问题均已整改。", digest=None):
        seen = self.inspection.report.sha256 if digest is None else digest
        made = actions.sign(self.w.actor(by), self.inspection, text, seen)
        db.session.commit()
        return made
