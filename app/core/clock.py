"""The one clock: every moment in the product comes from here, so tests and the demonstration can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Shanghai"
_set_moment: ContextVar[datetime | None] = ContextVar("guanyun_moment", default=None)
_zone: ZoneInfo = ZoneInfo(DEFAULT_ZONE)


class Clock:
    """Tells the time; `at` holds it still for a block (context-local, so threads do not disturb each other)."""

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        if moment.tzinfo is None:
            raise ValueError("the clock is set with a time zone")
        token = _set_moment.set(moment.astimezone(UTC))
        try:
            yield
        finally:
            _set_moment.reset(token)

    def now(self) -> datetime:
        return _set_moment.get() or datetime.now(UTC)


clock = Clock()


def configure_zone(name: str) -> None:
    """Sets the zone in which days, months and deadlines are read (once, at start)."""
    global _zone
    _zone = ZoneInfo(name)


def zone() -> ZoneInfo:
    return _zone


def now() -> datetime:
    """The present moment, aware, UTC."""
    return clock.now()


def local(moment: datetime) -> datetime:
    return moment.astimezone(_zone)


def today() -> date:
    """The present day in the configured zone."""
    return local(now()).date()
