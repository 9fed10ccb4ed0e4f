"""Service levels in words: refusals, durations, what became of an outage, why a number is not there."""

from datetime import datetime, timedelta
from fractions import Fraction

from flask_babel import gettext as _

from app.core.clock import local
from app.core.errors import Problem
from app.core.formats import fmt
from app.service_levels.availability import Availability, seconds
from app.service_levels.events import Status
from app.service_levels.measuring import Measured, SeenOutage


def duration(microseconds: int | Fraction) -> str:
    """A length of time in whole seconds, half up: 3 天 2 小时 5 分; nothing is 0 秒."""
    whole = int(seconds(microseconds) + Fraction(1, 2))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    parts = [
        _("%(n)s 天", n=day) if day else "",
        _("%(n)s 小时", n=hour) if hour else "",
        _("%(n)s 分钟", n=minute) if minute else "",
        _("%(n)s 秒", n=second) if second else "",
    ]
    return " ".join(str(part) for part in parts if part) or str(_("%(n)s 秒", n=0))


def status_word(status: Status) -> str:
    words = {Status.DOWN: _("中断"), Status.DEGRADED: _("降级"), Status.MAINTENANCE: _("维护")}
    return str(words.get(status, status.value))


def fate(outage: SeenOutage) -> tuple[str, str]:
    """What became of an outage, with the tone it is shown in."""
    if outage.excluded:
        return str(_("已除外")), "muted"
    if outage.short:
        return str(_("过短，不计")), "muted"
    if not outage.counted:
        return str(_("不在约定时间，不计")), "muted"
    if outage.carried:
        return str(_("计时，次数计在上期")), "warn"
    return str(_("计入")), "bad"


def span_words(outage: SeenOutage) -> str:
    """When it was, in the reader's time: 04-10 01:00 至 04-10 03:00."""
    begin = local(outage.begin).strftime("%m-%d %H:%M")
    if outage.end is None:
        return str(_("%(begin)s 起未恢复", begin=begin))
    return str(_("%(begin)s 至 %(end)s", begin=begin, end=local(outage.end).strftime("%m-%d %H:%M")))


def timed_words(outage: SeenOutage, span: tuple[datetime, datetime]) -> str:
    """How long an outage counts within a span; of one that does not count, how long it was and why it does not."""
    if outage.minutes:
        return minutes_words(outage.minutes)
    begin, end = max(outage.begin, span[0]), min(outage.end or span[1], span[1])
    length = duration((end - begin) // timedelta(microseconds=1))
    return str(_("%(length)s，%(fate)s", length=length, fate=fate(outage)[0]))


def why_none(found: Measured | None, agreed: bool, result: Availability | None = None) -> tuple[str, bool]:
    """Why there is no availability, and whether that is a lack (missing) or nothing anybody owes (not applicable)."""
    if found is None:
        return (str(_("没有监测事件")), True) if agreed else (str(_("未约定，也没有监测事件")), False)
    result = result or found.result
    if result.agreed == 0:
        return str(_("期内没有约定时间")), False
    if result.missing > 0 or result.excluded < result.agreed:
        return str(_("约定时间内全部无监测")), True
    return str(_("约定时间全部除外")), False


def unsettled(found: Measured) -> list[str]:
    """Why what was measured may still change."""
    said = [
        (not found.over, _("周期未结束")),
        (found.result.provisional, _("放假安排未公布")),
        (not found.verified, _("事件未核验")),
        (bool(found.pending), _("除外待裁定")),
    ]
    return [str(words) for holds, words in said if holds]


def minutes_words(minutes: Fraction | None) -> str:
    return fmt.MISSING if minutes is None else duration(minutes * 60_000_000)


def period_closed(period: str) -> Problem:
    return Problem(
        _("周期 %(period)s 已关闭。", period=period),
        why=_("关闭后，该周期的数据、事件和除外时段都不再变动。"),
        remedy=_("如确需办理，请项目单位先重开该周期。"),
        place="begins_at",
    )
