"""A contract whose March is over, with a plan that people judge in too; each step of an assessment by one call."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.assessments import actions, queries
from app.core.periods import Period
from app.figures import verifying
from app.figures.actions import submit_events, submit_figures
from app.figures.kinds import Verdict
from app.figures.queries import unverified_events
from app.plans.models import Plan
from tests.factories import plan, scheme_entry

# The contract runs from 2 March 2026; in May its months 03 and 04 are over.
LATER = datetime(2026, 5, 11, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
MARCH, APRIL = Period("2026-03"), Period("2026-04")
ITEM = "co-operation"


class Season:
    """A contract in force with a monthly plan of SC-MONTH: availability and outages from events, one item by people."""

    def __init__(self, w) -> None:
        self.w = w
        self.contract = w.contract("in_force")
        self.services = [line.service.code for line in self.contract.current.lines]
        self.plan: Plan = plan(w, self.contract, scheme=scheme_entry("SC-MONTH"))

    def watch(self, *down: tuple[str, str], name: str = "events.csv") -> None:
        """Events of both services: up from the beginning, the first one down in the given stretches."""
        lines = ["at,service,status"]
        lines += [f"2026-03-02T00:00:00+08:00,{code},up" for code in self.services]
        for begin, end in down:
            lines += [f"{begin}+08:00,{self.services[0]},down", f"{end}+08:00,{self.services[0]},up"]
        submit_events(self.w.actor("operator_officer"), self.contract, name, "\n".join(lines).encode())

    def report(self, *values: str, evidence: str = "") -> None:
        """KI-001 of March as the operator reports it, service by service."""
        lines = ["service,indicator,period,value,evidence"]
        lines += [
            f"{code},KI-001,2026-03,{value},{evidence}" for code, value in zip(self.services, values, strict=False)
        ]
        content = "\n".join(lines).encode()
        submit_figures(self.w.actor("operator_officer"), self.contract, "figures.csv", content)

    def verify(self) -> None:
        for one in unverified_events(self.contract):
            verifying.judge_events(self.w.actor("officer"), one, Verdict.VERIFIED)

    def opine(self, *scores: str, by=("officer", "second_officer")) -> None:
        for person, score in zip(by, scores, strict=False):
            actor = self.w.actor(person)
            actions.give_opinion(actor, self.contract, self.plan, MARCH, ITEM, Decimal(score), "按期整改，演练一次缺席")

    def compute(self, by="officer", reason=""):
        return actions.compute(self.w.actor(by), self.contract, self.plan, MARCH, reason)

    def ready(self):
        """Everything judged: events verified, two opinions given; the computed edition."""
        self.watch(("2026-03-10T01:00:00", "2026-03-10T05:00:00"))
        self.verify()
        self.opine("86", "90")
        return self.compute()

    def issued(self):
        return actions.issue(self.w.actor("officer"), self.ready())

    def confirmed(self):
        one = self.issued()
        return actions.confirm(self.w.actor("operator_signatory"), one, one.result_sha256)

    def objected(self):
        one = self.issued()
        items = [{"service": self.services[0], "code": "KI-001"}]
        return actions.object_to(self.w.actor("operator_officer"), one, items, "机房断电，非我方原因")

    def close(self):
        verifying.close_period(self.w.actor("officer"), self.contract, MARCH)

    def finalise(self):
        return actions.finalise(self.w.actor("signatory"), self.newest())

    def newest(self):
        return queries.newest(self.contract, self.plan, MARCH)
