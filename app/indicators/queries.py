"""Reads of indicator definitions: those in force, by category and word, and every version of one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import get_locale
from flask_babel import gettext as _

from app.catalogues.models import STATUS_LABELS, CatalogueEntry
from app.catalogues.queries import all_current, parsed, said, versions
from app.catalogues.reading import Bilingual, Status
from app.core.clock import today
from app.core.errors import NotFound
from app.indicators.definitions import (
    CATEGORY_NAMES,
    MEASURE_NAMES,
    Category,
    Direction,
    FigureForm,
    IndicatorDefinition,
    Measure,
    PeriodKind,
)

KIND = "indicator"


def all_indicators() -> list[IndicatorDefinition]:
    """The definitions in force today, by code."""
    return [parsed(entry) for entry in all_current(KIND, today())]


def name_of_measure(code: str) -> str:
    """The word for a behaviour that an indicator counts."""
    return said(MEASURE_NAMES[Measure(code)]) if code in {one.value for one in Measure} else code


def usage_indicators() -> list[IndicatorDefinition]:
    """Those that count what a service is used for."""
    return [one for one in all_indicators() if one.usage]


def matching(definitions: Iterable[IndicatorDefinition], category: str, text: str) -> list[IndicatorDefinition]:
    """Those of a category (any when empty) whose code, name or source contains the text."""
    sought = text.casefold()
    return [
        one
        for one in definitions
        if (not category or one.category == category)
        and any(sought in part.casefold() for part in (one.code, one.name.zh, one.name.en, one.head.citation))
    ]


def counts(definitions: Sequence[IndicatorDefinition]) -> list[tuple[Category, str, int]]:
    """How many there are in each category, with its word."""
    return [(one, said(CATEGORY_NAMES[one]), sum(d.category is one for d in definitions)) for one in Category]


@dataclass(frozen=True)
class Version:
    """One stored version of a definition."""

    entry: CatalogueEntry
    definition: IndicatorDefinition


def versions_of(code: str) -> list[Version]:
    """Every version, newest first; `NotFound` when there is none."""
    found = [Version(entry, parsed(entry)) for entry in versions(KIND, code)]
    if not found:
        raise NotFound
    return found


# --- words -----------------------------------------------------------------------------------------------------------


def in_words(text: Bilingual | None) -> str:
    """In the reader's language."""
    return text.said_in(str(get_locale() or "zh")) if text is not None else ""


def source_tag(status: Status) -> tuple[str, str]:
    """Word and tone of how far the source was verified; only what was read may look like law."""
    tones = {Status.READ: "good", Status.EXCERPT: "good", Status.UNVERIFIED: "warn", Status.PROPOSED: "info"}
    return str(STATUS_LABELS[status]), tones.get(status, "neutral")


def category_word(category: Category) -> str:
    return said(CATEGORY_NAMES[category])


def direction_word(direction: Direction) -> str:
    words = {
        Direction.HIGHER: _("越高越好"),
        Direction.LOWER: _("越低越好"),
        Direction.TARGET: _("落在区间"),
    }
    return str(words[direction])


def form_word(form: FigureForm) -> str:
    words = {
        FigureForm.COUNT: _("计数"),
        FigureForm.DURATION: _("时长"),
        FigureForm.INTERVALS: _("起止时段"),
        FigureForm.RATIO: _("比率"),
        FigureForm.SCORE: _("评分"),
        FigureForm.YES_NO: _("是否达到"),
    }
    return str(words[form])


def periods_in_words(periods: Sequence[PeriodKind]) -> str:
    words = {
        PeriodKind.DAY: _("按日"),
        PeriodKind.MONTH: _("月"),
        PeriodKind.QUARTER: _("季"),
        PeriodKind.YEAR: _("年"),
    }
    return str(_("、")).join(str(words[one]) for one in periods)
