"""What the pages of taking in show: a file as it would be stored, and what was taken in before."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.errors import Problem
from app.core.formats import fmt
from app.core.workbooks import BookFlaw
from app.evidence import store
from app.intake import queries
from app.intake.columns import CONTRACTS, PROJECTS, SHEETS, column_of
from app.intake.models import Intake, IntakePreview, IntakeRow, Sheet
from app.intake.rules import ContractFacts, Findings, ProjectFacts
from app.intake.sheet import read_book
from app.intake.template_file import template_xlsx
from app.intake.wording import explain_file, explain_row, problem_rows
from app.projects.kinds import ProjectState

SHOWN_PROBLEMS, SHOWN_ROWS = 200, 200


def template() -> bytes:
    """The workbook with the contract modes of today."""
    return template_xlsx(queries.mode_names())


@dataclass(frozen=True)
class Planned:
    """A row as it would be stored: what is known, and what stays unknown."""

    line: int
    title: str
    client: str
    state: str
    tone: str
    known: list[tuple[str, str]]
    unknown: list[str]


@dataclass(frozen=True)
class PreviewPage:
    """Everything templates/intake/preview.html reads: judged as things stand at this moment."""

    preview: IntakePreview
    problems: list[Problem]
    problem_count: int
    projects: list[Planned]
    contracts: list[Planned]
    earlier: Intake | None
    remarks: list[Problem]

    @property
    def may_confirm(self) -> bool:
        return not self.problem_count and self.earlier is None


def content_of(preview: IntakePreview) -> bytes:
    """The very content that was previewed."""
    return store.read(preview.sha256)


def findings_of(actor: Actor, preview: IntakePreview) -> Findings:
    return queries.findings_of(actor, read_book(content_of(preview)))


def preview_page(actor: Actor, preview: IntakePreview) -> PreviewPage:
    found, unreadable = Findings((), (), ()), []
    try:
        found = findings_of(actor, preview)
    except BookFlaw as flaw:
        unreadable = [explain_file(flaw)]
    explained = [explain_row(one) for one in found.problems[:SHOWN_PROBLEMS]]
    clean = not found.problems
    return PreviewPage(
        preview=preview,
        problems=[*unreadable, *explained],
        problem_count=len(unreadable) + len(found.problems),
        projects=[_project(one) for one in found.projects[:SHOWN_ROWS]] if clean else [],
        contracts=[_contract(one) for one in found.contracts[:SHOWN_ROWS]] if clean else [],
        earlier=queries.same_file(preview.sha256),
        remarks=[explain_row(one) for one in found.remarks[:SHOWN_PROBLEMS]],
    )


def _project(facts: ProjectFacts) -> Planned:
    state = ProjectState(facts.text("state"))
    shown = {"name", "client", "state"}
    known, unknown = _known(PROJECTS, facts.values, shown)
    return Planned(facts.line, facts.text("name"), facts.client, str(state.label), state.tone, known, unknown)


def _contract(facts: ContractFacts) -> Planned:
    known, unknown = _known(CONTRACTS, facts.values, {"title", "project"})
    project = facts.project_code or str(_("“项目”表第 %(line)s 行", line=facts.project_line))
    return Planned(facts.line, facts.text("title"), facts.client, project, "neutral", known, unknown)


def _known(sheet: str, values: Any, shown: set[str]) -> tuple[list[tuple[str, str]], list[str]]:
    columns = [one for one in SHEETS[sheet] if one.key not in shown]
    known = [(one.header, _said(sheet, one.key, values[one.key])) for one in columns if one.key in values]
    return known, [one.header for one in columns if one.key not in values]


def _said(sheet: str, key: str, value: Any) -> str:
    if isinstance(value, date):
        return fmt.date(value)
    if isinstance(value, int):
        return fmt.money(value)
    if isinstance(value, tuple):
        return "、".join(value)
    words = column_of(sheet, key).words
    return next((word for word, code in words.items() if code == value), str(value))


def problem_table(actor: Actor, preview: IntakePreview) -> tuple[list[str], list[list[Any]]]:
    """Every problem, as the file that can be downloaded."""
    found = findings_of(actor, preview).problems
    return [_("工作表"), _("行"), _("列"), _("问题"), _("办法")], problem_rows(found)


@dataclass(frozen=True)
class TakenRow:
    """What became of a row, and what was typed in it."""

    row: IntakeRow
    title: str
    typed: list[tuple[str, str]]

    @property
    def is_project(self) -> bool:
        return self.row.sheet is Sheet.PROJECT


def taken_rows(rows: Iterable[IntakeRow]) -> list[TakenRow]:
    """Rows with what was typed, under the headers of their columns."""
    names = {Sheet.PROJECT: PROJECTS, Sheet.CONTRACT: CONTRACTS}
    found = []
    for row in rows:
        typed = json.loads(row.content)
        columns = SHEETS[names[row.sheet]]
        said = [(one.header, typed[one.key].removeprefix("date:")) for one in columns if one.key in typed]
        found.append(TakenRow(row, row.subject.title, said))
    return found
