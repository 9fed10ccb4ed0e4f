"""The calendars that come with the product, read once from their catalogue files, for work without a database."""

from functools import lru_cache
from pathlib import Path

from app.calendars.calendar_file import CATALOGUE_KIND, parse_calendar
from app.calendars.flaws import Flaw
from app.calendars.working_calendar import WorkingCalendar
from app.catalogues.files import read_file
from app.catalogues.wording import N_

CATALOG = Path(__file__).parent / "catalog"
DEFAULT_CALENDAR = "cn-workdays"


@lru_cache(maxsize=1)
def builtin_calendars() -> dict[str, WorkingCalendar]:
    """Every calendar of the packaged files by its code."""
    files = [read_file(path, path.name) for path in sorted(CATALOG.glob("*.yaml"))]
    broken = [str(finding) for file in files for finding in file.findings]
    if broken:
        raise RuntimeError("; ".join(broken))
    # Statutory terms lie beside them.
    entries = [entry.content for file in files if file.kind == CATALOGUE_KIND for entry in file.entries]
    return {calendar.code: calendar for calendar in map(parse_calendar, entries)}


def builtin_calendar(code: str = DEFAULT_CALENDAR) -> WorkingCalendar:
    """The packaged calendar of this code."""
    calendars = builtin_calendars()
    if code not in calendars:
        known = "、".join(sorted(calendars))
        raise Flaw(N_("没有名为 %(code)s 的日历；现有：%(codes)s。"), code=code[:80], codes=known)
    return calendars[code]
