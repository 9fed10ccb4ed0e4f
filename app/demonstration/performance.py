"""How some contracts of the demonstration are judged: a plan, then month by month reports, scores and an inspection."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random

from app.contracts.models import PeriodKind
from app.contracts.rules import add_months
from app.core.periods import Period, period_of_day
from app.core.periods import PeriodKind as Kind
from app.demonstration import judging, operating
from app.demonstration.contracts import ContractPlan
from app.demonstration.timeline import Days, Deed, Timeline

# Keys of contracts (see outlines.py; X25 is drawn for the operating project) and for how many of the last months they
# are judged.
JUDGED: Mapping[str, int] = {"S01": 4, "S04": 3, "S09": 2, "X25": 1}
# What is special about a month, counted back from the present one: 1 is the month before this.
OBJECTED = {("S04", 2)}
EXCLUDED = {("S01", 3), ("S04", 3), ("S09", 1)}
INSPECTED = {("S01", 4), ("S01", 3), ("S04", 3)}
# A figure is missing, so that the score waits.
LACKING = {("S09", 1)}
# Inspections in which the finding is still to be put right.
UNFINISHED = {("S04", 3)}


@dataclass(frozen=True)
class Month:
    """One judged month of one contract; `back` counts from the present month."""

    plan: ContractPlan
    period: Period
    back: int

    def among(self, chosen: set[tuple[str, int]]) -> bool:
        return (self.plan.key, self.back) in chosen


def tell_performance(plan: ContractPlan, timeline: Timeline, days: Days) -> None:
    """Puts the judged months of a contract on the timeline; nothing for contracts that are not chosen."""
    months = JUDGED.get(plan.key, 0)
    if not months:
        return
    first = period_of_day(Kind.MONTH, add_months(days.today.replace(day=1), -months))
    random = Random(f"performance {plan.key}")
    teller = _Teller(timeline, days, random)
    begun = max(plan.terms.term_from, first.first_day - timedelta(days=20))
    teller.sit(begun, 1, [partial(judging.propose, plan, PeriodKind.MONTH, first)])
    teller.sit(begun, 3, [partial(judging.agree, plan)])
    for back in range(months, 0, -1):
        period = period_of_day(Kind.MONTH, add_months(days.today.replace(day=1), -back))
        _tell_month(Month(plan, period, back), teller)


class _Teller:
    """Places sittings so many working days after a day, and leaves out what would lie in the present or later."""

    def __init__(self, timeline: Timeline, days: Days, random: Random) -> None:
        self.timeline, self.days, self.random = timeline, days, random

    def sit(self, after: date, workdays: int, deeds: list[Deed], begin: int = 0) -> None:
        later = [day for day in self.days.all if day > after]
        if len(later) >= workdays:
            self.timeline.sitting(later[workdays - 1], self.random, deeds, begin=begin, end=begin + 120)

    def at_night(self, day: date, deed: Deed) -> None:
        if day < self.days.today:
            self.timeline.at_night(day, deed)


def _tell_month(month: Month, teller: _Teller) -> None:
    plan, period = month.plan, month.period
    end = period.last_day
    teller.at_night(end + timedelta(days=1), partial(judging.produce, plan, period))
    teller.at_night(end + timedelta(days=1), judging.assign)
    reported: list[Deed] = [
        partial(operating.report, plan, period, month.among(LACKING)),
        partial(operating.report_events, plan, period),
    ]
    if month.among(EXCLUDED):
        reported.append(partial(operating.claim, plan, period))
    teller.sit(end, 1, reported, begin=60)
    teller.sit(end, 2, [partial(operating.decide_claims, plan), partial(operating.verify, plan, period)], begin=30)
    teller.sit(end, 2, [partial(judging.give_opinions, plan, period)], begin=240)
    if month.among(LACKING):
        return
    teller.sit(end, 3, [partial(judging.issue, plan, period)], begin=120)
    if month.among(OBJECTED):
        teller.sit(end, 4, [partial(judging.object_to, plan, period)], begin=60)
        teller.sit(end, 7, [partial(judging.decide, plan, period)], begin=60)
    else:
        teller.sit(end, 5, [partial(judging.confirm, plan, period)], begin=60)
    teller.sit(end, 8, [partial(operating.close, plan, period)], begin=30)
    teller.sit(end, 8, [partial(judging.finalise, plan, period)], begin=240)
    _tell_inspection(month, teller)


def _tell_inspection(month: Month, teller: _Teller) -> None:
    """After the final report has come; the present month's report waits on the inspectors' desk."""
    last_day = month.period.last_day
    final = [day for day in teller.days.all if day > last_day]
    if len(final) < 9:
        return
    teller.at_night(final[7] + timedelta(days=1), judging.renew)
    teller.at_night(final[7] + timedelta(days=1), judging.assign)
    if not month.among(INSPECTED):
        return
    plan, period = month.plan, month.period
    teller.sit(last_day, 9, [partial(judging.take, plan, period), partial(judging.sample, plan, period)], begin=120)
    teller.sit(last_day, 10, [partial(judging.ask, plan, period)], begin=30)
    teller.sit(last_day, 12, [partial(judging.answer, plan, period)], begin=60)
    teller.sit(last_day, 13, [partial(judging.find, plan, period)], begin=60)
    if month.among(UNFINISHED):
        return
    teller.sit(last_day, 15, [partial(judging.rectify, plan, period)], begin=60)
    teller.sit(last_day, 16, [partial(judging.judge, plan, period)], begin=60)
    teller.sit(last_day, 17, [partial(judging.sign, plan, period)], begin=60)
