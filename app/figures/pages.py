"""What the pages of a contract's figures show: the matrix, one preview, what waits for verification, one figure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.contracts.models import Contract
from app.contracts.workflow import is_client
from app.core.actors import Actor
from app.core.formats import fmt
from app.core.periods import Period, PeriodKind
from app.core.permissions import Permission
from app.evidence import store
from app.evidence.models import EvidenceFile
from app.figures import queries
from app.figures.evidence import resolve, unproven
from app.figures.figure_rules import MILLION, FigureRow, Measure, RowProblem
from app.figures.forecasts import Forecast, forecasts_of
from app.figures.judging import Delivery, Findings, look_at
from app.figures.kinds import FROM_EVENTS, SOURCE_ROLES, EventStatus, Source, Standing
from app.figures.measures import agreed_version, closed_periods, measures_of, periods_due
from app.figures.models import Figure, FigureFlag, FigurePreview, Submission, Verification
from app.figures.queries import CurrentFigure
from app.figures.reading import FileFlaw
from app.figures.template_file import TemplateRow, template_xlsx
from app.figures.verdicts import own_sheaves
from app.figures.wording import explain_file, explain_flag, kind_word, place_of, problem_rows, reason_of
from app.subjects.queries import parties_of

COLUMNS = {"month": 6, "quarter": 6, "year": 5}
SHOWN_PROBLEMS, SHOWN_ROWS, SHOWN_FLAGS = 200, 100, 50


@dataclass(frozen=True)
class Cell:
    """One service × indicator × period as the matrix shows it: missing, zero and not required look different."""

    text: str
    tone: str = ""
    tag: str = ""
    flagged: bool = False
    href: str = ""


@dataclass(frozen=True)
class Matrix:
    """Everything templates/figures/index.html reads."""

    contract: Contract
    kind: str
    kinds: list[tuple[str, str]]
    source: Source
    periods: list[Period]
    closed: frozenset[str]
    rows: list[tuple[Measure, str, list[Cell]]]
    missing: int
    waiting: int
    older: str
    newer: str
    may_submit: bool
    may_verify: bool
    may_close: bool
    may_reopen: bool
    submissions: list[Submission]


def matrix_of(actor: Actor, contract: Contract, kind: str, source: Source, until: str) -> Matrix:
    """The figures of the periods of one kind, the latest by default; queries do not grow with services or periods."""
    measures = measures_of(contract)
    kinds = [one for one in COLUMNS if any(measure.due == one for measure in measures)] or ["month"]
    kind = kind if kind in kinds else kinds[0]
    due = periods_due(contract, PeriodKind(kind))
    shown, older, newer = _slice(due, until, COLUMNS[kind])
    stored = queries.current_figures(contract, shown, source)
    flagged = queries.flags_on(one.id for one in stored)
    watched = queries.watched_since(contract, source)
    rows = _rows(Grid(contract, shown, stored, flagged, watched), [one for one in measures if one.due == kind])
    own = is_client(actor, contract)
    return Matrix(
        contract=contract,
        kind=kind,
        kinds=[(one, kind_word(PeriodKind(one))) for one in kinds],
        source=source,
        periods=shown,
        closed=frozenset(one.period for one in closed_periods(contract)),
        rows=rows,
        missing=sum(cell.tone == "bad" and not cell.tag for _one, _channel, cells in rows for cell in cells),
        waiting=queries.count_unverified(contract),
        older=older,
        newer=newer,
        may_submit=actor.may(Permission.FIGURE_PREVIEW) and reports(actor, contract),
        may_verify=actor.may(Permission.FIGURE_VERIFY),
        may_close=own and actor.may(Permission.PERIOD_CLOSE),
        may_reopen=own and actor.may(Permission.PERIOD_REOPEN),
        submissions=queries.submissions_of(contract, 8),
    )


def reports(actor: Actor, contract: Contract) -> bool:
    """Whether the actor's organisation reports figures of this contract."""
    return any(
        one.organisation_id == actor.organisation_id and one.role in SOURCE_ROLES
        for one in parties_of(contract.subject)
    )


def _slice(due: list[Period], until: str, count: int) -> tuple[list[Period], str, str]:
    """The periods to show up to `until`, and the ends of the stretches before and after."""
    texts = [one.text for one in due]
    end = texts.index(until) + 1 if until in texts else len(due)
    start = max(0, end - count)
    newer = texts[min(end + count, len(due)) - 1] if end < len(due) else ""
    return due[start:end], texts[start - 1] if start else "", newer


@dataclass(frozen=True)
class Grid:
    """What the cells of the matrix are read from; `watched` are the services with events and since when."""

    contract: Contract
    periods: Sequence[Period]
    stored: Sequence[CurrentFigure]
    flagged: dict[int, list[FigureFlag]]
    watched: dict[int, datetime]

    def computed(self, measure: Measure, period: Period) -> bool:
        since = self.watched.get(measure.service_id)
        return measure.indicator in FROM_EVENTS and since is not None and since < period.end


