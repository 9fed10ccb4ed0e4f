"""What the pages of reports show: the content in the reader's language, with editions, files and what is owed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.assessments.models import AssessmentState
from app.contracts.models import Contract
from app.core.actors import Actor
from app.core.charts import TrendChart, TrendPoint, trend_chart
from app.core.formats import fmt
from app.core.permissions import Permission
from app.organisations.models import in_language
from app.reports import queries
from app.reports.grids import Cell, Grid, Moment, Money, Number, Seconds
from app.reports.models import Report, ReportState
from app.reports.sections import Section, missing, period_name, plain, sections
from app.reports.wording import MISSING, ROLES, Said, tell, word
from app.reports.workflow import of_the_client

P = Permission


def say(value: Said) -> str:
    """Anything a content says, in the reader's language."""
    return tell(value, lambda msgid, values: _(msgid, **values), lambda name: in_language(name["zh"], name["en"]))


# --- tables ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownCell:
    """A cell as templates draw it: its first line, quieter lines below, and what kind of thing it is."""

    lines: tuple[str, ...]
    end: bool
    code: bool
    missing: bool
    digest: bool = False


@dataclass(frozen=True)
class ShownGrid:
    title: str
    heads: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[ShownCell, ...], ...]
    strong: bool
    note: str = ""


@dataclass(frozen=True)
class ShownSection:
    key: str
    title: str
    texts: tuple[str, ...]
    grids: tuple[ShownGrid, ...]
    chart: TrendChart | None


def _cell(cell: Cell, end: bool, code: bool) -> ShownCell:
    text = "" if cell == "" else say(plain(cell))
    number = isinstance(cell, Number | Money | Seconds | Moment)
    digest = code and len(text) == 64
    lines = tuple(text.split("\n")) if not number else (text,)
    return ShownCell(lines, end, code, cell != "" and missing(cell), digest)


def _grid(grid: Grid) -> ShownGrid:
    rows = tuple(
        tuple(_cell(cell, column.end, column.code) for cell, column in zip(row, grid.columns, strict=True))
        for row in grid.rows
    )
    heads = tuple((say(column.label), column.end) for column in grid.columns)
    return ShownGrid(say(grid.title).replace("\n", " "), heads, rows, grid.strong, say(grid.note) if grid.note else "")


def _section(section: Section, content: dict[str, Any]) -> ShownSection:
    return ShownSection(
        key=section.key,
        title=say(section.title),
        texts=tuple(say(text) for text in section.texts),
        grids=tuple(_grid(grid) for grid in section.grids),
        chart=_chart(content) if section.trend and len(content["trend"]) > 1 else None,
    )


def _chart(content: dict[str, Any]) -> TrendChart:
    points = [
        TrendPoint(one["period"], None if one["total"] is None else Decimal(one["total"]), say(one["grade"] or ""))
        for one in content["trend"]
    ]
    return trend_chart([_without_dash(one) for one in points])


def _without_dash(point: TrendPoint) -> TrendPoint:
    return TrendPoint(point.label, point.value) if point.note == MISSING else point


# --- one report ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReportPage:
    """Everything templates/reports/detail.html reads; what the report says comes from its content alone."""

    report: Report
    content: dict[str, Any]
    sections: tuple[ShownSection, ...]
    editions: list[Report]
    may_restate: bool
    moved: queries.Outdated | None

    @property
    def title(self) -> str:
        period = say(period_name(self.content["period"]["text"]))
        return str(_("%(contract)s %(period)s绩效报告", contract=self.content["contract"]["title"], period=period))

    @property
    def newer(self) -> Report | None:
        return self.editions[0] if self.editions[0].edition > self.report.edition else None

    @property
    def parties(self) -> list[tuple[str, str]]:
        return [(say(word(ROLES, one["role"])), say(one["name"])) for one in self.content["parties"]]

    @property
    def is_final(self) -> bool:
        return bool(self.content["assessment"]["state"] == AssessmentState.FINAL.value)

    @property
    def figures(self) -> list[dict[str, Any]]:
        """The key numbers; what is held or missing is None and shown as such."""
        result, gaps = self.content["result"], len(self.content["gaps"])
        found = result["deductions"]
        return [
            {"label": _("得分"), "value": result["total"], "note": "" if result["total"] else say(result["reason"])},
            {"label": _("等级"), "value": say(result["grade"]) if result["grade"] else None},
            {"label": _("扣分"), "value": found["points"]},
            {"label": _("净扣款"), "value": None if found["net_fen"] is None else fmt.money(found["net_fen"])},
            {"label": _("缺口与疑点"), "value": str(gaps), "tone": "warn" if gaps else "", "href": "#gaps"},
        ]

    @property
    def files(self) -> list[tuple[str, str, Any]]:
        """Kind, its ending, and the stored file."""
        return [(str(one.kind.label), one.kind.value, one) for one in self.report.files]


def report_page(actor: Actor, report: Report) -> ReportPage:
    content = queries.content_of(report)
    editions = queries.editions_of(report)
    newest = editions[0].id == report.id
    may = actor.may(P.REPORT_PRODUCE) and of_the_client(actor, report) and newest
    return ReportPage(
        report=report,
        content=content,
        sections=tuple(_section(one, content) for one in sections(content)),
        editions=editions,
        may_restate=may and report.state in {ReportState.PRODUCED, ReportState.SIGNED},
        moved=queries.outdated_of(report.id) if newest else None,
    )


# --- reports of a contract -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ContractReports:
    """The periods of a contract: with a report, or waiting for one."""

    contract: Contract
    reports: list[Report]
    waiting: list[queries.Owed]

    @property
    def late(self) -> int:
        return sum(one.late for one in self.waiting)


def contract_reports(contract: Contract) -> ContractReports:
    return ContractReports(contract, queries.reports_of(contract), queries.waiting_of(contract))
