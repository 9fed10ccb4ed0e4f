"""Words and figures of printed documents: always Chinese, whatever language the reader's pages are in."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from app.core.clock import DEFAULT_ZONE, local, zone
from app.core.money import chinese_amount, show_decimal, show_fen

MISSING = "—"
_DIGITS = "零一二三四五六七八九"
# Characters that would reorder, hide or break the printed line: directions, invisible operators, byte order marks. Rare
# characters of names stay, even those that Python's tables do not know yet or that stand in a private area.
_HIDDEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff]")


def clean(text: str) -> str:
    """The text without control and direction characters; line ends become `\\n`, other blanks one space."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n").split("\n")
    return "\n".join(_HIDDEN.sub("", "".join(map(_printable, line))) for line in lines)


def _printable(character: str) -> str:
    kind = unicodedata.category(character)
    if character == "\t":
        return " "
    return "" if kind in {"Cc", "Cs"} or ord(character) & 0xFFFE == 0xFFFE else character


def paragraphs(text: str) -> list[str]:
    """The non-empty lines of a free text."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def day(value: date | None) -> str:
    return f"{value.year}年{value.month}月{value.day}日" if value else MISSING


def local_day(value: datetime) -> date:
    return local(value).date()


def moment(value: datetime | None) -> str:
    return local(value).strftime("%Y-%m-%d %H:%M:%S") if value else MISSING


def zone_name() -> str:
    return "北京时间" if zone().key == DEFAULT_ZONE else f" {zone().key} 时间"


def money(fen: int | None) -> str:
    return show_fen(fen) if fen is not None else MISSING


def capitals(fen: int | None) -> str:
    return f"人民币{chinese_amount(fen)}" if fen is not None else MISSING


def decimal(value: Decimal | None) -> str:
    return show_decimal(value) if value is not None else MISSING


def whole(value: int | None) -> str:
    return f"{value:,}" if value is not None else MISSING


def measured(value: Decimal | None, unit: str) -> str:
    """A value with its unit: 99.9%, 30 分钟."""
    return f"{decimal(value)}{unit}" if unit in {"%", "‰", ""} else f"{decimal(value)} {unit}"


def numeral(number: int) -> str:
    """1 → 一, 10 → 十, 21 → 二十一, 105 → 一百零五 (up to 999)."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


def groups(digest: str) -> str:
    """A digest in groups of eight, four to a line, so that people can compare it."""
    parts = [digest[place : place + 8] for place in range(0, len(digest), 8)]
    return "\n".join(" ".join(parts[place : place + 4]) for place in range(0, len(parts), 4))
