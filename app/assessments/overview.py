"""What the page of a contract's assessments shows: each period owed by each plan, missing ones too, and a trend."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.assessments import queries
from app.assessments.models import Assessment, AssessmentState
from app.assessments.wording import named, period_word, scored
from app.contracts.models import Contract
from app.contracts.workflow import is_client
from app.core.actors import Actor
from app.core.charts import TrendChart, TrendPoint, trend_chart
from app.core.formats import fmt
from app.core.money import round_half_up
from app.core.periods import Period
from app.core.permissions import Permission
from app.organisations.models import in_language
from app.plans.models import Plan, PlanState
from app.plans.queries import periods_owed, plans_of, scheme_of

S = AssessmentState
# Periods that are shown at once, and points of the trend.
SHOWN = 12
# The last periods are looked at for changes since; of older ones their own page says it.
LOOKED_AT = 3
# The chart begins here, or at the lowest total when that is lower: most totals lie between 60 and 100.
LOWEST = 50
SETTLED = frozenset({S.FINAL, S.RESTATED})


@dataclass(frozen=True)
class PeriodRow:
    """One period that is owed: its newest edition, or none yet."""

    text: str
    assessment: Assessment | None
    result: dict[str, Any]
    stale: bool
    may_compute: bool
    places: int = 2

    @property
    def period(self) -> str:
        return period_word(self.text)

    @property
    def edition(self) -> int:
        return self.assessment.edition if self.assessment else 0

    @property
    def href(self) -> str:
        return url_for("assessments.detail", code=self.assessment.code) if self.assessment else ""

    @property
    def state(self) -> str:
        return str(self.assessment.state.label) if self.assessment else str(_("缺，未计算"))

    @property
    def tone(self) -> str:
        return self.assessment.state.tone if self.assessment else "bad"

    @property
    def total(self) -> str:
        if self.assessment is None:
            return fmt.MISSING
        return scored(self.result["total"], self.places) if self.result["total"] is not None else str(_("暂缓"))

    @property
    def grade(self) -> str:
        return named(self.result.get("grade"))

    @property
    def points(self) -> str:
        return fmt.decimal(self.assessment.points) if self.assessment else fmt.MISSING

    @property
    def money(self) -> str:
        return fmt.money(self.assessment.deduction_fen) if self.assessment else fmt.MISSING

    @property
    def tags(self) -> list[tuple[str, str]]:
        """What a reader of the numbers has to know."""
        if self.assessment is None:
            return []
        found = []
        if self.result["vetoes"]:
            found.append((str(_("一票否决")), "bad"))
        if self.result["total"] is None:
            found.append((str(_("缺数据，暂无总分")), "bad"))
        elif self.assessment.provisional:
            found.append((str(_("暂定")), "warn"))
        if self.stale:
            found.append((str(_("数据有变化，已过时")), "warn"))
        if self.assessment.restates_id and self.assessment.state not in SETTLED:
            found.append((str(_("重述稿，原定稿仍有效")), "info"))
        return found

    @property
    def compute(self) -> str:
        """The word on the button, or nothing where there is no use in it."""
        if not self.may_compute or (self.assessment and self.assessment.state is S.OBJECTED):
            return ""
        if self.assessment is None:
            return str(_("计算"))
        wanted = self.stale or self.assessment.provisional or self.assessment.state is S.REOPENED
        return str(_("重新计算")) if wanted or self.result["total"] is None else ""

    @property
    def needs_reason(self) -> bool:
        return self.assessment is not None and self.assessment.state not in {S.COMPUTED, S.REOPENED}

    @property
    def confirm(self) -> str:
        return str(_("数据有变化时产生新的一版，原版仍可查。")) if self.needs_reason else ""


@dataclass(frozen=True)
class PlanBlock:
    """One plan with the periods that it holds for, newest first."""

    plan: Plan
    scheme: str
    rows: list[PeriodRow]
    chart: TrendChart | None
    older: str = ""
    newer: str = ""

    @property
    def title(self) -> str:
        return str(_("%(scheme)s · %(kind)s", scheme=self.scheme, kind=self.plan.period_kind.label))

    @property
    def first(self) -> str:
        return period_word(self.plan.first_period)


@dataclass(frozen=True)
class Overview:
    """Everything templates/assessments/index.html reads."""

    actor: Actor
    contract: Contract
    blocks: list[PlanBlock] = field(default_factory=list)
    missing: int = 0
    waiting: int = 0

    @cached_property
    def may_compute(self) -> bool:
        return computes(self.actor, self.contract)


def computes(actor: Actor, contract: Contract) -> bool:
    return actor.may(Permission.ASSESSMENT_COMPUTE) and is_client(actor, contract)


def overview_of(actor: Actor, contract: Contract, until: str = "") -> Overview:
    """The newest edition of every period owed; `until` is the last period to show."""
    plans = [one for one in plans_of(contract) if one.state is PlanState.AGREED]
    stored = {(one.plan_id, one.period): one for one in queries.assessments_of(contract)}
    owed = {plan.id: periods_owed(plan) for plan in plans}
    # A plan that was replaced before its first period ended judges nothing.
    wanted = [plan for plan in plans if owed[plan.id] or plan is plans[0]]
    keys = [(plan.id, period.text) for plan in plans for period in owed[plan.id]]
    return Overview(
        actor,
        contract,
        [_block(actor, plan, owed[plan.id], stored, until) for plan in wanted],
        missing=sum(key not in stored for key in keys),
        waiting=sum(key in stored and stored[key].state not in SETTLED for key in keys),
    )


def _block(
    actor: Actor, plan: Plan, owed: Sequence[Period], stored: dict[tuple[int, str], Assessment], until: str
) -> PlanBlock:
    texts = [one.text for one in owed]
    end = texts.index(until) + 1 if until in texts else len(texts)
    start = max(0, end - SHOWN)
    may = computes(actor, plan.contract)
    scheme = scheme_of(plan)
    looked = set(texts[-LOOKED_AT:])
    rows = [
        _row(text, stored.get((plan.id, text)), scheme.rounding, may_compute=may, look=text in looked)
        for text in reversed(texts[start:end])
    ]
    name = scheme.head.name
    code = plan.contract.code
    newer = texts[min(end + SHOWN, len(texts)) - 1] if end < len(texts) else ""
    return PlanBlock(
        plan,
        in_language(name.zh, name.en),
        rows,
        _chart(plan, rows[::-1]),
        older=url_for("assessments.index", code=code, until=texts[start - 1]) if start else "",
        newer=url_for("assessments.index", code=code, until=newer) if newer else "",
    )


def _row(text: str, assessment: Assessment | None, places: int, *, may_compute: bool, look: bool) -> PeriodRow:
    if assessment is None:
        return PeriodRow(text, None, {}, False, may_compute)
    result, stale = queries.result_of(assessment), look and queries.is_stale(assessment)
    return PeriodRow(text, assessment, result, stale, may_compute, places)


def _chart(plan: Plan, rows: Sequence[PeriodRow]) -> TrendChart | None:
    """The totals as a line; a single point is no trend."""
    if len(rows) < 2:
        return None
    points = [
        TrendPoint(
            label=row.text,
            value=_as_shown(row),
            note=_note(row),
            tone="warn" if row.assessment is None or row.assessment.provisional else "",
        )
        for row in rows
    ]
    grades = scheme_of(plan).grades
    marks = [(one.at_least, in_language(one.name.zh, one.name.en)) for one in grades if one.at_least is not None]
    return trend_chart(points, bounds=(LOWEST, 100), marks=marks)


def _as_shown(row: PeriodRow) -> Decimal | None:
    """With the decimals of the scheme, as in the table below."""
    total = row.assessment.total if row.assessment else None
    return None if total is None else round_half_up(total, row.places)


def _note(row: PeriodRow) -> str:
    """The grade below the period; of a provisional result that it is one."""
    if row.assessment is None:
        return ""
    return str(_("暂定")) if row.assessment.provisional else row.grade
