"""How dates, moments, money and decimals are written on pages (look: 2026-09-01, 1,234.56, fixed decimals)."""

from datetime import date, datetime
from decimal import Decimal

from app.core.clock import local
from app.core.money import round_half_up, show_decimal, show_fen, show_wan


class Formats:
    """Available in templates as `fmt`; None becomes an em dash, so missing never looks like zero."""

    MISSING = "—"

    def date(self, day: date | None) -> str:
        return day.isoformat() if day else self.MISSING

    def moment(self, moment: datetime | None) -> str:
        return local(moment).strftime("%Y-%m-%d %H:%M") if moment else self.MISSING

    def second(self, moment: datetime | None) -> str:
        return local(moment).strftime("%Y-%m-%d %H:%M:%S") if moment else self.MISSING

    def money(self, fen: int | None) -> str:
        return show_fen(fen) if fen is not None else self.MISSING

    def wan(self, fen: int | None) -> str:
        return show_wan(fen) if fen is not None else self.MISSING

    def decimal(self, value: Decimal | None, places: int | None = None) -> str:
        if value is None:
            return self.MISSING
        return f"{round_half_up(value, places):,}" if places is not None else show_decimal(value)

    def whole(self, value: int | None) -> str:
        return f"{value:,}" if value is not None else self.MISSING

    def size(self, octets: int) -> str:
        if octets < 1024:
            return f"{octets} B"
        return f"{octets / 1024:,.0f} KB" if octets < 1024 * 1024 else f"{octets / 1024 / 1024:,.1f} MB"


fmt = Formats()
