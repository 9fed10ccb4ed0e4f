"""From what was typed in a cell to what is stored: texts, words of a list, amounts, days, codes."""

import re
from dataclasses import dataclass, field
from datetime import date

from app.core.money import MAX_FEN, BadNumber, yuan_to_fen
from app.intake.columns import COLUMNS, Column, Kind, column_of

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
# Days in the future are plans; only a contract's term may reach there.
MAY_LIE_AHEAD = frozenset({"term_from", "term_until"})
_DAY = re.compile(r"(?:date:)?(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?: 00:00:00)?")
_SPLIT = re.compile(r"[;；,，、\s]+")
# What cannot be seen does not belong into a record that people confirm by reading it.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffd]")
Value = str | int | date | tuple[str, ...]


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with one cell or row; `wording.py` has the words for the code."""

    sheet: str
    line: int
    code: str
    column: str = ""
    values: dict[str, str] = field(default_factory=dict)


class BadCell(ValueError):
    """A cell that does not hold what its column asks for."""

    def __init__(self, code: str, **values: str) -> None:
        self.code, self.values = code, values
        super().__init__(code)


def read_cells(sheet: str, line: int, cells: dict[str, str], today: date) -> tuple[dict[str, Value], list[RowProblem]]:
    """The values of a row by key, and every cell that is wrong. What is empty is not there: it stays unknown."""
    values: dict[str, Value] = {}
    problems: list[RowProblem] = []
    for column in COLUMNS[sheet]:
        typed = cells.get(column.key, "")
        if not typed:
            problems += [RowProblem(sheet, line, "required", column.header)] if column.required else []
            continue
        try:
            values[column.key] = read_cell(column, typed, today)
        except BadCell as bad:
            problems.append(RowProblem(sheet, line, bad.code, column.header, bad.values))
    return values, problems


def read_cell(column: Column, typed: str, today: date) -> Value:
    if _UNSEEN.search(typed):
        raise BadCell("unseen")
    if column.kind is Kind.WORD:
        return _word(column, typed)
    if column.kind is Kind.MONEY:
        return _money(typed)
    if column.kind is Kind.DAY:
        return _day(typed, today, column.key in MAY_LIE_AHEAD)
    if column.kind is Kind.CODES:
        return codes_in(typed)
    if len(typed) > column.longest:
        raise BadCell("too_long", limit=str(column.longest))
    if typed.startswith("date:"):
        raise BadCell("date_cell", given=typed.removeprefix("date:"))
    return typed


def _word(column: Column, typed: str) -> str:
    found = column.words.get(typed)
    if found is None:
        raise BadCell("word", given=typed[:40], allowed="、".join(column.words))
    return found


def _money(typed: str) -> int:
    try:
        fen = yuan_to_fen(typed)
    except BadNumber as error:
        raise BadCell("money", given=typed[:40]) from error
    if not 0 < fen < MAX_FEN:
        raise BadCell("money_range", given=typed[:40])
    return fen


def _day(typed: str, today: date, may_lie_ahead: bool) -> date:
    parts = _DAY.fullmatch(typed)
    try:
        day = date(*(int(part) for part in parts.groups())) if parts else None
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        raise BadCell("day", given=typed.removeprefix("date:")[:40])
    if day > today and not may_lie_ahead:
        raise BadCell("future", given=day.isoformat())
    return day


def codes_in(typed: str) -> tuple[str, ...]:
    """Codes in one cell, separated by any mark or blank, each once."""
    return tuple(dict.fromkeys(part for part in _SPLIT.split(typed) if part))


def names_in(typed: str) -> list[str]:
    """Names in one cell: separated by semicolons or line ends only, for a name may hold a comma or a blank."""
    return [part.strip() for part in re.split(r"[;；\n]", typed) if part.strip()]


def header(sheet: str, key: str) -> str:
    return column_of(sheet, key).header
