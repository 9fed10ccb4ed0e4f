"""Statutory deadlines as data: how long after which event, in which unit, by which article."""

from calendar import monthrange
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.catalogues.reading import Bilingual, Head, Reader, read_head
from app.catalogues.wording import N_

DEADLINE_KIND = "statutory_deadline"
# Any leap year: the 29th of February may be a yearly day.
LEAP_YEAR = 2000


class Unit(StrEnum):
    """In what a term is counted."""

    DAYS = "days"
    WORKDAYS = "workdays"
    HOURS = "hours"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True)
class Term:
    """`number` units after the start. `case` says when it is this one of several; `not_before` opens a window;
    `extension` is by how much it may be lengthened (the total, where the rule gives a total)."""

    number: int
    unit: Unit
    case: Bilingual | None = None
    not_before: int | None = None
    extension: Bilingual | None = None


@dataclass(frozen=True)
class YearlyDay:
    """The same day of every year."""

    month: int
    day: int


@dataclass(frozen=True)
class StatutoryDeadline:
    """One rule: terms after `start`, or a day of the year, or a rate for each day of delay.

    `at_least` says that it is the shortest time allowed, not the longest. `rolls`: a last day off moves to the next
    working day. A rule whose numbers were not seen has none of the three; nothing is ever computed from it.
    """

    head: Head
    start: Bilingual
    at_least: bool
    rolls: bool
    terms: tuple[Term, ...]
    yearly: YearlyDay | None
    daily_percent: Decimal | None

    @property
    def term(self) -> Term:
        """The only term; a rule with several, or with none, cannot be asked like this."""
        (only,) = self.terms
        return only


def parse_deadline(content: dict[str, Any]) -> StatutoryDeadline:
    """Reads one deadline strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    deadline = StatutoryDeadline(
        head=read_head(reader),
        start=reader.words("start"),
        at_least=reader.flag("at_least"),
        rolls=reader.flag("rolls"),
        terms=_terms(reader),
        yearly=_yearly(reader),
        daily_percent=reader.decimal("daily_percent"),
    )
    unseen = reader.flag("unseen")
    told = [bool(deadline.terms), deadline.yearly is not None, deadline.daily_percent is not None, unseen]
    if sum(told) != 1:
        reader.refuse(
            "", N_("期限须且只能写一种"), N_("请写 number 与 unit、terms、yearly、daily_percent、unseen 之一。")
        )
    reader.finish()
    return deadline


def _terms(reader: Reader) -> tuple[Term, ...]:
    """One term written beside the head, or several in a list, each with its case."""
    if reader.has("terms"):
        several = [_term(one) for one in reader.each("terms")]
        if any(one.case is None for one in several):
            reader.refuse("terms", N_("有几种期限的须逐一写明情形"), N_("请补上 case。"))
        return tuple(several)
    return (_term(reader),) if reader.has("number") or reader.has("unit") else ()


def _term(reader: Reader) -> Term:
    term = Term(
        number=reader.whole("number"),
        unit=reader.choice("unit", Unit) or Unit.DAYS,
        case=reader.maybe_words("case"),
        not_before=reader.maybe_whole("not_before"),
        extension=reader.maybe_words("extension"),
    )
    if reader.has("number") and term.number < 1:
        reader.refuse("number", N_("期限须大于 0"), N_("请改正。"))
    if term.not_before is not None and term.not_before >= term.number:
        reader.refuse("not_before", N_("最早时间不早于期限"), N_("请改正。"))
    return term


def _yearly(reader: Reader) -> YearlyDay | None:
    if not reader.has("yearly"):
        return None
    text = reader.text("yearly")
    month, _dash, day = text.partition("-")
    sound = len(text) == len("MM-DD") and text.isascii() and month.isdigit() and day.isdigit()
    if sound and 1 <= int(month) <= 12 and 1 <= int(day) <= monthrange(LEAP_YEAR, int(month))[1]:
        return YearlyDay(int(month), int(day))
    reader.refuse("yearly", N_("日期“%(text)s”不对", text=text[:10]), N_("请写成 03-31。"))
    return None