def _rows(grid: Grid, measures: Iterable[Measure]) -> list[tuple[Measure, str, list[Cell]]]:
    by_key = {one.key: one for one in grid.stored}
    channels: dict[tuple[int, str], set[str]] = {}
    for one in grid.stored:
        channels.setdefault((one.service_id, one.indicator), set()).add(one.channel)
    found = []
    for measure in measures:
        for channel in sorted(channels.get(measure.key, {""})):
            figures = [(period, by_key.get((*measure.key, period.text, channel))) for period in grid.periods]
            found.append((measure, channel, [_cell(grid, measure, *one) for one in figures]))
    return found


def _cell(grid: Grid, measure: Measure, period: Period, figure: CurrentFigure | None) -> Cell:
    if figure is None and grid.computed(measure, period):
        href = url_for("service_levels.index", code=grid.contract.code, period=period.text)
        return Cell(_("由事件计算"), tone="info", tag=_("事件"), href=href)
    if figure is None:
        return Cell(_("缺"), tone="bad")
    verdict = figure.verdict
    return Cell(
        text=shown_value(figure.standing, figure.value, measure.decimals),
        tone=verdict.tone if verdict else "info",
        tag=str(verdict.label) if verdict else _("已报"),
        flagged=figure.id in grid.flagged,
        href=url_for("figures.detail", code=grid.contract.code, figure=figure.id),
    )


def shown_value(standing: Standing, value: Decimal | None, decimals: int | None = None) -> str:
    """缺 for declared missing, — for not required, the number otherwise (zero is 0)."""
    if standing is Standing.MISSING:
        return str(_("缺"))
    return fmt.decimal(value, decimals) if standing is Standing.VALUE else fmt.MISSING


# --- template --------------------------------------------------------------------------------------------------------


def template_of(contract: Contract) -> bytes:
    """The workbook for this contract, with a row for each figure that is owed and stands from no report yet."""
    measures = measures_of(contract)
    owed = [(one, period) for one in measures for period in periods_due(contract, PeriodKind(one.due))[-3:]]
    stored = queries.current_figures(contract, {period for _one, period in owed}) if owed else []
    known = {(one.service_id, one.indicator, one.period) for one in stored}
    watched = queries.watched_since(contract)
    rows = [
        TemplateRow(one, period)
        for one, period in owed
        if (*one.key, period.text) not in known
        # What events say is computed; a report beside it is allowed, but not asked for.
        and not (one.indicator in FROM_EVENTS and one.service_id in watched and watched[one.service_id] < period.end)
    ]
    return template_xlsx(f"{contract.code} {contract.subject.title}", measures, rows)


# --- preview ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PreviewPage:
    """A previewed file, judged against what stands at this moment."""

    preview: FigurePreview
    findings: Findings
    unreadable: list[Any]
    earlier: Submission | None
    own: bool
    rows: list[dict[str, str]]
    flags: list[tuple[str, str]]
    unproven: list[str]
    forecasts: list[Forecast]

    @property
    def problems(self) -> list[tuple[str, str]]:
        return [(place_of(one), reason_of(one)) for one in self.findings.problems[:SHOWN_PROBLEMS]]

    @property
    def may_confirm(self) -> bool:
        return self.own and not (self.findings.problems or self.unreadable or self.earlier)


def delivery_of(preview: FigurePreview, reason: str = "") -> Delivery:
    """The very content that was previewed."""
    return Delivery(preview.kind, preview.file.file_name, store.read(preview.sha256), reason=reason, note=preview.note)


def preview_page(actor: Actor, contract: Contract, preview: FigurePreview) -> PreviewPage:
    findings, unreadable = Findings(), []
    try:
        findings = look_at(contract, preview.source, delivery_of(preview))
    except FileFlaw as flaw:
        unreadable = [explain_file(flaw)]
    corrected = [(row, _("更正")) for row, _revision in findings.corrected[:SHOWN_ROWS]]
    fresh = [(row, _("新报")) for row, _revision in findings.fresh[: SHOWN_ROWS - len(corrected)]]
    return PreviewPage(
        preview=preview,
        findings=findings,
        unreadable=unreadable,
        earlier=queries.same_file(contract, preview.source, preview.sha256),
        own=actor.organisation_id == preview.organisation_id and actor.may(Permission.FIGURE_SUBMIT),
        rows=[_row(row, word) for row, word in corrected + fresh] + _corrected_events(contract, findings),
        flags=[(_figure_words(one.row), explain_flag(one.code, one.params)) for one in findings.flags[:SHOWN_FLAGS]],
        unproven=[_figure_words(row) for row in unproven(contract, findings.rows)],
        forecasts=forecasts_of(contract, findings, preview.source) if findings.stored_count else [],
    )


