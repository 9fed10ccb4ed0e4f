"""Words and figures of the printed contract: always Chinese, whatever language the reader's pages are in."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.contracts.rules import add_months
from app.core.clock import DEFAULT_ZONE, local, zone
from app.core.money import chinese_amount, show_decimal, show_fen

MISSING = "—"
# The contract is one Chinese text for both sides, so these words are no translated messages of a page.
STATES = {
    "draft": "草拟",
    "signing": "会签中",
    "signed": "已签待生效",
    "in_force": "生效",
    "terminating": "终止协商",
    "expired": "到期",
    "terminated": "已终止",
    "void": "作废",
    "withdrawn": "已退回",
}
# What stands across every page of a text that binds nobody.
MARKS = {
    "draft": "草稿，未签署",
    "signing": "会签中，未生效",
    "withdrawn": "已退回，未生效",
    "void": "已作废",
}
ROLES = {
    "client": "甲方（项目单位）",
    "operator": "乙方（运营企业）",
    "competent_authority": "主管部门",
    "finance": "财政部门",
    "builder": "承建单位",
    "supervisor": "监理单位",
    "tester": "测评单位",
    "evaluator": "第三方评估",
}
SIDES = {"management": "管理方", "operation": "运营方", "supervision": "监督方"}
PRICING = {"fixed_fee": "固定费用", "unit_price": "按量计价"}
PERIODS = {"month": "月", "quarter": "季度", "year": "年"}
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


def length_of(start: date | None, until: date | None) -> str:
    """How long a term with both its days is: whole months where they are whole, days otherwise; empty when unknown."""
    if start is None or until is None or until < start:
        return ""
    after = until + timedelta(days=1)
    months = (after.year - start.year) * 12 + after.month - start.month
    if months and add_months(start, months) == after:
        return f"共 {months} 个月"
    return f"共 {(after - start).days:,} 天"


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
