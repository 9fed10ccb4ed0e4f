"""Workbooks of existing projects and contracts, as somebody would fill them in."""

from __future__ import annotations

import io
import secrets
from datetime import date
from typing import Any

import xlsxwriter

from app.intake import actions
from app.intake.columns import CONTRACTS, PROJECTS, SHEETS, Kind
from app.intake.models import Intake
from app.projects.models import Project
from tests.factories import World

# An operating project of the agency with what its files show; days are text, as most people type them.
OPERATING = {
    "name": "广州市12345热线平台",
    "client": "AGENCY",
    "state": "运营中",
    "basis": "穗数〔2023〕15号批复、竣工验收意见、运营合同",
    "kind": "新建",
    "category": "业务应用",
    "scope": "跨部门",
    "deployment": "政务云",
    "purpose": "统一受理群众诉求。",
    "functions": "来电受理；工单流转；回访评价",
    "estimate": 3_000_000,
    "design_budget": "2,880,000.50",
    "responsible_person": "何平",
    "operators": "OPERATOR",
    "supervisors": "WATCHER",
    "approval_number": "穗数〔2023〕15号",
    "approved_on": "2023-03-01",
    "build_started_on": "2023-04-01",
    "trial_from": "2023/10/08",
    "accepted_on": "2023年12月20日",
    "operation_from": date(2024, 1, 1),
    "services": "热线受理；工单回访",
    "note": "一期、二期合并录入。",
}
# The least that a row must say.
BARE = {"name": "广州市档案数字化项目", "client": "AGENCY", "state": "已批准", "basis": "穗数〔2026〕3号批复"}
PAPER = {
    "project": "2",
    "title": "12345热线平台运营服务合同",
    "mode": "政府采购",
    "operators": "OPERATOR",
    "paper_number": "穗数合〔2023〕88号",
    "paper_signed_on": "2023-12-25",
    "term_from": "2024-01-01",
    "term_until": "2026-12-31",
    "amount": "5,400,000",
    "note": "每年一考核。",
}


def project(**changes: Any) -> dict[str, Any]:
    return {**OPERATING, **changes}


def bare(**changes: Any) -> dict[str, Any]:
    return {**BARE, **changes}


def paper(**changes: Any) -> dict[str, Any]:
    return {**PAPER, **changes}


def workbook(projects: list[dict[str, Any]], contracts: list[dict[str, Any]] | None = None, shape: Any = None) -> bytes:
    """A workbook with the rows; `shape(book, {name: sheet})` may spoil it."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheets = {name: book.add_worksheet(name) for name in (PROJECTS, CONTRACTS)}
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in ((PROJECTS, projects), (CONTRACTS, contracts or [])):
            _fill(sheets[name], name, rows, day)
        if shape is not None:
            shape(book, sheets)
    return stream.getvalue()


def _fill(sheet: Any, name: str, rows: list[dict[str, Any]], day: Any) -> None:
    for place, column in enumerate(SHEETS[name]):
        sheet.write_string(0, place, column.header)
        for line, row in enumerate(rows, start=1):
            cell = row.get(column.key)
            if isinstance(cell, date):
                sheet.write_datetime(line, place, cell, day)
            elif cell is not None and column.kind is Kind.MONEY and not isinstance(cell, str):
                sheet.write_number(line, place, cell)
            elif cell is not None:
                sheet.write_string(line, place, str(cell))


def taken_in(w: World, projects: list[dict[str, Any]], contracts: Any = None, by: str = "officer") -> Intake:
    return actions.take_in(w.actor(by), "存量.xlsx", workbook(projects, contracts))


def approved(w: World, **changes: Any) -> Project:
    """A project that was approved before it was recorded, with nobody who builds or operates it yet.

    Nothing is known of it but what a row must say; every one has a name of its own.
    """
    name = f"{BARE['name']}{secrets.token_hex(3)}"
    return operating(w, **{**dict.fromkeys(OPERATING), **BARE, "name": name, **changes})


def operating(w: World, **changes: Any) -> Project:
    """A project that has been in operation for years, taken in today."""
    from app.projects.queries import project_of

    made = taken_in(w, [project(**changes)])
    found = project_of(made.rows[0].subject)
    assert found is not None
    return found
