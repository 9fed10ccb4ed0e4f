"""Statutory deadlines as data: how long after which event, in which unit, by which article."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.catalogues.reading import Bilingual, Head, Reader, read_head

DEADLINE_KIND = "statutory_deadline"


class Unit(StrEnum):
    """In what a term is counted."""

    DAYS = "days"
    WORKDAYS = "workdays"
    HOURS = "hours"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True)
class StatutoryDeadline:
    """`number` units after `start`; `at_least` says that it is the shortest time allowed, not the longest."""

    head: Head
    number: int
    unit: Unit
    start: Bilingual
    at_least: bool


def parse_deadline(content: dict[str, Any]) -> StatutoryDeadline:
    """Reads one deadline strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    deadline = StatutoryDeadline(
        head=read_head(reader),
        number=reader.whole("number"),
        unit=reader.choice("unit", Unit) or Unit.DAYS,
        start=reader.words("start"),
        at_least=reader.flag("at_least"),
    )
    reader.finish()
    return deadline