def _row(row: FigureRow, what: str) -> dict[str, str]:
    return {
        "row": str(row.row),
        "service": row.measure.service_code,
        "indicator": f"{row.measure.indicator} {row.measure.name}",
        "period": row.period.text,
        "channel": row.channel,
        "value": shown_value(Standing(row.standing), _decimal(row.value)),
        "denominator": fmt.decimal(_decimal(row.denominator)),
        "what": what,
    }


def _corrected_events(contract: Contract, findings: Findings) -> list[dict[str, str]]:
    """Events that take the place of stored ones, with what stood before."""
    changed = [one for one in findings.events if one.key in findings.corrected_events][:SHOWN_ROWS]
    version = agreed_version(contract) if changed else None
    codes = {line.service_id: line.service.code for line in version.lines} if version else {}
    return [
        {
            "row": str(one.row),
            "service": codes[one.service_id],
            "indicator": str(_("状态事件")),
            "period": fmt.moment(one.at),
            "channel": "",
            "value": f"{EventStatus(findings.corrected_events[one.key][0]).label} → {EventStatus(one.status).label}",
            "denominator": fmt.MISSING,
            "what": str(_("更正")),
        }
        for one in changed
    ]


def _decimal(millionths: int | None) -> Decimal | None:
    return None if millionths is None else Decimal(millionths) / MILLION


def _figure_words(row: FigureRow) -> str:
    return f"{row.measure.service_code} {row.measure.indicator} {row.period.text} {row.channel}".strip()


def problem_table(problems: Iterable[RowProblem]) -> tuple[list[str], list[list[Any]]]:
    """Every problem, as the file that can be downloaded."""
    return [_("行"), _("列"), _("内容"), _("问题")], problem_rows(problems)


# --- verification ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """The unjudged figures of one period from one source; the first hundred in full."""

    period: str
    source: Source
    count: int
    highest: int
    figures: list[tuple[CurrentFigure, list[str]]]
    own: bool


@dataclass(frozen=True)
class VerificationPage:
    """Everything templates/figures/verification.html reads."""

    contract: Contract
    waiting: list[Waiting]
    events: list[Submission]
    previews: list[FigurePreview]
    names: dict[tuple[int, str], Measure]


def verification_page(actor: Actor, contract: Contract, period: str) -> VerificationPage:
    """What waits, by period; the chosen period (or the oldest) is opened."""
    listed = queries.waiting_periods(contract)
    own = own_sheaves(actor, contract) if listed else set()
    opened = period if any(one[0] == period for one in listed) else (listed[0][0] if listed else "")
    return VerificationPage(
        contract=contract,
        waiting=[
            Waiting(*one, _waiting(contract, *one[:2]) if one[0] == opened else [], one[:2] in own) for one in listed
        ],
        events=queries.unverified_events(contract),
        previews=queries.previews_of(contract),
        names={one.key: one for one in measures_of(contract)},
    )


def _waiting(contract: Contract, period: str, source: Source) -> list[tuple[CurrentFigure, list[str]]]:
    conditions = [
        Figure.contract_id == contract.id,
        *queries.in_sheaf(Period(period), source),
        queries.newest_verdict().is_(None),
    ]
    found = queries.read_figures(conditions, limit=SHOWN_ROWS)
    flags = queries.flags_on(one.id for one in found)
    words = {key: [explain_flag(one.code, one.params) for one in some] for key, some in flags.items()}
    return sorted(((one, words.get(one.id, [])) for one in found), key=lambda pair: (not pair[1], pair[0].id))


# --- one figure ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Revision:
    """One revision as the page shows it."""

    figure: Figure
    value: str
    flags: list[str]
    verdicts: list[Verification]


@dataclass(frozen=True)
class FigurePage:
    """Everything templates/figures/detail.html reads: each revision with file, flags and verdicts."""

    contract: Contract
    figure: Figure
    measure: Measure | None
    revisions: list[Revision]
    current: Revision
    may_judge: bool
    evidence: dict[str, list[EvidenceFile]]


def figure_page(actor: Actor, contract: Contract, figure: Figure) -> FigurePage:
    found = queries.revisions_of(figure)
    flags = queries.flags_on(one.id for one in found)
    verdicts = queries.verdicts_on(one.id for one in found)
    key = (figure.service_id, figure.indicator_code)
    measure = next((one for one in measures_of(contract) if one.key == key), None)
    revisions = [
        Revision(
            figure=one,
            value=shown_value(one.standing, one.value, measure.decimals if measure else None),
            flags=[explain_flag(flag.code, flag.params) for flag in flags.get(one.id, [])],
            verdicts=verdicts.get(one.id, []),
        )
        for one in found
    ]
    current = next(one for one in revisions if one.figure.source is figure.source)
    reported_by = current.figure.submission.organisation_id
    judge = actor.may(Permission.FIGURE_VERIFY) and reported_by != actor.organisation_id
    evidence = resolve(contract, (one.figure.evidence for one in revisions))
    return FigurePage(contract, figure, measure, revisions, current, judge, evidence)
