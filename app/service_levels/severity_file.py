"""Severities of faults as data: how each is told, and within which time each of its clocks has to stop."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.catalogues.reading import Bilingual, Head, Reader, read_head
from app.catalogues.wording import N_, Wording

SEVERITY_KIND = "fault_severity"
LEVELS = 4


class Unit(StrEnum):
    """What a term is counted in."""

    MINUTES = "minutes"
    HOURS = "hours"
    WORKDAYS = "workdays"


class Running(StrEnum):
    """When a clock runs: day and night, or in working time only."""

    ALWAYS = "always"
    WORKING = "working"


@dataclass(frozen=True)
class Term:
    """A time that is counted: how much, in which unit, and when its clock runs."""

    amount: int
    unit: Unit
    running: Running

    @property
    def minutes(self) -> int | None:
        """The length in minutes of the clock; none where it is counted in working days."""
        return {Unit.MINUTES: self.amount, Unit.HOURS: self.amount * 60}.get(self.unit)


@dataclass(frozen=True)
class FaultSeverity:
    """`level` is 1 for the gravest. A clock that the source does not set is none, never zero."""

    head: Head
    level: int
    criteria: Bilingual
    response: Term | None
    onsite: Term | None
    restore: Term | None
    report: Term | None
    root_cause: Term | None


def parse_severity(content: dict[str, Any]) -> FaultSeverity:
    """Reads one severity strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    severity = FaultSeverity(
        head=read_head(reader),
        level=reader.whole("level"),
        criteria=reader.words("criteria"),
        response=_term(reader, "response"),
        onsite=_term(reader, "onsite"),
        restore=_term(reader, "restore"),
        report=_term(reader, "report"),
        root_cause=_term(reader, "root_cause"),
    )
    if not 1 <= severity.level <= LEVELS:
        reader.refuse("level", N_("级别不在 1 到 %(n)s 之间", n=LEVELS), N_("1 级最重。"))
    if _later(severity.response, severity.restore):
        reader.refuse("restore", N_("恢复时限短于响应时限"), N_("请核对两个时限。"))
    reader.finish()
    return severity


def _term(reader: Reader, key: str) -> Term | None:
    if not reader.has(key):
        return None
    inner = reader.inside(key)
    amount, unit = inner.whole("amount"), inner.choice("unit", Unit) or Unit.HOURS
    running = inner.choice("running", Running) or Running.ALWAYS
    if amount < 1:
        inner.refuse("amount", N_("时限应大于零"), N_("没有规定的时限请删去整项。"))
    if unit is Unit.WORKDAYS and running is not Running.WORKING:
        inner.refuse("running", N_("以工作日计的时限只在工作时间内计"), N_("请写 working。"))
    return Term(amount, unit, running)


def _later(first: Term | None, second: Term | None) -> bool:
    """Whether the first is certainly longer; terms of unlike clocks are not compared."""
    if first is None or second is None or first.running is not second.running:
        return False
    return first.minutes is not None and second.minutes is not None and first.minutes > second.minutes


# --- in words --------------------------------------------------------------------------------------------------------


def tell_severity(severity: FaultSeverity) -> Iterator[tuple[Any, Any]]:
    """A severity as labelled sentences; a clock that is not set is said to be not agreed."""
    yield N_("判定标准"), severity.criteria
    clocks = (
        (N_("响应"), severity.response),
        (N_("到达现场"), severity.onsite),
        (N_("恢复"), severity.restore),
        (N_("书面报告"), severity.report),
        (N_("根因分析"), severity.root_cause),
    )
    for label, term in clocks:
        yield label, told(term) if term is not None else N_("没有约定")


def told(term: Term) -> Wording:
    """A term with when its clock runs."""
    if term.unit is Unit.WORKDAYS:
        return N_("%(n)s 个工作日内", n=term.amount)
    length = N_("%(n)s 分钟", n=term.amount) if term.unit is Unit.MINUTES else N_("%(n)s 小时", n=term.amount)
    always = term.running is Running.ALWAYS
    return (
        N_("%(length)s内（全天计时）", length=length) if always else N_("%(length)s内（工作时间计时）", length=length)
    )
