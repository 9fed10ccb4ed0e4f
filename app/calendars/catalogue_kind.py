"""Calendars as a kind of catalogue: `flask catalog load|check` reads and judges them through this."""

import re
from typing import Any

from app.calendars.calendar_file import CATALOGUE_KIND, parse_calendar
from app.calendars.flaws import Flaw
from app.calendars.working_calendar import WorkingCalendar
from app.catalogues.kinds import CatalogueKind
from app.catalogues.wording import N_
from app.core.errors import Problem, Refused


def _parse(content: dict[str, Any]) -> WorkingCalendar:
    try:
        return parse_calendar(content)
    except Flaw as flaw:
        # Catalogues know places as dotted paths: years.2026.holidays.3.rest.0
        place = re.sub(r"\[(\d+)\]", r".\1", flaw.path)
        raise Refused(Problem(what=flaw.wording, remedy=N_("请对照同类条目改正。"), place=place)) from None


CALENDARS = CatalogueKind(name=CATALOGUE_KIND, label=N_("工作日历"), parse=_parse)
