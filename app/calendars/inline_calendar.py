"""A calendar written out in a calculation form: zone, week, holidays, overrides; it waits for no notices."""

from app.calendars import calendar_fields as fields
from app.calendars.flaws import below
from app.calendars.working_calendar import WorkingCalendar

KEYS = ("tz", "week", "holidays", "overrides")
DEFAULT_ZONE = "Asia/Shanghai"


def parse_inline_calendar(content: object, path: str = "calendar") -> WorkingCalendar:
    """`{"tz", "week", "holidays", "overrides"}` as a calendar; only the week is required."""
    parts = fields.mapping(content, path, KEYS, required=("week",))
    return WorkingCalendar(
        zone=fields.zone(parts.get("tz", DEFAULT_ZONE), below(path, "tz")),
        week=fields.week(parts["week"], below(path, "week")),
        holidays=fields.days(parts.get("holidays", []), below(path, "holidays")),
        overrides=fields.overrides(parts.get("overrides", {}), below(path, "overrides")),
    )
